//! What became of a removal, person by person: a webhook tells, or the group no longer shows who was in it before. Who
//! cannot be recognised among the participants is never said to be out.
//!
//! Without a receipt no event is believed: it may tell of another removal of the same person, sent earlier and told late,
//! after which they came back. It makes it look; who was in before and is not any more is out for certain.

use std::time::Duration;

use groups_model::event::{Event, EventKind, EventParticipant, GroupParticipantsRemove};
use groups_model::{
    Accepted, ErrorKind, FailedRemoval, GroupField, GroupId, ItemError, LearntBy, Outcome, Participant,
    ParticipantInput, Removed,
};

use super::learn::{Question, learn};
use super::{How, Overheard, Wait, common, failed, not_seen, without_reason};
use crate::error::{Error, Result};
use crate::group::GroupHandle;
use crate::groups::Pending;
use crate::operation::Operation;
use crate::participants::RemoveParticipants;

impl RemoveParticipants {
    /// Waits until it is known what became of each person. Some removed and some not is no error: see
    /// [`Removed::is_complete`]. If nobody was removed, [`Error::outcome`] has them one by one.
    pub fn wait(self, timeout: Duration) -> Wait<Removed> {
        let client = self.group.client.clone();
        Wait::new(&client, timeout, |how| Box::pin(run(self, how)))
    }
}

async fn run(remove: RemoveParticipants, how: How) -> Result<Removed> {
    how.check().map_err(|error| error.during(Operation::RemoveParticipants))?;
    remove.check()?;
    let group = remove.group.clone();
    let mut people: Vec<Person> = remove.users.iter().map(Person::named).collect();
    let mut before = None;
    if how.polling {
        match how.read_before(Operation::GetGroup, read(&group)).await {
            Ok(participants) => {
                recognise(&mut people, &participants);
                before = Some(participants.len());
            }
            // Events may tell without it, and of an unknown group the call itself tells.
            Err(error) if how.can_do_without(&error) || error.kind() == ErrorKind::GroupUnknown => {
                tracing::debug!(kind = %error.kind(), "nothing to compare with; events alone will tell");
            }
            Err(error) => return Err(error),
        }
    }
    let coming = match how.polling {
        true => how.coming("group_participants_remove", Some(&group.id)).await,
        false => None,
    };
    let (accepted, already) = remove.submit().await?;
    if let ([person], true) = (&mut people[..], already) {
        person.outcome = Some(Ok(()));
        return conclude(&group.id, &people, LearntBy::Answer, &accepted);
    }
    let overheard = Overheard::default();
    let question = Remove { group, accepted: accepted.clone(), people, before, overheard };
    // Of what cannot be seen nothing is learnt from them.
    let coming = coming.filter(|_| question.is_worth_a_look());
    learn(question, &how, &accepted, coming).await
}

/// Who is in the group.
async fn read(group: &GroupHandle) -> Result<Vec<Participant>> {
    let fields = [GroupField::Participants, GroupField::TotalParticipantCount];
    let group = group.get().fields(fields).await?;
    if !group.has_participants_listed() {
        return Err(Error::senseless(Operation::GetGroup, "the answer does not tell who is in the group"));
    }
    Ok(group.participants.unwrap_or_default())
}

/// What became of somebody: out, or why not.
type Fate = std::result::Result<(), Box<ItemError>>;

/// Somebody who was named, with every id they are known by.
#[derive(Clone, Debug)]
struct Person {
    input: ParticipantInput,
    known: Participant,
    before: Presence,
    outcome: Option<Fate>,
}

/// Whether somebody is in a list of participants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    In,
    Out,
    /// Somebody in the list is told by other ids only, and may be this person (Facts 6).
    Unclear,
}

impl Person {
    fn named(input: &ParticipantInput) -> Self {
        let known = input.to_participant();
        Self { input: input.clone(), known, before: Presence::Unclear, outcome: None }
    }

    fn presence(&self, participants: &[Participant]) -> Presence {
        if participants.iter().any(|other| self.known.is_same_person(other)) {
            Presence::In
        } else if participants.iter().all(|other| self.known.is_comparable_to(other)) {
            Presence::Out
        } else {
            Presence::Unclear
        }
    }

    /// Whether an event is about this person: it repeats what was sent (Facts 4.2), or names the person by another of the ids
    /// that are known.
    fn is_meant_by(&self, told: &EventParticipant) -> bool {
        let echoed = told.input.as_deref().is_some_and(|input| {
            input == self.input.as_str()
                || ParticipantInput::new(input).is_ok_and(|input| self.known.is(&input))
        });
        echoed || self.known.is_same_person(&told.participant)
    }
}

/// Learns who is in before the call, and by which further ids they are known.
fn recognise(people: &mut [Person], participants: &[Participant]) {
    for person in people {
        person.before = person.presence(participants);
        if let Some(found) = participants.iter().find(|other| person.known.is_same_person(other)) {
            let known = std::mem::replace(&mut person.known, found.clone());
            person.known.wa_id = person.known.wa_id.take().or(known.wa_id);
            person.known.user_id = person.known.user_id.take().or(known.user_id);
            person.known.parent_user_id = person.known.parent_user_id.take().or(known.parent_user_id);
        }
    }
}

struct Remove {
    group: GroupHandle,
    accepted: Accepted,
    people: Vec<Person>,
    /// How many were in before; `None` where that was not read.
    before: Option<usize>,
    overheard: Overheard,
}

impl Remove {
    fn finished(&self, learnt_by: LearntBy) -> Option<Result<Removed>> {
        let all = self.people.iter().all(|person| person.outcome.is_some());
        all.then(|| conclude(&self.group.id, &self.people, learnt_by, &self.accepted))
    }

    /// Of whom a look may tell something: those who were in. Who was not is not removed by this call.
    fn is_worth_a_look(&self) -> bool {
        self.before.is_some()
            && self.people.iter().any(|person| person.outcome.is_none() && person.before != Presence::Out)
    }
}

impl Question for Remove {
    type Outcome = Removed;
    type Seen = Vec<Participant>;

    fn look(&self) -> Option<Pending<Vec<Participant>>> {
        if !self.is_worth_a_look() {
            return None;
        }
        let group = self.group.clone();
        Some(Box::pin(async move { read(&group).await }))
    }

    fn told(&mut self, event: &Event) -> Option<Result<Removed>> {
        let EventKind::GroupParticipantsRemove(removal) = &event.kind else { return None };
        for person in &mut self.people {
            if let Some(outcome) = outcome_of(person, removal) {
                person.outcome = Some(outcome);
            }
        }
        self.finished(LearntBy::Webhook)
    }

    fn overheard(&mut self, event: &Event) -> Option<Result<Removed>> {
        let EventKind::GroupParticipantsRemove(removal) = &event.kind else { return None };
        let fates = self.people.iter().filter_map(|person| outcome_of(person, removal)?.err());
        self.overheard.note(fates.map(|error| *error).next().as_ref());
        None
    }

    fn seen(&mut self, participants: Vec<Participant>) -> Option<Result<Removed>> {
        let before = self.before?;
        let gone: Vec<bool> =
            self.people.iter().map(|person| person.presence(&participants) == Presence::Out).collect();
        // Who could not be told apart before is taken to be out only where the group has shrunk by that many.
        let shrunk = before.saturating_sub(participants.len());
        let expected = self
            .people
            .iter()
            .zip(&gone)
            .filter(|(person, gone)| **gone && person.before != Presence::Out)
            .count();
        for (person, gone) in self.people.iter_mut().zip(gone) {
            let out = match person.before {
                Presence::In => gone,
                Presence::Unclear => gone && shrunk >= expected,
                Presence::Out => false,
            };
            if out && person.outcome.is_none() {
                person.outcome = Some(Ok(()));
            }
        }
        self.finished(LearntBy::Polling)
    }

    fn give_up(&mut self, last: Option<Error>) -> Result<Removed> {
        if self.people.iter().all(|person| person.outcome.is_none()) {
            let why = self.overheard.beside("nobody was seen to leave in time");
            return Err(not_seen(&self.accepted, &why, last));
        }
        for person in &mut self.people {
            let why = match person.before {
                Presence::Out => "nobody in the group was recognised as this person before the call",
                _ => "they were not seen to leave in time",
            };
            let why = || self.overheard.beside(why);
            let unknown = || Err(Box::new(ItemError::new(ErrorKind::OutcomeUnknown, why())));
            person.outcome.get_or_insert_with(unknown);
        }
        conclude(&self.group.id, &self.people, LearntBy::Polling, &self.accepted)
    }
}

/// What an event says of somebody, if anything.
fn outcome_of(person: &Person, removal: &GroupParticipantsRemove) -> Option<Fate> {
    let overall = removal.errors.first();
    if let Some(told) = removal.failed_participants.iter().find(|told| person.is_meant_by(told)) {
        let error = told.errors.first().or(overall).cloned();
        return Some(Err(Box::new(error.unwrap_or_else(without_reason))));
    }
    if removal.removed_participants.iter().any(|told| person.is_meant_by(told)) {
        return Some(Ok(()));
    }
    let names_nobody = removal.removed_participants.is_empty() && removal.failed_participants.is_empty();
    overall.filter(|_| names_nobody).map(|error| Err(Box::new(error.clone())))
}

/// A failure where nobody was removed, else everybody one by one.
fn conclude(group: &GroupId, people: &[Person], learnt_by: LearntBy, accepted: &Accepted) -> Result<Removed> {
    let (mut succeeded, mut failures) = (Vec::new(), Vec::new());
    for person in people {
        match &person.outcome {
            Some(Ok(())) => succeeded.push(person.input.clone()),
            Some(Err(error)) => failures.push(FailedRemoval::new(person.input.clone(), (**error).clone())),
            None => {}
        }
    }
    // Of whom nobody knows may be out: that is not nobody.
    let unclear = failures.iter().any(|failure| failure.error.kind == ErrorKind::OutcomeUnknown);
    let none = succeeded.is_empty() && !failures.is_empty() && !unclear;
    let reason = common(failures.iter().map(|failure| &failure.error), "nobody was removed");
    let removed = Removed::new(group.clone(), accepted.request_id.clone(), learnt_by, succeeded, failures);
    if none { Err(failed(&reason, accepted, Some(Outcome::Removed(removed)))) } else { Ok(removed) }
}

/// Of something accepted earlier: the event says who was named.
pub(super) fn told(event: &Event, accepted: &Accepted) -> Option<Result<Removed>> {
    let EventKind::GroupParticipantsRemove(removal) = &event.kind else { return None };
    let group = event.group_id.as_ref().or(accepted.group_id.as_ref())?;
    let named = |told: &EventParticipant| {
        let input = told.input.clone().and_then(|input| ParticipantInput::new(input).ok());
        input.or_else(|| told.participant.to_input())
    };
    let everybody = removal.removed_participants.iter().chain(&removal.failed_participants);
    let mut people: Vec<Person> = everybody.filter_map(named).map(|input| Person::named(&input)).collect();
    for person in &mut people {
        person.outcome = outcome_of(person, removal);
    }
    match removal.errors.first() {
        Some(error) if people.is_empty() => Some(Err(failed(error, accepted, None))),
        _ => Some(conclude(group, &people, LearntBy::Webhook, accepted)),
    }
}

#[cfg(test)]
mod tests {
    use groups_model::event::decode;
    use serde_json::{Value, json};

    use super::*;
    use crate::outcome::tests::handle;

    fn people(names: &[&str]) -> Vec<Person> {
        names.iter().map(|name| Person::named(&ParticipantInput::new(*name).unwrap())).collect()
    }

    fn participants(listed: Value) -> Vec<Participant> {
        serde_json::from_value(listed).unwrap()
    }

    fn removal(names: &[&str], before: Option<Value>) -> Remove {
        let group = handle();
        let accepted = Accepted::new("remove_participants", Some(group.id.clone()), "R".try_into().ok());
        let mut people = people(names);
        let before = before.map(participants);
        if let Some(before) = &before {
            recognise(&mut people, before);
        }
        Remove {
            group,
            accepted,
            people,
            before: before.map(|before| before.len()),
            overheard: Overheard::default(),
        }
    }

    fn event(fields: Value) -> Event {
        let mut told = json!({ "type": "group_participants_remove", "group_id": "g", "request_id": "R" });
        told.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let body = json!({ "entry": [{ "changes": [{ "field": "group_participants_update",
            "value": { "groups": [told] } }] }] });
        decode(body.to_string().as_bytes()).remove(0)
    }

    /// `succeeded` and `failed` with its kinds, or the kind of the error.
    fn told(learnt: Option<Result<Removed>>) -> String {
        match learnt {
            None => "open".into(),
            Some(Err(error)) => error.kind().to_string(),
            Some(Ok(removed)) => {
                let succeeded: Vec<&str> = removed.succeeded.iter().map(|user| user.as_str()).collect();
                let failed: Vec<String> =
                    removed.failed.iter().map(|item| format!("{} {}", item.user, item.error.kind)).collect();
                format!("{succeeded:?} {failed:?}")
            }
        }
    }

    #[test]
    fn somebody_is_in_out_or_cannot_be_told() {
        use Presence::{In, Out, Unclear};
        for (name, listed, expected) in [
            ("+15550100110", json!([{ "wa_id": "15550100110" }]), In),
            ("15550100110", json!([{ "wa_id": "15550100111" }]), Out),
            ("15550100110", json!([]), Out),
            ("15550100110", json!([{ "user_id": "US.1" }]), Unclear),
            ("15550100110", json!([{ "wa_id": "15550100111" }, { "username": "ann" }]), Unclear),
            ("US.1", json!([{ "user_id": "US.1" }]), In),
            ("US.1", json!([{ "user_id": "US.2", "wa_id": "15550100110" }]), Out),
            ("US.1", json!([{ "wa_id": "15550100110" }]), Unclear),
            ("US.ENT.1", json!([{ "user_id": "US.2", "parent_user_id": "US.ENT.1" }]), In),
        ] {
            assert_eq!(
                people(&[name])[0].presence(&participants(listed.clone())),
                expected,
                "{name} {listed}"
            );
        }
    }

    #[test]
    fn who_was_in_and_is_not_any_more_is_out_by_whichever_id() {
        let both = json!([{ "wa_id": "15550100110", "user_id": "US.1" }, { "wa_id": "15550100111", "user_id": "US.2" }]);
        for (after, expected) in [
            (json!([{ "wa_id": "15550100111" }]), r#"["15550100110"] []"#),
            (json!([{ "user_id": "US.2" }]), r#"["15550100110"] []"#),
            (json!([{ "user_id": "US.1" }]), "open"),
            (json!([{ "username": "ann" }]), "open"),
            (json!([]), r#"["15550100110"] []"#),
        ] {
            let mut removal = removal(&["15550100110"], Some(both.clone()));
            assert_eq!(told(removal.seen(participants(after.clone()))), expected, "{after}");
        }
    }

    #[test]
    fn a_person_known_by_several_ids_is_recognised_in_an_event_by_each() {
        let before = json!([{ "wa_id": "15550100110", "user_id": "US.1", "parent_user_id": "US.ENT.1" },
            { "wa_id": "15550100111", "user_id": "US.2" }]);
        for name in ["+15550100110", "US.1", "US.ENT.1"] {
            for (removed, is_meant) in [
                (json!({ "input": "15550100110" }), true),
                (json!({ "input": "US.1" }), true),
                (json!({ "input": "US.ENT.1" }), true),
                (json!({ "wa_id": "15550100110" }), true),
                (json!({ "user_id": "US.1" }), true),
                (json!({ "input": "something else", "user_id": "US.1" }), true),
                (json!({ "input": "US.2" }), false),
                (json!({ "wa_id": "15550100111", "user_id": "US.2" }), false),
            ] {
                let mut removal = removal(&[name], Some(before.clone()));
                let learnt = told(removal.told(&event(json!({ "removed_participants": [removed] }))));
                let expected = if is_meant { format!("[{name:?}] []") } else { "open".to_owned() };
                assert_eq!(learnt, expected, "{name} {removed}");
            }
        }
    }

    #[test]
    fn who_could_not_be_told_apart_is_out_only_where_the_group_has_shrunk() {
        let before = json!([{ "user_id": "US.1" }, { "user_id": "US.2" }]);
        for (after, expected) in [
            (json!([{ "wa_id": "15550100111" }]), r#"["15550100110"] []"#),
            (json!([{ "wa_id": "15550100111" }, { "wa_id": "15550100112" }]), "open"),
            (json!([{ "user_id": "US.2" }]), "open"),
        ] {
            let mut removal = removal(&["15550100110"], Some(before.clone()));
            assert_eq!(told(removal.seen(participants(after.clone()))), expected, "{after}");
        }
    }

    #[test]
    fn who_was_not_in_before_is_never_said_to_be_removed() {
        let mut removal = removal(&["15550100110", "15550100199"], Some(json!([{ "wa_id": "15550100110" }])));
        assert_eq!(told(removal.seen(participants(json!([])))), "open");
        assert!(!removal.is_worth_a_look(), "nothing more can be seen");
        let end = told(Some(removal.give_up(None)));
        assert_eq!(end, r#"["15550100110"] ["15550100199 outcome_unknown"]"#);
    }

    #[test]
    fn nobody_was_removed_only_where_that_is_known_of_all() {
        let gone = json!({ "code": 131_212, "message": "not in" });
        let refused = |name: &str| json!({ "input": name, "errors": [gone] });
        let mut removal = removal(&["15550100110", "15550100111"], None);
        let one = json!({ "failed_participants": [refused("15550100110")] });
        assert_eq!(told(removal.told(&event(one))), "open");
        assert_eq!(
            told(Some(removal.give_up(None))),
            r#"[] ["15550100110 participant_not_in_group", "15550100111 outcome_unknown"]"#
        );
        let both = json!({ "failed_participants": [refused("15550100110"), refused("15550100111")] });
        assert_eq!(told(removal.told(&event(both))), "participant_not_in_group");
    }

    #[test]
    fn an_event_tells_everybody_it_names() {
        let gone = json!({ "code": 131_212, "message": "not in" });
        for (names, fields, expected) in [
            (
                &["+15550100110"][..],
                json!({ "removed_participants": [{ "input": "+15550100110" }] }),
                r#"["+15550100110"] []"#,
            ),
            (
                &["+15550100110"],
                json!({ "removed_participants": [{ "wa_id": "15550100110" }] }),
                r#"["+15550100110"] []"#,
            ),
            (&["15550100110"], json!({ "removed_participants": [{ "input": "15550100111" }] }), "open"),
            (
                &["15550100110", "15550100111"],
                json!({ "removed_participants": [{ "input": "15550100110" }],
                "failed_participants": [{ "input": "15550100111", "errors": [gone] }],
                "errors": [{ "code": 131_201 }] }),
                r#"["15550100110"] ["15550100111 participant_not_in_group"]"#,
            ),
            (
                &["15550100110"],
                json!({ "failed_participants": [{ "input": "15550100110" }],
                "errors": [{ "code": 131_207, "message": "suspended" }] }),
                "group_suspended",
            ),
            (
                &["15550100110"],
                json!({ "errors": [{ "code": 131_207, "message": "suspended" }] }),
                "group_suspended",
            ),
            (&["15550100110"], json!({}), "open"),
        ] {
            let mut removal = removal(names, None);
            assert_eq!(told(removal.told(&event(fields.clone()))), expected, "{names:?} {fields}");
        }
    }
}

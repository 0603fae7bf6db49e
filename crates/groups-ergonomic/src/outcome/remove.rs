//! What became of a removal, person by person: a webhook tells, or the group no longer shows who was in it before. Who
//! cannot be recognised among the participants is never said to be out.

use std::time::Duration;

use groups_model::event::{Event, EventKind, EventParticipant, GroupParticipantsRemove};
use groups_model::{
    Accepted, ErrorKind, FailedRemoval, Group, GroupField, GroupId, ItemError, LearntBy, Outcome,
    Participant, ParticipantInput, Removed,
};

use super::learn::{Question, learn};
use super::{How, Wait, common, failed, not_seen, without_reason};
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
        match read(&group).await {
            Ok(participants) => {
                recognise(&mut people, &participants);
                before = Some(participants.len());
            }
            // Events may tell without it, and of an unknown group the call itself tells.
            Err(error) if how.events.is_some() || error.kind() == ErrorKind::GroupUnknown => {
                tracing::debug!(kind = %error.kind(), "nothing to compare with; events alone will tell");
            }
            Err(error) => return Err(error),
        }
    }
    let (accepted, already) = remove.submit().await?;
    if let ([person], true) = (&mut people[..], already) {
        person.outcome = Some(Ok(()));
        return conclude(&group.id, &people, LearntBy::Answer, &accepted);
    }
    learn(Remove { group, accepted: accepted.clone(), people, before }, &how, &accepted).await
}

/// Who is in the group.
async fn read(group: &GroupHandle) -> Result<Vec<Participant>> {
    let fields = [GroupField::Participants, GroupField::TotalParticipantCount];
    let Group { participants, participant_count, .. } = group.get().fields(fields).await?;
    match participants {
        Some(participants) => Ok(participants),
        None if participant_count == Some(0) => Ok(Vec::new()),
        None => Err(Error::senseless(Operation::GetGroup, "the answer does not tell who is in the group")),
    }
}

/// Somebody who was named, with every id they are known by.
#[derive(Clone, Debug)]
struct Person {
    input: ParticipantInput,
    wa_id: Option<String>,
    user_id: Option<String>,
    parent_user_id: Option<String>,
    before: Presence,
    outcome: Option<std::result::Result<(), ItemError>>,
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
        let text = input.as_str();
        let digits = text.trim_start_matches('+');
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        let is_parent = !is_number && text.split('.').nth(1) == Some("ENT");
        Self {
            input: input.clone(),
            wa_id: is_number.then(|| digits.to_owned()),
            user_id: (!is_number && !is_parent).then(|| text.to_owned()),
            parent_user_id: is_parent.then(|| text.to_owned()),
            before: Presence::Unclear,
            outcome: None,
        }
    }

    fn ids<'a>(&'a self, other: &'a Participant) -> [(Option<&'a str>, Option<&'a str>); 3] {
        [
            (self.wa_id.as_deref(), other.wa_id.as_ref().map(AsRef::as_ref)),
            (self.user_id.as_deref(), other.user_id.as_ref().map(AsRef::as_ref)),
            (self.parent_user_id.as_deref(), other.parent_user_id.as_ref().map(AsRef::as_ref)),
        ]
    }

    fn is(&self, other: &Participant) -> bool {
        self.ids(other).into_iter().any(|(ours, theirs)| ours.is_some() && ours == theirs)
    }

    fn is_comparable_to(&self, other: &Participant) -> bool {
        self.ids(other).into_iter().any(|(ours, theirs)| ours.is_some() && theirs.is_some())
    }

    fn presence(&self, participants: &[Participant]) -> Presence {
        if participants.iter().any(|other| self.is(other)) {
            Presence::In
        } else if participants.iter().all(|other| self.is_comparable_to(other)) {
            Presence::Out
        } else {
            Presence::Unclear
        }
    }

    /// Whether an event speaks of this person: it echoes what was sent, to the letter (Facts 4.2).
    fn is_meant_by(&self, told: &EventParticipant) -> bool {
        let echoed = told.input.as_deref().is_some_and(|input| {
            input == self.input.as_str()
                || ParticipantInput::new(input).is_ok_and(|input| input.is_same_person(&self.input))
        });
        echoed || (told.input.is_none() && self.is(&told.participant))
    }
}

/// Learns who is in before the call, and by which further ids they are known.
fn recognise(people: &mut [Person], participants: &[Participant]) {
    for person in people {
        person.before = person.presence(participants);
        if let Some(found) = participants.iter().find(|other| person.is(other)) {
            let id = |id: Option<&str>| id.map(str::to_owned);
            person.wa_id = id(found.wa_id.as_ref().map(AsRef::as_ref)).or(person.wa_id.take());
            person.user_id = id(found.user_id.as_ref().map(AsRef::as_ref)).or(person.user_id.take());
            let parent = id(found.parent_user_id.as_ref().map(AsRef::as_ref));
            person.parent_user_id = parent.or(person.parent_user_id.take());
        }
    }
}

struct Remove {
    group: GroupHandle,
    accepted: Accepted,
    people: Vec<Person>,
    /// How many were in before; `None` where that was not read.
    before: Option<usize>,
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
            return Err(not_seen(&self.accepted, "nobody was seen to leave in time", last));
        }
        for person in &mut self.people {
            let why = match person.before {
                Presence::Out => "nobody in the group was recognised as this person before the call",
                _ => "they were not seen to leave in time",
            };
            let unknown = || Err(ItemError::new(ErrorKind::OutcomeUnknown, why));
            person.outcome.get_or_insert_with(unknown);
        }
        conclude(&self.group.id, &self.people, LearntBy::Polling, &self.accepted)
    }
}

/// What an event says of somebody, if anything.
fn outcome_of(
    person: &Person,
    removal: &GroupParticipantsRemove,
) -> Option<std::result::Result<(), ItemError>> {
    let overall = removal.errors.first();
    if let Some(told) = removal.failed_participants.iter().find(|told| person.is_meant_by(told)) {
        let error = told.errors.first().or(overall).cloned();
        return Some(Err(error.unwrap_or_else(without_reason)));
    }
    if removal.removed_participants.iter().any(|told| person.is_meant_by(told)) {
        return Some(Ok(()));
    }
    let names_nobody = removal.removed_participants.is_empty() && removal.failed_participants.is_empty();
    overall.filter(|_| names_nobody).map(|error| Err(error.clone()))
}

/// A failure where nobody was removed, else everybody one by one.
fn conclude(group: &GroupId, people: &[Person], learnt_by: LearntBy, accepted: &Accepted) -> Result<Removed> {
    let (mut succeeded, mut failures) = (Vec::new(), Vec::new());
    for person in people {
        match &person.outcome {
            Some(Ok(())) => succeeded.push(person.input.clone()),
            Some(Err(error)) => failures.push(FailedRemoval::new(person.input.clone(), error.clone())),
            None => {}
        }
    }
    let none = succeeded.is_empty() && !failures.is_empty();
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

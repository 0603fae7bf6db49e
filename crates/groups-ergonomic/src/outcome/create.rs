//! What became of a create: a webhook tells, or the list of groups holds a new one with the subject (Facts 1.2). If more
//! than one new group has it, nobody can say which is which, and that is what is told.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use groups_model::event::{Event, EventKind};
use groups_model::{Accepted, Created, ErrorKind, Group, GroupId, JoinApprovalMode, LearntBy, Timestamp};

use tokio::time::Instant;

use super::learn::{Question, learn};
use super::{How, Ticket, Wait, failed, not_seen};
use crate::client::Client;
use crate::error::{Error, Result};
use crate::groups::{CreateGroup, Pending};
use crate::operation::Operation;

impl CreateGroup {
    /// Waits until the group is there, and tells its id and invite link.
    ///
    /// Without webhooks the group is found by its subject among those that were not there before, once it has stayed the
    /// only one for a second: see [`Wait`] for the cost, and for what that cannot tell. Where two new groups have the subject, the error's kind is [`ErrorKind::OutcomeAmbiguous`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = groups_sandbox::Sandbox::start().await?;
    /// # let client = groups_ergonomic::Client::builder().api_key(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
    /// let created = client.groups().create("Trip to Kyoto").wait(std::time::Duration::from_secs(30)).await?;
    /// println!("{}: {:?}", created.group_id, created.group.invite_link);
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait(self, timeout: Duration) -> Wait<Created> {
        let client = self.client.clone();
        Wait::new(&client, timeout, |how| Box::pin(run(self, how)))
    }
}

async fn run(create: CreateGroup, how: How) -> Result<Created> {
    how.check().map_err(|error| error.during(Operation::CreateGroup))?;
    let wanted = Arc::new(create.checked()?);
    let client = wanted.client.clone();
    let ticket = client.rivals().begin(&wanted.subject);
    let before = match how.polling {
        true => match Before::read(&client).await {
            Ok(before) => Some(Arc::new(before)),
            // Events may tell without it.
            Err(error) if how.events.is_some() => {
                tracing::debug!(kind = %error.kind(), "no list to compare with; events alone will tell");
                None
            }
            Err(error) => {
                ticket.settle(None);
                return Err(error);
            }
        },
        false => None,
    };
    let coming = how.coming(KIND, None).await;
    let accepted = wanted.submit(&ticket).await?;
    let can_wait = how.events.is_some();
    let ticket = Arc::new(ticket);
    let question = Create {
        wanted,
        before,
        accepted: accepted.clone(),
        ticket,
        can_wait,
        candidates: Vec::new(),
        alone: None,
    };
    learn(question, &how, &accepted, coming).await
}

/// The type of the events that tell it.
pub(super) const KIND: &str = "group_create";

/// The groups there were.
#[derive(Debug, Default)]
struct Before {
    ids: HashSet<GroupId>,
    newest: Option<Timestamp>,
}

/// By how much the clocks that date groups may differ, in seconds.
const SKEW: i64 = 60;

impl Before {
    async fn read(client: &Client) -> Result<Self> {
        let groups = client.groups().list().stream().all().await?;
        Ok(Self::of(&groups))
    }

    fn of(groups: &[Group]) -> Self {
        let newest = groups.iter().filter_map(|group| group.created_at).max_by_key(|at| at.seconds());
        Self { ids: groups.iter().map(|group| group.id.clone()).collect(), newest }
    }

    /// Whether a listed group is one that a create with this subject may have made since. One that is older than
    /// another that was there has only come back into the list, as after a suspension (Facts 7.2).
    fn is_new(&self, group: &Group, subject: &str) -> bool {
        let older = match (group.created_at, self.newest) {
            (Some(at), Some(newest)) => at.seconds() + SKEW < newest.seconds(),
            _ => false,
        };
        !older
            && !self.ids.contains(&group.id)
            && group.subject.as_deref().is_some_and(|text| text.trim() == subject)
    }
}

struct Create {
    wanted: Arc<CreateGroup>,
    /// `None`: nothing to compare with.
    before: Option<Arc<Before>>,
    accepted: Accepted,
    ticket: Arc<Ticket>,
    /// Whether a webhook may tell what a look cannot.
    can_wait: bool,
    /// Groups that may be the one, and nobody can say so.
    candidates: Vec<GroupId>,
    /// The only new group that fits, since when.
    alone: Option<(GroupId, Instant)>,
}

/// How long a group must have been the only new one before it is taken: an equal create of another process may make one,
/// too.
const STAYS_ALONE: Duration = Duration::from_secs(1);

/// What a look at the list shows.
pub(super) enum Seen {
    Nothing,
    /// One group that may be it, with all that can be read of it, and when it was seen.
    One(Box<Group>, Instant),
    Several(Vec<GroupId>),
}

impl Question for Create {
    type Outcome = Created;
    type Seen = Seen;

    fn look(&self) -> Option<Pending<Seen>> {
        let client = self.wanted.client.clone();
        if let Some(id) = self.accepted.group_id.clone() {
            return Some(Box::pin(async move { named(&client, id).await }));
        }
        let (before, subject) = (self.before.clone()?, self.wanted.subject.clone());
        let ticket = Arc::clone(&self.ticket);
        Some(Box::pin(async move {
            let mut fresh = client.groups().list().stream().all().await?;
            fresh.retain(|group| before.is_new(group, &subject) && !ticket.is_taken(&group.id));
            let at = Instant::now();
            match <[Group; 1]>::try_from(fresh) {
                Ok([listed]) => match read(&client, listed.id.clone()).await? {
                    Some(group) => Ok(Seen::One(Box::new(group), at)),
                    // It is gone again already; that it was made is certain.
                    None => Ok(Seen::One(Box::new(listed), at)),
                },
                Err(fresh) if fresh.is_empty() => Ok(Seen::Nothing),
                Err(fresh) => Ok(Seen::Several(fresh.into_iter().map(|group| group.id).collect())),
            }
        }))
    }

    fn told(&mut self, event: &Event) -> Option<Result<Created>> {
        let learnt = told(event, &self.accepted)?;
        self.ticket.settle(learnt.as_ref().ok().map(|created| &created.group_id));
        Some(learnt)
    }

    /// A group is made once, so an event of the group that the answer named is about this create, whatever it tells.
    fn overheard(&mut self, event: &Event) -> Option<Result<Created>> {
        self.told(event)
    }

    fn seen(&mut self, seen: Seen) -> Option<Result<Created>> {
        let alone = self.alone.take();
        self.candidates = match seen {
            Seen::Nothing => Vec::new(),
            Seen::One(group, _) if self.accepted.group_id.is_some() => {
                self.ticket.settle(Some(&group.id));
                return Some(Ok(self.take(*group)));
            }
            Seen::One(group, _) if self.ticket.is_taken(&group.id) || !self.fits(&group) => Vec::new(),
            // It may be what the other create made.
            Seen::One(group, _) if self.ticket.has_rivals() => vec![group.id],
            Seen::One(group, at) => {
                let since = alone.filter(|(id, _)| *id == group.id).map_or(at, |(_, since)| since);
                match at.duration_since(since) >= STAYS_ALONE {
                    true if self.ticket.claim(&group.id) => return Some(Ok(self.take(*group))),
                    // Another create was told that it is its own, just now.
                    true => Vec::new(),
                    false => {
                        self.alone = Some((group.id.clone(), since));
                        vec![group.id]
                    }
                }
            }
            Seen::Several(ids) if self.can_wait => ids,
            Seen::Several(ids) => return Some(Err(self.ambiguous(&ids))),
        };
        None
    }

    fn give_up(&mut self, last: Option<Error>) -> Result<Created> {
        match &self.candidates[..] {
            [] => Err(not_seen(&self.accepted, "the group was not seen in time", last)),
            candidates => Err(self.ambiguous(candidates)),
        }
    }
}

impl Create {
    fn take(&self, group: Group) -> Created {
        Created::new(group, self.accepted.request_id.clone(), LearntBy::Polling)
    }

    /// Whether what can be read of a group is what was asked for. Another process may use the same subject.
    fn fits(&self, group: &Group) -> bool {
        let text = |text: Option<&str>| text.unwrap_or_default().trim().to_owned();
        let described = text(group.description.as_deref()) == text(self.wanted.description.as_deref());
        // Only what was read decides: a list tells neither.
        let was_read = group.join_approval_mode.is_some();
        let mode = self.wanted.approval.clone().unwrap_or(JoinApprovalMode::AutoApprove);
        !was_read || (described && group.join_approval_mode.as_ref() == Some(&mode))
    }

    fn ambiguous(&self, candidates: &[GroupId]) -> Error {
        let ids = candidates.iter().map(GroupId::as_str).collect::<Vec<_>>().join(", ");
        let subject = &self.wanted.subject;
        let message = match &self.alone {
            Some((id, _)) => format!(
                "accepted, and there is a new group with the subject {subject:?}, but not long enough to be sure that \
                 no other create made it: {id}"
            ),
            None => format!(
                "accepted, but more than one create has the subject {subject:?}, and which of the new groups it made \
                 cannot be told: {ids}"
            ),
        };
        Error::not_learnt(ErrorKind::OutcomeAmbiguous, message, super::SENT)
            .during(Operation::CreateGroup)
            .accepted_as(self.accepted.clone(), None)
    }
}

/// The group that an answer named, as soon as it is there.
async fn named(client: &Client, id: GroupId) -> Result<Seen> {
    Ok(read(client, id).await?.map_or(Seen::Nothing, |group| Seen::One(Box::new(group), Instant::now())))
}

/// A group with its link; `None` where there is no such group.
async fn read(client: &Client, id: GroupId) -> Result<Option<Group>> {
    let handle = client.group(id)?;
    let mut group = match handle.get().await {
        Ok(group) => group,
        Err(error) if error.kind() == ErrorKind::GroupUnknown => return Ok(None),
        Err(error) => return Err(error),
    };
    // The group is there, with or without it.
    group.invite_link = handle.invite_link().await.ok().map(|link| link.invite_link);
    Ok(Some(group))
}

/// Of something accepted earlier: only the group that the answer named can be looked for.
pub(super) struct Named {
    pub(super) client: Client,
    pub(super) group: GroupId,
    pub(super) accepted: Accepted,
}

impl Question for Named {
    type Outcome = Created;
    type Seen = Seen;

    fn look(&self) -> Option<Pending<Seen>> {
        let (client, id) = (self.client.clone(), self.group.clone());
        Some(Box::pin(async move { named(&client, id).await }))
    }

    fn told(&mut self, event: &Event) -> Option<Result<Created>> {
        told(event, &self.accepted)
    }

    fn overheard(&mut self, event: &Event) -> Option<Result<Created>> {
        self.told(event)
    }

    fn seen(&mut self, seen: Seen) -> Option<Result<Created>> {
        let Seen::One(group, _) = seen else { return None };
        Some(Ok(Created::new(*group, self.accepted.request_id.clone(), LearntBy::Polling)))
    }

    fn give_up(&mut self, last: Option<Error>) -> Result<Created> {
        Err(not_seen(&self.accepted, "the group was not seen in time", last))
    }
}

pub(super) fn told(event: &Event, accepted: &Accepted) -> Option<Result<Created>> {
    let EventKind::GroupCreate(created) = &event.kind else { return None };
    if let Some(error) = created.errors.first() {
        return Some(Err(failed(error, accepted, None)));
    }
    let mut group = Group::new(event.group_id.as_ref().or(accepted.group_id.as_ref())?.clone());
    group.subject = created.subject.clone();
    group.description = created.description.clone().filter(|text| !text.is_empty());
    group.invite_link = created.invite_link.clone();
    group.join_approval_mode = created.join_approval_mode.clone();
    Some(Ok(Created::new(group, accepted.request_id.clone(), LearntBy::Webhook)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn groups(listed: Value) -> Vec<Group> {
        serde_json::from_value(listed).unwrap()
    }

    #[test]
    fn a_new_group_has_the_subject_was_not_there_and_is_not_old() {
        let before = Before::of(&groups(json!([
            { "id": "a", "subject": "Trip", "created_at": "2026-01-01T00:00:00Z" },
            { "id": "b", "subject": "Other", "created_at": "2026-03-01T00:00:00Z" },
        ])));
        for (group, expected) in [
            (json!({ "id": "c", "subject": "Trip", "created_at": "2026-03-01T00:05:00Z" }), true),
            (json!({ "id": "c", "subject": " Trip ", "created_at": "2026-02-28T23:59:30Z" }), true),
            (json!({ "id": "c", "subject": "Trip" }), true),
            (json!({ "id": "a", "subject": "Trip", "created_at": "2026-03-01T00:05:00Z" }), false),
            // It was renamed, not made.
            (json!({ "id": "b", "subject": "Trip", "created_at": "2026-03-01T00:00:00Z" }), false),
            // It came back after a suspension.
            (json!({ "id": "c", "subject": "Trip", "created_at": "2026-02-01T00:00:00Z" }), false),
            (json!({ "id": "c", "subject": "trip", "created_at": "2026-03-01T00:05:00Z" }), false),
            (json!({ "id": "c" }), false),
        ] {
            assert_eq!(before.is_new(&groups(json!([group]))[0], "Trip"), expected, "{group}");
        }
        assert!(Before::default().is_new(&groups(json!([{ "id": "c", "subject": "Trip" }]))[0], "Trip"));
    }

    /// A wait for a group "Trip" without a description, and what one look makes of what it sees.
    fn seen(seen: Seen, can_wait: bool, rivals: usize) -> String {
        seen_in_turn([seen], can_wait, rivals)
    }

    /// The same of several looks.
    fn seen_in_turn(looks: impl IntoIterator<Item = Seen>, can_wait: bool, rivals: usize) -> String {
        let client = Client::builder().api_key("k").base_url("http://127.0.0.1:9").build().unwrap();
        let ticket = Arc::new(client.rivals().begin("Trip"));
        let _rivals: Vec<_> = (0..rivals).map(|_| client.rivals().begin("Trip")).collect();
        let mut question = Create {
            wanted: Arc::new(client.groups().create("Trip").checked().unwrap()),
            before: Some(Arc::default()),
            accepted: Accepted::new("create_group", None, "R".try_into().ok()),
            ticket,
            can_wait,
            candidates: Vec::new(),
            alone: None,
        };
        let told = |learnt: Result<Created>| match learnt {
            Ok(created) => created.group_id.to_string(),
            Err(error) => error.kind().to_string(),
        };
        match looks.into_iter().find_map(|seen| question.seen(seen)) {
            Some(learnt) => told(learnt),
            None => format!("open, then {}", told(question.give_up(None))),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_group_is_taken_once_it_has_stayed_the_only_one() {
        let began = Instant::now();
        let one = |id: &str, ms: u64| {
            let group =
                groups(json!([{ "id": id, "subject": "Trip", "join_approval_mode": "auto_approve" }]))
                    .remove(0);
            Seen::One(Box::new(group), began + Duration::from_millis(ms))
        };
        let both = || Seen::Several(vec!["c".try_into().unwrap(), "d".try_into().unwrap()]);
        let open = "open, then outcome_ambiguous";
        for can_wait in [false, true] {
            assert_eq!(seen_in_turn([one("c", 0), one("c", 999)], can_wait, 0), open);
            assert_eq!(seen_in_turn([one("c", 0), one("c", 480), one("c", 1_000)], can_wait, 0), "c");
            // The other one was gone before this one came.
            assert_eq!(seen_in_turn([one("d", 0), one("c", 1_000)], can_wait, 0), open);
            assert_eq!(seen_in_turn([one("c", 0), Seen::Nothing, one("c", 1_000)], can_wait, 0), open);
        }
        assert_eq!(
            seen_in_turn([one("c", 0), both()], false, 0),
            "outcome_ambiguous",
            "an equal create's came"
        );
        assert_eq!(seen_in_turn([one("c", 0), both(), one("c", 1_500)], true, 0), open);
    }

    #[test]
    fn one_group_is_taken_and_of_several_none_is_guessed() {
        let now = Instant::now();
        let group = |json: Value| Seen::One(Box::new(groups(json!([json])).remove(0)), now);
        let plain = || group(json!({ "id": "c", "subject": "Trip", "join_approval_mode": "auto_approve" }));
        let several = || Seen::Several(vec!["c".try_into().unwrap(), "d".try_into().unwrap()]);
        assert_eq!(seen(plain(), false, 0), "open, then outcome_ambiguous", "another may still come");
        assert_eq!(seen(Seen::Nothing, false, 0), "open, then outcome_not_seen");
        assert_eq!(seen(plain(), false, 1), "open, then outcome_ambiguous", "it may be the other's");
        assert_eq!(seen(several(), false, 0), "outcome_ambiguous");
        assert_eq!(seen(several(), true, 0), "open, then outcome_ambiguous", "a webhook may tell yet");
        for other in [
            json!({ "id": "c", "subject": "Trip", "join_approval_mode": "approval_required" }),
            json!({ "id": "c", "subject": "Trip", "join_approval_mode": "auto_approve", "description": "x" }),
        ] {
            assert_eq!(seen(group(other), false, 0), "open, then outcome_not_seen", "it was made otherwise");
        }
    }
}

//! The outcome of a create: a webhook reports it, or the list of groups contains a new one that fits (Facts 1.2). Which
//! group that is, the matcher decides.

use std::sync::Arc;
use std::time::Duration;

use groups_model::event::{Event, EventKind};
use groups_model::text::{normalized, quoted};
use groups_model::{Accepted, Created, ErrorKind, Group, GroupId, LearntBy};

use tokio::time::Instant;

use super::create_matcher::{KnownGroups, Verdict, has_odd_subject};
use super::learn::{Question, learn};
use super::rivals::{Followed, Follower};
use super::{How, Ticket, Wait, failed, not_seen};
use crate::client::Client;
use crate::error::{Error, Result};
use crate::groups::{CreateGroup, Pending};
use crate::operation::Operation;

impl CreateGroup {
    /// Waits until the group is there, and tells its id and invite link.
    ///
    /// Without webhooks the group is found by its subject among those that were not there before, once it has stayed the
    /// only one for a second: see [`Wait`] for the cost, and for what that cannot find out. The subject may be stored in
    /// another Unicode form or with other white space than it was sent. Where several new groups fit, the error's kind is
    /// [`ErrorKind::OutcomeAmbiguous`], and its details contain their ids.
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
    let ticket = client.rivals().begin(wanted.likeness());
    let before = match how.polling {
        true => match how.read_before(Operation::ListGroups, known(&client)).await {
            Ok(before) => Some(Arc::new(before)),
            // Events may tell without it.
            Err(error) if how.can_do_without(&error) => {
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
    let question = Create {
        follower: Follower::new(client.rivals()),
        wanted,
        before,
        accepted: accepted.clone(),
        ticket: Arc::new(ticket),
        can_wait: how.events.is_some(),
        candidates: Vec::new(),
        is_unconfirmed: false,
        is_different: false,
    };
    learn(question, &how, &accepted, coming).await
}

/// The type of the events that tell it.
pub(super) const KIND: &str = "group_create";

/// The groups before the call.
async fn known(client: &Client) -> Result<KnownGroups> {
    let groups = client.groups().list().stream().all().await?;
    Ok(KnownGroups::of(&groups))
}

/// Of more groups that may be the one none is read.
const READ_AT_MOST: usize = 8;

struct Create {
    wanted: Arc<CreateGroup>,
    /// `None`: nothing to compare with.
    before: Option<Arc<KnownGroups>>,
    accepted: Accepted,
    ticket: Arc<Ticket>,
    follower: Follower,
    /// Whether a webhook may report what a look cannot find out.
    can_wait: bool,
    /// Groups that may be the one.
    candidates: Vec<GroupId>,
    /// Whether there is one candidate that has not been the only one for long enough.
    is_unconfirmed: bool,
    /// Whether the candidates have other settings than those that were asked for.
    is_different: bool,
}

/// What a look at the list shows: new groups with the subject, with all that can be read of them, and when they were listed.
pub(super) struct Seen {
    groups: Vec<Group>,
    at: Instant,
}

impl Question for Create {
    type Outcome = Created;
    type Seen = Seen;

    fn look(&self) -> Option<Pending<Seen>> {
        let client = self.wanted.client.clone();
        if let Some(id) = self.accepted.group_id.clone() {
            return Some(Box::pin(async move { named(&client, id).await }));
        }
        let (before, wanted) = (self.before.clone()?, self.wanted.likeness());
        let ticket = Arc::clone(&self.ticket);
        Some(Box::pin(async move {
            let at = Instant::now();
            let mut groups = client.groups().list().stream().all().await?;
            groups.retain(|group| {
                let is_alike = has_odd_subject(group)
                    || group.subject.as_deref().is_some_and(|text| normalized(text) == wanted.subject());
                before.is_new(group) && is_alike && !ticket.is_taken(&group.id)
            });
            if groups.len() <= READ_AT_MOST {
                for group in &mut groups {
                    // One that is gone again was created for certain.
                    if let Some(mut read) = read(&client, group.id.clone()).await? {
                        // What the list contained, and was not read again.
                        if has_odd_subject(&read) {
                            read.subject = group.subject.take();
                        }
                        read.created_at = read.created_at.or(group.created_at);
                        *group = read;
                    }
                }
            }
            Ok(Seen { groups, at })
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
        let Seen { mut groups, at } = seen;
        if self.accepted.group_id.is_some() {
            let group = groups.pop()?;
            self.ticket.settle(Some(&group.id));
            return Some(Ok(self.take(group)));
        }
        let before = self.before.clone()?;
        let create = Followed {
            ticket: &self.ticket,
            request_id: self.accepted.request_id.as_ref(),
            is_accepted: true,
            is_settled: false,
        };
        let verdict = self.follower.look(&[create], &before, &[], Some((&groups, at))).pop()?;
        self.is_unconfirmed = matches!(verdict, Verdict::Unconfirmed(_));
        self.is_different = false;
        self.candidates = match verdict {
            Verdict::Created(id, _) => {
                let group = groups.into_iter().find(|group| group.id == id)?;
                return Some(Ok(self.take(group)));
            }
            Verdict::Unconfirmed(id) => vec![id],
            // Without webhooks waiting does not decide between groups that exist.
            Verdict::Ambiguous(ids) if ids.len() > 1 && !self.can_wait => {
                return Some(Err(self.ambiguous(&ids)));
            }
            Verdict::Ambiguous(ids) => ids,
            // They have the subject and other settings.
            Verdict::Missing(ids) => {
                self.is_different = !ids.is_empty();
                ids
            }
            Verdict::Failed(_) => Vec::new(),
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

    fn ambiguous(&self, candidates: &[GroupId]) -> Error {
        let ids = candidates.iter().map(GroupId::as_str).collect::<Vec<_>>().join(", ");
        let subject = quoted(&self.wanted.subject);
        let message = match self.is_unconfirmed {
            _ if self.is_different => format!(
                "accepted, and a new group has the subject {subject}, but another description or approval mode"
            ),
            true => format!(
                "accepted, and a new group has the subject {subject}, but not for long enough to exclude that another \
                 create made it"
            ),
            false => format!(
                "accepted, but more than one create or new group has the subject {subject}, and it is unknown which \
                 group this create made"
            ),
        };
        Error::not_learnt(ErrorKind::OutcomeAmbiguous, message, super::SENT)
            .detailed(format!("Candidates: {ids}"))
            .during(Operation::CreateGroup)
            .accepted_as(self.accepted.clone(), None)
    }
}

/// The group that an answer named, as soon as it is there.
async fn named(client: &Client, id: GroupId) -> Result<Seen> {
    let groups = read(client, id).await?.into_iter().collect();
    Ok(Seen { groups, at: Instant::now() })
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
        let group = seen.groups.into_iter().next()?;
        Some(Ok(Created::new(group, self.accepted.request_id.clone(), LearntBy::Polling)))
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

    /// A wait for a group "Trip" without a description, and what looks conclude from what they see, half a second apart.
    fn seen(looks: &[Value], can_wait: bool, rivals: usize) -> String {
        let client = Client::builder().api_key("k").base_url("http://127.0.0.1:9").build().unwrap();
        let wanted = client.groups().create("Trip").checked().unwrap();
        let likeness = wanted.likeness();
        let mut question = Create {
            wanted: Arc::new(wanted),
            before: Some(Arc::default()),
            accepted: Accepted::new("create_group", None, "R".try_into().ok()),
            ticket: Arc::new(client.rivals().begin(likeness.clone())),
            follower: Follower::new(client.rivals()),
            can_wait,
            candidates: Vec::new(),
            is_unconfirmed: false,
            is_different: false,
        };
        let _rivals: Vec<_> = (0..rivals).map(|_| client.rivals().begin(likeness.clone())).collect();
        let told = |learnt: Result<Created>| match learnt {
            Ok(created) => created.group_id.to_string(),
            Err(error) => format!("{} {}", error.kind(), error.details().unwrap_or_default()),
        };
        let began = Instant::now();
        for (number, look) in (0..).zip(looks) {
            let groups = serde_json::from_value(look.clone()).unwrap();
            let at = began + Duration::from_millis(500 * number);
            if let Some(learnt) = question.seen(Seen { groups, at }) {
                return told(learnt);
            }
        }
        format!("open, then {}", told(question.give_up(None)))
    }

    #[test]
    fn one_group_is_taken_and_of_several_none_is_guessed() {
        let plain = || json!([{ "id": "c", "subject": "Trip", "join_approval_mode": "auto_approve" }]);
        let several = || json!([{ "id": "c", "subject": "Trip" }, { "id": "d", "subject": "Trip " }]);
        let nothing = || json!([]);
        let open = "open, then outcome_ambiguous Candidates: c";
        for can_wait in [false, true] {
            assert_eq!(seen(&[plain(), plain(), plain()], can_wait, 0), "c");
            assert_eq!(seen(&[plain(), plain()], can_wait, 0), open, "another may still come");
            assert_eq!(seen(&[plain(), plain(), plain()], can_wait, 1), open, "it may be the other's");
            assert_eq!(seen(&[nothing()], can_wait, 0), "open, then outcome_not_seen ");
        }
        assert_eq!(seen(&[several()], false, 0), "outcome_ambiguous Candidates: c, d");
        let told = "open, then outcome_ambiguous Candidates: c, d";
        assert_eq!(seen(&[several()], true, 0), told, "a webhook may still report it");
        for other in [
            json!([{ "id": "c", "subject": "Trip", "join_approval_mode": "approval_required" }]),
            json!([{ "id": "c", "subject": "Trip", "join_approval_mode": "auto_approve", "description": "x" }]),
        ] {
            assert_eq!(seen(&[other], false, 0), open, "it was created otherwise");
        }
    }
}

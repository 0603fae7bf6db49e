//! What became of a delete: a webhook tells, or the group is unknown from then on (131041; Facts 1.5).
//!
//! Without a receipt: a group is deleted once, and its id does not come again, so that it was deleted is believed of any
//! event of the group. That a delete failed is not: it may have been an earlier one, told late, and this one may work yet.

use std::time::Duration;

use groups_model::event::{Event, EventKind};
use groups_model::{Accepted, Deleted, ErrorKind, GroupId, LearntBy};

use super::learn::{Question, learn};
use super::{How, Overheard, Wait, failed, not_seen};
use crate::error::{Error, Result};
use crate::group::{DeleteGroup, GroupHandle};
use crate::groups::Pending;
use crate::operation::Operation;

impl DeleteGroup {
    /// Waits until the group is gone.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = groups_sandbox::Sandbox::start().await?;
    /// # let client = groups_ergonomic::Client::builder().api_key(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
    /// use std::time::Duration;
    /// let patience = Duration::from_secs(30);
    /// let created = client.groups().create("Trip to Kyoto").wait(patience).await?;
    /// let deleted = client.group(created.group_id)?.delete().wait(patience).await?;
    /// println!("gone, learnt by {:?}", deleted.learnt_by);
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait(self, timeout: Duration) -> Wait<Deleted> {
        let client = self.group.client.clone();
        Wait::new(&client, timeout, |how| Box::pin(run(self, how)))
    }
}

async fn run(delete: DeleteGroup, how: How) -> Result<Deleted> {
    how.check().map_err(|error| error.during(Operation::DeleteGroup))?;
    let group = delete.group.clone();
    let coming = how.coming(KIND, Some(&group.id)).await;
    let (accepted, already) = delete.submit().await?;
    if already {
        return Ok(Deleted::new(group.id, accepted.request_id, LearntBy::Answer));
    }
    learn(Delete::new(group, accepted.clone()), &how, &accepted, coming).await
}

/// The type of the events that tell it.
pub(super) const KIND: &str = "group_delete";

pub(super) struct Delete {
    group: GroupHandle,
    accepted: Accepted,
    overheard: Overheard,
}

impl Delete {
    pub(super) fn new(group: GroupHandle, accepted: Accepted) -> Self {
        Self { group, accepted, overheard: Overheard::default() }
    }
}

impl Question for Delete {
    type Outcome = Deleted;
    /// Whether it is gone.
    type Seen = bool;

    fn look(&self) -> Option<Pending<bool>> {
        let group = self.group.clone();
        Some(Box::pin(async move {
            match group.get().fields([]).await {
                Ok(_) => Ok(false),
                Err(error) if error.kind() == ErrorKind::GroupUnknown => Ok(true),
                Err(error) => Err(error),
            }
        }))
    }

    fn told(&mut self, event: &Event) -> Option<Result<Deleted>> {
        told(event, Some(&self.group.id), &self.accepted)
    }

    fn overheard(&mut self, event: &Event) -> Option<Result<Deleted>> {
        self.overheard.note(event.errors().first());
        if event.errors().is_empty() { self.told(event) } else { None }
    }

    fn seen(&mut self, gone: bool) -> Option<Result<Deleted>> {
        let (id, request) = (self.group.id.clone(), self.accepted.request_id.clone());
        gone.then(|| Ok(Deleted::new(id, request, LearntBy::Polling)))
    }

    fn give_up(&mut self, last: Option<Error>) -> Result<Deleted> {
        let why = self.overheard.beside("the group was not seen to be gone in time");
        Err(not_seen(&self.accepted, &why, last))
    }
}

pub(super) fn told(event: &Event, group: Option<&GroupId>, accepted: &Accepted) -> Option<Result<Deleted>> {
    let EventKind::GroupDelete(deleted) = &event.kind else { return None };
    if let Some(error) = deleted.errors.first() {
        return Some(Err(failed(error, accepted, None)));
    }
    let group = group.or(event.group_id.as_ref())?.clone();
    Some(Ok(Deleted::new(group, accepted.request_id.clone(), LearntBy::Webhook)))
}

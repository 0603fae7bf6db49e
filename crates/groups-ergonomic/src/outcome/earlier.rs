//! The outcome of something that was accepted earlier, by its receipt. What was asked for is not known here any more,
//! so little can be looked for: webhooks tell.

use std::time::Duration;

use groups_model::event::Event;
use groups_model::{Accepted, ErrorKind, Outcome, RequestId};

use super::delete::Delete;
use super::learn::{Question, learn};
use super::{How, Wait, create, delete, not_seen, remove, update};
use crate::client::Client;
use crate::error::{Error, Result};
use crate::groups::Pending;
use crate::operation::Operation;

impl Client {
    /// Asks for the outcome of something accepted earlier, by its `request_id` or its whole receipt.
    ///
    /// A source of events tells it, if it knows the events of that time. Without one only a delete, and a create
    /// whose answer named the group, can be seen, and only by a whole receipt.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = groups_sandbox::Sandbox::builder().seeded().start().await?;
    /// # let client = groups_ergonomic::Client::builder().api_key(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
    /// # let mut groups = client.groups().list().stream();
    /// # let id = groups.next().await.ok_or("no group")??.id;
    /// let accepted = client.group(id)?.delete().await?;
    /// // Any time later:
    /// let outcome = client.outcome(accepted).wait(std::time::Duration::from_secs(30)).await?;
    /// println!("{:?}", outcome.learnt_by());
    /// # Ok(())
    /// # }
    /// ```
    pub fn outcome(&self, receipt: impl Into<Receipt>) -> Earlier {
        Earlier { client: self.clone(), accepted: receipt.into().0 }
    }
}

/// What names something accepted earlier: a [`RequestId`] or an [`Accepted`].
#[derive(Clone, Debug)]
pub struct Receipt(Accepted);

impl From<RequestId> for Receipt {
    fn from(id: RequestId) -> Self {
        Self(Accepted::new("", None, Some(id)))
    }
}

impl From<Accepted> for Receipt {
    fn from(accepted: Accepted) -> Self {
        Self(accepted)
    }
}

/// Something accepted earlier. From [`Client::outcome`].
#[derive(Clone, Debug)]
#[must_use = "ends in wait()"]
pub struct Earlier {
    client: Client,
    accepted: Accepted,
}

impl Earlier {
    /// Waits for its outcome.
    pub fn wait(self, timeout: Duration) -> Wait<Outcome> {
        let client = self.client.clone();
        Wait::new(&client, timeout, |how| Box::pin(run(self, how)))
    }
}

async fn run(earlier: Earlier, how: How) -> Result<Outcome> {
    let Earlier { client, accepted } = earlier;
    let operation = Operation::of_id(&accepted.operation);
    match (operation, &accepted.group_id) {
        (Some(Operation::DeleteGroup), Some(id)) => {
            let question = Delete::new(client.group(id.clone())?, accepted.clone());
            let coming = how.coming(delete::KIND, Some(id)).await;
            learn(question, &how, &accepted, coming).await.map(Outcome::Deleted)
        }
        (Some(Operation::CreateGroup), Some(id)) => {
            let question = create::Named { client, group: id.clone(), accepted: accepted.clone() };
            let coming = how.coming(create::KIND, Some(id)).await;
            learn(question, &how, &accepted, coming).await.map(Box::new).map(Outcome::Created)
        }
        _ if how.events.is_none() => {
            let message = "there is nothing to learn this outcome from: no source of events is set, and it cannot be \
                           looked for";
            Err(Error::local(ErrorKind::Configuration, message).accepted_as(accepted, None))
        }
        _ => learn(Told { operation, accepted: accepted.clone() }, &how, &accepted, None).await,
    }
}

/// What events alone can tell.
struct Told {
    operation: Option<Operation>,
    accepted: Accepted,
}

impl Question for Told {
    type Outcome = Outcome;
    type Seen = ();

    fn look(&self) -> Option<Pending<()>> {
        None
    }

    fn told(&mut self, event: &Event) -> Option<Result<Outcome>> {
        let is = |operation| self.operation.is_none_or(|ours| ours == operation);
        // What fails tells of what it was.
        let accepted = |operation: Operation| {
            let group = self.accepted.group_id.clone().or_else(|| event.group_id.clone());
            Accepted::new(operation.id(), group, self.accepted.request_id.clone())
        };
        let created = |event: &Event| create::told(event, &accepted(Operation::CreateGroup));
        let updated = |event: &Event| update::told(event, &accepted(Operation::UpdateGroup));
        let deleted = |event: &Event| delete::told(event, None, &accepted(Operation::DeleteGroup));
        let removed = |event: &Event| remove::told(event, &accepted(Operation::RemoveParticipants));
        if is(Operation::CreateGroup)
            && let Some(learnt) = created(event)
        {
            return Some(learnt.map(Box::new).map(Outcome::Created));
        }
        if is(Operation::UpdateGroup)
            && let Some(learnt) = updated(event)
        {
            return Some(learnt.map(Outcome::Updated));
        }
        if is(Operation::DeleteGroup)
            && let Some(learnt) = deleted(event)
        {
            return Some(learnt.map(Outcome::Deleted));
        }
        let learnt = is(Operation::RemoveParticipants).then(|| removed(event)).flatten();
        learnt.map(|learnt| learnt.map(Outcome::Removed))
    }

    fn overheard(&mut self, _: &Event) -> Option<Result<Outcome>> {
        None
    }

    fn seen(&mut self, (): ()) -> Option<Result<Outcome>> {
        None
    }

    fn give_up(&mut self, last: Option<Error>) -> Result<Outcome> {
        Err(not_seen(&self.accepted, "no webhook has told its outcome in time", last))
    }
}

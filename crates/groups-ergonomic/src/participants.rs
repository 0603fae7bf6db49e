//! The people of a group: remove them. (Nobody can be added; people join by the link.)

use std::future::IntoFuture;

use groups_api::types;
use groups_model::{Accepted, ParticipantInput, limits};

use crate::error::{Error, Result};
use crate::group::{GroupHandle, or_empty, receipt};
use crate::groups::Pending;
use crate::operation::Operation;
use crate::preview::Preview;

impl GroupHandle {
    /// Removes 1 to 8 people, each named once. They cannot come back by the link (Facts 1.11). The answer is a
    /// receipt; what became of each person comes by webhook.
    pub fn remove(&self, users: impl IntoIterator<Item = ParticipantInput>) -> RemoveParticipants {
        RemoveParticipants { group: self.clone(), users: users.into_iter().collect() }
    }
}

/// People to be removed. Await it.
#[derive(Clone, Debug)]
#[must_use = "does nothing until awaited"]
pub struct RemoveParticipants {
    pub(crate) group: GroupHandle,
    pub(crate) users: Vec<ParticipantInput>,
}

impl RemoveParticipants {
    /// The request this would send.
    pub async fn preview(self) -> Result<Preview> {
        let GroupHandle { client, id } = self.group;
        let users = self.users;
        Preview::of(&client, |client| Self { group: GroupHandle { client, id }, users }.send()).await
    }

    async fn send(self) -> Result<Accepted> {
        self.check()?;
        Ok(self.submit().await?.0)
    }

    pub(crate) fn check(&self) -> Result<()> {
        let during = |invalid| Error::from(invalid).during(Operation::RemoveParticipants);
        limits::participants(&self.users).map_err(during)
    }

    /// Sends what was checked. With whether the answer shows that it is done already.
    pub(crate) async fn submit(self) -> Result<(Accepted, bool)> {
        let operation = Operation::RemoveParticipants;
        let GroupHandle { client, id } = self.group;
        let raw = client.raw();
        let body = types::RemoveParticipantsRequest {
            messaging_product: types::MessagingProduct::Whatsapp,
            participants: self.users.into_iter().map(item).collect(),
        };
        let written = client
            .write(operation, || {
                or_empty(operation, raw.remove_participants().group_id(id.clone()).body(body.clone()).send())
            })
            .await?;
        Ok(receipt(operation, &id, written))
    }
}

/// A phone number goes into `user` and a user id into `user_id`, never both (Facts 1.11).
fn item(person: ParticipantInput) -> types::RemoveParticipant {
    match person.is_user_id() {
        true => types::RemoveParticipant { user: None, user_id: Some(person.to_string()) },
        false => types::RemoveParticipant { user: Some(person), user_id: None },
    }
}

impl IntoFuture for RemoveParticipants {
    type Output = Result<Accepted>;
    type IntoFuture = Pending<Accepted>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

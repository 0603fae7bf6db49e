//! A group's invite link: read it, or replace it.

use std::future::IntoFuture;

use groups_api::types;
use groups_model::InviteLink;

use crate::error::{Error, Result};
use crate::group::GroupHandle;
use crate::groups::Pending;
use crate::operation::Operation;
use crate::preview::Preview;

impl GroupHandle {
    /// The current invite link. Whoever has it can join, or ask to.
    pub async fn invite_link(&self) -> Result<InviteLink> {
        let raw = self.client.raw();
        let answer = self
            .client
            .call(Operation::GetInviteLink, || raw.get_invite_link().group_id(self.id.clone()).send())
            .await?;
        if answer.value.invite_link.is_empty() {
            let message = "the answer has no invite link that can be read";
            return Err(Error::senseless(Operation::GetInviteLink, message));
        }
        Ok(InviteLink::new(self.id.clone(), answer.value.invite_link))
    }

    /// Replaces the invite link: every earlier one stops working (Facts 1.7). A call that may have been delivered
    /// is not repeated, as that would kill the link it made; read the link with [`Self::invite_link`] instead.
    pub fn reset_invite_link(&self) -> ResetInviteLink {
        ResetInviteLink { group: self.clone() }
    }
}

/// A link to be replaced. Await it.
#[derive(Clone, Debug)]
#[must_use = "does nothing until awaited"]
pub struct ResetInviteLink {
    group: GroupHandle,
}

impl ResetInviteLink {
    /// The request this would send.
    pub async fn preview(self) -> Result<Preview> {
        let GroupHandle { client, id } = self.group;
        Preview::of(&client, |client| Self { group: GroupHandle { client, id } }.send()).await
    }

    async fn send(self) -> Result<InviteLink> {
        let GroupHandle { client, id } = self.group;
        let raw = client.raw();
        let body = types::ResetInviteLinkRequest { messaging_product: types::MessagingProduct::Whatsapp };
        let answer = client
            .call(Operation::ResetInviteLink, || {
                raw.reset_invite_link().group_id(id.clone()).body(body.clone()).send()
            })
            .await?;
        if answer.value.invite_link.is_empty() {
            // It is replaced, whatever the answer looks like: the link is read instead.
            let group = GroupHandle { client, id };
            return group.invite_link().await.map_err(|error| {
                error.explained("the invite link was replaced, but the new one could not be read")
            });
        }
        Ok(InviteLink::new(id, answer.value.invite_link))
    }
}

impl IntoFuture for ResetInviteLink {
    type Output = Result<InviteLink>;
    type IntoFuture = Pending<InviteLink>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

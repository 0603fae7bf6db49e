//! Acting as the people of WhatsApp, and as WhatsApp itself: what no call of the API can do.

use crate::emulator::Emulator;
use crate::error::{ErrorKind, SandboxError};
use crate::state::draft::Draft;

/// People are named as `+15550100123` or `15550100123`; the digits are their `wa_id`.
///
/// All of these fail with [`ErrorKind::UnknownGroup`] for a group that does not exist,
/// [`ErrorKind::InvalidUser`] for a text that names nobody, and [`ErrorKind::Storage`] when the database fails.
impl Emulator {
    /// Someone opens the group's invite link and is in.
    ///
    /// # Errors
    /// [`ErrorKind::NeedsApproval`], [`ErrorKind::AlreadyIn`], [`ErrorKind::Full`],
    /// [`ErrorKind::Blocked`] for whom the business removed, [`ErrorKind::Suspended`].
    pub async fn join(&self, group_id: &str, user: &str) -> Result<(), SandboxError> {
        self.act(group_id, user, |draft, group_id, user| draft.join(group_id, user)).await
    }

    /// Someone opens an invite link and is in. Returns the id of the group.
    ///
    /// # Errors
    /// [`ErrorKind::LinkDead`] if no group has this link now; else as [`Emulator::join`].
    pub async fn join_by_link(&self, link: &str, user: &str) -> Result<String, SandboxError> {
        self.act(link, user, |draft, link, user| {
            let group_id = draft.group_of_link(link)?;
            draft.join(&group_id, user)?;
            Ok(group_id)
        })
        .await
    }

    /// Someone opens an invite link: they are in, or they ask, as the group wants it. Returns the group's id and, if they
    /// asked, the join request's.
    ///
    /// # Errors
    /// [`ErrorKind::LinkDead`] if no group has this link now; else as [`Emulator::join`] and [`Emulator::request`].
    pub async fn open_link(&self, link: &str, user: &str) -> Result<(String, Option<String>), SandboxError> {
        self.act(link, user, |draft, link, user| {
            let group_id = draft.group_of_link(link)?;
            match draft.request(&group_id, user) {
                Ok(request) => Ok((group_id, Some(request))),
                Err(ErrorKind::NoApprovalNeeded) => draft.join(&group_id, user).map(|()| (group_id, None)),
                Err(kind) => Err(kind),
            }
        })
        .await
    }

    /// Someone opens the invite link of a group that wants approval, and asks. Returns the join request's id.
    ///
    /// # Errors
    /// [`ErrorKind::NoApprovalNeeded`], [`ErrorKind::AlreadyRequested`], [`ErrorKind::AlreadyIn`],
    /// [`ErrorKind::Full`], [`ErrorKind::Blocked`], [`ErrorKind::Suspended`].
    pub async fn request(&self, group_id: &str, user: &str) -> Result<String, SandboxError> {
        self.act(group_id, user, |draft, group_id, user| draft.request(group_id, user)).await
    }

    /// Someone takes their join request back.
    ///
    /// # Errors
    /// [`ErrorKind::NoRequest`].
    pub async fn withdraw(&self, group_id: &str, user: &str) -> Result<(), SandboxError> {
        self.act(group_id, user, |draft, group_id, user| draft.withdraw(group_id, user)).await
    }

    /// Someone leaves; they may come back by the link.
    ///
    /// # Errors
    /// [`ErrorKind::NotIn`].
    pub async fn leave(&self, group_id: &str, user: &str) -> Result<(), SandboxError> {
        self.act(group_id, user, |draft, group_id, user| draft.leave(group_id, user)).await
    }

    /// WhatsApp suspends the group: calls for it answer 131207, and lists leave it out.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadySuspended`].
    pub async fn suspend(&self, group_id: &str) -> Result<(), SandboxError> {
        self.act(group_id, "", |draft, group_id, _| draft.suspend(group_id)).await
    }

    /// WhatsApp lifts the suspension.
    ///
    /// # Errors
    /// [`ErrorKind::NotSuspended`].
    pub async fn restore(&self, group_id: &str) -> Result<(), SandboxError> {
        self.act(group_id, "", |draft, group_id, _| draft.restore(group_id)).await
    }

    async fn act<T: Send + 'static>(
        &self,
        group: &str,
        user: &str,
        act: impl FnOnce(&mut Draft<'_>, &str, &str) -> Result<T, ErrorKind> + Send + 'static,
    ) -> Result<T, SandboxError> {
        let (group_owned, user_owned) = (group.to_owned(), user.to_owned());
        let done = self.write(move |draft| act(draft, &group_owned, &user_owned)).await?;
        done.map_err(|kind| SandboxError::of_person(kind, group, user))
    }
}

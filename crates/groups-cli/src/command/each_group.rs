//! Reading each group of a list. What is wrong with one group does not hide the others: they are shown, and it is named at
//! the end. What is wrong with all ends the list where it is.

use std::cell::{Cell, RefCell};

use futures_util::StreamExt;
use groups_ergonomic::model::{Group, GroupId};
use groups_ergonomic::{ErrorKind, Operation};

use super::{AT_ONCE, Call, summary};
use crate::failure::Failure;
use crate::output::Printer;

/// Groups that are named where they could not be read.
const NAMED: usize = 5;

/// How many were read, and which could not be.
#[derive(Default)]
pub(super) struct EachGroup {
    read: Cell<usize>,
    unread: RefCell<Vec<(GroupId, Failure)>>,
}

impl EachGroup {
    /// Reads the groups of a page, several at once, in the order of the page. One that is gone by now is left out.
    pub(super) async fn of_page(
        &self,
        groups: Vec<Group>,
        read: impl AsyncFn(GroupId) -> Result<Group, Failure>,
    ) -> Result<Vec<Group>, Failure> {
        let read = &read;
        let mut reads = futures_util::stream::iter(groups)
            .map(|listed| async move {
                let id = listed.id.clone();
                let read = read(listed.id).await.map(|mut group| {
                    // What the list told, and was not asked for again.
                    group.subject = group.subject.or(listed.subject);
                    group.created_at = group.created_at.or(listed.created_at);
                    group
                });
                (id, read)
            })
            .buffered(AT_ONCE);
        let mut whole = Vec::new();
        while let Some((id, read)) = reads.next().await {
            match read {
                Ok(group) => whole.push(group),
                Err(failure) if failure.is(ErrorKind::GroupUnknown) => {}
                Err(failure) if is_of_all(&failure) => return Err(failure),
                Err(failure) => self.unread.borrow_mut().push((id, failure)),
            }
        }
        self.read.set(self.read.get() + whole.len());
        Ok(whole)
    }

    /// What the whole list came to, and names the groups that could not be read, also where it ended early.
    pub(super) fn judge(
        self,
        listed: Result<(), Failure>,
        call: &Call<'_>,
        out: &Printer,
    ) -> Result<(), Failure> {
        let unread = self.unread.into_inner();
        let Some((one, _)) = unread.first().filter(|_| !out.has_ended()) else { return listed };
        let tells = format!("`{}` tells why of one.", call.scene.line(&format!("get {one}")));
        let mut ids: Vec<&str> = unread.iter().take(NAMED).map(|(id, _)| id.as_str()).collect();
        if unread.len() > NAMED {
            ids.push("…");
        }
        let ids = ids.join(", ");
        listed.map_err(|mut failure| {
            failure.report.message =
                format!("{}; before that {} could not be read: {ids}", failure.report.message, unread.len());
            failure
        })?;
        let failed: Vec<_> = unread.into_iter().map(|(_, failure)| (*failure.report, failure.code)).collect();
        let operation = Operation::GetGroup.id();
        summary::of(call.scene, operation, "groups read", self.read.get(), &failed).map_err(|mut failure| {
            failure.report.message = format!("{}: {ids}", failure.report.message);
            if failed.len() > 1 {
                failure.report.remedy = Some(tells);
            }
            failure
        })
    }
}

/// Whether the other groups would fail alike. A right may be missing for one group only, as the list itself was told.
fn is_of_all(failure: &Failure) -> bool {
    [
        ErrorKind::AccountRestricted,
        ErrorKind::Configuration,
        ErrorKind::InvalidCredentials,
        ErrorKind::Network,
        ErrorKind::NotEligible,
        ErrorKind::NumberNotRegistered,
        ErrorKind::RateLimited,
        ErrorKind::Timeout,
    ]
    .into_iter()
    .any(|kind| failure.is(kind))
}

//! What became of a row, as it is printed: where it stands in the file, what came along, and the result or the reason.

use groups_ergonomic::model::{Accepted, Group, GroupId, ParticipantInput, SettingName, SettingOutcome};
use groups_ergonomic::model::{JoinApprovalMode, JoinRequestId, RequestId};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

use crate::exit::Code;
use crate::failure::{Failure, Report};

/// How far a row has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// Done, and known to be.
    #[default]
    Done,
    /// Accepted; the outcome is not known yet.
    Accepted,
    /// Accepted, and the outcome was not seen in time.
    NotSeen,
    /// Not done.
    Failed,
    /// Sent, but the answer was lost. The change may have happened.
    Unknown,
    /// It cannot be told whether it was done.
    Ambiguous,
    /// Left as it is, as was asked for.
    Skipped,
    /// Nothing was sent for it, so that nothing was done.
    NotSent,
    /// It was so before, and nothing was sent.
    Unchanged,
    /// It was not there any more.
    Gone,
    /// Dry run: the group would be created.
    WouldCreate,
    /// Dry run: the row would be sent.
    WouldChange,
}

/// What became of one row of a file.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "Row")]
pub(crate) struct RowResult {
    /// The line of the file at which the row begins.
    pub(crate) line: u64,
    /// The columns that the command does not know, as they were.
    #[serde(flatten)]
    #[schemars(with = "BTreeMap<String, Value>")]
    pub(crate) carried: Map<String, Value>,
    /// How far it has come.
    pub(crate) status: Status,
    /// The group, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) group_id: Option<GroupId>,
    /// The subject that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<String>,
    /// The description that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// The approval mode that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) join_approval_mode: Option<JoinApprovalMode>,
    /// The person, as named in the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<ParticipantInput>,
    /// The join request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<JoinRequestId>,
    /// The receipt, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_id: Option<RequestId>,
    /// The invite link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) invite_link: Option<String>,
    /// What became of each setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) settings: Option<BTreeMap<SettingName, SettingOutcome>>,
    /// Why it is not done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<Report>,
}

/// A group that was read for a row of a file.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct GroupRow {
    pub(crate) line: u64,
    #[serde(flatten)]
    pub(crate) carried: Map<String, Value>,
    pub(crate) status: Status,
    #[serde(flatten)]
    pub(crate) group: Group,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<Report>,
}

/// A row that is printed, and what it counts as.
#[derive(Debug)]
pub(super) struct Told {
    /// Its place among the rows.
    pub(super) index: usize,
    pub(super) shown: Shown,
    /// Why it is not done, with the code to exit with.
    pub(super) failed: Option<(Report, Code)>,
}

/// One of the two kinds of rows.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Shown {
    Row(Box<RowResult>),
    /// It is told later.
    Later,
    Group(Box<GroupRow>),
}

impl Told {
    pub(super) fn new(index: usize, row: RowResult) -> Self {
        Self { index, shown: Shown::Row(Box::new(row)), failed: None }
    }

    /// Something is to be told of the row once it is known.
    pub(super) fn later(index: usize) -> Self {
        Self { index, shown: Shown::Later, failed: None }
    }

    pub(super) fn set_status(&mut self, status: Status) {
        self.shown.set_status(status);
    }

    pub(super) fn failed(index: usize, mut row: RowResult, failure: Failure) -> Self {
        row.status = status_of(&failure);
        let report = *failure.report;
        row.error = Some(report.clone());
        Self { index, shown: Shown::Row(Box::new(row)), failed: Some((report, failure.code)) }
    }

    /// How far the row has come; nothing where that is told later.
    pub(super) fn status(&self) -> Option<Status> {
        self.shown.status()
    }

    /// Whether trying it again may end better, or has to be done to know.
    pub(super) fn is_open(&self) -> bool {
        match (self.status(), &self.failed) {
            (Some(Status::Unknown | Status::NotSent), _) => true,
            (Some(Status::Failed), Some((report, code))) => *code == Code::RateLimited || report.retryable,
            (_, Some((_, code))) => *code == Code::RateLimited,
            (_, None) => false,
        }
    }
}

impl Shown {
    pub(super) fn status(&self) -> Option<Status> {
        match self {
            Self::Row(row) => Some(row.status),
            Self::Group(row) => Some(row.status),
            Self::Later => None,
        }
    }

    pub(super) fn line(&self) -> Option<u64> {
        match self {
            Self::Row(row) => Some(row.line),
            Self::Group(row) => Some(row.line),
            Self::Later => None,
        }
    }

    /// The row has come so far and no further.
    pub(super) fn leave(&mut self, status: Status, receipt: Option<Accepted>) {
        self.set_status(status);
        if let Self::Row(row) = self {
            row.request_id = receipt.and_then(|accepted| accepted.request_id);
        }
    }

    pub(super) fn set_status(&mut self, status: Status) {
        match self {
            Self::Row(row) => row.status = status,
            Self::Group(row) => row.status = status,
            Self::Later => {}
        }
    }
}

/// How far a row of a write has come that failed so.
pub(super) fn status_of(failure: &Failure) -> Status {
    match failure.code {
        _ if failure.unsent => Status::NotSent,
        _ if failure.is_unknown() => Status::Unknown,
        Code::NotSeen => Status::NotSeen,
        _ => Status::Failed,
    }
}

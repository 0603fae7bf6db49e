//! The receipt of a write that is done later: create, update, delete, remove (Facts 1.0).

use serde::{Deserialize, Serialize};

use crate::{GroupId, RequestId};

/// The API has taken the write; whether it worked comes by webhook, with the same `request_id`.
///
/// Both ids may be absent: sources disagree about the reply, and an empty one is valid for update, delete and
/// remove (Facts 1.4, 1.5, 1.11).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Accepted {
    /// What was accepted, by the operation's id in the API document: `create_group`.
    pub operation: String,
    /// The group. For a create it is known only where the server answers with `id` instead of `request_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_id: Option<GroupId>,
    /// The receipt, where the server gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<RequestId>,
}

impl Accepted {
    /// The receipt of an operation.
    pub fn new(
        operation: impl Into<String>,
        group_id: Option<GroupId>,
        request_id: Option<RequestId>,
    ) -> Self {
        Self { operation: operation.into(), group_id, request_id }
    }
}

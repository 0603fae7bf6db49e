//! The result of approve and reject, item by item. Partial success is a value here, not an error.

use serde::{Deserialize, Serialize};

use crate::{ErrorKind, Extra, JoinRequestId};

/// What became of each join request that was named (Facts 1.9, 1.10). Every id asked for is in one of both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Batch {
    /// Done.
    pub succeeded: Vec<JoinRequestId>,
    /// Not done, each with the reason.
    pub failed: Vec<FailedItem>,
}

impl Batch {
    /// Whether nothing failed.
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty()
    }
}

/// One item that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct FailedItem {
    /// The join request.
    pub id: JoinRequestId,
    /// Why.
    pub error: ItemError,
}

impl FailedItem {
    /// An item and its reason.
    pub fn new(id: JoinRequestId, error: ItemError) -> Self {
        Self { id, error }
    }
}

/// Why one item of a call failed: the error object that stands beside it (Facts 2.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ItemError {
    /// The kind that the code stands for.
    pub kind: ErrorKind,
    /// The API's code, e.g. 131213; absent where the server gave none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u32>,
    /// The server's title. Not a stable identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What went wrong, for people.
    pub message: String,
    /// The server's further explanation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
    /// What the server sent besides.
    #[serde(default, skip_serializing_if = "Extra::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "std::collections::BTreeMap<String, serde_json::Value>"))]
    pub extra: Extra,
}

impl ItemError {
    /// A reason of a kind, without a code.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, code: None, title: None, message: message.into(), details: None, extra: Extra::new() }
    }
}

//! A person's pending request to join a group that wants approval (Facts 1.8).

use serde::{Deserialize, Serialize};

use crate::{Extra, JoinRequestId, Participant, Timestamp};

/// A pending request. It is gone once approved, rejected or withdrawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct JoinRequest {
    /// What approve and reject take; `join_request_id` on the wire.
    pub id: JoinRequestId,
    /// Who asks.
    pub participant: Participant,
    /// When they asked; `creation_timestamp` on the wire.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::timestamp::rfc3339_option")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::timestamp::Rfc3339>"))]
    pub created_at: Option<Timestamp>,
    /// What the server sent besides.
    #[serde(default, skip_serializing_if = "Extra::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "std::collections::BTreeMap<String, serde_json::Value>"))]
    pub extra: Extra,
}

impl JoinRequest {
    /// A request by a person, at an unknown time.
    pub fn new(id: JoinRequestId, participant: Participant) -> Self {
        Self { id, participant, created_at: None, extra: Extra::new() }
    }
}

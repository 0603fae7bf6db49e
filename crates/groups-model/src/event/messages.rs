//! Field `messages`, as far as a group is named: what people write in it, and what became of what was written to it
//! (Facts 4.6). What a message says is kept as it came: messages are not this SDK's business.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::fields::Fields;
use crate::open_enum::open_enum;
use crate::{Extra, GroupId, ItemError, WaId};

open_enum!(
    /// How far a message has come (Facts 4.6).
    MessageStatus {
        /// On its way.
        Sent = "sent",
        /// On a participant's device.
        Delivered = "delivered",
        /// Read by a participant.
        Read = "read",
        /// It could not be delivered.
        Failed = "failed",
    }
);

/// Somebody wrote in a group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct GroupMessage {
    /// The message's id; `id` on the wire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<WaId>,
    /// `text`, `image` and so on; `type` on the wire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_type: Option<String>,
    /// Why it could not be passed on, of a message of type `unsupported`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ItemError>,
    /// Everything else of the message, as it came: `text`, `image`, `context`.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "std::collections::BTreeMap<String, serde_json::Value>"))]
    pub content: Extra,
}

/// What became of a message to a group, for one participant or as a whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct GroupMessageStatus {
    /// The message's id; `id` on the wire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// How far it has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<MessageStatus>,
    /// For which participant; absent where it is for the group. Two spellings are seen on the wire (Facts 4.6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient_participant_id: Option<WaId>,
    /// Why it could not be delivered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ItemError>,
    /// Everything else of the status, as it came: `pricing`, `conversation`.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "std::collections::BTreeMap<String, serde_json::Value>"))]
    pub content: Extra,
}

/// The group that a message was written in.
pub(super) fn group_of_message(message: &Map<String, Value>) -> Option<GroupId> {
    GroupId::deserialize(message.get("group_id")?).ok()
}

/// The group that a status is about: by its own field, or as the recipient (Facts 4.6).
pub(super) fn group_of_status(status: &Map<String, Value>) -> Option<GroupId> {
    group_of_message(status).or_else(|| {
        let to_group = status.get("recipient_type").and_then(Value::as_str) == Some("group");
        to_group.then(|| GroupId::deserialize(status.get("recipient_id")?).ok()).flatten()
    })
}

pub(super) fn message(mut fields: Fields) -> GroupMessage {
    GroupMessage {
        message_id: fields.text("id"),
        from: fields.take("from"),
        message_type: fields.text("type"),
        errors: fields.errors(),
        content: fields.rest(),
    }
}

pub(super) fn status(mut fields: Fields) -> GroupMessageStatus {
    GroupMessageStatus {
        message_id: fields.text("id"),
        status: fields.take("status"),
        recipient_participant_id: fields
            .take("recipient_participant_id")
            .or_else(|| fields.take("participant_recipient_id")),
        errors: fields.errors(),
        content: fields.rest(),
    }
}

//! Field `messages`, as far as a group is named: what people write in it, and what became of what was written to it
//! (Facts 4.6). What a message says is kept as it came: messages are not this SDK's business.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::fields::Fields;
use crate::open_enum::open_enum;
use crate::{Extra, GroupId, ItemError, ParentUserId, Participant, UserId, WaId};

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
    /// The participant's phone number. Absent in a status of the whole group, and where the server sends only user ids.
    /// Two spellings are seen on the wire (Facts 4.6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient_participant_id: Option<WaId>,
    /// The participant's business-scoped user id; absent on some failed messages (Facts 4.6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient_participant_user_id: Option<UserId>,
    /// The participant's user id shared by linked portfolios.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient_participant_parent_user_id: Option<ParentUserId>,
    /// Contacts of this participant, from the status itself or from next to the list of statuses. A contact next to the list
    /// counts only if it has an id in common with the participant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Participant>,
    /// Why it could not be delivered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ItemError>,
    /// Everything else of the status, as it came: `pricing`, `conversation`.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "std::collections::BTreeMap<String, serde_json::Value>"))]
    pub content: Extra,
}

impl GroupMessageStatus {
    /// The participant as far as the ids of the status name them.
    fn recipient(&self) -> Participant {
        Participant {
            wa_id: self.recipient_participant_id.clone(),
            user_id: self.recipient_participant_user_id.clone(),
            parent_user_id: self.recipient_participant_parent_user_id.clone(),
            ..Participant::default()
        }
    }
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

/// The contacts that an envelope contains (Facts 4.6).
pub(super) fn contacts(envelope: &Extra) -> Vec<Participant> {
    let items = envelope.get("contacts").and_then(Value::as_array);
    items.into_iter().flatten().filter_map(Value::as_object).cloned().map(contact).collect()
}

/// A contact keeps its `profile` under `extra`; the username in it is the person's.
fn contact(object: Map<String, Value>) -> Participant {
    let mut fields = Fields::new(object);
    let mut contact = fields.participant();
    contact.extra = fields.rest();
    if contact.username.is_none() {
        let username = contact.extra.get("profile").and_then(|profile| profile.get("username"));
        contact.username = username.and_then(Value::as_str).map(str::to_owned);
    }
    contact
}

/// `around` are the contacts next to the list of statuses.
pub(super) fn status(mut fields: Fields, around: &[Participant]) -> GroupMessageStatus {
    let mut status = GroupMessageStatus {
        message_id: fields.text("id"),
        status: fields.take("status"),
        recipient_participant_id: fields
            .take("recipient_participant_id")
            .or_else(|| fields.take("participant_recipient_id")),
        recipient_participant_user_id: fields.take("recipient_participant_user_id"),
        recipient_participant_parent_user_id: fields.take("recipient_participant_parent_user_id"),
        contacts: fields.objects("contacts").into_iter().map(contact).collect(),
        errors: fields.errors(),
        content: Extra::new(),
    };
    if status.contacts.is_empty() {
        let recipient = status.recipient();
        status.contacts =
            around.iter().filter(|contact| contact.is_same_person(&recipient)).cloned().collect();
    }
    status.content = fields.rest();
    status
}

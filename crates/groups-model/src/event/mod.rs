//! What the webhooks tell, typed: one notification becomes a list of [`Event`]s (Facts 4). Pure: it reads bytes and
//! must never fail on any; what it does not understand is an event of kind [`EventKind::Unknown`] with its content.
//!
//! ```
//! use groups_model::event::{EventKind, decode};
//!
//! let body = br#"{"object":"whatsapp_business_account","entry":[{"id":"102","changes":[{"field":"group_status_update",
//!     "value":{"messaging_product":"whatsapp","metadata":{"phone_number_id":"106"},
//!              "groups":[{"timestamp":"1759320005","type":"group_suspend","group_id":"Y2Fw"}]}}]}]}"#;
//! let events = decode(body);
//! assert!(matches!(events[0].kind, EventKind::GroupSuspend(_)));
//! assert_eq!(events[0].at.map(|at| at.to_string()).as_deref(), Some("2025-10-01T12:00:05Z"));
//! assert!(matches!(decode(b"no JSON")[0].kind, EventKind::Unknown(_)));
//! ```
//!
//! # When two events are the same
//!
//! [`Event::id`] is the SHA-256 of a canonical form of: the business account's id, the phone number's id (or the
//! shown number where there is none), the field, and the event's own object with everything in it. White space,
//! the order of keys, and whether an integer is quoted make no difference. Where `initiated_by` stands beside the list
//! of events it counts as part of the removal. What stands around the event (other events, contacts, fields of the
//! envelope) does not count, so a notification that is delivered again, alone or in a batch with others, gives the same
//! ids. Two things that happen within one second and are told in the same words cannot be told apart: they are one event.
//! A body that is no notification is one event, and its id is the SHA-256 of its bytes.

mod bounds;
mod decode;
mod error;
mod fields;
mod identity;
mod lifecycle;
mod messages;
mod participants;
mod settings;
mod source;
mod status;
mod user_id;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

pub use decode::{Part, decode, read, split};
pub use lifecycle::{GroupCreate, GroupDelete};
pub use messages::{GroupMessage, GroupMessageStatus, MessageStatus};
pub use participants::{
    EventParticipant, GroupJoinRequest, GroupParticipantsAdd, GroupParticipantsRemove, InitiatedBy,
};
pub use settings::{GroupSettingsUpdate, SettingResult};
pub use source::{ComingEvents, EventSource, EventSourceError, EventStream};
pub use status::GroupStatusChange;
pub use user_id::{ParentUserIdChange, UserIdChange, UserIdUpdate};

use crate::tolerant::{Problem, Problems};
use crate::{EventId, Extra, GroupId, ItemError, RequestId, Timestamp};

/// One thing that happened, as a webhook told it.
///
/// As JSON it is one flat object: `type`, then the fields below, then those of its kind.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Event {
    /// What happened; its name is `type`.
    #[serde(flatten)]
    pub kind: EventKind,
    /// The webhook field that told it, by the documented name: `group_lifecycle_update`. Absent where the body did not
    /// get as far as naming one.
    #[serde(default)]
    pub field: Option<String>,
    /// The group. A failed create may come without one (Facts 4.1).
    #[serde(default)]
    pub group_id: Option<GroupId>,
    /// The receipt of the call whose outcome this is; absent on what people do by themselves (Facts 4.2).
    #[serde(default)]
    pub request_id: Option<RequestId>,
    /// When it happened, by the server's clock.
    #[serde(default, with = "crate::timestamp::rfc3339_option")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::timestamp::Rfc3339>"))]
    pub at: Option<Timestamp>,
    /// The same for the same event delivered again; see the module's head.
    pub id: EventId,
    /// The WhatsApp business account.
    #[serde(default)]
    pub waba_id: Option<String>,
    /// The business's phone number, by its id.
    #[serde(default)]
    pub phone_number_id: Option<String>,
    /// The business's phone number, as it is shown.
    #[serde(default)]
    pub display_phone_number: Option<String>,
    /// What the notification said around the event that this version has no field for, such as `contacts`. Of two
    /// fields of one name the inner one is kept.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "std::collections::BTreeMap<String, serde_json::Value>"))]
    pub envelope: Extra,
    /// What the event's own object held besides.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "std::collections::BTreeMap<String, serde_json::Value>"))]
    pub extra: Extra,
}

/// What happened. The names are those of the webhooks' `type` (Facts 4.1 to 4.4). Messages and statuses have no such
/// `type`, so their names are our own. `user_id_update` is the name of its field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventKind {
    /// The outcome of a create.
    GroupCreate(GroupCreate),
    /// The outcome of a delete.
    GroupDelete(GroupDelete),
    /// People got in, by the link or by approval.
    GroupParticipantsAdd(GroupParticipantsAdd),
    /// The outcome of a removal, or somebody left.
    GroupParticipantsRemove(GroupParticipantsRemove),
    /// Somebody asks to be let in.
    GroupJoinRequestCreated(GroupJoinRequest),
    /// Somebody took their request back.
    GroupJoinRequestRevoked(GroupJoinRequest),
    /// The outcome of an update, setting by setting.
    GroupSettingsUpdate(Box<GroupSettingsUpdate>),
    /// WhatsApp suspended the group.
    GroupSuspend(GroupStatusChange),
    /// WhatsApp lifted the suspension.
    GroupSuspendCleared(GroupStatusChange),
    /// Somebody wrote in the group.
    GroupMessage(GroupMessage),
    /// What became of a message to the group.
    GroupMessageStatus(Box<GroupMessageStatus>),
    /// The business-scoped user id of a person changed (Facts 4.8).
    UserIdUpdate(UserIdUpdate),
    /// Anything else, with its content.
    Unknown(Unknown),
}

/// What this version does not understand, or what no group has to do with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Unknown {
    /// Why it is not one of the other types, for people.
    pub reason: String,
    /// The part of the notification as it came; a text where it is not JSON.
    pub content: Value,
}

impl Unknown {
    pub(crate) fn new(reason: impl Into<String>, content: Value) -> Self {
        Self { reason: reason.into(), content }
    }
}

impl EventKind {
    /// The `type` of every kind, as in the JSON form.
    pub const TYPES: &'static [&'static str] = &[
        "group_create",
        "group_delete",
        "group_participants_add",
        "group_participants_remove",
        "group_join_request_created",
        "group_join_request_revoked",
        "group_settings_update",
        "group_suspend",
        "group_suspend_cleared",
        "group_message",
        "group_message_status",
        "user_id_update",
        "unknown",
    ];

    /// The `type` in the JSON form, such as `group_create`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::GroupCreate(_) => "group_create",
            Self::GroupDelete(_) => "group_delete",
            Self::GroupParticipantsAdd(_) => "group_participants_add",
            Self::GroupParticipantsRemove(_) => "group_participants_remove",
            Self::GroupJoinRequestCreated(_) => "group_join_request_created",
            Self::GroupJoinRequestRevoked(_) => "group_join_request_revoked",
            Self::GroupSettingsUpdate(_) => "group_settings_update",
            Self::GroupSuspend(_) => "group_suspend",
            Self::GroupSuspendCleared(_) => "group_suspend_cleared",
            Self::GroupMessage(_) => "group_message",
            Self::GroupMessageStatus(_) => "group_message_status",
            Self::UserIdUpdate(_) => "user_id_update",
            Self::Unknown(_) => "unknown",
        }
    }
}

impl Event {
    /// What could not be read, by its path in the JSON form of the event. The values are in the event, under `?` and
    /// their name. Empty for an event that is not understood as a whole: it is kept as it came.
    pub fn problems(&self) -> Problems {
        self.problems_at("", &|_, _| false)
    }

    /// `is_known`: whether a member of this name and value was reported already.
    fn problems_at(&self, before: &str, is_known: &dyn Fn(&str, &Value) -> bool) -> Problems {
        /// Names under which an item of a list is kept as a whole.
        const ITEMS: [&str; 2] = ["?participant", "?error"];
        fn walk(path: &str, value: &Value, is_known: &dyn Fn(&str, &Value) -> bool, problems: &mut Problems) {
            match value {
                Value::Object(object) => {
                    for (name, value) in object {
                        let inner = match (path, name.as_str()) {
                            (path, "extra" | "envelope" | "content") => path.to_owned(),
                            (path, name) if path.is_empty() || path.ends_with("].") => {
                                format!("{path}{name}")
                            }
                            (path, name) => format!("{path}.{name}"),
                        };
                        if !name.starts_with('?') {
                            walk(&inner, value, is_known, problems);
                        } else if path.ends_with(']') && ITEMS.contains(&name.as_str()) {
                            problems.push(Problem::of_value(path.to_owned(), value));
                        } else if !is_known(name, value) {
                            problems.push(Problem::of_value(inner.replacen('?', "", 1), value));
                        }
                    }
                }
                Value::Array(items) => {
                    for (index, item) in items.iter().enumerate() {
                        walk(&format!("{path}[{index}]"), item, is_known, problems);
                    }
                }
                _ => {}
            }
        }
        let mut problems = Problems::default();
        if matches!(self.kind, EventKind::Unknown(_)) {
            return problems;
        }
        // Most events have none, and their text shows it at a small part of the cost.
        if let Ok(text) = serde_json::to_string(self)
            && text.contains("\"?")
            && let Ok(value) = serde_json::from_str(&text)
        {
            walk(before, &value, is_known, &mut problems);
        }
        problems
    }

    /// Why it failed as a whole; empty where nothing failed: webhooks have no status flag, so a failure is known by
    /// its errors alone (Facts 4). Single settings and participants have errors of their own.
    pub fn errors(&self) -> &[ItemError] {
        match &self.kind {
            EventKind::GroupCreate(event) => &event.errors,
            EventKind::GroupDelete(event) => &event.errors,
            EventKind::GroupParticipantsAdd(event) => &event.errors,
            EventKind::GroupParticipantsRemove(event) => &event.errors,
            EventKind::GroupSettingsUpdate(event) => &event.errors,
            EventKind::GroupJoinRequestCreated(event) | EventKind::GroupJoinRequestRevoked(event) => {
                &event.errors
            }
            EventKind::GroupSuspend(event) | EventKind::GroupSuspendCleared(event) => &event.errors,
            EventKind::GroupMessage(event) => &event.errors,
            EventKind::GroupMessageStatus(event) => &event.errors,
            EventKind::UserIdUpdate(event) => &event.errors,
            EventKind::Unknown(_) => &[],
        }
    }
}

/// The order that the documents use, which a derived form could not keep: what every event has, then its kind's own.
impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown<'a> {
            r#type: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            field: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            group_id: Option<&'a GroupId>,
            #[serde(skip_serializing_if = "Option::is_none")]
            request_id: Option<&'a RequestId>,
            #[serde(skip_serializing_if = "Option::is_none")]
            at: Option<String>,
            id: &'a EventId,
            #[serde(skip_serializing_if = "Option::is_none")]
            waba_id: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            phone_number_id: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            display_phone_number: Option<&'a str>,
            #[serde(flatten)]
            own: serde_json::Map<String, Value>,
            #[serde(skip_serializing_if = "Extra::is_empty")]
            envelope: &'a Extra,
            #[serde(skip_serializing_if = "Extra::is_empty")]
            extra: &'a Extra,
        }
        let own = match serde_json::to_value(&self.kind).map_err(serde::ser::Error::custom)? {
            Value::Object(own) => own.into_iter().filter(|(name, _)| name != "type").collect(),
            _ => serde_json::Map::new(),
        };
        let shown = Shown {
            r#type: self.kind.type_name(),
            field: self.field.as_deref(),
            group_id: self.group_id.as_ref(),
            request_id: self.request_id.as_ref(),
            at: self.at.map(|at| at.to_string()),
            id: &self.id,
            waba_id: self.waba_id.as_deref(),
            phone_number_id: self.phone_number_id.as_deref(),
            display_phone_number: self.display_phone_number.as_deref(),
            own,
            envelope: &self.envelope,
            extra: &self.extra,
        };
        shown.serialize(serializer)
    }
}

#[cfg(test)]
mod tests;

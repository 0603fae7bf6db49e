//! Field `group_lifecycle_update`: groups made and deleted (Facts 4.1).

use serde::{Deserialize, Serialize};

use super::EventKind;
use super::fields::Fields;
use super::participants::EventParticipant;
use crate::{ItemError, JoinApprovalMode};

/// The outcome of a create. It worked if there are no errors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct GroupCreate {
    /// The group's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The group's description, if one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The first invite link; absent on a failure and in an older design of the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite_link: Option<String>,
    /// Whether people who open the link are in at once or ask first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join_approval_mode: Option<JoinApprovalMode>,
    /// An older design of the event names people here (Facts 8 item 15).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added_participants: Vec<EventParticipant>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ItemError>,
}

/// The outcome of a delete. It worked if there are no errors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct GroupDelete {
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ItemError>,
}

pub(super) fn created(fields: &mut Fields) -> EventKind {
    EventKind::GroupCreate(GroupCreate {
        subject: fields.text("subject"),
        description: fields.text("description"),
        invite_link: fields.text("invite_link"),
        join_approval_mode: fields.take("join_approval_mode"),
        added_participants: EventParticipant::take_list(fields, "added_participants"),
        errors: fields.errors(),
    })
}

pub(super) fn deleted(fields: &mut Fields) -> EventKind {
    EventKind::GroupDelete(GroupDelete { errors: fields.errors() })
}

//! Field `group_participants_update`: who gets in, asks to, leaves, is removed (Facts 4.2). A rejected join request has
//! no event.

use serde::{Deserialize, Serialize};

use super::EventKind;
use super::fields::Fields;
use crate::open_enum::open_enum;
use crate::{ItemError, JoinRequestId, Participant};

open_enum!(
    /// Who made somebody leave (Facts 4.2).
    InitiatedBy {
        /// The business removed them.
        Business = "business",
        /// They left by themselves.
        Participant = "participant",
    }
);

/// A person in an event, and what became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct EventParticipant {
    /// The identifier that the caller sent for this person, a phone number or a user id, unchanged (Facts 4.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// Who it is, as far as the server says.
    #[serde(flatten)]
    pub participant: Participant,
    /// Why it failed for this person. May be empty even so, where the reason stands with the whole event.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ItemError>,
}

impl EventParticipant {
    pub(super) fn take_list(fields: &mut Fields, name: &str) -> Vec<Self> {
        let of_object = |object| {
            let mut fields = Fields::new(object);
            let input = fields.text("input");
            let mut participant = fields.participant();
            let errors = fields.errors();
            participant.extra = fields.rest();
            Self { input, participant, errors }
        };
        fields.people(name).into_iter().map(of_object).collect()
    }
}

/// People got in: by the link, or because the business approved their requests, several in one event. After an
/// approval each has an `input`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct GroupParticipantsAdd {
    /// How they came, if the server sends it. The values are open: `invite_link` and `admin_approval` are seen (Facts 4.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who.
    #[serde(default)]
    pub added_participants: Vec<EventParticipant>,
    /// Why it failed. No source shows a failure of this kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ItemError>,
}

/// The outcome of a removal by the business, or somebody left by themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct GroupParticipantsRemove {
    /// Who is out.
    #[serde(default)]
    pub removed_participants: Vec<EventParticipant>,
    /// Who is not, each with the reason where one is given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed_participants: Vec<EventParticipant>,
    /// Whether the business removed them or they left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initiated_by: Option<InitiatedBy>,
    /// That not all worked (131201), or why none did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ItemError>,
}

/// Somebody asked to be let in, or took that back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct GroupJoinRequest {
    /// What approve and reject take. The same person and group give the same id again (Facts 7.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join_request_id: Option<JoinRequestId>,
    /// How they came, if the server sends it. The values are open: `invite_link` and `admin_approval` are seen (Facts 4.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who. On the wire the ids stand in the event itself.
    #[serde(default)]
    pub participant: Participant,
    /// Why it failed. No source shows a failure of this kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ItemError>,
}

pub(super) fn added(fields: &mut Fields) -> EventKind {
    EventKind::GroupParticipantsAdd(GroupParticipantsAdd {
        reason: fields.text("reason"),
        added_participants: EventParticipant::take_list(fields, "added_participants"),
        errors: fields.errors(),
    })
}

pub(super) fn removed(fields: &mut Fields) -> EventKind {
    EventKind::GroupParticipantsRemove(GroupParticipantsRemove {
        removed_participants: EventParticipant::take_list(fields, "removed_participants"),
        failed_participants: EventParticipant::take_list(fields, "failed_participants"),
        initiated_by: fields.take("initiated_by"),
        errors: fields.errors(),
    })
}

pub(super) fn join_request(fields: &mut Fields) -> GroupJoinRequest {
    GroupJoinRequest {
        join_request_id: fields.take("join_request_id"),
        reason: fields.text("reason"),
        participant: fields.participant(),
        errors: fields.errors(),
    }
}

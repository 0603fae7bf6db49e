//! What happened, as facts: the outcomes of accepted requests and what people did.
//! Stored when it happens and never changed, so that it can be told to others later.

use serde::{Deserialize, Serialize};

use super::group::JoinApprovalMode;

/// One thing that happened to a group. The variants are those of the webhooks (Facts 4).
///
/// A rejected join request and a reset link have no event: the API announces neither.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A create request was carried out.
    GroupCreated {
        /// The request it is the outcome of.
        request_id: String,
        /// The new group.
        group_id: String,
        /// Its subject.
        subject: String,
        /// Its description, if it has one.
        description: Option<String>,
        /// Its first invite link.
        invite_link: String,
        /// How people get in.
        join_approval_mode: JoinApprovalMode,
    },
    /// A create request was accepted, and then failed: there is no group.
    GroupCreateFailed {
        /// The request it is the outcome of.
        request_id: String,
        /// The id the group would have had; Meta's sample has one.
        group_id: String,
        /// The subject that was asked for.
        subject: String,
        /// The description that was asked for.
        description: Option<String>,
        /// The code of the error.
        code: u32,
    },
    /// A delete request was carried out, or failed.
    GroupDeleted {
        /// The request it is the outcome of.
        request_id: String,
        /// The group.
        group_id: String,
        /// The code of the error if it failed.
        failed: Option<u32>,
    },
    /// An update request was carried out, or failed; settings that were not sent are absent.
    SettingsUpdated {
        /// The request it is the outcome of.
        request_id: String,
        /// The group.
        group_id: String,
        /// What became of the subject; its value is the text.
        subject: Option<SettingOutcome>,
        /// What became of the description; its value is the text.
        description: Option<SettingOutcome>,
        /// What became of the profile picture; its value is the SHA-256 of the file in hex.
        profile_picture: Option<SettingOutcome>,
    },
    /// People got in, by the link or by approval.
    ParticipantsAdded {
        /// The group.
        group_id: String,
        /// Who.
        wa_ids: Vec<String>,
        /// Whether the business approved them; else they joined by the link themselves.
        approved: bool,
    },
    /// Someone asked to be let in.
    JoinRequestCreated {
        /// The group.
        group_id: String,
        /// The request.
        join_request_id: String,
        /// Who asked.
        wa_id: String,
    },
    /// Someone took their request back.
    JoinRequestRevoked {
        /// The group.
        group_id: String,
        /// The request.
        join_request_id: String,
        /// Who had asked.
        wa_id: String,
    },
    /// A remove request was carried out for all, some or none of the people it named.
    ParticipantsRemoved {
        /// The request it is the outcome of.
        request_id: String,
        /// The group.
        group_id: String,
        /// Who was removed.
        removed: Vec<RemovedParticipant>,
        /// Who was not.
        failed: Vec<FailedParticipant>,
    },
    /// Someone left by themselves.
    ParticipantLeft {
        /// The group.
        group_id: String,
        /// Who.
        wa_id: String,
    },
    /// WhatsApp suspended the group.
    GroupSuspended {
        /// The group.
        group_id: String,
    },
    /// WhatsApp lifted the suspension.
    GroupSuspensionCleared {
        /// The group.
        group_id: String,
    },
}

/// What became of one setting of an update.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SettingOutcome {
    /// The value that was asked for.
    pub value: String,
    /// The code of the error if it failed.
    pub failed: Option<u32>,
}

/// Someone a remove request took out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RemovedParticipant {
    /// The identifier that the caller sent, unchanged.
    pub input: String,
    /// Who that was.
    pub wa_id: String,
}

/// Someone a remove request could not take out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FailedParticipant {
    /// The identifier that the caller sent, unchanged.
    pub input: String,
    /// The code of the error.
    pub code: u32,
}

impl Event {
    /// The accepted request this is the outcome of; `None` for what nobody requested through the API.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::GroupCreated { request_id, .. }
            | Self::GroupCreateFailed { request_id, .. }
            | Self::GroupDeleted { request_id, .. }
            | Self::SettingsUpdated { request_id, .. }
            | Self::ParticipantsRemoved { request_id, .. } => Some(request_id),
            _ => None,
        }
    }

    /// The group it is about.
    pub fn group_id(&self) -> &str {
        match self {
            Self::GroupCreated { group_id, .. }
            | Self::GroupCreateFailed { group_id, .. }
            | Self::GroupDeleted { group_id, .. }
            | Self::SettingsUpdated { group_id, .. }
            | Self::ParticipantsAdded { group_id, .. }
            | Self::JoinRequestCreated { group_id, .. }
            | Self::JoinRequestRevoked { group_id, .. }
            | Self::ParticipantsRemoved { group_id, .. }
            | Self::ParticipantLeft { group_id, .. }
            | Self::GroupSuspended { group_id }
            | Self::GroupSuspensionCleared { group_id } => group_id,
        }
    }
}

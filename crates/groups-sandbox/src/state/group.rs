//! One group: who is in it, who waits, who was put out.
//! The business itself is never among the participants.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::codes::{GROUP_SUSPENDED, Refusal};
use super::rules::User;
use super::{identity, ids};

/// How people get in by the invite link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JoinApprovalMode {
    /// Whoever opens the link is in.
    #[default]
    AutoApprove,
    /// The business decides about each request.
    ApprovalRequired,
}

impl JoinApprovalMode {
    /// The API's own word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AutoApprove => "auto_approve",
            Self::ApprovalRequired => "approval_required",
        }
    }
}

/// What is kept of a profile picture: no call returns one, only webhooks name its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Picture {
    pub(crate) sha256: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Participant {
    pub(crate) wa_id: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct JoinRequest {
    pub(crate) id: String,
    /// Where it stands in the order of asking.
    pub(crate) serial: u64,
    pub(crate) wa_id: String,
    pub(crate) created_ms: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) id: String,
    /// Where it stands in the order of creation; lists and cursors go by it.
    pub(crate) serial: u64,
    pub(crate) created_ms: i64,
    pub(crate) subject: String,
    pub(crate) description: Option<String>,
    pub(crate) join_approval_mode: JoinApprovalMode,
    pub(crate) invite_code: String,
    pub(crate) picture: Option<Picture>,
    pub(crate) suspended: bool,
    pub(crate) participants: Vec<Participant>,
    pub(crate) join_requests: Vec<JoinRequest>,
    /// Removed by the business: the link no longer works for them. Who leaves by themselves is not here.
    pub(crate) removed: BTreeSet<String>,
}

impl Group {
    pub(crate) fn is_full(&self, seats: usize) -> bool {
        self.participants.len() >= seats
    }

    /// The participant a caller names, by number or by user id.
    pub(crate) fn participant(&self, user: &User) -> Option<&Participant> {
        self.participants.iter().find(|participant| match user {
            User::WaId(wa_id) => participant.wa_id == *wa_id,
            User::Scoped(user_id) => identity::user_id(&participant.wa_id) == *user_id,
        })
    }

    pub(crate) fn has(&self, wa_id: &str) -> bool {
        self.participants.iter().any(|participant| participant.wa_id == wa_id)
    }

    pub(crate) fn request_of(&self, wa_id: &str) -> Option<&JoinRequest> {
        self.join_requests.iter().find(|request| request.wa_id == wa_id)
    }

    /// Refuses a group WhatsApp has suspended.
    pub(crate) fn require_active(&self) -> Result<(), Refusal> {
        if self.suspended {
            let details = "WhatsApp has suspended this group. Wait for the suspension to be cleared.";
            return Err(Refusal::new(GROUP_SUSPENDED, details));
        }
        Ok(())
    }

    pub(crate) fn invite_link(&self) -> String {
        ids::invite_link(&self.invite_code)
    }
}

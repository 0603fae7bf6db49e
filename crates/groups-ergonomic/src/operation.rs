//! The operations, and what a repeat of each would do. The one table that retries are decided from.

use groups_model::ErrorKind;

/// An operation of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each is described by the operation of that id in spec/groups.yaml")]
pub enum Operation {
    ListGroups,
    CreateGroup,
    GetGroup,
    UpdateGroup,
    DeleteGroup,
    GetInviteLink,
    ResetInviteLink,
    ListJoinRequests,
    ApproveJoinRequests,
    RejectJoinRequests,
    RemoveParticipants,
    GetWebhook,
    SetWebhook,
}

/// What a second sending of the same call does, when the first may have been carried out (Facts 2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Idempotency {
    /// Changes nothing, however often.
    Read,
    /// Ends in the same state. A repeat that answers with `done` shows that an earlier sending worked.
    Repeatable { done: Option<ErrorKind> },
    /// Does it a second time: another group, another link. Never repeated once it may have been delivered.
    Once,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 13] = [
        Self::ListGroups,
        Self::CreateGroup,
        Self::GetGroup,
        Self::UpdateGroup,
        Self::DeleteGroup,
        Self::GetInviteLink,
        Self::ResetInviteLink,
        Self::ListJoinRequests,
        Self::ApproveJoinRequests,
        Self::RejectJoinRequests,
        Self::RemoveParticipants,
        Self::GetWebhook,
        Self::SetWebhook,
    ];

    /// The operation's id in the API document.
    pub fn id(self) -> &'static str {
        match self {
            Self::ListGroups => "list_groups",
            Self::CreateGroup => "create_group",
            Self::GetGroup => "get_group",
            Self::UpdateGroup => "update_group",
            Self::DeleteGroup => "delete_group",
            Self::GetInviteLink => "get_invite_link",
            Self::ResetInviteLink => "reset_invite_link",
            Self::ListJoinRequests => "list_join_requests",
            Self::ApproveJoinRequests => "approve_join_requests",
            Self::RejectJoinRequests => "reject_join_requests",
            Self::RemoveParticipants => "remove_participants",
            Self::GetWebhook => "get_webhook",
            Self::SetWebhook => "set_webhook",
        }
    }

    /// The operation of an id; `None` for one that is none.
    pub(crate) fn of_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.id() == id)
    }

    /// The HTTP method.
    pub fn method(self) -> &'static str {
        match self {
            Self::ListGroups
            | Self::GetGroup
            | Self::GetInviteLink
            | Self::ListJoinRequests
            | Self::GetWebhook => "GET",
            Self::CreateGroup
            | Self::UpdateGroup
            | Self::ResetInviteLink
            | Self::ApproveJoinRequests
            | Self::SetWebhook => "POST",
            Self::DeleteGroup | Self::RejectJoinRequests | Self::RemoveParticipants => "DELETE",
        }
    }

    /// The path with its placeholder, as OpenTelemetry's `http.route` wants it: it names nobody.
    pub fn route(self) -> &'static str {
        match self {
            Self::ListGroups | Self::CreateGroup => "/groups",
            Self::GetGroup | Self::UpdateGroup | Self::DeleteGroup => "/groups/{group_id}",
            Self::GetInviteLink | Self::ResetInviteLink => "/groups/{group_id}/invite_link",
            Self::ListJoinRequests | Self::ApproveJoinRequests | Self::RejectJoinRequests => {
                "/groups/{group_id}/join_requests"
            }
            Self::RemoveParticipants => "/groups/{group_id}/participants",
            Self::GetWebhook | Self::SetWebhook => "/v1/configs/webhook",
        }
    }

    /// Whether it changes anything.
    pub fn is_write(self) -> bool {
        self.method() != "GET"
    }

    pub(crate) fn idempotency(self) -> Idempotency {
        match self {
            Self::ListGroups
            | Self::GetGroup
            | Self::GetInviteLink
            | Self::ListJoinRequests
            | Self::GetWebhook => Idempotency::Read,
            Self::CreateGroup | Self::ResetInviteLink => Idempotency::Once,
            Self::DeleteGroup => Idempotency::Repeatable { done: Some(ErrorKind::GroupUnknown) },
            Self::RemoveParticipants => {
                Idempotency::Repeatable { done: Some(ErrorKind::ParticipantNotInGroup) }
            }
            // "No such request" after a repeat proves nothing: the person may have withdrawn.
            Self::UpdateGroup
            | Self::ApproveJoinRequests
            | Self::RejectJoinRequests
            // It replaces the whole configuration, so a second sending changes nothing (Facts 4.7).
            | Self::SetWebhook => Idempotency::Repeatable { done: None },
        }
    }

    /// Whether an empty 2xx is a valid acknowledgement (Facts 1.4, 1.5, 1.11). No source shows an answer to setting the
    /// webhook.
    pub(crate) fn may_answer_empty(self) -> bool {
        matches!(self, Self::UpdateGroup | Self::DeleteGroup | Self::RemoveParticipants | Self::SetWebhook)
    }
}

impl std::fmt::Display for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_and_the_spec_name_the_same_operations() {
        let spec: serde_json::Value = serde_saphyr::from_str(groups_spec::OPENAPI_YAML).unwrap();
        let mut in_spec = BTreeSet::new();
        for (path, methods) in spec["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                if let Some(id) = operation.get("operationId") {
                    in_spec.insert((id.as_str().unwrap().to_owned(), method.to_uppercase(), path.clone()));
                }
            }
        }
        let ours: BTreeSet<_> = Operation::ALL
            .iter()
            .map(|op| (op.id().to_owned(), op.method().to_owned(), op.route().to_owned()))
            .collect();
        assert_eq!(ours, in_spec);
    }
}

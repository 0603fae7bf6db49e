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
    /// A call that the document does not describe, by its method; see [`Client::api`](crate::Client::api). Not in
    /// [`Operation::ALL`].
    Other(Method),
}

/// A method of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs, reason = "they are HTTP's")]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// As it stands in a request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether it changes nothing.
    pub fn is_read(self) -> bool {
        matches!(self, Self::Get | Self::Head)
    }
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
    /// Every operation of the document.
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
            Self::Other(_) => "other",
        }
    }

    /// What the document calls a call of this method to this path, a path without its query.
    pub(crate) fn of_call(method: Method, path: &str) -> Self {
        let segments = |path: &'static str| path.split('/').filter(|part| !part.is_empty());
        let given: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let fits = |operation: &Self| {
            operation.method() == method.as_str()
                && segments(operation.route()).count() == given.len()
                && segments(operation.route())
                    .zip(&given)
                    .all(|(part, given)| part.starts_with('{') || part == *given)
        };
        Self::ALL.into_iter().find(fits).unwrap_or(Self::Other(method))
    }

    /// The operation of an id; `None` for one that is none.
    pub(crate) fn of_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.id() == id)
    }

    /// The HTTP method.
    pub fn method(self) -> &'static str {
        match self {
            Self::Other(method) => method.as_str(),
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
            // What it is called is not known to name nobody.
            Self::Other(_) => "/{path}",
        }
    }

    /// Whether it changes anything.
    pub fn is_write(self) -> bool {
        !matches!(self.method(), "GET" | "HEAD")
    }

    pub(crate) fn idempotency(self) -> Idempotency {
        match self {
            Self::ListGroups
            | Self::GetGroup
            | Self::GetInviteLink
            | Self::ListJoinRequests
            | Self::GetWebhook => Idempotency::Read,
            Self::Other(method) if method.is_read() => Idempotency::Read,
            // Nobody knows what a second sending would do.
            Self::CreateGroup | Self::ResetInviteLink | Self::Other(_) => Idempotency::Once,
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
    fn a_call_by_path_is_the_operation_it_is_in_the_document() {
        for (method, path, expected) in [
            (Method::Get, "/groups", Operation::ListGroups),
            (Method::Post, "groups/", Operation::CreateGroup),
            (Method::Delete, "/groups/x", Operation::DeleteGroup),
            (Method::Post, "/groups/x/invite_link", Operation::ResetInviteLink),
            (Method::Get, "/v1/configs/webhook", Operation::GetWebhook),
            (Method::Head, "/groups", Operation::Other(Method::Head)),
            (Method::Put, "/groups/x", Operation::Other(Method::Put)),
            (Method::Get, "/groups/x/y", Operation::Other(Method::Get)),
            (Method::Get, "/", Operation::Other(Method::Get)),
        ] {
            assert_eq!(Operation::of_call(method, path), expected, "{method:?} {path}");
        }
        for method in [Method::Get, Method::Head, Method::Post, Method::Put, Method::Patch, Method::Delete] {
            let expected = if method.is_read() { Idempotency::Read } else { Idempotency::Once };
            assert_eq!(Operation::Other(method).idempotency(), expected, "{method:?}");
            assert_eq!(Operation::Other(method).is_write(), !method.is_read(), "{method:?}");
        }
    }

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

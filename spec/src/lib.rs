//! The authority on the WhatsApp Groups API on 360dialog, as text: the OpenAPI document, the error table and example
//! payloads. It only embeds them. It must never parse or interpret anything, nor depend on anything: the client is
//! generated from it and the sandbox validates against it, each with its own reader.

/// The OpenAPI 3.0.3 document, YAML. Strict: it holds the better-supported side of every disagreement between sources
/// and names the other in words.
pub const OPENAPI_YAML: &str = include_str!("../groups.yaml");

/// The strict variants of the webhook events, YAML: schemas by name, whose references lead to [`OPENAPI_YAML`]. They say
/// which members a success, a failure and a partial result have; the document has one schema per type of event.
pub const WEBHOOK_VARIANTS_YAML: &str = include_str!("../webhook-variants.yaml");

/// The error table, YAML: `codes`, one row per error code, and `texts`, errors of 360dialog's own that have only a
/// text. Its head explains the columns.
pub const ERRORS_YAML: &str = include_str!("../errors.yaml");

/// One payload as it may appear on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// The file's name without its extension, such as `group_full`. Unique.
    pub name: &'static str,
    /// The schema in [`OPENAPI_YAML`] that it is a form of, such as `Group`.
    pub schema: &'static str,
    /// Whether it validates against that schema. If not, it is what some source shows instead: a client has to put up
    /// with it in an answer.
    pub documented: bool,
    /// The body: one JSON document, or nothing where the example is an empty body.
    pub body: &'static str,
}

macro_rules! documented {
    ($name:literal, $schema:literal) => {
        Example {
            name: $name,
            schema: $schema,
            documented: true,
            body: include_str!(concat!("../examples/", $name, ".json")),
        }
    };
}

macro_rules! variant {
    ($name:literal, $schema:literal) => {
        Example {
            name: $name,
            schema: $schema,
            documented: false,
            body: include_str!(concat!("../examples/", $name, ".json")),
        }
    };
}

/// Every example payload, in the order of `examples/index.yaml`, which also says where each form comes from.
pub const EXAMPLES: &[Example] = &[
    // Lists of groups (Facts 1.1)
    documented!("group_list", "GroupList"),
    documented!("group_list_with_urls", "GroupList"),
    documented!("group_list_empty", "GroupList"),
    variant!("group_list_created_at_quoted", "GroupList"),
    variant!("group_list_flat", "GroupList"),
    variant!("group_list_flat_created_at", "GroupList"),
    variant!("group_list_nested_creation_timestamp", "GroupList"),
    variant!("group_list_flat_empty", "GroupList"),
    // One group (Facts 1.3, 6)
    documented!("group_full", "Group"),
    documented!("group_minimal", "Group"),
    documented!("group_without_description", "Group"),
    documented!("group_empty", "Group"),
    documented!("group_suspended", "Group"),
    documented!("group_with_user_ids", "Group"),
    documented!("group_without_wa_id", "Group"),
    variant!("group_quoted_values", "Group"),
    // Requests (Facts 1.2, 1.4, 1.7, 1.9, 1.10, 1.11)
    documented!("create_group_request", "CreateGroupRequest"),
    documented!("create_group_request_minimal", "CreateGroupRequest"),
    documented!("update_group_request", "UpdateGroupRequest"),
    documented!("reset_invite_link_request", "ResetInviteLinkRequest"),
    documented!("join_requests_request", "JoinRequestsRequest"),
    documented!("remove_participants_request", "RemoveParticipantsRequest"),
    documented!("remove_participants_request_by_user_id", "RemoveParticipantsRequest"),
    documented!("remove_participants_request_mixed", "RemoveParticipantsRequest"),
    variant!("join_requests_request_bare_array", "JoinRequestsRequest"),
    variant!("remove_participants_request_both_ids", "RemoveParticipantsRequest"),
    // Acknowledgements of create, update, delete and remove (Facts 1.2, 1.4, 1.5, 1.11)
    documented!("accepted", "Accepted"),
    documented!("accepted_with_status", "Accepted"),
    variant!("accepted_id", "Accepted"),
    variant!("accepted_success", "Accepted"),
    // The one empty body: JSON has no form for it.
    Example {
        name: "accepted_empty",
        schema: "Accepted",
        documented: false,
        body: include_str!("../examples/accepted_empty.txt"),
    },
    // Invite links (Facts 1.6, 1.7)
    documented!("invite_link", "InviteLink"),
    // Join requests (Facts 1.8, 1.9, 1.10)
    documented!("join_request_list", "JoinRequestList"),
    documented!("join_request_list_empty", "JoinRequestList"),
    documented!("join_request_list_with_user_ids", "JoinRequestList"),
    variant!("join_request_list_quoted", "JoinRequestList"),
    documented!("join_requests_approved", "ApproveJoinRequestsResult"),
    documented!("join_requests_partly_approved", "ApproveJoinRequestsResult"),
    variant!("join_requests_approve_accepted", "ApproveJoinRequestsResult"),
    documented!("join_requests_rejected", "RejectJoinRequestsResult"),
    documented!("join_requests_partly_rejected", "RejectJoinRequestsResult"),
    // Error bodies (Facts 2.1, 2.4)
    documented!("error_meta", "MetaErrorBody"),
    documented!("error_meta_not_eligible", "MetaErrorBody"),
    documented!("error_meta_rate_limited", "MetaErrorBody"),
    documented!("error_meta_subcode", "MetaErrorBody"),
    documented!("error_gateway_text", "GatewayErrorBody"),
    documented!("error_gateway_meta", "GatewayMetaBody"),
    documented!("error_gateway_meta_wrapped", "GatewayMetaBody"),
    documented!("error_legacy", "LegacyErrorsBody"),
    // Webhooks: group_lifecycle_update (Facts 4.1)
    documented!("webhook_group_created", "Notification"),
    documented!("webhook_group_created_without_description", "Notification"),
    documented!("webhook_group_create_failed", "Notification"),
    documented!("webhook_group_create_failed_without_group_id", "Notification"),
    documented!("webhook_group_deleted", "Notification"),
    documented!("webhook_group_delete_failed", "Notification"),
    variant!("webhook_group_created_with_participants", "Notification"),
    // Webhooks: group_participants_update (Facts 4.2)
    documented!("webhook_participants_joined", "Notification"),
    documented!("webhook_participants_joined_with_user_ids", "Notification"),
    documented!("webhook_join_request_created", "Notification"),
    documented!("webhook_join_request_created_without_reason", "Notification"),
    documented!("webhook_join_request_created_with_user_id", "Notification"),
    documented!("webhook_join_request_revoked", "Notification"),
    documented!("webhook_join_requests_approved", "Notification"),
    documented!("webhook_join_requests_approved_by_admin", "Notification"),
    variant!("webhook_join_requests_approved_numeric_timestamp", "Notification"),
    documented!("webhook_participants_removed", "Notification"),
    documented!("webhook_participants_removed_by_user_id", "Notification"),
    documented!("webhook_participants_partly_removed", "Notification"),
    documented!("webhook_participants_not_removed", "Notification"),
    variant!("webhook_participants_partly_removed_quoted_code", "Notification"),
    variant!("webhook_participants_removed_initiated_by_outside", "Notification"),
    variant!("webhook_participants_removed_meta_oas_names", "Notification"),
    documented!("webhook_participant_left", "Notification"),
    documented!("webhook_participant_left_with_request_id", "Notification"),
    // Webhooks: group_settings_update (Facts 4.3)
    documented!("webhook_settings_updated", "Notification"),
    documented!("webhook_settings_subject_updated", "Notification"),
    documented!("webhook_settings_partly_updated", "Notification"),
    documented!("webhook_settings_not_updated", "Notification"),
    variant!("webhook_settings_updated_meta_oas", "Notification"),
    // Webhooks: group_status_update (Facts 4.4)
    documented!("webhook_group_suspended", "Notification"),
    documented!("webhook_group_suspend_cleared", "Notification"),
    // Webhooks: user_id_update (Facts 4.8)
    documented!("webhook_user_id_updated", "Notification"),
    documented!("webhook_user_id_updated_without_wa_id", "Notification"),
];

/// The example with this name.
#[must_use]
pub fn example(name: &str) -> Option<&'static Example> {
    EXAMPLES.iter().find(|example| example.name == name)
}

// Generated from spec/groups.yaml by build.rs; do not edit. `cargo xtask regen` renews the committed copy.

#[allow(unused_imports)]
pub use progenitor_client::{ByteStream, ClientInfo, Error, ResponseValue};
#[allow(unused_imports)]
use progenitor_client::{encode_path, ClientHooks, OperationInfo, RequestBuilderExt};
/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    ///The call was accepted; the outcome follows by webhook with the same request_id. Other sources show `{"id": …}` for create, and for update, delete and remove `{"success": true}` or an empty body (Facts 1.2, 1.4, 1.5, 1.11).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Accepted {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub id: ::std::option::Option<::groups_model::GroupId>,
        ///Always `whatsapp` so far.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub messaging_product: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub request_id: ::std::option::Option<::groups_model::RequestId>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub success: ::std::option::Option<::groups_model::LenientBool>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl Accepted {
        pub fn builder() -> builder::Accepted {
            Default::default()
        }
    }
    ///What became of each request. PYWA and the docs of WATS expect a request_id instead. Whether the list of approved ones is there when all failed is undocumented, so it is not required (Facts 1.9).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ApproveJoinRequestsResult {
        ///The requests that were approved (Facts 1.9).
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub approved_join_requests: ::std::vec::Vec<::groups_model::JoinRequestId>,
        ///Errors of the call as a whole, 131201; present only if something failed (Facts 1.9).
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub errors: ::std::vec::Vec<InlineError>,
        ///The requests that were not, and why; present only if something failed (Facts 1.9).
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub failed_join_requests: ::std::vec::Vec<FailedJoinRequest>,
        ///Always `whatsapp` so far.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub messaging_product: ::std::option::Option<::std::string::String>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl ApproveJoinRequestsResult {
        pub fn builder() -> builder::ApproveJoinRequestsResult {
            Default::default()
        }
    }
    ///A new group. No participants and no picture: both come later (Facts 1.2).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(deny_unknown_fields)]
    pub struct CreateGroupRequest {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub description: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub join_approval_mode: ::std::option::Option<::groups_model::JoinApprovalMode>,
        pub messaging_product: MessagingProduct,
        pub subject: ::std::string::String,
    }
    impl CreateGroupRequest {
        pub fn builder() -> builder::CreateGroupRequest {
            Default::default()
        }
    }
    ///More about an error (Facts 2.1).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ErrorData {
        ///What exactly went wrong; with the code the thing to switch on (Facts 2.1).
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub details: ::std::option::Option<::std::string::String>,
        ///Always `whatsapp` so far.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub messaging_product: ::std::option::Option<::std::string::String>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl ErrorData {
        pub fn builder() -> builder::ErrorData {
            Default::default()
        }
    }
    ///A join request that could not be approved or rejected (Facts 1.9, 1.10).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct FailedJoinRequest {
        ///Why (Facts 1.9).
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub errors: ::std::vec::Vec<InlineError>,
        pub join_request_id: ::groups_model::JoinRequestId,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl FailedJoinRequest {
        pub fn builder() -> builder::FailedJoinRequest {
            Default::default()
        }
    }
    ///A group. `id` and `messaging_product` always, everything else only when `fields` asks for it. A guide's sample quotes every value (Facts 1.3).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Group {
        ///When the group was made, Unix seconds. Some clients and samples have a string (Facts 1.3).
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub creation_timestamp: ::std::option::Option<::groups_model::Timestamp>,
        ///The group's description, limits as in Description; absent when there is none (META-REF; Facts 1.3).
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub description: ::std::option::Option<::std::string::String>,
        pub id: ::groups_model::GroupId,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub join_approval_mode: ::std::option::Option<::groups_model::JoinApprovalMode>,
        ///Always `whatsapp` so far.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub messaging_product: ::std::option::Option<::std::string::String>,
        ///The participants, the business excluded (inferred from samples). Absent when not asked for (Facts 1.3).
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub participants: ::std::option::Option<
            ::std::vec::Vec<::groups_model::Participant>,
        >,
        ///The group's subject; limits as in Subject (Facts 1.3).
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub subject: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub suspended: ::std::option::Option<::groups_model::LenientBool>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub total_participant_count: ::std::option::Option<
            ::groups_model::LenientInteger,
        >,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl Group {
        pub fn builder() -> builder::Group {
            Default::default()
        }
    }
    ///One page of groups (Facts 1.1).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct GroupList {
        pub data: crate::GroupListShape,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub paging: ::std::option::Option<Paging>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl GroupList {
        pub fn builder() -> builder::GroupList {
            Default::default()
        }
    }
    ///Holds the groups of one page. GUPSHUP's captures and PYWA have the array directly in `data`, without this object (Facts 1.1).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct GroupListData {
        ///The groups, at most as many as asked for; order undocumented (Facts 1.1).
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub groups: ::std::vec::Vec<GroupSummary>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl GroupListData {
        pub fn builder() -> builder::GroupListData {
            Default::default()
        }
    }
    ///A group as the list shows it (Facts 1.1).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct GroupSummary {
        ///When the group was made, Unix seconds. META-OAS has a string here; GUPSHUP's captures name it creation_timestamp (Facts 1.1).
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub created_at: ::std::option::Option<::groups_model::Timestamp>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub creation_timestamp: ::std::option::Option<::groups_model::Timestamp>,
        pub id: ::groups_model::GroupId,
        ///The group's subject; limits as in Subject (Facts 1.1).
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub subject: ::std::option::Option<::std::string::String>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl GroupSummary {
        pub fn builder() -> builder::GroupSummary {
            Default::default()
        }
    }
    ///An error inside an answer or a webhook (Facts 2.1 I).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct InlineError {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub code: ::std::option::Option<::groups_model::LenientInteger>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub error_data: ::std::option::Option<ErrorData>,
        ///Text for people; not a stable identifier (Facts 2.1).
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub message: ::std::option::Option<::std::string::String>,
        ///Short name of the error; not a stable identifier (Facts 2.1).
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub title: ::std::option::Option<::std::string::String>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl InlineError {
        pub fn builder() -> builder::InlineError {
            Default::default()
        }
    }
    ///A group's current invite link (Facts 1.6, 1.7).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct InviteLink {
        pub invite_link: ::std::string::String,
        ///Always `whatsapp` so far.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub messaging_product: ::std::option::Option<::std::string::String>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl InviteLink {
        pub fn builder() -> builder::InviteLink {
            Default::default()
        }
    }
    ///Somebody waiting to be let in. The samples show join_request_id, wa_id and creation_timestamp; wa_id is not required because newer answers may name the person by user_id alone (Facts 1.8, 6).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct JoinRequest {
        ///When the person asked, Unix seconds. A guide's sample has a string (Facts 1.8).
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub creation_timestamp: ::std::option::Option<::groups_model::Timestamp>,
        pub join_request_id: ::groups_model::JoinRequestId,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub parent_user_id: ::std::option::Option<::groups_model::ParentUserId>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub user_id: ::std::option::Option<::groups_model::UserId>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub username: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub wa_id: ::std::option::Option<::groups_model::WaId>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl JoinRequest {
        pub fn builder() -> builder::JoinRequest {
            Default::default()
        }
    }
    ///One page of open join requests; here `data` is the array itself in every source (Facts 1.8).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct JoinRequestList {
        ///The open requests of this page (Facts 1.8).
        pub data: ::std::vec::Vec<JoinRequest>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub paging: ::std::option::Option<Paging>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl JoinRequestList {
        pub fn builder() -> builder::JoinRequestList {
            Default::default()
        }
    }
    ///Join requests to approve or to reject. The 360dialog page renders the body as a bare array of strings; the object is the real form (Facts 1.9, 1.10).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(deny_unknown_fields)]
    pub struct JoinRequestsRequest {
        ///Which requests, at least one; no highest number is documented (Facts 1.9).
        pub join_requests: ::std::vec::Vec<::groups_model::JoinRequestId>,
        pub messaging_product: MessagingProduct,
    }
    impl JoinRequestsRequest {
        pub fn builder() -> builder::JoinRequestsRequest {
            Default::default()
        }
    }
    ///Always `whatsapp`. A request without it is refused with code 100 (Facts 1.0).
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum MessagingProduct {
        #[serde(rename = "whatsapp")]
        Whatsapp,
    }
    impl ::std::fmt::Display for MessagingProduct {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Whatsapp => f.write_str("whatsapp"),
            }
        }
    }
    impl ::std::str::FromStr for MessagingProduct {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "whatsapp" => Ok(Self::Whatsapp),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for MessagingProduct {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for MessagingProduct {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///Where this page stands. No part of it is certain to be there; that of an empty list was printed by nobody (Facts 1.1).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Paging {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub cursors: ::std::option::Option<PagingCursors>,
        ///URL of the page after; present only when there is one (inferred). Never follow it, as with `previous` (Facts 1.1, 5).
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub next: ::std::option::Option<::std::string::String>,
        ///URL of the page before. Samples point to graph.facebook.com: never follow it with the API key (Facts 1.1, 5).
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub previous: ::std::option::Option<::std::string::String>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl Paging {
        pub fn builder() -> builder::Paging {
            Default::default()
        }
    }
    ///The ends of this page; both are equal when it has one item (GUPSHUP; Facts 1.1, 7.1).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct PagingCursors {
        ///Stands at the last item; send it as `after` for the next page (Facts 1.1).
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub after: ::std::option::Option<::groups_model::Cursor>,
        ///Stands at the first item; send it as `before` for the page before (Facts 1.1).
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub before: ::std::option::Option<::groups_model::Cursor>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl PagingCursors {
        pub fn builder() -> builder::PagingCursors {
            Default::default()
        }
    }
    ///What became of each request. Whether the list of rejected ones is there when all failed is undocumented, so it is not required (Facts 1.10).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct RejectJoinRequestsResult {
        ///Errors of the call as a whole, 131201; present only if something failed (Facts 1.10).
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub errors: ::std::vec::Vec<InlineError>,
        ///The requests that were not, and why; present only if something failed (Facts 1.10).
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub failed_join_requests: ::std::vec::Vec<FailedJoinRequest>,
        ///Always `whatsapp` so far.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub messaging_product: ::std::option::Option<::std::string::String>,
        ///The requests that were rejected (Facts 1.10).
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub rejected_join_requests: ::std::vec::Vec<::groups_model::JoinRequestId>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl RejectJoinRequestsResult {
        pub fn builder() -> builder::RejectJoinRequestsResult {
            Default::default()
        }
    }
    ///One participant to remove, with either `user` (a phone number or wa_id) or `user_id` (a business-scoped user id), never both (META-BSUID-26, PYWA, WA-RS; Facts 1.11). An earlier edition of META-BSUID put a user id into `user`.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    #[serde(deny_unknown_fields)]
    pub struct RemoveParticipant {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub user: ::std::option::Option<::groups_model::ParticipantInput>,
        ///A business-scoped user id, or one that linked portfolios share (Facts 1.11, 6).
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub user_id: ::std::option::Option<::std::string::String>,
    }
    impl RemoveParticipant {
        pub fn builder() -> builder::RemoveParticipant {
            Default::default()
        }
    }
    ///Whom to remove. META-REF's table calls participants optional yet forbids an empty list (Facts 1.11).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(deny_unknown_fields)]
    pub struct RemoveParticipantsRequest {
        pub messaging_product: MessagingProduct,
        ///1 to 8 participants; the same one twice is refused with 131202 (Facts 1.11, 2.2).
        pub participants: ::std::vec::Vec<RemoveParticipant>,
    }
    impl RemoveParticipantsRequest {
        pub fn builder() -> builder::RemoveParticipantsRequest {
            Default::default()
        }
    }
    ///Asks for a new invite link (Facts 1.7).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(deny_unknown_fields)]
    pub struct ResetInviteLinkRequest {
        pub messaging_product: MessagingProduct,
    }
    impl ResetInviteLinkRequest {
        pub fn builder() -> builder::ResetInviteLinkRequest {
            Default::default()
        }
    }
    ///Where to deliver webhooks (Facts 4.7).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(deny_unknown_fields)]
    pub struct SetWebhookRequest {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub headers: ::std::option::Option<WebhookHeaders>,
        ///The URL that notifications are posted to (Facts 4.7).
        pub url: ::std::string::String,
    }
    impl SetWebhookRequest {
        pub fn builder() -> builder::SetWebhookRequest {
            Default::default()
        }
    }
    ///Text settings to change, at least one (GUPSHUP). Meta's JSON also names profile_picture_file, the path of an image; that has no sane meaning over HTTP and is left out. WATS and DOTNET let join_approval_mode be sent; no document allows it (Facts 1.4).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(deny_unknown_fields)]
    pub struct UpdateGroupRequest {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub description: ::std::option::Option<::std::string::String>,
        pub messaging_product: MessagingProduct,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub subject: ::std::option::Option<::std::string::String>,
    }
    impl UpdateGroupRequest {
        pub fn builder() -> builder::UpdateGroupRequest {
            Default::default()
        }
    }
    ///Where webhooks are delivered. Nothing is certain to be present, as what is shown where no URL is set is not documented (Facts 4.7).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct WebhookConfiguration {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub headers: ::std::option::Option<WebhookHeaders>,
        ///The URL that notifications are posted to (Facts 4.7).
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub url: ::std::option::Option<::std::string::String>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    impl WebhookConfiguration {
        pub fn builder() -> builder::WebhookConfiguration {
            Default::default()
        }
    }
    ///Headers that are sent along with each webhook, such as one the receiver authenticates by (Facts 4.7).
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(transparent)]
    pub struct WebhookHeaders(
        pub ::std::collections::HashMap<::std::string::String, ::std::string::String>,
    );
    impl ::std::ops::Deref for WebhookHeaders {
        type Target = ::std::collections::HashMap<
            ::std::string::String,
            ::std::string::String,
        >;
        fn deref(
            &self,
        ) -> &::std::collections::HashMap<::std::string::String, ::std::string::String> {
            &self.0
        }
    }
    impl ::std::convert::From<WebhookHeaders>
    for ::std::collections::HashMap<::std::string::String, ::std::string::String> {
        fn from(value: WebhookHeaders) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<
        ::std::collections::HashMap<::std::string::String, ::std::string::String>,
    > for WebhookHeaders {
        fn from(
            value: ::std::collections::HashMap<
                ::std::string::String,
                ::std::string::String,
            >,
        ) -> Self {
            Self(value)
        }
    }
    /// Types for composing complex structures.
    pub mod builder {
        #[derive(Clone, Debug)]
        pub struct Accepted {
            id: ::std::result::Result<
                ::std::option::Option<::groups_model::GroupId>,
                ::std::string::String,
            >,
            messaging_product: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            request_id: ::std::result::Result<
                ::std::option::Option<::groups_model::RequestId>,
                ::std::string::String,
            >,
            success: ::std::result::Result<
                ::std::option::Option<::groups_model::LenientBool>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for Accepted {
            fn default() -> Self {
                Self {
                    id: Ok(Default::default()),
                    messaging_product: Ok(Default::default()),
                    request_id: Ok(Default::default()),
                    success: Ok(Default::default()),
                    extra: Err("no value supplied for extra".to_string()),
                }
            }
        }
        impl Accepted {
            pub fn id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::groups_model::GroupId>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.id = value
                    .try_into()
                    .map_err(|e| format!("error converting supplied value for id: {e}"));
                self
            }
            pub fn messaging_product<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.messaging_product = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for messaging_product: {e}"
                        )
                    });
                self
            }
            pub fn request_id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::groups_model::RequestId>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.request_id = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for request_id: {e}")
                    });
                self
            }
            pub fn success<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::groups_model::LenientBool>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.success = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for success: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<Accepted> for super::Accepted {
            type Error = super::error::ConversionError;
            fn try_from(
                value: Accepted,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    id: value.id?,
                    messaging_product: value.messaging_product?,
                    request_id: value.request_id?,
                    success: value.success?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::Accepted> for Accepted {
            fn from(value: super::Accepted) -> Self {
                Self {
                    id: Ok(value.id),
                    messaging_product: Ok(value.messaging_product),
                    request_id: Ok(value.request_id),
                    success: Ok(value.success),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct ApproveJoinRequestsResult {
            approved_join_requests: ::std::result::Result<
                ::std::vec::Vec<::groups_model::JoinRequestId>,
                ::std::string::String,
            >,
            errors: ::std::result::Result<
                ::std::vec::Vec<super::InlineError>,
                ::std::string::String,
            >,
            failed_join_requests: ::std::result::Result<
                ::std::vec::Vec<super::FailedJoinRequest>,
                ::std::string::String,
            >,
            messaging_product: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for ApproveJoinRequestsResult {
            fn default() -> Self {
                Self {
                    approved_join_requests: Ok(Default::default()),
                    errors: Ok(Default::default()),
                    failed_join_requests: Ok(Default::default()),
                    messaging_product: Ok(Default::default()),
                    extra: Err("no value supplied for extra".to_string()),
                }
            }
        }
        impl ApproveJoinRequestsResult {
            pub fn approved_join_requests<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::vec::Vec<::groups_model::JoinRequestId>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.approved_join_requests = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for approved_join_requests: {e}"
                        )
                    });
                self
            }
            pub fn errors<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::vec::Vec<super::InlineError>>,
                T::Error: ::std::fmt::Display,
            {
                self.errors = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for errors: {e}")
                    });
                self
            }
            pub fn failed_join_requests<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::vec::Vec<super::FailedJoinRequest>>,
                T::Error: ::std::fmt::Display,
            {
                self.failed_join_requests = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for failed_join_requests: {e}"
                        )
                    });
                self
            }
            pub fn messaging_product<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.messaging_product = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for messaging_product: {e}"
                        )
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<ApproveJoinRequestsResult>
        for super::ApproveJoinRequestsResult {
            type Error = super::error::ConversionError;
            fn try_from(
                value: ApproveJoinRequestsResult,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    approved_join_requests: value.approved_join_requests?,
                    errors: value.errors?,
                    failed_join_requests: value.failed_join_requests?,
                    messaging_product: value.messaging_product?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::ApproveJoinRequestsResult>
        for ApproveJoinRequestsResult {
            fn from(value: super::ApproveJoinRequestsResult) -> Self {
                Self {
                    approved_join_requests: Ok(value.approved_join_requests),
                    errors: Ok(value.errors),
                    failed_join_requests: Ok(value.failed_join_requests),
                    messaging_product: Ok(value.messaging_product),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct CreateGroupRequest {
            description: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            join_approval_mode: ::std::result::Result<
                ::std::option::Option<::groups_model::JoinApprovalMode>,
                ::std::string::String,
            >,
            messaging_product: ::std::result::Result<
                super::MessagingProduct,
                ::std::string::String,
            >,
            subject: ::std::result::Result<::std::string::String, ::std::string::String>,
        }
        impl ::std::default::Default for CreateGroupRequest {
            fn default() -> Self {
                Self {
                    description: Ok(Default::default()),
                    join_approval_mode: Ok(Default::default()),
                    messaging_product: Err(
                        "no value supplied for messaging_product".to_string(),
                    ),
                    subject: Err("no value supplied for subject".to_string()),
                }
            }
        }
        impl CreateGroupRequest {
            pub fn description<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.description = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for description: {e}")
                    });
                self
            }
            pub fn join_approval_mode<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::groups_model::JoinApprovalMode>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.join_approval_mode = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for join_approval_mode: {e}"
                        )
                    });
                self
            }
            pub fn messaging_product<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::MessagingProduct>,
                T::Error: ::std::fmt::Display,
            {
                self.messaging_product = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for messaging_product: {e}"
                        )
                    });
                self
            }
            pub fn subject<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.subject = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for subject: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<CreateGroupRequest> for super::CreateGroupRequest {
            type Error = super::error::ConversionError;
            fn try_from(
                value: CreateGroupRequest,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    description: value.description?,
                    join_approval_mode: value.join_approval_mode?,
                    messaging_product: value.messaging_product?,
                    subject: value.subject?,
                })
            }
        }
        impl ::std::convert::From<super::CreateGroupRequest> for CreateGroupRequest {
            fn from(value: super::CreateGroupRequest) -> Self {
                Self {
                    description: Ok(value.description),
                    join_approval_mode: Ok(value.join_approval_mode),
                    messaging_product: Ok(value.messaging_product),
                    subject: Ok(value.subject),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct ErrorData {
            details: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            messaging_product: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for ErrorData {
            fn default() -> Self {
                Self {
                    details: Ok(Default::default()),
                    messaging_product: Ok(Default::default()),
                    extra: Err("no value supplied for extra".to_string()),
                }
            }
        }
        impl ErrorData {
            pub fn details<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.details = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for details: {e}")
                    });
                self
            }
            pub fn messaging_product<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.messaging_product = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for messaging_product: {e}"
                        )
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<ErrorData> for super::ErrorData {
            type Error = super::error::ConversionError;
            fn try_from(
                value: ErrorData,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    details: value.details?,
                    messaging_product: value.messaging_product?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::ErrorData> for ErrorData {
            fn from(value: super::ErrorData) -> Self {
                Self {
                    details: Ok(value.details),
                    messaging_product: Ok(value.messaging_product),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct FailedJoinRequest {
            errors: ::std::result::Result<
                ::std::vec::Vec<super::InlineError>,
                ::std::string::String,
            >,
            join_request_id: ::std::result::Result<
                ::groups_model::JoinRequestId,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for FailedJoinRequest {
            fn default() -> Self {
                Self {
                    errors: Ok(Default::default()),
                    join_request_id: Err(
                        "no value supplied for join_request_id".to_string(),
                    ),
                    extra: Err("no value supplied for extra".to_string()),
                }
            }
        }
        impl FailedJoinRequest {
            pub fn errors<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::vec::Vec<super::InlineError>>,
                T::Error: ::std::fmt::Display,
            {
                self.errors = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for errors: {e}")
                    });
                self
            }
            pub fn join_request_id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::groups_model::JoinRequestId>,
                T::Error: ::std::fmt::Display,
            {
                self.join_request_id = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for join_request_id: {e}"
                        )
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<FailedJoinRequest> for super::FailedJoinRequest {
            type Error = super::error::ConversionError;
            fn try_from(
                value: FailedJoinRequest,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    errors: value.errors?,
                    join_request_id: value.join_request_id?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::FailedJoinRequest> for FailedJoinRequest {
            fn from(value: super::FailedJoinRequest) -> Self {
                Self {
                    errors: Ok(value.errors),
                    join_request_id: Ok(value.join_request_id),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct Group {
            creation_timestamp: ::std::result::Result<
                ::std::option::Option<::groups_model::Timestamp>,
                ::std::string::String,
            >,
            description: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            id: ::std::result::Result<::groups_model::GroupId, ::std::string::String>,
            join_approval_mode: ::std::result::Result<
                ::std::option::Option<::groups_model::JoinApprovalMode>,
                ::std::string::String,
            >,
            messaging_product: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            participants: ::std::result::Result<
                ::std::option::Option<::std::vec::Vec<::groups_model::Participant>>,
                ::std::string::String,
            >,
            subject: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            suspended: ::std::result::Result<
                ::std::option::Option<::groups_model::LenientBool>,
                ::std::string::String,
            >,
            total_participant_count: ::std::result::Result<
                ::std::option::Option<::groups_model::LenientInteger>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for Group {
            fn default() -> Self {
                Self {
                    creation_timestamp: Ok(Default::default()),
                    description: Ok(Default::default()),
                    id: Err("no value supplied for id".to_string()),
                    join_approval_mode: Ok(Default::default()),
                    messaging_product: Ok(Default::default()),
                    participants: Ok(Default::default()),
                    subject: Ok(Default::default()),
                    suspended: Ok(Default::default()),
                    total_participant_count: Ok(Default::default()),
                    extra: Err("no value supplied for extra".to_string()),
                }
            }
        }
        impl Group {
            pub fn creation_timestamp<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::groups_model::Timestamp>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.creation_timestamp = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for creation_timestamp: {e}"
                        )
                    });
                self
            }
            pub fn description<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.description = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for description: {e}")
                    });
                self
            }
            pub fn id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::groups_model::GroupId>,
                T::Error: ::std::fmt::Display,
            {
                self.id = value
                    .try_into()
                    .map_err(|e| format!("error converting supplied value for id: {e}"));
                self
            }
            pub fn join_approval_mode<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::groups_model::JoinApprovalMode>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.join_approval_mode = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for join_approval_mode: {e}"
                        )
                    });
                self
            }
            pub fn messaging_product<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.messaging_product = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for messaging_product: {e}"
                        )
                    });
                self
            }
            pub fn participants<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::std::vec::Vec<::groups_model::Participant>>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.participants = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for participants: {e}")
                    });
                self
            }
            pub fn subject<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.subject = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for subject: {e}")
                    });
                self
            }
            pub fn suspended<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::groups_model::LenientBool>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.suspended = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for suspended: {e}")
                    });
                self
            }
            pub fn total_participant_count<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::groups_model::LenientInteger>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.total_participant_count = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for total_participant_count: {e}"
                        )
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<Group> for super::Group {
            type Error = super::error::ConversionError;
            fn try_from(
                value: Group,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    creation_timestamp: value.creation_timestamp?,
                    description: value.description?,
                    id: value.id?,
                    join_approval_mode: value.join_approval_mode?,
                    messaging_product: value.messaging_product?,
                    participants: value.participants?,
                    subject: value.subject?,
                    suspended: value.suspended?,
                    total_participant_count: value.total_participant_count?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::Group> for Group {
            fn from(value: super::Group) -> Self {
                Self {
                    creation_timestamp: Ok(value.creation_timestamp),
                    description: Ok(value.description),
                    id: Ok(value.id),
                    join_approval_mode: Ok(value.join_approval_mode),
                    messaging_product: Ok(value.messaging_product),
                    participants: Ok(value.participants),
                    subject: Ok(value.subject),
                    suspended: Ok(value.suspended),
                    total_participant_count: Ok(value.total_participant_count),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct GroupList {
            data: ::std::result::Result<crate::GroupListShape, ::std::string::String>,
            paging: ::std::result::Result<
                ::std::option::Option<super::Paging>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for GroupList {
            fn default() -> Self {
                Self {
                    data: Err("no value supplied for data".to_string()),
                    paging: Ok(Default::default()),
                    extra: Err("no value supplied for extra".to_string()),
                }
            }
        }
        impl GroupList {
            pub fn data<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<crate::GroupListShape>,
                T::Error: ::std::fmt::Display,
            {
                self.data = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for data: {e}")
                    });
                self
            }
            pub fn paging<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::Paging>>,
                T::Error: ::std::fmt::Display,
            {
                self.paging = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for paging: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<GroupList> for super::GroupList {
            type Error = super::error::ConversionError;
            fn try_from(
                value: GroupList,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    data: value.data?,
                    paging: value.paging?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::GroupList> for GroupList {
            fn from(value: super::GroupList) -> Self {
                Self {
                    data: Ok(value.data),
                    paging: Ok(value.paging),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct GroupListData {
            groups: ::std::result::Result<
                ::std::vec::Vec<super::GroupSummary>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for GroupListData {
            fn default() -> Self {
                Self {
                    groups: Ok(Default::default()),
                    extra: Err("no value supplied for extra".to_string()),
                }
            }
        }
        impl GroupListData {
            pub fn groups<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::vec::Vec<super::GroupSummary>>,
                T::Error: ::std::fmt::Display,
            {
                self.groups = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for groups: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<GroupListData> for super::GroupListData {
            type Error = super::error::ConversionError;
            fn try_from(
                value: GroupListData,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    groups: value.groups?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::GroupListData> for GroupListData {
            fn from(value: super::GroupListData) -> Self {
                Self {
                    groups: Ok(value.groups),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct GroupSummary {
            created_at: ::std::result::Result<
                ::std::option::Option<::groups_model::Timestamp>,
                ::std::string::String,
            >,
            creation_timestamp: ::std::result::Result<
                ::std::option::Option<::groups_model::Timestamp>,
                ::std::string::String,
            >,
            id: ::std::result::Result<::groups_model::GroupId, ::std::string::String>,
            subject: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for GroupSummary {
            fn default() -> Self {
                Self {
                    created_at: Ok(Default::default()),
                    creation_timestamp: Ok(Default::default()),
                    id: Err("no value supplied for id".to_string()),
                    subject: Ok(Default::default()),
                    extra: Err("no value supplied for extra".to_string()),
                }
            }
        }
        impl GroupSummary {
            pub fn created_at<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::groups_model::Timestamp>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.created_at = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for created_at: {e}")
                    });
                self
            }
            pub fn creation_timestamp<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::groups_model::Timestamp>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.creation_timestamp = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for creation_timestamp: {e}"
                        )
                    });
                self
            }
            pub fn id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::groups_model::GroupId>,
                T::Error: ::std::fmt::Display,
            {
                self.id = value
                    .try_into()
                    .map_err(|e| format!("error converting supplied value for id: {e}"));
                self
            }
            pub fn subject<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.subject = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for subject: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<GroupSummary> for super::GroupSummary {
            type Error = super::error::ConversionError;
            fn try_from(
                value: GroupSummary,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    created_at: value.created_at?,
                    creation_timestamp: value.creation_timestamp?,
                    id: value.id?,
                    subject: value.subject?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::GroupSummary> for GroupSummary {
            fn from(value: super::GroupSummary) -> Self {
                Self {
                    created_at: Ok(value.created_at),
                    creation_timestamp: Ok(value.creation_timestamp),
                    id: Ok(value.id),
                    subject: Ok(value.subject),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct InlineError {
            code: ::std::result::Result<
                ::std::option::Option<::groups_model::LenientInteger>,
                ::std::string::String,
            >,
            error_data: ::std::result::Result<
                ::std::option::Option<super::ErrorData>,
                ::std::string::String,
            >,
            message: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            title: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for InlineError {
            fn default() -> Self {
                Self {
                    code: Ok(Default::default()),
                    error_data: Ok(Default::default()),
                    message: Ok(Default::default()),
                    title: Ok(Default::default()),
                    extra: Err("no value supplied for extra".to_string()),
                }
            }
        }
        impl InlineError {
            pub fn code<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::groups_model::LenientInteger>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.code = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for code: {e}")
                    });
                self
            }
            pub fn error_data<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::ErrorData>>,
                T::Error: ::std::fmt::Display,
            {
                self.error_data = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for error_data: {e}")
                    });
                self
            }
            pub fn message<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.message = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for message: {e}")
                    });
                self
            }
            pub fn title<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.title = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for title: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<InlineError> for super::InlineError {
            type Error = super::error::ConversionError;
            fn try_from(
                value: InlineError,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    code: value.code?,
                    error_data: value.error_data?,
                    message: value.message?,
                    title: value.title?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::InlineError> for InlineError {
            fn from(value: super::InlineError) -> Self {
                Self {
                    code: Ok(value.code),
                    error_data: Ok(value.error_data),
                    message: Ok(value.message),
                    title: Ok(value.title),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct InviteLink {
            invite_link: ::std::result::Result<
                ::std::string::String,
                ::std::string::String,
            >,
            messaging_product: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for InviteLink {
            fn default() -> Self {
                Self {
                    invite_link: Err("no value supplied for invite_link".to_string()),
                    messaging_product: Ok(Default::default()),
                    extra: Err("no value supplied for extra".to_string()),
                }
            }
        }
        impl InviteLink {
            pub fn invite_link<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.invite_link = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for invite_link: {e}")
                    });
                self
            }
            pub fn messaging_product<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.messaging_product = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for messaging_product: {e}"
                        )
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<InviteLink> for super::InviteLink {
            type Error = super::error::ConversionError;
            fn try_from(
                value: InviteLink,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    invite_link: value.invite_link?,
                    messaging_product: value.messaging_product?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::InviteLink> for InviteLink {
            fn from(value: super::InviteLink) -> Self {
                Self {
                    invite_link: Ok(value.invite_link),
                    messaging_product: Ok(value.messaging_product),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct JoinRequest {
            creation_timestamp: ::std::result::Result<
                ::std::option::Option<::groups_model::Timestamp>,
                ::std::string::String,
            >,
            join_request_id: ::std::result::Result<
                ::groups_model::JoinRequestId,
                ::std::string::String,
            >,
            parent_user_id: ::std::result::Result<
                ::std::option::Option<::groups_model::ParentUserId>,
                ::std::string::String,
            >,
            user_id: ::std::result::Result<
                ::std::option::Option<::groups_model::UserId>,
                ::std::string::String,
            >,
            username: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            wa_id: ::std::result::Result<
                ::std::option::Option<::groups_model::WaId>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for JoinRequest {
            fn default() -> Self {
                Self {
                    creation_timestamp: Ok(Default::default()),
                    join_request_id: Err(
                        "no value supplied for join_request_id".to_string(),
                    ),
                    parent_user_id: Ok(Default::default()),
                    user_id: Ok(Default::default()),
                    username: Ok(Default::default()),
                    wa_id: Ok(Default::default()),
                    extra: Err("no value supplied for extra".to_string()),
                }
            }
        }
        impl JoinRequest {
            pub fn creation_timestamp<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::groups_model::Timestamp>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.creation_timestamp = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for creation_timestamp: {e}"
                        )
                    });
                self
            }
            pub fn join_request_id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::groups_model::JoinRequestId>,
                T::Error: ::std::fmt::Display,
            {
                self.join_request_id = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for join_request_id: {e}"
                        )
                    });
                self
            }
            pub fn parent_user_id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::groups_model::ParentUserId>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.parent_user_id = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for parent_user_id: {e}"
                        )
                    });
                self
            }
            pub fn user_id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::groups_model::UserId>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.user_id = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for user_id: {e}")
                    });
                self
            }
            pub fn username<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.username = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for username: {e}")
                    });
                self
            }
            pub fn wa_id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::groups_model::WaId>>,
                T::Error: ::std::fmt::Display,
            {
                self.wa_id = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for wa_id: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<JoinRequest> for super::JoinRequest {
            type Error = super::error::ConversionError;
            fn try_from(
                value: JoinRequest,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    creation_timestamp: value.creation_timestamp?,
                    join_request_id: value.join_request_id?,
                    parent_user_id: value.parent_user_id?,
                    user_id: value.user_id?,
                    username: value.username?,
                    wa_id: value.wa_id?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::JoinRequest> for JoinRequest {
            fn from(value: super::JoinRequest) -> Self {
                Self {
                    creation_timestamp: Ok(value.creation_timestamp),
                    join_request_id: Ok(value.join_request_id),
                    parent_user_id: Ok(value.parent_user_id),
                    user_id: Ok(value.user_id),
                    username: Ok(value.username),
                    wa_id: Ok(value.wa_id),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct JoinRequestList {
            data: ::std::result::Result<
                ::std::vec::Vec<super::JoinRequest>,
                ::std::string::String,
            >,
            paging: ::std::result::Result<
                ::std::option::Option<super::Paging>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for JoinRequestList {
            fn default() -> Self {
                Self {
                    data: Err("no value supplied for data".to_string()),
                    paging: Ok(Default::default()),
                    extra: Err("no value supplied for extra".to_string()),
                }
            }
        }
        impl JoinRequestList {
            pub fn data<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::vec::Vec<super::JoinRequest>>,
                T::Error: ::std::fmt::Display,
            {
                self.data = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for data: {e}")
                    });
                self
            }
            pub fn paging<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::Paging>>,
                T::Error: ::std::fmt::Display,
            {
                self.paging = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for paging: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<JoinRequestList> for super::JoinRequestList {
            type Error = super::error::ConversionError;
            fn try_from(
                value: JoinRequestList,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    data: value.data?,
                    paging: value.paging?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::JoinRequestList> for JoinRequestList {
            fn from(value: super::JoinRequestList) -> Self {
                Self {
                    data: Ok(value.data),
                    paging: Ok(value.paging),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct JoinRequestsRequest {
            join_requests: ::std::result::Result<
                ::std::vec::Vec<::groups_model::JoinRequestId>,
                ::std::string::String,
            >,
            messaging_product: ::std::result::Result<
                super::MessagingProduct,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for JoinRequestsRequest {
            fn default() -> Self {
                Self {
                    join_requests: Err(
                        "no value supplied for join_requests".to_string(),
                    ),
                    messaging_product: Err(
                        "no value supplied for messaging_product".to_string(),
                    ),
                }
            }
        }
        impl JoinRequestsRequest {
            pub fn join_requests<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::vec::Vec<::groups_model::JoinRequestId>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.join_requests = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for join_requests: {e}")
                    });
                self
            }
            pub fn messaging_product<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::MessagingProduct>,
                T::Error: ::std::fmt::Display,
            {
                self.messaging_product = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for messaging_product: {e}"
                        )
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<JoinRequestsRequest>
        for super::JoinRequestsRequest {
            type Error = super::error::ConversionError;
            fn try_from(
                value: JoinRequestsRequest,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    join_requests: value.join_requests?,
                    messaging_product: value.messaging_product?,
                })
            }
        }
        impl ::std::convert::From<super::JoinRequestsRequest> for JoinRequestsRequest {
            fn from(value: super::JoinRequestsRequest) -> Self {
                Self {
                    join_requests: Ok(value.join_requests),
                    messaging_product: Ok(value.messaging_product),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct Paging {
            cursors: ::std::result::Result<
                ::std::option::Option<super::PagingCursors>,
                ::std::string::String,
            >,
            next: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            previous: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for Paging {
            fn default() -> Self {
                Self {
                    cursors: Ok(Default::default()),
                    next: Ok(Default::default()),
                    previous: Ok(Default::default()),
                    extra: Err("no value supplied for extra".to_string()),
                }
            }
        }
        impl Paging {
            pub fn cursors<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::PagingCursors>>,
                T::Error: ::std::fmt::Display,
            {
                self.cursors = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for cursors: {e}")
                    });
                self
            }
            pub fn next<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.next = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for next: {e}")
                    });
                self
            }
            pub fn previous<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.previous = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for previous: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<Paging> for super::Paging {
            type Error = super::error::ConversionError;
            fn try_from(
                value: Paging,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    cursors: value.cursors?,
                    next: value.next?,
                    previous: value.previous?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::Paging> for Paging {
            fn from(value: super::Paging) -> Self {
                Self {
                    cursors: Ok(value.cursors),
                    next: Ok(value.next),
                    previous: Ok(value.previous),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct PagingCursors {
            after: ::std::result::Result<
                ::std::option::Option<::groups_model::Cursor>,
                ::std::string::String,
            >,
            before: ::std::result::Result<
                ::std::option::Option<::groups_model::Cursor>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for PagingCursors {
            fn default() -> Self {
                Self {
                    after: Ok(Default::default()),
                    before: Ok(Default::default()),
                    extra: Err("no value supplied for extra".to_string()),
                }
            }
        }
        impl PagingCursors {
            pub fn after<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::groups_model::Cursor>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.after = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for after: {e}")
                    });
                self
            }
            pub fn before<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::groups_model::Cursor>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.before = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for before: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<PagingCursors> for super::PagingCursors {
            type Error = super::error::ConversionError;
            fn try_from(
                value: PagingCursors,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    after: value.after?,
                    before: value.before?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::PagingCursors> for PagingCursors {
            fn from(value: super::PagingCursors) -> Self {
                Self {
                    after: Ok(value.after),
                    before: Ok(value.before),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct RejectJoinRequestsResult {
            errors: ::std::result::Result<
                ::std::vec::Vec<super::InlineError>,
                ::std::string::String,
            >,
            failed_join_requests: ::std::result::Result<
                ::std::vec::Vec<super::FailedJoinRequest>,
                ::std::string::String,
            >,
            messaging_product: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            rejected_join_requests: ::std::result::Result<
                ::std::vec::Vec<::groups_model::JoinRequestId>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for RejectJoinRequestsResult {
            fn default() -> Self {
                Self {
                    errors: Ok(Default::default()),
                    failed_join_requests: Ok(Default::default()),
                    messaging_product: Ok(Default::default()),
                    rejected_join_requests: Ok(Default::default()),
                    extra: Err("no value supplied for extra".to_string()),
                }
            }
        }
        impl RejectJoinRequestsResult {
            pub fn errors<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::vec::Vec<super::InlineError>>,
                T::Error: ::std::fmt::Display,
            {
                self.errors = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for errors: {e}")
                    });
                self
            }
            pub fn failed_join_requests<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::vec::Vec<super::FailedJoinRequest>>,
                T::Error: ::std::fmt::Display,
            {
                self.failed_join_requests = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for failed_join_requests: {e}"
                        )
                    });
                self
            }
            pub fn messaging_product<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.messaging_product = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for messaging_product: {e}"
                        )
                    });
                self
            }
            pub fn rejected_join_requests<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::vec::Vec<::groups_model::JoinRequestId>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.rejected_join_requests = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for rejected_join_requests: {e}"
                        )
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<RejectJoinRequestsResult>
        for super::RejectJoinRequestsResult {
            type Error = super::error::ConversionError;
            fn try_from(
                value: RejectJoinRequestsResult,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    errors: value.errors?,
                    failed_join_requests: value.failed_join_requests?,
                    messaging_product: value.messaging_product?,
                    rejected_join_requests: value.rejected_join_requests?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::RejectJoinRequestsResult>
        for RejectJoinRequestsResult {
            fn from(value: super::RejectJoinRequestsResult) -> Self {
                Self {
                    errors: Ok(value.errors),
                    failed_join_requests: Ok(value.failed_join_requests),
                    messaging_product: Ok(value.messaging_product),
                    rejected_join_requests: Ok(value.rejected_join_requests),
                    extra: Ok(value.extra),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct RemoveParticipant {
            user: ::std::result::Result<
                ::std::option::Option<::groups_model::ParticipantInput>,
                ::std::string::String,
            >,
            user_id: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for RemoveParticipant {
            fn default() -> Self {
                Self {
                    user: Ok(Default::default()),
                    user_id: Ok(Default::default()),
                }
            }
        }
        impl RemoveParticipant {
            pub fn user<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<::groups_model::ParticipantInput>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.user = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for user: {e}")
                    });
                self
            }
            pub fn user_id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.user_id = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for user_id: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<RemoveParticipant> for super::RemoveParticipant {
            type Error = super::error::ConversionError;
            fn try_from(
                value: RemoveParticipant,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    user: value.user?,
                    user_id: value.user_id?,
                })
            }
        }
        impl ::std::convert::From<super::RemoveParticipant> for RemoveParticipant {
            fn from(value: super::RemoveParticipant) -> Self {
                Self {
                    user: Ok(value.user),
                    user_id: Ok(value.user_id),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct RemoveParticipantsRequest {
            messaging_product: ::std::result::Result<
                super::MessagingProduct,
                ::std::string::String,
            >,
            participants: ::std::result::Result<
                ::std::vec::Vec<super::RemoveParticipant>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for RemoveParticipantsRequest {
            fn default() -> Self {
                Self {
                    messaging_product: Err(
                        "no value supplied for messaging_product".to_string(),
                    ),
                    participants: Err("no value supplied for participants".to_string()),
                }
            }
        }
        impl RemoveParticipantsRequest {
            pub fn messaging_product<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::MessagingProduct>,
                T::Error: ::std::fmt::Display,
            {
                self.messaging_product = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for messaging_product: {e}"
                        )
                    });
                self
            }
            pub fn participants<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::vec::Vec<super::RemoveParticipant>>,
                T::Error: ::std::fmt::Display,
            {
                self.participants = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for participants: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<RemoveParticipantsRequest>
        for super::RemoveParticipantsRequest {
            type Error = super::error::ConversionError;
            fn try_from(
                value: RemoveParticipantsRequest,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    messaging_product: value.messaging_product?,
                    participants: value.participants?,
                })
            }
        }
        impl ::std::convert::From<super::RemoveParticipantsRequest>
        for RemoveParticipantsRequest {
            fn from(value: super::RemoveParticipantsRequest) -> Self {
                Self {
                    messaging_product: Ok(value.messaging_product),
                    participants: Ok(value.participants),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct ResetInviteLinkRequest {
            messaging_product: ::std::result::Result<
                super::MessagingProduct,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for ResetInviteLinkRequest {
            fn default() -> Self {
                Self {
                    messaging_product: Err(
                        "no value supplied for messaging_product".to_string(),
                    ),
                }
            }
        }
        impl ResetInviteLinkRequest {
            pub fn messaging_product<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::MessagingProduct>,
                T::Error: ::std::fmt::Display,
            {
                self.messaging_product = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for messaging_product: {e}"
                        )
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<ResetInviteLinkRequest>
        for super::ResetInviteLinkRequest {
            type Error = super::error::ConversionError;
            fn try_from(
                value: ResetInviteLinkRequest,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    messaging_product: value.messaging_product?,
                })
            }
        }
        impl ::std::convert::From<super::ResetInviteLinkRequest>
        for ResetInviteLinkRequest {
            fn from(value: super::ResetInviteLinkRequest) -> Self {
                Self {
                    messaging_product: Ok(value.messaging_product),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct SetWebhookRequest {
            headers: ::std::result::Result<
                ::std::option::Option<super::WebhookHeaders>,
                ::std::string::String,
            >,
            url: ::std::result::Result<::std::string::String, ::std::string::String>,
        }
        impl ::std::default::Default for SetWebhookRequest {
            fn default() -> Self {
                Self {
                    headers: Ok(Default::default()),
                    url: Err("no value supplied for url".to_string()),
                }
            }
        }
        impl SetWebhookRequest {
            pub fn headers<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::WebhookHeaders>>,
                T::Error: ::std::fmt::Display,
            {
                self.headers = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for headers: {e}")
                    });
                self
            }
            pub fn url<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.url = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for url: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<SetWebhookRequest> for super::SetWebhookRequest {
            type Error = super::error::ConversionError;
            fn try_from(
                value: SetWebhookRequest,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    headers: value.headers?,
                    url: value.url?,
                })
            }
        }
        impl ::std::convert::From<super::SetWebhookRequest> for SetWebhookRequest {
            fn from(value: super::SetWebhookRequest) -> Self {
                Self {
                    headers: Ok(value.headers),
                    url: Ok(value.url),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct UpdateGroupRequest {
            description: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            messaging_product: ::std::result::Result<
                super::MessagingProduct,
                ::std::string::String,
            >,
            subject: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for UpdateGroupRequest {
            fn default() -> Self {
                Self {
                    description: Ok(Default::default()),
                    messaging_product: Err(
                        "no value supplied for messaging_product".to_string(),
                    ),
                    subject: Ok(Default::default()),
                }
            }
        }
        impl UpdateGroupRequest {
            pub fn description<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.description = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for description: {e}")
                    });
                self
            }
            pub fn messaging_product<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::MessagingProduct>,
                T::Error: ::std::fmt::Display,
            {
                self.messaging_product = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for messaging_product: {e}"
                        )
                    });
                self
            }
            pub fn subject<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.subject = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for subject: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<UpdateGroupRequest> for super::UpdateGroupRequest {
            type Error = super::error::ConversionError;
            fn try_from(
                value: UpdateGroupRequest,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    description: value.description?,
                    messaging_product: value.messaging_product?,
                    subject: value.subject?,
                })
            }
        }
        impl ::std::convert::From<super::UpdateGroupRequest> for UpdateGroupRequest {
            fn from(value: super::UpdateGroupRequest) -> Self {
                Self {
                    description: Ok(value.description),
                    messaging_product: Ok(value.messaging_product),
                    subject: Ok(value.subject),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct WebhookConfiguration {
            headers: ::std::result::Result<
                ::std::option::Option<super::WebhookHeaders>,
                ::std::string::String,
            >,
            url: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            extra: ::std::result::Result<
                ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for WebhookConfiguration {
            fn default() -> Self {
                Self {
                    headers: Ok(Default::default()),
                    url: Ok(Default::default()),
                    extra: Err("no value supplied for extra".to_string()),
                }
            }
        }
        impl WebhookConfiguration {
            pub fn headers<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::WebhookHeaders>>,
                T::Error: ::std::fmt::Display,
            {
                self.headers = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for headers: {e}")
                    });
                self
            }
            pub fn url<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.url = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for url: {e}")
                    });
                self
            }
            pub fn extra<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.extra = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for extra: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<WebhookConfiguration>
        for super::WebhookConfiguration {
            type Error = super::error::ConversionError;
            fn try_from(
                value: WebhookConfiguration,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    headers: value.headers?,
                    url: value.url?,
                    extra: value.extra?,
                })
            }
        }
        impl ::std::convert::From<super::WebhookConfiguration> for WebhookConfiguration {
            fn from(value: super::WebhookConfiguration) -> Self {
                Self {
                    headers: Ok(value.headers),
                    url: Ok(value.url),
                    extra: Ok(value.extra),
                }
            }
        }
    }
    /// Error types.
    pub mod error {
        /// Error from a `TryFrom` or `FromStr` implementation.
        pub struct ConversionError(::std::borrow::Cow<'static, str>);
        impl ::std::error::Error for ConversionError {}
        impl ::std::fmt::Display for ConversionError {
            fn fmt(
                &self,
                f: &mut ::std::fmt::Formatter<'_>,
            ) -> Result<(), ::std::fmt::Error> {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }
        impl ::std::fmt::Debug for ConversionError {
            fn fmt(
                &self,
                f: &mut ::std::fmt::Formatter<'_>,
            ) -> Result<(), ::std::fmt::Error> {
                ::std::fmt::Debug::fmt(&self.0, f)
            }
        }
        impl From<&'static str> for ConversionError {
            fn from(value: &'static str) -> Self {
                Self(value.into())
            }
        }
        impl From<String> for ConversionError {
            fn from(value: String) -> Self {
                Self(value.into())
            }
        }
    }
}
#[derive(Clone, Debug)]
/**Client for WhatsApp Groups API on 360dialog

Official WhatsApp groups of one business phone number: list, create, change and delete groups, hand out invite links, decide join requests, remove participants. There is no call that adds a participant: people join by the invite link. Create, update, delete and remove are only accepted by the HTTP answer; their outcome arrives as a webhook notification carrying the same request_id, possibly before the answer (Facts 1.0). Schemas named Notification and below describe those webhooks (Facts 4).

Version: 1.0.0*/
pub struct Client {
    pub(crate) baseurl: String,
    pub(crate) client: reqwest::Client,
    pub(crate) inner: crate::Transport,
}
impl Client {
    /// Create a new client.
    ///
    /// `baseurl` is the base URL provided to the internal
    /// `reqwest::Client`, and should include a scheme and hostname,
    /// as well as port and a path stem if applicable.
    pub fn new(baseurl: &str, inner: crate::Transport) -> Self {
        #[cfg(not(target_arch = "wasm32"))]
        let client = {
            let dur = ::std::time::Duration::from_secs(15u64);
            reqwest::ClientBuilder::new().connect_timeout(dur).timeout(dur)
        };
        #[cfg(target_arch = "wasm32")]
        let client = reqwest::ClientBuilder::new();
        Self::new_with_client(baseurl, client.build().unwrap(), inner)
    }
    /// Construct a new client with an existing `reqwest::Client`,
    /// allowing more control over its configuration.
    ///
    /// `baseurl` is the base URL provided to the internal
    /// `reqwest::Client`, and should include a scheme and hostname,
    /// as well as port and a path stem if applicable.
    pub fn new_with_client(
        baseurl: &str,
        client: reqwest::Client,
        inner: crate::Transport,
    ) -> Self {
        Self {
            baseurl: baseurl.to_string(),
            client,
            inner,
        }
    }
}
impl ClientInfo<crate::Transport> for Client {
    fn api_version() -> &'static str {
        "1.0.0"
    }
    fn baseurl(&self) -> &str {
        self.baseurl.as_str()
    }
    fn client(&self) -> &reqwest::Client {
        &self.client
    }
    fn inner(&self) -> &crate::Transport {
        &self.inner
    }
}
const _: () = {
    #[allow(dead_code)]
    fn assert_client_hooks()
    where
        Client: ClientHooks<crate::Transport>,
    {}
};
impl Client {
    /**List the active groups

One page of the number's active groups. Deleted groups are not listed, and suspended ones neither (GUPSHUP). A number that is not eligible for groups gets an empty list, not an error. The order is undocumented. One client also sends `fields`; it is undocumented here and left out. Page on by `paging.cursors`, never by the URLs (Facts 1.1).

Sends a `GET` request to `/groups`

Arguments:
- `after`: Give the page after this cursor; not together with `before` (GUPSHUP; Facts 1.1).
- `before`: Give the page before this cursor; not together with `after` (GUPSHUP; Facts 1.1).
- `limit`: How many groups to return, 1 to 1024. What happens outside the range is undocumented; 400 with code 100 is inferred (Facts 1.1).
```ignore
let response = client.list_groups()
    .after(after)
    .before(before)
    .limit(limit)
    .send()
    .await;
```*/
    pub fn list_groups(&self) -> builder::ListGroups<'_> {
        builder::ListGroups::new(self)
    }
    /**Create a group

Accepts the creation of a group without participants and without a picture. The group's id and invite link arrive only in the webhook `group_lifecycle_update` / `group_create` with the same request_id. Not idempotent: sending it twice makes two groups, so never repeat it blindly (Facts 1.2, 2.5). At most 10,000 groups per number (Facts 3).

Sends a `POST` request to `/groups`

Arguments:
- `body`: The new group's subject and settings (Facts 1.2).
```ignore
let response = client.create_group()
    .body(body)
    .send()
    .await;
```*/
    pub fn create_group(&self) -> builder::CreateGroup<'_> {
        builder::CreateGroup::new(self)
    }
    /**Get one group

The group's id and messaging_product always, and of the rest what `fields` asks for; without `fields` nothing else. An unknown group, or one of another number, is 400 with code 131041, not 404 (Facts 1.3).

Sends a `GET` request to `/groups/{group_id}`

Arguments:
- `group_id`: The group's id, percent-encoded as one path segment (Facts 7.1).
- `fields`: Which fields to return, comma-separated; names as in GroupField (Facts 1.3).
```ignore
let response = client.get_group()
    .group_id(group_id)
    .fields(fields)
    .send()
    .await;
```*/
    pub fn get_group(&self) -> builder::GetGroup<'_> {
        builder::GetGroup::new(self)
    }
    /**Update subject, description or picture

Accepts a change of one or more settings; at least one is needed (GUPSHUP). A picture needs the multipart form. The outcome arrives by webhook `group_settings_update`, setting by setting: one may succeed while another fails. join_approval_mode cannot be changed after creation; how to clear a description or a picture is undocumented (Facts 1.4).

Sends a `POST` request to `/groups/{group_id}`

Arguments:
- `group_id`: The group's id, percent-encoded as one path segment (Facts 7.1).
- `body`: The settings to change (Facts 1.4).
```ignore
let response = client.update_group()
    .group_id(group_id)
    .body(body)
    .send()
    .await;
```*/
    pub fn update_group(&self) -> builder::UpdateGroup<'_> {
        builder::UpdateGroup::new(self)
    }
    /**Delete a group

Accepts the deletion: all participants are removed, the business included. No body and no query. The outcome arrives by webhook `group_lifecycle_update` / `group_delete`. Later calls for the group give code 131041 (inferred from its meaning; Facts 1.5).

Sends a `DELETE` request to `/groups/{group_id}`

Arguments:
- `group_id`: The group's id, percent-encoded as one path segment (Facts 7.1).
```ignore
let response = client.delete_group()
    .group_id(group_id)
    .send()
    .await;
```*/
    pub fn delete_group(&self) -> builder::DeleteGroup<'_> {
        builder::DeleteGroup::new(self)
    }
    /**Get the invite link

The link that lets people join, or ask to join. It is dead after a reset, after deletion, while the group is full, and for people who were removed (Facts 1.6, 7.2).

Sends a `GET` request to `/groups/{group_id}/invite_link`

Arguments:
- `group_id`: The group's id, percent-encoded as one path segment (Facts 7.1).
```ignore
let response = client.get_invite_link()
    .group_id(group_id)
    .send()
    .await;
```*/
    pub fn get_invite_link(&self) -> builder::GetInviteLink<'_> {
        builder::GetInviteLink::new(self)
    }
    /**Replace the invite link

Makes a new link; all previous links stop working at once. No webhook follows. A repeat also kills the link that the first call made, so never repeat it blindly (Facts 1.7, 2.5).

Sends a `POST` request to `/groups/{group_id}/invite_link`

Arguments:
- `group_id`: The group's id, percent-encoded as one path segment (Facts 7.1).
- `body`: Only names the product (Facts 1.7).
```ignore
let response = client.reset_invite_link()
    .group_id(group_id)
    .body(body)
    .send()
    .await;
```*/
    pub fn reset_invite_link(&self) -> builder::ResetInviteLink<'_> {
        builder::ResetInviteLink::new(self)
    }
    /**List the open join requests

One page of the requests still waiting for a decision. With auto_approve the list is empty (inferred). The query parameters are undocumented; the answer carries paging and one client sends them, so they very probably work (Facts 1.8).

Sends a `GET` request to `/groups/{group_id}/join_requests`

Arguments:
- `group_id`: The group's id, percent-encoded as one path segment (Facts 7.1).
- `after`: Give the page after this cursor; not together with `before`. Undocumented, see above (Facts 1.8).
- `before`: Give the page before this cursor; not together with `after`. Undocumented, see above (Facts 1.8).
- `limit`: How many join requests to return. Undocumented, see above; the range is that of list_groups (Facts 1.8).
```ignore
let response = client.list_join_requests()
    .group_id(group_id)
    .after(after)
    .before(before)
    .limit(limit)
    .send()
    .await;
```*/
    pub fn list_join_requests(&self) -> builder::ListJoinRequests<'_> {
        builder::ListJoinRequests::new(self)
    }
    /**Approve join requests

Lets the people behind the requests in. The answer says per request what happened; the webhook `group_participants_update` / `group_participants_add` follows. A request that is gone, withdrawn or already decided fails with 131213 (Facts 1.9). No highest number of requests per call is documented.

Sends a `POST` request to `/groups/{group_id}/join_requests`

Arguments:
- `group_id`: The group's id, percent-encoded as one path segment (Facts 7.1).
- `body`: The requests to approve (Facts 1.9).
```ignore
let response = client.approve_join_requests()
    .group_id(group_id)
    .body(body)
    .send()
    .await;
```*/
    pub fn approve_join_requests(&self) -> builder::ApproveJoinRequests<'_> {
        builder::ApproveJoinRequests::new(self)
    }
    /**Reject join requests

Turns the requests down; a DELETE with a JSON body. The answer says per request what happened. No webhook follows, and the person may ask again. A request that is gone, withdrawn or already decided fails with 131213 (Facts 1.10).

Sends a `DELETE` request to `/groups/{group_id}/join_requests`

Arguments:
- `group_id`: The group's id, percent-encoded as one path segment (Facts 7.1).
- `body`: The requests to reject (Facts 1.10).
```ignore
let response = client.reject_join_requests()
    .group_id(group_id)
    .body(body)
    .send()
    .await;
```*/
    pub fn reject_join_requests(&self) -> builder::RejectJoinRequests<'_> {
        builder::RejectJoinRequests::new(self)
    }
    /**Remove participants

Accepts the removal of 1 to 8 participants; a DELETE with a JSON body. The outcome arrives by webhook `group_participants_update` / `group_participants_remove`, which may report a partial failure. Whether 131202, 131204 and 131212 come at once or by webhook is undocumented. Removed people cannot come back by link (META-REF, CORAL); GUPSHUP says they can (Facts 1.11). A phone number goes into `user`, a business-scoped user id into `user_id`; an item with both is refused.

Sends a `DELETE` request to `/groups/{group_id}/participants`

Arguments:
- `group_id`: The group's id, percent-encoded as one path segment (Facts 7.1).
- `body`: Whom to remove (Facts 1.11).
```ignore
let response = client.remove_participants()
    .group_id(group_id)
    .body(body)
    .send()
    .await;
```*/
    pub fn remove_participants(&self) -> builder::RemoveParticipants<'_> {
        builder::RemoveParticipants::new(self)
    }
    /**Get where webhooks are delivered

The URL that 360dialog delivers this number's webhooks to, with the headers it sends along. What it answers where none is set is not documented (Facts 4.7).

Sends a `GET` request to `/v1/configs/webhook`

```ignore
let response = client.get_webhook()
    .send()
    .await;
```*/
    pub fn get_webhook(&self) -> builder::GetWebhook<'_> {
        builder::GetWebhook::new(self)
    }
    /**Set where webhooks are delivered

Replaces the URL and the headers of this number. The four group fields come to the same URL as messages. A receiver has to answer 200 within 5 seconds; what it does not take is delivered again for up to 7 days. How to unset the URL is not documented (Facts 4.7).

Sends a `POST` request to `/v1/configs/webhook`

Arguments:
- `body`: The new configuration (Facts 4.7).
```ignore
let response = client.set_webhook()
    .body(body)
    .send()
    .await;
```*/
    pub fn set_webhook(&self) -> builder::SetWebhook<'_> {
        builder::SetWebhook::new(self)
    }
}
/// Types for composing operation parameters.
#[allow(clippy::all)]
pub mod builder {
    use super::types;
    #[allow(unused_imports)]
    use super::{
        encode_path, ByteStream, ClientInfo, ClientHooks, Error, OperationInfo,
        RequestBuilderExt, ResponseValue,
    };
    /**Builder for [`Client::list_groups`]

[`Client::list_groups`]: super::Client::list_groups*/
    #[derive(Debug, Clone)]
    pub struct ListGroups<'a> {
        client: &'a super::Client,
        after: Result<Option<::groups_model::Cursor>, String>,
        before: Result<Option<::groups_model::Cursor>, String>,
        limit: Result<Option<u32>, String>,
    }
    impl<'a> ListGroups<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                after: Ok(None),
                before: Ok(None),
                limit: Ok(None),
            }
        }
        pub fn after<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::groups_model::Cursor>,
        {
            self.after = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: groups_model :: Cursor` for after failed"
                        .to_string()
                });
            self
        }
        pub fn before<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::groups_model::Cursor>,
        {
            self.before = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: groups_model :: Cursor` for before failed"
                        .to_string()
                });
            self
        }
        pub fn limit<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<u32>,
        {
            self.limit = value
                .try_into()
                .map(Some)
                .map_err(|_| "conversion to `u32` for limit failed".to_string());
            self
        }
        ///Sends a `GET` request to `/groups`
        pub async fn send(self) -> Result<ResponseValue<types::GroupList>, Error<()>> {
            let Self { client, after, before, limit } = self;
            let after = after.map_err(Error::InvalidRequest)?;
            let before = before.map_err(Error::InvalidRequest)?;
            let limit = limit.map_err(Error::InvalidRequest)?;
            let url = format!("{}/groups", client.baseurl,);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .query(&progenitor_client::QueryParam::new("after", &after))
                .query(&progenitor_client::QueryParam::new("before", &before))
                .query(&progenitor_client::QueryParam::new("limit", &limit))
                .build()?;
            let info = OperationInfo {
                operation_id: "list_groups",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200u16 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::create_group`]

[`Client::create_group`]: super::Client::create_group*/
    #[derive(Debug, Clone)]
    pub struct CreateGroup<'a> {
        client: &'a super::Client,
        body: Result<types::builder::CreateGroupRequest, String>,
    }
    impl<'a> CreateGroup<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                body: Ok(::std::default::Default::default()),
            }
        }
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::CreateGroupRequest>,
            <V as std::convert::TryInto<
                types::CreateGroupRequest,
            >>::Error: std::fmt::Display,
        {
            self.body = value
                .try_into()
                .map(From::from)
                .map_err(|s| {
                    format!("conversion to `CreateGroupRequest` for body failed: {}", s)
                });
            self
        }
        pub fn body_map<F>(mut self, f: F) -> Self
        where
            F: std::ops::FnOnce(
                types::builder::CreateGroupRequest,
            ) -> types::builder::CreateGroupRequest,
        {
            self.body = self.body.map(f);
            self
        }
        ///Sends a `POST` request to `/groups`
        pub async fn send(self) -> Result<ResponseValue<types::Accepted>, Error<()>> {
            let Self { client, body } = self;
            let body = body
                .and_then(|v| {
                    types::CreateGroupRequest::try_from(v).map_err(|e| e.to_string())
                })
                .map_err(Error::InvalidRequest)?;
            let url = format!("{}/groups", client.baseurl,);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .json(&body)
                .build()?;
            let info = OperationInfo {
                operation_id: "create_group",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200u16 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::get_group`]

[`Client::get_group`]: super::Client::get_group*/
    #[derive(Debug, Clone)]
    pub struct GetGroup<'a> {
        client: &'a super::Client,
        group_id: Result<::groups_model::GroupId, String>,
        fields: Result<Option<::std::string::String>, String>,
    }
    impl<'a> GetGroup<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                group_id: Err("group_id was not initialized".to_string()),
                fields: Ok(None),
            }
        }
        pub fn group_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::groups_model::GroupId>,
        {
            self.group_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: groups_model :: GroupId` for group_id failed"
                        .to_string()
                });
            self
        }
        pub fn fields<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::string::String>,
        {
            self.fields = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: string :: String` for fields failed"
                        .to_string()
                });
            self
        }
        ///Sends a `GET` request to `/groups/{group_id}`
        pub async fn send(self) -> Result<ResponseValue<types::Group>, Error<()>> {
            let Self { client, group_id, fields } = self;
            let group_id = group_id.map_err(Error::InvalidRequest)?;
            let fields = fields.map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/groups/{}", client.baseurl, encode_path(& group_id.to_string()),
            );
            #[allow(unused_mut)]
            let mut request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .query(&progenitor_client::QueryParam::new("fields", &fields))
                .build()?;
            let info = OperationInfo {
                operation_id: "get_group",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200u16 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::update_group`]

[`Client::update_group`]: super::Client::update_group*/
    #[derive(Debug, Clone)]
    pub struct UpdateGroup<'a> {
        client: &'a super::Client,
        group_id: Result<::groups_model::GroupId, String>,
        body: Result<types::builder::UpdateGroupRequest, String>,
    }
    impl<'a> UpdateGroup<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                group_id: Err("group_id was not initialized".to_string()),
                body: Ok(::std::default::Default::default()),
            }
        }
        pub fn group_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::groups_model::GroupId>,
        {
            self.group_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: groups_model :: GroupId` for group_id failed"
                        .to_string()
                });
            self
        }
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::UpdateGroupRequest>,
            <V as std::convert::TryInto<
                types::UpdateGroupRequest,
            >>::Error: std::fmt::Display,
        {
            self.body = value
                .try_into()
                .map(From::from)
                .map_err(|s| {
                    format!("conversion to `UpdateGroupRequest` for body failed: {}", s)
                });
            self
        }
        pub fn body_map<F>(mut self, f: F) -> Self
        where
            F: std::ops::FnOnce(
                types::builder::UpdateGroupRequest,
            ) -> types::builder::UpdateGroupRequest,
        {
            self.body = self.body.map(f);
            self
        }
        ///Sends a `POST` request to `/groups/{group_id}`
        pub async fn send(self) -> Result<ResponseValue<types::Accepted>, Error<()>> {
            let Self { client, group_id, body } = self;
            let group_id = group_id.map_err(Error::InvalidRequest)?;
            let body = body
                .and_then(|v| {
                    types::UpdateGroupRequest::try_from(v).map_err(|e| e.to_string())
                })
                .map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/groups/{}", client.baseurl, encode_path(& group_id.to_string()),
            );
            #[allow(unused_mut)]
            let mut request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .json(&body)
                .build()?;
            let info = OperationInfo {
                operation_id: "update_group",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200u16 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::delete_group`]

[`Client::delete_group`]: super::Client::delete_group*/
    #[derive(Debug, Clone)]
    pub struct DeleteGroup<'a> {
        client: &'a super::Client,
        group_id: Result<::groups_model::GroupId, String>,
    }
    impl<'a> DeleteGroup<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                group_id: Err("group_id was not initialized".to_string()),
            }
        }
        pub fn group_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::groups_model::GroupId>,
        {
            self.group_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: groups_model :: GroupId` for group_id failed"
                        .to_string()
                });
            self
        }
        ///Sends a `DELETE` request to `/groups/{group_id}`
        pub async fn send(self) -> Result<ResponseValue<types::Accepted>, Error<()>> {
            let Self { client, group_id } = self;
            let group_id = group_id.map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/groups/{}", client.baseurl, encode_path(& group_id.to_string()),
            );
            #[allow(unused_mut)]
            let mut request = client
                .client
                .delete(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .build()?;
            let info = OperationInfo {
                operation_id: "delete_group",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200u16 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::get_invite_link`]

[`Client::get_invite_link`]: super::Client::get_invite_link*/
    #[derive(Debug, Clone)]
    pub struct GetInviteLink<'a> {
        client: &'a super::Client,
        group_id: Result<::groups_model::GroupId, String>,
    }
    impl<'a> GetInviteLink<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                group_id: Err("group_id was not initialized".to_string()),
            }
        }
        pub fn group_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::groups_model::GroupId>,
        {
            self.group_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: groups_model :: GroupId` for group_id failed"
                        .to_string()
                });
            self
        }
        ///Sends a `GET` request to `/groups/{group_id}/invite_link`
        pub async fn send(self) -> Result<ResponseValue<types::InviteLink>, Error<()>> {
            let Self { client, group_id } = self;
            let group_id = group_id.map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/groups/{}/invite_link", client.baseurl, encode_path(& group_id
                .to_string()),
            );
            #[allow(unused_mut)]
            let mut request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .build()?;
            let info = OperationInfo {
                operation_id: "get_invite_link",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200u16 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::reset_invite_link`]

[`Client::reset_invite_link`]: super::Client::reset_invite_link*/
    #[derive(Debug, Clone)]
    pub struct ResetInviteLink<'a> {
        client: &'a super::Client,
        group_id: Result<::groups_model::GroupId, String>,
        body: Result<types::builder::ResetInviteLinkRequest, String>,
    }
    impl<'a> ResetInviteLink<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                group_id: Err("group_id was not initialized".to_string()),
                body: Ok(::std::default::Default::default()),
            }
        }
        pub fn group_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::groups_model::GroupId>,
        {
            self.group_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: groups_model :: GroupId` for group_id failed"
                        .to_string()
                });
            self
        }
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::ResetInviteLinkRequest>,
            <V as std::convert::TryInto<
                types::ResetInviteLinkRequest,
            >>::Error: std::fmt::Display,
        {
            self.body = value
                .try_into()
                .map(From::from)
                .map_err(|s| {
                    format!(
                        "conversion to `ResetInviteLinkRequest` for body failed: {}", s
                    )
                });
            self
        }
        pub fn body_map<F>(mut self, f: F) -> Self
        where
            F: std::ops::FnOnce(
                types::builder::ResetInviteLinkRequest,
            ) -> types::builder::ResetInviteLinkRequest,
        {
            self.body = self.body.map(f);
            self
        }
        ///Sends a `POST` request to `/groups/{group_id}/invite_link`
        pub async fn send(self) -> Result<ResponseValue<types::InviteLink>, Error<()>> {
            let Self { client, group_id, body } = self;
            let group_id = group_id.map_err(Error::InvalidRequest)?;
            let body = body
                .and_then(|v| {
                    types::ResetInviteLinkRequest::try_from(v).map_err(|e| e.to_string())
                })
                .map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/groups/{}/invite_link", client.baseurl, encode_path(& group_id
                .to_string()),
            );
            #[allow(unused_mut)]
            let mut request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .json(&body)
                .build()?;
            let info = OperationInfo {
                operation_id: "reset_invite_link",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200u16 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::list_join_requests`]

[`Client::list_join_requests`]: super::Client::list_join_requests*/
    #[derive(Debug, Clone)]
    pub struct ListJoinRequests<'a> {
        client: &'a super::Client,
        group_id: Result<::groups_model::GroupId, String>,
        after: Result<Option<::groups_model::Cursor>, String>,
        before: Result<Option<::groups_model::Cursor>, String>,
        limit: Result<Option<u32>, String>,
    }
    impl<'a> ListJoinRequests<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                group_id: Err("group_id was not initialized".to_string()),
                after: Ok(None),
                before: Ok(None),
                limit: Ok(None),
            }
        }
        pub fn group_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::groups_model::GroupId>,
        {
            self.group_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: groups_model :: GroupId` for group_id failed"
                        .to_string()
                });
            self
        }
        pub fn after<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::groups_model::Cursor>,
        {
            self.after = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: groups_model :: Cursor` for after failed"
                        .to_string()
                });
            self
        }
        pub fn before<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::groups_model::Cursor>,
        {
            self.before = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: groups_model :: Cursor` for before failed"
                        .to_string()
                });
            self
        }
        pub fn limit<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<u32>,
        {
            self.limit = value
                .try_into()
                .map(Some)
                .map_err(|_| "conversion to `u32` for limit failed".to_string());
            self
        }
        ///Sends a `GET` request to `/groups/{group_id}/join_requests`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::JoinRequestList>, Error<()>> {
            let Self { client, group_id, after, before, limit } = self;
            let group_id = group_id.map_err(Error::InvalidRequest)?;
            let after = after.map_err(Error::InvalidRequest)?;
            let before = before.map_err(Error::InvalidRequest)?;
            let limit = limit.map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/groups/{}/join_requests", client.baseurl, encode_path(& group_id
                .to_string()),
            );
            #[allow(unused_mut)]
            let mut request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .query(&progenitor_client::QueryParam::new("after", &after))
                .query(&progenitor_client::QueryParam::new("before", &before))
                .query(&progenitor_client::QueryParam::new("limit", &limit))
                .build()?;
            let info = OperationInfo {
                operation_id: "list_join_requests",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200u16 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::approve_join_requests`]

[`Client::approve_join_requests`]: super::Client::approve_join_requests*/
    #[derive(Debug, Clone)]
    pub struct ApproveJoinRequests<'a> {
        client: &'a super::Client,
        group_id: Result<::groups_model::GroupId, String>,
        body: Result<types::builder::JoinRequestsRequest, String>,
    }
    impl<'a> ApproveJoinRequests<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                group_id: Err("group_id was not initialized".to_string()),
                body: Ok(::std::default::Default::default()),
            }
        }
        pub fn group_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::groups_model::GroupId>,
        {
            self.group_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: groups_model :: GroupId` for group_id failed"
                        .to_string()
                });
            self
        }
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::JoinRequestsRequest>,
            <V as std::convert::TryInto<
                types::JoinRequestsRequest,
            >>::Error: std::fmt::Display,
        {
            self.body = value
                .try_into()
                .map(From::from)
                .map_err(|s| {
                    format!("conversion to `JoinRequestsRequest` for body failed: {}", s)
                });
            self
        }
        pub fn body_map<F>(mut self, f: F) -> Self
        where
            F: std::ops::FnOnce(
                types::builder::JoinRequestsRequest,
            ) -> types::builder::JoinRequestsRequest,
        {
            self.body = self.body.map(f);
            self
        }
        ///Sends a `POST` request to `/groups/{group_id}/join_requests`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::ApproveJoinRequestsResult>, Error<()>> {
            let Self { client, group_id, body } = self;
            let group_id = group_id.map_err(Error::InvalidRequest)?;
            let body = body
                .and_then(|v| {
                    types::JoinRequestsRequest::try_from(v).map_err(|e| e.to_string())
                })
                .map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/groups/{}/join_requests", client.baseurl, encode_path(& group_id
                .to_string()),
            );
            #[allow(unused_mut)]
            let mut request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .json(&body)
                .build()?;
            let info = OperationInfo {
                operation_id: "approve_join_requests",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200u16 => ResponseValue::from_response(response).await,
                206u16 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::reject_join_requests`]

[`Client::reject_join_requests`]: super::Client::reject_join_requests*/
    #[derive(Debug, Clone)]
    pub struct RejectJoinRequests<'a> {
        client: &'a super::Client,
        group_id: Result<::groups_model::GroupId, String>,
        body: Result<types::builder::JoinRequestsRequest, String>,
    }
    impl<'a> RejectJoinRequests<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                group_id: Err("group_id was not initialized".to_string()),
                body: Ok(::std::default::Default::default()),
            }
        }
        pub fn group_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::groups_model::GroupId>,
        {
            self.group_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: groups_model :: GroupId` for group_id failed"
                        .to_string()
                });
            self
        }
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::JoinRequestsRequest>,
            <V as std::convert::TryInto<
                types::JoinRequestsRequest,
            >>::Error: std::fmt::Display,
        {
            self.body = value
                .try_into()
                .map(From::from)
                .map_err(|s| {
                    format!("conversion to `JoinRequestsRequest` for body failed: {}", s)
                });
            self
        }
        pub fn body_map<F>(mut self, f: F) -> Self
        where
            F: std::ops::FnOnce(
                types::builder::JoinRequestsRequest,
            ) -> types::builder::JoinRequestsRequest,
        {
            self.body = self.body.map(f);
            self
        }
        ///Sends a `DELETE` request to `/groups/{group_id}/join_requests`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::RejectJoinRequestsResult>, Error<()>> {
            let Self { client, group_id, body } = self;
            let group_id = group_id.map_err(Error::InvalidRequest)?;
            let body = body
                .and_then(|v| {
                    types::JoinRequestsRequest::try_from(v).map_err(|e| e.to_string())
                })
                .map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/groups/{}/join_requests", client.baseurl, encode_path(& group_id
                .to_string()),
            );
            #[allow(unused_mut)]
            let mut request = client
                .client
                .delete(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .json(&body)
                .build()?;
            let info = OperationInfo {
                operation_id: "reject_join_requests",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200u16 => ResponseValue::from_response(response).await,
                206u16 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::remove_participants`]

[`Client::remove_participants`]: super::Client::remove_participants*/
    #[derive(Debug, Clone)]
    pub struct RemoveParticipants<'a> {
        client: &'a super::Client,
        group_id: Result<::groups_model::GroupId, String>,
        body: Result<types::builder::RemoveParticipantsRequest, String>,
    }
    impl<'a> RemoveParticipants<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                group_id: Err("group_id was not initialized".to_string()),
                body: Ok(::std::default::Default::default()),
            }
        }
        pub fn group_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::groups_model::GroupId>,
        {
            self.group_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `:: groups_model :: GroupId` for group_id failed"
                        .to_string()
                });
            self
        }
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::RemoveParticipantsRequest>,
            <V as std::convert::TryInto<
                types::RemoveParticipantsRequest,
            >>::Error: std::fmt::Display,
        {
            self.body = value
                .try_into()
                .map(From::from)
                .map_err(|s| {
                    format!(
                        "conversion to `RemoveParticipantsRequest` for body failed: {}",
                        s
                    )
                });
            self
        }
        pub fn body_map<F>(mut self, f: F) -> Self
        where
            F: std::ops::FnOnce(
                types::builder::RemoveParticipantsRequest,
            ) -> types::builder::RemoveParticipantsRequest,
        {
            self.body = self.body.map(f);
            self
        }
        ///Sends a `DELETE` request to `/groups/{group_id}/participants`
        pub async fn send(self) -> Result<ResponseValue<types::Accepted>, Error<()>> {
            let Self { client, group_id, body } = self;
            let group_id = group_id.map_err(Error::InvalidRequest)?;
            let body = body
                .and_then(|v| {
                    types::RemoveParticipantsRequest::try_from(v)
                        .map_err(|e| e.to_string())
                })
                .map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/groups/{}/participants", client.baseurl, encode_path(& group_id
                .to_string()),
            );
            #[allow(unused_mut)]
            let mut request = client
                .client
                .delete(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .json(&body)
                .build()?;
            let info = OperationInfo {
                operation_id: "remove_participants",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200u16 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::get_webhook`]

[`Client::get_webhook`]: super::Client::get_webhook*/
    #[derive(Debug, Clone)]
    pub struct GetWebhook<'a> {
        client: &'a super::Client,
    }
    impl<'a> GetWebhook<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self { client: client }
        }
        ///Sends a `GET` request to `/v1/configs/webhook`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::WebhookConfiguration>, Error<()>> {
            let Self { client } = self;
            let url = format!("{}/v1/configs/webhook", client.baseurl,);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .build()?;
            let info = OperationInfo {
                operation_id: "get_webhook",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200u16 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::set_webhook`]

[`Client::set_webhook`]: super::Client::set_webhook*/
    #[derive(Debug, Clone)]
    pub struct SetWebhook<'a> {
        client: &'a super::Client,
        body: Result<types::builder::SetWebhookRequest, String>,
    }
    impl<'a> SetWebhook<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                body: Ok(::std::default::Default::default()),
            }
        }
        pub fn body<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::SetWebhookRequest>,
            <V as std::convert::TryInto<
                types::SetWebhookRequest,
            >>::Error: std::fmt::Display,
        {
            self.body = value
                .try_into()
                .map(From::from)
                .map_err(|s| {
                    format!("conversion to `SetWebhookRequest` for body failed: {}", s)
                });
            self
        }
        pub fn body_map<F>(mut self, f: F) -> Self
        where
            F: std::ops::FnOnce(
                types::builder::SetWebhookRequest,
            ) -> types::builder::SetWebhookRequest,
        {
            self.body = self.body.map(f);
            self
        }
        ///Sends a `POST` request to `/v1/configs/webhook`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::WebhookConfiguration>, Error<()>> {
            let Self { client, body } = self;
            let body = body
                .and_then(|v| {
                    types::SetWebhookRequest::try_from(v).map_err(|e| e.to_string())
                })
                .map_err(Error::InvalidRequest)?;
            let url = format!("{}/v1/configs/webhook", client.baseurl,);
            #[allow(unused_mut)]
            let mut request = client
                .client
                .post(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .json(&body)
                .build()?;
            let info = OperationInfo {
                operation_id: "set_webhook",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200u16 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
}
/// Items consumers will typically use such as the Client.
pub mod prelude {
    pub use self::super::Client;
}

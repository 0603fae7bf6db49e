//! What the answers are made of, for reading one around the parts that make no sense. Strict decoding comes first, in
//! the generated client; [`Wire::again`] is for what that refuses.

use groups_api::{GroupListShape, types};
use groups_model::tolerant::{self, Member, Problems, Shape, Unreadable};
use groups_model::{Extra, JoinRequestId, LenientBool, Participant};
use serde_json::Value;

use crate::api_call::ApiAnswer;

/// An answer of the API.
pub(crate) trait Wire: Sized {
    /// Reads the body of a 2xx that could not be decoded, if there is anything to be read in it.
    fn again(body: &[u8]) -> Result<(Self, Problems), Unreadable>;

    /// The other members, where the answer contains nothing that it is for: they may report an error.
    fn instead(&self) -> Option<Value>;
}

const CURSORS: Shape = Shape::of::<types::PagingCursors>();
const PAGING: Shape = Shape::of::<types::Paging>().with(&[("cursors", Member::Object(&CURSORS))]);

const SUMMARY: Shape = Shape::of::<types::GroupSummary>().requires(&["id"]);
const LISTED: Shape = Shape::of::<types::GroupListData>().with(&[("groups", Member::List(&SUMMARY))]);
const GROUP_LIST: Shape = Shape::of::<types::GroupList>()
    .with(&[("data", Member::Either(&LISTED, &SUMMARY)), ("paging", Member::Object(&PAGING))])
    .requires(&["data"]);

const JOIN_REQUEST: Shape = Shape::of::<types::JoinRequest>().requires(&["join_request_id"]);
const JOIN_REQUEST_LIST: Shape = Shape::of::<types::JoinRequestList>()
    .with(&[("data", Member::List(&JOIN_REQUEST)), ("paging", Member::Object(&PAGING))])
    .requires(&["data"]);

/// In a list of people one must not be missing, whatever it is.
const PERSON: Shape = Shape::of::<Participant>().or_kept_as("?participant");
/// The id is known from the request.
const GROUP: Shape = Shape::of::<types::Group>()
    .with(&[("participants", Member::List(&PERSON))])
    .requires(&["id"])
    .filled(&[("id", "\"\"")]);

/// Any JSON acknowledges a write, as the status does.
const ACCEPTED: Shape = Shape::of::<types::Accepted>().or_kept_as("?answer");
/// Without the link, a reset is still done: the link is read then.
const INVITE_LINK: Shape =
    Shape::of::<types::InviteLink>().requires(&["invite_link"]).filled(&[("invite_link", "\"\"")]);

const ERROR_DATA: Shape = Shape::of::<types::ErrorData>();
const INLINE_ERROR: Shape = Shape::of::<types::InlineError>()
    .with(&[("error_data", Member::Object(&ERROR_DATA))])
    .or_kept_as("?error");
const FAILED_REQUEST: Shape = Shape::of::<types::FailedJoinRequest>()
    .with(&[("errors", Member::List(&INLINE_ERROR))])
    .requires(&["join_request_id"]);
const REQUEST_ID: Shape = Shape::of::<JoinRequestId>();
const APPROVED: Shape = Shape::of::<types::ApproveJoinRequestsResult>().with(&[
    ("approved_join_requests", Member::List(&REQUEST_ID)),
    ("failed_join_requests", Member::List(&FAILED_REQUEST)),
    ("errors", Member::List(&INLINE_ERROR)),
]);
const REJECTED: Shape = Shape::of::<types::RejectJoinRequestsResult>().with(&[
    ("rejected_join_requests", Member::List(&REQUEST_ID)),
    ("failed_join_requests", Member::List(&FAILED_REQUEST)),
    ("errors", Member::List(&INLINE_ERROR)),
]);

const HEADER: Shape = Shape::of::<String>();
const WEBHOOK: Shape = Shape::of::<types::WebhookConfiguration>()
    .with(&[("headers", Member::Map(&HEADER))])
    .or_kept_as("?answer");

macro_rules! wire {
    ($($answer:ident: $shape:ident, empty if |$self:ident| $empty:expr;)+) => {
        $(impl Wire for types::$answer {
            fn again(body: &[u8]) -> Result<(Self, Problems), Unreadable> {
                tolerant::read(body, &$shape)
            }

            fn instead(&self) -> Option<Value> {
                let $self = self;
                $empty.then(|| instead(&$self.extra))
            }
        })+
    };
}

wire! {
    ApproveJoinRequestsResult: APPROVED, empty if |answer|
        answer.approved_join_requests.is_empty() && answer.failed_join_requests.is_empty() && answer.errors.is_empty();
    Group: GROUP, empty if |answer| answer.id.as_str().is_empty() && answer.subject.is_none();
    GroupList: GROUP_LIST, empty if |answer| match &answer.data {
        GroupListShape::Nested(data) => data.groups.is_empty(),
        GroupListShape::Flat(groups) => groups.is_empty(),
    };
    InviteLink: INVITE_LINK, empty if |answer| answer.invite_link.is_empty();
    JoinRequestList: JOIN_REQUEST_LIST, empty if |answer| answer.data.is_empty();
    RejectJoinRequestsResult: REJECTED, empty if |answer|
        answer.rejected_join_requests.is_empty() && answer.failed_join_requests.is_empty() && answer.errors.is_empty();
    WebhookConfiguration: WEBHOOK, empty if |answer| answer.url.is_none();
}

impl Wire for types::Accepted {
    fn again(body: &[u8]) -> Result<(Self, Problems), Unreadable> {
        tolerant::read(body, &ACCEPTED)
    }

    fn instead(&self) -> Option<Value> {
        if self.request_id.is_some() || self.id.is_some() {
            return None;
        }
        let mut rest = self.extra.clone();
        if let Some(LenientBool(success)) = self.success {
            rest.insert("success".to_owned(), Value::Bool(success));
        }
        Some(instead(&rest))
    }
}

/// The answer itself where it was no object.
fn instead(extra: &Extra) -> Value {
    extra.get("?answer").cloned().unwrap_or_else(|| Value::Object(extra.clone()))
}

/// It is not decoded at all.
impl Wire for ApiAnswer {
    fn again(_: &[u8]) -> Result<(Self, Problems), Unreadable> {
        Err(Unreadable::NotJson(serde::de::Error::custom("it is not decoded")))
    }

    fn instead(&self) -> Option<Value> {
        None
    }
}

/// Strictly first, then around what makes no sense: for tests and fuzzing, which have no client.
#[cfg(any(test, fuzzing))]
pub(crate) fn read<T: Wire + serde::de::DeserializeOwned>(body: &[u8]) -> Result<(T, Problems), Unreadable> {
    match serde_json::from_slice(body) {
        Ok(value) => Ok((value, Problems::default())),
        Err(_) => T::again(body),
    }
}

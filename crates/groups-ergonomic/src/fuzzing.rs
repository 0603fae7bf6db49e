//! Arbitrary bytes into everything that reads an answer: what the fuzz targets in `fuzz/` and the property tests
//! below call. Only there for them; it must never be reachable from a normal build.

use groups_api::types;
use groups_model::JoinRequestId;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderValue, LOCATION, RETRY_AFTER};
use serde::de::DeserializeOwned;

use crate::convert::{self, Decided};
use crate::decode::{self, Wire};
use crate::error::Error;
use crate::failure::Failure;
use crate::operation::Operation;

/// Reads the bytes as each answer of the API, and turns what can be read into what a user sees.
pub fn decode(bytes: &[u8]) {
    fn read<T: DeserializeOwned + Wire>(bytes: &[u8]) -> Option<T> {
        decode::read(bytes).ok().map(|(value, _)| value)
    }
    fn show(value: &(impl serde::Serialize + std::fmt::Debug)) {
        // What was decoded can be printed and sent on, whatever it was.
        assert!(serde_json::to_string(value).is_ok(), "cannot be written as JSON: {value:?}");
    }
    if let Some(list) = read::<types::GroupList>(bytes) {
        show(&convert::groups(list.data));
    }
    if let Some(group) = read::<types::Group>(bytes) {
        show(&convert::group(group));
    }
    if let Some(list) = read::<types::JoinRequestList>(bytes) {
        show(&list.data.into_iter().map(convert::join_request).collect::<Vec<_>>());
    }
    if let Some(accepted) = read::<types::Accepted>(bytes) {
        show(&convert::accepted(Operation::CreateGroup, None, accepted));
    }
    if let Some(link) = read::<types::InviteLink>(bytes) {
        show(&link);
    }
    if let Some(webhook) = read::<types::WebhookConfiguration>(bytes) {
        show(&webhook);
    }
    if let Some(said) = read::<types::ApproveJoinRequestsResult>(bytes) {
        settle(Decided::from(said));
    }
    if let Some(said) = read::<types::RejectJoinRequestsResult>(bytes) {
        settle(Decided::from(said));
    }
    fn settle(decided: Decided) {
        let failed = decided.failed.iter().map(|item| &item.join_request_id);
        let named = decided.done.iter().chain(failed);
        let mut asked: Vec<JoinRequestId> = named.cloned().collect();
        asked.extend(JoinRequestId::new("asked-and-not-answered"));
        let batch = convert::batch(&asked, decided);
        assert_eq!(batch.succeeded.len() + batch.failed.len(), asked.len(), "an id is lost or doubled");
        show(&batch);
    }
}

/// Reads the bytes as the body of an error answer to each operation, and asks the error all it can tell.
pub fn classify(status: u16, body: &[u8]) {
    // Statuses have three digits; others never get this far.
    let Ok(status) = StatusCode::from_u16(100 + status % 900) else { return };
    let mut headers = HeaderMap::new();
    for name in [RETRY_AFTER, LOCATION] {
        if let Ok(value) = HeaderValue::from_bytes(body.get(..64).unwrap_or(body)) {
            headers.insert(name, value);
        }
    }
    for operation in Operation::ALL {
        let failure = Failure::of_answer(status, &headers, body, operation);
        let delivery = failure.delivery;
        let error = Error::of_failure(failure, operation, 1, delivery);
        assert!(!error.message().is_empty() && !error.to_string().is_empty(), "{error:?}");
        assert_eq!(error.http_status(), Some(status.as_u16()));
        let _ = (format!("{error:?}"), error.is_retryable(), error.remedy());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value};

    use super::*;

    /// A name that means something to a decoder, or any.
    fn name() -> impl Strategy<Value = String> {
        let known = [
            "data",
            "groups",
            "id",
            "subject",
            "description",
            "created_at",
            "creation_timestamp",
            "suspended",
            "join_approval_mode",
            "participants",
            "total_participant_count",
            "wa_id",
            "user_id",
            "username",
            "join_request_id",
            "approved_join_requests",
            "rejected_join_requests",
            "failed_join_requests",
            "errors",
            "error",
            "code",
            "message",
            "title",
            "error_data",
            "details",
            "meta",
            "developer_message",
            "paging",
            "cursors",
            "after",
            "request_id",
            "success",
            "invite_link",
            "extra",
        ];
        prop_oneof![8 => prop::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => "[a-z_]{0,6}"]
    }

    /// JSON of the shapes that answers have, with any value anywhere.
    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "[ -~é\n]{0,12}".prop_map(Value::from),
            any::<i64>().prop_map(|number| Value::from(number.to_string())),
        ];
        leaf.prop_recursive(6, 48, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((name(), inner), 0..6)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
            ]
        })
    }

    /// A documented answer of which a stretch was replaced.
    fn damaged() -> impl Strategy<Value = Vec<u8>> {
        let examples: Vec<&str> = groups_spec::EXAMPLES.iter().map(|example| example.body).collect();
        (prop::sample::select(examples), any::<prop::sample::Index>(), 0_usize..8, any::<Vec<u8>>()).prop_map(
            |(body, at, length, instead)| {
                let mut bytes = body.as_bytes().to_vec();
                let start = at.index(bytes.len() + 1);
                let end = bytes.len().min(start + length);
                bytes.splice(start..end, instead.into_iter().take(8));
                bytes
            },
        )
    }

    proptest! {
        #[test]
        fn any_bytes_are_decoded_and_classified_without_panic(status: u16, bytes: Vec<u8>) {
            decode(&bytes);
            classify(status, &bytes);
        }

        #[test]
        fn any_json_is_decoded_and_classified_without_panic(status: u16, json in json()) {
            let bytes = serde_json::to_vec(&json).unwrap();
            decode(&bytes);
            classify(status, &bytes);
        }

        #[test]
        fn damaged_answers_are_decoded_and_classified_without_panic(status: u16, bytes in damaged()) {
            decode(&bytes);
            classify(status, &bytes);
        }
    }
}

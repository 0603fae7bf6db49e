//! From the wire to the model: one name for each thing, whichever form it came in. Loses nothing: what has no
//! field goes to `extra`.

use groups_api::types;
use groups_model::{Accepted, Batch, FailedItem, Group, GroupId, JoinRequest, JoinRequestId, Participant};

use crate::failure::item_error;
use crate::operation::Operation;

pub(crate) fn group(wire: types::Group) -> Group {
    let mut group = Group::new(wire.id);
    group.subject = wire.subject;
    // A description that was cleared may come back empty; none is set either way (Facts 1.3).
    group.description = wire.description.filter(|text| !text.is_empty());
    group.created_at = wire.creation_timestamp;
    group.suspended = wire.suspended.map(|flag| flag.0);
    group.join_approval_mode = wire.join_approval_mode;
    group.participant_count = wire.total_participant_count.map(|count| count.0);
    group.participants = wire.participants;
    group.extra = wire.extra;
    group
}

pub(crate) fn summary(wire: types::GroupSummary) -> Group {
    let mut group = Group::new(wire.id);
    group.subject = wire.subject;
    group.created_at = wire.created_at.or(wire.creation_timestamp);
    group.extra = wire.extra;
    group
}

pub(crate) fn groups(wire: types::GroupListShape) -> Vec<Group> {
    let listed = match wire {
        types::GroupListShape::GroupListData(nested) => nested.groups,
        types::GroupListShape::Flat(groups) => groups,
    };
    listed.into_iter().map(summary).collect()
}

pub(crate) fn join_request(wire: types::JoinRequest) -> JoinRequest {
    let mut participant = Participant::default();
    participant.wa_id = wire.wa_id;
    participant.user_id = wire.user_id;
    participant.parent_user_id = wire.parent_user_id;
    participant.username = wire.username;
    let mut request = JoinRequest::new(wire.join_request_id, participant);
    request.created_at = wire.creation_timestamp;
    request.extra = wire.extra;
    request
}

/// `id` in the reply to a create is documented by one source and read as the group's (Facts 1.2).
pub(crate) fn accepted(operation: Operation, group: Option<&GroupId>, wire: types::Accepted) -> Accepted {
    let group_id = group.cloned().or(wire.id);
    Accepted::new(operation.id(), group_id, wire.request_id)
}

/// Every id that was asked for ends up on one side, in the order of asking.
pub(crate) fn batch(
    asked: &[JoinRequestId],
    done: Vec<JoinRequestId>,
    failed: Vec<types::FailedJoinRequest>,
    overall: &[types::InlineError],
) -> Batch {
    let mut batch = Batch::default();
    for id in asked {
        let failure = failed.iter().find(|item| item.join_request_id == *id);
        match failure {
            Some(item) => {
                let error = item.errors.first().or(overall.first());
                batch.failed.push(FailedItem::new(id.clone(), reason(error)));
            }
            None if done.contains(id) => batch.succeeded.push(id.clone()),
            None => batch.failed.push(FailedItem::new(id.clone(), unmentioned())),
        }
    }
    batch
}

fn reason(error: Option<&types::InlineError>) -> groups_model::ItemError {
    let json = error.and_then(|error| serde_json::to_value(error).ok());
    item_error(&json.unwrap_or(serde_json::Value::Null))
}

fn unmentioned() -> groups_model::ItemError {
    groups_model::ItemError::new(
        groups_model::ErrorKind::OutcomeUnknown,
        "the answer says nothing of this request",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode<T: serde::de::DeserializeOwned>(body: &str) -> T {
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
    }

    /// Every documented form and every variant that a source shows decodes, and means the same.
    #[test]
    fn every_example_of_an_answer_decodes() {
        let mut seen = 0;
        for example in groups_spec::EXAMPLES.iter().filter(|example| !example.body.is_empty()) {
            seen += 1;
            let body = example.body;
            match example.schema {
                "GroupList" => drop(groups(decode::<types::GroupList>(body).data)),
                "Group" => drop(group(decode(body))),
                "Accepted" => drop(decode::<types::Accepted>(body)),
                "InviteLink" => drop(decode::<types::InviteLink>(body)),
                "JoinRequestList" => drop(decode::<types::JoinRequestList>(body)),
                "ApproveJoinRequestsResult" => drop(decode::<types::ApproveJoinRequestsResult>(body)),
                "RejectJoinRequestsResult" => drop(decode::<types::RejectJoinRequestsResult>(body)),
                _ => seen -= 1,
            }
        }
        assert!(seen > 20, "only {seen} examples were decoded");
    }

    #[test]
    fn nested_and_flat_lists_and_both_names_of_the_time_mean_the_same() {
        let forms = [
            r#"{"data":{"groups":[{"id":"a","subject":"s","created_at":1678900000}]}}"#,
            r#"{"data":{"groups":[{"id":"a","subject":"s","created_at":"1678900000"}]}}"#,
            r#"{"data":[{"id":"a","subject":"s","creation_timestamp":1678900000}]}"#,
        ];
        let read = forms.map(|form| groups(decode::<types::GroupList>(form).data));
        assert_eq!(read[0], read[1]);
        assert_eq!(read[0], read[2]);
        assert_eq!(read[0][0].created_at.unwrap().seconds(), 1_678_900_000);
    }

    #[test]
    fn an_id_the_answer_is_silent_about_counts_as_failed() {
        let id = |text: &str| JoinRequestId::new(text).unwrap();
        let wire: types::ApproveJoinRequestsResult = decode(
            r#"{"approved_join_requests":["a"],"failed_join_requests":[{"join_request_id":"b","errors":[
                {"code":"131213","message":"(#131213) gone","error_data":{"details":"d"}}]}]}"#,
        );
        let asked = [id("a"), id("b"), id("c")];
        let batch = batch(&asked, wire.approved_join_requests, wire.failed_join_requests, &wire.errors);
        assert_eq!(batch.succeeded, [id("a")]);
        assert_eq!(batch.failed[0].error.code, Some(131_213));
        assert_eq!(batch.failed[0].error.message, "gone", "the code stands beside it");
        assert_eq!(batch.failed[0].error.details.as_deref(), Some("d"));
        assert_eq!(batch.failed[1].id, id("c"));
        assert_eq!(batch.failed[1].error.kind, groups_model::ErrorKind::OutcomeUnknown);
    }
}

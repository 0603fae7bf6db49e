//! From the wire to the model: one name for each thing, whichever form it came in. Loses nothing: what has no
//! field goes to `extra`.

use groups_api::{GroupListShape, types};
use groups_model::tolerant::{Found, Problem, Problems};
use groups_model::{
    Accepted, Batch, Extra, FailedItem, Group, GroupId, JoinRequest, JoinRequestId, Participant,
};
use serde_json::Value;

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

pub(crate) fn groups(wire: GroupListShape) -> Vec<Group> {
    let listed = match wire {
        GroupListShape::Nested(nested) => nested.groups,
        GroupListShape::Flat(groups) => groups,
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

/// Leaves out what has an empty id, as what has none: there is nothing that could be done with it.
pub(crate) fn leave_out_empty_ids<T>(
    items: &mut Vec<T>,
    (path, member): (&str, &str),
    id: impl Fn(&T) -> &str,
) -> Problems {
    let mut problems = Problems::default();
    let mut index = 0;
    items.retain(|item| {
        let is_empty = id(item).trim().is_empty();
        if is_empty {
            problems.push_left_out(Problem::empty(format!("{path}[{index}].{member}")));
        }
        index += 1;
        !is_empty
    });
    problems
}

/// `id` in the reply to a create is documented by one source and read as the group's (Facts 1.2).
pub(crate) fn accepted(operation: Operation, group: Option<&GroupId>, wire: types::Accepted) -> Accepted {
    let group_id = group.cloned().or(wire.id);
    Accepted::new(operation.id(), group_id, wire.request_id)
}

/// What an answer to approve or reject says.
pub(crate) struct Decided {
    pub done: Vec<JoinRequestId>,
    pub failed: Vec<types::FailedJoinRequest>,
    /// The reason for what has none of its own.
    pub overall: Option<Value>,
    /// How many of the requests that were done have an id that cannot be read.
    unreadable: usize,
}

impl Decided {
    /// With what could not be read of the list of those that were done.
    pub(crate) fn around(mut self, problems: &Problems, list: &str) -> Self {
        let of_list =
            |problem: &&Problem| problem.path.strip_prefix(list).is_some_and(|rest| rest.starts_with('['));
        self.unreadable =
            match problems.iter().any(|problem| problem.path == list && problem.found != Found::Null) {
                true => usize::MAX,
                false => problems.iter().filter(of_list).count(),
            };
        self
    }
}

impl From<types::ApproveJoinRequestsResult> for Decided {
    fn from(said: types::ApproveJoinRequestsResult) -> Self {
        let overall = first_error(&said.errors, &said.extra);
        Self { done: said.approved_join_requests, failed: said.failed_join_requests, overall, unreadable: 0 }
    }
}

impl From<types::RejectJoinRequestsResult> for Decided {
    fn from(said: types::RejectJoinRequestsResult) -> Self {
        let overall = first_error(&said.errors, &said.extra);
        Self { done: said.rejected_join_requests, failed: said.failed_join_requests, overall, unreadable: 0 }
    }
}

/// Every id that was asked for ends up on one side, in the order of asking.
pub(crate) fn batch(asked: &[JoinRequestId], decided: Decided) -> Batch {
    let mut batch = Batch::default();
    let is_unmentioned = |id: &&JoinRequestId| {
        !decided.done.contains(id) && decided.failed.iter().all(|item| item.join_request_id != **id)
    };
    // Where nothing failed, the ids that cannot be read are those that are not mentioned.
    let unmentioned_are_done = decided.failed.is_empty()
        && decided.overall.is_none()
        && decided.unreadable >= asked.iter().filter(is_unmentioned).count();
    for id in asked {
        let failure = decided.failed.iter().find(|item| item.join_request_id == *id);
        match failure {
            Some(item) => {
                let error = first_error(&item.errors, &item.extra).or_else(|| decided.overall.clone());
                batch.failed.push(FailedItem::new(id.clone(), item_error(&error.unwrap_or_default())));
            }
            None if unmentioned_are_done || decided.done.contains(id) => batch.succeeded.push(id.clone()),
            None => batch.failed.push(FailedItem::new(id.clone(), unmentioned())),
        }
    }
    batch
}

/// The first error, also where something else than a list of errors stands in its place.
fn first_error(errors: &[types::InlineError], extra: &Extra) -> Option<Value> {
    let Some(error) = errors.first() else {
        return extra.get("?errors").filter(|odd| !odd.is_null()).cloned();
    };
    let mut error = serde_json::to_value(error).unwrap_or_default();
    if let Some(error) = error.as_object_mut() {
        if let Some(whole) = error.remove("?error") {
            return Some(whole);
        }
        // A text in place of the object is read as the details.
        if let Some(details) = error.remove("?error_data") {
            error.insert("error_data".to_owned(), details);
        }
    }
    Some(error)
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
        let batch = batch(&asked, Decided::from(wire));
        assert_eq!(batch.succeeded, [id("a")]);
        assert_eq!(batch.failed[0].error.code, Some(131_213));
        assert_eq!(batch.failed[0].error.message, "gone", "the code stands beside it");
        assert_eq!(batch.failed[0].error.details.as_deref(), Some("d"));
        assert_eq!(batch.failed[1].id, id("c"));
        assert_eq!(batch.failed[1].error.kind, groups_model::ErrorKind::OutcomeUnknown);
    }

    #[test]
    fn ids_that_cannot_be_read_are_those_that_are_not_mentioned() {
        let asked = ["a", "b"].map(|id| JoinRequestId::new(id).unwrap());
        for (body, done) in [
            (r#"{"approved_join_requests":["a",{"join_request_id":"b"}]}"#, 2),
            (r#"{"approved_join_requests":[null,7.5]}"#, 2),
            (r#"{"approved_join_requests":"a, b"}"#, 2),
            (r#"{"approved_join_requests":{"a":true,"b":true}}"#, 2),
            // One for two: which one is unknown.
            (r#"{"approved_join_requests":[null]}"#, 0),
            (r#"{"approved_join_requests":["a"]}"#, 1),
            (r#"{"approved_join_requests":null}"#, 0),
            (r#"{"approved_join_requests":[null,[]],"errors":[{"code":131201}]}"#, 0),
            (
                r#"{"approved_join_requests":[null,[]],"failed_join_requests":[{"join_request_id":"b","errors":[]}]}"#,
                0,
            ),
        ] {
            let (wire, problems) =
                crate::decode::read::<types::ApproveJoinRequestsResult>(body.as_bytes()).unwrap();
            let batch = batch(&asked, Decided::from(wire).around(&problems, "approved_join_requests"));
            assert_eq!(batch.succeeded.len(), done, "{body}: {batch:?}");
        }
    }
}

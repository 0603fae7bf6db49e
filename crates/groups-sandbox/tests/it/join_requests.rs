//! Join requests: list, approve, reject, alone and in batches.

use groups_sandbox::{ErrorKind, Event};
use serde_json::{Value, json};

use super::support::{Api, person};

struct Waiting {
    api: Api,
    id: String,
    requests: Vec<String>,
}

/// A group that wants approval, and people who ask.
async fn waiting(people: usize) -> Waiting {
    let api = Api::start().await;
    let id = api.create("Team", "approval_required").await;
    let mut requests = Vec::new();
    for number in 0..people {
        requests.push(api.emulator().request(&id, &person(number)).await.unwrap());
    }
    Waiting { api, id, requests }
}

impl Waiting {
    async fn decide(&self, method: &str, requests: &[&str]) -> super::support::Reply {
        let body = json!({ "messaging_product": "whatsapp", "join_requests": requests });
        self.api.call_with(method, &format!("/groups/{}/join_requests", self.id), body).await
    }

    async fn open(&self) -> Value {
        self.api.get(&format!("/groups/{}/join_requests", self.id)).await.ok()
    }
}

#[tokio::test]
async fn open_requests_are_listed_in_the_order_of_asking() {
    let waiting = waiting(2).await;
    let open = waiting.open().await;
    assert_eq!(open["data"][0]["join_request_id"], waiting.requests[0]);
    assert_eq!(open["data"][0]["wa_id"], person(0));
    assert!(open["data"][0]["creation_timestamp"].is_i64());
    assert_eq!(open["data"].as_array().unwrap().len(), 2);
    assert!(open["paging"]["cursors"]["after"].is_string());
}

#[tokio::test]
async fn who_is_approved_is_in_at_once() {
    let waiting = waiting(2).await;
    let ids: Vec<&str> = waiting.requests.iter().map(String::as_str).collect();
    let body = waiting.decide("POST", &ids).await.ok();
    assert_eq!(body, json!({ "messaging_product": "whatsapp", "approved_join_requests": ids }));
    assert_eq!(waiting.open().await, json!({ "data": [] }));
    assert_eq!(waiting.api.info(&waiting.id).await["total_participant_count"], 2);
    let last = waiting.api.emulator().history().await.unwrap().pop().unwrap().event;
    assert!(matches!(last, Event::ParticipantsAdded { approved: true, wa_ids, .. } if wa_ids.len() == 2));
}

#[tokio::test]
async fn who_is_rejected_may_ask_again_and_gets_the_same_id() {
    let waiting = waiting(1).await;
    let before = waiting.api.emulator().history().await.unwrap().len();
    let request = waiting.requests[0].as_str();
    let body = waiting.decide("DELETE", &[request]).await.ok();
    assert_eq!(body, json!({ "messaging_product": "whatsapp", "rejected_join_requests": [request] }));
    assert_eq!(waiting.api.emulator().history().await.unwrap().len(), before, "nothing announces it");
    assert_eq!(waiting.decide("DELETE", &[request]).await.code(), (400, 131213));
    assert_eq!(waiting.api.emulator().request(&waiting.id, &person(0)).await.unwrap(), request);
}

#[tokio::test]
async fn a_bad_id_among_good_ones_makes_a_partial_result() {
    for (method, done) in [("POST", "approved_join_requests"), ("DELETE", "rejected_join_requests")] {
        let waiting = waiting(1).await;
        let reply = waiting.decide(method, &["nobody", &waiting.requests[0]]).await;
        assert_eq!(reply.status, 206);
        assert_eq!(reply.body[done], json!([waiting.requests[0]]));
        let failed = &reply.body["failed_join_requests"];
        assert_eq!((&failed[0]["join_request_id"], failed.as_array().unwrap().len()), (&json!("nobody"), 1));
        assert_eq!(failed[0]["errors"][0]["code"], 131213);
        assert_eq!(reply.body["errors"][0]["code"], 131201);
    }
}

#[tokio::test]
async fn when_all_fail_alike_the_call_is_refused() {
    let waiting = waiting(0).await;
    for method in ["POST", "DELETE"] {
        assert_eq!(waiting.decide(method, &["a"]).await.code(), (400, 131213));
        assert_eq!(waiting.decide(method, &["a", "b"]).await.code(), (400, 131213));
    }
}

#[tokio::test]
async fn approval_ends_where_the_seats_end() {
    let waiting = waiting(10).await;
    let ids: Vec<&str> = waiting.requests.iter().map(String::as_str).collect();
    let reply = waiting.decide("POST", &ids[..9]).await;
    assert_eq!(reply.status, 206);
    assert_eq!(reply.body["approved_join_requests"].as_array().unwrap().len(), 8);
    assert_eq!(reply.body["failed_join_requests"][0]["errors"][0]["code"], 131204);
    // Who found no seat still waits.
    assert_eq!(waiting.decide("POST", &[ids[8]]).await.code(), (400, 131204));
    // All fail, but not alike: no single code would be true.
    let reply = waiting.decide("POST", &[ids[8], "nobody"]).await;
    assert_eq!((reply.status, &reply.body["approved_join_requests"]), (206, &json!([])));
    // A full group's link is dead for those who want to ask, too.
    let refused = waiting.api.emulator().request(&waiting.id, "15550100150").await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Full);
}

#[tokio::test]
async fn a_withdrawn_request_does_not_exist_any_more() {
    let waiting = waiting(1).await;
    waiting.api.emulator().withdraw(&waiting.id, &person(0)).await.unwrap();
    assert_eq!(waiting.decide("POST", &[&waiting.requests[0]]).await.code(), (400, 131213));
}

#[tokio::test]
async fn the_same_request_twice_in_a_batch_succeeds_once() {
    let waiting = waiting(1).await;
    let id = waiting.requests[0].as_str();
    let reply = waiting.decide("POST", &[id, id]).await;
    assert_eq!((reply.status, &reply.body["approved_join_requests"]), (206, &json!([id])));
}

#[tokio::test]
async fn a_group_that_lets_everyone_in_has_no_requests() {
    let api = Api::start().await;
    let id = api.group_with(1).await;
    assert_eq!(api.get(&format!("/groups/{id}/join_requests")).await.ok(), json!({ "data": [] }));
    let refused = api.emulator().request(&id, "15550100150").await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::NoApprovalNeeded);
    assert!(refused.to_string().contains("join"), "{refused}");
}

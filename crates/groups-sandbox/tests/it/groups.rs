//! Create, list, get, delete, and the invite link.

use std::time::Duration;

use groups_sandbox::{Event, Sandbox};
use serde_json::json;

use super::support::{Api, UNKNOWN, product};

#[tokio::test]
async fn an_empty_number_has_an_empty_list_without_paging() {
    let api = Api::start().await;
    assert_eq!(api.get("/groups").await.ok(), json!({ "data": { "groups": [] } }));
}

#[tokio::test]
async fn a_group_appears_when_its_creation_is_due_and_not_before() {
    let api = Api::with(Sandbox::builder().outcome_delay(Duration::from_millis(1_000))).await;
    let body =
        json!({ "messaging_product": "whatsapp", "subject": "  Team  ", "description": "Who does what" });
    let accepted = api.call_with("POST", "/groups", body).await.ok();
    assert_eq!(accepted["messaging_product"], "whatsapp");
    let request_id = accepted["request_id"].as_str().unwrap();
    assert!(request_id.len() == 32 && request_id.chars().all(|c| c.is_ascii_hexdigit() && !c.is_lowercase()));
    assert_eq!(api.emulator().status().await.unwrap().due, 1);
    assert!(api.listed().await.is_empty());

    api.emulator().settle().await.unwrap();
    let id = api.listed().await.remove(0);
    let info = api.info(&id).await;
    let created = info["creation_timestamp"].as_i64().unwrap();
    assert_eq!(
        info,
        json!({
            "messaging_product": "whatsapp", "id": id, "subject": "Team", "description": "Who does what",
            "creation_timestamp": created, "suspended": false, "total_participant_count": 0,
            "participants": [], "join_approval_mode": "auto_approve",
        })
    );
    let history = api.emulator().history().await.unwrap();
    assert_eq!(history.len(), 1);
    let link = api.link(&id).await;
    assert!(matches!(&history[0].event,
        Event::GroupCreated { request_id: of, group_id, invite_link, .. }
        if of == request_id && *group_id == id && *invite_link == link));
}

#[tokio::test]
async fn a_served_sandbox_carries_out_what_is_due_without_being_asked() {
    let api = Api::with(Sandbox::builder().outcome_delay(Duration::from_millis(20))).await;
    let accepted =
        api.call_with("POST", "/groups", json!({ "messaging_product": "whatsapp", "subject": "T" }));
    accepted.await.ok();
    // `settle` looks at the clock only; the timer of the server may well be the one to apply.
    api.emulator().settle().await.unwrap();
    assert_eq!(api.emulator().status().await.unwrap().groups, 1);
}

#[tokio::test]
async fn two_groups_may_have_the_same_subject() {
    let api = Api::start().await;
    let (one, two) = (api.create("Team", "auto_approve").await, api.create("Team", "auto_approve").await);
    assert_ne!(one, two);
    assert_eq!(api.listed().await, [one, two]);
}

#[tokio::test]
async fn without_fields_a_group_shows_its_id_only() {
    let api = Api::seeded().await;
    let id = api.listed().await.remove(0);
    let bare = json!({ "messaging_product": "whatsapp", "id": id });
    assert_eq!(api.get(&format!("/groups/{id}")).await.ok(), bare);
    assert_eq!(api.get(&format!("/groups/{id}?fields=")).await.ok(), bare);
}

#[tokio::test]
async fn fields_choose_what_is_shown_and_a_missing_description_is_absent() {
    let api = Api::seeded().await;
    let id = api.listed().await.remove(2);
    let body = api.get(&format!("/groups/{id}?fields=description,%20total_participant_count")).await.ok();
    assert_eq!(body, json!({ "messaging_product": "whatsapp", "id": id, "total_participant_count": 1 }));
    let body = api.get(&format!("/groups/{id}?fields=participants")).await.ok();
    assert_eq!(body["participants"], json!([{ "wa_id": "15550100130" }]));
}

#[tokio::test]
async fn ids_in_paths_are_percent_decoded() {
    let api = Api::seeded().await;
    let id = api.listed().await.remove(0);
    let encoded: String = id.bytes().map(|byte| format!("%{byte:02X}")).collect();
    assert_eq!(api.get(&format!("/groups/{encoded}")).await.ok()["id"], id);
    for odd in ["%FF%FE", "a%2Fb", "%20", "..%2Fgroups"] {
        assert_eq!(api.get(&format!("/groups/{odd}")).await.code(), (400, 131041), "{odd}");
    }
}

#[tokio::test]
async fn a_deleted_group_is_unknown_to_every_call() {
    let api = Api::start().await;
    let id = api.group_with(2).await;
    let accepted = api.call("DELETE", &format!("/groups/{id}")).await.ok();
    api.emulator().settle().await.unwrap();
    assert!(api.listed().await.is_empty());
    for (method, path, body) in every_call_for(&id) {
        assert_eq!(api.call_with(method, &path, body).await.code(), (400, 131041), "{method} {path}");
    }
    let last = api.emulator().history().await.unwrap().pop().unwrap().event;
    assert!(matches!(last, Event::GroupDeleted { request_id, failed: None, .. }
        if request_id == accepted["request_id"]));
}

#[tokio::test]
async fn deleting_twice_before_it_is_due_is_accepted_twice_and_fails_once() {
    let api = Api::with(Sandbox::builder().outcome_delay(Duration::from_millis(1_000)).seeded()).await;
    let id = api.listed().await.remove(0);
    for _ in 0..2 {
        api.call("DELETE", &format!("/groups/{id}")).await.ok();
    }
    api.emulator().settle().await.unwrap();
    let failed: Vec<_> = api.emulator().history().await.unwrap().into_iter().map(|h| h.event).collect();
    assert!(matches!(
        failed[..],
        [Event::GroupDeleted { failed: None, .. }, Event::GroupDeleted { failed: Some(131041), .. }]
    ));
}

#[tokio::test]
async fn an_unknown_group_is_unknown_to_every_call() {
    let api = Api::start().await;
    for (method, path, body) in every_call_for(UNKNOWN) {
        assert_eq!(api.call_with(method, &path, body).await.code(), (400, 131041), "{method} {path}");
    }
}

#[tokio::test]
async fn a_suspended_group_can_be_looked_at_and_nothing_else() {
    let api = Api::start().await;
    let id = api.group_with(1).await;
    api.emulator().suspend(&id).await.unwrap();
    assert!(api.listed().await.is_empty());
    for (method, path, body) in every_call_for(&id) {
        let reply = api.call_with(method, &path, body).await;
        if method == "GET" && path == format!("/groups/{id}") {
            reply.ok();
        } else {
            assert_eq!(reply.code(), (403, 131207), "{method} {path}");
        }
    }
    assert_eq!(api.info(&id).await["suspended"], true);
    api.emulator().restore(&id).await.unwrap();
    assert_eq!(api.info(&id).await["suspended"], false);
    assert_eq!(api.listed().await, [id]);
}

#[tokio::test]
async fn a_number_that_is_not_eligible_sees_nothing_and_may_do_nothing() {
    let api = Api::with(Sandbox::builder().seeded().ineligible()).await;
    assert!(api.listed().await.is_empty());
    let body = json!({ "messaging_product": "whatsapp", "subject": "Team" });
    assert_eq!(api.call_with("POST", "/groups", body).await.code(), (400, 131215));
    for (method, path, body) in every_call_for(UNKNOWN) {
        assert_eq!(api.call_with(method, &path, body).await.code(), (400, 131215), "{method} {path}");
    }
    // The form of a request is looked at first.
    assert_eq!(api.call_with("POST", "/groups", json!({ "subject": "Team" })).await.code(), (400, 100));
}

#[tokio::test]
async fn the_group_limit_counts_groups_that_are_still_to_come() {
    let delay = Duration::from_millis(1_000);
    let api = Api::with(Sandbox::builder().group_limit(2).outcome_delay(delay)).await;
    let body = json!({ "messaging_product": "whatsapp", "subject": "Team" });
    for _ in 0..2 {
        api.call_with("POST", "/groups", body.clone()).await.ok();
    }
    assert_eq!(api.call_with("POST", "/groups", body.clone()).await.code(), (400, 131211));
    api.emulator().settle().await.unwrap();
    assert_eq!(api.call_with("POST", "/groups", body.clone()).await.code(), (400, 131211));
    let id = api.listed().await.remove(0);
    api.call("DELETE", &format!("/groups/{id}")).await.ok();
    api.emulator().settle().await.unwrap();
    api.call_with("POST", "/groups", body).await.ok();
}

#[tokio::test]
async fn a_reset_link_is_new_and_the_old_one_is_dead() {
    let api = Api::start().await;
    let id = api.group_with(0).await;
    let old = api.link(&id).await;
    let reset = api.call_with("POST", &format!("/groups/{id}/invite_link"), product()).await.ok();
    let new = reset["invite_link"].as_str().unwrap();
    assert_ne!(old, new);
    assert_eq!(api.link(&id).await, new);
    let refused = api.emulator().join_by_link(&old, "+15550100101").await.unwrap_err();
    assert_eq!(refused.kind(), groups_sandbox::ErrorKind::LinkDead);
    assert_eq!(api.emulator().join_by_link(new, "+15550100101").await.unwrap(), id);
}

/// Every call that names a group, each in a form that would be fine if the group were.
fn every_call_for(id: &str) -> Vec<(&'static str, String, serde_json::Value)> {
    let requests = json!({ "messaging_product": "whatsapp", "join_requests": ["x"] });
    let people = json!({ "messaging_product": "whatsapp", "participants": [{ "user": "+15550100101" }] });
    let update = json!({ "messaging_product": "whatsapp", "subject": "New" });
    vec![
        ("GET", format!("/groups/{id}"), json!(null)),
        ("POST", format!("/groups/{id}"), update),
        ("DELETE", format!("/groups/{id}"), json!(null)),
        ("GET", format!("/groups/{id}/invite_link"), json!(null)),
        ("POST", format!("/groups/{id}/invite_link"), product()),
        ("GET", format!("/groups/{id}/join_requests"), json!(null)),
        ("POST", format!("/groups/{id}/join_requests"), requests.clone()),
        ("DELETE", format!("/groups/{id}/join_requests"), requests),
        ("DELETE", format!("/groups/{id}/participants"), people),
    ]
}

//! Walking lists page by page, in both directions and while they change.

use serde_json::{Value, json};

use super::support::{Api, person, product};

fn ids(page: &Value) -> Vec<String> {
    let groups = page["data"]["groups"].as_array().unwrap();
    groups.iter().map(|group| group["id"].as_str().unwrap().to_owned()).collect()
}

fn cursor<'p>(page: &'p Value, name: &str) -> &'p str {
    page["paging"]["cursors"][name].as_str().unwrap()
}

async fn many(api: &Api, count: usize) -> Vec<String> {
    let body = json!({ "messaging_product": "whatsapp", "subject": "Team" });
    for _ in 0..count {
        api.call_with("POST", "/groups", body.clone()).await.ok();
    }
    api.emulator().settle().await.unwrap();
    api.listed().await
}

#[tokio::test]
async fn a_page_has_25_groups_unless_asked_otherwise() {
    let api = Api::start().await;
    many(&api, 26).await;
    let page = api.get("/groups").await.ok();
    assert_eq!(ids(&page).len(), 25);
    assert!(page["paging"]["next"].is_string());
    assert_eq!(ids(&api.get("/groups?limit=1024").await.ok()).len(), 26);
}

#[tokio::test]
async fn lists_are_walked_forwards_by_cursor_and_backwards() {
    let api = Api::start().await;
    let all = many(&api, 5).await;
    let first = api.get("/groups?limit=2").await.ok();
    assert_eq!(ids(&first), all[..2]);
    assert!(first["paging"].get("previous").is_none());
    let second = api.get(&format!("/groups?limit=2&after={}", cursor(&first, "after"))).await.ok();
    assert_eq!(ids(&second), all[2..4]);
    assert!(second["paging"]["previous"].is_string());
    let last = api.get(&format!("/groups?limit=2&after={}", cursor(&second, "after"))).await.ok();
    assert_eq!(ids(&last), all[4..]);
    assert_eq!(cursor(&last, "before"), cursor(&last, "after"));
    assert!(last["paging"].get("next").is_none());
    let back = api.get(&format!("/groups?limit=2&before={}", cursor(&last, "before"))).await.ok();
    assert_eq!(ids(&back), all[2..4]);
    let beyond = api.get(&format!("/groups?after={}", cursor(&last, "after"))).await.ok();
    assert_eq!(beyond, json!({ "data": { "groups": [] } }));
}

#[tokio::test]
async fn next_and_previous_lead_back_into_the_sandbox() {
    let api = Api::start().await;
    let all = many(&api, 3).await;
    let first = api.get("/groups?limit=2").await.ok();
    let follow = |page: &Value, name: &str| {
        let url = page["paging"][name].as_str().unwrap();
        url.strip_prefix(api.sandbox.base_url()).unwrap().to_owned()
    };
    let second = api.get(&follow(&first, "next")).await.ok();
    assert_eq!(ids(&second), all[2..]);
    assert_eq!(ids(&api.get(&follow(&second, "previous")).await.ok()), all[..2]);
}

#[tokio::test]
async fn a_walk_goes_on_when_the_group_its_cursor_stands_at_is_deleted() {
    let api = Api::start().await;
    let all = many(&api, 4).await;
    let first = api.get("/groups?limit=2").await.ok();
    api.call("DELETE", &format!("/groups/{}", all[1])).await.ok();
    many(&api, 1).await;
    let rest = api.get(&format!("/groups?after={}", cursor(&first, "after"))).await.ok();
    assert_eq!(ids(&rest)[..2], all[2..]);
    assert_eq!(ids(&rest).len(), 3);
}

#[tokio::test]
async fn a_cursor_from_before_a_reset_or_of_another_list_is_refused() {
    let api = Api::seeded().await;
    let page = api.get("/groups").await.ok();
    let group = &ids(&page)[0];
    let requests = api.get(&format!("/groups/{group}/join_requests")).await.ok();
    let foreign = cursor(&requests, "after");
    assert_eq!(api.get(&format!("/groups?after={foreign}")).await.code(), (400, 131059));
    let own = cursor(&page, "before");
    api.get(&format!("/groups?after={own}")).await.ok();
    api.emulator().reset().await.unwrap();
    assert_eq!(api.get(&format!("/groups?after={own}")).await.code(), (400, 131059));
}

#[tokio::test]
async fn join_requests_page_like_groups() {
    let api = Api::start().await;
    let id = api.create("Team", "approval_required").await;
    for number in 0..3 {
        api.emulator().request(&id, &person(number)).await.unwrap();
    }
    let list = format!("/groups/{id}/join_requests");
    let first = api.get(&format!("{list}?limit=2")).await.ok();
    assert_eq!(first["data"].as_array().unwrap().len(), 2);
    let next = first["paging"]["next"].as_str().unwrap().strip_prefix(api.sandbox.base_url()).unwrap();
    let second = api.get(next).await.ok();
    assert_eq!(second["data"][0]["wa_id"], person(2));
    let back = api.get(&format!("{list}?limit=1&before={}", cursor(&second, "before"))).await.ok();
    assert_eq!(back["data"][0]["wa_id"], person(1));
    let reject = json!({ "join_requests": [first["data"][1]["join_request_id"]] });
    let mut body = product();
    body["join_requests"] = reject["join_requests"].clone();
    api.call_with("DELETE", &list, body).await.ok();
    let rest = api.get(&format!("{list}?after={}", cursor(&first, "after"))).await.ok();
    assert_eq!(rest["data"].as_array().unwrap().len(), 1);
}

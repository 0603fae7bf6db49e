//! The control API, over HTTP.

use std::time::Duration;

use groups_sandbox::{Sandbox, Seed, SeedGroup};
use serde_json::{Value, json};

use super::support::{Api, person, product};

/// A call of the control API: the status and the body.
async fn control(api: &Api, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    let url = format!("{}/sandbox{path}", api.sandbox.base_url());
    let mut request = api.http.request(method.parse().unwrap(), url);
    if let Some(body) = body {
        request = request.json(&body);
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn done(api: &Api, method: &str, path: &str, body: Option<Value>) -> Value {
    let (status, body) = control(api, method, path, body).await;
    assert_eq!(status, 200, "{method} {path}: {body}");
    body
}

#[tokio::test]
async fn people_act_over_http_and_refusals_are_told_in_words() {
    let api = Api::start().await;
    let open = api.create("Open", "auto_approve").await;
    let closed = api.create("Closed", "approval_required").await;
    let user = || Some(json!({ "user": person(0) }));
    done(&api, "POST", &format!("/groups/{open}/join"), user()).await;
    let asked = done(&api, "POST", &format!("/groups/{closed}/request"), user()).await;
    assert!(asked["join_request_id"].is_string());
    let (status, refused) = control(&api, "POST", &format!("/groups/{open}/join"), user()).await;
    assert_eq!((status, &refused["error"]["kind"]), (409, &json!("already_in")));
    assert!(refused["error"]["message"].as_str().unwrap().contains("leave"));
    let (status, _) = control(&api, "POST", "/groups/nowhere/join", user()).await;
    assert_eq!(status, 404);
    let (status, _) = control(&api, "POST", &format!("/groups/{open}/join"), Some(json!({}))).await;
    assert_eq!(status, 400);
    let (status, _) = control(&api, "POST", &format!("/groups/{open}/dance"), user()).await;
    assert_eq!(status, 400);
    done(&api, "POST", &format!("/groups/{open}/suspend"), Some(json!({}))).await;
    let shown = done(&api, "GET", &format!("/groups/{open}"), None).await;
    assert_eq!((&shown["suspended"], &shown["participants"][0]["wa_id"]), (&json!(true), &json!(person(0))));
}

#[tokio::test]
async fn a_link_shows_a_preview_and_lets_in_as_the_group_wants_it() {
    let api = Api::start().await;
    let open = api.create("Open", "auto_approve").await;
    let closed = api.create("Closed", "approval_required").await;
    for (id, operation) in [(&open, "join"), (&closed, "request")] {
        let link = api.link(id).await;
        let preview = done(&api, "GET", &format!("/link?link={link}"), None).await;
        assert_eq!((&preview["group_id"], &preview["full"]), (&json!(id), &json!(false)));
        let body = json!({ "link": link, "user": person(1) });
        assert_eq!(done(&api, "POST", "/link", Some(body)).await["operation"], operation);
    }
    let (status, refused) = control(&api, "GET", "/link?link=nothing", None).await;
    assert_eq!((status, &refused["error"]["kind"]), (409, &json!("link_dead")));
}

#[tokio::test]
async fn switches_faults_and_webhook_are_set_and_shown() {
    let api = Api::start().await;
    let switched = done(&api, "PATCH", "/behaviour", Some(json!({ "list_shape": "flat" }))).await;
    assert_eq!(switched["list_shape"], "flat");
    let (status, refused) = control(&api, "PATCH", "/behaviour", Some(json!({ "list_form": 1 }))).await;
    assert_eq!(status, 400);
    assert!(refused["error"]["message"].as_str().unwrap().contains("list_shape"));
    let messy = done(&api, "PUT", "/behaviour", Some(json!({ "profile": "messy" }))).await;
    assert_eq!(messy["webhook_drops"], 0.2);
    let added = done(&api, "POST", "/faults", Some(json!({ "fault": "* latency=1s" }))).await;
    assert_eq!(done(&api, "GET", "/faults", None).await["faults"][0]["fault"], "* latency=1000ms");
    let removed = done(&api, "DELETE", &format!("/faults/{}", added["id"]), None).await;
    assert_eq!(removed["removed"], 1);
    assert_eq!(control(&api, "DELETE", "/faults/99", None).await.0, 404);
    assert_eq!(control(&api, "DELETE", "/faults/abc", None).await.0, 400);
    let (status, _) = control(&api, "POST", "/faults", Some(json!({ "fault": "boom" }))).await;
    assert_eq!(status, 400);
    let hook = json!({ "url": "http://127.0.0.1:9/", "headers": { "x-a": "b" } });
    assert_eq!(done(&api, "PUT", "/webhook", Some(hook)).await["webhook"]["headers"]["x-a"], "b");
    assert_eq!(done(&api, "DELETE", "/webhook", None).await["webhook"], Value::Null);
}

#[tokio::test]
async fn the_clock_is_stopped_moved_and_started() {
    let api = Api::with(Sandbox::builder().outcome_delay(Duration::from_secs(3600))).await;
    let stopped = done(&api, "POST", "/clock", Some(json!({ "stopped": true }))).await;
    let mut body = product();
    body["subject"] = "Team".into();
    api.call_with("POST", "/groups", body).await.ok();
    assert!(api.listed().await.is_empty());
    assert_eq!(done(&api, "GET", "/state", None).await["due"][0]["operation"], "create_group");
    let moved = done(&api, "POST", "/clock", Some(json!({ "advance_ms": 3_600_000 }))).await;
    assert_eq!(moved["now_ms"].as_i64().unwrap() - stopped["now_ms"].as_i64().unwrap(), 3_600_000);
    assert_eq!(api.listed().await.len(), 1, "an hour has passed");
    assert_eq!(done(&api, "POST", "/clock", Some(json!({ "stopped": false }))).await["stopped"], false);
    assert_eq!(control(&api, "POST", "/clock", Some(json!({}))).await.0, 400);
}

#[tokio::test]
async fn the_log_waits_for_what_is_new_and_holds_no_key() {
    let api = Api::start().await;
    let first = done(&api, "GET", "/log", None).await;
    assert_eq!(first, json!({ "entries": [], "next": 0 }));
    let waiting = control(&api, "GET", "/log?after=0&wait=20", None);
    let calling = async {
        let url = format!("{}/v23.0/1/groups?access_token={}&limit=2", api.sandbox.base_url(), "sandbox");
        api.http.get(url).send().await.unwrap();
    };
    let ((_, log), ()) = tokio::join!(waiting, calling);
    assert_eq!(log["next"], 1);
    assert_eq!(log["entries"][0]["operation"], "list_groups");
    assert_eq!(log["entries"][0]["path"], "/v23.0/1/groups?limit=2");
    assert!(!log.to_string().contains("access_token"));
}

#[tokio::test]
async fn pages_of_other_sites_are_refused() {
    let api = Api::start().await;
    let base = api.sandbox.base_url();
    let get = |origin: &str, host: Option<&str>| {
        let mut request = api.http.get(format!("{base}/sandbox/state")).header("origin", origin);
        if let Some(host) = host {
            request = request.header("host", host);
        }
        request.send()
    };
    assert_eq!(get("http://evil.example", None).await.unwrap().status(), 403);
    assert_eq!(get(base, None).await.unwrap().status(), 200);
    let rebound = get("http://evil.example:80", Some("evil.example:80")).await.unwrap();
    assert_eq!(rebound.status(), 403, "a name that was pointed here");
    let silent = api.http.get(format!("{base}/sandbox/state")).header("host", "evil.example:8080");
    assert_eq!(silent.send().await.unwrap().status(), 403, "browsers send no origin along with such a read");
    let container = api.http.get(format!("{base}/sandbox/state")).header("host", "sandbox:8360");
    assert_eq!(container.send().await.unwrap().status(), 200);
    let form = api.http.post(format!("{base}/sandbox/reset")).header("origin", "null");
    assert_eq!(form.send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn a_crowd_acts_the_same_for_the_same_seed_and_stops() {
    let mut histories = Vec::new();
    for _ in 0..2 {
        let seed = Seed::empty().group(SeedGroup::new("Open")).group(
            SeedGroup::new("Closed").join_approval_mode(groups_sandbox::JoinApprovalMode::ApprovalRequired),
        );
        let api = Api::with(Sandbox::builder().seed(seed)).await;
        let mut crowd = groups_sandbox::Crowd::new(12, 7);
        let mut deeds = Vec::new();
        for _ in 0..60 {
            deeds.extend(api.emulator().let_act(&mut crowd).await.unwrap());
        }
        assert!(deeds.len() > 30);
        histories.push(deeds);
    }
    assert_eq!(histories[0], histories[1]);
    let acts: std::collections::HashSet<_> = histories[0].iter().map(|deed| deed.act).collect();
    assert_eq!(acts.len(), 4, "they do everything people do");

    let api = Api::seeded().await;
    let order = json!({ "people": 9, "per_minute": 60_000.0, "seed": 3 });
    done(&api, "PUT", "/crowd", Some(order)).await;
    let busy = async {
        while api.emulator().history().await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), busy).await.unwrap();
    assert_eq!(done(&api, "DELETE", "/crowd", None).await["crowd"], Value::Null);
    assert_eq!(control(&api, "PUT", "/crowd", Some(json!({ "people": 0, "per_minute": 1.0 }))).await.0, 400);
    assert_eq!(
        control(&api, "PUT", "/crowd", Some(json!({ "people": 1, "per_minute": 1e-30 }))).await.0,
        400
    );
}

#[tokio::test]
async fn health_events_and_reset() {
    let api = Api::seeded().await;
    assert_eq!(done(&api, "GET", "/health", None).await["status"], "ok");
    api.create("Team", "auto_approve").await;
    assert_eq!(done(&api, "GET", "/events", None).await["events"][0]["event"]["event"], "group_created");
    assert_eq!(done(&api, "POST", "/settle", None).await["due"], 0);
    assert_eq!(done(&api, "POST", "/reset", None).await["groups"], 4);
    assert_eq!(control(&api, "GET", "/nothing", None).await.0, 404);
    assert_eq!(control(&api, "PUT", "/reset", None).await.0, 405);
}

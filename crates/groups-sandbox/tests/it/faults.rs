//! Scripted faults over real connections.

use std::time::{Duration, Instant};

use groups_sandbox::{Behaviour, RateLimit, RateLimitForm, Sandbox};
use serde_json::{Value, json};

use super::support::{Api, UNKNOWN};

async fn with(fault: &str) -> Api {
    let api = Api::seeded().await;
    api.emulator().add_fault(fault.parse().unwrap()).await.unwrap();
    api
}

async fn raw(api: &Api, path: &str) -> reqwest::Result<reqwest::Response> {
    api.request("GET", path).send().await
}

#[tokio::test]
async fn a_status_and_a_code_take_the_place_of_the_answer_as_often_as_is_said() {
    let api = with("list_groups code=131208 retry-after=3 details=\"slow down\" times=2").await;
    for _ in 0..2 {
        let response = raw(&api, "/groups").await.unwrap();
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()["retry-after"], "3");
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["error"]["code"], 131_208);
        assert_eq!(body["error"]["error_data"]["details"], "slow down");
    }
    assert_eq!(raw(&api, "/groups").await.unwrap().status(), 200);
    assert!(api.emulator().faults().await.unwrap().is_empty(), "it is used up");
    let calls = api.sandbox.log().calls_of("list_groups");
    let hit: Vec<bool> = calls.iter().map(|call| call.fault.is_some()).collect();
    assert_eq!(hit, [true, true, false]);
}

#[tokio::test]
async fn a_call_can_be_carried_out_and_its_answer_lost() {
    for (fault, made) in
        [("create_group status=500", 0), ("create_group status=500 done", 1), ("create_group reset done", 1)]
    {
        let api = Api::start().await;
        api.emulator().add_fault(fault.parse().unwrap()).await.unwrap();
        let body = json!({ "messaging_product": "whatsapp", "subject": "Team" });
        let sent = api.request("POST", "/groups").json(&body).send().await;
        assert!(sent.is_err() || sent.unwrap().status() == 500, "{fault}");
        api.emulator().settle().await.unwrap();
        assert_eq!(api.listed().await.len(), made, "{fault}");
    }
}

#[tokio::test]
async fn a_connection_can_be_reset_stalled_and_cut_short() {
    let api = with("get_group reset times=1").await;
    let path = format!("/groups/{UNKNOWN}");
    let error = raw(&api, &path).await.unwrap_err();
    assert!(error.is_request() && !error.is_timeout(), "{error:?}");
    api.emulator().add_fault("get_group truncate=10 times=1".parse().unwrap()).await.unwrap();
    let response = raw(&api, &path).await.unwrap();
    assert_eq!(response.status(), 400);
    assert!(response.content_length().unwrap() > 10);
    assert!(response.bytes().await.is_err(), "bytes are missing");
    api.emulator().add_fault("get_group stall times=1".parse().unwrap()).await.unwrap();
    let waited = tokio::time::timeout(Duration::from_millis(150), raw(&api, &path)).await;
    assert!(waited.is_err());
    // The same sandbox answers others all the same.
    assert_eq!(raw(&api, &path).await.unwrap().status(), 400);
}

#[tokio::test]
async fn an_answer_can_be_late_and_trickle() {
    let api = with("list_groups latency=80ms times=1").await;
    let begun = Instant::now();
    assert_eq!(raw(&api, "/groups").await.unwrap().status(), 200);
    assert!(begun.elapsed() >= Duration::from_millis(80));
    api.emulator().add_fault("get_invite_link trickle=1ms times=1".parse().unwrap()).await.unwrap();
    let id = api.listed().await[0].clone();
    let begun = Instant::now();
    let body = raw(&api, &format!("/groups/{id}/invite_link")).await.unwrap().text().await.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(body.len() as u64), "a byte at a time");
    assert!(serde_json::from_str::<Value>(&body).is_ok());
}

#[tokio::test]
async fn a_proxy_can_answer_in_html() {
    let api = with("* status=502 html times=1").await;
    let response = raw(&api, "/groups").await.unwrap();
    assert_eq!(response.status(), 502);
    assert_eq!(response.headers()["content-type"], "text/html");
    assert!(response.text().await.unwrap().contains("<html>"));
}

/// Walks forward by cursors alone, as long as there is a next page.
async fn walk(api: &Api, limit: usize) -> (Vec<String>, usize, Vec<String>) {
    let (mut ids, mut pages, mut cursors) = (Vec::new(), 0, Vec::<String>::new());
    loop {
        let after = cursors.last().map(|cursor| format!("&after={cursor}")).unwrap_or_default();
        let page = api.get(&format!("/groups?limit={limit}{after}")).await.ok();
        pages += 1;
        let groups = page["data"]["groups"].as_array().unwrap();
        ids.extend(groups.iter().map(|group| group["id"].as_str().unwrap().to_owned()));
        if page["paging"]["next"].is_null() || pages > 20 {
            return (ids, pages, cursors);
        }
        cursors.push(page["paging"]["cursors"]["after"].as_str().unwrap().to_owned());
    }
}

#[tokio::test]
async fn an_empty_page_in_the_middle_loses_nothing() {
    let api = with("list_groups empty-page times=2 skip=1").await;
    let (ids, pages, cursors) = walk(&api, 1).await;
    assert_eq!(ids, api.listed().await);
    assert_eq!(pages, 4 + 2);
    let distinct: std::collections::HashSet<_> = cursors.iter().collect();
    assert_eq!(distinct.len(), cursors.len(), "no cursor comes again");
}

#[tokio::test]
async fn the_first_page_can_be_empty_too() {
    let api = with("list_groups empty-page times=1").await;
    let (ids, pages, _) = walk(&api, 2).await;
    assert_eq!((ids.len(), pages), (4, 3));
}

#[tokio::test]
async fn a_cursor_can_be_repeated() {
    let api = with("list_groups repeated-cursor times=1").await;
    let (_, _, cursors) = walk(&api, 1).await;
    assert_eq!(cursors[0], cursors[1], "the one that led there came again");
}

#[tokio::test]
async fn the_first_fault_that_hits_is_the_one_and_others_wait() {
    let api = with("* status=500 times=1").await;
    api.emulator().add_fault("list_groups status=503 times=1".parse().unwrap()).await.unwrap();
    assert_eq!(raw(&api, "/groups").await.unwrap().status(), 500);
    assert_eq!(raw(&api, "/groups").await.unwrap().status(), 503);
    assert_eq!(raw(&api, "/groups").await.unwrap().status(), 200);
}

#[tokio::test]
async fn faults_are_taken_away_by_number_or_all() {
    let api = with("* status=500").await;
    let id = api.emulator().add_fault("* status=501".parse().unwrap()).await.unwrap();
    assert!(api.emulator().remove_fault(id).await.unwrap());
    assert!(!api.emulator().remove_fault(id).await.unwrap());
    assert_eq!(api.emulator().clear_faults().await.unwrap(), 1);
    assert_eq!(raw(&api, "/groups").await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_fault_scripted_by_another_process_hits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sandbox.db");
    let api = Api::with(Sandbox::builder().database(&path)).await;
    let other = Sandbox::builder().database(&path).open().await.unwrap();
    other.add_fault("list_groups status=500 times=1".parse().unwrap()).await.unwrap();
    assert_eq!(raw(&api, "/groups").await.unwrap().status(), 500);
    assert!(other.faults().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_rate_limit_counts_and_is_told_in_either_form() {
    for form in [RateLimitForm::Http429, RateLimitForm::Http400] {
        let mut behaviour = Behaviour::strict();
        behaviour.rate_limit = Some(RateLimit { per_second: 1.0, burst: 3 });
        behaviour.rate_limit_form = form;
        let api = Api::with(Sandbox::builder().behaviour(behaviour)).await;
        api.emulator().stop_clock().await.unwrap();
        for _ in 0..3 {
            assert_eq!(raw(&api, "/groups").await.unwrap().status(), 200);
        }
        let reply = api.get("/groups").await;
        match form {
            RateLimitForm::Http429 => assert_eq!(reply.code(), (429, 131_208)),
            _ => assert_eq!(
                (reply.status, reply.body),
                (400, json!({ "error": "You have exceeded the endpoint rate limit." }))
            ),
        }
        api.emulator().advance(Duration::from_secs(2)).await.unwrap();
        let passed = [raw(&api, "/groups").await, raw(&api, "/groups").await, raw(&api, "/groups").await];
        let passed: Vec<u16> = passed.into_iter().map(|answer| answer.unwrap().status().as_u16()).collect();
        assert_eq!(passed[..2], [200, 200]);
        assert_ne!(passed[2], 200);
    }
}

#[tokio::test]
async fn a_fault_inside_an_operation_waits_for_a_call_that_comes_to_it() {
    let api = with("create_group outcome=131000 times=1").await;
    assert_eq!(api.call_with("POST", "/groups", json!({})).await.status, 400);
    assert_eq!(api.emulator().faults().await.unwrap().len(), 1, "nothing was accepted");
    assert_eq!(api.sandbox.log().calls_of("create_group")[0].fault, None);
    let body = json!({ "messaging_product": "whatsapp", "subject": "Team" });
    api.call_with("POST", "/groups", body).await.ok();
    assert!(api.emulator().faults().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_call_whose_caller_went_away_was_carried_out_and_is_in_the_log() {
    let api = Api::start().await;
    api.emulator().add_fault("create_group latency=30s".parse().unwrap()).await.unwrap();
    let body = json!({ "messaging_product": "whatsapp", "subject": "Team" });
    let sent = api.request("POST", "/groups").json(&body).timeout(Duration::from_millis(300)).send().await;
    assert!(sent.unwrap_err().is_timeout());
    let noted = |log: &groups_sandbox::Log| log.calls_of("create_group").len() == 1;
    assert!(api.sandbox.log().wait_for(Duration::from_secs(10), noted).await);
    assert_eq!(api.sandbox.log().calls_of("create_group")[0].status, None);
    api.emulator().settle().await.unwrap();
    assert_eq!(api.listed().await.len(), 1);
}

#[tokio::test]
async fn a_code_with_a_status_of_success_still_has_a_body() {
    let api = with("list_groups status=200 code=131000 details=odd times=1").await;
    let response = raw(&api, "/groups").await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.json::<Value>().await.unwrap()["error"]["error_data"]["details"], "odd");
}

#[tokio::test]
async fn a_stalled_call_does_not_hold_the_shutdown() {
    let api = with("* stall").await;
    let request = api.request("GET", "/groups");
    let stalled = tokio::spawn(async move { request.send().await.is_err() });
    let noted = |log: &groups_sandbox::Log| !log.calls().is_empty();
    assert!(api.sandbox.log().wait_for(Duration::from_secs(10), noted).await);
    let begun = Instant::now();
    api.sandbox.shutdown().await;
    assert!(stalled.await.unwrap());
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}

//! How patient a command is and what it tells of itself: --timeout, --max-retries, -q, -v to -vvv, list --details.

use serde_json::json;
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::world;

const KEY: &str = "the-secret-key";

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().expect("a runtime starts")
}

#[test]
fn repeats_are_as_many_as_asked_for() {
    let runtime = runtime();
    let server = runtime.block_on(async {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(ResponseTemplate::new(503)).mount(&server).await;
        server
    });
    let world = world();
    for retries in ["0", "1"] {
        let arguments = ["get", "g1", "--base-url", &server.uri(), "--max-retries", retries, "-o", "json"];
        let done = world.command(&arguments).env("D360_API_KEY", KEY).output().unwrap();
        assert_eq!(done.status.code(), Some(1));
        let error: serde_json::Value = serde_json::from_slice(&done.stderr).unwrap();
        assert_eq!(error["error"]["attempts"], retries.parse::<u32>().unwrap() + 1);
    }
    let requests = runtime.block_on(server.received_requests()).unwrap();
    assert_eq!(requests.len(), 3);
}

#[test]
fn a_service_that_does_not_answer_is_given_up_in_time_and_a_write_says_that_it_may_have_happened() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let world = world();
    let arguments = ["create", "--subject", "x", "--base-url", &url, "--timeout", "200ms", "-o", "json"];
    let done = world.command(&arguments).env("D360_API_KEY", KEY).output().unwrap();
    assert_eq!(done.status.code(), Some(6));
    let error: serde_json::Value = serde_json::from_slice(&done.stderr).unwrap();
    assert_eq!(error["error"]["kind"], "timeout");
    assert!(error["error"]["message"].as_str().unwrap().contains("may have been done"), "{error}");
}

/// Everything that can be printed, at every level, for an answer and an error that both quote the key.
#[test]
fn the_key_is_printed_nowhere() {
    let runtime = runtime();
    let server = runtime.block_on(async {
        let server = MockServer::start().await;
        let group = json!({ "id": "g1", "subject": "x", "echo": { "message": KEY.len() } });
        Mock::given(method("GET"))
            .and(path("/groups/g1"))
            .respond_with(ResponseTemplate::new(200).set_body_json(group).insert_header("echo", KEY))
            .mount(&server)
            .await;
        Mock::given(any()).respond_with(ResponseTemplate::new(500)).mount(&server).await;
        server
    });
    let world = world();
    let url = server.uri();
    let base = ["--base-url", &url, "--max-retries", "1"];
    for command in [
        &["get", "g1"][..],
        &["get", "g2"],
        &["list", "--details"],
        &["create", "--subject", "x"],
        &["api", "GET", "/groups/g1", "--include"],
        &["api", "DELETE", "/unknown"],
        &["get", "g1", "--curl"],
    ] {
        for level in ["-q", "-v", "-vv", "-vvv"] {
            for format in ["table", "json"] {
                let arguments = [command, &base, &[level, "-o", format]].concat();
                let done = world.command(&arguments).env("D360_API_KEY", KEY).output().unwrap();
                let printed = [done.stdout, done.stderr].concat();
                let printed = String::from_utf8(printed).unwrap();
                assert!(!printed.contains(KEY), "{arguments:?}: {printed}");
            }
        }
    }
    let arguments = [&["get", "g1"][..], &base].concat();
    let done =
        world.command(&arguments).env("D360_API_KEY", KEY).env("WAGROUPS_LOG", "trace").output().unwrap();
    let printed = String::from_utf8([done.stdout, done.stderr].concat()).unwrap();
    assert!(printed.contains("> GET"), "the log is on: {printed}");
    assert!(!printed.contains(KEY), "{printed}");
}

#[test]
fn details_are_read_of_each_group_and_logs_and_notes_are_told_as_asked() {
    let world = world();
    world.run(&["list", "--sandbox", "--details"]);
    let fields = "subject,participant_count,invite_link";
    world.run(&["list", "--sandbox", "--details", "--fields", fields, "--limit", "2"]);
    world.run(&["list", "--sandbox", "--limit", "1", "-q"]);
    world.run(&["list", "--sandbox", "--limit", "1", "-vv"]);
    world.run(&["list", "--sandbox", "--limit", "1", "-vvv"]);
    world.run(&["create", "--subject", "Trip of Ann", "--sandbox", "-vvv"]);
    world.run(&["list", "--sandbox", "-q", "-v"]);
    world.run(&["list", "--sandbox", "--timeout", "30"]);
    world.run_with(&["list", "--sandbox"], &[("WAGROUPS_LOG", "groups_api=loud")]);
    world.check("details_are_read_of_each_group_and_logs_and_notes_are_told_as_asked");
}

/// A group that is deleted between the list and the read is left out; a failure stops with whole pages shown.
#[test]
fn details_survive_a_group_that_is_gone_and_say_where_a_failure_stopped() {
    let runtime = runtime();
    let gone = json!({ "error": { "code": 131_041, "message": "(#131041) Group unknown" } });
    let page = |ids: &[&str], after: &str, next: bool| {
        let groups: Vec<_> = ids.iter().map(|id| json!({ "id": id, "subject": id })).collect();
        let next = next.then_some("https://graph.facebook.com/x");
        json!({ "data": { "groups": groups }, "paging": { "cursors": { "after": after }, "next": next } })
    };
    let server = runtime.block_on(async {
        let server = MockServer::start().await;
        let at = |place: &'static str| Mock::given(method("GET")).and(path(place));
        at("/groups")
            .and(wiremock::matchers::query_param_is_missing("after"))
            .respond_with(ResponseTemplate::new(200).set_body_json(page(&["a", "b"], "c1", true)))
            .mount(&server)
            .await;
        at("/groups")
            .respond_with(ResponseTemplate::new(200).set_body_json(page(&["d"], "c2", false)))
            .with_priority(9)
            .mount(&server)
            .await;
        at("/groups/a")
            .respond_with(ResponseTemplate::new(200).set_body_json(json!({ "id": "a", "suspended": false })))
            .mount(&server)
            .await;
        at("/groups/b").respond_with(ResponseTemplate::new(400).set_body_json(gone)).mount(&server).await;
        at("/groups/d").respond_with(ResponseTemplate::new(401)).mount(&server).await;
        server
    });
    let world = world();
    let arguments =
        ["list", "--all", "--page-size", "2", "--details", "--base-url", &server.uri(), "-o", "json"];
    let done = world.command(&arguments).env("D360_API_KEY", KEY).output().unwrap();
    assert_eq!(done.status.code(), Some(3));
    let shown: serde_json::Value = serde_json::from_slice(&done.stdout).expect("a closed array");
    assert_eq!(shown, json!([{ "id": "a", "subject": "a", "suspended": false }]));
    let error: serde_json::Value = serde_json::from_slice(&done.stderr).unwrap();
    let remedy = error["error"]["remedy"].as_str().unwrap();
    assert!(remedy.contains("wagroups list --after c1 --all --page-size 2 --details"), "{remedy}");
}

//! A command with `--wait` that is told to stop once the write is accepted: its receipt must not be lost.
// Helpers of tests fail like tests do; clippy recognises only the tests themselves.
#![allow(clippy::unwrap_used)]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use groups_tests::Run;
use serde_json::json;
use wiremock::{MockServer, ResponseTemplate};

use crate::conformance::KEY;
use crate::world;

/// A service that takes every write, has deleted the group `A` already, and never does anything else.
fn answered(request: &wiremock::Request) -> ResponseTemplate {
    let json = |status: u16, body| ResponseTemplate::new(status).set_body_json(body);
    match (request.method.as_str(), request.url.path()) {
        ("GET", "/groups") => json(200, json!({ "data": { "groups": [] } })),
        ("GET", "/groups/A") => {
            json(404, json!({ "error": { "message": "(#131041) unknown", "code": 131_041 } }))
        }
        ("GET", _) => json(200, json!({ "id": "B" })),
        (_, path) => {
            let request_id = format!("R-{}", path.trim_start_matches('/'));
            json(200, json!({ "messaging_product": "whatsapp", "request_id": request_id }))
        }
    }
}

/// What it comes to when the signal arrives between the acceptance of `path`'s write and its outcome.
async fn stopped_by(signal: &str, arguments: &[&str], write: (&str, &str)) -> Run {
    let world = world();
    let server = MockServer::start().await;
    wiremock::Mock::given(wiremock::matchers::any()).respond_with(answered).mount(&server).await;
    let mut command = world.command(&[arguments, &["--base-url", &server.uri()]].concat());
    let child = command.envs(KEY).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let seen = server.received_requests().await.unwrap();
        let is = |request: &wiremock::Request| (request.method.as_str(), request.url.path()) == write;
        // A look comes after the acceptance.
        if seen.iter().skip_while(|request| !is(request)).any(|request| request.method.as_str() == "GET") {
            break;
        }
        assert!(Instant::now() < deadline, "it was not accepted: {seen:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let sent = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let done = tokio::task::spawn_blocking(|| child.wait_with_output()).await.unwrap().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run { code: done.status.code(), stdout: text(done.stdout), stderr: text(done.stderr) }
}

#[tokio::test]
async fn the_receipt_of_an_accepted_write_is_printed() {
    let create = ["create", "--subject", "Trip", "--wait=600s"];
    for signal in ["INT", "TERM"] {
        let done = stopped_by(signal, &[&create[..], &["-o", "json"]].concat(), ("POST", "/groups")).await;
        assert_eq!(done.code, Some(130), "{done:?}");
        assert_eq!(done.json()["operation"], "create_group", "{done:?}");
        assert_eq!(done.json()["request_id"], "R-groups", "{done:?}");
        assert_eq!(done.error()["kind"], "interrupted", "{done:?}");
        let remedy = done.error()["remedy"].as_str().unwrap().to_owned();
        assert!(remedy.contains("`wagroups wait R-groups --base-url"), "{done:?}");
    }
    let done = stopped_by("INT", &create, ("POST", "/groups")).await;
    assert!(done.stdout.contains("R-groups"), "{done:?}");
    assert!(done.stderr.contains("wagroups wait R-groups"), "{done:?}");
}

#[tokio::test]
async fn of_several_the_one_under_way_is_printed_with_those_before_it() {
    let delete = ["delete", "A", "B", "C", "--yes", "--wait=600s", "-o", "json"];
    let done = stopped_by("INT", &delete, ("DELETE", "/groups/B")).await;
    assert_eq!(done.code, Some(130), "{done:?}");
    let told = done.json();
    assert_eq!(told.as_array().map(Vec::len), Some(2), "{done:?}");
    assert_eq!((&told[0]["group_id"], &told[0]["learnt_by"]), (&json!("A"), &json!("polling")));
    assert_eq!((&told[1]["group_id"], &told[1]["request_id"]), (&json!("B"), &json!("R-groups/B")));
    assert!(done.stderr.contains("wagroups wait R-groups/B"), "{done:?}");
}

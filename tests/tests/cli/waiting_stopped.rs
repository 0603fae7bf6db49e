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

/// What was asked: method and path.
type Asked = Vec<(String, String)>;

/// Whether a create was accepted: a look comes after it.
fn created(asked: &Asked) -> bool {
    asked.iter().skip_while(|(method, _)| method != "POST").any(|(method, _)| method == "GET")
}

/// What it comes to when the signal arrives once so much was asked.
async fn stopped_by(signal: &str, arguments: &[&str], at: impl Fn(&Asked) -> bool) -> Run {
    let world = world();
    let server = MockServer::start().await;
    wiremock::Mock::given(wiremock::matchers::any()).respond_with(answered).mount(&server).await;
    let mut command = world.command(&[arguments, &["--base-url", &server.uri()]].concat());
    let child = command.envs(KEY).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let seen = server.received_requests().await.unwrap();
        let seen = seen.iter().map(|request| (request.method.to_string(), request.url.path().to_owned()));
        let seen: Asked = seen.collect();
        if at(&seen) {
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
        let done = stopped_by(signal, &[&create[..], &["-o", "json"]].concat(), created).await;
        assert_eq!(done.code, Some(130), "{done:?}");
        assert_eq!(done.json()["operation"], "create_group", "{done:?}");
        assert_eq!(done.json()["request_id"], "R-groups", "{done:?}");
        assert_eq!(done.error()["kind"], "interrupted", "{done:?}");
        let remedy = done.error()["remedy"].as_str().unwrap().to_owned();
        assert!(remedy.contains("`wagroups wait R-groups --base-url"), "{done:?}");
    }
    let done = stopped_by("INT", &create, created).await;
    assert!(done.stdout.contains("R-groups"), "{done:?}");
    assert!(done.stderr.contains("wagroups wait R-groups"), "{done:?}");
}

#[tokio::test]
async fn of_several_those_under_way_are_printed_with_those_that_are_done() {
    let delete = ["delete", "B", "A", "C", "--yes", "--wait=600s", "-o", "json"];
    // Once the others were looked at twice more than the one that is gone, which is concluded by then.
    let concluded = |asked: &Asked| {
        let is_look = |(method, path): &(String, String), id: &str| method == "GET" && path.ends_with(id);
        let after: Vec<_> = asked.iter().skip_while(|one| !is_look(one, "/A")).collect();
        ["/B", "/C"].iter().all(|id| after.iter().filter(|one| is_look(one, id)).count() >= 2)
    };
    let done = stopped_by("INT", &delete, concluded).await;
    assert_eq!(done.code, Some(130), "{done:?}");
    let told = done.json();
    assert_eq!(told.as_array().map(Vec::len), Some(3), "{done:?}");
    let ids: Vec<_> = told.as_array().unwrap().iter().map(|one| one["group_id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["B", "A", "C"], "in their order");
    assert_eq!(told[0]["request_id"], "R-groups/B");
    assert_eq!(told[1]["learnt_by"], "polling", "{done:?}");
    assert_eq!(told[2]["request_id"], "R-groups/C");
    assert!(done.error()["message"].as_str().unwrap().contains("2 calls were accepted"), "{done:?}");
    assert!(done.error()["remedy"].as_str().unwrap().contains("wagroups list --all"), "{done:?}");
}

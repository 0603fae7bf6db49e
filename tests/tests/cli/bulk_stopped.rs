//! A file of rows that is broken off: each row has a result, and going on takes no row that is done.
// Helpers of tests fail like tests do; clippy recognises only the tests themselves.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wiremock::{MockServer, ResponseTemplate};

use crate::conformance::KEY;
use crate::world;

/// A service that does all at once, but never answers of the group `g3`.
fn answered(request: &wiremock::Request) -> ResponseTemplate {
    let group = request.url.path().split('/').nth(2).unwrap_or_default();
    let link = json!({ "invite_link": format!("https://chat.whatsapp.com/{group}") });
    let answer = ResponseTemplate::new(200).set_body_json(link);
    if group == "g3" { answer.set_delay(Duration::from_secs(600)) } else { answer }
}

#[tokio::test]
async fn what_is_done_is_told_and_not_done_again() {
    let world = world();
    let server = MockServer::start().await;
    wiremock::Mock::given(wiremock::matchers::any()).respond_with(answered).mount(&server).await;
    let rows: String = (1..=24).map(|n| format!("g{n}\n")).collect();
    let sheet = world.file("groups.csv", format!("group_id\n{rows}").as_bytes());
    let arguments = ["invite", "reset", "--from", &sheet, "-o", "csv", "--base-url", &server.uri()];
    let mut command = world.command(&arguments);
    let mut child = command.envs(KEY).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while server.received_requests().await.unwrap().len() < 24 {
        assert!(Instant::now() < deadline, "not all of them were sent");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let id = child.id().to_string();
    let interrupt = || assert!(Command::new("kill").args(["-s", "INT", &id]).status().unwrap().success());
    interrupt();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    stderr.read_line(&mut said).unwrap();
    assert!(said.contains("under way and nothing new is sent"), "{said}");
    interrupt();
    stderr.read_to_string(&mut said).unwrap();
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(130), "{said}");
    let stdout = String::from_utf8(done.stdout).unwrap();
    let told: Vec<_> = stdout.lines().skip(1).collect();
    assert_eq!(told.len(), 24, "{stdout}");
    for (row, line) in told.iter().zip(2..) {
        let status = if line == 4 { "unknown" } else { "done" };
        assert!(row.starts_with(&format!("{line},{status},")), "{stdout}");
    }
    assert!(said.contains("23 of 24 links replaced, 1 unknown"), "{said}");
    assert!(said.contains("(line 4) may have been done") && said.contains("--lines 4 --base-url"), "{said}");

    // What is told is what is done: no link is replaced a second time.
    server.reset().await;
    let quick = |request: &wiremock::Request| match request.url.path().contains("g3/") {
        true => {
            ResponseTemplate::new(200).set_body_json(json!({ "invite_link": "https://chat.whatsapp.com/x" }))
        }
        false => ResponseTemplate::new(500),
    };
    wiremock::Mock::given(wiremock::matchers::any()).respond_with(quick).mount(&server).await;
    let mut command = world.command(&[&arguments[..], &["--lines", "4"]].concat());
    let done = tokio::task::spawn_blocking(move || command.envs(KEY).output().unwrap()).await.unwrap();
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_that_expires_leaves_a_result_for_each_row() {
    let world = world();
    let server = MockServer::start().await;
    let denied = json!({ "error": { "message": "Invalid API key", "code": 401 } });
    let key = ResponseTemplate::new(401).set_body_json(denied);
    let fine = ResponseTemplate::new(200).set_body_json(json!({ "request_id": "R" }));
    wiremock::Mock::given(wiremock::matchers::any())
        .respond_with(fine)
        .up_to_n_times(20)
        .mount(&server)
        .await;
    wiremock::Mock::given(wiremock::matchers::any()).respond_with(key).mount(&server).await;
    let rows: String = (1..=80).map(|n| format!("g{n}\n")).collect();
    let sheet = world.file("old.txt", rows.as_bytes());
    let arguments = ["delete", "--from", &sheet, "--yes", "-o", "jsonl", "--base-url", &server.uri()];
    let mut command = world.command(&arguments);
    let done = tokio::task::spawn_blocking(move || command.envs(KEY).output().unwrap()).await.unwrap();
    assert_eq!(done.status.code(), Some(7), "{done:?}");
    let stdout = String::from_utf8(done.stdout).unwrap();
    let rows: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let lines: Vec<_> = rows.iter().map(|row| row["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, (1..=80).collect::<Vec<_>>());
    let count = |status: &str| rows.iter().filter(|row| row["status"] == status).count();
    assert_eq!(count("accepted"), 20, "{stdout}");
    assert!(
        count("not_sent") > 20 && count("accepted") + count("failed") + count("not_sent") == 80,
        "{stdout}"
    );
    let error: Value = serde_json::from_slice(&done.stderr).unwrap();
    let message = error["error"]["message"].as_str().unwrap();
    assert!(message.starts_with("20 of 80 deletions accepted, "), "{message}");
    assert!(message.contains(&format!("{} not sent", count("not_sent"))), "{message}");
    let remedy = error["error"]["remedy"].as_str().unwrap();
    assert!(remedy.contains("--yes --lines ") && remedy.contains("-80 "), "{remedy}");
}

/// Runs it against a service that answers all calls so.
async fn against(
    world: &groups_tests::World,
    answer: ResponseTemplate,
    line: &[&str],
) -> (Vec<Value>, Value) {
    let server = MockServer::start().await;
    wiremock::Mock::given(wiremock::matchers::any()).respond_with(answer).mount(&server).await;
    let url = server.uri();
    let mut command =
        world.command(&[line, &["-o", "jsonl", "--max-retries", "0", "--base-url", &url]].concat());
    let done = tokio::task::spawn_blocking(move || command.envs(KEY).output().unwrap()).await.unwrap();
    let rows = String::from_utf8(done.stdout).unwrap();
    let rows = rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (rows, serde_json::from_slice(&done.stderr).unwrap())
}

#[tokio::test]
async fn rows_between_those_that_were_taken_are_not_named() {
    let world = world();
    let sheet = world.file("groups.csv", b"group_id\ng1\ng2\ng3\ng4\n");
    let line = ["invite", "reset", "--from", &sheet, "--lines", "2,4"];
    let (rows, error) = against(&world, ResponseTemplate::new(503), &line).await;
    assert_eq!(rows.iter().map(|row| row["status"].as_str().unwrap()).collect::<Vec<_>>(), ["unknown"; 2]);
    let remedy = error["error"]["remedy"].as_str().unwrap();
    assert!(remedy.contains("--lines 2,4 "), "{remedy}");
}

#[tokio::test]
async fn reads_that_may_go_well_the_next_time_are_named() {
    let world = world();
    let sheet = world.file("groups.csv", b"group_id\ng1\ng2\n");
    let (rows, error) =
        against(&world, ResponseTemplate::new(503), &["invite", "get", "--from", &sheet]).await;
    assert!(rows.iter().all(|row| row["status"] == "failed"), "{rows:?}");
    let remedy = error["error"]["remedy"].as_str().unwrap();
    assert!(remedy.contains("--lines 2-3 "), "{remedy}");
}

#[tokio::test]
async fn a_read_that_fails_before_the_write_leaves_nothing_unknown() {
    let world = world();
    let sheet = world.file("allow.csv", b"user\n+15550100151\n");
    let (rows, error) =
        against(&world, ResponseTemplate::new(503), &["requests", "approve", "g", "--from", &sheet]).await;
    assert_eq!(rows[0]["status"], "not_sent", "{rows:?}");
    assert!(error["error"]["remedy"].as_str().unwrap().contains("--lines 2 "), "{error}");
}

#[tokio::test]
async fn what_was_gone_already_is_not_counted_as_done_now() {
    let world = world();
    let sheet = world.file("old.txt", b"g1\ng2\n");
    let gone = json!({ "error": { "message": "Group unknown", "code": 131_041 } });
    let gone = ResponseTemplate::new(400).set_body_json(gone);
    let server = MockServer::start().await;
    let lost = wiremock::Mock::given(wiremock::matchers::path("/groups/g2"));
    lost.respond_with(ResponseTemplate::new(503)).mount(&server).await;
    wiremock::Mock::given(wiremock::matchers::any()).respond_with(gone).mount(&server).await;
    let url = server.uri();
    let line =
        ["delete", "--from", &sheet, "--yes", "--ignore-missing", "--max-retries", "0", "--base-url", &url];
    let mut command = world.command(&line);
    let done = tokio::task::spawn_blocking(move || command.envs(KEY).output().unwrap()).await.unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(said.contains("0 of 2 deletions accepted, 1 gone already, 1 unknown"), "{said}");
}

//! `wagroups conformance` when it is told to stop in the middle of a write.
// Helpers of tests fail like tests do; clippy recognises only the tests themselves.
#![allow(clippy::unwrap_used)]

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use groups_tests::{Run, World};
use serde_json::{Value, json};
use wiremock::{MockServer, ResponseTemplate};

use crate::conformance::KEY;
use crate::world;

/// A service whose create takes longer than anybody waits, while the group is there at once.
#[derive(Default)]
struct Slow {
    subject: Option<String>,
    /// Whether deleting takes as long.
    keeps: bool,
}

fn answered_slowly(slow: &Mutex<Slow>, request: &wiremock::Request) -> ResponseTemplate {
    let mut slow = slow.lock().expect("nobody has panicked");
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let json = |status: u16, body: Value| ResponseTemplate::new(status).set_body_json(body);
    match (request.method.as_str(), request.url.path()) {
        ("POST", "/groups") => {
            let subject = body["subject"].as_str().expect("a subject").to_owned();
            if body["messaging_product"].is_null() || subject.len() > 128 {
                return json(400, json!({ "error": { "message": "(#100) no", "code": 100 } }));
            }
            slow.subject = Some(subject);
            json(200, json!({})).set_delay(Duration::from_secs(600))
        }
        ("DELETE", "/groups/QVFI") if slow.keeps => json(200, json!({})).set_delay(Duration::from_secs(600)),
        ("DELETE", "/groups/QVFI") => {
            slow.subject = None;
            json(200, json!({ "messaging_product": "whatsapp", "request_id": "9B" }))
        }
        _ => {
            let group = |subject: &String| json!({ "id": "QVFI", "subject": subject, "created_at": 1 });
            let groups: Vec<Value> = slow.subject.iter().map(group).collect();
            json(200, json!({ "data": { "groups": groups } }))
        }
    }
}

/// Runs it against such a service, until a group is there.
async fn begun(world: &World, slow: &Arc<Mutex<Slow>>) -> (Child, MockServer) {
    let server = MockServer::start().await;
    let state = Arc::clone(slow);
    let answer = move |request: &wiremock::Request| answered_slowly(&state, request);
    wiremock::Mock::given(wiremock::matchers::any()).respond_with(answer).mount(&server).await;
    let mut command = world.command(&["conformance", "--write", "--base-url", &server.uri()]);
    let child = command.envs(KEY).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while slow.lock().unwrap().subject.is_none() {
        assert!(Instant::now() < deadline, "no group was made");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    (child, server)
}

fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-s", "INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[tokio::test]
async fn ctrl_c_ends_it_and_deletes_what_it_made() {
    let world = world();
    let slow: Arc<Mutex<Slow>> = Arc::default();
    let (child, _server) = begun(&world, &slow).await;
    interrupt(&child);
    let done = tokio::task::spawn_blocking(|| child.wait_with_output()).await.unwrap().unwrap();
    assert_eq!(done.status.code(), Some(130), "{done:?}");
    let (stdout, stderr) = (String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap());
    assert!(stderr.starts_with("Stopping; what was made is deleted first."), "{stderr}");
    assert!(stdout.contains("the run was interrupted"), "{stdout}");
    assert!(stdout.contains("1 made, all of them deleted"), "{stdout}");
    assert_eq!(slow.lock().unwrap().subject, None);
    let said = Run { code: done.status.code(), stdout: String::new(), stderr };
    world.told(&["conformance", "--write"], &[], &said);
    world.check("ctrl_c_ends_it_and_deletes_what_it_made");
}

#[tokio::test]
async fn a_second_ctrl_c_stops_it_at_once_and_says_what_may_be_left() {
    let world = world();
    let slow = Arc::new(Mutex::new(Slow { keeps: true, ..Slow::default() }));
    let (mut child, server) = begun(&world, &slow).await;
    interrupt(&child);
    let deadline = Instant::now() + Duration::from_secs(60);
    // It deletes, and waits for the answer.
    loop {
        let asked = server.received_requests().await.unwrap();
        if asked.iter().any(|request| request.method.as_str() == "DELETE") {
            break;
        }
        assert!(Instant::now() < deadline, "nothing was deleted");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    interrupt(&child);
    let mut stderr = String::new();
    let mut said = child.stderr.take().unwrap();
    let (code, stderr) = tokio::task::spawn_blocking(move || {
        said.read_to_string(&mut stderr).unwrap();
        (child.wait().unwrap().code(), stderr)
    })
    .await
    .unwrap();
    assert_eq!(code, Some(130), "{stderr}");
    world.told(&["conformance", "--write"], &[], &Run { code, stdout: String::new(), stderr });
    world.check("a_second_ctrl_c_stops_it_at_once_and_says_what_may_be_left");
}

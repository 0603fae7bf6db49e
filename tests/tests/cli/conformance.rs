//! `wagroups conformance`: what it shows, how it exits, and that it leaves nothing behind.

use groups_tests::World;
use serde_json::Value;
use wiremock::ResponseTemplate;

use crate::world;

pub(crate) const KEY: [(&str, &str); 1] = [("D360_API_KEY", "sandbox")];

fn subjects(world: &World) -> Vec<String> {
    let listed = world.quietly(&["list", "--sandbox", "--all", "-o", "json"]).json();
    let subjects = listed
        .as_array()
        .expect("a list")
        .iter()
        .map(|group| group["subject"].as_str().expect("a subject").to_owned());
    subjects.collect()
}

#[test]
fn the_sandbox_is_compared_with_the_documents() {
    let world = world();
    let before = subjects(&world);
    world.run(&["conformance", "--sandbox"]);
    let written = world.run(&["conformance", "--sandbox", "--write", "--fields", "check,verdict"]);
    assert_eq!(written.code, Some(0));
    assert_eq!(subjects(&world), before);
    world.run(&["conformance", "--sandbox", "--group", "nobody"]);
    world.run(&["conformance", "--sandbox", "--group", ".."]);
    world.check("the_sandbox_is_compared_with_the_documents");
}

#[test]
fn a_report_for_programs_is_complete_and_names_nobody() {
    let world = world();
    let group = world.group("Lisbon trip in June");
    let list = world.quietly(&["conformance", "--sandbox", "--group", &group, "-o", "json"]);
    assert_eq!(list.code, Some(0), "{list:?}");
    let lines = world.quietly(&["conformance", "--sandbox", "--group", &group, "-o", "jsonl"]);
    let findings = list.json();
    let findings = findings.as_array().unwrap();
    assert_eq!(lines.stdout.lines().count(), findings.len());
    for finding in findings {
        for key in ["check", "verdict", "facts", "confidence", "documented"] {
            assert!(finding[key].is_string(), "{key} of {finding}");
        }
    }
    let observed = |check: &str| -> Value {
        findings.iter().find(|finding| finding["check"] == check).unwrap()["observed"][0].clone()
    };
    assert_eq!(observed("get_subject")["request"], "GET /groups/GROUP?fields=subject");
    assert_eq!(observed("get_subject")["body"]["subject"], "<text of 19 characters>");
    assert_eq!(observed("key_wrong")["status"], 401);
    for secret in ["Lisbon", "15550100110", &group, "GkT7wQ2mXb9RfL4sVn6HdY", "127.0.0.1"] {
        assert!(!list.stdout.contains(secret), "{secret} is in the report");
    }
}

#[test]
fn a_service_is_reached_by_its_address_and_key() {
    let world = world();
    let served = world.serve(&[]);
    let url = ["--base-url", served.base_url()];
    world.run_with(&[&["conformance", "--fields", "check,verdict,note"], &url[..]].concat(), &KEY);
    world.run_with(&[&["conformance"], &url[..]].concat(), &[("D360_API_KEY", "another")]);
    world.run(&[&["conformance"], &url[..]].concat());
    world.run_with(&["conformance", "--base-url", "http://waba-v2.360dialog.io"], &KEY);
    served.kill();
    world.check("a_service_is_reached_by_its_address_and_key");
}

#[tokio::test]
async fn a_difference_is_told_and_exits_with_1() {
    let world = world();
    let server = wiremock::MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_raw(r#"{"nonsense":true}"#, "application/json");
    wiremock::Mock::given(wiremock::matchers::any()).respond_with(answer).mount(&server).await;
    let url = server.uri();
    let arguments = ["conformance", "--group", "QVFI", "--write", "--base-url", &url];
    let told = world.run_with(&arguments, &KEY);
    assert_eq!(told.code, Some(1));
    let fields = ["--fields", "check,verdict"];
    let without_group = [&["conformance", "--base-url", &url], &fields[..]].concat();
    assert_eq!(world.run_with(&without_group, &KEY).code, Some(1));
    let for_programs = [&arguments[..], &["-o", "json"]].concat();
    let json = world.quietly_with(&for_programs, &KEY);
    assert_eq!(json.error()["kind"], "different");
    assert!(json.json().is_array());
    // What was seen is told in full, and long.
    world.told(&for_programs, &KEY, &groups_tests::Run { stdout: String::new(), ..json });
    let sent = server.received_requests().await.unwrap();
    assert!(
        sent.iter().all(|request| request.method.as_str() == "GET"),
        "nothing is written that cannot be found"
    );
    world.check("a_difference_is_told_and_exits_with_1");
}

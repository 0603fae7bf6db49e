//! Services that are none, or not well: pages of proxies, answers that make no sense, none at all. A read says that nothing
//! was changed, a write whether it may have happened, and each names a next step.
// Helpers of tests fail like tests do; clippy recognises only the tests themselves.
#![allow(clippy::unwrap_used)]

use groups_tests::World;
use serde_json::json;
use wiremock::{Request, ResponseTemplate};

use crate::{answers, world};

const KEY: [(&str, &str); 1] = [("D360_API_KEY", "k")];

fn page(status: u16, title: &str) -> ResponseTemplate {
    let body = format!("<html><head><title>{title}</title></head><body>...</body></html>");
    ResponseTemplate::new(status).set_body_raw(body, "text/html")
}

/// What a read and a write come to, and their exit codes.
fn meet(world: &World, url: &str, kind: &str, codes: [i32; 2]) {
    let there = ["--base-url", url, "--max-retries", "0", "--timeout", "400ms"];
    for (command, code) in [["get", "G"], ["delete", "G"]].into_iter().zip(codes) {
        let yes: &[&str] = if command[0] == "delete" { &["--yes"] } else { &[] };
        let command = [&command[..], yes, &there].concat();
        let table = world.run_with(&command, &KEY);
        let json = world.run_with(&[&command[..], &["-o", "json"]].concat(), &KEY);
        assert_eq!((table.code, json.code), (Some(code), Some(code)), "{json:?}");
        assert_eq!((table.stdout.as_str(), json.stdout.as_str()), ("", ""), "{json:?}");
        let error = json.error();
        assert_eq!(error["kind"], kind, "{json:?}");
        assert!(error["remedy"].as_str().is_some_and(|remedy| remedy.ends_with('.')), "{json:?}");
    }
}

#[test]
fn what_is_no_answer_of_the_api_is_told_as_what_it_is() {
    let world = world();
    for (answer, kind, codes) in [
        (page(404, "404 Not Found"), "not_found", [3, 3]),
        (ResponseTemplate::new(404), "not_found", [3, 3]),
        (page(200, "Sign in to the hotel's network"), "invalid_response", [1, 6]),
        (page(401, "Who are you?"), "invalid_credentials", [3, 3]),
        (page(403, "Forbidden"), "permission_denied", [3, 3]),
        (page(502, "Bad gateway"), "service_unavailable", [1, 6]),
        (ResponseTemplate::new(503), "service_unavailable", [1, 6]),
        (ResponseTemplate::new(429).insert_header("retry-after", "7"), "rate_limited", [5, 5]),
        (ResponseTemplate::new(418).set_body_json(json!({ "so": "what" })), "api", [1, 1]),
        (
            ResponseTemplate::new(302).insert_header("location", "https://elsewhere.example/?key=s3cret"),
            "redirected",
            [3, 3],
        ),
    ] {
        let service = answers::with(answer);
        meet(&world, &service.url(), kind, codes);
    }
    assert!(!world.transcript().contains("s3cret"));
    world.check("what_is_no_answer_of_the_api_is_told_as_what_it_is");
}

#[test]
fn a_service_that_is_not_there_or_says_nothing_is_told_apart() {
    let world = world();
    // A port that was free a moment ago, so that nobody listens.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    meet(&world, &format!("http://{free}"), "network", [6, 6]);
    // One that takes calls and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    meet(&world, &format!("http://{}", silent.local_addr().unwrap()), "timeout", [6, 6]);
    world.check("a_service_that_is_not_there_or_says_nothing_is_told_apart");
}

#[test]
fn what_a_decision_came_to_may_be_unknown() {
    let world = world();
    let group = world.create("Trip to Kyoto", "required", "KYOTO");
    for (user, name, format) in [("+15550100151", "ANN", "table"), ("+15550100152", "BOB", "json")] {
        let request = world.request(&group, user, name);
        // It is rejected, and the repeat finds no request any more; the person may have withdrawn as well.
        world.quietly(&["sandbox", "fault", "reject_join_requests reset done times=1"]);
        let run = world.run(&["requests", "reject", &group, &request, "--sandbox", "-o", format]);
        assert_eq!(run.code, Some(6), "{run:?}");
    }
    world.check("what_a_decision_came_to_may_be_unknown");
}

#[test]
fn which_of_two_new_groups_is_meant_cannot_be_told() {
    let world = world();
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let service = answers::with(move |request: &Request| {
        let groups = |ids: &[&str]| {
            let groups: Vec<_> = ids.iter().map(|id| json!({ "id": id, "subject": "Twins" })).collect();
            ResponseTemplate::new(200).set_body_json(json!({ "data": { "groups": groups } }))
        };
        match (request.method.as_str(), request.url.path()) {
            ("POST", _) => ResponseTemplate::new(200)
                .set_body_json(json!({ "messaging_product": "whatsapp", "request_id": "R1" })),
            // The first list is the one before the create.
            _ if asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 => groups(&[]),
            _ => groups(&["one", "two"]),
        }
    });
    let url = service.url();
    let create = ["create", "--subject", "Twins", "--base-url", &url, "--wait=1s"];
    let json = world.run_with(&[&create[..], &["-o", "json"]].concat(), &KEY);
    assert_eq!((json.code, &json.error()["kind"]), (Some(8), &"outcome_ambiguous".into()), "{json:?}");
    assert_eq!(service.asked()[0], "GET /groups");
    world.check("which_of_two_new_groups_is_meant_cannot_be_told");
}

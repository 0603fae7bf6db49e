//! Lists: limits, the command that continues, and pages that fail on the way.

use serde_json::json;
use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::world;

/// The command that a list says continues it, as words.
fn continuing(stderr: &str) -> Vec<String> {
    let (_, line) =
        stderr.split_once("for more: wagroups ").unwrap_or_else(|| panic!("no command in {stderr:?}"));
    line.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn a_list_that_stops_at_its_limit_names_the_command_that_continues() {
    let world = world();
    let all = world.quietly(&["list", "--sandbox", "--all", "-o", "json"]).json();
    for format in ["table", "json", "jsonl"] {
        let mut arguments: Vec<String> =
            ["list", "--sandbox", "--limit", "2", "-o", format].map(str::to_owned).to_vec();
        let mut pages = Vec::new();
        for _ in 0..2 {
            let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let run = world.run(&words);
            assert_eq!(run.code, Some(0));
            pages.push(run.clone());
            if pages.len() < 2 {
                arguments = continuing(&run.stderr);
            }
        }
        assert!(!pages[1].stderr.contains("for more"), "{pages:?}");
        if format == "json" {
            let ids = [0, 1].map(|page: usize| pages[page].json().as_array().unwrap().clone()).concat();
            assert_eq!(json!(ids), all);
        }
    }
    world.check("a_list_that_stops_at_its_limit_names_the_command_that_continues");
}

#[test]
fn a_list_goes_backward_from_a_cursor() {
    let world = world();
    let first = world.quietly(&["list", "--sandbox", "--limit", "3", "-o", "json"]);
    let cursor = continuing(&first.stderr)[2].clone();
    let back = world.quietly(&["list", "--sandbox", "--before", &cursor, "--limit", "1", "-o", "json"]);
    assert_eq!(back.code, Some(0));
    assert_eq!(back.json()[0], first.json()[1]);
    assert_eq!(continuing(&back.stderr)[1], "--before");
}

#[test]
fn only_25_are_shown_unless_told_otherwise() {
    let world = world();
    let served = world.serve(&["--fresh"]);
    let url = served.base_url();
    let run = |arguments: &[&str]| {
        let mut command = world.command(&[arguments, &["--base-url", url, "-o", "json"]].concat());
        let done = command.env("D360_API_KEY", "sandbox").output().unwrap();
        assert_eq!(done.status.code(), Some(0));
        let shown: Vec<serde_json::Value> = serde_json::from_slice(&done.stdout).unwrap_or_default();
        (shown.len(), String::from_utf8(done.stderr).unwrap())
    };
    assert_eq!(run(&["list"]), (0, String::new()));
    for number in 0..26 {
        let subject = format!("Group {number}");
        let mut command = world.command(&["create", "--subject", &subject, "--base-url", url]);
        assert!(command.env("D360_API_KEY", "sandbox").output().unwrap().status.success());
    }
    // The last create takes effect within half a second.
    while run(&["list", "--all"]).0 < 26 {}
    let (shown, said) = run(&["list"]);
    assert_eq!(shown, 25);
    assert!(said.starts_with("25 shown; for more: wagroups list --after "), "{said}");
    assert_eq!(run(&["list", "--limit", "26"]).0, 26);
}

#[tokio::test]
async fn a_page_that_fails_leaves_a_closed_array_and_one_error() {
    let server = MockServer::start().await;
    let first = json!({
        "data": { "groups": [{ "id": "g1", "subject": "One", "created_at": 1767603600 }] },
        "paging": { "cursors": { "before": "b1", "after": "c1" }, "next": "https://example.com/groups?after=c1" },
    });
    let refusal = json!({ "error": { "message": "(#100) Invalid parameter", "code": 100, "type": "OAuthException",
        "error_data": { "details": "something about the page" } } });
    Mock::given(method("GET"))
        .and(path("/groups"))
        .and(query_param_is_missing("after"))
        .respond_with(ResponseTemplate::new(200).set_body_json(first))
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .and(path("/groups"))
        .and(query_param("after", "c1"))
        .respond_with(ResponseTemplate::new(400).set_body_json(refusal))
        .mount(&server)
        .await;
    let world = world();
    let url = server.uri();
    let arguments = ["list", "--all", "--page-size", "1", "--base-url", &url];
    let run = |format: &'static str| {
        world.run_with(&[&arguments[..], &["-o", format]].concat(), &[("D360_API_KEY", "k")])
    };
    let json = run("json");
    assert_eq!(json.code, Some(1));
    assert_eq!(json.json()[0]["id"], "g1");
    assert_eq!(json.error()["code"], 100);
    assert!(
        json.error()["remedy"].as_str().unwrap().contains("wagroups list --after c1 --all --page-size 1")
    );
    assert_eq!(run("jsonl").stdout.lines().count(), 1);
    assert!(run("table").stdout.contains("g1"));
    world.check("a_page_that_fails_leaves_a_closed_array_and_one_error");
}

#[tokio::test]
async fn a_full_page_that_turns_out_to_be_the_last_promises_nothing() {
    let server = MockServer::start().await;
    // As 360dialog may answer: cursors, and no word about a next page.
    let full = json!({
        "data": { "groups": [{ "id": "g1" }, { "id": "g2" }] },
        "paging": { "cursors": { "before": "b1", "after": "c1" } },
    });
    Mock::given(query_param_is_missing("after"))
        .respond_with(ResponseTemplate::new(200).set_body_json(full))
        .mount(&server)
        .await;
    Mock::given(query_param("after", "c1"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({ "data": { "groups": [] } })))
        .mount(&server)
        .await;
    let (world, url) = (world(), server.uri());
    let run = world.run_with(&["list", "--limit", "2", "--base-url", &url], &[("D360_API_KEY", "k")]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_reader_that_goes_away_ends_a_list_quietly() {
    let world = world();
    let mut command = world.command(&["list", "--sandbox"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let done = command.stdout(writer).stderr(std::process::Stdio::piped()).output().unwrap();
    assert_eq!(done.status.code(), Some(0));
    assert_eq!(String::from_utf8(done.stderr).unwrap(), "");
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let done = world.command(&["list", "--sandbox"]).stdout(full).output().unwrap();
    assert_eq!(done.status.code(), Some(1));
}

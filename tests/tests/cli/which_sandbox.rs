//! Which sandbox a `sandbox` command acts on. Each verb is run against the embedded one, served ones, and servers that
//! are none.
#![allow(clippy::unwrap_used, reason = "the helpers of a test are tests too")]

use std::io::{Read, Write};
use std::net::TcpListener;

use groups_tests::{Run, World};
use serde_json::Value;

use crate::world;

const PERSON: &str = "+15550100199";

/// Each verb as a command line. GROUP is open to all, URL takes webhooks.
fn verbs(group: &str, url: &str) -> Vec<Vec<String>> {
    [
        "sandbox status",
        "sandbox user join GROUP +15550100199",
        "sandbox user leave GROUP +15550100199",
        "sandbox group suspend GROUP",
        "sandbox group restore GROUP",
        "sandbox behaviour",
        "sandbox behaviour messy --set webhook_drops=0",
        "sandbox behaviour strict",
        "sandbox behaviour --set list_shape=flat",
        "sandbox fault get_webhook status=500",
        "sandbox fault",
        "sandbox fault --remove 1",
        "sandbox fault --clear",
        "sandbox clock",
        "sandbox clock --stop --advance 1h",
        "sandbox clock --start",
        "sandbox crowd --people 4 --acts 2 --every 1ms",
        "sandbox trigger",
        "sandbox trigger group_deleted --to URL",
        "sandbox reset --yes",
    ]
    .iter()
    .map(|line| line.replace("GROUP", group).replace("URL", url))
    .map(|line| line.split(' ').map(str::to_owned).collect())
    .collect()
}

fn run(world: &World, line: &[String], more: &[&str], variables: &[(&str, &str)]) -> Run {
    let line: Vec<&str> = line.iter().map(String::as_str).chain(more.iter().copied()).collect();
    world.quietly_with(&line, variables)
}

/// Answers every request in the same way, and counts them.
fn server(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut buffer = [0; 16 * 1024];
            let _ = stream.read(&mut buffer);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 15\r\nconnection: close\r\n\r\n{\"status\":\"ok\"}";
const NOT_FOUND: &str = "HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\nconnection: close\r\n\r\nnope";
const ELSEWHERE: &str =
    "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

#[test]
fn every_verb_acts_on_the_sandbox_that_is_named_and_on_no_other() {
    let receiver = server(OK);
    for fresh in [false, true] {
        // The embedded sandbox of this folder is the served one's only without --fresh.
        let world = world();
        let seed = world.file("seed.yaml", b"groups: [{subject: Served}]\n");
        let served = if fresh {
            world.serve(&["--fresh", "--seed", &seed])
        } else {
            world.quietly(&["sandbox", "reset", "--seed", &seed, "--yes"]);
            world.serve(&[])
        };
        let url = served.base_url();
        let key = [("D360_API_KEY", "sandbox")];
        let listed = world.quietly_with(&["list", "--base-url", url, "-o", "json"], &key).json();
        let group = listed[0]["id"].as_str().unwrap();
        let before = world.quietly(&["sandbox", "status", "-o", "json"]).stdout;
        for (more, variables) in
            [(vec!["--base-url", url], vec![]), (vec![], vec![("WAGROUPS_BASE_URL", url)])]
        {
            // The last verb is a reset, so that both rounds begin alike.
            for line in verbs(group, &receiver) {
                let done = run(&world, &line, &[&more[..], &["-o", "jsonl"]].concat(), &variables);
                assert_eq!(done.code, Some(0), "{line:?} {more:?}: {done:?}");
                let named = format!("{}{}", done.stdout, done.stderr);
                assert!(line[1] == "trigger" && line.len() == 2 || named.contains(url), "{line:?}: {done:?}");
            }
        }
        if fresh {
            assert_eq!(world.quietly(&["sandbox", "status", "-o", "json"]).stdout, before);
        }
    }
}

#[test]
fn without_an_address_every_verb_acts_on_the_embedded_sandbox() {
    let world = world();
    let receiver = server(OK);
    let group = world.group("Spanish for beginners");
    for line in verbs(&group, &receiver) {
        let done = run(&world, &line, &["-o", "jsonl"], &[]);
        assert_eq!(done.code, Some(0), "{line:?}: {done:?}");
        let named = format!("{}{}", done.stdout, done.stderr);
        assert!(line[1] == "trigger" && line.len() == 2 || named.contains("embedded"), "{line:?}: {done:?}");
    }
    // The option is stronger than the variable.
    let nowhere = [("WAGROUPS_BASE_URL", "http://127.0.0.1:9")];
    let status = world.quietly_with(&["sandbox", "status", "--sandbox", "-o", "json"], &nowhere);
    assert_eq!(status.json()["sandbox"], "embedded");
}

#[test]
fn an_address_that_is_not_a_sandbox_fails_every_verb_and_changes_no_other_sandbox() {
    let world = world();
    let group = world.group("Spanish for beginners");
    let before = world.quietly(&["sandbox", "status", "-o", "json"]).stdout;
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    for (url, code, said) in [
        (server(NOT_FOUND), 3, "is not a wagroups sandbox"),
        (server(OK), 3, "is not a wagroups sandbox"),
        (server(ELSEWHERE), 3, "is not a wagroups sandbox"),
        ("https://waba-v2.360dialog.io".to_owned(), 3, "the real service"),
        ("http://sandbox.example".to_owned(), 3, "https"),
        ("nonsense".to_owned(), 3, "is not a URL"),
        (closed, 6, "no sandbox answers"),
    ] {
        for line in verbs(&group, "http://127.0.0.1:9") {
            let by_option = run(&world, &line, &["--base-url", &url, "-o", "json"], &[]);
            let by_variable = run(&world, &line, &["-o", "json"], &[("WAGROUPS_BASE_URL", &url)]);
            for (done, name) in [(by_option, "--base-url"), (by_variable, "WAGROUPS_BASE_URL")] {
                assert_eq!(done.code, Some(code), "{line:?} {url}: {done:?}");
                assert_eq!(done.stdout, "", "{line:?}");
                let message = done.error()["message"].as_str().unwrap().to_owned();
                assert!(message.contains(said) && message.contains(name), "{line:?}: {message}");
                let remedy = done.error()["remedy"].as_str().unwrap().to_owned();
                let next = if said == "https" || said == "is not a URL" { "https://" } else { "--sandbox" };
                assert!(remedy.contains(next), "{line:?}: {remedy}");
            }
        }
    }
    assert_eq!(world.quietly(&["sandbox", "status", "-o", "json"]).stdout, before);
}

#[test]
fn what_is_not_a_sandbox_is_answered_with_the_next_step() {
    let world = world();
    world.run(&["sandbox", "status", "--base-url", "https://waba-v2.360dialog.io"]);
    world.run(&["sandbox", "status", "--base-url", &server(NOT_FOUND)]);
    world.run(&["sandbox", "status", "--base-url", "http://127.0.0.1:9"]);
    world.run(&["sandbox", "status", "--profile", "shop"]);
    world.run(&["sandbox", "serve", "--base-url", "http://127.0.0.1:9"]);
    world.check("what_is_not_a_sandbox_is_answered_with_the_next_step");
}

#[test]
fn contradictions_are_usage_errors() {
    let world = world();
    let url = "http://127.0.0.1:9";
    let both = world.quietly(&["sandbox", "status", "--sandbox", "--base-url", url, "-o", "json"]);
    assert_eq!(both.code, Some(2), "{both:?}");
    let variables = [("WAGROUPS_SANDBOX", "1"), ("WAGROUPS_BASE_URL", url)];
    assert_eq!(world.quietly_with(&["sandbox", "status"], &variables).code, Some(2));
    assert_eq!(world.quietly(&["sandbox", "status", "--profile", "x"]).code, Some(2));
    assert_eq!(world.quietly(&["sandbox", "serve", "--base-url", url]).code, Some(2));
}

#[test]
fn status_shows_changed_switches_and_faults() {
    let world = world();
    let fresh = world.serve(&["--fresh", "--set", "seats=3", "--fault", "get_group status=500 times=1"]);
    let url = ["--base-url", fresh.base_url()];
    let status = |more: &[&str]| world.quietly(&[&["sandbox", "status"], more].concat());
    let served = status(&[url[0], url[1], "-o", "json"]).json();
    assert_eq!(served["switches"], serde_json::json!({ "seats": 3 }));
    assert_eq!(served["faults"][0]["fault"], "get_group status=500 times=1");
    assert_eq!(served["sandbox"], fresh.base_url());
    assert_eq!(served.get("database"), None);
    let embedded = status(&["-o", "json"]).json();
    assert_eq!((&embedded["switches"], &embedded["faults"]), (&serde_json::json!({}), &Value::Array(vec![])));
    world.quietly(&["sandbox", "behaviour", "--set", "list_shape=flat"]);
    world.quietly(&["sandbox", "fault", "*", "latency=1s"]);
    let table = status(&[]).stdout;
    assert!(table.contains("list_shape") && table.contains("latency=1000ms"), "{table}");
    let table = status(&url).stdout;
    assert!(table.contains("seats") && table.contains("get_group status=500"), "{table}");
}

#[test]
fn a_refusal_of_a_served_sandbox_names_commands_for_that_sandbox() {
    let world = world();
    let fresh = world.serve(&["--fresh"]);
    let refused = world.quietly(&[
        "sandbox",
        "user",
        "join",
        "nobody",
        PERSON,
        "--base-url",
        fresh.base_url(),
        "-o",
        "json",
    ]);
    assert_eq!((refused.code, refused.error()["kind"].as_str()), (Some(4), Some("group_unknown")));
    let remedy = refused.error()["remedy"].as_str().unwrap().to_owned();
    assert!(remedy.contains(&format!("list --base-url {}", fresh.base_url())), "{remedy}");
    let none =
        world.quietly(&["sandbox", "trigger", "group_deleted", "--base-url", fresh.base_url(), "-o", "json"]);
    assert!(none.error()["message"].as_str().unwrap().contains("no webhook"), "{none:?}");
}

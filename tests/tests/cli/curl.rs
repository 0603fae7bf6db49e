//! `--curl`: what it prints is pasted into a shell, and does what the command would have done.

#![allow(clippy::unwrap_used, reason = "the helpers of a test are tests too")]

use std::process::Command;

use groups_tests::{Served, World};

use crate::{jpeg, world};

const KEY: &str = "sandbox";

/// Runs a line in a shell that has the key in a variable, as a user would.
fn pasted(line: &str) -> String {
    let done = Command::new("sh")
        .args(["-c", &format!("set -u; {line}")])
        .env("D360_API_KEY", KEY)
        .env_remove("http_proxy")
        .output()
        .expect("sh runs");
    assert!(done.status.success(), "{line}: {done:?}");
    String::from_utf8(done.stdout).unwrap()
}

fn has_curl() -> bool {
    Command::new("curl").arg("--version").output().is_ok_and(|done| done.status.success())
}

fn line(world: &World, served: &Served, arguments: &[&str]) -> String {
    let run = world.quietly(&[arguments, &["--curl", "--base-url", served.base_url()]].concat());
    assert_eq!(run.code, Some(0), "{arguments:?}: {run:?}");
    assert_eq!(run.stdout.lines().count(), 1, "{run:?}");
    run.stdout
}

#[test]
fn the_line_does_what_the_command_would_have_done() {
    if !has_curl() {
        // Said, so that nobody takes silence for a test that was run.
        let skipped = "SKIPPED: curl is not installed, so no line of --curl was run";
        std::io::Write::write_all(&mut std::io::stderr(), format!("{skipped}\n").as_bytes()).unwrap();
        return;
    }
    let world = world();
    let served = world.serve(&[]);
    let key = |arguments: &[&str]| {
        let arguments = [arguments, &["--base-url", served.base_url(), "-o", "json"]].concat();
        let done = world.command(&arguments).env("D360_API_KEY", KEY).output().unwrap();
        assert!(done.status.success(), "{done:?}");
        serde_json::from_slice::<serde_json::Value>(&done.stdout).unwrap()
    };
    let subject = "it's \"$HOME\" `x` \\ @ü\u{1f389}";
    let answer = pasted(&line(&world, &served, &["create", "--subject", subject, "--description", "a\nb"]));
    assert!(answer.contains("request_id"), "{answer}");
    let listed = || key(&["list", "--all"]);
    let mut id = None;
    for _ in 0..200 {
        id = listed()
            .as_array()
            .unwrap()
            .iter()
            .find(|group| group["subject"] == subject)
            .map(|group| group["id"].clone());
        if id.is_some() {
            break;
        }
    }
    let id = id.expect("the group was made");
    let id = id.as_str().unwrap();

    let picture = world.folder().join("a, \"b\"; c'd.jpg");
    std::fs::write(&picture, jpeg(192, 192)).unwrap();
    let update = ["update", id, "--subject", "@with a picture", "--picture", picture.to_str().unwrap()];
    let answer = pasted(&line(&world, &served, &update));
    assert!(answer.contains("request_id"), "{answer}");

    let get = pasted(&line(&world, &served, &["get", id]));
    assert!(get.contains("participants"), "{get}");
    let list = pasted(&line(&world, &served, &["list", "--limit", "3"]));
    assert!(list.contains("\"groups\""), "{list}");
    let link = pasted(&line(&world, &served, &["invite", "get", id]));
    assert!(link.contains("chat.whatsapp.com"), "{link}");
    let reset = pasted(&line(&world, &served, &["invite", "reset", id]));
    assert!(reset.contains("chat.whatsapp.com") && reset != link, "{reset}");
    for command in
        [&["requests", "list", id][..], &["webhook", "get"], &["api", "GET", "/groups", "-f", "limit=1"]]
    {
        pasted(&line(&world, &served, command));
    }
    let body = world.file("body.json", b"{\"messaging_product\":\"whatsapp\",\"subject\":\"by api's body\"}");
    let answer =
        pasted(&line(&world, &served, &["api", "POST", "/groups", "--input", &body, "-H", "x-a: it's"]));
    assert!(answer.contains("request_id"), "{answer}");
    pasted(&line(&world, &served, &["delete", id]));
}

#[test]
fn a_line_is_printed_for_each_request_and_nothing_is_sent() {
    let world = world();
    let url = ["--base-url", "http://127.0.0.1:1", "--curl"];
    for arguments in [
        &["list"][..],
        &["list", "--after", "a b'c"],
        &["get", "G"],
        &["create", "--subject", "it's $HOME"],
        &["create", "--subject", "x", "--wait", "-o", "json"],
        &["delete", "G", "H"],
        &["delete", "G", "H", "-o", "json"],
        &["participants", "list", "G"],
        &["participants", "remove", "G", "+15550100110"],
        &["requests", "approve", "G", "R"],
        &["requests", "approve", "G", "--all"],
        &["webhook", "set", "https://example.com/hook"],
        &["webhook", "set", "https://example.com/hook", "--header", "x=s3cret"],
        &["api", "GET", "/groups/[x]", "-f", "a=[1]"],
        &["sandbox", "status"],
        &["doctor"],
    ] {
        world.run(&[arguments, &url].concat());
    }
    world.run(&["list", "--curl", "--sandbox"]);
    world.run_with(&["list", "--curl"], &[("D360_API_KEY", "the-key-that-is-shown-nowhere")]);
    assert_eq!(world.transcript().matches("the-key-that-is-shown-nowhere").count(), 1);
    world.check("a_line_is_printed_for_each_request_and_nothing_is_sent");
}

#[test]
fn a_get_with_a_body_stays_a_get_and_a_body_stays_as_it_is() {
    let world = world();
    let body = world.file("body.json", br#"{"n":123456789012345678901234567890,"n":1.10}"#);
    let line = |arguments: &[&str]| {
        let at = ["--curl", "--base-url", "http://127.0.0.1:9"];
        let done = world.quietly_with(&[arguments, &at].concat(), &[("D360_API_KEY", "k")]);
        assert_eq!(done.code, Some(0), "{done:?}");
        done.stdout
    };
    let get = line(&["api", "GET", "/groups", "--input", &body]);
    assert!(get.starts_with("curl -X GET "), "{get}");
    assert!(get.contains(r#"--data-raw '{"n":123456789012345678901234567890,"n":1.10}'"#), "{get}");
    let headers = line(&[
        "api",
        "GET",
        "/groups",
        "-H",
        "x-a: 1",
        "-H",
        "x-a: 2",
        "-H",
        "x-e:",
        "-H",
        "user-agent: me",
    ]);
    for header in ["-H 'x-a: 1' -H 'x-a: 2'", "-H 'x-e;'", "-H 'user-agent: me'"] {
        assert!(headers.contains(header), "{headers}");
    }
    let padded = world.quietly_with(
        &["api", "POST", "/groups/ ", "--base-url", "http://127.0.0.1:9"],
        &[("D360_API_KEY", "k")],
    );
    assert_eq!(padded.code, Some(2), "{padded:?}");
}

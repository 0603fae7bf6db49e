//! Commands that are told to stop: what is said of what was under way, and how to go on. The signal is sent once the test
//! knows how far the command is.
#![cfg(unix)]
// Helpers of tests fail like tests do; clippy recognises only the tests themselves.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use groups_tests::{Run, World};
use serde_json::json;
use wiremock::{Request, ResponseTemplate};

use crate::{answers, world};

const KEY: [(&str, &str); 1] = [("D360_API_KEY", "sandbox")];

fn started(world: &World, arguments: &[&str]) -> Child {
    let mut command = world.command(arguments);
    command.envs(KEY).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-s", "INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// How it ends, written down.
fn ended(world: &World, child: Child, arguments: &[&str]) -> Run {
    let done = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let run = Run { code: done.status.code(), stdout: text(done.stdout), stderr: text(done.stderr) };
    world.told(arguments, &[], &run);
    assert_eq!(run.code, Some(130), "{run:?}");
    run
}

fn until(what: &str, mut is: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_call_that_was_under_way_may_have_been_done_unless_it_only_reads() {
    let world = world();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    for arguments in [&["list"][..], &["delete", "G", "--yes"], &["delete", "G", "--yes", "-o", "json"]] {
        let arguments = [arguments, &["--base-url", &url]].concat();
        let child = started(&world, &arguments);
        let call = silent.accept().unwrap();
        interrupt(&child);
        ended(&world, child, &arguments);
        drop(call);
    }
    world.check("a_call_that_was_under_way_may_have_been_done_unless_it_only_reads");
}

#[test]
fn what_was_accepted_is_told_with_its_receipt() {
    let world = world();
    let service = answers::with(|request: &Request| match request.method.as_str() {
        "GET" => ResponseTemplate::new(200).set_body_json(json!({ "data": { "groups": [] } })),
        _ => ResponseTemplate::new(200).set_body_json(json!({ "request_id": "R1" })),
    });
    let url = service.url();
    for format in ["table", "json"] {
        let arguments =
            ["create", "--subject", "Trip", "--wait=600s", "--base-url", &url, "-o", format, "--no-progress"];
        let before = service.asked().len();
        let child = started(&world, &arguments);
        // A list before it, the create, and a look after it.
        until("it was not accepted", || service.asked().len() >= before + 3);
        interrupt(&child);
        ended(&world, child, &arguments);
    }
    world.check("what_was_accepted_is_told_with_its_receipt");
}

#[test]
fn rows_of_a_sheet_that_were_under_way_are_finished_and_written_down() {
    let world = world();
    let served = world.serve(&["--fresh", "--fault", "create_group stall"]);
    let subjects: String = (0..20).map(|n| format!("Group {n}\n")).collect();
    let sheet = world.file("many.csv", format!("subject\n{subjects}").as_bytes());
    let there = ["--base-url", served.base_url(), "--timeout", "2s", "--fields", "line,status"];
    let create = [&["create", "--from", &sheet], &there[..]].concat();
    let journal = format!("{sheet}.wagroups-journal.jsonl");
    let child = started(&world, &create);
    until("nothing was sent", || {
        std::fs::read_to_string(&journal).is_ok_and(|text| text.matches("\"did\":\"sending\"").count() == 16)
    });
    interrupt(&child);
    ended(&world, child, &create);
    world.check("rows_of_a_sheet_that_were_under_way_are_finished_and_written_down");
}

#[test]
fn a_second_signal_stops_at_once_and_the_command_that_goes_on_is_told() {
    let world = world();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let ids: String = (0..20).map(|n| format!("group{n}\n")).collect();
    let ids = world.file("ids.txt", ids.as_bytes());
    let delete = ["delete", "--from", &ids, "--yes", "--base-url", &url];
    let mut child = started(&world, &delete);
    let calls: Vec<_> = (0..16).map(|_| silent.accept().unwrap()).collect();
    interrupt(&child);
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    stderr.read_line(&mut said).unwrap();
    interrupt(&child);
    stderr.read_to_string(&mut said).unwrap();
    let done = child.wait_with_output().unwrap();
    drop(calls);
    let run = Run { code: done.status.code(), stdout: String::from_utf8(done.stdout).unwrap(), stderr: said };
    world.told(&delete, &[], &run);
    assert_eq!(run.code, Some(130), "{run:?}");
    world.check("a_second_signal_stops_at_once_and_the_command_that_goes_on_is_told");
}

#[test]
fn where_all_was_under_way_only_unknown_rows_are_left() {
    let world = world();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let ids = world.file("ids.txt", b"a\nb\nc\n");
    let delete =
        ["delete", "--from", &ids, "--yes", "--base-url", &url, "--timeout", "2s", "--max-retries", "0"];
    let delete = [&delete[..], &["--fields", "line,status"]].concat();
    let child = started(&world, &delete);
    let calls: Vec<_> = (0..3).map(|_| silent.accept().unwrap()).collect();
    interrupt(&child);
    ended(&world, child, &delete);
    drop(calls);
    // Here all of them are answered before it ends.
    let answer = ResponseTemplate::new(200).set_body_json(json!({ "request_id": "R" }));
    let service = answers::with(move |_: &Request| answer.clone().set_delay(Duration::from_secs(2)));
    let url = service.url();
    let delete = ["delete", "--from", &ids, "--yes", "--base-url", &url, "--fields", "line,status"];
    let child = started(&world, &delete);
    until("nothing was sent", || service.asked().len() >= 3);
    interrupt(&child);
    ended(&world, child, &delete);
    world.check("where_all_was_under_way_only_unknown_rows_are_left");
}

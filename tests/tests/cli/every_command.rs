//! Commands at work that no other transcript shows: those that serve until they are told to end, and those whose output is
//! for another program.
#![cfg(unix)]
// Helpers of tests fail like tests do; clippy recognises only the tests themselves.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use groups_tests::{Run, Served, World};
use wiremock::ResponseTemplate;

use crate::{answers, world};

/// Serves until it is told to end, and writes down what it said at first, and how it ended.
fn served(world: &World, arguments: &[&str], signal: &str) {
    let served = Served::started_by(world.command(arguments));
    let stdout = served.first_line().to_owned();
    let code = served.end_by(signal);
    world.told(arguments, &[], &Run { code, stdout, stderr: String::new() });
}

#[test]
fn what_serves_ends_well_when_it_is_told_to() {
    let world = world();
    for format in ["table", "json"] {
        served(&world, &["sandbox", "serve", "--port", "0", "-o", format], "TERM");
        served(&world, &["listen", "--port", "0", "-o", format], "TERM");
    }
    served(&world, &["sandbox", "serve", "--port", "0"], "INT");
    served(&world, &["listen", "--port", "0"], "INT");
    world.check("what_serves_ends_well_when_it_is_told_to");
}

#[test]
fn what_was_received_is_followed_and_sent_again() {
    let world = world();
    let listener = Served::started_by(world.command(&["listen", "--port", "0"]));
    let trigger = ["sandbox", "trigger", "group_deleted", "--to", listener.base_url()];
    assert_eq!(world.quietly(&trigger).code, Some(0));
    drop(listener);
    let arguments = ["events", "tail", "--since", "1h", "--fields", "type,group_id"];
    let mut tail = world.command(&arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdout = String::new();
    BufReader::new(tail.stdout.take().unwrap()).read_line(&mut stdout).unwrap();
    let told = Command::new("kill").args(["-s", "TERM", &tail.id().to_string()]).status().unwrap();
    assert!(told.success());
    let code = tail.wait().unwrap().code();
    world.told(&arguments, &[], &Run { code, stdout, stderr: String::new() });
    let receiver = answers::with(ResponseTemplate::new(200));
    let url = receiver.url();
    world.run(&["events", "replay", "--to", &url, "--fields", "type,group_id"]);
    assert_eq!(receiver.asked(), ["POST /"]);
    world.run(&["events", "replay", "--to", &url, "--type", "group_create", "-o", "json"]);
    world.check("what_was_received_is_followed_and_sent_again");
}

#[test]
fn scripts_for_shells_are_printed() {
    let world = world();
    world.run(&["completions", "fish"]);
    world.run(&["completions", "powershell"]);
    world.check("scripts_for_shells_are_printed");
}

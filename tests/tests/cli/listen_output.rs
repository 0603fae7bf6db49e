//! `listen --print` where nothing can be printed: it ends, quietly where nobody reads any more, and what it answered 200 for
//! is kept.
#![allow(clippy::unwrap_used, reason = "the helpers of a test are tests too")]

use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use groups_tests::World;

use crate::events::{example, post_or_refused};
use crate::world;

const EVENTS: [&str; 3] = ["webhook_group_created", "webhook_participants_joined", "webhook_group_suspended"];

/// Posts until it has ended; how many events were taken, how it ended, and what it said.
fn post_until_it_ends(url: &str, mut listener: Child) -> (usize, Option<i32>, String) {
    let began = Instant::now();
    let mut taken = 0;
    let mut number = 0;
    while listener.try_wait().unwrap().is_none() {
        assert!(began.elapsed() < Duration::from_secs(60), "it does not end");
        // Another event each time.
        let body = example(EVENTS[number % 3]).replace("17593200", &format!("1759{:04}", 1000 + number));
        number += 1;
        match post_or_refused(url, &body) {
            Some(status) => {
                assert_eq!(status, 200);
                taken += 1;
            }
            // It takes nothing any more.
            None => break,
        }
    }
    let output = listener.wait_with_output().unwrap();
    (taken, output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn kept(world: &World) -> usize {
    world.quietly(&["events", "list", "--all", "-o", "json"]).json().as_array().unwrap().len()
}

#[test]
fn a_broken_pipe_ends_it_quietly_and_what_was_taken_is_kept() {
    let world = world();
    let mut command = world.command(&["listen", "--port", "0", "--print", "-o", "jsonl"]);
    let mut listener = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(listener.stdout.take().unwrap()).read_line(&mut first).unwrap();
    // Its only reader has gone.
    let told: serde_json::Value = serde_json::from_str(&first).unwrap();
    let (taken, code, stderr) = post_until_it_ends(told["url"].as_str().unwrap(), listener);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert!(taken > 0);
    assert!(kept(&world) >= taken, "{taken} were taken");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_what_was_taken_is_kept() {
    let world = world();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = world.command(&["listen", "--port", &free.port().to_string(), "--print"]);
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let listener = command.stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    while TcpStream::connect(free).is_err() {
        assert!(began.elapsed() < Duration::from_secs(60), "it does not listen");
    }
    let (taken, code, stderr) = post_until_it_ends(&format!("http://{free}"), listener);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("the results could not be written: No space left"), "{stderr}");
    assert!(taken > 0);
    assert!(kept(&world) >= taken, "{taken} were taken");
}

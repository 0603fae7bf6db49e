//! Servers whose standard output cannot be written, or whose terminal is gone: they go on and report it once.
#![allow(clippy::unwrap_used, reason = "the helpers of a test are tests too")]

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use groups_tests::World;

use crate::events::{example, listen, post, send};
use crate::world;

const EVENTS: [&str; 3] = ["webhook_group_created", "webhook_participants_joined", "webhook_group_suspended"];
const POSTED: usize = 12;

/// Posts events, each another one; all are accepted.
fn post_some(url: &str) {
    for number in 0..POSTED {
        let body = example(EVENTS[number % 3]).replace("17593200", &format!("1759{:04}", 1000 + number));
        assert_eq!(post(url, &body, ""), 200, "event {number}");
    }
}

fn kept(world: &World) -> usize {
    world.quietly(&["events", "list", "--all", "-o", "json"]).json().as_array().unwrap().len()
}

/// Ends it by a signal; its exit code and what it wrote to stderr.
fn ended(child: Child) -> (Option<i32>, String) {
    let sent = Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn free_port() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string()
}

fn until(what: &str, mut is: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is() {
        assert!(began.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn listen_goes_on_when_its_reader_has_gone_and_reports_it_once() {
    for format in ["table", "json", "jsonl", "yaml", "csv"] {
        let world = world();
        let port = free_port();
        let mut command = world.command(&["listen", "--port", &port, "--print", "-o", format]);
        let mut listener = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Its only reader takes what comes first, as `head -1` does, and goes.
        let mut stdout = BufReader::new(listener.stdout.take().unwrap());
        let url = format!("http://127.0.0.1:{port}");
        until("it does not listen", || TcpStream::connect(format!("127.0.0.1:{port}")).is_ok());
        if format != "csv" {
            stdout.read_line(&mut String::new()).unwrap();
        }
        drop(stdout);
        post_some(&url);
        let (code, stderr) = ended(listener);
        assert_eq!(code, Some(0), "{format}: {stderr}");
        assert_eq!(stderr.matches("Standard output was closed.").count(), 1, "{format}: {stderr}");
        assert!(stderr.contains("Webhooks are still received"), "{format}: {stderr}");
        if format.starts_with("json") {
            for line in stderr.lines() {
                serde_json::from_str::<serde_json::Value>(line).unwrap();
            }
        }
        assert_eq!(kept(&world), POSTED, "{format}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn listen_goes_on_when_the_disk_is_full_and_reports_it() {
    let world = world();
    let port = free_port();
    let mut command = world.command(&["listen", "--port", &port, "--print"]);
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let listener = command.stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    until("it does not listen", || TcpStream::connect(format!("127.0.0.1:{port}")).is_ok());
    post_some(&format!("http://127.0.0.1:{port}"));
    let (code, stderr) = ended(listener);
    assert_eq!(code, Some(1), "{stderr}");
    assert_eq!(stderr.matches("Standard output cannot be written: No space left").count(), 1, "{stderr}");
    assert!(stderr.contains("the results could not be written: No space left"), "{stderr}");
    assert_eq!(kept(&world), POSTED);
}

#[test]
fn listen_goes_on_when_its_filter_fails_and_reports_it() {
    let world = world();
    let port = free_port();
    let mut command = world.command(&["listen", "--port", &port, "--print", "--jq", ".type | error"]);
    let listener = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    until("it does not listen", || TcpStream::connect(format!("127.0.0.1:{port}")).is_ok());
    post_some(&format!("http://127.0.0.1:{port}"));
    until("the events are not kept", || kept(&world) == POSTED);
    let (code, stderr) = ended(listener);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(
        stderr.contains("the expression of `--jq` failed") && stderr.contains("Printing has ended"),
        "{stderr}"
    );
}

#[test]
fn a_sandbox_is_served_though_nobody_reads_where() {
    let world = world();
    let port = free_port();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = world.command(&["sandbox", "serve", "--fresh", "--port", &port]);
    let served = command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    until("it is not served", || TcpStream::connect(format!("127.0.0.1:{port}")).is_ok());
    let url = format!("http://127.0.0.1:{port}");
    assert_eq!(send(&url, "GET", "/sandbox", "", b"").unwrap(), 200);
    let (code, stderr) = ended(served);
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(stderr, format!("Standard output was closed. The sandbox is served at {url}.\n"));
}

#[test]
fn a_tail_ends_quietly_when_its_reader_has_gone() {
    let world = world();
    let served = listen(&world, &["-q"]);
    post_some(served.base_url());
    let mut tail = world.command(&["events", "tail", "--since", "2025-01-01T00:00:00Z", "-o", "jsonl"]);
    let (mut reader, writer) = std::io::pipe().unwrap();
    let tail = tail.stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    reader.read_exact(&mut [0; 10]).unwrap();
    drop(reader);
    // With the next event it learns that nobody reads.
    assert_eq!(post(served.base_url(), example("webhook_group_deleted"), ""), 200);
    let output = tail.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[cfg(unix)]
#[test]
fn a_hangup_does_not_end_a_server_and_its_log_is_opened_again() {
    for arguments in [&["listen", "--port", "0"][..], &["sandbox", "serve", "--fresh", "--port", "0"]] {
        let world = world();
        let log = world.folder().join("log.txt");
        let moved = world.folder().join("log.txt.1");
        let mut command = world.command(arguments);
        let served = groups_tests::Served::started_by({
            command.args(["--log-file", log.to_str().unwrap()]);
            command
        });
        for hangup in 0..2 {
            std::fs::rename(&log, &moved).unwrap();
            served.signal("HUP");
            until("the log is not opened again", || {
                std::fs::read_to_string(&log).is_ok_and(|log| log.contains("SIGHUP received"))
            });
            assert_eq!(std::fs::read_to_string(&moved).unwrap().matches("SIGHUP").count(), hangup);
        }
        let path = if arguments[0] == "listen" { "/" } else { "/sandbox" };
        assert_eq!(send(served.base_url(), "GET", path, "", b"").unwrap(), 200);
        assert_eq!(served.end_by("TERM"), Some(0));
    }
}

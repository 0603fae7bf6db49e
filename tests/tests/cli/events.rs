//! Webhooks on the command line: what is received is shown, followed, kept and sent on.
#![allow(clippy::unwrap_used, reason = "the helpers of a test are tests too")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use groups_tests::{Served, World};
use serde_json::Value;

use crate::world;

pub(crate) fn example(name: &str) -> &'static str {
    groups_spec::example(name).unwrap_or_else(|| panic!("no example {name}")).body
}

/// Posts a body; the status of the answer.
pub(crate) fn post(url: &str, body: &str, header: &str) -> u16 {
    send(url, "POST", "/", header, body.as_bytes()).unwrap()
}

/// Sends a request to a path; the status of the answer. Headers end in CR LF.
pub(crate) fn send(url: &str, method: &str, path: &str, header: &str, body: &[u8]) -> std::io::Result<u16> {
    let address = url.strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address)?;
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n{header}\r\n"
    );
    connection.write_all(head.as_bytes())?;
    connection.write_all(body)?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    let status = answer.split(' ').nth(1).ok_or(std::io::ErrorKind::UnexpectedEof)?;
    Ok(status.parse().unwrap())
}

/// Answers every request with a status, and tells the idempotency key of each.
fn target(status: &'static str) -> (String, Receiver<String>) {
    target_by(move |_| status)
}

/// The same with a status that depends on the body.
pub(crate) fn target_by(
    status: impl Fn(&str) -> &'static str + Send + 'static,
) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, keys) = channel();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut request = Vec::new();
            let mut bytes = [0; 4096];
            let (key, status) = loop {
                let count = connection.read(&mut bytes).unwrap();
                request.extend_from_slice(&bytes[..count]);
                let text = String::from_utf8_lossy(&request).to_lowercase();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let line = |name: &str| {
                    head.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned()
                };
                if body.len() >= line("content-length:").parse().unwrap() {
                    break (line("idempotency-key:"), status(body));
                }
            };
            write!(connection, "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                .unwrap();
            if sender.send(key).is_err() {
                return;
            }
        }
    });
    (url, keys)
}

pub(crate) fn listen(world: &World, arguments: &[&str]) -> Served {
    let mut command = world.command(&[&["listen", "--port", "0"], arguments].concat());
    command.env("WAGROUPS_WEBHOOK_VERIFY_TOKEN", "token");
    Served::started_by(command)
}

#[test]
fn a_body_is_read_and_what_is_in_it_is_shown() {
    let world = world();
    let removed = world.file("removed.json", example("webhook_participants_partly_removed").as_bytes());
    let text = world.file("notes.txt", b"no JSON\n");
    world.run(&["events", "decode", &removed]);
    world.run(&["events", "decode", &removed, "-o", "json"]);
    world.run(&["events", "decode", &removed, "--fields", "type,failed_participants"]);
    world.run(&["events", "decode", &text, "-o", "jsonl"]);
    world.run(&["events", "decode", "nowhere.json"]);
    world.run(&["events", "decode", &removed, "--fields", "colour"]);
    world.check("a_body_is_read_and_what_is_in_it_is_shown");
}

#[test]
fn a_body_is_read_from_standard_input() {
    let world = world();
    for arguments in [&["events", "decode", "-o", "json"][..], &["events", "decode", "-", "-o", "json"]] {
        let mut child =
            world.command(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(example("webhook_group_created").as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let events: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(events[0]["type"], "group_create");
        assert_eq!(events[0]["at"], "2025-10-01T12:00:05Z");
    }
}

#[test]
fn what_is_received_is_printed_kept_and_listed() {
    let world = world();
    world.run(&["events", "list", "-o", "json"]);
    let mut served = listen(&world, &["--print", "-o", "jsonl"]);
    let told: Value = serde_json::from_str(served.first_line()).unwrap();
    assert_eq!(told["url"], served.base_url());
    let bodies = ["webhook_group_created", "webhook_participants_joined", "webhook_group_suspended"];
    for name in bodies.into_iter().chain(["webhook_group_created"]) {
        assert_eq!(post(served.base_url(), example(name), ""), 200);
    }
    for kind in ["group_create", "group_participants_add", "group_suspend"] {
        let event: Value = serde_json::from_str(&served.next_line()).unwrap();
        assert_eq!(event["type"], kind);
    }
    world.run(&["events", "list"]);
    world.run(&["events", "list", "--type", "group_suspend", "-o", "jsonl"]);
    world.run(&["events", "list", "--limit", "1", "--fields", "type"]);
    world.run(&["events", "list", "--all", "--since", "2025-10-01T12:00:06Z"]);
    world.run(&["events", "list", "--group", "nobody", "-o", "json"]);
    world.run(&["events", "list", "--type", "group_explode"]);
    world.run(&["events", "list", "--limit", "0"]);
    world.run(&["events", "list", "--group", "a/b"]);
    world.run(&["events", "list", "--base-url", "https://x"]);
    world.check("what_is_received_is_printed_kept_and_listed");
    let again = world.quietly(&["listen", "--port", served.base_url().rsplit(':').next().unwrap()]);
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.stderr.contains("--port"), "{again:?}");
    assert_eq!(served.end_by("TERM"), Some(0));
}

#[test]
fn with_a_secret_in_the_environment_what_is_not_signed_is_refused() {
    let world = world();
    let mut command = world.command(&["listen", "--port", "0"]);
    // RFC 4231, test case 2.
    command.env("WAGROUPS_WEBHOOK_SECRET", "another Jefe");
    let served = Served::started_by(command);
    let body = "what do ya want for nothing?";
    let signed =
        "x-hub-signature-256: sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843\r\n";
    assert_eq!(post(served.base_url(), body, ""), 401);
    assert_eq!(post(served.base_url(), body, signed), 200);
    assert_eq!(served.end_by("INT"), Some(130));
    let kept = world.quietly(&["events", "list", "-o", "json"]).json();
    assert_eq!(kept[0]["content"], body);
}

#[test]
fn a_secret_that_is_set_to_nothing_lets_nobody_in() {
    let world = world();
    let variables = ["WAGROUPS_WEBHOOK_SECRET", "WAGROUPS_WEBHOOK_HEADER", "WAGROUPS_FORWARD_SECRET"];
    for variable in variables {
        for blank in ["", " ", "\t "] {
            let mut command =
                world.command(&["listen", "--port", "0", "--forward-to", "http://127.0.0.1:9", "-o", "json"]);
            let output = command.env(variable, blank).output().unwrap();
            assert_eq!(output.status.code(), Some(3), "{variable}={blank:?}: {output:?}");
            let told = String::from_utf8(output.stderr).unwrap();
            assert!(told.contains(&format!("{variable} is set but empty")), "{told}");
        }
    }
    for bad in ["s3cret", "s 3: cret"] {
        let mut command = world.command(&["listen", "--port", "0"]);
        let output = command.env("WAGROUPS_WEBHOOK_HEADER", bad).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        assert!(!String::from_utf8(output.stderr).unwrap().contains("cret"), "a secret is not told");
    }
}

#[test]
fn with_a_header_in_the_environment_what_comes_without_it_is_refused() {
    let world = world();
    let mut command = world.command(&["listen", "--port", "0"]);
    command.env("WAGROUPS_WEBHOOK_HEADER", "X-Shared: open sesame");
    let served = Served::started_by(command);
    let body = example("webhook_group_created");
    assert_eq!(post(served.base_url(), body, ""), 401);
    assert_eq!(post(served.base_url(), body, "x-shared: open\r\n"), 401);
    assert_eq!(post(served.base_url(), body, "x-shared: open sesame\r\n"), 200);
}

#[test]
fn who_listens_to_others_and_checks_nothing_is_told_so() {
    let world = world();
    for (host, secret, told) in
        [("0.0.0.0", None, true), ("0.0.0.0", Some("s3cret"), false), ("127.0.0.1", None, false)]
    {
        let mut command = world.command(&["listen", "--port", "0", "--host", host]);
        let log = world.file("log.txt", b"");
        command.stderr(std::fs::File::create(&log).unwrap());
        if let Some(secret) = secret {
            command.env("WAGROUPS_WEBHOOK_SECRET", secret);
        }
        let served = Served::started_by(command);
        served.end_by("TERM");
        let log = std::fs::read_to_string(&log).unwrap();
        assert_eq!(log.contains("whoever reaches this address can send"), told, "{host} {secret:?}: {log}");
    }
}

#[test]
fn only_one_at_a_time_sends_on_from_a_folder() {
    let world = world();
    let url = format!("http://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    let served = listen(&world, &["--forward-to", &url]);
    let second = world.quietly(&["listen", "--port", "0", "--forward-to", "http://127.0.0.1:9"]);
    assert_eq!(second.code, Some(1), "{second:?}");
    assert!(
        second.stderr.contains("another `wagroups listen --forward-to` serves this folder"),
        "{second:?}"
    );
    assert!(second.stderr.contains("--config-dir"), "{second:?}");
    // Without forwarding there may be as many as one likes.
    drop(listen(&world, &[]));
    assert_eq!(served.end_by("TERM"), Some(0));
    drop(listen(&world, &["--forward-to", &url]));
}

#[test]
fn what_is_sent_on_is_signed_if_there_is_a_secret_for_it() {
    let world = world();
    // It takes only what is signed.
    let other = crate::world();
    let mut target = other.command(&["listen", "--port", "0"]);
    target.env("WAGROUPS_WEBHOOK_SECRET", "s3cret");
    let target = Served::started_by(target);
    let mut command = world.command(&["listen", "--port", "0", "--forward-to", target.base_url()]);
    command.env("WAGROUPS_FORWARD_SECRET", "s3cret");
    let served = Served::started_by(command);
    assert_eq!(post(served.base_url(), example("webhook_group_created"), ""), 200);
    let start = Instant::now();
    while other.quietly(&["events", "list", "-o", "json"]).json()[0].is_null() {
        assert!(start.elapsed() < Duration::from_secs(60), "it did not arrive");
    }
}

#[test]
fn a_tail_shows_what_another_process_receives() {
    let world = world();
    let served = listen(&world, &[]);
    assert_eq!(post(served.base_url(), example("webhook_group_created"), ""), 200);
    let mut tail = world.command(&["events", "tail", "--since", "2025-01-01T00:00:00Z", "-o", "jsonl"]);
    let mut tail = tail.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(tail.stdout.take().unwrap()));
    let mut next = || serde_json::from_str::<Value>(&lines.next().unwrap().unwrap()).unwrap()["type"].clone();
    assert_eq!(next(), "group_create");
    assert_eq!(post(served.base_url(), example("webhook_group_deleted"), ""), 200);
    assert_eq!(next(), "group_delete");
    tail.kill().unwrap();
    tail.wait().unwrap();
}

#[test]
fn a_tail_may_begin_before_anything_was_received() {
    let world = world();
    let mut tail = world.command(&["events", "tail", "--since", "2025-01-01T00:00:00Z", "-o", "jsonl"]);
    let mut tail = tail.stdout(Stdio::piped()).spawn().unwrap();
    let (sender, shown) = channel();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(tail.stdout.take().unwrap()));
    std::thread::spawn(move || sender.send(lines.next()));
    let served = listen(&world, &[]);
    assert_eq!(post(served.base_url(), example("webhook_group_created"), ""), 200);
    let line = shown.recv_timeout(Duration::from_secs(60)).unwrap().unwrap().unwrap();
    assert_eq!(serde_json::from_str::<Value>(&line).unwrap()["type"], "group_create");
    tail.kill().unwrap();
    tail.wait().unwrap();
}

#[test]
fn what_is_received_is_sent_on_and_can_be_sent_again() {
    let world = world();
    let (url, keys) = target("204 No Content");
    let served = listen(&world, &["--forward-to", &url]);
    for name in ["webhook_group_created", "webhook_group_deleted"] {
        assert_eq!(post(served.base_url(), example(name), ""), 200);
    }
    let patience = Duration::from_secs(60);
    let first: Vec<String> = (0..2).map(|_| keys.recv_timeout(patience).unwrap()).collect();
    let events = world.quietly(&["events", "list", "-o", "json"]).json();
    let ids: Vec<&str> =
        events.as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert_eq!(first, ids);

    let replayed = world.quietly(&["events", "replay", "--to", &url, "--type", "group_delete", "-o", "json"]);
    assert_eq!(replayed.json()[0]["id"], ids[1]);
    assert_eq!(keys.recv_timeout(patience).unwrap(), ids[1]);

    let (refusing, keys) = target("500 Oops");
    let refused = world.quietly(&["events", "replay", "--to", &refusing, "-o", "json"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(6), "[]\n"), "{refused:?}");
    assert!(refused.error()["message"].as_str().unwrap().contains("500"), "{refused:?}");
    assert_eq!(keys.iter().take(1).count(), 1);
    let bad = world.quietly(&["events", "replay", "--to", "nowhere"]);
    assert_eq!(bad.code, Some(2), "{bad:?}");
}

#[test]
fn a_receiver_that_was_killed_sends_on_what_it_kept_to_where_it_was_meant_for() {
    let world = world();
    let patience = Duration::from_secs(60);
    let (old, old_keys) = target("500 Oops");
    let served = listen(&world, &["--forward-to", &format!("{old}?token=s3cret"), "-q"]);
    assert_eq!(post(served.base_url(), example("webhook_group_created"), ""), 200);
    let kept = old_keys.recv_timeout(patience).unwrap();
    served.kill();

    // Another target begins with what is new.
    let (new, new_keys) = target("200 OK");
    let log = world.file("log.txt", b"");
    let mut command = world.command(&["listen", "--port", "0", "--forward-to", &new]);
    command.stderr(std::fs::File::create(&log).unwrap());
    let served = Served::started_by(command);
    assert_eq!(post(served.base_url(), example("webhook_group_deleted"), ""), 200);
    let fresh = new_keys.recv_timeout(patience).unwrap();
    assert_ne!(fresh, kept);
    assert_eq!(served.end_by("TERM"), Some(0));
    let told = std::fs::read_to_string(&log).unwrap();
    let note = format!(
        "Note: 1 event waits for {old}, which is not forwarded to now; `--forward-to` with that URL sends it."
    );
    assert!(told.contains(&note) && !told.contains("s3cret"), "{told}");
    assert!(new_keys.try_recv().is_err(), "what was kept for the other was sent here");

    while old_keys.try_recv().is_ok() {}
    let _served = listen(&world, &["--forward-to", &format!("{old}?token=s3cret"), "-q"]);
    assert_eq!(old_keys.recv_timeout(patience).unwrap(), kept);
}

#[test]
fn what_was_received_long_ago_is_forgotten_on_demand() {
    let world = world();
    let served = listen(&world, &["-q"]);
    for name in ["webhook_group_created", "webhook_group_deleted"] {
        assert_eq!(post(served.base_url(), example(name), ""), 200);
    }
    // By when they were received, not by when they happened.
    world.run(&["events", "prune", "--older-than", "30d"]);
    world.run(&["events", "prune", "--older-than", "6d"]);
    world.run(&["events", "prune", "--older-than", "tomorrow"]);
    let start = Instant::now();
    let mut removed = 0;
    while removed < 2 {
        let pruned = world.quietly(&["events", "prune", "--older-than", "1ms", "--force", "-o", "json"]);
        removed += pruned.json()["removed"].as_u64().unwrap();
        assert!(start.elapsed() < Duration::from_secs(60), "{pruned:?}");
    }
    world.run(&["events", "list", "-o", "json"]);
    world.check("what_was_received_long_ago_is_forgotten_on_demand");
}

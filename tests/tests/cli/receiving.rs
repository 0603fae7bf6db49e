//! `listen` and what is sent to it: paths, refusals and their report, compressed and foreign bodies, events that a target
//! never accepts, and what `doctor` says of a receiver.
#![allow(clippy::unwrap_used, reason = "the helpers of a test are tests too")]

use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use groups_tests::{Served, World};
use serde_json::Value;

use crate::events::{example, listen, post, send, target_by};
use crate::world;

const PATIENCE: Duration = Duration::from_secs(60);
const KEY: (&str, &str) = ("D360_API_KEY", "sandbox");

/// A receiver whose stderr goes to a file.
struct Logged {
    served: Served,
    log: String,
}

impl Logged {
    fn started(world: &World, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let log = world.file("stderr.txt", b"");
        let mut command = world.command(&[&["listen", "--port", "0"], arguments].concat());
        command.envs(variables.iter().copied()).stderr(std::fs::File::create(&log).unwrap());
        Self { served: Served::started_by(command), log }
    }

    fn url(&self) -> &str {
        self.served.base_url()
    }

    fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    fn until_said(&self, what: &str) {
        until(&format!("it does not say {what:?}"), || self.said().contains(what));
    }

    /// What it said in all.
    fn ended(self) -> String {
        assert_eq!(self.served.end_by("TERM"), Some(0));
        std::fs::read_to_string(self.log).unwrap()
    }
}

fn until(what: &str, mut is: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is() {
        assert!(began.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn events(world: &World) -> Vec<Value> {
    world.quietly(&["events", "list", "--all", "-o", "json"]).json().as_array().unwrap().clone()
}

#[test]
fn webhooks_are_accepted_at_every_path() {
    let world = world();
    let receiver = Logged::started(&world, &[], &[]);
    let names = ["webhook_group_created", "webhook_group_deleted", "webhook_group_suspended"];
    for (name, path) in names.iter().zip(["/hook", "/a/b?token=s3cret", "/"]) {
        assert_eq!(send(receiver.url(), "POST", path, "", example(name).as_bytes()).unwrap(), 200);
    }
    assert_eq!(events(&world).len(), 3);
    assert_eq!(receiver.ended(), "");
}

#[test]
fn a_refusal_is_reported_with_its_reason_at_once_and_in_total_at_the_end() {
    let world = world();
    let variables = [
        ("WAGROUPS_WEBHOOK_SECRET", "s3cret-one"),
        ("WAGROUPS_WEBHOOK_HEADER", "x-shared: s3cret-two"),
        ("WAGROUPS_WEBHOOK_VERIFY_TOKEN", "s3cret-three"),
    ];
    let receiver = Logged::started(&world, &["--path", "/hook"], &variables);
    let body = example("webhook_group_created").as_bytes();
    let handshake = "/hook?hub.mode=subscribe&hub.verify_token=x&hub.challenge=1";
    let shared = "x-shared: s3cret-two\r\n";
    for (method, path, header, body, status) in [
        ("POST", "/", "", body, 404),
        ("POST", "/other?token=s3cret-four", "", body, 404),
        ("POST", "/other", "", body, 404),
        ("PUT", "/hook", "", body, 405),
        ("GET", handshake, "", b"", 403),
        ("POST", "/hook", "", body, 401),
        ("POST", "/hook", shared, body, 401),
    ] {
        assert_eq!(send(receiver.url(), method, path, header, body).unwrap(), status, "{method} {path}");
    }
    receiver.until_said("signature");
    let said = receiver.ended();
    let expected = "\
* webhook refused: POST /, but only /hook is accepted; correct the webhook's URL or the receiver's path reason=path status=404
* webhook refused: PUT is not a method of webhooks; send them by POST reason=method status=405
* webhook refused: verification handshake: hub.verify_token is not the verify token that is set here reason=handshake status=403
* webhook refused: the header x-shared is missing; the sender must send the value set here reason=header status=401
* webhook refused: the signature is missing; the sender must sign webhooks reason=signature status=401
In total 7 requests refused: 3 path, 1 method, 1 handshake, 1 header, 1 signature.
";
    assert_eq!(said, expected);
}

#[test]
fn with_json_each_report_is_a_document_and_quiet_hides_them() {
    let world = world();
    let receiver = Logged::started(&world, &["--path", "/hook", "-o", "jsonl"], &[]);
    assert_eq!(post(receiver.url(), "{}", ""), 404);
    let said = receiver.ended();
    let lines: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert_eq!((&lines[0]["log"]["level"], &lines[0]["log"]["reason"]), (&"warn".into(), &"path".into()));
    assert_eq!(lines[1]["log"]["message"], "In total 1 request refused: 1 path.");
    let receiver = Logged::started(&world, &["--path", "/hook", "-q"], &[]);
    assert_eq!(post(receiver.url(), "{}", ""), 404);
    assert_eq!(receiver.ended(), "");
}

#[test]
fn a_path_is_checked_before_anything_is_opened() {
    let world = world();
    for bad in ["hook", "http://example.com/hook", "/hook?x=1", "/hook#x", ""] {
        let refused = world.quietly(&["listen", "--port", "0", "--path", bad]);
        assert_eq!(refused.code, Some(2), "{bad}: {refused:?}");
        assert!(refused.stderr.contains("it must be a path such as /hook"), "{refused:?}");
    }
    assert!(!world.folder().join("events.db").exists());
}

#[test]
fn a_compressed_body_is_read_and_a_damaged_one_is_refused() {
    let world = world();
    let receiver = Logged::started(&world, &[], &[]);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(example("webhook_group_created").as_bytes()).unwrap();
    let body = encoder.finish().unwrap();
    let encoded = "content-encoding: gzip\r\n";
    assert_eq!(send(receiver.url(), "POST", "/", encoded, &body).unwrap(), 200);
    assert_eq!(send(receiver.url(), "POST", "/", encoded, &body[..body.len() - 9]).unwrap(), 400);
    assert_eq!(send(receiver.url(), "POST", "/", "content-encoding: lzw\r\n", &body).unwrap(), 415);
    let bomb = {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&vec![b' '; 64 * 1024 * 1024]).unwrap();
        encoder.finish().unwrap()
    };
    assert_eq!(send(receiver.url(), "POST", "/", encoded, &bomb).unwrap(), 413);
    assert_eq!(events(&world).len(), 1);
    let said = receiver.ended();
    assert!(said.contains("In total 3 requests refused: 1 size, 2 encoding."), "{said}");
}

/// Bytes that are no text, too.
#[test]
fn what_cannot_be_read_of_a_webhook_is_reported_once_and_stored() {
    let world = world();
    let receiver = Logged::started(&world, &[], &[]);
    let body = example("webhook_group_created").replace("\"1759320005\"", "\"soon\"");
    assert!(body.contains("soon"), "{body}");
    assert_eq!(post(receiver.url(), &body, ""), 200);
    receiver.until_said("timestamp is a string");
    // A webhook that is delivered again is not reported again.
    assert_eq!(post(receiver.url(), &body, ""), 200);
    let listed = world.quietly(&["events", "list", "-o", "json"]);
    assert_eq!(listed.json()[0]["extra"]["?timestamp"], "soon");
    let line = "1 value in the events could not be read: timestamp is a string. Values that were set aside are under `extra`, as `?timestamp`.";
    assert!(listed.stderr.contains(line), "{}", listed.stderr);
    assert_eq!(receiver.ended().matches("timestamp is a string").count(), 1);
}

#[test]
fn a_tail_reports_what_cannot_be_read_of_each_event() {
    let world = world();
    let receiver = Logged::started(&world, &[], &[]);
    let log = world.file("tail.txt", b"");
    let mut command = world.command(&["events", "tail", "-o", "jsonl"]);
    let stderr = std::fs::File::create(&log).unwrap();
    let mut tail = command.stdout(Stdio::null()).stderr(stderr).spawn().unwrap();
    let mut posted = 0;
    // It shows what arrives after it has begun, and it does not say when that is.
    until("the tail does not report it", || {
        posted += 1;
        let body = example("webhook_group_created").replace("\"1759320005\"", &format!("\"soon {posted}\""));
        assert_eq!(post(receiver.url(), &body, ""), 200);
        std::fs::read_to_string(&log).unwrap().contains("could not be read: timestamp is a string")
    });
    tail.kill().unwrap();
    tail.wait().unwrap();
    let said = std::fs::read_to_string(&log).unwrap();
    let first: Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
    assert!(first["log"]["message"].as_str().unwrap().starts_with("1 value in event "), "{first}");
}

#[test]
fn a_body_that_is_not_understood_is_kept_listed_and_forwarded_byte_for_byte() {
    let world = world();
    let other = crate::world();
    let second = listen(&other, &["-q"]);
    let first = Logged::started(&world, &["--forward-to", second.base_url()], &[]);
    let bodies: [&[u8]; 5] = [b"", b"\xff\xfe\0\n", b"no JSON\r\n", b"{ \"a\": 1, \"a\": 2 }", b"[]"];
    for body in bodies {
        assert_eq!(send(first.url(), "POST", "/", "", body).unwrap(), 200);
    }
    let kept = events(&world);
    assert!(kept.len() == 5 && kept.iter().all(|event| event["type"] == "unknown"), "{kept:?}");
    // The id of such an event is the digest of its bytes.
    let ids = |events: Vec<Value>| {
        let mut ids: Vec<String> =
            events.iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    };
    let expected = ids(kept);
    until("it is not forwarded", || ids(events(&other)) == expected);
    let third = crate::world();
    let target = listen(&third, &["-q"]);
    let replayed = world.quietly(&["events", "replay", "--to", target.base_url()]);
    assert_eq!(replayed.code, Some(0), "{replayed:?}");
    assert_eq!(ids(events(&third)), expected);
    assert_eq!(first.ended(), "");
}

#[test]
fn an_event_that_a_target_never_accepts_is_set_aside_and_reported_with_its_number() {
    let world = world();
    let (url, accepted) =
        target_by(|body| if body.contains("poison") { "422 Unprocessable Content" } else { "200 OK" });
    let receiver = Logged::started(&world, &["--forward-to", &url], &[]);
    for subject in ["poison", "fine"] {
        let event = serde_json::json!({ "timestamp": "1767603600", "group_id": "G1", "type": "group_create",
            "request_id": subject, "subject": subject });
        let body = serde_json::json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": [{
            "field": "group_lifecycle_update", "value": { "messaging_product": "whatsapp", "groups": [event] } }] }] });
        assert_eq!(post(receiver.url(), &body.to_string(), ""), 200);
    }
    receiver.until_said("event 1 not forwarded; it is set aside and stays in the store");
    // Three attempts, the other event, and a last attempt.
    assert_eq!(accepted.iter().take(5).count(), 5);
    let said = receiver.ended();
    assert_eq!(said.matches("event 1 not forwarded").count(), 4, "{said}");
    assert!(said.contains("it was answered 422"), "{said}");
    let again = Logged::started(&world, &["--forward-to", &url], &[]);
    again.until_said("1 event is set aside");
    again.ended();
    assert_eq!(events(&world).len(), 2, "it stays in the store");
}

#[test]
fn the_doctor_reports_an_address_that_refuses() {
    let world = world();
    let sandbox = world.serve(&["--fresh"]);
    let doctor = |hook: &str| {
        let at = ["--base-url", sandbox.base_url()];
        let set = world.quietly_with(&[&["webhook", "set", hook], &at[..]].concat(), &[KEY]);
        assert_eq!(set.code, Some(0), "{set:?}");
        let done = world.quietly_with(&[&["doctor", "-o", "json"], &at[..]].concat(), &[KEY]);
        let checks = done.json();
        let check = checks.as_array().unwrap().iter().find(|check| check["check"] == "webhook_reachable");
        (check.unwrap().clone(), done.code)
    };
    let receiver = listen(&world, &["-q"]);
    for path in ["", "/", "/hook"] {
        let (check, _) = doctor(&format!("{}{path}", receiver.base_url()));
        assert_eq!(check["status"], "ok", "{check}");
    }
    let restricted = listen(&world, &["-q", "--path", "/hook"]);
    assert_eq!(doctor(&format!("{}/hook", restricted.base_url())).0["status"], "ok");
    let (check, code) = doctor(&format!("{}/other", restricted.base_url()));
    assert_eq!((&check["status"], code), (&"problem".into(), Some(1)), "{check}");
    assert!(check["message"].as_str().unwrap().contains("404"), "{check}");
    assert!(check["remedy"].as_str().unwrap().contains("Correct the path"), "{check}");
    for (status, word) in [("405 Method Not Allowed", "POST"), ("403 Forbidden", "credentials")] {
        let (check, code) = doctor(&target_of_gets(status));
        assert_eq!((&check["status"], code), (&"problem".into(), Some(1)), "{check}");
        assert!(check["remedy"].as_str().unwrap().contains(word), "{check}");
    }
}

/// Answers every request with a status.
fn target_of_gets(status: &'static str) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut line = String::new();
            let mut reader = std::io::BufReader::new(connection.try_clone().unwrap());
            while std::io::BufRead::read_line(&mut reader, &mut line).unwrap() > 2 {
                line.clear();
            }
            write!(connection, "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                .unwrap();
        }
    });
    url
}

#[test]
fn listen_and_tail_say_that_the_embedded_sandbox_sends_no_webhooks() {
    let said = "The embedded sandbox sends no webhooks.";
    for (arguments, variable) in [(&["--sandbox"][..], "0"), (&[], "1")] {
        let world = world();
        let receiver = Logged::started(&world, arguments, &[("WAGROUPS_SANDBOX", variable)]);
        let url = receiver.url().to_owned();
        receiver.until_said(said);
        let text = receiver.ended();
        assert!(text.contains(&format!("sandbox serve --webhook {url}`")), "{text}");
        let mut tail = world.command(&[&["events", "tail"], arguments].concat());
        let mut tail = tail.env("WAGROUPS_SANDBOX", variable).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut stderr = std::io::BufReader::new(tail.stderr.take().unwrap());
        std::io::BufRead::read_line(&mut stderr, &mut line).unwrap();
        assert!(line.starts_with(said) && line.contains("`wagroups listen`"), "{line}");
        tail.kill().unwrap();
        tail.wait().unwrap();
    }
}

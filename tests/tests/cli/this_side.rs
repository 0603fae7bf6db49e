//! What goes wrong on this side: options that have no meaning, files that are none, folders that cannot be used. Nothing is
//! sent, and it is said what to mend.
// Helpers of tests fail like tests do; clippy recognises only the tests themselves.
#![allow(clippy::unwrap_used)]

use std::net::TcpListener;
use std::process::Stdio;
use std::time::{Duration, Instant};

use groups_tests::{Run, Served, World};
use wiremock::ResponseTemplate;

use crate::{answers, world};

const KEY: [(&str, &str); 1] = [("D360_API_KEY", "k")];

/// Runs it for people and for programs: both are told the same, and what to do.
fn refused(world: &World, arguments: &[&str], variables: &[(&str, &str)], code: i32, kind: &str) {
    let table = world.run_with(arguments, variables);
    let for_programs = [arguments, &["-o", "json"]].concat();
    let json = world.quietly_with(&for_programs, variables);
    if !world.transcript().contains(&format!("\"kind\":\"{kind}\"")) {
        world.told(&for_programs, variables, &json);
    }
    assert_eq!((table.code, json.code), (Some(code), Some(code)), "{json:?}");
    let error = json.error();
    assert_eq!(error["kind"], kind, "{json:?}");
    let remedy = error["remedy"].as_str().unwrap_or_default();
    assert!(remedy.ends_with(['.', '?']), "{arguments:?}: {remedy:?}");
    assert!(table.stderr.contains(remedy), "{table:?}");
}

#[test]
fn options_that_have_no_meaning_where_they_stand() {
    let world = world();
    for arguments in [
        &["api", "HEAD", "/groups", "--input", "x.json"][..],
        &["api", "POST", "/groups", "--input", "-", "-F", "a=@-"],
        &["auth", "logout", "one", "--profile", "two"],
        &["auth", "logout", "--all", "--profile", "two"],
        &["auth", "list", "--profile", "two"],
        &["auth", "switch", "one", "--base-url", "https://x"],
        &["auth", "list", "--sandbox"],
        &["sandbox", "serve", "--fields", "base_url"],
        &["listen", "--profile", "one"],
        &["schema", "--base-url", "https://x"],
        &["create", "--subject", "Trip", "--ambiguous", "skip"],
        &["delete", "G", "--ignore-missing", "--yes"],
        &["get", "G", "--from-format", "csv"],
        &["requests", "approve", "G", "--all", "--curl"],
        &["requests", "approve", "G", "+15550100151", "--curl"],
        &["list", "--sandbox", "--curl"],
        &["list", "--jq", ".[", "--sandbox"],
        &["sandbox", "fault", "--remove", "7"],
        &["sandbox", "behaviour", "--set", "colour=red"],
    ] {
        refused(&world, arguments, &[], 2, "usage");
    }
    assert_eq!(world.run(&["list", "--jq", ".", "-o", "csv", "--sandbox"]).code, Some(2));
    world.check("options_that_have_no_meaning_where_they_stand");
}

#[test]
fn variables_that_cannot_be_meant() {
    let world = world();
    refused(&world, &["list"], &[("WAGROUPS_SANDBOX", "maybe")], 2, "usage");
    let listen = ["listen", "--port", "0"];
    for (name, value) in [
        ("WAGROUPS_WEBHOOK_SECRET", " "),
        ("WAGROUPS_WEBHOOK_HEADER", ""),
        ("WAGROUPS_WEBHOOK_HEADER", "s3cret"),
    ] {
        refused(&world, &listen, &[(name, value)], 3, "configuration");
    }
    let homeless = [("WAGROUPS_CONFIG_DIR", "")];
    refused(&world, &["sandbox", "status"], &homeless, 3, "configuration");
    refused(&world, &["auth", "list"], &homeless, 3, "configuration");
    assert_eq!(world.run_with(&[], &[("WAGROUPS_OUTPUT", "json")]).code, Some(2));
    world.check("variables_that_cannot_be_meant");
}

#[test]
fn files_that_are_no_sheets() {
    let world = world();
    let update = |name: &str, content: &[u8]| {
        refused(&world, &["update", "--from", &world.file(name, content), "--sandbox"], &[], 2, "usage");
    };
    update("latin1.csv", b"id,subject\na,caf\xe9\n");
    update("list.json", b"[{\"id\":\"a\",\"subject\":\"x\"}]");
    update("empty.csv", b"");
    update("nameless.csv", b"id,\na,x\n");
    update("twice.csv", b"id,subject,Subject\na,x,y\n");
    update("quotes.csv", b"id,subject\na,\"x\" y\n");
    update("odd.jsonl", b"{\"id\":\"a\",\"subject\":[1]}\n{\n5\n{\"id\":\"b\",\"description\":\" \"}\n");
    let people = world.file("people.csv", b"group_id,user\nother,+15550100110\n");
    refused(&world, &["participants", "remove", "G", "--from", &people, "--yes"], &[], 2, "usage");
    let body = world.file("body.bin", b"\xff\xfe");
    refused(&world, &["api", "POST", "/groups", "-F", &format!("a=@{body}")], &[], 2, "invalid_input");
    let large = world.file("large.bin", b"");
    std::fs::File::options().write(true).open(&large).unwrap().set_len(16 * 1024 * 1024 + 1).unwrap();
    refused(&world, &["api", "POST", "/groups", "--input", &large], &[], 2, "invalid_input");
    world.check("files_that_are_no_sheets");
}

#[test]
fn accounts_that_cannot_be_read_written_or_removed() {
    let world = world();
    let login = ["auth", "login", "--insecure-storage", "--no-verify", "--base-url", "http://127.0.0.1:1"];
    refused(&world, &["auth", "switch", "one"], &[], 3, "configuration");
    assert_eq!(world.run_fed("", &login, &[]).code, Some(2));
    let binary = world.file("binary.txt", b"\xff\xfe");
    for input in [binary.as_str(), world.folder().to_str().unwrap()] {
        let mut command = world.command(&login);
        let done = command.stdin(std::fs::File::open(input).unwrap()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let done = Run { code: done.status.code(), stdout: text(done.stdout), stderr: text(done.stderr) };
        world.told(&[&login[..], &["<", input]].concat(), &[], &done);
        assert_eq!(done.code, Some(2), "{done:?}");
    }
    // A file where the folder of keys should be, a folder where the lock should be.
    world.file("keys", b"");
    assert_eq!(world.run_fed("k", &login, &[]).code, Some(3));
    std::fs::remove_file(world.folder().join("keys")).unwrap();
    std::fs::remove_file(world.folder().join("config.lock")).unwrap();
    std::fs::create_dir(world.folder().join("config.lock")).unwrap();
    assert_eq!(world.run_fed("k", &login, &[]).code, Some(3));
    std::fs::remove_dir(world.folder().join("config.lock")).unwrap();
    assert_eq!(world.quietly_fed("k", &login).code, Some(0));
    // A folder where the key should be is not a file that can be removed.
    std::fs::remove_file(world.folder().join("keys/default")).unwrap();
    std::fs::create_dir(world.folder().join("keys/default")).unwrap();
    refused(&world, &["auth", "logout"], &[], 3, "configuration");
    refused(&world, &["list"], &[], 3, "configuration");
    world.check("accounts_that_cannot_be_read_written_or_removed");
}

#[test]
fn journals_that_cannot_be_used() {
    let world = world();
    let served = world.serve(&["--fresh"]);
    let sheet = world.file("x.csv", b"subject\nOne\n");
    let create = ["create", "--from", &sheet, "--base-url", served.base_url()];
    let at = |place: &str| {
        refused(&world, &[&create[..], &["--journal", place]].concat(), &KEY, 1, "journal_failed");
    };
    at(world.folder().to_str().unwrap());
    at(&world.file("newer.jsonl", b"{\"did\":\"begun\",\"version\":9,\"at\":1,\"to\":\"x\"}\n"));
    let made = world.quietly_with(&create, &[("D360_API_KEY", "sandbox")]);
    assert_eq!(made.code, Some(0), "{made:?}");
    refused(&world, &create, &KEY, 1, "journal_failed");
    world.check("journals_that_cannot_be_used");
}

/// All that are under way at once are refused; none is begun after that.
#[test]
fn rows_that_would_fail_alike_are_not_tried() {
    let world = world();
    let subjects: String = (0..20).map(|n| format!("Group {n}\n")).collect();
    let sheet = world.file("many.csv", format!("subject\n{subjects}").as_bytes());
    // As many as there are.
    world.quietly(&["sandbox", "behaviour", "--set", "group_limit=4"]);
    let create = ["create", "--from", &sheet, "--sandbox", "--fields", "line,status"];
    assert_eq!(world.run(&create).code, Some(1));
    let ids: String = (0..20).map(|n| format!("group{n}\n")).collect();
    let ids = world.file("ids.txt", ids.as_bytes());
    let served = world.serve(&["--fresh"]);
    let get = ["get", "--from", &ids, "--base-url", served.base_url(), "--fields", "line,status"];
    assert_eq!(world.run_with(&get, &KEY).code, Some(3));
    world.check("rows_that_would_fail_alike_are_not_tried");
}

#[test]
fn raw_calls_whose_answer_is_not_what_was_asked_for() {
    let world = world();
    let service = answers::with(ResponseTemplate::new(200).set_body_string("plain text"));
    let url = service.url();
    let call = ["api", "GET", "/x", "--base-url", &url];
    assert_eq!(world.run_with(&call, &KEY).code, Some(0));
    refused(&world, &[&call[..], &["--jq", ".id"]].concat(), &KEY, 1, "output");
    refused(&world, &[&call[..], &["--paginate"]].concat(), &KEY, 1, "output");
    world.check("raw_calls_whose_answer_is_not_what_was_asked_for");
}

#[test]
fn a_clock_that_is_off_is_told() {
    let world = world();
    let off = "Thu, 01 Jan 2026 00:00:00 GMT";
    let answer = ResponseTemplate::new(200).set_body_json(serde_json::json!({ "data": { "groups": [] } }));
    let service = answers::with(answer.insert_header("date", off));
    let url = service.url();
    let clock = ["--jq", ".[] | select(.check == (\"clock\", \"eligibility\"))"];
    let told = world.run_with(&[&["doctor", "--base-url", &url], &clock[..]].concat(), &KEY);
    assert_eq!(told.code, Some(1), "{told:?}");
    world.check("a_clock_that_is_off_is_told");
}

#[test]
fn receivers_and_stores_that_cannot_be_used() {
    let world = world();
    let nobody = format!("http://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    let first = Served::started_by(world.command(&["listen", "--port", "0", "--forward-to", &nobody, "-q"]));
    let port = first.base_url().rsplit(':').next().unwrap().to_owned();
    refused(&world, &["listen", "--port", &port], &[], 1, "store_failed");
    let second = ["listen", "--port", "0", "--forward-to", "http://127.0.0.1:9"];
    refused(&world, &second, &[], 1, "store_failed");
    refused(&world, &["listen", "--forward-to", "nowhere"], &[], 2, "usage");
    refused(&world, &["listen", "--host", "example.com"], &[], 2, "invalid_input");
    refused(&world, &["events", "replay", "--to", "nowhere"], &[], 2, "usage");
    let trigger = ["sandbox", "trigger", "group_created", "--to"];
    let sent = world.quietly(&[&trigger[..], &[first.base_url()]].concat());
    assert_eq!(sent.code, Some(0), "{sent:?}");
    drop(first);
    refused(&world, &["events", "replay", "--to", &nobody], &[], 6, "network");
    refused(&world, &[&trigger[..], &[&nobody]].concat(), &[], 6, "network");
    refused(&world, &[&trigger[..], &[&nobody, "--secret-file", "/nowhere/key"]].concat(), &[], 2, "usage");
    let refusing = answers::with(ResponseTemplate::new(500));
    let run = world.run(&[&trigger[..], &[&refusing.url(), "--fields", "event,http_status"]].concat());
    assert_eq!(run.code, Some(1), "{run:?}");
    let other = world.folder().join("other");
    std::fs::create_dir(&other).unwrap();
    std::fs::write(other.join("events.db"), b"This is no database, and never was one.").unwrap();
    let there = ["--config-dir", other.to_str().unwrap()];
    refused(&world, &[&["events", "list"], &there[..]].concat(), &[], 1, "store_failed");
    std::fs::create_dir(other.join("events.db-listening")).unwrap();
    std::fs::remove_file(other.join("events.db")).unwrap();
    refused(&world, &[&["listen", "--port", "0"], &there[..]].concat(), &[], 1, "store_failed");
    let nowhere = [&["wait", "R"], &there[..]].concat();
    refused(&world, &nowhere, &KEY, 3, "configuration");
    world.check("receivers_and_stores_that_cannot_be_used");
}

#[test]
fn sandboxes_that_cannot_be_used() {
    let world = world();
    let lisbon = world.group("Lisbon trip in June");
    refused(&world, &["sandbox", "user", "join", &lisbon, "+15550100199"], &[], 1, "sandbox_refused");
    let served = world.serve(&[]);
    let port = served.base_url().rsplit(':').next().unwrap().to_owned();
    refused(&world, &["sandbox", "serve", "--port", &port], &[], 1, "sandbox_failed");
    drop(served);
    let other = world.folder().join("other");
    std::fs::create_dir(&other).unwrap();
    let there = ["--config-dir", other.to_str().unwrap()];
    let status = [&["sandbox", "status"], &there[..]].concat();
    let deadline = Instant::now() + Duration::from_secs(60);
    // Whoever closes it last brings all of it into one file.
    while world.quietly(&status).code == Some(0) && other.join("sandbox.db-wal").exists() {
        assert!(Instant::now() < deadline, "it stays in two files");
    }
    // The number of the version in the head of a database of SQLite.
    let database = other.join("sandbox.db");
    let mut bytes = std::fs::read(&database).unwrap();
    bytes[60..64].copy_from_slice(&9_999_u32.to_be_bytes());
    std::fs::write(&database, bytes).unwrap();
    refused(&world, &status, &[], 1, "sandbox_failed");
    std::fs::write(&database, [b'x'; 4096]).unwrap();
    refused(&world, &status, &[], 1, "sandbox_failed");
    world.check("sandboxes_that_cannot_be_used");
}

/// A device that is always full.
#[cfg(target_os = "linux")]
#[test]
fn results_that_cannot_be_written_are_told() {
    let world = world();
    for format in ["table", "json"] {
        let arguments = ["list", "--sandbox", "--limit", "1", "-o", format];
        let mut command = world.command(&arguments);
        command.stdout(std::fs::File::options().write(true).open("/dev/full").unwrap());
        let done = command.stderr(Stdio::piped()).output().unwrap();
        let stderr = String::from_utf8(done.stderr).unwrap();
        let run = Run { code: done.status.code(), stdout: String::new(), stderr };
        world.told(&[&arguments[..], &[">", "/dev/full"]].concat(), &[], &run);
        assert_eq!(run.code, Some(1), "{run:?}");
    }
    world.check("results_that_cannot_be_written_are_told");
}

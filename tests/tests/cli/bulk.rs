//! Commands over the rows of a file: each format, each command, and what is wrong with a file.

#![allow(clippy::unwrap_used, reason = "the helpers of a test are tests too")]

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::world;

/// The objects of an output of JSON lines.
fn lines(stdout: &str) -> Vec<Value> {
    stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn groups_of_a_file_are_read_and_their_links_listed() {
    let world = world();
    let [a, b] =
        [("First", "FIRST"), ("Second", "SECOND")].map(|(subject, name)| world.create(subject, "auto", name));
    let sheet = world.file("groups.csv", format!("Group ID;customer\r\n{a};7\r\n{b};8\r\n").as_bytes());
    world.run(&["get", "--from", &sheet, "--sandbox", "--fields", "line,customer,subject,participant_count"]);
    world.run(&["get", "--from", &sheet, "--sandbox", "-o", "jsonl", "--fields", "customer,subject"]);
    world.run(&["invite", "get", "--from", &sheet, "--sandbox", "-o", "csv"]);
    let before = world.quietly(&["invite", "get", "--from", &sheet, "--sandbox", "-o", "json"]).json();
    let after = world.run(&["invite", "reset", "--from", &sheet, "--sandbox", "-o", "json"]).json();
    assert_ne!(before[0]["invite_link"], after[0]["invite_link"]);
    world.run(&["get", "--from", &sheet, "--sandbox", "--fields", "colour"]);
    world.check("groups_of_a_file_are_read_and_their_links_listed");
}

#[test]
fn groups_of_a_file_are_renamed_and_deleted() {
    let world = world();
    let [a, b] =
        [("First", "FIRST"), ("Second", "SECOND")].map(|(subject, name)| world.create(subject, "auto", name));
    let renamed =
        format!("{{\"id\":\"{a}\",\"subject\":\"One\"}}\n{{\"id\":\"{b}\",\"description\":\"Two\"}}\n");
    let renamed = world.file("renamed.jsonl", renamed.as_bytes());
    world.run(&["update", "--from", &renamed, "--sandbox", "--dry-run"]);
    world.run(&["update", "--from", &renamed, "--sandbox", "--wait", "-o", "jsonl"]);
    // What is so already is known at once, and nothing is sent for it.
    world.quietly(&["sandbox", "fault", "update_group status=500"]);
    let again = world.run(&["update", "--from", &renamed, "--sandbox", "--wait"]);
    assert_eq!(again.code, Some(0));
    world.quietly(&["sandbox", "fault", "--clear"]);
    let ids = world.file("old.txt", format!("{a}\nnobody\n\n{b}\n").as_bytes());
    world.run(&["delete", "--from", &ids, "--sandbox"]);
    let deleted = world.run(&["delete", "--from", &ids, "--sandbox", "--yes", "-o", "jsonl"]);
    assert_eq!(deleted.code, Some(7));
    let told: Vec<_> =
        lines(&deleted.stdout).iter().map(|row| (row["line"].clone(), row["status"].clone())).collect();
    let expected = [(1, "accepted"), (2, "gone"), (4, "accepted")];
    assert_eq!(told, expected.map(|(line, status)| (json!(line), json!(status))));
    let again = world.run(&["delete", "--from", &ids, "--sandbox", "--yes"]);
    assert_eq!(again.code, Some(4));
    let clean = world.run(&["delete", "--from", &ids, "--sandbox", "--yes", "--ignore-missing"]);
    assert_eq!(clean.code, Some(0));
    world.check("groups_of_a_file_are_renamed_and_deleted");
}

#[test]
fn people_of_a_file_are_let_in_and_removed_in_few_calls() {
    let world = world();
    let [a, b] = [("First", "FIRST"), ("Second", "SECOND")]
        .map(|(subject, name)| world.create(subject, "required", name));
    let mut requests = "group_id,id,name\n".to_owned();
    for (group, user, name) in [(&a, 61, "ANN"), (&a, 62, "BOB"), (&b, 63, "CAM")] {
        let id = world.request(group, &format!("+155501001{user}"), name);
        requests.push_str(&format!("{group},{id},{name}\n"));
    }
    requests.push_str(&format!("{b},gone,DAN\n"));
    let requests = world.file("requests.csv", requests.as_bytes());
    world.run(&["requests", "approve", "--from", &requests, "--sandbox", "--dry-run", "-o", "jsonl"]);
    let approved = world.run(&["requests", "approve", "--from", &requests, "--sandbox"]);
    assert_eq!(approved.code, Some(7));
    let people = world.file("people.csv", b"wa_id\n15550100161\n+15550100162\n15550100199\n");
    let removed = world.run(&[
        "participants",
        "remove",
        &a,
        "--from",
        &people,
        "--sandbox",
        "--yes",
        "--wait",
        "-o",
        "csv",
    ]);
    assert_eq!(removed.code, Some(7), "{removed:?}");
    world.run(&[
        "participants",
        "remove",
        &a,
        "--from",
        &people,
        "--lines",
        "2,4-",
        "--sandbox",
        "--dry-run",
    ]);
    world.run(&["participants", "list", &b, "--sandbox", "--fields", "wa_id", "-o", "csv"]);
    world.check("people_of_a_file_are_let_in_and_removed_in_few_calls");
}

#[test]
fn what_is_wrong_with_a_file_is_told_before_anything_is_sent() {
    let world = world();
    let file = |name: &str, content: &[u8]| world.file(name, content);
    let bad = file(
        "bad.csv",
        b"group_id,user\na,bob\n,+15550100110\na,+15550100110\na,15550100110\nx/y,+15550100110\nonly\n",
    );
    world.run(&["participants", "remove", "--from", &bad, "--sandbox", "--yes"]);
    let rows = file("rows.csv", b"group_id,user\na,bob\n,+15550100110\n");
    world.run(&["participants", "remove", "--from", &rows, "--sandbox", "--yes"]);
    world.run(&["participants", "remove", "--from", &rows, "--sandbox", "--yes", "-o", "json"]);
    let many: String = (0..30).map(|n| format!("a/{n}\n")).collect();
    world.run(&["delete", "--from", &file("many.txt", many.as_bytes()), "--yes"]);
    world.run(&["delete", "--from", &file("wide.csv", b"g\0r\0"), "--yes", "--from-format", "csv"]);
    world.run(&["delete", "--from", &file("utf16.csv", b"\xff\xfeg\0"), "--yes"]);
    world.run(&["delete", "--from", &file("book.xlsx", b"PK\x03\x04..."), "--yes"]);
    world.run(&["delete", "--from", &file("unnamed.csv", b"group_id,,\na,,\nb,,x\n"), "--yes"]);
    world.run(&["update", "--from", &file("slip.csv", b"group_id,desciption\na,b\n")]);
    world.run(&["update", "--from", &file("open.csv", b"id,subject\na,\"b\nc,d\n")]);
    world.run(&["delete", "--from", &file("few.txt", b"a\nb\n"), "--start-line", "3", "--yes", "--sandbox"]);
    world.run(&["delete", "--from", "/nowhere/groups.csv", "--yes"]);
    world.run(&["delete", "a", "--from", "groups.csv"]);
    world.run(&["get", "a", "--start-line", "3"]);
    world.run(&["get", "a", "--lines", "3"]);
    let few = file("few.txt", b"a\nb\n\nc\n");
    world.run(&["delete", "--from", &few, "--lines", "1,3,7-9", "--yes", "--sandbox"]);
    world.run(&["delete", "--from", &few, "--lines", "7-", "--yes", "--sandbox"]);
    world.run(&["delete", "--from", &few, "--lines", "4-2", "--yes", "--sandbox"]);
    world.run(&["delete", "--from", &file("empty.txt", b"\n"), "--yes", "--sandbox", "-o", "json"]);
    world.check("what_is_wrong_with_a_file_is_told_before_anything_is_sent");
}

#[test]
fn rows_come_from_stdin_too() {
    let world = world();
    let group = world.create("First", "auto", "FIRST");
    let arguments = ["delete", "--from", "-", "--sandbox", "--yes", "-o", "jsonl"];
    let mut command = world.command(&arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("id\n{group}\n").as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success());
    let rows = lines(&String::from_utf8(done.stdout).unwrap());
    assert_eq!((rows.len(), &rows[0]["line"], &rows[0]["status"]), (1, &json!(2), &json!("accepted")));
}

#[test]
fn a_key_that_is_refused_is_not_tried_for_every_row() {
    let world = world();
    let served = world.serve(&["--fresh"]);
    let many: String = (0..200).map(|n| format!("group{n}\n")).collect();
    let many = world.file("many.txt", many.as_bytes());
    let arguments = ["get", "--from", &many, "--base-url", served.base_url(), "-o", "jsonl"];
    let done = world.command(&arguments).env("D360_API_KEY", "wrong").output().unwrap();
    assert_eq!(done.status.code(), Some(3));
    let rows = lines(&String::from_utf8(done.stdout).unwrap());
    assert_eq!(rows.len(), 200, "each row has a result");
    let tried = rows.iter().filter(|row| row["status"] != "not_sent").count();
    assert!(tried < 50, "{tried} rows were tried");
    let stderr = String::from_utf8(done.stderr).unwrap();
    // Those that failed for the key are to be tried with another one.
    assert!(stderr.contains("--lines 1-200 "), "{stderr}");
}

#[test]
fn what_csv_guards_from_spreadsheets_comes_back_as_it_was() {
    let world = world();
    let groups = ["=1+1", "'=1+1", "@x", "'tis"].map(|subject| world.create(subject, "auto", subject));
    let subjects = || {
        let of = |id: &String| {
            let get = ["get", id, "--sandbox", "-o", "json", "--fields", "subject"];
            world.quietly(&get).json()["subject"].as_str().unwrap().to_owned()
        };
        groups.each_ref().map(of)
    };
    let mut listed = "".to_owned();
    for id in &groups {
        let read = world.quietly(&["get", id, "--sandbox", "-o", "csv", "--fields", "id,subject"]).stdout;
        let (header, row) = read.split_once("\r\n").unwrap();
        if listed.is_empty() {
            listed = format!("{header}\r\n");
        }
        listed.push_str(row);
    }
    assert!(listed.contains(",'=1+1\r\n") && listed.contains(",''=1+1\r\n"), "{listed}");
    let sheet = world.file("groups.csv", listed.as_bytes());
    let updated = world.quietly(&["update", "--from", &sheet, "--sandbox", "--wait"]);
    assert_eq!(updated.code, Some(0), "{updated:?}");
    assert_eq!(subjects(), ["=1+1", "'=1+1", "@x", "'tis"]);
}

#[test]
fn a_large_file_is_worked_on_several_rows_at_once() {
    let world = world();
    let served = world.serve(&["--fresh", "--fault", "get_group latency=100ms"]);
    let many: String = (0..160).map(|n| format!("group{n}\n")).collect();
    let many = world.file("many.txt", many.as_bytes());
    let arguments = ["get", "--from", &many, "--base-url", served.base_url(), "-o", "jsonl"];
    let began = std::time::Instant::now();
    let done = world.command(&arguments).env("D360_API_KEY", "sandbox").output().unwrap();
    // One after the other would take 16 seconds.
    assert!(began.elapsed().as_secs() < 12, "{:?}", began.elapsed());
    assert_eq!(done.status.code(), Some(4));
    let rows = lines(&String::from_utf8(done.stdout).unwrap());
    let numbers: Vec<_> = rows.iter().map(|row| row["line"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=160).collect::<Vec<_>>(), "in the order of the file");
}

#[test]
fn a_run_that_is_not_whole_tells_what_to_go_on_with() {
    let world = world();
    let served = world.serve(&[
        "--fresh",
        "--fault",
        "delete_group code=131208",
        "--fault",
        "create_group code=131214",
    ]);
    let many: String = (0..18).map(|n| format!("group{n}\n")).collect();
    let sheet = world.file("sheet.csv", format!("subject\n{many}").as_bytes());
    let (many, one) = (world.file("many.txt", many.as_bytes()), world.file("one.txt", b"group\n"));
    let to = ["--base-url", served.base_url(), "-o", "csv", "--fields", "line,status"];
    // Sixteen are under way when the first of them is refused.
    let delete = ["delete", "--from", &many, "--yes"];
    world.run_with(&[&delete[..], &to[..]].concat(), &[("D360_API_KEY", "wrong")]);
    let delete = ["delete", "--from", &one, "--yes", "--wait", "--ignore-missing", "--max-retries", "0"];
    world.run_with(&[&delete[..], &to[..]].concat(), &[("D360_API_KEY", "sandbox")]);
    world.run_with(&[&["create", "--from", &sheet], &to[..]].concat(), &[("D360_API_KEY", "sandbox")]);
    world.check("a_run_that_is_not_whole_tells_what_to_go_on_with");
}

#[test]
fn what_did_not_leave_is_told_as_not_sent_and_a_dead_network_ends_it() {
    let world = world();
    let many: String = (0..80).map(|n| format!("group{n}\n")).collect();
    let many = world.file("many.txt", many.as_bytes());
    // Nobody listens there.
    let to = ["--base-url", "http://127.0.0.1:1", "--max-retries", "0", "-o", "jsonl"];
    for command in [&["delete", "--yes"][..], &["invite", "reset"], &["get"]] {
        let arguments = [command, &["--from", &many], &to[..]].concat();
        let done = world.quietly_with(&arguments, &[("D360_API_KEY", "sandbox")]);
        assert_eq!(done.code, Some(6), "{done:?}");
        let rows = lines(&done.stdout);
        assert!(rows.len() == 80 && rows.iter().all(|row| row["status"] == "not_sent"), "{done:?}");
        let tried = rows.iter().filter(|row| row["error"].is_object()).count();
        assert!((16..50).contains(&tried), "{tried} were tried");
        let error = done.error();
        assert!(error["message"].as_str().unwrap().contains(", 80 not sent; what is left"), "{error}");
        assert!(error["remedy"].as_str().unwrap().contains("--lines 1-80 --base-url"), "{error}");
    }
}

#[test]
fn calls_held_back_until_their_time_is_over_are_rate_limited() {
    let world = world();
    let served = world.serve(&["--fresh", "--fault", "* code=131208 retry-after=60"]);
    let many: String = (0..18).map(|n| format!("group{n}\n")).collect();
    let many = world.file("many.txt", many.as_bytes());
    let arguments = ["delete", "--from", &many, "--yes", "--timeout", "10s", "-o", "jsonl"];
    let arguments = [&arguments[..], &["--base-url", served.base_url()]].concat();
    let done = world.quietly_with(&arguments, &[("D360_API_KEY", "sandbox")]);
    assert_eq!(done.code, Some(5), "{done:?}");
    let rows = lines(&done.stdout);
    let count = |status: &str| rows.iter().filter(|row| row["status"] == status).count();
    assert!(count("not_sent") > 0 && count("not_sent") + count("failed") == 18, "{done:?}");
    assert!(done.error()["remedy"].as_str().unwrap().contains("--lines 1-18 "), "{done:?}");
}

//! `create --from`: receipts, links, the journal, and what it refuses.
// Helpers of tests fail like tests do; clippy recognises only the tests themselves.
#![allow(clippy::unwrap_used)]

use groups_tests::{Run, Served, World};
use serde_json::Value;

use crate::world;

const SHEET: &[u8] =
    b"customer,subject,description,approval\r\n17,Trip to Kyoto,May 2027,required\r\n18,Trip to Nara,,\r\n";

fn subjects(world: &World) -> Vec<String> {
    let listed = world.quietly(&["list", "--sandbox", "--all", "-o", "json", "--fields", "subject"]).json();
    listed.as_array().unwrap().iter().map(|group| group["subject"].as_str().unwrap().to_owned()).collect()
}

fn count(world: &World, subject: &str) -> usize {
    subjects(world).iter().filter(|one| *one == subject).count()
}

fn journal(world: &World, name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(world.folder().join(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Ids that came about while testing get names.
fn name_groups(world: &World, rows: &Value) {
    for row in rows.as_array().unwrap() {
        let name = format!("GROUP-{}", row["line"]);
        world.name(row["group_id"].as_str().unwrap(), &name);
    }
}

#[test]
fn a_sheet_becomes_groups_and_their_links_and_no_group_twice() {
    let world = world();
    let sheet = world.file("trips.csv", SHEET);
    world.run(&["create", "--from", &sheet, "--sandbox", "--dry-run", "-o", "jsonl"]);
    world.run(&["create", "--from", &sheet, "--sandbox"]);
    // The same command again sends nothing; with --wait it learns what became of them.
    let rows = world.quietly(&["create", "--from", &sheet, "--sandbox", "--wait", "-o", "json"]).json();
    name_groups(&world, &rows);
    world.run(&["create", "--from", &sheet, "--sandbox", "--wait", "-o", "csv"]);
    world.run(&["create", "--from", &sheet, "--sandbox", "--fields", "customer,group_id,invite_link"]);
    assert_eq!((count(&world, "Trip to Kyoto"), count(&world, "Trip to Nara")), (1, 1));
    // Rows at the end are new ones.
    let more = [SHEET, b"19,Trip to Nara,,auto\r\n"].concat();
    world.file("trips.csv", &more);
    let rows = world.quietly(&["create", "--from", &sheet, "--sandbox", "--wait", "-o", "json"]).json();
    name_groups(&world, &rows);
    assert_eq!((count(&world, "Trip to Kyoto"), count(&world, "Trip to Nara")), (1, 2));
    assert_ne!(rows[1]["group_id"], rows[2]["group_id"]);
    let did: Vec<_> = journal(&world, "trips.csv.wagroups-journal.jsonl");
    assert_eq!(did.iter().filter(|record| record["did"] == "sending").count(), 3);
    world.check("a_sheet_becomes_groups_and_their_links_and_no_group_twice");
}

#[test]
fn an_unknown_row_is_looked_for_and_sent_only_if_it_is_not_there() {
    let world = world();
    let sheet = world.file("x.csv", b"subject\nOne\nTwo\nTwo\n");
    let create = ["create", "--from", &sheet, "--sandbox", "--settle", "1s", "-o", "jsonl"];
    // One is made and its answer lost; the first Two is lost before it is made.
    world.quietly(&["sandbox", "fault", "create_group reset done times=1"]);
    world.quietly(&["sandbox", "fault", "create_group reset skip=1 times=1"]);
    let first = world.quietly(&create);
    assert_eq!(first.code, Some(7), "{first:?}");
    assert_eq!(first.stdout.matches("unknown").count(), 2, "{first:?}");
    assert!(first.stderr.contains("looks whether the group was made"), "{first:?}");
    let again = world.quietly(&create);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert_eq!((count(&world, "One"), count(&world, "Two")), (1, 2));
}

#[test]
fn what_cannot_be_told_is_left_alone_until_it_is_said() {
    for (say, made) in [("skip", 2), ("create", 3)] {
        let world = world();
        let sheet = world.file("x.csv", b"subject\nOne\n");
        let create = ["create", "--from", &sheet, "--sandbox"];
        world.quietly(&["sandbox", "fault", "create_group reset done times=1"]);
        assert_eq!(world.quietly(&create).code, Some(6));
        // Another machine creates one, too: its creates are not in the record of this one.
        world.quietly(&["create", "--subject", "One", "--sandbox", "--wait"]);
        std::fs::remove_file(world.folder().join("creates-sandbox.json")).unwrap();
        for group in world.quietly(&["list", "--sandbox", "--all", "-o", "json"]).json().as_array().unwrap() {
            if group["subject"] == "One" {
                world.name(group["id"].as_str().unwrap(), "ONE");
            }
        }
        let left = world.run(&create);
        assert_eq!(left.code, Some(6), "{left:?}");
        assert_eq!(count(&world, "One"), 2);
        let said = world.run(&[&create[..], &["--ambiguous", say]].concat());
        assert_eq!(said.code, Some(0), "{said:?}");
        // Whoever says it has said it.
        assert_eq!(world.quietly(&create).code, Some(0));
        assert_eq!(count(&world, "One"), made);
        if say == "skip" {
            world.check("what_cannot_be_told_is_left_alone_until_it_is_said");
        }
    }
}

#[test]
fn a_group_that_another_makes_between_two_runs_is_not_the_rows() {
    let world = world();
    let sheet = world.file("x.csv", b"subject\nOne\n");
    let create = ["create", "--from", &sheet, "--sandbox", "--settle", "1s"];
    world.quietly(&["sandbox", "fault", "create_group code=131009 times=1"]);
    assert_eq!(world.quietly(&create).code, Some(1));
    world.quietly(&["create", "--subject", "One", "--sandbox", "--wait"]);
    // Now it is lost before it is made.
    world.quietly(&["sandbox", "fault", "create_group reset times=1"]);
    assert_eq!(world.quietly(&create).code, Some(6));
    let again = world.quietly(&create);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert_eq!(count(&world, "One"), 2);
}

#[test]
fn what_is_not_quite_the_rows_or_an_empty_list_makes_nothing_certain() {
    let world = world();
    let sheet = world.file("x.csv", b"subject,description\nOne,first\n");
    let create = ["create", "--from", &sheet, "--sandbox", "--settle", "1s"];
    world.quietly(&["sandbox", "fault", "create_group reset done times=1"]);
    assert_eq!(world.quietly(&create).code, Some(6));
    let groups = world.quietly(&["list", "--sandbox", "--all", "-o", "json"]).json();
    let made = groups.as_array().unwrap().iter().find(|group| group["subject"] == "One").unwrap();
    let id = made["id"].as_str().unwrap();
    world.quietly(&["update", id, "--description", "changed since", "--sandbox", "--wait"]);
    let left = world.quietly(&create);
    assert_eq!(left.code, Some(6), "{left:?}");
    assert!(left.stdout.contains(id) && left.stderr.contains("--ambiguous"), "{left:?}");
    assert_eq!(count(&world, "One"), 1);
    for group in groups.as_array().unwrap() {
        world.quietly(&["delete", group["id"].as_str().unwrap(), "--sandbox", "--yes", "--wait"]);
    }
    assert!(subjects(&world).is_empty());
    let left = world.quietly(&create);
    assert_eq!(left.code, Some(6), "{left:?}");
    assert!(left.stderr.contains("the list of groups is empty"), "{left:?}");
    let said = world.quietly(&[&create[..], &["--ambiguous", "create"]].concat());
    assert_eq!((said.code, count(&world, "One")), (Some(0), 1), "{said:?}");
}

/// The file of the journal can take what is sent, and no more.
#[cfg(target_os = "linux")]
#[test]
fn what_was_sent_when_the_journal_is_full_is_not_told_as_failed() {
    let world = world();
    let served = world.serve(&["--fresh"]);
    let create = |name: &str, subject: &str| {
        let sheet = world.file(name, format!("subject\n{subject}\n").as_bytes());
        let arguments = ["create", "--from", &sheet, "--base-url", served.base_url(), "--wait", "-o", "json"];
        let mut command = world.command(&arguments);
        command.env("D360_API_KEY", "sandbox");
        command
    };
    for name in ["first", "second"] {
        assert!(create(name, name).output().unwrap().status.success());
    }
    // Begun, looked and sending are as long the third time as the second.
    let text = std::fs::read_to_string(world.folder().join("second.wagroups-journal.jsonl")).unwrap();
    let until: usize = text.split_inclusive('\n').take(3).map(str::len).sum();
    world.file("other6.wagroups-journal.jsonl", "\n".repeat(4096 - until - 16).as_bytes());
    let command = create("other6", "other6");
    let mut limited = std::process::Command::new("/bin/bash");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 4; exec \"$0\" \"$@\""]).arg(command.get_program());
    limited.args(command.get_args()).env_clear();
    limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let done = limited.output().unwrap();
    let rows: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
    assert_eq!(rows[0]["status"], "accepted", "{rows} {}", String::from_utf8_lossy(&done.stderr));
    assert!(rows[0]["request_id"].is_string(), "{rows}");
    assert!(rows[0]["error"]["remedy"].as_str().unwrap().contains("move the file there first"), "{rows}");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let run = Run { code: done.status.code(), stdout: text(done.stdout), stderr: text(done.stderr) };
    world.told(&["create", "--from", "other6", "--wait", "-o", "json"], &[], &run);
    world.check("what_was_sent_when_the_journal_is_full_is_not_told_as_failed");
}

#[test]
fn a_group_that_is_not_seen_in_time_is_looked_for_again() {
    let world = world();
    let sheet = world.file("x.csv", b"subject\nOne\nTwo\n");
    world.quietly(&["sandbox", "behaviour", "--set", "outcome_delay_ms=3600000"]);
    let create = ["create", "--from", &sheet, "--sandbox", "--wait=300ms"];
    assert_eq!(world.run(&create).code, Some(8));
    assert_eq!(world.run(&[&create[..], &["-o", "jsonl"]].concat()).code, Some(8));
    world.quietly(&["sandbox", "clock", "--advance", "2h"]);
    let rows = world.quietly(&[&create[..], &["-o", "json"]].concat()).json();
    name_groups(&world, &rows);
    assert_eq!(world.run(&[&create[..], &["-o", "json"]].concat()).code, Some(0));
    world.check("a_group_that_is_not_seen_in_time_is_looked_for_again");
}

#[test]
fn a_journal_is_of_one_sheet_one_number_and_one_run() {
    let world = world();
    let sheet = world.file("trips.csv", SHEET);
    let create = ["create", "--from", &sheet, "--sandbox"];
    assert_eq!(world.quietly(&create).code, Some(0));
    world.file("trips.csv", b"customer,subject\n17,Trip to Osaka\n");
    world.run(&create);
    world.file("trips.csv", SHEET);
    world.run_with(
        &["create", "--from", &sheet, "--base-url", "http://127.0.0.1:9"],
        &[("D360_API_KEY", "s3cret")],
    );
    let path = world.folder().join("trips.csv.wagroups-journal.jsonl");
    let held = std::fs::File::options().write(true).open(&path).unwrap();
    held.lock().unwrap();
    world.run(&create);
    drop(held);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("\"did\":\"sending\"", "\"did\":\"sanding\"", 1)).unwrap();
    world.run(&create);
    // Torn by a crash: nothing was done upon it.
    std::fs::write(&path, format!("{text}{{\"did\":\"acc")).unwrap();
    assert_eq!(world.quietly(&create).code, Some(0));
    assert_eq!(count(&world, "Trip to Kyoto"), 1);
    world.check("a_journal_is_of_one_sheet_one_number_and_one_run");
}

#[test]
fn another_key_needs_a_word() {
    let world = world();
    let served = world.serve(&["--fresh"]);
    let sheet = world.file("x.csv", b"subject\nOne\n");
    let create = ["create", "--from", &sheet, "--base-url", served.base_url()];
    let with = |key: &str, more: &[&str]| {
        let done = world.command(&[&create[..], more].concat()).env("D360_API_KEY", key).output().unwrap();
        (done.status.code(), String::from_utf8(done.stderr).unwrap())
    };
    // Nothing was sent with this one, so that it was only a slip.
    assert_eq!(with("wrong", &[]).0, Some(3));
    assert_eq!(with("sandbox", &[]).0, Some(0));
    let (code, said) = with("s3cret", &[]);
    assert_eq!(code, Some(1));
    assert!(said.contains("another API key") && said.contains("--new-key"), "{said}");
    assert_eq!(with("s3cret", &["--new-key"]).0, Some(0), "nothing is left to be sent");
    let text = std::fs::read_to_string(world.folder().join("x.csv.wagroups-journal.jsonl")).unwrap();
    assert!(!text.contains("s3cret"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let path = world.folder().join("x.csv.wagroups-journal.jsonl");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_sheet_that_makes_no_sense_is_refused() {
    let world = world();
    let long = format!("subject\n{}\n\"  \"\nx\n", "y".repeat(129));
    let file = |name: &str, content: &[u8]| world.file(name, content);
    world.run(&["create", "--from", &file("long.csv", long.as_bytes()), "--sandbox"]);
    world.run(&["create", "--from", &file("mode.csv", b"subject,approval\nOne,maybe\n"), "--sandbox"]);
    world.run(&["create", "--from", &file("none.csv", b"name,text\nOne,x\n"), "--sandbox"]);
    world.run(&["create", "--from", &file("slip.csv", b"subject,descripton\nOne,x\n"), "--sandbox"]);
    world.run(&["create", "--from", &file("result.csv", b"line,subject,group_id\n2,One,g\n"), "--sandbox"]);
    world.run(&["create", "--from", &file("note.txt", b"Dear all\nSee you there\n"), "--sandbox"]);
    world.run(&["create", "--from", &file("open.csv", b"subject\n\"One\nTwo\n"), "--sandbox"]);
    let two = file("two.csv", b"subject\nOne\nTwo\n");
    world.run(&["create", "--from", &two, "--journal", &file("note.txt", b"a note"), "--sandbox"]);
    world.run(&["create", "--from", "-", "--sandbox"]);
    world.run(&["create", "--sandbox"]);
    world.run(&["create", "--sandbox", "--subject", "x", "--from", "x.csv"]);
    world.check("a_sheet_that_makes_no_sense_is_refused");
}

#[test]
fn a_full_number_ends_it_with_what_is_left() {
    let world = world();
    let served = world.serve(&["--fresh", "--set", "group_limit=3"]);
    let rows: String = (0..200).map(|n| format!("Group {n}\n")).collect();
    let sheet = world.file("x.csv", format!("subject\n{rows}").as_bytes());
    let arguments = ["create", "--from", &sheet, "--base-url", served.base_url(), "-o", "jsonl"];
    let done = world.command(&arguments).env("D360_API_KEY", "sandbox").output().unwrap();
    assert_eq!(done.status.code(), Some(7));
    let (stdout, stderr) = (String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap());
    assert_eq!(stdout.lines().count(), 200, "{stdout}");
    assert!(stdout.matches("\"not_sent\"").count() > 140, "{stdout}");
    assert!(stderr.contains("not sent; what is left") && stderr.contains("nothing twice"), "{stderr}");
}

/// What is accepted, what is unknown and what was not sent are told apart, and counted so.
#[test]
fn a_summary_tells_what_may_still_come_from_what_was_not_sent() {
    let world = world();
    // Nothing is seen of what was accepted: the first three lists are made before anything is sent.
    let unseen = ["--fault", "list_groups status=503 skip=3"];
    let served =
        world.serve(&[&["--fresh", "--fault", "create_group code=131208 skip=3"], &unseen[..]].concat());
    let sheet = world.file("x.csv", b"subject\nOne\nTwo\nThree\nFour\nFive\n");
    let create = ["create", "--from", &sheet, "--base-url", served.base_url(), "-o", "jsonl"];
    let run = |more: &[&str]| {
        let more = [&["--max-retries", "0"], more].concat();
        world.quietly_with(&[&create[..], &more].concat(), &[("D360_API_KEY", "sandbox")])
    };
    let none = run(&[]);
    assert_eq!(none.code, Some(7), "{none:?}");
    assert!(none.error()["message"].as_str().unwrap().starts_with("3 of 5 groups accepted, 2 "), "{none:?}");
    let held = run(&["--journal", &world.file("other", b"")]);
    assert_eq!(held.code, Some(5), "{held:?}");
    assert_eq!(held.error()["kind"], "rate_limited", "{held:?}");
    let seen = run(&["--wait=1ms"]);
    assert_eq!(seen.code, Some(7), "{seen:?}");
    let message = seen.error()["message"].as_str().unwrap().to_owned();
    assert_eq!(message, "0 of 5 groups created, 3 accepted and not seen in time, 2 failed");
}

#[test]
fn a_sheet_whose_groups_are_there_already_is_not_begun_without_a_word() {
    let world = world();
    let sheet = world.file("x.csv", b"customer,subject\n1,One\n2,Two\n3,Two\n");
    let create = ["create", "--from", &sheet, "--sandbox"];
    world.run(&[&create[..], &["--dry-run"]].concat());
    assert_eq!(world.quietly(&create).code, Some(0));
    // The sheet was copied, and its journal was not.
    let copy = world.file("copy.csv", b"customer,subject\n1,One\n2,Two\n3,Two\n4,Three\n");
    world.run(&["create", "--from", &copy, "--sandbox"]);
    let elsewhere = ["create", "--from", &copy, "--base-url", "https://example.com/v1", "--dry-run"];
    world.run_with(&elsewhere, &[("D360_API_KEY", "s3cret")]);
    // Its own journal knows them.
    let again = world.quietly(&create);
    assert!(!again.stderr.contains("there already"), "{again:?}");
    world.check("a_sheet_whose_groups_are_there_already_is_not_begun_without_a_word");
}

/// Lists show nothing here, so that nothing but the webhook can tell.
#[test]
fn a_running_receiver_tells_what_became_of_each_row() {
    let world = world();
    let listener = Served::started_by(world.command(&["listen", "--port", "0"]));
    let fails = "create_group outcome=131211 times=1";
    let webhook = ["--webhook", listener.base_url(), "--fault", "list_groups empty-page", "--fault", fails];
    let served = world.serve(&[&["--fresh"], &webhook[..]].concat());
    let sheet = world.file("x.csv", b"subject\nOne\n");
    let key = [("D360_API_KEY", "sandbox")];
    let create = ["create", "--from", &sheet, "--base-url", served.base_url(), "--wait", "-o", "jsonl"];
    let failed = world.run_with(&create, &key);
    assert_eq!(failed.code, Some(1), "{failed:?}");
    let row: Value = serde_json::from_str(&failed.stdout).unwrap();
    assert_eq!((&row["status"], &row["error"]["code"]), (&"failed".into(), &131_211.into()), "{row}");
    // It was not made, so the same command makes it.
    let made = world.quietly_with(&create, &key);
    assert_eq!(made.code, Some(0), "{made:?}");
    let row: Value = serde_json::from_str(&made.stdout).unwrap();
    assert_eq!(row["status"], "done", "{row}");
    assert!(row["invite_link"].as_str().unwrap().starts_with("https://chat.whatsapp.com/"), "{row}");
    let did = journal(&world, "x.csv.wagroups-journal.jsonl");
    let did: Vec<_> = did.iter().map(|record| record["did"].as_str().unwrap()).collect();
    let run = ["begun", "looked", "sending", "accepted"];
    assert_eq!(did, [&run[..], &["not_made"], &run, &["created"]].concat());
    let created = journal(&world, "x.csv.wagroups-journal.jsonl").pop().unwrap();
    assert_eq!(created["group_id"], row["group_id"]);
    // And it is known from then on, whoever runs.
    drop(listener);
    let again = world.quietly_with(&create, &key);
    assert_eq!(serde_json::from_str::<Value>(&again.stdout).unwrap()["group_id"], row["group_id"]);
    world.check("a_running_receiver_tells_what_became_of_each_row");
}

#[cfg(unix)]
#[test]
fn a_link_to_a_sheet_has_the_journal_of_the_sheet() {
    let world = world();
    let sheet = world.file("x.csv", b"subject\nOne\n");
    let link = world.folder().join("link.csv");
    std::os::unix::fs::symlink(&sheet, &link).unwrap();
    let state = world.folder().join(".");
    for (file, folder) in [(sheet.as_str(), world.folder()), (link.to_str().unwrap(), state.as_path())] {
        let done =
            world.quietly(&["create", "--from", file, "--sandbox", "--config-dir", folder.to_str().unwrap()]);
        assert_eq!(done.code, Some(0), "{done:?}");
    }
    assert_eq!(count(&world, "One"), 1);
    assert!(!world.folder().join("link.csv.wagroups-journal.jsonl").exists());
}

#[cfg(unix)]
#[test]
fn a_file_without_an_end_is_not_read_to_the_end() {
    let world = world();
    world.run(&["create", "--from", "/dev/zero", "--journal", "x.jsonl", "--sandbox"]);
    world.run(&["delete", "--from", "/dev/zero", "--yes", "--sandbox"]);
    let sheet = world.file("x.csv", b"subject\nOne\n");
    world.run(&["create", "--from", &sheet, "--journal", "/dev/zero", "--sandbox"]);
    world.check("a_file_without_an_end_is_not_read_to_the_end");
}

/// What became of it, nobody will tell any more: its outcome failed, and no webhook was received.
#[test]
fn a_row_that_was_accepted_and_never_came_is_decided_by_a_word() {
    for (say, made) in [("skip", 0), ("create", 1)] {
        let world = world();
        let served = world.serve(&["--fresh", "--fault", "create_group outcome=131211 times=1"]);
        let key = [("D360_API_KEY", "sandbox")];
        let listed = || {
            let list = ["list", "--all", "--base-url", served.base_url(), "-o", "json"];
            world.quietly_with(&list, &key).json().as_array().unwrap().len()
        };
        let sheet = world.file("x.csv", b"subject\nOne\n");
        let create = ["create", "--from", &sheet, "--base-url", served.base_url(), "--settle", "1s"];
        let create = [&create[..], &["--wait=4s", "-o", "jsonl", "--fields", "line,status"]].concat();
        let late = world.run_with(&create, &key);
        assert_eq!(late.code, Some(8), "{late:?}");
        assert!(late.stderr.contains("--ambiguous"), "{late:?}");
        assert_eq!(world.quietly_with(&create, &key).code, Some(8), "without a word nothing is decided");
        let said = world.run_with(&[&create[..], &["--ambiguous", say]].concat(), &key);
        assert_eq!(said.code, Some(0), "{said:?}");
        // Whoever says it has said it.
        assert_eq!(world.quietly_with(&create, &key).code, Some(0));
        assert_eq!(listed(), made, "{say}");
        if say == "skip" {
            world.check("a_row_that_was_accepted_and_never_came_is_decided_by_a_word");
        }
    }
}

/// The list of groups can be had, and what is written meets a proxy.
#[test]
fn a_page_of_a_proxy_is_no_refusal() {
    let world = world();
    let groups = std::sync::Mutex::new(Vec::<Value>::new());
    let posts = std::sync::atomic::AtomicUsize::new(0);
    let service = crate::answers::with(move |request: &wiremock::Request| {
        let mut groups = groups.lock().unwrap();
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let answer = |body: Value| wiremock::ResponseTemplate::new(200).set_body_json(body);
        match (request.method.as_str(), request.url.path()) {
            ("POST", _) => {
                let number = posts.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                // The first is passed on by the proxy, which loses its way back; the second is not even that.
                if number != 1 {
                    groups
                        .push(serde_json::json!({ "id": format!("g{number}"), "subject": body["subject"] }));
                }
                match number {
                    0 | 1 => wiremock::ResponseTemplate::new(404)
                        .set_body_raw("<html><title>Not here</title></html>", "text/html"),
                    _ => answer(serde_json::json!({ "request_id": "R" })),
                }
            }
            ("GET", "/groups") => answer(serde_json::json!({ "data": { "groups": *groups } })),
            (_, path) => answer(serde_json::json!({ "id": path.rsplit('/').next() })),
        }
    });
    let url = service.url();
    let sheet = world.file("x.csv", b"subject\nOne\n");
    let create = ["create", "--from", &sheet, "--base-url", &url, "--settle", "1s", "-o", "jsonl"];
    let key = [("D360_API_KEY", "k")];
    let first = world.run_with(&create, &key);
    assert_eq!(first.code, Some(3), "{first:?}");
    let posted = || service.asked().iter().filter(|asked| asked.starts_with("POST")).count();
    assert_eq!(world.quietly_with(&create, &key).code, Some(0), "it is there, and so not made again");
    assert_eq!(posted(), 1);
    world.file("x.csv", b"subject\nOne\nTwo\n");
    assert_eq!(world.quietly_with(&create, &key).code, Some(7));
    assert_eq!(world.quietly_with(&create, &key).code, Some(0), "it is not there, and so made");
    assert_eq!(posted(), 3);
    world.check("a_page_of_a_proxy_is_no_refusal");
}

#[test]
fn a_group_that_was_looked_for_and_is_not_there_is_reported_as_not_created() {
    let world = world();
    let sheet = world.file("x.csv", b"subject\nOne\n");
    assert_eq!(world.quietly(&["sandbox", "fault", "create_group status=500 times=1"]).code, Some(0));
    world.run(&[
        "create",
        "--from",
        &sheet,
        "--sandbox",
        "--wait=8s",
        "--settle",
        "1s",
        "--max-retries",
        "0",
    ]);
    world.check("a_group_that_was_looked_for_and_is_not_there");
}

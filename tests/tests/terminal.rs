//! `wagroups` at a terminal: prompts, subjects in place of ids, colours, signs of life, Ctrl-C. Waits for what is shown,
//! never for a time.
#![cfg(unix)]
// Helpers of tests fail like tests do; clippy recognises only the tests themselves.
#![allow(clippy::unwrap_used)]

use std::process::{Command, Stdio};

use groups_tests::World;
use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};

/// On a machine that is busy with other tests everything takes longer than it should.
const PATIENCE_MS: u64 = 60_000;

fn world() -> World {
    World::new(env!("CARGO_BIN_EXE_wagroups-under-test"))
}

fn at_terminal(mut command: Command) -> PtySession {
    // The terminal, not the nothing that other tests are given.
    command.stdin(Stdio::inherit());
    spawn_command(command, Some(PATIENCE_MS)).unwrap()
}

fn run(world: &World, arguments: &[&str]) -> PtySession {
    let mut command = world.command(arguments);
    command.env("D360_API_KEY", "sandbox").env("TERM", "xterm");
    at_terminal(command)
}

/// What it says until it ends, and how it ends.
fn end(mut session: PtySession) -> (String, i32) {
    let said = session.exp_eof().unwrap();
    match session.process().wait().unwrap() {
        WaitStatus::Exited(_, code) => (said, code),
        other => panic!("{other:?}: {said}"),
    }
}

/// Answers a question, and tells what came of it.
fn answered(world: &World, arguments: &[&str], shown: &[&str], prompt: &str, answer: &str) -> (String, i32) {
    let mut session = run(world, arguments);
    for text in shown {
        session.exp_string(text).unwrap();
    }
    session.exp_string(prompt).unwrap();
    session.send_line(answer).unwrap();
    end(session)
}

#[test]
fn what_is_lost_is_shown_before_a_group_is_deleted() {
    let world = world();
    let lisbon = world.group("Lisbon trip in June");
    let delete = ["delete", &lisbon, "--sandbox"];
    let shown = ["To be deleted", "Lisbon trip in June", " participants", "https://chat.whatsapp.com/"];
    for answer in ["n", "", "yep"] {
        let (said, code) = answered(&world, &delete, &shown, "Delete this group? [y/N]", answer);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("nothing was done"), "{said}");
    }
    assert_eq!(world.group("Lisbon trip in June"), lisbon);
    let (said, code) = answered(&world, &delete, &shown, "[y/N]", "y");
    assert_eq!(code, 0, "{said}");
    assert_eq!(world.quietly(&["get", &lisbon, "--sandbox"]).code, Some(4));
}

#[test]
fn more_than_one_group_is_not_deleted_by_habit() {
    let world = world();
    let ids: Vec<String> = (0..12).map(|n| world.create(&format!("Group {n}"), "auto", "G")).collect();
    let two = ["delete", &ids[0], &ids[1], "--sandbox"];
    let shown = ["Group 0", "Group 1", "Delete these 2 groups?"];
    for wrong in ["y", &ids[0]] {
        let (said, code) = answered(&world, &two, &shown, "Type the id of the last one", wrong);
        assert_eq!(code, 1, "{said}");
    }
    let (said, code) = answered(&world, &two, &shown, "Type the id of the last one", &ids[1]);
    assert_eq!(code, 0, "{said}");
    let file = world.file("old.txt", ids[2..].join("\n").as_bytes());
    let many = ["delete", "--from", &file, "--sandbox"];
    let (said, code) = answered(&world, &many, &["Group 11"], "Type how many groups they are", "y");
    assert_eq!(code, 1, "{said}");
    let (said, code) = answered(&world, &many, &["Group 11"], "Type how many groups they are", "10");
    assert_eq!(code, 0, "{said}");
    assert_eq!(world.quietly(&["get", &ids[11], "--sandbox"]).code, Some(4));
}

#[test]
fn who_is_removed_is_shown_with_the_group() {
    let world = world();
    let lisbon = world.group("Lisbon trip in June");
    let remove = ["participants", "remove", &lisbon, "+15550100110", "--sandbox"];
    let shown = ["cannot come back", "+15550100110", "from Lisbon trip in June"];
    let (said, code) = answered(&world, &remove, &shown, "Remove this person? [y/N]", "no");
    assert_eq!(code, 1, "{said}");
    let (said, code) = answered(&world, &remove, &shown, "Remove this person? [y/N]", "yes");
    assert_eq!(code, 0, "{said}");
}

#[test]
fn ctrl_c_at_a_question_does_nothing() {
    let world = world();
    let lisbon = world.group("Lisbon trip in June");
    let mut session = run(&world, &["delete", &lisbon, "--sandbox"]);
    session.exp_string("[y/N]").unwrap();
    session.send_control('c').unwrap();
    let (said, code) = end(session);
    assert_eq!(code, 130, "{said}");
    assert!(said.contains("nothing was done"), "{said}");
    assert_eq!(world.group("Lisbon trip in June"), lisbon);
}

#[test]
fn a_subject_stands_for_an_id_where_it_destroys_nothing() {
    let world = world();
    let club = world.group("Book club");
    let (said, code) = end(run(&world, &["get", "Book club", "--sandbox", "--fields", "id"]));
    assert_eq!(code, 0, "{said}");
    assert!(said.contains(&club), "{said}");
    let (said, code) = end(run(&world, &["get", "Book clab", "--sandbox"]));
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("Did you mean \"Book club\"?"), "{said}");
    world.quietly(&["create", "--subject", "Book club", "--sandbox", "--wait"]);
    let (said, code) = end(run(&world, &["invite", "get", "Book club", "--sandbox"]));
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("2 groups have the subject") && said.contains(&club), "{said}");
    let (said, code) = end(run(&world, &["delete", "Book club", "--sandbox"]));
    assert_eq!(code, 2, "{said}");
    // Elsewhere it is an id, and none.
    assert_eq!(world.quietly(&["get", "Book club", "--sandbox"]).code, Some(2));
}

#[test]
fn help_has_colours_at_a_terminal_unless_they_are_unwanted() {
    let world = world();
    let mut with = world.command(&["list", "--help"]);
    with.env_remove("NO_COLOR");
    let (said, _) = end(at_terminal(with));
    assert!(said.contains("\u{1b}["), "{said:?}");
    let (said, _) = end(run(&world, &["list", "--help"]));
    assert!(!said.contains('\u{1b}'), "{said:?}");
}

#[test]
fn a_sign_of_life_is_shown_while_waiting_and_leaves_nothing_behind() {
    let world = world();
    let mut session = run(&world, &["create", "--subject", "Trip", "--sandbox", "--wait"]);
    session.exp_string("Waiting for the group (0 s)").unwrap();
    session.exp_string("\r\u{1b}[K").unwrap();
    let (said, code) = end(session);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("https://chat.whatsapp.com/") && !said.contains("Waiting"), "{said:?}");
    let (said, _) =
        end(run(&world, &["create", "--subject", "Trip", "--sandbox", "--wait", "--no-progress"]));
    assert!(!said.contains("Waiting for"), "{said:?}");
}

#[test]
fn the_progress_of_many_is_shown_and_leaves_nothing_behind() {
    let world = world();
    let served = world.serve(&["--fresh", "--fault", "get_group latency=300ms"]);
    let rows: String = (0..80).map(|n| format!("group{n}\n")).collect();
    let file = world.file("many.txt", rows.as_bytes());
    let arguments = ["get", "--from", &file, "--base-url", served.base_url(), "-o", "table"];
    let mut session = run(&world, &arguments);
    session.exp_regex(r"Reading groups \d+/80, \d+ failed, [0-9.]+/s, \d+ s left").unwrap();
    session.exp_string("\r\u{1b}[K").unwrap();
    let (said, code) = end(session);
    assert_eq!(code, 4, "{said}");
    let after = said.rsplit("\r\u{1b}[K").next().unwrap();
    assert!(after.contains("group79") && !after.contains("Reading groups"), "{after:?}");
    let (said, _) = end(run(&world, &[&arguments[..], &["-q"]].concat()));
    assert!(!said.contains("Reading groups"), "{said:?}");
}

#[test]
fn ctrl_c_ends_a_sheet_cleanly_and_the_same_command_goes_on() {
    let world = world();
    let served = world.serve(&["--fresh", "--fault", "create_group latency=200ms"]);
    let rows: String = (0..150).map(|n| format!("Group {n}\n")).collect();
    let file = world.file("sheet.csv", format!("subject\n{rows}").as_bytes());
    let arguments = ["create", "--from", &file, "--base-url", served.base_url(), "-o", "csv"];
    let mut session = run(&world, &arguments);
    session.exp_regex(r"Creating groups \d\d/150").unwrap();
    session.send_control('c').unwrap();
    session.exp_string("Stopping").unwrap();
    let (said, code) = end(session);
    assert_eq!(code, 130, "{said}");
    assert!(said.contains("of 150 groups accepted") && said.contains("in the journal"), "{said}");
    assert!(said.contains("Go on with `wagroups create --from") && !said.contains("in doubt"), "{said}");
    let done = world.command(&arguments).env("D360_API_KEY", "sandbox").output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    let list = ["list", "--all", "--base-url", served.base_url(), "-o", "jsonl"];
    let listed = world.command(&list).env("D360_API_KEY", "sandbox").output().unwrap();
    // The last of them may still be on their way.
    let journal = std::fs::read_to_string(format!("{file}.wagroups-journal.jsonl")).unwrap();
    assert_eq!(journal.matches("\"did\":\"accepted\"").count(), 150);
    assert!(String::from_utf8(listed.stdout).unwrap().lines().count() <= 150);
}

#[test]
fn a_second_ctrl_c_stops_at_once() {
    let world = world();
    let served = world.serve(&["--fresh", "--fault", "delete_group stall"]);
    let rows: String = (0..40).map(|n| format!("group{n}\n")).collect();
    let file = world.file("old.txt", rows.as_bytes());
    let mut session = run(&world, &["delete", "--from", &file, "--yes", "--base-url", served.base_url()]);
    session.exp_string("Deleting groups 0/40").unwrap();
    session.send_control('c').unwrap();
    session.exp_string("Ctrl-C again stops at once").unwrap();
    session.send_control('c').unwrap();
    let (said, code) = end(session);
    assert_eq!(code, 130, "{said}");
    assert!(said.contains("may have been done") && said.contains("--start-line 1"), "{said}");
}

//! `wagroups` at a terminal: prompts, subjects in place of ids, colours, signs of life, Ctrl-C. Waits for what is shown,
//! never for a time.
#![cfg(unix)]
// Helpers of tests fail like tests do; clippy recognises only the tests themselves.
#![allow(clippy::unwrap_used)]

use std::process::{Command, Stdio};

use groups_tests::{Run, World};
use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};
use unicode_width::UnicodeWidthStr;

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

/// A terminal of so many columns.
fn in_columns(columns: u16, command: &Command) -> PtySession {
    in_shell(&format!("stty rows 24 cols {columns} && exec \"$0\" \"$@\""), command)
}

/// A shell's script around a command, which is `"$0" "$@"` in it.
fn in_shell(script: &str, command: &Command) -> PtySession {
    let mut shell = Command::new("/bin/sh");
    // What makes these terminals has switched the echo off, which would show that of nobody else.
    shell
        .args(["-c", &format!("stty echo; {script}")])
        .arg(command.get_program())
        .args(command.get_args())
        .env_clear();
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.env("PATH", "/usr/bin:/bin").env("TERM", "xterm");
    at_terminal(shell)
}

/// All that a terminal shows of a command that is given an answer, written down as a transcript.
fn written_down(world: &World, arguments: &[&str], asked: Option<(&str, &str)>) {
    let command = world.command(&[arguments, &["--no-progress"]].concat());
    let mut session = in_shell("exec \"$0\" \"$@\"", &command);
    let mut shown = String::new();
    if let Some((prompt, answer)) = asked {
        shown = session.exp_string(prompt).unwrap() + prompt;
        match answer {
            "^C" => session.send_control('c').unwrap(),
            answer => _ = session.send_line(answer).unwrap(),
        }
    }
    let (said, code) = end(session);
    let stderr = (shown + &said).replace("\r\n", "\n");
    world.told(arguments, &[], &Run { code: Some(code), stdout: String::new(), stderr });
}

/// What the bytes say that were taken for characters one by one.
fn utf8(said: &str) -> String {
    String::from_utf8(said.chars().map(|c| u8::try_from(c).unwrap()).collect()).unwrap()
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

    // A list that reads each group tells of it where that takes a while.
    world.quietly(&["sandbox", "fault", "get_group", "latency=2s", "times=1"]);
    let mut session = run(&world, &["participants", "list", "--all", "--sandbox"]);
    session.exp_string("Reading the participants (0 s)").unwrap();
    session.exp_string("\r\u{1b}[K").unwrap();
    let (said, code) = end(session);
    assert!(code == 0 && said.contains("15550100110"), "{said:?}");
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
    assert!(said.contains("Go on with `wagroups create --from") && !said.contains("unknown"), "{said}");
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
fn it_is_said_that_calls_are_held_back() {
    let world = world();
    let fault = "delete_group code=131208 retry-after=8 times=1";
    let served = world.serve(&["--fresh", "--fault", fault]);
    let file = world.file("old.txt", b"group0\ngroup1\n");
    let mut session = run(&world, &["delete", "--from", &file, "--yes", "--base-url", served.base_url()]);
    session.exp_regex(r"Deleting groups \d/2.*; rate limited, next try in \d s").unwrap();
    session.send_control('c').unwrap();
    session.send_control('c').unwrap();
    assert_eq!(end(session).1, 130);
}

#[test]
fn a_sheet_whose_groups_are_there_already_is_asked_about() {
    let world = world();
    world.quietly(&["create", "--subject", "One", "--sandbox", "--wait"]);
    let sheet = world.file("x.csv", b"subject\nOne\nTwo\n");
    let create = ["create", "--from", &sheet, "--sandbox"];
    let shown = ["1 of 2 rows to be sent", "\"One\""];
    let (said, code) = answered(&world, &create, &shown, "Make them all the same? [y/N]", "n");
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("nothing was done") && said.contains("put its journal back"), "{said}");
    let journal = || std::fs::read_to_string(format!("{sheet}.wagroups-journal.jsonl")).unwrap();
    assert!(!journal().contains("sending"), "{}", journal());
    let (said, code) = answered(&world, &create, &shown, "[y/N]", "y");
    assert_eq!(code, 0, "{said}");
    assert_eq!(journal().matches("\"did\":\"accepted\"").count(), 2);
    // Once it has begun it only goes on.
    let (said, code) = end(run(&world, &create));
    assert!(code == 0 && !said.contains("[y/N]"), "{said}");
}

#[test]
fn ctrl_c_at_a_question_about_a_sheet_does_nothing() {
    let world = world();
    let ids: Vec<String> = (0..2).map(|n| world.create(&format!("Group {n}"), "auto", "G")).collect();
    let old = world.file("old.txt", ids.join("\n").as_bytes());
    let again = world.file("x.csv", b"subject\nGroup 0\nGroup 1\n");
    for (command, prompt) in [("delete", "Type the id of the last one"), ("create", "[y/N]")] {
        let file = if command == "delete" { &old } else { &again };
        let mut session = run(&world, &[command, "--from", file, "--sandbox"]);
        session.exp_string(prompt).unwrap();
        session.send_control('c').unwrap();
        let (said, code) = end(session);
        assert_eq!(code, 130, "{said}");
        assert!(said.contains("nothing was done"), "{said}");
    }
    assert_eq!(world.group("Group 0"), ids[0]);
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
    assert!(
        said.contains("(line 1-16) may have been done")
            && said.contains("24 not sent")
            && said.contains("--yes --lines 1-40"),
        "{said}"
    );
}

#[test]
fn what_is_declined_or_not_understood_at_a_terminal_is_told() {
    let world = world();
    let club = world.group("Book club");
    let file = world.file("old.txt", format!("{club}\n{club}x\n").as_bytes());
    for (arguments, prompt, answer) in [
        (&["delete", &club, "--sandbox"][..], "[y/N]", "n"),
        (&["delete", &club, "--sandbox", "-o", "json"], "[y/N]", "n"),
        (&["delete", &club, "--sandbox"], "[y/N]", "^C"),
        (&["delete", "--from", &file, "--sandbox"], "to go ahead:", "y"),
        (&["sandbox", "reset"], "[y/N]", ""),
        (&["sandbox", "reset"], "[y/N]", "^C"),
    ] {
        written_down(&world, arguments, Some((prompt, answer)));
    }
    written_down(&world, &["get", "Book clab", "--sandbox"], None);
    world.quietly(&["create", "--subject", "Book club", "--sandbox", "--wait"]);
    let listed = world.quietly(&["list", "--sandbox", "--all", "-o", "json"]).json();
    let of_subject = listed.as_array().unwrap().iter().filter(|group| group["subject"] == "Book club");
    for group in of_subject.filter(|group| group["id"] != club.as_str()) {
        world.name(group["id"].as_str().unwrap(), "SECOND");
    }
    written_down(&world, &["invite", "get", "Book club", "--sandbox"], None);
    // The question would be seen by nobody.
    let login = world.command(&["auth", "login", "--insecure-storage"]);
    let log = world.folder().join("log.txt");
    let (_, code) = end(in_shell(&format!("\"$0\" \"$@\" 2> {}", log.display()), &login));
    let stderr = std::fs::read_to_string(&log).unwrap();
    let run = Run { code: Some(code), stdout: String::new(), stderr };
    world.told(&["auth", "login", "--insecure-storage", "2>", "log.txt"], &[], &run);
    assert_eq!(code, 2);
    world.check("what_is_declined_or_not_understood_at_a_terminal_is_told");
}

/// The part of a line from a column of the terminal on; `None` where a character stands across it.
fn from_column(line: &str, column: usize) -> Option<&str> {
    let at = line.char_indices().map(|(at, _)| at).chain([line.len()]);
    at.map(|at| line.split_at(at)).find(|(before, _)| before.width() == column).map(|(_, after)| after)
}

#[test]
fn a_table_fits_its_terminal_and_its_columns_stand_where_they_should() {
    let world = world();
    let subjects = [
        "日本の旅 — 京都と奈良、桜の季節に",
        "👩‍👩‍👧‍👦 family reunion in the mountains, all of us",
        "e\u{301}te\u{301} a\u{300} la plage de Saint-Tropez",
        "A plain subject that is too long for a narrow terminal",
    ];
    for subject in subjects {
        world.quietly(&["create", "--subject", subject, "--sandbox", "--wait"]);
    }
    let list = world.command(&["list", "--sandbox", "--all", "--fields", "subject,created_at"]);
    for columns in [40, 60, 120] {
        let (said, code) = end(in_columns(columns, &list));
        let said = utf8(&said);
        assert_eq!(code, 0, "{said}");
        assert!(!said.contains('\u{1b}'), "{said:?}");
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines.len(), 4 + subjects.len() + 1, "{said}");
        let header = lines[0];
        let column = header[..header.find("CREATED_AT").unwrap()].width();
        for line in &lines {
            let rest = from_column(line, column).unwrap_or_else(|| panic!("across a column: {said}"));
            assert!(!rest.starts_with(' ') && !rest.is_empty(), "{line:?}: {said}");
        }
        for line in &lines {
            assert!(line.width() <= usize::from(columns), "{} of {columns}: {line:?}", line.width());
        }
        assert_eq!(said.contains('…'), columns < 120, "{columns}: {said}");
        // Times are told as distances to whoever looks.
        assert!(said.contains(" ago"), "{said}");
        let whole = subjects.iter().all(|subject| said.contains(subject));
        assert_eq!(whole, columns == 120, "{said}");
    }
    // So narrow that columns at the end have no room.
    let narrow = world.command(&["list", "--sandbox", "--all", "--details"]);
    let (said, code) = end(in_columns(70, &narrow));
    let said = utf8(&said);
    assert_eq!(code, 0, "{said}");
    assert!(said.lines().next().unwrap().ends_with('…') && !said.contains("CREATED_AT"), "{said}");
    // Elsewhere nothing is cut, whatever the variable says.
    let piped = world.command(&["list", "--sandbox", "--all"]).env("COLUMNS", "40").output().unwrap();
    let piped = String::from_utf8(piped.stdout).unwrap();
    assert!(subjects.iter().all(|subject| piped.contains(subject)) && !piped.contains('…'), "{piped}");
}

#[test]
fn colours_are_for_terminals_that_want_them_and_never_in_tables() {
    let world = world();
    let club = world.group("Book club");
    for (arguments, coloured) in [
        (&["list", "--help"][..], true),
        (&["list", "--nonsense"], true),
        (&["invite", "get", &club, "--qr", "--sandbox"], true),
        (&["list", "--sandbox"], false),
        (&["get", "nobody", "--sandbox"], false),
    ] {
        for no_color in ["", "1"] {
            let mut command = world.command(arguments);
            command.env("NO_COLOR", no_color).env("D360_API_KEY", "sandbox");
            let (said, _) = end(in_columns(120, &command));
            let expected = coloured && no_color.is_empty();
            assert_eq!(said.contains("\u{1b}["), expected, "{arguments:?} {no_color:?}: {said:?}");
        }
    }
}

/// A terminal without escape codes, such as that of an editor or of a log.
fn at_dumb_terminal(world: &World, arguments: &[&str]) -> PtySession {
    let mut command = world.command(arguments);
    command.env("NO_COLOR", "").env("D360_API_KEY", "sandbox").env("TERM", "dumb");
    at_terminal(command)
}

#[test]
fn a_dumb_terminal_gets_no_escape_codes() {
    let world = world();
    let club = world.group("Book club");
    let served = world.serve(&["--fresh", "--fault", "get_group latency=30ms"]);
    let rows: String = (0..40).map(|n| format!("group{n}\n")).collect();
    let file = world.file("many.txt", rows.as_bytes());
    for arguments in [
        &["--help"][..],
        &["list", "--help"],
        &["list", "--nonsense"],
        &["help", "exit-codes"],
        &["list", "--sandbox", "--all"],
        &["get", "nobody", "--sandbox"],
        &["invite", "get", &club, "--qr", "--sandbox"],
        &["create", "--subject", "Trip", "--sandbox", "--wait"],
        &["get", "--from", &file, "--base-url", served.base_url()],
        &["doctor", "--sandbox"],
        &["list", "--sandbox", "-o", "yaml"],
    ] {
        let (said, _) = end(at_dumb_terminal(&world, arguments));
        assert!(!said.is_empty() && !said.contains('\u{1b}'), "{arguments:?}: {said:?}");
        assert!(!said.replace("\r\n", "\n").contains('\r'), "{arguments:?}: {said:?}");
    }
    for (arguments, prompt, answer) in [
        (&["delete", &club, "--sandbox"][..], "[y/N]", "n"),
        (&LOGIN, "(it is not shown): ", "a-key-4711-of-some-length"),
    ] {
        let mut session = at_dumb_terminal(&world, arguments);
        let before = session.exp_string(prompt).unwrap();
        session.send_line(answer).unwrap();
        let (after, _) = end(session);
        assert!(!format!("{before}{after}").contains('\u{1b}'), "{arguments:?}: {before:?} {after:?}");
    }
    // Whoever asks for colours gets them.
    let (said, _) = end(at_dumb_terminal(&world, &["list", "--help", "--color", "always"]));
    assert!(said.contains('\u{1b}'), "{said:?}");
}

const LOGIN: [&str; 6] =
    ["auth", "login", "--insecure-storage", "--no-verify", "--base-url", "http://127.0.0.1:1"];

#[test]
fn a_key_that_is_typed_is_not_shown() {
    let world = world();
    let key = "a-key-that-is-typed-4711-and-kept";
    let mut session = in_shell("exec \"$0\" \"$@\"", &world.command(&LOGIN));
    session.exp_string("API key for http://127.0.0.1:1 (it is not shown): ").unwrap();
    session.send_line(key).unwrap();
    let (said, code) = end(session);
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains("a-key") && said.contains("default"), "{said:?}");
    assert_eq!(std::fs::read_to_string(world.folder().join("keys/default")).unwrap(), format!("{key}\n"));
}

#[test]
fn ctrl_c_at_the_prompt_for_a_key_stores_nothing_and_the_terminal_shows_again_what_is_typed() {
    let world = world();
    let modes = "$(stty -a | tr ' ' '\\n' | grep -x -e echo -e -echo)";
    let script = format!(
        "trap : INT; \"$0\" \"$@\"; echo \"ended $?\"; echo \"mode <{modes}>\"; read answer; echo \"read <$answer>\""
    );
    let mut session = in_shell(&script, &world.command(&LOGIN));
    session.exp_string("(it is not shown): ").unwrap();
    session.send("half-a-key").unwrap();
    session.flush().unwrap();
    session.send_control('c').unwrap();
    let said = session.exp_string("ended 130").unwrap();
    assert!(said.contains("interrupted; nothing was done"), "{said:?}");
    session.exp_string("mode <echo>").unwrap();
    session.send_line("in the open").unwrap();
    let (shown, code) = end(session);
    assert_eq!(code, 0, "{shown}");
    // Once as it was typed, once as it was read, without what was typed before.
    assert_eq!(shown.matches("in the open").count(), 2, "{shown:?}");
    assert!(shown.contains("read <in the open>"), "{shown:?}");
    assert!(!format!("{said}{shown}").contains("half-a-key"), "{said:?} {shown:?}");
    assert!(!world.folder().join("config.toml").exists() && !world.folder().join("keys").exists());
}

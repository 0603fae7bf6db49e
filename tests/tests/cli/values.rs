//! Values as they are pasted and as spreadsheets write them: ids, numbers, durations, times, columns.

#![allow(clippy::unwrap_used, reason = "the helpers of a test are tests too")]

use crate::events::{example, post};
use crate::world;

const GROUP: &str = "Y2FwaV9ncm91cDoxODA1NTU1MDE3MjoxMjAzNjMyMjI3NzE5NjMwNjcZD";
const REQUEST: &str = "MTY0NjcwNDM1OTU6MTIwMzYzNDA0Njk0MjMzODIw";
const RECEIPT: &str = "9B47474A35EFC2A6139B41457E4C10BB";
const USER: &str = "US.13491208655302741918";

/// Ways in which an id is damaged when it is copied.
const DAMAGE: [(&str, &str); 12] = [
    ("", "\u{200b}"),
    ("\u{feff}", ""),
    ("\u{2066}", "\u{2069}"),
    ("", "\u{3164}"),
    ("\"", "\""),
    ("'", "'"),
    ("“", "”"),
    ("«", "»"),
    ("<", ">"),
    ("(", ")"),
    ("[", "]"),
    ("", "."),
];

#[test]
fn a_damaged_id_is_refused_wherever_an_id_stands() {
    let world = world();
    // Nothing listens there: a call would end with another exit code.
    let api = ["--base-url", "http://127.0.0.1:9"];
    let lines: [(&str, &str); 24] = [
        ("get @", GROUP),
        ("update @ --subject x", GROUP),
        ("update @ --subject x --dry-run", GROUP),
        ("delete @ --yes", GROUP),
        ("delete ok @ --yes", GROUP),
        ("invite get @", GROUP),
        ("invite reset @", GROUP),
        ("requests list @", GROUP),
        ("requests approve @ --all", GROUP),
        ("requests reject @ x", GROUP),
        ("requests approve g @", REQUEST),
        ("requests reject g @", REQUEST),
        ("requests approve g @", USER),
        ("participants list @", GROUP),
        ("participants remove @ 15550100110 --yes", GROUP),
        ("participants remove g @ --yes", USER),
        ("wait @", RECEIPT),
        ("conformance --group @", GROUP),
        ("list --after @", GROUP),
        ("requests list g --before @", GROUP),
        ("events list --group @", GROUP),
        ("events list --request-id @", RECEIPT),
        ("sandbox user join @ 15550100110", GROUP),
        ("sandbox group suspend @", GROUP),
    ];
    for (line, id) in lines {
        for (left, right) in DAMAGE {
            // Brackets and dots may be part of a cursor.
            if line.contains("--after") || line.contains("--before") {
                let opaque = ["<", "(", "["].contains(&left) || right == ".";
                if opaque {
                    continue;
                }
            }
            let damaged = format!("{left}{id}{right}");
            let words = line.split(' ').map(|word| if word == "@" { damaged.as_str() } else { word });
            let mut words: Vec<&str> = words.collect();
            if !line.starts_with("events") && !line.starts_with("sandbox") {
                words.extend(api);
            }
            let done = world.quietly_with(&words, &[("D360_API_KEY", "held")]);
            assert_eq!(done.code, Some(2), "{words:?}: {done:?}");
            assert!(done.stderr.contains(&format!("; write {id}")), "{words:?}: {done:?}");
        }
    }
    let cut = format!("{}…", &GROUP[..30]);
    let done = world.quietly(&["get", &cut, "--sandbox"]);
    assert!(done.code == Some(2) && done.stderr.contains("was cut"), "{done:?}");
}

#[test]
fn a_damaged_id_in_a_sheet_is_never_gone() {
    let world = world();
    let commands: [&[&str]; 8] = [
        &["delete", "--yes", "--ignore-missing"],
        &["get"],
        &["update"],
        &["invite", "get"],
        &["invite", "reset"],
        &["requests", "approve"],
        &["requests", "reject"],
        &["participants", "remove", "--yes"],
    ];
    for (left, right) in DAMAGE {
        let id = format!("{left}{GROUP}{right}");
        let cell = format!("\"{}\"", id.replace('"', "\"\""));
        let csv = format!("group_id,subject,user\nok,x,15550100110\n{cell},x,15550100110\n");
        let json = serde_json::json!({ "group_id": id, "subject": "x", "user": "15550100110" });
        let sheets =
            [world.file("x.csv", csv.as_bytes()), world.file("x.jsonl", format!("\n{json}\n").as_bytes())];
        for command in commands {
            for (sheet, line) in sheets.iter().zip([3, 2]) {
                let done = world.quietly(&[command, &["--from", sheet, "--sandbox"]].concat());
                assert_eq!(done.code, Some(2), "{command:?} {id}: {done:?}");
                let said =
                    done.stderr.contains(&format!("line {line}: group id")) && !done.stdout.contains("gone");
                assert!(
                    said && done.stderr.contains(&format!("; write {GROUP}")),
                    "{command:?} {id}: {done:?}"
                );
            }
        }
        let plain = world.file("x.txt", format!("ok\n{id}\n").as_bytes());
        let done = world.quietly(&["delete", "--yes", "--ignore-missing", "--from", &plain, "--sandbox"]);
        assert_eq!(done.code, Some(2), "{id}: {done:?}");
        assert!(done.stdout.is_empty() && done.stderr.contains("line 2: group id"), "{id}: {done:?}");
    }
    for (column, id) in [("join_request_id", REQUEST), ("id", REQUEST), ("user", USER), ("user_id", USER)] {
        let sheet = world.file("r.csv", format!("group_id,{column}\ng,<{id}>\n").as_bytes());
        let done = world.quietly(&["requests", "approve", "--from", &sheet, "--sandbox"]);
        assert_eq!(done.code, Some(2), "{column}: {done:?}");
        assert!(done.stderr.contains(&format!("; write {id}")), "{column}: {done:?}");
    }
}

#[test]
fn a_group_is_not_deleted_for_a_duration_in_a_word_of_its_own() {
    let world = world();
    let id = world.create("Stays", "auto", "STAYS");
    let lines: [&[&str]; 5] = [
        &["delete", &id, "--wait", "30s", "--yes"],
        &["delete", "--wait", "2m", &id, "--yes"],
        &["update", &id, "--subject", "x", "--wait", "1h30m"],
        &["participants", "remove", &id, "--wait", "90", "15550100110", "--yes"],
        &["create", "--subject", "x", "--wait", "1d"],
    ];
    for line in lines {
        let done = world.quietly(&[line, &["--sandbox"]].concat());
        assert_eq!(done.code, Some(2), "{line:?}: {done:?}");
        assert!(done.stderr.contains("write `--wait="), "{line:?}: {done:?}");
    }
    assert_eq!(world.group("Stays"), id);
    assert_eq!(world.quietly(&["delete", &id, "--wait=30s", "--yes", "--sandbox"]).code, Some(0));
}

#[test]
fn events_since_a_day_ago_are_those_of_a_day() {
    let world = world();
    let served = groups_tests::Served::started_by(world.command(&["listen", "--port", "0"]));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let mut body: serde_json::Value = serde_json::from_str(example("webhook_group_created")).unwrap();
    for (hours, request) in [(1, "R1"), (30, "R30"), (24 * 9, "R216")] {
        let event = body.pointer_mut("/entry/0/changes/0/value/groups/0").unwrap();
        event["request_id"] = request.into();
        event["timestamp"] = (now - hours * 3_600).to_string().into();
        assert_eq!(post(served.base_url(), &body.to_string(), ""), 200);
    }
    let since = |time: &str| {
        let done = world.quietly(&["events", "list", "--since", time, "-o", "csv", "--fields", "request_id"]);
        assert_eq!(done.code, Some(0), "{time}: {done:?}");
        done.stdout.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(since("1d"), ["R1"]);
    assert_eq!(since("2d").len(), 2);
    assert_eq!(since("1w2d1h").len(), 3);
    assert_eq!(since("1970-01-01").len(), 3);
    assert!(since("yesterday").contains(&"R1".to_owned()));
    for bad in ["90", "1mo", "0s", "99999999999999h", "٩٠s"] {
        assert_eq!(world.quietly(&["events", "list", "--since", bad]).code, Some(2), "{bad}");
    }
}

#[test]
fn values_that_spreadsheets_and_people_write() {
    let world = world();
    let id = world.create("Numbers", "auto", "GROUP");
    let people = "user\n4.91556E+12\n\"4,91556E+12\"\n0170 123456\n(555) 010-0110\n+15550100110.00\n１５５５０１００１１０\nbob\n";
    let people = world.file("people.csv", people.as_bytes());
    world.run(&["participants", "remove", &id, "--from", &people, "--sandbox", "--yes"]);
    let good = "sep=;\nuser\n'+15550100110\ntel:+1-555-010-0111\n15550100112.0\n+1555\u{200b}0100113\n+1\u{fe0e}-555-010-0114\n";
    let good = world.file("good.csv", good.as_bytes());
    let done = world.run(&["participants", "remove", &id, "--from", &good, "--sandbox", "--dry-run"]);
    assert_eq!(done.code, Some(0));
    let two = world.file("two.csv", b"user,wa_id\n15550100110,15550100111\n");
    world.run(&["participants", "remove", &id, "--from", &two, "--sandbox", "--yes"]);
    let subjects = "subject\n\"Trip\nto Kyoto\"\n\u{200b}\nBell\u{7}\nKyoto, Mai\n";
    let subjects = world.file("subjects.csv", subjects.as_bytes());
    world.run(&["create", "--from", &subjects, "--sandbox", "--dry-run"]);
    let update = world.file("update.csv", format!("id,subject\n{id},\u{3164}\u{200d}\n").as_bytes());
    world.run(&["update", "--from", &update, "--sandbox"]);
    world.run(&["update", &id, "--subject", "\u{2060}", "--sandbox"]);
    world.run(&["create", "--subject", "a\tb", "--sandbox"]);
    let approval = world.file("approval.csv", b"subject,join_approval_mode\nBoard,approval_required\n");
    let created = world.run(&[
        "create",
        "--from",
        &approval,
        "--sandbox",
        "--wait",
        "-o",
        "csv",
        "--fields",
        "status,subject,join_approval_mode",
    ]);
    assert!(created.stdout.ends_with("done,Board,approval_required\r\n"), "{created:?}");
    let settings = world.file("picture.csv", format!("id,subject,profile_picture\n{id},x,y\n").as_bytes());
    world.run(&["update", "--from", &settings, "--sandbox"]);
    let twice = world.file("twice.csv", b"subject,approval,Join approval mode\nx,auto,required\n");
    world.run(&["create", "--from", &twice, "--sandbox"]);
    let twice = world
        .file("twice.jsonl", b"{\"subject\":\"x\",\"approval\":\"auto\",\"join_approval_mode\":\"auto\"}\n");
    world.run(&["create", "--from", &twice, "--sandbox"]);
    let separator = world.file("separator.csv", b"sep=ab\nsubject\nx\n");
    world.run(&["create", "--from", &separator, "--sandbox"]);
    let groups = world.file("groups.csv", format!("id,subject\n{id},x\n").as_bytes());
    world.run(&["requests", "approve", &id, "--from", &groups, "--sandbox"]);
    world.run(&["delete", &id, "--wait", "30s", "--yes", "--sandbox"]);
    world.run(&["delete", "--sandbox", "-o", "json", &format!("<{GROUP}>")]);
    world.run(&["get", "Trip to Kyoto", "--sandbox"]);
    world.check("values_that_spreadsheets_and_people_write");
}

/// Joiners and variation selectors belong to words and emoji, in every format and in messages.
#[test]
fn words_and_emoji_stay_whole() {
    let world = world();
    let subjects = ["Team 👩\u{200d}💻", "می\u{200c}خواهم", "❤\u{fe0f} Kyoto"];
    for subject in subjects {
        world.create(subject, "auto", "GROUP");
        for format in ["table", "csv", "json", "jsonl", "yaml"] {
            let done = world.quietly(&["list", "--all", "--sandbox", "-o", format]);
            assert!(done.stdout.contains(subject), "{format}: {done:?}");
        }
    }
    let sheet = world.file("two.csv", format!("subject\n{0}\n{0}\n", subjects[0]).as_bytes());
    let done = world.quietly(&["create", "--from", &sheet, "--dry-run", "--sandbox"]);
    assert!(done.stderr.contains(&format!("\"{}\" (lines 2, 3)", subjects[0])), "{done:?}");
    let bidi = world.create("evil\u{202e}txt", "auto", "BIDI");
    let done = world.quietly(&["get", &bidi, "--sandbox"]);
    assert!(done.stdout.contains("evil\\u{202e}txt"), "{done:?}");
}

#[test]
fn a_column_that_means_a_setting_is_used_or_refused() {
    let world = world();
    let dry = |sheet: &str| {
        let sheet = world.file("sheet.csv", sheet.as_bytes());
        world.quietly(&["create", "--from", &sheet, "--sandbox", "--dry-run", "-o", "jsonl"])
    };
    for (header, value, mode) in [
        ("approval_required", "true", "approval_required"),
        ("approval_required", "no", "auto_approve"),
        ("Join approval", "required", "approval_required"),
        ("requires_approval", "YES", "approval_required"),
    ] {
        let run = dry(&format!("subject,{header}\nTrip,{value}\n"));
        assert_eq!(run.code, Some(0), "{header}: {run:?}");
        assert_eq!(run.json()["body"]["join_approval_mode"], mode, "{header}: {run:?}");
    }
    let picture = dry("subject,picture\nTrip,x.jpg\n");
    assert_eq!(picture.code, Some(2), "{picture:?}");
    // A setting that could not be read must not become the default.
    for name in ["?join_approval_mode", "?description"] {
        let extra = format!("\"{{\"\"{name}\"\":true}}\"");
        let run = dry(&format!("subject,extra\nTrip,{extra}\n"));
        assert_eq!(run.code, Some(2), "{name}: {run:?}");
        assert_eq!(run.error()["problems"][0]["line"], 2, "{run:?}");
        let run = dry(&format!("subject,approval,description,extra\nTrip,required,why,{extra}\n"));
        assert_eq!(run.code, Some(0), "{name}: {run:?}");
    }
    let run = dry("subject,extra\nTrip,\"{\"\"?created_at\"\":7}\"\n");
    assert_eq!(run.code, Some(0), "{run:?}");
    let group = world.create("Board", "auto", "BOARD");
    let sheet =
        world.file("sheet.csv", format!("id,subject,approval\n{group},Board 2,required\n").as_bytes());
    let run = world.quietly(&["update", "--from", &sheet, "--sandbox", "--wait", "-o", "json"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let row = &run.json()[0];
    assert_eq!(
        (&row["status"], row.get("approval"), row.get("join_approval_mode")),
        (&"done".into(), None, None)
    );
}

#[test]
fn a_dry_run_does_not_promise_what_nobody_has_asked_for() {
    let world = world();
    let group = world.create("Board", "required", "BOARD");
    world.request(&group, "+15550100163", "ASKED");
    let people = world.file("people.csv", b"user\n+15550100163\n+15550100164\n");
    let run = world.quietly(&["requests", "approve", &group, "--from", &people, "--sandbox", "--dry-run"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.contains("1 join request would be approved"), "{run:?}");
    let status = |line: &str| run.stdout.lines().find(|row| row.starts_with(line)).unwrap().to_owned();
    assert!(status("2").contains("would_change") && status("3").contains("failed"), "{run:?}");
}

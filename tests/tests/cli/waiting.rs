//! Waiting for outcomes, where webhooks go, and the check of the set-up.
#![allow(clippy::unwrap_used, reason = "the helpers of a test are tests too")]

use groups_tests::Served;

use crate::{jpeg, world};

#[test]
fn writes_are_waited_for() {
    let world = world();
    let create = ["create", "--sandbox", "--subject", "Trip to Kyoto", "--description", "May", "--wait"];
    let made = world.run(&[&create[..], &["-o", "json"]].concat());
    assert_eq!(made.code, Some(0));
    let kyoto = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(made.json()["learnt_by"], "webhook", "read where it would be sent from");
    world.name(&kyoto, "KYOTO");
    let made = world.run(&["create", "--sandbox", "--subject", "Trip to Nara", "--wait=20s"]);
    assert_eq!(made.code, Some(0));
    let nara = world.group("Trip to Nara");
    world.name(&nara, "NARA");
    world.quietly(&["sandbox", "user", "join", &kyoto, "+15550100110"]);

    world.run(&["update", "--sandbox", &kyoto, "--subject", "Kyoto", "--description", "June", "--wait"]);
    world.run(&["update", "--sandbox", &kyoto, "--subject", "Kyoto!", "--wait", "-o", "json"]);
    world.run(&["participants", "remove", "--sandbox", &kyoto, "+15550100110", "--wait", "-y", "-o", "json"]);
    let gone = world.run(&["delete", "--sandbox", "--yes", "--wait", "-o", "json", &kyoto, &nara]);
    assert_eq!(gone.json().as_array().map(Vec::len), Some(2), "an array for several");
    let one = world.group("Book club");
    world.run(&["delete", "--sandbox", "--yes", "--wait", &one]);
    world.run(&["create", "--subject", "x", "--wait", "--dry-run"]);
    world.check("writes_are_waited_for");
}

#[test]
fn what_is_not_seen_in_time_is_told_with_its_receipt() {
    let world = world();
    world.quietly(&["sandbox", "behaviour", "--set", "outcome_delay_ms=3600000"]);
    let lisbon = world.group("Lisbon trip in June");
    let club = world.group("Book club");
    for arguments in [
        &["create", "--subject", "Late", "--wait=200ms"][..],
        &["create", "--subject", "Later", "--wait=200ms", "-o", "json"],
        &["delete", "--yes", "--wait=200ms", &club, "-o", "json"],
        &["delete", "--yes", "--wait=200ms", &club, &lisbon],
        &["update", &lisbon, "--subject", "x", "--wait=200ms"],
    ] {
        let late = world.run(&[&["--sandbox"], arguments].concat());
        assert_eq!(late.code, Some(8), "{late:?}");
        assert!(!late.stdout.is_empty(), "what was accepted is printed: {late:?}");
    }
    world.check("what_is_not_seen_in_time_is_told_with_its_receipt");
}

#[test]
fn a_picture_or_a_stranger_cannot_be_told_without_webhooks() {
    let world = world();
    let served = world.serve(&[]);
    let there = ["--base-url", served.base_url()];
    let run = |arguments: &[&str]| {
        world.run_with(&[&there[..], arguments].concat(), &[("D360_API_KEY", "sandbox")])
    };
    let lisbon = world.group("Lisbon trip in June");
    let picture = world.file("square.jpg", &jpeg(192, 192));
    assert_eq!(run(&["update", &lisbon, "--picture", &picture, "--wait"]).code, Some(8));
    let both = ["update", &lisbon, "--subject", "x", "--picture", &picture, "--wait"];
    assert_eq!(run(&both).code, Some(8));
    let stranger = ["participants", "remove", &lisbon, "+15550100110", "+15550100199", "-y", "--wait=2s"];
    assert_eq!(run(&stranger).code, Some(8));
    world.check("a_picture_or_a_stranger_cannot_be_told_without_webhooks");
}

#[test]
fn the_embedded_sandbox_tells_why_something_failed() {
    let world = world();
    let fault = |line: &str| {
        let done = world.quietly(&["sandbox", "fault", line]);
        assert_eq!(done.code, Some(0), "{done:?}");
    };
    fault("create_group outcome=131211 times=1");
    let refused = world.run(&["--sandbox", "create", "--subject", "One too many", "--wait", "-o", "json"]);
    assert_eq!((refused.code, &refused.error()["code"]), (Some(1), &131_211.into()), "{refused:?}");
    let lisbon = world.group("Lisbon trip in June");
    let picture = world.file("square.jpg", &jpeg(192, 192));
    let done = world.run(&["--sandbox", "update", &lisbon, "--picture", &picture, "--wait", "-o", "json"]);
    assert_eq!((done.code, &done.json()["learnt_by"]), (Some(0), &"webhook".into()), "{done:?}");
    fault("update_group outcome=131009 setting=description times=1");
    let partly = ["--sandbox", "update", &lisbon, "--subject", "Lisbon", "--description", "x", "--wait"];
    assert_eq!(world.run(&partly).code, Some(7));
    let strangers = ["--sandbox", "participants", "remove", &lisbon, "+15550100199", "-y", "--wait"];
    assert_eq!(world.run(&strangers).code, Some(4));
    fault("delete_group outcome=131207 times=1");
    assert_eq!(world.run(&["--sandbox", "delete", &lisbon, "-y", "--wait"]).code, Some(1));
    // Also what an earlier command sent.
    let accepted = world.run(&["--sandbox", "delete", &lisbon, "-y", "-o", "json"]).json();
    let wait = ["--sandbox", "wait", accepted["request_id"].as_str().unwrap()];
    assert_eq!(world.run(&wait).code, Some(0));
    world.check("the_embedded_sandbox_tells_why_something_failed");
}

#[test]
fn received_webhooks_tell_outcomes_and_why_something_failed() {
    let world = world();
    let listener = Served::started_by(world.command(&["listen", "--port", "0"]));
    let served = world.serve(&[]);
    let there = ["--base-url", served.base_url()];
    let run = |arguments: &[&str]| {
        world.run_with(&[&there[..], arguments].concat(), &[("D360_API_KEY", "sandbox")])
    };
    run(&["webhook", "get"]);
    run(&["webhook", "set", listener.base_url(), "--header", "x-webhook-secret=choose-your-own"]);
    run(&["webhook", "get", "-o", "json"]);
    run(&["webhook", "get"]);

    let made = run(&["create", "--subject", "Trip to Kyoto", "--wait", "-o", "json"]);
    assert_eq!(made.json()["learnt_by"], "webhook", "{made:?}");
    let kyoto = made.json()["id"].as_str().unwrap().to_owned();
    world.name(&kyoto, "KYOTO");
    let accepted = run(&["update", &kyoto, "--subject", "Kyoto", "-o", "json"]).json();
    run(&["wait", accepted["request_id"].as_str().unwrap()]);
    run(&["wait", accepted["request_id"].as_str().unwrap(), "--for", "1m", "-o", "json"]);
    run(&["wait", "NoSuchRequest", "--for", "100ms"]);

    let fault = |line: &str| {
        let done = world.quietly(&["sandbox", "fault", line]);
        assert_eq!(done.code, Some(0), "{done:?}");
    };
    fault("create_group outcome=131211 times=1");
    assert_eq!(run(&["create", "--subject", "One too many", "--wait"]).code, Some(1));
    fault("update_group outcome=131009 setting=description times=1");
    let partly = ["update", &kyoto, "--subject", "Kyoto", "--description", "x", "--wait"];
    assert_eq!(run(&partly).code, Some(7));
    fault("update_group outcome=131009 times=1");
    assert_eq!(run(&[&partly[..], &["-o", "json"]].concat()).code, Some(1));
    world.quietly(&["sandbox", "user", "join", &kyoto, "+15550100110"]);
    let remove = ["participants", "remove", &kyoto, "+15550100110", "+15550100199", "-y", "--wait"];
    assert_eq!(run(&remove).code, Some(7));
    fault("delete_group outcome=131207 times=1");
    assert_eq!(run(&["delete", &kyoto, "-y", "--wait"]).code, Some(1));
    let healthy = run(&["doctor"]);
    assert_eq!(healthy.code, Some(0), "{healthy:?}");
    world.check("received_webhooks_tell_outcomes_and_why_something_failed");
}

#[test]
fn webhook_addresses_and_waits_that_make_no_sense() {
    let world = world();
    world.run(&["webhook", "set", "https://example.com/hook", "--header", "x-secret=s", "--dry-run"]);
    world.run(&["webhook", "set", "example.com", "--dry-run"]);
    world.run(&["webhook", "set", "https://example.com", "--header", "s3cret", "--dry-run"]);
    world.run(&["webhook", "set", "https://example.com", "--header", "x y=s3cret", "--dry-run"]);
    world.run(&["webhook", "get"]);
    world.run(&["--sandbox", "webhook", "get"]);
    world.run(&["--sandbox", "webhook", "get", "-o", "json"]);
    world.run(&["wait", "9B47474A35EFC2A6139B41457E4C10BB"]);
    world.run(&["wait", "a b"]);
    world.run(&["create", "--subject", "x", "--wait=soon"]);
    world.run(&["list", "--wait"]);
    world.check("webhook_addresses_and_waits_that_make_no_sense");
}

#[test]
fn the_doctor_says_what_to_do() {
    let world = world();
    let fine = world.run(&["--sandbox", "doctor"]);
    assert_eq!(fine.code, Some(0));
    assert_eq!(world.run(&["doctor"]).code, Some(3));
    let served = world.serve(&[]);
    let there = ["--base-url", served.base_url()];
    let run = |key: &str, arguments: &[&str]| {
        world.run_with(&[&there[..], arguments].concat(), &[("D360_API_KEY", key)])
    };
    assert_eq!(run("wrong", &["doctor"]).code, Some(3));
    assert_eq!(run("sandbox", &["doctor", "-o", "json"]).code, Some(1));
    // Nobody listens at a port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    run("sandbox", &["webhook", "set", &format!("http://{free}/hook?token=s3cret")]);
    let down = run("sandbox", &["doctor"]);
    assert_eq!(down.code, Some(1));
    assert!(!down.stdout.contains("s3cret") && !down.stderr.contains("s3cret"), "{down:?}");
    // The address is in the state that both share.
    let embedded = world.quietly(&["--sandbox", "doctor"]);
    assert_eq!(embedded.code, Some(0), "{embedded:?}");
    assert!(embedded.stdout.contains("delivers none"), "{embedded:?}");
    world.quietly(&["sandbox", "behaviour", "--set", "eligible=false"]);
    run("sandbox", &["doctor"]);
    world.check("the_doctor_says_what_to_do");
}

#[test]
fn looking_at_events_does_not_make_webhooks_believed_in() {
    let world = world();
    let none = world.quietly(&["events", "list", "-o", "json"]);
    assert_eq!((none.code, none.json()), (Some(0), serde_json::json!([])));
    let none = world.quietly(&["events", "replay", "--to", "http://127.0.0.1:9"]);
    assert_eq!((none.code, none.stderr.trim()), (Some(0), "No events."));
    let store = world.folder().join("events.db");
    assert!(!store.exists(), "reading makes no store");
    // Nobody is asked: what was received here would tell.
    let wait = || {
        let arguments = ["--base-url", "http://127.0.0.1:9", "wait", "ABC", "--for", "100ms", "-o", "json"];
        world.quietly_with(&arguments, &[("D360_API_KEY", "sandbox")])
    };
    let told = wait();
    assert_eq!(told.code, Some(3), "{told:?}");
    let remedy = told.error()["remedy"].as_str().unwrap().to_owned();
    assert!(remedy.contains("webhook set URL") && remedy.contains("listen"), "{told:?}");

    // A receiver that got nothing and has gone leaves an empty store.
    let listener = Served::started_by(world.command(&["listen", "--port", "0"]));
    assert_eq!(wait().code, Some(8), "one may come yet");
    listener.kill();
    assert!(store.exists());
    assert_eq!(wait().code, Some(3));
}

#[test]
fn a_store_that_cannot_be_read_is_told() {
    let world = world();
    world.file("events.db", b"This is no database, and never was one.");
    let served = world.serve(&[]);
    let run = |arguments: &[&str]| {
        let there = ["--base-url", served.base_url()];
        world.quietly_with(&[&there[..], arguments].concat(), &[("D360_API_KEY", "sandbox")])
    };
    let told = run(&["wait", "ABC", "-o", "json"]);
    assert_eq!((told.code, &told.error()["kind"]), (Some(1), &"store_failed".into()), "{told:?}");
    let club = world.group("Book club");
    let gone = run(&["delete", &club, "--yes", "--wait"]);
    assert_eq!(gone.code, Some(0), "{gone:?}");
    assert!(gone.stderr.starts_with("Looking alone tells the outcome: "), "{gone:?}");
    // The embedded sandbox needs no store.
    let told = world.quietly(&["--sandbox", "wait", "ABC", "--for", "100ms"]);
    assert_eq!(told.code, Some(8), "{told:?}");
}

/// The ids that a create told of: the one it took, or none.
fn taken(run: &std::process::Output) -> Option<String> {
    let stdout: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    if run.status.success() {
        return Some(stdout["id"].as_str().unwrap().to_owned());
    }
    let error: serde_json::Value = serde_json::from_slice(&run.stderr).unwrap();
    assert_eq!(error["error"]["kind"], "outcome_ambiguous", "{run:?}");
    None
}

#[test]
fn two_commands_that_create_the_same_at_once_never_take_the_same_group() {
    let world = world();
    let served = world.serve(&[]);
    let both = |subject: &str| {
        let create = || {
            let arguments = ["--base-url", served.base_url(), "create", "--subject", subject, "-o", "json"];
            let mut command = world.command(&[&arguments[..], &["--wait=5s"]].concat());
            command.env("D360_API_KEY", "sandbox");
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
            command.spawn().unwrap()
        };
        let (one, other) = (create(), create());
        [one, other].map(|command| taken(&command.wait_with_output().unwrap()))
    };
    let [one, other] = both("Twins");
    assert!(one.is_none() || one != other, "{one:?} was given to both");

    // Only one of the two makes a group: by looking alone each would find it, alone and for long.
    let done = world.quietly(&["sandbox", "fault", "create_group outcome=131211 times=1"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(both("Single"), [None, None], "nobody can say whose it is");
}

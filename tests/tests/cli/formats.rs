//! Results as YAML and CSV and through `--jq`, and what else is printed beside them.

use serde_json::{Value, json};

use crate::world;

#[test]
fn results_are_printed_as_yaml() {
    let world = world();
    let lisbon = world.group("Lisbon trip in June");
    let listed = world.run(&["list", "--sandbox", "--limit", "2", "-o", "yaml"]);
    let read: Value = serde_saphyr::from_str(&listed.stdout).unwrap();
    assert_eq!(read, world.quietly(&["list", "--sandbox", "--limit", "2", "-o", "json"]).json());
    let shown = world.run(&["get", &lisbon, "--sandbox", "-o", "yaml"]);
    let read: Value = serde_saphyr::from_str(&shown.stdout).unwrap();
    assert_eq!(read, world.quietly(&["get", &lisbon, "--sandbox", "-o", "json"]).json());
    world.run_with(
        &["participants", "list", &lisbon, "--sandbox", "--fields", "wa_id"],
        &[("WAGROUPS_OUTPUT", "yaml")],
    );
    world.run(&["delete", "--sandbox", "--dry-run", "one", "two", "-o", "yaml"]);
    world.run(&["events", "list", "-o", "yaml"]);
    world.run(&["get", "nobody", "--sandbox", "-o", "yaml"]);
    world.check("results_are_printed_as_yaml");
}

#[test]
fn results_are_printed_as_csv() {
    let world = world();
    let lisbon = world.group("Lisbon trip in June");
    let listed = world.run(&["list", "--sandbox", "--limit", "2", "-o", "csv"]);
    assert_eq!(listed.stdout.matches("\r\n").count(), 3, "{listed:?}");
    world.run(&[
        "list",
        "--sandbox",
        "--details",
        "--page-size",
        "1",
        "-o",
        "csv",
        "--fields",
        "subject,suspended",
    ]);
    world.run(&["get", &lisbon, "--sandbox", "-o", "csv"]);
    world.run_with(&["participants", "list", &lisbon, "--sandbox"], &[("WAGROUPS_OUTPUT", "csv")]);
    world.run(&["requests", "approve", &lisbon, "no-such-request", "--sandbox", "-o", "csv"]);
    world.run(&["delete", "--sandbox", "--dry-run", "one", "two", "-o", "csv"]);
    world.run(&["events", "list", "-o", "csv", "--fields", "at,type"]);
    world.run(&["get", "nobody", "--sandbox", "-o", "csv"]);
    world.check("results_are_printed_as_csv");
}

#[test]
fn a_subject_is_no_formula_in_csv() {
    let world = world();
    let id = world.create("=HYPERLINK(\"http://example.com\")", "auto", "EVIL");
    let shown = world.quietly(&["get", &id, "--sandbox", "-o", "csv", "--fields", "subject"]);
    assert_eq!(shown.stdout, "subject\r\n\"'=HYPERLINK(\"\"http://example.com\"\")\"\r\n");
    let whole = world.quietly(&["get", &id, "--sandbox", "-o", "json", "--fields", "subject"]).json();
    assert_eq!(whole, json!({ "subject": "=HYPERLINK(\"http://example.com\")" }));
}

#[test]
fn results_are_filtered() {
    let world = world();
    let lisbon = world.group("Lisbon trip in June");
    world.run(&["list", "--sandbox", "--jq", ".[].subject"]);
    world.run(&[
        "list",
        "--sandbox",
        "--limit",
        "2",
        "-o",
        "json",
        "--jq",
        "map({id, subject}) | length, .[0]",
    ]);
    world.run(&["list", "--sandbox", "--page-size", "1", "-o", "jsonl", "--jq", ".created_at"]);
    world.run(&["get", &lisbon, "--sandbox", "--jq", "[.participants[].wa_id] | @csv"]);
    world.run(&["delete", "one", "two", "--sandbox", "--dry-run", "--jq", ".[].url"]);
    world.run_with(&["list", "--sandbox", "--limit", "1", "--jq", "length"], &[("WAGROUPS_OUTPUT", "csv")]);
    world.check("results_are_filtered");
}

#[test]
fn a_filter_that_cannot_work_is_refused_before_anything_is_sent() {
    let world = world();
    // Nothing is there to be asked.
    let nowhere = ["create", "--subject", "x", "--base-url", "http://127.0.0.1:1", "--jq"];
    let key = [("D360_API_KEY", "secret-key")];
    for expression in [".[", "nonsense", "env.D360_API_KEY", "$ENV.D360_API_KEY"] {
        let run = world.run_with(&[&nowhere[..], &[expression]].concat(), &key);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
    }
    for format in ["table", "csv", "yaml"] {
        let run = world.run(&["list", "--sandbox", "--jq", ".", "-o", format]);
        assert_eq!(run.code, Some(2), "{run:?}");
    }
    let run = world.run(&["list", "--sandbox", "-o", "json", "--jq", "."]);
    assert_eq!(run.json().as_array().map(Vec::len), Some(4));
    world.check("a_filter_that_cannot_work_is_refused_before_anything_is_sent");
}

#[test]
fn a_filter_that_fails_says_so_and_keeps_what_came_before() {
    let world = world();
    let run = world.run(&["list", "--sandbox", "--jq", ".[0].id, .[0].id.nothing"]);
    assert_eq!((run.code, run.stdout.lines().count()), (Some(1), 1), "{run:?}");
    let run = world.run(&["list", "--sandbox", "-o", "jsonl", "--jq", ".id | tonumber"]);
    assert_eq!((run.code, run.error()["kind"].as_str()), (Some(1), Some("output")), "{run:?}");
    world.check("a_filter_that_fails_says_so_and_keeps_what_came_before");
}

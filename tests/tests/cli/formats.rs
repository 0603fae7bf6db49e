//! Results as YAML and CSV, and what else is printed beside them.

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

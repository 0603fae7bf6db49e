//! What commands print, held against the schemas that `wagroups schema` prints.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use groups_tests::World;
use serde_json::Value;

use crate::world;

/// Real output of every kind, and which kinds those were.
struct Held<'a> {
    world: &'a World,
    seen: BTreeSet<String>,
}

impl Held<'_> {
    /// Runs a command with JSON and holds each of its objects against a schema.
    fn run(&mut self, arguments: &[&str], name: &str) -> Value {
        let run = self.world.quietly(&[arguments, &["-o", "json"]].concat());
        assert!(matches!(run.code, Some(0 | 1 | 3 | 7)), "{arguments:?}: {run:?}");
        let printed = run.json();
        let objects = printed.as_array().cloned().unwrap_or_else(|| vec![printed.clone()]);
        assert!(!objects.is_empty(), "{arguments:?} printed no object");
        objects.iter().for_each(|object| self.check(object, name, &format!("{arguments:?}")));
        printed
    }

    fn check(&mut self, object: &Value, name: &str, of: &str) {
        let schemas = groups_cli::schema::all();
        let (_, schema) = schemas.iter().find(|(other, _)| *other == name).unwrap();
        let validator = jsonschema::validator_for(schema).unwrap();
        let wrong: Vec<String> = validator.iter_errors(object).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{of} is no {name}: {wrong:?} in {object}");
        self.seen.insert(name.to_owned());
    }
}

#[test]
fn what_commands_print_is_what_their_schemas_say() {
    let world = world();
    let mut held = Held { world: &world, seen: BTreeSet::new() };
    let lisbon = world.group("Lisbon trip in June");
    let here = |words: &[&'static str]| [words, &["--sandbox"]].concat();
    held.run(&here(&["list"]), "group");
    held.run(&here(&["list", "--details"]), "group");
    held.run(&["get", &lisbon, "--sandbox"], "group");
    held.run(&["participants", "list", &lisbon, "--sandbox"], "participant");
    held.run(&here(&["participants", "list", "--all"]), "participant");
    held.run(&["requests", "list", &lisbon, "--sandbox"], "join_request");
    held.run(&["invite", "get", &lisbon, "--sandbox"], "invite_link");
    held.run(&["requests", "approve", &lisbon, "--all", "--sandbox", "--dry-run"], "preview");
    let first = world.quietly(&["requests", "list", &lisbon, "--sandbox", "--jq", ".[0].id"]).stdout;
    held.run(&["requests", "approve", &lisbon, first.trim(), "nobody", "--sandbox"], "batch");
    held.run(&here(&["create", "--subject", "Kyoto"]), "accepted");
    held.run(&here(&["create", "--subject", "Osaka", "--wait"]), "outcome");
    held.run(&["update", &lisbon, "--subject", "Porto", "--wait", "--sandbox"], "outcome");
    held.run(&["participants", "remove", &lisbon, "+15550100110", "--wait", "-y", "--sandbox"], "outcome");
    let (kyoto, osaka) = (world.group("Kyoto"), world.group("Osaka"));
    held.run(&["delete", &kyoto, "nobody", "--yes", "--sandbox"], "deleted");
    held.run(&["delete", &osaka, "nobody", "--yes", "--wait", "--sandbox"], "deleted");
    held.run(&here(&["webhook", "set", "https://example.com/hook"]), "webhook");
    held.run(&here(&["webhook", "get"]), "webhook");
    held.run(&here(&["doctor"]), "check");
    held.run(&["events", "prune", "--older-than", "30d"], "pruned");
    held.run(&["help", "error"], "error_code");
    held.run(&["help", "error", "131208"], "error_code");
    let folder = world.folder().join("man");
    held.run(&["man", folder.to_str().unwrap()], "page");
    held.run(&here(&["conformance"]), "finding");
    held.run(&["sandbox", "status"], "sandbox_status");
    held.run(&["sandbox", "behaviour"], "sandbox_behaviour");
    held.run(&["sandbox", "fault", "create_group status=500 times=1"], "sandbox_fault");
    held.run(&["sandbox", "fault"], "sandbox_fault");
    held.run(&["sandbox", "clock"], "sandbox_clock");
    held.run(&["sandbox", "crowd", "--acts", "3", "--every", "1ms"], "sandbox_deed");
    held.run(&["sandbox", "user", "request", &lisbon, "+15550100171"], "sandbox_action");
    let events = held.run(&["sandbox", "trigger"], "sandbox_event");

    let mut listening =
        groups_tests::Served::started_by(world.command(&["listen", "--port", "0", "--print", "-o", "json"]));
    let first: Value = serde_json::from_str(listening.first_line()).unwrap();
    held.check(&first, "receiving", "listen");
    let event = events[0]["event"].as_str().unwrap();
    held.run(&["sandbox", "trigger", event, "--to", listening.base_url()], "sandbox_triggered");
    let received: Value = serde_json::from_str(&listening.next_line()).unwrap();
    held.check(&received, "event", "listen --print");
    held.run(&["events", "list"], "event");

    let served = world.serve(&["--fresh", "-o", "json"]);
    let first: Value = serde_json::from_str(served.first_line()).unwrap();
    held.check(&first, "sandbox_served", "sandbox serve");
    let login = ["auth", "login", "--insecure-storage", "--base-url", served.base_url(), "-o", "json"];
    held.check(&world.quietly_fed("sandbox", &login).json(), "account", "auth login");
    held.run(&["auth", "list"], "account");
    held.run(&["auth", "status"], "auth_status");
    held.run(&["api", "GET", "/groups"], "answer");
    held.run(&["auth", "logout"], "logged_out");
    let rows = world.file("ids.txt", format!("{lisbon}\n").as_bytes());
    held.run(&["get", "--from", &rows, "--sandbox"], "row");
    let failed = world.quietly(&["get", "nobody", "--sandbox", "-o", "json"]);
    held.check(&serde_json::from_str(&failed.stderr).unwrap(), "error", "get");

    let all: BTreeSet<String> =
        groups_cli::schema::all().into_iter().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(held.seen, all, "every schema is held against something real");
}

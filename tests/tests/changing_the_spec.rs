//! What a change of spec/groups.yaml has to reach by hand, and what fails where it did not: docs/changing-the-spec.md
//! walks through it. The rest is generated.

#![allow(clippy::unwrap_used, reason = "the helpers of a test are tests too")]

mod support;

use std::collections::BTreeSet;

use groups_sandbox::Sandbox;
use groups_tests::{Run, World};
use serde_json::{Map, Value, json};
use support::{KEY, always, json_answer};

/// Commands of the CLI by the operation they call. GROUP, USER, REQUEST and OTHER stand for ids.
const COMMANDS: &[(&str, &[&str])] = &[
    ("list_groups", &["list"]),
    ("create_group", &["create", "--subject", "Trip"]),
    ("get_group", &["get", "GROUP"]),
    ("update_group", &["update", "GROUP", "--subject", "Trip to the sea"]),
    ("get_invite_link", &["invite", "get", "GROUP"]),
    ("reset_invite_link", &["invite", "reset", "GROUP"]),
    ("list_join_requests", &["requests", "list", "GROUP"]),
    ("approve_join_requests", &["requests", "approve", "GROUP", "REQUEST"]),
    ("reject_join_requests", &["requests", "reject", "GROUP", "OTHER"]),
    ("remove_participants", &["participants", "remove", "GROUP", "USER", "--yes"]),
    ("delete_group", &["delete", "GROUP", "--yes"]),
    ("get_webhook", &["webhook", "get"]),
    ("set_webhook", &["webhook", "set", "https://example.com/hook"]),
];

/// Properties of answers that the model leaves out, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    ("messaging_product", "it is always whatsapp"),
    ("paging", "the walk through the pages reads it"),
    ("errors", "it stands in for the error of an item that has none of its own"),
];

fn document() -> Value {
    serde_saphyr::from_str(groups_spec::OPENAPI_YAML).unwrap()
}

/// Every operation by id.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let items = document["paths"].as_object().unwrap().values();
    let operations = items.flat_map(|item| item.as_object().unwrap().values());
    operations.filter_map(|value| Some((value.get("operationId")?.as_str()?.to_owned(), value))).collect()
}

fn command_of(operation: &str) -> &'static [&'static str] {
    let found = COMMANDS.iter().find(|(id, _)| *id == operation);
    let (_, command) = found.unwrap_or_else(|| {
        panic!("no command of the CLI calls {operation}: add one to crates/groups-cli, and to COMMANDS in this file")
    });
    command
}

/// Runs a command against a server, with ids in place of their stand-ins.
fn run(world: &World, url: &str, key: &str, command: &[&str], ids: &[(&str, &str)]) -> Run {
    let id = |word: &&str| {
        ids.iter().find(|(name, _)| name == word).map_or((*word).to_owned(), |(_, id)| (*id).to_owned())
    };
    let command: Vec<String> = command.iter().map(id).collect();
    let mut arguments: Vec<&str> = command.iter().map(String::as_str).collect();
    arguments.extend(["--base-url", url, "-o", "json", "--max-retries", "0"]);
    let done = world.command(&arguments).env("D360_API_KEY", key).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: done.status.code(), stdout: text(done.stdout), stderr: text(done.stderr) }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_goes_from_the_command_line_through_the_client_to_the_sandbox() {
    let world = World::new(env!("CARGO_BIN_EXE_wagroups-under-test"));
    let sandbox = Sandbox::start().await.unwrap();
    let run = |command: &[&str], ids: &[(&str, &str)]| {
        run(&world, sandbox.base_url(), sandbox.api_key(), command, ids)
    };
    let made = run(&["create", "--subject", "Walk", "--approval", "required"], &[]);
    assert_eq!(made.code, Some(0), "{made:?}");
    sandbox.emulator().settle().await.unwrap();
    let listed = run(&["list", "--all"], &[]).json();
    let walk = listed.as_array().unwrap().iter().find(|group| group["subject"] == "Walk").unwrap();
    let group = walk["id"].as_str().unwrap();
    let request = sandbox.emulator().request(group, "15550100123").await.unwrap();
    let other = sandbox.emulator().request(group, "15550100124").await.unwrap();
    let ids = [("GROUP", group), ("USER", "15550100123"), ("REQUEST", &*request), ("OTHER", &*other)];

    let document = document();
    let ids_of_document: BTreeSet<String> = operations(&document).into_iter().map(|(id, _)| id).collect();
    ids_of_document.iter().for_each(|operation| {
        command_of(operation);
    });
    for (operation, command) in COMMANDS {
        assert!(ids_of_document.contains(*operation), "{operation} is no operation of the document any more");
        let before = sandbox.log().calls_of(operation).len();
        let done = run(command, &ids);
        assert_eq!(done.code, Some(0), "{operation}: {done:?}");
        let calls = sandbox.log().calls_of(operation);
        assert!(calls.len() > before, "`{}` did not call {operation}", command.join(" "));
        sandbox.emulator().settle().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_property_of_an_answer_has_a_place_in_the_model() {
    let document = document();
    let mut lost = Vec::new();
    for (operation, described) in operations(&document) {
        for (status, answer) in described["responses"].as_object().unwrap() {
            let schema = &resolve(&document, answer)["content"]["application/json"]["schema"];
            if !status.starts_with('2') || schema.is_null() {
                continue;
            }
            let mut full = Full { document: &document, count: 0, places: Vec::new() };
            let body = full.instance(schema, "");
            let world = World::new(env!("CARGO_BIN_EXE_wagroups-under-test"));
            let server = always(json_answer(status.parse().unwrap(), &body.to_string())).await;
            let first = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or("r1");
            let (approved, rejected) =
                (first("/approved_join_requests/0"), first("/rejected_join_requests/0"));
            let ids = [("GROUP", "g1"), ("USER", "15550100123"), ("REQUEST", approved), ("OTHER", rejected)];
            let mut command = command_of(&operation).to_vec();
            // What was not asked for is not told of.
            command.extend(body.pointer("/failed_join_requests/0/join_request_id").and_then(Value::as_str));
            let shown = run(&world, &server.uri(), KEY, &command, &ids);
            assert!(!shown.stdout.is_empty(), "{operation} {status}: {shown:?} of {body}");
            for (place, forms) in full.places {
                let left_out = LEFT_OUT.iter().any(|(name, _)| {
                    place.split('.').next() == Some(name) || place.rsplit('.').next() == Some(name)
                });
                if !left_out && !forms.iter().any(|form| shown.stdout.contains(form.as_str())) {
                    lost.push(format!("{operation} {status}: {place}, here {forms:?}"));
                }
            }
        }
    }
    let repair = "give the property a place in crates/groups-model and its conversion in crates/groups-ergonomic, or a reason in LEFT_OUT";
    assert!(lost.is_empty(), "{repair}:\n{}", lost.join("\n"));
}

/// Makes an instance with every property a schema has, each with a value that can be told from all others.
struct Full<'a> {
    document: &'a Value,
    count: i64,
    /// Where a value is, and in which forms it may be shown.
    places: Vec<(String, Vec<String>)>,
}

impl Full<'_> {
    fn instance(&mut self, schema: &Value, place: &str) -> Value {
        let schema = resolve(self.document, schema);
        if let Some(values) = schema["enum"].as_array() {
            let value = values[0].clone();
            self.note(place, [value.as_str().map_or_else(|| value.to_string(), str::to_owned)]);
            return value;
        }
        self.count += 1;
        let number = 1_000_000 + self.count;
        match schema["type"].as_str() {
            Some("object") => {
                let properties = schema["properties"].as_object().into_iter().flatten();
                let below =
                    |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
                properties
                    .map(|(name, part)| (name.clone(), self.instance(part, &below(name))))
                    .collect::<Map<_, _>>()
                    .into()
            }
            Some("array") => json!([self.instance(&schema["items"], place)]),
            Some("string") => {
                let text = match schema["format"].as_str() {
                    Some("uri") => format!("https://example.com/{number}"),
                    // Digits would name a person.
                    _ if place.contains("join_request") => format!("R{number}"),
                    _ => format!("1555{number}"),
                };
                self.note(place, [text.clone()]);
                text.into()
            }
            Some("integer" | "number") => {
                let time = groups_ergonomic::model::Timestamp::from_seconds(number).to_string();
                self.note(place, [number.to_string(), time]);
                number.into()
            }
            Some("boolean") => {
                let name = place.rsplit('.').next().unwrap_or(place);
                self.note(place, [format!("\"{name}\": true"), format!("\"{name}\":true")]);
                true.into()
            }
            other => panic!("{place}: no instance can be made of type {other:?} in {schema}"),
        }
    }

    fn note<const N: usize>(&mut self, place: &str, forms: [String; N]) {
        self.places.push((place.to_owned(), forms.to_vec()));
    }
}

/// Follows references, and combinations of one.
fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let mut value = value;
    loop {
        if let Some(target) = value["$ref"].as_str() {
            value = document.pointer(target.strip_prefix('#').unwrap()).unwrap();
        } else if let Some([one]) = value["allOf"].as_array().map(Vec::as_slice) {
            value = one;
        } else {
            return value;
        }
    }
}

//! What one command lists is read by another: the output of each listing command, as CSV and as JSON lines, is given to each
//! command that takes rows. It means the same people, requests and groups, or is refused with the reason.

#![allow(clippy::unwrap_used, reason = "the helpers of a test are tests too")]

use std::collections::BTreeSet;

use groups_tests::World;
use serde_json::Value;

use crate::world;

/// What a list holds.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Of {
    /// Groups, with their settings.
    Groups,
    /// Groups by id only.
    Ids,
    /// Results of a command over rows.
    Results,
    People,
    Requests,
}

struct List {
    name: &'static str,
    of: Of,
    csv: String,
    jsonl: String,
    rows: Vec<Value>,
}

struct Scene {
    world: World,
    one: String,
    two: String,
}

impl Scene {
    fn new() -> Self {
        let world = world();
        let one = world.create("One", "auto", "ONE");
        let two = world.create("Two", "required", "TWO");
        let done = world.quietly(&["update", &two, "--description", "Asks, first", "--wait", "--sandbox"]);
        assert_eq!(done.code, Some(0), "{done:?}");
        for user in ["+15550100161", "+15550100162"] {
            assert_eq!(world.quietly(&["sandbox", "user", "join", &one, user]).code, Some(0));
        }
        for user in ["+15550100163", "+15550100164"] {
            world.request(&two, user, "ASKED");
        }
        Self { world, one, two }
    }

    fn list(&self, name: &'static str, of: Of, arguments: &[&str]) -> List {
        let printed = |format: &str| {
            let done = self.world.quietly(&[arguments, &["--sandbox", "-o", format]].concat());
            assert_eq!(done.code, Some(0), "{name}: {done:?}");
            done.stdout
        };
        let (csv, jsonl) = (printed("csv"), printed("jsonl"));
        let rows: Vec<Value> = jsonl.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(!rows.is_empty(), "{name}");
        List { name, of, csv, jsonl, rows }
    }

    fn lists(&self) -> Vec<List> {
        let ids = self.world.file("ids.txt", format!("{}\n{}\n", self.one, self.two).as_bytes());
        let subjects =
            self.world.file("new.csv", b"subject,description,approval\nThree,,required\nFour,\"x, y\",\n");
        vec![
            self.list("list", Of::Groups, &["list", "--all"]),
            self.list("list --details", Of::Groups, &["list", "--all", "--details"]),
            self.list("get", Of::Groups, &["get", &self.two]),
            self.list("get --from", Of::Results, &["get", "--from", &ids]),
            self.list("participants list", Of::People, &["participants", "list", &self.one]),
            self.list("participants list --all", Of::People, &["participants", "list", "--all"]),
            self.list("requests list", Of::Requests, &["requests", "list", &self.two, "--all"]),
            self.list("invite get", Of::Ids, &["invite", "get", &self.two]),
            self.list("invite get --from", Of::Results, &["invite", "get", "--from", &ids]),
            // The second run goes on with the first and prints the same rows.
            self.list("create --from", Of::Results, &["create", "--from", &subjects, "--wait"]),
        ]
    }
}

fn text(row: &Value, member: &str) -> Option<String> {
    row[member].as_str().map(str::to_owned)
}

/// The group of a row of a list.
fn group(list: &List, row: &Value) -> Option<String> {
    let id = if list.of == Of::Requests { None } else { text(row, "id") };
    text(row, "group_id").or(id)
}

/// All text in a body but what every body has.
fn leaves(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text != "whatsapp" => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, found)),
        Value::Object(members) => members.values().for_each(|member| leaves(member, found)),
        _ => {}
    }
}

/// What a dry run would send: the group in the path, and each text of the body.
fn calls(stdout: &str) -> BTreeSet<String> {
    let mut calls = BTreeSet::new();
    for call in stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let url = call["url"].as_str().unwrap();
        let group = url.split_once("/groups/").map_or("new", |(_, path)| path.split('/').next().unwrap());
        let mut found = Vec::new();
        leaves(&call["body"], &mut found);
        if found.is_empty() {
            found.push(String::new());
        }
        calls.extend(found.into_iter().map(|leaf| format!("{group} {leaf}")));
    }
    calls
}

enum Expected {
    /// Calls, as [`calls`] has them.
    Calls(BTreeSet<String>),
    Groups(BTreeSet<String>),
    Refused(&'static str),
}

fn refused_or(why: Option<&'static str>, calls: impl FnOnce() -> BTreeSet<String>) -> Expected {
    why.map_or_else(|| Expected::Calls(calls()), Expected::Refused)
}

fn expected(command: &str, list: &List, is_csv: bool) -> Expected {
    let rows = || list.rows.iter();
    let groups: Vec<String> = rows().filter_map(|row| group(list, row)).collect();
    let set: BTreeSet<String> = groups.iter().cloned().collect();
    let again = (groups.len() != set.len()).then_some("names again what line");
    let no_group = groups.is_empty().then_some("no column group_id");
    match command {
        "get" | "invite get" => match no_group.or(again) {
            Some(why) => Expected::Refused(why),
            None => Expected::Groups(set),
        },
        "delete" | "invite reset" => {
            refused_or(no_group.or(again), || set.iter().map(|group| format!("{group} ")).collect())
        }
        "update" => {
            let settings = |row: &Value| {
                ["subject", "description"].map(|name| text(row, name)).into_iter().flatten().count()
            };
            let empty = rows().any(|row| settings(row) == 0).then_some("must change the subject");
            refused_or(no_group.or(empty).or(again), || {
                let of = |row: &Value| {
                    let group = group(list, row).unwrap();
                    let all = ["subject", "description"].map(|name| text(row, name)).into_iter().flatten();
                    all.map(move |value| format!("{group} {value}")).collect::<Vec<_>>()
                };
                rows().flat_map(of).collect()
            })
        }
        "create" => {
            let has_subject =
                rows().any(|row| row.get("subject").is_some()) || (is_csv && list.of == Of::People);
            let own = match list.of {
                _ if !has_subject => Some("no column subject"),
                Of::Groups => None,
                _ => Some("which is the result's own"),
            };
            refused_or(own, || {
                let of = |row: &Value| {
                    // A plain list does not have the mode; then it is that of the command.
                    let mode = text(row, "join_approval_mode").unwrap_or("auto_approve".to_owned());
                    let all = ["subject", "description"].map(|name| text(row, name)).into_iter().flatten();
                    all.chain([mode]).map(|value| format!("new {value}")).collect::<Vec<_>>()
                };
                rows().flat_map(of).collect()
            })
        }
        "participants remove" => {
            let id = |person: &Value| text(person, "wa_id").or_else(|| text(person, "user_id"));
            let person = |row: &Value| id(row).or_else(|| id(&row["participant"]));
            let nobody = rows().all(|row| person(row).is_none()).then_some("no column user");
            refused_or(nobody, || {
                rows().map(|row| format!("{} {}", group(list, row).unwrap(), person(row).unwrap())).collect()
            })
        }
        "requests approve" | "requests reject" => {
            let why = match list.of {
                Of::Requests | Of::People => None,
                // Whatever is missing first is named.
                Of::Groups if is_csv || list.name.starts_with("list") || list.name == "get" => {
                    Some("is a list of groups")
                }
                Of::Results if list.name == "get --from" => Some("is a list of groups"),
                _ => Some("no column join_request_id"),
            };
            refused_or(why, || match list.of {
                Of::Requests => rows()
                    .map(|row| format!("{} {}", text(row, "group_id").unwrap(), text(row, "id").unwrap()))
                    .collect(),
                // Nobody of them has asked.
                _ => BTreeSet::new(),
            })
        }
        other => panic!("{other}"),
    }
}

#[test]
fn what_one_command_lists_means_the_same_to_another() {
    let scene = Scene::new();
    let commands = [
        "get",
        "invite get",
        "delete",
        "invite reset",
        "update",
        "create",
        "participants remove",
        "requests approve",
        "requests reject",
    ];
    for list in scene.lists() {
        for (extension, content) in [("csv", &list.csv), ("jsonl", &list.jsonl)] {
            let file = scene.world.file(&format!("list.{extension}"), content.as_bytes());
            for command in commands {
                let context = format!("{} as {extension} to {command}", list.name);
                let reads = command.ends_with("get");
                let mut line: Vec<&str> = command.split(' ').collect();
                line.extend(["--from", &file, "--sandbox", "-o", "jsonl"]);
                line.extend((!reads).then_some("--dry-run"));
                let done = scene.world.quietly(&line);
                match expected(command, &list, extension == "csv") {
                    Expected::Refused(why) => {
                        assert_eq!(done.code, Some(2), "{context}: {done:?}");
                        assert!(done.stderr.contains(why), "{context}: {done:?}");
                    }
                    Expected::Groups(groups) => {
                        assert_eq!(done.code, Some(0), "{context}: {done:?}");
                        let rows =
                            done.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
                        let found = rows.map(|row| text(&row, "group_id").or(text(&row, "id")).unwrap());
                        assert_eq!(found.collect::<BTreeSet<_>>(), groups, "{context}");
                    }
                    Expected::Calls(expected) => {
                        assert_eq!(done.code, Some(0), "{context}: {done:?}");
                        assert_eq!(calls(&done.stdout), expected, "{context}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_list_of_groups_is_no_list_of_requests_of_the_group_that_is_given() {
    let scene = Scene::new();
    let csv = scene.list("list", Of::Groups, &["list", "--all"]).csv;
    let file = scene.world.file("groups.csv", csv.as_bytes());
    let done = scene.world.quietly(&["requests", "approve", &scene.two, "--from", &file, "--sandbox"]);
    assert_eq!(done.code, Some(2), "{done:?}");
    assert!(done.stderr.contains("is a list of groups"), "{done:?}");
}

/// A group that was copied has the id of the old one in `id` and its own in `group_id`.
#[test]
fn a_row_without_its_group_is_not_the_group_of_another_column() {
    let scene = Scene::new();
    let sheet = format!("group_id,id\n{},x1\n,{}\n", scene.one, scene.two);
    let file = scene.world.file("copied.csv", sheet.as_bytes());
    let done = scene.world.quietly(&["delete", "--from", &file, "--yes", "--ignore-missing", "--sandbox"]);
    assert_eq!(done.code, Some(2), "{done:?}");
    assert!(done.stderr.contains("line 3: group_id is missing"), "{done:?}");
}

//! `cargo xtask spec-diff OLD NEW`: what changed for callers between two documents, and the version that calls for.
//!
//! Built on the parsed documents and not on drift 0.2, the crate of the field: that leaves limits, patterns and formats
//! "unhandled", and looks at neither the operation ids that become method names nor the wording.

mod change;
mod operations;
mod schema;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use cargo_metadata::semver::Version;
use serde::Serialize;
use serde_json::Value;

pub(crate) use change::Level;
use change::{Change, Direction, Subject};
use schema::Pair;

use crate::lint::walk;
use crate::{output, workspace};

const SPEC: &str = "spec/groups.yaml";

/// What `spec-diff` is asked.
#[derive(clap::Args)]
pub(crate) struct Question {
    /// The document from before: a file, or a git revision, whose spec/groups.yaml is meant
    old: String,
    /// The document from after, likewise
    #[arg(default_value = SPEC)]
    new: String,
    /// NEW is by others and has other paths: a YAML file that tells which of its paths are which of ours. Names, wording
    /// and errors are not compared then
    #[arg(long, value_name = "FILE")]
    map: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Fail where there is a change as bad as this
    #[arg(long, value_name = "LEVEL")]
    fail_on: Option<Level>,
}

/// All that is found.
#[derive(Debug, Serialize)]
struct Report {
    changes: Vec<Change>,
    /// The worst of them.
    level: Option<Level>,
    /// Of the workspace.
    version: Version,
    /// What the next release has to be called at least; a document of others asks for none.
    next_version: Option<Version>,
}

pub(crate) fn run(question: &Question) -> Result<()> {
    let (old, new) = (read(&question.old)?, read(&question.new)?);
    let changes = match &question.map {
        None => compare(&old, &new),
        Some(map) => {
            let text = std::fs::read_to_string(map).with_context(|| format!("reading {map}"))?;
            let map =
                serde_saphyr::from_str(&text).with_context(|| format!("{map} is not a map of paths"))?;
            compare_foreign(&old, &new, &map)?
        }
    };
    let version = workspace::version()?;
    let level = changes.first().map(|change| change.level);
    let next_version = question.map.is_none().then(|| next(&version, level));
    let report = Report { changes, level, version, next_version };
    if question.json {
        output::say(serde_json::to_string_pretty(&report)?);
    } else {
        output::say(text(&report).trim_end());
    }
    match (question.fail_on, level) {
        (Some(worst), Some(level)) if level <= worst => bail!("there are {} changes", level.name()),
        _ => Ok(()),
    }
}

/// The worst that has changed since a revision.
pub(crate) fn level_since(revision: &str) -> Result<Option<Level>> {
    let changes = compare(&read(revision)?, &read(&workspace::root().join(SPEC).display().to_string())?);
    Ok(changes.first().map(|change| change.level))
}

/// A document by the name of a file or of a revision.
fn read(source: &str) -> Result<Value> {
    let text = if Path::new(source).is_file() {
        std::fs::read_to_string(source).with_context(|| format!("reading {source}"))?
    } else {
        let named = if source.contains(':') { source.to_owned() } else { format!("{source}:{SPEC}") };
        let shown = Command::new("git").arg("-C").arg(workspace::root()).args(["show", &named]).output();
        let shown = shown.context("starting git")?;
        if !shown.status.success() {
            let reason = String::from_utf8_lossy(&shown.stderr);
            bail!("{source} is neither a file nor a revision with {SPEC}: {}", reason.trim());
        }
        String::from_utf8(shown.stdout).with_context(|| format!("{named} is not text"))?
    };
    let document: Value = serde_saphyr::from_str(&text).with_context(|| format!("{source} is not YAML"))?;
    if document.get("paths").is_none() {
        bail!("{source} is not an OpenAPI document: it has no `paths`");
    }
    Ok(document)
}

/// Every difference between two documents of ours.
fn compare(old: &Value, new: &Value) -> Vec<Change> {
    let mut pair = Pair::new(old, new, false);
    pair.operations();
    schemas_by_themselves(&mut pair);
    let place = (&Subject::Document, "");
    for (level, key) in [
        (Level::Breaking, "servers"),
        (Level::Breaking, "security"),
        (Level::Wording, "info"),
        (Level::Wording, "tags"),
    ] {
        pair.member(level, key, old, new, place);
    }
    pair.changes.sorted()
}

/// Schemas that come or go, and those that no operation leads to: what webhooks carry.
fn schemas_by_themselves(pair: &mut Pair<'_>) {
    let (old, new) = (pair.old, pair.new);
    let was: BTreeMap<&str, &Value> = walk::members(old, "/components/schemas")
        .into_iter()
        .map(|(_, name, schema)| (name, schema))
        .collect();
    let is: BTreeMap<&str, &Value> = walk::members(new, "/components/schemas")
        .into_iter()
        .map(|(_, name, schema)| (name, schema))
        .collect();
    for (name, schema) in &is {
        let subject = Subject::Schema((*name).to_owned());
        match was.get(name) {
            None => pair.changes.add(Level::Additive, (&subject, ""), "is new"),
            Some(before) if !pair.has_seen(name) => {
                pair.schema(before, schema, Direction::Answer, &subject, "")
            }
            Some(_) => {}
        }
    }
    for name in was.keys().filter(|name| !is.contains_key(*name)) {
        // The generated type goes with it.
        pair.changes.add(Level::Breaking, (&Subject::Schema((*name).to_owned()), ""), "is gone");
    }
}

/// Where a document of others differs from ours in the operations that both have.
fn compare_foreign(ours: &Value, theirs: &Value, map: &BTreeMap<String, String>) -> Result<Vec<Change>> {
    let mut common = ours.clone();
    if let Some(paths) = common.get_mut("paths").and_then(Value::as_object_mut) {
        if let Some(unknown) = map.values().find(|path| !paths.contains_key(*path)) {
            bail!("the map leads to {unknown}, which is no path of ours");
        }
        paths.retain(|path, _| map.values().any(|mapped| mapped == path));
    }
    let mut renamed = theirs.clone();
    if let Some(paths) = renamed.get_mut("paths").and_then(Value::as_object_mut) {
        *paths = std::mem::take(paths)
            .into_iter()
            .filter_map(|(path, item)| Some((map.get(&path)?.clone(), item)))
            .collect();
    }
    let mut pair = Pair::new(&common, &renamed, true);
    pair.operations();
    Ok(pair.changes.sorted())
}

/// The least version that may follow. Before 1.0 the middle number says what the first says later.
pub(crate) fn next(version: &Version, level: Option<Level>) -> Version {
    let (major, minor, patch) = (version.major, version.minor, version.patch);
    match (level, major) {
        (None, _) => version.clone(),
        (Some(Level::Breaking), 0) => Version::new(0, minor + 1, 0),
        (Some(Level::Breaking), _) => Version::new(major + 1, 0, 0),
        (Some(Level::Additive), 1..) => Version::new(major, minor + 1, 0),
        _ => Version::new(major, minor, patch + 1),
    }
}

fn text(report: &Report) -> String {
    use std::fmt::Write as _;

    let mut text = String::new();
    for level in Level::ALL {
        let mut last = None;
        let changes = report.changes.iter().filter(|change| change.level == level);
        for (index, change) in changes.enumerate() {
            if index == 0 {
                let _ = writeln!(text, "{}", level.name());
            }
            if last != Some(&change.subject) {
                let _ = writeln!(text, "  {}", change.subject);
                last = Some(&change.subject);
            }
            let colon = if change.at.is_empty() { "" } else { ": " };
            let _ = writeln!(text, "    {}{colon}{}", change.at, change.what);
        }
    }
    if report.changes.is_empty() {
        text.push_str("no change for callers\n");
    } else if let Some(next) = &report.next_version {
        let _ = writeln!(text, "\nafter {} comes {next} at least", report.version);
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ours() -> Value {
        serde_saphyr::from_str(groups_spec::OPENAPI_YAML).unwrap()
    }

    /// What a change at a place of our document is reported as.
    fn changed(change: impl FnOnce(&mut Value)) -> Vec<String> {
        let (old, mut new) = (ours(), ours());
        change(&mut new);
        let tell = |change: Change| {
            format!("{} {} {} {}", change.level.name(), change.subject, change.at, change.what)
        };
        compare(&old, &new).into_iter().map(tell).collect()
    }

    fn at<'a>(document: &'a mut Value, pointer: &str) -> &'a mut Value {
        document.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}"))
    }

    #[test]
    fn a_document_does_not_differ_from_itself() {
        assert_eq!(changed(|_| {}), [""; 0]);
    }

    #[test]
    fn operations_come_go_and_are_renamed() {
        let gone = changed(|new| {
            at(new, "/paths/~1groups~1{group_id}~1participants").as_object_mut().unwrap().remove("delete");
        });
        assert!(
            gone.contains(&"breaking DELETE /groups/{group_id}/participants  is gone".to_owned()),
            "{gone:#?}"
        );
        let new = changed(|new| {
            let operation =
                json!({ "operationId": "start_call", "responses": { "200": { "description": "" } } });
            at(new, "/paths")["/groups/{group_id}/calls"] = json!({ "post": operation });
        });
        assert_eq!(new, ["additive POST /groups/{group_id}/calls  is new"]);
        let renamed = changed(|new| at(new, "/paths/~1groups/get")["operationId"] = json!("list"));
        assert_eq!(renamed, ["breaking GET /groups  operationId is list, was list_groups"]);
    }

    #[test]
    fn a_limit_breaks_whoever_relied_on_it() {
        // Subjects are only sent under this name: fewer fit.
        let stricter = changed(|new| at(new, "/components/schemas/Subject")["maxLength"] = json!(100));
        assert_eq!(stricter, ["breaking schema Subject  maxLength is 100, was 128"]);
        let looser = changed(|new| at(new, "/components/schemas/Subject")["maxLength"] = json!(200));
        assert_eq!(looser, ["additive schema Subject  maxLength is 200, was 128"]);
        let parameter = changed(|new| at(new, "/components/parameters/Limit/schema")["maximum"] = json!(100));
        assert_eq!(parameter, ["breaking GET /groups parameter limit maximum is 100, was 1024"]);
    }

    #[test]
    fn a_property_of_an_answer_may_come_but_not_go() {
        let new = changed(|new| {
            at(new, "/components/schemas/Group/properties")["theme"] = json!({ "type": "string" })
        });
        assert_eq!(new, ["additive schema Group theme is new"]);
        let gone = changed(|new| {
            at(new, "/components/schemas/Group/properties").as_object_mut().unwrap().remove("suspended");
        });
        assert_eq!(gone, ["breaking schema Group suspended is gone"]);
    }

    #[test]
    fn a_required_property_of_a_request_breaks_it() {
        let required = changed(|new| {
            let schema = at(new, "/components/schemas/CreateGroupRequest");
            schema["required"].as_array_mut().unwrap().push(json!("description"));
        });
        assert_eq!(required, ["breaking schema CreateGroupRequest description is required"]);
    }

    #[test]
    fn what_webhooks_carry_is_compared_although_no_operation_leads_there() {
        let before = ours();
        let notification = before["components"]["schemas"]["Notification"]["required"].clone();
        assert!(notification.is_array(), "{notification}");
        let changed = changed(|new| at(new, "/components/schemas/Notification")["required"] = json!([]));
        assert!(
            changed.iter().all(|change| change.starts_with("breaking schema Notification")),
            "{changed:#?}"
        );
        assert!(!changed.is_empty());
    }

    #[test]
    fn words_are_only_words() {
        let words = changed(|new| {
            at(new, "/paths/~1groups/get")["summary"] = json!("All groups");
            at(new, "/components/schemas/Group")["description"] = json!("A group");
        });
        assert_eq!(
            words,
            ["wording GET /groups  summary differs", "wording schema Group  description differs"]
        );
    }

    #[test]
    fn types_of_either_dialect_are_compared() {
        let document = |schema: Value| {
            let content = json!({ "application/json": { "schema": schema } });
            json!({ "paths": { "/x": { "get": { "responses": { "200": { "content": content } } } } } })
        };
        let told = |old: Value, new: Value| -> Vec<(Level, String)> {
            let changes = compare(&document(old), &document(new));
            changes.into_iter().map(|change| (change.level, change.what)).collect()
        };
        let nullable = json!({ "type": "string", "nullable": true });
        assert_eq!(told(nullable, json!({ "type": ["string", "null"] })), []);
        assert_eq!(
            told(json!({ "type": "string" }), json!({ "type": "integer" })),
            [(Level::Breaking, "type is integer, was string".to_owned())]
        );
        assert_eq!(
            told(json!({ "type": "number" }), json!({ "type": "integer" })),
            [(Level::Additive, "type is integer, was integer or number".to_owned())]
        );
        let (few, many) = (json!({ "enum": ["a", "b"] }), json!({ "enum": ["a", "c"] }));
        let expected =
            ["can be \"c\"", "can no longer be \"b\""].map(|what| (Level::Additive, what.to_owned()));
        assert_eq!(told(few, many), expected);
    }

    #[test]
    fn references_in_a_circle_end() {
        let tree = |extra: Value| {
            let schema =
                json!({ "properties": { "below": { "$ref": "#/components/schemas/Tree" }, "extra": extra } });
            let content =
                json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Tree" } } });
            json!({
                "paths": { "/x": { "get": { "responses": { "200": { "content": content } } } } },
                "components": { "schemas": { "Tree": schema } },
            })
        };
        let changes = compare(&tree(json!({ "type": "string" })), &tree(json!({ "type": "boolean" })));
        assert_eq!(changes.len(), 1, "{changes:#?}");
    }

    #[test]
    fn a_foreign_document_is_compared_where_the_map_leads() {
        let theirs = json!({
            "openapi": "3.1.0",
            "paths": {
                "/{Version}/{Phone-Number-ID}/groups": { "get": {
                    "operationId": "getActiveGroups",
                    "parameters": [
                        { "name": "Version", "in": "path", "required": true, "schema": { "type": "string" } },
                        { "name": "limit", "in": "query", "schema": { "type": "integer", "minimum": 1, "maximum": 100 } },
                    ],
                    "responses": { "200": { "description": "" } },
                } },
                "/{Version}/other": { "get": { "responses": {} } },
            },
        });
        let map = BTreeMap::from([("/{Version}/{Phone-Number-ID}/groups".to_owned(), "/groups".to_owned())]);
        let changes = compare_foreign(&ours(), &theirs, &map).unwrap();
        let told = |what: &str| changes.iter().any(|change| format!("{} {}", change.at, change.what) == what);
        assert!(told("parameter limit maximum is 100, was 1024"), "{changes:#?}");
        assert!(told("parameter after is gone"), "{changes:#?}");
        assert!(!changes.iter().any(|change| change.what.contains("operationId")), "{changes:#?}");
        let wrong = BTreeMap::from([("/x".to_owned(), "/nowhere".to_owned())]);
        assert!(compare_foreign(&ours(), &theirs, &wrong).is_err());
    }

    #[test]
    fn versions_follow_semver() {
        let after = |version: &str, level| next(&version.parse().unwrap(), Some(level)).to_string();
        assert_eq!(after("0.1.4", Level::Breaking), "0.2.0");
        assert_eq!(after("0.1.4", Level::Additive), "0.1.5");
        assert_eq!(after("0.1.4", Level::Wording), "0.1.5");
        assert_eq!(after("1.2.3", Level::Breaking), "2.0.0");
        assert_eq!(after("1.2.3", Level::Additive), "1.3.0");
        assert_eq!(after("1.2.3", Level::Wording), "1.2.4");
        assert_eq!(next(&Version::new(1, 2, 3), None), Version::new(1, 2, 3));
    }
}

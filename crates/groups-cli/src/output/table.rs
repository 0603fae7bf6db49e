//! Plain columns and aligned lines, for people. All text passes [`text`] on its way, as it comes from others.

use comfy_table::presets::NOTHING;
use serde_json::Value;

use super::object::Object;
use super::{Render, Shape, text};

/// What stands where something was asked for and is not known.
const UNKNOWN: &str = "-";

#[derive(Debug)]
pub(super) struct Table {
    /// Whether the fields were chosen: then each is shown, known or not.
    chosen: bool,
    columns: &'static [&'static str],
    held: Vec<Object>,
}

impl Table {
    pub(super) fn new(chosen: bool) -> Self {
        Self { chosen, columns: &[], held: Vec::new() }
    }

    fn shown_columns(&self) -> Vec<String> {
        if self.chosen {
            // Objects hold just the chosen fields, in order; one may lack what another has.
            let mut columns: Vec<String> = Vec::new();
            for key in self.held.iter().flat_map(|object| object.keys()) {
                if !columns.contains(key) {
                    columns.push(key.clone());
                }
            }
            return columns;
        }
        let filled = |column: &&&str| self.held.iter().any(|object| object.contains_key(**column));
        self.columns.iter().filter(filled).map(|column| (*column).to_owned()).collect()
    }
}

impl Render for Table {
    fn one(&mut self, object: Object) -> String {
        let width = object.keys().map(|key| key.chars().count()).max().unwrap_or(0);
        let mut out = String::new();
        for (key, value) in &object {
            let mut name = key.as_str();
            let lines = match (key.as_str(), value) {
                ("settings", Value::Object(settings)) => settings.iter().map(setting).collect(),
                // Their values are secrets.
                ("headers", Value::Object(headers)) => headers.keys().map(|name| hidden(name)).collect(),
                _ => block(value),
            };
            for line in lines {
                out.push_str(format!("{name:width$}  {line}").trim_end());
                out.push('\n');
                name = "";
            }
        }
        out
    }

    /// Held until the end, as the widest cell decides.
    fn items(&mut self, shape: &Shape, objects: Vec<Object>) -> String {
        self.columns = shape.columns;
        self.held.extend(objects);
        String::new()
    }

    fn batch(&mut self, object: Object) -> String {
        let list = |key: &str| object.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        let mut rows = Vec::new();
        for id in list("succeeded") {
            rows.push(vec![cell(&id), "succeeded".to_owned(), String::new()]);
        }
        for item in list("failed") {
            rows.push(vec![cell(&item["id"]), "failed".to_owned(), reason(&item["error"])]);
        }
        let with_reasons = rows.iter().any(|row| !row[2].is_empty());
        let columns = if with_reasons { &["id", "result", "reason"][..] } else { &["id", "result"] };
        columns_of(columns.iter().copied(), rows)
    }

    fn preview(&mut self, preview: Object) -> String {
        let word = |key: &str| text::one_line(preview.get(key).and_then(Value::as_str).unwrap_or_default());
        let mut out = format!("{} {}\n", word("method"), word("url"));
        for (name, value) in preview.get("headers").and_then(Value::as_object).into_iter().flatten() {
            out.push_str(&format!("{}: {}\n", text::one_line(name), cell(value)));
        }
        if let Some(body) = preview.get("body") {
            let body = serde_json::to_string_pretty(body).unwrap_or_default();
            out.push_str(&format!("\n{}\n", text::lines(&body)));
        }
        out
    }

    fn end(&mut self) -> String {
        let columns = self.shown_columns();
        let rows: Vec<Vec<String>> = self
            .held
            .iter()
            .map(|object| {
                columns
                    .iter()
                    .map(|column| object.get(column).map_or_else(|| UNKNOWN.to_owned(), cell))
                    .collect()
            })
            .collect();
        self.held.clear();
        columns_of(columns.iter().map(String::as_str), rows)
    }
}

fn columns_of<'a>(columns: impl Iterator<Item = &'a str>, rows: Vec<Vec<String>>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut table = comfy_table::Table::new();
    table.load_style(NOTHING).set_header(columns.map(str::to_uppercase)).add_rows(rows);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let mut out = String::new();
    for line in table.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// The cells of these columns, or all, in one line.
pub(super) fn line(object: &Object, columns: &[&str]) -> String {
    let cells: Vec<String> = if columns.is_empty() {
        object.values().map(cell).collect()
    } else {
        columns.iter().filter_map(|column| object.get(*column)).map(cell).collect()
    };
    format!("{}\n", cells.join("  "))
}

/// A value in one line.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => UNKNOWN.to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(string) => text::one_line(string),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(", "),
        Value::Object(object) if object.contains_key("message") => reason(value),
        Value::Object(object) if object.contains_key("user") && object.contains_key("error") => {
            format!("{}: {}", cell(&value["user"]), reason(&value["error"]))
        }
        Value::Object(object) => person(object).unwrap_or_else(|| text::one_line(&value.to_string())),
    }
}

/// A value in as many lines as it has.
fn block(value: &Value) -> Vec<String> {
    match value {
        Value::String(string) => text::lines(string).split('\n').map(str::to_owned).collect(),
        Value::Array(items) if items.is_empty() => vec!["none".to_owned()],
        Value::Array(items) => items.iter().map(cell).collect(),
        other => vec![cell(other)],
    }
}

/// What became of a setting: `subject: changed to Kyoto`.
fn setting((name, outcome): (&String, &Value)) -> String {
    let name = text::one_line(name);
    match (outcome["ok"].as_bool(), outcome["value"].as_str()) {
        (Some(true), Some(value)) if name != "profile_picture" => {
            format!("{name}: changed to {}", text::one_line(value))
        }
        (Some(true), _) => format!("{name}: changed"),
        (Some(false), _) => format!("{name}: failed: {}", reason(&outcome["error"])),
        (None, _) => format!("{name}: unknown: {}", reason(&outcome["error"])),
    }
}

fn hidden(name: &str) -> String {
    format!("{}: ***", text::one_line(name))
}

/// A participant: number or user id, else as they were named, then the name; and why it failed for them.
fn person(object: &Object) -> Option<String> {
    let get = |key: &str| object.get(key).and_then(Value::as_str).map(text::one_line);
    let id =
        get("wa_id").or_else(|| get("user_id")).or_else(|| get("parent_user_id")).or_else(|| get("input"));
    let person = match (id, get("username")) {
        (Some(id), Some(name)) => Some(format!("{id} ({name})")),
        (id, name) => id.or(name),
    }?;
    match object.get("errors").and_then(|errors| errors.get(0)) {
        Some(error) => Some(format!("{person}: {}", reason(error))),
        None => Some(person),
    }
}

/// Why an item failed, in one line: `message (code): details`.
fn reason(error: &Value) -> String {
    let mut out = text::one_line(error["message"].as_str().unwrap_or("no reason was given"));
    if let Some(code) = error["code"].as_u64() {
        out.push_str(&format!(" ({code})"));
    }
    if let Some(details) = error["details"].as_str() {
        out.push_str(&format!(": {}", text::one_line(details)));
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Object {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn columns_are_plain_and_as_wide_as_needed() {
        let mut table = Table::new(false);
        table.items(&Shape::GROUP, vec![object(json!({ "id": "1", "subject": "Trip to Kyoto" }))]);
        table.items(&Shape::GROUP, vec![object(json!({ "id": "22", "subject": "日本\u{1b}[1m" }))]);
        assert_eq!(table.end(), "ID  SUBJECT\n1   Trip to Kyoto\n22  日本\\u{1b}[1m\n");
        assert_eq!(Table::new(false).end(), "");
    }

    #[test]
    fn what_was_asked_for_and_is_unknown_is_a_dash() {
        let mut table = Table::new(true);
        table.items(&Shape::PARTICIPANT, vec![object(json!({ "wa_id": "1" }))]);
        table.items(&Shape::PARTICIPANT, vec![object(json!({ "user_id": "US.1" }))]);
        assert_eq!(table.end(), "WA_ID  USER_ID\n1      -\n-      US.1\n");
    }

    #[test]
    fn an_object_is_told_line_by_line() {
        let group = json!({ "id": "1", "description": "a\nb", "suspended": false,
            "participants": [{ "wa_id": "15550100110", "username": "ann" }, { "user_id": "US.1" }] });
        assert_eq!(
            Table::new(false).one(object(group)),
            "id            1\ndescription   a\n              b\nsuspended     no\n\
             participants  15550100110 (ann)\n              US.1\n"
        );
    }

    #[test]
    fn a_batch_tells_what_became_of_each_request() {
        let batch = json!({ "succeeded": ["a"], "failed": [{ "id": "b", "error": { "kind": "join_request_unknown",
            "code": 131213, "message": "gone", "details": "withdrawn" } }] });
        assert_eq!(
            Table::new(false).batch(object(batch)),
            "ID  RESULT     REASON\na   succeeded\nb   failed     gone (131213): withdrawn\n"
        );
        assert_eq!(Table::new(false).batch(object(json!({ "succeeded": [], "failed": [] }))), "");
    }
}

//! Plain columns and aligned lines, for people. All text passes [`text`] on its way, as it comes from others.
//!
//! A list is shown as its pages come: the first one with rows decides which columns there are and how wide they are, and
//! nothing is kept. A later row that needs more goes beyond its column; on a terminal it is cut only if the row does not fit.

use groups_model::Timestamp;
use serde_json::Value;

use super::ago::ago;
use super::columns::Columns;
use super::object::{Object, PERSON, spread};
use super::screen::Screen;
use super::{Render, Shape, text};

/// What stands where something was asked for and is not known.
const UNKNOWN: &str = "-";
/// Rows that come one by one wait for each other, so that the widest decides; more than these are not kept.
const HELD: usize = 256;

#[derive(Debug)]
pub(super) struct Table {
    shape: &'static Shape,
    /// The fields that were chosen: each is shown, known or not. All that there is something of if empty.
    chosen: Vec<String>,
    /// Who looks, if anybody does.
    screen: Option<Screen>,
    /// Those whose header was written.
    columns: Option<Columns>,
    held: Vec<Object>,
}

impl Table {
    pub(super) fn new(shape: &'static Shape, chosen: &[String], screen: Option<Screen>) -> Self {
        Self { shape, chosen: chosen.to_vec(), screen, columns: None, held: Vec::new() }
    }

    fn room(&self) -> Option<usize> {
        self.screen.map(|screen| screen.width)
    }

    /// What is held as rows, after a header where it has to be told what they hold.
    fn rows(&mut self) -> String {
        let objects = std::mem::take(&mut self.held);
        if objects.is_empty() {
            return String::new();
        }
        let (columns, mut out) = match self.columns.take() {
            Some(columns) if self.is_told(&columns, &objects) => (columns, String::new()),
            former => {
                let names = self.wanted(&objects);
                let rows: Vec<Vec<String>> =
                    objects.iter().map(|object| self.cells(&names, object)).collect();
                let columns = Columns::new(names, &rows, self.room(), self.chosen.is_empty());
                let gap = if former.is_some() { "\n" } else { "" };
                let header = columns.header(self.room());
                (columns, format!("{gap}{header}"))
            }
        };
        for object in &objects {
            let cells = self.cells(&columns.names, object);
            out.push_str(&match self.room() {
                // What is wrong is of no use by halves.
                Some(room) if self.shape.name == "check" => columns.wrapped(&cells, room),
                room => columns.line(&cells, room),
            });
        }
        self.columns = Some(columns);
        out
    }

    /// Which columns these objects need.
    fn wanted(&self, objects: &[Object]) -> Vec<String> {
        let filled = |column: &String| objects.iter().any(|object| object.contains_key(column));
        let all: Vec<String> = match &self.chosen[..] {
            [] => {
                let of_person = |column: &&str| self.shape.spreads() && *column == "participant";
                let columns = self.shape.columns.iter().flat_map(|column| match of_person(column) {
                    true => PERSON.to_vec(),
                    false => vec![*column],
                });
                columns.map(str::to_owned).collect()
            }
            // All there are, with those of a file among them: nobody has asked for the empty ones.
            chosen if chosen.len() > self.shape.fields.len() => chosen.to_vec(),
            chosen => return chosen.to_vec(),
        };
        all.into_iter().filter(filled).collect()
    }

    /// Whether these columns tell of these objects what there is to be told, or what there is room for.
    fn is_told(&self, columns: &Columns, objects: &[Object]) -> bool {
        columns.is_cut_short() || self.wanted(objects).iter().all(|name| columns.names.contains(name))
    }

    fn cells(&self, names: &[String], object: &Object) -> Vec<String> {
        let cell = |name: &String| match (object.get(name), self.moment(name, object)) {
            (_, Some((at, now))) => ago(at, now),
            (Some(value), None) => cell(value),
            (None, None) => UNKNOWN.to_owned(),
        };
        names.iter().map(cell).collect()
    }

    /// The moment that a field holds, and now, where somebody looks.
    fn moment(&self, name: &str, object: &Object) -> Option<(Timestamp, Timestamp)> {
        let screen = self.screen.filter(|_| self.shape.times().contains(&name))?;
        Some((object.get(name)?.as_str()?.parse().ok()?, screen.now))
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
                ("sources", Value::Array(all)) => sources(all),
                ("switches", Value::Object(switches)) => pairs(switches),
                ("faults", Value::Array(faults)) if !faults.is_empty() => faults
                    .iter()
                    .map(|one| format!("{}: {}", cell(&one["id"]), cell(&one["fault"])))
                    .collect(),
                // Their values are secrets.
                ("headers", Value::Object(headers)) => headers.keys().map(|name| hidden(name)).collect(),
                _ => match self.moment(key, &object) {
                    Some((at, now)) => vec![format!("{} ({})", cell(value), ago(at, now))],
                    None => block(value),
                },
            };
            for line in lines {
                out.push_str(format!("{name:width$}  {line}").trim_end());
                out.push('\n');
                name = "";
            }
        }
        out
    }

    /// Held for a while, as the widest cell decides.
    fn items(&mut self, shape: &Shape, objects: Vec<Object>) -> String {
        let spreads = shape.spreads() && self.chosen.is_empty();
        self.held.extend(objects.into_iter().map(|object| if spreads { spread(object) } else { object }));
        if self.held.len() > HELD { self.rows() } else { String::new() }
    }

    fn page(&mut self, shape: &Shape, objects: Vec<Object>) -> String {
        let mut out = self.items(shape, objects);
        out.push_str(&self.rows());
        out
    }

    fn batch(&mut self, object: Object) -> String {
        let list = |key: &str| object.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        let people = object.get("people");
        let who = |id: &Value| match people.and_then(|people| people.get(id.as_str()?)) {
            Some(person) => cell(person),
            None => UNKNOWN.to_owned(),
        };
        let mut rows = Vec::new();
        for id in list("succeeded") {
            rows.push(vec![cell(&id), who(&id), "succeeded".to_owned(), String::new()]);
        }
        for item in list("failed") {
            rows.push(vec![cell(&item["id"]), who(&item["id"]), "failed".to_owned(), reason(&item["error"])]);
        }
        let mut columns = vec!["id", "user", "result", "reason"];
        if rows.iter().all(|row| row[3].is_empty()) {
            columns.pop();
        }
        if people.is_none() {
            columns.remove(1);
            rows.iter_mut().for_each(|row| drop(row.remove(1)));
        }
        table_of(&columns, &rows, self.room())
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
        self.rows()
    }
}

/// A table that is whole.
fn table_of(names: &[&str], rows: &[Vec<String>], room: Option<usize>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    let columns = Columns::new(names, rows, room, false);
    let lines = rows.iter().map(|row| columns.line(row, room));
    std::iter::once(columns.header(room)).chain(lines).collect()
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
        Value::Object(object) if object.contains_key("previous") || object.contains_key("current") => {
            format!("{} -> {}", cell(&value["previous"]), cell(&value["current"]))
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

/// What can name an account, what each says, and which decides: `active profile    work (used)`.
fn sources(all: &[Value]) -> Vec<String> {
    let name = |source: &Value| cell(&source["source"]);
    let width = all.iter().map(|source| name(source).chars().count()).max().unwrap_or(0);
    let line = |source: &Value| {
        let used = if source["used"] == true { " (used)" } else { "" };
        format!("{:width$}  {}{used}", name(source), cell(&source["value"]))
    };
    match all {
        [] => vec!["none".to_owned()],
        all => all.iter().map(line).collect(),
    }
}

/// Switches and their values: `seats: 3`.
fn pairs(object: &Object) -> Vec<String> {
    if object.is_empty() {
        return vec!["none".to_owned()];
    }
    object.iter().map(|(name, value)| format!("{}: {}", text::one_line(name), cell(value))).collect()
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

    fn plain(shape: &'static Shape, chosen: &[&str]) -> Table {
        let chosen: Vec<String> = chosen.iter().map(|field| (*field).to_owned()).collect();
        Table::new(shape, &chosen, None)
    }

    fn shown(shape: &'static Shape, width: usize) -> Table {
        let now = Timestamp::from_seconds(1_767_614_400);
        Table::new(shape, &[], Some(Screen { width, now }))
    }

    #[test]
    fn columns_are_plain_and_as_wide_as_needed() {
        let mut table = plain(&Shape::GROUP, &[]);
        table.items(&Shape::GROUP, vec![object(json!({ "id": "1", "subject": "Trip to Kyoto" }))]);
        table.items(&Shape::GROUP, vec![object(json!({ "id": "22", "subject": "日本\u{1b}[1m" }))]);
        assert_eq!(table.end(), "ID  SUBJECT\n1   Trip to Kyoto\n22  日本\\u{1b}[1m\n");
        assert_eq!(plain(&Shape::GROUP, &[]).end(), "");
    }

    #[test]
    fn what_was_asked_for_and_is_unknown_is_a_dash() {
        let mut table = plain(&Shape::PARTICIPANT, &["wa_id", "user_id", "username"]);
        table.items(&Shape::PARTICIPANT, vec![object(json!({ "wa_id": "1" }))]);
        table.items(&Shape::PARTICIPANT, vec![object(json!({ "user_id": "US.1" }))]);
        assert_eq!(table.end(), "WA_ID  USER_ID  USERNAME\n1      -        -\n-      US.1     -\n");
    }

    #[test]
    fn pages_are_shown_as_they_come_and_nothing_is_kept() {
        let mut table = plain(&Shape::GROUP, &[]);
        let page = |id: &str| vec![object(json!({ "id": id, "subject": "x" }))];
        assert_eq!(table.page(&Shape::GROUP, vec![]), "");
        assert_eq!(table.page(&Shape::GROUP, page("123")), "ID   SUBJECT\n123  x\n");
        assert_eq!(table.page(&Shape::GROUP, page("4")), "4    x\n");
        assert_eq!(table.page(&Shape::GROUP, page("56789")), "56789  x\n");
        assert!(table.held.is_empty());
        // What no column tells yet gets one.
        let later = vec![object(json!({ "id": "6", "subject": "x", "created_at": "2026-01-05T09:00:00Z" }))];
        assert_eq!(
            table.page(&Shape::GROUP, later),
            "\nID  SUBJECT  CREATED_AT\n6   x        2026-01-05T09:00:00Z\n"
        );
        assert_eq!(table.end(), "");
    }

    #[test]
    fn rows_that_come_one_by_one_are_not_kept_without_end() {
        let mut table = plain(&Shape::PAGE, &[]);
        let text: String = (0..1_000)
            .map(|number| table.items(&Shape::PAGE, vec![object(json!({ "file": number }))]))
            .collect();
        assert!(table.held.len() <= HELD, "{}", table.held.len());
        assert_eq!((text + &table.end()).lines().count(), 1_001);
    }

    #[test]
    fn times_are_told_as_distances_where_somebody_looks() {
        let group = || {
            object(
                json!({ "id": "1", "subject": "2026-01-05T09:00:00Z", "created_at": "2026-01-05T09:00:00Z" }),
            )
        };
        let mut table = shown(&Shape::GROUP, 80);
        assert_eq!(
            table.page(&Shape::GROUP, vec![group()]),
            "ID  SUBJECT               CREATED_AT\n1   2026-01-05T09:00:00Z  3 hours ago\n"
        );
        assert!(shown(&Shape::GROUP, 80).one(group()).ends_with("2026-01-05T09:00:00Z (3 hours ago)\n"));
        assert!(!plain(&Shape::GROUP, &[]).page(&Shape::GROUP, vec![group()]).contains("ago"));
    }

    #[test]
    fn cells_are_cut_only_on_a_terminal() {
        let batch = || {
            let error = json!({ "message": "x".repeat(90) });
            object(json!({ "succeeded": [], "failed": [{ "id": "b", "error": error }] }))
        };
        let cut = shown(&Shape::BATCH, 60).batch(batch());
        assert!(cut.ends_with("x…\n") && cut.lines().all(|line| line.chars().count() <= 60), "{cut}");
        assert!(plain(&Shape::BATCH, &[]).batch(batch()).contains(&"x".repeat(90)));
    }

    #[test]
    fn an_object_is_told_line_by_line() {
        let group = json!({ "id": "1", "description": "a\nb", "suspended": false,
            "participants": [{ "wa_id": "15550100110", "username": "ann" }, { "user_id": "US.1" }] });
        assert_eq!(
            plain(&Shape::GROUP, &[]).one(object(group)),
            "id            1\ndescription   a\n              b\nsuspended     no\n\
             participants  15550100110 (ann)\n              US.1\n"
        );
    }

    #[test]
    fn a_batch_tells_what_became_of_each_request() {
        let batch = json!({ "succeeded": ["a"], "failed": [{ "id": "b", "error": { "kind": "join_request_unknown",
            "code": 131213, "message": "gone", "details": "withdrawn" } }] });
        assert_eq!(
            plain(&Shape::BATCH, &[]).batch(object(batch)),
            "ID  RESULT     REASON\na   succeeded\nb   failed     gone (131213): withdrawn\n"
        );
        assert_eq!(plain(&Shape::BATCH, &[]).batch(object(json!({ "succeeded": [], "failed": [] }))), "");
    }
}

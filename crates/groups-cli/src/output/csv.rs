//! Comma-separated values as RFC 4180 has them, a header first, written as pages arrive. The columns never depend on
//! what is in them. No cell is a formula to a spreadsheet: others choose subjects and names.

use serde_json::{Value, json};

use super::object::{Object, id_of_person, spread};
use super::{Printer, Render, Shape};

/// The column that holds what has no column of its own.
const EXTRA: &str = "extra";

#[derive(Debug)]
pub(super) struct Csv {
    shape: &'static Shape,
    chosen: Vec<String>,
    /// The columns of the header that was written.
    columns: Option<Vec<String>>,
}

impl Csv {
    /// `fields`: those that were chosen; all if empty.
    pub(super) fn new(shape: &'static Shape, fields: &[String]) -> Self {
        Self { shape, chosen: fields.to_vec(), columns: None }
    }

    /// Rows, after the header if it is not there yet.
    fn rows(&mut self, columns: impl FnOnce() -> Vec<String>, objects: Vec<Object>) -> String {
        let mut writer =
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::<u8>::new());
        let is_new = self.columns.is_none();
        let columns = &*self.columns.get_or_insert_with(columns);
        // Writing to memory cannot fail, and all rows are as long as their header.
        if is_new {
            let _ = writer.write_record(columns.iter().map(|column| guarded(column.clone())));
        }
        for object in objects {
            let _ = writer.write_record(row(columns, object));
        }
        writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
    }

    fn chosen_or(&self, others: impl IntoIterator<Item = String>) -> Vec<String> {
        if self.chosen.is_empty() { others.into_iter().collect() } else { self.chosen.clone() }
    }
}

impl Render for Csv {
    fn one(&mut self, object: Object) -> String {
        let known = self.shape.fields;
        let own = object.keys().filter(|key| !known.contains(&key.as_str()));
        let all = self.chosen_or(known.iter().map(|field| (*field).to_owned()).chain(own.cloned()));
        self.rows(|| all, vec![object])
    }

    fn items(&mut self, shape: &Shape, mut objects: Vec<Object>) -> String {
        if shape.spreads() && self.chosen.is_empty() {
            objects = objects.into_iter().map(spread).collect();
        }
        let all = self.chosen_or(shape.record().iter().map(|field| (*field).to_owned()));
        self.rows(|| all, objects)
    }

    /// A row for each join request.
    fn batch(&mut self, object: Object) -> String {
        let list = |key: &str| object.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        let user = |id: &Value| id_of_person(&object["people"][id.as_str()?]).map(str::to_owned);
        let succeeded = list("succeeded")
            .into_iter()
            .map(|id| json!({ "id": id, "result": "succeeded", "user": user(&id) }));
        let failed = list("failed").into_iter().map(|item| {
            json!({ "id": item["id"], "result": "failed", "error": item["error"], "user": user(&item["id"]) })
        });
        let rows = succeeded.chain(failed).filter_map(|row| row.as_object().cloned()).collect();
        self.rows(|| ["id", "result", "error", "user"].map(str::to_owned).to_vec(), rows)
    }

    fn preview(&mut self, preview: Object) -> String {
        self.rows(|| ["method", "url", "headers", "body"].map(str::to_owned).to_vec(), vec![preview])
    }
}

/// The cells of an object; what has no column is put into the one for such things.
fn row(columns: &[String], mut object: Object) -> impl Iterator<Item = String> {
    let mut cells: Vec<String> = Vec::with_capacity(columns.len());
    let mut extra = None;
    for column in columns {
        let value = object.remove(column);
        if column == EXTRA {
            extra = Some((cells.len(), value.clone()));
        }
        cells.push(cell(value));
    }
    if let Some((index, value)) = extra.filter(|_| !object.is_empty()) {
        if let Some(Value::Object(others)) = value {
            object.extend(others);
        }
        cells[index] = cell(Some(Value::Object(object)));
    }
    cells.into_iter()
}

fn cell(value: Option<Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => guarded(text),
        // Numbers and yes and no as JSON has them; the same for what is nested.
        Some(other) => other.to_string(),
    }
}

/// With an apostrophe before a formula; and one more where there are some, so that the one can be taken off again.
fn guarded(text: String) -> String {
    if is_formula(text.trim_start_matches('\'')) { format!("'{text}") } else { text }
}

impl Printer {
    /// A cell as it was before it was written: without the apostrophe before a formula.
    pub(crate) fn unguarded(cell: &str) -> &str {
        cell.strip_prefix('\'').filter(|text| is_formula(text.trim_start_matches('\''))).unwrap_or(cell)
    }
}

/// Whether a spreadsheet may take it for a formula. A number is none, and so is a phone number: `+` and digits.
fn is_formula(text: &str) -> bool {
    let begins = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    begins && !is_number(text.strip_prefix(['+', '-']).unwrap_or(text))
}

fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('.') {
        Some((whole, part)) => digits(whole) && digits(part),
        None => digits(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Value) -> Object {
        value.as_object().unwrap().clone()
    }

    fn csv(shape: &'static Shape, fields: &[&str]) -> Csv {
        Csv::new(shape, &fields.iter().map(|field| (*field).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn the_header_comes_once_and_does_not_depend_on_what_is_there() {
        let mut list = csv(&Shape::JOIN_REQUEST, &[]);
        assert_eq!(
            list.items(&Shape::JOIN_REQUEST, vec![]),
            "group_id,id,wa_id,user_id,username,created_at,extra\r\n"
        );
        let request = json!({ "group_id": "g", "id": "r1",
            "participant": { "wa_id": "15550100110", "parent_user_id": "US.9" } });
        assert_eq!(
            list.items(&Shape::JOIN_REQUEST, vec![object(request)]),
            "g,r1,15550100110,,,,\"{\"\"participant\"\":{\"\"parent_user_id\"\":\"\"US.9\"\"}}\"\r\n"
        );
        assert_eq!(list.end(), "");
        let groups = csv(&Shape::GROUP, &[]).items(&Shape::GROUP, vec![]);
        assert_eq!(groups, "id,subject,created_at,extra\r\n");
        let chosen =
            csv(&Shape::GROUP, &["subject", "id"]).items(&Shape::GROUP, vec![object(json!({ "id": "g" }))]);
        assert_eq!(chosen, "subject,id\r\n,g\r\n");
    }

    #[test]
    fn nothing_is_lost_for_want_of_a_column() {
        let person = json!({ "wa_id": "1", "mood": "good", "extra": { "hat": true } });
        assert_eq!(
            csv(&Shape::PARTICIPANT, &[]).items(&Shape::PARTICIPANT, vec![object(person)]),
            "group_id,subject,wa_id,user_id,parent_user_id,username,extra\r\n,,1,,,,\"{\"\"mood\"\":\"\"good\"\",\"\"hat\"\":true}\"\r\n"
        );
        let status = json!({ "groups": 3, "flags": [true, null] });
        assert_eq!(
            csv(&Shape::SANDBOX_BEHAVIOUR, &[]).one(object(status)),
            "groups,flags\r\n3,\"[true,null]\"\r\n"
        );
    }

    #[test]
    fn a_cell_is_no_formula() {
        for (text, expected) in [
            ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
            ("+1+1", "'+1+1"),
            ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("\n=1", "'\n=1"),
            ("＝1", "'＝1"),
            ("-", "'-"),
            ("+", "'+"),
            ("-1", "-1"),
            ("-1.5", "-1.5"),
            ("-1.5.1", "'-1.5.1"),
            ("+15550100110", "+15550100110"),
            ("+1 555 0100110", "'+1 555 0100110"),
            ("2026-01-05T10:00:00Z", "2026-01-05T10:00:00Z"),
            ("a=b", "a=b"),
            ("'=1", "''=1"),
            ("'", "'"),
            ("'tis", "'tis"),
            ("'-1", "'-1"),
            ("", ""),
        ] {
            assert_eq!(cell(Some(json!(text))), expected);
            assert_eq!(Printer::unguarded(expected), text, "it can be read again");
        }
        assert_eq!(cell(Some(json!(-5))), "-5");
        assert_eq!(cell(Some(json!(false))), "false");
        assert_eq!(cell(Some(Value::Null)), "");
    }

    #[test]
    fn a_header_is_no_formula() {
        let object = object(json!({ "=1+1": "x" }));
        assert_eq!(csv(&Shape::GROUP, &["=1+1"]).one(object), "'=1+1\r\nx\r\n");
    }

    #[test]
    fn cells_are_quoted_as_the_standard_says() {
        let group = json!({ "id": "a,b", "subject": "say \"hi\"\nnow" });
        assert_eq!(
            csv(&Shape::GROUP, &["id", "subject"]).one(object(group)),
            "id,subject\r\n\"a,b\",\"say \"\"hi\"\"\nnow\"\r\n"
        );
    }

    #[test]
    fn a_batch_has_a_row_for_each_request() {
        let batch = json!({ "succeeded": ["a"], "failed": [{ "id": "=b", "error": { "kind": "api" } }],
            "people": { "a": { "wa_id": "15550100110" } } });
        assert_eq!(
            csv(&Shape::BATCH, &[]).batch(object(batch)),
            "id,result,error,user\r\na,succeeded,,15550100110\r\n'=b,failed,\"{\"\"kind\"\":\"\"api\"\"}\",\r\n"
        );
    }
}

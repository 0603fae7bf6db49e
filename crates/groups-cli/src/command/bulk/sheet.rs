//! Files of rows: CSV with a header, JSON lines, or an id per line. Reads all of it before anything is sent, and knows
//! each row by the line it begins at. What the columns mean is not decided here.

use std::io::Read;
use std::path::Path;

use serde_json::{Map, Value};

use crate::args::SheetFormat;
use crate::failure::{Failure, Problem};
use crate::near;
use crate::output::Printer;
use groups_ergonomic::model::text::{normalized, quoted};

/// A file, read.
#[derive(Debug)]
pub(super) struct Sheet {
    /// As it is called in messages.
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Row>,
    /// What is wrong with its form.
    pub(super) problems: Vec<Problem>,
}

/// A row of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    /// Where it begins, from 1.
    pub(super) line: u64,
    /// By column; a cell that is empty is not there.
    pub(super) cells: Map<String, Value>,
}

impl Sheet {
    /// The first of these columns that the sheet has.
    pub(super) fn first_of<'a>(&self, columns: &[&'a str]) -> &'a str {
        let has = |column: &&&str| self.columns.iter().any(|other| other == **column);
        columns.iter().find(has).or(columns.first()).copied().unwrap_or_default()
    }
}

impl Row {
    /// The names of the values that a result set aside because they could not be read, in its column `extra`.
    pub(super) fn set_aside(&self) -> Vec<String> {
        let extra = match self.cells.get("extra") {
            Some(Value::Object(extra)) => extra.clone(),
            Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
            _ => Map::new(),
        };
        extra.keys().filter_map(|name| name.strip_prefix('?')).map(str::to_owned).collect()
    }

    /// The first of these columns that holds something.
    pub(super) fn text(&self, columns: &[&str]) -> Option<String> {
        columns.iter().find_map(|column| match self.cells.get(*column)? {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        })
    }
}

/// What a command calls the columns that it knows, and how they are written in a file of plain lines.
#[derive(Debug)]
pub(super) struct Columns {
    /// Those that it reads, by their first name in [`SYNONYMS`].
    pub(super) known: &'static [&'static str],
    /// Those that mean a setting of the command and cannot be read from a sheet, with what to do instead.
    pub(super) refused: &'static [(&'static str, &'static str)],
    /// What a line is, in a file of lines.
    pub(super) plain: &'static str,
}

/// Column names of the API and of the results that mean the same as another one.
const SYNONYMS: [(&str, &str); 9] = [
    ("join_approval_mode", "approval"),
    ("approval_mode", "approval"),
    ("join_approval", "approval"),
    ("approval_required", "approval"),
    ("requires_approval", "approval"),
    ("creation_timestamp", "created_at"),
    ("total_participant_count", "participant_count"),
    ("profile_picture", "picture"),
    ("profile_picture_file", "picture"),
];

/// The first name of a column.
fn canonical(name: &str) -> &str {
    SYNONYMS.iter().find(|(other, _)| *other == name).map_or(name, |(_, first)| *first)
}

impl Columns {
    /// The column that a header names: one that is known, else as it is written.
    fn column(&self, header: &str) -> String {
        let name = known_name(header);
        let name = canonical(&name);
        if self.known.contains(&name) { name.to_owned() } else { header.trim().to_owned() }
    }

    /// The column that sets what a field of a result or of the API is called.
    pub(super) fn setting(&self, field: &str) -> Option<&'static str> {
        self.known.iter().find(|known| **known == canonical(field)).copied()
    }

    /// What a person is in JSON, if the command reads people.
    fn reads_people(&self) -> bool {
        self.known.contains(&"wa_id")
    }
}

/// Reads a file, or stdin (`-`).
pub(super) fn read(
    path: &Path,
    format: Option<SheetFormat>,
    columns: &Columns,
    command: &str,
) -> Result<Sheet, Failure> {
    let name = if path == Path::new("-") { "stdin".to_owned() } else { path.display().to_string() };
    let mut bytes = Vec::new();
    let done = match path == Path::new("-") {
        true => std::io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes),
        false => std::fs::File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes)),
    };
    done.map_err(|error| {
        Failure::usage(command, format!("{name} cannot be read: {error}"))
            .with_remedy("`--from` takes a file, or - for stdin.")
    })?;
    if bytes.len() as u64 > LARGEST {
        let message = format!("{name} is longer than 64 MiB, the most that --from reads; nothing was sent");
        return Err(Failure::usage(command, message).with_remedy("Give it in parts, each with its header."));
    }
    let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_lowercase);
    let (columns, rows, problems) =
        parse(&bytes, format, extension.as_deref(), columns).map_err(|wrong| {
            Failure::usage(command, format!("{name} is not understood: {}", wrong.what))
                .with_remedy(wrong.advice.unwrap_or_else(|| HELP.to_owned()))
        })?;
    Ok(Sheet { name, columns, rows, problems })
}

/// The longest file that is read, in bytes: all of it is held, and checked before anything is sent.
const LARGEST: u64 = 64 * 1024 * 1024;

const HELP: &str = "`wagroups help from` tells what a file looks like.";

/// How many problems of a file are told.
const SHOWN: usize = 20;

/// A file with rows that cannot be used.
pub(super) fn refused(name: &str, mut problems: Vec<Problem>, command: &str) -> Failure {
    problems.sort_by_key(|problem| problem.line);
    let count = problems.len();
    let what = if count == 1 { "1 problem".to_owned() } else { format!("{count} problems") };
    let mut message = format!("{name} has {what}, and nothing was sent");
    if count > SHOWN {
        problems.truncate(SHOWN);
        message.push_str(&format!("; the first {SHOWN}:"));
    }
    let mut failure = Failure::usage(command, message).with_remedy(HELP);
    failure.report.problems = problems;
    failure
}

/// Why a file is none of ours.
struct Wrong {
    what: String,
    advice: Option<String>,
}

impl Wrong {
    fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), advice: None }
    }

    fn advising(what: &str, advice: &str) -> Self {
        Self { what: what.to_owned(), advice: Some(advice.to_owned()) }
    }
}

type Parsed = (Vec<String>, Vec<Row>, Vec<Problem>);

fn parse(
    bytes: &[u8],
    format: Option<SheetFormat>,
    extension: Option<&str>,
    columns: &Columns,
) -> Result<Parsed, Wrong> {
    // Without a byte order mark, every other byte of plain letters is zero.
    let is_wide = matches!(bytes, [0, c, 0, d, ..] | [c, 0, d, 0, ..] if *c != 0 && *d != 0);
    if is_wide || bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Wrong::advising("it is UTF-16", "Save it as \"CSV UTF-8\"."));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(Wrong::advising("it is a workbook or an archive", "Save the sheet as \"CSV UTF-8\"."));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        Wrong {
            what: format!("line {line} is not UTF-8"),
            advice: Some("Save it as \"CSV UTF-8\".".to_owned()),
        }
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let format = match format {
        Some(format) => format,
        None => recognised(text, extension, columns)?,
    };
    match format {
        SheetFormat::Csv => csv(text, columns),
        SheetFormat::Jsonl => jsonl(text, columns),
        SheetFormat::Lines => Ok(lines(text, columns)),
    }
}

/// By the name, else by what stands first.
fn recognised(text: &str, extension: Option<&str>, columns: &Columns) -> Result<SheetFormat, Wrong> {
    let first = text.split(['\r', '\n']).map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    if first.starts_with('[') {
        return Err(Wrong::advising(
            "it is one JSON document",
            "Give JSON lines, as `-o jsonl` prints them.",
        ));
    }
    Ok(match extension {
        Some("csv" | "tsv") => SheetFormat::Csv,
        Some("jsonl" | "ndjson") => SheetFormat::Jsonl,
        _ if separator_line(text).is_some() => SheetFormat::Csv,
        _ if first.starts_with('{') => SheetFormat::Jsonl,
        _ if first.contains([',', ';', '\t']) => SheetFormat::Csv,
        // A single column.
        _ if columns.known.contains(&columns.column(first).as_str()) => SheetFormat::Csv,
        // Ids are nothing else; but a subject may be any text, as that of a note that was given by mistake.
        _ if columns.plain == "subject" && !first.is_empty() => {
            return Err(Wrong::advising(
                "it has no header",
                "Begin it with a line `subject`, or add `--from-format lines` if each of its lines is the subject of a group.",
            ));
        }
        _ => SheetFormat::Lines,
    })
}

/// A header as it may be written by people: `Group ID`.
fn known_name(header: &str) -> String {
    normalized(header).trim_matches('"').to_lowercase().replace([' ', '-'], "_")
}

/// What the line `sep=;` names, by which spreadsheets are told how a file is separated, and where the header begins.
fn separator_line(text: &str) -> Option<(&str, usize)> {
    let line = text.split(['\r', '\n']).next().unwrap_or_default();
    let bare = line.trim_start_matches('"');
    bare.get(..4).filter(|word| word.eq_ignore_ascii_case("sep="))?;
    let rest = &text[line.len()..];
    let ends = rest.strip_prefix("\r\n").map_or(rest.len().min(1), |_| 2);
    Some((bare[4..].trim_end_matches('"'), line.len() + ends))
}

/// The character between cells, and where the header begins.
fn delimiter(text: &str) -> Result<(u8, usize), Wrong> {
    if let Some((named, begins)) = separator_line(text) {
        // A spreadsheet may have filled the line up with empty cells.
        let one = named.chars().next().filter(|c| c.is_ascii() && !c.is_ascii_alphanumeric() && *c != '"');
        let only = |one: &char| named.chars().all(|c| c == *one);
        return match one.filter(only).and_then(|one| u8::try_from(one).ok()) {
            Some(delimiter) => Ok((delimiter, begins)),
            None => Err(Wrong {
                what: format!("its first line names no separator: {}", quoted(&format!("sep={named}"))),
                advice: Some("Write one character such as `sep=;`, or take the line out.".to_owned()),
            }),
        };
    }
    let head = text.split(['\r', '\n']).next().unwrap_or_default();
    let delimiter = [',', ';', '\t'].into_iter().max_by_key(|delimiter| {
        // The comma where none is there.
        (head.matches(*delimiter).count(), u8::from(*delimiter == ','))
    });
    Ok((delimiter.and_then(|delimiter| u8::try_from(delimiter).ok()).unwrap_or(b','), 0))
}

fn csv(text: &str, columns: &Columns) -> Result<Parsed, Wrong> {
    let (delimiter, begins) = delimiter(text)?;
    check_quotes(text, begins, delimiter)?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .from_reader(&text.as_bytes()[begins..]);
    let mut records = reader.records();
    let header = match records.next() {
        Some(Ok(header)) => header,
        Some(Err(error)) => return Err(Wrong::new(error.to_string())),
        None => return Err(Wrong::new("it is empty, and a CSV file begins with a header")),
    };
    let mut names: Vec<String> = Vec::new();
    let header_ends = |from: usize| header.iter().skip(from).all(|name| name.trim().is_empty());
    for (index, header) in header.iter().map(Printer::unguarded).enumerate() {
        let name = columns.column(header);
        // Spreadsheets write what lies to the right of a table, where a cell was touched once.
        if name.is_empty() && header_ends(index) {
            break;
        }
        if name.is_empty() {
            return Err(Wrong::new(format!("column {} has no name in the header", index + 1)));
        }
        if names.contains(&name) {
            return Err(Wrong::new(format!("two columns mean {}", quoted(&name))));
        }
        names.push(name);
    }
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    let mut lines = LineCount { text, seen: 0, line: 1 };
    for record in records {
        let record = match record {
            Ok(record) => record,
            Err(error) => return Err(Wrong::new(error.to_string())),
        };
        let begin = record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
        let begin = begins + begin;
        let line = lines.at(begin);
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let width = header.len();
        let unnamed = record.iter().skip(names.len()).position(|cell| !cell.trim().is_empty());
        if record.len() != width || unnamed.is_some() {
            let message = match unnamed.filter(|_| record.len() == width) {
                Some(place) => format!(
                    "has something in column {}, which has no name in the header",
                    names.len() + place + 1
                ),
                None => {
                    let cells = if record.len() == 1 { "cell" } else { "cells" };
                    let mut message = format!("has {} {cells}, and the header {width}", record.len());
                    if record.len() > width {
                        let named = named_delimiter(delimiter);
                        message.push_str(&format!(": put a cell that contains {named} between quotes"));
                    }
                    message
                }
            };
            problems.push(Problem { line, message });
            continue;
        }
        let cells = names.iter().zip(record.iter()).filter(|(_, cell)| !cell.trim().is_empty());
        // As `-o csv` prints what a spreadsheet would take for a formula.
        let cells = cells.map(|(name, cell)| (name.clone(), Value::from(Printer::unguarded(cell)))).collect();
        rows.push(Row { line, cells });
    }
    Ok((names, rows, problems))
}

/// Refuses quotes that do not enclose a whole cell: the reader would take rows that follow for a part of it, and say
/// nothing.
fn check_quotes(text: &str, begins_at: usize, delimiter: u8) -> Result<(), Wrong> {
    let bytes = text.as_bytes();
    let mut lines = LineCount { text, seen: 0, line: 1 };
    let (mut place, mut begins) = (begins_at, true);
    while place < bytes.len() {
        if !(begins && bytes[place] == b'"') {
            begins = bytes[place] == delimiter || matches!(bytes[place], b'\r' | b'\n');
            place += 1;
            continue;
        }
        let line = lines.at(place);
        loop {
            let Some(next) = bytes[place + 1..].iter().position(|byte| *byte == b'"') else {
                return Err(Wrong::new(format!("line {line} opens a quote that is never closed")));
            };
            place += 1 + next;
            match bytes.get(place + 1) {
                Some(b'"') => place += 1,
                None | Some(b'\r' | b'\n') => break,
                Some(byte) if *byte == delimiter => break,
                Some(_) => {
                    let line = lines.at(place);
                    return Err(Wrong::new(format!("line {line} has text after a closing quote")));
                }
            }
        }
        place += 1;
    }
    Ok(())
}

fn named_delimiter(delimiter: u8) -> String {
    match delimiter {
        b',' => "a comma".to_owned(),
        b';' => "a semicolon".to_owned(),
        b'\t' => "a tab".to_owned(),
        other => format!("`{}`", char::from(other)),
    }
}

/// Counts lines up to places that come one after the other.
struct LineCount<'a> {
    text: &'a str,
    seen: usize,
    line: u64,
}

impl LineCount<'_> {
    /// The line of what stands at a place, or after the line breaks there.
    fn at(&mut self, place: usize) -> u64 {
        let bytes = self.text.as_bytes();
        let breaks = bytes[place.min(bytes.len())..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        let place = place.min(bytes.len()) + breaks.count();
        // As the reader has them: `\n`, `\r\n`, and a `\r` alone.
        let ends = |place: &usize| match bytes[*place] {
            b'\n' => true,
            b'\r' => bytes.get(place + 1) != Some(&b'\n'),
            _ => false,
        };
        self.line += (self.seen.min(place)..place).filter(ends).count() as u64;
        self.seen = place;
        self.line
    }
}

fn jsonl(text: &str, columns: &Columns) -> Result<Parsed, Wrong> {
    let (mut names, mut rows, mut problems) = (Vec::<String>::new(), Vec::new(), Vec::new());
    for (line, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
        let cells = match serde_json::from_str::<Value>(text) {
            Ok(Value::Object(cells)) => match named(cells, columns) {
                Ok(cells) => cells,
                Err(message) => {
                    problems.push(Problem { line, message });
                    continue;
                }
            },
            // As `--jq .id` prints them with quotes.
            Ok(Value::String(text)) => Map::from_iter([(columns.plain.to_owned(), text.into())]),
            Ok(_) => {
                problems.push(Problem { line, message: "is no JSON object".to_owned() });
                continue;
            }
            Err(error) => {
                // The error counts lines within this one.
                let reason = error.to_string();
                let reason = reason.split(" at line ").next().unwrap_or(&reason);
                let message = format!("is no JSON: {reason} at column {}", error.column());
                problems.push(Problem { line, message });
                continue;
            }
        };
        let empty =
            |value: &Value| value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
        for name in cells.keys() {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        for name in columns.known {
            if cells.get(*name).is_some_and(|value| value.is_object() || value.is_array()) {
                problems.push(Problem { line, message: format!("{name} must be text") });
            }
        }
        let cells = cells.into_iter().filter(|(_, value)| !empty(value)).collect();
        rows.push(Row { line, cells });
    }
    Ok((names, rows, problems))
}

/// The members of a JSON object by the columns that they name. A person in `participant` has columns of their own, as in
/// the CSV of the same list.
fn named(members: Map<String, Value>, columns: &Columns) -> Result<Map<String, Value>, String> {
    let mut cells = Map::new();
    for (member, value) in members {
        let name = columns.column(&member);
        if cells.insert(name.clone(), value).is_some() {
            return Err(format!("has two members that mean {}", quoted(&name)));
        }
    }
    if columns.reads_people()
        && let Some(Value::Object(person)) = cells.get("participant").cloned()
    {
        cells.remove("participant");
        for (name, value) in person {
            cells.entry(name).or_insert(value);
        }
    }
    Ok(cells)
}

fn lines(text: &str, columns: &Columns) -> Parsed {
    let text = text.replace("\r\n", "\n");
    let rows = (1..)
        .zip(text.split(['\r', '\n']).map(str::trim))
        .filter(|(_, text)| !text.is_empty())
        .map(|(line, text)| Row { line, cells: Map::from_iter([(columns.plain.to_owned(), text.into())]) })
        .collect();
    (vec![columns.plain.to_owned()], rows, Vec::new())
}

/// Refuses a file that has none of these columns, rather than each of its rows.
pub(super) fn require(sheet: &Sheet, columns: &[&str], command: &str) -> Result<(), Failure> {
    if sheet.columns.is_empty() || sheet.columns.iter().any(|column| columns.contains(&column.as_str())) {
        return Ok(());
    }
    let message = format!("{} has no column {}", sheet.name, columns.join(" or "));
    let found: Vec<String> =
        sheet.columns.iter().take(SHOWN).map(|column| quoted(column).to_string()).collect();
    let meant = sheet.columns.iter().find_map(|column| {
        let known = near::near(&known_name(column), columns.iter().copied())?;
        Some(format!("Did you mean \"{known}\" by {}? ", quoted(column)))
    });
    let message = format!("{message}; its columns are {}", found.join(", "));
    Err(Failure::usage(command, message).with_remedy(format!("{}{HELP}", meant.unwrap_or_default())))
}

/// The extra columns, which are copied to the result. Refuses a setting that the command cannot read from a sheet, and a
/// column that is nearly one it knows.
/// `own`: the fields of the result; a column of such a name is left to the result.
pub(super) fn carried(
    sheet: &Sheet,
    columns: &Columns,
    own: &[&str],
    command: &str,
) -> Result<Vec<String>, Failure> {
    let others = sheet.columns.iter().filter(|column| !columns.known.contains(&column.as_str()));
    let mut carried = Vec::new();
    let synonyms = SYNONYMS.iter().filter(|(_, first)| columns.known.contains(first)).map(|(name, _)| name);
    let names: Vec<&str> = columns.known.iter().chain(synonyms).copied().collect();
    for column in others {
        let name = known_name(column);
        let name = canonical(&name);
        if let Some((_, advice)) = columns.refused.iter().find(|(refused, _)| *refused == name) {
            let message = format!("{} has a column {}, which a sheet cannot set", sheet.name, quoted(column));
            return Err(Failure::usage(command, message).with_remedy(*advice));
        }
        if own.iter().any(|own| canonical(own) == name) {
            continue;
        }
        let meant =
            names.iter().find(|known| known.len() > 4 && strsim::damerau_levenshtein(known, name) <= 2);
        if let Some(meant) = meant {
            let message = format!("{} has a column {}, which is not known", sheet.name, quoted(column));
            return Err(Failure::usage(command, message).with_remedy(format!(
                "Did you mean \"{meant}\"? Extra columns of other names are copied to the result."
            )));
        }
        carried.push(column.clone());
    }
    Ok(carried)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const COLUMNS: Columns = Columns {
        known: &["group_id", "id", "description", "wa_id", "approval"],
        refused: &[("picture", "Use --picture.")],
        plain: "group_id",
    };

    fn rows(bytes: &[u8], extension: Option<&str>) -> Result<Vec<(u64, Value)>, String> {
        match parse(bytes, None, extension, &COLUMNS) {
            Err(wrong) => Err(wrong.what),
            Ok((_, _, problems)) if !problems.is_empty() => {
                let told =
                    problems.iter().map(|problem| format!("line {} {}", problem.line, problem.message));
                Err(told.collect::<Vec<_>>().join("; "))
            }
            Ok((_, rows, _)) => {
                Ok(rows.into_iter().map(|row| (row.line, Value::Object(row.cells))).collect())
            }
        }
    }

    #[test]
    fn the_three_formats_are_recognised_and_read_alike() {
        let expected = Ok(vec![
            (2, json!({ "group_id": "g1", "customer": "7" })),
            (3, json!({ "group_id": "g2", "customer": "8" })),
        ]);
        for text in [
            "group_id,customer\ng1,7\ng2,8\n",
            "\u{feff}Group ID,customer\r\ng1,7\r\ng2,8\r\n,\r\n",
            "group_id;customer\ng1;7\ng2;8",
            "group_id\tcustomer\ng1\t7\ng2\t8",
            "\n{\"group_id\":\"g1\",\"customer\":\"7\"}\r\n{\"group_id\":\"g2\",\"customer\":\"8\",\"id\":null}\n",
        ] {
            assert_eq!(rows(text.as_bytes(), None), expected, "{text:?}");
        }
        for text in ["g1\n\n g2 \r\n", "\"g1\"\n\n\"g2\"\n"] {
            let format = text.starts_with('"').then_some("jsonl");
            let expected = vec![(1, json!({ "group_id": "g1" })), (3, json!({ "group_id": "g2" }))];
            assert_eq!(rows(text.as_bytes(), format), Ok(expected), "{text:?}");
        }
        assert_eq!(rows(b"id\ng1\n", None), Ok(vec![(2, json!({ "id": "g1" }))]));
        assert_eq!(rows(b"", None), Ok(vec![]));
    }

    #[test]
    fn a_row_is_known_by_the_line_it_begins_at() {
        let text = "group_id,description\ng1,\"two\nlines\"\n\ng2,\"say \"\"hi\"\"\"\n";
        let expected = vec![
            (2, json!({ "group_id": "g1", "description": "two\nlines" })),
            (5, json!({ "group_id": "g2", "description": "say \"hi\"" })),
        ];
        assert_eq!(rows(text.as_bytes(), Some("csv")), Ok(expected));
    }

    #[test]
    fn empty_columns_without_a_name_at_the_end_are_nothing() {
        let expected = Ok(vec![(2, json!({ "group_id": "g1" })), (4, json!({ "group_id": "g2" }))]);
        assert_eq!(rows(b"group_id,,\ng1,,\n,,\ng2, ,\n", None), expected);
    }

    #[test]
    fn a_column_that_is_missing_is_looked_for_among_those_that_are_there() {
        let sheet = |column: &str| Sheet {
            name: "x.csv".to_owned(),
            columns: vec!["customer".to_owned(), column.to_owned()],
            rows: vec![Row { line: 2, cells: Map::new() }],
            problems: Vec::new(),
        };
        let told = |column: &str| *require(&sheet(column), &["subject"], "create").unwrap_err().report;
        let slip = told("Subjekt");
        assert_eq!(slip.message, "x.csv has no column subject; its columns are \"customer\", \"Subjekt\"");
        assert!(slip.remedy.unwrap().starts_with("Did you mean \"subject\" by \"Subjekt\"? "));
        assert_eq!(told("17").remedy.unwrap(), HELP);
    }

    #[test]
    fn every_line_break_counts_as_one() {
        let expected = [(2, "g1"), (3, "g2"), (5, "g3")].map(|(line, id)| (line, json!({ "id": id })));
        for text in
            ["id\rg1\rg2\r\rg3\r", "id\ng1\ng2\n\ng3\n", "id\r\ng1\r\ng2\r\n\r\ng3", "id\rg1\r\ng2\n\rg3"]
        {
            assert_eq!(rows(text.as_bytes(), None), Ok(expected.to_vec()), "{text:?}");
        }
        let plain = [(1, "g1"), (2, "g2")].map(|(line, id)| (line, json!({ "group_id": id })));
        assert_eq!(rows(b"g1\rg2\r", None), Ok(plain.to_vec()));
    }

    #[test]
    fn a_guard_before_a_formula_is_taken_off_once() {
        let text = "id,description\ng1,'=1\ng2,''=1\ng3,'tis\ng4,\"'+1 555\"\n";
        let told: Vec<_> = rows(text.as_bytes(), None).unwrap();
        let told: Vec<_> = told.iter().map(|(_, cells)| cells["description"].as_str().unwrap()).collect();
        assert_eq!(told, ["=1", "'=1", "'tis", "+1 555"]);
    }

    #[test]
    fn only_ids_are_told_by_their_looks() {
        let columns = Columns { known: &["subject"], refused: &[], plain: "subject" };
        assert!(
            parse(b"Dear all, hi\nhello", None, None, &columns)
                .is_ok_and(|(columns, _, _)| columns[0] == "Dear all")
        );
        let wrong = parse(b"Trip\nOther\n", None, None, &columns).err().unwrap();
        assert!(wrong.advice.unwrap().contains("--from-format lines"));
        for (text, format, count) in
            [(&b"Trip\n"[..], Some(SheetFormat::Lines), 1), (b"Subject\nTrip\n", None, 1), (b"", None, 0)]
        {
            let (_, rows, _) = parse(text, format, None, &columns).ok().unwrap();
            assert_eq!(rows.len(), count);
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_line() {
        for (bytes, expected) in [
            (&b"\xff\xfeg\0"[..], "UTF-16"),
            (&b"i\0d\0\n\0"[..], "UTF-16"),
            (&b"\0i\0d\0\n"[..], "UTF-16"),
            (b"PK\x03\x04", "workbook"),
            (b"g1\ng\xe9\n", "line 2 is not UTF-8"),
            (b"[{\"id\":\"g\"}]", "one JSON document"),
            (b"group_id,customer\ng1\ng2,1,2\n", "line 2 has 1 cell, and the header 2; line 3 has 3 cells"),
            (b"group_id,group id\n", "two columns"),
            (b"id,description\na,\"x\n\ny\"\nb,\"open\nc,d\n", "line 5 opens a quote that is never closed"),
            (b"id,description\na,\"x\" y\nb,c\n", "line 2 has text after a closing quote"),
            (b"id,description\rg,\"a\rb\"c\r", "line 3 has text after a closing quote"),
            (b"group_id,,description\n", "column 2 has no name"),
            (b"group_id,,\ng1,,\ng2,,x\n", "line 3 has something in column 3, which has no name"),
            (b"{\"id\":1}\n{\n5\n", "line 2 is no JSON"),
            (b"{\"id\":[1]}", "id must be text"),
        ] {
            let told = rows(bytes, None).unwrap_err();
            assert!(told.contains(expected), "{told}");
        }
    }

    #[test]
    fn unknown_columns_come_along_unless_they_look_like_a_slip() {
        let sheet = |columns: &[&str]| Sheet {
            name: "x.csv".to_owned(),
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
            rows: Vec::new(),
            problems: Vec::new(),
        };
        let with = |columns: &[&str]| carried(&sheet(columns), &COLUMNS, &["line", "status"], "get");
        assert_eq!(with(&["id", "customer", "line", "Owner"]).unwrap(), ["customer", "Owner"]);
        for (slip, meant) in [("desciption", "description"), ("join_aproval_mode", "join_approval_mode")] {
            assert!(with(&["id", slip]).unwrap_err().report.remedy.unwrap().contains(meant), "{slip}");
        }
        for column in ["picture", "Profile Picture", "profile_picture_file"] {
            let refused = *with(&["id", column]).unwrap_err().report;
            assert!(refused.message.contains("cannot set") && refused.remedy.unwrap().contains("--picture"));
        }
    }

    #[test]
    fn a_column_may_have_the_name_of_the_api_or_of_a_result() {
        for text in [
            "id,join_approval_mode\ng1,auto\n",
            "id,Join Approval Mode\ng1,auto\n",
            "id,\u{feff}APPROVAL\u{200b}\ng1,auto\n",
            "{\"id\":\"g1\",\"join_approval_mode\":\"auto\"}",
            "{\"ID\":\"g1\",\"Approval\":\"auto\"}",
        ] {
            let read = rows(text.as_bytes(), None).unwrap();
            assert_eq!(read[0].1, json!({ "id": "g1", "approval": "auto" }), "{text}");
        }
        for text in
            ["id,approval,join_approval_mode\ng1,auto,auto\n", "{\"approval\":1,\"join_approval_mode\":2}"]
        {
            assert!(rows(text.as_bytes(), None).unwrap_err().contains("mean \"approval\""), "{text}");
        }
        let person = "{\"id\":\"r\",\"participant\":{\"wa_id\":\"15550100110\",\"username\":\"ann\"}}";
        let expected = json!({ "id": "r", "wa_id": "15550100110", "username": "ann" });
        assert_eq!(rows(person.as_bytes(), None).unwrap()[0].1, expected);
    }

    #[test]
    fn a_line_that_names_the_separator_is_read() {
        let expected = Ok(vec![(3, json!({ "id": "g1", "x": "a" })), (5, json!({ "id": "g2", "x": "b,c" }))]);
        for text in [
            "sep=;\nid;x\ng1;a\n\ng2;b,c\n",
            "sep=;\r\nid;x\r\ng1;a\r\n\r\ng2;b,c\r\n",
            "\u{feff}SEP=;\nid;x\ng1;a\n\ng2;\"b,c\"\n",
            "sep=|\nid|x\ng1|a\n\ng2|b,c",
            "sep=\t\nid\tx\ng1\ta\n\ng2\tb,c",
            "sep=,\nid,x\ng1,a\n\ng2,\"b,c\"",
            "\"sep=;\"\nid;x\ng1;a\n\ng2;b,c\n",
            "sep=;;\nid;x\ng1;a\n\ng2;b,c\n",
            "sep=:\rid:x\rg1:a\r\rg2:b,c\r",
        ] {
            assert_eq!(rows(text.as_bytes(), None), expected, "{text:?}");
        }
        for text in ["sep=\nid\ng1\n", "sep=ab\nid\n", "sep=€\nid€x\n", "sep=;,\nid;x\n"] {
            assert!(rows(text.as_bytes(), None).unwrap_err().contains("names no separator"), "{text:?}");
        }
        let late = rows(b"sep=;\nid;x\ng1;\"a\nb\"c\n", None).unwrap_err();
        assert!(late.contains("line 4 has text after a closing quote"), "{late}");
        let comma = rows(b"id\nKyoto, Mai\n", Some("csv")).unwrap_err();
        assert!(comma.contains(
            "line 2 has 2 cells, and the header 1: put a cell that contains a comma between quotes"
        ));
    }
}

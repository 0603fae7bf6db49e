//! The rows of a file as what a command works on. Everything that is wrong with any of them is found here, at once.

use std::collections::HashMap;

use groups_ergonomic::model::{Group, GroupId, InvalidInput, ParticipantInput, limits};
use serde_json::{Map, Value};

use super::row::{GroupRow, RowResult, Shown, Status};
use super::sheet::{Columns, Row, Sheet};
use crate::args::StartLine;
use crate::command::askers::Asked;
use crate::command::requests::Verdict;
use crate::failure::Problem;
use crate::people;

/// A row: where it stands, what came along, and what is to be done.
#[derive(Clone, Debug)]
pub(super) struct Item<T> {
    /// Its place among the rows.
    pub(super) index: usize,
    pub(super) line: u64,
    pub(super) carried: Map<String, Value>,
    pub(super) group: GroupId,
    pub(super) what: T,
}

/// The new settings of a group.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) subject: Option<String>,
    pub(super) description: Option<String>,
}

/// What is to be done with the rows.
pub(super) enum Kinds {
    Get(Vec<Item<()>>),
    /// And whether it is well where there is no such group any more.
    Delete(Vec<Item<()>>, bool),
    ShowLink(Vec<Item<()>>),
    ReplaceLink(Vec<Item<()>>),
    Update(Vec<Item<Settings>>),
    /// Rows of one group that follow each other, as far as they fit into one call.
    Remove(Vec<Vec<Item<ParticipantInput>>>),
    Decide(Vec<Vec<Item<Asked>>>, Verdict),
}

pub(super) const GROUPS: Columns = Columns { known: &["group_id", "id"], refused: &[], plain: "group_id" };
pub(super) const UPDATES: Columns = Columns {
    known: &["group_id", "id", "subject", "description"],
    refused: &[(
        "picture",
        "Set pictures one by one with `wagroups update GROUP --picture FILE`, or rename the column.",
    )],
    plain: "group_id",
};
/// The columns that name a person.
pub(super) const NAMES_PERSON: [&str; 3] = ["user", "wa_id", "user_id"];
pub(super) const PEOPLE: Columns =
    Columns { known: &["group_id", "user", "wa_id", "user_id"], refused: &[], plain: "user" };
pub(super) const REQUESTS: Columns = Columns {
    known: &["group_id", "join_request_id", "id", "user", "wa_id", "user_id"],
    refused: &[],
    plain: "id",
};

/// Join requests that are decided in one call. No limit is documented (Facts 3); so many make a body of some kilobytes.
const DECIDED_AT_ONCE: usize = 100;

/// Reads rows as items; each is its own, by `key`.
pub(super) struct Reader<'a> {
    pub(super) sheet: &'a Sheet,
    pub(super) carried: &'a [String],
    /// Which rows are taken; the others are checked all the same.
    pub(super) chosen: &'a StartLine,
    /// The group that was given, for rows that do not name one.
    pub(super) group: Option<&'a GroupId>,
    /// The columns that name the group.
    pub(super) group_columns: &'a [&'a str],
}

impl Reader<'_> {
    /// All rows, or all that is wrong with them. `key`: by what a row is the same one again.
    pub(super) fn items<T>(
        &self,
        read: impl Fn(&Row) -> Result<T, InvalidInput>,
        key: impl Fn(&GroupId, &T) -> String,
    ) -> Result<Vec<Item<T>>, Vec<Problem>> {
        let (mut items, mut problems) = (Vec::new(), self.sheet.problems.clone());
        let mut seen: HashMap<String, u64> = HashMap::new();
        for row in &self.sheet.rows {
            let line = row.line;
            let item = self.group_of(row).and_then(|group| Ok((group, read(row)?)));
            match item {
                Ok((group, what)) => {
                    if let Some(earlier) = seen.insert(key(&group, &what), line) {
                        let message = format!("names again what line {earlier} names");
                        problems.push(Problem { line, message });
                    }
                    if !self.chosen.takes(line) {
                        continue;
                    }
                    let carried = carried_of(row, self.carried);
                    items.push(Item { index: items.len(), line, carried, group, what });
                }
                Err(invalid) => problems.push(Problem { line, message: invalid.to_string() }),
            }
        }
        if problems.is_empty() { Ok(items) } else { Err(problems) }
    }

    fn group_of(&self, row: &Row) -> Result<GroupId, InvalidInput> {
        let named = row.text(self.group_columns).map(|text| GroupId::new(text.trim())).transpose()?;
        match (named, self.group) {
            (Some(named), Some(given)) if named != *given => {
                Err(InvalidInput::new("group_id", format!("is another group than the one given: {named}")))
            }
            (Some(group), _) => Ok(group),
            (None, Some(given)) => Ok(given.clone()),
            (None, None) => Err(InvalidInput::new("group_id", "is missing")),
        }
    }
}

/// What comes along of a row.
pub(super) fn carried_of(row: &Row, carried: &[String]) -> Map<String, Value> {
    let cell = |name: &String| (name.clone(), row.cells.get(name).cloned().unwrap_or(Value::Null));
    carried.iter().map(cell).collect()
}

/// A person, by number or id.
pub(super) fn person(row: &Row) -> Result<ParticipantInput, InvalidInput> {
    person_of(row)?.ok_or_else(|| InvalidInput::new("user", "is missing"))
}

/// The person that a row names, if it names one. Several columns may name them; two numbers or two user ids must agree.
fn person_of(row: &Row) -> Result<Option<ParticipantInput>, InvalidInput> {
    let mut named: Option<ParticipantInput> = None;
    for column in NAMES_PERSON {
        let Some(text) = row.text(&[column]) else { continue };
        let person = people::given(&text)?;
        match &named {
            None => named = Some(person),
            Some(first) if first.is_user_id() == person.is_user_id() && !first.is_same_person(&person) => {
                let problem = format!("names another person than the column before it: {first} and {person}");
                return Err(InvalidInput::new(column, problem));
            }
            Some(_) => {}
        }
    }
    Ok(named)
}

/// The same person again, with or without `+`.
pub(super) fn same_person(group: &GroupId, user: &ParticipantInput) -> String {
    format!("{group} {}", user.as_str().trim_start_matches('+'))
}

/// A join request, by its id or by who asks.
/// `id`: the column with the request's id.
pub(super) fn request(row: &Row, id: &str) -> Result<Asked, InvalidInput> {
    match (row.text(&[id]), person_of(row)) {
        (Some(text), user) => Ok(match Asked::of(text.trim())? {
            // Who it is only helps to read the result.
            Asked::Request(id, _) => Asked::Request(id, user.ok().flatten()),
            Asked::Person(person) => match user? {
                // A number and a user id may be the same person.
                Some(other)
                    if other.is_user_id() == person.is_user_id() && !other.is_same_person(&person) =>
                {
                    return Err(InvalidInput::new(
                        "id",
                        format!("and user name two people: {person} and {other}"),
                    ));
                }
                _ => Asked::Person(person),
            },
        }),
        (None, user) => match user? {
            Some(user) => Ok(Asked::Person(user)),
            None => Err(InvalidInput::new("join_request_id", "is missing, and so is user")),
        },
    }
}

pub(super) fn settings(row: &Row) -> Result<Settings, InvalidInput> {
    let subject = row.text(&["subject"]);
    let description = row.text(&["description"]);
    if let Some(subject) = &subject {
        limits::subject(subject)?;
    }
    if let Some(description) = &description {
        limits::description(description)?;
    }
    if subject.is_none() && description.is_none() {
        return Err(InvalidInput::new("row", "must change the subject, the description or both"));
    }
    Ok(Settings { subject, description })
}

/// Rows of one group that follow each other, up to `most`: what goes into one call.
fn calls<T>(items: Vec<Item<T>>, most: usize) -> Vec<Vec<Item<T>>> {
    let mut calls: Vec<Vec<Item<T>>> = Vec::new();
    for item in items {
        match calls.last_mut().filter(|call| call.len() < most && call[0].group == item.group) {
            Some(call) => call.push(item),
            None => calls.push(vec![item]),
        }
    }
    calls
}

pub(super) fn removals(items: Vec<Item<ParticipantInput>>) -> Kinds {
    Kinds::Remove(calls(items, limits::PARTICIPANTS_MAX))
}

pub(super) fn decisions(items: Vec<Item<Asked>>, verdict: Verdict) -> Kinds {
    Kinds::Decide(calls(items, DECIDED_AT_ONCE), verdict)
}

impl Kinds {
    /// Whether something has to be looked up before it is known what will be sent.
    pub(super) fn looks_up(&self) -> bool {
        matches!(self, Self::Decide(calls, _) if calls.iter().flatten().any(|item| item.what.is_person()))
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Get(items) | Self::Delete(items, _) | Self::ShowLink(items) | Self::ReplaceLink(items) => {
                items.len()
            }
            Self::Update(items) => items.len(),
            Self::Remove(calls) => calls.iter().map(Vec::len).sum(),
            Self::Decide(calls, _) => calls.iter().map(Vec::len).sum(),
        }
    }

    /// Whether something is changed.
    pub(super) fn writes(&self) -> bool {
        !matches!(self, Self::Get(_) | Self::ShowLink(_))
    }

    /// The rows as they are told of before anything came of them.
    pub(super) fn rows(&self) -> Vec<Shown> {
        let row = |row: RowResult| Shown::Row(Box::new(row));
        match self {
            Self::Get(items) => items.iter().map(|item| Shown::Group(Box::new(group_row(item)))).collect(),
            Self::Delete(items, _) | Self::ShowLink(items) | Self::ReplaceLink(items) => {
                items.iter().map(|item| row(row_of(item))).collect()
            }
            Self::Update(items) => items.iter().map(|item| row(settings_row(item))).collect(),
            Self::Remove(calls) => calls.iter().flatten().map(|item| row(person_row(item))).collect(),
            Self::Decide(calls, _) => calls.iter().flatten().map(|item| row(request_row(item))).collect(),
        }
    }
}

pub(super) fn row_of<T>(item: &Item<T>) -> RowResult {
    RowResult {
        line: item.line,
        carried: item.carried.clone(),
        group_id: Some(item.group.clone()),
        ..RowResult::default()
    }
}

pub(super) fn group_row(item: &Item<()>) -> GroupRow {
    GroupRow {
        line: item.line,
        carried: item.carried.clone(),
        status: Status::Done,
        group: Group::new(item.group.clone()),
        error: None,
    }
}

pub(super) fn settings_row(item: &Item<Settings>) -> RowResult {
    let Settings { subject, description } = item.what.clone();
    RowResult { subject, description, ..row_of(item) }
}

pub(super) fn person_row(item: &Item<ParticipantInput>) -> RowResult {
    RowResult { user: Some(item.what.clone()), ..row_of(item) }
}

pub(super) fn request_row(item: &Item<Asked>) -> RowResult {
    let (id, user) = item.what.told();
    RowResult { id, user, ..row_of(item) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sheet(rows: Value) -> Sheet {
        let rows = rows.as_array().unwrap().iter().enumerate();
        let rows = rows
            .map(|(index, cells)| Row { line: index as u64 + 2, cells: cells.as_object().unwrap().clone() });
        Sheet { name: "x.csv".to_owned(), columns: Vec::new(), rows: rows.collect(), problems: Vec::new() }
    }

    fn people(
        rows: Value,
        group: Option<&str>,
        start: u64,
    ) -> Result<Vec<Item<ParticipantInput>>, Vec<Problem>> {
        let (sheet, group) = (sheet(rows), group.map(|group| GroupId::new(group).unwrap()));
        let reader = Reader {
            sheet: &sheet,
            carried: &["name".to_owned()],
            chosen: &StartLine { start_line: Some(start), lines: None },
            group: group.as_ref(),
            group_columns: &["group_id"],
        };
        reader.items(person, same_person)
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let problems = people(
            json!([
                { "group_id": "a", "user": "15550100110" },
                { "user": "15550100110" },
                { "group_id": "a/b", "user": "15550100110" },
                { "group_id": "a", "wa_id": "bob" },
                { "group_id": "a", "user": "+15550100110" },
                { "group_id": "b", "user": "+15550100110" },
            ]),
            None,
            0,
        );
        let told: Vec<_> =
            problems.unwrap_err().into_iter().map(|one| format!("{} {}", one.line, one.message)).collect();
        assert_eq!(told.len(), 4, "{told:?}");
        assert!(told[0].starts_with("3 group_id is missing"), "{told:?}");
        assert!(told[1].starts_with("4 group id \"a/b\" is not an id: it contains /,"), "{told:?}");
        assert!(told[2].starts_with("5 user must be"), "{told:?}");
        assert_eq!(told[3], "6 names again what line 2 names");
    }

    #[test]
    fn rows_begin_at_a_line_and_belong_to_the_group_that_was_given() {
        let rows = json!([
            { "user": "15550100110", "name": "Ann" },
            { "group_id": "a", "user": "15550100111", "name": "Bob" },
            { "user": "15550100112" },
        ]);
        let items = people(rows.clone(), Some("a"), 3).unwrap();
        assert_eq!(items.iter().map(|item| (item.index, item.line)).collect::<Vec<_>>(), [(0, 3), (1, 4)]);
        assert_eq!(items[0].carried["name"], "Bob");
        assert_eq!(items[1].carried["name"], Value::Null);
        let other = people(rows, Some("b"), 0).unwrap_err();
        assert!(other[0].message.contains("another group"), "{other:?}");
    }

    #[test]
    fn a_call_holds_rows_of_one_group_that_follow_each_other() {
        let rows: Vec<Value> = (0..11)
            .map(
                |n| json!({ "group_id": if n == 9 { "b" } else { "a" }, "user": format!("155501001{n:02}") }),
            )
            .collect();
        let Kinds::Remove(calls) = removals(people(json!(rows), None, 0).unwrap()) else {
            panic!("no removal")
        };
        assert_eq!(calls.iter().map(Vec::len).collect::<Vec<_>>(), [8, 1, 1, 1]);
    }
}

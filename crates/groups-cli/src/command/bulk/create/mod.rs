//! `create --from`: a group for each row of a sheet, and none twice, however often it is broken off. The API knows no
//! idempotency key, so a journal beside the sheet says what was sent; what it leaves open is looked for among the groups.

mod journal;
mod ledger;
mod number;
mod run;

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use groups_ergonomic::model::{JoinApprovalMode, limits};

use super::calls::would;
use super::items::carried_of;
use super::row::{RowResult, Status};
use super::sheet::{self, Columns};
use crate::args::{Ambiguous, Approval, Create};
use crate::command::groups::mode_of;
use crate::command::{Call, Planned};
use crate::failure::{Failure, Kind, Problem};
use crate::output::{Printer, Shape};
use crate::scene::{Scene, quoted as argument};
use groups_ergonomic::model::text::quoted;
use journal::{Journal, Record, Trouble, VERSION, beside};
use ledger::{Ledger, Wanted};
pub(in crate::command) use number::Number;

const COLUMNS: Columns = Columns {
    known: &["subject", "description", "approval"],
    refused: &[(
        "picture",
        "Set pictures one by one with `wagroups update GROUP --picture FILE` once the groups exist, or rename the column.",
    )],
    plain: "subject",
};
/// The fields of a result that a sheet of groups must not have: its groups exist.
const RESULT: [&str; 6] = ["line", "status", "group_id", "request_id", "invite_link", "error"];

/// How many examples a note gives.
const SHOWN: usize = 3;

/// How long a create whose answer was lost may still make its group appear.
const SETTLES: Duration = Duration::from_secs(60);

/// A sheet of groups, checked.
pub(in crate::command) struct Task {
    rows: Vec<Wanted>,
    name: String,
    journal: PathBuf,
    settle: Duration,
    ambiguous: Option<Ambiguous>,
    new_key: bool,
    /// The subjects that several rows have, as a note.
    repeated: Option<String>,
    /// The command as it was given, without what is decided anew each time.
    given: String,
}

pub(in crate::command) fn plan(args: Create, scene: Scene) -> Result<Planned, Failure> {
    let command = scene.command();
    let path = args.from.from.clone().unwrap_or_default();
    let journal = match (&args.journal, path == Path::new("-")) {
        (Some(journal), _) => journal.clone(),
        (None, false) => beside(&path),
        (None, true) => {
            return Err(Failure::usage(command, "rows from stdin have no place for their journal")
                .with_remedy("Name one with `--journal FILE`, or give the sheet as a file."));
        }
    };
    let sheet = sheet::read(&path, args.from.from_format, &COLUMNS, command)?;
    sheet::require(&sheet, &["subject"], command)?;
    // An empty column, as a list of groups has one for their links, says nothing.
    let has = |field: &&&str| sheet.rows.iter().any(|row| row.cells.contains_key(**field));
    if let Some(taken) = RESULT.iter().find(has) {
        let message = format!("{} has a column \"{taken}\", which is the result's own", sheet.name);
        return Err(Failure::usage(command, message).with_remedy(
            "Rename it or leave it out. A result of create --from is no sheet to create from: its groups are there.",
        ));
    }
    let carried = sheet::carried(&sheet, &COLUMNS, Shape::BULK_CREATE.fields, command)?;
    let (mut rows, mut problems) = (Vec::new(), sheet.problems.clone());
    let mut lines = HashSet::new();
    for row in &sheet.rows {
        // The journal knows a row by its line.
        if !lines.insert(row.line) {
            let message = "is the line of two rows".to_owned();
            problems.push(Problem { line: row.line, message });
        }
        match wanted(row, &carried, args.approval) {
            Ok(wanted) => rows.push(wanted),
            Err(message) => problems.push(Problem { line: row.line, message }),
        }
    }
    if !problems.is_empty() {
        return Err(sheet::refused(&sheet.name, problems, command));
    }
    let repeated = repeated(&rows, &sheet.name);
    let task = Task {
        repeated,
        rows,
        name: sheet.name,
        journal,
        settle: args.settle.unwrap_or(SETTLES),
        ambiguous: args.ambiguous,
        new_key: args.new_key,
        given: given(&args),
    };
    let mut planned = Planned::new(scene, crate::command::Task::CreateMany(Box::new(task)));
    planned.carried = carried;
    Ok(planned)
}

/// Subjects that several rows have: they may be meant, and each row makes a group.
fn repeated(rows: &[Wanted], name: &str) -> Option<String> {
    let mut lines: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for row in rows {
        lines.entry(&row.subject).or_default().push(row.line);
    }
    lines.retain(|_, lines| lines.len() > 1);
    let told = |(subject, lines): (&&str, &Vec<u64>)| {
        let few: Vec<String> = lines.iter().take(SHOWN).map(u64::to_string).collect();
        let more = if lines.len() > SHOWN { " and more" } else { "" };
        format!("{} (lines {}{more})", quoted(subject), few.join(", "))
    };
    let count = match lines.len() {
        0 => return None,
        1 => "a subject".to_owned(),
        count => format!("{count} subjects"),
    };
    let told = lines.iter().take(SHOWN).map(told).collect::<Vec<_>>().join(", ");
    let more = if lines.len() > SHOWN { ", and more" } else { "" };
    Some(format!("{name} has {count} in several rows, each of which makes a group: {told}{more}."))
}

fn given(args: &Create) -> String {
    let mut given =
        format!("create --from {}", argument(&args.from.from.clone().unwrap_or_default().to_string_lossy()));
    if let Some(format) = args.from.from_format {
        given.push_str(&format!(" --from-format {}", format.name()));
    }
    if let Some(journal) = &args.journal {
        given.push_str(&format!(" --journal {}", argument(&journal.to_string_lossy())));
    }
    match args.approval {
        Some(Approval::Required) => given.push_str(" --approval required"),
        Some(Approval::Auto) => given.push_str(" --approval auto"),
        None => {}
    }
    if let Some(time) = args.waiting.wait {
        given.push_str(&format!(" --wait={}ms", time.as_millis()).replace("000ms", "s"));
    }
    given
}

fn wanted(row: &sheet::Row, carried: &[String], approval: Option<Approval>) -> Result<Wanted, String> {
    let told = |invalid: groups_ergonomic::model::InvalidInput| invalid.to_string();
    // What could not be read of a group must not become the default of another.
    let is_lost = |setting: &&str| !row.cells.contains_key(*setting);
    if let Some(odd) = row.set_aside().iter().filter_map(|name| COLUMNS.setting(name)).find(is_lost) {
        return Err(format!(
            "{odd} could not be read when this row was printed; write it in the column {odd}"
        ));
    }
    let subject = row.text(&["subject"]).unwrap_or_default();
    let subject = limits::subject(&subject).map_err(told)?.to_owned();
    let description = row.text(&["description"]);
    if let Some(description) = &description {
        limits::description(description).map_err(told)?;
    }
    let mode = match row.text(&["approval"]).as_deref().map(str::trim) {
        None => approval.map_or(JoinApprovalMode::AutoApprove, mode_of),
        Some(word) => match word.to_lowercase().as_str() {
            "auto" | "auto_approve" | "false" | "no" => JoinApprovalMode::AutoApprove,
            "required" | "approval_required" | "true" | "yes" => JoinApprovalMode::ApprovalRequired,
            _ => return Err(format!("approval must be auto or required, got {}", quoted(word))),
        },
    };
    Ok(Wanted { line: row.line, carried: carried_of(row, carried), subject, description, mode })
}

impl Task {
    /// The command that goes on.
    fn again(&self, scene: &Scene) -> String {
        scene.same_line(&self.given)
    }
}

/// Carries it out.
pub(in crate::command) async fn run(task: Task, call: &Call<'_>, out: &mut Printer) -> Result<(), Failure> {
    if task.rows.is_empty() {
        let nothing: [RowResult; 0] = [];
        out.items(&nothing);
        out.hint(format!("{} holds no rows.", task.name));
        return Ok(());
    }
    if let Some(repeated) = &task.repeated {
        out.told_first(repeated.clone());
    }
    if call.dry_run {
        return preview(&task, call, out).await;
    }
    let command = call.scene.command();
    let path = task.journal.display();
    let unusable = |what: String, advice: &str| {
        Failure::local(Kind::Journal, command, format!("{what}; nothing was sent")).with_remedy(advice)
    };
    let (journal, records) = Journal::open(&task.journal).map_err(|trouble| match trouble {
        Trouble::Io(error) => unusable(
            format!("the journal {path} cannot be kept: {error}"),
            "Choose another place with `--journal FILE`.",
        ),
        Trouble::Busy => unusable(
            format!("another run is working on this sheet: the journal {path} is locked"),
            "Let it end, or stop it, then run it again.",
        ),
        Trouble::Foreign => unusable(
            format!("{path} is no journal of create --from"),
            "Name another file with `--journal FILE`; this one is as it was.",
        ),
        Trouble::Newer => unusable(
            format!("the journal {path} was written by a later release of wagroups"),
            "Go on with that release.",
        ),
        Trouble::Damaged(line) => unusable(
            format!("line {line} of the journal {path} makes no sense"),
            "Mend the line, or move the journal away and take out of the sheet what `wagroups list --all` shows is there.",
        ),
    })?;
    let ledger = Ledger::read(&records, &task.rows).map_err(|problems| {
        let mut failure = sheet::refused(&task.name, problems, command).with_remedy(format!(
            "Put these rows back as they were; new rows go to the end. What was sent stands in {path}; for another sheet \
             choose another journal with `--journal FILE`."
        ));
        failure.report.message = format!("{} has changed in rows that were sent, and nothing was sent", task.name);
        failure
    })?;
    let number = call.number.clone().unwrap_or_default();
    // A journal of which nothing was sent may have been begun with a slip.
    if let Some((to, key)) = ledger.begun.as_ref().filter(|_| ledger.sent) {
        if *to != number.to {
            return Err(unusable(
                format!("the journal {path} is of another service: {to}"),
                "Give the same `--base-url` or `--sandbox` as then, or another journal with `--journal FILE`.",
            ));
        }
        if *key != number.key && !task.new_key {
            return Err(unusable(
                format!("the journal {path} was written with another API key"),
                "If it is a new key of the same number add `--new-key`; for another number choose another journal with \
                 `--journal FILE`.",
            ));
        }
    }
    let call_time = call.patience.as_secs().saturating_add(u64::from(call.patience.subsec_nanos() > 0));
    let begun = Record::Begun {
        version: VERSION,
        at: run::now(),
        to: number.to,
        key: number.key,
        call: Some(call_time),
    };
    journal.write(&begun).await.map_err(|why| {
        let what = format!("the journal {path} cannot be written: {why}");
        unusable(what, "Choose another place with `--journal FILE`.")
    })?;
    run::run(&task, journal, ledger, call, out).await
}

async fn preview(task: &Task, call: &Call<'_>, out: &mut Printer) -> Result<(), Failure> {
    let mut previews = Vec::new();
    for row in &task.rows {
        let preview = run::create(row, call).preview().await.map_err(|error| call.failed(&error))?;
        previews.push(preview);
    }
    if !task.journal.exists() {
        out.hint(format!(
            "There is no journal {} yet: each row would be made, also where there is such a group already.",
            task.journal.display()
        ));
    }
    if !out.shows_rows() {
        out.previews(&previews, true);
        return Ok(());
    }
    let row = |row: &Wanted| RowResult { status: Status::WouldCreate, ..row.shown() };
    out.items(&task.rows.iter().map(row).collect::<Vec<_>>());
    out.hint(would(task.rows.len(), "groups would be created", &previews, call));
    Ok(())
}

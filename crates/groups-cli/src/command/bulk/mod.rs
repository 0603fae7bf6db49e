//! Commands over the rows of a file (`--from`). The whole file is read and checked before anything is sent; each row has
//! a result of its own, printed in the order of the file.

mod calls;
mod create;
mod items;
mod row;
mod runner;
mod sheet;
mod tally;

use std::collections::HashSet;
use std::time::Duration;

use groups_ergonomic::model::{GroupId, InvalidInput};

use super::askers::Asked;
use super::requests::Verdict;
use super::{Call, Planned, group_id};
use crate::args::{
    Command, Create, Decide, Delete, From, Get, InviteCommand, InviteGet, InviteReset, Lines,
    ParticipantsCommand, ParticipantsRemove, RequestsCommand, StartLine, Update,
};
use crate::confirm::Question;
use crate::failure::{Failure, Kind};
use crate::output::{Printer, Shape};
use crate::scene::{Scene, quoted};
pub(super) use create::{Number, Task as CreateTask, plan as create, run as run_create};
use items::{Item, Kinds};
pub(crate) use row::RowResult;
use row::{Shown, Status};
use runner::{Ended, InOrder, Run, Stop};
use sheet::{Columns, Sheet};
use tally::Tally;

/// A file of rows, checked.
pub(super) struct Task {
    kinds: Kinds,
    source: Source,
}

impl Task {
    /// Whether it reads before it writes, so that a dry run sends something too.
    pub(super) fn lists_first(&self) -> bool {
        self.kinds.looks_up()
    }
}

/// Where the rows come from, as it was given: to be given again.
struct Source {
    name: String,
    /// The command, without the lines it took.
    given: String,
    /// Where each row of the file begins, also those that are not taken.
    lines: Vec<u64>,
}

impl Source {
    /// Some rows by their lines, in a text that names no other row of the file.
    fn told(&self, wanted: impl Iterator<Item = u64>) -> String {
        let wanted: HashSet<u64> = wanted.collect();
        Lines::told(self.lines.iter().map(|line| (*line, wanted.contains(line))))
    }
}

/// Refuses what says something of a file where there is none.
pub(super) fn check(command: &Command) -> Result<(), Failure> {
    let (from, option) = match command {
        Command::Get(Get { from, start, .. })
        | Command::Update(Update { from, start, .. })
        | Command::Delete(Delete { from, start, .. })
        | Command::Invite(InviteCommand::Get(InviteGet { from, start, .. }))
        | Command::Invite(InviteCommand::Reset(InviteReset { from, start, .. }))
        | Command::Requests(RequestsCommand::Approve(Decide { from, start, .. }))
        | Command::Requests(RequestsCommand::Reject(Decide { from, start, .. }))
        | Command::Participants(ParticipantsCommand::Remove(ParticipantsRemove { from, start, .. })) => {
            (from, start.option())
        }
        Command::Create(create) => (&create.from, create.of_from()),
        _ => return Ok(()),
    };
    let of_format = from.from_format.map(|_| "--from-format");
    let missing = match command {
        Command::Delete(delete) if delete.ignore_missing => Some("--ignore-missing"),
        _ => None,
    };
    // The parser leaves it to us where the file would exclude another argument.
    match option.or(of_format).or(missing).filter(|_| from.from.is_none()) {
        Some(option) => Err(super::misplaced(command.name(), option, "there is no file without `--from`")),
        None => Ok(()),
    }
}

/// What a command over a file results in.
pub(super) fn shape(command: &Command) -> Option<&'static Shape> {
    let (from, shape): (&From, _) = match command {
        Command::Get(Get { from, .. }) => (from, &Shape::BULK_GET),
        Command::Create(Create { from, .. }) => (from, &Shape::BULK_CREATE),
        Command::Update(Update { from, .. }) => (from, &Shape::BULK_UPDATE),
        Command::Delete(Delete { from, .. }) => (from, &Shape::BULK_DELETE),
        Command::Invite(InviteCommand::Get(InviteGet { from, .. })) => (from, &Shape::BULK_LINK),
        Command::Invite(InviteCommand::Reset(InviteReset { from, .. })) => (from, &Shape::BULK_LINK),
        Command::Requests(RequestsCommand::Approve(Decide { from, .. })) => (from, &Shape::BULK_DECIDE),
        Command::Requests(RequestsCommand::Reject(Decide { from, .. })) => (from, &Shape::BULK_DECIDE),
        Command::Participants(ParticipantsCommand::Remove(ParticipantsRemove { from, .. })) => {
            (from, &Shape::BULK_REMOVE)
        }
        _ => return None,
    };
    from.from.as_ref().map(|_| shape)
}

pub(super) fn get(args: Get, scene: Scene) -> Result<Planned, Failure> {
    let source = Input::new(&args.from, &args.start, None, &Shape::BULK_GET, &items::GROUPS, &scene)?;
    source.groups(scene, Kinds::Get)
}

pub(super) fn delete(args: Delete, scene: Scene) -> Result<Planned, Failure> {
    let source = Input::new(&args.from, &args.start, None, &Shape::BULK_DELETE, &items::GROUPS, &scene)?;
    let may_miss = args.ignore_missing;
    let source = source.again_with(may_miss.then(|| "--ignore-missing".to_owned()));
    let source = source.again_with(wait_option(args.waiting.wait)).again_with(yes_option(args.yes.yes));
    source.groups(scene, |items| Kinds::Delete(items, may_miss))
}

pub(super) fn show_links(args: InviteGet, scene: Scene) -> Result<Planned, Failure> {
    let source = Input::new(&args.from, &args.start, None, &Shape::BULK_LINK, &items::GROUPS, &scene)?;
    source.groups(scene, Kinds::ShowLink)
}

pub(super) fn replace_links(args: InviteReset, scene: Scene) -> Result<Planned, Failure> {
    let source = Input::new(&args.from, &args.start, None, &Shape::BULK_LINK, &items::GROUPS, &scene)?;
    source.groups(scene, Kinds::ReplaceLink)
}

pub(super) fn update(args: Update, scene: Scene) -> Result<Planned, Failure> {
    let source = Input::new(&args.from, &args.start, None, &Shape::BULK_UPDATE, &items::UPDATES, &scene)?;
    let source = source.again_with(wait_option(args.waiting.wait));
    let settings =
        source.items(&["group_id", "id"], items::settings, |group, _| group.to_string(), &scene)?;
    Ok(source.planned(scene, Kinds::Update(settings)))
}

pub(super) fn remove(args: ParticipantsRemove, scene: Scene) -> Result<Planned, Failure> {
    let (from, start) = (&args.from, &args.start);
    let source = Input::new(from, start, args.group, &Shape::BULK_REMOVE, &items::PEOPLE, &scene)?;
    let source = source.again_with(wait_option(args.waiting.wait)).again_with(yes_option(args.yes.yes));
    sheet::require(&source.sheet, &["user", "wa_id", "user_id"], scene.command())?;
    let people = source.items(&["group_id"], items::person, items::same_person, &scene)?;
    Ok(source.planned(scene, items::removals(people)))
}

pub(super) fn decide(args: Decide, verdict: Verdict, scene: Scene) -> Result<Planned, Failure> {
    let (from, start) = (&args.from, &args.start);
    let source = Input::new(from, start, args.group, &Shape::BULK_DECIDE, &items::REQUESTS, &scene)?;
    let key = |group: &GroupId, asked: &Asked| format!("{group} {}", asked.key());
    let named = ["join_request_id", "id", "user", "wa_id", "user_id"];
    sheet::require(&source.sheet, &named, scene.command())?;
    source.refuse_groups_for_requests(&scene)?;
    let id = source.sheet.first_of(&["join_request_id", "id"]);
    let requests = source.items(&["group_id"], |row| items::request(row, id), key, &scene)?;
    Ok(source.planned(scene, items::decisions(requests, verdict)))
}

/// `--wait` as it was given.
fn wait_option(time: Option<Duration>) -> Option<String> {
    time.map(|time| format!("--wait={}ms", time.as_millis()).replace("000ms", "s"))
}

fn yes_option(yes: bool) -> Option<String> {
    yes.then(|| "--yes".to_owned())
}

/// A file that was read, and how it was given.
struct Input {
    sheet: Sheet,
    carried: Vec<String>,
    start: StartLine,
    group: Option<GroupId>,
    given: String,
}

impl Input {
    fn new(
        from: &From,
        start: &StartLine,
        group: Option<String>,
        shape: &Shape,
        columns: &Columns,
        scene: &Scene,
    ) -> Result<Self, Failure> {
        let group = group.map(|text| group_id(&text, scene)).transpose()?;
        let path = from.from.clone().unwrap_or_default();
        let sheet = sheet::read(&path, from.from_format, columns, scene.command())?;
        // Copied to the result it would look like a change that was made.
        let cannot_change =
            ["join_approval_mode"].into_iter().filter(|_| columns.known.contains(&"description"));
        let own: Vec<&str> = shape.fields.iter().copied().chain(cannot_change).collect();
        let carried = sheet::carried(&sheet, columns, &own, scene.command())?;
        let mut given = match &group {
            Some(group) => format!("{} {}", scene.command(), quoted(group.as_str())),
            None => scene.command().to_owned(),
        };
        given.push_str(&format!(" --from {}", quoted(&path.to_string_lossy())));
        if let Some(format) = from.from_format {
            given.push_str(&format!(" --from-format {}", format.name()));
        }
        Ok(Self { sheet, carried, start: start.clone(), group, given })
    }

    /// An option that belongs to the command that goes on, too.
    fn again_with(mut self, option: Option<String>) -> Self {
        if let Some(option) = option {
            self.given.push_str(&format!(" {option}"));
        }
        self
    }

    fn items<T>(
        &self,
        group_columns: &[&str],
        read: impl Fn(&sheet::Row) -> Result<T, InvalidInput>,
        key: impl Fn(&GroupId, &T) -> String,
        scene: &Scene,
    ) -> Result<Vec<Item<T>>, Failure> {
        if self.group.is_none() {
            sheet::require(&self.sheet, group_columns, scene.command())?;
        }
        let group = self.group.as_ref();
        // A row without its own is not the group of another column, such as the one that a group was copied from.
        let group_columns = &[self.sheet.first_of(group_columns)][..];
        let (sheet, carried) = (&self.sheet, &self.carried[..]);
        let items =
            items::Reader { sheet, carried, chosen: &self.start, group, group_columns }.items(read, key);
        let items = items.map_err(|problems| sheet::refused(&self.sheet.name, problems, scene.command()))?;
        self.check_lines(&items, scene)?;
        Ok(items)
    }

    /// Refuses a list of groups where join requests are wanted: its `id` is another one.
    fn refuse_groups_for_requests(&self, scene: &Scene) -> Result<(), Failure> {
        let has = |column: &str| self.sheet.columns.iter().any(|other| other == column);
        let of_groups = [
            "subject",
            "description",
            "participant_count",
            "participants",
            "suspended",
            "join_approval_mode",
        ];
        let named =
            ["group_id", "join_request_id"].iter().chain(&items::NAMES_PERSON).any(|column| has(column));
        match of_groups.iter().find(|column| has(column)) {
            Some(column) if has("id") && !named => {
                let name = &self.sheet.name;
                let message = format!("{name} is a list of groups: it has the columns id and {column}");
                Err(Failure::usage(scene.command(), message)
                    .with_remedy("Give join requests, as `wagroups requests list GROUP -o csv` prints them."))
            }
            _ => Ok(()),
        }
    }

    /// Refuses lines at which there is nothing.
    fn check_lines<T>(&self, items: &[Item<T>], scene: &Scene) -> Result<(), Failure> {
        let sheet = &self.sheet;
        let single = self.start.lines.iter().flat_map(Lines::single);
        let missing: Vec<String> = single
            .filter(|line| !sheet.rows.iter().any(|row| row.line == *line))
            .map(|line| line.to_string())
            .collect();
        let message = match (self.start.start_line, &missing[..]) {
            _ if sheet.rows.is_empty() => return Ok(()),
            (Some(start), _) if items.is_empty() => {
                format!("{} has no row at or after line {start}", sheet.name)
            }
            (None, []) if items.is_empty() => format!("{} has no row at these lines", sheet.name),
            (_, []) => return Ok(()),
            (_, missing) => format!("{} has no row that begins at line {}", sheet.name, missing.join(", ")),
        };
        let advice = match self.start.start_line {
            Some(_) => "Give `--start-line` a line of the file, or leave it out.",
            None => "Give `--lines` lines at which rows begin, or leave it out.",
        };
        Err(Failure::usage(scene.command(), message).with_remedy(advice))
    }

    /// Of a command that takes nothing but groups.
    fn groups(self, scene: Scene, kinds: impl FnOnce(Vec<Item<()>>) -> Kinds) -> Result<Planned, Failure> {
        let groups = self.items(&["group_id", "id"], |_| Ok(()), |group, ()| group.to_string(), &scene)?;
        Ok(self.planned(scene, kinds(groups)))
    }

    fn planned(self, scene: Scene, kinds: Kinds) -> Planned {
        let question = kinds.losses().filter(|losses| !losses.is_empty()).map(Question::Groups);
        let carried = self.carried.clone();
        let lines = self.sheet.rows.iter().map(|row| row.line).collect();
        let source = Source { name: self.sheet.name, given: self.given, lines };
        let mut planned = Planned::new(scene, super::Task::Bulk(Box::new(Task { kinds, source })));
        planned.question = question;
        planned.carried = carried;
        planned
    }
}

/// Carries it out.
pub(super) async fn run(task: Task, call: &Call<'_>, out: &mut Printer) -> Result<(), Failure> {
    let Task { kinds, source } = task;
    if kinds.len() == 0 {
        let empty: [RowResult; 0] = [];
        out.items(&empty);
        out.hint(format!("{} holds no rows.", source.name));
        return Ok(());
    }
    if call.dry_run {
        return calls::preview(kinds, call, out).await;
    }
    let (rows, writes) = (kinds.rows(), kinds.writes());
    let (total, words) = (rows.len(), kinds.words(call.wait.is_some()));
    let receipts = runner::Receipts::default();
    let mut bar = out.bar(words.doing, total, 0);
    let (mut tally, mut order, mut stop) = (Tally::default(), InOrder::default(), Stop::new());
    // So that a list is known to be one whatever happens.
    let nothing: [RowResult; 0] = [];
    out.items(&nothing);
    let mut run = Run {
        out,
        bar: &mut bar,
        tally: &mut tally,
        order: &mut order,
        stop: &mut stop,
        client: Some(call.client),
    };
    let ended = calls::carry_out(kinds, call, &receipts, &mut run).await;
    drop(bar);
    let lines: Vec<Option<u64>> = rows.iter().map(Shown::line).collect();
    // Each row has a result, also those that it did not come to.
    let mut under_way = Vec::new();
    for (index, mut row) in rows.into_iter().enumerate() {
        if order.has(index) {
            continue;
        }
        let receipt = receipts.take(index);
        let status = match &receipt {
            Some(_) => Status::Accepted,
            None if index < tally.begun && writes => Status::Unknown,
            None => Status::NotSent,
        };
        if status == Status::Unknown {
            under_way.push(index);
        }
        tally.leave(index, status);
        row.leave(status, receipt);
        order.take([(index, row)], out);
    }
    let line = |index: &usize| lines.get(*index).copied().flatten();
    let again = format!("{} --lines {}", source.given, source.told(tally.open.iter().filter_map(line)));
    let again = call.scene.same_line(&again);
    let result = tally.judge(call.scene, words.operation, words.done, total);
    match ended {
        Ended::Whole | Ended::Pointless => result.map_err(|mut failure| {
            let advice = failure.report.remedy.take().unwrap_or_default();
            if ended == Ended::Pointless {
                failure.report.message.push_str("; what is left was not tried, as it would fail alike");
                return failure.with_remedy(format!("{advice} Then go on with `{again}`."));
            }
            match tally.open.len() {
                0 => failure.with_remedy(advice),
                _ => failure.with_remedy(format!(
                    "{advice} `{again}` tries those rows again that may still be done."
                )),
            }
        }),
        Ended::Stopped | Ended::AtOnce => {
            let mut message = format!("interrupted: {}", tally.sentence(words.done, total));
            if !under_way.is_empty() {
                let at = source.told(under_way.iter().filter_map(line));
                message.push_str(&format!("; what was under way (line {at}) may have been done"));
            }
            let mut remedy = match tally.open.len() {
                0 => "There was nothing left to be begun.".to_owned(),
                _ if under_way.is_empty() => format!("Go on with `{again}`."),
                _ => format!("Go on with `{again}`; it takes those again, too, that were under way."),
            };
            if tally.count(Status::Unknown) > 0 {
                remedy.push_str(" Check the rows with the status unknown before you run them again.");
            }
            Err(Failure::local(Kind::Interrupted, words.operation, message).with_remedy(remedy))
        }
    }
}

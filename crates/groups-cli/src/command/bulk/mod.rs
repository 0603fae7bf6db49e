//! Commands over the rows of a file (`--from`). The whole file is read and checked before anything is sent; each row has
//! a result of its own, printed in the order of the file.

mod calls;
mod create;
mod items;
mod row;
mod runner;
mod sheet;

use groups_ergonomic::model::{GroupId, InvalidInput};

use super::askers::Asked;
use super::requests::Verdict;
use super::{Call, Planned, group_id, summary};
use crate::args::{
    Command, Create, Decide, Delete, From, Get, InviteCommand, InviteGet, InviteReset, ParticipantsCommand,
    ParticipantsRemove, RequestsCommand, StartLine, Update,
};
use crate::confirm::Question;
use crate::failure::{Failure, Kind};
use crate::output::{Printer, Shape};
use crate::scene::{Scene, quoted};
pub(super) use create::{Number, Task as CreateTask, plan as create, run as run_create};
use items::{Item, Kinds};
pub(crate) use row::RowResult;
use runner::{Ended, InOrder, Run, Stop, Tally};
use sheet::{Columns, Sheet};

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
    given: String,
}

/// Refuses what says something of a file where there is none.
pub(super) fn check(command: &Command) -> Result<(), Failure> {
    let start = match command {
        Command::Get(Get { from, start, .. })
        | Command::Update(Update { from, start, .. })
        | Command::Delete(Delete { from, start, .. })
        | Command::Invite(InviteCommand::Get(InviteGet { from, start, .. }))
        | Command::Invite(InviteCommand::Reset(InviteReset { from, start, .. }))
        | Command::Requests(RequestsCommand::Approve(Decide { from, start, .. }))
        | Command::Requests(RequestsCommand::Reject(Decide { from, start, .. }))
        | Command::Participants(ParticipantsCommand::Remove(ParticipantsRemove { from, start, .. })) => {
            start.start_line.filter(|_| from.from.is_none()).map(|_| "--start-line")
        }
        _ => None,
    };
    match start {
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
    source.groups(scene, Kinds::Delete)
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
    let settings =
        source.items(&["group_id", "id"], items::settings, |group, _| group.to_string(), &scene)?;
    Ok(source.planned(scene, Kinds::Update(settings)))
}

pub(super) fn remove(args: ParticipantsRemove, scene: Scene) -> Result<Planned, Failure> {
    let (from, start) = (&args.from, &args.start);
    let source = Input::new(from, start, args.group, &Shape::BULK_REMOVE, &items::PEOPLE, &scene)?;
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
    let requests = source.items(&["group_id"], items::request, key, &scene)?;
    Ok(source.planned(scene, items::decisions(requests, verdict)))
}

/// A file that was read, and how it was given.
struct Input {
    sheet: Sheet,
    carried: Vec<String>,
    start: u64,
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
        let carried = sheet::carried(&sheet, columns, shape.fields, scene.command())?;
        let mut given = match &group {
            Some(group) => format!("{} {}", scene.command(), quoted(group.as_str())),
            None => scene.command().to_owned(),
        };
        given.push_str(&format!(" --from {}", quoted(&path.to_string_lossy())));
        if let Some(format) = from.from_format {
            given.push_str(&format!(" --from-format {}", format.name()));
        }
        Ok(Self { sheet, carried, start: start.start_line.unwrap_or(0), group, given })
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
        let (sheet, carried) = (&self.sheet, &self.carried[..]);
        let items =
            items::Reader { sheet, carried, start: self.start, group, group_columns }.items(read, key);
        let items = items.map_err(|problems| sheet::refused(&self.sheet.name, problems, scene.command()))?;
        if items.is_empty() && self.start > 0 && !sheet.rows.is_empty() {
            let message = format!("{} has no row at or after line {}", sheet.name, self.start);
            return Err(Failure::usage(scene.command(), message)
                .with_remedy("Give `--start-line` a line of the file, or leave it out."));
        }
        Ok(items)
    }

    /// Of a command that takes nothing but groups.
    fn groups(self, scene: Scene, kinds: fn(Vec<Item<()>>) -> Kinds) -> Result<Planned, Failure> {
        let groups = self.items(&["group_id", "id"], |_| Ok(()), |group, ()| group.to_string(), &scene)?;
        Ok(self.planned(scene, kinds(groups)))
    }

    fn planned(self, scene: Scene, kinds: Kinds) -> Planned {
        let question = kinds.losses().filter(|losses| !losses.is_empty()).map(Question::Groups);
        let carried = self.carried.clone();
        let source = Source { name: self.sheet.name, given: self.given };
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
    let lines: Vec<u64> = (0..kinds.len()).filter_map(|index| kinds.line(index)).collect();
    let words = kinds.words(call.wait.is_some());
    let receipts = runner::Receipts::default();
    let mut bar = out.bar(words.doing, kinds.len(), 0);
    let (mut tally, mut order, mut stop) = (Tally::default(), InOrder::default(), Stop::new());
    // So that a list is known to be one whatever happens.
    let nothing: [RowResult; 0] = [];
    out.items(&nothing);
    let mut run = Run { out, bar: &mut bar, tally: &mut tally, order: &mut order, stop: &mut stop };
    let (open, ended) = calls::carry_out(kinds, call, &receipts, &mut run).await;
    order.rest(out);
    if ended == Ended::AtOnce && !open.is_empty() {
        out.items(&open);
    }
    let total = lines.len();
    let settled = tally.settled();
    match ended {
        Ended::Whole => summary::of(call.scene, words.operation, words.done, tally.done, &tally.failed),
        Ended::Pointless => {
            let mut failure =
                match summary::of(call.scene, words.operation, words.done, tally.done, &tally.failed) {
                    Err(failure) => failure,
                    Ok(()) => return Ok(()),
                };
            let left = total - settled;
            failure.report.message.push_str(&format!("; {left} were not tried, as they would fail alike"));
            // Those that failed so are to be tried again.
            let next = tally.pointless.unwrap_or(settled);
            let next = source.continuing(lines.get(next).copied(), call.scene);
            let advice = failure.report.remedy.take().unwrap_or_default();
            Err(failure.with_remedy(format!("{advice} Then go on with `{next}`.")))
        }
        Ended::Stopped | Ended::AtOnce => {
            let failed = tally.failed.len();
            let under_way = match ended {
                Ended::AtOnce => " (and what was under way may have been done, too)",
                _ => "",
            };
            let message = format!(
                "interrupted: {} of {total} {}, {failed} failed, {} not begun{under_way}",
                tally.done,
                words.done,
                total.saturating_sub(tally.begun),
            );
            let next = lines.get(if ended == Ended::AtOnce { order.printed() } else { settled }).copied();
            let remedy = match next {
                Some(_) => format!("Go on with `{}`.", source.continuing(next, call.scene)),
                None => "There was nothing left to be begun.".to_owned(),
            };
            Err(Failure::local(Kind::Interrupted, words.operation, message).with_remedy(remedy))
        }
    }
}

impl Source {
    /// The command that goes on at a line.
    fn continuing(&self, line: Option<u64>, scene: &Scene) -> String {
        let start = line.map(|line| format!(" --start-line {line}")).unwrap_or_default();
        scene.same_line(&format!("{}{start}", self.given))
    }
}

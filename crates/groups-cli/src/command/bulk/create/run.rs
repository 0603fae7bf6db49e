//! `create --from`, carried out: settle the rows whose outcome an earlier run left unknown, send what is to be sent, and wait if that
//! was asked for. The journal is written before and after each call; nothing is sent that may have been made.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures_util::StreamExt;
use groups_ergonomic::model::event::{Event, EventKind};
use groups_ergonomic::model::text::{normalized, quoted};
use groups_ergonomic::model::{Group, GroupField, GroupId, RequestId, Timestamp};
use groups_ergonomic::{
    CreateGroup, CreateMatcher, Delivery, Error, ErrorKind, FollowedCreate, Operation, Progressed, Verdict,
    has_odd_subject,
};
use groups_model::ErrorEntry;

use super::super::calls::is_pointless;
use super::super::row::{RowResult, Shown, Status, Told};
use super::super::runner::{Ended, InOrder, Run, Stop, each};
use super::super::tally::Tally;
use super::journal::{Journal, Record};
use super::ledger::{Ledger, State, Wanted};
use super::{SHOWN, Task};
use crate::args::Ambiguous;
use crate::command::{AT_ONCE, Call};
use crate::confirm::{Yes, can_ask, confirm};
use crate::exit::Code;
use crate::failure::{Failure, Kind, MAYBE_DONE};
use crate::output::{Bar, Printer, end_question};

/// The pauses between looks: the first, and the longest.
const GAPS: (Duration, Duration) = (Duration::from_millis(300), Duration::from_secs(5));
/// The pause before the look that confirms a group.
const CONFIRMS: Duration = Duration::from_secs(1);
/// The least time for the list that is read before anything is sent: a short wait must not make the run impossible.
const SHORTEST_LIST: Duration = Duration::from_secs(1);
/// Of new groups whose subject the list does not show, so many are read at a look.
const ODD_READ_AT_MOST: usize = 32;
/// How often the progress is drawn.
const BEAT: Duration = Duration::from_millis(100);

/// All that the phases share.
struct Work<'a> {
    task: &'a Task,
    call: &'a Call<'a>,
    journal: Journal,
    ledger: RefCell<Ledger>,
    /// Rows of which nobody can tell, with the groups that may be theirs.
    ambiguous: RefCell<HashMap<usize, Vec<GroupId>>>,
    /// Groups that fit, but have not been the only ones for long enough.
    unconfirmed: RefCell<HashMap<usize, GroupId>>,
    /// Why the answers of this run were lost, or what the webhooks said, for rows that are still waited for.
    reasons: RefCell<HashMap<usize, Failure>>,
    /// Subjects that are to be sent and that groups have of which the journal does not know.
    twins: RefCell<BTreeSet<String>>,
    /// The creates whose groups are looked for.
    followed: RefCell<HashMap<usize, Rc<FollowedCreate>>>,
    matcher: RefCell<CreateMatcher>,
    /// What was reported of creates with the subjects of this sheet, and the number of the last event that was read.
    events: RefCell<Vec<Event>>,
    last_event: Cell<u64>,
    /// Why the last look at the list failed, if it did.
    look_failed: RefCell<Option<String>>,
    /// Rows of which nothing more is learnt, as the journal could not be written.
    unwritten: RefCell<HashSet<usize>>,
    /// Whatever an earlier run has sent was sent before.
    began: Instant,
    began_at: tokio::time::Instant,
    /// When the calls of this run ended. The clock that dates things may be put forward or back; this one is not.
    ended: RefCell<HashMap<usize, Instant>>,
}

/// When a list was asked for. What it does not show was not there then.
#[derive(Clone, Copy)]
struct Seen {
    at: Timestamp,
    instant: Instant,
    /// A group that it does not contain may exist: it is empty, or not complete.
    is_doubtful: bool,
}

pub(super) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_seconds(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// Whether a call that had ended then has settled by the clock. Times are whole seconds, and may lie in the future.
fn is_long_ago(ended: Timestamp, seen: Timestamp, settle: Duration) -> bool {
    let passed = seen.seconds().saturating_sub(ended.seconds()).saturating_sub(1);
    u64::try_from(passed).is_ok_and(|passed| Duration::from_secs(passed) >= settle)
}

/// Whether an answer came from something before the service, such as a page of a proxy: a 404 without a code says nothing of
/// what the service has made of the call.
fn is_of_somebody_else(error: &Error) -> bool {
    error.kind() == ErrorKind::NotFound && error.code().is_none()
}

/// A moment that much later; a wait without end must not overflow the clock.
fn later(moment: tokio::time::Instant, time: Duration) -> tokio::time::Instant {
    moment.checked_add(time).unwrap_or(moment + Duration::from_secs(30 * 365 * 24 * 60 * 60))
}

fn after(time: Duration) -> tokio::time::Instant {
    later(tokio::time::Instant::now(), time)
}

/// A list, or what it contains, could not be read before a deadline.
fn too_slow() -> Failure {
    let kind = Kind::Api(ErrorKind::Timeout);
    let message = "the list of groups could not be read in time";
    Failure::local(kind, Operation::ListGroups.id(), message)
        .with_remedy("Give `--wait` more time, or check the network and `--base-url`, then run it again.")
}

/// The call of a row.
pub(super) fn create(row: &Wanted, call: &Call<'_>) -> CreateGroup {
    let create = call.client.groups().create(row.subject.clone()).join_approval_mode(row.mode.clone());
    match &row.description {
        Some(description) => create.description(description.clone()),
        None => create,
    }
}

/// Carries it out. `ledger`: what the journal says so far.
pub(super) async fn run(
    task: &Task,
    journal: Journal,
    ledger: Ledger,
    call: &Call<'_>,
    out: &mut Printer,
) -> Result<(), Failure> {
    let work = Work {
        task,
        call,
        journal,
        ledger: RefCell::new(ledger),
        ambiguous: RefCell::default(),
        unconfirmed: RefCell::default(),
        reasons: RefCell::default(),
        twins: RefCell::default(),
        followed: RefCell::default(),
        matcher: RefCell::new(call.client.create_matcher()),
        events: RefCell::default(),
        last_event: Cell::new(0),
        look_failed: RefCell::default(),
        unwritten: RefCell::default(),
        began: Instant::now(),
        began_at: tokio::time::Instant::now(),
        ended: RefCell::default(),
    };
    let mut stop = Stop::new();
    // So that a list is known to be one whatever happens.
    let nothing: [RowResult; 0] = [];
    out.items(&nothing);
    let settled = work.settle_doubts(&mut stop, out).await;
    if !settled.map_err(|failure| work.nothing_sent(failure, out))? {
        return Err(work.interrupted(&mut Tally::default(), &mut InOrder::default(), out));
    }
    // What is known by now not to have been made is sent anew.
    let resumed = work.ledger.borrow().states.iter().filter(|state| **state != State::New).count();
    let to_send = work.indices(|state| *state == State::New, |work, index| !work.is_ambiguous(index));
    tokio::select! {
        biased;
        () = stop.wait() => {
            stop.told = true;
            return Err(work.interrupted(&mut Tally::default(), &mut InOrder::default(), out));
        }
        looked = work.look_before(&to_send, out) => looked.map_err(|failure| work.nothing_sent(failure, out))?,
    }
    let asked = work.ask_about_twins(&to_send, &mut stop, out).await;
    asked.map_err(|failure| work.nothing_sent(failure, out))?;

    let (mut tally, mut order) = (Tally::default(), InOrder::default());
    let before = work.told_before();
    before.iter().for_each(|told| tally.take(told));
    let before_count = before.len();
    order.take(before.into_iter().map(|told| (told.index, told.shown)), out);
    if resumed > 0 {
        let rows = work.task.rows.len();
        out.note(format!(
            "{resumed} of {rows} rows were sent by an earlier run; none of their groups was made again."
        ));
    }

    // Those that are neither told of nor sent are told of once they are learnt.
    tally.later = task.rows.len() - to_send.len() - before_count;
    let mut bar = out.bar("Creating groups", task.rows.len(), task.rows.len() - to_send.len());
    let ended = {
        let mut run = Run {
            out,
            bar: &mut bar,
            tally: &mut tally,
            order: &mut order,
            stop: &mut stop,
            client: Some(call.client),
        };
        let pointless = |report: &crate::failure::Report, code| {
            is_pointless(report, code) || report.kind == Kind::Journal.as_str()
        };
        each(to_send.iter().copied(), |index| work.send(index), pointless, &mut run).await
    };
    drop(bar);

    if let Some(time) = call.wait {
        tally.later = 0;
        // What is learnt has to be written down.
        if ended != Ended::AtOnce && !stop.told && work.unwritten.borrow().is_empty() {
            work.learn(time, &mut tally, &mut order, &mut stop, out).await;
        }
        let told = work.left(stop.told);
        told.iter().for_each(|one| tally.take(one));
        order.take(told.into_iter().map(|told| (told.index, told.shown)), out);
    }
    if stop.told {
        return Err(work.interrupted(&mut tally, &mut order, out));
    }
    work.leave_rest(&mut tally, &mut order, out);
    work.judge(&tally, ended)
}

impl<'a> Work<'a> {
    fn rows(&self) -> &'a [Wanted] {
        &self.task.rows
    }

    fn is_ambiguous(&self, index: usize) -> bool {
        self.ambiguous.borrow().contains_key(&index)
    }

    fn indices(&self, is: impl Fn(&State) -> bool, and: impl Fn(&Self, usize) -> bool) -> Vec<usize> {
        let ledger = self.ledger.borrow();
        (0..ledger.states.len()).filter(|index| is(&ledger.states[*index]) && and(self, *index)).collect()
    }

    fn set(&self, index: usize, state: State) {
        self.ledger.borrow_mut().states[index] = state;
    }

    async fn write(&self, record: Record) -> Result<(), Failure> {
        self.journal.write(&record).await.map_err(|why| {
            let message = format!("the journal {} could not be written: {why}", self.task.journal.display());
            Failure::local(Kind::Journal, self.call.scene.command(), message).with_remedy(
                "Make room, then run the same command again. To keep the journal elsewhere, move the file there first: a \
                 new one knows of nothing that was sent.",
            )
        })
    }

    fn failed(&self, error: &Error) -> Failure {
        self.call.failed(error)
    }

    /// The row as it is shown, as far as it has come.
    fn row(&self, index: usize) -> RowResult {
        let row = &self.rows()[index];
        let mut shown = row.shown();
        match &self.ledger.borrow().states[index] {
            State::New => shown.status = Status::NotSent,
            State::Unknown(_) => shown.status = Status::Unknown,
            State::Skipped => shown.status = Status::Skipped,
            State::Accepted { request_id, group_id, .. } => {
                shown.status = Status::Accepted;
                (shown.request_id, shown.group_id) = (request_id.clone(), group_id.clone());
            }
            State::Created { group_id, invite_link, request_id } => {
                shown.group_id = Some(group_id.clone());
                (shown.request_id, shown.invite_link) = (request_id.clone(), invite_link.clone());
            }
        }
        shown
    }

    /// Settles the rows whose outcome an earlier run left unknown; where it was said what to do about rows that nobody can tell about, also
    /// what was accepted and never seen. Whether it was not told to stop.
    async fn settle_doubts(&self, stop: &mut Stop, out: &mut Printer) -> Result<bool, Failure> {
        let decided = self.task.ambiguous.is_some();
        let unknown = |state: &State| match state {
            State::Unknown(_) => true,
            State::Accepted { group_id: None, .. } => decided,
            _ => false,
        };
        let count = self.indices(unknown, |_, _| true).len();
        if count == 0 {
            return Ok(true);
        }
        let until = self.settled_at();
        let what = format!(
            "Checking which of {count} groups with an unknown outcome exist; they may appear until {until}"
        );
        let mut is_said = false;
        loop {
            // A list that goes on for ever must not outlast the settle period.
            let settled = later(self.began_at, self.task.settle.saturating_add(self.call.patience));
            // What is known by now is printed later.
            let nobody = RefCell::default();
            let looked = self.look(!decided, settled, &nobody);
            tokio::select! {
                biased;
                () = stop.wait() => {
                    stop.told = true;
                    return Ok(false);
                }
                looked = out.waiting(&what, looked) => looked?,
            }
            for index in self.indices(unknown, Self::is_ambiguous) {
                match self.task.ambiguous {
                    None => continue,
                    Some(Ambiguous::Create) => {
                        let (line, why) = (self.rows()[index].line, "as was asked for".to_owned());
                        self.write(Record::NotMade { line, why }).await?;
                        self.set(index, State::New);
                    }
                    Some(Ambiguous::Skip) => {
                        self.write(Record::Skipped { line: self.rows()[index].line }).await?;
                        self.set(index, State::Skipped);
                    }
                }
                self.ambiguous.borrow_mut().remove(&index);
            }
            if self.indices(unknown, |work, index| !work.is_ambiguous(index)).is_empty() {
                return Ok(true);
            }
            if !std::mem::replace(&mut is_said, true) {
                let rows = self.rows().len();
                out.now(&format!(
                    "What came of {count} of {rows} rows of an earlier run is not known; their groups may still appear until \
                     {until} (--settle)."
                ));
            }
            tokio::select! {
                biased;
                () = stop.wait() => {
                    stop.told = true;
                    return Ok(false);
                }
                () = out.waiting(&what, tokio::time::sleep(Duration::from_secs(1))) => {}
            }
        }
    }

    /// Notes the groups that there are of subjects that are to be sent. Of subjects of which a row is open it is known
    /// what there was before that row was sent, and that stays.
    async fn look_before(&self, to_send: &[usize], out: &Printer) -> Result<(), Failure> {
        let subjects: BTreeSet<String> = {
            let open = self.open_by_subject(false);
            let ledger = self.ledger.borrow();
            let new = to_send.iter().map(|index| normalized(&self.rows()[*index].subject));
            new.filter(|subject| !open.contains_key(subject) || !ledger.knows(subject)).collect()
        };
        if subjects.is_empty() {
            return Ok(());
        }
        let deadline = self.call.wait.map(|time| after(time.max(SHORTEST_LIST)));
        let (groups, _) = out.waiting("Listing your groups", self.groups(deadline)).await?;
        let newest = groups.iter().filter_map(|group| group.created_at).max_by_key(|at| at.seconds());
        let mut there: BTreeMap<String, Vec<GroupId>> =
            subjects.into_iter().map(|subject| (subject, Vec::new())).collect();
        for group in groups {
            let subject = normalized(group.subject.as_deref().unwrap_or_default());
            if let Some(ids) = there.get_mut(&subject) {
                ids.push(group.id);
            }
        }
        *self.twins.borrow_mut() = {
            let taken = self.ledger.borrow().taken();
            let strange = |ids: &Vec<GroupId>| ids.iter().any(|id| !taken.contains(id));
            there.iter().filter(|(_, ids)| strange(ids)).map(|(subject, _)| subject.clone()).collect()
        };
        self.ledger.borrow_mut().looked(newest, &there);
        self.write(Record::Looked { at: now(), newest, subjects: there }).await
    }

    /// Says that there are groups already with subjects that are about to be sent, of which the journal knows nothing: the
    /// sheet may be a copy, or its journal lost. Whoever is there to be asked is asked, where the sheet begins.
    async fn ask_about_twins(
        &self,
        to_send: &[usize],
        stop: &mut Stop,
        out: &mut Printer,
    ) -> Result<(), Failure> {
        let twins = self.twins.take();
        let rows =
            to_send.iter().filter(|index| twins.contains(&normalized(&self.rows()[**index].subject))).count();
        if rows == 0 {
            return Ok(());
        }
        let named = twins.iter().take(SHOWN).map(|subject| quoted(subject).to_string()).collect::<Vec<_>>();
        let more = if twins.len() > SHOWN { " and more" } else { "" };
        let (all, named) = (to_send.len(), named.join(", "));
        let what = format!(
            "{rows} of {all} rows to be sent have the subject of a group that is there already, and the journal {} does not \
             know it: {named}{more}.",
            self.task.journal.display()
        );
        let command = self.call.scene.command();
        if self.ledger.borrow().sent || can_ask(command).is_err() {
            out.told_first(what);
            return Ok(());
        }
        let question = format!("{what} Make them all the same?");
        let answer = tokio::select! {
            biased;
            () = stop.wait() => {
                end_question();
                Err(Failure::local(Kind::Interrupted, command, "interrupted; nothing was done"))
            }
            answer = confirm(&question, Yes::Word, command) => answer,
        };
        answer.map_err(|failure| {
            failure.with_remedy(
                "Answer `y` to make them all the same. If an earlier run has made them, put its journal back beside the \
                 sheet, or take out the rows whose groups are there.",
            )
        })
    }

    /// What is known of rows before anything is sent.
    fn told_before(&self) -> Vec<Told> {
        let waits = self.call.wait.is_some();
        let told = (0..self.rows().len()).filter_map(|index| {
            // With a wait it may yet be told.
            if let Some(groups) = self.ambiguous.borrow().get(&index).filter(|_| !waits) {
                return Some(self.told_ambiguous(index, groups));
            }
            match &self.ledger.borrow().states[index] {
                State::New | State::Unknown(_) => None,
                State::Accepted { .. } => (!waits).then_some(()),
                State::Created { invite_link, .. } => (!waits || invite_link.is_some()).then_some(()),
                State::Skipped => Some(()),
            }
            .map(|()| Told::new(index, self.row(index)))
        });
        told.collect()
    }

    fn told_ambiguous(&self, index: usize, groups: &[GroupId]) -> Told {
        let ids = groups.iter().map(GroupId::as_str).collect::<Vec<_>>().join(", ");
        let kind = Kind::Api(ErrorKind::OutcomeAmbiguous);
        let why = match groups {
            [] => "the list of groups is empty or not complete, which need not mean that there are no others",
            _ => "there are new groups that may or may not be this row's",
        };
        let message = format!("it may have been made, and that cannot be told: {why}");
        let unknown = matches!(self.ledger.borrow().states[index], State::Unknown(_));
        let mut failure = Failure::local(kind, Operation::CreateGroup.id(), message);
        failure.code = if unknown { Code::InDoubt } else { Code::NotSeen };
        failure.report.details = (!groups.is_empty()).then(|| format!("Candidates: {ids}"));
        let look = match groups {
            [] => "Make sure that the number may have groups,",
            _ => "Look at these groups,",
        };
        failure = failure.with_remedy(format!("{look} then {}", self.decide()));
        let mut told = Told::failed(index, self.row(index), failure);
        told.set_status(Status::Ambiguous);
        told
    }

    /// Sends a row's create, with the journal before and after it.
    async fn send(&self, index: usize) -> Vec<Told> {
        let row = &self.rows()[index];
        let (line, at) = (row.line, now());
        let create = match self.follow(index) {
            Ok(create) => create,
            Err(failure) => return vec![Told::failed(index, self.row(index), failure)],
        };
        let ticket = Some(create.number());
        if let Err(failure) = self.write(Record::Sending { line, hash: row.hash(), at, ticket }).await {
            return vec![Told::failed(index, self.row(index), failure)];
        }
        self.set(index, State::Unknown(at));
        let (record, failure) = match create.send().await {
            Ok(accepted) => {
                let (request_id, group_id) = (accepted.request_id, accepted.group_id);
                let at = now();
                let record =
                    Record::Accepted { line, at, request_id: request_id.clone(), group_id: group_id.clone() };
                self.set(index, State::Accepted { at, request_id, group_id });
                self.ended.borrow_mut().insert(index, Instant::now());
                (record, None)
            }
            Err(error) if error.delivery() == Delivery::MaybeDelivered || is_of_somebody_else(&error) => {
                let mut failure = self.failed(&error);
                let advice = match is_of_somebody_else(&error) {
                    true => {
                        let said = &mut failure.report.message;
                        said.push_str(
                            "; that is no answer of the API, and it may have been done all the same",
                        );
                        let address = failure.report.remedy.take().unwrap_or_default();
                        format!("{address} Then: {}", self.look_again())
                    }
                    false => self.look_again(),
                };
                let failure = failure.with_remedy(advice);
                // It was sent last at some time before now, however long it was repeated and waited for its turn.
                let at = now();
                self.set(index, State::Unknown(at));
                self.ended.borrow_mut().insert(index, Instant::now());
                (Record::Unknown { line, why: failure.report.message.clone(), at: Some(at) }, Some(failure))
            }
            Err(error) => {
                self.set(index, State::New);
                let failure = self.failed(&error);
                (Record::NotMade { line, why: failure.report.message.clone() }, Some(failure))
            }
        };
        if let Err(broken) = self.write(record).await {
            let message = format!(
                "{}; the row was sent, and what came of it is not written down",
                broken.report.message
            );
            let row = self.row(index);
            let status = match self.ledger.borrow().states[index] {
                State::New => Status::Failed,
                _ => row.status,
            };
            let mut failure = broken;
            failure.report.message = message;
            let mut told = Told::failed(index, row, failure);
            told.set_status(status);
            self.unwritten.borrow_mut().insert(index);
            return vec![told];
        }
        let waits = self.call.wait.is_some();
        let unknown = matches!(self.ledger.borrow().states[index], State::Unknown(_));
        match failure {
            // All the others would meet the same.
            Some(failure) if unknown && failure.code == Code::Access => {
                let mut told = Told::failed(index, self.row(index), failure);
                told.set_status(Status::Unknown);
                vec![told]
            }
            Some(failure) if unknown && waits => {
                self.reasons.borrow_mut().insert(index, failure);
                vec![Told::later(index)]
            }
            Some(failure) => vec![Told::failed(index, self.row(index), failure)],
            None if waits => vec![Told::later(index)],
            None => vec![Told::new(index, self.row(index))],
        }
    }

    /// How to say what is to be done about rows that nobody can tell about.
    fn decide(&self) -> String {
        let again = self.task.again(self.call.scene);
        format!(
            "run `{again} --ambiguous skip` if it was made or is not wanted any more, or `--ambiguous create` to make it."
        )
    }

    fn look_again(&self) -> String {
        let again = self.task.again(self.call.scene);
        format!("Run `{again}` again: it looks whether the group was made, and makes it only if it was not.")
    }

    /// Waits for what was accepted, and reads the invite links.
    async fn learn(
        &self,
        time: Duration,
        tally: &mut Tally,
        order: &mut InOrder,
        stop: &mut Stop,
        out: &mut Printer,
    ) {
        let (began, deadline) = (tokio::time::Instant::now(), after(time));
        let mut bar: Bar = out.bar("Waiting for groups", self.rows().len(), tally.settled());
        let mut beat = tokio::time::interval(BEAT);
        let mut gap = GAPS.0;
        let fresh: RefCell<Vec<Told>> = RefCell::default();
        while !self.open().is_empty() && began.elapsed() < time {
            let left = time.saturating_sub(began.elapsed());
            // The last look comes a little before the end, so that its answer is in time.
            let usable = left.saturating_sub((time / 10).min(CONFIRMS));
            let wanted = if self.unconfirmed.borrow().is_empty() { gap } else { gap.min(CONFIRMS) };
            let pause = if usable.is_zero() { left } else { wanted.min(usable) };
            let round = async {
                tokio::time::sleep(pause).await;
                self.events(&fresh).await;
                if usable.is_zero() {
                    return;
                }
                // A look that fails is followed by another.
                let looked = self.look(false, deadline, &fresh).await;
                // One that the deadline ends has not failed.
                if tokio::time::Instant::now() < deadline {
                    *self.look_failed.borrow_mut() = looked.err().map(|failure| failure.report.message);
                }
                self.links(&fresh, deadline).await;
            };
            let mut round = std::pin::pin!(round);
            let over = loop {
                let over = tokio::select! {
                    biased;
                    () = stop.wait() => Some(true),
                    () = &mut round => Some(false),
                    _ = beat.tick() => {
                        bar.beat(self.call.client.held_back());
                        None
                    }
                };
                // A round may take long, where the links of many are read; what is known by now is told now.
                let told = std::mem::take(&mut *fresh.borrow_mut());
                if !told.is_empty() {
                    told.iter().for_each(|one| tally.take(one));
                    bar.hide();
                    order.take(told.into_iter().map(|told| (told.index, told.shown)), out);
                    bar.at(tally.settled(), tally.others());
                }
                if let Some(over) = over {
                    break over;
                }
            };
            bar.hide();
            if over {
                stop.told = true;
                return;
            }
            gap = (gap * 2).min(GAPS.1);
        }
    }

    /// Rows that are waited for.
    fn open(&self) -> Vec<usize> {
        let reasons = self.reasons.borrow();
        self.indices(
            |state| match state {
                State::Accepted { .. } => true,
                State::Created { invite_link, .. } => invite_link.is_none(),
                State::Unknown(_) => true,
                State::New | State::Skipped => false,
            },
            |work, index| {
                // The rows that were unknown before are printed already.
                let waited = !matches!(work.ledger.borrow().states[index], State::Unknown(_));
                let told = work.unwritten.borrow().contains(&index);
                !told && (waited || reasons.contains_key(&index) || work.is_ambiguous(index))
            },
        )
    }

    /// The create of a row, followed from now on. A row keeps its number across runs.
    fn follow(&self, index: usize) -> Result<Rc<FollowedCreate>, Failure> {
        let number = match self.followed.borrow().get(&index) {
            Some(before) => Some(before.number()),
            None => self.ledger.borrow().tickets.get(&index).copied(),
        };
        let create =
            create(&self.rows()[index], self.call).follow(number).map_err(|error| self.failed(&error))?;
        let create = Rc::new(create);
        self.followed.borrow_mut().insert(index, Rc::clone(&create));
        Ok(create)
    }

    /// What the matcher concludes for rows. A list comes with when it was asked for.
    fn verdicts(&self, rows: &[usize], now: Option<(&[Group], Seen)>) -> Result<Vec<Verdict>, Failure> {
        for index in rows {
            if !self.followed.borrow().contains_key(index) {
                self.follow(*index)?;
            }
        }
        let (followed, ledger) = (self.followed.borrow(), self.ledger.borrow());
        let open = rows.iter().filter_map(|index| {
            let (request_id, is_accepted) = match &ledger.states[*index] {
                State::Accepted { request_id, .. } => (request_id.as_ref(), true),
                _ => (None, false),
            };
            let is_settled = now.is_some_and(|(_, seen)| self.are_settled(*index, rows, seen));
            Some(Progressed { create: followed.get(index)?, request_id, is_accepted, is_settled })
        });
        let open: Vec<Progressed> = open.collect();
        let now = now.map(|(groups, seen)| (groups, tokio::time::Instant::from_std(seen.instant)));
        Ok(self.matcher.borrow_mut().look(&open, &ledger.known(), &self.events.borrow(), now))
    }

    /// Whether a row and all open rows that are alike have settled: which of them made a group is not known.
    fn are_settled(&self, index: usize, open: &[usize], seen: Seen) -> bool {
        let likeness = self.rows()[index].likeness();
        let alike =
            open.iter().filter(|other| **other == index || self.rows()[**other].likeness() == likeness);
        alike.into_iter().all(|other| self.is_settled(*other, seen))
    }

    /// Reads what was reported of creates.
    async fn read_events(&self) {
        let Some(source) = &self.call.told else { return };
        let receipts: Vec<RequestId> = {
            let ledger = self.ledger.borrow();
            let of = |state: &State| match state {
                State::Accepted { request_id, .. } => request_id.clone(),
                _ => None,
            };
            ledger.states.iter().filter_map(of).collect()
        };
        let (mut events, last) = source.of_creates(&receipts, self.last_event.get()).await;
        self.last_event.set(last);
        let subjects: HashSet<String> = self.rows().iter().map(|row| normalized(&row.subject)).collect();
        events.retain(|event| {
            let of_sheet = match &event.kind {
                EventKind::GroupCreate(created) => {
                    created.subject.as_deref().is_some_and(|subject| subjects.contains(&normalized(subject)))
                }
                _ => false,
            };
            of_sheet || event.request_id.as_ref().is_some_and(|id| receipts.contains(id))
        });
        let mut known = self.events.borrow_mut();
        for event in events {
            if !known.contains(&event) {
                known.push(event);
            }
        }
    }

    /// What the webhooks report.
    async fn events(&self, fresh: &RefCell<Vec<Told>>) {
        self.read_events().await;
        let waiting = self.indices(
            |state| matches!(state, State::Accepted { group_id: None, request_id: Some(_), .. }),
            |_, _| true,
        );
        if waiting.is_empty() || self.events.borrow().is_empty() {
            return;
        }
        let Ok(verdicts) = self.verdicts(&waiting, None) else { return };
        for (index, verdict) in waiting.into_iter().zip(verdicts) {
            self.take(index, verdict, fresh).await;
        }
    }

    /// Takes what is concluded for certain.
    async fn take(&self, index: usize, verdict: Verdict, fresh: &RefCell<Vec<Told>>) {
        match verdict {
            Verdict::Created(group_id, _) => {
                let link = self.reported_link(&group_id);
                let has_link = link.is_some();
                if self.made(index, group_id, link).await.is_ok() && has_link {
                    fresh.borrow_mut().push(Told::new(index, self.row(index)));
                }
            }
            Verdict::Failed(item) => {
                let kind = Kind::Api(item.kind);
                let mut failure = Failure::local(kind, Operation::CreateGroup.id(), item.message.clone());
                (failure.report.code, failure.report.title) = (item.code, item.title.clone());
                let advice = item.code.and_then(ErrorEntry::find).map(|row| row.remedy);
                failure =
                    failure.with_remedy(advice.unwrap_or("Run the same command again to try it once more."));
                let (row, line) = (self.row(index), self.rows()[index].line);
                if self.write(Record::NotMade { line, why: item.message }).await.is_ok() {
                    self.set(index, State::New);
                    fresh.borrow_mut().push(Told::failed(index, row, failure));
                }
            }
            _ => {}
        }
    }

    /// The invite link of a group in what was reported.
    fn reported_link(&self, group: &GroupId) -> Option<String> {
        self.events.borrow().iter().find_map(|event| match &event.kind {
            EventKind::GroupCreate(created) if event.group_id.as_ref() == Some(group) => {
                created.invite_link.clone()
            }
            _ => None,
        })
    }

    /// A row's group is there.
    async fn made(
        &self,
        index: usize,
        group_id: GroupId,
        invite_link: Option<String>,
    ) -> Result<(), Failure> {
        let line = self.rows()[index].line;
        self.write(Record::Created { line, group_id: group_id.clone(), invite_link: invite_link.clone() })
            .await?;
        let request_id = match &self.ledger.borrow().states[index] {
            State::Accepted { request_id, .. } | State::Created { request_id, .. } => request_id.clone(),
            _ => None,
        };
        self.set(index, State::Created { group_id, invite_link, request_id });
        Ok(())
    }

    /// Reads the links of groups that are there.
    async fn links(&self, fresh: &RefCell<Vec<Told>>, deadline: tokio::time::Instant) {
        let without: Vec<(usize, GroupId)> = {
            let ledger = self.ledger.borrow();
            let of = |(index, state): (usize, &State)| match state {
                State::Created { group_id, invite_link: None, .. } => Some((index, group_id.clone())),
                State::Accepted { group_id: Some(group_id), .. } => Some((index, group_id.clone())),
                _ => None,
            };
            ledger.states.iter().enumerate().filter_map(of).collect()
        };
        let reads = futures_util::stream::iter(without).map(|(index, id)| async move {
            let link = self.call.client.group(id.clone())?.invite_link().await?;
            Ok::<_, Error>((index, id, link.invite_link))
        });
        let mut reads = reads.buffer_unordered(AT_ONCE);
        while let Ok(Some(read)) = tokio::time::timeout_at(deadline, reads.next()).await {
            match read {
                Ok((index, id, link)) => {
                    if self.made(index, id, Some(link)).await.is_ok() {
                        fresh.borrow_mut().push(Told::new(index, self.row(index)));
                    }
                }
                // It may not be there yet; the next round tells.
                Err(error) => tracing::debug!(kind = %error.kind(), "a link could not be read"),
            }
        }
    }

    /// The list of groups, and whether none of it is missing.
    async fn groups(&self, deadline: Option<tokio::time::Instant>) -> Result<(Vec<Group>, bool), Failure> {
        let list = async {
            let mut items = self.call.client.groups().list().stream();
            let mut groups = Vec::new();
            while let Some(group) = items.next().await {
                groups.push(group?);
            }
            Ok((groups, items.is_complete()))
        };
        let listed = match deadline {
            None => Ok(list.await),
            Some(deadline) => tokio::time::timeout_at(deadline, list).await,
        };
        let Ok(listed) = listed else { return Err(too_slow()) };
        listed.map_err(|error| self.failed(&error))
    }

    /// Looks at the groups, and concludes for rows whose group is not known. `doubts`: only for subjects of which a row
    /// is unknown.
    async fn look(
        &self,
        doubts: bool,
        deadline: tokio::time::Instant,
        fresh: &RefCell<Vec<Told>>,
    ) -> Result<(), Failure> {
        let open = self.open_by_subject(doubts);
        if open.is_empty() {
            return Ok(());
        }
        let (at, instant) = (now(), Instant::now());
        let (groups, is_complete) = self.groups(Some(deadline)).await?;
        // A number that may have no groups lists none, rather than refusing.
        let seen = Seen { at, instant, is_doubtful: groups.is_empty() || !is_complete };
        self.read_events().await;
        let known = self.ledger.borrow().known();
        let mut candidates: Vec<Group> = groups;
        let rows_of = |group: &Group| open.get(&normalized(group.subject.as_deref().unwrap_or_default()));
        candidates
            .retain(|group| known.is_new(group) && (has_odd_subject(group) || rows_of(group).is_some()));
        let rows: Vec<usize> = open.values().flatten().copied().collect();
        let unknown = |index: &usize| matches!(self.ledger.borrow().states[*index], State::Unknown(_));
        // What may not have been received at all needs more than its subject, as does what has other settings than the usual.
        let needs_more = |index: &usize| unknown(index) || !self.rows()[*index].is_plain();
        let is_read = |group: &&Group| rows_of(group).is_some_and(|rows| rows.iter().any(needs_more));
        let mut to_read: HashSet<GroupId> =
            candidates.iter().filter(is_read).map(|group| group.id.clone()).collect();
        let odd = candidates.iter().filter(|group| has_odd_subject(group)).take(ODD_READ_AT_MOST);
        to_read.extend(odd.map(|group| group.id.clone()));
        let mut read = self.details(&mut candidates, to_read, deadline).await?;
        let odd = candidates.extract_if(.., |group| has_odd_subject(group));
        let odd: Vec<GroupId> = odd.map(|group| group.id).filter(|id| !self.is_of_a_row(id)).collect();
        candidates.retain(|group| rows_of(group).is_some());
        let mut verdicts = self.verdicts(&rows, Some((&candidates, seen)))?;
        let unclear: HashSet<GroupId> = verdicts
            .iter()
            .filter_map(|verdict| match verdict {
                Verdict::Ambiguous(ids) => Some(ids),
                _ => None,
            })
            .flatten()
            .filter(|id| !read.contains(*id))
            .cloned()
            .collect();
        if !unclear.is_empty() {
            read.extend(self.details(&mut candidates, unclear, deadline).await?);
            verdicts = self.verdicts(&rows, Some((&candidates, seen)))?;
        }
        for (index, verdict) in rows.iter().copied().zip(verdicts) {
            self.ambiguous.borrow_mut().remove(&index);
            self.unconfirmed.borrow_mut().remove(&index);
            let settled = self.are_settled(index, &rows, seen);
            match verdict {
                Verdict::Missing(strangers) if unknown(&index) && settled => {
                    if seen.is_doubtful || !strangers.is_empty() || !odd.is_empty() {
                        let candidates = strangers.into_iter().chain(odd.iter().cloned()).collect();
                        self.ambiguous.borrow_mut().insert(index, candidates);
                        continue;
                    }
                    let why = "looked for, and not there".to_owned();
                    self.write(Record::NotMade { line: self.rows()[index].line, why }).await?;
                    self.set(index, State::New);
                }
                // They have its subject and other settings.
                Verdict::Missing(strangers) if !strangers.is_empty() => {
                    self.ambiguous.borrow_mut().insert(index, strangers);
                }
                // It was accepted, and nothing will report its outcome any more.
                Verdict::Missing(_) if settled && self.task.ambiguous.is_some() => {
                    self.ambiguous.borrow_mut().insert(index, Vec::new());
                }
                Verdict::Ambiguous(groups) => {
                    self.ambiguous.borrow_mut().insert(index, groups);
                }
                Verdict::Unconfirmed(group) => {
                    self.unconfirmed.borrow_mut().insert(index, group);
                }
                Verdict::Created(group, _) => {
                    let link = self.reported_link(&group);
                    self.made(index, group, link).await?;
                }
                verdict => self.take(index, verdict, fresh).await,
            }
        }
        Ok(())
    }

    /// The open rows by their subjects in normal form. `doubts`: only subjects of which a row is unknown.
    fn open_by_subject(&self, doubts: bool) -> BTreeMap<String, Vec<usize>> {
        let ledger = self.ledger.borrow();
        let mut open: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, state) in ledger.states.iter().enumerate() {
            if matches!(state, State::Unknown(_) | State::Accepted { group_id: None, .. }) {
                open.entry(normalized(&self.rows()[index].subject)).or_default().push(index);
            }
        }
        if doubts {
            open.retain(|_, rows| rows.iter().any(|row| matches!(ledger.states[*row], State::Unknown(_))));
        }
        open
    }

    /// Reads the description and approval mode of these groups, and leaves out those that are gone. The ids that were read.
    async fn details(
        &self,
        groups: &mut Vec<Group>,
        ids: HashSet<GroupId>,
        deadline: tokio::time::Instant,
    ) -> Result<HashSet<GroupId>, Failure> {
        let reads = futures_util::stream::iter(ids.iter().cloned()).map(|id| async move {
            let fields = [GroupField::Subject, GroupField::Description, GroupField::JoinApprovalMode];
            let read = async { self.call.client.group(id.clone())?.get().fields(fields).await }.await;
            (id, read)
        });
        let reads = reads.buffer_unordered(AT_ONCE).collect::<Vec<_>>();
        let Ok(reads) = tokio::time::timeout_at(deadline, reads).await else { return Err(too_slow()) };
        for (id, read) in reads {
            match read {
                Ok(read) => {
                    if let Some(group) = groups.iter_mut().find(|group| group.id == id) {
                        let is_odd = read.extra.contains_key("?description");
                        group.description = (!is_odd).then(|| read.description.clone().unwrap_or_default());
                        if has_odd_subject(group) && !has_odd_subject(&read) {
                            group.subject = read.subject;
                        }
                        group.join_approval_mode = read.join_approval_mode;
                    }
                }
                Err(error) if error.kind() == ErrorKind::GroupUnknown => {
                    groups.retain(|group| group.id != id)
                }
                Err(error) => return Err(self.failed(&error)),
            }
        }
        Ok(ids)
    }

    /// Whether a group is known to be of a row.
    fn is_of_a_row(&self, id: &GroupId) -> bool {
        self.ledger.borrow().states.iter().any(|state| match state {
            State::Created { group_id, .. } => group_id == id,
            State::Accepted { group_id, .. } => group_id.as_ref() == Some(id),
            _ => false,
        })
    }

    /// Whether whatever was sent for a row would have been seen then.
    fn is_settled(&self, index: usize, seen: Seen) -> bool {
        let passed = |since: Instant| seen.instant.saturating_duration_since(since) >= self.task.settle;
        if let Some(ended) = self.ended.borrow().get(&index) {
            return passed(*ended);
        }
        let at = match &self.ledger.borrow().states[index] {
            State::Unknown(at) | State::Accepted { at, .. } => *at,
            _ => return true,
        };
        passed(self.began) || is_long_ago(at, seen.at, self.task.settle)
    }

    /// When all rows that an earlier run left unknown will have settled.
    fn settled_at(&self) -> Timestamp {
        let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        let of_this_run = now().seconds().saturating_add(seconds(self.task.settle));
        let by_clock = self
            .ledger
            .borrow()
            .states
            .iter()
            .filter_map(|state| match state {
                State::Unknown(at) => {
                    let long = seconds(self.task.settle).saturating_add(1);
                    Some(at.seconds().saturating_add(long))
                }
                _ => None,
            })
            .max();
        Timestamp::from_seconds(by_clock.map_or(of_this_run, |at| at.min(of_this_run)))
    }

    /// Rows that were waited for and are still open. `stopped`: not because the time was over.
    fn left(&self, stopped: bool) -> Vec<Told> {
        let not_made = self
            .indices(|state| *state == State::New, |work, index| work.reasons.borrow().contains_key(&index));
        let not_made = not_made.into_iter().map(|index| {
            let mut failure = self.reasons.borrow()[&index].clone();
            let message = &mut failure.report.message;
            message.truncate(message.trim_end_matches(MAYBE_DONE).trim_end_matches("; ").len());
            message.push_str("; the group was looked for and is not there, so it was not made");
            failure.code = Code::Failed;
            Told::failed(index, self.row(index), failure)
        });
        let left = self.open().into_iter().map(|index| {
            if let Some(groups) = self.ambiguous.borrow().get(&index).filter(|_| !stopped) {
                return self.told_ambiguous(index, groups);
            }
            if let Some(group) = self.unconfirmed.borrow().get(&index).filter(|_| !stopped)
                && matches!(self.ledger.borrow().states[index], State::Accepted { group_id: None, .. })
            {
                return self.told_ambiguous(index, std::slice::from_ref(group));
            }
            if let Some(failure) = self.reasons.borrow().get(&index)
                && matches!(self.ledger.borrow().states[index], State::Unknown(_))
            {
                return Told::failed(index, self.row(index), failure.clone());
            }
            let row = self.row(index);
            if stopped {
                return Told::new(index, row);
            }
            let (kind, message) = match row.status {
                Status::Accepted => {
                    (ErrorKind::OutcomeNotSeen, "accepted, but the group was not seen in time")
                }
                _ => (ErrorKind::OutcomeNotSeen, "the group is there, but its invite link could not be read"),
            };
            let message =
                match self.look_failed.borrow().as_deref().filter(|_| row.status == Status::Accepted) {
                    Some(why) => format!("{message}; the last look failed: {why}"),
                    None => message.to_owned(),
                };
            let failure = Failure::local(Kind::Api(kind), Operation::CreateGroup.id(), message);
            let again = self.task.again(self.call.scene);
            let mut advice = format!("Run `{again}` again to look once more.");
            if row.status == Status::Accepted {
                advice.push_str(&format!(" If it never comes, {}", self.decide()));
            }
            let failure = failure.with_remedy(advice);
            let status = row.status;
            let mut told = Told::failed(index, row, failure);
            if status == Status::Done {
                told.set_status(Status::Done);
            }
            told
        });
        not_made.chain(left).collect()
    }

    /// Tells of the rows that this run did not come to.
    fn leave_rest(&self, tally: &mut Tally, order: &mut InOrder, out: &mut Printer) {
        for index in (0..self.rows().len()).filter(|index| !order.has(*index)).collect::<Vec<_>>() {
            let row = self.row(index);
            tally.leave(index, row.status);
            order.take([(index, Shown::Row(Box::new(row)))], out);
        }
    }

    /// Nothing is sent; each row is told as it is.
    fn nothing_sent(&self, failure: Failure, out: &mut Printer) -> Failure {
        self.leave_rest(&mut Tally::default(), &mut InOrder::default(), out);
        failure
    }

    /// Told to stop.
    fn interrupted(&self, tally: &mut Tally, order: &mut InOrder, out: &mut Printer) -> Failure {
        self.leave_rest(tally, order, out);
        let ledger = self.ledger.borrow();
        let of = |is: fn(&State) -> bool| ledger.states.iter().filter(|state| is(state)).count();
        let made = of(|state| matches!(state, State::Created { .. } | State::Accepted { .. }));
        let unknown = of(|state| matches!(state, State::Unknown(_)));
        let mut message = format!("interrupted: {made} of {} groups accepted", self.rows().len());
        if unknown > 0 {
            message.push_str(&format!(", {unknown} unknown"));
        }
        let failed = tally.count(Status::Failed);
        if failed > 0 {
            message.push_str(&format!(", {failed} failed"));
        }
        let skipped = of(|state| *state == State::Skipped);
        let not_sent = self.rows().len().saturating_sub(made + unknown + failed + skipped);
        message.push_str(&format!(", {not_sent} not sent; all of it is in the journal"));
        let again = self.task.again(self.call.scene);
        Failure::local(Kind::Interrupted, Operation::CreateGroup.id(), message)
            .with_remedy(format!("Go on with `{again}`."))
    }

    /// How it is to be exited with.
    fn judge(&self, tally: &Tally, ended: Ended) -> Result<(), Failure> {
        let what = if self.call.wait.is_some() { "groups created" } else { "groups accepted" };
        let (scene, operation) = (self.call.scene, Operation::CreateGroup.id());
        tally.judge(scene, operation, what, self.rows().len()).map_err(|mut failure| {
            if ended == Ended::Pointless {
                failure.report.message.push_str("; what is left was not sent, as it would fail alike");
            }
            let again = self.task.again(scene);
            let advice = failure.report.remedy.take().unwrap_or_default();
            if advice.contains(&again) {
                return failure.with_remedy(advice);
            }
            failure.with_remedy(format!("{advice} Then `{again}` does what is left, and nothing twice."))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_settles_only_what_is_long_ago() {
        let (settle, sent) = (Duration::from_secs(60), 1_000_000);
        for (seen, expected) in
            [(sent - 500, false), (sent + 59, false), (sent + 60, false), (sent + 61, true)]
        {
            let told = is_long_ago(Timestamp::from_seconds(sent), Timestamp::from_seconds(seen), settle);
            assert_eq!(told, expected, "{seen}");
        }
    }
}

//! The calls that rows come to, and what each call tells of its rows. What is sent once more, and how fast, is the
//! client's business.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use groups_ergonomic::model::{Accepted, Batch, GroupField, GroupId, ItemError, Outcome, ParticipantInput};
use groups_ergonomic::{Delivery, Error, ErrorKind, GroupHandle, Operation, Preview, Wait};

use super::items::{Item, Kinds, Settings, group_row, person_row, request_row, row_of, settings_row};
use super::row::{GroupRow, RowResult, Shown, Status, Told, status_of};
use super::runner::{Ended, Receipts, Run, each};
use crate::command::Call;
use crate::command::askers::{Asked, Open, missing};
use crate::command::groups::read;
use crate::command::outcome::{Concluded, Source, known};
use crate::command::requests::Verdict;
use crate::confirm::Loss;
use crate::exit::{self, Code};
use crate::failure::{Failure, Kind, Report, item_remedy};
use crate::output::Printer;

/// How a command over a file is spoken of.
pub(super) struct Words {
    pub(super) operation: &'static str,
    pub(super) doing: &'static str,
    pub(super) done: &'static str,
}

impl Kinds {
    pub(super) fn words(&self, waits: bool) -> Words {
        let (operation, doing, done) = match self {
            Self::Get(_) => (Operation::GetGroup, "Reading groups", "groups read"),
            Self::Delete(..) if waits => (Operation::DeleteGroup, "Deleting groups", "groups deleted"),
            Self::Delete(..) => (Operation::DeleteGroup, "Deleting groups", "deletions accepted"),
            Self::ShowLink(_) => (Operation::GetInviteLink, "Reading links", "links read"),
            Self::ReplaceLink(_) => (Operation::ResetInviteLink, "Replacing links", "links replaced"),
            Self::Update(_) if waits => (Operation::UpdateGroup, "Updating groups", "groups updated"),
            Self::Update(_) => (Operation::UpdateGroup, "Updating groups", "updates accepted"),
            Self::Remove(_) if waits => (Operation::RemoveParticipants, "Removing people", "people removed"),
            Self::Remove(_) => (Operation::RemoveParticipants, "Removing people", "removals accepted"),
            Self::Decide(_, Verdict::Approve) => {
                (Operation::ApproveJoinRequests, "Approving", "join requests approved")
            }
            Self::Decide(_, Verdict::Reject) => {
                (Operation::RejectJoinRequests, "Rejecting", "join requests rejected")
            }
        };
        Words { operation: operation.id(), doing, done }
    }

    /// What is lost, if anything is.
    pub(super) fn losses(&self) -> Option<Vec<Loss>> {
        match self {
            Self::Delete(items, _) => {
                Some(items.iter().map(|item| Loss::whole(item.group.clone())).collect())
            }
            Self::Remove(calls) => {
                let mut losses: Vec<Loss> = Vec::new();
                let mut places = std::collections::HashMap::new();
                for item in calls.iter().flatten() {
                    let place = *places.entry(item.group.clone()).or_insert_with(|| {
                        losses.push(Loss::of_people(item.group.clone(), Vec::new()));
                        losses.len() - 1
                    });
                    losses[place].add(item.what.clone());
                }
                Some(losses)
            }
            _ => None,
        }
    }
}

/// Prints what would be sent.
pub(super) async fn preview(kinds: Kinds, call: &Call<'_>, out: &mut Printer) -> Result<(), Failure> {
    let group = |id: &GroupId| call.client.group(id.clone());
    let mut rows = kinds.rows();
    let done = match &kinds {
        Kinds::Get(_) | Kinds::ShowLink(_) => "groups would be read",
        Kinds::Delete(..) => "groups would be deleted",
        Kinds::ReplaceLink(_) => "links would be replaced",
        Kinds::Update(_) => "groups would be changed",
        Kinds::Remove(_) => "people would be removed",
        Kinds::Decide(_, Verdict::Approve) => "join requests would be approved",
        Kinds::Decide(_, Verdict::Reject) => "join requests would be rejected",
    };
    let mut previews: Vec<Result<Preview, Error>> = Vec::new();
    let mut missing_rows: HashSet<usize> = HashSet::new();
    match kinds {
        // They write nothing, so that there is no dry run of them.
        Kinds::Get(_) | Kinds::ShowLink(_) => {}
        Kinds::Delete(items, _) => {
            for item in items {
                previews.push(async { group(&item.group)?.delete().preview().await }.await);
            }
        }
        Kinds::ReplaceLink(items) => {
            for item in items {
                previews.push(async { group(&item.group)?.reset_invite_link().preview().await }.await);
            }
        }
        Kinds::Update(items) => {
            for item in items {
                previews.push(async { updating(&group(&item.group)?, &item.what).preview().await }.await);
            }
        }
        Kinds::Remove(calls) => {
            for items in calls {
                let users: Vec<_> = items.iter().map(|item| item.what.clone()).collect();
                previews.push(async { group(&items[0].group)?.remove(users).preview().await }.await);
            }
        }
        Kinds::Decide(calls, verdict) => {
            for items in calls {
                let preview = async {
                    let group = group(&items[0].group)?;
                    let asked = || items.iter().map(|item| &item.what);
                    let open = Open::for_these(asked(), &group).await?;
                    for item in items.iter().filter(|item| open.find(&item.what).is_none()) {
                        if let Some(missing) = missing(&item.what) {
                            out.note(format!("{}.", missing.message));
                            missing_rows.insert(item.index);
                        }
                    }
                    let ids = open.found(asked());
                    match verdict {
                        _ if ids.is_empty() => Ok(None),
                        Verdict::Approve => group.approve(ids).preview().await.map(Some),
                        Verdict::Reject => group.reject(ids).preview().await.map(Some),
                    }
                };
                previews.extend(preview.await.transpose());
            }
        }
    }
    let previews =
        previews.into_iter().collect::<Result<Vec<_>, _>>().map_err(|error| call.failed(&error))?;
    if out.shows_rows() {
        for (index, row) in rows.iter_mut().enumerate() {
            row.set_status(match missing_rows.contains(&index) {
                true => Status::Failed,
                false => Status::WouldChange,
            });
        }
        out.items(&rows);
        out.hint(would(rows.len() - missing_rows.len(), done, &previews, call));
    } else {
        out.previews(&previews, true);
    }
    Ok(())
}

/// What a dry run comes to, for people. `done`: "groups would be deleted".
pub(super) fn would(rows: usize, done: &str, previews: &[Preview], call: &Call<'_>) -> String {
    let done = if rows == 1 { singular(done) } else { done.to_owned() };
    let calls = match previews.len() {
        1 => "1 call".to_owned(),
        calls => format!("{calls} calls"),
    };
    let to = previews.first().map(|preview| preview.url.as_str()).unwrap_or_default();
    let to = to.split_once("/groups").map_or(to, |(to, _)| to);
    let to = match (call.scene.is_embedded(), &call.account) {
        (true, _) => "in the embedded sandbox".to_owned(),
        (false, Some(account)) => format!("at {to} with {account}"),
        (false, None) => format!("at {to}"),
    };
    format!("A dry run: {rows} {done} {to}, by {calls}; `-o jsonl` shows each call.")
}

/// `1 group would be deleted`.
fn singular(done: &str) -> String {
    const NOUNS: [(&str, &str); 4] = [
        ("groups ", "group "),
        ("people ", "person "),
        ("links ", "link "),
        ("join requests ", "join request "),
    ];
    let one = NOUNS.iter().find_map(|(several, one)| Some(format!("{one}{}", done.strip_prefix(several)?)));
    one.unwrap_or_else(|| done.to_owned())
}

fn updating(group: &GroupHandle, settings: &Settings) -> groups_ergonomic::UpdateGroup {
    let mut update = group.update();
    if let Some(subject) = &settings.subject {
        update = update.subject(subject.clone());
    }
    if let Some(description) = &settings.description {
        update = update.description(description.clone());
    }
    update
}

/// Whether all the others would fail alike.
pub(super) fn is_pointless(report: &Report, code: Code) -> bool {
    code == Code::Access
        || [ErrorKind::GroupLimitReached, ErrorKind::GroupCreationDisabled]
            .iter()
            .any(|kind| report.kind == kind.as_str())
}

/// Carries the calls out.
pub(super) async fn carry_out(
    kinds: Kinds,
    call: &Call<'_>,
    receipts: &Receipts,
    run: &mut Run<'_>,
) -> Ended {
    match kinds {
        Kinds::Get(items) => {
            each(items, |item| async move { vec![get(&item, call).await] }, is_pointless, run).await
        }
        Kinds::Delete(items, may_miss) => {
            let work = |item| async move { vec![delete(&item, may_miss, call, receipts).await] };
            each(items, work, is_pointless, run).await
        }
        Kinds::ShowLink(items) => {
            let work = |item| async move { vec![link(&item, false, call).await] };
            each(items, work, is_pointless, run).await
        }
        Kinds::ReplaceLink(items) => {
            let work = |item| async move { vec![link(&item, true, call).await] };
            each(items, work, is_pointless, run).await
        }
        Kinds::Update(items) => {
            let work = |item| async move { vec![update(&item, call, receipts).await] };
            each(items, work, is_pointless, run).await
        }
        Kinds::Remove(calls) => {
            let work = |items| async move { remove(items, call, receipts).await };
            each(calls, work, is_pointless, run).await
        }
        Kinds::Decide(calls, verdict) => {
            let work = |items| async move { decide(items, verdict, call).await };
            each(calls, work, is_pointless, run).await
        }
    }
}

/// The failure of a call, with the next step for the row's own group.
fn failed(error: &Error, group: &GroupId, call: &Call<'_>) -> Failure {
    Failure::of_call(error, &call.scene.clone().of_group(group.as_str()))
}

/// The status of a row whose read failed so: a read leaves nothing unknown.
fn status_of_read(failure: &Failure) -> Status {
    match status_of(failure) {
        Status::NotSent => Status::NotSent,
        _ => Status::Failed,
    }
}

async fn get(item: &Item<()>, call: &Call<'_>) -> Told {
    let row = |row| Shown::Group(Box::new(row));
    match read(item.group.clone(), call).await {
        Ok(group) => {
            Told { index: item.index, shown: row(GroupRow { group, ..group_row(item) }), failed: None }
        }
        Err(failure) => {
            let status = status_of_read(&failure);
            let report = *failure.report;
            let shown = row(GroupRow { status, error: Some(report.clone()), ..group_row(item) });
            Told { index: item.index, shown, failed: Some((report, failure.code)) }
        }
    }
}

/// Sends a write of one row, and waits for it if that was asked for.
async fn write<T: Concluded + 'static>(
    indices: &[usize],
    sent: impl Future<Output = Result<Accepted, Error>>,
    wait: impl FnOnce(Duration) -> Wait<T>,
    call: &Call<'_>,
    receipts: &Receipts,
) -> Result<Written, Error> {
    let Some(time) = call.wait else { return sent.await.map(Written::Accepted) };
    let (kept, rows) = (receipts.clone(), indices.to_vec());
    let mut wait =
        wait(time).on_accepted(move |accepted| rows.iter().for_each(|index| kept.put(*index, accepted)));
    if let Some(Source { events: source, .. }) = &call.told {
        wait = wait.events(Arc::clone(source));
    }
    let learnt = wait.await;
    for index in indices {
        receipts.take(*index);
    }
    learnt.map(|learnt| Written::ForCertain(learnt.concluded()))
}

/// What a write comes to.
enum Written {
    Accepted(Accepted),
    ForCertain(Outcome),
}

/// `may_miss`: whether it is well where there is no such group any more.
async fn delete(item: &Item<()>, may_miss: bool, call: &Call<'_>, receipts: &Receipts) -> Told {
    let mut row = row_of(item);
    let written = async {
        let group = call.client.group(item.group.clone())?;
        let (sent, waited) = (group.delete(), group.delete());
        write(&[item.index], sent.into_future(), |time| waited.wait(time), call, receipts).await
    };
    match written.await {
        Ok(Written::Accepted(accepted)) => {
            row.status = Status::Accepted;
            row.request_id = accepted.request_id;
            Told::new(item.index, row)
        }
        Ok(Written::ForCertain(Outcome::Deleted(deleted))) => {
            row.request_id = deleted.request_id;
            Told::new(item.index, row)
        }
        Ok(Written::ForCertain(_)) => Told::new(item.index, row),
        Err(error) if error.kind() == ErrorKind::GroupUnknown && may_miss => {
            row.status = Status::Gone;
            Told::new(item.index, row)
        }
        Err(error) if error.kind() == ErrorKind::GroupUnknown => {
            let failure = failed(&error, &item.group, call).with_remedy(
                "It is gone already, or never was a group of this number. With `--ignore-missing` that is no failure.",
            );
            let mut told = Told::failed(item.index, row, failure);
            told.set_status(Status::Gone);
            told
        }
        Err(error) => not_done(item.index, row, &error, &item.group, call),
    }
}

/// A row whose write failed, with its receipt if it was accepted.
fn not_done(index: usize, mut row: RowResult, error: &Error, group: &GroupId, call: &Call<'_>) -> Told {
    row.request_id = known(error).and_then(|accepted| accepted.request_id.clone());
    Told::failed(index, row, unwritten(error, group, call))
}

/// Why a write is not done. What it reads before it writes may be what has failed: then nothing was sent that changes anything.
fn unwritten(error: &Error, group: &GroupId, call: &Call<'_>) -> Failure {
    let mut failure = failed(error, group, call);
    let only_read = error.operation().is_some_and(|operation| !operation.is_write());
    failure.unsent |= only_read && error.accepted().is_none() && error.is_retryable();
    failure
}

async fn update(item: &Item<Settings>, call: &Call<'_>, receipts: &Receipts) -> Told {
    let mut row = settings_row(item);
    if call.wait.is_some() && is_so_already(item, call).await {
        row.status = Status::Unchanged;
        return Told::new(item.index, row);
    }
    let written = async {
        let group = call.client.group(item.group.clone())?;
        let update = updating(&group, &item.what);
        let waited = update.clone();
        write(&[item.index], update.into_future(), |time| waited.wait(time), call, receipts).await
    };
    let outcome = match written.await {
        Ok(Written::Accepted(accepted)) => {
            row.status = Status::Accepted;
            row.request_id = accepted.request_id;
            return Told::new(item.index, row);
        }
        Ok(Written::ForCertain(outcome)) => outcome,
        Err(error) => match error.outcome().cloned() {
            Some(outcome) => outcome,
            None => return not_done(item.index, row, &error, &item.group, call),
        },
    };
    let Outcome::Updated(updated) = outcome else { return Told::new(item.index, row) };
    row.request_id = updated.request_id;
    let wrong = updated.settings.values().find_map(|setting| setting.error.clone());
    let some_are_set = updated.settings.values().any(|setting| setting.error.is_none());
    row.settings = Some(updated.settings);
    match wrong {
        None => Told::new(item.index, row),
        Some(error) => {
            let mut failure = of_item(&error, Operation::UpdateGroup, &item.group, call);
            if some_are_set {
                failure.code = Code::Mixed;
            }
            Told::failed(item.index, row, failure)
        }
    }
}

/// Whether a group has the texts that it is to get. Where it cannot be read the update itself tells.
async fn is_so_already(item: &Item<Settings>, call: &Call<'_>) -> bool {
    let Settings { subject, description } = &item.what;
    let fields = [
        subject.as_ref().map(|_| GroupField::Subject),
        description.as_ref().map(|_| GroupField::Description),
    ];
    let read =
        async { call.client.group(item.group.clone())?.get().fields(fields.into_iter().flatten()).await };
    let Ok(group) = read.await else { return false };
    let is = |wanted: &Option<String>, is: Option<String>| {
        wanted.as_ref().is_none_or(|wanted| is.is_some_and(|is| is.trim() == wanted.trim()))
    };
    is(subject, group.subject) && is(description, group.description)
}

async fn link(item: &Item<()>, replace: bool, call: &Call<'_>) -> Told {
    let mut row = row_of(item);
    let asked = async {
        let group = call.client.group(item.group.clone())?;
        if replace { group.reset_invite_link().await } else { group.invite_link().await }
    };
    match asked.await {
        Ok(link) => {
            row.invite_link = Some(link.invite_link);
            Told::new(item.index, row)
        }
        Err(error) => {
            let failure = failed(&error, &item.group, call);
            let status = status_of_read(&failure);
            let mut told = Told::failed(item.index, row, failure);
            if !replace {
                told.set_status(status);
            }
            told
        }
    }
}

async fn remove(items: Vec<Item<ParticipantInput>>, call: &Call<'_>, receipts: &Receipts) -> Vec<Told> {
    let indices: Vec<usize> = items.iter().map(|item| item.index).collect();
    let users: Vec<_> = items.iter().map(|item| item.what.clone()).collect();
    let id = &items[0].group;
    let written = async {
        let remove = call.client.group(id.clone())?.remove(users);
        let waited = remove.clone();
        write(&indices, remove.into_future(), |time| waited.wait(time), call, receipts).await
    };
    let outcome = match written.await {
        Ok(Written::Accepted(accepted)) => {
            let accepted = items.iter().map(|item| {
                let request_id = accepted.request_id.clone();
                Told::new(item.index, RowResult { status: Status::Accepted, request_id, ..person_row(item) })
            });
            return accepted.collect();
        }
        Ok(Written::ForCertain(outcome)) => outcome,
        Err(error) => match error.outcome().cloned() {
            Some(outcome) => outcome,
            None => {
                let rows = items.iter();
                return rows.map(|item| not_done(item.index, person_row(item), &error, id, call)).collect();
            }
        },
    };
    let Outcome::Removed(removed) = outcome else { return Vec::new() };
    let told = items.iter().map(|item| {
        let row = RowResult { request_id: removed.request_id.clone(), ..person_row(item) };
        match removed.failed.iter().find(|failure| failure.user.is_same_person(&item.what)) {
            None => Told::new(item.index, row),
            Some(failure) => Told::failed(
                item.index,
                row,
                of_item(&failure.error, Operation::RemoveParticipants, id, call),
            ),
        }
    });
    told.collect()
}

/// Why one item of a call is not done.
fn of_item(error: &ItemError, operation: Operation, group: &GroupId, call: &Call<'_>) -> Failure {
    let kind = Kind::Api(error.kind);
    let mut failure = Failure::local(kind, operation.id(), error.message.clone());
    failure.code = match error.kind {
        // One call for all of them: it was sent and answered, and nobody told.
        ErrorKind::OutcomeUnknown if operation == Operation::RemoveParticipants => Code::NotSeen,
        ErrorKind::OutcomeUnknown if operation == Operation::UpdateGroup => Code::NotSeen,
        _ => exit::of(kind, Delivery::Refused, true),
    };
    failure.report.code = error.code;
    failure.report.title = error.title.clone();
    failure.report.attempts = 1;
    let scene = call.scene.clone().of_group(group.as_str());
    failure.report.remedy = match (error.kind, operation) {
        (ErrorKind::OutcomeUnknown, Operation::RemoveParticipants) => {
            let line = scene.line(&format!("participants list {}", scene.group_or_placeholder()));
            Some(format!("`{line}` prints who is in."))
        }
        _ => item_remedy(error.kind, &scene),
    };
    failure
}

async fn decide(items: Vec<Item<Asked>>, verdict: Verdict, call: &Call<'_>) -> Vec<Told> {
    let id = &items[0].group;
    let asked = || items.iter().map(|item| &item.what);
    let row = request_row;
    let decided = async {
        let group = call.client.group(id.clone())?;
        let open = Open::for_these(asked(), &group).await?;
        let ids = open.found(asked());
        let batch = match verdict {
            // None of them has a request.
            _ if ids.is_empty() => Batch::default(),
            Verdict::Approve => group.approve(ids).await?,
            Verdict::Reject => group.reject(ids).await?,
        };
        Ok::<_, Error>((open, batch))
    };
    let operation = match verdict {
        Verdict::Approve => Operation::ApproveJoinRequests,
        Verdict::Reject => Operation::RejectJoinRequests,
    };
    let (open, batch) = match decided.await {
        Ok(decided) => decided,
        Err(error) => {
            let told =
                items.iter().map(|item| Told::failed(item.index, row(item), unwritten(&error, id, call)));
            return told.collect();
        }
    };
    let told = items.iter().map(|item| {
        let found = open.find(&item.what);
        let wrong = match &found {
            None => missing(&item.what),
            Some(found) => {
                batch.failed.iter().find(|failed| failed.id == *found).map(|failed| failed.error.clone())
            }
        };
        let row = RowResult { id: found, ..row(item) };
        match wrong {
            None => Told::new(item.index, row),
            Some(error) => Told::failed(item.index, row, of_item(&error, operation, id, call)),
        }
    });
    told.collect()
}

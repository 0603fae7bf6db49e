//! Join requests: list, approve, reject. What became of each request is printed wherever it is known, also where
//! the command fails.

use std::collections::HashSet;

use groups_ergonomic::model::{Batch, GroupId, InvalidInput, JoinRequestId};
use groups_ergonomic::{Delivery, GroupHandle, Operation};

use super::paging::{self, Part};
use super::{Call, Planned, bulk, group_id, invalid_input, summary};
use crate::args::{Decide, RequestsCommand};
use crate::exit;
use crate::failure::{Failure, Kind, item_remedy};
use crate::output::Printer;
use crate::scene::Scene;

pub(super) enum Task {
    List { group: GroupId, part: Part },
    Decide { group: GroupId, which: Which, verdict: Verdict },
}

pub(super) enum Which {
    These(Vec<JoinRequestId>),
    AllOpen,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Approve,
    Reject,
}

impl Task {
    /// Whether it reads before it writes, so that a dry run sends something too.
    pub(super) fn lists_first(&self) -> bool {
        matches!(self, Self::Decide { which: Which::AllOpen, .. })
    }
}

pub(super) fn plan(command: RequestsCommand, scene: Scene) -> Result<Planned, Failure> {
    match command {
        RequestsCommand::List(args) => {
            let group = group_id(&args.group, &scene)?;
            let part = Part::check(args.paging).map_err(|invalid| invalid_input(&invalid, &scene))?;
            let task = Task::List { group, part };
            Ok(Planned::new(scene.of_group(&args.group), super::Task::Requests(task)))
        }
        RequestsCommand::Approve(args) if args.from.from.is_some() => {
            bulk::decide(args, Verdict::Approve, scene)
        }
        RequestsCommand::Reject(args) if args.from.from.is_some() => {
            bulk::decide(args, Verdict::Reject, scene)
        }
        RequestsCommand::Approve(args) => decision(args, Verdict::Approve, scene),
        RequestsCommand::Reject(args) => decision(args, Verdict::Reject, scene),
    }
}

fn decision(args: Decide, verdict: Verdict, scene: Scene) -> Result<Planned, Failure> {
    let text = args.group.unwrap_or_default();
    let group = group_id(&text, &scene)?;
    let scene = scene.of_group(&text);
    let which = if args.all {
        Which::AllOpen
    } else {
        Which::These(checked(args.ids).map_err(|invalid| {
            let line = scene.line(&format!("requests list {} --all", scene.group_or_placeholder()));
            invalid_input(&invalid, &scene)
                .with_remedy(format!("`{line}` prints the requests that are open."))
        })?)
    };
    let task = Task::Decide { group, which, verdict };
    Ok(Planned::new(scene, super::Task::Requests(task)))
}

fn checked(texts: Vec<String>) -> Result<Vec<JoinRequestId>, InvalidInput> {
    let ids = texts.into_iter().map(JoinRequestId::new).collect::<Result<Vec<_>, _>>()?;
    let mut seen = HashSet::new();
    match ids.iter().find(|id| !seen.insert(*id)) {
        Some(twice) => {
            let problem = format!("must name each id once, but {twice} stands twice");
            Err(InvalidInput::new("join requests", problem))
        }
        None => Ok(ids),
    }
}

pub(super) async fn run(task: Task, call: &Call<'_>, out: &mut Printer) -> Result<(), Failure> {
    let handle = |id: GroupId| call.client.group(id).map_err(|error| call.failed(&error));
    match task {
        Task::List { group, part } => {
            let list = handle(group)?.join_requests();
            paging::show(list, async |requests| Ok(requests), &part, "open join requests", call.scene, out)
                .await
        }
        Task::Decide { group, which, verdict } => decide(&handle(group)?, which, verdict, call, out).await,
    }
}

async fn decide(
    group: &GroupHandle,
    which: Which,
    verdict: Verdict,
    call: &Call<'_>,
    out: &mut Printer,
) -> Result<(), Failure> {
    let failed = |error| call.failed(&error);
    let ids = match which {
        Which::These(ids) => ids,
        Which::AllOpen => {
            let open = group.join_requests().stream().all().await.map_err(failed)?;
            open.into_iter().map(|request| request.id).collect()
        }
    };
    if ids.is_empty() {
        out.batch(&Batch::default());
        out.hint("No open join requests.");
        return Ok(());
    }
    let (decision, operation, what) = match verdict {
        Verdict::Approve => (group.approve(ids), Operation::ApproveJoinRequests, "join requests approved"),
        Verdict::Reject => (group.reject(ids), Operation::RejectJoinRequests, "join requests rejected"),
    };
    if call.dry_run {
        out.previews(&[decision.preview().await.map_err(failed)?], false);
        return Ok(());
    }
    let batch = decision.await.map_err(failed)?;
    out.batch(&batch);
    let failures: Vec<_> = batch
        .failed
        .iter()
        .map(|item| {
            let kind = Kind::Api(item.error.kind);
            let mut failure = Failure::local(kind, operation.id(), item.error.message.clone());
            failure.report.code = item.error.code;
            failure.report.title = item.error.title.clone();
            failure.report.remedy = item_remedy(item.error.kind, call.scene);
            (*failure.report, exit::of(kind, Delivery::Refused, true))
        })
        .collect();
    let done = batch.succeeded.len();
    summary::of(call.scene, operation.id(), what, done, &failures).map_err(|mut failure| {
        // One request decided them all.
        failure.report.attempts = 1;
        failure
    })
}

//! Join requests: list, approve, reject. What became of each request is printed wherever it is known, also where
//! the command fails.

use std::collections::HashSet;

use groups_ergonomic::model::{Batch, GroupId, InvalidInput, JoinRequest};
use groups_ergonomic::{Delivery, GroupHandle, Operation};
use schemars::JsonSchema;
use serde::Serialize;

use super::askers::{Asked, Open, missing};
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
    These(Vec<Asked>),
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
        match self {
            Self::Decide { which: Which::AllOpen, .. } => true,
            Self::Decide { which: Which::These(asked), .. } => asked.iter().any(Asked::is_person),
            Self::List { .. } => false,
        }
    }
}

/// An open join request, with its group: good for `--from`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "JoinRequest")]
pub(crate) struct Listed {
    /// The group.
    group_id: GroupId,
    #[serde(flatten)]
    request: JoinRequest,
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
                .with_remedy(format!("`{line}` prints the requests that are open, and who asks."))
        })?)
    };
    let task = Task::Decide { group, which, verdict };
    Ok(Planned::new(scene, super::Task::Requests(task)))
}

fn checked(texts: Vec<String>) -> Result<Vec<Asked>, InvalidInput> {
    let asked = texts.iter().map(|text| Asked::of(text)).collect::<Result<Vec<_>, _>>()?;
    let mut seen = HashSet::new();
    match asked.iter().find(|one| !seen.insert(one.key())) {
        Some(twice) => {
            let problem = format!("must name each id once, but {} stands twice", twice.key());
            Err(InvalidInput::new("join requests", problem))
        }
        None => Ok(asked),
    }
}

pub(super) async fn run(task: Task, call: &Call<'_>, out: &mut Printer) -> Result<(), Failure> {
    let handle = |id: GroupId| call.client.group(id).map_err(|error| call.failed(&error));
    match task {
        Task::List { group, part } => {
            let list = handle(group.clone())?.join_requests();
            let listed = |request| Listed { group_id: group.clone(), request };
            let read = async |requests: Vec<JoinRequest>| Ok(requests.into_iter().map(listed).collect());
            paging::show(list, read, &part, "open join requests", call.scene, out).await
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
    let (asked, open) = match which {
        Which::These(asked) => {
            let open = Open::for_these(&asked, group).await.map_err(failed)?;
            (asked, open)
        }
        Which::AllOpen => {
            let open = Open::all(group).await.map_err(failed)?;
            let all = open.ids().into_iter().map(|id| Asked::Request(id, None)).collect();
            (all, open)
        }
    };
    if asked.is_empty() {
        out.batch(&open.decided(Batch::default(), &[]));
        out.hint("No open join requests.");
        return Ok(());
    }
    let ids = open.found(&asked);
    let nobody = ids.is_empty();
    let (decision, operation, what) = match verdict {
        Verdict::Approve => (group.approve(ids), Operation::ApproveJoinRequests, "join requests approved"),
        Verdict::Reject => (group.reject(ids), Operation::RejectJoinRequests, "join requests rejected"),
    };
    if call.dry_run && !nobody {
        out.previews(&[decision.preview().await.map_err(failed)?], false);
        asked.iter().filter(|one| open.find(one).is_none()).filter_map(missing).for_each(|missing| {
            out.note(format!("{}.", missing.message));
        });
        return Ok(());
    }
    // Of those who have no request there is nothing to be sent.
    let batch = if nobody { Batch::default() } else { decision.await.map_err(failed)? };
    let decided = open.decided(batch, &asked);
    if !call.dry_run {
        out.batch(&decided);
    }
    let batch = &decided.batch;
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

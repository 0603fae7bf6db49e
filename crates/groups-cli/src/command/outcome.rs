//! Outcomes: a write that is sent and waited for, and one that was accepted earlier. What the exit code says of a part
//! that failed, or that nobody could tell, is put together here from the outcome.

use std::sync::Arc;
use std::time::Duration;

use groups_ergonomic::model::event::{Event, EventSource, decode};
use groups_ergonomic::model::{Accepted, Created, Deleted, ItemError, Outcome, Removed, RequestId, Updated};
use groups_ergonomic::{Delivery, Error, ErrorKind, Operation, Wait};
use groups_sandbox::Emulator;
use groups_webhooks::EventStore as _;
use groups_webhooks::store::{Query, SqliteStore};

use super::embedded::History;
use super::events::of_store;
use super::{Call, Place, Planned, invalid_input, receiving, summary};
use crate::args::WaitArgs;
use crate::context::Session;
use crate::exit::{self, Code};
use crate::failure::{Failure, Kind, item_remedy};
use crate::output::Printer;
use crate::scene::Scene;

/// How long an outcome is waited for unless told otherwise.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long it is looked for before it is said that nothing may arrive.
const SOON: Duration = Duration::from_millis(500);

/// Something accepted earlier.
pub(super) struct Task {
    request_id: RequestId,
    time: Duration,
}

pub(super) fn plan(args: WaitArgs, scene: Scene) -> Result<Planned, Failure> {
    let request_id = RequestId::new(args.request_id).map_err(|invalid| invalid_input(&invalid, &scene))?;
    let task = Task { request_id, time: args.time.unwrap_or(PATIENCE) };
    Ok(Planned::new(scene, super::Task::Outcome(task)))
}

pub(super) async fn run(task: Task, call: &Call<'_>, out: &mut Printer) -> Result<(), Failure> {
    let Some(Source { events, is_fed, .. }) = call.told.clone() else {
        let message = "there is nothing to learn the outcome from: no webhooks were received here";
        let remedy = format!(
            "`{}` receives them; `{}` tells 360dialog where to.",
            call.scene.local("listen"),
            call.scene.line("webhook set URL")
        );
        return Err(Failure::configuration(call.scene.command(), message).with_remedy(remedy));
    };
    let wait = call.client.outcome(task.request_id).wait(task.time).events(events);
    let learnt = {
        let mut waiting = std::pin::pin!(out.waiting("Waiting for the outcome", wait));
        let soon = match is_fed {
            true => None,
            // What came earlier is found at once.
            false => tokio::time::timeout(SOON, &mut waiting).await.ok(),
        };
        match soon {
            Some(learnt) => learnt,
            None => {
                if !is_fed {
                    let listen = call.scene.local("listen");
                    out.now(&format!(
                        "No webhooks are being received here, so that nothing will arrive until `{listen}` runs."
                    ));
                }
                waiting.await
            }
        }
    };
    show(learnt, call.scene, out)
}

/// Where outcomes are told.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) events: Arc<dyn EventSource>,
    /// The webhooks that were received, where it is they who tell.
    store: Option<Arc<SqliteStore>>,
    /// The embedded sandbox, where that reports them.
    sandbox: Option<Emulator>,
    /// Whether something may still arrive.
    is_fed: bool,
}

impl Source {
    /// What was reported of creates after the event of this number, or of these receipts; and the number of the last event.
    /// What cannot be read is read the next time.
    pub(super) async fn of_creates(&self, receipts: &[RequestId], after: u64) -> (Vec<Event>, u64) {
        let (mut events, mut last) = (Vec::new(), after);
        if let Some(sandbox) = &self.sandbox {
            for receipt in receipts {
                if let Ok(Some(happening)) = sandbox.outcome_of(receipt.as_str()).await {
                    events.extend(decode(happening.notification().to_string().as_bytes()));
                }
            }
        }
        while let Some(store) = &self.store {
            let query = Query::new().kind("group_create").after(last).limit(1_000);
            let stored = store.list(&query).await.unwrap_or_default();
            let Some(one) = stored.last() else { break };
            last = one.number;
            events.extend(stored.into_iter().map(|one| one.event));
        }
        (events, last)
    }
}

/// The webhooks that were received into the state folder, if any ever were, or are being received there; of the embedded
/// sandbox its history.
pub(super) async fn source(
    session: &Session,
    place: &Place<'_>,
    scene: &Scene,
) -> Result<Option<Source>, Failure> {
    if let Some(sandbox) = session.sandbox() {
        let events = Arc::new(History(sandbox.emulator().clone()));
        let sandbox = Some(sandbox.emulator().clone());
        return Ok(Some(Source { events, store: None, sandbox, is_fed: true }));
    }
    let Some(file) = place.events_if_there(scene)? else {
        return Ok(None);
    };
    let failed = |error| of_store(&error, scene);
    let store = SqliteStore::open(&file).await.map_err(failed)?;
    let is_fed = receiving::is_going_on(&file);
    if store.last_number().await.map_err(failed)? == 0 && !is_fed {
        return Ok(None);
    }
    let store = Arc::new(store);
    let events = Arc::clone(&store) as Arc<dyn EventSource>;
    Ok(Some(Source { events, store: Some(store), sandbox: None, is_fed }))
}

/// What a wait comes to, in one type.
pub(super) trait Concluded {
    fn concluded(self) -> Outcome;
}

impl Concluded for Created {
    fn concluded(self) -> Outcome {
        Outcome::Created(Box::new(self))
    }
}

impl Concluded for Updated {
    fn concluded(self) -> Outcome {
        Outcome::Updated(self)
    }
}

impl Concluded for Deleted {
    fn concluded(self) -> Outcome {
        Outcome::Deleted(self)
    }
}

impl Concluded for Removed {
    fn concluded(self) -> Outcome {
        Outcome::Removed(self)
    }
}

impl Call<'_> {
    /// Sends a write, waits for its outcome and prints it.
    pub(super) async fn wait<T: Concluded + 'static>(
        &self,
        wait: Wait<T>,
        what: &str,
        out: &mut Printer,
    ) -> Result<(), Failure> {
        let learnt = out.waiting(what, self.learn(0, wait, self.scene)).await;
        self.under_way.ends(0);
        show(learnt, self.scene, out)
    }

    /// Waits for the outcome of one of several writes. Until it is told that it ends, its receipt is not lost.
    pub(super) async fn learn<T: Concluded + 'static>(
        &self,
        place: usize,
        wait: Wait<T>,
        scene: &Scene,
    ) -> Result<Outcome, Error> {
        let wait = match &self.told {
            Some(told) => wait.events(Arc::clone(&told.events)),
            None => wait,
        };
        let (under_way, scene) = (self.under_way.clone(), scene.clone());
        let wait = wait.on_accepted(move |accepted| under_way.begins(place, accepted, &scene));
        wait.await.map(Concluded::concluded)
    }
}

/// Prints an outcome, or as much as is known, and says what of it failed.
fn show(learnt: Result<Outcome, Error>, scene: &Scene, out: &mut Printer) -> Result<(), Failure> {
    match learnt {
        Ok(outcome) => {
            out.one(&outcome);
            judge(&outcome, scene)
        }
        Err(error) => {
            match (error.outcome(), known(&error)) {
                (Some(outcome), _) => {
                    out.one(outcome);
                    return judge(outcome, scene);
                }
                (None, Some(accepted)) => out.one(accepted),
                (None, None) => {}
            }
            Err(Failure::of_call(&error, scene))
        }
    }
}

/// The receipt of what was accepted and whose outcome was not learnt.
pub(super) fn known(error: &Error) -> Option<&Accepted> {
    let open = matches!(error.kind(), ErrorKind::OutcomeNotSeen | ErrorKind::OutcomeAmbiguous);
    // Of an id alone there is nothing to be told that was not given.
    error.accepted().filter(|accepted| open && !accepted.operation.is_empty())
}

/// How an outcome is to be exited with.
fn judge(outcome: &Outcome, scene: &Scene) -> Result<(), Failure> {
    let (operation, what, done, failed): (_, _, _, Vec<&ItemError>) = match outcome {
        Outcome::Updated(updated) => {
            let done = updated.settings.values().filter(|setting| setting.ok == Some(true)).count();
            let failed = updated.settings.values().filter_map(|setting| setting.error.as_ref()).collect();
            (Operation::UpdateGroup, "settings changed", done, failed)
        }
        Outcome::Removed(removed) => {
            let failed = removed.failed.iter().map(|failure| &failure.error).collect();
            (Operation::RemoveParticipants, "people removed", removed.succeeded.len(), failed)
        }
        _ => return Ok(()),
    };
    let (unknown, failed): (Vec<&ItemError>, Vec<&ItemError>) =
        failed.into_iter().partition(|error| error.kind == ErrorKind::OutcomeUnknown);
    if failed.is_empty() && !unknown.is_empty() {
        let total = done + unknown.len();
        let message = format!("{done} of {total} {what}, {} unknown", unknown.len());
        let mut failure = Failure::local(Kind::Api(ErrorKind::OutcomeNotSeen), operation.id(), message)
            .with_remedy(format!(
                "{} `{}` shows where the group stands.",
                match scene.is_embedded() {
                    true => scene.deliveries(),
                    false => format!("`{}` receives the webhooks that tell it.", scene.local("listen")),
                },
                scene.line(&format!("get {}", scene.group_or_placeholder()))
            ));
        failure.report.details = unknown.first().map(|error| error.message.clone());
        failure.report.attempts = 1;
        return Err(failure);
    }
    let failures: Vec<_> =
        failed.into_iter().chain(unknown).map(|error| report(error, operation, scene)).collect();
    summary::of(scene, operation.id(), what, done, &failures).map_err(|mut failure| {
        // One request did them all.
        failure.report.attempts = 1;
        failure
    })
}

fn report(error: &ItemError, operation: Operation, scene: &Scene) -> (crate::failure::Report, Code) {
    let kind = Kind::Api(error.kind);
    let mut failure = Failure::local(kind, operation.id(), error.message.clone());
    failure.report.code = error.code;
    failure.report.title = error.title.clone();
    failure.report.remedy = item_remedy(error.kind, scene);
    (*failure.report, exit::of(kind, Delivery::Refused, true))
}

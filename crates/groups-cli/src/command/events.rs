//! Webhooks: receive them, and show, follow, replay or only read what they told. Works on the event store of the state
//! folder; never on an account.

use std::io::Read as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use groups_model::event::read as read_notification;
use groups_model::{ErrorKind, InvalidInput, RequestId, Timestamp};
use groups_webhooks::store::{SqliteStore, tail};
use groups_webhooks::{EventStore, Forwarder, Query, StoreError, Stored};

use super::{Place, Planned, group_id, invalid_input, listen};
use crate::args::{Decode, EventsCommand, Filter, ListEvents, Moment, PruneEvents, ReplayEvents, TailEvents};
use crate::context::is_sandbox;
use crate::failure::{Failure, Kind};
use crate::output::Printer;
use crate::run::interrupted;
use crate::scene::Scene;
use crate::{signals, unreadable};

/// Where `listen` listens by default.
const LISTEN_PORT: u16 = 8361;
/// How many are listed unless told otherwise.
const LISTED: u64 = 25;
/// How long 360dialog delivers again what was not taken (Facts 4.7).
const DELIVERED_AGAIN: Duration = Duration::from_secs(7 * 24 * 3600);
/// How many are read from the store at a time.
const PAGE: u32 = 500;
/// How often to see whether a store is there by now.
const LOOKS: std::time::Duration = std::time::Duration::from_millis(500);

pub(super) enum Task {
    Listen(listen::Task),
    List { query: Query, limit: Option<u64> },
    Tail { query: Query },
    Replay { query: Query, to: String },
    Decode { file: PathBuf },
    Prune { age: Duration },
}

/// As `--output json` shows it.
#[derive(serde::Serialize, schemars::JsonSchema)]
pub(super) struct Pruned {
    /// How many events.
    removed: u64,
}

impl Task {
    pub(super) fn ends_by_signal(&self) -> bool {
        matches!(self, Self::Listen(_) | Self::Tail { .. })
    }
}

pub(super) fn plan(command: EventsCommand, scene: Scene) -> Result<Planned, Failure> {
    let task = match command {
        EventsCommand::List(ListEvents { filter, limit, all }) => {
            if limit == Some(0) {
                let invalid = InvalidInput::new("limit", "must be at least 1, got 0");
                return Err(invalid_input(&invalid, &scene));
            }
            let limit = (!all).then(|| limit.unwrap_or(LISTED));
            Task::List { query: query(filter, &scene)?, limit }
        }
        EventsCommand::Tail(TailEvents { filter }) => Task::Tail { query: query(filter, &scene)? },
        EventsCommand::Replay(ReplayEvents { to, filter }) => {
            Task::Replay { query: query(filter, &scene)?, to }
        }
        EventsCommand::Decode(Decode { file }) => Task::Decode { file },
        EventsCommand::Prune(PruneEvents { older_than, force }) => {
            if older_than < DELIVERED_AGAIN && !force {
                let reason = "must be at least 7d: what is forgotten may be delivered again until then, and be new; `--force` does it all the same";
                return Err(invalid_input(&InvalidInput::new("--older-than", reason), &scene));
            }
            Task::Prune { age: older_than }
        }
    };
    Ok(Planned::new(scene, super::Task::Events(task)))
}

fn query(filter: Filter, scene: &Scene) -> Result<Query, Failure> {
    let Filter { group, kind, request_id, since } = filter;
    let mut query = Query::new();
    query.group_id = group.map(|group| group_id(&group, scene)).transpose()?;
    query.kind = kind;
    query.request_id =
        request_id.map(RequestId::new).transpose().map_err(|invalid| invalid_input(&invalid, scene))?;
    query.since = since.map(|since| since.at(now()));
    Ok(query)
}

fn now() -> Timestamp {
    Timestamp::from_seconds(jiff::Timestamp::now().as_second())
}

pub(super) async fn run(
    task: Task,
    scene: &Scene,
    place: &Place<'_>,
    out: &mut Printer,
) -> Result<(), Failure> {
    if let Task::Decode { file } = task {
        let body = read(&file).map_err(|error| unreadable(&file, &error, scene))?;
        let (events, problems) = read_notification(&body);
        unreadable::record("the notification", &problems);
        out.items(&events);
        return Ok(());
    }
    if let Task::Listen(task) = task {
        return listen::run(task, scene, place, out).await;
    }
    let failed = |error: StoreError| of_store(&error, scene);
    // Reading makes no store: where there is one, webhooks are believed to arrive.
    let is_there = || place.events_if_there(scene);
    let mut file = is_there()?;
    let was_there = file.is_some();
    if matches!(task, Task::Tail { .. }) {
        if is_sandbox(place.globals, place.environment, scene.command())? {
            out.notice(&no_webhooks(None, scene));
        }
        // An array is there from the beginning.
        out.items::<groups_model::Event>(&[]);
        let mut signals = signals::heard(scene.command())?;
        while file.is_none() {
            tokio::select! {
                by_user = signals.wait() => return ended(by_user, scene),
                () = tokio::time::sleep(LOOKS) => file = is_there()?,
            }
        }
    }
    let Some(file) = file else {
        if matches!(task, Task::Prune { .. }) {
            out.one(&Pruned { removed: 0 });
            return Ok(());
        }
        out.items::<groups_model::Event>(&[]);
        out.hint("No events.");
        return Ok(());
    };
    let store = SqliteStore::open(&file).await.map_err(failed)?;
    match task {
        Task::List { query, limit } => list(&store, query, limit, out).await.map_err(failed),
        Task::Tail { mut query } => {
            let mut signals = signals::heard(scene.command())?;
            if query.since.is_none() && was_there {
                query.after = Some(store.last_number().await.map_err(failed)?);
            }
            let mut events = pin!(tail(Arc::new(store), query));
            while !out.has_ended() {
                tokio::select! {
                    by_user = signals.wait() => return ended(by_user, scene),
                    Some(stored) = events.next() => {
                        let event = stored.map_err(failed)?.event;
                        out.followed(&event);
                        if let Some(line) = unreadable::line(&format!("event {}", event.id), &event.problems()) {
                            out.notice(&line);
                        }
                    }
                }
            }
            Ok(())
        }
        Task::Replay { query, to } => replay(Arc::new(store), query, &to, scene, out).await,
        Task::Prune { age } => {
            let removed = store.prune(Moment::Ago(age).at(now())).await.map_err(failed)?;
            out.one(&Pruned { removed });
            for backlog in store.forwards_waiting().await.map_err(failed)? {
                let waiting = backlog.events;
                out.note(format!(
                    "{waiting} wait to be forwarded to {} and are kept, however old.",
                    backlog.target
                ));
            }
            Ok(())
        }
        // Done above.
        Task::Listen(_) | Task::Decode { .. } => Ok(()),
    }
}

fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    if file != Path::new("-") {
        return std::fs::read(file);
    }
    let mut body = Vec::new();
    std::io::stdin().lock().read_to_end(&mut body)?;
    Ok(body)
}

fn unreadable(file: &Path, error: &std::io::Error, scene: &Scene) -> Failure {
    Failure::usage(scene.command(), format!("{} cannot be read: {error}", file.display()))
        .with_remedy("Name a file that holds the body of a webhook, or give it on standard input.")
}

/// The newest so many, in the order in which they came.
async fn list(
    store: &SqliteStore,
    mut query: Query,
    limit: Option<u64>,
    out: &mut Printer,
) -> Result<(), StoreError> {
    out.items::<groups_model::Event>(&[]);
    if let Some(limit) = limit {
        // One more tells whether there are more.
        let asked = u32::try_from(limit.saturating_add(1)).unwrap_or(u32::MAX);
        let mut newest = store.list(&query.newest_first().limit(asked)).await?;
        if u64::try_from(newest.len()).unwrap_or(u64::MAX) > limit {
            newest.pop();
            out.note("There are earlier ones: `--all` or a larger `--limit` shows them.");
        }
        let events: Vec<_> = newest.into_iter().rev().map(|stored| stored.event).collect();
        record_problems(&events);
        out.page(&events);
        if events.is_empty() {
            out.hint("No events.");
        }
        return Ok(());
    }
    query.limit = Some(PAGE);
    loop {
        let page = store.list(&query).await?;
        let Some(last) = page.last() else {
            if query.after.is_none() {
                out.hint("No events.");
            }
            return Ok(());
        };
        query.after = Some(last.number);
        let events: Vec<_> = page.into_iter().map(|stored| stored.event).collect();
        record_problems(&events);
        out.page(&events);
        if out.has_ended() {
            return Ok(());
        }
    }
}

fn record_problems(events: &[groups_model::Event]) {
    for event in events {
        unreadable::record("the events", &event.problems());
    }
}

/// Stops at the first that fails: what comes after it must not arrive before it.
async fn replay(
    store: Arc<SqliteStore>,
    mut query: Query,
    to: &str,
    scene: &Scene,
    out: &mut Printer,
) -> Result<(), Failure> {
    let forwarder = forwarder(store.clone(), to, "--to", scene)?;
    query.limit = Some(PAGE);
    // What comes meanwhile is not a replay.
    let until = store.last_number().await.map_err(|error| of_store(&error, scene))?;
    out.items::<groups_model::Event>(&[]);
    loop {
        let page = store.list(&query).await.map_err(|error| of_store(&error, scene))?;
        let page: Vec<Stored> = page.into_iter().filter(|stored| stored.number <= until).collect();
        if page.is_empty() {
            return Ok(());
        }
        for stored in page {
            forwarder.send(&stored).await.map_err(|error| {
                let message = format!("an event was not taken: {error}; it and those after it were not sent");
                let next = "run it again; `--since` skips what was sent.";
                Failure::local(Kind::Api(ErrorKind::Network), scene.command(), message).with_remedy(
                    match error.advice() {
                        Some(advice) => format!("{advice} Then {next}"),
                        None => format!("Check what `--to` names, then {next}"),
                    },
                )
            })?;
            out.items(std::slice::from_ref(&stored.event));
            query.after = Some(stored.number);
        }
    }
}

pub(super) fn forwarder(
    store: Arc<dyn EventStore>,
    url: &str,
    option: &str,
    scene: &Scene,
) -> Result<Forwarder, Failure> {
    Forwarder::new(store, url).map_err(|error| match error.advice() {
        Some(advice) => Failure::configuration(scene.command(), error.to_string()).with_remedy(advice),
        None => Failure::usage(scene.command(), error.to_string())
            .with_remedy(format!("Give `{option}` a URL such as http://localhost:3000/webhooks.")),
    })
}

pub(super) fn ended(by_user: bool, scene: &Scene) -> Result<(), Failure> {
    if by_user { Err(interrupted(scene, false)) } else { Ok(()) }
}

/// Where webhooks come from instead, as the embedded sandbox sends none. `at`: where they are received.
pub(super) fn no_webhooks(at: Option<SocketAddr>, scene: &Scene) -> String {
    let serve = |at: SocketAddr| scene.local(&format!("sandbox serve --webhook http://{at}"));
    let run = match at {
        Some(at) => format!("`{}`", serve(at)),
        None => format!("`{}` and `{}`", scene.local("listen"), serve(([127, 0, 0, 1], LISTEN_PORT).into())),
    };
    format!(
        "The embedded sandbox sends no webhooks. Run {run}, and give other commands the address of that sandbox \
         with `--base-url`."
    )
}

pub(super) fn of_store(error: &StoreError, scene: &Scene) -> Failure {
    let reason = std::error::Error::source(error).map(|source| format!(": {source}")).unwrap_or_default();
    Failure::local(Kind::StoreFailed, scene.command(), format!("{error}{reason}"))
        .with_remedy("`--config-dir` names another folder.")
}

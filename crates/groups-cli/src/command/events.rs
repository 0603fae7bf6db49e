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
use groups_webhooks::store::{Backlog, SqliteStore, tail};
use groups_webhooks::{EventStore, ForwardTarget, Forwarder, Query, Receiver, StoreError, Stored};

use super::sandbox::address;
use super::{Place, Planned, group_id, invalid_input, receiving};
use crate::args::{
    Decode, EventsCommand, Filter, ListEvents, Listen, Moment, PruneEvents, ReplayEvents, TailEvents,
};
use crate::context::no_header;
use crate::failure::{Failure, Kind};
use crate::folders::{self, Folder};
use crate::output::Printer;
use crate::run::interrupted;
use crate::scene::Scene;
use crate::signals;

/// How many are listed unless told otherwise.
const LISTED: u64 = 25;
/// How long calls in progress may take to end when it is told to.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long 360dialog delivers again what was not taken (Facts 4.7).
const DELIVERED_AGAIN: Duration = Duration::from_secs(7 * 24 * 3600);
/// How many reads of the store in a row may fail before printing ends.
const FAILED_READS: u32 = 10;
/// How many are read from the store at a time.
const PAGE: u32 = 500;
/// How often to see whether a store is there by now.
const LOOKS: std::time::Duration = std::time::Duration::from_millis(500);

pub(super) enum Task {
    Listen { address: SocketAddr, forward_to: Option<String>, print: bool },
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
        matches!(self, Self::Listen { .. } | Self::Tail { .. })
    }
}

pub(super) fn listen(args: Listen, scene: Scene) -> Result<Planned, Failure> {
    let Listen { host, port, forward_to, print } = args;
    let ip = address(&host).map_err(|invalid| invalid_input(&invalid, &scene))?;
    let task = Task::Listen { address: (ip, port).into(), forward_to, print };
    Ok(Planned::new(scene, super::Task::Events(task)))
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
                return Err(invalid_input(&InvalidInput::new("older_than", reason), &scene));
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
    query.since = since.map(|since| match since {
        Moment::At(at) => at,
        Moment::Ago(ago) => before(ago),
    });
    Ok(query)
}

fn before(ago: Duration) -> Timestamp {
    let ago = i64::try_from(ago.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_seconds(jiff::Timestamp::now().as_second().saturating_sub(ago))
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
        crate::unreadable::record("the notification", &problems);
        out.items(&events);
        return Ok(());
    }
    let failed = |error: StoreError| of_store(&error, scene);
    if let Task::Listen { address, forward_to, print } = task {
        let file = place.private(Folder::State, scene)?.join(folders::EVENTS);
        let store = SqliteStore::open(&file).await.map_err(failed)?;
        let _receiving = receiving::begin(&file).map_err(|error| {
            Failure::local(Kind::StoreFailed, scene.command(), format!("the store cannot be locked: {error}"))
                .with_remedy("`--config-dir` names another folder.")
        })?;
        let listening = Listening { scene, place, file: &file, store, print };
        return listening.run(address, forward_to.as_deref(), out).await;
    }
    // Reading makes no store: where there is one, webhooks are believed to arrive.
    let is_there = || place.events_if_there(scene);
    let mut file = is_there()?;
    let was_there = file.is_some();
    if matches!(task, Task::Tail { .. }) {
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
                    Some(stored) = events.next() => out.followed(&stored.map_err(failed)?.event),
                }
            }
            Ok(())
        }
        Task::Replay { query, to } => replay(Arc::new(store), query, &to, scene, out).await,
        Task::Prune { age } => {
            let removed = store.prune(before(age)).await.map_err(failed)?;
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
        Task::Listen { .. } | Task::Decode { .. } => Ok(()),
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
        out.page(&events);
        if out.has_ended() {
            return Ok(());
        }
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
                Failure::local(Kind::Api(ErrorKind::Network), scene.command(), message).with_remedy(
                    "See to what `--to` names, then run it again; `--since` skips what was sent.",
                )
            })?;
            out.items(std::slice::from_ref(&stored.event));
            query.after = Some(stored.number);
        }
    }
}

fn forwarder(
    store: Arc<dyn EventStore>,
    url: &str,
    option: &str,
    scene: &Scene,
) -> Result<Forwarder, Failure> {
    Forwarder::new(store, url).map_err(|error| {
        Failure::usage(scene.command(), error.to_string())
            .with_remedy(format!("Give `{option}` a URL such as http://localhost:3000/webhooks."))
    })
}

/// A receiver that is being served.
struct Listening<'a> {
    scene: &'a Scene,
    place: &'a Place<'a>,
    file: &'a Path,
    store: SqliteStore,
    print: bool,
}

impl Listening<'_> {
    async fn run(
        self,
        address: SocketAddr,
        forward_to: Option<&str>,
        out: &mut Printer,
    ) -> Result<(), Failure> {
        let scene = self.scene;
        let store: Arc<dyn EventStore> = Arc::new(self.store.clone());
        let failed = |error: StoreError| of_store(&error, scene);
        let forwarder = match forward_to {
            Some(url) => {
                let mut forwarder = forwarder(Arc::clone(&store), url, "--forward-to", scene)?;
                if let Some(secret) = self.place.environment.forward_secret(scene.command())? {
                    forwarder = forwarder.sign_with(secret);
                }
                // Who of two processes forwards what would be a matter of chance.
                if !self.store.claim_forwarding().map_err(failed)? {
                    return Err(already_forwarded(scene));
                }
                Some(forwarder)
            }
            None => None,
        };
        let target = forwarder.as_ref().map(|forwarder| forwarder.target().clone());
        let receiver = self.receiver(target.as_ref())?;
        let query = Query::new().after(self.store.last_number().await.map_err(failed)?);
        let left = self.store.forwards_waiting().await.map_err(failed)?;
        // What has no target, from an earlier version, goes to this one.
        let is_left = |backlog: &Backlog| match &target {
            Some(target) => backlog.target != *target && !backlog.target.as_key().is_empty(),
            None => true,
        };
        let left: Vec<Backlog> = left.into_iter().filter(is_left).collect();
        let mut signals = signals::heard(scene.command())?;
        let listener = tokio::net::TcpListener::bind(address)
            .await
            .map_err(|error| cannot_listen(address, &error, scene))?;
        let at = listener.local_addr().map_err(|error| cannot_listen(address, &error, scene))?;
        let (stop, stopped) = tokio::sync::watch::channel(());
        let until_stopped = || {
            let mut stopped = stopped.clone();
            async move { drop(stopped.changed().await) }
        };
        let server = groups_webhooks::serve(listener, receiver, until_stopped());
        let mut server = pin!(server);
        let forwarding = forwarder.map(|forwarder| tokio::spawn(forwarder.run(until_stopped())));
        out.receiving(&format!("http://{at}"), self.file);
        for backlog in left {
            if backlog.target.as_key().is_empty() {
                let events = backlog.events;
                out.now(&format!("Note: of an earlier version {events} events wait; the next `--forward-to` sends them, whatever its URL."));
                continue;
            }
            out.now(&format!(
                "Note: {} for {}, which is not forwarded to now; `--forward-to` with that URL sends {}.",
                match backlog.events {
                    1 => "1 event waits".to_owned(),
                    events => format!("{events} events wait"),
                },
                backlog.target,
                if backlog.events == 1 { "it" } else { "them" },
            ));
        }
        if self.is_open(at)? {
            out.now("Note: whoever reaches this address can send; set WAGROUPS_WEBHOOK_SECRET or WAGROUPS_WEBHOOK_HEADER.");
        }
        let mut events = pin!(tail(store, query));
        let mut failed_reads = 0;
        let mut unreadable = None;
        let by_user = loop {
            tokio::select! {
                by_user = signals.wait() => break by_user,
                served = &mut server => return served.map_err(|error| cannot_listen(at, &error, scene)),
                Some(stored) = events.next(), if self.print => match stored {
                    Ok(stored) => {
                        failed_reads = 0;
                        out.line(&stored.event);
                    }
                    // What is received is kept all the same, and shown when it can be read again.
                    Err(error) => {
                        failed_reads += 1;
                        let failure = failed(error);
                        tracing::warn!(failed_reads, "events cannot be shown: {}", failure.report.message);
                        if failed_reads == FAILED_READS {
                            unreadable = Some(failure);
                            break false;
                        }
                    }
                },
            }
            if out.has_ended() {
                break false;
            }
        };
        // What has begun is ended: an answer that was promised is given.
        drop(stop);
        let _ = tokio::time::timeout(PATIENCE, server).await;
        if let Some(forwarding) = forwarding {
            let _ = forwarding.await;
        }
        unreadable.map_or_else(|| ended(by_user, scene), Err)
    }

    fn receiver(&self, target: Option<&ForwardTarget>) -> Result<Receiver, Failure> {
        let command = self.scene.command();
        let mut receiver = Receiver::new(Arc::new(self.store.clone()));
        for secret in self.place.environment.webhook_secrets(command)? {
            receiver = receiver.secret(secret);
        }
        if let Some((name, value)) = self.place.environment.webhook_header(command)? {
            let Ok(name) = name.parse() else { return Err(no_header(command)) };
            receiver = receiver.require_header(name, value);
        }
        if let Some(token) = self.place.environment.webhook_verify_token() {
            receiver = receiver.verify_token(token);
        }
        Ok(match target {
            Some(target) => receiver.forward_to(target.clone()),
            None => receiver,
        })
    }

    /// Whether others than this machine can reach it, and whoever does is believed.
    fn is_open(&self, at: SocketAddr) -> Result<bool, Failure> {
        let (environment, command) = (self.place.environment, self.scene.command());
        let is_guarded = !environment.webhook_secrets(command)?.is_empty()
            || environment.webhook_header(command)?.is_some();
        Ok(!at.ip().is_loopback() && !is_guarded)
    }
}

fn ended(by_user: bool, scene: &Scene) -> Result<(), Failure> {
    if by_user { Err(interrupted(scene, false)) } else { Ok(()) }
}

fn cannot_listen(address: SocketAddr, error: &std::io::Error, scene: &Scene) -> Failure {
    Failure::local(Kind::StoreFailed, scene.command(), format!("cannot listen on {address}: {error}"))
        .with_remedy("`--port` names another port; `--port 0` takes a free one.")
}

fn already_forwarded(scene: &Scene) -> Failure {
    let message = "another `wagroups listen --forward-to` serves this folder";
    Failure::local(Kind::StoreFailed, scene.command(), message)
        .with_remedy("Use another `--config-dir`, or end the other one first.")
}

pub(super) fn of_store(error: &StoreError, scene: &Scene) -> Failure {
    let reason = std::error::Error::source(error).map(|source| format!(": {source}")).unwrap_or_default();
    Failure::local(Kind::StoreFailed, scene.command(), format!("{error}{reason}"))
        .with_remedy("`--config-dir` names another folder.")
}

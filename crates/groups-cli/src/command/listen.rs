//! `listen`: receives webhooks into the event store of the state folder until a signal. It is a server: neither a closed
//! standard output nor a store that cannot be read ends it.

use std::net::SocketAddr;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use groups_webhooks::store::{Backlog, SqliteStore, tail};
use groups_webhooks::{EventStore, ForwardTarget, Forwarder, Query, Receiver, StoreError};

use super::events::{ended, forwarder, no_webhooks, of_store};
use super::sandbox::address;
use super::{Place, Planned, invalid_input, receiving};
use crate::args::Listen;
use crate::context::{is_sandbox, no_header};
use crate::failure::{Failure, Kind};
use crate::folders::{self, Folder};
use crate::output::Printer;
use crate::scene::Scene;
use crate::signals;

/// How long calls in progress may take to end when it is told to.
const PATIENCE: Duration = Duration::from_secs(5);
/// Failed reads of the store are reported once for so many in a row, of which there are 5 a second.
const READS_REPORTED: u32 = 300;

/// What is to be received, and where it goes.
pub(super) struct Task {
    address: SocketAddr,
    path: Option<String>,
    forward_to: Option<String>,
    print: bool,
}

pub(super) fn plan(args: Listen, scene: Scene) -> Result<Planned, Failure> {
    let Listen { host, port, path, forward_to, print } = args;
    let ip = address(&host).map_err(|invalid| invalid_input(&invalid, &scene))?;
    let task = Task { address: (ip, port).into(), path, forward_to, print };
    Ok(Planned::new(scene, super::Task::Events(super::events::Task::Listen(task))))
}

pub(super) async fn run(
    task: Task,
    scene: &Scene,
    place: &Place<'_>,
    out: &mut Printer,
) -> Result<(), Failure> {
    let file = place.private(Folder::State, scene)?.join(folders::EVENTS);
    let store = SqliteStore::open(&file).await.map_err(|error| of_store(&error, scene))?;
    let _receiving = receiving::begin(&file).map_err(|error| {
        Failure::local(Kind::StoreFailed, scene.command(), format!("the store cannot be locked: {error}"))
            .with_remedy("`--config-dir` names another folder.")
    })?;
    Listening { scene, place, file: &file, store, task }.run(out).await
}

/// A receiver that is being served.
struct Listening<'a> {
    scene: &'a Scene,
    place: &'a Place<'a>,
    file: &'a Path,
    store: SqliteStore,
    task: Task,
}

impl Listening<'_> {
    async fn run(self, out: &mut Printer) -> Result<(), Failure> {
        let (scene, address) = (self.scene, self.task.address);
        let failed = |error: StoreError| of_store(&error, scene);
        let forwarder = self.forwarder()?;
        let target = forwarder.as_ref().map(|forwarder| forwarder.target().clone());
        let receiver = self.receiver(target.as_ref())?;
        let refusals = receiver.refusals();
        let query = Query::new().after(self.store.last_number().await.map_err(failed)?);
        let mut signals = signals::of_server(scene.command())?;
        let listener = tokio::net::TcpListener::bind(address)
            .await
            .map_err(|error| cannot_listen(address, &error, scene))?;
        let at = listener.local_addr().map_err(|error| cannot_listen(address, &error, scene))?;
        let (stop, stopped) = tokio::sync::watch::channel(());
        let until_stopped = || {
            let mut stopped = stopped.clone();
            async move { drop(stopped.changed().await) }
        };
        let notes = self.notes(at, target.as_ref()).await?;
        let server = groups_webhooks::serve(listener, receiver, until_stopped());
        let mut server = pin!(server);
        let forwarding = forwarder.map(|forwarder| tokio::spawn(forwarder.run(until_stopped())));
        out.receiving(&format!("http://{at}"), self.file);
        for note in notes {
            out.notice(&note);
        }
        let store: Arc<dyn EventStore> = Arc::new(self.store.clone());
        let mut events = pin!(tail(store, query));
        let mut prints = self.task.print;
        let mut failed_reads: u32 = 0;
        let by_user = loop {
            if prints && let Some(why) = out.printing_ended() {
                prints = false;
                out.notice(&format!(
                    "{why} Printing has ended. Webhooks are still received; `{}` prints new events.",
                    scene.local("events tail")
                ));
            }
            tokio::select! {
                by_user = signals.wait() => break by_user,
                served = &mut server => return served.map_err(|error| cannot_listen(at, &error, scene)),
                Some(stored) = events.next(), if prints => match stored {
                    Ok(stored) => {
                        failed_reads = 0;
                        out.line(&stored.event);
                    }
                    // What is received is kept all the same, and shown when it can be read again.
                    Err(error) => {
                        if failed_reads.is_multiple_of(READS_REPORTED) {
                            tracing::warn!("events cannot be printed for now: {}", failed(error).report.message);
                        }
                        failed_reads = failed_reads.wrapping_add(1);
                    }
                },
            }
        };
        // What has begun is ended: an answer that was promised is given.
        drop(stop);
        let _ = tokio::time::timeout(PATIENCE, server).await;
        if let Some(forwarding) = forwarding {
            let _ = forwarding.await;
        }
        if refusals.total() > 0 {
            out.notice(&format!("In total {refusals}."));
        }
        ended(by_user, scene)
    }

    fn forwarder(&self) -> Result<Option<Forwarder>, Failure> {
        let scene = self.scene;
        let Some(url) = &self.task.forward_to else { return Ok(None) };
        let mut forwarder = forwarder(Arc::new(self.store.clone()), url, "--forward-to", scene)?;
        if let Some(secret) = self.place.environment.forward_secret(scene.command())? {
            forwarder = forwarder.sign_with(secret);
        }
        // Who of two processes forwards what would be a matter of chance.
        if !self.store.claim_forwarding().map_err(|error| of_store(&error, scene))? {
            return Err(already_forwarded(scene));
        }
        Ok(Some(forwarder))
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
        if let Some(token) = self.place.environment.webhook_verify_token(command)? {
            receiver = receiver.verify_token(token);
        }
        if let Some(path) = &self.task.path {
            receiver = receiver.path(path);
        }
        Ok(match target {
            Some(target) => receiver.forward_to(target.clone()),
            None => receiver,
        })
    }

    /// What is worth knowing from the start.
    async fn notes(&self, at: SocketAddr, target: Option<&ForwardTarget>) -> Result<Vec<String>, Failure> {
        let failed = |error: StoreError| of_store(&error, self.scene);
        let mut notes = Vec::new();
        if is_sandbox(self.place.globals, self.place.environment, self.scene.command())? {
            notes.push(no_webhooks(Some(at), self.scene));
        }
        let left = self.store.forwards_waiting().await.map_err(failed)?;
        // What has no target, from an earlier version, goes to this one.
        let is_left = |backlog: &Backlog| match target {
            Some(target) => backlog.target != *target && !backlog.target.as_key().is_empty(),
            None => true,
        };
        notes.extend(left.iter().filter(|backlog| is_left(backlog)).map(waiting));
        for backlog in self.store.forwards_set_aside().await.map_err(failed)? {
            notes.push(set_aside(&backlog, self.scene));
        }
        if self.is_open(at)? {
            notes.push("Note: whoever reaches this address can send; set WAGROUPS_WEBHOOK_SECRET or WAGROUPS_WEBHOOK_HEADER.".to_owned());
        }
        Ok(notes)
    }

    /// Whether others than this machine can reach it, and whoever does is believed.
    fn is_open(&self, at: SocketAddr) -> Result<bool, Failure> {
        let (environment, command) = (self.place.environment, self.scene.command());
        let is_guarded = !environment.webhook_secrets(command)?.is_empty()
            || environment.webhook_header(command)?.is_some();
        Ok(!at.ip().is_loopback() && !is_guarded)
    }
}

fn waiting(backlog: &Backlog) -> String {
    if backlog.target.as_key().is_empty() {
        let events = backlog.events;
        return format!(
            "Note: of an earlier version {events} events wait; the next `--forward-to` sends them, whatever its URL."
        );
    }
    format!(
        "Note: {} for {}, which is not forwarded to now; `--forward-to` with that URL sends {}.",
        match backlog.events {
            1 => "1 event waits".to_owned(),
            events => format!("{events} events wait"),
        },
        backlog.target,
        if backlog.events == 1 { "it" } else { "them" },
    )
}

/// Events that a target has refused too often.
pub(super) fn set_aside(backlog: &Backlog, scene: &Scene) -> String {
    let (events, they) = match backlog.events {
        1 => ("1 event is".to_owned(), "it"),
        events => (format!("{events} events are"), "them"),
    };
    format!(
        "Note: {events} set aside, as {} refused {they}. `{}` sends stored events again.",
        backlog.target,
        scene.local("events replay --to URL")
    )
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

//! The sandbox as a whole: an emulator behind a real HTTP server on a port, and the options for both.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::deliver;
use crate::emulator::{Emulator, Opening, Preset};
use crate::error::SandboxError;
use crate::http;
use crate::listener::Cuttable;
use crate::log::Log;
use crate::seed::Seed;
use crate::state::behaviour::Behaviour;
use crate::state::fault::Fault;
use crate::state::settings::Webhook;
use crate::store::Location;

/// How often a served sandbox looks for work that other processes have accepted.
const LOOK_MS: i64 = 250;
/// How long connections may finish what they are doing on shutdown.
const FAREWELL: Duration = Duration::from_secs(5);

/// A running sandbox: an HTTP server that behaves like the groups API on 360dialog.
///
/// ```
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use groups_sandbox::Sandbox;
///
/// let sandbox = Sandbox::start().await?;
/// let groups = reqwest::Client::new()
///     .get(format!("{}/groups", sandbox.base_url()))
///     .header("D360-API-KEY", sandbox.api_key())
///     .send()
///     .await?;
/// assert_eq!(groups.text().await?, r#"{"data":{"groups":[]}}"#);
/// sandbox.shutdown().await;
/// # Ok(())
/// # }
/// # tokio::runtime::Runtime::new().unwrap().block_on(run()).unwrap();
/// ```
///
/// Dropping it stops it as well, without waiting for calls in progress.
pub struct Sandbox {
    emulator: Emulator,
    base_url: String,
    api_key: String,
    log: Arc<Log>,
    server: JoinHandle<()>,
    /// The clock, and who delivers webhooks.
    helpers: Vec<JoinHandle<()>>,
    /// Told to whoever holds a connection open.
    close: watch::Sender<bool>,
    /// Dropped to ask the server to stop.
    stop: Option<oneshot::Sender<()>>,
}

impl Sandbox {
    /// Starts an empty sandbox in memory on a free loopback port.
    ///
    /// # Errors
    /// When no port can be listened on.
    pub async fn start() -> Result<Self, SandboxError> {
        Self::builder().start().await
    }

    /// Options, to start a sandbox or to open its state alone.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder {
            location: Location::Memory,
            seed: Seed::empty(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            preset: Preset::default(),
            rng_seed: None,
            delivers: true,
        }
    }

    /// Where it listens, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The page through which a person watches and drives it.
    pub fn page_url(&self) -> String {
        format!("{}/sandbox", self.base_url)
    }

    /// The key it accepts in the header `D360-API-KEY`.
    pub fn api_key(&self) -> &str {
        &self.api_key
    }

    /// Its state, to act as people and to look inside.
    pub fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    /// What it was asked and what it told, for assertions.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Stops listening and waits for calls in progress, five seconds at most.
    pub async fn shutdown(mut self) {
        self.stop = None;
        self.close.send_replace(true);
        // A server that does not end in time is ended by the drop; either way it is over.
        let _ = tokio::time::timeout(FAREWELL, &mut self.server).await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop = None;
        for helper in &self.helpers {
            helper.abort();
        }
        self.server.abort();
    }
}

/// Options of a sandbox. Without any: in memory, empty, a free loopback port, the key `sandbox`.
#[derive(Debug, Clone)]
#[must_use]
pub struct SandboxBuilder {
    location: Location,
    seed: Seed,
    listen: SocketAddr,
    preset: Preset,
    rng_seed: Option<u64>,
    delivers: bool,
}

impl SandboxBuilder {
    /// Keeps the state in this file, which is created when missing. Other processes may have it open, too.
    pub fn database(mut self, path: impl Into<PathBuf>) -> Self {
        self.location = Location::File(path.into());
        self
    }

    /// Begins with a few believable groups. A database that exists already stays as it is.
    pub fn seeded(mut self) -> Self {
        self.seed = Seed::believable();
        self
    }

    /// Begins with these groups and settings. A database that exists already stays as it is.
    pub fn seed(mut self, seed: Seed) -> Self {
        self.seed = seed;
        self
    }

    /// Listens here; port 0 takes a free one.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Accepts this API key and no other.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.preset.api_key = Some(key.into());
        self
    }

    /// How long after its acceptance a create, update, delete or remove is carried out; 200 ms by default.
    pub fn outcome_delay(mut self, delay: Duration) -> Self {
        self.switches().outcome_delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self
    }

    /// How many groups the number may have, 10,000 by default; one more is refused with 131211.
    pub fn group_limit(mut self, groups: usize) -> Self {
        self.switches().group_limit = groups;
        self
    }

    /// Makes the number not eligible for groups: lists are empty, everything else is refused with 131215.
    pub fn ineligible(mut self) -> Self {
        self.switches().eligible = false;
        self
    }

    /// Behaves like this; [`Behaviour::messy`] turns on every variant that a client must survive. It takes the place of
    /// what a database has stored, and of what these options have set before.
    pub fn behaviour(mut self, behaviour: Behaviour) -> Self {
        self.preset.behaviour = Some(behaviour);
        self
    }

    /// Sets one switch by its name, as [`Behaviour::set`] does, on top of whatever else is set.
    pub fn switch(mut self, switch: impl Into<String>, value: impl Into<String>) -> Self {
        self.preset.switches.push((switch.into(), value.into()));
        self
    }

    /// Goes wrong like this. May be called several times; the first fault that hits a call is the one.
    pub fn fault(mut self, fault: Fault) -> Self {
        self.preset.faults.push(fault);
        self
    }

    /// Delivers webhooks there, as if the configuration endpoint had been called.
    pub fn webhook(mut self, webhook: Webhook) -> Self {
        self.preset.webhook = Some(webhook);
        self
    }

    /// Draws ids and whatever else is left to chance from this number, so that they are the same in each run.
    pub fn rng_seed(mut self, seed: u64) -> Self {
        self.rng_seed = Some(seed);
        self
    }

    /// Delivers no webhooks: they stay in the database for one that does. For a process that lives for one call.
    pub fn without_deliveries(mut self) -> Self {
        self.delivers = false;
        self
    }

    fn switches(&mut self) -> &mut Behaviour {
        self.preset.behaviour.get_or_insert_default()
    }

    /// Opens the state and serves it over HTTP.
    ///
    /// # Errors
    /// When the database cannot be opened, is of a newer version, or the address cannot be listened on.
    pub async fn start(self) -> Result<Sandbox, SandboxError> {
        let listener =
            TcpListener::bind(self.listen).await.map_err(|error| SandboxError::bind(self.listen, error))?;
        let address = listener.local_addr().map_err(|error| SandboxError::bind(self.listen, error))?;
        let base_url = format!("http://{}", reachable(address));
        let delivers = self.delivers;
        let (close, closing) = watch::channel(false);
        let emulator = self.open().await?;
        let api_key = emulator.known_settings().api_key.clone();
        let context = Arc::new(http::Context::new(emulator.clone(), &base_url, delivers, closing));
        let log = Arc::clone(&context.log);
        let app = http::service(context);
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(async move {
            let stopped = async {
                // An error means that the sender is gone, which asks for the same.
                let _ = stopped.await;
            };
            // Serving never fails: axum retries what accept reports.
            let _ = axum::serve(Cuttable(listener), app).with_graceful_shutdown(stopped).await;
        });
        let mut helpers = vec![tokio::spawn(keep_time(emulator.clone()))];
        if delivers {
            helpers.push(tokio::spawn(deliver::run(emulator.clone(), Arc::clone(&log))));
        }
        Ok(Sandbox { emulator, base_url, api_key, log, server, helpers, close, stop: Some(stop) })
    }

    /// Opens the state alone, without HTTP. Outcomes due within the next half second are waited for.
    ///
    /// # Errors
    /// When the database cannot be opened or is of a newer version.
    pub async fn open(self) -> Result<Emulator, SandboxError> {
        Emulator::open(self.opening(false)).await
    }

    /// Opens the state after throwing away what the database held, of whatever version; it begins anew, seeded or
    /// empty as these options say. [`Emulator::reset`] does the same to one that is open.
    ///
    /// # Errors
    /// When the database cannot be opened or written.
    pub async fn recreate(self) -> Result<Emulator, SandboxError> {
        Emulator::open(self.opening(true)).await
    }

    fn opening(self, discard: bool) -> Opening {
        let Self { location, seed, preset, rng_seed, .. } = self;
        Opening { location, seed, preset, rng_seed, discard }
    }
}

/// An address to connect to: one that listens everywhere is reached on loopback.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        let loopback =
            if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
        address.set_ip(loopback);
    }
    address
}

/// Applies outcomes when they are due, without waiting for a call to come.
async fn keep_time(emulator: Emulator) {
    loop {
        let due = emulator.next_due().and_then(|due| emulator.until(due));
        let wait = Duration::from_millis(due.unwrap_or(LOOK_MS).clamp(0, LOOK_MS).unsigned_abs());
        tokio::select! {
            () = emulator.something_accepted() => continue,
            () = tokio::time::sleep(wait) => {}
        }
        let overdue = emulator.next_due().is_some_and(|due| due <= emulator.now());
        // A failing database shows in the calls; the next round tries again.
        let done = if overdue { emulator.apply_due().await } else { emulator.catch_up().await };
        if done.is_err() {
            tokio::time::sleep(Duration::from_millis(LOOK_MS.unsigned_abs())).await;
        }
    }
}

//! A client of the control API of a served sandbox. Sends no API key, follows no redirect, and talks to nothing but a
//! sandbox: the first request asks what the server is.

use std::time::Duration;

use groups_connect::{Cause, Route, client_for};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, Url};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::base_url;
use crate::control::{ActiveFault, ClockReading};
use crate::error::{ErrorKind, SandboxError};
use crate::http::control::SERVICE;
use crate::seed::Seed;
use crate::state::behaviour::Behaviour;
use crate::state::fault::Fault;
use crate::trigger::Trigger;

const CONNECT: Duration = Duration::from_secs(10);
/// The state of 50 full groups is a fiftieth of this.
const BODY_MAX_BYTES: usize = 8 * 1024 * 1024;

/// Controls a sandbox that another process serves, as [`Emulator`](crate::Emulator) controls one in this process.
///
/// ```
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use groups_sandbox::{ControlClient, Sandbox};
///
/// let sandbox = Sandbox::builder().seeded().start().await?;
/// let control = ControlClient::connect(sandbox.base_url(), Duration::from_secs(5)).await?;
/// control.set_behaviour(None, &[("list_shape".to_owned(), "flat".to_owned())]).await?;
/// let overview = control.overview().await?;
/// assert_eq!((overview.groups, &overview.switches["list_shape"]), (4, &"flat".into()));
/// # Ok(())
/// # }
/// # tokio::runtime::Runtime::new().unwrap().block_on(run()).unwrap();
/// ```
///
/// Each method fails with the [`ErrorKind`] that the sandbox reports, or with [`ErrorKind::Unreachable`].
#[derive(Debug, Clone)]
pub struct ControlClient {
    client: reqwest::Client,
    route: Route,
    base: Url,
}

/// What a sandbox holds, and what is set about it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Overview {
    /// Groups that exist, suspended ones included.
    pub groups: usize,
    /// Participants of all groups together, the business not counted.
    pub participants: usize,
    /// Open join requests of all groups together.
    pub pending_requests: usize,
    /// Suspended groups.
    pub suspended: usize,
    /// Accepted requests whose outcome is still to come.
    pub due: usize,
    /// The switches that differ from the default.
    pub switches: Map<String, Value>,
    /// The scripted faults, oldest first.
    pub faults: Vec<ActiveFault>,
}

/// A webhook to send on demand.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Order {
    /// Its name, one of [`ControlClient::events`].
    pub event: String,
    /// Where to send it; else to where the sandbox delivers webhooks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Members of the event to set, as [`Trigger::set`] does.
    pub set: Vec<(String, String)>,
    /// Headers to send with it.
    pub headers: std::collections::BTreeMap<String, String>,
    /// What to sign it with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

impl Order {
    /// Checks what can be checked without a sandbox.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for an event that does not exist, or a member that it does not have.
    pub fn check(&self) -> Result<(), SandboxError> {
        let mut trigger = Trigger::new(&self.event)?;
        for (member, value) in &self.set {
            trigger = trigger.set(member, value)?;
        }
        Ok(())
    }
}

/// A webhook that was sent on demand, and the receiver's answer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Triggered {
    /// The event's name.
    pub event: String,
    /// Where it was sent.
    pub to: String,
    /// The receiver's answer; only 200 counts as taken.
    pub http_status: u16,
    /// How long the answer took.
    pub took_ms: u64,
    /// What was sent.
    pub body: Value,
}

#[derive(Deserialize)]
struct State {
    counts: Counts,
    due: Vec<Value>,
    switches: Map<String, Value>,
    faults: Vec<ActiveFault>,
}

#[derive(Deserialize)]
struct Counts {
    groups: usize,
    participants: usize,
    pending_requests: usize,
    suspended: usize,
}

#[derive(Deserialize)]
struct Refused {
    error: Why,
}

#[derive(Deserialize)]
struct Why {
    kind: String,
    message: String,
}

/// A request of the control API.
struct Ask<'a> {
    method: Method,
    path: &'a [&'a str],
    query: &'a [(&'a str, &'a str)],
    body: Option<Value>,
}

impl<'a> Ask<'a> {
    fn new(method: Method, path: &'a [&'a str]) -> Self {
        Self { method, path, query: &[], body: None }
    }

    fn get(path: &'a [&'a str]) -> Self {
        Self::new(Method::GET, path)
    }

    fn with(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }
}

impl ControlClient {
    /// Connects to the sandbox at this base URL. `timeout` bounds each call.
    ///
    /// # Errors
    /// [`ErrorKind::NotASandbox`] when the URL is not https or loopback, or when something else answers there;
    /// [`ErrorKind::Unreachable`] when nothing does; [`ErrorKind::SetUp`] when the proxy variables or CA certificates of the
    /// environment cannot be used.
    pub async fn connect(base_url: &str, timeout: Duration) -> Result<Self, SandboxError> {
        let url = base_url::checked(base_url)
            .map_err(|why| SandboxError::new(ErrorKind::NotASandbox, format!("the base URL {why}")))?;
        let (builder, route) = client_for(&url).map_err(|refused| {
            SandboxError::new(ErrorKind::SetUp, refused.to_string()).advising(refused.advice())
        })?;
        let client = builder
            .user_agent(concat!("wagroups-control/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT.min(timeout))
            .timeout(timeout)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .build()
            .map_err(|error| SandboxError::of_cause(ErrorKind::SetUp, &Cause::of_set_up(&error, &route)))?;
        let this = Self { client, route, base: url };
        this.identify().await?;
        Ok(this)
    }

    async fn identify(&self) -> Result<(), SandboxError> {
        let (status, body) = self.send(Ask::get(&["health"])).await?;
        let service = serde_json::from_slice::<Value>(&body).ok();
        if status == 200 && service.as_ref().and_then(|it| it["service"].as_str()) == Some(SERVICE) {
            return Ok(());
        }
        // A sandbox can refuse the name by which it was reached, and says why.
        match serde_json::from_slice::<Refused>(&body) {
            Ok(Refused { error }) if error.kind == "forbidden" => {
                Err(SandboxError::new(ErrorKind::NotASandbox, error.message))
            }
            _ => Err(SandboxError::new(
                ErrorKind::NotASandbox,
                format!(
                    "{} is not a wagroups sandbox: GET {} was answered with HTTP {status} and not as a sandbox does",
                    self.base,
                    self.url(&["health"]).path()
                ),
            )),
        }
    }

    /// What the sandbox holds, and what is set about it.
    ///
    /// # Errors
    /// See [`ControlClient`].
    pub async fn overview(&self) -> Result<Overview, SandboxError> {
        let ask = Ask { query: &[("limit", "0")], ..Ask::get(&["state"]) };
        let State { counts, due, switches, faults } = self.ask(ask).await?;
        let Counts { groups, participants, pending_requests, suspended } = counts;
        Ok(Overview { groups, participants, pending_requests, suspended, due: due.len(), switches, faults })
    }

    /// Lets a person `join`, `request`, `withdraw` or `leave`, or WhatsApp `suspend` or `restore`. Returns the id of
    /// the join request that this made.
    ///
    /// # Errors
    /// See [`ControlClient`].
    pub async fn act(
        &self,
        act: &str,
        group_id: &str,
        user: Option<&str>,
    ) -> Result<Option<String>, SandboxError> {
        #[derive(Deserialize)]
        struct Done {
            join_request_id: Option<String>,
        }
        let body = user.map_or_else(|| json!({}), |user| json!({ "user": user }));
        let done: Done = self.ask(Ask::new(Method::POST, &["groups", group_id, act]).with(body)).await?;
        Ok(done.join_request_id)
    }

    /// All switches, by name.
    ///
    /// # Errors
    /// See [`ControlClient`].
    pub async fn behaviour(&self) -> Result<Value, SandboxError> {
        self.ask(Ask::get(&["behaviour"])).await
    }

    /// Sets all switches as a profile has them, if one is given, and then single ones. Returns all switches.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`], and then nothing has changed. See [`ControlClient`].
    pub async fn set_behaviour(
        &self,
        profile: Option<&str>,
        switches: &[(String, String)],
    ) -> Result<Value, SandboxError> {
        let switches: Map<String, Value> =
            switches.iter().map(|(name, text)| (name.clone(), Behaviour::value(text))).collect();
        let ask = match profile {
            Some(profile) => Ask::new(Method::PUT, &["behaviour"])
                .with(json!({ "profile": profile, "switches": switches })),
            None => Ask::new(Method::PATCH, &["behaviour"]).with(Value::Object(switches)),
        };
        self.ask(ask).await
    }

    /// The scripted faults, oldest first.
    ///
    /// # Errors
    /// See [`ControlClient`].
    pub async fn faults(&self) -> Result<Vec<ActiveFault>, SandboxError> {
        #[derive(Deserialize)]
        struct Faults {
            faults: Vec<ActiveFault>,
        }
        let Faults { faults } = self.ask(Ask::get(&["faults"])).await?;
        Ok(faults)
    }

    /// Scripts one more fault.
    ///
    /// # Errors
    /// See [`ControlClient`].
    pub async fn add_fault(&self, fault: &Fault) -> Result<ActiveFault, SandboxError> {
        self.ask(Ask::new(Method::POST, &["faults"]).with(json!({ "fault": fault }))).await
    }

    /// Removes a fault; `false` if there is none of this number, such as one that is used up.
    ///
    /// # Errors
    /// See [`ControlClient`].
    pub async fn remove_fault(&self, id: u64) -> Result<bool, SandboxError> {
        let id = id.to_string();
        let (status, body) = self.send(Ask::new(Method::DELETE, &["faults", &id])).await?;
        if status == 404 {
            return Ok(false);
        }
        self.read::<Value>(status, &body).map(|_| true)
    }

    /// Removes all faults.
    ///
    /// # Errors
    /// See [`ControlClient`].
    pub async fn clear_faults(&self) -> Result<(), SandboxError> {
        self.ask::<Value>(Ask::new(Method::DELETE, &["faults"])).await.map(|_| ())
    }

    /// What time it is in the sandbox.
    ///
    /// # Errors
    /// See [`ControlClient`].
    pub async fn clock(&self) -> Result<ClockReading, SandboxError> {
        self.ask(Ask::get(&["clock"])).await
    }

    /// Stops the clock or starts it, then moves it forward, each where given.
    ///
    /// # Errors
    /// See [`ControlClient`].
    pub async fn set_clock(
        &self,
        stopped: Option<bool>,
        advance: Option<Duration>,
    ) -> Result<ClockReading, SandboxError> {
        let mut body = Map::new();
        if let Some(stopped) = stopped {
            body.insert("stopped".to_owned(), stopped.into());
        }
        if let Some(advance) = advance {
            let ms = u64::try_from(advance.as_millis()).unwrap_or(u64::MAX);
            body.insert("advance_ms".to_owned(), ms.into());
        }
        if body.is_empty() {
            return self.clock().await;
        }
        self.ask(Ask::new(Method::POST, &["clock"]).with(Value::Object(body))).await
    }

    /// Lets one of this many simulated users act once: what was done, or `None` where nobody could do anything, and the
    /// seed for the next act.
    ///
    /// # Errors
    /// See [`ControlClient`].
    pub async fn let_one_act(
        &self,
        people: usize,
        seed: &str,
    ) -> Result<(Option<Value>, String), SandboxError> {
        #[derive(Deserialize)]
        struct Step {
            act: Option<Value>,
            next_seed: String,
        }
        let body = json!({ "people": people, "seed": seed });
        let Step { act, next_seed } = self.ask(Ask::new(Method::POST, &["crowd", "act"]).with(body)).await?;
        Ok((act, next_seed))
    }

    /// The webhooks that can be sent on demand, by name.
    ///
    /// # Errors
    /// See [`ControlClient`].
    pub async fn events(&self) -> Result<Vec<String>, SandboxError> {
        #[derive(Deserialize)]
        struct Events {
            events: Vec<String>,
        }
        let Events { events } = self.ask(Ask::get(&["trigger"])).await?;
        Ok(events)
    }

    /// Lets the sandbox send one webhook.
    ///
    /// # Errors
    /// [`ErrorKind::NotDelivered`] when no receiver answered within five seconds. See [`ControlClient`].
    pub async fn trigger(&self, order: &Order) -> Result<Triggered, SandboxError> {
        // Texts and maps always serialise.
        let body = serde_json::to_value(order).unwrap_or_default();
        self.ask(Ask::new(Method::POST, &["trigger"]).with(body)).await
    }

    /// Throws the groups and settings away and begins anew: with the seed where one is given, else as at first.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for a bad seed, and then nothing has changed. See [`ControlClient`].
    pub async fn reset(&self, seed: Option<&Seed>) -> Result<(), SandboxError> {
        let body = seed.map_or_else(|| json!({}), |seed| json!({ "seed": seed }));
        self.ask::<Value>(Ask::new(Method::POST, &["reset"]).with(body)).await.map(|_| ())
    }

    async fn ask<T: DeserializeOwned>(&self, ask: Ask<'_>) -> Result<T, SandboxError> {
        let (status, body) = self.send(ask).await?;
        self.read(status, &body)
    }

    fn read<T: DeserializeOwned>(&self, status: u16, body: &[u8]) -> Result<T, SandboxError> {
        let odd = |why: String| {
            let message = format!(
                "the sandbox at {} answered HTTP {status} in a form that this version does not know: {why}. Use the \
                 same version of wagroups for both",
                self.base
            );
            SandboxError::new(ErrorKind::NotASandbox, message)
        };
        if status == 200 {
            return serde_json::from_slice(body).map_err(|error| odd(error.to_string()));
        }
        let Refused { error } = serde_json::from_slice(body).map_err(|error| odd(error.to_string()))?;
        let fallback = if status < 500 { ErrorKind::Invalid } else { ErrorKind::Storage };
        Err(SandboxError::new(ErrorKind::of_name(&error.kind).unwrap_or(fallback), error.message))
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("sandbox").extend(path);
        }
        url
    }

    async fn send(&self, ask: Ask<'_>) -> Result<(u16, Vec<u8>), SandboxError> {
        let Ask { method, path, query, body } = ask;
        let mut url = self.url(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut request = self.client.request(method, url);
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        let mut response = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status().as_u16();
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unreachable(&error))? {
            if bytes.len() + chunk.len() > BODY_MAX_BYTES {
                let message = format!("{} answered with more than {BODY_MAX_BYTES} bytes", self.base);
                return Err(SandboxError::new(ErrorKind::NotASandbox, message));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok((status, bytes))
    }

    fn unreachable(&self, error: &reqwest::Error) -> SandboxError {
        let cause = Cause::of(error, &self.route);
        let message = format!("no sandbox answers at {}: {}", self.base, cause.message());
        SandboxError::of_cause(ErrorKind::Unreachable, &cause).saying(message)
    }
}

//! Passes stored events on to a URL: in order per group, at least once, with patience. The queue lives in the store, so
//! that it survives restarts; this must never remember anything about an event that the store does not.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use groups_connect::{Cause, Route, client_for};
use groups_model::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use secrecy::SecretString;
use tokio::task::JoinSet;
use url::Url;

use crate::signature::sign;
use crate::store::{EventStore, Forwarding, Outcome, Settled, Stored};
use crate::target::ForwardTarget;

/// Carries the event's id, so that the receiving side can tell a repeat.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const SIGNATURE: HeaderName = HeaderName::from_static("x-hub-signature-256");
/// How soon an error of the store is tried again.
const STORE_PAUSE: Duration = Duration::from_secs(1);
/// How many events may be set aside in a row without evidence that the target accepts others.
const WITHOUT_EVIDENCE: u32 = 3;

/// How long to wait between attempts, and how long to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backoff {
    /// Before the second attempt; doubled before each further one.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
    /// An event that was received longer ago is set aside when it fails once more, so that the later events of its
    /// group are sent. It stays in the store.
    pub give_up_after: Duration,
    /// After how many refusals an event may be set aside: answers of 4xx, but 401, 403, 404, 405, 407, 408, 425, 429.
    pub refusals: u32,
    /// After how many failures of other kinds an event may be set aside: any other answer, or a connection that broke
    /// or stayed silent. Refusals count as well. Where no connection can be made, and with 408, 425 and 429, nothing
    /// counts.
    pub failures: u32,
}

impl Default for Backoff {
    /// 1 second, up to 5 minutes, for 7 days: as long as 360dialog itself goes on (Facts 4.7). 3 refusals (about 3
    /// seconds), 6 failures (about half a minute).
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            longest: Duration::from_secs(300),
            give_up_after: Duration::from_secs(7 * 24 * 3600),
            refusals: 3,
            failures: 6,
        }
    }
}

impl Backoff {
    /// The pause after a number of failed attempts, between half and all of what doubling gives.
    fn pause(&self, failed: u32, jitter: f64) -> Duration {
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(failed.saturating_sub(1)));
        doubled.min(self.longest).mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
    }
}

/// A forwarder could not be set up, or an event was not taken.
#[derive(Debug)]
pub struct ForwardError {
    message: String,
    advice: Option<&'static str>,
}

impl ForwardError {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), advice: None }
    }

    /// What to do about exactly this. Of [`Forwarder::new`]: the URL is not at fault, but the set-up of this computer, such as
    /// a proxy variable or the CA certificates.
    pub fn advice(&self) -> Option<&'static str> {
        self.advice
    }
}

impl std::fmt::Display for ForwardError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ForwardError {}

/// Forwards what a [`Receiver`](crate::Receiver) with `forward_to` puts in the store's queue for this URL. What waits for
/// another stays there until somebody forwards to that.
///
/// Each event is a POST of its own: a notification in the form in which 360dialog delivers it, holding this one event, so
/// that a service which takes the webhooks takes these. `Idempotency-Key` is the event's id. Any answer of
/// 2xx means done; any other, and none, is tried again later while the later events of the same group wait.
///
/// # Events that a target never accepts
///
/// An event that is refused too often ([`Backoff::refusals`], [`Backoff::failures`]) is set aside, so that the later events
/// of its group are sent. It stays in the store, and the log names its number. A target that is down must not cost events, so
/// this needs evidence that the target accepts others:
///
/// - The target has accepted another event since the attempt before.
/// - Or the next event of the group is tried instead. If it is accepted, the first one gets a last attempt. If it fails, the
///   first one returns to its place, and both wait.
/// - An event with nothing behind it is set aside without evidence only if the target refuses it (4xx), and at most three
///   times in a row.
///
/// Without a connection nothing counts against an event. After [`Backoff::give_up_after`] an event is set aside in any case.
pub struct Forwarder {
    store: Arc<dyn EventStore>,
    target: Arc<Target>,
    at_once: usize,
}

struct Target {
    url: Url,
    /// Names host and proxy in errors.
    route: Route,
    name: ForwardTarget,
    client: reqwest::Client,
    headers: HeaderMap,
    secret: Option<SecretString>,
    backoff: Backoff,
    health: Health,
}

impl Forwarder {
    /// To a URL, http or https. Redirects are not followed.
    pub fn new(store: Arc<dyn EventStore>, url: &str) -> Result<Self, ForwardError> {
        let url: Url =
            url.parse().map_err(|error| ForwardError::new(format!("the URL to forward to: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(ForwardError::new(format!(
                "the URL to forward to must be http or https, got {}",
                url.scheme()
            )));
        }
        let (builder, route) = client_for(&url).map_err(|refused| ForwardError {
            message: refused.to_string(),
            advice: Some(refused.advice()),
        })?;
        let client = builder
            .redirect(reqwest::redirect::Policy::none())
            // The queue repeats; nothing else does.
            .retry(reqwest::retry::never())
            .timeout(Duration::from_secs(10))
            .build()
            .map_err(|error| {
                let cause = Cause::of_set_up(&error, &route);
                ForwardError { message: cause.message().to_owned(), advice: cause.advice() }
            })?;
        let target = Target {
            name: ForwardTarget::of(&url),
            url,
            route,
            client,
            headers: HeaderMap::new(),
            secret: None,
            backoff: Backoff::default(),
            health: Health::default(),
        };
        Ok(Self { store, target: Arc::new(target), at_once: 8 })
    }

    /// Where it forwards to, as the queue names it: what [`Receiver::forward_to`](crate::Receiver::forward_to) takes.
    pub fn target(&self) -> &ForwardTarget {
        &self.target.name
    }

    /// Sends a header along, such as one that the receiving side requires.
    #[must_use]
    pub fn header(self, name: HeaderName, mut value: HeaderValue) -> Self {
        value.set_sensitive(true);
        self.change(|target| drop(target.headers.insert(name, value)))
    }

    /// Signs what is sent, in `X-Hub-Signature-256`. The signature of the delivery itself would not fit: it was made
    /// of the whole notification.
    #[must_use]
    pub fn sign_with(self, secret: impl Into<SecretString>) -> Self {
        self.change(|target| target.secret = Some(secret.into()))
    }

    /// How patient to be.
    #[must_use]
    pub fn backoff(self, backoff: Backoff) -> Self {
        self.change(|target| target.backoff = backoff)
    }

    /// How many groups are served at the same time; 8 unless told otherwise. In PostgreSQL each takes a connection.
    #[must_use]
    pub fn at_once(mut self, groups: usize) -> Self {
        self.at_once = groups.max(1);
        self
    }

    /// Sends one event once, whether it is in the queue or not.
    pub async fn send(&self, stored: &Stored) -> Result<(), ForwardError> {
        let sent = self.target.post(stored).await;
        sent.map_err(|failure| ForwardError { message: failure.reason, advice: failure.advice })
    }

    fn change(mut self, change: impl FnOnce(&mut Target)) -> Self {
        // Nobody else has it before `run`.
        if let Some(target) = Arc::get_mut(&mut self.target) {
            change(target);
        }
        self
    }

    /// Forwards until told to stop, then ends what has begun. Dropping it is safe too: what was not confirmed is
    /// forwarded again.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) {
        let mut stop = std::pin::pin!(stop);
        let mut news = self.store.news();
        let mut running = JoinSet::new();
        loop {
            let free = self.at_once.saturating_sub(running.len());
            let taken = match self.store.take_forwards(self.target(), free).await {
                Ok(taken) => taken,
                Err(error) => {
                    tracing::warn!(error = %error, "looking for events to forward; it will be tried again");
                    tokio::time::sleep(STORE_PAUSE).await;
                    Vec::new()
                }
            };
            let (is_idle, is_full) = (taken.is_empty(), taken.len() == free);
            for one in taken {
                let target = Arc::clone(&self.target);
                running.spawn(async move { target.deliver(one).await });
            }
            tokio::select! {
                biased;
                () = &mut stop => break,
                Some(_) = running.join_next() => {}
                () = news.wait(), if is_idle && !is_full => {}
                () = std::future::ready(()), if !is_idle && !is_full => {}
            }
        }
        while running.join_next().await.is_some() {}
    }
}

/// Whose fault a failed attempt is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// The target's: it cannot be reached, or asks for another attempt later.
    Target,
    /// The event's: the target refuses it.
    Event,
    /// One of the two.
    Unclear,
}

impl Fault {
    fn of(status: StatusCode) -> Self {
        match status.as_u16() {
            408 | 425 | 429 => Self::Target,
            // About the address or the credentials.
            401 | 403 | 404 | 405 | 407 => Self::Unclear,
            400..500 => Self::Event,
            _ => Self::Unclear,
        }
    }
}

/// Why an attempt failed.
struct Failure {
    fault: Fault,
    /// Without the URL: that may hold a secret.
    reason: String,
    advice: Option<&'static str>,
}

impl Failure {
    fn new(fault: Fault, reason: impl Into<String>) -> Self {
        Self { fault, reason: reason.into(), advice: None }
    }

    fn of(fault: Fault, cause: &Cause) -> Self {
        Self { advice: cause.advice(), ..Self::new(fault, cause.message()) }
    }
}

/// What was seen of a target. Only a hint: the queue is in the store.
#[derive(Default)]
struct Health(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    /// When it last accepted an event.
    accepted: Option<Instant>,
    /// How many events were set aside since without evidence.
    without_evidence: u32,
}

impl Health {
    fn accepted(&self) {
        *self.seen() = Seen { accepted: Some(Instant::now()), without_evidence: 0 };
    }

    /// Whether one more event may be set aside without evidence. Counts it as set aside.
    fn may_set_aside(&self) -> bool {
        let mut seen = self.seen();
        let may = seen.without_evidence < WITHOUT_EVIDENCE;
        seen.without_evidence += u32::from(may);
        may
    }

    /// It was not set aside after all.
    fn was_not_set_aside(&self) {
        let mut seen = self.seen();
        seen.without_evidence = seen.without_evidence.saturating_sub(1);
    }

    /// Whether it accepted an event before a moment, and at most so long before.
    fn has_accepted(&self, before: Instant, within: Duration) -> bool {
        let accepted = self.seen().accepted;
        accepted.and_then(|at| before.checked_duration_since(at)).is_some_and(|ago| ago <= within)
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Target {
    async fn deliver(&self, one: Box<dyn Forwarding>) {
        let number = one.stored().number;
        let attempts = one.attempts().saturating_add(1);
        let began = Instant::now();
        let posted = self.post(one.stored()).await;
        let pause = self.backoff.pause(attempts, fastrand::f64());
        let outcome = match &posted {
            Ok(()) => {
                self.health.accepted();
                Outcome::Done
            }
            Err(failure) => self.after(failure.fault, &*one, began, pause),
        };
        let settled = match one.settle(outcome).await {
            Ok(settled) => settled,
            Err(error) => {
                tracing::warn!(error = %error, "the outcome for event {number} was not stored; it may be sent again");
                return;
            }
        };
        if matches!(outcome, Outcome::StepAside { alone: true, .. }) && settled != Settled::SetAside {
            self.health.was_not_set_aside();
        }
        match (&posted, settled) {
            (Ok(()), _) => tracing::debug!("event {number} forwarded"),
            (Err(Failure { reason, advice, .. }), Settled::SteppedAside) => {
                tracing::warn!(
                    attempts,
                    reason,
                    advice,
                    "event {number} not forwarded; the next event of its group is tried"
                );
            }
            (Err(Failure { reason, advice, .. }), Settled::SetAside) => {
                tracing::error!(
                    attempts,
                    reason,
                    advice,
                    "event {number} not forwarded; it is set aside and stays in the store"
                );
            }
            (Err(Failure { reason, advice, .. }), Settled::Stored) => {
                let seconds = (pause.as_secs_f64() * 10.0).round() / 10.0;
                tracing::warn!(
                    attempts,
                    reason,
                    advice,
                    seconds,
                    "event {number} not forwarded; it is tried again"
                );
            }
        }
    }

    /// What follows from a failed attempt.
    fn after(&self, fault: Fault, one: &dyn Forwarding, began: Instant, delay: Duration) -> Outcome {
        let refusals = one.refusals().saturating_add(1);
        let is_often = match fault {
            Fault::Target => false,
            _ if one.is_last_attempt() => true,
            Fault::Event => refusals >= self.backoff.refusals,
            Fault::Unclear => refusals >= self.backoff.failures,
        };
        // The attempt before was at least so long ago.
        let pause = self.backoff.pause(one.attempts().max(1), 0.0);
        let is_proven = one.is_last_attempt() || self.health.has_accepted(began, pause);
        if self.is_too_late(one.stored().received_at) || is_often && is_proven {
            Outcome::SetAside
        } else if is_often {
            Outcome::StepAside { delay, alone: fault == Fault::Event && self.health.may_set_aside() }
        } else {
            Outcome::Again { delay, refused: fault != Fault::Target }
        }
    }

    async fn post(&self, stored: &Stored) -> Result<(), Failure> {
        let mut request = self
            .client
            .post(self.url.clone())
            .headers(self.headers.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(IDEMPOTENCY_KEY, stored.event.id.as_str());
        if let Some(secret) = &self.secret {
            request = request.header(SIGNATURE, sign(secret, &stored.notification));
        }
        let answer = request.body(stored.notification.clone()).send().await;
        match answer {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => {
                let status = answer.status();
                // Of the proxy: the target did not get it.
                if let Some(cause) = Cause::of_status(status, &self.route) {
                    return Err(Failure::of(Fault::Target, &cause));
                }
                Err(Failure::new(Fault::of(status), format!("it was answered {}", status.as_u16())))
            }
            Err(error) => {
                let fault = if error.is_connect() { Fault::Target } else { Fault::Unclear };
                Err(Failure::of(fault, &Cause::of(&error, &self.route)))
            }
        }
    }

    fn is_too_late(&self, received_at: Timestamp) -> bool {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let age = i64::try_from(now.as_secs()).unwrap_or(i64::MAX).saturating_sub(received_at.seconds());
        u64::try_from(age).is_ok_and(|age| age > self.backoff.give_up_after.as_secs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_about_the_event_is_its_fault() {
        let of = |status| Fault::of(StatusCode::from_u16(status).unwrap());
        for status in [400, 406, 409, 410, 413, 415, 422, 451] {
            assert_eq!(of(status), Fault::Event, "{status}");
        }
        for status in [301, 401, 403, 404, 405, 407, 500, 501, 502, 503, 504, 599] {
            assert_eq!(of(status), Fault::Unclear, "{status}");
        }
        for status in [408, 425, 429] {
            assert_eq!(of(status), Fault::Target, "{status}");
        }
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_are_spread() {
        let backoff = Backoff::default();
        let seconds = |failed, jitter| backoff.pause(failed, jitter).as_secs_f64();
        assert_eq!([seconds(1, 1.0), seconds(2, 1.0), seconds(3, 1.0)], [1.0, 2.0, 4.0]);
        assert_eq!(seconds(3, 0.0), 2.0);
        assert_eq!([seconds(20, 1.0), seconds(u32::MAX, 1.0)], [300.0, 300.0]);
    }
}

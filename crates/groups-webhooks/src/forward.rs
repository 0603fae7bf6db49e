//! Passes stored events on to a URL: in order per group, at least once, with patience. The queue lives in the store, so
//! that it survives restarts; this must never remember anything that the store does not.

use std::sync::Arc;
use std::time::Duration;

use groups_model::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use secrecy::SecretString;
use tokio::task::JoinSet;
use url::{Host, Url};

use crate::signature::sign;
use crate::store::{EventStore, Forwarding, Stored};
use crate::target::ForwardTarget;

/// Carries the event's id, so that the receiving side can tell a repeat.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const SIGNATURE: HeaderName = HeaderName::from_static("x-hub-signature-256");
/// How soon an error of the store is tried again.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// How long to wait between attempts, and how long to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backoff {
    /// Before the second attempt; doubled before each further one.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
    /// An event that was received longer ago is given up when it fails once more, so that the events of its group
    /// behind it get their turn. It stays in the store.
    pub give_up_after: Duration,
}

impl Default for Backoff {
    /// 1 second, up to 5 minutes, for 7 days: as long as 360dialog itself goes on (Facts 4.7).
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            longest: Duration::from_secs(300),
            give_up_after: Duration::from_secs(7 * 24 * 3600),
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
pub struct ForwardError(String);

impl std::fmt::Display for ForwardError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ForwardError {}

/// Forwards what a [`Receiver`](crate::Receiver) with `forward_to` puts in the store's queue for this URL. What waits for
/// another stays there until somebody forwards to that.
///
/// Each event is a POST of its own: a notification in the form in which 360dialog delivers it, holding this one event, so
/// that a service which takes the webhooks takes these. `Idempotency-Key` is the event's id. Any answer of
/// 2xx means done; any other, and none, is tried again later while the later events of the same group wait.
pub struct Forwarder {
    store: Arc<dyn EventStore>,
    target: Arc<Target>,
    at_once: usize,
}

struct Target {
    url: Url,
    name: ForwardTarget,
    client: reqwest::Client,
    headers: HeaderMap,
    secret: Option<SecretString>,
    backoff: Backoff,
}

impl Forwarder {
    /// To a URL, http or https. Redirects are not followed.
    pub fn new(store: Arc<dyn EventStore>, url: &str) -> Result<Self, ForwardError> {
        let url: Url =
            url.parse().map_err(|error| ForwardError(format!("the URL to forward to: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(ForwardError(format!(
                "the URL to forward to must be http or https, got {}",
                url.scheme()
            )));
        }
        let here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        let mut builder = reqwest::Client::builder();
        if here {
            // A proxy would look for it on its own machine, and its answer be taken for the receiver's.
            builder = builder.no_proxy();
        }
        let client = builder
            .redirect(reqwest::redirect::Policy::none())
            // The queue repeats; nothing else does.
            .retry(reqwest::retry::never())
            .timeout(Duration::from_secs(10))
            .build()
            .map_err(|error| ForwardError(format!("the HTTP client: {error}")))?;
        let target = Target {
            name: ForwardTarget::of(&url),
            url,
            client,
            headers: HeaderMap::new(),
            secret: None,
            backoff: Backoff::default(),
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
        self.target.post(stored).await.map_err(ForwardError)
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

impl Target {
    async fn deliver(&self, one: Box<dyn Forwarding>) {
        let event = one.stored().event.id.clone();
        let failed = one.attempts().saturating_add(1);
        let settled = match self.post(one.stored()).await {
            Ok(()) => {
                tracing::debug!(event = %event, "event forwarded");
                one.done().await
            }
            Err(reason) if self.is_too_late(one.stored().received_at) => {
                tracing::error!(event = %event, attempts = failed, reason, "event not forwarded; it is given up");
                one.done().await
            }
            Err(reason) => {
                let pause = self.backoff.pause(failed, fastrand::f64());
                let seconds = pause.as_secs_f64();
                tracing::warn!(event = %event, attempts = failed, reason, seconds, "event not forwarded; later again");
                one.again_after(pause).await
            }
        };
        if let Err(error) = settled {
            tracing::warn!(event = %event, error = %error, "the outcome was not stored; the event may be sent again");
        }
    }

    /// Why it failed, without the URL: that may hold a secret.
    async fn post(&self, stored: &Stored) -> Result<(), String> {
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
            Ok(answer) => Err(format!("it was answered {}", answer.status().as_u16())),
            Err(error) if error.is_timeout() => Err("no answer in time".to_owned()),
            Err(error) if error.is_connect() => Err("no connection".to_owned()),
            Err(_) => Err("the connection broke".to_owned()),
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
    fn pauses_double_up_to_the_longest_and_are_spread() {
        let backoff = Backoff::default();
        let seconds = |failed, jitter| backoff.pause(failed, jitter).as_secs_f64();
        assert_eq!([seconds(1, 1.0), seconds(2, 1.0), seconds(3, 1.0)], [1.0, 2.0, 4.0]);
        assert_eq!(seconds(3, 0.0), 2.0);
        assert_eq!([seconds(20, 1.0), seconds(u32::MAX, 1.0)], [300.0, 300.0]);
    }
}

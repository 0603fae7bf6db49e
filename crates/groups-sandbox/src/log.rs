//! What a sandbox was asked and what it told: the last calls and webhooks, with their bodies, for a test to look at and
//! a person to watch. In memory only, bounded, and never with a key.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use serde::{Serialize, Serializer};
use tokio::sync::Notify;

/// How many entries are kept; older ones are forgotten.
const KEPT: usize = 1_000;
/// How much of a body is kept.
const BODY_KEPT: usize = 64 * 1024;

/// A body as it went over the wire; long ones are cut after 64 KiB.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Body(Bytes);

impl Body {
    pub(crate) fn new(bytes: Bytes) -> Self {
        if bytes.len() <= BODY_KEPT { Self(bytes) } else { Self(Bytes::copy_from_slice(&bytes[..BODY_KEPT])) }
    }

    /// As text; bytes that are none are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }

    /// As JSON, if it is.
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.0).ok()
    }
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.json() {
            Some(json) => json.serialize(serializer),
            None if self.0.is_empty() => serializer.serialize_none(),
            None => serializer.serialize_str(&self.text()),
        }
    }
}

/// A call of the API.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Call {
    /// When it came, in milliseconds since 1970 UTC, by the sandbox's clock.
    pub at_ms: i64,
    /// Its method.
    pub method: String,
    /// Its path and query as they came, without an access token.
    pub path: String,
    /// The operation's id in the API document; `None` where there is none.
    pub operation: Option<&'static str>,
    /// What was sent.
    pub request: Body,
    /// The status it was answered with; `None` where it was not.
    pub status: Option<u16>,
    /// What it was answered.
    pub response: Body,
    /// How long that took, in milliseconds.
    pub took_ms: u64,
    /// The scripted fault that hit it.
    pub fault: Option<String>,
}

/// One try to deliver a webhook.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct WebhookTry {
    /// When, in milliseconds since 1970 UTC, by the sandbox's clock.
    pub at_ms: i64,
    /// The webhook; each has a number of its own, the second of two as well.
    pub delivery: i64,
    /// The group it is about.
    pub group_id: String,
    /// Where it went.
    pub url: String,
    /// Which try it was, from 1.
    pub attempt: u32,
    /// What became of it.
    pub outcome: WebhookOutcome,
    /// What was sent, or would have been.
    pub body: Body,
}

/// What became of a try to deliver a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WebhookOutcome {
    /// Answered 200 in time.
    Delivered,
    /// Answered with another status; it will come again.
    Refused(u16),
    /// Not answered in time, or not reached; it will come again.
    Failed(String),
    /// Lost on purpose: the switch `webhook_drops`.
    Dropped,
    /// Not taken for seven days; it will not come again.
    GivenUp,
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Entry {
    /// A call of the API.
    Call(Call),
    /// A try to deliver a webhook.
    Webhook(WebhookTry),
}

/// The last thousand calls and webhooks of a [`Sandbox`](crate::Sandbox).
///
/// ```
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// # use groups_sandbox::Sandbox;
/// let sandbox = Sandbox::start().await?;
/// reqwest::Client::new()
///     .get(format!("{}/groups?limit=5", sandbox.base_url()))
///     .header("D360-API-KEY", sandbox.api_key())
///     .send()
///     .await?;
/// let calls = sandbox.log().calls_of("list_groups");
/// assert_eq!(calls.len(), 1);
/// assert_eq!((calls[0].path.as_str(), calls[0].status), ("/groups?limit=5", Some(200)));
/// # Ok(())
/// # }
/// # tokio::runtime::Runtime::new().unwrap().block_on(run()).unwrap();
/// ```
#[derive(Debug, Default)]
pub struct Log {
    held: Mutex<Held>,
    grown: Notify,
}

#[derive(Debug, Default)]
struct Held {
    /// How many entries there have been.
    count: u64,
    entries: VecDeque<Entry>,
}

impl Log {
    pub(crate) fn add(&self, entry: Entry) {
        let mut held = self.held();
        held.count += 1;
        if held.entries.len() == KEPT {
            held.entries.pop_front();
        }
        held.entries.push_back(entry);
        drop(held);
        self.grown.notify_waiters();
    }

    /// How many entries there have been, forgotten ones included.
    pub fn count(&self) -> u64 {
        self.held().count
    }

    /// The entries after the first `seen`, oldest first, as far as they are kept.
    pub fn since(&self, seen: u64) -> Vec<Entry> {
        self.since_and_count(seen).0
    }

    /// The same with how many there have been at that moment, so that none is told twice.
    pub(crate) fn since_and_count(&self, seen: u64) -> (Vec<Entry>, u64) {
        let held = self.held();
        let fresh = usize::try_from(held.count.saturating_sub(seen)).unwrap_or(usize::MAX);
        let skip = held.entries.len().saturating_sub(fresh);
        (held.entries.iter().skip(skip).cloned().collect(), held.count)
    }

    /// All calls, oldest first.
    pub fn calls(&self) -> Vec<Call> {
        let call = |entry: &Entry| match entry {
            Entry::Call(call) => Some(call.clone()),
            Entry::Webhook(_) => None,
        };
        self.held().entries.iter().filter_map(call).collect()
    }

    /// The calls of an operation, by its id in the API document such as `create_group`.
    pub fn calls_of(&self, operation: &str) -> Vec<Call> {
        self.calls().into_iter().filter(|call| call.operation == Some(operation)).collect()
    }

    /// All tries to deliver a webhook, oldest first.
    pub fn webhooks(&self) -> Vec<WebhookTry> {
        let webhook = |entry: &Entry| match entry {
            Entry::Webhook(webhook) => Some(webhook.clone()),
            Entry::Call(_) => None,
        };
        self.held().entries.iter().filter_map(webhook).collect()
    }

    /// Waits until what is in the log is what is waited for; `false` if it is not in time.
    pub async fn wait_for(&self, timeout: Duration, fits: impl Fn(&Self) -> bool) -> bool {
        let look = async {
            loop {
                let grown = self.grown.notified();
                if fits(self) {
                    return;
                }
                grown.await;
            }
        };
        tokio::time::timeout(timeout, look).await.is_ok()
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dropped(delivery: i64) -> Entry {
        Entry::Webhook(WebhookTry {
            at_ms: 0,
            delivery,
            group_id: "g".into(),
            url: "http://127.0.0.1".into(),
            attempt: 1,
            outcome: WebhookOutcome::Dropped,
            body: Body::default(),
        })
    }

    #[test]
    fn the_last_entries_are_kept_and_those_not_seen_yet_are_told() {
        let log = Log::default();
        for number in 0..KEPT as i64 + 5 {
            log.add(dropped(number));
        }
        assert_eq!(log.count(), KEPT as u64 + 5);
        assert_eq!(log.since(0).len(), KEPT);
        assert_eq!(log.since(log.count() - 2), [dropped(KEPT as i64 + 3), dropped(KEPT as i64 + 4)]);
        assert_eq!(log.since(log.count()), []);
        assert_eq!(log.since(log.count() + 9), []);
    }

    #[test]
    fn long_bodies_are_cut() {
        let body = Body::new(Bytes::from(vec![b'x'; BODY_KEPT + 1]));
        assert_eq!(body.text().len(), BODY_KEPT);
        assert_eq!(serde_json::to_value(Body::default()).unwrap(), serde_json::Value::Null);
    }
}

//! Requests that a receiver does not accept: counted by reason, logged in a bounded number of lines, and passed to a hook.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use axum::http::StatusCode;

/// How often refusals of one reason are logged after the first.
const LOG_EVERY: Duration = Duration::from_secs(60);

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// Another path than the one of [`Receiver::path`](crate::Receiver::path). HTTP 404.
    Path,
    /// A method other than GET, HEAD and POST. HTTP 405.
    Method,
    /// A verification handshake without the verify token. HTTP 403.
    Handshake,
    /// A required header is missing or has another value. HTTP 401.
    Header,
    /// The signature is missing or matches no secret. HTTP 401.
    Signature,
    /// The body is larger than the limit, before or after decoding. HTTP 413.
    Size,
    /// The content coding is not supported (HTTP 415), or the encoded body is damaged (HTTP 400).
    Encoding,
    /// The body broke off (HTTP 400) or took too long (HTTP 408).
    Body,
    /// The store failed. HTTP 503.
    Store,
}

impl Refusal {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::Path,
        Self::Method,
        Self::Handshake,
        Self::Header,
        Self::Signature,
        Self::Size,
        Self::Encoding,
        Self::Body,
        Self::Store,
    ];

    /// A word for it, such as `path`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Method => "method",
            Self::Handshake => "handshake",
            Self::Header => "header",
            Self::Signature => "signature",
            Self::Size => "size",
            Self::Encoding => "encoding",
            Self::Body => "body",
            Self::Store => "store",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A request that was refused.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Refused {
    /// Why.
    pub reason: Refusal,
    /// The HTTP status of the answer.
    pub status: u16,
    /// What was wrong and what to do, for people. Holds no secret and nothing of the body.
    pub detail: String,
}

impl Refused {
    pub(crate) fn new(reason: Refusal, status: StatusCode, detail: impl Into<String>) -> Self {
        Self { reason, status: status.as_u16(), detail: detail.into() }
    }
}

type Hook = Arc<dyn Fn(&Refused) + Send + Sync>;

/// The refusals of a receiver so far, by reason. Clones share the counters.
#[derive(Clone, Default)]
pub struct Refusals(Arc<Counters>);

#[derive(Default)]
struct Counters {
    reasons: Mutex<[Counter; Refusal::ALL.len()]>,
    hook: Mutex<Option<Hook>>,
}

#[derive(Clone, Copy, Default)]
struct Counter {
    total: u64,
    /// Refusals that no line of the log covers yet.
    unlogged: u64,
    /// Whether a task logs what comes next.
    is_summarised: bool,
}

impl Refusals {
    /// How many requests were refused for a reason.
    pub fn count(&self, reason: Refusal) -> u64 {
        self.0.with(reason, |counter| counter.total)
    }

    /// How many requests were refused.
    pub fn total(&self) -> u64 {
        Refusal::ALL.iter().map(|reason| self.count(*reason)).sum()
    }

    pub(crate) fn set_hook(&self, hook: Hook) {
        *self.0.hook.lock().unwrap_or_else(PoisonError::into_inner) = Some(hook);
    }

    /// Counts a refusal. The first of a reason is logged at once, later ones together, once a minute.
    pub(crate) fn record(&self, refused: &Refused) {
        let reason = refused.reason;
        let is_first = self.0.with(reason, |counter| {
            counter.total += 1;
            if counter.is_summarised {
                counter.unlogged += 1;
                return false;
            }
            counter.is_summarised = true;
            true
        });
        let hook = self.0.hook.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(hook) = hook {
            hook(refused);
        }
        if is_first {
            log(reason, format_args!("webhook refused: {}", refused.detail), Some(refused.status));
            tokio::spawn(summarise(Arc::downgrade(&self.0), reason));
        }
    }
}

impl Counters {
    fn with<T>(&self, reason: Refusal, change: impl FnOnce(&mut Counter) -> T) -> T {
        let mut reasons = self.reasons.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut reasons[reason as usize])
    }
}

/// Logs how many refusals of a reason came in each minute, until a minute passes without one.
async fn summarise(counters: Weak<Counters>, reason: Refusal) {
    loop {
        tokio::time::sleep(LOG_EVERY).await;
        let Some(counters) = counters.upgrade() else { return };
        let count = counters.with(reason, |counter| {
            counter.is_summarised = counter.unlogged > 0;
            std::mem::take(&mut counter.unlogged)
        });
        match count {
            0 => return,
            1 => log(reason, format_args!("1 more webhook refused within a minute"), None),
            _ => log(reason, format_args!("{count} more webhooks refused within a minute"), None),
        }
    }
}

fn log(reason: Refusal, message: fmt::Arguments<'_>, status: Option<u16>) {
    let name = reason.name();
    match reason {
        Refusal::Store => tracing::error!(reason = name, status, "{message}"),
        _ => tracing::warn!(reason = name, status, "{message}"),
    }
}

/// Such as `3 requests refused: 2 path, 1 signature`.
impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = Refusal::ALL.map(|reason| (reason, self.count(reason)));
        let total: u64 = counts.iter().map(|(_, count)| count).sum();
        match total {
            0 => return f.write_str("no request refused"),
            1 => f.write_str("1 request refused: ")?,
            _ => write!(f, "{total} requests refused: ")?,
        }
        let counts = counts.iter().filter(|(_, count)| *count > 0);
        let counts: Vec<String> = counts.map(|(reason, count)| format!("{count} {reason}")).collect();
        f.write_str(&counts.join(", "))
    }
}

impl fmt::Debug for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Refusals({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(reason: Refusal) -> Refused {
        Refused::new(reason, StatusCode::NOT_FOUND, "detail")
    }

    #[test]
    fn every_reason_has_a_counter_of_its_own() {
        for (index, reason) in Refusal::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, index, "{reason}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn refusals_are_counted_and_summarised_once_a_minute() {
        let refusals = Refusals::default();
        assert_eq!(refusals.to_string(), "no request refused");
        let seen = Arc::new(Mutex::new(0));
        let hook = Arc::clone(&seen);
        refusals.set_hook(Arc::new(move |_| *hook.lock().unwrap() += 1));
        let waiting = |reason| refusals.0.with(reason, |counter| (counter.unlogged, counter.is_summarised));
        refusals.record(&refused(Refusal::Path));
        assert_eq!(waiting(Refusal::Path), (0, true), "the first is logged at once");
        for _ in 0..4 {
            refusals.record(&refused(Refusal::Path));
        }
        refusals.record(&refused(Refusal::Signature));
        assert_eq!(waiting(Refusal::Path), (4, true));
        tokio::time::sleep(LOG_EVERY + Duration::from_secs(1)).await;
        assert_eq!(waiting(Refusal::Path), (0, true), "the four are logged in one line");
        assert_eq!(waiting(Refusal::Signature), (0, false));
        tokio::time::sleep(LOG_EVERY).await;
        assert_eq!(waiting(Refusal::Path), (0, false), "after a quiet minute the next is logged at once");
        assert_eq!(refusals.to_string(), "6 requests refused: 5 path, 1 signature");
        assert_eq!((refusals.total(), *seen.lock().unwrap()), (6, 6));
    }
}

//! The choke point: every call, generated or multipart, goes through [`Client::call`]. Time, repeats, the
//! tracing span and the classification of errors live here; nothing else repeats a request.

use std::future::Future;
use std::time::{Duration, SystemTime};

use groups_api::ResponseValue;
use groups_model::ErrorKind;
use groups_model::tolerant::Problems;
use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, HeaderValue};
use tokio::time::Instant;
use tracing::Instrument;

use crate::budget::Heard;
use crate::client::Client;
use crate::decode::Wire;
use crate::envelope;
use crate::error::{Error, Result};
use crate::failure::{Failure, RawError};
use crate::operation::{Idempotency, Operation};
use crate::retry::{self, Decision, Delivery};

/// An answer, and whether an earlier attempt of the same call may have been carried out too.
#[derive(Debug)]
pub(crate) struct Answer<T> {
    pub value: T,
    /// What of it could not be read.
    pub problems: Problems,
    pub in_doubt: bool,
    date: Option<HeaderValue>,
}

impl<T> Answer<T> {
    /// What the server's clock showed, where it says so.
    pub(crate) fn date(&self) -> Option<SystemTime> {
        httpdate::parse_http_date(self.date.as_ref()?.to_str().ok()?).ok()
    }
}

/// What a repeatable write came to.
#[derive(Debug)]
pub(crate) enum Written<T> {
    Answered(Answer<T>),
    /// The repeat was refused in the way that shows an earlier attempt to have worked.
    AlreadyDone,
}

/// No time is taken for longer than thirty years, so that one that means "without end" cannot overflow a clock.
const LONGEST: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

/// A moment that far from now.
pub(crate) fn after(time: Duration) -> Instant {
    Instant::now() + time.min(LONGEST)
}

impl Client {
    /// A call whose answer is needed.
    pub(crate) async fn call<T, F, A>(&self, operation: Operation, attempt: F) -> Result<Answer<T>>
    where
        T: Wire,
        F: Fn() -> A,
        A: Future<Output = Result<ResponseValue<T>, RawError>>,
    {
        self.run(operation, attempt).await.map_err(|(error, _)| error)
    }

    /// A call that an earlier attempt may already have done (delete, remove).
    pub(crate) async fn write<T, F, A>(&self, operation: Operation, attempt: F) -> Result<Written<T>>
    where
        T: Wire,
        F: Fn() -> A,
        A: Future<Output = Result<ResponseValue<T>, RawError>>,
    {
        match self.run(operation, attempt).await {
            Ok(answer) => Ok(Written::Answered(answer)),
            Err((error, in_doubt)) => match operation.idempotency() {
                Idempotency::Repeatable { done: Some(done) } if in_doubt && error.kind() == done => {
                    tracing::debug!(kind = %error.kind(), "an earlier attempt has done it already");
                    Ok(Written::AlreadyDone)
                }
                _ => Err(error),
            },
        }
    }

    /// An error comes with whether an attempt before the last may have been carried out.
    pub(crate) async fn run<T, F, A>(
        &self,
        operation: Operation,
        attempt: F,
    ) -> Result<Answer<T>, (Error, bool)>
    where
        T: Wire,
        F: Fn() -> A,
        A: Future<Output = Result<ResponseValue<T>, RawError>>,
    {
        let span = tracing::info_span!(
            "groups",
            otel.name = %format_args!("{} {}", operation.method(), operation.route()),
            http.request.method = operation.method(),
            http.route = operation.route(),
            http.response.status_code = tracing::field::Empty,
            attempts = tracing::field::Empty,
            error.r#type = tracing::field::Empty,
        );
        self.repeat(operation, attempt).instrument(span).await
    }

    async fn repeat<T, F, A>(&self, operation: Operation, attempt: F) -> Result<Answer<T>, (Error, bool)>
    where
        T: Wire,
        F: Fn() -> A,
        A: Future<Output = Result<ResponseValue<T>, RawError>>,
    {
        let times = self.times();
        let deadline = after(times.operation);
        let mut in_doubt = false;
        let mut attempts = 0;
        loop {
            let result = match tokio::time::timeout_at(deadline, self.budget().turn()).await {
                Err(_) => Err(Failure::no_turn()),
                Ok(started) => {
                    attempts += 1;
                    self.attempt(operation, started, times.attempt, deadline, &attempt).await
                }
            };
            let failure = match result {
                Ok((answer, problems)) => {
                    self.retries().refund();
                    self.report(operation, &problems);
                    let span = tracing::Span::current();
                    span.record("http.response.status_code", answer.status().as_u16());
                    span.record("attempts", attempts);
                    let date = answer.headers().get(DATE).cloned();
                    return Ok(Answer { value: answer.into_inner(), problems, in_doubt, date });
                }
                Err(failure) => failure,
            };
            let left = deadline.saturating_duration_since(Instant::now());
            let jitter = fastrand::f64();
            let decision =
                retry::decide(self.retry(), operation, failure.attempted(), attempts, left, jitter);
            match decision {
                Decision::RetryAfter(delay) if self.may_repeat(&failure) => {
                    tracing::debug!(
                        kind = %failure.kind,
                        status = failure.status.map(|status| status.as_u16()),
                        attempt = attempts,
                        delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
                        "repeating the call"
                    );
                    in_doubt |= failure.delivery == Delivery::MaybeDelivered;
                    tokio::time::sleep(delay).await;
                }
                _ => {
                    let span = tracing::Span::current();
                    span.record("attempts", attempts);
                    span.record("error.type", failure.kind.as_str());
                    self.report(operation, &failure.said.problems);
                    if let Some(status) = failure.status {
                        span.record("http.response.status_code", status.as_u16());
                    }
                    let delivery = if in_doubt { Delivery::MaybeDelivered } else { failure.delivery };
                    return Err((Error::of_failure(failure, operation, attempts, delivery), in_doubt));
                }
            }
        }
    }

    /// Hands on what could not be read of an answer, and logs it.
    pub(crate) fn report(&self, operation: Operation, problems: &Problems) {
        const LOGGED: usize = 10;
        if problems.is_empty() {
            return;
        }
        for problem in problems.iter().take(LOGGED) {
            tracing::debug!(%operation, %problem, total = problems.total(), "a value could not be read");
        }
        if let Some(watch) = self.on_problems() {
            watch(operation, problems);
        }
    }

    fn may_repeat(&self, failure: &Failure) -> bool {
        let may = failure.kind == ErrorKind::RateLimited || self.retries().take();
        if !may {
            tracing::warn!("the process has used up its repeats; not repeating the call");
        }
        may
    }

    async fn attempt<T, F, A>(
        &self,
        operation: Operation,
        started: f64,
        time: Duration,
        deadline: Instant,
        attempt: &F,
    ) -> Result<(ResponseValue<T>, Problems), Failure>
    where
        T: Wire,
        F: Fn() -> A,
        A: Future<Output = Result<ResponseValue<T>, RawError>>,
    {
        // The body of an error answer is read inside too, so that a trickle cannot outlast the attempt. Boxed, as its
        // state is some kilobytes, which each of the futures around it would move when it is made.
        let whole = Box::pin(async {
            let (answer, problems) = match attempt().await {
                Ok(answer) => (answer, Problems::default()),
                Err(RawError::InvalidResponsePayload(body, _)) => match T::again(&body) {
                    Ok((value, problems)) => {
                        (ResponseValue::new(value, StatusCode::OK, HeaderMap::default()), problems)
                    }
                    Err(unreadable) => return Err(Failure::of_payload(&body, unreadable, operation)),
                },
                Err(error) => return Err(Failure::of(error, operation, self.route()).await),
            };
            match answer.instead().as_ref().and_then(envelope::reported) {
                Some(said) => Err(Failure::of_reported(said, answer.headers(), operation)),
                None => Ok((answer, problems)),
            }
        });
        let time = time.min(deadline.saturating_duration_since(Instant::now()));
        let result = match tokio::time::timeout(time, whole).await {
            Ok(result) => result,
            Err(_) => Err(Failure::timed_out(time, self.route())),
        };
        let heard = match &result {
            Ok(_) => Heard::Accepted,
            Err(failure) if failure.kind == ErrorKind::RateLimited => Heard::Refused {
                // Clamped as for repeats, so that one odd header does not stop a number for hours.
                hint: failure.hint.map(|hint| hint.min(self.retry().max_delay).min(LONGEST)),
            },
            // The service answered, so it let the call through, whatever it then said.
            Err(failure) if failure.status.is_some_and(|status| !status.is_server_error()) => Heard::Accepted,
            Err(_) => Heard::Nothing,
        };
        self.budget().heard(started, heard);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_end_does_not_overflow_the_clock() {
        assert!(after(Duration::MAX) > after(Duration::from_secs(60)));
    }
}

//! What one attempt came to, classified: kind, how far it got, whether a repeat can help. The only place
//! that reads error answers. Never classifies by `type: OAuthException`, which Meta puts on everything.

use std::error::Error as StdError;
use std::time::Duration;

use groups_connect::page::{self, Page};
use groups_connect::{Cause, Route};
use groups_model::tolerant::Unreadable;
use groups_model::{ErrorEntry, ErrorKind, ItemError, RetryClass, TextEntry};
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::envelope::{self, Envelope};
use crate::operation::Operation;
use crate::retry::{Attempted, Delivery};

pub(crate) type Source = Box<dyn StdError + Send + Sync>;

/// A failed attempt.
#[derive(Debug)]
pub(crate) struct Failure {
    pub kind: ErrorKind,
    pub class: RetryClass,
    pub delivery: Delivery,
    pub status: Option<StatusCode>,
    pub said: Envelope,
    pub remedy: Option<&'static str>,
    pub hint: Option<Duration>,
    /// An HTML page came in place of an answer.
    pub is_page: bool,
    pub source: Option<Source>,
}

/// Error of the raw client, as every attempt gives it.
pub(crate) type RawError = groups_api::Error<()>;

impl Failure {
    pub(crate) fn attempted(&self) -> Attempted {
        Attempted { kind: self.kind, class: self.class, delivery: self.delivery, hint: self.hint }
    }

    /// An attempt that was given up when its time was over.
    pub(crate) fn timed_out(after: Duration, route: &Route) -> Self {
        let cause = Cause::late(route, after.as_millis() as f64 / 1000.0);
        Self {
            class: RetryClass::Backoff,
            delivery: Delivery::MaybeDelivered,
            ..Self::local(ErrorKind::Timeout, cause.message().to_owned())
        }
    }

    /// An attempt whose turn did not come in time.
    pub(crate) fn no_turn() -> Self {
        let message = "the call's time was over before its turn came: calls are being held back to the pace \
                       that the service allows";
        // Made again later it may well come through; within this call there is no time left for it.
        Self { class: RetryClass::Backoff, ..Self::local(ErrorKind::RateLimited, message.into()) }
    }

    /// Reads an error of the raw client, and the body of an answer that was not expected.
    pub(crate) async fn of(error: RawError, operation: Operation, route: &Route) -> Self {
        match error {
            groups_api::Error::CommunicationError(error) | groups_api::Error::InvalidUpgrade(error) => {
                Self::of_connection(error, route)
            }
            groups_api::Error::ResponseBodyError(error) => Self::of_body(error, None, route),
            groups_api::Error::UnexpectedResponse(answer) => {
                let (status, headers) = (answer.status(), answer.headers().clone());
                match answer.bytes().await {
                    Ok(body) => Self::of_answer(status, &headers, &body, operation),
                    Err(error) if status.is_success() => Self::of_body(error, Some(status), route),
                    // The status says more than the body that could not be read.
                    Err(error) => Self {
                        source: Some(error.without_url().into()),
                        ..Self::of_answer(status, &headers, b"", operation)
                    },
                }
            }
            groups_api::Error::InvalidResponsePayload(body, error) => {
                Self::of_payload(&body, Unreadable::NotJson(error), operation)
            }
            groups_api::Error::InvalidRequest(message) | groups_api::Error::Custom(message) => {
                Self::local(ErrorKind::InvalidInput, message)
            }
            groups_api::Error::ErrorResponse(answer) => {
                Self::of_answer(answer.status(), answer.headers(), b"", operation)
            }
        }
    }

    fn local(kind: ErrorKind, message: String) -> Self {
        Self {
            kind,
            class: RetryClass::Never,
            delivery: Delivery::NotSent,
            status: None,
            said: Envelope { message: Some(message), ..Envelope::default() },
            remedy: None,
            hint: None,
            is_page: false,
            source: None,
        }
    }

    fn of_connection(error: reqwest::Error, route: &Route) -> Self {
        let cause = Cause::of(&error, route);
        if error.is_builder() {
            return Self::local(ErrorKind::Configuration, cause.message().to_owned());
        }
        let kind = if error.is_timeout() { ErrorKind::Timeout } else { ErrorKind::Network };
        Self {
            class: if cause.is_permanent() { RetryClass::Never } else { RetryClass::Backoff },
            delivery: if error.is_connect() { Delivery::NotSent } else { Delivery::MaybeDelivered },
            remedy: cause.advice(),
            source: Some(error.without_url().into()),
            ..Self::local(kind, cause.message().to_owned())
        }
    }

    /// The answer began well and its body did not arrive, or was too long.
    fn of_body(error: reqwest::Error, status: Option<StatusCode>, route: &Route) -> Self {
        let mut failure = Self::of_connection(error, route);
        failure.status = status;
        let too_long = failure.source.as_ref().is_some_and(|source| {
            let mut next: Option<&dyn StdError> = Some(source.as_ref());
            while let Some(error) = next {
                if error.is::<groups_api::BodyTooLong>() {
                    return true;
                }
                next = error.source();
            }
            false
        });
        if too_long {
            failure.kind = ErrorKind::InvalidResponse;
            failure.class = RetryClass::Never;
            failure.said.message = Some("the answer is longer than this client reads".into());
        }
        failure
    }

    /// A 2xx whose body is not what the operation answers with.
    pub(crate) fn of_payload(body: &[u8], unreadable: Unreadable, operation: Operation) -> Self {
        if let Some(page) = Page::of(None, body) {
            return Self::of_page(&page, StatusCode::OK);
        }
        if let Some(said) = envelope::reported_in(body) {
            return Self::of_reported(said, &HeaderMap::new(), operation);
        }
        let (message, source) = match unreadable {
            _ if body.is_empty() => {
                ("the answer is empty, where one with content was expected".to_owned(), None)
            }
            Unreadable::Odd(problem) => (format!("the answer could not be understood: {problem}"), None),
            // Of a value that is not as expected, this error would name types of this code.
            Unreadable::NotJson(error) if error.is_data() => {
                ("the answer could not be understood: it is not of a documented form".to_owned(), None)
            }
            Unreadable::NotJson(error) => (
                format!("the answer could not be understood: it is not JSON: {error}"),
                Some(Source::from(error)),
            ),
        };
        Self {
            delivery: Delivery::MaybeDelivered,
            status: Some(StatusCode::OK),
            source,
            ..Self::local(ErrorKind::InvalidResponse, message)
        }
    }

    /// A 2xx that reports an error and nothing else. A code of the error table is the API's word that it refused the call;
    /// without one the call may have been carried out.
    pub(crate) fn of_reported(mut said: Envelope, headers: &HeaderMap, operation: Operation) -> Self {
        let (kind, class, remedy) = classify(StatusCode::OK, &said);
        let is_known = kind != ErrorKind::InvalidResponse;
        let reason = said.message.take().or_else(|| said.title.clone());
        said.message = Some(match reason {
            Some(reason) if is_known => reason,
            Some(reason) => format!("the answer has a status of success, but reports an error: {reason}"),
            None => "the answer has a status of success, but reports an error without a reason".to_owned(),
        });
        let status = if is_known { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        Self {
            kind,
            class,
            delivery: delivery(status, kind, operation),
            status: Some(StatusCode::OK),
            said,
            remedy,
            hint: retry_after(headers),
            is_page: false,
            source: None,
        }
    }

    /// An HTML page with a status of 2xx. What was sent may have been carried out.
    fn of_page(page: &Page, status: StatusCode) -> Self {
        Self {
            delivery: Delivery::MaybeDelivered,
            status: Some(status),
            remedy: Some(page::ADVICE),
            is_page: true,
            ..Self::local(ErrorKind::InvalidResponse, page.message(status))
        }
    }

    /// An answer outside 2xx (or a 2xx that the document does not name).
    pub(crate) fn of_answer(
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
        operation: Operation,
    ) -> Self {
        let page = Page::of(Some(headers), body);
        // What a page says is not the API's word: its status alone decides.
        let mut said = if page.is_some() { Envelope::default() } else { Envelope::read(body) };
        let (kind, class, mut remedy) = classify(status, &said);
        if let Some(page) = &page {
            said.message = Some(page.message(status));
            remedy = Some(page::ADVICE);
        }
        if said.message.is_none() {
            let reason = status.canonical_reason().unwrap_or("status without a name");
            said.message = said.title.clone().or_else(|| Some(reason.to_owned()));
        }
        if kind == ErrorKind::Redirected {
            said = Envelope { message: Some(redirect_message(headers)), ..Envelope::default() };
        }
        Self {
            kind,
            class,
            delivery: delivery(status, kind, operation),
            status: Some(status),
            said,
            remedy,
            hint: retry_after(headers),
            is_page: page.is_some(),
            source: None,
        }
    }
}

/// A code says more than a text, a text more than a status, but for 429.
fn classify(status: StatusCode, said: &Envelope) -> (ErrorKind, RetryClass, Option<&'static str>) {
    let row = said.code.and_then(ErrorEntry::find);
    // This status has one meaning, whatever code comes with it (Facts 2.1).
    let is_limited =
        status == StatusCode::TOO_MANY_REQUESTS && row.is_none_or(|row| row.kind != ErrorKind::RateLimited);
    if is_limited {
        return (ErrorKind::RateLimited, RetryClass::Backoff, None);
    }
    if let Some(row) = row {
        return (row.kind, row.retry, Some(row.remedy));
    }
    if let Some(row) = said.message.as_deref().and_then(|text| TextEntry::find(status.as_u16(), text)) {
        return (row.kind, row.retry, Some(row.remedy));
    }
    let (kind, class) = match status.as_u16() {
        300..=399 => (ErrorKind::Redirected, RetryClass::Never),
        401 => (ErrorKind::InvalidCredentials, RetryClass::Never),
        // Of a proxy: the API has no such answer.
        407 => (ErrorKind::Network, RetryClass::Never),
        403 => (ErrorKind::PermissionDenied, RetryClass::Never),
        404 | 405 => (ErrorKind::NotFound, RetryClass::Never),
        408 | 425 | 500..=599 => (ErrorKind::ServiceUnavailable, RetryClass::Backoff),
        200..=299 => (ErrorKind::InvalidResponse, RetryClass::Never),
        _ => (ErrorKind::Api, RetryClass::Never),
    };
    (kind, class, None)
}

/// A refusal is believed where the service itself said no; a 5xx, or a code that means "we failed", may have
/// come after the work was done.
fn delivery(status: StatusCode, kind: ErrorKind, operation: Operation) -> Delivery {
    let failed = status.is_server_error()
        || status == StatusCode::REQUEST_TIMEOUT
        || status.is_success()
        || kind == ErrorKind::ServiceUnavailable;
    if failed && operation.is_write() { Delivery::MaybeDelivered } else { Delivery::Refused }
}

/// `Retry-After` in seconds or as a date. No source documents it for this API; proxies send it.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(reqwest::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = httpdate::parse_http_date(value).ok()?;
    Some(at.duration_since(std::time::SystemTime::now()).unwrap_or_default())
}

fn redirect_message(headers: &HeaderMap) -> String {
    let host = headers
        .get(reqwest::header::LOCATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| url::Url::parse(value).ok())
        .and_then(|url| url.host_str().map(str::to_owned));
    match host {
        Some(host) => format!("the server points to {host}; redirects are not followed"),
        None => "the server answered with a redirect; redirects are not followed".into(),
    }
}

/// An inline error (Facts 2.1 I) as the reason of one failed item.
pub(crate) fn item_error(error: &Value) -> ItemError {
    let said = Envelope::from_error(error);
    let row = said.code.and_then(ErrorEntry::find);
    let kind = row.map_or(ErrorKind::Api, |row| row.kind);
    let message = said
        .message
        .or_else(|| said.title.clone())
        .or_else(|| row.map(|row| row.meaning.to_owned()))
        .unwrap_or_else(|| "no reason was given".into());
    let mut item = ItemError::new(kind, without_code(&message, said.code));
    (item.code, item.title, item.details) = (said.code, said.title, said.details);
    item
}

/// Meta writes the code into the message too: `(#131041) Group unknown`.
pub(crate) fn without_code(message: &str, code: Option<u32>) -> String {
    let prefix = code.map(|code| format!("(#{code})"));
    let rest = prefix.and_then(|prefix| message.strip_prefix(prefix.as_str())).unwrap_or(message).trim();
    if rest.is_empty() { message.to_owned() } else { rest.to_owned() }
}

/// How long to wait, such as `90 s` or `2 h 30 min`.
pub(crate) fn length_of(time: Duration) -> String {
    let (seconds, minutes) = (time.as_secs(), time.as_secs() / 60);
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 if seconds % 60 == 0 => format!("{minutes} min"),
        120..7_200 => format!("{minutes} min {} s", seconds % 60),
        7_200..172_800 => format!("{} h {} min", minutes / 60, minutes % 60),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(reqwest::header::RETRY_AFTER, value.parse().unwrap());
        retry_after(&headers)
    }

    #[test]
    fn a_hint_is_read_in_seconds_and_as_a_date() {
        assert_eq!(hint("7"), Some(Duration::from_secs(7)));
        assert_eq!(hint(" 0 "), Some(Duration::ZERO));
        let soon = std::time::SystemTime::now() + Duration::from_secs(3_600);
        let told = hint(&httpdate::fmt_http_date(soon)).unwrap();
        assert!((3_500..=3_600).contains(&told.as_secs()), "{told:?}");
        assert_eq!(hint("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::ZERO), "a date that has passed");
        for bad in ["soon", "-5", "1.5", "99999999999999999999999"] {
            assert_eq!(hint(bad), None, "{bad}");
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }

    #[test]
    fn a_length_of_time_is_written_as_people_read_it() {
        for (seconds, text) in [
            (0, "0 s"),
            (90, "90 s"),
            (120, "2 min"),
            (150, "2 min 30 s"),
            (3_600, "60 min"),
            (9_000, "2 h 30 min"),
            (864_000, "10 days"),
        ] {
            assert_eq!(length_of(Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn a_page_is_named_and_what_it_says_decides_nothing() {
        let page = b"<title>Invalid API key (#131041)</title>";
        for (status, kind) in [
            (200, ErrorKind::InvalidResponse),
            (401, ErrorKind::InvalidCredentials),
            (403, ErrorKind::PermissionDenied),
            (404, ErrorKind::NotFound),
            (407, ErrorKind::Network),
            (429, ErrorKind::RateLimited),
            (502, ErrorKind::ServiceUnavailable),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let failure = Failure::of_answer(status, &HeaderMap::new(), page, Operation::GetGroup);
            assert!(failure.is_page && failure.said.code.is_none());
            assert_eq!((failure.kind, failure.remedy), (kind, Some(page::ADVICE)), "{status}");
            let message = failure.said.message.unwrap();
            assert!(message.starts_with("an HTML page (\"Invalid API key (#131041)\", HTTP "), "{message}");
        }
    }

    #[test]
    fn too_many_requests_are_a_rate_limit_whatever_the_code() {
        for code in [None, Some(1), Some(131_215), Some(999_999)] {
            let said = Envelope { code, message: Some("API unknown".to_owned()), ..Envelope::default() };
            let expected = (ErrorKind::RateLimited, RetryClass::Backoff, None);
            assert_eq!(classify(StatusCode::TOO_MANY_REQUESTS, &said), expected, "{code:?}");
        }
    }

    /// Every row of the error table is recognised in an answer, with its kind, its retry class and its advice.
    #[test]
    fn every_code_and_every_text_of_the_table_is_classified() {
        for row in groups_model::CODES {
            let said = Envelope { code: Some(row.code), ..Envelope::default() };
            let status =
                row.http_status.map_or(StatusCode::BAD_REQUEST, |code| StatusCode::from_u16(code).unwrap());
            assert_eq!(classify(status, &said), (row.kind, row.retry, Some(row.remedy)), "{}", row.code);
        }
        for row in groups_model::TEXTS {
            let said = Envelope { message: Some(row.contains.to_uppercase()), ..Envelope::default() };
            let status = StatusCode::from_u16(row.http_status).unwrap();
            assert_eq!(classify(status, &said).0, row.kind, "{}", row.contains);
        }
        let unknown = Envelope { code: Some(999_999), ..Envelope::default() };
        let unknown = classify(StatusCode::BAD_REQUEST, &unknown);
        assert_eq!(unknown, (ErrorKind::Api, RetryClass::Never, None));
    }
}

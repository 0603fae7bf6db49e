//! Why the suite could not run at all. What the service answers is a finding, not an error, but for what makes every
//! check pointless.

use groups_connect::Cause;
use groups_connect::page::{self, Page};
use reqwest::StatusCode;

/// What kept the suite from running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The base URL is none, or is plain http to another machine.
    InvalidBaseUrl,
    /// The key is empty or cannot stand in a header.
    InvalidKey,
    /// The group's id cannot be one segment of a path.
    InvalidGroup,
    /// The HTTP client could not be set up.
    Client,
    /// The first call got no answer.
    Unreachable,
    /// The first call was answered with an HTML page, which is of a proxy, a firewall or a sign-in page.
    HtmlPage,
    /// The service refuses the key.
    KeyRefused,
    /// The service knows no group of the given id (131041).
    GroupUnknown,
}

/// Why the suite did not run. The message contains no key; it names the host and the proxy where no connection could be made.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    kind: ErrorKind,
    message: String,
    advice: Option<&'static str>,
    is_permanent: bool,
    is_timeout: bool,
    http_status: Option<u16>,
}

impl Error {
    pub(super) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            advice: None,
            is_permanent: false,
            is_timeout: false,
            http_status: None,
        }
    }

    pub(super) fn advising(self, advice: &'static str) -> Self {
        Self { advice: Some(advice), ..self }
    }

    /// Of a client that cannot be set up, or a call without an answer.
    pub(super) fn of_cause(kind: ErrorKind, cause: &Cause) -> Self {
        let error = Self::new(kind, cause.message());
        Self { advice: cause.advice(), is_permanent: cause.is_permanent(), ..error }
    }

    pub(super) fn in_time(self, is_timeout: bool) -> Self {
        Self { is_timeout, ..self }
    }

    pub(super) fn of_page(page: &Page, status: u16) -> Self {
        let status_code = StatusCode::from_u16(status).unwrap_or_default();
        let error = Self::new(ErrorKind::HtmlPage, page.message(status_code));
        Self { advice: Some(page::ADVICE), is_permanent: true, http_status: Some(status), ..error }
    }

    /// What to do about exactly this, such as a certificate or a proxy.
    pub fn advice(&self) -> Option<&'static str> {
        self.advice
    }

    /// Whether another run would end in the same way.
    pub fn is_permanent(&self) -> bool {
        self.is_permanent
    }

    /// Whether there was no answer in time.
    pub fn is_timeout(&self) -> bool {
        self.is_timeout
    }

    /// The status of an HTML page.
    pub fn http_status(&self) -> Option<u16> {
        self.http_status
    }

    /// What went wrong, to branch on.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

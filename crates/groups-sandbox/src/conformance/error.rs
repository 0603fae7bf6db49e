//! Why the suite could not run at all. What the service answers is a finding, not an error, but for what makes every
//! check pointless.

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
    /// The service refuses the key.
    KeyRefused,
    /// The service knows no group of the given id (131041).
    GroupUnknown,
}

/// Why the suite did not run; its message says what to do next and holds neither key nor address.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    kind: ErrorKind,
    message: String,
}

impl Error {
    pub(super) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// What went wrong, to branch on.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

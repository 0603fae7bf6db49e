//! What a caller gave that cannot be sent. Made before any request; never made from what a server sent.

use std::fmt;

/// An argument that was refused before anything was sent. It names the field and the limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidInput {
    field: &'static str,
    problem: String,
}

impl InvalidInput {
    /// `problem` is read after the field's name: "must not be empty".
    pub fn new(field: &'static str, problem: impl Into<String>) -> Self {
        Self { field, problem: problem.into() }
    }

    /// The argument at fault, by the API's name for it (`subject`, `limit`, `participants`).
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// What is wrong with it, with the limit.
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl fmt::Display for InvalidInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.problem)
    }
}

impl std::error::Error for InvalidInput {}

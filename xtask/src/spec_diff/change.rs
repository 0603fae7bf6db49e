//! What can differ between two documents, and what a difference means to a caller.

use std::collections::BTreeMap;

use serde::Serialize;

/// What a change means to somebody whose code calls the API. Worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// Code that worked may not compile, may be refused, or may meet what it was promised never to meet.
    Breaking,
    /// There is more to use; what was used stays.
    Additive,
    /// Only people notice.
    Wording,
}

impl Level {
    pub(crate) const ALL: [Self; 3] = [Self::Breaking, Self::Additive, Self::Wording];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Additive => "additive",
            Self::Wording => "wording",
        }
    }
}

/// Which way a value travels: what may be stricter in an answer must not be so in a request, and the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Direction {
    Request,
    Answer,
}

/// How the values that fit changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shift {
    /// Fewer fit.
    Stricter,
    /// More fit.
    Looser,
    /// Others fit.
    Other,
}

impl Shift {
    pub(super) fn level(self, direction: Direction) -> Level {
        match (self, direction) {
            (Self::Stricter, Direction::Answer) | (Self::Looser, Direction::Request) => Level::Additive,
            _ => Level::Breaking,
        }
    }
}

/// What a change is filed under.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Subject {
    /// The document as a whole.
    Document,
    /// An operation, as `GET /groups`.
    Operation(String),
    /// A named schema.
    Schema(String),
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Document => f.write_str("the document"),
            Self::Operation(name) => f.write_str(name),
            Self::Schema(name) => write!(f, "schema {name}"),
        }
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Change {
    pub(crate) level: Level,
    #[serde(flatten)]
    pub(crate) subject: Subject,
    /// Where in it, such as `parameter limit` or `paging.cursors`; empty for the whole.
    pub(crate) at: String,
    pub(crate) what: String,
}

/// Collects changes. One that is met on several ways counts as the worst of them.
#[derive(Debug, Default)]
pub(super) struct Changes(BTreeMap<(Subject, String, String), Level>);

impl Changes {
    pub(super) fn add(&mut self, level: Level, (subject, at): (&Subject, &str), what: impl Into<String>) {
        let known = self.0.entry((subject.clone(), at.to_owned(), what.into())).or_insert(level);
        *known = level.min(*known);
    }

    /// Sorted: worst first, then by subject.
    pub(super) fn sorted(self) -> Vec<Change> {
        let change = |((subject, at, what), level)| Change { level, subject, at, what };
        let mut changes: Vec<Change> = self.0.into_iter().map(change).collect();
        changes.sort();
        changes
    }
}

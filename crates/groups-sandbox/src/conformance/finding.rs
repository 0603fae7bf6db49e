//! What the suite finds: one finding per check, fit to be mailed. Holds only what has been redacted.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

/// How what was observed stands to the documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// As the facts page says.
    AsDocumented,
    /// A known other side of a disagreement between sources; the note says which.
    Variant,
    /// Neither; the note says how.
    Different,
    /// The check could not be made; the note says why.
    NotTried,
}

/// What one check came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The check's name.
    pub check: &'static str,
    /// How it stands.
    pub verdict: Verdict,
    /// The heading of the facts page that the check rests on.
    pub facts: &'static str,
    /// The confidence the facts page gives: `CONFIRMED`, `SINGLE`, `INFERRED`, or `DISAGREEMENT` where sources differ.
    pub confidence: &'static str,
    /// What the facts page says.
    pub documented: &'static str,
    /// The last answer in a line, such as `400, code 131059`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
    /// Which variant, what differs, why it was not tried, or what else is worth knowing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The calls that decided, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub observed: Vec<Observed>,
}

/// A call and its answer, redacted: of values only those are shown that no person and no business can be told by.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Observed {
    /// Method, path and query, with placeholders for ids and cursors.
    pub request: String,
    /// The body that was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent: Option<Value>,
    /// The status of the answer.
    pub status: u16,
    /// Headers of the answer: the content type, and those about rates, by allow-list.
    pub headers: BTreeMap<String, String>,
    /// The body of the answer; a text in angle brackets where it is no JSON.
    pub body: Value,
}

/// What a run of the suite found.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// One finding per check, always all of them and in the same order.
    pub findings: Vec<Finding>,
    /// Whether the run was told to stop before its end.
    pub interrupted: bool,
}

impl Report {
    /// How many checks came to this.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.findings.iter().filter(|finding| finding.verdict == verdict).count()
    }

    /// The finding of a check.
    pub fn finding(&self, check: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.check == check)
    }
}

/// What a check came to, before it is told.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    pub(super) note: Option<String>,
}

impl Judged {
    pub(super) const AS_DOCUMENTED: Self = Self { verdict: Verdict::AsDocumented, note: None };

    pub(super) fn variant(which: impl Into<String>) -> Self {
        Self { verdict: Verdict::Variant, note: Some(which.into()) }
    }

    pub(super) fn different(how: impl Into<String>) -> Self {
        Self { verdict: Verdict::Different, note: Some(how.into()) }
    }

    pub(super) fn not_tried(why: impl Into<String>) -> Self {
        Self { verdict: Verdict::NotTried, note: Some(why.into()) }
    }

    /// Documented or, where the note says how not, different.
    pub(super) fn unless(wrong: Option<String>) -> Self {
        wrong.map_or(Self::AS_DOCUMENTED, Self::different)
    }

    /// With something worth knowing besides.
    pub(super) fn with_note(mut self, note: impl Into<String>) -> Self {
        let note = note.into();
        self.note = Some(match self.note {
            Some(before) => format!("{before}; {note}"),
            None => note,
        });
        self
    }

    pub(super) fn is_sound(&self) -> bool {
        matches!(self.verdict, Verdict::AsDocumented | Verdict::Variant)
    }
}

/// A time that passed, as people say it.
pub(super) fn told(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

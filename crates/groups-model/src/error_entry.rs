//! The rows of the error table. The rows themselves are generated from the spec: see `error_code.rs`.

use crate::{CODES, ErrorKind, TEXTS};

/// Whether and how a call that failed so may be repeated, as far as the code tells. Whether it was delivered
/// decides too; that is the client's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryClass {
    /// The same call fails again.
    Never,
    /// Wait a little, longer each time.
    Backoff,
    /// It may work in hours or days; not within one call.
    Later,
    /// Repeat only the items that failed.
    FailedItems,
    /// Begin the walk again, without the cursor.
    RestartPaging,
}

impl RetryClass {
    /// The class's name in output and in the error table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Backoff => "backoff",
            Self::Later => "later",
            Self::FailedItems => "failed_items",
            Self::RestartPaging => "restart_paging",
        }
    }
}

/// How well a row of the error table is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Confidence {
    /// Two independent sources say so.
    Confirmed,
    /// One source says so.
    Single,
    /// No source says so outright.
    Inferred,
}

impl Confidence {
    /// The name in output and in the error table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Single => "single",
            Self::Inferred => "inferred",
        }
    }
}

/// A row of the error table: what one code (or a range of codes) means and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorEntry {
    /// The code.
    pub code: u32,
    /// The last code of a range that shares the row; equal to `code` for a single one.
    pub code_to: u32,
    /// The documented title, or a short neutral one.
    pub title: &'static str,
    /// The kind it stands for.
    pub kind: ErrorKind,
    /// The documented HTTP status, if any.
    pub http_status: Option<u16>,
    /// What it means.
    pub meaning: &'static str,
    /// Whether a repeat can help.
    pub retry: RetryClass,
    /// The next step.
    pub remedy: &'static str,
    /// Whether it is one of the codes of the groups API itself.
    pub group_api: bool,
    /// How well code and meaning are known; of the HTTP status no more than one source tells.
    pub confidence: Confidence,
    /// Which sources say so: `META-ERR` is Meta's page of error codes, `360-ERR` 360dialog's, `PYWA` a client library.
    pub source: &'static str,
}

impl ErrorEntry {
    /// The row of a code; `None` for a code that no source names.
    ///
    /// ```
    /// use groups_model::{ErrorEntry, ErrorKind};
    /// assert_eq!(ErrorEntry::find(131_041).map(|row| row.kind), Some(ErrorKind::GroupUnknown));
    /// assert!(ErrorEntry::find(131_205).is_none());
    /// ```
    pub fn find(code: u32) -> Option<&'static Self> {
        CODES.iter().find(|row| (row.code..=row.code_to).contains(&code))
    }
}

/// An error that 360dialog tells by a text alone, without a code (Facts 2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TextEntry {
    /// The HTTP status it comes with.
    pub http_status: u16,
    /// What the text holds, in lower case.
    pub contains: &'static str,
    /// The kind it stands for.
    pub kind: ErrorKind,
    /// What it means.
    pub meaning: &'static str,
    /// Whether a repeat can help.
    pub retry: RetryClass,
    /// The next step.
    pub remedy: &'static str,
}

impl TextEntry {
    /// The row that a status and a text match, without regard to case.
    ///
    /// ```
    /// use groups_model::{ErrorKind, TextEntry};
    /// let row = TextEntry::find(400, "You have exceeded the endpoint rate limit.");
    /// assert_eq!(row.map(|row| row.kind), Some(ErrorKind::RateLimited));
    /// ```
    pub fn find(http_status: u16, text: &str) -> Option<&'static Self> {
        let text = text.to_lowercase();
        TEXTS.iter().find(|row| row.http_status == http_status && text.contains(row.contains))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_code_stands_in_two_rows() {
        for (index, row) in CODES.iter().enumerate() {
            assert!(row.code <= row.code_to, "{row:?}");
            for other in &CODES[index + 1..] {
                assert!(row.code_to < other.code || other.code_to < row.code, "{row:?} and {other:?}");
            }
        }
    }

    #[test]
    fn every_group_code_of_the_documents_has_its_own_row() {
        let documented = [
            131_020, 131_041, 131_059, 131_201, 131_202, 131_203, 131_204, 131_207, 131_208, 131_209,
            131_210, 131_211, 131_212, 131_213, 131_214, 131_215,
        ];
        for code in documented {
            assert!(ErrorEntry::find(code).is_some_and(|row| row.group_api), "{code}");
        }
    }
}

//! Reads the error table, spec/errors.yaml, and refuses rows that make no sense.

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use crate::error_kinds::ErrorKind;

/// The whole table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrorTable {
    /// One row for each code, or range of codes; in the order of codes, whatever the file's own.
    pub(crate) codes: Vec<CodeRow>,
    /// Errors told by a text alone.
    pub(crate) texts: Vec<TextRow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeRow {
    pub(crate) code: u32,
    /// The last code of a range.
    pub(crate) code_to: Option<u32>,
    pub(crate) title: String,
    kind: String,
    pub(crate) http_status: Option<u16>,
    pub(crate) meaning: String,
    pub(crate) retry: Retry,
    pub(crate) remedy: String,
    pub(crate) group_api: bool,
    pub(crate) confidence: Confidence,
    pub(crate) source: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TextRow {
    pub(crate) http_status: u16,
    pub(crate) contains: String,
    kind: String,
    pub(crate) meaning: String,
    pub(crate) retry: Retry,
    pub(crate) remedy: String,
}

/// How well a row is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Confidence {
    /// Two independent sources say so.
    Confirmed,
    /// One source says so.
    Single,
    /// No source says so outright.
    Inferred,
}

/// Whether a repeat can help; the words of `RetryClass` in groups-model.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Retry {
    Never,
    Backoff,
    Later,
    FailedItems,
    RestartPaging,
}

impl ErrorTable {
    /// Reads the table.
    pub(crate) fn read() -> Result<Self> {
        Self::parse(groups_spec::ERRORS_YAML).context("spec/errors.yaml")
    }

    fn parse(yaml: &str) -> Result<Self> {
        let mut table: Self = serde_saphyr::from_str(yaml)?;
        table.codes.sort_by_key(|row| row.code);
        for row in &table.codes {
            row.kind()?;
            ensure!(row.code <= row.last(), "row {}: code_to is below code", row.code);
            ensure!(!row.source.trim().is_empty(), "row {}: name the source it comes from", row.code);
        }
        for row in &table.texts {
            row.kind()?;
            ensure!(
                row.contains == row.contains.to_lowercase(),
                "text row \"{}\": `contains` is compared in lower case, so write it so",
                row.contains
            );
        }
        for pair in table.codes.windows(2) {
            ensure!(
                pair[0].last() < pair[1].code,
                "rows {} and {} share codes: a code has one meaning, so split the range",
                pair[0].code,
                pair[1].code
            );
        }
        Ok(table)
    }
}

impl CodeRow {
    /// The last code of the row's range; the code itself for a single one.
    pub(crate) fn last(&self) -> u32 {
        self.code_to.unwrap_or(self.code)
    }

    pub(crate) fn kind(&self) -> Result<ErrorKind> {
        kind(&self.kind).with_context(|| format!("row {}", self.code))
    }
}

impl TextRow {
    pub(crate) fn kind(&self) -> Result<ErrorKind> {
        kind(&self.kind).with_context(|| format!("text row \"{}\"", self.contains))
    }
}

impl Retry {
    /// The variant of `RetryClass`.
    pub(crate) fn variant(self) -> &'static str {
        match self {
            Self::Never => "Never",
            Self::Backoff => "Backoff",
            Self::Later => "Later",
            Self::FailedItems => "FailedItems",
            Self::RestartPaging => "RestartPaging",
        }
    }
}

fn kind(name: &str) -> Result<ErrorKind> {
    match ErrorKind::ALL.iter().find(|kind| kind.as_str() == name) {
        Some(kind) => Ok(*kind),
        None => {
            let known: Vec<&str> = ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect();
            bail!(
                "\"{name}\" is no error kind; take one of {}, or add it to crates/groups-model/src/error_kind.rs",
                known.join(", ")
            )
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const TABLE: &str = r#"
codes:
  - code: 4
    title: Too many calls
    kind: rate_limited
    http_status: null
    meaning: The app's "limit" | is reached.
    retry: backoff
    remedy: Wait.
    group_api: false
    confidence: inferred
    source: META-ERR
  - code: 131041
    code_to: 131042
    title: Group unknown
    kind: group_unknown
    http_status: 400
    meaning: No such group.
    retry: never
    remedy: List the groups.
    group_api: true
    confidence: confirmed
    source: META-ERR
texts:
  - http_status: 400
    contains: endpoint rate limit
    kind: rate_limited
    meaning: Too many calls.
    retry: backoff
    remedy: Wait.
"#;

    pub(crate) fn table() -> ErrorTable {
        ErrorTable::parse(TABLE).unwrap()
    }

    fn complaint(from: &str, to: &str) -> String {
        assert!(TABLE.contains(from));
        format!("{:#}", ErrorTable::parse(&TABLE.replacen(from, to, 1)).unwrap_err())
    }

    #[test]
    fn an_unknown_kind_names_the_row_and_the_known_kinds() {
        let message = complaint("kind: group_unknown", "kind: group_unknwon");
        assert!(message.contains("row 131041"), "{message}");
        assert!(message.contains("\"group_unknwon\" is no error kind"), "{message}");
        assert!(message.contains("group_unknown"), "{message}");
    }

    #[test]
    fn an_unknown_kind_of_a_text_names_the_text() {
        let message = complaint("limit\n    kind: rate_limited", "limit\n    kind: slow");
        assert!(message.contains("text row \"endpoint rate limit\""), "{message}");
    }

    #[test]
    fn rows_come_in_the_order_of_codes() {
        let table = ErrorTable::parse(&TABLE.replacen("code: 4\n", "code: 200000\n", 1)).unwrap();
        assert_eq!(table.codes.iter().map(|row| row.code).collect::<Vec<_>>(), [131_041, 200_000]);
    }

    #[test]
    fn rows_do_not_overlap() {
        assert!(complaint("code: 4\n", "code: 131042\n").contains("rows 131041 and 131042 share codes"));
        assert!(complaint("code_to: 131042", "code_to: 131000").contains("code_to is below code"));
    }

    #[test]
    fn every_row_names_its_source() {
        assert!(complaint("source: META-ERR", "source: ''").contains("row 4: name the source"));
    }

    #[test]
    fn a_text_is_written_in_lower_case() {
        assert!(complaint("contains: endpoint", "contains: Endpoint").contains("lower case"));
    }
}

//! `wagroups help error`: the error table, as a list or a code at a time. Says nothing of its own about a code but how
//! `wagroups` exits for it.

use std::collections::BTreeSet;

use groups_ergonomic::Delivery;
use groups_model::{CODES, Confidence, ErrorEntry, ErrorKind, RetryClass};
use schemars::JsonSchema;
use serde::Serialize;

use crate::exit;
use crate::failure::{Failure, Kind};
use crate::near;
use crate::output::Printer;
use crate::scene::Scene;

/// What an error code of the API means, and what to do about it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ErrorCode")]
pub(super) struct ErrorCode {
    /// The code; the first one of a range that shares its meaning.
    code: u32,
    /// The last code of the range, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    code_to: Option<u32>,
    /// The documented title, or a short neutral one. Not a stable identifier.
    title: &'static str,
    /// The `kind` that errors with this code have.
    kind: &'static str,
    /// What has happened.
    meaning: &'static str,
    /// What to do.
    remedy: &'static str,
    /// What can help: `never`, `backoff` (the same call after a growing delay), `later` (in hours or days), `failed_items`
    /// or `restart_paging`. Not what is safe.
    retry: &'static str,
    /// The exit code of a command that is refused with it.
    exit_code: u8,
    /// The documented HTTP status, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
    /// Whether it is one of the codes of the groups API itself.
    group_api: bool,
    /// How well it is known: `confirmed` (two sources), `single` (one) or `inferred` (none says so outright).
    confidence: &'static str,
    /// Who says so.
    sources: Vec<&'static str>,
}

impl From<&'static ErrorEntry> for ErrorCode {
    fn from(row: &'static ErrorEntry) -> Self {
        Self {
            code: row.code,
            code_to: (row.code_to != row.code).then_some(row.code_to),
            title: row.title,
            kind: row.kind.as_str(),
            meaning: row.meaning,
            remedy: row.remedy,
            retry: row.retry.as_str(),
            exit_code: exit::of(Kind::Api(row.kind), Delivery::Refused, true).number(),
            http_status: row.http_status,
            group_api: row.group_api,
            confidence: row.confidence.as_str(),
            sources: row.source.split(", ").map(source).collect(),
        }
    }
}

/// A source of the table by a name that people know.
fn source(label: &'static str) -> &'static str {
    match label {
        "META-ERR" => "Meta: Groups API error codes",
        "META-GENERR" => "Meta: error codes",
        "META-OAS" => "Meta: OpenAPI document",
        "META-REF" => "Meta: group management",
        "META-MSG" => "Meta: group messaging",
        "360-ERR" => "360dialog: error code reference",
        "PYWA" => "pywa",
        "WATS" => "wats",
        "GUPSHUP" => "Gupshup: group management",
        "FILLIPEML" => "fillipeml/whatsapp-cloud-api-client",
        "WA-RS" => "tests of a Rust client",
        "MEDFLOW" => "MedFlow",
        other => other,
    }
}

pub(super) enum Task {
    All,
    /// Those of a kind.
    Kind(&'static str),
    One(&'static ErrorEntry),
}

/// The words after `help error`.
pub(super) fn plan(words: &[String], scene: &Scene) -> Result<Task, Failure> {
    let [word] = words else {
        return match words {
            [] => Ok(Task::All),
            _ => Err(Failure::usage(scene.command(), "`help error` tells of one code at a time")
                .with_remedy("`wagroups help error` lists them all.")),
        };
    };
    let Ok(code) = word.trim_matches(['#', '(', ')']).parse::<u32>() else {
        return of_kind(word, scene);
    };
    match ErrorEntry::find(code) {
        Some(row) => Ok(Task::One(row)),
        None => {
            let near: Vec<String> =
                near_to(code).iter().map(|row| format!("{} ({})", row.code, row.title)).collect();
            Err(Failure::usage(scene.command(), format!("no source names the error code {code}"))
                .with_remedy(format!("Near it: {}. `wagroups help error` lists them all.", near.join(", "))))
        }
    }
}

/// A kind by its name, as errors have it in their `kind`.
fn of_kind(word: &str, scene: &Scene) -> Result<Task, Failure> {
    let kinds: BTreeSet<&'static str> = CODES.iter().map(|row| row.kind.as_str()).collect();
    let wanted = word.to_lowercase().replace('-', "_");
    if let Some(kind) = kinds.get(wanted.as_str()) {
        return Ok(Task::Kind(kind));
    }
    let kinds_without = ErrorKind::ALL.iter().map(|kind| kind.as_str()).find(|kind| *kind == wanted);
    let message = match kinds_without {
        Some(kind) => format!("errors of the kind {kind} come with no code"),
        None => format!("an error is a number or the name of a kind, got {word:?}"),
    };
    let near = near::question(&wanted, kinds);
    Err(Failure::usage(scene.command(), message).with_remedy(match kinds_without {
        Some(_) => "`wagroups help exit-codes` tells how they end.".to_owned(),
        None => format!("{near}`wagroups help error` lists them all."),
    }))
}

/// The codes that may have been meant: first those that differ in one digit or in the order of two, then the next ones.
fn near_to(code: u32) -> Vec<&'static ErrorEntry> {
    let is_slip = |other: u32| {
        let (one, other) = (code.to_string().into_bytes(), other.to_string().into_bytes());
        let differing: Vec<_> = one.iter().zip(&other).filter(|(a, b)| a != b).collect();
        one.len() == other.len()
            && match &differing[..] {
                [_] => true,
                [(a, b), (c, d)] => a == d && b == c,
                _ => false,
            }
    };
    let mut rows: Vec<_> = CODES.iter().collect();
    rows.sort_by_key(|row| (!is_slip(row.code), row.code.abs_diff(code).min(row.code_to.abs_diff(code))));
    rows.truncate(3);
    rows
}

pub(super) fn run(task: Task, out: &mut Printer) {
    match task {
        Task::All => {
            let codes: Vec<ErrorCode> = CODES.iter().map(ErrorCode::from).collect();
            out.items(&codes);
            out.hint("`wagroups help error CODE` tells what to do about one.");
        }
        Task::Kind(kind) => {
            let rows = CODES.iter().filter(|row| row.kind.as_str() == kind);
            let codes: Vec<ErrorCode> = rows.map(ErrorCode::from).collect();
            out.items(&codes);
            out.hint("`wagroups help error CODE` tells what to do about one.");
        }
        Task::One(row) => out.told(&told(row), &ErrorCode::from(row)),
    }
}

/// A row for people.
fn told(row: &'static ErrorEntry) -> String {
    let code = ErrorCode::from(row);
    let codes = match code.code_to {
        Some(last) => format!("{} to {last}", code.code),
        None => code.code.to_string(),
    };
    let repeated = match row.retry {
        RetryClass::Backoff => {
            "By itself, after a growing delay; never a create or a link reset that may have been done."
        }
        RetryClass::Later => "Not by itself: it may work in hours or days.",
        RetryClass::FailedItems => "Not by itself; only the items that failed may be sent again.",
        RetryClass::RestartPaging => "Not by itself; begin the list again, without a cursor.",
        _ => "No: the same call fails again.",
    };
    let known = match row.confidence {
        Confidence::Confirmed => "Confirmed",
        Confidence::Single => "By one source",
        _ => "Inferred; no source says it outright",
    };
    let mut lines = vec![
        ("What happened", code.meaning.to_owned()),
        ("What to do", code.remedy.to_owned()),
        ("Repeated", repeated.to_owned()),
        ("Exit code", format!("{}, of the kind {}", code.exit_code, code.kind)),
    ];
    if let Some(status) = code.http_status {
        lines.push(("HTTP status", status.to_string()));
    }
    lines.push(("Known", format!("{known} ({})", code.sources.join("; "))));
    let mut text = format!("{codes}: {}\n\n", code.title);
    for (label, line) in lines {
        text.push_str(&format!("  {label:<13}  {line}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_has_a_name_that_people_know() {
        for row in CODES {
            for source in ErrorCode::from(row).sources {
                assert!(source.chars().any(|c| c.is_ascii_lowercase()), "{source} of {}", row.code);
            }
        }
    }

    #[test]
    fn a_slip_of_the_finger_comes_before_a_neighbour() {
        let codes = |code| near_to(code).iter().map(|row| row.code).collect::<Vec<_>>();
        assert_eq!(codes(131_802)[0], 131_208);
        assert!(codes(131_206).contains(&131_207), "{:?}", codes(131_206));
        assert_eq!(codes(4_000_000_000).len(), 3);
    }
}

//! The error table as Rust: crates/groups-model/src/error_code.rs.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::File;
use crate::error_table::{CodeRow, ErrorTable, TextRow};
use crate::workspace;

const HEAD: &str = "\
//! Generated from spec/errors.yaml by `cargo xtask regen`; do not edit.

use crate::error_entry::{Confidence, ErrorEntry, RetryClass, TextEntry};
use crate::error_kind::ErrorKind;
";

pub(super) fn make() -> Result<Vec<File>> {
    let table = ErrorTable::read()?;
    let code = rustfmt(&render(&table)?)?;
    Ok(vec![File { path: "crates/groups-model/src/error_code.rs".to_owned(), contents: Some(code) }])
}

fn render(table: &ErrorTable) -> Result<String> {
    let mut code = HEAD.to_owned();
    code.push_str("\n/// Every code that a source names.\npub const CODES: &[ErrorEntry] = &[\n");
    for row in &table.codes {
        code_row(&mut code, row)?;
    }
    code.push_str(
        "];\n\n/// Every error that is told by a text alone.\npub const TEXTS: &[TextEntry] = &[\n",
    );
    for row in &table.texts {
        text_row(&mut code, row)?;
    }
    code.push_str("];\n");
    Ok(code)
}

fn code_row(code: &mut String, row: &CodeRow) -> Result<()> {
    writeln!(code, "    ErrorEntry {{")?;
    writeln!(code, "        code: {},", grouped(row.code))?;
    writeln!(code, "        code_to: {},", grouped(row.last()))?;
    writeln!(code, "        title: {:?},", row.title)?;
    writeln!(code, "        kind: ErrorKind::{:?},", row.kind()?)?;
    writeln!(code, "        http_status: {:?},", row.http_status)?;
    writeln!(code, "        meaning: {:?},", row.meaning)?;
    writeln!(code, "        retry: RetryClass::{},", row.retry.variant())?;
    writeln!(code, "        remedy: {:?},", row.remedy)?;
    writeln!(code, "        group_api: {},", row.group_api)?;
    writeln!(code, "        confidence: Confidence::{:?},", row.confidence)?;
    writeln!(code, "        source: {:?},", row.source)?;
    writeln!(code, "    }},")?;
    Ok(())
}

fn text_row(code: &mut String, row: &TextRow) -> Result<()> {
    writeln!(code, "    TextEntry {{")?;
    writeln!(code, "        http_status: {},", row.http_status)?;
    writeln!(code, "        contains: {:?},", row.contains)?;
    writeln!(code, "        kind: ErrorKind::{:?},", row.kind()?)?;
    writeln!(code, "        meaning: {:?},", row.meaning)?;
    writeln!(code, "        retry: RetryClass::{},", row.retry.variant())?;
    writeln!(code, "        remedy: {:?},", row.remedy)?;
    writeln!(code, "    }},")?;
    Ok(())
}

/// A number as Rust writes it: 131_041.
fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

/// Formats as `cargo fmt` does, with the workspace's rustfmt.toml.
fn rustfmt(code: &str) -> Result<String> {
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(workspace::root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("starting rustfmt (`rustup component add rustfmt` installs it)")?;
    child.stdin.take().context("rustfmt has no stdin")?.write_all(code.as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "rustfmt refused the generated error table");
    Ok(String::from_utf8(output.stdout)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error_table::tests::table;

    #[test]
    fn a_row_becomes_an_entry() {
        let code = render(&table()).unwrap();
        assert!(code.contains("        code: 131_041,\n        code_to: 131_042,\n"), "{code}");
        assert!(code.contains("kind: ErrorKind::GroupUnknown,\n        http_status: Some(400),"), "{code}");
        assert!(code.contains(r#"meaning: "The app's \"limit\" | is reached.","#), "{code}");
        assert!(code.contains("http_status: None,"), "{code}");
        assert!(code.contains(r#"contains: "endpoint rate limit","#), "{code}");
    }

    #[test]
    fn the_code_survives_cargo_fmt() {
        let code = rustfmt(&render(&table()).unwrap()).unwrap();
        assert_eq!(rustfmt(&code).unwrap(), code);
        assert!(code.contains("131_041"));
    }

    #[test]
    fn numbers_are_grouped_by_three() {
        assert_eq!(["4", "999", "1_000", "131_041"].map(str::to_owned), [4, 999, 1000, 131_041].map(grouped));
    }
}

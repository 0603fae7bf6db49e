//! The error table as a page to read: docs/errors.md.

use std::fmt::Write as _;

use anyhow::Result;

use super::File;
use crate::error_table::{CodeRow, Confidence, ErrorTable, Retry};

const HEAD: &str = "\
<!-- Generated from spec/errors.yaml by `cargo xtask regen`; do not edit. -->

# Errors of the groups API

What each error means and what to do. The *kind* is the word to switch on: `kind` in JSON output, `ErrorKind` in
Rust. A code without a row here has the kind `api`. The *repeat* column says what can help, not what is safe: a
create or a reset of the invite link that may have been delivered is never repeated by itself.

| repeat | meaning |
|---|---|
| never | the same call fails again |
| backoff | the same call, after a growing delay |
| later | in hours or days |
| failed items | only the items that failed |
| from the top | start the list again, without the cursor |
";

pub(super) fn make() -> Result<Vec<File>> {
    let table = ErrorTable::read()?;
    Ok(vec![File { path: "docs/errors.md".to_owned(), contents: Some(render(&table)?) }])
}

fn render(table: &ErrorTable) -> Result<String> {
    let mut page = HEAD.to_owned();
    let (own, general): (Vec<_>, Vec<_>) = table.codes.iter().partition(|row| row.group_api);
    codes(&mut page, "Codes of the groups API", &own)?;
    codes(&mut page, "General codes", &general)?;
    texts(&mut page, table)?;
    Ok(page)
}

fn codes(page: &mut String, heading: &str, rows: &[&CodeRow]) -> Result<()> {
    write!(page, "\n## {heading}\n\n")?;
    writeln!(page, "| code | title | kind | HTTP | what has happened | repeat | what to do |")?;
    writeln!(page, "|---|---|---|---|---|---|---|")?;
    for row in rows {
        let code = match row.last() {
            last if last == row.code => row.code.to_string(),
            last => format!("{} to {last}", row.code),
        };
        let http = row.http_status.map(|status| status.to_string()).unwrap_or_default();
        // Doubt is said in the open: a reader who builds on a row should know on what it stands.
        let meaning = match row.confidence {
            Confidence::Inferred => format!("{} (Inferred; no source says it outright.)", row.meaning),
            Confidence::Confirmed | Confidence::Single => row.meaning.clone(),
        };
        writeln!(
            page,
            "| {code} | {} | `{}` | {http} | {} | {} | {} |",
            cell(&row.title),
            row.kind()?,
            cell(&meaning),
            repeat(row.retry),
            cell(&row.remedy)
        )?;
    }
    Ok(())
}

fn texts(page: &mut String, table: &ErrorTable) -> Result<()> {
    page.push_str("\n## Errors of 360dialog told by a text alone\n\n");
    page.push_str("They carry no code; status and text together tell them apart.\n\n");
    page.push_str("| HTTP | text contains | kind | what has happened | repeat | what to do |\n");
    page.push_str("|---|---|---|---|---|---|\n");
    for row in &table.texts {
        writeln!(
            page,
            "| {} | {} | `{}` | {} | {} | {} |",
            row.http_status,
            cell(&row.contains),
            row.kind()?,
            cell(&row.meaning),
            repeat(row.retry),
            cell(&row.remedy)
        )?;
    }
    Ok(())
}

/// Text that stays within its cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace('\n', " ")
}

fn repeat(retry: Retry) -> &'static str {
    match retry {
        Retry::Never => "never",
        Retry::Backoff => "backoff",
        Retry::Later => "later",
        Retry::FailedItems => "failed items",
        Retry::RestartPaging => "from the top",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error_table::tests::table;

    #[test]
    fn rows_stand_under_their_heading_and_stay_in_their_cells() {
        let page = render(&table()).unwrap();
        let (own, general) = page.split_once("## General codes").unwrap();
        assert!(own.contains("| 131041 to 131042 | Group unknown | `group_unknown` | 400 |"), "{own}");
        assert!(!own.contains("| 4 |"), "{own}");
        assert!(
            general.contains(
                "| 4 | Too many calls | `rate_limited` |  | The app's \"limit\" \\| is reached. (Inferred;"
            ),
            "{general}"
        );
        assert!(general.contains("| 400 | endpoint rate limit | `rate_limited` |"), "{general}");
    }
}

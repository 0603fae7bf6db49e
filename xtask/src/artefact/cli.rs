//! What is generated from the CLI: docs/commands.md and docs/schemas. Made by the program `describe-cli`, which
//! is built with the CLI; see its source for why it is a program of its own.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};

use super::File;
use crate::workspace;

/// Nothing else lies in this folder: a schema that is no longer made is to go.
const SCHEMAS: &str = "docs/schemas";

pub(super) fn make() -> Result<Vec<File>> {
    let output = workspace::cargo()
        .args(["run", "--quiet", "--package", "xtask", "--bin", "describe-cli"])
        .stderr(Stdio::inherit())
        .output()
        .context("starting cargo")?;
    ensure!(output.status.success(), "the program describe-cli failed; its message is above");
    let files: BTreeMap<String, String> =
        serde_json::from_slice(&output.stdout).context("reading what describe-cli printed")?;
    let gone = leftovers(&workspace::root(), &files)?;
    let made = files.into_iter().map(|(path, contents)| File { path, contents: Some(contents) });
    Ok(made.chain(gone).collect())
}

fn leftovers(root: &Path, files: &BTreeMap<String, String>) -> Result<Vec<File>> {
    let entries = match std::fs::read_dir(root.join(SCHEMAS)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).context("reading docs/schemas"),
    };
    let mut gone = Vec::new();
    for entry in entries {
        let path = format!("{SCHEMAS}/{}", entry?.file_name().to_string_lossy());
        if !files.contains_key(&path) {
            gone.push(File { path, contents: None });
        }
    }
    gone.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_that_is_no_longer_made_is_to_go() {
        let root = tempfile::tempdir().unwrap();
        let made = BTreeMap::from([("docs/schemas/group.json".to_owned(), "{}".to_owned())]);
        assert_eq!(leftovers(root.path(), &made).unwrap(), []);

        std::fs::create_dir_all(root.path().join(SCHEMAS)).unwrap();
        std::fs::write(root.path().join("docs/schemas/group.json"), "{}").unwrap();
        std::fs::write(root.path().join("docs/schemas/old.json"), "{}").unwrap();
        let gone = File { path: "docs/schemas/old.json".to_owned(), contents: None };
        assert_eq!(leftovers(root.path(), &made).unwrap(), [gone]);
    }
}

//! What is generated from the CLI: the pages of commands and of the environment, schemas, manual pages and completions.
//! Made by the program `describe-cli`, which is built with the CLI; see its source for why it is a program of its own.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};

use super::File;
use crate::workspace;

/// Nothing else lies in these folders: what is no longer made is to go.
const FOLDERS: [&str; 3] = ["docs/completions", "docs/man", "docs/schemas"];

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
    let mut gone = Vec::new();
    for folder in FOLDERS {
        let entries = match std::fs::read_dir(root.join(folder)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error).with_context(|| format!("reading {folder}")),
        };
        for entry in entries {
            let path = format!("{folder}/{}", entry?.file_name().to_string_lossy());
            if !files.contains_key(&path) && path != super::openapi::NOTIFICATION_SCHEMA {
                gone.push(File { path, contents: None });
            }
        }
    }
    gone.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_longer_made_is_to_go() {
        let root = tempfile::tempdir().unwrap();
        let made = BTreeMap::from([("docs/schemas/group.json".to_owned(), "{}".to_owned())]);
        assert_eq!(leftovers(root.path(), &made).unwrap(), []);

        std::fs::create_dir_all(root.path().join("docs/schemas")).unwrap();
        std::fs::write(root.path().join("docs/schemas/group.json"), "{}").unwrap();
        std::fs::write(root.path().join("docs/schemas/old.json"), "{}").unwrap();
        let gone = File { path: "docs/schemas/old.json".to_owned(), contents: None };
        assert_eq!(leftovers(root.path(), &made).unwrap(), [gone]);
    }
}

//! The one switch of everything generated: write what differs, show what would be written, or only tell of it.

use std::path::Path;

use anyhow::{Context, Result};
use similar::TextDiff;

use crate::artefact::File;
use crate::output;

/// What to do with a file that is not as it would be generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Write it.
    Write,
    /// Touch nothing; show what would be written.
    DryRun,
    /// Touch nothing; tell which it is.
    Check,
}

impl Mode {
    /// As the options of a command say.
    pub(crate) fn of(dry_run: bool, check: bool) -> Self {
        match (dry_run, check) {
            (true, _) => Self::DryRun,
            (false, true) => Self::Check,
            (false, false) => Self::Write,
        }
    }

    /// Compares the files with what lies in `root`; gives the paths of those that differ. In write mode they no
    /// longer differ afterwards.
    pub(crate) fn settle(self, root: &Path, files: &[File]) -> Result<Vec<String>> {
        let mut stale = Vec::new();
        for file in files {
            let path = root.join(&file.path);
            let committed = match std::fs::read(&path) {
                Ok(bytes) => Some(bytes),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
                Err(error) => return Err(error).with_context(|| format!("reading {}", file.path)),
            };
            if committed.as_deref() == file.contents.as_ref().map(String::as_bytes) {
                continue;
            }
            stale.push(file.path.clone());
            match self {
                Self::Write => write(&path, file.contents.as_deref())
                    .with_context(|| format!("writing {}", file.path))?,
                Self::DryRun => output::say(difference(file, committed.as_deref())),
                Self::Check => {}
            }
        }
        Ok(stale)
    }
}

/// What would become of a file, as `git diff` and `patch` read it.
fn difference(file: &File, committed: Option<&[u8]>) -> String {
    let old = committed.map(String::from_utf8_lossy).unwrap_or_default();
    let new = file.contents.as_deref().unwrap_or_default();
    let name = |there: bool, side: char| {
        if there { format!("{side}/{}", file.path) } else { "/dev/null".to_owned() }
    };
    let diff = TextDiff::from_lines(old.as_ref(), new);
    let names = (name(committed.is_some(), 'a'), name(file.contents.is_some(), 'b'));
    diff.unified_diff().header(&names.0, &names.1).to_string().trim_end().to_owned()
}

fn write(path: &Path, contents: Option<&str>) -> std::io::Result<()> {
    match contents {
        None => std::fs::remove_file(path),
        Some(contents) => {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            std::fs::write(path, contents)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, contents: Option<&str>) -> File {
        File { path: path.to_owned(), contents: contents.map(str::to_owned) }
    }

    #[test]
    fn check_names_what_differs_and_touches_nothing() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("same"), "1").unwrap();
        std::fs::write(root.path().join("old"), "1").unwrap();
        std::fs::write(root.path().join("gone"), "1").unwrap();
        let files =
            [file("same", Some("1")), file("old", Some("2")), file("new/one", Some("3")), file("gone", None)];

        assert_eq!(Mode::Check.settle(root.path(), &files).unwrap(), ["old", "new/one", "gone"]);
        assert_eq!(std::fs::read_to_string(root.path().join("old")).unwrap(), "1");
        assert!(root.path().join("gone").exists());
        assert!(!root.path().join("new").exists());
    }

    #[test]
    fn a_dry_run_shows_what_it_would_write_and_touches_nothing() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("old"), "1\n2\n").unwrap();
        assert_eq!(Mode::DryRun.settle(root.path(), &[file("old", Some("1\n3\n"))]).unwrap(), ["old"]);
        assert_eq!(std::fs::read_to_string(root.path().join("old")).unwrap(), "1\n2\n");

        let changed = difference(&file("old", Some("1\n3\n")), Some(b"1\n2\n"));
        assert_eq!(changed, "--- a/old\n+++ b/old\n@@ -1,2 +1,2 @@\n 1\n-2\n+3");
        let new = difference(&file("new", Some("1\n")), None);
        assert_eq!(new, "--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+1");
        let gone = difference(&file("gone", None), Some(b"1\n"));
        assert_eq!(gone, "--- a/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-1");
    }

    #[test]
    fn write_repairs_what_check_complains_of() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("old"), "1").unwrap();
        std::fs::write(root.path().join("gone"), "1").unwrap();
        let files = [file("old", Some("2")), file("new/one", Some("3")), file("gone", None)];

        assert_eq!(Mode::Write.settle(root.path(), &files).unwrap().len(), 3);
        assert!(Mode::Check.settle(root.path(), &files).unwrap().is_empty());
        assert_eq!(std::fs::read_to_string(root.path().join("new/one")).unwrap(), "3");
    }
}

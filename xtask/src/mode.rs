//! The one switch between `regen` and `check`: write what differs, or only tell of it.

use std::path::Path;

use anyhow::{Context, Result};

use crate::artefact::File;

/// What to do with a file that is not as it would be generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Write it.
    Write,
    /// Touch nothing.
    Check,
}

impl Mode {
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
            if self == Self::Write {
                write(&path, file.contents.as_deref()).with_context(|| format!("writing {}", file.path))?;
            }
        }
        Ok(stale)
    }
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

//! Files that only their owner may read, written whole or not at all: beside the file first, then in its place. Whoever needs
//! a lock takes it before.

use std::io::Write as _;
use std::path::Path;

/// How much a file matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// It is on the disk when this returns, and survives a power cut.
    Lasting,
    /// Losing it costs nothing.
    Passing,
}

/// Replaces a file, or makes it. Its folder has to be there. A link is replaced, and not what it leads to.
pub(crate) fn replace(file: &Path, content: &[u8], kept: Kept) -> std::io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    // Made with mode 0600, and removed if anything fails.
    let mut beside = tempfile::NamedTempFile::new_in(folder.unwrap_or_else(|| Path::new(".")))?;
    beside.write_all(content)?;
    if kept == Kept::Lasting {
        beside.as_file().sync_all()?;
    }
    beside.persist(file).map(drop).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x");
        for (content, kept) in [("one", Kept::Lasting), ("other", Kept::Passing)] {
            replace(&file, content.as_bytes(), kept).unwrap();
            assert_eq!(std::fs::read_to_string(&file).unwrap(), content);
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
        assert!(replace(&folder.path().join("nowhere/x"), b"", Kept::Passing).is_err());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}

//! Archives whose bytes depend on what is in them and on nothing else: entries in the order given, one time, one owner.

use std::io::{Cursor, Write as _};

use anyhow::Result;
use flate2::{Compression, GzBuilder};
use zip::write::SimpleFileOptions;

/// A file of an archive.
pub(super) struct Entry {
    /// With `/`.
    pub(super) path: String,
    pub(super) bytes: Vec<u8>,
    pub(super) executable: bool,
}

impl Entry {
    fn mode(&self) -> u32 {
        if self.executable { 0o755 } else { 0o644 }
    }
}

/// `time`: of every file, in Unix seconds.
pub(super) fn tar_gz(entries: &[Entry], time: u64) -> Result<Vec<u8>> {
    // The head of the stream holds neither a name nor a time.
    let stream = GzBuilder::new().write(Vec::new(), Compression::best());
    let mut tar = tar::Builder::new(stream);
    for entry in entries {
        let mut header = tar::Header::new_ustar();
        header.set_size(entry.bytes.len() as u64);
        header.set_mode(entry.mode());
        header.set_mtime(time);
        header.set_uid(0);
        header.set_gid(0);
        header.set_entry_type(tar::EntryType::Regular);
        tar.append_data(&mut header, &entry.path, &*entry.bytes)?;
    }
    Ok(tar.into_inner()?.finish()?)
}

/// Its times are the earliest that the format knows: it has no time zone, so no moment would be the same everywhere.
pub(super) fn zip(entries: &[Entry]) -> Result<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for entry in entries {
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .last_modified_time(zip::DateTime::default())
            .unix_permissions(entry.mode());
        zip.start_file(entry.path.as_str(), options)?;
        zip.write_all(&entry.bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn entries() -> Vec<Entry> {
        [("x/README.md", "read", false), ("x/wagroups", "run", true)]
            .map(|(path, text, executable)| Entry {
                path: path.to_owned(),
                bytes: text.as_bytes().to_vec(),
                executable,
            })
            .into()
    }

    #[test]
    fn a_tar_holds_what_was_given_and_nothing_of_the_machine() {
        let bytes = tar_gz(&entries(), 1_700_000_000).unwrap();
        assert_eq!(bytes, tar_gz(&entries(), 1_700_000_000).unwrap());
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(&*bytes));
        let mut read = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let header = entry.header().clone();
            assert_eq!((header.uid().unwrap(), header.gid().unwrap()), (0, 0));
            assert_eq!(header.mtime().unwrap(), 1_700_000_000);
            assert_eq!(header.username().unwrap(), Some(""));
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            let path = entry.path().unwrap().to_string_lossy().into_owned();
            read.push((path, text, header.mode().unwrap()));
        }
        let expected = [("x/README.md", "read", 0o644), ("x/wagroups", "run", 0o755)];
        assert_eq!(read, expected.map(|(path, text, mode)| (path.to_owned(), text.to_owned(), mode)));
    }

    #[test]
    fn a_zip_holds_the_same() {
        let bytes = zip(&entries()).unwrap();
        assert_eq!(bytes, zip(&entries()).unwrap());
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut text = String::new();
        archive.by_name("x/README.md").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!((archive.len(), text.as_str()), (2, "read"));
        assert_eq!(archive.by_name("x/wagroups").unwrap().unix_mode().map(|mode| mode & 0o777), Some(0o755));
    }
}

//! The journal of `create --from`: what is about to be sent, before it is sent, and what came of it, after. A line is
//! on the disk when `write` returns; several that come together share the wait. It never holds the key.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use groups_ergonomic::model::{GroupId, RequestId, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};

/// A line of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "did", rename_all = "snake_case")]
pub(super) enum Record {
    /// A run has begun, against this service with a key of this fingerprint.
    Begun {
        version: u32,
        at: Timestamp,
        to: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
        /// How long a call of this run may take with its repeats, in seconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
    },
    /// The groups that there are of these subjects, before anything with such a subject is sent.
    Looked {
        at: Timestamp,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        newest: Option<Timestamp>,
        subjects: BTreeMap<String, Vec<GroupId>>,
    },
    /// A create is about to be sent; `hash` is of what it says, and by `ticket` the next run goes on with it.
    Sending {
        line: u64,
        hash: String,
        at: Timestamp,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ticket: Option<u64>,
    },
    /// It was accepted.
    Accepted {
        line: u64,
        at: Timestamp,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request_id: Option<RequestId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group_id: Option<GroupId>,
    },
    /// It was not made, and is known not to be: refused, never sent, or looked for and not there.
    NotMade { line: u64, why: String },
    /// Its answer was lost, at this time. Journals of version 1 call it `in_doubt`.
    #[serde(alias = "in_doubt")]
    Unknown {
        line: u64,
        why: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// It is there.
    Created {
        line: u64,
        group_id: GroupId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        invite_link: Option<String>,
    },
    /// Nobody could tell, and whoever ran it said to leave it.
    Skipped { line: u64 },
}

/// Version 2 writes `unknown` where version 1 wrote `in_doubt`; both are read.
pub(super) const VERSION: u32 = 2;

/// What each line begins with.
const BEGINS: &[u8] = b"{\"did\":\"";

/// Why a journal cannot be used.
#[derive(Debug)]
pub(super) enum Trouble {
    Io(std::io::Error),
    /// Another run has it.
    Busy,
    /// A line of it makes no sense.
    Damaged(u64),
    /// It is something else.
    Foreign,
    /// A later release has written it.
    Newer,
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

/// A journal that nobody else has.
#[derive(Debug)]
pub(super) struct Journal {
    lines: mpsc::UnboundedSender<(String, oneshot::Sender<Result<(), String>>)>,
}

impl Journal {
    /// Opens it, or makes it; with what it says so far. A last line that was torn by a crash is taken away: nothing
    /// was done upon it.
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<Record>), Trouble> {
        let mut options = File::options();
        options.create(true).truncate(false).read(true).write(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let is_new = !path.exists();
        let mut file = options.open(path)?;
        // A device may have no end.
        if !file.metadata()?.is_file() {
            return Err(Trouble::Foreign);
        }
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => Trouble::Busy,
            TryLockError::Error(error) => Trouble::Io(error),
        })?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
        let mut records = Vec::new();
        for (line, text) in (1..).zip(bytes[..whole].split(|byte| *byte == b'\n')) {
            if text.is_empty() {
                continue;
            }
            match serde_json::from_slice(text) {
                Ok(Record::Begun { version, .. }) if version > VERSION => return Err(Trouble::Newer),
                Ok(record) => records.push(record),
                Err(_) if records.is_empty() && !text.starts_with(BEGINS) => return Err(Trouble::Foreign),
                Err(_) => return Err(Trouble::Damaged(line)),
            }
        }
        let torn = &bytes[whole..];
        if !torn.is_empty() {
            if !is_torn(torn) {
                return Err(if records.is_empty() {
                    Trouble::Foreign
                } else {
                    Trouble::Damaged(bytes[..whole].iter().filter(|byte| **byte == b'\n').count() as u64 + 1)
                });
            }
            file.set_len(whole as u64)?;
        }
        file.seek(SeekFrom::Start(whole as u64))?;
        if is_new {
            make_lasting(path)?;
        }
        let (lines, waiting) = mpsc::unbounded_channel();
        tokio::spawn(write_down(file, waiting));
        Ok((Self { lines }, records))
    }

    /// Writes a line, and returns once it would survive a power cut.
    pub(super) async fn write(&self, record: &Record) -> Result<(), String> {
        let mut line = serde_json::to_string(record).map_err(|error| error.to_string())?;
        line.push('\n');
        let (told, written) = oneshot::channel();
        let closed = || "the journal is closed".to_owned();
        self.lines.send((line, told)).map_err(|_| closed())?;
        written.await.map_err(|_| closed())?
    }
}

/// Whether the end of a file may be a line of ours of which a part is missing; some systems leave zeros there.
fn is_torn(end: &[u8]) -> bool {
    end.starts_with(BEGINS) || BEGINS.starts_with(end) || end.iter().all(|byte| *byte == 0)
}

/// A new file is there for good once its folder is.
fn make_lasting(path: &Path) -> std::io::Result<()> {
    if cfg!(unix) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

/// What comes while a write is under way goes into the next one, together.
async fn write_down(
    file: File,
    mut waiting: mpsc::UnboundedReceiver<(String, oneshot::Sender<Result<(), String>>)>,
) {
    let file = Arc::new(file);
    let mut broken: Option<String> = None;
    while let Some(first) = waiting.recv().await {
        let mut together = vec![first];
        while let Ok(next) = waiting.try_recv() {
            together.push(next);
        }
        if broken.is_none() {
            let text: String = together.iter().map(|(line, _)| line.as_str()).collect();
            let file = Arc::clone(&file);
            let written = tokio::task::spawn_blocking(move || {
                (&*file).write_all(text.as_bytes()).and_then(|()| file.sync_data())
            });
            // If it fails, what stands there now is not known, so nothing is added to it.
            broken = match written.await {
                Ok(done) => done.err().map(|error| error.to_string()),
                Err(error) => Some(error.to_string()),
            };
        }
        let failed = broken.clone();
        for (_, told) in together {
            let _ = told.send(failed.clone().map_or(Ok(()), Err));
        }
        if broken.is_some() {
            break;
        }
    }
}

/// Where the journal of a sheet is, unless told otherwise. A link to a sheet is that sheet: with a journal of its own its
/// groups would be made twice.
pub(super) fn beside(sheet: &Path) -> PathBuf {
    let led_to = sheet.is_symlink().then(|| std::fs::canonicalize(sheet).ok()).flatten();
    let sheet = led_to.as_deref().unwrap_or(sheet);
    let mut name = sheet.as_os_str().to_owned();
    name.push(".wagroups-journal.jsonl");
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sending(line: u64) -> Record {
        Record::Sending { line, hash: "h".to_owned(), at: Timestamp::from_seconds(1), ticket: None }
    }

    #[tokio::test]
    async fn what_was_written_is_read_and_a_torn_line_is_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = beside(&folder.path().join("sheet.csv"));
        let (journal, records) = Journal::open(&path).unwrap();
        assert!(records.is_empty());
        let (first, second) = (sending(2), sending(3));
        let (one, two) = tokio::join!(journal.write(&first), journal.write(&second));
        one.unwrap();
        two.unwrap();
        assert!(matches!(Journal::open(&path), Err(Trouble::Busy)));
        drop(journal);
        let again = || async {
            loop {
                match Journal::open(&path) {
                    // The task that writes lets go of the file a moment later.
                    Err(Trouble::Busy) => tokio::task::yield_now().await,
                    opened => return opened,
                }
            }
        };
        let (journal, records) = again().await.unwrap();
        assert_eq!(records, [sending(2), sending(3)]);
        drop(journal);
        let mut file = File::options().append(true).open(&path).unwrap();
        file.write_all(b"{\"did\":\"acc").unwrap();
        let (journal, records) = again().await.unwrap();
        assert_eq!(records.len(), 2);
        journal.write(&Record::Skipped { line: 3 }).await.unwrap();
        drop(journal);
        let (journal, records) = again().await.unwrap();
        assert_eq!(records[2], Record::Skipped { line: 3 });
        drop(journal);
        let text = std::fs::read_to_string(&path).unwrap().replacen("sending", "sinking", 1);
        std::fs::write(&path, text).unwrap();
        assert!(matches!(again().await, Err(Trouble::Damaged(1))));
    }

    #[tokio::test]
    async fn a_file_that_is_no_journal_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let line = serde_json::to_string(&sending(2)).unwrap();
        assert!(line.as_bytes().starts_with(BEGINS), "{line}");
        let newer = r#"{"did":"begun","version":3,"at":1,"to":"x","more":1}"#;
        for (text, trouble) in [
            ("a note".to_owned(), "Foreign"),
            ("subject\nTrip\n".to_owned(), "Foreign"),
            ("{\"id\":1}".to_owned(), "Foreign"),
            (format!("{line}\na note"), "Damaged(2)"),
            (format!("{newer}\n{{\"did\":\"danced\"}}\n"), "Newer"),
        ] {
            std::fs::write(&path, &text).unwrap();
            let told = Journal::open(&path).map(drop).unwrap_err();
            assert_eq!(format!("{told:?}"), trouble);
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
        for torn in [&b"{\"d"[..], b"{\"did\":\"sent", b"\0\0\0"] {
            assert!(is_torn(torn), "{torn:?}");
        }
    }
}

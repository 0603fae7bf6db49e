//! Which creates are under way and which group each was given, in a file of the state folder that commands of one account
//! share: two of them with one subject then do not take each other's group. It holds subjects and ids of the last minute;
//! it must never hold the key.

use std::fs::{File, TryLockError};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use groups_ergonomic::SharedRecord;

use crate::folders::create_private;
use crate::private_file::{self, Kept};

/// How long to wait for whoever holds the lock, who needs no more than a moment.
const LOOK: Duration = Duration::from_millis(5);
const LOOKS: u32 = 200;

/// The file of one account, replaced as a whole under the lock of another file beside it.
pub(crate) struct CreatesFile(PathBuf);

impl CreatesFile {
    /// Of an account of a service. The name tells accounts apart and no more: of the key it holds 32 bits of a digest.
    pub(crate) fn of_account(folder: &Path, base_url: &str, key: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        (base_url.trim_end_matches('/'), key).hash(&mut hasher);
        Self(folder.join(format!("creates-{:08x}.json", hasher.finish() >> 32)))
    }

    /// Of the embedded sandbox.
    pub(crate) fn of_sandbox(database: &Path) -> Self {
        Self(database.with_file_name("creates-sandbox.json"))
    }
}

impl SharedRecord for CreatesFile {
    fn exchange(&self, replace: &mut dyn FnMut(&str) -> String) -> io::Result<()> {
        if let Some(folder) = self.0.parent() {
            create_private(folder)?;
        }
        // It ends with its holder, however that ends.
        let lock = private().open(self.0.with_extension("lock"))?;
        // The caller may be interrupted, which nothing here would notice; without the record it goes by its own.
        let mut looks = 0;
        while let Err(error) = lock.try_lock() {
            looks += 1;
            match error {
                TryLockError::WouldBlock if looks < LOOKS => std::thread::sleep(LOOK),
                TryLockError::WouldBlock => return Err(ErrorKind::WouldBlock.into()),
                TryLockError::Error(error) => return Err(error),
            }
        }
        let before = match std::fs::read(&self.0) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let after = replace(&before);
        if after == before {
            return Ok(());
        }
        private_file::replace(&self.0, after.as_bytes(), Kept::Passing)
    }
}

/// Subjects are nobody else's to read.
fn private() -> std::fs::OpenOptions {
    let mut options = File::options();
    options.create(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_take_turns_and_none_is_lost() {
        let folder = std::env::temp_dir().join(format!("wagroups-creates-{}", std::process::id()));
        let folder = folder.join("made when needed");
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let file = CreatesFile::of_account(&folder, "https://example.com/", "key");
                std::thread::spawn(move || {
                    for _ in 0..50 {
                        file.exchange(&mut |text| format!("{text}.")).unwrap();
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        let mut length = 0;
        let read = |length: &mut usize, url: &str, key: &str| {
            let file = CreatesFile::of_account(&folder, url, key);
            let exchanged = file.exchange(&mut |text| {
                *length = text.len();
                text.to_owned()
            });
            exchanged.unwrap();
            *length
        };
        assert_eq!(read(&mut length, "https://example.com", "key"), 200);
        assert_eq!(
            read(&mut length, "https://example.com", "other key"),
            0,
            "another account knows nothing of it"
        );
        std::fs::remove_dir_all(folder.parent().unwrap()).unwrap();
    }
}

//! Whether webhooks are being received here right now: `wagroups listen` holds a lock as long as it runs. An empty store
//! alone does not tell.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often, and how often at most, to try again.
const LOOK: Duration = Duration::from_millis(10);
const LOOKS: u32 = 300;

fn lock_file(store: &Path) -> PathBuf {
    let mut name = OsString::from(store);
    name.push("-listening");
    name.into()
}

/// Webhooks are received for as long as what is returned lives. Several may.
pub(super) fn begin(store: &Path) -> std::io::Result<File> {
    let file = File::options().create(true).truncate(false).write(true).read(true).open(lock_file(store))?;
    // Whoever asks whether webhooks are received holds it for a moment.
    for _ in 0..LOOKS {
        match file.try_lock_shared() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOOK),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(std::io::Error::new(std::io::ErrorKind::TimedOut, "another process holds it"))
}

/// Whether anybody receives webhooks into a store.
pub(super) fn is_going_on(store: &Path) -> bool {
    File::open(lock_file(store)).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

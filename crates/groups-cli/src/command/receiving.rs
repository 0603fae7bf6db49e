//! Whether webhooks are being received here right now: `wagroups listen` holds a lock as long as it runs. An empty store
//! alone does not tell.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

fn lock_file(store: &Path) -> PathBuf {
    let mut name = OsString::from(store);
    name.push("-listening");
    name.into()
}

/// Webhooks are received for as long as what is returned lives. Several may.
pub(super) fn begin(store: &Path) -> std::io::Result<File> {
    let file = File::options().create(true).truncate(false).write(true).read(true).open(lock_file(store))?;
    file.lock_shared()?;
    Ok(file)
}

/// Whether anybody receives webhooks into a store.
pub(super) fn is_going_on(store: &Path) -> bool {
    File::open(lock_file(store)).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

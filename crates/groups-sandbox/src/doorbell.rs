//! How one process notices at the price of a file's length that another has written to the same database.
//!
//! Beside the database lies a file that only grows: each write, once committed and before it is acknowledged,
//! appends one byte. A cache that remembers the length from before it was filled is current as long as the length
//! is the same. Asking SQLite itself would take a round trip to its thread on each read.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use crate::error::SandboxError;

/// Silent for a database in memory: there is nobody else to hear.
#[derive(Debug)]
pub(crate) struct Doorbell(Option<File>);

impl Doorbell {
    pub(crate) fn silent() -> Self {
        Self(None)
    }

    pub(crate) fn beside(database: &Path) -> Result<Self, SandboxError> {
        let mut name = database.as_os_str().to_owned();
        name.push("-changes");
        let file = OpenOptions::new().create(true).append(true).open(name);
        file.map(|file| Self(Some(file)))
            .map_err(|error| SandboxError::storage("opening its list of changes", error))
    }

    /// How often it has rung so far.
    pub(crate) fn count(&self) -> Result<u64, SandboxError> {
        let Some(file) = &self.0 else { return Ok(0) };
        let length = file.metadata().map(|data| data.len());
        length.map_err(|error| SandboxError::storage("looking for changes", error))
    }

    /// Rings once, and says how much that adds to the count.
    pub(crate) fn ring(&self) -> Result<u64, SandboxError> {
        let Some(mut file) = self.0.as_ref() else { return Ok(0) };
        file.write_all(b".").map_err(|error| SandboxError::storage("announcing a change", error))?;
        Ok(1)
    }
}

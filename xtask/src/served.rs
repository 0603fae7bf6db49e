//! `wagroups sandbox serve` as a process of its own, with a state folder of its own, for programs of other languages.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use serde::Deserialize;
use tempfile::TempDir;

use crate::workspace;

/// A sandbox that is served on a free port. Dropping it ends it and removes its state.
pub(crate) struct Served {
    child: Child,
    program: PathBuf,
    folder: TempDir,
    told: Told,
}

/// The first line of `sandbox serve -o json`.
#[derive(Deserialize)]
struct Told {
    base_url: String,
    api_key: String,
}

impl Served {
    /// Builds the program and serves the seeded state of a first use.
    pub(crate) fn start() -> Result<Self> {
        let program = workspace::executable("groups-cli", "wagroups")?;
        let folder = tempfile::tempdir().context("making a folder for the sandbox's state")?;
        let mut child = command(&program, folder.path())
            .args(["sandbox", "serve", "--port", "0", "-o", "json"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("starting wagroups")?;
        let mut line = String::new();
        let stdout = child.stdout.take().context("wagroups has no stdout")?;
        let read = BufReader::new(stdout).read_line(&mut line).context("reading what wagroups says");
        match read.and_then(|_| serde_json::from_str(&line).context("wagroups does not say where it listens"))
        {
            Ok(told) => Ok(Self { child, program, folder, told }),
            Err(error) => {
                // It may have ended already.
                let _ = child.kill();
                let _ = child.wait();
                Err(error)
            }
        }
    }

    /// Where it listens, without a slash at the end.
    pub(crate) fn base_url(&self) -> &str {
        &self.told.base_url
    }

    /// The key it accepts.
    pub(crate) fn api_key(&self) -> &str {
        &self.told.api_key
    }

    /// A folder that lasts as long as the sandbox.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Tells another program where to find `wagroups` and this sandbox's state, to play people with. A proxy that
    /// the environment may name would not find the sandbox.
    pub(crate) fn introduce<'c>(&self, other: &'c mut Command) -> &'c mut Command {
        for name in ["NO_PROXY", "no_proxy"] {
            other.env(name, "127.0.0.1");
        }
        other.env("WAGROUPS", &self.program).env("WAGROUPS_CONFIG_DIR", self.folder.path())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program with no setting of the user's but the folder.
fn command(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("WAGROUPS_") {
            command.env_remove(name);
        }
    }
    command.env("WAGROUPS_CONFIG_DIR", folder);
    command
}

//! Programs of other languages that test the sandbox: a Python environment below the target folder, with the versions
//! that tests/python/requirements.txt pins. Nothing outside that folder is installed or changed.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::{output, workspace};

/// Where the scripts, the requirements and the configuration lie, from the workspace's root.
const FOLDER: &str = "tests/python";
/// What the environment was made from, kept within it.
const STAMP: &str = "made-from.txt";
/// What schemathesis needs.
const FITS: &str = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";

/// An environment that holds what the requirements name.
pub(crate) struct Python {
    folder: PathBuf,
}

impl Python {
    /// Makes the environment, unless it is there and made from the same requirements.
    pub(crate) fn prepare() -> Result<Self> {
        let folder = workspace::metadata()?.target_directory.into_std_path_buf().join("python");
        let python = Self { folder };
        let requirements = file("requirements.txt");
        let wanted = std::fs::read_to_string(&requirements).context("reading the requirements")?;
        let stamp = python.folder.join(STAMP);
        if std::fs::read_to_string(&stamp).is_ok_and(|made_from| made_from == wanted) {
            return Ok(python);
        }
        let system = system_python()?;
        output::say(format_args!("making {} with pip", python.folder.display()));
        run(Command::new(system).args(["-m", "venv", "--clear"]).arg(&python.folder))?;
        let pip = ["-m", "pip", "--disable-pip-version-check", "--quiet"];
        // Without dependencies: all of them are pinned, and the check tells if one is missing.
        run(python.program("python").args(pip).args(["install", "--no-deps", "-r"]).arg(&requirements))?;
        run(python.program("python").args(pip).arg("check"))?;
        std::fs::write(&stamp, wanted).context("noting what was installed")?;
        Ok(python)
    }

    /// A call of a script of ours.
    pub(crate) fn script(&self, name: &str) -> Command {
        let mut command = self.program("python");
        command.arg(file(name));
        command
    }

    /// A call of a program of the environment, in the root folder.
    pub(crate) fn program(&self, name: &str) -> Command {
        let programs = if cfg!(windows) { "Scripts" } else { "bin" };
        let mut command = Command::new(self.folder.join(programs).join(name));
        command.current_dir(workspace::root()).stdin(Stdio::null()).env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }
}

/// A file beside the scripts.
pub(crate) fn file(name: &str) -> PathBuf {
    workspace::root().join(FOLDER).join(name)
}

/// Runs a program to its end; one that fails has said why.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let name = Path::new(command.get_program()).file_name().unwrap_or_else(|| OsStr::new("it")).to_owned();
    let name = name.to_string_lossy();
    let status = command.status().with_context(|| format!("starting {name}"))?;
    ensure!(status.success(), "{name} failed ({status})");
    Ok(())
}

fn system_python() -> Result<&'static str> {
    for name in ["python3", "python"] {
        let mut command = Command::new(name);
        command.args(["-c", FITS]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if command.status().is_ok_and(|status| status.success()) {
            return Ok(name);
        }
    }
    bail!("there is no Python 3.11 or later with venv and ensurepip (Debian: apt install python3-venv)")
}

//! `cargo xtask interop`: clients of other languages, as they are published, against a fresh sandbox.

use anyhow::Result;

use crate::python::{self, Python};
use crate::served::Served;

pub(crate) fn run() -> Result<()> {
    let python = Python::prepare()?;
    let sandbox = Served::start()?;
    python::run(sandbox.introduce(python.script("pywa_tour.py").arg(sandbox.base_url())))
}

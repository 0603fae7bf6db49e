//! `cargo xtask interop`: clients of other languages, as they are published, against a fresh sandbox; the commands in
//! docs/other-languages.md; and models that a Python generator makes of the document, fed with every example.

use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::python::{self, Python};
use crate::served::Served;
use crate::{output, workspace};

const PAGE: &str = "docs/other-languages.md";
/// Where the page's sandbox listens.
const ITS_ADDRESS: &str = "http://127.0.0.1:8360";

pub(crate) fn run() -> Result<()> {
    let python = Python::prepare()?;
    python::run(&mut python.script("models.py"))?;
    let sandbox = Served::start()?;
    python::run(sandbox.introduce(python.script("pywa_tour.py").arg(sandbox.base_url())))?;

    let page = std::fs::read_to_string(workspace::root().join(PAGE)).context("reading the page")?;
    let block = |language| block(&page, language).map(|text| text.replace(ITS_ADDRESS, sandbox.base_url()));
    python::run(sandbox.introduce(python.program("python").args(["-c", &block("python")?])))?;
    if works(Command::new("curl").arg("--version")) {
        let script = format!("set -eu\n{}", block("sh")?);
        python::run(sandbox.introduce(Command::new("sh").args(["-c", &script])))?;
        output::say("\nthe blocks of the page do what they say");
    } else {
        output::say(format_args!("skipped: the commands of {PAGE}, as there is no curl"));
    }
    Ok(())
}

/// The one block of the page in this language that is marked as a tour.
fn block<'p>(page: &'p str, language: &str) -> Result<&'p str> {
    let start = format!("```{language} tour\n");
    let (_, rest) = page.split_once(&start).with_context(|| format!("{PAGE} has no {language} tour"))?;
    let (block, _) = rest.split_once("```").with_context(|| format!("the {language} tour has no end"))?;
    Ok(block)
}

fn works(command: &mut Command) -> bool {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

//! `cargo xtask fuzz-http`: schemathesis, in all its phases, reads spec/groups.yaml and tries to get an answer out of a
//! fresh sandbox that the document does not promise. tests/python/schemathesis.toml says what counts as a failure.

use anyhow::{Context, Result};

use crate::python::{self, Python};
use crate::served::Served;
use crate::{output, workspace};

const CONFIGURATION: &str = "schemathesis.toml";
const SPEC: &str = "spec/groups.yaml";

/// What CI runs: the same cases each time, in a minute or so.
pub(crate) const SEED: u64 = 360;
pub(crate) const EXAMPLES: u32 = 60;

/// One run for each seed, `seed` and those that follow it, each against a sandbox of its own.
pub(crate) fn run(examples: u32, seed: u64, runs: u32) -> Result<()> {
    let python = Python::prepare()?;
    for seed in (seed..).take(runs as usize) {
        output::say(format_args!("==> seed {seed}, {examples} examples for each operation"));
        fuzz(&python, examples, seed).with_context(|| {
            format!("repeat it with: cargo xtask fuzz-http --seed {seed} --examples {examples}")
        })?;
    }
    Ok(())
}

fn fuzz(python: &Python, examples: u32, seed: u64) -> Result<()> {
    let sandbox = Served::start()?;
    let folder = sandbox.folder();
    std::fs::copy(python::file(CONFIGURATION), folder.join(CONFIGURATION))
        .context("copying the configuration")?;
    python::run(sandbox.introduce(python.script("fuzz_world.py").arg(sandbox.base_url()).arg(folder)))?;
    let mut schemathesis = python.program("schemathesis");
    schemathesis.arg("--config-file").arg(folder.join(CONFIGURATION));
    schemathesis.arg("run").arg(workspace::root().join(SPEC)).args(["--url", sandbox.base_url()]);
    schemathesis.args(["--max-examples", &examples.to_string(), "--seed", &seed.to_string(), "--no-color"]);
    // What Hypothesis and schemathesis would remember from one run to the next stays with the sandbox's state.
    schemathesis.env("SANDBOX_KEY", sandbox.api_key()).current_dir(folder);
    python::run(sandbox.introduce(&mut schemathesis))
}

//! `cargo xtask regen`: writes everything that is generated and committed, or shows what it would write.

use anyhow::{Context, Result};

use crate::mode::Mode;
use crate::{artefact, output, workspace};

pub(crate) fn run(mode: Mode) -> Result<()> {
    let mut stale = 0;
    for artefact in artefact::ALL {
        let files = (artefact.make)().with_context(|| format!("making {}", artefact.name))?;
        for path in mode.settle(&workspace::root(), &files)? {
            stale += 1;
            if mode == Mode::Write {
                output::say(format_args!("wrote {path}"));
            }
        }
    }
    match mode {
        Mode::Write => output::say("everything generated is up to date"),
        Mode::DryRun | Mode::Check => output::say(format_args!("{stale} files would be written")),
    }
    Ok(())
}

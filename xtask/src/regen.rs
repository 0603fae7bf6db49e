//! `cargo xtask regen`: writes everything that is generated and committed.

use anyhow::{Context, Result};

use crate::mode::Mode;
use crate::{artefact, output, workspace};

pub(crate) fn run() -> Result<()> {
    for artefact in artefact::ALL {
        let files = (artefact.make)().with_context(|| format!("making {}", artefact.name))?;
        for path in Mode::Write.settle(&workspace::root(), &files)? {
            output::say(format_args!("wrote {path}"));
        }
    }
    output::say("everything generated is up to date");
    Ok(())
}

//! `cargo xtask spec-lint`: tells where spec/groups.yaml breaks its rules.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::lint::{self, Finding};
use crate::{output, workspace};

pub(crate) fn run() -> Result<()> {
    let findings = findings()?;
    for finding in &findings {
        output::say(finding);
    }
    match findings.len() {
        0 => output::say("spec/groups.yaml keeps its rules"),
        count => bail!("{count} findings in spec/groups.yaml"),
    }
    Ok(())
}

/// What is wrong with the spec as it lies in the work tree.
pub(crate) fn findings() -> Result<Vec<Finding>> {
    let yaml = std::fs::read_to_string(workspace::root().join("spec/groups.yaml"))
        .context("reading spec/groups.yaml")?;
    let document: Value = serde_saphyr::from_str(&yaml).context("spec/groups.yaml is not YAML")?;
    Ok(lint::findings(&document, &[]))
}

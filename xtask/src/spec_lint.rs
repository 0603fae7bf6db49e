//! `cargo xtask spec-lint`: tells where spec/groups.yaml breaks its rules.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::lint::{self, FileExample, Finding};
use crate::output;

pub(crate) fn run() -> Result<()> {
    let findings = findings()?;
    for finding in &findings {
        output::say(finding);
    }
    match findings.len() {
        0 => output::say("spec/groups.yaml keeps its rules"),
        1 => bail!("1 problem"),
        count => bail!("{count} problems"),
    }
    Ok(())
}

/// What is wrong with the spec.
pub(crate) fn findings() -> Result<Vec<Finding>> {
    let document: Value =
        serde_saphyr::from_str(groups_spec::OPENAPI_YAML).context("spec/groups.yaml is not YAML")?;
    let files: Vec<FileExample<'_>> = groups_spec::EXAMPLES
        .iter()
        .map(|example| FileExample {
            name: example.name,
            schema: example.schema,
            documented: example.documented,
            body: example.body,
        })
        .collect();
    Ok(lint::findings(&document, &files))
}

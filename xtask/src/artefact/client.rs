//! The committed copy of the generated client: crates/groups-api/src/generated.rs.
//!
//! The generator view lives in the build script of groups-api and nowhere else, so the copy is taken from the
//! folder that cargo says the script wrote to.

use std::io::BufReader;
use std::process::Stdio;

use anyhow::{Context, Result};
use cargo_metadata::Message;

use super::File;
use crate::workspace;

pub(super) fn make() -> Result<Vec<File>> {
    let metadata = workspace::metadata()?;
    let package = metadata
        .packages
        .iter()
        .find(|package| package.name.as_str() == "groups-api")
        .context("there is no crate groups-api")?;

    let mut cargo = workspace::cargo()
        .args(["check", "--package", "groups-api", "--features", "codegen"])
        .arg("--message-format=json-render-diagnostics")
        .stdout(Stdio::piped())
        .spawn()
        .context("starting cargo")?;
    let messages = BufReader::new(cargo.stdout.take().context("cargo has no stdout")?);
    let mut folder = None;
    for message in Message::parse_stream(messages) {
        if let Message::BuildScriptExecuted(script) = message.context("reading cargo's messages")?
            && script.package_id == package.id
        {
            folder = Some(script.out_dir);
        }
    }
    cargo.wait()?;
    // Whether the crate itself builds is not asked here: hand-written code that a new client breaks is repaired
    // with the new client in place.
    let folder = folder.context("the build script of groups-api did not succeed; its message is above")?;
    let code = std::fs::read_to_string(folder.join("groups_api.rs"))
        .with_context(|| format!("the build script of groups-api left no groups_api.rs in {folder}"))?;
    Ok(vec![File { path: "crates/groups-api/src/generated.rs".to_owned(), contents: Some(code) }])
}

//! Where the workspace is, what it holds, and how cargo is called in it.

use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use cargo_metadata::{Message, Metadata, MetadataCommand};

/// The workspace's root folder.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// What cargo knows of our own crates; nothing of the others.
pub(crate) fn metadata() -> Result<Metadata> {
    MetadataCommand::new().current_dir(root()).no_deps().exec().context("reading `cargo metadata`")
}

/// The version that all our crates have.
pub(crate) fn version() -> Result<cargo_metadata::semver::Version> {
    let metadata = metadata()?;
    let first = metadata.packages.first().context("the workspace has no packages")?;
    Ok(first.version.clone())
}

/// How the workspace's manifest writes a dependency.
pub(crate) fn dependency(name: &str) -> Result<String> {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).context("reading Cargo.toml")?;
    let line = manifest.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix('='));
    Ok(line.with_context(|| format!("the workspace has no dependency {name}"))?.trim().to_owned())
}

/// A call of the cargo that runs xtask, in the root folder.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    // What cargo told xtask about xtask is not for the cargo below it: build scripts that watch these would run
    // again at every turn, and half the dependencies with them.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") || name == "CARGO_BIN_NAME" {
            command.env_remove(&*name);
        }
    }
    command
}

/// Builds a program of ours and tells where it lies.
pub(crate) fn executable(package: &str, name: &str) -> Result<PathBuf> {
    let mut building = cargo()
        .args(["build", "--quiet", "--package", package, "--bin", name])
        .arg("--message-format=json-render-diagnostics")
        .stdout(Stdio::piped())
        .spawn()
        .context("starting cargo")?;
    let messages = BufReader::new(building.stdout.take().context("cargo has no stdout")?);
    let mut built = None;
    for message in Message::parse_stream(messages) {
        if let Message::CompilerArtifact(artifact) = message.context("reading cargo's messages")?
            && artifact.target.name == name
        {
            built = artifact.executable;
        }
    }
    building.wait()?;
    built.map(Into::into).with_context(|| format!("{name} was not built; cargo's message is above"))
}

//! How long a consumer's first build takes with our client, compared with one that has reqwest and serde alone.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::Figure;
use crate::{output, workspace};

const ROUNDS: usize = 3;
const TARGET: f64 = 1.25;

pub(super) fn measure() -> Result<Figure> {
    let folder = tempfile::tempdir().context("making a folder")?;
    let client = workspace::root().join("crates/groups-ergonomic");
    let client = client.display().to_string();
    let ours = format!("groups-ergonomic = {{ path = {client:?}, default-features = false }}\n");
    let reqwest = workspace::dependency("reqwest")?;
    let bare = format!(
        "reqwest = {reqwest}\nserde = {{ version = \"1\", features = [\"derive\"] }}\nserde_json = \"1\"\n"
    );
    let tokio = "tokio = { version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }\n";
    let mut ratios = Vec::new();
    for round in 1..=ROUNDS {
        let ours = build(folder.path(), "ours", &format!("{ours}{tokio}"))?;
        let bare = build(folder.path(), "bare", &format!("{bare}{tokio}"))?;
        output::say(format_args!(
            "round {round}: with the client {ours:.1} s, with reqwest and serde {bare:.1} s"
        ));
        ratios.push(ours / bare);
    }
    ratios.sort_by(f64::total_cmp);
    Ok(Figure {
        what: "consumer's cold build without `codegen` ÷ bare reqwest + serde".to_owned(),
        median: ratios[ROUNDS / 2],
        least: ratios[0],
        most: ratios[ROUNDS - 1],
        rounds: ROUNDS,
        at_most: Some(TARGET),
        at_least: None,
    })
}

/// Seconds of a debug build with nothing built before.
fn build(folder: &Path, name: &str, dependencies: &str) -> Result<f64> {
    let package = folder.join(name);
    std::fs::create_dir_all(package.join("src"))?;
    std::fs::write(package.join("src/main.rs"), "fn main() {}\n")?;
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\n[workspace]\n"
    );
    std::fs::write(package.join("Cargo.toml"), manifest)?;
    // The very versions we build with: nothing has to be fetched, and both sides have the same.
    std::fs::copy(workspace::root().join("Cargo.lock"), package.join("Cargo.lock"))?;
    let target = package.join("target");
    if target.exists() {
        std::fs::remove_dir_all(&target)?;
    }
    let start = Instant::now();
    let mut cargo = workspace::cargo();
    let status = cargo
        .args(["build", "--quiet", "--offline"])
        .current_dir(&package)
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_INCREMENTAL", "0")
        .status()
        .context("starting cargo")?;
    if !status.success() {
        bail!("the consumer {name} was not built; cargo's message is above");
    }
    Ok(start.elapsed().as_secs_f64())
}

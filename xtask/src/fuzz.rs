//! `cargo xtask fuzz`: runs each fuzz target for a while. Sanitizers need nightly, so without it this only says
//! what is missing; the property tests of the same crates make the same calls on every toolchain.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{output, workspace};

/// Where cargo-fuzz finds each target, from the workspace's root.
const TARGETS: [(&str, &str); 3] = [
    ("crates/groups-ergonomic/fuzz", "decode"),
    ("crates/groups-ergonomic/fuzz", "classify"),
    ("crates/groups-model/fuzz", "events"),
];

pub(crate) fn run(seconds: u32) -> Result<()> {
    if let Some(reason) = missing() {
        output::say(format_args!("skipped: {reason}"));
        return Ok(());
    }
    for (folder, target) in TARGETS {
        output::say(format_args!("==> {target}, for {seconds} s"));
        let status = nightly(&["fuzz", "run", "--fuzz-dir", folder, target, "--"])
            .arg(format!("-max_total_time={seconds}"))
            .status()
            .context("starting cargo-fuzz")?;
        if !status.success() {
            bail!("the target {target} failed ({status}); the input is in {folder}/artifacts/{target}");
        }
    }
    output::say("no target found anything");
    Ok(())
}

/// What stands in the way, if anything, and what to do about it.
fn missing() -> Option<&'static str> {
    if !works(nightly(&["--version"])) {
        return Some("there is no nightly toolchain (rustup toolchain install nightly)");
    }
    if !works(nightly(&["fuzz", "--version"])) {
        return Some("there is no cargo-fuzz (cargo install cargo-fuzz)");
    }
    None
}

/// A call of nightly's cargo. rustup must be named: below xtask, `cargo` is that of xtask's own toolchain.
fn nightly(arguments: &[&str]) -> Command {
    let mut command = Command::new("rustup");
    command.current_dir(workspace::root()).env("RUSTUP_AUTO_INSTALL", "0").env_remove("CARGO");
    command.args(["run", "nightly", "cargo"]).args(arguments);
    command
}

fn works(mut command: Command) -> bool {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_targets_are_those_of_the_fuzz_folders() {
        let mut named = TARGETS.to_vec();
        named.sort_unstable();
        let mut folders: Vec<&str> = named.iter().map(|(folder, _)| *folder).collect();
        folders.dedup();
        let mut found: Vec<(&str, String)> = Vec::new();
        for folder in folders {
            for entry in std::fs::read_dir(workspace::root().join(folder).join("fuzz_targets")).unwrap() {
                let path = entry.unwrap().path();
                found.push((folder, path.file_stem().unwrap().to_str().unwrap().to_owned()));
            }
        }
        found.sort();
        let named: Vec<_> = named.into_iter().map(|(folder, name)| (folder, name.to_owned())).collect();
        assert_eq!(found, named);
    }
}

//! `cargo xtask fuzz`: runs each fuzz target for a while, with the sanitizers that only nightly has, or without them by
//! the toolchain at hand, which is then told that it may use unstable options. The property tests of the same crates make
//! the same calls everywhere.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{output, workspace};

/// Where cargo-fuzz finds each target, from the workspace's root.
const TARGETS: [(&str, &str); 4] = [
    ("crates/groups-ergonomic/fuzz", "decode"),
    ("crates/groups-ergonomic/fuzz", "classify"),
    ("crates/groups-model/fuzz", "events"),
    ("crates/groups-webhooks/fuzz", "receiver"),
];

pub(crate) fn run(seconds: u32) -> Result<()> {
    let has_nightly = works(nightly(&["--version"]));
    let cargo = if has_nightly { nightly } else { at_hand };
    if !works(cargo(&["fuzz", "--version"])) {
        output::say("skipped: there is no cargo-fuzz (cargo install cargo-fuzz)");
        return Ok(());
    }
    let sanitizer: &[&str] = if has_nightly { &[] } else { &["--sanitizer", "none"] };
    for (folder, target) in TARGETS {
        output::say(format_args!("==> {target}, for {seconds} s"));
        let status = cargo(&["fuzz", "run", "--fuzz-dir", folder])
            .args(sanitizer)
            .args([target, "--"])
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

/// A call of the toolchain at hand, which takes unstable options then.
fn at_hand(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(workspace::root()).env("RUSTC_BOOTSTRAP", "1").args(arguments);
    command
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

//! `cargo xtask packages`: packs each published crate and builds it from its package alone.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::workspace;

pub(crate) fn run() -> Result<()> {
    // Cargo unpacks the packages that others depend on into its home, under a name made from the folder they lie in,
    // and does not unpack them again while the version stays: in the same folder, a crate would be built against what
    // was packed the last time.
    let target = workspace::metadata()?.target_directory;
    std::fs::create_dir_all(&target).with_context(|| format!("creating {target}"))?;
    let fresh =
        tempfile::Builder::new().prefix("packages-").tempdir_in(&target).context("creating a folder")?;
    let status = command(std::env::var_os("CI").is_some()).arg("--target-dir").arg(fresh.path()).status()?;
    if !status.success() {
        bail!("{status}");
    }
    Ok(())
}

fn command(hosted: bool) -> Command {
    let mut command = workspace::cargo();
    command.args(["package", "--workspace", "--exclude", "xtask", "--exclude", "groups-tests"]);
    if !hosted {
        // At a desk the gate runs before the commit.
        command.arg("--allow-dirty");
    }
    // Nobody debugs what is thrown away.
    command.env("CARGO_PROFILE_DEV_DEBUG", "false");
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_at_a_desk_may_the_work_tree_be_dirty() {
        let dirty = |hosted| command(hosted).get_args().any(|argument| argument == "--allow-dirty");
        assert!(dirty(false));
        assert!(!dirty(true));
    }
}

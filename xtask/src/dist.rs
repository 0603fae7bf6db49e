//! `cargo xtask dist`: what is handed out, in target/dist: an archive for a target, and the checksums of all that lie there.
//! The same commit makes the same bytes, wherever it is built with the same toolchain: nothing of the machine goes in.

mod archive;
mod binary;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::{output, workspace};
use archive::Entry;

const FOLDER: &str = "target/dist";
/// What is generated from the CLI and committed, and where the archive has it.
const GENERATED: [(&str, &str); 2] = [("docs/completions", "completions"), ("docs/man", "man/man1")];
/// From the workspace's root.
const DOCUMENTS: [&str; 4] = ["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];

/// `target`: this machine's if there is none.
pub(crate) fn run(target: Option<String>) -> Result<()> {
    let target = target.map_or_else(host, Ok)?;
    let time = time()?;
    let binary = binary::build(&target)?;
    let name = format!("wagroups-{}-{target}", workspace::version()?);
    let entries = entries(&name, &binary)?;

    let folder = workspace::root().join(FOLDER);
    std::fs::create_dir_all(&folder).with_context(|| format!("making {FOLDER}"))?;
    let (file, bytes) = if target.contains("windows") {
        (format!("{name}.zip"), archive::zip(&entries)?)
    } else {
        (format!("{name}.tar.gz"), archive::tar_gz(&entries, time)?)
    };
    std::fs::write(folder.join(&file), &bytes).with_context(|| format!("writing {FOLDER}/{file}"))?;
    std::fs::write(folder.join("SHA256SUMS"), sums(&folder)?).context("writing SHA256SUMS")?;
    let size = std::fs::metadata(&binary).context("reading the program's size")?.len();
    output::say(format_args!(
        "{FOLDER}/{file}: {} files, {:.1} MB; the program alone {:.1} MB",
        entries.len(),
        megabytes(bytes.len() as u64),
        megabytes(size)
    ));
    Ok(())
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// All that goes in, by its path.
fn entries(name: &str, binary: &Path) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    let program =
        if binary.extension().is_some_and(|end| end == "exe") { "wagroups.exe" } else { "wagroups" };
    let bytes = std::fs::read(binary).context("reading the program")?;
    entries.push(Entry { path: format!("{name}/{program}"), bytes, executable: true });
    for document in DOCUMENTS {
        let bytes =
            std::fs::read(workspace::root().join(document)).with_context(|| format!("reading {document}"))?;
        entries.push(Entry { path: format!("{name}/{document}"), bytes, executable: false });
    }
    for (folder, place) in GENERATED {
        for file in
            std::fs::read_dir(workspace::root().join(folder)).with_context(|| format!("reading {folder}"))?
        {
            let file = file?;
            let path = format!("{name}/{place}/{}", file.file_name().to_string_lossy());
            entries.push(Entry { path, bytes: std::fs::read(file.path())?, executable: false });
        }
    }
    entries.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(entries)
}

/// The lines of SHA256SUMS, as `sha256sum --check` reads them: one for each archive in the folder.
fn sums(folder: &Path) -> Result<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".tar.gz") || name.ends_with(".zip") {
            names.push(name);
        }
    }
    names.sort();
    let mut text = String::new();
    for name in names {
        let digest = Sha256::digest(std::fs::read(folder.join(&name))?);
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        text.push_str(&format!("{hex}  {name}\n"));
    }
    Ok(text)
}

/// The time of all files: SOURCE_DATE_EPOCH, else that of the commit.
fn time() -> Result<u64> {
    if let Ok(text) = std::env::var("SOURCE_DATE_EPOCH") {
        return text
            .trim()
            .parse()
            .with_context(|| format!("SOURCE_DATE_EPOCH must be seconds, got {text:?}"));
    }
    let done = Command::new("git")
        .args(["log", "-1", "--format=%ct"])
        .current_dir(workspace::root())
        .output()
        .context("starting git")?;
    match String::from_utf8_lossy(&done.stdout).trim().parse() {
        Ok(time) if done.status.success() => Ok(time),
        _ => {
            bail!("git does not tell when the commit was made: set SOURCE_DATE_EPOCH to its time in seconds")
        }
    }
}

fn host() -> Result<String> {
    let done = Command::new("rustc").arg("-vV").output().context("starting rustc")?;
    let said = String::from_utf8_lossy(&done.stdout);
    let line = said.lines().find_map(|line| line.strip_prefix("host: "));
    line.map(str::to_owned).context("rustc does not tell which machine this is")
}

/// Where something of this machine lies, and what it is called instead.
fn places() -> Result<Vec<(PathBuf, &'static str)>> {
    let home = std::env::home_dir();
    let of_variable = |name: &str, folder: &str| {
        std::env::var_os(name)
            .filter(|path| !path.is_empty())
            .map(PathBuf::from)
            .or_else(|| Some(home.as_ref()?.join(folder)))
    };
    // What is generated while building lies in the target folder, which may be anywhere.
    let target = workspace::metadata()?.target_directory.into_std_path_buf();
    let mut places = vec![(workspace::root(), "wagroups"), (target, "wagroups/target")];
    places.extend(of_variable("CARGO_HOME", ".cargo").map(|path| (path, "cargo")));
    places.extend(of_variable("RUSTUP_HOME", ".rustup").map(|path| (path, "rustup")));
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_archives_alone_in_order() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("b.zip", "b"), ("a.tar.gz", "a"), ("SHA256SUMS", "old"), ("notes.txt", "x")] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        assert_eq!(
            sums(folder.path()).unwrap(),
            "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb  a.tar.gz\n\
             3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d  b.zip\n"
        );
    }

    #[test]
    fn the_workspace_and_its_target_folder_are_places_of_this_machine() {
        let places = places().unwrap();
        let is_one = |path: PathBuf| places.iter().any(|(place, _)| *place == path);
        assert!(is_one(workspace::root()));
        assert!(is_one(workspace::metadata().unwrap().target_directory.into()));
    }
}

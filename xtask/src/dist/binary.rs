//! The program as it is handed out: built for a target, without the paths of the machine that built it.

use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use cargo_metadata::Message;

use super::places;
use crate::workspace;

/// Builds it, and refuses one that tells where it was built.
pub(super) fn build(target: &str) -> Result<PathBuf> {
    let places = places()?;
    let mut flags: Vec<String> = std::env::var("RUSTFLAGS")
        .iter()
        .flat_map(|flags| flags.split_whitespace())
        .map(str::to_owned)
        .collect();
    flags.extend(places.iter().map(|(path, name)| format!("--remap-path-prefix={}=/{name}", path.display())));
    let mut cargo = workspace::cargo();
    cargo
        .args(["build", "--release", "--locked", "--package", "groups-cli", "--bin", "wagroups"])
        // Named even for this machine: then build scripts are built as always, and only the program differs.
        .args(["--target", target, "--message-format=json-render-diagnostics"])
        // An option may hold spaces.
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
        .env("CARGO_INCREMENTAL", "0")
        .stdout(Stdio::piped());
    let is_msvc = target.contains("msvc");
    if !is_msvc {
        // What C code says about itself, too: SQLite and the TLS library.
        let maps = places.iter().map(|(path, name)| format!("-ffile-prefix-map={}=/{name}", path.display()));
        let own = std::env::var("CFLAGS").ok();
        cargo.env("CFLAGS", own.into_iter().chain(maps).collect::<Vec<_>>().join(" "));
    }
    let mut building = cargo.spawn().context("starting cargo")?;
    let messages = BufReader::new(building.stdout.take().context("cargo has no stdout")?);
    let mut built = None;
    for message in Message::parse_stream(messages) {
        if let Message::CompilerArtifact(artifact) = message.context("reading cargo's messages")?
            && artifact.target.name == "wagroups"
        {
            built = artifact.executable;
        }
    }
    ensure!(building.wait()?.success(), "the program was not built; cargo's message is above");
    let built: PathBuf = built.context("cargo built no program")?.into();
    let bytes = std::fs::read(&built).context("reading the program")?;
    let told: Vec<String> = places
        .iter()
        // That compiler maps no paths: the TLS library tells where its source lay. Where that names somebody, home does.
        .filter(|(_, name)| !(is_msvc && *name == "cargo"))
        .map(|(path, _)| path.as_path())
        .chain(std::env::home_dir().as_deref().filter(|home| tells_who(home)))
        .filter(|path| holds(&bytes, path))
        .map(|path| path.display().to_string())
        .collect();
    ensure!(told.is_empty(), "the program holds paths of this machine: {}", told.join(", "));
    Ok(built)
}

/// `/root` and the like name nobody, and may stand in any text.
fn tells_who(home: &Path) -> bool {
    home.components().count() > 2
}

fn holds(bytes: &[u8], path: &Path) -> bool {
    let text = path.to_string_lossy();
    !text.is_empty() && bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_found_wherever_it_stands() {
        let bytes = b"\0at /srv/ann/work/src/main.rs\0";
        assert!(holds(bytes, Path::new("/srv/ann")));
        assert!(!holds(bytes, Path::new("/srv/bob")));
        assert!(tells_who(Path::new("/srv/ann")) && !tells_who(Path::new("/root")));
    }
}

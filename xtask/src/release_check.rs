//! `cargo xtask release-check`: what has to be true of a release and no test sees. Run it before a tag, and on it; the
//! gate runs the packages and everything else.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use cargo_metadata::Package;
use cargo_metadata::semver::Version;

use crate::lint::Finding;
use crate::mode::Mode;
use crate::spec_diff::{self, Level};
use crate::{check, output, public_api, workspace};

/// How a path of somebody's machine begins. In pieces, so that this file names none.
const MACHINE_PATHS: [&str; 4] = [
    concat!("/ro", "ot/"),
    concat!("/ho", "me/[a-z]"),
    concat!("/Us", "ers/[A-Za-z]"),
    concat!("[A-Z]:\\\\Us", "ers"),
];

/// One runs the gate, the other makes what is handed out.
const WORKFLOWS: [&str; 2] = [".github/workflows/ci.yml", ".github/workflows/release.yml"];

pub(crate) fn run() -> Result<()> {
    let metadata = workspace::metadata()?;
    let published: Vec<&Package> =
        metadata.packages.iter().filter(|package| package.publish.as_deref() != Some(&[])).collect();
    let version = workspace::version()?;
    let mut problems = 0;
    problems += check::report(
        "one version, and a section for it in CHANGELOG.md",
        changelog(&version, &metadata.packages)?,
    );
    problems += check::report("the manifests say what crates.io and docs.rs show", manifests(&published));
    problems +=
        check::report("the stated Rust is the one that is verified", rust_version(&metadata.packages)?);
    problems += check::report("no file names a path of a machine", machine_paths()?);
    problems += check::report("the version fits what changed since the last tag", since_last_tag(&version)?);
    if let Err(error) = public_api::run(Mode::Check) {
        output::say(format_args!("{error:#}"));
        problems += 1;
    }
    problems += licences()?;
    if problems > 0 {
        bail!("{problems} problems stand between {version} and a release");
    }
    output::say(format_args!("{version} can be released once `cargo xtask ci` passes on the tag"));
    Ok(())
}

fn finding(place: &str, problem: impl Into<String>, repair: impl Into<String>) -> Finding {
    Finding { place: place.to_owned(), problem: problem.into(), repair: repair.into() }
}

fn changelog(version: &Version, packages: &[Package]) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for package in packages.iter().filter(|package| package.version != *version) {
        let problem = format!("it is {}, others are {version}", package.version);
        findings.push(finding(&package.name, problem, "use `version.workspace = true`"));
    }
    let text =
        std::fs::read_to_string(workspace::root().join("CHANGELOG.md")).context("reading CHANGELOG.md")?;
    findings.extend(changelog_of(&text, version));
    Ok(findings)
}

fn changelog_of(text: &str, version: &Version) -> Option<Finding> {
    let heading = format!("## {version} - ");
    let dated = text.lines().any(|line| {
        line.strip_prefix(&heading).is_some_and(|date| date.len() == 10 && date.matches('-').count() == 2)
    });
    let problem = format!("there is no section `{heading}YYYY-MM-DD`");
    (!dated).then(|| finding("CHANGELOG.md", problem, "give the section Unreleased the version and the day"))
}

fn manifests(published: &[&Package]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in published {
        let mut miss = |what: &str| {
            findings.push(finding(
                &package.name,
                format!("its manifest has no {what}"),
                format!("add {what}"),
            ));
        };
        for (what, given) in [
            ("description", package.description.is_some()),
            ("license", package.license.is_some()),
            ("rust-version", package.rust_version.is_some()),
            ("readme", package.readme.is_some()),
            ("keywords", !package.keywords.is_empty()),
        ] {
            if !given {
                miss(what);
            }
        }
        // What is behind a feature would be missing from the documentation.
        let optional = package.features.keys().any(|feature| feature != "default");
        let shown = package.metadata.pointer("/docs/rs/all-features").is_some()
            || package.metadata.pointer("/docs/rs/features").is_some();
        if optional && !shown {
            miss("[package.metadata.docs.rs] with the features to show");
        }
    }
    findings
}

fn rust_version(packages: &[Package]) -> Result<Vec<Finding>> {
    let stated = packages
        .iter()
        .filter_map(|package| package.rust_version.as_ref())
        .max()
        .context("no rust-version")?;
    let short = format!("{}.{}", stated.major, stated.minor);
    let mut findings = Vec::new();
    for workflow in WORKFLOWS {
        let text = std::fs::read_to_string(workspace::root().join(workflow))
            .with_context(|| format!("reading {workflow}"))?;
        if !text.contains(&format!("RUSTUP_TOOLCHAIN: \"{short}\"")) {
            let problem = format!("it does not run with Rust {short}, which Cargo.toml states");
            findings.push(finding(workflow, problem, "set RUSTUP_TOOLCHAIN"));
        }
    }
    Ok(findings)
}

fn machine_paths() -> Result<Vec<Finding>> {
    let pattern = MACHINE_PATHS.join("|");
    let found =
        git(&["grep", "--line-number", "--extended-regexp", "-I", &pattern, "--", ".", ":!Cargo.lock"])?;
    let finding = |line: &str| {
        finding(line, "it names a path of a machine", "name the place in words, or relative to the workspace")
    };
    Ok(found.unwrap_or_default().lines().map(finding).collect())
}

fn since_last_tag(version: &Version) -> Result<Vec<Finding>> {
    let tags = git(&["tag", "--points-at", "HEAD", "--list", "v*"])?.unwrap_or_default();
    if let Some(finding) = tag_of_another(&tags, version) {
        return Ok(vec![finding]);
    }
    // On the tag of the version itself, the last one is the one before it.
    let from = if tags.trim().is_empty() { "HEAD" } else { "HEAD^" };
    let Some(tag) = git(&["describe", "--tags", "--abbrev=0", "--match", "v*", from])? else {
        output::say("there is no tag yet: any version is the first");
        return Ok(Vec::new());
    };
    let tag = tag.trim();
    let released: Version = tag.trim_start_matches('v').parse().with_context(|| format!("the tag {tag}"))?;
    let mut level = spec_diff::level_since(tag)?;
    for name in public_api::CRATES {
        let path = format!("docs/public-api/{name}.txt");
        let before = git(&["show", &format!("{tag}:{path}")])?.unwrap_or_default();
        let now = std::fs::read_to_string(workspace::root().join(&path)).unwrap_or_default();
        level = level.into_iter().chain(level_between(&before, &now)).min();
    }
    let least = spec_diff::next(&released, level);
    let found = level.map_or("nothing", Level::name);
    let problem = format!("{version} is too low: since {tag} there are changes, {found} the worst");
    Ok(if *version >= least {
        Vec::new()
    } else {
        vec![finding("Cargo.toml", problem, format!("make it {least} or higher"))]
    })
}

/// A commit with the tag of one version and the manifest of another.
fn tag_of_another(tags: &str, version: &Version) -> Option<Finding> {
    let own = format!("v{version}");
    let tag = tags.lines().next().filter(|_| tags.lines().all(|tag| tag != own))?;
    let problem = format!("the commit is tagged, and Cargo.toml has {version}");
    Some(finding(tag, problem, "take the tag away and tag the commit whose Cargo.toml has its version"))
}

/// What two listings of a public API mean to its users: an item that is gone, or is written in another way, breaks them.
fn level_between(before: &str, now: &str) -> Option<Level> {
    let gone = before.lines().any(|item| !now.lines().any(|other| other == item));
    let new = now.lines().any(|item| !before.lines().any(|other| other == item));
    if gone { Some(Level::Breaking) } else { new.then_some(Level::Additive) }
}

/// Licences alone: the list of advisories comes over the network, so the hosted workflow asks for those.
fn licences() -> Result<usize> {
    let installed = Command::new("cargo-deny").arg("--version").output().is_ok();
    if !installed {
        output::say(
            "skipped: licences; cargo-deny is not installed (`cargo install cargo-deny`), the hosted workflow runs it",
        );
        return Ok(0);
    }
    let status =
        workspace::cargo().args(["deny", "--offline", "check", "licenses", "bans", "sources"]).status();
    Ok(usize::from(!status.context("starting cargo deny")?.success()))
}

/// What git prints; `None` where it finds nothing.
fn git(arguments: &[&str]) -> Result<Option<String>> {
    let root = workspace::root();
    let done =
        Command::new("git").current_dir(Path::new(&root)).args(arguments).output().context("starting git")?;
    Ok(done.status.success().then(|| String::from_utf8_lossy(&done.stdout).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_has_a_dated_section() {
        let version = Version::new(0, 2, 0);
        assert!(changelog_of("# Changelog\n\n## Unreleased\n", &version).is_some());
        assert!(changelog_of("## 0.2.0 - soon\n", &version).is_some());
        assert!(changelog_of("## 0.2.0 - 2026-12-01\n", &version).is_none());
        assert!(changelog_of("## 0.2.1 - 2026-12-01\n", &version).is_some());
    }

    #[test]
    fn a_tag_is_of_the_version_it_stands_at() {
        let version = Version::new(0, 2, 0);
        assert!(tag_of_another("", &version).is_none());
        assert!(tag_of_another("v0.2.0\n", &version).is_none());
        assert!(tag_of_another("v0.3.0\n", &version).is_some());
    }

    #[test]
    fn an_item_that_is_gone_breaks_and_a_new_one_adds() {
        assert_eq!(level_between("a\nb\n", "a\nb\n"), None);
        assert_eq!(level_between("a\n", "a\nb\n"), Some(Level::Additive));
        assert_eq!(level_between("a\nb\n", "a\nc\n"), Some(Level::Breaking));
    }

    #[test]
    fn machine_paths_are_found_and_others_are_not() {
        let pattern = MACHINE_PATHS.join("|");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        let found = |text: &str| {
            std::fs::write(&file, text).unwrap();
            let grep = Command::new("grep").args(["-qE", &pattern]).arg(&file).status().unwrap();
            grep.success()
        };
        assert!(found(&["/ho", "me/anna/x"].concat()));
        assert!(found(&["/ro", "ot/.cargo"].concat()));
        assert!(!found("$HOME/.local/state and /groups/{group_id}"));
    }
}

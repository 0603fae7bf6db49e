//! `cargo xtask public-api`: the public API of the libraries people use, as reviewed text in docs/public-api, and
//! the foreign types in it. A change of the API shows up in review as a change of these files.
//!
//! The listing is made of rustdoc's JSON, which stable only writes when told that it may use unstable options.
//! Another toolchain writes another format or other words, so the one that runs xtask is used, and where its format
//! is not the one that is read here, nothing is checked.

use std::collections::BTreeSet;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use public_api::PublicApi;
use public_api::tokens::Token;

use crate::artefact::File;
use crate::mode::Mode;
use crate::{output, workspace};

pub(crate) const CRATES: [&str; 4] =
    ["groups-model", "groups-ergonomic", "groups-sandbox", "groups-webhooks"];
/// The format of rustdoc's JSON that the pinned public-api reads; Rust 1.95 writes it.
const FORMAT: u64 = 57;
/// Set for the rustdoc that cargo starts, which is this program again: see [`as_rustdoc`].
const AS_RUSTDOC: &str = "XTASK_AS_RUSTDOC";

/// Crates that anything may be taken from.
const OWN: [&str; 8] = [
    "alloc",
    "core",
    "groups_api",
    "groups_ergonomic",
    "groups_model",
    "groups_sandbox",
    "groups_webhooks",
    "std",
];

/// Foreign types that users meet, and why: each makes a major version of its crate one of ours.
const FOREIGN: &[(&str, &str)] = &[
    ("axum::routing::Router", "the receiver is mounted in a service of the user's own"),
    ("bytes::bytes::Bytes", "a picture is handed over without copying it"),
    ("futures_core::stream::Stream", "lists are streams, and the standard library has no such trait yet"),
    ("http::header::name::HeaderName", "headers that are required of deliveries, or sent along"),
    ("http::header::value::HeaderValue", "part of the same"),
    (
        "reqwest::async_impl::client::ClientBuilder",
        "proxies, certificates and pools are set on the HTTP client",
    ),
    ("secrecy::SecretString", "a key is taken in a type that does not print it"),
    ("serde_core::de::Deserialize", "what the model holds can be read back"),
    ("serde_core::de::DeserializeOwned", "what is read around its odd values"),
    ("serde_core::de::Deserializer", "part of the same trait"),
    ("serde_core::ser::Serialize", "what the model holds can be written down"),
    ("serde_core::ser::Serializer", "part of the same trait"),
    ("serde_json::error::Error", "where an answer stops being JSON"),
    ("serde_json::map::Map", "fields that nobody knows yet are kept as they came"),
    ("serde_json::value::Value", "values that nobody knows yet, and the body in a preview"),
    ("tokio::time::instant::Instant", "when a list was read, by the clock that tests can pause"),
    ("tokio::net::tcp::listener::TcpListener", "a receiver is served on a socket that the caller has bound"),
];

pub(crate) fn run(mode: Mode) -> Result<()> {
    let Some(apis) = read()? else { return Ok(()) };
    let mut files = Vec::new();
    let mut unlisted = BTreeSet::new();
    let mut used = BTreeSet::new();
    for (name, api) in CRATES.iter().zip(&apis) {
        files.push(File { path: format!("docs/public-api/{name}.txt"), contents: Some(api.to_string()) });
        for (path, item) in foreign(api) {
            match FOREIGN.iter().find(|(allowed, _)| *allowed == path) {
                Some((allowed, _)) => drop(used.insert(*allowed)),
                None => drop(unlisted.insert(format!("{path}, first in: {item}"))),
            }
        }
    }
    let mut problems: Vec<String> =
        unlisted.into_iter().map(|path| format!("a foreign type that is not in the list: {path}")).collect();
    let unused = FOREIGN.iter().filter(|(allowed, _)| !used.contains(allowed));
    problems.extend(unused.map(|(path, _)| format!("in the list of foreign types and not used: {path}")));
    for path in mode.settle(&workspace::root(), &files)? {
        match mode {
            Mode::Write => output::say(format_args!("wrote {path}")),
            // The difference has been shown.
            Mode::DryRun => {}
            Mode::Check => problems.push(format!("{path} is not the API as it is now")),
        }
    }
    for problem in &problems {
        output::say(problem);
    }
    if !problems.is_empty() {
        bail!(
            "the public API is not as it was reviewed; `cargo xtask public-api` writes the files, and the list of \
             foreign types is in xtask/src/public_api.rs"
        );
    }
    output::say("the public API is as it was reviewed");
    Ok(())
}

/// The APIs in the order of [`CRATES`], or `None`, saying why, where this toolchain cannot tell.
fn read() -> Result<Option<Vec<PublicApi>>> {
    let version = Command::new("rustc").arg("--version").output().context("asking rustc for its version")?;
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    if !version.contains("nightly") {
        output::say(format_args!(
            "using {version} with RUSTC_BOOTSTRAP=1 for rustdoc alone: it is not nightly"
        ));
    }
    let mut command = workspace::cargo();
    command.args(["doc", "--no-deps", "--lib"]).args(CRATES.iter().flat_map(|name| ["--package", name]));
    command
        .env("RUSTDOC", std::env::current_exe()?)
        .env(AS_RUSTDOC, "1")
        .env("RUSTDOCFLAGS", "-Z unstable-options --output-format json");
    let status = command.status().context("starting cargo doc")?;
    if !status.success() {
        bail!("rustdoc failed ({status})");
    }
    let folder = workspace::metadata()?.target_directory.join("doc");
    let mut apis = Vec::new();
    for name in CRATES {
        let path = folder.join(name.replace('-', "_")).with_extension("json");
        let text = std::fs::read_to_string(&path).with_context(|| format!("reading {path}"))?;
        let format = serde_json::from_str::<serde_json::Value>(&text)?["format_version"].as_u64();
        if format != Some(FORMAT) {
            output::say(format_args!(
                "skipped: {version} writes rustdoc's JSON in format {format:?}, and {FORMAT} is read here"
            ));
            return Ok(None);
        }
        let api = public_api::Builder::from_rustdoc_json(path.as_std_path())
            .omit_blanket_impls(true)
            .omit_auto_trait_impls(true)
            .omit_auto_derived_impls(true)
            .build();
        apis.push(api.with_context(|| format!("reading the API of {name}"))?);
    }
    Ok(Some(apis))
}

/// Each foreign path in a listing, with the first item that names it.
fn foreign(api: &PublicApi) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for item in api.items() {
        let tokens: Vec<&Token> = item.tokens().collect();
        for path in paths(&tokens) {
            let first = path.split("::").next().unwrap_or_default();
            if !OWN.contains(&first) && !found.iter().any(|(known, _)| *known == path) {
                found.push((path, item.to_string()));
            }
        }
    }
    found
}

/// The paths among the tokens of an item, whole.
fn paths(tokens: &[&Token]) -> Vec<String> {
    let mut paths = vec![String::new()];
    for token in tokens {
        let last = paths.last_mut().filter(|path| path.ends_with("::"));
        match (token, last) {
            (Token::Identifier(text) | Token::Type(text), Some(path)) => path.push_str(text),
            // Two names side by side are two paths: bounds of associated types come without a colon.
            (Token::Identifier(text) | Token::Type(text), None) => paths.push(text.clone()),
            (Token::Symbol(text), _) if text == "::" => {
                if let Some(path) = paths.last_mut().filter(|path| !path.is_empty()) {
                    path.push_str(text);
                }
            }
            _ => paths.push(String::new()),
        }
    }
    paths.retain(|path| path.contains("::"));
    paths
}

/// Where cargo takes this program for rustdoc: calls the true one, with unstable options allowed. Setting the
/// variable for cargo instead would build half of the dependencies again.
pub(crate) fn as_rustdoc() -> Option<ExitCode> {
    std::env::var_os(AS_RUSTDOC)?;
    let mut command = Command::new("rustdoc");
    command.args(std::env::args_os().skip(1)).env("RUSTC_BOOTSTRAP", "1").env_remove(AS_RUSTDOC);
    let passed = command.status().is_ok_and(|status| status.success());
    Some(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found_whole_and_apart() {
        let name = |text: &str| Token::Identifier(text.to_owned());
        let end = |text: &str| Token::Type(text.to_owned());
        let symbol = |text: &str| Token::Symbol(text.to_owned());
        let tokens = [
            name("Error"),
            name("core"),
            symbol("::"),
            end("Into"),
            symbol("<"),
            name("bytes"),
            symbol("::"),
            name("bytes"),
            symbol("::"),
            end("Bytes"),
            symbol(">"),
            Token::Whitespace,
            name("alone"),
        ];
        assert_eq!(paths(&tokens.iter().collect::<Vec<_>>()), ["core::Into", "bytes::bytes::Bytes"]);
    }
}

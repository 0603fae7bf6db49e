//! Prints what is generated from the CLI: one JSON object, path of a file to what it holds.
//!
//! A program of its own, so that `cargo xtask` builds without the CLI and can repair what the CLI is built from.

#![allow(clippy::print_stdout, reason = "what it prints is its result")]

mod reference;

use std::collections::BTreeMap;

use groups_cli::documents;

fn main() -> serde_json::Result<()> {
    let mut files = BTreeMap::new();
    files.insert("docs/commands.md".to_owned(), reference::render(groups_cli::command()));
    files.insert("docs/environment.md".to_owned(), reference::topic(documents::environment()));
    for (name, page) in documents::manual() {
        files.insert(format!("docs/man/{name}"), page);
    }
    for (name, script) in documents::completions() {
        files.insert(format!("docs/completions/{name}"), script);
    }
    for (name, schema) in groups_cli::schema::all() {
        files.insert(format!("docs/schemas/{name}.json"), serde_json::to_string_pretty(&schema)? + "\n");
    }
    println!("{}", serde_json::to_string(&files)?);
    Ok(())
}

//! Everything that is generated and committed, in one list for `regen` and `check`.

mod cli;
mod client;
mod error_code;
mod error_page;
mod openapi;

use anyhow::Result;

/// A file as it should be; without contents, a file that should not be there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct File {
    /// Where it lies, from the workspace's root, with `/`.
    pub(crate) path: String,
    /// What it holds.
    pub(crate) contents: Option<String>,
}

/// A group of files that is made in one go.
pub(crate) struct Artefact {
    /// What it is, for messages.
    pub(crate) name: &'static str,
    /// Makes the files.
    pub(crate) make: fn() -> Result<Vec<File>>,
}

/// All of them. The order matters: a later one is made by code that is built from the earlier ones.
pub(crate) const ALL: &[Artefact] = &[
    Artefact { name: "the error codes of groups-model", make: error_code::make },
    Artefact { name: "the copy of the generated client", make: client::make },
    Artefact { name: "the page of errors", make: error_page::make },
    Artefact { name: "the OpenAPI 3.1 edition and the webhook schema", make: openapi::make },
    Artefact { name: "the pages, schemas, manual and completions of the CLI", make: cli::make },
];

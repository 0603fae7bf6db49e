//! The project's chores: `cargo xtask --help`.
//!
//! One file per command. Nothing here may depend on a crate that xtask generates code for: a half-merged
//! generated file must never stop the command that repairs it.

#![allow(
    unexpected_cfgs,
    reason = "error_kind.rs of groups-model is compiled in; its `schema` feature is not"
)]

mod arrows;
mod artefact;
mod bench;
mod check;
mod ci;
mod citations;
mod dist;
mod error_kinds;
mod error_table;
mod fuzz;
mod fuzz_http;
mod interop;
mod lint;
mod mode;
mod output;
mod packages;
mod public_api;
mod python;
mod regen;
mod release_check;
mod served;
mod spec_diff;
mod spec_lint;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use mode::Mode;

/// The project's chores.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write everything that is generated and committed
    ///
    /// What is made by code that is itself generated is made by the code as it stands: a dry run cannot show what comes of
    /// code that it has not written.
    Regen {
        /// Write nothing; show what would be written, as a diff
        #[arg(long)]
        dry_run: bool,
    },
    /// Verify the generated files, the spec and the arrows between the crates; writes nothing
    Check,
    /// Tell where spec/groups.yaml breaks its rules
    SpecLint,
    /// Tell what changed for callers between two documents, and which version that calls for
    SpecDiff(spec_diff::Question),
    /// Feed arbitrary bytes to the decoders, the error classifier and the webhook receiver; skipped, saying so, without cargo-fuzz
    Fuzz {
        /// How long each target runs
        #[arg(long, value_name = "N", default_value_t = 60)]
        seconds: u32,
    },
    /// Let schemathesis look for an answer of the sandbox that the spec does not promise; needs Python 3.11
    FuzzHttp {
        /// How many examples are made for each operation
        #[arg(long, value_name = "N", default_value_t = fuzz_http::EXAMPLES)]
        examples: u32,
        /// The seed of the first run
        #[arg(long, value_name = "N", default_value_t = fuzz_http::SEED)]
        seed: u64,
        /// How many runs, each with the seed after the last one's
        #[arg(long, value_name = "N", default_value_t = 1)]
        runs: u32,
    },
    /// Let clients of other languages use the sandbox, as they are published; needs Python 3.11
    Interop,
    /// Measure everything that has a target, beside the bare alternative in the same run; takes half an hour, mostly to build
    Bench(bench::Choice),
    /// Pack each published crate and build it from its package alone
    Packages,
    /// Write the public API of the libraries to docs/public-api and verify the foreign types in it
    PublicApi {
        /// Write nothing; show what would be written, as a diff
        #[arg(long, conflicts_with = "check")]
        dry_run: bool,
        /// Write nothing; fail where the files differ
        #[arg(long)]
        check: bool,
    },
    /// Verify what has to be true of a release: versions, changelog, API, licences, no paths of a machine
    ReleaseCheck,
    /// Build what is handed out, for one target, to target/dist: an archive with the program, its documents, completions and
    /// manual pages, and SHA256SUMS. The time of all files is SOURCE_DATE_EPOCH, else that of the commit
    Dist {
        /// For which machine, such as aarch64-unknown-linux-gnu; its standard library and linker have to be there
        #[arg(long, value_name = "TRIPLE")]
        target: Option<String>,
    },
    /// The whole gate: format, clippy, documentation, check, tests, other languages, packages
    Ci,
}

fn main() -> ExitCode {
    if let Some(code) = public_api::as_rustdoc() {
        return code;
    }
    let outcome = match Arguments::parse().command {
        Command::Regen { dry_run } => regen::run(Mode::of(dry_run, false)),
        Command::Check => check::run(),
        Command::SpecLint => spec_lint::run(),
        Command::SpecDiff(question) => spec_diff::run(&question),
        Command::Fuzz { seconds } => fuzz::run(seconds),
        Command::FuzzHttp { examples, seed, runs } => fuzz_http::run(examples, seed, runs),
        Command::Interop => interop::run(),
        Command::PublicApi { dry_run, check } => public_api::run(Mode::of(dry_run, check)),
        Command::Packages => packages::run(),
        Command::Bench(choice) => bench::run(&choice),
        Command::ReleaseCheck => release_check::run(),
        Command::Dist { target } => dist::run(target),
        Command::Ci => ci::run(),
    };
    output::exit_code(outcome)
}

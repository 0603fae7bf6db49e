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
mod check;
mod ci;
mod error_kinds;
mod error_table;
mod fuzz;
mod lint;
mod mode;
mod output;
mod public_api;
mod regen;
mod spec_lint;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
    Regen,
    /// Verify the generated files, the spec and the arrows between the crates; writes nothing
    Check,
    /// Tell where spec/groups.yaml breaks its rules
    SpecLint,
    /// Feed arbitrary bytes to the decoders and the error classifier; skipped, saying so, without nightly and cargo-fuzz
    Fuzz {
        /// How long each target runs
        #[arg(long, value_name = "N", default_value_t = 60)]
        seconds: u32,
    },
    /// Write the public API of the libraries to docs/public-api and verify the foreign types in it
    PublicApi {
        /// Write nothing; fail where the files differ
        #[arg(long)]
        check: bool,
    },
    /// The whole gate: format, clippy, documentation, check, tests, packages
    Ci,
}

fn main() -> ExitCode {
    if let Some(code) = public_api::as_rustdoc() {
        return code;
    }
    let outcome = match Arguments::parse().command {
        Command::Regen => regen::run(),
        Command::Check => check::run(),
        Command::SpecLint => spec_lint::run(),
        Command::Fuzz { seconds } => fuzz::run(seconds),
        Command::PublicApi { check } => {
            public_api::run(if check { mode::Mode::Check } else { mode::Mode::Write })
        }
        Command::Ci => ci::run(),
    };
    output::exit_code(outcome)
}

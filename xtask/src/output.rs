//! All that xtask prints. Other modules hand their words to this one.

#![allow(clippy::print_stderr, reason = "a task's result is what it prints")]

use std::io::Write as _;
use std::process::ExitCode;

/// A line of news.
pub(crate) fn say(line: impl std::fmt::Display) {
    // Who has stopped reading, as `head` does, needs no more of it.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// The exit code of a command: 1 with the whole chain of causes on stderr if it failed.
pub(crate) fn exit_code(outcome: anyhow::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

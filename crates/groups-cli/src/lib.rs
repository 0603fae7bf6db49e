//! `wagroups`, the command line for WhatsApp groups on 360dialog, as a library: tests and tools walk its command
//! tree and build their own copy of the binary. The path of a command: parsed (`args`), checked and planned,
//! confirmed, carried out, printed. Nothing here ends the process; `main` returns the code.

mod accounts;
mod args;
mod command;
mod completion;
mod confirm;
mod context;
mod creates;
pub mod documents;
mod exit;
mod failure;
mod folders;
mod known_groups;
mod near;
mod output;
mod people;
mod private_file;
mod run;
mod scene;
pub mod schema;
mod secret_input;
mod signals;
mod subject;
mod topics;
mod unreadable;
mod variables;

use std::process::ExitCode;

use clap::CommandFactory;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    with(context::Environment::read())
}

/// Runs it, and shows `held` whatever holds the API key as soon as it does. For tests of what becomes visible of the key
/// where a program breaks at the worst moment.
pub fn main_with(held: fn(&dyn std::fmt::Debug)) -> ExitCode {
    with(context::Environment::read().shown_to(held))
}

fn with(environment: context::Environment) -> ExitCode {
    let argv: Vec<_> = std::env::args_os().collect();
    run::run(&argv, &environment).into()
}

/// The command tree, for those who document it.
pub fn command() -> clap::Command {
    args::Cli::command()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_tree_is_sound() {
        super::command().debug_assert();
    }
}

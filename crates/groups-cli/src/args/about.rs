//! The commands about `wagroups` itself. Form only; see the module above.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

/// Print the JSON Schema of what commands print.
///
/// Without a type it prints one object that holds them all by name.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups schema group
  wagroups schema --jq 'keys[]'
  wagroups schema event > event.json")]
pub(crate) struct Schema {
    /// A type of result, such as group, event or error.
    #[arg(value_name = "TYPE")]
    pub(crate) name: Option<String>,
}

/// Print a script that makes a shell complete commands, options and groups.
///
/// Groups are completed by their ids, or by the beginning of their subjects: those that `list` and `get` have shown within a
/// day, kept in a private file per account beside the other state. Nothing is sent while completing.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  source <(wagroups completions bash)
  wagroups completions zsh > ~/.zfunc/_wagroups
  wagroups completions fish > ~/.config/fish/completions/wagroups.fish
  wagroups completions powershell >> $PROFILE
  wagroups completions elvish >> ~/.config/elvish/rc.elv")]
pub(crate) struct Completions {
    /// For which shell.
    #[arg(value_name = "SHELL", value_enum)]
    pub(crate) shell: Shell,
}

/// Print the manual page, or write the pages of all commands to a folder.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups man | man -l -
  wagroups man ~/.local/share/man/man1")]
pub(crate) struct Man {
    /// The folder; it is made if it is not there.
    #[arg(value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
}

/// Print the help of a command or a topic.
///
/// Topics: exit-codes, environment, output, from, and error: the error codes of the API, or of one kind, or what one of
/// them means and what to do about it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups help requests approve
  wagroups help exit-codes
  wagroups help environment
  wagroups help output
  wagroups help error 131208
  wagroups help error group_unknown
  wagroups help error -o json")]
pub(crate) struct Help {
    /// The words of a command, or a topic.
    #[arg(value_name = "COMMAND|TOPIC")]
    pub(crate) words: Vec<String>,
}

impl Help {
    /// What follows `error`, if that is the topic.
    pub(crate) fn after_error(&self) -> Option<&[String]> {
        match &self.words[..] {
            [first, rest @ ..] if ["error", "errors"].contains(&first.as_str()) => Some(rest),
            _ => None,
        }
    }
}

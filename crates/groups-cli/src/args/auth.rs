//! The commands about accounts: log in and out, see which one is used. Form only; see the module above. A key is never
//! an argument.

use clap::{Args, Subcommand};

/// Accounts: store the keys of your numbers, and choose between them.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  wagroups auth login
  wagroups auth status
  wagroups list --profile second-number")]
pub(crate) enum AuthCommand {
    Login(Login),
    Status(AuthStatus),
    /// List the accounts that are stored.
    ///
    /// Asks neither the API nor the keyring.
    #[command(after_help = "\
Examples:
  wagroups auth list
  wagroups auth list -o json")]
    List,
    Switch(Switch),
    Logout(Logout),
}

/// Store the key of a number, once the service has taken it.
///
/// The key is asked for without being shown, or read from standard input; it is never an argument. It is kept in the
/// system's keyring, and where there is none, in a file that only you may read. The first account becomes the active one.
/// --profile names it, `default` unless told otherwise; an account of that name is replaced.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups auth login
  wagroups auth login --profile second-number < key.txt
  pass show 360dialog | wagroups auth login --insecure-storage")]
pub(crate) struct Login {
    /// Keep the key in a file that only you may read, not in the keyring.
    #[arg(long)]
    pub(crate) insecure_storage: bool,

    /// Store it without asking the service whether it takes it.
    #[arg(long)]
    pub(crate) no_verify: bool,
}

/// Show which key is used and why, and whether the service takes it.
///
/// Sources from strongest to weakest: --profile, D360_API_KEY, WAGROUPS_PROFILE, the active profile. Of the key the last
/// four characters are shown at most, and only of one that has 24 or more. It exits with 3 if there is no key or it is refused.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups auth status
  wagroups auth status --offline -o json")]
pub(crate) struct AuthStatus {
    /// Do not ask the service.
    #[arg(long)]
    pub(crate) offline: bool,
}

/// Make an account the active one: commands use it unless told otherwise.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups auth switch second-number")]
pub(crate) struct Switch {
    /// The profile's name.
    pub(crate) name: String,
}

/// Remove an account and its key from this machine.
///
/// Without a name it is the one of --profile, else the active one. The key itself stays valid; it is replaced in the
/// 360dialog hub.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups auth logout
  wagroups auth logout second-number
  wagroups auth logout --all")]
pub(crate) struct Logout {
    /// The profile's name.
    pub(crate) name: Option<String>,

    /// Remove all accounts.
    #[arg(long, conflicts_with = "name")]
    pub(crate) all: bool,
}

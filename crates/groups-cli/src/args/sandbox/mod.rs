//! The commands about the sandbox itself: serve it, look at it, play its people. Form only; see the module above.

mod tune;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Yes;
pub(crate) use tune::{BehaviourArgs, ClockArgs, CrowdArgs, FaultArgs, TriggerArgs};

/// Serve a sandbox, reset it, and act as its people.
///
/// These commands act on the sandbox that --base-url or WAGROUPS_BASE_URL names, through its control API. Without
/// either they act on the embedded sandbox, the one of --sandbox. They need no key. A base URL that is not a sandbox
/// is an error. Results and notes on stderr name the sandbox. The embedded sandbox keeps its state between commands
/// and shares it with `sandbox serve`; `sandbox serve --fresh` has a state of its own.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  wagroups sandbox serve
  wagroups sandbox user request GROUP +15550100199
  wagroups sandbox status
  wagroups sandbox status --base-url http://127.0.0.1:8360")]
pub(crate) enum SandboxCommand {
    Serve(Serve),
    /// Throw the sandbox's state away and begin again.
    ///
    /// The embedded sandbox begins with its four groups, a served one as it began, and either with --seed's. Asks for
    /// confirmation at a terminal; elsewhere --yes is needed.
    #[command(after_help = "\
Examples:
  wagroups sandbox reset
  wagroups sandbox reset --yes
  wagroups sandbox reset --seed trips.yaml --yes
  wagroups sandbox reset --yes --base-url http://127.0.0.1:8360")]
    Reset(Reset),
    /// Show what is in the sandbox and what is set.
    ///
    /// Prints the counts, the file of the embedded sandbox, the switches that differ from the default, and the faults.
    #[command(after_help = "\
Examples:
  wagroups sandbox status
  wagroups sandbox status -o json")]
    Status,
    #[command(subcommand)]
    User(UserCommand),
    #[command(subcommand)]
    Group(GroupCommand),
    Behaviour(BehaviourArgs),
    Fault(FaultArgs),
    Clock(ClockArgs),
    Crowd(CrowdArgs),
    Trigger(TriggerArgs),
}

#[derive(Debug, Args)]
pub(crate) struct Reset {
    /// Begin with the groups and settings in this file, YAML or JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) seed: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) yes: Yes,
}

/// Serve the sandbox over HTTP, until Ctrl-C.
///
/// The first line says where it listens, the second where its page is: what is in it and what happens, in a browser.
/// It shares its state with --sandbox, unless --fresh is given.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups sandbox serve
  wagroups sandbox serve --port 0 --fresh -o json
  wagroups sandbox serve --fresh --seed trips.yaml --behaviour messy
  wagroups sandbox serve --webhook http://127.0.0.1:8080/webhook --fault 'create_group status=500 times=1'
  D360_API_KEY=sandbox wagroups list --base-url http://127.0.0.1:8360")]
pub(crate) struct Serve {
    /// The address to listen on [default: 127.0.0.1].
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1", hide_default_value = true)]
    pub(crate) host: String,

    /// The port to listen on; 0 takes a free one [default: 8360].
    #[arg(long, value_name = "N", default_value_t = 8360, hide_default_value = true)]
    pub(crate) port: u16,

    /// Serve an empty sandbox that is kept in memory only.
    #[arg(long)]
    pub(crate) fresh: bool,

    /// Begin with the groups and settings in this file, YAML or JSON. Needs --fresh, or a sandbox never used before.
    #[arg(long, value_name = "FILE")]
    pub(crate) seed: Option<PathBuf>,

    /// Behave like this: strict is the documented form of everything, messy every variant a client must survive.
    #[arg(long, value_name = "PROFILE", value_parser = ["strict", "messy"])]
    pub(crate) behaviour: Option<String>,

    /// Set one switch; may be given several times. `wagroups sandbox behaviour` prints them all.
    #[arg(long, value_name = "SWITCH=VALUE", value_parser = tune::pair)]
    pub(crate) set: Vec<(String, String)>,

    /// Script what goes wrong; may be given several times. `wagroups sandbox fault --help` tells the form.
    #[arg(long, value_name = "SPEC")]
    pub(crate) fault: Vec<String>,

    /// Deliver webhooks there.
    #[arg(long, value_name = "URL")]
    pub(crate) webhook: Option<String>,
}

/// Act as a person: join, request, withdraw, leave.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  wagroups sandbox user join GROUP +15550100199
  wagroups sandbox user request GROUP +15550100199")]
pub(crate) enum UserCommand {
    /// Open the invite link of a group that lets everybody in.
    #[command(after_help = "Examples:\n  wagroups sandbox user join GROUP +15550100199")]
    Join(Person),
    /// Open the invite link of a group that wants approval, and ask to join.
    #[command(after_help = "Examples:\n  wagroups sandbox user request GROUP +15550100199")]
    Request(Person),
    /// Take a join request back.
    #[command(after_help = "Examples:\n  wagroups sandbox user withdraw GROUP +15550100199")]
    Withdraw(Person),
    /// Leave a group.
    #[command(after_help = "Examples:\n  wagroups sandbox user leave GROUP +15550100199")]
    Leave(Person),
}

#[derive(Debug, Args)]
pub(crate) struct Person {
    /// The group's id.
    pub(crate) group: String,

    /// The person's number: +E.164, or its digits.
    pub(crate) user: String,
}

/// Act as WhatsApp: suspend a group, or restore it.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  wagroups sandbox group suspend GROUP
  wagroups sandbox group restore GROUP")]
pub(crate) enum GroupCommand {
    /// Suspend a group: calls for it are refused with 131207, and lists leave it out.
    #[command(after_help = "Examples:\n  wagroups sandbox group suspend GROUP")]
    Suspend(GroupOnly),
    /// Lift a suspension.
    #[command(after_help = "Examples:\n  wagroups sandbox group restore GROUP")]
    Restore(GroupOnly),
}

#[derive(Debug, Args)]
pub(crate) struct GroupOnly {
    /// The group's id.
    pub(crate) group: String,
}

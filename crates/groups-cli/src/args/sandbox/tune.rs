//! What is set about the sandbox while it is there: switches, faults, time, a crowd, single webhooks. Form only.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::args::{duration, whole};

/// Show how the sandbox behaves, or switch it.
///
/// Sources disagree on many forms of the API. `strict` is the documented form of everything and the default; `messy`
/// turns on every variant that a client must survive, another each time, and loses, doubles and delays webhooks.
/// Single switches go on top. A served sandbox follows at once.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups sandbox behaviour
  wagroups sandbox behaviour messy
  wagroups sandbox behaviour --set list_shape=flat --set webhook_drops=0.5
  wagroups sandbox behaviour strict --set 'rate_limit={\"per_second\":5,\"burst\":10}'")]
pub(crate) struct BehaviourArgs {
    /// Begin with all switches of this profile.
    // An id of its own: `--profile` is the account.
    #[arg(id = "switch_profile", value_name = "PROFILE", value_parser = ["strict", "messy"])]
    pub(crate) profile: Option<String>,

    /// Set one switch; may be given several times.
    #[arg(long, value_name = "SWITCH=VALUE", value_parser = pair)]
    pub(crate) set: Vec<(String, String)>,
}

/// Script what goes wrong, and list or take away what is scripted.
///
/// SPEC is an operation (such as create_group, or * for all), then what goes wrong and when, as words:
///
///   status=N code=N details=TEXT retry-after=SECONDS html   another answer
///   latency=TIME stall reset truncate=BYTES trickle=TIME    late, never, cut off, short, slow
///   empty-page repeated-cursor                              of a list
///   outcome=CODE setting=NAME                               accepted, and then it fails
///   times=N skip=N probability=P                            how often
///   done                                                    carried out, and its answer lost
///
/// Without SPEC, prints the faults there are.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
#[command(after_help = "\
Examples:
  wagroups sandbox fault create_group status=500 done times=1
  wagroups sandbox fault '*' code=131208 retry-after=2 probability=0.2
  wagroups sandbox fault list_groups empty-page times=1
  wagroups sandbox fault
  wagroups sandbox fault --clear")]
pub(crate) struct FaultArgs {
    /// The operation and the words.
    #[arg(value_name = "SPEC", conflicts_with_all = ["clear", "remove"])]
    pub(crate) spec: Vec<String>,

    /// Take the fault of this number away.
    #[arg(long, value_name = "N", conflicts_with = "clear", value_parser = whole())]
    pub(crate) remove: Option<u64>,

    /// Take all faults away.
    #[arg(long)]
    pub(crate) clear: bool,
}

/// Show the sandbox's time, or change it.
///
/// What was accepted and what is to be delivered again falls due by this time, so that seven days pass in a moment.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups sandbox clock
  wagroups sandbox clock --stop
  wagroups sandbox clock --advance 1h
  wagroups sandbox clock --start")]
pub(crate) struct ClockArgs {
    /// Let so much time pass, such as 30s or 2h.
    #[arg(long, value_name = "TIME", value_parser = duration())]
    pub(crate) advance: Option<Duration>,

    /// Stop the clock.
    #[arg(long, conflicts_with = "start")]
    pub(crate) stop: bool,

    /// Let the clock go on.
    #[arg(long)]
    pub(crate) start: bool,
}

/// Let simulated users join, ask, withdraw and leave.
///
/// The same seed does the same things to the same groups.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups sandbox crowd
  wagroups sandbox crowd --people 50 --acts 1000 --every 10ms --seed 7 -o jsonl")]
pub(crate) struct CrowdArgs {
    /// How many people there are.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=50_000))]
    pub(crate) people: u32,

    /// How much they do before this ends.
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) acts: u32,

    /// The pause between two acts.
    #[arg(long, value_name = "TIME", default_value = "100ms", value_parser = duration())]
    pub(crate) every: Duration,

    /// What decides who does what.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
}

/// Send one documented webhook to a receiver.
///
/// The sandbox sends it with the current time, and its groups do not change. Without EVENT, lists the events.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups sandbox trigger
  wagroups sandbox trigger group_created --to http://127.0.0.1:8080/webhook
  wagroups sandbox trigger group_created --base-url http://127.0.0.1:8360
  wagroups sandbox trigger participants_partly_removed --to http://127.0.0.1:8080 --override group_id=GROUP
  wagroups sandbox trigger group_deleted --to http://127.0.0.1:8080 --secret-file hmac.key --header x-secret=abc")]
pub(crate) struct TriggerArgs {
    /// The event.
    #[arg(value_name = "EVENT")]
    pub(crate) event: Option<String>,

    /// Where to send it [default: where the sandbox delivers webhooks].
    #[arg(long, value_name = "URL", requires = "event")]
    pub(crate) to: Option<String>,

    /// Set a member of the event, such as group_id=GROUP or group_subject.text=New; null takes it away.
    #[arg(long = "override", value_name = "MEMBER=VALUE", value_parser = pair)]
    pub(crate) overrides: Vec<(String, String)>,

    /// Send a header along.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) header: Vec<(String, String)>,

    /// Sign with the secret in this file (x-360dialog-signature).
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Option<PathBuf>,
}

/// `NAME=VALUE`.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("must be NAME=VALUE".to_owned()),
    }
}

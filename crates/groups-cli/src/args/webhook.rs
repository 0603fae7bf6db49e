//! The commands about where webhooks go, and what they are for: outcomes, and the check of the set-up. Form only; see
//! the module above.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::{DryRun, duration};

/// Where 360dialog delivers webhooks: get, set.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  wagroups webhook get
  wagroups webhook set https://example.com/webhooks")]
pub(crate) enum WebhookCommand {
    /// Show where 360dialog delivers the number's webhooks.
    ///
    /// The values of headers are secrets: only JSON shows them.
    #[command(after_help = "\
Examples:
  wagroups webhook get
  wagroups webhook get -o json")]
    Get,
    Set(SetWebhook),
}

/// Set where 360dialog delivers the number's webhooks; it replaces what was set.
///
/// Messages and group events come to the same address. A receiver has to answer 200 within 5 seconds; `wagroups
/// listen` is one. How to unset the address is not documented.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups webhook set https://example.com/webhooks
  wagroups webhook set https://example.com/webhooks --header x-webhook-secret=choose-your-own --dry-run")]
pub(crate) struct SetWebhook {
    /// The address, http or https, as 360dialog reaches it.
    pub(crate) url: String,

    /// A header to be sent along, such as one that the receiver knows the sender by. May be given several times.
    #[arg(long = "header", value_name = "NAME=VALUE")]
    pub(crate) headers: Vec<String>,

    #[command(flatten)]
    pub(crate) dry: DryRun,
}

/// Wait for the outcome of something accepted earlier.
///
/// The outcome is learnt from the webhooks that `wagroups listen` has received into the state folder, or receives
/// meanwhile. The request id is what create, update, delete and remove print.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups wait 9B47474A35EFC2A6139B41457E4C10BB
  wagroups wait 9B47474A35EFC2A6139B41457E4C10BB --for 5m -o json")]
pub(crate) struct WaitArgs {
    /// The request id.
    #[arg(value_name = "REQUEST_ID")]
    pub(crate) request_id: String,

    /// How long to wait at most [default: 30s].
    #[arg(long = "for", value_name = "DURATION", value_parser = duration())]
    pub(crate) time: Option<Duration>,
}

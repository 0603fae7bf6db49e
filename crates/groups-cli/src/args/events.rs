//! The commands about webhooks and what they told. Form only; see the module above.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use groups_model::event::EventKind;

use super::{Moment, duration, moment, whole};

/// Receive webhooks, keep what they tell, and show or forward it, until Ctrl-C.
///
/// The first line says where it listens; that address, made reachable from outside, is what 360dialog delivers to. A
/// webhook is answered once its events are on the disk. `wagroups events` shows them later.
///
/// A body may be compressed (gzip, deflate, zstd, br); the limit is 4 MiB after decompression. A body that is not understood
/// is kept byte for byte, as an event of type unknown. A refused request is reported on stderr with the reason: the first of
/// a reason at once, further ones once a minute with their number, and the total at the end. If standard output is closed,
/// it goes on without printing. SIGHUP does not end it.
///
/// WAGROUPS_WEBHOOK_SECRET holds the secret that webhooks are signed with, or several with spaces between; without it,
/// whoever finds the address can send. WAGROUPS_WEBHOOK_HEADER holds a header that they have to come with, such as
/// `name: value`; with both, both are needed. WAGROUPS_WEBHOOK_VERIFY_TOKEN holds the token of Meta's verification
/// handshake. WAGROUPS_FORWARD_SECRET holds the secret that what is forwarded is signed with, in X-Hub-Signature-256.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups listen --print
  wagroups listen --port 0 --print -o jsonl
  wagroups listen --path /hook
  wagroups listen --host 0.0.0.0 --forward-to http://localhost:3000/webhooks")]
pub(crate) struct Listen {
    /// The address to listen on [default: 127.0.0.1].
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1", hide_default_value = true)]
    pub(crate) host: String,

    /// The port to listen on; 0 takes a free one [default: 8361].
    #[arg(long, value_name = "N", default_value_t = 8361, hide_default_value = true)]
    pub(crate) port: u16,

    /// Accept webhooks for this path only, such as /hook; any other is answered 404. Without it any path is accepted.
    #[arg(long, value_name = "PATH", value_parser = path())]
    pub(crate) path: Option<String>,

    /// Send every event on to this URL, in order per group, until it is answered 2xx; also after a restart.
    ///
    /// One process does so for one --config-dir. What waits for one URL is never sent to another: after a restart with
    /// another it stays, which is said, until that URL is given again.
    ///
    /// An event that the target never accepts is set aside, so that the later events of its group are sent. It is tried 3
    /// times if it is answered 4xx (but 401, 403, 404, 405, 407), and 6 times with any other answer or a broken connection.
    /// Then the next event of its group is tried, and only if that one is accepted, it is set aside after a last attempt.
    /// While the target accepts nothing or cannot be reached, and with 408, 425 and 429, all events wait, up to 7 days. An
    /// event that is set aside stays in the store; stderr names its number.
    #[arg(long, value_name = "URL")]
    pub(crate) forward_to: Option<String>,

    /// Print events as they come.
    #[arg(long)]
    pub(crate) print: bool,
}

/// What webhooks told: list it, follow it, send it again, or read a webhook's body.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  wagroups events list
  wagroups events tail --type group_participants_add
  wagroups events decode body.json -o json")]
pub(crate) enum EventsCommand {
    List(ListEvents),
    Tail(TailEvents),
    Replay(ReplayEvents),
    Decode(Decode),
    Prune(PruneEvents),
}

/// List events that were received, the newest last.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups events list
  wagroups events list --group GROUP --since 2h --all
  wagroups events list --request-id 9B47474A35EFC2A6139B41457E4C10BB -o json")]
pub(crate) struct ListEvents {
    #[command(flatten)]
    pub(crate) filter: Filter,

    /// Show this many of the newest, at least 1 [default: 25].
    #[arg(long, value_name = "N", conflicts_with = "all", value_parser = whole(), allow_negative_numbers = true)]
    pub(crate) limit: Option<u64>,

    /// Show all.
    #[arg(long)]
    pub(crate) all: bool,
}

/// Show events as they are received, by whichever process, until Ctrl-C.
///
/// With --since it begins with those that were received already.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups events tail
  wagroups events tail --group GROUP --since 10m -o jsonl")]
pub(crate) struct TailEvents {
    #[command(flatten)]
    pub(crate) filter: Filter,
}

/// Send events that were received to a URL once more, oldest first.
///
/// Each is sent as a webhook of its own, with its id in the header Idempotency-Key. It stops at the first that is not
/// answered 2xx.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups events replay --to http://localhost:3000/webhooks --since 1h
  wagroups events replay --to http://localhost:3000/webhooks --type group_create")]
pub(crate) struct ReplayEvents {
    /// Where to send them.
    #[arg(long, value_name = "URL")]
    pub(crate) to: String,

    #[command(flatten)]
    pub(crate) filter: Filter,
}

/// Read the body of a webhook and show the events in it.
///
/// Nothing is stored and nothing is sent. What is not understood is an event of type unknown, with its content.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups events decode body.json
  curl -s https://example.com/body.json | wagroups events decode -o json")]
pub(crate) struct Decode {
    /// The file that holds the body; - is standard input, and the default.
    #[arg(default_value = "-", hide_default_value = true)]
    pub(crate) file: PathBuf,
}

/// Forget events that were received long ago, and tell how many.
///
/// What still waits to be forwarded stays. Less than 7 days is refused without --force: for as long 360dialog delivers
/// again what was not taken, and a forgotten event that comes again is new.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups events prune --older-than 30d
  wagroups events prune --older-than 4w -o json")]
pub(crate) struct PruneEvents {
    /// Forget what was received longer ago than this, such as 30d.
    #[arg(long, value_name = "DURATION", value_parser = duration())]
    pub(crate) older_than: std::time::Duration,

    /// Also with less than 7 days.
    #[arg(long)]
    pub(crate) force: bool,
}

/// Which events.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Filter {
    /// Only of this group.
    #[arg(long, value_name = "GROUP")]
    pub(crate) group: Option<String>,

    /// Only of this type.
    #[arg(long = "type", value_name = "TYPE", value_parser = PossibleValuesParser::new(EventKind::TYPES))]
    pub(crate) kind: Option<String>,

    /// Only with this receipt.
    #[arg(long, value_name = "ID")]
    pub(crate) request_id: Option<String>,

    /// Only what happened since: a time such as 2026-05-01T12:00:00Z, a date or `yesterday` (UTC), or how long ago, such as
    /// 2h or 1d.
    #[arg(long, value_name = "TIME", value_parser = moment())]
    pub(crate) since: Option<Moment>,
}

fn path() -> impl TypedValueParser<Value = String> {
    clap::builder::StringValueParser::new().try_map(|text| {
        if text.starts_with('/') && !text.contains(['?', '#']) && !text.contains(char::is_control) {
            return Ok(text);
        }
        Err("it must be a path such as /hook, without host, query or fragment")
    })
}

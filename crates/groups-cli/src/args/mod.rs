//! What can stand on the command line, as types. Pure: parsing reads no environment, no file and no terminal, and
//! checks only the form; whether the values make sense is decided when the command is planned.

mod about;
mod api;
mod auth;
mod bulk;
mod conformance;
mod early;
mod events;
mod groups;
mod invite;
mod participants;
mod requests;
mod sandbox;
pub(crate) mod two_words;
mod values;
mod webhook;

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::TypedValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use about::{Completions, Help, Man, Schema};
pub(crate) use api::{Api, ApiMethod};
pub(crate) use auth::{AuthCommand, Login};
pub(crate) use bulk::{From, Lines, SheetFormat, StartLine};
pub(crate) use conformance::Conformance;
pub(crate) use early::Early;
pub(crate) use events::{
    Decode, EventsCommand, Filter, ListEvents, Listen, PruneEvents, ReplayEvents, TailEvents,
};
pub(crate) use groups::{Ambiguous, Approval, Create, Delete, Get, List, Update};
pub(crate) use invite::{InviteCommand, InviteGet, InviteReset};
pub(crate) use participants::{ParticipantsCommand, ParticipantsRemove};
pub(crate) use requests::{Decide, RequestsCommand};
pub(crate) use sandbox::{
    BehaviourArgs, ClockArgs, CrowdArgs, FaultArgs, GroupCommand, GroupOnly, Person, SandboxCommand, Serve,
    TriggerArgs, UserCommand,
};
pub(crate) use values::Moment;
use values::{duration, moment};
pub(crate) use webhook::{WaitArgs, WebhookCommand};

const ROOT_HELP: &str = "\
Environment:
  D360_API_KEY         the API key; it is never taken from the command line
  WAGROUPS_PROFILE     as --profile, but weaker than D360_API_KEY
  WAGROUPS_BASE_URL    as --base-url
  WAGROUPS_SANDBOX     1: as --sandbox
  WAGROUPS_CONFIG_DIR  as --config-dir
  WAGROUPS_OUTPUT      as --output
  WAGROUPS_LOG         what to log, as filter directives; beats -v
  WAGROUPS_LOG_FILE    as --log-file
  WAGROUPS_WEBHOOK_SECRET, WAGROUPS_WEBHOOK_HEADER, WAGROUPS_WEBHOOK_VERIFY_TOKEN,
  WAGROUPS_FORWARD_SECRET
                       what webhooks are known by, and what is forwarded signed with; see listen --help
  NO_COLOR             as --color never, CLICOLOR_FORCE as --color always
  An option beats its variable.

Exit codes:
  0  done                        5  rate limited, after all repeats
  1  refused by the API, failed  6  network or timeout: may or may not have happened
  2  usage, invalid input        7  mixed: some items done, some not
  3  key, rights, configuration  8  accepted, outcome not seen in time
  4  no such group, participant  130  interrupted

`wagroups help exit-codes`, `help environment`, `help output`, `help from` and `help error CODE` tell more.

Examples:
  wagroups --sandbox list                      try it: no account, no key
  wagroups auth login                          then leave --sandbox out
  wagroups create --subject 'Trip to Kyoto'
  wagroups list -o json --fields id,subject";

/// Manage WhatsApp groups on 360dialog.
///
/// Lists, creates, updates and deletes groups, hands out invite links, decides join requests and removes
/// participants. With --sandbox all of it runs against a local emulator that keeps its state between commands.
#[derive(Debug, Parser)]
#[command(name = "wagroups", bin_name = "wagroups", version, after_long_help = ROOT_HELP)]
// Ours knows topics, too.
#[command(max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,

    #[command(flatten)]
    pub(crate) early: BeforeCommand,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Globals {
    /// Use the embedded sandbox: no account, no key, state kept between commands.
    #[arg(long, global = true)]
    pub(crate) sandbox: bool,

    /// Use this stored account; see `wagroups auth`.
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// Where the API is; https, or http to this machine [default: https://waba-v2.360dialog.io].
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) base_url: Option<String>,

    /// Keep state and accounts in this folder [default: the platform's own].
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) config_dir: Option<PathBuf>,

    /// How results are printed [default: table].
    #[arg(short, long, global = true, value_name = "FORMAT")]
    pub(crate) output: Option<Format>,

    /// Ask for and show these fields only, in this order.
    #[arg(long, global = true, value_name = "A,B", value_delimiter = ',')]
    pub(crate) fields: Vec<String>,

    /// Filter the JSON with this jq expression; text is printed bare. Whole documents, or each line with -o jsonl.
    #[arg(long, global = true, value_name = "EXPRESSION", allow_hyphen_values = true)]
    pub(crate) jq: Option<String>,

    /// Print the request as a command line of curl, with the key as $D360_API_KEY, and send nothing.
    #[arg(long, global = true)]
    pub(crate) curl: bool,

    /// How long one operation may take, repeats included, such as 30s or 2m [default: 60s].
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration())]
    pub(crate) timeout: Option<Duration>,

    /// How often a call is repeated where that is safe [default: 4].
    #[arg(long, global = true, value_name = "N")]
    pub(crate) max_retries: Option<u32>,

    /// Print nothing but results and errors.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// When help and drawings have colours [default: auto].
    #[arg(long, global = true, value_name = "WHEN")]
    pub(crate) color: Option<When>,

    /// Show no sign of life while waiting.
    #[arg(long, global = true)]
    pub(crate) no_progress: bool,

    /// Add a log to this file, at least as much as -vv tells, with times; what -v shows stays as it is.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) log_file: Option<PathBuf>,

    /// Log decisions; twice: HTTP lines, too; three times: headers and bodies, without secrets and people.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// Options of some commands, taken before the command too.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of some commands, before or after the command")]
pub(crate) struct BeforeCommand {
    /// Print the request and send nothing (commands that write).
    #[arg(long = "dry-run", id = "early_dry_run")]
    pub(crate) dry_run: bool,

    /// Do not ask for confirmation (delete, participants remove, sandbox reset).
    #[arg(short = 'y', long = "yes", id = "early_yes")]
    pub(crate) yes: bool,
}

/// When there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// At a terminal, unless NO_COLOR is set; and wherever CLICOLOR_FORCE is.
    Auto,
    /// Whatever the output goes to.
    Always,
    /// Nowhere.
    Never,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Plain columns, for people.
    Table,
    /// One JSON document.
    Json,
    /// One JSON object per line, as pages arrive.
    Jsonl,
    /// One YAML document.
    Yaml,
    /// Comma-separated values with a header, as pages arrive; safe to open in a spreadsheet.
    Csv,
}

impl Format {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Yaml => "yaml",
            Self::Csv => "csv",
        }
    }

    /// Whether errors are JSON too, and nothing else is said on stderr but what matters to a program.
    pub(crate) fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Jsonl)
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(List),
    Get(Get),
    Create(Create),
    Update(Update),
    Delete(Delete),
    #[command(subcommand)]
    Invite(InviteCommand),
    #[command(subcommand)]
    Requests(RequestsCommand),
    #[command(subcommand)]
    Participants(ParticipantsCommand),
    Api(Api),
    Wait(WaitArgs),
    #[command(subcommand)]
    Webhook(WebhookCommand),
    #[command(subcommand)]
    Sandbox(SandboxCommand),
    Conformance(Conformance),
    #[command(subcommand)]
    Auth(AuthCommand),
    Listen(Listen),
    #[command(subcommand)]
    Events(EventsCommand),
    /// Check the set-up: key, eligibility, webhooks, clock and state.
    ///
    /// Changes nothing, and says what to do about each problem. It exits with 3 if the key is missing or refused, else with 1 if there is one.
    #[command(after_help = "\
Examples:
  wagroups doctor
  wagroups doctor -o json")]
    Doctor,
    Schema(Schema),
    Completions(Completions),
    Man(Man),
    Help(Help),
}

/// `--dry-run`, for commands that write through the API.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct DryRun {
    /// Print the request, with the key hidden, and send nothing. Needs no key.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `--wait`, for writes that are done later.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Waiting {
    /// Wait until it is known what became of it, 30s at most unless told otherwise.
    ///
    /// Learnt from webhooks that `wagroups listen` receives, and by looking at the groups.
    #[arg(long, value_name = "DURATION", num_args = 0..=1, require_equals = true, default_missing_value = "30s",
        value_parser = duration())]
    pub(crate) wait: Option<Duration>,
}

/// `--yes`, for commands that destroy.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Yes {
    /// Do not ask for confirmation.
    #[arg(short, long)]
    pub(crate) yes: bool,
}

/// Which part of a list is shown.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Paging {
    /// Stop after this many, at least 1 [default: 25].
    #[arg(long, value_name = "N", conflicts_with = "all", value_parser = whole(), allow_negative_numbers = true)]
    pub(crate) limit: Option<u64>,

    /// Show all.
    #[arg(long)]
    pub(crate) all: bool,

    /// Ask for pages of this many, 1 to 1024 [default: as many as fit].
    #[arg(long, value_name = "N", value_parser = whole(), allow_negative_numbers = true)]
    pub(crate) page_size: Option<u64>,

    /// Begin after this cursor.
    #[arg(long, value_name = "CURSOR", conflicts_with = "before", allow_hyphen_values = true)]
    pub(crate) after: Option<String>,

    /// Begin before this cursor and go backward.
    #[arg(long, value_name = "CURSOR", allow_hyphen_values = true)]
    pub(crate) before: Option<String>,
}

/// Whole numbers; the limits have names of their own, and are checked later.
fn whole() -> impl TypedValueParser<Value = u64> {
    clap::builder::StringValueParser::new()
        .try_map(|text| text.parse::<u64>().map_err(|_| "it must be a whole number of at least 1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    #[test]
    fn global_options_stand_before_or_after_the_command() {
        for line in [
            "wagroups --sandbox -o json --fields id,subject --config-dir /x list",
            "wagroups list --sandbox -o json --fields id,subject --config-dir /x",
            "wagroups --sandbox list -o json --config-dir=/x --fields=id --fields subject",
        ] {
            let globals = parse(line).unwrap().globals;
            assert!(globals.sandbox, "{line}");
            assert_eq!(globals.output, Some(Format::Json), "{line}");
            assert_eq!(globals.fields, ["id", "subject"], "{line}");
            assert_eq!(globals.config_dir, Some("/x".into()), "{line}");
        }
    }

    /// Each option that takes a duration, and each that takes a time.
    #[test]
    fn every_option_takes_the_same_durations_and_times() {
        let durations = [
            "list --timeout=",
            "create --subject x --wait=",
            "create --from x --settle=",
            "update x --subject y --wait=",
            "delete x --wait=",
            "participants remove x 15550100110 --wait=",
            "wait R --for=",
            "events prune --older-than=",
            "sandbox clock --advance=",
            "sandbox crowd --every=",
        ];
        let times = ["events list --since=", "events tail --since=", "events replay --to http://x --since="];
        let good = ["90s", "2m", "1h", "1d", "4w", "1h30m", "500ms", "1d12h"];
        let bad = ["90", "0s", "-5s", "1mo", "99999999999999h", "٩٠s", "soon", ""];
        let word = |text: &str| format!("wagroups {text}");
        for line in durations.iter().chain(&times) {
            for value in good {
                assert!(parse(&word(&format!("{line}{value}"))).is_ok(), "{line}{value}");
            }
            for value in bad {
                assert!(parse(&word(&format!("{line}{value}"))).is_err(), "{line}{value}");
            }
        }
        for line in times {
            for value in ["2026-05-01", "yesterday", "2026-05-01T12:00:00Z", "1d"] {
                assert!(parse(&word(&format!("{line}{value}"))).is_ok(), "{line}{value}");
            }
        }
        // A new option of either kind belongs into this test.
        fn count(command: &clap::Command, names: &mut Vec<String>) {
            let of_time = |arg: &&clap::Arg| {
                let name = arg.get_value_names().unwrap_or_default().first().map(|name| name.as_str());
                matches!(name, Some("DURATION" | "TIME"))
            };
            let all = command.get_arguments().filter(of_time).filter_map(clap::Arg::get_long);
            names.extend(all.map(|long| format!("{} --{long}", command.get_name())));
            command.get_subcommands().for_each(|sub| count(sub, names));
        }
        let mut names = Vec::new();
        count(&<Cli as clap::CommandFactory>::command(), &mut names);
        assert_eq!(names.len(), durations.len() + times.len(), "{names:?}");
    }

    #[test]
    fn an_option_stands_only_where_it_has_a_meaning() {
        for line in [
            "wagroups list --dry-run",
            "wagroups get x --yes",
            "wagroups create --subject x --yes",
            "wagroups sandbox reset --dry-run",
            "wagroups list --limit 3 --all",
            "wagroups list --after a --before b",
            "wagroups requests approve g",
            "wagroups requests approve g id --all",
            "wagroups delete",
            "wagroups list --api-key secret",
            "wagroups list --limit -1",
            "wagroups list --timeout 0s",
            "wagroups list --timeout 30",
            "wagroups list --timeout -5s",
            "wagroups list --max-retries -1",
            "wagroups list -q -v",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}

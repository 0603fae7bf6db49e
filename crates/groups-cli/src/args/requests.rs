//! The commands about join requests. Form only; see the module above.

use clap::{Args, Subcommand};

use super::{DryRun, From, Paging, StartLine};

/// Join requests of a group: list, approve, reject.
///
/// There are some only in a group that was created with --approval required.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  wagroups requests list GROUP
  wagroups requests approve GROUP ID
  wagroups requests reject GROUP --all")]
pub(crate) enum RequestsCommand {
    List(RequestsList),
    /// Approve join requests, named by their ids or by who asks.
    ///
    /// Who is named by number or user id is looked up among the open requests. What became of each request is printed. If some fail the exit code is 7; if all do, it is that of their
    /// error.
    #[command(after_help = "\
Examples:
  wagroups requests approve GROUP ID1 ID2
  wagroups requests approve GROUP +4917012345678
  wagroups requests approve GROUP --all
  wagroups requests approve GROUP --from allow.csv
  wagroups requests approve --from requests.csv -o csv")]
    Approve(Decide),
    /// Reject join requests, named by their ids or by who asks; the people may ask again.
    ///
    /// Who is named by number or user id is looked up among the open requests. What became of each request is printed. If some fail the exit code is 7; if all do, it is that of their
    /// error.
    #[command(after_help = "\
Examples:
  wagroups requests reject GROUP ID1 ID2
  wagroups requests reject GROUP --all")]
    Reject(Decide),
}

/// List the open join requests.
///
/// The first 25 are shown unless --limit or --all says otherwise; the command that continues is told on stderr. With
/// -o csv the person has columns of their own, and the result is good for `requests approve --from`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups requests list GROUP
  wagroups requests list GROUP --all -o jsonl
  wagroups requests list GROUP --all -o csv > requests.csv")]
pub(crate) struct RequestsList {
    /// The group's id.
    pub(crate) group: String,

    #[command(flatten)]
    pub(crate) paging: Paging,
}

#[derive(Debug, Args)]
pub(crate) struct Decide {
    /// The group's id; with --from it may be left out where each row names its group.
    #[arg(required_unless_present = "from")]
    pub(crate) group: Option<String>,

    /// The join requests' ids, or who asks: +E.164, the digits of a wa_id, or a business-scoped user id.
    #[arg(value_name = "ID|USER", required_unless_present_any = ["all", "from"], conflicts_with_all = ["all", "from"])]
    pub(crate) ids: Vec<String>,

    /// All that are open now. They are listed first, with --dry-run too (then a key is needed).
    #[arg(long, conflicts_with = "from")]
    pub(crate) all: bool,

    #[command(flatten)]
    pub(crate) from: From,

    #[command(flatten)]
    pub(crate) start: StartLine,

    #[command(flatten)]
    pub(crate) dry: DryRun,
}

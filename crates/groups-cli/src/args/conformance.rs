//! The command that compares a service with the documents. Form only; see the module above.

use clap::Args;

/// Compare what the service does with what the documents say, check by check.
///
/// Reads only, unless --write is given: then it also writes, to a group that it creates and deletes again. The group
/// of --group is never written to. With -o json the report is complete and fit to be mailed: numbers, names, links,
/// ids and the key are not in it. Ctrl-C ends it early, and still deletes what it has made.
#[derive(Debug, Args)]
#[command(after_help = "\
Each check is one of these:
  as_documented  as docs/api-facts.md says
  variant        a known other side where sources disagree; the note says which
  different      neither; then the exit code is 1
  not_tried      the note says why

Examples:
  wagroups conformance --group GROUP
  wagroups conformance --group GROUP -o json > report.json
  wagroups conformance --sandbox --write")]
pub(crate) struct Conformance {
    /// The id of a group to read; with --sandbox the first one, unless given.
    #[arg(long, value_name = "GROUP")]
    pub(crate) group: Option<String>,

    /// Also make the checks that write, to a group of their own.
    #[arg(long)]
    pub(crate) write: bool,
}

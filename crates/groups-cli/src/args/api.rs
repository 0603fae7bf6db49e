//! `api`: any call by method and path. Form only; see the module above.

use clap::{Args, ValueEnum};

use super::DryRun;

/// Make any call of the API, by method and path.
///
/// It has the same key, pace, repeats, times and errors as the other commands, and goes to the configured address alone.
/// Fields go to the query of GET, and into a JSON body otherwise. JSON is printed as it came (at a terminal indented); -o
/// yaml and --jq work as elsewhere. A call that the documents do not know is not repeated once it may have been delivered,
/// unless it is a GET. Nothing is asked before something is deleted.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups api GET /groups -f limit=5
  wagroups api GET /groups --paginate -o jsonl --jq .id
  wagroups api POST /groups -f messaging_product=whatsapp -f subject='Trip to Kyoto'
  wagroups api DELETE /groups/GROUP/participants --input body.json
  wagroups api GET /v1/configs/webhook --include")]
pub(crate) struct Api {
    /// GET, HEAD, POST, PUT, PATCH or DELETE.
    #[arg(ignore_case = true, hide_possible_values = true)]
    pub(crate) method: ApiMethod,

    /// The path, such as /groups; it may have a query.
    pub(crate) path: String,

    /// A field whose value is text. May be given several times.
    #[arg(short = 'f', long = "raw-field", value_name = "KEY=VALUE")]
    pub(crate) raw_fields: Vec<String>,

    /// A field whose value is JSON (true, 5, '["a"]'), @FILE for the text of a file, or text. May be given several times.
    #[arg(id = "typed_fields", short = 'F', long = "field", value_name = "KEY=VALUE")]
    pub(crate) typed_fields: Vec<String>,

    /// Send the content of this file as the body, - for standard input; fields then go to the query.
    #[arg(long, value_name = "FILE")]
    pub(crate) input: Option<String>,

    /// A further header. May be given several times.
    #[arg(short = 'H', long = "header", value_name = "NAME:VALUE")]
    pub(crate) headers: Vec<String>,

    /// Follow the cursors to the last page, and merge the data of all (GET). With -o jsonl a line each as pages come.
    #[arg(long)]
    pub(crate) paginate: bool,

    /// Print the status and the headers of the answer before it.
    #[arg(short, long, conflicts_with = "paginate")]
    pub(crate) include: bool,

    #[command(flatten)]
    pub(crate) dry: DryRun,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ApiMethod {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

//! The commands about groups as such: list, get, create, update, delete. Form only; see the module above.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::{DryRun, From, Paging, StartLine, Waiting, Yes, duration};

/// List the groups of the number.
///
/// Shows id, subject and time of each group; `get` tells the rest. Deleted and suspended groups are not listed.
/// The first 25 are shown unless --limit or --all says otherwise; the command that continues is told on stderr.
/// With --details each group is read, too: one more request per group, and one more for --fields invite_link.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups list
  wagroups list --all -o jsonl
  wagroups list --limit 100 --fields id,subject
  wagroups list --all --details --fields id,subject,participant_count,invite_link")]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) paging: Paging,

    /// Read each group and show all of it, or the fields that --fields names.
    #[arg(long)]
    pub(crate) details: bool,
}

/// Show a group.
///
/// Asks for all of the group's fields, or for those that --fields names: id, subject, description, created_at,
/// suspended, join_approval_mode, participant_count, participants, and invite_link, which takes one more request.
/// With --from the groups of a file are shown, one result per row.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups get GROUP
  wagroups get GROUP --fields subject,invite_link
  wagroups get --from groups.csv --fields line,id,participant_count -o csv
  wagroups get GROUP -o json")]
pub(crate) struct Get {
    /// The group's id.
    #[arg(required_unless_present = "from", conflicts_with = "from")]
    pub(crate) group: Option<String>,

    #[command(flatten)]
    pub(crate) from: From,

    #[command(flatten)]
    pub(crate) start: StartLine,
}

/// Create a group.
///
/// The answer is a receipt: WhatsApp makes the group shortly after. With --wait the group is shown with its invite
/// link; without webhooks it is found by its subject among those that were not there before, so all groups are listed.
/// Two commands that create the same at once never take the same group; what cannot be told apart is said to be ambiguous.
///
/// Nobody can be added to a group; people join by its invite link. Whether they need approval can only be said here.
///
/// With --from there is a group for each row of a sheet: a column subject, and description and approval if wanted; other
/// columns come along into the result. What was sent is written to a journal beside the sheet before and after each
/// call, so that the same command goes on where a broken run has stopped, and no group is made twice. A row that may
/// have been made is looked for among the groups; where that cannot tell, nothing is done for it until --ambiguous
/// says what. `wagroups help from` tells more.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups create --subject 'Trip to Kyoto'
  wagroups create --subject 'Trip to Kyoto' --description 'May 2027' --approval required
  wagroups create --subject 'Trip to Kyoto' --wait -o json
  wagroups create --from trips.csv --wait -o csv > links.csv
  wagroups create --subject 'Trip to Kyoto' --dry-run")]
pub(crate) struct Create {
    /// The group's name, 1 to 128 characters.
    #[arg(long, value_name = "TEXT", required_unless_present = "from", conflicts_with = "from")]
    pub(crate) subject: Option<String>,

    /// At most 2048 characters.
    #[arg(long, value_name = "TEXT", conflicts_with = "from")]
    pub(crate) description: Option<String>,

    /// Whether people who open the invite link are in at once or ask first [default: auto]; with --from, of rows that do
    /// not say.
    #[arg(long, value_name = "MODE")]
    pub(crate) approval: Option<Approval>,

    #[command(flatten)]
    pub(crate) from: From,

    /// Where to keep the journal of --from [default: FILE.wagroups-journal.jsonl].
    #[arg(long, value_name = "FILE", requires = "from")]
    pub(crate) journal: Option<PathBuf>,

    /// How long after it was sent a group may still appear, where the answer was lost [default: 60s].
    #[arg(long, value_name = "DURATION", requires = "from", value_parser = duration())]
    pub(crate) settle: Option<Duration>,

    /// What to do about rows of which nobody can tell whether they were made, or that were accepted and whose group never
    /// came; without it, nothing.
    #[arg(long, value_name = "WHAT", requires = "from")]
    pub(crate) ambiguous: Option<Ambiguous>,

    /// The key is a new one of the same number; else a journal of another key is refused.
    #[arg(long, requires = "from")]
    pub(crate) new_key: bool,

    #[command(flatten)]
    pub(crate) waiting: Waiting,

    #[command(flatten)]
    pub(crate) dry: DryRun,
}

impl Create {
    /// An option that was given and says something of a file of rows.
    pub(crate) fn of_from(&self) -> Option<&'static str> {
        [
            (self.journal.is_some(), "--journal"),
            (self.settle.is_some(), "--settle"),
            (self.ambiguous.is_some(), "--ambiguous"),
            (self.new_key, "--new-key"),
        ]
        .into_iter()
        .find_map(|(is_given, option)| is_given.then_some(option))
    }
}

/// What happens when a person opens the invite link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Approval {
    /// The person is in at once.
    Auto,
    /// The person asks, and is in once the join request is approved.
    Required,
}

/// What to do about rows that nobody can tell about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ambiguous {
    /// They were not made: make them.
    Create,
    /// They were made, or are not wanted any more: leave them.
    Skip,
}

/// Change a group's subject, description or picture.
///
/// The answer is a receipt: WhatsApp changes the settings shortly after. With --wait it is shown what became of each; of a
/// picture only webhooks tell. At least one of the three must be given.
///
/// With --from each row names a group (group_id or id), and its new subject, description or both; an empty cell leaves
/// what is.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups update GROUP --subject 'Kyoto, May 2027'
  wagroups update GROUP --subject 'Kyoto, May 2027' --wait=1m
  wagroups update GROUP --description 'Flights are booked' --picture kyoto.jpg
  wagroups update --from renamed.csv --wait")]
pub(crate) struct Update {
    /// The group's id.
    #[arg(required_unless_present = "from", conflicts_with = "from")]
    pub(crate) group: Option<String>,

    /// The new name, 1 to 128 characters.
    #[arg(long, value_name = "TEXT", conflicts_with = "from")]
    pub(crate) subject: Option<String>,

    /// The new description, at most 2048 characters.
    #[arg(long, value_name = "TEXT", conflicts_with = "from")]
    pub(crate) description: Option<String>,

    /// A square JPEG, at least 192 x 192 px, at most 5 MB.
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    pub(crate) picture: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) from: From,

    #[command(flatten)]
    pub(crate) start: StartLine,

    #[command(flatten)]
    pub(crate) waiting: Waiting,

    #[command(flatten)]
    pub(crate) dry: DryRun,
}

/// Delete groups, for everybody in them and for good.
///
/// The answer is a receipt: WhatsApp deletes the group shortly after. Several groups are deleted several at a time, and told
/// in the order in which they are given; a failure does not stop the rest, and all ids are checked before the first is sent. At a terminal it shows what will be lost and asks; elsewhere --yes is needed.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups delete GROUP
  wagroups delete GROUP1 GROUP2 --yes
  wagroups delete --from groups.csv --yes -o csv > deleted.csv
  wagroups delete GROUP --wait
  wagroups delete GROUP --dry-run")]
pub(crate) struct Delete {
    /// The groups' ids.
    #[arg(required_unless_present = "from", conflicts_with = "from", value_name = "GROUP")]
    pub(crate) groups: Vec<String>,

    #[command(flatten)]
    pub(crate) from: From,

    #[command(flatten)]
    pub(crate) start: StartLine,

    /// With --from, a group that is not there any more is no failure, as where a clean-up is run again.
    #[arg(long, requires = "from")]
    pub(crate) ignore_missing: bool,

    #[command(flatten)]
    pub(crate) yes: Yes,

    #[command(flatten)]
    pub(crate) waiting: Waiting,

    #[command(flatten)]
    pub(crate) dry: DryRun,
}

//! The commands about the people in a group. Form only; see the module above.

use clap::{ArgGroup, Args, Subcommand};

use super::{DryRun, From, StartLine, Waiting, Yes};

/// Participants of a group: list, remove.
///
/// Nobody can be added; people join by the invite link.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  wagroups participants list GROUP
  wagroups participants remove GROUP +15550100110")]
pub(crate) enum ParticipantsCommand {
    List(ParticipantsList),
    Remove(ParticipantsRemove),
}

/// List who is in a group, or with --all who is in each group; without the business.
///
/// With -o csv it has the columns that `participants remove --from` reads. With --all each group is read by a call of its
/// own, some at a time; a person in two groups has two lines, and a group with nobody in it has none. Groups that could not
/// be read are named at the end, and the exit code is 7.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("whose").args(["group", "all"]).required(true)))]
#[command(after_help = "\
Examples:
  wagroups participants list GROUP
  wagroups participants list GROUP -o jsonl --fields wa_id
  wagroups participants list --all -o csv > people.csv")]
pub(crate) struct ParticipantsList {
    /// The group's id.
    pub(crate) group: Option<String>,

    /// The people of all groups.
    #[arg(long)]
    pub(crate) all: bool,

    /// With --all: begin with the groups after this cursor.
    #[arg(
        long,
        value_name = "CURSOR",
        requires = "all",
        conflicts_with = "group",
        allow_hyphen_values = true
    )]
    pub(crate) after: Option<String>,
}

/// Remove people from the group; they cannot come back by the invite link.
///
/// The answer is a receipt: WhatsApp removes them shortly after. With --wait it is shown what became of each. At a
/// terminal it shows the group and asks; elsewhere --yes is needed. With --from there is a person in each row, and the
/// group too unless it is given; rows of one group that follow each other go into one call, up to 8.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups participants remove GROUP +15550100110
  wagroups participants remove GROUP +15550100110 --wait
  wagroups participants remove GROUP 15550100110 15550100111 --yes
  wagroups participants remove --from left.csv --yes -o csv")]
pub(crate) struct ParticipantsRemove {
    /// The group's id; with --from it may be left out where each row names its group.
    #[arg(required_unless_present = "from")]
    pub(crate) group: Option<String>,

    /// 1 to 8 people: +E.164, the digits of a wa_id, or a business-scoped user id.
    #[arg(value_name = "USER", required_unless_present = "from", conflicts_with = "from")]
    pub(crate) users: Vec<String>,

    #[command(flatten)]
    pub(crate) from: From,

    #[command(flatten)]
    pub(crate) start: StartLine,

    #[command(flatten)]
    pub(crate) waiting: Waiting,

    #[command(flatten)]
    pub(crate) yes: Yes,

    #[command(flatten)]
    pub(crate) dry: DryRun,
}

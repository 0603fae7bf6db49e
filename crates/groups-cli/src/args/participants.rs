//! The commands about the people in a group. Form only; see the module above.

use clap::{Args, Subcommand};

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

/// List who is in the group, without the business.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups participants list GROUP
  wagroups participants list GROUP -o jsonl --fields wa_id")]
pub(crate) struct ParticipantsList {
    /// The group's id.
    pub(crate) group: String,
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

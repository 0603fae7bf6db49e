//! The commands about a group's invite link. Form only; see the module above.

use clap::{Args, Subcommand};

use super::{DryRun, From, StartLine};

/// A group's invite link: show it, or replace it.
///
/// Whoever has the link can join the group, or ask to.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  wagroups invite get GROUP
  wagroups invite reset GROUP")]
pub(crate) enum InviteCommand {
    Get(InviteGet),
    Reset(InviteReset),
}

/// Show the invite link.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups invite get GROUP
  wagroups invite get GROUP --qr
  wagroups invite get GROUP -o json --fields invite_link
  wagroups invite get --from groups.csv -o csv > links.csv")]
pub(crate) struct InviteGet {
    /// The group's id.
    #[arg(required_unless_present = "from", conflicts_with = "from")]
    pub(crate) group: Option<String>,

    /// Draw the link as a QR code, with the link below.
    ///
    /// Drawn with block characters, also into a file or a pipe. At a terminal with colours it is black on white; without
    /// colours its light squares are the blocks, as suits a dark background.
    #[arg(long, conflicts_with = "from")]
    pub(crate) qr: bool,

    #[command(flatten)]
    pub(crate) from: From,

    #[command(flatten)]
    pub(crate) start: StartLine,
}

/// Replace the invite link; every earlier one stops working.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wagroups invite reset GROUP
  wagroups invite reset GROUP --dry-run
  wagroups invite reset --from groups.csv -o csv > links.csv")]
pub(crate) struct InviteReset {
    /// The group's id.
    #[arg(required_unless_present = "from", conflicts_with = "from")]
    pub(crate) group: Option<String>,

    #[command(flatten)]
    pub(crate) from: From,

    #[command(flatten)]
    pub(crate) start: StartLine,

    #[command(flatten)]
    pub(crate) dry: DryRun,
}

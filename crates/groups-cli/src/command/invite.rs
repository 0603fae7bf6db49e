//! A group's invite link: show it, replace it. Must never replace one twice; the SDK sees to that.

use groups_ergonomic::model::GroupId;

use super::{Call, Planned, bulk, group_id};
use crate::args::{Format, Globals, InviteCommand};
use crate::failure::Failure;
use crate::output::Printer;
use crate::scene::Scene;

pub(super) enum Task {
    Get(GroupId),
    /// Its link as a QR code.
    Draw(GroupId),
    Reset(GroupId),
}

pub(super) fn plan(command: InviteCommand, scene: Scene, globals: &Globals) -> Result<Planned, Failure> {
    let (text, task): (_, fn(GroupId) -> Task) = match command {
        InviteCommand::Get(args) if args.from.from.is_some() => return bulk::show_links(args, scene),
        InviteCommand::Reset(args) if args.from.from.is_some() => return bulk::replace_links(args, scene),
        InviteCommand::Get(args) if args.qr => {
            check_drawing(globals, &scene)?;
            (args.group.unwrap_or_default(), Task::Draw)
        }
        InviteCommand::Get(args) => (args.group.unwrap_or_default(), Task::Get),
        InviteCommand::Reset(args) => (args.group.unwrap_or_default(), Task::Reset),
    };
    let group = group_id(&text, &scene)?;
    Ok(Planned::new(scene.of_group(&text), super::Task::Invite(task(group))))
}

/// A drawing is for people: options that say how programs want the result contradict it.
fn check_drawing(globals: &Globals, scene: &Scene) -> Result<(), Failure> {
    let option = match globals.output {
        Some(format) if format != Format::Table => format!("-o {}", format.name()),
        _ if globals.jq.is_some() => "--jq".to_owned(),
        _ if !globals.fields.is_empty() => "--fields".to_owned(),
        _ => return Ok(()),
    };
    let message = format!("`--qr` and `{option}` contradict each other: a drawing is no data");
    Err(Failure::usage(scene.command(), message).with_remedy("Leave one of them out."))
}

pub(super) async fn run(task: Task, call: &Call<'_>, out: &mut Printer) -> Result<(), Failure> {
    let group = |id: GroupId| call.client.group(id).map_err(|error| call.failed(&error));
    match task {
        Task::Get(id) => {
            out.one(&group(id)?.invite_link().await.map_err(|error| call.failed(&error))?);
            Ok(())
        }
        Task::Draw(id) => {
            let link = group(id)?.invite_link().await.map_err(|error| call.failed(&error))?;
            out.qr(&link.invite_link);
            Ok(())
        }
        Task::Reset(id) => call.write(out, group(id)?.reset_invite_link(), |reset| reset.preview()).await,
    }
}

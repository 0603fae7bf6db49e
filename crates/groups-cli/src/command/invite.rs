//! A group's invite link: show it, replace it. Must never replace one twice; the SDK sees to that.

use groups_ergonomic::model::GroupId;

use super::{Call, Planned, bulk, group_id};
use crate::args::InviteCommand;
use crate::failure::Failure;
use crate::output::Printer;
use crate::scene::Scene;

pub(super) enum Task {
    Get(GroupId),
    Reset(GroupId),
}

pub(super) fn plan(command: InviteCommand, scene: Scene) -> Result<Planned, Failure> {
    let (text, task): (_, fn(GroupId) -> Task) = match command {
        InviteCommand::Get(args) if args.from.from.is_some() => return bulk::show_links(args, scene),
        InviteCommand::Reset(args) if args.from.from.is_some() => return bulk::replace_links(args, scene),
        InviteCommand::Get(args) => (args.group.unwrap_or_default(), Task::Get),
        InviteCommand::Reset(args) => (args.group.unwrap_or_default(), Task::Reset),
    };
    let group = group_id(&text, &scene)?;
    Ok(Planned::new(scene.of_group(&text), super::Task::Invite(task(group))))
}

pub(super) async fn run(task: Task, call: &Call<'_>, out: &mut Printer) -> Result<(), Failure> {
    let group = |id: GroupId| call.client.group(id).map_err(|error| call.failed(&error));
    match task {
        Task::Get(id) => {
            out.one(&group(id)?.invite_link().await.map_err(|error| call.failed(&error))?);
            Ok(())
        }
        Task::Reset(id) => call.write(out, group(id)?.reset_invite_link(), |reset| reset.preview()).await,
    }
}

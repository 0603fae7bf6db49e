//! The people in a group: list them, remove them. Nobody can be added.

use groups_ergonomic::model::{GroupField, GroupId, ParticipantInput, limits};

use super::{Call, Planned, bulk, group_id, invalid_input};
use crate::args::ParticipantsCommand;
use crate::confirm::{Loss, Question};
use crate::failure::Failure;
use crate::output::Printer;
use crate::people;
use crate::scene::Scene;

pub(super) enum Task {
    List(GroupId),
    Remove { group: GroupId, users: Vec<ParticipantInput> },
}

pub(super) fn plan(command: ParticipantsCommand, scene: Scene) -> Result<Planned, Failure> {
    match command {
        ParticipantsCommand::List(args) => {
            let group = group_id(&args.group, &scene)?;
            Ok(Planned::new(scene.of_group(&args.group), super::Task::Participants(Task::List(group))))
        }
        ParticipantsCommand::Remove(args) if args.from.from.is_some() => bulk::remove(args, scene),
        ParticipantsCommand::Remove(args) => {
            let text = args.group.unwrap_or_default();
            let group = group_id(&text, &scene)?;
            let users = args
                .users
                .iter()
                .map(|text| people::given(text))
                .collect::<Result<Vec<_>, _>>()
                .and_then(|users| limits::participants(&users).map(|()| users))
                .map_err(|invalid| invalid_input(&invalid, &scene))?;
            let question = Question::Groups(vec![Loss::of_people(group.clone(), users.clone())]);
            let task = super::Task::Participants(Task::Remove { group, users });
            Ok(Planned::new(scene.of_group(&text), task).asking(question))
        }
    }
}

pub(super) async fn run(task: Task, call: &Call<'_>, out: &mut Printer) -> Result<(), Failure> {
    let handle = |id: GroupId| call.client.group(id).map_err(|error| call.failed(&error));
    match task {
        Task::List(id) => {
            let read = handle(id)?.get().fields([GroupField::Participants]).await;
            let people = read.map_err(|error| call.failed(&error))?.participants.unwrap_or_default();
            out.items(&people);
            if people.is_empty() {
                out.hint("No participants.");
            }
            Ok(())
        }
        Task::Remove { group, users } => {
            let remove = handle(group)?.remove(users);
            match call.wait {
                Some(time) => call.wait(remove.wait(time), "Waiting for them to be out", out).await,
                None => call.write(out, remove, |remove| remove.preview()).await,
            }
        }
    }
}

//! The people in a group: list them, remove them. Nobody can be added.

use groups_ergonomic::model::{Group, GroupField, GroupId, Participant, ParticipantInput, limits};
use groups_ergonomic::{Operation, Problem, Problems};
use schemars::JsonSchema;
use serde::Serialize;

use super::each_group::EachGroup;
use super::paging::{self, Part};
use super::{Call, Planned, bulk, group_id, invalid_input};
use crate::args::{Paging, ParticipantsCommand};
use crate::confirm::{Loss, Question};
use crate::failure::Failure;
use crate::output::Printer;
use crate::scene::Scene;
use crate::{people, unreadable};

pub(super) enum Task {
    List(GroupId),
    /// The people of each group of a part of the list.
    ListAll(Part),
    Remove {
        group: GroupId,
        users: Vec<ParticipantInput>,
    },
}

/// Groups that are read before their people are shown, with `--all`.
const GROUPS_A_PAGE: u32 = 100;

/// A person in a group, and which group: `participants remove --from` reads it. `wa_id` is absent where a person with a
/// username has had no contact with the business, so that none of the ids is certain.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Participant")]
pub(crate) struct Listed {
    /// The group.
    group_id: GroupId,
    /// The group's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(flatten)]
    participant: Participant,
}

pub(super) fn plan(command: ParticipantsCommand, scene: Scene) -> Result<Planned, Failure> {
    match command {
        ParticipantsCommand::List(args) if args.all => {
            let paging = Paging { all: true, after: args.after, ..Paging::default() };
            let part = Part::check(paging).map_err(|invalid| invalid_input(&invalid, &scene))?;
            let task = Task::ListAll(part.in_pages_of(GROUPS_A_PAGE));
            Ok(Planned::new(scene, super::Task::Participants(task)))
        }
        ParticipantsCommand::List(args) => {
            let text = args.group.unwrap_or_default();
            let group = group_id(&text, &scene)?;
            Ok(Planned::new(scene.of_group(&text), super::Task::Participants(Task::List(group))))
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
    let read = async |id, fields: &[GroupField]| {
        let group = handle(id)?.get().fields(fields.iter().cloned()).await;
        group.map_err(|error| call.failed(&error))
    };
    match task {
        Task::List(id) => {
            let fields = [GroupField::Subject, GroupField::Participants, GroupField::TotalParticipantCount];
            let group = read(id, &fields).await?;
            let count = group.participant_count.unwrap_or_default();
            let is_listed = group.has_participants_listed();
            let people = of_group(group);
            out.items(&people);
            match (people.is_empty(), count) {
                (true, 0) if is_listed => out.hint("No participants."),
                (true, 1..) if is_listed => {
                    out.note(format!("The answer lists no participants, but counts {count}."));
                }
                _ => {}
            }
            Ok(())
        }
        Task::ListAll(part) => {
            let each = EachGroup::default();
            let people = async |groups: Vec<Group>| {
                call.seen.borrow_mut().add(&groups);
                // The subject is told by the list.
                let read =
                    async |id| read(id, &[GroupField::Participants, GroupField::TotalParticipantCount]).await;
                Ok(each.of_page(groups, read).await?.into_iter().flat_map(of_group).collect())
            };
            let list = call.client.groups().list();
            let listed = paging::show(list, people, &part, "participants", call.scene, out).await;
            each.judge(listed, call, out)
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

fn of_group(group: Group) -> Vec<Listed> {
    if !group.has_participants_listed() && !group.extra.contains_key("?participants") {
        let mut problems = Problems::default();
        problems.push(Problem::missing("participants"));
        unreadable::record(&format!("the answer to {}", Operation::GetGroup), &problems);
    }
    let Group { id, subject, participants, .. } = group;
    let listed = |participant| Listed { group_id: id.clone(), subject: subject.clone(), participant };
    participants.unwrap_or_default().into_iter().map(listed).collect()
}

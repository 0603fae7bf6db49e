//! Groups as such: list, get, create, update, delete. What the API is asked for is decided here; what it is asked
//! with is the SDK's business.

use std::collections::HashSet;

use futures_util::StreamExt;
use groups_ergonomic::model::{
    Accepted, Group, GroupField, GroupId, InvalidInput, JoinApprovalMode, Outcome, RequestId, limits,
};
use groups_ergonomic::{Operation, Picture};
use serde::Serialize;

use super::each_group::EachGroup;
use super::outcome::known;
use super::paging::{self, Part};
use super::{AT_ONCE, Call, Planned, group_id, invalid_input, summary};
use crate::args::{Approval, Create, Delete, Get, List, Update};
use crate::confirm::{Loss, Question};
use crate::failure::{Failure, Report};
use crate::output::{Printer, Shape};
use crate::scene::Scene;

pub(super) enum Task {
    List { part: Part, details: bool },
    Get(GroupId),
    Create { subject: String, description: Option<String>, mode: Option<JoinApprovalMode> },
    Update { group: GroupId, subject: Option<String>, description: Option<String>, picture: Option<Picture> },
    Delete(Vec<GroupId>),
}

impl Task {
    pub(super) fn is_of_several(&self) -> bool {
        matches!(self, Self::Delete(groups) if groups.len() > 1)
    }
}

impl From<Task> for super::Task {
    fn from(task: Task) -> Self {
        Self::Groups(task)
    }
}

/// What a list tells of each group.
const LISTED: [&str; 4] = ["id", "subject", "created_at", "extra"];

pub(super) fn list(args: List, scene: Scene, fields: &[String]) -> Result<Planned, Failure> {
    let untold = fields.iter().find(|field| !args.details && !LISTED.contains(&field.as_str()));
    if let Some(field) = untold {
        let message = format!("a list does not tell {field:?}, only id, subject and created_at");
        let fields = fields.join(",");
        let one = scene.line(&format!("get GROUP --fields {fields}"));
        let all = scene.line(&format!("list --details --fields {fields}"));
        return Err(Failure::usage(scene.command(), message)
            .with_remedy(format!("`{one}` tells it of one group, `{all}` of each.")));
    }
    let mut part = Part::check(args.paging).map_err(|invalid| invalid_input(&invalid, &scene))?;
    if args.details {
        part.also("--details");
    }
    Ok(Planned::new(scene, Task::List { part, details: args.details }.into()))
}

pub(super) fn get(args: Get, scene: Scene) -> Result<Planned, Failure> {
    let text = args.group.unwrap_or_default();
    let group = group_id(&text, &scene)?;
    Ok(Planned::new(scene.of_group(&text), Task::Get(group).into()))
}

pub(super) fn create(args: Create, scene: Scene) -> Result<Planned, Failure> {
    let subject = args.subject.unwrap_or_default();
    check_texts(Some(&subject), args.description.as_deref())
        .map_err(|invalid| invalid_input(&invalid, &scene))?;
    let task = Task::Create { subject, description: args.description, mode: args.approval.map(mode_of) };
    Ok(Planned::new(scene, task.into()))
}

pub(super) fn mode_of(approval: Approval) -> JoinApprovalMode {
    match approval {
        Approval::Auto => JoinApprovalMode::AutoApprove,
        Approval::Required => JoinApprovalMode::ApprovalRequired,
    }
}

pub(super) fn update(args: Update, scene: Scene) -> Result<Planned, Failure> {
    let text = args.group.unwrap_or_default();
    let group = group_id(&text, &scene)?;
    let refused = |invalid: InvalidInput| invalid_input(&invalid, &scene);
    if args.subject.is_none() && args.description.is_none() && args.picture.is_none() {
        return Err(refused(InvalidInput::new(
            "update",
            "must change at least one setting: --subject, --description or --picture",
        )));
    }
    check_texts(args.subject.as_deref(), args.description.as_deref()).map_err(refused)?;
    let picture = args.picture.map(Picture::read).transpose().map_err(refused)?;
    let task = Task::Update { group, subject: args.subject, description: args.description, picture };
    Ok(Planned::new(scene.of_group(&text), task.into()))
}

pub(super) fn delete(args: Delete, scene: Scene) -> Result<Planned, Failure> {
    let groups = args.groups.iter().map(|text| group_id(text, &scene)).collect::<Result<Vec<_>, _>>()?;
    let mut seen = HashSet::new();
    if let Some(twice) = groups.iter().find(|group| !seen.insert(*group)) {
        let problem = format!("must name each group once, but {twice} stands twice");
        return Err(invalid_input(&InvalidInput::new("groups", problem), &scene));
    }
    let question = Question::Groups(groups.iter().cloned().map(Loss::whole).collect());
    let scene = match &args.groups[..] {
        [group] => scene.of_group(group),
        _ => scene,
    };
    Ok(Planned::new(scene, Task::Delete(groups).into()).asking(question))
}

fn check_texts(subject: Option<&str>, description: Option<&str>) -> Result<(), InvalidInput> {
    subject.map(limits::subject).transpose()?;
    description.map(limits::description).transpose()?;
    Ok(())
}

pub(super) async fn run(task: Task, call: &Call<'_>, out: &mut Printer) -> Result<(), Failure> {
    match task {
        Task::List { part, details } => {
            let list = call.client.groups().list();
            let each = EachGroup::default();
            let read = async |groups: Vec<Group>| {
                call.seen.borrow_mut().add(&groups);
                if !details {
                    return Ok(groups);
                }
                each.of_page(groups, async |id| read(id, call).await).await
            };
            let listed = paging::show(list, read, &part, "groups", call.scene, out).await;
            each.judge(listed, call, out)
        }
        Task::Get(group) => {
            let group = read(group, call).await?;
            call.seen.borrow_mut().add([&group]);
            out.one(&group);
            Ok(())
        }
        Task::Create { subject, description, mode } => {
            let mut create = call.client.groups().create(subject);
            if let Some(description) = description {
                create = create.description(description);
            }
            if let Some(mode) = mode {
                create = create.join_approval_mode(mode);
            }
            if let Some(time) = call.wait {
                return call.wait(create.wait(time), "Waiting for the group", out).await;
            }
            call.write(out, create, |create| create.preview()).await?;
            if !call.dry_run {
                let line = call.scene.line("list --all");
                out.hint(format!("Accepted. `{line}` shows the group once WhatsApp has made it."));
            }
            Ok(())
        }
        Task::Update { group, subject, description, picture } => {
            let mut update = call.client.group(group).map_err(|error| call.failed(&error))?.update();
            if let Some(subject) = subject {
                update = update.subject(subject);
            }
            if let Some(description) = description {
                update = update.description(description);
            }
            if let Some(picture) = picture {
                update = update.picture(picture);
            }
            match call.wait {
                Some(time) => call.wait(update.wait(time), "Waiting for the settings", out).await,
                None => call.write(out, update, |update| update.preview()).await,
            }
        }
        Task::Delete(groups) => remove(groups, call, out).await,
    }
}

/// A group with the fields that are shown, and no more than that.
pub(super) async fn read(id: GroupId, call: &Call<'_>) -> Result<Group, Failure> {
    let failed = |error| call.failed(&error);
    let group = call.client.group(id.clone()).map_err(failed)?;
    if call.fields.is_empty() {
        return group.get().await.map_err(failed);
    }
    let asked: Vec<GroupField> = call.fields.iter().filter_map(|field| field_of_api(field)).collect();
    let wants_link = call.fields.iter().any(|field| field == "invite_link");
    let mut read = if asked.is_empty() && wants_link {
        Group::new(id)
    } else {
        group.get().fields(asked).await.map_err(failed)?
    };
    if wants_link {
        read.invite_link = Some(group.invite_link().await.map_err(failed)?.invite_link);
    }
    Ok(read)
}

/// What the API calls a field. The id comes unasked, the link by a call of its own.
fn field_of_api(field: &str) -> Option<GroupField> {
    match field {
        "id" | "invite_link" | "extra" => None,
        // Of a row of a file, not of the group.
        other if !Shape::GROUP.fields.contains(&other) => None,
        "created_at" => Some(GroupField::CreationTimestamp),
        "participant_count" => Some(GroupField::TotalParticipantCount),
        same => Some(GroupField::from(same)),
    }
}

const WAITING: &str = "Waiting for the group to be gone";

/// A group that could not be deleted, among those that could.
#[derive(Serialize)]
struct NotDeleted {
    operation: &'static str,
    group_id: GroupId,
    /// Of one that was accepted, and not seen to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<RequestId>,
    error: Report,
}

/// What became of one of several groups.
#[derive(Serialize)]
#[serde(untagged)]
enum Deleted {
    Accepted(Accepted),
    ForCertain(Outcome),
    Not(Box<NotDeleted>),
}

async fn remove(groups: Vec<GroupId>, call: &Call<'_>, out: &mut Printer) -> Result<(), Failure> {
    let failed = |error| call.failed(&error);
    if call.dry_run {
        let several = groups.len() > 1;
        let mut previews = Vec::new();
        for id in groups {
            let delete = call.client.group(id).map_err(failed)?.delete();
            previews.push(delete.preview().await.map_err(failed)?);
        }
        out.previews(&previews, several);
        return Ok(());
    }
    groups.iter().for_each(|group| call.seen.borrow_mut().forget(group));
    if let [one] = &groups[..] {
        let delete = call.client.group(one.clone()).map_err(failed)?.delete();
        return match call.wait {
            Some(time) => call.wait(delete.wait(time), WAITING, out).await,
            None => call.write(out, delete, |delete| delete.preview()).await,
        };
    }
    let deletions = groups.into_iter().enumerate().map(|(place, id)| async move {
        let told = delete_one(place, id, call).await;
        // Others may have to be printed before it.
        call.under_way.done(place, &told.0);
        (place, told)
    });
    let mut deletions = futures_util::stream::iter(deletions).buffered(AT_ONCE);
    let (mut done, mut unknown, mut failures) = (0, 0, Vec::new());
    while let Some((place, (deleted, failure))) = out.waiting("Deleting groups", deletions.next()).await {
        out.items(&[deleted]);
        call.under_way.ends(place);
        match failure {
            None => done += 1,
            Some(failure) => {
                unknown += usize::from(failure.is_unknown());
                failures.push((*failure.report, failure.code));
            }
        }
    }
    let what = if call.wait.is_some() { "groups deleted" } else { "deletions accepted" };
    let total = done + failures.len();
    summary::of(call.scene, Operation::DeleteGroup.id(), what, done, &failures).map_err(|mut failure| {
        // A deletion whose answer was lost has not failed.
        if unknown > 0 {
            let failed = match total - done - unknown {
                0 => String::new(),
                failed => format!(", {failed} failed"),
            };
            failure.report.message = format!("{done} of {total} {what}{failed}, {unknown} unknown");
        }
        failure
    })
}

/// One of several; what to tell of it, and why it is not done.
async fn delete_one(place: usize, id: GroupId, call: &Call<'_>) -> (Deleted, Option<Failure>) {
    let scene = call.scene.clone().of_group(id.as_str());
    let deleted = async {
        let delete = call.client.group(id.clone())?.delete();
        match call.wait {
            Some(time) => call.learn(place, delete.wait(time), &scene).await.map(Deleted::ForCertain),
            None => delete.await.map(Deleted::Accepted),
        }
    };
    match deleted.await {
        Ok(deleted) => (deleted, None),
        Err(error) => {
            let failure = Failure::of_call(&error, &scene);
            let not = NotDeleted {
                operation: Operation::DeleteGroup.id(),
                group_id: id,
                request_id: known(&error).and_then(|accepted| accepted.request_id.clone()),
                error: (*failure.report).clone(),
            };
            (Deleted::Not(Box::new(not)), Some(failure))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_that_is_shown_is_one_that_is_asked_for() {
        for field in Shape::GROUP.fields {
            match field_of_api(field) {
                Some(asked) => assert!(GroupField::KNOWN.contains(&asked), "{field}"),
                None => assert!(["id", "invite_link", "extra"].contains(field), "{field}"),
            }
        }
    }
}

//! The sandbox itself: serve it, count it, reset it, and act as its people and as WhatsApp. Works on the database
//! directly; never on a real account.

mod serve;
pub(super) mod trigger;
pub(super) mod tune;

use std::path::Path;

use groups_sandbox::{SandboxError, Seed, Status};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Place, Planned, group_id, invalid_input};
use crate::args::{Globals, GroupCommand, GroupOnly, Person, SandboxCommand, UserCommand};
use crate::confirm::Question;
use crate::context::shared_sandbox;
use crate::failure::Failure;
use crate::folders::{self, Folder};
use crate::output::Printer;
use crate::people;
use crate::scene::Scene;

pub(super) use serve::address;

pub(super) enum Task {
    Serve(Box<serve::Task>),
    Reset { seed: Option<Seed> },
    Status,
    Tune(tune::Task),
    Trigger(trigger::Task),
    User { action: Action, group: String, user: String },
    Group { suspend: bool, group: String },
}

#[derive(Clone, Copy)]
pub(super) enum Action {
    Join,
    Request,
    Withdraw,
    Leave,
}

impl Task {
    pub(super) fn is_serving(&self) -> bool {
        matches!(self, Self::Serve(_))
    }
}

/// What a person or WhatsApp did.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SandboxAction")]
pub(super) struct Done<'a> {
    /// What was done.
    operation: &'a str,
    /// The group.
    group_id: &'a str,
    /// Who did it, if it was a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    /// The request that came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    join_request_id: Option<String>,
}

/// What the sandbox holds, and where.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SandboxStatus")]
pub(super) struct Held<'a> {
    /// The file that holds its state.
    database: std::borrow::Cow<'a, str>,
    /// Groups, suspended ones too.
    groups: usize,
    /// Groups that are suspended.
    suspended: usize,
    /// People in groups.
    participants: usize,
    /// Join requests that are open.
    pending_requests: usize,
    /// Outcomes that are not there yet.
    due: usize,
}

impl<'a> Held<'a> {
    fn new(database: &'a Path, status: Status) -> Self {
        Self {
            database: database.to_string_lossy(),
            groups: status.groups,
            suspended: status.suspended,
            participants: status.participants,
            pending_requests: status.pending_requests,
            due: status.due,
        }
    }
}

pub(super) fn plan(command: SandboxCommand, scene: Scene, globals: &Globals) -> Result<Planned, Failure> {
    let (scene, task) = match command {
        SandboxCommand::Serve(args) => {
            let task = serve::plan(args, &scene)?;
            (scene, Task::Serve(Box::new(task)))
        }
        SandboxCommand::Behaviour(args) => {
            let task = tune::behaviour(args, &scene)?;
            (scene, Task::Tune(task))
        }
        SandboxCommand::Fault(args) => {
            let task = tune::fault(args, &scene)?;
            (scene, Task::Tune(task))
        }
        SandboxCommand::Clock(args) => (scene, Task::Tune(tune::clock(args))),
        SandboxCommand::Crowd(args) => (scene, Task::Tune(tune::crowd(args))),
        SandboxCommand::Trigger(args) => {
            let task = trigger::plan(args, &scene)?;
            (scene, Task::Trigger(task))
        }
        SandboxCommand::Reset(args) => {
            let seed = args.seed.map(Seed::from_file).transpose();
            let seed = seed.map_err(|error| Failure::of_sandbox(&error, &scene))?;
            let place = match &globals.config_dir {
                Some(folder) => format!(" in {}", folder.display()),
                None => String::new(),
            };
            let question = format!("Throw away all groups, people and requests of the sandbox{place}?");
            return Ok(Planned::new(scene, super::Task::Sandbox(Task::Reset { seed }))
                .asking(Question::Plain(question)));
        }
        SandboxCommand::Status => (scene, Task::Status),
        SandboxCommand::User(command) => {
            let (action, person) = match command {
                UserCommand::Join(person) => (Action::Join, person),
                UserCommand::Request(person) => (Action::Request, person),
                UserCommand::Withdraw(person) => (Action::Withdraw, person),
                UserCommand::Leave(person) => (Action::Leave, person),
            };
            let Person { group, user } = person;
            group_id(&group, &scene)?;
            let user = people::given(&user).map_err(|invalid| invalid_input(&invalid, &scene))?.to_string();
            (scene.of_group(&group).of_user(&user), Task::User { action, group, user })
        }
        SandboxCommand::Group(command) => {
            let (suspend, GroupOnly { group }) = match command {
                GroupCommand::Suspend(args) => (true, args),
                GroupCommand::Restore(args) => (false, args),
            };
            group_id(&group, &scene)?;
            (scene.of_group(&group), Task::Group { suspend, group })
        }
    };
    Ok(Planned::new(scene, super::Task::Sandbox(task)))
}

pub(super) async fn run(
    task: Task,
    scene: &Scene,
    place: &Place<'_>,
    out: &mut Printer,
) -> Result<(), Failure> {
    let failed = |error: SandboxError| Failure::of_sandbox(&error, scene);
    match task {
        Task::Serve(task) => return serve::run(*task, scene, place, out).await,
        Task::Trigger(task) => return trigger::run(task, scene, out).await,
        _ => {}
    }
    let database = place.private(Folder::State, scene)?.join(folders::SANDBOX);
    let builder = shared_sandbox(&database);
    match task {
        // Done above.
        Task::Serve(_) | Task::Trigger(_) => Ok(()),
        Task::Tune(task) => tune::run(task, builder.open().await.map_err(failed)?, scene, out).await,
        Task::Status => {
            let status = builder.open().await.map_err(failed)?.status().await.map_err(failed)?;
            out.one(&Held::new(&database, status));
            Ok(())
        }
        Task::Reset { seed } => {
            let builder = match seed {
                Some(seed) => builder.seed(seed),
                None => builder,
            };
            let status = builder.recreate().await.map_err(failed)?.status().await.map_err(failed)?;
            out.one(&Held::new(&database, status));
            Ok(())
        }
        Task::User { action, group, user } => {
            let emulator = builder.open().await.map_err(failed)?;
            let asked = match action {
                Action::Join => emulator.join(&group, &user).await.map(|()| None),
                Action::Request => emulator.request(&group, &user).await.map(Some),
                Action::Withdraw => emulator.withdraw(&group, &user).await.map(|()| None),
                Action::Leave => emulator.leave(&group, &user).await.map(|()| None),
            };
            out.one(&Done {
                operation: scene.command(),
                group_id: &group,
                user: Some(&user),
                join_request_id: asked.map_err(failed)?,
            });
            Ok(())
        }
        Task::Group { suspend, group } => {
            let emulator = builder.open().await.map_err(failed)?;
            let done = if suspend { emulator.suspend(&group).await } else { emulator.restore(&group).await };
            done.map_err(failed)?;
            out.one(&Done {
                operation: scene.command(),
                group_id: &group,
                user: None,
                join_request_id: None,
            });
            Ok(())
        }
    }
}

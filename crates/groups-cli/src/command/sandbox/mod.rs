//! The commands about sandboxes: serve one, look at one, and act as its people and as WhatsApp. They use the control API
//! of the sandbox that `which` finds, and never a real account.

mod serve;
pub(super) mod trigger;
pub(super) mod tune;
mod which;

use groups_sandbox::{Overview, SandboxError, Seed};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Place, Planned, group_id, invalid_input};
use crate::args::{GroupCommand, GroupOnly, Person, SandboxCommand, UserCommand};
use crate::confirm::Question;
use crate::failure::Failure;
use crate::output::Printer;
use crate::people;
use crate::scene::Scene;
use which::Open;

pub(super) use serve::address;
pub(crate) use which::Which;

pub(super) enum Task {
    Serve(Box<serve::Task>),
    Reset { seed: Option<Seed> },
    Status,
    Tune(tune::Task),
    Trigger(trigger::Task),
    User { act: &'static str, group: String, user: String },
    Group { act: &'static str, group: String },
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
    /// The join request that was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    join_request_id: Option<String>,
    /// Where it was done: `embedded`, or the address of a served sandbox.
    sandbox: &'a str,
}

/// What a sandbox holds, and what is set about it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SandboxStatus")]
pub(super) struct Held<'a> {
    /// `embedded`, or the address of a served sandbox.
    sandbox: &'a str,
    /// The file that holds the state of the embedded sandbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<std::borrow::Cow<'a, str>>,
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
    /// The switches that differ from the default, by name.
    switches: Map<String, Value>,
    /// The faults that are set.
    faults: Vec<tune::Scripted>,
}

impl<'a> Held<'a> {
    fn new(open: &'a Open, overview: Overview) -> Self {
        let Overview { groups, suspended, participants, pending_requests, due, switches, faults, .. } =
            overview;
        Self {
            sandbox: &open.name,
            database: open.database.as_deref().map(|file| file.to_string_lossy()),
            groups,
            suspended,
            participants,
            pending_requests,
            due,
            switches,
            faults: faults.iter().map(tune::Scripted::of).collect(),
        }
    }
}

pub(super) fn plan(command: SandboxCommand, scene: Scene) -> Result<Planned, Failure> {
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
            let planned = Planned::new(scene, super::Task::Sandbox(Task::Reset { seed }));
            return Ok(planned.asking(Question::SandboxReset));
        }
        SandboxCommand::Status => (scene, Task::Status),
        SandboxCommand::User(command) => {
            let (act, person) = match command {
                UserCommand::Join(person) => ("join", person),
                UserCommand::Request(person) => ("request", person),
                UserCommand::Withdraw(person) => ("withdraw", person),
                UserCommand::Leave(person) => ("leave", person),
            };
            let Person { group, user } = person;
            group_id(&group, &scene)?;
            let user = people::given(&user).map_err(|invalid| invalid_input(&invalid, &scene))?.to_string();
            (scene.of_group(&group).of_user(&user), Task::User { act, group, user })
        }
        SandboxCommand::Group(command) => {
            let (act, GroupOnly { group }) = match command {
                GroupCommand::Suspend(args) => ("suspend", args),
                GroupCommand::Restore(args) => ("restore", args),
            };
            group_id(&group, &scene)?;
            (scene.of_group(&group), Task::Group { act, group })
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
    let task = match task {
        Task::Serve(task) => return serve::run(*task, scene, place, out).await,
        task => task,
    };
    let which = Which::of(place.globals, place.environment, scene.command())?;
    let scene = &which.scene(scene);
    let (open, task) = match task {
        Task::Reset { seed } => (which.reset(seed, place, scene).await?, Task::Status),
        task => (which.open(place, scene).await?, task),
    };
    let result = act(task, &open, scene, out).await;
    open.close().await;
    result
}

async fn act(task: Task, open: &Open, scene: &Scene, out: &mut Printer) -> Result<(), Failure> {
    let failed = |error: SandboxError| Failure::of_sandbox(&error, scene);
    let (act, group, user) = match &task {
        Task::User { act, group, user } => (*act, group, Some(user.as_str())),
        Task::Group { act, group } => (*act, group, None),
        Task::Tune(task) => return tune::run(task, open, scene, out).await,
        Task::Trigger(task) => return trigger::run(task, open, scene, out).await,
        Task::Status => {
            let overview = open.control.overview().await.map_err(failed)?;
            out.one(&Held::new(open, overview));
            return Ok(());
        }
        // Done above.
        Task::Serve(_) | Task::Reset { .. } => return Ok(()),
    };
    let join_request_id = open.control.act(act, group, user).await.map_err(failed)?;
    out.one(&Done {
        operation: scene.command(),
        group_id: group,
        user,
        join_request_id,
        sandbox: &open.name,
    });
    Ok(())
}

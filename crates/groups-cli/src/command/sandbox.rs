//! The sandbox itself: serve it, count it, reset it, and act as its people and as WhatsApp. Works on the database
//! directly; never on a real account.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use groups_ergonomic::model::{InvalidInput, ParticipantInput};
use groups_sandbox::{Sandbox, SandboxError, Status};
use serde::Serialize;

use super::{Place, Planned, group_id, invalid_input};
use crate::args::{Globals, GroupCommand, GroupOnly, Person, SandboxCommand, Serve, UserCommand};
use crate::context::{database, shared_sandbox};
use crate::failure::Failure;
use crate::output::Printer;
use crate::run::interrupted;
use crate::scene::Scene;

pub(super) enum Task {
    Serve { address: SocketAddr, fresh: bool },
    Reset,
    Status,
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
        matches!(self, Self::Serve { .. })
    }
}

/// What a person or WhatsApp did.
#[derive(Serialize)]
struct Done<'a> {
    operation: &'a str,
    group_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    join_request_id: Option<String>,
}

/// What the sandbox holds, and where.
#[derive(Serialize)]
struct Held<'a> {
    database: std::borrow::Cow<'a, str>,
    groups: usize,
    suspended: usize,
    participants: usize,
    pending_requests: usize,
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
            let Serve { host, port, fresh } = args;
            let ip = address(&host).map_err(|invalid| invalid_input(&invalid, &scene))?;
            (scene, Task::Serve { address: (ip, port).into(), fresh })
        }
        SandboxCommand::Reset(_) => {
            let place = match &globals.config_dir {
                Some(folder) => format!(" in {}", folder.display()),
                None => String::new(),
            };
            let question = format!("Throw away all groups, people and requests of the sandbox{place}?");
            return Ok(Planned::new(scene, super::Task::Sandbox(Task::Reset)).asking(question));
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
            ParticipantInput::new(user.as_str()).map_err(|invalid| invalid_input(&invalid, &scene))?;
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

pub(super) fn address(host: &str) -> Result<IpAddr, InvalidInput> {
    if host == "localhost" {
        return Ok(Ipv4Addr::LOCALHOST.into());
    }
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .parse()
        .map_err(|_| InvalidInput::new("host", format!("must be an IP address or localhost, got {host:?}")))
}

pub(super) async fn run(
    task: Task,
    scene: &Scene,
    place: &Place<'_>,
    out: &mut Printer,
) -> Result<(), Failure> {
    let failed = |error: SandboxError| Failure::of_sandbox(&error, scene);
    if let Task::Serve { address, fresh: true } = task {
        return serve(Sandbox::builder().listen(address).start().await.map_err(failed)?, scene, out).await;
    }
    let database = database(place.globals, place.environment, scene.command())?;
    let builder = shared_sandbox(&database);
    match task {
        Task::Serve { address, .. } => {
            serve(builder.listen(address).start().await.map_err(failed)?, scene, out).await
        }
        Task::Status => {
            let status = builder.open().await.map_err(failed)?.status().await.map_err(failed)?;
            out.one(&Held::new(&database, status));
            Ok(())
        }
        Task::Reset => {
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

/// Until a signal. What was acknowledged is on disk already; the shutdown lets calls in progress finish.
async fn serve(sandbox: Sandbox, scene: &Scene, out: &mut Printer) -> Result<(), Failure> {
    // Before the line that says it is there: a signal may follow on it.
    let mut told_to_end = Signals::new().map_err(|error| {
        Failure::configuration(scene.command(), format!("signals cannot be received: {error}"))
    })?;
    out.listening(sandbox.base_url(), sandbox.api_key());
    let interrupted_by_user = told_to_end.wait().await;
    sandbox.shutdown().await;
    if interrupted_by_user { Err(interrupted(scene.command(), false)) } else { Ok(()) }
}

#[cfg(unix)]
pub(super) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    pub(super) fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Whether it was Ctrl-C.
    pub(super) async fn wait(&mut self) -> bool {
        tokio::select! {
            _ = self.interrupt.recv() => true,
            _ = self.terminate.recv() => false,
        }
    }
}

#[cfg(not(unix))]
pub(super) struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub(super) fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    pub(super) async fn wait(&mut self) -> bool {
        // An error means that Ctrl-C cannot be received; ending is then all that is left.
        let _ = tokio::signal::ctrl_c().await;
        true
    }
}

//! What is set about a sandbox while it is there: switches, faults, time, simulated users.

use std::time::Duration;

use groups_ergonomic::model::Timestamp;
use groups_sandbox::{ActiveFault, Behaviour, ClockReading, Fault, SandboxError};
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::{BehaviourArgs, ClockArgs, CrowdArgs, FaultArgs};
use crate::failure::Failure;
use crate::output::Printer;
use crate::scene::Scene;

use super::which::{EMBEDDED, Open};

pub(in crate::command) enum Task {
    Behaviour { profile: Option<String>, switches: Vec<(String, String)> },
    AddFault(Fault),
    ListFaults,
    RemoveFault(u64),
    ClearFaults,
    Clock { advance: Option<Duration>, stopped: Option<bool> },
    Crowd { people: usize, seed: u64, acts: u32, every: Duration },
}

/// A scripted fault.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SandboxFault")]
pub(in crate::command) struct Scripted {
    /// What takes it away.
    id: u64,
    /// The fault, in the form in which it is given.
    fault: String,
}

impl Scripted {
    pub(super) fn of(one: &ActiveFault) -> Self {
        Self { id: one.id, fault: one.fault.to_string() }
    }
}

/// What time it is.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SandboxClock")]
pub(in crate::command) struct Time {
    /// In the sandbox, RFC 3339 in UTC.
    now: String,
    /// Whether its clock stands still.
    stopped: bool,
    /// Whose time it is: `embedded`, or the address of a served sandbox.
    sandbox: String,
}

pub(super) fn behaviour(args: BehaviourArgs, scene: &Scene) -> Result<Task, Failure> {
    let BehaviourArgs { profile, set } = args;
    // What makes no sense is told before anything is opened.
    let mut tried = Behaviour::strict();
    for (switch, value) in &set {
        tried.set(switch, value).map_err(|why| Failure::usage(scene.command(), why))?;
    }
    Ok(Task::Behaviour { profile, switches: set })
}

pub(super) fn fault(args: FaultArgs, scene: &Scene) -> Result<Task, Failure> {
    let FaultArgs { spec, remove, clear } = args;
    Ok(match (spec.is_empty(), remove, clear) {
        (false, ..) => {
            let spec: Vec<String> = spec.into_iter().map(quoted).collect();
            let fault = spec.join(" ").parse().map_err(|error| Failure::of_sandbox(&error, scene))?;
            Task::AddFault(fault)
        }
        (true, Some(id), _) => Task::RemoveFault(id),
        (true, None, true) => Task::ClearFaults,
        (true, None, false) => Task::ListFaults,
    })
}

/// A word whose value has spaces lost its quotes to the shell. The whole line as one word keeps its own.
fn quoted(word: String) -> String {
    match word.split_once('=') {
        Some((name, value)) if !name.contains(' ') && value.contains(' ') && !value.contains('"') => {
            format!("{name}=\"{value}\"")
        }
        _ => word,
    }
}

pub(super) fn clock(args: ClockArgs) -> Task {
    let ClockArgs { advance, stop, start } = args;
    Task::Clock { advance, stopped: if stop || start { Some(stop) } else { None } }
}

pub(super) fn crowd(args: CrowdArgs) -> Task {
    let CrowdArgs { people, acts, every, seed } = args;
    Task::Crowd { people: people as usize, seed, acts, every }
}

pub(super) async fn run(task: &Task, open: &Open, scene: &Scene, out: &mut Printer) -> Result<(), Failure> {
    let failed = |error: SandboxError| Failure::of_sandbox(&error, scene);
    let control = &open.control;
    match task {
        Task::Behaviour { profile, switches } => {
            let shown = if profile.is_none() && switches.is_empty() {
                control.behaviour().await
            } else {
                control.set_behaviour(profile.as_deref(), switches).await
            };
            out.one(&shown.map_err(failed)?);
            say_where(open, out);
        }
        Task::AddFault(fault) => {
            let added = control.add_fault(fault).await.map_err(failed)?;
            out.items(&[Scripted::of(&added)]);
            say_where(open, out);
        }
        Task::ListFaults => list(open, scene, out).await?,
        Task::RemoveFault(id) => {
            if !control.remove_fault(*id).await.map_err(failed)? {
                let message = format!("there is no fault {id}; it may be used up");
                return Err(Failure::usage(scene.command(), message)
                    .with_remedy(format!("`{}` prints those there are.", scene.line("sandbox fault"))));
            }
            list(open, scene, out).await?;
        }
        Task::ClearFaults => {
            control.clear_faults().await.map_err(failed)?;
            list(open, scene, out).await?;
        }
        Task::Clock { advance, stopped } => {
            let ClockReading { now_ms, stopped, .. } =
                control.set_clock(*stopped, *advance).await.map_err(failed)?;
            let now = Timestamp::from_seconds(now_ms.div_euclid(1000)).to_string();
            out.one(&Time { now, stopped, sandbox: open.name.clone() });
        }
        Task::Crowd { people, seed, acts, every } => {
            let mut seed = seed.to_string();
            for _ in 0..*acts {
                tokio::time::sleep(*every).await;
                let (act, next) = control.let_one_act(*people, &seed).await.map_err(failed)?;
                seed = next;
                match act {
                    Some(act) => out.items(&[act]),
                    None => {
                        out.note("No simulated user found anything to do.");
                        out.items::<Scripted>(&[]);
                        break;
                    }
                }
                if out.has_ended() {
                    break;
                }
            }
            say_where(open, out);
        }
    }
    Ok(())
}

/// For results that have no field for it.
fn say_where(open: &Open, out: &mut Printer) {
    out.note(match open.name.as_str() {
        EMBEDDED => "This is the embedded sandbox.".to_owned(),
        url => format!("This is the sandbox at {url}."),
    });
}

async fn list(open: &Open, scene: &Scene, out: &mut Printer) -> Result<(), Failure> {
    let faults = open.control.faults().await.map_err(|error| Failure::of_sandbox(&error, scene))?;
    let faults: Vec<Scripted> = faults.iter().map(Scripted::of).collect();
    if faults.is_empty() {
        out.hint("No faults are set.");
    }
    out.items(&faults);
    say_where(open, out);
    Ok(())
}

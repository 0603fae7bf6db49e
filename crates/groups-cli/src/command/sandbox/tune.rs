//! What is set about the sandbox while it is there: switches, faults, time, a crowd.

use std::time::Duration;

use groups_ergonomic::model::Timestamp;
use groups_sandbox::{Behaviour, ClockReading, Crowd, Emulator, Fault, SandboxError};
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::{BehaviourArgs, ClockArgs, CrowdArgs, FaultArgs};
use crate::failure::Failure;
use crate::output::Printer;
use crate::scene::Scene;

pub(in crate::command) enum Task {
    Behaviour { profile: Option<Behaviour>, switches: Vec<(String, String)> },
    AddFault(Fault),
    ListFaults,
    RemoveFault(u64),
    ClearFaults,
    Clock { advance: Option<Duration>, stopped: Option<bool> },
    Crowd { crowd: Crowd, acts: u32, every: Duration },
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

/// What time it is.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SandboxClock")]
pub(in crate::command) struct Time {
    /// In the sandbox, RFC 3339 in UTC.
    now: String,
    /// Whether its clock stands still.
    stopped: bool,
}

pub(super) fn behaviour(args: BehaviourArgs, scene: &Scene) -> Result<Task, Failure> {
    let BehaviourArgs { profile, set } = args;
    // What makes no sense is told before anything is opened.
    let mut tried = Behaviour::strict();
    for (switch, value) in &set {
        tried.set(switch, value).map_err(|why| Failure::usage(scene.command(), why))?;
    }
    Ok(Task::Behaviour { profile: profile.as_deref().and_then(Behaviour::profile), switches: set })
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
    Task::Crowd { crowd: Crowd::new(people as usize, seed), acts, every }
}

pub(super) async fn run(
    task: Task,
    emulator: Emulator,
    scene: &Scene,
    out: &mut Printer,
) -> Result<(), Failure> {
    let failed = |error: SandboxError| Failure::of_sandbox(&error, scene);
    match task {
        Task::Behaviour { profile, switches } => {
            let shown = if profile.is_none() && switches.is_empty() {
                emulator.behaviour().await
            } else {
                let change = move |behaviour: &mut Behaviour| {
                    if let Some(profile) = profile {
                        *behaviour = profile;
                    }
                    switches.iter().try_for_each(|(switch, value)| behaviour.set(switch, value))
                };
                emulator.change_behaviour(change).await
            };
            out.one(&shown.map_err(failed)?);
        }
        Task::AddFault(fault) => {
            let text = fault.to_string();
            let id = emulator.add_fault(fault).await.map_err(failed)?;
            out.items(&[Scripted { id, fault: text }]);
        }
        Task::ListFaults => list(&emulator, scene, out).await?,
        Task::RemoveFault(id) => {
            if !emulator.remove_fault(id).await.map_err(failed)? {
                let message = format!("there is no fault {id}; it may be used up");
                return Err(Failure::usage(scene.command(), message)
                    .with_remedy(format!("`{}` prints those there are.", scene.local("sandbox fault"))));
            }
            list(&emulator, scene, out).await?;
        }
        Task::ClearFaults => {
            emulator.clear_faults().await.map_err(failed)?;
            list(&emulator, scene, out).await?;
        }
        Task::Clock { advance, stopped } => {
            match stopped {
                Some(true) => emulator.stop_clock().await.map(|_| ()).map_err(failed)?,
                Some(false) => emulator.start_clock().await.map(|_| ()).map_err(failed)?,
                None => {}
            }
            if let Some(by) = advance {
                emulator.advance(by).await.map_err(failed)?;
            }
            let ClockReading { now_ms, stopped, .. } = emulator.clock().await.map_err(failed)?;
            out.one(&Time { now: Timestamp::from_seconds(now_ms.div_euclid(1000)).to_string(), stopped });
        }
        Task::Crowd { mut crowd, acts, every } => {
            for _ in 0..acts {
                tokio::time::sleep(every).await;
                match emulator.let_act(&mut crowd).await.map_err(failed)? {
                    Some(deed) => out.items(&[deed]),
                    None => {
                        out.note("Nobody found anything to do.");
                        out.items::<Scripted>(&[]);
                        break;
                    }
                }
                if out.has_ended() {
                    break;
                }
            }
        }
    }
    Ok(())
}

async fn list(emulator: &Emulator, scene: &Scene, out: &mut Printer) -> Result<(), Failure> {
    let faults = emulator.faults().await.map_err(|error| Failure::of_sandbox(&error, scene))?;
    let faults: Vec<Scripted> =
        faults.iter().map(|one| Scripted { id: one.id, fault: one.fault.to_string() }).collect();
    if faults.is_empty() {
        out.hint("No faults are scripted.");
    }
    out.items(&faults);
    Ok(())
}

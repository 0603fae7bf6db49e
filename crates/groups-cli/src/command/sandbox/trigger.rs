//! `sandbox trigger`: the sandbox sends one webhook to a receiver.

use std::path::Path;

use groups_sandbox::{Order, SandboxError};
use schemars::JsonSchema;
use serde::Serialize;

use super::which::Open;
use crate::args::TriggerArgs;
use crate::failure::{Failure, Kind};
use crate::output::Printer;
use crate::scene::Scene;

pub(in crate::command) enum Task {
    List,
    Send(Box<Order>),
}

/// An event that can be sent.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SandboxEvent")]
pub(in crate::command) struct Named {
    /// What `sandbox trigger` takes.
    event: String,
}

/// A webhook that was sent, and the receiver's answer.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SandboxTriggered")]
pub(in crate::command) struct Triggered<'a> {
    /// Which event.
    event: &'a str,
    /// To which receiver.
    to: &'a str,
    /// The receiver's answer.
    http_status: u16,
    /// How long that took.
    took_ms: u64,
    /// What was sent.
    body: &'a serde_json::Value,
    /// Who sent it: `embedded`, or the address of a served sandbox.
    sandbox: &'a str,
}

pub(super) fn plan(args: TriggerArgs, scene: &Scene) -> Result<Task, Failure> {
    let TriggerArgs { event, to, overrides, header, secret_file } = args;
    let Some(event) = event else { return Ok(Task::List) };
    let secret = secret_file.map(|path| secret(&path, scene)).transpose()?;
    let order = Order { event, to, set: overrides, headers: header.into_iter().collect(), secret };
    order.check().map_err(|error| Failure::of_sandbox(&error, scene))?;
    Ok(Task::Send(Box::new(order)))
}

/// The first line of the file; secrets have no place on a command line.
fn secret(path: &Path, scene: &Scene) -> Result<String, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(scene.command(), format!("the secret {} cannot be read: {error}", path.display()))
    })?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

pub(super) async fn run(task: &Task, open: &Open, scene: &Scene, out: &mut Printer) -> Result<(), Failure> {
    let failed = |error: SandboxError| Failure::of_sandbox(&error, scene);
    let Task::Send(order) = task else {
        let names = open.control.events().await.map_err(failed)?;
        out.items(&names.into_iter().map(|event| Named { event }).collect::<Vec<_>>());
        return Ok(());
    };
    let sent = open.control.trigger(order).await.map_err(failed)?;
    out.one(&Triggered {
        event: &sent.event,
        to: &sent.to,
        http_status: sent.http_status,
        took_ms: sent.took_ms,
        body: &sent.body,
        sandbox: &open.name,
    });
    if sent.http_status == 200 {
        return Ok(());
    }
    let message = format!("the receiver answered {}; only 200 counts as taken", sent.http_status);
    Err(Failure::local(Kind::SandboxRefused, scene.command(), message)
        .with_remedy("Look at the receiver's own log; then send it again."))
}

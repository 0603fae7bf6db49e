//! `sandbox trigger`: one webhook, sent to a receiver.

use std::path::Path;

use groups_sandbox::{SandboxError, Trigger, Webhook};
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::TriggerArgs;
use crate::failure::{Failure, Kind};
use crate::output::Printer;
use crate::scene::Scene;

pub(in crate::command) enum Task {
    List,
    Send { event: String, trigger: Box<Trigger>, webhook: Webhook },
}

/// An event that can be sent.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SandboxEvent")]
pub(in crate::command) struct Named {
    /// What `sandbox trigger` takes.
    event: &'static str,
}

/// What was sent, and what the receiver made of it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SandboxTriggered")]
pub(in crate::command) struct Triggered<'a> {
    /// Which event.
    event: &'a str,
    /// To which receiver.
    to: &'a str,
    /// What it answered.
    http_status: u16,
    /// How long that took.
    took_ms: u128,
    /// What was sent.
    body: &'a serde_json::Value,
}

pub(super) fn plan(args: TriggerArgs, scene: &Scene) -> Result<Task, Failure> {
    let TriggerArgs { event, to, overrides, header, secret_file } = args;
    let (Some(event), Some(to)) = (event, to) else { return Ok(Task::List) };
    let failed = |error: SandboxError| Failure::of_sandbox(&error, scene);
    let mut trigger = Trigger::new(&event).map_err(failed)?;
    for (member, value) in &overrides {
        trigger = trigger.set(member, value).map_err(failed)?;
    }
    let mut webhook = Webhook::to(to);
    webhook.headers = header.into_iter().collect();
    webhook.secret = secret_file.map(|path| secret(&path, scene)).transpose()?;
    Ok(Task::Send { event, trigger: Box::new(trigger), webhook })
}

/// The first line of the file; secrets have no place on a command line.
fn secret(path: &Path, scene: &Scene) -> Result<String, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(scene.command(), format!("the secret {} cannot be read: {error}", path.display()))
    })?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

pub(super) async fn run(task: Task, scene: &Scene, out: &mut Printer) -> Result<(), Failure> {
    let Task::Send { event, trigger, webhook } = task else {
        let names: Vec<Named> = Trigger::names().map(|event| Named { event }).collect();
        out.items(&names);
        return Ok(());
    };
    let answered = trigger.send(&webhook).await.map_err(|error| Failure::of_sandbox(&error, scene))?;
    out.one(&Triggered {
        event: &event,
        to: &webhook.url,
        http_status: answered.status,
        took_ms: answered.took.as_millis(),
        body: trigger.body(),
    });
    if answered.status == 200 {
        return Ok(());
    }
    let message = format!("the receiver answered {}; only 200 counts as taken", answered.status);
    Err(Failure::local(Kind::SandboxRefused, scene.command(), message)
        .with_remedy("Look at the receiver's own log; then send it again."))
}

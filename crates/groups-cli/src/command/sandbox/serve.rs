//! `sandbox serve`: the sandbox as a server, until a signal.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use groups_ergonomic::model::InvalidInput;
use groups_sandbox::{Behaviour, Fault, Sandbox, SandboxBuilder, SandboxError, Seed, Webhook};

use super::super::{Place, invalid_input};
use crate::args::Serve;
use crate::context::shared_sandbox;
use crate::failure::Failure;
use crate::folders::{self, Folder};
use crate::output::Printer;
use crate::run::interrupted;
use crate::scene::Scene;
use crate::signals;

/// A sandbox to be served.
pub(in crate::command) struct Task {
    address: SocketAddr,
    fresh: bool,
    seed: Option<Seed>,
    profile: Option<Behaviour>,
    switches: Vec<(String, String)>,
    faults: Vec<Fault>,
    webhook: Option<Webhook>,
}

pub(super) fn plan(args: Serve, scene: &Scene) -> Result<Task, Failure> {
    let Serve { host, port, fresh, seed, behaviour, set, fault, webhook } = args;
    let failed = |error: SandboxError| Failure::of_sandbox(&error, scene);
    let ip = address(&host).map_err(|invalid| invalid_input(&invalid, scene))?;
    let mut tried = Behaviour::strict();
    for (switch, value) in &set {
        tried.set(switch, value).map_err(|why| Failure::usage(scene.command(), why))?;
    }
    Ok(Task {
        address: (ip, port).into(),
        fresh,
        seed: seed.map(Seed::from_file).transpose().map_err(failed)?,
        profile: behaviour.as_deref().and_then(Behaviour::profile),
        switches: set,
        faults: fault.iter().map(|spec| spec.parse()).collect::<Result<_, _>>().map_err(failed)?,
        webhook: webhook.map(Webhook::to),
    })
}

pub(in crate::command) fn address(host: &str) -> Result<IpAddr, InvalidInput> {
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
    let Task { address, fresh, seed, profile, switches, faults, webhook } = task;
    let mut builder = if fresh {
        Sandbox::builder()
    } else {
        let database = place.private(Folder::State, scene)?.join(folders::SANDBOX);
        if seed.is_some() && database.exists() {
            let message = "there is a sandbox already, and a seed is only for the beginning of one";
            return Err(Failure::usage(scene.command(), message).with_remedy(format!(
                "`{}` begins anew with the seed; `--fresh` serves it in memory, beside the sandbox there is.",
                scene.local("sandbox reset --seed FILE")
            )));
        }
        shared_sandbox(&database)
    };
    builder = builder.listen(address);
    if let Some(seed) = seed {
        builder = builder.seed(seed);
    }
    if let Some(profile) = profile {
        builder = builder.behaviour(profile);
    }
    if let Some(webhook) = webhook {
        builder = builder.webhook(webhook);
    }
    let builder = faults.into_iter().fold(builder, SandboxBuilder::fault);
    let builder =
        switches.into_iter().fold(builder, |builder, (switch, value)| builder.switch(switch, value));
    let sandbox = builder.start().await.map_err(failed)?;
    serve(sandbox, scene, out).await
}

/// Until a signal. What was acknowledged is on disk already; the shutdown lets calls in progress finish.
async fn serve(sandbox: Sandbox, scene: &Scene, out: &mut Printer) -> Result<(), Failure> {
    // Before the line that says it is there: a signal may follow on it.
    let mut told_to_end = signals::of_server(scene.command())?;
    out.listening(sandbox.base_url(), sandbox.api_key(), &sandbox.page_url());
    if let Some(why) = out.printing_ended() {
        out.notice(&format!("{why} The sandbox is served at {}.", sandbox.base_url()));
    }
    let interrupted_by_user = told_to_end.wait().await;
    sandbox.shutdown().await;
    if interrupted_by_user { Err(interrupted(scene, false)) } else { Ok(()) }
}

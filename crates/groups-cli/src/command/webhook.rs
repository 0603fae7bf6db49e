//! Where 360dialog delivers the number's webhooks: show it, set it.

use groups_ergonomic::model::InvalidInput;

use super::{Call, Planned, doctor, invalid_input};
use crate::args::WebhookCommand;
use crate::failure::Failure;
use crate::output::Printer;
use crate::scene::{Scene, quoted};

pub(super) enum Task {
    Get,
    Set { url: String, headers: Vec<(String, String)> },
}

pub(super) fn plan(command: WebhookCommand, scene: Scene) -> Result<Planned, Failure> {
    let task = match command {
        WebhookCommand::Get => Task::Get,
        WebhookCommand::Set(args) => {
            let headers = args.headers.iter().map(|text| header(text)).collect::<Result<_, _>>();
            let headers = headers.map_err(|invalid| invalid_input(&invalid, &scene))?;
            Task::Set { url: args.url, headers }
        }
    };
    Ok(Planned::new(scene, super::Task::Webhook(task)))
}

fn header(text: &str) -> Result<(String, String), InvalidInput> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        // It may be a secret that was given without a name: it is not told.
        _ => Err(InvalidInput::new("header", "must be NAME=VALUE")),
    }
}

pub(super) async fn run(task: Task, call: &Call<'_>, out: &mut Printer) -> Result<(), Failure> {
    let configuration = call.client.webhook();
    match task {
        Task::Get => {
            let webhook = configuration.get().await.map_err(|error| call.failed(&error))?;
            if webhook.url.is_none() && !doctor::is_odd(&webhook) {
                let line = call.scene.line("webhook set URL");
                out.hint(format!("No webhook address is set; `{line}` sets one."));
            }
            out.one(&webhook);
            Ok(())
        }
        Task::Set { url, headers } => {
            // It cannot be unset: whoever replaces one may want it back. Not to be able to read it is no obstacle.
            let before = match call.dry_run {
                true => None,
                false => configuration.get().await.ok().and_then(|webhook| webhook.url),
            };
            let before = before.filter(|before| *before != url);
            call.write(out, configuration.set(url, headers), |set| set.preview()).await?;
            if let Some(before) = before {
                let line = call.scene.line(&format!("webhook set {}", quoted(&before)));
                out.hint(format!("It was {before}; `{line}` sets that again, without its headers."));
            }
            Ok(())
        }
    }
}

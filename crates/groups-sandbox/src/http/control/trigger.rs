//! Sends one documented webhook on demand, to the address in the request or to the sandbox's own webhook.

use std::collections::BTreeMap;

use axum::extract::State;
use serde::Deserialize;
use serde_json::json;

use super::form::Form;
use super::{Fault, Outcome, shown};
use crate::Webhook;
use crate::http::Shared;
use crate::trigger::Trigger;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Order {
    event: String,
    /// Where to send it; else to where the sandbox delivers webhooks, with that configuration's headers and secret.
    to: Option<String>,
    /// Members of the event and their values, in the order in which they are set.
    #[serde(default)]
    set: Vec<(String, String)>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    secret: Option<String>,
}

/// The events there are.
pub(super) async fn events() -> Outcome {
    shown(&json!({ "events": Trigger::names().collect::<Vec<_>>() }))
}

pub(super) async fn send(State(context): Shared, Form(order): Form<Order>) -> Outcome {
    let Order { event, to, set, headers, secret } = order;
    let mut trigger = Trigger::new(&event)?;
    for (member, value) in &set {
        trigger = trigger.set(member, value)?;
    }
    let mut webhook = match to {
        Some(url) => Webhook::to(url),
        None => context.emulator.webhook().await?.ok_or_else(|| {
            Fault::invalid("the sandbox has no webhook; say where to send the event, or set a webhook first")
        })?,
    };
    webhook.headers.extend(headers);
    webhook.secret = secret.or(webhook.secret);
    let answered = trigger.send(&webhook).await?;
    shown(&json!({
        "event": event,
        "to": webhook.url,
        "http_status": answered.status,
        "took_ms": u64::try_from(answered.took.as_millis()).unwrap_or(u64::MAX),
        "body": trigger.body(),
    }))
}

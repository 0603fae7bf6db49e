//! Switches, faults, the webhook and the clock.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::form::Form;
use super::{Fault, Outcome, shown};
use crate::http::Shared;
use crate::state::behaviour::Behaviour;
use crate::state::{choices, fault};
use crate::{Seed, Webhook};

/// How long a caller is kept waiting for what is due.
const LONGEST_SETTLING: Duration = Duration::from_secs(20);

pub(super) async fn behaviour(State(context): Shared) -> Outcome {
    shown(&context.emulator.behaviour().await?)
}

/// The switches with their positions, bounds and meanings.
pub(super) async fn choices() -> Outcome {
    shown(&json!({ "switches": choices::all() }))
}

/// Sets the switches that are named.
pub(super) async fn switch(State(context): Shared, Form(switches): Form<Value>) -> Outcome {
    shown(&context.emulator.change_behaviour(move |behaviour| behaviour.merge(&switches)).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Profile {
    profile: String,
    /// Single switches on top.
    #[serde(default)]
    switches: Map<String, Value>,
}

/// Sets all switches as a profile has them, and single ones on top.
pub(super) async fn profile(State(context): Shared, Form(wanted): Form<Profile>) -> Outcome {
    let Profile { profile, switches } = wanted;
    let mut behaviour = Behaviour::profile(&profile)
        .ok_or_else(|| Fault::invalid(format!("the profiles are strict and messy, got {profile:?}")))?;
    behaviour.merge(&Value::Object(switches)).map_err(Fault::invalid)?;
    context.emulator.set_behaviour(behaviour).await?;
    shown(&context.emulator.behaviour().await?)
}

pub(super) async fn faults(State(context): Shared) -> Outcome {
    shown(&json!({ "faults": context.emulator.faults().await?, "form": fault::FORM }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewFault {
    fault: String,
}

pub(super) async fn add_fault(State(context): Shared, Form(NewFault { fault }): Form<NewFault>) -> Outcome {
    let fault: crate::Fault = fault.parse()?;
    let shown_fault = fault.to_string();
    let id = context.emulator.add_fault(fault).await?;
    shown(&json!({ "id": id, "fault": shown_fault }))
}

pub(super) async fn clear_faults(State(context): Shared) -> Outcome {
    shown(&json!({ "removed": context.emulator.clear_faults().await? }))
}

pub(super) async fn remove_fault(State(context): Shared, Path(id): Path<String>) -> Outcome {
    let number =
        id.parse().map_err(|_| Fault::invalid(format!("a fault is named by its number, not {id:?}")))?;
    if !context.emulator.remove_fault(number).await? {
        return Err(Fault::missing(format!("there is no fault {number}; it may be used up")));
    }
    shown(&json!({ "removed": 1 }))
}

pub(super) async fn webhook(State(context): Shared) -> Outcome {
    let waiting = context.emulator.undelivered().await?;
    shown(&json!({ "webhook": context.emulator.webhook().await?, "undelivered": waiting }))
}

pub(super) async fn set_webhook(State(context): Shared, Form(webhook): Form<Webhook>) -> Outcome {
    context.emulator.set_webhook(Some(webhook)).await?;
    self::webhook(State(context)).await
}

pub(super) async fn no_webhook(State(context): Shared) -> Outcome {
    context.emulator.set_webhook(None).await?;
    webhook(State(context)).await
}

pub(super) async fn clock(State(context): Shared) -> Outcome {
    shown(&context.emulator.clock().await?)
}

/// Moves the clock, stops it, or lets it go on; in this order where several are asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Setting {
    stopped: Option<bool>,
    advance_ms: Option<u64>,
}

pub(super) async fn set_clock(State(context): Shared, Form(setting): Form<Setting>) -> Outcome {
    let Setting { stopped, advance_ms } = setting;
    if stopped.is_none() && advance_ms.is_none() {
        return Err(Fault::invalid("say advance_ms, stopped, or both"));
    }
    let emulator = &context.emulator;
    match stopped {
        Some(true) => emulator.stop_clock().await.map(|_| ())?,
        Some(false) => emulator.start_clock().await.map(|_| ())?,
        None => {}
    }
    if let Some(by) = advance_ms {
        emulator.advance(Duration::from_millis(by)).await?;
    }
    clock(State(context)).await
}

/// Waits until nothing accepted is left to be done.
pub(super) async fn settle(State(context): Shared) -> Outcome {
    let Ok(settled) = tokio::time::timeout(LONGEST_SETTLING, context.emulator.settle()).await else {
        let message =
            "something is due much later, or the clock stands still; move it with POST /sandbox/clock";
        return Err(Fault::conflict("not_settled", message));
    };
    settled?;
    shown(&json!({ "due": 0 }))
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Reset {
    seed: Option<Seed>,
}

/// Begins anew, with other groups and settings where a seed is given. The body may be absent.
pub(super) async fn reset(State(context): Shared, body: Bytes) -> Outcome {
    let Reset { seed } = if body.is_empty() {
        Reset::default()
    } else {
        serde_json::from_slice(&body).map_err(|error| Fault::invalid(format!("the body: {error}")))?
    };
    match seed {
        Some(seed) => context.emulator.reset_to(seed).await?,
        None => context.emulator.reset().await?,
    }
    shown(&json!({ "groups": context.emulator.status().await?.groups }))
}

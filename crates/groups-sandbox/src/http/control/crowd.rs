//! The crowd of a served sandbox: started and stopped from outside, acting at a pace of its own.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::task::JoinHandle;

use super::form::Form;
use super::{Fault, Outcome, shown};
use crate::crowd::Crowd;
use crate::emulator::Emulator;
use crate::http::Shared;

/// The crowd at work, if there is one. It ends with the sandbox.
#[derive(Debug, Default)]
pub(crate) struct Crew(Mutex<Option<AtWork>>);

#[derive(Debug)]
struct AtWork {
    order: Order,
    task: JoinHandle<()>,
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a crowd is to be like.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Order {
    people: usize,
    per_minute: f64,
    #[serde(default)]
    seed: u64,
}

impl Crew {
    fn set(&self, at_work: Option<AtWork>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = at_work;
    }

    fn order(&self) -> Option<Order> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|at_work| at_work.order)
    }
}

/// Somebody's next act, and the seed for the one after it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    people: usize,
    #[serde(default)]
    seed: StepSeed,
}

/// A number, or one as text: numbers of 64 bits lose digits in some languages.
#[derive(Deserialize)]
#[serde(untagged)]
enum StepSeed {
    Number(u64),
    Text(String),
}

impl Default for StepSeed {
    fn default() -> Self {
        Self::Number(0)
    }
}

/// Lets one of the simulated users act once. Holds no state: the same seeds and groups give the same acts.
pub(super) async fn act_once(State(context): Shared, Form(step): Form<Step>) -> Outcome {
    let Step { people, seed } = step;
    if people == 0 {
        return Err(Fault::invalid("people must be at least 1"));
    }
    let seed = match seed {
        StepSeed::Number(seed) => seed,
        StepSeed::Text(text) => {
            text.parse().map_err(|_| Fault::invalid(format!("seed must be a number, got {text:?}")))?
        }
    };
    let mut crowd = Crowd::new(people, seed);
    let deed = context.emulator.let_act(&mut crowd).await?;
    shown(&json!({ "act": deed, "next_seed": crowd.next_seed().to_string() }))
}

async fn act(emulator: Emulator, mut crowd: Crowd, pause: Duration) {
    loop {
        tokio::time::sleep(pause).await;
        // Somebody was faster, or the database failed for a moment: the next one tries.
        let _ = emulator.let_act(&mut crowd).await;
    }
}

pub(super) async fn show(State(context): Shared) -> Outcome {
    shown(&json!({ "crowd": context.crew.order() }))
}

pub(super) async fn start(State(context): Shared, Form(order): Form<Order>) -> Outcome {
    if !(0.01..=60_000.0).contains(&order.per_minute) || order.people == 0 {
        return Err(Fault::invalid("people must be at least 1, and per_minute 0.01 to 60000"));
    }
    let pause = Duration::from_secs_f64(60.0 / order.per_minute);
    let crowd = Crowd::new(order.people, order.seed);
    let task = tokio::spawn(act(context.emulator.clone(), crowd, pause));
    context.crew.set(Some(AtWork { order, task }));
    show(State(context)).await
}

pub(super) async fn stop(State(context): Shared) -> Outcome {
    context.crew.set(None);
    show(State(context)).await
}

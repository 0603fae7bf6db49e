//! Which webhooks an event leads to: composed when it happens, in the same transaction, so that none is lost and none
//! invented. Sending them is another matter (`deliver.rs`).

use fastrand::Rng;

use crate::document;
use crate::error::SandboxError;
use crate::state::event::Event;
use crate::state::notification;
use crate::state::settings::Settings;

/// A webhook held back is late by so many milliseconds, between these two.
const HELD_BACK_MS: std::ops::Range<i64> = 300..1_500;
/// The second of two comes within so many milliseconds.
const TWIN_MS: std::ops::Range<i64> = 0..500;

/// A webhook to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewDelivery {
    pub(crate) group_id: String,
    pub(crate) request_id: Option<String>,
    pub(crate) body: String,
    pub(crate) due_ms: i64,
}

/// A stored webhook whose turn it is.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) id: i64,
    pub(crate) group_id: String,
    pub(crate) body: String,
    pub(crate) created_ms: i64,
    pub(crate) attempts: u32,
}

/// The webhooks of what happened; none where nobody is to be told.
pub(crate) fn compose(
    events: &[Event],
    settings: &Settings,
    now_ms: i64,
    rng: &mut Rng,
) -> Result<Vec<NewDelivery>, SandboxError> {
    if settings.webhook.is_none() {
        return Ok(Vec::new());
    }
    let behaviour = &settings.behaviour;
    let mut deliveries = Vec::new();
    for event in events {
        let mut notification = notification::documented(event, now_ms, behaviour.identity.pick(&mut *rng));
        // A body that does not fit the API document is a fault of the sandbox, and must not leave it.
        if let Some(fault) = document::notification_faults(&notification).first() {
            return Err(SandboxError::invalid(format!("a webhook would not fit the document: {fault}")));
        }
        notification::vary(&mut notification, behaviour, rng);
        let late = if rng.f64() < behaviour.webhook_reordering { rng.i64(HELD_BACK_MS) } else { 0 };
        let one = NewDelivery {
            group_id: event.group_id().to_owned(),
            request_id: event.request_id().map(str::to_owned),
            body: notification.to_string(),
            due_ms: now_ms.saturating_add(answered_first(event, settings)).saturating_add(late),
        };
        if rng.f64() < behaviour.webhook_duplicates {
            deliveries
                .push(NewDelivery { due_ms: one.due_ms.saturating_add(rng.i64(TWIN_MS)), ..one.clone() });
        }
        deliveries.push(one);
    }
    Ok(deliveries)
}

/// An approval is done when it is answered; its webhook must not come before that answer.
fn answered_first(event: &Event, settings: &Settings) -> i64 {
    match event {
        Event::ParticipantsAdded { approved: true, .. } => {
            i64::try_from(settings.behaviour.outcome_delay_ms).unwrap_or(i64::MAX)
        }
        _ => 0,
    }
}

//! `/v1/configs/webhook`: where 360dialog delivers the number's webhooks. Graph has no such path.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use serde_json::{Value, json};

use super::reply::{self, Answer};
use super::{Shared, body};
use crate::Webhook;
use crate::state::codes::{INVALID_VALUE, Refusal};
use crate::validate::Shape;

pub(super) async fn get(State(context): Shared) -> Answer {
    reply::ok(&configuration(context.emulator.webhook().await?.as_ref()))
}

pub(super) async fn set(State(context): Shared, bytes: Result<Bytes, BytesRejection>) -> Answer {
    let body = body::json(bytes, Shape::SetWebhook)?;
    let headers = body.get("headers").and_then(Value::as_object);
    let header = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
    let webhook = Webhook {
        url: body::text(&body, "url").unwrap_or_default(),
        headers: headers.into_iter().flatten().filter_map(header).collect(),
        // It belongs to 360dialog's partners, and no call sets it: it stays.
        secret: context.emulator.webhook().await?.and_then(|before| before.secret),
    };
    webhook.check().map_err(|why| Refusal::new(INVALID_VALUE, why))?;
    let answer = configuration(Some(&webhook));
    context.emulator.set_webhook(Some(webhook)).await?;
    reply::ok(&answer)
}

/// What is shown where none is set is not documented; the sandbox shows an empty object.
fn configuration(webhook: Option<&Webhook>) -> Value {
    match webhook {
        None => json!({}),
        Some(webhook) if webhook.headers.is_empty() => json!({ "url": webhook.url }),
        Some(webhook) => json!({ "url": webhook.url, "headers": webhook.headers }),
    }
}

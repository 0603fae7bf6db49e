//! `/groups/{group_id}/participants`: remove. Nobody can be added; people join by the invite link.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use serde_json::Value;

use super::reply::{self, Answer};
use super::{GroupId, Shared, body};
use crate::validate::Shape;

pub(super) async fn remove(
    State(context): Shared,
    GroupId(id): GroupId,
    bytes: Result<Bytes, BytesRejection>,
) -> Answer {
    let body = body::json(bytes, Shape::RemoveParticipants)?;
    let items = body.get("participants").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let users = items.iter().filter_map(|item| body::text(item, "user")).collect();
    let request_id = context.emulator.write(move |draft| draft.remove_participants(&id, users)).await??;
    reply::accepted(&request_id)
}

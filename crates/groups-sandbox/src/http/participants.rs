//! `/groups/{group_id}/participants`: remove. Nobody can be added; people join by the invite link.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use serde_json::Value;

use super::front::Visit;
use super::reply::Answer;
use super::{GroupId, Shared, body};
use crate::state::draft::Draft;
use crate::validate::{self, Shape};

pub(super) async fn remove(
    State(context): Shared,
    visit: Visit,
    GroupId(id): GroupId,
    bytes: Result<Bytes, BytesRejection>,
) -> Answer {
    let body = body::parse(bytes)?;
    validate::check(Shape::RemoveParticipants, &body)?;
    let items = body.get("participants").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    // Each item has exactly one of both (Facts 1.11). The webhook repeats it as it is here.
    let person = |item: &Value| body::text(item, "user").or_else(|| body::text(item, "user_id"));
    let users = items.iter().filter_map(person).collect();
    let remove = move |draft: &mut Draft<'_>| draft.remove_participants(&id, users);
    visit.accept(&context, remove, String::as_str, |_| None).await
}

//! `/groups/{group_id}/participants`: remove. Nobody can be added; people join by the invite link.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use serde_json::Value;

use super::front::Visit;
use super::layout::Layout;
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
    let mut body = body::parse(bytes)?;
    if visit.layout == Layout::Graph {
        scoped_ids_as_users(&mut body);
    }
    validate::check(Shape::RemoveParticipants, &body)?;
    let items = body.get("participants").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let users = items.iter().filter_map(|item| body::text(item, "user")).collect();
    let remove = move |draft: &mut Draft<'_>| draft.remove_participants(&id, users);
    visit.accept(&context, remove, String::as_str, |_| None).await
}

/// Clients of Graph put a user id into `user_id`, where the documents have `user` for it (fact sheet, 1.11).
fn scoped_ids_as_users(body: &mut Value) {
    let items = body.get_mut("participants").and_then(Value::as_array_mut);
    for item in items.into_iter().flatten().filter_map(Value::as_object_mut) {
        if !item.contains_key("user")
            && let Some(user_id) = item.remove("user_id")
        {
            item.insert("user".to_owned(), user_id);
        }
    }
}

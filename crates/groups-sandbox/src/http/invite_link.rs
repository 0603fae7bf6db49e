//! `/groups/{group_id}/invite_link`: get and reset.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use serde_json::json;

use super::front::Visit;
use super::reply::{self, Answer, MESSAGING_PRODUCT};
use super::{GroupId, Shared, body};
use crate::state::codes::Refusal;
use crate::validate::Shape;

pub(super) async fn get(State(context): Shared, visit: Visit, GroupId(id): GroupId) -> Answer {
    let found =
        context.emulator.read_since(visit.moment, |world| Ok::<_, Refusal>(world.usable(&id)?.invite_link()));
    let link = found.await??;
    answer(&link)
}

pub(super) async fn reset(
    State(context): Shared,
    GroupId(id): GroupId,
    bytes: Result<Bytes, BytesRejection>,
) -> Answer {
    body::json(bytes, Shape::ResetLink)?;
    let link = context.emulator.write(move |draft| draft.reset_link(&id)).await??;
    answer(&link)
}

fn answer(link: &str) -> Answer {
    reply::ok(&json!({ "messaging_product": MESSAGING_PRODUCT, "invite_link": link }))
}

//! `/groups/{group_id}/join_requests`: list, approve, reject.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use serde_json::{Value, json};

use super::reply::{self, Answer, MESSAGING_PRODUCT, Paging};
use super::{GroupId, Shared, body, layout, query};
use crate::state::business::{Batch, item_details};
use crate::state::codes::PARTIAL_SUCCESS;
use crate::state::group::JoinRequest;
use crate::validate::Shape;

#[derive(Serialize)]
struct List<'a> {
    data: Vec<Item<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paging: Option<Paging>,
}

#[derive(Serialize)]
struct Item<'a> {
    join_request_id: &'a str,
    wa_id: &'a str,
    creation_timestamp: i64,
}

pub(super) async fn list(State(context): Shared, GroupId(id): GroupId, uri: OriginalUri) -> Answer {
    let window = query::window(&uri)?;
    let found = context.emulator.read(|world| world.list_requests(world.usable(&id)?, &window));
    let page = found.await??;
    let paging = reply::paging(&page, &window, &layout::list_url(&context.base_url, &uri));
    reply::ok(&List { data: page.items.iter().map(Item::of).collect(), paging })
}

impl<'a> Item<'a> {
    fn of(request: &'a JoinRequest) -> Self {
        Self {
            join_request_id: &request.id,
            wa_id: &request.wa_id,
            creation_timestamp: request.created_ms.div_euclid(1000),
        }
    }
}

pub(super) async fn approve(
    State(context): Shared,
    GroupId(id): GroupId,
    bytes: Result<Bytes, BytesRejection>,
) -> Answer {
    let requests = body::texts(&body::json(bytes, Shape::JoinRequests)?, "join_requests");
    let batch = context.emulator.write(move |draft| draft.approve(&id, requests)).await??;
    Ok(answer("approved_join_requests", batch))
}

pub(super) async fn reject(
    State(context): Shared,
    GroupId(id): GroupId,
    bytes: Result<Bytes, BytesRejection>,
) -> Answer {
    let requests = body::texts(&body::json(bytes, Shape::JoinRequests)?, "join_requests");
    let batch = context.emulator.write(move |draft| draft.reject(&id, requests)).await??;
    Ok(answer("rejected_join_requests", batch))
}

/// Both lists; the members about failures only if there were any, and then with status 206.
fn answer(done: &str, batch: Batch) -> Response {
    let mut body = json!({ "messaging_product": MESSAGING_PRODUCT, done: batch.done });
    if batch.failed.is_empty() {
        return reply::json(StatusCode::OK, &body);
    }
    let failed: Vec<Value> = batch
        .failed
        .into_iter()
        .map(|(id, code)| {
            json!({ "join_request_id": id, "errors": [reply::inline_error(code, item_details(code))] })
        })
        .collect();
    body["failed_join_requests"] = failed.into();
    let details = "Some join requests failed; see failed_join_requests.";
    body["errors"] = json!([reply::inline_error(PARTIAL_SUCCESS, details)]);
    reply::json(StatusCode::PARTIAL_CONTENT, &body)
}

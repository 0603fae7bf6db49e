//! `/groups/{group_id}/join_requests`: list, approve, reject.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use serde_json::{Value, json};

use super::front::Visit;
use super::reply::{self, Answer, MESSAGING_PRODUCT, Paging, Scalar};
use super::{Context, GroupId, Shared, body, layout, query};
use crate::state::behaviour::{Identity, PartialStatus, Values};
use crate::state::business::{Batch, item_details};
use crate::state::codes::PARTIAL_SUCCESS;
use crate::state::group::JoinRequest;
use crate::state::identity::Names;
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
    #[serde(flatten)]
    person: Names<'a>,
    creation_timestamp: Scalar<i64>,
}

pub(super) async fn list(
    State(context): Shared,
    visit: Visit,
    GroupId(id): GroupId,
    uri: OriginalUri,
) -> Answer {
    let window = query::window(&uri)?;
    let found = context.emulator.read_since(visit.moment, |world| {
        let group = world.usable(&id)?;
        world.list_requests(group, &window).map(|page| (page, world.requests_version(group)))
    });
    let (page, version) = found.await??;
    let page = visit.disturbed(page, &window, version);
    let (behaviour, chance) = (visit.behaviour(), &context.emulator);
    let url = layout::list_url(&context.base_url, &uri);
    let paging = reply::paging(&page, &window, &url, behaviour, chance);
    let quoted = behaviour.values.pick(chance) == Values::Quoted;
    let identity = behaviour.identity.pick(chance);
    let data = page.items.iter().map(|request| Item::of(request, quoted, identity)).collect();
    reply::ok(&List { data, paging })
}

impl<'a> Item<'a> {
    fn of(request: &'a JoinRequest, quoted: bool, identity: Identity) -> Self {
        Self {
            join_request_id: &request.id,
            person: Names::of(&request.wa_id, identity),
            creation_timestamp: Scalar::new(request.created_ms.div_euclid(1000), quoted),
        }
    }
}

pub(super) async fn approve(
    State(context): Shared,
    visit: Visit,
    GroupId(id): GroupId,
    bytes: Result<Bytes, BytesRejection>,
) -> Answer {
    let requests = body::texts(&body::json(bytes, Shape::JoinRequests)?, "join_requests");
    let batch = context.emulator.write(move |draft| draft.approve(&id, requests)).await??;
    Ok(answer("approved_join_requests", batch, partial_status(&context, &visit)))
}

pub(super) async fn reject(
    State(context): Shared,
    visit: Visit,
    GroupId(id): GroupId,
    bytes: Result<Bytes, BytesRejection>,
) -> Answer {
    let requests = body::texts(&body::json(bytes, Shape::JoinRequests)?, "join_requests");
    let batch = context.emulator.write(move |draft| draft.reject(&id, requests)).await??;
    Ok(answer("rejected_join_requests", batch, partial_status(&context, &visit)))
}

fn partial_status(context: &Context, visit: &Visit) -> StatusCode {
    match visit.behaviour().partial_status.pick(&context.emulator) {
        PartialStatus::Http200 => StatusCode::OK,
        _ => StatusCode::PARTIAL_CONTENT,
    }
}

/// Both lists; the members about failures only if there were any, and then with the status for that.
fn answer(done: &str, batch: Batch, partial: StatusCode) -> Response {
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
    reply::json(partial, &body)
}

//! The HTTP skin: routes, the key, and what is not a route. One file per resource; none decides a rule of its own.

mod body;
mod groups;
mod invite_link;
mod join_requests;
mod layout;
mod participants;
mod query;
mod reply;

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{DefaultBodyLimit, Extension, FromRequestParts, OriginalUri, Path, Request, State};
use axum::http::Method;
use axum::http::header::CONTENT_LENGTH;
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{delete, get};

use crate::emulator::Emulator;
use crate::state::codes::{BODY_TOO_LARGE, Refusal, UNKNOWN_PATH, WRONG_METHOD};
use layout::Layout;
use reply::Problem;

/// No limit is documented for a whole body; this is far above the 5 MB of a picture.
const BODY_MAX_BYTES: usize = 16 * 1024 * 1024;

/// What every handler can reach.
pub(crate) struct Context {
    emulator: Emulator,
    api_key: String,
    base_url: String,
}

type Shared = State<Arc<Context>>;

/// The API in both layouts. The routes are those of 360dialog's; see [`layout`].
pub(crate) fn router(emulator: Emulator, api_key: &str, base_url: &str) -> Router {
    let context = Context { emulator, api_key: api_key.to_owned(), base_url: base_url.to_owned() };
    let context = Arc::new(context);
    let routes = Router::new()
        .route("/groups", get(groups::list).post(groups::create))
        .route("/groups/{group_id}", get(groups::get).post(groups::update).delete(groups::delete))
        .route("/groups/{group_id}/invite_link", get(invite_link::get).post(invite_link::reset))
        .route(
            "/groups/{group_id}/join_requests",
            get(join_requests::list).post(join_requests::approve).delete(join_requests::reject),
        )
        .route("/groups/{group_id}/participants", delete(participants::remove))
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn(bound_body))
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .layer(from_fn_with_state(Arc::clone(&context), require_key))
        .with_state(context);
    // Outside the routes: it decides which of them is meant.
    Router::new().fallback_service(routes).layer(from_fn(layout::recognise))
}

/// The key comes before everything else, even before whether the path exists.
async fn require_key(
    State(context): Shared,
    Extension(layout): Extension<Layout>,
    request: Request,
    next: Next,
) -> Response {
    match layout.refusal(&context.api_key, request.headers(), request.uri()) {
        None => next.run(request).await,
        Some(refusal) => refusal,
    }
}

/// Refuses a body that announces more than the bound, without waiting for it to arrive.
async fn bound_body(request: Request, next: Next) -> Response {
    let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: u64| length > BODY_MAX_BYTES as u64) {
        let details = format!("The body has more than {BODY_MAX_BYTES} bytes.");
        return Problem::from(Refusal::new(BODY_TOO_LARGE, details)).into_response();
    }
    next.run(request).await
}

async fn unknown_path(OriginalUri(uri): OriginalUri) -> Response {
    let details = format!("There is nothing at {}.", uri.path());
    Problem::from(Refusal::new(UNKNOWN_PATH, details)).into_response()
}

async fn wrong_method(method: Method, OriginalUri(uri): OriginalUri) -> Response {
    let details = format!("{} does not take {method}.", uri.path());
    Problem::from(Refusal::new(WRONG_METHOD, details)).into_response()
}

/// The group a path names, percent-decoded.
struct GroupId(String);

impl<S: Send + Sync> FromRequestParts<S> for GroupId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path: Result<Path<String>, PathRejection> = Path::from_request_parts(parts, state).await;
        // Bytes that are no text are the id of no group.
        path.map(|Path(id)| Self(id)).map_err(|_| Refusal::group_unknown().into())
    }
}

//! The HTTP skin: routes, the key, and what is not a route. One file per resource; none decides a rule of its own.

mod body;
pub(crate) mod control;
mod front;
mod groups;
mod invite_link;
mod join_requests;
mod layout;
mod page;
mod participants;
mod query;
mod reply;
mod spoil;
mod webhook;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{DefaultBodyLimit, FromRequestParts, OriginalUri, Path, State};
use axum::http::Method;
use axum::http::request::Parts;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{delete, get};

use crate::emulator::Emulator;
use crate::log::Log;
use crate::pace::Bucket;
use crate::state::codes::{Refusal, UNKNOWN_PATH, WRONG_METHOD};
use reply::Problem;

/// What every handler can reach.
pub(crate) struct Context {
    pub(crate) emulator: Emulator,
    pub(crate) base_url: String,
    pub(crate) log: Arc<Log>,
    /// Whether this process delivers webhooks.
    pub(crate) delivers: bool,
    pub(crate) bucket: Mutex<Bucket>,
    pub(crate) crew: control::Crew,
}

impl Context {
    pub(crate) fn new(emulator: Emulator, base_url: &str, delivers: bool) -> Self {
        Self {
            emulator,
            base_url: base_url.to_owned(),
            log: Arc::default(),
            delivers,
            bucket: Mutex::default(),
            crew: control::Crew::default(),
        }
    }

    fn pace(&self) -> MutexGuard<'_, Bucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Shared = State<Arc<Context>>;

/// The API in both layouts. The routes are those of 360dialog's; see [`layout`].
pub(crate) fn router(context: Arc<Context>) -> Router {
    let routes = Router::new()
        .route("/groups", get(groups::list).post(groups::create))
        .route("/groups/{group_id}", get(groups::get).post(groups::update).delete(groups::delete))
        .route("/groups/{group_id}/invite_link", get(invite_link::get).post(invite_link::reset))
        .route(
            "/groups/{group_id}/join_requests",
            get(join_requests::list).post(join_requests::approve).delete(join_requests::reject),
        )
        .route("/groups/{group_id}/participants", delete(participants::remove))
        .route("/v1/configs/webhook", get(webhook::get).post(webhook::set))
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        // The desk has bounded it.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(Arc::clone(&context), front::desk))
        .with_state(Arc::clone(&context));
    // Outside the routes: it decides which of them is meant.
    let api = Router::new().fallback_service(routes).layer(from_fn(layout::recognise));
    Router::new()
        .route("/", get(|| async { Redirect::temporary("/sandbox") }))
        .route("/sandbox/", get(|| async { Redirect::temporary("/sandbox") }))
        .nest("/sandbox", control::router(context))
        .fallback_service(api)
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

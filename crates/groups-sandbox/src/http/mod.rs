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

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{DefaultBodyLimit, FromRequestParts, OriginalUri, Path, Request, State};
use axum::handler::Handler as _;
use axum::http::Method;
use axum::http::request::Parts;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{delete, get};
use tower_service::Service;

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

/// Everything that is served: the API in both layouts, and the control API with the page.
pub(crate) fn service(context: Arc<Context>) -> Switchboard {
    // A picture is larger than what a handler takes by itself; the desk has bounded it.
    let update = groups::update.layer(DefaultBodyLimit::disable());
    // The routes are those of 360dialog's layout; see [`layout`].
    let api = Router::new()
        .route("/groups", get(groups::list).post(groups::create))
        .route("/groups/{group_id}", get(groups::get).post(update).delete(groups::delete))
        .route("/groups/{group_id}/invite_link", get(invite_link::get).post(invite_link::reset))
        .route(
            "/groups/{group_id}/join_requests",
            get(join_requests::list).post(join_requests::approve).delete(join_requests::reject),
        )
        .route("/groups/{group_id}/participants", delete(participants::remove))
        .route("/v1/configs/webhook", get(webhook::get).post(webhook::set))
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(Arc::clone(&context), front::desk))
        .with_state(Arc::clone(&context));
    let control = Router::new()
        .route("/", get(|| async { Redirect::temporary("/sandbox") }))
        .route("/sandbox/", get(|| async { Redirect::temporary("/sandbox") }))
        .nest("/sandbox", control::router(context));
    Switchboard { api, control }
}

/// Which of the two a request is for. Not a router itself: routers inside each other cost a good part of a call.
#[derive(Clone)]
pub(crate) struct Switchboard {
    api: Router,
    control: Router,
}

impl Service<Request> for Switchboard {
    type Response = Response;
    type Error = Infallible;
    type Future = <Router as Service<Request>>::Future;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> Poll<Result<(), Infallible>> {
        // Routers always are.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let path = request.uri().path();
        let rest = path.strip_prefix("/sandbox");
        if path == "/" || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
            return self.control.call(request);
        }
        layout::recognise(&mut request);
        self.api.call(request)
    }
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

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
use std::future::{Ready, ready};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{self, Poll};

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{DefaultBodyLimit, FromRequestParts, OriginalUri, Path, Request, State};
use axum::handler::Handler as _;
use axum::http::Method;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{delete, get};
use axum::serve::IncomingStream;
use tokio::sync::watch;
use tower_service::Service;

use crate::emulator::Emulator;
use crate::listener::{Cuttable, Knife};
use crate::log::Log;
use crate::pace::Bucket;
use crate::state::codes::{Refusal, UNKNOWN_PATH, WRONG_METHOD};
use reply::Problem;

/// Of 360dialog alone; Graph has no such thing.
const WEBHOOK_PATH: &str = "/v1/configs/webhook";

/// What every handler can reach.
pub(crate) struct Context {
    pub(crate) emulator: Emulator,
    pub(crate) base_url: String,
    pub(crate) log: Arc<Log>,
    /// Whether this process delivers webhooks.
    pub(crate) delivers: bool,
    pub(crate) bucket: Mutex<Bucket>,
    pub(crate) crew: control::Crew,
    /// Says, or is gone, when the sandbox shuts down.
    closing: watch::Receiver<bool>,
}

impl Context {
    pub(crate) fn new(
        emulator: Emulator,
        base_url: &str,
        delivers: bool,
        closing: watch::Receiver<bool>,
    ) -> Self {
        Self {
            emulator,
            base_url: base_url.to_owned(),
            log: Arc::default(),
            delivers,
            bucket: Mutex::default(),
            crew: control::Crew::default(),
            closing,
        }
    }

    /// Returns when the sandbox shuts down, so that whoever holds a connection open lets go.
    async fn closing(&self) {
        // That it is gone says the same.
        let _ = self.closing.clone().wait_for(|closing| *closing).await;
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
        .route(WEBHOOK_PATH, get(webhook::get).post(webhook::set))
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .with_state(Arc::clone(&context));
    let control = Router::new()
        .route("/", get(|| async { Redirect::temporary("/sandbox") }))
        .route("/sandbox/", get(|| async { Redirect::temporary("/sandbox") }))
        .nest("/sandbox", control::router(Arc::clone(&context)));
    Switchboard { context, api, control }
}

/// Makes the service of each connection.
#[derive(Clone)]
pub(crate) struct Switchboard {
    context: Arc<Context>,
    api: Router,
    control: Router,
}

impl Service<IncomingStream<'_, Cuttable>> for Switchboard {
    type Response = Line;
    type Error = Infallible;
    type Future = Ready<Result<Line, Infallible>>;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, stream: IncomingStream<'_, Cuttable>) -> Self::Future {
        ready(Ok(Line { switchboard: self.clone(), knife: stream.io().knife() }))
    }
}

/// The service of one connection, which decides whether a request is for the API or for the control API. Not a router
/// itself: routers inside each other cost a good part of a call.
#[derive(Clone)]
pub(crate) struct Line {
    switchboard: Switchboard,
    knife: Knife,
}

impl Service<Request> for Line {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> Poll<Result<(), Infallible>> {
        // Routers always are.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let Switchboard { context, api, control } = &mut self.switchboard;
        let path = request.uri().path();
        let rest = path.strip_prefix("/sandbox");
        if path == "/" || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
            return Box::pin(control.call(request));
        }
        let answer = front::desk(Arc::clone(context), self.knife.clone(), api.clone(), request);
        Box::pin(async { Ok(answer.await) })
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

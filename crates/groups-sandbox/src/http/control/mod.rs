//! The control API under `/sandbox`: what no call of the real API can do. It asks for no key, as it is for whoever runs the
//! sandbox; but no page of somebody else, open in a browser on the same machine, may use it.

mod crowd;
mod form;
mod people;
mod settings;
mod trigger;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{delete, get, post};
use serde_json::json;

use super::{Context, page, reply};
use crate::error::{ErrorKind, SandboxError};

pub(crate) use crowd::Crew;
pub(crate) use view::SERVICE;

/// What a handler gives back.
type Outcome = Result<Response, Fault>;

/// Why there is no result.
struct Fault(StatusCode, String, String);

pub(super) fn router(context: Arc<Context>) -> Router {
    Router::new()
        .merge(page::files())
        .route("/health", get(view::health))
        .route("/state", get(view::state))
        .route("/events", get(view::events))
        .route("/log", get(view::log))
        .route("/link", get(view::link).post(people::open_link))
        .route("/people/{user}", get(view::person))
        .route("/groups/{group_id}", get(view::group))
        .route("/groups/{group_id}/{act}", post(people::act))
        .route("/behaviour", get(settings::behaviour).patch(settings::switch).put(settings::profile))
        .route("/behaviour/choices", get(settings::choices))
        .route("/faults", get(settings::faults).post(settings::add_fault).delete(settings::clear_faults))
        .route("/faults/{id}", delete(settings::remove_fault))
        .route("/webhook", get(settings::webhook).put(settings::set_webhook).delete(settings::no_webhook))
        .route("/clock", get(settings::clock).post(settings::set_clock))
        .route("/crowd", get(crowd::show).put(crowd::start).delete(crowd::stop))
        .route("/crowd/act", post(crowd::act_once))
        .route("/trigger", get(trigger::events).post(trigger::send))
        .route("/settle", post(settings::settle))
        .route("/reset", post(settings::reset))
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(1024 * 1024))
        .layer(from_fn(only_for_its_own_page))
        .with_state(context)
}

/// A page of another site can make a browser send requests here. It then carries that site's origin, or, if the site
/// has pointed its own name at this machine, that name as the host.
async fn only_for_its_own_page(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = text(headers, HOST.as_str()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let address = name.trim_start_matches('[').trim_end_matches(']');
    // A name without a dot is one of this network, such as a container's; nobody elsewhere can own it.
    let is_own_name = !name.contains('.') || name.ends_with(".localhost") || name == "host.docker.internal";
    let is_own = is_own_name || address.parse::<std::net::IpAddr>().is_ok();
    let foreign = headers.get(ORIGIN).is_some_and(|origin| origin != format!("http://{host}").as_str());
    if foreign || !is_own {
        let message = "a page of another site may not control the sandbox; open its own page by its address";
        return Fault(StatusCode::FORBIDDEN, "forbidden".into(), message.into()).into_response();
    }
    next.run(request).await
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok())
}

async fn nothing_here(uri: Uri) -> Response {
    let message =
        format!("there is nothing at /sandbox{}; see the control API in the documentation", uri.path());
    Fault(StatusCode::NOT_FOUND, "unknown_path".into(), message).into_response()
}

async fn wrong_method(method: Method, uri: Uri) -> Response {
    let message = format!("/sandbox{} does not take {method}", uri.path());
    Fault(StatusCode::METHOD_NOT_ALLOWED, "wrong_method".into(), message).into_response()
}

impl Fault {
    fn invalid(message: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, "invalid".into(), message.into())
    }

    fn missing(message: impl Into<String>) -> Self {
        Self(StatusCode::NOT_FOUND, "not_found".into(), message.into())
    }

    fn conflict(kind: &str, message: impl Into<String>) -> Self {
        Self(StatusCode::CONFLICT, kind.to_owned(), message.into())
    }
}

impl From<SandboxError> for Fault {
    fn from(error: SandboxError) -> Self {
        use ErrorKind as K;
        let status = match error.kind() {
            K::UnknownGroup => StatusCode::NOT_FOUND,
            K::InvalidUser | K::Invalid => StatusCode::BAD_REQUEST,
            K::Storage | K::NewerDatabase | K::NotADatabase | K::Bind => StatusCode::INTERNAL_SERVER_ERROR,
            K::NotDelivered => StatusCode::BAD_GATEWAY,
            _ => StatusCode::CONFLICT,
        };
        Self(status, error.kind().name().to_owned(), error.to_string())
    }
}

impl axum::response::IntoResponse for Fault {
    fn into_response(self) -> Response {
        let Self(status, kind, message) = self;
        reply::json(status, &json!({ "error": { "kind": kind, "message": message } }))
    }
}

fn shown(value: &impl serde::Serialize) -> Outcome {
    Ok(reply::json(StatusCode::OK, value))
}

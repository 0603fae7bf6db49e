//! Answers in the documented form: JSON, acknowledgements, pages, and Meta's error envelope.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};

use crate::error::SandboxError;
use crate::state::codes::{API_UNKNOWN, Code, Refusal};
use crate::state::cursor::{Page, Window};

pub(super) const MESSAGING_PRODUCT: &str = "whatsapp";

/// What a handler gives back.
pub(super) type Answer = Result<Response, Problem>;

/// Why there is no answer: the API refuses, or the sandbox itself has failed.
#[derive(Debug)]
pub(super) struct Problem(Refusal);

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

impl From<SandboxError> for Problem {
    fn from(error: SandboxError) -> Self {
        Self(Refusal::new(API_UNKNOWN, error.to_string()))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Refusal { code, details } = self.0;
        let status = StatusCode::from_u16(code.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = json!({
            "error": {
                "message": message(code),
                "type": "OAuthException",
                "code": code.number,
                "error_data": { "messaging_product": MESSAGING_PRODUCT, "details": details },
                "fbtrace_id": trace_id(),
            }
        });
        json(status, &body)
    }
}

fn message(code: Code) -> String {
    format!("(#{}) {}", code.number, code.title)
}

fn trace_id() -> String {
    std::iter::once('A').chain(std::iter::repeat_with(fastrand::alphanumeric).take(22)).collect()
}

/// An error inside an answer: of one item, or of the answer as a whole.
pub(super) fn inline_error(code: Code, details: &str) -> Value {
    json!({
        "code": code.number,
        "title": code.title,
        "message": message(code),
        "error_data": { "details": details },
    })
}

pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => {
            (status, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], bytes).into_response()
        }
        // Cannot happen for the plain structures that come here.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

pub(super) fn ok(body: &impl Serialize) -> Answer {
    Ok(json(StatusCode::OK, body))
}

/// Accepted; the outcome follows under this id.
pub(super) fn accepted(request_id: &str) -> Answer {
    ok(&json!({ "messaging_product": MESSAGING_PRODUCT, "request_id": request_id }))
}

#[derive(Serialize)]
pub(super) struct Paging {
    cursors: Cursors,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[derive(Serialize)]
struct Cursors {
    before: String,
    after: String,
}

/// The `paging` of a page; none for an empty one. URLs to other pages only where there are other pages.
pub(super) fn paging<T>(page: &Page<T>, window: &Window, list_url: &str) -> Option<Paging> {
    let (before, after) = page.before.clone().zip(page.after.clone())?;
    // Cursors consist of letters and digits.
    let url = |direction, cursor: &str| format!("{list_url}?limit={}&{direction}={cursor}", window.limit);
    Some(Paging {
        previous: page.has_previous.then(|| url("before", &before)),
        next: page.has_next.then(|| url("after", &after)),
        cursors: Cursors { before, after },
    })
}

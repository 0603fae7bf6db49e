//! Answers in the documented form: JSON, acknowledgements, pages, and Meta's error envelope.

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};

use crate::error::SandboxError;
use crate::state::behaviour::{Behaviour, Chance, ErrorEnvelope, PagingUrls};
use crate::state::codes::{API_UNKNOWN, Code, Refusal};
use crate::state::cursor::{Page, Window};

/// Where Meta's samples lead to, which is no place for a 360dialog key.
const FOREIGN_LIST: &str = "https://graph.facebook.com/v23.0/106540352242922/groups";

/// A group with all its fields and a few people.
const USUAL_BYTES: usize = 1024;

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

/// The bytes of a body, kept beside it for the log.
#[derive(Debug, Clone)]
pub(super) struct Sent(pub(super) Bytes);

/// What a gateway says by itself: a text, no code.
#[derive(Debug, Clone)]
struct GatewayText(&'static str);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.code.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = json(status, &meta_error(&self.0));
        response.extensions_mut().insert(self.0);
        response
    }
}

/// Meta's envelope.
fn meta_error(refusal: &Refusal) -> Value {
    let Refusal { code, details } = refusal;
    json!({
        "error": {
            "message": message(*code),
            "type": "OAuthException",
            "code": code.number,
            "error_data": { "messaging_product": MESSAGING_PRODUCT, "details": details },
            "fbtrace_id": trace_id(),
        }
    })
}

/// 360dialog's envelope `meta`.
fn gateway_error(status: StatusCode, developer_message: &str, error: Option<&Value>) -> Value {
    let mut meta = json!({
        "success": false,
        "http_code": status.as_u16(),
        "developer_message": developer_message,
        "360dialog_trace_id": trace_id(),
    });
    if let Some(error) = error {
        meta["error"] = error.to_string().into();
    }
    json!({ "meta": meta })
}

/// A refusal of the gateway's own, in its plain form.
pub(super) fn gateway(status: u16, text: &'static str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = json(status, &json!({ "error": text }));
    response.extensions_mut().insert(GatewayText(text));
    response
}

/// Puts an error into the envelope that is switched on.
pub(super) fn in_envelope(answer: Response, behaviour: &Behaviour, chance: impl Chance) -> Response {
    if behaviour.error_envelope == ErrorEnvelope::Meta {
        return answer;
    }
    let refusal = answer.extensions().get::<Refusal>();
    let text = answer.extensions().get::<GatewayText>();
    let status = answer.status();
    let body = match (behaviour.error_envelope.pick(chance), refusal, text) {
        (ErrorEnvelope::GatewayMeta, Some(refusal), _) => {
            let error = meta_error(refusal);
            let inner = error.get("error").unwrap_or(&Value::Null);
            gateway_error(status, &format!("Invalid payload ({inner})"), Some(inner))
        }
        (ErrorEnvelope::GatewayMeta, None, Some(GatewayText(text))) => gateway_error(status, text, None),
        (ErrorEnvelope::GatewayText, Some(refusal), _) => {
            json!({ "error": format!("{}: {}", message(refusal.code), refusal.details) })
        }
        _ => return answer,
    };
    let mut changed = json(status, &body);
    if let Some(retry_after) = answer.headers().get(RETRY_AFTER) {
        changed.headers_mut().insert(RETRY_AFTER, retry_after.clone());
    }
    changed
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
    // Most answers fit, so that few have to grow while they are written.
    let mut bytes = Vec::with_capacity(USUAL_BYTES);
    // Cannot fail for the plain structures that come here.
    if serde_json::to_writer(&mut bytes, body).is_err() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let bytes = Bytes::from(bytes);
    let mut response = Response::new(Body::from(bytes.clone()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.extensions_mut().insert(Sent(bytes));
    response
}

pub(super) fn ok(body: &impl Serialize) -> Answer {
    Ok(json(StatusCode::OK, body))
}

/// Accepted; the outcome follows under this id. One source adds a status.
pub(super) fn accepted(request_id: &str, with_status: bool) -> Response {
    let mut body = json!({ "messaging_product": MESSAGING_PRODUCT, "request_id": request_id });
    if with_status {
        body["status"] = "success".into();
    }
    json(StatusCode::OK, &body)
}

/// As one source has the answer to a create.
pub(super) fn created(id: &str) -> Response {
    json(StatusCode::OK, &json!({ "id": id }))
}

/// As some sources have the answer to an update, a delete or a removal.
pub(super) fn success() -> Response {
    json(StatusCode::OK, &json!({ "success": true }))
}

/// As others have it.
pub(super) fn empty() -> Response {
    StatusCode::OK.into_response()
}

/// A number or a boolean that some sources show in quotes.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Scalar<T> {
    Plain(T),
    Quoted(String),
}

impl<T: ToString> Scalar<T> {
    pub(super) fn new(value: T, quoted: bool) -> Self {
        if quoted { Self::Quoted(value.to_string()) } else { Self::Plain(value) }
    }
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
pub(super) fn paging<T>(
    page: &Page<T>,
    window: &Window,
    list_url: &str,
    behaviour: &Behaviour,
    chance: impl Chance,
) -> Option<Paging> {
    let form = behaviour.paging_urls.pick(chance);
    let list_url = if form == PagingUrls::Foreign { FOREIGN_LIST } else { list_url };
    let urls = form != PagingUrls::Absent;
    let (before, after) = page.before.clone().zip(page.after.clone())?;
    // Cursors consist of letters and digits.
    let url = |direction, cursor: &str| format!("{list_url}?limit={}&{direction}={cursor}", window.limit);
    Some(Paging {
        previous: (urls && page.has_previous).then(|| url("before", &before)),
        next: (urls && page.has_next).then(|| url("after", &after)),
        cursors: Cursors { before, after },
    })
}

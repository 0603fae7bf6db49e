//! What a scripted fault does to an answer: another one in its place, cut short, or slow.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::reply::{self, Problem, Sent};
use crate::state::codes::{API_UNKNOWN, Code, Refusal};
use crate::state::fault::Effect;

const HTML: &str =
    "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";

/// The answer that takes the place of the call's own.
pub(super) fn answer(effect: &Effect) -> Response {
    let mut code = effect.code.map_or(API_UNKNOWN, Code::of_number);
    if let Some(status) = effect.status {
        code.status = status;
    }
    let mut response = if effect.html {
        let bytes = Bytes::from_static(HTML.as_bytes());
        let head = [(CONTENT_TYPE, HeaderValue::from_static("text/html"))];
        let mut response = (head, bytes.clone()).into_response();
        response.extensions_mut().insert(Sent(bytes));
        response
    } else if effect.code.is_none()
        && StatusCode::from_u16(code.status).is_ok_and(|status| status.is_success())
    {
        reply::empty()
    } else {
        let details = effect.details.clone().unwrap_or_else(|| "A fault that was scripted.".to_owned());
        Problem::from(Refusal::new(code, details)).into_response()
    };
    *response.status_mut() = StatusCode::from_u16(code.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(seconds) = effect.retry_after_s {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

/// Cuts a body short or slows it down; the length that is announced stays.
pub(super) fn body(answer: Response, bytes: Bytes, effect: &Effect) -> Response {
    if effect.truncate.is_none() && effect.trickle.is_none() {
        return answer;
    }
    let (mut parts, _) = answer.into_parts();
    parts.headers.insert(CONTENT_LENGTH, bytes.len().into());
    let kept = effect.truncate.unwrap_or(bytes.len()).min(bytes.len());
    let cut = kept < bytes.len();
    let pause = effect.trickle;
    let step = if pause.is_some() { 1 } else { kept.max(1) };
    let stream = futures_util::stream::unfold(0, move |at| {
        let rest = bytes.slice(at.min(kept)..kept);
        async move {
            if rest.is_empty() {
                // The connection ends here, with bytes missing.
                let missing = cut && at == kept;
                return missing.then(|| (Err(std::io::Error::other("cut short on purpose")), at + 1));
            }
            tokio::time::sleep(pause.unwrap_or(Duration::ZERO)).await;
            let piece = rest.slice(..step.min(rest.len()));
            let next = at + piece.len();
            Some((Ok(piece), next))
        }
    });
    Response::from_parts(parts, Body::from_stream(stream))
}

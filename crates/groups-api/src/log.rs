//! What is logged of requests and answers, under the target `groups_api::http`: a line each at debug level,
//! headers and bodies at trace level. Both are shown by allow-list, so that what is added later stays hidden:
//! the key is in no list, and nobody's number, name or link is.

use std::time::Instant;

use reqwest::header::HeaderMap;
use serde_json::Value;

const TARGET: &str = "groups_api::http";

/// Headers whose values are shown.
const HEADERS: [&str; 11] = [
    "accept",
    "content-length",
    "content-type",
    "date",
    "location",
    "retry-after",
    "server",
    "user-agent",
    "x-app-usage",
    "x-business-use-case-usage",
    "x-fb-trace-id",
];

/// Members of a body whose values are shown; of the others only that they are there.
const MEMBERS: [&str; 24] = [
    "360dialog_trace_id",
    "after",
    "before",
    "code",
    "created_at",
    "creation_timestamp",
    "developer_message",
    "error",
    "error_subcode",
    "fbtrace_id",
    "group_id",
    "http_code",
    "id",
    "is_transient",
    "join_approval_mode",
    "limit",
    "message",
    "messaging_product",
    "request_id",
    "success",
    "suspended",
    "title",
    "total_participant_count",
    "type",
];

/// Longest text that is shown, in code points.
const TEXT_MAX: usize = 300;

/// One request and what came of it.
pub(crate) struct Exchange {
    method: String,
    url: String,
    began: Instant,
}

impl Exchange {
    pub(crate) fn begin(request: &reqwest::Request) -> Option<Self> {
        if !tracing::enabled!(target: TARGET, tracing::Level::DEBUG) {
            return None;
        }
        let exchange = Self {
            method: request.method().to_string(),
            url: request.url().to_string(),
            began: Instant::now(),
        };
        tracing::debug!(target: TARGET, "> {} {}", exchange.method, exchange.url);
        if tracing::enabled!(target: TARGET, tracing::Level::TRACE) {
            headers(">", request.headers());
            if let Some(sent) = request.body() {
                match sent.as_bytes() {
                    Some(bytes) => body(">", bytes),
                    None => tracing::trace!(target: TARGET, "> (a body of several parts)"),
                }
            }
        }
        Some(exchange)
    }
}

/// Nothing is done where nothing is logged.
pub(crate) trait Log {
    fn failed(self, error: &reqwest::Error);
    async fn answered(self, answer: reqwest::Response) -> reqwest::Result<reqwest::Response>;
}

impl Log for Option<Exchange> {
    fn failed(self, error: &reqwest::Error) {
        let Some(exchange) = self else { return };
        let what = match () {
            () if error.is_timeout() => "no answer in time",
            () if error.is_connect() => "no connection",
            () => "the connection broke",
        };
        tracing::debug!(target: TARGET, "< {what} after {:.0?}: {} {}", exchange.began.elapsed(),
            exchange.method, exchange.url);
    }

    async fn answered(self, answer: reqwest::Response) -> reqwest::Result<reqwest::Response> {
        let Some(exchange) = self else { return Ok(answer) };
        tracing::debug!(target: TARGET, "< {} after {:.0?}: {} {}", answer.status(), exchange.began.elapsed(),
            exchange.method, exchange.url);
        if !tracing::enabled!(target: TARGET, tracing::Level::TRACE) {
            return Ok(answer);
        }
        headers("<", answer.headers());
        let (head, rest) = http::Response::<reqwest::Body>::from(answer).into_parts();
        let status = head.status;
        // Read under the same bound as always, and put back as it was.
        let whole = reqwest::Response::from(http::Response::from_parts(head.clone(), rest)).bytes().await?;
        if whole.is_empty() {
            tracing::trace!(target: TARGET, "< (no body, {status})");
        } else {
            body("<", &whole);
        }
        Ok(http::Response::from_parts(head, reqwest::Body::from(whole)).into())
    }
}

fn headers(arrow: &str, headers: &HeaderMap) {
    for (name, value) in headers {
        let shown = HEADERS.contains(&name.as_str()) && !value.is_sensitive();
        let value = if shown { shortened(&String::from_utf8_lossy(value.as_bytes())) } else { "***".into() };
        tracing::trace!(target: TARGET, "{arrow} {name}: {value}");
    }
}

fn body(arrow: &str, bytes: &[u8]) {
    match serde_json::from_slice::<Value>(bytes) {
        Ok(json) => tracing::trace!(target: TARGET, "{arrow} {}", redacted(&json, false)),
        Err(_) => tracing::trace!(target: TARGET, "{arrow} ({} bytes that are not JSON)", bytes.len()),
    }
}

/// The same structure, with the values of unlisted members hidden.
fn redacted(json: &Value, shown: bool) -> Value {
    match json {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), redacted(value, MEMBERS.contains(&name.as_str()))))
            .collect(),
        Value::Array(items) => items.iter().map(|item| redacted(item, shown)).collect(),
        Value::String(text) if shown => without_numbers(&shortened(text)).into(),
        Value::Null => Value::Null,
        _ if shown => json.clone(),
        _ => "***".into(),
    }
}

/// A message may quote a phone number: runs of seven digits and more are hidden, but for ids, which are made of
/// letters too.
fn without_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        let letters = word.chars().any(char::is_alphabetic);
        if digits >= 7 && !letters {
            out.push_str("***");
            out.extend(word.chars().rev().take(1).filter(|c| !c.is_alphanumeric()));
        } else {
            out.push_str(word);
        }
    }
    out
}

fn shortened(text: &str) -> String {
    let mut shown: String = text.chars().take(TEXT_MAX).filter(|c| !c.is_control()).collect();
    if text.chars().count() > TEXT_MAX {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_shows_its_structure_and_nobodys_number_name_or_link() {
        let body = serde_json::json!({
            "id": "Y2Fwa", "subject": "Trip of Ann", "invite_link": "https://chat.whatsapp.com/x",
            "participants": [{ "wa_id": "15550100123", "username": "ann" }], "total_participant_count": 1,
            "error": { "message": "(#131212) +15550100123 is not in the group", "code": 131_212 },
            "added_later": { "secret": 1 }, "none": null,
        });
        let shown = redacted(&body, false);
        let text = shown.to_string();
        for hidden in ["Ann", "ann", "15550100123", "chat.whatsapp", "secret\":1"] {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
        for shown in ["Y2Fwa", "131212", "is not in the group"] {
            assert!(text.contains(shown), "{shown}: {text}");
        }
        assert_eq!(shown["participants"], serde_json::json!([{ "wa_id": "***", "username": "***" }]));
    }
}

//! The suite's own small HTTP client: one attempt per call, no redirects, bodies and times bounded, https or loopback.
//! The key goes to the base URL alone; no text for a report contains key, address or body.

use std::time::Duration;

use groups_connect::page::Page;
use groups_connect::{Cause, Route, client_for};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Url};
use serde_json::Value;

use super::error::{Error, ErrorKind};
use crate::base_url;

const KEY_HEADER: &str = "D360-API-KEY";
/// Some five times a page of 1024 groups.
const BODY_MAX_BYTES: usize = 4 * 1024 * 1024;
const CONNECT: Duration = Duration::from_secs(10);
/// Nobody's key. Not made of the real one, so that a log of the service does not hold a part of that.
const WRONG_KEY: &str = "wagroups-conformance-wrong-key";

pub(super) struct Http {
    client: reqwest::Client,
    route: Route,
    base: Url,
    key: HeaderValue,
}

/// Why there is no answer.
#[derive(Debug, Clone)]
pub(super) struct NoAnswer {
    /// For reports, which are sent on: names no host and no proxy.
    pub(super) why: String,
    /// For the user who runs the suite.
    pub(super) cause: Option<Cause>,
    pub(super) is_timeout: bool,
}

/// Which key goes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Given,
    Missing,
    Wrong,
}

/// A call to make. Segments and values that must not be shown have a placeholder beside them.
#[derive(Debug, Clone)]
pub(super) struct Call {
    method: Method,
    path: Vec<(String, &'static str)>,
    query: Vec<(&'static str, String, String)>,
    body: Option<Value>,
    key: Key,
}

impl Call {
    pub(super) fn new(method: Method) -> Self {
        let path = vec![("groups".to_owned(), "groups")];
        Self { method, path, query: Vec::new(), body: None, key: Key::Given }
    }

    pub(super) fn get() -> Self {
        Self::new(Method::GET)
    }

    /// Of a group, shown by this placeholder.
    pub(super) fn of(mut self, group: &Target) -> Self {
        self.path.push((group.id.clone(), group.shown));
        self
    }

    pub(super) fn at(mut self, word: &'static str) -> Self {
        self.path.push((word.to_owned(), word));
        self
    }

    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.query.push((name, value.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn with_cursor(mut self, name: &'static str, cursor: &str) -> Self {
        self.query.push((name, cursor.to_owned(), "CURSOR".to_owned()));
        self
    }

    pub(super) fn sending(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    pub(super) fn keyed(mut self, key: Key) -> Self {
        self.key = key;
        self
    }

    fn shown_path(&self) -> String {
        self.path.iter().map(|(_, shown)| format!("/{shown}")).collect()
    }

    fn shown(&self) -> String {
        let query: Vec<String> =
            self.query.iter().map(|(name, _, shown)| format!("{name}={shown}")).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        let key = match self.key {
            Key::Given => "",
            Key::Missing => " (without a key)",
            Key::Wrong => " (with a wrong key)",
        };
        format!("{} {}{mark}{}{key}", self.method, self.shown_path(), query.join("&"))
    }
}

/// A group that is called by its id and shown by a placeholder.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) id: String,
    pub(super) shown: &'static str,
}

/// A call and its answer, as they were: nothing of it may be shown before it is redacted.
#[derive(Clone)]
pub(super) struct Exchange {
    pub(super) method: String,
    /// With placeholders.
    pub(super) path: String,
    pub(super) request: String,
    pub(super) sent: Option<Value>,
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Body,
    /// Of something on the way: no answer of the API.
    pub(super) page: Option<Page>,
}

#[derive(Clone, PartialEq)]
pub(super) enum Body {
    Empty,
    Json(Value),
    /// Bytes that are no JSON, by their number.
    Other(usize),
}

impl Exchange {
    pub(super) fn content_type(&self) -> Option<&str> {
        self.headers.get(CONTENT_TYPE)?.to_str().ok()
    }

    pub(super) fn json(&self) -> Option<&Value> {
        match &self.body {
            Body::Json(value) => Some(value),
            _ => None,
        }
    }

    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl Http {
    pub(super) fn new(base_url: &str, key: &str, timeout: Duration) -> Result<Self, Error> {
        let base = base_url::checked(base_url)
            .map_err(|why| Error::new(ErrorKind::InvalidBaseUrl, format!("the base URL {why}")))?;
        let unusable =
            || Error::new(ErrorKind::InvalidKey, "the API key is empty or cannot stand in a header");
        if key.trim().is_empty() {
            return Err(unusable());
        }
        let mut key = HeaderValue::from_str(key).map_err(|_| unusable())?;
        key.set_sensitive(true);
        let (builder, route) = client_for(&base).map_err(|refused| {
            Error::new(ErrorKind::Client, refused.to_string()).advising(refused.advice())
        })?;
        let client = builder
            .user_agent(concat!("wagroups-conformance/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .timeout(timeout)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .build()
            .map_err(|error| Error::of_cause(ErrorKind::Client, &Cause::of_set_up(&error, &route)))?;
        Ok(Self { client, route, base, key })
    }

    /// The host that the base URL names.
    pub(super) fn host(&self) -> String {
        self.base.host_str().unwrap_or_default().to_owned()
    }

    /// The answer, or why there is none.
    pub(super) async fn send(&self, call: &Call) -> Result<Exchange, NoAnswer> {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(call.path.iter().map(|(segment, _)| segment));
        }
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(call.query.iter().map(|(name, value, _)| (name, value)));
        }
        let mut request = self.client.request(call.method.clone(), url);
        request = match call.key {
            Key::Given => request.header(KEY_HEADER, self.key.clone()),
            Key::Wrong => request.header(KEY_HEADER, WRONG_KEY),
            Key::Missing => request,
        };
        if let Some(body) = &call.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        let response = request.send().await.map_err(|error| self.no_answer(&error))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = self.read(response).await?;
        let page = Page::of(Some(&headers), &bytes);
        let body = match bytes.iter().all(u8::is_ascii_whitespace) {
            true => Body::Empty,
            false => serde_json::from_slice(&bytes).map_or(Body::Other(bytes.len()), Body::Json),
        };
        let (method, path, request) = (call.method.to_string(), call.shown_path(), call.shown());
        Ok(Exchange { method, path, request, sent: call.body.clone(), status, headers, body, page })
    }

    async fn read(&self, mut response: reqwest::Response) -> Result<Vec<u8>, NoAnswer> {
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.no_answer(&error))? {
            if bytes.len() + chunk.len() > BODY_MAX_BYTES {
                let why = format!("the answer has more than {BODY_MAX_BYTES} bytes");
                return Err(NoAnswer { why, cause: None, is_timeout: false });
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    fn no_answer(&self, error: &reqwest::Error) -> NoAnswer {
        NoAnswer {
            why: reason(error),
            cause: Some(Cause::of(error, &self.route)),
            is_timeout: error.is_timeout(),
        }
    }
}

/// Without host and proxy.
fn reason(error: &reqwest::Error) -> String {
    let what = if error.is_timeout() {
        "it took too long"
    } else if error.is_connect() {
        "no connection could be made"
    } else if error.is_body() || error.is_decode() {
        "the answer broke off"
    } else {
        "the connection failed"
    };
    format!("no answer: {what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_goes_over_https_or_to_this_machine_only() {
        for (url, fine) in [
            ("https://waba-v2.360dialog.io", true),
            ("https://host.example/prefix/", true),
            ("http://127.0.0.1:8360", true),
            ("http://[::1]:8360", true),
            ("http://localhost:1", true),
            ("http://waba-v2.360dialog.io", false),
            ("http://127.0.0.1.example", false),
            ("http://localhost.example", false),
            ("ftp://127.0.0.1", false),
            ("https://user:secret@host.example", false),
            ("https://host.example/?a=b", false),
            ("nonsense", false),
        ] {
            let http = Http::new(url, "key", CONNECT);
            assert_eq!(http.is_ok(), fine, "{url}");
            if let Err(error) = http {
                assert_eq!(error.kind(), ErrorKind::InvalidBaseUrl);
                assert!(!error.to_string().contains("secret"));
            }
        }
        for key in ["", " ", "two\nlines"] {
            let refused = Http::new("https://x.example", key, CONNECT).err().unwrap();
            assert_eq!(refused.kind(), ErrorKind::InvalidKey);
        }
    }

    #[test]
    fn a_call_is_shown_without_ids_and_cursors() {
        let group = Target { id: "secret".to_owned(), shown: "GROUP" };
        let call =
            Call::get().of(&group).at("join_requests").with("limit", "1").with_cursor("after", "secret");
        assert_eq!(call.shown(), "GET /groups/GROUP/join_requests?limit=1&after=CURSOR");
    }
}

//! Any call of the API, by method and path: with the key, pace, repeats, times and errors of all others, through the same
//! place. It never leaves the configured address, whatever the path says.

use std::future::IntoFuture;

use bytes::Bytes;
use groups_api::ResponseValue;
use groups_api::progenitor_client::ClientInfo;
use groups_connect::page::Page;
use groups_model::InvalidInput;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::call::Written;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::failure::RawError;
use crate::groups::Pending;
use crate::operation::{Method, Operation};
use crate::preview::Preview;

/// Headers that the client alone decides on.
const OURS: [&str; 6] =
    ["d360-api-key", "authorization", "host", "content-length", "transfer-encoding", "connection"];

impl Client {
    /// A call by method and path, for what has no method of its own here. The path may begin with a slash and have a
    /// query; it is of the configured address always.
    ///
    /// Where it is an operation of the document, it is repeated as that is. Else only `GET` and `HEAD` are repeated once
    /// they may have been delivered.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use groups_ergonomic::Method;
    /// # let sandbox = groups_sandbox::Sandbox::start().await?;
    /// # let client = groups_ergonomic::Client::builder().api_key(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
    /// let answer = client.api(Method::Get, "groups?limit=1").await?;
    /// println!("{:?} {}", answer.status(), String::from_utf8_lossy(answer.body()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn api(&self, method: Method, path: impl Into<String>) -> ApiCall {
        ApiCall {
            client: self.clone(),
            method,
            path: path.into(),
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
        }
    }
}

/// A call by method and path. From [`Client::api`]; await it.
#[derive(Clone)]
#[must_use = "does nothing until awaited"]
pub struct ApiCall {
    client: Client,
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Option<Bytes>,
}

/// What the API answered with a status of 2xx.
#[derive(Clone, Debug)]
pub struct ApiAnswer {
    status: Option<u16>,
    headers: Vec<(String, String)>,
    body: Bytes,
}

impl ApiAnswer {
    /// The HTTP status; `None` where a repeat was refused in the way that shows an earlier attempt to have worked.
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// The headers in the order of the answer. A value that is no text, or that cannot be shown, is `***`.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The body as it came.
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

impl ApiCall {
    /// Adds a parameter to the query.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Adds a header. The key and what belongs to the connection are the client's own business, and refused.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sends a JSON document.
    pub fn json(self, document: &serde_json::Value) -> Self {
        self.body(document.to_string())
    }

    /// Sends these bytes, as `application/json` unless a header says otherwise.
    pub fn body(mut self, bytes: impl Into<Bytes>) -> Self {
        self.body = Some(bytes.into());
        self
    }

    /// What the document calls it.
    pub fn operation(&self) -> Operation {
        Operation::of_call(self.method, self.path.split(['?', '#']).next().unwrap_or_default())
    }

    /// The request this would send.
    pub async fn preview(self) -> Result<Preview> {
        let client = self.client.clone();
        let sent = self.body.clone();
        let preview = Preview::of(&client, |client| Self { client, ..self }.send()).await?;
        // What is no JSON is shown as text.
        match (&preview.body, sent) {
            (None | Some(serde_json::Value::String(_)), Some(bytes)) => {
                let text = match std::str::from_utf8(&bytes) {
                    Ok(text) => text.to_owned(),
                    Err(_) => format!("({} bytes that are no text)", bytes.len()),
                };
                Ok(preview.with_body(text.into()))
            }
            _ => Ok(preview),
        }
    }

    async fn send(self) -> Result<ApiAnswer> {
        let operation = self.operation();
        let during = |invalid: InvalidInput| Error::from(invalid).during(operation);
        let url = address(self.client.raw().baseurl(), &self.path, &self.query).map_err(during)?;
        let headers = headers(&self.headers, self.body.is_some()).map_err(during)?;
        match self.client.write(operation, || self.attempt(&url, &headers)).await? {
            Written::Answered(answer) => Ok(answer.value),
            Written::AlreadyDone => Ok(ApiAnswer { status: None, headers: Vec::new(), body: Bytes::new() }),
        }
    }

    async fn attempt(&self, url: &Url, headers: &HeaderMap) -> Result<ResponseValue<ApiAnswer>, RawError> {
        let raw = self.client.raw();
        let method = match self.method {
            Method::Get => reqwest::Method::GET,
            Method::Head => reqwest::Method::HEAD,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut request = reqwest::Request::new(method, url.clone());
        *request.headers_mut() = headers.clone();
        *request.body_mut() = self.body.clone().map(reqwest::Body::from);
        let transport = raw.inner();
        transport.prepare(&mut request)?;
        let answer = transport.execute(raw.client(), request).await?;
        if !answer.status().is_success() {
            return Err(RawError::UnexpectedResponse(answer));
        }
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.bytes().await.map_err(RawError::ResponseBodyError)?;
        if Page::of(None, &body).is_some()
            && let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(&body)
        {
            return Err(RawError::InvalidResponsePayload(body, error));
        }
        let shown = |value: &HeaderValue| match value.to_str() {
            Ok(text) if !value.is_sensitive() => {
                let text = transport.without_key(Bytes::copy_from_slice(text.as_bytes()));
                String::from_utf8_lossy(&text).into_owned()
            }
            _ => "***".to_owned(),
        };
        let told = ApiAnswer {
            status: Some(status.as_u16()),
            headers: headers.iter().map(|(name, value)| (name.as_str().to_owned(), shown(value))).collect(),
            body: transport.without_key(body),
        };
        Ok(ResponseValue::new(told, status, headers))
    }
}

impl IntoFuture for ApiCall {
    type Output = Result<ApiAnswer>;
    type IntoFuture = Pending<ApiAnswer>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// Without the values of headers, and without the body.
impl std::fmt::Debug for ApiCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiCall").field("operation", &self.operation()).finish_non_exhaustive()
    }
}

/// The address of a path, below the base URL whatever the path holds.
fn address(base_url: &str, path: &str, query: &[(String, String)]) -> Result<Url, InvalidInput> {
    let refuse = |problem: &str| InvalidInput::new("path", format!("{problem}, got {path:?}"));
    if Url::parse(path).is_ok() || path.starts_with("//") {
        return Err(refuse(
            "must be a path such as /groups, not a URL: calls go to the configured address alone, and the key with them",
        ));
    }
    if path.contains(|c: char| c.is_control() || c == '\\' || c == '#') {
        return Err(refuse("must not hold control characters, a backslash or a fragment"));
    }
    // It would be cut off on the way, and another operation be called than the one that was looked up.
    if path.trim() != path {
        return Err(refuse("must not begin or end with white space"));
    }
    let (plain, given) = path.split_once('?').map_or((path, None), |(plain, given)| (plain, Some(given)));
    let climbs = |part: &str| matches!(part.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    if plain.split('/').any(climbs) {
        return Err(refuse("must not hold `.` or `..` as a part: it would lead elsewhere"));
    }
    let plain = plain.strip_prefix('/').unwrap_or(plain);
    let parsed = Url::parse(&format!("{base_url}/{plain}")).map_err(|_| refuse("must be a path"))?;
    let base = Url::parse(base_url).map_err(|_| refuse("must be of an address"))?;
    if parsed.origin() != base.origin() || !parsed.path().starts_with(base.path().trim_end_matches('/')) {
        return Err(refuse("must stay below the configured address"));
    }
    let mut url = parsed;
    url.set_query(given);
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    Ok(url)
}

fn headers(given: &[(String, String)], has_body: bool) -> Result<HeaderMap, InvalidInput> {
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        let refuse = |problem: &str| InvalidInput::new("header", format!("{name:?} {problem}"));
        let parsed =
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| refuse("cannot be the name of one"))?;
        if OURS.contains(&parsed.as_str()) {
            return Err(refuse("is set by the client alone"));
        }
        // The value may be a secret: it is not told.
        let value = HeaderValue::from_str(value).map_err(|_| refuse("has a value that no header can"))?;
        headers.append(parsed, value);
    }
    if !headers.contains_key(ACCEPT) {
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    }
    if has_body && !headers.contains_key(CONTENT_TYPE) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leaves_the_configured_address() {
        let base = "https://api.example/v1";
        let to = |path: &str| address(base, path, &[]).map(|url| url.to_string());
        for (path, expected) in [
            ("groups", "https://api.example/v1/groups"),
            ("/groups", "https://api.example/v1/groups"),
            ("/groups?limit=1&x=a%20b", "https://api.example/v1/groups?limit=1&x=a%20b"),
            ("/groups/a:b@evil.example", "https://api.example/v1/groups/a:b@evil.example"),
            ("/groups/a b", "https://api.example/v1/groups/a%20b"),
            ("@evil.example/x", "https://api.example/v1/@evil.example/x"),
            ("", "https://api.example/v1/"),
            ("/x?u=https://evil.example", "https://api.example/v1/x?u=https://evil.example"),
        ] {
            assert_eq!(to(path).unwrap(), expected, "{path}");
        }
        for path in [
            "https://evil.example/groups",
            "https://api.example/v1/groups",
            "HTTP:evil.example",
            "//evil.example/groups",
            "/..//evil.example",
            "../x",
            "/groups/%2e%2E/x",
            "/groups/.%2e",
            "/groups/./x",
            "\\\\evil.example",
            "/gro\nups",
            "/groups#x",
            "data:,x",
        ] {
            assert!(to(path).is_err(), "{path:?}: {:?}", to(path));
        }
        let query = [("after".to_owned(), "a&b=c".to_owned())];
        assert_eq!(
            address(base, "/groups?limit=1", &query).unwrap().query(),
            Some("limit=1&after=a%26b%3Dc")
        );
    }

    proptest::proptest! {
        #[test]
        fn whatever_the_path_the_key_stays_with_its_address(path: String) {
            for base in ["https://api.example", "https://api.example/v1"] {
                if let Ok(url) = address(base, &path, &[]) {
                    let base = Url::parse(base).unwrap();
                    proptest::prop_assert_eq!(url.origin(), base.origin());
                    proptest::prop_assert!(url.path().starts_with(base.path()));
                    proptest::prop_assert!(url.username().is_empty() && url.password().is_none());
                }
            }
        }
    }

    #[test]
    fn headers_of_the_client_stay_its_own() {
        let one = |name: &str, value: &str| headers(&[(name.to_owned(), value.to_owned())], true);
        for name in ["D360-API-KEY", "Authorization", "host", "a b", ""] {
            let told = one(name, "s3cret").unwrap_err().to_string();
            assert!(!told.contains("s3cret"), "{told}");
        }
        assert!(!one("x-a", "s3cret\n").unwrap_err().to_string().contains("s3cret"));
        assert_eq!(one("content-type", "text/plain").unwrap()["content-type"], "text/plain");
        assert_eq!(one("x-a", "b").unwrap()["content-type"], "application/json");
    }
}

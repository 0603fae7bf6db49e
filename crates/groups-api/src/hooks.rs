//! What every raw request and answer passes through: the key goes on, the body of the answer is bounded, and
//! both are logged where somebody asks for it. No retries and no decisions; those belong to the layer above.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use progenitor_client::{ClientHooks, ClientInfo, Error, OperationInfo};
use reqwest::header::{HeaderName, HeaderValue, InvalidHeaderValue};

use crate::Client;
use crate::log::{Exchange, Log as _};

/// Largest answer that is read unless [`Transport::max_body`] says otherwise: 16 MiB, some twenty times a full
/// page of 1024 groups.
pub const DEFAULT_MAX_BODY: usize = 16 * 1024 * 1024;

const KEY: HeaderName = HeaderName::from_static("d360-api-key");

/// What the raw client needs to reach one number: its key, and how much of an answer to read.
#[derive(Clone)]
pub struct Transport {
    key: HeaderValue,
    max_body: usize,
    capture: Option<Captured>,
}

/// Where a capturing [`Transport`] puts the request instead of sending it.
#[derive(Clone, Default)]
pub struct Captured(Arc<Mutex<Option<reqwest::Request>>>);

impl Captured {
    /// The request that was made last, with the key in a header marked sensitive.
    pub fn take(&self) -> Option<reqwest::Request> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Transport {
    /// Fails if the key cannot stand in a header (control characters or line ends).
    pub fn new(key: &str) -> Result<Self, InvalidHeaderValue> {
        Ok(Self { key: header(key)?, max_body: DEFAULT_MAX_BODY, capture: None })
    }

    /// The same, for another number.
    pub fn with_key(mut self, key: &str) -> Result<Self, InvalidHeaderValue> {
        self.key = header(key)?;
        Ok(self)
    }

    /// Reads at most this many bytes of an answer; a longer one is an error.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// Sends nothing: each call leaves its request in the returned place and ends in `Error::Custom`.
    pub fn capturing(mut self) -> (Self, Captured) {
        let captured = Captured::default();
        self.capture = Some(captured.clone());
        (self, captured)
    }

    /// Puts the key on a request. Fails, with the request kept, where nothing is to be sent.
    #[allow(clippy::result_large_err, reason = "the error is progenitor's, and hooks pass it on as it is")]
    pub fn prepare<E>(&self, request: &mut reqwest::Request) -> Result<(), Error<E>> {
        request.headers_mut().insert(KEY, self.key.clone());
        let Some(captured) = &self.capture else { return Ok(()) };
        let placeholder = reqwest::Request::new(request.method().clone(), request.url().clone());
        let request = std::mem::replace(request, placeholder);
        *captured.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(request);
        Err(Error::Custom("captured instead of sent".into()))
    }

    /// An answer's text with the key hidden, should somebody have put it there. Keys of fewer than 8 bytes are no
    /// secrets of the service, and would be found in any text.
    pub fn without_key(&self, text: bytes::Bytes) -> bytes::Bytes {
        let key = self.key.as_bytes();
        let found = |text: &[u8]| text.windows(key.len()).position(|part| part == key);
        if key.len() < 8 || found(&text).is_none() {
            return text;
        }
        let (mut rest, mut out) = (&text[..], Vec::with_capacity(text.len()));
        while let Some(at) = found(rest) {
            out.extend_from_slice(&rest[..at]);
            out.extend_from_slice(b"***");
            rest = &rest[at + key.len()..];
        }
        out.extend_from_slice(rest);
        out.into()
    }

    /// Sends a prepared request; the answer's body fails once it exceeds the limit.
    pub async fn execute(
        &self,
        http: &reqwest::Client,
        request: reqwest::Request,
    ) -> reqwest::Result<reqwest::Response> {
        let exchange = Exchange::begin(&request);
        let answer = match http.execute(request).await {
            Ok(answer) => answer,
            Err(error) => {
                exchange.failed(&error);
                return Err(error);
            }
        };
        exchange.answered(bounded(answer, self.max_body)).await
    }
}

/// The same answer, with a body that fails once it is longer than this.
fn bounded(answer: reqwest::Response, limit: usize) -> reqwest::Response {
    // HTTP itself holds a body to the length that was announced for it. Counting costs boxes and a URL parsed anew.
    if answer
        .content_length()
        .is_some_and(|length| usize::try_from(length).is_ok_and(|length| length <= limit))
    {
        return answer;
    }
    let answer = http::Response::<reqwest::Body>::from(answer);
    answer.map(|body| reqwest::Body::wrap(http_body_util::Limited::new(body, limit))).into()
}

fn header(key: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    let mut value = HeaderValue::from_str(key)?;
    // Kept out of Debug output and out of HTTP/2 header tables.
    value.set_sensitive(true);
    Ok(value)
}

/// Without the key.
impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").field("max_body", &self.max_body).finish_non_exhaustive()
    }
}

impl ClientHooks<Transport> for Client {
    async fn pre<E>(&self, request: &mut reqwest::Request, _: &OperationInfo) -> Result<(), Error<E>> {
        self.inner().prepare(request)
    }

    async fn exec(&self, request: reqwest::Request, _: &OperationInfo) -> reqwest::Result<reqwest::Response> {
        self.inner().execute(self.client(), request).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_never_holds_the_key() {
        let transport = Transport::new("s3cret-key").unwrap();
        assert!(!format!("{transport:?} {:?}", transport.key).contains("s3cret"));
        assert!(Transport::new("two\nlines").is_err());
        let transport = Transport::new("a-key-of-16-bytes").unwrap();
        let hidden = transport.without_key("xa-key-of-16-bytes, a-key-of-16-bytes.".into());
        assert_eq!(hidden, "x***, ***.");
        assert_eq!(Transport::new("sandbox").unwrap().without_key("sandbox".into()), "sandbox");
    }
}

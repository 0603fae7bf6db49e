//! What a call would send, without sending it: made by the same code, so that it cannot differ.

use std::future::Future;
use std::path::PathBuf;

use groups_model::ErrorKind;
use serde::Serialize;

use crate::client::Client;
use crate::error::{Error, Result};

/// A request that was made and not sent. The key is never in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Preview {
    /// The HTTP method.
    pub method: String,
    /// The URL, query included.
    pub url: String,
    /// The headers; the value of a secret one is `***`.
    pub headers: Vec<(String, String)>,
    /// The JSON body, if there is one. A multipart body is told as its parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<serde_json::Value>,
    /// The part of a multipart body that is a picture, and the file that it was read from.
    #[serde(skip)]
    pub picture: Option<(String, PathBuf)>,
}

/// Where a client from [`Client::keeping`] keeps its request.
#[derive(Clone)]
pub struct Kept(groups_api::Captured);

impl Kept {
    /// The request that was made last, if one was.
    pub fn take(&self) -> Option<Preview> {
        self.0.take().map(|request| Preview::read(&request))
    }
}

/// Without the request, which holds the key.
impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept")
    }
}

impl Client {
    /// A client that sends nothing: every call fails, and leaves its request in the returned place. What a call would
    /// send after its first request, such as the next page, is not made.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), groups_ergonomic::Error> {
    /// let client = groups_ergonomic::Client::builder().api_key("k").build()?;
    /// let (client, kept) = client.keeping();
    /// assert!(client.group("Y2FwaV9ncm91cDox")?.invite_link().await.is_err());
    /// let request = kept.take().unwrap();
    /// assert!(request.url.ends_with("/groups/Y2FwaV9ncm91cDox/invite_link"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn keeping(&self) -> (Self, Kept) {
        let (client, captured) = self.capturing();
        (client, Kept(captured))
    }
}

/// Headers whose values are shown; every other value is hidden, so that a secret added later stays one.
const SHOWN: [&str; 4] = ["accept", "content-type", "content-length", "user-agent"];

impl Preview {
    /// Runs a call on a client that keeps requests, and tells the first one.
    pub(crate) async fn of<F, T>(client: &Client, call: impl FnOnce(Client) -> F) -> Result<Self>
    where
        F: Future<Output = Result<T>>,
    {
        let (capturing, captured) = client.capturing();
        let ended = call(capturing).await;
        match (captured.take(), ended) {
            (Some(request), _) => Ok(Self::read(&request)),
            // Refused by a check before a request was made.
            (None, Err(error)) => Err(error),
            (None, Ok(_)) => Err(Error::local(ErrorKind::InvalidInput, "the call would send nothing")),
        }
    }

    fn read(request: &reqwest::Request) -> Self {
        let headers = request
            .headers()
            .iter()
            .map(|(name, value)| {
                let shown = SHOWN.contains(&name.as_str()) && !value.is_sensitive();
                let text =
                    if shown { String::from_utf8_lossy(value.as_bytes()).into_owned() } else { "***".into() };
                (name.as_str().to_owned(), text)
            })
            .collect();
        let bytes = request.body().and_then(reqwest::Body::as_bytes);
        Self {
            method: request.method().to_string(),
            url: request.url().to_string(),
            headers,
            body: bytes.and_then(|bytes| serde_json::from_slice(bytes).ok()),
            picture: None,
        }
    }

    /// With what stands under `headers` in the body hidden: it authenticates webhooks.
    pub(crate) fn without_header_values(mut self) -> Self {
        let headers = self.body.as_mut().and_then(|body| body.get_mut("headers"));
        for value in
            headers.and_then(serde_json::Value::as_object_mut).into_iter().flat_map(|map| map.values_mut())
        {
            *value = "***".into();
        }
        self
    }

    pub(crate) fn with_body(mut self, body: serde_json::Value) -> Self {
        self.body = Some(body);
        self
    }
}

//! The HTTP side: takes a notification in and answers 200 once its events are durable. Must never answer 200 before
//! that, nor log what a notification says: at info it holds numbers only of events.
//!
//! What is not understood is stored too and answered 200: a sender that gets anything else delivers the same again
//! for 7 days (Facts 4.7), and it would be understood no better.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Query, Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use groups_model::event::{Part, split};
use secrecy::SecretString;
use serde::Deserialize;

use crate::channel::EventChannel;
use crate::signature::{is_same, is_signed};
use crate::store::EventStore;
use crate::target::ForwardTarget;

/// No limit is documented; every sample is far below.
const BODY_MAX_BYTES: usize = 4 * 1024 * 1024;
/// How long a body may take to arrive. 360dialog waits 5 seconds for the answer (Facts 4.7).
const BODY_TIME: Duration = Duration::from_secs(10);
/// From this size on a body is read on a thread of its own, so that it does not hold up others.
const LARGE_BODY_BYTES: usize = 64 * 1024;

/// Receives webhooks into a store. Mount its [`router`](Self::router) in a service.
///
/// Without [`secret`](Self::secret) or [`require_header`](Self::require_header) it takes what anybody sends.
#[derive(Clone)]
pub struct Receiver {
    store: Arc<dyn EventStore>,
    secrets: Vec<SecretString>,
    headers: Vec<(HeaderName, SecretString)>,
    verify_token: Option<SecretString>,
    body_max: usize,
    forward_to: Option<ForwardTarget>,
    channel: Option<EventChannel>,
}

impl Receiver {
    /// Puts what comes into a store.
    pub fn new(store: Arc<dyn EventStore>) -> Self {
        Self {
            store,
            secrets: Vec::new(),
            headers: Vec::new(),
            verify_token: None,
            body_max: BODY_MAX_BYTES,
            forward_to: None,
            channel: None,
        }
    }

    /// Takes only what is signed with this secret, in `x-360dialog-signature` or `X-Hub-Signature-256` (Facts 4.7).
    /// Give several while a secret is replaced: any of them is enough. An empty one fits nothing: alone, it makes the
    /// receiver refuse everything.
    #[must_use]
    pub fn secret(mut self, secret: impl Into<SecretString>) -> Self {
        self.secrets.push(secret.into());
        self
    }

    /// Takes only what comes with this header: 360dialog attaches fixed headers to deliveries where it is told to
    /// (Facts 4.7). Of several values for one header any is enough; of several headers each is needed. An empty value
    /// fits nothing.
    #[must_use]
    pub fn require_header(mut self, name: HeaderName, value: impl Into<SecretString>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Answers Meta's verification handshake (a GET with `hub.mode`, `hub.verify_token`, `hub.challenge`) if the token
    /// is this one. Without it, and with an empty one, no handshake is answered.
    #[must_use]
    pub fn verify_token(mut self, token: impl Into<SecretString>) -> Self {
        self.verify_token = Some(token.into());
        self
    }

    /// The largest body that is taken, in bytes; 4 MiB unless told otherwise. A larger one is answered 413.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_max = bytes;
        self
    }

    /// Also puts new events in the store's queue for a [`Forwarder`](crate::Forwarder), by its
    /// [`target`](crate::Forwarder::target).
    #[must_use]
    pub fn forward_to(mut self, target: ForwardTarget) -> Self {
        self.forward_to = Some(target);
        self
    }

    /// Also tells events to a channel, once they are stored.
    #[must_use]
    pub fn publish_to(mut self, channel: EventChannel) -> Self {
        self.channel = Some(channel);
        self
    }

    /// The routes, at `/`: nest them where 360dialog delivers to.
    pub fn router(self) -> Router {
        Router::new()
            .route("/", get(handshake).post(receive))
            // The bound is this module's own, so that a large one may be asked for.
            .layer(DefaultBodyLimit::disable())
            .with_state(Arc::new(self))
    }

    fn is_allowed(&self, headers: &HeaderMap) -> bool {
        self.headers.iter().all(|(name, _)| {
            let wanted = self.headers.iter().filter(|(other, _)| other == name);
            wanted.fold(false, |allowed, (_, secret)| {
                headers
                    .get_all(name)
                    .iter()
                    .fold(allowed, |allowed, given| allowed | is_same(secret, given.as_bytes()))
            })
        })
    }

    async fn store(&self, parts: Vec<Part>) -> StatusCode {
        // Kept for the channel: the store takes the parts.
        let events: Vec<_> = match &self.channel {
            Some(_) => parts.iter().map(|part| part.event.clone()).collect(),
            None => Vec::new(),
        };
        let told = parts.len();
        match self.store.append(parts, self.forward_to.as_ref()).await {
            Ok(appended) => {
                let added = appended.added();
                tracing::info!(events = told, new = added, "webhook stored");
                // Also what was stored before: whoever stored it may have ended before telling it. The channel tells
                // what it remembers once.
                if let Some(channel) = &self.channel {
                    events.iter().for_each(|event| channel.publish(event));
                }
                StatusCode::OK
            }
            Err(error) => {
                let source = std::error::Error::source(&error).map(ToString::to_string);
                tracing::error!(error = %error, source, "webhook not stored; the sender will deliver it again");
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }
}

/// Serves a receiver at `/` of a listener of its own until told to stop, then ends what has begun.
pub async fn serve(
    listener: tokio::net::TcpListener,
    receiver: Receiver,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, receiver.router()).with_graceful_shutdown(stop).await
}

async fn receive(State(receiver): State<Arc<Receiver>>, request: Request) -> StatusCode {
    let (head, body) = request.into_parts();
    if !receiver.is_allowed(&head.headers) {
        tracing::warn!("webhook refused: it lacks a header that is required, or its value is wrong");
        return StatusCode::UNAUTHORIZED;
    }
    let body = match read(&head.headers, body, receiver.body_max).await {
        Ok(body) => body,
        Err(status) => {
            tracing::warn!(
                status = status.as_u16(),
                "webhook refused: its body is too large, too slow or broke off"
            );
            return status;
        }
    };
    if !receiver.secrets.is_empty() && !is_signed(&head.headers, &body, &receiver.secrets) {
        tracing::warn!("webhook refused: it is not signed, or not with a secret that is known");
        return StatusCode::UNAUTHORIZED;
    }
    let parts = if body.len() < LARGE_BODY_BYTES {
        split(&body)
    } else {
        match tokio::task::spawn_blocking(move || split(&body)).await {
            Ok(parts) => parts,
            Err(_) => return StatusCode::SERVICE_UNAVAILABLE,
        }
    };
    // To the end, even if the sender hangs up meanwhile: what is stored has to be told to the channel.
    let stored = tokio::spawn(async move { receiver.store(parts).await });
    stored.await.unwrap_or(StatusCode::SERVICE_UNAVAILABLE)
}

/// The body, up to a bound; one that announces more is refused without waiting for it.
async fn read(headers: &HeaderMap, body: Body, max: usize) -> Result<Bytes, StatusCode> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > max as u64) {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let body = tokio::time::timeout(BODY_TIME, axum::body::to_bytes(body, max)).await;
    let body = body.map_err(|_elapsed| StatusCode::REQUEST_TIMEOUT)?;
    body.map_err(|error| {
        let source = std::error::Error::source(&error);
        if source.is_some_and(|source| source.is::<http_body_util::LengthLimitError>()) {
            StatusCode::PAYLOAD_TOO_LARGE
        } else {
            StatusCode::BAD_REQUEST
        }
    })
}

#[derive(Deserialize)]
struct Handshake {
    #[serde(rename = "hub.mode")]
    mode: Option<String>,
    #[serde(rename = "hub.verify_token")]
    token: Option<String>,
    #[serde(rename = "hub.challenge")]
    challenge: Option<String>,
}

async fn handshake(State(receiver): State<Arc<Receiver>>, Query(asked): Query<Handshake>) -> Response {
    let right = match (&receiver.verify_token, &asked.token) {
        (Some(expected), Some(given)) => is_same(expected, given.as_bytes()),
        _ => false,
    };
    match asked.challenge {
        Some(challenge) if right && asked.mode.as_deref() == Some("subscribe") => {
            // It is the caller's own text: nothing may take it for a page.
            let plain = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
            (plain, challenge).into_response()
        }
        _ => StatusCode::FORBIDDEN.into_response(),
    }
}

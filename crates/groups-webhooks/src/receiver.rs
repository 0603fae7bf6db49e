//! The HTTP side: takes a notification in and answers 200 once its events are durable. Must never answer 200 before
//! that, nor log what a notification says: at info it holds numbers only of events.
//!
//! A body that is not understood is stored with its exact bytes and answered 200: a sender that gets another answer
//! delivers it again for 7 days (Facts 4.7), and it would be understood no better.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{ACCEPT_ENCODING, ALLOW, CONTENT_LENGTH, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use groups_model::event::{Part, split};
use groups_model::tolerant::Problems;
use secrecy::SecretString;
use url::{Url, form_urlencoded};

use crate::channel::EventChannel;
use crate::encoding::{self, Coding, Undecoded};
use crate::refusal::{Refusal, Refusals, Refused};
use crate::signature::{is_same, is_signed, signature_header};
use crate::store::EventStore;
use crate::target::ForwardTarget;

/// No limit is documented; every sample is far below.
const BODY_MAX_BYTES: usize = 4 * 1024 * 1024;
/// How long a body may take to arrive. 360dialog waits 5 seconds for the answer (Facts 4.7).
const BODY_TIME: Duration = Duration::from_secs(10);
/// From this size on a body is read on a thread of its own, so that it does not hold up others.
const LARGE_BODY_BYTES: usize = 64 * 1024;
/// How much of a foreign path is logged.
const PATH_SHOWN: usize = 100;

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
    path: Option<String>,
    forward_to: Option<ForwardTarget>,
    channel: Option<EventChannel>,
    refusals: Refusals,
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
            path: None,
            forward_to: None,
            channel: None,
            refusals: Refusals::default(),
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

    /// The largest body that is taken, in bytes, before and after it is decoded; 4 MiB by default. A larger one is
    /// answered 413.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_max = bytes;
        self
    }

    /// Accepts requests for this path only, such as `/hook`; another is answered 404. A trailing slash makes no
    /// difference. Without it every path below the mount point is accepted. Where the router is nested, the path is
    /// the one below the mount point.
    #[must_use]
    pub fn path(mut self, path: impl AsRef<str>) -> Self {
        self.path = Some(normal_path(path.as_ref()));
        self
    }

    /// Calls a function for each refused request, besides counting and logging it. It must not block.
    #[must_use]
    pub fn on_refusal(self, hook: impl Fn(&Refused) + Send + Sync + 'static) -> Self {
        self.refusals.set_hook(Arc::new(hook));
        self
    }

    /// The counters of refused requests. Keep them before the receiver is served.
    pub fn refusals(&self) -> Refusals {
        self.refusals.clone()
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

    /// A router for every path and method: mount it with `Router::nest_service` where 360dialog delivers to, or serve it
    /// alone. (With `Router::nest`, axum answers 404 to the mount point with a trailing slash.)
    pub fn router(self) -> Router {
        Router::new()
            // Not routes: those would leave a path or a method to a fallback that counts nothing.
            .fallback(handle)
            // The bound is this module's own, so that a large one may be asked for.
            .layer(DefaultBodyLimit::disable())
            .with_state(Arc::new(self))
    }

    async fn answer(&self, request: Request) -> Result<Response, Refused> {
        let (head, body) = request.into_parts();
        self.check_path(&head)?;
        match head.method {
            Method::POST => self.receive(head, body).await.map(|()| StatusCode::OK.into_response()),
            Method::GET | Method::HEAD => self.handshake(&head.uri),
            _ => {
                let detail = format!("{} is not a method of webhooks; send them by POST", head.method);
                Err(Refused::new(Refusal::Method, StatusCode::METHOD_NOT_ALLOWED, detail))
            }
        }
    }

    fn check_path(&self, head: &Parts) -> Result<(), Refused> {
        let Some(wanted) = &self.path else { return Ok(()) };
        let given = head.uri.path();
        if normal_path(given) == *wanted {
            return Ok(());
        }
        let shown = shown(given);
        let detail = format!(
            "{} {shown}, but only {wanted} is accepted; correct the webhook's URL or the receiver's path",
            head.method
        );
        Err(Refused::new(Refusal::Path, StatusCode::NOT_FOUND, detail))
    }

    async fn receive(&self, head: Parts, body: Body) -> Result<(), Refused> {
        let headers = &head.headers;
        if let Some(name) = self.missing_header(headers) {
            let how = if headers.contains_key(name) { "has another value" } else { "is missing" };
            let detail = format!("the header {name} {how}; the sender must send the value set here");
            return Err(Refused::new(Refusal::Header, StatusCode::UNAUTHORIZED, detail));
        }
        let body = read(headers, body, self.body_max).await?;
        if !self.secrets.is_empty() && !is_signed(headers, &body, &self.secrets) {
            let detail = match signature_header(headers) {
                Some(name) => {
                    format!("the signature in {name} matches no secret; compare the secret with the sender's")
                }
                None => "the signature is missing; the sender must sign webhooks".to_owned(),
            };
            return Err(Refused::new(Refusal::Signature, StatusCode::UNAUTHORIZED, detail));
        }
        let codings = encoding::codings(headers).map_err(|value| {
            let detail =
                format!("Content-Encoding {value:?} is not supported; use one of {}", encoding::SUPPORTED);
            Refused::new(Refusal::Encoding, StatusCode::UNSUPPORTED_MEDIA_TYPE, detail)
        })?;
        let parts = if codings.is_empty() && body.len() < LARGE_BODY_BYTES {
            split(&body)
        } else {
            let max = self.body_max;
            let read =
                tokio::task::spawn_blocking(move || decoded(body, &codings, max).map(|body| split(&body)));
            read.await.unwrap_or_else(|_| {
                let detail = "the body could not be read";
                Err(Refused::new(Refusal::Body, StatusCode::BAD_REQUEST, detail))
            })?
        };
        self.store(parts).await
    }

    fn handshake(&self, uri: &Uri) -> Result<Response, Refused> {
        let query = uri.query().unwrap_or_default().as_bytes();
        let given = |name: &str| {
            form_urlencoded::parse(query)
                .find(|(given, _)| given == name)
                .map(|(_, value)| value.into_owned())
        };
        let (mode, token, challenge) = (given("hub.mode"), given("hub.verify_token"), given("hub.challenge"));
        // It is the caller's own text: nothing may take it for a page.
        let plain = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
        if mode.is_none() && token.is_none() && challenge.is_none() {
            return Ok((plain, "Webhooks are received here by POST.\n").into_response());
        }
        let wrong = match (&self.verify_token, &token) {
            (None, _) => "no verify token is set here",
            (Some(_), None) => "hub.verify_token is missing",
            (Some(expected), Some(given)) if !is_same(expected, given.as_bytes()) => {
                "hub.verify_token is not the verify token that is set here"
            }
            _ if mode.as_deref() != Some("subscribe") => "hub.mode is not subscribe",
            _ => match challenge {
                Some(challenge) => return Ok((plain, challenge).into_response()),
                None => "hub.challenge is missing",
            },
        };
        Err(Refused::new(
            Refusal::Handshake,
            StatusCode::FORBIDDEN,
            format!("verification handshake: {wrong}"),
        ))
    }

    /// A required header that has none of its values.
    fn missing_header(&self, headers: &HeaderMap) -> Option<&HeaderName> {
        let is_there = |name: &HeaderName| {
            let wanted = self.headers.iter().filter(|(other, _)| other == name);
            wanted.fold(false, |allowed, (_, secret)| {
                headers
                    .get_all(name)
                    .iter()
                    .fold(allowed, |allowed, given| allowed | is_same(secret, given.as_bytes()))
            })
        };
        self.headers.iter().map(|(name, _)| name).find(|name| !is_there(name))
    }

    async fn store(&self, parts: Vec<Part>) -> Result<(), Refused> {
        // Kept for the channel: the store takes the parts.
        let events: Vec<_> = match &self.channel {
            Some(_) => parts.iter().map(|part| part.event.clone()).collect(),
            None => Vec::new(),
        };
        let told = parts.len();
        let problems = problems(&parts);
        match self.store.append(parts, self.forward_to.as_ref()).await {
            Ok(appended) => {
                let added = appended.added();
                tracing::info!(events = told, new = added, "webhook stored");
                // A webhook that is delivered again is not news.
                if let Some(first) = problems.iter().next()
                    && added > 0
                {
                    tracing::warn!(
                        values = problems.total(),
                        "a webhook contains values that cannot be read: {first}; they are stored with its events"
                    );
                }
                // Also what was stored before: whoever stored it may have ended before telling it. The channel tells
                // what it remembers once.
                if let Some(channel) = &self.channel {
                    events.iter().for_each(|event| channel.publish(event));
                }
                Ok(())
            }
            Err(error) => {
                let mut detail = error.to_string();
                if let Some(source) = std::error::Error::source(&error) {
                    // Writing to a String cannot fail.
                    let _ = write!(detail, ": {source}");
                }
                detail.push_str("; the sender will deliver the webhook again");
                Err(Refused::new(Refusal::Store, StatusCode::SERVICE_UNAVAILABLE, detail))
            }
        }
    }
}

fn problems(parts: &[Part]) -> Problems {
    let mut problems = Problems::default();
    parts.iter().for_each(|part| problems.append(part.event.problems()));
    problems
}

/// Serves a receiver on a listener of its own until told to stop, then ends what has begun.
pub async fn serve(
    listener: tokio::net::TcpListener,
    receiver: Receiver,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, receiver.router()).with_graceful_shutdown(stop).await
}

async fn handle(State(receiver): State<Arc<Receiver>>, request: Request) -> Response {
    let refusals = receiver.refusals.clone();
    // To the end, even if the sender hangs up meanwhile: what is stored goes to the channel, a refusal is counted.
    let answered = tokio::spawn(async move {
        let answer = receiver.answer(request).await;
        if let Err(refused) = &answer {
            refusals.record(refused);
        }
        answer
    });
    match answered.await {
        Ok(Ok(answer)) => answer,
        Ok(Err(refused)) => refusal_answer(&refused),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

fn refusal_answer(refused: &Refused) -> Response {
    let status = StatusCode::from_u16(refused.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    match status {
        StatusCode::METHOD_NOT_ALLOWED => (status, [(ALLOW, "GET, HEAD, POST")]).into_response(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            (status, [(ACCEPT_ENCODING, encoding::SUPPORTED)]).into_response()
        }
        _ => status.into_response(),
    }
}

/// A path in the form in which two are compared: percent-encoded, without a trailing slash.
fn normal_path(path: &str) -> String {
    let mut url = Url::parse("http://localhost").ok();
    let encoded = url.as_mut().map_or(path, |url| {
        url.set_path(path);
        url.path()
    });
    match encoded.trim_end_matches('/') {
        "" => "/".to_owned(),
        path => path.to_owned(),
    }
}

/// A path of somebody else, in one line of bounded length.
fn shown(path: &str) -> String {
    let mut shown: String = path.chars().take(PATH_SHOWN).flat_map(char::escape_debug).collect();
    if path.chars().nth(PATH_SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

fn decoded(body: Bytes, codings: &[Coding], max: usize) -> Result<Bytes, Refused> {
    encoding::decode(body, codings, max).map_err(|error| match error {
        Undecoded::TooLarge => too_large("decodes to", max),
        Undecoded::Damaged(coding) => {
            let detail = format!("the body is not {coding:?}, or is damaged; it is not acknowledged");
            Refused::new(Refusal::Encoding, StatusCode::BAD_REQUEST, detail)
        }
    })
}

fn too_large(how: &str, max: usize) -> Refused {
    let detail = format!("the body {how} more than the limit of {max} bytes");
    Refused::new(Refusal::Size, StatusCode::PAYLOAD_TOO_LARGE, detail)
}

/// The body, up to a bound; one that announces more is refused without waiting for it.
async fn read(headers: &HeaderMap, body: Body, max: usize) -> Result<Bytes, Refused> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > max as u64) {
        return Err(too_large("has", max));
    }
    let body = tokio::time::timeout(BODY_TIME, axum::body::to_bytes(body, max)).await;
    let body = body.map_err(|_elapsed| {
        let detail = format!("the body did not arrive within {} s", BODY_TIME.as_secs());
        Refused::new(Refusal::Body, StatusCode::REQUEST_TIMEOUT, detail)
    })?;
    body.map_err(|error| {
        let source = std::error::Error::source(&error);
        if source.is_some_and(|source| source.is::<http_body_util::LengthLimitError>()) {
            too_large("has", max)
        } else {
            Refused::new(Refusal::Body, StatusCode::BAD_REQUEST, "the body broke off")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_compared_in_one_form() {
        for (one, other) in
            [("/hook", "/hook/"), ("hook", "/hook"), ("/", ""), ("/a b", "/a%20b"), ("/é", "/%C3%A9")]
        {
            assert_eq!(normal_path(one), normal_path(other));
        }
        assert_ne!(normal_path("/hook"), normal_path("/hooks"));
        assert_ne!(normal_path("/hook"), normal_path("/Hook"));
    }

    #[test]
    fn a_foreign_path_is_one_short_line() {
        assert_eq!(shown("/a\u{1b}[1m"), "/a\\u{1b}[1m");
        assert_eq!(shown(&"/".repeat(500)).chars().count(), PATH_SHOWN + 1);
    }
}

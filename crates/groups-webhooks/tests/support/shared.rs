//! What the tests share: notifications to send, and a place that takes what is forwarded.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use groups_model::event::{Part, decode, split};
use groups_webhooks::{EventStore, ForwardTarget, Receiver};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The outcome of a delete, as Meta tells it.
pub(crate) fn outcome(group: &str, request: &str) -> Value {
    json!({ "timestamp": "1759320005", "group_id": group, "type": "group_delete", "request_id": request })
}

pub(crate) fn notification(events: &[Value]) -> String {
    json!({ "object": "whatsapp_business_account", "entry": [{ "id": "102", "changes": [{
        "field": "group_lifecycle_update",
        "value": { "messaging_product": "whatsapp", "metadata": { "phone_number_id": "106" }, "groups": events },
    }] }] })
    .to_string()
}

pub(crate) fn parts(events: &[(&str, &str)]) -> Vec<Part> {
    let events: Vec<Value> = events.iter().map(|(group, request)| outcome(group, request)).collect();
    split(notification(&events).as_bytes())
}

/// A target that nothing is sent to.
pub(crate) fn target() -> ForwardTarget {
    ForwardTarget::from_key("http://localhost:9 of a test")
}

/// How many events wait to be forwarded, wherever to.
pub(crate) async fn waiting(store: &dyn EventStore) -> u64 {
    store.forwards_waiting().await.unwrap().iter().map(|backlog| backlog.events).sum()
}

/// How many events were set aside, whatever their target.
pub(crate) async fn set_aside(store: &dyn EventStore) -> u64 {
    store.forwards_set_aside().await.unwrap().iter().map(|backlog| backlog.events).sum()
}

/// What a sender with this secret puts in its header.
pub(crate) fn signature(secret: &str, body: &str) -> String {
    signature_of(secret, body.as_bytes())
}

pub(crate) fn signature_of(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Polls until it holds.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let start = Instant::now();
    while !holds().await {
        assert!(start.elapsed() < PATIENCE, "{what} has not come to be");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Serves a router on a free port of this machine; the address it is at.
pub(crate) async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

pub(crate) async fn serve_receiver(receiver: Receiver) -> String {
    serve(Router::new().nest_service("/webhooks", receiver.router())).await + "/webhooks"
}

pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// The ids of all that is stored, in order; fails if one is there twice.
pub(crate) async fn stored_ids(store: &dyn EventStore) -> Vec<String> {
    let stored = store.list(&groups_webhooks::Query::new()).await.unwrap();
    let ids: Vec<String> = stored.iter().map(|stored| stored.event.id.to_string()).collect();
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "an event is stored twice");
    ids
}

/// Where events are forwarded to.
#[derive(Clone, Default)]
pub(crate) struct Sink(Arc<Mutex<SinkState>>);

#[derive(Default)]
struct SinkState {
    /// Group and id of each event taken, in the order of their first arrival.
    taken: Vec<(String, String)>,
    known: HashSet<String>,
    headers: Vec<HeaderMap>,
    bodies: Vec<Bytes>,
    arrivals: usize,
    refuse: HashSet<String>,
    /// How each of these requests is answered; 0: the connection is closed instead.
    answers: HashMap<String, u16>,
    /// How everything is answered.
    down: Option<u16>,
    refused: usize,
}

impl Sink {
    pub(crate) async fn serve(&self) -> String {
        serve(Router::new().route("/", post(take)).with_state(self.clone())).await
    }

    /// Answers 500 to the events of a group from now on, or no more.
    pub(crate) fn refuse(&self, group: &str, refuse: bool) {
        let mut state = self.0.lock().unwrap();
        if refuse {
            state.refuse.insert(group.to_owned())
        } else {
            state.refuse.remove(group)
        };
    }

    /// Answers the events of a request with a status from now on; with 0 it closes the connection instead.
    pub(crate) fn answer(&self, request: &str, status: u16) {
        self.0.lock().unwrap().answers.insert(request.to_owned(), status);
    }

    /// Answers everything with a status from now on, or no more.
    pub(crate) fn down(&self, status: Option<u16>) {
        self.0.lock().unwrap().down = status;
    }

    pub(crate) fn refused(&self) -> usize {
        self.0.lock().unwrap().refused
    }

    /// How often something came, repeats included.
    pub(crate) fn arrivals(&self) -> usize {
        self.0.lock().unwrap().arrivals
    }

    pub(crate) fn headers(&self) -> Vec<HeaderMap> {
        self.0.lock().unwrap().headers.clone()
    }

    pub(crate) fn bodies(&self) -> Vec<Bytes> {
        self.0.lock().unwrap().bodies.clone()
    }

    /// The ids that came, in the order of their first arrival.
    pub(crate) fn ids(&self, group: Option<&str>) -> Vec<String> {
        let state = self.0.lock().unwrap();
        let of_group = state.taken.iter().filter(|(of, _)| group.is_none_or(|group| group == of));
        of_group.map(|(_, id)| id.clone()).collect()
    }
}

async fn take(State(sink): State<Sink>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let event = decode(&body).remove(0);
    let id = headers["idempotency-key"].to_str().unwrap().to_owned();
    assert_eq!(event.id.as_str(), id, "the header names another event");
    let group = event.group_id.map(|id| id.to_string()).unwrap_or_default();
    let request = event.request_id.map(|id| id.to_string()).unwrap_or_default();
    let mut state = sink.0.lock().unwrap();
    state.arrivals += 1;
    if let Some(status) = state.down.or_else(|| state.answers.get(&request).copied()) {
        state.refused += 1;
        drop(state);
        return StatusCode::from_u16(status).unwrap_or_else(|_| {
            // Ends the connection without an answer, and without a message.
            std::panic::resume_unwind(Box::new(()))
        });
    }
    if state.refuse.contains(&group) {
        state.refused += 1;
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    if state.known.insert(id.clone()) {
        state.taken.push((group, id));
    }
    state.headers.push(headers);
    state.bodies.push(body);
    StatusCode::NO_CONTENT
}

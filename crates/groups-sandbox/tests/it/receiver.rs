//! Somebody whom webhooks are delivered to, who answers as a test wants it and keeps what came.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// What came by one webhook.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
}

impl Arrival {
    /// The event in it.
    pub(crate) fn event(&self) -> Value {
        let body: Value = serde_json::from_slice(&self.bytes).unwrap();
        body["entry"][0]["changes"][0]["value"]["groups"][0].clone()
    }

    pub(crate) fn field(&self) -> String {
        let body: Value = serde_json::from_slice(&self.bytes).unwrap();
        body["entry"][0]["changes"][0]["field"].as_str().unwrap().to_owned()
    }
}

#[derive(Default)]
struct Held {
    arrivals: Mutex<Vec<Arrival>>,
    /// Statuses to answer first; 200 after.
    statuses: Mutex<Vec<u16>>,
    /// How many of the first are not answered at all.
    silent: Mutex<usize>,
    came: Notify,
}

pub(crate) struct Receiver {
    pub(crate) url: String,
    held: Arc<Held>,
    server: JoinHandle<()>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        Self::answering(&[], 0).await
    }

    /// Leaves the first `silent` without an answer, then gives these statuses, then 200.
    pub(crate) async fn answering(statuses: &[u16], silent: usize) -> Self {
        let held = Arc::new(Held {
            statuses: Mutex::new(statuses.iter().rev().copied().collect()),
            silent: Mutex::new(silent),
            ..Held::default()
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let app = Router::new().route("/hook", post(take)).with_state(Arc::clone(&held));
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, held, server }
    }

    pub(crate) fn arrivals(&self) -> Vec<Arrival> {
        self.held.arrivals.lock().unwrap().clone()
    }

    /// Waits for so many, and gives them.
    pub(crate) async fn wait_for(&self, count: usize) -> Vec<Arrival> {
        let enough = async {
            loop {
                let came = self.held.came.notified();
                if self.arrivals().len() >= count {
                    return;
                }
                came.await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(20), enough).await;
        assert!(waited.is_ok(), "only {} of {count} came", self.arrivals().len());
        self.arrivals()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn take(State(held): State<Arc<Held>>, headers: HeaderMap, bytes: Bytes) -> StatusCode {
    held.arrivals.lock().unwrap().push(Arrival { headers, bytes });
    held.came.notify_waiters();
    let is_silent = {
        let mut silent = held.silent.lock().unwrap();
        let is_silent = *silent > 0;
        *silent = silent.saturating_sub(1);
        is_silent
    };
    if is_silent {
        std::future::pending::<()>().await;
    }
    let status = held.statuses.lock().unwrap().pop().unwrap_or(200);
    StatusCode::from_u16(status).unwrap()
}

//! What the benchmarks share: a server that answers at once or after a while, and figures that `cargo xtask bench`
//! reads.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "each benchmark uses some of it"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

pub const KEY: &str = "sandbox";

/// A bound that a figure is held to.
#[derive(Clone, Copy)]
pub enum Target {
    AtMost(f64),
    AtLeast(f64),
    /// Told for comparison.
    None,
}

/// Prints a figure: the middle of what was measured, and its spread.
pub fn figure(what: &str, target: Target, mut measured: Vec<f64>) {
    measured.sort_by(f64::total_cmp);
    let (least, most) = (measured[0], measured[measured.len() - 1]);
    let (at_most, at_least) = match target {
        Target::AtMost(bound) => (Some(bound), None),
        Target::AtLeast(bound) => (None, Some(bound)),
        Target::None => (None, None),
    };
    let figure = json!({
        "what": what, "median": measured[measured.len() / 2], "least": least, "most": most,
        "rounds": measured.len(), "at_most": at_most, "at_least": at_least,
    });
    println!("figure {figure}");
}

/// A server with threads of its own, so that what a client takes can be told from what it takes.
pub struct Server {
    pub url: String,
    answered: Arc<AtomicUsize>,
    _runtime: Runtime,
}

#[derive(Clone)]
struct Answers {
    group: axum::body::Bytes,
    groups: usize,
    latency: Duration,
    answered: Arc<AtomicUsize>,
}

impl Answers {
    async fn take_time(&self) {
        if !self.latency.is_zero() {
            wait(self.latency).await;
        }
        self.answered.fetch_add(1, Ordering::Relaxed);
    }
}

impl Server {
    /// Serves one full group under any id, and a list of so many, each answer after this time. Below `/odd`, each group
    /// of the list has a creation time that cannot be read.
    pub fn start(groups: usize, latency: Duration) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let answered = Arc::new(AtomicUsize::new(0));
        let answers =
            Answers { group: full_group().into(), groups, latency, answered: Arc::clone(&answered) };
        let app = Router::new()
            .route("/groups", get(list))
            .route("/odd/groups", get(odd_list))
            .route("/groups/{id}", get(one))
            .with_state(answers);
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(async move { axum::serve(listener, app).await });
        Self { url, answered, _runtime: runtime }
    }

    /// How many requests it has answered.
    pub fn answered(&self) -> usize {
        self.answered.load(Ordering::Relaxed)
    }
}

fn full_group() -> String {
    let participants: Vec<_> =
        (0..8).map(|number| json!({ "wa_id": format!("1555010010{number}") })).collect();
    json!({
        "messaging_product": "whatsapp",
        "id": "Y2FwaV9ncm91cDoxNTU1MDEwMDEwMDoxMjAzNjM0MDAwMDAwMDAwMTcZD",
        "subject": "Delivery team",
        "creation_timestamp": 1_759_320_000,
        "suspended": false,
        "description": "Routes and hours of the week",
        "total_participant_count": 8,
        "participants": participants,
        "join_approval_mode": "approval_required",
    })
    .to_string()
}

/// Waits for this time, to a tenth of a millisecond. A timer of tokio's counts whole milliseconds and rounds up; a thread
/// asleep is woken by the clock of the system, and takes no processor time from those who are measured.
pub async fn wait(time: Duration) {
    let end = Instant::now() + time;
    tokio::task::spawn_blocking(move || std::thread::sleep(end.saturating_duration_since(Instant::now())))
        .await
        .unwrap();
}

async fn one(State(answers): State<Answers>) -> Response {
    answers.take_time().await;
    ([(CONTENT_TYPE, "application/json")], answers.group).into_response()
}

#[derive(serde::Deserialize)]
struct Window {
    #[serde(default = "usual")]
    limit: usize,
    after: Option<String>,
}

fn usual() -> usize {
    25
}

async fn list(State(answers): State<Answers>, Query(window): Query<Window>) -> Response {
    page(&answers, &window, "1759320000").await
}

async fn odd_list(State(answers): State<Answers>, Query(window): Query<Window>) -> Response {
    page(&answers, &window, "\"\"").await
}

/// A page; the cursor is the index after its last group. `created_at` is JSON text.
async fn page(answers: &Answers, window: &Window, created_at: &str) -> Response {
    answers.take_time().await;
    let from = window.after.as_deref().map_or(0, |cursor| cursor.parse::<usize>().unwrap());
    let to = (from + window.limit).min(answers.groups);
    let mut body = String::with_capacity(120 * (to - from) + 200);
    body.push_str(r#"{"data":{"groups":["#);
    for number in from..to {
        use std::fmt::Write as _;
        let comma = if number == from { "" } else { "," };
        write!(body, r#"{comma}{{"id":"Y2FwaV9ncm91cDox{number:08}","subject":"Group {number}","created_at":{created_at}}}"#)
            .unwrap();
    }
    write_paging(&mut body, from, to, answers.groups);
    ([(CONTENT_TYPE, "application/json")], body).into_response()
}

fn write_paging(body: &mut String, from: usize, to: usize, all: usize) {
    use std::fmt::Write as _;
    write!(body, r#"]}},"paging":{{"cursors":{{"before":"{from}","after":"{to}"}}"#).unwrap();
    if to < all {
        write!(body, r#","next":"https://graph.facebook.com/v23.0/1/groups?after={to}""#).unwrap();
    }
    body.push_str("}}");
}

//! Servers that answer what a sandbox cannot: fixed answers by wiremock, and a server below HTTP.
#![allow(dead_code, missing_docs, unreachable_pub, reason = "each test file uses some of it")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use groups_ergonomic::{Client, ClientBuilder, GroupHandle, RateLimit, RetryBudget, RetryPolicy};
use serde_json::json;
use tokio::io::AsyncReadExt;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

pub const KEY: &str = "the-secret-key";
pub const ACK: &str = r#"{"messaging_product":"whatsapp","request_id":"9B47474A35EFC2A6139B41457E4C10BB"}"#;

/// Two repeats without noticeable waiting: no pace is learnt (budget.rs tests that), and the stock of repeats
/// does not run out between tests.
pub fn builder(url: &str) -> ClientBuilder {
    let policy =
        RetryPolicy { max_retries: 2, base: Duration::from_millis(1), max_delay: Duration::from_millis(5) };
    Client::builder()
        .api_key(KEY)
        .base_url(url)
        .retry(policy)
        .retry_budget(RetryBudget::new(1_000))
        .rate_limit(RateLimit::Unlimited)
}

pub fn client(server: &MockServer) -> Client {
    builder(&server.uri()).build().unwrap()
}

pub fn group(client: &Client) -> GroupHandle {
    client.group("g1").unwrap()
}

pub fn json_answer(status: u16, body: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw(body.to_owned(), "application/json")
}

pub fn meta_error(status: u16, code: u32) -> ResponseTemplate {
    let message = format!("(#{code}) what the API said");
    let body = json!({ "error": { "message": message, "type": "OAuthException", "code": code,
        "error_data": { "messaging_product": "whatsapp", "details": "more" }, "fbtrace_id": "Trace1" } });
    json_answer(status, &body.to_string())
}

pub async fn always(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

/// First one answer, then another for good.
pub async fn first_then(first: ResponseTemplate, then: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(first).up_to_n_times(1).mount(&server).await;
    Mock::given(any()).respond_with(then).mount(&server).await;
    server
}

pub async fn sent(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

/// A server below HTTP: reads a request, then does what it is told. Counts what it took in.
pub async fn tcp<F, A>(act: F) -> (String, Arc<AtomicUsize>)
where
    F: Fn(tokio::net::TcpStream) -> A + Send + Sync + 'static,
    A: Future<Output = ()> + Send + 'static,
{
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let act = Arc::new(act);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (act, counted) = (act.clone(), counted.clone());
            tokio::spawn(async move {
                let mut head = [0; 4096];
                if stream.read(&mut head).await.is_ok_and(|read| read > 0) {
                    counted.fetch_add(1, Ordering::SeqCst);
                    act(stream).await;
                }
            });
        }
    });
    (url, count)
}

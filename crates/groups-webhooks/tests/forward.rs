//! Forwarding over real HTTP, from a store in a file.
#![allow(clippy::unwrap_used, reason = "these are tests, some of it outside of a test function")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use groups_webhooks::store::SqliteStore;
use groups_webhooks::{Backoff, EventStore, Forwarder, Query, Receiver};
use reqwest::header::{HeaderName, HeaderValue};
use support::{Sink, client, eventually, notification, outcome, parts, serve, serve_receiver, waiting};
use tempfile::TempDir;
use tokio::task::JoinHandle;

async fn open(folder: &TempDir) -> Arc<dyn EventStore> {
    Arc::new(SqliteStore::open(folder.path().join("events.db")).await.unwrap())
}

fn quick() -> Backoff {
    let mut backoff = Backoff::default();
    backoff.first = Duration::from_millis(10);
    backoff.longest = Duration::from_millis(50);
    backoff
}

fn start(forwarder: Forwarder) -> JoinHandle<()> {
    tokio::spawn(forwarder.run(std::future::pending()))
}

async fn until_empty(store: &dyn EventStore) {
    eventually("an empty queue", async || waiting(store).await == 0).await;
}

#[tokio::test]
async fn what_is_received_arrives_as_a_notification_of_its_own() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).await;
    let sink = Sink::default();
    let forwarder = Forwarder::new(Arc::clone(&store), &sink.serve().await).unwrap();
    let target = forwarder.target().clone();
    let shared = HeaderName::from_static("x-shared");
    let _running = start(forwarder.header(shared, HeaderValue::from_static("value")).sign_with("s3cret"));
    // What it sends is taken by a receiver that checks signatures.
    let again_folder = TempDir::new().unwrap();
    let again = open(&again_folder).await;
    let again_url = serve_receiver(Receiver::new(Arc::clone(&again)).secret("s3cret")).await;

    let url = serve_receiver(Receiver::new(Arc::clone(&store)).forward_to(target)).await;
    let body = notification(&[outcome("a", "1"), outcome("b", "2")]);
    client().post(&url).body(body).send().await.unwrap().error_for_status().unwrap();
    until_empty(&*store).await;
    let stored = store.list(&Query::new()).await.unwrap();
    assert_eq!(sink.arrivals(), 2);
    for (headers, body) in sink.headers().iter().zip(sink.bodies()) {
        assert_eq!(headers["content-type"], "application/json");
        assert_eq!(headers["x-shared"], "value");
        let of_body = stored.iter().find(|stored| stored.event.id.as_str() == headers["idempotency-key"]);
        assert_eq!(of_body.unwrap().notification, body);
        let signed =
            client().post(&again_url).header("x-hub-signature-256", headers["x-hub-signature-256"].clone());
        signed.body(body).send().await.unwrap().error_for_status().unwrap();
    }
    let relayed: Vec<_> =
        again.list(&Query::new()).await.unwrap().into_iter().map(|stored| stored.event).collect();
    assert!(stored.iter().all(|stored| relayed.contains(&stored.event)), "it says the same at second hand");
}

#[tokio::test]
async fn a_duplicate_is_not_forwarded_again() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).await;
    let sink = Sink::default();
    let forwarder = Forwarder::new(Arc::clone(&store), &sink.serve().await).unwrap();
    let target = forwarder.target().clone();
    let _running = start(forwarder);
    for _ in 0..2 {
        store.append(parts(&[("a", "1")]), Some(&target)).await.unwrap();
        until_empty(&*store).await;
    }
    assert_eq!(sink.arrivals(), 1);
}

#[tokio::test]
async fn what_waits_is_forwarded_in_order_after_a_restart() {
    let folder = TempDir::new().unwrap();
    let sink = Sink::default();
    let url = sink.serve().await;
    {
        let store = open(&folder).await;
        sink.refuse("a", true);
        let forwarder = Forwarder::new(Arc::clone(&store), &url).unwrap().backoff(quick());
        for number in 0..20 {
            store
                .append(
                    parts(&[("a", &number.to_string()), ("b", &number.to_string())]),
                    Some(forwarder.target()),
                )
                .await
                .unwrap();
        }
        let running = start(forwarder);
        eventually("group b", async || sink.ids(Some("b")).len() == 20).await;
        eventually("a few refusals", async || sink.refused() > 3).await;
        // As if the process ended: in the middle of whatever it does.
        running.abort();
        let _ = running.await;
    }
    sink.refuse("a", false);
    let store = open(&folder).await;
    let _running = start(Forwarder::new(Arc::clone(&store), &url).unwrap().backoff(quick()));
    until_empty(&*store).await;
    let stored = store.list(&Query::new().group_id("a".parse().unwrap())).await.unwrap();
    let expected: Vec<String> = stored.iter().map(|stored| stored.event.id.to_string()).collect();
    assert_eq!(sink.ids(Some("a")), expected);
}

#[tokio::test]
async fn what_waits_for_one_target_is_never_sent_to_another() {
    let folder = TempDir::new().unwrap();
    let (old, new) = (Sink::default(), Sink::default());
    let store = open(&folder).await;
    let to_old = Forwarder::new(Arc::clone(&store), &old.serve().await).unwrap().backoff(quick());
    let to_new = Forwarder::new(Arc::clone(&store), &new.serve().await).unwrap().backoff(quick());
    store.append(parts(&[("a", "1"), ("b", "1")]), Some(to_old.target())).await.unwrap();
    let old_target = to_old.target().clone();
    // A restart with another target: it begins with what is new, of the same groups, too.
    let new_target = to_new.target().clone();
    let _running = start(to_new);
    store.append(parts(&[("a", "1"), ("a", "2"), ("b", "2")]), Some(&new_target)).await.unwrap();
    eventually("the new events", async || new.ids(None).len() == 2).await;
    eventually("the backlog alone", async || waiting(&*store).await == 2).await;
    let backlog = store.forwards_waiting().await.unwrap();
    assert_eq!((&backlog[0].target, backlog[0].events), (&old_target, 2));
    assert_eq!(old.arrivals(), 0);
    let _running = start(to_old);
    until_empty(&*store).await;
    assert_eq!((old.ids(None).len(), new.ids(None).len()), (2, 2));
}

#[tokio::test]
async fn what_fails_for_too_long_is_given_up_and_stays_in_the_store() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).await;
    let sink = Sink::default();
    sink.refuse("a", true);
    let mut backoff = quick();
    backoff.give_up_after = Duration::from_secs(1);
    let forwarder = Forwarder::new(Arc::clone(&store), &sink.serve().await).unwrap().backoff(backoff);
    store.append(parts(&[("a", "1"), ("b", "1")]), Some(forwarder.target())).await.unwrap();
    let _running = start(forwarder);
    until_empty(&*store).await;
    assert!(sink.refused() > 1, "it was tried more than once");
    assert_eq!(sink.ids(None).len(), 1);
    assert_eq!(store.list(&Query::new()).await.unwrap().len(), 2);
}

#[tokio::test]
async fn told_to_stop_it_ends_what_has_begun() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).await;
    let (arrived, mut arrival) = tokio::sync::mpsc::channel::<tokio::sync::oneshot::Sender<()>>(1);
    let slow = move || {
        let arrived = arrived.clone();
        async move {
            let (go_on, told) = tokio::sync::oneshot::channel();
            arrived.send(go_on).await.unwrap();
            told.await.unwrap();
            StatusCode::OK
        }
    };
    let url = serve(Router::new().route("/", post(slow))).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let forwarder = Forwarder::new(Arc::clone(&store), &url).unwrap();
    let target = forwarder.target().clone();
    let running = tokio::spawn(forwarder.run(async { drop(stopped.await) }));
    store.append(parts(&[("a", "1"), ("a", "2")]), Some(&target)).await.unwrap();
    let go_on = arrival.recv().await.unwrap();
    stop.send(()).unwrap();
    go_on.send(()).unwrap();
    running.await.unwrap();
    assert_eq!(waiting(&*store).await, 1, "the first is done, the second was not begun");
}

#[test]
fn only_a_web_address_can_be_forwarded_to() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = TempDir::new().unwrap();
        let store = open(&folder).await;
        for bad in ["", "localhost:3000", "ftp://example.com", "file:///etc/passwd"] {
            assert!(Forwarder::new(Arc::clone(&store), bad).is_err(), "{bad}");
        }
    });
}

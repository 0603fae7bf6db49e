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
use support::{
    Sink, client, eventually, notification, outcome, parts, serve, serve_receiver, set_aside, waiting,
};
use tempfile::TempDir;
use tokio::task::JoinHandle;

async fn open(folder: &TempDir) -> Arc<dyn EventStore> {
    Arc::new(SqliteStore::open(folder.path().join("events.db")).await.unwrap())
}

fn quick() -> Backoff {
    let mut backoff = Backoff::default();
    backoff.first = Duration::from_millis(10);
    backoff.longest = Duration::from_millis(50);
    // These tests refuse for a while only.
    (backoff.refusals, backoff.failures) = (u32::MAX, u32::MAX);
    backoff
}

/// As quick, and as strict with events as by default.
fn strict() -> Backoff {
    let by_default = Backoff::default();
    let mut backoff = quick();
    (backoff.refusals, backoff.failures) = (by_default.refusals, by_default.failures);
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
async fn an_event_that_is_always_refused_is_set_aside_and_its_group_goes_on() {
    for (status, attempts) in [(400, 4), (422, 4), (500, 7), (503, 7), (404, 7), (302, 7), (0, 7)] {
        let folder = TempDir::new().unwrap();
        let store = open(&folder).await;
        let sink = Sink::default();
        sink.answer("poison", status);
        let forwarder = Forwarder::new(Arc::clone(&store), &sink.serve().await).unwrap().backoff(strict());
        let of_group = [("a", "1"), ("a", "poison"), ("a", "2"), ("a", "3")];
        store.append(parts(&of_group), Some(forwarder.target())).await.unwrap();
        let _running = start(forwarder);
        until_empty(&*store).await;
        assert_eq!(sink.ids(Some("a")).len(), 3, "{status}");
        // The last one is after the next event was accepted.
        assert_eq!((sink.refused(), set_aside(&*store).await), (attempts, 1), "{status}");
        let stored = store.list(&Query::new()).await.unwrap();
        assert_eq!(stored.len(), 4, "it stays in the store");
        let expected: Vec<String> =
            [0, 2, 3].iter().map(|index| stored[*index].event.id.to_string()).collect();
        assert_eq!(sink.ids(Some("a")), expected, "{status}: in order");
    }
}

#[tokio::test]
async fn several_events_in_a_row_that_are_always_refused_are_set_aside() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).await;
    let sink = Sink::default();
    sink.answer("poison-1", 400);
    sink.answer("poison-2", 500);
    sink.answer("poison-3", 413);
    let forwarder = Forwarder::new(Arc::clone(&store), &sink.serve().await).unwrap().backoff(strict());
    // No other group gives evidence.
    let of_group = ["poison-1", "poison-2", "poison-3", "1"].map(|request| ("a", request));
    store.append(parts(&of_group), Some(forwarder.target())).await.unwrap();
    let _running = start(forwarder);
    until_empty(&*store).await;
    assert_eq!((sink.ids(None).len(), set_aside(&*store).await), (1, 3));
}

#[tokio::test]
async fn a_target_that_is_down_costs_no_event() {
    for status in [500, 502, 404, 401, 0, 429] {
        let folder = TempDir::new().unwrap();
        let store = open(&folder).await;
        let sink = Sink::default();
        let forwarder = Forwarder::new(Arc::clone(&store), &sink.serve().await).unwrap().backoff(strict());
        let target = forwarder.target().clone();
        let _running = start(forwarder);
        store.append(parts(&[("a", "0"), ("b", "0"), ("c", "0")]), Some(&target)).await.unwrap();
        until_empty(&*store).await;
        sink.down(Some(status));
        let requests = ["1", "2", "3", "4"];
        for request in requests {
            store
                .append(parts(&[("a", request), ("b", request), ("c", request)]), Some(&target))
                .await
                .unwrap();
        }
        eventually("many attempts", async || sink.refused() > 60).await;
        sink.down(None);
        until_empty(&*store).await;
        assert_eq!(set_aside(&*store).await, 0, "{status}");
        for group in ["a", "b", "c"] {
            let stored = store.list(&Query::new().group_id(group.parse().unwrap())).await.unwrap();
            let mut expected: Vec<String> = stored.iter().map(|stored| stored.event.id.to_string()).collect();
            let mut arrived = sink.ids(Some(group));
            // Where the outage ends between the attempts for an event and the next, that one comes first.
            expected.sort();
            arrived.sort();
            assert_eq!(arrived, expected, "{status}: {group}");
        }
    }
}

#[tokio::test]
async fn a_target_that_refuses_everything_as_bad_costs_three_events_at_most() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).await;
    let sink = Sink::default();
    sink.down(Some(400));
    let forwarder = Forwarder::new(Arc::clone(&store), &sink.serve().await).unwrap().backoff(strict());
    let groups = ["a", "b", "c", "d", "e", "f"].map(|group| (group, "1"));
    store.append(parts(&groups), Some(forwarder.target())).await.unwrap();
    let _running = start(forwarder);
    eventually("many attempts", async || sink.refused() > 60).await;
    assert_eq!((waiting(&*store).await, set_aside(&*store).await), (3, 3));
}

#[tokio::test]
async fn an_event_alone_is_not_set_aside_for_what_may_be_an_outage() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).await;
    let sink = Sink::default();
    sink.answer("poison", 500);
    let forwarder = Forwarder::new(Arc::clone(&store), &sink.serve().await).unwrap().backoff(strict());
    let target = forwarder.target().clone();
    store.append(parts(&[("a", "poison")]), Some(&target)).await.unwrap();
    let _running = start(forwarder);
    eventually("many attempts", async || sink.refused() > 20).await;
    assert_eq!((waiting(&*store).await, set_aside(&*store).await), (1, 0));
    // An event of another group that is accepted is evidence.
    eventually("evidence", async || {
        let request = sink.arrivals().to_string();
        store.append(parts(&[("b", &request)]), Some(&target)).await.unwrap();
        set_aside(&*store).await == 1
    })
    .await;
}

#[tokio::test]
async fn without_a_connection_nothing_counts_against_an_event() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).await;
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let forwarder = Forwarder::new(Arc::clone(&store), &url).unwrap().backoff(strict());
    let target = forwarder.target().clone();
    store.append(parts(&[("a", "1"), ("a", "2")]), Some(&target)).await.unwrap();
    let running = start(forwarder);
    let attempts = async || {
        let taken = store.take_forwards(&target, 1).await.unwrap();
        taken.first().map_or(0, |taken| taken.attempts())
    };
    eventually("many attempts", async || attempts().await > 12).await;
    running.abort();
    let _ = running.await;
    assert_eq!((waiting(&*store).await, set_aside(&*store).await), (2, 0));
    let mut taken = Vec::new();
    while taken.is_empty() {
        taken = store.take_forwards(&target, 1).await.unwrap();
    }
    assert_eq!(taken[0].refusals(), 0);
    assert_eq!(taken[0].stored().event.request_id.as_ref().unwrap().as_str(), "1");
}

#[tokio::test]
async fn a_body_that_is_not_understood_is_stored_and_forwarded_byte_for_byte() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).await;
    let bodies = Arc::new(std::sync::Mutex::new(Vec::new()));
    let arrived = Arc::clone(&bodies);
    let take = move |body: axum::body::Bytes| {
        let arrived = Arc::clone(&arrived);
        async move { arrived.lock().unwrap().push(body.to_vec()) }
    };
    let forwarder =
        Forwarder::new(Arc::clone(&store), &serve(Router::new().route("/", post(take))).await).unwrap();
    let receiver = Receiver::new(Arc::clone(&store)).forward_to(forwarder.target().clone());
    let url = serve_receiver(receiver).await;
    let _running = start(forwarder);
    let sent: [&[u8]; 9] = [
        b"",
        b"\xff\xfe\0",
        b"no JSON\r\n",
        b"\xef\xbb\xbf{\"a\": 1}",
        b"{\"a\":1}",
        b"{ \"a\": \"1\" }",
        b"{\"a\":1,\"a\":2}",
        b"[1, 2.50, 1e2]",
        b"null",
    ];
    for body in sent {
        let answer = client().post(&url).body(body.to_vec()).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{body:?}");
    }
    let stored = store.list(&Query::new().kind("unknown")).await.unwrap();
    let kept: Vec<&[u8]> = stored.iter().map(|stored| stored.notification.as_slice()).collect();
    assert_eq!(kept, sent, "each is an event of its own");
    until_empty(&*store).await;
    let mut arrived = bodies.lock().unwrap().clone();
    let mut expected: Vec<Vec<u8>> = sent.iter().map(|body| body.to_vec()).collect();
    arrived.sort();
    expected.sort();
    assert_eq!(arrived, expected);
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

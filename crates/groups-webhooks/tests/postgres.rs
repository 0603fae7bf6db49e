//! The store in PostgreSQL, against a real server that the tests start. Without one they say so and pass.
#![cfg(all(unix, feature = "postgres"))]
#![allow(clippy::unwrap_used, reason = "these are tests, some of it outside of a test function")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use groups_webhooks::store::PostgresStore;
use groups_webhooks::{EventStore, Forwarder, Query};
use support::{Sink, conformance, eventually, parts, postgres, target, waiting};

async fn open(url: &str) -> PostgresStore {
    PostgresStore::open(url, 8).await.unwrap()
}

async fn stores() -> Option<((), [Arc<PostgresStore>; 2])> {
    let url = postgres::database().await?;
    Some(((), [Arc::new(open(&url).await), Arc::new(open(&url).await)]))
}

support::conformance::conforms!(stores);

#[tokio::test]
async fn several_who_come_first_make_the_tables_once() {
    let Some(url) = postgres::database().await else { return };
    let opened = futures_util::future::join_all((0..5).map(|_| PostgresStore::open(&url, 2))).await;
    for store in opened {
        store.unwrap().append(parts(&[("a", "1")]), None).await.unwrap();
    }
    assert_eq!(support::stored_ids(&open(&url).await).await.len(), 1);
}

#[tokio::test]
async fn a_lost_connection_costs_no_event() {
    let Some(url) = postgres::database().await else { return };
    let store = open(&url).await;
    store.append(parts(&[("a", "1")]), None).await.unwrap();
    let mut beside = <sqlx::PgConnection as sqlx::Connection>::connect(&url).await.unwrap();
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    sqlx::query(cut).execute(&mut beside).await.unwrap();
    assert_eq!(store.append(parts(&[("a", "2")]), None).await.unwrap().added(), 1);
    eventually("the list", async || store.list(&Query::new()).await.is_ok_and(|all| all.len() == 2)).await;
}

#[tokio::test]
async fn with_few_connections_fewer_are_forwarded_at_once_and_nobody_waits() {
    let Some(url) = postgres::database().await else { return };
    let store: Arc<dyn EventStore> = Arc::new(PostgresStore::open(&url, 3).await.unwrap());
    let groups = ["a", "b", "c", "d", "e", "f"].map(|group| (group, "1"));
    store.append(parts(&groups), Some(&target())).await.unwrap();
    // An acquire in vain gives up after 30 seconds.
    let all_at_once = async {
        let held = store.take_forwards(&target(), 8).await.unwrap();
        assert_eq!(held.len(), 1);
        assert!(store.take_forwards(&target(), 8).await.unwrap().is_empty());
        assert_eq!(store.list(&Query::new()).await.unwrap().len(), 6);
        drop(held);
        let sink = Sink::default();
        let forwarder = Forwarder::new(Arc::clone(&store), &sink.serve().await).unwrap();
        store
            .append(
                parts(&["a", "b", "c", "d", "e", "f"].map(|group| (group, "2"))),
                Some(forwarder.target()),
            )
            .await
            .unwrap();
        let running = tokio::spawn(forwarder.run(std::future::pending()));
        eventually("what waits for another", async || waiting(&*store).await == 6).await;
        running.abort();
        assert_eq!(sink.arrivals(), 6);
    };
    tokio::time::timeout(Duration::from_secs(20), all_at_once).await.unwrap();
}

/// The tables of version 1, with two events in the queue.
const VERSION_1: &str = r#"
CREATE TABLE wagroups_store (version BIGINT NOT NULL);
INSERT INTO wagroups_store VALUES (1);
CREATE TABLE wagroups_events (number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL, group_id TEXT, request_id TEXT, at_s BIGINT NOT NULL, received_ms BIGINT NOT NULL,
    notification BYTEA NOT NULL);
CREATE INDEX wagroups_events_by_group ON wagroups_events (group_id, number) WHERE group_id IS NOT NULL;
CREATE INDEX wagroups_events_by_request ON wagroups_events (request_id, number) WHERE request_id IS NOT NULL;
CREATE INDEX wagroups_events_by_time ON wagroups_events (at_s);
CREATE TABLE wagroups_forwards (number BIGINT PRIMARY KEY REFERENCES wagroups_events (number),
    lane TEXT COLLATE "C" NOT NULL, due_ms BIGINT NOT NULL DEFAULT 0, attempts BIGINT NOT NULL DEFAULT 0);
CREATE INDEX wagroups_forwards_by_lane ON wagroups_forwards (lane, number);
INSERT INTO wagroups_events (id, type, group_id, request_id, at_s, received_ms, notification) VALUES
    ('one', 'unknown', 'a', '1', 1, 1, '{}'), ('two', 'unknown', 'b', '2', 2, 2, '{}');
INSERT INTO wagroups_forwards (number, lane) VALUES (1, 'ga'), (2, 'gb');
"#;

#[tokio::test]
async fn tables_of_an_earlier_version_become_ones_of_this() {
    let Some(url) = postgres::database().await else { return };
    let mut before = <sqlx::PgConnection as sqlx::Connection>::connect(&url).await.unwrap();
    sqlx::raw_sql(VERSION_1).execute(&mut before).await.unwrap();
    let opened = futures_util::future::join_all((0..3).map(|_| PostgresStore::open(&url, 8))).await;
    for store in opened {
        assert_eq!(waiting(&store.unwrap()).await, 2);
    }
    // A process of the version before goes on.
    let version_1 =
        "INSERT INTO wagroups_forwards (number, lane) SELECT number, 'ga' FROM wagroups_events WHERE FALSE";
    sqlx::raw_sql(version_1).execute(&mut before).await.unwrap();
    let store = Arc::new(open(&url).await);
    conformance::what_an_earlier_version_queued_goes_to_whoever_is_forwarded_to_first(store).await;
}

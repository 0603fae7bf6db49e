//! The store in a file.
#![allow(clippy::unwrap_used, reason = "these are tests, some of it outside of a test function")]

mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use groups_webhooks::store::SqliteStore;
use groups_webhooks::{EventStore, Query};
use sqlx::{Connection as _, SqliteConnection};
use support::{conformance, eventually, parts, stored_ids, target, waiting};
use tempfile::TempDir;

async fn open(folder: &TempDir) -> SqliteStore {
    SqliteStore::open(folder.path().join("data/events.db")).await.unwrap()
}

async fn stores() -> Option<(TempDir, [Arc<SqliteStore>; 2])> {
    let folder = TempDir::new().unwrap();
    let both = [Arc::new(open(&folder).await), Arc::new(open(&folder).await)];
    Some((folder, both))
}

support::conformance::conforms!(stores);

#[tokio::test]
async fn another_process_forwards_once_the_first_has_ended() {
    let folder = TempDir::new().unwrap();
    let first = open(&folder).await;
    let second = open(&folder).await;
    first.append(parts(&[("a", "1")]), Some(&target())).await.unwrap();
    assert!(first.claim_forwarding().unwrap() && first.claim_forwarding().unwrap());
    assert!(!second.claim_forwarding().unwrap());
    drop(first.take_forwards(&target(), 1).await.unwrap().remove(0));
    assert!(second.take_forwards(&target(), 1).await.unwrap().is_empty(), "the first holds the lock");
    drop(first);
    eventually("the lock", async || !second.take_forwards(&target(), 1).await.unwrap().is_empty()).await;
}

#[tokio::test]
async fn what_was_stored_is_there_when_the_file_is_opened_again() {
    let folder = TempDir::new().unwrap();
    open(&folder).await.append(parts(&[("a", "1"), ("a", "2")]), Some(&target())).await.unwrap();
    let store = open(&folder).await;
    assert_eq!(stored_ids(&store).await.len(), 2);
    assert_eq!(waiting(&store).await, 2);
}

#[tokio::test]
async fn a_file_that_is_no_store_is_refused_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "these are notes, and not a database at all; a database begins differently")
        .unwrap();
    let error = SqliteStore::open(&path).await.err().unwrap();
    assert!(error.to_string().starts_with("the event store failed at"), "{error}");
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("these are notes"));
}

#[tokio::test]
async fn one_who_cannot_be_stored_does_not_cost_the_others() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).await;
    let mut beside =
        SqliteConnection::connect(folder.path().join("data/events.db").to_str().unwrap()).await.unwrap();
    let refusal = "CREATE TRIGGER refusal BEFORE INSERT ON events WHEN NEW.request_id = 'poison'
        BEGIN SELECT raise(ABORT, 'refused'); END";
    sqlx::raw_sql(refusal).execute(&mut beside).await.unwrap();
    let good = (0..20).map(|number| {
        let store = store.clone();
        tokio::spawn(async move { store.append(parts(&[("a", &number.to_string())]), None).await })
    });
    let good: Vec<_> = good.collect();
    assert!(store.append(parts(&[("b", "1"), ("b", "poison")]), None).await.is_err());
    for appended in good {
        assert_eq!(appended.await.unwrap().unwrap().added(), 1);
    }
    assert_eq!(store.list(&Query::new()).await.unwrap().len(), 20);
}

#[tokio::test]
async fn while_another_process_writes_all_who_wait_are_told_together() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).await;
    let mut beside =
        SqliteConnection::connect(folder.path().join("data/events.db").to_str().unwrap()).await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut beside).await.unwrap();
    let start = Instant::now();
    let appends = (0..20)
        .map(|number| (store.clone(), number.to_string()))
        .map(|(store, number)| async move { store.append(parts(&[("a", &number)]), None).await });
    for refused in futures_util::future::join_all(appends).await {
        let error = refused.unwrap_err();
        assert!(std::error::Error::source(&error).unwrap().to_string().contains("locked"), "{error:?}");
    }
    // Each alone would wait for 2 seconds.
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    sqlx::raw_sql("ROLLBACK").execute(&mut beside).await.unwrap();
    assert_eq!(store.append(parts(&[("a", "1")]), None).await.unwrap().added(), 1);
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = TempDir::new().unwrap();
    let store = open(&folder).await;
    store.append(parts(&[("a", "1")]), None).await.unwrap();
    for name in ["events.db", "events.db-wal", "events.db-shm"] {
        let mode = std::fs::metadata(folder.path().join("data").join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

/// The tables of version 1, with two events in the queue.
const VERSION_1: &str = "
PRAGMA journal_mode = WAL;
CREATE TABLE events (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL,
    group_id TEXT, request_id TEXT, at_s INTEGER NOT NULL, received_ms INTEGER NOT NULL, notification BLOB NOT NULL);
CREATE INDEX events_by_group ON events (group_id, number) WHERE group_id IS NOT NULL;
CREATE INDEX events_by_request ON events (request_id, number) WHERE request_id IS NOT NULL;
CREATE INDEX events_by_time ON events (at_s);
CREATE TABLE forwards (number INTEGER PRIMARY KEY REFERENCES events (number), lane TEXT NOT NULL,
    due_ms INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0);
CREATE INDEX forwards_by_lane ON forwards (lane, number);
INSERT INTO events (id, type, group_id, request_id, at_s, received_ms, notification) VALUES
    ('one', 'unknown', 'a', '1', 1, 1, CAST('{}' AS BLOB)), ('two', 'unknown', 'b', '2', 2, 2, CAST('{}' AS BLOB));
INSERT INTO forwards (number, lane, due_ms) VALUES (1, 'ga', 0), (2, 'gb', 0);
PRAGMA user_version = 1;
";

#[tokio::test]
async fn a_file_of_an_earlier_version_becomes_one_of_this() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("data/events.db");
    std::fs::create_dir(path.parent().unwrap()).unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut before = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql(VERSION_1).execute(&mut before).await.unwrap();
    let store = Arc::new(open(&folder).await);
    // A process of the version before goes on.
    let version_1 = "UPDATE forwards SET attempts = 0; DELETE FROM forwards WHERE number = 2;
        INSERT INTO forwards (number, lane, due_ms) VALUES (2, 'gb', 0)";
    sqlx::raw_sql(version_1).execute(&mut before).await.unwrap();
    conformance::what_an_earlier_version_queued_goes_to_whoever_is_forwarded_to_first(store).await;
    assert_eq!(stored_ids(&open(&folder).await).await.len(), 3, "it opens again");
}

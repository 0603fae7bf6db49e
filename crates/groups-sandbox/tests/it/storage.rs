//! One database, several emulators: what one does, all see; what was promised is kept by whoever comes next.

use std::path::PathBuf;
use std::time::Duration;

use groups_sandbox::{Emulator, ErrorKind, Sandbox, SandboxBuilder};
use serde_json::json;
use tempfile::TempDir;

use super::support::{Api, person};

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deeper").join("sandbox.db");
    (folder, path)
}

fn at(path: &PathBuf) -> SandboxBuilder {
    Sandbox::builder().database(path).outcome_delay(Duration::ZERO)
}

async fn groups(emulator: &Emulator) -> usize {
    emulator.status().await.unwrap().groups
}

#[tokio::test]
async fn a_change_acknowledged_by_one_is_seen_by_the_other_at_once() {
    let (_folder, path) = place();
    let one = Api::with(at(&path)).await;
    let two = Api::with(at(&path)).await;
    let id = one.create("Team", "auto_approve").await;
    for number in 0..8 {
        let (here, there) = if number % 2 == 0 { (&one, &two) } else { (&two, &one) };
        here.emulator().join(&id, &person(number)).await.unwrap();
        let seen = there.info(&id).await["total_participant_count"].as_u64().unwrap();
        assert_eq!(seen, number as u64 + 1);
    }
    one.call("DELETE", &format!("/groups/{id}")).await.ok();
    one.emulator().settle().await.unwrap();
    assert!(two.listed().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_writers_on_one_file_lose_nothing() {
    let (_folder, path) = place();
    let mut writers = Vec::new();
    for _ in 0..4 {
        let api = Api::with(at(&path)).await;
        writers.push(tokio::spawn(async move {
            for _ in 0..25 {
                let body = json!({ "messaging_product": "whatsapp", "subject": "Team" });
                api.call_with("POST", "/groups", body).await.ok();
                // Its own write is visible to each writer, whoever applied it.
                api.emulator().settle().await.unwrap();
            }
            api
        }));
    }
    let mut apis = Vec::new();
    for writer in writers {
        apis.push(writer.await.unwrap());
    }
    for api in &apis {
        assert_eq!(api.listed().await.len(), 100);
    }
    let mut outcomes: Vec<String> = apis[0]
        .emulator()
        .history()
        .await
        .unwrap()
        .into_iter()
        .filter_map(|happening| happening.event.request_id().map(str::to_owned))
        .collect();
    outcomes.sort();
    outcomes.dedup();
    assert_eq!(outcomes.len(), 100, "one outcome for each");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opened_by_many_at_once_a_new_file_is_seeded_once() {
    for _ in 0..5 {
        let (_folder, path) = place();
        let opening: Vec<_> = (0..6).map(|_| tokio::spawn(at(&path).seeded().open())).collect();
        for opened in opening {
            assert_eq!(groups(&opened.await.unwrap().unwrap()).await, 4);
        }
    }
}

#[tokio::test]
async fn what_was_accepted_is_carried_out_by_whoever_opens_next() {
    let (_folder, path) = place();
    let first = Api::with(at(&path).outcome_delay(Duration::from_millis(200))).await;
    first.call_with("POST", "/groups", json!({ "messaging_product": "whatsapp", "subject": "T" })).await.ok();
    first.sandbox.shutdown().await;
    // Due within the half second, so opening waits for it.
    let next = at(&path).open().await.unwrap();
    assert_eq!(groups(&next).await, 1);
    assert_eq!(next.status().await.unwrap().due, 0);
}

#[tokio::test]
async fn what_is_due_much_later_is_not_waited_for() {
    let (_folder, path) = place();
    let first = Api::with(at(&path).outcome_delay(Duration::from_secs(3600))).await;
    first.call_with("POST", "/groups", json!({ "messaging_product": "whatsapp", "subject": "T" })).await.ok();
    let next = at(&path).open().await.unwrap();
    let status = next.status().await.unwrap();
    assert_eq!((status.groups, status.due), (0, 1));
}

#[tokio::test]
async fn reset_returns_to_the_first_state_for_everyone() {
    let (_folder, path) = place();
    let one = at(&path).seeded().open().await.unwrap();
    // Options of a later one do not matter: the file knows how it began.
    let two = Api::with(at(&path)).await;
    let before = two.listed().await;
    two.call("DELETE", &format!("/groups/{}", before[0])).await.ok();
    two.create("More", "auto_approve").await;
    one.reset().await.unwrap();
    assert_eq!(two.listed().await, before);
    assert!(two.emulator().history().await.unwrap().is_empty());

    let empty = Api::start().await;
    empty.group_with(1).await;
    empty.emulator().reset().await.unwrap();
    assert_eq!(groups(empty.emulator()).await, 0);
    empty.group_with(1).await;
}

#[tokio::test]
async fn state_survives_and_a_seed_does_not_come_twice() {
    let (_folder, path) = place();
    let first = Api::with(at(&path).seeded()).await;
    let id = first.create("Kept", "approval_required").await;
    let request = first.emulator().request(&id, &person(0)).await.unwrap();
    first.sandbox.shutdown().await;
    let again = Api::with(at(&path).seeded()).await;
    assert_eq!(again.listed().await.len(), 5);
    assert_eq!(again.info(&id).await["subject"], "Kept");
    let list = again.get(&format!("/groups/{id}/join_requests")).await.ok();
    assert_eq!(list["data"][0]["join_request_id"], request);
}

#[tokio::test]
async fn a_newer_database_is_left_alone_until_recreated() {
    use sqlx::{ConnectOptions as _, Connection as _};
    let (_folder, path) = place();
    drop(at(&path).seeded().open().await.unwrap());
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let mut connection = options.connect().await.unwrap();
    sqlx::raw_sql("PRAGMA user_version = 99; CREATE TABLE \"new \"\"one\" (x)")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();

    let refused = at(&path).open().await.err().unwrap();
    assert_eq!(refused.kind(), ErrorKind::NewerDatabase);
    assert!(refused.to_string().contains("wagroups sandbox reset"), "{refused}");
    assert_eq!(groups(&at(&path).seeded().recreate().await.unwrap()).await, 4);
    assert_eq!(groups(&at(&path).open().await.unwrap()).await, 4);
}

#[tokio::test]
async fn what_is_no_database_is_an_error_with_a_next_step() {
    let (folder, _) = place();
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "x".repeat(5000)).unwrap();
    let refused = at(&path).open().await.err().unwrap();
    assert_eq!(refused.kind(), ErrorKind::NotADatabase);
    assert!(refused.to_string().contains("delete"), "{refused}");
    assert_eq!(std::fs::read_to_string(&path).unwrap().len(), 5000);
}

#[tokio::test]
async fn a_taken_port_is_an_error_and_a_stopped_sandbox_frees_it() {
    let first = Sandbox::start().await.unwrap();
    let address = first.base_url().strip_prefix("http://").unwrap().parse().unwrap();
    let refused = Sandbox::builder().listen(address).start().await.err().unwrap();
    assert_eq!(refused.kind(), ErrorKind::Bind);
    first.shutdown().await;
    let again = Sandbox::builder().listen(address).api_key("other").start().await.unwrap();
    assert_eq!(again.api_key(), "other");
}

/// The tables of the first version.
const FIRST_VERSION: &str = "
CREATE TABLE world (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL,
    version INTEGER NOT NULL,
    serial INTEGER NOT NULL,
    seeded INTEGER NOT NULL
);
CREATE TABLE groups (id TEXT PRIMARY KEY, revision INTEGER NOT NULL, body TEXT);
CREATE INDEX groups_by_revision ON groups (revision);
CREATE TABLE accepted (serial INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE events (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    request_id TEXT UNIQUE,
    body TEXT NOT NULL
);
INSERT INTO world VALUES (1, 7, 1759320000123456789, 2, 1);
INSERT INTO groups VALUES ('G1', 3, '{\"id\":\"G1\",\"serial\":1,\"created_ms\":1759320000000,\"subject\":\"Old\",
    \"description\":null,\"join_approval_mode\":\"auto_approve\",\"invite_code\":\"AbCdEfGhIjKlMnOpQrStUv\",
    \"picture\":null,\"suspended\":false,\"participants\":[{\"wa_id\":\"15550100110\"}],\"join_requests\":[],
    \"removed\":[]}');
INSERT INTO accepted VALUES (2, '{\"serial\":2,\"request_id\":\"9B47474A35EFC2A6139B41457E4C10BB\",\"due_ms\":1,
    \"work\":{\"operation\":\"delete\",\"group_id\":\"G1\"}}');
PRAGMA user_version = 1;
";

#[tokio::test]
async fn a_database_of_the_first_version_is_upgraded_with_all_there_is_in_it() {
    use sqlx::{ConnectOptions as _, Connection as _};
    let (_folder, path) = place();
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut connection = options.connect().await.unwrap();
    sqlx::raw_sql(FIRST_VERSION).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();

    let emulator = at(&path).open().await.unwrap();
    let history = emulator.history().await.unwrap();
    assert!(
        matches!(&history[0].event, groups_sandbox::Event::GroupDeleted { failed: None, .. }),
        "what was accepted then is done now: {history:?}"
    );
    emulator.add_fault("* status=500".parse().unwrap()).await.unwrap();
    emulator.reset().await.unwrap();
    assert_eq!(groups(&emulator).await, 4, "it had been seeded");
    drop(emulator);
    assert!(at(&path).open().await.unwrap().faults().await.unwrap().is_empty());
}

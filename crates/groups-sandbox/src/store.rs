//! The database: how the world is kept in SQLite, and nothing about what it means.
//! Every caller holds the one connection and runs inside one transaction; no decision is taken here.
//!
//! Write-ahead logging with `synchronous = NORMAL`: what was committed is in the hands of the operating system, so
//! killing the process loses nothing. Only a power cut can lose the last commits, and it never damages the file;
//! a sandbox does not pay an fsync per call for that.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _};

use crate::error::SandboxError;
use crate::outbox::{Delivery, NewDelivery};
use crate::seed::Seed;
use crate::state::cursor::Version;
use crate::state::draft::Changes;
use crate::state::event::Event;
use crate::state::group::Group;
use crate::state::outcome::Accepted;
use crate::state::settings::Settings;

const SCHEMA_VERSION: i64 = 2;

const SCHEMA: &str = "
CREATE TABLE world (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL,
    version INTEGER NOT NULL,
    serial INTEGER NOT NULL,
    -- What it began with, as JSON; what is set about it now, as JSON.
    seed TEXT NOT NULL,
    settings TEXT NOT NULL
);
-- body is NULL once the group is gone: other processes learn of it by the row's revision.
CREATE TABLE groups (id TEXT PRIMARY KEY, revision INTEGER NOT NULL, body TEXT);
CREATE INDEX groups_by_revision ON groups (revision);
CREATE TABLE accepted (serial INTEGER PRIMARY KEY, body TEXT NOT NULL);
-- UNIQUE: an accepted request has one outcome, whoever applies it.
CREATE TABLE events (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    request_id TEXT UNIQUE,
    body TEXT NOT NULL
);
";

const DELIVERIES: &str = "
-- Webhooks to be delivered. A row goes once it was answered 200, lost on purpose, or given up.
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    group_id TEXT NOT NULL,
    request_id TEXT,
    body TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    due_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    -- While a process delivers it, others leave it alone until then.
    leased_until_ms INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX deliveries_by_time ON deliveries (due_ms);
";

/// From the first version, which had neither settings nor webhooks. Its groups and history stay.
const UPGRADE_1: &str = "
ALTER TABLE world ADD COLUMN seed TEXT NOT NULL DEFAULT '{}';
ALTER TABLE world ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
ALTER TABLE world DROP COLUMN seeded;
";

/// How long to wait for another process that writes; a write takes about a millisecond.
const BUSY: Duration = Duration::from_secs(10);

const BUSY_CODE: i32 = 5;
const NOT_A_DATABASE: i32 = 26;

const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";

pub(crate) type Tx<'c> = sqlx::Transaction<'c, sqlx::Sqlite>;

/// Where the state lives.
#[derive(Debug, Clone)]
pub(crate) enum Location {
    Memory,
    File(PathBuf),
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Memory => f.write_str("the database in memory"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// What was stored since a given revision.
pub(crate) struct News {
    pub(crate) revision: i64,
    pub(crate) version: Version,
    pub(crate) serial: u64,
    /// Whether this is everything, because the world has started over.
    pub(crate) from_scratch: bool,
    pub(crate) groups: Vec<(String, Option<Group>)>,
    pub(crate) accepted: Vec<Accepted>,
    pub(crate) settings: Settings,
}

/// Opens the file (creating it and its folder) or a database in memory.
pub(crate) async fn connect(location: &Location) -> Result<SqliteConnection, SandboxError> {
    let options = match location {
        Location::Memory => SqliteConnectOptions::new().in_memory(true),
        Location::File(path) => {
            make_folder(path)?;
            SqliteConnectOptions::new()
                .filename(path)
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Normal)
                .busy_timeout(BUSY)
        }
    };
    let options = options.disable_statement_logging();
    let patience = Instant::now();
    loop {
        match options.connect().await {
            Ok(connection) => return Ok(connection),
            // Switching a new file to write-ahead logging does not wait for a process that does the same.
            Err(error) if code(&error) == Some(BUSY_CODE) && patience.elapsed() < BUSY => {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Err(error) if code(&error) == Some(NOT_A_DATABASE) => {
                return Err(SandboxError::foreign_file(location, error));
            }
            Err(error) => return Err(SandboxError::storage("opening it", error)),
        }
    }
}

fn make_folder(path: &Path) -> Result<(), SandboxError> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => {
            std::fs::create_dir_all(folder).map_err(|error| SandboxError::storage("making its folder", error))
        }
        _ => Ok(()),
    }
}

/// SQLite's result code, without what extends it.
fn code(error: &sqlx::Error) -> Option<i32> {
    let code: i32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}

/// Starts a transaction that no other writer can get in between.
pub(crate) async fn begin_write(connection: &mut SqliteConnection) -> Result<Tx<'_>, SandboxError> {
    use sqlx::Connection as _;
    connection.begin_with(BEGIN_WRITE).await.map_err(|error| SandboxError::storage("starting a write", error))
}

pub(crate) async fn begin_read(connection: &mut SqliteConnection) -> Result<Tx<'_>, SandboxError> {
    use sqlx::Connection as _;
    connection.begin().await.map_err(|error| SandboxError::storage("starting a read", error))
}

pub(crate) async fn commit(tx: Tx<'_>) -> Result<(), SandboxError> {
    tx.commit().await.map_err(|error| SandboxError::storage("committing", error))
}

/// Makes a new file a sandbox database and says so; leaves an existing one as it is. A newer one is an error.
pub(crate) async fn prepare(tx: &mut Tx<'_>, seed: &Seed, version: Version) -> Result<bool, SandboxError> {
    let found =
        user_version(tx).await.map_err(|error| SandboxError::storage("reading its version", error))?;
    match found {
        0 => create(tx, seed, version).await.map(|()| true),
        1 => upgrade(tx).await.map(|()| false).map_err(|error| SandboxError::storage("upgrading it", error)),
        SCHEMA_VERSION => Ok(false),
        newer => Err(SandboxError::newer_database(newer, SCHEMA_VERSION)),
    }
}

/// Throws away all there is, of whatever version, and begins anew.
pub(crate) async fn recreate(tx: &mut Tx<'_>, seed: &Seed, version: Version) -> Result<(), SandboxError> {
    let numbered = delivery_number(tx).await?;
    let dropped = async {
        let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
        for row in sqlx::query(tables).fetch_all(&mut **tx).await? {
            let name = row.try_get::<String, _>(0)?.replace('"', "\"\"");
            // The name comes from the database itself and is quoted.
            sqlx::raw_sql(AssertSqlSafe(format!("DROP TABLE \"{name}\""))).execute(&mut **tx).await?;
        }
        Ok(())
    };
    dropped.await.map_err(|error: sqlx::Error| SandboxError::storage("starting over", error))?;
    create(tx, seed, version).await?;
    // One that is under way while all starts over must not be taken for another of the same number.
    let count_on =
        sqlx::query("INSERT INTO sqlite_sequence (name, seq) VALUES ('deliveries', ?)").bind(numbered);
    let counted = count_on.execute(&mut **tx).await;
    counted.map(|_| ()).map_err(|error| SandboxError::storage("starting over", error))
}

/// The number of the last webhook there was.
async fn delivery_number(tx: &mut Tx<'_>) -> Result<i64, SandboxError> {
    let work = async {
        let table = "SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_sequence'";
        if sqlx::query_scalar::<_, i64>(table).fetch_one(&mut **tx).await? == 0 {
            return Ok(0);
        }
        let number = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'deliveries'";
        sqlx::query_scalar(number).fetch_one(&mut **tx).await
    };
    work.await.map_err(|error: sqlx::Error| SandboxError::storage("starting over", error))
}

/// Changes what is set, as one more revision.
pub(crate) async fn edit_settings(
    tx: &mut Tx<'_>,
    change: impl FnOnce(&mut Settings),
) -> Result<(), SandboxError> {
    let work = async {
        let stored: String = sqlx::query_scalar("SELECT settings FROM world").fetch_one(&mut **tx).await?;
        let mut settings: Settings = from_json(&stored)?;
        change(&mut settings);
        let update = "UPDATE world SET settings = ?, revision = revision + 1";
        sqlx::query(update).bind(to_json(&settings)?).execute(&mut **tx).await?;
        Ok(())
    };
    work.await.map_err(|error: sqlx::Error| SandboxError::storage("changing what is set", error))
}

/// Back to the state of the first use: seeded or empty, as it was then.
pub(crate) async fn start_over(tx: &mut Tx<'_>, version: Version) -> Result<(), SandboxError> {
    let seed = sqlx::query_scalar("SELECT seed FROM world").fetch_one(&mut **tx).await;
    let seed = seed.and_then(|seed: String| from_json(&seed));
    let seed: Seed = seed.map_err(|error| SandboxError::storage("starting over", error))?;
    recreate(tx, &seed, version).await
}

async fn user_version(tx: &mut Tx<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut **tx).await
}

async fn create(tx: &mut Tx<'_>, seed: &Seed, version: Version) -> Result<(), SandboxError> {
    let mut serial = 0;
    let (settings, groups) = (seed.settings()?, seed.groups(&mut serial)?);
    let work = async {
        sqlx::raw_sql(SCHEMA).execute(&mut **tx).await?;
        sqlx::raw_sql(DELIVERIES).execute(&mut **tx).await?;
        set_user_version(tx).await?;
        let world =
            "INSERT INTO world (id, revision, version, serial, seed, settings) VALUES (1, 1, ?, ?, ?, ?)";
        sqlx::query(world)
            .bind(version.number())
            .bind(number(serial))
            .bind(to_json(seed)?)
            .bind(to_json(&settings)?)
            .execute(&mut **tx)
            .await?;
        for group in &groups {
            put_group(tx, &group.id, Some(group), 1).await?;
        }
        Ok(())
    };
    work.await.map_err(|error: sqlx::Error| SandboxError::storage("creating it", error))
}

async fn upgrade(tx: &mut Tx<'_>) -> sqlx::Result<()> {
    let seeded: bool = sqlx::query_scalar("SELECT seeded FROM world").fetch_one(&mut **tx).await?;
    sqlx::raw_sql(UPGRADE_1).execute(&mut **tx).await?;
    sqlx::raw_sql(DELIVERIES).execute(&mut **tx).await?;
    let seed = if seeded { Seed::believable() } else { Seed::empty() };
    sqlx::query("UPDATE world SET seed = ?, revision = revision + 1")
        .bind(to_json(&seed)?)
        .execute(&mut **tx)
        .await?;
    set_user_version(tx).await
}

async fn set_user_version(tx: &mut Tx<'_>) -> sqlx::Result<()> {
    let set_version = format!("PRAGMA user_version = {SCHEMA_VERSION}");
    sqlx::raw_sql(AssertSqlSafe(set_version)).execute(&mut **tx).await?;
    Ok(())
}

/// What is stored beyond a revision of a world; `None` when that is still all.
pub(crate) async fn news(
    tx: &mut Tx<'_>,
    revision: i64,
    version: Version,
) -> Result<Option<News>, SandboxError> {
    read_news(tx, revision, version).await.map_err(|error| SandboxError::storage("reading", error))
}

async fn read_news(tx: &mut Tx<'_>, known: i64, version: Version) -> sqlx::Result<Option<News>> {
    let row =
        sqlx::query("SELECT revision, version, serial, settings FROM world").fetch_one(&mut **tx).await?;
    let revision: i64 = row.try_get(0)?;
    let stored_version = Version::from_number(row.try_get(1)?);
    let serial = row.try_get::<i64, _>(2)?.unsigned_abs();
    let from_scratch = stored_version != version;
    if !from_scratch && revision == known {
        return Ok(None);
    }
    let settings = from_json(row.try_get(3)?)?;
    let since = if from_scratch { i64::MIN } else { known };
    let mut groups = Vec::new();
    let rows = sqlx::query("SELECT id, body FROM groups WHERE revision > ?").bind(since);
    for row in rows.fetch_all(&mut **tx).await? {
        let body: Option<String> = row.try_get(1)?;
        groups.push((row.try_get(0)?, body.as_deref().map(from_json).transpose()?));
    }
    let bodies: Vec<String> =
        sqlx::query_scalar("SELECT body FROM accepted ORDER BY serial").fetch_all(&mut **tx).await?;
    let accepted = bodies.iter().map(|body| from_json(body)).collect::<sqlx::Result<_>>()?;
    Ok(Some(News { revision, version: stored_version, serial, from_scratch, groups, accepted, settings }))
}

/// Stores what a write changed, as one more revision.
pub(crate) async fn save(
    tx: &mut Tx<'_>,
    changes: &Changes,
    deliveries: &[NewDelivery],
    revision: i64,
    now_ms: i64,
) -> Result<(), SandboxError> {
    write_changes(tx, changes, deliveries, revision, now_ms)
        .await
        .map_err(|error| SandboxError::storage("writing", error))
}

async fn write_changes(
    tx: &mut Tx<'_>,
    changes: &Changes,
    deliveries: &[NewDelivery],
    revision: i64,
    now_ms: i64,
) -> sqlx::Result<()> {
    sqlx::query("UPDATE world SET revision = ?, serial = ?")
        .bind(revision)
        .bind(number(changes.serial))
        .execute(&mut **tx)
        .await?;
    if let Some(settings) = &changes.settings {
        sqlx::query("UPDATE world SET settings = ?").bind(to_json(settings)?).execute(&mut **tx).await?;
    }
    for (id, group) in &changes.groups {
        put_group(tx, id, group.as_ref(), revision).await?;
    }
    for serial in &changes.settled {
        sqlx::query("DELETE FROM accepted WHERE serial = ?").bind(number(*serial)).execute(&mut **tx).await?;
    }
    for accepted in &changes.accepted {
        sqlx::query("INSERT INTO accepted (serial, body) VALUES (?, ?)")
            .bind(number(accepted.serial))
            .bind(to_json(accepted)?)
            .execute(&mut **tx)
            .await?;
    }
    for event in &changes.events {
        sqlx::query("INSERT INTO events (at_ms, request_id, body) VALUES (?, ?, ?)")
            .bind(now_ms)
            .bind(event.request_id())
            .bind(to_json(event)?)
            .execute(&mut **tx)
            .await?;
    }
    for NewDelivery { group_id, request_id, body, due_ms } in deliveries {
        let insert =
            "INSERT INTO deliveries (group_id, request_id, body, created_ms, due_ms) VALUES (?, ?, ?, ?, ?)";
        sqlx::query(insert)
            .bind(group_id)
            .bind(request_id)
            .bind(body)
            .bind(now_ms)
            .bind(due_ms)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Takes webhooks that are due, at most `limit`, and leases them. Groups in `busy` are left out, and of each group
/// only the first is taken, so that what happened to a group is told in order.
pub(crate) async fn lease_deliveries(
    tx: &mut Tx<'_>,
    now_ms: i64,
    lease_ms: i64,
    limit: usize,
    busy: &HashSet<String>,
) -> Result<Vec<Delivery>, SandboxError> {
    let work = async {
        let due = "SELECT id, group_id, body, created_ms, attempts FROM deliveries
             WHERE due_ms <= ? AND leased_until_ms <= ? ORDER BY due_ms, id LIMIT 1000";
        let rows = sqlx::query(due).bind(now_ms).bind(now_ms).fetch_all(&mut **tx).await?;
        let mut taken: Vec<Delivery> = Vec::new();
        for row in rows {
            let group_id: String = row.try_get(1)?;
            if taken.len() >= limit {
                break;
            }
            if busy.contains(&group_id) || taken.iter().any(|other| other.group_id == group_id) {
                continue;
            }
            let (id, body, created_ms, attempts) =
                (row.try_get(0)?, row.try_get(2)?, row.try_get(3)?, row.try_get(4)?);
            sqlx::query("UPDATE deliveries SET leased_until_ms = ? WHERE id = ?")
                .bind(now_ms.saturating_add(lease_ms))
                .bind(id)
                .execute(&mut **tx)
                .await?;
            taken.push(Delivery { id, group_id, body, created_ms, attempts });
        }
        Ok(taken)
    };
    work.await.map_err(|error: sqlx::Error| SandboxError::storage("taking webhooks", error))
}

/// A webhook is done with: delivered, lost on purpose, or given up.
pub(crate) async fn finish_delivery(tx: &mut Tx<'_>, id: i64) -> Result<(), SandboxError> {
    let done = sqlx::query("DELETE FROM deliveries WHERE id = ?").bind(id).execute(&mut **tx).await;
    done.map(|_| ()).map_err(|error| SandboxError::storage("finishing a webhook", error))
}

/// A webhook was not taken: it comes again at that time.
pub(crate) async fn postpone_delivery(tx: &mut Tx<'_>, id: i64, due_ms: i64) -> Result<(), SandboxError> {
    let update =
        "UPDATE deliveries SET attempts = attempts + 1, due_ms = ?, leased_until_ms = 0 WHERE id = ?";
    let done = sqlx::query(update).bind(due_ms).bind(id).execute(&mut **tx).await;
    done.map(|_| ()).map_err(|error| SandboxError::storage("postponing a webhook", error))
}

/// When the next webhook is due, leased ones not counted; and how many wait altogether.
pub(crate) async fn next_delivery(tx: &mut Tx<'_>, now_ms: i64) -> Result<(Option<i64>, u64), SandboxError> {
    let work = async {
        let select =
            "SELECT min(CASE WHEN leased_until_ms > ? THEN NULL ELSE due_ms END), count(*) FROM deliveries";
        let row = sqlx::query(select).bind(now_ms).fetch_one(&mut **tx).await?;
        Ok((row.try_get(0)?, row.try_get::<i64, _>(1)?.unsigned_abs()))
    };
    work.await.map_err(|error: sqlx::Error| SandboxError::storage("looking for webhooks", error))
}

/// Whether a webhook of this request is due and has not been tried.
pub(crate) async fn is_untold(tx: &mut Tx<'_>, request_id: &str, now_ms: i64) -> Result<bool, SandboxError> {
    let select = "SELECT count(*) FROM deliveries WHERE request_id = ? AND attempts = 0 AND due_ms <= ?";
    let count = sqlx::query_scalar::<_, i64>(select).bind(request_id).bind(now_ms).fetch_one(&mut **tx).await;
    count.map(|count| count > 0).map_err(|error| SandboxError::storage("looking for a webhook", error))
}

async fn put_group(tx: &mut Tx<'_>, id: &str, group: Option<&Group>, revision: i64) -> sqlx::Result<()> {
    let body = group.map(to_json).transpose()?;
    sqlx::query("INSERT OR REPLACE INTO groups (id, revision, body) VALUES (?, ?, ?)")
        .bind(id)
        .bind(revision)
        .bind(body)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Everything that has happened since the world began, oldest first, with the time it was stored.
pub(crate) async fn events(tx: &mut Tx<'_>) -> Result<Vec<(i64, Event)>, SandboxError> {
    let work = async {
        let rows = sqlx::query("SELECT at_ms, body FROM events ORDER BY number").fetch_all(&mut **tx).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, from_json(row.try_get(1)?)?))).collect::<sqlx::Result<_>>()
    };
    work.await.map_err(|error| SandboxError::storage("reading the history", error))
}

/// The outcome of a request, with the time it was stored.
pub(crate) async fn outcome_of(
    tx: &mut Tx<'_>,
    request_id: &str,
) -> Result<Option<(i64, Event)>, SandboxError> {
    let work = async {
        let row = sqlx::query("SELECT at_ms, body FROM events WHERE request_id = ?").bind(request_id);
        let row = row.fetch_optional(&mut **tx).await?;
        row.map(|row| Ok((row.try_get(0)?, from_json(row.try_get(1)?)?))).transpose()
    };
    work.await.map_err(|error: sqlx::Error| SandboxError::storage("reading the history", error))
}

/// SQLite's integers are signed; serials count from one and stay far below the limit.
fn number(serial: u64) -> i64 {
    i64::try_from(serial).unwrap_or(i64::MAX)
}

fn to_json<T: serde::Serialize>(value: &T) -> sqlx::Result<String> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> sqlx::Result<T> {
    serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(error.into()))
}

//! Events in an SQLite file: one writer task per process with batched commits, readers beside it (write-ahead logging).
//!
//! `synchronous = FULL`: a commit is on the disk before a sender is told so; a receiver that answered 200 and lost the
//! event to a power cut would never get it again. What each commit costs is shared by everything that arrived while
//! the one before was written.

use std::collections::{HashMap, HashSet};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use groups_model::event::{ComingEvents, EventSource, EventStream, Part};
use groups_model::{GroupId, RequestId, Timestamp};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, QueryBuilder, Row as _, Sqlite};

use super::news::Bell;
use super::writer::{Batch, Writer};
use super::{Appended, Backlog, EventStore, Forwarding, Head, News, Outcome, Query, Row};
use super::{Settled, StoreError, Stored, StoredEvents};
use super::{check_version, due_after, latest, missing, now_ms, signed};
use crate::target::ForwardTarget;

/// What makes each version of the one before; the first of nothing. A version that was published is never changed.
const SCHEMAS: [&str; 3] = [FIRST, WITH_TARGETS, WITH_REFUSALS];

const FIRST: &str = "
CREATE TABLE events (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    group_id TEXT,
    request_id TEXT,
    at_s INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    notification BLOB NOT NULL
);
CREATE INDEX events_by_group ON events (group_id, number) WHERE group_id IS NOT NULL;
CREATE INDEX events_by_request ON events (request_id, number) WHERE request_id IS NOT NULL;
CREATE INDEX events_by_time ON events (at_s);
-- What waits to be forwarded, in order within a lane.
CREATE TABLE forwards (
    number INTEGER PRIMARY KEY REFERENCES events (number),
    lane TEXT NOT NULL,
    due_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX forwards_by_lane ON forwards (lane, number);
";

/// What was queued before has no target: whoever forwards next sends it. A process of the version before may go on.
const WITH_TARGETS: &str = "
ALTER TABLE forwards ADD COLUMN target TEXT NOT NULL DEFAULT '';
DROP INDEX forwards_by_lane;
CREATE INDEX forwards_by_lane ON forwards (target, lane, number);
";

/// `aside`: 0 waits, 1 stepped aside, 2 is set aside. A process of the version before may go on; it tries events that were
/// set aside again.
const WITH_REFUSALS: &str = "
ALTER TABLE forwards ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0;
ALTER TABLE forwards ADD COLUMN aside INTEGER NOT NULL DEFAULT 0;
ALTER TABLE forwards ADD COLUMN last_attempt INTEGER NOT NULL DEFAULT 0;
DROP INDEX forwards_by_lane;
CREATE INDEX forwards_by_lane ON forwards (target, lane, number) WHERE aside = 0;
CREATE INDEX forwards_aside ON forwards (target, lane, aside) WHERE aside > 0;
";

/// The oldest of each lane, one index step per lane however much waits.
const HEADS: &str = "
WITH RECURSIVE lanes (lane) AS (
    SELECT min(lane) FROM forwards WHERE target = ?1 AND aside = 0
    UNION ALL
    SELECT (SELECT min(lane) FROM forwards WHERE target = ?1 AND aside = 0 AND forwards.lane > lanes.lane)
    FROM lanes WHERE lanes.lane IS NOT NULL
)
SELECT forwards.number, forwards.lane, forwards.attempts, forwards.refusals, forwards.last_attempt,
    EXISTS (SELECT 1 FROM forwards AS others
        WHERE others.target = ?1 AND others.lane = lanes.lane AND others.aside = 1) AS stepped_aside,
    events.id, events.received_ms, events.notification
FROM lanes
JOIN forwards ON forwards.number =
    (SELECT min(number) FROM forwards WHERE target = ?1 AND aside = 0 AND forwards.lane = lanes.lane)
JOIN events ON events.number = forwards.number
WHERE lanes.lane IS NOT NULL AND forwards.due_ms <= ?2
ORDER BY forwards.number LIMIT ?3";

/// Returns what stepped aside in the lane of an event to its place, for a last attempt.
const LAST_ATTEMPTS: &str = "
UPDATE forwards SET aside = 0, last_attempt = 1, due_ms = 0
WHERE (target, lane) = (SELECT target, lane FROM forwards WHERE number = ?1) AND aside = 1";

/// Returns what stepped aside in the lane of an event to its place.
const RETURN_LANE: &str = "
UPDATE forwards SET aside = 0, due_ms = ?2
WHERE (target, lane) = (SELECT target, lane FROM forwards WHERE number = ?1) AND aside = 1";

const AGAIN: &str =
    "UPDATE forwards SET attempts = attempts + 1, refusals = refusals + ?3, due_ms = ?2 WHERE number = ?1";

const SET_ASIDE: &str = "
UPDATE forwards SET attempts = attempts + 1, refusals = refusals + 1, aside = ?2 WHERE number = ?1";

/// How many wait behind an event, and how many stepped aside before it.
const AROUND: &str = "
SELECT EXISTS (SELECT 1 FROM forwards AS next
        WHERE next.target = own.target AND next.lane = own.lane AND next.aside = 0 AND next.number > own.number),
    (SELECT count(*) FROM forwards AS others
        WHERE others.target = own.target AND others.lane = own.lane AND others.aside = 1)
FROM forwards AS own WHERE own.number = ?1";

/// How long to wait for another process that writes: well below the 5 seconds that 360dialog waits for an answer
/// (Facts 4.7), so that it gets one and delivers again.
const BUSY: Duration = Duration::from_secs(2);
/// The same at the start, when nobody waits for an answer.
const OPENING: Duration = Duration::from_secs(10);
const BUSY_CODE: i32 = 5;
const READERS: u32 = 4;

/// Events in a file, for one or more processes of one machine. Cloning it is cheap.
#[derive(Clone)]
pub struct SqliteStore {
    shared: Arc<Shared>,
}

struct Shared {
    writer: Writer<Tables>,
    readers: SqlitePool,
    bell: Bell,
    forwarding: Arc<Mutex<Lanes>>,
    taking: tokio::sync::Mutex<()>,
    lock_file: PathBuf,
    source: StoredEvents,
}

/// Which lanes this process is forwarding. One process at a time may: it holds a lock of the file, which ends with it.
#[derive(Default)]
struct Lanes {
    lock: Option<File>,
    /// Each by its target and its name.
    taken: HashSet<(ForwardTarget, String)>,
    /// Whether what has no target was given to one.
    adopted: bool,
}

impl SqliteStore {
    /// Opens the file, creating it and its folder if need be. The store works within the runtime it is opened in.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref();
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|error| StoreError::new("making its folder", error))?;
        }
        create_private(path).map_err(|error| StoreError::new("making it", error))?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY)
            .disable_statement_logging();
        let mut connection = connect(&options.clone().busy_timeout(OPENING)).await?;
        prepare(&mut connection).await?;
        let patience = format!("PRAGMA busy_timeout = {}", BUSY.as_millis());
        let set = sqlx::raw_sql(AssertSqlSafe(patience)).execute(&mut connection).await;
        set.map_err(|error| StoreError::new("opening it", error))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_lazy_with(options.clone().create_if_missing(false));
        let bell = Bell::new();
        let writer = Writer::start(Tables { connection, options, bell: bell.clone() });
        let mut lock_file = path.as_os_str().to_owned();
        lock_file.push("-forwarder");
        let reader = Reader { readers: readers.clone(), bell: bell.clone() };
        Ok(Self {
            shared: Arc::new(Shared {
                writer,
                readers,
                bell,
                forwarding: Arc::default(),
                taking: tokio::sync::Mutex::default(),
                lock_file: lock_file.into(),
                source: StoredEvents::new(Arc::new(reader)),
            }),
        })
    }

    /// Whether this process is the one that forwards what the file holds: it is if no other is, and then until it
    /// ends. Otherwise [`take_forwards`](EventStore::take_forwards) finds nothing. Asked before a
    /// [`Forwarder`](crate::Forwarder) runs, it tells who would wait in vain.
    pub fn claim_forwarding(&self) -> Result<bool, StoreError> {
        self.shared.may_forward()
    }
}

/// What people wrote is nobody else's to read. SQLite gives its other files the rights of this one. A file that is
/// there is left as it is.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

async fn connect(options: &SqliteConnectOptions) -> Result<SqliteConnection, StoreError> {
    let patience = Instant::now();
    loop {
        match options.connect().await {
            Ok(connection) => return Ok(connection),
            // Switching a new file to write-ahead logging does not wait for a process that does the same.
            Err(error) if is_busy(&error) && patience.elapsed() < OPENING => {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Err(error) => return Err(StoreError::new("opening it", error)),
        }
    }
}

fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.and_then(|code| code.parse::<i32>().ok()).is_some_and(|code| code & 0xff == BUSY_CODE)
}

/// Makes a new file an event store, and one of an earlier version one of this.
async fn prepare(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let known = latest(&SCHEMAS);
    let work = async {
        let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
        let version: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *tx).await?;
        for schema in missing(&SCHEMAS, version) {
            sqlx::raw_sql(*schema).execute(&mut *tx).await?;
        }
        if version < known {
            let set_version = format!("PRAGMA user_version = {known}");
            sqlx::raw_sql(AssertSqlSafe(set_version)).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok::<_, sqlx::Error>(version)
    };
    check_version(work.await.map_err(|error| StoreError::new("preparing it", error))?, &SCHEMAS)
}

/// Everything that writes, so that writers of one process never wait for each other's locks.
enum Job {
    Append { parts: Vec<Part>, forward_to: Option<ForwardTarget> },
    Adopt { target: ForwardTarget },
    Settle { number: i64, outcome: Outcome, has_stepped_aside: bool },
    Prune { before_ms: i64 },
}

enum Answer {
    Appended(Appended),
    Settled(Settled),
    Rows(u64),
}

struct Tables {
    connection: SqliteConnection,
    options: SqliteConnectOptions,
    bell: Bell,
}

impl Batch for Tables {
    type Job = Job;
    type Answer = Answer;

    fn rows(job: &Job) -> usize {
        match job {
            Job::Append { parts, .. } => parts.len(),
            Job::Adopt { .. } | Job::Settle { .. } | Job::Prune { .. } => 1,
        }
    }

    fn bytes(job: &Job) -> usize {
        match job {
            Job::Append { parts, .. } => parts.iter().map(|part| part.notification.len()).sum(),
            Job::Adopt { .. } | Job::Settle { .. } | Job::Prune { .. } => 0,
        }
    }

    async fn write(&mut self, jobs: &[Job]) -> Result<Vec<Answer>, StoreError> {
        let work = async {
            let mut tx = self.connection.begin_with("BEGIN IMMEDIATE").await?;
            let mut added = append(&mut tx, jobs).await?;
            let mut answers = Vec::with_capacity(jobs.len());
            for job in jobs {
                answers.push(carry_out(&mut tx, job, &mut added).await?);
            }
            tx.commit().await?;
            Ok::<_, sqlx::Error>(answers)
        };
        let answers = work.await.map_err(|error| StoreError::new("writing", error))?;
        self.bell.ring();
        Ok(answers)
    }

    fn concerns_all(error: &StoreError) -> bool {
        error.source.downcast_ref().is_some_and(is_busy)
    }

    /// The connection may be left within a transaction, or have lost the file: a new one starts clean.
    async fn recover(&mut self) {
        if let Ok(connection) = self.options.connect().await {
            self.connection = connection;
        }
    }
}

/// What is left of a job once all events are added.
async fn carry_out(
    tx: &mut SqliteConnection,
    job: &Job,
    added: &mut HashMap<String, i64>,
) -> sqlx::Result<Answer> {
    let rows = match job {
        Job::Append { parts, .. } => {
            // The first that holds an event has added it.
            let number = |part: &Part| added.remove(part.event.id.as_str()).map(i64::unsigned_abs);
            return Ok(Answer::Appended(Appended::new(parts.iter().map(number).collect())));
        }
        Job::Adopt { target } => {
            sqlx::query("UPDATE forwards SET target = ? WHERE target = ''").bind(target.as_key()).execute(tx)
        }
        Job::Settle { number, outcome, has_stepped_aside } => {
            return settle(tx, *number, *outcome, *has_stepped_aside).await.map(Answer::Settled);
        }
        Job::Prune { before_ms } => {
            let set_aside = "DELETE FROM forwards WHERE aside = 2
                AND number IN (SELECT number FROM events WHERE received_ms < ?)";
            sqlx::query(set_aside).bind(before_ms).execute(&mut *tx).await?;
            let sql =
                "DELETE FROM events WHERE received_ms < ? AND number NOT IN (SELECT number FROM forwards)";
            sqlx::query(sql).bind(before_ms).execute(tx)
        }
    };
    Ok(Answer::Rows(rows.await?.rows_affected()))
}

async fn settle(
    tx: &mut SqliteConnection,
    number: i64,
    outcome: Outcome,
    has_stepped_aside: bool,
) -> sqlx::Result<Settled> {
    let outcome = match outcome {
        Outcome::StepAside { delay, alone } => {
            let (has_next, stepped): (bool, i64) =
                sqlx::query_as(AROUND).bind(number).fetch_optional(&mut *tx).await?.unwrap_or_default();
            match Outcome::instead_of_stepping_aside(delay, alone, has_next, stepped) {
                Some(outcome) => outcome,
                None => {
                    sqlx::query(SET_ASIDE).bind(number).bind(1).execute(&mut *tx).await?;
                    return Ok(Settled::SteppedAside);
                }
            }
        }
        outcome => outcome,
    };
    if has_stepped_aside {
        let returned = match outcome {
            Outcome::Again { delay, .. } => sqlx::query(RETURN_LANE).bind(number).bind(due_after(delay)),
            _ => sqlx::query(LAST_ATTEMPTS).bind(number),
        };
        returned.execute(&mut *tx).await?;
    }
    match outcome {
        Outcome::Again { delay, refused } => {
            let again = sqlx::query(AGAIN).bind(number).bind(due_after(delay)).bind(refused);
            again.execute(&mut *tx).await?;
        }
        Outcome::Done => {
            sqlx::query("DELETE FROM forwards WHERE number = ?").bind(number).execute(&mut *tx).await?;
        }
        _ => {
            sqlx::query(SET_ASIDE).bind(number).bind(2).execute(&mut *tx).await?;
            return Ok(Settled::SetAside);
        }
    }
    Ok(Settled::Stored)
}

/// Adds the events of all jobs, and queues those that are to be forwarded; the numbers of those that are new. Many rows
/// go into one statement, as each statement is a round trip to the thread of the database.
async fn append(tx: &mut SqliteConnection, jobs: &[Job]) -> sqlx::Result<HashMap<String, i64>> {
    let received_ms = now_ms();
    let (mut rows, mut lanes) = (Vec::new(), HashMap::new());
    for job in jobs {
        let Job::Append { parts, forward_to } = job else { continue };
        for part in parts {
            let row = Row::of(part, received_ms);
            if let Some(target) = forward_to {
                lanes.entry(row.id.clone()).or_insert_with(|| (target.as_key(), row.lane()));
            }
            rows.push(row);
        }
    }
    let mut added = HashMap::new();
    for rows in chunks(&rows) {
        let mut sql: QueryBuilder<Sqlite> = QueryBuilder::new(
            "INSERT INTO events (id, type, group_id, request_id, at_s, received_ms, notification) ",
        );
        sql.push_values(rows, |mut values, row| {
            values.push_bind(row.id.as_str()).push_bind(row.kind).push_bind(row.group_id.as_deref());
            values.push_bind(row.request_id.as_deref()).push_bind(row.at_s).push_bind(row.received_ms);
            values.push_bind(row.notification.as_slice());
        });
        sql.push(" ON CONFLICT (id) DO NOTHING RETURNING id, number");
        let new: Vec<(String, i64)> = sql.build_query_as().fetch_all(&mut *tx).await?;
        added.extend(new);
    }
    let queue: Vec<(i64, (&str, String))> =
        added.iter().filter_map(|(id, number)| Some((*number, lanes.remove(id)?))).collect();
    for rows in chunks(&queue) {
        let mut sql: QueryBuilder<Sqlite> =
            QueryBuilder::new("INSERT INTO forwards (number, target, lane, due_ms) ");
        sql.push_values(rows, |mut values, (number, (target, lane))| {
            values.push_bind(*number).push_bind(*target).push_bind(lane.as_str()).push_bind(0_i64);
        });
        sql.build().execute(&mut *tx).await?;
    }
    Ok(added)
}

/// In pieces of 1, 2, 4, … 256: few different statements, which stay prepared.
fn chunks<T>(mut rest: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let (chunk, behind) = rest.split_at(1 << rest.len().checked_ilog2()?.min(8));
        rest = behind;
        Some(chunk)
    })
}

/// The reading side: all that following the store needs.
#[derive(Clone)]
pub(super) struct Reader {
    readers: SqlitePool,
    bell: Bell,
}

#[async_trait]
impl super::tail::Readable for Reader {
    async fn list(&self, query: &Query) -> Result<Vec<Stored>, StoreError> {
        let mut sql: QueryBuilder<Sqlite> =
            QueryBuilder::new("SELECT number, id, received_ms, notification FROM events WHERE TRUE");
        super::conditions!(sql, query);
        let rows = sql.build().fetch_all(&self.readers).await;
        let rows = rows.map_err(|error| StoreError::new("listing events", error))?;
        rows.iter()
            .map(Stored::of_row)
            .collect::<sqlx::Result<_>>()
            .map_err(|error| StoreError::new("reading events", error))
    }

    async fn last_number(&self) -> Result<u64, StoreError> {
        let last = sqlx::query_scalar("SELECT seq FROM sqlite_sequence WHERE name = 'events'");
        let last: Option<i64> = last
            .fetch_optional(&self.readers)
            .await
            .map_err(|error| StoreError::new("asking for the newest event", error))?;
        Ok(last.unwrap_or(0).unsigned_abs())
    }

    fn news(&self) -> News {
        self.bell.news()
    }
}

impl Shared {
    fn reader(&self) -> Reader {
        Reader { readers: self.readers.clone(), bell: self.bell.clone() }
    }

    /// Gives what an earlier version queued, without a target, to the first that is forwarded to.
    async fn adopt(&self, target: &ForwardTarget) -> Result<(), StoreError> {
        let adopted = || self.forwarding.lock().unwrap_or_else(PoisonError::into_inner);
        if !adopted().adopted {
            self.writer.write(Job::Adopt { target: target.clone() }).await?;
            adopted().adopted = true;
        }
        Ok(())
    }

    async fn count(&self, sql: &'static str) -> Result<Vec<Backlog>, StoreError> {
        let count = sqlx::query_as(sql).fetch_all(&self.readers).await;
        let count: Vec<(String, i64)> =
            count.map_err(|error| StoreError::new("counting what is forwarded", error))?;
        Ok(count.into_iter().map(Backlog::read).collect())
    }

    /// Whether this process may forward; it then may until it ends.
    fn may_forward(&self) -> Result<bool, StoreError> {
        let mut lanes = self.forwarding.lock().unwrap_or_else(PoisonError::into_inner);
        if lanes.lock.is_some() {
            return Ok(true);
        }
        let failed = |error: std::io::Error| StoreError::new("locking its queue", error);
        let mut options = File::options();
        let file = options.create(true).write(true).truncate(false).open(&self.lock_file).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {
                lanes.lock = Some(file);
                Ok(true)
            }
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

#[async_trait]
impl EventStore for SqliteStore {
    async fn append(
        &self,
        parts: Vec<Part>,
        forward_to: Option<&ForwardTarget>,
    ) -> Result<Appended, StoreError> {
        let forward_to = forward_to.cloned();
        match self.shared.writer.write(Job::Append { parts, forward_to }).await? {
            Answer::Appended(appended) => Ok(appended),
            _ => Err(StoreError::new("appending", "an answer to something else")),
        }
    }

    async fn list(&self, query: &Query) -> Result<Vec<Stored>, StoreError> {
        super::tail::Readable::list(&self.shared.reader(), query).await
    }

    async fn last_number(&self) -> Result<u64, StoreError> {
        super::tail::Readable::last_number(&self.shared.reader()).await
    }

    async fn prune(&self, received_before: Timestamp) -> Result<u64, StoreError> {
        let before_ms = received_before.seconds().saturating_mul(1000);
        match self.shared.writer.write(Job::Prune { before_ms }).await? {
            Answer::Rows(rows) => Ok(rows),
            _ => Err(StoreError::new("pruning", "an answer to something else")),
        }
    }

    fn news(&self) -> News {
        self.shared.bell.news()
    }

    async fn take_forwards(
        &self,
        target: &ForwardTarget,
        max: usize,
    ) -> Result<Vec<Box<dyn Forwarding>>, StoreError> {
        if max == 0 || !self.shared.may_forward()? {
            return Ok(Vec::new());
        }
        // One at a time: what is read below must still be the oldest of its lane when the lane is taken.
        let _turn = self.shared.taking.lock().await;
        self.shared.adopt(target).await?;
        let busy = self.shared.forwarding.lock().unwrap_or_else(PoisonError::into_inner).taken.clone();
        let rows = sqlx::query(HEADS)
            .bind(target.as_key())
            .bind(now_ms())
            .bind(i64::try_from(max.saturating_add(busy.len())).unwrap_or(i64::MAX))
            .fetch_all(&self.shared.readers)
            .await
            .map_err(|error| StoreError::new("looking for what to forward", error))?;
        let mut taken: Vec<Box<dyn Forwarding>> = Vec::new();
        for row in rows {
            let failed = |error: sqlx::Error| StoreError::new("reading what to forward", error);
            let lane: String = row.try_get("lane").map_err(failed)?;
            let lane = (target.clone(), lane);
            // A lane that was given back since may have another oldest by now.
            if taken.len() < max && !busy.contains(&lane) {
                let mut lanes = self.shared.forwarding.lock().unwrap_or_else(PoisonError::into_inner);
                lanes.taken.insert(lane.clone());
                let hold = Hold { lane, lanes: Arc::clone(&self.shared.forwarding) };
                taken.push(Box::new(Taken {
                    head: Head::of_row(&row).map_err(failed)?,
                    writer: self.shared.writer.clone(),
                    _hold: hold,
                }));
            }
        }
        Ok(taken)
    }

    async fn forwards_waiting(&self) -> Result<Vec<Backlog>, StoreError> {
        self.shared
            .count("SELECT target, count(*) FROM forwards WHERE aside < 2 GROUP BY target ORDER BY target")
            .await
    }

    async fn forwards_set_aside(&self) -> Result<Vec<Backlog>, StoreError> {
        self.shared
            .count("SELECT target, count(*) FROM forwards WHERE aside = 2 GROUP BY target ORDER BY target")
            .await
    }
}

impl EventSource for SqliteStore {
    fn events_for(&self, request_id: &RequestId) -> EventStream {
        self.shared.source.events_for(request_id)
    }

    fn coming(&self, kind: &'static str, group_id: Option<&GroupId>) -> ComingEvents {
        self.shared.source.coming(kind, group_id)
    }
}

struct Taken {
    head: Head,
    writer: Writer<Tables>,
    /// Dropped after the outcome is committed, so that nobody takes the next of the lane before.
    _hold: Hold,
}

struct Hold {
    lane: (ForwardTarget, String),
    lanes: Arc<Mutex<Lanes>>,
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner).taken.remove(&self.lane);
    }
}

#[async_trait]
impl Forwarding for Taken {
    fn stored(&self) -> &Stored {
        &self.head.stored
    }

    fn attempts(&self) -> u32 {
        self.head.attempts
    }

    fn refusals(&self) -> u32 {
        self.head.refusals
    }

    fn is_last_attempt(&self) -> bool {
        self.head.is_last_attempt
    }

    async fn settle(self: Box<Self>, outcome: Outcome) -> Result<Settled, StoreError> {
        let number = signed(self.head.stored.number);
        let job = Job::Settle { number, outcome, has_stepped_aside: self.head.has_stepped_aside };
        match self.writer.write(job).await? {
            Answer::Settled(settled) => Ok(settled),
            _ => Err(StoreError::new("settling what was forwarded", "an answer to something else")),
        }
    }
}

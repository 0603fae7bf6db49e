//! Events in a PostgreSQL database, for receivers and forwarders on several machines. What they share is held apart by
//! the database's own locks: an event that is being forwarded is a row that a transaction has locked, which ends with
//! the machine that holds it.
//!
//! Appends take turns (an advisory lock until the commit), so that numbers become visible in their order and whoever
//! follows the store misses none. Batches keep that cheap. Whether a commit is durable is the server's setting
//! `synchronous_commit`, on by default.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use groups_model::event::{ComingEvents, EventSource, EventStream, Part};
use groups_model::{GroupId, RequestId, Timestamp};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, Postgres, QueryBuilder, Transaction};
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};

use super::news::Bell;
use super::writer::{Batch, Writer};
use super::{Appended, Backlog, EventStore, Forwarding, Head, News, Outcome, Query, Row};
use super::{Settled, StoreError, Stored, StoredEvents};
use super::{check_version, latest, missing, now_ms, signed};
use crate::target::ForwardTarget;

/// Names the turn that appends take. Any number, the same for all: "wagroups" in ASCII.
const TURN: i64 = 0x7761_6772_6f75_7073;

/// What makes each version of the one before; the first of nothing. A version that was published is never changed.
const SCHEMAS: [&str; 3] = [FIRST, WITH_TARGETS, WITH_REFUSALS];

const VERSION: &str = "CREATE TABLE IF NOT EXISTS wagroups_store (version BIGINT NOT NULL)";

const FIRST: &str = r#"
CREATE TABLE IF NOT EXISTS wagroups_events (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    group_id TEXT,
    request_id TEXT,
    at_s BIGINT NOT NULL,
    received_ms BIGINT NOT NULL,
    notification BYTEA NOT NULL
);
CREATE INDEX IF NOT EXISTS wagroups_events_by_group ON wagroups_events (group_id, number) WHERE group_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS wagroups_events_by_request
    ON wagroups_events (request_id, number) WHERE request_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS wagroups_events_by_time ON wagroups_events (at_s);
CREATE TABLE IF NOT EXISTS wagroups_forwards (
    number BIGINT PRIMARY KEY REFERENCES wagroups_events (number),
    lane TEXT COLLATE "C" NOT NULL,
    due_ms BIGINT NOT NULL DEFAULT 0,
    attempts BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS wagroups_forwards_by_lane ON wagroups_forwards (lane, number);
"#;

/// What was queued before has no target: whoever forwards next sends it. A process of the version before may go on, and
/// forwards all of it as before.
const WITH_TARGETS: &str = r#"
ALTER TABLE wagroups_forwards ADD COLUMN target TEXT COLLATE "C" NOT NULL DEFAULT '';
DROP INDEX wagroups_forwards_by_lane;
CREATE INDEX wagroups_forwards_by_lane ON wagroups_forwards (target, lane, number);
"#;

/// `aside`: 0 waits, 1 stepped aside, 2 is set aside. A process of the version before may go on; it tries events that were
/// set aside again.
const WITH_REFUSALS: &str = r#"
ALTER TABLE wagroups_forwards ADD COLUMN refusals BIGINT NOT NULL DEFAULT 0;
ALTER TABLE wagroups_forwards ADD COLUMN aside SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE wagroups_forwards ADD COLUMN last_attempt BOOLEAN NOT NULL DEFAULT FALSE;
DROP INDEX wagroups_forwards_by_lane;
CREATE INDEX wagroups_forwards_by_lane ON wagroups_forwards (target, lane, number) WHERE aside = 0;
CREATE INDEX wagroups_forwards_aside ON wagroups_forwards (target, lane, aside) WHERE aside > 0;
"#;

/// What somebody of the version before is forwarding just now is left to them.
const ADOPT: &str = "
UPDATE wagroups_forwards SET target = $1
WHERE number IN (SELECT number FROM wagroups_forwards WHERE target = '' FOR UPDATE SKIP LOCKED)";

const ADD: &str = "
INSERT INTO wagroups_events (id, type, group_id, request_id, at_s, received_ms, notification)
SELECT id, type, group_id, request_id, at_s, received_ms, notification
FROM UNNEST($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bytea[])
    WITH ORDINALITY AS new (id, type, group_id, request_id, at_s, received_ms, notification, place)
ORDER BY place
ON CONFLICT (id) DO NOTHING
RETURNING number, id";

const QUEUE: &str = "
INSERT INTO wagroups_forwards (number, target, lane)
SELECT number, target, lane FROM UNNEST($1::bigint[], $2::text[], $3::text[]) AS new (number, target, lane)";

/// The oldest of a lane that is due and that nobody has locked. One index step per lane however much waits. The clock
/// is the database's, the same for all machines.
const HEAD: &str = "
WITH RECURSIVE lanes (lane) AS (
    SELECT min(lane) FROM wagroups_forwards WHERE target = $1 AND aside = 0
    UNION ALL
    SELECT (SELECT min(lane) FROM wagroups_forwards
        WHERE target = $1 AND aside = 0 AND wagroups_forwards.lane > lanes.lane)
    FROM lanes WHERE lanes.lane IS NOT NULL
)
SELECT waiting.number, waiting.attempts, waiting.refusals, waiting.last_attempt,
    EXISTS (SELECT FROM wagroups_forwards AS others
        WHERE others.target = $1 AND others.lane = lanes.lane AND others.aside = 1) AS stepped_aside,
    events.id, events.received_ms, events.notification
FROM lanes
CROSS JOIN LATERAL (
    SELECT number FROM wagroups_forwards
    WHERE target = $1 AND aside = 0 AND wagroups_forwards.lane = lanes.lane
    ORDER BY number LIMIT 1
) AS heads
JOIN wagroups_forwards AS waiting ON waiting.number = heads.number
JOIN wagroups_events AS events ON events.number = waiting.number
WHERE waiting.due_ms <= (extract(epoch FROM clock_timestamp()) * 1000)::bigint AND waiting.aside = 0
ORDER BY waiting.number LIMIT 1
FOR UPDATE OF waiting SKIP LOCKED";

/// Returns what stepped aside in the lane of an event to its place, for a last attempt.
const LAST_ATTEMPTS: &str = "
UPDATE wagroups_forwards SET aside = 0, last_attempt = TRUE, due_ms = 0
WHERE (target, lane) = (SELECT target, lane FROM wagroups_forwards WHERE number = $1) AND aside = 1";

/// Returns what stepped aside in the lane of an event to its place.
const RETURN_LANE: &str = "
UPDATE wagroups_forwards
SET aside = 0, due_ms = (extract(epoch FROM clock_timestamp()) * 1000)::bigint + $2
WHERE (target, lane) = (SELECT target, lane FROM wagroups_forwards WHERE number = $1) AND aside = 1";

const AGAIN: &str = "
UPDATE wagroups_forwards
SET attempts = attempts + 1, refusals = refusals + $3,
    due_ms = (extract(epoch FROM clock_timestamp()) * 1000)::bigint + $2
WHERE number = $1";

const SET_ASIDE: &str = "
UPDATE wagroups_forwards SET attempts = attempts + 1, refusals = refusals + 1, aside = $2
WHERE number = $1 ";

/// Whether another waits behind an event, and how many stepped aside before it.
const AROUND: &str = "
SELECT EXISTS (SELECT FROM wagroups_forwards AS next
        WHERE next.target = own.target AND next.lane = own.lane AND next.aside = 0 AND next.number > own.number),
    (SELECT count(*) FROM wagroups_forwards AS others
        WHERE others.target = own.target AND others.lane = own.lane AND others.aside = 1)
FROM wagroups_forwards AS own WHERE own.number = $1";

/// A statement with two parts takes one snapshot: what is set aside is forgotten first, so that its events can be.
const PRUNE_SET_ASIDE: &str = "
DELETE FROM wagroups_forwards USING wagroups_events AS events
WHERE events.number = wagroups_forwards.number AND wagroups_forwards.aside = 2 AND events.received_ms < $1";

/// Events in a PostgreSQL database, in tables whose names begin with `wagroups_`. Cloning it is cheap.
#[derive(Clone)]
pub struct PostgresStore {
    shared: Arc<Shared>,
}

struct Shared {
    writer: Writer<Tables>,
    reader: Reader,
    /// How many more events may be held to be forwarded: all of the pool but one, which is left for reading.
    to_hold: Arc<Semaphore>,
    /// Whether what an earlier version queued, without a target, was given to the first that is forwarded to.
    adopted: OnceCell<()>,
    source: StoredEvents,
}

impl PostgresStore {
    /// Connects to `postgres://user:password@host/database` and makes the tables if need be. Takes up to
    /// `connections`, at least 3: one for writing, one for reading, and one for each event that is being forwarded, so
    /// that no more events are forwarded at once than are left. The store works within the runtime it is opened in.
    pub async fn open(url: &str, connections: u32) -> Result<Self, StoreError> {
        let options: PgConnectOptions =
            url.parse().map_err(|error: sqlx::Error| StoreError::new("reading its URL", error))?;
        let options = options.disable_statement_logging();
        let connection = options.connect().await.map_err(|error| StoreError::new("connecting", error))?;
        Self::prepared(options, connection, connections).await
    }

    async fn prepared(
        options: PgConnectOptions,
        mut connection: PgConnection,
        connections: u32,
    ) -> Result<Self, StoreError> {
        prepare(&mut connection).await?;
        // One is the writer's.
        let connections = connections.saturating_sub(1).max(2);
        let pool = PgPoolOptions::new().max_connections(connections).connect_lazy_with(options.clone());
        let to_hold = Arc::new(Semaphore::new(usize::try_from(connections - 1).unwrap_or(1)));
        let bell = Bell::new();
        let writer = Writer::start(Tables { connection, options, bell: bell.clone() });
        let reader = Reader { pool, bell };
        let source = StoredEvents::new(Arc::new(reader.clone()));
        Ok(Self { shared: Arc::new(Shared { writer, reader, to_hold, adopted: OnceCell::new(), source }) })
    }
}

async fn prepare(connection: &mut PgConnection) -> Result<(), StoreError> {
    let known = latest(&SCHEMAS);
    let work = async {
        let mut tx = connection.begin().await?;
        // Two who come first at the same time would make the tables twice.
        take_turn(&mut tx).await?;
        sqlx::raw_sql(VERSION).execute(&mut *tx).await?;
        let version: Option<i64> =
            sqlx::query_scalar("SELECT version FROM wagroups_store").fetch_optional(&mut *tx).await?;
        let version = version.unwrap_or(0);
        for schema in missing(&SCHEMAS, version) {
            sqlx::raw_sql(*schema).execute(&mut *tx).await?;
        }
        if version < known {
            sqlx::query("DELETE FROM wagroups_store").execute(&mut *tx).await?;
            let set_version = sqlx::query("INSERT INTO wagroups_store (version) VALUES ($1)");
            set_version.bind(known).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok::<i64, sqlx::Error>(version)
    };
    check_version(work.await.map_err(|error| StoreError::new("preparing it", error))?, &SCHEMAS)
}

/// Until the end of the transaction nobody else appends.
async fn take_turn(tx: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(TURN).execute(tx).await.map(drop)
}

struct Job {
    parts: Vec<Part>,
    forward_to: Option<ForwardTarget>,
}

struct Tables {
    connection: PgConnection,
    options: PgConnectOptions,
    bell: Bell,
}

impl Batch for Tables {
    type Job = Job;
    type Answer = Appended;

    fn rows(job: &Job) -> usize {
        job.parts.len()
    }

    fn bytes(job: &Job) -> usize {
        job.parts.iter().map(|part| part.notification.len()).sum()
    }

    async fn write(&mut self, jobs: &[Job]) -> Result<Vec<Appended>, StoreError> {
        let received_ms = now_ms();
        let rows = |job: &Job| job.parts.iter().map(|part| Row::of(part, received_ms)).collect();
        let mut rows: Vec<Vec<Row>> = jobs.iter().map(rows).collect();
        let work = async {
            let mut tx = self.connection.begin().await?;
            take_turn(&mut tx).await?;
            let mut added = add(&mut tx, &mut rows).await?;
            let (mut numbers, mut targets, mut lanes) = (Vec::new(), Vec::new(), Vec::new());
            let mut answers = Vec::with_capacity(jobs.len());
            for (job, rows) in jobs.iter().zip(&rows) {
                let appended: Vec<Option<i64>> = rows.iter().map(|row| added.remove(&row.id)).collect();
                if let Some(target) = &job.forward_to {
                    for (row, number) in rows.iter().zip(&appended) {
                        numbers.extend(*number);
                        targets.extend(number.map(|_| target.as_key()));
                        lanes.extend(number.map(|_| row.lane()));
                    }
                }
                let appended = appended.into_iter().map(|number| number.map(i64::unsigned_abs));
                answers.push(Appended::new(appended.collect()));
            }
            if !numbers.is_empty() {
                sqlx::query(QUEUE).bind(numbers).bind(targets).bind(lanes).execute(&mut *tx).await?;
            }
            tx.commit().await?;
            Ok::<_, sqlx::Error>(answers)
        };
        let answers = work.await.map_err(|error| StoreError::new("writing", error))?;
        self.bell.ring();
        Ok(answers)
    }

    /// The connection may be lost; a new one starts clean.
    async fn recover(&mut self) {
        if let Ok(connection) = self.options.connect().await {
            self.connection = connection;
        }
    }
}

/// Adds all rows in one statement; the numbers of those that are new.
async fn add(tx: &mut PgConnection, rows: &mut [Vec<Row>]) -> sqlx::Result<HashMap<String, i64>> {
    let all = || rows.iter().flatten();
    let ids: Vec<&str> = all().map(|row| row.id.as_str()).collect();
    let kinds: Vec<&str> = all().map(|row| row.kind).collect();
    let groups: Vec<Option<&str>> = all().map(|row| row.group_id.as_deref()).collect();
    let requests: Vec<Option<&str>> = all().map(|row| row.request_id.as_deref()).collect();
    let times: Vec<i64> = all().map(|row| row.at_s).collect();
    let received: Vec<i64> = all().map(|row| row.received_ms).collect();
    let notifications: Vec<&[u8]> = all().map(|row| row.notification.as_slice()).collect();
    let added = sqlx::query_as::<_, (i64, String)>(ADD)
        .bind(ids)
        .bind(kinds)
        .bind(groups)
        .bind(requests)
        .bind(times)
        .bind(received)
        .bind(notifications)
        .fetch_all(tx)
        .await?;
    Ok(added.into_iter().map(|(number, id)| (id, number)).collect())
}

/// The reading side: all that following the store needs.
#[derive(Clone)]
struct Reader {
    pool: PgPool,
    bell: Bell,
}

#[async_trait]
impl super::tail::Readable for Reader {
    async fn list(&self, query: &Query) -> Result<Vec<Stored>, StoreError> {
        let mut sql: QueryBuilder<Postgres> =
            QueryBuilder::new("SELECT number, id, received_ms, notification FROM wagroups_events WHERE TRUE");
        super::conditions!(sql, query);
        let rows = sql.build().fetch_all(&self.pool).await;
        let rows = rows.map_err(|error| StoreError::new("listing events", error))?;
        let read: sqlx::Result<_> = rows.iter().map(Stored::of_row).collect();
        read.map_err(|error| StoreError::new("reading events", error))
    }

    /// The sequence is ahead of what is visible while somebody appends, so it takes its turn with them.
    async fn last_number(&self) -> Result<u64, StoreError> {
        let work = async {
            let mut tx = self.pool.begin().await?;
            sqlx::query("SELECT pg_advisory_xact_lock_shared($1)").bind(TURN).execute(&mut *tx).await?;
            let last =
                "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM wagroups_events_number_seq";
            let last: i64 = sqlx::query_scalar(last).fetch_one(&mut *tx).await?;
            tx.commit().await?;
            Ok::<_, sqlx::Error>(last.unsigned_abs())
        };
        work.await.map_err(|error| StoreError::new("asking for the newest event", error))
    }

    fn news(&self) -> News {
        self.bell.news()
    }
}

#[async_trait]
impl EventStore for PostgresStore {
    async fn append(
        &self,
        parts: Vec<Part>,
        forward_to: Option<&ForwardTarget>,
    ) -> Result<Appended, StoreError> {
        self.shared.writer.write(Job { parts, forward_to: forward_to.cloned() }).await
    }

    async fn list(&self, query: &Query) -> Result<Vec<Stored>, StoreError> {
        super::tail::Readable::list(&self.shared.reader, query).await
    }

    async fn last_number(&self) -> Result<u64, StoreError> {
        super::tail::Readable::last_number(&self.shared.reader).await
    }

    async fn prune(&self, received_before: Timestamp) -> Result<u64, StoreError> {
        let sql = "
            DELETE FROM wagroups_events WHERE received_ms < $1
            AND NOT EXISTS (SELECT FROM wagroups_forwards WHERE wagroups_forwards.number = wagroups_events.number)";
        let before_ms = received_before.seconds().saturating_mul(1000);
        let work = async {
            let mut tx = self.shared.reader.pool.begin().await?;
            sqlx::query(PRUNE_SET_ASIDE).bind(before_ms).execute(&mut *tx).await?;
            let done = sqlx::query(sql).bind(before_ms).execute(&mut *tx).await?;
            tx.commit().await?;
            Ok::<_, sqlx::Error>(done.rows_affected())
        };
        work.await.map_err(|error| StoreError::new("pruning", error))
    }

    fn news(&self) -> News {
        self.shared.reader.bell.news()
    }

    async fn take_forwards(
        &self,
        target: &ForwardTarget,
        max: usize,
    ) -> Result<Vec<Box<dyn Forwarding>>, StoreError> {
        let pool = &self.shared.reader.pool;
        let adopt = async || sqlx::query(ADOPT).bind(target.as_key()).execute(pool).await.map(drop);
        let adopted = self.shared.adopted.get_or_try_init(adopt).await;
        adopted.map_err(|error| StoreError::new("looking for what to forward", error))?;
        let mut taken: Vec<Box<dyn Forwarding>> = Vec::new();
        while taken.len() < max
            && let Ok(permit) = Arc::clone(&self.shared.to_hold).try_acquire_owned()
        {
            let next = take_one(pool, target, permit).await;
            match next.map_err(|error| StoreError::new("looking for what to forward", error)) {
                Ok(Some(next)) => taken.push(Box::new(next)),
                Ok(None) => break,
                // What was taken already need not suffer for it.
                Err(_) if !taken.is_empty() => break,
                Err(error) => return Err(error),
            }
        }
        Ok(taken)
    }

    async fn forwards_waiting(&self) -> Result<Vec<Backlog>, StoreError> {
        self.shared.reader.count("SELECT target, count(*) FROM wagroups_forwards WHERE aside < 2 GROUP BY target ORDER BY target").await
    }

    async fn forwards_set_aside(&self) -> Result<Vec<Backlog>, StoreError> {
        self.shared.reader.count("SELECT target, count(*) FROM wagroups_forwards WHERE aside = 2 GROUP BY target ORDER BY target").await
    }
}

impl Reader {
    async fn count(&self, sql: &'static str) -> Result<Vec<Backlog>, StoreError> {
        let count = sqlx::query_as(sql).fetch_all(&self.pool).await;
        let count: Vec<(String, i64)> =
            count.map_err(|error| StoreError::new("counting what is forwarded", error))?;
        Ok(count.into_iter().map(Backlog::read).collect())
    }
}

impl EventSource for PostgresStore {
    fn events_for(&self, request_id: &RequestId) -> EventStream {
        self.shared.source.events_for(request_id)
    }

    fn coming(&self, kind: &'static str, group_id: Option<&GroupId>) -> ComingEvents {
        self.shared.source.coming(kind, group_id)
    }
}

async fn take_one(
    pool: &PgPool,
    target: &ForwardTarget,
    permit: OwnedSemaphorePermit,
) -> sqlx::Result<Option<Taken>> {
    let mut tx = pool.begin().await?;
    let head = sqlx::query(HEAD).bind(target.as_key()).fetch_optional(&mut *tx).await?;
    let Some(row) = head else { return Ok(None) };
    Ok(Some(Taken { head: Head::of_row(&row)?, tx, _permit: permit }))
}

/// Holds the row's lock as long as it lives.
struct Taken {
    head: Head,
    tx: Transaction<'static, Postgres>,
    /// Dropped after the transaction.
    _permit: OwnedSemaphorePermit,
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

    async fn settle(mut self: Box<Self>, outcome: Outcome) -> Result<Settled, StoreError> {
        let work = async {
            let settled = settle(&mut self.tx, &self.head, outcome).await?;
            self.tx.commit().await?;
            Ok::<_, sqlx::Error>(settled)
        };
        work.await.map_err(|error| StoreError::new("settling what was forwarded", error))
    }
}

async fn settle(tx: &mut PgConnection, head: &Head, outcome: Outcome) -> sqlx::Result<Settled> {
    let number = signed(head.stored.number);
    let outcome = match outcome {
        Outcome::StepAside { delay, alone } => {
            let (has_next, stepped): (bool, i64) =
                sqlx::query_as(AROUND).bind(number).fetch_optional(&mut *tx).await?.unwrap_or_default();
            match Outcome::instead_of_stepping_aside(delay, alone, has_next, stepped) {
                Some(outcome) => outcome,
                None => {
                    sqlx::query(SET_ASIDE).bind(number).bind(1_i16).execute(&mut *tx).await?;
                    return Ok(Settled::SteppedAside);
                }
            }
        }
        outcome => outcome,
    };
    if head.has_stepped_aside {
        let returned = match outcome {
            Outcome::Again { delay, .. } => sqlx::query(RETURN_LANE).bind(number).bind(delay_ms(delay)),
            _ => sqlx::query(LAST_ATTEMPTS).bind(number),
        };
        returned.execute(&mut *tx).await?;
    }
    match outcome {
        Outcome::Again { delay, refused } => {
            let again = sqlx::query(AGAIN).bind(number).bind(delay_ms(delay)).bind(i64::from(refused));
            again.execute(&mut *tx).await?;
        }
        Outcome::Done => {
            let delete = sqlx::query("DELETE FROM wagroups_forwards WHERE number = $1").bind(number);
            delete.execute(&mut *tx).await?;
        }
        _ => {
            sqlx::query(SET_ASIDE).bind(number).bind(2_i16).execute(&mut *tx).await?;
            return Ok(Settled::SetAside);
        }
    }
    Ok(Settled::Stored)
}

fn delay_ms(delay: Duration) -> i64 {
    i64::try_from(delay.as_millis()).unwrap_or(i64::MAX / 2).min(i64::MAX / 2)
}

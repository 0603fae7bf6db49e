//! The record of what happened: a small trait, so that one machine keeps it in a file (`sqlite`) and a team in a
//! PostgreSQL database (`postgres`). It only grows, apart from retention; an event that is there is never written again.

mod news;
#[cfg(feature = "postgres")]
mod postgres;
mod sqlite;
mod tail;
mod writer;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use groups_model::event::Part;
use groups_model::{Event, EventId, GroupId, RequestId, Timestamp};

pub use news::News;
#[cfg(feature = "postgres")]
pub use postgres::PostgresStore;
pub use sqlite::SqliteStore;
pub use tail::{StoredEvents, tail};

use crate::target::ForwardTarget;

/// Where events are kept.
#[async_trait]
pub trait EventStore: Send + Sync + 'static {
    /// Adds events, in their order, and returns once they would survive a power cut. An event whose id is there
    /// already is left as it is. With a target, new ones are also put in the queue of what is to be forwarded to it.
    async fn append(
        &self,
        parts: Vec<Part>,
        forward_to: Option<&ForwardTarget>,
    ) -> Result<Appended, StoreError>;

    /// The events that match, by their number.
    async fn list(&self, query: &Query) -> Result<Vec<Stored>, StoreError>;

    /// The number of the newest event ever stored; 0 before the first.
    async fn last_number(&self) -> Result<u64, StoreError>;

    /// Forgets events that were received before a moment, unless they wait to be forwarded; tells how many. Events that
    /// were set aside do not wait: they are forgotten. An event
    /// that is forgotten and then delivered again is new. 360dialog delivers again for up to 7 days (Facts 4.7), so
    /// keep them longer than that.
    async fn prune(&self, received_before: Timestamp) -> Result<u64, StoreError>;

    /// Tells when it may be worth looking for new events.
    fn news(&self) -> News;

    /// Takes up to `max` events to forward to a target: of each group the oldest that waits for it, if its time has come
    /// and nobody else has it. What is dropped without an outcome is given back.
    async fn take_forwards(
        &self,
        target: &ForwardTarget,
        max: usize,
    ) -> Result<Vec<Box<dyn Forwarding>>, StoreError>;

    /// How many events wait to be forwarded to each target, whether their time has come or not. Targets for which none
    /// waits are left out.
    async fn forwards_waiting(&self) -> Result<Vec<Backlog>, StoreError>;

    /// How many events were set aside for each target, as it did not accept them. Targets without any are left out.
    async fn forwards_set_aside(&self) -> Result<Vec<Backlog>, StoreError>;
}

/// What waits to be forwarded to a target.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backlog {
    /// Where to. Empty for what an earlier version queued, which knew no targets: whoever forwards next sends it.
    pub target: ForwardTarget,
    /// How many events.
    pub events: u64,
}

impl Backlog {
    /// So many for a target.
    pub fn new(target: ForwardTarget, events: u64) -> Self {
        Self { target, events }
    }

    /// From a row of either database.
    fn read((target, events): (String, i64)) -> Self {
        Self { target: ForwardTarget::from_key(target), events: events.unsigned_abs() }
    }
}

/// An event that is being forwarded, by nobody else in the meantime.
#[async_trait]
pub trait Forwarding: Send {
    /// The event.
    fn stored(&self) -> &Stored;

    /// How often it was tried before.
    fn attempts(&self) -> u32;

    /// How many of these attempts count against the event; see [`Outcome::Again`].
    fn refusals(&self) -> u32;

    /// Whether it stepped aside before, and the next event of its group was accepted: the target is up, and this is its
    /// last attempt.
    fn is_last_attempt(&self) -> bool;

    /// Stores the outcome of an attempt, in one transaction.
    async fn settle(self: Box<Self>, outcome: Outcome) -> Result<Settled, StoreError>;

    /// It need not be forwarded any more.
    async fn done(self: Box<Self>) -> Result<Settled, StoreError> {
        self.settle(Outcome::Done).await
    }

    /// It failed; it and what waits behind it are due again after a while.
    async fn again_after(self: Box<Self>, delay: Duration) -> Result<Settled, StoreError> {
        self.settle(Outcome::Again { delay, refused: false }).await
    }
}

/// The outcome of an attempt to forward an event, and what it means for the events of its group (its lane).
///
/// An event *steps aside* while the next of its lane is tried. If that one is accepted, the target is up: the event returns
/// to its place for a last attempt. If that one fails, the event returns to its place as if nothing had happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It was accepted, or need not be forwarded any more. Events of its lane that stepped aside return to their places
    /// for a last attempt each, due at once.
    Done,
    /// It is due again after a while. Events of its lane that stepped aside return to their places, due at the same
    /// time.
    Again {
        /// After how long.
        delay: Duration,
        /// Whether the attempt counts against the event.
        refused: bool,
    },
    /// It steps aside if another event of its lane waits behind it. Otherwise as `SetAside` where `alone` is true, or else
    /// as `Again` with `refused`. Also as `Again` where [`STEPPED_ASIDE_MAX`] of its lane have stepped aside already.
    StepAside {
        /// After how long it is due again if it does not step aside.
        delay: Duration,
        /// Whether it is set aside if nothing waits behind it.
        alone: bool,
    },
    /// It is set aside: it stays in the store and is not tried again. For its lane this is the same as `Done`.
    SetAside,
}

impl Outcome {
    /// What stepping aside comes to; `None` where the event does step aside. `stepped`: how many of its lane have.
    fn instead_of_stepping_aside(delay: Duration, alone: bool, has_next: bool, stepped: i64) -> Option<Self> {
        match has_next {
            true if stepped < i64::from(STEPPED_ASIDE_MAX) => None,
            false if alone => Some(Self::SetAside),
            _ => Some(Self::Again { delay, refused: true }),
        }
    }
}

/// How many events of one lane may step aside at a time.
pub const STEPPED_ASIDE_MAX: u32 = 10;

/// What a [`Outcome::StepAside`] came to, or another outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Settled {
    /// It is done, or waits.
    #[default]
    Stored,
    /// It stepped aside.
    SteppedAside,
    /// It is set aside.
    SetAside,
}

/// An event as it is kept.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Stored {
    /// Its place in the store. Later events have greater numbers; some are left out.
    pub number: u64,
    /// When it was first received, by the clock of the receiver.
    pub received_at: Timestamp,
    /// The event.
    pub event: Event,
    /// The notification that tells this event alone, as [`Part::notification`].
    pub notification: Vec<u8>,
}

impl Stored {
    /// For a store of one's own: from the notification that was kept, which says all there is to the event. `None`
    /// where it tells no event, which no [`Part::notification`] does.
    pub fn new(number: u64, received_at: Timestamp, notification: Vec<u8>) -> Option<Self> {
        let event = groups_model::event::decode(&notification).into_iter().next()?;
        Some(Self { number, received_at, event, notification })
    }

    /// Of a row of either database.
    fn of_row<R>(row: &R) -> sqlx::Result<Self>
    where
        R: sqlx::Row,
        for<'a> &'a str: sqlx::ColumnIndex<R>,
        for<'a> i64: sqlx::Decode<'a, R::Database> + sqlx::Type<R::Database>,
        for<'a> String: sqlx::Decode<'a, R::Database> + sqlx::Type<R::Database>,
        for<'a> Vec<u8>: sqlx::Decode<'a, R::Database> + sqlx::Type<R::Database>,
    {
        let received_at = Timestamp::from_seconds(row.try_get::<i64, _>("received_ms")?.div_euclid(1000));
        let number: i64 = row.try_get("number")?;
        let stored = Self::new(number.unsigned_abs(), received_at, row.try_get("notification")?);
        let nothing = || sqlx::Error::Decode("a notification that tells nothing".into());
        let mut stored = stored.ok_or_else(nothing)?;
        // By what it was first known, should another version of this crate derive it otherwise.
        if let Ok(id) = EventId::new(row.try_get::<String, _>("id")?) {
            stored.event.id = id;
        }
        Ok(stored)
    }
}

/// The oldest event of a lane that is to be forwarded.
struct Head {
    stored: Stored,
    attempts: u32,
    refusals: u32,
    is_last_attempt: bool,
    /// Whether others of its lane have stepped aside.
    has_stepped_aside: bool,
}

impl Head {
    /// Of a row of either database.
    fn of_row<R>(row: &R) -> sqlx::Result<Self>
    where
        R: sqlx::Row,
        for<'a> &'a str: sqlx::ColumnIndex<R>,
        for<'a> bool: sqlx::Decode<'a, R::Database> + sqlx::Type<R::Database>,
        for<'a> i64: sqlx::Decode<'a, R::Database> + sqlx::Type<R::Database>,
        for<'a> String: sqlx::Decode<'a, R::Database> + sqlx::Type<R::Database>,
        for<'a> Vec<u8>: sqlx::Decode<'a, R::Database> + sqlx::Type<R::Database>,
    {
        let count =
            |name| Ok::<_, sqlx::Error>(u32::try_from(row.try_get::<i64, _>(name)?).unwrap_or(u32::MAX));
        Ok(Self {
            stored: Stored::of_row(row)?,
            attempts: count("attempts")?,
            refusals: count("refusals")?,
            is_last_attempt: row.try_get("last_attempt")?,
            has_stepped_aside: row.try_get("stepped_aside")?,
        })
    }
}

/// What became of each part that was appended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Appended {
    /// The number of each, in the order given; `None` where it was there already.
    pub numbers: Vec<Option<u64>>,
}

impl Appended {
    /// With the number of each part.
    pub fn new(numbers: Vec<Option<u64>>) -> Self {
        Self { numbers }
    }

    /// How many were new.
    pub fn added(&self) -> usize {
        self.numbers.iter().flatten().count()
    }
}

/// In which order events are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// By number, oldest first.
    #[default]
    OldestFirst,
    /// By number, newest first.
    NewestFirst,
}

/// Which events are asked for. All conditions have to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Query {
    /// Only of this group.
    pub group_id: Option<GroupId>,
    /// Only of this type, such as `group_create`.
    pub kind: Option<String>,
    /// Only with this receipt.
    pub request_id: Option<RequestId>,
    /// Only what happened at or after this moment; the time of receipt counts where the event tells none.
    pub since: Option<Timestamp>,
    /// Only what happened before this moment.
    pub until: Option<Timestamp>,
    /// Only with a greater number than this.
    pub after: Option<u64>,
    /// At most so many.
    pub limit: Option<u32>,
    /// From which end.
    pub order: Order,
}

impl Query {
    /// All events.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only of a group.
    #[must_use]
    pub fn group_id(mut self, id: GroupId) -> Self {
        self.group_id = Some(id);
        self
    }

    /// Only of a type, such as `group_create`.
    #[must_use]
    pub fn kind(mut self, name: impl Into<String>) -> Self {
        self.kind = Some(name.into());
        self
    }

    /// Only with a receipt.
    #[must_use]
    pub fn request_id(mut self, id: RequestId) -> Self {
        self.request_id = Some(id);
        self
    }

    /// Only what happened at or after a moment.
    #[must_use]
    pub fn since(mut self, at: Timestamp) -> Self {
        self.since = Some(at);
        self
    }

    /// Only what happened before a moment.
    #[must_use]
    pub fn until(mut self, at: Timestamp) -> Self {
        self.until = Some(at);
        self
    }

    /// Only with a greater number.
    #[must_use]
    pub fn after(mut self, number: u64) -> Self {
        self.after = Some(number);
        self
    }

    /// At most so many.
    #[must_use]
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// The newest first.
    #[must_use]
    pub fn newest_first(mut self) -> Self {
        self.order = Order::NewestFirst;
        self
    }
}

/// A store could not do what it was asked to.
#[derive(Debug)]
pub struct StoreError {
    doing: &'static str,
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl StoreError {
    /// With what was being done, such as "listing events", and why it failed.
    pub fn new(doing: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { doing, source: source.into() }
    }
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the event store failed at {}", self.doing)
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.source)
    }
}

/// What an event is indexed by. The ids come from outside: a database refuses a NUL in a text, and an index refuses a
/// long one, so such an id is replaced by a digest of it, when it is stored and when it is asked for.
fn key(id: &str) -> String {
    use sha2::Digest as _;
    const LONGEST: usize = 512;
    if id.len() <= LONGEST && !id.contains('\0') {
        return id.to_owned();
    }
    let digest = sha2::Sha256::digest(id.as_bytes());
    digest.iter().fold(String::from("sha256:"), |text, byte| text + &format!("{byte:02x}"))
}

/// One row of the table of events.
struct Row {
    id: String,
    kind: &'static str,
    group_id: Option<String>,
    request_id: Option<String>,
    at_s: i64,
    received_ms: i64,
    notification: Vec<u8>,
}

impl Row {
    fn of(part: &Part, received_ms: i64) -> Self {
        let event = &part.event;
        Self {
            id: event.id.as_str().to_owned(),
            kind: event.kind.type_name(),
            group_id: event.group_id.as_ref().map(|id| key(id.as_str())),
            request_id: event.request_id.as_ref().map(|id| key(id.as_str())),
            at_s: event.at.map_or(received_ms.div_euclid(1000), Timestamp::seconds),
            received_ms,
            notification: part.notification.clone(),
        }
    }

    /// What is forwarded in order: the events of a group. Those without one need no order; they are spread over a
    /// few lanes, so that one which is refused does not hold up all others, and the number of lanes stays small.
    fn lane(&self) -> String {
        match &self.group_id {
            Some(group) => format!("g{group}"),
            None => format!("-{}", self.id.get(..2).unwrap_or_default()),
        }
    }
}

/// What is left of a list of schemas, each of which makes a version of the one before, where a version is there already.
fn missing(schemas: &'static [&'static str], version: i64) -> &'static [&'static str] {
    usize::try_from(version).ok().and_then(|version| schemas.get(version..)).unwrap_or_default()
}

/// The version that a list of schemas leads to.
fn latest(schemas: &[&str]) -> i64 {
    i64::try_from(schemas.len()).unwrap_or(i64::MAX)
}

/// Whether a version that was found is known.
fn check_version(found: i64, schemas: &[&str]) -> Result<(), StoreError> {
    let known = latest(schemas);
    match (0..=known).contains(&found) {
        true => Ok(()),
        false => Err(StoreError::new(
            "opening it",
            format!("it is of version {found}, and this program knows version {known}"),
        )),
    }
}

/// Milliseconds since 1970.
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn due_after(delay: Duration) -> i64 {
    now_ms().saturating_add(i64::try_from(delay.as_millis()).unwrap_or(i64::MAX))
}

/// Databases count with signed numbers.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The conditions of a query, as they are written for either database. A macro, as the two builders are types that
/// share no trait for it.
macro_rules! conditions {
    ($sql:ident, $query:ident) => {
        if let Some(id) = &$query.group_id {
            $sql.push(" AND group_id = ").push_bind($crate::store::key(id.as_str()));
        }
        if let Some(id) = &$query.request_id {
            $sql.push(" AND request_id = ").push_bind($crate::store::key(id.as_str()));
        }
        if let Some(kind) = &$query.kind {
            $sql.push(" AND type = ").push_bind($crate::store::key(kind));
        }
        if let Some(since) = $query.since {
            $sql.push(" AND at_s >= ").push_bind(since.seconds());
        }
        if let Some(until) = $query.until {
            $sql.push(" AND at_s < ").push_bind(until.seconds());
        }
        if let Some(after) = $query.after {
            $sql.push(" AND number > ").push_bind($crate::store::signed(after));
        }
        $sql.push(match $query.order {
            $crate::store::Order::OldestFirst => " ORDER BY number",
            $crate::store::Order::NewestFirst => " ORDER BY number DESC",
        });
        if let Some(limit) = $query.limit {
            $sql.push(" LIMIT ").push_bind(i64::from(limit));
        }
    };
}
use conditions;

//! The emulator without its HTTP skin: a cache of the world to read, one way to write, and outcomes applied when
//! they are due. Nothing is visible to anyone before it is committed.

use std::sync::{Arc, Mutex as StdMutex, PoisonError, RwLock};
use std::time::Duration;

use fastrand::Rng;
use sqlx::SqliteConnection;
use tokio::sync::{Mutex, Notify};

use crate::clock::now_ms;
use crate::doorbell::Doorbell;
use crate::error::SandboxError;
use crate::state::cursor::Version;
use crate::state::draft::{Changes, Draft};
use crate::state::event::Event;
use crate::state::world::{Number, World};
use crate::store::{self, Location, News};

/// On opening, outcomes due within this time are waited for, so that a command sees what the one before it did.
const WAIT_ON_OPEN_MS: i64 = 500;

/// The state of a sandbox: groups, people, and what is due. Cheap to clone; clones share the state.
///
/// Every method first applies the outcomes that are due. Several emulators, also in several processes, may have
/// the same file open; a change is visible to all of them as soon as the call that made it returns.
#[derive(Clone)]
pub struct Emulator {
    inner: Arc<Inner>,
}

struct Inner {
    cache: RwLock<Cache>,
    /// The one connection; whoever holds it is the only one in this process to change the cache.
    connection: Mutex<SqliteConnection>,
    doorbell: Doorbell,
    delay_ms: i64,
    /// Where the randomness of ids comes from.
    rng: StdMutex<Rng>,
    /// Wakes the timer of a served sandbox: something was accepted.
    accepted: Notify,
}

struct Cache {
    world: World,
    revision: i64,
    /// The doorbell's count that this cache is current for.
    heard: u64,
}

/// How full a sandbox is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Status {
    /// Groups that exist, suspended ones included.
    pub groups: usize,
    /// Participants of all groups together, the business not counted.
    pub participants: usize,
    /// Open join requests of all groups together.
    pub pending_requests: usize,
    /// Suspended groups.
    pub suspended: usize,
    /// Accepted requests whose outcome is still to come.
    pub due: usize,
}

/// Something that happened, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Happening {
    /// When it was stored, in milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// What it was.
    pub event: Event,
}

/// What an emulator needs to know to open.
pub(crate) struct Opening {
    pub(crate) location: Location,
    pub(crate) seeded: bool,
    pub(crate) number: Number,
    pub(crate) delay: Duration,
    /// Throw away what the database holds, of whatever version.
    pub(crate) discard: bool,
}

impl Emulator {
    pub(crate) async fn open(opening: Opening) -> Result<Self, SandboxError> {
        let mut rng = Rng::new();
        let mut connection = store::connect(&opening.location).await?;
        let doorbell = match &opening.location {
            Location::Memory => Doorbell::silent(),
            Location::File(path) => Doorbell::beside(path)?,
        };
        let version = fresh_version(&mut rng);
        let mut tx = store::begin_write(&mut connection).await?;
        let created = if opening.discard {
            store::recreate(&mut tx, opening.seeded, version).await?;
            true
        } else {
            store::prepare(&mut tx, opening.seeded, version).await?
        };
        store::commit(tx).await?;
        if created {
            doorbell.ring()?;
        }
        // Revision 0 of a version nobody has: the first look reads everything.
        let world = World::new(opening.number, Version::from_number(0));
        let emulator = Self {
            inner: Arc::new(Inner {
                cache: RwLock::new(Cache { world, revision: 0, heard: 0 }),
                connection: Mutex::new(connection),
                doorbell,
                delay_ms: i64::try_from(opening.delay.as_millis()).unwrap_or(i64::MAX),
                rng: StdMutex::new(rng),
                accepted: Notify::new(),
            }),
        };
        emulator.catch_up().await?;
        let patience = now_ms() + WAIT_ON_OPEN_MS;
        emulator.wait_for_due(Some(patience)).await?;
        Ok(emulator)
    }

    /// Waits until nothing accepted is left to be done.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settle(&self) -> Result<(), SandboxError> {
        self.wait_for_due(None).await
    }

    /// Returns to the state of the first use: seeded, or empty if it began empty. Cursors become invalid.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reset(&self) -> Result<(), SandboxError> {
        let this = self.clone();
        uncancelled(async move {
            let mut connection = this.inner.connection.lock().await;
            let version = fresh_version(&mut this.fork_rng());
            let mut tx = store::begin_write(&mut connection).await?;
            store::start_over(&mut tx, version).await?;
            store::commit(tx).await?;
            this.inner.doorbell.ring()?;
            this.refresh(&mut connection).await
        })
        .await
    }

    /// Counts what there is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn status(&self) -> Result<Status, SandboxError> {
        self.read(|world| {
            let mut status = Status { due: world.accepted().count(), ..Status::default() };
            for group in world.groups() {
                status.groups += 1;
                status.participants += group.participants.len();
                status.pending_requests += group.join_requests.len();
                status.suspended += usize::from(group.suspended);
            }
            status
        })
        .await
    }

    /// Everything that happened since the first use or the last reset, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn history(&self) -> Result<Vec<Happening>, SandboxError> {
        self.read(|_| ()).await?;
        let mut connection = self.inner.connection.lock().await;
        let mut tx = store::begin_read(&mut connection).await?;
        let events = store::events(&mut tx).await?;
        Ok(events.into_iter().map(|(at_ms, event)| Happening { at_ms, event }).collect())
    }

    /// Looks at the world as it is now: everything committed anywhere, everything due applied.
    pub(crate) async fn read<T>(&self, look: impl FnOnce(&World) -> T) -> Result<T, SandboxError> {
        loop {
            // The count is read before the cache: what rings later was not acknowledged when this read began.
            let count = self.inner.doorbell.count()?;
            let overdue = {
                let cache = self.cache();
                let overdue = cache.world.next_due().is_some_and(|due| due <= now_ms());
                if cache.heard == count && !overdue {
                    return Ok(look(&cache.world));
                }
                overdue
            };
            if overdue {
                self.apply_due().await?;
            } else {
                self.catch_up().await?;
            }
            // A file that others write to without pause must not keep a reader waiting for a quiet moment.
            let cache = self.cache();
            if cache.heard >= count && cache.world.next_due().is_none_or(|due| due > now_ms()) {
                return Ok(look(&cache.world));
            }
        }
    }

    /// Runs an operation in one transaction, after what is due. If it refuses, it has changed nothing.
    ///
    /// The work goes on if the caller goes away: what is begun is either committed and cached, or neither.
    pub(crate) async fn write<T, E>(
        &self,
        operation: impl FnOnce(&mut Draft<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<Result<T, E>, SandboxError>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let this = self.clone();
        uncancelled(async move { this.write_now(operation).await }).await
    }

    async fn write_now<T, E>(
        &self,
        operation: impl FnOnce(&mut Draft<'_>) -> Result<T, E>,
    ) -> Result<Result<T, E>, SandboxError> {
        let inner = &*self.inner;
        let mut connection = inner.connection.lock().await;
        // Before looking: a write of someone else that rings later must be looked for again.
        let count = inner.doorbell.count()?;
        let mut tx = store::begin_write(&mut connection).await?;
        let (revision, version) = self.known();
        if let Some(news) = store::news(&mut tx, revision, version).await? {
            self.absorb_news(news);
        }
        let now = now_ms();
        let (result, changes, revision) = {
            let cache = self.cache();
            let mut draft = Draft::new(&cache.world, now, inner.delay_ms, self.fork_rng());
            draft.apply_due();
            let result = draft.attempt(operation);
            (result, draft.into_changes(), cache.revision + 1)
        };
        if changes.is_empty() {
            drop(tx);
            self.cache_mut().heard = count;
            return Ok(result);
        }
        store::save(&mut tx, &changes, revision, now).await?;
        store::commit(tx).await?;
        // Ring first: else a ring of someone else could pass for this one, and their change go unnoticed here.
        let rung = inner.doorbell.ring();
        let has_accepted = !changes.accepted.is_empty();
        self.absorb_own(changes, revision, count + *rung.as_ref().unwrap_or(&0));
        rung?;
        if has_accepted {
            inner.accepted.notify_one();
        }
        Ok(result)
    }

    /// Applies what is due by now; costs nothing when nothing is.
    pub(crate) async fn apply_due(&self) -> Result<(), SandboxError> {
        let result = self.write(|_| Ok::<_, std::convert::Infallible>(())).await?;
        result.unwrap_or_else(|never| match never {});
        Ok(())
    }

    /// Reads what others have written.
    pub(crate) async fn catch_up(&self) -> Result<(), SandboxError> {
        let mut connection = self.inner.connection.lock().await;
        self.refresh(&mut connection).await
    }

    async fn refresh(&self, connection: &mut SqliteConnection) -> Result<(), SandboxError> {
        let count = self.inner.doorbell.count()?;
        let (revision, version) = self.known();
        let mut tx = store::begin_read(connection).await?;
        let news = store::news(&mut tx, revision, version).await?;
        drop(tx);
        if let Some(news) = news {
            self.absorb_news(news);
        }
        self.cache_mut().heard = count;
        Ok(())
    }

    /// When the next outcome is due, in milliseconds since 1970.
    pub(crate) fn next_due(&self) -> Option<i64> {
        self.cache().world.next_due()
    }

    /// Returns when something has been accepted here since the last time.
    pub(crate) async fn something_accepted(&self) {
        self.inner.accepted.notified().await;
    }

    /// Applies outcomes as they fall due, until there are none, or none due before a deadline.
    async fn wait_for_due(&self, deadline: Option<i64>) -> Result<(), SandboxError> {
        loop {
            self.read(|_| ()).await?;
            match self.next_due() {
                Some(due) if deadline.is_none_or(|deadline| due <= deadline) => {
                    let wait = u64::try_from(due - now_ms()).unwrap_or(0);
                    tokio::time::sleep(Duration::from_millis(wait)).await;
                }
                _ => return Ok(()),
            }
        }
    }

    fn known(&self) -> (i64, Version) {
        let cache = self.cache();
        (cache.revision, cache.world.version)
    }

    fn absorb_news(&self, news: News) {
        let mut cache = self.cache_mut();
        if news.from_scratch {
            cache.world = World::new(cache.world.number, news.version);
        }
        cache.world.serial = news.serial;
        for (id, group) in news.groups {
            cache.world.put(&id, group);
        }
        cache.world.put_accepted(news.accepted);
        cache.revision = news.revision;
    }

    fn absorb_own(&self, changes: Changes, revision: i64, heard: u64) {
        let mut cache = self.cache_mut();
        cache.world.absorb(changes);
        cache.revision = revision;
        cache.heard = heard;
    }

    fn fork_rng(&self) -> Rng {
        self.inner.rng.lock().unwrap_or_else(PoisonError::into_inner).fork()
    }

    // A panic cannot leave the cache half changed in a way that matters: the next look compares revisions.
    fn cache(&self) -> std::sync::RwLockReadGuard<'_, Cache> {
        self.inner.cache.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn cache_mut(&self) -> std::sync::RwLockWriteGuard<'_, Cache> {
        self.inner.cache.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs to the end even if the caller stops waiting.
async fn uncancelled<T: Send + 'static>(
    work: impl Future<Output = Result<T, SandboxError>> + Send + 'static,
) -> Result<T, SandboxError> {
    tokio::spawn(work).await.unwrap_or_else(|error| Err(SandboxError::storage("working", error)))
}

fn fresh_version(rng: &mut Rng) -> Version {
    Version::of(now_ms(), rng.u64(..))
}

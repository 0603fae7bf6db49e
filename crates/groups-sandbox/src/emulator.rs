//! The emulator without its HTTP skin: a cache of the world to read, one way to write, and outcomes applied when
//! they are due. Nothing is visible to anyone before it is committed.

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::{Arc, Mutex as StdMutex, MutexGuard as StdMutexGuard, PoisonError, RwLock};
use std::time::Duration;

use fastrand::Rng;
use sqlx::SqliteConnection;
use tokio::sync::{Mutex, Notify};

use crate::clock::now_ms;
use crate::doorbell::Doorbell;
use crate::error::SandboxError;
use crate::outbox::{self, Delivery};
use crate::seed::Seed;
use crate::state::behaviour::{Behaviour, Chance, Identity};
use crate::state::cursor::Version;
use crate::state::draft::{Changes, Draft};
use crate::state::event::Event;
use crate::state::fault::Fault;
use crate::state::notification;
use crate::state::settings::{ScriptedFault, Settings, Webhook};
use crate::state::world::World;
use crate::store::{self, Location, News};

/// On opening, outcomes due within this time are waited for, so that a command sees what the one before it did.
const WAIT_ON_OPEN_MS: i64 = 500;

/// How often somebody who waits looks at the clock, which may be moved, stopped and let go on.
const LOOK_AT_CLOCK: Duration = Duration::from_millis(50);

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
    /// Set anew when the sandbox begins anew.
    preset: Preset,
    /// Where the randomness of ids comes from.
    rng: StdMutex<Rng>,
    /// Wakes the timer of a served sandbox: something was accepted.
    accepted: Notify,
    /// Wakes whoever delivers webhooks: there may be one.
    told: Notify,
    /// Wakes whoever waits for a webhook to be tried: one was.
    tried: Notify,
}

/// Settings that this process was started with. They go over those stored.
#[derive(Debug, Clone, Default)]
pub(crate) struct Preset {
    pub(crate) api_key: Option<String>,
    pub(crate) behaviour: Option<Behaviour>,
    /// Single switches by name and value, on top.
    pub(crate) switches: Vec<(String, String)>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) webhook: Option<Webhook>,
}

impl Preset {
    fn is_empty(&self) -> bool {
        self.api_key.is_none()
            && self.behaviour.is_none()
            && self.switches.is_empty()
            && self.faults.is_empty()
            && self.webhook.is_none()
    }

    fn check(&self) -> Result<(), SandboxError> {
        if let Some(webhook) = &self.webhook {
            webhook.check().map_err(SandboxError::invalid)?;
        }
        let mut behaviour = self.behaviour.clone().unwrap_or_default();
        behaviour.check().map_err(SandboxError::invalid)?;
        let mut switches = self.switches.iter();
        switches.try_for_each(|(switch, value)| behaviour.set(switch, value)).map_err(SandboxError::invalid)
    }

    fn apply(&self, settings: &mut Settings) {
        if let Some(key) = &self.api_key {
            settings.api_key.clone_from(key);
        }
        if let Some(behaviour) = &self.behaviour {
            settings.behaviour = behaviour.clone();
        }
        if self.webhook.is_some() {
            settings.webhook.clone_from(&self.webhook);
        }
        for (switch, value) in &self.switches {
            // They have been checked.
            let _ = settings.behaviour.set(switch, value);
        }
        for fault in &self.faults {
            // A server that is started again does not script its faults twice.
            if !settings.faults.iter().any(|one| one.fault == *fault) {
                settings.add_fault(fault.clone());
            }
        }
    }
}

struct Cache {
    world: World,
    revision: i64,
    /// The doorbell's count that this cache is current for.
    heard: u64,
}

/// How often the doorbell had rung when a call began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment(u64);

impl Cache {
    fn is_overdue(&self) -> bool {
        // Most of the time nothing is due at all, and the time need not be asked for.
        self.world.next_due().is_some_and(|due| due <= self.world.settings.clock.now(now_ms()))
    }
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

impl Happening {
    /// The notification that tells it, in the documented form, wherever webhooks go and whichever switches are set.
    pub fn notification(&self) -> serde_json::Value {
        notification::documented(&self.event, self.at_ms, Identity::Both)
    }
}

/// What an emulator needs to know to open.
pub(crate) struct Opening {
    pub(crate) location: Location,
    pub(crate) seed: Seed,
    pub(crate) preset: Preset,
    /// Makes ids and everything left to chance the same each time.
    pub(crate) rng_seed: Option<u64>,
    /// Throw away what the database holds, of whatever version.
    pub(crate) discard: bool,
}

impl Chance for &Emulator {
    fn below(self, count: usize) -> usize {
        self.rng().usize(..count)
    }
}

impl Emulator {
    pub(crate) async fn open(opening: Opening) -> Result<Self, SandboxError> {
        let mut rng = opening.rng_seed.map_or_else(Rng::new, Rng::with_seed);
        let mut connection = store::connect(&opening.location).await?;
        let doorbell = match &opening.location {
            Location::Memory => Doorbell::silent(),
            Location::File(path) => Doorbell::beside(path)?,
        };
        let version = fresh_version(&mut rng);
        let mut tx = store::begin_write(&mut connection).await?;
        let created = if opening.discard {
            store::recreate(&mut tx, &opening.seed, version).await?;
            true
        } else {
            store::prepare(&mut tx, &opening.seed, version).await?
        };
        opening.preset.check()?;
        if !opening.preset.is_empty() {
            store::edit_settings(&mut tx, |settings| opening.preset.apply(settings)).await?;
        }
        store::commit(tx).await?;
        if created || !opening.preset.is_empty() {
            doorbell.ring()?;
        }
        // Revision 0 of a version nobody has: the first look reads everything.
        let world = World::new(Arc::default(), Version::from_number(0));
        let emulator = Self {
            inner: Arc::new(Inner {
                cache: RwLock::new(Cache { world, revision: 0, heard: 0 }),
                connection: Mutex::new(connection),
                doorbell,
                preset: opening.preset,
                rng: StdMutex::new(rng),
                accepted: Notify::new(),
                told: Notify::new(),
                tried: Notify::new(),
            }),
        };
        emulator.catch_up().await?;
        let patience = emulator.now().saturating_add(WAIT_ON_OPEN_MS);
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
        self.begin_anew(None).await
    }

    /// As [`Emulator::reset`], but begins with these groups and settings, now and at each later reset.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a seed that breaks a rule of the API; then nothing has
    /// changed. When the database fails.
    pub async fn reset_to(&self, seed: Seed) -> Result<(), SandboxError> {
        seed.check()?;
        self.begin_anew(Some(seed)).await
    }

    async fn begin_anew(&self, seed: Option<Seed>) -> Result<(), SandboxError> {
        let this = self.clone();
        uncancelled(async move {
            let mut connection = this.inner.connection.lock().await;
            let version = fresh_version(&mut this.fork_rng());
            let mut tx = store::begin_write(&mut connection).await?;
            match seed {
                Some(seed) => store::recreate(&mut tx, &seed, version).await?,
                None => store::start_over(&mut tx, version).await?,
            }
            let preset = &this.inner.preset;
            if !preset.is_empty() {
                store::edit_settings(&mut tx, |settings| preset.apply(settings)).await?;
            }
            store::commit(tx).await?;
            this.inner.doorbell.ring()?;
            this.refresh(&mut connection).await
        })
        .await
    }

    /// Changes what is set, and gives what the change gives.
    pub(crate) async fn change_settings<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Settings) -> T + Send + 'static,
    ) -> Result<T, SandboxError> {
        let changed = self.write(|draft| Ok::<_, Infallible>(change(draft.edit_settings()))).await?;
        Ok(changed.unwrap_or_else(|never| match never {}))
    }

    /// What is set now.
    pub(crate) async fn settings(&self) -> Result<Arc<Settings>, SandboxError> {
        self.read(|world| Arc::clone(&world.settings)).await
    }

    /// What is set as far as this process knows; costs no look at the database.
    pub(crate) fn known_settings(&self) -> Arc<Settings> {
        Arc::clone(&self.cache().world.settings)
    }

    /// The scripted fault that hits a call, if one does; it is used up by that as far as it says.
    pub(crate) async fn meet_fault(
        &self,
        settings: &Settings,
        operation: Option<&'static str>,
        paged: bool,
    ) -> Result<Option<ScriptedFault>, SandboxError> {
        // Most sandboxes have none, and a call should not pay for that.
        if !settings.faults.iter().any(|scripted| scripted.fault.concerns(operation, paged)) {
            return Ok(None);
        }
        let met = self.write(move |draft| {
            let mut rng = draft.rng.fork();
            let faults = draft.settings().faults.clone();
            for ScriptedFault { id, fault } in
                faults.into_iter().filter(|one| one.fault.concerns(operation, paged))
            {
                let (hits, left) = fault.meet(&mut rng);
                if left.as_ref() != Some(&fault) {
                    let faults = &mut draft.edit_settings().faults;
                    match left {
                        None => faults.retain(|one| one.id != id),
                        Some(left) => {
                            faults
                                .iter_mut()
                                .filter(|one| one.id == id)
                                .for_each(|one| one.fault = left.clone());
                        }
                    }
                }
                if hits {
                    return Ok::<_, Infallible>(Some(ScriptedFault { id, fault }));
                }
            }
            Ok(None)
        });
        Ok(met.await?.unwrap_or_else(|never| match never {}))
    }

    /// Takes back that a fault was met, for a call that never came to what it is about.
    pub(crate) async fn unmeet_fault(&self, met: ScriptedFault) -> Result<(), SandboxError> {
        self.change_settings(move |settings| match settings.faults.iter_mut().find(|one| one.id == met.id) {
            Some(left) => left.fault = met.fault,
            None => {
                settings.faults.push(met);
                settings.faults.sort_by_key(|one| one.id);
            }
        })
        .await
    }

    /// Has the outcome of an accepted request applied now and, where webhooks are delivered, its webhook tried.
    pub(crate) async fn tell_first(&self, request_id: &str, delivers: bool) -> Result<(), SandboxError> {
        self.apply_due().await?;
        let settings = self.settings().await?;
        if !delivers || settings.webhook.is_none() {
            return Ok(());
        }
        let told = async {
            loop {
                let tried = self.inner.tried.notified();
                let untold = {
                    let mut connection = self.inner.connection.lock().await;
                    let mut tx = store::begin_read(&mut connection).await?;
                    store::is_untold(&mut tx, request_id, self.now()).await?
                };
                if !untold {
                    return Ok(());
                }
                tried.await;
            }
        };
        // A receiver that takes its time holds the answer no longer than it may take.
        let patience = Duration::from_millis(settings.behaviour.webhook_timeout_ms);
        tokio::time::timeout(patience, told).await.unwrap_or(Ok(()))
    }

    /// What time it is in the sandbox, in milliseconds since 1970 UTC.
    pub(crate) fn now(&self) -> i64 {
        self.cache().world.settings.clock.now(now_ms())
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

    /// What became of an accepted request, by the `request_id` of its answer; `None` as long as it is not done, and for a
    /// request nobody made.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn outcome_of(&self, request_id: &str) -> Result<Option<Happening>, SandboxError> {
        self.read(|_| ()).await?;
        let mut connection = self.inner.connection.lock().await;
        let mut tx = store::begin_read(&mut connection).await?;
        let outcome = store::outcome_of(&mut tx, request_id).await?;
        Ok(outcome.map(|(at_ms, event)| Happening { at_ms, event }))
    }

    /// Looks at the world as it is now: everything committed anywhere, everything due applied.
    pub(crate) async fn read<T>(&self, look: impl FnOnce(&World) -> T) -> Result<T, SandboxError> {
        self.read_since(self.moment()?, look).await
    }

    /// This moment: what was acknowledged anywhere before it is seen by every read since.
    pub(crate) fn moment(&self) -> Result<Moment, SandboxError> {
        self.inner.doorbell.count().map(Moment)
    }

    /// As [`Emulator::read`], for a call that began at a moment. Asking only once a call which that is spares it a
    /// question to the operating system for each look.
    pub(crate) async fn read_since<T>(
        &self,
        Moment(count): Moment,
        look: impl FnOnce(&World) -> T,
    ) -> Result<T, SandboxError> {
        loop {
            let overdue = {
                let cache = self.cache();
                let overdue = cache.is_overdue();
                if cache.heard >= count && !overdue {
                    return Ok(look(&cache.world));
                }
                overdue
            };
            if overdue {
                self.apply_due().await?;
            } else {
                self.catch_up().await?;
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
        let mut rng = self.fork_rng();
        let (result, changes, deliveries, revision, now) = {
            let cache = self.cache();
            let now = cache.world.settings.clock.now(now_ms());
            let mut draft = Draft::new(&cache.world, now, rng.fork());
            draft.apply_due();
            let result = draft.attempt(operation);
            let changes = draft.into_changes();
            let settings = changes.settings.as_ref().unwrap_or(&cache.world.settings);
            let deliveries = outbox::compose(&changes.events, settings, now, &mut rng)?;
            (result, changes, deliveries, cache.revision + 1, now)
        };
        if changes.is_empty() {
            drop(tx);
            self.cache_mut().heard = count;
            return Ok(result);
        }
        store::save(&mut tx, &changes, &deliveries, revision, now).await?;
        store::commit(tx).await?;
        // Ring first: else a ring of someone else could pass for this one, and their change go unnoticed here.
        let rung = inner.doorbell.ring();
        // Had someone else rung in between, their change would pass for known: then the cache is not called current.
        let alone = inner.doorbell.count().is_ok_and(|now| now == count + *rung.as_ref().unwrap_or(&0));
        // A change of the clock moves what is due as well.
        let has_accepted = !changes.accepted.is_empty() || changes.settings.is_some();
        self.absorb_own(changes, revision, if alone { count + *rung.as_ref().unwrap_or(&0) } else { count });
        rung?;
        if has_accepted {
            inner.accepted.notify_one();
        }
        if has_accepted || !deliveries.is_empty() {
            inner.told.notify_one();
        }
        Ok(result)
    }

    /// Applies what is due by now; costs nothing when nothing is.
    pub(crate) async fn apply_due(&self) -> Result<(), SandboxError> {
        let result = self.write(|_| Ok::<_, Infallible>(())).await?;
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

    /// How long from now until a time of the sandbox, in milliseconds of the machine; `None` while the clock stands.
    pub(crate) fn until(&self, due_ms: i64) -> Option<i64> {
        let clock = self.cache().world.settings.clock;
        let left = due_ms.saturating_sub(clock.now(now_ms()));
        (left <= 0 || !clock.is_stopped()).then_some(left.max(0))
    }

    /// Takes webhooks whose turn it is; they are this process's own for the time of the lease.
    pub(crate) async fn lease_deliveries(
        &self,
        lease_ms: i64,
        limit: usize,
        busy: &HashSet<String>,
    ) -> Result<Vec<Delivery>, SandboxError> {
        let mut connection = self.inner.connection.lock().await;
        let mut tx = store::begin_write(&mut connection).await?;
        let taken = store::lease_deliveries(&mut tx, self.now(), lease_ms, limit, busy).await?;
        store::commit(tx).await?;
        Ok(taken)
    }

    /// Puts a webhook away, or back until a later time.
    pub(crate) async fn settle_delivery(
        &self,
        id: i64,
        again_at_ms: Option<i64>,
    ) -> Result<(), SandboxError> {
        let mut connection = self.inner.connection.lock().await;
        let mut tx = store::begin_write(&mut connection).await?;
        match again_at_ms {
            None => store::finish_delivery(&mut tx, id).await?,
            Some(due_ms) => store::postpone_delivery(&mut tx, id, due_ms).await?,
        }
        store::commit(tx).await?;
        drop(connection);
        self.inner.tried.notify_waiters();
        Ok(())
    }

    /// When the next webhook is due, and how many there are.
    pub(crate) async fn next_delivery(&self) -> Result<(Option<i64>, u64), SandboxError> {
        let mut connection = self.inner.connection.lock().await;
        let mut tx = store::begin_read(&mut connection).await?;
        store::next_delivery(&mut tx, self.now()).await
    }

    /// Returns when there may be something to deliver since the last time.
    pub(crate) async fn something_to_tell(&self) {
        self.inner.told.notified().await;
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
                Some(due) if deadline.is_none_or(|deadline| due <= deadline) => match self.until(due) {
                    // Not for all of it at once: somebody may move the clock.
                    Some(wait) => {
                        let wait = Duration::from_millis(wait.unsigned_abs());
                        tokio::time::sleep(wait.min(LOOK_AT_CLOCK)).await;
                    }
                    // Somebody may let it go on, or move it.
                    None if deadline.is_none() => tokio::time::sleep(LOOK_AT_CLOCK).await,
                    None => return Ok(()),
                },
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
            cache.world = World::new(Arc::default(), news.version);
        }
        cache.world.settings = Arc::new(news.settings);
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

    pub(crate) fn fork_rng(&self) -> Rng {
        self.rng().fork()
    }

    fn rng(&self) -> StdMutexGuard<'_, Rng> {
        self.inner.rng.lock().unwrap_or_else(PoisonError::into_inner)
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

//! Following a store: events as they come, also those that another process has written. Must never miss one or tell it
//! twice; it goes by the number of the last.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use futures_util::{Stream, stream};
use groups_model::event::{ComingEvents, EventSource, EventSourceError, EventStream};
use groups_model::{Event, EventId, GroupId, RequestId};
use tokio::sync::OnceCell;
use tokio::sync::mpsc::UnboundedReceiver;

use super::{EventStore, News, Order, Query, StoreError, Stored};
use crate::channel::{Kin, Told, Waiting};

/// How many are read at a time.
const PAGE: u32 = 256;

/// What following needs of a store.
#[async_trait]
pub(super) trait Readable: Send + Sync + 'static {
    async fn list(&self, query: &Query) -> Result<Vec<Stored>, StoreError>;
    async fn last_number(&self) -> Result<u64, StoreError>;
    fn news(&self) -> News;
}

#[async_trait]
impl Readable for Arc<dyn EventStore> {
    async fn list(&self, query: &Query) -> Result<Vec<Stored>, StoreError> {
        (**self).list(query).await
    }

    async fn last_number(&self) -> Result<u64, StoreError> {
        (**self).last_number().await
    }

    fn news(&self) -> News {
        (**self).news()
    }
}

/// The events that match, oldest first, and then new ones as they are stored, without end. Begin after
/// [`EventStore::last_number`] to see only new ones. After an error it goes on where it was.
pub fn tail(
    store: Arc<dyn EventStore>,
    query: Query,
) -> impl Stream<Item = Result<Stored, StoreError>> + Send {
    let mut query = query.limit(PAGE);
    query.order = Order::OldestFirst;
    let state =
        Tail { news: store.news(), store: Arc::new(store), query, ready: VecDeque::new(), pause: false };
    stream::unfold(state, |mut state| async move { Some((state.next().await, state)) })
}

struct Tail {
    store: Arc<dyn Readable>,
    query: Query,
    news: News,
    ready: VecDeque<Stored>,
    /// Whether to wait for news before looking again.
    pause: bool,
}

impl Tail {
    async fn next(&mut self) -> Result<Stored, StoreError> {
        loop {
            if let Some(stored) = self.ready.pop_front() {
                self.query.after = Some(stored.number);
                return Ok(stored);
            }
            if self.pause {
                self.news.wait().await;
            }
            self.pause = true;
            self.ready = self.store.list(&self.query).await?.into();
        }
    }
}

/// A store as an event source: many can wait, and one task follows the store for all of them.
#[derive(Clone)]
pub struct StoredEvents(Arc<Follower>);

struct Follower {
    store: Arc<dyn Readable>,
    waiting: Arc<Mutex<Waiting>>,
    started: OnceCell<()>,
}

impl StoredEvents {
    /// The events of a store. [`super::SqliteStore`] is an event source by itself; this is for a store that is not.
    pub fn of(store: Arc<dyn EventStore>) -> Self {
        Self::new(Arc::new(store))
    }

    pub(super) fn new(store: Arc<dyn Readable>) -> Self {
        Self(Arc::new(Follower { store, waiting: Arc::default(), started: OnceCell::new() }))
    }
}

impl EventSource for StoredEvents {
    fn events_for(&self, request_id: &RequestId) -> EventStream {
        let follower = Arc::clone(&self.0);
        let live = follower.waiting.lock().unwrap_or_else(PoisonError::into_inner).subscribe(request_id);
        Events::stream(follower, Query::new().request_id(request_id.clone()), live)
    }

    fn coming(&self, kind: &'static str, group_id: Option<&GroupId>) -> ComingEvents {
        let (follower, kin) = (Arc::clone(&self.0), Kin { kind, group_id: group_id.cloned() });
        Box::pin(async move {
            let mut query = Query::new().kind(kind);
            query.group_id = kin.group_id.clone();
            query.after = Some(follower.store.last_number().await.map_err(EventSourceError::new)?);
            let live = follower.waiting.lock().unwrap_or_else(PoisonError::into_inner).subscribe_to(kin);
            Ok(Some(Events::stream(follower, query, live)))
        })
    }
}

struct Events {
    follower: Arc<Follower>,
    query: Query,
    past: Option<VecDeque<Stored>>,
    live: UnboundedReceiver<Told>,
    told: HashSet<EventId>,
    failed: bool,
}

impl Events {
    /// What is stored already, and then what comes.
    fn stream(follower: Arc<Follower>, query: Query, live: UnboundedReceiver<Told>) -> EventStream {
        let state = Self { follower, query, past: None, live, told: HashSet::new(), failed: false };
        Box::pin(stream::unfold(state, |mut state| async move {
            let next = state.next().await?;
            Some((next.map_err(EventSourceError::new), state))
        }))
    }

    async fn next(&mut self) -> Option<Result<Event, StoreError>> {
        loop {
            let event = match &mut self.past {
                Some(past) => match past.pop_front() {
                    Some(stored) => stored.event,
                    None => match self.live.recv().await? {
                        // The task that follows the store may be behind.
                        (number, _) if self.query.after.is_some_and(|after| number <= after) => continue,
                        (_, event) => event,
                    },
                },
                None => {
                    if std::mem::take(&mut self.failed) {
                        self.follower.store.news().wait().await;
                    }
                    match self.past().await {
                        Ok(past) => self.past = Some(past.into()),
                        Err(error) => {
                            self.failed = true;
                            return Some(Err(error));
                        }
                    }
                    continue;
                }
            };
            // What was stored between subscribing and looking is told by both.
            if self.told.insert(event.id.clone()) {
                return Some(Ok(event));
            }
        }
    }

    /// What is stored already, looked for once the task follows what comes.
    async fn past(&self) -> Result<Vec<Stored>, StoreError> {
        let follower = &self.follower;
        follower
            .started
            .get_or_try_init(|| async {
                let last = follower.store.last_number().await?;
                let waiting = Arc::downgrade(&follower.waiting);
                tokio::spawn(follow(Arc::clone(&follower.store), waiting, last));
                Ok::<(), StoreError>(())
            })
            .await?;
        follower.store.list(&self.query).await
    }
}

/// Tells what comes to whoever waits, until nobody can wait any more.
async fn follow(store: Arc<dyn Readable>, waiting: Weak<Mutex<Waiting>>, last: u64) {
    let mut tail = Tail {
        news: store.news(),
        store,
        query: Query::new().after(last).limit(PAGE),
        ready: VecDeque::new(),
        pause: false,
    };
    while waiting.strong_count() > 0 {
        // Bounded, so that the task ends with the source even where nothing comes.
        let next = tokio::time::timeout(std::time::Duration::from_secs(1), tail.next()).await;
        match next {
            Ok(Ok(stored)) => {
                if let Some(waiting) = waiting.upgrade() {
                    waiting.lock().unwrap_or_else(PoisonError::into_inner).tell(stored.number, &stored.event);
                }
            }
            Ok(Err(error)) => {
                tracing::warn!(error = %error, "following the event store; it will be tried again")
            }
            Err(_elapsed) => {}
        }
    }
}

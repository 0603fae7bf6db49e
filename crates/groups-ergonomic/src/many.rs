//! Many groups at once: reads and decisions side by side, each with a result of its own. The rate budget and
//! the repeats of the single calls apply; this only keeps several of them under way.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::BoxStream;
use futures_util::StreamExt;
use groups_model::{Batch, Group, GroupId, JoinRequestId};

use crate::client::Client;
use crate::error::{Error, Result};
use crate::groups::Groups;

/// Calls under way at once unless told otherwise.
const CONCURRENCY: usize = 16;

/// Results of calls to many groups. A group that fails has its error beside its id; the others go on.
#[must_use = "a stream does nothing unless it is read"]
pub struct Many<T> {
    work: Work<T>,
    concurrency: usize,
    ordered: bool,
}

type Call<T> = Pin<Box<dyn Future<Output = Done<T>> + Send>>;
type Done<T> = (Option<GroupId>, Result<T>);

enum Work<T> {
    Waiting(BoxStream<'static, Call<T>>),
    Running(BoxStream<'static, Done<T>>),
    /// Only while one becomes the other.
    Between,
}

impl<T: Send + 'static> Many<T> {
    fn new(calls: impl Stream<Item = Call<T>> + Send + 'static) -> Self {
        Self { work: Work::Waiting(calls.boxed()), concurrency: CONCURRENCY, ordered: true }
    }

    /// How many calls are under way at once, at least 1; 16 unless set.
    pub fn concurrency(mut self, calls: usize) -> Self {
        self.concurrency = calls.max(1);
        self
    }

    /// Yields results as they come instead of in the order of the groups.
    pub fn as_they_come(mut self) -> Self {
        self.ordered = false;
        self
    }

    /// The next group and what became of it; `None` at the end. The id is absent only where listing the groups
    /// failed, which ends the stream.
    pub async fn next(&mut self) -> Option<(Option<GroupId>, Result<T>)> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl<T: Send + 'static> Stream for Many<T> {
    type Item = (Option<GroupId>, Result<T>);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Work::Waiting(_) = self.work
            && let Work::Waiting(calls) = std::mem::replace(&mut self.work, Work::Between)
        {
            self.work = Work::Running(match self.ordered {
                true => calls.buffered(self.concurrency).boxed(),
                false => calls.buffer_unordered(self.concurrency).boxed(),
            });
        }
        match &mut self.work {
            Work::Running(running) => running.poll_next_unpin(cx),
            Work::Waiting(_) | Work::Between => Poll::Ready(None),
        }
    }
}

impl<T> std::fmt::Debug for Many<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Many").field("concurrency", &self.concurrency).finish_non_exhaustive()
    }
}

impl Groups {
    /// Reads these groups with all fields, several at once.
    ///
    /// ```
    /// # async fn example(client: groups_ergonomic::Client, ids: Vec<groups_ergonomic::model::GroupId>) {
    /// let mut groups = client.groups().get_many(ids).as_they_come();
    /// while let Some((id, group)) = groups.next().await {
    ///     match group {
    ///         Ok(group) => println!("{:?}", group.participant_count),
    ///         Err(error) => eprintln!("{id:?}: {error}"),
    ///     }
    /// }
    /// # }
    /// ```
    pub fn get_many(&self, ids: impl IntoIterator<Item = GroupId, IntoIter: Send + 'static>) -> Many<Group> {
        let client = self.client.clone();
        Many::new(futures_util::stream::iter(ids).map(move |id| get(client.clone(), id)))
    }

    /// Lists all groups and reads each with all fields, several at once.
    pub fn describe_all(&self) -> Many<Group> {
        let client = self.client.clone();
        let listed = self.list().stream();
        Many::new(listed.map(move |group| match group {
            Ok(group) => get(client.clone(), group.id),
            Err(error) => Box::pin(std::future::ready((None, Err(error)))) as Call<Group>,
        }))
    }

    /// Approves join requests of several groups, several groups at once. Each group has a result per request.
    pub fn approve_many(
        &self,
        requests: impl IntoIterator<Item = (GroupId, Vec<JoinRequestId>), IntoIter: Send + 'static>,
    ) -> Many<Batch> {
        self.decide_many(
            requests,
            |client, id, requests| async move { client.group(id)?.approve(requests).await },
        )
    }

    /// Rejects join requests of several groups, as [`Self::approve_many`] approves them.
    pub fn reject_many(
        &self,
        requests: impl IntoIterator<Item = (GroupId, Vec<JoinRequestId>), IntoIter: Send + 'static>,
    ) -> Many<Batch> {
        self.decide_many(
            requests,
            |client, id, requests| async move { client.group(id)?.reject(requests).await },
        )
    }

    fn decide_many<F, A>(
        &self,
        requests: impl IntoIterator<Item = (GroupId, Vec<JoinRequestId>), IntoIter: Send + 'static>,
        decide: F,
    ) -> Many<Batch>
    where
        F: Fn(Client, GroupId, Vec<JoinRequestId>) -> A + Send + 'static,
        A: Future<Output = Result<Batch, Error>> + Send + 'static,
    {
        let client = self.client.clone();
        Many::new(futures_util::stream::iter(requests).map(move |(id, requests)| {
            let decided = decide(client.clone(), id.clone(), requests);
            Box::pin(async move { (Some(id), decided.await) }) as Call<Batch>
        }))
    }
}

fn get(client: Client, id: GroupId) -> Call<Group> {
    Box::pin(async move {
        let group = match client.group(id.clone()) {
            Ok(group) => group.get().await,
            Err(error) => Err(error),
        };
        (Some(id), group)
    })
}

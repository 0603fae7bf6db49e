//! Events handed on within one process, without a store in between: for waiting where the receiver is at hand. It remembers
//! a bounded number of events, as an outcome may come before anybody waits for it (Facts 1.0).

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::stream;
use groups_model::event::{EventSource, EventStream};
use groups_model::{Event, EventId, RequestId};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// How many events are remembered unless told otherwise.
const REMEMBERED: usize = 10_000;

/// An event source in memory. Clones are the same channel.
///
/// ```
/// use futures_util::StreamExt as _;
/// use groups_model::event::{EventSource as _, decode};
/// use groups_webhooks::EventChannel;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let channel = EventChannel::default();
/// for event in decode(br#"{"entry":[{"id":"1","changes":[{"field":"group_lifecycle_update","value":
///     {"groups":[{"type":"group_delete","group_id":"Y2Fw","request_id":"9B47"}]}}]}]}"#) {
///     channel.publish(&event);
/// }
/// // It came before anybody asked, and is told all the same.
/// let mut events = channel.events_for(&"9B47".parse()?);
/// assert!(events.next().await.is_some_and(|event| event.is_ok_and(|event| event.errors().is_empty())));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct EventChannel(Arc<Mutex<Inner>>);

struct Inner {
    capacity: usize,
    recent: VecDeque<Event>,
    known: HashSet<EventId>,
    waiting: Waiting,
}

impl Default for EventChannel {
    fn default() -> Self {
        Self::new(REMEMBERED)
    }
}

impl EventChannel {
    /// Remembers the last `capacity` events that answer a request; others pass through.
    pub fn new(capacity: usize) -> Self {
        let (recent, known, waiting) = Default::default();
        Self(Arc::new(Mutex::new(Inner { capacity, recent, known, waiting })))
    }

    /// Tells an event to whoever waits for it. One that was told already is not told again, as long as it is
    /// remembered.
    pub fn publish(&self, event: &Event) {
        if event.request_id.is_none() {
            return;
        }
        let mut inner = self.lock();
        if inner.known.contains(&event.id) {
            return;
        }
        inner.waiting.tell(event);
        inner.known.insert(event.id.clone());
        inner.recent.push_back(event.clone());
        if inner.recent.len() > inner.capacity
            && let Some(oldest) = inner.recent.pop_front()
        {
            inner.known.remove(&oldest.id);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EventSource for EventChannel {
    fn events_for(&self, request_id: &RequestId) -> EventStream {
        // Under one lock, so that nothing is told between the two.
        let mut inner = self.lock();
        let live = inner.waiting.subscribe(request_id);
        let of_request = |event: &&Event| event.request_id.as_ref() == Some(request_id);
        let past: Vec<Event> = inner.recent.iter().filter(of_request).cloned().collect();
        Box::pin(stream::unfold((past.into_iter(), live), |(mut past, mut live)| async move {
            let event = match past.next() {
                Some(event) => event,
                None => live.recv().await?,
            };
            Some((Ok(event), (past, live)))
        }))
    }
}

/// Who waits for which request.
#[derive(Default)]
pub(crate) struct Waiting(HashMap<RequestId, Vec<UnboundedSender<Event>>>);

impl Waiting {
    pub(crate) fn subscribe(&mut self, request_id: &RequestId) -> UnboundedReceiver<Event> {
        // Those who have gone are forgotten when somebody comes, so that they cannot add up.
        self.0.retain(|_, senders| {
            senders.retain(|sender| !sender.is_closed());
            !senders.is_empty()
        });
        let (sender, receiver) = unbounded_channel();
        self.0.entry(request_id.clone()).or_default().push(sender);
        receiver
    }

    pub(crate) fn tell(&self, event: &Event) {
        let senders = event.request_id.as_ref().and_then(|id| self.0.get(id));
        for sender in senders.into_iter().flatten() {
            // Whoever has gone does not need it.
            let _ = sender.send(event.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{FutureExt as _, StreamExt as _};
    use groups_model::event::decode;

    fn event(request: &str, group: &str) -> Event {
        let body = serde_json::json!({ "entry": [{ "id": "1", "changes": [{ "field": "group_lifecycle_update",
            "value": { "groups": [{ "type": "group_delete", "group_id": group, "request_id": request }] } }] }] });
        decode(body.to_string().as_bytes()).remove(0)
    }

    fn request(id: &str) -> RequestId {
        RequestId::new(id).unwrap()
    }

    #[tokio::test]
    async fn past_and_coming_events_of_the_request_are_told_once_each() {
        let channel = EventChannel::default();
        channel.publish(&event("r", "1"));
        channel.publish(&event("other", "2"));
        let mut events = channel.events_for(&request("r"));
        let mut beside = channel.events_for(&request("r"));
        assert_eq!(events.next().await.unwrap().unwrap(), event("r", "1"));
        assert!(events.next().now_or_never().is_none(), "there is no other yet");
        channel.publish(&event("r", "1"));
        channel.publish(&event("r", "3"));
        assert_eq!(events.next().await.unwrap().unwrap(), event("r", "3"));
        assert_eq!(beside.by_ref().take(2).count().await, 2, "each who waits is told all");
    }

    #[tokio::test]
    async fn only_so_many_are_remembered_and_those_who_left_are_forgotten() {
        let channel = EventChannel::new(2);
        for group in ["1", "2", "3"] {
            channel.publish(&event("r", group));
        }
        let mut events = channel.events_for(&request("r"));
        assert_eq!(events.next().await.unwrap().unwrap(), event("r", "2"));
        for number in 0..100 {
            drop(channel.events_for(&request(&number.to_string())));
        }
        let _one = channel.events_for(&request("last"));
        assert!(channel.lock().waiting.0.len() <= 2);
    }
}

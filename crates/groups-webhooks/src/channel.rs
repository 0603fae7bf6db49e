//! Events handed on within one process, without a store in between: for waiting where the receiver is at hand. It remembers
//! a bounded number of events, as an outcome may come before anybody waits for it (Facts 1.0).

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::stream;
use groups_model::event::{ComingEvents, EventSource, EventStream};
use groups_model::{Event, EventId, GroupId, RequestId};
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
        let mut inner = self.lock();
        if event.request_id.is_none() {
            inner.waiting.tell(0, event);
            return;
        }
        if inner.known.contains(&event.id) {
            return;
        }
        inner.waiting.tell(0, event);
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
                None => live.recv().await?.1,
            };
            Some((Ok(event), (past, live)))
        }))
    }

    fn coming(&self, kind: &'static str, group_id: Option<&GroupId>) -> ComingEvents {
        let live = self.lock().waiting.subscribe_to(Kin { kind, group_id: group_id.cloned() });
        let events: EventStream = Box::pin(stream::unfold(live, |mut live| async move {
            let (_, event) = live.recv().await?;
            Some((Ok(event), live))
        }));
        Box::pin(std::future::ready(Ok(Some(events))))
    }
}

/// Events of one type, and of one group, if one is named.
#[derive(Clone, Debug)]
pub(crate) struct Kin {
    pub(crate) kind: &'static str,
    pub(crate) group_id: Option<GroupId>,
}

impl Kin {
    fn has(&self, event: &Event) -> bool {
        event.kind.type_name() == self.kind
            && self.group_id.as_ref().is_none_or(|group| event.group_id.as_ref() == Some(group))
    }
}

/// An event with its number in the store, where there is one.
pub(crate) type Told = (u64, Event);

/// Who waits for which request, and who for what has none.
#[derive(Default)]
pub(crate) struct Waiting {
    of_requests: HashMap<RequestId, Vec<UnboundedSender<Told>>>,
    of_kin: Vec<(Kin, UnboundedSender<Told>)>,
}

impl Waiting {
    pub(crate) fn subscribe(&mut self, request_id: &RequestId) -> UnboundedReceiver<Told> {
        self.forget_who_has_gone();
        let (sender, receiver) = unbounded_channel();
        self.of_requests.entry(request_id.clone()).or_default().push(sender);
        receiver
    }

    pub(crate) fn subscribe_to(&mut self, kin: Kin) -> UnboundedReceiver<Told> {
        self.forget_who_has_gone();
        let (sender, receiver) = unbounded_channel();
        self.of_kin.push((kin, sender));
        receiver
    }

    /// When somebody comes, so that they cannot add up.
    fn forget_who_has_gone(&mut self) {
        self.of_requests.retain(|_, senders| {
            senders.retain(|sender| !sender.is_closed());
            !senders.is_empty()
        });
        self.of_kin.retain(|(_, sender)| !sender.is_closed());
    }

    pub(crate) fn tell(&self, number: u64, event: &Event) {
        let of_request = event.request_id.as_ref().and_then(|id| self.of_requests.get(id));
        let of_kin = self.of_kin.iter().filter(|(kin, _)| kin.has(event)).map(|(_, sender)| sender);
        for sender in of_request.into_iter().flatten().chain(of_kin) {
            // Whoever has gone does not need it.
            let _ = sender.send((number, event.clone()));
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
        assert!(channel.lock().waiting.of_requests.len() <= 2);
    }

    #[tokio::test]
    async fn what_comes_of_a_type_and_group_is_told_from_the_moment_it_is_asked_for() {
        let channel = EventChannel::default();
        channel.publish(&event("early", "g"));
        let group: GroupId = "g".try_into().unwrap();
        let mut of_group = channel.coming("group_delete", Some(&group)).await.unwrap().unwrap();
        let mut of_all = channel.coming("group_delete", None).await.unwrap().unwrap();
        let mut of_other_type = channel.coming("group_create", None).await.unwrap().unwrap();
        let mut without_receipt = event("x", "g");
        without_receipt.request_id = None;
        for told in [event("late", "h"), event("late", "g"), without_receipt.clone()] {
            channel.publish(&told);
        }
        assert_eq!(of_group.next().await.unwrap().unwrap(), event("late", "g"));
        assert_eq!(of_group.next().await.unwrap().unwrap(), without_receipt);
        assert_eq!(of_all.next().await.unwrap().unwrap(), event("late", "h"));
        assert!(of_group.next().now_or_never().is_none() && of_other_type.next().now_or_never().is_none());
        drop((of_group, of_all, of_other_type));
        drop(channel.coming("group_delete", None).await);
        assert!(channel.lock().waiting.of_kin.len() <= 1, "those who have gone are forgotten");
    }
}

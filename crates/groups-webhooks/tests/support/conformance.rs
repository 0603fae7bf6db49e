//! What holds of every store, whichever database it is in.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use groups_model::event::{EventKind, EventSource, split};
use groups_model::{GroupId, RequestId, Timestamp};
use groups_webhooks::store::{Forwarding, Outcome, Query, STEPPED_ASIDE_MAX, Settled, StoredEvents, tail};
use groups_webhooks::{Backoff, EventStore, ForwardTarget, Forwarder};

use super::{Sink, eventually, notification, outcome, parts, set_aside, stored_ids, target, waiting};

/// The tests of a store. `$stores` gives two handles of a new one, as if of two processes, and what it lives in; or nothing
/// where it cannot be had.
macro_rules! conforms {
    ($stores:ident) => {
        support::conformance::conforms!(@one $stores:
            an_event_is_stored_once_and_told_as_it_was,
            whatever_bytes_come_are_kept_and_found,
            events_are_found_by_group_type_time_and_receipt,
            old_events_are_forgotten_unless_they_wait_to_be_forwarded,
            many_at_once_are_stored_once_each,
            what_is_taken_to_be_forwarded_is_the_oldest_of_its_group_and_nobody_elses,
            a_failed_attempt_is_counted,
            an_event_gets_a_last_attempt_once_the_next_of_its_group_is_accepted,
            an_event_returns_to_its_place_when_the_next_of_its_group_fails,
            an_event_with_nothing_behind_it_does_not_step_aside,
            only_so_many_events_of_a_group_step_aside,
            events_that_were_set_aside_do_not_wait_and_are_pruned
        );

        #[tokio::test]
        async fn a_tail_tells_what_is_there_and_what_comes_from_elsewhere() {
            let Some((_kept, [here, elsewhere])) = $stores().await else { return };
            conformance::a_tail_tells_what_is_there_and_what_comes_from_elsewhere(here, elsewhere).await;
        }

        #[tokio::test]
        async fn those_who_wait_are_told_what_is_stored_and_what_comes() {
            let Some((_kept, [here, elsewhere])) = $stores().await else { return };
            let source = here.clone();
            conformance::those_who_wait_are_told_what_is_stored_and_what_comes(source, here, elsewhere).await;
        }

        #[tokio::test]
        async fn what_comes_of_a_type_is_told_from_a_moment_on() {
            let Some((_kept, [here, elsewhere])) = $stores().await else { return };
            let source = here.clone();
            conformance::what_comes_of_a_type_is_told_from_a_moment_on(source, here, elsewhere).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn forwarders_share_the_queue_in_order_per_group() {
            let Some((_kept, [here, elsewhere])) = $stores().await else { return };
            conformance::forwarders_share_the_queue_in_order_per_group(vec![here, elsewhere]).await;
        }
    };
    (@one $stores:ident: $($name:ident),+) => {$(
        #[tokio::test]
        async fn $name() {
            let Some((_kept, [store, _])) = $stores().await else { return };
            conformance::$name(store).await;
        }
    )+};
}
pub(crate) use conforms;

pub(crate) async fn an_event_is_stored_once_and_told_as_it_was(store: Arc<dyn EventStore>) {
    assert_eq!(store.last_number().await.unwrap(), 0);
    let told = parts(&[("a", "1"), ("b", "2")]);
    let first = store.append(told.clone(), None).await.unwrap();
    assert_eq!(first.added(), 2);
    let again = store.append(parts(&[("b", "2"), ("c", "3")]), None).await.unwrap();
    assert_eq!(again.numbers[0], None, "it was there already");
    assert!(again.numbers[1] > first.numbers[1], "numbers grow");
    assert_eq!(store.last_number().await.unwrap(), again.numbers[1].unwrap());
    let stored = store.list(&Query::new()).await.unwrap();
    assert_eq!(stored.len(), 3);
    for (stored, part) in stored.iter().zip(&told) {
        assert_eq!((&stored.event, &stored.notification), (&part.event, &part.notification));
        assert!(stored.received_at.seconds() > 1_700_000_000);
    }
}

pub(crate) async fn whatever_bytes_come_are_kept_and_found(store: Arc<dyn EventStore>) {
    let nul = notification(&[outcome("a\0b", "\0"), outcome(&"g".repeat(5_000), &"r".repeat(9_000))]);
    for body in [&b""[..], b"\xff\x00\xfe", b"[1]", nul.as_bytes()] {
        let told = split(body);
        let appended = store.append(told.clone(), Some(&target())).await.unwrap();
        assert_eq!(appended.added(), told.len());
        for part in told {
            let mut query = Query::new();
            query.group_id = part.event.group_id.clone();
            query.request_id = part.event.request_id.clone();
            let found = store.list(&query).await.unwrap();
            assert!(
                found
                    .iter()
                    .any(|found| found.event == part.event && found.notification == part.notification)
            );
        }
    }
    let group: GroupId = serde_json::from_str(r#""a\u0000b""#).unwrap();
    assert_eq!(store.list(&Query::new().group_id(group)).await.unwrap().len(), 1);
}

pub(crate) async fn events_are_found_by_group_type_time_and_receipt(store: Arc<dyn EventStore>) {
    store.append(parts(&[("a", "1"), ("b", "2"), ("a", "3")]), None).await.unwrap();
    let body =
        groups_spec::example("webhook_group_suspended").unwrap().body.replace("1759320005", "1759320905");
    store.append(split(body.as_bytes()), None).await.unwrap();
    let untimed = r#"{"entry":[{"changes":[{"field":"x","value":{}}]}]}"#;
    store.append(split(untimed.as_bytes()), None).await.unwrap();
    let count = async |query: Query| store.list(&query).await.unwrap().len();
    let group = |id: &str| Query::new().group_id(GroupId::new(id).unwrap());
    assert_eq!(count(group("a")).await, 2);
    assert_eq!(count(group("z")).await, 0);
    assert_eq!(count(Query::new().kind("group_delete")).await, 3);
    assert_eq!(count(Query::new().kind("group_suspend")).await, 1);
    assert_eq!(count(group("a").request_id(RequestId::new("3").unwrap())).await, 1);
    let at = Timestamp::from_seconds;
    assert_eq!(count(Query::new().until(at(1_759_320_905))).await, 3);
    let since = Query::new().since(at(1_759_320_006));
    assert_eq!(count(since.clone()).await, 2, "what tells no time counts by when it came");
    assert_eq!(count(since.until(at(1_759_320_906))).await, 1);
    let newest = store.list(&Query::new().kind("group_delete").newest_first().limit(2)).await.unwrap();
    assert_eq!(newest[0].event.request_id.as_ref().unwrap().as_str(), "3");
    let after = Query::new().after(newest[1].number);
    let rest = store.list(&after.kind("group_delete")).await.unwrap();
    assert_eq!(rest, newest[..1]);
}

pub(crate) async fn old_events_are_forgotten_unless_they_wait_to_be_forwarded(store: Arc<dyn EventStore>) {
    store.append(parts(&[("a", "1")]), None).await.unwrap();
    store.append(parts(&[("a", "2")]), Some(&target())).await.unwrap();
    assert_eq!(store.prune(Timestamp::from_seconds(0)).await.unwrap(), 0);
    let tomorrow = Timestamp::from_seconds(4_000_000_000);
    assert_eq!(store.prune(tomorrow).await.unwrap(), 1);
    assert_eq!(stored_ids(&*store).await.len(), 1);
    let last = store.last_number().await.unwrap();
    store.take_forwards(&target(), 1).await.unwrap().remove(0).done().await.unwrap();
    assert_eq!(store.prune(tomorrow).await.unwrap(), 1);
    assert_eq!(store.last_number().await.unwrap(), last, "a number is never used again");
    let again = store.append(parts(&[("a", "1")]), None).await.unwrap();
    assert!(again.numbers[0].unwrap() > last);
}

pub(crate) async fn many_at_once_are_stored_once_each(store: Arc<dyn EventStore>) {
    let tasks: Vec<_> = (0..40)
        .map(|task: u32| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for number in 0..10 {
                    // Each event comes from two tasks.
                    let request = format!("{}-{number}", task / 2);
                    store.append(parts(&[("a", &request), ("b", &request)]), None).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(stored_ids(&*store).await.len(), 20 * 10 * 2);
}

/// Two handles: as if of two processes.
pub(crate) async fn a_tail_tells_what_is_there_and_what_comes_from_elsewhere(
    here: Arc<dyn EventStore>,
    elsewhere: Arc<dyn EventStore>,
) {
    here.append(parts(&[("a", "1"), ("b", "2")]), None).await.unwrap();
    let mut all = std::pin::pin!(tail(Arc::clone(&here), Query::new()));
    let only_new = Query::new().after(here.last_number().await.unwrap()).group_id(GroupId::new("a").unwrap());
    let mut new_of_a = std::pin::pin!(tail(Arc::clone(&here), only_new));
    for (store, request) in [(&here, "3"), (&elsewhere, "4"), (&here, "5"), (&elsewhere, "6")] {
        store.append(parts(&[("b", request), ("a", request)]), None).await.unwrap();
    }
    let request = |stored: groups_webhooks::Stored| stored.event.request_id.unwrap().to_string();
    let mut told = Vec::new();
    while told.len() < 10 {
        told.push(request(all.next().await.unwrap().unwrap()));
    }
    assert_eq!(told, ["1", "2", "3", "3", "4", "4", "5", "5", "6", "6"]);
    for expected in ["3", "4", "5", "6"] {
        assert_eq!(request(new_of_a.next().await.unwrap().unwrap()), expected);
    }
}

pub(crate) async fn those_who_wait_are_told_what_is_stored_and_what_comes(
    source: Arc<dyn EventSource>,
    here: Arc<dyn EventStore>,
    elsewhere: Arc<dyn EventStore>,
) {
    let request = |id: &str| RequestId::new(id).unwrap();
    here.append(parts(&[("a", "early"), ("b", "other")]), None).await.unwrap();
    let by_itself: Arc<dyn EventSource> = Arc::new(StoredEvents::of(Arc::clone(&here)));
    for source in [source, by_itself] {
        let mut early = source.events_for(&request("early"));
        let event = early.next().await.unwrap().unwrap();
        assert!(matches!(event.kind, EventKind::GroupDelete(_)));
        let marker = format!("late-{:p}", Arc::as_ptr(&source).cast::<u8>());
        let mut late = source.events_for(&request(&marker));
        let mut beside = source.events_for(&request(&marker));
        assert!(
            tokio::time::timeout(Duration::from_millis(1), late.next()).await.is_err(),
            "nothing has come yet"
        );
        elsewhere.append(parts(&[("a", &marker)]), None).await.unwrap();
        here.append(parts(&[("a", &marker), ("b", &marker)]), None).await.unwrap();
        for events in [&mut late, &mut beside] {
            let first = events.next().await.unwrap().unwrap();
            assert_eq!(first.group_id.unwrap().as_str(), "a");
            assert_eq!(
                events.next().await.unwrap().unwrap().group_id.unwrap().as_str(),
                "b",
                "each comes once"
            );
        }
    }
}

/// Of one type, of one group if one is named, and not what was there before, wherever it was stored.
pub(crate) async fn what_comes_of_a_type_is_told_from_a_moment_on(
    source: Arc<dyn EventSource>,
    here: Arc<dyn EventStore>,
    elsewhere: Arc<dyn EventStore>,
) {
    let group = GroupId::new("a").unwrap();
    for round in ["1", "2"] {
        let request = |name: &str| format!("{name}-{round}");
        // The task that follows the store is told of it late, in the second round.
        elsewhere.append(parts(&[("a", &request("before"))]), None).await.unwrap();
        let mut of_group = source.coming("group_delete", Some(&group)).await.unwrap().unwrap();
        let mut of_all = source.coming("group_delete", None).await.unwrap().unwrap();
        let mut of_other = source.coming("group_create", None).await.unwrap().unwrap();
        // Stored before anybody looks, and after.
        here.append(parts(&[("b", &request("x")), ("a", &request("x"))]), None).await.unwrap();
        let next = async |events: &mut groups_model::event::EventStream| {
            let event = events.next().await.unwrap().unwrap();
            format!("{} {}", event.group_id.unwrap(), event.request_id.unwrap())
        };
        assert_eq!(next(&mut of_group).await, format!("a x-{round}"));
        elsewhere.append(parts(&[("b", &request("y")), ("a", &request("y"))]), None).await.unwrap();
        assert_eq!(next(&mut of_group).await, format!("a y-{round}"));
        for expected in ["b x", "a x", "b y", "a y"] {
            assert_eq!(next(&mut of_all).await, format!("{expected}-{round}"));
        }
        let none = tokio::time::timeout(Duration::from_millis(1), of_other.next()).await;
        assert!(none.is_err(), "of another type nothing has come");
    }
}

pub(crate) async fn what_is_taken_to_be_forwarded_is_the_oldest_of_its_group_and_nobody_elses(
    store: Arc<dyn EventStore>,
) {
    store.append(parts(&[("a", "1"), ("a", "2"), ("b", "3")]), Some(&target())).await.unwrap();
    store.append(parts(&[("c", "4")]), None).await.unwrap();
    assert_eq!(waiting(&*store).await, 3);
    let request = |taken: &dyn groups_webhooks::store::Forwarding| {
        taken.stored().event.request_id.as_ref().unwrap().to_string()
    };
    let mut taken = store.take_forwards(&target(), 10).await.unwrap();
    assert_eq!(taken.iter().map(|taken| request(&**taken)).collect::<Vec<_>>(), ["1", "3"]);
    assert!(
        store.take_forwards(&target(), 10).await.unwrap().is_empty(),
        "the rest is taken, or waits for it"
    );
    drop(taken.remove(0));
    taken.remove(0).done().await.unwrap();
    // In PostgreSQL giving back is a matter of the connection, which takes a moment.
    let mut again = Vec::new();
    while again.is_empty() {
        again = store.take_forwards(&target(), 10).await.unwrap();
    }
    assert_eq!(
        (request(&*again[0]).as_str(), again[0].attempts()),
        ("1", 0),
        "given back, it is there again"
    );
    again.remove(0).again_after(Duration::from_secs(3600)).await.unwrap();
    assert!(
        store.take_forwards(&target(), 10).await.unwrap().is_empty(),
        "what waits behind it is not due either"
    );
    assert_eq!(waiting(&*store).await, 2);
}

pub(crate) async fn a_failed_attempt_is_counted(store: Arc<dyn EventStore>) {
    store.append(parts(&[("a", "1")]), Some(&target())).await.unwrap();
    for attempts in 0..3 {
        let taken = store.take_forwards(&target(), 1).await.unwrap().remove(0);
        assert_eq!(taken.attempts(), attempts);
        taken.again_after(Duration::ZERO).await.unwrap();
    }
}

const STEP_ASIDE: Outcome = Outcome::StepAside { delay: Duration::ZERO, alone: false };

/// The next event of a store with one group that is due, and its request.
async fn head(store: &dyn EventStore) -> (Box<dyn Forwarding>, String) {
    let taken = store.take_forwards(&target(), 10).await.unwrap().remove(0);
    let request = taken.stored().event.request_id.as_ref().unwrap().to_string();
    (taken, request)
}

async fn settle(store: &dyn EventStore, expected: &str, outcome: Outcome) -> Settled {
    let (taken, request) = head(store).await;
    assert_eq!(request, expected);
    taken.settle(outcome).await.unwrap()
}

pub(crate) async fn an_event_gets_a_last_attempt_once_the_next_of_its_group_is_accepted(
    store: Arc<dyn EventStore>,
) {
    store.append(parts(&["1", "2", "3", "4"].map(|request| ("a", request))), Some(&target())).await.unwrap();
    for request in ["1", "2"] {
        assert_eq!(settle(&*store, request, STEP_ASIDE).await, Settled::SteppedAside);
    }
    assert_eq!(settle(&*store, "3", Outcome::Done).await, Settled::Stored);
    let (first, request) = head(&*store).await;
    assert_eq!((request.as_str(), first.is_last_attempt()), ("1", true));
    // Without a connection it still has one.
    first.again_after(Duration::ZERO).await.unwrap();
    let (first, _) = head(&*store).await;
    assert!(first.is_last_attempt());
    assert_eq!(first.settle(Outcome::SetAside).await.unwrap(), Settled::SetAside);
    assert_eq!((waiting(&*store).await, set_aside(&*store).await), (2, 1));
    let (second, request) = head(&*store).await;
    assert_eq!((request.as_str(), second.is_last_attempt()), ("2", true));
    second.done().await.unwrap();
    let (last, request) = head(&*store).await;
    assert_eq!((request.as_str(), last.is_last_attempt()), ("4", false));
    last.done().await.unwrap();
    assert_eq!((waiting(&*store).await, set_aside(&*store).await), (0, 1));
    assert!(store.take_forwards(&target(), 10).await.unwrap().is_empty());
}

pub(crate) async fn an_event_returns_to_its_place_when_the_next_of_its_group_fails(
    store: Arc<dyn EventStore>,
) {
    store.append(parts(&[("a", "1"), ("a", "2"), ("a", "3")]), Some(&target())).await.unwrap();
    let (delay, refused) = (Duration::ZERO, true);
    settle(&*store, "1", Outcome::Again { delay, refused }).await;
    settle(&*store, "1", Outcome::Again { delay, refused: false }).await;
    let (first, _) = head(&*store).await;
    assert_eq!((first.attempts(), first.refusals()), (2, 1));
    assert_eq!(first.settle(STEP_ASIDE).await.unwrap(), Settled::SteppedAside);
    settle(&*store, "2", Outcome::Again { delay, refused }).await;
    let (first, request) = head(&*store).await;
    assert_eq!((request.as_str(), first.attempts(), first.refusals()), ("1", 3, 2));
    assert!(!first.is_last_attempt());
    first.settle(STEP_ASIDE).await.unwrap();
    assert_eq!(settle(&*store, "2", STEP_ASIDE).await, Settled::SteppedAside);
    settle(&*store, "3", Outcome::Again { delay, refused: false }).await;
    for request in ["1", "2", "3"] {
        settle(&*store, request, Outcome::Done).await;
    }
    assert_eq!((waiting(&*store).await, set_aside(&*store).await), (0, 0));
}

pub(crate) async fn an_event_with_nothing_behind_it_does_not_step_aside(store: Arc<dyn EventStore>) {
    store.append(parts(&[("a", "1")]), Some(&target())).await.unwrap();
    store.append(parts(&[("b", "2")]), Some(&ForwardTarget::from_key("another"))).await.unwrap();
    assert_eq!(settle(&*store, "1", STEP_ASIDE).await, Settled::Stored);
    let (taken, _) = head(&*store).await;
    assert_eq!((taken.attempts(), taken.refusals()), (1, 1), "it is tried again");
    let alone = Outcome::StepAside { delay: Duration::ZERO, alone: true };
    assert_eq!(taken.settle(alone).await.unwrap(), Settled::SetAside);
    assert_eq!((waiting(&*store).await, set_aside(&*store).await), (1, 1), "the other target has its own");
}

pub(crate) async fn only_so_many_events_of_a_group_step_aside(store: Arc<dyn EventStore>) {
    let requests: Vec<String> = (0..STEPPED_ASIDE_MAX + 2).map(|number| number.to_string()).collect();
    let events: Vec<(&str, &str)> = requests.iter().map(|request| ("a", request.as_str())).collect();
    store.append(parts(&events), Some(&target())).await.unwrap();
    for request in requests.iter().take(STEPPED_ASIDE_MAX as usize) {
        assert_eq!(settle(&*store, request, STEP_ASIDE).await, Settled::SteppedAside);
    }
    assert_eq!(settle(&*store, &STEPPED_ASIDE_MAX.to_string(), STEP_ASIDE).await, Settled::Stored);
    for request in &requests {
        settle(&*store, request, Outcome::Done).await;
    }
    assert_eq!(set_aside(&*store).await, 0);
}

pub(crate) async fn events_that_were_set_aside_do_not_wait_and_are_pruned(store: Arc<dyn EventStore>) {
    store.append(parts(&[("a", "1"), ("a", "2"), ("a", "3")]), Some(&target())).await.unwrap();
    settle(&*store, "1", Outcome::SetAside).await;
    settle(&*store, "2", STEP_ASIDE).await;
    assert_eq!((waiting(&*store).await, set_aside(&*store).await), (2, 1));
    assert_eq!(stored_ids(&*store).await.len(), 3, "it stays in the store");
    assert_eq!(store.prune(Timestamp::from_seconds(4_000_000_000)).await.unwrap(), 1);
    assert_eq!((waiting(&*store).await, set_aside(&*store).await), (2, 0));
}

/// Several forwarders, as on several machines: nothing is lost, and each group stays in order.
pub(crate) async fn forwarders_share_the_queue_in_order_per_group(stores: Vec<Arc<dyn EventStore>>) {
    let sink = Sink::default();
    let url = sink.serve().await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut target = None;
    let forwarders: Vec<_> = stores
        .iter()
        .map(|store| {
            let mut backoff = Backoff::default();
            backoff.first = Duration::from_millis(20);
            // The group is refused for a while only.
            backoff.failures = u32::MAX;
            let forwarder = Forwarder::new(Arc::clone(store), &url).unwrap().backoff(backoff).at_once(3);
            target.get_or_insert_with(|| forwarder.target().clone());
            let mut stopped = stopped.clone();
            tokio::spawn(forwarder.run(async move { drop(stopped.wait_for(|stop| *stop).await) }))
        })
        .collect();
    sink.refuse("g1", true);
    for number in 0..60 {
        let store = &stores[number % stores.len()];
        let request = number.to_string();
        store
            .append(parts(&[("g0", &request), ("g1", &request), ("g2", &request)]), target.as_ref())
            .await
            .unwrap();
    }
    eventually("a refusal", async || sink.refused() > 2).await;
    eventually("the other groups", async || sink.ids(Some("g0")).len() + sink.ids(Some("g2")).len() == 120)
        .await;
    assert!(sink.ids(Some("g1")).is_empty());
    sink.refuse("g1", false);
    eventually("an empty queue", async || waiting(&*stores[0]).await == 0).await;
    let stored = stores[0].list(&Query::new()).await.unwrap();
    for group in ["g0", "g1", "g2"] {
        let of_group =
            stored.iter().filter(|stored| stored.event.group_id.as_ref().unwrap().as_str() == group);
        let expected: Vec<String> = of_group.map(|stored| stored.event.id.to_string()).collect();
        assert_eq!(sink.ids(Some(group)), expected, "{group}");
    }
    assert_eq!(sink.arrivals() - sink.refused(), 180, "nobody died, so nothing came twice");
    stop.send(true).unwrap();
    for forwarder in forwarders {
        forwarder.await.unwrap();
    }
}

/// Two events in the queue of the version before, which knew no targets, of two groups.
pub(crate) async fn what_an_earlier_version_queued_goes_to_whoever_is_forwarded_to_first(
    store: Arc<dyn EventStore>,
) {
    let backlog = store.forwards_waiting().await.unwrap();
    assert_eq!((backlog.len(), backlog[0].events), (1, 2), "it is all there");
    assert_eq!(stored_ids(&*store).await.len(), 2);
    store.append(parts(&[("c", "3")]), Some(&ForwardTarget::from_key("another"))).await.unwrap();
    assert_eq!(store.take_forwards(&target(), 10).await.unwrap().len(), 2);
    let of_another = store.take_forwards(&ForwardTarget::from_key("another"), 10).await.unwrap();
    assert_eq!(of_another.len(), 1);
    assert_eq!(of_another[0].stored().event.group_id.as_ref().unwrap().as_str(), "c");
}

//! The one loop that waits: events as they come, looks when they are due, and the end of the time. What either of them
//! means is decided by the question, without I/O.

use groups_model::Accepted;
use groups_model::event::{Event, EventSourceError, EventStream};
use tokio::time::Instant;

use super::How;
use super::schedule::Schedule;
use crate::call::after;
use crate::error::{Error, Result};
use crate::groups::Pending;

/// What is to be learnt. What it concludes from events and looks is pure.
pub(super) trait Question {
    type Outcome;
    /// What a look shows.
    type Seen;

    /// A look; `None` where nothing (more) can be seen.
    fn look(&self) -> Option<Pending<Self::Seen>>;

    /// An event of this receipt. Something, if it answers the question.
    fn told(&mut self, event: &Event) -> Option<Result<Self::Outcome>>;

    /// An event of this type and group after the sending, where the answer had no receipt: it may be about another call
    /// of the kind. Something, if it answers the question whoever's call it was; else a look follows at once.
    fn overheard(&mut self, event: &Event) -> Option<Result<Self::Outcome>>;

    /// What a look showed. Something, if it answers the question.
    fn seen(&mut self, seen: Self::Seen) -> Option<Result<Self::Outcome>>;

    /// The end, with the last failure of a look.
    fn give_up(&mut self, last: Option<Error>) -> Result<Self::Outcome>;
}

/// A source that fails so often is not asked any more.
const TOO_OFTEN: u32 = 5;

/// `coming`: what a source tells without a receipt; it counts where there is none.
pub(super) async fn learn<Q: Question>(
    mut question: Q,
    how: &How,
    accepted: &Accepted,
    coming: Option<EventStream>,
) -> Result<Q::Outcome> {
    if let Some(call) = &how.on_accepted {
        call(accepted);
    }
    let (started, deadline) = (Instant::now(), after(how.timeout));
    let receipt = how.events_for(accepted);
    let has_receipt = receipt.is_some();
    let schedule = Schedule::new(how.timeout, has_receipt);
    let mut events = receipt.or(coming);
    let (mut looks, mut failures) = (0, 0);
    // Whether something was overheard that the look under way may have come too early for.
    let mut again = false;
    let next =
        |looks| schedule.gap(looks, started.elapsed(), fastrand::f64()).map(|gap| Instant::now() + gap);
    let mut due = if how.polling { next(0) } else { None };
    let mut looking: Option<Pending<Q::Seen>> = None;
    let mut last = None;
    // Where there is nothing to see, it need not be waited for.
    if question.look().is_none() {
        due = None;
    }
    while events.is_some() || looking.is_some() || due.is_some() {
        tokio::select! {
            biased;
            told = next_event(&mut events) => match told {
                Some(Ok(event)) if has_receipt && how.concerns(&event, accepted) => {
                    if let Some(learnt) = question.told(&event) {
                        return learnt;
                    }
                }
                Some(Ok(event)) if !has_receipt && how.may_concern(&event, accepted) => {
                    if let Some(learnt) = question.overheard(&event) {
                        return learnt;
                    }
                    again = looking.is_some();
                    due = due.map(|_| Instant::now());
                }
                Some(Ok(event)) => tracing::debug!(kind = event.kind.type_name(), "an event of something else"),
                // Events may have been missed: a look tells.
                Some(Err(error)) => {
                    tracing::warn!(%error, "the source of events failed");
                    due = due.map(|_| Instant::now());
                    failures += 1;
                    if failures == TOO_OFTEN {
                        events = None;
                    }
                }
                None => events = None,
            },
            seen = next_sight(&mut looking) => {
                looking = None;
                due = if std::mem::take(&mut again) { Some(Instant::now()) } else { next(looks) };
                match seen {
                    Ok(seen) => if let Some(learnt) = question.seen(seen) {
                        return learnt;
                    },
                    Err(error) => {
                        tracing::debug!(kind = %error.kind(), "a look failed");
                        // The next one will fail alike.
                        if error.is_access() || error.is_not_found() {
                            due = None;
                        }
                        last = Some(error);
                    }
                }
            }
            () = next_look(due), if looking.is_none() => {
                (due, looks) = (None, looks + 1);
                looking = question.look();
            }
            () = tokio::time::sleep_until(deadline) => break,
        }
        // Events come first, and there may always be another one.
        if Instant::now() >= deadline {
            break;
        }
    }
    question.give_up(last)
}

async fn next_event(events: &mut Option<EventStream>) -> Option<Result<Event, EventSourceError>> {
    match events {
        Some(events) => std::future::poll_fn(|cx| events.as_mut().poll_next(cx)).await,
        None => std::future::pending().await,
    }
}

async fn next_sight<T>(looking: &mut Option<Pending<T>>) -> Result<T> {
    match looking {
        Some(looking) => looking.await,
        None => std::future::pending().await,
    }
}

async fn next_look(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use futures_util::StreamExt;
    use futures_util::stream;
    use groups_model::event::{EventSource, decode};
    use groups_model::{ErrorKind, RequestId};

    use super::*;

    /// Answered by any event with 0, or by a look of this number; the outcome tells which.
    struct Asked {
        answered_by: u32,
        looks: Arc<AtomicU32>,
        stuck: bool,
    }

    impl Question for Asked {
        type Outcome = u32;
        type Seen = u32;

        fn look(&self) -> Option<Pending<u32>> {
            let (looks, stuck) = (Arc::clone(&self.looks), self.stuck);
            Some(Box::pin(async move {
                let look = looks.fetch_add(1, Ordering::SeqCst) + 1;
                if stuck {
                    std::future::pending::<()>().await;
                }
                Ok(look)
            }))
        }

        fn told(&mut self, _: &Event) -> Option<Result<u32>> {
            Some(Ok(0))
        }

        fn overheard(&mut self, _: &Event) -> Option<Result<u32>> {
            None
        }

        fn seen(&mut self, look: u32) -> Option<Result<u32>> {
            (look == self.answered_by).then_some(Ok(look))
        }

        fn give_up(&mut self, _: Option<Error>) -> Result<u32> {
            Err(Error::not_learnt(ErrorKind::OutcomeNotSeen, "not seen", 1))
        }
    }

    /// What a source tells, in this order, and whether it ends.
    struct Told(fn() -> EventStream);

    impl EventSource for Told {
        fn events_for(&self, _: &RequestId) -> EventStream {
            (self.0)()
        }
    }

    fn event() -> Event {
        let body = br#"{"entry":[{"changes":[{"field":"group_lifecycle_update","value":{"groups":[
            {"type":"group_delete","group_id":"g","request_id":"R"}]}}]}]}"#;
        decode(body).remove(0)
    }

    /// The outcome, how long it took in seconds, and how many looks there were.
    async fn wait(
        source: Option<fn() -> EventStream>,
        answered_by: u32,
        stuck: bool,
    ) -> (Option<u32>, u64, u32) {
        let looks = Arc::new(AtomicU32::new(0));
        let how = How {
            timeout: Duration::from_secs(30),
            events: source.map(|source| Arc::new(Told(source)) as Arc<dyn EventSource>),
            polling: true,
            on_accepted: None,
            phone_number_id: None,
        };
        let accepted = Accepted::new("delete_group", "g".try_into().ok(), "R".try_into().ok());
        let began = Instant::now();
        let question = Asked { answered_by, looks: Arc::clone(&looks), stuck };
        let learnt = learn(question, &how, &accepted, None).await.ok();
        (learnt, began.elapsed().as_secs(), looks.load(Ordering::SeqCst))
    }

    #[tokio::test(start_paused = true)]
    async fn whichever_comes_first_answers() {
        let told: fn() -> EventStream = || stream::iter([Ok(event())]).boxed();
        assert_eq!(wait(Some(told), 1, false).await, (Some(0), 0, 0));
        let late: fn() -> EventStream = || {
            stream::once(async {
                tokio::time::sleep(Duration::from_secs(20)).await;
                Ok(event())
            })
            .boxed()
        };
        assert_eq!(wait(Some(late), 99, false).await.0, Some(0));
        assert_eq!(wait(Some(late), 2, false).await.0, Some(2));
        assert_eq!(wait(Some(late), 2, true).await, (Some(0), 20, 1), "a look that hangs holds nothing up");
    }

    #[tokio::test(start_paused = true)]
    async fn a_source_that_ends_or_fails_leaves_the_looking() {
        let ended: fn() -> EventStream = || stream::empty().boxed();
        assert_eq!(wait(Some(ended), 3, false).await.0, Some(3));
        let failing: fn() -> EventStream =
            || stream::repeat_with(|| Err(EventSourceError::new("the disk is gone"))).boxed();
        assert_eq!(wait(Some(failing), 3, false).await.0, Some(3));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_overheard_makes_it_look_at_once_and_answers_nothing() {
        let looks = Arc::new(AtomicU32::new(0));
        for (group, polling, expected) in [("g", true, Some(1)), ("other", true, None), ("g", false, None)] {
            looks.store(0, Ordering::SeqCst);
            let timeout = Duration::from_secs(2);
            let how = How { timeout, events: None, polling, on_accepted: None, phone_number_id: None };
            let accepted = Accepted::new("update_group", group.try_into().ok(), None);
            // Before the first look that is due anyway, after 0.3 seconds.
            let coming = stream::once(async {
                tokio::time::sleep(Duration::from_millis(200)).await;
                Ok(event())
            });
            let question = Asked { answered_by: 1, looks: Arc::clone(&looks), stuck: false };
            let began = Instant::now();
            let learnt = learn(question, &how, &accepted, Some(coming.boxed())).await.ok();
            let at_once = began.elapsed() < Duration::from_millis(250);
            assert_eq!(learnt.filter(|_| at_once), expected, "{group} {polling}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_source_that_always_has_another_event_does_not_outlast_the_deadline() {
        let endless: fn() -> EventStream = || {
            stream::unfold((), |()| async {
                tokio::time::advance(Duration::from_millis(10)).await;
                let body = br#"{"entry":[{"changes":[{"field":"group_lifecycle_update","value":{"groups":[
                    {"type":"group_delete","group_id":"g","request_id":"another"}]}}]}]}"#;
                Some((Ok(decode(body).remove(0)), ()))
            })
            .boxed()
        };
        assert_eq!(wait(Some(endless), 99, true).await.0, None);
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_of_the_time_is_kept_whatever_hangs() {
        let silent: fn() -> EventStream = || stream::pending().boxed();
        let (learnt, seconds, looks) = wait(Some(silent), 99, false).await;
        assert_eq!((learnt, seconds), (None, 30));
        assert!((8..=10).contains(&looks), "{looks}");
        assert_eq!(wait(None, 99, true).await, (None, 30, 1));
        assert_eq!(wait(None, 99, false).await.0, None);
    }
}

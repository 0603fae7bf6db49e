//! The one loop that waits: events as they come, looks when they are due, and the end of the time. What either of them
//! means is decided by the question, without I/O.

use groups_model::Accepted;
use groups_model::event::Event;
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

    /// What a look showed. Something, if it answers the question.
    fn seen(&mut self, seen: Self::Seen) -> Option<Result<Self::Outcome>>;

    /// The end, with the last failure of a look.
    fn give_up(&mut self, last: Option<Error>) -> Result<Self::Outcome>;
}

pub(super) async fn learn<Q: Question>(
    mut question: Q,
    how: &How,
    accepted: &Accepted,
) -> Result<Q::Outcome> {
    let (started, deadline) = (Instant::now(), after(how.timeout));
    let mut events = how.events_for(accepted);
    let schedule = Schedule::new(how.timeout, events.is_some());
    let mut looks = 0;
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
                Some(Ok(event)) if how.concerns(&event, accepted) => {
                    if let Some(learnt) = question.told(&event) {
                        return learnt;
                    }
                }
                Some(Ok(event)) => tracing::debug!(kind = event.kind.type_name(), "an event of something else"),
                // Events may have been missed: a look tells.
                Some(Err(error)) => {
                    tracing::warn!(%error, "the source of events failed");
                    due = due.map(|_| Instant::now());
                }
                None => events = None,
            },
            seen = next_sight(&mut looking) => {
                looking = None;
                due = next(looks);
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
    }
    question.give_up(last)
}

async fn next_event(
    events: &mut Option<groups_model::event::EventStream>,
) -> Option<Result<Event, groups_model::event::EventSourceError>> {
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

//! Creates of one client that may be mistaken for each other: a new group is known by its subject alone, so two creates
//! with one subject must not each take the first group that appears. Knows nothing of other processes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use groups_model::GroupId;
use tokio::time::Instant;

/// How long a create that nobody follows any more may still make its group appear.
const LINGERS: Duration = Duration::from_secs(60);
/// How many groups are remembered to be somebody's.
const REMEMBERED: usize = 1_024;

/// The creates of a client.
#[derive(Debug, Default)]
pub(crate) struct Rivals(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    last: u64,
    open: Vec<Open>,
    claimed: VecDeque<GroupId>,
}

#[derive(Debug)]
struct Open {
    number: u64,
    subject: String,
    /// Once nobody follows it: until when it counts.
    until: Option<Instant>,
}

/// A create that is under way. Dropped without being settled, it counts for a while.
#[derive(Debug)]
pub(crate) struct Ticket {
    rivals: Arc<Rivals>,
    number: u64,
}

impl Rivals {
    pub(crate) fn begin(self: &Arc<Self>, subject: &str) -> Ticket {
        let mut inner = self.lock();
        inner.last += 1;
        let number = inner.last;
        inner.open.push(Open { number, subject: subject.to_owned(), until: None });
        Ticket { rivals: Arc::clone(self), number }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket {
    /// It is known what it came to: this group, or none.
    pub(crate) fn settle(&self, group: Option<&GroupId>) {
        let mut inner = self.rivals.lock();
        inner.open.retain(|open| open.number != self.number);
        if let Some(group) = group {
            if inner.claimed.len() == REMEMBERED {
                inner.claimed.pop_front();
            }
            inner.claimed.push_back(group.clone());
        }
    }

    /// Whether another create with the same subject may make a group appear.
    pub(crate) fn has_rivals(&self) -> bool {
        let mut inner = self.rivals.lock();
        let now = Instant::now();
        inner.open.retain(|open| open.until.is_none_or(|until| until > now));
        let mine = inner.open.iter().find(|open| open.number == self.number);
        let Some(subject) = mine.map(|open| open.subject.clone()) else { return false };
        inner.open.iter().any(|open| open.number != self.number && open.subject == subject)
    }

    /// Whether a group is known to be what another create made.
    pub(crate) fn is_taken(&self, group: &GroupId) -> bool {
        self.rivals.lock().claimed.contains(group)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut inner = self.rivals.lock();
        let now = Instant::now();
        inner.open.retain(|open| open.until.is_none_or(|until| until > now));
        if let Some(mine) = inner.open.iter_mut().find(|open| open.number == self.number) {
            mine.until = Some(now + LINGERS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn creates_with_one_subject_are_rivals_until_settled_or_long_gone() {
        let rivals = Arc::new(Rivals::default());
        let first = rivals.begin("x");
        assert!(!first.has_rivals());
        let other = rivals.begin("y");
        let second = rivals.begin("x");
        assert!(first.has_rivals() && second.has_rivals() && !other.has_rivals());

        let group: GroupId = "g".try_into().unwrap();
        first.settle(Some(&group));
        assert!(!second.has_rivals(), "it is known which group the other made");
        assert!(second.is_taken(&group));

        let third = rivals.begin("x");
        drop(second);
        assert!(third.has_rivals(), "its group may still come");
        tokio::time::advance(LINGERS).await;
        assert!(!third.has_rivals());
        assert_eq!(rivals.lock().open.len(), 2, "those who have gone are forgotten");
    }
}

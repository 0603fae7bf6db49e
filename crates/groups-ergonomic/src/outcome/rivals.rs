//! Creates of one number that may be mistaken for each other: a new group is known by its subject alone, so two creates
//! with one subject must not each take the first group that appears. Knows those of one client, and those of other
//! processes as far as they share a record; of all others it knows nothing.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use groups_model::GroupId;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

/// How long a create that nobody follows any more may still make its group appear.
const LINGERS: Duration = Duration::from_secs(60);
/// How many groups are remembered to be somebody's.
const REMEMBERED: usize = 1_024;

/// A text that several processes share, so that their creates with one subject do not take each other's group: see
/// [`ClientBuilder::share_creates`](crate::ClientBuilder::share_creates). What it says is this crate's own affair.
pub trait SharedRecord: Send + Sync + 'static {
    /// Hands out the text, which is empty at first, and keeps what is given back in its place. Nobody else may read or
    /// replace it meanwhile. It is called in the middle of asynchronous work, so it should take no more than a moment.
    fn exchange(&self, replace: &mut dyn FnMut(&str) -> String) -> std::io::Result<()>;
}

/// The creates of a client.
pub(crate) struct Rivals {
    /// Of this client, where no record is shared, or it fails.
    own: Mutex<Record>,
    since: Instant,
    shared: Option<Arc<dyn SharedRecord>>,
}

impl Default for Rivals {
    fn default() -> Self {
        Self { own: Mutex::default(), since: Instant::now(), shared: None }
    }
}

impl std::fmt::Debug for Rivals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rivals").field("shared", &self.shared.is_some()).finish_non_exhaustive()
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Record {
    open: Vec<Open>,
    claimed: VecDeque<GroupId>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Open {
    /// Random: a record may get lost, and numbers that are counted would then begin anew.
    number: u64,
    subject: String,
    /// Until when it counts, in milliseconds, unless it is heard of again; `None` as long as it is followed.
    until: Option<u64>,
}

/// The moment at which a record is looked at, in its own time.
#[derive(Clone, Copy)]
struct Moment {
    now: u64,
    /// A process may end without a word, so whoever is followed in a shared record has to be heard of now and then.
    must_be_heard_of: bool,
}

impl Moment {
    fn later(self) -> u64 {
        self.now.saturating_add(millis(LINGERS))
    }

    /// Until when a create counts that is being followed.
    fn while_followed(self) -> Option<u64> {
        self.must_be_heard_of.then(|| self.later())
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A create that is under way. Dropped without being settled, it counts for a while.
#[derive(Debug)]
pub(crate) struct Ticket {
    rivals: Arc<Rivals>,
    number: u64,
    subject: String,
    settled: AtomicBool,
}

impl Rivals {
    pub(crate) fn sharing(record: Arc<dyn SharedRecord>) -> Self {
        Self { shared: Some(record), ..Self::default() }
    }

    pub(crate) fn begin(self: &Arc<Self>, subject: &str) -> Ticket {
        let number = fastrand::u64(..);
        self.with(|record, moment| {
            record.open.push(Open { number, subject: subject.to_owned(), until: moment.while_followed() });
        });
        let settled = AtomicBool::new(false);
        Ticket { rivals: Arc::clone(self), number, subject: subject.to_owned(), settled }
    }

    /// Looks at the record, which nobody else does meanwhile.
    fn with<T>(&self, mut look: impl FnMut(&mut Record, Moment) -> T) -> T {
        if let Some(shared) = &self.shared {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let moment = Moment { now: millis(since), must_be_heard_of: true };
            let mut seen = None;
            let exchanged = shared.exchange(&mut |text| {
                // One that cannot be read is as good as none: it is about the next minute.
                let mut record: Record = serde_json::from_str(text).unwrap_or_default();
                record.forget(moment);
                seen = Some(look(&mut record, moment));
                serde_json::to_string(&record).unwrap_or_default()
            });
            match (exchanged, seen) {
                (Ok(()), Some(seen)) => return seen,
                (Ok(()), None) => tracing::warn!("the shared record of creates was not handed out"),
                (Err(error), _) => {
                    tracing::warn!(%error, "creates of other processes are not known: the shared record failed");
                }
            }
        }
        let moment = Moment { now: millis(self.since.elapsed()), must_be_heard_of: false };
        let mut record = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        record.forget(moment);
        look(&mut record, moment)
    }
}

impl Record {
    fn forget(&mut self, moment: Moment) {
        // One from further ahead than any lasts was written before the clock was set back.
        self.open.retain(|open| open.until.is_none_or(|until| until > moment.now && until <= moment.later()));
    }

    fn claim(&mut self, group: &GroupId) {
        if self.claimed.contains(group) {
            return;
        }
        if self.claimed.len() >= REMEMBERED {
            self.claimed.pop_front();
        }
        self.claimed.push_back(group.clone());
    }

    fn close(&mut self, number: u64) {
        self.open.retain(|open| open.number != number);
    }
}

impl Ticket {
    /// It is known for certain what it came to: this group, or none.
    pub(crate) fn settle(&self, group: Option<&GroupId>) {
        self.settled.store(true, Ordering::Relaxed);
        self.rivals.with(|record, _| {
            record.close(self.number);
            group.iter().for_each(|group| record.claim(group));
        });
    }

    /// Takes a group that was found by looking, unless another create has it.
    pub(crate) fn claim(&self, group: &GroupId) -> bool {
        let is_mine = self.rivals.with(|record, _| {
            let is_free = !record.claimed.contains(group);
            if is_free {
                record.close(self.number);
                record.claim(group);
            }
            is_free
        });
        self.settled.fetch_or(is_mine, Ordering::Relaxed);
        is_mine
    }

    /// Whether another create with the same subject may make a group appear.
    pub(crate) fn has_rivals(&self) -> bool {
        self.rivals.with(|record, moment| {
            match record.open.iter_mut().find(|open| open.number == self.number) {
                Some(mine) => mine.until = moment.while_followed(),
                // It was silent for long, or the record got lost.
                None if !self.settled.load(Ordering::Relaxed) => record.open.push(Open {
                    number: self.number,
                    subject: self.subject.clone(),
                    until: moment.while_followed(),
                }),
                None => {}
            }
            record.open.iter().any(|open| open.number != self.number && open.subject == self.subject)
        })
    }

    /// Whether a group is known to be what another create made.
    pub(crate) fn is_taken(&self, group: &GroupId) -> bool {
        self.rivals.with(|record, _| record.claimed.contains(group))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if *self.settled.get_mut() {
            return;
        }
        self.rivals.with(|record, moment| {
            if let Some(mine) = record.open.iter_mut().find(|open| open.number == self.number) {
                mine.until = Some(moment.later());
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(id: &str) -> GroupId {
        id.try_into().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn creates_with_one_subject_are_rivals_until_settled_or_long_gone() {
        let rivals = Arc::new(Rivals::default());
        let first = rivals.begin("x");
        assert!(!first.has_rivals());
        let other = rivals.begin("y");
        let second = rivals.begin("x");
        assert!(first.has_rivals() && second.has_rivals() && !other.has_rivals());

        first.settle(Some(&group("g")));
        assert!(!second.has_rivals(), "it is known which group the other made");
        assert!(second.is_taken(&group("g")) && !second.claim(&group("g")));

        let third = rivals.begin("x");
        drop(second);
        assert!(third.has_rivals(), "its group may still come");
        tokio::time::advance(LINGERS).await;
        assert!(!third.has_rivals());
        assert_eq!(rivals.own.lock().unwrap().open.len(), 2, "those who have gone are forgotten");
    }

    /// A record in memory, as two processes would share a file; it may fail.
    #[derive(Default)]
    struct Paper {
        text: Mutex<String>,
        torn: AtomicBool,
    }

    impl SharedRecord for Paper {
        fn exchange(&self, replace: &mut dyn FnMut(&str) -> String) -> std::io::Result<()> {
            if self.torn.load(Ordering::Relaxed) {
                return Err(std::io::Error::other("torn"));
            }
            let mut text = self.text.lock().unwrap();
            *text = replace(&text);
            Ok(())
        }
    }

    #[tokio::test]
    async fn processes_that_share_a_record_know_each_others_creates_and_groups() {
        let paper = Arc::new(Paper::default());
        let process = || Arc::new(Rivals::sharing(paper.clone()));
        let (here, there) = (process(), process());
        let (mine, theirs) = (here.begin("x"), there.begin("x"));
        assert!(mine.has_rivals() && theirs.has_rivals());
        assert!(theirs.claim(&group("g")) && !mine.claim(&group("g")), "a group is given once");
        assert!(mine.is_taken(&group("g")) && !mine.has_rivals());
        assert!(mine.claim(&group("h")));
        assert_eq!(serde_json::from_str::<Record>(&paper.text.lock().unwrap()).unwrap().open.len(), 0);

        // One that ended without a word counts until it has been silent for long.
        std::mem::forget(there.begin("x"));
        let late = here.begin("x");
        assert!(late.has_rivals());
        let mut record: Record = serde_json::from_str(&paper.text.lock().unwrap()).unwrap();
        record.open.iter_mut().for_each(|open| open.until = Some(1));
        *paper.text.lock().unwrap() = serde_json::to_string(&record).unwrap();
        assert!(!late.has_rivals());
        assert!(there.begin("x").has_rivals(), "who looks is heard of");

        // What cannot be read or written leaves those of the own client.
        *paper.text.lock().unwrap() = "no record".into();
        assert!(!late.is_taken(&group("g")));
        paper.torn.store(true, Ordering::Relaxed);
        let (one, two) = (here.begin("z"), here.begin("z"));
        assert!(one.has_rivals() && two.claim(&group("k")) && !one.claim(&group("k")));
    }
}

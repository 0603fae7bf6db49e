//! The record of creates whose groups are not known: of one client, and of other processes as far as they share it. Groups
//! are assigned under its lock, so that two creates are never given the same group. What fits is decided by the matcher.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use groups_model::event::Event;
use groups_model::{Group, GroupId, LearntBy, RequestId};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::create_matcher::{KnownGroups, Likeness, OpenCreate, Verdict, assign};

/// How long a create that nobody follows any more may still make its group appear.
const LINGERS: Duration = Duration::from_secs(60);
/// How many groups are remembered to be somebody's.
const REMEMBERED: usize = 4_096;
/// How long a group must have been the only new one before it is assigned: an equal create of another machine may still make
/// one.
const STAYS_ALONE: Duration = Duration::from_secs(1);

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
    /// The creates that claimed groups were assigned to.
    #[serde(default)]
    owners: HashMap<GroupId, u64>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Open {
    /// Random: a record may get lost, and numbers that are counted would then begin anew.
    number: u64,
    #[serde(flatten)]
    likeness: Likeness,
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
    likeness: Likeness,
    settled: AtomicBool,
}

impl Rivals {
    pub(crate) fn sharing(record: Arc<dyn SharedRecord>) -> Self {
        Self { shared: Some(record), ..Self::default() }
    }

    /// Records a create that is about to be sent.
    pub(crate) fn begin(self: &Arc<Self>, likeness: Likeness) -> Ticket {
        let ticket = self.ticket(fastrand::u64(..), likeness);
        ticket.open();
        ticket
    }

    /// A create that is not recorded yet.
    pub(crate) fn ticket(self: &Arc<Self>, number: u64, likeness: Likeness) -> Ticket {
        Ticket { rivals: Arc::clone(self), number, likeness, settled: AtomicBool::new(false) }
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

    fn claim(&mut self, group: &GroupId, number: u64) {
        if self.claimed.contains(group) {
            return;
        }
        if self.claimed.len() >= REMEMBERED
            && let Some(oldest) = self.claimed.pop_front()
        {
            self.owners.remove(&oldest);
        }
        self.claimed.push_back(group.clone());
        self.owners.insert(group.clone(), number);
    }

    /// Notes that a create is being followed.
    fn follow(&mut self, ticket: &Ticket, moment: Moment) {
        let until = moment.while_followed();
        match self.open.iter_mut().find(|open| open.number == ticket.number) {
            Some(mine) => mine.until = until,
            // It is new, it was silent for long, or the record got lost.
            None if !ticket.settled.load(Ordering::Relaxed) => {
                self.open.push(Open { number: ticket.number, likeness: ticket.likeness.clone(), until });
            }
            None => {}
        }
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
            group.iter().for_each(|group| record.claim(group, self.number));
        });
    }

    /// Records it, also where an earlier process recorded it.
    pub(crate) fn open(&self) {
        self.rivals.with(|record, moment| record.follow(self, moment));
    }

    /// By which a later process may go on with it.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Whether a group is known to be what another create made.
    pub(crate) fn is_taken(&self, group: &GroupId) -> bool {
        self.rivals.with(|record, _| record.claimed.contains(group))
    }
}

/// A create that is looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Followed<'a> {
    pub ticket: &'a Ticket,
    pub request_id: Option<&'a RequestId>,
    pub is_accepted: bool,
    /// Whether it was sent so long ago that its group need not stay alone.
    pub is_settled: bool,
}

/// What the followed creates of one caller were seen to come to so far.
#[derive(Debug)]
pub(crate) struct Follower {
    rivals: Arc<Rivals>,
    /// Groups that are the only ones that fit, by the number of the create, and since when.
    alone: HashMap<u64, (GroupId, Instant)>,
}

impl Follower {
    pub(crate) fn new(rivals: &Arc<Rivals>) -> Self {
        Self { rivals: Arc::clone(rivals), alone: HashMap::new() }
    }

    /// Concludes for these creates, and assigns the groups. `at`: when the list was read.
    pub(crate) fn look(
        &mut self,
        creates: &[Followed<'_>],
        known: &KnownGroups,
        events: &[Event],
        now: Option<(&[Group], Instant)>,
    ) -> Vec<Verdict> {
        let rivals = Arc::clone(&self.rivals);
        let (verdicts, alone) = rivals.with(|record, moment| {
            creates.iter().for_each(|create| record.follow(create.ticket, moment));
            let mine: HashSet<u64> = creates.iter().map(|create| create.ticket.number).collect();
            let others = record.open.iter().filter(|open| !mine.contains(&open.number));
            let others = others.map(|open| OpenCreate {
                likeness: &open.likeness,
                request_id: None,
                is_accepted: true,
                is_mine: false,
            });
            let open: Vec<OpenCreate> = creates
                .iter()
                .map(|create| OpenCreate {
                    likeness: &create.ticket.likeness,
                    request_id: create.request_id,
                    is_accepted: create.is_accepted,
                    is_mine: true,
                })
                .chain(others)
                .collect();
            // A process may have ended between assigning a group and writing that down.
            let own: HashMap<u64, GroupId> = record
                .owners
                .iter()
                .filter(|(_, number)| mine.contains(number))
                .map(|(group, number)| (*number, group.clone()))
                .collect();
            let is_own = |group: &GroupId| own.values().any(|own| own == group);
            let taken: HashSet<GroupId> =
                record.claimed.iter().filter(|group| own.is_empty() || !is_own(group)).cloned().collect();
            let (groups, at) = now.unwrap_or((&[], Instant::now()));
            let listed: Vec<Group>;
            let groups = match own.is_empty() {
                true => groups,
                false => {
                    listed = groups.iter().filter(|group| !is_own(&group.id)).cloned().collect();
                    &listed
                }
            };
            let mut verdicts = assign(&open, known, &taken, events, groups);
            verdicts.truncate(creates.len());
            let mut alone = HashMap::new();
            for (create, verdict) in creates.iter().zip(&mut verdicts) {
                let number = create.ticket.number;
                if let Some(group) = own.get(&number) {
                    *verdict = Verdict::Created(group.clone(), LearntBy::Polling);
                }
                match verdict {
                    Verdict::Created(group, LearntBy::Polling)
                        if !create.is_settled && !own.contains_key(&number) =>
                    {
                        let before = self.alone.get(&number).filter(|(same, _)| same == group);
                        let since = before.map_or(at, |(_, since)| *since);
                        if at.duration_since(since) < STAYS_ALONE {
                            alone.insert(number, (group.clone(), since));
                            *verdict = Verdict::Unconfirmed(group.clone());
                            continue;
                        }
                    }
                    Verdict::Created(..) | Verdict::Failed(_) => {}
                    _ => continue,
                }
                record.close(number);
                if let Verdict::Created(group, _) = verdict {
                    record.claim(group, number);
                }
            }
            (verdicts, alone)
        });
        if now.is_some() {
            self.alone = alone;
        }
        for (create, verdict) in creates.iter().zip(&verdicts) {
            let is_settled = matches!(verdict, Verdict::Created(..) | Verdict::Failed(_));
            create.ticket.settled.fetch_or(is_settled, Ordering::Relaxed);
        }
        verdicts
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

    fn trip() -> Likeness {
        Likeness::new("Trip", None, None)
    }

    fn listed(ids: &[&str]) -> Vec<Group> {
        let of = |id: &&str| {
            let mut group = Group::new(super::tests::group(id));
            group.subject = Some(" Trip".to_owned());
            group
        };
        ids.iter().map(of).collect()
    }

    /// What a process concludes of its one create.
    fn look(follower: &mut Follower, ticket: &Ticket, ids: &[&str], at: Instant) -> Verdict {
        let create = Followed { ticket, request_id: None, is_accepted: true, is_settled: false };
        follower.look(&[create], &KnownGroups::default(), &[], Some((&listed(ids), at))).remove(0)
    }

    fn created(id: &str) -> Verdict {
        Verdict::Created(group(id), LearntBy::Polling)
    }

    #[tokio::test(start_paused = true)]
    async fn a_group_is_assigned_once_it_has_stayed_the_only_one() {
        let rivals = Arc::new(Rivals::default());
        let ticket = rivals.begin(trip());
        let mut follower = Follower::new(&rivals);
        let began = Instant::now();
        let mut at =
            |ids: &[&str], ms: u64| look(&mut follower, &ticket, ids, began + Duration::from_millis(ms));
        let open = |id: &str| Verdict::Unconfirmed(group(id));
        assert_eq!(at(&["d"], 0), open("d"));
        assert_eq!(at(&["c"], 1_000), open("c"), "the other one is gone");
        assert_eq!(at(&[], 1_500), Verdict::Missing(Vec::new()));
        assert_eq!(at(&["c"], 2_000), open("c"));
        assert_eq!(at(&["c", "d"], 2_500), Verdict::Ambiguous(vec![group("c"), group("d")]));
        assert_eq!(at(&["c"], 3_000), open("c"));
        assert_eq!(at(&["c"], 3_999), open("c"));
        assert_eq!(at(&["c"], 4_000), created("c"));
    }

    #[tokio::test(start_paused = true)]
    async fn creates_with_one_subject_are_ambiguous_until_settled_or_long_gone() {
        let rivals = Arc::new(Rivals::default());
        let (first, second) = (rivals.begin(trip()), rivals.begin(trip()));
        let (mut one, mut two) = (Follower::new(&rivals), Follower::new(&rivals));
        let now = Instant::now();
        let ambiguous = Verdict::Ambiguous(vec![group("g")]);
        assert_eq!(look(&mut one, &first, &["g"], now), ambiguous);
        assert_eq!(look(&mut two, &second, &["g"], now), ambiguous);

        first.settle(Some(&group("g")));
        assert_eq!(look(&mut two, &second, &["g"], now), Verdict::Missing(Vec::new()), "it is the other's");
        assert_eq!(look(&mut two, &second, &["g", "h"], now), Verdict::Unconfirmed(group("h")));

        drop(rivals.begin(trip()));
        assert_eq!(
            look(&mut two, &second, &["h"], now),
            Verdict::Ambiguous(vec![group("h")]),
            "it may still come"
        );
        tokio::time::advance(LINGERS).await;
        assert_eq!(look(&mut two, &second, &["h"], Instant::now()), Verdict::Unconfirmed(group("h")));
        assert_eq!(rivals.own.lock().unwrap().open.len(), 1, "those that are gone are forgotten");
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

    #[tokio::test(start_paused = true)]
    async fn processes_that_share_a_record_never_take_one_group() {
        let paper = Arc::new(Paper::default());
        let process = || Arc::new(Rivals::sharing(paper.clone()));
        let (here, there) = (process(), process());
        let (mine, theirs) = (here.begin(trip()), there.begin(Likeness::new("Tr\u{200b}ip ", None, None)));
        let (mut one, mut two) = (Follower::new(&here), Follower::new(&there));
        let began = Instant::now();
        let later = began + STAYS_ALONE;
        for at in [began, later] {
            assert_eq!(look(&mut one, &mine, &["g"], at), Verdict::Ambiguous(vec![group("g")]));
            assert_eq!(look(&mut two, &theirs, &["g"], at), Verdict::Ambiguous(vec![group("g")]));
        }
        theirs.settle(Some(&group("g")));
        assert_eq!(look(&mut one, &mine, &["g", "h"], later), Verdict::Unconfirmed(group("h")));
        assert_eq!(look(&mut one, &mine, &["g", "h"], later + STAYS_ALONE), created("h"));
        assert_eq!(serde_json::from_str::<Record>(&paper.text.lock().unwrap()).unwrap().open.len(), 0);

        // A later process that goes on with a create takes its place.
        let left = there.begin(trip());
        let number = left.number();
        std::mem::forget(left);
        let resumed = here.ticket(number, trip());
        assert_eq!(look(&mut one, &resumed, &["k"], later), Verdict::Unconfirmed(group("k")));
        let late = there.begin(trip());
        assert_eq!(look(&mut two, &late, &["k"], later), Verdict::Ambiguous(vec![group("k")]));
        // What was assigned to it before it ended is its own.
        let late_claim = there.ticket(number, trip());
        late_claim.settle(Some(&group("own")));
        assert_eq!(look(&mut one, &here.ticket(number, trip()), &["own"], later), created("own"));
        assert_eq!(look(&mut two, &late, &["own"], later), Verdict::Missing(Vec::new()));

        // One that ended without a word counts until it has been silent for long.
        let mut record: Record = serde_json::from_str(&paper.text.lock().unwrap()).unwrap();
        record.open.iter_mut().filter(|open| open.number == number).for_each(|open| open.until = Some(1));
        *paper.text.lock().unwrap() = serde_json::to_string(&record).unwrap();
        assert_eq!(look(&mut two, &late, &["k"], later), Verdict::Unconfirmed(group("k")));

        // What cannot be read or written leaves those of the own client. An earlier version wrote less of a create.
        *paper.text.lock().unwrap() = "no record".into();
        assert!(!late.is_taken(&group("g")));
        *paper.text.lock().unwrap() =
            r#"{"open":[{"number":7,"subject":"Trip","until":18446744073709551615}],"claimed":["g"]}"#.into();
        assert!(late.is_taken(&group("g")));
        paper.torn.store(true, Ordering::Relaxed);
        let (first, _second) = (here.begin(trip()), here.begin(trip()));
        assert_eq!(look(&mut one, &first, &["m"], later), Verdict::Ambiguous(vec![group("m")]));
    }
}

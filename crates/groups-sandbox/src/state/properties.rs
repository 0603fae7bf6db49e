//! What must hold whatever happens, tried with random histories: the rules of Facts 7.2.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fastrand::Rng;
use proptest::prelude::*;

use super::business::{NewGroup, Settings};
use super::cursor::{From, Version, Window};
use super::draft::Draft;
use super::event::Event;
use super::group::JoinApprovalMode;
use super::rules::SEATS;
use super::world::World;

/// One thing somebody does. Groups and people are picked by number among those there are.
#[derive(Debug, Clone)]
enum Step {
    Create(bool),
    Update(usize),
    Delete(usize),
    Remove(usize, Vec<u8>),
    Approve(usize, Vec<u8>),
    Reject(usize, Vec<u8>),
    ResetLink(usize),
    Join(usize, u8),
    Request(usize, u8),
    Withdraw(usize, u8),
    Leave(usize, u8),
    Suspend(usize),
    Restore(usize),
    Wait(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let group = 0..4usize;
    let person = 0..14u8;
    let people = || prop::collection::vec(0..14u8, 1..10);
    let step = prop_oneof![
        2 => any::<bool>().prop_map(Step::Create),
        1 => group.clone().prop_map(Step::Update),
        1 => group.clone().prop_map(Step::Delete),
        3 => (group.clone(), people()).prop_map(|(group, people)| Step::Remove(group, people)),
        4 => (group.clone(), people()).prop_map(|(group, people)| Step::Approve(group, people)),
        2 => (group.clone(), people()).prop_map(|(group, people)| Step::Reject(group, people)),
        1 => group.clone().prop_map(Step::ResetLink),
        8 => (group.clone(), person.clone()).prop_map(|(group, person)| Step::Join(group, person)),
        8 => (group.clone(), person.clone()).prop_map(|(group, person)| Step::Request(group, person)),
        2 => (group.clone(), person.clone()).prop_map(|(group, person)| Step::Withdraw(group, person)),
        2 => (group.clone(), person).prop_map(|(group, person)| Step::Leave(group, person)),
        1 => group.clone().prop_map(Step::Suspend),
        2 => group.prop_map(Step::Restore),
        6 => (0..3u8).prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 0..120)
}

fn person(number: u8) -> String {
    format!("155501001{number:02}")
}

/// A world with its clock, and everything that came out of it.
struct Run {
    world: World,
    now_ms: i64,
    rng: Rng,
    accepted: Vec<String>,
    events: Vec<Event>,
}

impl Run {
    const DELAY_MS: i64 = 15;

    fn new() -> Self {
        let mut settings = super::settings::Settings::default();
        settings.behaviour.group_limit = 5;
        settings.behaviour.outcome_delay_ms = Self::DELAY_MS.unsigned_abs();
        let world = World::new(Arc::new(settings), Version::of(1_759_320_000_000, 1));
        Self {
            world,
            now_ms: 1_759_320_000_000,
            rng: Rng::with_seed(11),
            accepted: Vec::new(),
            events: Vec::new(),
        }
    }

    fn change<T, E>(&mut self, operation: impl FnOnce(&mut Draft<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut draft = Draft::new(&self.world, self.now_ms, self.rng.fork());
        draft.apply_due();
        let result = draft.attempt(operation);
        let changes = draft.into_changes();
        self.events.extend(changes.events.iter().cloned());
        self.world.absorb(changes);
        result
    }

    fn take(&mut self, step: Step) {
        use JoinApprovalMode as Mode;
        let groups: Vec<String> = self.world.groups().map(|group| group.id.clone()).collect();
        let id = |number: usize| groups.get(number).cloned().unwrap_or_else(|| "unknown".into());
        let request = |group: &str, number: &u8| super::ids::join_request_id(&person(*number), group);
        let accepted = match step {
            Step::Create(approval) => {
                let join_approval_mode = if approval { Mode::ApprovalRequired } else { Mode::AutoApprove };
                let new = NewGroup { subject: "Team".into(), description: None, join_approval_mode };
                self.change(|draft| draft.create(new)).map(|promise| promise.request_id)
            }
            Step::Update(group) => {
                let settings = Settings { subject: Some("New".into()), ..Settings::default() };
                self.change(|draft| draft.update(&id(group), settings))
            }
            Step::Delete(group) => self.change(|draft| draft.delete(&id(group))),
            Step::Remove(group, people) => {
                let users = people.into_iter().map(person).collect();
                self.change(|draft| draft.remove_participants(&id(group), users))
            }
            other => {
                self.act(other, id, request);
                return;
            }
        };
        self.accepted.extend(accepted);
    }

    fn act(&mut self, step: Step, id: impl Fn(usize) -> String, request: impl Fn(&str, &u8) -> String) {
        // Whether it is refused does not matter here, only what the world is like afterwards.
        match step {
            Step::Approve(group, people) => {
                let ids = people.iter().map(|number| request(&id(group), number)).collect();
                let _ = self.change(|draft| draft.approve(&id(group), ids));
            }
            Step::Reject(group, people) => {
                let ids = people.iter().map(|number| request(&id(group), number)).collect();
                let _ = self.change(|draft| draft.reject(&id(group), ids));
            }
            Step::ResetLink(group) => {
                let _ = self.change(|draft| draft.reset_link(&id(group)));
            }
            Step::Join(group, user) => {
                let _ = self.change(|draft| draft.join(&id(group), &person(user)));
            }
            Step::Request(group, user) => {
                let _ = self.change(|draft| draft.request(&id(group), &person(user)));
            }
            Step::Withdraw(group, user) => {
                let _ = self.change(|draft| draft.withdraw(&id(group), &person(user)));
            }
            Step::Leave(group, user) => {
                let _ = self.change(|draft| draft.leave(&id(group), &person(user)));
            }
            Step::Suspend(group) => {
                let _ = self.change(|draft| draft.suspend(&id(group)));
            }
            Step::Restore(group) => {
                let _ = self.change(|draft| draft.restore(&id(group)));
            }
            Step::Wait(tens) => {
                self.now_ms += i64::from(tens) * 10;
                let _ = self.change(|_| Ok::<_, ()>(()));
            }
            Step::Create(_) | Step::Update(_) | Step::Delete(_) | Step::Remove(..) => {}
        }
    }

    fn check(&self) {
        assert!(self.world.groups().count() <= 5, "the group limit holds");
        let mut links = BTreeSet::new();
        for group in self.world.groups() {
            let inside: BTreeSet<_> = group.participants.iter().map(|one| &one.wa_id).collect();
            let asking: BTreeSet<_> = group.join_requests.iter().map(|one| &one.wa_id).collect();
            assert!(group.participants.len() <= SEATS, "seats are never exceeded");
            assert_eq!(inside.len(), group.participants.len(), "nobody is in twice");
            assert_eq!(asking.len(), group.join_requests.len(), "nobody asks twice");
            assert!(inside.is_disjoint(&asking), "nobody is both in and waiting");
            assert!(group.removed.iter().all(|one| !inside.contains(one)), "who was removed stays out");
            assert!(links.insert(&group.invite_code), "a link leads to one group");
        }
    }

    /// Counts outcomes by request: each accepted request has at most one, and nothing else has any.
    fn check_outcomes(&self, all: bool) {
        let mut outcomes = BTreeMap::new();
        for event in &self.events {
            if let Some(request) = event.request_id() {
                *outcomes.entry(request.to_owned()).or_insert(0) += 1;
            }
        }
        assert!(outcomes.values().all(|count| *count == 1));
        assert!(outcomes.keys().all(|request| self.accepted.contains(request)));
        if all {
            assert_eq!(outcomes.len(), self.accepted.len(), "everything accepted has had its outcome");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn seats_memberships_and_outcomes_stay_consistent(steps in steps()) {
        let mut run = Run::new();
        for step in steps {
            run.take(step);
            run.check();
            run.check_outcomes(false);
        }
        run.now_ms += Run::DELAY_MS;
        let _ = run.change(|_| Ok::<_, ()>(()));
        run.check();
        run.check_outcomes(true);
        prop_assert_eq!(run.world.next_due(), None);
    }

    #[test]
    fn a_refused_operation_changes_nothing(steps in steps(), people in prop::collection::vec(0..14u8, 1..10)) {
        let mut run = Run::new();
        for step in steps {
            run.take(step);
        }
        for group in run.world.groups() {
            let mut draft = Draft::new(&run.world, run.now_ms, Rng::with_seed(1));
            let ids = people.iter().map(|number| super::ids::join_request_id(&person(*number), &group.id));
            let ids = ids.collect();
            if draft.attempt(|draft| draft.approve(&group.id, ids)).is_err() {
                prop_assert!(draft.into_changes().is_empty());
            }
        }
    }

    #[test]
    fn walking_pages_while_groups_come_and_go_repeats_none_and_loses_none(
        limit in 1..4usize,
        start in 0..12usize,
        changes in prop::collection::vec((any::<bool>(), 0..20usize), 0..30),
        backwards in any::<bool>(),
    ) {
        let mut run = Run::new();
        Arc::make_mut(&mut run.world.settings).behaviour.group_limit = 1000;
        let add = |run: &mut Run| {
            run.take(Step::Create(false));
            run.take(Step::Wait(2));
        };
        for _ in 0..start {
            add(&mut run);
        }
        let mut throughout: BTreeSet<String> = run.world.groups().map(|group| group.id.clone()).collect();
        let last = run.world.list(&Window { limit: 1024, from: From::Start }).unwrap();
        let mut seen = Vec::new();
        // Backwards begins at the last group, which that walk does not include.
        let mut from = match (backwards, last.after) {
            (true, Some(cursor)) => {
                if let Some(group) = last.items.last() {
                    throughout.remove(&group.id);
                }
                From::Before(cursor)
            }
            (true, None) => return Ok(()),
            (false, _) => From::Start,
        };
        let mut changes = changes.into_iter();
        loop {
            let page = run.world.list(&Window { limit, from: from.clone() }).unwrap();
            prop_assert!(page.items.len() <= limit);
            seen.extend(page.items.iter().map(|group| group.id.clone()));
            let (more, cursor) = match backwards {
                true => (page.has_previous, page.before),
                false => (page.has_next, page.after),
            };
            let (true, Some(cursor)) = (more, cursor) else { break };
            from = if backwards { From::Before(cursor) } else { From::After(cursor) };
            if let Some((create, number)) = changes.next() {
                if create {
                    add(&mut run);
                } else {
                    let gone = run.world.groups().nth(number).map(|group| group.id.clone());
                    run.take(Step::Delete(number));
                    run.take(Step::Wait(2));
                    if let Some(gone) = gone {
                        throughout.remove(&gone);
                    }
                }
            }
        }
        let distinct: BTreeSet<String> = seen.iter().cloned().collect();
        prop_assert_eq!(distinct.len(), seen.len(), "no group twice");
        prop_assert!(throughout.is_subset(&distinct), "none that was there throughout is missed");
    }
}

//! A change in the making: the world as it is, overlaid with what one write alters.
//! It becomes real only when its changes are stored; until then nobody else sees any of it.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;

use super::codes::Refusal;
use super::event::Event;
use super::group::Group;
use super::ids;
use super::outcome::{Accepted, Failing, Work};
use super::settings::Settings;
use super::world::World;

/// What one write altered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Changes {
    /// Groups by id as they are now; `None` for a group that is gone.
    pub(crate) groups: BTreeMap<String, Option<Group>>,
    pub(crate) accepted: Vec<Accepted>,
    /// Serials of accepted requests that have had their outcome.
    pub(crate) settled: BTreeSet<u64>,
    pub(crate) events: Vec<Event>,
    pub(crate) settings: Option<Settings>,
    pub(crate) serial: u64,
}

impl Changes {
    pub(crate) fn is_empty(&self) -> bool {
        self.groups.is_empty()
            && self.accepted.is_empty()
            && self.settled.is_empty()
            && self.events.is_empty()
            && self.settings.is_none()
    }
}

pub(crate) struct Draft<'w> {
    pub(crate) world: &'w World,
    pub(crate) now_ms: i64,
    pub(crate) rng: Rng,
    changes: Changes,
    /// How the outcome of what is accepted next fails.
    failing: Option<Failing>,
    /// Whether what is accepted next is due at once.
    hurried: bool,
}

impl<'w> Draft<'w> {
    pub(crate) fn new(world: &'w World, now_ms: i64, rng: Rng) -> Self {
        let changes = Changes { serial: world.serial, ..Changes::default() };
        Self { world, now_ms, rng, changes, failing: None, hurried: false }
    }

    pub(crate) fn into_changes(self) -> Changes {
        self.changes
    }

    /// Runs one operation; if it refuses, nothing it did remains.
    pub(crate) fn attempt<T, E>(
        &mut self,
        operation: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let before = self.changes.clone();
        let result = operation(self);
        if result.is_err() {
            self.changes = before;
        }
        result
    }

    pub(crate) fn group(&self, id: &str) -> Option<&Group> {
        match self.changes.groups.get(id) {
            Some(changed) => changed.as_ref(),
            None => self.world.group(id).map(AsRef::as_ref),
        }
    }

    pub(crate) fn settings(&self) -> &Settings {
        self.changes.settings.as_ref().unwrap_or(&self.world.settings)
    }

    /// The settings to alter; their copy becomes part of the changes.
    pub(crate) fn edit_settings(&mut self) -> &mut Settings {
        self.changes.settings.get_or_insert_with(|| Settings::clone(&self.world.settings))
    }

    /// What is accepted in this draft from here on fails like this when it is due.
    pub(crate) fn fail_outcomes(&mut self, failing: Failing) {
        self.failing = Some(failing);
    }

    /// What is accepted in this draft from here on is due at once.
    pub(crate) fn hurry(&mut self) {
        self.hurried = true;
    }

    /// A group to alter; its copy becomes part of the changes.
    pub(crate) fn edit(&mut self, id: &str) -> Option<&mut Group> {
        if !self.changes.groups.contains_key(id) {
            let copy = Group::clone(self.world.group(id)?);
            self.changes.groups.insert(id.to_owned(), Some(copy));
        }
        self.changes.groups.get_mut(id)?.as_mut()
    }

    pub(crate) fn require_eligible(&self) -> Result<(), Refusal> {
        self.settings().behaviour.require_eligible()
    }

    /// As [`World::usable`], with what this draft has altered.
    pub(crate) fn usable(&self, id: &str) -> Result<&Group, Refusal> {
        self.require_eligible()?;
        let group = self.group(id).ok_or_else(Refusal::group_unknown)?;
        group.require_active()?;
        Ok(group)
    }

    pub(crate) fn put(&mut self, group: Group) {
        self.changes.groups.insert(group.id.clone(), Some(group));
    }

    pub(crate) fn remove(&mut self, id: &str) {
        self.changes.groups.insert(id.to_owned(), None);
    }

    /// Groups there are and groups accepted to be created: together they count against the limit.
    pub(crate) fn groups_in_use(&self) -> usize {
        let coming = self.open().filter(|accepted| matches!(accepted.work, Work::Create { .. }));
        self.groups().count() + coming.count()
    }

    pub(crate) fn groups(&self) -> impl Iterator<Item = &Group> {
        let unchanged = self.world.groups().filter(|group| !self.changes.groups.contains_key(&group.id));
        unchanged.map(AsRef::as_ref).chain(self.changes.groups.values().flatten())
    }

    /// Accepted requests that have had no outcome yet.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Accepted> {
        let earlier = self.world.accepted().map(AsRef::as_ref);
        let fresh = self.changes.accepted.iter();
        earlier.chain(fresh).filter(|accepted| !self.changes.settled.contains(&accepted.serial))
    }

    pub(crate) fn next_serial(&mut self) -> u64 {
        self.changes.serial += 1;
        self.changes.serial
    }

    /// Promises to do something later and returns the request id that its outcome will carry.
    pub(crate) fn accept(&mut self, work: Work) -> String {
        let request_id = ids::request_id(&mut self.rng);
        let serial = self.next_serial();
        let delay_ms = match self.hurried {
            true => 0,
            false => i64::try_from(self.settings().behaviour.outcome_delay_ms).unwrap_or(i64::MAX),
        };
        let due_ms = self.now_ms.saturating_add(delay_ms);
        let failing = self.failing;
        self.changes.accepted.push(Accepted {
            serial,
            request_id: request_id.clone(),
            due_ms,
            work,
            failing,
        });
        request_id
    }

    pub(crate) fn settle(&mut self, serial: u64, outcome: Event) {
        self.changes.settled.insert(serial);
        self.record(outcome);
    }

    pub(crate) fn record(&mut self, event: Event) {
        self.changes.events.push(event);
    }
}

//! Everything that exists at one moment, read by all calls and changed only by absorbing a draft's changes.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use super::codes::Refusal;
use super::cursor::{self, Page, Version, Window};
use super::draft::Changes;
use super::group::{Group, JoinRequest};
use super::outcome::Accepted;
use super::settings::Settings;

#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) settings: Arc<Settings>,
    /// Changes when the world starts over; cursors of an earlier one are then invalid.
    pub(crate) version: Version,
    /// The last serial given to anything; serials grow and are never given twice.
    pub(crate) serial: u64,
    groups: BTreeMap<u64, Arc<Group>>,
    serial_of: HashMap<String, u64>,
    accepted: BTreeMap<u64, Arc<Accepted>>,
}

impl World {
    pub(crate) fn new(settings: Arc<Settings>, version: Version) -> Self {
        Self {
            settings,
            version,
            serial: 0,
            groups: BTreeMap::new(),
            serial_of: HashMap::new(),
            accepted: BTreeMap::new(),
        }
    }

    pub(crate) fn group(&self, id: &str) -> Option<&Arc<Group>> {
        self.groups.get(self.serial_of.get(id)?)
    }

    pub(crate) fn groups(&self) -> impl Iterator<Item = &Arc<Group>> {
        self.groups.values()
    }

    pub(crate) fn accepted(&self) -> impl Iterator<Item = &Arc<Accepted>> {
        self.accepted.values()
    }

    pub(crate) fn next_due(&self) -> Option<i64> {
        self.accepted.values().map(|accepted| accepted.due_ms).min()
    }

    /// Active groups, oldest first; the order is undocumented. A number that is not eligible sees none.
    pub(crate) fn list(&self, window: &Window) -> Result<Page<Arc<Group>>, Refusal> {
        let eligible = self.settings.behaviour.eligible;
        cursor::page(window, self.version, self.serial, |low, high| {
            self.groups
                .range((low, high))
                .filter(move |(_, group)| eligible && !group.suspended)
                .map(|(serial, group)| (*serial, Arc::clone(group)))
        })
    }

    /// Which list of join requests a cursor belongs to: each group has its own, and a world that starts over others.
    pub(crate) fn requests_version(&self, group: &Group) -> Version {
        let serial = i64::try_from(group.serial).unwrap_or(i64::MAX);
        Version::from_number(self.version.number().wrapping_add(serial))
    }

    /// The open join requests of a group, in the order of asking.
    pub(crate) fn list_requests(&self, group: &Group, window: &Window) -> Result<Page<JoinRequest>, Refusal> {
        cursor::page(window, self.requests_version(group), self.serial, |low, high| {
            let inside = move |request: &&JoinRequest| {
                let above = match low {
                    Bound::Excluded(low) => request.serial > low,
                    Bound::Included(low) => request.serial >= low,
                    Bound::Unbounded => true,
                };
                let below = match high {
                    Bound::Excluded(high) => request.serial < high,
                    Bound::Included(high) => request.serial <= high,
                    Bound::Unbounded => true,
                };
                above && below
            };
            group.join_requests.iter().filter(inside).map(|request| (request.serial, request.clone()))
        })
    }

    /// Refuses a number that may not use groups at all.
    pub(crate) fn require_eligible(&self) -> Result<(), Refusal> {
        self.settings.behaviour.require_eligible()
    }

    /// A group the business may act on now: its number is eligible, the group exists and is not suspended.
    pub(crate) fn usable(&self, id: &str) -> Result<&Group, Refusal> {
        self.require_eligible()?;
        let group = self.group(id).ok_or_else(Refusal::group_unknown)?;
        group.require_active()?;
        Ok(group)
    }

    pub(crate) fn absorb(&mut self, changes: Changes) {
        self.serial = self.serial.max(changes.serial);
        if let Some(settings) = changes.settings {
            self.settings = Arc::new(settings);
        }
        for (id, group) in changes.groups {
            self.put(&id, group);
        }
        for serial in changes.settled {
            self.accepted.remove(&serial);
        }
        for accepted in changes.accepted {
            self.accepted.insert(accepted.serial, Arc::new(accepted));
        }
    }

    /// Sets one group, or takes it away.
    pub(crate) fn put(&mut self, id: &str, group: Option<Group>) {
        match group {
            Some(group) => {
                self.serial_of.insert(id.to_owned(), group.serial);
                self.groups.insert(group.serial, Arc::new(group));
            }
            None => {
                if let Some(serial) = self.serial_of.remove(id) {
                    self.groups.remove(&serial);
                }
            }
        }
    }

    pub(crate) fn put_accepted(&mut self, accepted: Vec<Accepted>) {
        self.accepted = accepted.into_iter().map(|one| (one.serial, Arc::new(one))).collect();
    }
}

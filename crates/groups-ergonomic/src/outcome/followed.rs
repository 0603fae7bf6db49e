//! Creates that a caller follows itself, many at once, as creating from a sheet does.

use groups_model::event::Event;
use groups_model::{Accepted, Group, RequestId};
use tokio::time::Instant;

use super::create_matcher::{KnownGroups, Verdict};
use super::rivals::{Followed, Follower, Ticket};
use crate::client::Client;
use crate::error::Result;
use crate::groups::CreateGroup;

/// A create whose group a [`CreateMatcher`] assigns. From [`CreateGroup::follow`]. Dropped before its outcome is known, it
/// counts for a minute as one that may still make its group appear.
#[derive(Debug)]
pub struct FollowedCreate {
    create: CreateGroup,
    ticket: Ticket,
}

impl FollowedCreate {
    pub(crate) fn new(create: CreateGroup, ticket: Ticket) -> Self {
        Self { create, ticket }
    }

    /// By which a later process goes on with this create. Keep it before the create is sent.
    pub fn number(&self) -> u64 {
        self.ticket.number()
    }

    /// Sends it. Where no group comes of it, it is not followed any more.
    pub async fn send(&self) -> Result<Accepted> {
        self.ticket.open();
        self.create.submit(&self.ticket).await
    }
}

/// A followed create and how far it has come.
#[derive(Clone, Copy, Debug)]
pub struct Progressed<'a> {
    /// The create.
    pub create: &'a FollowedCreate,
    /// Its receipt, where it is known.
    pub request_id: Option<&'a RequestId>,
    /// Whether it was accepted; else its answer was lost.
    pub is_accepted: bool,
    /// Whether it was sent so long ago that every group of that time is in the list.
    pub is_settled: bool,
}

/// Decides which new group belongs to which create, and never gives one group to two: not among the creates of one client,
/// nor among those of processes that share a record
/// ([`ClientBuilder::share_creates`](crate::ClientBuilder::share_creates)). From [`Client::create_matcher`].
///
/// Subjects are compared in normal form ([`text::normalized`](crate::model::text::normalized)), descriptions and approval
/// modes where they are known.
#[derive(Debug)]
pub struct CreateMatcher {
    follower: Follower,
}

impl Client {
    /// Assigns groups to creates that are followed: see [`CreateGroup::follow`].
    pub fn create_matcher(&self) -> CreateMatcher {
        CreateMatcher { follower: Follower::new(self.rivals()) }
    }
}

impl CreateMatcher {
    /// Concludes for creates that are open, in their order, from the groups before, the events, and the groups now with the
    /// time at which they were asked for.
    pub fn look(
        &mut self,
        creates: &[Progressed<'_>],
        before: &KnownGroups,
        events: &[Event],
        now: Option<(&[Group], Instant)>,
    ) -> Vec<Verdict> {
        let creates: Vec<Followed> = creates
            .iter()
            .map(|open| Followed {
                ticket: &open.create.ticket,
                request_id: open.request_id,
                is_accepted: open.is_accepted,
                is_settled: open.is_settled,
            })
            .collect();
        self.follower.look(&creates, before, events, now)
    }
}

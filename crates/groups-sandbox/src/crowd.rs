//! Simulated people who join, ask, withdraw and leave, one act at a time. Which act is next depends on the seed and the
//! state alone, so that a run can be repeated; how fast they act is for whoever lets them.

use fastrand::Rng;
use serde::Serialize;

use crate::emulator::Emulator;
use crate::error::SandboxError;
use crate::state::group::{Group, JoinApprovalMode};
use crate::state::world::World;

/// The fictitious numbers 1 AAA 555 01NN allow so many people.
const MOST_PEOPLE: usize = 79_900;
/// How often somebody looks for something to do before the crowd rests.
const LOOKS: usize = 64;

/// People who act by themselves.
///
/// ```
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use groups_sandbox::{Crowd, Sandbox};
///
/// let sandbox = Sandbox::builder().seeded().start().await?;
/// let mut crowd = Crowd::new(20, 7);
/// for _ in 0..50 {
///     sandbox.emulator().let_act(&mut crowd).await?;
/// }
/// assert!(sandbox.emulator().status().await?.participants > 0);
/// # Ok(())
/// # }
/// # tokio::runtime::Runtime::new().unwrap().block_on(run()).unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct Crowd {
    people: usize,
    rng: Rng,
}

/// Something one of a crowd did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Deed {
    /// What.
    pub act: Act,
    /// The group.
    pub group_id: String,
    /// Who, by number.
    pub user: String,
}

/// What one of a crowd can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Act {
    /// Opens the link of a group that lets everybody in.
    Join,
    /// Opens the link of a group that wants approval.
    Request,
    /// Takes the request back.
    Withdraw,
    /// Leaves.
    Leave,
}

impl Crowd {
    /// So many people, who do the same things each time they are made of the same seed and meet the same groups.
    #[must_use]
    pub fn new(people: usize, seed: u64) -> Self {
        Self { people: people.clamp(1, MOST_PEOPLE), rng: Rng::with_seed(seed) }
    }

    /// The seed of a crowd that goes on where this one stands.
    pub(crate) fn next_seed(&self) -> u64 {
        self.rng.get_seed()
    }

    /// The number of one of them, from 0.
    fn number(index: usize) -> String {
        format!("1{}55501{:02}", 201 + index / 100, index % 100)
    }

    /// What happens next; `None` where nobody finds anything to do.
    fn choose(&mut self, world: &World) -> Option<Deed> {
        let groups: Vec<&Group> =
            world.groups().map(AsRef::as_ref).filter(|group| !group.suspended).collect();
        if groups.is_empty() {
            return None;
        }
        let seats = world.settings.behaviour.seats;
        for _ in 0..LOOKS {
            let group = groups[self.rng.usize(..groups.len())];
            let user = Self::number(self.rng.usize(..self.people));
            let changes_mind = self.rng.f64() < 0.2;
            let act = if group.has(&user) {
                changes_mind.then_some(Act::Leave)
            } else if group.request_of(&user).is_some() {
                changes_mind.then_some(Act::Withdraw)
            } else if group.is_full(seats) || group.removed.contains(&user) {
                None
            } else if group.join_approval_mode == JoinApprovalMode::ApprovalRequired {
                Some(Act::Request)
            } else {
                Some(Act::Join)
            };
            if let Some(act) = act {
                return Some(Deed { act, group_id: group.id.clone(), user });
            }
        }
        None
    }
}

impl Emulator {
    /// Lets one of a crowd do one thing; `None` where nobody found anything to do.
    ///
    /// # Errors
    /// When the database fails, or when somebody else was faster: then the next call chooses anew.
    pub async fn let_act(&self, crowd: &mut Crowd) -> Result<Option<Deed>, SandboxError> {
        let Some(deed) = self.read(|world| crowd.choose(world)).await? else { return Ok(None) };
        let Deed { act, group_id, user } = &deed;
        match act {
            Act::Join => self.join(group_id, user).await?,
            Act::Request => self.request(group_id, user).await.map(|_| ())?,
            Act::Withdraw => self.withdraw(group_id, user).await?,
            Act::Leave => self.leave(group_id, user).await?,
        }
        Ok(Some(deed))
    }
}

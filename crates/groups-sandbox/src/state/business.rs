//! What the business may do through the API, and why it may be refused. A body that arrives here has the right
//! shape already; what is left are the rules that depend on the world, in the order of validation of Facts 7.2.

use std::collections::HashSet;

use super::codes::{
    Code, DUPLICATE_PARTICIPANT, GROUP_LIMIT_REACHED, INVALID_VALUE, NO_JOIN_REQUEST, NOT_IN_GROUP,
    PARTICIPANT_OVERLIMIT, Refusal,
};
use super::draft::Draft;
use super::event::Event;
use super::group::{JoinApprovalMode, Participant, Picture};
use super::ids;
use super::outcome::Work;
use super::rules::User;

/// The number the sandbox plays; fictitious.
pub(crate) const BUSINESS_NUMBER: &str = "15550100001";

#[derive(Debug, Clone)]
pub(crate) struct NewGroup {
    pub(crate) subject: String,
    pub(crate) description: Option<String>,
    pub(crate) join_approval_mode: JoinApprovalMode,
}

/// A group that will be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Promise {
    pub(crate) request_id: String,
    pub(crate) group_id: String,
}

/// The settings to change; at least one is set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    pub(crate) subject: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) picture: Option<Picture>,
}

/// What became of each join request of a batch, in the order they were sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Batch {
    pub(crate) done: Vec<String>,
    pub(crate) failed: Vec<(String, Code)>,
}

impl Batch {
    /// Nothing succeeded and every item failed alike: then the call itself is refused with that code. When the
    /// reasons differ, no single code is true and the lists are given. What Meta does here is undocumented.
    fn or_refusal(self) -> Result<Self, Refusal> {
        match self.failed.first() {
            Some((_, first)) if self.done.is_empty() && self.failed.iter().all(|(_, code)| code == first) => {
                Err(Refusal::new(*first, item_details(*first)))
            }
            _ => Ok(self),
        }
    }
}

/// Why one join request of a batch failed.
pub(crate) fn item_details(code: Code) -> &'static str {
    if code == PARTICIPANT_OVERLIMIT {
        "The group is full. Remove a participant first."
    } else {
        "The join request does not exist: it was withdrawn or has been decided already."
    }
}

impl Draft<'_> {
    pub(crate) fn create(&mut self, new: NewGroup) -> Result<Promise, Refusal> {
        self.require_eligible()?;
        let limit = self.settings().behaviour.group_limit;
        if self.groups_in_use() >= limit {
            let details = format!("This number has reached its limit of {limit} groups. Delete some first.");
            return Err(Refusal::new(GROUP_LIMIT_REACHED, details));
        }
        let group_id = ids::group_id(BUSINESS_NUMBER, &ids::wa_group_number(&mut self.rng));
        let invite_code = ids::invite_code(&mut self.rng);
        let NewGroup { subject, description, join_approval_mode } = new;
        let promised = group_id.clone();
        let work = Work::Create { group_id, invite_code, subject, description, join_approval_mode };
        Ok(Promise { request_id: self.accept(work), group_id: promised })
    }

    pub(crate) fn update(&mut self, group_id: &str, settings: Settings) -> Result<String, Refusal> {
        self.usable(group_id)?;
        let Settings { subject, description, picture } = settings;
        Ok(self.accept(Work::Update { group_id: group_id.to_owned(), subject, description, picture }))
    }

    pub(crate) fn delete(&mut self, group_id: &str) -> Result<String, Refusal> {
        self.usable(group_id)?;
        Ok(self.accept(Work::Delete { group_id: group_id.to_owned() }))
    }

    /// The new link; the old one is dead at once.
    pub(crate) fn reset_link(&mut self, group_id: &str) -> Result<String, Refusal> {
        self.usable(group_id)?;
        let code = ids::invite_code(&mut self.rng);
        let link = ids::invite_link(&code);
        if let Some(group) = self.edit(group_id) {
            group.invite_code = code;
        }
        Ok(link)
    }

    /// Lets people in at once, one by one, as long as there are seats.
    pub(crate) fn approve(&mut self, group_id: &str, requests: Vec<String>) -> Result<Batch, Refusal> {
        self.usable(group_id)?;
        let mut batch = Batch::default();
        let mut wa_ids = Vec::new();
        let seats = self.settings().behaviour.seats;
        let group = self.edit(group_id).ok_or_else(Refusal::group_unknown)?;
        for id in requests {
            match group.join_requests.iter().position(|request| request.id == id) {
                None => batch.failed.push((id, NO_JOIN_REQUEST)),
                Some(_) if group.is_full(seats) => batch.failed.push((id, PARTICIPANT_OVERLIMIT)),
                Some(at) => {
                    let request = group.join_requests.remove(at);
                    group.participants.push(Participant { wa_id: request.wa_id.clone() });
                    wa_ids.push(request.wa_id);
                    batch.done.push(id);
                }
            }
        }
        if !wa_ids.is_empty() {
            self.record(Event::ParticipantsAdded { group_id: group_id.to_owned(), wa_ids, approved: true });
        }
        batch.or_refusal()
    }

    /// Turns people away; they may ask again. Nothing announces it.
    pub(crate) fn reject(&mut self, group_id: &str, requests: Vec<String>) -> Result<Batch, Refusal> {
        self.usable(group_id)?;
        let mut batch = Batch::default();
        let group = self.edit(group_id).ok_or_else(Refusal::group_unknown)?;
        for id in requests {
            match group.join_requests.iter().position(|request| request.id == id) {
                None => batch.failed.push((id, NO_JOIN_REQUEST)),
                Some(at) => {
                    group.join_requests.remove(at);
                    batch.done.push(id);
                }
            }
        }
        batch.or_refusal()
    }

    /// Accepts a removal if at least one of the people is in the group now. The others fail in the outcome.
    pub(crate) fn remove_participants(
        &mut self,
        group_id: &str,
        users: Vec<String>,
    ) -> Result<String, Refusal> {
        let named: Vec<User> = users
            .iter()
            .map(|input| {
                let details = format!("{input:?} is not a phone number, a wa_id or a user_id.");
                User::parse(input).ok_or_else(|| Refusal::new(INVALID_VALUE, details))
            })
            .collect::<Result<_, _>>()?;
        let group = self.usable(group_id)?;
        // A number and the user id of the same person are the same participant.
        let people = named.iter().map(|user| match (group.participant(user), user) {
            (Some(participant), _) => participant.wa_id.as_str(),
            (None, User::WaId(name) | User::Scoped(name)) => name.as_str(),
        });
        if people.collect::<HashSet<_>>().len() < named.len() {
            let details = "The same participant is named more than once.";
            return Err(Refusal::new(DUPLICATE_PARTICIPANT, details));
        }
        if !named.iter().any(|user| group.participant(user).is_some()) {
            return Err(Refusal::new(NOT_IN_GROUP, "None of the named users is in the group."));
        }
        Ok(self.accept(Work::Remove { group_id: group_id.to_owned(), users }))
    }
}

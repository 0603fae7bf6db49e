//! What people and WhatsApp itself do to a group, outside the API: join, ask, withdraw, leave, suspend.

use super::business::BUSINESS_NUMBER;
use super::draft::Draft;
use super::event::Event;
use super::group::{Group, JoinApprovalMode, JoinRequest, Participant};
use super::ids;
use super::rules::User;
use crate::error::ErrorKind;

impl Draft<'_> {
    /// Someone opens the invite link of a group that lets everyone in.
    pub(crate) fn join(&mut self, group_id: &str, user: &str) -> Result<(), ErrorKind> {
        let wa_id = wa_id(user)?;
        let group = self.at_the_door(group_id, &wa_id)?;
        if group.join_approval_mode == JoinApprovalMode::ApprovalRequired {
            return Err(ErrorKind::NeedsApproval);
        }
        let group = self.change(group_id)?;
        group.participants.push(Participant { wa_id: wa_id.clone() });
        // Who could come back in spite of it is no longer put out.
        group.removed.remove(&wa_id);
        let group_id = group_id.to_owned();
        self.record(Event::ParticipantsAdded { group_id, wa_ids: vec![wa_id], approved: false });
        Ok(())
    }

    /// Someone opens the invite link of a group that wants approval, and asks. Returns the request's id.
    pub(crate) fn request(&mut self, group_id: &str, user: &str) -> Result<String, ErrorKind> {
        let wa_id = wa_id(user)?;
        let group = self.at_the_door(group_id, &wa_id)?;
        if group.join_approval_mode == JoinApprovalMode::AutoApprove {
            return Err(ErrorKind::NoApprovalNeeded);
        }
        if group.request_of(&wa_id).is_some() {
            return Err(ErrorKind::AlreadyRequested);
        }
        let id = ids::join_request_id(&wa_id, group_id);
        let (serial, created_ms) = (self.next_serial(), self.now_ms);
        let request = JoinRequest { id: id.clone(), serial, wa_id: wa_id.clone(), created_ms };
        self.change(group_id)?.join_requests.push(request);
        let (group_id, join_request_id) = (group_id.to_owned(), id.clone());
        self.record(Event::JoinRequestCreated { group_id, join_request_id, wa_id });
        Ok(id)
    }

    /// Someone takes their request back.
    pub(crate) fn withdraw(&mut self, group_id: &str, user: &str) -> Result<(), ErrorKind> {
        let wa_id = wa_id(user)?;
        let group = self.change(group_id)?;
        let position = group.join_requests.iter().position(|request| request.wa_id == wa_id);
        let request = group.join_requests.remove(position.ok_or(ErrorKind::NoRequest)?);
        let (group_id, join_request_id) = (group_id.to_owned(), request.id);
        self.record(Event::JoinRequestRevoked { group_id, join_request_id, wa_id });
        Ok(())
    }

    /// Someone leaves; unlike who was removed, they may come back.
    pub(crate) fn leave(&mut self, group_id: &str, user: &str) -> Result<(), ErrorKind> {
        let wa_id = wa_id(user)?;
        let group = self.change(group_id)?;
        let position = group.participants.iter().position(|participant| participant.wa_id == wa_id);
        group.participants.remove(position.ok_or(ErrorKind::NotIn)?);
        self.record(Event::ParticipantLeft { group_id: group_id.to_owned(), wa_id });
        Ok(())
    }

    /// WhatsApp suspends a group.
    pub(crate) fn suspend(&mut self, group_id: &str) -> Result<(), ErrorKind> {
        let group = self.change(group_id)?;
        if std::mem::replace(&mut group.suspended, true) {
            return Err(ErrorKind::AlreadySuspended);
        }
        self.record(Event::GroupSuspended { group_id: group_id.to_owned() });
        Ok(())
    }

    /// WhatsApp lifts a suspension.
    pub(crate) fn restore(&mut self, group_id: &str) -> Result<(), ErrorKind> {
        let group = self.change(group_id)?;
        if !std::mem::replace(&mut group.suspended, false) {
            return Err(ErrorKind::NotSuspended);
        }
        self.record(Event::GroupSuspensionCleared { group_id: group_id.to_owned() });
        Ok(())
    }

    /// The group an invite link leads to, as long as it is the current one.
    pub(crate) fn group_of_link(&self, link: &str) -> Result<String, ErrorKind> {
        let code = ids::code_of_link(link);
        let found = self.groups().find(|group| group.invite_code == code);
        found.map(|group| group.id.clone()).ok_or(ErrorKind::LinkDead)
    }

    fn change(&mut self, group_id: &str) -> Result<&mut Group, ErrorKind> {
        self.edit(group_id).ok_or(ErrorKind::UnknownGroup)
    }

    /// Whether the link works for this person at all. That it does not in a suspended group is inferred.
    fn at_the_door(&self, group_id: &str, wa_id: &str) -> Result<&Group, ErrorKind> {
        let group = self.group(group_id).ok_or(ErrorKind::UnknownGroup)?;
        if group.suspended {
            return Err(ErrorKind::Suspended);
        }
        if group.has(wa_id) {
            return Err(ErrorKind::AlreadyIn);
        }
        let behaviour = &self.settings().behaviour;
        if group.removed.contains(wa_id) && !behaviour.removed_may_return {
            return Err(ErrorKind::Blocked);
        }
        if group.is_full(behaviour.seats) {
            return Err(ErrorKind::Full);
        }
        Ok(group)
    }
}

/// People act by their number; the business cannot play one of them.
fn wa_id(user: &str) -> Result<String, ErrorKind> {
    match User::parse(user) {
        Some(User::WaId(wa_id)) if wa_id != BUSINESS_NUMBER => Ok(wa_id),
        _ => Err(ErrorKind::InvalidUser),
    }
}

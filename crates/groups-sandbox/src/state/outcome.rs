//! Work that was accepted and is done later. Each accepted request gets exactly one outcome, when it is due;
//! by then the world may have moved on, and the outcome says what could still be done.

use serde::{Deserialize, Serialize};

use super::codes::{Code, GROUP_SUSPENDED, GROUP_UNKNOWN, NOT_IN_GROUP};
use super::draft::Draft;
use super::event::{Event, FailedParticipant, RemovedParticipant, SettingOutcome};
use super::group::{Group, JoinApprovalMode, Picture};
use super::rules::{self, User};

/// A promise made to a caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Accepted {
    pub(crate) serial: u64,
    pub(crate) request_id: String,
    pub(crate) due_ms: i64,
    pub(crate) work: Work,
}

/// What is to be done. Ids of a new group are drawn on acceptance, so doing it needs no chance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "operation", rename_all = "snake_case")]
pub(crate) enum Work {
    Create {
        group_id: String,
        invite_code: String,
        subject: String,
        description: Option<String>,
        join_approval_mode: JoinApprovalMode,
    },
    Update {
        group_id: String,
        subject: Option<String>,
        description: Option<String>,
        picture: Option<Picture>,
    },
    Delete {
        group_id: String,
    },
    Remove {
        group_id: String,
        /// What the caller sent, to the letter.
        users: Vec<String>,
    },
}

impl Draft<'_> {
    /// Does everything that is due by now, in the order it was promised.
    pub(crate) fn apply_due(&mut self) {
        let now = self.now_ms;
        let mut due: Vec<Accepted> = self.open().filter(|accepted| accepted.due_ms <= now).cloned().collect();
        due.sort_by_key(|accepted| (accepted.due_ms, accepted.serial));
        for Accepted { serial, request_id, due_ms, work } in due {
            let outcome = match work {
                Work::Create { .. } => self.create_now(request_id, due_ms, work),
                Work::Update { group_id, subject, description, picture } => {
                    self.update_now(request_id, group_id, subject, description, picture)
                }
                Work::Delete { group_id } => self.delete_now(request_id, group_id),
                Work::Remove { group_id, users } => self.remove_now(request_id, group_id, users),
            };
            if let Some(outcome) = outcome {
                self.settle(serial, outcome);
            }
        }
    }

    fn create_now(&mut self, request_id: String, due_ms: i64, work: Work) -> Option<Event> {
        let Work::Create { group_id, invite_code, subject, description, join_approval_mode } = work else {
            return None;
        };
        let group = Group {
            id: group_id,
            serial: self.next_serial(),
            created_ms: due_ms,
            subject,
            description,
            join_approval_mode,
            invite_code,
            picture: None,
            suspended: false,
            participants: Vec::new(),
            join_requests: Vec::new(),
            removed: Default::default(),
        };
        let event = Event::GroupCreated {
            request_id,
            group_id: group.id.clone(),
            subject: group.subject.clone(),
            description: group.description.clone(),
            invite_link: group.invite_link(),
            join_approval_mode,
        };
        self.put(group);
        Some(event)
    }

    /// Why a group cannot be acted on any more, if it cannot.
    fn obstacle(&self, group_id: &str) -> Option<Code> {
        match self.group(group_id) {
            None => Some(GROUP_UNKNOWN),
            Some(group) if group.suspended => Some(GROUP_SUSPENDED),
            Some(_) => None,
        }
    }

    fn update_now(
        &mut self,
        request_id: String,
        group_id: String,
        subject: Option<String>,
        description: Option<String>,
        picture: Option<Picture>,
    ) -> Option<Event> {
        let failed = self.obstacle(&group_id).map(|code| code.number);
        let outcome = |value: String| SettingOutcome { value, failed };
        let event = Event::SettingsUpdated {
            request_id,
            group_id: group_id.clone(),
            subject: subject.clone().map(outcome),
            description: description.clone().map(outcome),
            profile_picture: picture.as_ref().map(|picture| outcome(picture.sha256.clone())),
        };
        if failed.is_none()
            && let Some(group) = self.edit(&group_id)
        {
            if let Some(subject) = subject {
                group.subject = subject;
            }
            if let Some(description) = description {
                group.description = rules::description(description);
            }
            if picture.is_some() {
                group.picture = picture;
            }
        }
        Some(event)
    }

    fn delete_now(&mut self, request_id: String, group_id: String) -> Option<Event> {
        let failed = self.obstacle(&group_id).map(|code| code.number);
        if failed.is_none() {
            self.remove(&group_id);
        }
        Some(Event::GroupDeleted { request_id, group_id, failed })
    }

    fn remove_now(&mut self, request_id: String, group_id: String, users: Vec<String>) -> Option<Event> {
        let obstacle = self.obstacle(&group_id);
        let (mut removed, mut failed) = (Vec::new(), Vec::new());
        for input in users {
            let code = match (obstacle, User::parse(&input)) {
                (None, Some(User::WaId(wa_id))) => match self.edit(&group_id) {
                    Some(group) if group.has(&wa_id) => {
                        group.participants.retain(|participant| participant.wa_id != wa_id);
                        group.removed.insert(wa_id.clone());
                        removed.push(RemovedParticipant { input, wa_id });
                        continue;
                    }
                    _ => NOT_IN_GROUP,
                },
                (None, _) => NOT_IN_GROUP,
                (Some(obstacle), _) => obstacle,
            };
            failed.push(FailedParticipant { input, code: code.number });
        }
        Some(Event::ParticipantsRemoved { request_id, group_id, removed, failed })
    }
}

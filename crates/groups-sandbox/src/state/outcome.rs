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
    /// What it is scripted to fail with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) failing: Option<Failing>,
}

/// A scripted failure of something that was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failing {
    pub(crate) code: u32,
    /// The one setting of an update that fails; else everything does.
    pub(crate) setting: Option<Setting>,
}

/// A setting that an update can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Setting {
    Subject,
    Description,
    Picture,
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

impl Work {
    /// The operation that asked for it, as the API document calls it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create_group",
            Self::Update { .. } => "update_group",
            Self::Delete { .. } => "delete_group",
            Self::Remove { .. } => "remove_participants",
        }
    }
}

impl Draft<'_> {
    /// Does everything that is due by now, in the order it was promised.
    pub(crate) fn apply_due(&mut self) {
        let now = self.now_ms;
        let mut due: Vec<Accepted> = self.open().filter(|accepted| accepted.due_ms <= now).cloned().collect();
        due.sort_by_key(|accepted| (accepted.due_ms, accepted.serial));
        for Accepted { serial, request_id, due_ms, work, failing } in due {
            let whole = failing.filter(|failing| failing.setting.is_none()).map(|failing| failing.code);
            let outcome = match work {
                Work::Create { .. } => self.create_now(request_id, due_ms, work, whole),
                Work::Update { group_id, subject, description, picture } => {
                    self.update_now(request_id, group_id, (subject, description, picture), failing)
                }
                Work::Delete { group_id } => self.delete_now(request_id, group_id, whole),
                Work::Remove { group_id, users } => self.remove_now(request_id, group_id, users, whole),
            };
            if let Some(outcome) = outcome {
                self.settle(serial, outcome);
            }
        }
    }

    fn create_now(
        &mut self,
        request_id: String,
        due_ms: i64,
        work: Work,
        failing: Option<u32>,
    ) -> Option<Event> {
        let Work::Create { group_id, invite_code, subject, description, join_approval_mode } = work else {
            return None;
        };
        let not_eligible = self.require_eligible().err().map(|refusal| refusal.code.number);
        if let Some(code) = failing.or(not_eligible) {
            return Some(Event::GroupCreateFailed { request_id, group_id, subject, description, code });
        }
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
        (subject, description, picture): (Option<String>, Option<String>, Option<Picture>),
        failing: Option<Failing>,
    ) -> Option<Event> {
        let obstacle = self.obstacle(&group_id).map(|code| code.number);
        let failed = |setting| {
            let hit = failing.filter(|failing| failing.setting.is_none_or(|one| one == setting));
            obstacle.or(hit.map(|failing| failing.code))
        };
        let outcome = |setting| move |value: String| SettingOutcome { value, failed: failed(setting) };
        let event = Event::SettingsUpdated {
            request_id,
            group_id: group_id.clone(),
            subject: subject.clone().map(outcome(Setting::Subject)),
            description: description.clone().map(outcome(Setting::Description)),
            profile_picture: picture
                .as_ref()
                .map(|picture| outcome(Setting::Picture)(picture.sha256.clone())),
        };
        let succeeds = |setting| failed(setting).is_none();
        if obstacle.is_none()
            && let Some(group) = self.edit(&group_id)
        {
            if let Some(subject) = subject.filter(|_| succeeds(Setting::Subject)) {
                group.subject = subject;
            }
            if let Some(description) = description.filter(|_| succeeds(Setting::Description)) {
                group.description = rules::description(description);
            }
            if picture.is_some() && succeeds(Setting::Picture) {
                group.picture = picture;
            }
        }
        Some(event)
    }

    fn delete_now(&mut self, request_id: String, group_id: String, failing: Option<u32>) -> Option<Event> {
        let failed = self.obstacle(&group_id).map(|code| code.number).or(failing);
        if failed.is_none() {
            self.remove(&group_id);
        }
        Some(Event::GroupDeleted { request_id, group_id, failed })
    }

    fn remove_now(
        &mut self,
        request_id: String,
        group_id: String,
        users: Vec<String>,
        failing: Option<u32>,
    ) -> Option<Event> {
        let obstacle = self.obstacle(&group_id).map(|code| code.number).or(failing);
        let (mut removed, mut failed) = (Vec::new(), Vec::new());
        for input in users {
            let group = if obstacle.is_none() { self.edit(&group_id) } else { None };
            let user = User::parse(&input);
            let inside = group.and_then(|group| {
                let wa_id = group.participant(user.as_ref()?)?.wa_id.clone();
                Some((group, wa_id))
            });
            match inside {
                Some((group, wa_id)) => {
                    group.participants.retain(|participant| participant.wa_id != wa_id);
                    group.removed.insert(wa_id.clone());
                    removed.push(RemovedParticipant { input, wa_id });
                }
                None => {
                    failed.push(FailedParticipant { input, code: obstacle.unwrap_or(NOT_IN_GROUP.number) })
                }
            }
        }
        Some(Event::ParticipantsRemoved { request_id, group_id, removed, failed })
    }
}

//! What became of an accepted write: the answer to "was it really done?". A value, however it was learnt; a write that
//! failed as a whole is an error of the client instead.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{ErrorKind, Group, GroupId, ItemError, ParticipantInput, RequestId};

/// By which way an outcome was learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LearntBy {
    /// The webhook with the same `request_id` told it (Facts 4).
    Webhook,
    /// Reading the group, or the list of groups, showed it.
    Polling,
    /// The answer to the call itself showed it: a repeat was told that it is done already.
    Answer,
}

/// The outcome of a create, update, delete or remove. As JSON one flat object that begins with `operation`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "operation")]
#[non_exhaustive]
pub enum Outcome {
    /// A group was made.
    #[serde(rename = "create_group")]
    Created(Box<Created>),
    /// What became of each setting.
    #[serde(rename = "update_group")]
    Updated(Updated),
    /// A group is gone.
    #[serde(rename = "delete_group")]
    Deleted(Deleted),
    /// What became of each person.
    #[serde(rename = "remove_participants")]
    Removed(Removed),
}

impl Outcome {
    /// The group it is about. A create that failed may come without one (Facts 4.1).
    pub fn group_id(&self) -> &GroupId {
        match self {
            Self::Created(created) => &created.group_id,
            Self::Updated(updated) => &updated.group_id,
            Self::Deleted(deleted) => &deleted.group_id,
            Self::Removed(removed) => &removed.group_id,
        }
    }

    /// By which way it was learnt.
    pub fn learnt_by(&self) -> LearntBy {
        match self {
            Self::Created(created) => created.learnt_by,
            Self::Updated(updated) => updated.learnt_by,
            Self::Deleted(deleted) => deleted.learnt_by,
            Self::Removed(removed) => removed.learnt_by,
        }
    }
}

/// A group that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Created {
    /// The group's id; the same as the group's own `id`.
    pub group_id: GroupId,
    /// The receipt, where the server gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<RequestId>,
    /// By which way it was learnt.
    pub learnt_by: LearntBy,
    /// The group, as far as it was told.
    #[serde(flatten)]
    pub group: Group,
}

impl Created {
    /// A group that was made.
    pub fn new(group: Group, request_id: Option<RequestId>, learnt_by: LearntBy) -> Self {
        Self { group_id: group.id.clone(), request_id, learnt_by, group }
    }
}

/// A setting that an update can change (Facts 1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SettingName {
    /// The group's name.
    Subject,
    /// The group's description.
    Description,
    /// The group's picture. It cannot be read back, so only a webhook tells what became of it.
    ProfilePicture,
}

impl SettingName {
    /// As in the JSON form: `profile_picture`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Description => "description",
            Self::ProfilePicture => "profile_picture",
        }
    }
}

/// What became of one setting.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SettingOutcome {
    /// Whether it was changed. Absent where that is not known; `error` then says why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ok: Option<bool>,
    /// The text that was asked for; of a picture its digest, as the server writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Why it was not changed, or why that is not known (kind `outcome_unknown`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ItemError>,
}

impl SettingOutcome {
    /// It was changed to this.
    pub fn changed(value: Option<String>) -> Self {
        Self { ok: Some(true), value, error: None }
    }

    /// It was not changed.
    pub fn failed(value: Option<String>, error: ItemError) -> Self {
        Self { ok: Some(false), value, error: Some(error) }
    }

    /// Nobody told, and it cannot be seen.
    pub fn unknown(value: Option<String>, why: impl Into<String>) -> Self {
        Self { ok: None, value, error: Some(ItemError::new(ErrorKind::OutcomeUnknown, why)) }
    }
}

/// What became of an update, setting by setting. One may have worked and another not (Facts 4.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Updated {
    /// The group.
    pub group_id: GroupId,
    /// The receipt, where the server gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<RequestId>,
    /// By which way the last of it was learnt.
    pub learnt_by: LearntBy,
    /// Each setting that was to be changed.
    pub settings: BTreeMap<SettingName, SettingOutcome>,
}

impl Updated {
    /// With what became of each setting.
    pub fn new(
        group_id: GroupId,
        request_id: Option<RequestId>,
        learnt_by: LearntBy,
        settings: BTreeMap<SettingName, SettingOutcome>,
    ) -> Self {
        Self { group_id, request_id, learnt_by, settings }
    }

    /// Whether every setting was changed, and is known to be.
    pub fn is_complete(&self) -> bool {
        self.settings.values().all(|setting| setting.ok == Some(true))
    }
}

/// A group that is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Deleted {
    /// The group that was.
    pub group_id: GroupId,
    /// The receipt, where the server gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<RequestId>,
    /// By which way it was learnt.
    pub learnt_by: LearntBy,
}

impl Deleted {
    /// A group that is gone.
    pub fn new(group_id: GroupId, request_id: Option<RequestId>, learnt_by: LearntBy) -> Self {
        Self { group_id, request_id, learnt_by }
    }
}

/// What became of a removal, person by person. Everybody who was named is in one of both lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Removed {
    /// The group.
    pub group_id: GroupId,
    /// The receipt, where the server gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<RequestId>,
    /// By which way the last of it was learnt.
    pub learnt_by: LearntBy,
    /// Who is out, as they were named in the call.
    pub succeeded: Vec<ParticipantInput>,
    /// Who is not, or not for certain (kind `outcome_unknown`).
    pub failed: Vec<FailedRemoval>,
}

impl Removed {
    /// With what became of each person.
    pub fn new(
        group_id: GroupId,
        request_id: Option<RequestId>,
        learnt_by: LearntBy,
        succeeded: Vec<ParticipantInput>,
        failed: Vec<FailedRemoval>,
    ) -> Self {
        Self { group_id, request_id, learnt_by, succeeded, failed }
    }

    /// Whether everybody who was named is out.
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty()
    }
}

/// Somebody who was not removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct FailedRemoval {
    /// The person, as named in the call.
    pub user: ParticipantInput,
    /// Why.
    pub error: ItemError,
}

impl FailedRemoval {
    /// A person and the reason.
    pub fn new(user: ParticipantInput, error: ItemError) -> Self {
        Self { user, error }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_outcome_is_one_flat_object_that_reads_back() {
        let mut group = Group::new("Y2Fw".try_into().unwrap());
        group.subject = Some("Trip".into());
        let created = Created::new(group, "9B47".try_into().ok(), LearntBy::Webhook);
        let outcome = Outcome::Created(Box::new(created));
        let shown = serde_json::to_value(&outcome).unwrap();
        assert_eq!(
            shown,
            json!({ "operation": "create_group", "group_id": "Y2Fw", "request_id": "9B47", "learnt_by": "webhook",
                "id": "Y2Fw", "subject": "Trip" })
        );
        assert_eq!(serde_json::from_value::<Outcome>(shown).unwrap(), outcome);
    }

    #[test]
    fn settings_and_people_are_told_one_by_one() {
        let group: GroupId = "Y2Fw".try_into().unwrap();
        let settings = BTreeMap::from([
            (SettingName::Subject, SettingOutcome::changed(Some("x".into()))),
            (SettingName::ProfilePicture, SettingOutcome::unknown(None, "cannot be read back")),
        ]);
        let updated = Updated::new(group.clone(), None, LearntBy::Polling, settings);
        assert!(!updated.is_complete());
        assert_eq!(
            serde_json::to_value(Outcome::Updated(updated)).unwrap(),
            json!({ "operation": "update_group", "group_id": "Y2Fw", "learnt_by": "polling", "settings": {
                "subject": { "ok": true, "value": "x" },
                "profile_picture": { "error": { "kind": "outcome_unknown", "message": "cannot be read back" } } } })
        );
        let gone = ItemError::new(ErrorKind::ParticipantNotInGroup, "gone");
        let user = ParticipantInput::new("+15550100110").unwrap();
        let failed = vec![FailedRemoval::new(user, gone)];
        let removed = Removed::new(group, None, LearntBy::Webhook, Vec::new(), failed);
        assert_eq!(
            serde_json::to_value(Outcome::Removed(removed)).unwrap(),
            json!({ "operation": "remove_participants", "group_id": "Y2Fw", "learnt_by": "webhook", "succeeded": [],
                "failed": [{ "user": "+15550100110", "error": { "kind": "participant_not_in_group", "message": "gone" } }] })
        );
    }
}

//! A group and its invite link, in the form this SDK shows. Absent means unknown or not asked for.

use serde::{Deserialize, Serialize};

use crate::{Extra, GroupId, JoinApprovalMode, Participant, Timestamp};

/// A group. Only the id is certain: a list tells subject and time, and `get` tells what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Group {
    /// The group's id.
    pub id: GroupId,
    /// The group's name, at most 128 code points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The group's description, at most 2048 code points; absent where none is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When the group was made; `created_at` in a list and `creation_timestamp` elsewhere on the wire.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::timestamp::rfc3339_option")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::timestamp::Rfc3339>"))]
    pub created_at: Option<Timestamp>,
    /// Whether WhatsApp has suspended the group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended: Option<bool>,
    /// Whether people who open the invite link are in at once or ask first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join_approval_mode: Option<JoinApprovalMode>,
    /// How many are in, without the business.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant_count: Option<u64>,
    /// Who is in, without the business. An empty list means that nobody is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participants: Option<Vec<Participant>>,
    /// The current invite link, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite_link: Option<String>,
    /// What the server sent besides.
    #[serde(default, skip_serializing_if = "Extra::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "std::collections::BTreeMap<String, serde_json::Value>"))]
    pub extra: Extra,
}

impl Group {
    /// Whether it contains who is in the group: it has the list, or counts nobody. A group without either is not empty.
    pub fn has_participants_listed(&self) -> bool {
        self.participants.is_some() || self.participant_count == Some(0)
    }

    /// A group of which only the id is known.
    pub fn new(id: GroupId) -> Self {
        Self {
            id,
            subject: None,
            description: None,
            created_at: None,
            suspended: None,
            join_approval_mode: None,
            participant_count: None,
            participants: None,
            invite_link: None,
            extra: Extra::new(),
        }
    }
}

/// A group's current invite link; a reset makes every earlier one useless (Facts 1.7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct InviteLink {
    /// The group it leads to.
    pub group_id: GroupId,
    /// `https://chat.whatsapp.com/` and a code. Whoever has it can join or ask to.
    pub invite_link: String,
}

impl InviteLink {
    /// The link of a group.
    pub fn new(group_id: GroupId, invite_link: impl Into<String>) -> Self {
        Self { group_id, invite_link: invite_link.into() }
    }
}

/// Wire objects hold unknown fields beside the known ones; the model keeps them under one name, `extra`.
pub(crate) mod extra {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::Extra;

    #[derive(Serialize)]
    struct Named<'a> {
        #[serde(skip_serializing_if = "Extra::is_empty")]
        extra: &'a Extra,
    }

    /// Names the field in a schema, where the derived one cannot see it.
    #[cfg(feature = "schema")]
    pub(crate) fn describe(schema: &mut schemars::Schema) {
        let extra = serde_json::json!({
            "description": "What the server sent besides.", "type": "object", "additionalProperties": true,
        });
        if let Some(properties) = schema.get_mut("properties").and_then(serde_json::Value::as_object_mut) {
            properties.insert("extra".into(), extra);
        }
    }

    pub(crate) fn serialize<S: Serializer>(extra: &Extra, serializer: S) -> Result<S::Ok, S::Error> {
        Named { extra }.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Extra, D::Error> {
        let mut rest = Extra::deserialize(deserializer)?;
        // What this crate wrote comes back as it was.
        if let Some(serde_json::Value::Object(named)) = rest.remove("extra") {
            rest.extend(named);
        }
        Ok(rest)
    }
}

//! A person in a group, or asking to be, as the API tells of them.

use serde::{Deserialize, Serialize};

use crate::{Extra, ParentUserId, ParticipantInput, UserId, WaId};

/// A person, by whichever ids the server gave. `wa_id` is absent where a person with a username has had no
/// contact with the business (Facts 6), so no field is certain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = crate::group::extra::describe))]
#[non_exhaustive]
pub struct Participant {
    /// Phone number with country code, digits only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wa_id: Option<WaId>,
    /// Business-scoped user id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// User id shared by linked portfolios.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_user_id: Option<ParentUserId>,
    /// The name the person chose, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// What the server sent besides.
    #[serde(flatten, with = "crate::group::extra")]
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub extra: Extra,
}

impl Participant {
    /// How to name this person in a remove call: by `wa_id`, else by `user_id`; `None` where neither is known.
    pub fn to_input(&self) -> Option<ParticipantInput> {
        let id = self.wa_id.as_ref().map(WaId::as_str).or(self.user_id.as_ref().map(UserId::as_str))?;
        ParticipantInput::new(id).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_added_later_are_kept_under_extra_and_read_back() {
        let wire = r#"{"user_id":"US.1","username":null,"lid":"7"}"#;
        let person: Participant = serde_json::from_str(wire).unwrap();
        assert_eq!(person.wa_id, None);
        assert_eq!(person.extra["lid"], "7");
        let shown = serde_json::to_string(&person).unwrap();
        assert_eq!(shown, r#"{"user_id":"US.1","extra":{"lid":"7"}}"#);
        assert_eq!(serde_json::from_str::<Participant>(&shown).unwrap(), person);
        assert_eq!(serde_json::to_string(&Participant::default()).unwrap(), "{}");
    }

    #[test]
    fn a_person_is_named_by_number_before_user_id() {
        let person: Participant = serde_json::from_str(r#"{"wa_id":15550100123,"user_id":"US.1"}"#).unwrap();
        assert_eq!(person.to_input().unwrap().as_str(), "15550100123");
        assert_eq!(Participant::default().to_input(), None);
    }
}

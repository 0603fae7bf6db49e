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
    /// How to name this person in a remove call: by `wa_id`, else by `user_id`; `None` where neither is known and valid.
    pub fn to_input(&self) -> Option<ParticipantInput> {
        let ids = [self.wa_id.as_ref().map(WaId::as_str), self.user_id.as_ref().map(UserId::as_str)];
        ids.into_iter().flatten().find_map(|id| ParticipantInput::new(id).ok())
    }

    /// Whether both are the same person: they have an id of one kind in common. Ids of another kind may be absent or differ,
    /// because a person's number and user id can change (Facts 4.8, 6).
    ///
    /// ```
    /// use groups_model::Participant;
    /// let read = |json: &str| serde_json::from_str::<Participant>(json);
    /// let both = read(r#"{"wa_id":"15550100123","user_id":"US.1"}"#)?;
    /// assert!(both.is_same_person(&read(r#"{"wa_id":"15550100123"}"#)?));
    /// assert!(both.is_same_person(&read(r#"{"user_id":"US.1"}"#)?));
    /// assert!(!both.is_same_person(&read(r#"{"user_id":"US.2"}"#)?));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn is_same_person(&self, other: &Self) -> bool {
        self.ids(other).into_iter().any(|(ours, theirs)| ours.is_some() && ours == theirs)
    }

    /// Whether the input names this person, by number, user id or parent user id.
    pub fn is(&self, input: &ParticipantInput) -> bool {
        self.is_same_person(&input.to_participant())
    }

    /// Whether both have an id of the same kind, so that [`Self::is_same_person`] can tell them apart.
    pub fn is_comparable_to(&self, other: &Self) -> bool {
        self.ids(other).into_iter().any(|(ours, theirs)| ours.is_some() && theirs.is_some())
    }

    /// The ids of both, kind by kind.
    fn ids<'a>(&'a self, other: &'a Self) -> [(Option<&'a str>, Option<&'a str>); 3] {
        // Some sources write a `+` before the digits.
        let number = |person: &'a Self| person.wa_id.as_ref().map(|id| id.as_str().trim_start_matches('+'));
        let user = |person: &'a Self| person.user_id.as_ref().map(UserId::as_str);
        let parent = |person: &'a Self| person.parent_user_id.as_ref().map(ParentUserId::as_str);
        [(number(self), number(other)), (user(self), user(other)), (parent(self), parent(other))]
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
    fn a_person_is_recognised_by_any_id_in_common() {
        let read = |json: &str| serde_json::from_str::<Participant>(json).unwrap();
        let person = read(r#"{"wa_id":"15550100123","user_id":"US.1","parent_user_id":"US.ENT.1"}"#);
        for (input, expected) in [
            ("15550100123", true),
            ("+15550100123", true),
            ("US.1", true),
            ("US.ENT.1", true),
            ("+15550100124", false),
            ("US.2", false),
            ("US.ENT.2", false),
        ] {
            assert_eq!(person.is(&ParticipantInput::new(input).unwrap()), expected, "{input}");
        }
        for (other, same, comparable) in [
            (r#"{"wa_id":"15550100123","user_id":"US.2"}"#, true, true),
            (r#"{"wa_id":"15550100124","user_id":"US.1"}"#, true, true),
            (r#"{"wa_id":"+15550100123"}"#, true, true),
            (r#"{"parent_user_id":"US.ENT.1"}"#, true, true),
            (r#"{"wa_id":"15550100124","user_id":"US.2"}"#, false, true),
            (r#"{"username":"ann"}"#, false, false),
        ] {
            let other = read(other);
            assert_eq!(
                (person.is_same_person(&other), other.is_same_person(&person)),
                (same, same),
                "{other:?}"
            );
            assert_eq!(person.is_comparable_to(&other), comparable, "{other:?}");
        }
        assert!(!Participant::default().is_same_person(&Participant::default()));
    }

    #[test]
    fn a_person_is_named_by_number_before_user_id() {
        let person: Participant = serde_json::from_str(r#"{"wa_id":15550100123,"user_id":"US.1"}"#).unwrap();
        assert_eq!(person.to_input().unwrap().as_str(), "15550100123");
        assert_eq!(Participant::default().to_input(), None);
    }
}

//! How a caller names a person in a remove call: by phone number or by user id (Facts 1.11, 6).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{InvalidInput, ParentUserId, Participant, UserId, WaId};

/// A person as a caller names them: `+E.164`, the bare digits of a `wa_id`, or a business-scoped user id.
///
/// It is sent as it was given, because webhooks repeat exactly that (Facts 4.2). It deserialises only from a text that
/// [`Self::new`] accepts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(with = "String"))]
pub struct ParticipantInput(String);

impl ParticipantInput {
    /// Checks the form: 7 to 15 digits with or without `+`, or two capitals, a dot and a user id.
    ///
    /// ```
    /// use groups_model::ParticipantInput;
    /// assert!(ParticipantInput::new("US.13491208655302741918").is_ok());
    /// assert!(ParticipantInput::new("(555) 010-0123").is_err());
    /// ```
    pub fn new(value: impl Into<String>) -> Result<Self, InvalidInput> {
        let value = value.into();
        if is_number(&value) || is_user_id(&value) {
            return Ok(Self(value));
        }
        let id = crate::text::unwrapped(&value);
        if is_user_id(&id) {
            return Err(crate::id_form::damaged("user", &value, &id));
        }
        Err(InvalidInput::new(
            "user",
            format!(
                "must be +E.164 or the digits of a wa_id (7 to 15 digits), or a user id such as \
                 US.13491208655302741918, got {}",
                crate::text::quoted(&value)
            ),
        ))
    }

    /// As it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether both name one person: `+` before a number makes no difference. A number and a user id cannot be compared.
    pub fn is_same_person(&self, other: &Self) -> bool {
        self.digits().unwrap_or(&self.0) == other.digits().unwrap_or(&other.0)
    }

    /// Whether it is a user id, which a removal sends as `user_id` and not as `user` (Facts 1.11).
    ///
    /// ```
    /// use groups_model::ParticipantInput;
    /// assert!(ParticipantInput::new("US.13491208655302741918")?.is_user_id());
    /// assert!(!ParticipantInput::new("+15550100123")?.is_user_id());
    /// # Ok::<(), groups_model::InvalidInput>(())
    /// ```
    pub fn is_user_id(&self) -> bool {
        self.digits().is_none()
    }

    /// A person of whom only this id is known.
    pub fn to_participant(&self) -> Participant {
        let mut person = Participant::default();
        match self.digits() {
            Some(digits) => person.wa_id = WaId::new(digits).ok(),
            None if self.0.split('.').nth(1) == Some("ENT") && self.0.split('.').nth(2).is_some() => {
                person.parent_user_id = ParentUserId::new(self.0.as_str()).ok();
            }
            None => person.user_id = UserId::new(self.0.as_str()).ok(),
        }
        person
    }

    /// The digits of a phone number, without `+`.
    fn digits(&self) -> Option<&str> {
        is_number(&self.0).then(|| self.0.trim_start_matches('+'))
    }
}

impl TryFrom<String> for ParticipantInput {
    type Error = InvalidInput;
    fn try_from(value: String) -> Result<Self, InvalidInput> {
        Self::new(value)
    }
}

impl From<ParticipantInput> for String {
    fn from(input: ParticipantInput) -> Self {
        input.0
    }
}

impl fmt::Display for ParticipantInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ParticipantInput {
    type Err = InvalidInput;
    fn from_str(value: &str) -> Result<Self, InvalidInput> {
        Self::new(value)
    }
}

fn is_number(value: &str) -> bool {
    let digits = value.strip_prefix('+').unwrap_or(value);
    (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}

fn is_user_id(value: &str) -> bool {
    let Some((country, rest)) = value.split_once('.') else { return false };
    let id = rest.strip_prefix("ENT.").unwrap_or(rest);
    country.len() == 2
        && country.bytes().all(|b| b.is_ascii_uppercase())
        && (1..=128).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms_are_taken_and_others_are_not() {
        for good in ["+15550100123", "15550100123", "US.1349120865", "US.ENT.1349120865"] {
            assert!(ParticipantInput::new(good).is_ok(), "{good}");
        }
        for bad in ["", "+", "123456", "1234567890123456", "+1 555", "us.1", "US.", "US.a.b", "@name"] {
            assert!(ParticipantInput::new(bad).is_err(), "{bad}");
        }
        for damaged in [
            "US.1349120865\u{200b}",
            "\"US.1349120865\"",
            "<US.1349120865>",
            "US.1349120865.",
            " US.1349120865",
        ] {
            let said = ParticipantInput::new(damaged).unwrap_err().to_string();
            assert!(said.ends_with("write US.1349120865"), "{said}");
        }
        assert!(ParticipantInput::new("US.13491…").unwrap_err().to_string().contains("was cut"));
    }

    #[test]
    fn json_is_checked_like_an_argument() {
        let input: ParticipantInput = serde_json::from_str("\"+15550100123\"").unwrap();
        assert_eq!(serde_json::to_string(&input).unwrap(), "\"+15550100123\"");
        for bad in ["\"\"", "\"bob\"", "\"+1 555\"", "15550100123", "null", "{}"] {
            assert!(serde_json::from_str::<ParticipantInput>(bad).is_err(), "{bad}");
        }
        let error = serde_json::from_str::<ParticipantInput>("\"bob\"").unwrap_err().to_string();
        assert!(error.contains("must be +E.164"), "{error}");
    }

    #[test]
    fn an_input_is_a_person_with_one_id() {
        let ids = |text: &str| {
            let person = ParticipantInput::new(text).unwrap().to_participant();
            let json = serde_json::to_string(&person).unwrap();
            (json, ParticipantInput::new(text).unwrap().is_user_id())
        };
        assert_eq!(ids("+15550100123"), (r#"{"wa_id":"15550100123"}"#.to_owned(), false));
        assert_eq!(ids("US.1349"), (r#"{"user_id":"US.1349"}"#.to_owned(), true));
        assert_eq!(ids("US.ENT.1"), (r#"{"parent_user_id":"US.ENT.1"}"#.to_owned(), true));
        assert_eq!(ids("US.ENT"), (r#"{"user_id":"US.ENT"}"#.to_owned(), true));
    }
}

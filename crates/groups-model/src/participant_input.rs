//! How a caller names a person: the `user` of a remove call (Facts 1.11, 6).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::InvalidInput;

/// A person as a caller names them: `+E.164`, the bare digits of a `wa_id`, or a business-scoped user id.
///
/// It is sent as it was given, because webhooks echo exactly that (Facts 4.2).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
        Err(InvalidInput::new(
            "user",
            format!(
                "must be +E.164 or the digits of a wa_id (7 to 15 digits), or a user id such as \
                 US.13491208655302741918, got {value:?}"
            ),
        ))
    }

    /// As it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether both name one person: `+` before a number makes no difference.
    pub fn is_same_person(&self, other: &Self) -> bool {
        self.0.trim_start_matches('+') == other.0.trim_start_matches('+')
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
    }
}

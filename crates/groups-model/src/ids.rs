//! Identifiers, opaque to a client. What a caller gives is checked by `new`: a damaged id is refused before it is sent.
//! What a server sends is taken as it comes, and `check` asks only whether it can be sent back.

use serde::{Deserialize, Serialize};

use crate::lenient::text_or_number;
use crate::{InvalidInput, id_form};

/// Longest id a caller may give, in bytes: far above any format known (Facts 7.1).
const ID_MAX: usize = 1024;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $field:literal, $new:path, $check:path) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct $name(String);

        impl $name {
            /// Checks what a caller gives.
            pub fn new(value: impl Into<String>) -> Result<Self, InvalidInput> {
                let id = Self(value.into());
                $new($field, &id.0)?;
                id.check()?;
                Ok(id)
            }

            /// Whether an id that came from a server can be sent back to it. It takes more than [`Self::new`].
            pub fn check(&self) -> Result<(), InvalidInput> {
                $check($field, &self.0)
            }

            /// The id as the API writes it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidInput;
            fn from_str(value: &str) -> Result<Self, InvalidInput> {
                Self::new(value)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = InvalidInput;
            fn try_from(value: &str) -> Result<Self, InvalidInput> {
                Self::new(value)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidInput;
            fn try_from(value: String) -> Result<Self, InvalidInput> {
                Self::new(value)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                text_or_number(deserializer).map(Self)
            }
        }
    };
}

id!(
    /// A group's id. It is a segment of the path of a request, so an id that is `..` or holds a `/` is refused.
    GroupId, "group id", id_form::check, path_segment
);
id!(
    /// A pending request to join a group. The same person and group give the same id again (Facts 7.1).
    JoinRequestId, "join request id", id_form::check, token
);
id!(
    /// The receipt of an accepted write; the webhook that tells the outcome carries it (Facts 1.0).
    RequestId, "request id", id_form::check, token
);
id!(
    /// A WhatsApp id: the digits of a phone number with country code, without `+` (Facts 6).
    WaId, "wa_id", id_form::unwrapped, token
);
id!(
    /// A business-scoped user id such as `US.13491208655302741918` (Facts 6).
    UserId, "user_id", id_form::unwrapped, token
);
id!(
    /// A user id shared by linked business portfolios, such as `US.ENT.…` (Facts 6).
    ParentUserId, "parent_user_id", id_form::unwrapped, token
);
id!(
    /// What makes an event the same one again when it is delivered twice: 64 hexadecimal digits. See
    /// [`event`](crate::event) for what goes into it.
    EventId, "event id", id_form::check, token
);
id!(
    /// A place in a list. Opaque; it expires (code 131059, Facts 2.2).
    Cursor, "cursor", id_form::unwrapped, token
);

impl GroupId {
    /// Whether a text is a group's id that was damaged when it was copied, and no other text such as a subject.
    pub fn is_damaged(text: &str) -> bool {
        id_form::is_damaged(text)
    }
}

impl EventId {
    pub(crate) fn of_digest(hex: String) -> Self {
        Self(hex)
    }
}

fn token(field: &'static str, value: &str) -> Result<(), InvalidInput> {
    if value.is_empty() {
        return Err(InvalidInput::new(field, "must not be empty"));
    }
    if value.len() > ID_MAX {
        return Err(InvalidInput::new(
            field,
            format!("must have at most {ID_MAX} bytes, got {}", value.len()),
        ));
    }
    if value.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(InvalidInput::new(field, "must not hold white space or control characters"));
    }
    Ok(())
}

fn path_segment(field: &'static str, value: &str) -> Result<(), InvalidInput> {
    token(field, value)?;
    if value == "." || value == ".." || value.contains(['/', '\\']) {
        return Err(InvalidInput::new(
            field,
            format!("{value:?} would leave its place in the request's path; give the id as `list` prints it"),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_id_cannot_escape_its_path_segment() {
        for bad in ["", ".", "..", "a/b", "/", "..\\x", "a b", "a\nb", "\u{a0}"] {
            assert!(GroupId::new(bad).is_err(), "{bad:?}");
        }
        assert!(GroupId::new("x".repeat(ID_MAX + 1)).is_err());
        for good in ["Y2FwaV9ncm91cDox", "-x_", "a=b"] {
            assert!(GroupId::new(good).is_ok(), "{good:?}");
        }
    }

    #[test]
    fn an_odd_id_from_a_server_decodes_and_is_refused_only_when_sent_back() {
        let id: GroupId = serde_json::from_str("\"a/b\"").unwrap();
        assert_eq!(id.as_str(), "a/b");
        assert!(id.check().is_err());
        let foreign: GroupId = serde_json::from_str("\"120363@g.us\"").unwrap();
        assert!(foreign.check().is_ok() && GroupId::new(foreign.as_str()).is_err());
        let number: GroupId = serde_json::from_str("120363222771963067").unwrap();
        assert_eq!(number.as_str(), "120363222771963067");
    }
}

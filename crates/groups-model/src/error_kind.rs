//! What went wrong, as one word that a program can switch on. Several codes can be one kind. xtask compiles this file
//! too, so it names nothing of this crate.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest name of a kind that is read, in bytes.
const NAME_MAX: usize = 64;
/// Most unknown names that a process keeps. Newer versions have a few.
const NAMES_MAX: usize = 1024;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)?) => {
        /// The kind of an error. New kinds may be added: one that this version does not know is [`ErrorKind::Unknown`] and
        /// is written as it was read.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $($(#[$doc])* $variant,)+
            /// A kind of a newer version. It exists only where a newer version's output is read.
            Unknown(UnknownKind),
        }

        impl ErrorKind {
            /// Every kind that this version knows.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The kind's name in output and in the error table.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Unknown(kind) => kind.0,
                }
            }

            fn known(name: &str) -> Option<Self> {
                match name {
                    $($text => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

/// The name of a kind that this version does not know: lower-case letters, digits and `_`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UnknownKind(&'static str);

impl UnknownKind {
    /// Keeps each name once for the life of the process, so that a kind stays a plain value. `None` for a text that is no
    /// name, and once there are unreasonably many.
    fn of(name: &str) -> Option<Self> {
        static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
        let is_name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        if name.is_empty() || name.len() > NAME_MAX || !name.bytes().all(is_name) {
            return None;
        }
        let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(name) = names.get(name) {
            return Some(Self(name));
        }
        if names.len() >= NAMES_MAX {
            return None;
        }
        let name: &'static str = Box::leak(name.to_owned().into_boxed_str());
        names.insert(name);
        Some(Self(name))
    }
}

impl Serialize for ErrorKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ErrorKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let unknown = || UnknownKind::of(&name).map(Self::Unknown);
        let problem =
            || serde::de::Error::custom("a kind of error is a name of lower-case letters, digits and `_`");
        Self::known(&name).or_else(unknown).ok_or_else(problem)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for ErrorKind {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ErrorKind".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        // A plain string with examples: kinds may be added, so an enum would be a promise.
        let known: Vec<&str> = Self::ALL.iter().map(|kind| kind.as_str()).collect();
        schemars::json_schema!({
            "type": "string",
            "description": "The kind of an error. New kinds may be added.",
            "examples": known,
        })
    }
}

kinds!(
    /// 131020: the business is alone in the group, so nobody can be written to.
    BadGroup = "bad_group",
    /// 131041: the group does not exist, or the business is not in it.
    GroupUnknown = "group_unknown",
    /// 131059: the cursor is expired or damaged; start from the top.
    InvalidCursor = "invalid_cursor",
    /// 131201: some items of the call failed.
    PartiallySucceeded = "partially_succeeded",
    /// 131202: a person stands twice in the request.
    DuplicateParticipant = "duplicate_participant",
    /// 131203: a person could not be added, e.g. has not accepted the new terms.
    ParticipantNotAdded = "participant_not_added",
    /// 131204: more people than the group may hold.
    ParticipantOverlimit = "participant_overlimit",
    /// 131207: WhatsApp has suspended the group.
    GroupSuspended = "group_suspended",
    /// 131208, 80007, 130429, 4, HTTP 429, or 360dialog's 400 with only a text: too many calls.
    RateLimited = "rate_limited",
    /// 131209: the picture is not square.
    PictureNotSquare = "picture_not_square",
    /// 131210: the picture is too small.
    PictureTooSmall = "picture_too_small",
    /// 131211: the number has made as many groups as it may.
    GroupLimitReached = "group_limit_reached",
    /// 131212: the person is not in the group.
    ParticipantNotInGroup = "participant_not_in_group",
    /// 131213: the join request is gone: withdrawn or already handled.
    JoinRequestUnknown = "join_request_unknown",
    /// 131214: creating groups is disabled for days, after too much marketing.
    GroupCreationDisabled = "group_creation_disabled",
    /// 131215: the phone number may not use groups.
    NotEligible = "not_eligible",
    /// The key is missing, wrong or revoked.
    InvalidCredentials = "invalid_credentials",
    /// The key is good, but not for this.
    PermissionDenied = "permission_denied",
    /// The account is locked or restricted.
    AccountRestricted = "account_restricted",
    /// The phone number is not registered, or deleted.
    NumberNotRegistered = "number_not_registered",
    /// The API did not like a parameter.
    InvalidParameter = "invalid_parameter",
    /// The account has a payment problem.
    PaymentProblem = "payment_problem",
    /// A recipient of this form is not supported here.
    UnsupportedRecipient = "unsupported_recipient",
    /// A message of this type cannot go to a group.
    UnsupportedMessage = "unsupported_message",
    /// A message could not be delivered.
    MessageNotDelivered = "message_not_delivered",
    /// The service failed or is down for a moment.
    ServiceUnavailable = "service_unavailable",
    /// No such path or method at this address: most likely the base URL is wrong.
    NotFound = "not_found",
    /// The API refused, with a code or status that this version does not know.
    Api = "api",
    /// An argument was refused before anything was sent.
    InvalidInput = "invalid_input",
    /// The client is set up wrongly: base URL, key, or HTTP client.
    Configuration = "configuration",
    /// No connection, or it broke.
    Network = "network",
    /// Time ran out.
    Timeout = "timeout",
    /// The answer could not be understood.
    InvalidResponse = "invalid_response",
    /// A list brought no new items, page after page, and was ended. What it brought is valid.
    NoProgress = "no_progress",
    /// The server pointed to another address; redirects are not followed, so that the key stays where it was
    /// meant to go.
    Redirected = "redirected",
    /// The item was named in the call, but the answer says nothing of it, or it is no longer pending.
    OutcomeUnknown = "outcome_unknown",
    /// The call was accepted, and its outcome was not seen in the time given. It may still be done.
    OutcomeNotSeen = "outcome_not_seen",
    /// A create was accepted, and more than one new group may be the one it made.
    OutcomeAmbiguous = "outcome_ambiguous",
);

impl std::fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_kind_reads_back_as_itself() {
        for kind in ErrorKind::ALL {
            let text = serde_json::to_string(kind).unwrap();
            assert_eq!(text, format!("\"{kind}\""));
            assert_eq!(serde_json::from_str::<ErrorKind>(&text).unwrap(), *kind);
        }
    }

    #[test]
    fn a_kind_of_a_newer_version_survives_a_round_trip() {
        let read = |text: &str| serde_json::from_str::<ErrorKind>(text);
        let kind = read("\"group_hibernated\"").unwrap();
        assert!(matches!(kind, ErrorKind::Unknown(_)));
        assert_eq!(kind.as_str(), "group_hibernated");
        assert_eq!(serde_json::to_string(&kind).unwrap(), "\"group_hibernated\"");
        assert_eq!(kind, read("\"group_hibernated\"").unwrap());
        assert_ne!(kind, read("\"group_thawed\"").unwrap());
        let long = format!("\"{}\"", "x".repeat(NAME_MAX + 1));
        for bad in ["\"\"", "\"Group Unknown\"", "null", "7", &long] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}

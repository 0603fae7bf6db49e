//! Enums of the API. A value that this version does not know is kept and sent back as it came, never an error.

macro_rules! open_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// A value added after this version was made, as the server wrote it.
            Unknown(String),
        }

        impl $name {
            /// Every value that this version knows.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),+];

            /// The value as the API writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Unknown(text) => text,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)+
                    other => Self::Unknown(other.to_owned()),
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Ok(Self::from(<String as serde::Deserialize>::deserialize(deserializer)?.as_str()))
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                // A plain string with examples: values may be added, so an enum would be a promise.
                schemars::json_schema!({ "type": "string", "examples": [$($text),+] })
            }
        }
    };
}

pub(crate) use open_enum;

open_enum!(
    /// What happens when a person opens the invite link (Facts 1.2).
    JoinApprovalMode {
        /// The person asks, and is in only once the request is approved.
        ApprovalRequired = "approval_required",
        /// The person is in at once. The default of the API.
        AutoApprove = "auto_approve",
    }
);

open_enum!(
    /// A field that a group can be asked for (Facts 1.3). The id comes back in every case.
    GroupField {
        /// The group's name.
        Subject = "subject",
        /// The group's description; absent where none is set.
        Description = "description",
        /// See [`JoinApprovalMode`].
        JoinApprovalMode = "join_approval_mode",
        /// Whether WhatsApp has suspended the group.
        Suspended = "suspended",
        /// When the group was made.
        CreationTimestamp = "creation_timestamp",
        /// Who is in, without the business.
        Participants = "participants",
        /// How many are in, without the business.
        TotalParticipantCount = "total_participant_count",
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_added_later_survives_a_round_trip() {
        let mode: JoinApprovalMode = serde_json::from_str("\"by_vote\"").unwrap();
        assert_eq!(mode, JoinApprovalMode::Unknown("by_vote".into()));
        assert_eq!(serde_json::to_string(&mode).unwrap(), "\"by_vote\"");
        assert_eq!(JoinApprovalMode::from("auto_approve"), JoinApprovalMode::AutoApprove);
        assert_eq!(GroupField::KNOWN.len(), 7);
    }
}

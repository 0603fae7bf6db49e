//! What went wrong, as one word a program can switch on. Several codes can be one kind.

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)?) => {
        /// The kind of an error. New kinds may be added.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[non_exhaustive]
        pub enum ErrorKind {
            $($(#[$doc])* #[serde(rename = $text)] $variant,)+
        }

        impl ErrorKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The kind's name in output and in the error table.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }
    };
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

//! The exit codes, and the only place that decides them. Pure: nothing here knows how an error came about
//! beyond its kind and how far the call got, and nothing here may end the process.

use groups_ergonomic::{Delivery, ErrorKind};

use crate::failure::Kind;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    Done,
    /// The API said no, or anything that has no code of its own.
    Failed,
    Usage,
    /// No key, a bad one, no right, or a bad configuration.
    Access,
    NotFound,
    RateLimited,
    /// Network, timeout, or a write that may or may not have happened.
    InDoubt,
    /// Some items done, some not.
    Mixed,
    /// Accepted, and nobody saw in time what became of it.
    NotSeen,
    Interrupted,
}

impl Code {
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Access => 3,
            Self::NotFound => 4,
            Self::RateLimited => 5,
            Self::InDoubt => 6,
            Self::Mixed => 7,
            Self::NotSeen => 8,
            Self::Interrupted => 130,
        }
    }
}

impl From<Code> for std::process::ExitCode {
    fn from(code: Code) -> Self {
        code.number().into()
    }
}

/// `writes`: whether the call would have changed something.
pub(crate) fn of(kind: Kind, delivery: Delivery, writes: bool) -> Code {
    let kind = match kind {
        Kind::Api(kind) => kind,
        Kind::Usage => return Code::Usage,
        Kind::Interrupted => return Code::Interrupted,
        Kind::Declined
        | Kind::SandboxRefused
        | Kind::SandboxFailed
        | Kind::StoreFailed
        | Kind::Journal
        | Kind::Output
        | Kind::Different
        | Kind::Setup => {
            return Code::Failed;
        }
    };
    if matches!(kind, ErrorKind::OutcomeNotSeen | ErrorKind::OutcomeAmbiguous) {
        return Code::NotSeen;
    }
    if writes && delivery == Delivery::MaybeDelivered {
        return Code::InDoubt;
    }
    match kind {
        ErrorKind::InvalidInput => Code::Usage,
        ErrorKind::Configuration
        | ErrorKind::InvalidCredentials
        | ErrorKind::PermissionDenied
        | ErrorKind::NotEligible
        | ErrorKind::NumberNotRegistered
        | ErrorKind::Redirected
        // Without a code, 404 means that there is no groups API at this address.
        | ErrorKind::NotFound => Code::Access,
        ErrorKind::GroupUnknown | ErrorKind::JoinRequestUnknown | ErrorKind::ParticipantNotInGroup => {
            Code::NotFound
        }
        ErrorKind::RateLimited => Code::RateLimited,
        ErrorKind::Network | ErrorKind::Timeout | ErrorKind::OutcomeUnknown => Code::InDoubt,
        ErrorKind::PartiallySucceeded => Code::Mixed,
        _ => Code::Failed,
    }
}

/// The code of a command over several items, from how many were done and the codes of those that failed.
pub(crate) fn of_items(done: usize, failed: &[Code]) -> Code {
    match (done, failed) {
        (_, []) => Code::Done,
        // None of these failed.
        (_, failed) if failed.iter().all(|code| *code == Code::NotSeen) => Code::NotSeen,
        // What was accepted is a part that may be done.
        (_, failed) if failed.contains(&Code::NotSeen) => Code::Mixed,
        (0, [first, rest @ ..]) if rest.iter().all(|code| code == first) => *first,
        (0, _) => Code::Failed,
        _ => Code::Mixed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every kind, so that a new one is put in its place by hand.
    #[test]
    fn every_kind_of_error_has_its_documented_code() {
        for kind in ErrorKind::ALL {
            let expected = match kind.as_str() {
                "invalid_input" => 2,
                "configuration"
                | "invalid_credentials"
                | "permission_denied"
                | "not_eligible"
                | "number_not_registered"
                | "redirected"
                | "not_found" => 3,
                "group_unknown" | "join_request_unknown" | "participant_not_in_group" => 4,
                "rate_limited" => 5,
                "network" | "timeout" | "outcome_unknown" => 6,
                "partially_succeeded" => 7,
                "outcome_not_seen" | "outcome_ambiguous" => 8,
                "bad_group"
                | "invalid_cursor"
                | "duplicate_participant"
                | "participant_not_added"
                | "participant_overlimit"
                | "group_suspended"
                | "picture_not_square"
                | "picture_too_small"
                | "group_limit_reached"
                | "group_creation_disabled"
                | "account_restricted"
                | "invalid_parameter"
                | "payment_problem"
                | "unsupported_recipient"
                | "unsupported_message"
                | "message_not_delivered"
                | "service_unavailable"
                | "api"
                | "invalid_response"
                | "no_progress" => 1,
                other => panic!("{other} has no expectation"),
            };
            let of = |delivery, writes| of(Kind::Api(*kind), delivery, writes).number();
            assert_eq!(of(Delivery::Refused, true), expected, "{kind} on a write");
            assert_eq!(of(Delivery::NotSent, true), expected, "{kind} before a write was sent");
            assert_eq!(of(Delivery::MaybeDelivered, false), expected, "{kind} on a read");
            let in_doubt = if expected == 8 { 8 } else { 6 };
            let seen = of(Delivery::MaybeDelivered, true);
            assert_eq!(seen, in_doubt, "{kind} on a write that may have happened");
        }
    }

    #[test]
    fn what_is_no_error_of_the_api_has_its_code_too() {
        let of = |kind| of(kind, Delivery::MaybeDelivered, true).number();
        assert_eq!(of(Kind::Usage), 2);
        assert_eq!(of(Kind::Interrupted), 130);
        for kind in Kind::OWN.into_iter().filter(|kind| !matches!(kind, Kind::Usage | Kind::Interrupted)) {
            assert_eq!(of(kind), 1, "{}", kind.as_str());
        }
    }

    #[test]
    fn several_items_are_done_mixed_or_fail_alike() {
        use Code::{Done, Failed, Mixed, NotFound, NotSeen};
        for (done, failed, expected) in [
            (0, &[][..], Done),
            (3, &[], Done),
            (1, &[NotFound], Mixed),
            (0, &[NotFound, NotFound], NotFound),
            (0, &[NotFound, Failed], Failed),
            (1, &[NotSeen], NotSeen),
            (0, &[NotSeen, NotSeen], NotSeen),
            (1, &[NotSeen, Failed], Mixed),
            (0, &[NotSeen, Failed], Mixed),
        ] {
            assert_eq!(of_items(done, failed), expected, "{done} done, {failed:?} failed");
        }
    }
}

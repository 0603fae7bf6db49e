//! Whether to repeat a call, and when: a pure function. No clock, no sleep and no randomness of its own.

use std::time::Duration;

use groups_model::{ErrorKind, RetryClass};

use crate::operation::{Idempotency, Operation};

/// How far a call got, as far as the client can know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Delivery {
    /// No part of it left this machine.
    NotSent,
    /// The API answered that it did not do it.
    Refused,
    /// It may have been carried out: the answer was lost, late, or from something in between.
    MaybeDelivered,
}

/// How often and for how long a call is repeated.
#[derive(Clone, Debug, PartialEq)]
pub struct RetryPolicy {
    /// Repeats after the first attempt.
    pub max_retries: u32,
    /// The longest delay before the first repeat; doubled for each further one. The delay is drawn evenly
    /// between nothing and this (full jitter).
    pub base: Duration,
    /// No drawn delay is longer than this. A wait that the service asks for (`Retry-After`) is kept in full if it ends before
    /// the operation's time does; else the call fails at once.
    pub max_delay: Duration,
}

/// Four repeats, at most 0.5, 1, 2 and 4 seconds apart.
impl Default for RetryPolicy {
    fn default() -> Self {
        Self { max_retries: 4, base: Duration::from_millis(500), max_delay: Duration::from_secs(30) }
    }
}

/// What one attempt came to, reduced to what the decision needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempted {
    pub kind: ErrorKind,
    pub class: RetryClass,
    pub delivery: Delivery,
    /// `Retry-After`, if the server sent one.
    pub hint: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Stop,
    RetryAfter(Duration),
}

/// `attempt` counts the requests sent, 0 where not even one was; `left` is what remains of the operation's time; `jitter` is in 0..=1.
pub(crate) fn decide(
    policy: &RetryPolicy,
    operation: Operation,
    failed: Attempted,
    attempt: u32,
    left: Duration,
    jitter: f64,
) -> Decision {
    if attempt > policy.max_retries || !can_help(failed) || !is_safe(operation, failed.delivery) {
        return Decision::Stop;
    }
    let ceiling = policy.base.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(policy.max_delay);
    // A product may be longer than any duration by the rounding alone.
    let part = |of: Duration, share: f64| Duration::try_from_secs_f64(of.as_secs_f64() * share).unwrap_or(of);
    let drawn = part(ceiling, jitter.clamp(0.0, 1.0));
    // Jitter on top of a hint keeps clients that were told the same moment apart.
    let delay = match failed.hint {
        Some(hint) => hint.saturating_add(part(drawn, 0.1)),
        None => drawn,
    };
    if delay >= left { Decision::Stop } else { Decision::RetryAfter(delay) }
}

fn can_help(failed: Attempted) -> bool {
    failed.class == RetryClass::Backoff
        || (matches!(failed.kind, ErrorKind::Network | ErrorKind::Timeout)
            && failed.class != RetryClass::Never)
}

fn is_safe(operation: Operation, delivery: Delivery) -> bool {
    match operation.idempotency() {
        Idempotency::Read | Idempotency::Repeatable { .. } => true,
        Idempotency::Once => delivery != Delivery::MaybeDelivered,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn failed(kind: ErrorKind, class: RetryClass, delivery: Delivery) -> Attempted {
        Attempted { kind, class, delivery, hint: None }
    }

    fn repeats(operation: Operation, failed: Attempted) -> bool {
        decide(&RetryPolicy::default(), operation, failed, 1, LONG, 0.5) != Decision::Stop
    }

    #[test]
    fn every_operation_meets_every_delivery_state_as_written_here() {
        for operation in Operation::ALL {
            let once = matches!(operation, Operation::CreateGroup | Operation::ResetInviteLink);
            let backoff = |delivery| failed(ErrorKind::ServiceUnavailable, RetryClass::Backoff, delivery);
            assert!(repeats(operation, backoff(Delivery::NotSent)), "{operation}");
            assert!(repeats(operation, backoff(Delivery::Refused)), "{operation}");
            assert_eq!(repeats(operation, backoff(Delivery::MaybeDelivered)), !once, "{operation}");
            for class in
                [RetryClass::Never, RetryClass::Later, RetryClass::FailedItems, RetryClass::RestartPaging]
            {
                for delivery in [Delivery::NotSent, Delivery::Refused, Delivery::MaybeDelivered] {
                    assert!(
                        !repeats(operation, failed(ErrorKind::Api, class, delivery)),
                        "{operation} {class:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn repeats_are_bounded_in_number_and_time() {
        let policy = RetryPolicy::default();
        let fault = failed(ErrorKind::Network, RetryClass::Backoff, Delivery::NotSent);
        let at = |attempt, left| decide(&policy, Operation::GetGroup, fault, attempt, left, 1.0);
        assert_eq!(at(1, LONG), Decision::RetryAfter(Duration::from_millis(500)));
        assert_eq!(at(4, LONG), Decision::RetryAfter(Duration::from_secs(4)));
        assert_eq!(at(5, LONG), Decision::Stop);
        assert_eq!(at(4, Duration::from_secs(4)), Decision::Stop, "the delay would use up what is left");
    }

    #[test]
    fn a_hint_is_kept_in_full_or_ends_the_call() {
        let policy = RetryPolicy { max_delay: Duration::from_secs(10), ..RetryPolicy::default() };
        let asked = |hint| {
            let fault = Attempted {
                hint: Some(Duration::from_secs(hint)),
                ..failed(ErrorKind::RateLimited, RetryClass::Backoff, Delivery::Refused)
            };
            decide(&policy, Operation::CreateGroup, fault, 1, LONG, 0.0)
        };
        assert_eq!(asked(3), Decision::RetryAfter(Duration::from_secs(3)));
        assert_eq!(asked(59), Decision::RetryAfter(Duration::from_secs(59)));
        for beyond in [60, 61, 86_400] {
            assert_eq!(asked(beyond), Decision::Stop, "{beyond}");
        }
    }

    #[test]
    fn times_without_end_are_reckoned_with() {
        let policy = RetryPolicy { base: Duration::MAX, max_delay: Duration::MAX, ..RetryPolicy::default() };
        for hint in [None, Some(Duration::from_secs(u64::MAX))] {
            let kind = failed(ErrorKind::RateLimited, RetryClass::Backoff, Delivery::Refused);
            let decision =
                decide(&policy, Operation::GetGroup, Attempted { hint, ..kind }, 1, Duration::MAX, 1.0);
            assert_eq!(decision, Decision::Stop, "{hint:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_delay_exceeds_its_ceiling(attempt in 1u32..60, jitter: f64, left in 0u64..100) {
            let policy = RetryPolicy { max_retries: 100, ..RetryPolicy::default() };
            let fault = failed(ErrorKind::Network, RetryClass::Backoff, Delivery::NotSent);
            let left = Duration::from_secs(left);
            match decide(&policy, Operation::GetGroup, fault, attempt, left, jitter) {
                Decision::Stop => {}
                Decision::RetryAfter(delay) => proptest::prop_assert!(delay <= policy.max_delay && delay < left),
            }
        }
    }
}

//! When to look next: a pure rule. No clock, no sleep and no randomness of its own.

use std::time::Duration;

/// How often to look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schedule {
    /// The gap before the first look.
    first: Duration,
    timeout: Duration,
}

/// Each gap is so much longer than the one before, up to the longest.
const GROWTH: f64 = 1.6;
const LONGEST: Duration = Duration::from_secs(5);
/// By how much a gap may be shortened, so that clients that began together do not look together.
const SPREAD: f64 = 0.1;

impl Schedule {
    /// Where nobody tells, looking begins early; where webhooks do, it is there for those that are lost.
    pub(super) fn new(timeout: Duration, has_events: bool) -> Self {
        let first = if has_events { Duration::from_secs(1) } else { Duration::from_millis(300) };
        Self { first, timeout }
    }

    /// How long to pause before the next look; `None` when there is no time for one. The last one comes a little before
    /// the end, so that its answer is in time. `looks` were made; `jitter` is in 0..=1.
    pub(super) fn gap(&self, looks: u32, elapsed: Duration, jitter: f64) -> Option<Duration> {
        let reserve = (self.timeout / 10).min(Duration::from_secs(1));
        let left = self.timeout.checked_sub(elapsed)?.checked_sub(reserve)?;
        if left.is_zero() {
            return None;
        }
        let power = i32::try_from(looks.min(32)).unwrap_or(32);
        let grown = (self.first.as_secs_f64() * GROWTH.powi(power)).min(LONGEST.as_secs_f64());
        let gap = Duration::from_secs_f64(grown * (1.0 - SPREAD * jitter.clamp(0.0, 1.0)));
        Some(gap.min(left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The moments of all looks, in milliseconds, each answered at once.
    fn looks(timeout_s: u64, has_events: bool, jitter: f64) -> Vec<u128> {
        let schedule = Schedule::new(Duration::from_secs(timeout_s), has_events);
        let (mut elapsed, mut moments) = (Duration::ZERO, Vec::new());
        while let Some(gap) = schedule.gap(u32::try_from(moments.len()).unwrap(), elapsed, jitter) {
            elapsed += gap;
            moments.push(elapsed.as_millis());
            assert!(moments.len() < 1_000, "it never ends");
        }
        moments
    }

    #[test]
    fn gaps_grow_and_the_last_look_is_in_time() {
        assert_eq!(
            looks(30, false, 0.0),
            [300, 780, 1548, 2776, 4742, 7888, 12888, 17888, 22888, 27888, 29000]
        );
        assert_eq!(looks(30, true, 0.0), [1000, 2600, 5160, 9256, 14256, 19256, 24256, 29000]);
        assert_eq!(looks(1, true, 0.0), [900], "a short wait has one look at its end");
        assert_eq!(looks(0, false, 0.0), [0; 0], "there is no time for one");
    }

    #[test]
    fn a_wait_without_end_looks_on_without_overflow() {
        let schedule = Schedule::new(Duration::MAX, false);
        let gap = schedule.gap(u32::MAX, Duration::from_secs(1_000_000), 0.0);
        assert_eq!(gap, Some(LONGEST));
    }

    proptest::proptest! {
        #[test]
        fn a_look_is_within_the_time_and_jitter_only_shortens(
            timeout in 0u64..100_000, elapsed in 0u64..100_000, looks in 0u32..100, jitter: f64
        ) {
            let (timeout, elapsed) = (Duration::from_millis(timeout), Duration::from_millis(elapsed));
            let schedule = Schedule::new(timeout, false);
            if let Some(gap) = schedule.gap(looks, elapsed, jitter) {
                proptest::prop_assert!(elapsed + gap <= timeout && gap <= LONGEST);
            }
        }
    }
}

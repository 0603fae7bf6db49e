//! The rate limit: a bucket of calls that fills with time. Pure: the time is passed in.

use crate::state::behaviour::RateLimit;

/// The calls a number has left.
#[derive(Debug, Default)]
pub(crate) struct Bucket {
    /// As of the time beside it; `None` before the first call.
    left: Option<(f64, i64)>,
}

impl Bucket {
    /// Takes one call out, if there is one.
    pub(crate) fn take(&mut self, limit: RateLimit, now_ms: i64) -> bool {
        let full = f64::from(limit.burst);
        let left = match self.left {
            None => full,
            Some((left, then_ms)) => {
                // A clock that went back fills nothing.
                let seconds = now_ms.saturating_sub(then_ms).max(0) as f64 / 1000.0;
                (left + seconds * limit.per_second).min(full)
            }
        };
        let has_one = left >= 1.0;
        self.left = Some((if has_one { left - 1.0 } else { left }, now_ms));
        has_one
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_pace_counts() {
        let limit = RateLimit { per_second: 10.0, burst: 3 };
        let mut bucket = Bucket::default();
        let passed = |bucket: &mut Bucket, now| (0..5).filter(|_| bucket.take(limit, now)).count();
        assert_eq!(passed(&mut bucket, 0), 3);
        assert_eq!(passed(&mut bucket, 99), 0);
        assert_eq!(passed(&mut bucket, 200), 2);
        assert_eq!(passed(&mut bucket, 60_000), 3);
        assert_eq!(passed(&mut bucket, 0), 0);
    }
}

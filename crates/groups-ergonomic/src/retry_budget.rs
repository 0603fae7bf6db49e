//! How many repeats a whole process may make. In an outage every call fails and every call would be repeated;
//! this keeps the traffic of many calls from being multiplied just then.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// What a repeat costs; a call that works gives back one.
const PRICE: u64 = 10;
/// Repeats that a process may make without any call working in between.
const CAPACITY: u32 = 100;

/// A stock of repeats, shared by all clones. Each repeat takes one; each call that works gives back a tenth.
/// Repeats after a rate limit are free: those are paced by the [rate limit](crate::RateLimit) instead.
///
/// ```
/// use groups_ergonomic::{Client, RetryBudget};
/// // This client's repeats are its own affair, not the process's.
/// let client = Client::builder().api_key("…key…").retry_budget(RetryBudget::new(20));
/// ```
#[derive(Clone, Debug)]
pub struct RetryBudget(Arc<Stock>);

#[derive(Debug)]
struct Stock {
    capacity: u64,
    left: Mutex<u64>,
}

impl RetryBudget {
    /// A stock of its own.
    pub fn new(repeats: u32) -> Self {
        let capacity = u64::from(repeats) * PRICE;
        Self(Arc::new(Stock { capacity, left: Mutex::new(capacity) }))
    }

    /// The stock of the process, 100 repeats: what clients use unless told otherwise.
    pub fn of_process() -> Self {
        static SHARED: LazyLock<RetryBudget> = LazyLock::new(|| RetryBudget::new(CAPACITY));
        SHARED.clone()
    }

    /// Takes a repeat, if there is one.
    pub(crate) fn take(&self) -> bool {
        let mut left = self.left();
        let rest = left.checked_sub(PRICE);
        *left = rest.unwrap_or(*left);
        rest.is_some()
    }

    pub(crate) fn refund(&self) {
        let mut left = self.left();
        *left = (*left + 1).min(self.0.capacity);
    }

    fn left(&self) -> std::sync::MutexGuard<'_, u64> {
        self.0.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_run_out_and_come_back_with_calls_that_work() {
        let budget = RetryBudget::new(2);
        assert!(budget.take() && budget.clone().take());
        assert!(!budget.take());
        (0..10).for_each(|_| budget.refund());
        assert!(budget.take());
        assert!(!budget.take());
        (0..1000).for_each(|_| budget.refund());
        assert!(budget.take() && budget.take() && !budget.take(), "never more than the capacity");
    }
}

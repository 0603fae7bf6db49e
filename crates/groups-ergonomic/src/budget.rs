//! How fast calls of one number may start. Limits count per phone number (Facts 2.2), and no source gives a
//! figure, so the pace is learnt: it starts without a limit, falls when the service refuses, and recovers.
//!
//! [`Pace`] is the pure rule, with time passed in; [`Budget`] makes calls wait their turn, first come first
//! served. Neither decides about repeats.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How fast the calls of one number may start.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum RateLimit {
    /// Learns the pace from the service's refusals.
    #[default]
    Adaptive,
    /// At most this many calls a second, repeats included, whatever the service says.
    PerSecond(f64),
    /// As fast as they are made.
    Unlimited,
}

/// Answers are counted over this long, in seconds, to tell what the service lets through.
const WINDOW: f64 = 1.0;
/// One fall per this long, in seconds: the refusals of one moment are one piece of news.
const EPOCH: f64 = 0.2;
/// What a fall leaves of what was let through.
const MARGIN: f64 = 0.96;
/// While the limit is being looked for the pace doubles in this long, in seconds: a first refusal ends a burst, which
/// tells little of the pace that can be kept up, and what is slower than that until it is found is lost.
const DOUBLING: f64 = 0.25;
/// Each fall shows more of where the limit is, so the next look at it is slower by this factor.
const CLOSER: f64 = 4.0;
/// Slower than this, in seconds, there is nothing left to look for.
const FOUND: f64 = 4.0;
/// Once found, the pace grows by this share a second, and faster the longer nothing is refused.
const GROWTH: f64 = 0.004;
/// How long without refusal, in seconds, until growth has doubled; it goes on with the square of the time, so
/// that a limit that has risen is found again.
const CALM: f64 = 15.0;
/// Calm beyond this, in seconds, makes growth no faster: by then the pace doubles in a few seconds.
const LONG_CALM: f64 = 100.0;
/// A pace this many times what was let through lately is not being tried, and grows no further: over a break it would
/// forget what was learnt. More while the limit is being looked for, as what is let through is known a moment late.
const UNTRIED: f64 = 2.0;
const UNTRIED_SEARCHING: f64 = 8.0;
/// The slowest pace that the first refusal leads to, calls a second.
const FIRST: f64 = 2.0;
/// The slowest pace, calls a second: one refusal must not stop everything.
const SLOWEST: f64 = 0.2;
/// Timers are this coarse, in seconds.
const GRAIN: f64 = 0.001;
/// Above this pace, calls a second, turns are closer together than timers are exact.
const FAST: f64 = 200.0;

/// The rule, for any origin of time, in seconds.
#[derive(Debug)]
struct Pace {
    /// Calls a second; infinite while nothing was refused.
    rate: f64,
    /// In how many seconds the pace doubles, while the limit is still being looked for.
    doubling: Option<f64>,
    learns: bool,
    /// When the next call may start.
    next: f64,
    grown: f64,
    fell: f64,
    /// Answers that were not refusals, by when they came, within the window.
    answered: std::collections::VecDeque<f64>,
}

impl Pace {
    fn new(limit: RateLimit) -> Self {
        let rate = match limit {
            RateLimit::PerSecond(rate) => rate,
            _ => f64::INFINITY,
        };
        Self {
            rate,
            doubling: None,
            learns: limit == RateLimit::Adaptive,
            next: 0.0,
            grown: 0.0,
            fell: f64::NEG_INFINITY,
            answered: std::collections::VecDeque::new(),
        }
    }

    /// How long the next call must still wait, from `now`.
    fn wait(&mut self, now: f64) -> f64 {
        self.grow(now);
        if self.rate.is_infinite() { 0.0 } else { (self.next - now).max(0.0) }
    }

    fn start(&mut self, now: f64) {
        if self.rate.is_finite() {
            // Lost time is made up for only as far as calls do not bunch: a service may allow no burst at all.
            let made_up = if self.rate > FAST { 20.0 * GRAIN } else { 0.1 / self.rate };
            self.next = self.next.max(now - made_up) + 1.0 / self.rate;
        }
    }

    fn accepted(&mut self, now: f64) {
        if !self.learns {
            return;
        }
        self.answered.push_back(now);
        // Bounded, whatever the speed: above this many a second the pace is taken for this many.
        if self.answered.len() > 4096 {
            self.answered.pop_front();
        }
    }

    /// A call that started at `started` was refused for being one too many.
    fn refused(&mut self, started: f64, now: f64, hint: Option<f64>) {
        if !self.learns {
            return;
        }
        if let Some(hint) = hint {
            self.next = self.next.max(now + hint);
        }
        // What started before the last fall says nothing about the pace since.
        if started < self.fell || now - self.fell < EPOCH {
            return;
        }
        self.rate = if self.rate.is_infinite() {
            self.doubling = Some(DOUBLING);
            // A refusal may be owed to somebody else's calls: one alone must not make everybody crawl.
            self.let_through(now, WINDOW).max(FIRST)
        } else if let Some(doubling) = self.doubling {
            let slower = doubling * CLOSER;
            self.doubling = (slower <= FOUND).then_some(slower);
            // Only what the pace was lately tells where it was too fast; a few answers are needed to count at all.
            let lately = doubling.max(3.0 / self.rate).min(WINDOW);
            self.let_through(now, lately).clamp(self.rate * 0.5, self.rate)
        } else {
            // Counting is coarse over a second; one fall takes off a little, and a limit that dropped far is
            // reached by a few falls.
            self.rate.min(self.let_through(now, WINDOW).max(self.rate * 0.9))
        };
        self.rate = (self.rate * MARGIN).max(SLOWEST);
        self.fell = now;
        self.grown = now;
        self.next = self.next.max(now + 1.0 / self.rate);
    }

    /// Answers a second, over so many seconds, [`WINDOW`] at most.
    fn let_through(&mut self, now: f64, over: f64) -> f64 {
        while self.answered.front().is_some_and(|at| *at < now - WINDOW) {
            self.answered.pop_front();
        }
        let count = if over >= WINDOW {
            self.answered.len()
        } else {
            self.answered.iter().rev().take_while(|at| **at >= now - over).count()
        };
        count as f64 / over
    }

    fn grow(&mut self, now: f64) {
        if !self.learns || self.rate.is_infinite() {
            return;
        }
        // Waiting for a turn is no break.
        let passed = (now - self.grown).min(WINDOW.max(1.0 / self.rate));
        self.grown = now;
        let untried = if self.doubling.is_some() { UNTRIED_SEARCHING } else { UNTRIED };
        if self.rate > untried * self.let_through(now, WINDOW).max(FIRST) {
            return;
        }
        if let Some(doubling) = self.doubling {
            self.rate *= 2f64.powf(passed / doubling);
        } else {
            let calm = 1.0 + ((now - self.fell).min(LONG_CALM) / CALM).powi(2);
            self.rate *= (GROWTH * calm * passed).min(1.0).exp();
        }
    }
}

/// The budget that the calls of one number share.
#[derive(Debug)]
pub(crate) struct Budget {
    origin: Instant,
    pace: Mutex<Pace>,
    /// Waiters stand in line here; tokio's lock is handed over in the order of asking.
    line: tokio::sync::Mutex<()>,
}

/// What a call was, as far as the pace is concerned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Heard {
    Accepted,
    Refused {
        hint: Option<Duration>,
    },
    /// No answer, or one that says nothing about the pace.
    Nothing,
}

impl Budget {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self { origin: Instant::now(), pace: Mutex::new(Pace::new(limit)), line: tokio::sync::Mutex::new(()) }
    }

    /// Waits for a turn, and says when it began. Given up (dropped) while waiting, it takes no turn.
    pub(crate) async fn turn(&self) -> f64 {
        let _place = self.line.lock().await;
        loop {
            let now = self.now();
            let wait = {
                let mut pace = self.pace();
                let wait = pace.wait(now);
                if wait <= GRAIN / 2.0 {
                    pace.start(now);
                    return now;
                }
                wait
            };
            tokio::time::sleep(Duration::from_secs_f64(wait)).await;
        }
    }

    pub(crate) fn heard(&self, started: f64, heard: Heard) {
        let now = self.now();
        match heard {
            Heard::Accepted => self.pace().accepted(now),
            Heard::Refused { hint } => {
                let mut pace = self.pace();
                let before = pace.rate;
                pace.refused(started, now, hint.map(|hint| hint.as_secs_f64()));
                if pace.rate < before {
                    tracing::debug!(per_second = pace.rate, "refused for too many calls; going slower");
                }
            }
            Heard::Nothing => {}
        }
    }

    /// How long the next call has to wait for its turn, where calls are being held back.
    pub(crate) fn held_back(&self) -> Option<Duration> {
        let now = self.now();
        let wait = self.pace().wait(now);
        (wait > GRAIN / 2.0).then(|| Duration::from_secs_f64(wait))
    }

    fn now(&self) -> f64 {
        self.origin.elapsed().as_secs_f64()
    }

    fn pace(&self) -> std::sync::MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_is_told_how_long_calls_are_held_back() {
        let budget = Budget::new(RateLimit::Adaptive);
        assert_eq!(budget.held_back(), None);
        let started = budget.turn().await;
        budget.heard(started, Heard::Refused { hint: Some(Duration::from_secs(12)) });
        let held = budget.held_back().unwrap();
        assert!((11.0..13.0).contains(&held.as_secs_f64()), "{held:?}");
        tokio::time::advance(Duration::from_secs(13)).await;
        assert_eq!(budget.held_back(), None);
    }

    /// A server that allows so many calls a second, with room for a burst.
    struct Server {
        rate: f64,
        burst: f64,
        tokens: Mutex<(f64, Instant)>,
        served: AtomicU64,
        refused: AtomicU64,
    }

    impl Server {
        fn new(rate: f64, burst: f64) -> Arc<Self> {
            let tokens = Mutex::new((burst, Instant::now()));
            Arc::new(Self { rate, burst, tokens, served: AtomicU64::new(0), refused: AtomicU64::new(0) })
        }

        fn allows(&self) -> bool {
            let mut tokens = self.tokens.lock().unwrap();
            let now = Instant::now();
            let (left, then) = *tokens;
            let left = (left + (now - then).as_secs_f64() * self.rate).min(self.burst);
            let allowed = left >= 1.0;
            *tokens = (if allowed { left - 1.0 } else { left }, now);
            let count = if allowed { &self.served } else { &self.refused };
            count.fetch_add(1, Ordering::SeqCst);
            allowed
        }
    }

    /// `calls` calls, `abreast` at a time, each repeated until it is served.
    async fn bulk(server: Arc<Server>, budget: Arc<Budget>, calls: u64, abreast: usize) -> Duration {
        let began = Instant::now();
        let left = Arc::new(AtomicU64::new(calls));
        let workers = (0..abreast).map(|_| {
            let (server, budget, left) = (server.clone(), budget.clone(), left.clone());
            tokio::spawn(async move {
                while left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok() {
                    loop {
                        let started = budget.turn().await;
                        tokio::time::sleep(Duration::from_millis(10)).await;
                        let allowed = server.allows();
                        tokio::time::sleep(Duration::from_millis(10)).await;
                        if allowed {
                            budget.heard(started, Heard::Accepted);
                            break;
                        }
                        budget.heard(started, Heard::Refused { hint: None });
                        tokio::time::sleep(Duration::from_millis(250)).await;
                    }
                }
            })
        });
        for worker in workers.collect::<Vec<_>>() {
            worker.await.unwrap();
        }
        began.elapsed()
    }

    /// The clock is tokio's, paused: it moves when everybody waits, so the run is exact and takes no time.
    #[tokio::test(start_paused = true)]
    async fn a_bulk_run_gets_nearly_all_the_service_allows_and_is_rarely_refused() {
        for (rate, burst) in
            [(50.0, 3.0), (50.0, 10.0), (50.0, 50.0), (5.0, 5.0), (200.0, 20.0), (1000.0, 100.0)]
        {
            let server = Server::new(rate, burst);
            let budget = Arc::new(Budget::new(RateLimit::Adaptive));
            let calls = (rate as u64 * 100).max(10_000);
            let took = bulk(server.clone(), budget, calls, 64).await;
            let achieved = calls as f64 / took.as_secs_f64() / rate;
            let refused = server.refused.load(Ordering::SeqCst) as f64;
            let share = refused / (refused + calls as f64);
            println!(
                "{rate}/s, burst {burst}: {:.1}% of the rate, {:.2}% refused",
                achieved * 100.0,
                share * 100.0
            );
            assert!(achieved >= 0.95, "{rate}/s, burst {burst}: {achieved}");
            assert!(share <= 0.02, "{rate}/s, burst {burst}: {share}");
        }
    }

    /// What part of the service's rate a run gets, and what part of its calls is refused.
    async fn shares(rate: f64, burst: f64, budget: &Arc<Budget>, calls: u64, abreast: usize) -> (f64, f64) {
        let server = Server::new(rate, burst);
        let took = bulk(server.clone(), budget.clone(), calls, abreast).await.as_secs_f64();
        let refused = server.refused.load(Ordering::SeqCst) as f64;
        (calls as f64 / took / rate, refused / (refused + calls as f64))
    }

    #[tokio::test(start_paused = true)]
    async fn half_a_minute_is_enough_to_find_the_limit_and_use_it() {
        for (rate, burst) in [(50.0, 5.0), (50.0, 10.0), (200.0, 20.0)] {
            let budget = Arc::new(Budget::new(RateLimit::Adaptive));
            let (used, refused) = shares(rate, burst, &budget, rate as u64 * 30, 16).await;
            assert!(used >= 0.95 && refused <= 0.02, "{rate}/s, burst {burst}: {used}, {refused} refused");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_break_does_not_make_it_forget_the_limit() {
        for pause in [20, 300, 3_600].map(Duration::from_secs) {
            let budget = Arc::new(Budget::new(RateLimit::Adaptive));
            // Whether the limit was found before or only just met.
            for calls in [10, 1_500] {
                shares(50.0, 5.0, &budget, calls, 16).await;
                tokio::time::sleep(pause).await;
                let (used, refused) = shares(50.0, 5.0, &budget, 1_500, 16).await;
                assert!(used >= 0.95 && refused <= 0.02, "after {pause:?}: {used}, {refused} refused");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_fixed_rate_is_kept_and_refusals_do_not_change_it() {
        let server = Server::new(1e9, 1e9);
        let budget = Arc::new(Budget::new(RateLimit::PerSecond(20.0)));
        let started = budget.turn().await;
        budget.heard(started, Heard::Refused { hint: Some(Duration::from_secs(100)) });
        let took = bulk(server, budget, 200, 16).await.as_secs_f64();
        assert!((9.8..10.3).contains(&took), "{took}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_that_rises_is_found_again() {
        let budget = Arc::new(Budget::new(RateLimit::Adaptive));
        bulk(Server::new(20.0, 5.0), budget.clone(), 2_000, 32).await;
        let took = bulk(Server::new(1e9, 1e9), budget, 20_000, 32).await.as_secs_f64();
        assert!(took < 100.0, "still slow after {took} s");
    }

    #[tokio::test(start_paused = true)]
    async fn turns_are_taken_in_the_order_of_asking() {
        let budget = Arc::new(Budget::new(RateLimit::PerSecond(10.0)));
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = Vec::new();
        for n in 0..20 {
            let (budget, order) = (budget.clone(), order.clone());
            tasks.push(tokio::spawn(async move {
                budget.turn().await;
                order.lock().unwrap().push(n);
            }));
            tokio::task::yield_now().await;
        }
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), (0..20).collect::<Vec<_>>());
    }

    #[tokio::test(start_paused = true)]
    async fn a_hint_of_the_server_holds_everybody() {
        let budget = Budget::new(RateLimit::Adaptive);
        let started = budget.turn().await;
        budget.heard(started, Heard::Refused { hint: Some(Duration::from_secs(7)) });
        let before = Instant::now();
        budget.turn().await;
        assert!(before.elapsed() >= Duration::from_millis(6_900));
    }
}

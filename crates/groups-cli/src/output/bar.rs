//! The progress of long work: how much is done, how fast, and how long it will take. On a terminal only, on stderr, and
//! it leaves nothing behind.

use std::time::{Duration, Instant};

use super::{progress, say, text};

/// Shorter waits for a turn are of every day, and gone before they are read.
const WORTH_TELLING: Duration = Duration::from_secs(2);

/// A line that is drawn over and over.
#[derive(Debug)]
pub(crate) struct Bar {
    /// `None`: nobody is there to see it.
    shown: Option<Shown>,
    done: usize,
    /// What became of those that are not done as was asked: `, 3 failed`.
    others: String,
}

#[derive(Debug)]
struct Shown {
    what: String,
    total: usize,
    began: Instant,
    /// How many were done when it began.
    before: usize,
    drawn: bool,
}

impl Bar {
    pub(super) fn new(what: &str, total: usize, before: usize) -> Self {
        let shown = Shown { what: what.to_owned(), total, began: Instant::now(), before, drawn: false };
        Self { shown: Some(shown), done: before, others: String::new() }
    }

    /// One that is not seen.
    pub(crate) fn none() -> Self {
        Self { shown: None, done: 0, others: String::new() }
    }

    /// So many are settled; `others`: what became of some of them, such as `, 3 failed`. Drawn at the next beat.
    pub(crate) fn at(&mut self, done: usize, others: String) {
        (self.done, self.others) = (done, others);
    }

    /// Draws it. `held`: how long calls are being held back by what the service has refused.
    pub(crate) fn beat(&mut self, held: Option<Duration>) {
        let Some(shown) = &mut self.shown else { return };
        let held = held.filter(|held| *held >= WORTH_TELLING);
        // The pace so far says nothing while it rests.
        let time = if held.is_some() { Duration::ZERO } else { shown.began.elapsed() };
        let mut line = line(&shown.what, self.done, shown.total, shown.before, &self.others, time);
        if let Some(held) = held {
            line.push_str(&format!("; rate limited, next try in {}", clock(held.as_secs_f64())));
        }
        shown.drawn = true;
        say(&format!("\r{}\u{1b}[K", progress::fitted(&text::one_line(&line))));
    }

    /// Takes it away, as something else is to be printed.
    pub(crate) fn hide(&mut self) {
        if let Some(shown) = &mut self.shown
            && shown.drawn
        {
            shown.drawn = false;
            say("\r\u{1b}[K");
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.hide();
    }
}

fn line(what: &str, done: usize, total: usize, before: usize, others: &str, time: Duration) -> String {
    let mut line = format!("{what} {done}/{total}{others}");
    let new = done.saturating_sub(before);
    if new > 0 && time >= Duration::from_secs(1) {
        #[allow(clippy::cast_precision_loss, reason = "it is shown with one digit")]
        let rate = new as f64 / time.as_secs_f64();
        #[allow(clippy::cast_precision_loss, reason = "it is shown in whole seconds")]
        let left = total.saturating_sub(done) as f64 / rate;
        line.push_str(&format!(", {rate:.1}/s, {} left", clock(left)));
    }
    line
}

fn clock(seconds: f64) -> String {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is shown in whole seconds"
    )]
    let seconds = seconds.ceil().clamp(0.0, 1e9) as u64;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_how_much_how_fast_and_how_long() {
        let at = |done, before, others, seconds| {
            line("Deleting", done, 300, before, others, Duration::from_secs(seconds))
        };
        assert_eq!(at(0, 0, "", 0), "Deleting 0/300");
        assert_eq!(at(20, 0, "", 10), "Deleting 20/300, 2.0/s, 2 min 20 s left");
        assert_eq!(at(120, 100, ", 3 failed", 10), "Deleting 120/300, 3 failed, 2.0/s, 1 min 30 s left");
        assert_eq!(at(299, 0, "", 1), "Deleting 299/300, 299.0/s, 1 s left");
        assert_eq!(clock(7_322.0), "2 h 2 min");
    }
}

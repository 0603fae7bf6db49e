//! A sign of life on a terminal while something is waited for. Writes to stderr, and leaves nothing behind.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use super::{say, text};

const SIGNS: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const BEAT: Duration = Duration::from_millis(100);

/// Whether there is anybody to show it to.
pub(super) fn is_possible() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Shows a sign of life until the future is done or dropped.
pub(super) async fn during<F: Future>(what: &str, future: F) -> F::Output {
    let line = Line;
    let began = Instant::now();
    let mut beat = tokio::time::interval(BEAT);
    let mut future = std::pin::pin!(future);
    let mut signs = SIGNS.iter().cycle();
    loop {
        tokio::select! {
            biased;
            done = &mut future => {
                drop(line);
                return done;
            }
            _ = beat.tick() => {
                let sign = signs.next().unwrap_or(&' ');
                say(&format!("\r{sign} {} ({} s)", text::one_line(what), began.elapsed().as_secs()));
            }
        }
    }
}

/// The line, taken away at the end, also at one by a signal.
struct Line;

impl Drop for Line {
    fn drop(&mut self) {
        say("\r\u{1b}[K");
    }
}

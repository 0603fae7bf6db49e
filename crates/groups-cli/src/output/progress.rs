//! A sign of life on a terminal while something is waited for. Writes to stderr, and leaves nothing behind.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{say, text};

const SIGNS: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const BEAT: Duration = Duration::from_millis(100);
/// What is done sooner needs no sign where it is not expected to take long.
const LONG: Duration = Duration::from_millis(500);

/// Whether there is anybody to show it to.
pub(super) fn is_possible() -> bool {
    std::io::stderr().is_terminal() && !super::is_dumb()
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
                let line = format!("{sign} {} ({} s)", text::one_line(what), began.elapsed().as_secs());
                say(&format!("\r{}\u{1b}[K", fitted(&line)));
            }
        }
    }
}

/// The same once it has taken a while.
pub(super) async fn if_long<F: Future>(what: &str, future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    match tokio::time::timeout(LONG, &mut future).await {
        Ok(done) => done,
        Err(_) => during(what, future).await,
    }
}

/// As much of a line as the terminal has room for: what is broken into two cannot be taken away.
pub(super) fn fitted(line: &str) -> String {
    let told = terminal_size::terminal_size_of(std::io::stderr()).map(|(width, _)| usize::from(width.0));
    cut(line, told.filter(|width| *width > 0).unwrap_or(80))
}

/// One column stays free, as some terminals break the line when the last one is full.
fn cut(line: &str, width: usize) -> String {
    let room = width.saturating_sub(1);
    if line.width() <= room {
        return line.to_owned();
    }
    let (mut shown, mut used) = (String::new(), 1);
    for c in line.chars() {
        used += c.width().unwrap_or(0);
        if used > room {
            break;
        }
        shown.push(c);
    }
    shown.push('…');
    shown
}

/// The line, taken away at the end, also at one by a signal.
struct Line;

impl Drop for Line {
    fn drop(&mut self) {
        say("\r\u{1b}[K");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_never_wider_than_the_terminal() {
        assert_eq!(cut("Creating 1/3", 80), "Creating 1/3");
        assert_eq!(cut("Creating 1/3", 13), "Creating 1/3");
        assert_eq!(cut("Creating 1/3", 12), "Creating 1…");
        for width in 3..12 {
            assert!(cut("日本 Creating 1/3", width).width() < width);
        }
    }
}

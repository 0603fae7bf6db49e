//! How long a command waits for this computer: for a keyring that may be locked, for a lock that another process holds, for a key on
//! standard input. Without a terminal nobody can unlock anything, so the wait is short.

use std::io::IsTerminal;
use std::time::Duration;

use crate::args::Globals;
use crate::output;

/// Without a terminal, and until a person is told at one.
const SHORT: Duration = Duration::from_secs(3);
/// How long somebody at a terminal may take.
const LONG: Duration = Duration::from_secs(60);

/// The waits of one command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    longest: Duration,
    /// Whether somebody is told that the command waits.
    tells: bool,
}

impl Patience {
    pub(crate) fn of(globals: &Globals) -> Self {
        let at_terminal = std::io::stderr().is_terminal();
        let longest = if at_terminal { LONG } else { SHORT };
        let for_programs = globals.output.is_some_and(|format| format.is_json());
        Self {
            longest: globals.timeout.map_or(longest, |timeout| timeout.min(longest)),
            tells: at_terminal && !globals.quiet && !for_programs,
        }
    }

    /// For input that another program writes, which may have to ask somebody first.
    pub(crate) fn of_input(globals: &Globals) -> Self {
        Self { longest: globals.timeout.unwrap_or(LONG), tells: false }
    }

    /// Waits for something; `None` if it takes too long. `notice` is printed once it takes a while.
    pub(crate) async fn wait<T>(self, notice: &str, what: impl Future<Output = T>) -> Option<T> {
        let mut what = std::pin::pin!(what);
        let first = if self.tells { self.longest.min(SHORT) } else { self.longest };
        if let Ok(done) = tokio::time::timeout(first, &mut what).await {
            return Some(done);
        }
        let left = self.longest.saturating_sub(first);
        if left.is_zero() {
            return None;
        }
        output::notice(&format!("{notice} Waiting up to {} s more.", left.as_secs()));
        tokio::time::timeout(left, what).await.ok()
    }

    /// How long that was.
    pub(crate) fn seconds(self) -> f64 {
        self.longest.as_millis() as f64 / 1000.0
    }
}

#[cfg(test)]
impl Patience {
    pub(crate) fn short() -> Self {
        Self { longest: Duration::from_millis(200), tells: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "current_thread")]
    async fn waiting_ends_and_the_timeout_shortens_it() {
        assert_eq!(Patience::short().wait("", async { 7 }).await, Some(7));
        assert_eq!(Patience::short().wait("", std::future::pending::<()>()).await, None);
        let globals = |timeout| Globals { timeout: Some(timeout), ..Globals::default() };
        assert_eq!(Patience::of(&globals(Duration::from_millis(1))).longest, Duration::from_millis(1));
        assert!(Patience::of(&globals(Duration::from_secs(600))).longest <= LONG);
        assert_eq!(Patience::of_input(&globals(Duration::from_secs(600))).longest, Duration::from_secs(600));
    }
}

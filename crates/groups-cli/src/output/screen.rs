//! The terminal that results are shown on, if they are: how wide it is, and what time it is for whoever looks.

use std::io::IsTerminal;

use groups_model::Timestamp;

/// Where a terminal does not tell.
const USUAL_WIDTH: usize = 80;

/// Somebody who looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Screen {
    /// In columns.
    pub(super) width: usize,
    pub(super) now: Timestamp,
}

impl Screen {
    /// That of standard output; `None` where it goes to a file or a program.
    pub(super) fn of_stdout() -> Option<Self> {
        let stdout = std::io::stdout();
        if !stdout.is_terminal() {
            return None;
        }
        let told = terminal_size::terminal_size_of(&stdout).map(|(width, _)| usize::from(width.0));
        let width = told.filter(|width| *width > 0).unwrap_or(USUAL_WIDTH);
        Some(Self { width, now: Timestamp::from_seconds(jiff::Timestamp::now().as_second()) })
    }
}

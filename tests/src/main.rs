//! The binary `wagroups` again, which can be made to break at the worst moment: PANIC_AT says at which of the things that
//! hold the API key, from 1, and the panic shows all that can be shown of it.

use std::sync::atomic::{AtomicU32, Ordering};

static HELD: AtomicU32 = AtomicU32::new(0);

fn main() -> std::process::ExitCode {
    groups_cli::main_with(|it| {
        let number = HELD.fetch_add(1, Ordering::Relaxed) + 1;
        let at = std::env::var("PANIC_AT").unwrap_or_default();
        assert_ne!(at, number.to_string(), "the worst moment, with {it:?} and {it:#?}");
    })
}

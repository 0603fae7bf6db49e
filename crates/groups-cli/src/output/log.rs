//! The log of `-v` and WAGROUPS_LOG, on stderr: one line an event, for people. It shows what the crates below
//! chose to say, which holds no secret; it adds nothing of its own.

use std::fmt::Write as _;

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, Registry};

use super::{say, text};
use crate::failure::Failure;

/// Logs from here on; nothing where no directive is given.
pub(crate) fn start(directives: &str, command: &str) -> Result<(), Failure> {
    if directives.is_empty() {
        return Ok(());
    }
    let filter = EnvFilter::try_new(directives).map_err(|error| {
        Failure::usage(command, format!("WAGROUPS_LOG is not understood: {error}"))
            .with_remedy("It is a list such as groups_ergonomic=debug,groups_api::http=trace.")
    })?;
    // Only a program that set one before can be in the way, and then its log is the one that is wanted.
    let _ = tracing::subscriber::set_global_default(Registry::default().with(filter).with(Lines));
    Ok(())
}

struct Lines;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line::default();
        event.record(&mut line);
        let Line { message, fields } = line;
        say(&format!("{}\n", text::one_line(&format!("* {message}{fields}"))));
    }
}

#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        // Writing to a String cannot fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = match field.name() {
            "message" => write!(self.message, "{value}"),
            name => write!(self.fields, " {name}={value}"),
        };
    }
}

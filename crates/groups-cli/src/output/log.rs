//! The logs: of `-v` and WAGROUPS_LOG on stderr, one line an event, for people; and of `--log-file` in a file, with times
//! and the run they belong to. They show what the crates below chose to say, which holds no secret; they add nothing of
//! their own.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, Registry};

use super::{say, text};
use crate::failure::Failure;

/// The file that this process logs to.
static FILE: OnceLock<LogFile> = OnceLock::new();

/// Logs from here on; nothing where no directive is given. `file`: with what is logged there.
pub(crate) fn start(directives: &str, file: Option<(&Path, &str)>, command: &str) -> Result<(), Failure> {
    if directives.is_empty() && file.is_none() {
        return Ok(());
    }
    let filter = |directives: &str| {
        EnvFilter::try_new(directives).map_err(|error| {
            Failure::usage(command, format!("WAGROUPS_LOG is not understood: {error}"))
                .with_remedy("It is a list such as groups_ergonomic=debug,groups_api::http=trace.")
        })
    };
    let lines = match directives {
        "" => None,
        directives => Some(Lines.with_filter(filter(directives)?)),
    };
    let in_file = match file {
        None => None,
        Some((path, directives)) => {
            let log = LogFile::open(path, command)?;
            log.line(&format!("wagroups {} {command}", env!("CARGO_PKG_VERSION")));
            // It is set once, as this is called once.
            let log = FILE.get_or_init(|| log);
            Some(InFile(log).with_filter(filter(directives)?))
        }
    };
    // Only a program that set one before can be in the way, and then its log is the one that is wanted.
    let _ = tracing::subscriber::set_global_default(Registry::default().with(lines).with(in_file));
    Ok(())
}

/// Under what a failure is found in the log file, which is told of it.
pub(super) fn found_under(failure: &Failure) -> Option<(&'static str, &'static Path)> {
    let log = FILE.get()?;
    let report = &failure.report;
    log.line(&format!("failed kind={} operation={}", report.kind, report.operation));
    Some((&log.run, &log.path))
}

/// A file that is added to, a line at a time.
struct LogFile {
    file: File,
    path: PathBuf,
    /// What tells the lines of this process from those of others.
    run: String,
}

impl LogFile {
    fn open(path: &Path, command: &str) -> Result<Self, Failure> {
        let mut options = File::options();
        options.create(true).append(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let file = options.open(path).map_err(|error| {
            Failure::configuration(
                command,
                format!("the log file {} cannot be written: {error}", path.display()),
            )
            .with_remedy("Name another with `--log-file`, or leave it out.")
        })?;
        let mut random = [0; 8];
        // Its only use is to be another one each time.
        let time = jiff::Timestamp::now().as_nanosecond().to_le_bytes();
        random.copy_from_slice(&time[..8]);
        let number = u64::from_le_bytes(random) ^ (u64::from(std::process::id()) << 40);
        Ok(Self { file, path: path.to_owned(), run: format!("{number:016x}") })
    }

    fn line(&self, text: &str) {
        let time = jiff::Timestamp::now();
        let line = format!("{time:.3} {} {}\n", self.run, text::one_line(text));
        // One write, so that lines of several processes do not mix. Nobody can be told if it fails.
        let _ = (&self.file).write_all(line.as_bytes());
    }
}

struct InFile(&'static LogFile);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for InFile {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let Line { message, fields } = Line::of(event);
        self.0.line(&format!("{} {message}{fields}", event.metadata().target()));
    }
}

struct Lines;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let Line { message, fields } = Line::of(event);
        say(&format!("{}\n", text::one_line(&format!("* {message}{fields}"))));
    }
}

#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Line {
    fn of(event: &Event<'_>) -> Self {
        let mut line = Self::default();
        event.record(&mut line);
        line
    }
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

//! The logs: of `-v` and WAGROUPS_LOG on stderr, one line an event, for people; and of `--log-file` in a file, with times
//! and the run they belong to. They show what the crates below chose to say, which holds no secret; they add nothing of
//! their own.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, Registry};

use super::{say, text};
use crate::failure::Failure;

/// The file that this process logs to.
static FILE: OnceLock<LogFile> = OnceLock::new();

/// Logs from here on; nothing where no directive is given. `as_json`: each line of stderr is a JSON document. `file`: with
/// what is logged there.
pub(crate) fn start(
    directives: &str,
    as_json: bool,
    file: Option<(&Path, &str)>,
    command: &str,
) -> Result<(), Failure> {
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
        directives => Some(Lines { as_json }.with_filter(filter(directives)?)),
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

/// Adds a line to the log file, if there is one.
pub(super) fn notice(text: &str) {
    if let Some(log) = FILE.get() {
        log.line(text);
    }
}

/// Opens the log file again, as after a rotation.
pub(crate) fn reopen() {
    if let Some(log) = FILE.get() {
        log.reopen();
        log.line("SIGHUP received; the log file was opened again");
    }
}

/// A line of stderr as a JSON document.
pub(super) fn as_json(level: &str, message: &str, fields: &[(&str, String)]) -> String {
    let mut log = serde_json::Map::new();
    log.insert("level".to_owned(), level.into());
    log.insert("message".to_owned(), message.into());
    log.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())));
    format!("{}\n", serde_json::json!({ "log": log }))
}

/// A file that is added to, a line at a time. Where it was moved or removed, a new one is begun at its path, so that the
/// log can be rotated.
struct LogFile {
    file: Mutex<File>,
    path: PathBuf,
    /// What tells the lines of this process from those of others.
    run: String,
}

impl LogFile {
    fn open(path: &Path, command: &str) -> Result<Self, Failure> {
        // The folder may be another one by the time the file is opened again.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let file = open(&path).map_err(|error| {
            Failure::configuration(
                command,
                format!("the log file {} cannot be written: {error}", path.display()),
            )
            .with_remedy("Name another with `--log-file` or WAGROUPS_LOG_FILE, or leave it out.")
        })?;
        let mut random = [0; 8];
        // Its only use is to be another one each time.
        let time = jiff::Timestamp::now().as_nanosecond().to_le_bytes();
        random.copy_from_slice(&time[..8]);
        let number = u64::from_le_bytes(random) ^ (u64::from(std::process::id()) << 40);
        Ok(Self { file: Mutex::new(file), path, run: format!("{number:016x}") })
    }

    fn reopen(&self) {
        self.write(|file| self.replace(file));
    }

    /// Stays with the old file where no new one can be opened.
    fn replace(&self, file: &mut File) {
        if let Ok(new) = open(&self.path) {
            *file = new;
        }
    }

    fn write(&self, write: impl FnOnce(&mut File)) {
        write(&mut self.file.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn line(&self, text: &str) {
        let time = jiff::Timestamp::now();
        let line = format!("{time:.3} {} {}\n", self.run, text::one_line(text));
        self.write(|file| {
            if !is_at(file, &self.path) {
                self.replace(file);
            }
            // One write, so that lines of several processes do not mix. Nobody can be told if it fails.
            let _ = file.write_all(line.as_bytes());
        });
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

/// Whether an open file is still the one at its path.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(open), Ok(there)) => (open.dev(), open.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

/// Where files cannot be told apart, one that was moved is noticed as long as there is no other at its path.
#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

struct InFile(&'static LogFile);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for InFile {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        self.0.line(&format!("{} {}", event.metadata().target(), Line::of(event).text()));
    }
}

struct Lines {
    as_json: bool,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let line = Line::of(event);
        say(&if self.as_json {
            as_json(&event.metadata().level().as_str().to_lowercase(), &line.message, &line.fields)
        } else {
            format!("{}\n", text::one_line(&format!("* {}", line.text())))
        });
    }
}

#[derive(Default)]
struct Line {
    message: String,
    fields: Vec<(&'static str, String)>,
}

impl Line {
    fn of(event: &Event<'_>) -> Self {
        let mut line = Self::default();
        event.record(&mut line);
        line
    }

    fn text(&self) -> String {
        let mut text = self.message.clone();
        for (name, value) in &self.fields {
            // Writing to a String cannot fail.
            let _ = write!(text, " {name}={value}");
        }
        text
    }

    fn add(&mut self, field: &Field, value: String) {
        match field.name() {
            "message" => self.message.push_str(&value),
            name => self.fields.push((name, value)),
        }
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.add(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value.to_owned());
    }
}

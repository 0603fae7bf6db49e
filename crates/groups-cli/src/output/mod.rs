//! Output, and the only place that prints: results to stdout, everything else to stderr. The formats make text;
//! only this file writes it. A reader that goes away ends the output quietly, and never the process.

mod ago;
mod bar;
mod columns;
mod csv;
mod curl;
mod error;
mod filter;
mod json;
mod jsonl;
mod log;
mod object;
mod progress;
mod qr;
mod screen;
mod shape;
mod table;
mod text;
mod yaml;

use std::io::{BufWriter, ErrorKind as IoErrorKind, IsTerminal, StdoutLock, Write};
use std::sync::OnceLock;

use groups_ergonomic::Preview;
use serde::Serialize;
use serde_json::Value;

use crate::args::{Early, Format, Globals, When};
use crate::exit::Code;
use crate::failure::{Failure, Kind};
use crate::unreadable;

pub(crate) use bar::Bar;
use filter::{Filter, Filtered};
pub(crate) use log::{reopen as reopen_log, start as start_log};
use object::Object;
pub(crate) use shape::Shape;

/// Makes text of results. Knows nothing of where it goes.
trait Render {
    /// A result that is one object.
    fn one(&mut self, object: Object) -> String;
    /// A part of a result that is a list.
    fn items(&mut self, shape: &Shape, objects: Vec<Object>) -> String;
    /// A part that is a page of its own, which others may follow after a while.
    fn page(&mut self, shape: &Shape, objects: Vec<Object>) -> String {
        self.items(shape, objects)
    }
    /// What became of join requests.
    fn batch(&mut self, object: Object) -> String {
        self.one(object)
    }
    /// A request that was not sent.
    fn preview(&mut self, preview: Object) -> String {
        self.one(preview)
    }
    /// The end of a list that was begun.
    fn end(&mut self) -> String {
        String::new()
    }
    /// A document that is of no type of ours.
    fn value(&mut self, value: Value) -> String {
        // JSON always serialises.
        let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
        text.push('\n');
        text
    }
    /// Why no more text can be made.
    fn trouble(&mut self) -> Option<Failure> {
        None
    }
}

/// Writes the results of one command.
pub(crate) struct Printer {
    format: Format,
    /// The format as it was asked for; errors and notes go by it.
    asked: Format,
    filtered: bool,
    shape: &'static Shape,
    fields: Vec<String>,
    render: Box<dyn Render>,
    out: BufWriter<StdoutLock<'static>>,
    /// Set when nobody reads any more, or nothing can be written.
    ended: Option<std::io::Error>,
    /// Set when the filter has failed.
    trouble: Option<Failure>,
    notes: Vec<String>,
    quiet: bool,
    /// Whether text of others has to be made harmless here, since the format keeps it as it is and somebody looks.
    escapes: bool,
    /// Whether to show a sign of life while waiting.
    progress: bool,
    /// Whether requests that are not sent are shown as command lines.
    curl: bool,
}

impl Printer {
    /// `fields`: those that are shown, in this order; all of them if empty.
    pub(crate) fn new(
        asked: Format,
        shape: &'static Shape,
        fields: &[String],
        quiet: bool,
        filter: Option<Filter>,
    ) -> Self {
        let filtered = filter.is_some();
        // It is JSON that is filtered, whatever the variable says.
        let format = filter.as_ref().filter(|_| !asked.is_json()).map_or(asked, Filter::format);
        Self {
            format,
            asked,
            filtered,
            shape,
            fields: fields.to_vec(),
            render: match (filter, format) {
                (Some(filter), format) => Box::new(Filtered::new(filter, format == Format::Json)),
                (None, Format::Table) => {
                    Box::new(table::Table::new(shape, fields, screen::Screen::of_stdout()))
                }
                (None, Format::Json) => Box::new(json::Json::default()),
                (None, Format::Jsonl) => Box::new(jsonl::Jsonl),
                (None, Format::Yaml) => Box::new(yaml::Yaml::default()),
                (None, Format::Csv) => Box::new(csv::Csv::new(shape, fields)),
            },
            out: BufWriter::new(std::io::stdout().lock()),
            ended: None,
            trouble: None,
            notes: Vec::new(),
            quiet,
            escapes: (filtered || matches!(format, Format::Yaml | Format::Csv))
                && std::io::stdout().is_terminal(),
            progress: false,
            curl: false,
        }
    }

    /// Shows a sign of life while something is waited for, if somebody is there to see it.
    pub(crate) fn with_progress(mut self, wanted: bool) -> Self {
        self.progress = wanted && !self.quiet && progress::is_possible();
        self
    }

    /// Shows requests that are not sent as command lines.
    pub(crate) fn with_curl(mut self, wanted: bool) -> Self {
        self.curl = wanted;
        self
    }

    /// Waits for something.
    pub(crate) async fn waiting<F: IntoFuture>(&self, what: &str, future: F) -> F::Output {
        if self.progress { progress::during(what, future.into_future()).await } else { future.await }
    }

    /// Waits for something that may take a while.
    pub(crate) async fn if_long<F: IntoFuture>(&self, what: &str, future: F) -> F::Output {
        if self.progress { progress::if_long(what, future.into_future()).await } else { future.await }
    }

    /// The progress of long work over this many, `before` of which are done already.
    pub(crate) fn bar(&self, what: &str, total: usize, before: usize) -> Bar {
        if self.progress { Bar::new(what, total, before) } else { Bar::none() }
    }

    /// A result that is one object.
    pub(crate) fn one(&mut self, value: &impl Serialize) {
        let object = object::of(value, &self.fields);
        let text = self.render.one(object);
        self.write(&text);
    }

    /// Items of a result that is a list; also of none, so that the list is known to be one.
    pub(crate) fn items<T: Serialize>(&mut self, items: &[T]) {
        let objects = items.iter().map(|item| object::of(item, &self.fields)).collect();
        let text = self.render.items(self.shape, objects);
        self.write(&text);
        self.flush();
    }

    /// A page of a result that is a list: shown at once, as the next one may take its time.
    pub(crate) fn page<T: Serialize>(&mut self, items: &[T]) {
        let objects = items.iter().map(|item| object::of(item, &self.fields)).collect();
        let text = self.render.page(self.shape, objects);
        self.write(&text);
        self.flush();
    }

    pub(crate) fn batch(&mut self, batch: &impl Serialize) {
        let object = object::of(batch, &self.fields);
        let text = self.render.batch(object);
        self.write(&text);
    }

    /// A result that people are told in a text of its own, unless they choose its fields.
    pub(crate) fn told(&mut self, text: &str, value: &impl Serialize) {
        if self.format == Format::Table && self.fields.is_empty() {
            self.write(text)
        } else {
            self.one(value)
        }
    }

    /// A result that is a document of its own: JSON, if nothing else was asked for.
    pub(crate) fn document(&mut self, value: &impl Serialize) {
        let object = object::of(value, &[]);
        let text = match self.format {
            Format::Table | Format::Csv => json::Json::default().one(object),
            Format::Json | Format::Jsonl | Format::Yaml => self.render.one(object),
        };
        self.write(&text);
    }

    /// A result that is a text for another program, as it is.
    pub(crate) fn raw(&mut self, text: &str) {
        self.write(text);
    }

    /// Whether what is shown goes through `--jq`.
    pub(crate) fn is_filtered(&self) -> bool {
        self.filtered
    }

    /// Whether people look at rows, for whom requests would be too much.
    pub(crate) fn shows_rows(&self) -> bool {
        self.format == Format::Table && !self.curl
    }

    /// Whether requests are shown as command lines.
    pub(crate) fn is_curl(&self) -> bool {
        self.curl
    }

    /// The status and the headers of an answer.
    pub(crate) fn head(&mut self, status: u16, headers: &[(String, String)]) {
        let mut text = format!("HTTP {status}\n");
        for (name, value) in headers {
            text.push_str(&format!("{name}: {}\n", text::one_line(value)));
        }
        text.push('\n');
        self.write(&text);
    }

    /// A document of the API. `as_it_came` is its text, which is what a program gets that asks for JSON.
    pub(crate) fn answer(&mut self, document: Value, as_it_came: Option<&str>) {
        let whole = !self.filtered && matches!(self.format, Format::Table | Format::Json);
        let text = match as_it_came {
            Some(text) if whole && !std::io::stdout().is_terminal() => format!("{}\n", text.trim_end()),
            _ => self.render.value(document),
        };
        self.write(&text);
    }

    /// An answer that is no JSON: byte for byte as it is, but harmless where somebody looks.
    pub(crate) fn unread(&mut self, body: &[u8]) {
        if !std::io::stdout().is_terminal() {
            return self.write_bytes(body);
        }
        let text = text::lines(&String::from_utf8_lossy(body));
        self.write(&text);
        if !text.ends_with('\n') {
            self.write("\n");
        }
    }

    /// What was written so far is there for whoever reads.
    pub(crate) fn shown(&mut self) {
        self.flush();
    }

    /// A link as a QR code, and below it as a text.
    pub(crate) fn qr(&mut self, link: &str) {
        let room = screen::Screen::of_stdout().map(|screen| screen.width);
        match qr::lines(link) {
            None => self.note("The link is too long for a QR code."),
            Some(lines) => match room.filter(|room| lines.iter().any(|line| line.chars().count() > *room)) {
                Some(room) => self.note(format!("The terminal is {room} columns wide; the code needs more.")),
                None => {
                    let lines = if colours(&std::io::stdout()) { qr::coloured(lines) } else { lines };
                    self.write(&format!("{}\n\n", lines.join("\n")));
                }
            },
        }
        self.write(&format!("{}\n", text::one_line(link)));
    }

    /// Requests that were not sent; an array where several were asked for.
    pub(crate) fn previews(&mut self, previews: &[Preview], several: bool) {
        if self.curl {
            return self.curls(previews, several);
        }
        let objects: Vec<_> = previews.iter().map(object::of_preview).collect();
        for (index, object) in objects.into_iter().enumerate() {
            let text = match self.format {
                Format::Table if index > 0 => format!("\n{}", self.render.preview(object)),
                Format::Json | Format::Yaml if several => self.render.items(self.shape, vec![object]),
                _ => self.render.preview(object),
            };
            self.write(&text);
        }
    }

    fn curls(&mut self, previews: &[Preview], several: bool) {
        for preview in previews {
            let line = curl::line(preview);
            let object = Object::from_iter([("curl".to_owned(), line.clone().into())]);
            let text = match self.format {
                Format::Table | Format::Csv => format!("{line}\n"),
                Format::Json | Format::Yaml if several => self.render.items(self.shape, vec![object]),
                _ => self.render.one(object),
            };
            self.write(&text);
        }
    }

    /// Says where a sandbox listens; whoever started it waits for the first line.
    pub(crate) fn listening(&mut self, base_url: &str, api_key: &str, page_url: &str) {
        let told = Object::from_iter([
            ("base_url".to_owned(), base_url.into()),
            ("api_key".to_owned(), api_key.into()),
            ("page_url".to_owned(), page_url.into()),
        ]);
        let text = match self.format {
            Format::Table => {
                format!(
                    "Listening on {base_url} (API key: {api_key})\nPage to watch and drive it: {page_url}\n"
                )
            }
            Format::Json | Format::Jsonl if !self.filtered => jsonl::Jsonl.one(told),
            _ => self.render.one(told),
        };
        self.write(&text);
        self.flush();
    }

    /// The line that says where webhooks are received and kept.
    pub(crate) fn receiving(&mut self, url: &str, store: &std::path::Path) {
        let told = Object::from_iter([
            ("url".to_owned(), url.into()),
            ("store".to_owned(), store.to_string_lossy().into()),
        ]);
        let people = || format!("Listening on {url} (events are kept in {})\n", store.display());
        let text = match self.format {
            // What is filtered are events.
            _ if self.filtered => return say(&people()),
            Format::Table => people(),
            Format::Json | Format::Jsonl => jsonl::Jsonl.one(told),
            Format::Yaml => yaml::document(told),
            // The events are one table, with one header.
            Format::Csv => return say(&people()),
        };
        self.write(&text);
        self.flush();
    }

    /// An item of a list that has no end: a line of its own for people, as columns would wait for the last.
    pub(crate) fn followed(&mut self, value: &impl Serialize) {
        if self.format == Format::Table {
            self.line(value);
        } else {
            self.items(std::slice::from_ref(value));
        }
    }

    /// An object in a line of its own.
    pub(crate) fn line(&mut self, value: &impl Serialize) {
        let object = object::of(value, &self.fields);
        let text = match self.format {
            _ if self.filtered => self.render.one(object),
            Format::Table => {
                table::line(&object, if self.fields.is_empty() { self.shape.columns } else { &[] })
            }
            Format::Json | Format::Jsonl => jsonl::Jsonl.one(object),
            Format::Yaml => yaml::document(object),
            Format::Csv => self.render.items(self.shape, vec![object]),
        };
        self.write(&text);
        self.flush();
    }

    /// Something worth knowing besides the result. Told at the end, and not beside an error.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        if !self.quiet {
            self.notes.push(text.into());
        }
    }

    /// Something that people must know before the end.
    pub(crate) fn now(&self, text: &str) {
        if !self.quiet && !self.asked.is_json() {
            say(&format!("{}\n", text::one_line(text)));
        }
    }

    /// Something about a server or a follower that has no end: on stderr at once and in the log file. With JSON formats it
    /// is a JSON document in a line, so that every line of stderr is one.
    pub(crate) fn notice(&self, text: &str) {
        log::notice(text);
        if !self.quiet {
            say(&if self.asked.is_json() {
                log::as_json("info", text, &[])
            } else {
                format!("{}\n", text::one_line(text))
            });
        }
    }

    /// Why nothing is printed any more, once that is so, as a sentence.
    pub(crate) fn printing_ended(&self) -> Option<String> {
        match (&self.ended, &self.trouble) {
            (Some(error), _) if error.kind() == IoErrorKind::BrokenPipe => {
                Some("Standard output was closed.".to_owned())
            }
            (Some(error), _) => Some(format!("Standard output cannot be written: {error}.")),
            (None, Some(failure)) => Some(format!("{}.", failure.report.message)),
            (None, None) => None,
        }
    }

    /// Something that has to be known before anything is done: people are told at once, programs beside the result.
    pub(crate) fn told_first(&mut self, text: String) {
        if self.asked.is_json() { self.note(text) } else { self.now(&text) }
    }

    /// A note for people alone.
    pub(crate) fn hint(&mut self, text: impl Into<String>) {
        if !self.asked.is_json() {
            self.note(text);
        }
    }

    /// Whether going on is pointless, because nobody reads.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.is_some() || self.trouble.is_some()
    }

    /// Closes what is open and tells how it went.
    pub(crate) fn finish(mut self, result: Result<(), Failure>, command: &str) -> Code {
        let end = self.render.end();
        self.write(&end);
        self.flush();
        let result = result.and_then(|()| match &self.ended {
            Some(error) if error.kind() != IoErrorKind::BrokenPipe => {
                let message = format!("the results could not be written: {error}");
                Err(Failure::local(Kind::Output, command, message)
                    .with_remedy("Check where standard output goes; what was done stays done."))
            }
            _ => self.trouble.take().map_or(Ok(()), Err),
        });
        match result {
            Ok(()) => {
                for note in &self.notes {
                    say(&format!("{}\n", text::one_line(note)));
                }
                self.unreadable();
                Code::Done
            }
            Err(mut failure) => {
                // For programs, an error is one document and nothing else.
                if self.asked.is_json() {
                    failure.report.unreadable = unreadable::lines();
                } else {
                    self.unreadable();
                }
                report(&failure, self.asked)
            }
        }
    }

    /// What of the answers could not be read.
    fn unreadable(&self) {
        for line in unreadable::lines().iter().filter(|_| !self.quiet) {
            say(&format!("{}\n", text::one_line(line)));
        }
    }

    fn write(&mut self, text: &str) {
        let text = if self.escapes { &text::lines(text) } else { text };
        self.write_bytes(text.as_bytes());
        self.trouble = self.trouble.take().or_else(|| self.render.trouble());
    }

    fn write_bytes(&mut self, bytes: &[u8]) {
        if self.ended.is_none()
            && let Err(error) = self.out.write_all(bytes)
        {
            self.ended = Some(error);
        }
    }

    fn flush(&mut self) {
        if self.ended.is_none()
            && let Err(error) = self.out.flush()
        {
            self.ended = Some(error);
        }
    }
}

/// The filter that was asked for, understood.
pub(crate) fn filter(globals: &Globals, command: &str) -> Result<Option<Filter>, Failure> {
    let Some(expression) = &globals.jq else { return Ok(None) };
    match globals.output.filter(|format| !format.is_json()) {
        Some(format) => {
            let message = format!("`--jq` filters JSON, and `-o {}` is none", format.name());
            Err(Failure::usage(command, message).with_remedy(
                "Leave `-o` out, or give `-o json` for whole documents or `-o jsonl` for each line.",
            ))
        }
        None => Filter::compile(expression, command).map(Some),
    }
}

/// Tells of a failure, and how to exit for it.
pub(crate) fn report(failure: &Failure, format: Format) -> Code {
    // Ctrl-C at a terminal explains itself there; a program that reads JSON wants its document.
    say(&error::render(failure, format, log::found_under(failure)));
    failure.code
}

/// Prints what clap has to say: help, version, or why the line was not understood.
pub(crate) fn not_parsed(error: &clap::Error, early: &Early, format: Format) -> Code {
    let text = error.render();
    if !error.use_stderr() {
        let mut out = std::io::stdout().lock();
        let text = if colours(&out) { text.ansi().to_string() } else { text.to_string() };
        // Whoever stops reading help has read enough.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        return Code::Done;
    }
    if !format.is_json() {
        let coloured = colours(&std::io::stderr());
        say(&if coloured { text.ansi().to_string() } else { text.to_string() });
        if let Some(advice) = error::parser_advice(&text.to_string()) {
            say(&format!("\n  {advice}\n"));
        }
    } else {
        say(&error::render(&error::of_parser(&text.to_string(), &early.command), format, None));
    }
    Code::Usage
}

/// Prints a page of help. Whoever stops reading it has read enough.
pub(crate) fn topic(text: &str) -> Code {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    Code::Done
}

/// Prints what a shell asked for. Where it does not read, nothing is missed.
pub(crate) fn answer(bytes: &[u8]) -> Code {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(bytes).and_then(|()| out.flush());
    Code::Done
}

/// Text of others, in one line that cannot drive a terminal.
pub(crate) fn harmless(text: &str) -> String {
    text::one_line(text)
}

/// Asks at the terminal; the answer is read by the caller.
pub(crate) fn ask(question: &str) {
    say(&format!("{} ", text::one_line(question)));
}

/// A line of what would be lost.
pub(crate) fn losses(line: &str) {
    say(&format!("{}\n", text::one_line(line)));
}

/// Something that a person at the terminal has to know while a command waits.
pub(crate) fn notice(line: &str) {
    say(&format!("{}\n", text::one_line(line)));
}

/// Asks for something to be typed.
pub(crate) fn prompt(question: &str) {
    say(&text::one_line(question));
}

/// Leaves the line of a question that got no answer.
pub(crate) fn end_question() {
    say("\n");
}

/// What was said of colours on the command line.
static COLOURS: OnceLock<When> = OnceLock::new();

/// From here on there are colours as it was said, if anything was. What was said first stays.
pub(crate) fn set_colours(when: Option<When>) {
    if let Some(when) = when {
        let _ = COLOURS.set(when);
    }
}

fn colours(stream: &impl IsTerminal) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let forced =
        || set("CLICOLOR_FORCE") && std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| value != "0");
    match COLOURS.get() {
        Some(When::Always) => true,
        Some(When::Never) => false,
        Some(When::Auto) | None if set("NO_COLOR") => false,
        Some(When::Auto) | None => forced() || stream.is_terminal() && !is_dumb(),
    }
}

/// Whether the terminal understands no escape codes.
fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Writes to stderr. Nobody can be told if that fails.
fn say(text: &str) {
    let mut err = std::io::stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}

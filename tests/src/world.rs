//! A command line and a place for it: an empty state folder and nothing in the environment. Transcripts hold what
//! was run, its exit code and both outputs, with everything that differs from run to run taken out.

use std::cell::RefCell;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::Served;

/// Seeded groups are older than this; what a test makes is younger.
const YOUNGEST_SEED: &str = "2026-02-01T00:00:00Z";

/// One state folder, and what was run in it.
#[derive(Debug)]
pub struct World {
    binary: &'static str,
    folder: tempfile::TempDir,
    transcript: RefCell<String>,
    names: RefCell<Vec<(String, String)>>,
}

/// What a command came to.
#[derive(Clone, Debug)]
pub struct Run {
    /// The exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Run {
    fn of(done: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
        Self { code: done.status.code(), stdout: text(done.stdout), stderr: text(done.stderr) }
    }

    /// Standard output as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// What the one document on standard error holds under `error`.
    pub fn error(&self) -> Value {
        let document: Value =
            serde_json::from_str(&self.stderr).unwrap_or_else(|error| panic!("{error} in {self:?}"));
        document["error"].clone()
    }
}

impl World {
    /// An empty one. `binary` is the path that cargo tells a test.
    pub fn new(binary: &'static str) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let names = vec![(path_text(folder.path()), "STATE".to_owned())];
        Self { binary, folder, transcript: RefCell::default(), names: RefCell::new(names) }
    }

    /// The state folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Makes a file in the state folder.
    pub fn file(&self, name: &str, content: &[u8]) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).expect("the file can be written");
        path_text(&path)
    }

    /// The command, ready to be run: no environment but what keeps its output steady.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.binary);
        command
            .args(arguments)
            .env_clear()
            .env("NO_COLOR", "1")
            .env("COLUMNS", "100")
            .env("WAGROUPS_CONFIG_DIR", self.folder.path())
            // No test may meet the keyring of whoever runs it.
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus")
            .stdin(Stdio::null());
        command
    }

    /// Runs a command without writing it down.
    pub fn quietly(&self, arguments: &[&str]) -> Run {
        self.quietly_with(arguments, &[])
    }

    /// Runs a command with variables without writing it down.
    pub fn quietly_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
        run(self.command(arguments).envs(variables.iter().copied()))
    }

    /// The same without a folder that is named: the folders of the user are used.
    pub fn quietly_at_home(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
        let mut command = self.command(arguments);
        command.env_remove("WAGROUPS_CONFIG_DIR").current_dir(self.folder.path());
        run(command.envs(variables.iter().copied()))
    }

    /// Runs a command and writes down what became of it.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, &[])
    }

    /// Runs a command with variables and writes it down.
    pub fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
        let done = self.quietly_with(arguments, variables);
        self.told(arguments, variables, &done);
        done
    }

    /// Runs a command that is given a text on standard input, and writes it down without the text.
    pub fn run_fed(&self, input: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
        let mut command = self.command(arguments);
        command.envs(variables.iter().copied());
        let done = fed(command, input);
        self.told(arguments, variables, &done);
        done
    }

    /// The same without writing it down.
    pub fn quietly_fed(&self, input: &str, arguments: &[&str]) -> Run {
        fed(self.command(arguments), input)
    }

    /// Writes down what became of a command that was run in another way.
    pub fn told(&self, arguments: &[&str], variables: &[(&str, &str)], done: &Run) {
        let shown: Vec<String> = variables
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .chain(std::iter::once("wagroups".to_owned()))
            .chain(arguments.iter().map(|argument| shown(argument)))
            .collect();
        let mut transcript = self.transcript.borrow_mut();
        transcript.push_str(&format!("$ {}\n{}", shown.join(" "), done.stdout));
        if !transcript.ends_with('\n') {
            transcript.push('\n');
        }
        if !done.stderr.is_empty() {
            transcript.push_str(&format!("--- stderr\n{}", done.stderr));
        }
        let code = done.code.map_or_else(|| "a signal".to_owned(), |code| code.to_string());
        transcript.push_str(&format!("--- exit {code}\n\n"));
    }

    /// Serves the sandbox on a free port, with further arguments.
    pub fn serve(&self, arguments: &[&str]) -> Served {
        Served::started_by(self.command(&[&["sandbox", "serve", "--port", "0"], arguments].concat()))
    }

    /// From here on a text is written down as a name, filled up so that columns stay where they are.
    pub fn name(&self, text: &str, name: &str) {
        let name = format!("{name:.<width$}", width = text.chars().count());
        self.names.borrow_mut().push((text.to_owned(), name));
    }

    /// The id of the group of this subject.
    pub fn group(&self, subject: &str) -> String {
        let listed = self.quietly(&["list", "--sandbox", "--all", "-o", "json"]).json();
        let groups = listed.as_array().expect("a list is an array");
        let group = groups.iter().find(|group| group["subject"] == subject);
        let id = group.unwrap_or_else(|| panic!("no {subject:?} in {listed}"))["id"].as_str();
        id.expect("an id is text").to_owned()
    }

    /// Creates a group and gives its id, which is written down as a name.
    pub fn create(&self, subject: &str, approval: &str, name: &str) -> String {
        let made = self.quietly(&["create", "--subject", subject, "--approval", approval, "--sandbox"]);
        assert_eq!(made.code, Some(0), "{made:?}");
        let id = self.group(subject);
        self.name(&id, name);
        id
    }

    /// Somebody asks to join; gives the join request's id, which is written down as a name.
    pub fn request(&self, group: &str, user: &str, name: &str) -> String {
        let asked = self.quietly(&["sandbox", "user", "request", group, user, "-o", "json"]).json();
        let id = asked["join_request_id"].as_str().unwrap_or_else(|| panic!("no id in {asked}")).to_owned();
        self.name(&id, name);
        id
    }

    /// All that was written down, the same in every run.
    pub fn transcript(&self) -> String {
        let mut text = self.transcript.borrow().clone();
        for (found, name) in self.names.borrow().iter() {
            text = text.replace(found, name);
        }
        without_new_times(&text).trim_end().to_owned()
    }

    /// Compares the transcript with the snapshot of this name.
    pub fn check(&self, name: &str) {
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.set_snapshot_path(snapshots());
        for (pattern, replacement) in [
            (r"\b[0-9A-F]{32}\b", "REQUEST.ID......................"),
            (r"--port [1-9]\d*", "--port [PORT]"),
            (r"127\.0\.0\.1:\d+", "127.0.0.1:[PORT]"),
            (r"(Trace id for support: )\w+", "$1[TRACE]"),
            (r#""trace_id": ?"\w+""#, r#""trace_id":"[TRACE]""#),
            (r"(--(?:after|before)) ey\S+", "$1 [CURSOR]"),
            (r#""(before|after)":"ey\w+""#, r#""$1":"[CURSOR]""#),
            (r"boundary=[0-9a-f-]+", "boundary=[BOUNDARY]"),
            (r"chat\.whatsapp\.com/\w+", "chat.whatsapp.com/[CODE]"),
            (r"after \d+(?:µs|ms|s)", "after [TIME]"),
            (r"after \d+\.\d s", "after [TIME]"),
            (r"clock is \d+ s off", "clock is [N] s off"),
            (r"within \d+(?:\.\d+)? s\b", "within [TIME]"),
            (r"(?m)^date: [^\n]+", "date: [DATE]"),
            (r"([?&]after=)ey\w+", "$1[CURSOR]"),
            (r"\* < date: [^\n]+", "* < date: [DATE]"),
            (r"\* > user-agent: [^\n]+", "* > user-agent: [VERSION]"),
            (r"\(os error \d+\)", "(os error [N])"),
            (r"(?m)(No keyring could be used|none answers) \(.*\);", "$1 ([WHY]);"),
        ] {
            settings.add_filter(pattern, replacement);
        }
        settings.bind(|| insta::assert_snapshot!(name, self.transcript()));
    }
}

fn snapshots() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cli/snapshots")
}

fn fed(mut command: Command, input: &str) -> Run {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary starts");
    // Who refuses to read it closes the pipe.
    let _ = child.stdin.take().expect("stdin is piped").write_all(input.as_bytes());
    Run::of(child.wait_with_output().expect("it ends"))
}

fn run(command: &mut Command) -> Run {
    Run::of(command.output().expect("the binary starts"))
}

fn path_text(path: &Path) -> String {
    path.to_str().expect("temporary folders have plain names").to_owned()
}

/// An argument as one would type it; long ones are cut.
fn shown(argument: &str) -> String {
    let count = argument.chars().count();
    if count > 120 {
        let start: String = argument.chars().take(8).collect();
        return format!("{start}... ({count} characters)");
    }
    if argument.is_empty() || argument.contains([' ', '\n', '\u{1b}']) {
        return format!("{argument:?}");
    }
    argument.to_owned()
}

/// Times that came about while testing, as their own length of text.
fn without_new_times(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("20") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match rest.get(..YOUNGEST_SEED.len()) {
            Some(time) if is_time(time) && time > YOUNGEST_SEED => {
                out.push_str("[TIME].............!");
                rest = &rest[time.len()..];
            }
            _ => {
                out.push_str("20");
                rest = &rest[2..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn is_time(text: &str) -> bool {
    text.bytes()
        .zip(YOUNGEST_SEED.bytes())
        .all(|(byte, form)| if form.is_ascii_digit() { byte.is_ascii_digit() } else { byte == form })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_times_of_now_are_taken_out() {
        assert_eq!(
            without_new_times("2026-01-05T09:00:00Z 2126-11-23T16:59:11Z"),
            "2026-01-05T09:00:00Z 2126-11-23T16:59:11Z"
        );
        assert_eq!(without_new_times("at 2046-11-23T16:59:11Z, 20"), "at [TIME].............!, 20");
    }
}

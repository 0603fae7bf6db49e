//! A sandbox or a receiver that is served by a process of its own. Waits for what the process says, never for a time.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

/// `wagroups sandbox serve` or `wagroups listen`, running. It is killed when this is dropped.
#[derive(Debug)]
pub struct Served {
    child: Child,
    base_url: String,
    first_line: String,
    stdout: BufReader<ChildStdout>,
}

impl Served {
    /// Starts it, and waits until it says where it listens.
    pub fn started_by(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let mut first_line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        stdout.read_line(&mut first_line).expect("the first line arrives");
        let base_url = first_line
            .split(['"', ' '])
            .find(|word| word.starts_with("http://"))
            .unwrap_or_else(|| panic!("no address in {first_line:?}"))
            .to_owned();
        Self { child, base_url, first_line, stdout }
    }

    /// Where it listens.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// What it said first.
    pub fn first_line(&self) -> &str {
        &self.first_line
    }

    /// Its next line, without the end of it.
    pub fn next_line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("a line arrives");
        line.trim_end().to_owned()
    }

    /// Kills it as `kill -9` does.
    pub fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it has ended");
    }

    /// Sends it a signal by name, such as `HUP`.
    pub fn signal(&self, signal: &str) {
        let sent = Command::new("kill")
            .args(["-s", signal, &self.child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(sent.success());
    }

    /// Sends it a signal by name, such as `INT`, and returns its exit code.
    pub fn end_by(mut self, signal: &str) -> Option<i32> {
        self.signal(signal);
        self.child.wait().expect("it has ended").code()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

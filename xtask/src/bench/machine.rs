//! What a run was made on, as far as the system tells: figures mean little without it.

use std::fmt;
use std::process::Command;

use anyhow::{Context, Result};
use serde::Serialize;

/// The machine that measures.
#[derive(Debug, Serialize)]
pub(super) struct Machine {
    cores: usize,
    processor: Option<String>,
    system: String,
    rustc: String,
    /// How many wanted a processor before anything was measured, over the last minute: what was busy besides.
    load: Option<f64>,
}

impl Machine {
    pub(super) fn look() -> Result<Self> {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let cores = std::thread::available_parallelism().context("counting the cores")?.get();
        let rustc = said(Command::new(rustc).arg("--version")).context("asking rustc for its version")?;
        Ok(Self { cores, processor: processor(), system: system(), rustc, load: load() })
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let processor = self.processor.as_deref().unwrap_or(std::env::consts::ARCH);
        write!(f, "{} cores of {processor}, {}, {}", self.cores, self.system, self.rustc)?;
        match self.load {
            Some(load) => write!(f, "; load {load:.2} before the run"),
            None => Ok(()),
        }
    }
}

/// What a program printed; `None` where it is not there or failed.
fn said(command: &mut Command) -> Option<String> {
    let done = command.output().ok().filter(|done| done.status.success())?;
    let said = String::from_utf8(done.stdout).ok()?.trim().to_owned();
    (!said.is_empty()).then_some(said)
}

fn processor() -> Option<String> {
    if cfg!(target_os = "macos") {
        return said(Command::new("sysctl").args(["-n", "machdep.cpu.brand_string"]));
    }
    let told = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    Some(after(&told, "model name", ':')?.to_owned())
}

fn system() -> String {
    let kernel = said(Command::new("uname").arg("-sr"));
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = after(&release, "PRETTY_NAME", '=').map(|name| name.trim_matches('"').to_owned());
    let told: Vec<String> = [name, kernel].into_iter().flatten().collect();
    if told.is_empty() { std::env::consts::OS.to_owned() } else { told.join(", ") }
}

fn load() -> Option<f64> {
    std::fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.parse().ok()
}

/// The value of the first line that has this name.
fn after<'a>(text: &'a str, name: &str, sign: char) -> Option<&'a str> {
    text.lines()
        .filter_map(|line| line.split_once(sign))
        .find(|(key, _)| key.trim() == name)
        .map(|(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_from_what_the_system_tells() {
        let told = "processor\t: 0\nmodel name\t: Some Processor @ 2:10\nmodel name\t: Another\n";
        assert_eq!(after(told, "model name", ':'), Some("Some Processor @ 2:10"));
        assert_eq!(after("A=\"b\"\n", "PRETTY_NAME", '='), None);
    }

    #[test]
    fn this_machine_is_described() {
        let machine = Machine::look().unwrap();
        assert!(machine.cores > 0);
        let shown = machine.to_string();
        assert!(shown.contains("rustc 1.") && shown.contains(&machine.system), "{shown}");
    }
}

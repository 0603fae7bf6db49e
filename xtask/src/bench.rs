//! `cargo xtask bench`: runs every benchmark, puts their figures beside their targets, and writes them as a table and as
//! JSON under target/bench. It measures nothing itself but the cold build of a consumer.

mod cold_build;
mod machine;

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use self::machine::Machine;
use crate::{output, workspace};

/// The benchmarks of cargo: package and name.
const PROGRAMS: [(&str, &str); 6] = [
    ("groups-tests", "cpu"),
    ("groups-tests", "client"),
    ("groups-tests", "memory"),
    ("groups-tests", "process"),
    ("groups-sandbox", "get"),
    ("groups-webhooks", "durable_webhooks"),
];
const COLD_BUILD: &str = "cold_build";
/// The code of a benchmark that came to its end and has missed its target.
const MISSED: i32 = 1;

fn names() -> impl Iterator<Item = &'static str> {
    PROGRAMS.iter().map(|(_, name)| *name).chain([COLD_BUILD])
}

/// What is measured.
#[derive(clap::Args)]
pub(crate) struct Choice {
    /// Only these; all unless given
    #[arg(value_name = "NAME", value_parser = clap::builder::PossibleValuesParser::new(names()))]
    only: Vec<String>,
    /// Fail where a target is missed, not only where a benchmark breaks off
    #[arg(long)]
    strict: bool,
}

/// Something measured, as a benchmark prints it after the word `figure`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Figure {
    pub(crate) what: String,
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
    pub(crate) rounds: usize,
    #[serde(default)]
    pub(crate) at_most: Option<f64>,
    #[serde(default)]
    pub(crate) at_least: Option<f64>,
}

impl Figure {
    fn is_met(&self) -> Option<bool> {
        match (self.at_most, self.at_least) {
            (Some(bound), _) => Some(self.median <= bound),
            (None, Some(bound)) => Some(self.median >= bound),
            (None, None) => None,
        }
    }
}

/// What is kept of a run.
#[derive(Serialize)]
struct Report {
    machine: Machine,
    figures: Vec<Figure>,
}

pub(crate) fn run(choice: &Choice) -> Result<()> {
    let wanted = |name: &str| choice.only.is_empty() || choice.only.iter().any(|one| one == name);
    let machine = Machine::look()?;
    output::say(&machine);
    let mut figures = Vec::new();
    let mut broken = Vec::new();
    // One that breaks off must not take the figures of the others along.
    for name in names().filter(|name| wanted(name)) {
        output::say(format_args!("==> {name}"));
        let outcome = match PROGRAMS.iter().find(|(_, program)| *program == name) {
            Some((package, name)) => measure(package, name, &mut figures),
            None => cold_build::measure().map(|measured| figures.extend(measured)),
        };
        if let Err(error) = outcome {
            output::say(format_args!("{name} has broken off: {error:#}"));
            broken.push(name);
        }
    }
    let report = Report { machine, figures };
    let table = format!("{}\n\n{}", report.machine, table(&report.figures));
    let folder = workspace::root().join("target/bench");
    std::fs::create_dir_all(&folder).context("making target/bench")?;
    std::fs::write(folder.join("figures.md"), &table).context("writing target/bench/figures.md")?;
    std::fs::write(folder.join("figures.json"), serde_json::to_string_pretty(&report)?)
        .context("writing target/bench/figures.json")?;
    output::say(format_args!("\n{table}\nalso in target/bench: figures.md, figures.json"));
    if !broken.is_empty() {
        bail!("the table lacks what these did not come to measure: {}", broken.join(", "));
    }
    let missed = report.figures.iter().filter(|figure| figure.is_met() == Some(false)).count();
    if choice.strict && missed > 0 {
        let held = report.figures.iter().filter(|figure| figure.is_met().is_some()).count();
        bail!("{missed} of {held} targets are missed");
    }
    Ok(())
}

/// Runs a benchmark and collects what it prints after the word `figure`.
fn measure(package: &str, name: &str, figures: &mut Vec<Figure>) -> Result<()> {
    let again = format!("cargo bench --package {package} --bench {name}");
    let mut running = workspace::cargo()
        .args(["bench", "--quiet", "--package", package, "--bench", name])
        .stdout(Stdio::piped())
        .spawn()
        .context("starting cargo")?;
    let before = figures.len();
    for line in BufReader::new(running.stdout.take().context("cargo has no stdout")?).lines() {
        let line = line.context("reading what the benchmark prints")?;
        match line.strip_prefix("figure ") {
            Some(figure) => {
                figures
                    .push(serde_json::from_str(figure).with_context(|| format!("{name} printed {figure}"))?);
            }
            None => output::say(line),
        }
    }
    let status = running.wait()?;
    // One that has missed its target says so by code 1, and its figures all the same.
    if !matches!(status.code(), Some(0 | MISSED)) {
        bail!("it ended with {status}; to repeat it: {again}");
    }
    if figures.len() == before {
        bail!("it has printed no figure; to repeat it: {again}");
    }
    Ok(())
}

fn table(figures: &[Figure]) -> String {
    let mut table = "| what | target | median | from | to | |\n|---|---|---|---|---|---|\n".to_owned();
    for figure in figures {
        let target = match (figure.at_most, figure.at_least) {
            (Some(bound), _) => format!("≤ {}", shown(bound)),
            (None, Some(bound)) => format!("≥ {}", shown(bound)),
            (None, None) => String::new(),
        };
        let verdict = match figure.is_met() {
            Some(true) => "met",
            Some(false) => "missed",
            None => "",
        };
        let (median, least, most) = (shown(figure.median), shown(figure.least), shown(figure.most));
        let _ = writeln!(table, "| {} | {target} | {median} | {least} | {most} | {verdict} |", figure.what);
    }
    table
}

/// A ratio with its decimals, a count without.
fn shown(number: f64) -> String {
    if number.abs() >= 100.0 || number.fract() == 0.0 {
        format!("{number:.0}")
    } else {
        format!("{number:.3}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_held_to_its_target() {
        let figure = |text: &str| serde_json::from_str::<Figure>(text).unwrap();
        let low = figure(r#"{"what":"x","median":1.2,"least":1.0,"most":1.5,"rounds":3,"at_most":1.15}"#);
        let high =
            figure(r#"{"what":"y","median":2600,"least":2500,"most":2700,"rounds":3,"at_least":2000}"#);
        let free = figure(r#"{"what":"z","median":0.5,"least":0.5,"most":0.5,"rounds":1,"at_most":null}"#);
        assert_eq!([&low, &high, &free].map(Figure::is_met), [Some(false), Some(true), None]);
        let table = table(&[low, high, free]);
        assert!(table.contains("| x | ≤ 1.150 | 1.200 | 1 | 1.500 | missed |"), "{table}");
        assert!(table.contains("| y | ≥ 2000 | 2600 | 2500 | 2700 | met |"), "{table}");
        assert!(table.contains("| z |  | 0.500 | 0.500 | 0.500 |  |"), "{table}");
    }
}

//! `cargo xtask bench`: runs every benchmark, puts their figures beside their targets, and writes them as a table and as
//! JSON under target/bench. It measures nothing itself but the cold build of a consumer.

mod cold_build;

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

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

/// What is measured.
#[derive(clap::Args)]
pub(crate) struct Choice {
    /// Only these: cpu, client, memory, process, get, durable_webhooks, cold_build
    only: Vec<String>,
    /// Fail where a target is missed
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

pub(crate) fn run(choice: &Choice) -> Result<()> {
    let names = PROGRAMS.iter().map(|(_, name)| *name).chain([COLD_BUILD]);
    if let Some(unknown) = choice.only.iter().find(|name| !names.clone().any(|known| known == *name)) {
        let known: Vec<&str> = names.collect();
        bail!("there is no benchmark {unknown:?}; there are {}", known.join(", "));
    }
    let wanted = |name: &str| choice.only.is_empty() || choice.only.iter().any(|one| one == name);
    let mut figures = Vec::new();
    for (package, name) in PROGRAMS.iter().filter(|(_, name)| wanted(name)) {
        output::say(format_args!("==> {name}"));
        figures.extend(measure(package, name)?);
    }
    if wanted(COLD_BUILD) {
        output::say(format_args!("==> {COLD_BUILD}"));
        figures.push(cold_build::measure()?);
    }
    let table = table(&figures);
    let folder = workspace::root().join("target/bench");
    std::fs::create_dir_all(&folder).context("making target/bench")?;
    std::fs::write(folder.join("figures.md"), &table).context("writing target/bench/figures.md")?;
    std::fs::write(folder.join("figures.json"), serde_json::to_string_pretty(&figures)?)
        .context("writing target/bench/figures.json")?;
    output::say(format_args!("\n{table}\nalso in target/bench: figures.md, figures.json"));
    let missed = figures.iter().filter(|figure| figure.is_met() == Some(false)).count();
    if choice.strict && missed > 0 {
        bail!("{missed} of {} targets are missed", figures.len());
    }
    Ok(())
}

/// Runs a benchmark and collects what it prints after the word `figure`.
fn measure(package: &str, name: &str) -> Result<Vec<Figure>> {
    let mut running = workspace::cargo()
        .args(["bench", "--quiet", "--package", package, "--bench", name])
        .stdout(Stdio::piped())
        .spawn()
        .context("starting cargo")?;
    let mut figures = Vec::new();
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
    // One that missed its target has said so by its exit code, and its figures all the same.
    running.wait()?;
    if figures.is_empty() {
        bail!("{name} has printed no figure; repeat it with: cargo bench --package {package} --bench {name}");
    }
    Ok(figures)
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

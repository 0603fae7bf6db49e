//! `cargo xtask ci`: the whole gate, in the order in which a failure is cheapest.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::mode::Mode;
use crate::{check, fuzz_http, interop, output, packages, public_api, workspace};

/// One step of the gate.
struct Step {
    name: &'static str,
    action: Action,
}

enum Action {
    /// A call of cargo.
    Cargo { arguments: Vec<&'static str>, environment: &'static [(&'static str, &'static str)] },
    /// A command of xtask, within this process.
    Xtask { command: &'static str, run: fn() -> Result<()> },
}

pub(crate) fn run() -> Result<()> {
    let steps = steps();
    let mut times = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        output::say(format_args!(
            "\n==> {} of {}: {}  ({})",
            index + 1,
            steps.len(),
            step.name,
            step.command()
        ));
        let start = Instant::now();
        let passed = step.run();
        let elapsed = start.elapsed();
        if let Err(error) = passed {
            bail!(
                "step \"{}\" failed after {}: {error:#}\nrepeat it with: {}",
                step.name,
                seconds(elapsed),
                step.command()
            );
        }
        output::say(format_args!("<== {} passed in {}", step.name, seconds(elapsed)));
        times.push((step.name, elapsed));
    }
    output::say("\nall steps passed");
    for (name, elapsed) in &times {
        output::say(format_args!("{:>8}  {name}", seconds(*elapsed)));
    }
    Ok(())
}

fn steps() -> Vec<Step> {
    vec![
        cargo("format", &["fmt", "--all", "--check"]),
        cargo("clippy", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
        // Within the workspace, so that the other crates are not built anew with other features.
        cargo(
            "clippy, all features",
            &[
                "clippy",
                "--workspace",
                "--all-targets",
                "--features",
                "groups-model/schema,groups-webhooks/postgres",
                "--",
                "-D",
                "warnings",
            ],
        ),
        cargo(
            "clippy, client from the committed copy",
            &[
                "clippy",
                "--package",
                "groups-api",
                "--package",
                "groups-ergonomic",
                "--no-default-features",
                "--",
                "-D",
                "warnings",
            ],
        ),
        Step {
            name: "documentation",
            action: Action::Cargo {
                arguments: vec!["doc", "--workspace", "--no-deps"],
                environment: &[("RUSTDOCFLAGS", "-D warnings")],
            },
        },
        xtask("generated files, spec and arrows", "check", check::run),
        xtask("public API", "public-api --check", || public_api::run(Mode::Check)),
        cargo("tests", &["test", "--workspace"]),
        xtask("clients of other languages", "interop", interop::run),
        xtask("the sandbox against its document", "fuzz-http", || {
            fuzz_http::run(fuzz_http::EXAMPLES, fuzz_http::SEED, 1)
        }),
        cargo(
            "page in a browser",
            &["test", "--package", "groups-tests", "--test", "page", "--", "--ignored"],
        ),
        // They start a server of their own; without PostgreSQL they say so and pass.
        cargo(
            "tests against PostgreSQL",
            &[
                "test",
                "--package",
                "groups-webhooks",
                "--features",
                "postgres",
                "--test",
                "postgres",
                "--test",
                "crash",
            ],
        ),
        xtask("packages", "packages", packages::run),
    ]
}

fn cargo(name: &'static str, arguments: &[&'static str]) -> Step {
    Step { name, action: Action::Cargo { arguments: arguments.to_vec(), environment: &[] } }
}

fn xtask(name: &'static str, command: &'static str, run: fn() -> Result<()>) -> Step {
    Step { name, action: Action::Xtask { command, run } }
}

impl Step {
    fn run(&self) -> Result<()> {
        match &self.action {
            Action::Xtask { run, .. } => run(),
            Action::Cargo { arguments, environment } => {
                let mut command: Command = workspace::cargo();
                let status = command.args(arguments).envs(environment.iter().copied()).status()?;
                if !status.success() {
                    bail!("{status}");
                }
                Ok(())
            }
        }
    }

    /// What a person types to run this step alone.
    fn command(&self) -> String {
        match &self.action {
            Action::Xtask { command, .. } => format!("cargo xtask {command}"),
            Action::Cargo { arguments, environment } => {
                let mut command = String::new();
                for (name, value) in *environment {
                    command.push_str(&format!("{name}=\"{value}\" "));
                }
                command.push_str("cargo ");
                command.push_str(&arguments.join(" "));
                command
            }
        }
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_to_repeat_a_step_is_the_command_that_ran() {
        let commands: Vec<String> = steps().iter().map(Step::command).collect();
        assert!(commands.contains(&"cargo test --workspace".to_owned()), "{commands:#?}");
        assert!(
            commands.contains(&"RUSTDOCFLAGS=\"-D warnings\" cargo doc --workspace --no-deps".to_owned())
        );
        for command in
            ["cargo xtask check", "cargo xtask interop", "cargo xtask fuzz-http", "cargo xtask packages"]
        {
            assert!(commands.contains(&command.to_owned()), "{commands:#?}");
        }
    }
}

//! The whole process of `wagroups list` beside curl's, and a Python client's where Python is there, for the same request
//! on loopback. `cargo bench -p groups-tests --bench process`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark fails loudly, and prints")]

mod support;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::{KEY, Server, Target, figure};

const ROUNDS: usize = 40;

fn main() {
    let server = Server::start(4, Duration::ZERO);
    let folder = tempfile::tempdir().unwrap();
    let url = format!("{}/groups?limit=25", server.url);

    let mut list = Command::new(env!("CARGO_BIN_EXE_wagroups-under-test"));
    list.args(["list", "-o", "json", "--base-url", &server.url])
        .env_clear()
        .env("D360_API_KEY", KEY)
        .env("WAGROUPS_CONFIG_DIR", folder.path());
    let mut curl = Command::new("curl");
    curl.args(["-sS", "-H", &format!("D360-API-KEY: {KEY}"), &url]);
    let mut python = Command::new("python3");
    let script = format!(
        "import json, urllib.request as r; print(json.load(r.urlopen(r.Request('{url}', headers={{'D360-API-KEY': '{KEY}'}}))))"
    );
    python.args(["-c", &script]);

    compare("`wagroups list`, whole process ÷ curl", Target::AtMost(1.0), &mut list, &mut curl);
    compare("`wagroups list`, whole process ÷ Python's urllib", Target::None, &mut list, &mut python);
}

fn compare(what: &str, target: Target, ours: &mut Command, other: &mut Command) {
    if other.stdout(Stdio::null()).status().is_err() {
        println!("{what}: the other is not installed");
        return;
    }
    let mut ratios = Vec::new();
    for round in 0..=ROUNDS {
        // Whoever is first in a round is second in the next.
        let (ours, other) = if round % 2 == 0 {
            let ours = time(ours);
            (ours, time(other))
        } else {
            let other = time(other);
            (time(ours), other)
        };
        if round > 0 {
            ratios.push(ours / other);
        }
    }
    figure(what, target, ratios);
}

fn time(command: &mut Command) -> f64 {
    let start = Instant::now();
    let status = command.stdout(Stdio::null()).status().unwrap();
    assert!(status.success(), "{command:?}");
    start.elapsed().as_secs_f64()
}

//! What streaming a list takes of memory, for a few groups and for many. Each measurement is a process of its own, as
//! only the peak of a whole process can be asked for. `cargo bench -p groups-tests --bench memory`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark fails loudly, and prints")]

mod support;

use std::process::Command;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use groups_ergonomic::{Client, RateLimit};
use support::{KEY, Server, Target, figure};

/// Set in the process that is measured.
const URL: &str = "WAGROUPS_BENCH_URL";

fn main() {
    if let Ok(url) = std::env::var(URL) {
        stream(&url);
        return;
    }
    let ratios = (0..3).map(|_| peak(1_000_000) / peak(10_000)).collect();
    figure("peak memory streaming 1,000,000 groups ÷ 10,000", Target::AtMost(1.2), ratios);
}

/// The peak of a process that streams so many groups.
fn peak(groups: usize) -> f64 {
    let server = Server::start(groups, Duration::ZERO);
    let done = Command::new(std::env::current_exe().unwrap()).env(URL, &server.url).output().unwrap();
    let told = String::from_utf8(done.stdout).unwrap();
    let (count, peak) = told.trim().split_once(' ').unwrap_or_else(|| panic!("{told:?}"));
    assert_eq!(count.parse::<usize>().unwrap(), groups);
    peak.parse().unwrap()
}

fn stream(url: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client =
        Client::builder().api_key(KEY).base_url(url).rate_limit(RateLimit::Unlimited).build().unwrap();
    let count = runtime.block_on(async {
        let groups = client.groups().list().stream();
        groups
            .try_fold(0_u64, |count, group| async move {
                std::hint::black_box(group);
                Ok(count + 1)
            })
            .await
            .unwrap()
    });
    let status =
        std::fs::read_to_string("/proc/self/status").expect("the peak is read from /proc, which Linux has");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    println!("{count} {}", peak.trim().trim_end_matches(" kB"));
}

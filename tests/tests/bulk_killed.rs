//! `create --from` under `kill -9`, again and again, against a served sandbox that refuses, resets and loses answers: in
//! the end there is one group for each row, and none twice. WAGROUPS_ROWS says how many rows; 150 unless it does.
#![cfg(unix)]
// Helpers of tests fail like tests do; clippy recognises only the tests themselves.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use groups_ergonomic::Client;
use groups_tests::World;
use serde_json::Value;

const KILLS: usize = 3;
/// On a machine that is busy with other tests everything takes longer than it should.
const PATIENCE: Duration = Duration::from_secs(120);
/// A run settles what the one before has left in doubt, and may leave some of its own.
const RUNS: usize = 12;

/// So many of a thousand creates meet each of these. Refusals slow a client down, so that long runs have fewer.
fn faults(rows: usize) -> Vec<String> {
    let share = if rows > 1_000 { 0.002 } else { 0.02 };
    vec![
        format!("create_group code=131208 probability={share}"),
        format!("create_group reset probability={share}"),
        format!("create_group reset done probability={share}"),
        format!("create_group status=502 html done probability={share}"),
        "list_groups status=503 probability=0.05".to_owned(),
        "* latency=3ms".to_owned(),
    ]
}

/// Most rows want a group of their own; some share their subject, with the same description or with others.
fn sheet(rows: usize) -> Vec<(String, String)> {
    let row = |n: usize| match n % 10 {
        3 => ("Shared".to_owned(), String::new()),
        7 => ("Alike".to_owned(), format!("version {}", n % 3)),
        _ => (format!("Row {n}, \"quoted\""), format!("of customer {n}")),
    };
    (0..rows).map(row).collect()
}

fn csv(sheet: &[(String, String)]) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let rows = sheet.iter().enumerate();
    let rows = rows.map(|(n, (subject, text))| format!("{n},{},{}\r\n", quoted(subject), quoted(text)));
    format!("\u{feff}customer,subject,description\r\n{}", rows.collect::<String>())
}

fn lines(path: &Path) -> usize {
    std::fs::read(path).map_or(0, |bytes| bytes.iter().filter(|byte| **byte == b'\n').count())
}

/// How often each subject and description is there.
fn counted<'a>(all: impl Iterator<Item = &'a (String, String)>) -> BTreeMap<&'a (String, String), usize> {
    let mut counts = BTreeMap::new();
    for one in all {
        *counts.entry(one).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_a_sheet_makes_one_group_for_each_row() {
    let rows: usize = std::env::var("WAGROUPS_ROWS").map_or(150, |text| text.parse().expect("a number"));
    let world = World::new(env!("CARGO_BIN_EXE_wagroups-under-test"));
    let limit = format!("group_limit={}", rows + 100);
    let served = world.serve(&["--fresh", "--set", &limit]);
    let client = Client::builder().api_key("sandbox").base_url(served.base_url()).build().unwrap();
    // Groups of others with the subjects of rows.
    let others = [("Shared".to_owned(), String::new()), ("Alike".to_owned(), "version 1".to_owned())];
    for (subject, text) in &others {
        client.groups().create(subject).description(text).wait(PATIENCE).await.unwrap();
    }
    let http = reqwest::Client::new();
    for fault in faults(rows) {
        let url = format!("{}/sandbox/faults", served.base_url());
        let set = http.post(url).json(&serde_json::json!({ "fault": fault })).send().await.unwrap();
        assert!(set.status().is_success(), "{fault}: {:?}", set.text().await);
    }

    let sheet = sheet(rows);
    let path = world.file("sheet.csv", csv(&sheet).as_bytes());
    let journal = world.folder().join("sheet.csv.wagroups-journal.jsonl");
    let create = ["create", "--from", &path, "--settle", "3s", "--base-url", served.base_url()];
    let began = Instant::now();
    for kill in 1..=KILLS {
        // Begun, accepted: about two lines for each row.
        let until = rows * 2 * kill / (KILLS + 1) + fastrand::usize(0..rows / 4);
        let mut child = world
            .command(&[&create[..], &["-o", "jsonl"]].concat())
            .env("D360_API_KEY", "sandbox")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let deadline = Instant::now() + PATIENCE * u32::try_from(1 + rows / 500).unwrap();
        while lines(&journal) < until && child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < deadline, "{} of {until} lines", lines(&journal));
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        eprintln!("killed at {} lines after {:?}", lines(&journal), began.elapsed());
    }

    // Then it is run until all is done.
    let mut runs = 0;
    loop {
        let done = world
            .command(&[&create[..], &["--wait=60s", "-o", "jsonl"]].concat())
            .env("D360_API_KEY", "sandbox")
            .output()
            .unwrap();
        runs += 1;
        let stderr = String::from_utf8_lossy(&done.stderr).into_owned();
        eprintln!("run {runs}: {:?} after {:?}: {stderr}", done.status.code(), began.elapsed());
        if done.status.success() {
            all_is_told_once(&String::from_utf8(done.stdout).unwrap(), rows);
            break;
        }
        assert!(runs < RUNS, "{stderr}\n{}", String::from_utf8_lossy(&done.stdout));
    }

    let listed = client.groups().list().stream().all().await.unwrap();
    let mut there = Vec::new();
    for group in listed {
        let read = client.group(group.id).unwrap().get().await.unwrap();
        there.push((read.subject.unwrap(), read.description.unwrap_or_default()));
    }
    assert_eq!(counted(there.iter()), counted(sheet.iter().chain(&others)));
    let text = std::fs::read_to_string(&journal).unwrap();
    assert!(!text.contains("\"sandbox\""), "the key is in the journal");
    eprintln!("{rows} rows, {KILLS} kills, {runs} more runs, {:?}", began.elapsed());
}

/// Each row has its line, its group and its link, and what came along.
fn all_is_told_once(stdout: &str, rows: usize) {
    let told: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(told.len(), rows);
    let mut ids = BTreeSet::new();
    for (n, row) in told.iter().enumerate() {
        assert_eq!(
            (row["line"].as_u64(), row["customer"].as_str()),
            (Some(n as u64 + 2), Some(&*n.to_string()))
        );
        assert_eq!(row["status"], "done", "{row}");
        assert!(row["invite_link"].as_str().unwrap().starts_with("https://chat.whatsapp.com/"), "{row}");
        assert!(ids.insert(row["group_id"].as_str().unwrap()), "{row} has the group of another row");
    }
}

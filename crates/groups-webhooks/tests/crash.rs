//! Receivers that are killed at random moments under load. What was answered 200 must be there, once, and is forwarded.
//!
//! A few rounds by default; `WAGROUPS_CRASH_ROUNDS=1000 cargo test -p groups-webhooks --test crash` for the long run.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "these are tests, some of it outside of a test function"
)]

mod support;

use std::collections::HashSet;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use groups_webhooks::store::SqliteStore;
use groups_webhooks::{Backoff, EventStore, Forwarder, Query, Receiver};
use support::{Sink, client, eventually, notification, outcome, serve_receiver, stored_ids, waiting};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

const STORE: &str = "WAGROUPS_CRASH_STORE";
const TARGET: &str = "WAGROUPS_CRASH_TARGET";
const ADDRESS_LINE: &str = "receiver at ";
const SENDERS: usize = 8;

async fn open(store: &str) -> Arc<dyn EventStore> {
    #[cfg(feature = "postgres")]
    if store.starts_with("postgres:") {
        return Arc::new(groups_webhooks::store::PostgresStore::open(store, 6).await.unwrap());
    }
    Arc::new(SqliteStore::open(store).await.unwrap())
}

/// Not a test: the process that the tests below start and kill.
#[test]
#[ignore = "the receiver that the other tests start"]
fn receiver_process() {
    let (Ok(store), Ok(target)) = (std::env::var(STORE), std::env::var(TARGET)) else {
        panic!("only the other tests start it");
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let store = open(&store).await;
        let mut backoff = Backoff::default();
        backoff.first = Duration::from_millis(20);
        backoff.longest = Duration::from_millis(200);
        let forwarder = Forwarder::new(Arc::clone(&store), &target).unwrap().backoff(backoff).at_once(3);
        let url = serve_receiver(Receiver::new(store).forward_to(forwarder.target().clone())).await;
        println!("\n{ADDRESS_LINE}{url}");
        forwarder.run(std::future::pending()).await;
    });
}

struct Process {
    child: Child,
    /// Kept open: the test harness in it says after a minute that it is still there, and ends if it cannot.
    _lines: Lines<BufReader<ChildStdout>>,
    url: String,
}

impl Process {
    async fn start(store: &str, target: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "receiver_process", "--ignored", "--nocapture"]);
        command
            .env(STORE, store)
            .env(TARGET, target)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = loop {
            let line = lines.next_line().await.unwrap().expect("it ended before it listened");
            if let Some(url) = line.strip_prefix(ADDRESS_LINE) {
                break url.to_owned();
            }
        };
        Self { child, _lines: lines, url }
    }

    async fn kill(mut self) {
        // SIGKILL: it gets to do nothing more.
        self.child.kill().await.unwrap();
    }
}

#[derive(Default)]
struct Load {
    stop: AtomicBool,
    sent: AtomicU64,
    taken: AtomicU64,
}

/// Sends notifications, some twice, until told to stop; the ids of what was answered 200.
async fn send(client: reqwest::Client, url: String, load: Arc<Load>) -> Vec<String> {
    let mut taken = Vec::new();
    while !load.stop.load(Ordering::Relaxed) {
        let number = load.sent.fetch_add(1, Ordering::Relaxed);
        let group = format!("g{}", number % 5);
        let body = notification(&[outcome(&group, &number.to_string()), outcome("all", &number.to_string())]);
        for _ in 0..=(number % 3 / 2) {
            // Bounded: the client may wait for ever for a connection to a process that has gone.
            let answer =
                tokio::time::timeout(Duration::from_secs(10), client.post(&url).body(body.clone()).send());
            match answer.await {
                Ok(Ok(answer)) if answer.status() == 200 => {
                    load.taken.fetch_add(1, Ordering::Relaxed);
                    taken.extend(
                        groups_model::event::decode(body.as_bytes())
                            .into_iter()
                            .map(|event| event.id.to_string()),
                    );
                }
                // Refused or broken off: it may be there or not.
                _ => return taken,
            }
        }
    }
    taken
}

async fn check(store: &str, receivers: usize) {
    let rounds = std::env::var("WAGROUPS_CRASH_ROUNDS").ok().and_then(|rounds| rounds.parse().ok());
    let rounds: usize = rounds.unwrap_or(8);
    let sink = Sink::default();
    let target = sink.serve().await;
    let client = client();
    let load = Arc::new(Load::default());
    let mut answered: HashSet<String> = HashSet::new();
    for _ in 0..rounds {
        let mut processes = Vec::new();
        for _ in 0..receivers {
            processes.push(Process::start(store, &target).await);
        }
        load.stop.store(false, Ordering::Relaxed);
        let before = load.taken.load(Ordering::Relaxed);
        let senders: Vec<_> = (0..SENDERS)
            .map(|number| {
                let url = processes[number % receivers].url.clone();
                tokio::spawn(send(client.clone(), url, Arc::clone(&load)))
            })
            .collect();
        eventually("the load", async || load.taken.load(Ordering::Relaxed) > before).await;
        for process in processes {
            // Any moment will do, and none is waited for: the load goes on meanwhile.
            tokio::time::sleep(Duration::from_micros(fastrand::u64(0..150_000))).await;
            process.kill().await;
        }
        load.stop.store(true, Ordering::Relaxed);
        for sender in senders {
            answered.extend(sender.await.unwrap());
        }
    }
    assert!(answered.len() >= rounds, "hardly anything was taken: {}", answered.len());

    let last = Process::start(store, &target).await;
    let store = open(store).await;
    drained(&*store).await;
    last.kill().await;
    let stored: HashSet<String> = stored_ids(&*store).await.into_iter().collect();
    let lost: Vec<_> = answered.difference(&stored).collect();
    assert!(lost.is_empty(), "answered 200 and not there: {lost:?}");
    let forwarded: HashSet<String> = sink.ids(None).into_iter().collect();
    assert_eq!(forwarded, stored, "what is stored was forwarded, and nothing else");
    for group in ["g0", "g1", "g2", "g3", "g4", "all"] {
        let of_group = store.list(&Query::new().group_id(group.parse().unwrap())).await.unwrap();
        let in_order: Vec<String> = of_group.iter().map(|stored| stored.event.id.to_string()).collect();
        assert_eq!(sink.ids(Some(group)), in_order, "{group} is out of order");
    }
}

/// Until nothing waits to be forwarded. How long that takes is a matter of how much waits; that it goes on is what counts.
async fn drained(store: &dyn EventStore) {
    let began = Instant::now();
    let waiting = async || waiting(store).await;
    let mut left = waiting().await;
    println!("{left} events wait to be forwarded");
    while left > 0 {
        eventually("a shorter queue", async || waiting().await < left).await;
        left = waiting().await;
    }
    println!("none after {:?}", began.elapsed());
}

fn path(folder: &Path) -> String {
    folder.join("events.db").to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_receiver_loses_nothing_it_answered_for() {
    let folder = tempfile::TempDir::new().unwrap();
    check(&path(folder.path()), 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_receivers_on_one_file_lose_nothing_either() {
    let folder = tempfile::TempDir::new().unwrap();
    check(&path(folder.path()), 2).await;
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_killed_receivers_on_postgresql_lose_nothing_they_answered_for() {
    let Some(url) = support::postgres::database().await else { return };
    check(&url, 2).await;
}

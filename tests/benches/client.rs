//! How close lists, many calls abreast and a limited rate come to what the server allows.
//! `cargo bench -p groups-tests --bench client`, or `cargo xtask bench`; some of it with, for example, `-- lists limited`.
#![allow(clippy::unwrap_used, reason = "a benchmark fails loudly")]

mod support;

use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use groups_ergonomic::model::GroupId;
use groups_ergonomic::{Client, RateLimit};
use groups_sandbox::{Entry, Sandbox};
use support::{KEY, Server, Target, figure, wait};
use tokio::runtime::{Builder, Runtime};

const ID: &str = "Y2FwaV9ncm91cDoxNTU1MDEwMDEwMDoxMjAzNjM0MDAwMDAwMDAwMTcZD";

fn main() {
    // One thread: what it takes is what the client takes.
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let parts = [
        ("lists", lists as fn(&Runtime)),
        ("slow_consumer", slow_consumer),
        ("abreast", many_abreast),
        ("limited", limited),
    ];
    // Cargo adds `--bench`.
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    for (name, measure) in parts {
        if wanted.is_empty() || wanted.iter().any(|one| one == name) {
            measure(&runtime);
        }
    }
}

fn client(server: &Server) -> Client {
    Client::builder().api_key(KEY).base_url(&server.url).rate_limit(RateLimit::Unlimited).build().unwrap()
}

/// What a page takes of the server.
const LATENCY: Duration = Duration::from_millis(50);

fn lists(runtime: &Runtime) {
    let server = Server::start(10_000, LATENCY);
    let client = client(&server);
    let walls = (0..5).map(|_| {
        let before = server.answered();
        let start = Instant::now();
        let groups = runtime.block_on(async { client.groups().list().stream().all().await.unwrap() });
        assert_eq!(groups.len(), 10_000);
        (start.elapsed().as_secs_f64() / (10.0 * LATENCY.as_secs_f64()), (server.answered() - before) as f64)
    });
    let (walls, requests): (Vec<f64>, Vec<f64>) = walls.unzip();
    figure("list 10,000 groups: requests", Target::AtMost(10.0), requests);
    figure("list 10,000 groups, 50 ms a page: wall ÷ 10 pages", Target::AtMost(1.05), walls);
}

/// Forty pages: the first cannot be fetched while another is consumed.
fn slow_consumer(runtime: &Runtime) {
    let server = Server::start(10_000, LATENCY);
    let client = client(&server);
    let walls = (0..5).map(|_| {
        let start = Instant::now();
        let pages = runtime.block_on(async {
            let mut pages = client.groups().list().page_size(250).pages();
            let mut count = 0;
            while let Some(page) = pages.try_next().await.unwrap() {
                // After a full page without a URL of the next, an empty one shows that it was the last.
                if !page.items.is_empty() {
                    wait(LATENCY).await;
                    count += 1;
                }
            }
            count
        });
        assert_eq!(pages, 40);
        start.elapsed().as_secs_f64() / (f64::from(pages) * LATENCY.as_secs_f64())
    });
    let walls = walls.collect();
    figure("consumer as slow as the server, prefetch: wall ÷ the larger", Target::AtMost(1.1), walls);
}

fn many_abreast(runtime: &Runtime) {
    const GROUPS: usize = 10_000;
    const ABREAST: usize = 64;
    const LATENCY: Duration = Duration::from_millis(20);
    let server = Server::start(0, LATENCY);
    let client = client(&server);
    let ideal = GROUPS.div_ceil(ABREAST) as f64 * LATENCY.as_secs_f64();
    let id = GroupId::new(ID).unwrap();
    let walls = (0..5).map(|_| {
        let before = server.answered();
        let start = Instant::now();
        let got = runtime.block_on(async {
            let ids = std::iter::repeat_n(id.clone(), GROUPS);
            let got = client.groups().get_many(ids).concurrency(ABREAST).as_they_come();
            got.map(|(_, group)| group.unwrap()).count().await
        });
        let wall = start.elapsed().as_secs_f64();
        assert_eq!((got, server.answered() - before), (GROUPS, GROUPS));
        wall / ideal
    });
    let walls = walls.collect();
    figure("fetch 10,000 groups, 64 abreast, 20 ms each: wall ÷ ideal", Target::AtMost(1.1), walls);
}

/// Against a sandbox that really counts, each time by a client that knows nothing of the limit yet.
fn limited(runtime: &Runtime) {
    let (achieved, refused) = (0..3).map(|_| runtime.block_on(bulk())).unzip();
    figure("a server that allows 50/s: part of it used", Target::AtLeast(0.95), achieved);
    figure("a server that allows 50/s: part refused", Target::AtMost(0.02), refused);
}

/// What part of the rate was used, and what part of the calls was refused.
async fn bulk() -> (f64, f64) {
    const RATE: f64 = 50.0;
    const BURST: u32 = 5;
    const WHILE: Duration = Duration::from_secs(30);
    let limit = serde_json::json!({ "per_second": RATE, "burst": BURST }).to_string();
    let sandbox = Sandbox::builder().seeded().switch("rate_limit", limit).start().await.unwrap();
    let client = Client::builder().api_key(sandbox.api_key()).base_url(sandbox.base_url()).build().unwrap();
    let groups = client.groups().list().stream().all().await.unwrap();
    let group = client.group(groups[0].id.clone()).unwrap();

    let (mut served, mut refused) = (0_u32, 0_u32);
    let mut seen = sandbox.log().count();
    let start = Instant::now();
    let mut calls = stream::iter(0..).map(|_: u64| group.get().into_future()).buffer_unordered(16);
    while start.elapsed() < WHILE {
        calls.next().await.unwrap().unwrap();
        // Read as it grows, as the sandbox keeps the last thousand only. It runs in this thread: nothing comes between.
        for entry in sandbox.log().since(seen) {
            if let Entry::Call(call) = entry {
                match call.status {
                    Some(200) => served += 1,
                    Some(429) => refused += 1,
                    other => panic!("answered with {other:?}"),
                }
            }
        }
        seen = sandbox.log().count();
    }
    let elapsed = start.elapsed().as_secs_f64();
    (f64::from(served) / (RATE * elapsed), f64::from(refused) / f64::from(served + refused))
}

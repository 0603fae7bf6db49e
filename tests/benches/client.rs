//! How close lists, many calls abreast and a limited rate come to what the server allows.
//! `cargo bench -p groups-tests --bench client`, or `cargo xtask bench`.
#![allow(clippy::unwrap_used, reason = "a benchmark fails loudly")]

mod support;

use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use groups_ergonomic::{Client, RateLimit};
use support::{KEY, Server, Target, figure};
use tokio::runtime::{Builder, Runtime};

const ID: &str = "Y2FwaV9ncm91cDoxNTU1MDEwMDEwMDoxMjAzNjM0MDAwMDAwMDAwMTcZD";

fn main() {
    // One thread: what it takes is what the client takes.
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    lists(&runtime);
    many_abreast(&runtime);
    limited(&runtime);
}

fn client(server: &Server) -> Client {
    Client::builder().api_key(KEY).base_url(&server.url).rate_limit(RateLimit::Unlimited).build().unwrap()
}

fn lists(runtime: &Runtime) {
    const LATENCY: Duration = Duration::from_millis(50);
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

    // Forty pages: the first cannot be fetched while another is consumed.
    let walls = (0..3).map(|_| {
        let start = Instant::now();
        let pages = runtime.block_on(async {
            let mut pages = client.groups().list().page_size(250).pages();
            let mut count = 0;
            while let Some(page) = pages.try_next().await.unwrap() {
                // After a full page without a URL of the next, an empty one shows that it was the last.
                if !page.items.is_empty() {
                    tokio::time::sleep(LATENCY).await;
                    count += 1;
                }
            }
            count
        });
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
    let walls = (0..3).map(|_| {
        let start = Instant::now();
        runtime.block_on(async {
            let calls =
                stream::iter(0..GROUPS).map(|_| async { client.group(ID).unwrap().get().await.map(drop) });
            calls.buffer_unordered(ABREAST).try_collect::<Vec<()>>().await.unwrap();
        });
        start.elapsed().as_secs_f64() / ideal
    });
    let walls = walls.collect();
    figure("fetch 10,000 groups, 64 abreast, 20 ms each: wall ÷ ideal", Target::AtMost(1.1), walls);
}

/// Against a sandbox that really counts.
fn limited(runtime: &Runtime) {
    const RATE: f64 = 50.0;
    const BURST: f64 = 5.0;
    const WHILE: Duration = Duration::from_secs(30);
    runtime.block_on(async {
        let limit = serde_json::json!({ "per_second": RATE, "burst": BURST }).to_string();
        let sandbox = groups_sandbox::Sandbox::builder().switch("rate_limit", limit).start().await.unwrap();
        let client =
            Client::builder().api_key(sandbox.api_key()).base_url(sandbox.base_url()).build().unwrap();
        let groups = client.groups().list().stream().all().await.unwrap();
        let group = client.group(groups[0].id.clone()).unwrap();
        let before = sandbox.log().count();
        let start = Instant::now();
        let calls = stream::iter(0..).map(|_: u64| group.get().into_future());
        let served = calls
            .buffer_unordered(16)
            .take_while(|_| std::future::ready(start.elapsed() < WHILE))
            .map(|got| got.unwrap())
            .count()
            .await as f64;
        let elapsed = start.elapsed().as_secs_f64();
        let asked = (sandbox.log().count() - before) as f64;
        figure(
            "a server that allows 50/s: part of it used",
            Target::AtLeast(0.95),
            vec![served / (RATE * elapsed)],
        );
        figure(
            "a server that allows 50/s: part refused",
            Target::AtMost(0.02),
            vec![(asked - served) / asked],
        );
    });
}

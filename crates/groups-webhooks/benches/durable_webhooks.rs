//! How many webhooks a second are taken durably, and how long their answers take: real HTTP on this machine, a file on
//! its disk, each webhook with an event of its own. `cargo bench -p groups-webhooks`.
//!
//! Criterion tells the rate; the times of single answers, which it does not keep, are printed below it.
#![allow(clippy::print_stdout, reason = "a benchmark is read")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use groups_webhooks::Receiver;
use groups_webhooks::store::SqliteStore;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

const CONNECTIONS: u64 = 64;
/// The rate of the second measurement, in webhooks a second.
const RATE: u64 = 2_000;

static SERIAL: AtomicU64 = AtomicU64::new(0);

/// A request as bytes: an HTTP client would take more of the two cores than the receiver does.
fn request() -> Vec<u8> {
    let number = SERIAL.fetch_add(1, Ordering::Relaxed);
    let body = format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":"102290129340398","changes":[{{"value":{{"messaging_product":"whatsapp","metadata":{{"display_phone_number":"15550100100","phone_number_id":"106540352242922"}},"groups":[{{"timestamp":"1759320005","group_id":"Y2FwaV9ncm91cDoxNTU1MDEwMDEwMDoxMjAzNjM0MDAwMDAwMDAwMTcZD{}","type":"group_participants_remove","request_id":"{number:032X}","removed_participants":[{{"input":"+15550100123"}},{{"input":"15550100124","wa_id":"15550100124"}}],"initiated_by":"business"}}]}},"field":"group_participants_update"}}]}}]}}"#,
        number % 500
    );
    format!("POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())
        .into_bytes()
}

/// Sends so many over one connection, at most one each `pace`; how long each answer took, from when it was due.
async fn send(address: std::net::SocketAddr, count: u64, pace: Duration) -> Vec<Duration> {
    let mut connection = TcpStream::connect(address).await.expect("a connection");
    connection.set_nodelay(true).expect("an option");
    let mut times = Vec::new();
    let mut due = Instant::now();
    let mut answer = [0; 1024];
    for _ in 0..count {
        tokio::time::sleep_until(due.into()).await;
        let start = if pace.is_zero() { Instant::now() } else { due };
        connection.write_all(&request()).await.expect("a request");
        let length = connection.read(&mut answer).await.expect("an answer");
        assert!(
            answer[..length].starts_with(b"HTTP/1.1 200"),
            "{}",
            String::from_utf8_lossy(&answer[..length])
        );
        times.push(start.elapsed());
        due += pace;
    }
    times
}

async fn send_all(address: std::net::SocketAddr, count: u64, pace: Duration) -> Vec<Duration> {
    let each = count.div_ceil(CONNECTIONS);
    let tasks: Vec<_> = (0..CONNECTIONS).map(|_| tokio::spawn(send(address, each, pace))).collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.expect("a sender"));
    }
    times
}

/// Gives the time that 99 of 100 stay below.
fn tell(what: &str, mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!(
        "{what}: answers p50 {:?}, p99 {:?}, longest {:?}, of {}",
        at(0.5),
        at(0.99),
        at(1.0),
        times.len()
    );
    at(0.99)
}

fn durable_webhooks(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let folder = tempfile::TempDir::new().expect("a folder");
    let address = runtime.block_on(async {
        let store = SqliteStore::open(folder.path().join("events.db")).await.expect("a store");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = Receiver::new(Arc::new(store)).router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    });
    let mut group = criterion.benchmark_group("durable webhooks");
    group.sample_size(10).throughput(Throughput::Elements(1)).measurement_time(Duration::from_secs(10));
    let mut all = Vec::new();
    group.bench_function("as fast as it goes", |bencher| {
        bencher.to_async(&runtime).iter_custom(|count| async move {
            let count = count.max(CONNECTIONS);
            let start = Instant::now();
            let times = send_all(address, count, Duration::ZERO).await;
            // For as many as were asked for.
            let elapsed = start.elapsed().mul_f64(1.0 / times.len() as f64);
            drop(times);
            elapsed.mul_f64(count as f64)
        });
    });
    group.finish();
    let mut rates: Vec<f64> = (0..3)
        .map(|_| {
            let start = Instant::now();
            let times = runtime.block_on(send_all(address, 10_000, Duration::ZERO));
            let rate = times.len() as f64 / start.elapsed().as_secs_f64();
            all.extend(times);
            rate
        })
        .collect();
    tell("as fast as it goes", all);
    let pace = Duration::from_secs(CONNECTIONS) / u32::try_from(RATE).expect("a rate");
    let p99 = tell("at 2,000 a second", runtime.block_on(send_all(address, RATE * 10, pace)));
    // For `cargo xtask bench`.
    rates.sort_by(f64::total_cmp);
    let what = "webhooks durable a second";
    println!(
        r#"figure {{"what":"{what}","median":{:.0},"least":{:.0},"most":{:.0},"rounds":3,"at_least":2000}}"#,
        rates[1], rates[0], rates[2]
    );
    let (what, ms) = ("answer to a webhook at 2,000 a second, p99 in ms", p99.as_secs_f64() * 1e3);
    println!(
        r#"figure {{"what":"{what}","median":{ms:.1},"least":{ms:.1},"most":{ms:.1},"rounds":1,"at_most":250}}"#
    );
}

criterion_group!(benches, durable_webhooks);
criterion_main!(benches);

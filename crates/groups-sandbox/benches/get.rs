//! How much of what axum could do is left of it: `GET /groups/{id}?fields=…` of a sandbox on a file, against a bare
//! handler that returns the same bytes. Both on the same two threads, in rounds that alternate, asked by the same
//! connections in the same way; so the ratio holds, whatever the machine. Run it with `cargo bench -p groups-sandbox`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark: it fails loudly, and prints")]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use groups_sandbox::Sandbox;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

/// What the sandbox promises of a bare handler's throughput.
const TARGET: f64 = 0.60;
const ROUNDS: usize = 15;
const ROUND: Duration = Duration::from_millis(1_000);
/// Enough that a server always has something to do. Each asks again as soon as it has its answer; requests are not
/// sent ahead, as the answers to those would wait for each other in the network, and hide what they cost.
const CONNECTIONS: usize = 64;
const FIELDS: &str = "subject,description,join_approval_mode,suspended,creation_timestamp,participants,total_participant_count";

fn main() -> ExitCode {
    let servers = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let asking = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::builder().database(folder.path().join("sandbox.db")).outcome_delay(Duration::ZERO);
    let sandbox = servers.block_on(sandbox.start()).unwrap();
    let id = servers.block_on(group(&sandbox));

    let path = format!("/groups/{id}?fields={FIELDS}");
    let url = format!("{}{path}", sandbox.base_url());
    let body = servers.block_on(async {
        let request = reqwest::Client::new().get(url).header("D360-API-KEY", sandbox.api_key());
        request.send().await.unwrap().text().await.unwrap()
    });
    assert!(body.contains("15550100108"), "{body}");
    let bare = servers.block_on(serve_bare(body));
    let sandbox_address = sandbox.base_url().strip_prefix("http://").unwrap().to_owned();

    let throughput = |address: &str| measure(&asking, address, &path);
    // Connections, caches and the processor's clock settle.
    throughput(&bare);
    throughput(&sandbox_address);
    let mut ratios: Vec<f64> = (1..=ROUNDS)
        .map(|round| {
            // Whoever is first in a round is second in the next.
            let (bare, full) = if round % 2 == 0 {
                let bare = throughput(&bare);
                (bare, throughput(&sandbox_address))
            } else {
                let full = throughput(&sandbox_address);
                (throughput(&bare), full)
            };
            println!(
                "round {round:>2}: bare {bare:>8.0}/s   sandbox {full:>8.0}/s   ratio {:.3}",
                full / bare
            );
            full / bare
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    let median = ratios[ROUNDS / 2];
    let (least, most) = (ratios[0], ratios[ROUNDS - 1]);
    println!("ratio: median {median:.3}, from {least:.3} to {most:.3}; the target is {TARGET:.2}");
    // For `cargo xtask bench`.
    let what = "sandbox GET a second ÷ bare axum handler";
    let figure = json!({ "what": what, "median": median, "least": least, "most": most, "rounds": ROUNDS, "at_least": TARGET });
    println!("figure {figure}");
    if median < TARGET { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// A full group.
async fn group(sandbox: &Sandbox) -> String {
    let new = json!({ "messaging_product": "whatsapp", "subject": "Delivery team", "description": "Routes and hours" });
    let created = reqwest::Client::new()
        .post(format!("{}/groups", sandbox.base_url()))
        .header("D360-API-KEY", sandbox.api_key())
        .json(&new);
    created.send().await.unwrap().error_for_status().unwrap();
    sandbox.emulator().settle().await.unwrap();
    let listed = reqwest::Client::new()
        .get(format!("{}/groups", sandbox.base_url()))
        .header("D360-API-KEY", sandbox.api_key());
    let listed: Value = listed.send().await.unwrap().json().await.unwrap();
    let id = listed["data"]["groups"][0]["id"].as_str().unwrap().to_owned();
    for number in 1..=8 {
        sandbox.emulator().join(&id, &format!("155501001{number:02}")).await.unwrap();
    }
    id
}

/// The same route with nothing behind it.
async fn serve_bare(body: String) -> String {
    let body = axum::body::Bytes::from(body);
    let handler = move || async move { ([(CONTENT_TYPE, "application/json")], body) };
    let app = Router::new().route("/groups/{group_id}", get(handler));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// Answers a second, over a round.
fn measure(asking: &Runtime, address: &str, path: &str) -> f64 {
    asking.block_on(async {
        let mut connections = JoinSet::new();
        let start = Instant::now();
        for _ in 0..CONNECTIONS {
            connections.spawn(ask(address.to_owned(), path.to_owned(), start + ROUND));
        }
        let answers: usize = connections.join_all().await.into_iter().sum();
        answers as f64 / start.elapsed().as_secs_f64()
    })
}

/// Asks the same again and again and counts the answers, all of which are equally long.
async fn ask(address: String, path: String, end: Instant) -> usize {
    let mut connection = TcpStream::connect(&address).await.unwrap();
    connection.set_nodelay(true).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nD360-API-KEY: sandbox\r\n\r\n");
    let mut buffer = vec![0; 16 * 1024];
    connection.write_all(request.as_bytes()).await.unwrap();
    let length = answer_length(&mut connection, &mut buffer).await;
    let mut answers = 1;
    while Instant::now() < end {
        connection.write_all(request.as_bytes()).await.unwrap();
        connection.read_exact(&mut buffer[..length]).await.unwrap();
        assert!(buffer.starts_with(b"HTTP/1.1 200 "));
        answers += 1;
    }
    answers
}

/// Reads one answer and tells how long it is.
async fn answer_length(connection: &mut TcpStream, buffer: &mut [u8]) -> usize {
    let mut read = 0;
    loop {
        read += connection.read(&mut buffer[read..]).await.unwrap();
        let text = std::str::from_utf8(&buffer[..read]).unwrap();
        assert!(text.starts_with("HTTP/1.1 200 "), "{text}");
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let announced = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        if body.len() == announced.parse::<usize>().unwrap() {
            return read;
        }
    }
}

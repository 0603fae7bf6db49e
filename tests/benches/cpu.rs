//! Processor time of one `get` through the client, beside the same call by hand with reqwest and with hyper. The server is
//! another process, and only the thread of the clients is counted. `cargo bench -p groups-tests --bench cpu`.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark fails loudly, and its server tells where it is"
)]

mod support;

use std::hint::black_box;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use groups_ergonomic::{Client, RateLimit};
use http_body_util::{BodyExt as _, Empty};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::rt::TokioExecutor;
use rustix::time::{ClockId, clock_gettime};
use serde::Deserialize;
use support::{KEY, Server, Target, figure};
use tokio::runtime::{Builder, Runtime};

const ID: &str = "Y2FwaV9ncm91cDoxNTU1MDEwMDEwMDoxMjAzNjM0MDAwMDAwMDAwMTcZD";
const FIELDS: &str = "subject,description,join_approval_mode,suspended,creation_timestamp,participants,total_participant_count";

/// Makes this program the server.
const SERVE: &str = "serve";
const ROUNDS: usize = 15;
/// The three ways take turns so often in a round, with so many calls at a turn. What one turn takes is compared with the
/// turns beside it, which met the same machine, and the middle of these ratios is the figure of the round.
const TURNS: usize = 50;
const CALLS: u32 = 50;

/// The answer as somebody would write it by hand.
#[derive(Deserialize)]
#[expect(dead_code, reason = "read, not looked at")]
struct ByHand {
    id: String,
    subject: Option<String>,
    description: Option<String>,
    suspended: Option<bool>,
    creation_timestamp: Option<i64>,
    total_participant_count: Option<u32>,
    join_approval_mode: Option<String>,
    #[serde(default)]
    participants: Vec<Person>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read, not looked at")]
struct Person {
    wa_id: Option<String>,
}

fn main() {
    if std::env::args().any(|argument| argument == SERVE) {
        return serve();
    }
    let server = Apart::start();
    let base = &server.url;
    // One thread: what it takes is what the client takes.
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();

    let client =
        Client::builder().api_key(KEY).base_url(base).rate_limit(RateLimit::Unlimited).build().unwrap();
    let group = client.group(ID).unwrap();
    let bare = reqwest::Client::builder().build().unwrap();
    let hyper: HyperClient<_, Empty<&[u8]>> = HyperClient::builder(TokioExecutor::new()).build_http();
    let url = || format!("{base}/groups/{ID}?fields={FIELDS}");

    let ours = || {
        time(&runtime, async || {
            black_box(group.get().await.unwrap());
        })
    };
    let by_reqwest = || {
        time(&runtime, async || {
            let answer = bare.get(url()).header("D360-API-KEY", KEY).send().await.unwrap();
            let body = answer.error_for_status().unwrap().bytes().await.unwrap();
            black_box(serde_json::from_slice::<ByHand>(&body).unwrap());
        })
    };
    let by_hyper = || {
        time(&runtime, async || {
            let request = http::Request::get(url()).header("D360-API-KEY", KEY).body(Empty::new()).unwrap();
            let answer = hyper.request(request).await.unwrap();
            assert!(answer.status().is_success());
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            black_box(serde_json::from_slice::<ByHand>(&body).unwrap());
        })
    };

    let mut figures = [const { Vec::new() }; 3];
    for round in 0..=ROUNDS {
        let mut ratios = [const { Vec::new() }; 3];
        for _ in 0..TURNS {
            let (ours, reqwest, hyper) = (ours(), by_reqwest(), by_hyper());
            for (ratios, ratio) in ratios.iter_mut().zip([ours / reqwest, ours / hyper, reqwest / hyper]) {
                ratios.push(ratio);
            }
        }
        // In the first, connections are made and caches filled.
        if round > 0 {
            for (figure, ratios) in figures.iter_mut().zip(ratios) {
                figure.push(middle(ratios));
            }
        }
    }
    let [to_reqwest, to_hyper, between] = figures;
    figure("CPU of a get ÷ reqwest + serde_json by hand", Target::AtMost(1.15), to_reqwest);
    figure("CPU of a get ÷ hyper + serde_json by hand", Target::AtMost(1.6), to_hyper);
    figure("CPU of reqwest by hand ÷ hyper by hand", Target::None, between);
}

fn middle(mut measured: Vec<f64>) -> f64 {
    measured.sort_by(f64::total_cmp);
    measured[measured.len() / 2]
}

/// Seconds of this thread's processor time for the calls of one turn, one after the other.
fn time(runtime: &Runtime, call: impl AsyncFn()) -> f64 {
    let now = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap();
    let start = now();
    runtime.block_on(async {
        for _ in 0..CALLS {
            call().await;
        }
    });
    (now() - start).as_secs_f64()
}

/// Serves until the input ends, as it does with the process that holds its other end.
fn serve() {
    let server = Server::start(0, Duration::ZERO);
    println!("{}", server.url);
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).unwrap();
}

/// The server in a process of its own.
struct Apart {
    url: String,
    process: Child,
}

impl Apart {
    fn start() -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .arg(SERVE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut url).unwrap();
        Self { url: url.trim_end().to_owned(), process }
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        self.process.wait().unwrap();
    }
}

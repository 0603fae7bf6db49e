//! Processor time of one `get` and of one page of a list through the client, next to the same calls by hand with reqwest
//! and with hyper. The server is another process, and only the thread of the clients is counted.
//! `cargo bench -p groups-tests --bench cpu`.
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

use futures_util::TryStreamExt as _;
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
/// Groups in a page, the most that one page holds; pages at a turn, and turns in a round.
const PAGE: u16 = 1024;
const PAGES: u32 = 4;
const PAGE_TURNS: usize = 5;

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

#[derive(Deserialize)]
#[expect(dead_code, reason = "read, not looked at")]
struct ListByHand {
    data: GroupsByHand,
    paging: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read, not looked at")]
struct GroupsByHand {
    groups: Vec<GroupByHand>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read, not looked at")]
struct GroupByHand {
    id: String,
    subject: Option<String>,
    created_at: Option<i64>,
}

fn main() {
    if std::env::args().any(|argument| argument == SERVE) {
        return serve();
    }
    let server = Apart::start();
    let base = &server.url;
    // One thread: what it takes is what the client takes.
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    calls(&runtime, base);
    pages(&runtime, base);
}

fn client(base: &str) -> Client {
    Client::builder().api_key(KEY).base_url(base).rate_limit(RateLimit::Unlimited).build().unwrap()
}

/// One group, again and again.
fn calls(runtime: &Runtime, base: &str) {
    let client = client(base);
    let group = client.group(ID).unwrap();
    let bare = reqwest::Client::builder().build().unwrap();
    let hyper: HyperClient<_, Empty<&[u8]>> = HyperClient::builder(TokioExecutor::new()).build_http();
    let url = || format!("{base}/groups/{ID}?fields={FIELDS}");

    let ours = || {
        time(runtime, CALLS, async || {
            black_box(group.get().await.unwrap());
        })
    };
    let by_reqwest = || {
        time(runtime, CALLS, async || {
            let answer = bare.get(url()).header("D360-API-KEY", KEY).send().await.unwrap();
            let body = answer.error_for_status().unwrap().bytes().await.unwrap();
            black_box(serde_json::from_slice::<ByHand>(&body).unwrap());
        })
    };
    let by_hyper = || {
        time(runtime, CALLS, async || {
            let request = http::Request::get(url()).header("D360-API-KEY", KEY).body(Empty::new()).unwrap();
            let answer = hyper.request(request).await.unwrap();
            assert!(answer.status().is_success());
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            black_box(serde_json::from_slice::<ByHand>(&body).unwrap());
        })
    };

    let [to_reqwest, to_hyper, between] = ratios(TURNS, || {
        let (ours, reqwest, hyper) = (ours(), by_reqwest(), by_hyper());
        [ours / reqwest, ours / hyper, reqwest / hyper]
    });
    figure("CPU of a get ÷ reqwest + serde_json by hand", Target::AtMost(1.15), to_reqwest);
    figure("CPU of a get ÷ hyper + serde_json by hand", Target::AtMost(1.6), to_hyper);
    figure("CPU of reqwest by hand ÷ hyper by hand", Target::None, between);
}

/// One page of a list: every value as documented, and the same with one odd value in each group.
fn pages(runtime: &Runtime, base: &str) {
    let bare = reqwest::Client::builder().build().unwrap();
    let [clean, odd] = [client(base), client(&format!("{base}/odd"))];
    let page = |client: &Client, problems: usize| {
        time(runtime, PAGES, async || {
            let mut pages = client.groups().list().page_size(PAGE.into()).pages();
            let page = pages.try_next().await.unwrap().unwrap();
            assert_eq!((page.items.len(), page.problems().total()), (usize::from(PAGE), problems));
            black_box(page);
        })
    };
    let by_hand = || {
        time(runtime, PAGES, async || {
            let url = format!("{base}/groups?limit={PAGE}");
            let answer = bare.get(url).header("D360-API-KEY", KEY).send().await.unwrap();
            let body = answer.error_for_status().unwrap().bytes().await.unwrap();
            black_box(serde_json::from_slice::<ListByHand>(&body).unwrap());
        })
    };
    let [to_hand, to_clean] = ratios(PAGE_TURNS, || {
        let (clean, odd, by_hand) = (page(&clean, 0), page(&odd, usize::from(PAGE)), by_hand());
        [clean / by_hand, odd / clean]
    });
    figure("CPU of a page of 1,024 groups ÷ reqwest + serde_json by hand", Target::None, to_hand);
    figure("CPU of a page of 1,024 odd groups ÷ of 1,024 clean ones", Target::AtMost(6.0), to_clean);
}

/// For each round, the median of the ratios that its turns measured.
fn ratios<const N: usize>(turns: usize, turn: impl Fn() -> [f64; N]) -> [Vec<f64>; N] {
    let mut figures = [const { Vec::new() }; N];
    for round in 0..=ROUNDS {
        let mut ratios = [const { Vec::new() }; N];
        for _ in 0..turns {
            for (ratios, ratio) in ratios.iter_mut().zip(turn()) {
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
    figures
}

fn middle(mut measured: Vec<f64>) -> f64 {
    measured.sort_by(f64::total_cmp);
    measured[measured.len() / 2]
}

/// Seconds of this thread's processor time for the calls of one turn, one after the other.
fn time(runtime: &Runtime, calls: u32, call: impl AsyncFn()) -> f64 {
    let now = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap();
    let start = now();
    runtime.block_on(async {
        for _ in 0..calls {
            call().await;
        }
    });
    (now() - start).as_secs_f64()
}

/// Serves until the input ends, as it does with the process that holds its other end.
fn serve() {
    let server = Server::start(usize::from(PAGE), Duration::ZERO);
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

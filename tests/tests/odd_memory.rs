//! What the longest answer takes of memory where one item of it is odd. The measured call is made in a process of its own,
//! as only the peak of a whole process can be asked for.
#![cfg(target_os = "linux")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;

use groups_ergonomic::{Client, RateLimit};

/// Set in the process that is measured.
const URL: &str = "WAGROUPS_TEST_URL";
const ITEM: &str = r#"{"id":"Y2FwaV9ncm91cDoxNTU1MDEwMDEwMDoxMjAzNjM0MjQzMzgwNjA5Njg","subject":"Trip to Kyoto","created_at":1767603600}"#;
const LONGEST: usize = 16 * 1024 * 1024 - 1024;

/// Answers one request with groups as `odd` has it, without holding the whole.
fn serve(first: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut head = [0; 4096];
        let _ = stream.read(&mut head);
        let count = (LONGEST - first.len()) / (ITEM.len() + 1);
        let (head_of_list, end) = (r#"{"data":{"groups":["#, "]}}");
        let length = head_of_list.len() + first.len() + count * (ITEM.len() + 1) + end.len();
        let _ = write!(
            stream,
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        );
        let _ = write!(stream, "{head_of_list}{first}");
        for _ in 0..count {
            let _ = write!(stream, ",{ITEM}");
        }
        let _ = write!(stream, "{end}");
        let _ = stream.flush();
        // Held until the other side has read it.
        let _ = stream.read(&mut head);
    });
    url
}

#[test]
fn an_answer_of_16_mib_with_one_odd_item_takes_less_than_128_mib() {
    if let Ok(url) = std::env::var(URL) {
        return measured(&url);
    }
    let large = format!(r#"{{"id":"odd","subject":[{}0]}}"#, "[1],".repeat(1_000_000));
    for odd in [r#"{"id":"odd","created_at":""}"#.to_owned(), large] {
        let url = serve(odd);
        let test = "an_answer_of_16_mib_with_one_odd_item_takes_less_than_128_mib";
        let done = Command::new(std::env::current_exe().expect("a path"))
            .args([test, "--exact", "--nocapture"])
            .env(URL, url)
            .output()
            .expect("it runs");
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        let peak = text.lines().find_map(|line| line.split_once("peak=")).expect(&text).1;
        let peak: u64 = peak.trim().trim_end_matches("kB").trim().parse().expect(&text);
        assert!(peak < 128 * 1024, "{} MiB", peak / 1024);
    }
}

#[allow(clippy::print_stdout, reason = "this is how the other process learns it")]
fn measured(url: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let client = Client::builder().api_key("key").base_url(url).rate_limit(RateLimit::Unlimited);
    let client = client.build().expect("a client");
    let page = runtime.block_on(async { client.groups().list().pages().next().await });
    let page = page.expect("a page").expect("an answer");
    assert!(page.items.len() > 80_000, "{}", page.items.len());
    assert_eq!(page.problems().total(), 1);
    assert_eq!(page.items[0].extra.len(), 1);
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux has it");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    println!("peak={}", peak.trim());
}

//! Lists that are shown while they come: what a page holds is printed before the last page is asked for. The server
//! answers a page only once the test has read what was printed of the page before.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use wiremock::matchers::{query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::world;

fn page(ids: &[&str], next: Option<&str>) -> Value {
    let groups: Vec<Value> = ids
        .iter()
        .map(|id| json!({ "id": id, "subject": format!("Group {id}"), "created_at": 1_767_603_600 }))
        .collect();
    let mut paging = json!({ "cursors": { "before": "b", "after": next.unwrap_or("end") } });
    if let Some(next) = next {
        paging["next"] = json!(format!("https://example.com/groups?after={next}"));
    }
    json!({ "data": { "groups": groups }, "paging": paging })
}

/// Answers once the gate is opened.
struct Gated {
    gate: Mutex<Receiver<()>>,
    page: Value,
}

impl Respond for Gated {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        // Where the test has ended, nobody waits for the answer.
        let _ = self.gate.lock().unwrap().recv();
        ResponseTemplate::new(200).set_body_json(&self.page)
    }
}

/// The lines of the first page in this format, with its header where there is one.
fn lines_of_a_page(format: &str) -> usize {
    if format == "jsonl" { 2 } else { 3 }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_page_holds_is_printed_before_the_last_page_is_asked_for() {
    for format in ["table", "csv", "jsonl"] {
        let server = MockServer::start().await;
        let (open, gate) = channel();
        let last_was_asked = Arc::new(Mutex::new(false));
        Mock::given(query_param_is_missing("after"))
            .respond_with(ResponseTemplate::new(200).set_body_json(page(&["1", "2"], Some("c1"))))
            .mount(&server)
            .await;
        Mock::given(query_param("after", "c1"))
            .respond_with(Gated { gate: Mutex::new(gate), page: page(&["3", "4"], Some("c2")) })
            .mount(&server)
            .await;
        let asked = last_was_asked.clone();
        Mock::given(query_param("after", "c2"))
            .respond_with(move |_: &Request| {
                *asked.lock().unwrap() = true;
                ResponseTemplate::new(200).set_body_json(page(&["5"], None))
            })
            .mount(&server)
            .await;
        let (world, url) = (world(), server.uri());
        let seen = last_was_asked.clone();
        let whole = tokio::task::spawn_blocking(move || {
            let arguments = ["list", "--all", "--page-size", "2", "--base-url", &url, "-o", format];
            let mut child =
                world.command(&arguments).env("D360_API_KEY", "k").stdout(Stdio::piped()).spawn().unwrap();
            let mut out = BufReader::new(child.stdout.take().unwrap());
            let mut text = String::new();
            for _ in 0..lines_of_a_page(format) {
                assert_ne!(out.read_line(&mut text).unwrap(), 0, "{format}: it ended after {text:?}");
            }
            assert!(text.contains("Group 2") && !text.contains("Group 3"), "{format}: {text}");
            assert!(!*seen.lock().unwrap(), "{format}: the last page was asked for");
            open.send(()).unwrap();
            while out.read_line(&mut text).unwrap() > 0 {}
            assert!(child.wait().unwrap().success(), "{format}");
            text
        })
        .await
        .unwrap();
        assert_eq!(whole.lines().count(), lines_of_a_page(format) + 3, "{format}: {whole}");
        assert!(whole.contains("Group 5") && *last_was_asked.lock().unwrap(), "{format}: {whole}");
    }
}

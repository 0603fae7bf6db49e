//! Lists that never end: a service that ignores cursors and hands out a fresh one each time, or sends empty pages for ever.
//! Each command that walks ends with an error of the kind `no_progress`, or at its deadline, and shows what arrived.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wiremock::{Request, Respond, ResponseTemplate};

use crate::answers::{self, Answers};
use crate::world;

/// What each page of a list contains, by the number of the call.
type Items = fn(usize) -> Vec<&'static str>;

/// Answers each list with a page that names another one, with a fresh cursor.
struct Endless {
    calls: Arc<AtomicUsize>,
    items: Items,
    /// From this call of a list on; before it lists are empty and end.
    from: usize,
}

impl Respond for Endless {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let path = request.url.path();
        let body = if request.method.as_str() == "POST" {
            json!({ "messaging_product": "whatsapp", "request_id": "R1" })
        } else if path.ends_with("/groups") || path.ends_with("/join_requests") {
            let call = self.calls.fetch_add(1, Ordering::SeqCst);
            let items = if call < self.from { Vec::new() } else { (self.items)(call - self.from) };
            let items: Vec<Value> = items
                .iter()
                .map(|id| json!({ "id": id, "join_request_id": id, "subject": id, "wa_id": "15550100110" }))
                .collect();
            let data = match path.ends_with("/groups") {
                true => json!({ "groups": items }),
                false => json!(items),
            };
            match call < self.from {
                true => json!({ "data": data }),
                false => {
                    let cursor = format!("fresh{call}");
                    json!({ "data": data, "paging": {
                        "cursors": { "after": cursor, "before": cursor },
                        "next": "https://graph.facebook.com/x", "previous": "https://graph.facebook.com/x",
                    } })
                }
            }
        } else {
            json!({ "id": path.rsplit('/').next(), "subject": "x", "participants": [{ "wa_id": "15550100110" }] })
        };
        ResponseTemplate::new(200).set_body_json(body)
    }
}

fn endless(items: Items, from: usize) -> Answers {
    answers::with(Endless { calls: Arc::default(), items, from })
}

const KEY: [(&str, &str); 1] = [("D360_API_KEY", "k")];

/// The items of a cycle of three pages.
fn cycle(call: usize) -> Vec<&'static str> {
    match call % 3 {
        0 => vec!["A1", "A2"],
        1 => vec!["A3"],
        _ => vec!["A4"],
    }
}

#[test]
fn every_list_ends_and_shows_each_item_once() {
    let services: [(Items, &[&str]); 3] =
        [(|_| vec!["A1", "A2"], &["A1", "A2"]), (cycle, &["A1", "A2", "A3", "A4"]), (|_| Vec::new(), &[])];
    for (items, expected) in services {
        for command in [
            &["list", "--all"][..],
            &["list"],
            &["list", "--all", "--page-size", "1"],
            &["list", "--all", "--before", "x"],
            &["list", "--all", "--details"],
            &["requests", "list", "G", "--all"],
            &["api", "GET", "/groups", "--paginate"],
        ] {
            let world = world();
            let service = endless(items, 0);
            let url = service.url();
            let began = Instant::now();
            let done = world.quietly_with(&[command, &["--base-url", &url, "-o", "jsonl"]].concat(), &KEY);
            assert!(began.elapsed() < Duration::from_secs(20), "{command:?}");
            assert_eq!(done.code, Some(1), "{command:?}: {done:?}");
            let error = done.error();
            assert_eq!(error["kind"], "no_progress", "{command:?}: {error}");
            assert!(error["remedy"].as_str().unwrap().contains("--base-url"), "{error}");
            let ids: Vec<Value> = done
                .stdout
                .lines()
                .map(|line| serde_json::from_str::<Value>(line).unwrap())
                .map(|item| item["id"].clone())
                .collect();
            assert_eq!(ids.len(), expected.len(), "{command:?}: {}", done.stdout);
            for id in expected {
                assert!(ids.contains(&json!(id)), "{command:?}: no {id} in {}", done.stdout);
            }
            // 100 empty pages, and each group is read once for `--details`.
            assert!(service.asked().len() <= 110, "{command:?}: {} calls", service.asked().len());
        }
    }
}

#[test]
fn people_and_documents_of_an_endless_list_are_whole() {
    let world = world();
    for command in [
        &["participants", "list", "--all"][..],
        &["participants", "list", "--all", "-o", "json"],
        &["list", "--all", "-o", "json"],
        &["list", "--all"],
        &["list", "--limit", "3"],
        &["requests", "list", "G", "--all"],
        &["requests", "approve", "G", "--all"],
        &["requests", "reject", "G", "+15550100199"],
        &["api", "GET", "/groups", "--paginate", "--jq", "[.data.groups[].id]"],
    ] {
        let service = endless(cycle, 0);
        let done = world.run_with(&[command, &["--base-url", &service.url()]].concat(), &KEY);
        let expected = if command.contains(&"--limit") { 0 } else { 1 };
        assert_eq!(done.code, Some(expected), "{command:?}: {done:?}");
        assert!(!service.asked().iter().any(|asked| asked.starts_with("POST")), "{command:?}");
    }
    world.check("people_and_documents_of_an_endless_list_are_whole");
}

#[test]
fn a_sparse_list_is_read_to_its_end() {
    let world = world();
    // 99 empty pages, then an item, again and again; after 300 pages the list repeats itself.
    let service = endless(
        |call| match call {
            99 => vec!["A1"],
            198 => vec!["A2"],
            _ => Vec::new(),
        },
        0,
    );
    let url = service.url();
    let done = world.quietly_with(&["list", "--limit", "2", "--base-url", &url, "-o", "jsonl"], &KEY);
    assert_eq!((done.code, done.stdout.lines().count()), (Some(0), 2), "{done:?}");
}

#[test]
fn a_create_before_which_the_list_does_not_end_sends_nothing() {
    let world = world();
    let service = endless(cycle, 0);
    let url = service.url();
    let sheet = world.file("sheet.csv", b"subject\nTrip\n");
    for command in [
        &["create", "--subject", "Trip", "--wait=3s"][..],
        &["create", "--from", &sheet],
        &["create", "--from", &sheet, "--wait=3s"],
    ] {
        let began = Instant::now();
        let done = world.quietly_with(&[command, &["--base-url", &url, "-o", "jsonl"]].concat(), &KEY);
        assert!(began.elapsed() < Duration::from_secs(3), "{command:?}");
        assert_eq!(done.code, Some(1), "{done:?}");
        assert_eq!(done.error()["kind"], "no_progress", "{done:?}");
    }
    assert!(!service.asked().iter().any(|asked| asked.starts_with("POST")));
}

/// The list ends before the create and never after it.
#[test]
fn a_wait_ends_at_its_deadline_while_the_list_does_not_end() {
    /// A new group on each page, so that the walk makes progress for ever.
    fn growing(call: usize) -> Vec<&'static str> {
        vec![Box::leak(format!("N{call}").into_boxed_str())]
    }
    for (name, items) in [("cycle", cycle as Items), ("growing", growing)] {
        let world = world();
        let sheet = world.file("sheet.csv", b"subject\nTrip\n");
        for command in
            [&["create", "--subject", "Trip", "--wait=2s"][..], &["create", "--from", &sheet, "--wait=2s"]]
        {
            let service = endless(items, 1);
            let url = service.url();
            let began = Instant::now();
            let done = world.run_with(&[command, &["--base-url", &url, "-o", "jsonl"]].concat(), &KEY);
            let took = began.elapsed();
            assert_eq!(done.code, Some(8), "{command:?}: {done:?}");
            assert!(took < Duration::from_secs(4), "{command:?} took {took:?}");
            assert!(done.stdout.contains("R1"), "what was accepted is printed: {done:?}");
        }
        world.check(&format!("a_wait_ends_at_its_deadline_while_the_list_does_not_end_{name}"));
    }
}

/// The list makes progress for ever, before anything is sent.
#[test]
fn a_wait_bounds_the_list_that_is_read_before() {
    let world = world();
    let sheet = world.file("sheet.csv", b"subject\nTrip\n");
    for command in
        [&["create", "--subject", "Trip", "--wait=2s"][..], &["create", "--from", &sheet, "--wait=2s"]]
    {
        let service = endless(|call| vec![Box::leak(format!("N{call}").into_boxed_str())], 0);
        let url = service.url();
        let began = Instant::now();
        let done = world.run_with(&[command, &["--base-url", &url, "-o", "jsonl"]].concat(), &KEY);
        let took = began.elapsed();
        assert_eq!(done.code, Some(6), "{command:?}: {done:?}");
        assert_eq!(done.error()["kind"], "timeout", "{done:?}");
        assert!(took < Duration::from_secs(4), "{command:?} took {took:?}");
        assert!(!service.asked().iter().any(|asked| asked.starts_with("POST")));
    }
    world.check("a_wait_bounds_the_list_that_is_read_before");
}

/// The answer to a create was lost, and the list by which the next run finds out never ends.
#[test]
fn settling_ends_while_the_list_does_not_end() {
    let world = world();
    let sheet = world.file("sheet.csv", b"subject\nTrip\n");
    struct Lost(Endless);
    impl Respond for Lost {
        fn respond(&self, request: &Request) -> ResponseTemplate {
            match request.method.as_str() {
                "POST" => ResponseTemplate::new(502),
                _ => self.0.respond(request),
            }
        }
    }
    for (items, kind) in [
        (cycle as Items, "no_progress"),
        (|call| vec![Box::leak(format!("N{call}").into_boxed_str())], "timeout"),
    ] {
        let service = answers::with(Lost(Endless { calls: Arc::default(), items, from: 1 }));
        let url = service.url();
        let run = |more: &[&str]| {
            let command = ["create", "--from", &sheet, "--base-url", &url, "-o", "jsonl", "--timeout", "1s"];
            world.quietly_with(&[&command, more].concat(), &KEY)
        };
        let first = run(&[]);
        assert_eq!(first.code, Some(6), "{first:?}");
        let began = Instant::now();
        let second = run(&["--settle", "1s"]);
        let took = began.elapsed();
        assert!(took < Duration::from_secs(5), "{kind} took {took:?}");
        assert_eq!(second.error()["kind"], kind, "{second:?}");
        assert_eq!(service.asked().iter().filter(|asked| asked.starts_with("POST")).count(), 1);
        std::fs::remove_file(format!("{sheet}.wagroups-journal.jsonl")).unwrap();
    }
}

#[test]
fn a_create_that_waits_says_that_it_was_not_sent() {
    let service = endless(cycle, 0);
    let url = service.url();
    let arguments = ["create", "--subject", "Trip", "--wait=5s", "--base-url", &url, "-o", "json"];
    let done = world().quietly_with(&arguments, &KEY);
    assert_eq!(done.code, Some(1), "{done:?}");
    let message = done.error()["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("nothing was changed, as the state before the call"), "{message}");
    assert!(service.asked().iter().all(|asked| asked.starts_with("GET")), "{:?}", service.asked());
}

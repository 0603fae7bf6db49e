//! `api` from outside: what it sends, what it prints, what it refuses, and that it repeats no more than is safe.

#![allow(clippy::unwrap_used, reason = "the helpers of a test are tests too")]

use serde_json::{Value, json};
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::world;

const KEY: [(&str, &str); 1] = [("D360_API_KEY", "the-key-of-the-test-of-api")];

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

#[test]
fn any_call_is_made_and_printed_as_it_came() {
    let world = world();
    world.run(&["api", "GET", "/groups", "-f", "limit=2", "--sandbox"]);
    world.run(&["api", "get", "groups?limit=1", "-F", "after=", "-o", "yaml", "--sandbox"]);
    world.run(&["api", "GET", "groups", "--jq", ".data.groups | length", "--sandbox"]);
    world.run(&["api", "GET", "/v1/configs/webhook", "--include", "--sandbox", "--jq", ".url"]);
    let create = ["api", "POST", "/groups", "-f", "messaging_product=whatsapp", "-f", "subject=By hand"];
    world.run(&[&create[..], &["--dry-run", "-H", "x-trace: s3cret", "--sandbox"]].concat());
    world.run(&[&create[..], &["-o", "jsonl", "--sandbox", "--jq", "keys"]].concat());
    world.run(&["api", "POST", "/groups", "-F", "subject=5", "--sandbox"]);
    world.run(&["api", "GET", "/groups/nowhere?fields=subject", "-o", "json", "--sandbox"]);
    world.run(&["api", "PUT", "/nothing/here", "--sandbox"]);
    let body = world.file("body.json", b"{\"messaging_product\":\"whatsapp\",\"subject\":\"From a file\"}");
    world.run(&["api", "POST", "/groups", "--input", &body, "--jq", "has(\"request_id\")", "--sandbox"]);
    let text = world.file("body.txt", b"no json");
    let written = ["-f", "x=1", "-H", "content-type: text/plain", "--dry-run", "--sandbox"];
    world.run(&[&["api", "PATCH", "/x", "--input", &text][..], &written].concat());
    world.check("any_call_is_made_and_printed_as_it_came");
}

#[test]
fn what_would_go_elsewhere_or_makes_no_sense_is_refused() {
    let world = world();
    for arguments in [
        &["api", "GET", "https://evil.example/groups"][..],
        &["api", "GET", "//evil.example/groups"],
        &["api", "GET", "/groups/../v1"],
        &["api", "GET", "/groups", "-f", "s3cret"],
        &["api", "GET", "/groups", "-H", "D360-API-KEY: s3cret"],
        &["api", "GET", "/groups", "-H", "x-a: s3cret\u{7}"],
        &["api", "FETCH", "/groups"],
        &["api", "POST", "/groups", "-f", "a=1", "-F", "a=2"],
        &["api", "POST", "/groups", "--paginate"],
        &["api", "GET", "/groups", "--paginate", "--include"],
        &["api", "GET", "/groups", "--fields", "id"],
        &["api", "GET", "/groups", "-o", "csv"],
        &["api", "POST", "/groups", "--input", "nowhere.json"],
    ] {
        let run = world.run(&[arguments, &["--sandbox"]].concat());
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{arguments:?}: {run:?}");
    }
    world.check("what_would_go_elsewhere_or_makes_no_sense_is_refused");
}

fn page(ids: &[&str], after: Option<&str>) -> ResponseTemplate {
    let groups: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
    let mut page = json!({ "data": { "groups": groups } });
    if let Some(after) = after {
        page["paging"] = json!({ "cursors": { "after": after }, "next": "https://evil.example/groups" });
    }
    ResponseTemplate::new(200).set_body_json(page)
}

#[test]
fn pages_are_followed_by_the_cursor_alone_and_merged() {
    use wiremock::matchers::{query_param, query_param_is_missing};

    let runtime = runtime();
    let server = runtime.block_on(async {
        let server = MockServer::start().await;
        let at = |place: &'static str| Mock::given(method("GET")).and(path(place));
        let first = at("/groups").and(query_param_is_missing("after")).and(query_param("limit", "2"));
        first.respond_with(page(&["a", "b"], Some("c1"))).mount(&server).await;
        at("/groups")
            .and(query_param("after", "c1"))
            .respond_with(page(&[], Some("c2")))
            .mount(&server)
            .await;
        at("/groups").and(query_param("after", "c2")).respond_with(page(&["c"], None)).mount(&server).await;
        at("/broken")
            .and(query_param_is_missing("after"))
            .respond_with(page(&["a"], Some("c1")))
            .mount(&server)
            .await;
        at("/circle").respond_with(page(&["a"], Some("c1"))).mount(&server).await;
        at("/none")
            .respond_with(ResponseTemplate::new(200).set_body_json(json!({ "id": 1 })))
            .mount(&server)
            .await;
        Mock::given(any()).respond_with(ResponseTemplate::new(500)).mount(&server).await;
        server
    });
    let world = world();
    let url = server.uri();
    let more = ["--paginate", "--base-url", &url, "--max-retries", "0"];
    for arguments in [
        &["/groups?limit=2"][..],
        &["/groups", "-f", "limit=2", "-o", "jsonl"],
        &["/groups?limit=2", "-o", "jsonl", "--jq", ".id"],
        &["/groups?limit=2", "--jq", "[.data.groups[].id]"],
        &["/broken", "-o", "jsonl"],
        &["/broken"],
        &["/circle", "--jq", ".data.groups | length"],
        &["/none"],
    ] {
        world.run_with(&[&["api", "GET"], arguments, &more].concat(), &KEY);
    }
    world.check("pages_are_followed_by_the_cursor_alone_and_merged");
}

/// Each answer is a failure after which the call may have been carried out.
#[test]
fn only_what_is_safe_to_repeat_is_repeated() {
    let runtime = runtime();
    for (verb, place, sent) in [
        ("GET", "/unknown/path", 2),
        ("HEAD", "/unknown/path", 2),
        ("POST", "/unknown/path", 1),
        ("DELETE", "/unknown/path", 1),
        ("PUT", "/groups/x", 1),
        ("POST", "/groups", 1),
        ("POST", "/groups/x/invite_link", 1),
        ("DELETE", "/groups/x", 2),
        ("POST", "/v1/configs/webhook", 2),
    ] {
        let server = runtime.block_on(async {
            let server = MockServer::start().await;
            Mock::given(any()).respond_with(ResponseTemplate::new(502)).mount(&server).await;
            server
        });
        let world = world();
        let call = ["api", verb, place, "--base-url", &server.uri(), "--max-retries", "1", "-o", "json"];
        let mut command = world.command(&call);
        let done = command.envs(KEY).output().unwrap();
        let received = runtime.block_on(server.received_requests()).unwrap();
        assert_eq!(received.len(), sent, "{verb} {place}");
        assert!(
            received.iter().all(|request| request.url.path() == place && request.method.as_str() == verb)
        );
        assert_eq!(done.status.code(), Some(if verb == "GET" || verb == "HEAD" { 1 } else { 6 }), "{done:?}");
        let error: Value = serde_json::from_slice(&done.stderr).unwrap();
        assert_eq!(error["error"]["attempts"], sent, "{verb} {place}");
    }
}

#[test]
fn an_answer_that_is_no_text_comes_out_byte_for_byte() {
    let bytes: Vec<u8> = (0..=255).chain([0xff, 0xfe, b'x']).collect();
    let service = crate::answers::with(ResponseTemplate::new(200).set_body_raw(bytes.clone(), "image/jpeg"));
    let (world, url) = (world(), service.url());
    for arguments in [&["api", "GET", "/media/1"][..], &["api", "GET", "/media/1", "-o", "json"]] {
        let arguments = [arguments, &["--base-url", &url]].concat();
        let done = world.command(&arguments).envs(KEY).output().unwrap();
        assert!(done.status.success(), "{done:?}");
        assert_eq!(done.stdout, bytes);
    }
}

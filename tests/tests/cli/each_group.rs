//! Lists that read each group: what one group refuses, what ends the list, and where it then goes on.

use groups_tests::Run;
use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::world;

/// An account of two pages of groups: `a`, `b`, `c` and `d`, then `e`. A get is answered with these people, or this code.
async fn account(answers: [(&str, u16, Value); 5]) -> MockServer {
    let server = MockServer::start().await;
    let page = |ids: &[&str], paging: Value| {
        let groups: Vec<_> =
            ids.iter().map(|id| json!({ "id": id, "subject": format!("Trip {id}") })).collect();
        ResponseTemplate::new(200).set_body_json(json!({ "data": { "groups": groups }, "paging": paging }))
    };
    let more = json!({ "cursors": { "before": "x", "after": "P1" }, "next": "https://x.invalid/?after=P1" });
    let first = page(&["a", "b", "c", "d"], more);
    let list = || Mock::given(method("GET")).and(path("/groups"));
    list().and(query_param_is_missing("after")).respond_with(first).mount(&server).await;
    let last = page(&["e"], json!({ "cursors": { "before": "x", "after": "P2" } }));
    list().and(query_param("after", "P1")).respond_with(last).mount(&server).await;
    for (id, status, answer) in answers {
        let body = if status == 200 {
            json!({ "id": id, "participants": answer })
        } else {
            json!({ "error": { "message": format!("no {id}"), "code": answer, "type": "OAuthException" } })
        };
        let get = Mock::given(method("GET")).and(path(format!("/groups/{id}")));
        get.respond_with(ResponseTemplate::new(status).set_body_json(body)).mount(&server).await;
    }
    server
}

fn run(server: &MockServer, arguments: &[&str]) -> Run {
    let (world, url) = (world(), server.uri());
    let arguments = [arguments, &["--base-url", &url]].concat();
    world.quietly_with(&arguments, &[("D360_API_KEY", "sandbox")])
}

const ALL: [&str; 5] = ["participants", "list", "--all", "-o", "jsonl"];

fn people(run: &Run) -> Vec<Value> {
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap_or_default()).collect()
}

#[tokio::test]
async fn a_group_that_cannot_be_read_is_named_and_hides_no_other() {
    let ann = json!([{ "wa_id": "15550100151" }]);
    let bob = json!([{ "user_id": "US.13491208655302741918" }]);
    let server = account([
        ("a", 200, ann),
        ("b", 404, json!(131_041)),
        ("c", 403, json!(10)),
        ("d", 200, json!([])),
        ("e", 200, bob),
    ])
    .await;
    let listed = run(&server, &ALL);
    let expected = [
        json!({ "group_id": "a", "subject": "Trip a", "wa_id": "15550100151" }),
        json!({ "group_id": "e", "subject": "Trip e", "user_id": "US.13491208655302741918" }),
    ];
    assert_eq!(people(&listed), expected);
    assert_eq!(listed.code, Some(7), "{listed:?}");
    let error = listed.error();
    assert_eq!(error["message"], "3 of 4 groups read, 1 failed: c");
    assert_eq!((&error["kind"], &error["details"]), (&json!("partially_succeeded"), &json!("no c")));

    let detailed = run(&server, &["list", "--all", "--details", "-o", "jsonl", "--fields", "id"]);
    assert_eq!(people(&detailed), ["a", "d", "e"].map(|id| json!({ "id": id })));
    assert_eq!(detailed.error()["message"], "3 of 4 groups read, 1 failed: c");
}

#[tokio::test]
async fn a_list_that_ends_early_says_where_to_go_on_even_if_nobody_was_shown() {
    let nobody = json!([]);
    for (shown, of_first) in [(1, json!([{ "wa_id": "15550100151" }])), (0, nobody.clone())] {
        let server = account([
            ("a", 200, of_first),
            ("b", 200, nobody.clone()),
            ("c", 403, json!(10)),
            ("d", 403, json!(10)),
            ("e", 401, json!(190)),
        ])
        .await;
        let listed = run(&server, &ALL);
        assert_eq!((people(&listed).len(), listed.code), (shown, Some(3)), "{listed:?}");
        let error = listed.error();
        let remedy = error["remedy"].to_string();
        assert!(remedy.contains("wagroups participants list --after P1 --all"), "{remedy}");
        assert_eq!(error["message"], "no e; before that 2 could not be read: c, d");
    }
}

/// Nobody reads any more, so nobody is told of the group that could not be read.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_reader_that_goes_away_is_told_nothing() {
    let mut answers = ["a", "b", "c", "d", "e"].map(|id| (id, 200, json!([{ "wa_id": "15550100151" }])));
    answers[1] = ("b", 403, json!(10));
    let (server, world) = (account(answers).await, world());
    let mut command = world.command(&[&ALL[..], &["--base-url", &server.uri()]].concat());
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    command.env("D360_API_KEY", "sandbox").stdout(writer).stderr(std::process::Stdio::piped());
    let done = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert_eq!((done.status.code(), String::from_utf8(done.stderr).unwrap()), (Some(0), String::new()));
}

#[tokio::test]
async fn groups_that_all_refuse_end_as_one_of_them_does() {
    let answers = ["a", "b", "c", "d", "e"].map(|id| (id, 403, json!(10)));
    let listed = run(&account(answers).await, &ALL);
    assert_eq!((listed.stdout.as_str(), listed.code), ("", Some(3)), "{listed:?}");
    assert_eq!(listed.error()["message"], "0 of 5 groups read, 5 failed: a, b, c, d, e");
    let remedy = listed.error()["remedy"].to_string();
    assert!(remedy.contains("`wagroups get a ") && remedy.contains("tells why of one"), "{remedy}");
}

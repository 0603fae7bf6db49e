//! Answers with odd values: the results and the exit code are those of the rest, and one line on stderr says what was odd.

use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::answers::{self, Answers};
use crate::world;
use groups_tests::Run;

/// One that answers by method and path; else 404.
fn service(answer: impl Fn(&str, &Request) -> Option<String> + Send + Sync + 'static) -> Answers {
    answers::with(move |request: &Request| {
        let asked = format!("{} {}", request.method, request.url.path());
        match answer(&asked, request) {
            Some(body) => ResponseTemplate::new(200).set_body_raw(body, "application/json"),
            None => ResponseTemplate::new(404).set_body_raw("{}", "application/json"),
        }
    })
}

fn always(body: &'static str) -> Answers {
    service(move |_, _| Some(body.to_owned()))
}

fn run(service: &Answers, arguments: &[&str]) -> Run {
    let url = service.url();
    world().quietly_with(arguments, &[("D360_API_KEY", "key"), ("WAGROUPS_BASE_URL", &url)])
}

/// Runs it, with what is printed on stderr.
fn done(service: &Answers, arguments: &[&str], odd: &str) -> Run {
    let run = run(service, arguments);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.contains(odd), "{odd:?} is not in {:?}", run.stderr);
    assert_eq!(run.stderr.lines().filter(|line| line.contains("could not be read")).count(), 1, "{run:?}");
    run
}

#[test]
fn a_list_shows_what_can_be_read_and_one_line_says_the_rest() {
    let list = r#"{"data":{"groups":[{"id":"A1","subject":"Fine","created_at":1767603600},
        {"id":"A2","subject":"Cut \ud83d","created_at":""},null,{"id":"A3","created_at":""}]},"paging":{}}"#;
    let service = always(list);
    let run = done(&service, &["list", "-o", "json"], "data.groups[1].created_at is a string (2 times)");
    let groups = run.json();
    assert_eq!(groups.as_array().map(Vec::len), Some(3));
    assert_eq!(groups[0], json!({ "id": "A1", "subject": "Fine", "created_at": "2026-01-05T09:00:00Z" }));
    assert_eq!(groups[1], json!({ "id": "A2", "subject": "Cut \u{fffd}", "extra": { "?created_at": "" } }));
    assert!(run.stderr.contains("as `?created_at`"), "{}", run.stderr);
    assert!(run.stderr.contains("1 item without a readable id is left out"), "{}", run.stderr);
    let run = done(&service, &["list"], "data.groups[2] is null");
    assert!(run.stdout.contains("Fine") && run.stdout.contains("A3"), "{}", run.stdout);
    let quiet = self::run(&service, &["-q", "list"]);
    assert_eq!((quiet.code, quiet.stderr.as_str()), (Some(0), ""));
    for (body, odd) in [
        (r#"{"data":{"groups":null},"paging":{}}"#, "data.groups is null"),
        (r#"{"data":null}"#, "data is null"),
        (r#"{"data":{"entries":[{"id":"x"}]}}"#, "data.groups is missing"),
    ] {
        let run = done(&always(body), &["list", "-o", "json"], odd);
        assert_eq!(run.json(), json!([]), "{body}");
    }
    let run = self::run(&always("\u{feff}{\"data\":{\"groups\":[]},\"paging\":{}}"), &["list", "-o", "json"]);
    assert_eq!((run.code, run.json()), (Some(0), json!([])));
    let run = self::run(&always(r#"{"data":"none"}"#), &["list", "-o", "json"]);
    assert_eq!(run.code, Some(1));
    assert_eq!(run.error()["message"], "the answer could not be understood: data is a string");
}

#[test]
fn a_list_that_reads_each_group_counts_what_repeats() {
    let service = service(|asked, _| {
        Some(match asked {
            "GET /groups" => r#"{"data":{"groups":[{"id":"A1"},{"id":"A2"}]},"paging":{}}"#.to_owned(),
            path => {
                let id = path.rsplit('/').next().unwrap_or_default();
                format!(
                    r#"{{"id":"{id}","subject":"S","join_approval_mode":true,"participants":[{{"wa_id":"15550100123"}},null]}}"#
                )
            }
        })
    });
    let run =
        done(&service, &["list", "--details", "-o", "json"], "join_approval_mode is a boolean (2 times)");
    let groups = run.json();
    assert_eq!(groups[0]["extra"], json!({ "?join_approval_mode": true }));
    assert_eq!(groups[1]["participants"][1]["extra"], json!({ "?participant": null }));
    let run = done(&service, &["get", "A1", "-o", "json"], "participants[1] is null");
    assert_eq!(run.json()["subject"], "S");
    let run = done(&service, &["participants", "list", "A1", "-o", "json"], "participants[1] is null");
    assert_eq!(run.json().as_array().map(Vec::len), Some(2), "an audit must not miss somebody: {run:?}");
}

/// Commands that make one call, and whether it writes.
const SINGLE: [(&[&str], bool); 12] = [
    (&["list"], false),
    (&["get", "A1"], false),
    (&["participants", "list", "A1"], false),
    (&["requests", "list", "A1"], false),
    (&["invite", "get", "A1"], false),
    (&["webhook", "get"], false),
    (&["create", "--subject", "Trip"], true),
    (&["update", "A1", "--subject", "Trip"], true),
    (&["delete", "A1", "--yes"], true),
    (&["participants", "remove", "A1", "+15550100123", "--yes"], true),
    (&["requests", "approve", "A1", "J1"], true),
    (&["webhook", "set", "https://example.com/hook"], true),
];

#[test]
fn an_error_with_a_status_of_success_is_an_error() {
    for (body, code) in [
        (r#"{"error":{"code":131041,"message":"(#131041) Group unknown"}}"#, Some(131_041)),
        (r#"{"errors":[{"code":131041,"title":"Group unknown"}]}"#, Some(131_041)),
        (r#"{"messaging_product":"whatsapp","error":"not today"}"#, None),
        (r#"{"meta":{"success":false,"http_code":400,"developer_message":"not today"}}"#, None),
        (r#"{"success":false,"message":"not today"}"#, None),
        (r#"[{"error":{"message":"not today"}}]"#, None),
    ] {
        let service = always(body);
        for (arguments, writes) in SINGLE {
            // Approvals report errors of their own under this name.
            if body.contains("\"errors\"") && arguments[0] == "requests" && writes {
                continue;
            }
            let run = run(&service, &[arguments, &["-o", "json"]].concat());
            let error = run.error();
            let expected = match (code, writes) {
                (Some(_), _) => 4,
                (None, true) => 6,
                (None, false) => 1,
            };
            assert_eq!(run.code, Some(expected), "{body} {arguments:?}: {run:?}");
            assert_eq!(error["code"], json!(code), "{body} {arguments:?}: {error}");
            let said = if code.is_some() { "Group unknown" } else { "not today" };
            assert!(error["message"].as_str().unwrap().contains(said), "{body} {arguments:?}: {error}");
        }
    }
}

#[test]
fn an_odd_value_in_an_error_costs_neither_its_code_nor_the_exit_code() {
    for (envelope, odd) in [
        (r#"{"error":{"code":131041.0,"message":"m"}}"#, None),
        (r#"{"errors":[null,{"code":131041,"title":"m"}]}"#, None),
        (r#"{"error":[{"code":131041,"message":"m"}]}"#, None),
        (r#"{"error":{"code":131041,"message":["m"]}}"#, Some("error.message is an array")),
        (r#"{"error":{"code":{},"message":"(#131041) m"}}"#, Some("error.code is an object")),
        (r#"{"error":{"code":131041,"message":"m","error_data":7}}"#, Some("error.error_data is a number")),
    ] {
        let service = answers::with(move |_: &Request| {
            ResponseTemplate::new(400).set_body_raw(envelope, "application/json")
        });
        for (arguments, _) in SINGLE {
            let run = run(&service, &[arguments, &["-o", "json"]].concat());
            assert_eq!(run.code, Some(4), "{envelope} {arguments:?}: {run:?}");
            let error = run.error();
            assert_eq!(error["code"], 131_041, "{error}");
            let unreadable = error["unreadable"][0].as_str().unwrap_or_default();
            assert!(unreadable.contains(odd.unwrap_or_default()), "{odd:?} {error}");
            assert_eq!(error.get("unreadable").is_some(), odd.is_some(), "{error}");
        }
    }
}

#[test]
fn a_write_with_an_odd_answer_is_accepted() {
    for body in [r#"{"messaging_product":7,"request_id":"R1"}"#, r#"{"request_id":"R1","success":"perhaps"}"#]
    {
        let service = always(body);
        for arguments in [
            &["create", "--subject", "Trip", "-o", "json"][..],
            &["update", "A1", "--subject", "Trip", "-o", "json"],
            &["delete", "A1", "--yes", "-o", "json"],
            &["participants", "remove", "A1", "+15550100123", "--yes", "-o", "json"],
        ] {
            let run = done(&service, arguments, "is a ");
            assert_eq!(run.json()["request_id"], "R1", "{run:?}");
        }
    }
    for body in [r#"{"request_id":null}"#, r#"{"request_id":{},"id":[]}"#, "[]", "true", "{}"] {
        let run = run(&always(body), &["create", "--subject", "Trip", "-o", "json"]);
        assert_eq!(run.code, Some(0), "{body}: {run:?}");
        assert_eq!(run.json(), json!({ "operation": "create_group" }), "{body}");
    }
    // An error is one, whatever the status.
    let run =
        run(&always(r#"{"error":{"message":"not today"}}"#), &["create", "--subject", "Trip", "-o", "json"]);
    assert_eq!(run.code, Some(6), "{run:?}");
    assert!(run.error()["message"].as_str().is_some_and(|text| text.contains("not today")), "{run:?}");
}

#[test]
fn a_create_that_is_waited_for_finds_its_group_beside_odd_ones() {
    let service = service(|asked, request| {
        Some(match (asked, request.url.query().is_some_and(|query| query.contains("fields"))) {
            ("POST /groups", _) => r#"{"request_id":false}"#.to_owned(),
            ("GET /groups", _) => {
                let made =
                    std::sync::atomic::AtomicUsize::fetch_add(&ASKED, 1, std::sync::atomic::Ordering::SeqCst);
                let new = if made > 0 { r#",{"id":"NEW","subject":"Trip","created_at":"now"}"# } else { "" };
                format!(r#"{{"data":{{"groups":[{{"id":"OLD","subject":[]}},null{new}]}},"paging":{{}}}}"#)
            }
            _ => r#"{"id":"NEW","subject":"Trip","suspended":"no idea"}"#.to_owned(),
        })
    });
    static ASKED: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let run = run(&service, &["create", "--subject", "Trip", "--wait=20s", "-o", "json"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(run.json()["group_id"], "NEW", "{run:?}");
    assert!(run.stderr.contains("request_id is a boolean"), "{}", run.stderr);
}

#[test]
fn a_link_that_cannot_be_read_is_said_to_be_so() {
    let link = "https://chat.whatsapp.com/LINK";
    let service = service(move |asked, _| {
        Some(if asked.starts_with("POST") {
            r#"{"invite_link":null}"#.to_owned()
        } else {
            format!(r#"{{"invite_link":"{link}","messaging_product":true}}"#)
        })
    });
    let run = self::run(&service, &["invite", "reset", "A1", "-o", "json"]);
    assert_eq!((run.code, &run.json()["invite_link"]), (Some(0), &link.into()), "{run:?}");
    assert!(run.stderr.contains("invite_link is null"), "{run:?}");
    assert_eq!(service.asked(), ["POST /groups/A1/invite_link", "GET /groups/A1/invite_link"]);
    done(&service, &["invite", "get", "A1", "-o", "json"], "messaging_product is a boolean");

    let none = always(r#"{"invite_link":12}"#);
    let run = self::run(&none, &["invite", "get", "A1", "-o", "json"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert_eq!(run.error()["message"], "the answer has no invite link that can be read");
    let run = self::run(&none, &["invite", "reset", "A1", "-o", "json"]);
    assert_eq!(run.code, Some(1), "it is done, so nothing is in doubt: {run:?}");
    let said = run.error()["message"].as_str().unwrap_or_default().to_owned();
    assert!(said.starts_with("the invite link was replaced, but the new one could not be read"), "{said}");
}

#[test]
fn join_requests_that_can_be_read_are_listed_and_decided() {
    let list = always(
        r#"{"data":[{"join_request_id":"J1","wa_id":"15550100123","creation_timestamp":false},
            {"wa_id":"15550100124"},{"join_request_id":"J2","wa_id":[]}],"paging":"none"}"#,
    );
    let run = done(&list, &["requests", "list", "A1", "-o", "json"], "data[1].join_request_id is missing");
    let requests = run.json();
    assert_eq!(requests.as_array().map(Vec::len), Some(2));
    assert_eq!((&requests[0]["id"], &requests[1]["id"]), (&"J1".into(), &"J2".into()));
    for (verb, member) in [("approve", "approved_join_requests"), ("reject", "rejected_join_requests")] {
        let body = format!(r#"{{"{member}":["J1",null,"J2"],"errors":"none","failed_join_requests":null}}"#);
        let service = service(move |_, _| Some(body.clone()));
        let run = done(&service, &["requests", verb, "A1", "J1", "J2", "-o", "json"], "[1] is null");
        assert_eq!(run.json()["succeeded"], json!(["J1", "J2"]), "{run:?}");
        let body = format!(
            r#"{{"{member}":["J1"],"failed_join_requests":[{{"join_request_id":"J2","errors":"It was withdrawn"}},7]}}"#
        );
        let service = self::service(move |_, _| Some(body.clone()));
        let run = self::run(&service, &["requests", verb, "A1", "J1", "J2", "-o", "json"]);
        assert_eq!(run.code, Some(7), "{run:?}");
        let batch: Value = run.json();
        assert_eq!(batch["succeeded"], json!(["J1"]));
        assert_eq!(batch["failed"][0]["error"]["message"], "It was withdrawn");
    }
}

#[test]
fn an_odd_configuration_of_webhooks_is_shown_as_far_as_it_goes() {
    let service =
        always(r#"{"url":"https://example.com/hook","headers":{"x-a":"b","x-b":7},"active":1e999}"#);
    let run = done(&service, &["webhook", "get", "-o", "json"], "headers.x-b is a number");
    assert_eq!(run.json()["url"], "https://example.com/hook");
    assert_eq!(run.json()["extra"], json!({ "?active": "1e999" }));
}

#[test]
fn a_raw_call_shows_what_came_and_filters_what_can_be_read() {
    let body = r#"{"data":[{"id":"a","subject":"Cut \ud83d"}],"paging":{}}"#;
    let service = always(body);
    let run = self::run(&service, &["api", "GET", "/groups"]);
    assert_eq!((run.code, run.stdout.trim()), (Some(0), body));
    let run = self::run(&service, &["api", "GET", "/groups", "--jq", ".data[0].id"]);
    assert_eq!((run.code, run.stdout.trim()), (Some(0), "a"), "{run:?}");
    let run =
        done(&service, &["api", "GET", "/groups", "--paginate", "-o", "json"], "data[0].subject contains");
    assert_eq!(run.json()["data"][0]["id"], "a");
}

#[test]
fn an_odd_event_leaves_the_others_alone() {
    let world = world();
    let file = world.file(
        "webhook.json",
        br#"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"group_lifecycle_update","value":{
            "messaging_product":"whatsapp","groups":[
            {"timestamp":"1767603600","group_id":"G1","type":"group_create","request_id":"R1","subject":"Fine"},
            {"timestamp":"1767603600","group_id":"G2","type":"group_create","request_id":"R2","subject":"Cut \ud83d","invite_link":true}]}}]}]}"#,
    );
    let run = world.quietly(&["events", "decode", &file, "-o", "json"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let events = run.json();
    assert_eq!((&events[0]["subject"], &events[1]["subject"]), (&"Fine".into(), &"Cut \u{fffd}".into()));
    assert_eq!(events[1]["extra"], json!({ "?invite_link": true }));
    assert!(run.stderr.contains("2 values in the notification could not be read"), "{}", run.stderr);
}

#[test]
fn a_webhook_address_that_cannot_be_read_is_not_called_missing() {
    for body in [r#"{"url":7}"#, r#"["https://example.com/hook"]"#] {
        let service = service(move |asked, _| {
            let list = r#"{"data":{"groups":[{"id":"A1"}]}}"#;
            Some(if asked == "GET /groups" { list } else { body }.to_owned())
        });
        let run = run(&service, &["webhook", "get"]);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(!run.stderr.contains("No webhook address"), "{run:?}");
        let doctor = self::run(&service, &["doctor", "-o", "json"]);
        let checks = doctor.json();
        let webhook = checks.as_array().unwrap().iter().find(|check| check["check"] == "webhook").unwrap();
        assert_eq!(webhook["status"], "unknown", "{body}: {checks}");
        assert_eq!(webhook["message"], "the answer contains a webhook address that cannot be read");
    }
}

#[test]
fn a_group_without_its_list_of_participants_is_not_called_empty() {
    for (body, odd, note) in [
        (r#"{"id":"A1","subject":"S"}"#, Some("participants is missing"), ""),
        (r#"{"id":"A1","participants":null}"#, Some("participants is missing"), ""),
        (r#"{"id":"A1","participants":7}"#, Some("participants is a number"), ""),
        (
            r#"{"id":"A1","participants":[],"total_participant_count":3}"#,
            None,
            "The answer lists no participants, but counts 3.",
        ),
        (r#"{"id":"A1","total_participant_count":0}"#, None, "No participants."),
        (r#"{"id":"A1","participants":[]}"#, None, "No participants."),
    ] {
        let run = run(&always(body), &["participants", "list", "A1"]);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(run.stderr.contains(odd.unwrap_or(note)), "{body}: {run:?}");
        assert_eq!(run.stderr.contains("No participants."), note == "No participants.", "{body}: {run:?}");
    }
}

#[test]
fn an_item_with_an_empty_id_is_left_out() {
    let list = r#"{"data":{"groups":[{"id":""},{"id":"A1","subject":"Fine"},{"id":"  "}]}}"#;
    let run = done(&always(list), &["list", "-o", "json"], "data.groups[0].id is empty (2 times)");
    assert_eq!(run.json().as_array().map(Vec::len), Some(1));
    assert!(run.stderr.contains("2 items without a readable id are left out"), "{run:?}");
    let requests = r#"{"data":[{"join_request_id":"","wa_id":"15550100123"},{"join_request_id":"J1"}]}"#;
    let run = done(
        &always(requests),
        &["requests", "list", "A1", "-o", "json"],
        "data[0].join_request_id is empty",
    );
    assert_eq!(run.json().as_array().map(Vec::len), Some(1));
}

#[test]
fn what_is_said_of_odd_notifications() {
    let world = world();
    let decode = |value: &str| {
        let body = format!(
            r#"{{"entry":[{{"id":"1","changes":[{{"field":"group_participants_update","value":{{{value}}}}}]}}]}}"#
        );
        world.run(&[
            "events",
            "decode",
            &world.file("webhook.json", body.as_bytes()),
            "--fields",
            "type,group_id",
        ]);
    };
    let event =
        |more: &str| format!(r#""groups":[{{"type":"group_participants_add","group_id":"G1"{more}}}]"#);
    decode(&format!("{},{}", event(""), event("")));
    decode(&event(r#","added_participants":[null]"#));
    decode(&event(&format!(r#","new":{}{}"#, "[".repeat(1_000), "]".repeat(1_000))));
    world.check("what_is_said_of_odd_notifications");
}

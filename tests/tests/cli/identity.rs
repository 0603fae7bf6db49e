//! A create recognises its group although the service stores the subject in another form, and no group is reported for two
//! creates, be they of one process or of several.
#![allow(clippy::unwrap_used)]

use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use groups_ergonomic::model::text::normalized;
use serde_json::{Value, json};
use wiremock::{Request, Respond, ResponseTemplate};

use crate::answers::{self, Answers};
use crate::world;

/// A service that makes each group appear a while after its create, with the subject in a form of its own.
struct Service {
    state: Arc<Mutex<Vec<(Instant, Value)>>>,
    delay: Duration,
    stores: fn(&str) -> String,
    /// Whether the answer to a create is lost.
    loses: bool,
    /// A page of the list as it is sent, from its groups and whether it is not the first.
    lists: fn(Vec<Value>, bool) -> String,
    /// A group as it is sent.
    reads: fn(Value) -> Value,
}

fn as_documented(groups: Vec<Value>, is_later: bool) -> String {
    let groups = if is_later { Vec::new() } else { groups };
    json!({ "data": { "groups": groups } }).to_string()
}

impl Respond for Service {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut groups = self.state.lock().unwrap();
        let path = request.url.path();
        if request.method.as_str() == "POST" && path.ends_with("/groups") {
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            let number = groups.len();
            groups.push((
                Instant::now() + self.delay,
                json!({
                    "id": format!("G{number}"),
                    "subject": (self.stores)(body["subject"].as_str().unwrap()),
                    "description": body["description"].as_str().unwrap_or_default(),
                    "join_approval_mode": body["join_approval_mode"].as_str().unwrap_or("auto_approve"),
                    "created_at": 1_767_603_600 + number,
                }),
            ));
            if self.loses {
                return ResponseTemplate::new(502);
            }
            let answer = json!({ "messaging_product": "whatsapp", "request_id": format!("R{number}") });
            return ResponseTemplate::new(200).set_body_json(answer);
        }
        let there: Vec<&Value> =
            groups.iter().filter(|(at, _)| *at <= Instant::now()).map(|(_, group)| group).collect();
        if path.ends_with("/groups") {
            let listed = there.iter().map(|group| {
                json!({ "id": group["id"], "subject": group["subject"], "created_at": group["created_at"] })
            });
            let is_later = request.url.query_pairs().any(|(name, _)| name == "after");
            let body = (self.lists)(listed.collect(), is_later);
            return ResponseTemplate::new(200).set_body_raw(body, "application/json");
        }
        if path.ends_with("/invite_link") {
            let link = format!("https://chat.whatsapp.com/{}", path.len());
            return ResponseTemplate::new(200).set_body_json(json!({ "invite_link": link }));
        }
        match there.iter().find(|group| path.ends_with(&format!("/{}", group["id"].as_str().unwrap()))) {
            Some(group) => ResponseTemplate::new(200).set_body_json((self.reads)((*group).clone())),
            None => ResponseTemplate::new(400)
                .set_body_json(json!({ "error": { "code": 131_041, "message": "Group unknown" } })),
        }
    }
}

impl Default for Service {
    /// Groups appear at once, as they were sent.
    fn default() -> Self {
        Self {
            state: Arc::default(),
            delay: Duration::ZERO,
            stores: str::to_owned,
            loses: false,
            lists: as_documented,
            reads: |group| group,
        }
    }
}

fn service(delay_ms: u64, stores: fn(&str) -> String, loses: bool) -> Answers {
    answers::with(Service { delay: Duration::from_millis(delay_ms), stores, loses, ..Service::default() })
}

fn creates(service: &Answers) -> usize {
    service.asked().iter().filter(|asked| asked.starts_with("POST")).count()
}

const KEY: [(&str, &str); 1] = [("D360_API_KEY", "k")];

/// How a service stores a subject.
type Stores = fn(&str) -> String;

/// A subject, and how a service stores it.
const FORMS: [(&str, Stores); 4] = [
    ("Cafe\u{301} in Kyoto", normalized),
    ("Trip   to\u{a0} Kyoto", |text| text.split_whitespace().collect::<Vec<_>>().join(" ")),
    ("Love \u{2764}\u{fe0f}", |text| text.replace('\u{fe0f}', "")),
    ("Team \u{1f469}\u{200d}\u{1f4bb}", |text| text.replace('\u{200d}', "")),
];

#[test]
fn a_create_that_waits_finds_its_group_in_the_form_that_the_service_stores() {
    for (subject, stores) in FORMS {
        let world = world();
        let service = service(300, stores, false);
        let url = service.url();
        let command = ["create", "--subject", subject, "--wait=10s", "--base-url", &url, "-o", "json"];
        let done = world.quietly_with(&command, &KEY);
        assert_eq!((done.code, &done.json()["id"]), (Some(0), &json!("G0")), "{subject:?}: {done:?}");
    }
}

#[test]
fn a_sheet_whose_answers_were_lost_makes_no_group_twice() {
    for (subject, stores) in FORMS {
        let world = world();
        let service = service(300, stores, true);
        let url = service.url();
        let sheet = world.file("sheet.csv", format!("subject\n{subject}\n").as_bytes());
        let run = |more: &[&str]| {
            let command =
                ["create", "--from", &sheet, "--base-url", &url, "-o", "jsonl", "--max-retries", "0"];
            world.quietly_with(&[&command, more].concat(), &KEY)
        };
        assert_eq!(run(&[]).code, Some(6));
        let second = run(&["--settle", "2s"]);
        assert_eq!(second.code, Some(0), "{subject:?}: {second:?}");
        assert!(second.stdout.contains("\"G0\""), "{second:?}");
        let third = run(&["--settle", "2s"]);
        assert_eq!((third.code, creates(&service)), (Some(0), 1), "{subject:?}: {third:?}");
    }
}

#[test]
fn a_sheet_that_waits_finds_its_groups_and_a_new_sheet_knows_them() {
    for (subject, stores) in FORMS {
        let world = world();
        let service = service(300, stores, false);
        let url = service.url();
        let sheet = world.file("sheet.csv", format!("subject\n{subject}\n{subject}\n").as_bytes());
        let command = ["create", "--from", &sheet, "--wait=10s", "--base-url", &url, "-o", "jsonl"];
        let done = world.quietly_with(&command, &KEY);
        assert_eq!(done.code, Some(0), "{subject:?}: {done:?}");
        assert!(done.stdout.contains("\"G0\"") && done.stdout.contains("\"G1\""), "{done:?}");
        // Another sheet with the subject is warned about.
        let other = world.file("other.csv", format!("subject\n{subject}\n").as_bytes());
        let command = ["create", "--from", &other, "--base-url", &url];
        let warned = world.quietly_with(&command, &KEY);
        assert!(warned.stderr.contains("the subject of a group that is there already"), "{warned:?}");
    }
}

/// The group ids in what commands printed.
fn reported(children: Vec<Child>) -> Vec<(Option<i32>, Vec<String>)> {
    let of = |child: Child| {
        let done = child.wait_with_output().unwrap();
        let text = String::from_utf8(done.stdout).unwrap();
        let ids = text.lines().filter_map(|line| {
            let row: Value = serde_json::from_str(line).unwrap();
            row.get("group_id").or(row.get("id")).and_then(Value::as_str).map(str::to_owned)
        });
        (done.status.code(), ids.collect())
    };
    children.into_iter().map(of).collect()
}

/// Two processes with one subject. The second begins after the first, and groups take longer than that to appear.
#[test]
fn two_processes_never_report_the_same_group() {
    for (one_is_sheet, two_is_sheet) in [(true, true), (false, true), (true, false), (false, false)] {
        let world = world();
        let service = service(1_500, str::to_owned, false);
        let url = service.url();
        let start = |name: &str, is_sheet: bool| {
            let sheet = world.file(name, b"subject\nTrip\n");
            let what = match is_sheet {
                true => ["--from", &sheet],
                false => ["--subject", "Trip"],
            };
            let command = [&["create", "--wait=5s", "--base-url", &url, "-o", "jsonl"][..], &what].concat();
            let mut command = world.command(&command);
            command.envs(KEY).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
        };
        let first = start("one.csv", one_is_sheet);
        // Once the first has sent its create, and before its group appears.
        let began = Instant::now();
        while creates(&service) == 0 {
            assert!(began.elapsed() < Duration::from_secs(20), "nothing was sent");
            std::thread::yield_now();
        }
        let second = start("two.csv", two_is_sheet);
        let done = reported(vec![first, second]);
        let ids: Vec<&String> = done.iter().flat_map(|(_, ids)| ids).collect();
        let unique: std::collections::HashSet<&&String> = ids.iter().collect();
        assert_eq!(unique.len(), ids.len(), "{one_is_sheet} {two_is_sheet}: {done:?}");
        for (code, ids) in &done {
            assert_eq!(*code, Some(if ids.is_empty() { 8 } else { 0 }), "{done:?}");
        }
    }
}

#[test]
fn what_is_ambiguous_is_reported_with_its_candidates() {
    let world = world();
    // The service makes two groups of each create, so to say: another program creates the same at the same time.
    let service = service(0, str::to_owned, false);
    let url = service.url();
    let sheet = world.file("sheet.csv", b"subject\nTrip\n");
    let other = world.file("other.csv", b"subject\nTrip\nTrip\n");
    let mut first = world.command(&["create", "--from", &other, "--base-url", &url]);
    let first = first.envs(KEY).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert!(first.success());
    for command in [&["create", "--subject", "Trip"][..], &["create", "--from", &sheet]] {
        // The creates before may still make groups appear, so a new one is nobody's for certain.
        let done =
            world.quietly_with(&[command, &["--wait=2s", "--base-url", &url, "-o", "jsonl"]].concat(), &KEY);
        assert_eq!(done.code, Some(8), "{done:?}");
        let error = match command.contains(&"--from") {
            true => serde_json::from_str::<Value>(done.stdout.lines().next().unwrap()).unwrap(),
            false => json!({ "status": "ambiguous", "error": done.error() }),
        };
        assert_eq!(error["status"], "ambiguous", "{error}");
        assert_eq!(error["error"]["kind"], "outcome_ambiguous", "{error}");
        let details = error["error"]["details"].as_str().unwrap();
        assert!(details.starts_with("Candidates: G"), "{details}");
    }
}

#[test]
fn a_sheet_learns_a_failed_outcome_as_a_single_create_does() {
    let world = world();
    let sheet = world.file("sheet.csv", b"subject\nTrip\nLater\n");
    let fault = world.quietly(&["sandbox", "fault", "create_group outcome=131214 times=2"]);
    assert_eq!(fault.code, Some(0), "{fault:?}");
    let single = world.quietly(&["create", "--subject", "One", "--wait=10s", "--sandbox", "-o", "json"]);
    let began = Instant::now();
    let done = world.quietly(&["create", "--from", &sheet, "--wait=20s", "--sandbox", "-o", "jsonl"]);
    assert!(began.elapsed() < Duration::from_secs(15), "it does not wait for its deadline");
    let error = single.error();
    let rows: Vec<Value> = done.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let failed: Vec<&Value> = rows.iter().filter(|row| row["status"] == "failed").collect();
    assert_eq!(failed.len(), 1, "{done:?}");
    for member in ["kind", "code", "message"] {
        assert_eq!(failed[0]["error"][member], error[member], "{member}: {done:?}");
    }
    assert_eq!(rows.iter().filter(|row| row["status"] == "done").count(), 1, "{done:?}");
}

/// The groups of a page beside one that was there before, with a value of the new one replaced.
fn beside_another(mut groups: Vec<Value>, name: &str, odd: Value) -> String {
    for group in &mut groups {
        group[name] = odd.clone();
    }
    groups.insert(0, json!({ "id": "OLD", "subject": "Other", "created_at": 1_767_600_000 }));
    json!({ "data": { "groups": groups }, "paging": {} }).to_string()
}

/// The group that was there before, then a page that is lost.
fn then(groups: Vec<Value>, is_later: bool, lost: Value) -> String {
    let old = json!([{ "id": "OLD", "subject": "Other", "created_at": 1_767_600_000 }]);
    let paging = json!({ "cursors": { "after": "c" }, "next": "https://graph.facebook.com/x" });
    match (is_later, groups.is_empty()) {
        (false, _) => json!({ "data": { "groups": old }, "paging": paging }).to_string(),
        (true, true) => json!({ "data": { "groups": [] } }).to_string(),
        (true, false) => json!({ "data": lost }).to_string(),
    }
}

#[test]
fn a_list_that_is_not_complete_never_makes_a_run_create_twice() {
    let lists: [fn(Vec<Value>, bool) -> String; 9] = [
        |groups, _| beside_another(groups, "subject", Value::Null),
        |groups, _| beside_another(groups, "subject", json!(7)),
        |groups, _| beside_another(groups, "subject", json!({ "text": "Trip" })),
        |groups, _| beside_another(groups, "subject", json!("Tr\u{7}p")).replace("\\u0007", "\\ud83d"),
        |groups, _| beside_another(groups, "id", Value::Null),
        |groups, _| beside_another(groups, "id", json!("")),
        |groups, is_later| then(groups, is_later, Value::Null),
        |groups, is_later| then(groups, is_later, json!({ "groups": 7 })),
        |groups, _| {
            let paging = json!({ "cursors": { "after": ["c"] }, "next": "https://graph.facebook.com/x" });
            let old = json!([{ "id": "OLD", "subject": "Other" }]);
            match groups.is_empty() {
                true => json!({ "data": { "groups": old } }).to_string(),
                false => json!({ "data": { "groups": old }, "paging": paging }).to_string(),
            }
        },
    ];
    for (number, lists) in lists.into_iter().enumerate() {
        let world = world();
        let service = answers::with(Service {
            loses: true,
            lists,
            reads: |mut group| {
                group["subject"] = json!(7);
                group
            },
            ..Service::default()
        });
        let url = service.url();
        let sheet = world.file("sheet.csv", b"subject\nTrip\n");
        let create = ["create", "--from", &sheet, "--base-url", &url, "--settle", "1s", "-o", "jsonl"];
        let first = world.quietly_with(&[&create[..], &["--max-retries", "0"]].concat(), &KEY);
        assert_eq!(first.code, Some(6), "{number}: {first:?}");
        let second = world.quietly_with(&create, &KEY);
        assert_eq!(creates(&service), 1, "{number}: {second:?}");
        assert_eq!(second.code, Some(6), "{number}: {second:?}");
        let row: Value = serde_json::from_str(second.stdout.lines().next().unwrap()).unwrap();
        assert_eq!(row["status"], "ambiguous", "{number}: {row}");
    }
}

#[test]
fn a_group_whose_subject_the_list_does_not_show_is_recognised_once_it_is_read() {
    let world = world();
    let service = answers::with(Service {
        lists: |groups, _| beside_another(groups, "subject", json!(7)),
        ..Service::default()
    });
    let url = service.url();
    let wait = ["--wait=10s", "--base-url", &url, "-o", "jsonl"];
    let one = world.quietly_with(&[&["create", "--subject", "Trip"][..], &wait].concat(), &KEY);
    assert_eq!((one.code, one.json()["group_id"].clone()), (Some(0), json!("G0")), "{one:?}");
    let sheet = world.file("sheet.csv", b"subject\nBoat\n");
    let bulk = world.quietly_with(&[&["create", "--from", &sheet][..], &wait].concat(), &KEY);
    assert_eq!((bulk.code, bulk.json()["group_id"].clone()), (Some(0), json!("G1")), "{bulk:?}");
}

#[test]
fn a_group_with_other_settings_is_a_candidate_and_never_the_result() {
    let reads: [fn(Value) -> Value; 3] = [
        |mut group| {
            group["join_approval_mode"] = json!("auto_approve");
            group
        },
        |mut group| {
            group["description"] = json!("zzz");
            group
        },
        |mut group| {
            group["join_approval_mode"] = json!("manual");
            group
        },
    ];
    for (number, reads) in reads.into_iter().enumerate() {
        let world = world();
        let service = answers::with(Service { reads, ..Service::default() });
        let url = service.url();
        let wait = ["--wait=2s", "--base-url", &url, "-o", "jsonl"];
        let sheet = world.file("sheet.csv", b"subject,description,approval\nTrip,why,required\n");
        let bulk = world.quietly_with(&[&["create", "--from", &sheet][..], &wait].concat(), &KEY);
        assert_eq!(bulk.code, Some(8), "{number}: {bulk:?}");
        let row: Value = serde_json::from_str(bulk.stdout.lines().next().unwrap()).unwrap();
        assert_eq!(row["status"], "ambiguous", "{number}: {row}");
        assert_eq!(row["error"]["details"], "Candidates: G0", "{number}: {row}");
        assert_eq!(row.get("invite_link"), None, "{number}: {row}");
        let create = ["create", "--subject", "Boat", "--description", "why", "--approval", "required"];
        let one = world.quietly_with(&[&create[..], &wait].concat(), &KEY);
        assert_eq!(one.code, Some(8), "{number}: {one:?}");
        assert_eq!(one.error()["details"], "Candidates: G1", "{number}: {one:?}");
    }
}

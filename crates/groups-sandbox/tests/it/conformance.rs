//! The conformance suite: against the sandbox, which is as documented in everything, and against servers that are not.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use groups_sandbox::conformance::{Error, ErrorKind, Finding, Report, Suite, Verdict};
use groups_sandbox::{Event, Sandbox};
use serde_json::{Value, json};

use crate::support::{Api, UNKNOWN};

const MARK: &str = "wagroups conformance";

fn suite(api: &Api) -> Suite {
    Suite::new(api.sandbox.base_url(), api.sandbox.api_key()).unwrap()
}

/// Everything the suite looks at is there: more groups than a page has, people, open requests.
async fn rich() -> (Api, String) {
    let api = Api::seeded().await;
    for number in 0..22 {
        api.create(&format!("Filler {number}"), "auto_approve").await;
    }
    let group = api.listed().await.remove(0);
    (api, group)
}

fn named(report: &Report, verdict: Verdict) -> Vec<&'static str> {
    report.findings.iter().filter(|finding| finding.verdict == verdict).map(|finding| finding.check).collect()
}

fn finding<'a>(report: &'a Report, check: &str) -> &'a Finding {
    report.finding(check).unwrap_or_else(|| panic!("no check {check}"))
}

/// Serves on a free port of this machine until the test's runtime ends.
async fn serve(app: Router) -> String {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

/// What a server in front makes of an answer: of method, path, status and body.
type Change = fn(&str, &str, StatusCode, Value) -> (StatusCode, Vec<u8>);

/// A server in front of the sandbox that changes what comes back.
async fn in_front_of(api: &Api, change: Change) -> String {
    let (http, inner) = (reqwest::Client::new(), api.sandbox.base_url().to_owned());
    let forward = move |request: Request| {
        let (http, inner) = (http.clone(), inner.clone());
        async move {
            let (parts, body) = request.into_parts();
            let mut headers = parts.headers;
            headers.remove(header::HOST);
            let url = format!("{inner}{}", parts.uri);
            let body = to_bytes(body, usize::MAX).await.unwrap();
            let answer =
                http.request(parts.method.clone(), url).headers(headers).body(body).send().await.unwrap();
            let (status, body) = (answer.status(), answer.json().await.unwrap());
            let (status, body) = change(parts.method.as_str(), parts.uri.path(), status, body);
            (status, [(header::CONTENT_TYPE, "application/json")], Body::from(body)).into_response()
        }
    };
    serve(Router::new().fallback(forward)).await
}

#[tokio::test]
async fn the_sandbox_is_as_documented_and_as_it_was_afterwards() {
    let (api, group) = rich().await;
    let before = (api.listed().await, api.info(&group).await, api.link(&group).await);
    let report = suite(&api).group(&group).unwrap().write().run(std::future::pending()).await.unwrap();
    let others: Vec<_> =
        report.findings.iter().filter(|finding| finding.verdict != Verdict::AsDocumented).collect();
    assert!(others.is_empty(), "{others:#?}");
    assert!(!report.interrupted);
    assert!(report.findings.len() > 60);
    assert_eq!(before, (api.listed().await, api.info(&group).await, api.link(&group).await));
    let history = api.emulator().history().await.unwrap();
    let of_named = |event: &Event| match event {
        Event::SettingsUpdated { group_id, .. } | Event::ParticipantsRemoved { group_id, .. } => {
            *group_id == group
        }
        _ => false,
    };
    assert!(!history.iter().any(|happening| of_named(&happening.event)), "the named group is only read");
}

#[tokio::test]
async fn without_leave_to_write_nothing_is_sent_but_get() {
    let api = Api::seeded().await;
    let group = api.listed().await.remove(0);
    let methods: Arc<Mutex<Vec<String>>> = Arc::default();
    let (seen, target) = (Arc::clone(&methods), api.sandbox.base_url().to_owned());
    let http = reqwest::Client::new();
    let watch = move |request: Request| {
        seen.lock().unwrap().push(request.method().to_string());
        let call = http.request(request.method().clone(), format!("{target}{}", request.uri()));
        let call = call.headers(request.headers().clone());
        async move {
            let answer = call.send().await.unwrap();
            (answer.status(), answer.headers().clone(), answer.bytes().await.unwrap())
        }
    };
    let url = serve(Router::new().fallback(watch)).await;
    let suite = Suite::new(url, api.sandbox.api_key()).unwrap();
    let report = suite.group(&group).unwrap().run(std::future::pending()).await.unwrap();
    let methods = methods.lock().unwrap().clone();
    assert!(methods.len() > 20 && methods.iter().all(|method| method == "GET"), "{methods:?}");
    assert_eq!(report.count(Verdict::Different), 0, "{report:#?}");
    assert_eq!(finding(&report, "join_requests_limit").verdict, Verdict::AsDocumented);
    for (check, why) in [
        ("create_acknowledgement", "writing was not allowed"),
        ("list_default_limit", "the number has fewer than 25 groups"),
    ] {
        assert_eq!(finding(&report, check).verdict, Verdict::NotTried);
        assert_eq!(finding(&report, check).note.as_deref(), Some(why));
    }
}

#[tokio::test]
async fn without_a_group_its_checks_are_not_tried() {
    let api = Api::start().await;
    let report = suite(&api).run(std::future::pending()).await.unwrap();
    assert_eq!(report.count(Verdict::Different), 0, "{report:#?}");
    for check in ["get_subject", "invite_link", "join_requests_list"] {
        assert_eq!(finding(&report, check).note.as_deref(), Some("no group was named"));
    }
    // Of an empty list nothing can be told but its shape.
    assert_eq!(finding(&report, "list_shape").verdict, Verdict::AsDocumented);
    assert_eq!(finding(&report, "list_timestamp").verdict, Verdict::NotTried);
    assert_eq!(finding(&report, "list_walk").verdict, Verdict::NotTried);
    assert_eq!(finding(&report, "group_unknown").verdict, Verdict::AsDocumented);
}

/// The other side of each disagreement: a flat list with quoted times of another name, `success` for an
/// acknowledgement, the gateway's envelope, no `next`.
fn other_side(method: &str, path: &str, status: StatusCode, mut body: Value) -> (StatusCode, Vec<u8>) {
    if let Some(error) = body.get("error") {
        let text = error.get("code").map_or_else(|| "Invalid API key".to_owned(), |_| body.to_string());
        let meta = json!({ "success": false, "http_code": status.as_u16(), "developer_message": text });
        return (status, json!({ "meta": meta }).to_string().into());
    }
    if body.get("request_id").is_some() {
        let ack = match (method, path) {
            ("POST", "/groups") => r#"{"id":"1234567890"}"#,
            ("POST", _) => "",
            _ => r#"{"success":true}"#,
        };
        return (status, ack.into());
    }
    if let Some(groups) = body.pointer_mut("/data/groups").map(Value::take) {
        body["data"] = groups;
        for group in body["data"].as_array_mut().unwrap() {
            let time = group.as_object_mut().unwrap().remove("created_at").unwrap();
            group["creation_timestamp"] = time.to_string().into();
        }
        if let Some(paging) = body.get_mut("paging") {
            paging.as_object_mut().unwrap().remove("next");
        }
    }
    for name in ["creation_timestamp", "total_participant_count", "suspended"] {
        if let Some(value) = body.get_mut(name) {
            *value = value.to_string().into();
        }
    }
    for person in body.get_mut("participants").and_then(Value::as_array_mut).into_iter().flatten() {
        *person = json!({ "user_id": "US.13491208655302741918" });
    }
    (status, body.to_string().into())
}

#[tokio::test]
async fn the_other_side_of_each_disagreement_is_a_variant_that_is_named() {
    let (api, group) = rich().await;
    let url = in_front_of(&api, other_side).await;
    let suite = Suite::new(url, api.sandbox.api_key()).unwrap();
    let report = suite.group(&group).unwrap().write().run(std::future::pending()).await.unwrap();
    assert_eq!(named(&report, Verdict::Different), [""; 0], "{report:#?}");
    for (check, which) in [
        ("key_wrong", "2.1 D1"),
        ("list_shape", "8 no. 1"),
        ("list_timestamp", "8 no. 2"),
        ("list_next", "7.3 no. 9"),
        ("list_corrupt_cursor", "2.1 D1"),
        ("group_unknown", "2.1 D1"),
        ("error_envelope", "2.1 D1"),
        ("get_creation_timestamp", "8 no. 16"),
        ("get_suspended", "8 no. 16"),
        ("get_total_participant_count", "8 no. 16"),
        ("get_participants", "7.3 no. 6"),
        ("create_acknowledgement", "8 no. 3"),
        ("update_acknowledgement", "8 no. 4"),
        ("delete_acknowledgement", "8 no. 4"),
    ] {
        let finding = finding(&report, check);
        assert_eq!(finding.verdict, Verdict::Variant, "{finding:#?}");
        assert!(finding.note.as_deref().unwrap().contains(which), "{finding:#?}");
    }
    let list = finding(&report, "list_timestamp").note.as_deref().unwrap();
    assert!(list.contains("creation_timestamp") && list.contains("quotes"), "{list}");
    // What does not depend on the form is as it should be.
    for check in ["create_listed", "update_effect", "deleted_group_listed", "list_walk", "cleanup"] {
        assert_eq!(finding(&report, check).verdict, Verdict::AsDocumented, "{check}");
    }
    assert!(!listed_subjects(&api).await.iter().any(|subject| subject.starts_with(MARK)));
}

async fn listed_subjects(api: &Api) -> Vec<String> {
    api.emulator().settle().await.unwrap();
    let body = api.get("/groups?limit=1024").await.ok();
    let groups = body["data"]["groups"].as_array().unwrap().clone();
    groups.iter().map(|group| group["subject"].as_str().unwrap().to_owned()).collect()
}

async fn report_on(answer: Response<&'static str>) -> Report {
    try_report_on(answer).await.unwrap()
}

async fn try_report_on(answer: Response<&'static str>) -> Result<Report, Error> {
    let (parts, body) = answer.into_parts();
    let answer = move || {
        let (status, headers) = (parts.status, parts.headers.clone());
        async move { (status, headers, body) }
    };
    let url = serve(Router::new().fallback(answer)).await;
    let suite = Suite::new(url, "key").unwrap().patience(Duration::from_millis(50));
    suite.group(UNKNOWN).unwrap().write().run(std::future::pending()).await
}

#[tokio::test]
async fn nonsense_is_different_and_nothing_is_made_that_could_not_be_found() {
    let mut answer = Response::new(r#"{"nonsense":true}"#);
    answer.headers_mut().insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
    let report = report_on(answer).await;
    assert_eq!(
        named(&report, Verdict::AsDocumented),
        ["group_id_form", "cleanup", "content_types", "rate_headers", "retry_after"]
    );
    assert_eq!(named(&report, Verdict::Variant), [""; 0]);
    for check in [
        "key_missing",
        "key_wrong",
        "list_shape",
        "list_limit_zero",
        "list_corrupt_cursor",
        "group_unknown",
        "error_envelope",
        "get_subject",
        "get_several_fields",
        "invite_link",
        "join_requests_list",
    ] {
        assert_eq!(finding(&report, check).verdict, Verdict::Different, "{:#?}", finding(&report, check));
    }
    let create = finding(&report, "create_acknowledgement");
    assert_eq!(create.verdict, Verdict::NotTried);
    assert!(create.note.as_deref().unwrap().starts_with("the list cannot be read"));
}

#[tokio::test]
async fn what_was_made_is_deleted_after_nonsense_too() {
    let api = Api::seeded().await;
    let url = in_front_of(&api, |method, _, status, body| match method {
        "GET" => (status, body.to_string().into()),
        // Whatever became of it, the answer is of no use.
        _ => (StatusCode::OK, r#"{"nonsense":true}"#.into()),
    })
    .await;
    let suite = Suite::new(url, api.sandbox.api_key()).unwrap().patience(Duration::from_secs(5));
    let report = suite.write().run(std::future::pending()).await.unwrap();
    for check in [
        "create_without_messaging_product",
        "create_acknowledgement",
        "update_acknowledgement",
        "update_nothing",
        "update_join_approval_mode",
        "reset_invite_link",
        "approve_unknown_request",
        "reject_unknown_request",
        "remove_absent_participant",
        "remove_nobody",
        "delete_acknowledgement",
        "deleted_group_delete",
        // The refused creates look as if they had been accepted, and no group of theirs is found.
        "cleanup",
    ] {
        assert_eq!(finding(&report, check).verdict, Verdict::Different, "{:#?}", finding(&report, check));
    }
    assert_eq!(finding(&report, "update_effect").verdict, Verdict::AsDocumented);
    assert_eq!(listed_subjects(&api).await.len(), 4);
}

#[tokio::test]
async fn a_group_that_cannot_be_found_again_is_told() {
    let api = Api::start().await;
    let url = in_front_of(&api, |_, _, status, mut body| {
        if let Some(groups) = body.pointer_mut("/data/groups").and_then(Value::as_array_mut) {
            groups.clear();
        }
        (status, body.to_string().into())
    })
    .await;
    let suite = Suite::new(url, api.sandbox.api_key()).unwrap().patience(Duration::from_millis(300));
    let report = suite.write().run(std::future::pending()).await.unwrap();
    for check in ["create_listed", "cleanup"] {
        assert_eq!(finding(&report, check).verdict, Verdict::Different, "{:#?}", finding(&report, check));
    }
    assert!(finding(&report, "cleanup").note.as_deref().unwrap().contains(MARK));
    assert_eq!(finding(&report, "update_effect").note.as_deref(), Some("the suite has no group of its own"));
    assert!(listed_subjects(&api).await[0].starts_with(MARK));
}

#[tokio::test]
async fn a_page_in_place_of_the_list_ends_the_run() {
    let mut answer = Response::new("<html><title>Sign in</title></html>");
    answer.headers_mut().insert(header::CONTENT_TYPE, "text/html".parse().unwrap());
    let error = try_report_on(answer).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::HtmlPage, "{error:?}");
}

#[tokio::test]
async fn texts_of_a_proxy_and_headers_about_rates_are_reported() {
    let mut answer = Response::new("busy: Ann Example, later");
    *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, "text/plain; charset=utf-8".parse().unwrap());
    headers.insert(header::RETRY_AFTER, "30".parse().unwrap());
    headers.insert("x-business-use-case-usage", r#"{"106540352242922":[]}"#.parse().unwrap());
    let report = report_on(answer).await;
    for (check, verdict) in [
        ("list_shape", Verdict::Different),
        ("content_types", Verdict::Different),
        ("retry_after", Verdict::Different),
        ("rate_headers", Verdict::Variant),
    ] {
        assert_eq!(finding(&report, check).verdict, verdict, "{check}");
    }
    let observed = &finding(&report, "list_shape").observed[0];
    assert_eq!(observed.status, 500);
    assert_eq!(observed.headers["retry-after"], "30");
    assert_eq!(observed.headers["x-business-use-case-usage"], "<present>");
    assert_eq!(observed.body, "<24 bytes that are no JSON>");
}

#[tokio::test]
async fn a_rate_limit_ends_the_run_and_is_no_difference() {
    let answer = Response::new(r#"{"error":"You have exceeded the endpoint rate limit."}"#);
    let (mut parts, body) = answer.into_parts();
    parts.status = StatusCode::BAD_REQUEST;
    parts.headers.insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
    let report = report_on(Response::from_parts(parts, body)).await;
    assert_eq!(named(&report, Verdict::Different), [""; 0], "{report:#?}");
    assert_eq!(
        finding(&report, "create_acknowledgement").note.as_deref(),
        Some("the service limits the rate")
    );
}

#[tokio::test]
async fn told_to_stop_the_suite_still_deletes_what_it_made() {
    let api = Api::with(Sandbox::builder().outcome_delay(Duration::from_millis(20))).await;
    let emulator = api.emulator().clone();
    let created = async move {
        loop {
            let history = emulator.history().await.unwrap();
            let made = |event: &Event| matches!(event, Event::GroupCreated { subject, .. } if subject.starts_with(MARK));
            if history.iter().any(|happening| made(&happening.event)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let report = suite(&api).write().run(created).await.unwrap();
    assert!(report.interrupted);
    assert_eq!(
        finding(&report, "cleanup").verdict,
        Verdict::AsDocumented,
        "{:#?}",
        finding(&report, "cleanup")
    );
    assert_eq!(finding(&report, "deleted_group_delete").note.as_deref(), Some("the run was interrupted"));
    assert_eq!(listed_subjects(&api).await, [""; 0]);
}

#[tokio::test]
async fn a_report_holds_nothing_of_people_groups_or_the_key() {
    let key = "a-key-that-nobody-may-see";
    let api = Api::with(Sandbox::builder().seeded().outcome_delay(Duration::ZERO).api_key(key)).await;
    let groups = api.listed().await;
    let mut secrets = vec![key.to_owned(), api.sandbox.base_url().trim_start_matches("http://").to_owned()];
    for group in &groups {
        let info = api.info(group).await;
        secrets.extend([group.clone(), api.link(group).await, info["subject"].as_str().unwrap().to_owned()]);
        secrets.extend(info["description"].as_str().map(str::to_owned));
        for person in info["participants"].as_array().unwrap() {
            secrets.push(person["wa_id"].as_str().unwrap().to_owned());
        }
    }
    let requests = api.get(&format!("/groups/{}/join_requests", groups[0])).await.ok();
    for request in requests["data"].as_array().unwrap() {
        secrets.push(request["join_request_id"].as_str().unwrap().to_owned());
        secrets.push(request["wa_id"].as_str().unwrap().to_owned());
    }
    assert!(secrets.len() > 20);
    let report = suite(&api).group(&groups[0]).unwrap().write().run(std::future::pending()).await.unwrap();
    let text = serde_json::to_string(&report.findings).unwrap();
    assert!(text.contains("capi_group:<11 digits>:<18 digits>"), "{text}");
    for secret in secrets {
        assert!(!text.contains(&secret), "{secret} is in the report");
        let code = secret.rsplit('/').next().unwrap();
        assert!(!text.contains(code), "{code} is in the report");
    }
}

async fn failed(suite: Suite) -> ErrorKind {
    let error: Error = suite.run(std::future::pending()).await.unwrap_err();
    error.kind()
}

#[tokio::test]
async fn what_makes_all_checks_pointless_is_an_error() {
    let api = Api::start().await;
    let wrong = Suite::new(api.sandbox.base_url(), "another").unwrap();
    assert_eq!(failed(wrong).await, ErrorKind::KeyRefused);
    assert_eq!(failed(suite(&api).group(UNKNOWN).unwrap()).await, ErrorKind::GroupUnknown);
    assert_eq!(suite(&api).group("..").err().unwrap().kind(), ErrorKind::InvalidGroup);
    let (url, key) = (api.sandbox.base_url().to_owned(), api.sandbox.api_key().to_owned());
    api.sandbox.shutdown().await;
    assert_eq!(failed(Suite::new(url, key).unwrap()).await, ErrorKind::Unreachable);
}

#[tokio::test]
async fn the_key_follows_no_redirect() {
    let keys: Arc<Mutex<Vec<HeaderMap>>> = Arc::default();
    let seen = Arc::clone(&keys);
    let other = serve(Router::new().fallback(move |headers: HeaderMap| {
        seen.lock().unwrap().push(headers);
        std::future::ready("")
    }))
    .await;
    let target = format!("{other}/groups");
    let redirect = move || {
        let target = target.clone();
        async move { (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, target)]) }
    };
    let url = serve(Router::new().fallback(redirect)).await;
    let report = Suite::new(url, "key").unwrap().run(std::future::pending()).await.unwrap();
    assert_eq!(finding(&report, "list_shape").verdict, Verdict::Different);
    assert!(keys.lock().unwrap().is_empty());
}

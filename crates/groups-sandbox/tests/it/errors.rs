//! Requests that are wrong in themselves: the key, the path, the query, the body.

use serde_json::{Value, json};

use super::support::{Api, UNKNOWN};

#[tokio::test]
async fn a_missing_or_wrong_key_is_refused_before_anything_else() {
    let api = Api::start().await;
    let url = api.sandbox.base_url();
    let requests = [
        api.http.get(format!("{url}/groups")),
        api.http.get(format!("{url}/groups")).header("D360-API-KEY", "Sandbox"),
        api.http.get(format!("{url}/groups")).header("D360-API-KEY", ""),
        api.http.post(format!("{url}/groups")).body("{"),
        api.http.get(format!("{url}/nowhere")),
        api.http.get(format!("{url}/groups")).header("D360-API-KEY", "sandbox").header("D360-API-KEY", "x"),
    ];
    for request in requests {
        let reply = api.send("GET", "/groups", request).await;
        assert_eq!((reply.status, reply.body), (401, json!({ "error": "Invalid API key" })));
    }
}

#[tokio::test]
async fn paths_and_methods_that_do_not_exist_say_so() {
    let api = Api::start().await;
    for path in ["/group", "/groups/", "/groups/x/y", "/groups/x/invite_link/z", "/v23/1/groups"] {
        assert_eq!(api.get(path).await.code(), (404, 100), "{path}");
    }
    for (method, path) in [
        ("PUT", "/groups"),
        ("DELETE", "/groups"),
        ("PATCH", "/groups/x"),
        ("DELETE", "/groups/x/invite_link"),
        ("PUT", "/groups/x/participants"),
        ("PATCH", "/groups/x/participants"),
    ] {
        assert_eq!(api.call(method, path).await.code(), (405, 100), "{method} {path}");
    }
    let response = api.request("PUT", "/groups").send().await.unwrap();
    let allowed = response.headers()["allow"].to_str().unwrap().to_owned();
    assert!(allowed.contains("GET") && allowed.contains("POST"), "{allowed}");
}

#[tokio::test]
async fn queries_out_of_range_are_refused() {
    let api = Api::seeded().await;
    let id = api.listed().await.remove(0);
    for query in [
        "limit=0",
        "limit=1025",
        "limit=-1",
        "limit=%2B5",
        "limit=",
        "limit=a",
        "limit=99999999999999999999",
        "limit=1&limit=2",
        "after=x&before=y",
    ] {
        for list in ["/groups".to_owned(), format!("/groups/{id}/join_requests")] {
            assert_eq!(api.get(&format!("{list}?{query}")).await.code(), (400, 100), "{query}");
        }
    }
    for query in ["after=", "after=x", "before=MTAxNTEx"] {
        for list in ["/groups".to_owned(), format!("/groups/{id}/join_requests")] {
            assert_eq!(api.get(&format!("{list}?{query}")).await.code(), (400, 131059), "{query}");
        }
    }
    for fields in ["name", "subject,name", "Subject", "subject,", ",", "subject&fields=subject"] {
        assert_eq!(api.get(&format!("/groups/{id}?fields={fields}")).await.code(), (400, 100), "{fields}");
    }
    // The form of a request is looked at before whether the group exists.
    assert_eq!(api.get(&format!("/groups/{UNKNOWN}?fields=name")).await.code(), (400, 100));
    for limit in [1, 1024] {
        api.get(&format!("/groups?limit={limit}&fields=id")).await.ok();
    }
}

#[tokio::test]
async fn bodies_are_checked_against_the_document() {
    let api = Api::start().await;
    let long = |count| Value::from("ä".repeat(count));
    let with = |name: &str, value: Value| {
        let mut body = json!({ "messaging_product": "whatsapp", "subject": "Team" });
        body[name] = value;
        body
    };
    let table = [
        (json!([]), 100),
        (json!("text"), 100),
        (json!({}), 100),
        (json!({ "subject": "Team" }), 100),
        (json!({ "messaging_product": "whatsapp" }), 131008),
        (with("messaging_product", json!("sms")), 131009),
        (with("subject", json!("")), 131009),
        (with("subject", json!(" \n")), 131009),
        (with("subject", json!(7)), 100),
        (with("subject", json!(null)), 100),
        (with("subject", long(129)), 131009),
        (with("description", long(2049)), 131009),
        (with("join_approval_mode", json!("maybe")), 131009),
        (with("join_approval_mode", json!(true)), 100),
        (with("participants", json!([])), 100),
    ];
    for (body, code) in table {
        assert_eq!(api.call_with("POST", "/groups", body.clone()).await.code(), (400, code), "{body}");
    }
    let mut body = with("subject", long(128));
    body["description"] = long(2048);
    api.call_with("POST", "/groups", body).await.ok();
}

#[tokio::test]
async fn each_body_has_its_own_rules() {
    let api = Api::seeded().await;
    let id = api.listed().await.remove(0);
    let (group, link) = (format!("/groups/{id}"), format!("/groups/{id}/invite_link"));
    let (requests, people) = (format!("/groups/{id}/join_requests"), format!("/groups/{id}/participants"));
    let whatsapp = |members: Value| {
        let mut body = members;
        body["messaging_product"] = "whatsapp".into();
        body
    };
    let table = [
        ("POST", &group, whatsapp(json!({})), 131008),
        ("POST", &group, json!({ "subject": "New" }), 100),
        ("POST", &group, whatsapp(json!({ "join_approval_mode": "auto_approve" })), 100),
        ("POST", &group, whatsapp(json!({ "profile_picture_file": "a.jpg" })), 100),
        ("POST", &group, whatsapp(json!({ "subject": "" })), 131009),
        ("POST", &group, whatsapp(json!({ "subject": "  " })), 131009),
        ("POST", &link, json!({}), 100),
        ("POST", &link, whatsapp(json!({ "more": 1 })), 100),
        ("POST", &requests, whatsapp(json!({})), 131008),
        ("POST", &requests, whatsapp(json!({ "join_requests": [] })), 131009),
        ("POST", &requests, whatsapp(json!({ "join_requests": "one" })), 100),
        ("POST", &requests, json!(["bare"]), 100),
        ("DELETE", &requests, whatsapp(json!({ "join_requests": [1] })), 100),
        ("DELETE", &people, whatsapp(json!({})), 131008),
        ("DELETE", &people, whatsapp(json!({ "participants": ["15550100110"] })), 100),
        ("DELETE", &people, whatsapp(json!({ "participants": [{}] })), 131008),
        ("DELETE", &people, whatsapp(json!({ "participants": [{ "wa_id": "15550100110" }] })), 100),
        ("DELETE", &people, json!({ "participants": [{ "user": "15550100110" }] }), 100),
    ];
    for (method, path, body, code) in table {
        let reply = api.call_with(method, path, body.clone()).await;
        assert_eq!(reply.code(), (400, code), "{method} {path} {body}");
    }
}

#[tokio::test]
async fn what_is_not_json_is_refused() {
    let api = Api::start().await;
    for text in ["", "{", "subject=Team", "{\"messaging_product\":\"whatsapp\"} x", "\u{0}"] {
        let request = api.request("POST", "/groups").header("content-type", "application/json").body(text);
        assert_eq!(api.send("POST", "/groups", request).await.code(), (400, 100), "{text:?}");
    }
}

#[tokio::test]
async fn declared_content_types_are_checked_unless_the_switch_ignores_them() {
    for ignored in [false, true] {
        let mut builder = groups_sandbox::Sandbox::builder().seeded();
        if ignored {
            builder = builder.switch("content_type", "ignored");
        }
        let api = Api::with(builder).await;
        let group = format!("/groups/{}", api.listed().await[0]);
        let text = r#"{"messaging_product":"whatsapp","subject":"Team"}"#;
        let unknown = r#"{"messaging_product":"whatsapp","join_requests":["x"]}"#;
        let people = r#"{"messaging_product":"whatsapp","participants":[{"user":"15550100199"}]}"#;
        let (requests, participants) = (format!("{group}/join_requests"), format!("{group}/participants"));
        for (method, path, body) in [
            ("POST", "/groups", text),
            ("POST", group.as_str(), text),
            ("POST", &format!("{group}/invite_link"), r#"{"messaging_product":"whatsapp"}"#),
            ("POST", &requests, unknown),
            ("DELETE", &requests, unknown),
            ("DELETE", &participants, people),
            ("POST", "/v1/configs/webhook", r#"{"url":"http://127.0.0.1:9/"}"#),
        ] {
            for declared in [None, Some("text/plain"), Some("application/x-www-form-urlencoded")] {
                let mut request =
                    api.http.request(method.parse().unwrap(), format!("{}{path}", api.sandbox.base_url()));
                request = request.header("D360-API-KEY", "sandbox").body(body);
                if let Some(declared) = declared {
                    request = request.header("content-type", declared);
                }
                let answer = request.send().await.unwrap().text().await.unwrap();
                let refused = answer.contains("must be application/json");
                assert_eq!(refused, !ignored, "{method} {path} {declared:?}: {answer}");
            }
            let json = api
                .request(method, path)
                .header("content-type", "Application/JSON; charset=utf-8")
                .body(body);
            let answer = json.send().await.unwrap().text().await.unwrap();
            assert!(!answer.contains("must be application/json"), "{method} {path}: {answer}");
        }
        for (declared, fine) in [(None, true), (Some("image/jpeg"), true), (Some("image/png"), ignored)] {
            let mut part =
                reqwest::multipart::Part::bytes(super::support::jpeg(200, 200)).file_name("picture");
            if let Some(declared) = declared {
                part = part.mime_str(declared).unwrap();
            }
            let form =
                reqwest::multipart::Form::new().text("messaging_product", "whatsapp").part("file", part);
            let reply = api.send("POST", &group, api.request("POST", &group).multipart(form)).await;
            assert_eq!(reply.status == 200, fine, "{declared:?} {ignored}: {}", reply.body);
            if !fine {
                assert_eq!(reply.code(), (400, 131009));
            }
        }
    }
}

#[tokio::test]
async fn a_body_beyond_the_bound_is_too_large() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let api = Api::start().await;
    let address = api.sandbox.base_url().strip_prefix("http://").unwrap();
    let mut connection = tokio::net::TcpStream::connect(address).await.unwrap();
    // Only announced: the refusal does not wait for the rest, which would race with the answer.
    let head = "POST /groups HTTP/1.1\r\nHost: x\r\nD360-API-KEY: sandbox\r\nConnection: close\r\n\
                Content-Length: 16777217\r\n\r\n";
    connection.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    let body = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert_eq!(super::support::Reply { status: 413, body }.code(), (413, 100));
}

#[tokio::test]
async fn a_chunked_body_beyond_the_bound_is_too_large() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let api = Api::start().await;
    let address = api.sandbox.base_url().strip_prefix("http://").unwrap();
    let (mut answers, mut connection) = tokio::net::TcpStream::connect(address).await.unwrap().into_split();
    let head =
        "POST /groups HTTP/1.1\r\nHost: x\r\nD360-API-KEY: sandbox\r\nTransfer-Encoding: chunked\r\n\r\n";
    connection.write_all(head.as_bytes()).await.unwrap();
    // One chunk of one byte more than the bound, and no end: nothing remains unread that could race.
    connection.write_all(b"1000001\r\n").await.unwrap();
    connection.write_all(&vec![b'x'; 0x100_0001]).await.unwrap();
    let mut start = [0; 12];
    answers.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 413");
}

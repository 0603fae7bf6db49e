//! What the client does with answers that a sandbox cannot give: broken ones, lost ones, those of something in
//! between. Each case says the kind, how far the call is said to have got, and how many requests were sent.

#![allow(clippy::unwrap_used, reason = "the helpers of a test are tests too")]

mod support;

use std::sync::atomic::Ordering;
use std::time::Duration;

use groups_ergonomic::model::{GroupId, JoinRequestId, ParticipantInput};
use groups_ergonomic::{Client, Delivery, Error, ErrorKind, RetryBudget, RetryPolicy};
use serde_json::json;
use support::{ACK, KEY, always, builder, client, first_then, group, json_answer, meta_error, sent, tcp};
use tokio::io::AsyncWriteExt;
use wiremock::matchers::{any, header, header_exists, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

async fn create(client: &Client) -> Error {
    client.groups().create("Trip").await.unwrap_err()
}

#[tokio::test]
async fn the_key_is_sent_and_the_generators_own_header_is_not() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/groups"))
        .and(header("D360-API-KEY", KEY))
        .respond_with(json_answer(200, ACK))
        .mount(&server)
        .await;
    let accepted = client(&server).groups().create("  Trip ").await.unwrap();
    assert_eq!(accepted.request_id.unwrap().as_str(), "9B47474A35EFC2A6139B41457E4C10BB");
    let request = &server.received_requests().await.unwrap()[0];
    assert!(!request.headers.contains_key("api-version"));
    let body: serde_json::Value = request.body_json().unwrap();
    assert_eq!(body, json!({ "messaging_product": "whatsapp", "subject": "Trip" }));
}

#[tokio::test]
async fn a_page_from_something_in_between_is_a_service_error_with_its_status() {
    let page = "<html><head><title>502 Bad Gateway</title></head></html>";
    let server = always(ResponseTemplate::new(502).set_body_raw(page, "text/html")).await;
    let error = group(&client(&server)).get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ServiceUnavailable);
    assert_eq!(error.http_status(), Some(502));
    let page = "an HTML page (\"502 Bad Gateway\", HTTP 502) came in place of the API's answer";
    assert!(error.message().starts_with(page) && error.is_html_page(), "{error}");
    assert_eq!(error.attempts(), 3);
    assert_eq!(sent(&server).await, 3);
}

#[tokio::test]
async fn a_create_or_a_link_reset_is_never_sent_again_once_it_may_have_been_delivered() {
    for answer in [
        ResponseTemplate::new(500),
        ResponseTemplate::new(502),
        ResponseTemplate::new(503).insert_header("Retry-After", "0"),
        meta_error(500, 131_000),
        meta_error(400, 131_016),
        json_answer(200, "{\"messaging_product\":"),
        ResponseTemplate::new(200),
    ] {
        let server = always(answer).await;
        let client = client(&server);
        let error = create(&client).await;
        assert_eq!(error.delivery(), Delivery::MaybeDelivered, "{error:?}");
        assert!(!error.is_retryable());
        assert_eq!(sent(&server).await, 1, "{error:?}");
        let error = group(&client).reset_invite_link().await.unwrap_err();
        assert_eq!(error.delivery(), Delivery::MaybeDelivered, "{error:?}");
        assert_eq!(sent(&server).await, 2, "{error:?}");
    }
}

#[tokio::test]
async fn a_rate_limit_is_one_kind_in_every_form_and_even_a_create_waits_it_out() {
    let text = r#"{"error":"You have exceeded the endpoint rate limit."}"#;
    let meta = r#"{"meta":{"success":false,"http_code":400,"developer_message":"You have exceeded the endpoint rate limit."}}"#;
    for refusal in [
        ResponseTemplate::new(429),
        ResponseTemplate::new(429).insert_header("Retry-After", "0"),
        json_answer(400, text),
        json_answer(400, meta),
        meta_error(429, 131_208),
        meta_error(400, 80_007),
        meta_error(400, 130_429),
        meta_error(400, 4),
    ] {
        let server = always(refusal.clone()).await;
        let error = create(&client(&server)).await;
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        assert_eq!(error.delivery(), Delivery::Refused);
        assert_eq!(sent(&server).await, 3);

        let server = first_then(refusal, json_answer(200, ACK)).await;
        assert!(client(&server).groups().create("Trip").await.is_ok());
        assert_eq!(sent(&server).await, 2);
    }
}

#[tokio::test]
async fn after_a_repeat_that_finds_nothing_left_to_do_delete_and_remove_are_done() {
    let server = first_then(ResponseTemplate::new(502), meta_error(400, 131_041)).await;
    let accepted = group(&client(&server)).delete().await.unwrap();
    assert_eq!(accepted.group_id, Some(GroupId::new("g1").unwrap()));
    assert_eq!(accepted.request_id, None);

    let server = first_then(ResponseTemplate::new(502), meta_error(400, 131_212)).await;
    let user = ParticipantInput::new("+15550100123").unwrap();
    assert!(group(&client(&server)).remove([user.clone()]).await.is_ok());

    // Without a repeat, or after one that was refused, it is an error like any other.
    let server = always(meta_error(400, 131_041)).await;
    assert_eq!(group(&client(&server)).delete().await.unwrap_err().kind(), ErrorKind::GroupUnknown);
    let server = first_then(meta_error(429, 131_208), meta_error(400, 131_212)).await;
    let error = group(&client(&server)).remove([user]).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::ParticipantNotInGroup, Delivery::Refused));
}

#[tokio::test]
async fn after_a_repeated_approve_only_somebody_found_inside_counts_as_approved() {
    // In the format of the ids: 15550100123 and 15550100124, each of the same group.
    let inside = JoinRequestId::new("MTU1NTAxMDAxMjM6MTIwMzYzNDA0Njk0MjMzODIw").unwrap();
    let outside = JoinRequestId::new("MTU1NTAxMDAxMjQ6MTIwMzYzNDA0Njk0MjMzODIw").unwrap();
    let error = json!([{ "code": 131_213, "message": "gone" }]);
    let failed = json!({ "messaging_product": "whatsapp", "approved_join_requests": [],
        "failed_join_requests": [
            { "join_request_id": inside, "errors": error }, { "join_request_id": outside, "errors": error } ] });
    for second in [json_answer(206, &failed.to_string()), meta_error(400, 131_213)] {
        let server = MockServer::start().await;
        Mock::given(method("GET"))
            .and(query_param("fields", "participants"))
            .respond_with(json_answer(200, r#"{"id":"g1","participants":[{"wa_id":"15550100123"}]}"#))
            .mount(&server)
            .await;
        let lost = Mock::given(method("POST")).respond_with(ResponseTemplate::new(502)).up_to_n_times(1);
        lost.mount(&server).await;
        Mock::given(method("POST")).respond_with(second).mount(&server).await;
        let batch = group(&client(&server)).approve([inside.clone(), outside.clone()]).await.unwrap();
        assert_eq!(batch.succeeded, std::slice::from_ref(&inside));
        assert_eq!(batch.failed.len(), 1);
        assert_eq!(batch.failed[0].error.kind, ErrorKind::OutcomeUnknown);
    }
}

#[tokio::test]
async fn without_a_repeat_gone_means_gone() {
    let id = JoinRequestId::new("r1").unwrap();
    let server = always(meta_error(400, 131_213)).await;
    let error = group(&client(&server)).approve([id.clone()]).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::JoinRequestUnknown, Some(131_213)));
    assert_eq!((error.message(), error.details()), ("what the API said", Some("more")));
    assert_eq!(error.trace_id(), Some("Trace1"));
    assert_eq!(sent(&server).await, 1);
}

#[tokio::test]
async fn every_form_of_an_acknowledgement_is_one() {
    let forms = [
        (ACK, true),
        (r#"{"success":true}"#, false),
        (r#"{"success":"true","messaging_product":"whatsapp"}"#, false),
        ("{}", false),
        ("", false),
        (" \n", false),
    ];
    for (body, names_request) in forms {
        let server = always(json_answer(200, body)).await;
        let client = client(&server);
        let group = group(&client);
        let user = ParticipantInput::new("15550100123").unwrap();
        for accepted in [
            group.delete().await.unwrap(),
            group.update().subject("x").await.unwrap(),
            group.remove([user]).await.unwrap(),
        ] {
            assert_eq!(accepted.request_id.is_some(), names_request, "{body}");
            assert_eq!(accepted.group_id.unwrap().as_str(), "g1");
        }
    }
    let server = always(ResponseTemplate::new(204)).await;
    assert!(group(&client(&server)).delete().await.is_ok());
    let server = always(json_answer(202, ACK)).await;
    assert!(group(&client(&server)).delete().await.unwrap().request_id.is_some());

    let server = always(json_answer(200, r#"{"id":"1234567890"}"#)).await;
    let accepted = client(&server).groups().create("Trip").await.unwrap();
    assert_eq!(accepted.group_id.unwrap().as_str(), "1234567890");
    // The status says that it was taken; only an answer that reports an error says otherwise.
    let server = always(json_answer(200, "{}")).await;
    let accepted = client(&server).groups().create("Trip").await.unwrap();
    assert_eq!((accepted.group_id, accepted.request_id), (None, None));
    let server = always(json_answer(200, r#"{"error":{"message":"no"}}"#)).await;
    assert_eq!(create(&client(&server)).await.kind(), ErrorKind::InvalidResponse);
}

#[tokio::test]
async fn broken_answers_to_a_read_are_told_apart() {
    let cases = [
        (json_answer(200, "{\"id\":"), ErrorKind::InvalidResponse, 1),
        (ResponseTemplate::new(200), ErrorKind::InvalidResponse, 1),
        (json_answer(200, "[]"), ErrorKind::InvalidResponse, 1),
        (ResponseTemplate::new(200).set_body_raw("<html>", "text/html"), ErrorKind::InvalidResponse, 1),
        (ResponseTemplate::new(404), ErrorKind::NotFound, 1),
        (ResponseTemplate::new(401), ErrorKind::InvalidCredentials, 1),
        (ResponseTemplate::new(403), ErrorKind::PermissionDenied, 1),
        (meta_error(403, 131_207), ErrorKind::GroupSuspended, 1),
        (meta_error(400, 999_999), ErrorKind::Api, 1),
        (ResponseTemplate::new(418), ErrorKind::Api, 1),
    ];
    for (answer, kind, requests) in cases {
        let server = always(answer).await;
        let error = group(&client(&server)).get().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error:?}");
        assert_eq!(sent(&server).await, requests, "{error:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_so_the_key_stays() {
    let elsewhere = always(json_answer(200, r#"{"id":"g1"}"#)).await;
    let there = elsewhere.uri().replace("127.0.0.1", "localhost");
    for status in [301, 302, 307, 308] {
        let server = always(ResponseTemplate::new(status).insert_header("Location", there.as_str())).await;
        let error = group(&client(&server)).get().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Redirected);
        assert!(error.message().contains("localhost"), "{error}");
    }
    assert_eq!(sent(&elsewhere).await, 0);
}

#[tokio::test]
async fn nobody_listening_means_nothing_was_sent() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = builder(&format!("http://{free}")).build().unwrap();
    let error = create(&client).await;
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Network, Delivery::NotSent));
    assert_eq!(error.attempts(), 3, "a create that was not sent may be repeated");
    assert!(error.is_retryable());
}

#[tokio::test]
async fn a_connection_reset_before_or_in_the_answer_leaves_a_create_in_doubt_and_repeats_a_read() {
    let before = tcp(|stream| async move { drop(stream) }).await;
    let within = tcp(|mut stream| async move {
        let part =
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{\"id\":";
        stream.write_all(part).await.unwrap();
    })
    .await;
    for (url, count) in [before, within] {
        let client = builder(&url).build().unwrap();
        let error = create(&client).await;
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Network, Delivery::MaybeDelivered),
            "{error:?}"
        );
        assert_eq!(count.swap(0, Ordering::SeqCst), 1, "{error:?}");
        let error = group(&client).get().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Network, "{error:?}");
        assert_eq!(count.load(Ordering::SeqCst), 3, "{error:?}");
    }
}

#[tokio::test]
async fn a_stall_and_a_trickle_end_when_the_attempts_time_is_over() {
    let stall = tcp(|stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    let trickle = tcp(|mut stream| async move {
        let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n";
        stream.write_all(head).await.unwrap();
        while stream.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    for (url, count) in [stall, trickle] {
        let client = builder(&url).attempt_timeout(Duration::from_millis(400)).build().unwrap();
        let error = create(&client).await;
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Timeout, Delivery::MaybeDelivered),
            "{error:?}"
        );
        assert_eq!(count.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn the_whole_operation_is_bounded_whatever_the_policy() {
    let (url, _) = tcp(|stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    let client = builder(&url)
        .retry(RetryPolicy { max_retries: 1000, ..RetryPolicy::default() })
        .timeout(Duration::from_millis(120))
        .attempt_timeout(Duration::from_millis(50))
        .build()
        .unwrap();
    let error = group(&client).get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
}

#[tokio::test]
async fn in_an_outage_the_process_stops_repeating() {
    let server = always(ResponseTemplate::new(503)).await;
    let client = builder(&server.uri()).retry_budget(RetryBudget::new(3)).build().unwrap();
    for expected in [3, 2, 1, 1] {
        assert_eq!(group(&client).get().await.unwrap_err().attempts(), expected);
    }
    // Repeats after a rate limit are paced, not counted.
    let server = always(meta_error(429, 131_208)).await;
    let client = builder(&server.uri()).retry_budget(RetryBudget::new(0)).build().unwrap();
    assert_eq!(group(&client).get().await.unwrap_err().attempts(), 3);
}

/// No encoding is asked for and none is undone, so a small answer cannot become a huge one.
#[tokio::test]
async fn a_compressed_answer_is_not_unpacked() {
    // The head of a gzip stream; what would follow is never looked at.
    let packed = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xed, 0xc1, 1, 1];
    let answer = ResponseTemplate::new(200)
        .insert_header("content-encoding", "gzip")
        .set_body_raw(packed.to_vec(), "application/json");
    let server = always(answer).await;
    let error = group(&client(&server)).get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    let request = &server.received_requests().await.unwrap()[0];
    assert!(!request.headers.contains_key("accept-encoding"), "{:?}", request.headers);
}

#[tokio::test]
async fn an_endless_answer_ends_at_the_limit() {
    let (url, _) = tcp(|mut stream| async move {
        let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
        stream.write_all(head).await.unwrap();
        let chunk = [b"1000\r\n".as_slice(), &[b' '; 4096], b"\r\n"].concat();
        while stream.write_all(&chunk).await.is_ok() {}
    })
    .await;
    let client = builder(&url).max_body(64 * 1024).build().unwrap();
    let error = group(&client).get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error:?}");
    assert_eq!(error.message(), "the answer is longer than this client reads");
}

/// A length that is announced is believed, for HTTP holds the body to it; one that is too long is refused all the same.
#[tokio::test]
async fn an_answer_of_announced_length_is_held_to_the_limit_too() {
    let body =
        json!({ "id": "g1", "subject": "x".repeat(1000), "added_later": { "kept": true } }).to_string();
    let server = always(json_answer(200, &body)).await;
    let limited = |bytes: usize| builder(&server.uri()).max_body(bytes).build().unwrap();
    let read = group(&limited(body.len())).get().await.unwrap();
    assert_eq!(read.extra["added_later"]["kept"], true);
    let error = group(&limited(body.len() - 1)).get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error:?}");
    assert_eq!(error.message(), "the answer is longer than this client reads");
}

#[tokio::test]
async fn an_answer_shorter_or_longer_than_announced_is_not_taken_for_whole() {
    for (length, kind) in [(2_000, ErrorKind::Network), (10, ErrorKind::InvalidResponse)] {
        let (url, _) = tcp(move |mut stream| async move {
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{{\"id\":\"g1\"}}");
            stream.write_all(answer.as_bytes()).await.unwrap();
        })
        .await;
        let client = builder(&url).build().unwrap();
        let error = group(&client).get().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{length}: {error:?}");
    }
}

fn page(ids: &[&str], after: Option<&str>, next: bool) -> ResponseTemplate {
    let groups: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
    let next = next.then_some("https://graph.facebook.com/v23.0/1/groups?access_token=x&after=elsewhere");
    let body = json!({ "data": { "groups": groups },
        "paging": { "cursors": { "before": "b", "after": after }, "next": next } });
    json_answer(200, &body.to_string())
}

#[tokio::test]
async fn a_walk_goes_on_by_the_cursor_past_an_empty_page_and_ends_once() {
    let server = MockServer::start().await;
    let at = |cursor: &str| Mock::given(query_param("after", cursor));
    at("c1").respond_with(page(&[], Some("c2"), true)).mount(&server).await;
    at("c2").respond_with(page(&["c"], Some("c3"), false)).mount(&server).await;
    Mock::given(method("GET"))
        .and(query_param("limit", "2"))
        .respond_with(page(&["a", "b"], Some("c1"), true))
        .with_priority(9)
        .mount(&server)
        .await;
    let groups = client(&server).groups().list().page_size(2).stream().all().await.unwrap();
    let ids: Vec<_> = groups.iter().map(|group| group.id.as_str()).collect();
    assert_eq!(ids, ["a", "b", "c"]);
    assert_eq!(sent(&server).await, 3, "a short page without a link is the last");
}

#[tokio::test]
async fn after_an_error_a_walk_ends_and_what_came_before_was_delivered() {
    let server = MockServer::start().await;
    Mock::given(query_param("after", "c1")).respond_with(meta_error(400, 131_059)).mount(&server).await;
    Mock::given(any()).respond_with(page(&["a"], Some("c1"), true)).with_priority(9).mount(&server).await;
    let mut groups = client(&server).groups().list().stream();
    assert_eq!(groups.next().await.unwrap().unwrap().id.as_str(), "a");
    assert_eq!(groups.next().await.unwrap().unwrap_err().kind(), ErrorKind::InvalidCursor);
    assert!(groups.next().await.is_none());
}

#[tokio::test]
async fn a_list_that_leads_in_a_circle_is_an_error() {
    let server = always(page(&["a"], Some("c1"), true)).await;
    let error = client(&server).groups().list().stream().all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoProgress);
    assert_eq!(sent(&server).await, 2);
}

#[tokio::test]
async fn what_is_refused_before_sending_sends_nothing() {
    let server = always(json_answer(200, ACK)).await;
    let client = client(&server);
    let group = group(&client);
    let user = |digits: &str| ParticipantInput::new(digits).unwrap();
    let nine: Vec<_> = (0..9).map(|n| user(&format!("1555010010{n}"))).collect();
    let refused = [
        client.groups().create(" ").await.unwrap_err(),
        client.groups().create("x".repeat(129)).await.unwrap_err(),
        client.groups().create("x").description("x".repeat(2049)).await.unwrap_err(),
        client.groups().list().limit(0).stream().all().await.unwrap_err(),
        client.groups().list().page_size(0).stream().all().await.unwrap_err(),
        client.groups().list().page_size(1025).stream().all().await.unwrap_err(),
        group.update().await.unwrap_err(),
        group.update().subject("").await.unwrap_err(),
        group.remove(nine).await.unwrap_err(),
        group.remove([user("15550100123"), user("+15550100123")]).await.unwrap_err(),
        group.remove([]).await.unwrap_err(),
        group.approve([]).await.unwrap_err(),
    ];
    for error in refused {
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidInput, 0), "{error}");
        assert!(error.operation().is_some(), "{error}");
    }
    assert_eq!(sent(&server).await, 0);
}

#[tokio::test]
async fn a_picture_travels_as_a_part_under_the_chosen_name() {
    use groups_ergonomic::{Picture, PicturePart};
    let mut jpeg = vec![0xff, 0xd8, 0xff, 0xe0, 0, 16];
    jpeg.extend(b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x0b\x08\x01\0\x01\0\x01\x01\x11\0\xff\xd9");
    for (part, name) in
        [(PicturePart::File, "file"), (PicturePart::ProfilePictureFile, "profile_picture_file")]
    {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .and(path("/groups/g1"))
            .and(header_exists("D360-API-KEY"))
            .respond_with(json_answer(200, ""))
            .mount(&server)
            .await;
        let client = builder(&server.uri()).picture_part(part).build().unwrap();
        let picture = Picture::new(jpeg.clone()).unwrap();
        group(&client).update().subject("New").picture(picture).await.unwrap();
        let request = &server.received_requests().await.unwrap()[0];
        let body = String::from_utf8_lossy(&request.body).into_owned();
        assert!(body.contains(&format!("name=\"{name}\"; filename=\"profile.jpg\"")), "{body}");
        for text in ["name=\"messaging_product\"", "whatsapp", "name=\"subject\"", "New", "image/jpeg"] {
            assert!(body.contains(text), "{text}: {body}");
        }
    }
}

#[tokio::test]
async fn a_preview_tells_the_request_without_the_key_and_sends_nothing() {
    let server = always(json_answer(200, ACK)).await;
    let preview = client(&server).groups().create("Trip").description("May").preview().await.unwrap();
    assert_eq!((preview.method.as_str(), preview.url.clone()), ("POST", format!("{}/groups", server.uri())));
    assert_eq!(preview.body.as_ref().unwrap()["description"], "May");
    assert!(preview.headers.contains(&("d360-api-key".into(), "***".into())));
    assert!(!format!("{preview:?}").contains(KEY));
    assert_eq!(sent(&server).await, 0);
}

#[tokio::test]
async fn an_error_never_shows_the_key_or_the_url() {
    let server = always(ResponseTemplate::new(500)).await;
    let error = create(&client(&server)).await;
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = std::error::Error::source(&error);
    while let Some(next) = source {
        text.push_str(&format!("{next} {next:?}"));
        source = next.source();
    }
    assert!(!text.contains(KEY), "{text}");
}

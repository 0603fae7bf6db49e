//! Every operation against every fault. The snapshot is the written expectation, cell by cell: what the caller
//! is told, how far the call is said to have got, and how many requests were sent. Above all: no create and no
//! link reset is sent twice after it may have been delivered.

#![allow(clippy::unwrap_used, reason = "the helpers of a test are tests too")]

mod support;

use std::fmt::Write as _;
use std::sync::atomic::Ordering;
use std::time::Duration;

use groups_ergonomic::model::{JoinRequestId, ParticipantInput};
use groups_ergonomic::{Client, Delivery, Error, Operation};
use support::{always, builder, group, json_answer, meta_error, sent, tcp};
use tokio::io::AsyncWriteExt;
use wiremock::matchers::{any, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// Long enough for a request to arrive on a busy machine; only a stall takes all of it.
const STALL: Duration = Duration::from_millis(250);
const PATIENT: Duration = Duration::from_secs(30);

/// Makes the call; lists are walked to their end.
async fn call(client: &Client, operation: Operation) -> Result<String, Error> {
    let group = group(client);
    let request = JoinRequestId::new("r1").unwrap();
    Ok(match operation {
        Operation::ListGroups => {
            format!(
                "{} items",
                client.groups().list().page_size(2).without_prefetch().stream().all().await?.len()
            )
        }
        Operation::ListJoinRequests => {
            format!(
                "{} items",
                group.join_requests().page_size(2).without_prefetch().stream().all().await?.len()
            )
        }
        Operation::CreateGroup => client.groups().create("Trip").await.map(|_| "accepted".into())?,
        Operation::GetGroup => group.get().await.map(|_| "read".into())?,
        Operation::UpdateGroup => group.update().subject("x").await.map(|_| "accepted".into())?,
        Operation::DeleteGroup => group.delete().await.map(|_| "accepted".into())?,
        Operation::GetInviteLink => group.invite_link().await.map(|_| "read".into())?,
        Operation::ResetInviteLink => group.reset_invite_link().await.map(|_| "done".into())?,
        Operation::ApproveJoinRequests => {
            format!("{} of 1 done", group.approve([request]).await?.succeeded.len())
        }
        Operation::RejectJoinRequests => {
            format!("{} of 1 done", group.reject([request]).await?.succeeded.len())
        }
        Operation::RemoveParticipants => {
            let user = ParticipantInput::new("15550100123").unwrap();
            group.remove([user]).await.map(|_| "accepted".into())?
        }
        Operation::GetWebhook => client.webhook().get().await.map(|_| "read".into())?,
        Operation::SetWebhook => {
            let headers = [("x-webhook-secret", "s")];
            client.webhook().set("https://example.com/hook", headers).await.map(|_| "done".into())?
        }
        other => panic!("{other} has no cell"),
    })
}

fn cell(table: &mut String, operation: Operation, outcome: Result<String, Error>, requests: usize) {
    let told = match outcome {
        Ok(told) => told,
        Err(error) => {
            let delivery = match error.delivery() {
                Delivery::NotSent => "not sent",
                Delivery::Refused => "refused",
                Delivery::MaybeDelivered => "maybe delivered",
                other => panic!("{other:?}"),
            };
            let again = if error.is_retryable() { ", retryable" } else { "" };
            format!("{}, {delivery}{again}", error.kind())
        }
    };
    writeln!(table, "  {:<22} {told}; sent {requests}", operation.id()).unwrap();
}

/// One fault against all operations (or those it can happen to).
async fn row(table: &mut String, fault: &str, operations: &[Operation], answer: ResponseTemplate) {
    writeln!(table, "{fault}").unwrap();
    for operation in operations {
        let server = always(answer.clone()).await;
        let client = builder(&server.uri()).build().unwrap();
        let outcome = call(&client, *operation).await;
        cell(table, *operation, outcome, sent(&server).await);
    }
}

/// The same for a server below HTTP.
async fn raw_row<F, A>(table: &mut String, fault: &str, time: Duration, act: F)
where
    F: Fn(tokio::net::TcpStream) -> A + Send + Sync + Clone + 'static,
    A: Future<Output = ()> + Send + 'static,
{
    writeln!(table, "{fault}").unwrap();
    for operation in Operation::ALL {
        let (url, count) = tcp(act.clone()).await;
        let client = builder(&url).attempt_timeout(time).build().unwrap();
        let outcome = call(&client, operation).await;
        cell(table, operation, outcome, count.load(Ordering::SeqCst));
    }
}

/// What a 200 of any operation may hold: enough for each to be an answer, were it whole.
const WHOLE: &str =
    r#"{"messaging_product":"whatsapp","id":"g1","request_id":"9B","invite_link":"https://x","data":[]}"#;

#[tokio::test]
async fn every_operation_meets_every_fault_as_written() {
    let all = &Operation::ALL;
    let lists = &[Operation::ListGroups, Operation::ListJoinRequests];
    let mut table = String::new();
    let t = &mut table;

    writeln!(t, "refused connection").unwrap();
    for operation in Operation::ALL {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let client = builder(&format!("http://{free}")).build().unwrap();
        let outcome = call(&client, operation).await;
        cell(t, operation, outcome, 0);
    }
    raw_row(t, "reset before the answer", PATIENT, |stream| async move { drop(stream) }).await;
    raw_row(t, "reset in the middle of the answer", PATIENT, |mut stream| async move {
        let half =
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{\"id\":";
        stream.write_all(half).await.unwrap();
    })
    .await;
    raw_row(t, "stall", STALL, |stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;

    row(t, "200, truncated JSON", all, json_answer(200, &WHOLE[..30])).await;
    row(t, "200, JSON under another content type", all, {
        ResponseTemplate::new(200).set_body_raw(WHOLE, "text/plain")
    })
    .await;
    row(t, "200, HTML page", all, ResponseTemplate::new(200).set_body_raw("<html></html>", "text/html"))
        .await;
    row(t, "200, empty", all, ResponseTemplate::new(200)).await;
    row(t, "502, HTML page", all, ResponseTemplate::new(502).set_body_raw("<html></html>", "text/html"))
        .await;
    row(t, "503 with Retry-After", all, ResponseTemplate::new(503).insert_header("Retry-After", "0")).await;
    row(t, "429 with Retry-After", all, ResponseTemplate::new(429).insert_header("Retry-After", "0")).await;
    row(t, "429 without Retry-After", all, meta_error(429, 131_208)).await;
    let text = r#"{"error":"You have exceeded the endpoint rate limit."}"#;
    row(t, "400, rate limit as a text", all, json_answer(400, text)).await;
    row(t, "401", all, json_answer(401, r#"{"error":"Invalid API key"}"#)).await;
    row(t, "403, group suspended", all, meta_error(403, 131_207)).await;
    let elsewhere = always(json_answer(200, WHOLE)).await;
    let location = elsewhere.uri().replace("127.0.0.1", "localhost");
    row(t, "redirect to another host", all, {
        ResponseTemplate::new(307).insert_header("Location", location.as_str())
    })
    .await;
    assert_eq!(sent(&elsewhere).await, 0, "the key went to another host");

    let page = |items: usize, next: bool| {
        let items: Vec<_> = (0..items)
            .map(|n| serde_json::json!({ "id": format!("i{n}"), "join_request_id": format!("i{n}") }))
            .collect();
        let next = next.then_some("https://graph.facebook.com/x");
        let paging = serde_json::json!({ "cursors": { "before": "b", "after": "c" }, "next": next });
        json_answer(200, &serde_json::json!({ "data": items, "paging": paging }).to_string())
    };
    row(t, "repeated cursor", lists, page(2, true)).await;
    row(t, "last page with a cursor and no next", lists, page(1, false)).await;
    writeln!(t, "empty middle page").unwrap();
    for operation in lists {
        let server = MockServer::start().await;
        Mock::given(query_param_is_missing("after")).respond_with(page(0, true)).mount(&server).await;
        Mock::given(any()).respond_with(page(1, false)).with_priority(9).mount(&server).await;
        let client = builder(&server.uri()).build().unwrap();
        let outcome = call(&client, *operation).await;
        cell(t, *operation, outcome, sent(&server).await);
    }

    for line in
        table.lines().filter(|line| line.contains("create_group") || line.contains("reset_invite_link"))
    {
        let in_doubt = line.contains("maybe delivered");
        assert!(!in_doubt || line.ends_with("sent 1"), "sent again: {line}");
    }
    insta::assert_snapshot!(table);
}

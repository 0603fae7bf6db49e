//! Walks and calls to many groups, over real HTTP against the sandbox and against fixed answers.

#![allow(clippy::unwrap_used, reason = "the helpers of a test are tests too")]

use std::collections::HashSet;
use std::time::Duration;

use groups_ergonomic::model::{GroupId, JoinApprovalMode};
use groups_ergonomic::{Client, ErrorKind, Position, RateLimit};
use groups_sandbox::Sandbox;
use wiremock::matchers::{any, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A sandbox with so many groups, named by number, and their ids in the order of the list.
async fn sandbox(groups: usize) -> (Sandbox, Client, Vec<GroupId>) {
    let sandbox = Sandbox::builder().outcome_delay(Duration::ZERO).start().await.unwrap();
    let client = Client::builder().api_key(sandbox.api_key()).base_url(sandbox.base_url()).build().unwrap();
    for n in 0..groups {
        let create = client.groups().create(format!("group {n}"));
        create.join_approval_mode(JoinApprovalMode::ApprovalRequired).await.unwrap();
    }
    sandbox.emulator().settle().await.unwrap();
    let listed = client.groups().list().stream().all().await.unwrap();
    assert_eq!(listed.len(), groups);
    (sandbox, client, listed.into_iter().map(|group| group.id).collect())
}

#[tokio::test]
async fn forward_and_backward_pages_and_items_tell_the_same_list() {
    let (_sandbox, client, ids) = sandbox(23).await;
    let list = || client.groups().list().page_size(5);

    let mut pages = list().pages();
    let mut seen = Vec::new();
    let mut sizes = Vec::new();
    let mut last = None;
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        sizes.push(page.items.len());
        last = page.after.or(last);
        seen.extend(page.items.into_iter().map(|group| group.id));
    }
    assert_eq!(seen, ids);
    assert_eq!(sizes, [5, 5, 5, 5, 3]);

    // Before the last item, so without it, nearest first.
    let backward = list().before(last.unwrap()).stream().all().await.unwrap();
    let backward: Vec<_> = backward.into_iter().map(|group| group.id).collect();
    assert_eq!(backward, ids[..22].iter().rev().cloned().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_walk_resumed_at_any_item_loses_and_doubles_nothing() {
    let (_sandbox, client, ids) = sandbox(11).await;
    for stop in 0..=ids.len() {
        for (page_size, next_size) in [(4, 4), (4, 3), (11, 2), (1024, 1024)] {
            let mut first = client.groups().list().page_size(page_size).stream();
            let mut seen = Vec::new();
            for _ in 0..stop {
                seen.push(first.next().await.unwrap().unwrap().id);
            }
            let saved = serde_json::to_string(&first.position()).unwrap();
            drop(first);
            let position: Position = serde_json::from_str(&saved).unwrap();
            let rest =
                client.groups().list().page_size(next_size).resume(position).stream().all().await.unwrap();
            seen.extend(rest.into_iter().map(|group| group.id));
            assert_eq!(seen, ids, "stopped after {stop}, pages of {page_size} then {next_size}");
        }
    }
}

#[tokio::test]
async fn a_group_that_vanishes_while_a_walk_rests_costs_nothing_else() {
    let (sandbox, client, ids) = sandbox(10).await;
    let mut walk = client.groups().list().page_size(6).stream();
    let mut seen = HashSet::new();
    for _ in 0..3 {
        seen.insert(walk.next().await.unwrap().unwrap().id);
    }
    let position = walk.position();
    client.group(ids[1].clone()).unwrap().delete().await.unwrap();
    client.group(ids[7].clone()).unwrap().delete().await.unwrap();
    sandbox.emulator().settle().await.unwrap();
    let rest = client.groups().list().page_size(6).resume(position).stream().all().await.unwrap();
    for group in rest {
        assert!(seen.insert(group.id), "delivered twice");
    }
    let gone = ids[7].clone();
    let expected: HashSet<_> = ids.into_iter().filter(|id| *id != gone).collect();
    assert_eq!(seen, expected);
}

/// Two full pages and a short one.
async fn three_pages() -> MockServer {
    let server = MockServer::start().await;
    let page = |ids: &[&str], after: &str, next: bool| {
        let groups: Vec<_> = ids.iter().map(|id| serde_json::json!({ "id": id })).collect();
        let next = next.then_some("https://graph.facebook.com/x");
        ResponseTemplate::new(200).set_body_json(
            serde_json::json!({ "data": groups, "paging": { "cursors": { "after": after }, "next": next } }),
        )
    };
    Mock::given(query_param("after", "c1")).respond_with(page(&["c", "d"], "c2", true)).mount(&server).await;
    Mock::given(query_param("after", "c2")).respond_with(page(&["e"], "c3", false)).mount(&server).await;
    Mock::given(any()).respond_with(page(&["a", "b"], "c1", true)).with_priority(9).mount(&server).await;
    server
}

async fn requests(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

#[tokio::test]
async fn the_next_page_is_fetched_while_this_one_is_consumed_and_no_further() {
    let server = three_pages().await;
    let client = Client::builder().api_key("k").base_url(server.uri()).build().unwrap();
    let mut groups = client.groups().list().page_size(2).stream();
    assert_eq!(requests(&server).await, 0, "nothing is asked before the first item is");
    groups.next().await.unwrap().unwrap();
    // The consumer works, without asking for more; the second page comes all the same, and the third does not.
    while requests(&server).await < 2 {
        tokio::task::yield_now().await;
    }
    groups.next().await.unwrap().unwrap();
    assert_eq!(requests(&server).await, 2);
    let rest: Vec<_> = groups.all().await.unwrap().into_iter().map(|group| group.id.to_string()).collect();
    assert_eq!(rest, ["c", "d", "e"]);
    assert_eq!(requests(&server).await, 3);

    let server = three_pages().await;
    let client = Client::builder().api_key("k").base_url(server.uri()).build().unwrap();
    let limited = client.groups().list().page_size(2).limit(2).stream().all().await.unwrap();
    assert_eq!((limited.len(), requests(&server).await), (2, 1), "nothing beyond the limit is fetched");
}

#[tokio::test]
async fn many_groups_are_read_in_order_and_one_that_fails_has_its_own_error() {
    let (_sandbox, client, mut ids) = sandbox(9).await;
    ids.insert(4, GroupId::new("unknown").unwrap());
    let mut many = client.groups().get_many(ids.clone()).concurrency(3);
    let mut order = Vec::new();
    while let Some((id, group)) = many.next().await {
        let id = id.unwrap();
        match group {
            Ok(group) => assert_eq!((group.participant_count, &group.id), (Some(0), &id)),
            Err(error) => assert_eq!((error.kind(), id.as_str()), (ErrorKind::GroupUnknown, "unknown")),
        }
        order.push(id);
    }
    assert_eq!(order, ids);

    let mut described = client.groups().describe_all().as_they_come();
    let mut seen = HashSet::new();
    while let Some((id, group)) = described.next().await {
        assert!(group.unwrap().join_approval_mode.is_some());
        seen.insert(id.unwrap());
    }
    assert_eq!(seen.len(), 9);
}

#[tokio::test]
async fn decisions_over_several_groups_have_a_result_per_request() {
    let (sandbox, client, ids) = sandbox(3).await;
    let mut asked = Vec::new();
    for id in &ids {
        let request = sandbox.emulator().request(id.as_str(), "15550100123").await.unwrap();
        asked.push((id.clone(), vec![request.try_into().unwrap()]));
    }
    asked[1].1.push("bogus".try_into().unwrap());
    asked.push((GroupId::new("unknown").unwrap(), vec!["r".try_into().unwrap()]));
    let mut done = 0;
    let mut approved = client.groups().approve_many(asked).concurrency(2);
    while let Some((id, batch)) = approved.next().await {
        match batch {
            Ok(batch) => {
                done += batch.succeeded.len();
                assert_eq!(batch.failed.len(), usize::from(id == Some(ids[1].clone())));
            }
            Err(error) => assert_eq!(error.kind(), ErrorKind::GroupUnknown),
        }
    }
    assert_eq!(done, 3);
}

#[tokio::test]
async fn another_number_has_its_own_key_and_its_own_pace() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_string(r#"{"id":"g"}"#);
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let first = Client::builder()
        .api_key("one")
        .base_url(server.uri())
        // Once in a quarter of an hour: a second call of the same number would not come through in time.
        .rate_limit(RateLimit::PerSecond(0.001))
        .timeout(Duration::from_millis(1_500))
        .build()
        .unwrap();
    let second = first.with_api_key("two").unwrap();
    for client in [&first, &second] {
        client.group("g").unwrap().get().await.unwrap();
    }
    let error = first.group("g").unwrap().get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert!(error.message().contains("turn"), "{error}");
    assert_eq!((error.attempts(), error.is_retryable()), (0, true));
    let keys: Vec<_> = server
        .received_requests()
        .await
        .unwrap()
        .iter()
        .map(|request| request.headers["d360-api-key"].to_str().unwrap().to_owned())
        .collect();
    assert_eq!(keys, ["one", "two"]);
}

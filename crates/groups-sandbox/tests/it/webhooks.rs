//! What is told to whom: every documented event, headers and signature, again until it is taken, and the messy ways.

use std::collections::BTreeMap;
use std::time::Duration;

use groups_sandbox::{
    Behaviour, Identity, Sandbox, SandboxBuilder, Webhook, WebhookNames, WebhookOrder, WebhookOutcome,
    WebhookTimestamp, document,
};
use serde_json::{Value, json};

use super::receiver::Receiver;
use super::support::{Api, UNKNOWN, jpeg, person, product};

fn quick() -> SandboxBuilder {
    Sandbox::builder().outcome_delay(Duration::ZERO)
}

async fn told(receiver: &Receiver) -> Api {
    Api::with(quick().webhook(Webhook::to(&receiver.url))).await
}

/// Waits until no webhook is left. A receiver has one a moment before the sandbox knows.
async fn all_told(api: &Api) {
    let told = async {
        while api.emulator().undelivered().await.unwrap() > 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), told)
        .await
        .expect("every webhook is delivered or given up");
}

fn with(change: impl FnOnce(&mut Behaviour)) -> Behaviour {
    let mut behaviour = Behaviour::strict();
    behaviour.outcome_delay_ms = 0;
    behaviour.webhook_retry_ms = 10;
    change(&mut behaviour);
    behaviour
}

#[tokio::test]
async fn every_documented_event_is_told_in_its_field_and_fits_the_document() {
    let receiver = Receiver::start().await;
    let api = told(&receiver).await;
    let emulator = api.emulator();
    // Lifecycle.
    let id = api.create("Team", "approval_required").await;
    emulator.add_fault("create_group outcome=131211 times=1".parse().unwrap()).await.unwrap();
    let body = json!({ "messaging_product": "whatsapp", "subject": "Fails", "description": "So" });
    api.call_with("POST", "/groups", body).await.ok();
    emulator.settle().await.unwrap();
    // Participants.
    let asked = emulator.request(&id, &person(0)).await.unwrap();
    emulator.request(&id, &person(1)).await.unwrap();
    emulator.withdraw(&id, &person(1)).await.unwrap();
    let approve = json!({ "messaging_product": "whatsapp", "join_requests": [asked] });
    api.call_with("POST", &format!("/groups/{id}/join_requests"), approve).await.ok();
    let open = api.create("Open", "auto_approve").await;
    for number in 0..3 {
        emulator.join(&open, &person(number)).await.unwrap();
    }
    let remove = |users: Value| json!({ "messaging_product": "whatsapp", "participants": users });
    let participants = format!("/groups/{open}/participants");
    let users = json!([{ "user": format!("+{}", person(0)) }, { "user": person(9) }]);
    api.call_with("DELETE", &participants, remove(users)).await.ok();
    emulator.settle().await.unwrap();
    emulator.add_fault("remove_participants outcome=131212 times=1".parse().unwrap()).await.unwrap();
    api.call_with("DELETE", &participants, remove(json!([{ "user": person(1) }]))).await.ok();
    emulator.settle().await.unwrap();
    api.call_with("DELETE", &participants, remove(json!([{ "user": person(1) }]))).await.ok();
    emulator.settle().await.unwrap();
    emulator.leave(&open, &person(2)).await.unwrap();
    // Settings.
    emulator
        .add_fault("update_group outcome=131000 setting=description times=1".parse().unwrap())
        .await
        .unwrap();
    let texts = [("messaging_product", "whatsapp"), ("subject", "New"), ("description", "Words")];
    api.upload(&format!("/groups/{open}"), &texts, &[("file", jpeg(200, 200))]).await.ok();
    emulator.settle().await.unwrap();
    // Status, and the end.
    emulator.suspend(&open).await.unwrap();
    emulator.restore(&open).await.unwrap();
    emulator.add_fault("delete_group outcome=131000 times=1".parse().unwrap()).await.unwrap();
    for _ in 0..2 {
        api.call("DELETE", &format!("/groups/{open}")).await.ok();
        emulator.settle().await.unwrap();
    }

    let history = emulator.history().await.unwrap();
    let arrivals = receiver.wait_for(history.len()).await;
    assert_eq!(arrivals.len(), history.len(), "one webhook an event");
    let mut seen = BTreeMap::<String, usize>::new();
    for arrival in &arrivals {
        let body: Value = serde_json::from_slice(&arrival.bytes).unwrap();
        assert_eq!(document::faults("Notification", &body), [""; 0], "{body:#}");
        let event = arrival.event();
        let failed = if event.get("errors").is_some() { " failed" } else { "" };
        let kind = event["type"].as_str().unwrap();
        *seen.entry(format!("{}: {kind}{failed}", arrival.field())).or_default() += 1;
    }
    let seen: Vec<String> = seen.into_iter().map(|(kind, count)| format!("{kind} × {count}")).collect();
    assert_eq!(
        seen,
        [
            "group_lifecycle_update: group_create × 2",
            "group_lifecycle_update: group_create failed × 1",
            "group_lifecycle_update: group_delete × 1",
            "group_lifecycle_update: group_delete failed × 1",
            "group_participants_update: group_join_request_created × 2",
            "group_participants_update: group_join_request_revoked × 1",
            "group_participants_update: group_participants_add × 4",
            "group_participants_update: group_participants_remove × 2",
            "group_participants_update: group_participants_remove failed × 2",
            "group_settings_update: group_settings_update failed × 1",
            "group_status_update: group_suspend × 1",
            "group_status_update: group_suspend_cleared × 1",
        ]
    );
    let settings =
        arrivals.iter().find(|arrival| arrival.field() == "group_settings_update").unwrap().event();
    assert_eq!(settings["group_subject"]["update_successful"], true);
    assert_eq!(settings["profile_picture"]["update_successful"], true);
    assert_eq!(settings["group_description"]["errors"][0]["code"], 131_000);
    let info = api.info(&id).await;
    assert_eq!(info["total_participant_count"], 1);
    let approved = arrivals.iter().map(|arrival| arrival.event());
    let approved = approved.filter(|event| event["added_participants"][0].get("input").is_some()).count();
    assert_eq!(approved, 1, "only the approval has an input");
    // Calls made none that nobody caused.
    assert_eq!(api.get(&format!("/groups/{UNKNOWN}")).await.code(), (400, 131_041));
    all_told(&api).await;
}

#[tokio::test]
async fn the_outcome_carries_the_request_id_of_the_answer() {
    let receiver = Receiver::start().await;
    let api = told(&receiver).await;
    let body = json!({ "messaging_product": "whatsapp", "subject": "Team" });
    let accepted = api.call_with("POST", "/groups", body).await.ok();
    let event = receiver.wait_for(1).await[0].event();
    assert_eq!(event["request_id"], accepted["request_id"]);
    assert_eq!(event["invite_link"], api.link(event["group_id"].as_str().unwrap()).await);
}

#[tokio::test]
async fn the_configuration_endpoint_says_where_and_with_which_headers() {
    let receiver = Receiver::start().await;
    let api = Api::start().await;
    assert_eq!(api.get("/v1/configs/webhook").await.ok(), json!({}));
    let wanted = json!({ "url": receiver.url, "headers": { "x-secret": "abc" } });
    assert_eq!(api.call_with("POST", "/v1/configs/webhook", wanted.clone()).await.ok(), wanted);
    assert_eq!(api.get("/v1/configs/webhook").await.ok(), wanted);
    for (bad, code) in [
        (json!({}), 131_008),
        (json!({ "url": "" }), 131_009),
        (json!({ "url": "ftp://x" }), 131_009),
        (json!({ "url": "no url" }), 131_009),
        (json!({ "url": receiver.url, "headers": { "a b": "c" } }), 131_009),
        (json!({ "url": receiver.url, "header": {} }), 100),
    ] {
        let reply = api.call_with("POST", "/v1/configs/webhook", bad).await;
        assert_eq!(reply.code(), (400, code));
    }
    let id = api.create("Team", "auto_approve").await;
    let arrival = &receiver.wait_for(1).await[0];
    assert_eq!(arrival.headers["x-secret"], "abc");
    assert_eq!(arrival.headers["content-type"], "application/json");
    assert!(!arrival.headers.contains_key("x-360dialog-signature"));
    assert_eq!(arrival.event()["group_id"], id);
}

#[tokio::test]
async fn a_secret_signs_the_very_bytes() {
    let receiver = Receiver::start().await;
    let mut webhook = Webhook::to(&receiver.url);
    webhook.secret = Some("key".to_owned());
    let api = Api::with(quick().webhook(webhook)).await;
    api.create("Team", "auto_approve").await;
    let arrival = &receiver.wait_for(1).await[0];
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"key").unwrap();
    mac.update(&arrival.bytes);
    let expected: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(arrival.headers["x-360dialog-signature"], expected);
}

#[tokio::test]
async fn what_is_not_answered_200_in_time_comes_again() {
    let receiver = Receiver::answering(&[500, 204, 302], 1).await;
    let behaviour = with(|behaviour| behaviour.webhook_timeout_ms = 200);
    let api = Api::with(Sandbox::builder().behaviour(behaviour).webhook(Webhook::to(&receiver.url))).await;
    api.create("Team", "auto_approve").await;
    let arrivals = receiver.wait_for(5).await;
    assert!(arrivals.iter().all(|arrival| arrival.bytes == arrivals[0].bytes));
    let done = |log: &groups_sandbox::Log| log.webhooks().len() == 5;
    assert!(api.sandbox.log().wait_for(Duration::from_secs(10), done).await);
    let mut outcomes: Vec<_> = api.sandbox.log().webhooks().into_iter().map(|one| one.outcome).collect();
    let first = outcomes.remove(0);
    let is_late = |why: &str| why.starts_with("no answer from 127.0.0.1:") && why.contains(" in time");
    assert!(matches!(&first, WebhookOutcome::Failed(why) if is_late(why)), "{first:?}");
    assert_eq!(
        outcomes,
        [
            WebhookOutcome::Refused(500),
            WebhookOutcome::Refused(204),
            WebhookOutcome::Refused(302),
            WebhookOutcome::Delivered,
        ]
    );
    all_told(&api).await;
}

#[tokio::test]
async fn gaps_grow_and_after_seven_days_it_is_given_up() {
    // Nobody listens there any more.
    let url = Receiver::start().await.url.clone();
    let behaviour = with(|behaviour| behaviour.webhook_retry_ms = 1_000);
    let api = Api::with(Sandbox::builder().behaviour(behaviour).webhook(Webhook::to(url))).await;
    let emulator = api.emulator();
    emulator.stop_clock().await.unwrap();
    api.create("Team", "auto_approve").await;
    let log = api.sandbox.log();
    let tries = |count: usize| {
        move |log: &groups_sandbox::Log| {
            log.webhooks().iter().filter(|one| one.outcome != WebhookOutcome::GivenUp).count() == count
        }
    };
    let begun = emulator.clock().await.unwrap().now_ms;
    for (count, gap) in [(1, 1_000), (2, 2_000), (3, 4_000), (4, 8_000)] {
        assert!(log.wait_for(Duration::from_secs(10), tries(count)).await, "{count}");
        emulator.advance(Duration::from_millis(gap - 1)).await.unwrap();
        assert_eq!(log.webhooks().len(), count, "not before its time");
        emulator.advance(Duration::from_millis(1)).await.unwrap();
    }
    assert!(log.wait_for(Duration::from_secs(10), tries(5)).await);
    emulator.advance(Duration::from_secs(7 * 24 * 3600)).await.unwrap();
    let given_up = |log: &groups_sandbox::Log| {
        log.webhooks().last().is_some_and(|one| one.outcome == WebhookOutcome::GivenUp)
    };
    assert!(log.wait_for(Duration::from_secs(10), given_up).await);
    assert!(emulator.clock().await.unwrap().now_ms - begun > 7 * 24 * 3_600_000);
    all_told(&api).await;
}

#[tokio::test]
async fn a_webhook_can_be_there_before_the_answer() {
    let receiver = Receiver::start().await;
    let behaviour = with(|behaviour| {
        behaviour.webhook_order = WebhookOrder::Before;
        behaviour.outcome_delay_ms = 60_000;
    });
    let api = Api::with(Sandbox::builder().behaviour(behaviour).webhook(Webhook::to(&receiver.url))).await;
    for number in 1..=5 {
        let body = json!({ "messaging_product": "whatsapp", "subject": "Team" });
        let accepted = api.call_with("POST", "/groups", body).await.ok();
        let arrivals = receiver.arrivals();
        assert_eq!(arrivals.len(), number, "it came first");
        assert_eq!(arrivals[number - 1].event()["request_id"], accepted["request_id"]);
    }
}

#[tokio::test]
async fn webhooks_can_be_doubled_lost_and_held_back() {
    let receiver = Receiver::start().await;
    let groups = 60;
    let behaviour = with(|behaviour| {
        behaviour.webhook_duplicates = 0.3;
        behaviour.webhook_drops = 0.3;
        behaviour.webhook_reordering = 0.3;
    });
    let sandbox = Sandbox::builder().behaviour(behaviour).webhook(Webhook::to(&receiver.url)).rng_seed(5);
    let api = Api::with(sandbox).await;
    let mut asked = Vec::new();
    for number in 0..groups {
        let body = json!({ "messaging_product": "whatsapp", "subject": format!("Team {number}") });
        let accepted = api.call_with("POST", "/groups", body).await.ok();
        asked.push(accepted["request_id"].as_str().unwrap().to_owned());
    }
    api.emulator().settle().await.unwrap();
    all_told(&api).await;
    let came: Vec<String> = receiver
        .arrivals()
        .iter()
        .map(|arrival| arrival.event()["request_id"].as_str().unwrap().to_owned())
        .collect();
    let times = |id: &String| came.iter().filter(|one| *one == id).count();
    assert!(came.iter().all(|id| asked.contains(id)), "none invented");
    assert!(asked.iter().any(|id| times(id) == 0), "some lost");
    assert!(asked.iter().any(|id| times(id) == 2), "some doubled");
    assert!(asked.iter().all(|id| times(id) <= 2));
    let first_places: Vec<usize> =
        asked.iter().filter_map(|id| came.iter().position(|one| one == id)).collect();
    assert!(!first_places.is_sorted(), "some overtaken");
}

#[tokio::test]
async fn names_numbers_and_timestamps_take_the_form_that_is_switched_on() {
    let receiver = Receiver::start().await;
    let behaviour = with(|behaviour| {
        behaviour.webhook_timestamp = WebhookTimestamp::Integer;
        behaviour.webhook_names = WebhookNames::Openapi;
        behaviour.identity = Identity::Username;
    });
    let api = Api::with(Sandbox::builder().behaviour(behaviour).webhook(Webhook::to(&receiver.url))).await;
    let id = api.create("Team", "auto_approve").await;
    api.emulator().join(&id, &person(0)).await.unwrap();
    let arrivals = receiver.wait_for(2).await;
    assert!(arrivals[0].event()["timestamp"].is_i64());
    assert_eq!(arrivals[1].field(), "group_participant_update");
    let event = arrivals[1].event();
    assert_eq!(event["type"], "group_add_participants");
    let added = &event["added_participants"][0];
    assert_eq!(added.get("wa_id"), None);
    assert!(added["user_id"].as_str().unwrap().starts_with("US."));
    assert_eq!(added["username"], "guest.0101");
}

#[tokio::test]
async fn what_nobody_is_told_at_the_time_is_never_told() {
    let receiver = Receiver::start().await;
    let api = Api::start().await;
    api.create("Early", "auto_approve").await;
    api.emulator().set_webhook(Some(Webhook::to(&receiver.url))).await.unwrap();
    let id = api.create("Late", "auto_approve").await;
    assert_eq!(receiver.wait_for(1).await[0].event()["group_id"], id);
    all_told(&api).await;
}

#[tokio::test]
async fn what_was_not_delivered_is_delivered_by_the_next_who_serves() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sandbox.db");
    let receiver = Receiver::start().await;
    let first = Sandbox::builder()
        .database(&path)
        .outcome_delay(Duration::ZERO)
        .webhook(Webhook::to(&receiver.url))
        .without_deliveries();
    let api = Api::with(first).await;
    let id = api.create("Team", "auto_approve").await;
    assert_eq!(api.emulator().undelivered().await.unwrap(), 1);
    drop(api);
    let _second = Sandbox::builder().database(&path).start().await.unwrap();
    assert_eq!(receiver.wait_for(1).await[0].event()["group_id"], id);
}

#[tokio::test]
async fn a_removal_by_user_id_is_repeated_as_it_was_sent() {
    let receiver = Receiver::start().await;
    let behaviour = with(|behaviour| behaviour.identity = Identity::Both);
    let api = Api::with(Sandbox::builder().behaviour(behaviour).webhook(Webhook::to(&receiver.url))).await;
    let id = api.create("Team", "auto_approve").await;
    for number in 0..3 {
        api.emulator().join(&id, &person(number)).await.unwrap();
    }
    let shown = api.info(&id).await["participants"].clone();
    let user_id = |number: usize| shown[number]["user_id"].clone();
    let remove = async |participants: Value| {
        let mut body = product();
        body["participants"] = participants;
        api.call_with("DELETE", &format!("/groups/{id}/participants"), body).await
    };
    // One person by number and by user id is the same person twice, and nobody is removed.
    for twice in [
        json!([{ "user": person(0) }, { "user": format!("+{}", person(0)) }]),
        json!([{ "user": person(0) }, { "user_id": user_id(0) }]),
        json!([{ "user_id": user_id(0) }, { "user": user_id(0) }]),
    ] {
        assert_eq!(remove(twice.clone()).await.code(), (400, 131_202), "{twice}");
    }
    assert_eq!(api.info(&id).await["total_participant_count"], 3);
    // The webhook repeats the identifier that was sent, and names the person by all their ids.
    let several =
        json!([{ "user_id": user_id(0) }, { "user": format!("+{}", person(1)) }, { "user_id": "US.404" }]);
    remove(several).await.ok();
    let event = receiver.wait_for(5).await[4].event().clone();
    let removed = &event["removed_participants"];
    assert_eq!(removed[0], json!({ "input": user_id(0), "user_id": user_id(0), "wa_id": person(0) }));
    assert_eq!(removed[1]["input"], format!("+{}", person(1)));
    assert_eq!(event["failed_participants"][0]["input"], "US.404");
    assert_eq!(api.info(&id).await["total_participant_count"], 1);
}

#[tokio::test]
async fn a_reset_while_one_is_under_way_loses_none_that_comes_after() {
    let receiver = Receiver::answering(&[], 1).await;
    let behaviour = with(|behaviour| behaviour.webhook_timeout_ms = 1_000);
    let sandbox = Sandbox::builder().seeded().behaviour(behaviour).webhook(Webhook::to(&receiver.url));
    let api = Api::with(sandbox).await;
    let id = api.listed().await[0].clone();
    api.emulator().request(&id, &person(0)).await.unwrap();
    receiver.wait_for(1).await;
    api.emulator().reset().await.unwrap();
    api.emulator().request(&id, &person(1)).await.unwrap();
    let arrivals = receiver.wait_for(2).await;
    assert_eq!(arrivals[1].event()["wa_id"], person(1));
    all_told(&api).await;
}

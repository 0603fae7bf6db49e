//! Each switch does what it says, while the sandbox runs.

use std::collections::BTreeSet;
use std::time::Duration;

use groups_sandbox::{Behaviour, Sandbox};
use serde_json::{Value, json};

use super::support::{Api, UNKNOWN, jpeg, person, product};

/// A seeded sandbox with these switches.
async fn with(switches: &[(&str, &str)]) -> Api {
    let mut behaviour = Behaviour::strict();
    behaviour.outcome_delay_ms = 0;
    for (switch, value) in switches {
        behaviour.set(switch, value).unwrap();
    }
    Api::with(Sandbox::builder().seeded().behaviour(behaviour)).await
}

/// An answer that need not fit the document.
async fn loose(api: &Api, method: &str, path: &str, body: Option<Value>) -> (u16, String) {
    let mut request = api.request(method, path);
    if let Some(body) = body {
        request = request.json(&body);
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn json_of(api: &Api, path: &str) -> Value {
    serde_json::from_str(&loose(api, "GET", path, None).await.1).unwrap()
}

#[tokio::test]
async fn the_list_takes_every_documented_and_observed_form() {
    let page = json_of(&with(&[("list_shape", "flat")]).await, "/groups").await;
    assert_eq!(page["data"][0]["subject"], "Lisbon trip in June");
    let page = json_of(&with(&[("list_timestamp", "string")]).await, "/groups").await;
    assert_eq!(page["data"]["groups"][0]["created_at"], "1767603600");
    let page = json_of(&with(&[("list_timestamp", "creation_timestamp")]).await, "/groups").await;
    assert_eq!(page["data"]["groups"][0]["creation_timestamp"], 1_767_603_600);
    assert_eq!(page["data"]["groups"][0].get("created_at"), None);
}

#[tokio::test]
async fn urls_of_pages_are_own_foreign_or_absent() {
    let page = json_of(&with(&[]).await, "/groups?limit=1").await;
    assert!(page["paging"]["next"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    let page = json_of(&with(&[("paging_urls", "foreign")]).await, "/groups?limit=1").await;
    assert!(page["paging"]["next"].as_str().unwrap().starts_with("https://graph.facebook.com/"));
    let page = json_of(&with(&[("paging_urls", "absent")]).await, "/groups?limit=1").await;
    assert_eq!(page["paging"].get("next"), None);
    assert!(page["paging"]["cursors"]["after"].is_string());
}

#[tokio::test]
async fn an_acknowledgement_takes_every_form_that_fits_the_call() {
    for (form, create, update) in [
        ("request_id", "request_id", "request_id"),
        ("status", "status", "status"),
        ("id", "id", "request_id"),
        ("success", "request_id", "success"),
        ("empty", "request_id", ""),
    ] {
        let api = with(&[("acknowledgement", form)]).await;
        let id = api.listed().await[2].clone();
        let mut body = product();
        body["subject"] = "New".into();
        for (path, expected) in [("/groups".to_owned(), create), (format!("/groups/{id}"), update)] {
            let (status, text) = loose(&api, "POST", &path, Some(body.clone())).await;
            assert_eq!(status, 200);
            if expected.is_empty() {
                assert_eq!(text, "", "{form} {path}");
            } else {
                let value: Value = serde_json::from_str(&text).unwrap();
                assert!(value.get(expected).is_some(), "{form} {path}: {text}");
            }
        }
        api.emulator().settle().await.unwrap();
        assert_eq!(api.listed().await.len(), 5, "{form}: it happens all the same");
    }
}

#[tokio::test]
async fn the_id_of_a_create_is_the_groups() {
    let api = with(&[("acknowledgement", "id")]).await;
    let mut body = product();
    body["subject"] = "New".into();
    let (_, text) = loose(&api, "POST", "/groups", Some(body)).await;
    let id = serde_json::from_str::<Value>(&text).unwrap()["id"].as_str().unwrap().to_owned();
    api.emulator().settle().await.unwrap();
    assert_eq!(api.info(&id).await["subject"], "New");
}

#[tokio::test]
async fn errors_come_in_the_envelope_that_is_switched_on() {
    let path = format!("/groups/{UNKNOWN}");
    let api = with(&[("error_envelope", "gateway_meta")]).await;
    let reply = api.get(&path).await;
    assert_eq!(reply.status, 400);
    assert_eq!(reply.body["meta"]["http_code"], 400);
    let message = reply.body["meta"]["developer_message"].as_str().unwrap();
    assert!(message.contains("131041"), "{message}");
    let inner: Value = serde_json::from_str(reply.body["meta"]["error"].as_str().unwrap()).unwrap();
    assert_eq!(inner["code"], 131_041);
    let wrong = api.http.get(format!("{}/groups", api.sandbox.base_url())).send().await.unwrap();
    assert_eq!(wrong.status(), 401);
    assert_eq!(wrong.json::<Value>().await.unwrap()["meta"]["developer_message"], "Invalid API key");
    let api = with(&[("error_envelope", "gateway_text")]).await;
    let reply = api.get(&path).await;
    assert!(reply.body["error"].as_str().unwrap().starts_with("(#131041)"));
}

#[tokio::test]
async fn values_can_be_quoted_and_people_named_in_every_way() {
    let api = with(&[("values", "quoted")]).await;
    let id = api.listed().await[0].clone();
    let fields = "fields=suspended,creation_timestamp,total_participant_count,participants";
    let info = json_of(&api, &format!("/groups/{id}?{fields}")).await;
    assert_eq!(info["suspended"], "false");
    assert_eq!(info["creation_timestamp"], "1767603600");
    assert_eq!(info["total_participant_count"], "3");
    let requests = json_of(&api, &format!("/groups/{id}/join_requests")).await;
    assert_eq!(requests["data"][0]["creation_timestamp"], "1767690000");
    for (identity, names) in [
        ("phone", vec!["wa_id"]),
        ("both", vec!["user_id", "wa_id"]),
        ("user_id", vec!["user_id"]),
        ("username", vec!["user_id", "username"]),
    ] {
        let api = with(&[("identity", identity)]).await;
        let info = api.info(&id).await;
        let shown: BTreeSet<&str> =
            info["participants"][0].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(shown, BTreeSet::from_iter(names.iter().copied()), "{identity}");
        let asking = api.get(&format!("/groups/{id}/join_requests")).await.ok()["data"][0].clone();
        assert!(names.iter().all(|name| asking.get(name).is_some()), "{asking}");
    }
}

#[tokio::test]
async fn one_name_of_the_pictures_part_can_be_refused() {
    for (switch, taken, refused) in
        [("file", "file", "profile_picture_file"), ("profile_picture_file", "profile_picture_file", "file")]
    {
        let api = with(&[("picture_part", switch)]).await;
        let path = format!("/groups/{}", api.listed().await[0]);
        let texts = [("messaging_product", "whatsapp")];
        api.upload(&path, &texts, &[(taken, jpeg(200, 200))]).await.ok();
        assert_eq!(api.upload(&path, &texts, &[(refused, jpeg(200, 200))]).await.code(), (400, 100));
    }
}

#[tokio::test]
async fn a_partial_success_can_come_with_200() {
    let api = with(&[("partial_status", "http200")]).await;
    let id = api.listed().await[0].clone();
    let path = format!("/groups/{id}/join_requests");
    let real = api.get(&path).await.ok()["data"][0]["join_request_id"].clone();
    let body = json!({ "messaging_product": "whatsapp", "join_requests": [real, "MTUZD"] });
    let (status, text) = loose(&api, "POST", &path, Some(body)).await;
    assert_eq!(status, 200);
    assert!(text.contains("131213"));
}

#[tokio::test]
async fn rules_can_be_switched_while_it_runs() {
    let api = with(&[]).await;
    let id = api.listed().await[2].clone();
    let emulator = api.emulator();
    let mut body = product();
    body["participants"] = json!([{ "user": "15550100130" }]);
    api.call_with("DELETE", &format!("/groups/{id}/participants"), body).await.ok();
    emulator.settle().await.unwrap();
    assert!(emulator.join(&id, "15550100130").await.is_err());
    emulator.change_behaviour(|one| one.set("removed_may_return", "true")).await.unwrap();
    emulator.join(&id, "15550100130").await.unwrap();
    emulator.change_behaviour(|one| one.set("seats", "2")).await.unwrap();
    emulator.join(&id, &person(0)).await.unwrap();
    assert!(emulator.join(&id, &person(1)).await.is_err(), "two seats are two");
    emulator.change_behaviour(|one| one.set("eligible", "false")).await.unwrap();
    assert!(api.listed().await.is_empty());
    assert_eq!(api.get(&format!("/groups/{id}")).await.code(), (400, 131_215));
}

#[tokio::test]
async fn a_create_that_was_accepted_fails_when_the_number_loses_its_right() {
    let mut behaviour = Behaviour::strict();
    behaviour.outcome_delay_ms = 1_000;
    let api = Api::with(Sandbox::builder().behaviour(behaviour)).await;
    api.emulator().stop_clock().await.unwrap();
    let mut body = product();
    body["subject"] = "Team".into();
    let accepted = api.call_with("POST", "/groups", body).await.ok();
    api.emulator().change_behaviour(|one| one.set("eligible", "false")).await.unwrap();
    api.emulator().advance(Duration::from_secs(1)).await.unwrap();
    let history = api.emulator().history().await.unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!(history[0].event.request_id(), accepted["request_id"].as_str());
    assert!(matches!(history[0].event, groups_sandbox::Event::GroupCreateFailed { code: 131_215, .. }));
}

#[tokio::test]
async fn messy_answers_differ_and_all_of_them_are_understood() {
    let mut behaviour = Behaviour::messy();
    behaviour.outcome_delay_ms = 0;
    let api = Api::with(Sandbox::builder().seeded().behaviour(behaviour)).await;
    let mut forms = std::collections::HashSet::new();
    // Drawn for each answer: so many that all four not coming up is no chance.
    for _ in 0..1_000 {
        if forms.len() == 4 {
            return;
        }
        let page = json_of(&api, "/groups").await;
        let flat = page["data"].is_array();
        let groups = if flat { &page["data"] } else { &page["data"]["groups"] };
        assert_eq!(groups.as_array().unwrap().len(), 4);
        forms.insert((flat, groups[0].get("creation_timestamp").is_some()));
    }
    panic!("only {forms:?}");
}

#[tokio::test]
async fn what_is_set_outlives_the_process_and_a_reset_undoes_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sandbox.db");
    {
        let emulator = Sandbox::builder().database(&path).open().await.unwrap();
        emulator.change_behaviour(|one| one.set("list_shape", "flat")).await.unwrap();
        emulator.add_fault("* status=500".parse().unwrap()).await.unwrap();
        emulator.advance(Duration::from_secs(3600)).await.unwrap();
    }
    let emulator = Sandbox::builder().database(&path).open().await.unwrap();
    assert_ne!(emulator.behaviour().await.unwrap(), Behaviour::strict());
    assert_eq!(emulator.faults().await.unwrap().len(), 1);
    emulator.reset().await.unwrap();
    assert_eq!(emulator.behaviour().await.unwrap(), Behaviour::strict());
    assert!(emulator.faults().await.unwrap().is_empty());
}

#[tokio::test]
async fn the_largest_numbers_overflow_nothing() {
    let mut behaviour = Behaviour::messy();
    behaviour.outcome_delay_ms = u64::MAX;
    behaviour.webhook_retry_ms = u64::MAX;
    behaviour.webhook_timeout_ms = 1;
    behaviour.webhook_order = groups_sandbox::WebhookOrder::After;
    behaviour.webhook_duplicates = 1.0;
    behaviour.webhook_reordering = 1.0;
    let sandbox = Sandbox::builder().seeded().behaviour(behaviour);
    let api = Api::with(sandbox.webhook(groups_sandbox::Webhook::to("http://127.0.0.1:9/"))).await;
    let page = json_of(&api, "/groups").await;
    let groups = if page["data"].is_array() { &page["data"] } else { &page["data"]["groups"] };
    let id = groups[0]["id"].as_str().unwrap();
    let requests = json_of(&api, &format!("/groups/{id}/join_requests")).await;
    let asked = requests["data"][0]["join_request_id"].clone();
    let body = json!({ "messaging_product": "whatsapp", "join_requests": [asked] });
    assert_eq!(loose(&api, "POST", &format!("/groups/{id}/join_requests"), Some(body)).await.0, 200);
    let mut body = product();
    body["subject"] = "New".into();
    assert_eq!(loose(&api, "POST", "/groups", Some(body)).await.0, 200);
    for _ in 0..2 {
        api.emulator().advance(Duration::MAX).await.unwrap();
    }
    api.emulator().stop_clock().await.unwrap();
    api.emulator().start_clock().await.unwrap();
    assert_eq!(loose(&api, "GET", "/groups", None).await.0, 200);
}

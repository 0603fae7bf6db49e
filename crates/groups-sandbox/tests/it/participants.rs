//! Removing participants, and what becomes of the removed.

use groups_sandbox::{ErrorKind, Event};
use serde_json::{Value, json};

use super::support::{Api, Reply, person};

async fn remove(api: &Api, id: &str, users: &[&str]) -> Reply {
    let participants: Vec<Value> = users.iter().map(|user| json!({ "user": user })).collect();
    let body = json!({ "messaging_product": "whatsapp", "participants": participants });
    let reply = api.call_with("DELETE", &format!("/groups/{id}/participants"), body).await;
    api.emulator().settle().await.unwrap();
    reply
}

#[tokio::test]
async fn removed_people_are_out_and_cannot_come_back_by_the_link() {
    let api = Api::start().await;
    let id = api.group_with(3).await;
    let accepted = remove(&api, &id, &["+15550100101", "15550100102"]).await.ok();
    assert_eq!(api.info(&id).await["participants"], json!([{ "wa_id": person(2) }]));
    let Event::ParticipantsRemoved { request_id, removed, failed, .. } =
        api.emulator().history().await.unwrap().pop().unwrap().event
    else {
        panic!("another event")
    };
    assert_eq!(accepted["request_id"], request_id);
    assert_eq!((removed[0].input.as_str(), removed[0].wa_id.as_str()), ("+15550100101", "15550100101"));
    assert!(failed.is_empty());
    let link = api.link(&id).await;
    let refused = api.emulator().join_by_link(&link, &person(0)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Blocked);
}

#[tokio::test]
async fn who_is_not_in_fails_in_the_outcome_when_others_are() {
    let api = Api::start().await;
    let id = api.group_with(1).await;
    remove(&api, &id, &["15550100101", "+15550100199", "US.13491208655302741918"]).await.ok();
    let event = api.emulator().history().await.unwrap().pop().unwrap().event;
    let Event::ParticipantsRemoved { removed, failed, .. } = event else { panic!("another event") };
    assert_eq!(removed.len(), 1);
    let failed: Vec<_> = failed.iter().map(|one| (one.input.as_str(), one.code)).collect();
    assert_eq!(failed, [("+15550100199", 131212), ("US.13491208655302741918", 131212)]);
}

#[tokio::test]
async fn a_list_that_cannot_be_right_is_refused_at_once() {
    let api = Api::start().await;
    let id = api.group_with(2).await;
    let nine: Vec<String> = (0..9).map(person).collect();
    let nine: Vec<&str> = nine.iter().map(String::as_str).collect();
    let table: [(&[&str], u64); 6] = [
        (&["15550100199"], 131212),
        (&["US.123"], 131212),
        (&["15550100101", "+15550100101"], 131202),
        (&nine, 131204),
        (&[], 131009),
        (&["not a person"], 131009),
    ];
    for (users, code) in table {
        assert_eq!(remove(&api, &id, users).await.code(), (400, code), "{users:?}");
    }
    assert_eq!(api.info(&id).await["total_participant_count"], 2);
}

#[tokio::test]
async fn the_business_is_not_a_participant_and_cannot_be_removed() {
    let api = Api::start().await;
    let id = api.group_with(1).await;
    assert_eq!(remove(&api, &id, &["+15550100001"]).await.code(), (400, 131212));
}

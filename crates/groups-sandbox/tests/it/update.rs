//! Settings: JSON and multipart, pictures, and what is refused.

use groups_sandbox::Event;
use serde_json::{Value, json};

use super::support::{Api, UNKNOWN, jpeg};

const PRODUCT: (&str, &str) = ("messaging_product", "whatsapp");

async fn outcome(api: &Api) -> Event {
    api.emulator().settle().await.unwrap();
    api.emulator().history().await.unwrap().pop().unwrap().event
}

#[tokio::test]
async fn texts_change_when_the_update_is_due() {
    let api = Api::start().await;
    let id = api.group_with(0).await;
    let body = json!({ "messaging_product": "whatsapp", "subject": " New ", "description": "About" });
    let accepted = api.call_with("POST", &format!("/groups/{id}"), body).await.ok();
    let Event::SettingsUpdated { request_id, subject, description, profile_picture, .. } =
        outcome(&api).await
    else {
        panic!("another event")
    };
    assert_eq!(accepted["request_id"], request_id);
    assert_eq!(subject.map(|one| (one.value, one.failed)), Some(("New".into(), None)));
    assert_eq!(description.map(|one| (one.value, one.failed)), Some(("About".into(), None)));
    assert_eq!(profile_picture, None);
    let info = api.info(&id).await;
    assert_eq!((&info["subject"], &info["description"]), (&json!("New"), &json!("About")));
}

#[tokio::test]
async fn an_empty_description_clears_it_and_what_is_not_sent_stays() {
    let api = Api::seeded().await;
    let id = api.listed().await.remove(0);
    let body = json!({ "messaging_product": "whatsapp", "description": "" });
    api.call_with("POST", &format!("/groups/{id}"), body).await.ok();
    outcome(&api).await;
    let info = api.info(&id).await;
    assert_eq!((&info["subject"], &info["description"]), (&json!("Lisbon trip in June"), &Value::Null));
}

#[tokio::test]
async fn a_picture_is_taken_under_either_name_and_texts_alone_by_multipart_too() {
    let api = Api::start().await;
    let path = format!("/groups/{}", api.group_with(0).await);
    for name in ["file", "profile_picture_file"] {
        api.upload(&path, &[PRODUCT], &[(name, jpeg(192, 192))]).await.ok();
        let Event::SettingsUpdated { profile_picture: Some(picture), subject: None, .. } =
            outcome(&api).await
        else {
            panic!("another event")
        };
        assert_eq!((picture.value.len(), picture.failed), (64, None));
    }
    api.upload(&path, &[PRODUCT, ("subject", "By form")], &[]).await.ok();
    outcome(&api).await;
    assert_eq!(api.get(&format!("{path}?fields=subject")).await.ok()["subject"], "By form");
}

#[tokio::test]
async fn pictures_that_do_not_fit_are_refused_at_once() {
    let api = Api::start().await;
    let path = format!("/groups/{}", api.group_with(0).await);
    let mut large = jpeg(200, 200);
    large.resize(5 * 1024 * 1024 + 1, 0);
    let table = [
        (jpeg(400, 300), 131209),
        (jpeg(191, 191), 131210),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), 131009),
        (b"not a picture".to_vec(), 131009),
        (large, 131009),
    ];
    for (bytes, code) in table {
        assert_eq!(api.upload(&path, &[PRODUCT], &[("file", bytes)]).await.code(), (400, code));
    }
    // Whether the group exists comes first.
    let reply = api.upload(&format!("/groups/{UNKNOWN}"), &[PRODUCT], &[("file", jpeg(1, 2))]).await;
    assert_eq!(reply.code(), (400, 131041));
}

#[tokio::test]
async fn forms_are_checked_like_json() {
    let api = Api::start().await;
    let path = format!("/groups/{}", api.group_with(0).await);
    let picture = || jpeg(200, 200);
    assert_eq!(api.upload(&path, &[PRODUCT], &[]).await.code(), (400, 131008));
    assert_eq!(api.upload(&path, &[], &[("file", picture())]).await.code(), (400, 100));
    assert_eq!(api.upload(&path, &[PRODUCT, ("color", "red")], &[]).await.code(), (400, 100));
    assert_eq!(api.upload(&path, &[PRODUCT, ("subject", "")], &[]).await.code(), (400, 131009));
    let both = [("file", picture()), ("profile_picture_file", picture())];
    assert_eq!(api.upload(&path, &[PRODUCT], &both).await.code(), (400, 100));
    let twice = [PRODUCT, ("subject", "a"), ("subject", "b")];
    assert_eq!(api.upload(&path, &twice, &[]).await.code(), (400, 100));
    let broken = api.request("POST", &path).header("content-type", "multipart/form-data").body("--x");
    assert_eq!(api.send("POST", &path, broken).await.code(), (400, 100));
}

#[tokio::test]
async fn an_update_of_a_group_deleted_meanwhile_fails_in_its_outcome() {
    let delay = std::time::Duration::from_millis(1_000);
    let api = Api::with(groups_sandbox::Sandbox::builder().outcome_delay(delay).seeded()).await;
    let path = format!("/groups/{}", api.listed().await[0]);
    api.call("DELETE", &path).await.ok();
    api.call_with("POST", &path, json!({ "messaging_product": "whatsapp", "subject": "Late" })).await.ok();
    let Event::SettingsUpdated { subject: Some(subject), .. } = outcome(&api).await else {
        panic!("another event")
    };
    assert_eq!(subject.failed, Some(131041));
}

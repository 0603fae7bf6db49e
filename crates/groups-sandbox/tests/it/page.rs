//! The page and what the control API has for it. What people do with it is tested in a browser, in the workspace's
//! `tests`.

use std::collections::BTreeSet;

use groups_sandbox::Behaviour;
use serde_json::{Value, json};

use crate::support::{Api, person};

async fn control(api: &Api, path: &str) -> (u16, Value) {
    let response = api.http.get(format!("{}{path}", api.sandbox.page_url())).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn text(api: &Api, path: &str) -> String {
    let response = api.http.get(format!("{}{path}", api.sandbox.base_url())).send().await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    let policy = response.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'self'") && !policy.contains("unsafe"), "{policy}");
    response.text().await.unwrap()
}

/// What stands in quotes after a word, such as the path after `src=`.
fn quoted<'a>(text: &'a str, after: &str) -> Vec<&'a str> {
    text.split(after).skip(1).filter_map(|rest| rest.strip_prefix('"')?.split('"').next()).collect()
}

#[tokio::test]
async fn the_root_leads_to_the_page_and_everything_the_page_names_is_served() {
    let api = Api::start().await;
    for typed in ["/", "/sandbox/"] {
        assert_eq!(text(&api, typed).await, text(&api, "/sandbox").await, "{typed}");
    }
    let document = text(&api, "/sandbox").await;
    let mut wanted: Vec<String> = [quoted(&document, "src="), quoted(&document, "rel=\"stylesheet\" href=")]
        .concat()
        .iter()
        .map(|path| path.to_string())
        .collect();
    assert_eq!(wanted.len(), 2, "{document}");
    let mut served = BTreeSet::new();
    while let Some(path) = wanted.pop() {
        let content = text(&api, &path).await;
        // Nothing is named that lies elsewhere.
        assert!(!content.contains("//cdn") && !content.contains("src=\"http"), "{path}");
        let modules = quoted(&content, "from ");
        wanted.extend(
            modules
                .iter()
                .map(|name| format!("/sandbox/{}", name.trim_start_matches("./")))
                .filter(|path| !served.contains(path)),
        );
        served.insert(path);
    }
    assert!(served.len() > 5, "{served:?}");
}

#[tokio::test]
async fn whoever_reaches_the_control_api_is_told_the_key() {
    let api = Api::start().await;
    let (status, state) = control(&api, "/state").await;
    assert_eq!((status, &state["api_key"]), (200, &json!("sandbox")));
}

#[tokio::test]
async fn every_switch_is_offered_with_its_positions_and_what_they_mean() {
    let api = Api::start().await;
    let (status, choices) = control(&api, "/behaviour/choices").await;
    assert_eq!(status, 200);
    let switches = choices["switches"].as_array().unwrap();
    let names: BTreeSet<&str> = switches.iter().map(|one| one["name"].as_str().unwrap()).collect();
    let all = serde_json::to_value(Behaviour::strict()).unwrap();
    assert_eq!(names, all.as_object().unwrap().keys().map(String::as_str).collect());
    let identity = switches.iter().find(|one| one["name"] == "identity").unwrap();
    assert_eq!(identity["about"], "How people are named in answers and webhooks.");
    assert_eq!(identity["positions"][0], json!({ "value": "phone", "meaning": "`wa_id` alone." }));
    let seats = switches.iter().find(|one| one["name"] == "seats").unwrap();
    assert_eq!((&seats["form"], &seats["min"], &seats["max"]), (&json!("number"), &json!(1), &json!(8)));
}

#[tokio::test]
async fn a_person_is_told_where_they_are_in_ask_or_were_removed() {
    let api = Api::start().await;
    let world = api.emulator();
    let (inside, asked) = (api.group_with(1).await, api.create("Asked", "approval_required").await);
    let removed = api.group_with(1).await;
    world.request(&asked, &person(0)).await.unwrap();
    let body = json!({ "messaging_product": "whatsapp", "participants": [{ "user": person(0) }] });
    api.call_with("DELETE", &format!("/groups/{removed}/participants"), body).await.ok();
    world.settle().await.unwrap();

    let (status, told) = control(&api, &format!("/people/+{}", person(0))).await;
    assert_eq!((status, &told["wa_id"]), (200, &json!(person(0))));
    let standings: Vec<(&Value, &Value)> =
        told["groups"].as_array().unwrap().iter().map(|one| (&one["group_id"], &one["standing"])).collect();
    let expected =
        [(json!(removed), json!("removed")), (json!(asked), json!("asking")), (json!(inside), json!("in"))];
    assert_eq!(standings, expected.iter().map(|(id, standing)| (id, standing)).collect::<Vec<_>>());
    assert_eq!(told["groups"][2]["invite_link"], json!(api.link(&inside).await));

    assert_eq!(control(&api, &format!("/people/{}", person(7))).await.1["groups"], json!([]));
    for nobody in ["Ada", "US.123", "015550100101"] {
        let (status, refused) = control(&api, &format!("/people/{nobody}")).await;
        assert_eq!((status, &refused["error"]["kind"]), (400, &json!("invalid_user")), "{nobody}");
    }
}

#[tokio::test]
async fn the_log_is_told_from_any_place_and_no_longer_than_wanted() {
    let api = Api::start().await;
    for limit in 1..=5 {
        api.get(&format!("/groups?limit={limit}")).await.ok();
    }
    let paths = |log: &Value| -> Vec<String> {
        log["entries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["path"].as_str().unwrap().to_owned())
            .collect()
    };
    let (_, all) = control(&api, "/log").await;
    assert_eq!((paths(&all).len(), &all["next"]), (5, &json!(5)));
    assert_eq!(paths(&control(&api, "/log?after=4").await.1), ["/groups?limit=5"]);
    let (_, last) = control(&api, "/log?last=2").await;
    assert_eq!(paths(&last), ["/groups?limit=4", "/groups?limit=5"]);
    assert_eq!(last["next"], 5);
}

#[tokio::test]
async fn faults_are_listed_with_the_form_of_a_new_one() {
    let api = Api::start().await;
    let (_, faults) = control(&api, "/faults").await;
    assert_eq!(faults["faults"], json!([]));
    let form = faults["form"].as_str().unwrap();
    assert!(form.contains("status=N") && form.contains("times=N"), "{form}");
}

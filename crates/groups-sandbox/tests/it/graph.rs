//! Graph's layout of the same API: its paths, its tokens, its small liberties. What the operations do is tested in
//! 360dialog's layout; here only what differs is, and that all of them are reached.

use groups_sandbox::Event;
use reqwest::RequestBuilder;
use reqwest::multipart::Form;
use serde_json::{Value, json};

use super::support::{Api, Reply, UNKNOWN, person, product};

const NUMBER: &str = "106540352242922";

/// A call with the bearer token; `path` is what follows the version.
async fn call(api: &Api, method: &str, path: &str, body: Option<Value>) -> Reply {
    let request = bare(api, method, &format!("/v23.0{path}")).bearer_auth("sandbox");
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    send(api, method, path, request).await
}

/// A call without credentials.
fn bare(api: &Api, method: &str, path: &str) -> RequestBuilder {
    api.http.request(method.parse().unwrap(), format!("{}{path}", api.sandbox.base_url()))
}

/// The answer has to be what the document promises for the same operation of 360dialog's layout.
async fn send(api: &Api, method: &str, path: &str, request: RequestBuilder) -> Reply {
    let documented = match path.strip_prefix(&format!("/{NUMBER}/groups")) {
        Some(query) => format!("/groups{query}"),
        None => format!("/groups{path}"),
    };
    api.send(method, &documented, request).await
}

#[tokio::test]
async fn every_operation_is_reached() {
    let api = Api::start().await;
    let list = format!("/{NUMBER}/groups");
    let new = json!({ "messaging_product": "whatsapp", "subject": "Team", "join_approval_mode": "approval_required" });
    let accepted = call(&api, "POST", &list, Some(new)).await.ok();
    assert_eq!(accepted["request_id"].as_str().unwrap().len(), 32);
    api.emulator().settle().await.unwrap();
    let listed = call(&api, "GET", &list, None).await.ok();
    let id = listed["data"]["groups"][0]["id"].as_str().unwrap().to_owned();
    let group = format!("/{id}");

    let info = call(&api, "GET", &format!("{group}?fields=subject,suspended"), None).await.ok();
    assert_eq!((&info["subject"], &info["suspended"]), (&json!("Team"), &json!(false)));
    let update = json!({ "messaging_product": "whatsapp", "subject": "New" });
    call(&api, "POST", &group, Some(update)).await.ok();
    api.emulator().settle().await.unwrap();
    assert_eq!(api.info(&id).await["subject"], "New");

    let link = format!("{group}/invite_link");
    let before = call(&api, "GET", &link, None).await.ok();
    let after = call(&api, "POST", &link, Some(product())).await.ok();
    assert_ne!(before["invite_link"], after["invite_link"]);
    assert_eq!(after["invite_link"], api.link(&id).await);

    let requests = format!("{group}/join_requests");
    let (yes, no) = (
        api.emulator().request(&id, &person(0)).await.unwrap(),
        api.emulator().request(&id, &person(1)).await.unwrap(),
    );
    let open = call(&api, "GET", &requests, None).await.ok();
    assert_eq!(open["data"][1]["join_request_id"], no);
    let of = |request: &str| Some(json!({ "messaging_product": "whatsapp", "join_requests": [request] }));
    let approved = call(&api, "POST", &requests, of(&yes)).await.ok();
    assert_eq!(approved["approved_join_requests"], json!([yes]));
    let rejected = call(&api, "DELETE", &requests, of(&no)).await.ok();
    assert_eq!(rejected["rejected_join_requests"], json!([no]));

    let removal = json!({ "messaging_product": "whatsapp", "participants": [{ "user": person(0) }] });
    call(&api, "DELETE", &format!("{group}/participants"), Some(removal)).await.ok();
    call(&api, "DELETE", &group, None).await.ok();
    api.emulator().settle().await.unwrap();
    assert!(api.listed().await.is_empty());
    assert_eq!(call(&api, "GET", &group, None).await.code(), (400, 131041));
}

#[tokio::test]
async fn any_number_and_any_version_will_do() {
    let api = Api::seeded().await;
    for path in ["/v23.0/1/groups", "/v1.0/106540352242922/groups", "/v999.12/00/groups"] {
        let request = bare(&api, "GET", path).bearer_auth("sandbox");
        let listed = api.send("GET", "/groups", request).await.ok();
        assert_eq!(listed["data"]["groups"].as_array().unwrap().len(), 4, "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_named_as_it_was_asked_for() {
    let api = Api::start().await;
    for path in ["/v23.0", "/v23.0/", "/v23.0/x/groups", "/v23.0/x/y", "/v23.0/1/groups/x"] {
        let request = bare(&api, "GET", path).bearer_auth("sandbox").header("D360-API-KEY", "sandbox");
        let reply = api.send("GET", path, request).await;
        assert_eq!(reply.code(), (404, 100), "{path}");
        let details = reply.body["error"]["error_data"]["details"].as_str().unwrap();
        assert_eq!(details, format!("There is nothing at {path}."));
    }
    for (method, path) in [("PUT", "/x"), ("DELETE", "/1/groups"), ("DELETE", "/x/invite_link")] {
        let reply = call(&api, method, path, None).await;
        assert_eq!(reply.code(), (405, 100), "{method} {path}");
        let details = reply.body["error"]["error_data"]["details"].as_str().unwrap();
        assert_eq!(details, format!("/v23.0{path} does not take {method}."));
    }
}

#[tokio::test]
async fn tokens_are_taken_from_the_header_or_the_query() {
    let api = Api::start().await;
    let (path, plain) = (format!("/v23.0/{NUMBER}/groups"), |path: &str| bare(&api, "GET", path));
    let with = |query: &str| plain(&format!("{path}?{query}"));
    let good = [
        plain(&path).bearer_auth("sandbox"),
        plain(&path).header("authorization", "bearer  sandbox"),
        with("access_token=sandbox"),
        with("limit=1&access_token=sand%62ox"),
        with("access_token=sandbox").bearer_auth("sandbox"),
    ];
    for request in good {
        api.send("GET", "/groups", request).await.ok();
    }
    let missing = [
        plain(&path),
        plain(&path).header("D360-API-KEY", "sandbox"),
        plain(&path).basic_auth("sandbox", Some("sandbox")),
        plain(&path).header("authorization", "sandbox"),
        plain(&path).bearer_auth(""),
        with("access_token="),
        bare(&api, "POST", "/v23.0/x").body("{"),
        bare(&api, "GET", "/v23.0/x/y"),
    ];
    for request in missing {
        assert_eq!(api.send("GET", "/groups", request).await.code(), (401, 104));
    }
    let wrong = [
        plain(&path).bearer_auth("Sandbox"),
        with("access_token=other"),
        with("access_token=other").bearer_auth("sandbox"),
        plain(&path).bearer_auth("sandbox").bearer_auth("other"),
        bare(&api, "GET", "/v23.0/x/y").bearer_auth("other"),
    ];
    for request in wrong {
        assert_eq!(api.send("GET", "/groups", request).await.code(), (401, 190));
    }
    // Nor is a token anything to the other layout.
    for path in ["/groups", "/groups?access_token=sandbox"] {
        let reply = api.send("GET", "/groups", plain(path).bearer_auth("sandbox")).await;
        assert_eq!((reply.status, reply.body), (401, json!({ "error": "Invalid API key" })));
    }
}

#[tokio::test]
async fn pages_link_to_pages_of_the_same_layout() {
    let api = Api::seeded().await;
    let list = format!("/{NUMBER}/groups");
    let first = call(&api, "GET", &format!("{list}?limit=3"), None).await.ok();
    let next = first["paging"]["next"].as_str().unwrap();
    assert!(next.starts_with(&format!("{}/v23.0{list}?limit=3&after=", api.sandbox.base_url())), "{next}");
    let second = api.send("GET", "/groups", api.http.get(next).bearer_auth("sandbox")).await.ok();
    assert_eq!(second["data"]["groups"].as_array().unwrap().len(), 1);
    let previous = second["paging"]["previous"].as_str().unwrap();
    let back = api.send("GET", "/groups", api.http.get(previous).bearer_auth("sandbox")).await.ok();
    assert_eq!(back["data"], first["data"]);

    let id = first["data"]["groups"][0]["id"].as_str().unwrap();
    let requests = call(&api, "GET", &format!("/{id}/join_requests?limit=1"), None).await.ok();
    let next = requests["paging"]["next"].as_str().unwrap();
    assert!(next.contains(&format!("/v23.0/{id}/join_requests?limit=1&after=")), "{next}");
    assert_eq!(call(&api, "GET", &format!("{list}?limit=0"), None).await.code(), (400, 100));
    assert_eq!(call(&api, "GET", &format!("{list}?after=x"), None).await.code(), (400, 131059));
    assert_eq!(call(&api, "GET", &format!("/{UNKNOWN}?fields=name"), None).await.code(), (400, 100));
}

#[tokio::test]
async fn the_id_may_be_asked_for_by_name_here_only() {
    let api = Api::start().await;
    let id = api.group_with(0).await;
    let info = call(&api, "GET", &format!("/{id}?fields=id,subject"), None).await.ok();
    assert_eq!(info, json!({ "messaging_product": "whatsapp", "id": id, "subject": "Team" }));
    assert_eq!(api.get(&format!("/groups/{id}?fields=id,subject")).await.code(), (400, 100));
}

#[tokio::test]
async fn a_form_of_texts_alone_updates_a_group() {
    let api = Api::start().await;
    let id = api.group_with(0).await;
    let form = Form::new().text("messaging_product", "whatsapp").text("subject", "By form");
    let path = format!("/{id}");
    let request = bare(&api, "POST", &format!("/v23.0{path}")).bearer_auth("sandbox").multipart(form);
    send(&api, "POST", &path, request).await.ok();
    api.emulator().settle().await.unwrap();
    assert_eq!(api.info(&id).await["subject"], "By form");
}

#[tokio::test]
async fn a_removal_names_a_person_by_number_or_by_user_id_in_both_layouts() {
    let api = Api::start().await;
    let id = api.group_with(1).await;
    let path = format!("/{id}/participants");
    let removal =
        |participants: Value| json!({ "messaging_product": "whatsapp", "participants": participants });
    let table = [
        (json!([{ "user_id": "US.134" }]), 131212),
        (json!([{ "user": "US.134" }]), 131212),
        (json!([{ "user": person(0), "user_id": "US.134" }]), 100),
        (json!([{ "user": person(0) }, { "user": person(1), "user_id": "US.134" }]), 100),
        (json!([{ "user_id": 134 }]), 100),
        (json!([{ "user_id": "US.134", "wa_id": "134" }]), 100),
        (json!(["US.134"]), 100),
        (json!([{ "user_id": "134" }]), 131009),
        (json!([{ "user_id": person(0) }]), 131009),
        (json!([{}]), 131008),
        (json!([{ "user_id": "US.134" }, { "user": "US.134" }]), 131202),
    ];
    for (participants, code) in table {
        let reply = call(&api, "DELETE", &path, Some(removal(participants.clone()))).await;
        assert_eq!(reply.code(), (400, code), "Graph: {participants}");
        let reply = api.call_with("DELETE", &format!("/groups{path}"), removal(participants.clone())).await;
        assert_eq!(reply.code(), (400, code), "360dialog: {participants}");
    }
    let both = removal(json!([{ "user": person(0) }, { "user_id": "US.134" }]));
    call(&api, "DELETE", &path, Some(both)).await.ok();
    api.emulator().settle().await.unwrap();
    let event = api.emulator().history().await.unwrap().pop().unwrap().event;
    let Event::ParticipantsRemoved { removed, failed, .. } = event else { panic!("another event") };
    assert_eq!((removed.len(), failed.len()), (1, 1));
    assert_eq!((failed[0].input.as_str(), failed[0].code), ("US.134", 131212));
}

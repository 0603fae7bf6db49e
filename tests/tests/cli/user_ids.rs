//! People by business-scoped user id: a removal sends `user_id`, and the event `user_id_update` is received and listed.
#![allow(clippy::unwrap_used, reason = "the helpers of a test are tests too")]

use groups_tests::Served;
use serde_json::{Value, json};

use crate::world;

const BOTH: [&str; 6] = ["sandbox", "behaviour", "--set", "identity=both", "-o", "json"];

#[test]
fn a_removal_sends_a_number_as_user_and_a_user_id_as_user_id() {
    let world = world();
    let people = ["+15550100110", "US.13491208655302741918", "US.ENT.1"];
    let remove =
        |more: &[&str]| world.quietly(&[&["participants", "remove", "G"], &people[..], more].concat());
    let expected = json!([{ "user": people[0] }, { "user_id": people[1] }, { "user_id": people[2] }]);
    let dry = remove(&["--dry-run", "--sandbox", "-o", "json"]);
    assert_eq!(dry.json()["body"]["participants"], expected, "{dry:?}");
    let curl = remove(&["--curl", "--base-url", "http://127.0.0.1:1"]);
    let body = curl.stdout.split('\'').find(|part| part.starts_with('{')).unwrap().to_owned();
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["participants"], expected, "{curl:?}");
    let rows = world.file("people.csv", b"group_id,user_id\nG,US.13491208655302741918\n");
    let sheet = world.quietly(&[
        "participants",
        "remove",
        "--from",
        &rows,
        "--curl",
        "--base-url",
        "http://127.0.0.1:1",
    ]);
    assert!(sheet.stdout.contains(r#""participants":[{"user_id":"US.13491208655302741918"}]"#), "{sheet:?}");
}

#[test]
fn people_are_removed_by_user_id_and_the_result_names_them_as_they_were_given() {
    let world = world();
    let lisbon = world.group("Lisbon trip in June");
    assert_eq!(world.quietly(&BOTH).code, Some(0));
    let listed = world.quietly(&["participants", "list", &lisbon, "--sandbox", "-o", "json"]).json();
    let user_id = |index: usize| listed[index]["user_id"].as_str().unwrap().to_owned();
    let (first, second) = (user_id(0), user_id(1));
    let by_id = ["participants", "remove", &lisbon, &first, "--wait", "-y", "--sandbox", "-o", "json"];
    let removed = world.quietly(&by_id);
    assert_eq!(removed.code, Some(0), "{removed:?}");
    assert_eq!(removed.json()["succeeded"], json!([first]));
    // The same person by number and by user id is refused by the service: only it knows that both are one.
    let number = listed[1]["wa_id"].as_str().unwrap();
    let twice =
        world.quietly(&["participants", "remove", &lisbon, number, &second, "-y", "--sandbox", "-o", "json"]);
    assert_eq!((twice.code, &twice.error()["code"]), (Some(1), &json!(131_202)), "{twice:?}");
    let mixed = [
        "participants",
        "remove",
        &lisbon,
        &second,
        "+15550100199",
        "--wait",
        "-y",
        "--sandbox",
        "-o",
        "json",
    ];
    let mixed = world.quietly(&mixed);
    assert_eq!(mixed.code, Some(7), "{mixed:?}");
    assert_eq!(mixed.json()["succeeded"], json!([second]));
    assert_eq!(mixed.json()["failed"][0]["user"], "+15550100199");
}

#[test]
fn a_changed_user_id_is_received_and_listed() {
    let world = world();
    let mut listening =
        Served::started_by(world.command(&["listen", "--port", "0", "--print", "-o", "json"]));
    listening.first_line();
    let url = listening.base_url().to_owned();
    let changed =
        ["sandbox", "trigger", "user_id_updated", "--override", "user_id.current=US.7", "--to", &url];
    let sent = world.quietly(&changed);
    assert_eq!(sent.code, Some(0), "{sent:?}");
    let printed: Value = serde_json::from_str(&listening.next_line()).unwrap();
    assert_eq!(printed["type"], "user_id_update");
    assert_eq!(printed["user_id"], json!({ "previous": "US.13491208655302741918", "current": "US.7" }));
    assert_eq!(printed["parent_user_id"]["current"], "US.ENT.22926800323997955941");
    world.quietly(&["sandbox", "trigger", "group_suspended", "--to", &url]);
    listening.next_line();
    let listed = world.quietly(&["events", "list", "--type", "user_id_update", "-o", "json"]).json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0], printed);
    let table = world.quietly(&["events", "list", "--type", "user_id_update"]).stdout;
    assert!(table.contains("US.13491208655302741918 -> US.7"), "{table}");
    assert!(table.lines().next().unwrap().contains("USER_ID"), "{table}");
}

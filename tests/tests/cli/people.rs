//! People as somebody names them: numbers as they are written, join requests by who asks, allow-lists; and what an hour of
//! use asked for besides.

#![allow(clippy::unwrap_used, reason = "the helpers of a test are tests too")]

use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::world;

const ANN: &str = "+15550100151";
const BOB: &str = "+15550100152";
const CAM: &str = "+15550100153";

#[test]
fn who_asks_is_named_by_number() {
    let world = world();
    let group = world.create("Trip to Kyoto", "required", "KYOTO");
    let ann = world.request(&group, ANN, "ANN");
    let bob = world.request(&group, BOB, "BOB");
    let approve = |more: &[&'static str]| {
        let line: Vec<&str> = [&["requests", "approve", &group][..], more, &["--sandbox"]].concat();
        world.quietly(&line)
    };
    let dry = approve(&["+1 (555) 010-0151", "--dry-run", "-o", "json"]).json();
    assert_eq!(dry["body"]["join_requests"], json!([ann]));
    let mixed = approve(&["+1 (555) 010-0151", "15550100159", "-o", "json"]);
    assert_eq!(mixed.code, Some(7), "{mixed:?}");
    let told = mixed.json();
    assert_eq!(told["succeeded"], json!([ann]));
    assert_eq!(told["failed"][0]["id"], "15550100159");
    assert_eq!(told["failed"][0]["error"]["message"], "15550100159 has no open join request");
    assert_eq!(told["people"][&ann]["wa_id"], "15550100151");
    let again = approve(&[ANN]);
    assert_eq!(again.code, Some(4));
    assert!(again.stderr.contains("has no open join request"), "{again:?}");
    assert!(!again.stderr.contains("withdrawn"), "{again:?}");
    let rejected = world.quietly(&["requests", "reject", &group, "--all", "--sandbox"]);
    assert_eq!(rejected.code, Some(0), "{rejected:?}");
    assert!(rejected.stdout.contains("15550100152") && rejected.stdout.contains(&bob), "{rejected:?}");
}

#[test]
fn an_allow_list_is_one_command() {
    let world = world();
    let group = world.create("Trip to Kyoto", "required", "KYOTO");
    for (user, name) in [(ANN, "ANN"), (BOB, "BOB"), (CAM, "CAM")] {
        world.request(&group, user, name);
    }
    let allowed =
        world.file("allow.csv", b"user,name\n+1 555 010-0151,Ann\n15550100153,Cam\n+15550100159,Dan\n");
    let approve = ["requests", "approve", &group, "--from", &allowed, "--sandbox", "-o", "json"];
    let dry = world.quietly(&[&approve[..], &["--dry-run"]].concat());
    assert_eq!(dry.json()[0]["body"]["join_requests"].as_array().unwrap().len(), 2, "{dry:?}");
    let approved = world.quietly(&approve);
    assert_eq!(approved.code, Some(7), "{approved:?}");
    let rows = approved.json();
    let told: Vec<(&Value, &Value)> =
        rows.as_array().unwrap().iter().map(|row| (&row["user"], &row["status"])).collect();
    let [ann, cam, dan] = ["+15550100151", "15550100153", "+15550100159"].map(|user| json!(user));
    assert_eq!(told, [(&ann, &json!("done")), (&cam, &json!("done")), (&dan, &json!("failed"))]);
    assert_eq!(rows[2]["error"]["message"], "+15550100159 has no open join request");
    let left = world.quietly(&["requests", "reject", &group, "--all", "--sandbox", "-o", "json"]).json();
    assert_eq!(left["succeeded"].as_array().unwrap().len(), 1, "{left}");
}

#[test]
fn a_list_of_requests_is_good_for_the_next_command() {
    let world = world();
    let group = world.create("Trip to Kyoto", "required", "KYOTO");
    let ann = world.request(&group, ANN, "ANN");
    let listed = world.quietly(&["requests", "list", &group, "--sandbox", "-o", "csv"]);
    let mut lines = listed.stdout.lines();
    assert_eq!(lines.next(), Some("group_id,id,wa_id,user_id,username,created_at,extra"));
    assert!(lines.next().unwrap().starts_with(&format!("{group},{ann},15550100151,")), "{listed:?}");
    let json = world.quietly(&["requests", "list", &group, "--sandbox", "-o", "json"]).json();
    assert_eq!(json[0]["group_id"], json!(group));
    assert_eq!(json[0]["participant"]["wa_id"], "15550100151");
    let sheet = world.file("requests.csv", listed.stdout.as_bytes());
    let rejected = world.quietly(&["requests", "reject", "--from", &sheet, "--sandbox", "-o", "json"]);
    assert_eq!(rejected.code, Some(0), "{rejected:?}");
    assert_eq!(rejected.json()[0]["user"], "15550100151");
}

#[test]
fn a_list_of_people_is_good_for_the_next_command() {
    let world = world();
    let lisbon = world.group("Lisbon trip in June");
    let ids = |listed: &serde_json::Value| -> Vec<String> {
        let people = listed.as_array().unwrap().iter();
        people.map(|person| format!("{} {}", person["group_id"], person["wa_id"])).collect()
    };
    let one = world.quietly(&["participants", "list", &lisbon, "--sandbox", "-o", "json"]).json();
    let all = world.quietly(&["participants", "list", "--all", "--sandbox", "-o", "json"]).json();
    assert!(
        one.as_array().unwrap().len() > 1 && all.as_array().unwrap().len() > one.as_array().unwrap().len()
    );
    assert!(ids(&one).iter().all(|person| ids(&all).contains(person)), "{one} is not within {all}");

    let listed = world.quietly(&["participants", "list", "--all", "--sandbox", "-o", "csv"]);
    let header = "group_id,subject,wa_id,user_id,parent_user_id,username,extra";
    assert_eq!(listed.stdout.lines().next(), Some(header));
    let sheet = world.file("people.csv", listed.stdout.as_bytes());
    let removed =
        world.quietly(&["participants", "remove", "--from", &sheet, "--yes", "--sandbox", "-o", "json"]);
    assert_eq!(removed.code, Some(0), "{removed:?}");
    assert_eq!(removed.json().as_array().unwrap().len(), all.as_array().unwrap().len());
}

#[test]
fn a_number_without_its_country_is_told_how_to_write_it() {
    let world = world();
    let long = ["participants", "remove", "g", "0049170123411", "--sandbox", "--yes", "-o", "json"];
    let refused = world.quietly(&long);
    assert_eq!(refused.code, Some(2));
    assert!(refused.error()["message"].as_str().unwrap().contains("write +49170123411"), "{refused:?}");
    let sheet = world.file("people.csv", b"user\n+49 (0)170 123-411\n0170123411\n");
    let refused =
        world.quietly(&["participants", "remove", "g", "--from", &sheet, "--yes", "--sandbox", "-o", "json"]);
    let problems = refused.error()["problems"].clone();
    assert_eq!(problems.as_array().unwrap().len(), 1, "{problems}");
    assert_eq!(problems[0]["line"], 3);
}

#[tokio::test]
async fn too_many_requests_are_a_rate_limit_whatever_the_code() {
    let world = world();
    let server = MockServer::start().await;
    let body = json!({ "error": { "message": "API unknown", "code": 1, "type": "OAuthException" } });
    Mock::given(method("GET"))
        .and(path("/groups"))
        .respond_with(ResponseTemplate::new(429).set_body_json(body))
        .mount(&server)
        .await;
    let line = ["list", "--base-url", &server.uri(), "--max-retries", "0", "-o", "json"];
    let limited = world.quietly_with(&line, &[("D360_API_KEY", "k")]);
    assert_eq!(limited.code, Some(5), "{limited:?}");
    assert_eq!((&limited.error()["kind"], &limited.error()["code"]), (&json!("rate_limited"), &json!(1)));
}

#[test]
fn there_are_colours_where_they_are_asked_for() {
    let world = world();
    let coloured = |line: &[&str], variables: &[(&str, &str)]| {
        world.quietly_with(line, variables).stdout.contains('\u{1b}')
    };
    let no = [("NO_COLOR", "")];
    assert!(!coloured(&["--help"], &no));
    assert!(coloured(&["--help", "--color", "always"], &[]), "an option beats the variable");
    assert!(coloured(&["--help"], &[("NO_COLOR", ""), ("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&["--help"], &[("NO_COLOR", ""), ("CLICOLOR_FORCE", "0")]));
    assert!(!coloured(&["--help"], &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&["--help", "--color=never"], &[("NO_COLOR", ""), ("CLICOLOR_FORCE", "1")]));
    assert_eq!(world.quietly(&["list", "--sandbox", "--color", "blue"]).code, Some(2));
}

#[test]
fn the_address_that_was_set_before_is_told() {
    let world = world();
    let set = |url: &str| world.quietly(&["webhook", "set", url, "--sandbox"]);
    set("https://one.example/hook");
    let second = set("https://two.example/hook");
    assert!(second.stderr.contains("It was https://one.example/hook"), "{second:?}");
    let same = set("https://two.example/hook");
    assert_eq!(same.stderr, "");
}

#[test]
fn what_other_programs_call_it_leads_to_what_it_is_called_here() {
    let world = world();
    for (line, expected) in [
        (&["version"][..], "wagroups --version"),
        (&["auth", "use", "x"], "auth switch"),
        (&["group", "list"], "wagroups list"),
        (&["delete", "Kreta 101", "--yes", "--sandbox"], "takes ids only"),
        (&["delete", "Kreta", "--yes", "--sandbox"], "takes ids only"),
    ] {
        let run = world.quietly(line);
        assert!(run.stderr.contains(expected), "{run:?}");
        let json = world.quietly(&[line, &["-o", "json"]].concat());
        assert!(json.error()["remedy"].as_str().unwrap().contains(expected), "{json:?}");
    }
    let kind = world.quietly(&["help", "error", "group-unknown", "-o", "json"]).json();
    assert!(kind.as_array().unwrap().iter().all(|code| code["kind"] == "group_unknown"), "{kind}");
    assert_eq!(kind[0]["code"], 131_041);
}

#[test]
fn a_picture_that_is_too_big_is_told_how_big_it_is() {
    let world = world();
    let mut picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\0\0\0\x02\0\x08\x06\0\0\0".to_vec();
    picture.resize(12_005_728, 0);
    let picture = world.file("big.jpg", &picture);
    let refused = world.quietly(&["update", "g", "--picture", &picture, "--sandbox"]);
    assert!(refused.stderr.contains("got 12005728 bytes of PNG"), "{refused:?}");
}

#[test]
fn what_names_nobody_is_told() {
    let world = world();
    let sheet = world.file("nobody.csv", b"group_id,id,user,name\ng,,,Ann\n");
    world.run(&["requests", "approve", "--from", &sheet, "--sandbox"]);
    let two = world.file("two.csv", b"group_id,id,user\ng,4917012341112,+15550100304\n");
    world.run(&["requests", "approve", "--from", &two, "--sandbox"]);
    let bare = world.file("bare.csv", b"+15550100303,Cleo\n");
    world.run(&["participants", "remove", "g", "--from", &bare, "--sandbox", "--yes"]);
    let allowed = world.file("allow.csv", b"user\n+15550100303\n");
    world.run_with(&["requests", "approve", "g", "--from", &allowed, "--curl"], &[("D360_API_KEY", "k")]);
    world.run(&["help", "error", "network"]);
    world.check("what_names_nobody_is_told");
}

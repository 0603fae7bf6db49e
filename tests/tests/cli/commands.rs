//! Every command doing what it is for, in each format.

use crate::{jpeg, world};

#[test]
fn groups_are_listed_and_shown() {
    let world = world();
    let lisbon = world.group("Lisbon trip in June");
    world.run(&["--sandbox", "list"]);
    world.run(&["list", "--sandbox", "-o", "json", "--fields", "subject,id", "--limit", "2"]);
    world.run(&["list", "--sandbox", "-o", "jsonl", "--page-size", "1"]);
    world.run(&["get", &lisbon, "--sandbox"]);
    world.run(&["get", &lisbon, "--sandbox", "-o", "json"]);
    world.run(&["get", &lisbon, "--sandbox", "-o", "jsonl", "--fields", "created_at,participant_count"]);
    world.run(&["get", &lisbon, "--sandbox", "--fields", "subject,invite_link"]);
    world.run(&["get", &lisbon, "--sandbox", "--fields", "id", "-o", "json"]);
    world.check("groups_are_listed_and_shown");
}

#[test]
fn a_group_is_created_updated_and_deleted() {
    let world = world();
    world.run(&["create", "--sandbox", "--subject", "Trip to Kyoto", "--approval", "required"]);
    world.run(&["create", "--sandbox", "--subject", "Trip to Osaka", "--description", "May", "-o", "json"]);
    world.run(&["create", "--sandbox", "--subject", "Trip to Nara", "-o", "jsonl", "--fields", "operation"]);
    let [kyoto, osaka, nara] =
        [("Kyoto", "KYOTO"), ("Osaka", "OSAKA"), ("Nara", "NARA")].map(|(city, name)| {
            let id = world.group(&format!("Trip to {city}"));
            world.name(&id, name);
            id
        });
    world.run(&["get", "--sandbox", &osaka]);
    let picture = world.file("square.jpg", &jpeg(192, 192));
    world.run(&["update", "--sandbox", &kyoto, "--subject", "Kyoto, May 2027", "--picture", &picture]);
    world.run(&["update", "--sandbox", &kyoto, "--description", "Flights\nRooms", "-o", "json"]);
    world.run(&["get", "--sandbox", &kyoto]);
    world.run(&["delete", "--sandbox", &kyoto, "--yes"]);
    world.run(&["delete", "-y", "--sandbox", "-o", "json", &osaka]);
    world.run(&["get", "--sandbox", &kyoto]);
    world.run(&["delete", "--sandbox", "--yes", &nara, "nobody"]);
    world.check("a_group_is_created_updated_and_deleted");
}

#[test]
fn several_groups_are_deleted_in_turn() {
    let world = world();
    let [a, b] =
        [("First", "FIRST"), ("Second", "SECOND")].map(|(subject, name)| world.create(subject, "auto", name));
    let done = world.run(&["delete", "--sandbox", "-o", "json", "--yes", &a, "nobody", &b]);
    assert_eq!(done.code, Some(7));
    assert_eq!(done.json().as_array().map(Vec::len), Some(3));
    assert_eq!(done.error()["kind"], "partially_succeeded");
    let again = world.run(&["delete", "--sandbox", "--yes", &a, &b]);
    assert_eq!(again.code, Some(4));
    world.check("several_groups_are_deleted_in_turn");
}

#[test]
fn an_invite_link_is_shown_and_replaced() {
    let world = world();
    let club = world.group("Book club");
    let link =
        || world.quietly(&["invite", "get", &club, "--sandbox", "-o", "json"]).json()["invite_link"].clone();
    let before = link();
    world.run(&["invite", "get", &club, "--sandbox"]);
    world.run(&["invite", "get", &club, "--sandbox", "-o", "json"]);
    world.run(&["invite", "reset", &club, "--sandbox"]);
    world.run(&["invite", "reset", &club, "--sandbox", "-o", "jsonl"]);
    assert_ne!(before, link());
    world.check("an_invite_link_is_shown_and_replaced");
}

#[test]
fn join_requests_are_listed_approved_and_rejected() {
    let world = world();
    let lisbon = world.group("Lisbon trip in June");
    world.run(&["requests", "list", &lisbon, "--sandbox"]);
    let listed = world.run(&["requests", "list", &lisbon, "--sandbox", "-o", "json"]).json();
    let [first, second] = [0, 1].map(|index| listed[index]["id"].as_str().unwrap().to_owned());
    world.run(&["requests", "approve", &lisbon, &first, "--sandbox"]);
    world.run(&["requests", "reject", &lisbon, &second, "--sandbox", "-o", "json"]);
    world.run(&["requests", "list", &lisbon, "--sandbox"]);
    world.run(&["requests", "list", &lisbon, "--sandbox", "-o", "json"]);
    world.run(&["requests", "approve", &lisbon, "--all", "--sandbox"]);
    world.run(&["requests", "reject", &lisbon, "--all", "--sandbox", "-o", "json"]);
    world.run(&["sandbox", "user", "request", &lisbon, "+15550100197"]);
    world.run(&["sandbox", "user", "request", &lisbon, "+15550100198"]);
    world.run(&["requests", "approve", &lisbon, "--all", "--sandbox", "--dry-run"]);
    world.run(&["requests", "approve", &lisbon, "--all", "--sandbox", "-o", "jsonl"]);
    world.run(&["participants", "list", &lisbon, "--sandbox"]);
    world.check("join_requests_are_listed_approved_and_rejected");
}

#[test]
fn an_approval_with_one_bad_id_shows_both_lists() {
    let world = world();
    let group = world.create("Trip to Kyoto", "required", "KYOTO");
    let ann = world.request(&group, "+15550100151", "ANN");
    let bob = world.request(&group, "+15550100152", "BOB");
    let table = world.run(&["requests", "approve", &group, &ann, "no-such-request", "--sandbox"]);
    assert_eq!(table.code, Some(7));
    let json =
        world.run(&["requests", "approve", &group, "no-such-request", &bob, "--sandbox", "-o", "json"]);
    assert_eq!(json.code, Some(7));
    assert_eq!(json.json()["succeeded"][0], bob);
    assert_eq!(json.json()["failed"][0]["id"], "no-such-request");
    assert_eq!(json.error()["kind"], "partially_succeeded");
    world.check("an_approval_with_one_bad_id_shows_both_lists");
}

#[test]
fn participants_are_listed_and_removed() {
    let world = world();
    let lisbon = world.group("Lisbon trip in June");
    world.run(&["participants", "list", &lisbon, "--sandbox"]);
    world.run(&["participants", "list", &lisbon, "--sandbox", "-o", "json"]);
    world.run(&["participants", "remove", &lisbon, "+15550100110", "--sandbox", "--yes"]);
    world.run(&["participants", "remove", &lisbon, "15550100111", "--sandbox", "-y", "-o", "json"]);
    world.run(&["participants", "list", &lisbon, "--sandbox", "-o", "jsonl", "--fields", "wa_id"]);
    world.run(&["participants", "remove", &lisbon, "15550100112", "--sandbox", "-y"]);
    world.run(&["participants", "list", &lisbon, "--sandbox"]);
    world.run(&["participants", "list", &lisbon, "--sandbox", "-o", "json"]);
    world.check("participants_are_listed_and_removed");
}

#[test]
fn the_people_of_all_groups_are_one_table() {
    let world = world();
    world.run(&["participants", "list", "--all", "--sandbox"]);
    world.run(&["participants", "list", "--all", "--sandbox", "-o", "json"]);
    world.run(&["participants", "list", "--all", "--sandbox", "--fields", "subject,wa_id", "-o", "csv"]);
    world.run(&["participants", "list", "--sandbox"]);
    world.run(&["participants", "list", "g", "--all", "--sandbox"]);
    world.run(&["participants", "list", "g", "--after", "MTA=", "--sandbox"]);
    world.run(&["participants", "list", "--after", "MTA=", "--sandbox"]);
    world.run(&["participants", "list", "--all", "--curl", "--sandbox"]);
    world.run(&["list", "--details", "--curl", "--sandbox"]);
    world.check("the_people_of_all_groups_are_one_table");
}

#[test]
fn a_dry_run_prints_the_request_and_sends_nothing() {
    let world = world();
    let picture = world.file("square.jpg", &jpeg(640, 640));
    world.run(&["create", "--subject", "Trip to Kyoto", "--approval", "required", "--dry-run"]);
    world.run(&["--dry-run", "create", "--subject", "Trip to Kyoto", "-o", "json"]);
    world.run(&["update", "G", "--subject", "Kyoto", "--picture", &picture, "--dry-run"]);
    world.run(&["delete", "G", "--dry-run"]);
    world.run(&["delete", "G", "H", "--dry-run", "-o", "json"]);
    world.run(&["delete", "G", "H", "--dry-run"]);
    world.run(&["invite", "reset", "G", "--dry-run", "-o", "jsonl"]);
    world.run(&["requests", "approve", "G", "R", "--dry-run"]);
    world.run(&["requests", "reject", "G", "R", "--dry-run", "-o", "json"]);
    world.run(&["participants", "remove", "G", "+15550100110", "--dry-run"]);
    world.run_with(&["create", "--subject", "x", "--dry-run"], &[("D360_API_KEY", "secret-key")]);
    let transcript = world.transcript();
    assert_eq!(transcript.matches("secret-key").count(), 1, "only in the command itself: {transcript}");
    world.check("a_dry_run_prints_the_request_and_sends_nothing");
}

#[test]
fn text_of_others_is_harmless_in_a_table_and_whole_in_json() {
    let world = world();
    let subject = "\u{1b}[2Jevil\u{202e}txt";
    // This tool refuses such a subject; another program may have set it.
    let field = format!("subject={subject}");
    let made = ["api", "POST", "/groups", "-f", "messaging_product=whatsapp", "-f", &field, "--sandbox"];
    assert_eq!(world.quietly(&made).code, Some(0));
    let id = world.group(subject);
    world.name(&id, "EVIL");
    let table = world.run(&["get", &id, "--sandbox", "--fields", "subject"]);
    assert!(!table.stdout.contains(['\u{1b}', '\u{202e}']));
    let json = world.run(&["get", &id, "--sandbox", "--fields", "subject", "-o", "json"]);
    assert_eq!(json.json()["subject"], subject);
    world.check("text_of_others_is_harmless_in_a_table_and_whole_in_json");
}

#[test]
fn several_groups_are_deleted_at_once_and_told_in_their_order() {
    let world = world();
    let served = world.serve(&["--fresh", "--fault", "delete_group latency=500ms times=1"]);
    let ids: Vec<String> = (0..40).map(|n| format!("group{n}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let delete = [&["delete", "--yes", "--base-url", served.base_url(), "-o", "json"], &ids[..]].concat();
    let told = world.quietly_with(&delete, &[("D360_API_KEY", "sandbox")]);
    assert_eq!(told.code, Some(4), "{told:?}");
    let told = told.json();
    let told: Vec<_> = told.as_array().unwrap().iter().map(|one| one["group_id"].as_str().unwrap()).collect();
    assert_eq!(told, ids);
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let mut command = world.command(&["delete", "--yes", "--base-url", &url, "a", "b", "c"]);
    let mut child = command.env("D360_API_KEY", "k").stderr(std::process::Stdio::null()).spawn().unwrap();
    // None of them is answered, and yet all are sent.
    let calls: Vec<_> = (0..3).map(|_| silent.accept().unwrap()).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    drop(calls);
}

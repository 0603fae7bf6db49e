//! What the API refuses, as far as the sandbox gets there by ordinary use: each code as its own kind, with its
//! exit code and a next step.

use groups_tests::World;

use crate::world;

fn fails(world: &World, arguments: &[&str], exit: i32, kind: &str, code: Option<u32>) {
    let table = world.run(&[arguments, &["--sandbox"]].concat());
    assert_eq!(table.code, Some(exit), "{arguments:?}");
    let json = world.run(&[arguments, &["--sandbox", "-o", "json"]].concat());
    assert_eq!(json.code, Some(exit), "{arguments:?}");
    assert_eq!(json.error()["kind"], kind, "{arguments:?}");
    assert_eq!(json.error()["code"].as_u64(), code.map(u64::from), "{arguments:?}");
}

#[test]
fn each_code_has_its_kind_and_its_exit_code() {
    let world = world();
    let lisbon = world.group("Lisbon trip in June");
    fails(&world, &["get", "nobody"], 4, "group_unknown", Some(131_041));
    fails(&world, &["update", "nobody", "--subject", "x"], 4, "group_unknown", Some(131_041));
    fails(&world, &["list", "--after", "nonsense"], 1, "invalid_cursor", Some(131_059));
    let stranger = ["participants", "remove", &lisbon, "+15550100999", "--yes"];
    fails(&world, &stranger, 4, "participant_not_in_group", Some(131_212));
    fails(&world, &["requests", "approve", &lisbon, "R"], 4, "join_request_unknown", Some(131_213));
    fails(&world, &["requests", "reject", &lisbon, "R"], 4, "join_request_unknown", Some(131_213));
    world.run(&["sandbox", "group", "suspend", &lisbon]);
    fails(&world, &["invite", "get", &lisbon], 1, "group_suspended", Some(131_207));
    world.run(&["get", &lisbon, "--sandbox", "--fields", "suspended"]);
    world.run(&["sandbox", "group", "restore", &lisbon]);
    world.run(&["invite", "get", &lisbon, "--sandbox"]);
    world.check("each_code_has_its_kind_and_its_exit_code");
}

#[test]
fn a_ninth_person_is_not_let_in() {
    let world = world();
    let group = world.create("Trip to Kyoto", "required", "KYOTO");
    let requests: Vec<String> =
        (0..9).map(|n| world.request(&group, &format!("+1555010016{n}"), &format!("REQUEST{n}"))).collect();
    let eight: Vec<&str> = requests[..8].iter().map(String::as_str).collect();
    let approved = world.quietly(&[&["requests", "approve", &group, "--sandbox"], &eight[..]].concat());
    assert_eq!(approved.code, Some(0), "{approved:?}");
    fails(&world, &["requests", "approve", &group, &requests[8]], 1, "participant_overlimit", Some(131_204));
    world.check("a_ninth_person_is_not_let_in");
}

#[test]
fn a_wrong_key_or_address_is_a_matter_of_configuration() {
    let world = world();
    let served = world.serve(&["--fresh"]);
    let url = served.base_url();
    let wrong = [("D360_API_KEY", "wrong-key")];
    assert_eq!(world.run_with(&["list", "--base-url", url], &wrong).code, Some(3));
    let json = world.run_with(&["create", "--subject", "x", "--base-url", url, "-o", "json"], &wrong);
    assert_eq!((json.code, json.error()["http_status"].as_u64()), (Some(3), Some(401)));
    assert!(!json.stderr.contains("wrong-key"));
    world.check("a_wrong_key_or_address_is_a_matter_of_configuration");
}

#[test]
fn a_network_error_says_whether_the_call_may_have_happened() {
    let world = world();
    // A port that was free a moment ago, so that nobody listens.
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let key = [("D360_API_KEY", "k")];
    let url = format!("http://127.0.0.1:{port}");
    let run = world.run_with(&["create", "--subject", "x", "--base-url", &url], &key);
    assert_eq!(run.code, Some(6));
    assert!(run.stderr.contains("nothing was sent"));

    // One that takes the call and hangs up.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        std::io::Read::read(&mut stream, &mut request).unwrap()
    });
    let run = world.run_with(&["create", "--subject", "x", "--base-url", &url, "-o", "json"], &key);
    assert!(server.join().unwrap() > 0);
    assert_eq!(run.code, Some(6));
    assert_eq!(run.error()["kind"], "network");
    assert_eq!(run.error()["retryable"], false);
    assert!(run.error()["message"].as_str().unwrap().contains("it may have been done"), "{run:?}");
}

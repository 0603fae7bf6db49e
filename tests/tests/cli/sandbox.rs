//! The sandbox as the command line gives it: its people, and its state shared by commands and servers. What survives
//! a server that is killed is tested in killed.rs.

use std::process::Stdio;

use crate::world;

#[test]
fn people_join_ask_withdraw_and_leave() {
    let world = world();
    let lisbon = world.group("Lisbon trip in June");
    let spanish = world.group("Spanish for beginners");
    let club = world.group("Book club");
    world.run(&["sandbox", "status"]);
    world.run(&["sandbox", "user", "join", &spanish, "+15550100199"]);
    world.run(&["sandbox", "user", "leave", &spanish, "15550100199", "-o", "json"]);
    world.run(&["sandbox", "user", "request", &lisbon, "+15550100199"]);
    world.run(&["sandbox", "user", "request", &lisbon, "+15550100199"]);
    world.run(&["sandbox", "user", "join", &lisbon, "+15550100199"]);
    world.run(&["sandbox", "user", "withdraw", &lisbon, "+15550100199"]);
    world.run(&["sandbox", "user", "withdraw", &lisbon, "+15550100199"]);
    world.run(&["sandbox", "user", "leave", &lisbon, "+15550100199"]);
    world.run(&["sandbox", "user", "request", &spanish, "+15550100199"]);
    world.run(&["sandbox", "user", "join", &club, "+15550100199", "-o", "json"]);
    world.run(&["sandbox", "user", "join", "nobody", "+15550100199", "-o", "json"]);
    world.run(&["sandbox", "user", "join", &spanish, "US.13491208655302741918"]);
    world.run(&["sandbox", "group", "suspend", &spanish, "-o", "json"]);
    world.run(&["sandbox", "group", "suspend", &spanish]);
    world.run(&["sandbox", "user", "join", &spanish, "+15550100199"]);
    world.run(&["sandbox", "status", "-o", "json", "--fields", "groups,suspended"]);
    world.run(&["sandbox", "group", "restore", &spanish]);
    world.run(&["sandbox", "group", "restore", &spanish]);
    world.run(&["sandbox", "reset", "--yes"]);
    world.run(&["--yes", "sandbox", "reset", "-o", "json"]);
    world.check("people_join_ask_withdraw_and_leave");
}

#[test]
fn served_and_embedded_share_one_state() {
    let world = world();
    let served = world.serve(&[]);
    assert_eq!(served.first_line(), format!("Listening on {} (API key: sandbox)\n", served.base_url()));
    let key = [("D360_API_KEY", "sandbox")];
    let over_http =
        |arguments: &[&str]| world.run_with(&[arguments, &["--base-url", served.base_url()]].concat(), &key);
    let made = over_http(&["create", "--subject", "Made by HTTP", "--approval", "required"]);
    assert_eq!(made.code, Some(0));
    let group = world.group("Made by HTTP");
    world.name(&group, "GROUP");
    world.request(&group, "+15550100199", "REQUEST");
    assert_eq!(over_http(&["requests", "list", &group]).code, Some(0));
    let approved = world.run(&["requests", "approve", &group, "--all", "--sandbox"]);
    assert_eq!(approved.code, Some(0));
    let inside = over_http(&["participants", "list", &group, "-o", "json"]);
    assert_eq!(inside.json()[0]["wa_id"], "15550100199");
    world.run(&["sandbox", "serve", "--port", served.base_url().rsplit(':').next().unwrap()]);
    assert_eq!(served.end_by("INT"), Some(130));
    world.check("served_and_embedded_share_one_state");
}

#[test]
fn a_served_sandbox_tells_its_address_to_programs_and_ends_when_told_to() {
    let world = world();
    let served = world.serve(&["--fresh", "-o", "json"]);
    let told: serde_json::Value = serde_json::from_str(served.first_line()).unwrap();
    assert_eq!(told["base_url"], served.base_url());
    assert_eq!(told["api_key"], "sandbox");
    assert_eq!(told["page_url"], format!("{}/sandbox", served.base_url()));
    assert_eq!(served.end_by("TERM"), Some(0));
    assert!(!world.folder().join("sandbox.db").exists());
}

#[test]
fn commands_at_the_same_time_all_succeed() {
    let world = world();
    let subjects: Vec<String> = (0..6).map(|number| format!("At once {number}")).collect();
    // From the first use on, when there is no database yet.
    let children: Vec<_> = subjects
        .iter()
        .map(|subject| {
            let mut command = world.command(&["create", "--sandbox", "--subject", subject]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in children {
        let done = child.wait_with_output().unwrap();
        assert!(done.status.success(), "{done:?}");
    }
    for subject in &subjects {
        world.group(subject);
    }
    let all = world.quietly(&["list", "--sandbox", "--all", "-o", "json"]).json();
    assert_eq!(all.as_array().map(Vec::len), Some(4 + subjects.len()));
}

#[test]
fn where_starting_over_would_fail_alike_it_is_not_advised() {
    let world = world();
    world.file("sandbox.db", &[b'x'; 4096]);
    for arguments in [&["list", "--sandbox", "-o", "json"][..], &["sandbox", "reset", "--yes", "-o", "json"]]
    {
        let refused = world.quietly(arguments);
        assert_eq!(refused.code, Some(1), "{refused:?}");
        let error = refused.error();
        assert_eq!(error["kind"], "sandbox_failed");
        assert_eq!(error["remedy"], "`--config-dir` names another folder.");
    }
}

#[test]
fn a_proxy_of_the_environment_is_not_asked_for_this_machine() {
    let world = world();
    let nobody = "http://127.0.0.1:9";
    let mut command = world.command(&["list", "--sandbox"]);
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        command.env(name, nobody);
    }
    let done = command.output().unwrap();
    assert!(done.status.success(), "{done:?}");
}

#[cfg(unix)]
#[test]
fn a_state_folder_that_is_made_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let world = world();
    let folder = world.folder().join("deep/er");
    let made = world.quietly(&["sandbox", "status", "--config-dir", folder.to_str().unwrap()]);
    assert_eq!(made.code, Some(0), "{made:?}");
    let mode = std::fs::metadata(&folder).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

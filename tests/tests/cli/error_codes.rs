//! `wagroups help error`: what a code means, before or after one has met it.

use crate::world;

#[test]
fn an_error_code_is_explained() {
    let world = world();
    for code in ["131208", "#131041", "(#131201)", "131047"] {
        assert_eq!(world.run(&["help", "error", code]).code, Some(0), "{code}");
    }
    let told = world.run(&["help", "error", "131215", "-o", "json"]).json();
    assert_eq!((told["kind"].as_str(), told["exit_code"].as_u64()), (Some("not_eligible"), Some(3)));
    world.run(&["help", "error", "131208", "--fields", "remedy,retry"]);
    world.run(&["help", "error", "131208", "--jq", ".remedy"]);
    world.run(&["help", "error", "4", "-o", "yaml"]);
    world.check("an_error_code_is_explained");
}

#[test]
fn all_error_codes_are_listed() {
    let world = world();
    let all = world.run(&["help", "error"]);
    let listed = world.quietly(&["help", "error", "-o", "json"]).json();
    let codes = listed.as_array().unwrap();
    assert_eq!(all.stdout.lines().count(), codes.len() + 1);
    // Each one can be asked for, and is the same.
    for code in codes.iter().filter(|code| code["group_api"] == true) {
        let number = code["code"].to_string();
        assert_eq!(world.quietly(&["help", "error", &number, "-o", "json"]).json(), *code);
    }
    assert!(codes.iter().all(|code| !code["remedy"].as_str().unwrap().is_empty()));
    world.check("all_error_codes_are_listed");
}

#[test]
fn a_code_that_nobody_names_leads_to_its_neighbours() {
    let world = world();
    for words in [&["131802"][..], &["131205"], &["nonsense"], &["131208", "131209"], &["-1"]] {
        let run = world.run(&[&["help", "error"], words].concat());
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
    }
    let json = world.run(&["help", "error", "131205", "-o", "json"]);
    assert!(json.error()["remedy"].as_str().unwrap().contains("131204"));
    world.check("a_code_that_nobody_names_leads_to_its_neighbours");
}

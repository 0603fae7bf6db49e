//! Accounts from outside: storing a key, choosing between keys, and what is refused. There is no keyring here, so that
//! keys go to files; the keyring itself is tested beside its code, with a mock.

use std::path::Path;
use std::process::Stdio;

use groups_tests::World;

use crate::world;

/// The key that a served sandbox takes unless told otherwise.
const KEY: &str = "sandbox";
const FILE: &str = "--insecure-storage";

fn served(world: &World) -> groups_tests::Served {
    world.serve(&["--fresh"])
}

/// The first login finds no keyring; elsewhere than on Linux that cannot be arranged.
#[cfg(target_os = "linux")]
#[test]
fn a_number_is_logged_in_used_and_logged_out() {
    let world = world();
    let served = served(&world);
    let url = served.base_url();
    world.run(&["auth", "list"]);
    world.run(&["auth", "status"]);
    world.run_fed(&format!(" {KEY}\n"), &["auth", "login", "--base-url", url], &[]);
    world.run(&["list"]);
    world.run(&["auth", "status"]);
    world.run_fed(KEY, &["auth", "login", "--profile", "second", "--base-url", url, FILE, "-o", "json"], &[]);
    world.run_fed(KEY, &["auth", "login", "--profile", "second", FILE], &[("D360_API_KEY", "another")]);
    world.run(&["auth", "list"]);
    world.run(&["auth", "list", "-o", "csv"]);
    world.run(&["auth", "switch", "second"]);
    world.run(&["auth", "switch", "third"]);
    world.run(&["auth", "status", "--offline", "-o", "json"]);
    world.run(&["auth", "logout"]);
    world.run(&["list"]);
    world.run(&["auth", "logout"]);
    world.run(&["auth", "logout", "second"]);
    world.run(&["auth", "logout", "--all", "-o", "jsonl"]);
    world.run(&["auth", "logout"]);
    world.run(&["auth", "list", "-o", "json"]);
    assert!(!world.folder().join("keys/default").exists());
    world.check("a_number_is_logged_in_used_and_logged_out");
}

#[test]
fn nothing_is_stored_that_the_service_did_not_take() {
    let world = world();
    let served = served(&world);
    let url = served.base_url();
    let login = |more: &[&'static str]| [&["auth", "login", FILE, "--base-url", url], more].concat();
    world.run_fed("wrong-key", &login(&[]), &[]);
    world.run_fed("wrong-key", &login(&["-o", "json"]), &[]);
    world.run_fed("", &login(&[]), &[]);
    world.run_fed("two words", &login(&[]), &[]);
    let nobody = ["auth", "login", FILE, "--base-url", "http://127.0.0.1:1", "--max-retries", "0"];
    world.run_fed(KEY, &nobody, &[]);
    world.run_fed(KEY, &["auth", "login", "--base-url", "http://waba-v2.360dialog.io"], &[]);
    world.run_fed(KEY, &["auth", "login", "--profile", "../x"], &[]);
    world.run_fed(KEY, &["auth", "login", "--sandbox"], &[]);
    world.run_fed(KEY, &["auth", "login", "--with-token", KEY], &[]);
    assert!(!world.folder().join("config.toml").exists());
    assert!(!world.folder().join("keys").exists());
    world.run_fed(KEY, &[&nobody[..], &["--no-verify"]].concat(), &[]);
    world.run(&["auth", "status", "--max-retries", "0"]);
    world.check("nothing_is_stored_that_the_service_did_not_take");
}

#[test]
fn an_option_beats_the_key_of_the_environment_which_beats_the_variable_and_the_active_profile() {
    let world = world();
    for name in ["one", "two"] {
        let key = format!("key-of-profile-{name}-for-the-test-{name}");
        let login =
            ["auth", "login", FILE, "--no-verify", "--profile", name, "--base-url", "http://127.0.0.1:1"];
        assert_eq!(world.run_fed(&key, &login, &[]).code, Some(0));
    }
    let key = ("D360_API_KEY", "key-of-the-environment-for-the-test-env");
    let (profile, url) = (("WAGROUPS_PROFILE", "two"), ("WAGROUPS_BASE_URL", "http://127.0.0.1:2"));
    let status = ["auth", "status", "--offline"];
    for (arguments, variables, expected) in [
        (&[][..], &[][..], ["one", "active profile", "profile"]),
        (&[], &[profile], ["two", "WAGROUPS_PROFILE", "profile"]),
        (&[], &[profile, url], ["two", "WAGROUPS_PROFILE", "WAGROUPS_BASE_URL"]),
        (&[], &[profile, key], ["", "D360_API_KEY", "default"]),
        (&["--profile", "one"], &[profile, key], ["one", "--profile", "profile"]),
        (&["--profile", "one", "--base-url", "http://[::1]:3"], &[url], ["one", "--profile", "--base-url"]),
    ] {
        let run = world.run_with(&[&status[..], arguments, &["-o", "json"]].concat(), variables);
        let status = run.json();
        let found = [&status["profile"], &status["key_from"], &status["base_url_from"]];
        assert_eq!(
            found.map(|value| value.as_str().unwrap_or_default()),
            expected,
            "{arguments:?} {variables:?}"
        );
    }
    world.run_with(&status, &[profile, key]);
    world.run(&["auth", "status", "--sandbox"]);
    world.run(&["list", "--profile", "three"]);
    world.run_with(&["list"], &[("WAGROUPS_PROFILE", "three")]);
    world.run_with(&["auth", "switch", "two"], &[key]);
    // What is sent nowhere needs no key; what goes to the sandbox needs no account.
    world.run(&["create", "--subject", "x", "--dry-run", "--profile", "one"]);
    assert_eq!(world.quietly(&["list", "--sandbox", "--profile", "three"]).code, Some(0));
    world.check("an_option_beats_the_key_of_the_environment_which_beats_the_variable_and_the_active_profile");
}

#[test]
fn a_broken_configuration_is_told_and_left_as_it_is() {
    let world = world();
    let profile = "[profiles.work]\nbase_url = \"http://127.0.0.1:1\"\nkey_in = \"file\"\n";
    for broken in [
        "active = \n",
        "colour = 1\n",
        &format!("{profile}api_key = \"s3cret\"\n"),
        &profile.replace("\"file\"", "\"s3cret\""),
        &profile.replace("work", "\"../x\""),
    ] {
        world.file("config.toml", broken.as_bytes());
        let run = world.run(&["list"]);
        assert_eq!(run.code, Some(3), "{run:?}");
        assert!(!format!("{run:?}").contains("s3cret"), "{run:?}");
        for command in
            [&["auth", "login", "--no-verify"][..], &["auth", "list"], &["auth", "logout", "--all"]]
        {
            assert_eq!(world.run_fed(KEY, command, &[]).code, Some(3));
        }
        assert_eq!(std::fs::read_to_string(world.folder().join("config.toml")).unwrap(), broken);
    }
    // The key of the environment is in nobody's way, nor is the sandbox.
    let key = [("D360_API_KEY", "k")];
    assert_eq!(world.run_with(&["auth", "status", "--offline"], &key).code, Some(0));
    assert_eq!(world.quietly(&["list", "--sandbox"]).code, Some(0));
    world.run(&["doctor", "--sandbox"]);
    world.file("config.toml", format!("active = \"work\"\n\n{profile}").as_bytes());
    world.run(&["list"]);
    world.check("a_broken_configuration_is_told_and_left_as_it_is");
}

#[cfg(unix)]
#[test]
fn what_holds_a_key_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;

    let world = world();
    let login = ["auth", "login", FILE, "--no-verify", "--base-url", "http://127.0.0.1:1"];
    assert_eq!(world.quietly_fed(KEY, &login).code, Some(0));
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let key = world.folder().join("keys/default");
    assert_eq!(mode(&key), 0o600);
    assert_eq!(mode(&world.folder().join("keys")), 0o700);
    assert_eq!(mode(&world.folder().join("config.toml")), 0o600);
    assert_eq!(std::fs::read_to_string(&key).unwrap(), format!("{KEY}\n"));
    let doctor = ["doctor", "--max-retries", "0", "--jq", ".[] | select(.check == \"configuration\")"];
    world.run(&doctor);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    world.run(&["list"]);
    world.run(&doctor);
    std::fs::remove_file(&key).unwrap();
    world.run(&["list", "-o", "json"]);
    world.check("what_holds_a_key_is_its_owners_alone");
}

/// Each writes the whole file; none may undo what another wrote.
#[test]
fn logins_at_the_same_time_lose_nobody() {
    let world = world();
    let names: Vec<String> = (0..8).map(|number| format!("number-{number}")).collect();
    let logins: Vec<_> = names
        .iter()
        .map(|name| {
            let login =
                ["auth", "login", FILE, "--no-verify", "--base-url", "http://127.0.0.1:1", "--profile", name];
            let input = world.file(&format!("{name}.txt"), KEY.as_bytes());
            let mut command = world.command(&login);
            command.stdin(std::fs::File::open(input).unwrap()).stdout(Stdio::null());
            command.spawn().unwrap()
        })
        .collect();
    for mut login in logins {
        assert!(login.wait().unwrap().success());
    }
    let listed = world.quietly(&["auth", "list", "-o", "json"]).json();
    let listed: Vec<_> =
        listed.as_array().unwrap().iter().map(|account| account["profile"].clone()).collect();
    assert_eq!(listed, names);
}

#[test]
fn a_named_account_is_stronger_than_the_variable_of_the_sandbox() {
    let world = World::new(env!("CARGO_BIN_EXE_wagroups-under-test"));
    let served = world.serve(&["--fresh"]);
    let login = ["auth", "login", "--insecure-storage", "--profile", "b", "--base-url", served.base_url()];
    assert_eq!(world.quietly_fed("sandbox", &login).code, Some(0));
    let sandbox = [("WAGROUPS_SANDBOX", "1")];
    let listed = world.quietly_with(&["list", "--profile", "b", "-o", "json"], &sandbox);
    assert_eq!(listed.json(), serde_json::json!([]), "the served one is empty");
    let unknown = world.quietly_with(&["list", "--profile", "nosuch"], &sandbox);
    assert_eq!(unknown.code, Some(3), "{unknown:?}");
    let without = world.quietly_with(&["list", "-o", "json"], &sandbox);
    assert_eq!(without.json().as_array().map(Vec::len), Some(4), "{without:?}");
}

#[test]
fn logging_out_of_all_goes_on_after_one_that_fails() {
    let world = World::new(env!("CARGO_BIN_EXE_wagroups-under-test"));
    let served = world.serve(&["--fresh"]);
    for profile in ["a", "b"] {
        let login =
            ["auth", "login", "--insecure-storage", "--profile", profile, "--base-url", served.base_url()];
        assert_eq!(world.quietly_fed("sandbox", &login).code, Some(0));
    }
    // A folder where the key should be is not a file that can be removed.
    let key = world.folder().join("keys/a");
    std::fs::remove_file(&key).unwrap();
    std::fs::create_dir(&key).unwrap();
    let out = world.quietly(&["auth", "logout", "--all"]);
    assert_eq!(out.code, Some(3), "{out:?}");
    assert!(!world.folder().join("keys/b").exists());
    assert_eq!(
        world.quietly(&["auth", "list", "--fields", "profile", "-o", "csv"]).stdout,
        "profile\r\na\r\n"
    );
}

#[test]
fn a_variable_that_leads_a_profiles_calls_elsewhere_is_told_before_they_go() {
    let world = World::new(env!("CARGO_BIN_EXE_wagroups-under-test"));
    let (own, other) = (world.serve(&["--fresh"]), world.serve(&["--fresh"]));
    world.name(&own.base_url().replace("http://", ""), "OWN");
    world.name(&other.base_url().replace("http://", ""), "OTHER");
    let login = ["auth", "login", FILE, "--base-url", own.base_url()];
    assert_eq!(world.quietly_fed(KEY, &login).code, Some(0));
    let left_over = [("WAGROUPS_BASE_URL", other.base_url())];
    let create = ["create", "--subject", "x"];
    world.run_with(&create, &left_over);
    world.run_with(&["list", "--limit", "1", "--fields", "subject", "-o", "json"], &left_over);
    world.run_with(&["get", "nobody"], &left_over);
    world.run_with(&["auth", "status"], &left_over);
    world.run_with(&["auth", "status", "-o", "json", "--fields", "base_url_of_profile"], &left_over);
    for (arguments, variables) in [
        (&["create", "--subject", "y", "-q"][..], &left_over[..]),
        (&["create", "--subject", "y", "--base-url", other.base_url()], &left_over),
        (&["create", "--subject", "y"], &[]),
        (&["create", "--subject", "y"], &[("WAGROUPS_BASE_URL", own.base_url())]),
        (&["create", "--subject", "y"], &[left_over[0], ("D360_API_KEY", KEY)]),
    ] {
        let run = world.quietly_with(arguments, variables);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(!run.stderr.contains("WAGROUPS_BASE_URL"), "nothing is left over: {run:?}");
    }
    world.check("a_variable_that_leads_a_profiles_calls_elsewhere_is_told_before_they_go");
}

#[test]
fn groups_that_were_seen_with_a_key_are_not_offered_with_another() {
    let world = World::new(env!("CARGO_BIN_EXE_wagroups-under-test"));
    let served = world.serve(&[]);
    let login = ["auth", "login", FILE, "--profile", "one", "--base-url", served.base_url()];
    let offered = || {
        let mut command = world.command(&["--", "wagroups", "get", "--profile", "one", ""]);
        command.env("WAGROUPS_COMPLETE", "fish");
        let done = command.output().unwrap();
        String::from_utf8(done.stdout).unwrap().contains("Book club")
    };
    for leave in [&login[..], &["auth", "logout", "one"], &["auth", "logout", "--all"]] {
        assert_eq!(world.quietly_fed(KEY, &login).code, Some(0));
        assert!(!offered());
        assert_eq!(world.quietly(&["list", "--all", "--profile", "one"]).code, Some(0));
        assert!(offered(), "it remembers what it has seen");
        assert_eq!(world.quietly_fed(KEY, leave).code, Some(0), "{leave:?}");
        assert!(!offered(), "{leave:?}");
    }
}

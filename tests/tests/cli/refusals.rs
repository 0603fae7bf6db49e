//! What is refused before anything is sent: the reason names the field and its limit, and the exit code is 2 (or 3
//! where the configuration is at fault).

use groups_tests::World;

use crate::{jpeg, world};

/// Runs it in both formats; both must refuse in the same way.
fn refused(world: &World, arguments: &[&str], code: i32, kind: &str) {
    let table = world.run(arguments);
    assert_eq!(table.code, Some(code), "{arguments:?}");
    assert_eq!(table.stdout, "", "{arguments:?}");
    let json = world.quietly(&[arguments, &["-o", "json"]].concat());
    assert_eq!(json.code, Some(code), "{arguments:?}");
    assert_eq!(json.stdout, "", "{arguments:?}");
    let error = json.error();
    assert_eq!(error["kind"], kind, "{arguments:?}");
    for key in ["message", "operation", "retryable", "attempts", "remedy"] {
        assert!(!error[key].is_null(), "{key} of {arguments:?}");
    }
    assert_eq!(error["attempts"], 0, "{arguments:?}");
}

#[test]
fn values_beyond_their_limits() {
    let world = world();
    let (long_subject, long_description) = ("x".repeat(129), "x".repeat(2049));
    let nine: Vec<String> = (0..9).map(|n| format!("+1555010011{n}")).collect();
    let nine: Vec<&str> = nine.iter().map(String::as_str).collect();
    for arguments in [
        &["create", "--subject", ""][..],
        &["create", "--subject", "   "],
        &["create", "--subject", &long_subject],
        &["create", "--subject", "x", "--description", &long_description],
        &["update", "G", "--subject", ""],
        &["update", "G", "--description", &long_description],
        &["update", "G"],
        &["list", "--limit", "0"],
        &["list", "--page-size", "0"],
        &["list", "--page-size", "1025"],
        &["requests", "list", "G", "--limit", "0"],
        &["requests", "list", "G", "--page-size", "1025"],
        &["list", "--after", "a b"],
        &["get", ".."],
        &["get", "a/b"],
        &["delete", "G", "..", "--yes"],
        &["delete", "G", "H", "G", "--yes"],
        &["invite", "get", ""],
        &["requests", "approve", "G", "R", "R"],
        &[&["participants", "remove", "G", "--yes"], &nine[..]].concat(),
        &["participants", "remove", "G", "+15550100110", "15550100110", "--yes"],
        &["participants", "remove", "G", "bob", "--yes"],
        &["sandbox", "user", "join", "G", "bob"],
        &["sandbox", "serve", "--host", "example.com"],
    ] {
        // In the sandbox, so that no key is missing; a refusal comes before it is even opened.
        let is_local = arguments[0] == "sandbox";
        let arguments = if is_local { arguments.to_vec() } else { [arguments, &["--sandbox"]].concat() };
        refused(&world, &arguments, 2, "invalid_input");
    }
    assert!(!world.folder().join("sandbox.db").exists());
    world.check("values_beyond_their_limits");
}

#[test]
fn pictures_that_break_the_rules() {
    let world = world();
    let mut big = jpeg(640, 640);
    big.resize(5 * 1024 * 1024 + 1, 0);
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\0\0\0\x02\0\x08\x06\0\0\0".to_vec();
    for (name, content) in [
        ("wide.jpg", jpeg(640, 480)),
        ("small.jpg", jpeg(191, 191)),
        ("big.jpg", big),
        ("really.png", png),
        ("text.jpg", b"hello".to_vec()),
    ] {
        let path = world.file(name, &content);
        refused(&world, &["update", "G", "--picture", &path, "--sandbox"], 2, "invalid_input");
    }
    let nowhere = world.folder().join("nowhere.jpg");
    refused(
        &world,
        &["update", "G", "--picture", nowhere.to_str().unwrap(), "--sandbox"],
        2,
        "invalid_input",
    );
    world.check("pictures_that_break_the_rules");
}

#[test]
fn lines_that_make_no_sense() {
    let world = world();
    for arguments in [
        &["lst"][..],
        &["list", "--nonsense"],
        &["list", "--limit", "many"],
        &["list", "--limit", "-1"],
        &["list", "--limit", "3", "--all"],
        &["list", "--after", "a", "--before", "b"],
        &["list", "--dry-run"],
        &["--dry-run", "list"],
        &["get", "G", "--yes"],
        &["-y", "get", "G"],
        &["get"],
        &["create"],
        &["delete"],
        &["requests", "approve", "G"],
        &["requests", "approve", "G", "R", "--all"],
        &["list", "--api-key", "secret"],
        &["list", "--sandbox", "--base-url", "http://127.0.0.1:1"],
        &["sandbox", "serve", "--base-url", "http://127.0.0.1:1"],
        &["sandbox", "status", "--profile", "shop"],
        &["get", "G", "--fields", "id,colour"],
        &["get", "G", "--fields", "id,id"],
        &["list", "--fields", "id,description"],
        &["delete", "G"],
        &["participants", "remove", "G", "+15550100110"],
        &["sandbox", "reset"],
    ] {
        refused(&world, arguments, 2, "usage");
    }
    world.check("lines_that_make_no_sense");
}

#[test]
fn a_command_without_its_rest_prints_help_and_fails() {
    let world = world();
    for arguments in [&[][..], &["invite"], &["sandbox", "user"]] {
        let run = world.quietly(arguments);
        assert_eq!(run.code, Some(2), "{arguments:?}");
        assert!(run.stdout.is_empty() && run.stderr.contains("Usage: wagroups"), "{run:?}");
        let json = run_with_output_variable(&world, arguments);
        assert_eq!(json["kind"], "usage", "{arguments:?}");
        assert_eq!(json["message"], "a command is missing", "{arguments:?}");
    }
}

fn run_with_output_variable(world: &World, arguments: &[&str]) -> serde_json::Value {
    let run = world.run_with(arguments, &[("WAGROUPS_OUTPUT", "json")]);
    assert_eq!(run.code, Some(2));
    run.error()
}

#[test]
fn configurations_that_cannot_work() {
    let world = world();
    for arguments in [
        &["list"][..],
        &["requests", "approve", "G", "--all", "--dry-run"],
        &["create", "--subject", "x", "--dry-run", "--base-url", "http://example.com"],
        &["create", "--subject", "x", "--dry-run", "--base-url", "nonsense"],
        &["create", "--subject", "x", "--dry-run", "--base-url", "https://user:hunter2@example.com"],
    ] {
        refused(&world, arguments, 3, "configuration");
    }
    assert!(
        !world
            .quietly(&["create", "--subject", "x", "--dry-run", "--base-url", "https://u:hunter2@h"])
            .stderr
            .contains("hunter2")
    );
    let file = world.file("a-file", b"");
    refused(&world, &["list", "--sandbox", "--config-dir", &file], 3, "configuration");
    world.run_with(&["list"], &[("WAGROUPS_OUTPUT", "xml")]);
    world.run_with(&["list"], &[("WAGROUPS_SANDBOX", "1"), ("WAGROUPS_BASE_URL", "https://example.com")]);
    world.run_with(&["list", "--sandbox", "--config-dir", ""], &[]);
    let homeless = world.command(&["list", "--sandbox"]).env_remove("WAGROUPS_CONFIG_DIR").output().unwrap();
    assert_eq!(homeless.status.code(), Some(3));
    let said = String::from_utf8(homeless.stderr).unwrap();
    assert!(said.contains("HOME") && said.contains("--config-dir"), "{said}");
    world.check("configurations_that_cannot_work");
}

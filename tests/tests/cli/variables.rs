//! Variables as they are pasted and as files of variables leave them: white space is removed, and what cannot be right is
//! refused by the name of the variable, without its value.
// Helpers of tests fail like tests do; clippy recognises only the tests themselves.
#![allow(clippy::unwrap_used)]

use wiremock::ResponseTemplate;

use crate::{answers, world};

const S3CRET: &str = "s3cret-key-0123456789abcdef";

fn service() -> answers::Answers {
    answers::with(|request: &wiremock::Request| {
        match request.headers.get("d360-api-key").is_some_and(|key| key == S3CRET) {
            true => ResponseTemplate::new(200).set_body_string("{\"data\":{\"groups\":[]},\"paging\":{}}"),
            false => ResponseTemplate::new(401).set_body_string("{\"error\":\"Invalid API key\"}"),
        }
    })
}

/// Ways to spoil a value, and what is said of them.
const SPOILT: [(&str, &str, &str); 7] = [
    ("\"", "\"", "has quotation marks around it"),
    ("'", "'", "has quotation marks around it"),
    ("\u{201c}", "\u{201d}", "has quotation marks around it"),
    ("\u{feff}", "", "contains a byte order mark (U+FEFF)"),
    ("", "\u{200b}", "contains a zero-width space (U+200B)"),
    ("\u{2060}", "", "contains a word joiner (U+2060)"),
    ("\u{7}", "", "contains a control character (U+0007)"),
];

#[test]
fn white_space_around_the_key_is_removed() {
    let world = world();
    let service = service();
    let url = service.url();
    for key in ["KEY", "KEY\n", "KEY\r\n", " KEY", "\u{a0}KEY\u{a0}", "\tKEY \n\n"] {
        let key = key.replace("KEY", S3CRET);
        for command in [&["list"][..], &["auth", "status"], &["auth", "status", "--offline"]] {
            let variables = [("D360_API_KEY", key.as_str()), ("WAGROUPS_BASE_URL", &format!(" {url}\n"))];
            let run = world.quietly_with(command, &variables);
            assert_eq!(run.code, Some(0), "{key:?} {run:?}");
        }
    }
}

#[test]
fn a_key_that_cannot_be_right_is_refused_by_name_and_the_tables_are_printed() {
    let world = world();
    let service = service();
    let url = service.url();
    let inside = [("s3cret ", "", "contains white space"), ("s3cret\n", "", "contains a line break")];
    for (before, after, said) in SPOILT.into_iter().chain(inside) {
        let key = format!("{before}{S3CRET}{after}");
        let variables = [("D360_API_KEY", key.as_str()), ("WAGROUPS_BASE_URL", &url)];
        let expected = format!("D360_API_KEY {said}");
        for (command, table) in [
            (&["list"][..], None),
            (&["create", "--subject", "Trip"], None),
            (&["conformance"], None),
            (&["auth", "status"], Some("base_url")),
            (&["auth", "status", "--offline"], Some("base_url")),
            (&["doctor"], Some("configuration")),
        ] {
            let run = world.quietly_with(command, &variables);
            assert_eq!(run.code, Some(3), "{command:?} {run:?}");
            let said = if table.is_some() { &run.stdout } else { &run.stderr };
            assert!(said.contains(&expected), "{command:?} {run:?}");
            assert!(run.stdout.to_lowercase().contains(table.unwrap_or_default()), "{command:?} {run:?}");
            assert!(!format!("{run:?}").contains("s3cret"), "{run:?}");
            assert!(!run.stderr.contains("`wagroups auth status`"), "a remedy in a circle: {run:?}");
        }
    }
    assert!(service.asked().is_empty(), "a key that cannot be right was sent");
}

#[test]
fn a_key_on_standard_input_and_in_a_key_file_is_cleaned_alike() {
    let world = world();
    let service = service();
    let url = service.url();
    let login = ["auth", "login", "--insecure-storage", "--base-url", &url];
    for (before, after, said) in SPOILT {
        let run = world.quietly_fed(&format!("{before}{S3CRET}{after}\n"), &login);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.stderr.contains(&format!("the key that was given {said}")), "{run:?}");
        assert!(!format!("{run:?}").contains("s3cret"), "{run:?}");
    }
    assert_eq!(world.quietly_fed(&format!("\u{a0}{S3CRET}\r\n"), &login).code, Some(0));
    let file = world.folder().join("keys/default");
    std::fs::write(&file, format!("\n {S3CRET}\r\n")).unwrap();
    assert_eq!(world.quietly(&["list"]).code, Some(0));
    for (before, after, said) in SPOILT {
        std::fs::write(&file, format!("{before}{S3CRET}{after}\n")).unwrap();
        for command in [&["list"][..], &["auth", "status"]] {
            let run = world.quietly(command);
            assert_eq!(run.code, Some(3), "{run:?}");
            assert!(run.stderr.contains(&format!("its key {said}")), "{run:?}");
            assert!(!format!("{run:?}").contains("s3cret"), "{run:?}");
        }
    }
}

#[test]
fn an_address_that_cannot_be_right_is_named_with_what_to_write() {
    let world = world();
    let key = ("D360_API_KEY", S3CRET);
    for (url, said) in [
        ("waba-v2.360dialog.io", "the base URL has no scheme"),
        ("waba-v2.360dialog.io:443", "the base URL has no scheme"),
        ("\"https://waba-v2.360dialog.io\"", "has quotation marks around it"),
        ("https://waba-v2.360dialog.io\u{200b}", "contains a zero-width space"),
        ("https://waba v2.360dialog.io", "contains white space"),
        ("http://waba-v2.360dialog.io", "must be https"),
        ("https://", "the base URL is not a URL"),
        ("https://me:s3cret@waba-v2.360dialog.io", "must not hold a user name or password"),
    ] {
        for command in [&["list"][..], &["auth", "status", "--offline"], &["doctor"]] {
            let run = world.quietly_with(command, &[key, ("WAGROUPS_BASE_URL", url)]);
            assert_eq!(run.code, Some(3), "{url} {run:?}");
            let all = format!("{}{}", run.stdout, run.stderr);
            assert!(all.contains("WAGROUPS_BASE_URL ") && all.contains(said), "{url} {run:?}");
            assert!(!all.contains("s3cret@"), "{run:?}");
            if command[0] != "list" {
                assert!(run.stdout.contains(said), "no row says it: {run:?}");
            }
        }
        let option = world.quietly_with(&["list", "--base-url", url], &[key]);
        assert!(option.code == Some(3) && option.stderr.contains("--base-url "), "{option:?}");
    }
}

#[test]
fn the_secrets_of_webhooks_are_cleaned_alike() {
    let world = world();
    for (name, value) in [
        ("WAGROUPS_WEBHOOK_SECRET", "s3cret"),
        ("WAGROUPS_WEBHOOK_HEADER", "x-shared: s3cret"),
        ("WAGROUPS_FORWARD_SECRET", "s3cret"),
        ("WAGROUPS_WEBHOOK_VERIFY_TOKEN", "s3cret"),
    ] {
        for (before, after, said) in SPOILT {
            let spoilt = format!("{before}{value}{after}");
            let listen = ["listen", "--port", "0", "--forward-to", "http://127.0.0.1:9"];
            let run = world.quietly_with(&listen, &[(name, &spoilt)]);
            assert_eq!(run.code, Some(3), "{name} {run:?}");
            assert!(run.stderr.contains(&format!("{name} {said}")), "{name} {run:?}");
            assert!(!format!("{run:?}").contains("s3cret"), "{run:?}");
            let doctor = world.quietly_with(&["doctor", "--sandbox"], &[(name, &spoilt)]);
            assert!(doctor.stdout.contains(&format!("{name} {said}")), "{doctor:?}");
        }
    }
}

#[test]
fn the_tables_are_printed_whatever_variable_or_file_is_wrong() {
    let world = world();
    world.file("config.toml", b"active = \n");
    for variables in [
        &[][..],
        &[("WAGROUPS_SANDBOX", "maybe")],
        &[("WAGROUPS_SANDBOX", "\"1\"")],
        &[("WAGROUPS_OUTPUT", "xml")],
        &[("WAGROUPS_OUTPUT", "'json'")],
        &[("WAGROUPS_PROFILE", "\u{feff}work")],
        &[("WAGROUPS_CONFIG_DIR", "\"/tmp/x\"")],
        &[("WAGROUPS_LOG_FILE", "\"/tmp/x\"")],
        &[("WAGROUPS_PROFILE", "a/b")],
        &[("WAGROUPS_LOG", "nonsense=foo=bar")],
        &[("WAGROUPS_LOG", "[")],
        &[("WAGROUPS_LOG", "groups_ergonomic=loud")],
        &[("WAGROUPS_LOG_FILE", "/nonexistent/x")],
    ] {
        let status = world.quietly_with(&["auth", "status", "--offline"], variables);
        assert!([Some(2), Some(3)].contains(&status.code), "{variables:?} {status:?}");
        assert!(status.stdout.contains("base_url") && status.stdout.contains("problem"), "{status:?}");
        let doctor = world.quietly_with(&["doctor"], variables);
        assert!(doctor.code != Some(0) && doctor.stdout.contains("keyring"), "{variables:?} {doctor:?}");
        if let [(name, _)] = variables {
            let row = doctor.stdout.lines().find(|line| line.starts_with("environment"));
            let name = if variables[0].1 == "/nonexistent/x" { "the log file /nonexistent/x" } else { name };
            assert!(row.is_some_and(|row| row.contains(name)), "{variables:?} {doctor:?}");
            if name.contains("LOG") || name.contains("log file") {
                assert!(status.stdout.contains(name), "{variables:?} {status:?}");
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn the_folders_of_the_user_are_cleaned_and_must_be_absolute() {
    let world = world();
    let home = world.folder().join("home").display().to_string();
    let mut spoilt: Vec<(String, &str)> =
        SPOILT.iter().map(|(before, after, said)| (format!("{before}{home}{after}"), *said)).collect();
    spoilt.push(("home".to_owned(), "is not an absolute path"));
    for name in ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"] {
        for (value, said) in &spoilt {
            let expected = format!("{name} {said}");
            let variables = [("HOME", home.as_str()), (name, value.as_str()), ("D360_API_KEY", S3CRET)];
            let needs = if name == "XDG_CONFIG_HOME" {
                &["auth", "login", "--insecure-storage", "--no-verify"][..]
            } else {
                &["list", "--sandbox"]
            };
            let run = world.quietly_at_home(needs, &variables);
            assert_eq!(run.code, Some(3), "{value:?} {run:?}");
            assert!(run.stderr.contains(&expected), "{value:?} {run:?}");
            let doctor = world.quietly_at_home(&["doctor", "--sandbox"], &variables);
            let row = doctor.stdout.lines().find(|line| line.starts_with("environment"));
            assert!(row.is_some_and(|row| row.contains("problem") && row.contains(&expected)), "{doctor:?}");
        }
    }
    let names = std::fs::read_dir(world.folder()).unwrap().map(|entry| entry.unwrap().file_name());
    let other: Vec<_> = names.filter(|name| name != "home").collect();
    assert!(other.is_empty(), "written to another folder: {other:?}");
    // White space is no part of it, and an empty variable is one that is not set.
    let variables = [("HOME", &*format!("{home}\n")), ("XDG_STATE_HOME", "")];
    assert_eq!(world.quietly_at_home(&["list", "--sandbox"], &variables).code, Some(0));
    assert!(world.folder().join("home/.local/state/wagroups/sandbox.db").exists());
}

#[cfg(all(unix, not(target_vendor = "apple")))]
#[test]
fn variables_that_libraries_read_are_refused_by_name_and_checked_by_doctor() {
    let world = world();
    let key = ("D360_API_KEY", S3CRET);
    let url = ("WAGROUPS_BASE_URL", "https://127.0.0.1:9");
    for (name, value) in [
        ("SSL_CERT_FILE", "/x"),
        ("SSL_CERT_DIR", "/x"),
        ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/x"),
        ("NO_PROXY", "x.example"),
        ("HTTPS_PROXY", "http://127.0.0.1:1"),
        ("HTTP_PROXY", "http://127.0.0.1:1"),
        ("all_proxy", "http://127.0.0.1:1"),
    ] {
        for (before, after, said) in SPOILT {
            let expected = format!("{name} {said}");
            let variables = [key, (name, &*format!("{before}{value}{after}"))];
            let doctor = world.quietly_with(&["doctor", "--sandbox"], &variables);
            let row = doctor.stdout.lines().find(|line| line.starts_with("environment"));
            assert!(row.is_some_and(|row| row.contains("problem") && row.contains(&expected)), "{doctor:?}");
            let needs = match name {
                "DBUS_SESSION_BUS_ADDRESS" => &["auth", "login", "--no-verify"][..],
                "SSL_CERT_FILE" | "SSL_CERT_DIR" => &["list", "--max-retries", "0"],
                // No proxy is used for localhost.
                _ => continue,
            };
            let run = world.quietly_with(needs, &[variables[0], variables[1], url]);
            assert_eq!(run.code, Some(3), "{run:?}");
            assert!(run.stderr.contains(&expected), "{run:?}");
        }
    }
    let doctor = world.quietly_with(&["doctor", "--sandbox"], &[("HTTPS_PROXY", " http://127.0.0.1:1\n")]);
    assert!(doctor.stdout.contains("no variable contains what cannot be right"), "{doctor:?}");
}

#[test]
fn a_profile_name_that_none_can_have_is_refused_by_the_variable() {
    let world = world();
    for name in ["a/b", "..", "\u{fc}", "Work"] {
        for command in [&["list"][..], &["auth", "login", "--no-verify", "--insecure-storage"]] {
            let run = world.quietly_with(command, &[("WAGROUPS_PROFILE", name)]);
            assert_eq!(run.code, Some(3), "{name} {run:?}");
            assert!(run.stderr.contains("WAGROUPS_PROFILE is not the name of a profile"), "{run:?}");
            assert!(!run.stderr.contains("auth login"), "a remedy in a circle: {run:?}");
        }
        let option = world.quietly(&["list", "--profile", name]);
        assert_eq!(option.code, Some(2), "{option:?}");
        assert!(option.stderr.contains("cannot be the name of a profile"), "{option:?}");
        assert!(!option.stderr.contains("auth login"), "a remedy in a circle: {option:?}");
    }
}

#[cfg(all(unix, not(target_vendor = "apple")))]
#[test]
fn what_is_said_of_variables_that_cannot_be_right() {
    let world = world();
    world.run_with(&["list"], &[("WAGROUPS_PROFILE", "a/b")]);
    world.run(&["list", "--profile", "a/b"]);
    world.run_with(&["auth", "login"], &[("DBUS_SESSION_BUS_ADDRESS", " unix:path=/x")]);
    world.run_with(&["auth", "status", "--offline", "--sandbox"], &[("WAGROUPS_LOG", "nonsense=foo=bar")]);
    let many = [("SSL_CERT_FILE", ""), ("NO_PROXY", "x,\"y\""), ("XDG_STATE_HOME", "state")];
    world.run_with(&["doctor", "--sandbox"], &many);
    world.check("what_is_said_of_variables_that_cannot_be_right");
}

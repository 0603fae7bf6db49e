//! A session bus that accepts connections and stays silent, as where the keyring is locked and nobody can unlock it. Each
//! command ends soon, and says what to do.
// Helpers of tests fail like tests do; clippy recognises only the tests themselves.
#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::os::unix::net::UnixListener;
use std::process::Stdio;
use std::time::{Duration, Instant};

use groups_tests::{Run, World};

use crate::world;

/// Long enough for a busy computer, and far below the minute that a person at a terminal has.
const SOON: Duration = Duration::from_secs(25);

/// The address of a bus that stays silent; `greets`: after it has authenticated the client.
fn silent_bus(world: &World, greets: bool) -> String {
    let path = world.folder().join(format!("bus-{greets}"));
    let listener = UnixListener::bind(&path).unwrap();
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        for mut stream in listener.incoming().flatten() {
            let answering = stream.try_clone().unwrap();
            // It stays open, so that the client goes on waiting.
            kept.push(answering);
            if greets {
                std::thread::spawn(move || {
                    let mut bytes = [0; 1024];
                    while let Ok(count @ 1..) = stream.read(&mut bytes) {
                        for line in String::from_utf8_lossy(&bytes[..count]).split("\r\n") {
                            let answer = match line.trim_start_matches('\0') {
                                line if line.starts_with("AUTH") => "OK 0123456789abcdef0123456789abcdef\r\n",
                                "NEGOTIATE_UNIX_FD" => "AGREE_UNIX_FD\r\n",
                                _ => continue,
                            };
                            let _ = stream.write_all(answer.as_bytes());
                        }
                    }
                });
            }
        }
    });
    format!("unix:path={}", path.display())
}

/// Runs a command with a bus, and sees that it ends.
fn soon(world: &World, bus: &str, input: &str, arguments: &[&str]) -> Run {
    let mut command = world.command(arguments);
    command.env("DBUS_SESSION_BUS_ADDRESS", bus);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let started = Instant::now();
    let mut child = command.spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let done = child.wait_with_output().unwrap();
    assert!(started.elapsed() < SOON, "{arguments:?} took {:?}", started.elapsed());
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: done.status.code(), stdout: text(done.stdout), stderr: text(done.stderr) }
}

/// A profile whose key is said to be in the keyring.
fn stored_in_keyring(world: &World, url: &str) {
    let config =
        format!("active = \"default\"\n\n[profiles.default]\nbase_url = \"{url}\"\nkey_in = \"keyring\"\n");
    let file = world.file("config.toml", config.as_bytes());
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
}

const SILENT: &str = "the keyring does not answer (no answer within 3 s; it may be locked)";

#[test]
fn logging_in_falls_back_to_a_key_file() {
    for greets in [false, true] {
        let world = world();
        let served = world.serve(&["--fresh"]);
        let bus = silent_bus(&world, greets);
        let login = ["auth", "login", "--base-url", served.base_url()];
        let run = soon(&world, &bus, "sandbox\n", &login);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(run.stderr.contains("keys/default") && run.stderr.contains(SILENT), "{run:?}");
        assert_eq!(std::fs::read_to_string(world.folder().join("keys/default")).unwrap(), "sandbox\n");
        assert_eq!(soon(&world, &bus, "", &["list"]).code, Some(0));
    }
}

#[test]
fn commands_that_need_a_key_of_the_keyring_end_and_name_the_way_out() {
    for greets in [false, true] {
        let world = world();
        let bus = silent_bus(&world, greets);
        stored_in_keyring(&world, "http://127.0.0.1:1");
        for (arguments, on_stdout) in [
            (&["list", "--timeout", "30s"][..], false),
            (&["create", "--subject", "Trip"], false),
            (&["auth", "status"], true),
            (&["auth", "status", "--offline"], true),
            (&["doctor"], true),
        ] {
            let run = soon(&world, &bus, "", arguments);
            assert_eq!(run.code, Some(3), "{run:?}");
            let said = if on_stdout { &run.stdout } else { &run.stderr };
            assert!(said.contains(SILENT), "{run:?}");
            assert!(run.stderr.contains("--insecure-storage"), "{run:?}");
        }
        let run = soon(&world, &bus, "", &["list", "--timeout", "300ms"]);
        assert!(run.stderr.contains("no answer within 0.3 s"), "{run:?}");
        let run = soon(&world, &bus, "", &["auth", "logout"]);
        assert!(run.code == Some(3) && run.stderr.contains(SILENT), "{run:?}");
        assert!(world.folder().join("config.toml").exists());
    }
}

#[test]
fn the_check_of_the_set_up_ends_where_no_key_is_in_the_keyring() {
    let world = world();
    let bus = silent_bus(&world, false);
    let run = soon(&world, &bus, "", &["doctor", "--sandbox"]);
    assert!(run.stdout.contains(SILENT) && run.stdout.contains("keys are kept in files"), "{run:?}");
}

#[test]
fn a_lock_that_another_process_holds_is_not_waited_for_without_end() {
    let world = world();
    let lock = std::fs::File::create(world.folder().join("config.lock")).unwrap();
    lock.lock().unwrap();
    let login = ["auth", "login", "--insecure-storage", "--no-verify", "--base-url", "http://127.0.0.1:1"];
    let run = soon(&world, "unix:path=/nowhere", "key", &login);
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(run.stderr.contains("another process holds") && run.stderr.contains("within 3 s"), "{run:?}");
    drop(lock);
    assert_eq!(soon(&world, "unix:path=/nowhere", "key", &login).code, Some(0));
}

#[test]
fn a_key_that_never_comes_is_not_waited_for_without_end() {
    let world = world();
    let login = ["auth", "login", "--insecure-storage", "--no-verify", "--base-url", "http://127.0.0.1:1"];
    let mut command = world.command(&[&login[..], &["--timeout", "300ms"]].concat());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // The pipe stays open, and nothing is written to it.
    let pipe = child.stdin.take().unwrap();
    let done = child.wait_with_output().unwrap();
    drop(pipe);
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(2), "{said}");
    assert!(said.contains("standard input did not end within 0.3 s"), "{said}");
}

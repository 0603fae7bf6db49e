//! The key is where it has to be and nowhere else: not in what is printed or logged, not in the configuration, not in
//! the list of processes. See also `patience`, which asks a server that sends it back.

#![allow(clippy::unwrap_used, reason = "the helpers of a test are tests too")]

use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use groups_tests::World;

use crate::world;

const KEY: &str = "a-key-that-nobody-else-may-see-4711";

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// A service that shows the key it was sent wherever it can.
#[test]
fn it_is_in_no_output_log_or_configuration_of_the_commands_about_accounts_and_raw_calls() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let server = runtime.block_on(async {
        let server = MockServer::start().await;
        let body = serde_json::json!({ "data": [{ "id": "g1" }], "echo": format!("you sent {KEY}") });
        let answer = ResponseTemplate::new(200).set_body_json(body).insert_header("x-echo", KEY);
        Mock::given(any()).respond_with(answer).mount(&server).await;
        server
    });
    let world = world();
    let url = server.uri();
    let log = world.folder().join("log.txt");
    let log = log.to_str().unwrap();
    let login = ["auth", "login", "--insecure-storage", "--base-url", &url];
    for command in [
        &login[..],
        &["auth", "status"],
        &["auth", "list"],
        &["auth", "switch", "default"],
        &["doctor"],
        &["list"],
        &["list", "--curl"],
        &["create", "--subject", "x", "--curl"],
        &["create", "--subject", "x", "--dry-run"],
        &["api", "GET", "/groups", "--include"],
        &["api", "GET", "/groups"],
        &["api", "GET", "/groups", "--paginate"],
        &["api", "POST", "/groups", "-f", "subject=x", "--dry-run"],
        &["api", "GET", "/groups", "--curl"],
        &["api", "GET", "/groups", "-H", "D360-API-KEY: x"],
    ] {
        for level in ["-q", "-vvv"] {
            for format in ["table", "json"] {
                let run =
                    world.quietly_fed(KEY, &[command, &[level, "-o", format, "--log-file", log]].concat());
                assert!(!format!("{run:?}").contains(KEY), "{command:?}: {run:?}");
            }
        }
    }
    assert!(std::fs::read_to_string(log).unwrap().contains("> d360-api-key: ***"), "the log is on");
    let holding: Vec<_> = files(world.folder())
        .into_iter()
        .filter(|file| String::from_utf8_lossy(&std::fs::read(file).unwrap()).contains(KEY))
        .collect();
    assert_eq!(holding, [world.folder().join("keys/default")]);
    assert_eq!(std::fs::metadata(&holding[0]).unwrap().permissions().mode() & 0o777, 0o600);
    world.quietly(&["auth", "logout"]);
    assert!(!holding[0].exists());
}

/// It is asked while the command waits for an answer: the key was sent by then.
#[cfg(target_os = "linux")]
#[test]
fn it_is_not_in_the_list_of_processes_while_it_is_used() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let world = world();
    let login = ["auth", "login", "--insecure-storage", "--base-url", &url];
    let stored = [&login[..], &["--no-verify"]].concat();
    assert_eq!(world.quietly_fed(KEY, &stored).code, Some(0));
    for command in [&login[..], &["list"], &["api", "GET", "/groups"]] {
        let mut child = world
            .command(command)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Closed by dropping it, which ends the key.
        let _ = child.stdin.take().unwrap().write_all(KEY.as_bytes());
        let waiting = listener.accept().unwrap();
        let about = |name: &str| std::fs::read(format!("/proc/{}/{name}", child.id())).unwrap();
        for name in ["cmdline", "environ", "comm"] {
            assert!(!String::from_utf8_lossy(&about(name)).contains(KEY), "{name} of {command:?}");
        }
        let children = about(&format!("task/{}/children", child.id()));
        assert_eq!(String::from_utf8_lossy(&children), "", "no other program is given anything");
        drop(waiting);
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

/// A real process that breaks while it holds the key, at each place that holds it, as loud as it can be.
#[test]
fn it_is_in_no_panic() {
    let world = World::new(env!("CARGO_BIN_EXE_wagroups-under-test"));
    let service = crate::answers::with(ResponseTemplate::new(200));
    let url = service.url();
    let log = world.folder().join("log.txt");
    let log = log.to_str().unwrap();
    let stored = ["auth", "login", "--insecure-storage", "--no-verify", "--base-url", &url];
    assert_eq!(world.quietly_fed(KEY, &stored).code, Some(0));
    let loud = ["-vvv", "--log-file", log, "--base-url", &url];
    for (variables, whose) in [(&[("D360_API_KEY", KEY)][..], "Given"), (&[], "Stored")] {
        for command in [&["list"][..], &["create", "--subject", "x"], &["api", "GET", "/groups"]] {
            for (at, shown) in [("1", whose), ("2", "Client")] {
                let more = [("PANIC_AT", at), ("RUST_BACKTRACE", "full"), ("WAGROUPS_LOG", "trace")];
                let run = world.quietly_with(&[command, &loud].concat(), &[variables, &more].concat());
                assert_eq!(run.code, Some(101), "{run:?}");
                assert!(
                    run.stderr.contains("the worst moment, with ") && run.stderr.contains(shown),
                    "{run:?}"
                );
                assert!(run.stderr.contains("stack backtrace:"), "{run:?}");
                assert!(!format!("{run:?}").contains(KEY), "{run:?}");
            }
        }
    }
    let told = std::fs::read_to_string(log).unwrap();
    assert!(!told.is_empty() && !told.contains(KEY), "{told}");
    assert!(service.asked().is_empty(), "it broke before anything was sent");
}

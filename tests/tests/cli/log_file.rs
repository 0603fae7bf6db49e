//! `--log-file`: what happened is added to a file of its owner alone, while stderr stays as it was asked for.

use serde_json::Value;

use crate::world;

#[test]
fn a_log_is_added_to_a_file_and_errors_say_where() {
    let world = world();
    let file = world.folder().join("log.txt");
    let path = file.to_str().unwrap();
    let unlogged = world.quietly(&["list", "--sandbox", "--limit", "1"]);
    let logged = world.quietly(&["list", "--sandbox", "--limit", "1", "--log-file", path]);
    assert_eq!((&logged.stdout, &logged.stderr), (&unlogged.stdout, &unlogged.stderr));
    let first = std::fs::read_to_string(&file).unwrap();
    assert!(first.contains(" groups_api::http > GET http://127.0.0.1:"), "{first}");
    assert!(first.contains(" groups_api::http < 200 OK after "), "{first}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let get = ["get", "nobody", "--sandbox", "-o", "json"];
    let failed = world.command(&get).env("WAGROUPS_LOG_FILE", path).output().unwrap();
    let error: Value = serde_json::from_slice(&failed.stderr).unwrap();
    let run = error["error"]["run_id"].as_str().unwrap();
    let both = std::fs::read_to_string(&file).unwrap();
    let own = both.strip_prefix(&first).expect("it was added to");
    assert!(!first.contains(run));
    for line in own.lines() {
        let (time, rest) = line.split_once(' ').unwrap();
        assert!(time.len() == "2026-01-01T00:00:00.000Z".len() && time.ends_with('Z'), "{line}");
        assert!(rest.starts_with(run), "{line}");
    }
    assert!(own.lines().last().unwrap().ends_with("failed kind=group_unknown operation=get_group"), "{own}");
    let table = world.quietly(&["get", "nobody", "--sandbox", "--log-file", path]);
    assert!(table.stderr.contains(&format!("\n  Logged in {path} under ")), "{table:?}");
    let bodies = world.quietly(&["get", "nobody", "--sandbox", "-vvv", "--log-file", path]);
    assert!(bodies.stderr.contains("* > GET "), "{bodies:?}");
    assert!(std::fs::read_to_string(&file).unwrap().contains("d360-api-key: ***"));
    world.run(&["list", "--sandbox", "--log-file", "/nowhere/log.txt"]);
    world.check("a_log_is_added_to_a_file_and_errors_say_where");
}

/// What tools that rotate logs do: they move the file or remove it, and a new one may be there already.
#[cfg(unix)]
#[test]
fn a_log_that_was_moved_or_removed_is_begun_again_at_its_path() {
    use crate::events::{example, listen, post};

    let world = world();
    let log = world.folder().join("log.txt");
    let moved = world.folder().join("log.txt.1");
    let served = listen(&world, &["--log-file", log.to_str().unwrap()]);
    let read = |path: &std::path::Path| std::fs::read_to_string(path).unwrap();
    let stored = |path: &std::path::Path| read(path).matches("webhook stored").count();
    let post = |name| assert_eq!(post(served.base_url(), example(name), ""), 200);
    post("webhook_group_created");
    assert_eq!(stored(&log), 1);
    std::fs::rename(&log, &moved).unwrap();
    post("webhook_group_deleted");
    assert_eq!((stored(&log), stored(&moved)), (1, 1));
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&log).unwrap().permissions().mode() & 0o777, 0o600);
    }
    std::fs::remove_file(&log).unwrap();
    post("webhook_group_suspended");
    assert_eq!(stored(&log), 1);
    // A new one is there already.
    std::fs::rename(&log, &moved).unwrap();
    std::fs::write(&log, "made by the rotation\n").unwrap();
    post("webhook_participants_joined");
    assert!(read(&log).starts_with("made by the rotation\n") && stored(&log) == 1, "{}", read(&log));
    // Emptied in place.
    std::fs::write(&log, "").unwrap();
    post("webhook_join_request_created");
    assert!(stored(&log) == 1 && !read(&log).contains('\0'), "{}", read(&log));
    // Where no new file can be made, the old one is kept, and the server goes on.
    std::fs::remove_file(&log).unwrap();
    std::fs::create_dir(&log).unwrap();
    post("webhook_settings_updated");
    assert_eq!(served.end_by("TERM"), Some(0));
}

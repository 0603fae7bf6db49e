//! What the program tells of itself besides its help: topics, schemas, completions, manual pages.

use crate::world;

#[test]
fn topics_and_commands_are_explained() {
    let world = world();
    for topic in ["exit-codes", "environment", "output", "from"] {
        assert_eq!(world.run(&["help", topic]).code, Some(0), "{topic}");
    }
    assert_eq!(world.run(&["help", "reqests"]).code, Some(2));
    assert_eq!(world.quietly(&["help"]).stdout, world.quietly(&["--help"]).stdout);
    let asked = world.quietly(&["help", "requests", "approve"]);
    assert_eq!(asked.stdout, world.quietly(&["requests", "approve", "--help"]).stdout);
    assert_eq!(asked.code, Some(0));
    world.check("topics_and_commands_are_explained");
}

#[test]
fn schemas_are_printed_one_or_all() {
    let world = world();
    let all = world.quietly(&["schema", "-o", "json"]).json();
    assert_eq!(world.quietly(&["schema"]).json(), all);
    for (name, schema) in groups_cli::schema::all() {
        assert_eq!(all[name], schema);
        assert_eq!(world.quietly(&["schema", name]).json(), schema, "{name}");
    }
    let line = world.quietly(&["schema", "group", "-o", "jsonl"]);
    assert_eq!(line.stdout.lines().count(), 1);
    world.run(&["schema", "invite_link"]);
    world.run(&["schema", "invite_link", "-o", "yaml"]);
    world.run(&["schema", "batch", "--jq", ".title"]);
    assert_eq!(world.run(&["schema", "colour"]).code, Some(2));
    assert_eq!(world.run(&["schema", "group", "-o", "csv"]).code, Some(2));
    assert_eq!(world.run(&["schema", "group", "--fields", "id"]).code, Some(2));
    world.check("schemas_are_printed_one_or_all");
}

#[test]
fn shells_are_taught_to_complete() {
    let world = world();
    for (shell, expected) in [
        ("bash", "-F _clap_complete_wagroups wagroups"),
        ("zsh", "#compdef wagroups"),
        ("fish", "--command wagroups"),
        ("elvish", "edit:completion:arg-completer[wagroups]"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        let run = world.quietly(&["completions", shell]);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{shell}");
        assert!(run.stdout.contains(expected) && run.stdout.contains("WAGROUPS_COMPLETE"), "{shell}");
    }
    assert_eq!(world.run(&["completions", "csh"]).code, Some(2));
    assert_eq!(world.run(&["completions", "bash", "--jq", "."]).code, Some(2));
    world.check("shells_are_taught_to_complete");
}

#[test]
fn the_manual_is_printed_or_written_page_by_page() {
    let world = world();
    let page = world.quietly(&["man"]);
    assert_eq!(page.code, Some(0));
    assert!(page.stdout.contains(".TH wagroups 1"), "{}", page.stdout);
    let folder = world.folder().join("share/man1");
    let written = world.run(&["man", folder.to_str().unwrap()]);
    assert_eq!(written.code, Some(0));
    let list = std::fs::read_to_string(folder.join("wagroups-requests-approve.1")).unwrap();
    assert!(list.contains("Examples"), "{list}");
    assert_eq!(std::fs::read_to_string(folder.join("wagroups.1")).unwrap(), page.stdout);
    let files = world.quietly(&["man", folder.to_str().unwrap(), "--jq", ".[].file"]).stdout;
    assert_eq!(files.lines().count(), std::fs::read_dir(&folder).unwrap().count());
    let file = world.file("file", b"");
    assert_eq!(world.run(&["man", &file]).code, Some(1));
    world.check("the_manual_is_printed_or_written_page_by_page");
}

//! Completion as shells do it: each one that is here loads its script and is asked what could follow. The scripts call
//! `wagroups` by its name, so a folder with that name in it leads the PATH.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::path::Path;
use std::process::Command;

use groups_tests::World;

use crate::{BINARY, world};

/// What a shell offers, as it prints it; `None` where it is not here.
fn asked(world: &World, shell: &str, arguments: &[&str]) -> Option<String> {
    let bin = world.folder().join("bin");
    std::fs::create_dir_all(&bin).unwrap();
    let program = bin.join("wagroups");
    if !program.exists() {
        std::os::unix::fs::symlink(BINARY, &program).unwrap();
    }
    let mut command = Command::new(shell);
    command
        .args(arguments)
        .env_clear()
        .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display()))
        .env("HOME", world.folder())
        .env("WAGROUPS_CONFIG_DIR", world.folder())
        .env("WAGROUPS_SANDBOX", "1")
        .stdin(std::process::Stdio::null());
    match command.output() {
        Ok(done) => Some(String::from_utf8(done.stdout).unwrap() + &String::from_utf8(done.stderr).unwrap()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("{shell} is not here: not asked");
            None
        }
        Err(error) => panic!("{shell}: {error}"),
    }
}

/// The program as a script asks it.
fn answered(world: &World, words: &[&str]) -> Vec<String> {
    let index = (words.len() - 1).to_string();
    let mut command = world.command(&[&["--", "wagroups"], &words[1..]].concat());
    let done = command.env("WAGROUPS_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", index).output().unwrap();
    assert!(done.status.success() && done.stderr.is_empty(), "{done:?}");
    String::from_utf8(done.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn script(world: &World, shell: &str) -> String {
    let script = world.quietly(&["completions", shell]).stdout;
    world.file(&format!("script.{shell}"), script.as_bytes())
}

const SEEDED: &str = "Y2FwaV9ncm91cDox";

#[test]
fn bash_completes_commands_options_values_and_groups() {
    let world = world();
    let lisbon = world.group("Lisbon trip in June");
    let file = script(&world, "bash");
    let ask = |words: &str, index: usize| {
        let typed = format!(
            "source {file}; COMP_WORDS=({words}); COMP_CWORD={index}; COMP_TYPE=9; \
             _clap_complete_wagroups wagroups \"${{COMP_WORDS[COMP_CWORD]}}\" x; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        asked(&world, "bash", &["--norc", "-c", &typed])
    };
    for (words, index, expected) in [
        ("wagroups requests ap", 2, "approve\n"),
        ("wagroups list -o js", 3, "json\njsonl\n"),
        ("wagroups list --page", 2, "--page-size\n"),
        ("wagroups help exi", 2, "exit-codes\n"),
        ("wagroups schema invite", 2, "invite_link\n"),
        ("wagroups get Lisb", 2, &*format!("{lisbon}\n")),
        ("wagroups invite reset Lisb", 3, &*format!("{lisbon}\n")),
        ("wagroups get nothing-like-it", 2, "\n"),
    ] {
        let Some(said) = ask(words, index) else { return };
        assert_eq!(said, expected, "{words}");
    }
}

#[test]
fn zsh_completes_with_subjects_beside_ids() {
    let world = world();
    let lisbon = world.group("Lisbon trip in June");
    let file = script(&world, "zsh");
    // What would be shown is printed: a completion system needs a terminal.
    let typed = format!(
        "compdef() {{ }}; _describe() {{ local of=$argv[-1]; print -l -- ${{(P)of}} }}; source {file}; \
         words=(wagroups get Lisb); CURRENT=3; _clap_dynamic_completer_wagroups"
    );
    let Some(said) = asked(&world, "zsh", &["-f", "-c", &typed]) else { return };
    assert_eq!(said, format!("{lisbon}:Lisbon trip in June\n"));
}

#[test]
fn fish_completes_with_subjects_beside_ids() {
    let world = world();
    let lisbon = world.group("Lisbon trip in June");
    let file = script(&world, "fish");
    let typed = format!("source {file}; complete --do-complete 'wagroups get Lisb'");
    let Some(said) = asked(&world, "fish", &["--no-config", "-c", &typed]) else { return };
    assert_eq!(said, format!("{lisbon}\tLisbon trip in June\n"));
}

#[test]
fn elvish_takes_the_script() {
    let world = world();
    let lisbon = world.group("Lisbon trip in June");
    let file = script(&world, "elvish");
    // What completes is there in a terminal only, so it is called by a name of its own.
    let script = std::fs::read_to_string(&file).unwrap();
    let named = script.replace("set edit:completion:arg-completer[wagroups] =", "var ask~ =");
    assert_ne!(named, script);
    let typed = format!("{named}\nask wagroups get Lisb");
    let Some(said) = asked(&world, "elvish", &["-norc", "-c", &typed]) else { return };
    assert!(said.contains(&lisbon), "{said}");
}

#[test]
fn groups_are_remembered_privately_per_account_and_for_a_day() {
    use std::os::unix::fs::PermissionsExt;

    let world = world();
    let sandbox = ["wagroups", "--sandbox", "get", ""];
    let known = |words: &[&str]| {
        answered(&world, words).into_iter().filter(|word| word.starts_with(SEEDED)).collect::<Vec<_>>()
    };
    assert!(known(&sandbox).is_empty(), "nothing was seen yet");
    assert!(!world.folder().join("known-groups").exists(), "asking makes nothing");
    let lisbon = world.group("Lisbon trip in June");
    assert_eq!(known(&sandbox).len(), 4);
    assert_eq!(known(&["wagroups", "--sandbox", "get", "spanish"]).len(), 1);
    // Other accounts have their own.
    assert!(known(&["wagroups", "get", ""]).is_empty());
    let mut other = world.command(&["--", "wagroups", "get", ""]);
    other.env("WAGROUPS_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", "2").env("D360_API_KEY", "k");
    assert!(!String::from_utf8(other.output().unwrap().stdout).unwrap().contains(SEEDED));

    let folder = world.folder().join("known-groups");
    let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    let [file] = &files[..] else { panic!("{files:?}") };
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(file)), (0o700, 0o600));

    // What is deleted is not offered.
    assert_eq!(world.quietly(&["delete", &lisbon, "--sandbox", "--yes"]).code, Some(0));
    assert_eq!(known(&sandbox).len(), 3);
    // What is older than a day is not, either.
    let text = std::fs::read_to_string(file).unwrap();
    let mut entries: serde_json::Value = serde_json::from_str(&text).unwrap();
    for entry in entries.as_array_mut().unwrap() {
        entry["at"] = (entry["at"].as_i64().unwrap() - 24 * 60 * 60 - 1).into();
    }
    std::fs::write(file, entries.to_string()).unwrap();
    assert!(known(&sandbox).is_empty());
}

#[test]
fn completing_sends_nothing_and_the_key_stands_nowhere() {
    let world = world();
    let server = world.serve(&["--fresh"]);
    let url = server.base_url().to_owned();
    let run = |arguments: &[&str]| {
        let mut command = world.command(&[arguments, &["--base-url", &url]].concat());
        command.env("D360_API_KEY", "sandbox").output().unwrap()
    };
    assert!(run(&["create", "--subject", "Kept", "--wait"]).status.success());
    assert!(run(&["list"]).status.success());
    // Nobody would answer any more.
    server.kill();
    let mut command = world.command(&["--", "wagroups", "get", "--base-url", &url, "Kep"]);
    command.env("WAGROUPS_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", "4").env("D360_API_KEY", "sandbox");
    let done = command.output().unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(said.starts_with(SEEDED) && said.lines().count() == 1, "{said}");
    for file in std::fs::read_dir(world.folder().join("known-groups")).unwrap() {
        let path = file.unwrap().path();
        let text = path.display().to_string() + &std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains("\"sandbox\"") && !text.contains(&url), "{text}");
    }
    // Without the separator it is a variable like any other.
    let plain = world.command(&["--version"]).env("WAGROUPS_COMPLETE", "bash").output().unwrap();
    assert!(String::from_utf8(plain.stdout).unwrap().starts_with("wagroups "));
}

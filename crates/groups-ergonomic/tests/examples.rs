//! Runs every example against its sandbox. `cargo test` has built them; `cargo test --test examples` alone has not.
#![allow(clippy::unwrap_used, reason = "a helper of tests")]

use std::path::PathBuf;
use std::process::Command;

/// What an example prints, which must succeed.
fn run(name: &str) -> String {
    let here = std::env::current_exe().unwrap();
    let folder: PathBuf = here.ancestors().nth(2).unwrap().join("examples");
    let program = folder.join(name).with_extension(std::env::consts::EXE_EXTENSION);
    assert!(program.exists(), "{name} is not built; run `cargo build --examples` before");
    let output = Command::new(program).env_remove("D360_API_KEY").output().unwrap();
    let (printed, errors) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{name}: {}\n{printed}{errors}", output.status);
    printed
}

#[test]
fn list_groups_prints_the_groups_of_the_sandbox() {
    let printed = run("list_groups");
    assert_eq!(printed.lines().count(), 4, "{printed}");
    assert!(printed.contains("Lisbon trip in June"), "{printed}");
}

#[test]
fn invite_links_prints_a_link_for_each_group_that_is_not_full() {
    let printed = run("invite_links");
    assert_eq!(printed.matches("https://chat.whatsapp.com/").count(), 3, "{printed}");
    assert!(printed.contains("Book club: full"), "{printed}");
}

#[test]
fn approve_all_lets_in_whoever_still_asks() {
    let printed = run("approve_all");
    assert_eq!(printed.matches("in: ").count(), 1, "{printed}");
    assert_eq!(printed.matches("withdrawn: ").count(), 1, "{printed}");
}

#[test]
fn remove_participant_tells_the_outcomes_apart() {
    let printed = run("remove_participant");
    for words in ["accepted, receipt", "was not in the group", "there is no group"] {
        assert_eq!(printed.matches(words).count(), 1, "{words}: {printed}");
    }
}

#[test]
fn resume_walk_delivers_each_group_once() {
    let printed = run("resume_walk");
    let mut groups: Vec<&str> =
        printed.lines().filter_map(|line| line.split_once("run: ")).map(|l| l.1).collect();
    groups.sort_unstable();
    groups.dedup();
    assert_eq!((groups.len(), printed.matches("run: ").count()), (4, 4), "{printed}");
}

#[test]
fn two_numbers_counts_the_groups_of_both() {
    assert_eq!(run("two_numbers"), "sales: 4 groups, support: 4 groups\n");
}

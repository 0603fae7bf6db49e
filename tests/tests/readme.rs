//! The README's tour, run line by line as a reader would paste it.
#![cfg(unix)]

use std::process::Command;

const README: &str = include_str!("../../README.md");

/// The one block that is marked as the tour.
fn tour() -> &'static str {
    let start = README.find("```sh tour\n").expect("the README has a tour") + "```sh tour\n".len();
    let length = README[start..].find("```").expect("the tour ends");
    &README[start..start + length]
}

#[test]
fn the_tour_works_as_pasted() {
    let folder = tempfile::tempdir().unwrap();
    let bin = folder.path().join("target/debug");
    std::fs::create_dir_all(&bin).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_wagroups-under-test"), bin.join("wagroups")).unwrap();
    let script = format!("set -eu\n{}", tour());
    let output = Command::new("sh")
        .args(["-c", &script])
        .current_dir(folder.path())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", folder.path().join("home"))
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{stdout}\n{stderr}", output.status);

    // What the comments of the tour promise is what came out.
    for promised in ["Trip to Kyoto", "approval_required", "https://chat.whatsapp.com/", "15550100124"] {
        assert!(stdout.contains(promised), "{promised}\n{stdout}");
    }
}

#[test]
fn the_first_two_commands_are_the_ones_the_project_promises() {
    let first = README.find("cargo run -p groups-cli -- --sandbox list").expect("the first command");
    let second = README.find("cargo test --workspace").expect("the second command");
    assert!(first < second);
    let tour = README.find("```sh tour").expect("the tour");
    assert!(second < tour, "they come first");
}

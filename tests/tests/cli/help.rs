//! What the program says of itself: every long help in one snapshot, so that a change to the command tree shows.

use groups_tests::World;

use crate::world;

fn tell(world: &World, command: &clap::Command, words: &mut Vec<String>) {
    let arguments: Vec<&str> = words.iter().map(String::as_str).chain(["--help"]).collect();
    let run = world.run(&arguments);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    assert!(run.stdout.contains("\nExamples:\n"), "{arguments:?} has no examples");
    for next in command.get_subcommands() {
        words.push(next.get_name().to_owned());
        tell(world, next, words);
        words.pop();
    }
}

#[test]
fn the_whole_command_tree() {
    let world = world();
    tell(&world, &groups_cli::command(), &mut Vec::new());
    world.check("the_whole_command_tree");
}

#[test]
fn short_help_and_version() {
    let world = world();
    world.run(&["-h"]);
    world.run(&["list", "-h"]);
    assert_eq!(world.quietly(&["--version"]).stdout, concat!("wagroups ", env!("CARGO_PKG_VERSION"), "\n"));
    world.check("short_help_and_version");
}

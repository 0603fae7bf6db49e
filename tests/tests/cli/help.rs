//! What the program says of itself: every long help in one snapshot, so that a change to the command tree shows.
#![allow(clippy::unwrap_used)]

use groups_tests::World;

use crate::world;

fn tell(world: &World, command: &clap::Command, words: &mut Vec<String>) {
    let arguments: Vec<&str> = words.iter().map(String::as_str).chain(["--help"]).collect();
    let run = world.run(&arguments);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    assert!(run.stdout.contains("\nExamples:\n"), "{arguments:?} has no examples");
    // As they were written: what is printed is broken into lines.
    let after = command.get_after_long_help().or(command.get_after_help()).map(ToString::to_string);
    let mut examples = examples(&format!("\n{}", after.unwrap_or_default()));
    assert!(!examples.is_empty(), "{arguments:?} has no examples that can be read");
    if !command.has_subcommands() {
        let path = words.join(" ");
        let is_own = |example: &Vec<String>| example.join(" ").contains(&path);
        assert!(examples.iter().any(is_own), "{arguments:?} has no example of itself");
    }
    for example in &mut examples {
        example.insert(0, "wagroups".to_owned());
        let read = groups_cli::command().try_get_matches_from(&*example);
        assert!(read.is_ok(), "an example of {arguments:?}: {example:?}: {}", read.unwrap_err());
    }
    for next in command.get_subcommands() {
        words.push(next.get_name().to_owned());
        tell(world, next, words);
        words.pop();
    }
}

/// The command lines under "Examples:", as words after the program's name.
fn examples(help: &str) -> Vec<Vec<String>> {
    let (_, examples) = help.split_once("\nExamples:\n").unwrap_or_default();
    examples
        .lines()
        .take_while(|line| line.starts_with("  "))
        .filter_map(|line| line.split_once("wagroups ").map(|(_, rest)| as_shell(rest)))
        .collect()
}

/// Words as a shell splits them, up to where another command or a remark begins.
fn as_shell(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut gap = 0;
    for c in line.chars() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            (c, Some(_)) => word.get_or_insert_default().push(c),
            ('\'' | '"', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            ('|' | '<' | '>' | ')' | ';' | '#', None) => break,
            (' ', None) => {
                words.extend(word.take());
                gap += 1;
                // What stands apart is a remark.
                if gap > 1 {
                    break;
                }
                continue;
            }
            (c, None) => word.get_or_insert_default().push(c),
        }
        gap = 0;
    }
    words.extend(word);
    words
}

#[test]
fn lines_are_split_as_a_shell_does() {
    for (line, expected) in [
        ("create --subject 'Trip to Kyoto'", &["create", "--subject", "Trip to Kyoto"][..]),
        ("man | man -l -", &["man"]),
        ("list -o csv > groups.csv", &["list", "-o", "csv"]),
        ("completions bash)", &["completions", "bash"]),
        ("--sandbox list        try it", &["--sandbox", "list"]),
        ("list --jq '.[] | .id'", &["list", "--jq", ".[] | .id"]),
    ] {
        assert_eq!(as_shell(line), expected, "{line}");
    }
}

#[test]
fn examples_of_topics_are_command_lines_too() {
    let world = world();
    for topic in ["exit-codes", "environment", "output"] {
        let examples = examples(&world.quietly(&["help", topic]).stdout);
        assert!(!examples.is_empty(), "{topic}");
        for example in examples {
            let words = std::iter::once("wagroups".to_owned()).chain(example.clone());
            assert!(groups_cli::command().try_get_matches_from(words).is_ok(), "{topic}: {example:?}");
        }
    }
}

#[test]
fn the_short_help_is_no_longer_than_the_long_one() {
    fn compare(command: &mut clap::Command) {
        let lines = |text: clap::builder::StyledStr| text.to_string().lines().count();
        let (short, long) = (lines(command.render_help()), lines(command.render_long_help()));
        assert!(short <= long, "{}: {short} and {long}", command.get_name());
        command.get_subcommands_mut().for_each(compare);
    }
    let mut root = groups_cli::command();
    root.build();
    compare(&mut root);
}

#[test]
fn a_slip_is_answered_by_what_may_have_been_meant() {
    let world = world();
    for (line, expected) in [
        (&["lsit"][..], "'list'"),
        (&["requests", "aprove", "G", "R"], "'approve'"),
        (&["sandbox", "user", "jion", "G", "U"], "'join'"),
        (&["list", "--limt", "3"], "'--limit'"),
        (&["list", "-o", "jsn"], "'json'"),
        (&["create", "--subject", "x", "--approval", "requird"], "'required'"),
        (&["completions", "bsh"], "'bash'"),
        (&["help", "exit-code"], "help exit-codes"),
        (&["help", "reqests"], "'requests'"),
        (&["schema", "gruop"], "\"group\""),
        (&["get", "G", "--fields", "id,sbject"], "\"subject\""),
    ] {
        let run = world.run(line);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
        assert!(run.stderr.contains(expected), "{run:?}");
    }
    world.check("a_slip_is_answered_by_what_may_have_been_meant");
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

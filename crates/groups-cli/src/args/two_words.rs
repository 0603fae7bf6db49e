//! `--wait 30s`: an option whose value is optional takes it after `=` only. As two words the value would be read as an
//! argument of the command, such as a group to delete, so such a line is refused before it is parsed.

use std::ffi::OsString;

use clap::CommandFactory;

use super::Cli;
use super::values::is_like_duration;

/// The first option on the line whose value stands in a word of its own: `("--wait", "30s")`.
pub(crate) fn find(argv: &[OsString]) -> Option<(String, String)> {
    let words: Vec<&str> =
        argv.iter().skip(1).map_while(|word| word.to_str()).take_while(|word| *word != "--").collect();
    let is_pair =
        |pair: &&[&str]| pair[0].starts_with("--") && !pair[0].contains('=') && is_like_duration(pair[1]);
    let pairs: Vec<&[&str]> = words.windows(2).filter(is_pair).collect();
    if pairs.is_empty() {
        return None;
    }
    let mut root = Cli::command();
    root.build();
    let mut command = &root;
    for word in &words {
        command = command.find_subcommand(word).unwrap_or(command);
    }
    let takes = |option: &str| {
        command.get_arguments().any(|arg| {
            let may_be_alone =
                arg.get_num_args().is_some_and(|range| range.min_values() == 0 && range.takes_values());
            may_be_alone && arg.get_long().is_some_and(|long| option.strip_prefix("--") == Some(long))
        })
    };
    let pair = pairs.into_iter().find(|pair| takes(pair[0]))?;
    // A bare number is seconds as little here as elsewhere; it is the likeliest meaning.
    let unit = if pair[1].bytes().all(|byte| byte.is_ascii_digit()) { "s" } else { "" };
    Some((pair[0].to_owned(), format!("{}{unit}", pair[1].to_lowercase())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Option<String> {
        let argv: Vec<OsString> =
            std::iter::once("wagroups").chain(line.split(' ')).map(Into::into).collect();
        find(&argv).map(|(option, value)| format!("{option}={value}"))
    }

    /// Every option with an optional value, on every command that has one.
    fn options() -> Vec<String> {
        fn walk(command: &clap::Command, path: &str, all: &mut Vec<String>) {
            for arg in command.get_arguments() {
                let optional =
                    arg.get_num_args().is_some_and(|range| range.min_values() == 0 && range.takes_values());
                if let Some(long) = arg.get_long().filter(|_| optional) {
                    all.push(format!("{path}x --{long}"));
                }
            }
            for sub in command.get_subcommands() {
                walk(sub, &format!("{path}{} ", sub.get_name()), all);
            }
        }
        let mut root = Cli::command();
        root.build();
        let mut all = Vec::new();
        walk(&root, "", &mut all);
        all
    }

    #[test]
    fn a_value_in_a_word_of_its_own_is_found_on_every_command() {
        let options = options();
        for command in ["create", "update", "delete", "participants remove"] {
            assert!(options.iter().any(|line| *line == format!("{command} x --wait")), "{options:?}");
        }
        for line in options {
            for (value, meant) in [
                ("30s", "30s"),
                ("2m", "2m"),
                ("1h30m", "1h30m"),
                ("1d", "1d"),
                ("4w", "4w"),
                ("500ms", "500ms"),
                ("30", "30s"),
            ] {
                let said = found(&format!("{line} {value}"));
                assert!(
                    said.as_deref().is_some_and(|said| line.ends_with(said.split('=').next().unwrap())),
                    "{line}"
                );
                assert!(said.unwrap().ends_with(&format!("={meant}")), "{line} {value}");
                assert!(found(&format!("{line} {value} y -o json")).is_some(), "{line}");
                assert_eq!(found(&format!("{line}={value}")), None, "{line}");
                assert_eq!(found(&format!("{line} -- {value}")), None, "{line}");
            }
            assert_eq!(found(&format!("{line} GROUP")), None, "{line}");
            assert_eq!(found(&format!("{line} 15550100110")), None, "{line}");
        }
        assert_eq!(found("list --timeout 30s"), None, "its value is not optional");
        assert_eq!(found("delete 30s --yes"), None);
    }
}

//! What can be told from a command line that could not be parsed: the format of the error and the command it
//! belongs to. A guess in the order of the words; it must never fail.

use std::ffi::OsString;

use clap::{CommandFactory, ValueEnum};

use super::{Cli, Format, When};

/// What a line seems to ask for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Early {
    /// The last `-o` on the line that is understood.
    pub(crate) format: Option<Format>,
    /// The last `--color` on the line that is understood.
    pub(crate) color: Option<When>,
    /// The words of the command as far as they are one; `wagroups` where there is none.
    pub(crate) command: String,
}

impl Early {
    pub(crate) fn of(argv: &[OsString]) -> Self {
        let words: Vec<_> = argv.iter().skip(1).map(|word| word.to_string_lossy()).collect();
        let (mut format, mut color) = (None, None);
        let mut command = Vec::new();
        let root = Cli::command();
        let mut at = &root;
        let mut words = words.iter().map(AsRef::as_ref).take_while(|word| *word != "--").peekable();
        while let Some(word) = words.next() {
            let value = match word {
                "-o" | "--output" => words.peek().copied(),
                _ => word
                    .strip_prefix("--output=")
                    .or_else(|| word.strip_prefix("-o").map(|value| value.trim_start_matches('=')))
                    .filter(|_| !word.starts_with("--o") || word.starts_with("--output=")),
            };
            let when = match word {
                "--color" => words.peek().copied(),
                _ => word.strip_prefix("--color="),
            };
            color = when.and_then(|value| When::from_str(value, false).ok()).or(color);
            format = value.and_then(|value| Format::from_str(value, false).ok()).or(format);
            if let Some(next) = at.find_subcommand(word) {
                command.push(next.get_name());
                at = next;
            }
        }
        let command = if command.is_empty() { "wagroups".to_owned() } else { command.join(" ") };
        Self { format, color, command }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wanted_format_and_the_command_are_found_in_a_broken_line() {
        for (line, format, command) in [
            ("list --nonsense -o json", Some(Format::Json), "list"),
            ("-ojsonl requests list", Some(Format::Jsonl), "requests list"),
            ("-o=json requests lsit", Some(Format::Json), "requests"),
            ("--output=json", Some(Format::Json), "wagroups"),
            ("--output table sandbox user jion", Some(Format::Table), "sandbox user"),
            ("create -- -o json", None, "create"),
            ("list -o xml", None, "list"),
            ("list -o", None, "list"),
            ("", None, "wagroups"),
        ] {
            let argv: Vec<OsString> =
                std::iter::once("wagroups").chain(line.split_whitespace()).map(Into::into).collect();
            assert_eq!(
                Early::of(&argv),
                Early { format, color: None, command: command.to_owned() },
                "{line}"
            );
        }
    }

    #[test]
    fn whether_there_are_colours_is_found_in_a_broken_line() {
        for (line, color) in [
            ("list --nonsense --color always", Some(When::Always)),
            ("--color=never lsit", Some(When::Never)),
            ("list --color", None),
        ] {
            let argv: Vec<OsString> =
                std::iter::once("wagroups").chain(line.split_whitespace()).map(Into::into).collect();
            assert_eq!(Early::of(&argv).color, color, "{line}");
        }
    }
}

//! Completion in shells. A script hands the line so far to this program, which answers from its command tree and from
//! what it remembers of groups. Answering asks no network and no keyring, and what it cannot answer is left unsaid.
//!
//! The line is handed over after `--`, with WAGROUPS_COMPLETE naming the shell.

use std::ffi::{OsStr, OsString};
use std::io;

use clap::builder::StyledStr;
use clap_complete::Shell;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::{Bash, Elvish, EnvCompleter, Fish, Zsh};

use crate::args::Globals;
use crate::context::Environment;
use crate::known_groups::{KnownGroup, KnownGroups};
use crate::output;
use crate::topics;

/// Names the shell that asks; see `wagroups help environment`.
const VARIABLE: &str = "WAGROUPS_COMPLETE";
/// The program's name, also where it is called by another.
const PROGRAM: &str = "wagroups";
/// Which of the words is being completed.
const INDEX: &str = "_CLAP_COMPLETE_INDEX";

/// The script that makes a shell ask.
pub(crate) fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    // Writing to memory cannot fail.
    let _ = asker(shell).write_registration(VARIABLE, PROGRAM, PROGRAM, PROGRAM, &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// What is answered, if this is a shell that asks.
pub(crate) fn answer(argv: &[OsString], environment: &Environment) -> Option<Vec<u8>> {
    let shell = std::env::var(VARIABLE).ok()?.parse::<Shell>().ok()?;
    let [_, separator, words @ ..] = argv else { return None };
    if separator != "--" {
        return None;
    }
    let mut answer = Vec::new();
    let mut command = command(words, environment);
    let here = std::env::current_dir().ok();
    // No answer is one, too: the shell has nothing to offer then.
    let _ = asker(shell).write_complete(&mut command, words.to_vec(), here.as_deref(), &mut answer);
    Some(answer)
}

fn asker(shell: Shell) -> &'static dyn EnvCompleter {
    match shell {
        Shell::Bash => &Bash,
        Shell::Elvish => &Elvish,
        Shell::Fish => &Fish,
        Shell::PowerShell => &PowerShell,
        _ => &Zsh,
    }
}

/// The command tree, with what only this machine knows.
fn command(words: &[OsString], environment: &Environment) -> clap::Command {
    let known = KnownGroups::of(&globals(words), environment).map(|known| known.read()).unwrap_or_default();
    with_values(crate::command(), &ArgValueCompleter::new(move |typed: &OsStr| groups(&known, typed)))
}

/// Every argument that is a group gets the groups, also deep in the tree.
fn with_values(command: clap::Command, groups: &ArgValueCompleter) -> clap::Command {
    let command = command.mut_args(|argument| match argument.get_id().as_str() {
        "group" | "groups" => argument.add(groups.clone()),
        "name"
            if argument.get_value_names().is_some_and(|names| names.iter().any(|name| *name == "TYPE")) =>
        {
            argument.add(ArgValueCompleter::new(types))
        }
        "words" => argument.add(ArgValueCompleter::new(help_words)),
        _ => argument,
    });
    command.mut_subcommands(|next| with_values(next, groups))
}

/// Groups whose id begins so, or whose subject does; the id is what is put in.
fn groups(known: &[KnownGroup], typed: &OsStr) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    let wanted = typed.to_lowercase();
    let fits = |group: &&KnownGroup| {
        let by_subject =
            || group.subject.as_ref().is_some_and(|text| text.to_lowercase().starts_with(&wanted));
        group.id.starts_with(&*typed) || by_subject()
    };
    known
        .iter()
        .filter(fits)
        .map(|group| {
            let help = group.subject.as_deref().map(|subject| StyledStr::from(output::harmless(subject)));
            CompletionCandidate::new(&group.id).help(help)
        })
        .collect()
}

fn types(typed: &OsStr) -> Vec<CompletionCandidate> {
    beginning(typed, crate::schema::all().into_iter().map(|(name, _)| name.to_owned()))
}

/// Commands are words of help, too, but only topics are of one word each.
fn help_words(typed: &OsStr) -> Vec<CompletionCandidate> {
    let commands = crate::command();
    let commands = commands.get_subcommands().map(|command| command.get_name().to_owned());
    beginning(typed, topics::NAMES.iter().map(|name| (*name).to_owned()).chain(commands))
}

fn beginning(typed: &OsStr, words: impl Iterator<Item = String>) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    words.filter(|word| word.starts_with(&*typed)).map(CompletionCandidate::new).collect()
}

/// The options of a line that say whose groups are meant. The line is not finished, so it need not parse.
fn globals(words: &[OsString]) -> Globals {
    let mut globals = Globals::default();
    let mut words = words.iter().map(|word| word.to_string_lossy()).peekable();
    while let Some(word) = words.next() {
        let (option, value) = match word.split_once('=') {
            Some((option, value)) => (option.to_owned(), Some(value.to_owned())),
            None => (word.to_string(), words.peek().map(ToString::to_string)),
        };
        match (&*option, value) {
            ("--sandbox", _) => globals.sandbox = true,
            ("--profile", Some(name)) => globals.profile = Some(name),
            ("--base-url", Some(url)) => globals.base_url = Some(url),
            ("--config-dir", Some(folder)) => globals.config_dir = Some(folder.into()),
            _ => {}
        }
    }
    globals
}

/// Unlike the library's, it hands over what was typed as words and evaluates none of it.
struct PowerShell;

impl EnvCompleter for PowerShell {
    fn name(&self) -> &'static str {
        "powershell"
    }

    fn is(&self, name: &str) -> bool {
        name == "powershell"
    }

    fn write_registration(
        &self,
        variable: &str,
        _: &str,
        program: &str,
        completer: &str,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        let script = r#"Register-ArgumentCompleter -Native -CommandName PROGRAM -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements |
        Where-Object { $_.Extent.StartOffset -lt $cursorPosition } |
        ForEach-Object {
            if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value }
            else { $_.Extent.Text }
        })
    $index = if ($wordToComplete -eq '') { $words.Count } else { $words.Count - 1 }
    $before = $env:VARIABLE
    try {
        $env:VARIABLE = 'powershell'
        $env:INDEX = "$index"
        $found = & COMPLETER -- @words
    } finally {
        $env:VARIABLE = $before
        $env:INDEX = $null
    }
    $found | ForEach-Object {
        $value, $help = $_ -split "`t", 2
        if (-not $help) { $help = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $help)
    }
}
"#;
        let script = script
            .replace("VARIABLE", variable)
            .replace("INDEX", INDEX)
            .replace("PROGRAM", program)
            .replace("COMPLETER", completer);
        out.write_all(script.as_bytes())
    }

    fn write_complete(
        &self,
        command: &mut clap::Command,
        mut words: Vec<OsString>,
        here: Option<&std::path::Path>,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        let index = std::env::var(INDEX).ok().and_then(|index| index.parse().ok());
        let index: usize = index.unwrap_or(words.len().saturating_sub(1));
        if words.len() == index {
            // Some versions drop a word that is empty.
            words.push(OsString::new());
        }
        for candidate in clap_complete::engine::complete(command, words, index, here)? {
            let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
            let help = help.lines().next().unwrap_or_default();
            writeln!(out, "{}\t{help}", candidate.get_value().to_string_lossy())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(candidates: Vec<CompletionCandidate>) -> Vec<String> {
        candidates.iter().map(|candidate| candidate.get_value().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_group_is_found_by_its_id_or_its_subject() {
        let group = |id: &str, subject: Option<&str>| KnownGroup {
            id: id.to_owned(),
            subject: subject.map(str::to_owned),
        };
        let known = [group("A1", Some("Trip to Kyoto")), group("A2", Some("\u{1b}[2J")), group("B1", None)];
        let found = |typed: &str| values(groups(&known, OsStr::new(typed)));
        assert_eq!(found("A"), ["A1", "A2"]);
        assert_eq!(found("trip"), ["A1"]);
        assert_eq!(found(""), ["A1", "A2", "B1"]);
        assert!(found("C").is_empty());
        let help = groups(&known, OsStr::new("A2"))[0].get_help().unwrap().to_string();
        assert_eq!(help, "\\u{1b}[2J");
    }

    #[test]
    fn an_unfinished_line_tells_whose_groups_are_meant() {
        let words = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
        let given = globals(&words("wagroups get --sandbox --config-dir /x --base-url=http://y --profile z"));
        assert!(given.sandbox);
        assert_eq!(given.profile, Some("z".to_owned()));
        assert_eq!(given.config_dir, Some("/x".into()));
        assert_eq!(given.base_url, Some("http://y".to_owned()));
        assert!(globals(&words("wagroups get --base-url")).base_url.is_none());
    }

    #[test]
    fn every_shell_has_a_script_that_evaluates_nothing_that_was_typed() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish] {
            let script = script(shell);
            assert!(
                script.contains(VARIABLE) && script.contains("wagroups --")
                    || script.contains("\"wagroups\" --")
            );
            assert!(!script.contains("Invoke-Expression") && !script.contains("eval "), "{script}");
        }
    }
}

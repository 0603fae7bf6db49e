//! The command reference: the command tree as a page.

use clap::builder::StyledStr;
use clap::{Arg, ArgAction, Command};

const HEAD: &str = "<!-- Generated from the CLI by `cargo xtask regen`; do not edit. -->\n";

/// The page of a whole tree. Options that every command takes stand once, with the root.
pub(crate) fn render(mut root: Command) -> String {
    root.build();
    let mut page = HEAD.to_owned();
    section(&mut page, &mut root, 1);
    page
}

/// A page of a topic of help: its first line is the title.
pub(crate) fn topic(text: &str) -> String {
    let (title, text) = text.split_once('\n').unwrap_or((text, ""));
    let mut page = format!("{HEAD}\n# {title}\n");
    lines(&mut page, text);
    page
}

fn section(page: &mut String, command: &mut Command, level: usize) {
    let title = command.get_bin_name().unwrap_or(command.get_name()).to_owned();
    page.push_str(&format!("\n{} {title}\n", "#".repeat(level)));
    paragraph(page, command.get_before_long_help().or(command.get_before_help()));
    paragraph(page, command.get_long_about().or(command.get_about()));
    let usage = command.render_usage().to_string();
    page.push_str(&format!("\n```text\n{}\n```\n", usage.trim_start_matches("Usage:").trim()));

    let is_root = level == 1;
    let arguments: Vec<&Arg> = command
        .get_arguments()
        .filter(|argument| {
            !argument.is_hide_set() && (is_root || !argument.is_global_set()) && !is_help(argument)
        })
        .collect();
    let (positional, options): (Vec<&Arg>, Vec<&Arg>) =
        arguments.into_iter().partition(|argument| argument.is_positional());
    table(page, "argument", &positional);
    table(page, if is_root { "option of every command" } else { "option" }, &options);
    paragraph(page, command.get_after_long_help().or(command.get_after_help()));

    // The parser's says nothing new.
    let has_own_help = command.is_disable_help_subcommand_set();
    for child in command.get_subcommands_mut() {
        if !child.is_hide_set() && (has_own_help || child.get_name() != "help") {
            // Deeper headings than this are hard to tell apart.
            section(page, child, (level + 1).min(4));
        }
    }
}

fn is_help(argument: &Arg) -> bool {
    matches!(
        argument.get_action(),
        ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version
    )
}

/// Help text as it stands; lines that are indented in it (examples) become code.
fn paragraph(page: &mut String, text: Option<&StyledStr>) {
    if let Some(text) = text.map(ToString::to_string).filter(|text| !text.trim().is_empty()) {
        lines(page, &text);
    }
}

fn lines(page: &mut String, text: &str) {
    let mut in_code = false;
    let mut blank = true;
    for line in text.trim_end().lines() {
        if line.trim().is_empty() {
            blank = true;
            continue;
        }
        let is_code = line.starts_with("  ");
        if in_code && !is_code {
            page.push_str("```\n");
        }
        if blank || is_code != in_code {
            page.push('\n');
        }
        if is_code && !in_code {
            page.push_str("```text\n");
        }
        if is_code {
            page.push_str(line.strip_prefix("  ").unwrap_or(line).trim_end());
        } else {
            page.push_str(escaped(line).trim_end());
        }
        page.push('\n');
        in_code = is_code;
        blank = false;
    }
    if in_code {
        page.push_str("```\n");
    }
}

fn table(page: &mut String, heading: &str, arguments: &[&Arg]) {
    if arguments.is_empty() {
        return;
    }
    let with_environment = arguments.iter().any(|argument| argument.get_env().is_some());
    let environment = if with_environment { " environment |" } else { "" };
    page.push_str(&format!("\n| {heading} |{environment} meaning |\n"));
    page.push_str(if with_environment { "|---|---|---|\n" } else { "|---|---|\n" });
    for argument in arguments {
        page.push_str(&format!("| `{}` |", name(argument).replace('|', "\\|")));
        if with_environment {
            match argument.get_env() {
                Some(variable) => page.push_str(&format!(" `{}` |", variable.to_string_lossy())),
                None => page.push_str(" |"),
            }
        }
        page.push_str(&format!(" {} |\n", meaning(argument)));
    }
}

/// As clap shows it in help: `-o, --output <FMT>`.
fn name(argument: &Arg) -> String {
    if argument.is_positional() {
        return argument.to_string();
    }
    // Display gives the long form with the value's name, or the short form where there is no long one.
    match (argument.get_short(), argument.get_long()) {
        (Some(short), Some(_)) => format!("-{short}, {argument}"),
        _ => argument.to_string(),
    }
}

fn meaning(argument: &Arg) -> String {
    let help = argument.get_long_help().or(argument.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut text = escaped(&help.split_whitespace().collect::<Vec<_>>().join(" "));
    if !argument.is_hide_possible_values_set() && argument.get_action().takes_values() {
        let values: Vec<String> = argument
            .get_possible_values()
            .iter()
            .filter(|value| !value.is_hide_set())
            .map(|value| match value.get_help() {
                Some(help) => format!("`{}` ({})", value.get_name(), escaped(&help.to_string())),
                None => format!("`{}`", value.get_name()),
            })
            .collect();
        note(&mut text, "One of", &values);
    }
    if !argument.is_hide_default_value_set() && argument.get_action().takes_values() {
        let defaults: Vec<String> = argument
            .get_default_values()
            .iter()
            .map(|value| format!("`{}`", value.to_string_lossy()))
            .collect();
        note(&mut text, "Default", &defaults);
    }
    text.trim().to_owned()
}

fn note(text: &mut String, label: &str, values: &[String]) {
    if values.is_empty() {
        return;
    }
    if !text.is_empty() && !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text.push_str(&format!(" {label}: {}.", values.join(", ")));
}

/// Text that neither leaves its table cell nor becomes HTML.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use clap::{Arg, ArgAction, Command};

    use super::render;

    fn page() -> String {
        let output = Arg::new("output")
            .short('o')
            .long("output")
            .value_name("FMT")
            .env("DEMO_OUTPUT")
            .value_parser(["table", "json"])
            .default_value("table")
            .global(true)
            .help("How results look");
        let show = Command::new("show")
            .about("Shows a group\nwith its <members>")
            .arg(Arg::new("GROUP").required(true).help("The group | its id"))
            .arg(Arg::new("all").long("all").action(ArgAction::SetTrue).help("All of it"))
            .arg(Arg::new("secret").long("secret").hide(true))
            .after_help("Examples:\n\n  demo show g1\n\n  demo show g1 --all\n\nThe end.\nReally.");
        render(
            Command::new("demo")
                .about("A demo")
                .arg(output)
                .subcommand(Command::new("groups").about("Groups").subcommand(show))
                .subcommand(Command::new("internal").hide(true)),
        )
    }

    #[test]
    fn every_command_has_a_section_with_its_usage() {
        let page = page();
        assert!(page.contains("\n# demo\n\nA demo\n\n```text\ndemo [OPTIONS] [COMMAND]\n```\n"), "{page}");
        assert!(page.contains("\n## demo groups\n"), "{page}");
        assert!(page.contains("\n### demo groups show\n"), "{page}");
        assert!(page.contains("\n```text\ndemo groups show [OPTIONS] <GROUP>\n```\n"), "{page}");
        assert!(!page.contains("demo help") && !page.contains("internal"), "{page}");
    }

    #[test]
    fn options_of_every_command_stand_once() {
        let page = page();
        let row = "| `-o, --output <FMT>` | `DEMO_OUTPUT` | How results look. One of: `table`, `json`. Default: `table`. |";
        assert_eq!(page.matches(row).count(), 1, "{page}");
        assert_eq!(page.matches("--output").count(), 1, "{page}");
    }

    #[test]
    fn arguments_are_shown_unless_hidden_and_stay_in_their_cells() {
        let page = page();
        assert!(page.contains("| `<GROUP>` | The group \\| its id |"), "{page}");
        assert!(page.contains("| `--all` | All of it |"), "{page}");
        assert!(!page.contains("secret") && !page.contains("--help"), "{page}");
        assert!(page.contains("with its &lt;members>"), "{page}");
    }

    #[test]
    fn a_topic_is_a_page_with_its_first_line_as_title() {
        let page = super::topic("What is read\n\nOne is.\n\n  HOME  The home.\n        On this machine.\n");
        let code = "HOME  The home.\n      On this machine.\n";
        assert!(page.ends_with(&format!("\n# What is read\n\nOne is.\n\n```text\n{code}```\n")), "{page}");
    }

    #[test]
    fn indented_lines_of_help_are_code() {
        let code = "Examples:\n\n```text\ndemo show g1\n\ndemo show g1 --all\n```\n\nThe end.\nReally.\n";
        assert!(page().contains(code), "{}", page());
    }
}

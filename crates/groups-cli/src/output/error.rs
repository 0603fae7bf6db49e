//! Failures as text: for people a line and what to do next; for programs exactly one JSON document.

use std::path::Path;

use crate::args::Format;
use crate::failure::{ErrorDocument, Failure};

use super::text;

/// `logged`: under what it is found in the log file, and where that is.
pub(super) fn render(failure: &Failure, format: Format, logged: Option<(&str, &Path)>) -> String {
    let report = &*failure.report;
    if format.is_json() {
        let mut document = ErrorDocument { error: report.clone() };
        document.error.run_id = logged.map(|(run, _)| run.to_owned());
        // Text and numbers always serialise.
        return format!("{}\n", serde_json::to_string(&document).unwrap_or_default());
    }
    let mut out = format!("error: {}", text::one_line(&report.message));
    if let Some(code) = report.code {
        out.push_str(&format!(" ({code})"));
    }
    if let Some(details) = &report.details {
        out.push_str(&format!(": {}", text::one_line(details)));
    }
    out.push('\n');
    for problem in &report.problems {
        out.push_str(&format!("  line {}: {}\n", problem.line, text::one_line(&problem.message)));
    }
    if let Some(remedy) = &report.remedy {
        out.push_str(&format!("  {}\n", text::one_line(remedy)));
    }
    if let Some(trace) = &report.trace_id {
        out.push_str(&format!("  Trace id for support: {}\n", text::one_line(trace)));
    }
    if let Some((run, file)) = logged {
        out.push_str(&format!("  Logged in {} under {run}\n", text::one_line(&file.to_string_lossy())));
    }
    out
}

/// What the parser says, as a failure.
pub(super) fn of_parser(said: &str, command: &str) -> Failure {
    let said = said.trim();
    // With a bare command the parser prints help; what is missing is the rest of the line.
    let message = match said.strip_prefix("error:") {
        Some(reason) => reason.split("\n\n").next().unwrap_or_default(),
        None => "a command is missing",
    };
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let failure = Failure::usage(command, message);
    match parser_advice(said) {
        Some(advice) => failure.with_remedy(advice),
        None => failure,
    }
}

/// What those may have meant who try what other programs have.
pub(super) fn parser_advice(said: &str) -> Option<&'static str> {
    // The command whose words they are: the line may go on with words that are commands elsewhere.
    let of = if said.contains("Usage: wagroups [") {
        "wagroups"
    } else if said.contains("Usage: wagroups auth ") {
        "auth"
    } else {
        ""
    };
    let word = || said.split_once("unrecognized subcommand '")?.1.split('\'').next();
    key_advice(said).or_else(|| {
        Some(match (of, word()?) {
            ("wagroups", "version") => "Did you mean `wagroups --version`?",
            ("wagroups", "group" | "groups") => {
                "Commands about groups have no noun: did you mean `wagroups list`, `get`, `create`, `update` or `delete`?"
            }
            ("wagroups", "ls") => "Did you mean `wagroups list`?",
            ("wagroups", "rm" | "remove") => {
                "Did you mean `wagroups delete` (a group) or `wagroups participants remove` (people)?"
            }
            ("wagroups", "members" | "member" | "users" | "people") => "Did you mean `wagroups participants`?",
            ("wagroups", "link" | "links") => "Did you mean `wagroups invite`?",
            ("wagroups", "approve" | "reject") => "Did you mean `wagroups requests approve` or `reject`?",
            ("wagroups", "login" | "logout") => "Did you mean `wagroups auth login` or `auth logout`?",
            ("auth", "use" | "select" | "default") => "Did you mean `wagroups auth switch NAME`?",
            _ => return None,
        })
    })
}

/// For those who try to give the key as an option.
fn key_advice(said: &str) -> Option<&'static str> {
    let tried = ["'--api-key'", "'--key'", "'--token'", "'--apikey'"];
    tried.iter().any(|option| said.contains(option)).then_some(
        "Run `wagroups auth login`, or set D360_API_KEY: the key is never taken from the command line, where others can see it.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure() -> Failure {
        let mut failure = Failure::usage("get", "Group\nunknown\u{1b}").with_remedy("Look.");
        failure.report.code = Some(131_041);
        failure.report.details = Some("no such group".to_owned());
        failure.report.trace_id = Some("AbC".to_owned());
        failure
    }

    #[test]
    fn people_get_the_reason_and_the_next_step() {
        assert_eq!(
            render(&failure(), Format::Table, None),
            "error: Group\\nunknown\\u{1b} (131041): no such group\n  Look.\n  Trace id for support: AbC\n"
        );
    }

    #[test]
    fn programs_get_one_document() {
        let text = render(&failure(), Format::Jsonl, Some(("4f", Path::new("x"))));
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["error"]["kind"], "usage");
        assert_eq!(read["error"]["code"], 131_041);
        assert_eq!(read["error"]["run_id"], "4f");
        assert_eq!(text.lines().count(), 1);
    }

    #[test]
    fn what_the_parser_says_is_told_in_one_sentence() {
        let said =
            "error: the following required arguments were not provided:\n  --subject <TEXT>\n\nUsage: x\n";
        let report = of_parser(said, "create").report;
        assert_eq!(report.message, "the following required arguments were not provided: --subject <TEXT>");
        assert_eq!(of_parser("Manage WhatsApp groups", "invite").report.message, "a command is missing");
        let version = of_parser(
            "error: unrecognized subcommand 'version'\n\nUsage: wagroups [OPTIONS] <COMMAND>",
            "wagroups",
        );
        assert_eq!(version.report.remedy.as_deref(), Some("Did you mean `wagroups --version`?"));
        let key = of_parser("error: unexpected argument '--api-key' found\n\nUsage: x", "list").report;
        assert!(key.remedy.unwrap().contains("auth login"));
    }
}

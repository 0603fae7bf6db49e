//! Asking before something is lost. Asks only where somebody can see the question and answer it; elsewhere it
//! refuses, and it never takes silence for a yes. What is lost is read and shown first (`command/losses.rs`).

use std::io::{BufRead, IsTerminal};

use groups_ergonomic::model::{GroupId, ParticipantInput};

use crate::failure::{Failure, Kind};
use crate::output;

/// What is asked before a command is carried out.
#[derive(Debug)]
pub(crate) enum Question {
    /// Whether to throw the state of a sandbox away. Which one depends on the environment.
    SandboxReset,
    /// Whether to lose this of these groups.
    Groups(Vec<Loss>),
}

/// What is lost of a group.
#[derive(Debug)]
pub(crate) struct Loss {
    pub(crate) group: GroupId,
    /// Those who are to be removed; `None`: all of it.
    pub(crate) people: Option<Vec<ParticipantInput>>,
}

impl Loss {
    pub(crate) fn whole(group: GroupId) -> Self {
        Self { group, people: None }
    }

    pub(crate) fn of_people(group: GroupId, people: Vec<ParticipantInput>) -> Self {
        Self { group, people: Some(people) }
    }

    pub(crate) fn add(&mut self, person: ParticipantInput) {
        self.people.get_or_insert_default().push(person);
    }
}

/// What counts as a yes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Yes {
    /// `y` or `yes`.
    Word,
    /// This text, so that nobody says it by habit.
    Typed(String),
}

/// Fails where there is nobody to ask.
pub(crate) fn can_ask(command: &str) -> Result<(), Failure> {
    if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
        return Ok(());
    }
    let message = format!("`{command}` needs confirmation, and there is no terminal to ask at");
    Err(Failure::usage(command, message).with_remedy("Add `--yes` to do it without asking."))
}

/// Fails unless the answer is yes. Needs a runtime, so that whoever hears of Ctrl-C can leave it unanswered.
pub(crate) async fn confirm(question: &str, yes: Yes, command: &str) -> Result<(), Failure> {
    can_ask(command)?;
    let question = match &yes {
        Yes::Word => format!("{question} [y/N]"),
        Yes::Typed(_) => question.to_owned(),
    };
    let answer = tokio::task::spawn_blocking(move || read_answer(&question)).await.unwrap_or_default();
    if yes.is(&answer) {
        return Ok(());
    }
    let advice = match &yes {
        Yes::Word => "Answer `y`, or add `--yes`, to go ahead.".to_owned(),
        Yes::Typed(text) => format!("Type {text} as it stands there, or add `--yes`, to go ahead."),
    };
    Err(Failure::local(Kind::Declined, command, "nothing was done").with_remedy(advice))
}

fn read_answer(question: &str) -> String {
    output::ask(question);
    let mut answer = String::new();
    // An error reads like an empty answer, which is a no.
    let _ = std::io::stdin().lock().read_line(&mut answer);
    answer
}

impl Yes {
    fn is(&self, answer: &str) -> bool {
        match self {
            Self::Word => matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"),
            Self::Typed(text) => answer.trim() == text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_is_one() {
        for (answer, expected) in
            [("y\n", true), ("YES\r\n", true), ("", false), ("\n", false), ("n\n", false), ("yep", false)]
        {
            assert_eq!(Yes::Word.is(answer), expected, "{answer:?}");
        }
        for (answer, expected) in
            [("300\n", true), (" 300 ", true), ("y\n", false), ("30", false), ("", false)]
        {
            assert_eq!(Yes::Typed("300".to_owned()).is(answer), expected, "{answer:?}");
        }
    }
}

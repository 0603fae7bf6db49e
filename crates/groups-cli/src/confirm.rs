//! Asking before something is lost. Asks only where somebody can see the question and answer it; elsewhere it
//! refuses, and it never takes silence for a yes.

use std::io::{BufRead, IsTerminal};

use crate::failure::{Failure, Kind};
use crate::output;

/// Fails unless the answer is yes. Needs a runtime, so that Ctrl-C is heard while nobody answers.
pub(crate) async fn confirm(question: &str, command: &str) -> Result<(), Failure> {
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        let message = format!("`{command}` needs confirmation, and there is no terminal to ask at");
        return Err(Failure::usage(command, message).with_remedy("Add `--yes` to do it without asking."));
    }
    let question = question.to_owned();
    let answer = tokio::select! {
        // First, so that Ctrl-C is heard before there is anything to answer.
        biased;
        Ok(()) = tokio::signal::ctrl_c() => {
            output::end_question();
            return Err(Failure::local(Kind::Interrupted, command, "interrupted; nothing was done")
                .with_remedy("Run it again, with `--yes` to do it without asking."));
        }
        answer = tokio::task::spawn_blocking(move || read_answer(&question)) => answer.unwrap_or_default(),
    };
    if is_yes(&answer) {
        return Ok(());
    }
    Err(Failure::local(Kind::Declined, command, "nothing was done")
        .with_remedy("Answer `y`, or add `--yes`, to go ahead."))
}

fn read_answer(question: &str) -> String {
    output::ask(question);
    let mut answer = String::new();
    // An error reads like an empty answer, which is a no.
    let _ = std::io::stdin().lock().read_line(&mut answer);
    answer
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_is_one() {
        for (answer, expected) in
            [("y\n", true), ("YES\r\n", true), ("", false), ("\n", false), ("n\n", false), ("yep", false)]
        {
            assert_eq!(is_yes(answer), expected, "{answer:?}");
        }
    }
}

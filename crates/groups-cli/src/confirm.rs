//! Asking before something is lost. Asks only where somebody can see the question and answer it; elsewhere it
//! refuses, and it never takes silence for a yes.

use std::io::{BufRead, IsTerminal};

use crate::failure::{Failure, Kind};
use crate::output;

/// Fails unless the answer is yes.
pub(crate) fn confirm(question: &str, command: &str) -> Result<(), Failure> {
    let (stdin, stderr) = (std::io::stdin(), std::io::stderr());
    if !(stdin.is_terminal() && stderr.is_terminal()) {
        let message = format!("`{command}` needs confirmation, and there is no terminal to ask at");
        return Err(Failure::usage(command, message).with_remedy("Add `--yes` to do it without asking."));
    }
    output::ask(question);
    let mut answer = String::new();
    // An error reads like an empty answer, which is a no.
    let _ = stdin.lock().read_line(&mut answer);
    if is_yes(&answer) {
        return Ok(());
    }
    Err(Failure::local(Kind::Declined, command, "nothing was done")
        .with_remedy("Answer `y`, or add `--yes`, to go ahead."))
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

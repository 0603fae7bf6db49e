//! People as they are written: numbers with the spaces and brackets that people put into them, the digits of a wa_id, user
//! ids. A number that has no country code is refused here, where it can be said how it is to be written.

use groups_ergonomic::model::{InvalidInput, ParticipantInput};

/// What stands between the digits of a number for the eye.
const BETWEEN: [char; 12] =
    [' ', '\u{a0}', '\u{202f}', '-', '\u{2010}', '\u{2011}', '\u{2013}', '.', '/', '(', ')', '\t'];

/// A person, as given in an argument or a cell.
pub(crate) fn given(text: &str) -> Result<ParticipantInput, InvalidInput> {
    let text = trimmed(text);
    let number = match text.strip_prefix('+') {
        // Nobody can tell which of two is meant, nor where the country's zero would go.
        Some(rest) if is_two(rest) || rest.replacen("(0)", "", 1).contains("(0") => text.to_owned(),
        // The zero in brackets is dialled within the country alone.
        Some(rest) => format!("+{}", rest.replacen("(0)", "", 1).replace(BETWEEN, "")),
        None => text.to_owned(),
    };
    let digits = number.trim_start_matches('+');
    if !digits.starts_with('0') || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return ParticipantInput::new(number);
    }
    let problem = match digits.strip_prefix("00").filter(|rest| rest.len() >= 7 && !rest.starts_with('0')) {
        Some(rest) => format!("must begin with + and the country code: write +{rest} for {text}"),
        None => format!("must begin with + and the country code, as in +4917012345678, got {text:?}"),
    };
    Err(InvalidInput::new("user", problem))
}

/// Without the marks that come along unseen when a number is copied.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    })
}

/// Whether a number has another ending behind a slash, as a second extension is written.
fn is_two(number: &str) -> bool {
    number.rsplit_once('/').is_some_and(|(_, end)| end.bytes().filter(u8::is_ascii_digit).count() <= 3)
}

/// Whether a text that is no person was meant to be one.
pub(crate) fn looks_like_one(text: &str) -> bool {
    let text = trimmed(text);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    text.starts_with('+') || (digits >= 7 && text.chars().all(|c| c.is_ascii_digit() || BETWEEN.contains(&c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_taken_as_people_write_it() {
        for (text, expected) in [
            ("+49 170 123-411", "+49170123411"),
            ("+49 (170) 123455", "+49170123455"),
            ("+49 (0) 170.123455", "+49170123455"),
            ("+49\u{a0}170/123455", "+49170123455"),
            (" +15550100110 ", "+15550100110"),
            ("15550100110", "15550100110"),
            ("US.13491208655302741918", "US.13491208655302741918"),
            ("\u{202a}+1 (555) 010-0110\u{202c}", "+15550100110"),
        ] {
            assert_eq!(given(text).unwrap().as_str(), expected, "{text}");
        }
    }

    #[test]
    fn a_number_without_its_country_is_told_how_to_write_it() {
        for (text, expected) in [
            ("0049170123411", "write +49170123411 for 0049170123411"),
            ("0170123411", "as in +4917012345678"),
            ("+0170123411", "as in +4917012345678"),
            ("49 170 123411", "must be +E.164"),
            ("+49 170 123411/12", "must be +E.164"),
            ("+49(0170) 5550101", "must be +E.164"),
            ("bob", "must be +E.164"),
        ] {
            let said = given(text).unwrap_err().to_string();
            assert!(said.contains(expected), "{text}: {said}");
        }
    }

    #[test]
    fn an_id_of_a_request_is_no_person() {
        for (text, expected) in [
            ("MTY0NjcwNDM1OTU6MTIwMzYzNDA0Njk0MjMzODIw", false),
            ("gone", false),
            ("12", false),
            ("0049170123411", true),
            ("49 170 123411", true),
            ("+49x", true),
        ] {
            assert_eq!(looks_like_one(text), expected, "{text}");
        }
    }
}

//! The form of ids that a caller gives: `A-Z a-z 0-9 _ - =`. An id that was damaged when it was copied is named with what is
//! wrong with it and with the id that was meant, so that it is never sent and reported as unknown.

use crate::InvalidInput;
use crate::text::{is_bracket, is_invisible, is_quote, quoted, unwrapped as bare};

/// From this length on a text that needs only to be unwrapped is a damaged id and no word.
const DAMAGED_MIN: usize = 20;

/// Refuses what is not an id.
pub(crate) fn check(field: &'static str, value: &str) -> Result<(), InvalidInput> {
    if value.chars().all(is_id_char) {
        return Ok(());
    }
    if is_damaged(value) {
        return Err(damaged(field, value, &bare(value)));
    }
    let mut foreign: Vec<String> = Vec::new();
    for c in value.chars().filter(|c| !is_id_char(*c)) {
        let name = named(c);
        if !foreign.contains(&name) {
            foreign.push(name);
        }
    }
    Err(InvalidInput::new(
        field,
        format!(
            "{} is not an id: it contains {}, and an id has only the characters A-Z a-z 0-9 _ - =",
            quoted(value),
            foreign.join(", ")
        ),
    ))
}

/// Whether only what wraps or marks it makes a text no id.
pub(crate) fn is_damaged(value: &str) -> bool {
    let id = bare(value);
    id.len() >= DAMAGED_MIN && id.len() < value.len() && id.chars().all(is_id_char)
}

/// Refuses a value of other characters that only needs to be unwrapped.
pub(crate) fn unwrapped(field: &'static str, value: &str) -> Result<(), InvalidInput> {
    let id = bare(value);
    // A bracket may be part of an opaque value.
    let wraps = value.chars().any(|c| is_invisible(c) || is_quote(c) || c == '…');
    if wraps && !id.is_empty() && !id.contains(char::is_whitespace) {
        Err(damaged(field, value, &id))
    } else {
        Ok(())
    }
}

/// Refuses `value`, of which `id` is left once it is unwrapped.
pub(crate) fn damaged(field: &'static str, value: &str, id: &str) -> InvalidInput {
    let what = quoted(value);
    if value.contains('…') || value.trim_end_matches(|c| is_quote(c) || is_bracket(c)).ends_with("...") {
        let problem = format!("{what} was cut: it contains …; `-o jsonl` prints whole ids");
        return InvalidInput::new(field, problem);
    }
    let mut problems: Vec<String> = Vec::new();
    if let Some(c) = value.chars().find(|c| is_invisible(*c)) {
        problems.push(format!("an invisible character ({})", named(c)));
    }
    for (is, name) in [
        (is_quote as fn(char) -> bool, "quotes"),
        (is_bracket, "brackets"),
        (char::is_whitespace, "white space"),
    ] {
        if value.chars().any(is) {
            problems.push(name.to_owned());
        }
    }
    if value.contains('.') && !id.contains('.') {
        problems.push("a dot at its end".to_owned());
    }
    let problem = format!("{what} is damaged: it contains {}; write {id}", problems.join(" and "));
    InvalidInput::new(field, problem)
}

fn is_id_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '=')
}

/// A character as a message shows it: itself, or its number where it cannot be seen.
fn named(c: char) -> String {
    match c {
        ' ' => "a space".to_owned(),
        c if c.is_whitespace() || c.is_control() || is_invisible(c) => format!("U+{:04X}", u32::from(c)),
        c => c.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cursor, GroupId, JoinRequestId, RequestId, UserId};

    const ID: &str = "Y2FwaV9ncm91cDoxODA1NTU1MDE3MjoxMjAzNjMyMjI3NzE5NjMwNjcZD";

    #[test]
    fn a_damaged_id_is_named_with_the_one_that_was_meant() {
        for (left, right, problem) in [
            ("", "\u{200b}", "an invisible character (U+200B)"),
            ("\u{feff}", "", "an invisible character (U+FEFF)"),
            ("\u{202a}", "\u{202c}", "an invisible character (U+202A)"),
            ("", "\u{3164}", "an invisible character (U+3164)"),
            ("\"", "\"", "quotes"),
            ("„", "“", "quotes"),
            ("`", "`", "quotes"),
            ("<", ">", "brackets"),
            ("[", "]", "brackets"),
            ("（", "）", "brackets"),
            ("", ".", "a dot at its end"),
            (
                "'<",
                "\u{200d}>'.",
                "an invisible character (U+200D) and quotes and brackets and a dot at its end",
            ),
        ] {
            let said = check("group id", &format!("{left}{ID}{right}")).unwrap_err().to_string();
            assert!(said.contains(&format!("it contains {problem}; write {ID}")), "{said}");
            let middle = format!("{}{right}{}", &ID[..9], &ID[9..]);
            assert!(right == "." || right.is_empty() || check("group id", &middle).is_err(), "{middle:?}");
        }
    }

    #[test]
    fn an_id_that_was_cut_is_not_completed() {
        for cut in [
            format!("{}…", &ID[..30]),
            format!("{}…{}", &ID[..12], &ID[40..]),
            format!("\"{}...\"", &ID[..25]),
        ] {
            let said = check("group id", &cut).unwrap_err().to_string();
            assert!(
                said.contains("was cut") && said.contains("`-o jsonl` prints") && !said.contains("write"),
                "{said}"
            );
        }
    }

    #[test]
    fn other_texts_are_not_ids() {
        for (text, expected) in [
            ("Trip to Kyoto", "contains a space,"),
            ("\"short\"", "contains \","),
            ("120363@g.us", "contains @, .,"),
            ("straße", "contains ß,"),
            ("a\u{200b}", "contains U+200B,"),
            ("Y2FwaV9ncm91cDox ODA1NTU1MDE3MjoxMjAz", "contains a space,"),
            ("Y2FwaV9ncm91cDoxODA1NTU1MDE3MjoxMjAz,", "contains ,,"),
        ] {
            let said = check("group id", text).unwrap_err().to_string();
            assert!(said.contains("is not an id") && said.contains(expected), "{said}");
        }
    }

    #[test]
    fn every_kind_of_id_is_checked() {
        let damaged = format!("{ID}\u{200b}");
        assert!(GroupId::new(&*damaged).is_err() && JoinRequestId::new(&*damaged).is_err());
        assert!(RequestId::new("\"9B47474A35EFC2A6139B41457E4C10BB\"").is_err());
        assert!(Cursor::new("MTAx\u{200b}").is_err() && Cursor::new("MTAx…").is_err());
        assert!(
            UserId::new("'US.13491208655302741918'")
                .unwrap_err()
                .to_string()
                .ends_with("write US.13491208655302741918")
        );
        for cursor in ["MTA=", "a+b/c==", "{1}"] {
            assert!(Cursor::new(cursor).is_ok(), "{cursor}");
        }
        assert!(UserId::new("US.13491208655302741918").is_ok());
    }
}

//! People as they are written: numbers with the spaces and brackets that people put into them, as links and spreadsheets
//! write them, the digits of a wa_id, user ids. A number that is not certain is refused, with how it is to be written.

use groups_ergonomic::model::text::{is_invisible, is_quote, quoted};
use groups_ergonomic::model::{InvalidInput, ParticipantInput};

/// What stands between the digits of a number for the eye.
const BETWEEN: [char; 17] = [
    ' ', '\u{a0}', '\u{202f}', '\u{2007}', '\u{2009}', '\u{3000}', '-', '\u{2010}', '\u{2011}', '\u{2012}',
    '\u{2013}', '\u{2212}', '.', '/', '(', ')', '\t',
];

/// A person, as given in an argument or a cell.
pub(crate) fn given(original: &str) -> Result<ParticipantInput, InvalidInput> {
    let text = bare(original);
    let text = unrounded(&text).unwrap_or(text);
    if !text.contains(|c: char| c.is_numeric())
        || ParticipantInput::new(text.as_str()).is_ok_and(|user| !is_number(&user))
    {
        // A user id, or nothing that is known: with whatever damages it.
        return ParticipantInput::new(original.trim());
    }
    let refused = |problem: String| Err(InvalidInput::new("user", problem));
    if is_rounded(&text) {
        return refused(format!(
            "{} is a number that a spreadsheet has rounded, so its last digits are lost: format the column as text, enter \
             the number again with + in front, and save the file",
            quoted(original.trim())
        ));
    }
    if text.contains(|c: char| c.is_numeric() && !c.is_ascii_digit()) {
        return refused(format!("{} must be written with the digits 0 to 9", quoted(original.trim())));
    }
    let text = match without_fraction(&text) {
        Some(Ok(whole)) => whole.to_owned(),
        Some(Err(whole)) => {
            return refused(format!(
                "{} ends like a number with decimals; write {whole} if a spreadsheet has added them",
                quoted(original.trim())
            ));
        }
        None => text,
    };
    let number = match text.strip_prefix('+') {
        // Nobody can tell which of two is meant, nor where the country's zero would go.
        Some(rest) if is_two(rest) || rest.replacen("(0)", "", 1).contains("(0") => text.clone(),
        // The zero in brackets is dialled within the country alone.
        Some(rest) => format!("+{}", rest.replacen("(0)", "", 1).replace(BETWEEN, "")),
        None => text.clone(),
    };
    let digits = number.trim_start_matches('+');
    if !text.starts_with('+')
        && digits.contains(BETWEEN)
        && digits.replace(BETWEEN, "").bytes().all(|byte| byte.is_ascii_digit())
        && !is_two(digits)
    {
        return refused(format!(
            "must begin with + and the country code, as in +4917012345678, got {}; a spreadsheet removes \
             the + unless the column is formatted as text",
            quoted(&text)
        ));
    }
    if !digits.starts_with('0') || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return ParticipantInput::new(number);
    }
    match digits.strip_prefix("00").filter(|rest| rest.len() >= 7 && !rest.starts_with('0')) {
        Some(rest) => refused(format!("must begin with + and the country code: write +{rest} for {text}")),
        None => refused(format!(
            "must begin with + and the country code, as in +4917012345678, got {}; a spreadsheet removes the + unless the column is formatted as text",
            quoted(&text)
        )),
    }
}

fn is_number(user: &ParticipantInput) -> bool {
    user.as_str().trim_start_matches('+').bytes().all(|byte| byte.is_ascii_digit())
}

/// Without what is copied along with a number: invisible characters, quotes and spaces at its ends (spreadsheets put an
/// apostrophe before a text), and the `tel:` of a link.
fn bare(text: &str) -> String {
    let visible: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    let marks = |c: char| c.is_whitespace() || is_quote(c);
    let text = visible.trim_matches(marks);
    let link = text.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("tel:"));
    link.map_or(text, |_| &text[4..]).trim_matches(marks).to_owned()
}

/// `4.91556E+12`: what a spreadsheet shows of a long number.
fn is_rounded(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some((number, exponent)) = text.split_once(['e', 'E']) else { return false };
    let exponent = exponent.trim_start_matches(['+', '-']);
    let (whole, part) = number.split_once(['.', ',']).unwrap_or((number, "0"));
    digits(whole) && digits(part) && digits(exponent)
}

/// The digits of `1.5550100110E+10`, where all of them are there.
fn unrounded(text: &str) -> Option<String> {
    let (number, exponent) = text.split_once(['e', 'E'])?;
    let (whole, part) = number.split_once(['.', ','])?;
    let exponent: usize = exponent.strip_prefix('+').unwrap_or(exponent).parse().ok()?;
    let is_whole = is_rounded(text) && !text.starts_with('-') && part.len() == exponent;
    is_whole.then(|| format!("{whole}{part}"))
}

/// The digits of `15550100110.0`, as programs write a whole number of a spreadsheet; an error where it may be a number
/// with a dot in it.
fn without_fraction(text: &str) -> Option<Result<&str, &str>> {
    let (whole, zeros) = text.rsplit_once(['.', ','])?;
    let digits = whole.strip_prefix('+').unwrap_or(whole);
    let is_whole = digits.len() >= 7 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_whole || zeros.is_empty() || zeros.bytes().any(|byte| byte != b'0') {
        return None;
    }
    // Without + nothing may stand between digits, so it can only be a fraction.
    Some(if zeros.len() == 1 || !text.starts_with('+') { Ok(whole) } else { Err(whole) })
}

/// Whether a number has another ending behind a slash, as a second extension is written.
fn is_two(number: &str) -> bool {
    number.rsplit_once('/').is_some_and(|(_, end)| end.bytes().filter(u8::is_ascii_digit).count() <= 3)
}

/// Whether a text that is no person was meant to be one.
pub(crate) fn looks_like_one(original: &str) -> bool {
    let text = bare(original);
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    let of_number = |c: char| c.is_numeric() || c == ',' || BETWEEN.contains(&c);
    text.starts_with('+')
        || is_rounded(&text)
        || (digits >= 7 && text.chars().all(of_number))
        || ParticipantInput::new(original).is_err_and(|invalid| invalid.problem().contains(" is damaged: "))
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
            (" US.13491208655302741918 ", "US.13491208655302741918"),
            ("\u{202a}+1 (555) 010-0110\u{202c}", "+15550100110"),
        ] {
            assert_eq!(given(text).unwrap().as_str(), expected, "{text}");
        }
    }

    #[test]
    fn a_number_is_taken_as_spreadsheets_and_links_write_it() {
        for (text, expected) in [
            ("15550100110.0", "15550100110"),
            ("15550100110,0", "15550100110"),
            ("15550100110.00", "15550100110"),
            ("+15550100110.0", "+15550100110"),
            ("'+15550100110", "+15550100110"),
            ("’+15550100110", "+15550100110"),
            ("\"+15550100110\"", "+15550100110"),
            ("'15550100110", "15550100110"),
            ("tel:+1-555-010-0110", "+15550100110"),
            ("TEL:+15550100110", "+15550100110"),
            ("tel: 15550100110", "15550100110"),
            ("+1555\u{200b}0100110", "+15550100110"),
            ("+1\u{fe0e}-555-010-0110", "+15550100110"),
            ("\u{3164}+15550100110", "+15550100110"),
            ("+1\u{ad}5550100110\u{2060}", "+15550100110"),
            ("1555\u{feff}0100110", "15550100110"),
        ] {
            assert_eq!(given(text).unwrap().as_str(), expected, "{text}");
        }
    }

    #[test]
    fn a_number_with_an_exponent_and_all_its_digits_is_certain() {
        for (text, expected) in [
            ("1.5550100110E+10", "15550100110"),
            ("1,5550100110e10", "15550100110"),
            ("+1.5550100110E10", "+15550100110"),
            ("+49\u{3000}170\u{2009}123455", "+49170123455"),
        ] {
            assert_eq!(given(text).unwrap().as_str(), expected, "{text}");
        }
        for text in ["1.5550100110E+11", "1.5550100110E+9", "-1.5550100110E+10", "1.5550100110E-10"] {
            assert!(given(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_number_that_a_spreadsheet_has_spoilt_is_refused_with_the_cause() {
        for text in
            ["4.91556E+12", "4,91556E+12", "4.91556e12", "5E+10", "+4.9E+12", "'4.91556E+12", "1.55501001E10"]
        {
            let said = given(text).unwrap_err().to_string();
            assert!(
                said.contains("spreadsheet has rounded") && said.contains("format the column as text"),
                "{said}"
            );
            assert!(looks_like_one(text), "{text}");
        }
        assert!(
            given("+15550100110.00").unwrap_err().to_string().contains("write +15550100110 if a spreadsheet")
        );
        assert!(given("１５５５０１００１１０").unwrap_err().to_string().contains("digits 0 to 9"));
    }

    #[test]
    fn a_number_without_its_country_is_told_how_to_write_it() {
        for (text, expected) in [
            ("0049170123411", "write +49170123411 for 0049170123411"),
            ("0170123411", "as in +4917012345678"),
            ("+0170123411", "as in +4917012345678"),
            ("0170 123411", "as in +4917012345678"),
            ("tel:0170123411", "as in +4917012345678"),
            ("(555) 010-0110", "as in +4917012345678"),
            ("49 170 123411", "as in +4917012345678"),
            ("+49 170 123411/12", "must be +E.164"),
            ("+49(0170) 5550101", "must be +E.164"),
            ("tel:+15550100110;ext=3", "must be +E.164"),
            ("bob", "must be +E.164"),
        ] {
            let said = given(text).unwrap_err().to_string();
            assert!(said.contains(expected), "{text}: {said}");
        }
    }

    #[test]
    fn a_damaged_user_id_is_refused_with_the_one_that_was_meant() {
        for text in
            ["US.13491208655302741918\u{200b}", "\"US.13491208655302741918\"", "<US.13491208655302741918>"]
        {
            let said = given(text).unwrap_err().to_string();
            assert!(said.ends_with("write US.13491208655302741918"), "{said}");
            assert!(looks_like_one(text), "{text}");
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

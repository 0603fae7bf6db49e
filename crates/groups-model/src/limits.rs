//! The documented limits, each in one place, and the checks a request passes before it is sent.
//!
//! Lengths count Unicode code points: the documents say "characters" and leave the unit open (Facts 3).

use crate::{InvalidInput, ParticipantInput, text};

/// Longest subject, in code points (Facts 1.2).
pub const SUBJECT_MAX: usize = 128;
/// Longest description, in code points (Facts 1.2).
pub const DESCRIPTION_MAX: usize = 2048;
/// Largest page of groups (Facts 1.1).
pub const PAGE_SIZE_MAX: u32 = 1024;
/// Page size that the server takes when none is asked for (Facts 1.1).
pub const PAGE_SIZE_DEFAULT: u32 = 25;
/// Most participants in one remove call, and most in one group besides the business (Facts 1.11, 3).
pub const PARTICIPANTS_MAX: usize = 8;
/// Largest picture in bytes: 5 MB (Facts 1.4).
pub const PICTURE_MAX_BYTES: usize = 5 * 1024 * 1024;
/// Smallest side of a picture in pixels (Facts 1.4; one source wants more than 192).
pub const PICTURE_MIN_SIDE: u32 = 192;
/// Most groups of one business number (Facts 3).
pub const GROUPS_MAX: u32 = 10_000;

/// A subject has 1 to [`SUBJECT_MAX`] code points once the white space around it is gone (the server trims
/// it too, Facts 1.2). One that shows nothing, or has a line break or another control character, is refused: nobody
/// could name the group. Returns what will be sent.
///
/// ```
/// use groups_model::limits::subject;
/// assert_eq!(subject("  Trip to Kyoto ")?, "Trip to Kyoto");
/// assert!(subject("   ").is_err());
/// # Ok::<(), groups_model::InvalidInput>(())
/// ```
pub fn subject(value: &str) -> Result<&str, InvalidInput> {
    let trimmed = value.trim();
    if trimmed.is_empty() {
        return Err(InvalidInput::new(
            "subject",
            format!("must have 1 to {SUBJECT_MAX} characters, got none"),
        ));
    }
    if text::is_blank(trimmed) {
        return Err(InvalidInput::new(
            "subject",
            format!("{} has only invisible characters", text::quoted(value)),
        ));
    }
    if let Some((place, c)) = trimmed.chars().enumerate().find(|(_, c)| is_control(*c)) {
        let what = match c {
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => "a line break",
            '\t' => "a tab",
            _ => "a control character",
        };
        let shown = text::quoted(trimmed);
        return Err(InvalidInput::new(
            "subject",
            format!("{shown} contains {what} at character {}", place + 1),
        ));
    }
    at_most("subject", trimmed, SUBJECT_MAX)?;
    Ok(trimmed)
}

/// A description has at most [`DESCRIPTION_MAX`] code points.
pub fn description(value: &str) -> Result<&str, InvalidInput> {
    at_most("description", value, DESCRIPTION_MAX)?;
    Ok(value)
}

/// A page holds 1 to [`PAGE_SIZE_MAX`] items.
pub fn page_size(value: u32) -> Result<u32, InvalidInput> {
    if (1..=PAGE_SIZE_MAX).contains(&value) {
        return Ok(value);
    }
    Err(InvalidInput::new("page size", format!("must be 1 to {PAGE_SIZE_MAX}, got {value}")))
}

/// A remove call names 1 to [`PARTICIPANTS_MAX`] different people (Facts 1.11; codes 131202 and 131204).
pub fn participants(users: &[ParticipantInput]) -> Result<(), InvalidInput> {
    if users.is_empty() || users.len() > PARTICIPANTS_MAX {
        return Err(InvalidInput::new(
            "participants",
            format!("must name 1 to {PARTICIPANTS_MAX} people in one call, got {}", users.len()),
        ));
    }
    for (index, user) in users.iter().enumerate() {
        if users[..index].iter().any(|earlier| earlier.is_same_person(user)) {
            return Err(InvalidInput::new(
                "participants",
                format!("must name each person once, but {user} stands twice"),
            ));
        }
    }
    Ok(())
}

/// Control characters, and the separators that break a line as they do.
fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

fn at_most(field: &'static str, value: &str, limit: usize) -> Result<(), InvalidInput> {
    let count = value.chars().count();
    if count > limit {
        return Err(InvalidInput::new(field, format!("must have at most {limit} characters, got {count}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_count_code_points_not_bytes() {
        assert!(subject(&"é".repeat(SUBJECT_MAX)).is_ok());
        let error = subject(&"é".repeat(SUBJECT_MAX + 1)).unwrap_err();
        assert_eq!(error.to_string(), "subject must have at most 128 characters, got 129");
        assert!(description(&"𝄞".repeat(DESCRIPTION_MAX)).is_ok());
        assert!(description(&"x".repeat(DESCRIPTION_MAX + 1)).is_err());
    }

    #[test]
    fn a_subject_can_be_seen_and_has_one_line() {
        for (value, expected) in [
            ("\u{200b}", "only invisible characters"),
            ("\u{3164}\u{2800}\u{fe0f}", "only invisible characters"),
            ("\u{2060} \u{ad}", "only invisible characters"),
            ("Trip\nto Kyoto", "\"Trip\\nto Kyoto\" contains a line break at character 5"),
            ("Trip\u{2028}to", "a line break at character 5"),
            ("a\tb", "a tab at character 2"),
            ("Bell\u{7}x", "a control character at character 5"),
        ] {
            let said = subject(value).unwrap_err().to_string();
            assert!(said.contains(expected), "{said}");
        }
        for value in ["👩\u{200d}💻", "می\u{200c}خواهم", "\u{200f}שלום"] {
            assert_eq!(subject(value).unwrap(), value);
        }
        assert!(description("two\nlines").is_ok());
    }

    #[test]
    fn page_sizes_end_at_the_documented_bounds() {
        for (size, ok) in [(0, false), (1, true), (1024, true), (1025, false)] {
            assert_eq!(page_size(size).is_ok(), ok, "{size}");
        }
    }

    #[test]
    fn nine_people_or_the_same_one_twice_are_refused() {
        let people = |texts: &[&str]| -> Vec<_> {
            texts.iter().map(|text| ParticipantInput::new(*text).unwrap()).collect()
        };
        let nine: Vec<String> = (0..9).map(|n| format!("+1555010010{n}")).collect();
        let nine: Vec<&str> = nine.iter().map(String::as_str).collect();
        assert!(participants(&people(&nine)).unwrap_err().to_string().contains("1 to 8 people"));
        assert!(participants(&people(&nine[..8])).is_ok());
        let twice = participants(&people(&["+15550100123", "15550100123"])).unwrap_err();
        assert_eq!(
            twice.to_string(),
            "participants must name each person once, but 15550100123 stands twice"
        );
        assert!(participants(&[]).is_err());
    }
}

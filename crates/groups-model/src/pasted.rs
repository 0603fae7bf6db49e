//! Cleans values that people paste: keys, addresses, secrets. Trims white space, then names what cannot be a part of the
//! value. A value itself never appears in an error, as it may be a secret.

use std::fmt;

use crate::text::{is_invisible, is_quote};

/// What makes a value unusable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flaw {
    /// The bytes are no UTF-8.
    NotUtf8,
    /// Quotation marks enclose the value.
    Quoted,
    /// An invisible character, such as a byte order mark or a zero-width space.
    Invisible(char),
    /// A line break inside the value.
    LineBreak,
    /// Another control character.
    Control(char),
    /// White space inside a value that is one word.
    WhiteSpace,
    /// White space around a value that is used as it is.
    WhiteSpaceAround,
    /// A character outside ASCII in a value that is ASCII.
    NotAscii(char),
}

impl Flaw {
    /// What to do about it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Quoted => {
                "Write the value without quotation marks: files of variables, such as those of `docker --env-file`, keep them \
                 as part of the value."
            }
            Self::NotUtf8 | Self::Invisible('\u{feff}') => {
                "Save the file that holds the value as UTF-8 without a byte order mark."
            }
            Self::WhiteSpaceAround => "Write the value without white space or a line break around it.",
            Self::LineBreak | Self::WhiteSpace => "Give the value alone: one line, without spaces.",
            Self::Invisible(_) | Self::Control(_) | Self::NotAscii(_) => {
                "Copy the value again as plain text, or type it."
            }
        }
    }
}

/// A predicate, such as `contains a zero-width space (U+200B)`.
impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 => f.write_str("is not valid UTF-8"),
            Self::Quoted => f.write_str("has quotation marks around it"),
            Self::LineBreak => f.write_str("contains a line break"),
            Self::WhiteSpace => f.write_str("contains white space"),
            Self::WhiteSpaceAround => f.write_str("has white space around it"),
            Self::Control(c) => write!(f, "contains a control character ({})", code_point(*c)),
            Self::NotAscii(c) => write!(f, "contains a character that is not ASCII ({})", code_point(*c)),
            Self::Invisible(c) => match name(*c) {
                Some(name) => write!(f, "contains {name} ({})", code_point(*c)),
                None => write!(f, "contains an invisible character ({})", code_point(*c)),
            },
        }
    }
}

impl std::error::Error for Flaw {}

/// A value without the white space around it. Refuses quotation marks around it, and invisible and control characters.
pub fn clean(value: &str) -> Result<&str, Flaw> {
    let value = value.trim();
    if let Some(flaw) = value.chars().find_map(flaw_of) {
        return Err(flaw);
    }
    if is_quoted(value) { Err(Flaw::Quoted) } else { Ok(value) }
}

/// The same for a value that is one word, such as a URL.
pub fn clean_word(value: &str) -> Result<&str, Flaw> {
    let value = clean(value)?;
    match value.starts_with(is_quote) || value.ends_with(is_quote) {
        true => Err(Flaw::Quoted),
        false if value.contains(char::is_whitespace) => Err(Flaw::WhiteSpace),
        false => Ok(value),
    }
}

/// The same for an API key, which is ASCII.
pub fn clean_key(value: &str) -> Result<&str, Flaw> {
    let value = clean_word(value)?;
    match value.chars().find(|c| !c.is_ascii_graphic()) {
        Some(other) => Err(Flaw::NotAscii(other)),
        None => Ok(value),
    }
}

/// The same for the path of a file, which may contain more: emoji, for example, are joined by invisible characters.
pub fn clean_path(value: &str) -> Result<&str, Flaw> {
    let value = value.trim();
    let at_an_end = |c: char| value.starts_with(c) || value.ends_with(c);
    for c in value.chars() {
        match flaw_of(c) {
            Some(Flaw::Invisible(c)) if !at_an_end(c) || is_variation_selector(c) => {}
            Some(flaw) => return Err(flaw),
            None => {}
        }
    }
    if is_quoted(value) { Err(Flaw::Quoted) } else { Ok(value) }
}

fn flaw_of(c: char) -> Option<Flaw> {
    match c {
        '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(Flaw::LineBreak),
        '\t' => None,
        c if c.is_control() => Some(Flaw::Control(c)),
        c if is_invisible(c) => Some(Flaw::Invisible(c)),
        _ => None,
    }
}

fn is_quoted(value: &str) -> bool {
    value.chars().nth(1).is_some() && value.starts_with(is_quote) && value.ends_with(is_quote)
}

fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

fn code_point(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// The names of those that are met.
fn name(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{ad}' => "a soft hyphen",
        '\u{200b}' => "a zero-width space",
        '\u{200c}' => "a zero-width non-joiner",
        '\u{200d}' => "a zero-width joiner",
        '\u{200e}' => "a left-to-right mark",
        '\u{200f}' => "a right-to-left mark",
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => "a mark of writing direction",
        '\u{2060}' => "a word joiner",
        '\u{feff}' => "a byte order mark",
        c if is_variation_selector(c) => "a variation selector",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_around_a_value_is_no_part_of_it() {
        for value in ["key", " key", "key\n", "key\r\n", "\u{a0}key\u{a0}", "\u{3000}\tkey\u{2028}\n"] {
            for cleaned in [clean(value), clean_word(value), clean_key(value), clean_path(value)] {
                assert_eq!(cleaned, Ok("key"), "{value:?}");
            }
        }
        assert_eq!((clean(" \n"), clean_key("\u{a0}")), (Ok(""), Ok("")));
    }

    #[test]
    fn what_cannot_be_a_part_of_a_value_is_refused_by_name() {
        for (value, said) in [
            ("\"s3cret\"", "has quotation marks around it"),
            (" 's3cret' \n", "has quotation marks around it"),
            ("“s3cret”", "has quotation marks around it"),
            ("«s3cret»", "has quotation marks around it"),
            ("\u{feff}s3cret", "contains a byte order mark (U+FEFF)"),
            ("s3c\u{200b}ret", "contains a zero-width space (U+200B)"),
            ("s3cret\u{200e}", "contains a left-to-right mark (U+200E)"),
            ("s3\u{ad}cret", "contains a soft hyphen (U+00AD)"),
            ("s3cret\u{2066}", "contains a mark of writing direction (U+2066)"),
            ("s3cret\u{180e}", "contains an invisible character (U+180E)"),
            ("s3cret\u{e0041}", "contains an invisible character (U+E0041)"),
            ("s3cret\u{3164}", "contains an invisible character (U+3164)"),
            ("s3c\nret", "contains a line break"),
            ("s3c\u{7}ret", "contains a control character (U+0007)"),
        ] {
            for cleaned in [clean(value), clean_word(value), clean_key(value)] {
                assert_eq!(cleaned.unwrap_err().to_string(), said, "{value:?}");
            }
        }
        for value in ["s3 cret", "s3\u{a0}cret", "s3\tcret"] {
            assert_eq!(clean(value), Ok(value));
            assert_eq!(clean_word(value), Err(Flaw::WhiteSpace), "{value:?}");
        }
        assert_eq!(clean_word("\"s3cret"), Err(Flaw::Quoted));
        assert_eq!(clean_word("s3cret'"), Err(Flaw::Quoted));
        assert_eq!(clean_key("s3\u{441}ret"), Err(Flaw::NotAscii('\u{441}')));
        assert_eq!(clean("\""), Ok("\""), "one mark encloses nothing");
    }

    #[test]
    fn a_path_may_contain_what_joins_its_characters() {
        for path in
            ["/home/ann/\u{1f469}\u{200d}\u{1f4bb}/x", "/tmp/\u{2764}\u{fe0f}", "C:\\Program Files\\x"]
        {
            assert_eq!(clean_path(path), Ok(path));
        }
        for path in ["\u{feff}/tmp", "/tmp\u{200b}", "\"/tmp\"", "/tmp/a\nb"] {
            assert!(clean_path(path).is_err(), "{path:?}");
        }
    }
}

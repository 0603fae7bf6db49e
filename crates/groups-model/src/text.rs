//! Characters that a reader does not see, by Unicode property, and the normal form in which two texts are compared.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::props::{
    DefaultIgnorableCodePoint, GeneralCategory, JoinControl, PrependedConcatenationMark, VariationSelector,
};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Whether a character takes no place and shows nothing: format characters, default ignorable code points, and line and
/// paragraph separators. Spaces and control characters are not among them.
///
/// ```
/// use groups_model::text::is_invisible;
/// assert!(is_invisible('\u{200b}') && is_invisible('\u{3164}'));
/// assert!(!is_invisible(' ') && !is_invisible('\n'));
/// ```
pub fn is_invisible(c: char) -> bool {
    if c.is_ascii() {
        return false;
    }
    match category(c) {
        // Some format characters are drawn, such as the Arabic number sign.
        GeneralCategory::Format => !CodePointSetData::new::<PrependedConcatenationMark>().contains(c),
        GeneralCategory::LineSeparator | GeneralCategory::ParagraphSeparator => true,
        _ => CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c),
    }
}

/// A symbol by its properties, and drawn as a space.
const BRAILLE_BLANK: char = '\u{2800}';

/// Whether a text shows nothing at all: it is empty, or has only white space, invisible and control characters.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_control() || is_invisible(c) || c == BRAILLE_BLANK)
}

/// The form in which subjects are compared: Unicode NFC, without invisible characters (among them the variation selectors
/// and joiners of emoji), each run of white space as one space, none at either end.
///
/// ```
/// use groups_model::text::normalized;
/// assert_eq!(normalized(" Cafe\u{301}\u{200b}  Kyoto\u{a0}"), "Caf\u{e9} Kyoto");
/// ```
pub fn normalized(text: &str) -> String {
    let visible: String = text.chars().filter(|c| c.is_whitespace() || !is_invisible(*c)).collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    ComposingNormalizerBorrowed::new_nfc().normalize(&words.join(" ")).into_owned()
}

/// Each character, and whether it can be shown as it is. Control characters cannot, nor can invisible ones, except a joiner,
/// a variation selector or a tag that belongs to the word or emoji before it.
pub fn shown(text: &str) -> impl Iterator<Item = (char, bool)> {
    let (mut follows_visible, mut follows_flag) = (false, false);
    text.chars().map(move |c| {
        let is_flag = c == '\u{1f3f4}' || (follows_flag && is_tag(c));
        let can = match c {
            c if c.is_control() => false,
            c if is_invisible(c) => (follows_visible && is_joining(c)) || (is_flag && is_tag(c)),
            _ => true,
        };
        (follows_visible, follows_flag) = (can && !c.is_whitespace(), is_flag);
        (c, can)
    })
}

/// A text in quotes for a message: whatever cannot be shown is escaped, as in `"a\u{200b}b"`. It differs from `{:?}` in
/// words and emoji, whose joiners and variation selectors stay.
///
/// ```
/// use groups_model::text::quoted;
/// assert_eq!(quoted("👩\u{200d}💻\n").to_string(), "\"👩\u{200d}💻\\n\"");
/// ```
pub fn quoted(text: &str) -> impl fmt::Display {
    struct Quoted<'a>(&'a str);
    impl fmt::Display for Quoted<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_char('"')?;
            for (c, can) in shown(self.0) {
                match c {
                    '"' | '\\' => write!(f, "\\{c}")?,
                    '\n' => f.write_str("\\n")?,
                    '\r' => f.write_str("\\r")?,
                    '\t' => f.write_str("\\t")?,
                    c if can => f.write_char(c)?,
                    c => write!(f, "{}", c.escape_unicode())?,
                }
            }
            f.write_char('"')
        }
    }
    Quoted(text)
}

/// Without what only wraps or marks a pasted text: invisible characters, quotes and brackets anywhere, white space, dots
/// and `…` at its ends.
pub(crate) fn unwrapped(text: &str) -> Cow<'_, str> {
    let wraps = |c: char| is_invisible(c) || is_quote(c) || is_bracket(c) || c == '…';
    let bare: Cow<'_, str> = match text.contains(wraps) {
        true => text.replace(wraps, "").into(),
        false => text.into(),
    };
    let trimmed = bare.trim().trim_end_matches('.').trim_end();
    if trimmed.len() == bare.len() { bare } else { trimmed.to_owned().into() }
}

/// A quotation mark, straight or typographic.
pub fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`' | '´' | '′' | '″' | '‚' | '„' | '＂' | '＇' | '〝' | '〞' | '〟')
        || matches!(category(c), GeneralCategory::InitialPunctuation | GeneralCategory::FinalPunctuation)
}

/// Any pair of brackets, also `<>`.
pub(crate) fn is_bracket(c: char) -> bool {
    let pairs =
        || matches!(category(c), GeneralCategory::OpenPunctuation | GeneralCategory::ClosePunctuation);
    // Some low quotation marks are open punctuation, too.
    matches!(c, '<' | '>' | '＜' | '＞') || (pairs() && !is_quote(c))
}

fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

/// A character that changes how the one before it is drawn.
fn is_joining(c: char) -> bool {
    CodePointSetData::new::<JoinControl>().contains(c)
        || CodePointSetData::new::<VariationSelector>().contains(c)
}

/// The letters of a flag such as that of Scotland.
fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0020}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_are_known_by_their_property() {
        let invisible = [
            '\u{ad}',
            '\u{34f}',
            '\u{61c}',
            '\u{115f}',
            '\u{17b4}',
            '\u{180e}',
            '\u{200b}',
            '\u{200d}',
            '\u{200e}',
            '\u{2028}',
            '\u{2029}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{206f}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{fff9}',
            '\u{1d173}',
            '\u{e0001}',
            '\u{e0061}',
            '\u{e0100}',
        ];
        for c in invisible {
            assert!(is_invisible(c), "{c:?}");
            assert!(is_blank(&format!(" {c}\t{c}")), "{c:?}");
        }
        for c in ['a', ' ', '\u{a0}', '\n', '\u{1b}', 'é', '日', '👩', '\u{600}', '\u{301}'] {
            assert!(!is_invisible(c), "{c:?}");
        }
        assert!(is_blank("") && !is_blank("\u{200b}a"));
    }

    #[test]
    fn equal_subjects_have_one_normal_form() {
        for (one, other) in [
            ("Cafe\u{301}", "Caf\u{e9}"),
            ("  Trip \u{a0} to\tKyoto\n", "Trip to Kyoto"),
            ("👩\u{200d}💻 ❤\u{fe0f}", "👩💻 ❤"),
            ("\u{202a}Board\u{202c} only\u{feff}", "Board only"),
            ("a\u{200b} \u{200b}b", "a b"),
            ("a\u{2028}b", "a b"),
        ] {
            assert_eq!(normalized(one), normalized(other), "{one:?}");
        }
        assert_ne!(normalized("Trip"), normalized("trip"), "letters stay as they are");
        assert_eq!(normalized("\u{200b} "), "");
    }

    #[test]
    fn joiners_stay_inside_words_and_emoji_alone() {
        for (text, expected) in [
            ("👩\u{200d}💻", "\"👩\u{200d}💻\""),
            ("❤\u{fe0f}\u{200d}🔥", "\"❤\u{fe0f}\u{200d}🔥\""),
            ("می\u{200c}خواهم", "\"می\u{200c}خواهم\""),
            ("葛\u{e0100}", "\"葛\u{e0100}\""),
            ("🏴\u{e0067}\u{e0062}\u{e007f}", "\"🏴\u{e0067}\u{e0062}\u{e007f}\""),
            ("a\u{e0067}", "\"a\\u{e0067}\""),
            ("\u{200d}a", "\"\\u{200d}a\""),
            ("a \u{fe0f}b", "\"a \\u{fe0f}b\""),
            ("evil\u{202e}txt\u{200b}", "\"evil\\u{202e}txt\\u{200b}\""),
            ("a\"b\\\n\u{1b}", "\"a\\\"b\\\\\\n\\u{1b}\""),
        ] {
            assert_eq!(quoted(text).to_string(), expected);
        }
    }

    #[test]
    fn what_wraps_a_pasted_text_is_taken_off() {
        for text in [
            "\u{200b}x1\u{feff}",
            "\"x1\"",
            "<x1>",
            "„x1“",
            "[x1].",
            "x1…",
            " x1 ",
            "«x1»",
            "(x1)",
            "'x1'...",
            "x\u{ad}1",
        ] {
            assert_eq!(unwrapped(text), "x1", "{text:?}");
        }
        assert_eq!(unwrapped("a b"), "a b");
    }
}

//! Text of others on a terminal. Whatever a subject or an error message holds, it must not move the cursor, change
//! colours, break out of its line or turn around the text beside it. Joiners and variation selectors of words and emoji stay.

use groups_ergonomic::model::text::shown;

/// In one line, with everything that is not plain text shown as an escape.
pub(super) fn one_line(text: &str) -> String {
    escaped(text, false)
}

/// Line breaks stay; the caller sees to what a line may begin with.
pub(super) fn lines(text: &str) -> String {
    escaped(&text.replace("\r\n", "\n"), true)
}

fn escaped(text: &str, keep_breaks: bool) -> String {
    let mut safe = String::with_capacity(text.len());
    for (c, can_be_shown) in shown(text) {
        match c {
            '\n' if keep_breaks => safe.push('\n'),
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            c if !can_be_shown => safe.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_others_cannot_drive_a_terminal() {
        for (text, expected) in [
            ("Trip to Kyoto", "Trip to Kyoto"),
            ("\u{1b}[31mred\u{1b}[0m", "\\u{1b}[31mred\\u{1b}[0m"),
            ("\u{9b}2J", "\\u{9b}2J"),
            ("a\nb\tc\rd\u{7f}\0", "a\\nb\\tc\\rd\\u{7f}\\u{0}"),
            ("evil\u{202e}txt.exe", "evil\\u{202e}txt.exe"),
            ("👩\u{200d}💻 日本", "👩\u{200d}💻 日本"),
            ("❤\u{fe0f} می\u{200c}خواهم", "❤\u{fe0f} می\u{200c}خواهم"),
            ("a\u{2066}b\u{200f}\u{3164}", "a\\u{2066}b\\u{200f}\\u{3164}"),
            ("\u{200d}", "\\u{200d}"),
        ] {
            assert_eq!(one_line(text), expected);
        }
        assert_eq!(lines("a\r\nb\u{1b}"), "a\nb\\u{1b}");
    }
}

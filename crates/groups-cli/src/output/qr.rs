//! A link as a QR code of block characters, two rows of squares to a line. Blocks are the light squares: right on a dark
//! terminal as they are, and with colours right on any. The quiet zone that scanners need is part of the drawing.

use qrcode::{Color, QrCode};

/// Squares that have to be light around a code.
const QUIET: usize = 4;

/// The lines of a code; `None` for a text that is too long for one.
pub(super) fn lines(text: &str) -> Option<Vec<String>> {
    let code = QrCode::new(text).ok()?;
    let (side, squares) = (code.width(), code.to_colors());
    let is_light = |row: usize, column: usize| {
        let place = |index: usize| index.checked_sub(QUIET).filter(|index| *index < side);
        match (place(row), place(column)) {
            (Some(row), Some(column)) => squares[row * side + column] == Color::Light,
            _ => true,
        }
    };
    let whole = side + 2 * QUIET;
    let line = |row: usize| {
        (0..whole)
            .map(|column| match (is_light(row, column), row + 1 < whole && is_light(row + 1, column)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            })
            .collect()
    };
    Some((0..whole).step_by(2).map(line).collect())
}

/// The lines with white for light and black for dark, whatever the terminal's own colours are.
pub(super) fn coloured(lines: Vec<String>) -> Vec<String> {
    lines.into_iter().map(|line| format!("\u{1b}[38;5;231;48;5;16m{line}\u{1b}[0m")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_quiet_zone_and_is_as_wide_as_high() {
        let lines = lines("https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv").unwrap();
        let width = lines[0].chars().count();
        assert!(lines.iter().all(|line| line.chars().count() == width));
        assert_eq!(lines.len(), width.div_ceil(2));
        assert!(lines[..2].iter().all(|line| line.chars().all(|c| c == '█')), "{lines:#?}");
        for line in &lines {
            assert!(line.starts_with("████") || line.starts_with("▀▀▀▀"), "{line}");
        }
    }

    #[test]
    fn a_text_that_is_too_long_is_no_code() {
        assert!(lines(&"x".repeat(5_000)).is_none());
    }
}

//! Columns of text: how wide each is, and what of a cell is shown. Widths count what a terminal shows, not characters, and
//! text is cut between what people see as characters: never inside an emoji, never a mark from its letter.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// What stands for what is not shown.
const CUT: &str = "…";
/// Between two columns.
const GAP: usize = 2;
/// Columns are left out rather than made narrower than this.
const READABLE: usize = 12;
/// Nothing is made narrower than this.
const LEAST: usize = 6;

/// The columns of a table, from its first rows on.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) names: Vec<String>,
    widths: Vec<usize>,
    /// Whether some at the end are not shown, for want of room.
    left_out: bool,
}

impl Columns {
    /// Columns for these rows. `room` is the terminal's width, if there is one; then those at the end may be left out,
    /// if `may_leave_out`.
    pub(super) fn new(
        names: Vec<String>,
        rows: &[Vec<String>],
        room: Option<usize>,
        may_leave_out: bool,
    ) -> Self {
        let widest =
            |index: usize| rows.iter().filter_map(|row| row.get(index)).map(|cell| cell.width()).max();
        let widths =
            names.iter().enumerate().map(|(index, name)| name.width().max(widest(index).unwrap_or(0)));
        let mut columns = Self { widths: widths.collect(), names, left_out: false };
        let Some(room) = room else { return columns };
        while may_leave_out && columns.names.len() > 2 && columns.readable() > room {
            let least = columns.least_wanted();
            columns.names.remove(least);
            columns.widths.remove(least);
            columns.left_out = true;
        }
        // With room for the sign that there is more.
        let room = if columns.left_out { room.saturating_sub(GAP + 1) } else { room };
        columns.widths = columns.fitted(&columns.widths, room);
        columns
    }

    /// The column that is left out next: receipts before what one came for, the rest from the end.
    fn least_wanted(&self) -> usize {
        let at = |name: &str| self.names.iter().position(|other| other == name);
        let (group, link) = (at("group_id"), at("invite_link"));
        let is_of_one = link.or(at("id")).or(at("user")).is_some();
        at("request_id")
            .filter(|_| group.or(link).is_some())
            .or(group.filter(|_| is_of_one))
            .or(at("error").filter(|_| link.is_some()))
            .or(at("line").filter(|_| link.is_some()))
            .unwrap_or(self.names.len() - 1)
    }

    /// A row whose last cell goes on in further lines.
    pub(super) fn wrapped(&self, cells: &[String], room: usize) -> String {
        let Some((last, first)) = cells.split_last() else { return String::new() };
        let widths = self.widths.iter().zip(first).map(|(width, cell)| cell.width().max(*width));
        let indent = widths.clone().map(|width| width + GAP).sum::<usize>();
        if indent + READABLE > room {
            return self.line(cells, Some(room));
        }
        let mut line = String::new();
        for (cell, width) in first.iter().zip(widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + GAP));
        }
        let mut at = indent;
        for (index, word) in last.split(' ').enumerate() {
            if index > 0 && at + 1 + word.width() > room {
                line.push('\n');
                line.extend(std::iter::repeat_n(' ', indent));
                at = indent;
            } else if index > 0 {
                line.push(' ');
                at += 1;
            }
            line.push_str(word);
            at += word.width();
        }
        line.push('\n');
        line
    }

    /// Whether there was no room for all.
    pub(super) fn is_cut_short(&self) -> bool {
        self.left_out
    }

    /// The names, as a line.
    pub(super) fn header(&self, room: Option<usize>) -> String {
        let mut names: Vec<String> = self.names.iter().map(|name| name.to_uppercase()).collect();
        if self.left_out {
            names.push(CUT.to_owned());
        }
        self.line(&names, room)
    }

    /// A row. What is wider than its column is whole where nobody looks, or where the row still fits.
    pub(super) fn line(&self, cells: &[String], room: Option<usize>) -> String {
        let wanted: Vec<usize> = self
            .widths
            .iter()
            .zip(cells)
            .map(|(width, cell)| cell.width().max(*width))
            .chain(cells.iter().skip(self.widths.len()).map(|cell| cell.width()))
            .collect();
        let widths = match room {
            Some(room) if total(&wanted) > room => self.fitted(&wanted, room),
            _ => wanted,
        };
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            let cell = cut(cell, width);
            line.push_str(&cell);
            line.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + GAP));
        }
        line.truncate(line.trim_end().len());
        line.push('\n');
        line
    }

    /// Widths that fit: ids stay whole as long as the others are readable, then as long as they are not gone.
    fn fitted(&self, widths: &[usize], room: usize) -> Vec<usize> {
        let mut widths = widths.to_vec();
        for (least, ids_too) in [(READABLE, false), (LEAST, false), (LEAST, true)] {
            while total(&widths) > room {
                let may_shrink = |(index, width): &(usize, &mut usize)| {
                    **width > least && (ids_too || !self.names.get(*index).is_some_and(|name| is_id(name)))
                };
                let widest =
                    widths.iter_mut().enumerate().filter(may_shrink).max_by_key(|(_, width)| **width);
                match widest {
                    Some((_, width)) => *width -= 1,
                    None => break,
                }
            }
        }
        widths
    }

    /// The room that these columns need to be readable.
    fn readable(&self) -> usize {
        let least: Vec<usize> = self
            .names
            .iter()
            .zip(&self.widths)
            .map(|(name, width)| if is_id(name) { *width } else { READABLE.min(*width) })
            .collect();
        // And a sign that there is more.
        total(&least) + if self.left_out { GAP + 1 } else { 0 }
    }
}

/// Whether half of it is of no use.
fn is_id(name: &str) -> bool {
    ["id", "invite_link", "user"].contains(&name) || name.ends_with("_id")
}

fn total(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)
}

/// As much of a text as fits, with a sign where something is missing.
fn cut(text: &str, room: usize) -> std::borrow::Cow<'_, str> {
    if text.width() <= room {
        return text.into();
    }
    let mut shown = String::new();
    for cluster in text.graphemes(true) {
        // The whole is measured: a cluster may look different beside others.
        if format!("{shown}{cluster}").width() > room.saturating_sub(1) {
            break;
        }
        shown.push_str(cluster);
    }
    shown.truncate(shown.trim_end().len());
    shown.push_str(CUT);
    shown.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAMILY: &str = "👨\u{200d}👩\u{200d}👧";

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    fn columns(names: &[&str], first: &[&str], room: Option<usize>, may_leave_out: bool) -> Columns {
        Columns::new(row(names), &[row(first)], room, may_leave_out)
    }

    #[test]
    fn text_is_cut_between_what_people_see_as_characters() {
        for (text, room, expected) in [
            ("Kyoto", 5, "Kyoto"),
            ("Kyoto", 4, "Kyo…"),
            ("日本旅行", 7, "日本旅…"),
            ("日本旅行", 6, "日本…"),
            (&*format!("a{FAMILY}bc"), 4, &*format!("a{FAMILY}…")),
            (&*format!("a{FAMILY}bc"), 3, "a…"),
            ("🇯🇵🇵🇹🇪🇸", 5, "🇯🇵🇵🇹…"),
            ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
            ("👍🏽👍🏽", 3, "👍🏽…"),
        ] {
            assert_eq!(cut(text, room), expected, "{text} in {room}");
            assert!(cut(text, room).width() <= room, "{text} in {room}");
        }
    }

    #[test]
    fn wide_characters_and_emoji_keep_the_columns_straight() {
        let rows = [row(&["日本", "x"]), row(&[FAMILY, "x"]), row(&["abcd", "x"])];
        let table = Columns::new(row(&["a", "b"]), &rows, None, true);
        for cells in &rows {
            let line = table.line(cells, None);
            assert_eq!(line.trim_end().width(), 7, "{line}");
        }
    }

    #[test]
    fn a_row_is_whole_where_nobody_looks_and_where_it_fits() {
        let wide = row(&["1", "a much longer subject", "x"]);
        let plain = columns(&["id", "subject", "note"], &["1", "short", "x"], None, true);
        assert_eq!(plain.line(&wide, None), "1   a much longer subject  x\n");
        let fits = columns(&["id", "subject", "note"], &["1", "short", "x"], Some(40), true);
        assert_eq!(fits.line(&wide, Some(40)), "1   a much longer subject  x\n");
        assert_eq!(fits.line(&wide, Some(25)), "1   a much longer…   x\n");
    }

    #[test]
    fn every_line_fits_the_terminal() {
        let cells = ["G".repeat(57), "日本".repeat(20), "3 hours ago".to_owned()];
        let names = row(&["id", "subject", "created_at"]);
        for may_leave_out in [true, false] {
            for room in [24, 40, 80, 100, 120, 200] {
                let table = Columns::new(names.clone(), &[cells.to_vec()], Some(room), may_leave_out);
                let shown = &cells[..table.names.len()];
                for line in [table.header(Some(room)), table.line(shown, Some(room))] {
                    assert!(line.trim_end().width() <= room, "{room}: {line}");
                }
            }
        }
    }

    #[test]
    fn an_id_is_whole_and_the_last_column_gives_way() {
        let id = "G".repeat(57);
        let first = [&*id, "Lisbon trip in June", "3 hours ago"];
        let narrow = columns(&["id", "subject", "created_at"], &first, Some(80), true);
        assert_eq!(narrow.names, ["id", "subject"]);
        assert!(narrow.header(Some(80)).ends_with("SUBJECT             …\n"), "{}", narrow.header(Some(80)));
        assert_eq!(narrow.line(&row(&first[..2]), Some(80)), format!("{id}  Lisbon trip in June\n"));
        // What was asked for by name is there.
        let asked = columns(&["id", "subject", "created_at"], &first, Some(80), false);
        assert_eq!(asked.names.len(), 3);
        assert!(asked.line(&row(&first), Some(80)).starts_with(&id));
    }

    #[test]
    fn a_link_stays_and_receipts_go_first() {
        let (id, link) = ("G".repeat(57), format!("https://chat.whatsapp.com/{}", "L".repeat(22)));
        let names = ["line", "status", "subject", "group_id", "request_id", "invite_link", "error"];
        let cells = ["2", "done", "Lisbon trip in June", &id, "R", &link, "-"];
        let narrow = columns(&names, &cells, Some(80), true);
        assert_eq!(narrow.names, ["line", "status", "subject", "invite_link"]);
        let shown = row(&["2", "done", "Lisbon trip in June", &link]);
        assert!(narrow.line(&shown, Some(80)).contains(&link));
        let people = columns(&["line", "group_id", "user"], &["2", &id, "+15550100110"], Some(60), true);
        assert_eq!(people.names, ["line", "user"]);
    }

    #[test]
    fn an_explanation_goes_on_in_further_lines() {
        let table = columns(&["check", "message"], &["key", "one two three four five"], Some(20), false);
        let wrapped = table.wrapped(&row(&["key", "one two three four five"]), 20);
        assert_eq!(wrapped, "key    one two three\n       four five\n");
    }
}

//! Cursors and pages. A cursor names the item it stands at and the list it belongs to, so walking on from it
//! is right whatever was created or deleted meanwhile: nothing twice, nothing that stayed is missed.

use std::ops::Bound;

use serde::{Deserialize, Serialize};

use super::codes::{INVALID_CURSOR, Refusal};
use super::ids;

/// The list a cursor belongs to, written like the 19-digit nanosecond times of real cursors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Version(i64);

impl Version {
    /// A list that began at a time; `tie` tells lists of the same millisecond apart.
    pub(crate) fn of(millis: i64, tie: u64) -> Self {
        let tie = i64::try_from(tie % 1_000_000).unwrap_or_default();
        Self(millis.saturating_mul(1_000_000).saturating_add(tie))
    }

    pub(crate) fn from_number(number: i64) -> Self {
        Self(number)
    }

    pub(crate) fn number(self) -> i64 {
        self.0
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Inside {
    offset: u64,
    #[serde(rename = "versionId")]
    version_id: String,
}

pub(crate) fn write(serial: u64, version: Version) -> String {
    ids::encode(&format!(r#"{{"offset":{serial},"versionId":"{:019}"}}"#, version.0))
}

/// The place a cursor stands at. Refused when damaged, of another list, or ahead of all that ever was.
pub(crate) fn read(text: &str, version: Version, newest: u64) -> Result<u64, Refusal> {
    let inside = ids::decode(text).and_then(|json| serde_json::from_str::<Inside>(&json).ok());
    let Some(inside) = inside else {
        return Err(Refusal::new(INVALID_CURSOR, "The cursor is corrupt. Start again from the first page."));
    };
    if inside.version_id != format!("{:019}", version.0) || inside.offset > newest {
        let details = "The cursor has expired or belongs to another list. Start again from the first page.";
        return Err(Refusal::new(INVALID_CURSOR, details));
    }
    Ok(inside.offset)
}

/// Which page is asked for; never both directions at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) limit: usize,
    pub(crate) from: From,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum From {
    Start,
    After(String),
    Before(String),
}

/// One page, oldest first. Cursors are absent when it is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) has_previous: bool,
    pub(crate) has_next: bool,
}

impl<T> Page<T> {
    /// The page without its items, though it leads on as before: its cursor stands where the one that led here does, but
    /// is another text.
    pub(crate) fn emptied(self, window: &Window, version: Version) -> Self {
        if self.items.is_empty() {
            return self;
        }
        let again = |cursor: &str| ids::decode(cursor).map(|inside| ids::encode(&format!("{inside} ")));
        let (before, after) = match &window.from {
            From::Start => (Some(write(0, version)), Some(write(0, version))),
            From::After(cursor) => (Some(cursor.clone()), again(cursor)),
            From::Before(cursor) => (again(cursor), Some(cursor.clone())),
        };
        let (has_previous, has_next) = match window.from {
            From::Before(_) => (true, self.has_next),
            _ => (self.has_previous, true),
        };
        Self { items: Vec::new(), before, after, has_previous, has_next }
    }

    /// The page with the cursor that led to it in place of the one that leads on.
    pub(crate) fn repeated(mut self, window: &Window) -> Self {
        match &window.from {
            From::Start => {}
            From::After(cursor) => {
                self.after = Some(cursor.clone());
                self.has_next = true;
            }
            From::Before(cursor) => {
                self.before = Some(cursor.clone());
                self.has_previous = true;
            }
        }
        self
    }
}

/// Cuts a page out of a list that `range` walks in the order of serials.
pub(crate) fn page<T, I>(
    window: &Window,
    version: Version,
    newest: u64,
    range: impl Fn(Bound<u64>, Bound<u64>) -> I,
) -> Result<Page<T>, Refusal>
where
    I: DoubleEndedIterator<Item = (u64, T)>,
{
    use Bound::{Excluded, Included, Unbounded};
    let one_more = window.limit + 1;
    let (mut items, has_previous, has_next);
    match &window.from {
        From::Start => {
            items = range(Unbounded, Unbounded).take(one_more).collect::<Vec<_>>();
            has_previous = false;
            has_next = items.len() > window.limit;
            items.truncate(window.limit);
        }
        From::After(cursor) => {
            let at = read(cursor, version, newest)?;
            items = range(Excluded(at), Unbounded).take(one_more).collect::<Vec<_>>();
            has_previous = range(Unbounded, Included(at)).next().is_some();
            has_next = items.len() > window.limit;
            items.truncate(window.limit);
        }
        From::Before(cursor) => {
            let at = read(cursor, version, newest)?;
            items = range(Unbounded, Excluded(at)).rev().take(one_more).collect::<Vec<_>>();
            has_previous = items.len() > window.limit;
            has_next = range(Included(at), Unbounded).next().is_some();
            items.truncate(window.limit);
            items.reverse();
        }
    }
    Ok(Page {
        before: items.first().map(|(serial, _)| write(*serial, version)),
        after: items.last().map(|(serial, _)| write(*serial, version)),
        items: items.into_iter().map(|(_, item)| item).collect(),
        has_previous,
        has_next,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const VERSION: Version = Version(1_759_320_000_123_000_042);

    fn list(serials: &[u64]) -> BTreeMap<u64, u64> {
        serials.iter().map(|serial| (*serial, *serial)).collect()
    }

    fn cut(list: &BTreeMap<u64, u64>, limit: usize, from: From) -> Result<Page<u64>, Refusal> {
        page(&Window { limit, from }, VERSION, 100, |low, high| {
            list.range((low, high)).map(|(serial, item)| (*serial, *item))
        })
    }

    #[test]
    fn a_cursor_looks_inside_like_the_captured_ones() {
        let inside = ids::decode(&write(3, VERSION)).unwrap();
        assert_eq!(inside, r#"{"offset":3,"versionId":"1759320000123000042"}"#);
    }

    #[test]
    fn pages_go_forwards_and_backwards() {
        let list = list(&[1, 4, 5, 9, 12]);
        let first = cut(&list, 2, From::Start).unwrap();
        assert_eq!((first.items, first.has_previous, first.has_next), (vec![1, 4], false, true));
        let second = cut(&list, 2, From::After(first.after.unwrap())).unwrap();
        assert_eq!((&second.items[..], second.has_previous, second.has_next), (&[5, 9][..], true, true));
        let last = cut(&list, 2, From::After(second.after.unwrap())).unwrap();
        assert_eq!((&last.items[..], last.has_previous, last.has_next), (&[12][..], true, false));
        assert_eq!(last.before, last.after);
        let back = cut(&list, 2, From::Before(second.before.unwrap())).unwrap();
        assert_eq!((back.items, back.has_previous, back.has_next), (vec![1, 4], false, true));
    }

    #[test]
    fn an_empty_page_has_no_cursors() {
        let page = cut(&list(&[]), 5, From::Start).unwrap();
        assert_eq!((page.before, page.after, page.has_next), (None, None, false));
    }

    #[test]
    fn cursors_it_cannot_honour_are_refused() {
        let other = Version(VERSION.0 + 1);
        for cursor in [String::new(), "MTAxNTEx".into(), "%%".into(), write(1, other), write(101, VERSION)] {
            let refusal = cut(&list(&[1, 2]), 5, From::After(cursor.clone())).unwrap_err();
            assert_eq!(refusal.code, INVALID_CURSOR, "{cursor}");
        }
    }
}

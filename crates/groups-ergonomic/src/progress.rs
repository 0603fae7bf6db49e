//! Decides when a walk through pages has to end because it brings nothing new. Pure.

use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};

/// Follows a walk through the pages of a list, so that a service that ignores cursors cannot keep it going for ever.
///
/// A walk makes progress as long as each page contains an item that no earlier page contained. It ends at a cursor that
/// came before, after [`Progress::REPEATED_PAGES`] pages in a row that contain only earlier items, and after
/// [`Progress::PAGES_WITHOUT_NEW`] pages in a row without a new item, empty pages included. A list that changes during the
/// walk may repeat a page, and a service that filters after paging may send empty pages, so neither ends it at once.
///
/// It keeps a 64-bit hash of each id and of each cursor, so that cycles of any length are found.
///
/// ```
/// use groups_ergonomic::Progress;
///
/// let mut progress = Progress::default();
/// assert!(progress.page(["a", "b"], Some("cursor 1")).stalled.is_none());
/// let step = progress.page(["b", "a"], Some("cursor 1"));
/// assert!(step.is_repeated && step.stalled.is_some());
/// ```
#[derive(Debug, Default)]
pub struct Progress {
    hasher: RandomState,
    items: Hashes,
    cursors: Hashes,
    repeated: u32,
    without_new: u32,
}

/// Hashes that are not hashed again.
type Hashes = HashSet<u64, BuildHasherDefault<AsIs>>;

/// What a page means for the walk.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The page contains items, and earlier pages contained all of them.
    pub is_repeated: bool,
    /// Set when the walk has to end after this page.
    pub stalled: Option<Stalled>,
}

/// Why a walk has to end. Its `Display` form is a sentence without a full stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stalled {
    /// The cursor of the next page came before.
    SameCursor,
    /// This many pages in a row contained only items of earlier pages.
    SameItems(u32),
    /// This many pages in a row contained no new item.
    NoItems(u32),
}

impl Progress {
    /// The number of pages in a row that contain only items of earlier pages, after which a walk ends.
    pub const REPEATED_PAGES: u32 = 3;
    /// The number of pages in a row without a new item, after which a walk ends.
    pub const PAGES_WITHOUT_NEW: u32 = 100;

    /// Takes a page in: the ids of its items, and the cursor to continue with if the list may continue.
    pub fn page<'a>(&mut self, ids: impl IntoIterator<Item = &'a str>, next: Option<&str>) -> Step {
        let (mut count, mut has_new) = (0_usize, false);
        for id in ids {
            count += 1;
            has_new |= self.items.insert(self.hasher.hash_one(id));
        }
        let is_repeated = count > 0 && !has_new;
        if has_new {
            (self.repeated, self.without_new) = (0, 0);
        } else {
            self.without_new += 1;
            self.repeated += u32::from(is_repeated);
        }
        let stalled = next.and_then(|cursor| {
            if !self.cursors.insert(self.hasher.hash_one(cursor)) {
                Some(Stalled::SameCursor)
            } else if self.repeated >= Self::REPEATED_PAGES {
                Some(Stalled::SameItems(self.repeated))
            } else if self.without_new >= Self::PAGES_WITHOUT_NEW {
                Some(Stalled::NoItems(self.without_new))
            } else {
                None
            }
        });
        Step { is_repeated, stalled }
    }

    /// Takes in the cursor that a walk begins at.
    pub fn begins_at(&mut self, cursor: &str) {
        self.cursors.insert(self.hasher.hash_one(cursor));
    }
}

impl fmt::Display for Stalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the list does not end: ")?;
        match self {
            Self::SameCursor => f.write_str("the service returned a cursor that it had returned before"),
            Self::SameItems(pages) => {
                write!(f, "{pages} pages in a row contained only items of earlier pages")
            }
            Self::NoItems(pages) => write!(f, "{pages} pages in a row contained no new item"),
        }
    }
}

/// Takes a hash as it is.
#[derive(Clone, Copy, Debug, Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Walks pages that come again and again with a fresh cursor each time; the number of pages until the end.
    fn pages_until_stalled(pages: &[&[&str]]) -> (u32, Stalled) {
        let mut progress = Progress::default();
        for (number, page) in (1..).zip(pages.iter().cycle()) {
            assert!(number < 10_000, "the walk does not end");
            let step = progress.page(page.iter().copied(), Some(&format!("cursor {number}")));
            if let Some(stalled) = step.stalled {
                return (number, stalled);
            }
        }
        unreachable!("the pages are repeated for ever")
    }

    #[test]
    fn cycles_of_any_length_end() {
        assert_eq!(pages_until_stalled(&[&["a", "b"]]), (4, Stalled::SameItems(3)));
        assert_eq!(pages_until_stalled(&[&["a"], &["b"], &["a", "b"]]), (5, Stalled::SameItems(3)));
        let ids: Vec<String> = (0..500).map(|n| n.to_string()).collect();
        let pages: Vec<Vec<&str>> = ids.iter().map(|id| vec![id.as_str()]).collect();
        let pages: Vec<&[&str]> = pages.iter().map(Vec::as_slice).collect();
        assert_eq!(pages_until_stalled(&pages), (503, Stalled::SameItems(3)));
    }

    #[test]
    fn empty_pages_end_after_the_bound_and_not_before() {
        assert_eq!(pages_until_stalled(&[&[]]), (100, Stalled::NoItems(100)));
        let mut sparse: Vec<&[&str]> = vec![&[]; 99];
        sparse.push(&["a"]);
        assert_eq!(pages_until_stalled(&sparse), (200, Stalled::NoItems(100)), "the first item was progress");
    }

    #[test]
    fn empty_pages_between_repeated_pages_change_nothing() {
        assert_eq!(pages_until_stalled(&[&["a"], &[], &[]]), (10, Stalled::SameItems(3)));
    }

    #[test]
    fn a_page_that_repeats_a_part_of_its_items_is_progress() {
        let mut progress = Progress::default();
        for number in 0..1_000 {
            let ids = ["same".to_owned(), number.to_string()];
            let step = progress.page(ids.iter().map(String::as_str), Some(&format!("cursor {number}")));
            assert_eq!(step, Step { is_repeated: false, stalled: None }, "{number}");
        }
    }

    #[test]
    fn one_repeated_page_does_not_end_a_list_that_has_grown() {
        let mut progress = Progress::default();
        assert_eq!(progress.page(["a"], Some("1")).stalled, None);
        assert_eq!(progress.page(["a"], Some("2")), Step { is_repeated: true, stalled: None });
        assert_eq!(progress.page(["b"], Some("3")), Step { is_repeated: false, stalled: None });
    }

    #[test]
    fn the_last_page_is_never_a_stall() {
        let mut progress = Progress::default();
        progress.begins_at("1");
        assert_eq!(progress.page(["a"], Some("1")).stalled, Some(Stalled::SameCursor));
        for _ in 0..200 {
            assert_eq!(progress.page(["a"], None).stalled, None);
        }
    }
}

//! A list before it is walked: where to begin, how far to go, in what steps. Asks nothing yet.

use std::fmt;
use std::sync::Arc;

use groups_model::Cursor;

use crate::operation::Operation;
use crate::pages::{Ask, Fetching, Items, Listed, Options, Pages, Position};

/// A list to be walked, of groups or of join requests.
#[must_use = "ends in stream() or pages()"]
pub struct List<T> {
    operation: Operation,
    options: Options,
    fetch: Arc<dyn Fn(Ask) -> Fetching<T> + Send + Sync>,
}

impl<T: Listed> List<T> {
    pub(crate) fn new(
        operation: Operation,
        fetch: impl Fn(Ask) -> Fetching<T> + Send + Sync + 'static,
    ) -> Self {
        Self { operation, options: Options::default(), fetch: Arc::new(fetch) }
    }

    /// Items a page, 1 to 1024. Unless set: 1024, which walks a list with the fewest requests.
    pub fn page_size(mut self, items: u32) -> Self {
        self.options.page_size = Some(items);
        self
    }

    /// At most this many items in all, at least 1. Unless set: every one.
    pub fn limit(mut self, items: u64) -> Self {
        self.options.limit = Some(items);
        self
    }

    /// Begins after a place, walking forward. Not together with `before`.
    pub fn after(mut self, cursor: Cursor) -> Self {
        self.options.after = Some(cursor);
        self
    }

    /// Begins before a place, walking backward. Not together with `after`.
    pub fn before(mut self, cursor: Cursor) -> Self {
        self.options.before = Some(cursor);
        self
    }

    /// Goes on where an earlier walk stopped: see [`Items::position`]. In place of `after` and `before`.
    pub fn resume(mut self, position: Position) -> Self {
        self.options.resume(position);
        self
    }

    /// Fetches each page only when it is asked for, not while the one before it is consumed.
    pub fn without_prefetch(mut self) -> Self {
        self.options.no_prefetch = true;
        self
    }

    /// Item by item.
    pub fn stream(self) -> Items<T> {
        Items::new(self.pages())
    }

    /// Page by page, with the cursors to go on from.
    pub fn pages(self) -> Pages<T> {
        Pages::new(self.operation, self.options, self.fetch)
    }
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        Self { operation: self.operation, options: self.options.clone(), fetch: self.fetch.clone() }
    }
}

impl<T> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List")
            .field("operation", &self.operation)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

//! Walking lists: which page to ask for next, and when to stop. The rules are pure ([`Walk`]); the streams
//! only carry them out. A `next` URL is never followed, only looked at, so the key cannot leave for another
//! host (Facts 5).

use std::collections::HashSet;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use groups_api::types;
use groups_model::tolerant::Problems;
use groups_model::{Cursor, Group, InvalidInput, JoinRequest, limits};
use serde::{Deserialize, Serialize};
use tracing::Instrument;

use crate::error::{Error, Result};
use crate::operation::Operation;
use crate::progress::{Progress, Stalled};

/// Which way a list is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Forward,
    Backward,
}

/// Where a walk begins, how far it goes and in what steps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub after: Option<Cursor>,
    pub before: Option<Cursor>,
    pub page_size: Option<u32>,
    pub limit: Option<u64>,
    pub no_prefetch: bool,
    /// Ids that an earlier walk has delivered already.
    pub skip: HashSet<String>,
}

impl Options {
    pub(crate) fn resume(&mut self, position: Position) {
        let Position { backward, cursor, delivered } = position;
        (self.after, self.before) = if backward { (None, cursor) } else { (cursor, None) };
        self.skip = delivered.into_iter().collect();
    }
}

/// A place in a list, at any item: what a walk that ended there has not delivered yet is what a walk resumed
/// from it delivers. Keep it as JSON, for example. It ages like the cursor in it (code 131059).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    backward: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cursor: Option<Cursor>,
    /// What was delivered of the page that begins at the cursor: counting would not do, as items may vanish.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    delivered: Vec<String>,
}

/// What a list is made of.
pub trait Listed: sealed::Sealed + Send + Unpin + 'static {
    /// The id that tells it from the other items of its list.
    fn id(&self) -> &str;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for groups_model::Group {}
    impl Sealed for groups_model::JoinRequest {}
}

impl Listed for Group {
    fn id(&self) -> &str {
        self.id.as_str()
    }
}

impl Listed for JoinRequest {
    fn id(&self) -> &str {
        self.id.as_str()
    }
}

/// One question to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ask {
    pub after: Option<Cursor>,
    pub before: Option<Cursor>,
    pub limit: u32,
}

/// One page of a list, in the order of the server.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// What the page holds. An empty page is not the end of a list. A page of which every item came before is delivered
    /// as an empty one.
    pub items: Vec<T>,
    /// The place before the first item, to go backward from.
    pub before: Option<Cursor>,
    /// The place after the last item, to go on from.
    pub after: Option<Cursor>,
    /// Whether there may be more in the direction of the walk: the server said so, or the page was full.
    pub more: bool,
    /// Whether the server's own words decide `more`. A full page without a link does not: the next one may be
    /// empty.
    pub more_is_certain: bool,
    problems: Problems,
}

impl<T> Page<T> {
    /// What of the answer could not be read, by path and type. An item without an id is not in [`Self::items`].
    pub fn problems(&self) -> &Problems {
        &self.problems
    }

    /// Drops what lies beyond this many items, if anything does. A cursor behind it would skip it, so none is told.
    fn keep(&mut self, count: usize, direction: Direction) -> bool {
        if self.items.len() <= count {
            return false;
        }
        match direction {
            Direction::Forward => {
                self.items.truncate(count);
                self.after = None;
            }
            Direction::Backward => {
                self.items.drain(..self.items.len() - count);
                self.before = None;
            }
        }
        (self.more, self.more_is_certain) = (true, true);
        true
    }
}

/// What a list operation answers, in one form.
#[derive(Debug)]
pub(crate) struct Answered<T> {
    pub items: Vec<T>,
    pub paging: Option<types::Paging>,
    pub problems: Problems,
}

/// The rules of walking.
#[derive(Debug)]
struct Walk {
    direction: Direction,
    position: Option<Cursor>,
    page_size: u32,
    left: Option<u64>,
    progress: Progress,
    /// Why the walk ended before the end of the list, until it is reported.
    stalled: Option<Stalled>,
    done: bool,
}

impl Walk {
    fn new(options: Options) -> Result<Self> {
        let (direction, position) = match (options.after, options.before) {
            (Some(_), Some(_)) => {
                return Err(InvalidInput::new("cursor", "must be one: after or before").into());
            }
            (None, Some(before)) => (Direction::Backward, Some(before)),
            (after, None) => (Direction::Forward, after),
        };
        if let Some(cursor) = &position {
            cursor.check()?;
        }
        if options.limit == Some(0) {
            return Err(InvalidInput::new("limit", "must be at least 1, got 0").into());
        }
        let page_size = limits::page_size(options.page_size.unwrap_or(limits::PAGE_SIZE_MAX))?;
        let mut progress = Progress::default();
        if let Some(cursor) = &position {
            progress.begins_at(cursor.as_str());
        }
        // What is skipped does not count.
        let left = options.limit.map(|limit| limit.saturating_add(options.skip.len() as u64));
        Ok(Self { direction, position, page_size, left, progress, stalled: None, done: false })
    }

    /// The next question; `None` at the end.
    fn ask(&self) -> Option<Ask> {
        if self.done {
            return None;
        }
        let left = self.left.unwrap_or(u64::MAX);
        // Pages end where the limit ends, so that the cursor of the last page is the place to go on from.
        let limit = u32::try_from(left.min(self.page_size.into())).unwrap_or(self.page_size);
        let position = self.position.clone();
        Some(match self.direction {
            Direction::Forward => Ask { after: position, before: None, limit },
            Direction::Backward => Ask { after: None, before: position, limit },
        })
    }

    /// Takes an answer in and decides where to go from it.
    fn take<T: Listed>(&mut self, asked: &Ask, answered: Answered<T>) -> Page<T> {
        let paging = answered.paging;
        let (before, after) = match paging.as_ref().and_then(|paging| paging.cursors.as_ref()) {
            Some(cursors) => (cursors.before.clone(), cursors.after.clone()),
            None => (None, None),
        };
        let (link, cursor) = match self.direction {
            Direction::Forward => (paging.as_ref().and_then(|paging| paging.next.as_deref()), &after),
            Direction::Backward => (paging.as_ref().and_then(|paging| paging.previous.as_deref()), &before),
        };
        // A link that could not be read is one all the same.
        let odd = match self.direction {
            Direction::Forward => "?next",
            Direction::Backward => "?previous",
        };
        let has_link = link.is_some() || paging.as_ref().is_some_and(|paging| paging.extra.contains_key(odd));
        let cursor = cursor.clone().or_else(|| link.and_then(|link| cursor_of(link, self.direction)));

        let mut items = answered.items;
        let left_out = answered.problems.left_out() as u64;
        let is_full = items.len() as u64 + left_out >= u64::from(asked.limit);
        // With a link there is more. Without one, a full page is followed by one more question, as nobody has
        // seen whether 360dialog passes the link on; a shorter page is the last, whatever its cursors say.
        let more = cursor.is_some() && (has_link || is_full);
        let more_is_certain = !more || link.is_some();
        let next = cursor.as_ref().filter(|_| more).map(Cursor::as_str);
        let step = self.progress.page(items.iter().map(Listed::id), next);
        if step.is_repeated {
            items.clear();
        }

        let count = items.len() as u64 + left_out;
        // The server may send more than asked; what exceeds a limit of the caller was not asked for.
        let over = self.left.is_some_and(|left| count > left);
        let wanted = self.left.map_or(items.len(), |left| usize::try_from(left).unwrap_or(usize::MAX));
        self.left = self.left.map(|left| left.saturating_sub(count));

        self.done = !more || self.left == Some(0);
        self.stalled = step.stalled.filter(|_| !self.done);
        self.done |= self.stalled.is_some();
        // The walk has come to the cursor also where it ends there, unless that is beyond what was dropped.
        if let (Some(cursor), false) = (cursor, over) {
            self.position = Some(cursor);
        }
        let mut page = Page { items, before, after, more, more_is_certain, problems: answered.problems };
        page.keep(wanted, self.direction);
        page
    }
}

/// The cursor that stands in a link, where the answer has no cursors of its own.
fn cursor_of(link: &str, direction: Direction) -> Option<Cursor> {
    let name = match direction {
        Direction::Forward => "after",
        Direction::Backward => "before",
    };
    let base = url::Url::parse("https://relative.invalid").ok()?;
    let url = base.join(link).ok()?;
    let value = url.query_pairs().find(|(key, _)| key == name)?.1;
    Cursor::new(value.into_owned()).ok()
}

pub(crate) type Fetching<T> = Pin<Box<dyn Future<Output = Result<Answered<T>>> + Send>>;
type Fetch<T> = Arc<dyn Fn(Ask) -> Fetching<T> + Send + Sync>;

/// A page that is fetched while its predecessor is consumed. Dropped, it stops.
struct Ahead<T>(tokio::task::JoinHandle<Result<Answered<T>>>);

impl<T: Send + 'static> Ahead<T> {
    fn start(fetching: Fetching<T>) -> Self {
        Self(tokio::spawn(fetching.in_current_span()))
    }

    async fn finish(mut self) -> Result<Answered<T>> {
        match (&mut self.0).await {
            Ok(answered) => answered,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // Only where the runtime is being shut down around it.
            Err(_) => Err(Error::local(groups_model::ErrorKind::Network, "the runtime is shutting down")),
        }
    }
}

impl<T> Drop for Ahead<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A list, page by page. While a page is consumed the next one is fetched, one page ahead at most.
///
/// After an error the stream ends; [`Pages::cursor`] tells where to begin again. A list that brings no new items ends with
/// an error of the kind [`ErrorKind::NoProgress`](groups_model::ErrorKind::NoProgress), after all pages that it brought: see
/// [`Progress`].
#[must_use = "a stream does nothing unless it is read"]
pub struct Pages<T> {
    operation: Operation,
    fetch: Fetch<T>,
    walk: std::result::Result<Walk, Option<Error>>,
    pending: Option<(Ask, Fetching<T>)>,
    prefetch: bool,
    skip: HashSet<String>,
    /// What may still be delivered. The walk asks for more than that where it resumes: it has to skip.
    left: Option<u64>,
}

impl<T: Listed> Pages<T> {
    pub(crate) fn new(operation: Operation, options: Options, fetch: Fetch<T>) -> Self {
        let prefetch = !options.no_prefetch;
        let (skip, left) = (options.skip.clone(), options.limit);
        let walk = Walk::new(options).map_err(|error| Some(error.during(operation)));
        Self { operation, fetch, walk, pending: None, prefetch, skip, left }
    }

    /// The next page; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Page<T>>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// The place that the walk has come to: give it to `after` (or `before`, when walking backward) of a new list
    /// to go on from there. `None` at the beginning. It lies before a page that a limit has cut short.
    pub fn cursor(&self) -> Option<&Cursor> {
        self.walk.as_ref().ok()?.position.as_ref()
    }

    fn is_backward(&self) -> bool {
        self.walk.as_ref().is_ok_and(|walk| walk.direction == Direction::Backward)
    }

    fn is_done(&self) -> bool {
        self.walk.as_ref().map_or(true, |walk| walk.done)
    }
}

impl<T: Listed> Stream for Pages<T> {
    type Item = Result<Page<T>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let walk = match &mut this.walk {
            Ok(walk) => walk,
            Err(error) => return Poll::Ready(error.take().map(Err)),
        };
        let (asked, fetching) = match &mut this.pending {
            Some(pending) => pending,
            None => {
                let Some(ask) = walk.ask() else {
                    let stalled = walk.stalled.take();
                    return Poll::Ready(stalled.map(|why| Err(Error::no_progress(this.operation, why))));
                };
                let fetching = (this.fetch)(ask.clone());
                this.pending.insert((ask, fetching))
            }
        };
        let answered = ready!(fetching.as_mut().poll(cx));
        let began = walk.position.clone();
        let page = match answered {
            Ok(answered) => Ok(walk.take(asked, answered)),
            Err(error) => {
                walk.done = true;
                Err(error)
            }
        };
        this.pending = None;
        let page = page.map(|mut page| {
            page.items.retain(|item| !this.skip.remove(item.id()));
            if let Some(left) = &mut this.left {
                // What was to be skipped may have vanished, and then more came than was still wanted.
                if page.keep(usize::try_from(*left).unwrap_or(usize::MAX), walk.direction) {
                    walk.position = began;
                }
                *left = left.saturating_sub(page.items.len() as u64);
                walk.done |= *left == 0;
                walk.stalled = walk.stalled.take().filter(|_| *left > 0);
            }
            page
        });
        if let (true, Some(ask)) = (this.prefetch, walk.ask()) {
            let ahead = Ahead::start((this.fetch)(ask.clone()));
            this.pending = Some((ask, Box::pin(ahead.finish())));
        }
        Poll::Ready(Some(page))
    }
}

impl<T> std::fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pages")
            .field("operation", &self.operation)
            .field("walk", &self.walk)
            .finish_non_exhaustive()
    }
}

/// A list, item by item. Walking backward yields the item nearest the cursor first.
#[must_use = "a stream does nothing unless it is read"]
#[derive(Debug)]
pub struct Items<T> {
    pages: Pages<T>,
    held: VecDeque<T>,
    /// Where the page at hand begins, and what of it was delivered.
    began: Option<Cursor>,
    delivered: Vec<String>,
    problems: Problems,
}

impl<T: Listed> Items<T> {
    pub(crate) fn new(pages: Pages<T>) -> Self {
        let began = pages.cursor().cloned();
        let delivered = pages.skip.iter().cloned().collect();
        Self { pages, held: VecDeque::new(), began, delivered, problems: Problems::default() }
    }

    /// The next item; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<T>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// All of them, or the first error. Holds the whole list in memory.
    pub async fn all(mut self) -> Result<Vec<T>> {
        let mut all = Vec::new();
        while let Some(item) = self.next().await {
            all.push(item?);
        }
        Ok(all)
    }

    /// What could not be read of the pages so far, by path and type.
    pub fn problems(&self) -> &Problems {
        &self.problems
    }

    /// Whether no item of the pages so far is missing: each page had its list, each item its id, and each place of a next page
    /// could be read. What a list that is not complete does not contain may exist.
    pub fn is_complete(&self) -> bool {
        let lists =
            ["data", "data.groups", "paging", "paging.cursors", "paging.cursors.after", "paging.next"];
        let all_are_known = self.problems.iter().len() == self.problems.total();
        all_are_known
            && self.problems.left_out() == 0
            && self.problems.iter().all(|problem| !lists.contains(&problem.path.as_str()))
    }

    /// The place behind the item that was delivered last: hand it to `resume` of a new list to go on there, also
    /// after an error, without losing or doubling an item.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = groups_sandbox::Sandbox::builder().seeded().start().await?;
    /// # let client = groups_ergonomic::Client::builder().api_key(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
    /// let mut first = client.groups().list().stream();
    /// let group = first.next().await.expect("a group")?;
    /// let saved = serde_json::to_string(&first.position())?;
    ///
    /// let mut second = client.groups().list().resume(serde_json::from_str(&saved)?).stream();
    /// assert_ne!(second.next().await.expect("another")?.id, group.id);
    /// # Ok(())
    /// # }
    /// ```
    pub fn position(&self) -> Position {
        let backward = self.pages.is_backward();
        if self.held.is_empty() && !self.pages.is_done() {
            return Position { backward, cursor: self.pages.cursor().cloned(), delivered: Vec::new() };
        }
        Position { backward, cursor: self.began.clone(), delivered: self.delivered.clone() }
    }
}

impl<T: Listed> Stream for Items<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.held.pop_front() {
                self.delivered.push(item.id().to_owned());
                return Poll::Ready(Some(Ok(item)));
            }
            let began = self.pages.cursor().cloned();
            let backward = self.pages.is_backward();
            match ready!(Pin::new(&mut self.pages).poll_next(cx)) {
                Some(Ok(page)) => {
                    self.problems.append(page.problems);
                    self.held = page.items.into();
                    if backward {
                        self.held.make_contiguous().reverse();
                    }
                    // The first page of a resumed walk holds what was delivered before, and is skipped of it.
                    if began != self.began {
                        self.delivered.clear();
                    }
                    self.began = began;
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(text: &str) -> Cursor {
        Cursor::new(text).unwrap()
    }

    fn numbered(numbers: std::ops::Range<usize>) -> Vec<Group> {
        numbers.map(|n| Group::new(groups_model::GroupId::new(format!("g{n}")).unwrap())).collect()
    }

    fn answered(count: usize, after: Option<&str>, next: Option<&str>) -> Answered<Group> {
        let paging = serde_json::json!({ "cursors": { "after": after, "before": "first" }, "next": next });
        Answered {
            items: numbered(0..count),
            paging: serde_json::from_value(paging).unwrap(),
            problems: Problems::default(),
        }
    }

    fn walk(options: Options) -> Walk {
        Walk::new(options).unwrap()
    }

    /// Takes one answer and says how it went on.
    fn after(options: Options, answer: Answered<Group>) -> (Page<Group>, Option<Ask>) {
        let mut walk = walk(options);
        let ask = walk.ask().unwrap();
        let page = walk.take(&ask, answer);
        (page, walk.ask())
    }

    fn sized(page_size: u32) -> Options {
        Options { page_size: Some(page_size), ..Options::default() }
    }

    #[test]
    fn an_empty_page_with_a_link_is_not_the_end() {
        let (page, next) = after(sized(10), answered(0, Some("c"), Some("https://x/?after=c")));
        assert!(page.more && page.more_is_certain);
        assert_eq!(next.unwrap().after, Some(cursor("c")));
    }

    #[test]
    fn without_a_link_a_short_page_is_the_last_even_with_a_cursor() {
        let (page, next) = after(sized(10), answered(9, Some("c"), None));
        assert!(!page.more);
        assert_eq!(next, None);
    }

    #[test]
    fn without_a_link_a_full_page_is_followed_by_one_more_question() {
        let (page, next) = after(sized(10), answered(10, Some("c"), None));
        assert!(page.more && !page.more_is_certain);
        assert_eq!(next.unwrap().after, Some(cursor("c")));
        let (page, next) = after(sized(10), answered(10, None, None));
        assert!(!page.more);
        assert_eq!(next, None, "no cursor to go on from");
    }

    #[test]
    fn a_link_alone_is_looked_at_for_its_cursor() {
        for link in
            ["https://graph.facebook.com/v23.0/1/groups?access_token=t&after=c%3D", "/groups?after=c%3D"]
        {
            let (_, next) = after(sized(10), answered(3, None, Some(link)));
            assert_eq!(next.unwrap().after, Some(cursor("c=")), "{link}");
        }
        let (page, next) = after(sized(10), answered(3, None, Some("not a link")));
        assert_eq!(page.items.len(), 3);
        assert_eq!(next, None);
    }

    #[test]
    fn a_cursor_that_comes_twice_is_the_end_and_its_page_is_kept() {
        let mut walk = walk(Options { after: Some(cursor("c")), ..sized(2) });
        let ask = walk.ask().unwrap();
        let page = walk.take(&ask, answered(2, Some("c"), Some("https://x")));
        assert_eq!((page.items.len(), walk.ask()), (2, None));
        assert_eq!(walk.stalled, Some(Stalled::SameCursor));
    }

    /// A service that answers each question with the same items and a fresh cursor: what is delivered, and the error.
    async fn endless(items: &'static [&'static str], options: Options) -> (Vec<String>, Option<Error>, u32) {
        let asked = Arc::new(std::sync::atomic::AtomicU32::new(0));
        let counter = Arc::clone(&asked);
        let fetch = move |_: Ask| -> Fetching<Group> {
            let number = counter.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let items = items.iter().map(|id| Group::new(groups_model::GroupId::new(*id).unwrap())).collect();
            let paging = serde_json::json!({
                "cursors": { "after": format!("a{number}"), "before": format!("b{number}") },
                "next": "https://x", "previous": "https://x",
            });
            let paging = serde_json::from_value(paging).unwrap();
            let problems = Problems::default();
            Box::pin(std::future::ready(Ok(Answered { items, paging, problems })))
        };
        let mut walk = Items::new(Pages::new(Operation::ListGroups, options, Arc::new(fetch)));
        let (mut delivered, mut failed) = (Vec::new(), None);
        while let Some(item) = walk.next().await {
            match item {
                Ok(group) => delivered.push(group.id.to_string()),
                Err(error) => failed = Some(error),
            }
        }
        assert!(walk.next().await.is_none());
        (delivered, failed, asked.load(std::sync::atomic::Ordering::SeqCst))
    }

    #[tokio::test]
    async fn a_list_that_does_not_end_delivers_each_item_once_and_then_an_error() {
        for no_prefetch in [false, true] {
            for backward in [false, true] {
                let before = backward.then(|| cursor("z"));
                let options = Options { no_prefetch, before, ..sized(2) };
                let (delivered, error, asked) = endless(&["x", "y"], options.clone()).await;
                assert_eq!(delivered, if backward { ["y", "x"] } else { ["x", "y"] });
                let error = error.unwrap();
                assert_eq!(error.kind(), groups_model::ErrorKind::NoProgress);
                assert_eq!(error.operation(), Some(Operation::ListGroups));
                assert_eq!(asked, 1 + Progress::REPEATED_PAGES);

                let (delivered, error, asked) = endless(&[], options.clone()).await;
                assert!(delivered.is_empty());
                assert_eq!(error.unwrap().kind(), groups_model::ErrorKind::NoProgress);
                assert_eq!(asked, Progress::PAGES_WITHOUT_NEW);

                // What was asked for is there, so nothing is wrong.
                let limited = Options { limit: Some(2), ..options };
                let (delivered, error, _) = endless(&["x", "y"], limited).await;
                assert_eq!((delivered.len(), error.is_none()), (2, true));
            }
        }
    }

    #[test]
    fn a_limit_ends_on_the_end_of_a_page() {
        let mut walk = walk(Options { limit: Some(15), ..sized(10) });
        let first = walk.ask().unwrap();
        assert_eq!(first.limit, 10);
        walk.take(&first, answered(10, Some("a"), Some("x")));
        let second = walk.ask().unwrap();
        assert_eq!(second.limit, 5);
        let answer = Answered { items: numbered(10..15), ..answered(5, Some("b"), Some("x")) };
        let page = walk.take(&second, answer);
        assert!(page.more);
        assert_eq!(walk.ask(), None);
    }

    #[test]
    fn a_server_that_sends_more_than_asked_does_not_break_the_limit() {
        let (page, next) = after(Options { limit: Some(3), ..sized(10) }, answered(7, Some("c"), None));
        assert_eq!((page.items.len(), page.more, page.after), (3, true, None));
        assert_eq!(next, None);
    }

    #[test]
    fn backward_goes_by_previous_and_before() {
        let paging =
            serde_json::json!({ "cursors": { "before": "b", "after": "a" }, "previous": "https://x" });
        let paging = serde_json::from_value(paging).unwrap();
        let answer = Answered { items: numbered(0..2), paging, problems: Problems::default() };
        let options = Options { before: Some(cursor("z")), ..sized(2) };
        let (_, next) = after(options, answer);
        assert_eq!(next, Some(Ask { after: None, before: Some(cursor("b")), limit: 2 }));
    }

    #[test]
    fn senseless_options_are_refused_before_anything_is_sent() {
        let bad = [
            sized(0),
            sized(1025),
            Options { limit: Some(0), ..Options::default() },
            Options { after: Some(cursor("a")), before: Some(cursor("b")), ..Options::default() },
        ];
        for options in bad {
            assert!(Walk::new(options.clone()).is_err(), "{options:?}");
        }
    }

    #[test]
    fn a_walk_that_has_ended_stands_behind_what_it_delivered() {
        for (options, next) in
            [(Options { limit: Some(10), ..sized(10) }, Some("https://x")), (sized(11), None)]
        {
            let mut walk = walk(options);
            let ask = walk.ask().unwrap();
            walk.take(&ask, answered(10, Some("c"), next));
            assert_eq!((walk.ask(), walk.position), (None, Some(cursor("c"))));
        }
    }

    #[tokio::test]
    async fn a_limit_holds_where_something_delivered_earlier_has_vanished() {
        for backward in [false, true] {
            let mut options = Options { limit: Some(2), ..Options::default() };
            let delivered = vec!["gone".to_owned(), "b".to_owned()];
            options.resume(Position { backward, cursor: Some(cursor("start")), delivered });
            let mut pages = Pages::new(
                Operation::ListGroups,
                options,
                Arc::new(|ask: Ask| {
                    assert_eq!(ask.limit, 4);
                    let items =
                        ["a", "b", "c", "d"].map(|id| Group::new(groups_model::GroupId::new(id).unwrap()));
                    let paging = serde_json::json!({ "cursors": { "before": "x", "after": "y" } });
                    let paging = serde_json::from_value(paging).unwrap();
                    let problems = Problems::default();
                    Box::pin(std::future::ready(Ok(Answered { items: items.to_vec(), paging, problems })))
                }),
            );
            let page = pages.next().await.unwrap().unwrap();
            let ids: Vec<_> = page.items.iter().map(|group| group.id.as_str()).collect();
            assert_eq!(ids, if backward { ["c", "d"] } else { ["a", "c"] });
            assert!(page.more);
            assert_eq!(pages.cursor(), Some(&cursor("start")));
            assert!(pages.next().await.is_none());
        }
    }

    proptest::proptest! {
        /// Whatever the sizes of pages, full or short or empty, each item is delivered once and in order.
        #[test]
        fn walking_loses_and_doubles_nothing(pages in proptest::collection::vec(0usize..5, 1..20), size in 1u32..5) {
            let mut walk = walk(sized(size));
            let mut delivered = Vec::new();
            let mut expected = 0;
            for (index, count) in pages.iter().enumerate() {
                let Some(ask) = walk.ask() else { break };
                let count = (*count).min(size as usize);
                let last = index + 1 == pages.len();
                let items = numbered(expected..expected + count);
                expected += count;
                let paging = serde_json::json!({
                    "cursors": { "after": format!("c{index}") },
                    "next": if last { None } else { Some("https://x") },
                });
                let paging = serde_json::from_value(paging).unwrap();
                let answer = Answered { items, paging, problems: Problems::default() };
                delivered.extend(walk.take(&ask, answer).items);
            }
            proptest::prop_assert_eq!(delivered, numbered(0..expected));
        }
    }
}

//! Lists: which part is asked for, how it is shown page by page, and the command line that continues. Must never
//! leave out silently what a list still holds.

use groups_ergonomic::model::{Cursor, InvalidInput, limits};
use groups_ergonomic::{ErrorKind, List, Listed, Pages};
use serde::Serialize;

use crate::args::Paging;
use crate::failure::Failure;
use crate::output::Printer;
use crate::scene::{Scene, quoted};

/// Items shown where neither --limit nor --all is given.
const LIMIT: u64 = 25;

/// A checked wish for a part of a list.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    limit: Option<u64>,
    page_size: Option<u32>,
    after: Option<Cursor>,
    before: Option<Cursor>,
    /// As it was given, to be given again.
    given: Vec<String>,
}

impl Part {
    pub(super) fn check(paging: Paging) -> Result<Self, InvalidInput> {
        let mut given = Vec::new();
        if let Some(limit) = paging.limit {
            if limit == 0 {
                return Err(InvalidInput::new("limit", "must be at least 1, got 0"));
            }
            given.push(format!("--limit {limit}"));
        }
        if paging.all {
            given.push("--all".to_owned());
        }
        let page_size = match paging.page_size {
            Some(size) => {
                let within = u32::try_from(size).map_err(|_| {
                    InvalidInput::new(
                        "page size",
                        format!("must be 1 to {}, got {size}", limits::PAGE_SIZE_MAX),
                    )
                })?;
                given.push(format!("--page-size {size}"));
                Some(limits::page_size(within)?)
            }
            None => None,
        };
        Ok(Self {
            limit: if paging.all { None } else { Some(paging.limit.unwrap_or(LIMIT)) },
            page_size,
            after: paging.after.map(Cursor::new).transpose()?,
            before: paging.before.map(Cursor::new).transpose()?,
            given,
        })
    }

    /// Pages of this many, so that what was read of each item is shown before all of a large page was.
    pub(super) fn in_pages_of(mut self, size: u32) -> Self {
        self.page_size = Some(size);
        self
    }

    /// An option that is given again where the list goes on.
    pub(super) fn also(&mut self, option: &str) {
        self.given.push(option.to_owned());
    }

    /// The pages of this part of a list.
    fn of<T: Listed>(&self, mut list: List<T>) -> Pages<T> {
        if let Some(limit) = self.limit {
            list = list.limit(limit);
        }
        if let Some(size) = self.page_size {
            list = list.page_size(size);
        }
        if let Some(cursor) = self.after.clone() {
            list = list.after(cursor);
        }
        if let Some(cursor) = self.before.clone() {
            list = list.before(cursor);
        }
        list.pages()
    }

    fn is_backward(&self) -> bool {
        self.before.is_some()
    }

    /// The item at a place, if there is one.
    fn next_one(&self, cursor: Cursor) -> Self {
        let (after, before) = if self.is_backward() { (None, Some(cursor)) } else { (Some(cursor), None) };
        Self { limit: Some(1), page_size: None, after, before, given: Vec::new() }
    }

    /// The whole command that goes on from a place.
    fn continuing(&self, scene: &Scene, cursor: &Cursor) -> String {
        let option = if self.is_backward() { "--before" } else { "--after" };
        let mut rest = format!("{} {option} {}", scene.again(), quoted(cursor.as_str()));
        for given in &self.given {
            rest.push(' ');
            rest.push_str(given);
        }
        scene.same_line(&rest)
    }
}

/// Shows a part of a list to its end or limit. `what` is its items in the plural, `read` what is done with the items
/// of a page before they are shown.
pub(super) async fn show<T: Listed, U: Serialize>(
    list: List<T>,
    read: impl AsyncFn(Vec<T>) -> Result<Vec<U>, Failure>,
    part: &Part,
    what: &str,
    scene: &Scene,
    out: &mut Printer,
) -> Result<(), Failure> {
    let mut pages = part.of(list.clone());
    let mut shown = 0_u64;
    // A page may hold nothing that is shown.
    let mut is_begun = false;
    let mut rest = None;
    loop {
        let place = pages.cursor().filter(|_| is_begun).cloned();
        let page = match pages.next().await {
            None => break,
            Some(Ok(page)) => page,
            Some(Err(error)) => {
                return Err(stopped(Failure::of_call(&error, scene), place, shown, part, scene));
            }
        };
        let read = out.if_long(&format!("Reading the {what}"), read(page.items)).await;
        let items = read.map_err(|failure| stopped(failure, place, shown, part, scene))?;
        shown += items.len() as u64;
        out.page(&items);
        is_begun = true;
        if out.has_ended() {
            return Ok(());
        }
        let cursor = if part.is_backward() { page.before } else { page.after };
        rest = page.more.then_some((cursor, page.more_is_certain));
    }
    let rest = match rest {
        // Whether a full page was the last only the next one tells. Where that fails, there may be more.
        Some((Some(cursor), false)) => match part.next_one(cursor.clone()).of(list).next().await {
            Some(Ok(page)) if page.items.is_empty() && !page.more => None,
            _ => Some(Some(cursor)),
        },
        Some((cursor, _)) => Some(cursor),
        None => None,
    };
    match rest {
        Some(Some(cursor)) => {
            out.note(format!("{shown} shown; for more: {}", part.continuing(scene, &cursor)));
        }
        // More than was asked for came in one answer, so that no cursor leads to what was left out.
        Some(None) => out.note(format!("{shown} shown; there are more: give a greater --limit.")),
        None if shown == 0 => out.hint(format!("No {what}.")),
        None => {}
    }
    Ok(())
}

/// A list that failed on the way: what was shown is whole pages, so the place of the next one is where to go on.
fn stopped(failure: Failure, place: Option<Cursor>, shown: u64, part: &Part, scene: &Scene) -> Failure {
    match place {
        Some(_) if failure.is(ErrorKind::NoProgress) => {
            let advice = failure.report.remedy.clone().unwrap_or_default();
            failure.with_remedy(format!("{advice} The items that arrived are shown: {shown}."))
        }
        Some(place) if !failure.is(ErrorKind::InvalidCursor) => {
            let advice = failure.report.remedy.clone().unwrap_or_default();
            let line = part.continuing(scene, &place);
            failure.with_remedy(format!("{advice} {shown} shown so far; go on with `{line}`."))
        }
        _ => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Globals;
    use crate::scene::Given;

    #[test]
    fn the_continuing_command_repeats_what_was_given() {
        let globals = Globals { sandbox: true, ..Globals::default() };
        let scene = Scene::new("requests list", Given::of(&globals)).of_group("g1");
        let cursor = Cursor::new("MTA=").unwrap();
        for (paging, expected) in [
            (Paging::default(), "wagroups requests list g1 --after MTA= --sandbox"),
            (
                Paging { limit: Some(3), page_size: Some(2), ..Paging::default() },
                "wagroups requests list g1 --after MTA= --limit 3 --page-size 2 --sandbox",
            ),
            (
                Paging { before: Some("x".into()), ..Paging::default() },
                "wagroups requests list g1 --before MTA= --sandbox",
            ),
            (
                Paging { all: true, after: Some("x".into()), ..Paging::default() },
                "wagroups requests list g1 --after MTA= --all --sandbox",
            ),
        ] {
            assert_eq!(Part::check(paging).unwrap().continuing(&scene, &cursor), expected);
        }
    }

    #[test]
    fn a_list_has_a_limit_unless_all_is_asked_for() {
        let limit = |paging| Part::check(paging).unwrap().limit;
        assert_eq!(limit(Paging::default()), Some(25));
        assert_eq!(limit(Paging { limit: Some(1), ..Paging::default() }), Some(1));
        assert_eq!(limit(Paging { all: true, ..Paging::default() }), None);
    }
}

//! The list of groups: its shape, its bounds, and what it refuses.

use serde_json::Value;

use super::catalog::{
    LIST_BOTH_CURSORS, LIST_CORRUPT_CURSOR, LIST_DEFAULT_LIMIT, LIST_LIMIT_ABOVE, LIST_LIMIT_HIGHEST,
    LIST_LIMIT_ZERO, LIST_SHAPE, LIST_TIMESTAMP,
};
use super::client::{Call, Exchange};
use super::finding::{Judged, Verdict};
use super::judge;
use super::run::Run;
use super::variant::{self, Variant};

const DEFAULT_LIMIT: usize = 25;
/// Neither escaped base64 nor anything else that a cursor could be.
const NO_CURSOR: &str = "wagroups-no-cursor";

/// A page of groups, in whichever form it came.
pub(super) struct Page {
    pub(super) groups: Vec<Listed>,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
    pub(super) next: Option<String>,
}

pub(super) struct Listed {
    pub(super) id: String,
    pub(super) subject: String,
}

impl Page {
    /// The page that an answer holds, if one can be made out.
    pub(super) fn of(exchange: &Exchange) -> Option<Self> {
        let (_, body) = judge::answer(exchange, "GroupList");
        let body = body?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let at = |pointer: &str| body.pointer(pointer).and_then(text);
        let items = body.pointer("/data/groups")?.as_array()?;
        let groups = items
            .iter()
            .map(|item| Some(Listed { id: text(item.get("id")?)?, subject: text(item.get("subject")?)? }))
            .collect::<Option<_>>()?;
        Some(Self {
            groups,
            before: at("/paging/cursors/before"),
            after: at("/paging/cursors/after"),
            next: at("/paging/next"),
        })
    }
}

pub(super) async fn check(run: &mut Run, first: &Exchange) {
    let (judged, body) = judge::answer(first, "GroupList");
    let variants = first.json().map(|body| variant::documented("GroupList", body).1).unwrap_or_default();
    let (nesting, times): (Vec<Variant>, Vec<Variant>) =
        variants.into_iter().partition(|variant| variant.is_nesting());
    let shape = if judged.is_sound() { judge::of_variants(&nesting) } else { judged };
    let page = Page::of(first);
    let count = page.as_ref().map_or(0, |page| page.groups.len());
    let empty = shape.verdict != Verdict::NotTried && body.is_some() && count == 0;
    run.record(&LIST_SHAPE, if empty { shape.with_note("the list is empty") } else { shape }, &[first]);
    match &page {
        None => run.not_tried(&LIST_TIMESTAMP, "the list could not be read"),
        Some(_) if count == 0 => run.not_tried(&LIST_TIMESTAMP, "the list is empty"),
        Some(_) => run.record(&LIST_TIMESTAMP, judge::of_variants(&times), &[first]),
    }
    if let Some(page) = &page {
        check_cursors(run, page).await;
    }
    let limited = |limit: &str| Call::get().with("limit", limit);
    let list = |exchange: &Exchange| {
        let (judged, body) = judge::answer(exchange, "GroupList");
        // Its shape is another check's.
        if body.is_some() { Judged::AS_DOCUMENTED } else { judged }
    };
    let all = run.check(&LIST_LIMIT_HIGHEST, &limited("1024"), list).await;
    if page.is_some() {
        let held = all.as_ref().and_then(Page::of).map_or(0, |page| page.groups.len());
        run.record(&LIST_DEFAULT_LIMIT, default_limit(count, held), &[first]);
    }
    let refused = |exchange: &Exchange| judge::refusal(exchange, 400, &[100]);
    run.check(&LIST_LIMIT_ZERO, &limited("0"), refused).await;
    run.check(&LIST_LIMIT_ABOVE, &limited("1025"), refused).await;
    let corrupt = Call::get().with("after", NO_CURSOR);
    run.check(&LIST_CORRUPT_CURSOR, &corrupt, |exchange| judge::refusal(exchange, 400, &[131_059])).await;
}

/// `held`: how many groups there are, as far as a page of the highest limit tells.
fn default_limit(count: usize, held: usize) -> Judged {
    match count {
        DEFAULT_LIMIT => Judged::AS_DOCUMENTED,
        ..DEFAULT_LIMIT if held > count => Judged::different(format!("{count} groups, and there are more")),
        ..DEFAULT_LIMIT => Judged::not_tried("the number has fewer than 25 groups"),
        _ => Judged::different(format!("{count} groups")),
    }
}

async fn check_cursors(run: &mut Run, page: &Page) {
    match (&page.after, &page.before) {
        (Some(after), Some(before)) => {
            let both = Call::get().with_cursor("after", after).with_cursor("before", before);
            run.check(&LIST_BOTH_CURSORS, &both, |exchange| judge::refusal(exchange, 400, &[])).await;
        }
        _ => run.not_tried(&LIST_BOTH_CURSORS, "the list gave no cursors"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_limit_shows_only_where_there_are_enough_groups() {
        for (count, held, expected) in [
            (0, 0, Verdict::NotTried),
            (24, 24, Verdict::NotTried),
            (10, 24, Verdict::Different),
            (25, 25, Verdict::AsDocumented),
            (25, 300, Verdict::AsDocumented),
            (26, 26, Verdict::Different),
        ] {
            assert_eq!(default_limit(count, held).verdict, expected, "{count} of {held}");
        }
    }
}

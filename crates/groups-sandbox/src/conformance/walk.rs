//! Walking the list in pages of one: cursors, `next`, forth and back. A few pages only, however many there are; a `next`
//! URL is looked at and never followed.

use std::collections::HashSet;

use reqwest::Url;

use super::catalog::{CURSOR_FORM, LIST_BACK, LIST_CURSORS, LIST_LIMIT_ONE, LIST_NEXT, LIST_WALK};
use super::client::{Call, Exchange};
use super::finding::Judged;
use super::form;
use super::judge;
use super::list::Page;
use super::run::Run;
use super::variant::Variant;

const PAGES: usize = 5;

pub(super) async fn check(run: &mut Run, first: &Exchange) {
    if Page::of(first).is_none() {
        return;
    }
    let one = || Call::get().with("limit", "1");
    let mut walked: Vec<(Page, Exchange)> = Vec::new();
    let limited = |exchange: &Exchange| match Page::of(exchange) {
        Some(page) if page.groups.is_empty() => Judged::not_tried("the list is empty"),
        Some(page) => {
            let count = page.groups.len();
            Judged::unless((count > 1).then(|| format!("{count} groups")))
        }
        None => judge::answer(exchange, "GroupList").0,
    };
    let Some(answer) = run.check(&LIST_LIMIT_ONE, &one(), limited).await else { return };
    let Some(page) = Page::of(&answer).filter(|page| !page.groups.is_empty()) else {
        for check in [&LIST_CURSORS, &CURSOR_FORM, &LIST_NEXT, &LIST_WALK, &LIST_BACK] {
            run.not_tried(check, "there is no page with a group");
        }
        return;
    };
    cursors(run, &page, &answer);
    let Some(mut after) = page.after.clone() else {
        for check in [&LIST_NEXT, &LIST_WALK, &LIST_BACK] {
            run.not_tried(check, "the list gave no cursor");
        }
        return;
    };
    walked.push((page, answer));
    while walked.len() < PAGES {
        let Ok(answer) = run.ask(&one().with_cursor("after", &after)).await else { break };
        let Some(page) = Page::of(&answer) else {
            run.record(&LIST_WALK, judge::answer(&answer, "GroupList").0, &[&answer]);
            return;
        };
        let next = page.after.clone().filter(|_| !page.groups.is_empty());
        walked.push((page, answer));
        match next {
            Some(next) => after = next,
            None => break,
        }
    }
    judge_next(run, &walked);
    judge_walk(run, &walked);
    back(run, &walked).await;
}

fn cursors(run: &mut Run, page: &Page, answer: &Exchange) {
    let missing = page.after.is_none() || page.before.is_none();
    let judged = Judged::unless(missing.then(|| "a cursor is missing".to_owned()));
    run.record(&LIST_CURSORS, judged, &[answer]);
    let forms: Vec<String> =
        [&page.before, &page.after].into_iter().flatten().map(|cursor| form::of_string(cursor, "")).collect();
    let odd = forms.iter().find(|form| !form.contains("escaped base64 of JSON with offset, versionId"));
    match (forms.is_empty(), odd) {
        (true, _) => run.not_tried(&CURSOR_FORM, "there is no cursor"),
        (_, odd) => run.record(&CURSOR_FORM, Judged::unless(odd.cloned()), &[answer]),
    }
}

/// On the first page, by what the second turned out to be.
fn judge_next(run: &mut Run, walked: &[(Page, Exchange)]) {
    let [(first, answer), (second, after), ..] = walked else {
        return run.not_tried(&LIST_NEXT, "the second page could not be read");
    };
    let more = !second.groups.is_empty();
    let host = |next: &str| {
        let host = Url::parse(next).ok().and_then(|url| url.host_str().map(str::to_owned));
        match host.as_deref() {
            Some("graph.facebook.com") => "its host is graph.facebook.com",
            Some(host) if host == run.host() => "its host is the one that was asked",
            Some(_) => "its host is another than those that samples show",
            None => "it is no URL with a host",
        }
    };
    let judged = match (&first.next, more) {
        (Some(next), true) => Judged::AS_DOCUMENTED.with_note(host(next)),
        (None, false) => Judged::AS_DOCUMENTED.with_note("there is one group, and no `next`"),
        (None, true) => judge::of_variants(&[Variant::NextAbsent]),
        (Some(next), false) => {
            Judged::different(format!("no group follows, and `next` is there; {}", host(next)))
        }
    };
    run.record(&LIST_NEXT, judged, &[answer, after]);
}

fn judge_walk(run: &mut Run, walked: &[(Page, Exchange)]) {
    let ids: Vec<&str> =
        walked.iter().flat_map(|(page, _)| &page.groups).map(|group| group.id.as_str()).collect();
    let unique: HashSet<&str> = ids.iter().copied().collect();
    let answers: Vec<&Exchange> = walked.iter().map(|(_, answer)| answer).collect();
    let judged = match ids.len() {
        ..2 => Judged::not_tried("the number has fewer than 2 groups"),
        count if count > unique.len() => {
            Judged::different(format!("{count} groups, {} of them different", unique.len()))
        }
        count => Judged::AS_DOCUMENTED.with_note(format!("{count} groups in {} pages", walked.len())),
    };
    run.record(&LIST_WALK, judged, &answers);
}

async fn back(run: &mut Run, walked: &[(Page, Exchange)]) {
    let [(first, _), (second, _), ..] = walked else {
        return run.not_tried(&LIST_BACK, "there is no second page");
    };
    let Some(before) = second.before.as_ref().filter(|_| !second.groups.is_empty()) else {
        return run.not_tried(&LIST_BACK, "there is no second page with a group and a cursor");
    };
    let expected: Vec<&str> = first.groups.iter().map(|group| group.id.as_str()).collect();
    let call = Call::get().with("limit", "1").with_cursor("before", before);
    run.check(&LIST_BACK, &call, |exchange| match Page::of(exchange) {
        None => judge::answer(exchange, "GroupList").0,
        Some(page) => {
            let same = page.groups.iter().map(|group| group.id.as_str()).eq(expected.iter().copied());
            Judged::unless((!same).then(|| "it holds other groups than the first page".to_owned()))
        }
    })
    .await;
}

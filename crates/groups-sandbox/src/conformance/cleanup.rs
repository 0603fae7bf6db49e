//! Deleting whatever the suite has made, also after a failure and when it was told to stop. Touches no group but those
//! whose ids it was given for its own creates, or whose subject is that of this run.

use std::time::Duration;

use reqwest::Method;
use tokio::time::Instant;

use super::catalog::CLEANUP;
use super::client::{Call, Exchange, Target};
use super::create::OWN;
use super::finding::Judged;
use super::judge;
use super::list::Page;
use super::run::{Fate, MARK, Run};

/// Enough for the 10,000 groups a number may have.
const PAGES: usize = 11;
const GAP_FIRST: Duration = Duration::from_millis(250);
const GAP_LONGEST: Duration = Duration::from_secs(5);

pub(super) async fn check(run: &mut Run) {
    if !run.writes() {
        return;
    }
    if run.own.created == 0 && run.own.groups.is_empty() {
        return run.record(&CLEANUP, Judged::AS_DOCUMENTED.with_note("nothing was made"), &[]);
    }
    let deadline = Instant::now() + run.patience();
    let mut gap = GAP_FIRST;
    let mut seen: Vec<Exchange> = Vec::new();
    while !is_done(run) {
        attempt(run, &mut seen).await;
        if is_done(run) || Instant::now() + gap > deadline {
            break;
        }
        tokio::time::sleep(gap).await;
        gap = (gap * 2).min(GAP_LONGEST);
    }
    let made = run.own.created;
    let judged = match run.own.left() {
        0 if is_done(run) => Judged::AS_DOCUMENTED.with_note(format!("{made} made, all of them deleted")),
        0 => Judged::different(format!(
            "a create was accepted, or may have been, and no such group was found; look for one whose subject begins \
             with `{MARK}`, and delete it"
        )),
        count => Judged::different(format!(
            "{count} of its groups may not be deleted; look for those whose subject begins with `{MARK}`, and delete them"
        )),
    };
    let exchanges: Vec<&Exchange> = seen.iter().rev().take(2).rev().collect();
    run.record(&CLEANUP, judged, &exchanges);
}

fn is_done(run: &Run) -> bool {
    run.own.left() == 0 && run.own.groups.len() >= run.own.created
}

/// Looks for groups, and asks once for the deletion of each.
async fn attempt(run: &mut Run, seen: &mut Vec<Exchange>) {
    let listed = find(run, seen).await;
    for id in listed.iter().flatten() {
        if !run.own.groups.iter().any(|(known, _)| known == id) {
            run.own.meets(id, Fate::There);
        }
    }
    for (id, fate) in run.own.groups.clone() {
        let is_listed = listed.as_ref().is_none_or(|listed| listed.contains(&id));
        match fate {
            Fate::Deleting if !is_listed => run.own.meets(&id, Fate::Gone),
            Fate::There => {
                let group = Target { id: id.clone(), shown: OWN };
                let Ok(answer) = run.ask_anyway(&Call::new(Method::DELETE).of(&group)).await else {
                    continue;
                };
                if judge::refused(answer.json()).code == Some(131_041) {
                    run.own.meets(&id, Fate::Gone);
                } else if answer.status < 500 && !judge::is_rate_limited(&answer) {
                    run.own.meets(&id, Fate::Deleting);
                }
                seen.push(answer);
            }
            Fate::Deleting | Fate::Gone => {}
        }
    }
}

/// The groups of this run; `None` where the list could not be read.
async fn find(run: &mut Run, seen: &mut Vec<Exchange>) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut call = Call::get().with("limit", "1024");
    for _ in 0..PAGES {
        let answer = run.ask_anyway(&call).await.ok()?;
        let page = Page::of(&answer);
        seen.push(answer);
        let page = page?;
        let subject = run.own.subject.as_str();
        found.extend(
            page.groups
                .iter()
                .filter(|group| group.subject.starts_with(subject))
                .map(|group| group.id.clone()),
        );
        match page.after.filter(|_| page.groups.len() >= 1024) {
            Some(after) => call = Call::get().with("limit", "1024").with_cursor("after", &after),
            None => break,
        }
    }
    Some(found)
}

//! Deleting the suite's own group, and what becomes of calls afterwards.

use reqwest::Method;

use super::catalog::{DELETE_ACK, DELETED_AGAIN, DELETED_GET, DELETED_LINK, DELETED_LISTED};
use super::client::{Call, Exchange, Target};
use super::finding::{Judged, Verdict};
use super::judge;
use super::list::Page;
use super::run::{Fate, Run};
use super::update::came_about;

/// What an unknown group gives.
const UNKNOWN: i64 = 131_041;

pub(super) async fn check(run: &mut Run, own: &Target) {
    let delete = Call::new(Method::DELETE).of(own);
    let Some(answer) = run.check(&DELETE_ACK, &delete, judge::acknowledgement).await else { return };
    if !answer.is_success() {
        return;
    }
    run.own.meets(&own.id, Fate::Deleting);
    let gone = |exchange: &Exchange| judge::refusal(exchange, 400, &[UNKNOWN]);
    match run.wait_for(&Call::get().of(own), is_refused).await {
        Ok((found, answer, passed)) => {
            let waited = came_about(found.is_some(), passed);
            let judged = match found {
                Some(()) => gone(&answer).with_note(waited.note.unwrap_or_default()),
                None => waited,
            };
            run.record(&DELETED_GET, judged, &[&answer]);
            if found.is_none() {
                return;
            }
            if judge::refused(answer.json()).code == Some(UNKNOWN) {
                run.own.meets(&own.id, Fate::Gone);
            }
        }
        Err(why) => return run.not_tried(&DELETED_GET, why),
    }
    run.check(&DELETED_LISTED, &Call::get().with("limit", "1024"), |exchange| match Page::of(exchange) {
        None => judge::answer(exchange, "GroupList").0,
        Some(page) => {
            let there = page.groups.iter().any(|group| group.id == own.id);
            Judged::unless(there.then(|| "it is still there".to_owned()))
        }
    })
    .await;
    run.check(&DELETED_LINK, &Call::get().of(own).at("invite_link"), gone).await;
    run.check(&DELETED_AGAIN, &delete, gone).await;
}

/// Refused in a way that tells that the group is not there.
fn is_refused(exchange: &Exchange) -> Option<()> {
    let refused = (400..500).contains(&exchange.status) && !judge::is_rate_limited(exchange);
    let judged = judge::refusal(exchange, 400, &[UNKNOWN]);
    (refused && judged.verdict != Verdict::NotTried).then_some(())
}

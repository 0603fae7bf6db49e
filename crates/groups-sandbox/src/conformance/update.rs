//! Updating the suite's own group, and resetting its link. The subject is put back afterwards.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::catalog::{
    Check, RESET_LINK, RESET_SHOWN, RESET_WITHOUT_PRODUCT, UPDATE_ACK, UPDATE_APPROVAL, UPDATE_EFFECT,
    UPDATE_NOTHING, UPDATE_RESTORE, UPDATE_WITHOUT_PRODUCT,
};
use super::client::{Call, Exchange, Target};
use super::finding::{Judged, told};
use super::group::{invite_link, link};
use super::judge;
use super::run::Run;
use super::variant::Variant;

pub(super) async fn check(run: &mut Run, own: &Target) {
    let update = |body: Value| Call::new(Method::POST).of(own).sending(body);
    let refused = |exchange: &Exchange| judge::refusal(exchange, 400, &[]);
    let without_product = |exchange: &Exchange| judge::refusal(exchange, 400, &[100]);
    let subject = run.own.subject.clone();
    let changed = format!("{subject} changed");

    let body = |subject: &str| json!({ "messaging_product": "whatsapp", "subject": subject });
    let answer = run.check(&UPDATE_ACK, &update(body(&changed)), judge::acknowledgement).await;
    if answer.is_some_and(|answer| answer.is_success()) {
        if effect(run, &UPDATE_EFFECT, own, &changed).await
            && run.ask(&update(body(&subject))).await.is_ok_and(|answer| answer.is_success())
        {
            effect(run, &UPDATE_RESTORE, own, &subject).await;
        } else {
            run.not_tried(&UPDATE_RESTORE, "the first update had no effect, or the second was refused");
        }
    } else {
        run.not_tried(&UPDATE_EFFECT, "the update was not accepted");
        run.not_tried(&UPDATE_RESTORE, "the update was not accepted");
    }

    run.check(&UPDATE_NOTHING, &update(json!({ "messaging_product": "whatsapp" })), refused).await;
    run.check(&UPDATE_WITHOUT_PRODUCT, &update(json!({ "subject": subject })), without_product).await;
    let mode = json!({ "messaging_product": "whatsapp", "join_approval_mode": "auto_approve" });
    run.check(&UPDATE_APPROVAL, &update(mode), |exchange| {
        let accepted = exchange.is_success() && judge::acknowledgement(exchange).is_sound();
        if accepted {
            judge::of_variants(&[Variant::ApprovalUpdated])
        } else {
            judge::refusal(exchange, 400, &[])
        }
    })
    .await;

    let at_link = |method: Method| Call::new(method).of(own).at("invite_link");
    run.check(&RESET_WITHOUT_PRODUCT, &at_link(Method::POST).sending(json!({})), without_product).await;
    reset(run, &at_link).await;
}

/// Waits until the group has the subject.
async fn effect(run: &mut Run, check: &'static Check, own: &Target, subject: &str) -> bool {
    let call = Call::get().of(own).with("fields", "subject");
    let is_there = |exchange: &Exchange| (exchange.json()?.get("subject")? == subject).then_some(());
    match run.wait_for(&call, is_there).await {
        Ok((found, answer, passed)) => {
            run.record(check, came_about(found.is_some(), passed), &[&answer]);
            found.is_some()
        }
        Err(why) => {
            run.not_tried(check, why);
            false
        }
    }
}

/// Whether something came about in time.
pub(super) fn came_about(it_did: bool, passed: Duration) -> Judged {
    if it_did {
        Judged::AS_DOCUMENTED.with_note(format!("after {}", told(passed)))
    } else {
        Judged::different(format!("it was not so after {}", told(passed)))
    }
}

async fn reset(run: &mut Run, at_link: &impl Fn(Method) -> Call) {
    let before = match run.ask(&at_link(Method::GET)).await {
        Ok(answer) => link(&answer),
        Err(why) => {
            run.not_tried(&RESET_LINK, why.clone());
            return run.not_tried(&RESET_SHOWN, why);
        }
    };
    let call = at_link(Method::POST).sending(json!({ "messaging_product": "whatsapp" }));
    let answer = run
        .check(&RESET_LINK, &call, |exchange| {
            let judged = invite_link(exchange);
            let same = judged.is_sound() && link(exchange) == before;
            if same { Judged::different("the link is the old one") } else { judged }
        })
        .await;
    match answer.as_ref().and_then(link) {
        Some(new) => {
            run.check(&RESET_SHOWN, &at_link(Method::GET), |exchange| {
                let judged = invite_link(exchange);
                let other = judged.is_sound() && link(exchange).as_ref() != Some(&new);
                if other { Judged::different("it gives another link") } else { judged }
            })
            .await;
        }
        None => run.not_tried(&RESET_SHOWN, "the reset gave no link"),
    }
}

//! Creating the suite's own group. What a create may have made is written down before it is sent, so that it is cleaned
//! up whatever happens; its subject is the mark by which it is found.

use reqwest::Method;
use serde_json::{Value, json};

use super::catalog::{
    CREATE_ACK, CREATE_LISTED, CREATE_LONG_SUBJECT, CREATE_WITHOUT_PRODUCT, CREATED_APPROVAL, CREATED_EMPTY,
    CREATED_SETTINGS, Check, REQUEST_ID_FORM,
};
use super::client::{Call, Exchange, Target};
use super::finding::{Judged, told};
use super::group::ALL_FIELDS;
use super::judge;
use super::list::Page;
use super::run::{Fate, Run};

const DESCRIPTION: &str = "Made by the conformance suite of wagroups, which deletes it again.";
/// The longest subject of the documents.
const SUBJECT_MAX: usize = 128;
pub(super) const OWN: &str = "OWN_GROUP";

/// The group, once it is there.
pub(super) async fn check(run: &mut Run) -> Option<Target> {
    let subject = run.own.subject.clone();
    let refused = |exchange: &Exchange| judge::refusal(exchange, 400, &[100]);
    create(run, &CREATE_WITHOUT_PRODUCT, json!({ "subject": subject }), refused).await;
    let long = format!("{subject} {}", "x".repeat(SUBJECT_MAX - subject.len()));
    let body = json!({ "messaging_product": "whatsapp", "subject": long });
    create(run, &CREATE_LONG_SUBJECT, body, |exchange| judge::refusal(exchange, 400, &[])).await;

    let body = json!({ "messaging_product": "whatsapp", "subject": subject, "description": DESCRIPTION });
    let answer = create(run, &CREATE_ACK, body, judge::acknowledgement).await?;
    if !answer.is_success() {
        return None;
    }
    run.record(&REQUEST_ID_FORM, judge::request_id(&answer), &[&answer]);
    let own = listed(run, &subject).await?;
    created(run, &own, &subject).await;
    Some(own)
}

async fn create(
    run: &mut Run,
    check: &'static Check,
    body: Value,
    judge: impl FnOnce(&Exchange) -> Judged,
) -> Option<Exchange> {
    if let Some(why) = run.halted() {
        run.not_tried(check, why);
        return None;
    }
    // Until it is known to be refused it may have been done.
    run.own.created += 1;
    let call = Call::new(Method::POST).sending(body);
    let answer = run.check(check, &call, judge).await;
    if answer.as_ref().is_some_and(|answer| (400..500).contains(&answer.status)) {
        run.own.created -= 1;
    }
    answer
}

/// Waits until the list has the group.
async fn listed(run: &mut Run, subject: &str) -> Option<Target> {
    // New groups of numbers with more than a page of groups may be on any page: the walk is the cleanup's.
    let call = Call::get().with("limit", "1024");
    let find = |exchange: &Exchange| {
        let page = Page::of(exchange)?;
        page.groups.into_iter().find(|group| group.subject == subject).map(|group| group.id)
    };
    let (found, answer, passed) = match run.wait_for(&call, find).await {
        Ok(waited) => waited,
        Err(why) => {
            run.not_tried(&CREATE_LISTED, why);
            return None;
        }
    };
    let has_more = Page::of(&answer).is_some_and(|page| page.groups.len() >= 1024);
    let judged = match &found {
        Some(_) => Judged::AS_DOCUMENTED.with_note(format!("after {}", told(passed))),
        None if has_more => Judged::not_tried("the number has more than a page of groups"),
        None => Judged::different(format!("it was not in the list after {}", told(passed))),
    };
    run.record(&CREATE_LISTED, judged, &[&answer]);
    let id = found?;
    run.own.meets(&id, Fate::There);
    Some(Target { id, shown: OWN })
}

async fn created(run: &mut Run, own: &Target, subject: &str) {
    let checks = [&CREATED_SETTINGS, &CREATED_APPROVAL, &CREATED_EMPTY];
    let answer = match run.ask(&Call::get().of(own).with("fields", ALL_FIELDS)).await {
        Ok(answer) => answer,
        Err(why) => return checks.into_iter().for_each(|check| run.not_tried(check, why.clone())),
    };
    let (judged, body) = judge::answer(&answer, "Group");
    let Some(body) = body else {
        return checks.into_iter().for_each(|check| run.record(check, judged.clone(), &[&answer]));
    };
    let mut odd = Vec::new();
    for (name, expected) in
        [("subject", json!(subject)), ("description", json!(DESCRIPTION)), ("suspended", json!(false))]
    {
        if body.get(name) != Some(&expected) {
            odd.push(name);
        }
    }
    let settings = Judged::unless((!odd.is_empty()).then(|| format!("not as sent: {}", odd.join(", "))));
    run.record(&CREATED_SETTINGS, settings, &[&answer]);
    let mode = body.get("join_approval_mode").and_then(Value::as_str);
    let wrong = (mode != Some("auto_approve")).then(|| "it has not".to_owned());
    run.record(&CREATED_APPROVAL, Judged::unless(wrong), &[&answer]);
    let people = body.get("participants").and_then(Value::as_array).map_or(0, Vec::len);
    let empty = body.get("total_participant_count").and_then(Value::as_u64) == Some(0) && people == 0;
    run.record(&CREATED_EMPTY, Judged::unless((!empty).then(|| "there is somebody".to_owned())), &[&answer]);
}

//! One group, its invite link and its join requests: read only.

use reqwest::Method;
use serde_json::Value;

use super::catalog::{
    Check, ERROR_ENVELOPE, GET_APPROVAL_MODE, GET_COUNT, GET_DESCRIPTION, GET_PARTICIPANTS, GET_SEVERAL,
    GET_SUBJECT, GET_SUSPENDED, GET_TIMESTAMP, GET_UNKNOWN_FIELD, GET_WITHOUT_FIELDS, GROUP_ID_FORM,
    GROUP_UNKNOWN, INVITE_LINK, INVITE_LINK_CODE, REQUESTS_LIMIT, REQUESTS_LIST,
};
use super::client::{Call, Exchange, Target};
use super::finding::{Judged, Verdict};
use super::form;
use super::judge;
use super::run::Run;
use super::variant::Variant;

/// In the form of a group's id (7.1), with a fictitious number inside.
const NO_GROUP: &str = "Y2FwaV9ncm91cDoxNTU1MDEwMDEwMDoxMjAzNjM0MDAwMDAwMDAwMTcZD";
pub(super) const LINK_BEGIN: &str = "https://chat.whatsapp.com/";
pub(super) const ALL_FIELDS: &str = "subject,description,join_approval_mode,suspended,creation_timestamp,participants,\
                                     total_participant_count";

const FIELDS: [(&Check, &str); 7] = [
    (&GET_SUBJECT, "subject"),
    (&GET_DESCRIPTION, "description"),
    (&GET_APPROVAL_MODE, "join_approval_mode"),
    (&GET_SUSPENDED, "suspended"),
    (&GET_TIMESTAMP, "creation_timestamp"),
    (&GET_COUNT, "total_participant_count"),
    (&GET_PARTICIPANTS, "participants"),
];

pub(super) async fn check_unknown(run: &mut Run) {
    let nobody = Target { id: NO_GROUP.to_owned(), shown: "UNKNOWN_GROUP" };
    let call = Call::new(Method::GET).of(&nobody);
    let refused =
        run.check(&GROUP_UNKNOWN, &call, |exchange| judge::refusal(exchange, 400, &[131_041])).await;
    if let Some(answer) = refused {
        run.record(&ERROR_ENVELOPE, judge::envelope(&answer), &[&answer]);
    }
}

pub(super) async fn check(run: &mut Run) {
    let Some(group) = run.named() else { return };
    let inside = form::of_string(&group.id, "");
    let odd = (!inside.contains("escaped base64 of capi_group:") || !inside.contains(":<18 digits>"))
        .then_some(inside);
    run.record(&GROUP_ID_FORM, Judged::unless(odd), &[]);

    run.check(&GET_WITHOUT_FIELDS, &Call::get().of(&group), |exchange| only(exchange, &[])).await;
    for (check, field) in FIELDS {
        run.check(check, &Call::get().of(&group).with("fields", field), |exchange| of_field(exchange, field))
            .await;
    }
    run.check(&GET_SEVERAL, &Call::get().of(&group).with("fields", ALL_FIELDS), several).await;
    let unknown = Call::get().of(&group).with("fields", "subject,no_such_field");
    run.check(&GET_UNKNOWN_FIELD, &unknown, |exchange| judge::refusal(exchange, 400, &[100])).await;

    let link = run.check(&INVITE_LINK, &Call::get().of(&group).at("invite_link"), invite_link).await;
    match link.as_ref().and_then(code) {
        Some(code) => {
            let odd = !(code.len() == 22 && form::is_alphanumeric(&code));
            let judged = Judged::unless(odd.then(|| format!("{} characters", code.chars().count())));
            run.record(&INVITE_LINK_CODE, judged, &Vec::from_iter(&link));
        }
        None => run.not_tried(&INVITE_LINK_CODE, "there is no invite link to look at"),
    }
    check_requests(run, &group).await;
}

async fn check_requests(run: &mut Run, group: &Target) {
    let list = Call::get().of(group).at("join_requests");
    let listed =
        run.check(&REQUESTS_LIST, &list, |exchange| judge::answer(exchange, "JoinRequestList").0).await;
    match listed.as_ref().and_then(requests) {
        Some(2..) => {
            let one = list.with("limit", "1");
            let limited = |exchange: &Exchange| match requests(exchange) {
                Some(count) => Judged::unless((count > 1).then(|| format!("{count} join requests"))),
                None => judge::answer(exchange, "JoinRequestList").0,
            };
            run.check(&REQUESTS_LIMIT, &one, limited).await;
        }
        Some(count) => {
            run.not_tried(&REQUESTS_LIMIT, format!("it takes 2 join requests, and there are {count}"))
        }
        None => run.not_tried(&REQUESTS_LIMIT, "the join requests could not be read"),
    }
}

/// How many join requests an answer lists.
pub(super) fn requests(exchange: &Exchange) -> Option<usize> {
    judge::answer(exchange, "JoinRequestList").1?.get("data")?.as_array().map(Vec::len)
}

/// A group with these members besides the two that are always there, and no others.
fn only(exchange: &Exchange, fields: &[&str]) -> Judged {
    let (judged, body) = judge::answer(exchange, "Group");
    let Some(Value::Object(members)) = body else { return judged };
    let expected =
        |key: &&String| ["id", "messaging_product"].contains(&key.as_str()) || fields.contains(&key.as_str());
    match members.keys().filter(|key| !expected(key)).count() {
        0 => judged,
        others => Judged::different(format!("{others} members come that were not asked for")),
    }
}

fn of_field(exchange: &Exchange, field: &str) -> Judged {
    let judged = only(exchange, &[field]);
    let (_, Some(body)) = judge::answer(exchange, "Group") else { return judged };
    let judged = match body.get(field) {
        _ if !judged.is_sound() => judged,
        None if field == "description" => judged.with_note("it is absent"),
        None => Judged::different("it is absent"),
        Some(_) => judged,
    };
    let participants = body.get(field).filter(|_| field == "participants").and_then(Value::as_array);
    match participants {
        Some(people) if people.is_empty() && judged.verdict == Verdict::AsDocumented => {
            Judged::not_tried("the group has no participants")
        }
        Some(people) if judged.is_sound() && !people.iter().all(is_by_number) => {
            judge::of_variants(&[Variant::ForeignIdentity])
        }
        _ => judged,
    }
}

fn is_by_number(person: &Value) -> bool {
    person.get("wa_id").is_some() && person.get("user_id").is_none()
}

fn several(exchange: &Exchange) -> Judged {
    let (judged, body) = judge::answer(exchange, "Group");
    let Some(body) = body else { return judged };
    let absent: Vec<&str> =
        ALL_FIELDS.split(',').filter(|field| *field != "description" && body.get(*field).is_none()).collect();
    if !absent.is_empty() {
        return Judged::different(format!("absent: {}", absent.join(", ")));
    }
    let count = body.get("total_participant_count").and_then(Value::as_u64);
    let people = body.get("participants").and_then(Value::as_array).map(|people| people.len() as u64);
    if count == people { judged } else { Judged::different("the count is not the number of participants") }
}

pub(super) fn invite_link(exchange: &Exchange) -> Judged {
    let (judged, body) = judge::answer(exchange, "InviteLink");
    if body.is_some() && code(exchange).is_none() {
        return Judged::different(format!("the link does not begin with {LINK_BEGIN}"));
    }
    judged
}

/// The code of an invite link.
fn code(exchange: &Exchange) -> Option<String> {
    link(exchange)?.strip_prefix(LINK_BEGIN).map(str::to_owned)
}

pub(super) fn link(exchange: &Exchange) -> Option<String> {
    exchange.json()?.get("invite_link")?.as_str().map(str::to_owned)
}

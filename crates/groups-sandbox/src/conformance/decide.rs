//! Deciding and removing in the suite's own group, of which nothing can come: nobody has asked, and nobody is in. The
//! numbers are fictitious.

use reqwest::Method;
use serde_json::{Value, json};

use super::catalog::{
    APPROVE_UNKNOWN, REJECT_UNKNOWN, REMOVE_ABSENT, REMOVE_NINE, REMOVE_NOBODY, REMOVE_TWICE,
    REMOVE_WITHOUT_PRODUCT, REQUESTS_EMPTY,
};
use super::client::{Call, Exchange, Target};
use super::finding::Judged;
use super::group::requests;
use super::judge;
use super::run::Run;

/// In the form of a join request's id (7.1), with a fictitious number inside.
const NO_REQUEST: &str = "MTU1NTAxMDAxMjM6MTIwMzYzNDAwMDAwMDAwMDE3";

pub(super) async fn check(run: &mut Run, own: &Target) {
    let at_requests = |method: Method| Call::new(method).of(own).at("join_requests");
    run.check(&REQUESTS_EMPTY, &at_requests(Method::GET), |exchange| match requests(exchange) {
        Some(0) => Judged::AS_DOCUMENTED,
        Some(count) => Judged::different(format!("{count} join requests")),
        None => judge::answer(exchange, "JoinRequestList").0,
    })
    .await;
    let decision = || json!({ "messaging_product": "whatsapp", "join_requests": [NO_REQUEST] });
    let approve = at_requests(Method::POST).sending(decision());
    run.check(&APPROVE_UNKNOWN, &approve, judge::unknown_request).await;
    let reject = at_requests(Method::DELETE).sending(decision());
    run.check(&REJECT_UNKNOWN, &reject, judge::unknown_request).await;

    let remove = |body: Value| Call::new(Method::DELETE).of(own).at("participants").sending(body);
    let people = |numbers: &[u32]| -> Vec<Value> {
        numbers.iter().map(|number| json!({ "user": format!("+155501001{number:02}") })).collect()
    };
    let removal =
        |numbers: &[u32]| remove(json!({ "messaging_product": "whatsapp", "participants": people(numbers) }));
    run.check(&REMOVE_ABSENT, &removal(&[99]), |exchange| judge::removal(exchange, 131_212)).await;
    run.check(&REMOVE_TWICE, &removal(&[99, 99]), |exchange| judge::removal(exchange, 131_202)).await;
    let nine: Vec<u32> = (91..=99).collect();
    run.check(&REMOVE_NINE, &removal(&nine), |exchange| judge::removal(exchange, 131_204)).await;
    let refused = |exchange: &Exchange| judge::refusal(exchange, 400, &[]);
    run.check(&REMOVE_NOBODY, &removal(&[]), refused).await;
    let without_product = remove(json!({ "participants": people(&[99]) }));
    run.check(&REMOVE_WITHOUT_PRODUCT, &without_product, |exchange| judge::refusal(exchange, 400, &[100]))
        .await;
}

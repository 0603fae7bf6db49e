//! The headers of all answers: content types, and what is told about rates.

use std::collections::BTreeSet;

use super::catalog::{CONTENT_TYPES, RATE_HEADERS, RETRY_AFTER};
use super::client::{Body, Exchange};
use super::finding::Judged;
use super::redact;
use super::run::Run;

/// What was seen in any answer.
#[derive(Default)]
pub(super) struct Headers {
    answers: usize,
    odd_types: usize,
    odd: Option<Exchange>,
    rate: BTreeSet<&'static str>,
    rated: Option<Exchange>,
    delayed: Option<Exchange>,
}

impl Headers {
    pub(super) fn look(&mut self, exchange: &Exchange) {
        self.answers += 1;
        let media_type = exchange.content_type().and_then(|text| text.split(';').next()).unwrap_or_default();
        if exchange.body != Body::Empty && !media_type.trim().eq_ignore_ascii_case("application/json") {
            self.odd_types += 1;
            self.odd.get_or_insert_with(|| exchange.clone());
        }
        for name in redact::RATE_HEADERS {
            if exchange.headers.contains_key(*name) {
                self.rate.insert(name);
                self.rated.get_or_insert_with(|| exchange.clone());
            }
        }
        if exchange.headers.contains_key("retry-after") {
            self.delayed.get_or_insert_with(|| exchange.clone());
        }
    }
}

pub(super) fn check(run: &mut Run) {
    let Headers { answers, odd_types, odd, rate, rated, delayed } = std::mem::take(&mut run.headers);
    if answers == 0 {
        return;
    }
    let wrong = odd
        .is_some()
        .then(|| format!("{odd_types} of {answers} answers are of another type, this is the first"));
    run.record(&CONTENT_TYPES, Judged::unless(wrong), &Vec::from_iter(&odd));
    let names: Vec<&str> = rate.into_iter().collect();
    let of_meta = |name: &&str| matches!(*name, "x-business-use-case-usage" | "x-app-usage");
    let judged = if names.is_empty() {
        Judged::AS_DOCUMENTED.with_note(format!("none in {answers} answers"))
    } else if names.iter().all(of_meta) {
        Judged::variant(format!("3: Meta's headers are passed on: {}", names.join(", ")))
    } else {
        Judged::different(format!("there are {}", names.join(", ")))
    };
    run.record(&RATE_HEADERS, judged, &Vec::from_iter(&rated));
    let judged = match &delayed {
        Some(_) => Judged::different("an answer has it"),
        None => Judged::AS_DOCUMENTED.with_note(format!("none in {answers} answers")),
    };
    run.record(&RETRY_AFTER, judged, &Vec::from_iter(&delayed));
}

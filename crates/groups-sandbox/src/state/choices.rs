//! What there is to choose from: each switch with its positions or bounds and what they mean, for the page to offer.
//! Positions and their meanings are those of `behaviour.rs`; nothing of them is written a second time.

use serde::Serialize;
use serde_json::Value;

use super::behaviour::{
    Acknowledgement, ContentType, ErrorEnvelope, Identity, ListShape, ListTimestamp, PagingUrls,
    PartialStatus, PicturePart, RateLimitForm, Values, WebhookNames, WebhookOrder, WebhookTimestamp,
};
use super::rules::SEATS;

/// A switch of named positions.
pub(crate) trait Positions: Sized + Serialize + 'static {
    /// What it is about.
    const ABOUT: &str;
    /// All positions with their meanings, the documented form first.
    const POSITIONS: &[(Self, &str)];
}

/// One switch, by its name in [`Behaviour`](super::behaviour::Behaviour).
#[derive(Debug, Serialize)]
pub(crate) struct Switch {
    pub(crate) name: &'static str,
    topic: &'static str,
    about: String,
    #[serde(flatten)]
    form: Form,
}

/// What a value of it looks like.
#[derive(Debug, Serialize)]
#[serde(tag = "form", rename_all = "snake_case")]
enum Form {
    Positions {
        positions: Vec<Position>,
    },
    YesNo,
    /// A part of all, 0 to 1.
    Share,
    Number {
        min: usize,
        #[serde(skip_serializing_if = "Option::is_none")]
        max: Option<usize>,
    },
    /// `per_second` and `burst`, or null for none.
    RateLimit,
}

#[derive(Debug, Serialize)]
struct Position {
    value: Value,
    meaning: String,
}

/// All switches, by topic.
pub(crate) fn all() -> Vec<Switch> {
    let number = |min, max| Form::Number { min, max };
    vec![
        positions::<ListShape>("Lists", "list_shape"),
        positions::<ListTimestamp>("Lists", "list_timestamp"),
        positions::<PagingUrls>("Lists", "paging_urls"),
        positions::<Values>("Lists", "values"),
        positions::<Acknowledgement>("Answers", "acknowledgement"),
        positions::<PartialStatus>("Answers", "partial_status"),
        positions::<ErrorEnvelope>("Answers", "error_envelope"),
        positions::<PicturePart>("Answers", "picture_part"),
        positions::<ContentType>("Answers", "content_type"),
        other("Answers", "rate_limit", "How many calls the number may make.", Form::RateLimit),
        positions::<RateLimitForm>("Answers", "rate_limit_form"),
        other(
            "Answers",
            "outcome_delay_ms",
            "Milliseconds until what was accepted is carried out.",
            number(0, None),
        ),
        positions::<Identity>("People and groups", "identity"),
        other(
            "People and groups",
            "removed_may_return",
            "Whether someone the business removed may come back by the link.",
            Form::YesNo,
        ),
        other("People and groups", "seats", "Seats of a group besides the business.", number(1, Some(SEATS))),
        other("People and groups", "eligible", "Whether the number may use groups at all.", Form::YesNo),
        other("People and groups", "group_limit", "Groups the number may have.", number(0, None)),
        positions::<WebhookOrder>("Webhooks", "webhook_order"),
        positions::<WebhookTimestamp>("Webhooks", "webhook_timestamp"),
        positions::<WebhookNames>("Webhooks", "webhook_names"),
        other("Webhooks", "webhook_duplicates", "The share delivered twice.", Form::Share),
        other(
            "Webhooks",
            "webhook_reordering",
            "The share held back so that later ones overtake it.",
            Form::Share,
        ),
        other("Webhooks", "webhook_drops", "The share never delivered.", Form::Share),
        other(
            "Webhooks",
            "webhook_timeout_ms",
            "Milliseconds a receiver may take to answer 200.",
            number(1, None),
        ),
        other(
            "Webhooks",
            "webhook_retry_ms",
            "Milliseconds until the first redelivery; the pause doubles each time.",
            number(1, None),
        ),
    ]
}

fn positions<P: Positions>(topic: &'static str, name: &'static str) -> Switch {
    let position = |(position, meaning): &(P, &str)| Position {
        // A position is a word; writing one down cannot fail.
        value: serde_json::to_value(position).unwrap_or_default(),
        meaning: plain(meaning),
    };
    let positions = P::POSITIONS.iter().map(position).collect();
    other(topic, name, P::ABOUT, Form::Positions { positions })
}

fn other(topic: &'static str, name: &'static str, about: &str, form: Form) -> Switch {
    Switch { name, topic, about: plain(about), form }
}

/// A doc comment as a sentence for people: without the reference to its source.
fn plain(text: &str) -> String {
    let text = text.trim();
    match text.split_once(" (Facts ") {
        Some((before, after)) => {
            let rest = after.split_once(')').map_or("", |(_, rest)| rest);
            format!("{before}{rest}")
        }
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::state::behaviour::Behaviour;

    #[test]
    fn every_switch_can_be_chosen_and_every_choice_is_one() {
        let behaviour = serde_json::to_value(Behaviour::default()).unwrap();
        let names: BTreeSet<&str> = behaviour.as_object().unwrap().keys().map(String::as_str).collect();
        let offered: Vec<&str> = all().iter().map(|switch| switch.name).collect();
        assert_eq!(offered.iter().copied().collect::<BTreeSet<_>>(), names);
        assert_eq!(offered.len(), names.len());
        for switch in serde_json::to_value(all()).unwrap().as_array().unwrap() {
            let name = switch["name"].as_str().unwrap();
            for position in switch["positions"].as_array().into_iter().flatten() {
                let mut changed = Behaviour::default();
                changed.merge(&serde_json::json!({ name: position["value"] })).unwrap();
                assert_eq!(serde_json::to_value(changed).unwrap()[name], position["value"]);
            }
        }
    }

    #[test]
    fn explanations_are_sentences_without_references() {
        assert_eq!(plain(" How lists are nested (Facts 8 item 1)."), "How lists are nested.");
        let written = serde_json::to_string(&all()).unwrap();
        assert!(written.contains("`data.groups[]`, as documents have it."), "{written}");
        assert!(!written.contains("Facts"), "{written}");
    }
}

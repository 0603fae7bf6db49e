//! The known other sides of the disagreements between sources, and how to bring a body of such a form into the documented
//! one. What is left to differ after that is unknown to everybody.

use serde_json::{Map, Value};

use super::form::is_digits;

/// A side of a disagreement, and what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variant {
    FlatList,
    WrappedList,
    CreationTimestamp,
    QuotedTime,
    QuotedValues,
    DecidedByRequestId,
    AckById,
    AckBySuccess,
    AckEmpty,
    ForeignIdentity,
    EnvelopeMeta,
    EnvelopeGatewayMeta,
    EnvelopeGatewayText,
    KeyForbidden,
    NextAbsent,
    LeftToWebhook,
    ApprovalUpdated,
}

impl Variant {
    /// Which one, by the sections of the facts page.
    pub(super) fn told(self) -> &'static str {
        match self {
            Self::FlatList => "8 no. 1, 7.3 no. 1: the list is flat, `data` is the array (GUPSHUP, PYWA)",
            Self::WrappedList => "1.1: `data` is an array of objects with `groups` (DOTNET)",
            Self::CreationTimestamp => "8 no. 2, 7.3 no. 1: the time is named `creation_timestamp` (GUPSHUP)",
            Self::QuotedTime => "8 no. 2 and 16, 7.3 no. 1: the time is in quotes (META-OAS, PIUS, DOTNET)",
            Self::QuotedValues => "8 no. 16, 1.3: the value is in quotes (guide sample, PIUS, DOTNET)",
            Self::DecidedByRequestId => "8 no. 27: a `request_id` instead of the lists (PYWA, WATS)",
            Self::AckById => "8 no. 3, 7.3 no. 2: `id` instead of `request_id` (360-OAS)",
            Self::AckBySuccess => "8 no. 4, 7.3 no. 2: `success` instead of `request_id` (META-OAS, 360-SDK)",
            Self::AckEmpty => "8 no. 4, 7.3 no. 2: no body (META-OAS)",
            Self::ForeignIdentity => {
                "7.3 no. 6, 6: participants with `user_id`, or without `wa_id` (META-BSUID)"
            }
            Self::EnvelopeMeta => "7.3 no. 4, 2.1 M: Meta's envelope instead of 360dialog's",
            Self::EnvelopeGatewayMeta => "7.3 no. 4, 2.1 D1: the envelope with `meta`",
            Self::EnvelopeGatewayText => "7.3 no. 4, 2.1 D2: the envelope with `error` as a text",
            Self::KeyForbidden => "8 no. 18: 403 instead of 401 (mocks)",
            Self::NextAbsent => "7.3 no. 9: another page is there, `paging.next` is not (GUPSHUP)",
            Self::LeftToWebhook => "1.11: accepted; the failure is left to the webhook (META-WH)",
            Self::ApprovalUpdated => "8 no. 24: `join_approval_mode` is accepted in an update (WATS, DOTNET)",
        }
    }

    /// Whether it is about how a list nests, not about what its items hold.
    pub(super) fn is_nesting(self) -> bool {
        matches!(self, Self::FlatList | Self::WrappedList)
    }
}

/// Several variants in one line, each once.
pub(super) fn told(variants: &[Variant]) -> String {
    let mut told: Vec<&str> = Vec::new();
    for variant in variants {
        if !told.contains(&variant.told()) {
            told.push(variant.told());
        }
    }
    told.join("; ")
}

/// The body in the documented form as far as known variants go, and which these were.
pub(super) fn documented(schema: &str, body: &Value) -> (Value, Vec<Variant>) {
    let mut body = body.clone();
    let mut found = Vec::new();
    match schema {
        "GroupList" => group_list(&mut body, &mut found),
        "Group" => group(&mut body, &mut found),
        "JoinRequestList" => {
            for item in body.get_mut("data").and_then(Value::as_array_mut).into_iter().flatten() {
                unquote_number(item, "creation_timestamp", Variant::QuotedTime, &mut found);
            }
        }
        _ => {}
    }
    (body, found)
}

fn group_list(body: &mut Value, found: &mut Vec<Variant>) {
    let flat = body.get("data").and_then(Value::as_array).cloned();
    if let Some(items) = flat {
        let wrapped =
            !items.is_empty() && items.iter().all(|item| item.get("groups").is_some_and(Value::is_array));
        let groups = if wrapped {
            found.push(Variant::WrappedList);
            items.iter().filter_map(|item| item["groups"].as_array().cloned()).flatten().collect()
        } else {
            found.push(Variant::FlatList);
            items
        };
        body["data"] = Value::Object(Map::from_iter([("groups".to_owned(), Value::Array(groups))]));
    }
    for item in body.pointer_mut("/data/groups").and_then(Value::as_array_mut).into_iter().flatten() {
        let Some(members) = item.as_object_mut() else { continue };
        if !members.contains_key("created_at")
            && let Some(time) = members.remove("creation_timestamp")
        {
            members.insert("created_at".to_owned(), time);
            found.push(Variant::CreationTimestamp);
        }
        unquote_number(item, "created_at", Variant::QuotedTime, found);
    }
}

fn group(body: &mut Value, found: &mut Vec<Variant>) {
    for name in ["creation_timestamp", "total_participant_count"] {
        unquote_number(body, name, Variant::QuotedValues, found);
    }
    let suspended = match body.get("suspended").and_then(Value::as_str) {
        Some("true") => true,
        Some("false") => false,
        _ => return,
    };
    body["suspended"] = Value::Bool(suspended);
    found.push(Variant::QuotedValues);
}

fn unquote_number(item: &mut Value, name: &str, variant: Variant, found: &mut Vec<Variant>) {
    let number = item.get(name).and_then(Value::as_str).filter(|text| is_digits(text));
    if let Some(number) = number.and_then(|text| text.parse::<u64>().ok()) {
        item[name] = Value::from(number);
        found.push(variant);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document;

    /// The spec keeps a payload of every form that sources show.
    #[test]
    fn every_other_form_of_an_answer_comes_down_to_the_documented_one() {
        let mut seen = 0;
        for example in groups_spec::EXAMPLES {
            if !["GroupList", "Group", "JoinRequestList"].contains(&example.schema) {
                continue;
            }
            let body = serde_json::from_str(example.body).unwrap();
            let (body, found) = documented(example.schema, &body);
            assert_eq!(document::faults(example.schema, &body), [""; 0], "{}", example.name);
            assert_eq!(found.is_empty(), example.documented, "{}: {found:?}", example.name);
            seen += 1;
        }
        assert!(seen > 10);
    }
}

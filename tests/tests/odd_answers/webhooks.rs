//! The webhooks, event by event.

use groups_ergonomic::model::event::read;
use serde_json::{Map, Value};

use crate::places::{Step, at, has_set_aside, names_no_type, odds, places, shown, with};

/// How many steps lead to an event of a notification.
fn event_at(place: &[Step]) -> Option<usize> {
    match place {
        [
            Step::Member(entry),
            Step::Item(_),
            Step::Member(changes),
            Step::Item(_),
            Step::Member(value),
            Step::Member(list),
            Step::Item(_),
            ..,
        ] if entry == "entry"
            && changes == "changes"
            && value == "value"
            && ["groups", "messages", "statuses", "user_id_update"].contains(&list.as_str()) =>
        {
            Some(7)
        }
        _ => None,
    }
}

/// The names that a member has in the event.
fn names_in_event(name: &str) -> Vec<&str> {
    let mut names = vec![name, "id", "extra", "envelope", "participant", "content"];
    names.extend(match name {
        "timestamp" => Some("at"),
        _ => None,
    });
    names
}

fn without(event: &Value, name: &str) -> Map<String, Value> {
    let mut event = event.as_object().unwrap().clone();
    names_in_event(name).iter().for_each(|name| drop(event.remove(*name)));
    event
}

#[test]
fn nothing_but_the_odd_value_of_a_webhook_is_lost() {
    let (mut tried, mut wrong) = (0, Vec::new());
    for example in groups_spec::EXAMPLES.iter().filter(|example| example.schema == "Notification") {
        let document: Value = serde_json::from_str(example.body).unwrap();
        // A second event beside it, which nothing may touch.
        let other = r#"{"timestamp":"1767603600","group_id":"Other","type":"group_suspend"}"#;
        let document = beside(document, serde_json::from_str(other).unwrap());
        let shown_events = |body: &str| {
            let (events, problems) = read(body.as_bytes());
            let events: Vec<Value> =
                events.iter().map(|event| serde_json::to_value(event).unwrap()).collect();
            (events, problems)
        };
        let (before, problems) = shown_events(&document.to_string());
        assert!(problems.is_empty(), "{}: {problems:?}", example.name);
        for place in places(&document) {
            for odd in odds() {
                let Some(body) = with(&document, &place, &odd) else { continue };
                tried += 1;
                let (after, problems) = shown_events(&body);
                let what = format!("{}: {} {}", example.name, shown(&place), odd.name);
                if after.is_empty() {
                    wrong.push(format!("{what}: no event"));
                    continue;
                }
                let untouched = before.last().unwrap();
                let Some(steps) = event_at(&place) else {
                    // Around the events: those below it may become unknown ones, with their content.
                    let leaf =
                        at(&document, &place).is_some_and(|value| !value.is_array() && !value.is_object());
                    let decides = ["field"].iter().any(|name| shown(&place).ends_with(name));
                    if leaf && !decides && after.len() != before.len() {
                        wrong.push(format!("{what}: {} events became {}", before.len(), after.len()));
                    }
                    continue;
                };
                if !after.iter().any(|event| event == untouched) && place[..steps] != place_of_last(&document)
                {
                    wrong.push(format!("{what}: the event beside it differs"));
                }
                let Some(Step::Member(name)) = place.get(steps) else { continue };
                if place[..steps] == place_of_last(&document) {
                    continue;
                }
                let was = &before[0];
                let is = &after[0];
                // What an event is, and in which group something was written, decides what else is read of it.
                let decides = name == "type"
                    // The ids are all that such an event has.
                    || name == "user_id" && was["type"] == "user_id_update"
                    || was["type"] != is["type"] && is["type"] == "unknown" && name == "group_id";
                if decides {
                    if is["type"] == "unknown" && is.get("content").is_none() {
                        wrong.push(format!("{what}: the content is lost"));
                    }
                    continue;
                }
                if without(was, name) != without(is, name) {
                    wrong.push(format!("{what}: {was} became {is}"));
                }
                if has_set_aside(is) && problems.is_empty() {
                    wrong.push(format!("{what}: not reported"));
                }
                let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
                if !text.iter().all(|text| names_no_type(text)) {
                    wrong.push(format!("{what}: {text:?}"));
                }
            }
        }
    }
    assert!(tried > 5_000, "only {tried} notifications were tried");
    let count = wrong.len();
    wrong.truncate(40);
    assert!(wrong.is_empty(), "{count} of {tried}:\n{}", wrong.join("\n"));
}

/// The notification with one more event in its first list.
fn beside(mut document: Value, other: Value) -> Value {
    let value = &mut document["entry"][0]["changes"][0]["value"];
    for list in ["groups", "user_id_update"] {
        if let Some(items) = value.get_mut(list).and_then(Value::as_array_mut) {
            items.push(other);
            break;
        }
    }
    document
}

fn place_of_last(document: &Value) -> Vec<Step> {
    let member = |name: &str| Step::Member(name.to_owned());
    let value = &document["entry"][0]["changes"][0]["value"];
    let list = ["groups", "user_id_update", "messages", "statuses"]
        .into_iter()
        .find(|list| value.get(*list).is_some())
        .unwrap_or("groups");
    let last = value[list].as_array().map_or(0, |items| items.len() - 1);
    vec![
        member("entry"),
        Step::Item(0),
        member("changes"),
        Step::Item(0),
        member("value"),
        member(list),
        Step::Item(last),
    ]
}

#[test]
fn half_an_emoji_in_one_event_leaves_the_other_alone() {
    let body = r#"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"group_lifecycle_update",
        "value":{"messaging_product":"whatsapp","groups":[
            {"timestamp":"1767603600","group_id":"G1","type":"group_create","request_id":"R1","subject":"Fine"},
            {"timestamp":"1767603600000000","group_id":"G2","type":"group_create","request_id":"R2","subject":"Cut \ud83d"}
        ]}}]}]}"#;
    let (events, problems) = read(body.as_bytes());
    let shown: Vec<Value> = events.iter().map(|event| serde_json::to_value(event).unwrap()).collect();
    assert_eq!((&shown[0]["type"], &shown[0]["subject"]), (&"group_create".into(), &"Fine".into()));
    assert_eq!(shown[1]["subject"], "Cut \u{fffd}");
    assert_eq!(shown[1]["extra"]["?timestamp"], "1767603600000000");
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let expected = [
        "entry[0].changes[0].value.groups[1].subject contains invalid characters",
        "events[1].timestamp is a string",
    ];
    assert_eq!(told, expected);
}

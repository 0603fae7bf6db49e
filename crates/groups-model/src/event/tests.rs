//! Every form that a source shows, and arbitrary ones.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{ErrorKind, JoinApprovalMode};

const GROUP: &str = "Y2FwaV9ncm91cDoxNTU1MDEwMDEwMDoxMjAzNjM0MDAwMDAwMDAwMTcZD";

fn example(name: &str) -> Event {
    let body = groups_spec::example(name).unwrap_or_else(|| panic!("no example {name}")).body;
    one(decode(body.as_bytes()))
}

fn one(events: Vec<Event>) -> Event {
    let [event] = <[Event; 1]>::try_from(events).unwrap_or_else(|events| panic!("{events:#?}"));
    event
}

fn notification(field: &str, value: Value) -> Value {
    json!({ "object": "whatsapp_business_account",
            "entry": [{ "id": "102", "changes": [{ "field": field, "value": value }] }] })
}

fn groups(field: &str, events: Value) -> Vec<Event> {
    let value = json!({ "messaging_product": "whatsapp", "metadata": { "phone_number_id": "106" }, "groups": events });
    decode(notification(field, value).to_string().as_bytes())
}

fn ids(events: &[Event]) -> BTreeSet<EventId> {
    events.iter().map(|event| event.id.clone()).collect()
}

fn json_of(event: &Event) -> Value {
    serde_json::to_value(event).unwrap()
}

/// What holds of any body: it is told, each event is told once and by itself, and its JSON reads back.
fn check(body: &[u8]) -> Vec<Event> {
    let parts = split(body);
    assert!(!parts.is_empty(), "nothing is told of a body");
    let events: Vec<Event> = parts.iter().map(|part| part.event.clone()).collect();
    assert_eq!(events, decode(body));
    assert_eq!(ids(&events).len(), events.len(), "an event is told twice");
    for part in &parts {
        assert_eq!(one(decode(&part.notification)), part.event, "alone it says something else");
        let text = serde_json::to_string(&part.event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), part.event, "{text}");
        assert!(EventKind::TYPES.contains(&json_of(&part.event)["type"].as_str().unwrap()));
    }
    events
}

#[test]
fn every_example_of_a_notification_is_understood_to_the_last_field() {
    let mut seen = 0;
    for example in groups_spec::EXAMPLES.iter().filter(|example| example.schema == "Notification") {
        let event = one(check(example.body.as_bytes()));
        assert!(!matches!(event.kind, EventKind::Unknown(_)), "{}: {event:#?}", example.name);
        assert!(event.extra.is_empty() && event.envelope.is_empty(), "{}: {event:#?}", example.name);
        assert_eq!(event.at.unwrap().seconds(), 1_759_320_005, "{}", example.name);
        assert_eq!(event.waba_id.as_deref(), Some("102290129340398"));
        assert_eq!(event.phone_number_id.as_deref(), Some("106540352242922"));
        let no_group = example.name.ends_with("without_group_id") || example.name.contains("user_id_updated");
        assert_eq!(event.group_id.is_none(), no_group, "{}", example.name);
        seen += 1;
    }
    assert!(seen >= 32, "only {seen} examples were read");
}

#[test]
fn a_create_tells_link_and_mode_or_why_it_failed() {
    let event = example("webhook_group_created");
    let EventKind::GroupCreate(created) = &event.kind else { panic!("{event:?}") };
    assert_eq!(created.subject.as_deref(), Some("Delivery team"));
    assert_eq!(created.invite_link.as_deref(), Some("https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv"));
    assert_eq!(created.join_approval_mode, Some(JoinApprovalMode::ApprovalRequired));
    assert_eq!(event.request_id.as_ref().unwrap().as_str(), "9B47474A35EFC2A6139B41457E4C10BB");
    assert!(event.errors().is_empty());

    for failed in ["webhook_group_create_failed", "webhook_group_create_failed_without_group_id"] {
        let event = example(failed);
        assert_eq!(event.errors()[0].kind, ErrorKind::GroupLimitReached);
        assert_eq!(event.errors()[0].message, "Group create limit reached");
        assert!(event.request_id.is_some());
    }
    let older = example("webhook_group_created_with_participants");
    let EventKind::GroupCreate(created) = older.kind else { panic!() };
    assert_eq!(created.added_participants.len(), 1);

    assert!(example("webhook_group_deleted").errors().is_empty());
    assert_eq!(example("webhook_group_delete_failed").errors()[0].code, Some(131_000));
}

#[test]
fn people_joining_and_asking_are_told_with_all_their_ids() {
    let EventKind::GroupParticipantsAdd(added) = example("webhook_participants_joined_with_user_ids").kind
    else {
        panic!()
    };
    assert_eq!(added.reason.as_deref(), Some("invite_link"));
    assert_eq!(added.added_participants[0].participant.wa_id.as_ref().unwrap().as_str(), "15550100123");
    assert_eq!(added.added_participants[1].participant.wa_id, None);
    assert_eq!(added.added_participants[1].participant.username.as_deref(), Some("grace.example"));

    let EventKind::GroupJoinRequestCreated(asked) = example("webhook_join_request_created_with_user_id").kind
    else {
        panic!()
    };
    assert_eq!(asked.participant.user_id.unwrap().as_str(), "US.13491208655302741918");
    assert!(asked.join_request_id.is_some());
    assert!(matches!(
        example("webhook_join_request_revoked").kind,
        EventKind::GroupJoinRequestRevoked(GroupJoinRequest { join_request_id: Some(_), .. })
    ));
}

#[test]
fn a_quoted_and_a_bare_timestamp_are_the_same_event() {
    let quoted = example("webhook_join_requests_approved");
    let bare = example("webhook_join_requests_approved_numeric_timestamp");
    assert_eq!(quoted, bare);
    let EventKind::GroupParticipantsAdd(added) = quoted.kind else { panic!() };
    assert_eq!(added.added_participants[1].input.as_deref(), Some("15550100124"));
}

#[test]
fn a_removal_tells_each_person_and_who_began_it() {
    let EventKind::GroupParticipantsRemove(partly) = example("webhook_participants_partly_removed").kind
    else {
        panic!()
    };
    assert_eq!(partly.removed_participants[0].input.as_deref(), Some("+15550100123"));
    assert_eq!(partly.failed_participants[0].errors[0].kind, ErrorKind::ParticipantNotInGroup);
    assert_eq!(partly.errors[0].kind, ErrorKind::PartiallySucceeded);
    let EventKind::GroupParticipantsRemove(quoted) =
        example("webhook_participants_partly_removed_quoted_code").kind
    else {
        panic!()
    };
    assert_eq!(quoted, partly);

    let inside = example("webhook_participants_removed");
    assert_eq!(example("webhook_participants_removed_initiated_by_outside"), inside);
    let EventKind::GroupParticipantsRemove(removed) = &inside.kind else { panic!() };
    assert_eq!(removed.initiated_by, Some(InitiatedBy::Business));
    let other_names = example("webhook_participants_removed_meta_oas_names");
    assert_eq!((&other_names.kind, &other_names.field), (&inside.kind, &inside.field));

    let EventKind::GroupParticipantsRemove(left) = example("webhook_participant_left").kind else { panic!() };
    assert_eq!(left.initiated_by, Some(InitiatedBy::Participant));
    assert!(example("webhook_participant_left_with_request_id").request_id.is_some());
}

#[test]
fn a_removal_that_is_typed_as_a_create_is_a_removal() {
    let removed = json!([{ "type": "group_create", "removed_participants": [{ "input": "1" }] }]);
    let event = one(groups("group_participant_update", removed));
    assert_eq!(event.kind.type_name(), "group_participants_remove");
    let added = json!([{ "type": "group_add_participants", "added_participants": [{ "wa_id": "1" }] }]);
    assert_eq!(one(groups("group_participant_update", added)).kind.type_name(), "group_participants_add");
}

#[test]
fn settings_are_told_one_by_one() {
    let outcome = |name: &str| {
        let EventKind::GroupSettingsUpdate(update) = example(name).kind else { panic!("{name}") };
        let of = |setting: &Option<SettingResult>| setting.as_ref().map(|setting| update.succeeded(setting));
        (of(&update.profile_picture), of(&update.group_subject), of(&update.group_description))
    };
    assert_eq!(outcome("webhook_settings_updated"), (Some(true), Some(true), Some(true)));
    assert_eq!(outcome("webhook_settings_subject_updated"), (None, Some(true), None));
    assert_eq!(outcome("webhook_settings_partly_updated"), (Some(true), Some(true), Some(false)));
    assert_eq!(outcome("webhook_settings_not_updated"), (Some(false), None, None));
    assert_eq!(outcome("webhook_settings_updated_meta_oas"), (Some(true), None, None));
    assert_eq!(example("webhook_settings_not_updated").errors()[0].kind, ErrorKind::PictureNotSquare);
}

#[test]
fn an_error_over_all_settings_is_that_of_the_one_that_is_said_to_have_failed() {
    let subject = |flag: Value| {
        let told = json!([{ "type": "group_settings_update", "group_id": GROUP, "errors": [{ "code": 131_209 }],
            "group_subject": { "text": "x" }, "profile_picture": { "update_successful": flag } }]);
        let EventKind::GroupSettingsUpdate(update) = one(groups("group_settings_update", told)).kind else {
            panic!()
        };
        update.succeeded(update.group_subject.as_ref().unwrap())
    };
    assert!(subject(json!(false)), "the picture failed");
    assert!(!subject(json!(true)), "nothing else can have failed");
    assert!(!subject(Value::Null), "nobody knows which failed");
}

#[test]
fn messages_and_statuses_of_groups_are_typed_and_others_are_kept() {
    let value = json!({
        "messaging_product": "whatsapp", "metadata": { "phone_number_id": "106" },
        "contacts": [{ "wa_id": "15550100123", "profile": { "name": "Ada" } }],
        "messages": [
            { "id": "wamid.1", "from": "15550100123", "group_id": GROUP, "timestamp": "1759320005", "type": "text",
              "text": { "body": "hello" } },
            { "id": "wamid.2", "from": "15550100123", "timestamp": "1759320006", "type": "text", "text": {} },
        ],
        "statuses": [
            { "id": "wamid.3", "recipient_id": GROUP, "recipient_type": "group", "status": "delivered",
              "timestamp": "1759320007", "recipient_participant_id": "15550100123", "pricing": { "billable": true } },
            { "id": "wamid.3", "recipient_id": "1", "group_id": GROUP, "status": "failed", "timestamp": 1759320008,
              "participant_recipient_id": "15550100124", "errors": [{ "code": 131026, "title": "t", "href": "h" }] },
            { "id": "wamid.4", "recipient_id": "15550100123", "status": "read", "timestamp": "1759320009" },
        ],
    });
    let events = check(notification("messages", value).to_string().as_bytes());
    let types: Vec<_> = events.iter().map(|event| event.kind.type_name()).collect();
    let status = "group_message_status";
    assert_eq!(types, ["group_message", "unknown", status, status, "unknown"]);
    let EventKind::GroupMessage(message) = &events[0].kind else { panic!() };
    assert_eq!(message.from.as_ref().unwrap().as_str(), "15550100123");
    assert_eq!(message.content["text"]["body"], "hello");
    assert_eq!(events[0].envelope["contacts"][0]["profile"]["name"], "Ada");
    assert_eq!(events[0].group_id.as_ref().unwrap().as_str(), GROUP);
    let EventKind::GroupMessageStatus(delivered) = &events[2].kind else { panic!() };
    assert_eq!(delivered.status, Some(MessageStatus::Delivered));
    assert_eq!(events[2].group_id.as_ref().unwrap().as_str(), GROUP);
    let EventKind::GroupMessageStatus(failed) = &events[3].kind else { panic!() };
    assert_eq!(failed.recipient_participant_id.as_ref().unwrap().as_str(), "15550100124");
    assert_eq!(failed.errors[0].extra["href"], "h");
    let EventKind::Unknown(other) = &events[4].kind else { panic!() };
    assert_eq!(other.content["status"], "read");
}

#[test]
fn a_reason_is_optional_and_open() {
    let reason = |name: &str| match example(name).kind {
        EventKind::GroupParticipantsAdd(added) => added.reason,
        EventKind::GroupJoinRequestCreated(asked) => asked.reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(reason("webhook_join_requests_approved_by_admin").as_deref(), Some("admin_approval"));
    assert_eq!(reason("webhook_join_request_created_without_reason"), None);
    let added =
        json!([{ "type": "group_participants_add", "reason": "by_pigeon", "added_participants": [] }]);
    let event = one(groups("group_participants_update", added));
    assert_eq!(json_of(&event)["reason"], "by_pigeon");
}

#[test]
fn a_changed_user_id_is_typed_with_both_ids() {
    let event = example("webhook_user_id_updated");
    let EventKind::UserIdUpdate(update) = &event.kind else { panic!("{event:?}") };
    let ids = update.user_id.as_ref().unwrap();
    assert_eq!(ids.previous.as_ref().unwrap().as_str(), "US.13491208655302741918");
    assert_eq!(ids.current.as_ref().unwrap().as_str(), "US.24817305912873645029");
    let parent = update.parent_user_id.as_ref().unwrap();
    assert_eq!(parent.current.as_ref().unwrap().as_str(), "US.ENT.22926800323997955941");
    assert_eq!(update.wa_id.as_ref().unwrap().as_str(), "15550100123");
    assert_eq!(event.field.as_deref(), Some("user_id_update"));
    let shown = json_of(&event);
    assert_eq!(shown["type"], "user_id_update");
    assert_eq!(shown["user_id"]["previous"], "US.13491208655302741918");
    assert_eq!(shown.get("group_id"), None);
    let EventKind::UserIdUpdate(bare) = example("webhook_user_id_updated_without_wa_id").kind else {
        panic!()
    };
    assert_eq!((bare.wa_id, bare.parent_user_id, bare.detail), (None, None, None));
}

/// The ids and the remaining fields of each event.
fn changed(value: Value) -> Vec<(String, Value)> {
    let events = check(notification("user_id_update", value).to_string().as_bytes());
    let told = events.iter().map(|event| match &event.kind {
        EventKind::UserIdUpdate(update) => {
            let ids = update
                .user_id
                .as_ref()
                .map(|ids| [&ids.previous, &ids.current].map(|id| id.as_ref().map_or("", |id| id.as_str())));
            (ids.unwrap_or_default().join(" "), json!([event.extra, event.envelope]))
        }
        other => (other.type_name().to_owned(), Value::Null),
    });
    told.collect()
}

#[test]
fn changed_user_ids_are_found_in_any_envelope() {
    let change =
        |previous: &str, current: &str| json!({ "user_id": { "previous": previous, "current": current } });
    let one = |ids: &str, rest: Value| vec![(ids.to_owned(), rest)];
    // As the value itself, as the documented list, and as a list of another name.
    let mut bare = change("US.1", "US.2");
    assert_eq!(changed(bare.clone()), one("US.1 US.2", json!([{}, {}])));
    bare["metadata"] = json!({ "phone_number_id": "106" });
    bare["contacts"] = json!([{ "wa_id": "1" }]);
    bare["lid"] = json!(1);
    assert_eq!(changed(bare), one("US.1 US.2", json!([{ "lid": 1 }, { "contacts": [{ "wa_id": "1" }] }])));
    for name in ["user_id_update", "groups", "updates"] {
        let value = json!({ "messaging_product": "whatsapp", name: [change("US.1", "US.2"), change("US.3", "US.4")] });
        let told: Vec<String> = changed(value).into_iter().map(|(ids, _)| ids).collect();
        assert_eq!(told, ["US.1 US.2", "US.3 US.4"], "{name}");
    }
    // One odd item does not cost the others, and what has no ids is kept whole.
    let value = json!({ "user_id_update": [5, { "user_id": "US.1" }, change("US.1", "US.2")] });
    let told: Vec<String> = changed(value).into_iter().map(|(ids, _)| ids).collect();
    assert_eq!(told, ["unknown", "unknown", "US.1 US.2"]);
    assert_eq!(changed(json!({ "wa_id": "1" })), one("unknown", Value::Null));
    let odd = json!({ "user_id": { "previous": {}, "current": 7, "lid": 1 }, "parent_user_id": "US.ENT.1" });
    let rest = json!([{ "user_id": { "?previous": {}, "lid": 1 }, "?parent_user_id": "US.ENT.1" }, {}]);
    assert_eq!(changed(odd), one(" 7", rest));
    let many: Vec<Value> = (0..=bounds::EVENTS_MAX).map(|n| change("US.1", &format!("US.{n}"))).collect();
    assert_eq!(changed(json!({ "user_id_update": many })), one("unknown", Value::Null));
}

#[test]
fn a_system_message_reports_a_changed_user_id() {
    let value = json!({
        "messaging_product": "whatsapp", "metadata": { "phone_number_id": "106" },
        "messages": [
            { "id": "wamid.1", "from": "15550100123", "timestamp": "1759320005", "type": "system",
              "system": { "type": "user_changed_number", "body": "changed", "wa_id": "15550100124",
                  "previous_user_id": "US.1", "user_id": "US.2" } },
            { "id": "wamid.2", "timestamp": "1759320006", "type": "system",
              "system": { "type": "user_changed_user_id", "previous_user_id": "US.2", "user_id": "US.3",
                  "previous_parent_user_id": "US.ENT.1", "parent_user_id": "US.ENT.2" } },
            { "id": "wamid.3", "timestamp": "1759320007", "type": "system", "system": { "body": "x" } },
        ],
    });
    let events = check(notification("messages", value).to_string().as_bytes());
    let types: Vec<_> = events.iter().map(|event| event.kind.type_name()).collect();
    assert_eq!(types, ["user_id_update", "user_id_update", "unknown"]);
    let EventKind::UserIdUpdate(number) = &events[0].kind else { panic!() };
    assert_eq!(number.user_id.as_ref().unwrap().current.as_ref().unwrap().as_str(), "US.2");
    assert_eq!(
        (number.wa_id.as_ref().unwrap().as_str(), number.detail.as_deref()),
        ("15550100124", Some("changed"))
    );
    assert_eq!(events[0].extra["from"], "15550100123");
    assert_eq!(events[0].extra["system"], json!({ "type": "user_changed_number" }));
    assert_eq!(events[0].at.unwrap().seconds(), 1_759_320_005);
    let EventKind::UserIdUpdate(alone) = &events[1].kind else { panic!() };
    let parent = alone.parent_user_id.as_ref().unwrap();
    assert_eq!(parent.previous.as_ref().unwrap().as_str(), "US.ENT.1");
}

#[test]
fn a_changed_user_id_is_the_same_event_when_delivered_again() {
    let change =
        |current: &str| json!({ "user_id": { "previous": "US.1", "current": current }, "timestamp": 1 });
    let list = |items: Value| json!({ "user_id_update": items, "contacts": [{ "wa_id": "1" }] });
    let event = |value: Value| one(decode(notification("user_id_update", value).to_string().as_bytes())).id;
    let first = event(list(json!([change("US.2")])));
    let mut quoted = change("US.2");
    quoted["timestamp"] = json!("1");
    assert_eq!(event(json!({ "user_id_update": [quoted], "messaging_product": "whatsapp" })), first);
    assert_eq!(
        event(list(json!([change("US.2"), change("US.2")]))),
        first,
        "one event, although twice in a body"
    );
    assert_ne!(event(list(json!([change("US.3")]))), first);
}

#[test]
fn a_status_names_its_participant_by_every_id() {
    let status = |fields: Value| {
        let mut status = json!({ "id": "wamid.1", "recipient_id": GROUP, "recipient_type": "group", "status": "read",
            "timestamp": "1759320007" });
        status.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        status
    };
    let value = json!({ "metadata": { "phone_number_id": "106" },
        "contacts": [
            { "wa_id": "15550100123", "user_id": "US.1", "profile": { "name": "Ada", "username": "ada" } },
            { "user_id": "US.2", "parent_user_id": "US.ENT.2" },
            7,
        ],
        "statuses": [
            status(json!({ "recipient_participant_id": "15550100123", "recipient_participant_user_id": "US.1" })),
            status(json!({ "recipient_participant_user_id": "US.2", "recipient_participant_parent_user_id": "US.ENT.2" })),
            status(json!({ "recipient_participant_id": "15550100129", "contacts": [{ "wa_id": "15550100129", "lid": 1 }] })),
            status(json!({ "status": "sent" })),
            status(json!({ "participant_recipient_id": "15550100123", "recipient_participant_user_id": {}, "status": "failed" })),
        ],
    });
    let events = check(notification("messages", value).to_string().as_bytes());
    let statuses: Vec<_> = events
        .iter()
        .map(|event| match &event.kind {
            EventKind::GroupMessageStatus(status) => status,
            other => panic!("{other:?}"),
        })
        .collect();
    let people = |index: usize| json!(statuses[index].contacts);
    let ada = json!([{ "wa_id": "15550100123", "user_id": "US.1", "username": "ada",
        "extra": { "profile": { "name": "Ada", "username": "ada" } } }]);
    assert_eq!(people(0), ada);
    assert_eq!(statuses[1].recipient_participant_id, None);
    assert_eq!(statuses[1].recipient_participant_user_id.as_ref().unwrap().as_str(), "US.2");
    assert_eq!(statuses[1].recipient_participant_parent_user_id.as_ref().unwrap().as_str(), "US.ENT.2");
    assert_eq!(people(1), json!([{ "user_id": "US.2", "parent_user_id": "US.ENT.2" }]));
    assert_eq!(people(2), json!([{ "wa_id": "15550100129", "extra": { "lid": 1 } }]));
    assert_eq!(people(3), json!([]));
    assert_eq!(people(4), ada, "the other spelling names the same person");
    assert_eq!(Value::Object(statuses[4].content.clone())["?recipient_participant_user_id"], json!({}));
    assert_eq!(
        events[0].envelope["contacts"].as_array().unwrap().len(),
        3,
        "the envelope keeps what it contains"
    );
}

#[test]
fn a_malformed_part_does_not_cost_the_rest() {
    let fine = json!({ "type": "group_suspend", "group_id": "g", "timestamp": "1" });
    let body = json!({ "object": "whatsapp_business_account", "entry": [
        5,
        { "id": "1" },
        { "id": "1", "changes": [
            "x",
            { "value": {} },
            { "field": "group_status_update", "value": [] },
            { "field": "group_status_update", "value": { "groups": {} } },
            { "field": "account_update", "value": { "event": "VERIFIED" } },
            { "field": "group_status_update", "value": { "metadata": 1, "groups": [
                null, { "group_id": "g", "request_id": "r", "timestamp": "2", "type": "group_exploded" },
                { "type": "group_suspend", "group_id": {}, "timestamp": "soon" }, fine ] } },
        ] },
    ] });
    let events = check(body.to_string().as_bytes());
    let types: Vec<_> = events.iter().map(|event| event.kind.type_name()).collect();
    let mut expected = vec!["unknown"; 9];
    expected.extend(["group_suspend", "group_suspend"]);
    assert_eq!(types, expected);
    let unheard_of = &events[8];
    assert_eq!(unheard_of.request_id.as_ref().unwrap().as_str(), "r", "what can be told of it is");
    assert_eq!(unheard_of.at.unwrap().seconds(), 2);
    assert_eq!(Value::Object(events[9].extra.clone()), json!({ "?group_id": {}, "?timestamp": "soon" }));
    assert_eq!(events[10].group_id.as_ref().unwrap().as_str(), "g");
}

#[test]
fn what_should_be_a_list_and_is_none_is_kept_beside_the_other_list() {
    let statuses = json!({ "id": "wamid.1", "status": "failed" });
    let value = json!({ "messaging_product": "whatsapp", "statuses": statuses,
        "messages": [{ "from": "15550100123", "group_id": "g", "id": "wamid.2", "type": "text" }] });
    let event = one(check(notification("messages", value).to_string().as_bytes()));
    assert_eq!(event.kind.type_name(), "group_message");
    assert_eq!(event.envelope["statuses"], statuses);
}

#[test]
fn odd_errors_never_look_like_success() {
    for odd in [json!("broken"), json!({ "code": "x" }), json!([7]), json!(true)] {
        let event = one(groups("group_lifecycle_update", json!([{ "type": "group_delete", "errors": odd }])));
        assert_eq!(event.errors().len(), 1, "{odd}");
    }
}

#[test]
fn a_member_that_occurs_twice_in_a_webhook_is_kept_and_reported() {
    let event = |subject: &str| {
        format!(
            r#"{{"object":"whatsapp_business_account","entry":[{{"id":"1","changes":[{{"field":"group_lifecycle_update","value":{{"groups":[{{"timestamp":"1","group_id":"G","type":"group_create",{subject}}}]}}}}]}}]}}"#
        )
    };
    let (events, problems) = read(event(r#""subject":"First","subject":"Second""#).as_bytes());
    let EventKind::GroupCreate(created) = &events[0].kind else { panic!("{events:?}") };
    assert_eq!(created.subject.as_deref(), Some("Second"));
    assert_eq!(Value::Object(events[0].extra.clone()), json!({ "?subject": "First" }));
    assert_eq!(problems.total(), 1, "{problems:?}");
    assert_eq!(
        problems.iter().next().unwrap().to_string(),
        "entry[0].changes[0].value.groups[0].subject appears more than once"
    );
    assert_eq!(events[0].problems().total(), 1);
    let (events, problems) = read(event(r#""subject":"Only""#).as_bytes());
    assert!(problems.is_empty() && events[0].problems().is_empty());
}

#[test]
fn what_appears_twice_around_events_is_reported_once_where_it_is() {
    let group = |id: &str| format!(r#"{{"type":"group_create","group_id":"{id}","subject":true}}"#);
    let groups = |list: &str| format!(r#"{{"field":"group_lifecycle_update","value":{{{list}}}}}"#);
    let entry = |changes: &str| format!(r#""entry":[{{"id":"1","changes":[{changes}]}}]"#);
    let twice = format!(r#""groups":[{}],"groups":[{},{}]"#, group("A"), group("B"), group("C"));
    let found = |body: String| {
        let (events, problems) = read(body.as_bytes());
        (events.len(), problems.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    let (count, problems) = found(format!("{{{}}}", entry(&groups(&twice))));
    assert_eq!(count, 2);
    assert_eq!(
        problems,
        [
            "entry[0].changes[0].value.groups appears more than once",
            "events[0].subject is a boolean",
            "events[1].subject is a boolean"
        ]
    );
    let one = entry(&groups(r#""groups":[{"type":"group_create","group_id":"A"}]"#));
    let (count, problems) = found(format!("{{{one},{one}}}"));
    assert_eq!((count, problems), (1, vec!["entry appears more than once".to_owned()]));
}

#[test]
fn a_problem_names_a_place_that_exists_once_and_in_few_words() {
    let event = |more: &str| {
        format!(
            r#"{{"entry":[{{"id":"1","changes":[{{"field":"group_participants_update","value":{{"groups":[{{"type":"group_participants_add","group_id":"G",{more}}}]}}}}]}}]}}"#
        )
    };
    let found = |more: &str| {
        let (_, problems) = read(event(more).as_bytes());
        problems.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        found(r#""added_participants":[null,{"wa_id":"1"}]"#),
        ["events[0].added_participants[0] is null"]
    );
    let deep = format!(r#""zzz":{}{}"#, "[".repeat(1_000), "]".repeat(1_000));
    let problems = found(&deep);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].ends_with("[0] is nested too deep") && problems[0].contains('…'), "{problems:?}");
    assert!(problems[0].starts_with("entry[0].changes[0].value.groups[0].zzz[0]"), "{problems:?}");
    assert!(problems[0].chars().count() < 150, "{problems:?}");
}

#[test]
fn a_question_mark_of_a_value_is_no_problem() {
    let body = notification(
        "messages",
        json!({ "messaging_product": "whatsapp",
        "messages": [{ "from": "15550100123", "group_id": "g", "id": "wamid.2", "type": "text", "text": { "body": "\"?" } }] }),
    );
    let event = one(check(body.to_string().as_bytes()));
    assert!(event.problems().is_empty());
}

#[test]
fn fields_added_later_are_kept_where_they_stood() {
    let body = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "102", "time": 7, "changes": [{
        "field": "group_participants_update", "value": { "metadata": { "phone_number_id": "106", "lid": 1 },
        "groups": [{ "type": "group_participants_add", "shard": 3,
                     "added_participants": [{ "wa_id": "1", "lid": 2 }, "nobody"] }] } }] }] });
    let event = one(check(body.to_string().as_bytes()));
    assert_eq!(Value::Object(event.envelope.clone()), json!({ "time": 7, "metadata": { "lid": 1 } }));
    assert_eq!(Value::Object(event.extra.clone()), json!({ "shard": 3 }));
    let EventKind::GroupParticipantsAdd(added) = &event.kind else { panic!() };
    assert_eq!(added.added_participants[0].participant.extra["lid"], 2);
    assert_eq!(added.added_participants[1].participant.extra["?participant"], "nobody");
    let shown = json_of(&event);
    assert_eq!(shown["added_participants"][0], json!({ "wa_id": "1", "extra": { "lid": 2 } }));
    assert_eq!(shown["extra"]["shard"], 3);
}

#[test]
fn the_json_form_is_flat_and_begins_with_what_every_event_has() {
    let text = serde_json::to_string(&example("webhook_group_deleted")).unwrap();
    let head = format!(
        r#"{{"type":"group_delete","field":"group_lifecycle_update","group_id":"{GROUP}","request_id":"0D9E8F7A6B5C4D3E2F1A0B9C8D7E6F50","at":"2025-10-01T12:00:05Z","id":""#
    );
    assert!(text.starts_with(&head), "{text}");
    let failed = json_of(&example("webhook_group_create_failed"));
    assert_eq!(failed["errors"][0]["kind"], "group_limit_reached");
    assert_eq!(failed["subject"], "Delivery team");
}

#[test]
fn an_event_is_the_same_in_another_batch_and_another_hand_and_different_from_others() {
    let event = |group: &str| json!({ "type": "group_suspend", "group_id": group, "timestamp": "1" });
    let both = groups("group_status_update", json!([event("a"), event("b"), event("a")]));
    assert_eq!(both.len(), 2, "told twice in one body, it is told once");
    let alone = r#"{"entry":[{"changes":[{"value":{"groups":[{"timestamp":1,"group_id":"b","type":"group_suspend"}],
        "metadata":{"display_phone_number":"9","phone_number_id":106}},"field":"group_status_update"}],"id":102}]}"#;
    assert_eq!(one(decode(alone.as_bytes())).id, both[1].id);
    assert_ne!(both[0].id, both[1].id);
    let elsewhere = alone.replace("106", "107");
    assert_ne!(one(decode(elsewhere.as_bytes())).id, both[1].id, "another number of the business");
    // Fixed for all time: stores know events by it.
    assert_eq!(both[0].id.as_str(), "61d53b02148c3f1b877c6bd9b69ef194fa8037ded2c8f18777d8ebf341bb6ded");
}

#[test]
fn a_body_that_would_grow_beyond_reason_is_kept_whole() {
    let many: Vec<u32> = (0..=u32::try_from(bounds::EVENTS_MAX).unwrap()).collect();
    assert_eq!(one(groups("group_status_update", json!(many))).kind.type_name(), "unknown");
    let items: Vec<u32> = (0..5_000).collect();
    let mut body = notification("group_status_update", json!({ "groups": items }));
    assert_eq!(decode(body.to_string().as_bytes()).len(), 5_000);
    body["padding"] = json!("x".repeat(100_000));
    assert_eq!(decode(body.to_string().as_bytes()).len(), 1);
}

#[test]
fn what_is_not_a_notification_is_told_with_its_content() {
    for body in [&b""[..], b"\xff\xfe", b"{", b"null", b"[]", b"{}", br#"{"entry":[]}"#, br#"{"entry":{}}"#] {
        let event = one(check(body));
        assert!(matches!(event.kind, EventKind::Unknown(_)), "{body:?}");
        assert_eq!(event.field, None);
    }
    let deep = "[".repeat(100_000);
    assert_eq!(one(decode(deep.as_bytes())).kind.type_name(), "unknown");
}

/// JSON made of the words that the decoder knows, so that it is not thrown out at the door.
fn worded() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "object",
        "entry",
        "id",
        "changes",
        "field",
        "value",
        "groups",
        "messages",
        "statuses",
        "metadata",
        "phone_number_id",
        "type",
        "group_id",
        "request_id",
        "timestamp",
        "errors",
        "code",
        "error_data",
        "details",
        "added_participants",
        "removed_participants",
        "failed_participants",
        "input",
        "wa_id",
        "extra",
        "envelope",
        "initiated_by",
        "profile_picture",
        "group_subject",
        "update_successful",
        "text",
        "recipient_type",
        "content",
        "participant",
        "reason",
        "message",
        "kind",
        "at",
        "username",
        "from",
        "status",
        "user_id",
        "parent_user_id",
        "previous",
        "current",
        "user_id_update",
        "contacts",
        "profile",
        "system",
        "previous_user_id",
        "recipient_participant_user_id",
    ]);
    let said = prop::sample::select(vec![
        "group_lifecycle_update",
        "group_participants_update",
        "group_participant_update",
        "group_settings_update",
        "group_status_update",
        "messages",
        "user_id_update",
        "group_create",
        "group_participants_add",
        "group_participants_remove",
        "group_join_request_created",
        "group_suspend",
        "whatsapp",
        "business",
        "group",
        "1759320005",
        "",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        said.prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((word.clone(), inner), 0..6).prop_map(|fields| fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

/// Group events and things in their place, by what the decoder looks at.
fn items() -> impl Strategy<Value = Vec<(String, Value)>> {
    let field = prop::sample::select(vec!["group_lifecycle_update", "group_participants_update", "messages"]);
    let kind =
        prop::sample::select(vec!["group_create", "group_participants_remove", "group_suspend", "nonsense"]);
    let item = (field, kind, 0..4_u8, worded()).prop_map(|(field, kind, group, odd)| {
        let item = match group {
            0 => odd,
            _ => json!({ "type": kind, "group_id": group.to_string(), "timestamp": "1", "added": odd }),
        };
        (field.to_owned(), item)
    });
    prop::collection::vec(item, 1..12)
}

fn envelope(field: &str, items: &[Value]) -> Value {
    let list = if field == "messages" { "messages" } else { "groups" };
    json!({ "field": field, "value": { "metadata": { "phone_number_id": "106" }, list: items } })
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes);
    }

    #[test]
    fn arbitrary_json_is_told_and_reads_back(value in worded()) {
        check(value.to_string().as_bytes());
    }

    #[test]
    fn arbitrary_json_in_the_place_of_each_level_is_told_and_reads_back(
        value in worded(), field in prop::sample::select(vec!["group_participants_update", "messages", "user_id_update"]),
    ) {
        for list in ["groups", "messages", "statuses", "user_id_update"] {
            check(notification(field, json!({ list: [value.clone()], "rest": value.clone() })).to_string().as_bytes());
        }
        check(notification(field, value.clone()).to_string().as_bytes());
        check(json!({ "entry": [{ "id": value.clone(), "changes": [value.clone()] }, value] }).to_string().as_bytes());
    }

    #[test]
    fn however_a_delivery_is_batched_and_ordered_the_ids_are_the_same(
        (told, shuffled) in items().prop_flat_map(|told| (Just(told.clone()), Just(told).prop_shuffle())),
        cut in 1..4_usize,
    ) {
        let entry = |changes: Vec<Value>| json!({ "id": "102", "changes": changes });
        // One notification with a change for each event, against several with several events in a change.
        let changes = told.iter().map(|(field, item)| envelope(field, std::slice::from_ref(item))).collect();
        let together = decode(json!({ "entry": [entry(changes)] }).to_string().as_bytes());
        let mut apart = BTreeSet::new();
        for batch in shuffled.chunks(cut) {
            let changes = batch.chunk_by(|a, b| a.0 == b.0).map(|run| {
                let items: Vec<Value> = run.iter().map(|(_, item)| item.clone()).collect();
                envelope(&run[0].0, &items)
            });
            let entries: Vec<Value> = changes.map(|change| entry(vec![change])).collect();
            apart.extend(ids(&decode(json!({ "time": 1, "entry": entries }).to_string().as_bytes())));
        }
        prop_assert_eq!(apart, ids(&together));
    }
}

//! Each public type serialises as its JSON Schema says, reads back, and has a property in the schema for each member.
#![cfg(feature = "schema")]
#![allow(clippy::unwrap_used, reason = "the helpers of a test are tests too")]

use std::collections::BTreeSet;
use std::fmt::Debug;

use groups_model::event::{
    Event, EventKind, EventParticipant, GroupCreate, GroupDelete, GroupJoinRequest, GroupMessage,
    GroupMessageStatus, GroupParticipantsAdd, GroupParticipantsRemove, GroupSettingsUpdate,
    GroupStatusChange, InitiatedBy, MessageStatus, ParentUserIdChange, SettingResult, Unknown, UserIdChange,
    UserIdUpdate, decode,
};
use groups_model::{
    Accepted, Batch, Created, Cursor, Deleted, ErrorKind, EventId, FailedItem, FailedRemoval, Group,
    GroupField, GroupId, InviteLink, ItemError, JoinApprovalMode, JoinRequest, JoinRequestId, LearntBy,
    Outcome, ParentUserId, Participant, ParticipantInput, Removed, RequestId, SettingName, SettingOutcome,
    Timestamp, Updated, UserId, WaId, Webhook,
};
use schemars::{JsonSchema, schema_for};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The names of the types that were sampled.
#[derive(Default)]
struct Sampled(BTreeSet<String>);

impl Sampled {
    /// Holds what a type serialises against its schema. Each sample is in the form that the type serialises.
    fn check<T: Serialize + DeserializeOwned + JsonSchema + PartialEq + Debug>(&mut self, samples: &[Value]) {
        let values: Vec<T> = samples
            .iter()
            .map(|sample| {
                serde_json::from_value(sample.clone()).unwrap_or_else(|e| panic!("{e} in {sample}"))
            })
            .collect();
        for (value, sample) in values.iter().zip(samples) {
            assert_eq!(&serde_json::to_value(value).unwrap(), sample, "{value:?}");
        }
        self.check_values(&values);
    }

    fn check_values<T: Serialize + DeserializeOwned + JsonSchema + PartialEq + Debug>(
        &mut self,
        values: &[T],
    ) {
        let schema = schema_for!(T).to_value();
        let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
        assert!(!values.is_empty());
        for value in values {
            let shown = serde_json::to_value(value).unwrap();
            let wrong: Vec<String> =
                validator.iter_errors(&shown).map(|e| format!("{}: {e}", e.instance_path())).collect();
            assert_eq!(
                wrong,
                [""; 0],
                "{shown:#} is not as the schema of {} says: {schema:#}",
                T::schema_name()
            );
            let known = properties(&schema, &schema);
            for member in shown.as_object().into_iter().flatten().map(|(name, _)| name) {
                assert!(
                    known.contains(member.as_str()),
                    "the schema of {} has no {member}: {schema:#}",
                    T::schema_name()
                );
            }
            assert_eq!(&serde_json::from_value::<T>(shown.clone()).unwrap(), value, "{shown:#}");
        }
        self.0.insert(T::schema_name().into_owned());
    }
}

/// The properties that a schema names, in all its parts.
fn properties<'a>(schema: &'a Value, root: &'a Value) -> BTreeSet<&'a str> {
    let own = schema["properties"].as_object().into_iter().flatten();
    let mut names: BTreeSet<&str> = own.map(|(name, _)| name.as_str()).collect();
    for parts in ["oneOf", "anyOf", "allOf"] {
        for part in schema[parts].as_array().into_iter().flatten() {
            names.extend(properties(part, root));
        }
    }
    let named = schema["$ref"].as_str().and_then(|path| root.pointer(path.trim_start_matches('#')));
    names.extend(named.into_iter().flat_map(|named| properties(named, root)));
    names
}

/// The public types whose schema the sources define: by a derive, by an implementation, or by a macro.
fn defined() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    for file in
        [folder.to_owned(), format!("{folder}/event")].iter().flat_map(|f| std::fs::read_dir(f).unwrap())
    {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "rs") {
            continue;
        }
        let text = std::fs::read_to_string(path).unwrap();
        let mut derived = false;
        let mut macro_of = None;
        for line in text.lines() {
            let code = line.trim();
            derived |= code.contains("derive(schemars::JsonSchema)");
            let name = |rest: &str| -> String { rest.chars().take_while(|c| c.is_alphanumeric()).collect() };
            for word in ["pub struct ", "pub enum "] {
                if let Some(rest) = code.strip_prefix(word).filter(|_| derived) {
                    names.extend(Some(name(rest)).filter(|name| !name.is_empty()));
                    derived = false;
                }
            }
            if let Some(rest) = code.strip_prefix("impl schemars::JsonSchema for ") {
                names.extend(Some(name(rest)).filter(|name| !name.is_empty() && name != "Rfc3339"));
            }
            match code {
                "id!(" | "open_enum!(" | "change!(" => macro_of = Some(code),
                _ if code.starts_with('/') => {}
                _ => {
                    if macro_of.take().is_some() {
                        names.insert(name(code));
                    }
                }
            }
        }
    }
    // The schema is named for what it says.
    if names.remove("Timestamp") {
        names.insert("UnixSeconds".to_owned());
    }
    names
}

#[test]
fn every_public_type_serialises_as_its_schema_says() {
    let mut seen = Sampled::default();
    let texts = |texts: &[&str]| -> Vec<Value> { texts.iter().map(|text| json!(text)).collect() };
    seen.check::<GroupId>(&texts(&["Y2Fw", "a/b"]));
    seen.check::<JoinRequestId>(&texts(&["MTU1"]));
    seen.check::<RequestId>(&texts(&["9B47"]));
    seen.check::<WaId>(&texts(&["15550100123"]));
    seen.check::<UserId>(&texts(&["US.1"]));
    seen.check::<ParentUserId>(&texts(&["US.ENT.1"]));
    seen.check::<EventId>(&texts(&["61d5"]));
    seen.check::<Cursor>(&texts(&["eyJv"]));
    seen.check::<ParticipantInput>(&texts(&["+15550100123", "US.1"]));
    seen.check::<JoinApprovalMode>(&texts(&["auto_approve", "by_vote"]));
    seen.check::<GroupField>(&texts(&["subject", "added_later"]));
    seen.check::<InitiatedBy>(&texts(&["business", "added_later"]));
    seen.check::<MessageStatus>(&texts(&["sent", "added_later"]));
    seen.check::<ErrorKind>(&texts(&["group_unknown", "group_hibernated"]));
    seen.check::<LearntBy>(&texts(&["webhook", "polling", "answer"]));
    seen.check::<SettingName>(&texts(&["subject", "description", "profile_picture"]));
    seen.check::<Timestamp>(&[json!(1_759_320_005), json!(0)]);

    let person = json!({ "wa_id": "15550100123", "user_id": "US.1", "parent_user_id": "US.ENT.1", "username": "ada",
        "extra": { "lid": 1 } });
    seen.check::<Participant>(&[json!({}), person.clone()]);
    let error = json!({ "kind": "group_hibernated", "code": 131_299, "title": "t", "message": "m", "details": "d",
        "extra": { "href": "h" } });
    seen.check::<ItemError>(&[error.clone(), json!({ "kind": "api", "message": "m" })]);
    seen.check::<FailedItem>(&[json!({ "id": "r", "error": error })]);
    seen.check::<Batch>(&[json!({ "succeeded": ["r"], "failed": [{ "id": "s", "error": error }] })]);
    seen.check::<Accepted>(&[
        json!({ "operation": "create_group" }),
        json!({ "operation": "delete_group", "group_id": "g", "request_id": "R" }),
    ]);
    let group = json!({ "id": "g", "subject": "s", "description": "d", "created_at": "2025-10-01T12:00:05Z",
        "suspended": false, "join_approval_mode": "by_vote", "participant_count": 1, "participants": [person],
        "invite_link": "https://chat.whatsapp.com/x", "extra": { "?subject": 7 } });
    seen.check::<Group>(&[json!({ "id": "g" }), group.clone()]);
    seen.check::<InviteLink>(&[json!({ "group_id": "g", "invite_link": "https://chat.whatsapp.com/x" })]);
    seen.check::<JoinRequest>(&[
        json!({ "id": "r", "participant": {} }),
        json!({ "id": "r", "participant": person, "created_at": "2025-10-01T12:00:05Z", "extra": { "a": 1 } }),
    ]);
    seen.check::<Webhook>(&[
        json!({}),
        json!({ "url": "https://e.com", "headers": { "a": "b" }, "extra": { "c": 1 } }),
    ]);

    let mut created = group;
    created.as_object_mut().unwrap().extend(
        json!({ "group_id": "g", "request_id": "R", "learnt_by": "webhook" }).as_object().unwrap().clone(),
    );
    let deleted = json!({ "group_id": "g", "request_id": "R", "learnt_by": "answer" });
    let setting = json!({ "ok": false, "value": "x", "error": error });
    let updated = json!({ "group_id": "g", "learnt_by": "polling", "settings": { "subject": setting, "profile_picture": {} } });
    let failed = json!({ "user": "US.1", "error": error });
    let removed =
        json!({ "group_id": "g", "learnt_by": "webhook", "succeeded": ["+15550100123"], "failed": [failed] });
    seen.check::<Created>(std::slice::from_ref(&created));
    seen.check::<Deleted>(std::slice::from_ref(&deleted));
    seen.check::<SettingOutcome>(&[json!({}), setting]);
    seen.check::<Updated>(std::slice::from_ref(&updated));
    seen.check::<FailedRemoval>(&[failed]);
    seen.check::<Removed>(std::slice::from_ref(&removed));
    let outcomes = [
        ("create_group", created),
        ("delete_group", deleted),
        ("update_group", updated),
        ("remove_participants", removed),
    ];
    let outcomes = outcomes.map(|(operation, mut outcome)| {
        outcome["operation"] = json!(operation);
        outcome
    });
    seen.check::<Outcome>(&outcomes);

    let one = json!({ "wa_id": "1", "input": "+1", "errors": [error], "extra": { "lid": 1 } });
    seen.check::<EventParticipant>(&[json!({}), one.clone()]);
    seen.check::<GroupCreate>(&[
        json!({}),
        json!({ "subject": "s", "description": "d", "invite_link": "l",
        "join_approval_mode": "auto_approve", "added_participants": [one], "errors": [error] }),
    ]);
    seen.check::<GroupDelete>(&[json!({}), json!({ "errors": [error] })]);
    seen.check::<GroupParticipantsAdd>(&[json!({ "reason": "admin_approval", "added_participants": [one],
        "errors": [error] })]);
    seen.check::<GroupParticipantsRemove>(&[
        json!({ "removed_participants": [one], "failed_participants": [one],
        "initiated_by": "business", "errors": [error] }),
    ]);
    seen.check::<GroupJoinRequest>(&[
        json!({ "participant": {} }),
        json!({ "join_request_id": "r", "reason": "x",
        "participant": person, "errors": [error] }),
    ]);
    let result = json!({ "text": "t", "mime_type": "image/jpeg", "sha256": "a", "update_successful": true,
        "errors": [error], "extra": { "a": 1 } });
    seen.check::<SettingResult>(&[json!({}), result.clone()]);
    seen.check::<GroupSettingsUpdate>(&[json!({ "profile_picture": result, "group_subject": result,
        "group_description": result, "errors": [error] })]);
    seen.check::<GroupStatusChange>(&[json!({}), json!({ "errors": [error] })]);
    seen.check::<GroupMessage>(&[
        json!({ "content": {} }),
        json!({ "message_id": "w", "from": "1",
        "message_type": "text", "errors": [error], "content": { "text": { "body": "x" } } }),
    ]);
    seen.check::<GroupMessageStatus>(&[json!({ "content": {} }), json!({ "message_id": "w", "status": "read",
        "recipient_participant_id": "1", "recipient_participant_user_id": "US.1",
        "recipient_participant_parent_user_id": "US.ENT.1", "contacts": [person], "errors": [error], "content": {} })]);
    let ids = json!({ "previous": "US.1", "current": "US.2" });
    seen.check::<UserIdChange>(&[json!({}), ids.clone()]);
    seen.check::<ParentUserIdChange>(std::slice::from_ref(&ids));
    seen.check::<UserIdUpdate>(&[
        json!({}),
        json!({ "user_id": ids, "parent_user_id": ids, "wa_id": "1",
        "detail": "d", "errors": [error] }),
    ]);
    seen.check::<Unknown>(&[
        json!({ "reason": "r", "content": "x" }),
        json!({ "reason": "r", "content": { "a": [1] } }),
    ]);

    let mut bodies: Vec<String> = groups_spec::EXAMPLES
        .iter()
        .filter(|example| example.schema == "Notification")
        .map(|example| example.body.to_owned())
        .collect();
    bodies.push("no JSON".to_owned());
    let messages = json!({ "entry": [{ "time": 1, "changes": [{ "field": "messages", "value": {
        "contacts": [{ "wa_id": "1" }],
        "messages": [{ "id": "w", "from": "1", "group_id": "g", "timestamp": "1", "type": "text", "text": {} }],
        "statuses": [{ "id": "w", "recipient_id": "g", "recipient_type": "group", "status": "read", "timestamp": "1",
            "recipient_participant_id": "1" }] } }] }] });
    bodies.push(messages.to_string());
    let events: Vec<Event> = bodies.iter().flat_map(|body| decode(body.as_bytes())).collect();
    let kinds: BTreeSet<&str> = events.iter().map(|event| event.kind.type_name()).collect();
    assert_eq!(kinds, EventKind::TYPES.iter().copied().collect(), "each kind of event is sampled");
    seen.check_values::<Event>(&events);
    let kinds: Vec<EventKind> = events.into_iter().map(|event| event.kind).collect();
    seen.check_values::<EventKind>(&kinds);

    assert_eq!(seen.0, defined(), "each type with a schema is sampled");
}

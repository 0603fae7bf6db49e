//! What a webhook says about an event: Meta's payload in the documented form (Facts 4), and the other forms that
//! sources show. Pure: the time, the switches and the chance are passed in.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::behaviour::{Behaviour, Identity, WebhookNames, WebhookTimestamp};
use super::business::BUSINESS_NUMBER;
use super::codes::{Code, PARTIAL_SUCCESS};
use super::event::{Event, SettingOutcome};
use super::identity::Names;

/// Meta's ids of the account and the number the sandbox plays; fictitious.
pub(crate) const WABA_ID: &str = "102290129340398";
pub(crate) const PHONE_NUMBER_ID: &str = "106540352242922";

/// The notification of one event in the documented form. `identity` must have been picked.
pub(crate) fn documented(event: &Event, at_ms: i64, identity: Identity) -> Value {
    let (field, mut body) = content(event, identity);
    body.insert("timestamp".to_owned(), at_ms.div_euclid(1000).to_string().into());
    body.insert("group_id".to_owned(), event.group_id().into());
    if let Some(request_id) = event.request_id() {
        body.insert("request_id".to_owned(), request_id.into());
    }
    json!({
        "object": "whatsapp_business_account",
        "entry": [{
            "id": WABA_ID,
            "changes": [{
                "value": {
                    "messaging_product": "whatsapp",
                    "metadata": {
                        "display_phone_number": BUSINESS_NUMBER,
                        "phone_number_id": PHONE_NUMBER_ID,
                    },
                    "groups": [body],
                },
                "field": field,
            }],
        }],
    })
}

/// Gives a documented notification the other forms that are switched on.
pub(crate) fn vary(notification: &mut Value, behaviour: &Behaviour, rng: &mut Rng) {
    let Some(change) = notification.pointer_mut("/entry/0/changes/0") else { return };
    if behaviour.webhook_timestamp.pick(&mut *rng) == WebhookTimestamp::Integer
        && let Some(timestamp) = change.pointer_mut("/value/groups/0/timestamp")
        && let Some(seconds) = timestamp.as_str().and_then(|text| text.parse::<i64>().ok())
    {
        *timestamp = seconds.into();
    }
    if behaviour.webhook_names.pick(rng) == WebhookNames::Openapi {
        if let Some(field) = change.get_mut("field").filter(|field| *field == "group_participants_update") {
            *field = "group_participant_update".into();
        }
        if let Some(kind) = change.pointer_mut("/value/groups/0/type") {
            match kind.as_str() {
                Some("group_participants_add") => *kind = "group_add_participants".into(),
                Some("group_participants_remove") => *kind = "group_remove_participants".into(),
                _ => {}
            }
        }
    }
}

/// The webhook field of an event, and what is particular to it.
fn content(event: &Event, identity: Identity) -> (&'static str, Map<String, Value>) {
    const LIFECYCLE: &str = "group_lifecycle_update";
    const PARTICIPANTS: &str = "group_participants_update";
    const STATUS: &str = "group_status_update";
    let (field, body) = match event {
        Event::GroupCreated { subject, description, invite_link, join_approval_mode, .. } => {
            let mut body = json!({
                "type": "group_create",
                "subject": subject,
                "invite_link": invite_link,
                "join_approval_mode": join_approval_mode,
            });
            if let Some(description) = description {
                body["description"] = description.as_str().into();
            }
            (LIFECYCLE, body)
        }
        Event::GroupCreateFailed { subject, description, code, .. } => {
            let mut body = json!({
                "type": "group_create",
                "subject": subject,
                "errors": [error(*code)],
            });
            if let Some(description) = description {
                body["description"] = description.as_str().into();
            }
            (LIFECYCLE, body)
        }
        Event::GroupDeleted { failed, .. } => {
            let mut body = json!({ "type": "group_delete" });
            if let Some(code) = failed {
                body["errors"] = json!([error(*code)]);
            }
            (LIFECYCLE, body)
        }
        Event::SettingsUpdated { subject, description, profile_picture, .. } => {
            ("group_settings_update", settings(subject, description, profile_picture))
        }
        Event::ParticipantsAdded { wa_ids, approved, .. } => {
            let added = wa_ids.iter().map(|wa_id| added(wa_id, *approved, identity));
            let added: Vec<Value> = added.collect();
            let kind = "group_participants_add";
            (PARTICIPANTS, json!({ "type": kind, "reason": "invite_link", "added_participants": added }))
        }
        Event::JoinRequestCreated { join_request_id, wa_id, .. } => {
            (PARTICIPANTS, join_request("group_join_request_created", join_request_id, wa_id, identity))
        }
        Event::JoinRequestRevoked { join_request_id, wa_id, .. } => {
            (PARTICIPANTS, join_request("group_join_request_revoked", join_request_id, wa_id, identity))
        }
        Event::ParticipantsRemoved { removed, failed, .. } => {
            let mut body = json!({ "type": "group_participants_remove", "initiated_by": "business" });
            if !removed.is_empty() {
                let one = |person: &super::event::RemovedParticipant| {
                    let mut shown = object(&Names::of(&person.wa_id, identity));
                    shown.insert("input".to_owned(), person.input.as_str().into());
                    Value::Object(shown)
                };
                body["removed_participants"] = removed.iter().map(one).collect();
            }
            if let Some(first) = failed.first() {
                // Failed altogether for one reason: the reason stands at the top alone, as in Meta's sample.
                let alike = removed.is_empty() && failed.iter().all(|person| person.code == first.code);
                let one = |person: &super::event::FailedParticipant| match alike {
                    true => json!({ "input": person.input }),
                    false => json!({ "input": person.input, "errors": [error(person.code)] }),
                };
                body["failed_participants"] = failed.iter().map(one).collect();
                let top = if alike { first.code } else { PARTIAL_SUCCESS.number };
                body["errors"] = json!([error(top)]);
            }
            (PARTICIPANTS, body)
        }
        Event::ParticipantLeft { wa_id, .. } => {
            let left = Names::of(wa_id, identity);
            let kind = "group_participants_remove";
            (
                PARTICIPANTS,
                json!({ "type": kind, "removed_participants": [left], "initiated_by": "participant" }),
            )
        }
        Event::GroupSuspended { .. } => (STATUS, json!({ "type": "group_suspend" })),
        Event::GroupSuspensionCleared { .. } => (STATUS, json!({ "type": "group_suspend_cleared" })),
    };
    (field, object(&body))
}

fn object(value: &impl serde::Serialize) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

fn added(wa_id: &str, approved: bool, identity: Identity) -> Value {
    let names = Names::of(wa_id, identity);
    let input = names.wa_id.map(str::to_owned).or_else(|| names.user_id.clone());
    let mut shown = object(&names);
    if approved && let Some(input) = input {
        shown.insert("input".to_owned(), input.into());
    }
    Value::Object(shown)
}

fn join_request(kind: &str, id: &str, wa_id: &str, identity: Identity) -> Value {
    let mut body = object(&Names::of(wa_id, identity));
    body.insert("type".to_owned(), kind.into());
    body.insert("reason".to_owned(), "invite_link".into());
    body.insert("join_request_id".to_owned(), id.into());
    Value::Object(body)
}

fn settings(
    subject: &Option<SettingOutcome>,
    description: &Option<SettingOutcome>,
    picture: &Option<SettingOutcome>,
) -> Value {
    let mut body = Map::new();
    let mut errors = Vec::new();
    for (name, label, outcome) in [
        ("group_subject", "text", subject),
        ("group_description", "text", description),
        ("profile_picture", "sha256", picture),
    ] {
        let Some(outcome) = outcome else { continue };
        let mut shown = json!({ label: outcome.value, "update_successful": outcome.failed.is_none() });
        if name == "profile_picture" {
            shown["mime_type"] = "image/jpeg".into();
        }
        if let Some(code) = outcome.failed {
            shown["errors"] = json!([error(code)]);
            if !errors.contains(&code) {
                errors.push(code);
            }
        }
        body.insert(name.to_owned(), shown);
    }
    if !errors.is_empty() {
        body.insert("errors".to_owned(), errors.into_iter().map(error).collect());
    }
    body.insert("type".to_owned(), "group_settings_update".into());
    Value::Object(body)
}

/// An error inside a webhook (Facts 2.1 I).
fn error(number: u32) -> Value {
    let Code { title, .. } = Code::of_number(number);
    json!({
        "code": number,
        "title": title,
        "message": format!("(#{number}) {title}"),
        "error_data": { "details": title },
    })
}

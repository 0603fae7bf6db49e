//! From the bytes of a notification to its events: walks entries, changes and the lists in them (Facts 4). A part that is
//! malformed becomes an unknown event of its own; it must never cost the parts beside it.

use std::collections::HashSet;

use serde::Deserialize as _;
use serde_json::{Map, Value};

use super::fields::Fields;
use super::{
    Event, EventKind, Unknown, bounds, identity, lifecycle, messages, participants, settings, status, user_id,
};
use crate::tolerant::{self, Found, Problem, Problems};
use crate::{EventId, Extra, GroupId, Participant, RequestId};

type Object = Map<String, Value>;

/// An event, and the notification it would be if it had come alone.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Part {
    /// The event.
    pub event: Event,
    /// A notification that tells this event and no other, in the form in which the webhooks come: it decodes to
    /// `event` again and can be handed to whatever takes the webhooks.
    pub notification: Vec<u8>,
}

/// The events of a notification, in its order, each once. Takes any bytes; see the module's head.
pub fn decode(body: &[u8]) -> Vec<Event> {
    walk(body).0.into_iter().map(|(event, _)| event).collect()
}

/// Like [`decode`], with what could not be read, by path and type. A value is kept in its event, under `?name`.
pub fn read(body: &[u8]) -> (Vec<Event>, Problems) {
    let (found, problems) = walk(body);
    // What appears more than once is reported where it is in the document, not again for each event that carries it.
    let repeated = if problems.iter().any(|problem| problem.found == Found::Repeated) {
        tolerant::value(body).map(|(document, problems)| set_aside(&document, &problems)).unwrap_or_default()
    } else {
        HashSet::new()
    };
    // A member that was set aside in the document is set aside in its event.
    let mut problems = problems.not_set_aside();
    let events: Vec<Event> = found.into_iter().map(|(event, _)| event).collect();
    for (index, event) in events.iter().enumerate() {
        let is_known =
            |name: &str, value: &Value| !repeated.is_empty() && repeated.contains(&member(name, value));
        problems.append(event.problems_at(&format!("events[{index}]."), &is_known));
    }
    (events, problems)
}

/// A member as a text, to be found again.
fn member(name: &str, value: &Value) -> String {
    format!("{name} {value}")
}

/// The earlier values of members that appear more than once, under the names that they have in the document.
fn set_aside(document: &Value, problems: &Problems) -> HashSet<String> {
    let names: HashSet<&str> =
        problems.iter().filter(|problem| problem.found == Found::Repeated).map(Problem::name).collect();
    let mut found = HashSet::new();
    let mut left = vec![document];
    while let Some(value) = left.pop() {
        match value {
            Value::Object(object) => {
                for (name, value) in object {
                    // `?name`, or `?name 2` where there are more.
                    let plain = name.strip_prefix('?').and_then(|name| name.split(' ').next());
                    match plain {
                        Some(plain) if names.contains(plain) => {
                            found.insert(member(name, value));
                        }
                        _ => left.push(value),
                    }
                }
            }
            Value::Array(items) => left.extend(items),
            _ => {}
        }
    }
    found
}

/// Like [`decode`], with each event's own notification beside it.
pub fn split(body: &[u8]) -> Vec<Part> {
    let part = |(event, alone): (Event, Option<Value>)| Part {
        event,
        notification: alone.map_or_else(|| body.to_vec(), |alone| alone.to_string().into_bytes()),
    };
    walk(body).0.into_iter().map(part).collect()
}

/// Without a notification of its own, an event is all there is in the body.
fn walk(body: &[u8]) -> (Vec<(Event, Option<Value>)>, Problems) {
    let (document, problems) = match tolerant::value(body) {
        Ok((document, problems)) => (Ok(document), problems),
        Err(error) => (Err(error), Problems::default()),
    };
    let mut found = match document {
        Ok(Value::Object(top)) if top.get("entry").is_some_and(is_filled_list) => {
            if bounds::are_kept(&top) {
                notification(top)
            } else {
                vec![all_of_it(body, "too many events in one notification", Value::Object(top))]
            }
        }
        Ok(other) => vec![all_of_it(body, "this is not a notification", other)],
        Err(error) => {
            let content = Value::String(String::from_utf8_lossy(body).into_owned());
            vec![all_of_it(body, &format!("this is not JSON: {error}"), content)]
        }
    };
    let mut seen: HashSet<EventId> = HashSet::new();
    found.retain(|(event, _)| seen.insert(event.id.clone()));
    (found, problems)
}

/// A body that is one event, known by its bytes: two that read alike may differ in what is not read.
fn all_of_it(body: &[u8], reason: &str, content: Value) -> (Event, Option<Value>) {
    let mut event = Context::default().unknown(Unknown::new(reason, content));
    event.id = identity::of_bytes(body);
    (event, None)
}

fn is_filled_list(value: &Value) -> bool {
    value.as_array().is_some_and(|items| !items.is_empty())
}

/// What is not a list stays where it is, so that it is told with what is around it.
fn take_list(object: &mut Object, name: &str) -> Vec<Value> {
    match object.get_mut(name) {
        Some(Value::Array(items)) => {
            let items = std::mem::take(items);
            object.remove(name);
            items
        }
        _ => Vec::new(),
    }
}

/// What is known of an event from around it.
#[derive(Clone, Default)]
struct Context {
    waba_id: Option<String>,
    phone_number_id: Option<String>,
    display_phone_number: Option<String>,
    field: Option<String>,
    envelope: Extra,
}

impl Context {
    fn unknown(&self, unknown: Unknown) -> Event {
        let id = self.identity(&unknown.content);
        let object = unknown.content.as_object();
        let get = |name: &str| object.and_then(|object| object.get(name));
        let group_id = get("group_id").and_then(|id| GroupId::deserialize(id).ok());
        let request_id = get("request_id").and_then(|id| RequestId::deserialize(id).ok());
        let at = get("timestamp").and_then(|at| crate::Timestamp::deserialize(at).ok());
        let mut event = self.event(id, EventKind::Unknown(unknown), Extra::new());
        (event.group_id, event.request_id, event.at) = (group_id, request_id, at);
        event
    }

    fn event(&self, id: EventId, kind: EventKind, extra: Extra) -> Event {
        Event {
            kind,
            field: self.field.clone(),
            group_id: None,
            request_id: None,
            at: None,
            id,
            waba_id: self.waba_id.clone(),
            phone_number_id: self.phone_number_id.clone(),
            display_phone_number: self.display_phone_number.clone(),
            envelope: self.envelope.clone(),
            extra,
        }
    }

    fn identity(&self, content: &Value) -> EventId {
        let number = self.phone_number_id.as_deref().or(self.display_phone_number.as_deref());
        identity::of_event(self.waba_id.as_deref(), number, self.field.as_deref(), content)
    }
}

fn notification(mut top: Object) -> Vec<(Event, Option<Value>)> {
    let entries = take_list(&mut top, "entry");
    let mut context = Context { envelope: top.clone(), ..Context::default() };
    if context.envelope.get("object").is_some_and(|object| object == "whatsapp_business_account") {
        context.envelope.remove("object");
    }
    let mut found = Vec::new();
    for item in entries {
        let alone = |entry: Value| {
            let mut top = top.clone();
            top.insert("entry".to_owned(), Value::Array(vec![entry]));
            Value::Object(top)
        };
        match item {
            Value::Object(object) if object.get("changes").is_some_and(is_filled_list) => {
                found.extend(entry(object, context.clone()).into_iter().map(|(e, v)| (e, Some(alone(v)))));
            }
            other => {
                let event = context.unknown(Unknown::new("an entry without changes", other.clone()));
                found.push((event, Some(alone(other))));
            }
        }
    }
    found
}

/// The events of one entry, each with the entry that it would be alone; so on down the levels.
fn entry(mut entry: Object, mut context: Context) -> Vec<(Event, Value)> {
    let changes = take_list(&mut entry, "changes");
    let mut rest = Fields::new(entry.clone());
    context.waba_id = rest.text("id");
    context.envelope.extend(rest.rest());
    let mut found = Vec::new();
    for item in changes {
        let alone = |change: Value| {
            let mut entry = entry.clone();
            entry.insert("changes".to_owned(), Value::Array(vec![change]));
            Value::Object(entry)
        };
        match item {
            Value::Object(object) if object.get("field").is_some_and(Value::is_string) => {
                found.extend(change(object, context.clone()).into_iter().map(|(e, v)| (e, alone(v))));
            }
            other => {
                let event = context.unknown(Unknown::new("a change that names no field", other.clone()));
                found.push((event, alone(other)));
            }
        }
    }
    found
}

fn change(mut change: Object, mut context: Context) -> Vec<(Event, Value)> {
    let value = change.remove("value").unwrap_or(Value::Null);
    let mut rest = Fields::new(change.clone());
    context.field = rest.text("field").map(documented_field);
    context.envelope.extend(rest.rest());
    let told = match value {
        Value::Object(object) if context.field.as_deref() == Some("user_id_update") => {
            user_id_update(object, context)
        }
        Value::Object(object) => match lists_of(context.field.as_deref()) {
            lists if lists.iter().any(|name| object.get(*name).is_some_and(is_filled_list)) => {
                items(object, lists, context)
            }
            [] => whole(object, context, "a field that this version does not know"),
            _ => whole(object, context, "a change without events"),
        },
        other => vec![(context.unknown(Unknown::new("a change without a value", other.clone())), other)],
    };
    told.into_iter()
        .map(|(event, value)| {
            let mut change = change.clone();
            change.insert("value".to_owned(), value);
            (event, Value::Object(change))
        })
        .collect()
}

/// META-OAS has the singular in its list of fields (Facts 4.5).
fn documented_field(field: String) -> String {
    if field == "group_participant_update" { "group_participants_update".to_owned() } else { field }
}

/// Where the events of a field stand.
fn lists_of(field: Option<&str>) -> &'static [&'static str] {
    match field {
        Some(
            "group_lifecycle_update"
            | "group_participants_update"
            | "group_settings_update"
            | "group_status_update",
        ) => &["groups"],
        Some("messages") => &["messages", "statuses"],
        _ => &[],
    }
}

/// The events of the field `user_id_update` (Facts 4.8). A value that itself contains changed ids is one event; otherwise
/// each list of changed ids is a list of events.
fn user_id_update(mut value: Object, context: Context) -> Vec<(Event, Value)> {
    const NO_IDS: &str = "a change without user ids";
    if user_id::is_update(&value) {
        let (fields, context) = apart(value.clone(), context);
        return vec![(user_id_event(fields.rest(), &context), Value::Object(value))];
    }
    let lists: Vec<(String, Vec<Value>)> = user_id::lists(&value)
        .into_iter()
        .map(|name| {
            let items = take_list(&mut value, &name);
            (name, items)
        })
        .collect();
    if lists.is_empty() {
        return whole(value, context, NO_IDS);
    }
    let (rest, mut inner) = apart(value.clone(), context.clone());
    inner.envelope.extend(rest.rest());
    let mut found = Vec::new();
    for (name, items) in lists {
        for item in items {
            let mut alone = value.clone();
            alone.insert(name.clone(), Value::Array(vec![item.clone()]));
            match item {
                Value::Object(object) if user_id::is_update(&object) => {
                    found.push((user_id_event(object, &inner), Value::Object(alone)));
                }
                _ => found.extend(whole(alone, context.clone(), NO_IDS)),
            }
        }
    }
    found
}

/// A change that is told as one, because it has no list of events that is known here.
fn whole(value: Object, mut context: Context, reason: &str) -> Vec<(Event, Value)> {
    let mut fields = Fields::new(value.clone());
    metadata(&mut fields, &mut context);
    let event = context.unknown(Unknown::new(reason, Value::Object(value.clone())));
    vec![(event, Value::Object(value))]
}

/// Which of the business's numbers it is about. What it says besides stays behind.
fn metadata(fields: &mut Fields, context: &mut Context) {
    let Some(metadata) = fields.take::<Object>("metadata") else { return };
    let mut metadata = Fields::new(metadata);
    context.phone_number_id = metadata.text("phone_number_id");
    context.display_phone_number = metadata.text("display_phone_number");
    let rest = metadata.rest();
    if !rest.is_empty() {
        fields.put("metadata", Value::Object(rest));
    }
}

/// Separates what a change's value contains from what only surrounds it: the number, `messaging_product` and `contacts`.
fn apart(value: Object, mut context: Context) -> (Fields, Context) {
    let mut fields = Fields::new(value);
    metadata(&mut fields, &mut context);
    for name in ["messaging_product", "contacts"] {
        let Some(around) = fields.remove(name) else { continue };
        if name == "contacts" || around != "whatsapp" {
            context.envelope.insert(name.to_owned(), around);
        }
    }
    (fields, context)
}

fn items(mut value: Object, lists: &[&str], context: Context) -> Vec<(Event, Value)> {
    let told: Vec<(&str, Vec<Value>)> =
        lists.iter().map(|name| (*name, take_list(&mut value, name))).collect();
    let (rest, mut context) = apart(value.clone(), context);
    let rest = rest.rest();
    let initiated_by = rest.get("initiated_by").cloned();
    context.envelope.extend(rest);
    let contacts = messages::contacts(&context.envelope);
    let mut found = Vec::new();
    for (list, items) in told {
        for item in items {
            let mut value = value.clone();
            value.insert(list.to_owned(), Value::Array(vec![item.clone()]));
            let event = match (item, list) {
                (Value::Object(object), "groups") => group_event(object, initiated_by.as_ref(), &context),
                (Value::Object(object), "messages") => message(object, &context),
                (Value::Object(object), _) => message_status(object, &contacts, &context),
                (other, _) => context.unknown(Unknown::new("an event that is not an object", other)),
            };
            found.push((event, Value::Object(value)));
        }
    }
    found
}

fn group_event(mut object: Object, initiated_by: Option<&Value>, context: &Context) -> Event {
    let name = object.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let is_removal = ["group_participants_remove", "group_remove_participants"].contains(&name.as_str());
    let mut context = context.clone();
    // Some of Meta's samples have it beside the list; it belongs into the event (Facts 4.2).
    if let Some(initiated_by) = initiated_by.filter(|_| is_removal && !object.contains_key("initiated_by")) {
        object.insert("initiated_by".to_owned(), initiated_by.clone());
        context.envelope.remove("initiated_by");
    }
    let content = Value::Object(object.clone());
    let id = context.identity(&content);
    let mut fields = Fields::new(object);
    let group_id = fields.take("group_id");
    let request_id = fields.take("request_id");
    let at = fields.take("timestamp");
    let Some(kind) = group_kind(&name, context.field.as_deref(), &mut fields) else {
        return context.unknown(Unknown::new("an event of a type that this version does not know", content));
    };
    fields.text("type");
    let mut event = context.event(id, kind, fields.rest());
    (event.group_id, event.request_id, event.at) = (group_id, request_id, at);
    event
}

/// By the type alone, under whichever of the four fields it comes.
fn group_kind(name: &str, field: Option<&str>, fields: &mut Fields) -> Option<EventKind> {
    Some(match name {
        // A sample of META-OAS types a removal so (Facts 4.5).
        "group_create" if field == Some("group_participants_update") => {
            if fields.has("removed_participants") || fields.has("failed_participants") {
                participants::removed(fields)
            } else {
                participants::added(fields)
            }
        }
        "group_create" => lifecycle::created(fields),
        "group_delete" => lifecycle::deleted(fields),
        "group_participants_add" | "group_add_participants" => participants::added(fields),
        "group_participants_remove" | "group_remove_participants" => participants::removed(fields),
        "group_join_request_created" => {
            EventKind::GroupJoinRequestCreated(participants::join_request(fields))
        }
        "group_join_request_revoked" => {
            EventKind::GroupJoinRequestRevoked(participants::join_request(fields))
        }
        "group_settings_update" => settings::updated(fields),
        "group_suspend" => EventKind::GroupSuspend(status::changed(fields)),
        "group_suspend_cleared" => EventKind::GroupSuspendCleared(status::changed(fields)),
        _ => return None,
    })
}

fn user_id_event(object: Object, context: &Context) -> Event {
    let id = context.identity(&Value::Object(object.clone()));
    let mut fields = Fields::new(object);
    let at = fields.take("timestamp");
    let kind = EventKind::UserIdUpdate(user_id::updated(&mut fields));
    let mut event = context.event(id, kind, fields.rest());
    event.at = at;
    event
}

/// A system message of the field `messages` that reports a changed user id.
fn system_message(object: Object, context: &Context) -> Event {
    let id = context.identity(&Value::Object(object.clone()));
    let mut fields = Fields::new(object);
    let (group_id, at) = (fields.take("group_id"), fields.take("timestamp"));
    let kind = EventKind::UserIdUpdate(user_id::of_system_message(&mut fields));
    let mut event = context.event(id, kind, fields.rest());
    (event.group_id, event.at) = (group_id, at);
    event
}

fn message(object: Object, context: &Context) -> Event {
    if user_id::is_system_message(&object) {
        return system_message(object, context);
    }
    let Some(group_id) = messages::group_of_message(&object) else {
        return context.unknown(Unknown::new("a message outside of groups", Value::Object(object)));
    };
    let id = context.identity(&Value::Object(object.clone()));
    let mut fields = Fields::new(object);
    fields.text("group_id");
    let at = fields.take("timestamp");
    let kind = EventKind::GroupMessage(messages::message(fields));
    let mut event = context.event(id, kind, Extra::new());
    (event.group_id, event.at) = (Some(group_id), at);
    event
}

fn message_status(object: Object, contacts: &[Participant], context: &Context) -> Event {
    let Some(group_id) = messages::group_of_status(&object) else {
        return context
            .unknown(Unknown::new("a status of a message outside of groups", Value::Object(object)));
    };
    let id = context.identity(&Value::Object(object.clone()));
    let mut fields = Fields::new(object);
    fields.text("group_id");
    let at = fields.take("timestamp");
    let kind = EventKind::GroupMessageStatus(Box::new(messages::status(fields, contacts)));
    let mut event = context.event(id, kind, Extra::new());
    (event.group_id, event.at) = (Some(group_id), at);
    event
}

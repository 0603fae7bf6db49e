//! Results as objects whose keys stand in the order in which they are shown. Must lose nothing but what was not
//! asked for.

use groups_ergonomic::Preview;
use serde::Serialize;
use serde_json::{Map, Value, json};

pub(super) type Object = Map<String, Value>;

/// `fields` in their order, those that are known; everything if there are none.
pub(super) fn of(value: &impl Serialize, fields: &[String]) -> Object {
    let mut object = match serde_json::to_value(value) {
        Ok(Value::Object(object)) => object,
        // No output type is anything else.
        Ok(other) => Object::from_iter([("value".to_owned(), other)]),
        Err(_) => Object::new(),
    };
    if fields.is_empty() {
        return object;
    }
    fields.iter().filter_map(|field| Some((field.clone(), object.remove(field)?))).collect()
}

/// The columns of a person.
pub(super) const PERSON: [&str; 3] = ["wa_id", "user_id", "username"];

/// With the person in columns of their own, as far as there are some for it.
pub(super) fn spread(mut object: Object) -> Object {
    if let Some(Value::Object(mut person)) = object.remove("participant") {
        object.extend(PERSON.iter().filter_map(|name| person.remove_entry(*name)));
        if !person.is_empty() {
            object.insert("participant".to_owned(), Value::Object(person));
        }
    }
    object
}

/// A person by one of their ids.
pub(super) fn id_of_person(person: &Value) -> Option<&str> {
    person.get("wa_id").or_else(|| person.get("user_id")).and_then(Value::as_str)
}

pub(super) fn of_preview(preview: &Preview) -> Object {
    let headers: Object = preview.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let mut object = Object::new();
    object.insert("method".to_owned(), json!(preview.method));
    object.insert("url".to_owned(), json!(preview.url));
    object.insert("headers".to_owned(), Value::Object(headers));
    if let Some(body) = &preview.body {
        object.insert("body".to_owned(), body.clone());
    }
    object
}

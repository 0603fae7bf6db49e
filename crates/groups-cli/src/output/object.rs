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

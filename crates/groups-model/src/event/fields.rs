//! Takes the known fields out of an object of the wire. What is left ends up under `extra`; a field that is not of the
//! expected form is in it under `?name`. Never fails, so that one odd field does not cost the event.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::item_errors;
use crate::lenient::text_or_number;
use crate::{ItemError, Participant};

pub(super) struct Fields(Map<String, Value>);

/// A text, or a number taken as its digits.
#[derive(serde::Deserialize)]
struct Text(#[serde(deserialize_with = "text_or_number")] String);

impl Fields {
    pub(super) fn new(object: Map<String, Value>) -> Self {
        Self(object)
    }

    /// The field, if it has the expected form. `null` counts as absent.
    pub(super) fn take<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let taken = match self.0.get(name)? {
            Value::Null => None,
            value => match T::deserialize(value) {
                Ok(taken) => Some(taken),
                Err(_) => {
                    self.set_aside(name);
                    return None;
                }
            },
        };
        self.0.remove(name);
        taken
    }

    /// Marks a field that is not of the expected form.
    pub(super) fn set_aside(&mut self, name: &str) {
        if let Some(value) = self.0.remove(name) {
            self.0.insert(format!("?{name}"), value);
        }
    }

    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.take::<Text>(name).map(|text| text.0)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The field, in whatever form.
    pub(super) fn remove(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    pub(super) fn put(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// The errors of an object; none means that it did not fail (Facts 4).
    pub(super) fn errors(&mut self) -> Vec<ItemError> {
        self.0.remove("errors").map(item_errors).unwrap_or_default()
    }

    /// The objects of a list. What else is in it is set aside.
    pub(super) fn objects(&mut self, name: &str) -> Vec<Map<String, Value>> {
        let (mut objects, mut odd) = (Vec::new(), Vec::new());
        for item in self.take::<Vec<Value>>(name).unwrap_or_default() {
            match item {
                Value::Object(object) => objects.push(object),
                other => odd.push(other),
            }
        }
        if !odd.is_empty() {
            self.put(&format!("?{name}"), Value::Array(odd));
        }
        objects
    }

    /// The people of a list. An item that is no object becomes one, with the item under `?participant`: a list of people
    /// must not be shorter than it came.
    pub(super) fn people(&mut self, name: &str) -> Vec<Map<String, Value>> {
        let of_item = |item| match item {
            Value::Object(object) => object,
            other => Map::from_iter([("?participant".to_owned(), other)]),
        };
        self.take::<Vec<Value>>(name).unwrap_or_default().into_iter().map(of_item).collect()
    }

    /// The ids of a person, wherever they stand.
    pub(super) fn participant(&mut self) -> Participant {
        Participant {
            wa_id: self.take("wa_id"),
            user_id: self.take("user_id"),
            parent_user_id: self.take("parent_user_id"),
            username: self.text("username"),
            extra: Map::new(),
        }
    }

    pub(super) fn rest(self) -> Map<String, Value> {
        self.0
    }
}

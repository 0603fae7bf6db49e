//! One JSON object per line. A line is whole or it is not there.

use serde_json::Value;

use super::object::Object;
use super::{Render, Shape};

#[derive(Debug)]
pub(super) struct Jsonl;

impl Render for Jsonl {
    fn one(&mut self, object: Object) -> String {
        // Maps with text for keys always serialise.
        let mut text = serde_json::to_string(&object).unwrap_or_default();
        text.push('\n');
        text
    }

    fn value(&mut self, value: Value) -> String {
        format!("{value}\n")
    }

    fn items(&mut self, _: &Shape, objects: Vec<Object>) -> String {
        objects.into_iter().map(|object| self.one(object)).collect()
    }
}

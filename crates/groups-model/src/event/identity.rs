//! The identity of an event: a digest of what it says, in a form that does not depend on how it was written or what came
//! with it. Changing this makes every stored event a new one, so the prefix is a version.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::EventId;

/// Of an event that could be read.
pub(super) fn of_event(
    waba: Option<&str>,
    number: Option<&str>,
    field: Option<&str>,
    event: &Value,
) -> EventId {
    let mut text = String::from("wagroups-event-1\n");
    for part in [waba, number, field] {
        match part {
            Some(part) => string(part, &mut text),
            None => text.push_str("null"),
        }
        text.push('\n');
    }
    canonical(event, &mut text);
    digest(text.as_bytes())
}

/// Of a body that is no notification: its bytes.
pub(super) fn of_bytes(body: &[u8]) -> EventId {
    digest(body)
}

fn digest(bytes: &[u8]) -> EventId {
    use std::fmt::Write as _;
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    EventId::of_digest(hex)
}

/// JSON without white space, keys in order, and integers in quotes: sources disagree about those.
fn canonical(value: &Value, text: &mut String) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(flag) => text.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) if number.is_f64() => text.push_str(&number.to_string()),
        Value::Number(number) => string(&number.to_string(), text),
        Value::String(said) => string(said, text),
        Value::Array(items) => {
            text.push('[');
            for item in items {
                canonical(item, text);
                text.push(',');
            }
            text.push(']');
        }
        Value::Object(object) => {
            // Their order depends on a feature of serde_json that another crate may turn on.
            let mut names: Vec<&String> = object.keys().collect();
            names.sort_unstable();
            text.push('{');
            for name in names {
                string(name, text);
                text.push(':');
                canonical(&object[name.as_str()], text);
                text.push(',');
            }
            text.push('}');
        }
    }
}

/// With its length instead of escapes, so that no text can look like structure.
fn string(said: &str, text: &mut String) {
    text.push_str(&said.len().to_string());
    text.push('"');
    text.push_str(said);
}

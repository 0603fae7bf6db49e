//! Every place of a document, and what may stand there instead of what is documented.

use serde_json::Value;

/// A step from the root of a document towards a place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Member(String),
    Item(usize),
}

/// The way to a place. Empty for the whole document.
pub type Place = Vec<Step>;

/// Something odd, as JSON text, and how a problem names it.
#[derive(Clone, Debug)]
pub struct Odd {
    pub name: &'static str,
    pub text: String,
    pub found: &'static str,
    /// Whether it never fits where a string, a number or a boolean is documented.
    pub fits_no_scalar: bool,
    /// Whether it stands beside what is documented, under the same name.
    pub beside: bool,
}

pub fn odds() -> Vec<Odd> {
    let odd = |name, text: &str, found, fits_no_scalar| Odd {
        name,
        text: text.to_owned(),
        found,
        fits_no_scalar,
        beside: false,
    };
    let deep = format!("{}1{}", "[".repeat(300), "]".repeat(300));
    vec![
        odd("null", "null", "is null", false),
        odd("a boolean", "true", "is a boolean", false),
        odd("a number", "7", "is a number", false),
        odd("a fraction", "-0.5", "is a number", false),
        odd("a string", "\"odd\"", "is a string", false),
        odd("an empty string", "\"\"", "is a string", false),
        odd("an object", "{\"odd\":1}", "is an object", true),
        odd("an array", "[\"odd\"]", "is an array", true),
        odd("an empty array", "[]", "is an array", true),
        odd("a number out of range", "1e999", "is a number", true),
        odd("a deep array", &deep, "is an array", true),
        odd("half a surrogate pair", "\"odd \\ud83d\"", "contains invalid characters", false),
        Odd { beside: true, ..odd("a second member", "null", "appears more than once", false) },
        Odd {
            beside: true,
            ..odd("a second member of its type", "\"odd\"", "appears more than once", false)
        },
    ]
}

/// Every branch and every leaf, the whole document first.
pub fn places(document: &Value) -> Vec<Place> {
    fn walk(value: &Value, here: &Place, found: &mut Vec<Place>) {
        found.push(here.clone());
        let mut inside = |step: Step, value: &Value| {
            let mut there = here.clone();
            there.push(step);
            walk(value, &there, found);
        };
        match value {
            Value::Object(object) => {
                object.iter().for_each(|(name, value)| inside(Step::Member(name.clone()), value));
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, item)| inside(Step::Item(index), item));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(document, &Vec::new(), &mut found);
    found
}

pub fn at<'v>(document: &'v Value, place: &[Step]) -> Option<&'v Value> {
    place.iter().try_fold(document, |value, step| match step {
        Step::Member(name) => value.get(name),
        Step::Item(index) => value.get(index),
    })
}

/// As a problem names it: `data.groups[0].id`.
pub fn shown(place: &[Step]) -> String {
    let mut text = String::new();
    for step in place {
        match step {
            Step::Member(name) if text.is_empty() => text.push_str(name),
            Step::Member(name) => text.push_str(&format!(".{name}")),
            Step::Item(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

/// The document with something odd in a place. `None` where it cannot stand there.
pub fn with(document: &Value, place: &[Step], odd: &Odd) -> Option<String> {
    if odd.beside && !matches!(place.last(), Some(Step::Member(_))) {
        return None;
    }
    let mut text = String::new();
    write(document, place, odd, &mut text);
    Some(text)
}

fn write(value: &Value, place: &[Step], odd: &Odd, text: &mut String) {
    let Some((step, rest)) = place.split_first() else {
        text.push_str(&odd.text);
        return;
    };
    match (value, step) {
        (Value::Object(object), Step::Member(target)) => {
            text.push('{');
            for (index, (name, value)) in object.iter().enumerate() {
                text.push_str(if index > 0 { "," } else { "" });
                let name_text = Value::from(name.as_str()).to_string();
                if name == target && rest.is_empty() && odd.beside {
                    text.push_str(&format!("{name_text}:{value},"));
                }
                text.push_str(&format!("{name_text}:"));
                if name == target { write(value, rest, odd, text) } else { text.push_str(&value.to_string()) }
            }
            text.push('}');
        }
        (Value::Array(items), Step::Item(target)) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index > 0 { "," } else { "" });
                if index == *target { write(item, rest, odd, text) } else { text.push_str(&item.to_string()) }
            }
            text.push(']');
        }
        _ => panic!("no such place"),
    }
}

/// Whether a value that was set aside is anywhere in it.
pub fn has_set_aside(value: &Value) -> bool {
    match value {
        Value::Object(object) => {
            object.iter().any(|(name, value)| name.starts_with('?') || has_set_aside(value))
        }
        Value::Array(items) => items.iter().any(has_set_aside),
        _ => false,
    }
}

/// No message names a type of the code.
pub fn names_no_type(text: &str) -> bool {
    let words = ["struct ", "enum ", "variant", "untagged", "::", "GroupList", "GroupSummary", "InlineError"];
    !words.iter().any(|word| text.contains(word))
}

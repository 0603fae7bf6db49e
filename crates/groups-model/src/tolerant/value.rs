//! A `Value` made of any JSON, also of what no `Value` can hold.

use serde_json::{Map, Value};

use super::problem::{Found, Path, Problem, Problems};
use super::text;

/// Longest text of an object or a list of which a tree is made: a tree takes some 36 times as much. Longer ones are
/// kept as text.
pub(super) const TREE_MAX: usize = 64 * 1024;

/// Deepest level that is taken apart. What lies deeper is kept as text.
const DEPTH_MAX: usize = 100;

pub(super) enum TolerantValue {
    /// It means what the text means, but for characters that were replaced, and for what is marked inside.
    Sound(Value),
    /// Its text only. A member of this value is to be marked by its name.
    Odd(Value),
}

impl TolerantValue {
    pub(super) fn of(raw: &str, path: &Path<'_>, problems: &mut Problems) -> Self {
        Self::at(raw, path, problems, 0)
    }

    fn at(raw: &str, path: &Path<'_>, problems: &mut Problems, depth: usize) -> Self {
        if let Ok(value) = serde_json::from_str(raw) {
            return Self::Sound(value);
        }
        match raw.as_bytes().first() {
            Some(b'{' | b'[') if depth >= DEPTH_MAX => {
                problems.push(Problem::new(path, Found::TooDeep).kept());
                Self::Odd(Value::String(raw.to_owned()))
            }
            Some(b'{') => Self::Sound(Value::Object(object(raw, path, problems, depth + 1))),
            Some(b'[') => {
                let mut items = Vec::new();
                text::items(raw, |index, item| {
                    let at = Path::Item(path, index);
                    items.push(match Self::at(item, &at, problems, depth + 1) {
                        Self::Sound(value) => value,
                        Self::Odd(value) => {
                            problems.push(Problem::new(&at, Found::of(item)).kept());
                            value
                        }
                    });
                });
                Self::Sound(Value::Array(items))
            }
            Some(b'"') => match serde_json::from_str(&text::without_half_surrogates(raw)) {
                Ok(text) => {
                    problems.push(Problem::new(path, Found::Replaced));
                    Self::Sound(Value::String(text))
                }
                Err(_) => Self::Odd(Value::String(raw.to_owned())),
            },
            _ => Self::Odd(Value::String(raw.to_owned())),
        }
    }
}

fn object(raw: &str, path: &Path<'_>, problems: &mut Problems, depth: usize) -> Map<String, Value> {
    let mut object = Map::new();
    for (name, raw) in text::members(raw).unwrap_or_default() {
        let at = Path::Member(path, &name);
        match TolerantValue::at(raw, &at, problems, depth) {
            TolerantValue::Sound(value) => object.insert(name.into_owned(), value),
            TolerantValue::Odd(value) => {
                problems.push(Problem::new(&at, Found::of(raw)).kept());
                object.insert(format!("?{name}"), value)
            }
        };
    }
    object
}

/// A value that is set aside: as it is if a tree of it is small and can be made, else its text.
pub(super) fn kept(raw: &str) -> Value {
    if raw.len() > TREE_MAX && raw.starts_with(['{', '[']) {
        return Value::String(raw.to_owned());
    }
    match TolerantValue::of(raw, &Path::Root, &mut Problems::default()) {
        TolerantValue::Sound(value) | TolerantValue::Odd(value) => value,
    }
}

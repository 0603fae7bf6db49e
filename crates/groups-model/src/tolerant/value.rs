//! A `Value` made of any JSON, also of what no `Value` can hold.

use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

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
    /// Its text only, and what was found. A member of this value is to be marked by its name.
    Odd(Value, Found),
}

impl TolerantValue {
    pub(super) fn of(raw: &str, path: &Path<'_>, problems: &mut Problems) -> Self {
        Self::at(raw, path, problems, 0)
    }

    fn at(raw: &str, path: &Path<'_>, problems: &mut Problems, depth: usize) -> Self {
        if let Ok(Unique(value)) = serde_json::from_str(raw) {
            return Self::Sound(value);
        }
        match raw.as_bytes().first() {
            Some(b'{' | b'[') if depth >= DEPTH_MAX => {
                Self::Odd(Value::String(raw.to_owned()), Found::TooDeep)
            }
            Some(b'{') => Self::Sound(Value::Object(object(raw, path, problems, depth + 1))),
            Some(b'[') => {
                let mut items = Vec::new();
                text::items(raw, |index, item| {
                    let at = Path::Item(path, index);
                    items.push(match Self::at(item, &at, problems, depth + 1) {
                        Self::Sound(value) => value,
                        Self::Odd(value, found) => {
                            problems.push(Problem::new(&at, found).kept());
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
                Err(_) => Self::Odd(Value::String(raw.to_owned()), Found::String),
            },
            _ => Self::Odd(Value::String(raw.to_owned()), Found::of(raw)),
        }
    }
}

fn object(raw: &str, path: &Path<'_>, problems: &mut Problems, depth: usize) -> Map<String, Value> {
    let mut object = Map::new();
    let mut aside = Aside::default();
    for (name, raw) in text::members(raw).unwrap_or_default() {
        let at = Path::Member(path, &name);
        match TolerantValue::at(raw, &at, problems, depth) {
            // The last one counts, as in most JSON parsers; those before it are set aside.
            TolerantValue::Sound(value) => {
                if let Some(earlier) = object.insert(name.to_string(), value) {
                    problems.push(Problem::new(&at, Found::Repeated).kept());
                    object.insert(aside.name(&name), earlier);
                }
            }
            TolerantValue::Odd(value, found) => {
                problems.push(Problem::new(&at, found).kept());
                object.insert(aside.name(&name), value);
            }
        }
    }
    object
}

/// The names of what is set aside in an object: `?name`, then `?name 2`, so that none is lost.
#[derive(Default)]
pub(super) struct Aside(HashMap<String, usize>);

impl Aside {
    /// A name that the object has already.
    pub(super) fn take(&mut self, name: &str) {
        self.0.insert(name.to_owned(), 1);
    }

    pub(super) fn name(&mut self, name: &str) -> String {
        let first = format!("?{name}");
        let times = self.0.entry(first.clone()).and_modify(|times| *times += 1).or_insert(1);
        if *times == 1 { first } else { format!("{first} {times}") }
    }
}

/// A value that is set aside: as it is if a tree of it is small and can be made, else its text.
pub(super) fn kept(raw: &str) -> Value {
    if raw.len() > TREE_MAX && raw.starts_with(['{', '[']) {
        return Value::String(raw.to_owned());
    }
    match TolerantValue::of(raw, &Path::Root, &mut Problems::default()) {
        TolerantValue::Sound(value) | TolerantValue::Odd(value, _) => value,
    }
}

/// A value without a name that occurs twice in one object: `Value` itself keeps the last one in silence.
pub(crate) struct Unique(pub Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UniqueVisitor).map(Self)
    }
}

struct UniqueVisitor;

impl<'de> Visitor<'de> for UniqueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number out of range"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Unique(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Unique(value))) = members.next_entry::<String, Unique>()? {
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a name occurs twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

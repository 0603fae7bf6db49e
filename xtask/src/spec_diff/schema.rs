//! Compares two schemas, part by part.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::change::{Changes, Direction, Level, Shift, Subject};

/// Said of a value, not a rule for it.
const WORDS: [&str; 7] = ["title", "description", "example", "examples", "externalDocs", "deprecated", "xml"];
/// Compared by code of their own below.
const STRUCTURE: [&str; 13] = [
    "$ref",
    "type",
    "nullable",
    "enum",
    "const",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "allOf",
    "oneOf",
    "anyOf",
    "default",
];
const UPPER: [&str; 4] = ["maximum", "maxLength", "maxItems", "maxProperties"];
const LOWER: [&str; 4] = ["minimum", "minLength", "minItems", "minProperties"];

/// Two documents side by side.
pub(super) struct Pair<'a> {
    pub(super) old: &'a Value,
    pub(super) new: &'a Value,
    /// Whether they are by different authors: then names, wording and what either leaves open say nothing.
    pub(super) foreign: bool,
    pub(super) changes: Changes,
    /// The named schemas that have been compared, for each direction.
    seen: BTreeSet<(String, String, Direction)>,
}

/// A schema behind its references, with the name it was last known by.
struct Resolved<'a> {
    name: Option<&'a str>,
    schema: &'a Value,
}

/// Follows references, and combinations of one, which 3.0 needs to say something beside a reference.
fn resolve<'a>(document: &'a Value, mut schema: &'a Value) -> Resolved<'a> {
    let mut name = None;
    // A document whose references go round in circles is the linter's business.
    for _ in 0..32 {
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            let Some(found) = target.strip_prefix('#').and_then(|pointer| document.pointer(pointer)) else {
                break;
            };
            name = target.strip_prefix("#/components/schemas/");
            schema = found;
        } else if let Some([one]) = schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
            if schema.get("properties").is_some() {
                break;
            }
            schema = one;
        } else {
            break;
        }
    }
    Resolved { name, schema }
}

impl<'a> Pair<'a> {
    pub(super) fn new(old: &'a Value, new: &'a Value, foreign: bool) -> Self {
        Self { old, new, foreign, changes: Changes::default(), seen: BTreeSet::new() }
    }

    /// Whether a named schema of the old document has been compared with anything.
    pub(super) fn has_seen(&self, name: &str) -> bool {
        self.seen.iter().any(|(old, new, _)| old == name || new == name)
    }

    pub(super) fn schema(
        &mut self,
        old: &Value,
        new: &Value,
        direction: Direction,
        subject: &Subject,
        at: &str,
    ) {
        let (old_document, new_document) = (self.old, self.new);
        let (old, new) = (resolve(old_document, old), resolve(new_document, new));
        match (old.name, new.name) {
            (Some(one), Some(other)) => {
                if !self.seen.insert((one.to_owned(), other.to_owned(), direction)) {
                    return;
                }
                if one == other {
                    // What a name stands for is told once, under the name.
                    return self.parts(
                        old.schema,
                        new.schema,
                        direction,
                        &Subject::Schema(one.to_owned()),
                        "",
                    );
                }
                if !self.foreign {
                    let what = format!("is the schema {other}, was {one}");
                    self.changes.add(Level::Breaking, (subject, at), what);
                }
            }
            (Some(name), None) | (None, Some(name))
                if !self.seen.insert((name.to_owned(), String::new(), direction)) =>
            {
                return;
            }
            _ => {}
        }
        self.parts(old.schema, new.schema, direction, subject, at);
    }

    fn parts(&mut self, old: &Value, new: &Value, direction: Direction, subject: &Subject, at: &str) {
        let place = (subject, at);
        self.types(old, new, direction, place);
        self.values(old, new, direction, place);
        self.limits(old, new, direction, place);
        self.other_keywords(old, new, direction, place);
        self.properties(old, new, direction, subject, at);
        if let (Some(old), Some(new)) = (old.get("items"), new.get("items")) {
            self.schema(old, new, direction, subject, &format!("{at}[]"));
        }
        for key in ["allOf", "oneOf", "anyOf"] {
            self.variants(key, old, new, direction, subject, at);
        }
    }

    fn types(&mut self, old: &Value, new: &Value, direction: Direction, place: (&Subject, &str)) {
        let (was, is) = (types(old), types(new));
        if was == is {
            return;
        }
        let shift = match (&was, &is) {
            (None, Some(_)) => Shift::Stricter,
            (Some(_), None) => Shift::Looser,
            (Some(was), Some(is)) if was.is_subset(is) => Shift::Looser,
            (Some(was), Some(is)) if is.is_subset(was) => Shift::Stricter,
            _ => Shift::Other,
        };
        let shown = |types: &Option<BTreeSet<&str>>| {
            types
                .as_ref()
                .map_or("anything".to_owned(), |types| Vec::from_iter(types.iter().copied()).join(" or "))
        };
        let what = format!("type is {}, was {}", shown(&is), shown(&was));
        self.changes.add(shift.level(direction), place, what);
    }

    fn values(&mut self, old: &Value, new: &Value, direction: Direction, place: (&Subject, &str)) {
        match (values(old), values(new)) {
            (Some(was), Some(is)) => {
                for value in is.difference(&was) {
                    // Clients keep a value they do not know, so that a new one breaks nothing in an answer either.
                    self.changes.add(Level::Additive, place, format!("can be {value}"));
                }
                for value in was.difference(&is) {
                    let level = Shift::Stricter.level(direction);
                    self.changes.add(level, place, format!("can no longer be {value}"));
                }
            }
            (None, Some(is)) => {
                let is = Vec::from_iter(is).join(", ");
                self.changes.add(Shift::Stricter.level(direction), place, format!("can only be {is}"));
            }
            (Some(_), None) => {
                self.changes.add(Shift::Looser.level(direction), place, "is no longer one of a list");
            }
            (None, None) => {}
        }
    }

    fn limits(&mut self, old: &Value, new: &Value, direction: Direction, place: (&Subject, &str)) {
        for (keys, upper) in [(UPPER, true), (LOWER, false)] {
            for key in keys {
                let was = old.get(key).and_then(Value::as_f64);
                let is = new.get(key).and_then(Value::as_f64);
                let (shift, what) = match (was, is) {
                    (Some(was), Some(is)) if was != is => {
                        let shift = if (is < was) == upper { Shift::Stricter } else { Shift::Looser };
                        (shift, format!("{key} is {is}, was {was}"))
                    }
                    (None, Some(is)) => (Shift::Stricter, format!("{key} is {is}, there was none")),
                    (Some(was), None) => (Shift::Looser, format!("{key} is gone, was {was}")),
                    _ => continue,
                };
                self.changes.add(shift.level(direction), place, what);
            }
        }
    }

    /// Keywords without rules of their own: of them it is known only that they are there, or differ.
    fn other_keywords(&mut self, old: &Value, new: &Value, direction: Direction, place: (&Subject, &str)) {
        let all: BTreeSet<String> = [old, new]
            .into_iter()
            .filter_map(Value::as_object)
            .flat_map(|object| object.keys().cloned())
            .collect();
        for key in all {
            let (was, is) = (old.get(&key), new.get(&key));
            let known = STRUCTURE.contains(&&*key) || UPPER.contains(&&*key) || LOWER.contains(&&*key);
            if was == is || known && key != "default" {
                continue;
            }
            let level = match (was, is) {
                _ if WORDS.contains(&&*key) || key.starts_with("x-") => {
                    if !self.foreign {
                        self.changes.add(Level::Wording, place, format!("{key} differs"));
                    }
                    continue;
                }
                // What a server takes in place of nothing is part of what a request means.
                _ if key == "default" => {
                    if direction == Direction::Request {
                        Level::Breaking
                    } else {
                        Level::Wording
                    }
                }
                (None, Some(_)) => Shift::Stricter.level(direction),
                (Some(_), None) => Shift::Looser.level(direction),
                _ => Shift::Other.level(direction),
            };
            let shown = |value: Option<&Value>| value.map_or("not there".to_owned(), Value::to_string);
            self.changes.add(level, place, format!("{key} is {}, was {}", shown(is), shown(was)));
        }
    }

    fn properties(&mut self, old: &Value, new: &Value, direction: Direction, subject: &Subject, at: &str) {
        let (was, is) = (properties(old), properties(new));
        let (had_to, has_to) = (required(old), required(new));
        let below = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
        for (name, schema) in &is {
            let place = below(name);
            let Some(before) = was.get(name) else {
                let breaks = direction == Direction::Request && has_to.contains(name);
                let level = if breaks { Level::Breaking } else { Level::Additive };
                let what = if has_to.contains(name) { "is new, and required" } else { "is new" };
                self.changes.add(level, (subject, &place), what);
                continue;
            };
            match (had_to.contains(name), has_to.contains(name)) {
                (false, true) => {
                    self.changes.add(Shift::Stricter.level(direction), (subject, &place), "is required");
                }
                (true, false) => {
                    self.changes.add(
                        Shift::Looser.level(direction),
                        (subject, &place),
                        "is no longer required",
                    );
                }
                _ => {}
            }
            self.schema(before, schema, direction, subject, &place);
        }
        for name in was.keys().filter(|name| !is.contains_key(*name)) {
            self.changes.add(Level::Breaking, (subject, &below(name)), "is gone");
        }
        // Authors differ in whether they close their objects; a change by the same author means something.
        if self.foreign {
            return;
        }
        let closed = |schema: &Value| schema.get("additionalProperties") == Some(&Value::Bool(false));
        match (closed(old), closed(new)) {
            (false, true) => {
                self.changes.add(
                    Shift::Stricter.level(direction),
                    (subject, at),
                    "takes no other properties",
                );
            }
            (true, false) => {
                self.changes.add(Shift::Looser.level(direction), (subject, at), "takes other properties");
            }
            _ => {
                if let (Some(old), Some(new)) =
                    (old.get("additionalProperties"), new.get("additionalProperties"))
                {
                    self.schema(old, new, direction, subject, &below("*"));
                }
            }
        }
    }

    /// The parts of a combination: by name where they have one, else by their order.
    fn variants(
        &mut self,
        key: &str,
        old: &Value,
        new: &Value,
        direction: Direction,
        subject: &Subject,
        at: &str,
    ) {
        let (was, is) = (variants(old, key), variants(new, key));
        // The parts of allOf are rules that all hold, those of the others are choices.
        let (more, fewer) =
            if key == "allOf" { (Shift::Stricter, Shift::Looser) } else { (Shift::Looser, Shift::Stricter) };
        for (name, part) in &is {
            match was.get(name) {
                Some(before) => self.schema(before, part, direction, subject, &format!("{at}<{name}>")),
                None => self.changes.add(more.level(direction), (subject, at), format!("{key} has {name}")),
            }
        }
        for name in was.keys().filter(|name| !is.contains_key(*name)) {
            self.changes.add(fewer.level(direction), (subject, at), format!("{key} no longer has {name}"));
        }
    }
}

/// The types a schema allows; `None` for any.
fn types(schema: &Value) -> Option<BTreeSet<&str>> {
    let mut types: BTreeSet<&str> = match schema.get("type") {
        Some(Value::String(one)) => BTreeSet::from([one.as_str()]),
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        // Some authors leave out what the rest of the schema says.
        _ if schema.get("properties").is_some() => BTreeSet::from(["object"]),
        _ if schema.get("items").is_some() => BTreeSet::from(["array"]),
        _ => return None,
    };
    if schema.get("nullable") == Some(&Value::Bool(true)) {
        types.insert("null");
    }
    if types.contains("number") {
        types.insert("integer");
    }
    Some(types)
}

fn values(schema: &Value) -> Option<BTreeSet<String>> {
    if let Some(only) = schema.get("const") {
        return Some(BTreeSet::from([only.to_string()]));
    }
    Some(schema.get("enum")?.as_array()?.iter().map(Value::to_string).collect())
}

fn properties(schema: &Value) -> BTreeMap<&str, &Value> {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.into_iter().flatten().map(|(name, schema)| (name.as_str(), schema)).collect()
}

fn required(schema: &Value) -> BTreeSet<&str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

fn variants<'a>(schema: &'a Value, key: &str) -> BTreeMap<String, &'a Value> {
    let parts = schema.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    // One alone has been looked through.
    let parts =
        if key == "allOf" && parts.len() == 1 && schema.get("properties").is_none() { &[] } else { parts };
    let name = |(index, part): (usize, &'a Value)| {
        let reference = part.get("$ref").and_then(Value::as_str).and_then(|target| target.rsplit('/').next());
        let name = reference.or_else(|| part.get("title").and_then(Value::as_str));
        (name.map_or_else(|| (index + 1).to_string(), str::to_owned), part)
    };
    parts.iter().enumerate().map(name).collect()
}

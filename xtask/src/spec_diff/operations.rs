//! Compares the operations of two documents: parameters, bodies, answers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::change::{Direction, Level, Subject};
use super::schema::Pair;
use crate::lint::walk::{self, Operation};

/// An operation by method and path; the names in a path's placeholders are the authors' own.
type Key = (String, String);

fn by_key<'a>(document: &'a Value) -> BTreeMap<Key, Operation<'a>> {
    let key = |operation: &Operation<'a>| (operation.method.to_uppercase(), anonymous(operation.path));
    walk::operations(document).into_iter().map(|operation| (key(&operation), operation)).collect()
}

/// A path without the names of its placeholders.
fn anonymous(path: &str) -> String {
    let segment = |segment: &str| if segment.starts_with('{') { "{}".to_owned() } else { segment.to_owned() };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

impl Pair<'_> {
    pub(super) fn operations(&mut self) {
        let (old, new) = (self.old, self.new);
        let (was, is) = (by_key(old), by_key(new));
        for (key @ (method, _), operation) in &is {
            let subject = Subject::Operation(format!("{method} {}", operation.path));
            match was.get(key) {
                Some(before) => self.operation(
                    before,
                    operation,
                    &Subject::Operation(format!("{method} {}", before.path)),
                ),
                // A foreign document has much that is none of ours.
                None if self.foreign => {}
                None => self.changes.add(Level::Additive, (&subject, ""), "is new"),
            }
        }
        for ((method, _), operation) in was.iter().filter(|(key, _)| !is.contains_key(*key)) {
            let subject = Subject::Operation(format!("{method} {}", operation.path));
            self.changes.add(Level::Breaking, (&subject, ""), "is gone");
        }
    }

    fn operation(&mut self, old: &Operation<'_>, new: &Operation<'_>, subject: &Subject) {
        if !self.foreign {
            for key in ["operationId", "security"] {
                self.member(Level::Breaking, key, old.value, new.value, (subject, ""));
            }
            for key in ["summary", "description", "tags", "deprecated", "externalDocs"] {
                self.member(Level::Wording, key, old.value, new.value, (subject, ""));
            }
            if old.path != new.path {
                self.changes.add(Level::Wording, (subject, ""), format!("its path is written {}", new.path));
            }
        }
        self.parameters(old, new, subject);
        self.request(old.value, new.value, subject);
        self.answers(old.value, new.value, subject);
    }

    /// A member that is compared as a whole.
    pub(super) fn member(
        &mut self,
        level: Level,
        key: &str,
        old: &Value,
        new: &Value,
        place: (&Subject, &str),
    ) {
        let (was, is) = (old.get(key), new.get(key));
        if was == is {
            return;
        }
        let what = match (was, is) {
            (Some(Value::String(was)), Some(Value::String(is))) if level == Level::Breaking => {
                format!("{key} is {is}, was {was}")
            }
            _ => format!("{key} differs"),
        };
        self.changes.add(level, place, what);
    }

    fn parameters(&mut self, old: &Operation<'_>, new: &Operation<'_>, subject: &Subject) {
        let was = parameters(self.old, old);
        let is = parameters(self.new, new);
        let foreign = self.foreign;
        // Foreign headers are about another way to say who one is.
        let counts = |(place, _): &(&str, &str)| *place != "path" && !(foreign && *place == "header");
        for (key @ (_, name), parameter) in is.iter().filter(|(key, _)| counts(key)) {
            let at = format!("parameter {name}");
            let Some(before) = was.get(key) else {
                let (level, what) = if is_required(parameter) {
                    (Level::Breaking, "is new, and required")
                } else {
                    (Level::Additive, "is new")
                };
                self.changes.add(level, (subject, &at), what);
                continue;
            };
            match (is_required(before), is_required(parameter)) {
                (false, true) => self.changes.add(Level::Breaking, (subject, &at), "is required"),
                (true, false) => self.changes.add(Level::Additive, (subject, &at), "is no longer required"),
                _ => {}
            }
            if !foreign {
                self.member(Level::Wording, "description", before, parameter, (subject, &at));
            }
            if let (Some(before), Some(now)) = (before.get("schema"), parameter.get("schema")) {
                self.schema(before, now, Direction::Request, subject, &at);
            }
        }
        for (_, name) in was.keys().filter(|key| counts(key) && !is.contains_key(*key)) {
            self.changes.add(Level::Breaking, (subject, &format!("parameter {name}")), "is gone");
        }
        // Those of the path stand in its order.
        let path = |parameters: &BTreeMap<(&str, &str), &Value>, operation: &Operation<'_>| -> Vec<Value> {
            let names =
                operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
            names.filter_map(|name| parameters.get(&("path", name))?.get("schema").cloned()).collect()
        };
        for (before, now) in path(&was, old).iter().zip(&path(&is, new)) {
            self.schema(before, now, Direction::Request, subject, "path");
        }
    }

    fn request(&mut self, old: &Value, new: &Value, subject: &Subject) {
        let at = "request";
        let body = |document, operation: &Value| -> Option<Value> {
            operation.get("requestBody").map(|body| walk::resolve(document, body).clone())
        };
        match (body(self.old, old), body(self.new, new)) {
            (Some(was), Some(is)) => {
                match (is_required(&was), is_required(&is)) {
                    (false, true) => self.changes.add(Level::Breaking, (subject, at), "is required"),
                    (true, false) => {
                        self.changes.add(Level::Additive, (subject, at), "is no longer required")
                    }
                    _ => {}
                }
                if !self.foreign {
                    self.member(Level::Wording, "description", &was, &is, (subject, at));
                }
                self.content(&was, &is, Direction::Request, subject, at);
            }
            (None, Some(is)) => {
                let level = if is_required(&is) { Level::Breaking } else { Level::Additive };
                self.changes.add(level, (subject, at), "has a body");
            }
            (Some(_), None) => self.changes.add(Level::Breaking, (subject, at), "has no body any more"),
            (None, None) => {}
        }
    }

    fn answers(&mut self, old: &Value, new: &Value, subject: &Subject) {
        let none = Map::new();
        let of = |operation: &'_ Value| operation.get("responses").and_then(Value::as_object).cloned();
        let (was, is) = (of(old).unwrap_or_else(|| none.clone()), of(new).unwrap_or(none));
        let foreign = self.foreign;
        // How errors look differs from gateway to gateway.
        let counts = |status: &&String| !foreign || status.starts_with('2');
        for status in is.keys().filter(counts) {
            let at = format!("answer {status}");
            let Some(before) = was.get(status) else {
                self.changes.add(Level::Additive, (subject, &at), "is new");
                continue;
            };
            let before = walk::resolve(self.old, before).clone();
            let now = walk::resolve(self.new, &is[status]).clone();
            if !foreign {
                for key in ["description", "links"] {
                    self.member(Level::Wording, key, &before, &now, (subject, &at));
                }
                self.headers(&before, &now, subject, &at);
            }
            self.content(&before, &now, Direction::Answer, subject, &at);
        }
        for status in was.keys().filter(counts).filter(|status| !is.contains_key(*status)) {
            let level = if status.starts_with('2') { Level::Breaking } else { Level::Additive };
            self.changes.add(level, (subject, &format!("answer {status}")), "is gone");
        }
    }

    fn headers(&mut self, old: &Value, new: &Value, subject: &Subject, at: &str) {
        let names = |value: &Value| -> BTreeSet<String> {
            value
                .get("headers")
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
                .map(|(name, _)| name.clone())
                .collect()
        };
        let (was, is) = (names(old), names(new));
        for name in is.difference(&was) {
            self.changes.add(Level::Additive, (subject, at), format!("has the header {name}"));
        }
        for name in was.difference(&is) {
            self.changes.add(Level::Breaking, (subject, at), format!("no longer has the header {name}"));
        }
    }

    /// Bodies by media type.
    fn content(&mut self, old: &Value, new: &Value, direction: Direction, subject: &Subject, at: &str) {
        let none = Map::new();
        let of = |body: &Value| body.get("content").and_then(Value::as_object).cloned();
        let (was, is) = (of(old).unwrap_or_else(|| none.clone()), of(new).unwrap_or(none));
        for (media, body) in &is {
            match was.get(media) {
                None => self.changes.add(Level::Additive, (subject, at), format!("can be {media}")),
                Some(before) => {
                    if let (Some(before), Some(now)) = (before.get("schema"), body.get("schema")) {
                        let other = media != "application/json";
                        let at = if other { format!("{at} ({media})") } else { at.to_owned() };
                        self.schema(before, now, direction, subject, &at);
                    }
                }
            }
        }
        for media in was.keys().filter(|media| !is.contains_key(*media)) {
            self.changes.add(Level::Breaking, (subject, at), format!("can no longer be {media}"));
        }
    }
}

fn parameters<'a>(document: &'a Value, operation: &Operation<'a>) -> BTreeMap<(&'a str, &'a str), &'a Value> {
    let own = walk::list(operation.value, "parameters");
    // Those of the operation stand in for those of its path.
    let all =
        operation.shared_parameters.iter().chain(own).map(|parameter| walk::resolve(document, parameter));
    all.filter_map(|parameter| {
        Some(((parameter.get("in")?.as_str()?, parameter.get("name")?.as_str()?), parameter))
    })
    .collect()
}

fn is_required(value: &Value) -> bool {
    value.get("required") == Some(&Value::Bool(true))
}

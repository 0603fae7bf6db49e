//! One YAML document. A list is one sequence, written as pages arrive. Must be read by YAML 1.1 and 1.2 alike, so what
//! either would take for something else than text is quoted.

use serde::Serialize;
use serde_json::Value;

use super::object::Object;
use super::{Render, Shape};

#[derive(Debug, Default)]
pub(super) struct Yaml {
    /// How many items the sequence holds that was begun; `None` where none was.
    open: Option<usize>,
}

impl Render for Yaml {
    fn one(&mut self, object: Object) -> String {
        yaml(&object)
    }

    fn value(&mut self, value: Value) -> String {
        yaml(&value)
    }

    fn items(&mut self, _: &Shape, objects: Vec<Object>) -> String {
        *self.open.get_or_insert(0) += objects.len();
        if objects.is_empty() { String::new() } else { yaml(&objects) }
    }

    fn end(&mut self) -> String {
        match self.open.take() {
            Some(0) => "[]\n".to_owned(),
            _ => String::new(),
        }
    }
}

/// A document of its own, in a stream of several.
pub(super) fn document(object: Object) -> String {
    format!("---\n{}", yaml(&object))
}

fn yaml(value: &impl Serialize) -> String {
    // Blocks would keep control characters as they are; in quotes they are escapes.
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    // Maps with text for keys always serialise.
    serde_saphyr::to_string_with_options(value, options).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Object {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn pages_make_one_sequence() {
        for pages in [vec![vec![]], vec![vec![], vec![1]], vec![vec![1, 2], vec![3]]] {
            let mut yaml = Yaml::default();
            let mut text = String::new();
            for page in &pages {
                let objects =
                    page.iter().map(|id| object(json!({ "id": id, "participants": [{ "a": id }] })));
                text += &yaml.items(&Shape::GROUP, objects.collect());
            }
            text += &yaml.end();
            let read: Vec<Value> = serde_saphyr::from_str(&text).unwrap();
            assert_eq!(read.len(), pages.concat().len(), "{text}");
        }
        assert_eq!(Yaml::default().end(), "");
    }

    #[test]
    fn text_stays_text() {
        for text in [
            "15550100110",
            "+15550100110",
            "012",
            "1e3",
            "0x1f",
            "12:30:00",
            "yes",
            "No",
            "null",
            "~",
            "",
            " x ",
            "2026-01-05T10:00:00Z",
            "- a",
            "a: b",
            "a #b",
            "*a",
            "&a",
            "!a",
            "%a",
            "@a",
            "`a",
            "{a}",
            "[a]",
            "---",
            "...",
            "=",
            "<<",
            "it's \"quoted\" \\",
            "a\nb\n",
            "a\tb\r\n",
            "日本 👩\u{200d}💻",
            &"long words ".repeat(40),
        ] {
            let written = Yaml::default().one(object(json!({ "subject": text, text: 1 })));
            let read: Value = serde_saphyr::from_str(&written).unwrap_or_else(|e| panic!("{e}: {written}"));
            assert_eq!(read, json!({ "subject": text, text: 1 }), "{written}");
        }
        // Both versions of YAML have to take them for text; the reader above knows the newer one.
        let one = |text: &str| Yaml::default().one(object(json!({ "a": text })));
        for text in ["yes", "12:30:00", "15550100110", "2026-01-05T10:00:00Z", "012"] {
            assert!(one(text).starts_with("a: \"") || one(text).starts_with("a: '"), "{}", one(text));
        }
    }

    #[test]
    fn control_characters_are_escapes() {
        let text = "\u{1b}[31m\u{9b}2J\u{2028}\u{feff}\0\n";
        let written = Yaml::default().one(object(json!({ "a": text })));
        assert!(written.trim_end().chars().all(|c| c.is_ascii_graphic() || c == ' '), "{written:?}");
        let read: Value = serde_saphyr::from_str(&written).unwrap();
        assert_eq!(read["a"], text);
    }
}

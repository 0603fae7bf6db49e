//! What a decoder says of a value, without the names of Rust's types.

use std::fmt::Display;

/// The first line of an error, as people read it: `it must be a whole number, 0 or more`.
pub(crate) fn reason(error: &impl Display) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    let line = line.strip_prefix("error: ").unwrap_or(line);
    // The YAML reader puts the place in front.
    let (place, line) = match line.split_once(": ") {
        Some((place, rest)) if place.contains("line ") => (format!("{place}: "), rest),
        _ => (String::new(), line),
    };
    format!("{place}{}", plain(line))
}

fn plain(line: &str) -> String {
    if let Some((name, names)) = quoted_after(line, "unknown field ") {
        return format!("there is no `{name}`; there are {names}");
    }
    if let Some((_, names)) = quoted_after(line, "unknown variant ") {
        return format!("it must be one of {names}");
    }
    if let Some(name) = line.strip_prefix("missing field ") {
        return format!("{name} is missing");
    }
    if let Some(name) = line.strip_prefix("invalid ").filter(|name| kind(name) != *name) {
        return format!("it must be {}", kind(name));
    }
    let wrong = ["invalid type: ", "invalid value: "].iter().any(|start| line.starts_with(start));
    match line.rsplit_once(", expected ") {
        Some((_, expected)) if wrong => format!("it must be {}", kind(expected)),
        _ => line.to_owned(),
    }
}

/// The name in backquotes after a beginning, and the names that are expected.
fn quoted_after<'a>(line: &'a str, start: &str) -> Option<(&'a str, &'a str)> {
    let (name, rest) = line.strip_prefix(start)?.strip_prefix('`')?.split_once('`')?;
    let names = rest.strip_prefix(", expected ")?;
    Some((name, names.strip_prefix("one of ").unwrap_or(names)))
}

fn kind(expected: &str) -> &str {
    // A place may follow.
    let name = expected.split(" at line ").next().unwrap_or(expected).trim_end();
    match name {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "bool" | "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" | "struct" => "an object",
        name if name.starts_with("struct ") => "an object",
        name if name.starts_with("enum ") => "a name",
        name => name,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Settings {
        #[serde(rename = "count")]
        _count: usize,
        #[serde(rename = "rate")]
        _rate: Option<f64>,
        #[serde(rename = "shape")]
        _shape: Option<Shape>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Shape {
        Flat,
        Nested,
    }

    #[test]
    fn a_place_in_yaml_stays() {
        let said = |text| reason(&serde_saphyr::from_str::<Settings>(text).err().unwrap());
        assert_eq!(said("count: x"), "line 1 column 8: it must be a whole number, 0 or more");
        assert!(said("count: 1\ncolour: 1").starts_with("line 2 column 1: there is no `colour`; there are "));
    }

    #[test]
    fn no_type_of_rust_is_named() {
        for (value, expected) in [
            (json!({ "count": "1s" }), "it must be a whole number, 0 or more"),
            (json!({ "count": -1 }), "it must be a whole number, 0 or more"),
            (json!({ "count": 1, "rate": "x" }), "it must be a number"),
            (json!({ "count": 1, "shape": "round" }), "it must be one of `flat` or `nested`"),
            (json!({ "count": 1, "colour": 1 }), "there is no `colour`; there are `count`, `rate`, `shape`"),
            (json!({}), "`count` is missing"),
            (json!(7), "it must be an object"),
        ] {
            let Err(error) = serde_json::from_value::<Settings>(value.clone()) else { panic!("{value}") };
            assert_eq!(reason(&error), expected, "{value}");
        }
    }
}

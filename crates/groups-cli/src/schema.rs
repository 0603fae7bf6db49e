//! The JSON Schemas of what the commands print. Must describe exactly what is printed, so they are derived from
//! the types that are.

use schemars::schema_for;
use serde_json::Value;

use crate::failure::{ErrorDocument, Kind};

/// Each output type by name, with its JSON Schema (draft 2020-12).
///
/// ```
/// let names: Vec<_> = groups_cli::schema::all().into_iter().map(|(name, _)| name).collect();
/// assert!(names.contains(&"group"));
/// ```
pub fn all() -> Vec<(&'static str, Value)> {
    let model = vec![
        ("group", schema_for!(groups_model::Group).to_value()),
        ("participant", schema_for!(crate::command::ListedParticipant).to_value()),
        ("join_request", schema_for!(crate::command::ListedRequest).to_value()),
        ("invite_link", schema_for!(groups_model::InviteLink).to_value()),
        ("event", schema_for!(groups_model::Event).to_value()),
        ("accepted", schema_for!(groups_model::Accepted).to_value()),
        ("outcome", schema_for!(groups_model::Outcome).to_value()),
        ("webhook", schema_for!(groups_model::Webhook).to_value()),
        ("batch", schema_for!(crate::command::Decided).to_value()),
        ("row", schema_for!(crate::command::RowResult).to_value()),
        ("error", schema_for!(ErrorDocument).to_value()),
    ];
    let all = model.into_iter().chain(crate::command::schemas());
    all.map(|(name, schema)| (name, for_readers(schema))).collect()
}

/// Each word that an error's `kind` can be.
pub fn error_kinds() -> Vec<&'static str> {
    let of_api = groups_model::ErrorKind::ALL.iter().map(|kind| kind.as_str());
    of_api.chain(Kind::OWN.iter().map(|kind| kind.as_str())).collect()
}

/// Without what only the reader of the source can look up: headings of the facts page, links between items.
fn for_readers(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(object) => {
            for (key, value) in object.iter_mut() {
                match value {
                    Value::String(text) if key == "description" => *text = told(text),
                    other => *other = for_readers(other.take()),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = for_readers(item.take())),
        _ => {}
    }
    schema
}

fn told(text: &str) -> String {
    let mut text = text.replace("[`", "`").replace("`]", "`");
    while let Some(start) = text.find(" (Facts ") {
        match text[start..].find(')') {
            Some(length) => text.replace_range(start..=start + length, ""),
            None => break,
        }
    }
    // Lines of the source are none of the text.
    let paragraphs: Vec<String> =
        text.split("\n\n").map(|part| part.split('\n').collect::<Vec<_>>().join(" ")).collect();
    paragraphs.join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_are_for_those_who_have_not_the_source() {
        for (text, expected) in [
            ("Who (Facts 6), or\nnobody.\n\nMore (Facts 1.0, 1.4).", "Who, or nobody.\n\nMore."),
            ("See [`Group::id`].", "See `Group::id`."),
            ("Plain (as it is).", "Plain (as it is)."),
        ] {
            assert_eq!(told(text), expected);
        }
        for (name, schema) in all() {
            let text = schema.to_string();
            assert!(!text.contains("Facts") && !text.contains("[`"), "{name}: {text}");
            assert!(schema["description"].is_string(), "{name} does not say what it is");
        }
    }
}

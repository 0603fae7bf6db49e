//! The errors inside a webhook (Facts 2.1 I) as the model's own. Whatever stands where errors are expected becomes one:
//! an odd form must never turn a failure into a success.

use serde_json::{Map, Value};

use super::fields::Fields;
use crate::lenient::LenientInteger;
use crate::{ErrorEntry, ErrorKind, ItemError};

pub(super) fn item_errors(errors: Value) -> Vec<ItemError> {
    match errors {
        Value::Null => Vec::new(),
        Value::Array(items) => items.into_iter().map(item_error).collect(),
        single => vec![item_error(single)],
    }
}

fn item_error(error: Value) -> ItemError {
    match error {
        Value::Object(object) => of_object(object),
        Value::String(text) => ItemError::new(ErrorKind::Api, text),
        other => ItemError::new(ErrorKind::Api, other.to_string()),
    }
}

fn of_object(object: Map<String, Value>) -> ItemError {
    let mut fields = Fields::new(object);
    let code = fields.take::<LenientInteger>("code").and_then(|code| {
        let known = u32::try_from(code.0).ok();
        if known.is_none() {
            fields.put("?code", code.0.into());
        }
        known
    });
    let title = fields.text("title");
    let details = details(&mut fields);
    let row = code.and_then(ErrorEntry::find);
    let message = fields
        .text("message")
        .or_else(|| title.clone())
        .or_else(|| row.map(|row| row.meaning.to_owned()))
        .unwrap_or_else(|| "no reason was given".to_owned());
    let kind = row.map_or(ErrorKind::Api, |row| row.kind);
    ItemError { kind, code, title, message: without_code(message, code), details, extra: fields.rest() }
}

fn details(fields: &mut Fields) -> Option<String> {
    let data = match fields.take::<Value>("error_data")? {
        Value::Object(data) => data,
        Value::String(text) => return Some(text),
        other => {
            fields.put("?error_data", other);
            return None;
        }
    };
    let mut data = Fields::new(data);
    let details = data.text("details");
    let rest = data.rest();
    if !rest.is_empty() {
        fields.put("error_data", Value::Object(rest));
    }
    details
}

/// Meta writes the code into the message too: `(#131041) Group unknown`.
fn without_code(message: String, code: Option<u32>) -> String {
    let prefix = code.map(|code| format!("(#{code})"));
    let rest = prefix.and_then(|prefix| message.strip_prefix(prefix.as_str())).map(str::trim);
    match rest {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn codes_quoted_or_not_and_further_fields_are_read() {
        let read = item_errors(json!([
            { "code": "131212", "title": "t", "message": "(#131212) gone", "error_data": { "details": "d" } },
            { "code": 131_026, "title": "Undeliverable", "href": "https://example.com", "error_data": { "a": 1 } },
        ]));
        assert_eq!((read[0].kind, read[0].code), (ErrorKind::ParticipantNotInGroup, Some(131_212)));
        assert_eq!((read[0].message.as_str(), read[0].details.as_deref()), ("gone", Some("d")));
        assert_eq!(read[1].message, "Undeliverable");
        assert_eq!(
            Value::Object(read[1].extra.clone()),
            json!({ "href": "https://example.com", "error_data": { "a": 1 } })
        );
    }

    #[test]
    fn whatever_stands_for_an_error_is_one() {
        for odd in
            [json!("broken"), json!(["broken"]), json!({}), json!([[]]), json!(false), json!({ "code": -1 })]
        {
            assert_eq!(item_errors(odd.clone()).len(), 1, "{odd}");
        }
        assert!(item_errors(json!(null)).is_empty() && item_errors(json!([])).is_empty());
    }
}

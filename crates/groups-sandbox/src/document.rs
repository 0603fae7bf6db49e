//! The OpenAPI document of `groups-spec`, read once: its schemas as validators, by name or by operation and status.
//! It says what is wrong with a body and never shows the body's values: those may be numbers and names of people.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jsonschema::{Draft, ValidationError, Validator};
use serde_json::{Value, json};

/// The media type of every body but that of a picture upload.
const JSON: &str = "application/json";

/// What is wrong with a body, against a schema of the document such as `Notification` or `Accepted`: one line per
/// fault, each with the place in the body and without its values. Empty when the body fits.
///
/// ```
/// use groups_sandbox::document;
/// use serde_json::json;
///
/// assert!(document::faults("Accepted", &json!({ "messaging_product": "whatsapp", "request_id": "9B47" })).is_empty());
/// let faults = document::faults("Accepted", &json!({ "request_id": 7 }));
/// assert_eq!(faults.len(), 1, "{faults:?}");
/// ```
///
/// A name that no schema has is a fault, too.
pub fn faults(schema: &str, body: &Value) -> Vec<String> {
    match validator(schema) {
        Ok(validator) => described(&validator, body),
        Err(reason) => vec![reason],
    }
}

/// What is wrong with the answer to a call, against the schema that the document has for the operation and status.
/// `path` is as it is called, with or without a query, such as `/groups/abc/invite_link`. Beyond the operations, and for
/// a body that was too large (413), the answer must be an error in one of the documented envelopes.
///
/// That the document has no JSON for the status of an operation is a fault.
pub fn answer_faults(method: &str, path: &str, status: u16, body: &Value) -> Vec<String> {
    match answer_validator(method, path, status) {
        Ok(validator) => described(&validator, body),
        Err(reason) => vec![reason],
    }
}

/// The schema of a name, compiled once.
pub(crate) fn validator(schema: &str) -> Result<Arc<Validator>, String> {
    let place = format!("/components/schemas/{schema}");
    if document()?.pointer(&place).is_none() {
        return Err(format!("the document has no schema {schema}"));
    }
    compiled(&place)
}

fn answer_validator(method: &str, path: &str, status: u16) -> Result<Arc<Validator>, String> {
    let Some(place) = operation(document()?, method, path).filter(|_| status != 413) else {
        return validator("ErrorBody");
    };
    let missing = || format!("the document has no JSON for {status} of {method} {place}");
    let response = format!("/paths/{}/{}/responses/{status}", escaped(place), method.to_lowercase());
    let found = document()?.pointer(&response).ok_or_else(missing)?;
    let response = match found.get("$ref").and_then(Value::as_str) {
        Some(reference) => reference.trim_start_matches('#').to_owned(),
        None => response,
    };
    let schema = format!("{response}/content/{}/schema", escaped(JSON));
    document()?.pointer(&schema).ok_or_else(missing)?;
    compiled(&schema)
}

/// The template of the path of an operation.
fn operation<'a>(document: &'a Value, method: &str, path: &str) -> Option<&'a str> {
    let path = path.split('?').next().unwrap_or_default();
    let wanted: Vec<&str> = path.split('/').collect();
    let fits = |template: &str| {
        let parts: Vec<&str> = template.split('/').collect();
        parts.len() == wanted.len()
            && parts
                .iter()
                .zip(&wanted)
                .all(|(part, wanted)| part == wanted || part.starts_with('{') && !wanted.is_empty())
    };
    let (template, item) = document.get("paths")?.as_object()?.iter().find(|(template, _)| fits(template))?;
    item.get(method.to_lowercase())?;
    Some(template)
}

/// As a part of a JSON pointer.
fn escaped(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1")
}

fn document() -> Result<&'static Value, String> {
    static DOCUMENT: OnceLock<Result<Value, String>> = OnceLock::new();
    DOCUMENT
        .get_or_init(read_document)
        .as_ref()
        .map_err(|reason| format!("the document cannot be read: {reason}"))
}

/// The document, with the strict variants of the webhook events among its schemas.
fn read_document() -> Result<Value, String> {
    let read = |yaml| serde_saphyr::from_str::<Value>(yaml).map_err(|error| error.to_string());
    let mut document = read(groups_spec::OPENAPI_YAML)?;
    let variants = read(groups_spec::WEBHOOK_VARIANTS_YAML)?;
    let schemas = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    let (Some(schemas), Value::Object(variants)) = (schemas, variants) else {
        return Err("the schemas are missing".to_owned());
    };
    schemas.extend(variants);
    Ok(document)
}

/// What is wrong with a webhook notification that the sandbox composed: it must fit the document, and each group event
/// must be exactly one of the strict variants (a success, a failure or a partial result, never a mixture).
pub(crate) fn notification_faults(notification: &Value) -> Vec<String> {
    let mut found = faults("Notification", notification);
    let changes = notification.pointer("/entry/0/changes").and_then(Value::as_array);
    for change in changes.into_iter().flatten() {
        let variant = match change.get("field").and_then(Value::as_str) {
            Some("group_lifecycle_update") => "GroupLifecycleVariant",
            Some("group_participants_update") => "GroupParticipantsVariant",
            _ => continue,
        };
        let events = change.pointer("/value/groups").and_then(Value::as_array);
        found.extend(events.into_iter().flatten().flat_map(|event| faults(variant, event)));
    }
    found
}

/// The schema at a place of the document, with the components beside, so that its references find their ends.
fn compiled(place: &str) -> Result<Arc<Validator>, String> {
    static COMPILED: Mutex<Option<HashMap<String, Arc<Validator>>>> = Mutex::new(None);
    let mut held = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let held = held.get_or_insert_default();
    if let Some(validator) = held.get(place) {
        return Ok(Arc::clone(validator));
    }
    let schema = document()?.pointer(place);
    let schema = json!({ "allOf": [schema], "components": document()?.get("components") });
    // The schema dialect of OpenAPI 3.0 descends from this draft.
    let built = jsonschema::options().with_draft(Draft::Draft4).build(&schema);
    let validator = Arc::new(built.map_err(|error| format!("{place} is no schema: {error}"))?);
    held.insert(place.to_owned(), Arc::clone(&validator));
    Ok(validator)
}

fn described(validator: &Validator, body: &Value) -> Vec<String> {
    validator.iter_errors(body).map(|error| fault(&error)).collect()
}

/// A fault in words, with the value at fault hidden.
pub(crate) fn fault(error: &ValidationError<'_>) -> String {
    let place = error.instance_path().to_string();
    let place = if place.is_empty() { "The body" } else { &place };
    format!("{place}: {}", error.masked())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_held_against_its_operation_and_status() {
        let accepted = json!({ "messaging_product": "whatsapp", "request_id": "9B47" });
        let refused = json!({ "error": "Invalid API key" });
        for (method, path, status, body, fits) in [
            ("POST", "/groups", 200, &accepted, true),
            ("DELETE", "/groups/abc?x=y", 200, &accepted, true),
            ("DELETE", "/groups/abc/participants", 200, &accepted, true),
            ("GET", "/groups", 200, &accepted, false),
            ("GET", "/groups", 401, &refused, true),
            ("GET", "/groups/abc/invite_link", 401, &refused, true),
            ("GET", "/groups", 401, &accepted, false),
            // No operation: an error, whatever the status.
            ("PUT", "/groups", 405, &refused, true),
            ("GET", "/nowhere", 404, &accepted, false),
            ("POST", "/groups", 413, &refused, true),
            ("GET", "/groups", 299, &accepted, false),
        ] {
            let faults = answer_faults(method, path, status, body);
            assert_eq!(faults.is_empty(), fits, "{method} {path} {status}: {faults:?}");
        }
    }

    #[test]
    fn every_named_schema_can_be_compiled() {
        let schemas = document().unwrap().pointer("/components/schemas").unwrap().as_object().unwrap();
        assert!(schemas.len() > 20);
        for name in schemas.keys() {
            validator(name).unwrap();
        }
        assert_eq!(faults("Nonsense", &Value::Null), ["the document has no schema Nonsense"]);
    }

    #[test]
    fn faults_show_no_value() {
        let page = json!({ "data": { "groups": [{ "id": "x", "subject": 15550100199_u64, "created_at": "soon" }] } });
        let faults = faults("GroupList", &page);
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(faults.iter().all(|fault| !fault.contains("1555") && !fault.contains("soon")), "{faults:?}");
    }

    #[test]
    fn an_event_that_mixes_a_success_and_a_failure_is_refused() {
        let documented = |name: &str| {
            let example = groups_spec::EXAMPLES.iter().find(|example| example.name == name).unwrap();
            serde_json::from_str::<Value>(example.body).unwrap()
        };
        for example in groups_spec::EXAMPLES.iter().filter(|e| e.documented && e.schema == "Notification") {
            let body = serde_json::from_str(example.body).unwrap();
            assert_eq!(notification_faults(&body), [""; 0], "{}", example.name);
        }
        let mut mixed = documented("webhook_group_created");
        let failed = documented("webhook_group_create_failed");
        mixed["entry"][0]["changes"][0]["value"]["groups"][0]["errors"] =
            failed["entry"][0]["changes"][0]["value"]["groups"][0]["errors"].clone();
        assert_eq!(faults("Notification", &mixed), [""; 0]);
        assert_eq!(notification_faults(&mixed).len(), 1);
    }

    #[test]
    fn the_documented_examples_fit_their_schemas() {
        for example in groups_spec::EXAMPLES.iter().filter(|example| example.documented) {
            let body = serde_json::from_str(example.body).unwrap();
            assert_eq!(faults(example.schema, &body), [""; 0], "{}", example.name);
        }
    }
}

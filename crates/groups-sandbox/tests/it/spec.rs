//! Checks an answer against what the API document promises for the operation and status.

use std::sync::LazyLock;

use serde_json::{Value, json};

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_saphyr::from_str(groups_spec::OPENAPI_YAML).unwrap());

/// Fails unless the document has the operation, lists the status, and the body fits the schema given there.
/// For what is no operation (a wrong path or method) the body must be an error all the same.
pub(crate) fn check(method: &str, path: &str, status: u16, body: &Value) {
    let schema = match operation(method, path) {
        Some(operation) if status != 413 => response_schema(operation, status)
            .unwrap_or_else(|| panic!("{method} {path}: the document has no JSON for {status}")),
        _ => json!({ "$ref": "#/components/schemas/ErrorBody" }),
    };
    let schema = json!({ "allOf": [schema], "components": DOCUMENT["components"] });
    let validator =
        jsonschema::options().with_draft(jsonschema::Draft::Draft4).build(&schema).expect("schema");
    let faults: Vec<String> =
        validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(faults.is_empty(), "{method} {path} {status}\n{body:#}\n{faults:#?}");
}

fn operation(method: &str, path: &str) -> Option<&'static Value> {
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
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let (_, item) = paths.iter().find(|(template, _)| fits(template))?;
    item.get(method.to_lowercase())
}

fn response_schema(operation: &'static Value, status: u16) -> Option<Value> {
    let mut response = operation["responses"].get(status.to_string())?;
    if let Some(reference) = response["$ref"].as_str() {
        response = DOCUMENT.pointer(reference.strip_prefix('#')?)?;
    }
    response["content"]["application/json"].get("schema").cloned()
}

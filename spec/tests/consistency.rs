//! The document, the error table and the examples have to agree with each other. Reads the data with ordinary readers;
//! must never be the place where the data is corrected.

use std::collections::BTreeSet;

use groups_spec::{ERRORS_YAML, EXAMPLES, OPENAPI_YAML};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Index {
    examples: Vec<IndexEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IndexEntry {
    file: String,
    schema: String,
    form: String,
    note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Errors {
    codes: Vec<CodeRow>,
    texts: Vec<TextRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeRow {
    code: u32,
    code_to: Option<u32>,
    title: String,
    kind: String,
    http_status: Option<u16>,
    meaning: String,
    retry: String,
    remedy: String,
    #[serde(rename = "group_api")]
    _group_api: bool,
    confidence: String,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextRow {
    http_status: u16,
    contains: String,
    kind: String,
    meaning: String,
    retry: String,
    remedy: String,
}

const RETRY: [&str; 5] = ["never", "backoff", "later", "failed_items", "restart_paging"];

fn document() -> Value {
    serde_saphyr::from_str(OPENAPI_YAML).expect("groups.yaml is YAML")
}

fn schemas(document: &Value) -> &serde_json::Map<String, Value> {
    document["components"]["schemas"].as_object().expect("components.schemas")
}

/// What is wrong with `instance` as an instance of `schema`; empty if nothing is.
fn complaints(document: &Value, schema: &Value, instance: &Value) -> Vec<String> {
    // OpenAPI 3.0 schemas are JSON Schema draft 4 plus keywords that say nothing about validity.
    let root = json!({ "allOf": [schema], "components": document["components"] });
    let validator = jsonschema::draft4::new(&root).expect("a valid schema");
    validator.iter_errors(instance).map(|e| format!("{}: {e}", e.instance_path())).collect()
}

fn complaints_by_name(document: &Value, schema: &str, instance: &Value) -> Vec<String> {
    complaints(document, &json!({ "$ref": format!("#/components/schemas/{schema}") }), instance)
}

#[test]
fn documented_examples_validate_against_their_schema() {
    let document = document();
    for example in EXAMPLES.iter().filter(|e| e.documented) {
        let body: Value = serde_json::from_str(example.body).expect(example.name);
        assert_eq!(complaints_by_name(&document, example.schema, &body), [""; 0], "{}", example.name);
    }
}

#[test]
fn examples_are_json_and_name_a_schema() {
    let document = document();
    for example in EXAMPLES {
        assert!(schemas(&document).contains_key(example.schema), "{}", example.name);
        if example.body.is_empty() {
            assert!(!example.documented, "{}", example.name);
        } else {
            serde_json::from_str::<Value>(example.body).expect(example.name);
        }
    }
}

#[test]
fn the_index_the_list_and_the_folder_agree() {
    let index: Index = serde_saphyr::from_str(include_str!("../examples/index.yaml")).expect("index.yaml");
    let indexed: Vec<_> = index
        .examples
        .iter()
        .map(|e| {
            assert!(["documented", "variant"].contains(&e.form.as_str()), "{}", e.file);
            assert!(!e.note.is_empty(), "{}", e.file);
            let name = e.file.rsplit_once('.').expect("a file name with extension").0;
            (name, e.schema.as_str(), e.form == "documented")
        })
        .collect();
    let listed: Vec<_> = EXAMPLES.iter().map(|e| (e.name, e.schema, e.documented)).collect();
    assert_eq!(indexed, listed);

    let mut present: BTreeSet<String> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/examples"))
        .expect("the folder of examples")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a plain name"))
        .collect();
    assert!(present.remove("index.yaml"));
    let files: BTreeSet<String> = index.examples.into_iter().map(|e| e.file).collect();
    assert_eq!(files, present);
}

#[test]
fn every_operation_is_named_described_and_shown() {
    let document = document();
    let mut ids = Vec::new();
    for item in document["paths"].as_object().expect("paths").values() {
        for (method, operation) in item.as_object().expect("a path item") {
            if method == "parameters" {
                continue;
            }
            let id = operation["operationId"].as_str().expect("operationId");
            ids.push(id);
            for text in ["summary", "description"] {
                assert!(operation[text].is_string(), "{id}: {text}");
            }
            let responses = operation["responses"].as_object().expect("responses");
            assert!(!responses.contains_key("default"), "{id}");
            for content in responses.values().chain(operation.get("requestBody")).map(|r| &r["content"]) {
                for (media_type, media) in content.as_object().into_iter().flatten() {
                    assert_eq!(
                        complaints(&document, &media["schema"], &media["example"]),
                        [""; 0],
                        "{id} {media_type}"
                    );
                }
            }
        }
    }
    ids.sort_unstable();
    assert_eq!(
        ids,
        [
            "approve_join_requests",
            "create_group",
            "delete_group",
            "get_group",
            "get_invite_link",
            "get_webhook",
            "list_groups",
            "list_join_requests",
            "reject_join_requests",
            "remove_participants",
            "reset_invite_link",
            "set_webhook",
            "update_group",
        ]
    );
}

#[test]
fn every_shared_error_response_shows_valid_examples() {
    let document = document();
    for (name, response) in document["components"]["responses"].as_object().expect("responses") {
        for media in response["content"].as_object().expect("content").values() {
            let several = media.get("examples").and_then(Value::as_object);
            let shown: Vec<&Value> = match several {
                Some(examples) => examples.values().map(|e| &e["value"]).collect(),
                None => vec![&media["example"]],
            };
            for example in shown {
                assert_eq!(complaints(&document, &media["schema"], example), [""; 0], "{name}");
            }
        }
    }
}

#[test]
fn every_schema_and_property_is_described_with_a_valid_example() {
    let document = document();
    for (name, schema) in schemas(&document) {
        check_described(&document, name, schema);
    }
}

fn check_described(document: &Value, path: &str, schema: &Value) {
    if schema.get("$ref").is_some() {
        return;
    }
    assert!(schema["description"].is_string(), "{path}: description");
    let example = schema.get("example").unwrap_or_else(|| panic!("{path}: example"));
    assert_eq!(complaints(document, schema, example), [""; 0], "{path}");
    for (property, inner) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        check_described(document, &format!("{path}.{property}"), inner);
    }
}

#[test]
fn requests_are_closed_and_answers_stay_open() {
    let document = document();
    let requests = [
        "CreateGroupRequest",
        "UpdateGroupRequest",
        "UpdateGroupMultipart",
        "ResetInviteLinkRequest",
        "JoinRequestsRequest",
        "RemoveParticipantsRequest",
        "RemoveParticipant",
        "SetWebhookRequest",
    ];
    for (name, schema) in schemas(&document) {
        if schema["type"] == "object" {
            let expected = match name.as_str() {
                // A map: its names are the caller's, its values texts.
                "WebhookHeaders" => json!({ "type": "string" }),
                name if requests.contains(&name) => json!(false),
                _ => json!({}),
            };
            assert_eq!(schema["additionalProperties"], expected, "{name}");
        }
    }
}

#[test]
fn the_error_table_is_complete_and_well_formed() {
    let errors: Errors = serde_saphyr::from_str(ERRORS_YAML).expect("errors.yaml");
    let mut codes = BTreeSet::new();
    for row in &errors.codes {
        let code = row.code;
        assert!(codes.insert(code), "{code} twice");
        assert!(row.code_to.is_none_or(|to| to > code), "{code}");
        assert!(!row.title.is_empty() && !row.source.is_empty(), "{code}");
        assert!(row.meaning.ends_with('.') && row.remedy.ends_with('.'), "{code}");
        assert!(row.http_status.is_none_or(|s| (200..600).contains(&s)), "{code}");
        assert!(RETRY.contains(&row.retry.as_str()), "{code}");
        assert!(["confirmed", "single", "inferred"].contains(&row.confidence.as_str()), "{code}");
        assert!(row.kind.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{code}");
    }
    let kinds: BTreeSet<&str> = errors.codes.iter().map(|row| row.kind.as_str()).collect();
    for row in &errors.texts {
        assert!(kinds.contains(row.kind.as_str()), "{}", row.contains);
        assert_eq!(row.contains, row.contains.to_lowercase());
        assert!((400..600).contains(&row.http_status), "{}", row.contains);
        assert!(RETRY.contains(&row.retry.as_str()), "{}", row.contains);
        assert!(row.meaning.ends_with('.') && row.remedy.ends_with('.'), "{}", row.contains);
    }
}

#[test]
fn error_codes_in_examples_are_in_the_table() {
    let errors: Errors = serde_saphyr::from_str(ERRORS_YAML).expect("errors.yaml");
    let known: BTreeSet<u64> = errors.codes.iter().map(|row| u64::from(row.code)).collect();
    for example in EXAMPLES.iter().filter(|e| e.documented && e.schema != "LegacyErrorsBody") {
        let body: Value = serde_json::from_str(example.body).expect(example.name);
        check_codes(&known, example.name, &body);
    }
}

fn check_codes(known: &BTreeSet<u64>, name: &str, value: &Value) {
    match value {
        Value::Object(map) => {
            if let Some(code) = map.get("code").and_then(Value::as_u64) {
                assert!(known.contains(&code), "{name}: {code}");
            }
            map.values().for_each(|inner| check_codes(known, name, inner));
        }
        Value::Array(items) => items.iter().for_each(|inner| check_codes(known, name, inner)),
        _ => {}
    }
}

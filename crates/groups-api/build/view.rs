//! The generator view: the authority (spec/groups.yaml) as progenitor can take it and as a client should read it.
//!
//! The authority is strict and complete. The view drops what the generator has no form for (error answers,
//! multipart, links, examples) and adds the tolerance that Facts 8 calls for. It must never add an operation or a
//! field that the authority does not describe.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// Makes the view of an authority.
pub(super) fn of(mut document: Value) -> Result<Value> {
    keep_what_can_be_generated(&mut document)?;
    let requests = request_schemas(&document)?;
    tolerate(&mut document, &requests)?;
    strip(&mut document);
    prune(&mut document)?;
    Ok(document)
}

/// Errors arrive as `UnexpectedResponse` with status, headers and body whole, so that one place decodes them
/// for all operations; pictures are sent by hand as multipart.
fn keep_what_can_be_generated(document: &mut Value) -> Result<()> {
    for path in object(document, "/paths")?.values_mut() {
        for method in METHODS {
            let Some(operation) = path.get_mut(method) else { continue };
            let responses = object(operation, "/responses")?;
            responses.retain(|status, _| status.starts_with('2'));
            for response in responses.values_mut() {
                object(response, "")?.remove("links");
            }
            if operation.get("requestBody").is_some() {
                object(operation, "/requestBody/content")?.retain(|media, _| media == "application/json");
            }
            object(operation, "")?.remove("security");
        }
    }
    let root = object(document, "")?;
    root.remove("security");
    root.remove("tags");
    let components = object(document, "/components")?;
    components.retain(|kind, _| kind == "schemas" || kind == "parameters");
    Ok(())
}

/// The schemas that requests are made of; they stay as the authority has them.
fn request_schemas(document: &Value) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for path in document["paths"].as_object().ok_or("no paths")?.values() {
        for operation in METHODS.iter().filter_map(|method| path.get(method)) {
            reach(document, &operation["requestBody"], &mut found);
        }
    }
    Ok(found)
}

fn tolerate(document: &mut Value, requests: &BTreeSet<String>) -> Result<()> {
    let schemas = object(document, "/components/schemas")?;

    // An answer may lack what the documents promise; only the ids without which an item is nothing are required.
    let indispensable = ["id", "join_request_id", "invite_link", "data"];
    for (name, schema) in schemas.iter_mut().filter(|(name, _)| !requests.contains(*name)) {
        if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
            required.retain(|field| indispensable.iter().any(|known| field == known));
        }
        let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { continue };
        for (field, property) in properties {
            if field == "messaging_product" {
                *property = json!({ "type": "string", "description": "Always `whatsapp` so far." });
            }
            let lenient = match property["type"].as_str() {
                Some("boolean") => "LenientBool",
                Some("integer") => "LenientInteger",
                _ => continue,
            };
            if name != "Timestamp" {
                *property = json!({ "$ref": format!("#/components/schemas/{lenient}") });
            }
        }
    }

    // Placeholders for the types of groups-model that read quoted booleans and numbers (Facts 8 item 16).
    schemas.insert("LenientBool".into(), json!({ "type": "boolean" }));
    schemas.insert("LenientInteger".into(), json!({ "type": "integer" }));

    // Lists come nested or flat (Facts 1.1), with either name of the time.
    schemas.insert(
        "GroupListShape".into(),
        json!({
            "description": "Documented as an object with `groups`, observed as the bare array.",
            "oneOf": [
                { "title": "nested", "$ref": "#/components/schemas/GroupListData" },
                { "title": "flat", "type": "array", "items": { "$ref": "#/components/schemas/GroupSummary" } },
            ],
        }),
    );
    object(&mut schemas["GroupList"], "/properties")?
        .insert("data".into(), json!({ "$ref": "#/components/schemas/GroupListShape" }));
    object(&mut schemas["GroupSummary"], "/properties")?
        .insert("creation_timestamp".into(), json!({ "$ref": "#/components/schemas/Timestamp" }));
    // An optional array becomes a plain Vec, in which "not asked for" and "nobody" look alike.
    schemas["Group"]["properties"]["participants"]["nullable"] = true.into();

    // The acknowledgement comes in four forms (Facts 1.2, 1.4, 1.5); empty is the ergonomic layer's to see.
    let accepted = object(&mut schemas["Accepted"], "/properties")?;
    accepted.insert("id".into(), json!({ "$ref": "#/components/schemas/GroupId" }));
    accepted.insert("success".into(), json!({ "$ref": "#/components/schemas/LenientBool" }));

    // The rules for what a caller gives are checked in groups-ergonomic, which can name field and limit.
    for path in object(document, "/paths")?.values_mut() {
        for operation in
            METHODS.iter().filter_map(|method| path.get_mut(method).map(|_| *method)).collect::<Vec<_>>()
        {
            let Some(parameters) = path[operation].get_mut("parameters").and_then(Value::as_array_mut) else {
                continue;
            };
            for parameter in parameters.iter_mut().filter(|parameter| parameter["name"] == "limit") {
                parameter["schema"] = json!({ "type": "integer", "format": "uint32" });
            }
        }
    }
    if let Some(limit) = document.pointer_mut("/components/parameters/Limit") {
        limit["schema"] = json!({ "type": "integer", "format": "uint32" });
    }
    Ok(())
}

/// Constraints would become types that refuse to decode; examples would become very long doc comments.
fn strip(value: &mut Value) {
    const CONSTRAINTS: [&str; 11] = [
        "minLength",
        "maxLength",
        "pattern",
        "minimum",
        "maximum",
        "minItems",
        "maxItems",
        "minProperties",
        "maxProperties",
        "uniqueItems",
        "default",
    ];
    match value {
        Value::Object(map) => {
            // A property may be named like a keyword: keywords hold no object, properties do.
            map.retain(|key, held| {
                let keyword = CONSTRAINTS.contains(&key.as_str()) && !held.is_object();
                let example = key == "examples" || (key == "example" && !looks_like_schema(held));
                let extension = key.starts_with("x-");
                !(keyword || example || extension)
            });
            map.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

fn looks_like_schema(value: &Value) -> bool {
    value.get("$ref").is_some() || (value.get("type").is_some() && value.get("description").is_some())
}

/// Drops the schemas that no operation reaches: webhooks and errors.
fn prune(document: &mut Value) -> Result<()> {
    let mut reached = BTreeSet::new();
    let paths = document["paths"].clone();
    reach(document, &paths, &mut reached);
    object(document, "/components/schemas")?.retain(|name, _| reached.contains(name));
    Ok(())
}

fn reach(document: &Value, value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            if let Some(target) = map.get("$ref").and_then(Value::as_str) {
                let pointer = target.trim_start_matches('#');
                let schema = pointer.strip_prefix("/components/schemas/");
                let is_new = schema.is_none_or(|name| found.insert(name.to_owned()));
                if let (true, Some(next)) = (is_new, document.pointer(pointer)) {
                    reach(document, next, found);
                }
            }
            map.values().for_each(|next| reach(document, next, found));
        }
        Value::Array(items) => items.iter().for_each(|next| reach(document, next, found)),
        _ => {}
    }
}

fn object<'a>(value: &'a mut Value, pointer: &str) -> Result<&'a mut Map<String, Value>> {
    value
        .pointer_mut(pointer)
        .and_then(Value::as_object_mut)
        .ok_or_else(|| format!("the spec has no object at {pointer:?}").into())
}

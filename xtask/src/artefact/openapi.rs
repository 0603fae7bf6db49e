//! spec/groups-3.1.json: the document as OpenAPI 3.1, with `webhooks:`. docs/schemas/notification.json: the JSON Schema of
//! the body of a webhook. Both are for other people's tools; nothing in this workspace reads them.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use super::File;

/// Where the schema of a webhook's body is, next to the schemas of the command-line tool.
pub(super) const NOTIFICATION_SCHEMA: &str = "docs/schemas/notification.json";
const EDITION: &str = "spec/groups-3.1.json";
/// What a schema reference begins with in OpenAPI.
const COMPONENTS: &str = "#/components/schemas/";

pub(super) fn make() -> Result<Vec<File>> {
    let document: Value =
        serde_saphyr::from_str(groups_spec::OPENAPI_YAML).context("spec/groups.yaml is not YAML")?;
    let file = |path: &str, value: &Value| -> Result<File> {
        Ok(File {
            path: path.to_owned(),
            contents: Some(format!("{}\n", serde_json::to_string_pretty(value)?)),
        })
    };
    let edition = edition(document)?;
    Ok(vec![file(EDITION, &edition)?, file(NOTIFICATION_SCHEMA, &notification(&edition)?)?])
}

/// The document as OpenAPI 3.1.
fn edition(mut document: Value) -> Result<Value> {
    let root = document.as_object_mut().context("the document is no object")?;
    root.insert("openapi".into(), json!("3.1.0"));
    root.insert("jsonSchemaDialect".into(), json!("https://spec.openapis.org/oas/3.1/dialect/base"));
    let webhooks = root.remove("x-webhooks").context("the document has no x-webhooks")?;
    root.insert("webhooks".into(), webhooks);
    if let Some(license) = root.get_mut("info").and_then(|info| info.get_mut("license")) {
        license["identifier"] = license["name"].clone();
    }
    schemas(&mut document);
    Ok(document)
}

/// Rewrites each schema below a value. Examples stay as they are: a member named `schema` in one would be data.
fn schemas(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (key, held) in map.iter_mut() {
                match key.as_str() {
                    "schema" => schema(held),
                    "schemas" => held.as_object_mut().into_iter().flat_map(Map::values_mut).for_each(schema),
                    "example" | "examples" => {}
                    _ => schemas(held),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(schemas),
        _ => {}
    }
}

/// One schema of OpenAPI 3.0 as JSON Schema 2020-12. The document uses neither exclusive bounds nor `format: byte`.
fn schema(value: &mut Value) {
    let Some(map) = value.as_object_mut() else { return };
    if let Some(example) = map.remove("example") {
        map.insert("examples".into(), json!([example]));
    }
    if map.remove("nullable") == Some(json!(true))
        && let Some(kind) = map.get_mut("type")
    {
        *kind = json!([kind.clone(), "null"]);
    }
    if map.get("format") == Some(&json!("binary")) {
        map.remove("format");
        map.insert("contentMediaType".into(), json!("application/octet-stream"));
    }
    for (key, held) in map.iter_mut() {
        match key.as_str() {
            "properties" => held.as_object_mut().into_iter().flat_map(Map::values_mut).for_each(schema),
            "items" | "not" | "additionalProperties" => schema(held),
            "allOf" | "anyOf" | "oneOf" => held.as_array_mut().into_iter().flatten().for_each(schema),
            _ => {}
        }
    }
}

/// The JSON Schema of a webhook's body, with all that it refers to.
fn notification(edition: &Value) -> Result<Value> {
    let mut pending = vec!["Notification".to_owned()];
    let mut definitions = BTreeMap::new();
    while let Some(name) = pending.pop() {
        if definitions.contains_key(&name) {
            continue;
        }
        let mut found = edition
            .pointer(&format!("/components/schemas/{name}"))
            .with_context(|| format!("the document has no schema {name}"))?
            .clone();
        local(&mut found, &mut pending);
        definitions.insert(name, found);
    }
    Ok(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Notification",
        "description": "The raw body of a webhook. Only changes whose `field` begins with `group_`, and `user_id_update`, fit \
                        it; messages and statuses come to the same URL.",
        "$ref": "#/$defs/Notification",
        "$defs": definitions,
    }))
}

/// Makes references lead to `$defs`, and notes where they lead. A discriminator is no keyword of JSON Schema.
fn local(value: &mut Value, names: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            map.remove("discriminator");
            if let Some(Value::String(target)) = map.get_mut("$ref")
                && let Some(name) = target.strip_prefix(COMPONENTS).map(str::to_owned)
            {
                *target = format!("#/$defs/{name}");
                names.push(name);
            }
            map.values_mut().for_each(|held| local(held, names));
        }
        Value::Array(items) => items.iter_mut().for_each(|held| local(held, names)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> (Value, Value) {
        let files = make().unwrap();
        let read = |path| {
            let file = files.iter().find(|file| file.path == path).unwrap();
            serde_json::from_str(file.contents.as_deref().unwrap()).unwrap()
        };
        (read(EDITION), read(NOTIFICATION_SCHEMA))
    }

    #[test]
    fn documented_webhooks_fit_the_schema_and_messages_do_not() {
        let (_, schema) = made();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        for example in groups_spec::EXAMPLES.iter().filter(|e| e.documented && e.schema == "Notification") {
            let body = serde_json::from_str(example.body).unwrap();
            assert!(validator.is_valid(&body), "{}", example.name);
        }
        let messages = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": [
            { "field": "messages", "value": { "messaging_product": "whatsapp" } },
        ] }] });
        assert!(!validator.is_valid(&messages));
    }

    #[test]
    fn the_edition_has_webhooks_and_no_keyword_of_3_0() {
        let (edition, _) = made();
        assert_eq!(edition["openapi"], "3.1.0");
        assert!(edition["webhooks"]["notification"]["post"].is_object());
        for (name, schema) in edition["components"]["schemas"].as_object().unwrap() {
            assert!(schema.get("example").is_none() && schema.get("nullable").is_none(), "{name}");
            assert!(schema["examples"].is_array(), "{name}");
        }
        let picture = &edition["components"]["schemas"]["UpdateGroupMultipart"]["properties"]["file"];
        assert_eq!(picture["contentMediaType"], "application/octet-stream");
    }

    #[test]
    fn each_type_of_group_event_has_one_schema() {
        let (edition, _) = made();
        for name in ["GroupLifecycleEvent", "GroupParticipantsEvent"] {
            let event = &edition["components"]["schemas"][name];
            assert_eq!(event["discriminator"]["propertyName"], "type", "{name}");
            let mapped = event["discriminator"]["mapping"].as_object().unwrap();
            assert_eq!(mapped.len(), event["oneOf"].as_array().unwrap().len(), "{name}");
            for (kind, target) in mapped {
                let target = edition.pointer(target.as_str().unwrap().trim_start_matches('#')).unwrap();
                assert_eq!(target["properties"]["type"]["enum"], json!([kind]), "{name}");
                assert!(target.get("not").is_none(), "{name}");
            }
        }
    }
}

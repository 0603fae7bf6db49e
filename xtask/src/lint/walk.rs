//! Finds the parts of an OpenAPI document that the rules look at. Payloads of examples are never walked into:
//! what looks like a keyword in them is data.

use serde_json::Value;

/// What a schema is to the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A named schema under components.
    Component,
    /// A property of an object.
    Property,
    /// Anything else: items, parts of a combination, the schema of a parameter or a body.
    Part,
}

/// Something at a place.
#[derive(Clone, Debug)]
pub(crate) struct Site<'a> {
    pub(crate) place: String,
    pub(crate) value: &'a Value,
    pub(crate) role: Role,
}

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The place of a key below a place, escaped as JSON pointers are.
pub(crate) fn below(place: &str, key: &str) -> String {
    format!("{place}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// The members of the object at a pointer, with their places; nothing if there is no object.
pub(crate) fn members<'a>(document: &'a Value, pointer: &str) -> Vec<(String, &'a str, &'a Value)> {
    let place = format!("#{pointer}");
    let object = document.pointer(pointer).and_then(Value::as_object);
    object.into_iter().flatten().map(|(key, value)| (below(&place, key), key.as_str(), value)).collect()
}

/// An operation, with its path and the parameters that all operations of the path share.
pub(crate) struct Operation<'a> {
    pub(crate) place: String,
    pub(crate) path: &'a str,
    /// In small letters, as in the document.
    pub(crate) method: &'static str,
    pub(crate) value: &'a Value,
    pub(crate) shared_parameters: &'a [Value],
}

pub(crate) fn operations(document: &Value) -> Vec<Operation<'_>> {
    let mut operations = Vec::new();
    for (place, path, item) in members(document, "/paths") {
        let shared_parameters = list(item, "parameters");
        for method in METHODS {
            if let Some(value) = item.get(method) {
                operations.push(Operation {
                    place: below(&place, method),
                    path,
                    method,
                    value,
                    shared_parameters,
                });
            }
        }
    }
    operations
}

/// The list under a key; empty if there is none.
pub(crate) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Follows a `$ref` within the document; what is no reference stands for itself.
pub(crate) fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let target = value.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix('#'));
    target.and_then(|pointer| document.pointer(pointer)).unwrap_or(value)
}

/// Every schema, named or not, at any depth.
pub(crate) fn schemas(document: &Value) -> Vec<Site<'_>> {
    let mut sites = Vec::new();
    for (place, _, schema) in members(document, "/components/schemas") {
        schema_and_parts(&mut sites, place, schema, Role::Component);
    }
    for holder in holders(document) {
        if let Some(schema) = holder.value.get("schema") {
            schema_and_parts(&mut sites, below(&holder.place, "schema"), schema, Role::Part);
        }
    }
    sites
}

fn schema_and_parts<'a>(sites: &mut Vec<Site<'a>>, place: String, schema: &'a Value, role: Role) {
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        for (name, property) in properties {
            schema_and_parts(sites, below(&below(&place, "properties"), name), property, Role::Property);
        }
    }
    for key in ["items", "not", "additionalProperties"] {
        // `additionalProperties` may be a yes or no, and an empty schema says nothing that could be wrong.
        if let Some(part) =
            schema.get(key).filter(|part| part.as_object().is_some_and(|part| !part.is_empty()))
        {
            schema_and_parts(sites, below(&place, key), part, Role::Part);
        }
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        for (index, part) in list(schema, key).iter().enumerate() {
            schema_and_parts(sites, below(&below(&place, key), &index.to_string()), part, Role::Part);
        }
    }
    sites.push(Site { place, value: schema, role });
}

/// Everything that holds a schema and examples of it: parameters, headers and bodies.
pub(crate) fn holders(document: &Value) -> Vec<Site<'_>> {
    let mut found = Vec::new();
    outside_schemas(document, "#", &mut |place, value| {
        if value.get("schema").is_some() {
            found.push(Site { place: place.to_owned(), value, role: Role::Part });
        }
    });
    found
}

/// Every object that is no schema and no payload.
fn outside_schemas<'a>(value: &'a Value, place: &str, visit: &mut impl FnMut(&str, &'a Value)) {
    match value {
        Value::Object(object) => {
            visit(place, value);
            for (key, part) in object {
                if !["schema", "schemas", "example", "examples"].contains(&key.as_str()) {
                    outside_schemas(part, &below(place, key), visit);
                }
            }
        }
        Value::Array(parts) => {
            for (index, part) in parts.iter().enumerate() {
                outside_schemas(part, &below(place, &index.to_string()), visit);
            }
        }
        _ => {}
    }
}

/// Every object that has a `$ref`, wherever it stands but in a payload.
pub(crate) fn references(document: &Value) -> Vec<Site<'_>> {
    let mut sites: Vec<Site<'_>> =
        schemas(document).into_iter().filter(|site| site.value.get("$ref").is_some()).collect();
    outside_schemas(document, "#", &mut |place, value| {
        if value.get("$ref").is_some() {
            sites.push(Site { place: place.to_owned(), value, role: Role::Part });
        }
        if let Some(examples) = value.get("examples").and_then(Value::as_object) {
            let place = below(place, "examples");
            for (name, value) in examples.iter().filter(|(_, value)| value.get("$ref").is_some()) {
                sites.push(Site { place: below(&place, name), value, role: Role::Part });
            }
        }
    });
    sites
}

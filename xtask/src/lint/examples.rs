//! Every example is a value of the schema it stands for, inline and under spec/examples alike.

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::Finding;
use super::walk::{below, holders, list, members, schemas};

/// A payload that lies in a file of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileExample<'a> {
    /// Its name in the list of examples.
    pub(crate) name: &'a str,
    /// The component schema it is a form of.
    pub(crate) schema: &'a str,
    /// Whether it must fit the schema.
    pub(crate) documented: bool,
    /// The payload.
    pub(crate) body: &'a str,
}

pub(super) fn check(document: &Value, files: &[FileExample<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let components = components(document);
    for site in schemas(document) {
        for key in ["example", "default"] {
            if let Some(example) = site.value.get(key) {
                validate(&components, site.value, &below(&site.place, key), example, &mut findings);
            }
        }
    }
    for holder in holders(document) {
        let schema = &holder.value["schema"];
        if let Some(example) = holder.value.get("example") {
            validate(&components, schema, &below(&holder.place, "example"), example, &mut findings);
        }
        for (name, example) in holder.value.get("examples").and_then(Value::as_object).into_iter().flatten() {
            let place = below(&below(&holder.place, "examples"), name);
            if let Some(value) = super::walk::resolve(document, example).get("value") {
                validate(&components, schema, &place, value, &mut findings);
            }
        }
    }
    for file in files {
        file_example(&components, file, &mut findings);
    }
    findings
}

fn file_example(components: &Value, file: &FileExample<'_>, findings: &mut Vec<Finding>) {
    let place = format!("spec/examples/{}", file.name);
    let schema = json!({"$ref": format!("#/components/schemas/{}", file.schema)});
    if components.pointer(&format!("/schemas/{}", file.schema)).is_none() {
        findings.push(Finding::new(
            &place,
            format!("there is no schema {}", file.schema),
            "name a schema of spec/groups.yaml",
        ));
        return;
    }
    let body = if file.body.trim().is_empty() { Ok(Value::Null) } else { serde_json::from_str(file.body) };
    let body = match body {
        Ok(body) => body,
        Err(error) => {
            findings.push(Finding::new(
                &place,
                format!("it is not JSON: {error}"),
                "write one JSON document",
            ));
            return;
        }
    };
    // A form that is not documented may fit all the same: answers are open.
    if file.documented {
        validate(components, &schema, &place, &body, findings);
    }
}

fn validate(components: &Value, schema: &Value, place: &str, example: &Value, findings: &mut Vec<Finding>) {
    let validator = match compile(components, schema) {
        Ok(validator) => validator,
        Err(problem) => {
            findings.push(Finding::new(
                place,
                format!("its schema cannot be used: {problem}"),
                "repair the schema first",
            ));
            return;
        }
    };
    for error in validator.iter_errors(example) {
        let inside = error.instance_path().to_string();
        let inside = if inside.is_empty() { String::new() } else { format!(" at {inside}") };
        findings.push(Finding::new(
            place,
            format!("the example does not fit its schema{inside}: {error}"),
            "correct the example, or the schema if the sources are on the example's side",
        ));
    }
}

fn compile(components: &Value, schema: &Value) -> Result<Validator, String> {
    let schema = json!({"allOf": [as_json_schema(schema)], "components": components});
    jsonschema::draft7::options()
        .should_validate_formats(true)
        .build(&schema)
        .map_err(|error| error.to_string())
}

/// The named schemas, as JSON Schema.
fn components(document: &Value) -> Value {
    let schemas: Map<String, Value> = members(document, "/components/schemas")
        .into_iter()
        .map(|(_, name, schema)| (name.to_owned(), as_json_schema(schema)))
        .collect();
    json!({"schemas": schemas})
}

/// An OpenAPI 3.0 schema as JSON Schema draft 7, its nearest relative: `nullable` becomes a type, the exclusive
/// bounds become numbers, and what only documents is left out.
fn as_json_schema(schema: &Value) -> Value {
    let Some(object) = schema.as_object() else { return schema.clone() };
    if let Some(target) = object.get("$ref") {
        return json!({"$ref": target});
    }
    let mut result = Map::new();
    for (key, value) in object {
        let value = match key.as_str() {
            "properties" => Value::Object(
                value
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(name, schema)| (name.clone(), as_json_schema(schema)))
                    .collect(),
            ),
            "items" | "not" | "additionalProperties" => as_json_schema(value),
            "allOf" | "anyOf" | "oneOf" => list(schema, key).iter().map(as_json_schema).collect(),
            "type" if object.get("nullable") == Some(&Value::Bool(true)) => json!([value, "null"]),
            "type" | "enum" | "format" | "pattern" | "required" | "minimum" | "maximum" | "multipleOf"
            | "minLength" | "maxLength" | "minItems" | "maxItems" | "uniqueItems" | "minProperties"
            | "maxProperties" => value.clone(),
            _ => continue,
        };
        result.insert(key.clone(), value);
    }
    for (flag, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if object.get(flag) == Some(&Value::Bool(true))
            && let Some(number) = result.remove(bound)
        {
            result.insert(flag.to_owned(), number);
        }
    }
    Value::Object(result)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{FileExample, check};
    use crate::lint::Finding;
    use crate::lint::tests::{broken, fires, sound};

    fn check_inline(document: &Value) -> Vec<Finding> {
        check(document, &[])
    }

    #[test]
    fn an_example_of_a_schema_that_does_not_fit_is_found() {
        let pointer = "/components/schemas/GroupId/example";
        fires(check_inline, &broken(pointer, json!("")), &format!("#{pointer}"), "does not fit");
        let pointer = "/components/schemas/Group/properties/seats/example";
        fires(check_inline, &broken(pointer, json!(0)), &format!("#{pointer}"), "does not fit");
        let pointer = "/components/schemas/Group/properties/seats/default";
        fires(check_inline, &broken(pointer, json!("many")), &format!("#{pointer}"), "does not fit");
    }

    #[test]
    fn the_place_inside_the_example_is_named() {
        let pointer = "/components/schemas/Group/example/id";
        let place = "#/components/schemas/Group/example";
        fires(
            check_inline,
            &broken(pointer, json!(7)),
            place,
            "does not fit its schema at /id: 7 is not of type \"string\"",
        );
    }

    #[test]
    fn examples_of_parameters_and_bodies_are_looked_at() {
        let pointer = "/components/parameters/GroupId/example";
        fires(check_inline, &broken(pointer, json!("")), &format!("#{pointer}"), "does not fit");

        let body = "/paths/~1groups~1{group_id}/get/responses/200/content/application~1json";
        fires(
            check_inline,
            &broken(&format!("{body}/example"), json!({})),
            &format!("#{body}/example"),
            "\"id\" is a required",
        );
        let examples = json!({"good": {"value": {"id": "g1"}}, "bad": {"value": {"id": 1}}});
        fires(
            check_inline,
            &broken(&format!("{body}/examples"), examples),
            &format!("#{body}/examples/bad"),
            "at /id",
        );
    }

    fn file(
        name: &'static str,
        schema: &'static str,
        documented: bool,
        body: &'static str,
    ) -> FileExample<'static> {
        FileExample { name, schema, documented, body }
    }

    #[test]
    fn files_fit_if_they_are_documented_and_are_json_in_any_case() {
        let files = [
            file("fits", "Group", true, r#"{"id": "g1"}"#),
            file("odd", "Group", false, r#"{"id": 1}"#),
            file("empty", "Group", false, ""),
            file("wrong", "Group", true, r#"{"id": 1}"#),
            file("torn", "Group", false, r#"{"id""#),
            file("unknown", "Person", true, "{}"),
        ];
        let findings = check(&sound(), &files);
        let told: Vec<(&str, &str)> =
            findings.iter().map(|finding| (finding.place.as_str(), finding.problem.as_str())).collect();
        assert_eq!(told.len(), 3, "{told:#?}");
        assert!(told[0].0 == "spec/examples/wrong" && told[0].1.contains("at /id"), "{told:?}");
        assert!(told[1].0 == "spec/examples/torn" && told[1].1.contains("not JSON"), "{told:?}");
        assert_eq!(told[2], ("spec/examples/unknown", "there is no schema Person"));
    }
}

//! The document is OpenAPI 3.0.x: the generator and the sandbox read no other dialect.

use serde_json::Value;

use super::Finding;
use super::walk::{Site, below, schemas};

/// Keywords of JSON Schema that 3.0 does not know, and what it has instead.
const LATER_KEYWORDS: &[(&str, &str)] = &[
    ("const", "write an `enum` with one value"),
    ("examples", "write one `example`"),
    ("$defs", "name the schema under components/schemas"),
    ("definitions", "name the schema under components/schemas"),
    ("if", "combine with `oneOf`, or say the rule in the description"),
    ("then", "combine with `oneOf`, or say the rule in the description"),
    ("else", "combine with `oneOf`, or say the rule in the description"),
    ("prefixItems", "describe the items with one `items` schema"),
    ("patternProperties", "take `additionalProperties`"),
    ("propertyNames", "say the rule in the description"),
    ("unevaluatedProperties", "take `additionalProperties`"),
    ("dependentRequired", "say the rule in the description"),
    ("contentEncoding", "take `format: byte`"),
    ("contentMediaType", "take `format: binary`"),
];

pub(super) fn check(document: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    version(document, &mut findings);
    for site in schemas(document) {
        later_keywords(&site, &mut findings);
        nullable(&site, &mut findings);
    }
    findings
}

fn version(document: &Value, findings: &mut Vec<Finding>) {
    let version = document.get("openapi").and_then(Value::as_str).unwrap_or_default();
    let patch = version.strip_prefix("3.0.").unwrap_or_default();
    if patch.is_empty() || !patch.bytes().all(|byte| byte.is_ascii_digit()) {
        findings.push(Finding::new(
            "#/openapi",
            format!("the version is \"{version}\", not 3.0.x"),
            "write 3.0.3, in quotes if it stands alone; the generator reads no other dialect",
        ));
    }
}

fn later_keywords(site: &Site<'_>, findings: &mut Vec<Finding>) {
    for (keyword, instead) in LATER_KEYWORDS {
        if site.value.get(keyword).is_some() {
            findings.push(Finding::new(
                &below(&site.place, keyword),
                format!("`{keyword}` is not a keyword of OpenAPI 3.0"),
                *instead,
            ));
        }
    }
    if site.value.get("type").is_some_and(Value::is_array) {
        findings.push(Finding::new(
            &below(&site.place, "type"),
            "a list of types is not OpenAPI 3.0",
            "write one type, with `nullable: true` for null, or a `oneOf`",
        ));
    }
    for keyword in ["exclusiveMinimum", "exclusiveMaximum"] {
        if site.value.get(keyword).is_some_and(|value| !value.is_boolean()) {
            findings.push(Finding::new(
                &below(&site.place, keyword),
                format!("`{keyword}` is true or false in OpenAPI 3.0"),
                "give the number as `minimum` or `maximum` beside it",
            ));
        }
    }
}

fn nullable(site: &Site<'_>, findings: &mut Vec<Finding>) {
    let Some(nullable) = site.value.get("nullable") else { return };
    let place = below(&site.place, "nullable");
    if !nullable.is_boolean() {
        findings.push(Finding::new(&place, "`nullable` is neither true nor false", "write `nullable: true`"));
    } else if site.value.get("$ref").is_none() && site.value.get("type").is_none() {
        // Beside a reference it is found as a sibling already.
        findings.push(Finding::new(
            &place,
            "`nullable` without a `type` in the same schema has no effect (OpenAPI 3.0.3)",
            "write the `type` beside it",
        ));
    } else if nullable == true
        && site
            .value
            .get("enum")
            .and_then(Value::as_array)
            .is_some_and(|values| !values.contains(&Value::Null))
    {
        findings.push(Finding::new(
            &place,
            "`nullable` has no effect: the `enum` does not list null",
            "add null to the `enum`",
        ));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::check;
    use crate::lint::tests::{broken, fires};

    const SEATS: &str = "/components/schemas/Group/properties/seats";

    #[test]
    fn only_openapi_3_0_is_taken() {
        for version in ["3.1.0", "3.0", "3.0.x", "2.0"] {
            fires(check, &broken("/openapi", json!(version)), "#/openapi", "not 3.0.x");
        }
    }

    #[test]
    fn keywords_of_later_dialects_are_found() {
        for keyword in ["const", "examples", "if", "patternProperties"] {
            let pointer = format!("{SEATS}/{keyword}");
            fires(
                check,
                &broken(&pointer, json!({})),
                &format!("#{pointer}"),
                "not a keyword of OpenAPI 3.0",
            );
        }
    }

    #[test]
    fn the_schemas_of_parameters_and_bodies_are_looked_at_too() {
        let pointer = "/components/parameters/GroupId/schema";
        let schema = json!({"type": "string", "prefixItems": []});
        let mut document = broken(pointer, schema);
        document["paths"]["/groups/{group_id}"]["get"]["parameters"] = json!([{"name": "x", "in": "query", "description": "X.", "example": "x",
                    "schema": {"$ref": "#/components/schemas/GroupId"}}]);
        fires(check, &document, &format!("#{pointer}/prefixItems"), "prefixItems");
    }

    #[test]
    fn a_list_of_types_is_found() {
        fires(
            check,
            &broken(&format!("{SEATS}/type"), json!(["integer"])),
            &format!("#{SEATS}/type"),
            "list of types",
        );
    }

    #[test]
    fn a_numeric_exclusive_bound_is_found() {
        let pointer = format!("{SEATS}/exclusiveMinimum");
        fires(check, &broken(&pointer, json!(0)), &format!("#{pointer}"), "true or false");
    }

    #[test]
    fn nullable_that_has_no_effect_is_found() {
        let place = format!("#{SEATS}/nullable");
        fires(check, &broken(&format!("{SEATS}/nullable"), json!("yes")), &place, "neither true nor false");
        let untyped = json!({"nullable": true, "description": "Seats.", "example": 8});
        fires(check, &broken(SEATS, untyped), &place, "without a `type`");
        fires(check, &broken(&format!("{SEATS}/enum"), json!([8])), &place, "does not list null");
    }
}

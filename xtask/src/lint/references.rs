//! Every reference leads somewhere, stands alone, and every component is reached by one.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Finding;
use super::walk::{below, members, references};

/// Webhooks have no place under `paths` in OpenAPI 3.0; their schemas hang on this one.
const WEBHOOK_ROOT: &str = "#/components/schemas/Notification";

/// Schemas that apply where OpenAPI 3.0 has no form for it, each with the schema whose description names it.
const NAMED_IN_WORDS: &[(&str, &str)] = &[
    // GroupFields is one string, of these values with commas between.
    ("#/components/schemas/GroupField", "#/components/schemas/GroupFields"),
];

pub(super) fn check(document: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    for site in references(document) {
        let place = below(&site.place, "$ref");
        let target = site.value["$ref"].as_str().unwrap_or_default();
        if lookup(document, target).is_none() {
            findings.push(Finding::new(
                &place,
                format!("\"{target}\" leads nowhere"),
                "point to something that exists in this file, as #/components/…",
            ));
        }
        if site.value.as_object().is_some_and(|object| object.len() > 1) {
            findings.push(Finding::new(
                &place,
                "OpenAPI 3.0 ignores everything beside a `$ref`",
                "put the reference into an `allOf` with one part, and the rest beside that",
            ));
        }
    }
    unused(document, &mut findings);
    findings
}

fn lookup<'a>(document: &'a Value, target: &str) -> Option<&'a Value> {
    document.pointer(target.strip_prefix('#')?)
}

fn unused(document: &Value, findings: &mut Vec<Finding>) {
    let mut reached = BTreeSet::new();
    reach(document, document.get("paths").unwrap_or(&Value::Null), &mut reached);
    if let Some(root) = lookup(document, WEBHOOK_ROOT) {
        reached.insert(WEBHOOK_ROOT.to_owned());
        reach(document, root, &mut reached);
    }
    for (schema, named_by) in NAMED_IN_WORDS {
        if let Some(value) = lookup(document, schema).filter(|_| reached.contains(*named_by)) {
            reached.insert((*schema).to_owned());
            reach(document, value, &mut reached);
        }
    }
    for kind in ["schemas", "parameters", "responses", "requestBodies", "headers", "examples"] {
        for (place, name, _) in members(document, &format!("/components/{kind}")) {
            if !reached.contains(&place) {
                findings.push(Finding::new(
                    &place,
                    format!("nothing uses {name}: no operation and no webhook leads to it"),
                    "refer to it where it belongs, or take it away",
                ));
            }
        }
    }
}

/// Collects everything that a value refers to, directly or not.
fn reach(document: &Value, value: &Value, reached: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            if let Some(target) = object.get("$ref").and_then(Value::as_str)
                && reached.insert(target.to_owned())
                && let Some(part) = lookup(document, target)
            {
                reach(document, part, reached);
            }
            for part in object.values() {
                reach(document, part, reached);
            }
        }
        Value::Array(parts) => parts.iter().for_each(|part| reach(document, part, reached)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::check;
    use crate::lint::tests::{broken, fires, sound};

    #[test]
    fn a_reference_that_leads_nowhere_is_found() {
        let pointer = "/components/schemas/Group/properties/owner";
        for target in ["#/components/schemas/Person", "other.yaml#/Person"] {
            let document = broken(pointer, json!({"$ref": target}));
            let findings = check(&document);
            assert_eq!(findings.len(), 1, "{findings:#?}");
            assert_eq!(findings[0].place, format!("#{pointer}/$ref"));
            assert!(findings[0].problem.contains("leads nowhere"));
        }
    }

    #[test]
    fn words_beside_a_reference_are_found() {
        let pointer = "/components/schemas/Group/properties/id";
        let reference = json!({"$ref": "#/components/schemas/GroupId", "nullable": true});
        fires(check, &broken(pointer, reference), &format!("#{pointer}/$ref"), "ignores everything beside");
    }

    #[test]
    fn a_component_that_nothing_uses_is_found() {
        let lonely = json!({"type": "string", "description": "A text.", "example": "x"});
        fires(
            check,
            &broken("/components/schemas/Lonely", lonely),
            "#/components/schemas/Lonely",
            "nothing uses",
        );
    }

    #[test]
    fn a_schema_named_in_words_is_used_as_long_as_the_words_are() {
        let mut document = sound();
        document["components"]["schemas"]["GroupField"] = json!({"type": "string"});
        fires(check, &document, "#/components/schemas/GroupField", "nothing uses");
        document["components"]["schemas"]["GroupFields"] = json!({"type": "string"});
        let fields = json!({"$ref": "#/components/schemas/GroupFields"});
        document["components"]["schemas"]["Group"]["properties"]["fields"] = fields;
        assert_eq!(check(&document), []);
    }

    #[test]
    fn schemas_that_use_only_each_other_are_not_used() {
        let mut document = sound();
        let notification = document["components"]["schemas"].as_object_mut().unwrap().remove("Notification");
        document["components"]["schemas"]["Message"] = notification.unwrap();
        let findings = crate::lint::findings(&document, &[]);
        let places: Vec<&str> = findings.iter().map(|finding| finding.place.as_str()).collect();
        assert_eq!(places, ["#/components/schemas/Message", "#/components/schemas/OnlyInWebhooks"]);
    }
}

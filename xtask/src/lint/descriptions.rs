//! Everything that can be named has a description and an example: they become the documentation of the client
//! and the data of tests.

use serde_json::Value;

use super::Finding;
use super::walk::{Role, holders, schemas};

pub(super) fn check(document: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    for site in schemas(document) {
        // A reference takes both from its target.
        if site.role != Role::Part && site.value.get("$ref").is_none() {
            let what = if site.role == Role::Component { "schema" } else { "property" };
            both(&site.place, site.value, what, &mut findings);
        }
    }
    for site in holders(document).iter().filter(|site| site.value.get("in").is_some()) {
        both(&site.place, site.value, "parameter", &mut findings);
    }
    findings
}

fn both(place: &str, value: &Value, what: &str, findings: &mut Vec<Finding>) {
    if value.get("description").and_then(Value::as_str).unwrap_or_default().trim().is_empty() {
        findings.push(Finding::new(
            place,
            format!("the {what} has no description"),
            "add a `description`: what it is, its unit, its limits, where the fact comes from",
        ));
    }
    if value.get("example").is_none() {
        findings.push(Finding::new(
            place,
            format!("the {what} has no example"),
            "add an `example` with a believable value",
        ));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::check;
    use crate::lint::tests::{broken, fires};

    #[test]
    fn what_is_named_needs_both() {
        for (pointer, what) in [
            ("/components/schemas/GroupId", "schema"),
            ("/components/schemas/Group/properties/seats", "property"),
            ("/components/parameters/GroupId", "parameter"),
        ] {
            let place = format!("#{pointer}");
            for key in ["description", "example"] {
                let words = format!("the {what} has no {key}");
                fires(check, &broken(&format!("{pointer}/{key}"), Value::Null), &place, &words);
            }
            fires(check, &broken(&format!("{pointer}/description"), json!("")), &place, "no description");
        }
    }

    #[test]
    fn properties_deep_inside_are_named_too() {
        let list = json!({"type": "array", "description": "Seats.", "example": [],
                          "items": {"type": "object", "properties": {"row": {"type": "string", "example": "A"}}}});
        let pointer = "/components/schemas/Group/properties/list";
        fires(check, &broken(pointer, list), &format!("#{pointer}/items/properties/row"), "no description");
    }
}

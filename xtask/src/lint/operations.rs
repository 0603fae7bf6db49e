//! Every operation can be named, found and read about, and its path parameters exist.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Finding;
use super::walk::{Operation, below, list, operations, resolve};

pub(super) fn check(document: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen: BTreeMap<&str, String> = BTreeMap::new();
    for operation in operations(document) {
        id(&operation, &mut seen, &mut findings);
        words(&operation, &mut findings);
        tags(document, &operation, &mut findings);
        success(&operation, &mut findings);
        path_parameters(document, &operation, &mut findings);
    }
    findings
}

fn id<'a>(operation: &Operation<'a>, seen: &mut BTreeMap<&'a str, String>, findings: &mut Vec<Finding>) {
    let Some(id) = operation.value.get("operationId").and_then(Value::as_str) else {
        findings.push(Finding::new(
            &operation.place,
            "the operation has no operationId",
            "add one in snake_case: the generated method is named for it",
        ));
        return;
    };
    let place = below(&operation.place, "operationId");
    if !is_snake_case(id) {
        findings.push(Finding::new(
            &place,
            format!("\"{id}\" is not snake_case"),
            "write lower-case words joined by `_`: the generated method is named for it",
        ));
    }
    match seen.get(id) {
        Some(other) => findings.push(Finding::new(
            &place,
            format!("\"{id}\" is also the operationId of {other}"),
            "give each operation its own",
        )),
        None => {
            seen.insert(id, operation.place.clone());
        }
    }
}

fn is_snake_case(id: &str) -> bool {
    id.starts_with(|first: char| first.is_ascii_lowercase())
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && !id.ends_with('_')
        && !id.contains("__")
}

fn words(operation: &Operation<'_>, findings: &mut Vec<Finding>) {
    for key in ["summary", "description"] {
        let text = operation.value.get(key).and_then(Value::as_str).unwrap_or_default();
        if text.trim().is_empty() {
            findings.push(Finding::new(
                &operation.place,
                format!("the operation has no {key}"),
                format!("add a `{key}`: it becomes the documentation of the generated method"),
            ));
        }
    }
}

fn tags(document: &Value, operation: &Operation<'_>, findings: &mut Vec<Finding>) {
    let tags = list(operation.value, "tags");
    if tags.is_empty() {
        findings.push(Finding::new(&operation.place, "the operation has no tag", "add `tags` with one tag"));
    }
    for tag in tags {
        if !list(document, "tags").iter().any(|declared| declared.get("name") == Some(tag)) {
            findings.push(Finding::new(
                &below(&operation.place, "tags"),
                format!("the tag {tag} is not declared"),
                "declare it with a description under `tags` at the top",
            ));
        }
    }
}

fn success(operation: &Operation<'_>, findings: &mut Vec<Finding>) {
    let responses = operation.value.get("responses").and_then(Value::as_object);
    if !responses.is_some_and(|responses| responses.keys().any(|status| status.starts_with('2'))) {
        findings.push(Finding::new(
            &below(&operation.place, "responses"),
            "the operation has no 2xx response",
            "describe what success looks like",
        ));
    }
}

fn path_parameters(document: &Value, operation: &Operation<'_>, findings: &mut Vec<Finding>) {
    let own = list(operation.value, "parameters");
    let declared: Vec<&Value> =
        own.iter().chain(operation.shared_parameters).map(|parameter| resolve(document, parameter)).collect();
    let in_template: Vec<&str> = operation
        .path
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
        .collect();
    for name in &in_template {
        let parameter =
            declared.iter().find(|parameter| parameter["name"] == *name && parameter["in"] == "path");
        if !parameter.is_some_and(|parameter| parameter["required"] == true) {
            findings.push(Finding::new(
                &operation.place,
                format!("{{{name}}} in the path is not declared"),
                "add a parameter of that name with `in: path` and `required: true`",
            ));
        }
    }
    for parameter in declared.iter().filter(|parameter| parameter["in"] == "path") {
        let name = parameter["name"].as_str().unwrap_or_default();
        if !in_template.contains(&name) {
            findings.push(Finding::new(
                &operation.place,
                format!("the path parameter \"{name}\" does not stand in the path"),
                "write it into the path in braces, or take it away",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::check;
    use crate::lint::tests::{broken, fires, sound};

    const GET: &str = "/paths/~1groups~1{group_id}/get";

    #[test]
    fn an_operation_without_an_id_is_found() {
        fires(
            check,
            &broken(&format!("{GET}/operationId"), Value::Null),
            &format!("#{GET}"),
            "no operationId",
        );
    }

    #[test]
    fn an_id_that_is_not_snake_case_is_found() {
        let pointer = format!("{GET}/operationId");
        for id in ["getGroup", "get-group", "_get", "get__group", "get_", "2get"] {
            fires(check, &broken(&pointer, json!(id)), &format!("#{pointer}"), "not snake_case");
        }
    }

    #[test]
    fn an_id_given_twice_is_found() {
        let mut document = sound();
        let get = document.pointer(GET).unwrap().clone();
        document["paths"]["/groups/{group_id}"]["post"] = get;
        fires(check, &document, "#/paths/~1groups~1{group_id}/post/operationId", "also the operationId of");
    }

    #[test]
    fn missing_words_are_found() {
        for key in ["summary", "description"] {
            let words = format!("no {key}");
            fires(check, &broken(&format!("{GET}/{key}"), Value::Null), &format!("#{GET}"), &words);
            fires(check, &broken(&format!("{GET}/{key}"), json!(" ")), &format!("#{GET}"), &words);
        }
    }

    #[test]
    fn a_missing_or_undeclared_tag_is_found() {
        fires(check, &broken(&format!("{GET}/tags"), Value::Null), &format!("#{GET}"), "no tag");
        fires(
            check,
            &broken(&format!("{GET}/tags"), json!(["people"])),
            &format!("#{GET}/tags"),
            "not declared",
        );
    }

    #[test]
    fn an_operation_without_success_is_found() {
        let mut document = sound();
        let responses = document.pointer_mut(&format!("{GET}/responses")).unwrap().as_object_mut().unwrap();
        let answer = responses.remove("200").unwrap();
        responses.insert("404".to_owned(), answer);
        fires(check, &document, &format!("#{GET}/responses"), "no 2xx response");
    }

    #[test]
    fn path_and_path_parameters_agree() {
        let mut optional = sound();
        optional["components"]["parameters"]["GroupId"]["required"] = json!(false);
        fires(check, &optional, &format!("#{GET}"), "{group_id} in the path is not declared");

        let mut renamed = sound();
        let path = renamed["paths"].as_object_mut().unwrap().remove("/groups/{group_id}").unwrap();
        renamed["paths"]["/groups"] = path;
        fires(check, &renamed, "#/paths/~1groups/get", "does not stand in the path");
    }
}

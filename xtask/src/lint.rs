//! The rules that spec/groups.yaml has to keep. Each rule is a function from the document to its findings; none
//! of them touches a file.

mod descriptions;
mod dialect;
mod examples;
mod operations;
mod references;
pub(crate) mod walk;

use std::fmt;

use serde_json::Value;

pub(crate) use examples::FileExample;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// Where: a pointer into the document, or a file.
    pub(crate) place: String,
    /// What is wrong there.
    pub(crate) problem: String,
    /// What to do about it.
    pub(crate) repair: String,
}

impl Finding {
    fn new(place: &str, problem: impl Into<String>, repair: impl Into<String>) -> Self {
        Self { place: place.to_owned(), problem: problem.into(), repair: repair.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n    {}\n    repair: {}", self.place, self.problem, self.repair)
    }
}

/// All findings of all rules, in the order of places.
pub(crate) fn findings(document: &Value, files: &[FileExample<'_>]) -> Vec<Finding> {
    let mut findings = dialect::check(document);
    findings.extend(operations::check(document));
    findings.extend(descriptions::check(document));
    findings.extend(references::check(document));
    findings.extend(examples::check(document, files));
    findings.sort();
    findings
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    /// A small document that keeps every rule; each rule's tests break it in one place.
    pub(crate) fn sound() -> Value {
        json!({
            "openapi": "3.0.3",
            "tags": [{"name": "groups", "description": "Groups."}],
            "paths": {
                "/groups/{group_id}": {
                    "parameters": [{"$ref": "#/components/parameters/GroupId"}],
                    "get": {
                        "operationId": "get_group",
                        "tags": ["groups"],
                        "summary": "Get a group",
                        "description": "One group.",
                        "responses": {
                            "200": {
                                "description": "The group.",
                                "content": {"application/json": {
                                    "schema": {"$ref": "#/components/schemas/Group"},
                                    "example": {"id": "g1", "seats": 8},
                                }},
                            },
                        },
                    },
                },
            },
            "components": {
                "parameters": {
                    "GroupId": {
                        "name": "group_id",
                        "in": "path",
                        "required": true,
                        "description": "The group.",
                        "schema": {"$ref": "#/components/schemas/GroupId"},
                        "example": "g1",
                    },
                },
                "schemas": {
                    "GroupId": {"type": "string", "minLength": 1, "description": "An id.", "example": "g1"},
                    "Group": {
                        "type": "object",
                        "description": "A group.",
                        "required": ["id"],
                        "properties": {
                            "id": {"$ref": "#/components/schemas/GroupId"},
                            "seats": {
                                "type": "integer",
                                "minimum": 0,
                                "exclusiveMinimum": true,
                                "nullable": true,
                                "description": "Seats.",
                                "example": 8,
                            },
                        },
                        "additionalProperties": {},
                        "example": {"id": "g1", "seats": null},
                    },
                    "Notification": {
                        "type": "object",
                        "description": "A webhook.",
                        "properties": {"text": {"$ref": "#/components/schemas/OnlyInWebhooks"}},
                        "example": {"text": "hello"},
                    },
                    "OnlyInWebhooks": {"type": "string", "description": "A text.", "example": "hello"},
                },
            },
        })
    }

    /// The sound document with the value at `pointer` replaced; `null` takes it away.
    pub(crate) fn broken(pointer: &str, value: Value) -> Value {
        let mut document = sound();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let parent = document.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        let key = key.replace("~1", "/");
        if value.is_null() {
            assert!(parent.remove(&key).is_some(), "{pointer}");
        } else {
            parent.insert(key, value);
        }
        document
    }

    /// Asserts that a rule has exactly one finding in a document, at that place and with those words.
    #[track_caller]
    pub(crate) fn fires(rule: impl Fn(&Value) -> Vec<Finding>, document: &Value, place: &str, words: &str) {
        let findings = rule(document);
        assert_eq!(findings.len(), 1, "{findings:#?}");
        assert_eq!(findings[0].place, place);
        assert!(findings[0].problem.contains(words), "{:?}", findings[0]);
    }

    #[test]
    fn a_sound_document_has_no_findings() {
        assert_eq!(findings(&sound(), &[]), []);
    }
}

//! The schemas of what commands print besides the SDK's model: derived from the types that are printed where these are
//! ours, written down where they are the sandbox's, which knows no schemas. A test holds real output against each.

use groups_model::{Accepted, GroupId, Outcome, RequestId};
use schemars::{JsonSchema, schema_for};
use serde_json::{Value, json};

use super::{about, auth, doctor, error_codes, events, sandbox};
use crate::failure::Report;

pub(crate) fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("deleted", schema_for!(Deleted).to_value()),
        ("preview", schema_for!(Preview).to_value()),
        ("account", schema_for!(auth::Shown<'_>).to_value()),
        ("auth_status", schema_for!(auth::Status).to_value()),
        ("logged_out", schema_for!(auth::Removed).to_value()),
        (
            "answer",
            json!({ "title": "Answer", "description": "What the service answered to `api`, as it came." }),
        ),
        ("check", schema_for!(doctor::Check).to_value()),
        ("pruned", schema_for!(events::Pruned).to_value()),
        ("receiving", schema_for!(Receiving).to_value()),
        ("page", schema_for!(about::Page).to_value()),
        ("error_code", schema_for!(error_codes::ErrorCode).to_value()),
        ("finding", finding()),
        ("sandbox_served", schema_for!(Served).to_value()),
        ("sandbox_status", schema_for!(sandbox::Held<'_>).to_value()),
        ("sandbox_action", schema_for!(sandbox::Done<'_>).to_value()),
        ("sandbox_behaviour", behaviour()),
        ("sandbox_fault", schema_for!(sandbox::tune::Scripted).to_value()),
        ("sandbox_clock", schema_for!(sandbox::tune::Time).to_value()),
        ("sandbox_deed", deed()),
        ("sandbox_event", schema_for!(sandbox::trigger::Named).to_value()),
        ("sandbox_triggered", schema_for!(sandbox::trigger::Triggered<'_>).to_value()),
    ]
}

/// What became of one of several groups that were to be deleted.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "tells what is printed")]
enum Deleted {
    /// It was accepted.
    Accepted(Accepted),
    /// With `--wait`: it is gone for certain.
    ForCertain(Outcome),
    /// It was refused, or not seen to be done.
    Not(Box<NotDeleted>),
}

/// Why one of several groups was not deleted, or is not known to be.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "tells what is printed")]
struct NotDeleted {
    /// `delete_group`.
    operation: String,
    /// The group.
    group_id: GroupId,
    /// Of one that was accepted, and not seen to be done.
    request_id: Option<RequestId>,
    /// Why.
    error: Report,
}

/// A request that `--dry-run` would have sent.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "tells what is printed")]
struct Preview {
    /// Such as `POST`.
    method: String,
    /// Where it goes.
    url: String,
    /// Its headers; what is secret in them is hidden.
    headers: std::collections::BTreeMap<String, String>,
    /// Its body, if it has one.
    body: Option<Value>,
}

/// The first line of `sandbox serve`.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "tells what is printed")]
struct Served {
    /// Where the API is.
    base_url: String,
    /// The key that it takes.
    api_key: String,
    /// The page to watch and drive it.
    page_url: String,
}

/// The first line of `listen`; events follow.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "tells what is printed")]
struct Receiving {
    /// Where webhooks are received.
    url: String,
    /// The file they are kept in.
    store: String,
}

fn behaviour() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "SandboxBehaviour",
        "description": "Every switch of the sandbox, and how it is set.",
        "type": "object",
        "additionalProperties": { "type": ["string", "boolean", "number", "null"] },
    })
}

fn deed() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "SandboxDeed",
        "description": "Something one of a crowd did.",
        "type": "object",
        "properties": {
            "act": { "description": "What: `join`, `request`, `withdraw` or `leave`.", "type": "string" },
            "group_id": { "description": "The group.", "type": "string" },
            "user": { "description": "Who, by number.", "type": "string" },
        },
        "required": ["act", "group_id", "user"],
    })
}

fn finding() -> Value {
    let observed = json!({
        "description": "A call and its answer, redacted.",
        "type": "object",
        "properties": {
            "request": { "description": "Method, path and query, with placeholders.", "type": "string" },
            "sent": { "description": "The body that was sent." },
            "status": { "description": "The status of the answer.", "type": "integer" },
            "headers": { "description": "Headers of the answer.", "type": "object",
                "additionalProperties": { "type": "string" } },
            "body": { "description": "The body of the answer." },
        },
        "required": ["request", "status", "headers", "body"],
    });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Finding",
        "description": "What one check of the conformance suite came to.",
        "type": "object",
        "properties": {
            "check": { "description": "The check's name.", "type": "string" },
            "verdict": { "description": "`as_documented`, `variant`, `different` or `not_tried`.", "type": "string" },
            "facts": { "description": "What the check rests on.", "type": "string" },
            "confidence": { "description": "How well that is known.", "type": "string" },
            "documented": { "description": "What the documents say.", "type": "string" },
            "seen": { "description": "The last answer in a line.", "type": "string" },
            "note": { "description": "What differs, or why it was not tried.", "type": "string" },
            "observed": { "description": "The calls that decided, in their order.", "type": "array", "items": observed },
        },
        "required": ["check", "verdict", "facts", "confidence", "documented"],
    })
}

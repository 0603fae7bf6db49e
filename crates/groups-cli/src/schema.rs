//! The JSON Schemas of what the commands print. Must describe exactly what is printed, so they are derived from
//! the types that are.

use schemars::schema_for;
use serde_json::Value;

use crate::command::ErrorCode;
use crate::failure::ErrorDocument;

/// Each output type by name, with its JSON Schema (draft 2020-12).
///
/// ```
/// let names: Vec<_> = groups_cli::schema::all().into_iter().map(|(name, _)| name).collect();
/// assert!(names.contains(&"group"));
/// ```
pub fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("group", schema_for!(groups_model::Group).to_value()),
        ("participant", schema_for!(groups_model::Participant).to_value()),
        ("join_request", schema_for!(groups_model::JoinRequest).to_value()),
        ("invite_link", schema_for!(groups_model::InviteLink).to_value()),
        ("event", schema_for!(groups_model::Event).to_value()),
        ("accepted", schema_for!(groups_model::Accepted).to_value()),
        ("outcome", schema_for!(groups_model::Outcome).to_value()),
        ("webhook", schema_for!(groups_model::Webhook).to_value()),
        ("batch", schema_for!(groups_model::Batch).to_value()),
        ("error", schema_for!(ErrorDocument).to_value()),
        ("error_code", schema_for!(ErrorCode).to_value()),
    ]
}

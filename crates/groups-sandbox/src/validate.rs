//! Checks request bodies against the OpenAPI document, and turns what it finds into the API's own codes.
//! The document is read when the first body has to be checked, so that a command that only reads does not pay.

use std::sync::{Arc, OnceLock};

use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

use crate::document;
use crate::state::codes::{
    API_UNKNOWN, Code, INVALID_PARAMETER, INVALID_VALUE, MISSING_PARAMETER, PARTICIPANT_OVERLIMIT, Refusal,
};

/// A request body of the document, by the name of its schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    CreateGroup,
    UpdateGroup,
    UpdateMultipart,
    ResetLink,
    JoinRequests,
    RemoveParticipants,
    SetWebhook,
}

const SHAPES: [(Shape, &str); 7] = [
    (Shape::CreateGroup, "CreateGroupRequest"),
    (Shape::UpdateGroup, "UpdateGroupRequest"),
    (Shape::UpdateMultipart, "UpdateGroupMultipart"),
    (Shape::ResetLink, "ResetInviteLinkRequest"),
    (Shape::JoinRequests, "JoinRequestsRequest"),
    (Shape::RemoveParticipants, "RemoveParticipantsRequest"),
    (Shape::SetWebhook, "SetWebhookRequest"),
];

type Compiled = Vec<(Shape, Arc<Validator>)>;

/// Refuses a body that does not have the shape, for its gravest fault.
pub(crate) fn check(shape: Shape, body: &Value) -> Result<(), Refusal> {
    static VALIDATORS: OnceLock<Result<Compiled, String>> = OnceLock::new();
    let broken =
        |reason: &str| Refusal::new(API_UNKNOWN, format!("The sandbox's document is broken: {reason}"));
    let validators = VALIDATORS.get_or_init(validators).as_ref().map_err(|reason| broken(reason))?;
    let validator = validators.iter().find(|(of, _)| *of == shape).map(|(_, validator)| validator);
    let validator = validator.ok_or_else(|| broken("a schema is missing"))?;
    let faults = validator.iter_errors(body).map(|error| {
        let path = error.instance_path().to_string();
        let (rank, code) = verdict(shape, error.kind(), &path);
        (rank, code, document::fault(&error))
    });
    match faults.min_by_key(|(rank, ..)| *rank) {
        None => Ok(()),
        Some((_, code, details)) => Err(Refusal::new(code, details)),
    }
}

/// The code for a fault, and how grave it is: the wrong form before something missing before a wrong value.
fn verdict(shape: Shape, kind: &Kind, path: &str) -> (u8, Code) {
    match kind {
        // Too many properties: a removal with `user` and `user_id` in one item (Facts 1.11).
        Kind::Type { .. }
        | Kind::AdditionalProperties { .. }
        | Kind::MaxProperties { .. }
        | Kind::FalseSchema => (0, INVALID_PARAMETER),
        // A missing messaging_product is code 100, unlike anything else missing (Facts 1.0).
        Kind::Required { property } if path.is_empty() && property == "messaging_product" => {
            (0, INVALID_PARAMETER)
        }
        // Too few properties: an update of nothing, or a removal of nobody.
        Kind::Required { .. } | Kind::MinProperties { .. } => (1, MISSING_PARAMETER),
        Kind::MaxItems { .. } if shape == Shape::RemoveParticipants && path == "/participants" => {
            (2, PARTICIPANT_OVERLIMIT)
        }
        _ => (2, INVALID_VALUE),
    }
}

fn validators() -> Result<Compiled, String> {
    SHAPES.into_iter().map(|(shape, name)| document::validator(name).map(|found| (shape, found))).collect()
}

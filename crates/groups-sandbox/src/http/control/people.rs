//! Acting as people and as WhatsApp.

use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};

use super::form::Form;
use super::{Fault, Outcome, shown};
use crate::error::SandboxError;
use crate::http::Shared;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Person {
    user: Option<String>,
}

#[derive(Serialize)]
struct Done<'a> {
    operation: &'a str,
    group_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    join_request_id: Option<String>,
}

pub(super) async fn act(
    State(context): Shared,
    Path((group_id, act)): Path<(String, String)>,
    Form(person): Form<Person>,
) -> Outcome {
    let emulator = &context.emulator;
    let user = person.user.as_deref();
    let needed = || user.ok_or_else(|| Fault::invalid("user is missing: {\"user\": \"+15550100123\"}"));
    let asked = match act.as_str() {
        "join" => emulator.join(&group_id, needed()?).await.map(|()| None),
        "request" => emulator.request(&group_id, needed()?).await.map(Some),
        "withdraw" => emulator.withdraw(&group_id, needed()?).await.map(|()| None),
        "leave" => emulator.leave(&group_id, needed()?).await.map(|()| None),
        "suspend" => emulator.suspend(&group_id).await.map(|()| None),
        "restore" => emulator.restore(&group_id).await.map(|()| None),
        _ => {
            return Err(Fault::invalid(format!(
                "nobody can {act:?}; people join, request, withdraw and leave, WhatsApp suspends and restores"
            )));
        }
    };
    shown(&Done { operation: &act, group_id: &group_id, user, join_request_id: asked? })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Opening {
    link: String,
    user: String,
}

/// Somebody opens an invite link: they are in, or they ask, as the group wants it.
pub(super) async fn open_link(State(context): Shared, Form(opening): Form<Opening>) -> Outcome {
    let Opening { link, user } = opening;
    let opened: Result<_, SandboxError> = context.emulator.open_link(&link, &user).await;
    let (group_id, join_request_id) = opened?;
    let operation = if join_request_id.is_some() { "request" } else { "join" };
    shown(&Done { operation, group_id: &group_id, user: Some(&user), join_request_id })
}

//! `/groups` and `/groups/{group_id}`: list, create, get, update, delete.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Extension, OriginalUri, Request, State};
use axum::http::Uri;
use serde::Serialize;

use super::layout::{self, Layout};
use super::query::{self, Field};
use super::reply::{self, Answer, MESSAGING_PRODUCT, Paging};
use super::{GroupId, Shared, body};
use crate::state::business::{NewGroup, Settings};
use crate::state::codes::Refusal;
use crate::state::group::{Group, JoinApprovalMode, Participant};
use crate::state::rules;
use crate::validate::Shape;

#[derive(Serialize)]
struct List<'a> {
    data: ListData<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paging: Option<Paging>,
}

#[derive(Serialize)]
struct ListData<'a> {
    groups: Vec<Summary<'a>>,
}

#[derive(Serialize)]
struct Summary<'a> {
    id: &'a str,
    subject: &'a str,
    created_at: i64,
}

pub(super) async fn list(State(context): Shared, uri: OriginalUri) -> Answer {
    let window = query::window(&uri)?;
    let page = context.emulator.read(|world| world.list(&window)).await??;
    let paging = reply::paging(&page, &window, &layout::list_url(&context.base_url, &uri));
    let groups = page
        .items
        .iter()
        .map(|group| Summary {
            id: &group.id,
            subject: &group.subject,
            created_at: seconds(group.created_ms),
        })
        .collect();
    reply::ok(&List { data: ListData { groups }, paging })
}

pub(super) async fn create(State(context): Shared, bytes: Result<Bytes, BytesRejection>) -> Answer {
    let body = body::json(bytes, Shape::CreateGroup)?;
    let subject = rules::subject(&body::text(&body, "subject").unwrap_or_default())?;
    let description = body::text(&body, "description").and_then(rules::description);
    let required = JoinApprovalMode::ApprovalRequired;
    let join_approval_mode = match body::text(&body, "join_approval_mode") {
        Some(mode) if mode == required.as_str() => required,
        _ => JoinApprovalMode::default(),
    };
    let new = NewGroup { subject, description, join_approval_mode };
    let request_id = context.emulator.write(|draft| draft.create(new)).await??;
    reply::accepted(&request_id)
}

/// A group as `GET` shows it: two members always, the others when asked for.
#[derive(Serialize)]
struct Info<'a> {
    messaging_product: &'static str,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    creation_timestamp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suspended: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_participant_count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    participants: Option<Vec<Member<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    join_approval_mode: Option<JoinApprovalMode>,
}

#[derive(Serialize)]
struct Member<'a> {
    wa_id: &'a str,
}

impl<'a> Info<'a> {
    fn of(group: &'a Group, fields: &[Field]) -> Self {
        let asked = |field| fields.contains(&field);
        let member = |participant: &'a Participant| Member { wa_id: &participant.wa_id };
        Self {
            messaging_product: MESSAGING_PRODUCT,
            id: &group.id,
            subject: asked(Field::Subject).then_some(&group.subject),
            creation_timestamp: asked(Field::CreationTimestamp).then(|| seconds(group.created_ms)),
            suspended: asked(Field::Suspended).then_some(group.suspended),
            description: group.description.as_deref().filter(|_| asked(Field::Description)),
            total_participant_count: asked(Field::TotalParticipantCount).then_some(group.participants.len()),
            participants: asked(Field::Participants).then(|| group.participants.iter().map(member).collect()),
            join_approval_mode: asked(Field::JoinApprovalMode).then_some(group.join_approval_mode),
        }
    }
}

pub(super) async fn get(
    State(context): Shared,
    Extension(layout): Extension<Layout>,
    GroupId(id): GroupId,
    uri: Uri,
) -> Answer {
    let fields = query::fields(&uri, layout)?;
    // A suspended group can be looked at, else nobody could see that it is.
    let found = context.emulator.read(|world| {
        world.require_eligible()?;
        world.group(&id).cloned().ok_or_else(Refusal::group_unknown)
    });
    reply::ok(&Info::of(&*found.await??, &fields))
}

pub(super) async fn update(State(context): Shared, GroupId(id): GroupId, request: Request) -> Answer {
    let body::Update { settings, picture } = body::update(request).await?;
    let subject = body::text(&settings, "subject").map(|subject| rules::subject(&subject)).transpose()?;
    let description = body::text(&settings, "description");
    let picture = picture.map(|bytes| rules::picture(&bytes)).transpose();
    let updated = context.emulator.write(move |draft| {
        // Whether the group exists comes before what is wrong with the picture.
        draft.usable(&id)?;
        draft.update(&id, Settings { subject, description, picture: picture? })
    });
    reply::accepted(&updated.await??)
}

pub(super) async fn delete(State(context): Shared, GroupId(id): GroupId) -> Answer {
    let request_id = context.emulator.write(move |draft| draft.delete(&id)).await??;
    reply::accepted(&request_id)
}

fn seconds(millis: i64) -> i64 {
    millis.div_euclid(1000)
}

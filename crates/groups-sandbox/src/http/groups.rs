//! `/groups` and `/groups/{group_id}`: list, create, get, update, delete.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{OriginalUri, Request, State};
use axum::http::Uri;
use serde::Serialize;

use super::front::Visit;
use super::layout;
use super::query::{self, Field, Fields};
use super::reply::{self, Answer, MESSAGING_PRODUCT, Paging, Scalar};
use super::{GroupId, Shared, body};
use crate::state::behaviour::{Identity, ListShape, ListTimestamp, Values};
use crate::state::business::{NewGroup, Settings};
use crate::state::codes::Refusal;
use crate::state::draft::Draft;
use crate::state::group::{Group, JoinApprovalMode, Participant};
use crate::state::identity::Names;
use crate::state::rules;
use crate::validate::Shape;

#[derive(Serialize)]
struct List<'a> {
    data: ListData<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paging: Option<Paging>,
}

/// The list in the nested form that documents have, or the flat one of a capture.
#[derive(Serialize)]
#[serde(untagged)]
enum ListData<'a> {
    Nested { groups: Vec<Summary<'a>> },
    Flat(Vec<Summary<'a>>),
}

#[derive(Serialize)]
struct Summary<'a> {
    id: &'a str,
    subject: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<Scalar<i64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    creation_timestamp: Option<i64>,
}

impl<'a> Summary<'a> {
    fn of(group: &'a Group, form: ListTimestamp) -> Self {
        let created = group.created_ms.div_euclid(1000);
        let is_other = form == ListTimestamp::CreationTimestamp;
        let quoted = form == ListTimestamp::String;
        Self {
            id: &group.id,
            subject: &group.subject,
            created_at: (!is_other).then(|| Scalar::new(created, quoted)),
            creation_timestamp: is_other.then_some(created),
        }
    }
}

pub(super) async fn list(State(context): Shared, visit: Visit, uri: OriginalUri) -> Answer {
    let window = query::window(&uri)?;
    let (page, version) = context
        .emulator
        .read_since(visit.moment, |world| world.list(&window).map(|page| (page, world.version)))
        .await??;
    let page = visit.disturbed(page, &window, version);
    let (behaviour, chance) = (visit.behaviour(), &context.emulator);
    let url = layout::list_url(&context.base_url, &uri);
    let paging = reply::paging(&page, &window, &url, behaviour, chance);
    let form = behaviour.list_timestamp.pick(chance);
    let groups = page.items.iter().map(|group| Summary::of(group, form)).collect();
    let data = match behaviour.list_shape.pick(chance) {
        ListShape::Flat => ListData::Flat(groups),
        _ => ListData::Nested { groups },
    };
    reply::ok(&List { data, paging })
}

pub(super) async fn create(
    State(context): Shared,
    visit: Visit,
    bytes: Result<Bytes, BytesRejection>,
) -> Answer {
    let body = body::json(bytes, Shape::CreateGroup)?;
    let subject = rules::subject(&body::text(&body, "subject").unwrap_or_default())?;
    let description = body::text(&body, "description").and_then(rules::description);
    let required = JoinApprovalMode::ApprovalRequired;
    let join_approval_mode = match body::text(&body, "join_approval_mode") {
        Some(mode) if mode == required.as_str() => required,
        _ => JoinApprovalMode::default(),
    };
    let new = NewGroup { subject, description, join_approval_mode };
    let create = |draft: &mut Draft<'_>| draft.create(new);
    visit.accept(&context, create, |promise| &promise.request_id, |promise| Some(&promise.group_id)).await
}

/// A group as `GET` shows it: two members always, the others when asked for.
#[derive(Serialize)]
struct Info<'a> {
    messaging_product: &'static str,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    creation_timestamp: Option<Scalar<i64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suspended: Option<Scalar<bool>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_participant_count: Option<Scalar<usize>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    participants: Option<Vec<Names<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    join_approval_mode: Option<JoinApprovalMode>,
}

impl<'a> Info<'a> {
    fn of(group: &'a Group, fields: Fields, quoted: bool, identity: Identity) -> Self {
        let asked = |field| fields.contains(field);
        let member = |participant: &'a Participant| Names::of(&participant.wa_id, identity);
        Self {
            messaging_product: MESSAGING_PRODUCT,
            id: &group.id,
            subject: asked(Field::Subject).then_some(&group.subject),
            creation_timestamp: asked(Field::CreationTimestamp)
                .then(|| Scalar::new(group.created_ms.div_euclid(1000), quoted)),
            suspended: asked(Field::Suspended).then(|| Scalar::new(group.suspended, quoted)),
            description: group.description.as_deref().filter(|_| asked(Field::Description)),
            total_participant_count: asked(Field::TotalParticipantCount)
                .then(|| Scalar::new(group.participants.len(), quoted)),
            participants: asked(Field::Participants).then(|| group.participants.iter().map(member).collect()),
            join_approval_mode: asked(Field::JoinApprovalMode).then_some(group.join_approval_mode),
        }
    }
}

pub(super) async fn get(State(context): Shared, visit: Visit, GroupId(id): GroupId, uri: Uri) -> Answer {
    let fields = query::fields(&uri, visit.layout)?;
    // A suspended group can be looked at, else nobody could see that it is.
    let found = context.emulator.read_since(visit.moment, |world| {
        world.require_eligible()?;
        world.group(&id).cloned().ok_or_else(Refusal::group_unknown)
    });
    let (behaviour, chance) = (visit.behaviour(), &context.emulator);
    let quoted = behaviour.values.pick(chance) == Values::Quoted;
    reply::ok(&Info::of(&*found.await??, fields, quoted, behaviour.identity.pick(chance)))
}

pub(super) async fn update(
    State(context): Shared,
    visit: Visit,
    GroupId(id): GroupId,
    request: Request,
) -> Answer {
    let body::Update { settings, picture } = body::update(request, visit.behaviour()).await?;
    let subject = body::text(&settings, "subject").map(|subject| rules::subject(&subject)).transpose()?;
    let description = body::text(&settings, "description");
    let picture = picture.map(|bytes| rules::picture(&bytes)).transpose();
    let update = move |draft: &mut Draft<'_>| {
        // Whether the group exists comes before what is wrong with the picture.
        draft.usable(&id)?;
        draft.update(&id, Settings { subject, description, picture: picture? })
    };
    visit.accept(&context, update, String::as_str, |_| None).await
}

pub(super) async fn delete(State(context): Shared, visit: Visit, GroupId(id): GroupId) -> Answer {
    let delete = move |draft: &mut Draft<'_>| draft.delete(&id);
    visit.accept(&context, delete, String::as_str, |_| None).await
}

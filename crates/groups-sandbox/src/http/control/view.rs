//! Looking inside: everything there is, what happened, and the log.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::Uri;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Fault, Outcome, form, shown};
use crate::Identity;
use crate::error::ErrorKind;
use crate::http::Shared;
use crate::state::business::BUSINESS_NUMBER;
use crate::state::group::{Group, JoinApprovalMode};
use crate::state::identity::Names;
use crate::state::notification::PHONE_NUMBER_ID;
use crate::state::rules::User;
use crate::state::world::World;

const GROUPS_SHOWN: usize = 50;
/// How long a question for more of the log is kept open.
const LONGEST_WAIT: Duration = Duration::from_secs(25);

/// How the control API says whose it is.
pub(crate) const SERVICE: &str = "wagroups-sandbox";

pub(super) async fn health() -> Outcome {
    shown(&json!({ "status": "ok", "service": SERVICE, "version": env!("CARGO_PKG_VERSION") }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Search {
    #[serde(default)]
    search: String,
    limit: Option<usize>,
}

/// A group as it is, whatever the API would show of it.
#[derive(Serialize)]
struct Shown<'a> {
    id: &'a str,
    subject: &'a str,
    description: Option<&'a str>,
    created_at: i64,
    join_approval_mode: JoinApprovalMode,
    invite_link: String,
    suspended: bool,
    seats: usize,
    participants: Vec<Person<'a>>,
    join_requests: Vec<Asking<'a>>,
    removed: Vec<&'a str>,
    has_picture: bool,
}

#[derive(Serialize)]
struct Person<'a> {
    wa_id: &'a str,
    user_id: Option<String>,
    username: Option<String>,
}

#[derive(Serialize)]
struct Asking<'a> {
    id: &'a str,
    wa_id: &'a str,
    created_at: i64,
}

impl<'a> Shown<'a> {
    fn of(group: &'a Group, seats: usize) -> Self {
        let person = |wa_id: &'a str| {
            let Names { user_id, username, .. } = Names::of(wa_id, Identity::Username);
            Person { wa_id, user_id, username }
        };
        Self {
            id: &group.id,
            subject: &group.subject,
            description: group.description.as_deref(),
            created_at: group.created_ms.div_euclid(1000),
            join_approval_mode: group.join_approval_mode,
            invite_link: group.invite_link(),
            suspended: group.suspended,
            seats,
            participants: group.participants.iter().map(|one| person(&one.wa_id)).collect(),
            join_requests: group
                .join_requests
                .iter()
                .map(|one| Asking {
                    id: &one.id,
                    wa_id: &one.wa_id,
                    created_at: one.created_ms.div_euclid(1000),
                })
                .collect(),
            removed: group.removed.iter().map(String::as_str).collect(),
            has_picture: group.picture.is_some(),
        }
    }
}

/// Everything: the newest groups that match, and what is set.
pub(super) async fn state(State(context): Shared, uri: Uri) -> Outcome {
    let Search { search, limit } = form::query(&uri)?;
    let wanted = search.to_lowercase();
    let limit = limit.unwrap_or(GROUPS_SHOWN);
    let emulator = &context.emulator;
    let (status, webhook, undelivered) =
        (emulator.status().await?, emulator.webhook().await?, emulator.undelivered().await?);
    let clock = emulator.clock().await?;
    let body = emulator
        .read(|world: &World| {
            let fits = |group: &&std::sync::Arc<Group>| {
                group.subject.to_lowercase().contains(&wanted) || group.id == search
            };
            let seats = world.settings.behaviour.seats;
            let mut groups: Vec<_> = world.groups().filter(fits).collect();
            let matching = groups.len();
            groups.reverse();
            groups.truncate(limit);
            let due: Vec<_> = world
                .accepted()
                .map(|one| json!({ "request_id": one.request_id, "operation": one.work.name(), "due_ms": one.due_ms }))
                .collect();
            json!({
                "api_key": world.settings.api_key,
                "number": { "phone": BUSINESS_NUMBER, "phone_number_id": PHONE_NUMBER_ID,
                    "eligible": world.settings.behaviour.eligible },
                "clock": clock,
                "counts": { "groups": status.groups, "participants": status.participants,
                    "pending_requests": status.pending_requests, "suspended": status.suspended },
                "matching": matching,
                "groups": groups.iter().map(|group| Shown::of(group, seats)).collect::<Vec<_>>(),
                "due": due,
                "switches": world.settings.behaviour.changed(),
                "faults": world.settings.faults,
                "webhook": webhook,
                "undelivered": undelivered,
            })
        })
        .await?;
    shown(&body)
}

/// One group.
pub(super) async fn group(State(context): Shared, Path(id): Path<String>) -> Outcome {
    let found = context.emulator.read(|world| {
        let group = world.group(&id)?;
        serde_json::to_value(Shown::of(group, world.settings.behaviour.seats)).ok()
    });
    match found.await? {
        Some(group) => shown(&group),
        None => Err(crate::SandboxError::of_person(ErrorKind::UnknownGroup, &id, "").into()),
    }
}

/// A group as a person's phone lists it.
#[derive(Serialize)]
struct Chat<'a> {
    group_id: &'a str,
    subject: &'a str,
    invite_link: String,
    standing: Standing,
}

/// How a person stands to a group.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Standing {
    In,
    Asking,
    Removed,
}

impl Standing {
    fn of(group: &Group, wa_id: &str) -> Option<Self> {
        if group.has(wa_id) {
            Some(Self::In)
        } else if group.request_of(wa_id).is_some() {
            Some(Self::Asking)
        } else if group.removed.contains(wa_id) {
            Some(Self::Removed)
        } else {
            None
        }
    }
}

/// The groups a person is in, asks to be in, or was removed from, newest first.
pub(super) async fn person(State(context): Shared, Path(user): Path<String>) -> Outcome {
    let Some(User::WaId(wa_id)) = User::parse(&user) else {
        return Err(crate::SandboxError::of_person(ErrorKind::InvalidUser, "", &user).into());
    };
    let found = context.emulator.read(|world| {
        let chat = |group: &'_ std::sync::Arc<Group>| {
            let standing = Standing::of(group, &wa_id)?;
            serde_json::to_value(Chat {
                group_id: &group.id,
                subject: &group.subject,
                invite_link: group.invite_link(),
                standing,
            })
            .ok()
        };
        let mut groups: Vec<_> = world.groups().filter_map(chat).collect();
        groups.reverse();
        let matching = groups.len();
        groups.truncate(GROUPS_SHOWN);
        json!({ "wa_id": wa_id, "matching": matching, "groups": groups })
    });
    shown(&found.await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Link {
    link: String,
}

/// What a phone shows of an invite link before anybody joins.
pub(super) async fn link(State(context): Shared, uri: Uri) -> Outcome {
    let Link { link } = form::query(&uri)?;
    let found = context.emulator.read(|world| {
        let code = crate::state::ids::code_of_link(&link);
        let group = world.groups().find(|group| group.invite_code == code)?;
        Some(json!({
            "group_id": group.id,
            "subject": group.subject,
            "description": group.description,
            "join_approval_mode": group.join_approval_mode,
            "participants": group.participants.len(),
            "full": group.is_full(world.settings.behaviour.seats),
            "suspended": group.suspended,
        }))
    });
    match found.await? {
        Some(preview) => shown(&preview),
        None => Err(crate::SandboxError::of_person(ErrorKind::LinkDead, &link, "").into()),
    }
}

pub(super) async fn events(State(context): Shared) -> Outcome {
    let events: Vec<_> = context
        .emulator
        .history()
        .await?
        .into_iter()
        .map(|happening| json!({ "at_ms": happening.at_ms, "event": happening.event }))
        .collect();
    shown(&json!({ "events": events }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Since {
    #[serde(default)]
    after: u64,
    /// Seconds to wait for the first new entry.
    #[serde(default)]
    wait: u64,
    /// The most entries wanted; older ones are left out.
    last: Option<usize>,
}

/// The log after a number of entries; `next` is what to ask with the next time.
pub(super) async fn log(State(context): Shared, uri: Uri) -> Result<axum::response::Response, Fault> {
    let Since { after, wait, last } = form::query(&uri)?;
    let wait = Duration::from_secs(wait).min(LONGEST_WAIT);
    if !wait.is_zero() {
        // Whether anything came shows in the entries.
        tokio::select! {
            _ = context.log.wait_for(wait, |log| log.count() > after) => {}
            () = context.closing() => {}
        }
    }
    let (mut entries, next) = context.log.since_and_count(after);
    if let Some(last) = last {
        entries.drain(..entries.len().saturating_sub(last));
    }
    shown(&json!({ "entries": entries, "next": next }))
}

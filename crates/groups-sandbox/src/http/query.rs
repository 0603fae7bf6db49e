//! Query parameters: the window of a list and the fields of a group. Parameters no document names are ignored.

use std::borrow::Cow;

use axum::http::Uri;

use super::layout::Layout;
use super::reply::Problem;
use crate::state::codes::{INVALID_PARAMETER, Refusal};
use crate::state::cursor::{From, Window};
use crate::state::rules::{PAGE_DEFAULT, PAGE_MAX};

/// A field that `GET /groups/{group_id}` can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Subject,
    Description,
    JoinApprovalMode,
    Suspended,
    CreationTimestamp,
    Participants,
    TotalParticipantCount,
}

impl Field {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "subject" => Self::Subject,
            "description" => Self::Description,
            "join_approval_mode" => Self::JoinApprovalMode,
            "suspended" => Self::Suspended,
            "creation_timestamp" => Self::CreationTimestamp,
            "participants" => Self::Participants,
            "total_participant_count" => Self::TotalParticipantCount,
            _ => return None,
        })
    }
}

fn invalid(details: impl Into<String>) -> Problem {
    Refusal::new(INVALID_PARAMETER, details).into()
}

/// The value of a parameter that may be given once.
fn single(uri: &Uri, name: &str) -> Result<Option<String>, Problem> {
    let Some(query) = uri.query() else { return Ok(None) };
    let pairs = form_urlencoded::parse(query.as_bytes());
    let mut values = pairs.filter(|(key, _)| key == name).map(|(_, value)| value);
    match (values.next(), values.next()) {
        (_, Some(_)) => Err(invalid(format!("{name} is given more than once."))),
        (value, None) => Ok(value.map(Cow::into_owned)),
    }
}

pub(super) fn window(uri: &Uri) -> Result<Window, Problem> {
    let limit = match single(uri, "limit")? {
        None => PAGE_DEFAULT,
        Some(text) => {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let number = text.parse().ok().filter(|limit| digits && (1..=PAGE_MAX).contains(limit));
            number.ok_or_else(|| invalid(format!("limit must be a number from 1 to {PAGE_MAX}.")))?
        }
    };
    let from = match (single(uri, "after")?, single(uri, "before")?) {
        (None, None) => From::Start,
        (Some(cursor), None) => From::After(cursor),
        (None, Some(cursor)) => From::Before(cursor),
        (Some(_), Some(_)) => return Err(invalid("after and before cannot be used together.")),
    };
    Ok(Window { limit, from })
}

/// The fields asked for; an empty list asks for none. In Graph's layout `id` may be named too: each object has it,
/// and one client asks for it by name. It comes in any case.
pub(super) fn fields(uri: &Uri, layout: Layout) -> Result<Vec<Field>, Problem> {
    let text = single(uri, "fields")?.unwrap_or_default();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let parse = |name: &str| {
        Field::parse(name).ok_or_else(|| invalid(format!("fields: there is no field {name:?}.")))
    };
    let named = text.split(',').map(str::trim);
    named.filter(|name| layout != Layout::Graph || *name != "id").map(parse).collect()
}

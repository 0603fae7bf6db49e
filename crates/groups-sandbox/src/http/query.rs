//! Query parameters: the window of a list and the fields of a group. Parameters no document names are ignored.

use std::borrow::Cow;

use axum::http::Uri;

use super::layout::Layout;
use super::reply::Problem;
use crate::state::codes::{INVALID_PARAMETER, Refusal};
use crate::state::cursor::{From, Window};
use crate::state::rules::{PAGE_DEFAULT, PAGE_MAX};

/// A field that `GET /groups/{group_id}` can be asked for.
#[derive(Debug, Clone, Copy)]
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

/// A set of fields.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fields(u8);

impl Fields {
    fn with(self, field: Field) -> Self {
        Self(self.0 | 1 << field as u8)
    }

    pub(super) fn contains(self, field: Field) -> bool {
        self.0 & 1 << field as u8 != 0
    }
}

fn invalid(details: impl Into<String>) -> Problem {
    Refusal::new(INVALID_PARAMETER, details).into()
}

/// The value of a parameter that may be given once.
fn single<'a>(uri: &'a Uri, name: &str) -> Result<Option<Cow<'a, str>>, Problem> {
    let Some(query) = uri.query() else { return Ok(None) };
    let pairs = form_urlencoded::parse(query.as_bytes());
    let mut values = pairs.filter(|(key, _)| key == name).map(|(_, value)| value);
    match (values.next(), values.next()) {
        (_, Some(_)) => Err(invalid(format!("{name} is given more than once."))),
        (value, None) => Ok(value),
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
        (Some(cursor), None) => From::After(cursor.into_owned()),
        (None, Some(cursor)) => From::Before(cursor.into_owned()),
        (Some(_), Some(_)) => return Err(invalid("after and before cannot be used together.")),
    };
    Ok(Window { limit, from })
}

/// The fields asked for; an empty list asks for none. In Graph's layout `id` may be named too: each object has it,
/// and one client asks for it by name. It comes in any case.
pub(super) fn fields(uri: &Uri, layout: Layout) -> Result<Fields, Problem> {
    let Some(text) = single(uri, "fields")?.filter(|text| !text.is_empty()) else {
        return Ok(Fields::default());
    };
    let named = text.split(',').map(str::trim);
    named.filter(|name| layout != Layout::Graph || *name != "id").try_fold(
        Fields::default(),
        |fields, name| {
            let field = Field::parse(name);
            let field = field.ok_or_else(|| invalid(format!("fields: there is no field {name:?}.")))?;
            Ok(fields.with(field))
        },
    )
}

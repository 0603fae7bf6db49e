//! Field `group_status_update`: WhatsApp suspends a group, or lifts that (Facts 4.4).

use serde::{Deserialize, Serialize};

use super::fields::Fields;
use crate::ItemError;

/// A suspension, or its end. Which group and when stands in the event; nothing more is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct GroupStatusChange {
    /// No source shows errors here; kept if they come.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ItemError>,
}

pub(super) fn changed(fields: &mut Fields) -> GroupStatusChange {
    GroupStatusChange { errors: fields.errors() }
}

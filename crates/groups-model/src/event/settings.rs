//! Field `group_settings_update`: the outcome of an update, setting by setting (Facts 4.3).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::EventKind;
use super::fields::Fields;
use crate::lenient::LenientBool;
use crate::{Extra, ItemError};

/// The outcome of an update. One setting may have worked and another not; what was not touched is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct GroupSettingsUpdate {
    /// The picture; `mime_type` and `sha256` say which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_picture: Option<SettingResult>,
    /// The name; `text` says which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_subject: Option<SettingResult>,
    /// The description; `text` says which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_description: Option<SettingResult>,
    /// What failed, over all settings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ItemError>,
}

impl GroupSettingsUpdate {
    /// Whether one of the settings of this event was changed. `update_successful` decides; where it is absent, as in
    /// META-OAS, the absence of errors does; an error over all settings is another's where another is said to have failed.
    pub fn succeeded(&self, setting: &SettingResult) -> bool {
        let succeeded =
            || self.errors.is_empty() || self.settings().any(SettingResult::is_said_to_have_failed);
        setting.errors.is_empty() && setting.update_successful.unwrap_or_else(succeeded)
    }

    fn settings(&self) -> impl Iterator<Item = &SettingResult> {
        [&self.profile_picture, &self.group_subject, &self.group_description].into_iter().flatten()
    }
}

/// What became of one setting.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SettingResult {
    /// The text that was asked for, of a subject or description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The type of the picture's file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// The picture's digest, as the server writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// What the server says of it; see [`GroupSettingsUpdate::succeeded`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_successful: Option<bool>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ItemError>,
    /// What the server sent besides.
    #[serde(default, skip_serializing_if = "Extra::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "std::collections::BTreeMap<String, serde_json::Value>"))]
    pub extra: Extra,
}

impl SettingResult {
    fn is_said_to_have_failed(&self) -> bool {
        self.update_successful == Some(false) || !self.errors.is_empty()
    }
}

pub(super) fn updated(fields: &mut Fields) -> EventKind {
    EventKind::GroupSettingsUpdate(Box::new(GroupSettingsUpdate {
        profile_picture: setting(fields, "profile_picture"),
        group_subject: setting(fields, "group_subject"),
        group_description: setting(fields, "group_description"),
        errors: fields.errors(),
    }))
}

fn setting(fields: &mut Fields, name: &str) -> Option<SettingResult> {
    let mut fields = Fields::new(fields.take::<Map<String, Value>>(name)?);
    Some(SettingResult {
        text: fields.text("text"),
        mime_type: fields.text("mime_type"),
        sha256: fields.text("sha256"),
        update_successful: fields.take::<LenientBool>("update_successful").map(|flag| flag.0),
        errors: fields.errors(),
        extra: fields.rest(),
    })
}

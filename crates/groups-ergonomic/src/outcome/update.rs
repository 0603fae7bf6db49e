//! What became of an update, setting by setting: a webhook tells, or the group shows the new texts. A picture cannot be
//! read back (Facts 1.3), so nothing but a webhook tells of it.

use std::collections::BTreeMap;
use std::time::Duration;

use groups_model::event::{Event, EventKind, GroupSettingsUpdate, SettingResult};
use groups_model::{
    Accepted, Group, GroupField, GroupId, LearntBy, Outcome, SettingName, SettingOutcome, Updated,
};

use super::learn::{Question, learn};
use super::{How, Wait, common, failed, not_seen, without_reason};
use crate::error::{Error, Result};
use crate::group::{GroupHandle, UpdateGroup};
use crate::groups::Pending;
use crate::operation::Operation;

type Settings = BTreeMap<SettingName, SettingOutcome>;

const UNREADABLE: &str = "a picture cannot be read back; only a webhook tells what became of it";

impl UpdateGroup {
    /// Waits until it is known what became of each setting. Some changed and some not is no error: see
    /// [`Updated::is_complete`]. If none was changed, [`Error::outcome`] has them one by one.
    ///
    /// Without a source of events a picture's outcome is unknown, and is not waited for.
    pub fn wait(self, timeout: Duration) -> Wait<Updated> {
        let client = self.group.client.clone();
        Wait::new(&client, timeout, |how| Box::pin(run(self, how)))
    }
}

async fn run(update: UpdateGroup, how: How) -> Result<Updated> {
    how.check().map_err(|error| error.during(Operation::UpdateGroup))?;
    let update = update.checked()?;
    let mut wanted = BTreeMap::new();
    if let Some(subject) = &update.subject {
        wanted.insert(SettingName::Subject, Some(subject.clone()));
    }
    if let Some(description) = &update.description {
        wanted.insert(SettingName::Description, Some(description.clone()));
    }
    if update.picture.is_some() {
        wanted.insert(SettingName::ProfilePicture, None);
    }
    let accepted = update.submit().await?;
    let question = Update {
        group: update.group.clone(),
        accepted: accepted.clone(),
        wanted,
        known: Settings::new(),
        hears: how.events_for(&accepted).is_some(),
    };
    learn(question, &how, &accepted).await
}

struct Update {
    group: GroupHandle,
    accepted: Accepted,
    /// The settings, with the text that was asked for.
    wanted: BTreeMap<SettingName, Option<String>>,
    known: Settings,
    /// Whether a webhook may tell.
    hears: bool,
}

impl Update {
    fn open(&self) -> impl Iterator<Item = SettingName> {
        self.wanted.keys().copied().filter(|name| !self.known.contains_key(name))
    }

    fn finished(&self, learnt_by: LearntBy) -> Option<Result<Updated>> {
        if self.open().next().is_some() {
            return None;
        }
        Some(conclude(&self.group.id, self.known.clone(), learnt_by, &self.accepted))
    }
}

impl Question for Update {
    type Outcome = Updated;
    type Seen = Group;

    fn look(&self) -> Option<Pending<Group>> {
        let mut fields = Vec::new();
        for name in self.open() {
            match name {
                SettingName::Subject => fields.push(GroupField::Subject),
                SettingName::Description => fields.push(GroupField::Description),
                _ => {}
            }
        }
        if fields.is_empty() {
            return None;
        }
        let group = self.group.clone();
        Some(Box::pin(async move { group.get().fields(fields).await }))
    }

    fn told(&mut self, event: &Event) -> Option<Result<Updated>> {
        let EventKind::GroupSettingsUpdate(update) = &event.kind else { return None };
        for (name, mut outcome) in settings(update) {
            if let Some(text) = self.wanted.get(&name) {
                outcome.value = text.clone().or(outcome.value);
                self.known.insert(name, outcome);
            }
        }
        if let (Some(error), true) = (update.errors.first(), mentions_none(update)) {
            for (name, text) in &self.wanted {
                self.known.insert(*name, SettingOutcome::failed(text.clone(), error.clone()));
            }
        }
        self.finished(LearntBy::Webhook)
    }

    fn seen(&mut self, group: Group) -> Option<Result<Updated>> {
        let open: Vec<_> = self.open().collect();
        for name in open {
            let shown = match name {
                SettingName::Subject => group.subject.as_deref(),
                // A description that is not there is empty (Facts 1.3).
                SettingName::Description => Some(group.description.as_deref().unwrap_or_default()),
                _ => None,
            };
            let asked = self.wanted.get(&name).and_then(Option::as_deref);
            if let (Some(shown), Some(asked)) = (shown, asked)
                && shown.trim() == asked.trim()
            {
                self.known.insert(name, SettingOutcome::changed(Some(asked.to_owned())));
            }
        }
        self.finished(LearntBy::Polling)
    }

    fn give_up(&mut self, last: Option<Error>) -> Result<Updated> {
        let picture_alone = self.open().all(|name| name == SettingName::ProfilePicture);
        if self.known.is_empty() && (self.hears || !picture_alone) {
            return Err(not_seen(&self.accepted, "the settings were not seen to change in time", last));
        }
        let open: Vec<_> = self.open().collect();
        for name in open {
            let why = match name {
                SettingName::ProfilePicture => UNREADABLE,
                _ => "it was not seen to change in time",
            };
            let asked = self.wanted.get(&name).cloned().flatten();
            self.known.insert(name, SettingOutcome::unknown(asked, why));
        }
        conclude(&self.group.id, self.known.clone(), LearntBy::Polling, &self.accepted)
    }
}

/// What an event says of each setting it mentions.
fn settings(update: &GroupSettingsUpdate) -> impl Iterator<Item = (SettingName, SettingOutcome)> {
    let of = |setting: &SettingResult| {
        let value = setting.text.clone().or_else(|| setting.sha256.clone());
        if update.succeeded(setting) {
            return SettingOutcome::changed(value);
        }
        let error = setting.errors.first().or(update.errors.first()).cloned();
        SettingOutcome::failed(value, error.unwrap_or_else(without_reason))
    };
    [
        (SettingName::Subject, &update.group_subject),
        (SettingName::Description, &update.group_description),
        (SettingName::ProfilePicture, &update.profile_picture),
    ]
    .into_iter()
    .filter_map(move |(name, setting)| Some((name, of(setting.as_ref()?))))
}

fn mentions_none(update: &GroupSettingsUpdate) -> bool {
    settings(update).next().is_none()
}

/// A failure where nothing was changed and nothing is open, else the settings one by one.
fn conclude(
    group: &GroupId,
    settings: Settings,
    learnt_by: LearntBy,
    accepted: &Accepted,
) -> Result<Updated> {
    let none = !settings.is_empty() && settings.values().all(|setting| setting.ok == Some(false));
    let reason =
        common(settings.values().filter_map(|s| s.error.as_ref()), "none of the settings was changed");
    let updated = Updated::new(group.clone(), accepted.request_id.clone(), learnt_by, settings);
    if none { Err(failed(&reason, accepted, Some(Outcome::Updated(updated)))) } else { Ok(updated) }
}

/// Of something accepted earlier: the event says what was asked for.
pub(super) fn told(event: &Event, accepted: &Accepted) -> Option<Result<Updated>> {
    let EventKind::GroupSettingsUpdate(update) = &event.kind else { return None };
    let group = event.group_id.as_ref().or(accepted.group_id.as_ref())?;
    match update.errors.first() {
        Some(error) if mentions_none(update) => Some(Err(failed(error, accepted, None))),
        _ => Some(conclude(group, settings(update).collect(), LearntBy::Webhook, accepted)),
    }
}

#[cfg(test)]
mod tests {
    use groups_model::event::decode;
    use serde_json::{Value, json};

    use super::*;
    use crate::outcome::tests::handle;

    fn update(wanted: &[(SettingName, Option<&str>)], hears: bool) -> Update {
        let group = handle();
        let accepted = Accepted::new("update_group", Some(group.id.clone()), "R".try_into().ok());
        let wanted = wanted.iter().map(|(name, text)| (*name, text.map(str::to_owned))).collect();
        Update { group, accepted, wanted, known: Settings::new(), hears }
    }

    fn event(fields: Value) -> Event {
        let mut told = json!({ "type": "group_settings_update", "group_id": "g", "request_id": "R" });
        told.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let body = json!({ "entry": [{ "changes": [{ "field": "group_settings_update",
            "value": { "groups": [told] } }] }] });
        decode(body.to_string().as_bytes()).remove(0)
    }

    fn told(learnt: Option<Result<Updated>>) -> String {
        match learnt {
            None => "open".into(),
            Some(Err(error)) => error.kind().to_string(),
            Some(Ok(updated)) => {
                let one = |(name, setting): (&SettingName, &SettingOutcome)| {
                    format!("{} {:?}", name.as_str(), setting.ok)
                };
                updated.settings.iter().map(one).collect::<Vec<_>>().join(", ")
            }
        }
    }

    const SUBJECT: (SettingName, Option<&str>) = (SettingName::Subject, Some("New"));
    const DESCRIPTION: (SettingName, Option<&str>) = (SettingName::Description, Some(""));
    const PICTURE: (SettingName, Option<&str>) = (SettingName::ProfilePicture, None);

    #[test]
    fn an_event_answers_once_it_has_told_every_setting() {
        let failed = json!({ "code": 131_209, "message": "not square" });
        for (wanted, fields, expected) in [
            (
                &[SUBJECT][..],
                json!({ "group_subject": { "text": "New", "update_successful": true } }),
                "subject Some(true)",
            ),
            (&[SUBJECT, PICTURE], json!({ "group_subject": { "update_successful": true } }), "open"),
            (
                &[SUBJECT, PICTURE],
                json!({ "group_subject": { "update_successful": "true" },
                "profile_picture": { "update_successful": false, "errors": [failed] } }),
                "subject Some(true), profile_picture Some(false)",
            ),
            (
                &[PICTURE],
                json!({ "profile_picture": { "update_successful": false, "errors": [failed] } }),
                "picture_not_square",
            ),
            (&[SUBJECT, PICTURE], json!({ "errors": [{ "code": 131_207 }] }), "group_suspended"),
            (
                &[PICTURE],
                json!({ "profile_picture": { "mime_type": "image/jpeg", "sha256": "ab" } }),
                "profile_picture Some(true)",
            ),
            // What was not asked for is another's.
            (&[SUBJECT], json!({ "group_description": { "text": "x", "update_successful": true } }), "open"),
        ] {
            let mut update = update(wanted, true);
            assert_eq!(told(update.told(&event(fields.clone()))), expected, "{fields}");
        }
    }

    #[test]
    fn reading_the_group_tells_texts_and_never_a_picture() {
        let group = |json: Value| serde_json::from_value::<Group>(json).unwrap();
        for (wanted, shown, seen, end) in [
            (&[SUBJECT][..], json!({ "id": "g", "subject": "Old" }), "open", "outcome_not_seen"),
            (
                &[SUBJECT, DESCRIPTION],
                json!({ "id": "g", "subject": "New" }),
                "subject Some(true), description Some(true)",
                "subject Some(true), description Some(true)",
            ),
            (
                &[SUBJECT, DESCRIPTION],
                json!({ "id": "g", "subject": "New", "description": "old" }),
                "open",
                "subject Some(true), description None",
            ),
            (
                &[SUBJECT, PICTURE],
                json!({ "id": "g", "subject": "New" }),
                "open",
                "subject Some(true), profile_picture None",
            ),
            (&[PICTURE], json!({ "id": "g" }), "open", "profile_picture None"),
        ] {
            let mut update = update(wanted, false);
            assert_eq!(told(update.seen(group(shown.clone()))), seen, "{shown}");
            assert_eq!(told(Some(update.give_up(None))), end, "{shown}");
        }
        // Where webhooks tell, a picture that none told of was not seen.
        assert_eq!(told(Some(update(&[PICTURE], true).give_up(None))), "outcome_not_seen");
    }
}

//! What became of an update, setting by setting: a webhook tells, or the group shows the new texts. A picture cannot be
//! read back (Facts 1.3), so nothing but a webhook tells of it.
//!
//! Without a receipt no event is believed: an equal update, sent a little earlier and told late, would read the same, be
//! it of a text or, by its digest, of a picture, and what it came to says nothing of this one. An event makes it look; a
//! text that reads otherwise than before is certain. So a picture stays unknown there.

use std::collections::{BTreeMap, BTreeSet};
use std::future::IntoFuture as _;
use std::time::Duration;

use groups_model::event::{Event, EventKind, GroupSettingsUpdate, SettingResult};
use groups_model::{
    Accepted, ErrorKind, Group, GroupField, GroupId, LearntBy, Outcome, SettingName, SettingOutcome, Updated,
};

use super::learn::{Question, learn};
use super::{How, Overheard, Wait, common, failed, not_seen, without_reason};
use crate::error::{Error, Result};
use crate::group::{GroupHandle, UpdateGroup};
use crate::groups::Pending;
use crate::operation::Operation;

type Settings = BTreeMap<SettingName, SettingOutcome>;

const UNREADABLE: &str = "a picture cannot be read back; only a webhook tells what became of it";
const NO_DIFFERENCE: &str =
    "the group had this text before the call, or it could not be read; only a webhook tells";

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
    let same = match how.polling {
        true => same_before(&update.group, &wanted, &how).await?,
        false => BTreeSet::new(),
    };
    let coming = match how.polling {
        true => how.coming("group_settings_update", Some(&update.group.id)).await,
        false => None,
    };
    let accepted = update.submit().await?;
    let question = Update {
        same,
        group: update.group.clone(),
        accepted: accepted.clone(),
        wanted,
        known: Settings::new(),
        hears: how.events_for(&accepted).is_some(),
        overheard: Overheard::default(),
    };
    // Of what cannot be seen nothing is learnt from them.
    let coming = coming.filter(|_| question.visible().next().is_some());
    learn(question, &how, &accepted, coming).await
}

/// The settings that will read alike whether the call does anything or not.
async fn same_before(
    group: &GroupHandle,
    wanted: &BTreeMap<SettingName, Option<String>>,
    how: &How,
) -> Result<BTreeSet<SettingName>> {
    let fields: Vec<_> = wanted.keys().filter_map(|name| field(*name)).collect();
    if fields.is_empty() {
        return Ok(BTreeSet::new());
    }
    match how.read_before(Operation::GetGroup, group.get().fields(fields).into_future()).await {
        Ok(before) => {
            let same =
                |(name, text): &(&SettingName, &Option<String>)| shows(&before, **name, text.as_deref());
            Ok(wanted.iter().filter(same).map(|(name, _)| *name).collect())
        }
        // Events may tell without it, and of an unknown group the call itself tells.
        Err(error) if how.can_do_without(&error) || error.kind() == ErrorKind::GroupUnknown => {
            tracing::debug!(kind = %error.kind(), "nothing to compare with; events alone will tell");
            Ok(wanted.keys().copied().collect())
        }
        Err(error) => Err(error),
    }
}

/// Where a setting is read; a picture cannot be.
fn field(name: SettingName) -> Option<GroupField> {
    match name {
        SettingName::Subject => Some(GroupField::Subject),
        SettingName::Description => Some(GroupField::Description),
        _ => None,
    }
}

/// Whether a group shows the text that was asked for.
fn shows(group: &Group, name: SettingName, asked: Option<&str>) -> bool {
    let shown = match name {
        SettingName::Subject => group.subject.as_deref(),
        // A description that is not there is empty (Facts 1.3).
        SettingName::Description => Some(group.description.as_deref().unwrap_or_default()),
        _ => None,
    };
    matches!((shown, asked), (Some(shown), Some(asked)) if shown.trim() == asked.trim())
}

struct Update {
    /// What looking cannot tell: it was there before the call.
    same: BTreeSet<SettingName>,
    group: GroupHandle,
    accepted: Accepted,
    /// The settings, with the text that was asked for.
    wanted: BTreeMap<SettingName, Option<String>>,
    known: Settings,
    /// Whether a webhook may tell.
    hears: bool,
    overheard: Overheard,
}

impl Update {
    fn open(&self) -> impl Iterator<Item = SettingName> {
        self.wanted.keys().copied().filter(|name| !self.known.contains_key(name))
    }

    /// Those of which a look may tell something.
    fn visible(&self) -> impl Iterator<Item = SettingName> {
        self.open().filter(|name| field(*name).is_some() && !self.same.contains(name))
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
        let fields: Vec<_> = self.visible().filter_map(field).collect();
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

    fn overheard(&mut self, event: &Event) -> Option<Result<Updated>> {
        let EventKind::GroupSettingsUpdate(update) = &event.kind else { return None };
        let of_ours = settings(update).filter(|(name, _)| self.wanted.contains_key(name));
        let failure = of_ours.filter_map(|(_, setting)| setting.error).next();
        self.overheard.note(failure.as_ref().or(update.errors.first().filter(|_| mentions_none(update))));
        None
    }

    fn seen(&mut self, group: Group) -> Option<Result<Updated>> {
        let visible: Vec<_> = self.visible().collect();
        for name in visible {
            let asked = self.wanted.get(&name).cloned().flatten();
            if shows(&group, name, asked.as_deref()) {
                self.known.insert(name, SettingOutcome::changed(asked));
            }
        }
        self.finished(LearntBy::Polling)
    }

    fn give_up(&mut self, last: Option<Error>) -> Result<Updated> {
        if self.known.is_empty() && (self.hears || self.visible().next().is_some()) {
            let why = self.overheard.beside("the settings were not seen to change in time");
            return Err(not_seen(&self.accepted, &why, last));
        }
        let open: Vec<_> = self.open().collect();
        for name in open {
            let why = match name {
                SettingName::ProfilePicture => UNREADABLE,
                name if self.same.contains(&name) => NO_DIFFERENCE,
                _ => "it was not seen to change in time",
            };
            let why = self.overheard.beside(why);
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
        let overheard = Overheard::default();
        Update { same: BTreeSet::new(), group, accepted, wanted, known: Settings::new(), hears, overheard }
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
        // What reads alike before and after is never taken for done.
        let mut same = update(&[SUBJECT, DESCRIPTION], false);
        same.same.insert(SettingName::Subject);
        assert_eq!(told(same.seen(group(json!({ "id": "g", "subject": "New" })))), "open");
        assert!(same.look().is_none(), "nothing more can be seen");
        assert_eq!(told(Some(same.give_up(None))), "subject None, description Some(true)");
        // Where webhooks tell, a picture that none told of was not seen.
        assert_eq!(told(Some(update(&[PICTURE], true).give_up(None))), "outcome_not_seen");
    }
}

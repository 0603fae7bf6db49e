//! What a sandbox begins with: groups with their people, and settings. As code, or as a file in YAML or JSON.
//! Only reads and checks; the store writes it down.

use std::collections::BTreeSet;
use std::path::Path;

use fastrand::Rng;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::SandboxError;
use crate::reason::reason;
use crate::state::behaviour::Behaviour;
use crate::state::business::BUSINESS_NUMBER;
use crate::state::fault::Fault;
use crate::state::group::{Group, JoinApprovalMode, JoinRequest, Participant};
use crate::state::ids;
use crate::state::rules::{self, User};
use crate::state::settings::{Settings, Webhook};

/// Where groups without a time of their own begin: 2026-01-05 09:00 UTC, and an hour later each.
const FIRST_CREATED_S: i64 = 1_767_603_600;
const HOUR_MS: i64 = 3_600_000;

/// What a sandbox begins with.
///
/// ```
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use groups_sandbox::{Sandbox, Seed, SeedGroup};
///
/// let seed = Seed::empty().group(SeedGroup::new("Trip to Kyoto").participants(["+15550100123"]));
/// let sandbox = Sandbox::builder().seed(seed).start().await?;
/// assert_eq!(sandbox.emulator().status().await?.participants, 1);
///
/// // The same as a file.
/// let text = "
/// api_key: my-own
/// behaviour: {list_shape: flat}
/// faults: [create_group status=500 times=1]
/// groups:
///   - subject: Trip to Kyoto
///     join_approval_mode: approval_required
///     participants: ['+15550100123']
///     join_requests: ['+15550100124']
/// ";
/// let sandbox = Sandbox::builder().seed(Seed::from_yaml(text)?).start().await?;
/// assert_eq!(sandbox.api_key(), "my-own");
/// # Ok(())
/// # }
/// # tokio::runtime::Runtime::new().unwrap().block_on(run()).unwrap();
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seed {
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key: Option<String>,
    /// `strict`, `messy`, or an object of switches.
    #[serde(skip_serializing_if = "Option::is_none")]
    behaviour: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    faults: Vec<Fault>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook: Option<Webhook>,
    groups: Vec<SeedGroup>,
}

/// A group of a [`Seed`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeedGroup {
    subject: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    join_approval_mode: JoinApprovalMode,
    suspended: bool,
    participants: Vec<String>,
    join_requests: Vec<String>,
    /// Seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wa_group_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invite_code: Option<String>,
}

impl SeedGroup {
    /// An empty group that everybody may join.
    pub fn new(subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), ..Self::default() }
    }

    /// With a description.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// How people get in.
    #[must_use]
    pub fn join_approval_mode(mut self, mode: JoinApprovalMode) -> Self {
        self.join_approval_mode = mode;
        self
    }

    /// With these people inside, by number; eight at most.
    #[must_use]
    pub fn participants<U: Into<String>>(mut self, users: impl IntoIterator<Item = U>) -> Self {
        self.participants.extend(users.into_iter().map(Into::into));
        self
    }

    /// With these people asking to join, by number.
    #[must_use]
    pub fn join_requests<U: Into<String>>(mut self, users: impl IntoIterator<Item = U>) -> Self {
        self.join_requests.extend(users.into_iter().map(Into::into));
        self
    }

    /// Suspended by WhatsApp.
    #[must_use]
    pub fn suspended(mut self) -> Self {
        self.suspended = true;
        self
    }
}

impl Seed {
    /// No groups.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// The four groups of a first use.
    #[must_use]
    pub fn believable() -> Self {
        // Embedded and tested.
        serde_saphyr::from_str(include_str!("seed/default.yaml")).unwrap_or_default()
    }

    /// One more group.
    #[must_use]
    pub fn group(mut self, group: SeedGroup) -> Self {
        self.groups.push(group);
        self
    }

    /// Reads YAML, which includes JSON.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid), naming what is wrong and where.
    pub fn from_yaml(text: &str) -> Result<Self, SandboxError> {
        let seed: Self = serde_saphyr::from_str(text)
            .map_err(|error| SandboxError::invalid(format!("the seed cannot be read: {}", reason(&error))))?;
        seed.check()?;
        Ok(seed)
    }

    /// Reads a file of YAML or JSON.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) when it cannot be read or makes no sense.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, SandboxError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|error| {
            SandboxError::invalid(format!("the seed {} cannot be read: {error}", path.display()))
        })?;
        Self::from_yaml(&text).map_err(|error| SandboxError::invalid(format!("{}: {error}", path.display())))
    }

    /// Whether it keeps the rules of the API.
    pub(crate) fn check(&self) -> Result<(), SandboxError> {
        self.settings()?;
        self.groups(&mut 0).map(|_| ())
    }

    pub(crate) fn settings(&self) -> Result<Settings, SandboxError> {
        let mut settings = Settings { webhook: self.webhook.clone(), ..Settings::default() };
        if let Some(key) = &self.api_key {
            if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(SandboxError::invalid("api_key must be printable ASCII without spaces"));
            }
            settings.api_key.clone_from(key);
        }
        if let Some(webhook) = &self.webhook {
            webhook.check().map_err(SandboxError::invalid)?;
        }
        match &self.behaviour {
            None => {}
            Some(Value::String(name)) => {
                settings.behaviour = Behaviour::profile(name).ok_or_else(|| {
                    SandboxError::invalid(format!("behaviour is strict, messy or switches, got {name:?}"))
                })?;
            }
            Some(switches) => {
                settings
                    .behaviour
                    .merge(switches)
                    .map_err(|why| SandboxError::invalid(format!("behaviour: {why}")))?;
            }
        }
        for fault in &self.faults {
            settings.add_fault(fault.clone());
        }
        Ok(settings)
    }

    /// The groups, their serials following on `serial`, which is moved along.
    pub(crate) fn groups(&self, serial: &mut u64) -> Result<Vec<Group>, SandboxError> {
        let mut groups: Vec<Group> = Vec::with_capacity(self.groups.len());
        let mut ids = BTreeSet::new();
        let mut codes = BTreeSet::new();
        let seats = self.settings()?.behaviour.seats;
        for (index, seed) in self.groups.iter().enumerate() {
            let group = seed.group(index, serial).map_err(|why| {
                SandboxError::invalid(format!("group {} ({:?}): {why}", index + 1, seed.subject))
            })?;
            if !ids.insert(group.id.clone()) {
                return Err(SandboxError::invalid(format!("group {} has the number of another", index + 1)));
            }
            if !codes.insert(group.invite_code.clone()) {
                return Err(SandboxError::invalid(format!(
                    "group {} has the invite_code of another",
                    index + 1
                )));
            }
            if group.participants.len() > seats {
                let message = format!("group {} has more participants than the {seats} seats", index + 1);
                return Err(SandboxError::invalid(message));
            }
            groups.push(group);
        }
        Ok(groups)
    }
}

impl SeedGroup {
    fn group(&self, index: usize, serial: &mut u64) -> Result<Group, String> {
        let mut next = || {
            *serial += 1;
            *serial
        };
        let subject = rules::subject(&self.subject).map_err(|refusal| refusal.details)?;
        if subject.chars().count() > rules::SUBJECT_MAX {
            return Err(format!("subject has more than {} characters", rules::SUBJECT_MAX));
        }
        let description = self.description.clone().and_then(rules::description);
        if description.as_ref().is_some_and(|text| text.chars().count() > rules::DESCRIPTION_MAX) {
            return Err(format!("description has more than {} characters", rules::DESCRIPTION_MAX));
        }
        if !self.join_requests.is_empty() && self.join_approval_mode == JoinApprovalMode::AutoApprove {
            return Err("join_requests need join_approval_mode approval_required".to_owned());
        }
        // The same seed gives the same ids every time.
        let mut rng = Rng::with_seed(index as u64);
        let number = self.wa_group_number.clone().unwrap_or_else(|| ids::wa_group_number(&mut rng));
        if number.len() != 18 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("wa_group_number has 18 digits".to_owned());
        }
        let invite_code = self.invite_code.clone().unwrap_or_else(|| ids::invite_code(&mut rng));
        if invite_code.len() != 22 || !invite_code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err("invite_code has 22 letters and digits".to_owned());
        }
        let id = ids::group_id(BUSINESS_NUMBER, &number);
        let hours = i64::try_from(index).unwrap_or(0);
        let created_ms = match self.created_at {
            Some(seconds) => seconds.checked_mul(1000).ok_or("created_at is seconds since 1970")?,
            None => FIRST_CREATED_S * 1000 + hours * HOUR_MS,
        };
        let mut seen = BTreeSet::new();
        let mut person = |user: &String| match User::parse(user) {
            Some(User::WaId(wa_id)) if wa_id != BUSINESS_NUMBER => {
                if seen.insert(wa_id.clone()) {
                    Ok(wa_id)
                } else {
                    Err(format!("{user} is there twice"))
                }
            }
            _ => Err(format!("{user:?} is no person; name one as +15550100123, not the business")),
        };
        let participants = self.participants.iter().map(&mut person).collect::<Result<Vec<_>, _>>()?;
        let asking = self.join_requests.iter().map(&mut person).collect::<Result<Vec<_>, _>>()?;
        let own_serial = next();
        let join_requests = asking.into_iter().zip(0..).map(|(wa_id, place)| JoinRequest {
            id: ids::join_request_id(&wa_id, &id),
            serial: next(),
            wa_id,
            // They began to ask a day after.
            created_ms: created_ms.saturating_add((24 + place) * HOUR_MS),
        });
        Ok(Group {
            serial: own_serial,
            created_ms,
            subject,
            description,
            join_approval_mode: self.join_approval_mode,
            invite_code,
            picture: None,
            suspended: self.suspended,
            participants: participants.into_iter().map(|wa_id| Participant { wa_id }).collect(),
            join_requests: join_requests.collect(),
            removed: BTreeSet::new(),
            id,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::rules::SEATS;

    #[test]
    fn the_groups_of_a_first_use_are_the_same_every_time_and_keep_the_rules() {
        let text = include_str!("seed/default.yaml");
        let seed = Seed::from_yaml(text).unwrap();
        assert_eq!(seed, Seed::believable());
        let groups = seed.groups(&mut 0).unwrap();
        assert_eq!(groups.len(), 4);
        assert_eq!(groups, seed.groups(&mut 0).unwrap());
        assert!(groups.iter().all(|group| group.invite_code.len() == 22));
        assert_eq!(groups.iter().filter(|group| group.is_full(SEATS)).count(), 1);
        let serials: BTreeSet<u64> = groups.iter().map(|group| group.serial).collect();
        assert_eq!(serials.len(), 4);
    }

    #[test]
    fn a_seed_that_breaks_a_rule_says_which_and_where() {
        for (text, expected) in [
            ("groups: [{subject: ''}]", "subject"),
            ("groups: [{subject: a}, {subject: b, participants: [bob]}]", "group 2"),
            ("groups: [{subject: a, participants: ['15550100110', '+15550100110']}]", "twice"),
            ("groups: [{subject: a, join_requests: ['15550100110']}]", "approval_required"),
            ("groups: [{subject: a, members: []}]", "members"),
            ("groups: [{subject: a, invite_code: x}]", "invite_code"),
            ("webhook: {url: nonsense}", "URL"),
            (
                "behaviour: {seats: 1}\ngroups: [{subject: a, participants: ['15550100110', '15550100111']}]",
                "1 seats",
            ),
            ("behaviour: tidy", "messy"),
            ("behaviour: {list_shape: round}", "nested"),
            ("faults: [lists status=500]", "list_groups"),
            ("api_key: ''", "api_key"),
        ] {
            let said = Seed::from_yaml(text).unwrap_err().to_string();
            assert!(said.contains(expected), "{text}: {said}");
        }
    }
}

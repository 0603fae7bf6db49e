//! The switches: where sources disagree on what the service does, the sandbox can do either (Facts 7.3).
//! Values only; whoever answers or delivers looks a switch up here.

use fastrand::Rng;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::choices::Positions;
use super::codes::{NOT_ELIGIBLE, Refusal};
use super::rules::{GROUP_LIMIT, SEATS};
use crate::reason::reason;

/// What decides where something is left to chance; asked only then.
pub(crate) trait Chance {
    /// A number from 0 to below `count`.
    fn below(self, count: usize) -> usize;
}

impl Chance for &mut Rng {
    fn below(self, count: usize) -> usize {
        self.usize(..count)
    }
}

/// A switch of named positions; the first is the documented form. One with `Any` takes another form each time. What is
/// documented here is also what the page says.
macro_rules! switch {
    (
        $(#[doc = $about:literal])+
        $name:ident { $($(#[doc = $meaning:literal])+ $variant:ident,)+ }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum $name { $($(#[doc = $meaning])+ $variant,)+ }

        impl $name {
            const ALL: &[Self] = &[$(Self::$variant,)+];
        }

        impl Positions for $name {
            const ABOUT: &str = concat!($($about),+);
            const POSITIONS: &[(Self, &str)] = &[$((Self::$variant, concat!($($meaning),+)),)+];
        }

        impl Default for $name {
            fn default() -> Self {
                Self::ALL[0]
            }
        }
    };
}

/// Gives a switch that can be `Any` the way to take one of these forms.
macro_rules! any_of {
    ($name:ident: $($variant:ident),+) => {
        impl $name {
            /// The form to take this time.
            pub(crate) fn pick(self, chance: impl Chance) -> Self {
                const FORMS: &[$name] = &[$($name::$variant),+];
                if self == Self::Any { FORMS[chance.below(FORMS.len())] } else { self }
            }
        }
    };
}

switch! {
    /// How the list of groups is nested (Facts 8 item 1).
    ListShape {
        /// `data.groups[]`, as documents have it.
        Nested,
        /// `data[]`, as a capture has it.
        Flat,
        /// One or the other.
        Any,
    }
}
any_of!(ListShape: Nested, Flat);

switch! {
    /// The time in the list of groups (Facts 8 item 2).
    ListTimestamp {
        /// `created_at`, a number.
        Integer,
        /// `created_at`, quoted.
        String,
        /// `creation_timestamp`, a number.
        CreationTimestamp,
        /// One of these.
        Any,
    }
}
any_of!(ListTimestamp: Integer, String, CreationTimestamp);

switch! {
    /// Whether numbers and booleans of a group or a join request are quoted (Facts 1.3, 1.8).
    Values {
        /// Numbers and booleans.
        Plain,
        /// Everything quoted, as the guide's sample has it.
        Quoted,
        /// One or the other.
        Any,
    }
}
any_of!(Values: Plain, Quoted);

switch! {
    /// The answer to create, update, delete and remove (Facts 8 items 3 and 4).
    Acknowledgement {
        /// `messaging_product` and `request_id`.
        RequestId,
        /// The same with `"status": "success"`.
        Status,
        /// To create, `{"id": …}` with the group's id; to the others as `request_id`.
        Id,
        /// To update, delete and remove, `{"success": true}`; to create as `request_id`.
        Success,
        /// To update, delete and remove, an empty body; to create as `request_id`.
        Empty,
        /// One of these.
        Any,
    }
}
any_of!(Acknowledgement: RequestId, Status, Id, Success, Empty);

switch! {
    /// The name of the part that holds a picture (Facts 8 item 5).
    PicturePart {
        /// Both names are taken.
        Both,
        /// `file` alone; the other is refused.
        File,
        /// `profile_picture_file` alone; the other is refused.
        ProfilePictureFile,
    }
}

switch! {
    /// Whether the declared content type of a body and of a picture part must be the documented one. What the service does
    /// with another is not documented.
    ContentType {
        /// A JSON body must be `application/json`, else code 100; a picture part that declares a type, `image/jpeg`, else 131009.
        Checked,
        /// Declared types are ignored; the bytes decide.
        Ignored,
    }
}

switch! {
    /// What an error is wrapped in (Facts 2.1).
    ErrorEnvelope {
        /// Meta's `error` object. The gateway's own refusal of a key is `{"error": "…"}`.
        Meta,
        /// 360dialog's `meta`, with Meta's error inside its `developer_message`.
        GatewayMeta,
        /// `{"error": "…"}`: only a text, without a code.
        GatewayText,
        /// One of the first two: the third would leave a client without a code.
        Any,
    }
}
any_of!(ErrorEnvelope: Meta, GatewayMeta);

switch! {
    /// How a rate limit is told (Facts 8 item 17).
    RateLimitForm {
        /// Status 429 with code 131208.
        Http429,
        /// 360dialog's own: status 400 with only a text.
        Http400,
        /// One or the other.
        Any,
    }
}
any_of!(RateLimitForm: Http429, Http400);

switch! {
    /// How people are named in answers and webhooks (Facts 6).
    Identity {
        /// `wa_id` alone.
        Phone,
        /// `wa_id` and `user_id`.
        Both,
        /// `user_id` alone.
        UserId,
        /// `user_id` and `username`.
        Username,
        /// One of these.
        Any,
    }
}
any_of!(Identity: Phone, Both, UserId, Username);

switch! {
    /// Whether a webhook comes after the answer of the call that caused it, or before (Facts 1.0).
    WebhookOrder {
        /// After the answer.
        After,
        /// The outcome is there, and its webhook delivered, before the call is answered.
        Before,
        /// One or the other.
        Any,
    }
}
any_of!(WebhookOrder: After, Before);

switch! {
    /// The `timestamp` of webhooks (Facts 4).
    WebhookTimestamp {
        /// Quoted.
        String,
        /// A number.
        Integer,
        /// One or the other.
        Any,
    }
}
any_of!(WebhookTimestamp: String, Integer);

switch! {
    /// Names of webhook events where Meta's OpenAPI document and its guide differ (Facts 4.5).
    WebhookNames {
        /// `group_participants_add`, `group_participants_remove`.
        Guide,
        /// `group_add_participants`, `group_remove_participants`, field `group_participant_update`.
        Openapi,
        /// One or the other.
        Any,
    }
}
any_of!(WebhookNames: Guide, Openapi);

switch! {
    /// `paging.next` and `paging.previous` (Facts 1.1).
    PagingUrls {
        /// Where there is another page, with the sandbox's own address.
        Own,
        /// Where there is another page, with Meta's address.
        Foreign,
        /// Never: cursors alone.
        Absent,
        /// One of these.
        Any,
    }
}
any_of!(PagingUrls: Own, Foreign, Absent);

switch! {
    /// The status of an approve or reject that succeeded in part (Facts 1.9).
    PartialStatus {
        /// 206.
        Http206,
        /// 200.
        Http200,
        /// One or the other.
        Any,
    }
}
any_of!(PartialStatus: Http206, Http200);

/// How many calls the number may make; a bucket that holds `burst` and fills at `per_second`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Calls a second that are let through for good.
    pub per_second: f64,
    /// Calls that may come at once after a rest.
    #[serde(default = "one")]
    pub burst: u32,
}

fn one() -> u32 {
    1
}

/// Everything about the sandbox that can be switched, also while it runs. The default is the `strict` profile: the
/// documented form of everything, no rate limit, nothing lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Behaviour {
    /// How the list of groups is nested.
    pub list_shape: ListShape,
    /// The time in the list of groups.
    pub list_timestamp: ListTimestamp,
    /// Whether numbers and booleans are quoted.
    pub values: Values,
    /// The answer to create, update, delete and remove.
    pub acknowledgement: Acknowledgement,
    /// The name of the part that holds a picture.
    pub picture_part: PicturePart,
    /// Whether declared content types must be the documented ones.
    pub content_type: ContentType,
    /// What an error is wrapped in.
    pub error_envelope: ErrorEnvelope,
    /// How a rate limit is told.
    pub rate_limit_form: RateLimitForm,
    /// The rate limit, if there is one. Each process that serves counts for itself.
    pub rate_limit: Option<RateLimit>,
    /// How people are named.
    pub identity: Identity,
    /// `paging.next` and `paging.previous`.
    pub paging_urls: PagingUrls,
    /// The status of a partial success.
    pub partial_status: PartialStatus,
    /// Whether someone the business removed may come back by the link (Facts 8 item 11).
    pub removed_may_return: bool,
    /// Seats of a group besides the business, 1 to 8 (Facts 8 item 12).
    pub seats: usize,
    /// Whether the number may use groups at all; if not, lists are empty and other calls get 131215.
    pub eligible: bool,
    /// Groups the number may have; one more gets 131211.
    pub group_limit: usize,
    /// Milliseconds from the acceptance of a create, update, delete or remove until it is carried out.
    pub outcome_delay_ms: u64,
    /// Whether webhooks come after or before the answer.
    pub webhook_order: WebhookOrder,
    /// The `timestamp` of webhooks.
    pub webhook_timestamp: WebhookTimestamp,
    /// Names of webhook events.
    pub webhook_names: WebhookNames,
    /// The share of webhooks delivered twice, 0 to 1.
    pub webhook_duplicates: f64,
    /// The share of webhooks held back so that later ones overtake them, 0 to 1.
    pub webhook_reordering: f64,
    /// The share of webhooks never delivered, 0 to 1.
    pub webhook_drops: f64,
    /// How long a receiver may take to answer 200, in milliseconds; 5 seconds as documented.
    pub webhook_timeout_ms: u64,
    /// The pause before the first redelivery, in milliseconds; it doubles each time, up to an hour, for seven days.
    pub webhook_retry_ms: u64,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            list_shape: ListShape::default(),
            list_timestamp: ListTimestamp::default(),
            values: Values::default(),
            acknowledgement: Acknowledgement::default(),
            picture_part: PicturePart::default(),
            content_type: ContentType::default(),
            error_envelope: ErrorEnvelope::default(),
            rate_limit_form: RateLimitForm::default(),
            rate_limit: None,
            identity: Identity::default(),
            paging_urls: PagingUrls::default(),
            partial_status: PartialStatus::default(),
            removed_may_return: false,
            seats: SEATS,
            eligible: true,
            group_limit: GROUP_LIMIT,
            // Together with the time a poll takes this stays within the half second the sandbox promises.
            outcome_delay_ms: 200,
            webhook_order: WebhookOrder::default(),
            webhook_timestamp: WebhookTimestamp::default(),
            webhook_names: WebhookNames::default(),
            webhook_duplicates: 0.0,
            webhook_reordering: 0.0,
            webhook_drops: 0.0,
            webhook_timeout_ms: 5_000,
            webhook_retry_ms: 1_000,
        }
    }
}

impl Behaviour {
    /// The documented form of everything.
    #[must_use]
    pub fn strict() -> Self {
        Self::default()
    }

    /// Every variant that a client must survive, another each time, and webhooks that are early, doubled, late and lost
    /// (a fifth each of the last three).
    #[must_use]
    pub fn messy() -> Self {
        Self {
            list_shape: ListShape::Any,
            list_timestamp: ListTimestamp::Any,
            values: Values::Any,
            acknowledgement: Acknowledgement::Any,
            error_envelope: ErrorEnvelope::Any,
            rate_limit_form: RateLimitForm::Any,
            identity: Identity::Any,
            paging_urls: PagingUrls::Any,
            partial_status: PartialStatus::Any,
            webhook_order: WebhookOrder::Any,
            webhook_timestamp: WebhookTimestamp::Any,
            webhook_names: WebhookNames::Any,
            webhook_duplicates: 0.2,
            webhook_reordering: 0.2,
            webhook_drops: 0.2,
            ..Self::default()
        }
    }

    /// The profile of this name: `strict` or `messy`.
    #[must_use]
    pub fn profile(name: &str) -> Option<Self> {
        match name {
            "strict" => Some(Self::strict()),
            "messy" => Some(Self::messy()),
            _ => None,
        }
    }

    /// Sets one switch by its name, as `list_shape=flat` on a command line does. A value is read as JSON, and as a
    /// plain word where it is none.
    ///
    /// # Errors
    /// A sentence that names the known switches, positions or bounds.
    pub fn set(&mut self, switch: &str, value: &str) -> Result<(), String> {
        self.merge(&Value::Object([(switch.to_owned(), Self::value(value))].into_iter().collect()))
    }

    /// A switch's value as it is written on a command line: JSON, or a plain word.
    pub(crate) fn value(text: &str) -> Value {
        serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
    }

    /// The switches that differ from the default, with their values.
    pub(crate) fn changed(&self) -> Map<String, Value> {
        let members = |behaviour: &Self| match serde_json::to_value(behaviour) {
            Ok(Value::Object(members)) => members,
            // Switches always serialise, as an object.
            _ => Map::new(),
        };
        let default = members(&Self::default());
        members(self).into_iter().filter(|(name, value)| default.get(name) != Some(value)).collect()
    }

    /// Sets the switches that an object names; the others stay.
    ///
    /// # Errors
    /// As [`Behaviour::set`]; then nothing has changed.
    pub fn merge(&mut self, switches: &Value) -> Result<(), String> {
        let Value::Object(wanted) = switches else { return Err("switches must be a JSON object".to_owned()) };
        let mut all = serde_json::to_value(&*self).map_err(|error| error.to_string())?;
        let mut merged = self.clone();
        for (name, value) in wanted {
            match all.get_mut(name) {
                Some(known) => {
                    *known = value.clone();
                    // One by one, so that what is wrong can be told by the name of its switch.
                    merged = serde_json::from_value(all.clone())
                        .map_err(|error| format!("{name} cannot be {value}: {}", reason(&error)))?;
                }
                None => {
                    let names = all.as_object().into_iter().flat_map(|all| all.keys());
                    let names: Vec<&str> = names.map(String::as_str).collect();
                    return Err(format!("there is no switch {name:?}; there are {}", names.join(", ")));
                }
            }
        }
        merged.check()?;
        *self = merged;
        Ok(())
    }

    /// Refuses a number that may not use groups at all.
    pub(crate) fn require_eligible(&self) -> Result<(), Refusal> {
        if self.eligible {
            return Ok(());
        }
        Err(Refusal::new(NOT_ELIGIBLE, "This phone number is not eligible to access Groups APIs."))
    }

    /// Whether every number is within its bounds.
    ///
    /// # Errors
    /// A sentence that names the switch and its bounds.
    pub fn check(&self) -> Result<(), String> {
        for (name, share) in [
            ("webhook_duplicates", self.webhook_duplicates),
            ("webhook_reordering", self.webhook_reordering),
            ("webhook_drops", self.webhook_drops),
        ] {
            if !(0.0..=1.0).contains(&share) {
                return Err(format!("{name} is a share from 0 to 1, got {share}"));
            }
        }
        if !(1..=SEATS).contains(&self.seats) {
            return Err(format!("seats must be 1 to {SEATS}, got {}", self.seats));
        }
        if let Some(RateLimit { per_second, burst }) = self.rate_limit
            && !(per_second > 0.0 && per_second.is_finite() && burst > 0)
        {
            return Err("rate_limit needs per_second above 0 and burst of at least 1".to_owned());
        }
        if self.webhook_timeout_ms == 0 || self.webhook_retry_ms == 0 {
            return Err("webhook_timeout_ms and webhook_retry_ms must be at least 1".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_are_set_by_name_and_what_is_wrong_is_named() {
        let mut behaviour = Behaviour::default();
        behaviour.set("list_shape", "flat").unwrap();
        behaviour.set("webhook_drops", "0.5").unwrap();
        behaviour.set("eligible", "false").unwrap();
        behaviour.set("rate_limit", r#"{"per_second": 5}"#).unwrap();
        assert_eq!(behaviour.list_shape, ListShape::Flat);
        assert_eq!(behaviour.webhook_drops, 0.5);
        assert!(!behaviour.eligible);
        assert_eq!(behaviour.rate_limit, Some(RateLimit { per_second: 5.0, burst: 1 }));
        let before = behaviour.clone();
        for (switch, value, expected) in [
            ("list_form", "flat", "list_shape"),
            ("list_shape", "round", "nested"),
            ("webhook_drops", "2", "from 0 to 1"),
            ("seats", "9", "1 to 8"),
            ("rate_limit", r#"{"per_second": 0}"#, "per_second"),
            ("webhook_timeout_ms", "0", "at least 1"),
        ] {
            let said = behaviour.set(switch, value).unwrap_err();
            assert!(said.contains(expected), "{switch}={value}: {said}");
        }
        assert_eq!(behaviour, before);
    }

    #[test]
    fn profiles_hold_their_own_bounds_and_survive_being_written_down() {
        for profile in [Behaviour::strict(), Behaviour::messy()] {
            profile.check().unwrap();
            let text = serde_json::to_string(&profile).unwrap();
            assert_eq!(serde_json::from_str::<Behaviour>(&text).unwrap(), profile);
        }
        assert_eq!(Behaviour::profile("tidy"), None);
    }

    #[test]
    fn any_takes_every_form_and_nothing_else() {
        let mut rng = Rng::with_seed(3);
        let seen: std::collections::HashSet<_> =
            (0..200).map(|_| Acknowledgement::Any.pick(&mut rng)).collect();
        assert_eq!(seen.len(), Acknowledgement::ALL.len() - 1);
        assert!(!seen.contains(&Acknowledgement::Any));
        assert_eq!(Acknowledgement::Empty.pick(&mut rng), Acknowledgement::Empty);
    }
}

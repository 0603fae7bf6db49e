//! How a person is named: by number, by business-scoped user id, by username (Facts 6). The last two are derived from
//! the number, so that the same person always has the same ones. In the sandbox only, they can be reversed by search.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::behaviour::Identity;

/// The names of one person that an answer or a webhook shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Names<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) wa_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) username: Option<String>,
}

impl<'a> Names<'a> {
    /// `identity` must have been picked: `Any` shows the number.
    pub(crate) fn of(wa_id: &'a str, identity: Identity) -> Self {
        let (phone, id, username) = match identity {
            Identity::Phone | Identity::Any => (true, false, false),
            Identity::Both => (true, true, false),
            Identity::UserId => (false, true, false),
            Identity::Username => (false, true, true),
        };
        Self {
            wa_id: phone.then_some(wa_id),
            user_id: id.then(|| user_id(wa_id)),
            username: username.then(|| self::username(wa_id)),
        }
    }
}

/// The business-scoped user id of a person: a country and digits, as in the documented sample.
pub(crate) fn user_id(wa_id: &str) -> String {
    let hash = Sha256::digest(wa_id);
    let number = hash.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("US.{:017}", number % 100_000_000_000_000_000)
}

/// The name a person has chosen.
pub(crate) fn username(wa_id: &str) -> String {
    let tail = wa_id.len().saturating_sub(4);
    format!("guest.{}", wa_id.get(tail..).unwrap_or(wa_id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::rules::User;

    #[test]
    fn a_person_keeps_their_names_and_each_form_shows_what_it_says() {
        let wa_id = "15550100123";
        assert_eq!(user_id(wa_id), user_id(wa_id));
        assert_ne!(user_id(wa_id), user_id("15550100124"));
        assert!(matches!(User::parse(&user_id(wa_id)), Some(User::Scoped(_))));
        let shown = |identity| serde_json::to_value(Names::of(wa_id, identity)).unwrap();
        assert_eq!(shown(Identity::Phone), serde_json::json!({ "wa_id": wa_id }));
        assert_eq!(shown(Identity::Both)["user_id"], user_id(wa_id));
        assert_eq!(shown(Identity::UserId).get("wa_id"), None);
        assert_eq!(shown(Identity::Username)["username"], "guest.0123");
    }
}

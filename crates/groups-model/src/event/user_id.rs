//! A business-scoped user id that changed (Facts 4.8). It arrives as the field `user_id_update` or as a system message of the
//! field `messages`. The ids are taken from wherever the field's value contains them: few sources show its envelope.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::fields::Fields;
use crate::{ItemError, ParentUserId, UserId, WaId};

type Object = Map<String, Value>;

/// A person has a new business-scoped user id. A list of people that is keyed by user id has to follow it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct UserIdUpdate {
    /// The user id before and after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserIdChange>,
    /// The user id that linked portfolios share, before and after; absent without linked portfolios.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_user_id: Option<ParentUserIdChange>,
    /// The person's phone number, where the server sends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wa_id: Option<WaId>,
    /// A sentence for people, as the server sends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// No source shows errors here; kept if they occur.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ItemError>,
}

macro_rules! change {
    ($(#[$doc:meta])* $name:ident of $id:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[non_exhaustive]
        pub struct $name {
            /// The id until now.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub previous: Option<$id>,
            /// The id from now on.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub current: Option<$id>,
        }

        impl $name {
            /// What is not an id before and after stays in its place.
            fn take(fields: &mut Fields, name: &str) -> Option<Self> {
                let mut ids = Fields::new(fields.take::<Object>(name)?);
                let change = Self { previous: ids.take("previous"), current: ids.take("current") };
                let rest = ids.rest();
                if !rest.is_empty() {
                    fields.put(name, Value::Object(rest));
                }
                Self::new(change.previous, change.current)
            }

            fn new(previous: Option<$id>, current: Option<$id>) -> Option<Self> {
                let change = Self { previous, current };
                (change != Self::default()).then_some(change)
            }
        }
    };
}

change!(
    /// A user id before and after a change.
    UserIdChange of UserId
);
change!(
    /// A parent user id before and after a change.
    ParentUserIdChange of ParentUserId
);

/// Whether an object contains a changed id as the field `user_id_update` shows it.
pub(super) fn is_update(object: &Object) -> bool {
    ["user_id", "parent_user_id"].iter().any(|name| {
        let change = object.get(*name).and_then(Value::as_object);
        change.is_some_and(|change| change.contains_key("previous") || change.contains_key("current"))
    })
}

/// The members of the field's value that are lists of changed ids, in the order of their names: the documented one, and
/// any other that contains one.
pub(super) fn lists(value: &Object) -> Vec<String> {
    let is_list = |name: &str, list: &Value| {
        let Some(items) = list.as_array() else { return false };
        let documented = name == "user_id_update" && !items.is_empty();
        documented || items.iter().filter_map(Value::as_object).any(is_update)
    };
    let mut names: Vec<String> =
        value.iter().filter(|(name, list)| is_list(name, list)).map(|(name, _)| name.clone()).collect();
    names.sort_unstable();
    names
}

pub(super) fn updated(fields: &mut Fields) -> UserIdUpdate {
    UserIdUpdate {
        user_id: UserIdChange::take(fields, "user_id"),
        parent_user_id: ParentUserIdChange::take(fields, "parent_user_id"),
        wa_id: fields.take("wa_id"),
        detail: fields.text("detail"),
        errors: fields.errors(),
    }
}

/// Whether a message is a system message that reports a changed user id (Facts 4.8).
pub(super) fn is_system_message(message: &Object) -> bool {
    let system = message.get("system").and_then(Value::as_object);
    system.is_some_and(|system| {
        ["previous_user_id", "previous_parent_user_id"]
            .iter()
            .any(|name| system.get(*name).is_some_and(Value::is_string))
    })
}

/// The change that a system message reports. The rest of `system` stays in its place.
pub(super) fn of_system_message(fields: &mut Fields) -> UserIdUpdate {
    let mut system = Fields::new(fields.take::<Object>("system").unwrap_or_default());
    let update = UserIdUpdate {
        user_id: UserIdChange::new(system.take("previous_user_id"), system.take("user_id")),
        parent_user_id: ParentUserIdChange::new(
            system.take("previous_parent_user_id"),
            system.take("parent_user_id"),
        ),
        wa_id: system.take("wa_id"),
        detail: system.text("body"),
        errors: fields.errors(),
    };
    let rest = system.rest();
    if !rest.is_empty() {
        fields.put("system", Value::Object(rest));
    }
    update
}

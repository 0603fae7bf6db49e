//! How much one body may become. Each event carries what stands around it, so a hostile body could be told in
//! thousands of times its size; such a one is kept whole instead. Far above anything that a source shows.

use serde_json::{Map, Value};

use super::user_id;

/// Most events of one notification.
pub(super) const EVENTS_MAX: usize = 10_000;
/// Most bytes that stand around events, counted once for each event.
const AROUND_MAX: usize = 32 * 1024 * 1024;

/// Whether a notification with these top-level fields stays within the bounds.
pub(super) fn are_kept(top: &Map<String, Value>) -> bool {
    let entries = Level::of(top, &["entry"], |entry| {
        Level::of_value(entry, &["changes"], |change| {
            let own = change.as_object().map_or(0, |change| size_without(change, &["value"]));
            let value = change.get("value").unwrap_or(&Value::Null);
            let is_user_id = change.get("field").is_some_and(|field| field == "user_id_update");
            let user_ids = value.as_object().filter(|_| is_user_id).map(user_id::lists).unwrap_or_default();
            let lists: Vec<&str> = match is_user_id {
                true => user_ids.iter().map(String::as_str).collect(),
                false => vec!["groups", "messages", "statuses"],
            };
            Level::of_value(value, &lists, |_| Level::ITEM).with(own)
        })
    });
    entries.events <= EVENTS_MAX && entries.around <= AROUND_MAX
}

/// How many events there are, and how many bytes around them all.
#[derive(Clone, Copy)]
struct Level {
    events: usize,
    around: usize,
}

impl Level {
    const ITEM: Self = Self { events: 1, around: 0 };

    fn of_value(value: &Value, lists: &[&str], below: impl Fn(&Value) -> Self) -> Self {
        value.as_object().map_or(Self::ITEM, |object| Self::of(object, lists, below))
    }

    fn of(object: &Map<String, Value>, lists: &[&str], below: impl Fn(&Value) -> Self) -> Self {
        let mut sum = Self { events: 0, around: 0 };
        for item in lists.iter().filter_map(|name| object.get(*name)?.as_array()).flatten() {
            let item = below(item);
            sum.events = sum.events.saturating_add(item.events);
            sum.around = sum.around.saturating_add(item.around);
        }
        sum.with(size_without(object, lists))
    }

    fn with(mut self, size: usize) -> Self {
        self.around = self.around.saturating_add(self.events.saturating_mul(size));
        self
    }
}

fn size_without(object: &Map<String, Value>, names: &[&str]) -> usize {
    let rest = object.iter().filter(|(name, _)| !names.contains(&name.as_str()));
    rest.map(|(name, value)| name.len() + size(value)).sum()
}

/// About what it takes in memory, in bytes.
fn size(value: &Value) -> usize {
    const ONE: usize = 32;
    ONE + match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(object) => size_without(object, &[]),
        _ => 0,
    }
}

//! One webhook on demand, to see what a receiver does with it: the documented examples, with what a caller wants to be
//! different. Needs no sandbox: nothing happens in any.

use std::time::Duration;

use fastrand::Rng;
use serde_json::Value;

use crate::clock::now_ms;
use crate::deliver;
use crate::error::SandboxError;
use crate::state::ids;
use crate::state::settings::Webhook;

/// How an example of the API document is known to be a webhook's.
const PREFIX: &str = "webhook_";
const TIMEOUT: Duration = Duration::from_secs(5);

/// A documented webhook, ready to be sent.
///
/// ```
/// use groups_sandbox::Trigger;
///
/// let trigger = Trigger::new("group_created")?.set("subject", "Trip to Kyoto")?;
/// assert_eq!(trigger.body()["entry"][0]["changes"][0]["value"]["groups"][0]["subject"], "Trip to Kyoto");
/// # Ok::<(), groups_sandbox::SandboxError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Trigger {
    body: Value,
}

/// What a receiver answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answered {
    /// The status; only 200 counts as taken.
    pub status: u16,
    /// How long it took. More than 5 seconds count as no answer.
    pub took: Duration,
}

impl Trigger {
    /// The names of all there are: the webhook examples of the API document, documented forms and others that sources
    /// show.
    pub fn names() -> impl Iterator<Item = &'static str> {
        groups_spec::EXAMPLES.iter().filter_map(|example| example.name.strip_prefix(PREFIX))
    }

    /// The webhook of this name, as of now and with a new request id where it has one.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid), naming those there are.
    pub fn new(name: &str) -> Result<Self, SandboxError> {
        let unknown = || {
            let names: Vec<&str> = Self::names().collect();
            SandboxError::invalid(format!("there is no event {name:?}; there are {}", names.join(", ")))
        };
        let example = groups_spec::example(&format!("{PREFIX}{name}")).ok_or_else(unknown)?;
        let body = serde_json::from_str(example.body)
            .map_err(|error| SandboxError::invalid(format!("the example {name} is broken: {error}")))?;
        let mut trigger = Self { body };
        let event = trigger.event()?;
        if let Some(timestamp) = event.get_mut("timestamp") {
            let now = now_ms().div_euclid(1000);
            *timestamp = if timestamp.is_string() { now.to_string().into() } else { now.into() };
        }
        if let Some(request_id) = event.get_mut("request_id") {
            *request_id = ids::request_id(&mut Rng::new()).into();
        }
        Ok(trigger)
    }

    /// Sets a member of the event, such as `group_id`, or `group_subject.text` further inside. A value is read as JSON,
    /// and as a plain text where it is none; `null` takes the member away.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where there is nothing to set it in.
    pub fn set(mut self, member: &str, value: &str) -> Result<Self, SandboxError> {
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
        let (inside, name) = member.rsplit_once('.').map_or(("", member), |(inside, name)| (inside, name));
        let mut place = self.event()?;
        for part in inside.split('.').filter(|part| !part.is_empty()) {
            place = match place {
                Value::Array(items) => part.parse::<usize>().ok().and_then(|index| items.get_mut(index)),
                other => other.get_mut(part),
            }
            .ok_or_else(|| {
                SandboxError::invalid(format!("the event has no {inside}, so {member} cannot be set"))
            })?;
        }
        match place {
            Value::Object(members) if value.is_null() => {
                members.remove(name);
            }
            Value::Object(members) => {
                members.insert(name.to_owned(), value);
            }
            _ => return Err(SandboxError::invalid(format!("the event has nothing to set {member} in"))),
        }
        Ok(self)
    }

    /// What is sent.
    pub fn body(&self) -> &Value {
        &self.body
    }

    /// Sends it once, with the headers and the signature of the webhook.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for what is no URL, and
    /// [`ErrorKind::NotDelivered`](crate::ErrorKind::NotDelivered) when nothing answered within five seconds.
    pub async fn send(&self, webhook: &Webhook) -> Result<Answered, SandboxError> {
        webhook.check().map_err(SandboxError::invalid)?;
        let sender = deliver::Sender::to(&webhook.url)
            .map_err(|why| SandboxError::not_delivered(&webhook.url, &why))?;
        let begun = std::time::Instant::now();
        let sent = deliver::post(&sender, webhook, self.body.to_string(), TIMEOUT).await;
        let status = sent.map_err(|why| SandboxError::not_delivered(&webhook.url, &why))?;
        Ok(Answered { status, took: begun.elapsed() })
    }

    /// The event: the first of the list that the field of the example has.
    fn event(&mut self) -> Result<&mut Value, SandboxError> {
        const LISTS: [&str; 2] = ["groups", "user_id_update"];
        let value = self.body.pointer_mut("/entry/0/changes/0/value").and_then(Value::as_object_mut);
        let list = value.and_then(|value| {
            let name = LISTS.into_iter().find(|name| value.contains_key(*name))?;
            value.get_mut(name)
        });
        list.and_then(|list| list.get_mut(0)).ok_or_else(|| SandboxError::invalid("the example has no event"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document;

    #[test]
    fn every_event_can_be_made_and_the_documented_ones_fit_the_document() {
        let mut count = 0;
        for name in Trigger::names() {
            let trigger = Trigger::new(name).unwrap();
            let example = groups_spec::example(&format!("{PREFIX}{name}")).unwrap();
            if example.documented {
                assert_eq!(document::faults("Notification", trigger.body()), [""; 0], "{name}");
            }
            count += 1;
        }
        assert!(count > 20);
    }

    #[test]
    fn members_are_set_deep_inside_and_taken_away() {
        let trigger = Trigger::new("settings_updated").unwrap();
        let trigger = trigger.set("group_subject.update_successful", "false").unwrap();
        let trigger = trigger.set("profile_picture", "null").unwrap().set("group_id", "G1").unwrap();
        let event = &trigger.body()["entry"][0]["changes"][0]["value"]["groups"][0];
        assert_eq!(event["group_subject"]["update_successful"], false);
        assert_eq!(event.get("profile_picture"), None);
        assert_eq!(event["group_id"], "G1");
        let trigger = Trigger::new("user_id_updated").unwrap().set("user_id.current", "US.7").unwrap();
        let event = &trigger.body()["entry"][0]["changes"][0]["value"]["user_id_update"][0];
        assert_eq!(event["user_id"]["current"], "US.7");
        assert_ne!(event["timestamp"], "1759320005", "the time is that of sending");
        assert!(trigger.clone().set("nothing.here", "1").unwrap_err().to_string().contains("nothing"));
        assert!(trigger.set("type.here", "1").is_err());
        assert!(Trigger::new("group_made").unwrap_err().to_string().contains("group_created"));
    }
}

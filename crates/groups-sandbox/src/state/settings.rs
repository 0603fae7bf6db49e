//! What is set about a sandbox besides its groups: switches, faults, where webhooks go, the key, the clock.
//! Stored with the groups, so that every process that opens the same file behaves alike.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::behaviour::Behaviour;
use super::fault::Fault;

pub(crate) const DEFAULT_KEY: &str = "sandbox";

/// Where webhooks are delivered.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Webhook {
    /// The URL that notifications are posted to.
    pub url: String,
    /// Headers sent along, such as one with a secret that the receiver checks.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Signs each body: `x-360dialog-signature` is then the HMAC-SHA256 under this secret, in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

impl Webhook {
    /// Whether something can be sent there.
    pub(crate) fn check(&self) -> Result<(), String> {
        let Ok(url) = reqwest::Url::parse(&self.url) else {
            return Err(format!("the webhook URL {:?} is no URL", self.url));
        };
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(format!("the webhook URL must be http or https, got {:?}", self.url));
        }
        for (name, value) in &self.headers {
            let named = reqwest::header::HeaderName::from_bytes(name.as_bytes()).is_ok();
            if !named || reqwest::header::HeaderValue::from_str(value).is_err() {
                return Err(format!("{name:?} is no header that can be sent"));
            }
        }
        Ok(())
    }

    /// To this URL, without headers or a signature.
    pub fn to(url: impl Into<String>) -> Self {
        Self { url: url.into(), ..Self::default() }
    }
}

/// How the sandbox's time differs from the machine's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Clock {
    offset_ms: i64,
    /// Where it stands still.
    stopped_at_ms: Option<i64>,
}

impl Clock {
    pub(crate) fn now(self, real_ms: i64) -> i64 {
        self.stopped_at_ms.unwrap_or_else(|| real_ms.saturating_add(self.offset_ms))
    }

    pub(crate) fn is_stopped(self) -> bool {
        self.stopped_at_ms.is_some()
    }

    /// Moves the time forward.
    pub(crate) fn advance(&mut self, by_ms: i64) {
        match &mut self.stopped_at_ms {
            Some(at) => *at = at.saturating_add(by_ms),
            None => self.offset_ms = self.offset_ms.saturating_add(by_ms),
        }
    }

    pub(crate) fn stop(&mut self, real_ms: i64) {
        self.stopped_at_ms = Some(self.now(real_ms));
    }

    /// Goes on from where it stood.
    pub(crate) fn go_on(&mut self, real_ms: i64) {
        if let Some(at) = self.stopped_at_ms.take() {
            self.offset_ms = at.saturating_sub(real_ms);
        }
    }
}

/// A fault with the number it is taken away by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ScriptedFault {
    pub(crate) id: u64,
    pub(crate) fault: Fault,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    pub(crate) api_key: String,
    pub(crate) behaviour: Behaviour,
    pub(crate) faults: Vec<ScriptedFault>,
    /// The last id given to a fault.
    pub(crate) last_fault: u64,
    pub(crate) webhook: Option<Webhook>,
    pub(crate) clock: Clock,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            api_key: DEFAULT_KEY.to_owned(),
            behaviour: Behaviour::default(),
            faults: Vec::new(),
            last_fault: 0,
            webhook: None,
            clock: Clock::default(),
        }
    }
}

impl Settings {
    pub(crate) fn add_fault(&mut self, fault: Fault) -> u64 {
        self.last_fault += 1;
        self.faults.push(ScriptedFault { id: self.last_fault, fault });
        self.last_fault
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopped_clock_moves_only_when_it_is_moved_and_goes_on_from_there() {
        let mut clock = Clock::default();
        assert_eq!(clock.now(1_000), 1_000);
        clock.advance(500);
        assert_eq!(clock.now(2_000), 2_500);
        clock.stop(2_000);
        assert_eq!(clock.now(9_000), 2_500);
        clock.advance(100);
        assert_eq!(clock.now(9_000), 2_600);
        clock.go_on(9_000);
        assert_eq!(clock.now(9_001), 2_601);
    }
}

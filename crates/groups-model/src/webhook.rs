//! Where 360dialog delivers the webhooks of a number (Facts 4.7).

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Extra;

/// Where webhooks go. Nothing is certain to be told: what is shown where no URL is set is not documented (Facts 4.7).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Webhook {
    /// The URL that notifications are posted to; absent where none is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Headers sent along, such as one that the receiver knows the sender by: secrets.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// What the server sent besides.
    #[serde(default, skip_serializing_if = "Extra::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, serde_json::Value>"))]
    pub extra: Extra,
}

impl Webhook {
    /// With a URL, if one is set, and headers.
    pub fn new(url: Option<String>, headers: BTreeMap<String, String>) -> Self {
        Self { url, headers, extra: Extra::new() }
    }
}

/// Without the values of headers, which are secrets, and without a query, which may hold one.
impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.url.as_deref().map(|url| url.split(['?', '#']).next().unwrap_or_default());
        let headers: Vec<&String> = self.headers.keys().collect();
        f.debug_struct("Webhook").field("url", &url).field("headers", &headers).finish_non_exhaustive()
    }
}

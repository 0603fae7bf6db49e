//! The rule for base URLs of this crate's HTTP clients: https, or http to a loopback address.

use std::net::IpAddr;

use reqwest::Url;

/// A base URL that keeps the rule.
#[derive(Debug, Clone)]
pub(crate) struct BaseUrl {
    pub(crate) url: Url,
    /// Whether it names this machine.
    pub(crate) is_loopback: bool,
}

impl BaseUrl {
    /// Fails with the end of a sentence that begins with "the base URL". It does not repeat the URL.
    pub(crate) fn checked(base_url: &str) -> Result<Self, &'static str> {
        let url = Url::parse(base_url).map_err(|_| "is not a URL")?;
        let is_loopback = match url.host_str().map(|host| host.trim_matches(['[', ']'])) {
            Some("localhost") => true,
            Some(host) => host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
            None => return Err("has no host"),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not hold a user or a password");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("must not have a query or a fragment");
        }
        match url.scheme() {
            "https" => Ok(Self { url, is_loopback }),
            "http" if is_loopback => Ok(Self { url, is_loopback }),
            "http" => Err("must be https: plain http would show the key on the way"),
            _ => Err("must be https"),
        }
    }
}

//! The rule for base URLs of this crate's HTTP clients: https, or http to a loopback address.

use groups_connect::is_loopback;
use reqwest::Url;

/// Fails with the end of a sentence that begins with "the base URL". It does not repeat the URL.
pub(crate) fn checked(base_url: &str) -> Result<Url, &'static str> {
    let url = Url::parse(base_url).map_err(|_| "is not a URL")?;
    if url.host_str().is_none() {
        return Err("has no host");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user or a password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must not have a query or a fragment");
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err("must be https: plain http would show the key on the way"),
        _ => Err("must be https"),
    }
}

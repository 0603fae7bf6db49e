//! Where a request goes, as errors name it: host, port and proxy, without credentials, path or query.

use url::{Host, Url};

use crate::proxy::Via;

/// The host of a request and the proxy on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    host: String,
    proxy: Option<Via>,
}

impl Route {
    /// Without a proxy.
    pub fn direct(url: &Url) -> Self {
        Self { host: shown(url), proxy: None }
    }

    /// Through a proxy, if there is one.
    pub fn through(url: &Url, proxy: Option<Via>) -> Self {
        Self { host: shown(url), proxy }
    }

    /// The host, with its port where that is not the usual one.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The proxy, such as `http://proxy.example:3128`.
    pub fn proxy(&self) -> Option<&str> {
        self.proxy.as_ref().map(|proxy| proxy.address.as_str())
    }

    pub(crate) fn via(&self) -> Option<&Via> {
        self.proxy.as_ref()
    }
}

fn shown(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Whether a URL is one of this computer only.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_names_no_credentials_and_no_path() {
        for (url, host) in [
            ("https://user:s3cret@example.com/s3cret?s3cret", "example.com"),
            ("https://example.com:443/", "example.com"),
            ("http://[::1]:8080", "[::1]:8080"),
        ] {
            assert_eq!(Route::direct(&url.parse().unwrap()).host(), host);
        }
    }

    #[test]
    fn localhost_is_known_in_every_spelling() {
        for (url, expected) in [
            ("http://localhost", true),
            ("http://a.localhost:1", true),
            ("http://127.9.9.9/", true),
            ("http://[::1]:9", true),
            ("https://localhost.example.com", false),
            ("http://127.0.0.1.example.com", false),
            ("http://[2001:db8::1]", false),
            ("data:,x", false),
        ] {
            assert_eq!(is_loopback(&url.parse().unwrap()), expected, "{url}");
        }
    }
}

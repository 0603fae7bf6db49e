//! Names where events are forwarded to, as the queue keeps it. An URL may hold a secret, in its path as well, so only its
//! origin is kept, and a digest that tells it from others.

use std::fmt;

use sha2::{Digest as _, Sha256};
use url::Url;

/// Where events are forwarded to, without what may be secret of it: what waits for one target is never sent to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ForwardTarget(String);

impl ForwardTarget {
    /// Of a URL. Two of one URL are equal, others are not.
    pub(crate) fn of(url: &Url) -> Self {
        let digest = Sha256::digest(url.as_str().as_bytes());
        let digest = digest.iter().take(8).fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        Self(format!("{} {digest}", url.origin().ascii_serialization()))
    }

    /// As a store keeps it.
    pub fn as_key(&self) -> &str {
        &self.0
    }

    /// As a store has kept it.
    pub fn from_key(key: impl Into<String>) -> Self {
        Self(key.into())
    }
}

/// The origin, such as `https://example.com`.
impl fmt::Display for ForwardTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.split_once(' ').map_or(&*self.0, |(origin, _)| origin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_tells_urls_apart_and_keeps_no_secret() {
        let of = |url: &str| ForwardTarget::of(&url.parse().unwrap());
        let one = of("https://user:pass@example.com/T0/s3cret?token=s3cret");
        assert_eq!(one.to_string(), "https://example.com");
        assert!(!one.as_key().contains("s3cret") && !one.as_key().contains("pass"), "{}", one.as_key());
        assert_eq!(one, of("https://user:pass@EXAMPLE.com:443/T0/s3cret?token=s3cret"));
        assert_ne!(one, of("https://user:pass@example.com/T0/other?token=s3cret"));
        assert_eq!(ForwardTarget::from_key(one.as_key()), one);
        assert_eq!(of("http://localhost:3000/x").to_string(), "http://localhost:3000");
    }
}

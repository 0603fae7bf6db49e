//! Which number a journal is of: the service, and a fingerprint of the key. The key itself is never written down.

use secrecy::ExposeSecret as _;
use sha2::{Digest, Sha256};

use crate::context::Address;

/// A number, as a journal knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::command) struct Number {
    pub(super) to: String,
    pub(super) key: Option<String>,
}

impl Number {
    pub(in crate::command) fn of(address: &Address) -> Self {
        match address {
            Address::Api { base_url, key, .. } => {
                let digest = Sha256::new()
                    .chain_update(b"wagroups journal\0")
                    .chain_update(key.expose_secret().trim())
                    .finalize();
                let key = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
                Self { to: base_url.trim_end_matches('/').to_owned(), key: Some(key) }
            }
            Address::Sandbox(database) => {
                // However its folder is spelt; the file itself may not be there yet.
                let folder = database.parent().and_then(|folder| std::fs::canonicalize(folder).ok());
                let name = database.file_name().unwrap_or_default();
                let database = folder.map_or_else(|| database.clone(), |folder| folder.join(name));
                Self { to: format!("sandbox {}", database.display()), key: None }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_told_by_service_and_key_and_the_key_is_not_in_it() {
        let of = |url: &str, key: &str| {
            let (base_url, key) = (url.to_owned(), key.into());
            Number::of(&Address::Api { base_url, key, account: None })
        };
        let number = of("https://x/", "s3cret");
        assert_eq!(number, of("https://x", "s3cret "));
        assert_ne!(number, of("https://x", "s3cret2"));
        assert!(!format!("{number:?}").contains("s3cret"));
    }
}

//! The variables of the environment that libraries below read themselves: proxies and CA certificates. A value that cannot be
//! right is refused by the name of its variable; the value itself never appears, as it may hold a password.

use std::ffi::OsString;
use std::fmt;

use groups_model::pasted::{Flaw, clean_path};

use crate::proxy;

/// Which certificates are trusted. Read by the loader of certificates, as they are.
pub(crate) const CERTIFICATE_FILE: &str = "SSL_CERT_FILE";
pub(crate) const CERTIFICATE_FOLDERS: &str = "SSL_CERT_DIR";

/// A variable that cannot be right. Holds nothing of its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedVariable {
    pub(crate) name: &'static str,
    pub(crate) problem: String,
    pub(crate) advice: &'static str,
}

impl RefusedVariable {
    pub(crate) fn flawed(name: &'static str, flaw: Flaw) -> Self {
        Self { name, problem: flaw.to_string(), advice: flaw.advice() }
    }

    /// What to do about it.
    pub fn advice(&self) -> &'static str {
        self.advice
    }
}

/// Such as `HTTPS_PROXY has quotation marks around it`.
impl fmt::Display for RefusedVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.problem)
    }
}

impl std::error::Error for RefusedVariable {}

/// Every variable of proxies and CA certificates that cannot be right, whether a connection needs it or not.
pub fn refused_variables() -> Vec<RefusedVariable> {
    let lookup = |name: &str| std::env::var_os(name);
    let mut refused = proxy::refused(&lookup);
    refused.extend(refused_certificates(&lookup));
    refused
}

/// The variables of CA certificates that cannot be right. macOS and Windows do not read them.
pub(crate) fn refused_certificates(lookup: &dyn Fn(&str) -> Option<OsString>) -> Vec<RefusedVariable> {
    if cfg!(any(target_os = "macos", windows)) {
        return Vec::new();
    }
    let file = lookup(CERTIFICATE_FILE).and_then(|value| {
        if value.is_empty() {
            let advice = "Set it to a PEM file of CA certificates, or unset it to use the system's.";
            return Some(RefusedVariable {
                name: CERTIFICATE_FILE,
                problem: "is set but empty".to_owned(),
                advice,
            });
        }
        Some(RefusedVariable::flawed(CERTIFICATE_FILE, flaw_of_path(&value)?))
    });
    let folders = lookup(CERTIFICATE_FOLDERS).and_then(|value| {
        // Marks around the whole value are at an end of the first and of the last folder.
        let flaw = flaw_of_path(&value)
            .or_else(|| std::env::split_paths(&value).find_map(|folder| flaw_of_path(folder.as_os_str())));
        Some(RefusedVariable::flawed(CERTIFICATE_FOLDERS, flaw?))
    });
    file.into_iter().chain(folders).collect()
}

/// White space around it would be a part of the path. A path that is no UTF-8 is a path all the same.
fn flaw_of_path(value: &std::ffi::OsStr) -> Option<Flaw> {
    let value = value.to_str()?;
    match clean_path(value) {
        Ok(cleaned) if cleaned.len() == value.len() => None,
        Ok(_) => Some(Flaw::WhiteSpaceAround),
        Err(flaw) => Some(flaw),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str, value: &str) -> Vec<String> {
        let lookup = |wanted: &str| (wanted == name).then(|| OsString::from(value));
        let refused = refused_certificates(&lookup);
        assert!(refused.iter().all(|refused| refused.advice().ends_with('.')));
        refused.iter().map(ToString::to_string).collect()
    }

    #[cfg(not(any(target_os = "macos", windows)))]
    #[test]
    fn paths_of_certificates_are_refused_by_the_name_of_their_variable() {
        for name in [CERTIFICATE_FILE, CERTIFICATE_FOLDERS] {
            for (value, said) in [
                ("\"/x\"", "has quotation marks around it"),
                ("\u{feff}/x", "contains a byte order mark (U+FEFF)"),
                ("/x\u{200b}", "contains a zero-width space (U+200B)"),
                ("/x\n", "has white space around it"),
            ] {
                assert_eq!(refused(name, value), [format!("{name} {said}")], "{value:?}");
            }
            assert!(refused(name, "/a b/c.pem").is_empty());
        }
        assert_eq!(refused(CERTIFICATE_FOLDERS, "/x:\"/y\"").len(), 1);
        assert!(
            refused(CERTIFICATE_FOLDERS, "").is_empty() && refused(CERTIFICATE_FOLDERS, "/x:/y").is_empty()
        );
        assert_eq!(refused(CERTIFICATE_FILE, ""), ["SSL_CERT_FILE is set but empty"]);
    }
}

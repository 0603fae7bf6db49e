//! Why no CA certificates were found: what the variables name that are read in place of the system's certificates.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::Path;

use crate::variable::{CERTIFICATE_FILE as FILE, CERTIFICATE_FOLDERS as FOLDERS};

const IF_NONE_WAS_READ: &str = "contains no PEM certificate that can be read";
const IF_NONE_WAS_FOUND: &str = "contains no file with a PEM certificate";

/// What is wrong with the variables, as clauses; nothing where neither is set. For when no certificate was read.
pub(crate) fn problems() -> Vec<String> {
    problems_of(&|name| std::env::var_os(name), false)
}

/// As [`problems`], when some certificates were read: only what is wrong in any case.
pub(crate) fn certain_problems() -> Vec<String> {
    problems_of(&|name| std::env::var_os(name), true)
}

/// What to do: to correct what is set, else to install certificates.
pub(crate) fn advice() -> &'static str {
    let is_set = |name| std::env::var_os(name).is_some();
    match (is_set(FILE), is_set(FOLDERS)) {
        (true, false) => {
            "Correct or unset SSL_CERT_FILE: without it the CA certificates of the system are used."
        }
        (false, true) => {
            "Correct or unset SSL_CERT_DIR: without it the CA certificates of the system are used."
        }
        (true, true) => {
            "Correct or unset SSL_CERT_FILE and SSL_CERT_DIR: without them the CA certificates of the system are used."
        }
        (false, false) => {
            "Install the CA certificates of the system (package `ca-certificates`), or set SSL_CERT_FILE to a PEM file that \
             contains them."
        }
    }
}

fn problems_of(lookup: &dyn Fn(&str) -> Option<OsString>, certain: bool) -> Vec<String> {
    let file = lookup(FILE).map(|value| format!("{FILE} {}", of_file(&value)));
    let folders = lookup(FOLDERS).map(|value| format!("{FOLDERS} {}", of_folders(&value)));
    let is_certain =
        |problem: &String| !problem.ends_with(IF_NONE_WAS_READ) && !problem.ends_with(IF_NONE_WAS_FOUND);
    file.into_iter().chain(folders).filter(|problem| !certain || is_certain(problem)).collect()
}

fn of_file(value: &OsStr) -> String {
    if value.is_empty() {
        return "is set but empty".to_owned();
    }
    match fs::metadata(value) {
        Ok(found) if found.is_dir() => {
            format!("names {value:?}, which is a folder; SSL_CERT_DIR names folders")
        }
        Ok(_) => match fs::read(value) {
            Ok(content) => format!("names {value:?}, which {}", of_content(&content)),
            Err(error) => unreadable(value, &error),
        },
        Err(error) => unreadable(value, &error),
    }
}

fn of_folders(value: &OsStr) -> String {
    let mut problems =
        std::env::split_paths(value).filter(|path| !path.as_os_str().is_empty()).map(|path| of_folder(&path));
    let Some(first) = problems.next() else { return "is set but empty".to_owned() };
    problems.fold(first, |all, problem| format!("{all}, and {problem}"))
}

fn of_folder(path: &Path) -> String {
    match fs::metadata(path) {
        Ok(found) if !found.is_dir() => format!("names {path:?}, which is not a folder"),
        Ok(_) => format!("names {path:?}, which {IF_NONE_WAS_FOUND}"),
        Err(error) => unreadable(path.as_os_str(), &error),
    }
}

fn unreadable(path: &OsStr, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => format!("names {path:?}, which does not exist"),
        io::ErrorKind::PermissionDenied => format!("names {path:?}, which may not be read"),
        _ => format!("names {path:?}, which cannot be read ({error})"),
    }
}

fn of_content(content: &[u8]) -> &'static str {
    const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
    // A certificate in DER is a sequence with two bytes of length.
    match content {
        [] => "is empty",
        [0x30, 0x82, ..] => "contains a certificate in DER, not in PEM",
        _ if content.windows(BEGIN.len()).any(|window| window == BEGIN) => IF_NONE_WAS_READ,
        _ => "contains no PEM certificate",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &'static str, value: &str) -> String {
        let found = problems_of(&|wanted| (wanted == name).then(|| OsString::from(value)), false);
        found.join("; ")
    }

    #[test]
    fn what_a_variable_names_is_described() {
        let here = env!("CARGO_MANIFEST_DIR");
        let source = format!("{here}/Cargo.toml");
        for (name, value, said) in [
            (FILE, "/nope", "SSL_CERT_FILE names \"/nope\", which does not exist"),
            (FILE, "", "SSL_CERT_FILE is set but empty"),
            (FOLDERS, "", "SSL_CERT_DIR is set but empty"),
            (FOLDERS, ":/nope:", "SSL_CERT_DIR names \"/nope\", which does not exist"),
        ] {
            assert_eq!(of(name, value), said);
        }
        assert!(of(FILE, here).ends_with("which is a folder; SSL_CERT_DIR names folders"));
        assert!(of(FILE, &source).ends_with("which contains no PEM certificate"));
        assert!(of(FOLDERS, here).ends_with("which contains no file with a PEM certificate"));
        assert!(of(FOLDERS, &source).ends_with("which is not a folder"));
        assert_eq!(problems_of(&|_| None, false), [""; 0]);
    }

    #[test]
    fn a_folder_that_may_have_been_read_is_no_certain_problem() {
        let of = |value: &'static str| problems_of(&|wanted| (wanted == FOLDERS).then(|| value.into()), true);
        assert_eq!(of(env!("CARGO_MANIFEST_DIR")), [""; 0]);
        assert_eq!(of("/nope"), ["SSL_CERT_DIR names \"/nope\", which does not exist"]);
    }

    #[test]
    fn what_a_file_contains_is_told_apart() {
        for (content, said) in [
            (&b""[..], "is empty"),
            (b"\x30\x82\x01\x02", "contains a certificate in DER, not in PEM"),
            (b"-----BEGIN CERTIFICATE-----\n!\n", "contains no PEM certificate that can be read"),
            (b"-----BEGIN PRIVATE KEY-----", "contains no PEM certificate"),
        ] {
            assert_eq!(of_content(content), said);
        }
    }
}

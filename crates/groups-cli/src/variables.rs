//! Reads variables of the environment. One function reads all of them: it trims white space and refuses by name what
//! cannot be right, such as quotation marks around a value. A value never appears in a message, as it may be a secret.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use groups_model::pasted::{Flaw, clean, clean_key, clean_path, clean_word};
use secrecy::SecretString;

use crate::accounts::{PROFILE_NAME_FORM, ProfileName};
use crate::failure::Failure;

/// A variable as it was found. It is refused only where a command needs it.
#[derive(Clone, Debug, Default)]
pub(crate) enum Given<T> {
    #[default]
    Unset,
    /// Set to nothing, or to white space only.
    Empty,
    Value(T),
    Refused(Refused),
}

/// A variable that cannot be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    name: &'static str,
    problem: Problem,
}

/// Why it cannot be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Problem {
    Flaw(Flaw),
    /// A folder that would be another one in each working directory.
    Relative,
    /// No profile can have this name.
    NoProfileName,
}

impl From<Flaw> for Problem {
    fn from(flaw: Flaw) -> Self {
        Self::Flaw(flaw)
    }
}

impl Refused {
    pub(crate) fn failure(self, command: &str) -> Failure {
        let Self { name, problem } = self;
        match problem {
            Problem::Flaw(flaw) => {
                Failure::configuration(command, format!("{name} {flaw}")).with_remedy(match name {
                    "D360_API_KEY" => {
                        format!("{} `--profile` uses a stored account in its place.", flaw.advice())
                    }
                    _ => flaw.advice().to_owned(),
                })
            }
            Problem::Relative => Failure::configuration(command, format!("{name} is not an absolute path"))
                .with_remedy(
                    "Set it to a path that begins at the root, or name a folder with `--config-dir` or WAGROUPS_CONFIG_DIR.",
                ),
            Problem::NoProfileName => {
                Failure::configuration(command, format!("{name} is not the name of a profile: {PROFILE_NAME_FORM}"))
                    .with_remedy(
                        "Correct or unset the variable; `--profile` is stronger. `wagroups auth list` prints the profiles.",
                    )
            }
        }
    }
}

impl<T> Given<T> {
    /// The value, if there is one.
    pub(crate) fn get(&self, command: &str) -> Result<Option<&T>, Failure> {
        match self {
            Self::Unset | Self::Empty => Ok(None),
            Self::Value(value) => Ok(Some(value)),
            Self::Refused(refused) => Err(refused.failure(command)),
        }
    }

    /// The value of a variable that is an error if it is empty: whoever set it does not mean to do without.
    pub(crate) fn required(&self, name: &str, command: &str) -> Result<Option<&T>, Failure> {
        match self {
            Self::Empty => Err(Failure::configuration(command, format!("{name} is set but empty"))
                .with_remedy("Set it to its value, or unset it to do without.")),
            _ => self.get(command),
        }
    }

    /// Whether it is set to anything.
    pub(crate) fn is_set(&self) -> bool {
        matches!(self, Self::Value(_) | Self::Refused(_))
    }

    pub(crate) fn refused(&self) -> Option<Refused> {
        match self {
            Self::Refused(refused) => Some(*refused),
            _ => None,
        }
    }
}

impl<T> From<Option<T>> for Given<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Unset, Self::Value)
    }
}

/// A form that a value has.
type Form = fn(&str) -> Result<&str, Problem>;

/// What a variable contains.
fn read<T>(name: &'static str, value: Option<OsString>, form: Form, make: fn(&str) -> T) -> Given<T> {
    let Some(value) = value else { return Given::Unset };
    match value.to_str().ok_or(Problem::Flaw(Flaw::NotUtf8)).and_then(form) {
        Ok("") => Given::Empty,
        Ok(text) => Given::Value(make(text)),
        Err(problem) => Given::Refused(Refused { name, problem }),
    }
}

/// The API key.
pub(crate) fn key(name: &'static str) -> Given<SecretString> {
    read(name, std::env::var_os(name), of_key, |text| SecretString::from(text))
}

/// One word, such as a URL.
pub(crate) fn word(name: &'static str) -> Given<String> {
    read(name, std::env::var_os(name), of_word, str::to_owned)
}

/// The name of a stored account.
pub(crate) fn profile_name(name: &'static str) -> Given<String> {
    read(name, std::env::var_os(name), of_profile_name, str::to_owned)
}

/// A line of text.
pub(crate) fn line(name: &'static str) -> Given<String> {
    read(name, std::env::var_os(name), of_line, str::to_owned)
}

/// Several words with white space between them, line breaks included.
pub(crate) fn words(name: &'static str) -> Given<String> {
    read(name, std::env::var_os(name), several, str::to_owned)
}

/// A line of text that a library reads again, as it is.
pub(crate) fn exact(name: &'static str) -> Given<String> {
    read(name, std::env::var_os(name), of_exact_line, str::to_owned)
}

/// The path of a file or folder. One that is no UTF-8 is taken as it is.
pub(crate) fn path(name: &'static str) -> Given<PathBuf> {
    read_path(name, std::env::var_os(name), of_path)
}

/// The path of a folder that is the same wherever the command runs.
pub(crate) fn absolute_path(name: &'static str) -> Given<PathBuf> {
    read_path(name, std::env::var_os(name), of_absolute_path)
}

fn read_path(name: &'static str, value: Option<OsString>, form: Form) -> Given<PathBuf> {
    match value {
        Some(value) if value.to_str().is_none() => Given::Value(PathBuf::from(value)),
        value => read(name, value, form, |text| PathBuf::from(text)),
    }
}

fn of_key(value: &str) -> Result<&str, Problem> {
    Ok(clean_key(value)?)
}

fn of_word(value: &str) -> Result<&str, Problem> {
    Ok(clean_word(value)?)
}

fn of_line(value: &str) -> Result<&str, Problem> {
    Ok(clean(value)?)
}

fn of_path(value: &str) -> Result<&str, Problem> {
    Ok(clean_path(value)?)
}

fn of_profile_name(value: &str) -> Result<&str, Problem> {
    let value = of_word(value)?;
    match value.is_empty() || ProfileName::try_from(value.to_owned()).is_ok() {
        true => Ok(value),
        false => Err(Problem::NoProfileName),
    }
}

fn of_exact_line(value: &str) -> Result<&str, Problem> {
    let cleaned = of_line(value)?;
    match cleaned.is_empty() || cleaned.len() == value.len() {
        true => Ok(cleaned),
        false => Err(Flaw::WhiteSpaceAround.into()),
    }
}

fn of_absolute_path(value: &str) -> Result<&str, Problem> {
    let value = of_path(value)?;
    match value.is_empty() || Path::new(value).is_absolute() {
        true => Ok(value),
        false => Err(Problem::Relative),
    }
}

fn several(value: &str) -> Result<&str, Problem> {
    clean(&value.split_whitespace().collect::<Vec<_>>().join(" "))?;
    value.split_whitespace().try_for_each(|word| clean(word).map(drop))?;
    Ok(value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_trimmed_or_refused_by_name_and_its_value_is_not_shown() {
        let read = |value: &str, form: Form| read("NAME", Some(OsString::from(value)), form, str::to_owned);
        for form in [of_line, of_key, of_word, of_path, several] as [Form; 5] {
            assert!(matches!(read(" x\r\n", form), Given::Value(text) if text == "x"));
            assert!(matches!(read("\u{a0}\n", form), Given::Empty));
            for value in ["\"s3cret\"", "\u{feff}s3cret", "s3cret\u{200b}", "s3\u{7}cret"] {
                let refused = read(value, form).refused().unwrap().failure("list").report;
                assert!(refused.message.starts_with("NAME "), "{refused:?}");
                assert!(!format!("{refused:?}").contains("s3cret"), "{refused:?}");
                assert!(refused.remedy.unwrap().ends_with('.'));
            }
        }
        assert!(matches!(read("one\ntwo", several), Given::Value(_)));
        assert!(matches!(read("one \"two\"", several), Given::Refused(_)));
        assert!(matches!(read("one\ntwo", of_line), Given::Refused(_)));
        assert!(matches!(read(" x", of_exact_line), Given::Refused(_)));
        assert!(matches!(read("work\n", of_profile_name), Given::Value(text) if text == "work"));
        for name in ["a/b", "..", "\u{fc}", "Work"] {
            let refused = read(name, of_profile_name).refused().unwrap();
            assert_eq!(refused.problem, Problem::NoProfileName, "{name}");
        }
        assert!(matches!(read("", of_absolute_path), Given::Empty));
        let refused = read("rel/ative", of_absolute_path).refused().unwrap().failure("list").report;
        assert_eq!(refused.message, "NAME is not an absolute path");
        assert!(Given::<String>::Empty.required("NAME", "listen").is_err());
        assert!(Given::<String>::Unset.required("NAME", "listen").unwrap().is_none());
    }

    #[cfg(unix)]
    #[test]
    fn a_value_that_is_no_text_is_refused() {
        use std::os::unix::ffi::OsStringExt;
        let value = OsString::from_vec(b"s\xe9cret".to_vec());
        let given = super::read("NAME", Some(value), of_line, str::to_owned);
        assert_eq!(given.refused().unwrap().problem, Problem::Flaw(Flaw::NotUtf8));
    }
}

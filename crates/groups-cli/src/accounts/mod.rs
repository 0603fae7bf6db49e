//! Accounts: which number a command works for, where its key is, and why this one. An account is a profile of the
//! configuration or the key of the environment; the two are never mixed, so that no key reaches the address of another.

mod config;
mod keyring;
mod keys;
mod patience;

use groups_ergonomic::{DEFAULT_BASE_URL, check_base_url};
use secrecy::{ExposeSecret, SecretString};

pub(crate) use config::{Config, PROFILE_NAME_FORM, Profile, ProfileName, Storage};
pub(crate) use keyring::Keyring;
pub(crate) use keys::{KEY_MAX, Keys, is_shared};
pub(crate) use patience::Patience;

use crate::args::Globals;
use crate::context::Environment;
use crate::failure::Failure;
use crate::folders::Folder;

/// The variable that names an address.
const VARIABLE: &str = "WAGROUPS_BASE_URL";
/// What says where an account is reached, where nothing else does.
pub(crate) const DEFAULT: &str = "default";

/// Where the choice of an account comes from, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// `--profile`.
    Option,
    /// `D360_API_KEY`.
    Key,
    /// `WAGROUPS_PROFILE`.
    Variable,
    /// The profile that is active in the configuration.
    Active,
}

impl Source {
    pub(crate) const ALL: [Self; 4] = [Self::Option, Self::Key, Self::Variable, Self::Active];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Option => "--profile",
            Self::Key => "D360_API_KEY",
            Self::Variable => "WAGROUPS_PROFILE",
            Self::Active => "active profile",
        }
    }
}

/// The account of a command. The key of a profile is not read yet.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) source: Source,
    pub(crate) base_url: String,
    /// What names the address.
    pub(crate) base_url_from: &'static str,
    held: Held,
}

/// What shows a [`SecretString`] shows nothing of it.
#[derive(Debug)]
enum Held {
    Given(SecretString),
    Stored { name: ProfileName, base_url: String, storage: Storage, keys: Keys },
}

/// A text that differs where the account differs: its address, and its profile or key. May hold a secret: for digests
/// alone.
pub(crate) fn identity(base_url: &str, whose: &str) -> String {
    format!("{}\n{whose}", base_url.trim_end_matches('/'))
}

impl Account {
    /// See [`identity`].
    pub(crate) fn identity(&self) -> String {
        match &self.held {
            Held::Given(key) => identity(&self.base_url, key.expose_secret()),
            Held::Stored { name, .. } => identity(&self.base_url, name.as_str()),
        }
    }

    /// The address of the profile itself, where the environment names another that is used in its place. Nobody who runs
    /// the command has said so, and the variable may be left over.
    pub(crate) fn overridden(&self) -> Option<(&ProfileName, &str)> {
        match &self.held {
            Held::Stored { name, base_url, .. }
                if self.base_url_from == VARIABLE && !is_same(base_url, &self.base_url) =>
            {
                Some((name, base_url))
            }
            _ => None,
        }
    }

    /// Finds it; `None` where there is none. Asks no keyring. The configuration is not even read where the environment
    /// has the key.
    pub(crate) fn find(
        globals: &Globals,
        environment: &Environment,
        command: &str,
    ) -> Result<Option<Self>, Failure> {
        if globals.profile.is_none()
            && let Some(key) = environment.api_key(command)?
        {
            let (base_url, base_url_from) = address(globals, environment, None, command)?;
            let held = Held::Given(key.clone());
            return Ok(Some(Self { source: Source::Key, base_url, base_url_from, held }));
        }
        let folder = Folder::Configuration.find(globals, environment, command)?;
        let variable = match globals.profile {
            Some(_) => None,
            None => environment.profile(command)?,
        };
        let folder = match (folder, &globals.profile, variable) {
            (Some(folder), ..) => folder,
            // No home, and nobody who needs one.
            (None, None, None) => return Ok(None),
            (None, ..) => return Err(Folder::Configuration.homeless(command)),
        };
        let config = Config::read(&folder, command)?;
        let (source, name) = match (&globals.profile, variable, &config.active) {
            (Some(name), ..) => (Source::Option, name.as_str()),
            (None, Some(name), _) => (Source::Variable, name),
            (None, None, Some(name)) => (Source::Active, name.as_str()),
            (None, None, None) => return Ok(None),
        };
        let (name, profile) = config.find(name, source, command)?;
        let (base_url, base_url_from) = address(globals, environment, Some(&profile.base_url), command)?;
        let held = Held::Stored {
            name: name.clone(),
            base_url: profile.base_url.clone(),
            storage: profile.key_in,
            keys: Keys::new(&folder, Patience::of(globals)),
        };
        Ok(Some(Self { source, base_url, base_url_from, held }))
    }

    /// The profile, unless the environment has the key.
    pub(crate) fn profile(&self) -> Option<(&ProfileName, Storage)> {
        match &self.held {
            Held::Given(_) => None,
            Held::Stored { name, storage, .. } => Some((name, *storage)),
        }
    }

    /// Its key, from wherever it is kept.
    pub(crate) async fn key(&self, command: &str) -> Result<SecretString, Failure> {
        match &self.held {
            Held::Given(key) => Ok(key.clone()),
            Held::Stored { name, storage, keys, .. } => keys.read(name, *storage, command).await,
        }
    }
}

fn is_same(one: &str, other: &str) -> bool {
    one.trim_end_matches('/') == other.trim_end_matches('/')
}

/// Where an account is reached, and what says so.
pub(crate) fn address(
    globals: &Globals,
    environment: &Environment,
    of_profile: Option<&str>,
    command: &str,
) -> Result<(String, &'static str), Failure> {
    let variable = match globals.base_url {
        Some(_) => None,
        None => environment.base_url(command)?,
    };
    let (url, from) = match (&globals.base_url, variable, of_profile) {
        (Some(url), ..) => (url.as_str(), "--base-url"),
        (None, Some(url), _) => (url, VARIABLE),
        (None, None, Some(url)) => (url, "profile"),
        (None, None, None) => (DEFAULT_BASE_URL, DEFAULT),
    };
    match check_base_url(url) {
        Ok(()) => Ok((url.trim().to_owned(), from)),
        Err(error) => {
            let from = if from == "profile" { "the address of the profile" } else { from };
            Err(Failure::configuration(command, format!("{from} cannot be used: {}", error.message()))
                .with_remedy(error.cause_remedy().unwrap_or("Correct the address.")))
        }
    }
}

/// What is shown of a key: its last four characters where it is so long that they tell nobody anything.
pub(crate) fn masked(key: &SecretString) -> String {
    let key = key.expose_secret();
    let count = key.chars().count();
    if count < 24 {
        return "****".to_owned();
    }
    format!("****{}", key.chars().skip(count - 4).collect::<String>())
}

/// What a command says that needs an account and has none.
pub(crate) fn none(command: &str) -> Failure {
    Failure::configuration(command, "there is no API key: D360_API_KEY is not set, and no profile is active")
        .with_remedy(
            "`wagroups auth login` stores the key of your number, or set D360_API_KEY to it; `--sandbox` tries it \
             without an account.",
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_a_key_does_not_help_to_guess_it() {
        for (key, shown) in [
            ("", "****"),
            ("sandbox", "****"),
            ("12345678901234567890123", "****"),
            ("123456789012345678901234", "****1234"),
        ] {
            assert_eq!(masked(&SecretString::from(key)), shown);
        }
    }
}

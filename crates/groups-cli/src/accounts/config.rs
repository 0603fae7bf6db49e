//! The configuration: profiles by name, and which of them is active. It holds no key. What cannot be understood is told
//! with its file and line, and never overwritten; writers take turns and read again, so that none undoes another.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Patience, Source};
use crate::failure::Failure;
use crate::folders::create_private;
use crate::private_file::{self, Kept};

const FILE: &str = "config.toml";
const LOCK: &str = "config.lock";

const HEAD: &str = "\
# The accounts of wagroups, as `wagroups auth` writes them; comments are not kept. Keys are not in here.

";

/// All profiles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The profile that is used where nothing else is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) active: Option<ProfileName>,
    #[serde(default)]
    pub(crate) profiles: BTreeMap<ProfileName, Profile>,
}

/// One account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// Where the API is.
    pub(crate) base_url: String,
    /// Where the key is kept.
    pub(crate) key_in: Storage,
}

/// Where a key is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Storage {
    /// The system's keyring.
    Keyring,
    /// A file that only its owner may read.
    File,
}

/// The name of a profile, which is also that of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(try_from = "String")]
pub(crate) struct ProfileName(String);

/// What form a name has.
pub(crate) const PROFILE_NAME_FORM: &str =
    "it has 1 to 64 of a to z, 0 to 9, - and _, and does not begin with -";

/// Longest name of a profile.
const NAME_MAX: usize = 64;

impl ProfileName {
    /// Where no name is given.
    pub(crate) fn default_one() -> Self {
        Self("default".to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// One that a user gave.
    pub(crate) fn given(text: &str, command: &str) -> Result<Self, Failure> {
        Self::try_from(text.to_owned()).map_err(|problem| {
            Failure::usage(command, format!("{text:?} cannot be the name of a profile: {problem}"))
        })
    }
}

impl TryFrom<String> for ProfileName {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
        // No capitals: some file systems do not tell them apart.
        if text.is_empty() || text.len() > NAME_MAX || text.starts_with('-') || !text.chars().all(plain) {
            return Err(PROFILE_NAME_FORM);
        }
        Ok(Self(text))
    }
}

impl Borrow<str> for ProfileName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for ProfileName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Config {
    pub(crate) fn file(folder: &Path) -> PathBuf {
        folder.join(FILE)
    }

    /// Reads it; without one there are no profiles.
    pub(crate) fn read(folder: &Path, command: &str) -> Result<Self, Failure> {
        let file = Self::file(folder);
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(unreadable(&file, &error.to_string(), command)),
        };
        toml::from_str(&text).map_err(|error| {
            let place = error.span().map(|span| {
                let before = text.get(..span.start).unwrap_or_default();
                format!("line {}: ", before.matches('\n').count() + 1)
            });
            unreadable(&file, &format!("{}{}", place.unwrap_or_default(), harmless(error.message())), command)
        })
    }

    /// The profile of a name that `source` gave.
    pub(crate) fn find(
        &self,
        name: &str,
        source: Source,
        command: &str,
    ) -> Result<(&ProfileName, &Profile), Failure> {
        ProfileName::given(name, command)
            .map_err(|failure| failure.with_remedy("`wagroups auth list` prints the profiles."))?;
        self.profiles.get_key_value(name).ok_or_else(|| {
            let message = format!("there is no profile {name:?}, which {} names", source.as_str());
            let advice = match self.profiles.is_empty() {
                true => "`wagroups auth login` stores one.".to_owned(),
                false => format!(
                    "The profiles are {}; `wagroups auth login --profile NAME` stores another.",
                    self.names()
                ),
            };
            Failure::configuration(command, message).with_remedy(advice)
        })
    }

    pub(crate) fn names(&self) -> String {
        self.profiles.keys().map(ProfileName::as_str).collect::<Vec<_>>().join(", ")
    }

    /// Changes it, alone: others wait meanwhile, and what they have written is read first.
    pub(crate) async fn change<T>(
        folder: &Path,
        patience: Patience,
        command: &str,
        change: impl AsyncFnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let failed = |error: std::io::Error| unwritable(&Self::file(folder), &error, command);
        create_private(folder).map_err(failed)?;
        let lock = folder.join(LOCK);
        let notice = "Another wagroups process is changing the stored accounts.";
        let Some(taken) = patience.wait(notice, Lock::take(&lock)).await else {
            return Err(in_use(&lock, patience, command));
        };
        let _alone = taken.map_err(|error| unwritable(&lock, &error, command))?;
        let mut config = Self::read(folder, command)?;
        let before = config.clone();
        let changed = change(&mut config).await?;
        if config != before {
            config.write(folder).map_err(failed)?;
        }
        Ok(changed)
    }

    /// Writes it down before the change is through, where what follows must not be possible without.
    pub(crate) fn save(&self, folder: &Path, command: &str) -> Result<(), Failure> {
        self.write(folder).map_err(|error| unwritable(&Self::file(folder), &error, command))
    }

    fn write(&self, folder: &Path) -> std::io::Result<()> {
        let text = toml::to_string(self).map_err(std::io::Error::other)?;
        replace(&Self::file(folder), format!("{HEAD}{text}").as_bytes())
    }
}

/// How often to look whether another has let go of it.
const LOOKS: Duration = Duration::from_millis(50);

/// Held until it is dropped, or its process has ended.
struct Lock(#[expect(dead_code, reason = "it is the open file that holds the lock")] File);

impl Lock {
    async fn take(file: &Path) -> std::io::Result<Self> {
        let mut options = File::options();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let file = options.open(file)?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                // Whoever waits can be interrupted, and somebody may be typing at the other's keyring.
                Err(TryLockError::WouldBlock) => tokio::time::sleep(LOOKS).await,
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }
}

/// Replaces a file that must not be lost. Where it is a link, what it leads to is replaced, and the link stays.
pub(super) fn replace(file: &Path, content: &[u8]) -> std::io::Result<()> {
    let file = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    private_file::replace(&file, content, Kept::Lasting)
}

/// Without values that stand in the file: somebody may have put a key there.
fn harmless(message: &str) -> String {
    const TELLING: [&str; 3] = ["invalid type", "invalid value", "unknown variant"];
    let message = message.trim();
    if TELLING.iter().any(|telling| message.starts_with(telling)) {
        let expected = message.rsplit_once("expected ").map(|(_, expected)| expected);
        return format!("this value is none that belongs here; expected {}", expected.unwrap_or("another"));
    }
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn unreadable(file: &Path, why: &str, command: &str) -> Failure {
    Failure::configuration(command, format!("{} cannot be read: {why}", file.display())).with_remedy(
        "Correct the file, or move it away and store the accounts again with `wagroups auth login`; it is left as it is.",
    )
}

fn in_use(lock: &Path, patience: Patience, command: &str) -> Failure {
    let message = format!(
        "another process holds {}, and did not release it within {} s",
        lock.display(),
        patience.seconds()
    );
    Failure::configuration(command, message).with_remedy(
        "Wait until the other `wagroups auth` command has ended, or end it, then run this again; nothing was changed.",
    )
}

fn unwritable(file: &Path, error: &std::io::Error, command: &str) -> Failure {
    Failure::configuration(command, format!("{} cannot be written: {error}", file.display()))
        .with_remedy("Make its folder writable, or name another with `--config-dir`.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(Config::file(folder.path()), text).unwrap();
        Config::read(folder.path(), "list")
            .map_err(|failure| failure.report.message.replace(&folder.path().display().to_string(), "FOLDER"))
    }

    #[test]
    fn what_is_not_understood_is_told_with_its_line_and_without_its_values() {
        let profile = "[profiles.work]\nbase_url = \"https://x\"\nkey_in = \"file\"\n";
        assert_eq!(read(profile).unwrap().names(), "work");
        assert_eq!(read("").unwrap(), Config::default());
        for (text, expected) in [
            ("activ = \"work\"\n".to_owned(), "line 1: unknown field `activ`"),
            (format!("{profile}api_key = \"s3cret\"\n"), "line 4: unknown field `api_key`"),
            (
                profile.replace("\"file\"", "\"s3cret\""),
                "line 3: this value is none that belongs here; expected",
            ),
            ("profiles = \"s3cret\"\n".to_owned(), "line 1: this value is none that belongs here; expected"),
            (profile.replace("work", "\"a/b\""), "line 1: it has 1 to 64"),
            ("active = ".to_owned(), "line 1: "),
            ("s3cret\n".to_owned(), "line 1: "),
            (format!("{profile}key_in = \"s3cret\"\n"), "line 4: duplicate key"),
        ] {
            let said = read(&text).unwrap_err();
            assert!(said.starts_with("FOLDER/config.toml cannot be read: "), "{text:?}: {said}");
            assert!(said.contains(expected), "{text:?}: {said}");
            assert!(!said.contains("s3cret"), "{text:?}: {said}");
        }
    }

    #[tokio::test(flavor = "current_thread")]
    async fn what_is_written_is_read_and_a_broken_file_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let (folder, name) = (folder.path().join("deep/down"), ProfileName::default_one());
        let profile = Profile { base_url: "https://x".to_owned(), key_in: Storage::File };
        let add = async |config: &mut Config| {
            config.profiles.insert(name.clone(), profile.clone());
            config.active = Some(name.clone());
            Ok(())
        };
        Config::change(&folder, Patience::short(), "auth login", add).await.unwrap();
        let read = Config::read(&folder, "list").unwrap();
        assert_eq!((read.active.as_ref(), read.profiles.get(&name)), (Some(&name), Some(&profile)));
        std::fs::write(Config::file(&folder), "{").unwrap();
        assert!(Config::change(&folder, Patience::short(), "auth login", add).await.is_err());
        assert_eq!(std::fs::read_to_string(Config::file(&folder)).unwrap(), "{");
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_lock_that_another_process_holds_is_waited_for_only_so_long() {
        let folder = tempfile::tempdir().unwrap();
        let lock = folder.path().join(LOCK);
        let held = Lock::take(&lock).await.unwrap();
        let change = || Config::change(folder.path(), Patience::short(), "auth switch", async |_| Ok(()));
        let refused = change().await.unwrap_err().report;
        assert!(refused.message.contains("config.lock, and did not release it"), "{refused:?}");
        drop(held);
        change().await.unwrap();
    }

    #[test]
    fn names_are_those_of_files_everywhere() {
        for good in ["default", "a", "number-2", "x_y", "0"] {
            assert!(ProfileName::given(good, "x").is_ok(), "{good}");
        }
        for bad in ["", "..", "a/b", "A", "-x", "a b", "é", &"x".repeat(65)] {
            assert!(ProfileName::given(bad, "x").is_err(), "{bad}");
        }
    }
}

//! Where keys are kept: in the keyring, or in one file a profile that only its owner may read. A key is never in the
//! configuration, and a file that others may read is refused.

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use groups_model::pasted::{Flaw, clean_key};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use super::config::replace;
use super::{Keyring, Patience, ProfileName, Storage};
use crate::failure::Failure;
use crate::folders::create_private;

/// No key is longer; what is, was not meant to be one.
pub(crate) const KEY_MAX: usize = 4096;

/// The keys of the profiles in one folder. Holds none of them.
#[derive(Debug)]
pub(crate) struct Keys {
    folder: PathBuf,
    patience: Patience,
    #[cfg(all(test, feature = "keyring"))]
    mock: Option<std::sync::Arc<keyring_core::CredentialStore>>,
}

impl Keys {
    /// `folder` is the configuration's.
    pub(crate) fn new(folder: &Path, patience: Patience) -> Self {
        Self {
            folder: folder.to_owned(),
            patience,
            #[cfg(all(test, feature = "keyring"))]
            mock: None,
        }
    }

    pub(crate) fn file(&self, name: &ProfileName) -> PathBuf {
        self.folder.join("keys").join(name.as_str())
    }

    /// The place of a profile's key in the keyring. The folder is a part of it: another holds other profiles. However it is
    /// spelt, it is the same one.
    pub(crate) fn keyring(&self, name: &ProfileName) -> Keyring {
        let folder = std::fs::canonicalize(&self.folder).or_else(|_| std::path::absolute(&self.folder));
        let folder = folder.unwrap_or_else(|_| self.folder.clone());
        let entry = format!("{name} in {}", folder.display());
        #[cfg(all(test, feature = "keyring"))]
        if let Some(mock) = &self.mock {
            return Keyring::in_mock(&entry, mock);
        }
        Keyring::entry(entry, self.patience)
    }

    /// A place in the keyring where nothing is kept: asking for it tells whether the keyring answers.
    pub(crate) fn empty_place(patience: Patience) -> Keyring {
        Keyring::entry("doctor".to_owned(), patience)
    }

    pub(crate) async fn read(
        &self,
        name: &ProfileName,
        storage: Storage,
        command: &str,
    ) -> Result<SecretString, Failure> {
        let failed = |message: String, remedy: &str| {
            let again = format!("`wagroups auth login --profile {name}` stores the key anew");
            Failure::configuration(command, message).with_remedy(format!("{remedy}{again}."))
        };
        match storage {
            Storage::Keyring => match self.keyring(name).read().await {
                Ok(Some(key)) => match clean_key(key.expose_secret()) {
                    Ok(key) => Ok(SecretString::from(key)),
                    Err(flaw) => Err(failed(format!("the key of profile {name} in the keyring {flaw}"), "")),
                },
                Ok(None) => Err(failed(format!("the key of profile {name} is not in the keyring"), "")),
                Err(why) => Err(failed(
                    format!("the key of profile {name} is in the keyring, which cannot be used: {why}"),
                    "",
                )
                .with_remedy(format!(
                    "Unlock the keyring, or set D360_API_KEY to the key. `wagroups auth login --profile {name} --insecure-storage` \
                     keeps the key in a file, without the keyring."
                ))),
            },
            Storage::File => {
                let file = self.file(name);
                let told = |why: &str| format!("the key file {} cannot be used: {why}", file.display());
                match read_private(&file) {
                    Ok(key) => Ok(key),
                    Err(Unusable::Shared) => Err(failed(
                        told("others may read it"),
                        "If nobody has, `chmod 600` it; else replace the key in the 360dialog hub, and ",
                    )),
                    Err(Unusable::Absent) => Err(failed(told("it is not there"), "")),
                    Err(Unusable::Flawed(flaw)) => Err(failed(told(&format!("its key {flaw}")), "")),
                    Err(Unusable::Empty) => Err(failed(told("it holds no key"), "")),
                    Err(Unusable::Other(error)) => Err(failed(told(&error.to_string()), "")),
                }
            }
        }
    }

    /// Keeps a key in the keyring if that is wanted and possible, else in a file. Why it is not in the keyring, if so.
    pub(crate) async fn write(
        &self,
        name: &ProfileName,
        key: &SecretString,
        wanted: Storage,
        command: &str,
    ) -> Result<(Storage, Option<String>), Failure> {
        let why = match wanted {
            Storage::File => None,
            Storage::Keyring => match self.keyring(name).write(key).await {
                Ok(()) => return Ok((Storage::Keyring, None)),
                Err(why) => Some(why),
            },
        };
        let file = self.file(name);
        let written = create_private(&self.folder.join("keys")).and_then(|()| {
            let content = Zeroizing::new(format!("{}\n", key.expose_secret()));
            replace(&file, content.as_bytes())
        });
        match written {
            Ok(()) => Ok((Storage::File, why)),
            Err(error) => {
                let message = format!("the key file {} cannot be written: {error}", file.display());
                Err(Failure::configuration(command, message)
                    .with_remedy("Make its folder writable, or name another with `--config-dir`."))
            }
        }
    }

    /// Removes a key, if it is there.
    pub(crate) async fn remove(
        &self,
        name: &ProfileName,
        storage: Storage,
        command: &str,
    ) -> Result<(), Failure> {
        let (what, result) = match storage {
            Storage::Keyring => ("from the keyring".to_owned(), self.keyring(name).remove().await),
            Storage::File => {
                let file = self.file(name);
                // Where it is a link, the key is in what it leads to.
                let led_to = std::fs::canonicalize(&file).ok().filter(|led_to| *led_to != file);
                let gone = |file: &Path| match std::fs::remove_file(file) {
                    Err(error) if error.kind() != ErrorKind::NotFound => Err(error.to_string()),
                    _ => Ok(()),
                };
                let removed = led_to.map_or(Ok(()), |led_to| gone(&led_to)).and_then(|()| gone(&file));
                (format!("({})", file.display()), removed)
            }
        };
        result.map_err(|why| {
            let message = format!("the key of profile {name} could not be removed {what}: {why}");
            Failure::configuration(command, message).with_remedy(
                "Unlock or correct what the message names, then run it again: the profile stays until its key is removed.",
            )
        })
    }
}

enum Unusable {
    Absent,
    Shared,
    Empty,
    Flawed(Flaw),
    Other(std::io::Error),
}

fn read_private(file: &Path) -> Result<SecretString, Unusable> {
    let opened = std::fs::File::open(file).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Unusable::Absent,
        _ => Unusable::Other(error),
    })?;
    if is_shared(&opened).map_err(Unusable::Other)? {
        return Err(Unusable::Shared);
    }
    let mut text = Zeroizing::new(String::with_capacity(KEY_MAX + 1));
    opened.take(KEY_MAX as u64).read_to_string(&mut text).map_err(Unusable::Other)?;
    match clean_key(&text) {
        Ok("") => Err(Unusable::Empty),
        Ok(key) => Ok(SecretString::from(key)),
        Err(flaw) => Err(Unusable::Flawed(flaw)),
    }
}

/// Whether others than its owner may read it.
pub(crate) fn is_shared(file: &std::fs::File) -> std::io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        Ok(file.metadata()?.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        Ok(false)
    }
}

#[cfg(all(test, feature = "keyring"))]
mod tests {
    use super::*;

    fn name() -> ProfileName {
        ProfileName::default_one()
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_key_is_kept_where_it_is_wanted_and_found_there() {
        let folder = tempfile::tempdir().unwrap();
        let mut keys = Keys::new(folder.path(), Patience::short());
        keys.mock = Some(keyring_core::mock::Store::new().unwrap());
        let key = SecretString::from("k");
        for wanted in [Storage::Keyring, Storage::File] {
            let (storage, why) = keys.write(&name(), &key, wanted, "auth login").await.unwrap();
            assert_eq!((storage, why), (wanted, None));
            assert_eq!(
                keys.file(&name()).exists(),
                wanted == Storage::File,
                "no key lies where it is not wanted"
            );
            assert_eq!(keys.read(&name(), storage, "list").await.unwrap().expose_secret(), "k");
            keys.remove(&name(), storage, "auth logout").await.unwrap();
            assert!(keys.read(&name(), storage, "list").await.is_err());
            keys.remove(&name(), storage, "auth logout").await.unwrap();
        }
    }

    #[cfg(unix)]
    #[tokio::test(flavor = "current_thread")]
    async fn a_key_is_found_in_the_keyring_however_its_folder_is_spelt() {
        let folder = tempfile::tempdir().unwrap();
        let (plain, link) = (folder.path().join("plain"), folder.path().join("link"));
        std::fs::create_dir(&plain).unwrap();
        std::os::unix::fs::symlink(&plain, &link).unwrap();
        let mock: std::sync::Arc<keyring_core::CredentialStore> = keyring_core::mock::Store::new().unwrap();
        let keys = |folder: &Path| Keys { mock: Some(mock.clone()), ..Keys::new(folder, Patience::short()) };
        let key = SecretString::from("k");
        keys(&plain).write(&name(), &key, Storage::Keyring, "auth login").await.unwrap();
        for spelt in [link, plain.join("../plain"), plain.join("."), plain] {
            assert!(
                keys(&spelt).read(&name(), Storage::Keyring, "list").await.is_ok(),
                "{}",
                spelt.display()
            );
        }
        assert!(keys(folder.path()).read(&name(), Storage::Keyring, "list").await.is_err());
    }

    #[cfg(unix)]
    #[tokio::test(flavor = "current_thread")]
    async fn a_key_file_is_its_owners_alone_and_refused_where_it_is_not() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::new(folder.path(), Patience::short());
        keys.write(&name(), &SecretString::from("k"), Storage::File, "auth login").await.unwrap();
        let file = keys.file(&name());
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        let refused = keys.read(&name(), Storage::File, "list").await.err().unwrap();
        assert!(refused.report.message.contains("others may read it"), "{refused:?}");
    }
}

//! The system's keyring: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows. It is asked only for a
//! key that is kept there, on a thread of its own, as asking blocks and may wait for its owner to unlock it.

use std::sync::atomic::{AtomicBool, Ordering};

use secrecy::SecretString;

use super::Patience;

/// What our keys are filed under.
#[cfg(feature = "keyring")]
const SERVICE: &str = "wagroups";

/// Whether it has let a command of this process wait in vain. It is not waited for a second time.
static SILENT: AtomicBool = AtomicBool::new(false);

/// A place in the keyring, for the key of one profile in one folder.
#[derive(Clone, Debug)]
pub(crate) struct Keyring {
    entry: String,
    patience: Patience,
    #[cfg(all(test, feature = "keyring"))]
    mock: Option<std::sync::Arc<keyring_core::CredentialStore>>,
}

impl Keyring {
    pub(crate) fn entry(name: String, patience: Patience) -> Self {
        Self {
            entry: name,
            patience,
            #[cfg(all(test, feature = "keyring"))]
            mock: None,
        }
    }

    #[cfg(all(test, feature = "keyring"))]
    pub(super) fn in_mock(name: &str, mock: &std::sync::Arc<keyring_core::CredentialStore>) -> Self {
        Self { entry: name.to_owned(), patience: Patience::short(), mock: Some(mock.clone()) }
    }

    /// Whether there is one that answers.
    pub(crate) async fn is_reachable(&self) -> Result<(), String> {
        // Looking for one thing is all that can be asked without changing anything.
        self.read().await.map(drop)
    }

    /// The key; `None` where there is none.
    pub(crate) async fn read(&self) -> Result<Option<SecretString>, String> {
        self.clone().apart(Self::read_now).await
    }

    pub(crate) async fn write(&self, key: &SecretString) -> Result<(), String> {
        let key = key.clone();
        self.clone().apart(move |keyring| keyring.write_now(&key)).await
    }

    /// Removes the key, if there is one.
    pub(crate) async fn remove(&self) -> Result<(), String> {
        self.clone().apart(Self::remove_now).await
    }

    /// Asks on a thread of its own, which is left behind if the keyring does not answer: nothing can cancel it, and it ends
    /// with the process.
    async fn apart<T: Send + 'static>(
        self,
        ask: impl FnOnce(&Self) -> Result<T, String> + Send + 'static,
    ) -> Result<T, String> {
        let patience = self.patience;
        let silent = || {
            let seconds = patience.seconds();
            format!("the keyring does not answer (no answer within {seconds} s; it may be locked)")
        };
        if SILENT.load(Ordering::Relaxed) {
            return Err(silent());
        }
        let (tell, told) = tokio::sync::oneshot::channel();
        let thread = std::thread::Builder::new().name("keyring".to_owned());
        // Whoever gave up does not listen any more.
        thread.spawn(move || drop(tell.send(ask(&self)))).map_err(|error| error.to_string())?;
        const NOTICE: &str = "The keyring does not answer yet; it may be waiting to be unlocked.";
        match patience.wait(NOTICE, told).await {
            Some(Ok(answer)) => answer,
            Some(Err(_)) => Err("the keyring could not be asked".to_owned()),
            None => {
                SILENT.store(true, Ordering::Relaxed);
                Err(silent())
            }
        }
    }
}

#[cfg(feature = "keyring")]
mod there {
    use std::sync::Arc;

    use keyring_core::{CredentialStore, Entry, Error};
    use secrecy::{ExposeSecret, SecretString};

    use super::{Keyring, SERVICE};

    impl Keyring {
        fn open(&self) -> Result<Entry, String> {
            #[cfg(test)]
            let store = match &self.mock {
                Some(mock) => mock.clone(),
                None => system()?,
            };
            #[cfg(not(test))]
            let store = system()?;
            Entry::new_in_store(&store, SERVICE, &self.entry).map_err(told)
        }

        pub(super) fn read_now(&self) -> Result<Option<SecretString>, String> {
            match self.open()?.get_password() {
                Ok(key) => Ok(Some(SecretString::from(key))),
                Err(Error::NoEntry) => Ok(None),
                Err(error) => Err(told(error)),
            }
        }

        pub(super) fn write_now(&self, key: &SecretString) -> Result<(), String> {
            self.open()?.set_password(key.expose_secret()).map_err(told)
        }

        pub(super) fn remove_now(&self) -> Result<(), String> {
            match self.open()?.delete_credential() {
                Ok(()) | Err(Error::NoEntry) => Ok(()),
                Err(error) => Err(told(error)),
            }
        }
    }

    fn system() -> Result<Arc<CredentialStore>, String> {
        // Read again by the library: a value that cannot be right would look like a keyring that is missing.
        #[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
        if let Some(refused) = crate::variables::exact("DBUS_SESSION_BUS_ADDRESS").refused() {
            return Err(refused.failure("auth").report.message);
        }
        #[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
        return Ok(zbus_secret_service_keyring_store::Store::new().map_err(told)?);
        #[cfg(target_os = "macos")]
        return Ok(apple_native_keyring_store::keychain::Store::new().map_err(told)?);
        #[cfg(windows)]
        return Ok(windows_native_keyring_store::Store::new().map_err(told)?);
        #[cfg(not(any(
            all(unix, not(target_vendor = "apple"), not(target_os = "android")),
            target_os = "macos",
            windows
        )))]
        Err("this system has no keyring that is known".to_owned())
    }

    /// Of some errors only the kind: they carry what was read.
    fn told(error: Error) -> String {
        match error {
            Error::BadEncoding(_) | Error::BadDataFormat(..) => "what it holds is no key".to_owned(),
            Error::Ambiguous(_) => "it holds several entries of this name".to_owned(),
            other => other.to_string(),
        }
    }
}

#[cfg(not(feature = "keyring"))]
impl Keyring {
    fn read_now(&self) -> Result<Option<SecretString>, String> {
        Err(self.absent())
    }

    fn write_now(&self, _: &SecretString) -> Result<(), String> {
        Err(self.absent())
    }

    fn remove_now(&self) -> Result<(), String> {
        Err(self.absent())
    }

    fn absent(&self) -> String {
        format!("this build of wagroups knows no keyring to look for {:?} in", self.entry)
    }
}

#[cfg(all(test, feature = "keyring"))]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[tokio::test(flavor = "current_thread")]
    async fn a_key_is_kept_replaced_and_removed() {
        let mock: std::sync::Arc<keyring_core::CredentialStore> = keyring_core::mock::Store::new().unwrap();
        let keyring = Keyring::in_mock("a in /x", &mock);
        assert!(keyring.read().await.unwrap().is_none());
        keyring.is_reachable().await.unwrap();
        for key in ["one", "two"] {
            keyring.write(&SecretString::from(key)).await.unwrap();
            assert_eq!(keyring.read().await.unwrap().unwrap().expose_secret(), key);
        }
        let other = Keyring::in_mock("a in /y", &mock);
        assert!(other.read().await.unwrap().is_none(), "each folder has its own");
        for _ in 0..2 {
            keyring.remove().await.unwrap();
            assert!(keyring.read().await.unwrap().is_none());
        }
    }
}

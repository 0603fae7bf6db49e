//! What a command works with: format, folders, key, client, embedded sandbox. An option beats its variable, a
//! variable beats the account, the account beats the default. The key is told to nobody but the client.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ValueEnum;
use groups_ergonomic::{Client, ClientBuilder, RetryPolicy};
use groups_model::pasted::clean;
use groups_sandbox::{Sandbox, SandboxBuilder};
use secrecy::{ExposeSecret as _, SecretString};

use crate::accounts::{self, Account};
use crate::args::{Format, Globals};
use crate::creates::CreatesFile;
use crate::failure::Failure;
use crate::folders::{Folder, SANDBOX};
use crate::scene::Scene;
use crate::unreadable;
use crate::variables::{self, Given};

/// The variables that matter, read once.
#[derive(Default)]
pub(crate) struct Environment {
    api_key: Given<SecretString>,
    profile: Given<String>,
    base_url: Given<String>,
    sandbox: Given<String>,
    output: Given<String>,
    log: Given<String>,
    log_file: Given<PathBuf>,
    webhook_secret: Given<String>,
    webhook_header: Given<String>,
    forward_secret: Given<String>,
    webhook_verify_token: Given<String>,
    config_dir: Given<PathBuf>,
    config_home: Given<PathBuf>,
    state_home: Given<PathBuf>,
    home: Given<PathBuf>,
    session_bus: Given<String>,
    /// See [`crate::main_with`].
    held: Option<Held>,
}

/// Is shown what holds the key, once there is one.
pub(crate) type Held = fn(&dyn std::fmt::Debug);

impl Environment {
    pub(crate) fn shown_to(mut self, held: Held) -> Self {
        self.held = Some(held);
        self
    }

    /// Something holds the key from here on.
    fn holds(&self, it: &dyn std::fmt::Debug) {
        if let Some(held) = self.held {
            held(it);
        }
    }

    pub(crate) fn read() -> Self {
        Self {
            api_key: variables::key("D360_API_KEY"),
            profile: variables::profile_name("WAGROUPS_PROFILE"),
            base_url: variables::word("WAGROUPS_BASE_URL"),
            sandbox: variables::word("WAGROUPS_SANDBOX"),
            output: variables::word("WAGROUPS_OUTPUT"),
            log: variables::line("WAGROUPS_LOG"),
            log_file: variables::path("WAGROUPS_LOG_FILE"),
            webhook_secret: variables::words("WAGROUPS_WEBHOOK_SECRET"),
            webhook_header: variables::line("WAGROUPS_WEBHOOK_HEADER"),
            forward_secret: variables::line("WAGROUPS_FORWARD_SECRET"),
            webhook_verify_token: variables::line("WAGROUPS_WEBHOOK_VERIFY_TOKEN"),
            config_dir: variables::path("WAGROUPS_CONFIG_DIR"),
            config_home: variables::absolute_path("XDG_CONFIG_HOME"),
            state_home: variables::absolute_path("XDG_STATE_HOME"),
            home: variables::absolute_path("HOME"),
            session_bus: variables::exact("DBUS_SESSION_BUS_ADDRESS"),
            held: None,
        }
    }

    #[cfg(test)]
    pub(crate) fn of_folders(dir: Option<&str>, config_home: Option<&str>, state_home: Option<&str>) -> Self {
        let [config_dir, config_home, state_home] =
            [dir, config_home, state_home].map(|folder| folder.map(PathBuf::from).into());
        Self { config_dir, config_home, state_home, ..Self::default() }
    }

    pub(crate) fn api_key(&self, command: &str) -> Result<Option<&SecretString>, Failure> {
        self.api_key.get(command)
    }

    /// Whether there is a key in the environment, usable or not.
    pub(crate) fn has_api_key(&self) -> bool {
        self.api_key.is_set()
    }

    pub(crate) fn profile(&self, command: &str) -> Result<Option<&str>, Failure> {
        Ok(self.profile.get(command)?.map(String::as_str))
    }

    pub(crate) fn base_url(&self, command: &str) -> Result<Option<&str>, Failure> {
        Ok(self.base_url.get(command)?.map(String::as_str))
    }

    pub(crate) fn config_dir(&self, command: &str) -> Result<Option<&PathBuf>, Failure> {
        self.config_dir.get(command)
    }

    /// The base folder of the user for a kind of file, such as `~/.config`, if a variable names one.
    pub(crate) fn base_folder(&self, folder: Folder, command: &str) -> Result<Option<&PathBuf>, Failure> {
        match folder {
            Folder::State => self.state_home.get(command),
            Folder::Configuration => self.config_home.get(command),
        }
    }

    pub(crate) fn home(&self, command: &str) -> Result<Option<&PathBuf>, Failure> {
        self.home.get(command)
    }

    /// Fails where the address of the keyring cannot be right.
    pub(crate) fn check_keyring(&self, command: &str) -> Result<(), Failure> {
        match cfg!(all(unix, not(target_vendor = "apple"))) {
            true => self.session_bus.get(command).map(drop),
            false => Ok(()),
        }
    }

    /// Everything that is wrong with the variables, whether this command needs them or not.
    pub(crate) fn problems(&self, command: &str) -> Vec<Failure> {
        let refused = [
            self.api_key.refused(),
            self.profile.refused(),
            self.base_url.refused(),
            self.sandbox.refused(),
            self.output.refused(),
            self.log.refused(),
            self.log_file.refused(),
            self.webhook_secret.refused(),
            self.webhook_header.refused(),
            self.forward_secret.refused(),
            self.webhook_verify_token.refused(),
            self.config_dir.refused(),
            self.config_home.refused(),
            self.state_home.refused(),
            self.home.refused(),
        ];
        let mut problems: Vec<Failure> =
            refused.into_iter().flatten().map(|refused| refused.failure(command)).collect();
        for refused in [
            self.format(None, command).err(),
            self.wants_sandbox(command).err(),
            self.webhook_secrets(command).err(),
            self.webhook_header(command).err(),
            self.forward_secret(command).err(),
            self.check_keyring(command).err(),
        ] {
            let Some(refused) = refused else { continue };
            if problems.iter().all(|known| known.report.message != refused.report.message) {
                problems.push(refused);
            }
        }
        problems.extend(groups_connect::refused_variables().into_iter().map(|refused| {
            Failure::configuration(command, refused.to_string()).with_remedy(refused.advice())
        }));
        problems
    }

    /// How results are printed.
    pub(crate) fn format(&self, option: Option<Format>, command: &str) -> Result<Format, Failure> {
        if let Some(format) = option {
            return Ok(format);
        }
        match self.output.get(command)? {
            None => Ok(Format::Table),
            Some(text) => Format::from_str(text, true).map_err(|_| {
                Failure::usage(
                    command,
                    format!("WAGROUPS_OUTPUT must be table, json, jsonl, yaml or csv, got {text:?}"),
                )
                .with_remedy("Correct the variable, or give `--output`.")
            }),
        }
    }

    /// What is logged, as directives; nothing if empty. The variable beats `-v`.
    pub(crate) fn log(&self, verbose: u8, command: &str) -> Result<&str, Failure> {
        Ok(match (self.log.get(command)?, verbose) {
            (Some(directives), _) => directives,
            (None, 0) => "",
            (None, 1) => "groups_ergonomic=debug,groups_webhooks=info",
            (None, 2) => "groups_ergonomic=debug,groups_api::http=debug,groups_webhooks=debug",
            (None, _) => "groups_ergonomic=debug,groups_api::http=trace,groups_webhooks=trace",
        })
    }

    /// The file that a log is added to, and what of it: never less than `-vv` tells.
    pub(crate) fn log_file<'a>(
        &'a self,
        globals: &'a Globals,
        command: &str,
    ) -> Result<Option<(&'a Path, &'a str)>, Failure> {
        let file = match &globals.log_file {
            Some(file) => file,
            None => match self.log_file.get(command)? {
                Some(file) => file,
                None => return Ok(None),
            },
        };
        Ok(Some((file, self.log(globals.verbose.max(2), command)?)))
    }

    /// What webhooks are signed with: any of these; none if it is not set. Set to nothing it is an error: whoever set
    /// it does not mean that anybody may send.
    pub(crate) fn webhook_secrets(&self, command: &str) -> Result<Vec<&str>, Failure> {
        let secrets = self.webhook_secret.required("WAGROUPS_WEBHOOK_SECRET", command)?;
        Ok(secrets.map(|text| text.split_whitespace().collect()).unwrap_or_default())
    }

    /// The header that webhooks have to come with: its name and its value. Neither is ever told.
    pub(crate) fn webhook_header(&self, command: &str) -> Result<Option<(&str, &str)>, Failure> {
        const NAME: &str = "WAGROUPS_WEBHOOK_HEADER";
        let Some(text) = self.webhook_header.required(NAME, command)? else { return Ok(None) };
        let halves = text.split_once([':', '=']).map(|(name, value)| (name.trim(), value.trim()));
        match halves.filter(|(name, value)| !name.is_empty() && !value.is_empty()) {
            Some((name, value)) => match clean(value) {
                Ok(value) => Ok(Some((name, value))),
                Err(flaw) => Err(Failure::configuration(command, format!("the value in {NAME} {flaw}"))
                    .with_remedy(flaw.advice())),
            },
            None => Err(no_header(command)),
        }
    }

    /// What forwarded notifications are signed with.
    pub(crate) fn forward_secret(&self, command: &str) -> Result<Option<&str>, Failure> {
        Ok(self.forward_secret.required("WAGROUPS_FORWARD_SECRET", command)?.map(String::as_str))
    }

    /// What Meta's verification handshake has to know.
    pub(crate) fn webhook_verify_token(&self, command: &str) -> Result<Option<&str>, Failure> {
        Ok(self.webhook_verify_token.get(command)?.map(String::as_str))
    }

    /// Which account calls go with, as a text that differs where it differs. Holds secrets: for digests alone.
    pub(crate) fn account(&self, globals: &Globals) -> Option<String> {
        if is_sandbox(globals, self, "completions").ok()? {
            return Some(SANDBOX_ACCOUNT.to_owned());
        }
        Account::find(globals, self, "completions").ok()?.map(|account| account.identity())
    }

    /// Whether the variable asks for the sandbox. A word that is neither yes nor no is not taken for either: the
    /// difference is between a sandbox and real groups.
    pub(crate) fn wants_sandbox(&self, command: &str) -> Result<bool, Failure> {
        match self.sandbox.get(command)?.map(|text| text.to_lowercase()).as_deref() {
            None | Some("0" | "false" | "no" | "off") => Ok(false),
            Some("1" | "true" | "yes" | "on") => Ok(true),
            Some(other) => {
                Err(Failure::usage(command, format!("WAGROUPS_SANDBOX must be 1 or 0, got {other:?}"))
                    .with_remedy("Correct the variable, or give `--sandbox` or `--base-url`."))
            }
        }
    }
}

/// Does not repeat what it was set to: that is a secret.
pub(crate) fn no_header(command: &str) -> Failure {
    Failure::configuration(command, "WAGROUPS_WEBHOOK_HEADER must be a header, such as `name: value`")
        .with_remedy("Correct the variable, or unset it.")
}

/// Where calls go, and with which key, of which nothing is shown.
#[derive(Debug)]
pub(crate) enum Address {
    Api {
        base_url: String,
        key: SecretString,
        /// Whose they are, where that is known.
        account: Option<Account>,
    },
    /// The embedded sandbox, with its database.
    Sandbox(PathBuf),
}

/// A client for where calls go.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    Api(Client),
    /// The embedded sandbox, with its database.
    Sandbox(PathBuf),
}

impl Address {
    /// `needs_key`: whether something will be sent. Else no keyring is asked, and the key need not be there.
    pub(crate) async fn resolve(
        globals: &Globals,
        environment: &Environment,
        scene: &Scene,
        needs_key: bool,
    ) -> Result<Self, Failure> {
        let command = scene.command();
        if is_sandbox(globals, environment, command)? {
            return Ok(Self::Sandbox(Folder::State.private(globals, environment, command)?.join(SANDBOX)));
        }
        // It is hidden in what is printed, and nothing is sent.
        let stand_in = || SecretString::from("not-set");
        match Account::find(globals, environment, command)? {
            Some(account) => {
                let key = if needs_key { account.key(command).await? } else { stand_in() };
                let address = Self::Api { base_url: account.base_url.clone(), key, account: Some(account) };
                environment.holds(&address);
                Ok(address)
            }
            None if needs_key => Err(accounts::none(command)),
            None => {
                let (base_url, _) = accounts::address(globals, environment, None, command)?;
                Ok(Self::Api { base_url, key: stand_in(), account: None })
            }
        }
    }

    /// See [`accounts::identity`]; `None` where nothing is remembered.
    pub(crate) fn identity(&self) -> Option<SecretString> {
        match self {
            Self::Api { account, .. } => account.as_ref().map(|account| account.identity().into()),
            Self::Sandbox(_) => Some(SANDBOX_ACCOUNT.into()),
        }
    }

    /// What to say where the variable leads the calls of a profile elsewhere.
    pub(crate) fn detour(&self) -> Option<String> {
        let Self::Api { base_url, account: Some(account), .. } = self else { return None };
        let (name, own) = account.overridden()?;
        Some(format!(
            "WAGROUPS_BASE_URL is set: calls go to {}, not to {} of profile {name}; unset it to use that one.",
            shown_address(base_url),
            shown_address(own)
        ))
    }
}

/// Without what may stand before the host, which is a secret.
pub(crate) fn shown_address(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.rsplit('@').next().unwrap_or_default().to_owned();
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    format!("{scheme}://{}{path}", authority.rsplit('@').next().unwrap_or_default())
}

/// Whose the groups of the embedded sandbox are.
const SANDBOX_ACCOUNT: &str = "sandbox";

impl Target {
    /// `needs_key`: whether something will be sent.
    pub(crate) async fn resolve(
        globals: &Globals,
        environment: &Environment,
        scene: &Scene,
        needs_key: bool,
    ) -> Result<Self, Failure> {
        Self::of(Address::resolve(globals, environment, scene, needs_key).await?, globals, environment, scene)
    }

    pub(crate) fn of(
        address: Address,
        globals: &Globals,
        environment: &Environment,
        scene: &Scene,
    ) -> Result<Self, Failure> {
        let (base_url, key) = match address {
            Address::Api { base_url, key, .. } => (base_url, key),
            Address::Sandbox(database) => return Ok(Self::Sandbox(database)),
        };
        let mut builder = client_builder(globals);
        // Without a folder, commands do not know of each other.
        if let Some(folder) = Folder::State.find(globals, environment, scene.command())? {
            let creates = CreatesFile::of_account(&folder, &base_url, key.expose_secret());
            builder = builder.share_creates(Arc::new(creates));
        }
        let client = builder
            .api_key(key)
            .base_url(base_url)
            .build()
            .map_err(|error| Failure::of_call(&error, scene))?;
        let target = Self::Api(client);
        environment.holds(&target);
        Ok(target)
    }
}

/// A client for an address. Sends nothing.
pub(crate) fn client(
    globals: &Globals,
    key: SecretString,
    base_url: &str,
) -> Result<Client, groups_ergonomic::Error> {
    client_builder(globals).api_key(key).base_url(base_url).build()
}

/// A client with the options that say how patient it is.
fn client_builder(globals: &Globals) -> ClientBuilder {
    let mut builder = Client::builder().on_problems(|operation, problems| {
        unreadable::record(&format!("the answer to {operation}"), problems)
    });
    if let Some(time) = globals.timeout {
        builder = builder.timeout(time).attempt_timeout(time);
    }
    if let Some(max_retries) = globals.max_retries {
        builder = builder.retry(RetryPolicy { max_retries, ..RetryPolicy::default() });
    }
    builder
}

/// A flag beats the other's variable; two of a kind contradict each other.
pub(crate) fn is_sandbox(
    globals: &Globals,
    environment: &Environment,
    command: &str,
) -> Result<bool, Failure> {
    match (globals.sandbox, globals.base_url.is_some()) {
        (true, true) => Err(Failure::usage(command, "`--sandbox` and `--base-url` contradict each other")
            .with_remedy("Give one of them: `--sandbox` is its own address.")),
        (true, false) => Ok(true),
        (false, true) => Ok(false),
        // An option beats the variable: who names an account means it.
        (false, false) if globals.profile.is_some() => Ok(false),
        (false, false) if environment.base_url.is_set() && environment.wants_sandbox(command)? => {
            Err(Failure::usage(command, "WAGROUPS_SANDBOX and WAGROUPS_BASE_URL contradict each other")
                .with_remedy("Unset one of them, or give `--sandbox` or `--base-url`."))
        }
        (false, false) => environment.wants_sandbox(command),
    }
}

/// The sandbox that embedded commands, `sandbox serve` and `sandbox user` share.
pub(crate) fn shared_sandbox(database: &Path) -> SandboxBuilder {
    Sandbox::builder().database(database).seeded()
}

/// A client, and the sandbox behind it if there is one.
pub(crate) struct Session {
    client: Client,
    sandbox: Option<Sandbox>,
}

impl Session {
    pub(crate) async fn open(target: Target, globals: &Globals, scene: &Scene) -> Result<Self, Failure> {
        let database = match target {
            Target::Api(client) => return Ok(Self { client, sandbox: None }),
            Target::Sandbox(database) => database,
        };
        let sandbox = shared_sandbox(&database)
            .without_deliveries()
            .start()
            .await
            .map_err(|error| Failure::of_sandbox(&error, scene))?;
        let client = client_builder(globals)
            .api_key(sandbox.api_key())
            .base_url(sandbox.base_url())
            .share_creates(Arc::new(CreatesFile::of_sandbox(&database)))
            .build()
            .map_err(|error| Failure::of_call(&error, scene))?;
        Ok(Self { client, sandbox: Some(sandbox) })
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// The embedded sandbox, if that answers.
    pub(crate) fn sandbox(&self) -> Option<&Sandbox> {
        self.sandbox.as_ref()
    }

    pub(crate) async fn close(self) {
        // Its idle connections would keep the server waiting.
        drop(self.client);
        if let Some(sandbox) = self.sandbox {
            sandbox.shutdown().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(sandbox: Option<&str>, base_url: Option<&str>) -> Environment {
        Environment {
            sandbox: sandbox.map(str::to_owned).into(),
            base_url: base_url.map(str::to_owned).into(),
            ..Environment::default()
        }
    }

    #[test]
    fn what_stands_before_the_host_is_not_shown() {
        for (url, shown) in [
            ("https://user:pw@x.example/a@b", "https://x.example/a@b"),
            ("http:user:pw@localhost:1", "localhost:1"),
            ("x.example/a", "x.example/a"),
        ] {
            assert_eq!(shown_address(url), shown);
        }
    }

    #[test]
    fn a_flag_beats_the_variable_of_the_other() {
        let url = Some("https://x");
        for (flag, flag_url, variable, variable_url, expected) in [
            (false, None, None, None, Some(false)),
            (true, None, None, None, Some(true)),
            (false, None, Some("1"), None, Some(true)),
            (false, None, Some("0"), url, Some(false)),
            (true, None, None, url, Some(true)),
            (false, url, Some("1"), None, Some(false)),
            (true, url, None, None, None),
            (false, None, Some("1"), url, None),
            (false, None, Some("maybe"), None, None),
            (true, None, Some("maybe"), None, Some(true)),
        ] {
            let globals =
                Globals { sandbox: flag, base_url: flag_url.map(str::to_owned), ..Globals::default() };
            let is = is_sandbox(&globals, &environment(variable, variable_url), "list").ok();
            assert_eq!(is, expected, "{flag} {flag_url:?} {variable:?} {variable_url:?}");
        }
    }

    #[tokio::test(flavor = "current_thread")]
    async fn what_holds_a_key_shows_nothing_of_it() {
        let key = || SecretString::from("s3cret-key-of-a-number");
        let environment =
            Environment { api_key: Some(key()).into(), ..environment(None, Some("http://[::1]:1")) };
        let globals = Globals::default();
        let scene = Scene::new("list", crate::scene::Given::of(&globals));
        let address = Address::resolve(&globals, &environment, &scene, true).await.unwrap();
        let shown = format!("{address:?}");
        assert!(shown.contains("[::1]") && shown.contains("Given"), "{shown}");
        let client = client(&globals, key(), "http://[::1]:1").unwrap();
        let shown = format!("{shown} {client:?} {:?}", Target::Api(client.clone()));
        assert!(!shown.contains("s3cret"), "{shown}");
    }

    #[test]
    fn a_header_is_a_name_and_a_value() {
        let header = |text: &str| {
            let webhook_header = Some(text.to_owned()).into();
            let environment = Environment { webhook_header, ..Environment::default() };
            let header = environment.webhook_header("listen").map_err(|failure| failure.report.message);
            header.map(|header| header.map(|(name, value)| (name.to_owned(), value.to_owned())))
        };
        let expected = Ok(Some(("x-shared".to_owned(), "a=b: c".to_owned())));
        assert_eq!(header("x-shared: a=b: c"), expected);
        assert_eq!(header("x-shared=a=b: c "), expected);
        assert!(header("x-shared: \"s3cret\"").unwrap_err().contains("quotation marks"));
        for bad in ["s3cret", ":s3cret", "s3cret=", ": "] {
            assert!(header(bad).is_err_and(|message| !message.contains("s3cret")), "{bad}");
        }
        assert!(Environment::default().webhook_header("listen").is_ok_and(|header| header.is_none()));
    }
}

//! Accounts: log in, see which one is used, switch, log out. A key is stored only once the service has taken it, and what
//! is shown of one helps nobody.

use groups_ergonomic::model::ErrorKind;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Serialize;

use super::{Place, Planned, misplaced};
use crate::accounts::{
    Account, Config, Keys, Patience, Profile, ProfileName, Source, Storage, address, identity, masked, none,
};
use crate::args::{AuthCommand, Globals, Login};
use crate::context::{client, is_sandbox, shown_address};
use crate::failure::Failure;
use crate::folders::Folder;
use crate::known_groups::KnownGroups;
use crate::output::Printer;
use crate::scene::Scene;
use crate::secret_input;

pub(super) enum Task {
    Login(Login),
    Status { offline: bool },
    List,
    Switch(ProfileName),
    Logout(Leaving),
}

pub(super) enum Leaving {
    Active,
    One(ProfileName),
    All,
}

pub(super) fn plan(command: AuthCommand, scene: Scene, globals: &Globals) -> Result<Planned, Failure> {
    let name = scene.command();
    let profile = globals.profile.as_deref();
    let checked = profile.map(|text| ProfileName::given(text, name)).transpose()?;
    let task = match command {
        AuthCommand::Status(args) => Task::Status { offline: args.offline },
        _ if globals.sandbox => return Err(misplaced(name, "--sandbox", "the sandbox needs no account")),
        AuthCommand::Login(args) => Task::Login(args),
        _ if globals.base_url.is_some() => return Err(misplaced(name, "--base-url", "it makes no call")),
        AuthCommand::Logout(args) => Task::Logout(match (args.all, args.name, checked) {
            (_, Some(_), Some(_)) => {
                return Err(misplaced(name, "--profile", "the account is named already"));
            }
            (true, None, Some(_)) => return Err(misplaced(name, "--profile", "all accounts are meant")),
            (true, ..) => Leaving::All,
            (false, Some(text), None) => Leaving::One(ProfileName::given(&text, name)?),
            (false, None, Some(profile)) => Leaving::One(profile),
            (false, None, None) => Leaving::Active,
        }),
        _ if checked.is_some() => return Err(misplaced(name, "--profile", "it is about all accounts")),
        AuthCommand::List => Task::List,
        AuthCommand::Switch(args) => Task::Switch(ProfileName::given(&args.name, name)?),
    };
    Ok(Planned::new(scene, super::Task::Auth(task)))
}

pub(super) async fn run(
    task: Task,
    scene: &Scene,
    place: &Place<'_>,
    out: &mut Printer,
) -> Result<(), Failure> {
    match task {
        Task::Login(args) => login(args, scene, place, out).await,
        Task::Status { offline } => status(offline, scene, place, out).await,
        Task::List => list(scene, place, out),
        Task::Switch(name) => switch(name, scene, place, out).await,
        Task::Logout(leaving) => logout(leaving, scene, place, out).await,
    }
}

/// A stored account, as it is shown.
#[derive(Serialize, JsonSchema)]
pub(super) struct Shown<'a> {
    /// Its name.
    profile: &'a str,
    /// Where its calls go.
    base_url: &'a str,
    /// Where its key is.
    storage: Storage,
    /// Whether it is used where none is named.
    active: bool,
    /// Of one that was just stored: whether the service took the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<bool>,
    /// Of one that was just stored: true where there was one of this name before, whose key is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaced: Option<bool>,
}

impl<'a> Shown<'a> {
    fn of(name: &'a ProfileName, profile: &'a Profile, config: &Config) -> Self {
        Self {
            profile: name.as_str(),
            base_url: &profile.base_url,
            storage: profile.key_in,
            active: config.active.as_ref() == Some(name),
            verified: None,
            replaced: None,
        }
    }
}

async fn login(args: Login, scene: &Scene, place: &Place<'_>, out: &mut Printer) -> Result<(), Failure> {
    let command = scene.command();
    let Place { globals, environment, .. } = *place;
    let folder = Folder::Configuration.path(globals, environment, command)?;
    // What is wrong with it is told before anybody types a key.
    let config = Config::read(&folder, command)?;
    let given = match &globals.profile {
        Some(name) => Some(name.as_str()),
        None => environment.profile(command)?,
    };
    let name =
        given.map_or_else(|| Ok(ProfileName::default_one()), |text| ProfileName::given(text, command))?;
    let before = config.profiles.get(&name).map(|profile| profile.base_url.clone());
    let there = before.as_deref();
    let (base_url, _) = address(globals, environment, there, command)?;
    if !args.insecure_storage {
        environment.check_keyring(command)?;
    }
    // So are proxy variables and CA certificates that are missing.
    client(globals, SecretString::from("not-known-yet"), &base_url)
        .map_err(|error| Failure::of_call(&error, scene))?;
    let key =
        secret_input::key(&format!("API key for {base_url} (it is not shown): "), globals, command).await?;
    let verified = !args.no_verify;
    let client = client(globals, key.clone(), &base_url).map_err(|error| Failure::of_call(&error, scene))?;
    if verified {
        let probe = out.waiting("Asking whether the key is taken", client.probe()).await;
        probe.map_err(|error| not_stored(Failure::of_call(&error, scene), &error))?;
    }
    let wanted = if args.insecure_storage { Storage::File } else { Storage::Keyring };
    let patience = Patience::of(globals);
    let keys = Keys::new(&folder, patience);
    let (config, replaced, fallen_back) = Config::change(&folder, patience, command, async |config| {
        let mut before = config.profiles.get(&name).cloned();
        let replaced = before.is_some();
        if before.as_ref().is_some_and(|before| before.base_url != base_url) {
            // However this ends, the new key must not meet the earlier address.
            before = config.profiles.remove(&name);
            config.save(&folder, command)?;
        }
        let (storage, why) = keys.write(&name, &key, wanted, command).await?;
        let profile = Profile { base_url: base_url.clone(), key_in: storage };
        config.profiles.insert(name.clone(), profile);
        if let Some(before) = before
            && before.key_in != storage
        {
            // The old key must not be left where nobody looks any more; that it is gone is no condition.
            if let Err(failure) = keys.remove(&name, before.key_in, command).await {
                out.note(format!("The earlier key is left: {}.", failure.report.message));
            }
        }
        config.active.get_or_insert_with(|| name.clone());
        Ok((config.clone(), replaced, why))
    })
    .await?;
    let Some(profile) = config.profiles.get(&name) else { return Ok(()) };
    for address in [Some(base_url.as_str()), there].into_iter().flatten() {
        forget(&name, address, place);
    }
    let replaced = replaced.then_some(true);
    let shown = Shown { verified: Some(verified), replaced, ..Shown::of(&name, profile, &config) };
    out.one(&shown);
    if replaced.is_some() {
        out.hint(format!("The profile {:?} was there before; its key was replaced.", name.as_str()));
    }
    if let Some(why) = fallen_back {
        let file = keys.file(&name);
        let silent = why.starts_with("the keyring does not answer");
        out.note(match (silent, globals.verbose) {
            (true, _) => format!("The key is kept in {}: {why}.", file.display()),
            (false, 0) => format!("No keyring here; the key is kept in {}.", file.display()),
            (false, _) => format!("No keyring here ({why}); the key is kept in {}.", file.display()),
        });
    }
    if !shown.active {
        out.hint(format!("`{}` makes it the active one.", scene.local(&format!("auth switch {name}"))));
    }
    if environment.wants_sandbox(command)? {
        out.hint(
            "WAGROUPS_SANDBOX is set and is used instead, but for `--profile`; unset it to use the account.",
        );
    }
    if environment.has_api_key() {
        out.hint(
            "D360_API_KEY is set and is used instead, but for `--profile`; unset it to use the account.",
        );
    }
    Ok(())
}

/// The groups that were seen with a profile are not offered any more: its key is another now, or gone.
fn forget(name: &ProfileName, base_url: &str, place: &Place<'_>) {
    let account = identity(base_url, name.as_str());
    if let Some(known) = KnownGroups::of_account(&account, place.globals, place.environment) {
        known.forget();
    }
}

/// A key that could not be verified.
fn not_stored(mut failure: Failure, error: &groups_ergonomic::Error) -> Failure {
    failure.report.message.push_str("; no key was stored");
    if error.kind() == ErrorKind::Configuration {
        return failure;
    }
    match failure.report.remedy.take() {
        Some(_) if error.is_access() => failure.with_remedy(
            "Take the key from the 360dialog hub again: it selects the number, and a new key replaces the old one.",
        ),
        advice => {
            let advice = advice.unwrap_or_default();
            failure.with_remedy(format!("{advice} `--no-verify` stores it unverified."))
        }
    }
}

fn list(scene: &Scene, place: &Place<'_>, out: &mut Printer) -> Result<(), Failure> {
    let folder = Folder::Configuration.path(place.globals, place.environment, scene.command())?;
    let config = Config::read(&folder, scene.command())?;
    let shown: Vec<_> =
        config.profiles.iter().map(|(name, profile)| Shown::of(name, profile, &config)).collect();
    out.items(&shown);
    if shown.is_empty() {
        out.hint(format!("No accounts; `{}` stores one.", scene.local("auth login")));
    }
    Ok(())
}

async fn switch(
    name: ProfileName,
    scene: &Scene,
    place: &Place<'_>,
    out: &mut Printer,
) -> Result<(), Failure> {
    let command = scene.command();
    let folder = Folder::Configuration.path(place.globals, place.environment, command)?;
    let patience = Patience::of(place.globals);
    let config = Config::change(&folder, patience, command, async |config| {
        known(config, &name, scene)?;
        config.active = Some(name.clone());
        Ok(config.clone())
    })
    .await?;
    if let Some(profile) = config.profiles.get(&name) {
        out.one(&Shown::of(&name, profile, &config));
    }
    if place.environment.wants_sandbox(command)? {
        out.hint("WAGROUPS_SANDBOX is set and is stronger; unset it to use the account.");
    }
    let stronger = [
        place.environment.has_api_key().then_some(Source::Key),
        place.environment.profile(command)?.map(|_| Source::Variable),
    ];
    if let Some(source) = stronger.into_iter().flatten().next() {
        out.hint(format!("{} is set and is stronger; unset it to use the account.", source.as_str()));
    }
    Ok(())
}

fn known(config: &Config, name: &ProfileName, scene: &Scene) -> Result<(), Failure> {
    if config.profiles.contains_key(name) {
        return Ok(());
    }
    let failure = Failure::configuration(scene.command(), format!("there is no profile {:?}", name.as_str()));
    Err(match config.profiles.is_empty() {
        true => failure.with_remedy(format!("None are stored; `{}` stores one.", scene.local("auth login"))),
        false => failure.with_remedy(format!("The profiles are {}.", config.names())),
    })
}

/// An account that was removed.
#[derive(Serialize, JsonSchema)]
pub(super) struct Removed {
    /// Its name.
    profile: String,
    /// Always.
    removed: bool,
}

async fn logout(
    leaving: Leaving,
    scene: &Scene,
    place: &Place<'_>,
    out: &mut Printer,
) -> Result<(), Failure> {
    let command = scene.command();
    let folder = Folder::Configuration.path(place.globals, place.environment, command)?;
    let patience = Patience::of(place.globals);
    let keys = Keys::new(&folder, patience);
    let several = matches!(leaving, Leaving::All);
    let (removed, left, result) = Config::change(&folder, patience, command, async |config| {
        let names = match leaving {
            Leaving::All => config.profiles.keys().cloned().collect(),
            Leaving::One(name) => vec![name],
            Leaving::Active => vec![config.active.clone().ok_or_else(|| {
                let failure = Failure::configuration(command, "no profile is active");
                match config.profiles.is_empty() {
                    true => failure.with_remedy("There is none to log out of."),
                    false => failure.with_remedy(format!("Name one of {}, or give `--all`.", config.names())),
                }
            })?],
        };
        let (mut removed, mut result) = (Vec::new(), Ok(()));
        for name in names {
            // Its key first: a key whose profile is gone would be found by nobody. What was removed is written down.
            let gone = match config.profiles.get(&name) {
                None => known(config, &name, scene),
                Some(profile) => keys.remove(&name, profile.key_in, command).await,
            };
            if let Err(failure) = gone {
                // The others are meant as well; the first that failed is told of.
                result = result.and(Err(failure));
                continue;
            }
            if let Some(gone) = config.profiles.remove(&name) {
                forget(&name, &gone.base_url, place);
                // The groups seen at another address are forgotten, too, where the variable names a usable one.
                if let Ok((elsewhere, _)) =
                    address(place.globals, place.environment, Some(&gone.base_url), command)
                {
                    forget(&name, &elsewhere, place);
                }
            }
            if config.active.as_ref() == Some(&name) {
                config.active = None;
            }
            removed.push(Removed { profile: name.to_string(), removed: true });
        }
        Ok((removed, config.clone(), result))
    })
    .await?;
    match &removed[..] {
        [one] if !several => out.one(one),
        [] if !several => {}
        all => out.items(all),
    }
    result?;
    if left.active.is_none() && !left.profiles.is_empty() {
        let line = scene.local("auth switch NAME");
        out.hint(format!("No profile is active now; `{line}` chooses one of {}.", left.names()));
    }
    Ok(())
}

/// Which account is used.
#[derive(Serialize, JsonSchema)]
pub(super) struct Status {
    /// The profile, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<String>,
    /// Where calls go.
    base_url: String,
    /// What says so.
    base_url_from: &'static str,
    /// The profile's own address, where WAGROUPS_BASE_URL is used in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    base_url_of_profile: Option<String>,
    /// What is shown of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// What it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    key_from: Option<&'static str>,
    /// Where it is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    storage: Option<&'static str>,
    /// What the service says of it.
    check: Verdict,
    /// What is wrong, so that the account cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    /// Everything that can name an account, strongest first.
    sources: Vec<Considered>,
}

/// What the service says of the key.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Valid,
    Refused,
    /// The service could not be asked, or did not answer as it should.
    Unknown,
    NotAsked,
    NoKey,
    /// The sandbox needs no account.
    NotNeeded,
}

/// A place where an account can come from.
#[derive(Serialize, JsonSchema)]
struct Considered {
    /// What it is.
    source: &'static str,
    /// What it says, unless that is a key.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    /// Whether it decides.
    used: bool,
}

/// Prints its table whatever is wrong, and fails with that afterwards.
async fn status(offline: bool, scene: &Scene, place: &Place<'_>, out: &mut Printer) -> Result<(), Failure> {
    let command = scene.command();
    let Place { globals, environment, .. } = *place;
    let mut status = Status {
        profile: None,
        base_url: String::new(),
        base_url_from: "default",
        base_url_of_profile: None,
        key: None,
        key_from: None,
        storage: None,
        check: Verdict::NoKey,
        problem: None,
        sources: Vec::new(),
    };
    let result = match is_sandbox(globals, environment, command) {
        Ok(true) => {
            status.base_url = "the embedded sandbox".to_owned();
            status.base_url_from = if globals.sandbox { "--sandbox" } else { "WAGROUPS_SANDBOX" };
            status.check = Verdict::NotNeeded;
            Ok(())
        }
        Ok(false) => fill(&mut status, offline, scene, place, out).await,
        Err(failure) => {
            status.check = Verdict::Unknown;
            status.base_url = "unknown".to_owned();
            Err(failure)
        }
    };
    // How it is printed must not depend on a variable that cannot be used, but it is not passed over either.
    let result = result.and_then(|()| environment.format(globals.output, command).map(drop));
    let mut problems: Vec<&str> =
        result.as_ref().err().map(|failure| &*failure.report.message).into_iter().collect();
    problems.extend(place.log_problem.map(|failure| &*failure.report.message));
    problems.dedup();
    status.problem = (!problems.is_empty()).then(|| problems.join("; "));
    let result = result.and_then(|()| place.log_problem.map_or(Ok(()), |failure| Err(failure.clone())));
    out.one(&status);
    result
}

/// Fills in what is known of the account, up to what is wrong with it.
async fn fill(
    status: &mut Status,
    offline: bool,
    scene: &Scene,
    place: &Place<'_>,
    out: &mut Printer,
) -> Result<(), Failure> {
    let command = scene.command();
    let Place { globals, environment, .. } = *place;
    let account = Account::find(globals, environment, command);
    // Where the environment has the key, a broken configuration is in nobody's way.
    let active = Folder::Configuration
        .path(globals, environment, command)
        .and_then(|folder| Config::read(&folder, command))
        .ok()
        .and_then(|config| config.active);
    let used = account.as_ref().ok().and_then(|account| account.as_ref()).map(|account| account.source);
    let shown = |given: Result<Option<String>, Failure>| match given {
        Ok(value) => value,
        Err(_) => Some("cannot be used".to_owned()),
    };
    let value = |source| match source {
        Source::Option => globals.profile.clone(),
        Source::Key => shown(environment.api_key(command).map(|key| key.map(masked))),
        Source::Variable => shown(environment.profile(command).map(|name| name.map(str::to_owned))),
        Source::Active => active.as_ref().map(ProfileName::to_string),
    };
    status.sources = Source::ALL
        .into_iter()
        .map(|source| Considered {
            source: source.as_str(),
            value: value(source),
            used: used == Some(source),
        })
        .collect();
    status.key_from = used.map(Source::as_str);
    let account = match account {
        Ok(Some(account)) => account,
        other => {
            status.check = if other.is_ok() { Verdict::NoKey } else { Verdict::Unknown };
            // An address that cannot be used is what the problem names.
            status.base_url = "unknown".to_owned();
            let none = other.err().unwrap_or_else(|| none(command));
            // The default can be used, so that what cannot is one of these.
            status.base_url_from =
                if globals.base_url.is_some() { "--base-url" } else { "WAGROUPS_BASE_URL" };
            (status.base_url, status.base_url_from) = address(globals, environment, None, command)?;
            return Err(none);
        }
    };
    (status.base_url, status.base_url_from) = (account.base_url.clone(), account.base_url_from);
    status.base_url_of_profile = account.overridden().map(|(_, own)| own.to_owned());
    status.storage = Some(match account.profile() {
        None => "environment",
        Some((_, Storage::Keyring)) => "keyring",
        Some((_, Storage::File)) => "file",
    });
    status.profile = account.profile().map(|(name, _)| name.to_string());
    let key = account.key(command).await?;
    status.key = Some(masked(&key));
    if let Some((name, own)) = account.overridden() {
        out.note(format!(
            "WAGROUPS_BASE_URL is used in place of {}, the address of profile {name}; unset it to use that one.",
            shown_address(own)
        ));
    }
    status.check = Verdict::Unknown;
    let client = client(globals, key, &account.base_url).map_err(|error| Failure::of_call(&error, scene))?;
    if offline {
        status.check = Verdict::NotAsked;
        return Ok(());
    }
    match out.waiting("Asking whether the key is taken", client.probe()).await {
        Ok(_) => {
            status.check = Verdict::Valid;
            Ok(())
        }
        Err(error) => {
            if error.is_access() {
                status.check = Verdict::Refused;
            }
            Err(Failure::of_call(&error, scene))
        }
    }
}

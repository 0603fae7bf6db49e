//! The part of the check that is about accounts: which one is used, who may read what is kept, whether a keyring
//! answers. Sends nothing, and asks the keyring for no key.

use super::super::Place;
use super::Check;
use crate::accounts::{Account, Config, Keys, Patience, Storage, is_shared};
use crate::context::is_sandbox;
use crate::failure::Failure;
use crate::folders::Folder;
use crate::scene::Scene;

const ENVIRONMENT: &str = "environment";
const ACCOUNT: &str = "account";
const CONFIGURATION: &str = "configuration";
const KEYRING: &str = "keyring";

pub(super) async fn checks(scene: &Scene, place: &Place<'_>) -> Vec<Check> {
    let Place { globals, environment, .. } = *place;
    let embedded = is_sandbox(globals, environment, scene.command());
    let account = Account::find(globals, environment, scene.command());
    let account = match account {
        _ if embedded.as_ref().is_ok_and(|embedded| *embedded) => {
            Check::skipped(ACCOUNT, "the sandbox needs none")
        }
        _ if let Err(failure) = &embedded => Check::failed(ACCOUNT, failure),
        Err(failure) => Check::failed(ACCOUNT, &failure),
        // That there is no key is told by the check of the key.
        Ok(None) => Check::skipped(ACCOUNT, "none is stored, and D360_API_KEY is not set"),
        Ok(Some(account)) => {
            let from = account.source.as_str();
            Check::ok(
                ACCOUNT,
                match account.profile() {
                    Some((name, _)) => format!("profile {name} is used ({from})"),
                    None => format!("the key of {from} is used"),
                },
            )
        }
    };
    let read = configuration(scene, place);
    let kept_in_keyring = read.as_ref().is_ok_and(|read| {
        let profiles = read.as_ref().map(|config| config.profiles.values());
        profiles.is_some_and(|mut profiles| profiles.any(|profile| profile.key_in == Storage::Keyring))
    });
    let configuration = match read {
        Ok(Some(config)) => {
            let count = config.profiles.len();
            let s = if count == 1 { "" } else { "s" };
            Check::ok(CONFIGURATION, format!("{count} profile{s}; nobody else may read what is kept"))
        }
        Ok(None) => Check::ok(CONFIGURATION, "no accounts are stored"),
        Err(check) => *check,
    };
    let keyring = match place.environment.check_keyring(scene.command()) {
        Ok(()) => keyring(kept_in_keyring, Patience::of(globals)).await,
        Err(failure) => Check::failed(KEYRING, &failure),
    };
    vec![variables(scene, place), account, configuration, keyring]
}

/// Every variable that cannot be right, also where nothing in this check needs it.
fn variables(scene: &Scene, place: &Place<'_>) -> Check {
    let mut problems = place.environment.problems(scene.command());
    if let Some(failure) = place.log_problem
        && problems.iter().all(|problem| problem.report.message != failure.report.message)
    {
        problems.push(failure.clone());
    }
    let Some(first) = problems.first() else {
        return Check::ok(ENVIRONMENT, "no variable contains what cannot be right");
    };
    let messages: Vec<&str> = problems.iter().map(|problem| &*problem.report.message).collect();
    let mut remedies: Vec<&str> = Vec::new();
    for remedy in problems.iter().filter_map(|problem| problem.report.remedy.as_deref()) {
        if !remedies.contains(&remedy) {
            remedies.push(remedy);
        }
    }
    let (message, remedy) = (messages.join("; "), Some(remedies.join(" ")).filter(|all| !all.is_empty()));
    Check { message, remedy, ..Check::failed(ENVIRONMENT, first) }
}

/// The configuration, if there is one, with nothing in it or beside it that others may read.
fn configuration(scene: &Scene, place: &Place<'_>) -> Result<Option<Config>, Box<Check>> {
    let failed = |failure: &Failure| Box::new(Check::failed(CONFIGURATION, failure));
    let folder = Folder::Configuration
        .path(place.globals, place.environment, scene.command())
        .map_err(|failure| failed(&failure))?;
    let config = Config::read(&folder, scene.command()).map_err(|failure| failed(&failure))?;
    if !Config::file(&folder).exists() {
        return Ok(None);
    }
    let keys = Keys::new(&folder, Patience::of(place.globals));
    let in_files = config.profiles.iter().filter(|(_, profile)| profile.key_in == Storage::File);
    let files = in_files.map(|(name, _)| keys.file(name)).chain([Config::file(&folder)]);
    for file in files {
        let problem = match std::fs::File::open(&file).and_then(|opened| is_shared(&opened)) {
            Ok(false) => continue,
            Ok(true) => "may be read by others".to_owned(),
            Err(error) => format!("cannot be read: {error}"),
        };
        let remedy = format!("`chmod 600 {}`, or store the account again.", file.display());
        return Err(Box::new(Check::problem(CONFIGURATION, format!("{} {problem}", file.display()), remedy)));
    }
    Ok(Some(config))
}

async fn keyring(needed: bool, patience: Patience) -> Check {
    match Keys::empty_place(patience).is_reachable().await {
        Ok(()) => Check::ok(KEYRING, "the keyring answers"),
        Err(why) if needed => Check::problem(
            KEYRING,
            format!("a stored account has its key in the keyring, which cannot be used: {why}"),
            "Unlock or start the keyring; `wagroups auth login --insecure-storage` keeps a key in a file.",
        ),
        Err(why) if why.starts_with("the keyring does not answer") => {
            Check::skipped(KEYRING, format!("{why}; keys are kept in files"))
        }
        Err(why) => Check::skipped(KEYRING, format!("none answers ({why}); keys are kept in files")),
    }
}

//! The check of the set-up: accounts, key, eligibility, webhooks, clock, state. Changes nothing; the key goes to the API only, and the
//! webhook's own address is asked without it.

mod accounts;

use std::time::{Duration, SystemTime};

use groups_ergonomic::model::Webhook;
use groups_ergonomic::{Client, Probe};
use groups_webhooks::EventStore as _;
use groups_webhooks::store::SqliteStore;
use schemars::JsonSchema;
use serde::Serialize;

use super::Place;
use crate::context::{Address, Session, Target};
use crate::exit::Code;
use crate::failure::{Failure, Kind};
use crate::folders::Folder;
use crate::output::Printer;
use crate::scene::Scene;

/// By how much the clocks may differ.
const SKEW: Duration = Duration::from_secs(60);

/// What a check came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    /// As it should be.
    Ok,
    /// Something is to be mended.
    Problem,
    /// It cannot be told.
    Unknown,
    /// Something before it failed, or it does not apply.
    Skipped,
}

/// One check of the set-up.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct Check {
    /// What was looked at.
    check: &'static str,
    /// How it stands.
    status: Status,
    /// What was found.
    message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
    /// Where it is a failure of a call.
    #[serde(skip)]
    code: Option<Code>,
}

impl Check {
    fn new(check: &'static str, status: Status, message: impl Into<String>) -> Self {
        Self { check, status, message: message.into(), remedy: None, code: None }
    }

    fn ok(check: &'static str, message: impl Into<String>) -> Self {
        Self::new(check, Status::Ok, message)
    }

    fn problem(check: &'static str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { remedy: Some(remedy.into()), ..Self::new(check, Status::Problem, message) }
    }

    fn failed(check: &'static str, failure: &Failure) -> Self {
        let report = &failure.report;
        let code = report.code.map(|code| format!(" ({code})")).unwrap_or_default();
        let remedy = report.remedy.clone();
        let message = format!("{}{code}", report.message);
        Self { remedy, code: Some(failure.code), ..Self::new(check, Status::Problem, message) }
    }

    fn skipped(check: &'static str, why: impl Into<String>) -> Self {
        Self::new(check, Status::Skipped, why)
    }
}

pub(super) async fn run(scene: &Scene, place: &Place<'_>, out: &mut Printer) -> Result<(), Failure> {
    let mut checks = vec![state(scene, place).await];
    checks.extend(accounts::checks(scene, place).await);
    match open(scene, place).await {
        Ok((session, api_is_here)) => {
            let embedded = session.sandbox().is_some();
            checks.extend(of_service(session.client(), embedded, api_is_here, scene).await);
            session.close().await;
        }
        Err(failure) => {
            checks.push(Check::failed("key", &failure));
            for check in ["eligibility", "clock", "webhook", "webhook_reachable"] {
                checks.push(Check::skipped(check, "nothing can be asked"));
            }
        }
    }
    out.items(&checks);
    for check in &checks {
        if let Some(remedy) = &check.remedy {
            out.hint(format!("{}: {remedy}", check.check));
        }
    }
    let problems = checks.iter().filter(|check| check.status == Status::Problem).count();
    if problems == 0 {
        return Ok(());
    }
    let message = format!("{problems} of {} checks found a problem", checks.len());
    let advice = checks.iter().filter(|check| check.status == Status::Problem);
    let advice: Vec<String> =
        advice.filter_map(|check| Some(format!("{}: {}", check.check, check.remedy.as_ref()?))).collect();
    let mut failure = Failure::local(Kind::Setup, scene.command(), message).with_remedy(advice.join(" "));
    // A script tells a key that is missing or bad by the code that every command has for it.
    let no_access = |check: &Check| check.check == "key" && check.code == Some(Code::Access);
    failure.code = if checks.iter().any(no_access) { Code::Access } else { Code::Failed };
    Err(failure)
}

/// With whether the address of the API is one of this machine.
async fn open(scene: &Scene, place: &Place<'_>) -> Result<(Session, bool), Failure> {
    let address = Address::resolve(place.globals, place.environment, scene, true).await?;
    let here = match &address {
        Address::Api { base_url, .. } => is_this_machine(base_url),
        Address::Sandbox(_) => true,
    };
    let target = Target::of(address, place.globals, place.environment, scene)?;
    Ok((Session::open(target, place.globals, scene).await?, here))
}

/// `api_is_here`: whether the API itself is on this machine.
async fn of_service(client: &Client, embedded: bool, api_is_here: bool, scene: &Scene) -> Vec<Check> {
    let mut checks = Vec::new();
    let before = SystemTime::now();
    match client.probe().await {
        Ok(Probe { has_groups, server_time, .. }) => {
            checks.push(Check::ok("key", "the API takes the key"));
            checks.push(eligibility(has_groups));
            checks.push(clock(before, server_time, SystemTime::now()));
        }
        Err(error) => {
            checks.push(Check::failed("key", &Failure::of_call(&error, scene)));
            checks.push(Check::skipped("eligibility", "the list of groups could not be read"));
            for check in ["clock", "webhook", "webhook_reachable"] {
                checks.push(Check::skipped(check, "the API does not answer as it should"));
            }
            return checks;
        }
    }
    match client.webhook().get().await {
        Err(error) => {
            checks.push(Check::failed("webhook", &Failure::of_call(&error, scene)));
            checks.push(Check::skipped("webhook_reachable", "no address is known"));
        }
        // Whatever address is set.
        Ok(_) if embedded => {
            let why = "the embedded sandbox delivers none; `wagroups sandbox serve` does";
            checks.push(Check::skipped("webhook", why));
            checks.push(Check::skipped("webhook_reachable", "nothing is delivered"));
        }
        Ok(Webhook { url: Some(url), .. }) => {
            checks.push(Check::ok("webhook", format!("webhooks go to {}", without_query(&url))));
            checks.push(reachable(client, &url, api_is_here, scene).await);
        }
        Ok(webhook) if is_odd(&webhook) => {
            let message = "the answer contains a webhook address that cannot be read";
            let remedy = format!("`{}` shows the answer.", scene.line("webhook get -o json"));
            checks.push(Check { remedy: Some(remedy), ..Check::new("webhook", Status::Unknown, message) });
            checks.push(Check::skipped("webhook_reachable", "no address is known"));
        }
        Ok(_) => {
            let remedy = format!(
                "`{}` receives them, and `{}` sets the address. Without, `--wait` looks at the groups.",
                scene.local("listen"),
                scene.line("webhook set URL")
            );
            checks.push(Check::problem("webhook", "no webhook address is set", remedy));
            checks.push(Check::skipped("webhook_reachable", "no address is set"));
        }
    }
    checks
}

/// Whether the answer contains something that is not an address in its place.
pub(super) fn is_odd(webhook: &Webhook) -> bool {
    webhook.url.is_none() && webhook.extra.keys().any(|name| name.starts_with('?'))
}

fn eligibility(has_groups: bool) -> Check {
    if has_groups {
        return Check::ok("eligibility", "the number has groups");
    }
    let message = "the list of groups is empty; it is so, too, for a number that may not have any";
    let remedy =
        "Groups need an Official Business Account; creating one tells (code 131215 if the number may not).";
    Check { remedy: Some(remedy.to_owned()), ..Check::new("eligibility", Status::Unknown, message) }
}

/// The answer came between the two moments.
fn clock(before: SystemTime, server: Option<SystemTime>, after: SystemTime) -> Check {
    let Some(server) = server else {
        return Check::new("clock", Status::Unknown, "the API did not tell its time");
    };
    let off = match (before.duration_since(server), server.duration_since(after)) {
        (Ok(ahead), _) => ahead,
        (_, Ok(behind)) => behind,
        _ => Duration::ZERO,
    };
    if off <= SKEW {
        return Check::ok("clock", "this machine's clock agrees with the API's");
    }
    let message = format!("this machine's clock is {} s off the API's", off.as_secs());
    Check::problem("clock", message, "Set the clock, for example by NTP.")
}

async fn reachable(client: &Client, url: &str, api_is_here: bool, scene: &Scene) -> Check {
    const CHECK: &str = "webhook_reachable";
    let shown = without_query(url);
    if !api_is_here && is_this_machine(url) {
        let message = format!("{shown} is an address of this machine alone; 360dialog cannot reach it");
        let remedy =
            format!("Set one that can be reached from outside: `{}`.", scene.line("webhook set URL"));
        return Check::problem(CHECK, message, remedy);
    }
    match client.webhook().reach(url).await {
        Ok(status) => answered(status, &shown, scene),
        Err(error) => Check::problem(
            CHECK,
            format!("{shown} cannot be reached from here: {}", error.message()),
            format!(
                "Start the receiver (`{}` is one), or correct the address: `{}`.",
                scene.local("listen"),
                scene.line("webhook set URL")
            ),
        ),
    }
}

/// What the answer to a GET shows of a receiver, which is not sent a webhook.
fn answered(status: u16, shown: &str, scene: &Scene) -> Check {
    const CHECK: &str = "webhook_reachable";
    let set = scene.line("webhook set URL");
    let (message, remedy) = match status {
        0..300 => return Check::ok(CHECK, format!("{shown} answers from here (HTTP {status})")),
        300..400 => {
            let message = format!("{shown} answers with a redirect (HTTP {status})");
            let remedy = format!("Webhooks may not follow it. Set the address that it leads to: `{set}`.");
            return Check { remedy: Some(remedy), ..Check::new(CHECK, Status::Unknown, message) };
        }
        404 | 410 => (
            format!("{shown} answers HTTP {status}: nothing receives webhooks at this path"),
            format!("Correct the path: `{set}`. `wagroups listen` accepts any path, unless `--path` is given."),
        ),
        405 => (
            format!("{shown} answers a GET with HTTP 405, so it is not clear that it receives webhooks at this path"),
            format!("Check that the receiver accepts POST at this path and answers a GET with 200, as `wagroups listen` does; or correct the address: `{set}`."),
        ),
        401 | 403 | 407 => (
            format!("{shown} refuses a GET without credentials (HTTP {status})"),
            "Let the receiver answer a GET without credentials, or check what is in front of it. Webhooks carry the headers that `wagroups webhook get` shows.".to_owned(),
        ),
        400..500 => (
            format!("{shown} refuses a GET (HTTP {status})"),
            "Let the receiver answer a GET with 200, or check what is in front of it.".to_owned(),
        ),
        _ => (
            format!("{shown} answers a GET with HTTP {status}"),
            "Check why the receiver fails, or what is in front of it.".to_owned(),
        ),
    };
    Check::problem(CHECK, message, remedy)
}

fn is_this_machine(url: &str) -> bool {
    let authority = without_query(url);
    let authority = authority.split_once("://").map_or("", |(_, rest)| rest);
    let authority = authority.split('/').next().unwrap_or_default();
    match authority.strip_prefix('[') {
        Some(ip) => ip.split(']').next() == Some("::1"),
        None => {
            let host = authority.split(':').next().unwrap_or_default();
            host == "localhost" || host.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
        }
    }
}

/// A query may hold a secret, and so may what stands before the host.
fn without_query(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let host = authority.rsplit('@').next().unwrap_or_default();
            format!("{scheme}://{host}{path}")
        }
        None => url.to_owned(),
    }
}

/// The state folder and the store of events in it.
async fn state(scene: &Scene, place: &Place<'_>) -> Check {
    const CHECK: &str = "state";
    const NOTHING_YET: &str = "the state folder can be used; no webhooks were received here yet";
    let file = match place.private(Folder::State, scene).and_then(|_| place.events_if_there(scene)) {
        Ok(file) => file,
        Err(failure) => return Check::failed(CHECK, &failure),
    };
    let Some(file) = file else {
        return Check::ok(CHECK, NOTHING_YET);
    };
    let number = match SqliteStore::open(&file).await {
        Ok(store) => store.last_number().await,
        Err(error) => Err(error),
    };
    match number {
        Ok(0) => Check::ok(CHECK, NOTHING_YET),
        Ok(_) => Check::ok(CHECK, "the state folder can be used; webhooks were received here"),
        Err(error) => {
            let reason = std::error::Error::source(&error).map(|source| format!(": {source}"));
            let message = format!("{error}{}", reason.unwrap_or_default());
            Check::problem(CHECK, message, "`--config-dir` names another folder.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_may_differ_by_the_time_that_an_answer_takes_and_a_minute() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        for (before, server, after, expected) in [
            (1_000, 1_000, 1_000, Status::Ok),
            (1_000, 1_020, 1_040, Status::Ok),
            (1_000, 940, 1_001, Status::Ok),
            (1_000, 1_061, 1_001, Status::Ok),
            (1_000, 900, 1_001, Status::Problem),
            (1_000, 1_100, 1_001, Status::Problem),
        ] {
            assert_eq!(clock(at(before), Some(at(server)), at(after)).status, expected, "{server}");
        }
        assert_eq!(clock(at(0), None, at(0)).status, Status::Unknown);
    }

    #[test]
    fn only_an_answer_of_success_is_taken_for_a_receiver() {
        let scene = Scene::new("doctor", crate::scene::Given::default());
        for (status, expected) in [
            (200, Status::Ok),
            (204, Status::Ok),
            (301, Status::Unknown),
            (308, Status::Unknown),
            (400, Status::Problem),
            (401, Status::Problem),
            (403, Status::Problem),
            (404, Status::Problem),
            (405, Status::Problem),
            (410, Status::Problem),
            (429, Status::Problem),
            (500, Status::Problem),
            (502, Status::Problem),
        ] {
            let check = answered(status, "http://example.com/hook", &scene);
            assert_eq!(check.status, expected, "{status}");
            assert!(check.message.contains(&status.to_string()), "{}", check.message);
            assert_eq!(check.remedy.is_some(), expected != Status::Ok, "{status}");
        }
    }

    #[test]
    fn an_address_of_this_machine_is_known_as_such() {
        for url in ["http://localhost:1/x", "http://127.0.0.1", "http://127.9.9.9:80/", "http://[::1]:8361/x"]
        {
            assert!(is_this_machine(url), "{url}");
        }
        for url in ["https://example.com", "https://localhost.example.com", "http://[2001:db8::1]/", "x"] {
            assert!(!is_this_machine(url), "{url}");
        }
    }

    #[test]
    fn no_secret_of_an_address_is_shown() {
        for (url, shown) in [
            ("https://example.com/hook?token=s3cret", "https://example.com/hook"),
            ("https://me:s3cret@example.com/hook#x", "https://example.com/hook"),
            ("https://me:s3cret@example.com", "https://example.com"),
            ("http://127.0.0.1:8361/a@b", "http://127.0.0.1:8361/a@b"),
        ] {
            assert_eq!(without_query(url), shown);
        }
    }
}

//! The conformance suite of the sandbox's crate, run against wherever the command goes. The requests are made there; here
//! is only where to, what of it is shown, and how to exit for it.

use groups_ergonomic::ErrorKind;
use groups_sandbox::Sandbox;
use groups_sandbox::conformance::{Error, ErrorKind as Reason, Report, Suite, Verdict};

use super::{Place, Planned, group_id};
use secrecy::ExposeSecret;

use crate::args::Conformance;
use crate::context::{Address, shared_sandbox};
use crate::failure::{Failure, Kind};
use crate::output::Printer;
use crate::scene::Scene;
use crate::signals;

pub(super) struct Task {
    group: Option<String>,
    write: bool,
}

pub(super) fn plan(args: Conformance, scene: Scene) -> Result<Planned, Failure> {
    let Conformance { group, write } = args;
    let scene = match &group {
        Some(group) => {
            group_id(group, &scene)?;
            scene.of_group(group)
        }
        None => scene,
    };
    Ok(Planned::new(scene, super::Task::Conformance(Task { group, write })))
}

pub(super) async fn run(
    task: Task,
    scene: &Scene,
    place: &Place<'_>,
    out: &mut Printer,
) -> Result<(), Failure> {
    let address = Address::resolve(place.globals, place.environment, scene, true).await?;
    let (base_url, key, sandbox) = match address {
        Address::Api { base_url, key, .. } => (base_url, key.expose_secret().to_owned(), None),
        Address::Sandbox(database) => {
            let sandbox = shared_sandbox(&database).start().await;
            let sandbox = sandbox.map_err(|error| Failure::of_sandbox(&error, scene))?;
            (sandbox.base_url().to_owned(), sandbox.api_key().to_owned(), Some(sandbox))
        }
    };
    let result = compare(task, (base_url, key), sandbox.as_ref(), scene, place, out).await;
    if let Some(sandbox) = sandbox {
        sandbox.shutdown().await;
    }
    result
}

async fn compare(
    task: Task,
    (base_url, key): (String, String),
    sandbox: Option<&Sandbox>,
    scene: &Scene,
    place: &Place<'_>,
    out: &mut Printer,
) -> Result<(), Failure> {
    let failed = |error: Error| of_suite(&error, scene);
    let mut suite = Suite::new(base_url, key).map_err(failed)?;
    match task.group {
        Some(group) => suite = suite.group(group).map_err(failed)?,
        // Its groups are nobody's.
        None if sandbox.is_some() => suite = suite.first_group(),
        None => {}
    }
    if task.write {
        suite = suite.write();
    }
    if let Some(timeout) = place.globals.timeout {
        suite = suite.timeout(timeout);
    }
    let mut signals = signals::heard(scene.command())?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let stopped = async {
        if stopped.await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let told_twice = async {
        signals.wait().await;
        out.now("Stopping; what was made is deleted first. Once more stops at once.");
        // The suite has ended if nobody listens.
        let _ = stop.send(());
        signals.wait().await;
    };
    let report = tokio::select! {
        report = suite.run(stopped) => report.map_err(failed)?,
        () = told_twice => {
            return Err(Failure::local(Kind::Interrupted, scene.command(), "interrupted; a group may be left")
                .with_remedy("Look for groups whose subject begins with `wagroups conformance`, and delete them."));
        }
    };
    out.items(&report.findings);
    out.note(summary(&report));
    outcome(&report, scene)
}

fn summary(report: &Report) -> String {
    let count = |verdict| report.count(verdict);
    format!(
        "{} checks: {} as documented, {} variant, {} different, {} not tried.",
        report.findings.len(),
        count(Verdict::AsDocumented),
        count(Verdict::Variant),
        count(Verdict::Different),
        count(Verdict::NotTried)
    )
}

fn outcome(report: &Report, scene: &Scene) -> Result<(), Failure> {
    let left = report.finding("cleanup").filter(|finding| finding.verdict == Verdict::Different);
    if report.interrupted {
        let failure =
            Failure::local(Kind::Interrupted, scene.command(), format!("interrupted. {}", summary(report)));
        return Err(match left.and_then(|finding| finding.note.clone()) {
            Some(note) => failure.with_remedy(format!("{note}.")),
            None => failure.with_remedy("What was made is deleted. Run it again."),
        });
    }
    if report.count(Verdict::Different) == 0 {
        return Ok(());
    }
    Err(Failure::local(Kind::Different, scene.command(), summary(report)).with_remedy(format!(
        "`{}` prints a complete report, which holds no numbers, names, links or keys; please send it to the project.",
        scene.line(&match scene.again().as_str() {
            "conformance" => "conformance -o json".to_owned(),
            _ => format!("conformance --group {} -o json", scene.group_or_placeholder()),
        })
    )))
}

/// What kept the suite from running.
fn of_suite(error: &Error, scene: &Scene) -> Failure {
    let (kind, attempts, code) = match error.kind() {
        Reason::Unreachable if error.is_timeout() => (ErrorKind::Timeout, 1, None),
        Reason::Unreachable => (ErrorKind::Network, 1, None),
        Reason::HtmlPage => (of_page(error.http_status().unwrap_or_default()), 1, None),
        Reason::KeyRefused => (ErrorKind::InvalidCredentials, 1, None),
        Reason::GroupUnknown => (ErrorKind::GroupUnknown, 2, Some(131_041)),
        Reason::InvalidGroup => (ErrorKind::InvalidInput, 0, None),
        _ => (ErrorKind::Configuration, 0, None),
    };
    let mut failure = Failure::local(Kind::Api(kind), scene.command(), error.to_string());
    failure.report.attempts = attempts;
    failure.report.code = code;
    failure.report.http_status = error.http_status();
    failure.report.retryable = !error.is_permanent()
        && matches!(kind, ErrorKind::Network | ErrorKind::Timeout | ErrorKind::ServiceUnavailable);
    failure.report.remedy =
        error.advice().map(str::to_owned).or_else(|| crate::failure::item_remedy(kind, scene));
    failure
}

/// As the client classifies an answer by its status alone.
fn of_page(status: u16) -> ErrorKind {
    match status {
        300..=399 => ErrorKind::Redirected,
        401 => ErrorKind::InvalidCredentials,
        403 => ErrorKind::PermissionDenied,
        404 | 405 => ErrorKind::NotFound,
        407 => ErrorKind::Network,
        429 => ErrorKind::RateLimited,
        408 | 425 | 500..=599 => ErrorKind::ServiceUnavailable,
        200..=299 => ErrorKind::InvalidResponse,
        _ => ErrorKind::Api,
    }
}

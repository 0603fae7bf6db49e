//! The failure of a command over several items, of which some or all failed. What became of each is a result and
//! printed as such; this only sums it up.

use std::collections::BTreeSet;

use groups_ergonomic::ErrorKind;
use groups_model::ErrorEntry;

use crate::exit::{self, Code};
use crate::failure::{Failure, Kind, Report};
use crate::scene::Scene;

/// `done` items were done and these were not. `what`: "groups deleted".
pub(super) fn of(
    scene: &Scene,
    operation: &str,
    what: &str,
    done: usize,
    failed: &[(Report, Code)],
) -> Result<(), Failure> {
    let [(first, _), ..] = failed else { return Ok(()) };
    let codes: Vec<Code> = failed.iter().map(|(_, code)| *code).collect();
    let alike = failed.iter().all(|(report, _)| report.kind == first.kind);
    let total = done + failed.len();
    // Those may still be done.
    let unseen = codes.iter().all(|code| *code == Code::NotSeen);
    let code = exit::of_items(done, &codes);
    let (kind, became) = match (unseen, code) {
        (true, _) => (ErrorKind::OutcomeNotSeen, "not seen in time"),
        (false, Code::Mixed) => (ErrorKind::PartiallySucceeded, "failed"),
        (false, _) => (ErrorKind::Api, "failed"),
    };
    let mut failure = Failure::local(
        Kind::Api(kind),
        operation,
        format!("{done} of {total} {what}, {} {became}", failed.len()),
    );
    failure.code = code;
    let report = &mut failure.report;
    if code != Code::Mixed && alike && !unseen {
        report.kind = first.kind;
        report.code = first.code.filter(|code| failed.iter().all(|(other, _)| other.code == Some(*code)));
        report.title = first.title.clone().filter(|_| report.code.is_some());
    }
    if alike && !unseen {
        report.details = Some(first.message.clone());
    }
    report.http_status = first.http_status.filter(|_| failed.len() == 1);
    report.retryable = failed.iter().all(|(report, _)| report.retryable);
    report.attempts = failed.iter().map(|(report, _)| report.attempts).sum();
    if unseen && failed.len() > 1 {
        let line = scene.line("list --all");
        report.remedy = Some(format!("They may still be done: `{line}` shows what is there."));
        return Err(failure);
    }
    report.remedy = first.remedy.clone().filter(|_| alike).or_else(|| Some(advice(failed, scene)));
    Err(failure)
}

/// Where one remedy does not do for all.
fn advice(failed: &[(Report, Code)], scene: &Scene) -> String {
    let codes: BTreeSet<u32> = failed
        .iter()
        .filter_map(|(report, _)| report.code)
        .filter(|code| ErrorEntry::find(*code).is_some())
        .collect();
    let more = match (codes.len(), codes.first()) {
        (_, None) => format!("wagroups {} --help", scene.command()),
        (1, Some(code)) => format!("wagroups help error {code}"),
        (_, Some(_)) => "wagroups help error CODE".to_owned(),
    };
    format!("Each reason stands in the output; `{more}` tells more.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(kind: ErrorKind) -> (Report, Code) {
        let failure = Failure::local(Kind::Api(kind), "delete", "m");
        (*failure.report, failure.code)
    }

    #[test]
    fn a_summary_takes_the_common_kind_or_none() {
        let sum = |done, failures: &[(Report, Code)]| {
            let failure =
                of(&Scene::default(), "delete_group", "groups deleted", done, failures).unwrap_err();
            (failure.report.kind, failure.code, failure.report.message)
        };
        let (unknown, suspended) = (failed(ErrorKind::GroupUnknown), failed(ErrorKind::GroupSuspended));
        assert_eq!(
            sum(1, std::slice::from_ref(&unknown)),
            ("partially_succeeded", Code::Mixed, "1 of 2 groups deleted, 1 failed".to_owned())
        );
        assert_eq!(sum(0, &[unknown.clone(), unknown.clone()]).0, "group_unknown");
        assert_eq!(sum(0, &[unknown.clone(), unknown.clone()]).1, Code::NotFound);
        assert_eq!((sum(0, &[unknown.clone(), suspended.clone()])).0, "api");
        assert_eq!(sum(0, &[unknown, suspended]).1, Code::Failed);
        assert!(of(&Scene::default(), "x", "x", 2, &[]).is_ok());
        let late = failed(ErrorKind::OutcomeNotSeen);
        assert_eq!(
            sum(1, &[late.clone(), late]),
            ("outcome_not_seen", Code::NotSeen, "1 of 3 groups deleted, 2 not seen in time".to_owned())
        );
    }
}

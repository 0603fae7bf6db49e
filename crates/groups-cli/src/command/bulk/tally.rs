//! How the rows of a file have gone so far, counted by how far each has come, and the sentence and exit code that it
//! comes to. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::row::{Status, Told};
use crate::command::summary;
use crate::exit::Code;
use crate::failure::{Failure, Report};
use crate::scene::Scene;

#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Rows that are as they were asked to be, as far as this run was to see to it.
    done: usize,
    /// Rows that needed nothing to be done, by why.
    needless: BTreeMap<Status, usize>,
    /// Rows that are to be told of later.
    pub(super) later: usize,
    /// Why the others are not, with the codes to exit with; of rows that were not tried nothing stands here.
    pub(super) failed: Vec<(Report, Code)>,
    /// How far the others have come.
    others: BTreeMap<Status, usize>,
    /// Rows that were begun.
    pub(super) begun: usize,
    /// Rows to go on with.
    pub(super) open: BTreeSet<usize>,
}

impl Tally {
    pub(super) fn take(&mut self, told: &Told) {
        match (told.status(), &told.failed) {
            (None, _) => self.later += 1,
            (Some(status @ (Status::Gone | Status::Unchanged | Status::Skipped)), None) => {
                *self.needless.entry(status).or_default() += 1;
            }
            (Some(_), None) => self.done += 1,
            (Some(status), Some(failed)) => {
                *self.others.entry(status).or_default() += 1;
                self.failed.push(failed.clone());
            }
        }
        if told.is_open() {
            self.open.insert(told.index);
        }
    }

    /// A row that this run does not come to any more.
    pub(super) fn leave(&mut self, index: usize, status: Status) {
        *self.others.entry(status).or_default() += 1;
        if status != Status::Accepted {
            self.open.insert(index);
        }
    }

    /// How many rows need not be waited for.
    pub(super) fn settled(&self) -> usize {
        self.good() + self.later + self.others.values().sum::<usize>()
    }

    /// How many are as they were asked to be.
    pub(super) fn good(&self) -> usize {
        self.done + self.needless.values().sum::<usize>()
    }

    /// How many are not done and have come so far.
    pub(super) fn count(&self, status: Status) -> usize {
        self.others.get(&status).copied().unwrap_or_default()
    }

    /// The counts of those that are not done: `, 3 failed, 2 unknown`, or nothing.
    pub(super) fn others(&self) -> String {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for (status, count) in &self.others {
            let word = word(*status);
            match counts.iter_mut().find(|(other, _)| *other == word) {
                Some((_, sum)) => *sum += count,
                None => counts.push((word, *count)),
            }
        }
        counts.into_iter().map(|(word, count)| format!(", {count} {word}")).collect()
    }

    /// What was found to be so already, in the same way.
    fn needless(&self) -> String {
        let word = |status: &Status| match status {
            Status::Gone => "gone already",
            Status::Unchanged => "unchanged",
            _ => "skipped",
        };
        self.needless.iter().map(|(status, count)| format!(", {count} {}", word(status))).collect()
    }

    /// How it went. `what`: "groups deleted".
    pub(super) fn sentence(&self, what: &str, total: usize) -> String {
        format!("{} of {total} {what}{}{}", self.done, self.needless(), self.others())
    }

    /// What a run that nobody has stopped ends with.
    pub(super) fn judge(
        &self,
        scene: &Scene,
        operation: &str,
        what: &str,
        total: usize,
    ) -> Result<(), Failure> {
        summary::of(scene, operation, what, self.good(), &self.failed).map_err(|mut failure| {
            failure.report.message = self.sentence(what, total);
            failure
        })
    }
}

/// How a row is spoken of that is not done.
fn word(status: Status) -> &'static str {
    match status {
        Status::Accepted | Status::NotSeen => "accepted and not seen in time",
        Status::Failed => "failed",
        Status::Unknown => "unknown",
        Status::Ambiguous => "ambiguous",
        Status::NotSent => "not sent",
        Status::Gone => "gone already",
        // The group is there, and that is all.
        Status::Done | Status::Unchanged | Status::Skipped => "without their link",
        // A dry run counts no rows.
        Status::WouldCreate | Status::WouldChange => "would be sent",
    }
}

#[cfg(test)]
mod tests {
    use groups_ergonomic::ErrorKind;

    use super::*;
    use crate::command::bulk::row::RowResult;
    use crate::failure::Kind;

    fn told(index: usize, kind: ErrorKind, code: Code, unsent: bool) -> Told {
        let mut failure = Failure::local(Kind::Api(kind), "create_group", "m");
        (failure.code, failure.unsent) = (code, unsent);
        Told::failed(index, RowResult::default(), failure)
    }

    fn ended(rows: Vec<Told>) -> (String, u8, Vec<usize>) {
        let mut tally = Tally::default();
        rows.iter().for_each(|row| tally.take(row));
        let code = tally.judge(&Scene::default(), "create_group", "groups created", rows.len());
        let code = code.map_or_else(|failure| failure.code, |()| Code::Done);
        (tally.sentence("groups created", rows.len()), code.number(), tally.open.into_iter().collect())
    }

    #[test]
    fn rows_are_counted_by_how_far_they_have_come() {
        let seen = |index| told(index, ErrorKind::OutcomeNotSeen, Code::NotSeen, false);
        let held = |index| told(index, ErrorKind::RateLimited, Code::RateLimited, true);
        let refused = |index| told(index, ErrorKind::RateLimited, Code::RateLimited, false);
        let lost = |index| told(index, ErrorKind::Network, Code::InDoubt, false);
        let dead = |index| told(index, ErrorKind::Network, Code::InDoubt, true);
        let no = |index| told(index, ErrorKind::Api, Code::Failed, false);
        let done = |index| Told::new(index, RowResult::default());
        for (rows, sentence, code, open) in [
            (
                vec![seen(0), seen(1), held(2)],
                "0 of 3 groups created, 2 accepted and not seen in time, 1 not sent",
                7,
                vec![2],
            ),
            (vec![done(0), seen(1)], "1 of 2 groups created, 1 accepted and not seen in time", 8, vec![]),
            (vec![held(0), refused(1)], "0 of 2 groups created, 1 failed, 1 not sent", 5, vec![0, 1]),
            (vec![lost(0), lost(1)], "0 of 2 groups created, 2 unknown", 6, vec![0, 1]),
            (vec![dead(0)], "0 of 1 groups created, 1 not sent", 6, vec![0]),
            (vec![done(0), no(1), lost(2)], "1 of 3 groups created, 1 failed, 1 unknown", 7, vec![2]),
            (vec![no(0), held(1)], "0 of 2 groups created, 1 failed, 1 not sent", 1, vec![1]),
        ] {
            assert_eq!(ended(rows), (sentence.to_owned(), code, open));
        }
    }
}

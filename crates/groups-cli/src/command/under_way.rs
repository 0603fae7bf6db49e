//! What was accepted and is being waited for, and what is done and waits for its turn to be printed, so that stopping in the
//! middle loses neither. Prints nothing of its own accord.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use groups_ergonomic::model::Accepted;
use serde::Serialize;
use serde_json::Value;

use crate::failure::{Failure, Kind, open_remedy};
use crate::output::Printer;
use crate::scene::Scene;

/// What is under way, by its place among what the command was given.
#[derive(Clone, Debug, Default)]
pub(crate) struct UnderWay(Arc<Mutex<BTreeMap<usize, Begun>>>, Arc<AtomicBool>);

#[derive(Debug)]
enum Begun {
    Accepted(Box<(Accepted, Scene)>),
    /// Its result.
    Done(Value),
}

impl UnderWay {
    pub(super) fn begins(&self, place: usize, accepted: &Accepted, scene: &Scene) {
        self.with(|begun| begun.insert(place, Begun::Accepted(Box::new((accepted.clone(), scene.clone())))));
    }

    /// Whether it is being asked, and so nothing was done yet.
    pub(crate) fn asks(&self, asks: bool) {
        self.1.store(asks, Ordering::Relaxed);
    }

    pub(crate) fn is_asking(&self) -> bool {
        self.1.load(Ordering::Relaxed)
    }

    /// What became of it is known, and printed when it is its turn.
    pub(super) fn done(&self, place: usize, result: &impl Serialize) {
        // Results always serialise.
        let result = serde_json::to_value(result).unwrap_or_default();
        self.with(|begun| begun.insert(place, Begun::Done(result)));
    }

    /// Its outcome is known, or told to be unknown, and was printed or is about to be.
    pub(super) fn ends(&self, place: usize) {
        self.with(|begun| begun.remove(&place));
    }

    fn with<T>(&self, then: impl FnOnce(&mut BTreeMap<usize, Begun>) -> T) -> T {
        then(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Prints the receipts of what was stopped and the results that were not printed yet; what to say of what was stopped.
    /// `among_others`: they are of a list.
    pub(crate) fn interrupted(&self, among_others: bool, out: &mut Printer) -> Option<Failure> {
        let mut open = Vec::new();
        for begun in self.with(std::mem::take).into_values() {
            match begun {
                Begun::Done(result) => out.items(&[result]),
                Begun::Accepted(it) => {
                    let (accepted, scene) = *it;
                    if among_others {
                        out.items(std::slice::from_ref(&accepted));
                    } else {
                        out.one(&accepted);
                    }
                    open.push((accepted, scene));
                }
            }
        }
        let (first, scene) = open.first()?;
        let failure = |message| Failure::local(Kind::Interrupted, &first.operation, message);
        let mut failure = match &open[..] {
            [_] => failure("interrupted; the call was accepted, and its outcome is not known yet".to_owned())
                .with_remedy(open_remedy(Some(first), scene)),
            all => {
                let line = scene.line("list --all");
                failure(format!(
                    "interrupted; {} calls were accepted, and their outcomes are not known yet",
                    all.len()
                ))
                .with_remedy(format!("They may still be done: `{line}` shows what is there."))
            }
        };
        failure.report.attempts = u32::try_from(open.len()).unwrap_or(u32::MAX);
        Some(failure)
    }
}

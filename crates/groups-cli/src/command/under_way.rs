//! What was accepted and is being waited for, so that stopping in the middle does not lose its receipt. Prints nothing
//! of its own accord.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use groups_ergonomic::model::Accepted;

use crate::failure::{Failure, Kind, open_remedy};
use crate::output::Printer;
use crate::scene::Scene;

/// What was accepted and is being waited for, if anything is.
#[derive(Clone, Debug, Default)]
pub(crate) struct UnderWay(Arc<Mutex<Option<(Accepted, Scene)>>>, Arc<AtomicBool>);

impl UnderWay {
    pub(super) fn begins(&self, accepted: &Accepted, scene: &Scene) {
        self.set(Some((accepted.clone(), scene.clone())));
    }

    /// Whether it is being asked, and so nothing was done yet.
    pub(super) fn asks(&self, asks: bool) {
        self.1.store(asks, Ordering::Relaxed);
    }

    pub(crate) fn is_asking(&self) -> bool {
        self.1.load(Ordering::Relaxed)
    }

    /// Its outcome is known, or told to be unknown.
    pub(super) fn ends(&self) {
        self.set(None);
    }

    fn set(&self, begun: Option<(Accepted, Scene)>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = begun;
    }

    /// Prints the receipt of what was stopped; what to say of it. `among_others`: it is one of a list.
    pub(crate) fn interrupted(&self, among_others: bool, out: &mut Printer) -> Option<Failure> {
        let (accepted, scene) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        if among_others {
            out.items(std::slice::from_ref(&accepted));
        } else {
            out.one(&accepted);
        }
        let mut failure = Failure::local(
            Kind::Interrupted,
            &accepted.operation,
            "interrupted; the call was accepted, and its outcome is not known yet",
        )
        .with_remedy(open_remedy(Some(&accepted), &scene));
        failure.report.attempts = 1;
        Some(failure)
    }
}

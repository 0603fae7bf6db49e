//! Many calls, several under way at once: results in the order of the file, a line of progress, and an end by Ctrl-C that
//! loses nothing. Sends nothing itself, and repeats nothing.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use groups_ergonomic::model::Accepted;
use groups_ergonomic::{Client, ErrorKind};

use super::items::Item;
use super::row::{Shown, Status, Told};
use super::tally::Tally;
use crate::command::AT_ONCE;
use crate::exit::Code;
use crate::failure::Report;
use crate::output::{Bar, Printer};
use crate::signals::Signals;

/// How often the progress is drawn.
const BEAT: Duration = Duration::from_millis(100);

/// Receipts of what is being waited for, by row.
#[derive(Clone, Debug, Default)]
pub(super) struct Receipts(Arc<Mutex<HashMap<usize, Accepted>>>);

impl Receipts {
    pub(super) fn put(&self, index: usize, accepted: &Accepted) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(index, accepted.clone());
    }

    pub(super) fn take(&self, index: usize) -> Option<Accepted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&index)
    }
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// With the last one.
    Whole,
    /// A failure that all the others would meet, too.
    Pointless,
    /// Told to stop; everything that was begun has been finished.
    Stopped,
    /// Told to stop twice; some were under way.
    AtOnce,
}

/// Prints results in their order, however they come.
#[derive(Debug, Default)]
pub(super) struct InOrder {
    next: usize,
    early: BTreeMap<usize, Shown>,
}

impl InOrder {
    /// Takes results; prints those whose turn it is.
    pub(super) fn take(&mut self, told: impl IntoIterator<Item = (usize, Shown)>, out: &mut Printer) {
        self.early.extend(told.into_iter().filter(|(_, shown)| !matches!(shown, Shown::Later)));
        let mut ready = Vec::new();
        while let Some(shown) = self.early.remove(&self.next) {
            ready.push(shown);
            self.next += 1;
        }
        if !ready.is_empty() {
            out.items(&ready);
        }
    }

    /// Whether there is a result of this row.
    pub(super) fn has(&self, index: usize) -> bool {
        index < self.next || self.early.contains_key(&index)
    }
}

/// Told to stop, once or twice. Signals that cannot be received end the process by themselves.
pub(super) struct Stop {
    signals: Option<Signals>,
    pub(super) told: bool,
}

impl Stop {
    pub(super) fn new() -> Self {
        Self { signals: Signals::new().ok(), told: false }
    }

    pub(super) async fn wait(&mut self) {
        match &mut self.signals {
            Some(signals) => {
                signals.wait().await;
            }
            None => std::future::pending().await,
        }
    }

    /// Whether it was told by now.
    async fn is_told_now(&mut self) -> bool {
        tokio::select! {
            biased;
            () = self.wait() => true,
            () = std::future::ready(()) => false,
        }
    }
}

/// What a run of calls needs.
pub(super) struct Run<'a> {
    pub(super) out: &'a mut Printer,
    pub(super) bar: &'a mut Bar,
    pub(super) tally: &'a mut Tally,
    pub(super) order: &'a mut InOrder,
    pub(super) stop: &'a mut Stop,
    /// By whom the calls are made, to tell when they are held back.
    pub(super) client: Option<&'a Client>,
}

/// What is done at once: a row, or several.
pub(super) trait Unit {
    /// How many rows it is of.
    fn rows(&self) -> usize;
}

impl Unit for usize {
    fn rows(&self) -> usize {
        1
    }
}

impl<T> Unit for Item<T> {
    fn rows(&self) -> usize {
        1
    }
}

impl<T> Unit for Vec<Item<T>> {
    fn rows(&self) -> usize {
        self.len()
    }
}

/// Does the work of each unit; each tells of one or several rows. Begins them in their order.
pub(super) async fn each<U: Unit, F>(
    units: impl IntoIterator<Item = U>,
    work: impl Fn(U) -> F,
    is_pointless: impl Fn(&Report, Code) -> bool,
    run: &mut Run<'_>,
) -> Ended
where
    F: Future<Output = Vec<Told>>,
{
    let mut units = units.into_iter();
    let mut flying = FuturesUnordered::new();
    let mut beat = tokio::time::interval(BEAT);
    let mut pointless = false;
    // So many after each other found no service.
    let mut unreached = 0;
    loop {
        // What was said before this began, or while results were printed, comes before anything new.
        if !run.stop.told && run.stop.is_told_now().await {
            run.stop.told = true;
            if !flying.is_empty() {
                stopping(run, flying.len());
            }
        }
        while !run.stop.told && !pointless && flying.len() < AT_ONCE {
            match units.next() {
                Some(unit) => {
                    run.tally.begun += unit.rows();
                    flying.push(work(unit));
                }
                None => break,
            }
        }
        if flying.is_empty() {
            break;
        }
        tokio::select! {
            biased;
            () = run.stop.wait() => {
                run.bar.hide();
                if run.stop.told {
                    return Ended::AtOnce;
                }
                run.stop.told = true;
                stopping(run, flying.len());
            }
            Some(told) = flying.next() => {
                unreached = if told.iter().any(is_unreached) { unreached + 1 } else { 0 };
                pointless |= unreached >= AT_ONCE;
                for one in &told {
                    run.tally.take(one);
                    if one.failed.as_ref().is_some_and(|(report, code)| is_pointless(report, *code)) {
                        pointless = true;
                        run.tally.open.insert(one.index);
                    }
                }
                run.bar.hide();
                run.order.take(told.into_iter().map(|one| (one.index, one.shown)), run.out);
                run.bar.at(run.tally.settled(), run.tally.others());
                // Nobody reads any more; what was asked for is done all the same.
            }
            _ = beat.tick() => run.bar.beat(run.client.and_then(Client::held_back)),
        }
    }
    run.bar.hide();
    match (run.stop.told, pointless && units.next().is_some()) {
        (true, _) => Ended::Stopped,
        (false, true) => Ended::Pointless,
        (false, false) => Ended::Whole,
    }
}

/// Whether no connection came about.
fn is_unreached(told: &Told) -> bool {
    let of_network = |(report, _): &(Report, Code)| report.kind == ErrorKind::Network.as_str();
    told.status() == Some(Status::NotSent) && told.failed.as_ref().is_some_and(of_network)
}

fn stopping(run: &mut Run<'_>, under_way: usize) {
    run.bar.hide();
    run.out.now(&format!(
        "Stopping: {under_way} calls are under way and nothing new is sent; Ctrl-C again stops at once."
    ));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Format;
    use crate::command::bulk::row::RowResult;
    use crate::output::Shape;

    /// Unit `n` tells of row `n`, and fails where it says so.
    async fn carried_out(units: usize, fails_at: Option<usize>) -> (Ended, usize, usize) {
        let (ended, tally) = tallied(units, fails_at).await;
        (ended, tally.good(), tally.failed.len())
    }

    async fn tallied(units: usize, fails_at: Option<usize>) -> (Ended, Tally) {
        let work = |index: usize| async move {
            let row = RowResult { line: index as u64 + 2, ..RowResult::default() };
            tokio::task::yield_now().await;
            match fails_at == Some(index) {
                true => vec![Told::failed(index, row, crate::failure::Failure::usage("delete", "no"))],
                false => vec![Told::new(index, row)],
            }
        };
        worked(units, work, |code| code == Code::Usage).await
    }

    async fn worked<F: Future<Output = Vec<Told>>>(
        units: usize,
        work: impl Fn(usize) -> F,
        is_pointless: impl Fn(Code) -> bool,
    ) -> (Ended, Tally) {
        let mut out = Printer::new(Format::Table, &Shape::BULK_DELETE, &[], true, None);
        let (mut tally, mut order, mut stop) = (Tally::default(), InOrder::default(), Stop::new());
        let mut bar = Bar::none();
        let mut run = Run {
            out: &mut out,
            bar: &mut bar,
            tally: &mut tally,
            order: &mut order,
            stop: &mut stop,
            client: None,
        };
        let ended = each(0..units, work, |_, code| is_pointless(code), &mut run).await;
        (ended, tally)
    }

    #[tokio::test]
    async fn it_goes_on_at_the_first_that_failed_like_the_others() {
        let (ended, tally) = tallied(400, Some(3)).await;
        assert_eq!((ended, tally.open.first()), (Ended::Pointless, Some(&3)));
        assert_eq!(tally.begun, tally.settled(), "nothing is under way any more");
    }

    #[tokio::test]
    async fn a_dead_network_is_not_tried_for_every_row() {
        let work = |index: usize| async move {
            let kind = crate::failure::Kind::Api(ErrorKind::Network);
            let mut failure = crate::failure::Failure::local(kind, "delete", "refused");
            failure.unsent = true;
            vec![Told::failed(index, RowResult::default(), failure)]
        };
        let (ended, tally) = worked(400, work, |_| false).await;
        assert_eq!(ended, Ended::Pointless);
        assert!(tally.begun < 3 * AT_ONCE, "{}", tally.begun);
        assert_eq!(tally.open.len(), tally.begun, "all of them are to be tried again");
    }

    #[tokio::test]
    async fn all_is_done_unless_it_has_become_pointless() {
        assert_eq!(carried_out(0, None).await, (Ended::Whole, 0, 0));
        assert_eq!(carried_out(40, None).await, (Ended::Whole, 40, 0));
        let (ended, done, failed) = carried_out(400, Some(3)).await;
        assert_eq!((ended, failed), (Ended::Pointless, 1));
        assert!(done < 40, "{done} were done though the first few have told");
        assert_eq!(carried_out(4, Some(3)).await, (Ended::Whole, 3, 1));
    }
}

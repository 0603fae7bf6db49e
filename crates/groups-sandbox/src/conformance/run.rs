//! A run: the client, what it has found so far, and what it has made and must delete. Every call goes through here, and
//! nothing leaves but by the redactor.

use std::time::Duration;

use fastrand::Rng;
use tokio::time::Instant;

use super::catalog::{self, Check, Needs};
use super::client::{Call, Exchange, Http, NoAnswer, Target};
use super::error::{Error, ErrorKind};
use super::finding::{Finding, Judged, Report};
use super::headers::Headers;
use super::judge;
use super::list::Page;
use super::redact::Redactor;

/// What the subject of every group of the suite's own begins with.
pub(super) const MARK: &str = "wagroups conformance";
/// The first wait for an outcome, and the longest between two looks.
const LOOK_FIRST: Duration = Duration::from_millis(100);
const LOOK_LONGEST: Duration = Duration::from_secs(5);
/// After so many calls in a row without an answer the rest is not tried.
const DEAF: usize = 2;

pub(super) struct Options {
    pub(super) named: Option<Target>,
    /// Whether the first of the list takes the place of one that is not named.
    pub(super) first_group: bool,
    pub(super) write: bool,
    pub(super) patience: Duration,
}

pub(super) struct Run {
    http: Http,
    redactor: Redactor,
    options: Options,
    findings: Vec<Finding>,
    /// Why nothing more is tried.
    halted: Option<String>,
    unanswered: usize,
    /// Why nothing is written although it may be.
    kept: Option<&'static str>,
    pub(super) headers: Headers,
    pub(super) own: Own,
}

/// What the suite has made of its own.
#[derive(Default)]
pub(super) struct Own {
    /// The subject of this run; no other group has it.
    pub(super) subject: String,
    /// Creates that were accepted, or may have been.
    pub(super) created: usize,
    /// Groups whose ids are known.
    pub(super) groups: Vec<(String, Fate)>,
}

/// What became of a group of the suite's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    There,
    /// Its deletion was answered.
    Deleting,
    Gone,
}

impl Own {
    pub(super) fn meets(&mut self, id: &str, fate: Fate) {
        match self.groups.iter_mut().find(|(known, _)| known == id) {
            Some((_, of)) => *of = fate,
            None => self.groups.push((id.to_owned(), fate)),
        }
    }

    /// How many are known and not known to be gone.
    pub(super) fn left(&self) -> usize {
        self.groups.iter().filter(|(_, fate)| *fate != Fate::Gone).count()
    }
}

impl Run {
    pub(super) fn new(http: Http, key: &str, options: Options) -> Self {
        let mut redactor = Redactor::new(http.host(), key);
        if let Some(named) = &options.named {
            redactor.hide(&named.id);
        }
        let subject = format!("{MARK} {:08x}", Rng::new().u32(..));
        Self {
            http,
            redactor,
            options,
            findings: Vec::new(),
            halted: None,
            unanswered: 0,
            kept: None,
            headers: Headers::default(),
            own: Own { subject, ..Own::default() },
        }
    }

    /// The first page of the list, and whether going on makes sense.
    pub(super) async fn begin(&mut self) -> Result<Exchange, Error> {
        let first = self.answered(&Call::get()).await.map_err(|none| {
            let error = match &none.cause {
                Some(cause) => Error::of_cause(ErrorKind::Unreachable, cause),
                None => {
                    Error::new(ErrorKind::Unreachable, format!("the service cannot be reached: {}", none.why))
                }
            };
            error.in_time(none.is_timeout)
        })?;
        // Its status is not the service's: it says nothing about the key.
        if let Some(page) = &first.page {
            return Err(Error::of_page(page, first.status));
        }
        if matches!(first.status, 401 | 403) {
            let said = format!("the service refuses the key ({}); check it", judge::seen(&first));
            return Err(Error::new(ErrorKind::KeyRefused, said));
        }
        if self.options.first_group && self.options.named.is_none() {
            let group = Page::of(&first).and_then(|page| page.groups.into_iter().next());
            self.options.named = group.map(|group| Target { id: group.id, shown: "GROUP" });
        }
        if let Some(named) = self.options.named.clone()
            && let Ok(answer) = self.ask(&Call::get().of(&named)).await
            && judge::refused(answer.json()).code == Some(131_041)
        {
            let said = "the key's number has no group of this id";
            return Err(Error::new(ErrorKind::GroupUnknown, said));
        }
        Ok(first)
    }

    /// The group that is read only.
    pub(super) fn named(&self) -> Option<Target> {
        self.options.named.clone()
    }

    pub(super) fn writes(&self) -> bool {
        self.options.write
    }

    pub(super) fn keep_from_writing(&mut self, why: &'static str) {
        self.kept = Some(why);
    }

    pub(super) fn patience(&self) -> Duration {
        self.options.patience
    }

    pub(super) fn host(&self) -> String {
        self.http.host()
    }

    /// Why nothing more is tried, if so.
    pub(super) fn halted(&self) -> Option<String> {
        self.halted.clone()
    }

    /// The answer, or why there is none.
    pub(super) async fn ask(&mut self, call: &Call) -> Result<Exchange, String> {
        if let Some(why) = &self.halted {
            return Err(why.clone());
        }
        let answer = self.ask_anyway(call).await;
        match &answer {
            Ok(exchange) if judge::is_rate_limited(exchange) => {
                self.halted = Some("the service limits the rate".to_owned());
            }
            Err(why) if self.unanswered >= DEAF => self.halted = Some(why.clone()),
            _ => {}
        }
        answer
    }

    /// Also when nothing more is tried: to clean up.
    pub(super) async fn ask_anyway(&mut self, call: &Call) -> Result<Exchange, String> {
        self.answered(call).await.map_err(|none| none.why)
    }

    async fn answered(&mut self, call: &Call) -> Result<Exchange, NoAnswer> {
        let answer = self.http.send(call).await;
        match &answer {
            Ok(exchange) => {
                self.unanswered = 0;
                if let Some(body) = exchange.json() {
                    self.redactor.learn(body);
                }
                self.headers.look(exchange);
            }
            Err(_) => self.unanswered += 1,
        }
        answer
    }

    /// Waits for something to come about: asks with growing gaps until `done` gives something or patience ends. The last
    /// answer and the time that passed come along.
    pub(super) async fn wait_for<T>(
        &mut self,
        call: &Call,
        mut done: impl FnMut(&Exchange) -> Option<T>,
    ) -> Result<(Option<T>, Exchange, Duration), String> {
        let begun = Instant::now();
        let mut gap = LOOK_FIRST;
        loop {
            let exchange = self.ask(call).await?;
            let found = done(&exchange);
            let passed = begun.elapsed();
            if found.is_some() || passed + gap > self.patience() {
                return Ok((found, exchange, passed));
            }
            tokio::time::sleep(gap).await;
            gap = (gap * 3 / 2).min(LOOK_LONGEST);
        }
    }

    pub(super) fn record(&mut self, check: &'static Check, judged: Judged, exchanges: &[&Exchange]) {
        self.findings.push(Finding {
            check: check.name,
            verdict: judged.verdict,
            facts: check.facts,
            confidence: check.confidence,
            documented: check.documented,
            seen: exchanges.last().map(|exchange| judge::seen(exchange)),
            note: judged.note,
            observed: exchanges.iter().map(|exchange| self.redactor.observed(exchange)).collect(),
        });
    }

    pub(super) fn not_tried(&mut self, check: &'static Check, why: impl Into<String>) {
        self.record(check, Judged::not_tried(why), &[]);
    }

    /// Makes one call for one check.
    pub(super) async fn check(
        &mut self,
        check: &'static Check,
        call: &Call,
        judge: impl FnOnce(&Exchange) -> Judged,
    ) -> Option<Exchange> {
        match self.ask(call).await {
            Ok(exchange) => {
                let judged = judge(&exchange);
                self.record(check, judged, &[&exchange]);
                Some(exchange)
            }
            Err(why) => {
                self.not_tried(check, why);
                None
            }
        }
    }

    /// All checks in their order; those that were not come to are told why.
    pub(super) fn report(self, interrupted: bool) -> Report {
        let finding = |check: &&'static Check| {
            let found = self.findings.iter().find(|finding| finding.check == check.name).cloned();
            found.unwrap_or_else(|| Finding {
                check: check.name,
                verdict: super::Verdict::NotTried,
                facts: check.facts,
                confidence: check.confidence,
                documented: check.documented,
                seen: None,
                note: Some(self.why_not(check, interrupted)),
                observed: Vec::new(),
            })
        };
        Report { findings: catalog::ALL.iter().map(finding).collect(), interrupted }
    }

    fn why_not(&self, check: &Check, interrupted: bool) -> String {
        match check.needs {
            Needs::Group if self.options.named.is_none() => "no group was named".to_owned(),
            Needs::Write if !self.options.write => "writing was not allowed".to_owned(),
            _ if interrupted => "the run was interrupted".to_owned(),
            Needs::Write => {
                let other = self.kept.unwrap_or("the suite has no group of its own");
                self.halted.clone().unwrap_or_else(|| other.to_owned())
            }
            _ => self.halted.clone().unwrap_or_else(|| "an earlier answer could not be used".to_owned()),
        }
    }
}

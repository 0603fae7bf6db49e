//! The conformance suite: one set of behaviour checks that runs over plain HTTP against any address, the sandbox and the
//! live service alike, and reports each difference from what the documents say. It shares no type with the SDK, reads
//! only unless told otherwise, and writes to no group but those it has made itself.
//!
//! ```
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use groups_sandbox::Sandbox;
//! use groups_sandbox::conformance::{Suite, Verdict};
//!
//! let sandbox = Sandbox::builder().seeded().start().await?;
//! let suite = Suite::new(sandbox.base_url(), sandbox.api_key())?;
//! let report = suite.run(std::future::pending()).await?;
//! assert_eq!(report.count(Verdict::Different), 0);
//! // No group was named, so those checks were not made.
//! assert_eq!(report.finding("get_subject").map(|finding| finding.verdict), Some(Verdict::NotTried));
//! # Ok(())
//! # }
//! # tokio::runtime::Runtime::new().unwrap().block_on(run()).unwrap();
//! ```

mod catalog;
mod cleanup;
mod client;
mod create;
mod decide;
mod delete;
mod error;
mod finding;
mod form;
mod group;
mod headers;
mod judge;
mod key;
mod list;
mod redact;
mod run;
mod update;
mod variant;
mod walk;

use std::future::Future;
use std::time::Duration;

pub use error::{Error, ErrorKind};
pub use finding::{Finding, Observed, Report, Verdict};

use client::{Http, Target};
use run::{Options, Run};

/// How long one call may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long an outcome is waited for. No document says how long one takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A run of the checks, to be set up and started.
#[must_use]
pub struct Suite {
    base_url: String,
    key: String,
    group: Option<String>,
    first_group: bool,
    write: bool,
    timeout: Duration,
    patience: Duration,
}

impl Suite {
    /// Checks of the number that the key selects. The key is sent to the base URL and nowhere else.
    ///
    /// # Errors
    /// When the base URL is none, or plain http to another machine, or the key cannot stand in a header.
    pub fn new(base_url: impl Into<String>, key: impl Into<String>) -> Result<Self, Error> {
        let (base_url, key) = (base_url.into(), key.into());
        Http::new(&base_url, &key, TIMEOUT)?;
        Ok(Self {
            base_url,
            key,
            group: None,
            first_group: false,
            write: false,
            timeout: TIMEOUT,
            patience: PATIENCE,
        })
    }

    /// Also makes the checks that read a group: this one, which is never written to.
    ///
    /// # Errors
    /// When the id cannot be one segment of a path.
    pub fn group(mut self, id: impl Into<String>) -> Result<Self, Error> {
        let id = id.into();
        if matches!(id.trim(), "" | "." | "..") {
            return Err(Error::new(ErrorKind::InvalidGroup, "that is no group's id"));
        }
        self.group = Some(id);
        Ok(self)
    }

    /// Reads the first group of the list, where none is named and there is one: for a sandbox, whose groups are nobody's.
    pub fn first_group(mut self) -> Self {
        self.first_group = true;
        self
    }

    /// Also makes the checks that write: to a group that the suite creates, and deletes at the end.
    pub fn write(mut self) -> Self {
        self.write = true;
        self
    }

    /// How long one call may take; 30 seconds unless set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long the outcome of a write is waited for, and the cleanup may take; 60 seconds each unless set.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Makes the checks, until they are done or `stop` is. Either way what was created is deleted, as far as that is
    /// possible, and the report says so in the check `cleanup`. Dropping the future instead leaves what was created.
    ///
    /// # Errors
    /// When there is no answer at all, or the service refuses the key or does not know the group: then there is nothing
    /// to report on.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<Report, Error> {
        let http = Http::new(&self.base_url, &self.key, self.timeout)?;
        let named = self.group.map(|id| Target { id, shown: "GROUP" });
        let options =
            Options { named, first_group: self.first_group, write: self.write, patience: self.patience };
        let mut run = Run::new(http, &self.key, options);
        let checked = tokio::select! {
            checked = checks(&mut run) => Some(checked),
            () = stop => None,
        };
        let interrupted = checked.is_none();
        cleanup::check(&mut run).await;
        headers::check(&mut run);
        checked.transpose()?;
        Ok(run.report(interrupted))
    }
}

/// The checks in their order. What each leaves behind for the next is in the run.
async fn checks(run: &mut Run) -> Result<(), Error> {
    let first = run.begin().await?;
    key::check(run).await;
    list::check(run, &first).await;
    walk::check(run, &first).await;
    group::check_unknown(run).await;
    group::check(run).await;
    if run.writes() && list::Page::of(&first).is_none() {
        run.keep_from_writing("the list cannot be read, by which the suite finds what it makes");
    } else if run.writes() {
        let own = create::check(run).await;
        if let Some(own) = own {
            update::check(run, &own).await;
            decide::check(run, &own).await;
            delete::check(run, &own).await;
        }
    }
    Ok(())
}

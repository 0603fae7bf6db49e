//! Waiting: accepted is not done, so this learns what became of an accepted write, from webhooks and by looking. It
//! never guesses: what cannot be told for certain is said to be unknown, ambiguous or not seen.

mod create;
mod create_matcher;
mod delete;
mod earlier;
mod followed;
mod learn;
mod remove;
mod rivals;
mod schedule;
mod update;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::sync::Arc;
use std::time::Duration;

use groups_model::event::{Event, EventSource, EventStream};
use groups_model::{Accepted, ErrorKind, GroupId, ItemError, Outcome};

pub use create_matcher::{KnownGroups, Likeness, Verdict, has_odd_subject};
pub use earlier::{Earlier, Receipt};
pub use followed::{CreateMatcher, FollowedCreate, Progressed};
pub use rivals::SharedRecord;
pub(crate) use rivals::{Rivals, Ticket};

use crate::call::after;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::groups::Pending;
use crate::operation::Operation;

/// A write that is sent and then waited for. Await it.
///
/// The outcome is learnt from the webhook with the same `request_id`, where a source of events is set
/// ([`ClientBuilder::events`](crate::ClientBuilder::events) or [`Wait::events`]), and by looking at the group or the
/// list of groups in growing intervals. Whichever tells first is believed; what comes later, or twice, changes nothing.
///
/// The time counts from the moment the call is accepted. What is read before the call may take as long again, and at least
/// a second; if it takes longer, nothing is sent. When the time is over, the error's kind is
/// [`ErrorKind::OutcomeNotSeen`] and [`Error::accepted`] has the receipt: the write itself goes on, and
/// [`Client::outcome`] asks again.
///
/// Dropping the future gives up the waiting and nothing else, once the call was sent: what was accepted is done all the
/// same, and its webhook still comes. Only the receipt is lost with it, unless [`Wait::on_accepted`] took it first.
///
/// # What looking costs
///
/// One small request each time, begun 0.3 seconds after the acceptance (1 second where there is a source of events),
/// and then ever less often, at most 5 seconds apart. A create is found by comparing the whole list of groups before and
/// after, so each look costs a request per 1,024 groups: with 10,000 groups 10 requests before the call and 10 for
/// each look. [`Wait::without_polling`] saves them where webhooks can be relied on. A removal, and an update of a
/// text, read the group once before.
///
/// # An answer without a receipt
///
/// The answer to an update, a delete or a removal may have no `request_id`, and that to a create may name the group
/// instead (Facts 1.2, 1.4, 1.5, 1.11). What a source of events tells of that group after the sending is then believed as
/// far as it holds whoever's call it was: that the group was made, or could not be; that it is gone. That an update, a
/// removal or a delete failed, or that an update or a removal worked, may be told of another's call, so it is no more than
/// a reason to look at once; if nothing is seen, the error says what was told.
///
/// # What looking cannot tell
///
/// A new group is recognised by its subject, description and approval mode alone, whatever Unicode form and white space the
/// service stores them in. Where two creates of one client have the same, none is guessed, and a group is given to one create only. Those of other processes are known where both share a
/// record ([`ClientBuilder::share_creates`](crate::ClientBuilder::share_creates)). Of all others nothing is known here: a
/// group that appears is taken once it has stayed the only new one for a second, and so an equal group that another
/// machine makes meanwhile may be taken for this one if the real one comes later than that or never. Webhooks tell them
/// apart.
#[must_use = "does nothing until awaited"]
pub struct Wait<T> {
    how: How,
    run: Box<dyn FnOnce(How) -> Pending<T> + Send>,
}

/// What is to be done with a receipt.
type OnAccepted = Arc<dyn Fn(&Accepted) + Send + Sync>;

/// The least time for what is read before the call: a short wait must not make the call impossible.
const SHORTEST_READ: Duration = Duration::from_secs(1);

/// How to wait.
#[derive(Clone)]
pub(crate) struct How {
    timeout: Duration,
    events: Option<Arc<dyn EventSource>>,
    polling: bool,
    /// Is given the receipt.
    on_accepted: Option<OnAccepted>,
    /// The number's id, where it is known: events of others are not believed.
    phone_number_id: Option<String>,
}

impl How {
    fn new(client: &Client, timeout: Duration) -> Self {
        Self {
            timeout,
            events: client.events(),
            polling: true,
            on_accepted: None,
            phone_number_id: client.phone_number_id().map(str::to_owned),
        }
    }

    /// Refuses to wait for what nobody can tell, before anything is sent.
    fn check(&self) -> Result<()> {
        if self.polling || self.events.is_some() {
            return Ok(());
        }
        let message =
            "there is nothing to learn the outcome from: no source of events is set, and polling is off";
        Err(Error::local(ErrorKind::Configuration, message))
    }

    /// Reads what a later look is compared with, before anything is sent. It may take as long as the wait.
    async fn read_before<T>(&self, operation: Operation, read: impl Future<Output = Result<T>>) -> Result<T> {
        let time = self.timeout.max(SHORTEST_READ);
        let Ok(read) = tokio::time::timeout_at(after(time), read).await else {
            let message = format!("what there is before the call could not be read within {time:?}");
            return Err(Error::local(ErrorKind::Timeout, message).during(operation));
        };
        // Of a read that was refused nobody believes that it changed something.
        read.map_err(|error| match error.kind() {
            ErrorKind::NoProgress | ErrorKind::InvalidResponse => {
                error.explained("nothing was changed, as the state before the call could not be read")
            }
            _ => error,
        })
    }

    /// Whether events may report the outcome although the state before the call could not be read. What is refused by the rate
    /// limit is refused to the call as well.
    fn can_do_without(&self, error: &Error) -> bool {
        self.events.is_some() && error.kind() != ErrorKind::RateLimited
    }

    /// The events of a receipt.
    fn events_for(&self, accepted: &Accepted) -> Option<EventStream> {
        Some(self.events.as_ref()?.events_for(accepted.request_id.as_ref()?))
    }

    /// What comes from now on of a type, should the answer have no receipt.
    async fn coming(&self, kind: &'static str, group: Option<&GroupId>) -> Option<EventStream> {
        match self.events.as_ref()?.coming(kind, group).await {
            Ok(events) => events,
            Err(error) => {
                tracing::debug!(%error, "only a receipt will tell what the events are about");
                None
            }
        }
    }

    /// Whether an event is about what was accepted. The receipt decides; whatever else is known must agree with it.
    fn concerns(&self, event: &Event, accepted: &Accepted) -> bool {
        let group = accepted.group_id.as_ref().map(AsRef::as_ref);
        event.request_id.is_some()
            && event.request_id == accepted.request_id
            && agree(group, event.group_id.as_ref().map(AsRef::as_ref))
            && self.is_ours(event)
    }

    /// Whether an event may be about what was accepted without a receipt: it is about the same group.
    fn may_concern(&self, event: &Event, accepted: &Accepted) -> bool {
        event.group_id.is_some() && event.group_id == accepted.group_id && self.is_ours(event)
    }

    /// Whether an event is of the number, as far as both are known.
    fn is_ours(&self, event: &Event) -> bool {
        agree(self.phone_number_id.as_deref(), event.phone_number_id.as_deref())
    }
}

fn agree(ours: Option<&str>, theirs: Option<&str>) -> bool {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => ours == theirs,
        _ => true,
    }
}

/// That a call failed which may have been this one: told by an event whose receipt belongs to nobody known here. It is
/// never concluded from, only mentioned.
#[derive(Debug, Default)]
struct Overheard(Option<ItemError>);

impl Overheard {
    fn note(&mut self, error: Option<&ItemError>) {
        self.0 = error.cloned().or(self.0.take());
    }

    /// What was seen instead, with what was told.
    fn beside(&self, why: &str) -> String {
        let Some(error) = &self.0 else { return why.to_owned() };
        let code = error.code.map(|code| format!("{code} ")).unwrap_or_default();
        format!(
            "{why}. A webhook told that such a call on this group failed: {code}{}. The answer had no request_id, so it \
             may have been another's",
            error.message.trim_end_matches('.')
        )
    }
}

impl<T> Wait<T> {
    pub(crate) fn new(
        client: &Client,
        timeout: Duration,
        run: impl FnOnce(How) -> Pending<T> + Send + 'static,
    ) -> Self {
        Self { how: How::new(client, timeout), run: Box::new(run) }
    }

    /// Learns the outcome from these events, too, in place of the client's source.
    pub fn events(mut self, source: Arc<dyn EventSource>) -> Self {
        self.how.events = Some(source);
        self
    }

    /// Sends no request but the call itself: events alone tell. One that is lost is then not seen in time.
    pub fn without_polling(mut self) -> Self {
        self.how.polling = false;
        self
    }

    /// Calls this with the receipt as soon as the call is accepted and the waiting begins, so that it is not lost where
    /// the waiting is given up. It must not block.
    pub fn on_accepted(mut self, call: impl Fn(&Accepted) + Send + Sync + 'static) -> Self {
        self.how.on_accepted = Some(Arc::new(call));
        self
    }
}

impl<T: 'static> IntoFuture for Wait<T> {
    type Output = Result<T>;
    type IntoFuture = Pending<T>;

    fn into_future(self) -> Self::IntoFuture {
        (self.run)(self.how)
    }
}

impl<T> fmt::Debug for Wait<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait")
            .field("timeout", &self.how.timeout)
            .field("events", &self.how.events.is_some())
            .field("polling", &self.how.polling)
            .finish_non_exhaustive()
    }
}

/// The write's only sending is counted where a webhook tells that it failed.
const SENT: u32 = 1;

/// What was accepted turned out to fail as a whole.
fn failed(item: &ItemError, accepted: &Accepted, outcome: Option<Outcome>) -> Error {
    Error::of_item(item, Operation::of_id(&accepted.operation), SENT).accepted_as(accepted.clone(), outcome)
}

/// The time is over, or nothing is left to learn from. `why`: what was seen instead.
fn not_seen(accepted: &Accepted, why: &str, last: Option<Error>) -> Error {
    let kind = ErrorKind::OutcomeNotSeen;
    let error = match Operation::of_id(&accepted.operation) {
        Some(operation) => Error::not_learnt(kind, format!("accepted, but {why}"), SENT).during(operation),
        // Of an id alone nobody knows whether it was.
        None => Error::not_learnt(kind, why, 0),
    };
    let error = error.accepted_as(accepted.clone(), None);
    match last {
        Some(last) => error.caused_by(last),
        None => error,
    }
}

/// The one reason of several failures: the first if all are of its kind, else that they differ.
fn common<'a>(errors: impl IntoIterator<Item = &'a ItemError>, what: &str) -> ItemError {
    let mut errors = errors.into_iter();
    let differ = || ItemError::new(ErrorKind::Api, format!("{what}; each has a reason of its own"));
    match errors.next() {
        Some(first) if errors.all(|other| other.kind == first.kind) => first.clone(),
        _ => differ(),
    }
}

fn without_reason() -> ItemError {
    ItemError::new(ErrorKind::Api, "no reason was given")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::GroupHandle;

    /// The group `g` of a client that nobody answers.
    pub(super) fn handle() -> GroupHandle {
        let client = Client::builder().api_key("k").base_url("http://127.0.0.1:9").build().unwrap();
        client.group("g").unwrap()
    }

    #[test]
    fn what_was_overheard_is_mentioned() {
        let mut overheard = Overheard::default();
        overheard.note(None);
        assert_eq!(overheard.beside("it was not seen"), "it was not seen");
        let mut error = ItemError::new(ErrorKind::GroupSuspended, "Group is suspended.");
        error.code = Some(131_207);
        overheard.note(Some(&error));
        overheard.note(None);
        let said = overheard.beside("it was not seen");
        assert!(said.starts_with("it was not seen. A webhook told"), "{said}");
        assert!(said.contains("failed: 131207 Group is suspended. The answer"), "{said}");
    }

    #[test]
    fn the_reason_of_several_failures_is_the_one_they_share() {
        let of = |kind| ItemError::new(kind, kind.as_str());
        let (suspended, unknown) = (of(ErrorKind::GroupSuspended), of(ErrorKind::GroupUnknown));
        assert_eq!(common([&suspended, &suspended], "x").kind, ErrorKind::GroupSuspended);
        assert_eq!(common([&suspended, &unknown], "x").kind, ErrorKind::Api);
    }
}

//! The one error of this crate. Opaque, so that it can grow; everything it knows has a method.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use groups_model::{Accepted, ErrorEntry, ErrorKind, InvalidInput, ItemError, Outcome, RetryClass};

use crate::failure::{Failure, Source, length_of, without_code};
use crate::operation::{Idempotency, Operation};
use crate::progress::Stalled;
use crate::retry::Delivery;

/// The result of this crate's calls.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call did not do what it was asked.
///
/// ```
/// # async fn example(client: groups_ergonomic::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use groups_ergonomic::ErrorKind;
/// match client.group("Y2FwaV9ncm91cDox")?.get().await {
///     Ok(group) => println!("{:?}", group.subject),
///     Err(error) if error.kind() == ErrorKind::GroupUnknown => println!("gone"),
///     Err(error) => eprintln!("{error}; {}", error.remedy().unwrap_or("no advice")),
/// }
/// # Ok(())
/// # }
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    class: RetryClass,
    delivery: Delivery,
    operation: Option<Operation>,
    code: Option<u32>,
    title: Option<String>,
    message: String,
    details: Option<String>,
    status: Option<u16>,
    trace_id: Option<String>,
    attempts: u32,
    remedy: Option<&'static str>,
    retry_after: Option<Duration>,
    is_page: bool,
    source: Option<Source>,
    /// Boxed, as few errors have them.
    after: Option<Box<After>>,
}

/// What is known besides of a call that was accepted before it failed.
#[derive(Debug)]
struct After {
    accepted: Accepted,
    outcome: Option<Outcome>,
}

impl Error {
    /// What went wrong, as one word to switch on.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The API's code (e.g. 131041), where it gave one.
    pub fn code(&self) -> Option<u32> {
        self.0.code
    }

    /// The API's title. Not a stable identifier (Facts 2.1).
    pub fn title(&self) -> Option<&str> {
        self.0.title.as_deref()
    }

    /// What went wrong, for people, without the code.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The API's further explanation.
    pub fn details(&self) -> Option<&str> {
        self.0.details.as_deref()
    }

    /// The HTTP status of the last answer, if there was one.
    pub fn http_status(&self) -> Option<u16> {
        self.0.status
    }

    /// The operation, unless the error came before there was one.
    pub fn operation(&self) -> Option<Operation> {
        self.0.operation
    }

    /// The id under which the service's support finds the call.
    pub fn trace_id(&self) -> Option<&str> {
        self.0.trace_id.as_deref()
    }

    /// How many requests were sent, at least in part; 0 where the call was refused before that.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// What to do next, where something is known to help.
    pub fn remedy(&self) -> Option<&'static str> {
        self.0.remedy.or_else(|| remedy(self.0.kind))
    }

    /// What to do about exactly this cause, where more is known than the kind tells: a certificate, a proxy, a page.
    pub fn cause_remedy(&self) -> Option<&'static str> {
        self.0.remedy
    }

    /// How long the service asks to wait (`Retry-After`), where it said so.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether an HTML page came in place of an answer. The API sends none: a proxy, a firewall or a sign-in page does. The kind
    /// is then that of the page's HTTP status, and says nothing about the key or the group.
    pub fn is_html_page(&self) -> bool {
        self.0.is_page
    }

    /// How far the call got, over all its attempts. [`Delivery::MaybeDelivered`] on a write means: look before
    /// doing it again.
    pub fn delivery(&self) -> Delivery {
        self.0.delivery
    }

    /// Whether the same call, made again by you, is safe and may succeed soon.
    pub fn is_retryable(&self) -> bool {
        let may_help = self.0.class == RetryClass::Backoff;
        let once = self.0.operation.is_some_and(|operation| operation.idempotency() == Idempotency::Once);
        may_help && !(once && self.0.delivery == Delivery::MaybeDelivered)
    }

    /// The receipt of the call, if it was accepted: its outcome failed, or was not learnt. With it, what becomes of the
    /// call can be asked again: see [`Client::outcome`](crate::Client::outcome).
    pub fn accepted(&self) -> Option<&Accepted> {
        self.0.after.as_ref().map(|after| &after.accepted)
    }

    /// What became of each setting or each person, where all of them failed.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.0.after.as_ref()?.outcome.as_ref()
    }

    /// Whether something that was named does not exist: the group, the join request, the participant.
    pub fn is_not_found(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::GroupUnknown | ErrorKind::JoinRequestUnknown | ErrorKind::ParticipantNotInGroup
        )
    }

    /// Whether too many calls were made (in any of the documented forms).
    pub fn is_rate_limited(&self) -> bool {
        self.0.kind == ErrorKind::RateLimited
    }

    /// Whether the key, its rights or the number's eligibility is at fault.
    pub fn is_access(&self) -> bool {
        !self.0.is_page
            && matches!(
                self.0.kind,
                ErrorKind::InvalidCredentials
                    | ErrorKind::PermissionDenied
                    | ErrorKind::NotEligible
                    | ErrorKind::NumberNotRegistered
            )
    }

    pub(crate) fn of_failure(
        failure: Failure,
        operation: Operation,
        attempts: u32,
        delivery: Delivery,
    ) -> Self {
        let said = failure.said;
        let mut message = said.message.unwrap_or_else(|| "no reason was given".into());
        if let Some(wait) = failure.hint.filter(|wait| wait.as_secs() > 0) {
            message.push_str(&format!("; the service asks to wait {}", length_of(wait)));
        }
        Self(Box::new(Inner {
            kind: failure.kind,
            class: failure.class,
            delivery,
            operation: Some(operation),
            message: without_code(&message, said.code),
            code: said.code,
            title: said.title,
            details: said.details,
            status: failure.status.map(|status| status.as_u16()),
            trace_id: said.trace_id,
            attempts,
            remedy: failure.remedy,
            retry_after: failure.hint,
            is_page: failure.is_page,
            source: failure.source,
            after: None,
        }))
    }

    /// An outcome that failed, as a webhook told it: it says what an answer would have said (Facts 4).
    pub(crate) fn of_item(item: &ItemError, operation: Option<Operation>, attempts: u32) -> Self {
        let row = item.code.and_then(ErrorEntry::find);
        let mut error = Self::local(item.kind, item.message.clone()).delivered(Delivery::Refused, attempts);
        let inner = &mut *error.0;
        inner.operation = operation;
        inner.class = row.map_or(RetryClass::Never, |row| row.retry);
        inner.remedy = row.map(|row| row.remedy);
        (inner.code, inner.title, inner.details) = (item.code, item.title.clone(), item.details.clone());
        error
    }

    /// An outcome that was not learnt, of something that was accepted.
    pub(crate) fn not_learnt(kind: ErrorKind, message: impl Into<String>, attempts: u32) -> Self {
        Self::local(kind, message).delivered(Delivery::MaybeDelivered, attempts)
    }

    pub(crate) fn local(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            class: RetryClass::Never,
            delivery: Delivery::NotSent,
            operation: None,
            code: None,
            title: None,
            message: message.into(),
            details: None,
            status: None,
            trace_id: None,
            attempts: 0,
            remedy: None,
            retry_after: None,
            is_page: false,
            source: None,
            after: None,
        }))
    }

    /// A list that brings no new items. Reads only, so nothing was changed.
    pub(crate) fn no_progress(operation: Operation, why: Stalled) -> Self {
        Self::local(ErrorKind::NoProgress, why.to_string())
            .during(operation)
            .delivered(Delivery::MaybeDelivered, 1)
    }

    /// An answer that was understood and makes no sense, such as a receipt that names nothing.
    pub(crate) fn senseless(operation: Operation, message: impl Into<String>) -> Self {
        Self::local(ErrorKind::InvalidResponse, message)
            .during(operation)
            .delivered(Delivery::MaybeDelivered, 1)
    }

    pub(crate) fn during(mut self, operation: Operation) -> Self {
        self.0.operation.get_or_insert(operation);
        self
    }

    /// With what was done before it, in front.
    pub(crate) fn explained(mut self, before: &str) -> Self {
        self.0.message = format!("{before}: {}", self.0.message);
        self
    }

    /// With a further explanation.
    pub(crate) fn detailed(mut self, details: String) -> Self {
        self.0.details = Some(details);
        self
    }

    fn delivered(mut self, delivery: Delivery, attempts: u32) -> Self {
        (self.0.delivery, self.0.attempts) = (delivery, attempts);
        self
    }

    pub(crate) fn accepted_as(mut self, accepted: Accepted, outcome: Option<Outcome>) -> Self {
        self.0.after = Some(Box::new(After { accepted, outcome }));
        self
    }

    pub(crate) fn advising(mut self, remedy: &'static str) -> Self {
        self.0.remedy = Some(remedy);
        self
    }

    pub(crate) fn caused_by(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }
}

/// Advice for what no row of the error table covers.
fn remedy(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::InvalidCredentials => {
            "Check the API key: it selects the number, and a new one replaces the old."
        }
        ErrorKind::PermissionDenied => "Check in the 360dialog hub that the key's number may use this API.",
        ErrorKind::RateLimited => "Wait a minute and send fewer calls at once.",
        ErrorKind::NotFound => "Check the base URL: this address has no groups API at that path.",
        ErrorKind::Network => "Check the network and the base URL, then see whether the call had an effect.",
        ErrorKind::Timeout => "See whether the call had an effect; allow more time if the service is slow.",
        ErrorKind::ServiceUnavailable => {
            "Try again later; before repeating a write, see whether it had an effect."
        }
        ErrorKind::InvalidResponse => {
            "Check that the base URL is that of the API and not of something in between."
        }
        ErrorKind::NoProgress => {
            "Check that nothing between this client and the API drops the query of the URL, then report it to the service."
        }
        ErrorKind::Redirected => {
            "Set the base URL to the address that the server points to, if you trust it."
        }
        ErrorKind::OutcomeUnknown => "List the join requests and the participants to see where it stands.",
        ErrorKind::OutcomeNotSeen => {
            "See where it stands before doing it again; the receipt tells the webhook that reports it."
        }
        ErrorKind::OutcomeAmbiguous => {
            "Look at the groups that the message names; only the webhook tells which of them it is."
        }
        ErrorKind::Api => {
            "Look the code and the details up; with the trace id the service's support finds the call."
        }
        ErrorKind::InvalidInput => "Correct the argument that the message names.",
        ErrorKind::Configuration => {
            "Correct the base URL, the key or the HTTP client; the message says which."
        }
        _ => return None,
    })
}

/// `Group unknown (131041): details`.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        if let Some(code) = self.0.code {
            write!(f, " ({code})")?;
        }
        match &self.0.details {
            Some(details) if *details != self.0.message => write!(f, ": {details}"),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("operation", &self.0.operation)
            .field("code", &self.0.code)
            .field("message", &self.0.message)
            .field("details", &self.0.details)
            .field("http_status", &self.0.status)
            .field("delivery", &self.0.delivery)
            .field("attempts", &self.0.attempts)
            .field("trace_id", &self.0.trace_id)
            .field("accepted", &self.accepted())
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_ref().map(|source| source.as_ref() as &(dyn StdError + 'static))
    }
}

impl From<InvalidInput> for Error {
    fn from(invalid: InvalidInput) -> Self {
        Self::local(ErrorKind::InvalidInput, invalid.to_string()).caused_by(invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_stands_once_in_the_text() {
        assert_eq!(without_code("(#131041) Group unknown", Some(131_041)), "Group unknown");
        assert_eq!(without_code("(#131041)", Some(131_041)), "(#131041)");
        assert_eq!(without_code("Group unknown", None), "Group unknown");
    }

    #[test]
    fn there_is_advice_for_every_kind() {
        for kind in ErrorKind::ALL {
            let row = groups_model::CODES.iter().find(|row| row.kind == *kind).map(|row| row.remedy);
            assert!(remedy(*kind).or(row).is_some_and(|advice| advice.ends_with('.')), "{kind}");
        }
    }

    #[test]
    fn an_error_is_one_pointer_and_can_cross_threads() {
        fn crosses<T: Send + Sync + 'static>() {}
        crosses::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}

//! Why a command failed: one shape for what the API, the SDK, the sandbox and the command line itself refuse.
//! Every failure names a next step in terms of `wagroups`. Nothing is printed here.

use groups_ergonomic::{Delivery, Error, ErrorKind, Operation};
use groups_model::{Accepted, InvalidInput};
use groups_sandbox::SandboxError;
use schemars::JsonSchema;
use serde::Serialize;

use crate::exit::{self, Code};
use crate::scene::{Scene, quoted};

/// What went wrong, as one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The API's and the SDK's kinds.
    Api(ErrorKind),
    /// The command line was not understood.
    Usage,
    /// The user answered no.
    Declined,
    /// Ctrl-C.
    Interrupted,
    /// A simulated person cannot do this.
    SandboxRefused,
    /// The sandbox's database or port.
    SandboxFailed,
    /// The store of events, or the port for webhooks.
    StoreFailed,
    /// The journal of a sheet.
    Journal,
    /// The results could not be written.
    Output,
    /// The service does not do what the documents say.
    Different,
    /// The set-up has a problem.
    Setup,
}

impl Kind {
    /// Those that are not the API's.
    pub(crate) const OWN: [Self; 10] = [
        Self::Usage,
        Self::Declined,
        Self::Interrupted,
        Self::SandboxRefused,
        Self::SandboxFailed,
        Self::StoreFailed,
        Self::Journal,
        Self::Output,
        Self::Different,
        Self::Setup,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Api(kind) => kind.as_str(),
            Self::Usage => "usage",
            Self::Declined => "declined",
            Self::Interrupted => "interrupted",
            Self::SandboxRefused => "sandbox_refused",
            Self::SandboxFailed => "sandbox_failed",
            Self::StoreFailed => "store_failed",
            Self::Journal => "journal_failed",
            Self::Output => "output",
            Self::Different => "different",
            Self::Setup => "setup",
        }
    }
}

/// The whole of stderr when a command with `-o json` or `-o jsonl` fails.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Error")]
pub(crate) struct ErrorDocument {
    /// What went wrong.
    pub(crate) error: Report,
}

/// What went wrong.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Report")]
pub(crate) struct Report {
    /// One word to switch on, such as `group_unknown`. New ones may be added.
    pub(crate) kind: &'static str,
    /// The API's code, where it gave one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<u32>,
    /// The API's title. Not a stable identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    /// What went wrong, for people.
    pub(crate) message: String,
    /// The API's further explanation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) details: Option<String>,
    /// The HTTP status of the last answer, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) http_status: Option<u16>,
    /// The operation of the API, such as `create_group`; else the command.
    pub(crate) operation: String,
    /// Whether the same command is safe to run again and may succeed soon.
    pub(crate) retryable: bool,
    /// How many requests were sent.
    pub(crate) attempts: u32,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) remedy: Option<String>,
    /// The id under which the service's support finds the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trace_id: Option<String>,
    /// What the lines of this run begin with in the file of `--log-file`, after their time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) run_id: Option<String>,
    /// What is wrong with each line of a file, as far as it is told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub(crate) problems: Vec<Problem>,
    /// What of the answers could not be read, in a line for each operation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub(crate) unreadable: Vec<String>,
}

/// What is wrong with a line of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Problem {
    /// The line, from 1.
    pub(crate) line: u64,
    /// What is wrong with it.
    pub(crate) message: String,
}

/// A failed command: what to tell, and how to exit.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) report: Box<Report>,
    pub(crate) code: Code,
    /// A call that did not leave, for want of a connection or of its turn; what was refused before is another matter.
    pub(crate) unsent: bool,
}

impl Failure {
    /// A failure of this side: nothing was sent.
    pub(crate) fn local(kind: Kind, operation: &str, message: impl Into<String>) -> Self {
        let report = Report {
            kind: kind.as_str(),
            code: None,
            title: None,
            message: message.into(),
            details: None,
            http_status: None,
            operation: operation.to_owned(),
            retryable: false,
            attempts: 0,
            remedy: None,
            trace_id: None,
            run_id: None,
            problems: Vec::new(),
            unreadable: Vec::new(),
        };
        Self { report: Box::new(report), code: exit::of(kind, Delivery::NotSent, false), unsent: false }
    }

    /// The command line asks for something that makes no sense.
    pub(crate) fn usage(operation: &str, message: impl Into<String>) -> Self {
        Self::local(Kind::Usage, operation, message).or_help()
    }

    /// A bad configuration: key, folder, base URL.
    pub(crate) fn configuration(operation: &str, message: impl Into<String>) -> Self {
        Self::local(Kind::Api(ErrorKind::Configuration), operation, message)
    }

    /// An argument that was refused before anything was sent.
    pub(crate) fn invalid(operation: &str, invalid: &InvalidInput) -> Self {
        Self::local(Kind::Api(ErrorKind::InvalidInput), operation, invalid.to_string()).or_help()
    }

    pub(crate) fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.report.remedy = Some(remedy.into());
        self
    }

    /// Whether this is what went wrong.
    pub(crate) fn is(&self, kind: ErrorKind) -> bool {
        self.report.kind == kind.as_str()
    }

    /// Whether a write may have been carried out although it failed.
    pub(crate) fn is_unknown(&self) -> bool {
        self.code == Code::InDoubt && !self.unsent
    }

    fn or_help(mut self) -> Self {
        let command = if self.report.operation == "wagroups" {
            "wagroups".to_owned()
        } else {
            format!("wagroups {}", self.report.operation)
        };
        self.report.remedy = Some(format!("`{command} --help` tells what it takes."));
        self
    }

    /// An error of the SDK, with the next step in terms of this program.
    pub(crate) fn of_call(error: &Error, scene: &Scene) -> Self {
        let kind = error.kind();
        let writes = error.operation().is_some_and(|operation| operation.is_write());
        let mut message = error.message().to_owned();
        if let Some(delivery) = delivery_note(kind, error.delivery(), writes) {
            message = format!("{message}; {delivery}");
        }
        let advice = match kind {
            // Of this side: the help tells more than a general sentence.
            ErrorKind::InvalidInput => format!("`wagroups {} --help` tells what it takes.", scene.command()),
            ErrorKind::OutcomeNotSeen | ErrorKind::OutcomeAmbiguous => open_remedy(error.accepted(), scene),
            _ if let Some(advice) = cause_remedy(error, scene, writes) => advice,
            _ => remedy(kind, scene, in_doubt(error.delivery(), writes))
                .or_else(|| error.remedy().map(str::to_owned))
                .unwrap_or_else(|| "Report it to 360dialog's support if it goes on.".to_owned()),
        };
        // A call that the document does not know has no name but the command's.
        let named = error.operation().filter(|operation| !matches!(operation, Operation::Other(_)));
        let operation = named.map_or(scene.command(), |operation| operation.id());
        let report = Report {
            kind: kind.as_str(),
            code: error.code(),
            title: error.title().map(str::to_owned),
            message,
            details: error.details().filter(|details| *details != error.message()).map(str::to_owned),
            http_status: error.http_status(),
            operation: operation.to_owned(),
            retryable: error.is_retryable(),
            attempts: error.attempts(),
            remedy: Some(advice),
            trace_id: error.trace_id().map(str::to_owned),
            run_id: None,
            problems: Vec::new(),
            unreadable: Vec::new(),
        };
        let unsent = error.delivery() == Delivery::NotSent
            && matches!(kind, ErrorKind::Network | ErrorKind::Timeout | ErrorKind::RateLimited);
        Self { report: Box::new(report), code: exit::of(Kind::Api(kind), error.delivery(), writes), unsent }
    }

    /// What the sandbox itself refuses or fails at.
    pub(crate) fn of_sandbox(error: &SandboxError, scene: &Scene) -> Self {
        use groups_sandbox::ErrorKind as S;
        let kind = match error.kind() {
            S::UnknownGroup => Kind::Api(ErrorKind::GroupUnknown),
            S::InvalidUser => Kind::Api(ErrorKind::InvalidInput),
            S::NotIn => Kind::Api(ErrorKind::ParticipantNotInGroup),
            S::NoRequest => Kind::Api(ErrorKind::JoinRequestUnknown),
            S::Full => Kind::Api(ErrorKind::ParticipantOverlimit),
            S::Suspended => Kind::Api(ErrorKind::GroupSuspended),
            S::Invalid => Kind::Api(ErrorKind::InvalidInput),
            S::Unreachable | S::NotDelivered => Kind::Api(ErrorKind::Network),
            S::NotASandbox | S::SetUp => Kind::Api(ErrorKind::Configuration),
            S::NewerDatabase | S::NotADatabase | S::Storage | S::Bind => Kind::SandboxFailed,
            _ => Kind::SandboxRefused,
        };
        let failure = Self::local(kind, scene.command(), error.to_string());
        let user = |action: &str| {
            let (group, user) = (scene.group_or_placeholder(), scene.user_or_placeholder());
            scene.line(&format!("sandbox user {action} {group} {user}"))
        };
        let group = scene.group_or_placeholder();
        let advice = match error.kind() {
            S::UnknownGroup => format!("`{}` prints the groups and their ids.", scene.in_sandbox("list")),
            S::NotIn => {
                format!("`{}` prints who is in.", scene.in_sandbox(&format!("participants list {group}")))
            }
            S::NoRequest | S::AlreadyRequested => {
                format!("`{}` prints the open requests.", scene.in_sandbox(&format!("requests list {group}")))
            }
            S::NeedsApproval => format!("`{}` asks to join.", user("request")),
            S::NoApprovalNeeded => format!("`{}` joins.", user("join")),
            S::AlreadyIn => format!("`{}` leaves.", user("leave")),
            S::Full => format!(
                "`{}` prints who could leave.",
                scene.in_sandbox(&format!("participants list {group}"))
            ),
            S::Suspended | S::AlreadySuspended => {
                format!("`{}` lifts the suspension.", scene.line(&format!("sandbox group restore {group}")))
            }
            S::NotSuspended => {
                format!("`{}` suspends it.", scene.line(&format!("sandbox group suspend {group}")))
            }
            S::Invalid => return failure.or_help(),
            S::Unreachable | S::SetUp if error.advice().is_some() => {
                error.advice().unwrap_or_default().to_owned()
            }
            S::NotDelivered => "Send it again when the receiver can be reached.".to_owned(),
            // The connection was lost between two calls.
            S::Unreachable => format!("`{}` shows whether it still runs.", scene.line("sandbox status")),
            S::NotASandbox => "Check the address that `--base-url` or WAGROUPS_BASE_URL names.".to_owned(),
            S::Bind => "`--port` names another port; `--port 0` takes a free one.".to_owned(),
            S::NewerDatabase => format!("`{}` starts over.", scene.line("sandbox reset")),
            // Starting over would meet the same file in the same folder.
            S::NotADatabase | S::Storage => "`--config-dir` names another folder.".to_owned(),
            _ => "`wagroups sandbox user --help` tells what people can do.".to_owned(),
        };
        failure.with_remedy(advice)
    }
}

/// What to do about exactly this cause, such as a certificate, a proxy or an HTML page.
fn cause_remedy(error: &Error, scene: &Scene, writes: bool) -> Option<String> {
    use ErrorKind::{Configuration, Network, RateLimited, ServiceUnavailable, Timeout};
    let advice = match error.kind() {
        RateLimited | ServiceUnavailable if error.retry_after().is_some_and(|wait| wait.as_secs() > 0) => {
            "Run it again after that time, or let it wait with a longer `--timeout`."
        }
        Network | Timeout | Configuration => error.cause_remedy()?,
        _ if error.is_html_page() => error.cause_remedy()?,
        _ => return None,
    };
    let first = match error.kind() {
        _ if in_doubt(error.delivery(), writes) => format!("{} ", look_first(scene)),
        ServiceUnavailable if error.is_html_page() => "Run it again in a while. ".to_owned(),
        _ => String::new(),
    };
    Some(format!("{first}{advice}"))
}

fn in_doubt(delivery: Delivery, writes: bool) -> bool {
    writes && delivery == Delivery::MaybeDelivered
}

/// What is said of a write whose answer was lost.
pub(crate) const MAYBE_DONE: &str = "it may have been done";

/// Whether the call may have happened, where that is the first thing to ask.
fn delivery_note(kind: ErrorKind, delivery: Delivery, writes: bool) -> Option<&'static str> {
    // They say so themselves.
    if matches!(kind, ErrorKind::OutcomeNotSeen | ErrorKind::OutcomeAmbiguous) {
        return None;
    }
    let unclear = matches!(kind, ErrorKind::Network | ErrorKind::Timeout);
    match delivery {
        Delivery::MaybeDelivered if writes => Some(MAYBE_DONE),
        Delivery::MaybeDelivered if unclear => Some("nothing was changed"),
        Delivery::NotSent if unclear => Some("nothing was sent"),
        _ => None,
    }
}

/// What to do about something that was accepted and whose outcome was not learnt.
pub(crate) fn open_remedy(accepted: Option<&Accepted>, scene: &Scene) -> String {
    let group = accepted.and_then(|accepted| accepted.group_id.as_ref());
    let look = match (scene.command(), group) {
        ("wait", None) => "list --all".to_owned(),
        ("create", _) => "list --all".to_owned(),
        (_, Some(group)) => format!("get {}", quoted(group.as_str())),
        (_, None) => format!("get {}", scene.group_or_placeholder()),
    };
    let look = scene.line(&look);
    match accepted.and_then(|accepted| accepted.request_id.as_ref()) {
        Some(id) if scene.is_embedded() => {
            let wait = scene.line(&format!("wait {}", quoted(id.as_str())));
            format!("It may still be done: `{look}` shows where it stands, and `{wait}` asks again.")
        }
        Some(id) => {
            let wait = scene.line(&format!("wait {}", quoted(id.as_str())));
            let listen = scene.local("listen");
            format!(
                "It may still be done: `{look}` shows where it stands, and where `{listen}` receives webhooks, `{wait}` \
                 asks again."
            )
        }
        None => format!("It may still be done: `{look}` shows where it stands."),
    }
}

/// The next step as a command or option; `None` where the error table knows better.
fn remedy(kind: ErrorKind, scene: &Scene, in_doubt: bool) -> Option<String> {
    let group = scene.group_or_placeholder();
    if in_doubt {
        return Some(look_first(scene));
    }
    Some(match kind {
        ErrorKind::InvalidCredentials => {
            "`wagroups auth status --offline` shows which key is used. If it is the right one, copy it from the 360dialog hub \
             again: a new key replaces the old one. `--sandbox` needs none."
                .to_owned()
        }
        ErrorKind::Configuration => {
            "`wagroups auth status --offline` shows which key and which address are used; `--sandbox` needs neither."
                .to_owned()
        }
        ErrorKind::GroupUnknown => scene.groups_and_ids(),
        ErrorKind::JoinRequestUnknown => format!(
            "`{}` prints the requests that are open.",
            scene.line(&format!("requests list {group} --all"))
        ),
        ErrorKind::ParticipantNotInGroup => {
            format!("`{}` prints who is in.", scene.line(&format!("participants list {group}")))
        }
        ErrorKind::ParticipantOverlimit => format!(
            "A group has 8 seats; `{}` prints who is in, `{}` frees a seat.",
            scene.line(&format!("participants list {group}")),
            scene.line(&format!("participants remove {group} USER"))
        ),
        ErrorKind::InvalidCursor => {
            format!("Begin again without a cursor: `{}`.", scene.line(scene.again().as_str()))
        }
        ErrorKind::NotFound if scene.command() == "api" => {
            "Check the path, and `--base-url` (WAGROUPS_BASE_URL): there is nothing at this address.".to_owned()
        }
        ErrorKind::NotFound => {
            "Check `--base-url` (WAGROUPS_BASE_URL): there is no groups API at this address.".to_owned()
        }
        ErrorKind::Redirected => {
            "Set `--base-url` to the address that the server points to, if you trust it.".to_owned()
        }
        ErrorKind::Network | ErrorKind::Timeout => {
            "Check the network and `--base-url`, then run it again.".to_owned()
        }
        ErrorKind::InvalidResponse => {
            "Check that `--base-url` is the API and not something in between.".to_owned()
        }
        ErrorKind::NoProgress => "Check that `--base-url` is the API and that no proxy drops the query of a URL. If the \
             API itself does this, report it to 360dialog's support."
            .to_owned(),
        ErrorKind::ServiceUnavailable => "Run it again in a while.".to_owned(),
        ErrorKind::OutcomeUnknown if scene.command() == "update" => {
            format!("`{}` shows where it stands.", scene.line(&format!("get {group}")))
        }
        ErrorKind::OutcomeUnknown => format!(
            "`{}` and `{}` show where it stands.",
            scene.line(&format!("requests list {group}")),
            scene.line(&format!("participants list {group}"))
        ),
        _ => return None,
    })
}

/// What to do before a write that may have been done is made again.
pub(crate) fn look_first(scene: &Scene) -> String {
    let group = scene.group_or_placeholder();
    let look = match scene.command() {
        "create" | "api" => "list --all".to_owned(),
        "delete" => format!("get {group}"),
        "invite reset" => format!("invite get {group}"),
        "requests approve" | "requests reject" => format!("requests list {group}"),
        "participants remove" => format!("participants list {group}"),
        "webhook set" => "webhook get".to_owned(),
        _ => format!("get {group}"),
    };
    format!("Before doing it again, see where it stands: `{}`.", scene.line(&look))
}

/// A remedy for one kind among the items of a batch.
pub(crate) fn item_remedy(kind: ErrorKind, scene: &Scene) -> Option<String> {
    remedy(kind, scene, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whether_a_call_may_have_happened_is_said_where_it_matters() {
        use Delivery::{MaybeDelivered, NotSent, Refused};
        use ErrorKind::{GroupUnknown, Network, ServiceUnavailable, Timeout};
        for (kind, delivery, writes, expected) in [
            (Network, NotSent, true, Some("nothing was sent")),
            (Network, NotSent, false, Some("nothing was sent")),
            (Timeout, MaybeDelivered, true, Some("it may have been done")),
            (Timeout, MaybeDelivered, false, Some("nothing was changed")),
            (ServiceUnavailable, MaybeDelivered, true, Some("it may have been done")),
            (ServiceUnavailable, Refused, false, None),
            (GroupUnknown, Refused, true, None),
        ] {
            assert_eq!(delivery_note(kind, delivery, writes), expected, "{kind} {delivery:?} {writes}");
        }
    }

    #[test]
    fn an_error_always_has_its_mandatory_keys() {
        let failure = Failure::usage("list", "no");
        let document = serde_json::to_value(ErrorDocument { error: *failure.report }).unwrap();
        for key in ["kind", "message", "operation", "retryable", "attempts", "remedy"] {
            assert!(document["error"].get(key).is_some(), "{key}");
        }
        assert_eq!(document["error"]["remedy"], "`wagroups list --help` tells what it takes.");
    }
}

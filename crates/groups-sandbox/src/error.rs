//! What can go wrong when a program or a person drives the sandbox. Not the API's errors: those are answers.

use std::fmt;

use groups_connect::Cause;

/// Why the sandbox could not do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is no group of this id.
    UnknownGroup,
    /// The text does not name a person: neither `+E.164` nor bare digits, or it is the business itself.
    InvalidUser,
    /// The person is in the group already.
    AlreadyIn,
    /// The person is not in the group.
    NotIn,
    /// The person has an open join request already.
    AlreadyRequested,
    /// The person has no open join request.
    NoRequest,
    /// All seats are taken.
    Full,
    /// No group has this invite link (any more).
    LinkDead,
    /// The business removed this person; the link does not work for them.
    Blocked,
    /// Joining takes a request and an approval.
    NeedsApproval,
    /// Requests are pointless: whoever opens the link is in.
    NoApprovalNeeded,
    /// WhatsApp has suspended the group.
    Suspended,
    /// The group is suspended already.
    AlreadySuspended,
    /// The group is not suspended.
    NotSuspended,
    /// A switch, a fault, a seed or the like makes no sense; the message says why.
    Invalid,
    /// The database is of a newer version of this software.
    NewerDatabase,
    /// The file is there and is something other than a sandbox's database.
    NotADatabase,
    /// The database could not be opened, read or written.
    Storage,
    /// The address could not be listened on.
    Bind,
    /// A webhook reached nobody, or nobody answered it in time.
    NotDelivered,
    /// The base URL cannot be one, or a server that is not a sandbox answers there.
    NotASandbox,
    /// Nothing answers at the base URL, or the connection failed.
    Unreachable,
    /// The HTTP client cannot be set up: a proxy variable, or the CA certificates.
    SetUp,
}

impl ErrorKind {
    const ALL: [Self; 23] = [
        Self::UnknownGroup,
        Self::InvalidUser,
        Self::AlreadyIn,
        Self::NotIn,
        Self::AlreadyRequested,
        Self::NoRequest,
        Self::Full,
        Self::LinkDead,
        Self::Blocked,
        Self::NeedsApproval,
        Self::NoApprovalNeeded,
        Self::Suspended,
        Self::AlreadySuspended,
        Self::NotSuspended,
        Self::Invalid,
        Self::NewerDatabase,
        Self::NotADatabase,
        Self::Storage,
        Self::Bind,
        Self::NotDelivered,
        Self::NotASandbox,
        Self::Unreachable,
        Self::SetUp,
    ];

    /// The kind in one word, as the control API writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::UnknownGroup => "unknown_group",
            Self::InvalidUser => "invalid_user",
            Self::AlreadyIn => "already_in",
            Self::NotIn => "not_in",
            Self::AlreadyRequested => "already_requested",
            Self::NoRequest => "no_request",
            Self::Full => "full",
            Self::LinkDead => "link_dead",
            Self::Blocked => "blocked",
            Self::NeedsApproval => "needs_approval",
            Self::NoApprovalNeeded => "no_approval_needed",
            Self::Suspended => "suspended",
            Self::AlreadySuspended => "already_suspended",
            Self::NotSuspended => "not_suspended",
            Self::Invalid => "invalid",
            Self::NewerDatabase => "newer_database",
            Self::NotADatabase => "not_a_database",
            Self::Storage => "storage",
            Self::Bind => "bind",
            Self::NotDelivered => "not_delivered",
            Self::NotASandbox => "not_a_sandbox",
            Self::Unreachable => "unreachable",
            Self::SetUp => "set_up",
        }
    }

    /// The kind of this name.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// An error of the sandbox itself; its message says what to do next.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct SandboxError {
    kind: ErrorKind,
    message: String,
    advice: Option<&'static str>,
    is_permanent: bool,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl SandboxError {
    /// What went wrong, to branch on.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What to do about exactly this, such as a certificate or a proxy.
    pub fn advice(&self) -> Option<&'static str> {
        self.advice
    }

    /// Whether a connection would fail in the same way again.
    pub fn is_permanent(&self) -> bool {
        self.is_permanent
    }

    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), advice: None, is_permanent: false, source: None }
    }

    pub(crate) fn advising(self, advice: &'static str) -> Self {
        Self { advice: Some(advice), ..self }
    }

    pub(crate) fn saying(self, message: String) -> Self {
        Self { message, ..self }
    }

    /// Of a client that cannot be set up, or a connection that failed.
    pub(crate) fn of_cause(kind: ErrorKind, cause: &Cause) -> Self {
        let error = Self::new(kind, cause.message());
        Self { advice: cause.advice(), is_permanent: cause.is_permanent(), ..error }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }

    pub(crate) fn storage(
        what: impl fmt::Display,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        let source = source.into();
        let message = format!(
            "the sandbox's database failed while {what}: {source}. Check that its folder is writable and its disk \
             not full"
        );
        Self { source: Some(source), ..Self::new(ErrorKind::Storage, message) }
    }

    pub(crate) fn foreign_file(
        place: impl fmt::Display,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        let message = format!(
            "{place} is not a database of the sandbox; choose another file, or move or delete this one"
        );
        Self { source: Some(source.into()), ..Self::new(ErrorKind::NotADatabase, message) }
    }

    pub(crate) fn newer_database(found: i64, known: i64) -> Self {
        let message = format!(
            "the sandbox's database has version {found}, this program knows {known}. Use the newer program, \
             or start over with `wagroups sandbox reset`"
        );
        Self::new(ErrorKind::NewerDatabase, message)
    }

    pub(crate) fn bind(address: impl fmt::Display, source: std::io::Error) -> Self {
        let message =
            format!("cannot listen on {address}: {source}. Choose another port; port 0 takes a free one");
        Self { source: Some(source.into()), ..Self::new(ErrorKind::Bind, message) }
    }

    /// `why` may end with what to do.
    pub(crate) fn not_delivered(url: &str, why: &str) -> Self {
        let message = format!("nothing at {url} took the webhook: {why}");
        Self::new(ErrorKind::NotDelivered, message)
    }

    /// Words for something a person could not do to a group.
    pub(crate) fn of_person(kind: ErrorKind, group: &str, user: &str) -> Self {
        use ErrorKind as K;
        let message = match kind {
            K::UnknownGroup => format!("there is no group {group}; list the groups to see their ids"),
            K::InvalidUser => {
                format!(
                    "{user:?} is no person here; name one as +15550100123 or 15550100123, not the business"
                )
            }
            K::AlreadyIn => format!("{user} is in the group already; `leave` takes them out"),
            K::NotIn => format!("{user} is not in the group; `join` brings them in"),
            K::AlreadyRequested => {
                format!("{user} has asked already; approve or reject the request, or `withdraw` it")
            }
            K::NoRequest => format!("{user} has no open join request; `request` makes one"),
            K::Full => {
                "the group is full, so its link is dead; let someone `leave` or remove a participant".into()
            }
            K::LinkDead => {
                format!(
                    "no group has the invite link {group}; it was reset, or its group is gone. Get the current one"
                )
            }
            K::Blocked => {
                format!(
                    "{user} was removed by the business, so the link no longer works for them; use someone else"
                )
            }
            K::NeedsApproval => {
                "the group wants approval; use `request`, then approve the join request".into()
            }
            K::NoApprovalNeeded => "the group needs no approval; use `join`".into(),
            K::Suspended => "the group is suspended; `restore` it first".into(),
            K::AlreadySuspended => "the group is suspended already; `restore` lifts that".into(),
            K::NotSuspended => "the group is not suspended; `suspend` does that".into(),
            K::Invalid
            | K::NewerDatabase
            | K::NotADatabase
            | K::Storage
            | K::Bind
            | K::NotDelivered
            | K::NotASandbox
            | K::Unreachable
            | K::SetUp => "the sandbox failed".into(),
        };
        Self::new(kind, message)
    }
}

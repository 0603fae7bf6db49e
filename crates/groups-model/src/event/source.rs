//! Where a wait learns outcomes: anything that can tell the events of a request. The event store and a channel of
//! groups-webhooks are such; a program may have its own. No runtime is named here.

use std::fmt;
use std::pin::Pin;

use futures_core::Stream;

use super::Event;
use crate::{GroupId, RequestId};

/// Events as they become known. It ends only when the source has none any more to come; dropping it stops it.
pub type EventStream = Pin<Box<dyn Stream<Item = Result<Event, EventSourceError>> + Send>>;

/// Events that come from a moment on. `None` where the source cannot tell by anything but a receipt.
pub type ComingEvents = Pin<Box<dyn Future<Output = Result<Option<EventStream>, EventSourceError>> + Send>>;

/// Something that tells what webhooks have told.
///
/// An event may be told before the answer to the call that caused it, and twice (Facts 1.0, 4.7).
pub trait EventSource: Send + Sync {
    /// The events that carry this receipt: those known already, oldest first, then new ones until the stream is
    /// dropped. Each comes once. After an error the stream may go on: it says that events may have been missed.
    fn events_for(&self, request_id: &RequestId) -> EventStream;

    /// The events of a type, such as `group_delete`, and of a group, if one is named, that become known once the
    /// future has ended: those that came before are left out. One without a receipt may come twice.
    ///
    /// For a call whose answer has no receipt (Facts 1.4, 1.5, 1.11), so it is asked for before each call that is
    /// waited for. Unless a source implements this, such a call is followed by looking alone.
    fn coming(&self, kind: &'static str, group_id: Option<&GroupId>) -> ComingEvents {
        let _ = (kind, group_id);
        Box::pin(std::future::ready(Ok(None)))
    }
}

impl<S: EventSource + ?Sized> EventSource for std::sync::Arc<S> {
    fn events_for(&self, request_id: &RequestId) -> EventStream {
        (**self).events_for(request_id)
    }

    fn coming(&self, kind: &'static str, group_id: Option<&GroupId>) -> ComingEvents {
        (**self).coming(kind, group_id)
    }
}

/// A source could not tell.
#[derive(Debug)]
pub struct EventSourceError(Box<dyn std::error::Error + Send + Sync>);

impl EventSourceError {
    /// With the reason.
    pub fn new(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(reason.into())
    }
}

impl fmt::Display for EventSourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the source of events failed")
    }
}

impl std::error::Error for EventSourceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.0)
    }
}

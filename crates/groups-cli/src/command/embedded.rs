//! What happens in the embedded sandbox, as events to wait at. No webhook leaves it, so the notification is read where it
//! would have been sent from, and decoded as one that came.

use std::time::Duration;

use futures_util::stream;
use groups_model::RequestId;
use groups_model::event::{EventSource, EventSourceError, EventStream, decode};
use groups_sandbox::Emulator;

/// How often to look whether a request has its outcome.
const LOOKS: Duration = Duration::from_millis(20);

/// The history of the embedded sandbox: it has the outcome of whatever was accepted, earlier commands' as well.
pub(super) struct History(pub(super) Emulator);

impl EventSource for History {
    fn events_for(&self, request_id: &RequestId) -> EventStream {
        // A request has one outcome, so the stream ends with it.
        Box::pin(stream::unfold(Some((self.0.clone(), request_id.clone())), |waiting| async move {
            let (emulator, request_id) = waiting?;
            loop {
                match emulator.outcome_of(request_id.as_str()).await {
                    Ok(Some(happening)) => {
                        let body = happening.notification().to_string();
                        let event = decode(body.as_bytes()).into_iter().next()?;
                        return Some((Ok(event), None));
                    }
                    Ok(None) => tokio::time::sleep(LOOKS).await,
                    Err(error) => {
                        tokio::time::sleep(LOOKS).await;
                        return Some((Err(EventSourceError::new(error)), Some((emulator, request_id))));
                    }
                }
            }
        }))
    }
}

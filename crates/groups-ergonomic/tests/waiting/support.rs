//! A sandbox that delivers its webhooks to this process, and a source of events that has them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use groups_ergonomic::Client;
use groups_ergonomic::model::event::{ComingEvents, Event, EventSource, EventStream, decode};
use groups_ergonomic::model::{GroupId, ParticipantInput, RequestId};
use groups_sandbox::{Behaviour, Emulator, Sandbox, SandboxBuilder, Webhook};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// Longer than any of these waits takes; only what never comes takes all of it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A source of events in memory.
#[derive(Default)]
pub(crate) struct Channel {
    events: Mutex<Vec<Event>>,
    /// Tells every event to everybody, as a source should not.
    indiscreet: bool,
    came: Notify,
}

impl Channel {
    pub(crate) fn indiscreet() -> Self {
        Self { indiscreet: true, ..Self::default() }
    }

    pub(crate) fn publish(&self, events: Vec<Event>) {
        self.events.lock().unwrap().extend(events);
        self.came.notify_waiters();
    }
}

/// The channel as what a client takes.
#[derive(Clone, Default)]
pub(crate) struct Source(pub(crate) Arc<Channel>);

impl Source {
    /// Those after the first so many that match.
    fn after(&self, seen: usize, matches: impl Fn(&Event) -> bool + Send + Sync + 'static) -> EventStream {
        let (channel, matches) = (Arc::clone(&self.0), Arc::new(matches));
        Box::pin(futures_util::stream::unfold(seen, move |mut seen| {
            let (channel, matches) = (Arc::clone(&channel), Arc::clone(&matches));
            async move {
                loop {
                    let came = channel.came.notified();
                    tokio::pin!(came);
                    came.as_mut().enable();
                    let next = channel.events.lock().unwrap().get(seen).cloned();
                    match next {
                        Some(event) => {
                            seen += 1;
                            if channel.indiscreet || matches(&event) {
                                return Some((Ok(event), seen));
                            }
                        }
                        None => came.await,
                    }
                }
            }
        }))
    }
}

impl EventSource for Source {
    fn events_for(&self, request_id: &RequestId) -> EventStream {
        let request = request_id.clone();
        self.after(0, move |event| event.request_id.as_ref() == Some(&request))
    }

    fn coming(&self, kind: &'static str, group_id: Option<&GroupId>) -> ComingEvents {
        let (seen, group) = (self.0.events.lock().unwrap().len(), group_id.cloned());
        let events = self.after(seen, move |event| {
            event.kind.type_name() == kind && group.as_ref().is_none_or(|_| event.group_id == group)
        });
        Box::pin(std::future::ready(Ok(Some(events))))
    }
}

/// A sandbox and who receives its webhooks.
pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) source: Source,
    receiver: JoinHandle<()>,
}

impl Drop for World {
    fn drop(&mut self) {
        self.receiver.abort();
    }
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(|builder| builder).await
    }

    pub(crate) async fn behaving(behaviour: Behaviour) -> Self {
        Self::with(|builder| builder.behaviour(behaviour)).await
    }

    pub(crate) async fn with(configure: impl FnOnce(SandboxBuilder) -> SandboxBuilder) -> Self {
        let source = Source::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let app = Router::new().route("/hook", post(take)).with_state(source.clone());
        let receiver = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let sandbox =
            configure(Sandbox::builder()).webhook(Webhook::to(url)).rng_seed(7).start().await.unwrap();
        Self { sandbox, source, receiver }
    }

    /// A client that has no source of events.
    pub(crate) fn client(&self) -> Client {
        let builder = Client::builder().api_key(self.sandbox.api_key()).base_url(self.sandbox.base_url());
        builder.build().unwrap()
    }

    /// A client that learns from webhooks, too.
    pub(crate) fn listening(&self) -> Client {
        let builder = Client::builder().api_key(self.sandbox.api_key()).base_url(self.sandbox.base_url());
        builder.events(Arc::new(self.source.clone())).build().unwrap()
    }

    pub(crate) fn people(&self) -> &Emulator {
        self.sandbox.emulator()
    }

    pub(crate) async fn fault(&self, line: &str) {
        self.people().add_fault(line.parse().unwrap()).await.unwrap();
    }

    /// How often an operation was called.
    pub(crate) fn calls(&self, operation: &str) -> usize {
        self.sandbox.log().calls_of(operation).len()
    }

    /// A group with these people in it.
    pub(crate) async fn group_of(&self, people: &[&str]) -> groups_ergonomic::GroupHandle {
        let client = self.client();
        let created = client.groups().create("Trip").wait(PATIENCE).await.unwrap();
        for person in people {
            self.people().join(created.group_id.as_str(), person).await.unwrap();
        }
        client.group(created.group_id).unwrap()
    }
}

async fn take(State(source): State<Source>, body: Bytes) {
    source.0.publish(decode(&body));
}

pub(crate) fn users(names: &[&str]) -> Vec<ParticipantInput> {
    names.iter().map(|name| ParticipantInput::new(*name).unwrap()).collect()
}

/// A picture as far as anybody looks: the head of a JPEG of 192 x 192 px.
pub(crate) fn picture() -> groups_ergonomic::Picture {
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0, 0, 16];
    bytes.extend(b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    bytes.extend([0xff, 0xc0, 0, 11, 8, 0, 192, 0, 192, 1, 1, 0, 0x11, 0, 0xff, 0xd9]);
    groups_ergonomic::Picture::new(bytes).unwrap()
}

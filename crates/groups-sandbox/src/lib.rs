//! A local, stateful emulator of the WhatsApp groups API on 360dialog: real HTTP, no account, no network.
//!
//! [`Sandbox`] serves the eleven operations, in 360dialog's layout (`/groups`, `D360-API-KEY`) and in Graph's
//! (`/v23.0/{phone_number_id}/groups`, bearer token; any version, any number); [`Emulator`] is the state behind them, through which a test acts as the
//! people of WhatsApp. Requests are checked against the OpenAPI document of `groups-spec`, not against types of the
//! SDK: a fake that shares its client's types agrees with its client's mistakes.
//!
//! ```
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//! use groups_sandbox::{ErrorKind, Sandbox};
//!
//! let sandbox = Sandbox::builder().seeded().outcome_delay(Duration::ZERO).start().await?;
//! let status = sandbox.emulator().status().await?;
//! assert_eq!((status.groups, status.pending_requests), (4, 2));
//!
//! // The first seeded group wants approval.
//! let page: serde_json::Value = reqwest::Client::new()
//!     .get(format!("{}/groups?limit=1", sandbox.base_url()))
//!     .header("D360-API-KEY", sandbox.api_key())
//!     .send()
//!     .await?
//!     .json()
//!     .await?;
//! let group = page["data"]["groups"][0]["id"].as_str().ok_or("no group")?;
//! let refused = sandbox.emulator().join(group, "+15550100199").await.unwrap_err();
//! assert_eq!(refused.kind(), ErrorKind::NeedsApproval);
//! sandbox.emulator().request(group, "+15550100199").await?;
//! assert_eq!(sandbox.emulator().status().await?.pending_requests, 3);
//! # Ok(())
//! # }
//! # tokio::runtime::Runtime::new().unwrap().block_on(run()).unwrap();
//! ```
//!
//! # Where the documentation is silent or at odds
//!
//! The sandbox takes one side, and says so here:
//!
//! - eight seats besides the business;
//! - lists are oldest first; a group's list of join requests pages like the list of groups;
//! - a description set to the empty string is cleared;
//! - a picture whose sides are exactly 192 pixels is accepted;
//! - when every join request of a batch fails for the same reason, the call is refused with that code (400); when the
//!   reasons differ, it is a partial result (206) that lists them;
//! - people the business removed cannot return by the link, people who left can; approved people are in at once;
//! - a removal in which nobody named is in the group is refused at once with 131212; if some are, it is accepted, and
//!   the others fail in the outcome;
//! - a removal accepts a user id as `user_id`, as documented, and as `user`, as an earlier edition had it; an item with
//!   both is refused with code 100;
//! - cursors stay valid until the sandbox is reset;
//! - a suspended group answers `GET /groups/{id}` and nothing else, and lets nobody in.

mod base_url;
mod clock;
pub mod conformance;
mod control;
mod control_client;
mod crowd;
mod deliver;
pub mod document;
mod doorbell;
mod emulator;
mod error;
mod http;
mod listener;
mod log;
mod outbox;
mod pace;
mod people;
mod reason;
mod sandbox;
mod seed;
mod state;
mod store;
mod trigger;
mod validate;

pub use control::{ActiveFault, ClockReading};
pub use control_client::{ControlClient, Order, Overview, Triggered};
pub use crowd::{Act, Crowd, Deed};
pub use emulator::{Emulator, Happening, Status};
pub use error::{ErrorKind, SandboxError};
pub use log::{Body, Call, Entry, Log, WebhookOutcome, WebhookTry};
pub use sandbox::{Sandbox, SandboxBuilder};
pub use seed::{Seed, SeedGroup};
pub use state::behaviour::{
    Acknowledgement, Behaviour, ContentType, ErrorEnvelope, Identity, ListShape, ListTimestamp, PagingUrls,
    PartialStatus, PicturePart, RateLimit, RateLimitForm, Values, WebhookNames, WebhookOrder,
    WebhookTimestamp,
};
pub use state::event::{Event, FailedParticipant, RemovedParticipant, SettingOutcome};
pub use state::fault::Fault;
pub use state::group::JoinApprovalMode;
pub use state::settings::Webhook;
pub use trigger::{Answered, Trigger};

//! The vocabulary of WhatsApp groups on 360dialog: ids, participants, timestamps, error codes, webhook events.
//!
//! No I/O and no HTTP lives here, so that the raw client, the ergonomic client and the webhook receiver
//! speak of the same things without depending on each other. Everything that a server may send decodes
//! tolerantly (quoted numbers, unknown enum values, fields added later); everything that a caller gives is
//! checked where it is made (see [`GroupId::new`], [`ParticipantInput::new`], [`limits`]).
//!
//! ```
//! use groups_model::{GroupId, ParticipantInput, Timestamp};
//!
//! assert!(GroupId::new("../groups").is_err());
//! let plus = ParticipantInput::new("+15550100123")?;
//! let bare = ParticipantInput::new("15550100123")?;
//! assert!(plus.is_same_person(&bare));
//! assert_eq!(Timestamp::from_seconds(1_678_900_000).to_string(), "2023-03-15T17:06:40Z");
//! # Ok::<(), groups_model::InvalidInput>(())
//! ```

mod accepted;
mod batch;
mod error_code;
mod error_entry;
mod error_kind;
pub mod event;
mod group;
mod id_form;
mod ids;
mod invalid_input;
mod join_request;
mod lenient;
pub mod limits;
mod open_enum;
mod outcome;
mod participant;
mod participant_input;
pub mod pasted;
pub mod text;
mod timestamp;
pub mod tolerant;
mod webhook;

pub use accepted::Accepted;
pub use batch::{Batch, FailedItem, ItemError};
pub use error_code::{CODES, TEXTS};
pub use error_entry::{Confidence, ErrorEntry, RetryClass, TextEntry};
pub use error_kind::{ErrorKind, UnknownKind};
pub use event::Event;
pub use group::{Group, InviteLink};
pub use ids::{Cursor, EventId, GroupId, JoinRequestId, ParentUserId, RequestId, UserId, WaId};
pub use invalid_input::InvalidInput;
pub use join_request::JoinRequest;
pub use lenient::{LenientBool, LenientInteger};
pub use open_enum::{GroupField, JoinApprovalMode};
pub use outcome::{
    Created, Deleted, FailedRemoval, LearntBy, Outcome, Removed, SettingName, SettingOutcome, Updated,
};
pub use participant::Participant;
pub use participant_input::ParticipantInput;
pub use timestamp::Timestamp;
pub use webhook::Webhook;

/// What a server sent that this version has no field for, kept by name.
pub type Extra = serde_json::Map<String, serde_json::Value>;

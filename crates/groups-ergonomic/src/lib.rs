#![doc = include_str!("../README.md")]

mod api_call;
mod budget;
mod call;
mod client;
mod convert;
mod decode;
mod envelope;
mod error;
mod failure;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod group;
mod groups;
mod invite;
mod list;
mod many;
mod operation;
mod outcome;
mod pages;
mod participants;
mod picture;
mod preview;
mod probe;
mod progress;
mod requests;
mod retry;
mod retry_budget;
#[cfg(test)]
mod tolerance;
mod webhook;

pub use api_call::{ApiAnswer, ApiCall};
pub use budget::RateLimit;
pub use client::{Client, ClientBuilder, DEFAULT_BASE_URL, GivenIdError, check_base_url};
pub use error::{Error, Result};
pub use group::{DeleteGroup, GetGroup, GroupHandle, UpdateGroup};
pub use groups::{CreateGroup, Groups, Pending};
pub use groups_api as api;
pub use groups_model as model;
pub use groups_model::ErrorKind;
pub use groups_model::tolerant::{Found, Problem, Problems};
pub use invite::ResetInviteLink;
pub use list::List;
pub use many::Many;
pub use operation::{Method, Operation};
pub use outcome::{
    CreateMatcher, Earlier, FollowedCreate, KnownGroups, Likeness, Progressed, Receipt, SharedRecord,
    Verdict, Wait, has_odd_subject,
};
pub use pages::{Items, Listed, Page, Pages, Position};
pub use participants::RemoveParticipants;
pub use picture::{Picture, PicturePart};
pub use preview::{Kept, Preview};
pub use probe::Probe;
pub use progress::{Progress, Stalled, Step};
pub use requests::DecideJoinRequests;
pub use retry::{Delivery, RetryPolicy};
pub use retry_budget::RetryBudget;
pub use webhook::{SetWebhook, WebhookConfiguration};

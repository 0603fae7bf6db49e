#![doc = include_str!("../README.md")]

mod channel;
mod encoding;
mod forward;
mod receiver;
mod refusal;
mod signature;
pub mod store;
mod target;

pub use channel::EventChannel;
pub use forward::{Backoff, ForwardError, Forwarder};
pub use receiver::{Receiver, serve};
pub use refusal::{Refusal, Refusals, Refused};
pub use store::{EventStore, Order, Query, StoreError, Stored};
pub use target::ForwardTarget;

#![doc = include_str!("../README.md")]

mod channel;
mod forward;
mod receiver;
mod signature;
pub mod store;
mod target;

pub use channel::EventChannel;
pub use forward::{Backoff, ForwardError, Forwarder};
pub use receiver::{Receiver, serve};
pub use store::{EventStore, Order, Query, StoreError, Stored};
pub use target::ForwardTarget;

#![doc = include_str!("../README.md")]

mod hooks;
mod list_shape;
mod log;

pub use hooks::{Captured, DEFAULT_MAX_BODY, Transport};
pub use list_shape::GroupListShape;
pub use progenitor_client;

#[cfg(feature = "codegen")]
#[allow(missing_docs, unreachable_pub, unused_imports, clippy::all, clippy::unwrap_used)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/groups_api.rs"));
}

#[cfg(not(feature = "codegen"))]
#[allow(missing_docs, unreachable_pub, unused_imports, clippy::all, clippy::unwrap_used)]
#[rustfmt::skip]
mod generated;

pub use generated::{Client, builder, types};
/// What a body that exceeds [`Transport::max_body`] fails with, somewhere in the chain of sources.
pub use http_body_util::LengthLimitError as BodyTooLong;
pub use progenitor_client::{Error, ResponseValue};

//! What the tests share. Each test uses a part of it.
#![allow(dead_code, unused_imports, unused_macros, reason = "each test uses a part of it")]
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "these are tests, outside of a test function")]

pub(crate) mod conformance;
#[cfg(all(unix, feature = "postgres"))]
pub(crate) mod postgres;
mod shared;

pub(crate) use shared::*;

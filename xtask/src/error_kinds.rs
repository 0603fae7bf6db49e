//! The error kinds that a row of the error table may name.
//!
//! The source file is compiled in, not the crate: groups-model does not build while its generated table is
//! broken, and xtask is what repairs that.

#[path = "../../crates/groups-model/src/error_kind.rs"]
#[allow(dead_code, unreachable_pub, reason = "it is written for another crate")]
mod error_kind;

pub(crate) use error_kind::ErrorKind;

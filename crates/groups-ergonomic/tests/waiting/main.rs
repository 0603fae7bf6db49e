//! Waiting over real HTTP: every operation, learnt by webhook and by looking, failing, in part, too late and in a mess.

#![allow(clippy::unwrap_used, reason = "the helpers of a test are tests too")]

mod acceptance;
mod failures;
mod support;
mod ways;

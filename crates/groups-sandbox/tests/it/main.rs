//! The sandbox from outside: over HTTP, every answer checked against the API document, and through its library.
// Helpers of tests fail like tests do; clippy recognises only the tests themselves.
#![allow(clippy::unwrap_used)]

mod errors;
mod graph;
mod groups;
mod join_requests;
mod page;
mod paging;
mod participants;
mod people;
mod spec;
mod storage;
mod support;
mod update;

//! The sandbox from outside: over HTTP, every answer checked against the API document, and through its library.
// Helpers of tests fail like tests do; clippy recognises only the tests themselves.
#![allow(clippy::unwrap_used)]

mod conformance;
mod control;
mod errors;
mod faults;
mod graph;
mod groups;
mod join_requests;
mod page;
mod paging;
mod participants;
mod people;
mod receiver;
mod spec;
mod storage;
mod support;
mod switches;
mod update;
mod webhooks;

//! The emulator's world as plain values: what exists, what may happen to it, and what is due later.
//! Nothing here does I/O, reads a clock or draws its own randomness: all of it is passed in.

pub(crate) mod behaviour;
pub(crate) mod business;
pub(crate) mod choices;
pub(crate) mod codes;
pub(crate) mod cursor;
pub(crate) mod draft;
pub(crate) mod event;
pub(crate) mod fault;
pub(crate) mod group;
pub(crate) mod identity;
pub(crate) mod ids;
pub(crate) mod notification;
pub(crate) mod outcome;
pub(crate) mod people;
pub(crate) mod rules;
pub(crate) mod settings;
pub(crate) mod world;

#[cfg(test)]
mod properties;

//! Tests across crates, from the outside: what they share. The tests themselves are under `tests/`.

mod served;
mod world;

pub use served::Served;
pub use world::{Run, World};

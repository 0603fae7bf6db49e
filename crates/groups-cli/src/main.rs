//! The binary `wagroups`.
fn main() {}

//! Arbitrary bytes as an answer of the API.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| groups_ergonomic::fuzzing::decode(bytes));

//! Arbitrary bytes as a request to the receiver: it never panics, never fails, and answers 200 only for what is stored.
#![no_main]

#[path = "../../tests/support/anything.rs"]
mod anything;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    anything::check(bytes);
});

//! Arbitrary bytes as an error answer: two of status, the rest is the body.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let [high, low, body @ ..] = bytes {
        groups_ergonomic::fuzzing::classify(u16::from_be_bytes([*high, *low]), body);
    }
});

//! Arbitrary bytes as a notification: something is told of each, and every event says the same alone.
#![no_main]

use groups_model::event::{decode, split};

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    let parts = split(body);
    assert!(!parts.is_empty());
    for part in parts {
        assert_eq!(decode(&part.notification), [part.event.clone()]);
        assert!(serde_json::to_string(&part.event).is_ok());
    }
});

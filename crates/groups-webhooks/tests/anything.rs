//! Whatever is sent to a receiver, it does not fail, and answers 200 only for what is stored. The fuzz target of this crate
//! does the same for as long as one likes.
#![allow(clippy::unwrap_used, reason = "the helpers of a test are tests too")]

#[path = "support/anything.rs"]
mod anything;

use proptest::prelude::*;

/// A request that means something: a choice, a count of headers, the query, the headers and a body.
fn likely() -> impl Strategy<Value = Vec<u8>> {
    let names: Vec<&str> = groups_spec::EXAMPLES.iter().map(|example| example.body).collect();
    let query = prop_oneof![
        Just("hub.mode=subscribe&hub.verify_token=s%33cret&hub.challenge=x".to_owned()),
        "[a-z.=&%]{0,20}"
    ];
    let body = prop_oneof![
        proptest::sample::select(names).prop_map(|body| body.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..600)
    ];
    let headers = prop::collection::vec((0u8..6, "[ -~]{0,70}"), 7);
    (any::<u8>(), any::<u8>(), query, headers, body).prop_map(|(choice, count, query, headers, body)| {
        let mut bytes = vec![choice, count];
        if count >> 3 == 4 {
            bytes.extend(b"PATCH\n");
        }
        bytes.extend(query.as_bytes());
        bytes.push(b'\n');
        for (known, value) in headers.iter().take(usize::from(count & 7)) {
            bytes.push(*known);
            bytes.extend(value.as_bytes());
            bytes.push(b'\n');
        }
        bytes.extend(body);
        bytes
    })
}

/// The form of what is checked reaches what it is to reach.
#[test]
fn each_kind_of_answer_is_met() {
    let asked = |choice: u8, count: u8, rest: &str| {
        let mut bytes = vec![choice, count];
        bytes.extend(rest.as_bytes());
        anything::check(&bytes)
    };
    let post = 8 << 3;
    let large = format!("\n{}", "x".repeat(600));
    for (choice, count, rest, expected) in [
        (0, post, "\n{}", 200),
        (1, post, "\n{}", 401),
        (7, post, "\n{}", 200),
        (15, post, "\nno JSON", 200),
        (2, post | 1, "\n\x02s3cret\n{}", 200),
        (2, post | 1, "\n\x02other\n{}", 401),
        (0, post, &large, 413),
        (8, post, &large, 413),
        (0, 1 << 3, "hub.mode=subscribe&hub.verify_token=s3cret&hub.challenge=x\n", 200),
        (0, 1 << 3, "hub.mode=subscribe&hub.verify_token=x&hub.challenge=x\n", 403),
        (0, 4 << 3, "DELETE\n\n", 405),
        (0, post | 1, "\n\x05identity\n{}", 200),
        (0, post | 1, "\n\x05compress\n{}", 415),
        (0, post | 1, "\n\x05br\n{}", 400),
    ] {
        assert_eq!(asked(choice, count, rest), Some(expected), "{choice} {count} {rest:?}");
    }
}

proptest! {
    #[test]
    fn what_is_likely_is_taken_or_refused(bytes in likely()) {
        anything::check(&bytes);
    }

    #[test]
    fn arbitrary_bytes_are_taken_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..900)) {
        anything::check(&bytes);
    }
}

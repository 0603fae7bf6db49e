//! `wagroups` from outside: what is run, what comes back, with which exit code. Each test has its own state, no
//! environment and no network; nothing here knows how the program works inside.

mod about;
mod accounts;
mod answers;
mod api;
mod bulk;
mod bulk_create;
#[cfg(unix)]
mod bulk_stopped;
mod commands;
mod completions;
mod conformance;
#[cfg(unix)]
mod conformance_stopped;
mod connections;
#[cfg(unix)]
mod curl;
mod each_group;
mod endless;
mod error_codes;
mod errors;
mod events;
mod every_command;
mod every_kind;
mod formats;
mod help;
mod identity;
mod interrupted;
mod inventory;
#[cfg(unix)]
mod key;
#[cfg(target_os = "linux")]
mod keyring;
mod listen_output;
mod lists;
mod log_file;
mod odd_answers;
mod patience;
mod people;
mod qr;
mod receiving;
mod refusals;
mod round_trip;
mod sandbox;
mod sandbox_settings;
mod schemas;
mod services;
mod streaming;
mod this_side;
mod tls;
mod user_ids;
mod values;
mod variables;
mod waiting;
#[cfg(unix)]
mod waiting_stopped;
mod which_sandbox;

/// The binary under test.
const BINARY: &str = env!("CARGO_BIN_EXE_wagroups-under-test");

fn world() -> groups_tests::World {
    groups_tests::World::new(BINARY)
}

/// The head of a JPEG of a size: no check decodes pixels.
fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0, 0, 16];
    bytes.extend(b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    bytes.extend([0xff, 0xc0, 0, 11, 8]);
    bytes.extend(height.to_be_bytes());
    bytes.extend(width.to_be_bytes());
    bytes.extend([1, 1, 0x11, 0, 0xff, 0xd9]);
    bytes
}

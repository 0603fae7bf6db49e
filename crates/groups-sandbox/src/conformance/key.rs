//! What becomes of calls with no key and with a wrong one. The real key is no part of either.

use super::catalog::{KEY_MISSING, KEY_WRONG};
use super::client::{Call, Key};
use super::judge;
use super::run::Run;

pub(super) async fn check(run: &mut Run) {
    run.check(&KEY_MISSING, &Call::get().keyed(Key::Missing), judge::key_refusal).await;
    run.check(&KEY_WRONG, &Call::get().keyed(Key::Wrong), judge::key_refusal).await;
}

//! Checks an answer against what the API document promises for the operation and status.

use groups_sandbox::document;
use serde_json::Value;

/// Fails unless the document has the operation, lists the status, and the body fits the schema given there.
/// For what is no operation (a wrong path or method) the body must be an error all the same.
pub(crate) fn check(method: &str, path: &str, status: u16, body: &Value) {
    let faults = document::answer_faults(method, path, status, body);
    assert!(faults.is_empty(), "{method} {path} {status}\n{body:#}\n{faults:#?}");
}

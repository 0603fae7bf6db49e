//! Every kind of error that the API has a code for, as a command meets it: told to people and to programs, with the kind and
//! the exit code that `help error` promises.

use std::collections::BTreeSet;

use groups_ergonomic::ErrorKind;

use crate::world;

/// The operation that is refused, with which code, and the command that makes it.
const MET: [(&str, u32, &[&str]); 26] = [
    ("get_group", 0, &["get", "G"]),
    ("get_group", 10, &["get", "G"]),
    ("get_group", 33, &["get", "G"]),
    ("update_group", 100, &["update", "G", "--subject", "x"]),
    ("list_groups", 368, &["list"]),
    ("list_groups", 131_016, &["list"]),
    ("remove_participants", 131_020, &["participants", "remove", "G", "+15550100110", "--yes"]),
    ("get_group", 131_026, &["api", "GET", "/groups/G"]),
    ("reset_invite_link", 131_041, &["invite", "reset", "G"]),
    ("create_group", 131_042, &["create", "--subject", "x"]),
    ("delete_group", 131_051, &["delete", "G", "--yes"]),
    ("list_groups", 131_059, &["list"]),
    ("remove_participants", 131_062, &["participants", "remove", "G", "+15550100110", "--yes"]),
    ("remove_participants", 131_202, &["participants", "remove", "G", "+15550100110", "--yes"]),
    ("approve_join_requests", 131_203, &["requests", "approve", "G", "R"]),
    ("approve_join_requests", 131_204, &["requests", "approve", "G", "R"]),
    ("get_invite_link", 131_207, &["invite", "get", "G"]),
    ("list_join_requests", 131_208, &["requests", "list", "G"]),
    ("update_group", 131_209, &["update", "G", "--subject", "x"]),
    ("update_group", 131_210, &["update", "G", "--subject", "x"]),
    ("create_group", 131_211, &["create", "--subject", "x"]),
    ("remove_participants", 131_212, &["participants", "remove", "G", "+15550100110", "--yes"]),
    ("reject_join_requests", 131_213, &["requests", "reject", "G", "R"]),
    ("create_group", 131_214, &["create", "--subject", "x"]),
    ("create_group", 131_215, &["create", "--subject", "x"]),
    ("get_webhook", 999_999, &["webhook", "get"]),
];

/// Those that no answer with a code of its own leads to: what an answer holds, or that there was none, tells them.
const WITHOUT_CODE: [ErrorKind; 12] = [
    ErrorKind::PartiallySucceeded,
    ErrorKind::InvalidInput,
    ErrorKind::Configuration,
    ErrorKind::Redirected,
    ErrorKind::NotFound,
    ErrorKind::Network,
    ErrorKind::Timeout,
    ErrorKind::InvalidResponse,
    ErrorKind::NoProgress,
    ErrorKind::OutcomeUnknown,
    ErrorKind::OutcomeNotSeen,
    ErrorKind::OutcomeAmbiguous,
];

#[test]
fn each_kind_of_the_api_is_told_with_its_exit_code_and_a_next_step() {
    let world = world();
    let mut kinds = BTreeSet::new();
    for (operation, code, command) in MET {
        let fault = world.quietly(&["sandbox", "fault", &format!("{operation} code={code} times=2")]);
        assert_eq!(fault.code, Some(0), "{fault:?}");
        let command = [command, &["--sandbox", "--max-retries", "0"]].concat();
        let table = world.run(&command);
        let json = world.run(&[&command[..], &["-o", "json"]].concat());
        assert_eq!(json.code, table.code, "{code}");
        let error = json.error();
        assert_eq!(error["code"], code, "{json:?}");
        assert!(error["remedy"].as_str().is_some_and(|remedy| remedy.ends_with('.')), "{json:?}");
        let kind = error["kind"].as_str().unwrap().to_owned();
        // Every other code is of the kind `api`.
        if kind != "api" {
            let promised = world.quietly(&["help", "error", &code.to_string(), "-o", "json"]).json();
            assert_eq!(promised["kind"], kind, "{code}");
            assert_eq!(promised["exit_code"], json.code.unwrap(), "{code}");
        }
        assert!(kinds.insert(kind), "{code}: once is enough");
    }
    let all = ErrorKind::ALL.iter().filter(|kind| !WITHOUT_CODE.contains(kind));
    assert_eq!(kinds, all.map(|kind| kind.as_str().to_owned()).collect());
    world.check("each_kind_of_the_api_is_told_with_its_exit_code_and_a_next_step");
}

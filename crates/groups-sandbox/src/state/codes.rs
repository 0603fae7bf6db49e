//! The error codes the emulator answers with, and a refusal: one of them with its details.
//! Codes, titles and HTTP statuses of the errors (Facts 2.2, 2.3).

use std::sync::OnceLock;

use serde::Deserialize;

/// A code of the API together with what the documentation says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Code {
    pub(crate) number: u32,
    pub(crate) title: &'static str,
    pub(crate) status: u16,
}

impl Code {
    /// What the error table says about a number; also about one that this file does not name.
    pub(crate) fn of_number(number: u32) -> Self {
        static TABLE: OnceLock<Vec<Row>> = OnceLock::new();
        // The table is embedded and tested; were it broken, an error would still have its number.
        let rows = TABLE.get_or_init(|| {
            serde_saphyr::from_str::<Table>(groups_spec::ERRORS_YAML)
                .map(|table| table.codes)
                .unwrap_or_default()
        });
        let row = rows.iter().find(|row| row.code == number);
        let row = row.or_else(|| {
            rows.iter().find(|row| (row.code..=row.code_to.unwrap_or(row.code)).contains(&number))
        });
        match row {
            Some(row) => Self { number, title: &row.title, status: row.http_status.unwrap_or(400) },
            None => Self { number, title: "Something went wrong", status: 400 },
        }
    }
}

#[derive(Deserialize)]
struct Table {
    codes: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    code: u32,
    code_to: Option<u32>,
    title: String,
    http_status: Option<u16>,
}

const fn code(number: u32, status: u16, title: &'static str) -> Code {
    Code { number, title, status }
}

pub(crate) const INVALID_PARAMETER: Code = code(100, 400, "Invalid parameter");
pub(crate) const UNKNOWN_PATH: Code = code(100, 404, "Unknown path");
pub(crate) const WRONG_METHOD: Code = code(100, 405, "Unsupported method");
pub(crate) const BODY_TOO_LARGE: Code = code(100, 413, "Request body too large");
pub(crate) const TOKEN_MISSING: Code = code(104, 401, "Token missing");
pub(crate) const TOKEN_INVALID: Code = code(190, 401, "Token invalid or expired");
pub(crate) const API_UNKNOWN: Code = code(1, 500, "API unknown");
pub(crate) const MISSING_PARAMETER: Code = code(131008, 400, "Required parameter is missing");
pub(crate) const INVALID_VALUE: Code = code(131009, 400, "Parameter value is not valid");
pub(crate) const GROUP_UNKNOWN: Code = code(131041, 400, "Group unknown");
pub(crate) const INVALID_CURSOR: Code = code(131059, 400, "Invalid cursor");
pub(crate) const PARTIAL_SUCCESS: Code = code(131201, 206, "Request partially succeeded");
pub(crate) const DUPLICATE_PARTICIPANT: Code = code(131202, 400, "Duplicate participant");
pub(crate) const PARTICIPANT_OVERLIMIT: Code = code(131204, 400, "Participant overlimit");
pub(crate) const GROUP_SUSPENDED: Code = code(131207, 403, "Group suspended");
pub(crate) const PICTURE_NOT_SQUARE: Code = code(131209, 400, "Invalid group profile picture aspect ratio");
pub(crate) const PICTURE_TOO_SMALL: Code = code(131210, 400, "Image too small to process");
pub(crate) const GROUP_LIMIT_REACHED: Code = code(131211, 400, "Group create limit reached");
pub(crate) const NOT_IN_GROUP: Code = code(131212, 400, "Participant not part of the group");
pub(crate) const NO_JOIN_REQUEST: Code = code(131213, 400, "Group join request does not exist");
pub(crate) const RATE_LIMITED: Code = code(131208, 429, "Group rate limit hit");
pub(crate) const NOT_ELIGIBLE: Code = code(131215, 400, "Number not eligible for Groups APIs");

/// An API call that is refused: why, and the words that say what to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: Code,
    pub(crate) details: String,
}

impl Refusal {
    pub(crate) fn new(code: Code, details: impl Into<String>) -> Self {
        Self { code, details: details.into() }
    }

    pub(crate) fn group_unknown() -> Self {
        Self::new(GROUP_UNKNOWN, "The group does not exist, or the business is not a member of it.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The titles and statuses here are the sandbox's own copy; the error table of the API has the last word.
    #[test]
    fn codes_agree_with_the_error_table() {
        let table: serde_json::Value = serde_saphyr::from_str(groups_spec::ERRORS_YAML).unwrap();
        let rows = table["codes"].as_array().unwrap();
        for code in [
            TOKEN_MISSING,
            TOKEN_INVALID,
            GROUP_UNKNOWN,
            INVALID_CURSOR,
            PARTIAL_SUCCESS,
            DUPLICATE_PARTICIPANT,
            PARTICIPANT_OVERLIMIT,
            GROUP_SUSPENDED,
            PICTURE_NOT_SQUARE,
            PICTURE_TOO_SMALL,
            GROUP_LIMIT_REACHED,
            NOT_IN_GROUP,
            NO_JOIN_REQUEST,
            NOT_ELIGIBLE,
            RATE_LIMITED,
        ] {
            assert_eq!(Code::of_number(code.number), code);
            let row = rows.iter().find(|row| row["code"] == code.number).unwrap();
            assert_eq!(row["title"], code.title, "{}", code.number);
            assert_eq!(row["http_status"], code.status, "{}", code.number);
        }
        for code in [INVALID_PARAMETER, MISSING_PARAMETER, INVALID_VALUE, API_UNKNOWN] {
            assert!(rows.iter().any(|row| row["code"] == code.number), "{}", code.number);
        }
    }
}

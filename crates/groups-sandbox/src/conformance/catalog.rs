//! The checks: their names, and what the facts page says with its heading and confidence. A check rests on nothing else;
//! where the facts page knows nothing there is no check.

/// What a check cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// The key alone.
    Key,
    /// A group that is only read.
    Group,
    /// Leave to write: to groups of the suite's own.
    Write,
}

#[derive(Debug)]
pub(super) struct Check {
    pub(super) name: &'static str,
    pub(super) needs: Needs,
    pub(super) facts: &'static str,
    pub(super) confidence: &'static str,
    pub(super) documented: &'static str,
}

const COMMON: &str = "1.0 Common";
const LIST: &str = "1.1 GET /groups - list active groups";
const CREATE: &str = "1.2 POST /groups - create";
const GET: &str = "1.3 GET /groups/{group_id}";
const UPDATE: &str = "1.4 POST /groups/{group_id} - update settings";
const DELETE: &str = "1.5 DELETE /groups/{group_id}";
const LINK: &str = "1.6 GET /groups/{group_id}/invite_link";
const RESET: &str = "1.7 POST /groups/{group_id}/invite_link - reset";
const REQUESTS: &str = "1.8 GET /groups/{group_id}/join_requests";
const APPROVE: &str = "1.9 POST /groups/{group_id}/join_requests - approve";
const REJECT: &str = "1.10 DELETE /groups/{group_id}/join_requests - reject";
const REMOVE: &str = "1.11 DELETE /groups/{group_id}/participants - remove";
const ENVELOPES: &str = "2.1 Envelopes";
const CODES: &str = "2.2 Group error table";
const OWN_ERRORS: &str = "2.4 360dialog's own errors";
const LIMITS: &str = "3. Limits";
const IDS: &str = "7.1 ID formats";

const CONFIRMED: &str = "CONFIRMED";
const SINGLE: &str = "SINGLE";
const INFERRED: &str = "INFERRED";
const DISAGREEMENT: &str = "DISAGREEMENT";

macro_rules! checks {
    ($($id:ident $name:literal $needs:ident $facts:ident $confidence:ident $documented:literal;)*) => {
        $(pub(super) static $id: Check = Check {
            name: $name,
            needs: Needs::$needs,
            facts: $facts,
            confidence: $confidence,
            documented: $documented,
        };)*

        /// All of them, in the order of the report.
        pub(super) static ALL: &[&Check] = &[$(&$id),*];
    };
}

checks! {
    KEY_MISSING "key_missing" Key OWN_ERRORS SINGLE
        "a call without a key: 401, the body `{\"error\": text}`";
    KEY_WRONG "key_wrong" Key OWN_ERRORS CONFIRMED
        "a wrong key: 401, the body `{\"error\": text}`";

    LIST_SHAPE "list_shape" Key LIST DISAGREEMENT
        "200; the groups are in `data.groups`";
    LIST_TIMESTAMP "list_timestamp" Key LIST DISAGREEMENT
        "each group has its time as `created_at`, an integer of seconds";
    LIST_DEFAULT_LIMIT "list_default_limit" Key LIST CONFIRMED
        "without `limit` a page has at most 25 groups";
    LIST_LIMIT_ONE "list_limit_one" Key LIST CONFIRMED
        "`limit=1`: at most one group";
    LIST_LIMIT_HIGHEST "list_limit_highest" Key LIST CONFIRMED
        "`limit=1024` is accepted";
    LIST_LIMIT_ZERO "list_limit_zero" Key LIST INFERRED
        "`limit=0`: 400, code 100";
    LIST_LIMIT_ABOVE "list_limit_above" Key LIST INFERRED
        "`limit=1025`: 400, code 100";
    LIST_CURSORS "list_cursors" Key LIST CONFIRMED
        "a page with groups has `paging.cursors.before` and `.after`";
    CURSOR_FORM "cursor_form" Key IDS SINGLE
        "a cursor is escaped base64 of JSON with `offset` and `versionId`";
    LIST_NEXT "list_next" Key LIST INFERRED
        "`paging.next` is there exactly when another page is";
    LIST_WALK "list_walk" Key LIST INFERRED
        "pages by `after` follow one another, no group comes twice";
    LIST_BACK "list_back" Key LIST INFERRED
        "the page by `before` is the one that came before";
    LIST_BOTH_CURSORS "list_both_cursors" Key LIST SINGLE
        "`after` and `before` together are refused: 400";
    LIST_CORRUPT_CURSOR "list_corrupt_cursor" Key CODES CONFIRMED
        "a corrupt cursor: 400, code 131059";

    GROUP_UNKNOWN "group_unknown" Key GET CONFIRMED
        "an unknown group: 400, code 131041, not 404";
    ERROR_ENVELOPE "error_envelope" Key ENVELOPES INFERRED
        "errors come in Meta's envelope: `error` with message `(#code) …`, type, code, fbtrace_id";

    GET_WITHOUT_FIELDS "get_without_fields" Group GET CONFIRMED
        "without `fields` only `id` and `messaging_product` come back";
    GET_SUBJECT "get_subject" Group GET CONFIRMED
        "`fields=subject`: a string";
    GET_DESCRIPTION "get_description" Group GET CONFIRMED
        "`fields=description`: a string, absent when none is set";
    GET_APPROVAL_MODE "get_join_approval_mode" Group GET CONFIRMED
        "`fields=join_approval_mode`: `auto_approve` or `approval_required`";
    GET_SUSPENDED "get_suspended" Group GET CONFIRMED
        "`fields=suspended`: a boolean";
    GET_TIMESTAMP "get_creation_timestamp" Group GET CONFIRMED
        "`fields=creation_timestamp`: an integer of seconds";
    GET_COUNT "get_total_participant_count" Group GET CONFIRMED
        "`fields=total_participant_count`: an integer";
    GET_PARTICIPANTS "get_participants" Group GET CONFIRMED
        "`fields=participants`: objects with `wa_id`, digits alone";
    GET_SEVERAL "get_several_fields" Group GET INFERRED
        "fields separated by commas come together; `total_participant_count` is the number of `participants`";
    GET_UNKNOWN_FIELD "get_unknown_field" Group GET INFERRED
        "an unknown name in `fields`: 400, code 100";
    GROUP_ID_FORM "group_id_form" Group IDS CONFIRMED
        "a group's id is escaped base64 of `capi_group:<digits>:<18 digits>`";
    INVITE_LINK "invite_link" Group LINK CONFIRMED
        "200, `invite_link` begins with https://chat.whatsapp.com/";
    INVITE_LINK_CODE "invite_link_code" Group LINK SINGLE
        "the link's code is 22 letters and digits";
    REQUESTS_LIST "join_requests_list" Group REQUESTS CONFIRMED
        "200, the requests are in `data` itself, `creation_timestamp` is an integer";
    REQUESTS_LIMIT "join_requests_limit" Group REQUESTS INFERRED
        "`limit=1`: at most one join request";

    CREATE_WITHOUT_PRODUCT "create_without_messaging_product" Write COMMON SINGLE
        "a create without `messaging_product`: 400, code 100";
    CREATE_LONG_SUBJECT "create_long_subject" Write CREATE CONFIRMED
        "a subject has at most 128 characters: one of 129 is refused, 400";
    CREATE_ACK "create_acknowledgement" Write CREATE DISAGREEMENT
        "200, `messaging_product` and `request_id`";
    REQUEST_ID_FORM "request_id_form" Write COMMON CONFIRMED
        "a `request_id` is 32 upper-case hexadecimal digits";
    CREATE_LISTED "create_listed" Write CREATE CONFIRMED
        "the new group is in the list some time after the answer";
    CREATED_SETTINGS "created_settings" Write CREATE CONFIRMED
        "subject and description are as sent, `suspended` is false";
    CREATED_APPROVAL "created_default_approval" Write CREATE CONFIRMED
        "without `join_approval_mode` the group has `auto_approve`";
    CREATED_EMPTY "created_empty" Write CREATE CONFIRMED
        "a new group has no participants besides the business";
    UPDATE_ACK "update_acknowledgement" Write UPDATE DISAGREEMENT
        "200, `messaging_product` and `request_id`";
    UPDATE_EFFECT "update_effect" Write UPDATE CONFIRMED
        "the new subject is there some time after the answer";
    UPDATE_RESTORE "update_restore" Write UPDATE CONFIRMED
        "a second update brings the old subject back";
    UPDATE_NOTHING "update_nothing" Write UPDATE SINGLE
        "an update of no setting is refused: 400";
    UPDATE_WITHOUT_PRODUCT "update_without_messaging_product" Write COMMON INFERRED
        "an update without `messaging_product`: 400, code 100";
    UPDATE_APPROVAL "update_join_approval_mode" Write UPDATE DISAGREEMENT
        "`join_approval_mode` cannot be updated: 400";
    RESET_LINK "reset_invite_link" Write RESET CONFIRMED
        "200 with a new link in the form of the old one";
    RESET_SHOWN "reset_invite_link_shown" Write RESET CONFIRMED
        "the next GET gives the new link";
    RESET_WITHOUT_PRODUCT "reset_without_messaging_product" Write COMMON INFERRED
        "a reset without `messaging_product`: 400, code 100";
    REQUESTS_EMPTY "join_requests_of_auto_approve" Write REQUESTS INFERRED
        "a group with `auto_approve` has an empty list of join requests";
    APPROVE_UNKNOWN "approve_unknown_request" Write APPROVE CONFIRMED
        "an unknown join request: code 131213, of the call (400) or of the item";
    REJECT_UNKNOWN "reject_unknown_request" Write REJECT CONFIRMED
        "an unknown join request: code 131213, of the call (400) or of the item";
    REMOVE_ABSENT "remove_absent_participant" Write REMOVE CONFIRMED
        "somebody who is not in the group: 400, code 131212";
    REMOVE_TWICE "remove_participant_twice" Write REMOVE CONFIRMED
        "the same participant twice in a call: 400, code 131202";
    REMOVE_NINE "remove_nine_participants" Write REMOVE CONFIRMED
        "more than eight participants: 400, code 131204";
    REMOVE_NOBODY "remove_nobody" Write REMOVE CONFIRMED
        "an empty list of participants is refused: 400";
    REMOVE_WITHOUT_PRODUCT "remove_without_messaging_product" Write COMMON INFERRED
        "a removal without `messaging_product`: 400, code 100";
    DELETE_ACK "delete_acknowledgement" Write DELETE DISAGREEMENT
        "200, `messaging_product` and `request_id`";
    DELETED_GET "deleted_group_get" Write DELETE INFERRED
        "some time after the answer a GET gives 400, code 131041";
    DELETED_LISTED "deleted_group_listed" Write LIST SINGLE
        "a deleted group is not in the list";
    DELETED_LINK "deleted_group_invite_link" Write DELETE INFERRED
        "its invite link: 400, code 131041";
    DELETED_AGAIN "deleted_group_delete" Write DELETE INFERRED
        "a second delete: 400, code 131041";
    CLEANUP "cleanup" Write DELETE INFERRED
        "the groups the suite made are gone after it";

    CONTENT_TYPES "content_types" Key ENVELOPES INFERRED
        "every answer with a body is `application/json`";
    RATE_HEADERS "rate_headers" Key LIMITS SINGLE
        "360dialog documents no header about rates; Meta documents X-Business-Use-Case-Usage and X-App-Usage";
    RETRY_AFTER "retry_after" Key LIMITS SINGLE
        "`Retry-After` is documented nowhere";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_headings_are_sections_of_the_fact_sheet() {
        let names: BTreeSet<_> = ALL.iter().map(|check| check.name).collect();
        assert_eq!(names.len(), ALL.len());
        for check in ALL {
            assert!(check.facts.starts_with(|c: char| c.is_ascii_digit()), "{}", check.name);
            assert!(check.name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{}", check.name);
        }
    }
}

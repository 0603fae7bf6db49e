//! The kinds of results: their fields, and what of them a table shows. The fields are those of the JSON Schemas;
//! a test holds them together.

/// A kind of result.
#[derive(Debug)]
pub(crate) struct Shape {
    /// As its schema is called.
    pub(crate) name: &'static str,
    /// What `--fields` can name.
    pub(crate) fields: &'static [&'static str],
    /// What a list shows unless told otherwise, as far as there is something to show.
    pub(crate) columns: &'static [&'static str],
}

impl Shape {
    /// Which of the fields are moments, by their type in the schema; on a terminal they are told as distances.
    pub(super) fn times(&self) -> &'static [&'static str] {
        match self.name {
            "group" | "join_request" | "outcome" => &["created_at"],
            "event" => &["at"],
            "sandbox_clock" => &["now"],
            _ => &[],
        }
    }

    /// The columns of a list as a file: each field, so that they are the same whatever the list holds; of a plain list
    /// of groups, those that it can tell.
    pub(crate) fn record(&self) -> &'static [&'static str] {
        match self.name {
            _ if self.columns == Self::LISTED => &["id", "subject", "created_at", "extra"],
            "join_request" => &["group_id", "id", "wa_id", "user_id", "username", "created_at", "extra"],
            _ => self.fields,
        }
    }

    /// Whether the person in it has columns of their own, in a table and in a file.
    pub(super) fn spreads(&self) -> bool {
        self.name == "join_request"
    }

    /// A group, whole.
    pub(crate) const GROUP: Self = Self {
        name: "group",
        fields: &[
            "id",
            "subject",
            "description",
            "created_at",
            "suspended",
            "join_approval_mode",
            "participant_count",
            "participants",
            "invite_link",
            "extra",
        ],
        columns: Self::LISTED,
    };
    /// What a plain list tells of each group, besides what the server adds.
    const LISTED: &'static [&'static str] = &["id", "subject", "created_at"];
    /// A group, in a list that tells more of it.
    pub(crate) const GROUP_READ: Self = Self {
        columns: &["id", "subject", "participant_count", "join_approval_mode", "suspended", "created_at"],
        ..Self::GROUP
    };
    pub(crate) const PARTICIPANT: Self = Self {
        name: "participant",
        fields: &["group_id", "subject", "wa_id", "user_id", "parent_user_id", "username", "extra"],
        columns: &["wa_id", "user_id", "parent_user_id", "username"],
    };
    /// A person among those of all groups.
    pub(crate) const MEMBER: Self = Self {
        columns: &["subject", "wa_id", "user_id", "parent_user_id", "username", "group_id"],
        ..Self::PARTICIPANT
    };
    pub(crate) const JOIN_REQUEST: Self = Self {
        name: "join_request",
        fields: &["group_id", "id", "participant", "created_at", "extra"],
        columns: &["id", "participant", "created_at"],
    };
    pub(crate) const INVITE_LINK: Self =
        Self { name: "invite_link", fields: &["group_id", "invite_link"], columns: &[] };
    pub(crate) const ACCEPTED: Self =
        Self { name: "accepted", fields: &["operation", "group_id", "request_id"], columns: &[] };
    /// What became of each of several groups: an [`Self::ACCEPTED`], or why not.
    pub(crate) const DELETED: Self = Self {
        name: "deleted",
        fields: &["operation", "group_id", "request_id", "error"],
        columns: &["operation", "group_id", "request_id", "error"],
    };
    /// What became of something accepted; of each operation some of these.
    pub(crate) const OUTCOME: Self = Self {
        name: "outcome",
        fields: &[
            "operation",
            "group_id",
            "request_id",
            "learnt_by",
            "id",
            "subject",
            "description",
            "created_at",
            "suspended",
            "join_approval_mode",
            "participant_count",
            "participants",
            "invite_link",
            "settings",
            "succeeded",
            "failed",
            "extra",
        ],
        columns: &[],
    };
    /// What became of each of several groups: an [`Self::OUTCOME`], or why it is not known or not done.
    pub(crate) const DELETED_FOR_CERTAIN: Self = Self {
        name: "deleted",
        fields: &["operation", "group_id", "request_id", "learnt_by", "error"],
        columns: &["operation", "group_id", "request_id", "learnt_by", "error"],
    };
    /// What became of each row of a file of groups to be deleted.
    pub(crate) const BULK_DELETE: Self = Self::row(&["line", "status", "group_id", "request_id", "error"]);
    pub(crate) const BULK_UPDATE: Self = Self::row(&[
        "line",
        "status",
        "group_id",
        "subject",
        "description",
        "request_id",
        "settings",
        "error",
    ]);
    pub(crate) const BULK_LINK: Self = Self::row(&["line", "status", "group_id", "invite_link", "error"]);
    pub(crate) const BULK_REMOVE: Self =
        Self::row(&["line", "status", "group_id", "user", "request_id", "error"]);
    pub(crate) const BULK_DECIDE: Self = Self::row(&["line", "status", "group_id", "id", "user", "error"]);
    pub(crate) const BULK_CREATE: Self = Self::row(&[
        "line",
        "status",
        "subject",
        "description",
        "join_approval_mode",
        "group_id",
        "request_id",
        "invite_link",
        "error",
    ]);
    /// A group that was read for a row of a file.
    pub(crate) const BULK_GET: Self = Self::row(&[
        "line",
        "status",
        "id",
        "subject",
        "description",
        "created_at",
        "suspended",
        "join_approval_mode",
        "participant_count",
        "participants",
        "invite_link",
        "extra",
        "error",
    ]);

    const fn row(fields: &'static [&'static str]) -> Self {
        Self { name: "row", fields, columns: fields }
    }

    pub(crate) const WEBHOOK: Self =
        Self { name: "webhook", fields: &["url", "headers", "extra"], columns: &[] };
    /// An answer of the API as it came: of no type of ours.
    pub(crate) const ANSWER: Self = Self { name: "answer", fields: &[], columns: &[] };
    /// A stored account.
    pub(crate) const ACCOUNT: Self = Self {
        name: "account",
        fields: &["profile", "base_url", "storage", "active", "verified", "replaced"],
        columns: &["profile", "base_url", "storage", "active"],
    };
    /// Which account is used, and why.
    pub(crate) const AUTH_STATUS: Self = Self {
        name: "auth_status",
        fields: &[
            "profile",
            "base_url",
            "base_url_from",
            "base_url_of_profile",
            "key",
            "key_from",
            "storage",
            "check",
            "problem",
            "sources",
        ],
        columns: &[],
    };
    pub(crate) const LOGGED_OUT: Self =
        Self { name: "logged_out", fields: &["profile", "removed"], columns: &["profile", "removed"] };
    /// What a check of the set-up came to.
    pub(crate) const CHECK: Self = Self {
        name: "check",
        fields: &["check", "status", "message", "remedy"],
        columns: &["check", "status", "message"],
    };
    pub(crate) const BATCH: Self =
        Self { name: "batch", fields: &["succeeded", "failed", "people"], columns: &[] };
    /// Fields of all kinds of events; each has some of them.
    pub(crate) const EVENT: Self = Self {
        name: "event",
        fields: &[
            "type",
            "field",
            "group_id",
            "request_id",
            "at",
            "id",
            "waba_id",
            "phone_number_id",
            "display_phone_number",
            "subject",
            "description",
            "invite_link",
            "join_approval_mode",
            "reason",
            "join_request_id",
            "participant",
            "added_participants",
            "removed_participants",
            "failed_participants",
            "initiated_by",
            "profile_picture",
            "group_subject",
            "group_description",
            "message_id",
            "from",
            "message_type",
            "status",
            "recipient_participant_id",
            "recipient_participant_user_id",
            "recipient_participant_parent_user_id",
            "contacts",
            "user_id",
            "parent_user_id",
            "wa_id",
            "detail",
            "content",
            "errors",
            "envelope",
            "extra",
        ],
        columns: &["at", "type", "group_id", "request_id", "user_id", "errors"],
    };
    /// What was forgotten.
    pub(crate) const PRUNED: Self = Self { name: "pruned", fields: &["removed"], columns: &[] };
    pub(crate) const SANDBOX_STATUS: Self = Self {
        name: "sandbox_status",
        fields: &[
            "sandbox",
            "database",
            "groups",
            "suspended",
            "participants",
            "pending_requests",
            "due",
            "switches",
            "faults",
        ],
        columns: &[],
    };
    pub(crate) const SANDBOX_ACTION: Self = Self {
        name: "sandbox_action",
        fields: &["operation", "group_id", "user", "join_request_id", "sandbox"],
        columns: &[],
    };
    /// The switches, however many there are.
    pub(crate) const SANDBOX_BEHAVIOUR: Self = Self { name: "sandbox_behaviour", fields: &[], columns: &[] };
    pub(crate) const SANDBOX_FAULT: Self =
        Self { name: "sandbox_fault", fields: &["id", "fault"], columns: &["id", "fault"] };
    pub(crate) const SANDBOX_CLOCK: Self =
        Self { name: "sandbox_clock", fields: &["now", "stopped", "sandbox"], columns: &[] };
    pub(crate) const SANDBOX_DEED: Self = Self {
        name: "sandbox_deed",
        fields: &["act", "group_id", "user"],
        columns: &["act", "group_id", "user"],
    };
    pub(crate) const SANDBOX_EVENT: Self =
        Self { name: "sandbox_event", fields: &["event"], columns: &["event"] };
    pub(crate) const SANDBOX_TRIGGERED: Self = Self {
        name: "sandbox_triggered",
        fields: &["event", "to", "http_status", "took_ms", "body", "sandbox"],
        columns: &[],
    };
    /// What a check of the conformance suite came to.
    pub(crate) const FINDING: Self = Self {
        name: "finding",
        fields: &["check", "verdict", "facts", "confidence", "documented", "seen", "note", "observed"],
        columns: &["check", "verdict", "seen", "note"],
    };
    /// A row of the error table.
    pub(crate) const ERROR_CODE: Self = Self {
        name: "error_code",
        fields: &[
            "code",
            "code_to",
            "title",
            "kind",
            "meaning",
            "remedy",
            "retry",
            "exit_code",
            "http_status",
            "group_api",
            "confidence",
            "sources",
        ],
        columns: &["code", "code_to", "title", "kind", "retry", "exit_code"],
    };
    /// A file of the manual.
    pub(crate) const PAGE: Self = Self { name: "page", fields: &["file"], columns: &["file"] };
    /// One line, whole: programs wait for it.
    pub(crate) const SANDBOX_SERVED: Self = Self { name: "sandbox_served", fields: &[], columns: &[] };
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    /// Those of the object itself and of all its kinds.
    fn properties<'a>(schema: &'a Value, root: &'a Value) -> BTreeSet<&'a str> {
        let own = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.as_str());
        let mut names: BTreeSet<&str> = own.collect();
        for kind in schema["oneOf"].as_array().into_iter().flatten() {
            names.extend(properties(kind, root));
        }
        let named = schema["$ref"].as_str().and_then(|path| root.pointer(path.trim_start_matches('#')));
        names.extend(named.into_iter().flat_map(|named| properties(named, root)));
        names
    }

    /// The properties that are moments by their type.
    fn moments<'a>(schema: &'a Value, root: &'a Value) -> BTreeSet<&'a str> {
        let is_moment = |schema: &Value| {
            let named =
                |schema: &Value| schema["$ref"].as_str().is_some_and(|path| path.ends_with("/Timestamp"));
            named(schema) || schema["anyOf"].as_array().into_iter().flatten().any(named)
        };
        let own = schema["properties"].as_object().into_iter().flatten();
        let mut names: BTreeSet<&str> =
            own.filter(|(_, schema)| is_moment(schema)).map(|(name, _)| name.as_str()).collect();
        for kind in schema["oneOf"].as_array().into_iter().flatten() {
            names.extend(moments(kind, root));
        }
        let named = schema["$ref"].as_str().and_then(|path| root.pointer(path.trim_start_matches('#')));
        names.extend(named.into_iter().flat_map(|named| moments(named, root)));
        names
    }

    #[test]
    fn every_kind_of_result_has_a_schema() {
        let schemas = crate::schema::all();
        let names: Vec<&str> = include_str!("shape.rs")
            .split("name: \"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_') && !name.is_empty())
            .collect();
        assert!(names.len() > 20, "{names:?}");
        for name in names {
            assert!(schemas.iter().any(|(other, _)| *other == name), "{name}: add it to command/schemas.rs");
        }
    }

    #[test]
    fn the_fields_are_those_of_the_schemas() {
        let shapes = [
            Shape::GROUP,
            Shape::PARTICIPANT,
            Shape::MEMBER,
            Shape::JOIN_REQUEST,
            Shape::INVITE_LINK,
            Shape::ACCEPTED,
            Shape::BATCH,
            Shape::EVENT,
            Shape::OUTCOME,
            Shape::WEBHOOK,
            Shape::ERROR_CODE,
        ];
        let schemas = crate::schema::all();
        for shape in shapes {
            let (_, schema) = schemas.iter().find(|(name, _)| *name == shape.name).unwrap();
            let in_schema = properties(schema, schema);
            let mut fields: BTreeSet<&str> = shape.fields.iter().copied().collect();
            if !in_schema.contains("extra") {
                // A participant's is flattened, which its schema leaves open.
                fields.remove("extra");
            }
            assert_eq!(fields, in_schema, "{}", shape.name);
            let times: BTreeSet<&str> = shape.times().iter().copied().collect();
            assert_eq!(times, moments(schema, schema), "{}", shape.name);
            assert!(shape.columns.iter().all(|column| shape.fields.contains(column)), "{}", shape.name);
        }
    }
}

//! Every documented form of an answer means the same: quoted or not, nested or flat, either name of the time,
//! ids absent. What is known decodes alike, and what is not known is kept.

use groups_api::types;
use groups_model::{
    Extra, Group, GroupId, JoinApprovalMode, JoinRequest, JoinRequestId, Participant, Timestamp,
};
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::convert;
use crate::operation::Operation;

fn decode<T: DeserializeOwned>(body: Value) -> T {
    serde_json::from_value(body.clone()).unwrap_or_else(|error| panic!("{error}: {body}"))
}

/// Reads an id as the server sends it; numbers are taken for their digits.
fn sent<T: DeserializeOwned>(text: &str) -> T {
    decode(json!(text))
}

/// One value in the form that a coin picks.
#[derive(Clone, Copy, Debug)]
enum Form {
    Bare,
    Quoted,
}

fn form() -> impl Strategy<Value = Form> {
    prop_oneof![Just(Form::Bare), Just(Form::Quoted)]
}

impl Form {
    fn number(self, number: u64) -> Value {
        match self {
            Self::Bare => json!(number),
            Self::Quoted => json!(number.to_string()),
        }
    }

    fn flag(self, flag: bool) -> Value {
        match self {
            Self::Bare => json!(flag),
            Self::Quoted => json!(flag.to_string()),
        }
    }

    fn digits(self, digits: u64) -> Value {
        self.number(digits)
    }
}

/// A field that may be missing; `null` counts as missing.
fn put(object: &mut Map<String, Value>, name: &str, value: Option<Value>, null: bool) {
    match value {
        Some(value) => drop(object.insert(name.into(), value)),
        None if null => drop(object.insert(name.into(), Value::Null)),
        None => {}
    }
}

/// Fields that nobody knows yet.
fn unknown() -> impl Strategy<Value = Extra> {
    let value = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[ -~é]{0,8}".prop_map(Value::from),
        Just(json!({ "deep": [1, "2", { "id": null }] })),
    ];
    prop::collection::btree_map("x_[a-z]{1,8}", value, 0..3).prop_map(|map| map.into_iter().collect())
}

fn seconds() -> impl Strategy<Value = Option<u64>> {
    prop::option::of(0..4_102_444_800_u64)
}

fn moment(seconds: Option<u64>) -> Option<Timestamp> {
    seconds.map(|seconds| Timestamp::from_seconds(i64::try_from(seconds).unwrap()))
}

prop_compose! {
    /// A person as written and as read.
    fn person()(
        wa_id in prop::option::of(1_000_000_u64..999_999_999_999_999),
        user_id in prop::option::of("[A-Z]{2}\\.[0-9]{1,18}"),
        parent in prop::option::of("[A-Z]{2}\\.ENT\\.[0-9]{1,18}"),
        username in prop::option::of("[a-z.]{1,12}"),
        extra in unknown(),
        form in form(),
        null: bool,
    ) -> (Map<String, Value>, Participant) {
        let mut wire: Map<String, Value> = extra.clone();
        put(&mut wire, "wa_id", wa_id.map(|digits| form.digits(digits)), null);
        put(&mut wire, "user_id", user_id.as_deref().map(Value::from), null);
        put(&mut wire, "parent_user_id", parent.as_deref().map(Value::from), null);
        put(&mut wire, "username", username.as_deref().map(Value::from), null);
        let mut read = Participant::default();
        read.wa_id = wa_id.map(|digits| sent(&digits.to_string()));
        read.user_id = user_id.as_deref().map(sent);
        read.parent_user_id = parent.as_deref().map(sent);
        read.username = username;
        read.extra = extra;
        (wire, read)
    }
}

/// What the SDK prints reads back as it was.
fn reads_back<T>(value: &T)
where
    T: serde::Serialize + DeserializeOwned + PartialEq + std::fmt::Debug,
{
    assert_eq!(decode::<T>(serde_json::to_value(value).unwrap()), *value);
}

proptest! {
    #[test]
    fn a_group(
        id in "[A-Za-z0-9]{1,20}",
        subject in prop::option::of("[ -~é]{1,12}"),
        description in prop::option::of("[ -~é]{0,12}"),
        seconds in seconds(),
        suspended in prop::option::of(any::<bool>()),
        mode in prop::option::of(prop_oneof![
            Just("approval_required".to_owned()), Just("auto_approve".to_owned()), "[a-z_]{1,12}",
        ]),
        count in prop::option::of(any::<u32>()),
        people in prop::option::of(prop::collection::vec(person(), 0..3)),
        extra in unknown(),
        (time_form, flag_form, count_form) in (form(), form(), form()),
        null: bool,
    ) {
        let (wires, persons): (Vec<_>, Vec<_>) = people.clone().unwrap_or_default().into_iter().unzip();
        let mut wire: Map<String, Value> = extra.clone();
        wire.insert("messaging_product".into(), json!("whatsapp"));
        wire.insert("id".into(), json!(id));
        put(&mut wire, "subject", subject.as_deref().map(Value::from), null);
        put(&mut wire, "description", description.as_deref().map(Value::from), null);
        put(&mut wire, "creation_timestamp", seconds.map(|at| time_form.number(at)), null);
        put(&mut wire, "suspended", suspended.map(|flag| flag_form.flag(flag)), null);
        put(&mut wire, "join_approval_mode", mode.as_deref().map(Value::from), null);
        put(&mut wire, "total_participant_count", count.map(|n| count_form.number(n.into())), null);
        put(&mut wire, "participants", people.as_ref().map(|_| json!(wires)), null);

        let mut expected = Group::new(sent::<GroupId>(&id));
        expected.subject = subject;
        expected.description = description.filter(|text| !text.is_empty());
        expected.created_at = moment(seconds);
        expected.suspended = suspended;
        expected.join_approval_mode = mode.as_deref().map(JoinApprovalMode::from);
        expected.participant_count = count.map(u64::from);
        expected.participants = people.map(|_| persons);
        expected.extra = extra;

        let read = convert::group(decode(Value::Object(wire)));
        prop_assert_eq!(read.join_approval_mode.as_ref().map(JoinApprovalMode::as_str), mode.as_deref());
        prop_assert_eq!(&read, &expected);
        reads_back(&read);
    }

    #[test]
    fn a_list_of_groups(
        listed in prop::collection::vec(
            (1_u64.., any::<bool>(), prop::option::of("[ -~é]{1,12}"), seconds(), unknown(), form()), 0..4,
        ),
        old_name: bool,
        nested: bool,
        null: bool,
        extra in unknown(),
    ) {
        let mut wires = Vec::new();
        let mut expected = Vec::new();
        for (id, bare_id, subject, seconds, unknown, form) in listed {
            let mut wire: Map<String, Value> = unknown.clone();
            wire.insert("id".into(), if bare_id { json!(id) } else { json!(id.to_string()) });
            put(&mut wire, "subject", subject.as_deref().map(Value::from), null);
            let name = if old_name { "creation_timestamp" } else { "created_at" };
            put(&mut wire, name, seconds.map(|at| form.number(at)), null);
            wires.push(wire);
            let mut group = Group::new(sent::<GroupId>(&id.to_string()));
            group.subject = subject;
            group.created_at = moment(seconds);
            group.extra = unknown;
            expected.push(group);
        }
        let mut body: Map<String, Value> = extra.clone();
        body.insert("data".into(), if nested { json!({ "groups": wires }) } else { json!(wires) });
        let list: types::GroupList = decode(Value::Object(body));
        prop_assert_eq!(&list.extra, &extra);
        let read = convert::groups(list.data);
        prop_assert_eq!(&read, &expected);
        reads_back(&read);
    }

    #[test]
    fn a_list_of_join_requests(
        id in "[A-Za-z0-9]{1,20}",
        (mut wire, mut participant) in person(),
        seconds in seconds(),
        form in form(),
        null: bool,
    ) {
        wire.insert("join_request_id".into(), json!(id));
        put(&mut wire, "creation_timestamp", seconds.map(|at| form.number(at)), null);
        // The wire tells person and request in one object, so what is unknown belongs to the request.
        let extra = std::mem::take(&mut participant.extra);
        let mut expected = JoinRequest::new(sent::<JoinRequestId>(&id), participant);
        expected.created_at = moment(seconds);
        expected.extra = extra;

        let list: types::JoinRequestList = decode(json!({ "data": [wire], "paging": null }));
        let read: Vec<JoinRequest> = list.data.into_iter().map(convert::join_request).collect();
        prop_assert_eq!(&read, &[expected]);
        reads_back(&read);
    }

    #[test]
    fn a_receipt(
        group in prop::option::of("[A-Za-z0-9]{1,20}"),
        request in prop::option::of("[A-F0-9]{32}"),
        success in prop::option::of((any::<bool>(), form())),
        extra in unknown(),
        null: bool,
    ) {
        let mut wire: Map<String, Value> = extra.clone();
        put(&mut wire, "id", group.as_deref().map(Value::from), null);
        put(&mut wire, "request_id", request.as_deref().map(Value::from), null);
        put(&mut wire, "success", success.map(|(flag, form)| form.flag(flag)), null);
        let raw: types::Accepted = decode(Value::Object(wire));
        // The receipt of the model has no place for more; the raw answer keeps it.
        prop_assert_eq!(&raw.extra, &extra);
        prop_assert_eq!(raw.success.map(|flag| flag.0), success.map(|(flag, _)| flag));
        let read = convert::accepted(Operation::CreateGroup, None, raw);
        prop_assert_eq!(read.group_id.as_ref().map(GroupId::as_str), group.as_deref());
        prop_assert_eq!(read.request_id.as_ref().map(|id| id.as_str()), request.as_deref());
        reads_back(&read);
    }
}

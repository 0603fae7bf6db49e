use serde::Deserialize;
use serde_json::{Map, json};

use super::*;
use crate::{GroupId, Participant, Timestamp};

#[derive(Debug, Deserialize)]
struct List {
    data: Vec<Item>,
    paging: Option<Paging>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Item {
    id: GroupId,
    subject: Option<String>,
    created_at: Option<Timestamp>,
    people: Option<Vec<Participant>>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Paging {
    after: Option<String>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

const PERSON: Shape = Shape::of::<Participant>().or_kept_as("?participant");
const ITEM: Shape = Shape::of::<Item>().with(&[("people", Member::List(&PERSON))]).requires(&["id"]);
const PAGING: Shape = Shape::of::<Paging>();
const LIST: Shape = Shape::of::<List>()
    .with(&[("data", Member::List(&ITEM)), ("paging", Member::Object(&PAGING))])
    .requires(&["data"]);

fn list(body: &[u8]) -> (List, Vec<String>) {
    let (list, problems) = read::<List>(body, &LIST).unwrap();
    (list, problems.iter().map(Problem::to_string).collect())
}

#[test]
fn an_odd_member_moves_to_extra_and_nothing_else_does() {
    let body = r#"{"data":[{"id":"a","subject":"s","created_at":""},{"id":"b","subject":7,"created_at":[1],"new":true}],
        "paging":{"after":"c","next":1e999}}"#;
    let (list, problems) = list(body.as_bytes());
    assert_eq!((list.data[0].subject.as_deref(), list.data[0].created_at), (Some("s"), None));
    assert_eq!(Value::Object(list.data[0].extra.clone()), json!({ "?created_at": "" }));
    let extra = json!({ "?subject": 7, "?created_at": [1], "new": true });
    assert_eq!(Value::Object(list.data[1].extra.clone()), extra);
    let paging = list.paging.unwrap();
    assert_eq!(
        (paging.after.as_deref(), Value::Object(paging.extra)),
        (Some("c"), json!({ "?next": "1e999" }))
    );
    let mut expected = [
        "data[0].created_at is a string",
        "data[1].created_at is an array",
        "data[1].subject is a number",
        "paging.next is a number",
    ];
    let mut problems: Vec<&str> = problems.iter().map(String::as_str).collect();
    problems.sort_unstable();
    expected.sort_unstable();
    assert_eq!(problems, expected);
}

#[test]
fn an_item_without_its_id_is_set_aside_and_the_others_stay() {
    let body = r#"{"data":[null,{"id":"a"},{"subject":"s"},{"id":null},"x",{"id":"b"}]}"#;
    let (list, problems) = list(body.as_bytes());
    let ids: Vec<&str> = list.data.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(ids, ["a", "b"]);
    assert_eq!(
        problems,
        ["data[0] is null", "data[2].id is missing", "data[3].id is null", "data[4] is a string"]
    );
}

#[test]
fn an_object_in_place_of_a_scalar_is_set_aside() {
    #[derive(Debug, Deserialize)]
    struct Ids {
        ids: Vec<GroupId>,
    }
    const ID: Shape = Shape::of::<GroupId>();
    const IDS: Shape = Shape::of::<Ids>().with(&[("ids", Member::List(&ID))]);
    let (read, problems) = read::<Ids>(br#"{"ids":["a",{"id":"b"},[],{},"c"]}"#, &IDS).unwrap();
    assert_eq!(read.ids.iter().map(GroupId::as_str).collect::<Vec<_>>(), ["a", "c"]);
    assert_eq!((problems.total(), problems.left_out()), (3, 3));
}

#[test]
fn an_unreadable_person_stays_in_the_list() {
    let body = r#"{"data":[{"id":"a","people":[{"wa_id":"1"},null,{"wa_id":true,"user_id":"U"},"2"]}]}"#;
    let (list, problems) = list(body.as_bytes());
    let people = list.data[0].people.as_ref().unwrap();
    assert_eq!(people.len(), 4);
    assert_eq!(Value::Object(people[1].extra.clone()), json!({ "?participant": null }));
    assert_eq!(people[2].user_id.as_ref().unwrap().as_str(), "U");
    assert_eq!(Value::Object(people[2].extra.clone()), json!({ "?wa_id": true }));
    assert_eq!(Value::Object(people[3].extra.clone()), json!({ "?participant": "2" }));
    assert_eq!(problems.len(), 3, "{problems:?}");
}

#[test]
fn what_is_no_json_of_rust_is_read_around() {
    let deep = format!("{}1{}", "[".repeat(300), "]".repeat(300));
    for (odd, subject) in [
        (r#""Cut \ud83d""#.to_owned(), Some("Cut \u{fffd}")),
        (r#""\udc00\ud83d\ude00\\ud800""#.to_owned(), Some("\u{fffd}😀\\ud800")),
        ("1e999".to_owned(), None),
        (deep.clone(), None),
        (format!("{{\"x\":{deep}}}"), None),
    ] {
        let body =
            format!(r#"{{"data":[{{"id":"a","subject":{odd}}},{{"id":"b","new":{odd},"subject":"s"}}]}}"#);
        let (list, problems) = list(body.as_bytes());
        assert_eq!(list.data[0].subject.as_deref(), subject, "{odd}");
        assert_eq!(list.data[1].subject.as_deref(), Some("s"), "{odd}");
        let extra = &list.data[1].extra;
        assert!(extra.contains_key("new") || extra.contains_key("?new"), "{extra:?}");
        assert!(problems.len() >= 2, "{problems:?}");
        assert!(problems.iter().any(|problem| problem.starts_with("data[0].subject ")), "{problems:?}");
    }
}

#[test]
fn bytes_that_are_no_utf8_cost_only_themselves() {
    let body = b"\xef\xbb\xbf{\"data\":[{\"id\":\"a\",\"subject\":\"x\xff\xfey\"},{\"id\":\"b\",\"subject\":\"s\"}]}";
    let (list, problems) = list(body);
    assert_eq!(list.data[0].subject.as_deref(), Some("x\u{fffd}\u{fffd}y"));
    assert_eq!(list.data[1].subject.as_deref(), Some("s"));
    assert_eq!(problems, ["data[0].subject contains invalid characters"]);
}

#[test]
fn of_members_with_one_name_a_readable_one_is_taken() {
    let body =
        r#"{"data":[{"id":"a","id":"b","subject":"s","subject":null,"subject":7}],"data":[],"data":8}"#;
    let (list, problems) = list(body.as_bytes());
    assert_eq!(list.data.len(), 0, "the last list");
    assert_eq!(list.extra["?data"][0]["subject"], 7);
    assert_eq!(list.extra["?data 2"], 8);
    assert_eq!(problems.len(), 2, "{problems:?}");
    let body = r#"{"data":[{"id":"a","id":null,"subject":"s","subject":7,"x":1}]}"#;
    let (list, problems) = self::list(body.as_bytes());
    assert_eq!((list.data[0].id.as_str(), list.data[0].subject.as_deref()), ("a", Some("s")));
    assert_eq!(Value::Object(list.data[0].extra.clone()), json!({ "?id": null, "?subject": 7, "x": 1 }));
    assert_eq!(problems, ["data[0].id appears more than once", "data[0].subject appears more than once"]);
}

#[test]
fn what_is_no_answer_is_said_without_the_name_of_a_type() {
    for (body, expected) in [
        (r#"{"data":"x"}"#, "data is a string"),
        (r#"{"paging":{}}"#, "data is missing"),
        ("[]", "the answer is an array"),
        ("null", "the answer is null"),
    ] {
        match read::<List>(body.as_bytes(), &LIST) {
            Err(Unreadable::Odd(problem)) => assert_eq!(problem.to_string(), expected),
            other => panic!("{body}: {other:?}"),
        }
    }
    assert!(matches!(read::<List>(b"<html>", &LIST), Err(Unreadable::NotJson(_))));
    let (list, problems) = list(br#"{"data":null}"#);
    assert!(list.data.is_empty());
    assert_eq!(problems, ["data is null"]);
}

#[test]
fn a_large_odd_value_is_kept_as_its_text() {
    let large = format!("[{}0]", "0,".repeat(TREE_MAX));
    let body = format!(r#"{{"data":[{{"id":"a","subject":{large}}}]}}"#);
    let (list, _) = list(body.as_bytes());
    assert_eq!(list.data[0].extra["?subject"], large);
}

#[test]
fn any_json_becomes_a_value() {
    let (read, problems) = value(br#"{"a":[1e999,{"b":-1e999,"c":"\ud800"}],"d":1}"#).unwrap();
    assert_eq!(read, json!({ "a": ["1e999", { "?b": "-1e999", "c": "\u{fffd}" }], "d": 1 }));
    let found: Vec<String> = problems.iter().map(Problem::to_string).collect();
    assert_eq!(found, ["a[0] is a number", "a[1].b is a number", "a[1].c contains invalid characters"]);
    assert!(value(b"{").is_err());
}

#[test]
fn of_members_with_one_name_in_a_value_the_last_counts_and_none_is_lost() {
    let (read, problems) = value(br#"{"a":1,"b":[{"c":null,"c":{"d":2,"d":3}}],"a":"x"}"#).unwrap();
    assert_eq!(read, json!({ "a": "x", "?a": 1, "b": [{ "c": { "d": 3, "?d": 2 }, "?c": null }] }));
    let found: Vec<String> = problems.iter().map(Problem::to_string).collect();
    let expected =
        ["b[0].c.d appears more than once", "b[0].c appears more than once", "a appears more than once"];
    assert_eq!(found, expected);
    let (read, _) = value(br#"{"a":1,"a":2,"a":1e999,"a":3}"#).unwrap();
    assert_eq!(read, json!({ "a": 3, "?a": 1, "?a 2": "1e999", "?a 3": 2 }));
    assert_eq!(value(br#"{"a":{"x":1},"b":{"x":1}}"#).unwrap().1.total(), 0);
}

#[test]
fn control_characters_in_a_string_are_read_as_they_are() {
    let body = "{\n\t\"a\\\"\u{7}\": \"one\ntwo\\\\\",\r\n\"b\": \"\\\t\" }";
    assert!(serde_json::from_str::<Value>(body).is_err());
    // After a backslash a control character is no escape.
    assert!(value(body.as_bytes()).is_err());
    let body = "{\n\t\"a\\\"\u{7}\": \"one\ntwo\\\\\",\r\n\"b\": \"\t\" }";
    let (read, problems) = value(body.as_bytes()).unwrap();
    assert_eq!(read, json!({ "a\"\u{7}": "one\ntwo\\", "b": "\t" }));
    assert!(problems.is_empty());
    let (list, problems) = list(b"{\"data\":[{\"id\":\"a\",\"subject\":\"one\ntwo\xff\"}]}");
    assert_eq!(list.data[0].subject.as_deref(), Some("one\ntwo\u{fffd}"));
    assert_eq!(problems, ["data[0].subject contains invalid characters"]);
}

#[test]
fn many_problems_are_counted_and_the_first_ones_kept() {
    let body = format!(r#"{{"data":[{}null]}}"#, "null,".repeat(5_000));
    let (_, problems) = read::<List>(body.as_bytes(), &LIST).unwrap();
    assert_eq!(problems.total(), 5_001);
    assert_eq!(problems.iter().count(), 2_000);
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(body: Vec<u8>) {
        let _ = (read::<List>(&body, &LIST), value(&body));
    }

    #[test]
    fn any_text_of_escapes_is_read_without_panic(text in "[\\\\ud8c0\"{}:,a\\[\\]1e9é]{0,40}") {
        for body in [text.clone(), format!("{{\"data\":[{{\"id\":\"a\",\"subject\":\"{text}\"}}]}}")] {
            let _ = (read::<List>(body.as_bytes(), &LIST), value(body.as_bytes()));
        }
    }
}

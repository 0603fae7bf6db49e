//! The answers, over real HTTP.

use std::sync::{Arc, Mutex};

use groups_ergonomic::model::{JoinRequestId, ParticipantInput};
use groups_ergonomic::{Client, Error, GroupHandle, Problems, RateLimit, RetryPolicy};
use serde_json::{Map, Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::places::{Odd, Place, Step, at, has_set_aside, names_no_type, odds, places, shown, with};

/// Answers with what was put here last. A page after another one is empty.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<(u16, String)>>);

impl Respond for Said {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let (status, body) = self.0.lock().unwrap().clone();
        let follows = request.url.query_pairs().any(|(name, _)| name == "after" || name == "before");
        let body = if follows { r#"{"data":[],"paging":{}}"#.to_owned() } else { body };
        ResponseTemplate::new(status).set_body_raw(body, "application/json")
    }
}

struct Service {
    said: Said,
    client: Client,
    problems: Arc<Mutex<Problems>>,
    _server: MockServer,
}

async fn service() -> Service {
    let (said, problems) = (Said::default(), Arc::<Mutex<Problems>>::default());
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(said.clone()).mount(&server).await;
    let seen = problems.clone();
    let client = Client::builder()
        .api_key("key")
        .base_url(server.uri())
        .rate_limit(RateLimit::Unlimited)
        .retry(RetryPolicy { max_retries: 0, ..RetryPolicy::default() })
        .on_problems(move |_, problems| seen.lock().unwrap().append(problems.clone()))
        .build()
        .unwrap();
    Service { said, client, problems, _server: server }
}

/// What a call of this SDK made of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Groups,
    Requests,
    Group,
    Create,
    Update,
    Delete,
    Remove,
    Link,
    ResetLink,
    Approve,
    Reject,
    Webhook,
    SetWebhook,
}

impl Asked {
    fn of_schema(schema: &str) -> &'static [Self] {
        match schema {
            "GroupList" => &[Self::Groups],
            "JoinRequestList" => &[Self::Requests],
            "Group" => &[Self::Group],
            "Accepted" => &[Self::Create, Self::Update, Self::Delete, Self::Remove],
            "InviteLink" => &[Self::Link, Self::ResetLink],
            "ApproveJoinRequestsResult" => &[Self::Approve],
            "RejectJoinRequestsResult" => &[Self::Reject],
            "WebhookConfiguration" => &[Self::Webhook, Self::SetWebhook],
            _ => &[],
        }
    }

    fn is_list(self) -> bool {
        matches!(self, Self::Groups | Self::Requests)
    }

    /// Why this may fail as a whole, if it may.
    fn may_fail(self, place: &[Step], odd: &Odd) -> Option<&'static str> {
        let name = match place {
            [Step::Member(name)] => name.as_str(),
            [] => "",
            _ => return None,
        };
        match (self, name) {
            (Self::Groups | Self::Requests | Self::Group | Self::Link | Self::ResetLink, "") => {
                Some("an answer to a question is an object")
            }
            (Self::Approve | Self::Reject, "") => Some("which requests were decided is in the object alone"),
            (Self::Groups, "data") if !matches!(odd.text.as_bytes()[0], b'{' | b'[' | b'n') => {
                Some("data that is no container holds no items")
            }
            (Self::Requests, "data") if !matches!(odd.text.as_bytes()[0], b'[' | b'n') => {
                Some("data that is no list holds no items")
            }
            (Self::Link | Self::ResetLink, "invite_link") => Some("the link is all that was asked for"),
            _ => None,
        }
    }
}

fn asked_for(document: &Value) -> Vec<JoinRequestId> {
    let ids = ["approved_join_requests", "rejected_join_requests"].map(|name| document[name].as_array());
    let done = ids.into_iter().flatten().flatten().filter_map(Value::as_str);
    let failed = document["failed_join_requests"].as_array().into_iter().flatten();
    let failed = failed.filter_map(|item| item["join_request_id"].as_str());
    let ids: Vec<_> = done.chain(failed).map(|id| JoinRequestId::new(id).unwrap()).collect();
    if ids.is_empty() { vec![JoinRequestId::new("asked").unwrap()] } else { ids }
}

impl Service {
    fn group(&self) -> GroupHandle {
        self.client.group("asked-for").unwrap()
    }

    async fn ask(&self, asked: Asked, ids: &[JoinRequestId]) -> Result<Value, Error> {
        fn shown(value: impl serde::Serialize) -> Value {
            serde_json::to_value(value).unwrap()
        }
        let user = || ParticipantInput::new("15550100123").unwrap();
        Ok(match asked {
            Asked::Groups => {
                let page = self.client.groups().list().without_prefetch().pages().next().await.unwrap()?;
                assert_eq!(page.problems(), &*self.problems.lock().unwrap());
                json!({ "items": page.items, "before": page.before, "after": page.after })
            }
            Asked::Requests => {
                let page = self.group().join_requests().without_prefetch().pages().next().await.unwrap()?;
                json!({ "items": page.items, "before": page.before, "after": page.after })
            }
            Asked::Group => shown(self.group().get().await?),
            Asked::Create => shown(self.client.groups().create("Trip").await?),
            Asked::Update => shown(self.group().update().subject("Trip").await?),
            Asked::Delete => shown(self.group().delete().await?),
            Asked::Remove => shown(self.group().remove([user()]).await?),
            Asked::Link => shown(self.group().invite_link().await?),
            Asked::ResetLink => shown(self.group().reset_invite_link().await?),
            Asked::Approve => shown(self.group().approve(ids.to_vec()).await?),
            Asked::Reject => shown(self.group().reject(ids.to_vec()).await?),
            Asked::Webhook => shown(self.client.webhook().get().await?),
            Asked::SetWebhook => {
                shown(self.client.webhook().set("https://example.com/hook", [("x-a", "b")]).await?)
            }
        })
    }

    /// Asks and hands over what it came to, and what was reported.
    async fn answer(
        &self,
        body: &str,
        asked: Asked,
        ids: &[JoinRequestId],
    ) -> (Result<Value, Error>, Problems) {
        *self.said.0.lock().unwrap() = (200, body.to_owned());
        *self.problems.lock().unwrap() = Problems::default();
        let result = self.ask(asked, ids).await;
        (result, std::mem::take(&mut *self.problems.lock().unwrap()))
    }
}

/// The names that a member of the wire has in the model.
fn names_in_model(name: &str) -> Vec<&str> {
    let mut names = vec![name];
    names.extend(match name {
        "creation_timestamp" => Some("created_at"),
        "total_participant_count" => Some("participant_count"),
        "join_request_id" => Some("id"),
        "id" => Some("group_id"),
        _ => None,
    });
    names
}

/// Without everything that came of one member, so that what is left can be compared.
fn without(object: &mut Map<String, Value>, name: &str) {
    for name in names_in_model(name) {
        object.remove(name);
    }
    let mut inside = false;
    for holder in ["extra", "participant"] {
        if let Some(Value::Object(held)) = object.get_mut(holder) {
            if holder == "extra" {
                held.retain(|key, _| key != name && !key.starts_with('?'));
            } else {
                without(held, name);
            }
            inside = held.is_empty();
        }
        if inside && holder == "extra" {
            object.remove(holder);
        }
    }
}

/// Takes out of both what may differ, and what may not is left.
fn comparable(asked: Asked, place: &[Step], mut result: Value) -> Value {
    let (list, rest) = match (asked.is_list(), place) {
        (true, [Step::Member(data), Step::Member(groups), rest @ ..])
            if data == "data" && groups == "groups" =>
        {
            (true, rest)
        }
        (true, [Step::Member(data), rest @ ..]) if data == "data" => (true, rest),
        (false, rest) => (false, rest),
        // Cursors: the other one is compared.
        (true, rest) => {
            match rest {
                [] => result = Value::Null,
                [.., Step::Member(name)] if name == "after" || name == "before" => {
                    result.as_object_mut().unwrap().remove(name);
                }
                [Step::Member(paging), Step::Member(name), ..] if paging == "paging" && name != "cursors" => {
                }
                [Step::Member(paging), ..] if paging == "paging" => {
                    result.as_object_mut().unwrap().retain(|name, _| name == "items");
                }
                _ => {}
            }
            return result;
        }
    };
    match rest {
        // The whole of the items.
        [] | [Step::Member(_)] if list => {
            result.as_object_mut().unwrap().remove("items");
        }
        [Step::Item(_), ..] if list => {}
        [] => result = Value::Null,
        [Step::Member(people), Step::Item(index), inside @ ..] if people == "participants" => {
            let person = &mut result[people][*index];
            match inside.first() {
                Some(Step::Member(name)) => without(person.as_object_mut().unwrap(), name),
                _ => *person = Value::Null,
            }
        }
        [Step::Member(name), ..] => without(result.as_object_mut().unwrap(), name),
        [Step::Item(_), ..] => {}
    }
    result
}

/// The items beside the one that has something odd.
fn same_items(place: &[Step], before: &Value, after: &Value) -> bool {
    let steps = place.iter().position(|step| matches!(step, Step::Item(_)));
    let Some(Step::Item(index)) = steps.map(|at| &place[at]) else { return before == after };
    let (mut before, mut after) =
        (before["items"].as_array().unwrap().clone(), after["items"].as_array().unwrap().clone());
    let removed = before.remove(*index);
    if after.len() > before.len() {
        let mut kept = after.remove(*index);
        let mut removed = removed;
        if let Some(Step::Member(name)) = steps.and_then(|at| place.get(at + 1)) {
            without(kept.as_object_mut().unwrap(), name);
            without(removed.as_object_mut().unwrap(), name);
            if kept != removed {
                return false;
            }
        }
    }
    before == after
}

/// Each request that is not at the place itself ends up on the same side.
fn same_sides(document: &Value, place: &[Step], before: &Value, after: &Value) -> bool {
    let there = at(document, place).unwrap_or(&Value::Null).to_string();
    let side = |batch: &Value, id: &str| {
        let done = batch["succeeded"].as_array().unwrap().iter().any(|done| done == id);
        let failed = batch["failed"].as_array().unwrap().iter().any(|item| item["id"] == id);
        (done, failed)
    };
    asked_for(document).iter().filter(|id| !there.contains(id.as_str())).all(|id| {
        let (was, is) = (side(before, id.as_str()), side(after, id.as_str()));
        was == is && (is.0 != is.1)
    })
}

fn is_reported(place: &[Step], odd: &Odd, problems: &Problems) -> bool {
    let path = shown(place);
    problems.iter().any(|problem| {
        let found = problem.to_string();
        // Half a pair in a string that is odd anyway needs no mention.
        let is_odd =
            found.ends_with(odd.found) || odd.name.starts_with("half") && found.ends_with("is a string");
        problem.path == path && is_odd
            // Inside of what cannot be a tree, and of an item that is missing for it.
            || problem.path.starts_with(&path) && problem.path.len() > path.len()
    })
}

#[tokio::test(flavor = "current_thread")]
async fn nothing_but_the_odd_value_of_an_answer_is_lost() {
    let service = service().await;
    let webhook = (
        "webhook_configuration",
        "WebhookConfiguration",
        r#"{"url":"https://example.com/a","headers":{"x-a":"b","x-c":"d"}}"#,
    );
    let examples = groups_spec::EXAMPLES.iter().filter(|example| !example.body.is_empty());
    let examples = examples.map(|example| (example.name, example.schema, example.body)).chain([webhook]);
    let (mut tried, mut wrong) = (0, Vec::new());
    for (name, schema, body) in examples {
        let document: Value = serde_json::from_str(body).unwrap();
        let ids = asked_for(&document);
        for asked in Asked::of_schema(schema) {
            let (before, problems) = service.answer(&document.to_string(), *asked, &ids).await;
            let before = before.unwrap();
            assert!(problems.is_empty(), "{name}: {problems:?}");
            for place in places(&document) {
                for odd in odds() {
                    let Some(body) = with(&document, &place, &odd) else { continue };
                    tried += 1;
                    let (after, problems) = service.answer(&body, *asked, &ids).await;
                    if let Err(fault) = judged(*asked, &document, &place, &odd, &before, after, &problems) {
                        wrong.push(format!("{name}, {asked:?}: {} {}: {fault}", shown(&place), odd.name));
                    }
                }
            }
        }
    }
    assert!(tried > 3_000, "only {tried} answers were tried");
    let count = wrong.len();
    wrong.truncate(60);
    assert!(wrong.is_empty(), "{count} of {tried}:\n{}", wrong.join("\n"));
}

fn judged(
    asked: Asked,
    document: &Value,
    place: &Place,
    odd: &Odd,
    before: &Value,
    after: Result<Value, Error>,
    problems: &Problems,
) -> Result<(), String> {
    let after = match after {
        Ok(after) => after,
        Err(error) if asked.may_fail(place, odd).is_some() => {
            let text = format!("{error} {error:?}");
            return if names_no_type(&error.to_string()) { Ok(()) } else { Err(text) };
        }
        Err(error) => return Err(format!("failed: {error}")),
    };
    for problem in problems {
        if !names_no_type(&problem.to_string()) {
            return Err(format!("names a type: {problem}"));
        }
    }
    match asked {
        Asked::Approve | Asked::Reject => {
            if !same_sides(document, place, before, &after) {
                return Err(format!("another request is on another side: {after}"));
            }
        }
        // The address that was sent is what holds.
        Asked::SetWebhook => {}
        _ => {
            let is_item = asked.is_list() && place.iter().any(|step| matches!(step, Step::Item(_)));
            if is_item && !same_items(place, before, &after) {
                return Err(format!("another item differs: {after}"));
            }
            let (was, is) =
                (comparable(asked, place, before.clone()), comparable(asked, place, after.clone()));
            let strip = |mut value: Value| {
                if is_item {
                    value.as_object_mut().unwrap().remove("items");
                }
                value
            };
            let (was, is) = (strip(was), strip(is));
            if was != is {
                return Err(format!("{was} became {is}"));
            }
        }
    }
    let is_leaf = at(document, place).is_some_and(|value| !value.is_array() && !value.is_object());
    // One source shows it; no field is known for it, so that anything fits.
    let is_unknown = matches!(place.as_slice(), [Step::Member(name)] if name == "status"
        || name == "request_id" && asked == Asked::Approve);
    let must_be_reported =
        is_leaf && odd.fits_no_scalar && !place.is_empty() && !is_unknown || has_set_aside(&after);
    if must_be_reported && !is_reported(place, odd, problems) {
        return Err(format!(
            "not reported, but {:?}",
            problems.iter().map(ToString::to_string).collect::<Vec<_>>()
        ));
    }
    Ok(())
}

#[tokio::test(flavor = "current_thread")]
async fn an_odd_value_in_an_error_costs_no_more_than_itself() {
    let service = service().await;
    let mut tried = 0;
    for example in groups_spec::EXAMPLES.iter().filter(|example| example.name.starts_with("error_")) {
        let document: Value = serde_json::from_str(example.body).unwrap();
        *service.said.0.lock().unwrap() = (400, document.to_string());
        let before = service.group().get().await.unwrap_err();
        for place in places(&document) {
            for odd in odds() {
                let Some(body) = with(&document, &place, &odd) else { continue };
                tried += 1;
                *service.said.0.lock().unwrap() = (400, body.clone());
                let after = service.group().get().await.unwrap_err();
                let place_text = shown(&place);
                assert_eq!(after.http_status(), Some(400));
                assert!(names_no_type(&after.to_string()), "{after}");
                let there = at(&document, &place).unwrap();
                let is_leaf = !there.is_object() && !there.is_array();
                if is_leaf && !place_text.ends_with("code") && !place_text.ends_with("developer_message") {
                    assert_eq!(after.code(), before.code(), "{}: {body}", example.name);
                }
                if is_leaf && place_text.ends_with("code") && !place_text.contains("subcode") {
                    let words = before.message().split(' ').next_back().unwrap();
                    assert!(after.message().contains(words) || after.details().is_some(), "{body}: {after}");
                }
            }
        }
    }
    assert!(tried > 300, "{tried}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_byte_order_mark_and_bytes_that_are_no_utf8_lose_no_item() {
    let server = MockServer::start().await;
    let body = b"\xef\xbb\xbf{\"data\":{\"groups\":[{\"id\":\"A1\",\"subject\":\"x\xff\"},{\"id\":\"A2\",\"subject\":\"Fine\"}]},\"paging\":{}}";
    let answer = ResponseTemplate::new(200).set_body_raw(body.to_vec(), "application/json");
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let client = Client::builder().api_key("key").base_url(server.uri()).build().unwrap();
    let mut items = client.groups().list().stream();
    let mut subjects = Vec::new();
    while let Some(group) = items.next().await {
        subjects.push(group.unwrap().subject.unwrap());
    }
    assert_eq!(subjects, ["x\u{fffd}", "Fine"]);
    let problems: Vec<String> = items.problems().iter().map(ToString::to_string).collect();
    assert_eq!(problems, ["data.groups[0].subject contains invalid characters"]);
}

#[tokio::test(flavor = "current_thread")]
async fn an_item_that_is_left_out_does_not_end_the_list() {
    let service = service().await;
    // A full page, without a link and with a cursor, of which one item has no id.
    let body = r#"{"data":[{"id":"a"},{"subject":"s"}],"paging":{"cursors":{"after":"c"}}}"#;
    *service.said.0.lock().unwrap() = (200, body.to_owned());
    let mut pages = service.client.groups().list().page_size(2).without_prefetch().pages();
    let page = pages.next().await.unwrap().unwrap();
    assert_eq!((page.items.len(), page.problems().left_out(), page.more), (1, 1, true));
    assert!(pages.next().await.unwrap().unwrap().items.is_empty(), "the next page is asked for");
    // A link that cannot be read is one.
    let body = r#"{"data":[{"id":"a"}],"paging":{"cursors":{"after":"c"},"next":true}}"#;
    *service.said.0.lock().unwrap() = (200, body.to_owned());
    let mut pages = service.client.groups().list().page_size(2).without_prefetch().pages();
    assert!(pages.next().await.unwrap().unwrap().more);
}

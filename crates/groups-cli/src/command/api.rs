//! `api`: any call by method and path. The body is shown as it came; only lists are taken apart, to follow their cursors
//! and never an address.

use std::io::Read;

use groups_ergonomic::model::{InvalidInput, tolerant};
use groups_ergonomic::{ApiAnswer, ApiCall, Client, ErrorKind, Method, Progress, Stalled};
use serde_json::{Map, Value};

use super::{Call, Planned, invalid_input, misplaced};
use crate::args::{Api, ApiMethod, Format, Globals};
use crate::failure::{Failure, Kind, item_remedy};
use crate::output::Printer;
use crate::scene::{Scene, quoted};
use crate::unreadable;

/// The longest body that is read from a file.
const INPUT_MAX: u64 = 16 * 1024 * 1024;

pub(super) struct Task {
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    paginate: bool,
    include: bool,
    /// Whether each item of a list is shown by itself.
    items: bool,
}

/// Refuses options that have no meaning here.
pub(super) fn check(globals: &Globals) -> Result<(), Failure> {
    if !globals.fields.is_empty() {
        return Err(Failure::usage(
            "api",
            "`--fields` has no meaning for `api`: its answer is shown as it came",
        )
        .with_remedy("Ask for fields with `-f fields=A,B`, or choose them with `--jq`."));
    }
    if globals.output == Some(Format::Csv) {
        return Err(misplaced("api", "-o csv", "its answer is no table"));
    }
    Ok(())
}

pub(super) fn plan(args: Api, scene: Scene, globals: &Globals) -> Result<Planned, Failure> {
    let refused = |invalid: InvalidInput| invalid_input(&invalid, &scene);
    let method = match args.method {
        ApiMethod::Get => Method::Get,
        ApiMethod::Head => Method::Head,
        ApiMethod::Post => Method::Post,
        ApiMethod::Put => Method::Put,
        ApiMethod::Patch => Method::Patch,
        ApiMethod::Delete => Method::Delete,
    };
    if args.input.is_some() && method == Method::Head {
        return Err(misplaced("api", "--input", "a HEAD has no body"));
    }
    let stdin =
        args.typed_fields.iter().filter(|field| field.split_once('=').is_some_and(|(_, text)| text == "@-"));
    if stdin.count() + usize::from(args.input.as_deref() == Some("-")) > 1 {
        return Err(Failure::usage("api", "standard input can be read once only")
            .with_remedy("Give `-` to one of `--input` and `-F`, and a file to the others."));
    }
    if args.paginate && method != Method::Get {
        return Err(misplaced("api", "--paginate", "only a GET has pages"));
    }
    let texts = args.raw_fields.iter().map(|field| pair(field, '=', "field"));
    let texts = texts.map(|field| field.map(|(name, text)| (name, Value::String(text))));
    let typed = args.typed_fields.iter().map(|field| pair(field, '=', "field").and_then(typed));
    let fields = texts.chain(typed).collect::<Result<Vec<_>, _>>().map_err(refused)?;
    let headers = args.headers.iter().map(|header| pair(header, ':', "header"));
    let headers = headers.collect::<Result<Vec<_>, _>>().map_err(refused)?;
    let headers = headers.into_iter().map(|(name, value)| (name, value.trim().to_owned())).collect();
    let (query, body) = match &args.input {
        Some(input) => {
            let body = read(input, "input").map_err(refused)?;
            (in_query(fields), Some(body))
        }
        None if method.is_read() => (in_query(fields), None),
        None if fields.is_empty() => (Vec::new(), None),
        None => {
            let mut body = Map::new();
            for (name, value) in fields {
                if body.insert(name.clone(), value).is_some() {
                    return Err(refused(InvalidInput::new("field", format!("{name:?} is given twice"))));
                }
            }
            (Vec::new(), Some(Value::Object(body).to_string().into_bytes()))
        }
    };
    let items = args.paginate && globals.output == Some(Format::Jsonl);
    let (path, paginate, include) = (args.path, args.paginate, args.include);
    let task = Task { method, path, query, headers, body, paginate, include, items };
    Ok(Planned::new(scene, super::Task::Api(task)))
}

/// The two halves of an argument. What cannot be taken apart is not told: it may be a secret.
fn pair(text: &str, between: char, what: &'static str) -> Result<(String, String), InvalidInput> {
    match text.split_once(between) {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => {
            Err(InvalidInput::new(what, format!("must be a name and a value with `{between}` between them")))
        }
    }
}

fn typed((name, text): (String, String)) -> Result<(String, Value), InvalidInput> {
    let value = match text.strip_prefix('@') {
        Some(file) => {
            let bytes = read(file, "field")?;
            let text = String::from_utf8(bytes);
            Value::String(text.map_err(|_| InvalidInput::new("field", format!("{file} holds no text")))?)
        }
        None => serde_json::from_str(&text).unwrap_or(Value::String(text)),
    };
    Ok((name, value))
}

fn read(file: &str, what: &'static str) -> Result<Vec<u8>, InvalidInput> {
    let refuse = |why: String| InvalidInput::new(what, format!("{file} {why}"));
    let mut bytes = Vec::new();
    let count = match file {
        "-" => std::io::stdin().lock().take(INPUT_MAX + 1).read_to_end(&mut bytes),
        file => std::fs::File::open(file).and_then(|file| file.take(INPUT_MAX + 1).read_to_end(&mut bytes)),
    };
    count.map_err(|error| refuse(format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > INPUT_MAX {
        return Err(refuse("is longer than 16 MiB".to_owned()));
    }
    Ok(bytes)
}

fn in_query(fields: Vec<(String, Value)>) -> Vec<(String, String)> {
    let text = |value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    fields.into_iter().map(|(name, value)| (name, text(value))).collect()
}

impl Task {
    fn call(&self, client: &Client, after: Option<&str>) -> ApiCall {
        // The place to begin at is in the path or the query of the first page only.
        let (path, query) = match after {
            None => (self.path.clone(), self.query.clone()),
            Some(_) => (
                without_cursor(&self.path),
                self.query.iter().filter(|(name, _)| !is_cursor(name)).cloned().collect(),
            ),
        };
        let mut call = client.api(self.method, path);
        for (name, value) in query {
            call = call.query(name, value);
        }
        if let Some(after) = after {
            call = call.query("after", after);
        }
        for (name, value) in &self.headers {
            call = call.header(name, value);
        }
        match &self.body {
            Some(body) => call.body(body.clone()),
            None => call,
        }
    }
}

fn is_cursor(name: &str) -> bool {
    matches!(name, "after" | "before")
}

fn without_cursor(path: &str) -> String {
    let Some((path, query)) = path.split_once('?') else { return path.to_owned() };
    let kept = query.split('&').filter(|part| !is_cursor(part.split('=').next().unwrap_or_default()));
    format!("{path}?{}", kept.collect::<Vec<_>>().join("&"))
}

pub(super) async fn run(task: Task, call: &Call<'_>, out: &mut Printer) -> Result<(), Failure> {
    if call.dry_run {
        let mut preview =
            task.call(call.client, None).preview().await.map_err(|error| call.failed(&error))?;
        if out.is_curl() {
            if let Some(body) = task.body.as_deref() {
                let text = std::str::from_utf8(body).ok().filter(|text| !text.contains('\0'));
                let why = "the body is no text, and cannot stand in a command line";
                // Byte for byte: read as JSON and written again, numbers would differ.
                preview.body = Some(text.ok_or_else(|| misplaced("api", "--curl", why))?.into());
            }
            // They were given just now, to be sent. Those of one name stand in their order.
            let mut given = task.headers.clone();
            for (name, value) in &mut preview.headers {
                if let Some(at) = given.iter().position(|(given, _)| given.eq_ignore_ascii_case(name)) {
                    *value = given.remove(at).1;
                }
            }
        }
        out.previews(&[preview], false);
        return Ok(());
    }
    if task.paginate {
        return all_pages(&task, call, out).await;
    }
    let answer = task.call(call.client, None).await.map_err(|error| call.failed(&error))?;
    let Some(status) = answer.status() else {
        out.note("It was done already: a repeat after a lost answer was refused in the way that shows it.");
        return Ok(());
    };
    if task.include {
        out.head(status, answer.headers());
    }
    let strict = serde_json::from_slice(answer.body()).ok();
    match strict.or_else(|| out.is_filtered().then(|| document(&answer)).flatten()) {
        _ if answer.body().is_empty() => {}
        Some(json) => out.answer(json, std::str::from_utf8(answer.body()).ok()),
        None if out.is_filtered() => {
            let message = "the answer is no JSON, and `--jq` filters nothing else";
            return Err(Failure::local(Kind::Output, call.scene.command(), message)
                .with_remedy("Without `--jq` it is shown as it is."));
        }
        None => out.unread(answer.body()),
    }
    Ok(())
}

fn document(answer: &ApiAnswer) -> Option<Value> {
    if let Ok(document) = serde_json::from_slice(answer.body()) {
        return Some(document);
    }
    let (document, problems) = tolerant::value(answer.body()).ok()?;
    unreadable::record("the answer", &problems);
    Some(document)
}

/// Follows `paging.cursors.after`, as the other lists do: an empty page with more to come is not the end, and a list that
/// brings no new items is an error.
async fn all_pages(task: &Task, call: &Call<'_>, out: &mut Printer) -> Result<(), Failure> {
    let mut whole: Option<Value> = None;
    let mut progress = Progress::default();
    let mut after: Option<String> = None;
    let result = loop {
        let answer = match task.call(call.client, after.as_deref()).await {
            Ok(answer) => answer,
            Err(error) => break Err(call.failed(&error)),
        };
        let Some(page) =
            document(&answer).filter(|page| page.get("data").is_some_and(|data| items(data).is_some()))
        else {
            break Err(no_pages(call.scene));
        };
        let listed = items(&page["data"]).map_or(&[][..], Vec::as_slice);
        let next = next(&page, listed.len());
        let ids: Vec<String> = listed.iter().map(identity).collect();
        let step = progress.page(ids.iter().map(String::as_str), next.as_deref());
        // A page that only repeats items is not shown again.
        if task.items && !step.is_repeated {
            for item in items(&page["data"]).into_iter().flatten() {
                out.answer(item.clone(), None);
            }
            out.shown();
        } else if !step.is_repeated {
            whole = Some(match whole {
                None => page,
                Some(whole) => merged(whole, page),
            });
        }
        match next {
            None => break Ok(()),
            Some(_) if out.has_ended() => break Ok(()),
            Some(cursor) => match step.stalled {
                Some(why) => break Err(no_progress(why, call.scene)),
                None => after = Some(cursor),
            },
        }
    };
    if let Some(mut whole) = whole {
        // Its cursors are those of one page.
        if let Some(members) = whole.as_object_mut() {
            members.remove("paging");
        }
        out.answer(whole, None);
    }
    result.map_err(|failure| match &after {
        Some(_) if failure.is(ErrorKind::NoProgress) => {
            let advice = failure.report.remedy.clone().unwrap_or_default();
            failure.with_remedy(format!("{advice} The items that arrived are shown."))
        }
        Some(cursor) => {
            let advice = failure.report.remedy.clone().unwrap_or_default();
            let mut line = format!("api GET {} --paginate", quoted(&without_cursor(&task.path)));
            let given = task.query.iter().filter(|(name, _)| !is_cursor(name));
            let given = given.map(|(name, value)| format!("{name}={value}"));
            for field in given.chain([format!("after={cursor}")]) {
                line.push_str(&format!(" -f {}", quoted(&field)));
            }
            let line = call.scene.same_line(&line);
            failure.with_remedy(format!("{advice} What came before is shown; go on with `{line}`."))
        }
        None => failure,
    })
}

/// The items of a page: `data` itself, or the one array in it.
fn items(data: &Value) -> Option<&Vec<Value>> {
    match data {
        Value::Array(items) => Some(items),
        Value::Object(members) => {
            let mut lists = members.values().filter_map(Value::as_array);
            lists.next().filter(|_| lists.next().is_none())
        }
        _ => None,
    }
}

/// The cursor of the next page, if there may be one: an empty page without `next` is the last.
fn next(page: &Value, count: usize) -> Option<String> {
    let paging = page.get("paging")?;
    let says_more = paging.get("next").is_some_and(|next| !next.is_null());
    let cursor = paging.pointer("/cursors/after")?.as_str().filter(|cursor| !cursor.is_empty())?;
    (says_more || count > 0).then(|| cursor.to_owned())
}

/// Lists one after the other, everything else as it was first.
fn merged(first: Value, second: Value) -> Value {
    match (first, second) {
        (Value::Array(mut first), Value::Array(second)) => {
            first.extend(second);
            Value::Array(first)
        }
        (Value::Object(mut first), Value::Object(second)) => {
            for (name, value) in second {
                let merged = match first.remove(&name) {
                    Some(before) => merged(before, value),
                    None => value,
                };
                first.insert(name, merged);
            }
            Value::Object(first)
        }
        (first, _) => first,
    }
}

fn no_pages(scene: &Scene) -> Failure {
    Failure::local(
        Kind::Output,
        scene.command(),
        "the answer is no list: there is no array of items under `data`",
    )
    .with_remedy("Leave `--paginate` out.")
}

/// What makes an item different from others of its list: its id, or all of it.
fn identity(item: &Value) -> String {
    match item.get("id") {
        Some(Value::String(id)) => id.clone(),
        Some(id) if !id.is_null() => id.to_string(),
        _ => item.to_string(),
    }
}

fn no_progress(why: Stalled, scene: &Scene) -> Failure {
    let kind = ErrorKind::NoProgress;
    let advice = item_remedy(kind, scene).unwrap_or_default();
    Failure::local(Kind::Api(kind), scene.command(), why.to_string()).with_remedy(advice)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_have_the_types_they_are_written_in() {
        for (text, expected) in [
            ("a=true", json!(true)),
            ("a=5", json!(5)),
            ("a=[\"x\"]", json!(["x"])),
            ("a=x=y", json!("x=y")),
            ("a=", json!("")),
            ("a=\"5\"", json!("5")),
        ] {
            assert_eq!(pair(text, '=', "field").and_then(typed).unwrap().1, expected, "{text}");
        }
        for bad in ["s3cret", "=s3cret"] {
            assert!(!pair(bad, '=', "field").unwrap_err().to_string().contains("s3cret"));
        }
    }

    #[test]
    fn pages_go_on_by_the_cursor_and_end() {
        let page = |after: &str, next: bool| {
            let next = next.then_some("https://elsewhere.example");
            json!({ "paging": { "cursors": { "after": after }, "next": next } })
        };
        assert_eq!(next(&page("c", true), 0), Some("c".to_owned()), "an empty page is not the end");
        assert_eq!(next(&page("c", false), 1), Some("c".to_owned()));
        assert_eq!(next(&page("c", false), 0), None);
        assert_eq!(next(&page("", true), 1), None);
        assert_eq!(next(&json!({}), 1), None);
    }

    #[test]
    fn lists_are_merged_and_nothing_is_lost() {
        let first = json!({ "data": { "groups": [1] }, "x": 1 });
        let second = json!({ "data": { "groups": [2, 3] }, "y": 2 });
        assert_eq!(merged(first, second), json!({ "data": { "groups": [1, 2, 3] }, "x": 1, "y": 2 }));
        assert_eq!(items(&json!({ "a": [1], "b": [2] })), None);
        assert_eq!(without_cursor("/groups?after=x&limit=2&before="), "/groups?limit=2");
    }
}

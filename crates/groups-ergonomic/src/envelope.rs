//! Reads what is said in the body of an error answer, whichever of the documented envelopes it comes in
//! (Facts 2.1). Never fails: a body that is none of them is told as text.

use groups_model::LenientBool;
use groups_model::tolerant::{self, Problem, Problems};
use serde::Deserialize as _;
use serde_json::Value;

/// What an error answer says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Envelope {
    pub code: Option<u32>,
    pub title: Option<String>,
    pub message: Option<String>,
    pub details: Option<String>,
    pub trace_id: Option<String>,
    /// What of it could not be read.
    pub problems: Problems,
}

/// Longest text that is taken from a body which is not JSON, in code points.
const TEXT_MAX: usize = 200;
/// Envelopes inside envelopes that are read.
const NESTED_MAX: usize = 4;
/// Errors of a list that are read.
const LISTED_MAX: usize = 20;

impl Envelope {
    /// Reads a body.
    pub(crate) fn read(body: &[u8]) -> Self {
        match json(body) {
            Some(json) => Self::from_json(&json),
            None => Self { message: plain_text(&String::from_utf8_lossy(body)), ..Self::default() },
        }
    }

    fn from_json(json: &Value) -> Self {
        Self::nested(json, "", NESTED_MAX)
    }

    fn nested(json: &Value, path: &str, levels: usize) -> Self {
        let Some(levels) = levels.checked_sub(1) else { return Self::default() };
        let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        // Meta's object, or the gateway's string under the same name (M, D2).
        if let Some(error) = json.get("error").filter(|error| !error.is_null()) {
            let mut read = Self::one_or_more(error, &at("error"), levels);
            if let Some(meta) = json.get("meta") {
                read.fill_from(Self::from_meta(meta, levels));
            }
            return read;
        }
        if let Some(meta) = json.get("meta") {
            return Self::from_meta(meta, levels);
        }
        // The old on-premises list, and the inline list of approve and reject (D4, I).
        if let Some(errors) = json.get("errors").filter(|errors| reports(errors)) {
            return Self::one_or_more(errors, &at("errors"), levels);
        }
        Self::one_or_more(json, path, levels)
    }

    /// An error, or the first of a list that has a code, or else says anything.
    fn one_or_more(error: &Value, path: &str, levels: usize) -> Self {
        match error {
            Value::Array(items) => {
                let item = |(index, item)| Self::nested(item, &format!("{path}[{index}]"), levels);
                let mut read: Vec<Self> = items.iter().take(LISTED_MAX).enumerate().map(item).collect();
                let best = read.iter().position(|item| item.code.is_some());
                let best = best
                    .or_else(|| read.iter().position(|item| item.message.is_some() || item.title.is_some()));
                best.map(|best| read.swap_remove(best)).unwrap_or_default()
            }
            // Meta's error as text, or in a text.
            Value::String(_) => {
                let inner = embedded(error).map(|json| Self::nested(&json, path, levels));
                let mut read = inner.filter(|inner| inner.code.is_some()).unwrap_or_default();
                read.fill_from(Self::at(error, path));
                read
            }
            _ => Self::at(error, path),
        }
    }

    /// One error object; also what approve and reject put beside an item, and webhooks.
    pub(crate) fn from_error(error: &Value) -> Self {
        Self::at(error, "error")
    }

    fn at(error: &Value, path: &str) -> Self {
        let mut problems = Problems::default();
        let mut odd = |name: &str, value: &Value| {
            let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            problems.push(Problem::found(path.trim_end_matches('.'), value));
        };
        let object = match error {
            Value::String(text) => return Self { message: plain_text(text), ..Self::default() },
            Value::Object(object) => object,
            other => {
                odd("", other);
                return Self { problems, ..Self::default() };
            }
        };
        let mut text = |name: &str| match object.get(name)? {
            Value::String(text) => plain_text(text),
            Value::Null => None,
            other => {
                odd(name, other);
                None
            }
        };
        let title = text("title").or_else(|| text("error_user_title"));
        let message = text("message").or_else(|| text("error_user_msg"));
        let (own_details, trace_id) = (text("details"), text("fbtrace_id"));
        let details = match object.get("error_data") {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => plain_text(text),
            Some(Value::Object(data)) => match data.get("details") {
                None | Some(Value::Null) => None,
                Some(Value::String(text)) => plain_text(text),
                Some(other) => {
                    odd("error_data.details", other);
                    None
                }
            },
            Some(other) => {
                odd("error_data", other);
                None
            }
        };
        let written = object.get("code").filter(|code| !code.is_null());
        let read = written.and_then(code);
        if let (Some(written), None) = (written, read) {
            odd("code", written);
        }
        let code = read.or_else(|| message.as_deref().and_then(code_of_message));
        Self { code, title, message, details: details.or(own_details), trace_id, problems }
    }

    /// The gateway's `meta`; Meta's own error may stand inside it, as an object or as text (D1).
    fn from_meta(meta: &Value, levels: usize) -> Self {
        let text = |name: &str| meta.get(name).and_then(Value::as_str).and_then(plain_text);
        let inner = ["error", "developer_message"]
            .into_iter()
            .filter_map(|name| meta.get(name).and_then(embedded))
            .map(|json| Self::nested(&json, "meta", levels))
            .find(|inner| inner.code.is_some());
        let own = Self {
            message: text("developer_message").or_else(|| text("error")),
            trace_id: text("360dialog_trace_id"),
            ..Self::default()
        };
        match inner {
            Some(mut inner) => {
                inner.fill_from(own);
                inner
            }
            None => own,
        }
    }

    fn fill_from(&mut self, other: Self) {
        self.code = self.code.or(other.code);
        self.title = self.title.take().or(other.title);
        self.message = self.message.take().or(other.message);
        self.details = self.details.take().or(other.details);
        self.trace_id = self.trace_id.take().or(other.trace_id);
        self.problems.append(other.problems);
    }
}

/// A body as JSON. The tree of a long one takes many times its size, and no envelope is long.
fn json(body: &[u8]) -> Option<Value> {
    const TREE_MAX: usize = 1024 * 1024;
    if body.len() > TREE_MAX {
        return None;
    }
    tolerant::value(body).ok().map(|(json, _)| json)
}

/// Like [`reported`], of a whole body.
pub(crate) fn reported_in(body: &[u8]) -> Option<Envelope> {
    reported(&json(body)?)
}

/// What an answer with a status of success reports as an error, where it does. `answer` is what the answer contains apart
/// from the members that it is for.
pub(crate) fn reported(answer: &Value) -> Option<Envelope> {
    let has_failed = |object: &Value| {
        let is_false = |value| LenientBool::deserialize(value).is_ok_and(|LenientBool(success)| !success);
        object.get("success").is_some_and(is_false)
    };
    let is_error = |object: &Value| {
        let meta = object.get("meta");
        ["error", "errors"].iter().filter_map(|name| object.get(name)).any(reports)
            || has_failed(object)
            || meta.is_some_and(has_failed)
            || meta.and_then(|meta| meta.get("http_code")?.as_u64()).is_some_and(|status| status >= 400)
    };
    let found = match answer {
        Value::Array(items) => items.iter().take(LISTED_MAX).any(is_error),
        other => is_error(other),
    };
    found.then(|| Envelope::from_json(answer))
}

/// Whether the value of `error` or `errors` says that there is one.
fn reports(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Bool(true) => true,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(object) => !object.is_empty(),
    }
}

/// A code as a number, as digits, or alone in a list.
fn code(value: &Value) -> Option<u32> {
    let whole = |number: f64| {
        let fits = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
        // A whole number in range.
        fits.then_some(number as u32)
    };
    match value {
        Value::Number(number) => number.as_f64().and_then(whole),
        Value::String(digits) => digits
            .trim()
            .trim_start_matches('#')
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
            .and_then(whole),
        Value::Array(items) => match items.as_slice() {
            [Value::Array(_)] => None,
            [one] => code(one),
            _ => None,
        },
        _ => None,
    }
}

/// Meta writes the code into the message too: `(#131041) Group unknown`.
fn code_of_message(message: &str) -> Option<u32> {
    message.strip_prefix("(#")?.split_once(')')?.0.parse().ok()
}

/// The JSON object that is the value, or stands somewhere in its text.
fn embedded(value: &Value) -> Option<Value> {
    match value {
        Value::Object(_) => Some(value.clone()),
        Value::String(text) => {
            let object = text.get(text.find('{')?..=text.rfind('}')?)?;
            serde_json::from_str(object).ok()
        }
        _ => None,
    }
}

/// A short single line out of a text, or the title of an HTML page; `None` where there is none.
fn plain_text(text: &str) -> Option<String> {
    // A page inside a JSON text; a body that is one is no error answer at all (`groups_connect::page`).
    if text.trim_start().starts_with('<') {
        return groups_connect::page::title(text);
    }
    let said = text;
    let mut line = String::new();
    for word in said.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word.chars().filter(|c| !c.is_control()));
    }
    if line.chars().count() > TEXT_MAX {
        line = line.chars().take(TEXT_MAX).chain(['…']).collect();
    }
    (!line.is_empty()).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Envelope {
        Envelope::read(body.as_bytes())
    }

    #[test]
    fn meta_object() {
        let read = read(
            r#"{"error":{"message":"(#131041) Group unknown","type":"OAuthException","code":131041,
                "error_data":{"messaging_product":"whatsapp","details":"no such group"},"fbtrace_id":"Az"}}"#,
        );
        assert_eq!(read.code, Some(131_041));
        assert_eq!(read.message.as_deref(), Some("(#131041) Group unknown"));
        assert_eq!(read.details.as_deref(), Some("no such group"));
        assert_eq!(read.trace_id.as_deref(), Some("Az"));
    }

    #[test]
    fn gateway_string() {
        assert_eq!(read(r#"{"error":"Invalid API key"}"#).message.as_deref(), Some("Invalid API key"));
    }

    #[test]
    fn gateway_meta_alone_and_with_metas_error_inside() {
        let alone = read(
            r#"{"meta":{"success":false,"http_code":400,"developer_message":"no","360dialog_trace_id":"t"}}"#,
        );
        assert_eq!((alone.message.as_deref(), alone.trace_id.as_deref()), (Some("no"), Some("t")));
        let inside = read(
            r#"{"meta":{"developer_message":"Invalid payload ({\"error\":{\"code\":100,\"message\":\"bad\"}})",
                "360dialog_trace_id":"t"}}"#,
        );
        assert_eq!((inside.code, inside.message.as_deref()), (Some(100), Some("bad")));
        assert_eq!(inside.trace_id.as_deref(), Some("t"));
    }

    #[test]
    fn lists_of_errors_with_a_quoted_code() {
        let read = read(r#"{"errors":[{"code":"131213","title":"gone","details":"withdrawn"}]}"#);
        assert_eq!((read.code, read.title.as_deref()), (Some(131_213), Some("gone")));
        assert_eq!(read.details.as_deref(), Some("withdrawn"));
    }

    #[test]
    fn a_code_is_found_in_each_form() {
        for body in [
            r#"{"error":{"code":131041.0,"message":"m"}}"#,
            r#"{"error":{"code":1.31041e5}}"#,
            r##"{"error":{"code":" #131041"}}"##,
            r#"{"error":{"code":[131041]}}"#,
            r#"{"error":{"code":{},"message":"(#131041) Group unknown"}}"#,
            r#"{"errors":[null,{"title":"t"},{"code":131041}]}"#,
            r#"{"errors":{"code":131041}}"#,
            r#"{"error":[{"code":131041,"message":"m"}]}"#,
            r#"{"error":"{\"error\":{\"code\":131041,\"message\":\"m\"}}"}"#,
            r#"[{"error":{"code":131041}}]"#,
            r#"[7,{"code":131041}]"#,
        ] {
            assert_eq!(read(body).code, Some(131_041), "{body}");
        }
        for body in [r#"{"error":{"code":1.5}}"#, r#"{"error":{"code":-1}}"#, r#"{"error":{"code":"NaN"}}"#] {
            assert_eq!(read(body).code, None, "{body}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_reported_by_path_and_type() {
        let problems =
            |body: &str| -> Vec<String> { read(body).problems.iter().map(Problem::to_string).collect() };
        assert_eq!(
            problems(r#"{"error":{"code":{},"message":7,"fbtrace_id":null}}"#),
            ["error.message is a number", "error.code is an object",]
        );
        assert_eq!(
            problems(r#"{"errors":[{"code":1,"error_data":{"details":[]}}]}"#),
            ["errors[0].error_data.details is an array"]
        );
        assert_eq!(problems(r#"{"error":7}"#), ["error is a number"]);
        assert_eq!(problems(r#"{"error":{"code":"1","message":"m"}}"#), [""; 0]);
    }

    #[test]
    fn an_answer_reports_an_error_in_each_envelope() {
        let said = |body: &str| reported(&serde_json::from_str(body).unwrap());
        for body in [
            r#"{"error":{"code":131041,"message":"m"}}"#,
            r#"{"error":[{"code":131041}],"messaging_product":"whatsapp"}"#,
            r#"{"errors":[{"code":131041}]}"#,
            r#"{"meta":{"success":false,"http_code":400,"developer_message":"{\"error\":{\"code\":131041}}"}}"#,
            r#"{"success":false,"code":131041}"#,
            r#"{"success":"false","code":131041}"#,
            r#"[{"error":{"code":131041}}]"#,
        ] {
            assert_eq!(said(body).and_then(|said| said.code), Some(131_041), "{body}");
        }
        assert_eq!(said(r#"{"error":"no"}"#).unwrap().message.as_deref(), Some("no"));
        for body in [
            "{}",
            "[]",
            "true",
            r#"{"error":null,"errors":[],"success":true,"meta":{"success":true,"http_code":200}}"#,
            r#"{"error":false,"errors":{}}"#,
            r#"{"message":"hello"}"#,
        ] {
            assert_eq!(said(body), None, "{body}");
        }
    }

    #[test]
    fn pages_and_texts_are_one_short_line() {
        let page = read("<html><head><TITLE>502 Bad\n Gateway</TITLE></head><body>long</body></html>");
        assert_eq!(page.message.as_deref(), Some("502 Bad Gateway"));
        assert_eq!(read("<!doctype html><p>x").message, None);
        assert_eq!(read("upstream\r\nfailed").message.as_deref(), Some("upstream failed"));
        assert_eq!(read(""), Envelope::default());
        assert_eq!(read(&"é".repeat(300)).message.unwrap().chars().count(), TEXT_MAX + 1);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(body: Vec<u8>) {
            Envelope::read(&body);
        }

        #[test]
        fn any_text_around_braces_is_read_without_panic(text in "[{}\"a:<title>/é]{0,60}") {
            Envelope::read(serde_json::json!({ "meta": { "error": text } }).to_string().as_bytes());
            Envelope::read(text.as_bytes());
        }
    }
}

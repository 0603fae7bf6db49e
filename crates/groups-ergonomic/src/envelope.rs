//! Reads what is said in the body of an error answer, whichever of the documented envelopes it comes in
//! (Facts 2.1). Never fails: a body that is none of them is told as text.

use groups_model::tolerant;
use serde_json::Value;

/// What an error answer says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Envelope {
    pub code: Option<u32>,
    pub title: Option<String>,
    pub message: Option<String>,
    pub details: Option<String>,
    pub trace_id: Option<String>,
}

/// Longest text that is taken from a body which is not JSON, in code points.
const TEXT_MAX: usize = 200;

impl Envelope {
    /// Reads a body.
    pub(crate) fn read(body: &[u8]) -> Self {
        // The tree of a long body takes many times its size, and no envelope is long.
        const TREE_MAX: usize = 1024 * 1024;
        let json = match serde_json::from_slice::<Value>(body.get(..TREE_MAX).unwrap_or(body)) {
            Ok(json) => Some(json),
            Err(_) if body.len() > TREE_MAX => None,
            Err(_) => tolerant::value(body).ok().map(|(json, _)| json),
        };
        match json {
            Some(json) => Self::from_json(&json),
            None => Self { message: plain_text(&String::from_utf8_lossy(body)), ..Self::default() },
        }
    }

    fn from_json(json: &Value) -> Self {
        // Meta's object, or the gateway's string under the same name (M, D2).
        if let Some(error) = json.get("error").filter(|error| !error.is_null()) {
            let mut read = Self::from_error(error);
            if let Some(meta) = json.get("meta") {
                read.fill_from(Self::from_meta(meta));
            }
            return read;
        }
        if let Some(meta) = json.get("meta") {
            return Self::from_meta(meta);
        }
        // The old on-premises list, and the inline list of approve and reject (D4, I).
        match json.get("errors") {
            Some(Value::Array(errors)) if !errors.is_empty() => return Self::from_error(&errors[0]),
            // One, without a list around it.
            Some(error @ (Value::Object(_) | Value::String(_))) => return Self::from_error(error),
            _ => {}
        }
        match json {
            Value::String(text) => Self { message: plain_text(text), ..Self::default() },
            _ => Self::from_error(json),
        }
    }

    /// One error object; also what approve and reject put beside an item, and webhooks.
    pub(crate) fn from_error(error: &Value) -> Self {
        if let Value::String(text) = error {
            return Self { message: plain_text(text), ..Self::default() };
        }
        let text = |name: &str| error.get(name).and_then(Value::as_str).and_then(plain_text);
        let data = error.get("error_data");
        Self {
            code: error.get("code").and_then(code),
            title: text("title").or_else(|| text("error_user_title")),
            message: text("message").or_else(|| text("error_user_msg")),
            details: data
                .and_then(|data| data.get("details"))
                .and_then(Value::as_str)
                .or_else(|| data.and_then(Value::as_str))
                .and_then(plain_text)
                .or_else(|| text("details")),
            trace_id: text("fbtrace_id"),
        }
    }

    /// The gateway's `meta`; Meta's own error may stand inside it, as an object or as text (D1).
    fn from_meta(meta: &Value) -> Self {
        let text = |name: &str| meta.get(name).and_then(Value::as_str).and_then(plain_text);
        let inner = ["error", "developer_message"]
            .into_iter()
            .filter_map(|name| meta.get(name).and_then(embedded))
            .map(|json| Self::from_json(&json))
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
    }
}

/// A code as a number or as digits.
fn code(value: &Value) -> Option<u32> {
    match value {
        Value::Number(number) => number.as_u64().and_then(|code| code.try_into().ok()),
        Value::String(digits) => digits.trim().parse().ok(),
        _ => None,
    }
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
    // A page inside a JSON text; a body that is one is no error answer at all (`page.rs`).
    if text.trim_start().starts_with('<') {
        return crate::page::title(text);
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

//! Makes a body fit to be mailed. By allow-list: a value is shown only where its key and its form are known to say
//! nothing of a person or a business; of every other value only its form is told.

use std::collections::{BTreeMap, HashSet};
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::client::{Body, Exchange};
use super::finding::Observed;
use super::form;

/// Members whose value is one of a few words of the API.
const WORDS: &[(&str, &[&str])] = &[
    ("messaging_product", &["whatsapp"]),
    ("join_approval_mode", &["auto_approve", "approval_required"]),
    ("type", &["OAuthException", "GraphMethodException"]),
    ("status", &["success", "pending"]),
    ("success", &["true", "false"]),
    ("suspended", &["true", "false"]),
];
/// Members whose numbers are of the API, not of anybody.
const NUMBERS: &[&str] = &["code", "error_subcode", "http_code", "total_participant_count"];
/// Members that hold words for people, of which the known ones are shown.
const TEXTS: &[&str] = &[
    "message",
    "title",
    "details",
    "developer_message",
    "error",
    "error_user_title",
    "error_user_msg",
    "detail",
];
/// Members of groups and people: their values are hidden in texts, too.
const PRIVATE: &[&str] =
    &["subject", "description", "username", "wa_id", "user_id", "parent_user_id", "id", "invite_link"];
/// Headers that are told with their value, if that is as short and plain as it should be.
const HEADERS: &[&str] =
    &["content-type", "retry-after", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"];
/// Headers that are told by their name: their values hold ids of the business.
pub(super) const RATE_HEADERS: &[&str] = &[
    "x-business-use-case-usage",
    "x-app-usage",
    "x-page-usage",
    "x-ad-account-usage",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "ratelimit",
    "ratelimit-limit",
    "ratelimit-remaining",
    "ratelimit-reset",
    "ratelimit-policy",
];
/// Words of error messages that do not stand in the error table.
const MORE_WORDS: &str = "param params parameter parameters must be one of the an a and or not non in on to for with \
    without field fields unsupported tried accessing nonexisting get post delete request object does exist cannot \
    loaded due missing permissions operation please read graph api documentation at json body syntax unexpected \
    token value values empty string number integer between minimum maximum length characters long required property \
    properties additional expected got array boolean unknown path url limit after before cursor cursors decode \
    decoded provided supplied invalid payload malformed whatsapp business account group groups subject description \
    participants participant join requests approval mode messaging product true false null is are was were it this \
    that there too more than less least most only if error fatal exception http method allowed bad forbidden \
    unauthorized found internal server gateway timeout success failed check try again later you your have has \
    allowed access already no such these some all by from as will can may endpoint key keys";
/// Numbers that stand in the documents: limits and the sides of a picture.
const KNOWN_NUMBERS: &[&str] = &["1024", "128", "2048", "192"];
const HIDDEN: &str = "[…]";
/// How many items of a list are shown.
const ITEMS: usize = 2;
/// More than any list of the API has on a page.
const PRIVATE_MAX: usize = 20_000;

pub(super) struct Redactor {
    /// The base URL's host.
    host: String,
    /// Texts that are never shown, whatever they consist of: the key, ids, and what groups are called.
    private: HashSet<String>,
}

impl Redactor {
    pub(super) fn new(host: String, key: &str) -> Self {
        Self { host, private: HashSet::from([key.to_lowercase()]) }
    }

    pub(super) fn hide(&mut self, text: &str) {
        let text = text.trim().to_lowercase();
        if text.chars().count() > 2 && self.private.len() < PRIVATE_MAX {
            self.private.insert(text);
        }
    }

    /// Remembers what an answer tells of groups and people.
    pub(super) fn learn(&mut self, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.learn(item)),
            Value::Object(members) => {
                for (key, value) in members {
                    match value {
                        Value::String(text) if PRIVATE.contains(&key.as_str()) => self.hide(text),
                        other => self.learn(other),
                    }
                }
            }
            _ => {}
        }
    }

    pub(super) fn observed(&self, exchange: &Exchange) -> Observed {
        let mut headers = BTreeMap::new();
        for name in HEADERS.iter().chain(RATE_HEADERS) {
            if let Some(value) = exchange.headers.get(*name) {
                let shown = value.to_str().ok().filter(|value| HEADERS.contains(name) && is_plain(value));
                headers.insert((*name).to_owned(), shown.unwrap_or("<present>").to_owned());
            }
        }
        Observed {
            request: exchange.request.clone(),
            sent: exchange.sent.as_ref().map(|body| self.value("", body)),
            status: exchange.status,
            headers,
            body: match &exchange.body {
                Body::Empty => Value::String("<empty>".to_owned()),
                Body::Other(bytes) => Value::String(format!("<{bytes} bytes that are no JSON>")),
                Body::Json(value) => self.value("", value),
            },
        }
    }

    fn value(&self, key: &str, value: &Value) -> Value {
        match value {
            Value::Null | Value::Bool(_) => value.clone(),
            Value::Number(_) if NUMBERS.contains(&key) => value.clone(),
            Value::Number(number) => Value::String(form::of_number(number)),
            Value::String(text) => Value::String(self.string(key, text)),
            Value::Array(items) => {
                let mut shown: Vec<Value> =
                    items.iter().take(ITEMS).map(|item| self.value(key, item)).collect();
                if items.len() > ITEMS {
                    shown.push(Value::String(format!("<{} more>", items.len() - ITEMS)));
                }
                Value::Array(shown)
            }
            Value::Object(members) => {
                let mut shown = Map::new();
                for (key, value) in members {
                    let mut name = if is_field_name(key) { key.clone() } else { form::of_key(key) };
                    while shown.contains_key(&name) {
                        name.push_str(" (another)");
                    }
                    shown.insert(name, self.value(key, value));
                }
                Value::Object(shown)
            }
        }
    }

    fn string(&self, key: &str, text: &str) -> String {
        if WORDS.iter().any(|(name, words)| *name == key && words.contains(&text)) {
            return text.to_owned();
        }
        if TEXTS.contains(&key) {
            return self.text(text);
        }
        form::of_string(text, &self.host)
    }

    /// Words for people, with every word hidden that is not of the API.
    pub(super) fn text(&self, text: &str) -> String {
        let mut lower = text.to_lowercase();
        // Lower-casing keeps lengths in ASCII only, which is all that is looked into below.
        if !text.is_ascii() || lower.len() != text.len() {
            lower = text.to_ascii_lowercase();
        }
        let mut hidden = vec![false; lower.len()];
        for private in self.private.iter().filter(|private| !private.is_empty()) {
            for (at, found) in lower.match_indices(private.as_str()) {
                if is_whole(&lower, at, found.len()) {
                    hidden[at..at + found.len()].fill(true);
                }
            }
        }
        let mut shown = String::new();
        let mut rest = text;
        let mut at = 0;
        while let Some(first) = rest.chars().next() {
            let is_word = is_wordy(first);
            let end = rest.find(|c| is_wordy(c) != is_word).unwrap_or(rest.len());
            let (run, after) = rest.split_at(end);
            let secret = hidden[at..at + end].iter().any(|hidden| *hidden);
            let follows_number_sign = text[..at].ends_with('#');
            if !is_word {
                shown.extend(run.chars().map(|c| if c.is_control() { ' ' } else { c }));
            } else if !secret && is_known_word(run, follows_number_sign) {
                shown.push_str(run);
            } else {
                shown.push_str(HIDDEN);
            }
            at += end;
            rest = after;
        }
        let several = format!("{HIDDEN} {HIDDEN}");
        while shown.contains(&several) {
            shown = shown.replace(&several, HIDDEN);
        }
        shown.trim_end().to_owned()
    }
}

/// Letters, digits, and whatever is not plain ASCII.
fn is_wordy(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii()
}

/// Whether the part of the text does not begin or end inside a word.
fn is_whole(text: &str, at: usize, length: usize) -> bool {
    !text[..at].ends_with(is_wordy) && !text[at + length..].starts_with(is_wordy)
}

fn is_known_word(word: &str, follows_number_sign: bool) -> bool {
    static KNOWN: OnceLock<HashSet<String>> = OnceLock::new();
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        return KNOWN_NUMBERS.contains(&word)
            || follows_number_sign && word.len() <= 6
            || is_error_code(word);
    }
    let known = KNOWN.get_or_init(|| {
        let table = groups_spec::ERRORS_YAML.split(|c: char| !is_wordy(c));
        let words = table.filter(|word| word.chars().all(|c| c.is_ascii_alphabetic() || c == '_'));
        words.chain(MORE_WORDS.split_whitespace()).map(str::to_lowercase).collect()
    });
    word == "OAuthException" || known.contains(&word.to_lowercase())
}

/// Codes of the table that are too long to be taken for a part of a phone number.
fn is_error_code(digits: &str) -> bool {
    let codes = groups_spec::ERRORS_YAML.lines().filter_map(|line| line.trim().strip_prefix("- code: "));
    digits.len() > 4 && codes.into_iter().any(|code| code == digits)
}

/// What an API calls its fields; not what people are called or numbered.
fn is_field_name(key: &str) -> bool {
    let known = ["360dialog_trace_id"];
    known.contains(&key)
        || key.len() <= 40
            && !key.is_empty()
            && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        || ["versionId", "requestId"].contains(&key)
}

/// A media type, a number of seconds, or a date.
fn is_plain(value: &str) -> bool {
    value.len() <= 60 && value.chars().all(|c| c.is_ascii_alphanumeric() || " ;=/-+.,:".contains(c))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn redactor() -> Redactor {
        Redactor::new("waba-v2.360dialog.io".to_owned(), "invalid limit")
    }

    #[test]
    fn nothing_of_people_is_shown_and_the_form_is() {
        let body = json!({
            "data": { "groups": [
                { "id": "Y2FwaV9ncm91cDoxODA1NTU1MDE3MjoxMjAzNjMyMjI3NzE5NjMwNjcZD", "subject": "Ann and Bob",
                  "created_at": 1759320000, "15550100123": "Ann", "Ann Example": 1 },
                { "id": "x" }, { "id": "y" }, { "id": "z" },
            ] },
            "participants": [{ "wa_id": "15550100123", "user_id": "US.13491208655302741918", "username": "ann" }],
            "invite_link": "https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv",
            "paging": { "next": "https://graph.facebook.com/v23.0/106540352242922/groups?access_token=EAAB&after=Mx" },
            "messaging_product": "whatsapp", "join_approval_mode": "auto_approve", "suspended": false,
        });
        let shown = redactor().value("", &body);
        assert_eq!(
            shown,
            json!({
                "data": { "groups": [
                    { "id": "<57 characters: escaped base64 of capi_group:<11 digits>:<18 digits>>",
                      "subject": "<text of 11 characters>", "created_at": "<integer of 10 digits>",
                      "<key of 11 digits>": "<text of 3 characters>", "<key of 11 characters>": "<integer of 1 digit>" },
                    { "id": "<text of 1 character>" }, "<2 more>",
                ] },
                "participants": [{ "wa_id": "<11 digits>", "user_id": "<2 letters, a dot, 20 letters and digits>",
                    "username": "<text of 3 characters>" }],
                "invite_link": "https://chat.whatsapp.com/<22 letters and digits>",
                "paging": { "next": "https://graph.facebook.com/<path>?access_token=<…>&after=<…>" },
                "messaging_product": "whatsapp", "join_approval_mode": "auto_approve", "suspended": false,
            })
        );
    }

    #[test]
    fn of_a_message_the_words_of_the_api_are_shown() {
        let mut redactor = redactor();
        redactor.learn(&json!({ "data": [{ "subject": "Group limit" }] }));
        for (text, expected) in [
            ("(#131041) Group unknown", "(#131041) Group unknown"),
            ("You have exceeded the endpoint rate limit.", "You have exceeded the endpoint rate limit."),
            ("Invalid API key", "Invalid API key"),
            ("Invalid parameter: Ann Example", "Invalid parameter: […]"),
            ("+1 555 010 0123 is not a participant", "+[…] is not a participant"),
            ("(#100) limit must be between 1 and 1024", "(#100) limit must be between […] and 1024"),
            ("Group Limit does not exist", "[…] does not exist"),
            ("Invalid limit", "[…]"),
            ("日本 is unknown", "[…] is unknown"),
            (r#"Invalid payload ({"error":{"code":100}})"#, r#"Invalid payload ({"error":{"code":[…]}})"#),
            (r#"{"error":{"code":131041}} 131999"#, r#"{"error":{"code":131041}} […]"#),
        ] {
            assert_eq!(redactor.text(text), expected, "{text}");
        }
    }
}

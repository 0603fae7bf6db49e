//! What a value looks like, without the value: how long, of which characters, what its encoding holds. Enough to compare
//! with the known formats of ids (Facts 7.1), and nothing that names anybody.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::Url;
use serde_json::{Number, Value};

/// Hosts that may be told.
const HOSTS: &[&str] = &["chat.whatsapp.com", "graph.facebook.com", "waba-v2.360dialog.io"];
/// Query parameters that may be told by name.
const PARAMETERS: &[&str] = &["access_token", "after", "before", "fields", "limit", "pretty"];

pub(super) fn of_number(number: &Number) -> String {
    if number.is_f64() {
        return "<number with a fraction>".to_owned();
    }
    let digits = number.to_string().trim_start_matches('-').len();
    format!("<integer of {}>", counted(digits, "digit"))
}

/// A key that is no field name.
pub(super) fn of_key(key: &str) -> String {
    let count = key.chars().count();
    let form = if is_digits(key) { counted(count, "digit") } else { counted(count, "character") };
    format!("<key of {form}>")
}

/// `own_host`: the host that was asked.
pub(super) fn of_string(text: &str, own_host: &str) -> String {
    let count = text.chars().count();
    if is_digits(text) {
        return format!("<{}>", counted(count, "digit"));
    }
    if let Some(url) = of_url(text, own_host) {
        return url;
    }
    if is_upper_hex(text) && count == 32 {
        return "<32 upper-case hexadecimal digits>".to_owned();
    }
    if let Some((country, rest)) = text.split_once('.')
        && country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && is_alphanumeric(rest)
    {
        return format!("<2 letters, a dot, {} letters and digits>", rest.len());
    }
    if let Some(inside) = of_base64(text) {
        return format!("<{}: {inside}>", counted(count, "character"));
    }
    format!("<text of {}>", counted(count, "character"))
}

fn of_url(text: &str, own_host: &str) -> Option<String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let host = url.host_str()?;
    let shown = if host == own_host {
        "<the host that was asked>"
    } else {
        HOSTS.iter().find(|known| **known == host).copied().unwrap_or("<another host>")
    };
    let path = match url.path().trim_start_matches('/') {
        "" => String::new(),
        code if is_alphanumeric(code) => format!("<{} letters and digits>", code.len()),
        _ => "<path>".to_owned(),
    };
    let name = |name: &str| PARAMETERS.iter().find(|known| **known == name).copied().unwrap_or("<name>");
    let query: Vec<String> = url.query_pairs().map(|(key, _)| format!("{}=<…>", name(&key))).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    Some(format!("{}://{shown}/{path}{mark}{}", url.scheme(), query.join("&")))
}

/// What base64 holds, in Graph's escaping or plain, if it is of a known kind.
fn of_base64(text: &str) -> Option<String> {
    // Escaped, there is no sign of equality left.
    let escaped = if text.contains('=') { None } else { unescaped(text) };
    let (how, inside) = match escaped {
        Some(inside) => ("escaped base64", inside),
        None => ("base64", plain(text)?),
    };
    if let Ok(Value::Object(members)) = serde_json::from_str(&inside) {
        let known = ["offset", "versionId"];
        let names: Vec<&str> = members
            .keys()
            .map(|key| known.iter().find(|name| *name == key).copied().unwrap_or("<name>"))
            .collect();
        return Some(format!("{how} of JSON with {}", names.join(", ")));
    }
    let parts: Option<Vec<String>> = inside
        .split(':')
        .map(|part| match part {
            "capi_group" => Some(part.to_owned()),
            part if is_digits(part) => Some(format!("<{} digits>", part.len())),
            _ => None,
        })
        .collect();
    Some(format!("{how} of {}", parts?.join(":")))
}

/// The escaping of ids and cursors: `Z` is `ZA`, `=` is `ZD` (Facts 7.1).
fn unescaped(text: &str) -> Option<String> {
    let mut plain_text = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            'Z' => plain_text.push(match characters.next()? {
                'A' => 'Z',
                'D' => '=',
                _ => return None,
            }),
            c => plain_text.push(c),
        }
    }
    plain(&plain_text)
}

fn plain(text: &str) -> Option<String> {
    let bytes = STANDARD.decode(text).ok().filter(|bytes| bytes.len() > 2)?;
    String::from_utf8(bytes).ok()
}

pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn is_upper_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'A'..=b'F'))
}

pub(super) fn is_alphanumeric(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_told_by_what_they_consist_of() {
        let cursor = "eyJvZAmZAzZAXQiOjAsInZAlcnNpb25JZACI6IjE3NTkzMjAwMDAxMjM0NTY3ODkifQZDZD";
        for (text, expected) in [
            ("15550100123", "<11 digits>"),
            ("9B47474A35EFC2A6139B41457E4C10BB", "<32 upper-case hexadecimal digits>"),
            (
                "MTY0NjcwNDM1OTU6MTIwMzYzNDA0Njk0MjMzODIw",
                "<40 characters: escaped base64 of <11 digits>:<18 digits>>",
            ),
            (cursor, "<71 characters: escaped base64 of JSON with offset, versionId>"),
            ("MTAxNTExOTQ1MjAwNzI5NDE=", "<24 characters: base64 of <17 digits>>"),
            ("https://evil.example/a/b?token=x", "https://<another host>/<path>?<name>=<…>"),
            ("http://own.example/groups", "http://<the host that was asked>/<6 letters and digits>"),
            ("Ann", "<text of 3 characters>"),
            ("", "<text of 0 characters>"),
        ] {
            assert_eq!(of_string(text, "own.example"), expected, "{text}");
        }
    }
}

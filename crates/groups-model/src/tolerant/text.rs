//! Takes JSON apart as text: nothing is interpreted but where members and items begin and end.

use std::borrow::Cow;
use std::fmt;
use std::fmt::Write as _;

use serde::Deserializer as _;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The escape that stands for a byte which is no UTF-8: half a surrogate pair, which is found, replaced and reported
/// where it stands, as every other one.
const NO_UTF8: &str = "\\udfff";

/// The text of a body, without a byte order mark, and with escapes for control characters in strings, which some writers leave
/// as they are.
pub(super) fn repaired(body: &[u8]) -> Cow<'_, str> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    match std::str::from_utf8(body) {
        Ok(text) => with_escaped_controls(text),
        Err(_) => Cow::Owned(with_escaped_controls(&with_marked_bytes(body)).into_owned()),
    }
}

fn with_escaped_controls(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte < 0x20) {
        return Cow::Borrowed(text);
    }
    let mut out: Option<String> = None;
    let (mut copied, mut in_string, mut is_escaped) = (0, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = in_string,
            b'"' => in_string = !in_string,
            0..0x20 if in_string => {
                let out = out.get_or_insert_default();
                out.push_str(text.get(copied..at).unwrap_or_default());
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{byte:04x}");
                copied = at + 1;
            }
            _ => {}
        }
    }
    match out {
        Some(mut out) => {
            out.push_str(text.get(copied..).unwrap_or_default());
            Cow::Owned(out)
        }
        None => Cow::Borrowed(text),
    }
}

/// The text with [`NO_UTF8`] for what is no UTF-8.
fn with_marked_bytes(body: &[u8]) -> String {
    let mut text = String::with_capacity(body.len());
    for chunk in body.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            // After another escape it could make a pair, and after a backslash it would be none.
            let tail = text.as_bytes().iter().rev().take(6).any(|byte| *byte == b'\\');
            text.push_str(if tail { "\u{fffd}" } else { NO_UTF8 });
        }
    }
    text
}

/// The one value of a text, without the white space around it.
pub(super) fn raw(text: &str) -> Result<&str, serde_json::Error> {
    serde_json::from_str::<&RawValue>(text).map(RawValue::get)
}

/// The members of an object, in its order and each as often as it stands there.
pub(super) fn members(object: &str) -> Option<Vec<(Cow<'_, str>, &str)>> {
    struct Members;
    impl<'de> Visitor<'de> for Members {
        type Value = Vec<(Cow<'de, str>, &'de str)>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut members = Vec::new();
            while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
                members.push((text_of(name.get()), value.get()));
            }
            Ok(members)
        }
    }
    serde_json::Deserializer::from_str(object).deserialize_map(Members).ok()
}

/// Hands over the items of a list, one by one.
pub(super) fn items<'a>(list: &'a str, take: impl FnMut(usize, &'a str)) -> Option<()> {
    struct Items<F>(F);
    impl<'de, F: FnMut(usize, &'de str)> Visitor<'de> for Items<F> {
        type Value = ();
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }
        fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
            let mut index = 0;
            while let Some(item) = list.next_element::<&RawValue>()? {
                (self.0)(index, item.get());
                index += 1;
            }
            Ok(())
        }
    }
    serde_json::Deserializer::from_str(list).deserialize_seq(Items(take)).ok()
}

/// The text that a JSON string means.
fn text_of(json: &str) -> Cow<'_, str> {
    let inner = json.get(1..json.len().saturating_sub(1)).unwrap_or_default();
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    serde_json::from_str::<String>(&without_half_surrogates(json)).unwrap_or_else(|_| inner.to_owned()).into()
}

/// The text with U+FFFD for each escape of half a surrogate pair, which no string of Rust can hold.
pub(super) fn without_half_surrogates(json: &str) -> Cow<'_, str> {
    let mut out: Option<String> = None;
    let (mut copied, mut at) = (0, 0);
    let bytes = json.as_bytes();
    while let Some(offset) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'\\')) {
        let start = at + offset;
        match escape(bytes, start) {
            Some(0xd800..=0xdbff) if matches!(escape(bytes, start + 6), Some(0xdc00..=0xdfff)) => {
                at = start + 12;
            }
            Some(0xd800..=0xdfff) => {
                let out = out.get_or_insert_default();
                out.push_str(json.get(copied..start).unwrap_or_default());
                out.push_str("\\ufffd");
                at = start + 6;
                copied = at;
            }
            Some(_) => at = start + 6,
            None => at = start + 2,
        }
    }
    match out {
        Some(mut out) => {
            out.push_str(json.get(copied..).unwrap_or_default());
            Cow::Owned(out)
        }
        None => Cow::Borrowed(json),
    }
}

/// The code unit of a `\uXXXX` that begins here.
fn escape(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    let digits = std::str::from_utf8(digits).ok()?;
    u16::from_str_radix(digits, 16).ok()
}

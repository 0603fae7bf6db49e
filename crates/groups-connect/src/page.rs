//! HTML pages that come in place of an answer. The API answers with JSON; a page is of a proxy, a firewall, a gateway or a sign-in
//! page, so nothing that it contains is read as the API's answer.

use groups_model::text::is_invisible;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap};

/// How much of a body is searched for a title.
const SEARCHED: usize = 64 * 1024;
/// Longest title that is shown, in code points.
const TITLE_MAX: usize = 120;

/// What to do about one.
pub const ADVICE: &str = "Check the proxy (HTTPS_PROXY, NO_PROXY), the firewall and the base URL; a network that asks for a sign-in \
                                 in the browser answers like this, too.";

/// A page that is no answer of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    title: Option<String>,
}

impl Page {
    /// The page that an answer is, if it is one. The body decides, and the content type only where that is no JSON.
    pub fn of(headers: Option<&HeaderMap>, body: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(&body[..body.len().min(SEARCHED)]);
        let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        // A long document is cut here, so only its beginning shows whether it may be JSON.
        let may_be_json = text.starts_with(['{', '[', '"']);
        let is_html = headers
            .and_then(|headers| headers.get(CONTENT_TYPE)?.to_str().ok())
            .is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/html"));
        let is_page = text.starts_with('<') || (is_html && !may_be_json && !text.is_empty());
        is_page.then(|| Self { title: title(text) })
    }

    /// What is said of it.
    pub fn message(&self, status: StatusCode) -> String {
        let status = status.as_u16();
        let page = match &self.title {
            Some(title) => format!("an HTML page (\"{title}\", HTTP {status})"),
            None => format!("an HTML page (HTTP {status})"),
        };
        format!(
            "{page} came in place of the API's answer; a proxy, a firewall or a sign-in page sends such pages"
        )
    }
}

/// The title of a page, or its first heading: one line without control and invisible characters.
pub fn title(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    ["title", "h1"].into_iter().find_map(|name| line(element(text, &lower, name)?, TITLE_MAX))
}

fn element<'a>(text: &'a str, lower: &str, name: &str) -> Option<&'a str> {
    let (open, close) = (format!("<{name}"), format!("</{name}"));
    let mut from = 0;
    loop {
        let after = from + lower.get(from..)?.find(&open)? + open.len();
        // `<titlebar>` is another element.
        if lower[after..].starts_with(|c: char| c == '>' || c.is_whitespace()) {
            let start = after + lower[after..].find('>')? + 1;
            let end = start + lower[start..].find(&close)?;
            return text.get(start..end);
        }
        from = after;
    }
}

/// Text in one line, without tags; `None` where nothing is left.
fn line(text: &str, longest: usize) -> Option<String> {
    let mut plain = String::new();
    let mut in_tag = false;
    for c in text.chars() {
        match c {
            '<' => in_tag = true,
            '>' if in_tag => in_tag = false,
            _ if in_tag => {}
            c if c.is_whitespace() => plain.push(' '),
            c if c.is_control() || is_invisible(c) => {}
            // It would end the quotation in a message.
            '"' => plain.push('\''),
            c => plain.push(c),
        }
    }
    for (entity, character) in
        [("&nbsp;", " "), ("&quot;", "'"), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")]
    {
        plain = plain.replace(entity, character);
    }
    let mut line = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > longest {
        line = line.chars().take(longest).chain(['…']).collect();
    }
    (!line.is_empty()).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title_of(body: &str) -> Option<Option<String>> {
        Page::of(None, body.as_bytes()).map(|page| page.title)
    }

    #[test]
    fn pages_are_recognised_by_their_body() {
        for (body, expected) in [
            ("<html><head><TITLE>502 Bad\n Gateway</TITLE></head></html>", Some("502 Bad Gateway")),
            ("\u{feff}\r\n <!DOCTYPE html><title lang=en>A &amp; B</title>", Some("A & B")),
            ("<html><body><h1>Access <b>denied</b></h1>", Some("Access denied")),
            ("<html><titlebar>x</titlebar><title></title><h1 class=x>Blocked</h1>", Some("Blocked")),
            ("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>", None),
            ("<title>a\u{1b}[2J\u{200b}b \"c\"</title>", Some("a[2Jb 'c'")),
            ("<!doctype html><p>x", None),
            ("<", None),
        ] {
            assert_eq!(title_of(body), Some(expected.map(str::to_owned)), "{body:?}");
        }
        for body in ["", "{\"error\":\"<html>\"}", "[]", "\"<html>\"", "no route", "null"] {
            assert_eq!(title_of(body), None, "{body:?}");
        }
        assert_eq!(
            title_of(&format!("<title>{}</title>", "é".repeat(500))).flatten().unwrap().chars().count(),
            121
        );
        assert_eq!(title_of(&format!("<html>{}<title>late</title>", "x".repeat(SEARCHED))), Some(None));
    }

    #[test]
    fn a_text_that_is_declared_as_html_is_a_page_and_json_is_not() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, "Text/HTML; charset=utf-8".parse().unwrap());
        assert!(Page::of(Some(&headers), b"Access denied").is_some());
        for body in ["{\"error\":\"x\"}", " [1]", ""] {
            assert_eq!(Page::of(Some(&headers), body.as_bytes()), None, "{body:?}");
        }
        headers.insert(CONTENT_TYPE, "text/plain".parse().unwrap());
        assert_eq!(Page::of(Some(&headers), b"no route"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(body: Vec<u8>) {
            Page::of(None, &body);
        }

        #[test]
        fn any_markup_is_read_without_panic(text in "[<>/titleh1 é\u{feff}&;]{0,80}") {
            Page::of(None, format!("<{text}").as_bytes());
        }
    }
}

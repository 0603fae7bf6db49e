//! One JSON document. A list is one array, written as pages arrive, and closed whatever happens.

use super::object::Object;
use super::{Render, Shape};

#[derive(Debug, Default)]
pub(super) struct Json {
    /// How many items the open array holds; `None` where none is open.
    open: Option<usize>,
}

impl Render for Json {
    fn one(&mut self, object: Object) -> String {
        let mut text = pretty(&object);
        text.push('\n');
        text
    }

    fn items(&mut self, _: &Shape, objects: Vec<Object>) -> String {
        let mut text = if self.open.is_none() { "[".to_owned() } else { String::new() };
        let count = self.open.get_or_insert(0);
        for object in objects {
            text.push_str(if *count > 0 { ",\n  " } else { "\n  " });
            // Line breaks inside strings are escaped, so these are all between lines.
            text.push_str(&pretty(&object).replace('\n', "\n  "));
            *count += 1;
        }
        text
    }

    fn end(&mut self) -> String {
        match self.open.take() {
            None => String::new(),
            Some(0) => "]\n".to_owned(),
            Some(_) => "\n]\n".to_owned(),
        }
    }
}

fn pretty(object: &Object) -> String {
    // Maps with text for keys always serialise.
    serde_json::to_string_pretty(object).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn object(id: u32) -> Object {
        Object::from_iter([("id".to_owned(), json!(id)), ("subject".to_owned(), json!("a\nb"))])
    }

    #[test]
    fn pages_make_one_array() {
        for pages in [vec![vec![]], vec![vec![], vec![1]], vec![vec![1, 2], vec![3]]] {
            let mut json = Json::default();
            let mut text = String::new();
            for page in &pages {
                text += &json.items(&Shape::GROUP, page.iter().copied().map(object).collect());
            }
            text += &json.end();
            let read: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(read.as_array().unwrap().len(), pages.concat().len(), "{text}");
            assert!(text.ends_with("]\n"), "{text}");
        }
    }

    #[test]
    fn nothing_is_closed_that_was_not_opened() {
        assert_eq!(Json::default().end(), "");
    }
}

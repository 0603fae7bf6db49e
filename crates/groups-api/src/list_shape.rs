//! The `data` of a list of groups. Decoded by what it begins with instead of by trying one form after the other, so that
//! an error says where it is, and a clean list is read once.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::types::{GroupListData, GroupSummary};

/// Documented as an object with `groups`, observed as the bare array.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum GroupListShape {
    /// An object with `groups`.
    Nested(GroupListData),
    /// The bare array.
    Flat(Vec<GroupSummary>),
}

impl<'de> Deserialize<'de> for GroupListShape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Shape;
        impl<'de> Visitor<'de> for Shape {
            type Value = GroupListShape;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with groups, or a list of them")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<GroupListShape, A::Error> {
                GroupListData::deserialize(MapAccessDeserializer::new(map)).map(GroupListShape::Nested)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<GroupListShape, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(GroupListShape::Flat)
            }
        }
        deserializer.deserialize_any(Shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_decode_and_anything_else_is_refused_in_plain_words() {
        let read = |text: &str| serde_json::from_str::<GroupListShape>(text);
        assert!(
            matches!(read(r#"{"groups":[{"id":"a"}],"x":1}"#), Ok(GroupListShape::Nested(data)) if data.groups.len() == 1)
        );
        assert!(
            matches!(read(r#"[{"id":"a"},{"id":"b"}]"#), Ok(GroupListShape::Flat(groups)) if groups.len() == 2)
        );
        let error = read("7").unwrap_err().to_string();
        assert!(error.contains("a list of them") && !error.contains("GroupList"), "{error}");
    }
}

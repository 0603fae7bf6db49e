//! A document of which some parts are texts that nobody has read yet. It decodes as the whole would.

use std::borrow::Cow;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value};

pub(super) enum Part<'a> {
    Raw(&'a str),
    Value(Value),
    Object(Vec<(Cow<'a, str>, Part<'a>)>),
    /// An object of members that belong to another one.
    Borrowed(&'a [(Cow<'a, str>, &'a Part<'a>)]),
    List(Vec<Part<'a>>),
}

impl<'a> Part<'a> {
    pub(super) fn into_members(self) -> Vec<(Cow<'a, str>, Part<'a>)> {
        match self {
            Self::Object(members) => members,
            _ => Vec::new(),
        }
    }
}

impl<'de> Deserializer<'de> for &'de Part<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Part::Raw(text) => serde_json::Deserializer::from_str(text).deserialize_any(visitor),
            Part::Value(value) => value.deserialize_any(visitor),
            Part::Object(members) => {
                visitor.visit_map(MapDeserializer::new(members.iter().map(|(name, part)| (&**name, part))))
            }
            Part::Borrowed(members) => {
                visitor.visit_map(MapDeserializer::new(members.iter().map(|(name, part)| (&**name, *part))))
            }
            Part::List(items) => visitor.visit_seq(SeqDeserializer::new(items.iter())),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Part::Raw("null") | Part::Value(Value::Null) => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Error> for &'de Part<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

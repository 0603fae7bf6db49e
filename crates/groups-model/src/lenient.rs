//! Scalars that sources write in more than one way: quoted or not (Facts 1.3, 8 item 16).

use std::fmt;

use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize};

/// A boolean that may come quoted: `true`, `"true"` (Facts 1.3 and the `success` of 1.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct LenientBool(pub bool);

/// A count that may come quoted: `6`, `"6"` (Facts 1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct LenientInteger(pub u64);

impl<'de> Deserialize<'de> for LenientBool {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bool;
        impl Visitor<'_> for Bool {
            type Value = LenientBool;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a boolean, quoted or not")
            }
            fn visit_bool<E: Error>(self, value: bool) -> Result<LenientBool, E> {
                Ok(LenientBool(value))
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<LenientBool, E> {
                Ok(LenientBool(value != 0))
            }
            fn visit_str<E: Error>(self, value: &str) -> Result<LenientBool, E> {
                match value.trim().to_ascii_lowercase().as_str() {
                    "true" | "1" => Ok(LenientBool(true)),
                    "false" | "0" => Ok(LenientBool(false)),
                    _ => Err(E::invalid_value(serde::de::Unexpected::Str(value), &self)),
                }
            }
        }
        deserializer.deserialize_any(Bool)
    }
}

impl<'de> Deserialize<'de> for LenientInteger {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let count = integer(deserializer, "a count, quoted or not")?;
        u64::try_from(count).map(LenientInteger).map_err(D::Error::custom)
    }
}

/// An integer as a number (whole, or a float that is whole) or as digits in a string.
pub(crate) fn integer<'de, D: Deserializer<'de>>(
    deserializer: D,
    expecting: &'static str,
) -> Result<i64, D::Error> {
    struct Integer(&'static str);
    impl Visitor<'_> for Integer {
        type Value = i64;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
        fn visit_i64<E: Error>(self, value: i64) -> Result<i64, E> {
            Ok(value)
        }
        fn visit_u64<E: Error>(self, value: u64) -> Result<i64, E> {
            i64::try_from(value).map_err(E::custom)
        }
        fn visit_f64<E: Error>(self, value: f64) -> Result<i64, E> {
            // Exact up to 2^53, which is as far as a float can name whole numbers.
            if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 {
                return Ok(value as i64);
            }
            Err(E::invalid_value(serde::de::Unexpected::Float(value), &self))
        }
        fn visit_str<E: Error>(self, value: &str) -> Result<i64, E> {
            value.trim().parse().map_err(|_| E::invalid_value(serde::de::Unexpected::Str(value), &self))
        }
    }
    deserializer.deserialize_any(Integer(expecting))
}

/// A text, or a number taken as its digits: some samples leave the quotes off an id.
pub(crate) fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct Text;
    impl Visitor<'_> for Text {
        type Value = String;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }
        fn visit_str<E: Error>(self, value: &str) -> Result<String, E> {
            Ok(value.to_owned())
        }
        fn visit_string<E: Error>(self, value: String) -> Result<String, E> {
            Ok(value)
        }
        fn visit_u64<E: Error>(self, value: u64) -> Result<String, E> {
            Ok(value.to_string())
        }
        fn visit_i64<E: Error>(self, value: i64) -> Result<String, E> {
            Ok(value.to_string())
        }
    }
    deserializer.deserialize_any(Text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_and_bare_forms_mean_the_same() {
        for text in ["true", "\"true\"", "\"True\"", "1"] {
            assert_eq!(serde_json::from_str::<LenientBool>(text).unwrap(), LenientBool(true), "{text}");
        }
        for text in ["6", "\"6\"", "6.0"] {
            assert_eq!(serde_json::from_str::<LenientInteger>(text).unwrap(), LenientInteger(6), "{text}");
        }
        for text in ["-1", "\"six\"", "6.5", "null", "[]"] {
            assert!(serde_json::from_str::<LenientInteger>(text).is_err(), "{text}");
        }
        assert!(serde_json::from_str::<LenientBool>("\"perhaps\"").is_err());
    }
}

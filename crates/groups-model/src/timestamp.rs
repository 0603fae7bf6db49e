//! Moments, in whole seconds. On the wire a number or a quoted number of Unix seconds; shown as RFC 3339 UTC.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize, Serializer};

use crate::InvalidInput;

/// A moment in whole Unix seconds, UTC.
///
/// It decodes from a number or a quoted number of seconds, as the sources disagree (Facts 1.3), and from RFC 3339.
/// A number after the year 2200 is read as milliseconds; a number that is still later then, or negative, is refused.
/// It serialises as the API does: an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// The earliest and latest seconds that can be written as a date; others are brought to the nearer one.
    pub fn from_seconds(seconds: i64) -> Self {
        let bounds = jiff::Timestamp::MIN.as_second()..=jiff::Timestamp::MAX.as_second();
        let clamped = seconds.clamp(*bounds.start(), *bounds.end());
        Self(jiff::Timestamp::from_second(clamped).unwrap_or_default())
    }

    /// The number of an answer or a webhook: seconds, or milliseconds where seconds would be after the year 2200.
    fn from_wire(number: i64) -> Option<Self> {
        const YEAR_2200: i64 = 7_258_118_400;
        match number {
            0..YEAR_2200 => Some(Self::from_seconds(number)),
            YEAR_2200.. if number / 1000 < YEAR_2200 => Some(Self::from_seconds(number / 1000)),
            _ => None,
        }
    }

    /// Unix seconds.
    pub fn seconds(self) -> i64 {
        self.0.as_second()
    }
}

/// RFC 3339 in UTC: `2023-03-15T17:06:40Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for Timestamp {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        let text = text.trim();
        if let Ok(seconds) = text.parse::<i64>() {
            return Ok(Self::from_seconds(seconds));
        }
        text.parse::<jiff::Timestamp>()
            .map(|at| Self::from_seconds(at.as_second()))
            .map_err(|_| InvalidInput::new("time", format!("must be RFC 3339 or Unix seconds, got {text:?}")))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.seconds())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Moment;
        impl serde::de::Visitor<'_> for Moment {
            type Value = Timestamp;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("Unix seconds, quoted or not, or an RFC 3339 time")
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<Timestamp, E> {
                Timestamp::from_wire(value)
                    .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Signed(value), &self))
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<Timestamp, E> {
                self.visit_i64(i64::try_from(value).unwrap_or(i64::MAX))
            }
            fn visit_f64<E: Error>(self, value: f64) -> Result<Timestamp, E> {
                if !value.is_finite() {
                    return Err(E::invalid_value(serde::de::Unexpected::Float(value), &self));
                }
                // `as` saturates, and a fraction of a second is below what this type holds.
                self.visit_i64(value.floor() as i64)
            }
            fn visit_str<E: Error>(self, value: &str) -> Result<Timestamp, E> {
                match value.trim().parse::<i64>() {
                    Ok(number) => self.visit_i64(number),
                    Err(_) => value.parse().map_err(E::custom),
                }
            }
        }
        deserializer.deserialize_any(Moment)
    }
}

/// For fields of the model: RFC 3339 out, any documented form in.
pub(crate) mod rfc3339_option {
    use super::{Deserialize, Deserializer, Serializer, Timestamp};

    pub(crate) fn serialize<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => serializer.collect_str(at),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        Option::deserialize(deserializer)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "UnixSeconds".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer", "format": "int64", "description": "Unix time in seconds" })
    }
}

/// The schema of a field that is written by [`rfc3339_option`].
#[cfg(feature = "schema")]
pub(crate) struct Rfc3339;

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Rfc3339 {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time", "description": "RFC 3339, UTC" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_form_is_the_same_moment() {
        for text in ["1678900000", "\"1678900000\"", "1678900000.0", "\"2023-03-15T17:06:40Z\""] {
            let at: Timestamp = serde_json::from_str(text).unwrap();
            assert_eq!(at.seconds(), 1_678_900_000, "{text}");
        }
    }

    #[test]
    fn numbers_after_the_year_2200_are_milliseconds_and_microseconds_are_refused() {
        let read = |text: &str| serde_json::from_str::<Timestamp>(text).ok().map(Timestamp::seconds);
        for text in ["1767603600000", "\"1767603600000\"", "1767603600123", "1767603600000.0", "1.7676036e12"]
        {
            assert_eq!(read(text), Some(1_767_603_600), "{text}");
        }
        for text in [
            "1767603600000000",
            "\"1767603600000000\"",
            "1767603600000000000",
            "18446744073709551615",
            "1e300",
            "-1",
            "\"-1\"",
            "-0.5",
            "\"\"",
            "\"soon\"",
            "\"1767603600.5\"",
            "true",
            "[]",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("7258118399"), Some(7_258_118_399));
        assert_eq!(read("7258118400"), Some(7_258_118), "the year 2200 in seconds is not meant");
        assert_eq!(read("0"), Some(0));
    }

    proptest::proptest! {
        #[test]
        fn any_number_decodes_and_its_text_reads_back(seconds: i64) {
            let at = Timestamp::from_seconds(seconds);
            proptest::prop_assert_eq!(at.to_string().parse::<Timestamp>().unwrap(), at);
        }
    }
}

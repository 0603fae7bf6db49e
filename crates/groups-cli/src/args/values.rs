//! Durations and times on the command line: one parser for each, used by every option that takes one.

use std::time::Duration;

use clap::builder::{StringValueParser, TypedValueParser};
use groups_model::Timestamp;

const DURATION: &str = "it must be a duration such as 90s, 2m, 1h30m, 1d or 4w";
const TIME: &str = "it must be a time such as 2026-05-01T12:00:00Z, a date such as 2026-05-01, `yesterday`, \
                    or how long ago such as 2h or 1d";

/// A time, or how long ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    At(Timestamp),
    Ago(Duration),
    /// The beginning of the day before, in UTC.
    Yesterday,
}

impl Moment {
    /// The time that is meant at this time.
    pub(crate) fn at(self, now: Timestamp) -> Timestamp {
        const DAY: i64 = 24 * 60 * 60;
        match self {
            Self::At(at) => at,
            Self::Ago(ago) => {
                let ago = i64::try_from(ago.as_secs()).unwrap_or(i64::MAX);
                Timestamp::from_seconds(now.seconds().saturating_sub(ago))
            }
            Self::Yesterday => {
                Timestamp::from_seconds(now.seconds().div_euclid(DAY).saturating_sub(1).saturating_mul(DAY))
            }
        }
    }
}

/// `30s`, `2m`, `1h30m`, `500ms`, `1d`, `4w`; more than nothing. A day has 24 hours.
pub(crate) fn duration() -> impl TypedValueParser<Value = Duration> {
    StringValueParser::new().try_map(|text| parse_duration(&text))
}

/// RFC 3339, a date or `yesterday` (UTC), or a duration ago.
pub(crate) fn moment() -> impl TypedValueParser<Value = Moment> {
    StringValueParser::new().try_map(|text| parse_moment(&text))
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    if is_number(text) {
        return Err(format!("{text} has no unit; write {text}s for seconds"));
    }
    if text.chars().any(|c| c.is_numeric() && !c.is_ascii_digit()) {
        return Err("it must be written with the digits 0 to 9, such as 90s".to_owned());
    }
    let signed = match text.parse::<jiff::Span>() {
        Ok(span) if span.get_years() != 0 || span.get_months() != 0 => {
            return Err("months and years differ in length; write days or weeks, such as 30d".to_owned());
        }
        Ok(span) => span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map_err(|_| TOO_LONG)?,
        Err(_) if is_like_duration(text) && text.contains(|c: char| c.is_ascii_uppercase()) => {
            return Err(format!("units are written in lower case; write {}", text.to_lowercase()));
        }
        Err(_) if is_like_duration(text) => return Err(TOO_LONG.to_owned()),
        Err(_) => return Err(DURATION.to_owned()),
    };
    if signed.is_negative() {
        return Err("it must not be negative; write a duration such as 90s".to_owned());
    }
    match Duration::try_from(signed) {
        Ok(time) if time.is_zero() => Err("it must be more than zero".to_owned()),
        Ok(time) if time > LONGEST => Err(TOO_LONG.to_owned()),
        Ok(time) => Ok(time),
        Err(_) => Err(TOO_LONG.to_owned()),
    }
}

/// No clock reaches further, and every sum of a time and a duration can be written.
const LONGEST: Duration = Duration::from_secs(1_000 * 365 * 24 * 60 * 60);
const TOO_LONG: &str = "it is too long; the longest duration is 1000 years";

fn parse_moment(text: &str) -> Result<Moment, String> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("yesterday") {
        return Ok(Moment::Yesterday);
    }
    if is_number(text) {
        return Err(match unix_time(text) {
            Some(at) => format!("{text} is a bare number; write {at} if it is a Unix time"),
            None => format!(
                "{text} has no unit; write {text}s for {text} seconds ago, or a time such as 2026-05-01T12:00:00Z"
            ),
        });
    }
    if text.len() == "2026-05-01".len()
        && let Ok(midnight) = format!("{text}T00:00:00Z").parse::<Timestamp>()
    {
        return Ok(Moment::At(midnight));
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(Moment::At(at));
    }
    if text.parse::<jiff::civil::DateTime>().is_ok() && text.contains(':') {
        return Err(format!("it has no time zone; write {}Z for UTC", text.replace(' ', "T")));
    }
    let is_ago = text.strip_suffix("ago").map(str::trim_end);
    match parse_duration(is_ago.unwrap_or(text)) {
        Ok(ago) => Ok(Moment::Ago(ago)),
        Err(problem) if problem == DURATION => Err(TIME.to_owned()),
        Err(problem) => Err(problem),
    }
}

fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    digits(whole) && digits(part)
}

/// What a bare number would be in Unix seconds or milliseconds, if it is near our time.
fn unix_time(text: &str) -> Option<Timestamp> {
    let number: i64 = text.parse().ok()?;
    match text.len() {
        9..=11 => Some(Timestamp::from_seconds(number)),
        12..=14 => Some(Timestamp::from_seconds(number / 1_000)),
        _ => None,
    }
}

/// Whether a word is meant as a duration, right or wrong: numbers, each with a unit of time, or a short bare number. Ids and
/// phone numbers are neither.
pub(crate) fn is_like_duration(text: &str) -> bool {
    const UNITS: [&str; 33] = [
        "ns", "us", "ms", "s", "sec", "secs", "second", "seconds", "m", "min", "mins", "minute", "minutes",
        "h", "hr", "hrs", "hour", "hours", "d", "day", "days", "w", "wk", "wks", "week", "weeks", "mo",
        "mos", "month", "months", "y", "year", "years",
    ];
    if is_number(text) {
        return text.len() <= 6;
    }
    let text = text.to_lowercase();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let unit = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let word = unit.trim_start();
        let end = word.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(word.len());
        if unit.len() == rest.len() || !UNITS.contains(&&word[..end]) {
            return false;
        }
        rest = word[end..].trim_start_matches([' ', ',']);
    }
    !text.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units_and_may_be_put_together() {
        const HOUR: u64 = 3_600_000;
        for (text, millis) in [
            ("90s", 90_000),
            ("2m", 120_000),
            ("1h", HOUR),
            ("1d", 24 * HOUR),
            ("4w", 28 * 24 * HOUR),
            ("1m30s", 90_000),
            ("1d 12h", 36 * HOUR),
            ("1h30m", HOUR + HOUR / 2),
            ("500ms", 500),
            ("1.5h", HOUR + HOUR / 2),
            ("2 hours", 2 * HOUR),
            (" 30s ", 30_000),
        ] {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_duration_is_named() {
        for (text, expected) in [
            ("90", "write 90s"),
            ("1.5", "write 1.5s"),
            ("0", "write 0s"),
            ("0s", "more than zero"),
            ("-5s", "must not be negative"),
            ("5s ago", "must not be negative"),
            ("2mo", "write days or weeks"),
            ("1y", "write days or weeks"),
            ("99999999999999999999s", "too long"),
            ("9999999999w", "too long"),
            ("999999999h", "too long"),
            ("600000d", "too long"),
            ("٩٠s", "digits 0 to 9"),
            ("９０s", "digits 0 to 9"),
            ("²s", "digits 0 to 9"),
            ("soon", "such as 90s"),
            ("", "such as 90s"),
            ("1x", "such as 90s"),
            ("s", "such as 90s"),
            ("infinity", "such as 90s"),
            ("1e3s", "such as 90s"),
        ] {
            let said = parse_duration(text).unwrap_err();
            assert!(said.contains(expected), "{text}: {said}");
        }
    }

    #[test]
    fn a_time_is_a_moment_a_day_or_how_long_ago() {
        let now: Timestamp = "2026-05-02T10:00:00Z".parse().unwrap();
        for (text, expected) in [
            ("2026-05-01T12:00:00Z", "2026-05-01T12:00:00Z"),
            ("2026-05-01T12:00:00+02:00", "2026-05-01T10:00:00Z"),
            ("2026-05-01T12:00:00.5Z", "2026-05-01T12:00:00Z"),
            ("2026-05-01", "2026-05-01T00:00:00Z"),
            ("yesterday", "2026-05-01T00:00:00Z"),
            ("1d", "2026-05-01T10:00:00Z"),
            ("90s", "2026-05-02T09:58:30Z"),
            ("1h30m", "2026-05-02T08:30:00Z"),
            ("2h ago", "2026-05-02T08:00:00Z"),
            ("4w", "2026-04-04T10:00:00Z"),
        ] {
            let moment = parse_moment(text).unwrap_or_else(|problem| panic!("{text}: {problem}"));
            assert_eq!(moment.at(now).to_string(), expected, "{text}");
        }
        let long_ago = parse_moment("1000y").is_err() && parse_moment("52000w").is_ok();
        assert!(long_ago);
        assert_eq!(Moment::Ago(Duration::MAX).at(now), Timestamp::from_seconds(i64::MIN));
    }

    #[test]
    fn what_is_wrong_with_a_time_is_named() {
        for (text, expected) in [
            ("90", "write 90s for 90 seconds ago"),
            ("1767614400", "write 2026-01-05T12:00:00Z"),
            ("1767614400000", "write 2026-01-05T12:00:00Z"),
            ("2026-05-01T12:00:00", "write 2026-05-01T12:00:00Z for UTC"),
            ("2026-05-01 12:00", "write 2026-05-01T12:00Z for UTC"),
            ("2026-13-01", "`yesterday`"),
            ("01.05.2026", "`yesterday`"),
            ("tomorrow", "`yesterday`"),
            ("-2h", "must not be negative"),
            ("1mo", "write days or weeks"),
            ("99999999999999999999h", "too long"),
            ("٢h", "digits 0 to 9"),
            ("", "`yesterday`"),
        ] {
            let said = parse_moment(text).unwrap_err();
            assert!(said.contains(expected), "{text}: {said}");
        }
    }

    #[test]
    fn an_id_is_not_like_a_duration() {
        for text in ["30s", "90", "1h30m", "2 min", "1.5h", "0s", "9999999999w", "2mo", "1d12h", "30S"] {
            assert!(is_like_duration(text), "{text}");
        }
        for text in
            ["", "9B47474A35EFC2A6139B41457E4C10BB", "15550100110", "s", "x1s", "3abc", "GROUP", "1s2", "+1s"]
        {
            assert!(!is_like_duration(text), "{text}");
        }
    }
}

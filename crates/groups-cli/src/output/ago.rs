//! How long ago a moment is, for people. Times for programs are RFC 3339, and never pass here.

use groups_model::Timestamp;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// `3 hours ago`, `in 5 minutes`, `just now`. Rounded down; months and years are of average length.
pub(super) fn ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.seconds().saturating_sub(at.seconds());
    let distance = seconds.saturating_abs();
    // Clocks differ a little.
    if distance < 5 {
        return "just now".to_owned();
    }
    let units = [
        (365 * DAY, "year"),
        (30 * DAY, "month"),
        (DAY, "day"),
        (HOUR, "hour"),
        (MINUTE, "minute"),
        (1, "second"),
    ];
    let (size, unit) = units.into_iter().find(|(size, _)| distance >= *size).unwrap_or((1, "second"));
    let count = distance / size;
    let unit = if count == 1 { unit.to_owned() } else { format!("{unit}s") };
    if seconds < 0 { format!("in {count} {unit}") } else { format!("{count} {unit} ago") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_in_time_is_told_in_its_largest_unit() {
        let now = Timestamp::from_seconds(2_000_000_000);
        for (seconds, expected) in [
            (0, "just now"),
            (4, "just now"),
            (-4, "just now"),
            (5, "5 seconds ago"),
            (119, "1 minute ago"),
            (3 * HOUR + 59 * MINUTE, "3 hours ago"),
            (DAY, "1 day ago"),
            (29 * DAY, "29 days ago"),
            (30 * DAY, "1 month ago"),
            (364 * DAY, "12 months ago"),
            (730 * DAY, "2 years ago"),
            (-5 * MINUTE, "in 5 minutes"),
            (-DAY, "in 1 day"),
        ] {
            assert_eq!(ago(Timestamp::from_seconds(now.seconds() - seconds), now), expected, "{seconds}");
        }
        assert!(ago(Timestamp::from_seconds(i64::MIN), Timestamp::from_seconds(i64::MAX)).ends_with("ago"));
    }
}

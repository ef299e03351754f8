//! Times of publications (`xs:dateTime`), compared as times: fractions of any length, zones, none for UTC. Pure.

use std::cmp::Ordering;
use time::{OffsetDateTime, PrimitiveDateTime, format_description::well_known::Iso8601};

/// Which of two is older; what is no time is older than every time.
pub fn order(one: &str, other: &str) -> Ordering {
    if one == other { Ordering::Equal } else { read(one).cmp(&read(other)) }
}

/// The same in seconds of Unix time; none: it is no time, or before all of those.
pub fn unix(text: &str) -> Option<u64> {
    read(text)?.unix_timestamp().try_into().ok()
}

/// The same in milliseconds.
pub fn millis(text: &str) -> Option<u64> {
    (read(text)?.unix_timestamp_nanos() / 1_000_000).try_into().ok()
}

fn read(text: &str) -> Option<OffsetDateTime> {
    let text = text.trim();
    let zoned = OffsetDateTime::parse(text, &Iso8601::PARSING).ok();
    zoned.or_else(|| PrimitiveDateTime::parse(text, &Iso8601::PARSING).ok().map(PrimitiveDateTime::assume_utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_compared_as_times_and_not_as_texts() {
        for (older, newer) in [
            ("2026-06-01T08:00:00", "2026-06-01T08:00:00.001"),
            ("2026-06-01T08:00:00.9", "2026-06-01T08:00:00.95"),
            ("2026-06-01T10:00:00+02:00", "2026-06-01T08:00:01Z"),
            ("2026-06-01T09:00:00Z", "2026-06-01T08:00:00-05:00"),
            ("yesterday", "2026-06-01T08:00:00"),
            ("", "1970-01-01T00:00:00Z"),
        ] {
            assert_eq!(
                (order(older, newer), order(newer, older)),
                (Ordering::Less, Ordering::Greater),
                "{older} {newer}"
            );
        }
        for (text, seconds) in
            [("1970-01-01T01:00:10.9+01:00", Some(10)), ("1969-12-31T23:59:59Z", None), ("", None), ("soon", None)]
        {
            assert_eq!(unix(text), seconds, "{text}");
            assert_eq!(millis(text).map(|millis| millis / 1000), seconds, "{text}");
        }
        for (one, same) in [("2026-06-01T08:00:00Z", "2026-06-01T08:00:00.000"), ("x", "y")] {
            assert_eq!(order(one, same), Ordering::Equal, "{one} {same}");
        }
    }
}

//! Points in time as presence documents write them.

use bytes::BytesMut;
use std::{
    fmt::Write,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Appends `2026-06-01T08:00:00.000`, UTC.
pub(super) fn put(out: &mut BytesMut, time: SystemTime) {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let (year, month, day) = date(since.as_secs() / 86_400);
    let of_day = since.as_secs() % 86_400;
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    let millis = since.subsec_millis();
    // A BytesMut grows; writing to it cannot fail.
    let _ = write!(out, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}");
}

/// Year, month and day, so many days after 1970-01-01 (H. Hinnant, "chrono-compatible low-level date algorithms").
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1)
}

/// Reads `2026-06-01T08:00:00` with or without fraction and `Z`. None if it is none.
pub(super) fn parse(text: &str) -> Option<SystemTime> {
    let mut numbers = text.split(['-', 'T', ':', '.', 'Z']).map(str::parse::<u64>);
    let mut next = || numbers.next()?.ok();
    let (year, month, day, hour, minute, second) = (next()?, next()?, next()?, next()?, next()?, next()?);
    if !(1970..10_000).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let shifted_year = year - u64::from(month <= 2);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let (era, of_era) = (shifted_year / 400, shifted_year % 400);
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(UNIX_EPOCH + Duration::from_secs(days * 86_400 + hour * 3600 + minute * 60 + second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_and_read() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00.000"),
            (951_782_400, "2000-02-29T00:00:00.000"),
            (1_795_352_431, "2026-11-22T13:00:31.000"),
        ] {
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            let mut out = BytesMut::new();
            put(&mut out, time);
            assert_eq!(out, text);
            assert_eq!(parse(text), Some(time));
        }
        assert_eq!(parse("yesterday"), None);
        assert_eq!(parse("1969-12-31T00:00:00"), None);
    }
}

//! Times of publications (`xs:dateTime`), compared as times: fractions of any length, zones, none for UTC. Pure.

use std::cmp::Ordering;
use time::{OffsetDateTime, PrimitiveDateTime, format_description::well_known::Iso8601};

/// Which of two is older; what is no time is older than every time.
pub(crate) fn order(one: &str, other: &str) -> Ordering {
    if one == other { Ordering::Equal } else { read(one).cmp(&read(other)) }
}

fn read(text: &str) -> Option<OffsetDateTime> {
    let text = text.trim();
    let zoned = OffsetDateTime::parse(text, &Iso8601::PARSING).ok();
    zoned.or_else(|| PrimitiveDateTime::parse(text, &Iso8601::PARSING).ok().map(PrimitiveDateTime::assume_utc))
}

//! Header fields that hold seconds: Expires, Min-Expires, Retry-After (RFC 3261, sections 20.19, 20.23, 20.33). One
//! reader for all of them, because a comment or parameter behind the number is legal in one and written in the others.

use super::{Message, Name, values::BLANK};
use std::time::Duration;

/// Longest time for which a server is left alone because it asks for it, whatever the request was: nobody is out of sight
/// for hours because a server was restarted once.
pub const LONGEST_REST: Duration = Duration::from_secs(300);

/// The number at the start of a value: `120`, `120 (In maintenance)`, `120;duration=3600`. Too large a number counts as
/// 2³²−1; none without a number, or if something else is glued to it.
pub fn seconds(value: &str) -> Option<u32> {
    let value = value.trim_matches(BLANK);
    let end = value.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(value.len());
    let (digits, rest) = value.split_at(end);
    let ends = rest.is_empty() || rest.starts_with(BLANK) || rest.starts_with(['(', ';', ',']);
    (!digits.is_empty() && ends).then(|| digits.parse().unwrap_or(u32::MAX))
}

impl Message {
    /// Seconds in Expires; none if missing or no number.
    pub fn expires(&self) -> Option<u32> {
        self.get(Name::Expires).and_then(seconds)
    }

    /// Seconds in Min-Expires; none if missing or no number.
    pub fn min_expires(&self) -> Option<u32> {
        self.get(Name::MinExpires).and_then(seconds)
    }

    /// How long the server asks to be left alone, from a second to [`LONGEST_REST`]; none if it does not.
    pub fn retry_after(&self) -> Option<Duration> {
        let asked = self.get(Name::RetryAfter).and_then(seconds)?;
        Some(Duration::from_secs(asked.into()).clamp(Duration::from_secs(1), LONGEST_REST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Limits;

    #[test]
    fn nobody_is_left_alone_for_longer_than_five_minutes() {
        let asked = |value: &str| {
            let text = format!("SIP/2.0 503 No\r\nRetry-After: {value}\r\nContent-Length: 0\r\n\r\n");
            Message::parse(text.into_bytes().into(), &Limits::default()).unwrap().retry_after()
        };
        for (value, seconds) in
            [("0", 1), ("1", 1), ("120 (In maintenance)", 120), ("300", 300), ("301", 300), ("86400", 300)]
        {
            assert_eq!(asked(value), Some(Duration::from_secs(seconds)), "{value}");
        }
        assert_eq!((asked("99999999999999"), asked("soon")), (Some(LONGEST_REST), None));
    }

    #[test]
    fn what_stands_behind_the_number_is_stepped_over() {
        for value in
            ["120", " 120 ", "120 (In maintenance)", "120(x)", "120;duration=3600", "120 ; x", "120\t(x)", "0120"]
        {
            assert_eq!(seconds(value), Some(120), "{value}");
        }
        assert_eq!((seconds("0"), seconds("99999999999999999999 (for ever)")), (Some(0), Some(u32::MAX)));
        for value in ["", " ", "-1", "+1", "x", "1x", "1.5", "(120)", "Fri, 01 Jan 2027 00:00:00 GMT", "\u{0661}"] {
            assert_eq!(seconds(value), None, "{value}");
        }
    }
}

//! Messages of a Stat Server (PROTOCOL.md, section 6): what is read is typed, everything else is left alone.

use crate::wire::{Record, RecordError, Shown, members};
use std::sync::Arc;

/// Letters kept of a Stat Server's words on an error.
const MAX_WORDS: usize = 200;

/// The greatest value that is shown: more says that something is wrong, and cannot be read by anybody.
const GREATEST: f64 = 1e15;

/// Why a statistic is not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The Stat Server knows no such statistic.
    UnknownStatistic,
    /// It knows no such object.
    UnknownObject,
    /// Anything else.
    Other,
}

/// A message of a Stat Server; the number is the statistic's on this connection.
#[derive(Clone, Debug, PartialEq)]
pub enum Incoming {
    /// EventStatisticOpened, with the value if it was told.
    Opened(i64, Option<f64>),
    /// EventInfo.
    Info(i64, f64),
    /// EventInfo whose value is no number that can be shown: what is known counts no longer.
    Unreadable(i64, RecordErrorText),
    /// EventStatisticClosed.
    Closed(i64),
    /// EventError.
    Error(i64, Error, Arc<str>),
    /// Of no statistic, or of an unreadable one.
    OfNone(RecordErrorText),
    /// A message of another name.
    Unknown,
}

/// What is wrong, fit to be shown.
pub type RecordErrorText = Arc<str>;

impl Incoming {
    /// Reads a message.
    pub fn read(record: &Record<'_>) -> Self {
        let known = ["EventStatisticOpened", "EventInfo", "EventStatisticClosed", "EventError"];
        let Some(name) = known.into_iter().find(|name| name.eq_ignore_ascii_case(record.name())) else {
            return Self::Unknown;
        };
        let id = match record.require("statisticID", record.number("statisticID")) {
            Ok(id) => id,
            Err(error) => return Self::OfNone(told(&error)),
        };
        match name {
            // A server that opens and tells in one message; what it tells may come later as well.
            "EventStatisticOpened" => Self::Opened(id, value(record).ok()),
            "EventInfo" => {
                value(record).map_or_else(|error| Self::Unreadable(id, told(&error)), |at| Self::Info(id, at))
            }
            "EventStatisticClosed" => Self::Closed(id),
            _ => Self::Error(id, error(record), words(record)),
        }
    }
}

/// A number, or a text that is one.
fn value(record: &Record<'_>) -> Result<f64, RecordError> {
    let read = record.typed("value", "a number", |raw| {
        let text = members::text(raw);
        let number = text.as_deref().unwrap_or(raw.get()).trim().parse::<f64>();
        number.ok().filter(|number| number.abs() <= GREATEST).ok_or_else(String::new)
    });
    record.require("value", read)
}

fn error(record: &Record<'_>) -> Error {
    match record.text("errorCode").ok().flatten().as_deref() {
        Some(code) if code.eq_ignore_ascii_case("UnknownStatistic") => Error::UnknownStatistic,
        Some(code) if code.eq_ignore_ascii_case("UnknownObject") => Error::UnknownObject,
        _ => Error::Other,
    }
}

fn words(record: &Record<'_>) -> Arc<str> {
    let words = record.text("errorMessage").ok().flatten().unwrap_or_default();
    Shown::up_to(&words, MAX_WORDS).to_string().into()
}

fn told(error: &RecordError) -> Arc<str> {
    Shown::up_to(&error.to_string(), MAX_WORDS).to_string().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Incoming {
        Incoming::read(&Record::parse_str(line).unwrap())
    }

    #[test]
    fn what_a_server_says_is_typed_and_what_it_may_say_otherwise_is_taken() {
        for (line, expected) in [
            (r#"{"messageName":"EventStatisticOpened","statisticID":1}"#, Incoming::Opened(1, None)),
            (r#"{"messageName":"eventstatisticopened","STATISTICID":"1","value":3}"#, Incoming::Opened(1, Some(3.0))),
            (r#"{"messageName":"EventStatisticOpened","statisticID":1,"value":"n/a"}"#, Incoming::Opened(1, None)),
            (r#"{"messageName":"EventInfo","statisticID":2,"value":12}"#, Incoming::Info(2, 12.0)),
            (r#"{"messageName":"EventInfo","statisticID":2,"value":"12.5","of":{"later":1}}"#, Incoming::Info(2, 12.5)),
            (r#"{"messageName":"EventInfo","statisticID":2,"value":-1}"#, Incoming::Info(2, -1.0)),
            (r#"{"messageName":"EventStatisticClosed","statisticID":3}"#, Incoming::Closed(3)),
            (
                r#"{"messageName":"EventError","statisticID":4,"errorCode":"UnknownStatistic","errorMessage":"none"}"#,
                Incoming::Error(4, Error::UnknownStatistic, "none".into()),
            ),
            (
                r#"{"messageName":"EventError","statisticID":4,"errorCode":"unknownobject"}"#,
                Incoming::Error(4, Error::UnknownObject, "".into()),
            ),
            (
                r#"{"messageName":"EventError","statisticID":4,"errorCode":77,"errorMessage":[]}"#,
                Incoming::Error(4, Error::Other, "".into()),
            ),
            (r#"{"messageName":"EventOfTomorrow","statisticID":4}"#, Incoming::Unknown),
        ] {
            assert_eq!(read(line), expected, "{line}");
        }
    }

    #[test]
    fn what_is_no_number_is_no_value() {
        for value in ["\"busy\"", "[]", "{}", "true", "null", "\"NaN\"", "\"inf\"", "1e300", "\"\""] {
            let line = format!(r#"{{"messageName":"EventInfo","statisticID":2,"value":{value}}}"#);
            assert!(matches!(read(&line), Incoming::Unreadable(2, _)), "{line}");
        }
        for id in ["", r#","statisticID":"x""#, r#","statisticID":1.5"#] {
            let line = format!(r#"{{"messageName":"EventInfo","value":1{id}}}"#);
            assert!(matches!(read(&line), Incoming::OfNone(_)), "{line}");
        }
    }
}

//! Reading the attributes of one message: names without regard to case, absent is not empty, every fault names its field.

use crate::wire::{
    KvList, Members,
    members::{digits, text},
};
use serde_json::{Value as Json, value::RawValue};
use std::{borrow::Cow, sync::Arc, time::Duration};

/// Longest agent ID, DN, switch or media type, in bytes. T-Library's own limits are lower.
pub const MAX_NAME: usize = 255;
/// Longest text for the worker (`Message`, `StatusMessage`), in bytes.
pub const MAX_TEXT: usize = 2_000;
/// Letters shown of what is wrong: escaped, each takes 8 bytes at most, so that they fit into [`MAX_TEXT`].
pub(super) const MAX_WORDS: usize = 240;

/// Up to here a double tells each whole number from the next.
const MAX_EXACT: f64 = 9_007_199_254_740_991.0;

/// The message cannot be understood. The sender's fault, always.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not a JSON object.
    #[error("a JSON object is expected")]
    NotAnObject,
    /// `messageName` is none of ours.
    #[error(
        "unknown message `{0}`; PreviewInteractionRequest, PreviewInteractionMultiple and PreviewInteractionCancel are known"
    )]
    UnknownMessage(String),
    /// A required attribute is absent or empty.
    #[error("`{0}` is missing or empty")]
    Missing(&'static str),
    /// An attribute has a value of the wrong kind.
    #[error("`{field}`: {expected}")]
    Wrong {
        /// Which, in the documented spelling.
        field: &'static str,
        /// What would be right.
        expected: String,
    },
    /// An attribute is there twice, in different case and with different values.
    #[error("`{0}` is given twice with different values")]
    Twice(&'static str),
}

impl DecodeError {
    pub(crate) fn wrong(field: &'static str, expected: impl Into<String>) -> Self {
        Self::Wrong { field, expected: expected.into() }
    }

    /// Which attribute is at fault; none: the message as a whole.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::NotAnObject => None,
            Self::UnknownMessage(_) => Some("messageName"),
            Self::Missing(field) | Self::Wrong { field, .. } | Self::Twice(field) => Some(field),
        }
    }
}

/// What is wrong with optional attributes of one message: it is gone on without them, and said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unreadable(pub Vec<DecodeError>);

impl Unreadable {
    /// What was read; of an optional attribute that cannot be read, what stands for an absent one.
    pub fn or_absent<T: Default>(&mut self, read: Result<T, DecodeError>) -> T {
        read.unwrap_or_else(|fault| {
            self.0.push(fault);
            T::default()
        })
    }
}

/// The attributes of one message. Those nobody asks for are tolerated.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a>(&'a Members<'a>);

impl<'a> Fields<'a> {
    /// The attributes of a flat JSON object.
    pub fn of(message: &'a Members<'_>) -> Self {
        Self(message)
    }

    /// The value under `name` in any case; `null` counts as absent.
    pub fn value(&self, name: &'static str) -> Result<Option<&'a RawValue>, DecodeError> {
        let mut found = self.0.named(name);
        let Some(first) = found.next() else { return Ok(None) };
        match found.all(|other| same(first, other)) {
            true => Ok(Some(first)),
            false => Err(DecodeError::Twice(name)),
        }
    }

    /// The same, and an empty text counts as absent, too: URS sends empty strings for unset variables.
    pub fn written(&self, name: &'static str) -> Result<Option<&'a RawValue>, DecodeError> {
        Ok(self.value(name)?.filter(|value| !is_blank(value)))
    }

    /// A key-value list; empty when absent. What in it is not read is carried as it came.
    pub fn kv_list(&self, name: &'static str) -> Result<KvList, DecodeError> {
        let Some(value) = self.value(name)? else { return Ok(KvList::default()) };
        KvList::parse(value.get()).map_err(|fault| DecodeError::wrong(name, fault.to_string()))
    }

    /// A short text: an agent ID, a DN. Integers are taken too, since a bridge may carry `7001` as a number.
    pub fn name(&self, name: &'static str) -> Result<Option<Arc<str>>, DecodeError> {
        self.text(name, MAX_NAME)
    }

    /// A text of at most `max` bytes; empty counts as absent, as URS sends empty strings for unset variables.
    pub fn text(&self, name: &'static str, max: usize) -> Result<Option<Arc<str>>, DecodeError> {
        let Some(value) = self.value(name)? else { return Ok(None) };
        let text = as_text(value).ok_or_else(|| DecodeError::wrong(name, "a string is expected"))?;
        match text.trim() {
            "" => Ok(None),
            long if long.len() > max => Err(DecodeError::wrong(name, format!("at most {max} bytes are allowed"))),
            text => Ok(Some(text.into())),
        }
    }

    /// Like [`Fields::name`], and it must be there.
    pub fn required(&self, name: &'static str) -> Result<Arc<str>, DecodeError> {
        self.name(name)?.ok_or(DecodeError::Missing(name))
    }

    /// A time in whole seconds, 1 or more, written as a number (`20.0` as well) or in digits; empty counts as absent.
    /// One that no number holds is the longest there is, so that it can be cut like any other.
    pub fn seconds(&self, name: &'static str) -> Result<Option<Duration>, DecodeError> {
        let Some(value) = self.written(name)? else { return Ok(None) };
        match whole(value) {
            None => Err(DecodeError::wrong(name, "whole seconds are expected")),
            Some(seconds) if seconds < 1.0 => Err(DecodeError::wrong(name, "1 second or more is expected")),
            // Saturates.
            Some(seconds) => Ok(Some(Duration::from_secs(seconds as u64))),
        }
    }

    /// A whole number, written as a number (`20.0` as well, as far as doubles are exact) or in digits; empty counts as absent.
    pub fn number(&self, name: &'static str) -> Result<Option<u64>, DecodeError> {
        let Some(value) = self.written(name)? else { return Ok(None) };
        let digits = text(value).unwrap_or(Cow::Borrowed(value.get()));
        let exact = || whole(value).filter(|number| (0.0..=MAX_EXACT).contains(number)).map(|number| number as u64);
        let number = digits.trim().parse().ok().or_else(exact);
        number.map(Some).ok_or_else(|| DecodeError::wrong(name, "a whole number is expected"))
    }
}

fn is_blank(value: &RawValue) -> bool {
    text(value).is_some_and(|text| text.trim().is_empty())
}

/// The same value, perhaps written otherwise.
fn same(one: &RawValue, other: &RawValue) -> bool {
    let read = |value: &RawValue| serde_json::from_str::<Json>(value.get()).ok();
    one.get() == other.get() || read(one).is_some_and(|value| Some(value) == read(other))
}

/// Exact where a time can be meant.
fn whole(value: &RawValue) -> Option<f64> {
    let number = match text(value) {
        // JSON knows neither `inf` nor `nan`: what parses is a number.
        None => value.get().parse::<f64>().ok(),
        Some(text) => {
            let digits = text.trim().trim_start_matches(['-', '+']);
            let all = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            all.then(|| text.trim().parse().ok()).flatten()
        }
    };
    number.filter(|number| number.fract() == 0.0 || number.is_infinite())
}

/// A text, or a whole number as it is written: a bridge may carry `7001` as a number.
pub(super) fn as_text(value: &RawValue) -> Option<Cow<'_, str>> {
    text(value).or_else(|| digits(value).map(Cow::Borrowed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_have_no_case_and_may_be_numbers() {
        let message = json!({"ThisDN": 7001, "CONTACT": " Anna ", "dn": null, "switch": ""}).to_string();
        let members = Members::parse(&message).unwrap();
        let fields = Fields::of(&members);
        assert_eq!(fields.name("thisDN").unwrap().as_deref(), Some("7001"));
        assert_eq!(fields.name("contact").unwrap().as_deref(), Some("Anna"));
        assert_eq!(fields.name("dn"), Ok(None));
        assert_eq!(fields.name("switch"), Ok(None));
        assert_eq!(fields.required("switch"), Err(DecodeError::Missing("switch")));
    }

    #[test]
    fn every_time_a_peer_may_write_is_read_or_explained() {
        let read_raw =
            |value: &str| Fields::of(&Members::parse(&format!(r#"{{"timeout":{value}}}"#)).unwrap()).seconds("timeout");
        let read = |value: Json| read_raw(&value.to_string());
        let most = Ok(Some(Duration::from_secs(u64::MAX)));
        for (value, seconds) in
            [(json!(20), 20), (json!(20.0), 20), (json!("20"), 20), (json!(" 7 "), 7), (json!(1), 1)]
        {
            assert_eq!(read(value), Ok(Some(Duration::from_secs(seconds))));
        }
        for value in [json!(u64::MAX), json!(1e30), json!("99999999999999999999"), json!("9".repeat(400))] {
            assert_eq!(read(value.clone()), most, "{value}");
        }
        assert_eq!((read_raw("1e400"), read_raw(r#""7""#)), (most, Ok(Some(Duration::from_secs(7)))));
        assert_eq!((read(json!("")), read(json!(" ")), read(Json::Null)), (Ok(None), Ok(None), Ok(None)));
        for value in [json!(0), json!(-1), json!(-3.0), json!("0"), json!("-5"), json!(0.0), json!(i64::MIN)] {
            assert_eq!(read(value).unwrap_err().to_string(), "`timeout`: 1 second or more is expected");
        }
        for value in
            [json!(1.5), json!("1.5"), json!("soon"), json!("inf"), json!("-"), json!([1]), json!({}), json!(true)]
        {
            assert_eq!(read(value).unwrap_err().to_string(), "`timeout`: whole seconds are expected");
        }
    }

    #[test]
    fn every_number_a_peer_may_write_is_read_or_refused() {
        let read = |value: &str| {
            let message = format!(r#"{{"referenceID":{value}}}"#);
            Fields::of(&Members::parse(&message).unwrap()).number("referenceID").ok()
        };
        for (value, number) in [
            ("7", Some(7)),
            ("7.0", Some(7)),
            ("2e1", Some(20)),
            ("-0.0", Some(0)),
            ("\" 7 \"", Some(7)),
            ("18446744073709551615", Some(u64::MAX)),
            ("9007199254740991.0", Some(9_007_199_254_740_991)),
            ("\"\"", None),
            ("null", None),
        ] {
            assert_eq!(read(value), Some(number), "{value}");
        }
        for value in ["9007199254740992.0", "1e300", "1.5", "-1", "-1.0", "\"7.0\"", "\"x\"", "true", "[7]"] {
            assert_eq!(read(value), None, "{value}");
        }
    }

    #[test]
    fn two_spellings_must_agree() {
        let members = Members::parse(r#"{"connId":"1","ConnID":"2","dn":"7","DN":"\u0037","switch":"a","switch":"b"}"#);
        let members = members.unwrap();
        let fields = Fields::of(&members);
        assert_eq!(fields.name("switch"), Err(DecodeError::Twice("switch")));
        assert_eq!(fields.name("connId"), Err(DecodeError::Twice("connId")));
        assert_eq!(fields.name("dn").unwrap().as_deref(), Some("7"));
    }

    #[test]
    fn wrong_kinds_are_named() {
        let message = json!({"agent": ["x"], "timeout": "soon", "dn": "x".repeat(256)}).to_string();
        let members = Members::parse(&message).unwrap();
        let fields = Fields::of(&members);
        assert_eq!(fields.name("agent").unwrap_err().to_string(), "`agent`: a string is expected");
        assert_eq!(fields.number("timeout").unwrap_err().to_string(), "`timeout`: a whole number is expected");
        assert_eq!(fields.seconds("timeout").unwrap_err().to_string(), "`timeout`: whole seconds are expected");
        assert_eq!(fields.name("dn").unwrap_err().to_string(), "`dn`: at most 255 bytes are allowed");
    }
}

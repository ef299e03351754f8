//! One line read: a flat JSON object whose attributes are parsed only when asked for.

use super::{
    ConnId, KvList, Members, Shown, kv_json,
    members::{digits, text},
};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Attributes accepted on one line; real messages have about 30.
const MAX_ATTRIBUTES: usize = 1024;

/// Letters of a message's name shown in an error; real ones have about 30.
const MAX_NAME: usize = 60;

/// Letters shown of what is wrong with a value.
const MAX_DETAIL: usize = 200;

/// A message as it came: its name and its attributes in order, unknown ones included. Names are compared without
/// regard to case; of repeated attributes the first that is not null counts.
#[derive(Debug)]
pub struct Record<'l> {
    name: Cow<'l, str>,
    attributes: Members<'l>,
}

/// The line is no message, or an attribute is not what it must be. The sender's fault.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Not a JSON object.
    #[error("the line is no JSON object: {0}")]
    NotAnObject(#[source] serde_json::Error),
    /// No `messageName`.
    #[error("the object has no `messageName` of type string")]
    NoName,
    /// An attribute is missing.
    #[error("{message}: attribute `{attribute}` is missing")]
    Missing {
        /// Message name.
        message: String,
        /// Attribute name.
        attribute: String,
    },
    /// An attribute is of the wrong type or value.
    #[error("{message}: attribute `{attribute}` must be {expected}{detail}")]
    WrongType {
        /// Message name.
        message: String,
        /// Attribute name.
        attribute: String,
        /// What it must be.
        expected: &'static str,
        /// What is wrong with it, when more is known; begins with a separator.
        detail: String,
    },
}

impl<'l> Record<'l> {
    /// Reads one line.
    ///
    /// # Errors
    /// [`RecordError::NotAnObject`] and [`RecordError::NoName`].
    pub fn parse(line: &'l [u8]) -> Result<Self, RecordError> {
        Self::of(serde_json::from_slice(line))
    }

    /// Reads one line that is known to be UTF-8.
    ///
    /// # Errors
    /// [`RecordError::NotAnObject`] and [`RecordError::NoName`].
    pub fn parse_str(line: &'l str) -> Result<Self, RecordError> {
        Self::of(serde_json::from_str(line))
    }

    fn of(members: serde_json::Result<Members<'l>>) -> Result<Self, RecordError> {
        let Members(mut attributes) = members.map_err(RecordError::NotAnObject)?;
        if attributes.len() > MAX_ATTRIBUTES {
            let told = format_args!("more than {MAX_ATTRIBUTES} attributes");
            return Err(RecordError::NotAnObject(serde::de::Error::custom(told)));
        }
        let at = attributes.iter().position(|(name, _)| name.eq_ignore_ascii_case("messageName"));
        let (_, name) = attributes.remove(at.ok_or(RecordError::NoName)?);
        Ok(Self { name: text(name).ok_or(RecordError::NoName)?, attributes: Members(attributes) })
    }

    /// `messageName`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Every other attribute as raw JSON, in order.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &'l str)> {
        self.attributes.0.iter().map(|(name, value)| (name.as_ref(), value.get()))
    }

    /// An attribute as raw JSON; none when absent or null.
    pub fn raw(&self, attribute: &str) -> Option<&'l RawValue> {
        self.attributes.named(attribute).next()
    }

    /// Every attribute, not yet looked at.
    pub fn members(&self) -> &Members<'l> {
        &self.attributes
    }

    /// A string.
    ///
    /// # Errors
    /// [`RecordError::WrongType`].
    pub fn str(&self, attribute: &str) -> Result<Option<Cow<'l, str>>, RecordError> {
        self.typed(attribute, "a string", |raw| text(raw).ok_or_else(String::new))
    }

    /// A string; a whole number is taken for its digits, since a bridge may carry a DN or an agent ID as a number.
    ///
    /// # Errors
    /// [`RecordError::WrongType`].
    pub fn text(&self, attribute: &str) -> Result<Option<Cow<'l, str>>, RecordError> {
        self.typed(attribute, "a string", |raw| {
            text(raw).or_else(|| digits(raw).map(Cow::Borrowed)).ok_or_else(String::new)
        })
    }

    /// An integer; a string of its digits is taken for it.
    ///
    /// # Errors
    /// [`RecordError::WrongType`].
    pub fn number(&self, attribute: &str) -> Result<Option<i64>, RecordError> {
        self.typed(attribute, "an integer", |raw| {
            let number = raw.get().parse().ok().or_else(|| text(raw)?.trim().parse().ok());
            number.ok_or_else(String::new)
        })
    }

    /// An integer.
    ///
    /// # Errors
    /// [`RecordError::WrongType`].
    pub fn int(&self, attribute: &str) -> Result<Option<i64>, RecordError> {
        self.typed(attribute, "an integer", |raw| raw.get().parse().map_err(|_| String::new()))
    }

    /// A boolean.
    ///
    /// # Errors
    /// [`RecordError::WrongType`].
    pub fn bool(&self, attribute: &str) -> Result<Option<bool>, RecordError> {
        self.typed(attribute, "true or false", |raw| raw.get().parse().map_err(|_| String::new()))
    }

    /// A connection ID, as a string of hexadecimal digits.
    ///
    /// # Errors
    /// [`RecordError::WrongType`].
    pub fn conn_id(&self, attribute: &str) -> Result<Option<ConnId>, RecordError> {
        self.typed(attribute, "a string of 1 to 16 hexadecimal digits", |raw| {
            text(raw).and_then(|text| text.parse().ok()).ok_or_else(String::new)
        })
    }

    /// A key-value list.
    ///
    /// # Errors
    /// [`RecordError::WrongType`], naming the key.
    pub fn kv_list(&self, attribute: &str) -> Result<Option<KvList>, RecordError> {
        self.typed(attribute, "a key-value list", |raw| kv_json::read(raw.get()).map_err(|cause| format!(": {cause}")))
    }

    /// The value, or an error naming the attribute that must be there.
    ///
    /// # Errors
    /// [`RecordError::Missing`], and the error handed in.
    pub fn require<T>(&self, attribute: &str, value: Result<Option<T>, RecordError>) -> Result<T, RecordError> {
        value?.ok_or_else(|| self.missing(attribute))
    }

    /// An attribute through `parse`, which says what is wrong with it.
    ///
    /// # Errors
    /// [`RecordError::WrongType`].
    pub fn typed<T>(
        &self,
        attribute: &str,
        expected: &'static str,
        parse: impl FnOnce(&'l RawValue) -> Result<T, String>,
    ) -> Result<Option<T>, RecordError> {
        self.raw(attribute).map(parse).transpose().map_err(|detail| self.wrong(attribute, expected, &detail))
    }

    /// The error that an attribute must be there.
    pub fn missing(&self, attribute: &str) -> RecordError {
        RecordError::Missing { message: self.shown_name(), attribute: attribute.to_owned() }
    }

    /// The error that an attribute, or a part of it, must be something else.
    pub fn wrong(&self, attribute: &str, expected: &'static str, detail: &str) -> RecordError {
        let detail = Shown::up_to(detail, MAX_DETAIL).to_string();
        RecordError::WrongType { message: self.shown_name(), attribute: attribute.to_owned(), expected, detail }
    }

    fn shown_name(&self) -> String {
        Shown::up_to(&self.name, MAX_NAME).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_compared_without_case_and_the_first_counts() {
        let record = Record::parse(br#"{"thisdn":"1","THISDN":"2","MESSAGENAME":"EventX","n":4,"z":null}"#).unwrap();
        assert_eq!(record.name(), "EventX");
        assert_eq!(record.str("thisDN").unwrap().as_deref(), Some("1"));
        assert_eq!(record.int("N").unwrap(), Some(4));
        assert_eq!(record.str("z").unwrap(), None);
        assert_eq!(record.str("absent").unwrap(), None);
        assert_eq!(record.attributes().count(), 4);
    }

    #[test]
    fn a_wrong_type_names_message_and_attribute() {
        let line = br#"{"messageName":"EventX","thisDN":7,"n":"4","c":"xyz","u":5}"#;
        let record = Record::parse(line).unwrap();
        for (error, told) in [
            (record.str("thisDN").unwrap_err(), "EventX: attribute `thisDN` must be a string"),
            (record.int("n").unwrap_err(), "EventX: attribute `n` must be an integer"),
            (record.conn_id("c").unwrap_err(), "EventX: attribute `c` must be a string of 1 to 16 hexadecimal digits"),
            (record.kv_list("u").unwrap_err(), "attribute `u` must be a key-value list: "),
            (record.require("m", record.int("m")).unwrap_err(), "EventX: attribute `m` is missing"),
        ] {
            assert!(error.to_string().contains(told), "{error}");
        }
    }

    #[test]
    fn numbers_and_texts_are_taken_for_each_other_when_asked() {
        let line = r#"{"messageName":"EventX","thisDN":null,"thisdn":5002,"n":"4","f":1.5,"b":true,"big":4294967295}"#;
        let record = Record::parse_str(line).unwrap();
        assert_eq!(record.text("thisDN").unwrap().as_deref(), Some("5002"));
        assert_eq!((record.number("n").unwrap(), record.number("big").unwrap()), (Some(4), Some(4_294_967_295)));
        assert!(record.text("f").is_err() && record.text("b").is_err() && record.number("f").is_err());
    }

    #[test]
    fn an_error_cannot_forge_a_log_line() {
        let line = format!(r#"{{"messageName":"Event\n\u001b[2J{}","n":true}}"#, "x".repeat(1000));
        let told = Record::parse_str(&line).unwrap().int("n").unwrap_err().to_string();
        assert!(told.starts_with("Event\\n\\u{1b}[2Jxxx") && told.len() < 200, "{told}");
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for line in [&b"[]"[..], b"{", b"nonsense", b"", b"{}", br#"{"messageName":7}"#, b"{\"messageName\":\"\xff\"}"]
        {
            assert!(Record::parse(line).is_err(), "{line:?}");
        }
    }

    #[test]
    fn escapes_are_read_in_names_and_values() {
        let record = Record::parse(br#"{"messageN\u0061me":"E\u0076ent","a\n":"\"x\""}"#).unwrap();
        assert_eq!(record.name(), "Event");
        assert_eq!(record.str("a\n").unwrap().as_deref(), Some("\"x\""));
    }

    proptest! {
        #[test]
        fn garbage_never_panics(line in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Record::parse(&line);
        }
    }
}

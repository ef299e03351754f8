//! A JSON object read member by member, the values not yet looked at.

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{borrow::Cow, fmt};

/// The members of an object in order, repeated ones included; as many as fit into the text.
#[derive(Debug)]
pub struct Members<'l>(pub(super) Vec<(Cow<'l, str>, &'l RawValue)>);

impl<'l> Members<'l> {
    /// Reads an object.
    ///
    /// # Errors
    /// It is no JSON, or no object: the sender's fault.
    pub fn parse(text: &'l str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Every value of this name, in any case, that is not null.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &'l RawValue> {
        let found = self.0.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| *value).filter(|value| value.get() != "null")
    }
}

/// The text of a JSON string, borrowed when nothing in it is escaped; none for anything else. Half of a surrogate pair,
/// as a program with 16-bit letters cuts it, is replaced: one letter takes no text with it.
pub fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    let json = raw.get();
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return Some(Cow::Borrowed(inner));
    }
    let Lossy(text) = serde_json::from_str(json).ok()?;
    Some(text)
}

/// A whole number as the text that it is written with.
pub fn digits(raw: &RawValue) -> Option<&str> {
    let json = raw.get();
    json.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-').then_some(json)
}

/// A text or a name, borrowed when nothing in it is escaped; its surrogates need not be in pairs.
struct Lossy<'l>(Cow<'l, str>);

impl<'de> Deserialize<'de> for Lossy<'de> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_bytes(LossyVisitor)
    }
}

struct LossyVisitor;

impl<'de> Visitor<'de> for LossyVisitor {
    type Value = Lossy<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_bytes<E>(self, bytes: &'de [u8]) -> Result<Lossy<'de>, E> {
        Ok(Lossy(String::from_utf8_lossy(bytes)))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Lossy<'de>, E> {
        Ok(Lossy(Cow::Owned(String::from_utf8_lossy(bytes).into_owned())))
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut input: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(12);
        while let Some((Lossy(name), value)) = input.next_entry::<Lossy<'de>, &'de RawValue>()? {
            members.push((name, value));
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_surrogate_pair_takes_no_text_with_it() {
        for (json, expected) in [
            (r#""plain""#, Some("plain")),
            (r#""a\"\u00e9\ud83d\ude00""#, Some("a\"é\u{1f600}")),
            (r#""cut \ud83d""#, Some("cut \u{fffd}\u{fffd}\u{fffd}")),
            (r#""\ude00 end\n""#, Some("\u{fffd}\u{fffd}\u{fffd} end\n")),
            ("7", None),
            ("null", None),
        ] {
            let raw: &RawValue = serde_json::from_str(json).unwrap();
            assert_eq!(text(raw).as_deref(), expected, "{json}");
        }
    }

    #[test]
    fn nor_does_it_take_a_message_with_it_in_a_name() {
        let members = Members::parse(r#"{"a\ud83d":1,"\u0062":2,"c":3}"#).unwrap();
        let names: Vec<_> = members.0.iter().map(|(name, _)| name.as_ref()).collect();
        assert_eq!(names, ["a\u{fffd}\u{fffd}\u{fffd}", "b", "c"]);
        assert!(matches!(members.0[2].0, Cow::Borrowed("c")));
        assert_eq!(members.named("B").map(RawValue::get).collect::<Vec<_>>(), ["2"]);
    }

    #[test]
    fn names_have_no_case_and_null_is_absent() {
        let members = Members::parse(r#"{"A":1,"a":null,"b":2,"a":3}"#).unwrap();
        assert_eq!(members.named("a").map(RawValue::get).collect::<Vec<_>>(), ["1", "3"]);
    }
}

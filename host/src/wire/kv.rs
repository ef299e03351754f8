//! Key-value lists of T-Library: ordered, duplicates kept, nested (host/docs/t-library.md, "Key-value lists", names the
//! vendor's own JSON form).

use super::AsItCame;
use std::borrow::Cow;

/// A value of a [`KvList`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// `str`.
    Str(String),
    /// `int`.
    Int(i64),
    /// `kvlist`.
    List(KvList),
    /// Anything else: not read, carried on.
    Other(AsItCame),
}

impl Value {
    /// The value as people read it; none for a list, which is shown pair by pair.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Str(text) => Some(Cow::Borrowed(text)),
            Self::Int(number) => Some(Cow::Owned(number.to_string())),
            Self::Other(value) => Some(value.text()),
            Self::List(_) => None,
        }
    }

    /// The value as a whole number, also when it is written as text.
    pub fn number(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Str(text) => text.trim().parse().ok(),
            Self::Other(_) | Self::List(_) => None,
        }
    }
}

/// An ordered list of pairs. Keys may repeat: T-Library's *attach* adds, it does not replace.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct KvList(pub Vec<(String, Value)>);

impl KvList {
    /// The first value under `key`, compared exactly.
    pub fn first(&self, key: &str) -> Option<&Value> {
        self.0.iter().find(|(k, _)| k == key).map(|(_, v)| v)
    }

    /// The first value under `key`, if it is a string.
    pub fn str(&self, key: &str) -> Option<&str> {
        match self.first(key) {
            Some(Value::Str(text)) => Some(text),
            _ => None,
        }
    }

    /// The text of the first pair under `key` that has one, whatever its type: bridges type digits as whole numbers.
    pub fn text(&self, key: &str) -> Option<Cow<'_, str>> {
        self.text_at(key).map(|(_, text)| text)
    }

    /// The same, and the pair is taken out; what else is under `key` stays.
    pub fn take_text(&mut self, key: &str) -> Option<String> {
        let (at, text) = self.text_at(key)?;
        let text = text.into_owned();
        self.0.remove(at);
        Some(text)
    }

    fn text_at(&self, key: &str) -> Option<(usize, Cow<'_, str>)> {
        let named = self.0.iter().enumerate().filter(|(_, (known, _))| known == key);
        named.filter_map(|(at, (_, value))| Some((at, words(value)?))).next()
    }

    /// Appends a string pair.
    pub fn push_str(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.0.push((key.into(), Value::Str(value.into())));
    }

    /// Every pair as text, in order; nested lists as `outer.inner`.
    pub fn flat(&self) -> Vec<(String, String)> {
        let mut flat = Vec::with_capacity(self.0.len());
        self.flatten("", &mut flat);
        flat
    }

    fn flatten(&self, prefix: &str, flat: &mut Vec<(String, String)>) {
        for (key, value) in &self.0 {
            let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
            match (value, value.text()) {
                (Value::List(inner), _) => inner.flatten(&key, flat),
                (_, text) => flat.push((key, text.unwrap_or_default().into())),
            }
        }
    }

    /// True without pairs.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The value as people read it; of null, which says that there is none, nothing.
fn words(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Other(null) if null.json() == "null" => Some(Cow::Borrowed("")),
        value => value.text(),
    }
}

impl<K: Into<String>> FromIterator<(K, Value)> for KvList {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(k, v)| (k.into(), v)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_data_is_flattened_in_order() {
        let inner: KvList = [("b", Value::Int(2))].into_iter().collect();
        let list: KvList = [("a", Value::Str("1".into())), ("n", Value::List(inner))].into_iter().collect();
        let flat: Vec<_> = list.flat().into_iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(flat, ["a=1", "n.b=2"]);
    }

    #[test]
    fn a_pair_has_a_text_whatever_its_type_and_is_taken_alone() {
        let inner = Value::List([("x", Value::Int(1))].into_iter().collect());
        for (value, text) in [
            (Value::Str("42".into()), "42"),
            (Value::Int(42), "42"),
            (Value::Int(-1), "-1"),
            (Value::Str(String::new()), ""),
        ] {
            let mut list: KvList = [("k", inner.clone()), ("k", value), ("k", Value::Int(7))].into_iter().collect();
            assert_eq!(list.text("k").as_deref(), Some(text));
            assert_eq!(list.take_text("k").as_deref(), Some(text));
            assert_eq!(list.0.len(), 2, "the list and the other pair stay");
        }
        let mut nested: KvList = [("k", inner)].into_iter().collect();
        assert_eq!((nested.take_text("k"), nested.take_text("other"), nested.0.len()), (None, None, 1));
    }
}

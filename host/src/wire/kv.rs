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
}

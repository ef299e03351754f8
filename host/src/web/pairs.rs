//! Business data as a page shows it, written once: the frames of a broadcast share the text.

use super::message::Pair;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use std::sync::Arc;

/// A list of [`Pair`]s as its JSON. A copy shares the text. Only `serde_json` writes it as it is meant.
#[derive(Clone, Debug)]
pub struct Pairs(Arc<RawValue>);

impl Pairs {
    /// The pairs, read again from the text: for whoever looks at a frame, not for whoever sends it.
    pub fn list(&self) -> Vec<Pair> {
        serde_json::from_str(self.0.get()).expect("made of pairs")
    }

    /// Both are one text, and not two that are equal.
    #[cfg(test)]
    pub(crate) fn is_shared_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl From<Vec<Pair>> for Pairs {
    fn from(pairs: Vec<Pair>) -> Self {
        Self(to_raw_value(&pairs).expect("pairs hold only strings").into())
    }
}

impl PartialEq for Pairs {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

impl Eq for Pairs {}

impl Serialize for Pairs {
    fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(output)
    }
}

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        // Through the pairs: what stands in a tagged frame is no raw text any more, and strangers' JSON is not kept.
        Vec::<Pair>::deserialize(input).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_written_as_the_list_they_are_and_read_back() {
        let pairs = vec![Pair {
            key: "Caller".into(),
            value: "Ms \"Grey\"\n".into(),
            link: None,
            cut: 0,
            edit: false,
            fixed: false,
            stays: false,
        }];
        let (text, shared) = (serde_json::to_string(&pairs).unwrap(), Pairs::from(pairs.clone()));
        assert_eq!(serde_json::to_string(&shared).unwrap(), text);
        let read: Pairs = serde_json::from_str(&text).unwrap();
        assert_eq!((read.list(), read), (pairs, shared));
    }
}

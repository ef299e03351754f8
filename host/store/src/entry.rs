//! What a store holds, and what is asked of it.

use crate::{Error, bounds};
use bytes::Bytes;
use std::{collections::BTreeMap, fmt, sync::Arc};

/// Name of a value: text, with `/` between its parts by custom; at most [`bounds::KEY`] bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Arc<str>);

/// The moment of a change. It grows with every change of the store, and two changes of one store have never the same one,
/// unless they were made together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(pub u64);

/// What is read or watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// This key alone.
    One(Key),
    /// Every key that begins with this text; empty: all there are.
    Below(Arc<str>),
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The bytes. What they mean is for whoever keeps them.
    pub value: Bytes,
    /// When they were set.
    pub revision: Revision,
}

/// Everything of a span at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The moment.
    pub revision: Revision,
    /// What was there.
    pub entries: BTreeMap<Key, Entry>,
}

/// One change of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What is changed.
    pub key: Key,
    /// What must be there for it.
    pub when: When,
    /// What is there afterwards; none: nothing.
    pub value: Option<Bytes>,
}

/// On which condition something is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Whatever is there.
    Always,
    /// Only what was set at this revision; [`Revision::ABSENT`]: only when nothing is there.
    At(Revision),
}

/// What must still be so in the same transaction: the key was set at this revision, and not since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    /// Whose revision is compared.
    pub key: Key,
    /// What it must be.
    pub revision: Revision,
}

impl Key {
    /// A key of this text.
    ///
    /// # Errors
    /// [`Error::Refused`]: it is empty or too long.
    pub fn new(text: &str) -> Result<Self, Error> {
        match text.len() {
            0 => Err(Error::Refused("a key without text".into())),
            long if long > bounds::KEY => {
                Err(Error::Refused(format!("a key of {long} bytes; {} is the most", bounds::KEY).into()))
            }
            _ => Ok(Self(text.into())),
        }
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl Revision {
    /// Of a key that is not there.
    pub const ABSENT: Self = Self(0);
}

impl Span {
    /// Whether it covers this key.
    pub fn covers(&self, key: &Key) -> bool {
        match self {
            Self::One(one) => one == key,
            Self::Below(text) => key.0.starts_with(&**text),
        }
    }
}

impl Change {
    /// This is there afterwards, whatever was before.
    pub fn set(key: Key, value: impl Into<Bytes>) -> Self {
        Self { key, when: When::Always, value: Some(value.into()) }
    }

    /// Nothing is there afterwards, whatever was before.
    pub fn remove(key: Key) -> Self {
        Self { key, when: When::Always, value: None }
    }

    /// The same, if the key is at this revision.
    #[must_use]
    pub fn at(self, revision: Revision) -> Self {
        Self { when: When::At(revision), ..self }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.key.0.len() + self.value.as_ref().map_or(0, Bytes::len)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

//! Reads what an event needs and what it may do without: an optional attribute that cannot be read is noted and counts
//! as absent; one that is needed is an error.

use crate::agent_link::short;
use crate::wire::{KvList, Record, RecordError};
use serde_json::value::RawValue;
use std::sync::Arc;

/// One message being read.
pub(super) struct Reader<'r, 'l> {
    pub(super) record: &'r Record<'l>,
    /// What could not be read.
    pub(super) faults: Vec<RecordError>,
}

impl<'r, 'l> Reader<'r, 'l> {
    pub(super) fn new(record: &'r Record<'l>) -> Self {
        // Allocates nothing while all is well.
        Self { record, faults: Vec::new() }
    }

    /// The value, or none when it is absent or cannot be read.
    pub(super) fn optional<T>(&mut self, read: Result<Option<T>, RecordError>) -> Option<T> {
        read.unwrap_or_else(|fault| {
            self.faults.push(fault);
            None
        })
    }

    /// A number, a name or an ID, cut where it is beyond all measure. An empty one is absent.
    pub(super) fn text(&mut self, attribute: &str) -> Option<Arc<str>> {
        let read = self.record.text(attribute);
        self.optional(read).and_then(|text| told(&text))
    }

    /// Words that are cut where they are shown.
    pub(super) fn words(&mut self, attribute: &str) -> Option<Arc<str>> {
        let read = self.record.text(attribute);
        self.optional(read).map(Arc::from)
    }

    /// A key-value list.
    pub(super) fn list(&mut self, attribute: &str) -> Option<KvList> {
        let read = self.record.kv_list(attribute);
        self.optional(read)
    }

    /// A value of an enumeration, by `name` or by `number`. One that this version does not know is no fault.
    pub(super) fn named<T>(
        &mut self,
        attribute: &str,
        name: impl Fn(&str) -> Option<T>,
        number: impl Fn(i64) -> Option<T>,
    ) -> Option<T> {
        let parse = |raw: &'l RawValue| match raw.get().parse() {
            Ok(value) => Ok(number(value)),
            Err(_) => serde_json::from_str::<String>(raw.get())
                .map(|text| name(&text).or_else(|| text.parse().ok().and_then(&number)))
                .map_err(|_| String::new()),
        };
        let read = self.record.typed(attribute, "a name or an integer", parse);
        self.optional(read).flatten()
    }
}

/// A number, a name or an ID as it counts: a T-Server may tell what it does not know by an empty string, or by blanks.
pub(super) fn told(text: &str) -> Option<Arc<str>> {
    (!text.trim().is_empty()).then(|| short(text).into())
}

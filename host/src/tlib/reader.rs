//! Reads what an event needs and what it may do without: an optional attribute that cannot be read is noted and counts
//! as absent; one that is needed is an error.

use crate::wire::{KvList, Record, RecordError};
use serde_json::value::RawValue;
use std::sync::Arc;

/// Most letters read of numbers, names, IDs and reasons. Whatever is longer is none that is configured here, and would
/// travel to every page.
const MAX_WORDS: usize = 256;

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

    /// A number, a name or an ID, cut where it is beyond all measure.
    pub(super) fn text(&mut self, attribute: &str) -> Option<Arc<str>> {
        let read = self.record.text(attribute);
        self.optional(read).map(|text| short(&text).into())
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

/// Its first 256 letters.
pub(super) fn short(text: &str) -> &str {
    text.char_indices().nth(MAX_WORDS).map_or(text, |(end, _)| &text[..end])
}

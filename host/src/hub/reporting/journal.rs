//! What was given to the journal, and what waits for it.

use super::event::Report;
use crate::{agent_link::LinkId, hub::effect::Effect, kept::Note};
use std::collections::BTreeMap;

/// What was given to the journal, and what waits for it.
#[derive(Debug, Default)]
pub(super) struct Journal {
    pub(super) last: u64,
    /// By the number of the event: what begins waits for its note, and whatever comes after it behind. One that came
    /// back from a link that was lost takes its old place.
    pub(super) unnoted: BTreeMap<u32, (u64, LinkId, Report)>,
}

impl Journal {
    pub(super) fn note(&mut self, note: Note) -> Effect {
        self.last += 1;
        Effect::Note(self.last, note)
    }

    /// The first that waits, if everything up to this note is on the disk.
    pub(super) fn noted(&mut self, note: u64) -> Option<(u32, LinkId, Report)> {
        self.unnoted.first_key_value().filter(|(_, (needed, ..))| *needed <= note)?;
        self.unnoted.pop_first().map(|(number, (_, link, report))| (number, link, report))
    }
}

//! What was said in a chat, in the order of the T-Server's numbers, each line once. Pure.

use super::{room::Room, rules::ChatRules};
use crate::agent_link::Dn;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

/// Longest line taken from others; what is beyond is cut off.
const MOST_TAKEN: usize = 64 * 1024;
/// How far back a line without a number of its own is looked for.
const LOOKED_BACK: usize = 1000;
/// Most numbers that may have come before an earlier one; those beyond are told again.
const MOST_AHEAD: usize = 10_000;

/// A line, or a party's coming or going.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Its place in the chat. Entries without a number stand after the one they came after.
    pub(crate) order: u64,
    /// Counts what was taken, in the order of arrival: each has its own.
    pub(crate) revision: u64,
    /// Milliseconds since 1970 UTC.
    pub(crate) time: u64,
    /// Who.
    pub(crate) party: Dn,
    /// What.
    pub(crate) what: What,
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum What {
    /// They wrote this.
    Line {
        /// The writer's number for it; empty: none.
        id: Arc<str>,
        /// As it came, without what was too long.
        text: Arc<str>,
        /// Letters that were cut off.
        cut: u32,
    },
    /// They take part.
    Joined,
    /// They do no longer.
    Left,
}

/// All of it that is kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Transcript {
    entries: VecDeque<Entry>,
    bytes: usize,
    /// Revision of the entry that was taken last.
    revision: u64,
    /// Every number up to here is known, or lost for good.
    whole: u64,
    /// Numbers beyond it that are known.
    ahead: BTreeSet<u64>,
    /// The highest number that there is, as far as is known.
    last: u64,
    /// Entries that have left because there were too many.
    dropped: u64,
    /// Numbers that nobody could tell so far and that are waited for no longer. They are taken when they come after all.
    lost: BTreeSet<u64>,
    /// How many nobody could tell.
    missing: u64,
}

impl Entry {
    fn bytes(&self) -> usize {
        let text = if let What::Line { id, text, .. } = &self.what { id.len() + text.len() } else { 0 };
        text + self.party.len() + size_of::<Self>()
    }
}

impl What {
    /// A line as it is kept.
    pub(super) fn line(id: Arc<str>, text: &str) -> Self {
        let end = text.floor_char_boundary(MOST_TAKEN);
        let cut = u32::try_from(text[end..].chars().count()).unwrap_or(u32::MAX);
        Self::Line { id, text: text[..end].into(), cut }
    }
}

impl Transcript {
    /// The same without entries.
    pub(super) fn bare(&self) -> Self {
        let dropped = self.dropped + self.entries.len() as u64;
        let (ahead, lost) = (self.ahead.clone(), self.lost.clone());
        Self { entries: VecDeque::new(), bytes: 0, dropped, ahead, lost, ..*self }
    }

    /// The same with the newest entries, as far as there is room.
    pub(super) fn within(&self, room: &mut Room) -> Self {
        let newest = self.entries.iter().rev().take_while(|entry| room.takes(entry)).count();
        let entries: VecDeque<_> = self.entries.range(self.entries.len() - newest..).cloned().collect();
        let bytes = entries.iter().map(Entry::bytes).sum();
        let bare = self.bare();
        Self { dropped: bare.dropped - newest as u64, entries, bytes, ..bare }
    }

    /// Takes an entry. False: it was there.
    pub(super) fn take(&mut self, number: Option<u64>, time: u64, party: Dn, what: What, rules: &ChatRules) -> bool {
        if number.is_some_and(|number| !self.mark_number(number)) || self.has_line(&party, &what) {
            return false;
        }
        self.revision += 1;
        let order = number.or(self.entries.back().map(|entry| entry.order)).unwrap_or(self.whole);
        let entry = Entry { order, revision: self.revision, time, party, what };
        self.bytes += entry.bytes();
        let at = self.entries.partition_point(|before| before.order <= order);
        self.entries.insert(at, entry);
        self.shrink(rules);
        true
    }

    /// Notes a number. False: it is known already, or has to be told again.
    fn mark_number(&mut self, number: u64) -> bool {
        self.last = self.last.max(number);
        if self.lost.remove(&number) {
            self.missing -= 1;
            return true;
        }
        if number <= self.whole || self.ahead.len() >= MOST_AHEAD || !self.ahead.insert(number) {
            return false;
        }
        self.close_up();
        true
    }

    fn close_up(&mut self) {
        while self.ahead.remove(&(self.whole + 1)) {
            self.whole += 1;
        }
    }

    /// The line that this party wrote by this number is there.
    pub(super) fn has(&self, party: &Dn, id: &str) -> bool {
        self.of_late(|entry| {
            entry.party == *party && matches!(&entry.what, What::Line { id: known, .. } if **known == *id)
        })
    }

    /// A T-Server that tells a line anew may number it anew: the writer's own number tells, where the words are the same.
    fn has_line(&self, party: &Dn, what: &What) -> bool {
        let has_number = matches!(what, What::Line { id, .. } if !id.is_empty());
        has_number && self.of_late(|entry| entry.party == *party && entry.what == *what)
    }

    fn of_late(&self, is_it: impl Fn(&Entry) -> bool) -> bool {
        self.entries.iter().rev().take(LOOKED_BACK).any(is_it)
    }

    fn shrink(&mut self, rules: &ChatRules) {
        while self.entries.len() > rules.most_lines || (self.bytes > rules.most_bytes && self.entries.len() > 1) {
            let Some(oldest) = self.entries.pop_front() else { return };
            self.bytes -= oldest.bytes();
            self.dropped += 1;
        }
    }

    /// The T-Server says which numbers there are, and from which on it can tell them.
    pub(super) fn there_are(&mut self, first: Option<u64>, last: Option<u64>) {
        self.last = self.last.max(last.unwrap_or_default());
        if let Some(first) = first.filter(|first| *first <= self.last + 1) {
            self.give_up_before(first);
        }
    }

    /// The same of what is numbered up to here.
    pub(super) fn give_up_to(&mut self, number: u64) {
        self.give_up_before(number.min(self.last) + 1);
    }

    /// What nobody could tell so far is lost for good.
    pub(super) fn give_up(&mut self) {
        self.give_up_before(self.last + 1);
    }

    fn give_up_before(&mut self, first: u64) {
        if first > self.whole + 1 {
            let known = self.ahead.range(..first).count() as u64;
            self.missing += first - 1 - self.whole - known;
            let (lost, room) = (self.whole + 1..first, MOST_AHEAD.saturating_sub(self.lost.len()));
            self.lost.extend(lost.filter(|number| !self.ahead.contains(number)).take(room));
            self.whole = first - 1;
            self.ahead = self.ahead.split_off(&first);
            self.close_up();
        }
    }

    /// What has this number is missing.
    pub(super) fn lacks(&self, number: Option<u64>) -> bool {
        number.is_some_and(|number| self.lost.contains(&number))
    }

    /// Something was said, and the T-Server gives no numbers.
    pub(super) fn is_unnumbered(&self) -> bool {
        self.last == 0 && self.revision > 0
    }

    /// The highest number that there is, as far as is known; 0: none.
    pub(super) fn last(&self) -> u64 {
        self.last
    }

    /// The first number that is not known although there is one; none: all are.
    pub(super) fn gap(&self) -> Option<u64> {
        (self.whole < self.last).then_some(self.whole + 1)
    }

    /// The number from which on everything is to be told again.
    pub(super) fn next(&self) -> u64 {
        self.lost.first().copied().unwrap_or(self.whole + 1)
    }

    /// What is kept, in order.
    pub(crate) fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Revision of the entry that was taken last; 0: none was.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// Entries that have left because there were too many.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Entries that nobody could tell any more.
    pub(crate) fn missing(&self) -> u64 {
        self.missing
    }

    /// The highest number among what came up to this revision.
    pub(super) fn number_at(&self, revision: u64) -> u64 {
        let seen = self.entries.iter().rev().find(|entry| entry.revision <= revision);
        seen.map_or(0, |entry| entry.order)
    }
}

//! What of the place of the user's choice is remembered beyond this process: on disk before ours is sent, forgotten
//! when nothing of ours can stand there any more.

use super::Publisher;
use crate::{
    choice::Choice,
    record::{Recalled, Record},
};
use std::time::Instant;

/// What is on disk, and what is on its way there.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// From an earlier life; none once the first document has told whether ours still stands.
    pub(super) recalled: Option<Box<Recalled>>,
    // Boxed, because hardly anybody is published so at a time.
    durable: Option<Box<Record>>,
    pending: Option<Box<Record>>,
    /// It could not be written: ours is not put there until the next attempt.
    failed: bool,
    /// A request waits for it.
    pub(super) holds_up: bool,
    /// Until then the host may say what it wants, before what an earlier life left makes room for the user's own.
    pub(super) wait: Option<Instant>,
}

impl Memory {
    /// Whether ours may be put there: what it replaces is on disk.
    pub(super) fn covers(&self, needed: &Record) -> bool {
        self.durable.as_ref().is_some_and(|durable| durable.covers(needed))
    }

    /// Whether the disk did not take it.
    pub(super) fn has_failed(&self) -> bool {
        self.failed
    }

    pub(super) fn is_pending(&self) -> bool {
        self.pending.is_some()
    }
}

impl Publisher {
    /// What an earlier life wrote of this agent: what it did not write down is the user's. Nothing is taken away before
    /// `wait`, unless the host says what it wants earlier.
    pub(crate) fn recall(&mut self, recalled: Option<Recalled>, wait: Instant) {
        // What this life knows is newer.
        if let Some(recalled) = recalled.filter(|_| !self.heard_ever && self.memory.recalled.is_none()) {
            self.memory.durable = Some(Box::new(recalled.record.clone()));
            self.memory.recalled = Some(Box::new(recalled));
            self.memory.wait = Some(wait).filter(|_| self.wanted.is_none());
        }
    }

    /// What is to be written now; none inside: to be forgotten. [`Self::remembered`] says how it went.
    pub(crate) fn take_memory(&mut self) -> Option<Option<Record>> {
        if self.memory.is_pending() || self.memory.recalled.is_some() {
            return None;
        }
        match self.needed() {
            Some(needed) if self.memory.covers(&needed) || self.memory.failed => None,
            Some(needed) => {
                self.memory.pending = Some(Box::new(needed.clone()));
                Some(Some(needed))
            }
            None => self.memory.durable.take().map(|_| None),
        }
    }

    /// What [`Self::take_memory`] gave is on disk, but for what an earlier life knew better; none: it cannot be.
    pub(crate) fn remembered(&mut self, written: Option<Record>) {
        let Some(pending) = self.memory.pending.take() else { return };
        self.stirred = true;
        match written {
            Some(written) => {
                if self.replaced.as_ref() == Some(&pending.before) {
                    self.replaced = Some(written.before.clone());
                }
                self.memory.durable = Some(Box::new(written));
            }
            None => self.memory.failed = true,
        }
    }

    /// Tries again what the disk did not take.
    pub(crate) fn retry_memory(&mut self) {
        if std::mem::take(&mut self.memory.failed) {
            self.stirred = true;
        }
    }

    /// What must be on disk now.
    pub(super) fn needed(&self) -> Option<Record> {
        let under_way = self.asked.is_some() && self.putting && self.trying.is_some();
        let before = self.replaced.clone().or_else(|| under_way.then(|| self.there.clone()))?;
        (!self.ours.is_empty()).then(|| Record { before, ours: self.ours.clone() })
    }

    /// The first document of all: what an earlier life remembered holds if what it put there still stands. `beside`:
    /// what stands beside it, of the other kind, is a choice of the user's that the earlier life never heard of.
    pub(super) fn recollect(&mut self, beside: Option<Choice>) -> Option<Option<Choice>> {
        let recalled = self.memory.recalled.take()?;
        if !recalled.stands(self.there.as_ref()) {
            return None;
        }
        self.replaced = Some(beside.clone().or(recalled.record.before));
        self.ours = recalled.record.ours;
        if self.there.is_some() {
            self.keep_what_stands();
        }
        Some(beside).filter(|beside| beside.is_some() && self.is_publishing())
    }

    /// The host has said what it wants.
    pub(super) fn told_by_host(&mut self) {
        self.memory.wait = None;
        self.memory.holds_up = false;
    }
}

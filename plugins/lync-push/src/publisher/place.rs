//! The place of the user's choice: what stands there, whose it is, and what is to be done about it.

use super::{Operation, Publisher, stood::print};
use crate::{
    choice::Choice,
    show::{self, Wanted},
};
use std::time::Instant;

impl Publisher {
    /// What stands and is wanted from the beginning was published before a restart.
    pub(super) fn judge(&mut self) {
        if self.judged || !self.heard_ever || self.wanted.is_none() {
            return;
        }
        self.judged = true;
        let (place, there) = (self.place(), self.there.as_ref());
        if place.zip(there).is_some_and(|(place, there)| place.says_as(there)) {
            self.replaced = Some(None);
            self.ours = there.cloned().into_iter().collect();
        }
    }

    /// Judges what stands in the place of the user's choice.
    pub(super) fn seen(&mut self, seen: Option<Choice>, beside: Option<Choice>) -> Option<Option<Choice>> {
        let first = !std::mem::replace(&mut self.heard_ever, true);
        let before = std::mem::replace(&mut self.there, seen.clone());
        if let Some(seen) = &seen {
            self.print_choice(seen);
        }
        if first {
            let chosen = self.recollect(beside);
            self.judge();
            return chosen;
        }
        // Without a request under way a document says what became of the last one.
        let trying = if self.asked.is_some() { self.trying.clone() } else { self.trying.take() };
        if same(&seen, &before) {
            self.keep_what_stands();
            return None;
        }
        if trying.is_some_and(|trying| same(&seen, &trying)) {
            match self.asked {
                // Ours, or the user's that happens to be the same: the answer will tell.
                Some(_) => self.under = Some(before),
                None if self.putting => self.placed(seen, before),
                // What was the user's is the user's.
                None => {}
            }
            self.keep_what_stands();
            return self.beneath(beside);
        }
        self.under = None;
        self.overruled = true;
        self.put_at = None;
        self.free();
        self.is_publishing().then_some(seen)
    }

    /// A request of ours removes what it knows of. What stands beside ours nevertheless is a choice of the user's that
    /// was never heard of: it is what ours has replaced.
    fn beneath(&mut self, beside: Option<Choice>) -> Option<Option<Choice>> {
        self.replaced = Some(Some(beside.clone()?));
        self.is_publishing().then_some(beside)
    }

    /// What stands there need not be published again if it reads as we would write it.
    fn print_choice(&mut self, seen: &Choice) {
        for item in show::chosen(seen) {
            if let Some(known) = self.stood.iter_mut().find(|known| known.key == item.key) {
                known.print = Some(print(&item));
            }
        }
    }

    /// A request of ours took effect in the place of the user's choice.
    pub(super) fn placed(&mut self, choice: Option<Choice>, before: Option<Choice>) {
        let wanted = same(&self.place(), &choice) && choice.is_some();
        let back = self.replaced.as_ref().is_some_and(|replaced| same(replaced, &choice));
        self.there = choice;
        match &self.replaced {
            // What stood there before ours stands there again.
            Some(_) if !wanted && back => self.free(),
            Some(_) => {}
            // The user chose, or the wish changed, while the request was on its way.
            None => {
                self.replaced = Some(before);
                self.ours.extend(self.there.clone());
            }
        }
        self.keep_what_stands();
    }

    /// A request of ours had no effect there.
    pub(super) fn not_placed(&mut self) {
        self.trying = None;
        match self.replaced {
            None => self.ours.clear(),
            Some(_) => self.keep_what_stands(),
        }
    }

    /// Nothing of ours is there, and nothing is to be put back. What is under way may still come.
    fn free(&mut self) {
        self.replaced = None;
        if self.asked.is_none() {
            self.ours.clear();
        }
    }

    /// Of ours only what stands there can still be there, unless something is under way.
    pub(super) fn keep_what_stands(&mut self) {
        if self.asked.is_none() && self.trying.is_none() {
            let there = self.there.as_ref();
            self.ours.retain(|ours| there.is_some_and(|there| there.says_as(ours)));
        }
    }

    /// The choice that is to stand there because of us.
    fn place(&self) -> Option<Choice> {
        self.wanted.as_ref().and_then(Wanted::choice).filter(|_| !self.overruled)
    }

    /// Whether exactly what is to stand there does.
    pub(super) fn place_is_settled(&self) -> bool {
        match (self.place(), &self.replaced) {
            (Some(place), _) => self.differences(show::chosen(&place), |_, key| key.is_choice(), false).is_empty(),
            (None, Some(_)) => false,
            (None, None) => true,
        }
    }

    /// What is to be done there; none: not before what it replaces is on disk.
    pub(super) fn choice_operations(&mut self, renew: bool, now: Instant) -> Option<Vec<Operation>> {
        let place = self.place();
        if let Some(place) = &place
            && !self.may_put(place)
        {
            return self.memory.has_failed().then(Vec::new);
        }
        let target = match (&place, &self.replaced) {
            (Some(place), _) => Some(place.clone()),
            (None, Some(_)) if self.memory.wait.is_some() => return Some(Vec::new()),
            (None, Some(before)) => before.clone(),
            (None, None) => {
                self.put_at = None;
                return Some(Vec::new());
            }
        };
        let ours = place.is_some();
        let items = target.as_ref().map(show::chosen).unwrap_or_default();
        let operations = self.differences(items, |_, key| key.is_choice(), renew && ours);
        let timed = target.as_ref().is_some_and(|choice| ours && choice.timed);
        if operations.is_empty() {
            if !ours {
                // It stands as it was already.
                self.free();
            }
            self.put_at = self.put_at.or(Some(now)).filter(|_| timed);
            return Some(operations);
        }
        self.put_at = timed.then_some(now);
        self.trying = Some(target);
        self.putting = ours;
        Some(operations)
    }

    /// Ours may be put there once what it replaces is on disk.
    fn may_put(&mut self, place: &Choice) -> bool {
        if self.replaced.is_none() {
            self.replaced = Some(self.there.clone());
        }
        if !self.ours.contains(place) {
            self.ours.push(place.clone());
        }
        self.needed().is_some_and(|needed| self.memory.covers(&needed))
    }
}

fn same(one: &Option<Choice>, other: &Option<Choice>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => one.says_as(other),
        _ => false,
    }
}

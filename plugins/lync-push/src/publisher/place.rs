//! The place of the user's choice: what stands there, whose it is, and what is to be done about it.

use super::{Asked, Operation, Publisher, stood::print};
use crate::{
    choice::Choice,
    roaming::Own,
    show::{self, Wanted},
};
use std::time::Instant;

impl Publisher {
    /// Judges what stands in the place of the user's choice.
    pub(super) fn seen(&mut self, seen: Option<Choice>, beside: Option<Choice>) -> Option<Option<Choice>> {
        let first = !std::mem::replace(&mut self.heard_ever, true);
        let before = std::mem::replace(&mut self.there, seen.clone());
        if let Some(seen) = &seen {
            self.print_choice(seen);
        }
        if first {
            return self.recollect(beside);
        }
        // Without a request under way a document says what became of the last one.
        let trying = if self.asked.is_some() { self.trying.clone() } else { self.trying.take() };
        let tried = trying.is_some_and(|trying| same(&seen, &trying));
        if same(&seen, &before) && (tried && self.asked.is_none() || !self.is_anew(&seen, &before)) {
            self.keep_what_stands();
            return None;
        }
        if tried {
            match self.asked {
                // Ours, or the user's that happens to be the same: the answer will tell.
                Some(_) => drop(self.under.get_or_insert(before)),
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

    /// Whether the user has chosen what reads as ours, which stood there before: in a version that we did not make, or
    /// since another time.
    fn is_anew(&self, seen: &Option<Choice>, before: &Option<Choice>) -> bool {
        let (Some(seen), Some(before)) = (seen, before) else { return false };
        let ours = self.replaced.is_some() && self.ours.iter().any(|ours| ours.says_as(before));
        ours && !seen.is_as(before)
    }

    /// Takes back what was seen there while a request was under way that puts the same there; whether anything was.
    pub(super) fn unsee(&mut self) -> bool {
        let under = self.under.take();
        let seen = under.is_some();
        under.into_iter().for_each(|under| self.there = under);
        seen
    }

    /// The choice that a request has put there, with the version and the time that the answer tells. One that is only counted on may
    /// be another: then the next document tells.
    pub(super) fn in_its_version(&self, choice: Choice, asked: &[Asked], own: &Own) -> Choice {
        let [(key, ..), _] = choice.states();
        let counted = own.version(key) == 0 && asked.iter().any(|asked| asked.key == key);
        let version = Some(self.version(key)).filter(|version| *version > 0 && !counted);
        let published = self.published_at(key).filter(|_| version.is_some());
        Choice { version, published, ..choice }
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

    /// Of ours only what stands there can still be there, in the version in which it does and since when it
    /// does, unless something is under way.
    pub(super) fn keep_what_stands(&mut self) {
        if self.asked.is_some() || self.trying.is_some() {
            return;
        }
        let there = self.there.as_ref();
        self.ours.retain(|ours| there.is_some_and(|there| there.says_as(ours)));
        if let Some((Some(version), published)) = there.map(|there| (there.version, there.published)) {
            self.ours.iter_mut().for_each(|ours| (ours.version, ours.published) = (Some(version), published));
            self.ours.dedup();
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
        let (place, wall) = (self.place(), self.wall(now));
        self.memory.holds_up = false;
        if let Some(Some(before)) = &self.replaced
            && before.is_over(wall)
        {
            // It would have ended by now.
            self.replaced = Some(None);
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
        let items = match &target {
            Some(target) if ours => show::chosen(target),
            Some(target) => show::put_back(target, wall),
            None => Vec::new(),
        };
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
        if let Some(place) = &place
            && !self.may_put(place)
        {
            self.memory.holds_up = true;
            return self.memory.has_failed().then(Vec::new);
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

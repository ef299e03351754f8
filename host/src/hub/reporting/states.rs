//! Which states stand, and what becomes of their begins and ends when the T-Server refuses one of them. Pure.

use super::{
    Of, Reporting,
    event::{Place, Report},
};
use crate::{
    agent_link::LinkId,
    hub::effect::Effect,
    kept::{Note, OpenReport},
};
use std::collections::BTreeMap;

impl Reporting {
    /// Should the next start have to tell that this ended, it says why. What has not begun yet is noted when it does.
    pub(super) fn note_why(&mut self, place: &Place, of: &Of, reason: &str) -> Option<Effect> {
        let journal = self.journal.as_mut()?;
        let waiting = self.waiting.get_mut(&place.link).into_iter().flat_map(BTreeMap::values_mut);
        if let Some(begins) = waiting.into_iter().find(|report| report.begun() == Some(of)) {
            begins.ends_for(reason);
            return None;
        }
        let ending = OpenReport { reason: Some(reason.into()), ..place.open(of) };
        Some(journal.note(Note::Begun(ending)))
    }

    /// Nothing is to be told of this any more.
    pub(super) fn over(&mut self, report: &Report) -> Option<Effect> {
        self.is_over(report.ended()?.clone())
    }

    fn is_over(&mut self, (preview, worker, begin): Of) -> Option<Effect> {
        self.journal.as_mut().map(|journal| journal.note(Note::Ended { preview, worker, begin }))
    }

    /// The state has not ended as far as the T-Server knows: what begins it may be told once more. Its end, where that is on
    /// its way, holds it up.
    pub(super) fn stands(&self, of: &Of) -> bool {
        let ends = |report: &Report| report.ended() == Some(of);
        let waiting = self.waiting.values().flat_map(BTreeMap::values);
        self.has_begun(of) || self.unnoted().chain(waiting).any(ends) || self.under_way.ends(of)
    }

    fn has_begun(&self, (preview, worker, begin): &Of) -> bool {
        self.begun.get(&(*preview, worker.clone())).is_some_and(|(number, _)| number == begin)
    }

    /// The end of this state is told: what begins it, and was refused before, would begin one that never ends. How many
    /// were dropped.
    pub(super) fn drop_begins(&mut self, link: LinkId, of: &Of) -> u64 {
        let begins = |report: &Report| report.begun() == Some(of);
        let waiting = self.waiting.get_mut(&link);
        let waiting = waiting.map_or(0, |waiting| waiting.extract_if(.., |_, report| begins(report)).count());
        let unnoted = self.journal.as_mut().map(|journal| &mut journal.unnoted);
        let unnoted = unnoted.map_or(0, |unnoted| unnoted.extract_if(.., |_, (.., report)| begins(report)).count());
        (waiting + unnoted) as u64
    }

    /// The T-Server has refused what begins a state: without it nothing ends, for ICON pairs them. An end that is on its
    /// way already is the T-Server's to judge, once.
    pub(super) fn never_began(&mut self, of: Of) -> Option<Effect> {
        if self.has_begun(&of) {
            self.begun.remove(&(of.0, of.1.clone()));
        }
        let ends = |report: &Report| report.ended() == Some(&of);
        self.waiting.values_mut().for_each(|waiting| waiting.retain(|_, report| !ends(report)));
        self.under_way.never_began(&of);
        self.journal.as_mut()?.unnoted.retain(|_, (.., report)| !ends(report));
        self.is_over(of)
    }
}

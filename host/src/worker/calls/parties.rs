//! Who takes part in a call, and whom it is with when one of them leaves. Pure.

use super::{LiveCall, update};
use crate::agent_link::{Call, Dn, Ending, PartyChange};

/// More parties of one call than this are counted and not shown.
pub(super) const MOST_PARTIES: usize = 16;

impl LiveCall {
    /// Of a call of two, OtherDN is the other; of more, it is one of them. True: it was another.
    pub(super) fn talks_to(&mut self, other: Option<&Dn>) -> bool {
        let Some(other) = other.filter(|other| self.parties.len() < 2 && !self.parties.contains(other)) else {
            return false;
        };
        self.parties = vec![other.clone()];
        true
    }

    /// Who takes part may be others now. True: they are.
    pub(super) fn party(&mut self, call: &Call, change: PartyChange) -> bool {
        let before = self.parties.clone();
        self.change_party(call, change);
        let left = match change {
            PartyChange::Added => None,
            PartyChange::Deleted => call.other_dn.as_ref(),
            PartyChange::Changed if joins(call) => None,
            PartyChange::Changed => before.first().filter(|_| before.len() == 1).or(call.third_party_dn.as_ref()),
        };
        let left = left.filter(|left| !self.parties.contains(left)).map(|left| self.leaves(left)).unwrap_or_default();
        // The event itself may be the first to tell their ANI.
        let gone = |ani: &&Dn| [&call.other_dn, &call.third_party_dn].iter().any(|dn| dn.as_ref() == Some(*ani));
        let theirs = call.ani.as_ref().filter(gone).filter(|ani| !self.parties.contains(ani));
        self.gone = theirs.filter(|_| change != PartyChange::Added).cloned().or(self.gone.take());
        left || self.parties != before
    }

    /// Who leaves may be whom the call was with; then it is with who is left. True: it was.
    fn leaves(&mut self, left: &Dn) -> bool {
        let Some(next) = self.parties.first() else { return false };
        let was_with = self.call.other_dn.as_ref() == Some(left);
        if was_with {
            self.call.other_dn = Some(next.clone());
        }
        let (parties, called) = (&self.parties, &mut self.call.ani);
        let ani = called.take_if(|ani| !parties.contains(ani) && (was_with || ani == left));
        let news = was_with || ani.is_some();
        self.gone = ani.or(self.gone.take());
        news
    }

    /// What an event tells, but the ANI of who is gone. True: something else is known now.
    pub(super) fn learns(&mut self, told: Call) -> bool {
        let gone = |ani: &Dn| self.gone.as_ref() == Some(ani) && !self.parties.contains(ani);
        let ani = told.ani.clone().filter(|ani| !gone(ani));
        update(&mut self.call, Call { ani, ..told })
    }

    fn change_party(&mut self, call: &Call, change: PartyChange) {
        let gone = match change {
            PartyChange::Added => None,
            PartyChange::Deleted => call.other_dn.as_ref(),
            PartyChange::Changed if joins(call) => None,
            PartyChange::Changed if self.parties.len() < 2 => {
                self.talks_to(call.other_dn.as_ref());
                return;
            }
            PartyChange::Changed => call.third_party_dn.as_ref(),
        };
        self.parties.retain(|party| Some(party) != gone);
        let came = call.other_dn.as_ref().filter(|_| change != PartyChange::Deleted);
        match came.filter(|party| !self.parties.contains(party)) {
            Some(party) if self.parties.len() < MOST_PARTIES => self.parties.push(party.clone()),
            Some(_) => metrics::counter!("uc_hub_parties_left_out_total").increment(1),
            None => {}
        }
    }
}

/// Who made a conference stays in it: nobody gives up a place.
pub(super) fn joins(call: &Call) -> bool {
    call.ending == Ending::Conferenced
}

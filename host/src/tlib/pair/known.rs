//! The DNs that the owner has registered, and what each of two T-Servers has said of them. Of a DN without calls it
//! is a few numbers, 54 bytes: a hundred thousand of them cost 5.4 MB, where what is known of each elsewhere is left
//! as it is.

use super::{
    sides::Side,
    state::{Calls, State},
};
use crate::agent_link::{Dn, EventKind, Permit, RegisterMode};
use foldhash::HashMap;

/// How a DN is registered at one of the two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Registered {
    /// Not at all.
    #[default]
    No,
    /// Asked for.
    Asked,
    /// It is.
    Yes,
    /// That one does not want it.
    Refused,
}

/// One DN.
#[derive(Clone, Copy, Debug)]
struct Known {
    mode: RegisterMode,
    registered: [Registered; 2],
    out_of_service: [bool; 2],
    agent: [u64; 2],
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Dns {
    dns: HashMap<Dn, Known>,
    /// Of DNs with calls.
    calls: [HashMap<Dn, Calls>; 2],
    /// Of DNs that may become another node's.
    permits: HashMap<Dn, Permit>,
}

impl Dns {
    /// The owner registers it, and may for as long as this holds.
    pub(super) fn add(&mut self, dn: &Dn, mode: RegisterMode, permit: &Permit) {
        if permit.may_end() {
            self.permits.insert(dn.clone(), permit.clone());
        } else {
            self.permits.remove(dn);
        }
        let new = || Known { mode, registered: Default::default(), out_of_service: [false; 2], agent: [0; 2] };
        let known = self.dns.entry(dn.clone()).or_insert_with(new);
        if known.mode != mode {
            *known = new();
        }
    }

    /// The owner needs it no longer.
    pub(super) fn remove(&mut self, dn: &Dn) {
        self.dns.remove(dn);
        self.permits.remove(dn);
        self.calls.iter_mut().for_each(|calls| drop(calls.remove(dn)));
    }

    /// Those that are another node's by now are none of this pair's.
    pub(super) fn leave_others(&mut self) {
        let others: Vec<_> =
            self.permits.iter().filter(|(_, permit)| !permit.holds()).map(|(dn, _)| dn.clone()).collect();
        others.iter().for_each(|dn| self.remove(dn));
    }

    /// In which mode it is registered; none: it is not.
    pub(super) fn mode(&self, dn: &Dn) -> Option<RegisterMode> {
        self.dns.get(dn).map(|known| known.mode)
    }

    pub(super) fn registered(&self, dn: &Dn, side: Side) -> Registered {
        self.dns.get(dn).map(|known| known.registered[side.index()]).unwrap_or_default()
    }

    pub(super) fn set_registered(&mut self, dn: &Dn, side: Side, registered: Registered) {
        if let Some(known) = self.dns.get_mut(dn) {
            known.registered[side.index()] = registered;
        }
    }

    /// Those that one of the two was not asked to register.
    pub(super) fn not_asked(&self, side: Side) -> impl Iterator<Item = &Dn> {
        let not_asked = move |known: &Known| known.registered[side.index()] == Registered::No;
        self.dns.iter().filter(move |(_, known)| not_asked(known)).map(|(dn, _)| dn)
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Dn> {
        self.dns.keys()
    }

    /// What one has said of a DN.
    pub(super) fn state(&self, dn: &Dn, side: Side) -> State {
        let Some(known) = self.dns.get(dn) else { return State::default() };
        let calls = self.calls[side.index()].get(dn).cloned().unwrap_or_default();
        State { agent: known.agent[side.index()], out_of_service: known.out_of_service[side.index()], calls }
    }

    /// One says this of a DN.
    pub(super) fn says(&mut self, dn: &Dn, side: Side, kind: &EventKind) {
        let Some(known) = self.dns.get_mut(dn) else { return };
        let (at, calls) = (side.index(), &mut self.calls[side.index()]);
        let before = calls.remove(dn).unwrap_or_default();
        let mut state = State { agent: known.agent[at], out_of_service: known.out_of_service[at], calls: before };
        state.apply(kind);
        match kind {
            EventKind::Registered { .. } | EventKind::RegisteredAlone => known.registered[at] = Registered::Yes,
            EventKind::Unregistered => known.registered[at] = Registered::No,
            _ => {}
        }
        (known.agent[at], known.out_of_service[at]) = (state.agent, state.out_of_service);
        if !state.calls.is_empty() {
            calls.insert(dn.clone(), state.calls);
        }
    }

    /// What one knows of any may be over.
    pub(super) fn read_all_again(&mut self, side: Side) {
        self.dns.values_mut().for_each(|known| known.registered[side.index()] = Registered::No);
    }

    /// The connection to one has ended: it knows none of them any more.
    pub(super) fn forget(&mut self, side: Side) {
        self.calls[side.index()].clear();
        for known in self.dns.values_mut() {
            known.registered[side.index()] = Registered::No;
            known.agent[side.index()] = 0;
            known.out_of_service[side.index()] = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hundred thousand DNs take 131,072 places of 40 bytes and one: 54 bytes a DN.
    #[test]
    fn a_dn_without_calls_is_a_few_numbers() {
        assert_eq!(size_of::<(Dn, Known)>(), 40);
        let (mut dns, dn) = (Dns::default(), Dn::from("5002"));
        dns.add(&dn, RegisterMode::Share, &Permit::default());
        dns.says(&dn, Side::First, &EventKind::OutOfService(true));
        assert!(dns.calls.iter().all(HashMap::is_empty));
    }
}

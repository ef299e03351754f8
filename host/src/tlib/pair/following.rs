//! Registering at the T-Server that is not in use what is registered at the other. Pure.

use super::{
    known::{Dns, Registered},
    sides::Side,
};
use crate::agent_link::{Behaviour, Dn, Refusal, Request, UNSUPPORTED};
use std::collections::VecDeque;

/// Registrations under way there at a time: the requests of workers have the machine for themselves.
const AT_A_TIME: usize = 500;

/// So many refused, and none taken before: a backup that takes no registrations.
const REFUSALS: usize = 20;

/// How far it is with one of the two.
#[derive(Debug, Default)]
pub(super) struct Following {
    /// It is connected and takes registrations, as far as is known.
    live: bool,
    refuses: bool,
    taken: bool,
    refusals: usize,
    due: VecDeque<Dn>,
}

impl Following {
    /// It takes registrations from now on. False: it did.
    pub(super) fn begins(&mut self) -> bool {
        !std::mem::replace(&mut self.live, true)
    }

    /// The connection has ended.
    pub(super) fn ends(&mut self) {
        *self = Self::default();
    }

    /// It is connected, whatever it takes.
    pub(super) fn is_connected(&self) -> bool {
        self.live
    }

    /// It is connected, and registered with or about to be.
    pub(super) fn is_live(&self) -> bool {
        self.live && !self.refuses
    }

    /// It is the one in use: the owner registers there.
    pub(super) fn mark_used(&mut self) {
        (self.refuses, self.due) = (false, VecDeque::new());
    }

    /// This DN is to be registered there.
    pub(super) fn wants(&mut self, dn: &Dn) {
        if self.is_live() {
            self.due.push_back(dn.clone());
        }
    }

    /// Everything that it was not asked for is to be registered there.
    pub(super) fn wants_all(&mut self, dns: &Dns, side: Side) {
        if self.is_live() {
            self.due = dns.not_asked(side).cloned().collect();
        }
    }

    /// The next registration to ask for, while `open` are under way.
    pub(super) fn next(&mut self, dns: &mut Dns, side: Side, open: usize) -> Option<Request> {
        if open >= AT_A_TIME {
            return None;
        }
        while let Some(this_dn) = self.due.pop_front() {
            if let (Some(mode), Registered::No) = (dns.mode(&this_dn), dns.registered(&this_dn, side)) {
                dns.set_registered(&this_dn, side, Registered::Asked);
                return Some(Request::RegisterAddress { this_dn, mode });
            }
        }
        None
    }

    /// One was taken.
    pub(super) fn mark_taken(&mut self) {
        self.taken = true;
    }

    /// One was refused. True: this one takes none, which is news.
    pub(super) fn take_refusal(&mut self, refusal: &Refusal) -> bool {
        if refusal.behaviour == Behaviour::Unsent {
            return false;
        }
        self.refusals += 1;
        let never = refusal.code == Some(UNSUPPORTED) || self.refusals >= REFUSALS;
        let news = never && !self.taken && !self.refuses;
        if news {
            (self.refuses, self.due) = (true, VecDeque::new());
        }
        news
    }
}

//! Requests under way at either of two T-Servers: whose each is, and what it asks. Pure.

use super::sides::Side;
use crate::agent_link::{Dn, Outgoing, Ticket};
use foldhash::HashMap;

/// One request.
#[derive(Clone, Debug)]
pub(super) enum Asked {
    /// The owner's.
    Owners(Outgoing),
    /// Of the pair itself, which registers this DN with the one that is not in use, or gives it up there.
    Own(Side, Dn),
}

/// All that are under way, by the number that stands for a ticket between the pair and its clients.
#[derive(Debug, Default)]
pub(super) struct UnderWay {
    last: u64,
    asked: HashMap<u64, Asked>,
    own: [usize; 2],
}

impl UnderWay {
    /// One more; its number.
    pub(super) fn add(&mut self, asked: Asked) -> Ticket {
        self.last += 1;
        if let Asked::Own(side, _) = &asked {
            self.own[side.index()] += 1;
        }
        self.asked.insert(self.last, asked);
        Ticket(self.last)
    }

    /// It has its answer, or ended without one.
    pub(super) fn ended(&mut self, number: Ticket) -> Option<Asked> {
        let asked = self.asked.remove(&number.0);
        if let Some(Asked::Own(side, _)) = &asked {
            self.own[side.index()] -= 1;
        }
        asked
    }

    /// How many of the pair's own are under way there.
    pub(super) fn own(&self, side: Side) -> usize {
        self.own[side.index()]
    }
}

//! Which of two T-Servers is in use, and what follows from a change of that. Pure.

use crate::agent_link::LinkId;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// So long the owner is told nothing of a pair without a primary, while one that knows the same can become it.
const PROMOTION: Duration = Duration::from_secs(3);

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// `address`.
    First,
    /// `backup-address`.
    Second,
}

impl Side {
    pub(super) const BOTH: [Self; 2] = [Self::First, Self::Second];

    pub(super) fn index(self) -> usize {
        match self {
            Self::First => 0,
            Self::Second => 1,
        }
    }

    pub(super) fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

impl From<Side> for LinkId {
    fn from(side: Side) -> Self {
        Self(if side == Side::First { 0 } else { 1 })
    }
}

impl From<LinkId> for Side {
    fn from(link: LinkId) -> Self {
        if link.0 == 0 { Self::First } else { Self::Second }
    }
}

/// What one of them said last of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing yet.
    Unheard,
    /// Not connected, or without a switch since it is, and why.
    Away(Arc<str>),
    /// Connected, and backup.
    Standby,
    /// Connected and primary, with what it calls itself.
    Primary(Arc<str>),
}

/// What follows from what one of them said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// This one is used from now on; whatever is known is read anew.
    Up(Side, Arc<str>),
    /// This one is used from now on in the place of the other. `lost`: the other's connection has ended.
    Switched { to: Side, lost: bool },
    /// Neither can be used.
    Down(Arc<str>),
    /// What keeps the one that is not in use from taking over.
    Backup(Option<Arc<str>>),
}

/// What is known of both.
#[derive(Debug)]
pub(super) struct Sides {
    name: Arc<str>,
    addresses: [Arc<str>; 2],
    stages: [Stage; 2],
    /// The one whose word counts: the owner is told that the link is up.
    heard: Option<Side>,
    /// It is primary, and its connection the one that was used.
    serves: bool,
    /// Its connection has ended since it was used last.
    lost: bool,
    /// Which have said that their switch is away.
    cut: [bool; 2],
    /// No primary is waited for any longer then.
    until: Option<Instant>,
    /// What the owner was told last to keep the other from taking over.
    missing: Option<Arc<str>>,
}

impl Sides {
    pub(super) fn new(name: &str, addresses: [&str; 2]) -> Self {
        Self {
            name: name.into(),
            addresses: addresses.map(Into::into),
            stages: [Stage::Unheard, Stage::Unheard],
            heard: None,
            serves: false,
            lost: false,
            cut: [false; 2],
            until: None,
            missing: None,
        }
    }

    /// The one that requests go to.
    pub(super) fn used(&self) -> Option<Side> {
        self.heard.filter(|_| self.serves)
    }

    /// The one whose word counts.
    pub(super) fn heard(&self) -> Option<Side> {
        self.heard
    }

    /// A primary is waited for.
    pub(super) fn waits(&self) -> bool {
        self.until.is_some()
    }

    /// When to call [`Self::tick`].
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.until
    }

    /// No primary came in time.
    pub(super) fn tick(&mut self, now: Instant, moves: &mut Vec<Move>) {
        if self.until.is_some_and(|until| until <= now) {
            self.give_up(moves);
        }
    }

    /// What one of them says. `knows`: which of them are registered with, and so could go on where the other stopped.
    pub(super) fn says(&mut self, side: Side, stage: Stage, knows: [bool; 2], now: Instant, moves: &mut Vec<Move>) {
        let before = std::mem::replace(&mut self.stages[side.index()], stage);
        let news = before != self.stages[side.index()];
        self.cut[side.index()] &= !matches!(self.stages[side.index()], Stage::Away(_));
        let Some(heard) = self.heard else {
            if news && self.is_worth_telling(side) {
                moves.push(Move::Down(self.causes()));
            }
            return self.use_whichever_is_primary(moves);
        };
        if heard == side {
            let primary = self.is_primary(side);
            self.lost |= matches!(self.stages[side.index()], Stage::Away(_));
            self.serves = primary && !self.lost;
        }
        if self.serves {
            self.until = None;
        } else {
            self.look_for_another(heard, knows, now, moves);
        }
        self.prefer_a_switch(knows, moves);
        self.tell_missing(moves);
    }

    /// One of them has its link to the switch, or has it no longer. `knows`: as with [`Self::says`].
    pub(super) fn switch(&mut self, side: Side, connected: bool, knows: [bool; 2], moves: &mut Vec<Move>) {
        self.cut[side.index()] = !connected;
        self.prefer_a_switch(knows, moves);
        self.tell_missing(moves);
    }

    /// Of two that both say that they are primary, one without its switch is not used while the other has it.
    fn prefer_a_switch(&mut self, knows: [bool; 2], moves: &mut Vec<Move>) {
        let Some(used) = self.used().filter(|used| self.cut[used.index()]) else { return };
        let other = used.other();
        if self.is_primary(other) && !self.cut[other.index()] && knows[other.index()] {
            self.goes_on(other, moves);
        }
    }

    fn goes_on(&mut self, side: Side, moves: &mut Vec<Move>) {
        tracing::info!("T-Server `{}`: {} goes on as primary", self.name, self.addresses[side.index()]);
        let lost = std::mem::take(&mut self.lost);
        (self.heard, self.serves, self.until) = (Some(side), true, None);
        moves.push(Move::Switched { to: side, lost });
    }

    /// The one in use is primary no longer, or gone.
    fn look_for_another(&mut self, heard: Side, knows: [bool; 2], now: Instant, moves: &mut Vec<Move>) {
        let other = heard.other();
        let goes_on = |side: Side| knows[side.index()] && !matches!(self.stages[side.index()], Stage::Away(_));
        if self.is_primary(other) && goes_on(other) {
            self.goes_on(other, moves);
        } else if self.is_primary(other) || self.is_primary(heard) {
            self.give_up(moves);
        } else if goes_on(other) || (!self.lost && goes_on(heard)) {
            self.until.get_or_insert(now + PROMOTION);
        } else {
            self.give_up(moves);
        }
    }

    fn give_up(&mut self, moves: &mut Vec<Move>) {
        (self.heard, self.serves, self.lost, self.until) = (None, false, false, None);
        moves.push(Move::Down(self.causes()));
        self.use_whichever_is_primary(moves);
    }

    fn is_primary(&self, side: Side) -> bool {
        matches!(self.stages[side.index()], Stage::Primary(_))
    }

    /// Of a primary it is told that it is used; of a backup alone nothing before the other has said what it is.
    fn is_worth_telling(&self, side: Side) -> bool {
        match self.stages[side.index()] {
            Stage::Primary(_) | Stage::Unheard => false,
            Stage::Standby => !self.stages.contains(&Stage::Unheard),
            Stage::Away(_) => true,
        }
    }

    fn use_whichever_is_primary(&mut self, moves: &mut Vec<Move>) {
        for side in Side::BOTH {
            if let Stage::Primary(server) = &self.stages[side.index()] {
                tracing::info!("T-Server `{}`: {} is primary, and in use", self.name, self.addresses[side.index()]);
                moves.push(Move::Up(side, server.clone()));
                (self.heard, self.serves, self.lost, self.missing) = (Some(side), true, false, None);
                return self.tell_missing(moves);
            }
        }
    }

    /// What keeps the one that is not in use from taking over.
    fn tell_missing(&mut self, moves: &mut Vec<Move>) {
        let Some(other) = self.used().map(Side::other) else { return };
        let address = &self.addresses[other.index()];
        let missing: Option<Arc<str>> = match &self.stages[other.index()] {
            Stage::Unheard | Stage::Standby => None,
            Stage::Away(cause) => Some(format!("the backup {address} cannot take over: {cause}").into()),
            Stage::Primary(_) => Some(
                format!("{address} says that it is primary, and so does the one in use, which stays in use").into(),
            ),
        };
        if self.missing == missing {
            return;
        }
        match &missing {
            Some(missing) => tracing::warn!("T-Server `{}`: {missing}", self.name),
            None => tracing::info!("T-Server `{}`: the backup {address} can take over", self.name),
        }
        self.missing = missing.clone();
        moves.push(Move::Backup(missing));
    }

    /// Why neither can be used.
    fn causes(&self) -> Arc<str> {
        let of = |at: usize| {
            let cause = match &self.stages[at] {
                Stage::Away(cause) => cause,
                Stage::Unheard => "not connected yet",
                Stage::Standby | Stage::Primary(_) => "backup",
            };
            format!("{}: {cause}", self.addresses[at])
        };
        format!("{}; {}", of(0), of(1)).into()
    }
}

#[cfg(test)]
mod tests;

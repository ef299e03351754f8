//! The calls at one line's DN, as the T-Server's events tell them (requirements F3). Pure.

mod parties;

use super::call_rules::Beside;
use crate::{
    agent_link::{Call, CallStep, CallType, ConnId, Dn, Ending, PartyChange},
    clock::Moment,
};

/// More calls than this at one DN are counted and left out: no switch offers them.
pub(crate) const MOST_CALLS: usize = 32;

/// One call.
#[derive(Clone, Debug)]
pub(crate) struct LiveCall {
    /// The T-Server's facts.
    pub(crate) call: Call,
    /// Where it is, never released.
    pub(crate) step: CallStep,
    /// Since when it is there.
    pub(crate) since: Moment,
    /// Since when it is known.
    pub(crate) appeared: Moment,
    /// Who else takes part, as far as it was told.
    pub(crate) parties: Vec<Dn>,
    /// The ANI of whom it was with before they left or gave up their place: later events may repeat it, and it counts no
    /// more.
    gone: Option<Dn>,
    /// The others do not hear this DN.
    pub(crate) muted: bool,
    /// It was dialled here.
    dialled: bool,
    /// The call it says it was made from.
    made_from: Option<ConnId>,
}

/// What an event did to the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// The call with this ConnID appeared or changed.
    Shown(ConnId),
    /// It is gone.
    Ended(ConnId, Ending),
    /// The first has become the second, which is shown if it was known.
    Merged(ConnId, ConnId),
    /// All of them are others now.
    Replaced,
    /// Which call it was about cannot be told: what is known of the DN may be over.
    Doubtful,
    /// Nothing to show.
    Nothing,
}

/// The calls of one line, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls {
    live: Vec<LiveCall>,
    /// Something changed since [`Calls::take_changed`].
    changed: bool,
    /// The other calls of pairs in which something changed since [`Calls::take_beside`].
    beside: Vec<ConnId>,
    /// A consult call was asked for from this call: the next one that is dialled here is it, if it does not say
    /// otherwise.
    consulting: Option<ConnId>,
}

impl Calls {
    /// A call event.
    pub(crate) fn step(&mut self, call: Call, step: CallStep, now: Moment) -> Change {
        let (conn_id, ending, before) = (call.conn_id, call.ending, self.pairs());
        if step == CallStep::Released {
            let ended = self.end(conn_id, ending, now);
            self.note_beside(&before);
            return if ended { Change::Ended(conn_id, ending) } else { Change::Nothing };
        }
        let full = self.live.len() >= MOST_CALLS;
        let news = match self.find(conn_id) {
            Some(live) => live.goes_on(call, step, now),
            None if full => {
                metrics::counter!("uc_hub_calls_left_out_total").increment(1);
                return Change::Nothing;
            }
            None => {
                self.appears(LiveCall::new(call, step, now));
                true
            }
        };
        self.note_beside(&before);
        self.shown(conn_id, news)
    }

    /// An event that says what is known already is no change.
    fn shown(&mut self, conn_id: ConnId, news: bool) -> Change {
        self.changed |= news;
        if news { Change::Shown(conn_id) } else { Change::Nothing }
    }

    fn appears(&mut self, mut live: LiveCall) {
        if live.dialled {
            live.made_from = live.made_from.or(self.consulting.take());
        }
        self.live.push(live);
    }

    /// A consult call is asked for from this call; none: whatever is dialled next is another call.
    pub(crate) fn expect_consult(&mut self, original: Option<ConnId>) {
        self.consulting = original;
    }

    /// New facts of a call, its step unchanged.
    pub(crate) fn change(&mut self, call: Call) -> Change {
        let (conn_id, before) = (call.conn_id, self.pairs());
        let Some(live) = self.find(conn_id) else { return Change::Nothing };
        let news = live.learns(call);
        self.note_beside(&before);
        self.shown(conn_id, news)
    }

    /// A party came, went, or took another's place; a merged call may get another ConnID.
    pub(crate) fn party(&mut self, call: Call, change: PartyChange) -> Change {
        let before = self.pairs();
        let merged = (change == PartyChange::Changed).then(|| self.merge(&call)).flatten();
        let conn_id = call.conn_id;
        let Some(live) = self.find(conn_id) else {
            return if change == PartyChange::Changed { Change::Doubtful } else { Change::Nothing };
        };
        let others = live.party(&call, change);
        // Who came or went is not whom the call is with.
        let with = if change == PartyChange::Changed { call.other_dn.clone() } else { None };
        let news = live.learns(Call { other_dn: with, ..call }) || others;
        self.note_beside(&before);
        let shown = self.shown(conn_id, news);
        merged.map_or(shown, |old| Change::Merged(old, conn_id))
    }

    /// The call of the event goes on under its ConnID; the one it had before, if it was known.
    fn merge(&mut self, call: &Call) -> Option<ConnId> {
        let old = self.predecessor(call)?;
        if self.get(call.conn_id).is_some() {
            self.release(old);
        } else if let Some(live) = self.find(old) {
            live.call.conn_id = call.conn_id;
            live.made_from = None;
        }
        self.changed = true;
        Some(old)
    }

    /// The call that goes on under the ConnID of the event: the one it names. A T-Server may leave that out, or name
    /// one that is nowhere: then a ConnID that is known goes on itself, and one that is not is that of the call with
    /// the party who gives up their place, else of the only call there is; none: it cannot be told, or nothing goes
    /// on.
    fn predecessor(&self, call: &Call) -> Option<ConnId> {
        let named = call.previous_conn_id.filter(|old| *old != call.conn_id && self.get(*old).is_some());
        if named.is_some() || self.get(call.conn_id).is_some() {
            return named;
        }
        let leaves = |live: &&LiveCall| call.third_party_dn.as_ref().is_some_and(|dn| live.parties.contains(dn));
        only(self.live.iter().filter(leaves)).or_else(|| only(self.live.iter()))
    }

    /// Whether the others of a call hear this DN.
    pub(crate) fn mute(&mut self, conn_id: ConnId, muted: bool) -> Change {
        let Some(live) = self.find(conn_id).filter(|live| live.muted != muted) else { return Change::Nothing };
        live.muted = muted;
        Change::Shown(conn_id)
    }

    /// The T-Server's snapshot of the DN replaces what was known of it.
    pub(crate) fn replace(&mut self, calls: Vec<(Call, CallStep)>, now: Moment) -> Change {
        let before = std::mem::take(&mut self.live);
        let mut news = false;
        for (call, step) in calls {
            if self.get(call.conn_id).is_none() {
                self.live.extend(before.iter().find(|live| live.call.conn_id == call.conn_id).cloned());
            }
            news |= self.step(call, step, now) != Change::Nothing;
        }
        self.beside.clear();
        self.consulting = None;
        let id = |live: &LiveCall| live.call.conn_id;
        news |= before.iter().map(id).ne(self.live.iter().map(id));
        self.changed |= news;
        if news { Change::Replaced } else { Change::Nothing }
    }

    /// They are nobody's here any more.
    pub(crate) fn forget(&mut self) {
        self.changed |= !self.live.is_empty();
        self.live.clear();
    }

    /// No call is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.live.is_empty()
    }

    /// Whether anything changed since the last call.
    pub(crate) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// The other calls of pairs in which something changed since the last call.
    pub(crate) fn take_beside(&mut self) -> Vec<ConnId> {
        std::mem::take(&mut self.beside)
    }

    /// All calls.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &LiveCall> {
        self.live.iter()
    }

    /// The call with this ConnID.
    pub(crate) fn get(&self, conn_id: ConnId) -> Option<&LiveCall> {
        self.live.iter().find(|live| live.call.conn_id == conn_id)
    }

    /// The call that a consult call was made from: the one it names, else the only other one of a consult call that was
    /// dialled here. The T-Server need not tell.
    pub(crate) fn original(&self, consult: &LiveCall) -> Option<&LiveCall> {
        self.named_original(consult).filter(|original| self.named_original(original).is_none())
    }

    fn named_original(&self, consult: &LiveCall) -> Option<&LiveCall> {
        let is_consult = consult.call.call_type == CallType::Consult;
        let mut before = self.live.iter().take_while(|live| live.call.conn_id != consult.call.conn_id);
        if let Some(named) = consult.made_from {
            return if is_consult { self.get(named) } else { before.find(|live| live.call.conn_id == named) }
                .filter(|_| is_consult || consult.dialled);
        }
        let mut others = self.live.iter().filter(|live| live.call.conn_id != consult.call.conn_id);
        let only = others.next().filter(|_| others.next().is_none())?;
        (is_consult && consult.dialled && only.step != CallStep::Ringing).then_some(only)
    }

    /// The consult call that was made from this one.
    fn consult(&self, original: &LiveCall) -> Option<&LiveCall> {
        let of = |live: &&LiveCall| self.original(live).is_some_and(|of| of.call.conn_id == original.call.conn_id);
        self.live.iter().rev().find(of)
    }

    /// The other call of a pair.
    pub(crate) fn beside(&self, live: &LiveCall) -> Beside {
        let original = || self.original(live).map(|original| Beside::Original(original.step));
        let consult = || self.consult(live).map(|consult| Beside::Consult(consult.step));
        if self.live.len() < 2 { Beside::Nothing } else { original().or_else(consult).unwrap_or_default() }
    }

    /// Each call with the other one of its pair, as far as it shows.
    fn pairs(&self) -> Vec<(ConnId, Beside, Option<ConnId>)> {
        let original = |live: &LiveCall| self.original(live).map(|original| original.call.conn_id);
        let pair = |live: &LiveCall| (live.call.conn_id, self.beside(live), original(live));
        self.live.iter().map(pair).filter(|(_, beside, _)| *beside != Beside::Nothing).collect()
    }

    /// Notes every call whose pair is another than it was.
    fn note_beside(&mut self, before: &[(ConnId, Beside, Option<ConnId>)]) {
        let now = self.pairs();
        let news =
            now.iter().filter(|pair| !before.contains(pair)).chain(before.iter().filter(|pair| !now.contains(pair)));
        for (conn_id, ..) in news {
            if !self.beside.contains(conn_id) {
                self.beside.push(*conn_id);
            }
        }
    }

    fn find(&mut self, conn_id: ConnId) -> Option<&mut LiveCall> {
        self.live.iter_mut().find(|live| live.call.conn_id == conn_id)
    }

    /// A leg is gone. The call that a consult call was conferenced into is talked to, also where no event says so.
    fn end(&mut self, conn_id: ConnId, ending: Ending, now: Moment) -> bool {
        let original = self.get(conn_id).and_then(|live| self.original(live)).map(|live| live.call.conn_id);
        let joined = original.filter(|_| ending == Ending::Conferenced);
        if let Some(live) = joined.and_then(|id| self.find(id)).filter(|live| live.step == CallStep::Held) {
            (live.step, live.since) = (CallStep::Established, now);
        }
        self.release(conn_id)
    }

    fn release(&mut self, conn_id: ConnId) -> bool {
        self.consulting = self.consulting.filter(|original| *original != conn_id);
        let before = self.live.len();
        self.live.retain(|live| live.call.conn_id != conn_id);
        self.changed |= self.live.len() < before;
        self.live.len() < before
    }
}

/// The ConnID of the only one; none: there is none, or another.
fn only<'c>(mut calls: impl Iterator<Item = &'c LiveCall>) -> Option<ConnId> {
    let first = calls.next()?;
    calls.next().is_none().then_some(first.call.conn_id)
}

/// Events carry what they know: an absent attribute leaves the earlier one. What concerns the event alone is not kept.
/// True: something else is known now.
fn update(have: &mut Call, told: Call) -> bool {
    let call_type = Some(told.call_type).filter(|call_type| *call_type != CallType::Unknown);
    let news = [
        learn(&mut have.other_dn, told.other_dn),
        learn(&mut have.ani, told.ani),
        learn(&mut have.dnis, told.dnis),
        learn(&mut have.user_data, told.user_data),
        call_type.is_some_and(|call_type| std::mem::replace(&mut have.call_type, call_type) != call_type),
    ];
    news.contains(&true)
}

fn learn<T: PartialEq>(have: &mut Option<T>, told: Option<T>) -> bool {
    let news = told.is_some() && *have != told;
    if news {
        *have = told;
    }
    news
}

impl LiveCall {
    fn new(call: Call, step: CallStep, now: Moment) -> Self {
        let (parties, made_from) = (call.other_dn.iter().cloned().collect(), call.made_from());
        let dialled = matches!(step, CallStep::Dialing | CallStep::NetworkReached | CallStep::Busy);
        Self { call, step, since: now, appeared: now, parties, gone: None, muted: false, dialled, made_from }
    }

    /// It was dialled here.
    pub(crate) fn is_dialled(&self) -> bool {
        self.dialled
    }

    /// Ringing apart, whoever has it is on it.
    pub(crate) fn is_in_progress(&self) -> bool {
        self.step != CallStep::Ringing
    }

    /// An event says where it is. True: something is other than it was.
    fn goes_on(&mut self, call: Call, step: CallStep, now: Moment) -> bool {
        let (moves, made_from) = (self.step != step, call.made_from().or(self.made_from));
        if moves {
            (self.step, self.since) = (step, now);
        }
        let other_pair = std::mem::replace(&mut self.made_from, made_from) != made_from;
        let others = self.talks_to(call.other_dn.as_ref());
        self.learns(call) || moves || other_pair || others
    }
}

#[cfg(test)]
mod tests;

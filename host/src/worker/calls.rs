//! The calls at one line's DN, as the T-Server's events tell them (requirements F3). Pure.
//! Long, because which call belongs to which, and what an event changes of that, is one state.

mod parties;

use super::call_rules::Beside;
use crate::{
    agent_link::{Call, CallStep, CallType, ConnId, Dn, Ending, PartyChange},
    clock::Moment,
};
use std::time::Duration;

/// So long after it was asked for, the consult call is there, or will not be: what is dialled then is another one.
const CONSULT: Duration = Duration::from_secs(30);
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
    /// The calls that it says it was made from, the likeliest first.
    made_from: [Option<ConnId>; 2],
    /// The call from which it was asked for here.
    asked_from: Option<ConnId>,
    /// The call that it was made from was here, and is not any more: no other takes its place.
    is_left: bool,
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
    consulting: Option<Consulting>,
}

/// A consult call was asked for: the next one that comes of it here is it, if it does not say otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Consulting {
    /// From this call.
    original: ConnId,
    /// To this number.
    number: Dn,
    until: Moment,
}

impl Consulting {
    /// A call that appears may be it. Switches write numbers otherwise than they were asked for: what is dialled here and
    /// says that it is a consult call need not have the same.
    fn fits(&self, live: &LiveCall, now: Moment) -> bool {
        let Call { call_type, other_dn, dnis, .. } = &live.call;
        let told: Vec<_> = [other_dn.as_deref(), dnis.as_deref()].into_iter().flatten().collect();
        let same = told.contains(&&*self.number);
        let may_be = match call_type {
            CallType::Consult => live.dialled || (live.is_in_progress() && (same || told.is_empty())),
            CallType::Unknown => live.dialled && (same || told.is_empty()),
            _ => live.dialled && same,
        };
        now < self.until && may_be
    }
}

impl Calls {
    /// A call event.
    pub(crate) fn step(&mut self, call: Call, step: CallStep, now: Moment) -> Change {
        let (conn_id, ending, before) = (call.conn_id, call.ending, self.pairs());
        // Who is back with the caller consults nobody.
        if step == CallStep::Established && self.get(conn_id).is_some_and(|live| live.step == CallStep::Held) {
            self.consult_comes_to_nothing(Some(conn_id));
        }
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
                self.appears(LiveCall::new(call, step, now), now);
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

    fn appears(&mut self, mut live: LiveCall, now: Moment) {
        live.asked_from = self.consulting.take_if(|it| it.fits(&live, now)).map(|it| it.original);
        self.live.push(live);
    }

    /// A consult call to this number is asked for from this call; none: whatever is dialled next is another call.
    pub(crate) fn expect_consult(&mut self, consult: Option<(ConnId, Dn)>, now: Moment) {
        self.consulting = consult.map(|(original, number)| Consulting { original, number, until: now + CONSULT });
    }

    /// The consult call that was asked for from this call, or from any, will not come.
    pub(crate) fn consult_comes_to_nothing(&mut self, original: Option<ConnId>) {
        self.consulting.take_if(|consulting| original.is_none_or(|original| original == consulting.original));
    }

    /// A leg that was never seen is gone: it may be the consult call that was asked for.
    pub(crate) fn is_failed_consult(&self, call: &Call) -> bool {
        self.consulting.is_some() && call.call_type == CallType::Consult && self.get(call.conn_id).is_none()
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
        let takes_place = change == PartyChange::Changed && !parties::joins(&call);
        let with = if takes_place { call.other_dn.clone() } else { None };
        let news = live.learns(Call { other_dn: with, ..call }) || others;
        self.note_beside(&before);
        let shown = self.shown(conn_id, news);
        merged.map_or(shown, |old| Change::Merged(old, conn_id))
    }

    /// The call of the event goes on under its ConnID; the one it had before, if it was known.
    fn merge(&mut self, call: &Call) -> Option<ConnId> {
        let old = self.predecessor(call)?;
        if self.get(call.conn_id).is_some() {
            let joined = self.get(old).filter(|live| live.step == CallStep::Established).map(|live| live.since);
            self.release(old);
            if let Some(live) = self.find(call.conn_id).filter(|live| live.step == CallStep::Held) {
                // The worker was talking, and goes on.
                (live.step, live.since) =
                    joined.map_or((live.step, live.since), |since| (CallStep::Established, since));
            }
        } else if let Some(live) = self.find(old) {
            live.call.conn_id = call.conn_id;
            (live.made_from, live.asked_from) = Default::default();
            let consulting = self.consulting.iter_mut().filter(|consulting| consulting.original == old);
            consulting.for_each(|consulting| consulting.original = call.conn_id);
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

    /// The T-Server's snapshot of the DN replaces what was known of it. `afresh`: after a time in which nothing was heard,
    /// and what a snapshot does not tell may be over.
    pub(crate) fn replace(&mut self, calls: Vec<(Call, CallStep)>, afresh: bool, now: Moment) -> Change {
        let before = std::mem::take(&mut self.live);
        let mut news = false;
        for (call, step) in calls {
            if self.get(call.conn_id).is_none() {
                let known = before.iter().find(|live| live.call.conn_id == call.conn_id).cloned();
                news |= afresh && known.as_ref().is_some_and(|live| live.muted);
                self.live.extend(known.map(|live| if afresh { live.unheard() } else { live }));
            }
            news |= self.step(call, step, now) != Change::Nothing;
        }
        self.beside.clear();
        self.consulting = None;
        let gone: Vec<_> = before.iter().map(|live| live.call.conn_id).filter(|id| self.get(*id).is_none()).collect();
        gone.into_iter().for_each(|conn_id| self.leaves_its_consult_calls(conn_id));
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

    /// The call that a consult call was made from: the first one here of those that it names, else the one from which it
    /// was asked for here, else the only other one of a consult call that was dialled here. The T-Server need not tell,
    /// and may name a call that is nowhere.
    pub(crate) fn original(&self, consult: &LiveCall) -> Option<&LiveCall> {
        self.named_original(consult).filter(|original| self.named_original(original).is_none())
    }

    fn named_original(&self, consult: &LiveCall) -> Option<&LiveCall> {
        let is_consult = consult.call.call_type == CallType::Consult;
        let by_its_own = |named: &ConnId| consult.call.transfer_conn_id == Some(*named);
        let is_it =
            |named: &ConnId| is_consult || ((consult.dialled || by_its_own(named)) && self.is_older(*named, consult));
        if let Some(named) = consult.names().filter(is_it).find_map(|named| self.get(named)) {
            return Some(named);
        }
        let mut others = self.live.iter().filter(|live| live.call.conn_id != consult.call.conn_id);
        let only = others.next().filter(|_| others.next().is_none())?;
        (is_consult && consult.dialled && !consult.is_left && only.step != CallStep::Ringing).then_some(only)
    }

    fn is_older(&self, conn_id: ConnId, than: &LiveCall) -> bool {
        let mut before = self.live.iter().take_while(|live| live.call.conn_id != than.call.conn_id);
        before.any(|live| live.call.conn_id == conn_id)
    }

    /// A call is gone: those that were made from it are nobody else's.
    fn leaves_its_consult_calls(&mut self, conn_id: ConnId) {
        for live in &mut self.live {
            live.is_left |= live.names().any(|named| named == conn_id);
        }
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
        self.consult_comes_to_nothing(Some(conn_id));
        self.leaves_its_consult_calls(conn_id);
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
        let (gone, muted, asked_from, is_left) = (None, false, None, false);
        Self { call, step, since: now, appeared: now, parties, gone, muted, dialled, made_from, asked_from, is_left }
    }

    /// The calls that it may have been made from, the likeliest first.
    fn names(&self) -> impl Iterator<Item = ConnId> + use<> {
        self.made_from.into_iter().flatten().chain(self.asked_from)
    }

    /// It may have been heard again, and its parties may have come back, while nobody told.
    fn unheard(self) -> Self {
        Self { muted: false, gone: None, ..self }
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
        let (moves, told) = (self.step != step, call.made_from());
        let made_from = if told == [None; 2] { self.made_from } else { told };
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

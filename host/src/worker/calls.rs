//! The calls on one worker's DNs, as the T-Server's events tell them (requirements F3). Pure.

use super::LineId;
use crate::{
    agent_link::{Call, CallAction, CallStep, CallType, ConnId},
    clock::Moment,
};

/// More calls than this on one worker's DNs are counted and left out: no switch offers them.
pub(crate) const MOST_CALLS: usize = 32;

/// One call on one line.
#[derive(Clone, Debug)]
pub(crate) struct LiveCall {
    /// The worker's line.
    pub(crate) line: LineId,
    /// The T-Server's facts.
    pub(crate) call: Call,
    /// Where it is, never released.
    pub(crate) step: CallStep,
    /// Since when.
    pub(crate) since: Moment,
}

/// What an event did to the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// The call with this ConnID appeared or changed.
    Shown(ConnId),
    /// It is gone.
    Ended(ConnId),
    /// Nothing to show.
    Nothing,
}

/// The calls of one worker, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls {
    live: Vec<LiveCall>,
    /// Something changed since [`Calls::take_changed`].
    changed: bool,
}

impl Calls {
    /// A call event.
    pub(crate) fn step(&mut self, line: LineId, call: Call, step: CallStep, now: Moment) -> Change {
        let conn_id = call.conn_id;
        if step == CallStep::Released {
            return self.release(line, conn_id);
        }
        self.changed = true;
        let full = self.live.len() >= MOST_CALLS;
        match self.find(line, conn_id) {
            Some(live) => {
                live.since = if live.step == step { live.since } else { now };
                live.step = step;
                update(&mut live.call, call);
            }
            None if full => {
                metrics::counter!("uc_hub_calls_left_out_total").increment(1);
                return Change::Nothing;
            }
            None => self.live.push(LiveCall { line, call, step, since: now }),
        }
        Change::Shown(conn_id)
    }

    /// New facts of a call, its step unchanged; a merged call may get another ConnID.
    pub(crate) fn change(&mut self, line: LineId, call: Call) -> Change {
        let conn_id = call.conn_id;
        let known = if self.find(line, conn_id).is_some() { Some(conn_id) } else { call.previous_conn_id };
        if let Some(merged) = call.previous_conn_id.filter(|merged| Some(*merged) != known) {
            self.release(line, merged);
        }
        match known.and_then(|id| self.find(line, id)) {
            Some(live) => {
                update(&mut live.call, call);
                self.changed = true;
                Change::Shown(conn_id)
            }
            None => Change::Nothing,
        }
    }

    /// The T-Server's snapshot of a line replaces what was known of it. True: there was or is any.
    pub(crate) fn replace(&mut self, line: LineId, calls: Vec<(Call, CallStep)>, now: Moment) -> bool {
        if calls.is_empty() && self.live.iter().all(|live| live.line != line) {
            return false;
        }
        self.changed = true;
        let before = std::mem::take(&mut self.live);
        let (mine, others): (Vec<_>, Vec<_>) = before.into_iter().partition(|live| live.line == line);
        self.live = others;
        for (call, step) in calls {
            if self.find(line, call.conn_id).is_none() {
                self.live.extend(mine.iter().find(|live| live.call.conn_id == call.conn_id).cloned());
            }
            self.step(line, call, step, now);
        }
        true
    }

    /// A line is gone: so are its calls.
    pub(crate) fn forget_line(&mut self, line: LineId) {
        let before = self.live.len();
        self.live.retain(|live| live.line != line);
        self.changed |= self.live.len() < before;
    }

    /// No call is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.live.is_empty()
    }

    /// Whether anything changed since the last call.
    pub(crate) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// All calls.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &LiveCall> {
        self.live.iter()
    }

    /// The call of a line.
    pub(crate) fn get(&self, line: LineId, conn_id: ConnId) -> Option<&LiveCall> {
        self.live.iter().find(|live| live.line == line && live.call.conn_id == conn_id)
    }

    /// The type of the call in progress, ringing apart.
    pub(crate) fn in_progress(&self) -> Option<CallType> {
        self.in_progress_on(|_| true)
    }

    /// The same of these lines alone.
    pub(crate) fn in_progress_on(&self, counts: impl Fn(LineId) -> bool) -> Option<CallType> {
        let mut counted = self.live.iter().filter(|live| counts(live.line));
        counted.find(|live| live.step != CallStep::Ringing).map(|live| live.call.call_type)
    }

    fn find(&mut self, line: LineId, conn_id: ConnId) -> Option<&mut LiveCall> {
        self.live.iter_mut().find(|live| live.line == line && live.call.conn_id == conn_id)
    }

    fn release(&mut self, line: LineId, conn_id: ConnId) -> Change {
        let before = self.live.len();
        self.live.retain(|live| live.line != line || live.call.conn_id != conn_id);
        self.changed |= self.live.len() < before;
        if self.live.len() < before { Change::Ended(conn_id) } else { Change::Nothing }
    }
}

/// Events carry what they know: an absent attribute leaves the earlier one.
fn update(have: &mut Call, mut news: Call) {
    news.other_dn = news.other_dn.or_else(|| have.other_dn.take());
    news.ani = news.ani.or_else(|| have.ani.take());
    news.dnis = news.dnis.or_else(|| have.dnis.take());
    news.user_data = news.user_data.or_else(|| have.user_data.take());
    if news.call_type == CallType::Unknown {
        news.call_type = have.call_type;
    }
    *have = news;
}

impl LiveCall {
    /// Whether the call's step allows this; nothing is allowed while the line is out of service, because nothing would
    /// happen.
    pub(crate) fn allows(&self, action: &CallAction, in_service: bool) -> bool {
        let fits = match action {
            CallAction::Answer => self.step == CallStep::Ringing,
            CallAction::Release => self.step != CallStep::Ringing,
            CallAction::Hold | CallAction::SingleStepTransfer(_) => self.step == CallStep::Established,
            CallAction::Retrieve => self.step == CallStep::Held,
        };
        in_service && fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: LineId = LineId(1);
    const OTHER: LineId = LineId(2);

    fn call(conn_id: u64) -> Call {
        Call {
            conn_id: ConnId(conn_id),
            previous_conn_id: None,
            call_type: CallType::Inbound,
            other_dn: None,
            ani: Some("5551234".into()),
            dnis: None,
            user_data: None,
        }
    }

    #[test]
    fn a_call_lives_from_ringing_to_release_and_keeps_what_later_events_leave_out() {
        let (mut calls, now) = (Calls::default(), Moment::default());
        assert_eq!(calls.step(ONE, call(7), CallStep::Ringing, now), Change::Shown(ConnId(7)));
        calls.step(ONE, Call { ani: None, ..call(7) }, CallStep::Established, now);
        let live = calls.get(ONE, ConnId(7)).expect("known");
        assert_eq!((live.call.ani.as_deref(), live.step), (Some("5551234"), CallStep::Established));
        assert_eq!(calls.step(ONE, call(7), CallStep::Released, now), Change::Ended(ConnId(7)));
        assert_eq!(calls.step(ONE, call(7), CallStep::Released, now), Change::Nothing);
    }

    #[test]
    fn a_snapshot_removes_what_ended_while_the_link_was_down() {
        let (mut calls, now) = (Calls::default(), Moment::default());
        calls.step(ONE, call(7), CallStep::Established, now);
        calls.step(OTHER, call(8), CallStep::Established, now);
        calls.replace(ONE, vec![(call(9), CallStep::Held)], now);
        let ids: Vec<_> = calls.iter().map(|live| live.call.conn_id.0).collect();
        assert_eq!(ids, [8, 9]);
    }

    #[test]
    fn a_merged_call_goes_on_under_its_new_conn_id() {
        let (mut calls, now) = (Calls::default(), Moment::default());
        calls.step(ONE, call(7), CallStep::Established, now);
        let merged = Call { previous_conn_id: Some(ConnId(7)), ..call(9) };
        assert_eq!(calls.change(ONE, merged), Change::Shown(ConnId(9)));
        assert!(calls.get(ONE, ConnId(7)).is_none() && calls.get(ONE, ConnId(9)).is_some());
    }

    #[test]
    fn two_calls_that_merge_leave_one() {
        let (mut calls, now) = (Calls::default(), Moment::default());
        calls.step(ONE, call(7), CallStep::Held, now);
        calls.step(ONE, call(9), CallStep::Established, now);
        calls.change(ONE, Call { previous_conn_id: Some(ConnId(7)), ..call(9) });
        let ids: Vec<_> = calls.iter().map(|live| live.call.conn_id.0).collect();
        assert_eq!(ids, [9]);
    }
}

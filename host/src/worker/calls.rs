//! The calls at one line's DN, as the T-Server's events tell them (requirements F3). Pure.

use crate::{
    agent_link::{Call, CallAction, CallStep, CallType, ConnId},
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
}

/// What an event did to the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// The call with this ConnID appeared or changed.
    Shown(ConnId),
    /// It is gone.
    Ended(ConnId),
    /// The first has become the second, which is shown if it was known.
    Merged(ConnId, ConnId),
    /// All of them are others now.
    Replaced,
    /// Nothing to show.
    Nothing,
}

/// The calls of one line, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls {
    live: Vec<LiveCall>,
    /// Something changed since [`Calls::take_changed`].
    changed: bool,
}

impl Calls {
    /// A call event.
    pub(crate) fn step(&mut self, call: Call, step: CallStep, now: Moment) -> Change {
        let conn_id = call.conn_id;
        if step == CallStep::Released {
            return if self.release(conn_id) { Change::Ended(conn_id) } else { Change::Nothing };
        }
        self.changed = true;
        let full = self.live.len() >= MOST_CALLS;
        match self.find(conn_id) {
            Some(live) => {
                live.since = if live.step == step { live.since } else { now };
                live.step = step;
                update(&mut live.call, call);
            }
            None if full => {
                metrics::counter!("uc_hub_calls_left_out_total").increment(1);
                return Change::Nothing;
            }
            None => self.live.push(LiveCall { call, step, since: now, appeared: now }),
        }
        Change::Shown(conn_id)
    }

    /// New facts of a call, its step unchanged; a merged call may get another ConnID.
    pub(crate) fn change(&mut self, call: Call) -> Change {
        let (conn_id, previous) = (call.conn_id, call.previous_conn_id.filter(|old| *old != call.conn_id));
        let merged = previous.filter(|old| self.get(*old).is_some());
        if let Some(old) = merged.filter(|_| self.get(conn_id).is_some()) {
            self.release(old);
        }
        let known = if self.get(conn_id).is_some() { Some(conn_id) } else { merged };
        let Some(live) = known.and_then(|id| self.find(id)) else { return Change::Nothing };
        update(&mut live.call, call);
        self.changed = true;
        merged.map_or(Change::Shown(conn_id), |old| Change::Merged(old, conn_id))
    }

    /// The T-Server's snapshot of the DN replaces what was known of it.
    pub(crate) fn replace(&mut self, calls: Vec<(Call, CallStep)>, now: Moment) -> Change {
        if calls.is_empty() && self.live.is_empty() {
            return Change::Nothing;
        }
        self.changed = true;
        let before = std::mem::take(&mut self.live);
        for (call, step) in calls {
            if self.get(call.conn_id).is_none() {
                self.live.extend(before.iter().find(|live| live.call.conn_id == call.conn_id).cloned());
            }
            self.step(call, step, now);
        }
        Change::Replaced
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

    /// All calls.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &LiveCall> {
        self.live.iter()
    }

    /// The call with this ConnID.
    pub(crate) fn get(&self, conn_id: ConnId) -> Option<&LiveCall> {
        self.live.iter().find(|live| live.call.conn_id == conn_id)
    }

    fn find(&mut self, conn_id: ConnId) -> Option<&mut LiveCall> {
        self.live.iter_mut().find(|live| live.call.conn_id == conn_id)
    }

    fn release(&mut self, conn_id: ConnId) -> bool {
        let before = self.live.len();
        self.live.retain(|live| live.call.conn_id != conn_id);
        self.changed |= self.live.len() < before;
        self.live.len() < before
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
    /// Ringing apart, whoever has it is on it.
    pub(crate) fn is_in_progress(&self) -> bool {
        self.step != CallStep::Ringing
    }

    /// Whether the call's step allows this; nothing is allowed at a line that is out of service, because nothing would
    /// happen, or another agent's.
    pub(crate) fn allows(&self, action: &CallAction, own: bool) -> bool {
        let fits = match action {
            CallAction::Answer => self.step == CallStep::Ringing,
            CallAction::Release => self.step != CallStep::Ringing,
            CallAction::Hold | CallAction::SingleStepTransfer(_) => self.step == CallStep::Established,
            CallAction::Retrieve => self.step == CallStep::Held,
            CallAction::UserData(_) => matches!(self.step, CallStep::Established | CallStep::Held),
        };
        own && fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(calls.step(call(7), CallStep::Ringing, now), Change::Shown(ConnId(7)));
        calls.step(Call { ani: None, ..call(7) }, CallStep::Established, now);
        let live = calls.get(ConnId(7)).expect("known");
        assert_eq!((live.call.ani.as_deref(), live.step), (Some("5551234"), CallStep::Established));
        assert_eq!(calls.step(call(7), CallStep::Released, now), Change::Ended(ConnId(7)));
        assert_eq!(calls.step(call(7), CallStep::Released, now), Change::Nothing);
    }

    #[test]
    fn a_snapshot_removes_what_ended_while_the_link_was_down() {
        let (mut calls, now) = (Calls::default(), Moment::default());
        calls.step(call(7), CallStep::Established, now);
        calls.replace(vec![(call(9), CallStep::Held)], now);
        let ids: Vec<_> = calls.iter().map(|live| live.call.conn_id.0).collect();
        assert_eq!(ids, [9]);
    }

    #[test]
    fn a_merged_call_goes_on_under_its_new_conn_id() {
        let (mut calls, now) = (Calls::default(), Moment::default());
        calls.step(call(7), CallStep::Established, now);
        let merged = Call { previous_conn_id: Some(ConnId(7)), ..call(9) };
        assert_eq!(calls.change(merged), Change::Merged(ConnId(7), ConnId(9)));
        assert!(calls.get(ConnId(7)).is_none() && calls.get(ConnId(9)).is_some());
    }

    #[test]
    fn two_calls_that_merge_leave_one() {
        let (mut calls, now) = (Calls::default(), Moment::default());
        calls.step(call(7), CallStep::Held, now);
        calls.step(call(9), CallStep::Established, now);
        calls.change(Call { previous_conn_id: Some(ConnId(7)), ..call(9) });
        let ids: Vec<_> = calls.iter().map(|live| live.call.conn_id.0).collect();
        assert_eq!(ids, [9]);
    }
}

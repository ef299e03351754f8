//! The calls on one worker's DNs, as the T-Server's events tell them (requirements F3). Pure.

use super::clock::Now;
use crate::{
    agent_link::{Call, CallAction, CallStep, CallType},
    web::message::{self, CallButton, CallState, Pair},
    wire::{ConnId, KvList, Value},
};
use std::sync::Arc;

/// More calls than this on one worker's DNs are counted and left out: no switch offers them.
pub(super) const MOST_CALLS: usize = 32;

/// One call on one line.
#[derive(Clone, Debug)]
pub(super) struct LiveCall {
    /// Index of the worker's line.
    pub line: u8,
    /// The T-Server's facts.
    pub call: Call,
    state: CallState,
    since: u64,
}

/// What an event did to the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// The call with this ConnID appeared or changed.
    Shown(ConnId),
    /// It is gone.
    Ended(ConnId),
    /// Nothing to show.
    Nothing,
}

/// The calls of one worker, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Calls(Vec<LiveCall>);

impl Calls {
    /// A call event.
    pub(super) fn step(&mut self, line: u8, call: Call, step: CallStep, now: Now) -> Change {
        let conn_id = call.conn_id;
        let state = match step {
            CallStep::Ringing => CallState::Ringing,
            CallStep::Dialing => CallState::Dialing,
            CallStep::Established => CallState::Established,
            CallStep::Held => CallState::Held,
            CallStep::Released => return self.release(line, conn_id),
        };
        let full = self.0.len() >= MOST_CALLS;
        match self.find(line, conn_id) {
            Some(live) => {
                live.since = if live.state == state { live.since } else { now.unix_ms };
                live.state = state;
                update(&mut live.call, call);
            }
            None if full => {
                metrics::counter!("uc_hub_calls_left_out_total").increment(1);
                return Change::Nothing;
            }
            None => self.0.push(LiveCall { line, call, state, since: now.unix_ms }),
        }
        Change::Shown(conn_id)
    }

    /// New facts of a call, its step unchanged; a merged call may get another ConnID.
    pub(super) fn change(&mut self, line: u8, call: Call) -> Change {
        let conn_id = call.conn_id;
        let known = if self.find(line, conn_id).is_some() { Some(conn_id) } else { call.previous_conn_id };
        if let Some(merged) = call.previous_conn_id.filter(|merged| Some(*merged) != known) {
            self.release(line, merged);
        }
        match known.and_then(|id| self.find(line, id)) {
            Some(live) => {
                update(&mut live.call, call);
                Change::Shown(conn_id)
            }
            None => Change::Nothing,
        }
    }

    /// The T-Server's snapshot of a line replaces what was known of it.
    pub(super) fn replace(&mut self, line: u8, calls: Vec<(Call, CallStep)>, now: Now) {
        let before = std::mem::take(&mut self.0);
        let (mine, others): (Vec<_>, Vec<_>) = before.into_iter().partition(|live| live.line == line);
        self.0 = others;
        for (call, step) in calls {
            let known = mine.iter().find(|live| live.call.conn_id == call.conn_id).cloned();
            self.0.extend(known);
            self.step(line, call, step, now);
        }
    }

    /// Forgets the calls of the lines that do not stay.
    pub(super) fn keep_lines(&mut self, stays: impl Fn(u8) -> bool) {
        self.0.retain(|live| stays(live.line));
    }

    /// A line is gone: so are its calls; later lines move up by one.
    pub(super) fn forget_line(&mut self, line: u8) {
        self.0.retain(|live| live.line != line);
        self.0.iter_mut().filter(|live| live.line > line).for_each(|live| live.line -= 1);
    }

    /// All calls.
    pub(super) fn iter(&self) -> impl Iterator<Item = &LiveCall> {
        self.0.iter()
    }

    /// The call of a line.
    pub(super) fn get(&self, line: u8, conn_id: ConnId) -> Option<&LiveCall> {
        self.0.iter().find(|live| live.line == line && live.call.conn_id == conn_id)
    }

    /// The type of the call in progress, ringing apart.
    pub(super) fn in_progress(&self) -> Option<CallType> {
        self.in_progress_on(|_| true)
    }

    /// The same of these lines alone.
    pub(super) fn in_progress_on(&self, counts: impl Fn(u8) -> bool) -> Option<CallType> {
        let mut counted = self.0.iter().filter(|live| counts(live.line));
        counted.find(|live| live.state != CallState::Ringing).map(|live| live.call.call_type)
    }

    fn find(&mut self, line: u8, conn_id: ConnId) -> Option<&mut LiveCall> {
        self.0.iter_mut().find(|live| live.line == line && live.call.conn_id == conn_id)
    }

    fn release(&mut self, line: u8, conn_id: ConnId) -> Change {
        let before = self.0.len();
        self.0.retain(|live| live.line != line || live.call.conn_id != conn_id);
        if self.0.len() < before { Change::Ended(conn_id) } else { Change::Nothing }
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
    /// The buttons this call's state allows; none while the line is out of service, because nothing would happen.
    pub(super) fn buttons(&self, in_service: bool) -> &'static [CallButton] {
        match self.state {
            _ if !in_service => &[],
            CallState::Ringing => &[CallButton::Answer],
            CallState::Dialing => &[CallButton::Release],
            CallState::Established => &[CallButton::Hold, CallButton::Transfer, CallButton::Release],
            CallState::Held => &[CallButton::Retrieve, CallButton::Release],
        }
    }

    /// The call as a page shows it.
    pub(super) fn frame(&self, dn: &Arc<str>, in_service: bool) -> message::Call {
        let caller = self.call.ani.as_ref().or(self.call.other_dn.as_ref());
        message::Call {
            conn_id: self.call.conn_id.to_string().into(),
            dn: dn.clone(),
            state: self.state,
            caller: caller.cloned().unwrap_or_default(),
            since: self.since,
            data: self.call.user_data.as_ref().map(pairs).unwrap_or_default(),
            buttons: self.buttons(in_service).to_vec(),
        }
    }
}

/// A button as a request. A transfer needs a destination.
pub(super) fn action(button: CallButton, to: Option<&Arc<str>>) -> Option<CallAction> {
    match button {
        CallButton::Answer => Some(CallAction::Answer),
        CallButton::Release => Some(CallAction::Release),
        CallButton::Hold => Some(CallAction::Hold),
        CallButton::Retrieve => Some(CallAction::Retrieve),
        CallButton::Transfer => to.filter(|to| !to.is_empty()).map(|to| CallAction::SingleStepTransfer(to.clone())),
    }
}

/// Attached data as a page shows it: nested lists flattened to `outer.inner`.
pub(super) fn pairs(list: &KvList) -> Vec<Pair> {
    let mut flat = Vec::with_capacity(list.0.len());
    flatten("", list, &mut flat);
    flat
}

fn flatten(prefix: &str, list: &KvList, flat: &mut Vec<Pair>) {
    for (key, value) in &list.0 {
        let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match (value, value.text()) {
            (Value::List(inner), _) => flatten(&key, inner, flat),
            (_, text) => flat.push(Pair { key: key.into(), value: text.unwrap_or_default().into() }),
        }
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
        let (mut calls, now) = (Calls::default(), Now::read());
        assert_eq!(calls.step(0, call(7), CallStep::Ringing, now), Change::Shown(ConnId(7)));
        calls.step(0, Call { ani: None, ..call(7) }, CallStep::Established, now);
        let live = calls.get(0, ConnId(7)).expect("known").frame(&"5001".into(), true);
        assert_eq!((&*live.caller, live.state), ("5551234", CallState::Established));
        assert_eq!(calls.step(0, call(7), CallStep::Released, now), Change::Ended(ConnId(7)));
        assert_eq!(calls.step(0, call(7), CallStep::Released, now), Change::Nothing);
    }

    #[test]
    fn a_snapshot_removes_what_ended_while_the_link_was_down() {
        let (mut calls, now) = (Calls::default(), Now::read());
        calls.step(0, call(7), CallStep::Established, now);
        calls.step(1, call(8), CallStep::Established, now);
        calls.replace(0, vec![(call(9), CallStep::Held)], now);
        let ids: Vec<_> = calls.iter().map(|live| live.call.conn_id.0).collect();
        assert_eq!(ids, [8, 9]);
    }

    #[test]
    fn a_merged_call_goes_on_under_its_new_conn_id() {
        let (mut calls, now) = (Calls::default(), Now::read());
        calls.step(0, call(7), CallStep::Established, now);
        let merged = Call { previous_conn_id: Some(ConnId(7)), ..call(9) };
        assert_eq!(calls.change(0, merged), Change::Shown(ConnId(9)));
        assert!(calls.get(0, ConnId(7)).is_none() && calls.get(0, ConnId(9)).is_some());
    }

    #[test]
    fn two_calls_that_merge_leave_one() {
        let (mut calls, now) = (Calls::default(), Now::read());
        calls.step(0, call(7), CallStep::Held, now);
        calls.step(0, call(9), CallStep::Established, now);
        calls.change(0, Call { previous_conn_id: Some(ConnId(7)), ..call(9) });
        let ids: Vec<_> = calls.iter().map(|live| live.call.conn_id.0).collect();
        assert_eq!(ids, [9]);
    }

    #[test]
    fn nested_data_is_flattened_in_order() {
        let inner: KvList = [("b", Value::Int(2))].into_iter().collect();
        let list: KvList = [("a", Value::Str("1".into())), ("n", Value::List(inner))].into_iter().collect();
        let flat: Vec<_> = pairs(&list).iter().map(|p| format!("{}={}", p.key, p.value)).collect();
        assert_eq!(flat, ["a=1", "n.b=2"]);
    }
}

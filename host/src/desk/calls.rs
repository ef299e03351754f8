//! Calls as pages show them, with the buttons that their state allows.

use super::user_data;
use crate::{
    agent_link::{CallAction, CallStep, ConnId, KvList},
    policy::{UserDataForm, Window},
    web::message::{self, CallButton, CallState},
    worker::{Line, LineId, Worker, calls::LiveCall},
};
use std::sync::Arc;

/// Every call of a worker, oldest first.
pub(super) fn all(worker: &Worker, form: &UserDataForm, window: Window) -> Vec<message::Call> {
    worker.calls().into_iter().map(|(line, live)| frame(live, line, form, window)).collect()
}

/// One call of a worker as this window shows it, if it is still there.
pub(crate) fn call(
    worker: &Worker,
    line: LineId,
    conn_id: ConnId,
    form: &UserDataForm,
    window: Window,
) -> Option<message::Call> {
    worker.call(line, conn_id).map(|(line, live)| frame(live, line, form, window))
}

/// Where a call of a worker stands, if it is still there.
pub(crate) fn call_state(worker: &Worker, line: LineId, conn_id: ConnId) -> Option<CallState> {
    worker.call(line, conn_id).map(|(_, live)| state(live.step))
}

fn frame(live: &LiveCall, line: &Line, form: &UserDataForm, window: Window) -> message::Call {
    let own = line.takes_call_requests();
    let edit = window == Window::Interaction && own && matches!(live.step, CallStep::Established | CallStep::Held);
    let none = KvList::default();
    let data = live.call.user_data.as_ref().unwrap_or(&none);
    let data = user_data::shown(data, form, window, edit);
    let caller = live.call.ani.as_ref().or(live.call.other_dn.as_ref());
    message::Call {
        conn_id: live.call.conn_id.to_string().into(),
        dn: line.place().dn.clone(),
        state: state(live.step),
        caller: caller.cloned().unwrap_or_default(),
        since: live.since.unix_ms(),
        data: data.pairs,
        more: data.more,
        add: data.add,
        buttons: buttons(live.step, own).to_vec(),
    }
}

fn state(step: CallStep) -> CallState {
    match step {
        CallStep::Ringing => CallState::Ringing,
        CallStep::Dialing => CallState::Dialing,
        CallStep::Held => CallState::Held,
        CallStep::Established | CallStep::Released => CallState::Established,
    }
}

/// The state as a sentence about the call goes on.
pub(crate) fn in_words(state: CallState) -> &'static str {
    match state {
        CallState::Ringing => "rings",
        CallState::Dialing => "is being dialled",
        CallState::Established => "is connected",
        CallState::Held => "is on hold",
    }
}

/// None while the line is out of service, because nothing would happen, where it is only listened to, and none for
/// another agent's call.
fn buttons(step: CallStep, own: bool) -> &'static [CallButton] {
    match step {
        _ if !own => &[],
        CallStep::Ringing => &[CallButton::Answer],
        CallStep::Dialing => &[CallButton::Release],
        CallStep::Established => &[CallButton::Hold, CallButton::Transfer, CallButton::Release],
        CallStep::Held => &[CallButton::Retrieve, CallButton::Release],
        CallStep::Released => &[],
    }
}

/// A button as what is asked of the call. A transfer needs a destination.
pub(crate) fn action(button: CallButton, to: Option<&Arc<str>>) -> Option<CallAction> {
    match button {
        CallButton::Answer => Some(CallAction::Answer),
        CallButton::Release => Some(CallAction::Release),
        CallButton::Hold => Some(CallAction::Hold),
        CallButton::Retrieve => Some(CallAction::Retrieve),
        CallButton::Transfer => to.filter(|to| !to.is_empty()).map(|to| CallAction::SingleStepTransfer(to.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buttons_and_what_the_worker_allows_are_one() {
        let call = crate::agent_link::Call {
            conn_id: ConnId(1),
            previous_conn_id: None,
            call_type: crate::agent_link::CallType::Inbound,
            other_dn: None,
            ani: None,
            dnis: None,
            user_data: None,
        };
        let all =
            [CallButton::Answer, CallButton::Release, CallButton::Hold, CallButton::Retrieve, CallButton::Transfer];
        for step in [CallStep::Ringing, CallStep::Dialing, CallStep::Established, CallStep::Held] {
            let live = LiveCall { call: call.clone(), step, since: Default::default(), appeared: Default::default() };
            for (button, own) in all.into_iter().flat_map(|button| [(button, true), (button, false)]) {
                let action = action(button, Some(&"5009".into())).expect("a destination is given");
                let shown = buttons(step, own).contains(&button);
                assert_eq!(shown, live.allows(&action, own), "{step:?} {button:?} {own}");
            }
        }
    }
}

//! Calls as pages show them, with the buttons that their state allows.

use super::user_data;
use crate::{
    agent_link::{CHAT_OF_CALL, CallAction, CallKind, CallStep, CallType, ConnId, Digits, Dn, Ending, KvList},
    policy::{UserDataForm, Window},
    remark::Why,
    web::message::{self, CallButton, CallEnding, CallState},
    worker::{Line, LineId, Worker, calls::LiveCall},
};
use std::sync::Arc;

/// Every button with the request it makes, in the order of a page.
const BUTTONS: [(CallButton, CallKind); 16] = [
    (CallButton::Answer, CallKind::Answer),
    (CallButton::CompleteTransfer, CallKind::CompleteTransfer),
    (CallButton::CompleteConference, CallKind::CompleteConference),
    (CallButton::Alternate, CallKind::Alternate),
    (CallButton::Reconnect, CallKind::Reconnect),
    (CallButton::Retrieve, CallKind::Retrieve),
    (CallButton::Hold, CallKind::Hold),
    (CallButton::Transfer, CallKind::SingleStepTransfer),
    (CallButton::ConsultTransfer, CallKind::InitiateTransfer),
    (CallButton::Release, CallKind::Release),
    (CallButton::Mute, CallKind::MuteOn),
    (CallButton::Unmute, CallKind::MuteOff),
    (CallButton::Digits, CallKind::SendDtmf),
    (CallButton::Conference, CallKind::SingleStepConference),
    (CallButton::ConsultConference, CallKind::InitiateConference),
    (CallButton::Redirect, CallKind::Redirect),
];

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
    let original = line.calls().original(live);
    let allows = |kind| window == Window::Interaction && line.situation(live).allows(kind);
    let edit = user_data::Edits {
        attach: allows(CallKind::AttachUserData),
        update: allows(CallKind::UpdateUserData),
        delete: allows(CallKind::DeletePair),
    };
    let none = KvList::default();
    let data = live.call.user_data.as_ref().unwrap_or(&none);
    let data = user_data::shown(data, form, window, edit);
    message::Call {
        conn_id: live.call.conn_id.to_string().into(),
        dn: line.place().dn.clone(),
        state: state(live.step),
        caller: caller(live, &line.place().dn),
        since: live.since.unix_ms(),
        data: data.pairs,
        more: data.more,
        add: data.add,
        buttons: buttons(live, line),
        parties: live.parties.clone(),
        muted: live.muted,
        consult_of: original.map(|original| original.call.conn_id.to_string().into()),
        chat: live.call.user_data.as_ref().and_then(chat),
    }
}

/// The chat that its data says it belongs to.
fn chat(data: &KvList) -> Option<Arc<str>> {
    let conn_id: ConnId = data.str(CHAT_OF_CALL)?.parse().ok()?;
    Some(conn_id.to_string().into())
}

/// Whom the call is with: who called, unless that was this DN.
pub(crate) fn caller(live: &LiveCall, dn: &Dn) -> Arc<str> {
    let call = &live.call;
    let consulted = call.call_type == CallType::Consult;
    let ani = call.ani.as_ref().filter(|ani| *ani != dn && !(consulted && live.is_dialled()));
    ani.or(call.other_dn.as_ref()).or(call.dnis.as_ref()).cloned().unwrap_or_default()
}

fn state(step: CallStep) -> CallState {
    match step {
        CallStep::Ringing => CallState::Ringing,
        CallStep::Dialing => CallState::Dialing,
        CallStep::NetworkReached => CallState::NetworkReached,
        CallStep::Busy => CallState::Busy,
        CallStep::Held => CallState::Held,
        CallStep::Established | CallStep::Released => CallState::Established,
    }
}

/// Why a call is gone; none: it goes on as another one.
pub(crate) fn ending(ending: Option<Ending>) -> CallEnding {
    match ending {
        None => CallEnding::Merged,
        Some(Ending::Ended) => CallEnding::Ended,
        Some(Ending::Transferred) => CallEnding::Transferred,
        Some(Ending::Conferenced) => CallEnding::Conferenced,
        Some(Ending::Redirected) => CallEnding::Redirected,
        Some(Ending::Busy) => CallEnding::Busy,
        Some(Ending::NoAnswer) => CallEnding::NoAnswer,
        Some(Ending::Abandoned) => CallEnding::Abandoned,
        Some(Ending::Unreachable) => CallEnding::Unreachable,
        Some(Ending::Failed) => CallEnding::Failed,
    }
}

/// None while the line is out of service, because nothing would happen, where it is only listened to, and none for
/// another agent's call.
fn buttons(live: &LiveCall, line: &Line) -> Vec<CallButton> {
    let situation = line.situation(live);
    BUTTONS.iter().filter(|(_, kind)| situation.allows(*kind)).map(|(button, _)| *button).collect()
}

/// A button as what is asked of the call: with the number or the digits that it needs, and the call that a consult call
/// was made from. `called` says what is called for what the worker chose or typed.
///
/// # Errors
/// What is missing, for the worker.
pub(crate) fn action(
    button: CallButton,
    to: Option<&Arc<str>>,
    original: Option<ConnId>,
    called: impl Fn(&str) -> Option<Dn>,
) -> Result<CallAction, Why> {
    let dn = || to.and_then(|to| called(to)).ok_or(Why::CallNumber);
    let original = original.ok_or(Why::CallMoved);
    Ok(match button {
        CallButton::Answer => CallAction::Answer,
        CallButton::Release => CallAction::Release,
        CallButton::Hold => CallAction::Hold,
        CallButton::Retrieve => CallAction::Retrieve,
        CallButton::Transfer => CallAction::SingleStepTransfer(dn()?),
        CallButton::Conference => CallAction::SingleStepConference(dn()?),
        CallButton::Redirect => CallAction::Redirect(dn()?),
        CallButton::ConsultTransfer => CallAction::InitiateTransfer(dn()?),
        CallButton::ConsultConference => CallAction::InitiateConference(dn()?),
        CallButton::CompleteTransfer => CallAction::CompleteTransfer(original?),
        CallButton::CompleteConference => CallAction::CompleteConference(original?),
        CallButton::Alternate => CallAction::Alternate(original?),
        CallButton::Reconnect => CallAction::Reconnect(original?),
        CallButton::Digits => {
            let digits = to.and_then(|digits| Digits::new(digits));
            CallAction::SendDtmf(digits.ok_or(Why::CallDigits)?)
        }
        CallButton::Mute => CallAction::MuteOn,
        CallButton::Unmute => CallAction::MuteOff,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        agent_link::{Call, PartyChange, number},
        clock::Moment,
        worker::calls::{Calls, Change},
    };

    /// What may be asked is held to a table by the worker's own tests; here, that each button asks for what it is shown
    /// for.
    #[test]
    fn every_button_asks_for_what_it_is_shown_for() {
        for (button, kind) in BUTTONS {
            let to = if button == CallButton::Digits { "12#" } else { "5009" };
            let asked = action(button, Some(&to.into()), Some(ConnId(7)), number).map(|action| action.kind());
            assert_eq!(asked, Ok(kind), "{button:?}");
        }
        let elsewhere = |kind: &CallKind| *kind == CallKind::MakeCall || kind.is_of_user_data();
        let of_calls = CallKind::ALL.into_iter().filter(|kind| !elsewhere(kind));
        assert!(of_calls.into_iter().all(|kind| BUTTONS.iter().any(|(_, shown)| *shown == kind)));
    }

    #[test]
    fn what_a_button_needs_must_be_there_and_fit() {
        for (button, to) in [
            (CallButton::Transfer, None),
            (CallButton::Redirect, Some("  ")),
            (CallButton::Digits, Some("5A")),
            (CallButton::Digits, None),
        ] {
            assert!(action(button, to.map(Arc::from).as_ref(), None, number).is_err(), "{button:?} {to:?}");
        }
        assert!(action(CallButton::Alternate, None, None, number).is_err());
    }

    /// Whom a page shows a call to be with, whatever later events repeat of who was there.
    #[test]
    fn who_left_or_gave_up_their_place_is_not_whom_a_call_is_with() {
        use PartyChange::{Added, Changed, Deleted};
        let dn = |dn: &str| Some(Dn::from(dn)).filter(|dn| !dn.is_empty());
        // The parties at first and the ANI; what happens, to whom, instead of whom, with which ANI; whom it is with.
        type Row<'r> = (&'r [&'r str], &'r str, PartyChange, [&'r str; 3], &'r str);
        let rows: [Row<'_>; 14] = [
            (&["5000"], "5000", Changed, ["5002", "5000", "5000"], "5002"),
            (&["5000"], "5000", Changed, ["5002", "5000", ""], "5002"),
            (&["5000"], "5000", Changed, ["5002", "", "5000"], "5002"),
            (&[], "5000", Changed, ["5002", "5000", "5000"], "5002"),
            (&["5000"], "5000", Changed, ["T1", "5000", "0199"], "0199"),
            (&["T1"], "0199", Changed, ["5002", "T1", "0199"], "5002"),
            (&["0199", "5001"], "0199", Deleted, ["0199", "", "0199"], "5001"),
            (&["0199", "5001"], "0199", Deleted, ["0199", "", ""], "5001"),
            (&["0199", "5001"], "0199", Deleted, ["5001", "", "0199"], "0199"),
            (&["0199", "5001"], "0199", Changed, ["5002", "0199", "0199"], "5002"),
            (&["0199", "5001"], "0199", Changed, ["5002", "5001", "0199"], "0199"),
            (&["0199"], "0199", Added, ["5001", "", "0199"], "0199"),
            // Nobody else is there: the call is about to end.
            (&["0199"], "0199", Deleted, ["0199", "", "0199"], "0199"),
            (&["0199"], "", Changed, ["5002", "0199", ""], "5002"),
        ];
        for (parties, ani, change, [who, instead_of, repeats], expected) in rows {
            let (mut calls, now) = (Calls::default(), Moment::default());
            let call = |other: &str, ani: &str| Call { other_dn: dn(other), ani: dn(ani), ..Call::new(ConnId(7)) };
            calls.step(call(parties.first().unwrap_or(&""), ani), CallStep::Established, now);
            for party in parties.iter().skip(1) {
                calls.party(call(party, ani), Added);
            }
            let told = Call { third_party_dn: dn(instead_of), ..call(who, repeats) };
            assert_eq!(calls.party(told, change), Change::Shown(ConnId(7)));
            let later = [call("", repeats), call("", ani)].map(|told| (told, CallStep::Held));
            for (told, step) in [(call("", ""), CallStep::Established)].into_iter().chain(later) {
                calls.step(told, step, now);
                let with = caller(calls.get(ConnId(7)).expect("known"), &"5003".into());
                assert_eq!(&*with, expected, "{parties:?} {change:?} {who} for {instead_of}");
            }
        }
    }

    #[test]
    fn who_comes_back_is_whom_a_call_is_with_again() {
        let (mut calls, now) = (Calls::default(), Moment::default());
        let told = |who: &str, instead_of: &str| Call {
            other_dn: Some(who.into()),
            third_party_dn: Some(instead_of.into()),
            ani: Some("5551234".into()),
            ..Call::new(ConnId(7))
        };
        calls.step(told("5551234", ""), CallStep::Established, now);
        for (who, instead_of) in [("5002", "5551234"), ("5551234", "5002")] {
            calls.party(told(who, instead_of), PartyChange::Changed);
            let with = caller(calls.get(ConnId(7)).expect("known"), &"5003".into());
            assert_eq!(&*with, who);
        }
    }
}

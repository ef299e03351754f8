//! What a worker asks of their calls, and what comes of it (requirements F3).

use super::{Line, LineId, Output, Question, Worker, calls::Change, registration::Reading};
use crate::{
    agent_link::{CallAction, CallKind, CallStep, ConnId, Dn, Ending, NO_SUCH_CALL, Refusal, Request, UNSUPPORTED},
    remark::{Remark, Why},
};

impl Worker {
    /// A request that is under way already is no error, and not made again: another page asked the same.
    pub(super) fn call_action(&mut self, id: LineId, conn_id: ConnId, action: CallAction, outputs: &mut Vec<Output>) {
        let (kind, consults) = (action.kind(), consults(action.kind()));
        let asked = self.call_request(id, conn_id, action);
        if let (Ok(Output::Request(_, _, request)), Some(line)) = (&asked, self.line_mut(id))
            && !line.under_way.begins(kind, request)
        {
            return;
        }
        if let Some(line) = self.line_mut(id).filter(|_| consults && asked.is_ok()) {
            line.calls.expect_consult(Some(conn_id));
        }
        outputs.push(asked.unwrap_or_else(|why| problem(kind, why.into())));
    }

    fn call_request(&self, id: LineId, conn_id: ConnId, action: CallAction) -> Result<Output, Why> {
        self.line(id).filter(|line| !line.is_leaving()).ok_or(Why::NotYours)?;
        let (line, live) = self.call(id, conn_id).ok_or(Why::CallOver)?;
        let kind = action.kind();
        if !line.situation(live).allows(kind) || !is_of_pair(line, conn_id, &action) {
            return Err(Why::CallNotNow);
        }
        // Of two calls that change places the one that is talked to comes first.
        let (conn_id, action) = match action {
            CallAction::Alternate(other) if live.step == CallStep::Held => (other, CallAction::Alternate(conn_id)),
            action => (conn_id, action),
        };
        let request = Request::Call { this_dn: line.place().dn.clone(), conn_id, action };
        Ok(Output::Request(line.place().link, Question::of_call(id, kind), request))
    }

    pub(super) fn dial(&mut self, id: LineId, other_dn: Dn, outputs: &mut Vec<Output>) {
        let line = self.line_mut(id).filter(|line| line.can_dial() && !line.is_leaving());
        outputs.extend(line.map_or_else(
            || Some(problem(CallKind::MakeCall, Why::CallNoDial.into())),
            |line| {
                let request = Request::MakeCall { this_dn: line.place().dn.clone(), other_dn };
                if !line.under_way.begins(CallKind::MakeCall, &request) {
                    return None;
                }
                line.calls.expect_consult(None);
                Some(Output::Request(line.place().link, Question::of_call(id, CallKind::MakeCall), request))
            },
        ));
    }

    /// The call stays as it is, except where the T-Server does not know it: then what is known of the DN is read again.
    pub(super) fn call_refused(&mut self, id: LineId, kind: CallKind, refusal: &Refusal, outputs: &mut Vec<Output>) {
        let message = &refusal.message;
        let Some(line) = self.line_mut(id) else { return };
        line.under_way.ends(kind);
        if consults(kind) {
            line.calls.expect_consult(None);
        }
        if refusal.code == Some(UNSUPPORTED) {
            if !line.lacking.contains(kind) {
                let code = if kind.is_of_user_data() { "data-refused" } else { "call-unsupported" };
                let remark = Remark::with(Why::CallUnsupported, format!("{message} ({UNSUPPORTED})"));
                outputs.extend([Output::Lacks(line.place().link, kind), Output::Problem(code, remark)]);
            }
            return;
        }
        if refusal.code == Some(NO_SUCH_CALL) && kind != CallKind::MakeCall {
            line.read_again(Reading::AfterDoubt);
        }
        outputs.push(problem(kind, refused(refusal, Why::CallRefused)));
    }

    /// What pages are told of a change, the other call of a pair included: what is allowed with it may be other now.
    pub(super) fn calls_changed(&mut self, id: LineId, change: Change, outputs: &mut Vec<Output>) {
        let Some(line) = self.line_mut(id) else { return };
        let beside = line.calls.take_beside();
        let dn = line.place().dn.clone();
        let ended = |conn_id, ending: Option<Ending>| Output::CallEnded(dn.clone(), conn_id, ending);
        let shown = match change {
            Change::Nothing | Change::Doubtful => None,
            Change::Replaced => return outputs.push(Output::CallsChanged),
            Change::Shown(conn_id) => Some(conn_id),
            Change::Ended(conn_id, ending) => {
                outputs.push(ended(conn_id, Some(ending)));
                None
            }
            Change::Merged(gone, conn_id) => {
                outputs.push(ended(gone, None));
                Some(conn_id)
            }
        };
        let others = beside.into_iter().filter(|other| Some(*other) != shown && line.calls.get(*other).is_some());
        outputs.extend(shown.into_iter().chain(others).map(|conn_id| Output::CallChanged(id, conn_id)));
    }
}

impl Line {
    /// The T-Server does not offer this: no page shows it any more.
    pub(super) fn lack(&mut self, kind: CallKind) {
        self.changed |= self.lacking.insert(kind);
    }
}

/// What a worker is told of a refusal: the T-Server's own words, if it has said any.
pub(crate) fn refused(refusal: &Refusal, why: Why) -> Remark {
    match refusal.code {
        Some(_) => Remark::with(why, refusal.message.clone()),
        None => Why::CallUnanswered.into(),
    }
}

/// A consult call comes of it.
fn consults(kind: CallKind) -> bool {
    matches!(kind, CallKind::InitiateTransfer | CallKind::InitiateConference)
}

/// What is asked of a consult call names the call that it was made from.
fn is_of_pair(line: &Line, conn_id: ConnId, action: &CallAction) -> bool {
    match action {
        CallAction::CompleteTransfer(other)
        | CallAction::CompleteConference(other)
        | CallAction::Alternate(other)
        | CallAction::Reconnect(other) => {
            let original = line.calls().get(conn_id).and_then(|live| line.calls().original(live));
            original.is_some_and(|original| original.call.conn_id == *other)
        }
        _ => true,
    }
}

fn problem(kind: CallKind, remark: Remark) -> Output {
    Output::Problem(if kind.is_of_user_data() { "data-refused" } else { "call-refused" }, remark)
}

//! What a worker asks of their calls, and what comes of it (requirements F3).

use super::{Line, LineId, Output, Question, Worker, calls::Change, registration::Reading};
use crate::{
    agent_link::{
        Behaviour, CallAction, CallKind, CallStep, Cause, ConnId, Dn, Ending, EventKind, NO_SUCH_CALL, Refusal,
        Request, UNSUPPORTED,
    },
    clock::Moment,
    remark::{Remark, Why},
};

impl Worker {
    /// A request that is under way already is no error, and not made again: another page asked the same.
    pub(super) fn call_action(
        &mut self,
        id: LineId,
        conn_id: ConnId,
        action: CallAction,
        now: Moment,
        outputs: &mut Vec<Output>,
    ) {
        let (kind, number) = (action.kind(), called(&action));
        let request = match self.call_request(id, conn_id, action) {
            Ok(request) => request,
            Err(why) => return outputs.push(problem(kind, why.into())),
        };
        let Some(line) = self.line_mut(id) else { return };
        let Some(question) = line.under_way.begins(id, kind, &request, now) else { return };
        if let Some(number) = number {
            line.calls.expect_consult(Some((conn_id, number)), now);
        }
        outputs.push(Output::Request(line.place().link, question, request));
    }

    fn call_request(&self, id: LineId, conn_id: ConnId, action: CallAction) -> Result<Request, Why> {
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
        Ok(Request::Call { this_dn: line.place().dn.clone(), conn_id, action })
    }

    pub(super) fn dial(&mut self, id: LineId, other_dn: Dn, now: Moment, outputs: &mut Vec<Output>) {
        let line = self.line_mut(id).filter(|line| line.can_dial() && !line.is_leaving());
        outputs.extend(line.map_or_else(
            || Some(problem(CallKind::MakeCall, Why::CallNoDial.into())),
            |line| {
                let request = Request::MakeCall { this_dn: line.place().dn.clone(), other_dn };
                let question = line.under_way.begins(id, CallKind::MakeCall, &request, now)?;
                line.calls.expect_consult(None, now);
                Some(Output::Request(line.place().link, question, request))
            },
        ));
    }

    /// The call stays as it is, except where the T-Server does not know it, says that it is so already, or does not
    /// answer: then what is known of the DN's calls is read again. What was asked of a call that has ended meanwhile has come to that.
    pub(super) fn call_refused(
        &mut self,
        question: Question,
        kind: CallKind,
        refusal: &Refusal,
        outputs: &mut Vec<Output>,
    ) {
        let (id, message) = (question.line, &refusal.message);
        let Some(line) = self.line_mut(id) else { return };
        let asked_of = line.under_way.ends(question.number);
        if consults(kind) {
            line.calls.consult_comes_to_nothing(asked_of);
        }
        if refusal.code == Some(UNSUPPORTED) {
            if !line.lacking.contains(kind) {
                let code = if kind.is_of_user_data() { "data-refused" } else { "call-unsupported" };
                let remark = Remark::with(Why::CallUnsupported, format!("{message} ({UNSUPPORTED})"));
                outputs.extend([Output::Lacks(line.place().link, kind), Output::Problem(code, remark)]);
            }
            return;
        }
        let ended = asked_of.is_some_and(|conn_id| line.calls.get(conn_id).is_none());
        if ended && !kind.is_of_user_data() {
            return;
        }
        if refusal.behaviour == Behaviour::AlreadySo && is_of_a_step(kind) {
            let told = line.already_so(asked_of, kind);
            return self.calls_changed(id, told, outputs);
        }
        let lost = refusal.code.is_none() && refusal.behaviour == Behaviour::Retry;
        if lost || (refusal.code == Some(NO_SUCH_CALL) && kind != CallKind::MakeCall && !ended) {
            line.read_again(Reading::ForCalls);
        }
        outputs.push(problem(kind, refused(refusal, Why::CallRefused)));
    }

    /// What pages are told of a change, the other call of a pair included: what is allowed with it may be other now.
    pub(super) fn calls_changed(&mut self, id: LineId, change: Change, outputs: &mut Vec<Output>) {
        let Some(line) = self.line_mut(id) else { return };
        let beside = line.calls.take_beside();
        if let Change::Merged(before, after) = change {
            line.under_way.goes_on(before, after);
        }
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

    /// A leg is gone of which nothing was ever told: where it is what was dialled here, the worker is told why.
    pub(super) fn failed_at_once(&mut self, kind: &EventKind, cause: Cause) -> Option<Output> {
        let EventKind::Call(call, CallStep::Released) = kind else { return None };
        if self.calls.get(call.conn_id).is_some() {
            return None;
        }
        let dialled = self.dialled_by(cause);
        let consult = dialled.is_none() && self.calls.is_failed_consult(call);
        let (kind, original) = dialled.or(consult.then_some((CallKind::InitiateTransfer, None)))?;
        self.calls.consult_comes_to_nothing(original);
        Some(problem(kind, Remark::with(Why::CallRefused, call.ending.words())))
    }

    /// What was asked for, and of which call, where an event answers a request for a new leg.
    fn dialled_by(&mut self, cause: Cause) -> Option<(CallKind, Option<ConnId>)> {
        let Cause::Request(ticket) = cause else { return None };
        let question = Question::from(ticket);
        let dials = |kind: &CallKind| matches!(kind, CallKind::MakeCall | CallKind::SingleStepConference);
        let kind = question.call_kind().filter(|kind| dials(kind) || consults(*kind))?;
        (question.line == self.id).then(|| (kind, self.under_way.ends(question.number)))
    }

    /// The call is as it was asked to be, says the T-Server. Its snapshots tell the step, and nothing of who is heard.
    fn already_so(&mut self, of: Option<ConnId>, kind: CallKind) -> Change {
        match (of, kind) {
            (Some(conn_id), CallKind::MuteOn | CallKind::MuteOff) => self.calls.mute(conn_id, kind == CallKind::MuteOn),
            _ => {
                self.read_again(Reading::ForCalls);
                Change::Nothing
            }
        }
    }
}

/// A call may be where this brings it before it is asked for.
fn is_of_a_step(kind: CallKind) -> bool {
    use CallKind::{Answer, Hold, MuteOff, MuteOn, Release, Retrieve};
    matches!(kind, Answer | Release | Hold | Retrieve | MuteOn | MuteOff)
}

/// What a worker is told of a refusal: the T-Server's own words, if it has said any.
pub(crate) fn refused(refusal: &Refusal, why: Why) -> Remark {
    // What never leaves has no code, and is no fault of the T-Server's.
    let has_words = refusal.code.is_some() || refusal.behaviour == Behaviour::Permanent;
    if has_words { Remark::with(why, refusal.message.clone()) } else { Why::CallUnanswered.into() }
}

/// Whom a consult call that comes of this is made to.
fn called(action: &CallAction) -> Option<Dn> {
    match action {
        CallAction::InitiateTransfer(number) | CallAction::InitiateConference(number) => Some(number.clone()),
        _ => None,
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

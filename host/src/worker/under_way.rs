//! What was asked of the calls at one line and has not shown yet: the same request, from another page or pressed once
//! more, is made once. Pure.

use crate::agent_link::{CallKind, ConnId, Request};

/// More than this is not noted: nobody presses so many buttons before anything comes of the first.
const MOST: usize = 16;

/// The requests, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct UnderWay(Vec<Request>);

impl UnderWay {
    /// Whether this is to be asked; false: the very same is under way. Digits are asked as often as they are pressed.
    pub(super) fn begins(&mut self, kind: CallKind, request: &Request) -> bool {
        if kind == CallKind::SendDtmf || self.0.len() >= MOST {
            return true;
        }
        // What was asked of the call after it counts: it may be wanted once more. A note that goes with a request does not.
        let data = kind.is_of_user_data();
        let of_the_same = |other: &&Request| call(other) == call(request) && is_of_user_data(other) == data;
        let news = self.0.iter().rev().find(of_the_same) != Some(request);
        if news {
            self.0.push(request.clone());
        }
        news
    }

    /// What was asked of this call has come to something, or to nothing: it may be asked again. So may dialling, whose call
    /// this may be.
    pub(super) fn shows(&mut self, conn_id: ConnId) {
        self.0.retain(|request| matches!(request, Request::Call { conn_id: other, .. } if *other != conn_id));
    }

    /// The T-Server has answered or refused a request of this kind.
    pub(super) fn ends(&mut self, ended: CallKind) {
        self.0.retain(|request| kind(request) != Some(ended));
    }

    /// All calls are others now.
    pub(super) fn is_over(&mut self) {
        self.0.clear();
    }
}

/// The call that is asked of; none: a new one.
fn call(request: &Request) -> Option<ConnId> {
    match request {
        Request::Call { conn_id, .. } => Some(*conn_id),
        _ => None,
    }
}

fn is_of_user_data(request: &Request) -> bool {
    kind(request).is_some_and(CallKind::is_of_user_data)
}

fn kind(request: &Request) -> Option<CallKind> {
    match request {
        Request::Call { action, .. } => Some(action.kind()),
        Request::MakeCall { .. } => Some(CallKind::MakeCall),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent_link::{CallAction, UserDataChange};

    fn asked(conn_id: u64, action: CallAction) -> (CallKind, Request) {
        (action.kind(), Request::Call { this_dn: "5001".into(), conn_id: ConnId(conn_id), action })
    }

    #[test]
    fn the_same_is_asked_once_until_something_has_come_of_it() {
        type Ends = fn(&mut UnderWay);
        let ends: [Ends; 3] = [|all| all.shows(ConnId(1)), |all| all.ends(CallKind::Hold), UnderWay::is_over];
        for end in ends {
            let mut all = UnderWay::default();
            let (kind, hold) = asked(1, CallAction::Hold);
            assert!(all.begins(kind, &hold) && !all.begins(kind, &hold));
            let (kind, other) = asked(2, CallAction::Hold);
            assert!(all.begins(kind, &other), "another call");
            end(&mut all);
            assert!(all.begins(CallKind::Hold, &hold));
        }
    }

    #[test]
    fn what_is_asked_again_after_something_else_is_asked() {
        let mut all = UnderWay::default();
        for action in [CallAction::Hold, CallAction::Retrieve, CallAction::Hold] {
            let (kind, request) = asked(1, action);
            assert!(all.begins(kind, &request) && !all.begins(kind, &request));
        }
    }

    #[test]
    fn a_request_with_a_note_is_made_once_like_one_without() {
        let mut all = UnderWay::default();
        let note = CallAction::UserData(UserDataChange::DeletePair("Note".into()));
        for (page, news) in [(1, true), (2, false)] {
            for action in [note.clone(), CallAction::SingleStepTransfer("7001".into())] {
                let (kind, request) = asked(1, action);
                assert_eq!(all.begins(kind, &request), news, "page {page}: {request:?}");
            }
        }
    }

    #[test]
    fn what_differs_is_asked_and_digits_always() {
        let mut all = UnderWay::default();
        for to in ["7001", "7002"] {
            let (kind, transfer) = asked(1, CallAction::SingleStepTransfer(to.into()));
            assert!(all.begins(kind, &transfer), "{to}");
        }
        let dial = Request::MakeCall { this_dn: "5001".into(), other_dn: "7001".into() };
        assert!(all.begins(CallKind::MakeCall, &dial) && !all.begins(CallKind::MakeCall, &dial));
        let (kind, one) = asked(1, CallAction::Answer);
        (0..2 * MOST).for_each(|_| assert!(all.begins(CallKind::SendDtmf, &one)));
        assert!(all.begins(kind, &one));
    }
}

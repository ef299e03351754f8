//! What was asked of the calls at one line and has not shown yet: the same request, from another page or pressed once
//! more, is made once. Pure.

use super::{LineId, Question};
use crate::{
    agent_link::{CallKind, ConnId, Request},
    clock::Moment,
};
use std::{collections::VecDeque, time::Duration};

/// How long what an acknowledged request brings about may take to show.
pub(super) const ACKNOWLEDGED: Duration = Duration::from_secs(3);
/// More than this is not noted: nobody presses so many buttons before anything comes of the first.
const MOST: usize = 16;

/// Of so many requests it is known of which call they were asked, digits among them.
const LATELY: usize = 64;

/// One request.
#[derive(Clone, Debug)]
struct Asked {
    number: u32,
    request: Request,
    /// It was answered, and nothing has shown yet: it is over by then.
    until: Option<Moment>,
    /// The answer told nothing at all.
    bare: bool,
}

/// The requests, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct UnderWay {
    asked: Vec<Asked>,
    /// Of which call each of the last ones was asked; none: of a new one.
    lately: VecDeque<(u32, Option<ConnId>)>,
    serial: u32,
}

impl UnderWay {
    /// The question by which this is to be asked; none: the very same is under way. Digits are asked as often as they are
    /// pressed.
    pub(super) fn begins(&mut self, line: LineId, kind: CallKind, request: &Request, now: Moment) -> Option<Question> {
        let counts = kind != CallKind::SendDtmf && self.asked.len() < MOST;
        if counts && self.is_under_way(kind, request, now) {
            return None;
        }
        self.serial = self.serial.wrapping_add(1);
        let question = Question::of_call(line, kind, self.serial);
        let number = question.number;
        self.lately.truncate(LATELY - 1);
        self.lately.push_front((number, call(request)));
        self.asked.extend(counts.then(|| Asked { number, request: request.clone(), until: None, bare: false }));
        Some(question)
    }

    /// What was asked of the call after it counts: it may be wanted once more. A note that goes with a request does not.
    fn is_under_way(&self, kind: CallKind, request: &Request, now: Moment) -> bool {
        let data = kind.is_of_user_data();
        let of_the_same = |other: &&Request| call(other) == call(request) && is_of_user_data(other) == data;
        let lasts = |asked: &&Asked| asked.until.is_none_or(|until| now < until);
        self.asked.iter().rev().filter(lasts).map(|asked| &asked.request).find(of_the_same) == Some(request)
    }

    /// What was asked of this call has come to something, or to nothing: it may be asked again. So may dialling, whose call
    /// this may be.
    pub(super) fn shows(&mut self, conn_id: ConnId) {
        self.asked.retain(|asked| matches!(asked.request, Request::Call { conn_id: other, .. } if other != conn_id));
    }

    /// The business data of this call has changed: what was asked of it, and answered, has come to that.
    pub(super) fn shows_user_data(&mut self, conn_id: ConnId) {
        let over = |asked: &Asked| asked.until.is_some() && is_of_user_data(&asked.request);
        self.asked.retain(|asked| !over(asked) || call(&asked.request) != Some(conn_id));
    }

    /// The T-Server has answered this question by what tells nothing of the call, or nothing at all (`bare`): what comes of
    /// it may still show.
    pub(super) fn acknowledged(&mut self, number: u32, bare: bool, now: Moment) {
        for asked in self.asked.iter_mut().filter(|asked| asked.number == number) {
            asked.until.get_or_insert(now + ACKNOWLEDGED);
            asked.bare = bare;
        }
    }

    /// When something that was answered will have come to nothing that anybody was told of.
    pub(super) fn deadline(&self) -> Option<Moment> {
        self.asked.iter().filter_map(|asked| asked.until).min()
    }

    /// True: of something that was answered nobody was told what has come of it.
    pub(super) fn runs_out(&mut self, now: Moment) -> bool {
        let over = self.asked.extract_if(.., |asked| asked.until.is_some_and(|until| until <= now));
        over.filter(|asked| asked.bare).count() > 0
    }

    /// The T-Server has refused this question, or told what came of it. Of which call it was asked; none: of a new one, or
    /// that was too long ago.
    pub(super) fn ends(&mut self, number: u32) -> Option<ConnId> {
        self.asked.retain(|asked| asked.number != number);
        self.lately.iter().find(|(lately, _)| *lately == number).and_then(|(_, conn_id)| *conn_id)
    }

    /// A call has another ConnID now.
    pub(super) fn goes_on(&mut self, before: ConnId, after: ConnId) {
        self.lately.iter_mut().filter(|(_, of)| *of == Some(before)).for_each(|(_, of)| *of = Some(after));
    }

    /// All calls are others now.
    pub(super) fn clear(&mut self) {
        self.asked.clear();
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
    use std::time::Duration;

    const NOW: Moment = Moment::since_1970(Duration::from_secs(1000));

    fn asked(conn_id: u64, action: CallAction) -> (CallKind, Request) {
        (action.kind(), Request::Call { this_dn: "5001".into(), conn_id: ConnId(conn_id), action })
    }

    /// Whether it is asked.
    fn asks(all: &mut UnderWay, (kind, request): &(CallKind, Request), now: Moment) -> bool {
        all.begins(LineId(1), *kind, request, now).is_some()
    }

    fn dial() -> (CallKind, Request) {
        (CallKind::MakeCall, Request::MakeCall { this_dn: "5001".into(), other_dn: "7001".into() })
    }

    #[test]
    fn what_an_answer_is_about_is_known_by_its_question_alone() {
        let mut all = UnderWay::default();
        let mut numbers = Vec::new();
        for (kind, request) in [asked(1, CallAction::Hold), asked(2, CallAction::Hold), dial()] {
            let question = all.begins(LineId(1), kind, &request, NOW).unwrap();
            assert_eq!(question.call_kind(), Some(kind));
            numbers.push(question.number);
        }
        assert_eq!(all.ends(numbers[0]), Some(ConnId(1)));
        assert!(!asks(&mut all, &asked(2, CallAction::Hold), NOW), "the other one is under way still");
        assert_eq!((all.ends(numbers[0]), all.ends(numbers[2])), (Some(ConnId(1)), None));
        all.goes_on(ConnId(2), ConnId(7));
        assert_eq!(all.ends(numbers[1]), Some(ConnId(7)), "under its new ConnID");
        for _ in 0..LATELY {
            all.begins(LineId(1), CallKind::SendDtmf, &asked(3, CallAction::Answer).1, NOW);
        }
        assert_eq!(all.ends(numbers[1]), None, "that was long ago");
    }

    #[test]
    fn the_same_is_asked_once_until_something_has_come_of_it() {
        type Ends = fn(&mut UnderWay, u32);
        let ends: [Ends; 4] = [
            |all, _| all.shows(ConnId(1)),
            |all, number| assert_eq!(all.ends(number), Some(ConnId(1))),
            |all, _| all.clear(),
            |all, _| all.asked.iter_mut().for_each(|asked| asked.until = Some(NOW)),
        ];
        for end in ends {
            let mut all = UnderWay::default();
            let (kind, hold) = asked(1, CallAction::Hold);
            let question = all.begins(LineId(1), kind, &hold, NOW).unwrap();
            assert!(!asks(&mut all, &(kind, hold.clone()), NOW));
            assert!(asks(&mut all, &asked(2, CallAction::Hold), NOW), "another call");
            end(&mut all, question.number);
            assert!(asks(&mut all, &(kind, hold), NOW));
        }
    }

    #[test]
    fn what_is_acknowledged_is_asked_once_until_it_shows_or_is_late() {
        type Shows = fn(&mut UnderWay);
        let change = asked(1, CallAction::UserData(UserDataChange::DeletePair("Note".into())));
        let (call_shows, data_shows): (Shows, Shows) =
            (|all| all.shows(ConnId(1)), |all| all.shows_user_data(ConnId(1)));
        for (request, shows, ends) in [
            (dial(), call_shows, true),
            (dial(), data_shows, false),
            (asked(1, CallAction::Hold), call_shows, true),
            (asked(1, CallAction::Hold), data_shows, false),
            (asked(2, CallAction::Hold), call_shows, false),
            (change, data_shows, true),
        ] {
            let mut all = UnderWay::default();
            let question = all.begins(LineId(1), request.0, &request.1, NOW).unwrap();
            all.acknowledged(question.number, true, NOW);
            let soon = NOW + ACKNOWLEDGED / 2;
            all.acknowledged(question.number, true, soon);
            assert!(!asks(&mut all, &request, soon), "{request:?}");
            assert!(asks(&mut all.clone(), &request, NOW + ACKNOWLEDGED), "{request:?}");
            shows(&mut all);
            assert_eq!(asks(&mut all, &request, soon), ends, "{request:?}");
        }
    }

    #[test]
    fn what_is_asked_again_after_something_else_is_asked() {
        let mut all = UnderWay::default();
        for action in [CallAction::Hold, CallAction::Retrieve, CallAction::Hold] {
            let request = asked(1, action);
            assert!(asks(&mut all, &request, NOW) && !asks(&mut all, &request, NOW));
        }
    }

    #[test]
    fn a_request_with_a_note_is_made_once_like_one_without() {
        let mut all = UnderWay::default();
        let note = CallAction::UserData(UserDataChange::DeletePair("Note".into()));
        for (page, news) in [(1, true), (2, false)] {
            for action in [note.clone(), CallAction::SingleStepTransfer("7001".into())] {
                let request = asked(1, action);
                assert_eq!(asks(&mut all, &request, NOW), news, "page {page}: {request:?}");
            }
        }
    }

    #[test]
    fn what_differs_is_asked_and_digits_always() {
        let mut all = UnderWay::default();
        for to in ["7001", "7002"] {
            assert!(asks(&mut all, &asked(1, CallAction::SingleStepTransfer(to.into())), NOW), "{to}");
        }
        assert!(asks(&mut all, &dial(), NOW) && !asks(&mut all, &dial(), NOW));
        let (kind, one) = asked(1, CallAction::Answer);
        (0..2 * MOST).for_each(|_| assert!(asks(&mut all, &(CallKind::SendDtmf, one.clone()), NOW)));
        assert!(asks(&mut all, &(kind, one), NOW));
    }
}

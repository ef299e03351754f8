//! A DN that its T-Server does not serve.

use super::*;

#[test]
fn what_keeps_a_dn_from_being_served_is_said_until_its_snapshot_comes() {
    for served_otherwise in [AgentStatus::NotReady, AgentStatus::Ready, AgentStatus::LoggedOut] {
        let mut talk = Talk { line: line(), now: Moment::default(), asked: None };
        talk.line.dn_free(true);
        assert!(matches!(talk.asks(), Some(Request::RegisterAddress { .. })));
        talk.answers(EventKind::Acknowledged);
        talk.says(facts(served_otherwise));
        talk.line.set_wish(ready());
        assert!(
            talk.line.fault().is_some_and(|fault| fault.to_string().contains("EventRegistered")),
            "{served_otherwise:?}"
        );
        talk.now += MINUTE;
        talk.registers(facts(AgentStatus::Ready));
        assert_eq!((talk.line.fault(), talk.line.problem()), (None, None));
    }
}

/// What makes a DN be read again, though nothing is wrong with it.
type Doubt = fn(&mut Line, Moment);

const DOUBTS: [(&str, Doubt); 3] = [
    ("an event that cannot be read", |line, now| {
        line.event(EventKind::Unreadable("odd".into()), Cause::Elsewhere, now);
    }),
    ("a switch that was lost and found", |line, _| [false, true].into_iter().for_each(|on| line.switch(on))),
    ("a call that the T-Server does not know", |line, _| line.read_again(Reading::AfterDoubt)),
];

impl Talk {
    /// Every second it is to be read again, and every reading is answered at once.
    fn is_doubtful_for(&mut self, seconds: usize, doubt: Doubt) {
        for _ in 0..seconds {
            doubt(&mut self.line, self.now);
            self.asks_for(Duration::from_secs(1), Self::reads);
        }
        doubt(&mut self.line, self.now);
    }

    fn reads(&mut self, request: &Request) {
        assert!(matches!(request, Request::RegisterAddress { .. }), "{request:?}");
        let agent = self.line.confirmed().clone();
        self.answers(EventKind::Registered { agent, calls: Some(Vec::new()), out_of_service: false });
    }
}

#[test]
fn a_dn_that_is_answered_is_read_again_soon_however_often_that_is_needed() {
    for (case, doubt) in DOUBTS {
        let mut talk = Talk::with(AgentStatus::Ready);
        talk.now += MINUTE;
        talk.is_doubtful_for(30, doubt);
        assert!(talk.line.takes_call_requests() && talk.line.can_dial(), "{case}");
        assert_eq!((talk.line.fault(), talk.line.asks_in_vain()), (None, None), "{case}");
        talk.asks_for(Duration::from_secs(25), Talk::reads);
        assert!(talk.line.in_service(), "{case}");
    }
}

#[test]
fn a_new_wish_has_the_dn_read_at_once_and_one_of_before_goes_on_at_its_pace() {
    use AgentStatus::{LoggedOut, NotReady, Ready};
    let out = || Want::LoggedOut;
    type Wish = fn() -> Want;
    let table: [(Wish, _, _); 3] = [(ready, Ready, NotReady), (busy, NotReady, Ready), (out, LoggedOut, Ready)];
    for ((case, doubt), (wish, reached, decided)) in DOUBTS.into_iter().flat_map(|doubt| table.map(|row| (doubt, row)))
    {
        let mut talk = Talk::with(decided);
        talk.line.set_wish(wish());
        assert!(talk.asks().is_some());
        talk.answers(EventKind::Agent(facts(reached)));
        talk.now += MINUTE;
        talk.says(facts(decided));
        talk.is_doubtful_for(5, doubt);
        let mut again = talk.line.clone();
        talk.line.set_wish(Want::Observe);
        talk.line.set_wish(wish());
        assert!(talk.asks().is_none(), "{case}: {:?}", wish());
        let news = Want::State(Arc::new(Target { work_mode: WorkMode::AuxWork, ..Target::default() }));
        again.set_wish(news);
        let (_, request) = again.reconcile(talk.now).expect("a request");
        assert!(matches!(request, Request::RegisterAddress { .. }), "{case}: {request:?}");
    }
}

#[test]
fn wishes_are_carried_out_one_after_another_by_a_t_server_that_acknowledges_and_no_more() {
    let mut talk = Talk::with(AgentStatus::NotReady);
    let mut agent = facts(AgentStatus::NotReady);
    for (wish, status) in [(ready(), AgentStatus::Ready), (busy(), AgentStatus::NotReady)].into_iter().cycle().take(8) {
        talk.line.set_wish(wish);
        talk.asks_for(Duration::from_secs(5), |talk, request| match request {
            Request::RegisterAddress { .. } => {
                let agent = agent.clone();
                talk.answers(EventKind::Registered { agent, calls: Some(Vec::new()), out_of_service: false });
            }
            _ => {
                agent.status = status;
                talk.answers(EventKind::Acknowledged);
            }
        });
        assert!(talk.line.in_service() && talk.line.confirmed().status == status, "{status:?}");
    }
}

#[test]
fn calls_take_requests_where_the_dn_was_read_since_the_link_came_up_and_nobody_says_that_it_is_out_of_service() {
    type Happens = fn(&mut Talk);
    let table: [(&str, Happens, bool); 7] = [
        ("nothing", |_| (), true),
        ("it is to be read again", |talk| talk.line.read_again(Reading::ForWish), true),
        ("it is out of service", |talk| talk.line.service_ends(talk.now), false),
        (
            "it is unregistered",
            |talk| {
                talk.line.event(EventKind::Unregistered, Cause::Elsewhere, talk.now);
            },
            false,
        ),
        ("the switch is lost", |talk| talk.line.switch(false), false),
        (
            "the link is another",
            |talk| {
                talk.line.link_down();
                talk.line.link_up();
            },
            false,
        ),
        (
            "somebody else sits there",
            |talk| talk.says(AgentFacts { agent_id: Some("7777".into()), ..facts(AgentStatus::Ready) }),
            false,
        ),
    ];
    for (case, happens, takes) in table {
        let mut talk = Talk::with(AgentStatus::Ready);
        happens(&mut talk);
        assert_eq!(talk.line.takes_call_requests(), takes, "{case}");
    }
}

impl Line {
    fn service_ends(&mut self, now: Moment) {
        self.event(EventKind::OutOfService(true), Cause::Elsewhere, now);
    }
}

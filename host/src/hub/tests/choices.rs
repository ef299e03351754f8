//! What becomes of a worker's own choice, and what their page is told of it, turned by hand.

use super::*;
use crate::agent_link::{AgentStatus, Behaviour, KvList, Outgoing, Refusal, Ticket};
use uc_plugin_api::{AgentState, Reason};

const LONG: Duration = Duration::from_secs(20 * 60);

fn state(status: uc_plugin_api::AgentStatus) -> Wish {
    let reason = Reason { key: "ReasonCode".into(), value: "lunch".into(), hardware: false };
    let reasons = if status == uc_plugin_api::AgentStatus::NotReady { vec![reason] } else { Vec::new() };
    Wish::State(AgentState { status, reasons: reasons.into(), ..AgentState::default() })
}

impl Bench {
    fn wishes(&mut self, wish: Wish, explicit: bool) {
        let wanted = Wanted { user: UserHandle(1), wish, explicit };
        self.plugin_says(uc_plugin_api::Event::Wanted(vec![wanted].into()));
    }

    /// Answers every request of the next minutes.
    fn answered(&mut self, mut answer: impl FnMut(&mut Self, Ticket, &Request)) {
        let until = self.now + LONG;
        while self.now < until {
            for Outgoing { ticket, request, .. } in std::mem::take(&mut self.out.requests) {
                answer(self, ticket, &request);
            }
            self.later(Duration::from_secs(1));
        }
    }

    fn obeys(&mut self, ticket: Ticket, request: &Request) {
        if let Some((dn, kind)) = willing(request) {
            self.t_server(&dn, kind, Some(ticket));
        }
    }

    fn refuses(&mut self, ticket: Ticket, message: &str) {
        let refusal = Refusal { code: Some(1704), message: message.into(), behaviour: Behaviour::Permanent };
        self.turn(Event::TServer(LINK, vec![Report::Refused(ticket, refusal)]));
    }
}

/// What the page was told is wrong.
fn problems(page: &mut tokio::sync::mpsc::Receiver<crate::web::arrival::Frame>) -> Vec<(String, String)> {
    let problem = |frame| match frame {
        ServerFrame::Problem { code, remark } => Some((code.to_string(), remark.to_string())),
        _ => None,
    };
    frames(page).into_iter().filter_map(problem).collect()
}

fn is_a(name: &str) -> impl Fn(&Request) -> bool + '_ {
    move |request| format!("{request:?}").starts_with(name)
}

#[test]
fn a_choice_that_is_refused_for_good_or_decided_against_is_told_once() {
    use uc_plugin_api::AgentStatus::{LoggedOut, NotReady, Ready};
    let wishes = [
        ("AgentLogin", Wish::LogIn),
        ("AgentLogin", state(Ready)),
        ("AgentReady", state(Ready)),
        ("AgentNotReady", state(NotReady)),
        ("AgentLogout", state(LoggedOut)),
    ];
    for (step, wish) in wishes {
        for (decides, explicit) in [(false, true), (true, true), (false, false)] {
            let mut bench = Bench::in_mode(crate::mode::Mode::Standalone, &[Role::BrowserPresence], Vec::new());
            bench.link_up();
            if step == "AgentLogout" {
                bench.wishes(Wish::LogIn, true);
                bench.play();
            }
            let mut page = bench.open(1, "lee");
            bench.wishes(wish.clone(), explicit);
            let other = if matches!(step, "AgentLogin") { AgentStatus::LoggedOut } else { AgentStatus::Ready };
            let other = if step == "AgentReady" { AgentStatus::NotReady } else { other };
            bench.answered(|bench, ticket, request| match is_a(step)(request) {
                false => bench.obeys(ticket, request),
                true if decides => bench.t_server("5003", facts(other, KvList::default()), Some(ticket)),
                true => bench.refuses(ticket, "no such agent"),
            });
            let told = problems(&mut page);
            let why = if decides { "its decision stands" } else { "no such agent" };
            let expected = usize::from(explicit);
            assert_eq!(told.len(), expected, "{step}, decided {decides}: {told:?}");
            let fits = |(code, text): &(String, String)| code == "state-refused" && text.contains(why);
            assert!(told.iter().all(fits), "{step}, decided {decides}: {told:?}");
        }
    }
}

#[test]
fn a_choice_that_is_offered_no_longer_is_told_to_come_to_nothing() {
    use uc_plugin_api::{StateDefinition, StateMenu, Text};
    let lunch = StateDefinition {
        id: "lunch".into(),
        icon: "".into(),
        menu: vec![Text { language: "".into(), text: "Lunch".into() }].into(),
        status: Vec::new().into(),
        ready: false,
        work_mode: None.into(),
        reason: None.into(),
        reason_ext: false,
    };
    let shown = StateDefinition { id: "shown".into(), menu: Vec::new().into(), ..lunch.clone() };
    let choose = |state: &str| ClientFrame::Choose { state: state.into() };
    for (frame, offered) in [
        (choose("lunch"), true),
        (choose("shown"), false),
        (choose("gone"), false),
        (ClientFrame::LogIn {}, true),
        (ClientFrame::LogOut {}, false),
    ] {
        let mut bench = Bench::new(Role::BrowserPresence);
        bench.link_up();
        let states = vec![lunch.clone(), shown.clone()].into();
        bench.plugin_says(uc_plugin_api::Event::StateMenu(StateMenu { states, ..StateMenu::default() }));
        let mut page = bench.open(1, "lee");
        problems(&mut page);
        bench.out.commands.clear();
        bench.turn(Event::Page(Page::Frame(PageId(1), frame.clone())));
        let passed = bench.out.commands.iter().any(|command| matches!(command, uc_plugin_api::Command::Act(_)));
        let told = problems(&mut page);
        assert_eq!((passed, told.is_empty()), (offered, offered), "{frame:?}: {told:?}");
        assert!(told.iter().all(|(code, _)| code == "state-refused"), "{told:?}");
    }
}

#[test]
fn a_refusal_of_an_older_wish_is_no_answer_to_a_choice() {
    let mut bench = Bench::new(Role::BrowserPresence);
    bench.link_up();
    let mut page = bench.open(1, "lee");
    bench.wishes(Wish::LogIn, true);
    let [Outgoing { ticket, .. }] = bench.out.requests[..] else { panic!("a request") };
    bench.requests();
    bench.wishes(state(uc_plugin_api::AgentStatus::Ready), true);
    bench.refuses(ticket, "no");
    assert_eq!(problems(&mut page), []);
}

#[test]
fn a_choice_at_a_dn_with_another_agent_is_said_to_wait() {
    let mut bench = Bench::new(Role::BrowserPresence);
    bench.link_up();
    let agent_id = Some("4711".into());
    let other = crate::agent_link::AgentFacts { status: AgentStatus::Ready, agent_id, ..Default::default() };
    bench.t_server("5003", EventKind::Agent(other), None);
    let mut page = bench.open(1, "lee");
    bench.wishes(Wish::LogIn, true);
    let told = problems(&mut page);
    assert!(matches!(&told[..], [(code, text)] if code == "state-waits" && text.contains("agent 4711")), "{told:?}");
    assert!(bench.requests().is_empty());
}

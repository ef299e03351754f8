//! A line from every awkward side.

use super::*;

fn login() -> Login {
    Login {
        dn: "5002".into(),
        agent_id: "1001".into(),
        password: None,
        queue: Some("9000".into()),
        mode: RegisterMode::Share,
    }
}

fn facts(status: AgentStatus) -> AgentFacts {
    AgentFacts { status, agent_id: Some("1001".into()), ..AgentFacts::default() }
}

fn busy() -> Want {
    let mut reasons = KvList::default();
    reasons.push_str("KW_UC_STATUS", "busy");
    Want::State(Arc::new(Target { reasons, ..Target::default() }))
}

fn registered(status: AgentStatus) -> AgentLine {
    let mut line = AgentLine::default();
    line.link_up();
    assert!(matches!(line.reconcile(&login(), Instant::now()), Some(Request::RegisterAddress { .. })));
    line.registered(facts(status), false);
    line
}

#[test]
fn logs_in_then_sets_the_state_then_rests() {
    let (mut line, now) = (registered(AgentStatus::LoggedOut), Instant::now());
    line.want(busy());
    assert!(matches!(line.reconcile(&login(), now), Some(Request::AgentLogin { .. })));
    assert_eq!(line.reconcile(&login(), now), None, "one request at a time");
    line.event(facts(AgentStatus::NotReady), true);
    assert!(matches!(line.reconcile(&login(), now), Some(Request::AgentNotReady { .. })));
    line.event(facts(AgentStatus::NotReady), true);
    assert_eq!(line.reconcile(&login(), now), None, "answered without echoing the reasons: settled");
}

#[test]
fn the_t_servers_first_state_after_login_is_not_taken_for_a_choice() {
    let (mut line, now) = (registered(AgentStatus::LoggedOut), Instant::now());
    line.want(Want::State(Arc::new(Target { ready: true, ..Target::default() })));
    line.reconcile(&login(), now);
    line.event(facts(AgentStatus::NotReady), true);
    line.event(facts(AgentStatus::NotReady), false);
    assert!(matches!(line.reconcile(&login(), now), Some(Request::AgentReady { .. })));
}

#[test]
fn a_change_made_at_the_t_server_is_adopted_and_restored_after_a_restart() {
    let (mut line, now) = (registered(AgentStatus::NotReady), Instant::now());
    line.want(busy());
    line.reconcile(&login(), now);
    line.event(facts(AgentStatus::NotReady), true);
    line.event(facts(AgentStatus::Ready), false);
    assert_eq!(line.reconcile(&login(), now), None, "nobody is fought");
    line.link_down();
    assert!(!line.in_service());
    line.link_up();
    line.reconcile(&login(), now);
    line.registered(AgentFacts::default(), false);
    assert!(matches!(line.reconcile(&login(), now), Some(Request::AgentLogin { .. })));
    line.event(facts(AgentStatus::NotReady), true);
    assert!(matches!(line.reconcile(&login(), now), Some(Request::AgentReady { .. })));
}

#[test]
fn retries_with_growing_pauses_and_stops_at_a_permanent_error() {
    let (mut line, now) = (registered(AgentStatus::NotReady), Instant::now());
    line.want(Want::LoggedOut);
    line.reconcile(&login(), now);
    let refusal = |behaviour| Refusal { code: Some(57), message: "timeout".into(), behaviour };
    line.refused(false, &refusal(Behaviour::Retry), now);
    assert_eq!(line.reconcile(&login(), now), None);
    let later = line.deadline().expect("a deadline is set");
    assert!(matches!(line.reconcile(&login(), later), Some(Request::AgentLogout { .. })));
    line.refused(false, &refusal(Behaviour::Permanent), later);
    assert_eq!((line.deadline(), line.reconcile(&login(), later + LONGEST_PAUSE)), (None, None));
    assert_eq!(line.problem().map(|p| &**p), Some("timeout"));
    line.want(Want::LoggedIn);
    assert_eq!(line.problem(), None, "a new wish starts over");
}

#[test]
fn already_so_asks_for_the_truth() {
    let (mut line, now) = (registered(AgentStatus::LoggedOut), Instant::now());
    line.want(Want::LoggedIn);
    line.reconcile(&login(), now);
    let refusal = Refusal { code: Some(43), message: "already".into(), behaviour: Behaviour::AlreadySo };
    line.refused(false, &refusal, now);
    let later = line.deadline().expect("a pause");
    assert!(matches!(line.reconcile(&login(), later), Some(Request::RegisterAddress { .. })));
}

#[test]
fn a_foreign_agent_is_left_alone() {
    let (mut line, now) = (registered(AgentStatus::LoggedOut), Instant::now());
    line.registered(
        AgentFacts { agent_id: Some("7777".into()), status: AgentStatus::Ready, ..Default::default() },
        false,
    );
    line.want(busy());
    assert_eq!(line.reconcile(&login(), now), None);
    assert!(line.problem().is_some_and(|text| text.contains("7777")));
}

#[test]
fn presence_unknown_never_logs_anybody_in() {
    let (mut line, now) = (registered(AgentStatus::LoggedOut), Instant::now());
    line.want(Want::Held(Arc::new(Target::default())));
    assert_eq!(line.reconcile(&login(), now), None);
    line.event(facts(AgentStatus::Ready), false);
    assert!(matches!(line.reconcile(&login(), now), Some(Request::AgentNotReady { .. })));
}

#[test]
fn a_monitored_line_sends_no_agent_request() {
    let mut line = registered(AgentStatus::LoggedOut);
    line.want(busy());
    let monitor = Login { mode: RegisterMode::Monitor, ..login() };
    assert_eq!(line.reconcile(&monitor, Instant::now()), None);
}

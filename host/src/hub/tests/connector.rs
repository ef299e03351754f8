//! Presence connector mode: what the T-Server says of agents becomes publications, and nothing is asked of it.

use super::{bench::*, *};
use crate::mode::Mode;
use crate::{
    agent_link::{AgentFacts, AgentStatus, Cause, RegisterMode, WorkMode},
    wire::KvList,
};
use std::time::Duration;
use uc_plugin_api::{Publication, Published, Standing};

fn connector(rules: &[&str]) -> Bench {
    let rules = rules.iter().map(|rule| toml::from_str(rule).unwrap()).collect();
    let mut bench = Bench::in_mode(Mode::PresenceConnector, &[Role::PresenceSink], rules);
    bench.turn(Event::TServer(LINK, vec![Report::Up { server: "lab".into() }]));
    let requests = bench.requests();
    let monitors = |r: &Request| matches!(r, Request::RegisterAddress { mode: RegisterMode::Monitor, .. });
    assert!(requests.len() == 3 && requests.iter().all(monitors), "{requests:?}");
    for dn in ["5001", "5002", "5003"] {
        bench.t_server(dn, registered(AgentStatus::Ready, WorkMode::Unknown), None);
    }
    bench.out.commands.clear();
    bench
}

fn registered(status: AgentStatus, work_mode: WorkMode) -> EventKind {
    let agent = AgentFacts { status, work_mode, ..AgentFacts::default() };
    EventKind::Registered { agent, calls: Some(Vec::new()), out_of_service: false }
}

fn agent(status: AgentStatus, work_mode: WorkMode, reason: &str) -> EventKind {
    let mut reasons = KvList::default();
    (!reason.is_empty()).then(|| reasons.push_str("ReasonCode", reason));
    EventKind::Agent(AgentFacts { status, work_mode, reasons, ..AgentFacts::default() })
}

fn call(step: CallStep) -> EventKind {
    EventKind::Call(inbound(ConnId(9)), step)
}

/// What sinks were told since the last look: user, number, note, or a withdrawal.
fn told(bench: &mut Bench) -> Vec<String> {
    let words = |command| match command {
        Command::Publish(publications) => publications.iter().map(published).collect(),
        Command::Withdraw(users) => users.iter().map(|user| format!("{} withdrawn", user.0)).collect(),
        _ => Vec::new(),
    };
    std::mem::take(&mut bench.out.commands).into_iter().flat_map(words).collect()
}

fn published(publication: &Publication) -> String {
    let Publication { user, presence, standing } = publication;
    let manual = if *standing == Standing::Manual { " manual" } else { "" };
    format!("{} {} {}{}{manual}", user.0, presence.number, presence.activity, presence.note)
}

fn state(bench: &Bench, user: u32) -> &crate::worker::PublicationState {
    bench.hub.user(UserHandle(user)).unwrap().worker.publication_state()
}

#[test]
fn an_agents_day_is_published_in_its_order_and_nothing_is_asked() {
    let mut bench = connector(&["reason = 'dnd'\npublish = 'manual'\navailability = 'do-not-disturb'"]);
    let day = [
        (call(CallStep::Ringing), ""),
        (call(CallStep::Established), "1 6500 on-the-phone"),
        (call(CallStep::Held), ""),
        (agent(AgentStatus::NotReady, WorkMode::AfterCallWork, ""), ""),
        (call(CallStep::Released), "1 15500 After call work"),
        (agent(AgentStatus::Ready, WorkMode::AutoIn, ""), "1 withdrawn"),
        (agent(AgentStatus::NotReady, WorkMode::AuxWork, "lunch"), "1 6500 "),
        (agent(AgentStatus::NotReady, WorkMode::AuxWork, "dnd"), "1 9500  manual"),
        (agent(AgentStatus::NotReady, WorkMode::WalkAway, ""), "1 15500 "),
        (agent(AgentStatus::NotReady, WorkMode::LegalGuard, ""), "1 6500 Pause between calls"),
        (agent(AgentStatus::LoggedOut, WorkMode::Unknown, ""), "1 withdrawn"),
    ];
    for (event, expected) in day {
        let name = format!("{event:?}");
        bench.t_server("5003", event, None);
        let expected: Vec<&str> = Some(expected).filter(|text| !text.is_empty()).into_iter().collect();
        assert_eq!(told(&mut bench), expected, "{name}");
    }
    bench.later(Duration::from_secs(3600));
    assert_eq!(bench.requests(), [], "no agent request is ever sent");
}

#[test]
fn a_started_sink_is_told_who_there_is_and_then_what_stands() {
    let mut bench = connector(&[]);
    bench.t_server("5003", agent(AgentStatus::NotReady, WorkMode::AfterCallWork, ""), None);
    bench.out.commands.clear();
    let started = plugins::PluginArrival::Started { plugin: plugin(), info: info(&[Role::PresenceSink]) };
    bench.turn(Event::Plugin(started));
    assert!(
        matches!(&bench.out.commands[..], [Command::Watch(users), Command::Publish(one)]
        if users.len() == 2 && one.len() == 1),
        "{:?}",
        bench.out.commands
    );
}

#[test]
fn changes_of_one_turn_are_one_batch_and_only_the_last_counts() {
    let mut bench = connector(&[]);
    for dn in ["5001", "5003"] {
        for mode in [WorkMode::AuxWork, WorkMode::AfterCallWork] {
            let event = crate::agent_link::Event { this_dn: dn.into(), kind: agent(AgentStatus::NotReady, mode, "") };
            bench.hub.handle(Event::TServer(LINK, vec![Report::Event(event, Cause::Elsewhere)]), bench.now);
        }
    }
    bench.hub.perform_all(&mut bench.out, bench.now);
    assert!(matches!(&bench.out.commands[..], [Command::Publish(both)] if both.len() == 2));
    assert_eq!(told(&mut bench), ["0 15500 After call work", "1 15500 After call work"]);
}

#[test]
fn the_least_available_line_counts() {
    let mut bench = connector(&[]);
    bench.t_server("5002", agent(AgentStatus::NotReady, WorkMode::AfterCallWork, ""), None);
    assert_eq!(told(&mut bench), ["0 15500 After call work"]);
    bench.t_server("5002", agent(AgentStatus::LoggedOut, WorkMode::Unknown, ""), None);
    assert_eq!(told(&mut bench), ["0 withdrawn"], "ready at the other one");
    bench.t_server("5001", call(CallStep::Established), None);
    assert_eq!(told(&mut bench), ["0 6500 on-the-phone"]);
}

#[test]
fn who_else_sits_at_an_agents_desk_is_not_that_agent() {
    let mut bench = connector(&[]);
    let stranger = AgentFacts { status: AgentStatus::NotReady, agent_id: Some("77".into()), ..AgentFacts::default() };
    bench.t_server("5003", EventKind::Agent(stranger), None);
    assert_eq!(told(&mut bench), [""; 0]);
}

#[test]
fn a_switchover_shows_nothing_and_a_t_server_that_stays_away_withdraws() {
    let mut bench = connector(&[]);
    bench.t_server("5003", call(CallStep::Established), None);
    assert_eq!(told(&mut bench), ["1 6500 on-the-phone"]);
    bench.turn(Event::TServer(LINK, vec![Report::Down { cause: "switchover".into() }]));
    bench.later(Duration::from_secs(29));
    assert_eq!(told(&mut bench), [""; 0], "a short gap makes nobody flicker");
    bench.later(Duration::from_secs(2));
    assert_eq!(told(&mut bench), ["1 withdrawn"], "a stale call does not stand for ever");
    bench.turn(Event::TServer(LINK, vec![Report::Up { server: "lab".into() }]));
    bench.t_server("5003", registered(AgentStatus::NotReady, WorkMode::AuxWork), None);
    assert_eq!(told(&mut bench), ["1 6500 "]);
}

#[test]
fn each_agent_has_a_state_of_their_own() {
    let mut bench = connector(&["reason = 'wrong'\npublish = 'automatic'\navailability = 99999"]);
    let mut other = worker("kim", "1001", &["5001", "5002"]);
    other.address = None;
    bench.turn(Event::Directory(Arc::new(Directory::new(vec![other, worker("lee", "1002", &["5003"])]))));
    for dn in ["5001", "5003"] {
        bench.t_server(dn, agent(AgentStatus::NotReady, WorkMode::AuxWork, ""), None);
    }
    assert_eq!(told(&mut bench), ["1 6500 "], "nothing for who has no address");
    assert_eq!((state(&bench, 0).word(), state(&bench, 1).word()), ("no-address", "asked"));
    let result = |error: &str| {
        uc_plugin_api::Event::Published(vec![Published { user: UserHandle(1), error: error.into() }].into())
    };
    bench.plugin_says(result(""));
    assert_eq!(state(&bench, 1).word(), "published");
    bench.t_server("5003", agent(AgentStatus::NotReady, WorkMode::WalkAway, ""), None);
    assert_eq!(state(&bench, 1).word(), "published", "a sink speaks only when its word changes");
    bench.t_server("5003", agent(AgentStatus::NotReady, WorkMode::AuxWork, ""), None);
    assert_eq!(told(&mut bench), ["1 15500 ", "1 6500 "]);
    bench.plugin_says(result("403: enable the user"));
    assert_eq!(state(&bench, 1).problem().as_deref(), Some("403: enable the user"));
    let (ticket, mut list) = tokio::sync::oneshot::channel();
    bench.turn(Event::List(ticket));
    let rows = list.try_recv().unwrap();
    assert_eq!((&*rows[0].publication, rows[1].state.as_deref()), ("no-address", Some("NotReady AuxWork")));
    assert_eq!(rows[1].problem.as_deref(), Some("403: enable the user"));
    assert_eq!(rows[1].shows.as_ref().map(|shows| shows.availability), Some(6500));
    bench.t_server("5003", agent(AgentStatus::NotReady, WorkMode::AuxWork, "wrong"), None);
    assert_eq!(told(&mut bench), ["1 withdrawn"], "silence rather than guesses");
    assert!(state(&bench, 1).problem().is_some_and(|why| why.contains("agent-rule[0].availability")));
}

#[test]
fn a_withdrawal_that_fails_is_listed_as_failed_until_nothing_of_ours_is_left() {
    let mut bench = connector(&[]);
    let listed = |bench: &mut Bench, error: &str| {
        let result = Published { user: UserHandle(1), error: error.into() };
        bench.plugin_says(uc_plugin_api::Event::Published(vec![result].into()));
        let (ticket, mut list) = tokio::sync::oneshot::channel();
        bench.turn(Event::List(ticket));
        let row = list.try_recv().unwrap().remove(1);
        (row.publication.to_string(), row.problem.as_deref().unwrap_or_default().to_owned())
    };
    bench.t_server("5003", agent(AgentStatus::NotReady, WorkMode::AuxWork, ""), None);
    assert_eq!(listed(&mut bench, "").0, "published");
    bench.t_server("5003", agent(AgentStatus::Ready, WorkMode::AutoIn, ""), None);
    assert_eq!(told(&mut bench), ["1 6500 ", "1 withdrawn"]);
    assert_eq!(listed(&mut bench, "403: not taken back"), ("failed".to_owned(), "403: not taken back".to_owned()));
    assert_eq!(listed(&mut bench, ""), ("nothing".to_owned(), String::new()));
}

#[test]
fn a_new_address_takes_what_stood_at_the_old_one_away_first() {
    let mut bench = connector(&[]);
    bench.t_server("5003", agent(AgentStatus::NotReady, WorkMode::AuxWork, ""), None);
    bench.out.commands.clear();
    let mut moved = worker("lee", "1002", &["5003"]);
    moved.address = Some("sip:lee@new.example.com".into());
    bench.turn(Event::Directory(Arc::new(Directory::new(vec![worker("kim", "1001", &["5001", "5002"]), moved]))));
    assert!(
        matches!(&bench.out.commands[..], [Command::Withdraw(_), Command::Watch(_), Command::Publish(_)]),
        "{:?}",
        bench.out.commands
    );
}

#[test]
fn a_sink_that_was_far_too_slow_is_told_in_the_end_what_stands() {
    let mut bench = connector(&[]);
    bench.out.plugin_full = true;
    for turn in 0..10_002 {
        let mode = if turn % 2 == 0 { WorkMode::AfterCallWork } else { WorkMode::AuxWork };
        bench.t_server("5003", agent(AgentStatus::NotReady, mode, ""), None);
    }
    bench.t_server("5001", agent(AgentStatus::NotReady, WorkMode::WalkAway, ""), None);
    bench.out.plugin_full = false;
    bench.later(Duration::from_millis(60));
    let told = told(&mut bench);
    let last = |user: &str| told.iter().rfind(|line| line.starts_with(user)).cloned();
    assert_eq!((last("1 "), last("0 ")), (Some("1 6500 ".into()), Some("0 15500 ".into())));
    assert_eq!(told.len(), 2, "only what stands: {told:?}");
    assert!(!bench.hub.undelivered.behind(&plugin()));
}

#[test]
fn why_there_is_no_address_follows_the_directory() {
    let mut bench = connector(&[]);
    let people = |words: Option<&str>| {
        let mut lee = worker("lee", "1002", &["5003"]);
        lee.address = None;
        let disputed = words.map(|words| (lee.id.clone(), words.into())).into_iter().collect();
        let directory = Directory::new(vec![worker("kim", "1001", &["5001", "5002"]), lee]).with_disputed(disputed);
        Event::Directory(Arc::new(directory))
    };
    for words in [None, Some("kim has it too"), Some("mo has it too"), None] {
        bench.turn(people(words));
        let expected = words.unwrap_or("the directory has no sip-address for this worker");
        assert_eq!(state(&bench, 1).problem().as_deref(), Some(expected));
    }
}

/// Whatever of the facts is seen anywhere: page, browser plug-in and UC platform see it change, each once.
#[test]
fn a_change_of_anything_that_is_seen_reaches_everybody_who_looks() {
    use crate::{
        agent_link::{AgentFacts, AgentStatus, KvList, REASON_CODE, WorkMode},
        mode::Mode,
    };
    let reason = |code: &str| {
        let mut list = KvList::default();
        list.push_str(REASON_CODE, code);
        list
    };
    let aux = AgentFacts { status: AgentStatus::NotReady, work_mode: WorkMode::AuxWork, ..AgentFacts::default() };
    let steps = [
        ("hardware reason", AgentFacts { extensions: reason("12"), ..aux.clone() }, true),
        ("another", AgentFacts { extensions: reason("13"), ..aux.clone() }, true),
        ("software reason", AgentFacts { reasons: reason("14"), extensions: reason("13"), ..aux.clone() }, true),
        ("the same again", AgentFacts { reasons: reason("14"), extensions: reason("13"), ..aux.clone() }, false),
        ("none", aux.clone(), true),
        ("work mode", AgentFacts { work_mode: WorkMode::WalkAway, ..aux.clone() }, true),
        (
            "what nobody reads",
            {
                let mut extensions = KvList::default();
                extensions.push_str("trunk", "7");
                AgentFacts { work_mode: WorkMode::WalkAway, extensions, ..aux.clone() }
            },
            false,
        ),
    ];
    let rules = ["reason = '12'", "reason = '13'", "reason = '14'", "work-mode = ['walk-away']"];
    let rule = |(at, rule): (usize, &&str)| {
        toml::from_str(&format!("{rule}\npublish = 'automatic'\navailability = 'busy'\nnote = 'rule {at}'")).unwrap()
    };
    let rules = rules.iter().enumerate().map(rule).collect();
    let mut bench = Bench::in_mode(Mode::PresenceConnector, &[Role::PresenceSink, Role::BrowserPresence], rules);
    bench.link_up();
    let definition = |code: &str, reason_ext| uc_plugin_api::StateDefinition {
        id: code.into(),
        icon: "".into(),
        menu: vec![uc_plugin_api::Text { language: "".into(), text: code.into() }].into(),
        status: Vec::new().into(),
        ready: false,
        work_mode: None.into(),
        reason: Some(code.into()).into(),
        reason_ext,
    };
    let states = vec![definition("12", true), definition("13", true), definition("14", false)];
    let menu = uc_plugin_api::StateMenu { states: states.into(), ..Default::default() };
    bench.plugin_says(uc_plugin_api::Event::StateMenu(menu));
    bench.t_server("5003", EventKind::Agent(aux), None);
    let mut page = bench.open(1, "lee");
    frames(&mut page);
    bench.out.commands.clear();
    for (what, facts, news) in steps {
        bench.t_server("5003", EventKind::Agent(facts), None);
        let told = |tells: fn(&Command) -> bool| bench.out.commands.iter().filter(|command| tells(command)).count();
        let published = told(|command| matches!(command, Command::Publish(_)));
        let reported = told(|command| matches!(command, Command::Report(_)));
        let expected = usize::from(news);
        assert_eq!((frames(&mut page).len(), published, reported), (expected, expected, expected), "{what}");
        bench.out.commands.clear();
    }
}

#[test]
fn calls_at_a_dn_that_is_only_listened_to_have_no_buttons_and_are_asked_nothing() {
    let mut bench = Bench::in_mode(Mode::PresenceConnector, &[Role::PresenceSink], Vec::new());
    bench.link_up();
    let mut page = bench.open(1, "lee");
    bench.t_server("5003", EventKind::Call(inbound(ConnId(9)), CallStep::Ringing), None);
    assert!(matches!(frames(&mut page).last(), Some(ServerFrame::Call(call)) if call.buttons.is_empty()));
    let (conn_id, dn) = (ConnId(9).to_string().into(), "5003".into());
    let (button, state) = (CallButton::Answer, CallState::Ringing);
    bench.turn(Event::Page(Page::Frame(
        PageId(1),
        ClientFrame::Call { button, conn_id, dn, state, to: None, note: None },
    )));
    assert_eq!(bench.requests(), []);
    assert!(matches!(frames(&mut page).last(), Some(ServerFrame::Problem { code, .. }) if &**code == "call-refused"));
}

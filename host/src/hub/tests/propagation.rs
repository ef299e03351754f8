//! Presence propagation: the rows of the race table that need T-Server, platform and sink together. Long as
//! the table is.

use super::{bench::*, *};
use crate::agent_link::{AgentFacts, AgentStatus, WorkMode};
use crate::clock::SameMoment;
use crate::kept::TakenUp;
use crate::mode::Mode;
use crate::policy::{AgentMap, Mapping};
use std::time::Duration;
use uc_plugin_api::{Presence, PresenceUpdate, Standing};

const LEE: UserHandle = UserHandle(1);
const DN: &str = "5003";

/// Longest After Call Work.
const LIMIT: Duration = Duration::from_secs(600);

/// As long as an echo may be under way, and no longer.
const LATE: Duration = Duration::from_secs(10);

fn held(bench: &Bench) -> bool {
    bench.hub.user(LEE).is_some_and(|user| user.worker.is_held())
}

/// Lee is available, ready, and watched; a T-Server that does what it is asked.
fn propagation() -> Bench {
    let mut bench = cold();
    bench.link_up();
    bench.presence(1, Availability::Available);
    assert!(matches!(bench.play()[..], [Request::AgentLogin { .. }, Request::AgentReady { .. }]));
    bench
}

/// The same of a node that works by a clock that has gone for so long, and keeps what it knows.
fn works(clock: Duration, left: TakenUp) -> Bench {
    let mut bench = cold();
    bench.hub.settings.worker.after_call_work_limit = LIMIT;
    bench.now += clock;
    let now = bench.now;
    bench.hub.take_up(left, now);
    bench
}

fn cold() -> Bench {
    let mut bench = Bench::in_mode(Mode::PresencePropagation, &[Role::PresenceSource, Role::PresenceSink], Vec::new());
    bench.out.commands.clear();
    bench
}

fn there(status: AgentStatus, work_mode: WorkMode) -> AgentFacts {
    AgentFacts { status, work_mode, agent_id: Some("1002".into()), ..AgentFacts::default() }
}

fn agent(bench: &mut Bench, status: AgentStatus, work_mode: WorkMode) {
    bench.t_server(DN, EventKind::Agent(there(status, work_mode)), None);
}

fn after_call_work(bench: &mut Bench) {
    agent(bench, AgentStatus::NotReady, WorkMode::AfterCallWork);
    assert_eq!(told(bench), ["15500 After call work"]);
    assert_eq!(bench.requests(), []);
}

fn register_again(bench: &mut Bench, facts: AgentFacts) -> Vec<Request> {
    bench.turn(Event::TServer(LINK, vec![Report::Up { server: "lab".into() }]));
    bench.requests();
    bench.t_server(DN, EventKind::Registered { agent: facts, calls: Some(Vec::new()), out_of_service: false }, None);
    bench.play()
}

fn link_down(bench: &mut Bench) {
    bench.turn(Event::TServer(LINK, vec![Report::Down { cause: "gone".into() }]));
}

fn said(number: u32, note: &str) -> Presence {
    let availability = Availability::from_number(number);
    Presence { availability, number, note: note.into(), ..Presence::default() }
}

fn notify(bench: &mut Bench, number: u32, note: &str) {
    let update = PresenceUpdate { user: LEE, presence: said(number, note) };
    bench.plugin_says(uc_plugin_api::Event::Presence(vec![update].into()));
}

fn chosen(bench: &mut Bench, number: u32) {
    let update = PresenceUpdate { user: LEE, presence: said(number, "") };
    bench.plugin_says(uc_plugin_api::Event::Chosen(vec![update].into()));
}

fn told(bench: &mut Bench) -> Vec<String> {
    let words = |command| match command {
        Command::Publish(publications) => {
            let words = |p: &uc_plugin_api::Publication| {
                assert_eq!(p.standing, Standing::Automatic);
                format!("{} {}", p.presence.number, p.presence.note)
            };
            publications.iter().map(words).collect()
        }
        Command::Withdraw(users) => users.iter().map(|_| "withdrawn".to_owned()).collect(),
        _ => Vec::new(),
    };
    std::mem::take(&mut bench.out.commands).into_iter().flat_map(words).collect()
}

fn not_ready(requests: &[Request], status: &str) -> bool {
    matches!(requests, [Request::AgentNotReady { reasons, .. }] if reasons.str("KW_UC_STATUS") == Some(status))
}

#[test]
fn after_call_work_is_shown_held_and_restored_when_its_timer_ends() {
    let mut bench = propagation();
    after_call_work(&mut bench);
    notify(&mut bench, 15_500, "After call work");
    assert_eq!(bench.requests(), [], "our own publication coming back drives nobody");
    agent(&mut bench, AgentStatus::Ready, WorkMode::AutoIn);
    assert_eq!((told(&mut bench), bench.requests()), (vec!["withdrawn".to_owned()], vec![]), "ready, as they were");
    notify(&mut bench, 15_500, "After call work");
    assert_eq!(bench.requests(), [], "a late echo");
    notify(&mut bench, 3500, "");
    assert_eq!(bench.requests(), []);
}

#[test]
fn what_the_platform_says_meanwhile_is_followed_at_the_end() {
    let mut bench = propagation();
    after_call_work(&mut bench);
    notify(&mut bench, 9500, "");
    notify(&mut bench, 6500, "");
    assert_eq!((told(&mut bench), bench.requests()), (vec![], vec![]), "remembered, no more");
    agent(&mut bench, AgentStatus::Ready, WorkMode::AutoIn);
    let requests = bench.play();
    assert!(not_ready(&requests, "busy"), "{requests:?}");
}

#[test]
fn only_states_that_the_platform_has_no_word_for_go_out() {
    let mut bench = propagation();
    agent(&mut bench, AgentStatus::NotReady, WorkMode::AuxWork);
    assert_eq!(told(&mut bench), [""; 0]);
    agent(&mut bench, AgentStatus::NotReady, WorkMode::LegalGuard);
    assert_eq!(told(&mut bench), ["6500 Pause between calls"]);
    agent(&mut bench, AgentStatus::NotReady, WorkMode::AfterCallWork);
    assert_eq!(told(&mut bench), ["15500 After call work"]);
}

#[test]
fn the_users_choice_ends_it_and_drives_the_agent() {
    let mut bench = propagation();
    after_call_work(&mut bench);
    chosen(&mut bench, 9500);
    assert_eq!(told(&mut bench), ["withdrawn"]);
    let requests = bench.play();
    assert!(not_ready(&requests, "do-not-disturb"), "{requests:?}");
    chosen(&mut bench, 3500);
    assert_eq!(bench.requests(), [], "nothing of ours stands any more: the platform's own word counts");
    notify(&mut bench, 3500, "");
    assert!(matches!(bench.play()[..], [Request::AgentReady { .. }]));
}

#[test]
fn a_word_of_before_the_choice_makes_nobody_ready() {
    for later in [Some(9500), Some(3500), None] {
        let mut bench = propagation();
        after_call_work(&mut bench);
        chosen(&mut bench, 9500);
        let requests = bench.play();
        assert!(not_ready(&requests, "do-not-disturb"), "{requests:?}");
        // The source's link is slower than the sink's: this was said before.
        notify(&mut bench, 3500, "After call work");
        assert_eq!(bench.play(), [], "{later:?}");
        match later {
            Some(number) => notify(&mut bench, number, ""),
            None => bench.platform(LinkStatus::Down),
        }
        bench.later(LATE / 2);
        assert_eq!(bench.play(), [], "{later:?}");
        bench.later(LATE / 2);
        let ready = matches!(bench.play()[..], [Request::AgentReady { .. }]);
        assert_eq!(ready, later == Some(3500), "{later:?}: what stands still counts, and nothing else");
    }
}

#[test]
fn a_second_choice_is_followed_though_the_platforms_word_of_it_came_before_the_first() {
    let mut bench = propagation();
    after_call_work(&mut bench);
    notify(&mut bench, 9500, "");
    chosen(&mut bench, 3500);
    assert!(matches!(bench.play()[..], [Request::AgentReady { .. }]));
    chosen(&mut bench, 9500);
    let requests = bench.play();
    assert!(not_ready(&requests, "do-not-disturb"), "{requests:?}");
}

#[test]
fn a_choice_taken_back_ends_it_and_the_memory_counts() {
    let mut bench = propagation();
    after_call_work(&mut bench);
    chosen(&mut bench, 0);
    assert_eq!(told(&mut bench), ["withdrawn"]);
    assert!(matches!(bench.play()[..], [Request::AgentReady { .. }]));
}

#[test]
fn a_call_during_it_changes_nothing_as_long_as_the_t_server_says_so() {
    let mut bench = propagation();
    after_call_work(&mut bench);
    let call = inbound(ConnId(9));
    for step in [CallStep::Ringing, CallStep::Established, CallStep::Released] {
        bench.t_server(DN, EventKind::Call(call.clone(), step), None);
        notify(&mut bench, 6500, "");
        assert_eq!((told(&mut bench), bench.requests()), (vec![], vec![]), "{step:?}");
    }
    assert!(held(&bench));
}

#[test]
fn an_end_seen_in_the_snapshot_after_the_link_was_down() {
    let mut bench = propagation();
    after_call_work(&mut bench);
    link_down(&mut bench);
    notify(&mut bench, 6500, "");
    assert_eq!((told(&mut bench), bench.requests()), (vec![], vec![]));
    let requests = register_again(&mut bench, there(AgentStatus::Ready, WorkMode::AutoIn));
    assert_eq!(told(&mut bench), ["withdrawn"]);
    assert!(not_ready(&requests, "busy"), "{requests:?}");
}

#[test]
fn a_restarted_t_server_that_knows_nobody_gets_the_agent_back() {
    let mut bench = propagation();
    after_call_work(&mut bench);
    link_down(&mut bench);
    let requests = register_again(&mut bench, AgentFacts::default());
    assert!(matches!(requests[..], [Request::AgentLogin { .. }, Request::AgentReady { .. }]), "{requests:?}");
}

#[test]
fn a_switchover_asks_nothing_and_withdraws_nothing() {
    let mut bench = propagation();
    after_call_work(&mut bench);
    link_down(&mut bench);
    bench.later(Duration::from_secs(5));
    let requests = register_again(&mut bench, there(AgentStatus::NotReady, WorkMode::AfterCallWork));
    assert_eq!((told(&mut bench), requests), (vec![], vec![]));
    assert!(held(&bench));
}

#[test]
fn a_t_server_that_stays_away_withdraws_and_shows_again_what_it_comes_back_with() {
    let mut bench = propagation();
    after_call_work(&mut bench);
    link_down(&mut bench);
    bench.later(Duration::from_secs(31));
    assert_eq!(told(&mut bench), ["withdrawn"]);
    notify(&mut bench, 3500, "");
    assert!(held(&bench), "nobody said that it is over");
    let requests = register_again(&mut bench, there(AgentStatus::NotReady, WorkMode::AfterCallWork));
    assert_eq!((told(&mut bench), requests), (vec!["15500 After call work".to_owned()], vec![]));
}

#[test]
fn an_end_while_the_platform_is_away_makes_nobody_available() {
    let mut bench = propagation();
    after_call_work(&mut bench);
    bench.platform(LinkStatus::Down);
    bench.later(Duration::from_secs(31));
    assert_eq!(bench.requests(), [], "held all the same");
    agent(&mut bench, AgentStatus::Ready, WorkMode::AutoIn);
    let requests = bench.play();
    assert!(not_ready(&requests, "presence unknown"), "{requests:?}");
}

#[test]
fn an_old_echo_is_no_word_of_a_platform_that_is_away() {
    let mut bench = propagation();
    after_call_work(&mut bench);
    notify(&mut bench, 15_500, "After call work");
    agent(&mut bench, AgentStatus::Ready, WorkMode::AutoIn);
    bench.platform(LinkStatus::Down);
    bench.later(LATE);
    assert_eq!(bench.play(), [], "nobody said that they are away");
    bench.later(Duration::from_secs(31));
    let requests = bench.play();
    assert!(not_ready(&requests, "presence unknown"), "{requests:?}");
}

#[test]
fn a_restart_in_the_middle_holds_at_once_and_takes_no_echo_for_a_choice() {
    for early in [true, false] {
        let mut bench = cold();
        if early {
            notify(&mut bench, 15_500, "After call work");
        }
        let requests = register_again(&mut bench, there(AgentStatus::NotReady, WorkMode::AfterCallWork));
        assert_eq!((told(&mut bench), requests), (vec!["15500 After call work".to_owned()], vec![]), "{early}");
        notify(&mut bench, 15_500, "After call work");
        assert_eq!(bench.requests(), []);
        agent(&mut bench, AgentStatus::Ready, WorkMode::AutoIn);
        assert_eq!(
            (told(&mut bench), bench.play()),
            (vec!["withdrawn".to_owned()], vec![]),
            "the T-Server's word stands"
        );
        notify(&mut bench, 6500, "");
        let requests = bench.play();
        assert!(not_ready(&requests, "busy"), "{requests:?}");
    }
}

#[test]
fn a_restart_in_the_middle_with_a_user_who_is_away_by_choice_makes_them_available_only_until_it_is_sure() {
    let mut bench = cold();
    register_again(&mut bench, there(AgentStatus::NotReady, WorkMode::AfterCallWork));
    notify(&mut bench, 15_500, "");
    agent(&mut bench, AgentStatus::Ready, WorkMode::AutoIn);
    assert_eq!(bench.play(), []);
    bench.later(LATE);
    let requests = bench.play();
    assert!(not_ready(&requests, "away"), "{requests:?}");
}

#[test]
fn who_logs_out_during_it_is_not_logged_in_by_its_end() {
    let mut bench = propagation();
    after_call_work(&mut bench);
    agent(&mut bench, AgentStatus::LoggedOut, WorkMode::Unknown);
    assert_eq!((told(&mut bench), bench.play()), (vec!["withdrawn".to_owned()], vec![]));
}

#[test]
fn a_sink_that_starts_again_during_it_is_told_again() {
    let mut bench = propagation();
    after_call_work(&mut bench);
    let why = "it panicked".to_owned();
    let failed = plugins::PluginArrival::Failed { plugin: plugin(), why, retry_in: Duration::from_secs(1) };
    bench.turn(Event::Plugin(failed));
    notify(&mut bench, 3500, "");
    let roles = [Role::PresenceSource, Role::PresenceSink];
    bench.turn(Event::Plugin(plugins::PluginArrival::Started { plugin: plugin(), info: info(&roles) }));
    assert_eq!((told(&mut bench), bench.requests()), (vec!["15500 After call work".to_owned()], vec![]));
    assert!(held(&bench));
}

#[test]
fn what_a_replaced_sink_takes_away_is_nobodys_choice() {
    let mut bench = propagation();
    let rule = "work-mode = ['after-call-work']\npublish = 'manual'\navailability = 'do-not-disturb'";
    bench.hub.settings.worker.agent_map = AgentMap::new(vec![toml::from_str(rule).unwrap()]);
    agent(&mut bench, AgentStatus::NotReady, WorkMode::AfterCallWork);
    notify(&mut bench, 9500, "");
    let roles = [Role::PresenceSource, Role::PresenceSink];
    bench.turn(Event::Plugin(plugins::PluginArrival::Started { plugin: plugin(), info: info(&roles) }));
    notify(&mut bench, 3500, "");
    assert!(held(&bench), "the instance before has withdrawn ours");
    notify(&mut bench, 9500, "");
    notify(&mut bench, 3500, "");
    assert!(!held(&bench), "ours stood again, and they chose");
}

/// What was held back for an endpoint's sake is older than ours, which was seen after it.
#[test]
fn a_word_that_was_held_back_is_over_once_ours_is_seen() {
    use uc_plugin_api::own_endpoints::OwnEndpoint::{Appears, Stands};
    let mut bench = propagation();
    let rule = "work-mode = ['after-call-work']\npublish = 'manual'\navailability = 'do-not-disturb'";
    bench.hub.settings.worker.agent_map = AgentMap::new(vec![toml::from_str(rule).unwrap()]);
    let endpoint = |bench: &mut Bench, said| {
        let endpoints = vec![(LEE, said)];
        bench.turn(Event::Plugin(plugins::PluginArrival::OwnEndpoints { plugin: plugin(), endpoints }));
    };
    bench.platform(LinkStatus::Down);
    agent(&mut bench, AgentStatus::NotReady, WorkMode::AfterCallWork);
    endpoint(&mut bench, Appears);
    notify(&mut bench, 3500, "");
    endpoint(&mut bench, Stands);
    notify(&mut bench, 9500, "");
    bench.later(LATE * 2);
    assert!(held(&bench), "nobody chose anything");
    assert_eq!(bench.requests(), []);
}

#[test]
fn a_state_that_a_presence_rule_asks_for_holds_nobody() {
    let mut bench = propagation();
    let rule = "availability = ['away']\nstate = 'not-ready'\nwork-mode = 'legal-guard'";
    bench.hub.settings.worker.mapping = Mapping::new(vec![toml::from_str(rule).unwrap()]);
    notify(&mut bench, 15_500, "");
    let asked = std::mem::take(&mut bench.out.requests).pop().expect("a request");
    let Request::AgentNotReady { reasons, .. } = asked.request else { panic!("{asked:?}") };
    let facts = AgentFacts { reasons: (*reasons).clone(), ..there(AgentStatus::NotReady, WorkMode::LegalGuard) };
    bench.t_server(DN, EventKind::Agent(facts), Some(asked.ticket));
    assert!(!held(&bench), "it comes from the platform, and is over when the platform says so");
    notify(&mut bench, 3500, "");
    assert!(matches!(bench.play()[..], [Request::AgentReady { .. }]));
}

#[test]
fn the_limit_ends_it_from_our_side() {
    let mut bench = propagation();
    bench.hub.settings.worker.after_call_work_limit = Duration::from_secs(60);
    after_call_work(&mut bench);
    bench.later(Duration::from_secs(61));
    assert_eq!(told(&mut bench), ["withdrawn"]);
    assert!(matches!(bench.play()[..], [Request::AgentReady { .. }]));
}

#[test]
fn a_publication_that_the_sink_never_took_is_taken_back_from_nobodys_choice() {
    let mut bench = propagation();
    let rule = "work-mode = ['after-call-work']\npublish = 'manual'\navailability = 'do-not-disturb'";
    bench.hub.settings.worker.agent_map = AgentMap::new(vec![toml::from_str(rule).unwrap()]);
    let published = uc_plugin_api::Published { user: LEE, error: "".into() };
    bench.plugin_says(uc_plugin_api::Event::Published(vec![published].into()));
    let watch = Command::Watch(Vec::new().into());
    let now = bench.now;
    (0..10_000).for_each(|_| bench.hub.keep_command(&plugin(), watch.clone(), now));
    bench.out.plugin_full = true;
    agent(&mut bench, AgentStatus::NotReady, WorkMode::AfterCallWork);
    bench.now += LATE;
    notify(&mut bench, 3500, "");
    assert!(held(&bench), "nobody has seen ours yet");
    assert_eq!(bench.requests(), []);
}

#[test]
fn who_leaves_the_directory_while_they_are_held_is_asked_nothing_but_to_log_out() {
    let mut bench = Bench::in_mode(Mode::PresencePropagation, &[Role::PresenceSource, Role::PresenceSink], Vec::new());
    bench.link_up();
    bench.presence(0, Availability::Available);
    bench.play();
    let kim = AgentFacts { work_mode: WorkMode::AfterCallWork, ..there(AgentStatus::NotReady, WorkMode::Unknown) };
    bench.t_server("5001", EventKind::Agent(AgentFacts { agent_id: Some("1001".into()), ..kim }), None);
    bench.presence(0, Availability::Busy);
    assert_eq!(bench.requests(), [], "held: the platform's word waits");
    let lee = Directory::new(vec![worker("lee", "1002", &[DN])]);
    bench.turn(Event::Directory(Arc::new(lee)));
    let requests = bench.requests();
    let logs_out = |request: &Request| matches!(request, Request::AgentLogout { .. });
    assert!(requests.len() == 2 && requests.iter().all(logs_out), "{requests:?}");
}

#[test]
fn after_call_work_goes_on_for_the_rest_of_its_time_at_a_node_whose_clock_is_hours_apart() {
    let (hour, pause) = (Duration::from_secs(3600), Duration::from_secs(3));
    for (clock, sees) in [(5 * hour, true), (4 * hour, true), (3 * hour, true), (3 * hour, false)] {
        let mut before = works(4 * hour, TakenUp::default());
        before.link_up();
        before.presence(1, Availability::Available);
        before.play();
        after_call_work(&mut before);
        before.later(LIMIT - Duration::from_secs(60));
        let stored = |kept| serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();
        let workers = before.out.kept_workers.drain().filter_map(|(id, kept)| Some((id, stored(kept?)))).collect();
        let begins = cold().now + clock;
        // The other was seen to work until three seconds ago, or nothing is known of its clock.
        let seen = SameMoment { here: begins, there: before.now + pause };
        let clock_before = if sees { seen } else { SameMoment::default() };
        let mut next = works(clock, TakenUp { workers, away: pause, clock: clock_before, ..TakenUp::default() });
        register_again(&mut next, there(AgentStatus::NotReady, WorkMode::AfterCallWork));
        assert!(held(&next), "{clock:?}");
        next.later(Duration::from_secs(50));
        assert!(held(&next), "{clock:?}");
        next.later(Duration::from_secs(10));
        assert_eq!(held(&next), !sees, "{clock:?}: it is over after ten minutes in all");
        next.later(LIMIT);
        assert!(!held(&next), "{clock:?}: nobody is held for longer than the limit from now on");
    }
}

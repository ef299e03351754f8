//! Peers that take what they are sent too slowly: nothing is lost without a word, and nobody is pressed.

use super::{bench::*, *};
use crate::{
    agent_link::{AgentFacts, AgentStatus, Call, PartyChange, Report},
    wire::KvList,
};
use uc_plugin_api::StateMenu;

#[test]
fn a_full_queue_to_the_t_server_loses_nothing() {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.link_up();
    bench.out.full = true;
    bench.presence(1, Availability::Busy);
    bench.out.full = false;
    bench.later(Duration::from_secs(1));
    assert_eq!(bench.play().len(), 2);
}

#[test]
fn commands_to_a_slow_plug_in_keep_their_order() {
    let mut bench = Bench::new(Role::BrowserPresence);
    let _page = bench.open(1, "lee");
    bench.out.commands.clear();
    bench.out.plugin_full = true;
    bench.choose(1, "first");
    bench.out.plugin_full = false;
    bench.choose(1, "second");
    bench.now += Duration::from_millis(60);
    bench.choose(1, "third");
    let chosen = bench.out.commands.iter().filter_map(|command| match command {
        Command::Act(act) => Some(format!("{:?}", act.action)),
        _ => None,
    });
    let chosen: Vec<_> = chosen.collect();
    for (action, state) in chosen.iter().zip(["first", "second", "third"]) {
        assert!(action.contains(state), "{chosen:?}");
    }
    assert_eq!(chosen.len(), 3);
}

#[test]
fn a_choice_that_the_plug_in_never_took_is_said_to_be_lost() {
    let mut bench = Bench::new(Role::BrowserPresence);
    let mut page = bench.open(1, "lee");
    bench.out.plugin_full = true;
    bench.choose(1, "busy");
    let refused = |frames: Vec<ServerFrame>| {
        frames.iter().any(|frame| matches!(frame, ServerFrame::Problem { code, .. } if &**code == "state-refused"))
    };
    assert!(!refused(frames(&mut page)), "it may still be taken");
    bench.turn(Event::Plugin(plugins::PluginArrival::Stopped { plugin: plugin() }));
    assert!(refused(frames(&mut page)));
}

#[test]
fn what_workers_chose_while_one_instance_followed_another_is_the_next_ones_matter() {
    for (seconds, kept) in [(0, true), (10, true), (31, false)] {
        let mut bench = Bench::new(Role::BrowserPresence);
        let mut page = bench.open(1, "lee");
        bench.out.plugin_full = true;
        ["first", "second"].iter().for_each(|state| bench.choose(1, state));
        (0..seconds).for_each(|_| bench.later(Duration::from_secs(1)));
        bench.out.plugin_full = false;
        bench.out.commands.clear();
        let info = info(&[Role::BrowserPresence]);
        bench.turn(Event::Plugin(plugins::PluginArrival::Started { plugin: plugin(), info }));
        let told = frames(&mut page).iter().any(|frame| matches!(frame, ServerFrame::Problem { .. }));
        assert_eq!(told, !kept, "after {seconds} s");
        let actions: Vec<_> = bench.out.commands.iter().map(|command| format!("{command:?}")).collect();
        let at = |word: &str| actions.iter().position(|action| action.contains(word));
        assert_eq!((at("first").is_some(), at("second").is_some()), (kept, kept), "{actions:?}");
        assert!(!kept || at("Watch") < at("first") && at("first") < at("second"), "{actions:?}");
    }
}

#[test]
fn a_page_that_does_not_read_is_closed() {
    let mut bench = Bench::new(Role::BrowserPresence);
    let page = bench.open(1, "lee");
    for _ in 0..100 {
        bench.turn(Event::Page(Page::Frame(PageId(1), ClientFrame::Resync {})));
    }
    assert!(page.is_closed());
}

#[test]
fn a_plug_in_without_room_is_tried_ever_more_rarely_and_as_soon_as_ever_once_it_had_room() {
    let mut bench = Bench::new(Role::BrowserPresence);
    let _page = bench.open(1, "lee");
    let tries = |bench: &mut Bench, seconds: u64| {
        let before = bench.out.commands_back;
        (0..seconds * 100).for_each(|_| bench.later(Duration::from_millis(10)));
        bench.out.commands_back - before
    };
    for _ in 0..2 {
        bench.out.plugin_full = true;
        bench.choose(1, "first");
        assert_eq!((tries(&mut bench, 1), tries(&mut bench, 59)), (4, 30), "after 50, 100, 200, 400 ms, then 2 s");
        bench.out.plugin_full = false;
        assert_eq!(tries(&mut bench, 2), 0);
        assert!(matches!(bench.out.commands.last(), Some(Command::Act(_))));
    }
}

#[test]
fn a_full_queue_is_no_refusal_and_what_found_no_room_goes_out_with_the_word_of_it() {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.link_up();
    let mut page = bench.open(1, "lee");
    bench.out.full = true;
    bench.presence(1, Availability::Busy);
    bench.out.full = false;
    bench.turn(Event::TServer(LINK, vec![Report::Room]));
    assert_eq!(bench.play().len(), 2, "logged in and not ready, and no time has passed");
    let problem = |frame: &ServerFrame| matches!(frame, ServerFrame::Problem { .. });
    assert!(!frames(&mut page).iter().any(problem));
    let line = bench.hub.user(UserHandle(1)).unwrap().worker.lines().next().unwrap().problem();
    assert_eq!(line, None);
}

/// Each event twice would show what the second does: nothing.
fn every_kind_of_event() -> Vec<EventKind> {
    let mut data = KvList::default();
    data.push_str("Order", "4711");
    let call = Call { other_dn: Some("555".into()), user_data: Some(data), ..inbound(ConnId(9)) };
    let third = Call { other_dn: Some("6001".into()), ..call.clone() };
    let agent = AgentFacts { status: AgentStatus::Ready, ..AgentFacts::default() };
    let calls = vec![(call.clone(), CallStep::Established)];
    vec![
        EventKind::Agent(agent.clone()),
        EventKind::Call(call.clone(), CallStep::Ringing),
        EventKind::Call(call.clone(), CallStep::Established),
        EventKind::CallChanged(Call { ani: Some("555".into()), ..call.clone() }),
        EventKind::Party(third.clone(), PartyChange::Added),
        EventKind::Party(third, PartyChange::Deleted),
        EventKind::Party(Call { other_dn: Some("556".into()), ..call }, PartyChange::Changed),
        EventKind::Muted(ConnId(9), true),
        EventKind::Registered { agent: agent.clone(), calls: Some(calls), out_of_service: false },
        EventKind::Registered { agent, calls: Some(Vec::new()), out_of_service: false },
    ]
}

#[test]
fn an_equal_event_is_no_news_to_pages() {
    let mut bench = Bench::new(Role::BrowserPresence);
    bench.link_up();
    let mut page = bench.open(1, "lee");
    frames(&mut page);
    for kind in every_kind_of_event() {
        bench.t_server("5003", kind.clone(), None);
        assert_eq!(frames(&mut page).len(), 1, "{kind:?}");
        (0..300).for_each(|_| bench.t_server("5003", kind.clone(), None));
        assert_eq!(frames(&mut page), [], "{kind:?}");
    }
}

#[test]
fn an_equal_menu_is_no_news_to_pages() {
    let mut bench = Bench::new(Role::BrowserPresence);
    let mut page = bench.open(1, "lee");
    frames(&mut page);
    let menu = |log_out| StateMenu { states: Vec::new().into(), log_out, idle_after_seconds: 0 };
    for log_out in [true, false] {
        (0..300).for_each(|_| bench.plugin_says(uc_plugin_api::Event::StateMenu(menu(log_out))));
        assert_eq!(frames(&mut page).len(), 1);
    }
}

#[test]
fn however_often_a_call_changes_in_a_turn_pages_are_told_once_how_it_is() {
    let mut bench = Bench::new(Role::BrowserPresence);
    bench.link_up();
    let mut page = bench.open(1, "lee");
    frames(&mut page);
    let report = |kind| {
        let event = crate::agent_link::Event { this_dn: "5003".into(), kind };
        Report::Event(event, crate::agent_link::Cause::Elsewhere)
    };
    let step = |step| report(EventKind::Call(inbound(ConnId(9)), step));
    let flood = (0..100).flat_map(|_| [step(CallStep::Held), step(CallStep::Established)]).collect();
    bench.turn(Event::TServer(LINK, flood));
    let told = frames(&mut page);
    assert!(matches!(&told[..], [ServerFrame::Call(call)] if call.state == CallState::Established), "{told:?}");
    let merged = Call { previous_conn_id: Some(ConnId(9)), ..inbound(ConnId(10)) };
    let mut flood: Vec<_> = (0..100)
        .flat_map(|_| [step(CallStep::Released), step(CallStep::Ringing), step(CallStep::Established)])
        .collect();
    flood.push(report(EventKind::Party(merged, PartyChange::Changed)));
    bench.turn(Event::TServer(LINK, flood));
    let told = frames(&mut page);
    let ten = ConnId(10).to_string();
    assert!(
        matches!(&told[..], [ServerFrame::CallEnd { .. }, ServerFrame::Call(call)] if *call.conn_id == *ten),
        "{told:?}"
    );
}

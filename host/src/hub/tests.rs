//! The hub turned by hand: events in, effects out, no edge and no clock.

pub(super) mod bench;
mod call_orders;
mod calls;
mod choices;
mod complaints;
mod connector;
mod directory;
mod doubt;
mod full_queues;
mod here;
mod idleness;
mod journal;
mod keeping;
mod missed;
mod outcomes;
mod past_previews;
mod previews;
mod propagation;
mod redirects;
mod reporting;
mod reports_answered_late;
mod reports_in_turn;
mod roles;
mod search;
mod seating;
mod switch;
mod user_data;

use super::*;
use crate::{
    agent_link::{Call, CallStep, EventKind, Report, Request},
    routing::message::Outcome,
    web::{
        arrival::{PageArrival as Page, PageId},
        message::{CallButton, CallState, ClientFrame, PreviewEnd, ServerFrame, StateKind},
    },
    wire::ConnId,
};
use bench::*;
use std::time::Duration;
use uc_plugin_api::{Availability, Command, LinkStatus, Wanted, Wish};

#[test]
fn presence_drives_every_dn_of_the_user_and_nobody_else() {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.link_up();
    bench.presence(0, Availability::Busy);
    let requests = bench.play();
    let of = |dn: &str| requests.iter().filter(|request| format!("{request:?}").contains(dn)).count();
    assert_eq!((of("5001"), of("5002"), of("5003"), requests.len()), (2, 2, 0, 4), "log in and not ready, each");
    bench.presence(0, Availability::Busy);
    assert_eq!(bench.requests(), [], "the same again is no news");
}

#[test]
fn what_was_wanted_while_the_link_was_down_is_asked_when_it_comes_up() {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.presence(1, Availability::Available);
    assert_eq!(bench.requests(), []);
    bench.turn(Event::TServer(LINK, vec![Report::Up { server: "lab".into() }]));
    let requests = bench.play();
    assert!(matches!(requests[..], [Request::AgentLogin { .. }, Request::AgentReady { .. }]), "{requests:?}");
}

#[test]
fn every_event_ends_the_request_that_it_answers() {
    let acknowledged = || EventKind::Acknowledged;
    type Answer = fn() -> EventKind;
    let answers: [(&str, Answer); 9] = [
        ("", || EventKind::CtiLink(true)),
        ("5003", || EventKind::CtiLink(true)),
        ("", || EventKind::Other("EventServerInfo".into())),
        ("4999", acknowledged),
        ("5001", acknowledged),
        ("5003", acknowledged),
        ("5003", || EventKind::Call(inbound(ConnId(9)), CallStep::Ringing)),
        ("5003", || EventKind::CallChanged(inbound(ConnId(9)))),
        ("5003", || EventKind::UserEvent { user_data: crate::wire::KvList::default() }),
    ];
    for (index, (dn, kind)) in answers.into_iter().enumerate() {
        let mut bench = Bench::new(Role::PresenceSource);
        bench.link_up();
        bench.presence(1, Availability::Busy);
        let [crate::agent_link::Outgoing { ticket, .. }] = bench.out.requests[..] else { panic!("a request") };
        bench.requests();
        bench.t_server(dn, kind(), Some(ticket));
        let asked = [4, 60].map(|seconds| {
            bench.later(Duration::from_secs(seconds));
            bench.play().len()
        });
        assert_eq!(asked.iter().sum::<usize>(), 2, "{index}: logged in and not ready in the end");
    }
}

#[test]
fn a_choice_made_while_the_link_is_down_is_said_to_wait_and_is_made_when_it_is_up() {
    let mut bench = Bench::new(Role::BrowserPresence);
    let mut page = bench.open(1, "lee");
    let wanted = Wanted { user: UserHandle(1), wish: Wish::LogIn, explicit: true };
    let event = uc_plugin_api::Event::Wanted(vec![wanted].into());
    bench.turn(Event::Plugin(plugins::PluginArrival::Event { plugin: plugin(), event }));
    let shown = frames(&mut page);
    assert!(matches!(shown.last(), Some(ServerFrame::Problem { code, .. }) if &**code == "state-waits"), "{shown:?}");
    bench.turn(Event::TServer(LINK, vec![Report::Up { server: "lab".into() }]));
    assert!(matches!(bench.play()[..], [Request::AgentLogin { .. }]));
}

#[test]
fn a_restarted_t_server_gets_every_state_back() {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.link_up();
    bench.presence(1, Availability::Away);
    bench.play();
    let mut page = bench.open(1, "lee");
    bench.turn(Event::TServer(LINK, vec![Report::Down { cause: "killed".into() }]));
    assert_eq!(state_kind(&frames(&mut page)), Some(StateKind::OutOfService), "the page never lies");
    bench.turn(Event::TServer(LINK, vec![Report::Up { server: "lab".into() }]));
    assert_eq!(bench.play().len(), 2, "log in, not ready");
    assert_eq!(state_kind(&frames(&mut page)), Some(StateKind::NotReady));
}

#[test]
fn a_dead_platform_link_makes_ready_agents_not_ready_after_the_grace_time() {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.link_up();
    bench.presence(1, Availability::Available);
    bench.play();
    bench.platform(LinkStatus::Down);
    bench.later(Duration::from_secs(29));
    assert_eq!(bench.requests(), []);
    bench.later(Duration::from_secs(2));
    let requests = bench.requests();
    assert!(
        matches!(&requests[..], [Request::AgentNotReady { reasons, .. }]
            if reasons.str("KW_UC_STATUS") == Some("presence unknown")),
        "{requests:?}"
    );
}

#[test]
fn a_wish_in_the_browser_becomes_agent_state() {
    let mut bench = Bench::new(Role::BrowserPresence);
    bench.link_up();
    let wanted = Wanted { user: UserHandle(1), wish: Wish::LogIn, explicit: true };
    let event = uc_plugin_api::Event::Wanted(vec![wanted].into());
    bench.turn(Event::Plugin(plugins::PluginArrival::Event { plugin: plugin(), event }));
    assert!(matches!(bench.play()[..], [Request::AgentLogin { .. }]), "the T-Server decides ready or not");
    assert!(matches!(bench.out.commands.last(), Some(Command::Report(_))), "the plug-in hears of it");
}

#[test]
fn an_automatic_login_after_a_restart_does_not_log_in_who_logged_out() {
    let mut bench = Bench::new(Role::BrowserPresence);
    bench.link_up();
    let mut wish = |wish, explicit| {
        let wanted = Wanted { user: UserHandle(1), wish, explicit };
        let event = uc_plugin_api::Event::Wanted(vec![wanted].into());
        bench.turn(Event::Plugin(plugins::PluginArrival::Event { plugin: plugin(), event }));
        bench.play().len()
    };
    assert_eq!(wish(Wish::LogIn, false), 1, "at first, nobody has said anything yet");
    assert_eq!(wish(Wish::State(uc_plugin_api::AgentState::default()), true), 1, "logged out by themselves");
    assert_eq!(wish(Wish::LogIn, false), 0);
}

#[test]
fn who_logged_out_without_any_dn_stays_so_when_they_get_one() {
    let mut bench = Bench::new(Role::BrowserPresence);
    bench.link_up();
    let directory = |lee: &[&str]| {
        let workers = vec![worker("kim", "1001", &["5001", "5002"]), worker("lee", "1002", lee)];
        Event::Directory(Arc::new(Directory::new(workers)))
    };
    bench.turn(directory(&[]));
    bench.play();
    for (wish, explicit) in [(Wish::State(uc_plugin_api::AgentState::default()), true), (Wish::LogIn, false)] {
        let wanted = Wanted { user: UserHandle(1), wish, explicit };
        bench.plugin_says(uc_plugin_api::Event::Wanted(vec![wanted].into()));
    }
    bench.turn(directory(&["5003"]));
    assert_eq!(bench.play(), []);
}

#[test]
fn a_browser_plug_in_that_fails_takes_its_menu_along() {
    let mut bench = Bench::new(Role::BrowserPresence);
    bench.link_up();
    let menu = uc_plugin_api::StateMenu { log_out: true, ..Default::default() };
    let event = uc_plugin_api::Event::StateMenu(menu);
    bench.turn(Event::Plugin(plugins::PluginArrival::Event { plugin: plugin(), event }));
    let mut page = bench.open(1, "lee");
    let offers = |frames: Vec<ServerFrame>| {
        let offer = |frame: &ServerFrame| match frame {
            ServerFrame::State { log_in, .. } => Some(*log_in),
            ServerFrame::Snapshot(snapshot) => Some(snapshot.log_in),
            _ => None,
        };
        frames.iter().rev().find_map(offer)
    };
    assert_eq!(offers(frames(&mut page)), Some(true));
    let why = "it panicked".to_owned();
    let failed = plugins::PluginArrival::Failed { plugin: plugin(), why, retry_in: Duration::from_secs(1) };
    bench.turn(Event::Plugin(failed));
    assert_eq!(offers(frames(&mut page)), Some(false));
}

#[test]
fn a_worker_who_moves_to_another_dn_is_registered_there_at_once() {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.link_up();
    let directory = Directory::new(vec![worker("kim", "1001", &["5001", "5002"]), worker("lee", "1002", &["5009"])]);
    bench.turn(Event::Directory(Arc::new(directory)));
    let requests = bench.requests();
    let registers =
        |request: &Request| matches!(request, Request::RegisterAddress { this_dn, .. } if &**this_dn == "5009");
    assert!(requests.iter().any(registers), "{requests:?}");
}

#[test]
fn a_broadcast_has_one_winner_and_every_page_hears_it() {
    let mut bench = Bench::new(Role::BrowserPresence);
    let (mut kim, mut kim2, mut lee) = (bench.open(1, "kim"), bench.open(2, "kim"), bench.open(3, "lee"));
    let mut outcome = bench.offer(7, &["1001", "1002"]);
    for page in [&mut kim, &mut kim2, &mut lee] {
        let shown = frames(page);
        assert!(matches!(shown.last(), Some(ServerFrame::PreviewOffer(p)) if &*p.notes == "wants a refund"));
    }
    bench.answer(3, Bench::first_preview(), true);
    bench.answer(1, Bench::first_preview(), true);
    let accepted = Outcome::Accepted { agent: "1002".into(), dn: "5003".into(), switch: "S".into(), redirect: None };
    assert_eq!(outcome.try_recv(), Ok(accepted));
    let ends = |page: &mut _| -> Vec<_> {
        let end = |frame| match frame {
            ServerFrame::PreviewEnd { end, .. } => Some(end),
            _ => None,
        };
        frames(page).into_iter().filter_map(end).collect()
    };
    assert_eq!((ends(&mut lee), ends(&mut kim2)), (vec![PreviewEnd::Accepted], vec![PreviewEnd::TakenByAnother]));
    assert!(
        frames(&mut kim)
            .iter()
            .any(|frame| matches!(frame, ServerFrame::Problem { code, .. } if &**code == "preview-closed"))
    );
}

/// Both pages of one worker, or a page that answers once more after a reconnect.
#[test]
fn the_same_answer_once_more_is_no_error_and_another_one_is() {
    for (again, complains) in [(true, false), (false, true)] {
        let mut bench = Bench::new(Role::BrowserPresence);
        let (mut first, mut second) = (bench.open(1, "kim"), bench.open(2, "kim"));
        let _outcome = bench.offer(7, &["1001"]);
        bench.answer(1, Bench::first_preview(), true);
        bench.answer(2, Bench::first_preview(), again);
        let problems =
            |page: &mut _| frames(page).iter().filter(|frame| matches!(frame, ServerFrame::Problem { .. })).count();
        assert_eq!((problems(&mut first), problems(&mut second)), (0, usize::from(complains)), "{again}");
    }
}

#[test]
fn previews_for_the_unknown_and_the_absent_are_answered_at_once() {
    let mut bench = Bench::new(Role::BrowserPresence);
    assert!(matches!(bench.offer(1, &["9999"]).try_recv(), Ok(Outcome::Error(text)) if text.contains("9999")));
    assert_eq!(bench.offer(2, &["1001"]).try_recv(), Ok(Outcome::NoClient));
}

#[test]
fn a_worker_without_page_is_invited_when_a_plug_in_can() {
    let mut bench = Bench::new(Role::Inviter);
    let mut outcome = bench.offer(1, &["1001"]);
    let Some(Command::Invite(invitation)) = bench.out.commands.last().cloned() else { panic!("an invitation") };
    assert!(invitation.url.contains("/join/kim"));
    assert!(outcome.try_recv().is_err());
    let failed = uc_plugin_api::Invited { id: invitation.id, error: "not signed in".into() };
    let event = uc_plugin_api::Event::Invited(failed);
    bench.turn(Event::Plugin(plugins::PluginArrival::Event { plugin: plugin(), event }));
    assert_eq!(outcome.try_recv(), Ok(Outcome::NoClient));
}

#[test]
fn a_page_that_reloads_sees_its_preview_again_and_one_that_stays_away_ends_it() {
    let mut bench = Bench::new(Role::BrowserPresence);
    let _first = bench.open(1, "lee");
    let mut outcome = bench.offer(7, &["1002"]);
    bench.turn(Event::Page(Page::Closed(PageId(1))));
    bench.later(Duration::from_secs(5));
    let mut again = bench.open(2, "lee");
    assert!(matches!(&frames(&mut again)[..], [ServerFrame::Snapshot(snapshot)] if snapshot.previews.len() == 1));
    bench.later(Duration::from_secs(6));
    assert!(outcome.try_recv().is_err(), "the first page's grace time does not count any more");
    bench.turn(Event::Page(Page::Closed(PageId(2))));
    bench.later(Duration::from_secs(11));
    assert!(matches!(outcome.try_recv(), Ok(Outcome::NoClient)));
}

#[test]
fn a_new_directory_forgets_who_left_and_keeps_who_stayed() {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.link_up();
    bench.presence(1, Availability::Busy);
    bench.play();
    let mut kim = bench.open(1, "kim");
    let directory = Directory::new(vec![worker("lee", "1002", &["5003"]), worker("mo", "1003", &["5004"])]);
    bench.turn(Event::Directory(Arc::new(directory)));
    assert!(matches!(frames(&mut kim).last(), Some(ServerFrame::SignedOut { .. })));
    assert!(kim.is_closed());
    let requests = bench.requests();
    let unregistered = requests.iter().filter(|r| matches!(r, Request::UnregisterAddress { .. })).count();
    let registered = requests.iter().filter(|r| matches!(r, Request::RegisterAddress { .. })).count();
    assert_eq!((unregistered, registered, requests.len()), (2, 1, 3));
    assert!(
        bench
            .out
            .commands
            .iter()
            .any(|command| matches!(command, Command::Unwatch(users) if users[..] == [UserHandle(0)]))
    );
}

#[test]
fn a_worker_with_another_agent_login_is_registered_again_and_driven() {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.link_up();
    let directory = Directory::new(vec![worker("kim", "1001", &["5002", "5001"]), worker("lee", "1009", &["5003"])]);
    bench.turn(Event::Directory(Arc::new(directory)));
    bench.play();
    (0..2).for_each(|user| bench.presence(user, Availability::Busy));
    let requests = bench.play();
    for dn in ["5001", "5002", "5003"] {
        assert_eq!(requests.iter().filter(|r| format!("{r:?}").contains(dn)).count(), 2, "{dn}: {requests:?}");
    }
    assert!(requests.iter().any(|r| matches!(r, Request::AgentLogin { agent_id, .. } if &**agent_id == "1009")));
}

#[test]
fn each_closing_of_the_last_page_starts_the_grace_time_anew() {
    let mut bench = Bench::new(Role::BrowserPresence);
    let _first = bench.open(1, "lee");
    let mut outcome = bench.offer(7, &["1002"]);
    bench.turn(Event::Page(Page::Closed(PageId(1))));
    bench.later(Duration::from_secs(8));
    let _second = bench.open(2, "lee");
    bench.turn(Event::Page(Page::Closed(PageId(2))));
    bench.later(Duration::from_secs(3));
    assert!(outcome.try_recv().is_err());
    bench.later(Duration::from_secs(7));
    assert_eq!(outcome.try_recv(), Ok(Outcome::NoClient));
}

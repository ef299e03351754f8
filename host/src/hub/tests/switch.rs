//! A T-Server's link to its switch, which may flap, turned by hand.

use super::*;

impl Bench {
    fn switch(&mut self, connected: bool) {
        self.t_server("", EventKind::CtiLink(connected), None);
    }

    fn registrations(&mut self) -> usize {
        let registers = |request: &Request| matches!(request, Request::RegisterAddress { .. });
        let asked = self.out.requests.iter().filter(|outgoing| registers(&outgoing.request)).count();
        self.play();
        asked
    }
}

#[test]
fn a_switch_that_is_lost_and_found_is_read_again_at_once() {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.link_up();
    bench.later(Duration::from_secs(2));
    let mut page = bench.open(1, "lee");
    bench.switch(false);
    assert_eq!(state_kind(&frames(&mut page)), Some(StateKind::OutOfService));
    bench.switch(true);
    assert_eq!(bench.registrations(), 3);
    assert_eq!(state_kind(&frames(&mut page)), Some(StateKind::LoggedOut));
}

#[test]
fn a_switch_that_flaps_is_away_until_it_lasts_and_floods_neither_pages_nor_the_t_server() {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.link_up();
    let mut page = bench.open(1, "lee");
    frames(&mut page);
    let (mut shown, mut asked) = (Vec::new(), 0);
    for _ in 0..3000 {
        for connected in [false, true] {
            bench.switch(connected);
            bench.later(Duration::from_millis(20));
            asked += bench.registrations();
            shown.extend(frames(&mut page));
        }
    }
    assert!(shown.len() < 40 && asked < 40, "{} frames and {asked} registrations in two minutes", shown.len());
    assert_eq!(state_kind(&shown), Some(StateKind::OutOfService), "what is known may be over");
    bench.later(Duration::from_secs(61));
    bench.play();
    assert_eq!(state_kind(&frames(&mut page)), Some(StateKind::LoggedOut), "it lasted");
}

#[test]
fn a_link_that_comes_up_has_its_switch_however_often_that_was_lost() {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.link_up();
    for _ in 0..100 {
        bench.switch(false);
        bench.switch(true);
    }
    let mut page = bench.open(1, "lee");
    bench.turn(Event::TServer(LINK, vec![Report::Down { cause: "killed".into() }]));
    bench.link_up();
    bench.later(Duration::from_secs(30));
    bench.play();
    assert_eq!(state_kind(&frames(&mut page)), Some(StateKind::LoggedOut));
}

#[test]
fn one_dn_that_is_lost_leaves_the_others_as_they_are_and_is_read_again_alone() {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.link_up();
    bench.later(Duration::from_secs(2));
    let out = |bench: &Bench| {
        let lines = bench.hub.roster.users().flat_map(|(_, user)| user.worker.lines());
        lines.filter(|line| !line.in_service()).map(|line| line.place().dn.to_string()).collect::<Vec<_>>()
    };
    bench.t_server("5001", EventKind::OutOfService(true), None);
    assert_eq!((out(&bench), bench.registrations()), (vec!["5001".to_owned()], 0));
    bench.t_server("5001", EventKind::OutOfService(false), None);
    assert_eq!((bench.registrations(), out(&bench)), (1, Vec::new()));
}

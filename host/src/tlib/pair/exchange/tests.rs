//! An owner, the exchange and two T-Servers.

mod world;

use super::*;
use crate::agent_link::{AgentFacts, Call, CallStep, ConnId, RegisterMode};
use crate::tlib::session::unsent;
use proptest::prelude::*;
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use world::*;

#[test]
fn what_only_the_new_one_told_is_told_and_nothing_twice_or_read_again() {
    for lost in [false, true] {
        let mut world = World::hot();
        world.agent_changes(0);
        world.user_event(1);
        world.call(2, 7, CallStep::Ringing);
        // The first has told the agent's change alone, the other all.
        world.tells(Side::First);
        (0..3).for_each(|_| world.tells(Side::Second));
        assert_eq!(world.user_events, [0; 0]);
        if lost {
            world.closes(Side::First);
        } else {
            world.role(Side::First, false);
        }
        world.role(Side::Second, true);
        assert_eq!((world.user_events.clone(), world.registrations()), (vec![2], 0));
        world.assert_right();
        if !lost {
            world.run();
            assert_eq!(world.user_events, [2]);
        }
    }
}

#[test]
fn what_the_old_one_told_first_is_not_told_again_and_what_stays_away_is_read() {
    let mut world = World::hot();
    world.user_event(0);
    world.agent_changes(1);
    world.agent_changes(2);
    (0..3).for_each(|_| world.tells(Side::First));
    world.role(Side::First, false);
    world.role(Side::Second, true);
    world.tells(Side::Second);
    world.tells(Side::Second);
    assert_eq!((world.user_events.as_slice(), world.registrations()), (&[1][..], 0));
    world.passes(Duration::from_secs(2));
    assert!(
        world.registrations() > 0,
        "what was not read at the switchover is read when the new one must have told all"
    );
    world.run();
    world.assert_right();
}

#[test]
fn a_call_goes_on_at_a_switchover_to_one_whose_snapshots_tell_no_calls() {
    for (lost, answered) in [(false, false), (true, false), (false, true)] {
        let mut world = World::hot();
        world.servers.iter_mut().for_each(|server| server.hides_calls = true);
        world.call(0, 7, CallStep::Established);
        world.run();
        if answered {
            // A request of this DN is under way, and is settled by reading.
            world.wants(0);
            world.arrive(Side::First);
        }
        if lost {
            world.closes(Side::First);
        } else {
            world.role(Side::First, false);
        }
        world.role(Side::Second, true);
        world.passes(Duration::from_secs(2));
        assert!(world.registrations() > 0, "it is read again");
        world.run();
        world.assert_right();
    }
}

#[test]
fn what_another_node_may_ask_by_now_is_refused_and_not_sent_again() {
    let mut world = World::hot();
    let request = Request::AgentLogout { this_dn: dn(0), this_queue: None };
    let permit = crate::agent_link::Permit::while_so(|| false);
    assert!(world.exchange.send(vec![Outgoing { permit, ..Outgoing::of(Ticket(77), request) }]).is_empty());
    let sent = world.sent.borrow_mut()[Side::First.index()].pop_front().expect("on its way");
    let told = world.exchange.reported(Side::First, vec![unsent(sent.ticket, "another node works")], world.now);
    assert!(matches!(&told[..], [Report::Refused(Ticket(77), _)]), "{told:?}");
    assert!(world.sent.borrow().iter().all(VecDeque::is_empty));
}

#[test]
fn a_dn_that_was_registered_anew_is_not_unregistered_again_when_a_connection_is_lost() {
    let mut world = World::hot();
    let register = Request::RegisterAddress { this_dn: dn(0), mode: RegisterMode::Share };
    let requests = [(77, Request::UnregisterAddress { this_dn: dn(0) }), (78, register)];
    world.open.extend(requests.clone());
    world.exchange.send(requests.map(|(ticket, request)| Outgoing::of(Ticket(ticket), request)).into());
    // Both have left, and of the first nobody learns what came of it.
    world.arrive(Side::First);
    world.servers[Side::First.index()].open.rotate_left(1);
    world.answers(Side::First);
    world.closes(Side::First);
    world.role(Side::Second, true);
    world.run();
    assert!(world.servers[Side::Second.index()].registered.contains(&dn(0)));
}

#[test]
fn what_another_node_has_by_now_is_not_registered_at_a_backup_that_comes() {
    let mut world = World::new();
    world.connects(Side::First, true);
    world.run();
    let theirs = Arc::new(AtomicBool::new(true));
    let asked = theirs.clone();
    let permit = crate::agent_link::Permit::while_so(move || asked.load(Ordering::Relaxed));
    let request = Request::RegisterAddress { this_dn: dn(0), mode: RegisterMode::Share };
    world.exchange.send(vec![Outgoing { permit, ..Outgoing::of(Ticket(77), request) }]);
    world.open.insert(77, Request::RegisterAddress { this_dn: dn(0), mode: RegisterMode::Share });
    world.run();
    theirs.store(false, Ordering::Relaxed);
    world.connects(Side::Second, false);
    world.run();
    assert_eq!(world.servers[Side::Second.index()].registered.len(), 2, "the other node's is not among them");
}

#[test]
fn another_conn_id_at_the_new_one_is_read_again() {
    let mut world = World::hot();
    let of = |id| EventKind::Call(Call::new(ConnId(id)), CallStep::Established);
    world.truth.entry(dn(0)).or_default().apply(&of(8));
    for (side, id) in [(Side::First, 7), (Side::Second, 8)] {
        world.servers[side.index()].untold.push_back((dn(0), of(id)));
        world.tells(side);
    }
    assert!(world.owner[&dn(0)].calls.contains_key(&7));
    world.role(Side::First, false);
    world.role(Side::Second, true);
    assert_eq!(world.registrations(), 1);
    world.run();
    world.assert_right();
}

#[test]
fn a_request_under_way_is_settled_by_reading_and_one_that_never_left_goes_to_the_new_one() {
    let mut world = World::hot();
    world.wants(0);
    world.arrive(Side::First);
    world.wants(1);
    world.role(Side::First, false);
    world.role(Side::Second, true);
    world.run();
    assert_eq!(world.carried_out.values().copied().collect::<Vec<_>>(), [1], "the second alone");
    world.assert_right();
}

#[test]
fn who_is_logged_out_with_a_lost_connection_is_read_again_and_who_is_otherwise_is_not() {
    for lost in [true, false] {
        let mut world = World::hot();
        world.agent_changes(0);
        world.run();
        if lost {
            world.closes(Side::First);
        } else {
            world.role(Side::First, false);
        }
        world.role(Side::Second, true);
        world.happens(&dn(0), &EventKind::Agent(AgentFacts::default()));
        world.tells(Side::Second);
        assert_eq!(world.registrations(), usize::from(lost));
        world.run();
        world.assert_right();
    }
}

#[test]
fn a_backup_that_takes_no_registrations_is_left_alone() {
    let mut world = World::new();
    world.connects(Side::First, true);
    world.connects(Side::Second, false);
    world.arrive(Side::First);
    while !world.servers[0].open.is_empty() {
        world.answers(Side::First);
    }
    let refused = |outgoing: Outgoing| {
        let message = "not supported".into();
        Report::Refused(outgoing.ticket, Refusal { code: Some(51), message, behaviour: Behaviour::Permanent })
    };
    let asked: Vec<_> = world.sent.borrow_mut()[1].drain(..).map(refused).collect();
    assert_eq!(asked.len(), 3);
    world.says(Side::Second, asked);
    world.role(Side::First, false);
    world.role(Side::Second, true);
    assert_eq!((world.up, world.registrations()), (true, 3), "all are read, as with warm standby");
    world.run();
    assert_eq!(world.servers[1].registered.len(), 3);
    world.assert_right();
    // Used by now, it is as good as the other.
    world.role(Side::Second, false);
    world.role(Side::First, true);
    assert_eq!((world.up, world.registrations()), (true, 0));
}

#[test]
fn the_switch_that_the_new_one_has_lost_is_told() {
    let mut world = World::hot();
    let cti = |up| Report::Event(Event { this_dn: "".into(), kind: EventKind::CtiLink(up) }, Cause::Elsewhere);
    world.says(Side::Second, vec![cti(false)]);
    let told = world.exchange.reported(Side::First, vec![Report::Standby], world.now);
    assert!(told.is_empty());
    let told = world.exchange.reported(Side::Second, vec![Report::Up { server: "t".into() }], world.now);
    assert!(matches!(&told[..], [Report::Event(Event { kind: EventKind::CtiLink(false), .. }, _), ..]), "{told:?}");
}

/// The pair's own registration was under way at the old one, and is at the new one: the owner asks for neither.
#[test]
fn what_was_being_read_again_at_the_old_one_is_read_at_the_new_one() {
    let mut world = World::hot();
    let cti = || Report::Event(Event { this_dn: "".into(), kind: EventKind::CtiLink(true) }, Cause::Elsewhere);
    (0..2).for_each(|_| world.says(Side::Second, vec![cti()]));
    world.arrive(Side::Second);
    (0..3).for_each(|_| world.answers(Side::Second));
    world.closes(Side::First);
    world.role(Side::Second, true);
    world.connects(Side::First, false);
    world.agent_changes(0);
    world.tells(Side::First);
    world.role(Side::Second, false);
    world.role(Side::First, true);
    world.run();
    world.assert_right();
}

/// What may happen next.
#[derive(Clone, Debug)]
enum Deed {
    Agent(usize),
    Call(usize, u64, CallStep),
    UserEvent(usize),
    Wants(usize),
    Tells(Side),
    Answers(Side),
    Role(Side, bool),
    Closes(Side),
    Connects(Side, bool),
    Switch(Side, bool),
    Passes(u64),
}

fn deed() -> impl Strategy<Value = Deed> {
    let (at, step) =
        (0..3_usize, prop_oneof![Just(CallStep::Ringing), Just(CallStep::Established), Just(CallStep::Released)]);
    let side = prop_oneof![Just(Side::First), Just(Side::Second)];
    prop_oneof![
        4 => at.clone().prop_map(Deed::Agent),
        3 => (at.clone(), 1..3_u64, step).prop_map(|(at, id, step)| Deed::Call(at, id, step)),
        2 => at.clone().prop_map(Deed::UserEvent),
        3 => at.prop_map(Deed::Wants),
        10 => side.clone().prop_map(Deed::Tells),
        8 => side.clone().prop_map(Deed::Answers),
        2 => (side.clone(), any::<bool>()).prop_map(|(side, primary)| Deed::Role(side, primary)),
        1 => side.clone().prop_map(Deed::Closes),
        2 => (side.clone(), any::<bool>()).prop_map(|(side, primary)| Deed::Connects(side, primary)),
        1 => (side, any::<bool>()).prop_map(|(side, connected)| Deed::Switch(side, connected)),
        2 => (1..3000_u64).prop_map(Deed::Passes),
    ]
}

/// Two thousand, or as many as `PROPTEST_CASES` wants beyond that.
fn cases() -> u32 {
    ProptestConfig::default().cases.max(2000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    /// Whatever happens: each request has one end, none is carried out twice, no user event is told twice; and in the
    /// end, with one of them primary, the owner knows what is so.
    #[test]
    fn the_owner_knows_what_is_so_in_the_end(deeds in prop::collection::vec(deed(), 0..120), last in any::<bool>()) {
        let mut world = World::hot();
        for deed in deeds {
            match deed {
                Deed::Agent(at) => world.agent_changes(at),
                Deed::Call(at, id, step) => world.call(at, id, step),
                Deed::UserEvent(at) => world.user_event(at),
                Deed::Wants(at) => world.wants(at),
                Deed::Tells(side) => world.tells(side),
                Deed::Answers(side) => {
                    world.arrive(side);
                    world.answers(side);
                }
                Deed::Role(side, primary) => world.role(side, primary),
                Deed::Closes(side) => world.closes(side),
                Deed::Connects(side, primary) if !world.servers[side.index()].connected => world.connects(side, primary),
                Deed::Connects(..) => {}
                Deed::Switch(side, connected) => world.switch(side, connected),
                Deed::Passes(milliseconds) => world.passes(Duration::from_millis(milliseconds)),
            }
        }
        let last = if last { Side::First } else { Side::Second };
        world.role(last.other(), false);
        if !world.servers[last.index()].connected {
            world.connects(last, true);
        }
        world.role(last, true);
        world.switch(last, true);
        world.run();
        world.passes(Duration::from_secs(5));
        world.run();
        world.assert_right();
        let mut told = world.user_events.clone();
        told.sort_unstable();
        told.dedup();
        prop_assert_eq!(told.len(), world.user_events.len(), "told twice: {:?}", world.user_events);
        prop_assert!(world.carried_out.values().all(|times| *times == 1), "{:?}", world.carried_out);
    }
}

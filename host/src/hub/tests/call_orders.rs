//! Call events in any order, as a T-Server may send them: a page shows each call once, loses none, and offers what
//! may be asked and nothing else.

use super::{bench::*, *};
use crate::{
    agent_link::{CallType, Ending, PartyChange},
    web::message,
};
use rand::{Rng, SeedableRng, rngs::SmallRng, seq::IndexedRandom};
use std::collections::BTreeMap;

const DN: &str = "5003";
const ORDERS: u64 = 60;
const EVENTS: usize = 40;

const BUTTONS: [CallButton; 16] = [
    CallButton::Answer,
    CallButton::Release,
    CallButton::Hold,
    CallButton::Retrieve,
    CallButton::Transfer,
    CallButton::Conference,
    CallButton::Redirect,
    CallButton::ConsultTransfer,
    CallButton::ConsultConference,
    CallButton::CompleteTransfer,
    CallButton::CompleteConference,
    CallButton::Alternate,
    CallButton::Reconnect,
    CallButton::Digits,
    CallButton::Mute,
    CallButton::Unmute,
];

/// What a page has made of its frames.
type Shown = BTreeMap<Arc<str>, message::Call>;

fn any_call(random: &mut SmallRng) -> Call {
    let mut id = || ConnId(random.random_range(1..6));
    let (conn_id, one, other) = (id(), id(), id());
    let mut maybe = |id| random.random_bool(0.3).then_some(id);
    let (previous_conn_id, transfer_conn_id) = (maybe(one), maybe(other));
    let call_type = *[CallType::Unknown, CallType::Inbound, CallType::Consult].choose(random).expect("some");
    let ending = *[Ending::Ended, Ending::Transferred, Ending::Conferenced].choose(random).expect("some");
    let other_dn = Some(format!("60{}", random.random_range(1..4)).into());
    Call { previous_conn_id, transfer_conn_id, call_type, ending, other_dn, ..Call::new(conn_id) }
}

fn any_event(random: &mut SmallRng) -> EventKind {
    use CallStep::{Busy, Dialing, Established, Held, NetworkReached, Released, Ringing};
    let call = any_call(random);
    let step = *[Ringing, Dialing, NetworkReached, Busy, Established, Held, Released].choose(random).expect("some");
    let change = *[PartyChange::Added, PartyChange::Deleted, PartyChange::Changed].choose(random).expect("some");
    match random.random_range(0..12) {
        0..8 => EventKind::Call(call, step),
        8 => EventKind::CallChanged(call),
        9 => EventKind::Muted(call.conn_id, random.random_bool(0.5)),
        _ => EventKind::Party(call, change),
    }
}

/// What the events say is there, by the rules of PROTOCOL.md.
fn told(there: &mut Vec<ConnId>, kind: &EventKind) {
    match kind {
        EventKind::Call(call, CallStep::Released) => there.retain(|id| *id != call.conn_id),
        EventKind::Call(call, _) if !there.contains(&call.conn_id) => there.push(call.conn_id),
        EventKind::Party(call, PartyChange::Changed) => {
            let named = call.previous_conn_id.filter(|old| *old != call.conn_id && there.contains(old));
            let only = there.first().copied().filter(|_| there.len() == 1);
            let before = if there.contains(&call.conn_id) { named } else { named.or(only) };
            if let Some(before) = before {
                there.retain(|id| *id != before && *id != call.conn_id);
                there.push(call.conn_id);
            }
        }
        _ => {}
    }
}

fn fold(shown: &mut Shown, frames: Vec<ServerFrame>) {
    for frame in frames {
        match frame {
            ServerFrame::Call(call) => drop(shown.insert(call.conn_id.clone(), call)),
            ServerFrame::CallEnd { conn_id, .. } => drop(shown.remove(&conn_id)),
            ServerFrame::Snapshot(snapshot) => {
                *shown = snapshot.calls.into_iter().map(|call| (call.conn_id.clone(), call)).collect();
            }
            _ => {}
        }
    }
}

/// What a page that opens now shows; no call twice.
fn afresh(bench: &mut Bench) -> Shown {
    let mut page = bench.open(99, "lee");
    let mut shown = Shown::new();
    for frame in frames(&mut page) {
        if let ServerFrame::Snapshot(snapshot) = frame {
            let count = snapshot.calls.len();
            fold(&mut shown, vec![ServerFrame::Snapshot(snapshot)]);
            assert_eq!(shown.len(), count, "a call twice");
        }
    }
    bench.turn(Event::Page(Page::Closed(PageId(99))));
    shown
}

/// Every button of a call is pressed: what is shown asks for something, what is not is refused.
fn press_all(bench: &mut Bench, call: &message::Call) {
    for button in BUTTONS {
        let to = Some(if button == CallButton::Digits { "1" } else { "5009" }.into());
        let (conn_id, dn, state) = (call.conn_id.clone(), call.dn.clone(), call.state);
        let frame = ClientFrame::Call { button, conn_id, dn, state, to, note: None };
        bench.turn(Event::Page(Page::Frame(PageId(1), frame)));
        let asked = matches!(bench.acknowledged()[..], [Request::Call { .. }]);
        assert_eq!(asked, call.buttons.contains(&button), "{button:?} of {call:?}");
    }
    // What is acknowledged and has not shown by then may be asked again.
    bench.later(Duration::from_secs(3));
}

#[test]
fn whatever_the_order_of_events_a_page_shows_each_call_once_and_offers_what_may_be_asked() {
    for seed in 0..ORDERS {
        let random = &mut SmallRng::seed_from_u64(seed);
        let mut bench = Bench::new(Role::BrowserPresence);
        bench.link_up();
        let mut page = bench.open(1, "lee");
        let (mut shown, mut there) = (Shown::new(), Vec::new());
        for _ in 0..EVENTS {
            let kind = any_event(random);
            told(&mut there, &kind);
            bench.t_server(DN, kind.clone(), None);
            bench.requests();
            fold(&mut shown, frames(&mut page));
            let mut ids: Vec<_> = there.iter().map(|id| Arc::from(id.to_string())).collect();
            ids.sort_unstable();
            assert_eq!(shown.keys().cloned().collect::<Vec<Arc<str>>>(), ids, "seed {seed}: {kind:?}");
            assert_eq!(shown, afresh(&mut bench), "seed {seed}: {kind:?}");
            for call in shown.values() {
                press_all(&mut bench, call);
                // Read at once: a page that takes no frames is closed.
                assert!(frames(&mut page).iter().all(|frame| matches!(frame, ServerFrame::Problem { .. })));
            }
        }
    }
}

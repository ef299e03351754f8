//! The order in which the loop takes what has arrived, and what it hears as it ends.

use super::*;
use crate::{
    agent_link::{EventKind, Outgoing, Request},
    hub::{reporting::Reporting, tests::bench::Bench},
    kept::Note,
};
use uc_plugin_api::Role;

/// The other ends, where a test says something.
struct Ends {
    links: mpsc::Sender<(LinkId, Vec<Report>)>,
    noted: watch::Sender<u64>,
    role_changes: mpsc::Sender<RoleChange>,
}

fn inlets() -> (Ends, Inlets) {
    let (links, reports) = mpsc::channel(4 * TURN);
    let (noted, notes) = watch::channel(0);
    let (role_changes, said) = mpsc::channel(4);
    let inlets = Inlets {
        plugins: plugins::arrivals().1,
        links: reports,
        pages: mpsc::channel(1).1,
        routing: mpsc::channel(1).1,
        stat_server: mpsc::channel(1).1,
        directories: mpsc::channel(1).1,
        user_data: mpsc::channel(1).1,
        lists: mpsc::channel(1).1,
        noted: notes,
        redirects: mpsc::channel(1).1,
        role_changes: said,
        pings: mpsc::channel(1).1,
    };
    (Ends { links, noted, role_changes }, inlets)
}

#[tokio::test]
async fn a_turn_and_a_note_wait_for_nobody_however_much_a_link_says() {
    let (ends, mut inlets) = inlets();
    (0..4 * TURN).for_each(|_| ends.links.try_send((LinkId(0), Vec::new())).unwrap());
    for round in 1..4 {
        ends.role_changes.try_send(RoleChange::Previews(oneshot::channel().0)).unwrap();
        ends.noted.send_replace(round);
        let mut events = Vec::new();
        assert!(next_events(&mut inlets, &mut events, None, &CancellationToken::new()).await);
        let changes = events.iter().filter(|event| matches!(event, Event::Role(_))).count();
        let notes = events.iter().filter(|event| matches!(event, Event::Noted(note) if *note == round)).count();
        assert_eq!((changes, notes, events.len() > TURN), (1, 1, true), "{round}");
    }
    assert!(!inlets.links.is_empty(), "the link had more to say all the time");
}

#[tokio::test(start_paused = true)]
async fn the_ends_that_a_stop_tells_are_noted_with_their_reason_and_over_once_they_are_answered() {
    let mut bench = Bench::new(Role::BrowserPresence);
    bench.hub.reporting = Reporting::of(Some("Asked".into()), true);
    bench.link_up();
    let _page = bench.open(1, "kim");
    let _outcome = bench.offer(7, &["1001"]);
    bench.turn(Event::Noted(u64::MAX));
    bench.out.notes.clear();
    std::mem::take(&mut bench.out.requests);
    assert_eq!(bench.hub.tell_ends(&mut bench.out), 0);
    let why = |note: &Note| matches!(note, Note::Begun(open) if open.reason.as_deref() == Some("Cancelled"));
    assert!(bench.out.notes.iter().any(|(_, note)| why(note)), "{:?}", bench.out.notes);
    let ends: Vec<_> = bench.out.requests.drain(..).collect();
    let [Outgoing { ticket, request: Request::DistributeUserEvent { this_dn, .. }, .. }] = &ends[..] else {
        panic!("{ends:?}")
    };
    let event = crate::agent_link::Event { this_dn: this_dn.clone(), kind: EventKind::Acknowledged };
    let (links, mut answers) = mpsc::channel(1);
    links.try_send((LinkId(0), vec![Report::Event(event, Cause::Request(*ticket))])).unwrap();
    let mut unsent = 0;
    bench.hub.hear_of_ends(&mut answers, &Clock::start(), &mut bench.out, &mut unsent).await;
    assert!(matches!(bench.out.notes.last(), Some((_, Note::Ended { .. }))), "{:?}", bench.out.notes);
    assert!(!bench.hub.reporting.awaits_ends() && unsent == 0);
}

#[tokio::test(start_paused = true)]
async fn an_end_behind_what_is_not_noted_yet_leaves_with_the_stop_and_that_never_begins() {
    let mut bench = Bench::new(Role::BrowserPresence);
    bench.hub.reporting = Reporting::of(Some("Asked".into()), true);
    bench.link_up();
    let _page = bench.open(1, "kim");
    let _begun = bench.offer(7, &["1001"]);
    bench.turn(Event::Noted(u64::MAX));
    let _unnoted = bench.offer(8, &["1001"]);
    bench.out.notes.clear();
    std::mem::take(&mut bench.out.requests);
    assert_eq!(bench.hub.tell_ends(&mut bench.out), 0);
    assert_eq!(bench.out.requests.len(), 1, "the end of the first alone: {:?}", bench.out.requests);
    assert!(bench.hub.reporting.awaits_ends());
    let over = bench.out.notes.iter().filter(|(_, note)| matches!(note, Note::Ended { .. })).count();
    assert_eq!(over, 1, "the second alone is forgotten: {:?}", bench.out.notes);
}

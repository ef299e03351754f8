//! The order in which the loop takes what has arrived.

use super::*;

/// The other ends, where a test says something.
struct Ends {
    links: mpsc::Sender<(LinkId, Vec<Report>)>,
    noted: watch::Sender<u64>,
    turns: mpsc::Sender<Turn>,
}

fn inlets() -> (Ends, Inlets) {
    let (links, reports) = mpsc::channel(4 * TURN);
    let (noted, notes) = watch::channel(0);
    let (turns, said) = mpsc::channel(4);
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
        turns: said,
        pings: mpsc::channel(1).1,
    };
    (Ends { links, noted, turns }, inlets)
}

#[tokio::test]
async fn a_turn_and_a_note_wait_for_nobody_however_much_a_link_says() {
    let (ends, mut inlets) = inlets();
    (0..4 * TURN).for_each(|_| ends.links.try_send((LinkId(0), Vec::new())).unwrap());
    for round in 1..4 {
        ends.turns.try_send(Turn::Previews(oneshot::channel().0)).unwrap();
        ends.noted.send_replace(round);
        let mut events = Vec::new();
        assert!(next_events(&mut inlets, &mut events, None, &CancellationToken::new()).await);
        let turns = events.iter().filter(|event| matches!(event, Event::Turn(_))).count();
        let notes = events.iter().filter(|event| matches!(event, Event::Noted(note) if *note == round)).count();
        assert_eq!((turns, notes, events.len() > TURN), (1, 1, true), "{round}");
    }
    assert!(!inlets.links.is_empty(), "the link had more to say all the time");
}

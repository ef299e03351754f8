//! Whatever happens to the link, and to requests on it: each start of a preview's state has its end, and comes before it
//! (requirements F12, F40).

use super::{
    reporting::{refusal, reporting},
    *,
};
use crate::agent_link::{Behaviour, Cause, Event as TEvent, Outgoing, Ticket};
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};

/// What happens to the link, and to requests on it.
#[derive(Clone, Copy, Debug)]
enum Act {
    Offer(u8),
    Answer(bool),
    Later,
    Link(bool),
    /// The client refuses what is on its way: it never left.
    Unsent,
    /// There is room again, as the hub's own timer finds in the very turn of an answer.
    RoomAndAnswer,
    Full(bool),
    /// The connection is lost: so many of the requests on their way had arrived, and none was answered.
    Lost(usize),
    /// The T-Server refuses what is on its way, and would take it later.
    NotNow,
}

impl Act {
    /// What arrived, or comes later than what came behind it, is not known: ends may be told twice, and cross starts.
    fn leaves_doubts(self) -> bool {
        matches!(self, Self::Lost(_) | Self::NotNow)
    }
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (0_u8..4).prop_map(Act::Offer),
        3 => any::<bool>().prop_map(Act::Answer),
        1 => Just(Act::Later),
        2 => any::<bool>().prop_map(Act::Link),
        2 => Just(Act::Unsent),
        2 => Just(Act::RoomAndAnswer),
        2 => any::<bool>().prop_map(Act::Full),
        1 => (0_usize..4).prop_map(Act::Lost),
        1 => Just(Act::NotNow),
    ]
}

/// What a client of the DN gets, with the client of the T-Server between.
struct Heard {
    bench: Bench,
    up: bool,
    events: Vec<(u64, bool)>,
    answered: HashSet<Ticket>,
}

/// What becomes of a request on its way.
enum Fate {
    Taken,
    Unsent,
    NotNow,
    /// And whether it arrived.
    Unanswered(bool),
}

impl Heard {
    fn of(bench: Bench) -> Self {
        Self { bench, up: true, events: Vec::new(), answered: HashSet::new() }
    }

    fn meet(&mut self, fate: impl Fn(usize) -> Fate) {
        let mut at = 0;
        let mut ended = HashSet::new();
        for Outgoing { ticket, request, .. } in std::mem::take(&mut self.bench.out.requests) {
            let Request::DistributeUserEvent { conn_id, user_data, .. } = &request else { continue };
            let told = (conn_id.expect("of a call").0, user_data.str("P") == Some("+"));
            // None of these is answered yet.
            assert!(!told.1 || !ended.contains(&told.0), "no start is told behind an end that may be refused");
            ended.extend((!told.1).then_some(told.0));
            let refused = |code, behaviour| Report::Refused(ticket, refusal(code, behaviour));
            let report = match fate(at) {
                Fate::Unsent => refused(None, Behaviour::Unsent),
                Fate::NotNow => refused(Some(54), Behaviour::Retry),
                Fate::Unanswered(arrived) => {
                    self.events.extend(arrived.then_some(told));
                    refused(None, Behaviour::Retry)
                }
                Fate::Taken => {
                    self.events.push(told);
                    assert!(self.answered.insert(ticket), "what was answered is not told again");
                    let event = TEvent { this_dn: "5001".into(), kind: EventKind::Acknowledged };
                    Report::Event(event, Cause::Request(ticket))
                }
            };
            at += 1;
            self.bench.turn(Event::TServer(LINK, vec![report]));
        }
    }

    fn arrives(&mut self, refuses: bool) {
        let unsent = refuses || !self.up;
        self.meet(|_| if unsent { Fate::Unsent } else { Fate::Taken });
    }

    fn link(&mut self, up: bool) {
        // Whatever is on its way when the link goes never left.
        self.arrives(!up);
        self.up = up;
        let report = if up { Report::Up { server: "lab".into() } } else { Report::Down { cause: "gone".into() } };
        self.bench.turn(Event::TServer(LINK, vec![report]));
    }

    fn act(&mut self, act: Act) {
        let first = |hub: &Hub| hub.previews.shown_to("kim").map(|(id, _)| id).next();
        match act {
            Act::Offer(conn_id) => drop(self.bench.offer(conn_id.into(), &["1001"])),
            Act::Answer(accept) => {
                let id = first(&self.bench.hub).unwrap_or_default();
                self.bench.answer(1, id, accept);
            }
            Act::Later => self.bench.later(Duration::from_secs(50)),
            Act::Link(up) => self.link(up),
            Act::Unsent => {
                self.arrives(true);
                self.link(false);
            }
            Act::Full(full) => self.bench.out.full = full,
            Act::Lost(arrived) if self.up => {
                self.meet(|at| Fate::Unanswered(at < arrived));
                self.link(false);
            }
            Act::NotNow if self.up => self.meet(|_| Fate::NotNow),
            Act::Lost(_) | Act::NotNow => {}
            Act::RoomAndAnswer => {
                self.bench.out.full = false;
                self.bench.now += Duration::from_secs(1);
                self.act(Act::Answer(true));
            }
        }
    }
}

proptest! {
    #[test]
    fn every_start_has_its_end_and_comes_before_it(acts in prop::collection::vec(act(), 0..60)) {
        let (bench, _page) = reporting("P");
        let mut heard = Heard::of(bench);
        let in_turn = !acts.iter().any(|act| act.leaves_doubts());
        for act in acts {
            heard.act(act);
        }
        heard.bench.out.full = false;
        heard.bench.later(Duration::from_secs(60));
        if !heard.up || in_turn {
            heard.link(false);
            heard.link(true);
        }
        for _ in 0..4 {
            // Each answer lets out what waited for it.
            while !heard.bench.out.requests.is_empty() {
                heard.arrives(false);
            }
            heard.bench.later(Duration::from_secs(15 * 60));
        }
        let mut open = HashMap::new();
        for (conn_id, begins) in heard.events {
            let before = open.insert(conn_id, begins).unwrap_or(false);
            prop_assert!(before != begins || !in_turn, "start and end in turn");
        }
        prop_assert!(open.into_values().all(|begun| !begun), "each start has its end");
    }
}

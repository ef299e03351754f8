//! A T-Server that answers late, in any order and with any code: what ICON takes of a preview's state begins and ends in
//! turn, and ends (requirements F12, F40).

use super::{reporting::refusal, *};
use crate::{
    agent_link::{Behaviour, Cause, Event as TEvent, NO_SUCH_CALL, Outgoing},
    hub::reporting::Reporting,
    kept::Note,
    web::arrival::Frame,
    wire::KvList,
};
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};
use tokio::sync::mpsc;

/// Of a report that goes out: the T-Server judges it at once, and says so later.
#[derive(Clone, Copy, Debug)]
enum Verdict {
    Taken,
    NotNow,
    /// It knows no such call.
    WithoutCall,
    /// It will never take a begin; an end it takes.
    Never,
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Offer(u64),
    Answer(bool),
    Page(bool),
    Later(u64),
    /// The answer to one that is on its way.
    Answered(usize),
}

fn verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        4 => Just(Verdict::Taken),
        2 => Just(Verdict::NotNow),
        1 => Just(Verdict::WithoutCall),
        1 => Just(Verdict::Never),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => (0_u64..3).prop_map(Act::Offer),
        2 => any::<bool>().prop_map(Act::Answer),
        3 => any::<bool>().prop_map(Act::Page),
        3 => prop_oneof![Just(1), Just(4), Just(12), Just(50)].prop_map(Act::Later),
        8 => (0_usize..4).prop_map(Act::Answered),
    ]
}

/// Of which call, at which DN.
type Call = (u64, String);

/// ICON behind such a T-Server; kim's page closes and opens again, lee's stays open.
struct Late {
    bench: Bench,
    page: Option<mpsc::Receiver<Frame>>,
    opened: u64,
    lees: mpsc::Receiver<Frame>,
    verdicts: Box<dyn Iterator<Item = Verdict>>,
    under_way: Vec<(Outgoing, Verdict)>,
    open: HashSet<Call>,
    /// Begins that were not taken: their ends may have left by then.
    refused: HashMap<Call, usize>,
    /// What the next start would end.
    disk: HashMap<(u64, u32), Call>,
}

impl Late {
    fn begins(verdicts: Vec<Verdict>) -> Self {
        let mut bench = Bench::new(Role::BrowserPresence);
        bench.hub.reporting = Reporting::of(Some("P".into()), true);
        bench.link_up();
        let (page, lees) = (bench.open(1, "kim"), bench.open(2, "lee"));
        bench.requests();
        let verdicts = Box::new(verdicts.into_iter().chain(std::iter::repeat(Verdict::Taken)));
        let (under_way, open, refused, disk) = Default::default();
        Self { bench, page: Some(page), opened: 2, lees, verdicts, under_way, open, refused, disk }
    }

    fn act(&mut self, act: Act) {
        let first = |hub: &Hub| hub.previews.shown_to("kim").map(|(id, _)| id).next();
        match act {
            Act::Offer(conn_id) => drop(self.bench.offer(conn_id + 1, &["1001", "1002"])),
            Act::Answer(accept) => {
                let id = first(&self.bench.hub).unwrap_or_default();
                self.bench.answer(self.opened, id, accept);
            }
            Act::Page(true) if self.page.is_none() => {
                self.opened += 1;
                self.page = Some(self.bench.open(self.opened, "kim"));
            }
            Act::Page(false) if self.page.take().is_some() => {
                self.bench.turn(Event::Page(Page::Closed(PageId(if self.opened == 2 { 1 } else { self.opened }))));
            }
            Act::Page(_) => {}
            Act::Later(seconds) => self.bench.later(Duration::from_secs(seconds)),
            Act::Answered(at) => self.answers(at),
        }
        self.settles();
    }

    /// What was noted is on the disk, and what goes out is judged.
    fn settles(&mut self) {
        while self.lees.try_recv().is_ok() || self.page.as_mut().is_some_and(|page| page.try_recv().is_ok()) {}
        while !self.bench.out.notes.is_empty() {
            let notes = std::mem::take(&mut self.bench.out.notes);
            let last = notes.last().map_or(0, |(number, _)| *number);
            notes.into_iter().for_each(|(_, note)| self.noted(note));
            self.bench.turn(Event::Noted(last));
        }
        for outgoing in std::mem::take(&mut self.bench.out.requests) {
            if let Request::DistributeUserEvent { .. } = &outgoing.request {
                self.arrives(outgoing);
            }
        }
        let kept: HashSet<_> = self.disk.values().collect();
        assert!(self.open.iter().all(|call| kept.contains(call)), "the next start ends what is open: {:?}", self.open);
    }

    fn noted(&mut self, note: Note) {
        match note {
            Note::Begun(open) => {
                self.disk.insert((open.preview, open.begin), (open.conn_id, open.dn.to_string()));
            }
            Note::Ended { preview, begin, .. } => drop(self.disk.remove(&(preview, begin))),
        }
    }

    fn arrives(&mut self, outgoing: Outgoing) {
        let (call, begins) = told(&outgoing.request);
        let verdict = match self.verdicts.next().unwrap_or(Verdict::Taken) {
            Verdict::Never if !begins => Verdict::Taken,
            Verdict::WithoutCall if !of_a_call(&outgoing.request) => Verdict::Taken,
            verdict => verdict,
        };
        match (verdict, begins) {
            (Verdict::Taken, true) => assert!(self.open.insert(call.clone()), "begun twice: {call:?}"),
            (Verdict::Taken, false) => {
                let ends = self.open.remove(&call);
                let refused = self.refused.entry(call).or_default();
                assert!(ends || *refused > 0, "nothing ends that never began");
                *refused = 0;
            }
            (_, true) => *self.refused.entry(call).or_default() += 1,
            (_, false) => {}
        }
        self.under_way.push((outgoing, verdict));
    }

    fn answers(&mut self, at: usize) {
        if self.under_way.is_empty() {
            return;
        }
        let (Outgoing { ticket, request, .. }, verdict) = self.under_way.remove(at % self.under_way.len());
        let refused = |code, behaviour| Report::Refused(ticket, refusal(Some(code), behaviour));
        let report = match verdict {
            Verdict::Taken => {
                let event = TEvent { this_dn: request.this_dn().clone(), kind: EventKind::Acknowledged };
                Report::Event(event, Cause::Request(ticket))
            }
            Verdict::NotNow => refused(41, Behaviour::Retry),
            Verdict::WithoutCall => refused(NO_SUCH_CALL, Behaviour::Permanent),
            Verdict::Never => refused(51, Behaviour::Permanent),
        };
        self.bench.turn(Event::TServer(LINK, vec![report]));
    }

    /// Everything ends, and is answered.
    fn ends(&mut self) {
        self.verdicts = Box::new(std::iter::repeat(Verdict::Taken));
        self.act(Act::Later(50));
        for _ in 0..4 {
            while !self.under_way.is_empty() {
                self.act(Act::Answered(0));
            }
            self.act(Act::Later(15 * 60));
        }
    }
}

fn of_a_call(request: &Request) -> bool {
    matches!(request, Request::DistributeUserEvent { conn_id: Some(_), .. })
}

/// Of which call, and whether it begins.
fn told(request: &Request) -> (Call, bool) {
    let Request::DistributeUserEvent { this_dn, conn_id, user_data, .. } = request else { panic!("a report") };
    let written = |data: &KvList| data.str("UCC_ConnID").and_then(|text| u64::from_str_radix(text, 16).ok());
    let conn_id = conn_id.map(|conn_id| conn_id.0).or_else(|| written(user_data)).expect("of a call");
    ((conn_id, this_dn.to_string()), user_data.str("P") == Some("+"))
}

proptest! {
    #[test]
    fn what_is_taken_begins_and_ends_in_turn(
        acts in prop::collection::vec(act(), 0..60),
        verdicts in prop::collection::vec(verdict(), 0..30),
    ) {
        let mut late = Late::begins(verdicts);
        for act in acts {
            late.act(act);
        }
        late.ends();
        prop_assert!(late.open.is_empty(), "each ends: {:?}", late.open);
        prop_assert!(late.disk.is_empty(), "nothing is left to the next start: {:?}", late.disk);
    }
}

#[test]
fn a_begin_that_is_refused_late_takes_nothing_from_the_next() {
    let script = |refused| {
        use Act::{Answered, Later, Offer, Page};
        let mut late = Late::begins(vec![refused, Verdict::Taken, Verdict::Taken]);
        late.act(Offer(0));
        // Lee's answer, the end of kim's, and the second begin of kim's; then what became of the first.
        for act in [Answered(1), Page(false), Later(10), Answered(1), Page(true), Answered(1), Answered(0)] {
            late.act(act);
        }
        late.ends();
        late.open.len() + late.disk.len()
    };
    for refused in [Verdict::NotNow, Verdict::Never] {
        assert_eq!(script(refused), 0, "{refused:?}");
    }
}

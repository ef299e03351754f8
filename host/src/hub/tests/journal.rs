//! States of previews through the end of the process: ten thousand previews of every kind of end, and kills in between.

use super::bench::*;
use crate::{
    agent_link::{Behaviour, Cause, Event as TEvent, EventKind, Outgoing, Refusal, Report, Request, Ticket},
    hub::{Event, reporting::Reporting},
    kept::{Note, OpenReport},
    routing::message::{RoutingArrival, Withdrawal},
    web::arrival::Frame,
};
use rand::{Rng, SeedableRng, rngs::SmallRng};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};
use tokio::sync::mpsc;
use uc_plugin_api::Role;

const SEEDS: u64 = 40;
const PREVIEWS: u64 = 250;

/// What ICON made of one preview.
#[derive(Debug, Default)]
struct State {
    starts: u32,
    ends: u32,
    /// In how many lives of the process it ended.
    lives: Vec<u32>,
    /// How many of its ends arrived without that the process was told so.
    unanswered: usize,
}

/// A process that may be killed, its disk, and ICON at the T-Server.
struct Life {
    bench: Bench,
    page: mpsc::Receiver<Frame>,
    number: u32,
    up: bool,
    /// On their way to the T-Server.
    under_way: VecDeque<Outgoing>,
    disk: BTreeMap<(u64, u32), OpenReport>,
    unwritten: VecDeque<(u64, Note)>,
    icon: BTreeMap<u64, State>,
    random: SmallRng,
}

impl Life {
    fn begins(seed: u64) -> Self {
        let (bench, page) = begun(&[], 0);
        Self {
            bench,
            page,
            number: 0,
            up: true,
            under_way: VecDeque::new(),
            disk: BTreeMap::new(),
            unwritten: VecDeque::new(),
            icon: BTreeMap::new(),
            random: SmallRng::seed_from_u64(seed),
        }
    }

    fn gather(&mut self) {
        self.unwritten.extend(std::mem::take(&mut self.bench.out.notes));
        while self.page.try_recv().is_ok() {}
        let requests = std::mem::take(&mut self.bench.out.requests).into_iter();
        self.under_way.extend(requests.filter(|out| matches!(out.request, Request::DistributeUserEvent { .. })));
    }

    /// Some notes reach the disk.
    fn writes(&mut self, most: usize) -> Option<u64> {
        let mut last = None;
        for _ in 0..most {
            let Some((number, note)) = self.unwritten.pop_front() else { break };
            match note {
                Note::Begun(report) => drop(self.disk.insert((report.preview, report.begin), report)),
                Note::Ended { preview, begin, .. } => drop(self.disk.remove(&(preview, begin))),
            }
            last = Some(number);
        }
        last
    }

    /// ICON hears one; none: nothing is on its way.
    fn arrives(&mut self) -> Option<Outgoing> {
        let outgoing = self.under_way.pop_front()?;
        let Request::DistributeUserEvent { conn_id, user_data, .. } = &outgoing.request else { return None };
        let state = self.icon.entry(conn_id.expect("of a call").0).or_default();
        match user_data.str("P") {
            Some("+") => state.starts += 1,
            _ => {
                state.ends += 1;
                state.lives.push(self.number);
            }
        }
        Some(outgoing)
    }

    fn arrives_unanswered(&mut self) {
        let Some(Outgoing { request, .. }) = self.arrives() else { return };
        let Request::DistributeUserEvent { conn_id: Some(conn_id), user_data, .. } = request else { return };
        let ends = user_data.str("P") != Some("+");
        self.icon.entry(conn_id.0).or_default().unanswered += usize::from(ends);
    }

    /// The T-Server refuses one, and would take it later.
    fn not_now(&mut self) {
        let Some(Outgoing { ticket, .. }) = self.under_way.pop_front() else { return };
        self.bench.turn(Event::TServer(LINK, vec![refused(ticket, Some(54), Behaviour::Retry)]));
        self.gather();
    }

    fn t_server(&mut self) {
        let Some(Outgoing { ticket, request, .. }) = self.arrives() else { return };
        let Request::DistributeUserEvent { this_dn, .. } = request else { return };
        let event = TEvent { this_dn, kind: EventKind::Acknowledged };
        self.bench.turn(Event::TServer(LINK, vec![Report::Event(event, Cause::Request(ticket))]));
        self.gather();
    }

    fn link(&mut self, up: bool) {
        let mut reports = Vec::new();
        if !up {
            // Of what is on its way some has left, and of that some has arrived.
            let left = self.random.random_range(0..=self.under_way.len());
            let arrived = self.random.random_range(0..=left);
            let tickets: Vec<_> = self.under_way.iter().map(|outgoing| outgoing.ticket).collect();
            (0..arrived).for_each(|_| self.arrives_unanswered());
            self.under_way.clear();
            for (at, ticket) in tickets.into_iter().enumerate() {
                let behaviour = if at < left { Behaviour::Retry } else { Behaviour::Unsent };
                reports.push(refused(ticket, None, behaviour));
            }
        }
        reports.push(if up { Report::Up { server: "lab".into() } } else { Report::Down { cause: "gone".into() } });
        self.up = up;
        self.bench.turn(Event::TServer(LINK, reports));
        self.gather();
    }

    fn noted(&mut self, most: usize) {
        if let Some(number) = self.writes(most) {
            self.bench.turn(Event::Noted(number));
            self.gather();
        }
    }

    /// The next life begins with what is on the disk.
    fn next(&mut self) {
        (self.unwritten, self.under_way) = Default::default();
        self.number += 1;
        let left: Vec<_> = self.disk.values().cloned().collect();
        (self.bench, self.page) = begun(&left, self.number);
        self.up = true;
        self.gather();
    }

    fn is_killed(&mut self) {
        let (notes, events) = (self.random.random_range(0..3), self.random.random_range(0..3));
        self.writes(notes);
        (0..events).for_each(|_| drop(self.arrives()));
        self.next();
    }

    fn stops(&mut self) {
        self.bench.hub.tell_ends(&mut self.bench.out);
        self.gather();
        // Some are answered before it is over; what that lets go is told as the rest.
        for _ in 0..self.random.random_range(0..3) {
            self.t_server();
            self.bench.hub.tell_ends(&mut self.bench.out);
            self.gather();
        }
        let now = self.bench.now;
        let closing = self.bench.hub.close_journal();
        self.bench.hub.effects.extend(closing);
        self.bench.hub.perform_all(&mut self.bench.out, now);
        self.gather();
        self.writes(usize::MAX);
        // What was handed to a link may be lost with it.
        let arrived = self.random.random_range(0..=self.under_way.len());
        (0..arrived).for_each(|_| drop(self.arrives()));
        self.next();
    }

    fn act(&mut self, conn_id: &mut u64) {
        let open = self.bench.hub.previews.shown_to("kim").map(|(id, preview)| (id, preview.conn_id)).next();
        match (self.random.random_range(0..23), open) {
            (0..=6, _) => {
                *conn_id += 1;
                drop(self.bench.offer(*conn_id, &["1001"]));
            }
            (7..=9, Some((id, _))) => {
                let accept = self.random.random_bool(0.5);
                self.bench.answer(1, id, accept);
            }
            (10, Some((_, conn_id))) => {
                let arrival =
                    RoutingArrival::Withdraw { conn_id, agent: None, why: Withdrawal::CallerGone, text: None };
                self.bench.turn(Event::Routing(arrival));
            }
            (11, _) => self.bench.later(Duration::from_secs(50)),
            (12, _) => self.link(!self.up),
            (13..=16, _) => {
                let most = self.random.random_range(1..4);
                self.noted(most);
            }
            (17..=19, _) if self.up => self.t_server(),
            (22, _) if self.up => self.not_now(),
            (20, _) if self.random.random_bool(0.2) => self.is_killed(),
            (21, _) if self.random.random_bool(0.1) && self.up => self.stops(),
            _ => {}
        }
        self.gather();
    }
}

fn refused(ticket: Ticket, code: Option<i64>, behaviour: Behaviour) -> Report {
    Report::Refused(ticket, Refusal { code, message: "not taken".into(), behaviour })
}

/// A bench whose previews are reported, with a journal that says this; kim's page is open.
fn begun(left: &[OpenReport], life: u32) -> (Bench, mpsc::Receiver<Frame>) {
    let mut bench = Bench::new(Role::BrowserPresence);
    // The clock has gone on: no preview gets the number of another.
    bench.hub.previews = crate::hub::preview::Previews::numbered_after(u64::from(life) * 1_000_000);
    bench.hub.reporting = Reporting::of(Some("P".into()), true);
    bench.hub.take_up_reports(left);
    let page = bench.open(1, "kim");
    bench.turn(Event::TServer(LINK, vec![Report::Up { server: "lab".into() }]));
    (bench, page)
}

#[test]
fn no_state_stays_open_and_none_ends_twice_in_one_life() {
    for seed in 0..SEEDS {
        let (mut life, mut conn_id) = (Life::begins(seed), 0);
        while conn_id < PREVIEWS {
            life.act(&mut conn_id);
        }
        life.bench.later(Duration::from_secs(60));
        life.gather();
        life.link(false);
        life.link(true);
        while !life.under_way.is_empty() || !life.unwritten.is_empty() {
            life.noted(usize::MAX);
            life.t_server();
        }
        assert!(life.disk.is_empty(), "seed {seed}: {:?}", life.disk);
        for (conn_id, state) in life.icon {
            assert!(state.starts <= 1, "seed {seed}, {conn_id}: {state:?}");
            assert!(state.ends >= 1, "seed {seed}, {conn_id} never ends: {state:?}");
            // Once more only in another life, where a kill fell between its report and the note of it, or where nothing
            // was answered.
            let mut lives = state.lives.clone();
            lives.dedup();
            let twice = state.lives.len() - lives.len();
            assert!(twice <= state.unanswered, "seed {seed}, {conn_id}: {state:?}");
        }
    }
}

#[test]
fn what_begins_is_not_reported_before_it_is_noted() {
    let (mut bench, _page) = begun(&[], 0);
    bench.requests();
    drop(bench.offer(1, &["1001"]));
    bench.answer(1, 1, true);
    assert!(bench.out.requests.is_empty());
    let last = bench.out.notes.last().unwrap().0;
    bench.turn(Event::Noted(last));
    assert_eq!(bench.requests().len(), 2, "start and end");
}

#[test]
fn a_disk_that_did_not_take_a_note_in_time_is_given_the_next() {
    let (mut bench, _page) = begun(&[], 0);
    bench.requests();
    drop(bench.offer(1, &["1001"]));
    // Not waited for any longer: it hangs.
    bench.turn(Event::Noted(u64::MAX));
    assert_eq!(bench.requests().len(), 1, "what waited for the disk");
    let notes = bench.out.notes.len();
    bench.answer(1, 1, true);
    drop(bench.offer(2, &["1001"]));
    assert!(bench.out.notes.len() > notes, "what begins is noted again");
}

#[test]
fn a_report_that_never_left_goes_out_again_where_the_link_is_up_already() {
    let mut bench = Bench::new(Role::BrowserPresence);
    bench.hub.reporting = Reporting::of(Some("P".into()), false);
    let _page = bench.open(1, "kim");
    bench.turn(Event::TServer(LINK, vec![Report::Up { server: "lab".into() }]));
    bench.requests();
    drop(bench.offer(1, &["1001"]));
    let ticket = bench.out.requests.last().unwrap().ticket;
    bench.requests();
    // A pair: the one in use is lost, the other is up, and then the first tells what it never sent.
    let (down, up) = (Report::Down { cause: "lost".into() }, Report::Up { server: "lab".into() });
    bench.turn(Event::TServer(LINK, vec![down, up]));
    bench.play();
    let never = Refusal { code: None, message: "down".into(), behaviour: Behaviour::Unsent };
    bench.turn(Event::TServer(LINK, vec![Report::Refused(ticket, never)]));
    let again = bench.requests();
    assert!(matches!(&again[..], [Request::DistributeUserEvent { .. }]), "{again:?}");
    drop(bench.offer(2, &["1001"]));
    assert!(bench.requests().iter().any(|request| matches!(request, Request::DistributeUserEvent { .. })));
}

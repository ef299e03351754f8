//! What goes between the owner of a pair and the clients of the two: which requests go where, and what of the answers
//! and events of either the owner is told. Pure, but for the ways to the clients.

use super::{
    asked::{Asked, UnderWay},
    following::Following,
    known::Registered,
    mirror::{Mirror, Times},
    sides::{Move, Side, Sides, Stage},
};
use crate::{
    agent_link::{Behaviour, Cause, Event, EventKind, Outgoing, Refusal, Report, Request, Ticket},
    tlib::session::{LOST, unsent},
};
use std::{collections::VecDeque, sync::Arc, time::Instant};

/// The ways to the two clients.
pub(super) trait Ways {
    /// Sends a request to one of them; it comes back when there is no room, and room is told of.
    fn send(&self, side: Side, outgoing: Outgoing) -> Result<(), Outgoing>;
}

/// Everything between the owner and the two.
pub(super) struct Exchange<W> {
    name: Arc<str>,
    ways: W,
    sides: Sides,
    mirror: Mirror,
    under_way: UnderWay,
    following: [Following; 2],
    /// Requests for which the one in use has no room now, or which wait for a primary.
    waiting: VecDeque<Outgoing>,
    moves: Vec<Move>,
}

impl<W: Ways> Exchange<W> {
    pub(super) fn new(name: &str, addresses: [&str; 2], times: Times, ways: W) -> Self {
        Self {
            name: name.into(),
            ways,
            sides: Sides::new(name, addresses),
            mirror: Mirror::new(times),
            under_way: UnderWay::default(),
            following: Default::default(),
            waiting: VecDeque::new(),
            moves: Vec::new(),
        }
    }

    /// Requests may be handed in.
    pub(super) fn takes_requests(&self) -> bool {
        self.waiting.is_empty() && !self.sides.waits()
    }

    /// Requests of the owner; the refusals of what cannot be sent.
    pub(super) fn send(&mut self, batch: Vec<Outgoing>) -> Vec<Report> {
        let Some(used) = self.sides.used() else {
            if !self.sides.waits() {
                batch.iter().for_each(|outgoing| self.forget_unregistered(outgoing));
                return batch.iter().map(refused).collect();
            }
            self.waiting.extend(batch);
            return Vec::new();
        };
        for outgoing in batch {
            if !self.waiting.is_empty() {
                self.waiting.push_back(outgoing);
            } else if let Err(outgoing) = self.send_to(used, outgoing) {
                self.waiting.push_back(outgoing);
            }
        }
        self.follow();
        Vec::new()
    }

    /// What is given up while nobody can be told is not registered when somebody can.
    fn forget_unregistered(&mut self, outgoing: &Outgoing) {
        if let Request::UnregisterAddress { this_dn } = &outgoing.request {
            self.mirror.dns.remove(this_dn);
        }
    }

    fn send_to(&mut self, used: Side, outgoing: Outgoing) -> Result<(), Outgoing> {
        let number = self.under_way.add(Asked::Owners(outgoing.clone()));
        let sent = self.ways.send(used, Outgoing { ticket: number, ..outgoing.clone() });
        if sent.is_err() {
            self.under_way.ended(number);
            return Err(outgoing);
        }
        let other = used.other();
        match &outgoing.request {
            Request::RegisterAddress { this_dn, mode } => {
                self.mirror.dns.add(this_dn, *mode, &outgoing.permit);
                self.mirror.dns.set_registered(this_dn, used, Registered::Asked);
                self.following[other.index()].wants(this_dn);
            }
            Request::UnregisterAddress { this_dn } => {
                self.mirror.dns.remove(this_dn);
                if self.following[other.index()].is_live() {
                    self.ask(other, outgoing.request);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A request of the pair's own. One that finds no room is not made: the DN is read at a switchover.
    fn ask(&mut self, side: Side, request: Request) -> bool {
        let ticket = self.under_way.add(Asked::Own(side, request.this_dn().clone()));
        let sent = self.ways.send(side, Outgoing::of(ticket, request)).is_ok();
        if !sent {
            self.under_way.ended(ticket);
        }
        sent
    }

    /// Registers with the one that is not in use what is due there.
    fn follow(&mut self) {
        let Some(side) = self.sides.heard().map(Side::other) else { return };
        while let Some(request) =
            self.following[side.index()].next(&mut self.mirror.dns, side, self.under_way.own(side))
        {
            let dn = request.this_dn().clone();
            if !self.ask(side, request) {
                self.mirror.dns.set_registered(&dn, side, Registered::No);
                return self.following[side.index()].wants(&dn);
            }
        }
    }

    /// What one of the two reports; what of it the owner is told.
    pub(super) fn reported(&mut self, side: Side, reports: Vec<Report>, now: Instant) -> Vec<Report> {
        let mut told = Vec::with_capacity(reports.len());
        for report in reports {
            self.report(side, report, now, &mut told);
        }
        self.go_on(&mut told);
        told
    }

    /// What is due at `now`; what of it the owner is told.
    pub(super) fn tick(&mut self, now: Instant) -> Vec<Report> {
        let mut told = Vec::new();
        self.sides.tick(now, &mut self.moves);
        self.moved(now, &mut told);
        self.mirror.tick(self.sides.heard(), now, &mut told);
        self.go_on(&mut told);
        told
    }

    /// When to call [`Self::tick`].
    pub(super) fn deadline(&self) -> Option<Instant> {
        [self.sides.deadline(), self.mirror.deadline()].into_iter().flatten().min()
    }

    fn go_on(&mut self, told: &mut Vec<Report>) {
        let waiting = self.waiting.drain(..).collect();
        told.extend(self.send(waiting));
        self.follow();
    }

    fn report(&mut self, side: Side, report: Report, now: Instant, told: &mut Vec<Report>) {
        match report {
            Report::Up { server } => {
                if self.begins(side) {
                    self.mirror.link_up(side);
                }
                self.says(side, Stage::Primary(server), now, told);
            }
            Report::Standby => self.says(side, Stage::Standby, now, told),
            Report::Waiting { why } => self.says(side, Stage::Away(why), now, told),
            Report::Down { cause } => self.gone(side, cause, now, told),
            Report::Event(event, cause) => self.event(side, event, cause, now, told),
            Report::Refused(number, refusal) => self.refused(side, number, refusal, told),
            // The queue that the owner fills is the pair's own, and so is what is said of a pair.
            Report::Room | Report::Backup { .. } => {}
        }
    }

    /// One of the two takes registrations. False: it did.
    fn begins(&mut self, side: Side) -> bool {
        let begins = self.following[side.index()].begins();
        self.mirror.dns.leave_others();
        if begins && self.sides.heard() != Some(side) {
            self.following[side.index()].wants_all(&self.mirror.dns, side);
        }
        begins
    }

    fn says(&mut self, side: Side, stage: Stage, now: Instant, told: &mut Vec<Report>) {
        self.sides.says(side, stage, self.knows(), now, &mut self.moves);
        self.moved(now, told);
    }

    /// Which of them are registered with.
    fn knows(&self) -> [bool; 2] {
        Side::BOTH.map(|side| self.following[side.index()].is_live())
    }

    fn gone(&mut self, side: Side, cause: Arc<str>, now: Instant, told: &mut Vec<Report>) {
        self.following[side.index()].ends();
        if self.sides.heard() == Some(side) {
            self.mirror.lost(now);
        } else {
            self.mirror.forget(side);
        }
        self.says(side, Stage::Away(cause), now, told);
    }

    fn moved(&mut self, now: Instant, told: &mut Vec<Report>) {
        if !self.moves.is_empty() {
            self.mirror.dns.leave_others();
        }
        for step in std::mem::take(&mut self.moves) {
            match step {
                Move::Up(side, server) => {
                    told.push(Report::Up { server });
                    self.mirror.begin(side, told);
                    self.following[side.index()].mark_used();
                    self.following[side.other().index()].wants_all(&self.mirror.dns, side.other());
                }
                Move::Down(cause) => {
                    // What waits may be out of date by the time another is asked.
                    told.extend(self.waiting.drain(..).map(|outgoing| refused(&outgoing)));
                    told.push(Report::Down { cause });
                    self.mirror.ends();
                    let gone = |side: &Side| !self.following[side.index()].is_connected();
                    Side::BOTH.into_iter().filter(gone).for_each(|side| self.mirror.forget(side));
                }
                Move::Switched { to, lost } => {
                    let read = self.mirror.switch(to, lost, now, told);
                    self.following[to.index()].mark_used();
                    metrics::counter!("uc_tlib_switchovers_total").increment(1);
                    tracing::info!("T-Server `{}`: the other one goes on; {read} DNs are read at once", self.name);
                }
                Move::Backup(missing) => told.push(Report::Backup { missing }),
            }
        }
    }

    fn event(&mut self, side: Side, event: Event, cause: Cause, now: Instant, told: &mut Vec<Report>) {
        let asked = match cause {
            Cause::Request(number) => self.under_way.ended(number),
            Cause::EarlierRequest | Cause::Elsewhere => None,
        };
        let counts = self.sides.heard() == Some(side);
        let cause = match (asked, cause) {
            (Some(Asked::Owners(outgoing)), _) if !counts => {
                let dn = outgoing.request.this_dn().clone();
                self.answered_elsewhere(outgoing, told);
                if self.own_answer(side, &dn, &event) {
                    return;
                }
                Cause::EarlierRequest
            }
            (Some(Asked::Owners(outgoing)), _) => Cause::Request(outgoing.ticket),
            (Some(Asked::Own(_, dn)), _) => {
                if self.own_answer(side, &dn, &event) {
                    return;
                }
                Cause::EarlierRequest
            }
            (None, Cause::Request(_)) => Cause::EarlierRequest,
            (None, cause) => cause,
        };
        let switch = if let EventKind::CtiLink(connected) = event.kind { Some(connected) } else { None };
        if switch == Some(true) {
            self.switch_is_there(side);
        }
        if !counts {
            self.doubted(side, &event);
        }
        self.mirror.event((side, counts), (event, cause), now, told);
        if let Some(connected) = switch {
            self.sides.switch(side, connected, self.knows(), &mut self.moves);
            self.moved(now, told);
        }
    }

    /// The answer to a registration of the pair's own. False: it is some other event.
    fn own_answer(&mut self, side: Side, dn: &str, event: &Event) -> bool {
        let registered =
            matches!(event.kind, EventKind::Registered { .. } | EventKind::RegisteredAlone) && *event.this_dn == *dn;
        if registered {
            self.following[side.index()].mark_taken();
            self.mirror.dns.says(&event.this_dn, side, &event.kind);
        } else if event.kind != EventKind::Unregistered {
            self.mirror.dns.set_registered(&dn.into(), side, Registered::Refused);
        }
        registered || matches!(event.kind, EventKind::Unregistered | EventKind::Acknowledged)
    }

    /// The owner's request was answered by one that is used no longer: the other one is asked.
    fn answered_elsewhere(&mut self, outgoing: Outgoing, told: &mut Vec<Report>) {
        let message = LOST.into();
        self.owners_refused(outgoing, Refusal { code: None, message, behaviour: Behaviour::Retry }, told);
    }

    /// A backup has its link to the switch, for the first time or again: what it knows is read.
    fn switch_is_there(&mut self, side: Side) {
        if self.sides.heard() != Some(side) && !self.begins(side) {
            self.mirror.dns.read_all_again(side);
            self.following[side.index()].wants_all(&self.mirror.dns, side);
        }
    }

    /// The one that is not in use tells what puts a DN, or all, in doubt: they are read there again.
    fn doubted(&mut self, side: Side, event: &Event) {
        match event.kind {
            EventKind::Unreadable(_) if event.this_dn.is_empty() => {
                self.mirror.dns.read_all_again(side);
                self.following[side.index()].wants_all(&self.mirror.dns, side);
            }
            EventKind::Unreadable(_) | EventKind::Unregistered => {
                self.mirror.dns.set_registered(&event.this_dn, side, Registered::No);
                self.following[side.index()].wants(&event.this_dn);
            }
            _ => {}
        }
    }

    /// A request was refused, or ended without an answer.
    fn refused(&mut self, side: Side, number: Ticket, refusal: Refusal, told: &mut Vec<Report>) {
        match self.under_way.ended(number) {
            Some(Asked::Owners(outgoing)) if self.sides.heard() == Some(side.other()) => {
                self.answered_elsewhere(outgoing, told);
            }
            Some(Asked::Owners(outgoing)) => self.owners_refused(outgoing, refusal, told),
            Some(Asked::Own(_, dn)) => self.own_refused(side, &dn, &refusal),
            None => {}
        }
    }

    /// What never left goes to whoever is in use; what was under way when a connection was lost is settled by reading
    /// the state again, and made once more by nobody else than its owner, who knows by then whether it is needed.
    fn owners_refused(&mut self, outgoing: Outgoing, refusal: Refusal, told: &mut Vec<Report>) {
        let lost = refusal.code.is_none() && *refusal.message == *LOST;
        let heard = self.sides.heard();
        let again = refusal.behaviour == Behaviour::Unsent || lost && outgoing.request.is_of_registration();
        let gives_up = matches!(outgoing.request, Request::UnregisterAddress { .. });
        if again && gives_up && self.mirror.dns.mode(outgoing.request.this_dn()).is_some() {
            // Registered anew since: the next holder would hear nothing any more.
            return;
        }
        // What another node may ask by now is asked by nobody here.
        if again && heard.is_some() && outgoing.permit.holds() {
            self.waiting.push_back(outgoing);
        } else if again {
            told.push(refused(&outgoing));
        } else {
            if let Some(heard) = heard.filter(|_| lost) {
                self.mirror.read_again(outgoing.request.this_dn(), heard, told);
            }
            told.push(Report::Refused(outgoing.ticket, refusal));
        }
    }

    fn own_refused(&mut self, side: Side, dn: &str, refusal: &Refusal) {
        let lost = refusal.code.is_none() && *refusal.message == *LOST;
        let dn = dn.into();
        if lost || refusal.behaviour == Behaviour::Unsent {
            self.mirror.dns.set_registered(&dn, side, Registered::No);
            return self.following[side.index()].wants(&dn);
        }
        self.mirror.dns.set_registered(&dn, side, Registered::Refused);
        if self.following[side.index()].take_refusal(refusal) {
            let words = &refusal.message;
            tracing::warn!(
                "T-Server `{}`: the backup takes no registrations ({words}): after a switchover every DN is registered \
                 with it and read, as with warm standby",
                self.name
            );
        }
    }
}

fn refused(outgoing: &Outgoing) -> Report {
    unsent(outgoing.ticket, "neither T-Server of the pair is primary and connected")
}

#[cfg(test)]
mod tests;

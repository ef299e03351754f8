//! What two T-Servers that tell the same are each known to have told, so that the owner is told each thing once, and
//! at a switchover misses none. Pure.
//!
//! | Who tells an event first | What the owner is told |
//! |---|---|
//! | the one that counts | the event; the other's is its copy |
//! | the other | nothing yet: the event comes from the one that counts, or at a switchover |
//!
//! At a switchover, for each DN:
//!
//! | What is known | What the owner is told |
//! |---|---|
//! | both have said the same | nothing; after [`BEHIND`], that the DN is to be read again ([`EventKind::ReadAgain`]) |
//! | the new one has told more, and that explains where it is ahead | these events; likewise |
//! | the old one has told more | likewise: within that time the new one has to tell it too |
//! | anything else | at once, that the DN is to be read again |
//! | only one is registered for the DN | at once, that it was out of service: nothing was heard of it for a time |
//!
//! So nothing is lost that only one has told, nothing is doubtful for long, and nobody has to believe that two
//! histories that look alike are.

use super::{
    copies::{Copies, Copy, is_of_state},
    known::{Dns, Registered},
    meaning::meaning,
    sides::Side,
};
use crate::agent_link::{AgentStatus, Cause, Dn, Event, EventKind, Report};
use foldhash::HashSet;
use std::time::{Duration, Instant};

/// So long after a switchover the new one may be behind the old one.
pub(super) const BEHIND: Duration = Duration::from_secs(2);

/// So many DNs are read at a time after a switchover, and the pause between two times: the requests of workers go
/// between.
const AT_A_TIME: usize = 500;
const PAUSE: Duration = Duration::from_millis(100);

/// Both of them.
#[derive(Debug)]
pub(super) struct Mirror {
    pub(super) dns: Dns,
    times: Times,
    copies: [Copies; 2],
    /// Which have their link to the switch, and whether the owner was told so.
    cti_link: [bool; 2],
    told_cti_link: bool,
    /// The connection to the one that counted was lost before.
    lost_until: Option<Instant>,
    /// DNs that were not read at the last switchover, and when they are: the new one must have told all by then.
    to_read: Option<(Instant, Vec<Dn>)>,
}

/// What depends on how soon a silent T-Server, or a silent client, is given up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    /// So long the copy of an event is waited for: as long as the one in use may be silent unnoticed.
    pub(super) copies: Duration,
    /// So long after a connection was lost a logout is taken for what came of that.
    pub(super) logouts: Duration,
}

impl Mirror {
    pub(super) fn new(times: Times) -> Self {
        Self {
            dns: Dns::default(),
            times,
            copies: [Copies::new(times.copies), Copies::new(times.copies)],
            cti_link: [false; 2],
            told_cti_link: false,
            lost_until: None,
            to_read: None,
        }
    }

    /// One of them tells an event; what of it the owner is told. `counts`: its word is the one that does.
    pub(super) fn event(
        &mut self,
        (side, counts): (Side, bool),
        told_by: (Event, Cause),
        now: Instant,
        told: &mut Vec<Report>,
    ) {
        let (event, cause) = told_by;
        if let EventKind::CtiLink(connected) = event.kind {
            self.cti_link[side.index()] = connected;
            self.told_cti_link = if counts { connected } else { self.told_cti_link };
        }
        self.dns.says(&event.this_dn, side, &event.kind);
        if counts && matches!(event.kind, EventKind::Registered { .. }) {
            self.copies[side.other().index()].mark_read(&event.this_dn);
        }
        let copy = self.copied(side, counts, &event, now);
        if !counts || (copy == Some(Copy::Told) && !matches!(cause, Cause::Request(_))) {
            return;
        }
        if self.is_of_the_loss(&event, cause, now) {
            return self.read_again(&event.this_dn, side, told);
        }
        // The one before has told more, and not this: which of the two came first nobody knows.
        let unsure = copy.is_none() && is_of_state(&event.kind);
        let read = unsure && self.copies[side.other().index()].has_told_state(&event.this_dn);
        let dn = event.this_dn.clone();
        told.push(Report::Event(event, cause));
        if read {
            self.read_again(&dn, side, told);
        }
    }

    /// Whether the other has told it before; if not, its copy is waited for where the other is to tell it.
    fn copied(&mut self, side: Side, counts: bool, event: &Event, now: Instant) -> Option<Copy> {
        let dn = &event.this_dn;
        let is_to_come = match self.dns.registered(dn, side.other()) {
            Registered::Yes => true,
            // Whether its snapshot will tell this already nobody knows.
            Registered::Asked => counts,
            // What no snapshot tells may still come of one that is behind.
            Registered::No | Registered::Refused => counts && !is_of_state(&event.kind) && self.dns.mode(dn).is_some(),
        };
        if !is_to_come && !self.copies[side.other().index()].waits_for(dn) {
            return None;
        }
        let meaning = meaning(event)?;
        let copy = self.copies[side.other().index()].take(dn, meaning, now);
        if copy.is_none() && is_to_come {
            let copies = &mut self.copies[side.index()];
            if counts {
                copies.told(event, meaning, now);
            } else {
                copies.untold_yet(event.clone(), meaning, now);
            }
        }
        copy
    }

    /// Some switches log out whoever was logged in through a connection that is lost: no decision of anybody's.
    fn is_of_the_loss(&self, event: &Event, cause: Cause, now: Instant) -> bool {
        let lately = self.lost_until.is_some_and(|until| now < until);
        lately && !matches!(cause, Cause::Request(_)) && is_logout(event)
    }

    /// The one that counts was used until its connection was lost.
    pub(super) fn lost(&mut self, now: Instant) {
        self.lost_until = Some(now + self.times.logouts);
    }

    /// One that was not registered with before is up: it has its link to the switch.
    pub(super) fn link_up(&mut self, side: Side) {
        self.cti_link[side.index()] = true;
    }

    /// Neither counts: whoever counts next is read.
    pub(super) fn ends(&mut self) {
        self.to_read = None;
    }

    /// This one counts from now on, and the owner reads every state anew. What no state tells, it is told.
    pub(super) fn begin(&mut self, side: Side, told: &mut Vec<Report>) {
        (self.to_read, self.told_cti_link) = (None, true);
        self.tell_cti_link(side, told);
        let untold = self.copies[side.index()].tell_all().into_iter();
        told.extend(
            untold.filter(|event| !is_of_state(&event.kind)).map(|event| Report::Event(event, Cause::Elsewhere)),
        );
    }

    fn tell_cti_link(&mut self, side: Side, told: &mut Vec<Report>) {
        let connected = self.cti_link[side.index()];
        if std::mem::replace(&mut self.told_cti_link, connected) != connected {
            let kind = EventKind::CtiLink(connected);
            told.push(Report::Event(Event { this_dn: "".into(), kind }, Cause::Elsewhere));
        }
    }

    /// The connection to one has ended, and its word does not count.
    pub(super) fn forget(&mut self, side: Side) {
        self.dns.forget(side);
        self.copies[side.index()].forget_untold();
        self.cti_link[side.index()] = false;
    }

    /// This one counts from now on; what the owner is told, and how many DNs it has to read again.
    pub(super) fn switch(&mut self, to: Side, lost: bool, now: Instant, told: &mut Vec<Report>) -> usize {
        let from = to.other();
        self.tell_cti_link(to, told);
        let (unsure, later): (Vec<_>, Vec<_>) =
            self.dns.iter().cloned().partition(|dn| self.is_unsure(dn, from, to, lost));
        let read_now: HashSet<_> = unsure.iter().collect();
        for event in self.copies[to.index()].tell_all() {
            let read_anyway = read_now.contains(&event.this_dn) && is_of_state(&event.kind);
            told.extend((!read_anyway).then_some(Report::Event(event, Cause::Elsewhere)));
        }
        for dn in &unsure {
            // One that is only asked to register it has not told what happened meanwhile.
            read(dn, self.dns.registered(dn, to) == Registered::Yes, told);
        }
        self.to_read = (!later.is_empty()).then(|| (now + BEHIND, later));
        if lost {
            self.dns.forget(from);
            self.cti_link[from.index()] = false;
        }
        unsure.len()
    }

    /// Not what both have said, nor what one of them will: the DN has to be read at once.
    fn is_unsure(&self, dn: &Dn, from: Side, to: Side, lost: bool) -> bool {
        match Side::BOTH.map(|side| self.dns.registered(dn, side)) {
            [Registered::Yes, Registered::Yes] => {}
            // The owner is about to register it.
            _ => return self.dns.registered(dn, from) != Registered::Asked,
        }
        let (mut told, wanted) = (self.dns.state(dn, from), self.dns.state(dn, to));
        let (mut of_the_loss, mut ahead) = (false, false);
        for event in self.copies[to.index()].untold(dn) {
            of_the_loss |= lost && is_logout(event);
            ahead |= told.apply(&event.kind);
        }
        // Of two that both have told what the other has not, nobody knows who is ahead.
        let explained = match (told.is_as(&wanted), ahead) {
            (true, false) => true,
            (true, true) => !self.copies[from.index()].waits_for_state(dn),
            (false, ahead) => !ahead && self.copies[from.index()].waits_for_state(dn),
        };
        of_the_loss || !explained
    }

    /// When to call [`Self::tick`].
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.to_read.as_ref().map(|(until, _)| *until)
    }

    /// Everything that was not read at the switchover is read now, some at a time: no comparison of what two have
    /// told is as sure as that.
    pub(super) fn tick(&mut self, used: Option<Side>, now: Instant, told: &mut Vec<Report>) {
        let Some((_, mut dns)) = self.to_read.take_if(|(until, _)| *until <= now) else { return };
        let some = dns.split_off(dns.len().saturating_sub(AT_A_TIME));
        if let Some(used) = used {
            some.iter().filter(|dn| self.dns.mode(dn).is_some()).for_each(|dn| self.read_again(dn, used, told));
        }
        self.to_read = (!dns.is_empty()).then(|| (now + PAUSE, dns));
    }

    /// That the state of a DN is to be read again at this one, whether it is being read there or not.
    pub(super) fn read_again(&self, dn: &Dn, side: Side, told: &mut Vec<Report>) {
        read(dn, matches!(self.dns.registered(dn, side), Registered::Yes | Registered::Asked), told);
    }
}

/// That the state of a DN is to be read again. Where it was not `heard` of all the while, whatever its snapshot leaves out
/// may be over; else that is as it was.
fn read(dn: &Dn, heard: bool, told: &mut Vec<Report>) {
    let kinds = match heard {
        true => &[EventKind::ReadAgain][..],
        false => &[EventKind::OutOfService(true), EventKind::OutOfService(false)],
    };
    let event = |kind: &EventKind| Event { this_dn: dn.clone(), kind: kind.clone() };
    told.extend(kinds.iter().map(|kind| Report::Event(event(kind), Cause::Elsewhere)));
}

fn is_logout(event: &Event) -> bool {
    matches!(&event.kind, EventKind::Agent(facts) if facts.status == AgentStatus::LoggedOut)
}

//! What T-Servers report.

use crate::{
    agent_link::{CallKind, Cause, Event, EventKind, LinkId, Refusal, Report, Ticket},
    clock::Moment,
    hub::{Hub, dns::Home, effect::Effect, seats::Sitter, switch_flaps::Return, timers::Timer},
    worker::{Input, LineId, Question},
};
use std::sync::Arc;

impl Hub {
    pub(in crate::hub) fn link_report(&mut self, link: LinkId, report: Report, now: Moment) {
        match report {
            Report::Up { server } => {
                if self.tells_change(link, &format!("the T-Server link is up ({server})"), now) {
                    tracing::info!(link = link.0, %server, "T-Server link is up");
                }
                self.effects.push(Effect::LinkReadiness(link, None));
                self.links_up.insert(link);
                self.link_changed(link, true, now);
                self.report_what_waited(link);
            }
            Report::Down { cause } => {
                if self.tells_change(link, &format!("the T-Server link is down: {cause}"), now) {
                    tracing::warn!(link = link.0, %cause, "T-Server link is down: states are shown as out of service");
                }
                self.effects.push(Effect::LinkReadiness(link, Some(cause)));
                if self.links_up.remove(&link) {
                    self.link_changed(link, false, now);
                }
            }
            Report::Standby => {
                let why = "the T-Server is backup, and no other is configured: it serves nobody until it is primary";
                self.link_waits(link, why.into(), now);
            }
            Report::Waiting { why } => self.link_waits(link, why, now),
            Report::Backup { missing } => self.faults.backup(link, missing),
            Report::Event(event, cause) => self.event(link, event, cause, now),
            Report::Refused(ticket, refusal) => self.refused(ticket, &refusal, now),
            Report::Room => self.send_deferred(link, now),
        }
    }

    /// Connected, and of no use.
    fn link_waits(&mut self, link: LinkId, why: Arc<str>, now: Moment) {
        if self.tells_change(link, &why, now) {
            tracing::warn!(link = link.0, "{why}");
        }
        self.effects.push(Effect::LinkReadiness(link, Some(why)));
    }

    fn link_changed(&mut self, link: LinkId, up: bool, now: Moment) {
        self.faults.clear(link);
        self.flaps.forget_return(link);
        self.lacking.remove(&link);
        self.drop_deferred(link, now);
        self.logins.forget(link);
        for holder in self.dns.holders(link) {
            self.step(holder, Input::Link(link, up), now);
        }
    }

    fn event(&mut self, link: LinkId, event: Event, cause: Cause, now: Moment) {
        let outcome = match cause {
            Cause::Request(ticket) => self.outcome_judged(ticket, &event.kind).map(|kept| (ticket, kept)),
            _ => None,
        };
        let seat = self.note_sitter(link, &event);
        match &seat {
            Some((at, Sitter::Left)) => self.reseat(at, now),
            Some((at, Sitter::Came)) => self.make_room(at, now),
            None => {}
        }
        let told = self.tell_line(link, event, cause, now);
        if let Some((at, Sitter::Came)) = &seat {
            self.reseat(at, now);
        }
        outcome.into_iter().for_each(|(ticket, kept)| self.outcome_answered(ticket, kept));
        // Whatever else the event is, it ends the request that it answers.
        if let Cause::Request(ticket) = cause
            && !self.report_answered(ticket)
            && let question = Question::from(ticket)
            && told != Some(question.line)
            && let Some(owner) = self.dns.owner(question.line)
        {
            self.step(owner, Input::AnsweredElsewhere(question), now);
        }
    }

    /// Tells an event to the line whose DN it is about; none: it is about no line.
    fn tell_line(&mut self, link: LinkId, event: Event, cause: Cause, now: Moment) -> Option<LineId> {
        let Event { this_dn, kind } = event;
        if let EventKind::CtiLink(connected) = kind {
            self.switch_changed(link, connected, now);
            return None;
        }
        if let (EventKind::Unreadable(words), true) = (&kind, this_dn.is_empty()) {
            tracing::warn!(link = link.0, %words, "every DN of the link is read again");
            for holder in self.dns.holders(link) {
                self.step(holder, Input::LinkInDoubt(link, words), now);
            }
            return None;
        }
        let asker = || self.asker_at(link, &this_dn, cause);
        let Some((user, line)) = asker().or_else(|| self.dns.at(link, &this_dn)) else {
            if !this_dn.is_empty() {
                metrics::counter!("uc_hub_events_of_unknown_dns_total").increment(1);
            }
            return None;
        };
        self.step(user, Input::Event(line, kind, cause), now);
        Some(line)
    }

    /// Who asked, if the DN is theirs: found by number, which costs less than by DN.
    fn asker_at(&self, link: LinkId, dn: &str, cause: Cause) -> Option<Home> {
        let Cause::Request(ticket) = cause else { return None };
        let Question { line, .. } = ticket.into();
        let owner = self.dns.owner(line)?;
        let asker = self.roster.worker(owner)?.line(line)?;
        asker.has_dn(link, dn).then_some((owner, line))
    }

    /// The T-Server says how its link to the switch is. One that changes again and again is believed to be away until
    /// it lasts: everybody on the link hears of each change that is believed.
    fn switch_changed(&mut self, link: LinkId, connected: bool, now: Moment) {
        if !connected {
            let news = self.faults.switch(link, false);
            self.flaps.lost(link, !news, now);
            if news {
                tracing::warn!(link = link.0, "the T-Server has lost its switch: states are stale until it is back");
                self.tell_switch_changed(link, false, now);
            }
        } else if self.faults.is_without_switch(link) {
            match self.flaps.found(link, now) {
                Return::Believed => self.switch_is_back(link, now),
                Return::Waits(at) => self.switch_flaps(link, at, now),
                Return::Known => {}
            }
        }
    }

    fn switch_flaps(&mut self, link: LinkId, believed_at: Moment, now: Moment) {
        metrics::counter!("uc_hub_switch_flaps_total").increment(1);
        self.look_at_switch_later(link, now);
        if let Some(losses) = self.flaps.word(link, now) {
            let lasts = believed_at.since(now).as_secs();
            tracing::warn!(
                link = link.0,
                losses,
                "the T-Server loses its switch and finds it again and again: states stay \
                stale until it has lasted for {lasts} s; look at the link between T-Server and switch"
            );
        }
    }

    /// A return that is waited for may have lasted.
    pub(in crate::hub) fn switch_may_be_back(&mut self, link: LinkId, now: Moment) {
        if self.flaps.has_lasted(link, now) {
            self.switch_is_back(link, now);
        } else {
            self.look_at_switch_later(link, now);
        }
    }

    fn look_at_switch_later(&mut self, link: LinkId, now: Moment) {
        if let Some(at) = self.flaps.next_look(link, now) {
            self.timers.set(at, Timer::Switch(link));
        }
    }

    fn switch_is_back(&mut self, link: LinkId, now: Moment) {
        if self.faults.switch(link, true) {
            tracing::warn!(link = link.0, "the T-Server has its switch again: states are read again");
            self.tell_switch_changed(link, true, now);
        }
    }

    fn tell_switch_changed(&mut self, link: LinkId, connected: bool, now: Moment) {
        for holder in self.dns.holders(link) {
            self.step(holder, Input::Switch(link, connected), now);
        }
    }

    /// The T-Server does not offer this kind of request: no page on its link shows it until the link is another.
    pub(in crate::hub) fn link_lacks(&mut self, link: LinkId, kind: CallKind, now: Moment) {
        if self.lacking.entry(link).or_default().insert(kind) {
            metrics::counter!("uc_hub_call_requests_not_offered_total").increment(1);
            tracing::info!(link = link.0, ?kind, "the T-Server does not offer this request: its button is not shown");
            for holder in self.dns.holders(link) {
                self.step(holder, Input::Lacks(link, kind), now);
            }
        }
    }

    /// A request was refused, not answered, or not even sent.
    pub(in crate::hub) fn refused(&mut self, ticket: Ticket, refusal: &Refusal, now: Moment) {
        metrics::counter!("uc_hub_requests_refused_total").increment(1);
        let question = Question::from(ticket);
        if self.report_refused(ticket, refusal, now) || self.outcome_refused(ticket, refusal) {
            return;
        }
        if let Some(owner) = self.dns.owner(question.line) {
            self.step(owner, Input::Refused(question, refusal), now);
        }
    }
}
